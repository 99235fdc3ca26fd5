//! What can be asked of a document.

/// One step of a path from the root of a document.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// The value of a key.
    Key(String),
    /// The item at this place of a sequence, or the value of the entry at this place of a mapping,
    /// counted from 0. For a mapping it is the way to one of several entries with the same key, and
    /// to keys that are no text.
    Index(usize),
}

/// A value to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text, not YAML: quoting is the editor's business.
    Text(String),
    List(Vec<Value>),
    Mapping(Vec<(String, Value)>),
    /// One value in YAML, kept as it is written apart from its indentation. It means what it means
    /// standing alone, so aliases in it need their anchors in it. Its tag takes the place of the old
    /// one; an anchor that stands there already stays.
    Yaml(String),
}

impl Value {
    /// Whether a text in it has a line break.
    pub(super) fn has_lines(&self) -> bool {
        match self {
            Self::Text(text) => text.contains('\n'),
            Self::List(items) => items.iter().any(Self::has_lines),
            Self::Mapping(entries) => entries.iter().any(|(_, value)| value.has_lines()),
            Self::Yaml(_) => false,
        }
    }
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
    /// Takes the item at `index` out of the sequence at `path`, or the entry at `index` out of the
    /// mapping there; the last one leaves `[]` or `{}`.
    Remove { path: Vec<Step>, index: usize },
    /// Moves an item or an entry of the collection at `path`, so that it is the one at `to`
    /// afterwards. The comment lines right above it, in its column, go with it.
    Move { path: Vec<Step>, from: usize, to: usize },
    /// Adds a key to the mapping at `path`, before the entry that is now at `at` or at the end. An
    /// absent value or a plain `null` or `~` counts as an empty mapping.
    Add { path: Vec<Step>, key: String, value: Value, at: Option<usize> },
    /// Takes a key and its value out of the mapping at `path`; the last one leaves `{}`.
    RemoveKey { path: Vec<Step>, key: String },
    /// Gives a key of the mapping at `path` another name.
    Rename { path: Vec<Step>, key: String, new: String },
}

impl Op {
    /// The path of the node it is about.
    pub fn path(&self) -> &[Step] {
        match self {
            Self::Set { path, .. }
            | Self::Insert { path, .. }
            | Self::Remove { path, .. }
            | Self::Move { path, .. }
            | Self::Add { path, .. }
            | Self::RemoveKey { path, .. }
            | Self::Rename { path, .. } => path,
        }
    }

    /// The path of what is there before the edit and is changed by it: the item or the value that
    /// is taken out, moved or renamed, else the node at [`Op::path`].
    pub fn target(&self) -> Vec<Step> {
        let last = match self {
            Self::Set { .. } | Self::Add { .. } => None,
            Self::Insert { index, .. } | Self::Remove { index, .. } => Some(Step::Index(*index)),
            Self::Move { from, .. } => Some(Step::Index(*from)),
            Self::RemoveKey { key, .. } | Self::Rename { key, .. } => Some(Step::Key(key.clone())),
        };
        self.path().iter().cloned().chain(last).collect()
    }
}

/// What to do at a place that is shared: behind an alias, or a key that a mapping has only through
/// `<<`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Via {
    /// Make the edit where the anchor stands, for all places that use it.
    Anchor,
    /// Make this place its own first: the alias gives way to a copy of what it stands for, and a
    /// merged key is stated in the mapping itself.
    Own,
}
