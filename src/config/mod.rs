//! What the YAML says about client apps, and how it is changed.
//!
//! A [`Project`] is a set of files, each a stream of documents; a document whose root tag is
//! `!ClientAppDto` is a [`ClientApp`]. Everything read knows its [`Place`]. Nothing is filled in:
//! what a file does not state is `None`, a third value beside true and false.
//!
//! A [`Change`] is one named intention. Undo, the review before saving, the window and the command
//! line all speak it; it becomes YAML edits, and nothing else writes to text.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::yaml::{Document, EditError, LoadError, Position, Span, Stream};

/// A file of the project, by its place in [`Project::files`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub usize);

/// A client app of the project, by its place in [`Project::clients`]. Holds until documents are
/// added or removed (a reload); after that it is to be looked up again by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientKey(pub usize);

/// Where something stands: file, document and bytes within that document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub file: FileId,
    pub document: usize,
    pub span: Span,
}

/// A value that a file states, with the place where it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<T> {
    pub value: T,
    pub place: Place,
}

/// The id of a client app, or a reference to one.
///
/// Compared by [`Id::key`]: GUIDs without case or braces, placeholders by kind and name, anything
/// else as written.
#[derive(Clone, Debug)]
pub struct Id {
    text: Box<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdForm {
    /// 8-4-4-4-12 hexadecimal digits, with or without braces.
    Guid,
    /// `{{guid:name}}`.
    Placeholder,
    /// Neither: cut short, a name, an unquoted placeholder …
    Other,
}

impl Id {
    pub fn new(_text: &str) -> Self {
        todo!()
    }
    /// As written in the file.
    pub fn as_str(&self) -> &str {
        &self.text
    }
    pub fn form(&self) -> IdForm {
        todo!()
    }
    /// The text two equal ids share.
    pub fn key(&self) -> std::borrow::Cow<'_, str> {
        todo!()
    }
}

/// An entry of `allowedTokenExchangeClientApps`.
#[derive(Clone, Debug)]
pub struct Permission {
    /// The id of the entry, `None` when the entry has none that can be read.
    pub id: Option<Id>,
    /// The client app of the project with that id; `None` is a dangling reference.
    pub client: Option<ClientKey>,
    /// The entry.
    pub place: Place,
}

/// An entry of `clientAppFederatedIdentities`: a token of `issuer` for `subject` stands for the
/// client app that holds the entry.
#[derive(Clone, Debug)]
pub struct FederatedIdentity {
    /// The entity id of the entry itself.
    pub id: Option<Stated<Id>>,
    pub issuer: Option<Stated<String>>,
    pub subject: Option<Stated<String>>,
    /// The entry.
    pub place: Place,
}

/// A setting of a client app that the studio knows, whatever spelling the file uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Setting {
    Enabled,
    Public,
    Restricted,
    IncludeGroupsClaims,
    AllowCrossSubscription,
    ResourceFilter,
    ScopeFilter,
    AccessGrantConsent,
    LogoutConsent,
    ClientUri,
    LogoUri,
}

impl Setting {
    pub const ALL: [Self; 11] = [
        Self::Enabled,
        Self::Public,
        Self::Restricted,
        Self::IncludeGroupsClaims,
        Self::AllowCrossSubscription,
        Self::ResourceFilter,
        Self::ScopeFilter,
        Self::AccessGrantConsent,
        Self::LogoutConsent,
        Self::ClientUri,
        Self::LogoUri,
    ];

    /// The name people know it by, as in "Is public".
    pub fn label(self) -> &'static str {
        todo!()
    }
    /// Spellings of the key, the likeliest first; the first is written when none stands yet.
    pub fn spellings(self) -> &'static [&'static str] {
        todo!()
    }
    pub fn is_boolean(self) -> bool {
        todo!()
    }
}

/// What a file says of one [`Setting`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingValue {
    pub setting: Setting,
    /// The key as the file spells it.
    pub key: String,
    /// The value as written.
    pub text: String,
    /// For a boolean setting: what it says, `None` when it is not a boolean.
    pub boolean: Option<bool>,
    pub place: Place,
}

/// One `!ClientAppDto` document.
#[derive(Clone, Debug)]
pub struct ClientApp {
    pub key: ClientKey,
    pub file: FileId,
    pub document: usize,
    /// The mapping.
    pub place: Place,
    pub id: Option<Stated<Id>>,
    pub name: Option<Stated<String>>,
    pub subscription: Option<Stated<Id>>,
    pub settings: Vec<SettingValue>,
    /// How many `clientAppSecrets` the file lists; `None` when the key is absent. Their values are
    /// never read into the model.
    pub secrets: Option<usize>,
    pub permissions: Vec<Permission>,
    pub identities: Vec<FederatedIdentity>,
}

impl ClientApp {
    /// Name, or id, or "unnamed client": what a person sees.
    pub fn label(&self) -> &str {
        todo!()
    }
    pub fn setting(&self, _setting: Setting) -> Option<&SettingValue> {
        todo!()
    }
    /// What the file says of a boolean setting, `None` when it is not stated (or not a boolean).
    pub fn flag(&self, _setting: Setting) -> Option<Stated<bool>> {
        todo!()
    }
}

/// A file of the project.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Where it was read from and will be saved to; `None` for text that has no file yet.
    pub path: Option<PathBuf>,
    /// Short name for lists and messages, unique within the project.
    pub name: String,
    /// The text, or why there is none.
    pub stream: Result<Stream, LoadError>,
    // … disk stamp and saved documents are private to this room.
}

/// Files, their documents and the client apps they describe.
#[derive(Clone, Debug, Default)]
pub struct Project {
    files: Vec<SourceFile>,
    clients: Vec<ClientApp>,
}

/// Text of one file, before it is a project: from disk, a test, or the built-in sample.
pub struct Source {
    pub path: Option<PathBuf>,
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Why a path could not be opened at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{message}: {path}", path = path.display())]
    Path { path: PathBuf, message: String },
    #[error("no YAML file (.yaml, .yml) in {path}", path = path.display())]
    NoYaml { path: PathBuf },
}

/// Why a change was refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error("{0}")]
    NotPossible(String),
    #[error("{file} line {line}: {error}")]
    Edit { file: String, line: usize, error: EditError },
}

impl Project {
    /// Reads files and folders (a folder: every `.yaml` and `.yml` below it, sorted by path).
    /// A file that cannot be decoded becomes a [`SourceFile`] with its error; only a path that
    /// cannot be read at all is an [`OpenError`].
    pub fn open(_paths: &[PathBuf]) -> Result<Self, OpenError> {
        todo!()
    }
    pub fn from_sources(_sources: Vec<Source>) -> Self {
        todo!()
    }
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0]
    }
    pub fn clients(&self) -> &[ClientApp] {
        &self.clients
    }
    pub fn client(&self, key: ClientKey) -> &ClientApp {
        &self.clients[key.0]
    }
    pub fn document(&self, _file: FileId, _document: usize) -> Option<&Arc<Document>> {
        todo!()
    }
    /// Line and column of the start of a place.
    pub fn position(&self, _place: Place) -> Position {
        todo!()
    }
    /// `file:line` for messages.
    pub fn describe_place(&self, _place: Place) -> String {
        todo!()
    }
    /// The client app with an id (GUIDs without case, placeholders by name).
    pub fn by_id(&self, _id: &Id) -> Option<ClientKey> {
        todo!()
    }
    /// A client app by what a person types: GUID, placeholder, or unambiguous name (without case).
    pub fn find(&self, _text: &str) -> Result<ClientKey, String> {
        todo!()
    }
    /// All identities with exactly this pair, as (client app, index into its identities).
    pub fn by_identity(&self, _issuer: &str, _subject: &str) -> Vec<(ClientKey, usize)> {
        todo!()
    }
    /// Client apps that the dangling reference may have meant, best first: by shared prefix, then
    /// by edit distance.
    pub fn did_you_mean(&self, _id: &Id) -> Vec<ClientKey> {
        todo!()
    }

    /// Makes a change; one undo step.
    pub fn apply(&mut self, _change: &Change) -> Result<(), ChangeError> {
        todo!()
    }
    /// Takes back the last change; gives its description.
    pub fn undo(&mut self) -> Option<String> {
        todo!()
    }
    pub fn redo(&mut self) -> Option<String> {
        todo!()
    }
    /// What [`Project::undo`] and [`Project::redo`] would take back or make again.
    pub fn undo_label(&self) -> Option<&str> {
        todo!()
    }
    pub fn redo_label(&self) -> Option<&str> {
        todo!()
    }
    /// Rises with every change, undo, redo and reload; equal numbers mean an equal project.
    pub fn revision(&self) -> u64 {
        todo!()
    }
    /// Files whose text differs from what was last read or saved.
    pub fn unsaved(&self) -> Vec<FileId> {
        todo!()
    }
    /// Unified diff of one file, last read or saved against now.
    pub fn diff(&self, _file: FileId) -> String {
        todo!()
    }
    /// Writes one file: to a temporary file beside it, synced, renamed; permissions kept, a symlink
    /// followed. Refused when the file on disk is no longer what was read.
    pub fn save(&mut self, _file: FileId) -> Result<(), SaveError> {
        todo!()
    }
    /// Writes one file elsewhere and goes on with it there.
    pub fn save_as(&mut self, _file: FileId, _path: &Path) -> Result<(), SaveError> {
        todo!()
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The file changed on disk since it was read; nothing was written.
    #[error("{path} changed on disk since it was read", path = .0.display())]
    ChangedOnDisk(PathBuf),
    #[error("the text has no file yet")]
    NoPath,
    #[error("{error}: {path}", path = path.display())]
    Io { path: PathBuf, error: std::io::Error },
}

/// One named intention. Clients are named by key; new values are text as the user typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Adds `entry` to the list of `owner` (creating the list).
    Allow { owner: ClientKey, entry: String },
    /// Removes every entry with that id from the list of `owner` (and the key with the last one).
    Revoke { owner: ClientKey, entry: String },
    /// Adds a federated identity; a new GUID becomes its id when `id` is `None`.
    Federate { client: ClientKey, id: Option<String>, issuer: String, subject: String },
    /// Removes the identity at `index`.
    Unfederate { client: ClientKey, index: usize },
    /// Changes issuer and subject of the identity at `index`.
    EditIdentity { client: ClientKey, index: usize, issuer: String, subject: String },
    /// Gives a top-level scalar another value, adding the key when it is absent.
    Set { client: ClientKey, key: String, value: String },
    /// Removes a top-level key.
    Unset { client: ClientKey, key: String },
}

impl Change {
    /// A short sentence for the history and the review, as in "Allow Portal → Dashboard".
    pub fn describe(&self, _project: &Project) -> String {
        todo!()
    }
}
