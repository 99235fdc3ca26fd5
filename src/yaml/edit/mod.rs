//! Edits: what may be changed, where, in which style, and the proof that nothing else was.

use super::Document;

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
    /// Gives the scalar at `path` another text, in its own style when that can hold it.
    Set { path: Vec<Step>, value: Value },
    /// Puts an item into the sequence at `path`, before the item that is now at `index`.
    Insert { path: Vec<Step>, index: usize, value: Value },
    /// Takes the item at `index` out of the sequence at `path`.
    Remove { path: Vec<Step>, index: usize },
    /// Adds a key at the end of the mapping at `path`.
    Add { path: Vec<Step>, key: String, value: Value },
    /// Takes a key and its value out of the mapping at `path`.
    RemoveKey { path: Vec<Step>, key: String },
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

pub(super) fn apply(document: &Document, _op: &Op) -> Result<Document, EditError> {
    let _ = document.tree().map_err(|e| EditError::Broken(e.message.clone()))?;
    Err(EditError::Unsupported("not yet".to_owned()))
}
