//! Edits: what may be changed, where, in which style, and the proof that nothing else was.
//!
//! Every edit goes the same way. The path is walked in the tree (`place`), the layout around the
//! place is read from the text (`layout`), and one splice is proposed, or a few, the most fitting
//! first and the safest last (`scalar`, `block`, `flow`, `open`; values are written by `write`). Each
//! proposal says what it means in terms of the tree. The new text is parsed and held against that
//! (`verify`): the first proposal that does exactly what was meant is the answer, and when none
//! does the edit is refused. So a layout that was never thought of can cost a refusal, not a file.
//!
//! What is kept, always: every byte outside the splice, every comment outside the lines of a node
//! that is taken out, tags, anchors, and blank lines. Aliases are not followed: what stands behind
//! one belongs to another place. A node that an alias elsewhere stands for is not taken out.

mod block;
mod flow;
mod layout;
mod open;
mod place;
mod scalar;
mod verify;
mod write;

use super::{Document, NodeId, Span, Tree};
use place::{Place, Slot, describe};
use verify::Meaning;

/// One step of a path from the root of a document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The value of a key.
    Key(String),
    /// The value of the entry at this place of a mapping, counted from 0: the way to one of
    /// several entries with the same key.
    Entry(usize),
    /// The item at this place of a sequence, counted from 0.
    Index(usize),
}

/// A value to be written. It is text, not YAML: quoting is the editor's business.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    List(Vec<Value>),
    Mapping(Vec<(String, Value)>),
}

/// One edit of one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Gives the node at `path` another value. A scalar keeps its style when that can hold the new
    /// text, and its tag and anchor in any case.
    Set { path: Vec<Step>, value: Value },
    /// Puts an item into the sequence at `path`, before the item that is now at `index`. An absent
    /// value or a plain `null` or `~` counts as an empty sequence.
    Insert { path: Vec<Step>, index: usize, value: Value },
    /// Takes the item at `index` out of the sequence at `path`; the last one leaves `[]`.
    Remove { path: Vec<Step>, index: usize },
    /// Adds a key at the end of the mapping at `path`. An absent value or a plain `null` or `~`
    /// counts as an empty mapping.
    Add { path: Vec<Step>, key: String, value: Value },
    /// Takes a key and its value out of the mapping at `path`; the last one leaves `{}`.
    RemoveKey { path: Vec<Step>, key: String },
    /// Gives a key of the mapping at `path` another name.
    Rename { path: Vec<Step>, key: String, new: String },
}

/// Why an edit was refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The document has no tree to edit.
    #[error("the document has a syntax error: {0}")]
    Broken(String),
    #[error("there is nothing at {0}")]
    NotFound(String),
    #[error("{0} is not a {1}")]
    WrongKind(String, &'static str),
    #[error("{0} has the key {1} already")]
    KeyExists(String, String),
    /// The layout around the place is one the editor does not know how to keep.
    #[error("this place cannot be edited without touching more than it: {0}")]
    Unsupported(String),
    /// The splice did something other than what was meant; a defect of the editor.
    #[error("the edit would have changed something else: {0}")]
    NotAsMeant(String),
}

fn unsupported<T>(why: impl Into<String>) -> Result<T, EditError> {
    Err(EditError::Unsupported(why.into()))
}

/// One proposal: a splice and what it means.
#[derive(Debug)]
struct Proposal {
    /// What goes.
    at: Span,
    /// What comes in its place.
    with: String,
    meaning: Meaning,
}

/// What an edit sees: a document that has a tree.
#[derive(Clone, Copy)]
struct Editor<'a> {
    document: &'a Document,
    text: &'a str,
    tree: &'a Tree,
}

pub(super) fn apply(document: &Document, op: &Op) -> Result<Document, EditError> {
    let tree = document.tree().map_err(|e| EditError::Broken(e.message.clone()))?;
    let editor = Editor { document, text: document.text(), tree };
    let mut refusal = None;
    for proposal in editor.propose(op)? {
        let Span { start, end } = proposal.at;
        let text = [&editor.text[..start], &proposal.with, &editor.text[end..]].concat();
        let edited = Document::parse(&text, document.limits());
        match verify::check(document, &edited, &proposal) {
            Ok(()) => return Ok(edited),
            // The first proposal is the natural one: its refusal explains most.
            Err(why) => refusal = refusal.or(Some(why)),
        }
    }
    Err(refusal.unwrap_or_else(|| EditError::Unsupported("no way to write it is known".into())))
}

impl Editor<'_> {
    fn propose(&self, op: &Op) -> Result<Vec<Proposal>, EditError> {
        match op {
            Op::Set { path, value } => self.set(&self.locate(path)?, value),
            Op::Insert { path, index, value } => {
                let (place, len) = self.locate_list(path)?;
                if *index > len {
                    return Err(EditError::NotFound(describe_item(path, *index)));
                }
                self.put(&place, *index, None, value)
            }
            Op::Remove { path, index } => {
                let (place, len) = self.locate_list(path)?;
                if *index >= len {
                    return Err(EditError::NotFound(describe_item(path, *index)));
                }
                self.take(&place, *index)
            }
            Op::Add { path, key, value } => {
                let place = self.locate_mapping(path)?;
                if self.keys(&place, key).next().is_some() {
                    return Err(EditError::KeyExists(describe(path), key.clone()));
                }
                let len = self.own_entries(&place).len();
                self.put(&place, len, Some(key), value)
            }
            Op::RemoveKey { path, key } => {
                let place = self.locate_mapping(path)?;
                let index = self.only_key(&place, key)?;
                self.take(&place, index)
            }
            Op::Rename { path, key, new } => {
                let place = self.locate_mapping(path)?;
                let index = self.only_key(&place, key)?;
                if key != new && self.keys(&place, new).next().is_some() {
                    return Err(EditError::KeyExists(describe(path), new.clone()));
                }
                self.rename(&place, index, new)
            }
        }
    }

    /// Puts an item, or an entry with its key, into a collection.
    fn put(
        &self,
        place: &Place,
        index: usize,
        key: Option<&str>,
        value: &Value,
    ) -> Result<Vec<Proposal>, EditError> {
        let Some(node) = place.node else {
            return self.put_first(place, key, value).map(|p| vec![p]);
        };
        let empty = self.is_empty(node);
        let flow = self.is_flow_collection(node);
        let opens = empty && !place.in_flow && matches!(place.slot, Slot::Value(..) | Slot::Root);
        let proposal = if opens && !(flow && place.slot == Slot::Root) {
            self.put_first(place, key, value)
        } else if flow || empty {
            self.put_flow(place, index, key, value)
        } else {
            self.put_block(place, index, key, value)
        };
        proposal.map(|p| vec![p])
    }

    /// Takes an item, or an entry, out of a collection.
    fn take(&self, place: &Place, index: usize) -> Result<Vec<Proposal>, EditError> {
        let Some(node) = place.node else {
            return Err(EditError::NotFound(describe(&place.path)));
        };
        let proposal = if self.is_flow_collection(node) {
            self.take_flow(node, index)?
        } else {
            self.take_block(place, node, index)?
        };
        self.check_aliases(&proposal.meaning)?;
        Ok(vec![proposal])
    }

    /// Refuses to take out what an alias elsewhere stands for.
    fn check_aliases(&self, meaning: &Meaning) -> Result<(), EditError> {
        let gone = |id: NodeId| meaning.range.contains(&id.0);
        for id in self.tree.ids() {
            let target = self.tree.resolve(id);
            if target != id && gone(target) && !gone(id) {
                let name = self.tree.node(target).anchor.unwrap_or_default();
                return unsupported(format!("`*{name}` elsewhere stands for a part of it"));
            }
        }
        Ok(())
    }
}

fn describe_item(path: &[Step], index: usize) -> String {
    let mut path = path.to_vec();
    path.push(Step::Index(index));
    describe(&path)
}
