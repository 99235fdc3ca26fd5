//! A file that was changed here and on disk: both changes are taken together on another thread, the
//! conflicts are decided by the user, and the result is one step of the history.

use std::sync::Arc;

use crate::config::merge::{DiskMerge, MergeError, Side};
use crate::config::{FileId, OpenError};

use super::super::command::{Command, Notice};
use super::{Dialog, State};

impl State {
    /// Reads what is on disk and merges it, away from the window.
    pub(super) fn begin_merge(&mut self, file: FileId) {
        self.dialog = None;
        let Some(job) = self.project.prepare_merge(file) else {
            self.reload(file);
            return;
        };
        let label = format!("Merging {}", self.project.file(file).name);
        self.jobs.blocking(label, move |_| Command::Merged(job.run().map(Box::new)));
    }

    pub(super) fn merged(&mut self, result: Result<Box<DiskMerge>, OpenError>) {
        match result {
            Ok(merge) => {
                self.dialog = Some(Dialog::Merge(merge.file()));
                self.set_merge(merge);
            }
            Err(error) => self.notices.push(Notice::Failed(format!(
                "Nothing was merged: {error}. Your changes are still here."
            ))),
        }
    }

    fn set_merge(&mut self, merge: Box<DiskMerge>) {
        self.merge = Some(merge);
        self.merge_count += 1;
    }

    /// Takes a side in one conflict, or in all of them.
    pub(super) fn choose_side(&mut self, conflict: Option<usize>, side: Side) {
        let Some(mut merge) = self.merge.take() else { return };
        match conflict {
            Some(conflict) => merge.merge.choose(conflict, side),
            None => merge.merge.choose_all(side),
        }
        self.set_merge(merge);
    }

    /// Takes the merged text into the project.
    pub(super) fn take_merge(&mut self) {
        let Some(merge) = self.merge.take() else { return };
        let before = Arc::clone(&self.project);
        let name = before.file(merge.file()).name.clone();
        match Arc::make_mut(&mut self.project).merge(*merge) {
            Ok(()) => {
                self.dialog = None;
                self.follow_selection(&before);
                self.notices.push(Notice::Done(format!("Merged {name}. Save it to write it.")));
                self.news_is_over();
            }
            Err(MergeError::Outdated(merge)) => {
                let text = "The text was changed here meanwhile. Look at the merge again.";
                self.notices.push(Notice::Hint(text.to_owned()));
                self.set_merge(merge);
            }
            Err(error @ MergeError::Closed) => {
                self.dialog = None;
                self.notices.push(Notice::Failed(format!("Nothing was merged: {error}.")));
            }
        }
    }
}
