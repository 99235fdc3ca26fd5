//! A file of the project, merged with what is on disk.

use std::path::PathBuf;

use crate::config::disk::{OpenError, Stamp, read_file};
use crate::config::{FileId, Project};
use crate::yaml::{Limits, Stream};

use super::{Merge, three_way};

/// Why a merge was not taken into the project. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum MergeError {
    /// The text was changed here since, and now there are conflicts that nobody has seen: the
    /// merge was made anew, to be looked at again.
    #[error("the text was changed in the meantime")]
    Outdated(Box<DiskMerge>),
    /// The file was closed, or cannot be read any more.
    #[error("the file is not open any more")]
    Closed,
}

/// Reads the file on disk and merges it, on any thread.
#[derive(Clone, Debug)]
pub struct MergeJob {
    file: FileId,
    path: PathBuf,
    base: Stream,
    mine: Stream,
    limits: Limits,
}

/// A file merged with what is on disk, to be looked at and then taken by [`Project::merge`].
#[derive(Clone, Debug)]
pub struct DiskMerge {
    file: FileId,
    stamp: Option<Stamp>,
    /// The text with both changes, and where they disagree.
    pub merge: Merge,
}

impl DiskMerge {
    /// The file it is about.
    pub fn file(&self) -> FileId {
        self.file
    }
}

impl MergeJob {
    /// Reads and merges.
    ///
    /// # Errors
    /// The file cannot be read or decoded.
    pub fn run(&self) -> Result<DiskMerge, OpenError> {
        let fresh = read_file(self.path.clone(), &self.limits);
        let theirs = fresh.stream.map_err(|error| OpenError::Path {
            path: self.path.clone(),
            message: error.to_string(),
        })?;
        let merge = three_way(&self.base, &self.mine, &theirs);
        Ok(DiskMerge { file: self.file, stamp: fresh.stamp, merge })
    }
}

impl Project {
    /// A merge of a file with what is on disk, to be run anywhere. `None` for text without a file,
    /// and when there is no text here to merge: [`Project::reload`] takes theirs then.
    pub fn prepare_merge(&self, file: FileId) -> Option<MergeJob> {
        let source = self.get_file(file)?;
        let path = source.path.clone()?;
        let mine = source.stream.as_ref().ok()?.clone();
        // A file that was to be created and that somebody else created has no common beginning.
        let base = source.saved().cloned().unwrap_or_default();
        Some(MergeJob { file, path, base, mine, limits: *self.limits() })
    }

    /// Takes a merged text, as one step that can be undone. What is on disk counts as read then,
    /// so the next save writes over it.
    ///
    /// # Errors
    /// [`MergeError::Outdated`] when the text was changed here since and that made new conflicts.
    pub fn merge(&mut self, merge: DiskMerge) -> Result<(), MergeError> {
        let DiskMerge { file, stamp, mut merge } = merge;
        let source = self.get_file(file).ok_or(MergeError::Closed)?;
        let now = source.stream.as_ref().map_err(|_| MergeError::Closed)?;
        if !now.same(&merge.mine) {
            let seen = merge.choices();
            merge.mine = now.clone();
            merge.run_with(&seen);
            if merge.conflicts.iter().any(|conflict| !seen.contains_key(&conflict.place)) {
                return Err(MergeError::Outdated(Box::new(DiskMerge { file, stamp, merge })));
            }
        }
        let label = format!("Merge {} with what is on disk", source.name);
        if let Some(source) = self.file_mut(file) {
            source.saved = Some(merge.theirs);
            source.stamp = stamp;
        }
        self.take_text(file, Ok(merge.stream), label);
        if let Some(source) = self.file_mut(file) {
            source.refresh_unsaved();
        }
        Ok(())
    }
}
