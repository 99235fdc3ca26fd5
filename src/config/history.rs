//! Undo and redo.
//!
//! A step keeps the documents before and after, not the edits: taking one back puts the old bytes
//! there again, whatever the edit was. Documents are shared, so a step costs the touched documents
//! and no more, and the history needs no limit. Reloading a file is a step like any other, so that
//! nothing is lost by taking theirs.

use std::sync::Arc;

use crate::yaml::{Document, Stream};

use super::project::FileError;
use super::{FileId, Project};

/// What one step did to one place.
#[derive(Clone, Debug)]
pub(super) enum Delta {
    Document {
        file: FileId,
        document: usize,
        before: Arc<Document>,
        after: Arc<Document>,
    },
    /// Another text for a whole file.
    File {
        file: FileId,
        before: Result<Stream, FileError>,
        after: Result<Stream, FileError>,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Step {
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
    pub fn record(&mut self, label: String, merge: Option<&str>, deltas: Vec<Delta>) {
        self.future.clear();
        if let (Some(key), Some(last)) = (merge, self.past.last_mut())
            && last.merge.as_deref() == Some(key)
            && let Some(joined) = join(&last.deltas, &deltas)
        {
            if joined.is_empty() {
                self.past.pop();
            } else {
                let last = Arc::make_mut(last);
                last.label = label;
                last.deltas = joined;
            }
            return;
        }
        let step = Step { label, merge: merge.map(str::to_owned), deltas };
        self.past.push(Arc::new(step));
    }

    /// Whatever comes next begins a step of its own.
    pub fn seal(&mut self) {
        if let Some(last) = self.past.last_mut().filter(|last| last.merge.is_some()) {
            Arc::make_mut(last).merge = None;
        }
    }
}

/// One step out of two, `None` when they touch different places. Places that are back where they
/// were are left out.
fn join(first: &[Delta], second: &[Delta]) -> Option<Vec<Delta>> {
    if first.len() != second.len() {
        return None;
    }
    let mut joined = Vec::new();
    for (one, two) in first.iter().zip(second) {
        match (one, two) {
            (
                Delta::Document { file, document, before, .. },
                Delta::Document { file: file_2, document: document_2, after, .. },
            ) if file == file_2 && document == document_2 => {
                if before.text() != after.text() {
                    joined.push(Delta::Document {
                        file: *file,
                        document: *document,
                        before: before.clone(),
                        after: after.clone(),
                    });
                }
            }
            _ => return None,
        }
    }
    Some(joined)
}

impl Project {
    /// Takes back the last change; gives its description.
    pub fn undo(&mut self) -> Option<String> {
        self.history.seal();
        let step = self.history.past.pop()?;
        for delta in step.deltas.iter().rev() {
            match delta {
                Delta::Document { file, document, before, .. } => {
                    self.put_document(*file, *document, before.clone());
                }
                Delta::File { file, before, .. } => self.put_stream(*file, before.clone()),
            }
        }
        self.history.seal();
        self.changed();
        let label = step.label.clone();
        self.history.future.push(step);
        Some(label)
    }

    /// Makes the change again that was taken back last; gives its description.
    pub fn redo(&mut self) -> Option<String> {
        let step = self.history.future.pop()?;
        for delta in &step.deltas {
            match delta {
                Delta::Document { file, document, after, .. } => {
                    self.put_document(*file, *document, after.clone());
                }
                Delta::File { file, after, .. } => self.put_stream(*file, after.clone()),
            }
        }
        self.changed();
        let label = step.label.clone();
        self.history.past.push(step);
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

    /// Ends a run of changes that [`Project::apply_merging`] makes one step, as when a field loses
    /// the keyboard.
    pub fn end_merging(&mut self) {
        self.history.seal();
    }
}
