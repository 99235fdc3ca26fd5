//! Text ⇄ tree with spans; edits as verified splices. Knows nothing of clients.
//!
//! The text is the truth. A file is a [`Stream`] of [`Document`]s whose texts, put one after the
//! other, are the file byte for byte; the split is a line scan, so a broken document never harms
//! its neighbours. Each document is parsed on its own into a [`Tree`] that remembers where every
//! node stands. An edit ([`Op`]) is a splice of the document's text, chosen to fit the style
//! around it; the new text is parsed again and compared with what the edit meant, and a splice
//! that does anything else is refused.
//!
//! Why not a YAML crate's own value type: a value loses what this room exists to keep (quoting,
//! comments, key order, `00123`, a 21-digit number), and no published editor is safe on documents
//! with a tag at their root. So only the events of a parser are used, behind one small adapter
//! (`parse`), and everything that writes is here.
//!
//! | part | purpose |
//! |---|---|
//! | `stream` | bytes ⇄ documents, lines and columns, edits of whole documents and of free text |
//! | `parse` | the one place that knows the parser |
//! | `tree` | nodes in flat arrays, handed out as views |
//! | `scan` | the few questions asked of the text itself: breaks, blanks, comments |
//! | `edit` | what may be changed, where, in which style, and the proof that nothing else was |

mod edit;
mod parse;
mod scan;
mod stream;
mod tree;

pub use edit::{EditError, Op, Step, Value, Via, describe};
pub use stream::{Document, Documents, Encoding, Offsets, Progress, Splice, Stream, StreamOp};
pub use tree::{Kind, Node, NodeId, Scalar, Style, Tree};

/// A range of bytes within the text of one document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
}

impl Span {
    /// A span from its two offsets.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// Whether it covers no byte, as the span of an absent value does.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// As a range, to slice with.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start..self.end
    }
}

/// A place a person can find: line and column in a file, both counted from 1, columns in
/// characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// How much of a file is accepted before it is refused with a clear message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes in one file. Default 256 MiB, for which some 3 GB of memory are needed.
    pub file_bytes: usize,
    /// Nesting of collections in one document. Default 128.
    pub depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { file_bytes: 256 << 20, depth: 128 }
    }
}

/// Why a file as a whole could not become a [`Stream`]. A syntax error inside one document is not
/// such a reason: see [`Document::tree`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The bytes are in no encoding that YAML knows. `looks_like` names the one they probably are
    /// in, if one shows.
    #[error(
        "the text is not UTF-8 (byte {offset}){}; save it as UTF-8 and open it again",
        looks_like.map_or(String::new(), |name| format!(", it looks like {name}"))
    )]
    NotUtf8 { offset: usize, looks_like: Option<&'static str> },
    /// The text is in UTF-16 or UTF-32, and broken at a byte.
    #[error(
        "the text is {encoding}, but at byte {offset} there is {what}; save it again in the program \
         it comes from, as UTF-8 if you can choose"
    )]
    Malformed { encoding: Encoding, offset: usize, what: &'static str },
    /// The file is larger than [`Limits::file_bytes`].
    #[error(
        "the file has {bytes} bytes, more than the limit of {limit}; split it between documents, \
         or raise the limit"
    )]
    TooLarge { bytes: usize, limit: usize },
    /// [`Progress::cancel`] was called.
    #[error("reading was cancelled")]
    Cancelled,
}

/// Why one document has no tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Offset within the document's text.
    pub offset: usize,
    /// What is wrong, in plain words, without position.
    pub message: String,
}
