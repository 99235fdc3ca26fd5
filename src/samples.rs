//! The sample configurations, built into the program.
//!
//! The window opens the estate when it is started without a path, so there is something true to
//! look at before the first file is found. The bytes are those of the folder `samples/`, compiled
//! in: the program finds them wherever it is installed, and a change made to them stays in memory
//! until it is saved somewhere, since none of these sources has a path.

use crate::config::Source;

macro_rules! sources {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        vec![$(Source {
            path: None,
            name: $name.to_owned(),
            bytes: include_bytes!(concat!("../samples/", $folder, "/", $name)).to_vec(),
        }),+]
    };
}

/// An insurer and one of its sales partners: 48 client apps in four subscriptions, over several
/// files and styles, with permissions that deserve a second look.
pub fn estate() -> Vec<Source> {
    sources!("estate":
        "customers.yaml",
        "fernhollow/archive.yaml",
        "fernhollow/claims.yaml",
        "fernhollow/digital.yaml",
        "fernhollow/integration.yaml",
        "fernhollow/policy.yaml",
        "tansy-and-rook/sales.yaml",
    )
}

/// A user's token of the portal becomes one of the dashboard.
pub fn cross_client() -> Vec<Source> {
    sources!("cross-client": "portal-and-dashboard.yaml")
}

/// A token of a partner's identity provider becomes one of a service principal, by a broker.
pub fn service_principal() -> Vec<Source> {
    sources!("service-principal": "partner-federation.yaml")
}

/// Exchanges with what is expected of them, for [`cross_client`]: the name of the file, and its
/// text.
pub fn cases() -> (&'static str, &'static str) {
    let text = include_str!("../samples/cases/portal-and-dashboard.yaml");
    ("samples/cases/portal-and-dashboard.yaml", text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::yaml::{Limits, Stream};

    fn yaml_below(folder: &Path, found: &mut BTreeSet<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                yaml_below(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                found.insert(path);
            }
        }
    }

    #[test]
    fn every_file_of_the_folder_is_built_in() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
        for (folder, sources) in [
            ("estate", estate()),
            ("cross-client", cross_client()),
            ("service-principal", service_principal()),
        ] {
            let mut on_disk = BTreeSet::new();
            yaml_below(&root.join(folder), &mut on_disk);
            let built_in: BTreeSet<_> =
                sources.iter().map(|source| root.join(folder).join(&source.name)).collect();
            assert_eq!(built_in, on_disk);
        }
    }

    #[test]
    fn every_document_has_a_tree_and_every_byte_is_kept() {
        for source in estate().into_iter().chain(cross_client()).chain(service_principal()) {
            let stream = Stream::load(&source.bytes, &Limits::default()).unwrap();
            assert_eq!(stream.to_bytes(), source.bytes, "{}", source.name);
            for document in stream.documents() {
                let tree = document.tree().unwrap_or_else(|error| {
                    panic!("{}: {} in\n{}", source.name, error.message, document.text())
                });
                assert!(tree.root().is_some(), "{}: an empty document", source.name);
            }
        }
    }

    #[test]
    fn the_estate_keeps_the_variety_it_is_there_to_show() {
        let text: Vec<String> =
            estate().into_iter().map(|it| String::from_utf8(it.bytes).unwrap()).collect();
        for shown in ["\r\n", "[{id:", "&cluster", "*cluster", "# ", "'{{guid:", "\"{{guid:"] {
            assert!(text.iter().any(|text| text.contains(shown)), "{shown:?} is gone");
        }
        assert!(text.iter().any(|text| !text.ends_with('\n')), "a file ends without a line end");
    }
}
