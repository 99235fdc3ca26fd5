//! Names replaced by aliases, and what they stand for in a file of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

use super::super::Failure;
use super::Version;
use crate::diagram::export::Redaction;
use crate::diagram::scene::{GroupBy, GroupKey};
use crate::trust::TrustGraph;

/// The aliases of a drawing.
pub struct Names {
    pub redaction: Redaction,
    /// What they stand for.
    pub mapping: String,
}

impl Names {
    pub(super) fn new(new: &Version, old: Option<&Version>) -> Self {
        let projects = || std::iter::once(&new.project).chain(old.map(|old| &old.project));
        let redaction = Redaction::new(projects());
        let mapping = redaction.mapping(projects());
        Self { redaction, mapping }
    }

    /// The versions under aliases.
    pub(super) fn versions(
        &self,
        new: &Version,
        old: Option<&Version>,
    ) -> (Version, Option<Version>) {
        let version = |it: &Version| {
            let project = self.redaction.project(&it.project);
            let graph = TrustGraph::new(&project, it.graph.reading);
            Version { project, graph }
        };
        (version(new), old.map(version))
    }

    /// Groups by their aliases: those of the same nodes.
    pub(super) fn groups(
        &self,
        groups: &BTreeSet<GroupKey>,
        by: GroupBy,
        new: &Version,
        old: Option<&Version>,
    ) -> BTreeSet<GroupKey> {
        if groups.is_empty() {
            return BTreeSet::new();
        }
        let (new_alias, old_alias) = self.versions(new, old);
        let pairs = [(Some(new), Some(new_alias)), (old, old_alias)];
        let mut aliases: BTreeMap<GroupKey, GroupKey> = BTreeMap::new();
        for (true_names, alias) in pairs {
            let (Some(true_names), Some(alias)) = (true_names, alias) else { continue };
            for node in true_names.graph.graph.node_indices() {
                let key = by.group(&true_names.project, &true_names.graph, node);
                aliases.entry(key).or_insert_with(|| by.group(&alias.project, &alias.graph, node));
            }
        }
        groups.iter().filter_map(|key| aliases.get(key).cloned()).collect()
    }
}

/// Writes what the aliases stand for into a new file that only its owner can read.
///
/// # Errors
///
/// When there is such a file already, or it cannot be written (exit 3).
pub fn write_mapping(path: &Path, output: &Path, mapping: &str) -> Result<(), Failure> {
    if path == output || path == Path::new("-") {
        return Err(Failure::usage("the mapping cannot go where the drawing goes")
            .hint("name another file with --redact"));
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::unreadable(format!(
            "{} exists already; a mapping is not overwritten",
            path.display()
        ))
        .hint("name a new file with --redact, or remove this one"),
        _ => Failure::unreadable(format!("cannot write {}: {error}", path.display())),
    })?;
    file.write_all(mapping.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|error| Failure::unreadable(format!("cannot write {}: {error}", path.display())))
}
