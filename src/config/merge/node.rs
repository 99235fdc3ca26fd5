//! What a document means, apart from its layout, and how three meanings become one.

use std::collections::HashMap;

use crate::config::Id;
use crate::yaml::{Document, Kind, NodeId, Span, Step, Style, Tree};

use super::order::{Order, merge_order};
use super::{Side, Source};

/// A node with all below it. Two are equal when they mean the same, however they are written.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub tag: Option<String>,
    pub anchor: Option<String>,
    pub content: Content,
    /// Where it stands, and in which of the three documents.
    pub span: Span,
    pub source: Source,
    /// Whether that is all of it, and not one of two that were put together.
    pub is_written: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// Nothing, or a plain word for it.
    Null,
    Text {
        text: String,
        /// A plain `true` may be more than a text.
        plain: bool,
    },
    List(Vec<Node>),
    Mapping(Vec<(Node, Node)>),
    Alias(String),
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        if self.tag != other.tag || self.anchor != other.anchor {
            return false;
        }
        match (&self.content, &other.content) {
            (Content::Mapping(a), Content::Mapping(b)) => {
                // In whatever order, where a key tells the entry.
                a.len() == b.len()
                    && match (self.keys(), other.keys()) {
                        (Some(_), Some(_)) => {
                            a.iter().all(|(key, value)| other.get(&key.name()) == Some(value))
                        }
                        _ => a == b,
                    }
            }
            (a, b) => a == b,
        }
    }
}

impl Node {
    /// What a document means; `None` when it has no content.
    pub fn of(document: &Document, source: Source) -> Option<Self> {
        let tree = document.tree().ok()?;
        Some(Self::read(tree, tree.root()?, source))
    }

    fn read(tree: &Tree, id: NodeId, source: Source) -> Self {
        let node = tree.node(id);
        let content = match node.kind {
            Kind::Scalar(scalar) if scalar.is_null() => Content::Null,
            Kind::Scalar(scalar) => {
                Content::Text { text: scalar.text.to_owned(), plain: scalar.style == Style::Plain }
            }
            Kind::Sequence { items, .. } => {
                Content::List(items.iter().map(|id| Self::read(tree, *id, source)).collect())
            }
            Kind::Mapping { entries, .. } => Content::Mapping(
                entries
                    .iter()
                    .map(|(key, value)| {
                        (Self::read(tree, *key, source), Self::read(tree, *value, source))
                    })
                    .collect(),
            ),
            Kind::Alias { target } => {
                let name = target.and_then(|target| tree.node(target).anchor);
                Content::Alias(name.unwrap_or_default().to_owned())
            }
        };
        let tag = node.tag.map(str::to_owned);
        let anchor = node.anchor.map(str::to_owned);
        Self { tag, anchor, content, span: tree.full_span(id), source, is_written: true }
    }

    pub fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Self> {
        let Content::Mapping(entries) = &self.content else { return None };
        entries.iter().find(|(k, _)| k.is_named(key)).map(|(_, value)| value)
    }

    /// A key as a name: its text, or all that it means when it is none.
    fn name(&self) -> String {
        self.text().map_or_else(|| format!("\0{}", self.shape()), str::to_owned)
    }

    fn is_named(&self, name: &str) -> bool {
        match self.text() {
            Some(text) => text == name,
            None => name.starts_with('\0') && self.name() == name,
        }
    }

    /// The keys of a mapping in which each is there once; others are taken as a whole.
    pub fn keys(&self) -> Option<Vec<String>> {
        let Content::Mapping(entries) = &self.content else { return None };
        let keys: Vec<String> = entries.iter().map(|(key, _)| key.name()).collect();
        let mut sorted: Vec<&String> = keys.iter().collect();
        sorted.sort_unstable();
        let once = sorted.windows(2).all(|pair| pair[0] != pair[1]);
        once.then_some(keys)
    }

    /// What tells each item of a list from the others: its id, its issuer and subject, its text,
    /// or all of it; and a number when it is there again.
    pub fn item_keys(&self) -> Option<Vec<String>> {
        let Content::List(items) = &self.content else { return None };
        let mut seen: HashMap<String, usize> = HashMap::new();
        let key = |item: &Self| {
            let key = item.item_key();
            let count = seen.entry(key.clone()).or_default();
            *count += 1;
            format!("{count} {key}")
        };
        Some(items.iter().map(key).collect())
    }

    fn item_key(&self) -> String {
        let text = |key: &str| self.get(key).and_then(Self::text);
        if let Some(id) = text("id") {
            return format!("id {}", Id::new(id).key());
        }
        if let (Some(issuer), Some(subject)) = (text("issuer"), text("subject")) {
            return format!("pair {issuer}\0{subject}");
        }
        match &self.content {
            Content::Text { text, .. } => format!("text {text}"),
            _ => format!("all {}", self.shape()),
        }
    }

    /// All that it means as one text.
    fn shape(&self) -> String {
        let content = match &self.content {
            Content::Null => "null".to_owned(),
            Content::Text { text, plain } => format!("{plain}{text:?}"),
            Content::List(items) => {
                format!("[{}]", items.iter().map(Self::shape).collect::<Vec<_>>().join(","))
            }
            Content::Mapping(entries) => {
                let entries = entries.iter().map(|(k, v)| format!("{}:{}", k.shape(), v.shape()));
                format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
            }
            Content::Alias(name) => format!("*{name}"),
        };
        format!("{:?}{:?}{content}", self.tag, self.anchor)
    }

    /// Whether both can be merged part by part: all else about them is the same.
    pub fn is_like(&self, other: &Self) -> bool {
        self.tag == other.tag && self.anchor == other.anchor
    }
}

/// A place where the two sides disagree.
pub(super) struct Clash {
    pub path: Vec<Step>,
    pub base: Option<Span>,
    pub mine: Option<Span>,
    pub theirs: Option<Span>,
}

/// Merges the meanings of one document.
pub(super) struct Merger<'a> {
    pub choose: &'a dyn Fn(&[Step]) -> Side,
    pub clashes: Vec<Clash>,
}

impl Merger<'_> {
    /// What a place means after both changes; `None` when nothing is there.
    pub fn merge(
        &mut self,
        path: &mut Vec<Step>,
        base: Option<&Node>,
        mine: Option<&Node>,
        theirs: Option<&Node>,
    ) -> Option<Node> {
        if mine == theirs || theirs == base {
            return mine.cloned();
        }
        if mine == base {
            return theirs.cloned();
        }
        if let (Some(mine), Some(theirs)) = (mine, theirs)
            && mine.is_like(theirs)
            && let (Some(mine_keys), Some(theirs_keys)) = (mine.keys(), theirs.keys())
        {
            let base = base.filter(|base| base.keys().is_some());
            let entries = self.entries(path, base, (mine, mine_keys), (theirs, theirs_keys));
            let content = Content::Mapping(entries);
            return Some(Node { content, is_written: false, ..mine.clone() });
        }
        if let Some(merged) = self.lists(path, base, mine, theirs) {
            return merged;
        }
        let span = |node: Option<&Node>| node.map(|node| node.span);
        let clash =
            Clash { path: path.clone(), base: span(base), mine: span(mine), theirs: span(theirs) };
        self.clashes.push(clash);
        match (self.choose)(path) {
            Side::Mine => mine.cloned(),
            Side::Theirs => theirs.cloned(),
        }
    }

    fn entries(
        &mut self,
        path: &mut Vec<Step>,
        base: Option<&Node>,
        (mine, mine_keys): (&Node, Vec<String>),
        (theirs, theirs_keys): (&Node, Vec<String>),
    ) -> Vec<(Node, Node)> {
        let base_keys = base.and_then(Node::keys).unwrap_or_default();
        let order =
            merge_order(&Order { base: &base_keys, mine: &mine_keys, theirs: &theirs_keys });
        let mut merged = Vec::new();
        for name in order.keys {
            path.push(Step::Key(name.clone()));
            let base = base.and_then(|base| base.get(&name));
            let value = self.merge(path, base, mine.get(&name), theirs.get(&name));
            path.pop();
            let key = [mine, theirs].into_iter().find_map(|node| match &node.content {
                Content::Mapping(entries) => {
                    entries.iter().map(|(key, _)| key).find(|key| key.is_named(&name))
                }
                _ => None,
            });
            if let (Some(key), Some(value)) = (key, value) {
                merged.push((key.clone(), value));
            }
        }
        merged
    }

    /// Merges lists item by item, `None` when the places are no lists. A list that is not there is
    /// an empty one: nobody is allowed by either.
    #[expect(clippy::option_option, reason = "no lists, or a list that is there or not")]
    fn lists(
        &mut self,
        path: &mut Vec<Step>,
        base: Option<&Node>,
        mine: Option<&Node>,
        theirs: Option<&Node>,
    ) -> Option<Option<Node>> {
        fn items(node: Option<&Node>) -> Option<HashMap<String, &Node>> {
            let Some(node) = node else { return Some(HashMap::new()) };
            match &node.content {
                Content::List(items) => {
                    Some(node.item_keys().unwrap_or_default().into_iter().zip(items).collect())
                }
                Content::Null if node.tag.is_none() && node.anchor.is_none() => {
                    Some(HashMap::new())
                }
                _ => None,
            }
        }
        let lists = [base, mine, theirs].into_iter().flatten();
        let mut lists = lists.filter(|node| matches!(node.content, Content::List(_)));
        let first = lists.next()?;
        if !lists.all(|other| other.is_like(first)) {
            return None;
        }
        let (in_base, in_mine, in_theirs) = (items(base)?, items(mine)?, items(theirs)?);
        let keys = |node: Option<&Node>| node.and_then(Node::item_keys).unwrap_or_default();
        let (base_keys, mine_keys, theirs_keys) = (keys(base), keys(mine), keys(theirs));
        let order =
            merge_order(&Order { base: &base_keys, mine: &mine_keys, theirs: &theirs_keys });
        let mut merged = Vec::new();
        for key in order.keys {
            let mine = in_mine.get(&key).copied();
            // Places are told by where they are here, and else by where they are there.
            let here = mine_keys.iter().position(|it| *it == key);
            let index = here.or_else(|| theirs_keys.iter().position(|it| *it == key));
            path.push(Step::Index(index.unwrap_or_default()));
            let (base, theirs) = (in_base.get(&key).copied(), in_theirs.get(&key).copied());
            merged.extend(self.merge(path, base, mine, theirs));
            path.pop();
        }
        let like = mine.filter(|node| matches!(node.content, Content::List(_)));
        // A list that loses its last item goes with it, unless one side has kept it empty.
        if merged.is_empty() && (mine.is_none() || theirs.is_none()) {
            return Some(None);
        }
        let like = like.or(theirs.filter(|node| matches!(node.content, Content::List(_))))?;
        Some(Some(Node { content: Content::List(merged), is_written: false, ..like.clone() }))
    }
}
