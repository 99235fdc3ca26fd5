//! Text ⇄ tree with spans; edits as verified splices. Knows nothing of clients.
//!
//! The text is the truth. A file is a [`Stream`] of [`Document`]s whose texts, put one after the
//! other, are the file byte for byte; the split is a line scan, so a broken document never harms
//! its neighbours. Each document is parsed on its own into a [`Tree`] that remembers where every
//! node stands. An edit ([`Op`]) is a splice of the document's text, chosen to fit the style
//! around it; the new text is parsed again and compared with what the edit meant, and a splice
//! that does anything else is refused.

use std::sync::Arc;

/// A range of bytes within the text of one document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: usize,
    /// Offset after the last byte.
    pub end: usize,
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
    /// Bytes in one file. Default 256 MiB.
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
    /// The bytes are not UTF-8. `looks_like` names the encoding they probably are, if one shows.
    #[error("not UTF-8 at byte {offset}")]
    NotUtf8 { offset: usize, looks_like: Option<&'static str> },
    #[error("{bytes} bytes, over the limit of {limit}")]
    TooLarge { bytes: usize, limit: usize },
}

/// Why one document has no tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Offset within the document's text.
    pub offset: usize,
    /// What is wrong, in plain words, without position.
    pub message: String,
}

/// The text of one file, split into documents.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    documents: Vec<Arc<Document>>,
}

impl Stream {
    /// Splits and parses the bytes of one file (documents in parallel).
    pub fn load(_bytes: &[u8], _limits: &Limits) -> Result<Self, LoadError> {
        todo!()
    }

    /// The bytes of the file; right after [`Stream::load`] exactly the bytes that were loaded.
    pub fn to_bytes(&self) -> Vec<u8> {
        todo!()
    }

    /// The documents in file order; their texts concatenated are the file.
    pub fn documents(&self) -> &[Arc<Document>] {
        &self.documents
    }

    /// Puts another document in the place of one and gives back the old one.
    pub fn replace(&mut self, index: usize, document: Arc<Document>) -> Arc<Document> {
        std::mem::replace(&mut self.documents[index], document)
    }

    /// Line and column in the file of a byte offset within one document.
    pub fn position(&self, _document: usize, _offset: usize) -> Position {
        todo!()
    }
}

/// One document of a stream: its text, with the `---` before it and comments around it, and what
/// the parser made of it.
#[derive(Debug)]
pub struct Document {
    text: Box<str>,
    tree: Result<Tree, SyntaxError>,
}

impl Document {
    /// Parses one document.
    pub fn parse(_text: &str, _limits: &Limits) -> Self {
        todo!()
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The tree, or the first error that kept the document from having one.
    pub fn tree(&self) -> Result<&Tree, &SyntaxError> {
        self.tree.as_ref()
    }

    /// The document after one edit. The edit is refused, and nothing changes, unless the new text
    /// parses to the old tree with exactly the intended change and no other byte differs.
    pub fn edit(&self, _op: &Op) -> Result<Self, EditError> {
        todo!()
    }
}

/// The name of a node within its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(u32);

/// The nodes of one document, in an arena, with the places they stand at.
#[derive(Debug)]
pub struct Tree {
    nodes: Vec<Node>,
    root: Option<NodeId>,
}

#[derive(Debug)]
pub struct Node {
    /// The node without its tag and anchor.
    pub span: Span,
    /// The tag as written (`!ClientAppDto`), if any.
    pub tag: Option<Box<str>>,
    pub kind: Kind,
}

#[derive(Debug)]
pub enum Kind {
    Scalar(Scalar),
    Sequence { items: Vec<NodeId>, flow: bool },
    Mapping { entries: Vec<(NodeId, NodeId)>, flow: bool },
    /// `*name`; the node it stands for, when the anchor exists.
    Alias { target: Option<NodeId> },
}

/// A scalar is text. Nothing here resolves it to a number, a boolean or null.
#[derive(Debug)]
pub struct Scalar {
    /// The text after unescaping and folding; for a plain scalar the text as written. An absent
    /// value is the empty text with an empty span.
    pub text: Box<str>,
    pub style: Style,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
    Folded,
}

impl Tree {
    pub fn root(&self) -> Option<NodeId> {
        self.root
    }

    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// The node itself or, for an alias, the node it stands for.
    pub fn resolve(&self, _id: NodeId) -> NodeId {
        todo!()
    }

    /// The value of the first entry with this key in a mapping (aliases resolved).
    pub fn get(&self, _mapping: NodeId, _key: &str) -> Option<NodeId> {
        todo!()
    }

    /// Keys and values of a mapping in file order; nothing for any other node.
    pub fn entries(&self, _mapping: NodeId) -> &[(NodeId, NodeId)] {
        todo!()
    }

    /// Items of a sequence in file order; nothing for any other node.
    pub fn items(&self, _sequence: NodeId) -> &[NodeId] {
        todo!()
    }

    /// The text of a scalar (aliases resolved); `None` for a collection.
    pub fn text(&self, _id: NodeId) -> Option<&str> {
        todo!()
    }

    /// The node a path leads to.
    pub fn at(&self, _path: &[Step]) -> Option<NodeId> {
        todo!()
    }

    /// The comments of the document, in order, each from its `#` to the end of its line.
    pub fn comments(&self) -> &[Span] {
        todo!()
    }
}

/// One step of a path from the root of a document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Key(String),
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
