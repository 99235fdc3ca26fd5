//! The rules of the house that no compiler holds.
//!
//! They are about the text of the repository, not about what the program does: which room knows
//! which, what may not stand in the code, under which licences the parts come, and whether the
//! README tells the truth. The library is not linked here.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod code;
mod licences;
mod readme;

use std::path::{Path, PathBuf};

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file below a folder with one of these extensions, sorted, as (path from the root, text).
fn files(folder: &str, extensions: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in
            std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{folder:?}: {error}"))
        {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| extensions.iter().any(|other| it == *other))
            {
                let text = std::fs::read_to_string(&path).unwrap();
                found.push((path.strip_prefix(root()).unwrap().to_owned(), text));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no such file below {folder}: the check looks at the wrong place");
    found
}
