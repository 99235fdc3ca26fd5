//! The proof that an edit did what was meant and nothing else.
//!
//! A tree in the order in which its nodes begin, each with the number of its children, is a list
//! of plain facts. What an edit means is that a run of that list is replaced by another, that runs
//! of it change places, and that one collection has more or fewer children. So the check needs no
//! knowledge of the layout: it compares two lists.
//!
//! What stays is held to more than its meaning: a scalar is written with the same bytes in the same
//! style, a collection keeps its brackets, and every comment stands between the same nodes as
//! before, on a line of its own or behind something as before.

use std::ops::Range;

use super::super::{Document, Kind, NodeId, Span, Tree, scan};
use super::scalar::is_one_line;
use super::{EditError, Proposal};

/// What an edit means in terms of the old tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Meaning {
    /// The nodes that go; empty at the place where others come.
    pub range: Range<u32>,
    /// The nodes that come.
    pub with: Vec<Fact>,
    /// The comments that come with them.
    pub with_comments: Vec<String>,
    /// The collection that gets more or fewer children, with its new number of items or entries.
    pub parent: Option<(NodeId, usize)>,
    /// Where comments may go with the text they stand in.
    pub comments: Span,
    /// Parts of the text that lie one behind the other, in their new order, each with its nodes.
    pub order: Vec<(Span, Range<u32>)>,
}

/// One new node as the comparison sees it.
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
    /// The name as written, and which node of the new tree it stands for.
    Alias(String, Option<u32>),
}

impl Fact {
    pub fn new(shape: Shape) -> Self {
        Self { shape, tag: None, anchor: None }
    }

    pub fn text(text: &str) -> Self {
        Self::new(Shape::Text(text.to_owned()))
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
}

/// An old and a new document, and what the way from one to the other means.
struct Check<'a> {
    old: &'a Document,
    new: &'a Document,
    old_tree: &'a Tree,
    new_tree: &'a Tree,
    meaning: &'a Meaning,
    /// The bytes of the new text that were written.
    came: Range<usize>,
}

fn not_as_meant<T>(why: impl Into<String>) -> Result<T, EditError> {
    Err(EditError::NotAsMeant(why.into()))
}

/// Whether the edited document is the old one with exactly what the proposal means.
pub(super) fn check(old: &Document, new: &Document, proposal: &Proposal) -> Result<(), EditError> {
    let old_tree = old.tree().map_err(|e| EditError::Broken(e.message.clone()))?;
    let new_tree = match new.tree() {
        Ok(tree) => tree,
        Err(error) => return not_as_meant(format!("the text would not parse: {}", error.message)),
    };
    let came = proposal.at.start..proposal.at.start + proposal.with.len();
    let check = Check { old, new, old_tree, new_tree, meaning: &proposal.meaning, came };
    // The end says more than what it makes of the nodes.
    check.nodes().map_err(|why| check.end().err().unwrap_or(why))?;
    check.end()?;
    check.comments()
}

impl Check<'_> {
    fn count(&self) -> u32 {
        self.old_tree.nodes.len() as u32
    }

    /// The runs of old nodes that are still there, in their new order, with the new place of the
    /// first of each.
    fn runs(&self) -> Vec<(Range<u32>, u32)> {
        let Meaning { range, with, order, .. } = self.meaning;
        let came = with.len() as u32;
        if order.is_empty() {
            return vec![(0..range.start, 0), (range.end..self.count(), range.start + came)];
        }
        let moved = || order.iter().map(|part| &part.1).filter(|nodes| !nodes.is_empty());
        let first = moved().map(|nodes| nodes.start).min().unwrap_or(0);
        let last = moved().map(|nodes| nodes.end).max().unwrap_or(0);
        let mut runs = vec![(0..first, 0)];
        let mut at = first;
        for nodes in moved() {
            runs.push((nodes.clone(), at));
            at += nodes.end - nodes.start;
        }
        runs.push((last..self.count(), last));
        runs
    }

    /// The new place of an old node; the node that comes first in the place of another is that
    /// other one for the aliases that stand for it.
    fn moved(&self, runs: &[(Range<u32>, u32)], id: u32) -> Option<u32> {
        let run = runs.iter().find(|(run, _)| run.contains(&id));
        let replaced = || id == self.meaning.range.start && !self.meaning.with.is_empty();
        match run {
            Some((run, to)) => Some(id - run.start + to),
            None => replaced().then_some(id),
        }
    }

    fn nodes(&self) -> Result<(), EditError> {
        let runs = self.runs();
        let meaning = self.meaning;
        let came = meaning.with.len() as u32;
        let total: u32 = runs.iter().map(|(run, _)| run.end - run.start).sum::<u32>() + came;
        let found = self.new_tree.nodes.len() as u32;
        for (fact, id) in meaning.with.iter().zip(meaning.range.start..) {
            if id >= found {
                return not_as_meant(format!("{} would be missing", show(&fact.shape)));
            }
            let is = Fact::of(self.new_tree, NodeId(id));
            if is != *fact {
                return self.differs(id, &show(&fact.shape));
            }
        }
        for (run, to) in &runs {
            for (old, new) in run.clone().zip(*to..) {
                if new >= found {
                    return not_as_meant(format!("{} would be lost", self.show_old(old)));
                }
                if !self.same(&runs, NodeId(old), NodeId(new)) {
                    return self.differs(new, &self.show_old(old));
                }
            }
        }
        if found != total {
            return not_as_meant(format!("{} nodes would be there, not {total}", found));
        }
        Ok(())
    }

    /// Whether a node that stays is what it was, and written as it was.
    fn same(&self, runs: &[(Range<u32>, u32)], old: NodeId, new: NodeId) -> bool {
        let (was, is) = (self.old_tree.node(old), self.new_tree.node(new));
        if was.tag != is.tag || was.anchor != is.anchor {
            return false;
        }
        let new_len = self.meaning.parent.filter(|p| p.0 == old).map(|p| p.1);
        // A collection that gets its first child or loses its last may change its form.
        let same_form = |was: usize, is: usize, flows: bool| flows || was == 0 || is == 0;
        match (was.kind, is.kind) {
            (Kind::Scalar(a), Kind::Scalar(b)) => {
                a == b
                    && (!is_one_line(a.style)
                        || self.old.slice(was.span) == self.new.slice(is.span))
            }
            (Kind::Sequence { items: a, flow: f }, Kind::Sequence { items: b, flow: g }) => {
                b.len() == new_len.unwrap_or(a.len()) && same_form(a.len(), b.len(), f == g)
            }
            (Kind::Mapping { entries: a, flow: f }, Kind::Mapping { entries: b, flow: g }) => {
                b.len() == new_len.unwrap_or(a.len()) && same_form(a.len(), b.len(), f == g)
            }
            (Kind::Alias { target: a }, Kind::Alias { target: b }) => {
                self.old.slice(was.span) == self.new.slice(is.span)
                    && a.map(|a| self.moved(runs, a.0)) == b.map(|b| Some(b.0))
            }
            _ => false,
        }
    }

    fn differs(&self, id: u32, expected: &str) -> Result<(), EditError> {
        let start = self.new_tree.node(NodeId(id)).span.start;
        let line = 1 + scan::count_breaks(&self.new.text()[..start]);
        let is = show(&Fact::of(self.new_tree, NodeId(id)).shape);
        not_as_meant(match is == expected {
            true => format!("{is} in line {line} of the document would be another one"),
            false => format!("line {line} of the document would be {is}, not {expected}"),
        })
    }

    fn show_old(&self, id: u32) -> String {
        show(&Fact::of(self.old_tree, NodeId(id)).shape)
    }

    /// Whether the text ends within the same block of text as before.
    fn end(&self) -> Result<(), EditError> {
        let runs = self.runs();
        let kept = |id: NodeId| runs.iter().any(|(run, _)| run.contains(&id.0));
        let was = open_block(self.old, self.old_tree).filter(|id| kept(*id));
        let was = was.and_then(|id| self.moved(&runs, id.0));
        if was != open_block(self.new, self.new_tree).map(|id| id.0) {
            return super::unsupported(
                "a block of text ends the document without a line break after it, and programs \
                 differ on whether it ends with one; add a line break at the end first",
            );
        }
        Ok(())
    }

    /// Whether every comment that stays stands between the same nodes as before.
    fn comments(&self) -> Result<(), EditError> {
        if self.old_tree.comments().is_empty() && self.new_tree.comments().is_empty() {
            return Ok(());
        }
        let meaning = self.meaning;
        let runs = self.runs();
        let gone = |at: usize| at >= meaning.comments.start && at < meaning.comments.end;
        let old = marks(self.old, self.old_tree);
        let end = self.old.text().len() + 1;
        let first = meaning.order.iter().map(|part| part.0.start).min().unwrap_or(end);
        let last = meaning.order.iter().map(|part| part.0.end).max().unwrap_or(end);
        let parts = std::iter::once(0..first)
            .chain(meaning.order.iter().map(|part| part.0.range()))
            .chain(std::iter::once(last..end));
        let was = parts.flat_map(|part| {
            let start = old.partition_point(|(at, _)| *at < part.start);
            let end = old.partition_point(|(at, _)| *at < part.end);
            old[start..end.max(start)].iter().filter_map(|&(at, mark)| match mark {
                Mark::Node(id) => {
                    let run = runs.iter().find(|(run, _)| run.contains(&id));
                    run.map(|(run, to)| Mark::Node(id - run.start + to))
                }
                Mark::Comment(..) => (!gone(at)).then_some(mark),
            })
        });
        let came = meaning.range.start..meaning.range.start + meaning.with.len() as u32;
        let stayed: Vec<Mark<'_>> = was.collect();
        let new_comments = &meaning.with_comments;
        // One that comes may say the same as one that stays, so which it is may show only later:
        // how many of those seen so far can be ones that came, in rising order.
        let (mut ways, mut next) = (vec![0], Vec::new());
        let mut seen = 0;
        for (at, mark) in marks(self.new, self.new_tree) {
            if matches!(mark, Mark::Node(id) if came.contains(&id)) {
                continue;
            }
            for &new in &ways {
                let old: usize = seen - new;
                if stayed.get(old).is_some_and(|m| m.is(&mark)) && next.last() != Some(&new) {
                    next.push(new);
                }
                if let Mark::Comment(text, _) = mark
                    && self.came.contains(&at)
                    && new_comments.get(new).is_some_and(|new| *new == text)
                {
                    next.push(new + 1);
                }
            }
            if next.is_empty() {
                return not_as_meant("a comment would be lost, changed or elsewhere");
            }
            seen += 1;
            std::mem::swap(&mut ways, &mut next);
            next.clear();
        }
        if seen != stayed.len() + new_comments.len() || !ways.contains(&new_comments.len()) {
            return not_as_meant("a comment would be lost");
        }
        Ok(())
    }
}

/// What stands in a text, as far as comments are concerned.
#[derive(Clone, Copy, Debug)]
enum Mark<'a> {
    Node(u32),
    /// Its text, and whether it has a line of its own.
    Comment(&'a str, bool),
}

impl Mark<'_> {
    fn is(&self, other: &Mark<'_>) -> bool {
        match (self, other) {
            (Mark::Node(a), Mark::Node(b)) => a == b,
            (Mark::Comment(a, x), Mark::Comment(b, y)) => a == b && x == y,
            _ => false,
        }
    }
}

/// Scalars, aliases and comments in the order in which they begin. A collection begins where its
/// first child does, which may go or come, and nothing is written of an absent value, so they tell
/// nothing about comments.
fn marks<'a>(document: &'a Document, tree: &'a Tree) -> Vec<(usize, Mark<'a>)> {
    let text = document.text();
    let mut marks: Vec<(usize, Mark<'a>)> = Vec::new();
    let mut comments = tree.comments().iter().peekable();
    let comment = |span: &Span| {
        let before = &text[scan::line_start(text, span.start)..span.start];
        let own = before.trim_start_matches('\u{feff}').trim_matches([' ', '\t']).is_empty();
        (span.start, Mark::Comment(document.slice(*span), own))
    };
    for id in tree.ids() {
        let node = tree.node(id);
        if !matches!(node.kind, Kind::Scalar(_) | Kind::Alias { .. }) || node.span.is_empty() {
            continue;
        }
        let start = node.span.start;
        while let Some(span) = comments.next_if(|c| c.start < start) {
            marks.push(comment(span));
        }
        marks.push((start, Mark::Node(id.0)));
    }
    marks.extend(comments.map(comment));
    marks
}

/// The block scalar in which the text ends, without a line break. The official test suite (case
/// L24T) reads one into such a scalar, libyaml and what builds on it do not, so an edit must neither
/// make nor end that state.
fn open_block(document: &Document, tree: &Tree) -> Option<NodeId> {
    let text = document.text();
    let last = tree.ids().last().filter(|_| !text.ends_with(['\n', '\r']))?;
    let node = tree.node(last);
    let is_block = matches!(node.kind, Kind::Scalar(s) if !is_one_line(s.style));
    let header = document.slice(node.span).split(['\n', '\r', ' ', '#']).next();
    let open = is_block && node.span.end == text.len() && !header.unwrap_or_default().contains('-');
    open.then_some(last)
}

/// What a node is, without what it says: that may be a secret.
fn show(shape: &Shape) -> String {
    match shape {
        Shape::Text(text) if text.is_empty() => "an empty text".to_owned(),
        Shape::Text(_) => "a text".to_owned(),
        Shape::Sequence(len) => format!("a list of {len}"),
        Shape::Mapping(len) => format!("a mapping of {len}"),
        Shape::Alias(name, _) => format!("the alias {name}"),
    }
}
