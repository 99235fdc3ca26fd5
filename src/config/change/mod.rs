//! One named intention, and the edits of text it becomes.
//!
//! A change is decided on what was *read*, and written as operations on the *text*: the smallest
//! ones that make the text say it. All edits of a change succeed or none is made.
//!
//! | part | purpose |
//! |---|---|
//! | `describe` | what a change is called |
//! | `client` | edits of one client app |
//! | `document` | documents that come, go and move; text; files |
//! | `fresh` | new client apps, and copies of them |
//! | `rename` | an id renamed wherever it stands |
//! | `apply` | a change, or many, made as one step |

mod apply;
mod client;
mod describe;
mod document;
mod fresh;
mod rename;

use std::ops::Range;
use std::path::PathBuf;

use crate::yaml::{EditError, Op, Value, Via};

use super::{ClientKey, FileId};

pub use apply::Refused;

/// One named intention. New values are text as the user typed it.
///
/// Clients are named by key, documents by file and number, as they are when the change is made: of
/// several changes each sees what those before it did.
#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    /// Adds `entry` to the list of `owner` (creating the list).
    Allow { owner: ClientKey, entry: String },
    /// Removes every entry with that id from the list of `owner` (and the key with the last one).
    Revoke { owner: ClientKey, entry: String },
    /// Adds a federated identity; a new GUID becomes its id when `id` is `None`.
    Federate { client: ClientKey, id: Option<String>, issuer: String, subject: String },
    /// Removes the identity at `index` (and the key with the last one).
    Unfederate { client: ClientKey, index: usize },
    /// Changes issuer and subject of the identity at `index`.
    EditIdentity { client: ClientKey, index: usize, issuer: String, subject: String },
    /// Gives a top-level scalar another value, adding the key when it is absent.
    Set { client: ClientKey, key: String, value: String },
    /// Removes a top-level key.
    Unset { client: ClientKey, key: String },
    /// Gives an id another text wherever it stands in the project: as the id of a document, in
    /// lists, and in every reference of any document. Placeholders and GUIDs are found anywhere;
    /// other texts only where an id belongs, under `id` and keys that end in `Id`.
    RenameId { from: String, to: String },
    /// Edits one document of any kind.
    Edit {
        file: FileId,
        document: usize,
        op: Op,
        /// What to do where the place is shared through an alias or a merge key; without it such
        /// an edit is refused with [`EditError::Shared`].
        via: Option<Via>,
    },
    /// Adds a client app, written as its neighbours are: tag, order of keys, quoting.
    AddClient {
        file: FileId,
        /// The number its document will have; after the last client app of the file when `None`.
        at: Option<usize>,
        /// `None` makes one up, of the form that the neighbours' ids have.
        id: Option<String>,
        name: String,
        subscription: Option<String>,
    },
    /// Adds a document as it is written, with or without `---`.
    AddDocument {
        file: FileId,
        /// The number it will have.
        at: usize,
        yaml: String,
    },
    /// Adds a document of these values, written as its neighbours are, with their tag.
    ComposeDocument {
        file: FileId,
        /// The number it will have.
        at: usize,
        value: Value,
    },
    /// Puts a copy right behind a document. The copy of a client app gets an id of its own and a
    /// name that says that it is one; all else is the same to the byte.
    Duplicate { file: FileId, document: usize },
    /// Takes a document out.
    RemoveDocument { file: FileId, document: usize },
    /// Moves a document, within its file or to another one; `to` is the number it has afterwards.
    MoveDocument { file: FileId, document: usize, to_file: FileId, to: usize },
    /// Puts other text in the place of some bytes of a file's text in UTF-8. Anything goes, also
    /// what breaks a document.
    Text { file: FileId, range: Range<usize>, with: String },
    /// Adds an empty file, which is created on disk when it is saved. It gets the id
    /// [`Project::next_file`](super::Project::next_file).
    AddFile { path: PathBuf },
    /// Takes a file out of the project. What is on disk stays. Whether unsaved work may go is the
    /// caller's question.
    CloseFile { file: FileId },
    /// The same, made as said where a place is shared through an alias or a merge key.
    Via(Via, Box<Change>),
}

/// Why a change was refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error("{0}")]
    NotPossible(String),
    #[error(transparent)]
    Edit(Box<RefusedEdit>),
}

/// An edit of text that was refused, and where.
#[derive(Debug, thiserror::Error)]
#[error("{file} line {line}: {error}")]
pub struct RefusedEdit {
    /// The name of the file within the project.
    pub file: String,
    /// Counted from 1, in the text as it was when the edit was tried.
    pub line: usize,
    pub error: EditError,
    /// What the makers need to know when the editor is at fault; the layout of the document with
    /// every letter and digit masked.
    pub report: Option<String>,
}

impl ChangeError {
    /// A report for the makers, when the editor refused what it should be able to do. Every letter
    /// and digit of the document is masked.
    pub fn report(&self) -> Option<&str> {
        match self {
            Self::Edit(refused) => refused.report.as_deref(),
            Self::NotPossible(_) => None,
        }
    }
}

fn not_possible<T>(message: impl Into<String>) -> Result<T, ChangeError> {
    Err(ChangeError::NotPossible(message.into()))
}
