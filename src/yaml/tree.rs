//! The nodes of one document, in flat arrays.
//!
//! A file of a hundred thousand documents has millions of nodes, and most of them say nothing that
//! the source text does not say already. So a node is twenty bytes, the text of a scalar is a range
//! of the source wherever the two are the same, and tags and anchors, which few nodes have, are
//! kept aside. [`Node`] and [`Kind`] are views made on demand. Being flat, a tree of any depth is
//! built, walked and dropped without recursion.

use std::sync::Arc;

use super::{Span, Step};

/// The name of a node within its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) u32);

/// The nodes of one document, with the places they stand at.
#[derive(Debug)]
pub struct Tree {
    pub(super) source: Arc<str>,
    pub(super) nodes: Vec<Raw>,
    pub(super) items: Vec<NodeId>,
    pub(super) entries: Vec<(NodeId, NodeId)>,
    /// Texts of scalars that are not written in the source as they are read.
    pub(super) texts: Vec<Box<str>>,
    /// Tags and anchors, sorted by node.
    pub(super) properties: Vec<Properties>,
    pub(super) comments: Vec<Span>,
    pub(super) root: Option<NodeId>,
}

/// A range of the source; documents of 4 GiB and more are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Range32 {
    pub start: u32,
    pub end: u32,
}

impl Range32 {
    pub fn new(start: usize, end: usize) -> Self {
        // `parse` refuses longer texts.
        Self { start: start as u32, end: end as u32 }
    }

    pub fn span(self) -> Span {
        Span { start: self.start as usize, end: self.end as usize }
    }
}

/// A node as it is stored. What `of` means depends on `form`: a range of the source, an index into
/// `texts`, a range of `items` or `entries`, or the node an alias stands for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw {
    pub span: Range32,
    pub of: Range32,
    pub form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A scalar whose text is the range `of` of the source.
    Source(Style),
    /// A scalar whose text is `texts[of.start]`.
    Text(Style),
    Sequence {
        flow: bool,
    },
    Mapping {
        flow: bool,
    },
    /// An alias of the node `of.start`.
    Alias,
    /// An alias whose anchor is missing.
    Dangling,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Properties {
    pub node: NodeId,
    pub tag: Option<Range32>,
    /// `&name`.
    pub anchor: Option<Range32>,
}

/// A node as its tree shows it.
#[derive(Clone, Copy, Debug)]
pub struct Node<'tree> {
    /// The node without its tag and anchor. An absent value has an empty span where it would
    /// stand.
    pub span: Span,
    /// The tag as written (`!ClientAppDto`), if any.
    pub tag: Option<&'tree str>,
    /// The name of its anchor, without the `&`, if any.
    pub anchor: Option<&'tree str>,
    pub kind: Kind<'tree>,
}

#[derive(Clone, Copy, Debug)]
pub enum Kind<'tree> {
    Scalar(Scalar<'tree>),
    Sequence {
        items: &'tree [NodeId],
        flow: bool,
    },
    Mapping {
        entries: &'tree [(NodeId, NodeId)],
        flow: bool,
    },
    /// `*name`; the node it stands for, when the anchor exists.
    Alias {
        target: Option<NodeId>,
    },
}

/// A scalar is text. Nothing here resolves it to a number, a boolean or null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scalar<'tree> {
    /// The text after unescaping and folding; for a plain scalar the text as written. An absent
    /// value is the empty text with an empty span.
    pub text: &'tree str,
    pub style: Style,
}

impl Scalar<'_> {
    /// Whether nothing is written or one of the plain spellings of null (YAML 1.2 §10.3.2).
    pub fn is_null(self) -> bool {
        self.style == Style::Plain && matches!(self.text, "" | "~" | "null" | "Null" | "NULL")
    }
}

/// How a scalar is written (YAML 1.2 chapters 7 and 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
}

impl Tree {
    /// The root, `None` when the document has no content.
    pub fn root(&self) -> Option<NodeId> {
        self.root
    }

    /// A node by its name.
    pub fn node(&self, id: NodeId) -> Node<'_> {
        let raw = self.raw(id);
        let properties = self.properties(id);
        let kind = match raw.form {
            Form::Source(style) => {
                Kind::Scalar(Scalar { text: &self.source[raw.of.span().range()], style })
            }
            Form::Text(style) => {
                Kind::Scalar(Scalar { text: &self.texts[raw.of.start as usize], style })
            }
            Form::Sequence { flow } => Kind::Sequence { items: self.items(id), flow },
            Form::Mapping { flow } => Kind::Mapping { entries: self.entries(id), flow },
            Form::Alias => Kind::Alias { target: Some(NodeId(raw.of.start)) },
            Form::Dangling => Kind::Alias { target: None },
        };
        let written = |range: Range32| &self.source[range.span().range()];
        Node {
            span: raw.span.span(),
            tag: properties.and_then(|p| p.tag).map(written),
            anchor: properties.and_then(|p| p.anchor).map(|range| &written(range)[1..]),
            kind,
        }
    }

    /// The node itself or, for an alias, the node it stands for. A dangling alias is itself.
    pub fn resolve(&self, id: NodeId) -> NodeId {
        // An anchor cannot be set on an alias (YAML 1.2 §7.1), so one step is all there is.
        match self.raw(id).form {
            Form::Alias => NodeId(self.raw(id).of.start),
            _ => id,
        }
    }

    /// The value of the first entry with this key in a mapping (aliases resolved).
    pub fn get(&self, mapping: NodeId, key: &str) -> Option<NodeId> {
        self.entries(mapping)
            .iter()
            .find(|(k, _)| self.text(*k) == Some(key))
            .map(|(_, value)| self.resolve(*value))
    }

    /// Keys and values of a mapping (aliases resolved) in file order, duplicates included; nothing
    /// for any other node.
    pub fn entries(&self, mapping: NodeId) -> &[(NodeId, NodeId)] {
        let raw = self.raw(self.resolve(mapping));
        match raw.form {
            Form::Mapping { .. } => &self.entries[raw.of.span().range()],
            _ => &[],
        }
    }

    /// Items of a sequence (aliases resolved) in file order; nothing for any other node.
    pub fn items(&self, sequence: NodeId) -> &[NodeId] {
        let raw = self.raw(self.resolve(sequence));
        match raw.form {
            Form::Sequence { .. } => &self.items[raw.of.span().range()],
            _ => &[],
        }
    }

    /// The text of a scalar (aliases resolved); `None` for a collection.
    pub fn text(&self, id: NodeId) -> Option<&str> {
        match self.node(self.resolve(id)).kind {
            Kind::Scalar(scalar) => Some(scalar.text),
            _ => None,
        }
    }

    /// Whether nothing is written where a value could be, as after `key:`.
    pub fn is_absent(&self, id: NodeId) -> bool {
        let raw = self.raw(id);
        raw.form == Form::Source(Style::Plain) && raw.span.start == raw.span.end
    }

    /// The node a path leads to, aliases on the way resolved (but not at its end).
    pub fn at(&self, path: &[Step]) -> Option<NodeId> {
        path.iter().try_fold(self.root?, |node, step| self.child(node, step))
    }

    /// The value or the item one step below a node (aliases resolved).
    pub(super) fn child(&self, node: NodeId, step: &Step) -> Option<NodeId> {
        match step {
            Step::Key(key) => {
                self.entries(node).iter().find(|(k, _)| self.text(*k) == Some(key)).map(|e| e.1)
            }
            Step::Index(index) => {
                let value = self.entries(node).get(*index).map(|e| e.1);
                value.or_else(|| self.items(node).get(*index).copied())
            }
        }
    }

    /// The comments of the document, in order, each from its `#` to the end of its line.
    pub fn comments(&self) -> &[Span] {
        &self.comments
    }

    /// Where the tag of a node stands, if it has one.
    pub fn tag_span(&self, id: NodeId) -> Option<Span> {
        self.properties(id)?.tag.map(Range32::span)
    }

    /// Where the anchor of a node (`&name`) stands, if it has one.
    pub fn anchor_span(&self, id: NodeId) -> Option<Span> {
        self.properties(id)?.anchor.map(Range32::span)
    }

    /// The node with its tag and anchor.
    pub fn full_span(&self, id: NodeId) -> Span {
        let span = self.raw(id).span.span();
        let Some(properties) = self.properties(id) else { return span };
        let ranges = [properties.tag, properties.anchor];
        let parts = ranges.into_iter().flatten().map(Range32::span);
        parts.fold(span, |all, part| Span {
            start: all.start.min(part.start),
            end: all.end.max(part.end),
        })
    }

    /// Every node, in the order in which they begin.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = NodeId> + ExactSizeIterator + '_ {
        (0..self.nodes.len() as u32).map(NodeId)
    }

    /// The nodes that begin at or after an offset, and the last one before it, in the order in which
    /// they begin; what it takes to show a part of a long document.
    pub fn ids_from(&self, offset: usize) -> impl Iterator<Item = NodeId> + '_ {
        let after = self.nodes.partition_point(|node| (node.span.start as usize) < offset);
        (after.saturating_sub(1) as u32..self.nodes.len() as u32).map(NodeId)
    }

    pub(super) fn raw(&self, id: NodeId) -> Raw {
        self.nodes[id.0 as usize]
    }

    fn properties(&self, id: NodeId) -> Option<Properties> {
        let index = self.properties.binary_search_by_key(&id, |p| p.node).ok()?;
        Some(self.properties[index])
    }
}
