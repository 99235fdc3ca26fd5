//! What an answer was made from, so that it can be told later whether it is still the same.

use std::fmt::Write as _;

use aws_lc_rs::digest::{Context, SHA256};

use crate::config::Project;

/// The SHA-256 (FIPS 180-4) of the bytes of all files, one after the other in the order of their
/// names, in lower-case hexadecimal: what `cat FILES | sha256sum` says. Files that could not be
/// read are not part of it.
pub fn sha256(project: &Project) -> String {
    let mut files: Vec<_> = project.files().iter().collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let mut context = Context::new(&SHA256);
    for file in files {
        if let Ok(stream) = &file.stream {
            context.update(&stream.to_bytes());
        }
    }
    let mut text = String::new();
    for byte in context.finish().as_ref() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    #[test]
    fn the_order_of_names_counts_not_the_order_of_opening() {
        let source = |name: &str, text: &str| Source {
            path: None,
            name: name.to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        let one = Project::from_sources(vec![source("b.yaml", "c"), source("a.yaml", "ab")]);
        // RFC 6234 and FIPS 180-4 give this one for "abc".
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(&one), abc);
        assert_ne!(sha256(&Project::default()), abc);
    }
}
