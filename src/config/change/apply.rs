//! A change, or many, made as one step.

use std::fmt;
use std::sync::Arc;

use crate::yaml::{Document, EditError, Op, Via};

use super::super::history::{Delta, Deltas, Splice};
use super::super::{FileId, Place, Project};
use super::{Change, ChangeError, RefusedEdit, client, document, fresh, not_possible, rename};

/// Which of several changes was refused, and why. None of them was made.
#[derive(Debug)]
pub struct Refused {
    /// Its place among the changes, counted from 0.
    pub index: usize,
    pub error: ChangeError,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Refused {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl Project {
    /// Makes a change; one undo step. A change that changes nothing is none.
    ///
    /// # Errors
    /// The change does not fit what the project says, or the editor refused to touch the text.
    /// Nothing was changed then.
    pub fn apply(&mut self, change: &Change) -> Result<(), ChangeError> {
        self.make(change, None)
    }

    /// Makes a change that joins the one before it into one undo step when that had the same key,
    /// as keystrokes in one field or in the text do, wherever they go. Any other change, an undo, a
    /// save and [`Project::end_merging`] end the run.
    ///
    /// # Errors
    /// As for [`Project::apply`].
    pub fn apply_merging(&mut self, change: &Change, merge_key: &str) -> Result<(), ChangeError> {
        self.make(change, Some(merge_key))
    }

    /// Makes several changes, in order, as one undo step with its own description; all or none.
    ///
    /// # Errors
    /// The first change that was refused; nothing was changed then.
    pub fn apply_all(&mut self, changes: &[Change], label: &str) -> Result<(), Refused> {
        let mut deltas = Deltas::default();
        for (index, change) in changes.iter().enumerate() {
            if let Err(error) = self.one(change, None, &mut deltas) {
                deltas.take_back(self);
                return Err(Refused { index, error });
            }
        }
        self.settle();
        self.finish_step(label.to_owned(), None, deltas);
        Ok(())
    }

    fn make(&mut self, change: &Change, merge: Option<&str>) -> Result<(), ChangeError> {
        let label = change.describe(self);
        let mut deltas = Deltas::default();
        self.one(change, None, &mut deltas)?;
        self.settle();
        self.finish_step(label, merge, deltas);
        Ok(())
    }

    /// Makes one change of a step, or none of it. The model is right again after
    /// [`Project::settle`], so that many edits of documents cost no more than these edits.
    fn one(
        &mut self,
        change: &Change,
        via: Option<Via>,
        deltas: &mut Deltas,
    ) -> Result<(), ChangeError> {
        let new = match change {
            Change::Via(via, change) => return self.one(change, Some(*via), deltas),
            Change::Edit { file, document, op, via: own } => {
                let edited = edit(self, *file, *document, &[op], via.or(*own))?;
                edited.map(Delta::Documents).into_iter().collect()
            }
            Change::AddDocument { file, at, yaml } => vec![document::add(self, *file, *at, yaml)?],
            Change::ComposeDocument { file, at, value } => {
                vec![fresh::compose(self, *file, *at, value)?]
            }
            Change::AddClient { file, at, id, name, subscription } => {
                let client = fresh::Client { id: id.as_deref(), name, subscription };
                vec![fresh::add(self, *file, *at, &client)?]
            }
            Change::Duplicate { file, document } => {
                vec![fresh::duplicate(self, *file, *document)?]
            }
            Change::RemoveDocument { file, document } => {
                vec![document::remove(self, *file, *document)?]
            }
            Change::MoveDocument { file, document, to_file, to } => {
                document::relocate(self, (*file, *document), (*to_file, *to))?
            }
            Change::Text { file, range, with } => vec![document::text(self, *file, range, with)?],
            Change::AddFile { path } => vec![document::add_file(self, path)?],
            Change::CloseFile { file } => vec![document::close_file(self, *file)?],
            Change::RenameId { from, to } => {
                self.settle();
                rename::splices(self, from, to)?.into_iter().map(Delta::Documents).collect()
            }
            _ => {
                self.settle();
                let Some((key, ops)) = client::edits(self, change)? else { return Ok(()) };
                let Some(client) = self.get(key) else {
                    return not_possible("The client app is no longer there");
                };
                let ops: Vec<&Op> = ops.iter().collect();
                let edited = edit(self, client.file, client.document, &ops, via)?;
                edited.map(Delta::Documents).into_iter().collect()
            }
        };
        for delta in new {
            self.perform(delta, deltas);
        }
        Ok(())
    }
}

/// One document after some edits; `None` when they changed nothing.
fn edit(
    project: &Project,
    file: FileId,
    document: usize,
    ops: &[&Op],
    via: Option<Via>,
) -> Result<Option<Splice>, ChangeError> {
    let before = document::existing(project, file, document)?;
    let mut after: Option<Document> = None;
    for op in ops {
        let now = after.as_ref().unwrap_or(before);
        let edited = match via {
            Some(via) => now.edit_via(op, via),
            None => now.edit(op),
        };
        after = Some(edited.map_err(|error| refusal(project, file, document, now, op, error))?);
    }
    let after = after.filter(|after| after.text() != before.text());
    Ok(after.map(|after| Splice::one(file, document, before.clone(), Arc::new(after))))
}

/// Names the line of the deepest thing on the way to where the edit was to be made.
pub(super) fn refusal(
    project: &Project,
    file: FileId,
    document: usize,
    now: &Document,
    op: &Op,
    error: EditError,
) -> ChangeError {
    let mut place = Place { file, document, ..Place::default() };
    match now.tree() {
        Ok(tree) => {
            let path = op.target();
            let nodes = (0..=path.len()).map_while(|length| tree.at(&path[..length]));
            for node in nodes {
                place.span = tree.node(node).span;
                // What stands behind an alias stands elsewhere.
                if tree.resolve(node) != node {
                    break;
                }
            }
        }
        Err(error) => (place.span.start, place.span.end) = (error.offset, error.offset),
    }
    let report = matches!(error, EditError::NotAsMeant(_) | EditError::Unsupported(_))
        .then(|| error.report(now, op));
    let file = project.file(file).name.clone();
    let line = project.position(place).line;
    ChangeError::Edit(Box::new(RefusedEdit { file, line, error, report }))
}
