//! What the program is put together from, and under which terms.
//!
//! Read from `cargo metadata` without the network: the licence every package states in its own
//! manifest, and the versions that `Cargo.lock` holds.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Licences that ask for no more than attribution.
const PERMISSIVE: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "OFL-1.1",
    "Ubuntu-font-1.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Packages taken under other terms, each with the reason why that is all right.
const EXCEPTIONS: &[(&str, &str, &str)] = &[(
    "option-ext",
    "MPL-2.0",
    "binds the package's own files only, which are used as they come (by way of `directories`)",
)];

/// Packages that come in more than one version, because packages we use have not moved on yet.
/// Take a name out when it is no longer true; put none in before looking for a way around.
const SEVERAL_VERSIONS: &[&str] = &[
    "base64",
    "bitflags",
    "block2",
    "calloop",
    "calloop-wayland-source",
    "core-foundation",
    "foldhash",
    "getrandom",
    "hashbrown",
    "itertools",
    "jni-sys",
    "linux-raw-sys",
    "miniz_oxide",
    "nom",
    "objc2",
    "objc2-app-kit",
    "objc2-foundation",
    "objc2-ui-kit",
    "r-efi",
    "rand_core",
    "redox_syscall",
    "rustc-hash",
    "rustix",
    "similar",
    "smithay-client-toolkit",
    "syn",
    "synstructure",
    "thiserror",
    "thiserror-impl",
    "untrusted",
    "windows-sys",
];

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--offline"])
        .current_dir(crate::root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "cargo metadata failed; `cargo fetch --locked` brings the packages of all platforms\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// Whether an SPDX expression can be met with permissive licences alone. `/` is the old spelling
/// of `OR`; `AND` binds tighter than `OR`.
fn permissive(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = any(&words, &mut at);
    met && at == words.len()
}

fn any(words: &[&str], at: &mut usize) -> bool {
    let mut met = all(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all(words, at);
    }
    met
}

fn all(words: &[&str], at: &mut usize) -> bool {
    let mut met = one(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at);
    }
    met
}

fn one(words: &[&str], at: &mut usize) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let met = any(words, at);
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return met && closed;
    }
    if words.get(*at) == Some(&"WITH") {
        let exception = words.get(*at + 1).copied().unwrap_or_default();
        *at += 2;
        return PERMISSIVE.contains(&format!("{word} WITH {exception}").as_str());
    }
    PERMISSIVE.contains(word)
}

#[test]
fn licence_expressions_are_read_as_spdx_means_them() {
    assert!(permissive("MIT/Apache-2.0"));
    assert!(permissive("Apache-2.0 WITH LLVM-exception OR GPL-2.0-only"));
    assert!(permissive("(MIT OR Apache-2.0) AND OFL-1.1"));
    assert!(!permissive("MIT AND GPL-3.0-only"));
    assert!(!permissive("MIT AND (GPL-3.0-only OR AGPL-3.0-only)"));
    assert!(!permissive("LGPL-2.1-or-later"));
    assert!(!permissive("(MIT"));
    assert!(!permissive(""));
}

#[test]
fn every_package_is_under_permissive_terms() {
    let mut wrong = Vec::new();
    let mut exceptions_used = BTreeSet::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or("none stated");
        if EXCEPTIONS.iter().any(|(package, terms, _)| *package == name && *terms == licence) {
            exceptions_used.insert(name.to_owned());
        } else if !permissive(licence) {
            wrong.push(format!("{name}: {licence}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for (name, ..) in EXCEPTIONS {
        assert!(exceptions_used.contains(*name), "the exception for {name} is no longer needed");
    }
}

#[test]
fn a_package_comes_in_one_version() {
    let mut versions = BTreeMap::<String, BTreeSet<String>>::new();
    for package in packages() {
        let name = package["name"].as_str().unwrap().to_owned();
        versions.entry(name).or_default().insert(package["version"].as_str().unwrap().to_owned());
    }
    let several: BTreeSet<&str> = versions
        .iter()
        .filter(|(_, versions)| versions.len() > 1)
        .map(|(name, _)| name.as_str())
        .collect();
    let expected: BTreeSet<&str> = SEVERAL_VERSIONS.iter().copied().collect();
    let new: Vec<_> = several.difference(&expected).collect();
    let gone: Vec<_> = expected.difference(&several).collect();
    assert!(new.is_empty(), "in more than one version now: {new:?}");
    assert!(gone.is_empty(), "in one version again, take it off the list: {gone:?}");
}
