//! A second opinion on edits, as naive as can be.
//!
//! The editor proves each edit against its own idea of what the edit means. Here that idea is
//! written a second time, on plain recursive values and without any thought of layout, so that a
//! mistake of the idea itself shows. Beside it stands the question of place: which bytes an edit
//! may touch at all.

use std::ops::Range;

use exchange_studio::yaml::{Document, Kind, Limits, NodeId, Op, Step, Style, Tree, Value};

/// A node without its layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plain {
    pub tag: Option<String>,
    pub anchor: Option<String>,
    pub what: What,
}

#[derive(Clone, Debug)]
pub enum What {
    /// `null` tells whether it is written like a null, which a list or mapping may take the place
    /// of; it says nothing about the text and is not compared.
    Text {
        text: String,
        null: bool,
    },
    List(Vec<Plain>),
    Map(Vec<(Plain, Plain)>),
    Alias(String),
}

impl PartialEq for What {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text { text: a, .. }, Self::Text { text: b, .. }) => a == b,
            (Self::List(a), Self::List(b)) => a == b,
            (Self::Map(a), Self::Map(b)) => a == b,
            (Self::Alias(a), Self::Alias(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for What {}

/// Whether a plain scalar says null.
pub fn says_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

impl Plain {
    pub fn new(what: What) -> Self {
        Self { tag: None, anchor: None, what }
    }

    pub fn text(text: &str) -> Self {
        Self::new(What::Text { text: text.to_owned(), null: false })
    }

    /// The root of a document, `None` when it has no content.
    pub fn of_document(document: &Document) -> Option<Self> {
        let tree = document.tree().ok()?;
        tree.root().map(|root| Self::of_node(document, tree, root))
    }

    fn of_node(document: &Document, tree: &Tree, id: NodeId) -> Self {
        let node = tree.node(id);
        let below = |id: &NodeId| Self::of_node(document, tree, *id);
        let what = match node.kind {
            Kind::Scalar(scalar) => What::Text {
                text: scalar.text.to_owned(),
                null: scalar.style == Style::Plain && says_null(scalar.text),
            },
            Kind::Sequence { items, .. } => What::List(items.iter().map(below).collect()),
            Kind::Mapping { entries, .. } => {
                What::Map(entries.iter().map(|(k, v)| (below(k), below(v))).collect())
            }
            Kind::Alias { .. } => What::Alias(document.slice(node.span)[1..].to_owned()),
        };
        Self { tag: node.tag.map(str::to_owned), anchor: node.anchor.map(str::to_owned), what }
    }

    pub fn of_value(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Text(text) => Self::text(text),
            Value::List(items) => {
                Self::new(What::List(items.iter().map(Self::of_value).collect::<Option<_>>()?))
            }
            Value::Mapping(entries) => {
                let entry = |(k, v): &(String, Value)| Some((Self::text(k), Self::of_value(v)?));
                Self::new(What::Map(entries.iter().map(entry).collect::<Option<_>>()?))
            }
            Value::Yaml(source) => Self::of_document(&Document::parse(source, &Limits::default()))?,
        })
    }

    fn is_null(&self) -> bool {
        matches!(self.what, What::Text { null: true, .. })
    }

    /// The text of a key; a key that is an alias has that of its anchor, which only the whole
    /// document knows.
    fn key(&self, anchors: &[(String, String)]) -> Option<String> {
        match &self.what {
            What::Text { text, .. } => Some(text.clone()),
            What::Alias(name) => anchors
                .iter()
                .rev()
                .find(|(anchor, _)| anchor == name)
                .map(|(_, text)| text.clone()),
            _ => None,
        }
    }

    /// The list here, made of a null when need be.
    fn list(&mut self) -> Option<&mut Vec<Self>> {
        if self.is_null() {
            self.what = What::List(Vec::new());
        }
        match &mut self.what {
            What::List(items) => Some(items),
            _ => None,
        }
    }

    fn map(&mut self) -> Option<&mut Vec<(Self, Self)>> {
        if self.is_null() {
            self.what = What::Map(Vec::new());
        }
        match &mut self.what {
            What::Map(entries) => Some(entries),
            _ => None,
        }
    }

    fn anchors(&self, found: &mut Vec<(String, String)>) {
        match &self.what {
            What::Text { text, .. } => {
                found.extend(self.anchor.iter().map(|name| (name.clone(), text.clone())));
            }
            What::List(items) => items.iter().for_each(|item| item.anchors(found)),
            What::Map(entries) => entries.iter().for_each(|(key, value)| {
                key.anchors(found);
                value.anchors(found);
            }),
            What::Alias(_) => {}
        }
    }
}

/// What a document says after an edit; `None` when the edit makes no sense there.
pub fn edited(root: Option<&Plain>, op: &Op) -> Option<Plain> {
    let mut root =
        root.cloned().unwrap_or_else(|| Plain::new(What::Text { text: String::new(), null: true }));
    let mut anchors = Vec::new();
    root.anchors(&mut anchors);
    let is = |entry: &(Plain, Plain), name: &str| entry.0.key(&anchors).as_deref() == Some(name);
    match op {
        Op::Set { path, value } => {
            let place = walk(&mut root, path, &anchors)?;
            let new = Plain::of_value(value)?;
            if matches!(value, Value::Yaml(_)) {
                place.tag = new.tag;
                place.anchor = new.anchor.or(place.anchor.take());
            }
            place.what = new.what;
        }
        Op::Insert { path, index, value } => {
            let value = Plain::of_value(value)?;
            let items = walk(&mut root, path, &anchors)?.list()?;
            (*index <= items.len()).then(|| items.insert(*index, value))?;
        }
        Op::Remove { path, index } => {
            let place = walk(&mut root, path, &anchors)?;
            match &mut place.what {
                What::Map(entries) => {
                    (*index < entries.len()).then(|| entries.remove(*index))?;
                }
                _ => {
                    let items = place.list()?;
                    (*index < items.len()).then(|| items.remove(*index))?;
                }
            }
        }
        Op::Move { path, from, to } => {
            fn shift<T>(all: &mut Vec<T>, from: usize, to: usize) -> Option<()> {
                (from < all.len() && to < all.len()).then(|| {
                    let one = all.remove(from);
                    all.insert(to, one);
                })
            }
            match &mut walk(&mut root, path, &anchors)?.what {
                What::Map(entries) => shift(entries, *from, *to)?,
                What::List(items) => shift(items, *from, *to)?,
                _ => return None,
            }
        }
        Op::Add { path, key, value, at } => {
            let value = Plain::of_value(value)?;
            let entries = walk(&mut root, path, &anchors)?.map()?;
            if entries.iter().any(|entry| is(entry, key)) {
                return None;
            }
            let at = at.unwrap_or(entries.len());
            (at <= entries.len()).then(|| entries.insert(at, (Plain::text(key), value)))?;
        }
        Op::RemoveKey { path, key } => {
            let entries = walk(&mut root, path, &anchors)?.map()?;
            let at = entries.iter().position(|entry| is(entry, key))?;
            entries.remove(at);
        }
        Op::Rename { path, key, new } => {
            let entries = walk(&mut root, path, &anchors)?.map()?;
            let at = entries.iter().position(|entry| is(entry, key))?;
            entries[at].0.what = What::Text { text: new.clone(), null: false };
        }
    }
    Some(root)
}

/// The node at a path, without going through aliases: what stands behind one is another place.
fn walk<'p>(
    root: &'p mut Plain,
    path: &[Step],
    anchors: &[(String, String)],
) -> Option<&'p mut Plain> {
    path.iter().try_fold(root, |node, step| match (&mut node.what, step) {
        (What::Map(entries), Step::Key(name)) => entries
            .iter_mut()
            .find(|(key, _)| key.key(anchors).as_deref() == Some(name))
            .map(|(_, value)| value),
        (What::Map(entries), Step::Index(index)) => entries.get_mut(*index).map(|e| &mut e.1),
        (What::List(items), Step::Index(index)) => items.get_mut(*index),
        _ => None,
    })
}

/// The bytes of the items or entries of a collection.
fn parts(tree: &Tree, id: NodeId) -> Vec<Range<usize>> {
    let span = |id: NodeId| tree.full_span(id).range();
    let items = tree.items(id).iter().map(|item| span(*item));
    let entries = tree.entries(id).iter();
    items.chain(entries.map(|(key, value)| span(*key).start..span(*value).end)).collect()
}

/// The bytes an edit may touch: from the scalar or alias before the place to the one after it.
pub fn allowed(document: &Document, op: &Op) -> Option<Range<usize>> {
    let tree = document.tree().ok()?;
    if tree.root().is_none() {
        return Some(0..document.text().len());
    }
    let node = |path: &[Step]| tree.at(path);
    let span = |id: NodeId| tree.full_span(id).range();
    // The nodes that the place consists of, or the node it comes before.
    let entry = |path: &[Step], key: &str| {
        let mapping = node(path)?;
        tree.entries(mapping).iter().find(|e| tree.text(e.0) == Some(key)).copied()
    };
    let place = match op {
        Op::Set { path, .. } => span(node(path)?),
        Op::Insert { path, index, .. } => {
            let list = node(path)?;
            match (tree.items(list), *index) {
                ([], _) => span(list),
                (items, index) if index < items.len() => {
                    let at = span(items[index]).start;
                    at..at
                }
                (items, _) => {
                    let at = span(*items.last()?).end;
                    at..at
                }
            }
        }
        Op::Remove { path, index } => {
            let list = node(path)?;
            let parts = parts(tree, list);
            if parts.len() == 1 { span(list) } else { parts.get(*index)?.clone() }
        }
        Op::Move { path, from, to } => {
            let parts = parts(tree, node(path)?);
            parts.get(*from.min(to))?.start..parts.get(*from.max(to))?.end
        }
        Op::Add { path, at, .. } => {
            let mapping = node(path)?;
            let parts = parts(tree, mapping);
            match (parts.last(), at.and_then(|at| parts.get(at))) {
                (None, _) => span(mapping),
                // A pair in a list without braces gets some.
                (Some(last), _)
                    if matches!(tree.node(mapping).kind, Kind::Mapping { flow: true, .. })
                        && (parts[0].start == span(mapping).start
                            || !document.slice(tree.node(mapping).span).starts_with('{')) =>
                {
                    parts[0].start..last.end
                }
                (_, Some(next)) => next.start..next.start,
                (Some(last), None) => last.end..last.end,
            }
        }
        Op::RemoveKey { path, key } => {
            let mapping = node(path)?;
            let (key, value) = entry(path, key)?;
            match tree.entries(mapping) {
                [_] => span(mapping),
                _ => span(key).start..span(value).end,
            }
        }
        Op::Rename { path, key, .. } => span(entry(path, key)?.0),
    };
    let leaf = |id: &NodeId| match tree.node(*id).kind {
        Kind::Scalar(_) | Kind::Alias { .. } => true,
        Kind::Sequence { items, .. } => items.is_empty(),
        Kind::Mapping { entries, .. } => entries.is_empty(),
    };
    let mut allowed = 0..document.text().len();
    for id in tree.ids().filter(leaf) {
        let span = span(id);
        // Absent values stand wherever the parser puts them and hold nothing.
        if span.is_empty() {
            continue;
        }
        if span.end <= place.start {
            allowed.start = allowed.start.max(span.end);
        }
        if span.start >= place.end {
            allowed.end = allowed.end.min(span.start);
        }
    }
    Some(allowed)
}

/// Holds an edit that was made against the second opinion.
///
/// # Errors
/// What is wrong with it.
pub fn judge(before: &Document, op: &Op, after: &Document) -> Result<(), String> {
    let old = Plain::of_document(before);
    let Some(expected) = edited(old.as_ref(), op) else {
        return Err("it makes no sense and should have been refused".to_owned());
    };
    let Some(found) = Plain::of_document(after) else {
        return Err("the document has no content after it".to_owned());
    };
    if expected != found {
        return Err(format!("it should say\n{expected:?}\nand says\n{found:?}"));
    }
    let Some(allowed) = allowed(before, op) else {
        return Err("its place is not there".to_owned());
    };
    let (old, new) = (before.text(), after.text());
    let kept = old.len() - allowed.len();
    if new.len() < kept
        || !new.starts_with(&old[..allowed.start])
        || !new.ends_with(&old[allowed.end..])
    {
        return Err(format!("it touches more than the bytes {allowed:?}"));
    }
    // What the whole file says must not hang on what was there before: parsed afresh it is the same.
    let afresh = Document::parse(new, &Limits::default());
    if Plain::of_document(&afresh).as_ref() != Some(&found) {
        return Err("parsed afresh it says something else".to_owned());
    }
    Ok(())
}
