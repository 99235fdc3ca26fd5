//! Why an edit was refused.

use super::Step;
use super::place::describe;

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
    /// A [`super::Value::Yaml`] that cannot be a value; what is wrong with it.
    #[error("the new value is not one YAML value: {0}")]
    BadValue(String),
    /// The place is shared with others: `edit_via` says what is to be done.
    #[error(
        "this place takes its value from `&{name}` (line {line} of the document, {}), which is used \
         in {}: change it there for all of them, or give this place a value of its own",
        describe(anchor),
        count(*places)
    )]
    Shared {
        /// The name of the anchor, without `&`.
        name: String,
        /// The path to the node that has the anchor.
        anchor: Vec<Step>,
        /// The line of that node in its document, counted from 1.
        line: usize,
        /// How many aliases stand for it, those of merge keys among them.
        places: usize,
        /// Whether it comes through a merge key (`<<`).
        merged: bool,
    },
    /// The layout around the place is one the editor does not know how to keep.
    #[error("this place cannot be edited without touching more than it: {0}")]
    Unsupported(String),
    /// The splice did something other than what was meant; a defect of the editor.
    #[error("the edit would have changed something else: {0}")]
    NotAsMeant(String),
}

/// "1 place", "3 places".
pub(super) fn count(places: usize) -> String {
    if places == 1 { "1 place".to_owned() } else { format!("{places} places") }
}

pub(super) fn unsupported<T>(why: impl Into<String>) -> Result<T, EditError> {
    Err(EditError::Unsupported(why.into()))
}
