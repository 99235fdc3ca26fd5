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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    use super::*;

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
}
