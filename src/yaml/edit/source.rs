//! Values that are given as YAML: read alone, and put in as they are written.
//!
//! Every construct of YAML keeps its meaning when all its lines are moved to the right by the same
//! number of blanks, so the source of a value needs no more than that to stand in its new place.
//! Only within flow a block has to be written anew, because flow cannot hold one.

use std::collections::VecDeque;

use super::super::{Document, Kind, Limits, NodeId, Span, Style, Tree, scan};
use super::quote::{Context, Wish, scalar};
use super::scalar::is_one_line;
use super::verify::{Fact, Shape};
use super::{EditError, Editor, Value, unsupported};

/// The source of one value.
pub(super) struct Source {
    document: Document,
}

/// Whether every YAML source in a value is one value.
pub(super) fn check(value: &Value, limits: &Limits) -> Result<(), EditError> {
    let mut todo = vec![value];
    while let Some(value) = todo.pop() {
        match value {
            Value::Text(_) => {}
            Value::List(items) => todo.extend(items),
            Value::Mapping(entries) => todo.extend(entries.iter().map(|e| &e.1)),
            Value::Yaml(text) => {
                Source::read(text, limits)?;
            }
        }
    }
    Ok(())
}

impl Source {
    /// Reads the source of one value.
    ///
    /// # Errors
    ///
    /// When it does not parse, has no value, or is more than a value: documents have markers and
    /// directives, values have none.
    pub fn read(text: &str, limits: &Limits) -> Result<Self, EditError> {
        let bad = |why: &str| Err(EditError::BadValue(why.to_owned()));
        for line in scan::line_starts(text) {
            if scan::is_marker(text, line, "---") || scan::is_marker(text, line, "...") {
                return bad("it has a line that begins or ends a document (`---` or `...`)");
            }
        }
        if text.contains('\u{feff}') {
            return bad("it has a byte-order mark");
        }
        let document = Document::parse(text, limits);
        match document.tree() {
            Err(error) => bad(&format!(
                "line {}: {}",
                1 + scan::count_breaks(&text[..error.offset.min(text.len())]),
                error.message
            )),
            Ok(tree) if tree.root().is_none() => bad("nothing is written in it"),
            Ok(_) => Ok(Self { document }),
        }
    }

    /// The tree and its root; there is always one.
    pub fn root(&self) -> Option<(&Tree, NodeId)> {
        let tree = self.document.tree().ok()?;
        Some((tree, tree.root()?))
    }

    /// Whether it is a list or a mapping in lines of its own, and whether a list.
    pub fn block(&self) -> Option<bool> {
        let (tree, root) = self.root()?;
        match tree.node(root).kind {
            Kind::Sequence { flow: false, .. } => Some(true),
            Kind::Mapping { flow: false, .. } => Some(false),
            _ => None,
        }
    }

    /// Whether its first line is the first of a list or a mapping.
    pub fn begins_block(&self) -> bool {
        self.root().is_some_and(|(tree, root)| {
            let first = tree.comments().first().map_or(usize::MAX, |c| c.start);
            let span = tree.full_span(root);
            self.block().is_some() && span == tree.node(root).span && first > span.start
        })
    }

    pub fn has_comments(&self) -> bool {
        self.comments().next().is_some()
    }

    pub fn comments(&self) -> impl Iterator<Item = &str> {
        let comments = self.document.tree().map_or(&[][..], Tree::comments);
        comments.iter().map(|comment| self.document.slice(*comment))
    }

    pub fn has_anchor(&self) -> bool {
        self.root().is_some_and(|(tree, root)| tree.node(root).anchor.is_some())
    }

    /// The lines from the first that says something to the last, the first without indentation and
    /// the others as far out as they can stand together.
    fn lines(&self) -> Vec<&str> {
        let text = self.document.text();
        let Some((tree, root)) = self.root() else { return Vec::new() };
        let comments = tree.comments();
        let span = tree.full_span(root);
        let start = comments.first().map_or(span.start, |c| span.start.min(c.start));
        let end = comments.last().map_or(span.end, |c| span.end.max(c.end));
        let at = tree.node(root).span.start;
        let indentation = match self.block() {
            Some(_) => at - scan::line_start(text, at),
            None => 0,
        };
        let mut lines = Vec::new();
        let mut at = start;
        loop {
            let line_end = scan::line_end(text, at).min(end);
            lines.push(&text[at..line_end]);
            let next = scan::after_break(text, line_end);
            if line_end >= end || next > end {
                return lines;
            }
            let blanks = scan::skip_blanks(text, next) - next;
            at = next + blanks.min(indentation).min(scan::line_end(text, next) - next);
            if at > end {
                return lines;
            }
        }
    }

    /// Writes it behind a `:` or a dash, a blank included, without a line break at the end. Its
    /// further lines are indented for what stands in `column`.
    pub fn behind(&self, out: &mut String, line_break: &str, column: usize, steps: (usize, usize)) {
        let lines = self.lines();
        let Some((tree, root)) = self.root() else { return };
        let (list_step, mapping_step) = steps;
        let has_properties = tree.full_span(root) != tree.node(root).span;
        let comment_first = lines.first().is_some_and(|line| line.starts_with('#'));
        let block = self.block();
        let step = match block {
            Some(true) if comment_first || has_properties => list_step.max(1),
            Some(true) => list_step,
            _ => mapping_step,
        };
        let below = comment_first || (block.is_some() && !has_properties);
        let shift = match (block, tree.node(root).kind) {
            (Some(_), _) => column + step,
            _ if comment_first => column + mapping_step,
            (_, Kind::Scalar(s)) if !is_one_line(s.style) && self.has_indicator() => column,
            _ => {
                let rest = lines.iter().skip(1).filter(|l| !l.trim().is_empty());
                let least = rest.map(|l| l.len() - l.trim_start_matches(' ').len()).min();
                if least == Some(0) { column + mapping_step } else { column }
            }
        };
        if !below {
            out.push(' ');
        }
        for (index, line) in lines.iter().enumerate() {
            if index > 0 || below {
                out.push_str(line_break);
                if !line.is_empty() {
                    out.push_str(&" ".repeat(shift));
                }
            }
            out.push_str(line);
        }
    }

    /// Writes it where the writer stands, which is in `column`, and below.
    pub fn here(&self, out: &mut String, line_break: &str, column: usize) {
        for (index, line) in self.lines().iter().enumerate() {
            if index > 0 {
                out.push_str(line_break);
                if !line.is_empty() {
                    out.push_str(&" ".repeat(column));
                }
            }
            out.push_str(line);
        }
    }

    /// Whether it is a block of text (`|` or `>`).
    pub fn is_block_text(&self) -> bool {
        self.root().is_some_and(
            |(tree, root)| matches!(tree.node(root).kind, Kind::Scalar(s) if !is_one_line(s.style)),
        )
    }

    /// Whether it is a block of text whose header says how far it is indented.
    fn has_indicator(&self) -> bool {
        let Some((tree, root)) = self.root() else { return false };
        let text = self.document.slice(tree.node(root).span);
        let header = text.split([' ', '\t', '\n', '\r']).next().unwrap_or_default();
        header.contains(|c: char| c.is_ascii_digit())
    }

    /// Writes it within flow: as it is written when that is flow, else anew.
    pub fn in_flow(
        &self,
        out: &mut String,
        line_break: &str,
        column: usize,
    ) -> Result<(), EditError> {
        let Some((tree, root)) = self.root() else { return Ok(()) };
        let is_block = match tree.node(root).kind {
            Kind::Scalar(scalar) => !is_one_line(scalar.style),
            _ => self.block().is_some(),
        };
        if is_block {
            let between = format!("{line_break}{}", " ".repeat(column));
            let text = |span: &Span| self.document.slice(*span);
            let comments = tree.comments().iter().map(|c| (c.start, text(c))).collect();
            flow(tree, root, comments, &between, out);
        } else if self.has_comments() {
            // Something in one piece needs no comment of its own; one behind it would hide the
            // bracket.
            return unsupported(
                "a comment stands beside the new value, which is to stand within brackets; leave \
                 the comment out",
            );
        } else {
            self.here(out, line_break, column);
        }
        Ok(())
    }
}

impl Editor<'_> {
    /// What a value means that begins as the node `base` of the new tree, and the comments in it.
    pub(super) fn facts(
        &self,
        value: &Value,
        base: u32,
    ) -> Result<(Vec<Fact>, Vec<String>), EditError> {
        let (mut facts, mut comments) = (Vec::new(), Vec::new());
        self.add_facts(value, base, &mut facts, &mut comments)?;
        Ok((facts, comments))
    }

    fn add_facts(
        &self,
        value: &Value,
        base: u32,
        facts: &mut Vec<Fact>,
        comments: &mut Vec<String>,
    ) -> Result<(), EditError> {
        match value {
            Value::Text(text) => facts.push(Fact::text(text)),
            Value::List(items) => {
                facts.push(Fact::new(Shape::Sequence(items.len())));
                for item in items {
                    self.add_facts(item, base, facts, comments)?;
                }
            }
            Value::Mapping(entries) => {
                facts.push(Fact::new(Shape::Mapping(entries.len())));
                for (key, value) in entries {
                    facts.push(Fact::text(key));
                    self.add_facts(value, base, facts, comments)?;
                }
            }
            Value::Yaml(text) => {
                let source = Source::read(text, self.document.limits())?;
                let Some((tree, _)) = source.root() else { return Ok(()) };
                let first = base + facts.len() as u32;
                for id in tree.ids() {
                    let mut fact = Fact::of(tree, id);
                    if let Shape::Alias(name, target) = &mut fact.shape {
                        *target = match target {
                            Some(inner) => Some(first + *inner),
                            None => Some(self.anchor_before(&name[1..], base)?.0),
                        };
                    }
                    facts.push(fact);
                }
                comments.extend(source.comments().map(str::to_owned));
            }
        }
        Ok(())
    }

    /// The node that an alias in the place of the node `before` stands for.
    fn anchor_before(&self, name: &str, before: u32) -> Result<NodeId, EditError> {
        let nodes = (0..before.min(self.tree.nodes.len() as u32)).rev().map(NodeId);
        let mut named = nodes.filter(|&id| self.tree.node(id).anchor == Some(name));
        named.next().ok_or_else(|| {
            EditError::BadValue(format!("`*{name}` stands for nothing: no anchor is before it"))
        })
    }
}

/// A node in flow, with tags and anchors; on one line but for its comments, after each of which the
/// text goes on with `between`.
fn flow(
    tree: &Tree,
    id: NodeId,
    comments: VecDeque<(usize, &str)>,
    between: &str,
    out: &mut String,
) {
    /// What is still to be written.
    enum Todo {
        Node(NodeId, bool),
        Text(&'static str),
    }
    let mut comments = comments;
    let mut write_comments = |out: &mut String, before: usize| {
        while let Some((_, comment)) = comments.pop_front_if(|(at, _)| *at < before) {
            out.push_str(if out.ends_with([' ', '\t']) { "" } else { " " });
            out.push_str(comment);
            out.push_str(between);
        }
    };
    let mut todo = vec![Todo::Node(id, false)];
    while let Some(next) = todo.pop() {
        let (id, key) = match next {
            Todo::Text(text) => {
                if todo.is_empty() {
                    write_comments(out, usize::MAX);
                }
                out.push_str(text);
                continue;
            }
            Todo::Node(id, key) => (id, key),
        };
        let node = tree.node(id);
        if !todo.is_empty() {
            write_comments(out, node.span.start);
        }
        if let Some(tag) = node.tag {
            out.push_str(tag);
            out.push(' ');
        }
        if let Some(anchor) = node.anchor {
            out.push('&');
            out.push_str(anchor);
            out.push(' ');
        }
        match node.kind {
            Kind::Scalar(_) if tree.is_absent(id) => {
                // Nothing is nothing as a value, but needs a word where a comma would follow.
                out.push_str(if key { "" } else { "null" });
            }
            Kind::Scalar(text) => {
                let style = if is_one_line(text.style) { text.style } else { Style::DoubleQuoted };
                let wish = Wish { style, ambiguous: true };
                out.push_str(&scalar(text.text, wish, Context { in_flow: true, key }));
            }
            Kind::Alias { .. } => {
                out.push_str(&tree.source[node.span.range()]);
                // A colon could be a part of the name.
                out.push_str(if key { " " } else { "" });
            }
            Kind::Sequence { items, .. } => {
                out.push('[');
                todo.push(Todo::Text("]"));
                for (index, &item) in items.iter().enumerate().rev() {
                    todo.push(Todo::Node(item, false));
                    todo.push(Todo::Text(if index > 0 { ", " } else { "" }));
                }
            }
            Kind::Mapping { entries, .. } => {
                out.push('{');
                todo.push(Todo::Text("}"));
                for (index, &(key, value)) in entries.iter().enumerate().rev() {
                    todo.push(Todo::Node(value, false));
                    todo.push(Todo::Text(": "));
                    todo.push(Todo::Node(key, true));
                    todo.push(Todo::Text(if index > 0 { ", " } else { "" }));
                }
            }
        }
    }
}
