//! An id renamed wherever it stands.
//!
//! A placeholder or a GUID means the same thing wherever it is the whole of a text, in documents
//! that the studio knows nothing of as well: nobody writes one by chance. Any other text is an id
//! only where an id belongs. A node that aliases stand for is renamed once, where it is written.

use std::sync::Arc;

use rayon::prelude::*;

use crate::yaml::{Document, Kind, NodeId, Op, Step, Tree, Value};

use super::super::history::Splice;
use super::super::{FileId, Id, IdForm, Place, Project};
use super::apply::refusal;
use super::describe::document_label;
use super::{ChangeError, not_possible};

/// Where an id stands in a document.
enum Found {
    /// The value at this path; whether it is a placeholder without quotes.
    Value(Vec<Step>, bool),
    /// A key of the mapping at this path, as written.
    Key(Vec<Step>, String),
}

/// Tells where one id stands.
struct Search {
    id: Id,
    form: IdForm,
}

impl Search {
    fn new(text: &str) -> Self {
        let id = Id::new(text);
        Self { form: id.form(), id }
    }

    /// Whether a text is this id, if an id it is. Asked of every scalar, so most are told apart by
    /// their length or their first letter.
    fn is(&self, text: &str) -> bool {
        match self.form {
            IdForm::Guid => matches!(text.len(), 36 | 38) && Id::new(text) == self.id,
            IdForm::Placeholder => text.starts_with("{{") && Id::new(text) == self.id,
            IdForm::Other => text == self.id.as_str(),
        }
    }

    /// Every place of a document, in order.
    fn find(&self, document: &Document) -> Vec<Found> {
        let Ok(tree) = document.tree() else { return Vec::new() };
        // Paths are long to make and places are few: most documents have none.
        if !tree.ids().any(|id| self.may_be(document, tree, id)) {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut todo: Vec<(NodeId, Vec<Step>, bool)> = Vec::new();
        todo.extend(tree.root().map(|root| (root, Vec::new(), false)));
        while let Some((node, path, of_id)) = todo.pop() {
            match tree.node(node).kind {
                Kind::Scalar(scalar) => {
                    if self.is(scalar.text) && (of_id || self.form != IdForm::Other) {
                        found.push(Found::Value(path, false));
                    }
                }
                Kind::Sequence { items, .. } => {
                    for (index, item) in items.iter().enumerate().rev() {
                        todo.push((*item, step(&path, Step::Index(index)), of_id));
                    }
                }
                Kind::Mapping { .. } if self.is_unquoted(document, tree, node) => {
                    found.push(Found::Value(path, true));
                }
                Kind::Mapping { entries, .. } => {
                    for (index, (key, value)) in entries.iter().enumerate().rev() {
                        let name = tree.text(*key).unwrap_or_default();
                        let of_id = name == "id" || name.ends_with("Id");
                        todo.push((*value, step(&path, Step::Index(index)), of_id));
                    }
                    if self.form != IdForm::Other {
                        let keys =
                            entries.iter().filter_map(|(key, _)| match tree.node(*key).kind {
                                Kind::Scalar(scalar) if self.is(scalar.text) => Some(scalar.text),
                                _ => None,
                            });
                        found.extend(keys.map(|key| Found::Key(path.clone(), key.to_owned())));
                    }
                }
                Kind::Alias { .. } => {}
            }
        }
        found
    }

    fn may_be(&self, document: &Document, tree: &Tree, id: NodeId) -> bool {
        match tree.node(id).kind {
            Kind::Scalar(scalar) => self.is(scalar.text),
            Kind::Mapping { .. } => self.is_unquoted(document, tree, id),
            _ => false,
        }
    }

    /// Whether a node is this id as a placeholder that stands without quotes.
    fn is_unquoted(&self, document: &Document, tree: &Tree, id: NodeId) -> bool {
        let node = tree.node(id);
        self.form == IdForm::Placeholder
            && matches!(node.kind, Kind::Mapping { flow: true, .. })
            && self.is(document.slice(node.span))
    }
}

fn step(path: &[Step], last: Step) -> Vec<Step> {
    path.iter().cloned().chain([last]).collect()
}

/// Every document of the project that has the id, with its places.
fn search(project: &Project, search: &Search) -> Vec<(FileId, usize, Vec<Found>)> {
    let files = project.files().par_iter().flat_map_iter(|file| {
        let documents = file.stream.as_ref().map(|stream| stream.documents());
        let count = documents.as_ref().map_or(0, |documents| documents.len());
        let found: Vec<_> = (0..count)
            .into_par_iter()
            .with_min_len(64)
            .filter_map(|at| {
                let found = search.find(documents.as_ref().ok()?.get(at)?);
                (!found.is_empty()).then_some((file.id, at, found))
            })
            .collect();
        found
    });
    files.collect()
}

/// In how many places an id stands.
pub(super) fn places(project: &Project, id: &str) -> usize {
    search(project, &Search::new(id)).iter().map(|(_, _, found)| found.len()).sum()
}

impl Project {
    /// In which documents an id stands, and in how many places of each: what
    /// [`Change::RenameId`](super::Change::RenameId) would change. It looks at every text of the
    /// project.
    pub fn places_of_id(&self, id: &str) -> Vec<(FileId, usize, usize)> {
        let found = search(self, &Search::new(id)).into_iter();
        found.map(|(file, document, found)| (file, document, found.len())).collect()
    }
}

/// The documents with the id, as they are and as they would be.
pub(super) fn splices(project: &Project, from: &str, to: &str) -> Result<Vec<Splice>, ChangeError> {
    let (old, new) = (Search::new(from), Search::new(to));
    if to.trim().is_empty() {
        return not_possible("An id cannot be empty");
    }
    let found = search(project, &old);
    if found.is_empty() {
        return not_possible(format!("No document of the project has the id {from}"));
    }
    if new.id != old.id {
        check(project, &new)?;
    }
    check_unread(project, &old)?;
    let rename = |(file, at, found): &(FileId, usize, Vec<Found>)| {
        let Some(before) = project.document(*file, *at) else { return Ok(None) };
        let mut after: Option<Document> = None;
        for place in found {
            let op = match place {
                Found::Value(path, false) => {
                    Op::Set { path: path.clone(), value: Value::Text(to.to_owned()) }
                }
                // Without quotes as it was: how it is written is another matter.
                Found::Value(path, true) => {
                    let value = match new.form {
                        IdForm::Placeholder => Value::Yaml(to.to_owned()),
                        IdForm::Guid | IdForm::Other => Value::Text(to.to_owned()),
                    };
                    Op::Set { path: path.clone(), value }
                }
                Found::Key(path, key) => {
                    Op::Rename { path: path.clone(), key: key.clone(), new: to.to_owned() }
                }
            };
            let now = after.as_ref().unwrap_or(before);
            let edited = now.edit(&op);
            after = Some(edited.map_err(|error| refusal(project, *file, *at, now, &op, error))?);
        }
        Ok(after.map(|after| Splice::one(*file, *at, before.clone(), Arc::new(after))))
    };
    let splices: Result<Vec<Option<Splice>>, ChangeError> = found.par_iter().map(rename).collect();
    Ok(splices?.into_iter().flatten().collect())
}

/// Refuses an id that somebody has: two things would be one. A placeholder is the name of one
/// thing wherever it stands.
fn check(project: &Project, new: &Search) -> Result<(), ChangeError> {
    let id = new.id.as_str();
    if let Some(client) = project.by_id(&new.id) {
        return not_possible(format!("{} has the id {id} already", project.client(client).label()));
    }
    let mut others = project.other_documents().iter();
    let other = others.find(|it| it.id.as_ref().is_some_and(|own| own.value == new.id));
    if let Some(other) = other {
        let label = document_label(project, other.file, other.document);
        return not_possible(format!("{label} has the id {id} already"));
    }
    if new.form != IdForm::Placeholder {
        return Ok(());
    }
    match search(project, new).first() {
        Some((file, document, found)) => {
            let mut place = Place { file: *file, document: *document, ..Place::default() };
            if let Some(Found::Value(path, _) | Found::Key(path, _)) = found.first()
                && let Some(Ok(tree)) = project.document(*file, *document).map(|it| it.tree())
                && let Some(node) = tree.at(path)
            {
                place.span = tree.node(node).span;
            }
            not_possible(format!(
                "The placeholder {id} is in use already ({}): both would become one id. Choose \
                 another name",
                project.describe_place(place)
            ))
        }
        None => Ok(()),
    }
}

/// Refuses while a document that cannot be read may name the id: it would be left behind.
fn check_unread(project: &Project, old: &Search) -> Result<(), ChangeError> {
    for file in project.files() {
        let Ok(stream) = &file.stream else { continue };
        for (document, it) in stream.documents().iter().enumerate() {
            if it.tree().is_err() && it.text().contains(old.id.as_str()) {
                let place = Place { file: file.id, document, ..Place::default() };
                return not_possible(format!(
                    "The document at {} has a syntax error and seems to name {}, which would be \
                     left behind; correct it first",
                    project.describe_place(place),
                    old.id
                ));
            }
        }
    }
    Ok(())
}
