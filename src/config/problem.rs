//! What keeps a text from being read as it was meant.

use super::{ClientKey, Place};

/// Something about the text that keeps the studio, and likely an importer, from reading it as it
/// was meant. Nothing is repaired and nothing is hidden: the rest of the document is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    /// Where; for a file that could not be read at all the start of its first document.
    pub place: Place,
    /// What was found, in plain words, as a sentence without its full stop.
    pub message: String,
    /// The client app whose document it is in.
    pub client: Option<ClientKey>,
}

/// What sort of [`Problem`] it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The file could not be read or decoded.
    File,
    /// The document is not YAML.
    Syntax,
    /// The same key twice in one mapping of a client app; the first is read.
    DuplicateKey,
    /// A collection where a text belongs, or the other way round.
    WrongType,
    /// The client app states no id.
    ClientWithoutId,
    /// An entry of the list of permissions that names nobody by id.
    EntryWithoutId,
    /// A federated identity without issuer or without subject.
    IncompleteIdentity,
    /// `{{guid:x}}` without quotes, which YAML does not read as text.
    UnquotedPlaceholder,
    /// A boolean setting whose value is neither true nor false.
    NotBoolean,
    /// One part stated in two ways under two spellings of its key.
    Contradiction,
    /// Parts that cannot both be meant, as secrets of a public client app.
    Incompatible,
    /// A text where a date belongs.
    NotADate,
    /// A merge key, which an importer may not apply.
    MergeKey,
    /// Permissions or identities that come from elsewhere through an alias.
    SharedTrust,
    /// A document with lists that only client apps have, but without their tag.
    MissingTag,
    /// So much stands behind aliases and merge keys that not all of it is read.
    TooMuchShared,
}
