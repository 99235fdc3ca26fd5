//! The proof that an edit did what was meant and nothing else.
//!
//! A tree in the order in which its nodes begin, each with the number of its children, is a list
//! of plain facts. What an edit means is that a run of that list is replaced by another, and that
//! one collection has more or fewer children. So the check needs no knowledge of the layout: it
//! compares two lists, and the comments beside them.

use std::ops::Range;

use super::super::{Document, Kind, NodeId, Span, Tree};
use super::scalar::is_one_line;
use super::{EditError, Proposal, Value};

/// What an edit means in terms of the old tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Meaning {
    /// The nodes that go; empty at the place where others come.
    pub range: Range<u32>,
    /// The nodes that come.
    pub with: Vec<Fact>,
    /// The collection that gets more or fewer children, with its new number of items or entries.
    pub parent: Option<(NodeId, usize)>,
    /// Where comments may go with the text they stand in.
    pub comments: Span,
}

/// One node as the comparison sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    pub shape: Shape,
    pub tag: Option<String>,
    pub anchor: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Text(String),
    Sequence(usize),
    Mapping(usize),
    /// The name as written, and which node it stands for.
    Alias(String, Option<u32>),
}

impl Fact {
    fn new(shape: Shape) -> Self {
        Self { shape, tag: None, anchor: None }
    }

    pub fn of(tree: &Tree, id: NodeId) -> Self {
        let node = tree.node(id);
        let shape = match node.kind {
            Kind::Scalar(scalar) => Shape::Text(scalar.text.to_owned()),
            Kind::Sequence { items, .. } => Shape::Sequence(items.len()),
            Kind::Mapping { entries, .. } => Shape::Mapping(entries.len()),
            Kind::Alias { target } => {
                let name = &tree.source[node.span.range()];
                Shape::Alias(name.to_owned(), target.map(|t| t.0))
            }
        };
        Self { shape, tag: node.tag.map(str::to_owned), anchor: node.anchor.map(str::to_owned) }
    }

    /// The facts of a value.
    pub fn of_value(value: &Value) -> Vec<Self> {
        let mut facts = Vec::new();
        let mut todo = vec![value];
        while let Some(value) = todo.pop() {
            match value {
                Value::Text(text) => facts.push(Self::text(text)),
                Value::List(items) => {
                    facts.push(Self::new(Shape::Sequence(items.len())));
                    todo.extend(items.iter().rev());
                }
                // Keys are facts too, so entries are unfolded where they stand.
                Value::Mapping(entries) => {
                    facts.push(Self::new(Shape::Mapping(entries.len())));
                    for (key, value) in entries {
                        facts.push(Self::text(key));
                        facts.extend(Self::of_value(value));
                    }
                }
            }
        }
        facts
    }

    pub fn text(text: &str) -> Self {
        Self::new(Shape::Text(text.to_owned()))
    }
}

/// Whether the edited document is the old one with exactly what the proposal means.
pub(super) fn check(old: &Document, new: &Document, proposal: &Proposal) -> Result<(), EditError> {
    let not_as_meant = |why: String| Err(EditError::NotAsMeant(why));
    let old_tree = old.tree().map_err(|e| EditError::Broken(e.message.clone()))?;
    let new_tree = match new.tree() {
        Ok(tree) => tree,
        Err(error) => {
            return not_as_meant(format!("the text would not parse: {}", error.message));
        }
    };
    let meaning = &proposal.meaning;
    let range = &meaning.range;
    let came = meaning.with.len() as u32;
    let moved = |id: u32| {
        if id >= range.end {
            Some(id - (range.end - range.start) + came)
        } else if id < range.start || (id == range.start && came > 0) {
            Some(id)
        } else {
            None
        }
    };
    let count = old_tree.nodes.len() as u32;
    let kept = |id: u32| {
        let mut fact = Fact::of(old_tree, NodeId(id));
        if let Shape::Alias(_, target) = &mut fact.shape {
            *target = target.and_then(moved);
        }
        match (meaning.parent, &mut fact.shape) {
            (Some((parent, len)), Shape::Sequence(n) | Shape::Mapping(n)) if parent.0 == id => {
                *n = len;
            }
            _ => {}
        }
        fact
    };
    let expected = (0..range.start)
        .map(kept)
        .chain(meaning.with.iter().cloned())
        .chain((range.end..count).map(kept));
    let mut found = new_tree.ids();
    for fact in expected {
        match found.next().map(|id| (id, Fact::of(new_tree, id))) {
            Some((_, is)) if is == fact => {}
            Some((id, is)) => {
                let line =
                    super::super::scan::count_breaks(&new.text()[..new_tree.node(id).span.start]);
                return not_as_meant(format!(
                    "line {} of the document would be {}, not {}",
                    line + 1,
                    show(&is),
                    show(&fact)
                ));
            }
            None => return not_as_meant(format!("{} would be lost", show(&fact))),
        }
    }
    if let Some(id) = found.next() {
        return not_as_meant(format!("{} would be new", show(&Fact::of(new_tree, id))));
    }
    let was_open = ends_in_open_block(old, old_tree) && !range.contains(&(count - 1));
    if was_open != ends_in_open_block(new, new_tree) {
        return super::unsupported(
            "a block of text at the end of the document has no line break after it, and programs \
             differ on whether it ends with one",
        );
    }
    let gone = |c: &&Span| c.start >= meaning.comments.start && c.start < meaning.comments.end;
    let before = old_tree.comments().iter().filter(|c| !gone(c)).map(|c| old.slice(*c));
    let after = new_tree.comments().iter().map(|c| new.slice(*c));
    if !before.eq(after) {
        return not_as_meant("a comment would be lost or changed".to_owned());
    }
    Ok(())
}

/// Whether the text ends within a block scalar, without a line break. The official test suite
/// (case L24T) reads one into such a scalar, libyaml and what builds on it do not, so an edit must
/// neither make nor end that state.
fn ends_in_open_block(document: &Document, tree: &Tree) -> bool {
    let text = document.text();
    !text.ends_with(['\n', '\r'])
        && tree.ids().last().is_some_and(|id| {
            let node = tree.node(id);
            let is_block = matches!(node.kind, Kind::Scalar(s) if !is_one_line(s.style));
            let header = document.slice(node.span).split(['\n', '\r', ' ', '#']).next();
            is_block && node.span.end == text.len() && !header.unwrap_or_default().contains('-')
        })
}

fn show(fact: &Fact) -> String {
    match &fact.shape {
        Shape::Text(text) => {
            let mut short: String = text.chars().take(40).collect();
            if short.len() < text.len() {
                short.push('…');
            }
            format!("the text {short:?}")
        }
        Shape::Sequence(len) => format!("a list of {len}"),
        Shape::Mapping(len) => format!("a mapping of {len}"),
        Shape::Alias(name, _) => format!("the alias {name}"),
    }
}
