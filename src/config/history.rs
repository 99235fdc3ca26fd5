//! Undo and redo.
//!
//! A step keeps the documents before and after, not the edits: taking one back puts the old bytes
//! there again, whatever the edit was. Documents are shared, so a step costs the touched documents
//! and no more, and the history needs no limit. Everything that changes a text or the set of files
//! is a step: a reload too, so that nothing is lost by taking theirs. Saving is none: what is on disk
//! is not taken back.

use std::collections::HashMap;
use std::sync::Arc;

use crate::yaml::{Document, Stream};

use super::project::{FileError, SourceFile};
use super::{FileId, Project};

/// What one step did to one place.
#[derive(Clone, Debug)]
pub(super) enum Delta {
    /// Documents in the place of others.
    Documents(Splice),
    /// Another text for a whole file: before or after it could not be read, or the file has another
    /// encoding.
    Text { file: FileId, before: Result<Stream, FileError>, after: Result<Stream, FileError> },
    /// A file that came (`there`) or went.
    File {
        file: FileId,
        there: bool,
        /// The file, while it is no part of the project.
        held: Option<Box<SourceFile>>,
    },
}

/// Documents in the place of others, from the one at `at` on.
#[derive(Clone, Debug)]
pub(super) struct Splice {
    pub file: FileId,
    pub at: usize,
    pub before: Vec<Arc<Document>>,
    pub after: Vec<Arc<Document>>,
}

impl Splice {
    /// One document in the place of one.
    pub fn one(file: FileId, at: usize, before: Arc<Document>, after: Arc<Document>) -> Self {
        Self { file, at, before: vec![before], after: vec![after] }
    }

    fn is_replacement(&self) -> bool {
        self.before.len() == 1 && self.after.len() == 1
    }

    fn changes_nothing(&self) -> bool {
        self.before.len() == self.after.len()
            && self
                .before
                .iter()
                .zip(&self.after)
                .all(|(before, after)| Arc::ptr_eq(before, after) || before.text() == after.text())
    }

    /// One splice that does what this one and then another do, when they share a document.
    fn then(&self, next: &Self) -> Option<Self> {
        let end = self.at + self.after.len();
        let next_end = next.at + next.before.len();
        if self.file != next.file || self.at.max(next.at) >= end.min(next_end) {
            return None;
        }
        // What only the next one took: before this one's documents, and after them.
        let head = &next.before[..self.at.saturating_sub(next.at)];
        let tail = &next.before[next.before.len() - next_end.saturating_sub(end)..];
        // What it left of this one's.
        let kept_head = &self.after[..next.at.saturating_sub(self.at)];
        let kept_tail = &self.after[self.after.len() - end.saturating_sub(next_end)..];
        Some(Self {
            file: self.file,
            at: self.at.min(next.at),
            before: [head, &self.before, tail].concat(),
            after: [kept_head, &next.after, kept_tail].concat(),
        })
    }
}

/// The deltas of a step, in order; several of one place are one.
#[derive(Clone, Debug, Default)]
pub(super) struct Deltas {
    list: Vec<Delta>,
    /// Where in `list` the only change of a document is, as long as documents stay where they are.
    replaced: HashMap<(FileId, usize), usize>,
}

impl Deltas {
    pub fn push(&mut self, delta: Delta) {
        let Delta::Documents(next) = &delta else {
            self.replaced.clear();
            self.list.push(delta);
            return;
        };
        if next.is_replacement()
            && let Some(at) = self.replaced.get(&(next.file, next.at))
            && let Delta::Documents(first) = &mut self.list[*at]
        {
            first.after.clone_from(&next.after);
            return;
        }
        if !next.is_replacement() {
            self.replaced.clear();
        }
        if let Some(Delta::Documents(last)) = self.list.last_mut()
            && let Some(joined) = last.then(next)
        {
            *last = joined;
            return;
        }
        if next.is_replacement() {
            self.replaced.insert((next.file, next.at), self.list.len());
        }
        self.list.push(delta);
    }

    /// Takes all of it back, so that the project is as it was.
    pub fn take_back(mut self, project: &mut Project) {
        for delta in self.list.iter_mut().rev() {
            project.take_back(delta);
        }
        project.settle();
        project.forget_moves();
    }

    /// Whether every text is what it was.
    fn change_nothing(&self) -> bool {
        self.list
            .iter()
            .all(|delta| matches!(delta, Delta::Documents(splice) if splice.changes_nothing()))
    }

    /// Without those that are back where they were.
    fn finish(mut self) -> Vec<Delta> {
        self.list.retain(|delta| match delta {
            Delta::Documents(splice) => !splice.changes_nothing(),
            Delta::Text { .. } | Delta::File { .. } => true,
        });
        self.list
    }
}

impl From<Vec<Delta>> for Deltas {
    fn from(list: Vec<Delta>) -> Self {
        let mut deltas = Self::default();
        for delta in list {
            deltas.push(delta);
        }
        deltas
    }
}

#[derive(Clone, Debug)]
struct Step {
    label: String,
    /// Steps with the same key, one right after the other, are one.
    merge: Option<String>,
    deltas: Vec<Delta>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct History {
    past: Vec<Arc<Step>>,
    future: Vec<Arc<Step>>,
}

impl History {
    /// Remembers a step. Says whether it was one: what changed nothing is none.
    pub fn record(
        &mut self,
        label: String,
        merge: Option<&str>,
        deltas: impl Into<Deltas>,
    ) -> bool {
        let deltas: Deltas = deltas.into();
        if let (Some(key), Some(last)) = (merge, self.past.last_mut())
            && last.merge.as_deref() == Some(key)
        {
            let last = Arc::make_mut(last);
            let mut joined = Deltas::from(std::mem::take(&mut last.deltas));
            for delta in deltas.list {
                joined.push(delta);
            }
            last.label = label;
            last.deltas = joined.finish();
            if last.deltas.is_empty() {
                self.past.pop();
            }
            self.future.clear();
            return true;
        }
        let deltas = deltas.finish();
        if deltas.is_empty() {
            return false;
        }
        self.future.clear();
        let step = Step { label, merge: merge.map(str::to_owned), deltas };
        self.past.push(Arc::new(step));
        true
    }

    /// Whatever comes next begins a step of its own.
    pub fn seal(&mut self) {
        if let Some(last) = self.past.last_mut().filter(|last| last.merge.is_some()) {
            Arc::make_mut(last).merge = None;
        }
    }
}

impl Project {
    /// Does what a delta says. The model is right after [`Project::settle`].
    pub(super) fn put(&mut self, delta: &mut Delta) {
        match delta {
            Delta::Documents(Splice { file, at, before, after }) => {
                self.splice(*file, *at, before.len(), after);
            }
            Delta::Text { file, after, .. } => self.put_stream(*file, after.clone()),
            Delta::File { file, there, held } => self.put_file(*file, *there, held),
        }
    }

    /// Takes back what a delta says.
    pub(super) fn take_back(&mut self, delta: &mut Delta) {
        match delta {
            Delta::Documents(Splice { file, at, before, after }) => {
                self.splice(*file, *at, after.len(), before);
            }
            Delta::Text { file, before, .. } => self.put_stream(*file, before.clone()),
            Delta::File { file, there, held } => self.put_file(*file, !*there, held),
        }
    }

    /// Does what a delta says, and notes it.
    pub(super) fn perform(&mut self, mut delta: Delta, deltas: &mut Deltas) {
        self.put(&mut delta);
        deltas.push(delta);
    }

    /// Makes a step of what was done already, when it did anything.
    pub(super) fn finish_step(&mut self, label: String, merge: Option<&str>, deltas: Deltas) {
        // Two documents of the same text may have changed places: then they and whoever holds
        // their keys go back, since for everybody else nothing happened.
        if deltas.change_nothing() {
            deltas.take_back(self);
        } else if self.history.record(label, merge, deltas) {
            self.changed();
        }
    }

    /// Takes back the last change; gives its description.
    pub fn undo(&mut self) -> Option<String> {
        let mut step = Arc::unwrap_or_clone(self.history.past.pop()?);
        for delta in step.deltas.iter_mut().rev() {
            self.take_back(delta);
        }
        self.settle();
        self.history.seal();
        self.changed();
        // What is made again and then gone on with is another step.
        step.merge = None;
        let label = step.label.clone();
        self.history.future.push(Arc::new(step));
        Some(label)
    }

    /// Makes the change again that was taken back last; gives its description.
    pub fn redo(&mut self) -> Option<String> {
        let mut step = Arc::unwrap_or_clone(self.history.future.pop()?);
        for delta in &mut step.deltas {
            self.put(delta);
        }
        self.settle();
        self.changed();
        let label = step.label.clone();
        self.history.past.push(Arc::new(step));
        Some(label)
    }

    /// What [`Project::undo`] would take back.
    pub fn undo_label(&self) -> Option<&str> {
        self.history.past.last().map(|step| step.label.as_str())
    }

    /// What [`Project::redo`] would make again.
    pub fn redo_label(&self) -> Option<&str> {
        self.history.future.last().map(|step| step.label.as_str())
    }

    /// Descriptions of everything that can be taken back, the oldest first.
    pub fn undo_labels(&self) -> impl ExactSizeIterator<Item = &str> {
        self.history.past.iter().map(|step| step.label.as_str())
    }

    /// Descriptions of everything that can be made again, in the order in which that would happen.
    pub fn redo_labels(&self) -> impl ExactSizeIterator<Item = &str> {
        self.history.future.iter().rev().map(|step| step.label.as_str())
    }

    /// Ends a run of changes that [`Project::apply_merging`] makes one step, as when a field loses
    /// the keyboard or the text cursor is set elsewhere.
    pub fn end_merging(&mut self) {
        self.history.seal();
    }
}
