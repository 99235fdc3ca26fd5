//! Values as text: the layout of lists and mappings, in the style of what stands beside them.

use std::ops::Range;

use super::super::{Kind, Limits, NodeId, Style, Tree};
use super::quote::{Context, Wish, is_inline, is_json_literal, scalar};
use super::source::Source;
use super::{EditError, Value, unsupported};

/// How new lists and mappings are laid out, and which nodes they are to resemble.
#[derive(Clone, Copy)]
pub(super) struct Writer<'a> {
    pub tree: &'a Tree,
    /// Where it writes.
    pub at: usize,
    /// Whether what stands around it in brackets is JSON.
    pub json: bool,
    /// Whether texts of several lines may be blocks.
    pub blocks: bool,
    pub line_break: &'a str,
    /// How far the dashes of a list under a key are indented.
    pub list_step: usize,
    /// What stands between a dash and its item.
    pub gap: &'a str,
    /// A column in which further lines of a value within flow may begin.
    pub inner: usize,
    /// How far a mapping under a key is indented.
    pub mapping_step: usize,
    /// The deepest a value may be nested, among others.
    pub limits: Limits,
}

impl Writer<'_> {
    /// What stands behind `key:` for a value: `" text"`, or a line break and the lines of a
    /// collection, whose key stands in `column`. No line break at the end.
    pub fn after_key(
        &self,
        out: &mut String,
        value: &Value,
        column: usize,
        key: &str,
        samples: &[NodeId],
        depth: usize,
    ) -> Result<(), EditError> {
        match value {
            Value::List(items) if !items.is_empty() => {
                let column = column + self.list_step;
                self.items(out, items, column, true, samples, depth)
            }
            Value::Mapping(entries) if !entries.is_empty() => {
                let column = column + self.mapping_step;
                out.push_str(self.line_break);
                out.push_str(&" ".repeat(column));
                self.entries(out, entries, column, samples, depth)
            }
            Value::Yaml(text) => {
                let source = Source::read(text, &self.limits)?;
                let steps = (self.list_step, self.mapping_step);
                source.behind(out, self.line_break, column, steps);
                Ok(())
            }
            _ => {
                out.push(' ');
                let parent = (column, self.mapping_step.max(1));
                match self.block_text(value, Some(key), samples, parent) {
                    Some(block) => out.push_str(&block),
                    None => self.inline(out, value, Some(key), samples, false, depth)?,
                }
                Ok(())
            }
        }
    }

    /// A text of several lines as a literal block, where the texts beside it or the others of the
    /// document are blocks; `None` when it is to be quoted. `parent` is the column of its key or
    /// dash, and how far it is to stand to the right of that.
    fn block_text(
        &self,
        value: &Value,
        key: Option<&str>,
        samples: &[NodeId],
        parent: (usize, usize),
    ) -> Option<String> {
        let Value::Text(text) = value else { return None };
        let lines = text.contains('\n');
        (lines && self.blocks && self.has_blocks(key, samples))
            .then(|| literal(text, parent, self.line_break))?
    }

    /// Whether a text of several lines is a block beside the place, under the same key anywhere, or
    /// else anywhere; the first one that is found decides.
    fn has_blocks(&self, key: Option<&str>, samples: &[NodeId]) -> bool {
        let block = |id: NodeId| match self.tree.node(id).kind {
            Kind::Scalar(s) if !super::scalar::is_one_line(s.style) => Some(true),
            Kind::Scalar(s) => s.text.contains('\n').then_some(false),
            _ => None,
        };
        let entries = || self.tree.ids().flat_map(|id| own_entries(self.tree, id));
        let same = || {
            let mut same = entries().filter(|e| key.is_some() && self.tree.text(e.0) == key);
            same.find_map(|e| block(e.1))
        };
        let items = || self.tree.ids().flat_map(|id| own_items(self.tree, id));
        let near = samples.iter().find_map(|&id| block(id)).or_else(same);
        let found = near.or_else(|| entries().find_map(|e| block(e.1)));
        found.or_else(|| items().find_map(|&id| block(id))).unwrap_or(false)
    }

    /// What stands behind a dash in `column` and the gap after it.
    pub fn after_dash(
        &self,
        out: &mut String,
        value: &Value,
        column: usize,
        samples: &[NodeId],
        depth: usize,
    ) -> Result<(), EditError> {
        if let Value::Yaml(text) = value {
            let source = Source::read(text, &self.limits)?;
            if !source.begins_block() {
                out.truncate(out.trim_end_matches(' ').len());
                source.behind(out, self.line_break, column, (2, 2));
                return Ok(());
            }
            source.here(out, self.line_break, column + 1 + self.gap.len());
            return Ok(());
        }
        let column = column + 1 + self.gap.len();
        let flow = |id: &NodeId| {
            matches!(
                self.tree.node(*id).kind,
                Kind::Mapping { flow: true, .. } | Kind::Sequence { flow: true, .. }
            )
        };
        // Siblings in brackets ask for brackets.
        let flow = samples.first().is_some_and(flow);
        match value {
            Value::List(items) if !items.is_empty() && !flow => {
                self.items(out, items, column, false, samples, depth)
            }
            Value::Mapping(entries) if !entries.is_empty() && !flow => {
                self.entries(out, entries, column, samples, depth)
            }
            _ => {
                let parent = (column - 1 - self.gap.len(), 1 + self.gap.len());
                match self.block_text(value, None, samples, parent) {
                    Some(block) => out.push_str(&block),
                    None => {
                        // What is put beside JSON in brackets is JSON.
                        let json = flow && samples.iter().all(|&id| holds_json(self.tree, id));
                        let writer = Self { json, ..*self };
                        writer.inline(out, value, None, samples, false, depth)?;
                    }
                }
                Ok(())
            }
        }
    }

    /// A value where the writer stands, which is in `column`, and on the lines below.
    pub fn root(
        &self,
        out: &mut String,
        value: &Value,
        column: usize,
        samples: &[NodeId],
    ) -> Result<(), EditError> {
        match value {
            Value::List(items) if !items.is_empty() => {
                self.items(out, items, column, false, samples, 0)
            }
            Value::Mapping(entries) if !entries.is_empty() => {
                self.entries(out, entries, column, samples, 0)
            }
            Value::Yaml(text) => {
                Source::read(text, &self.limits)?.here(out, self.line_break, column);
                Ok(())
            }
            _ => self.inline(out, value, None, samples, false, 0),
        }
    }

    /// The lines of a list; the first dash on a new line, or where the writer stands.
    pub fn items(
        &self,
        out: &mut String,
        items: &[Value],
        column: usize,
        new_line: bool,
        samples: &[NodeId],
        depth: usize,
    ) -> Result<(), EditError> {
        let depth = self.deeper(depth)?;
        let samples: Vec<NodeId> =
            samples.iter().flat_map(|&id| own_items(self.tree, id)).copied().collect();
        for (index, item) in items.iter().enumerate() {
            if new_line || index > 0 {
                out.push_str(self.line_break);
                out.push_str(&" ".repeat(column));
            }
            out.push('-');
            out.push_str(self.gap);
            self.after_dash(out, item, column, &samples, depth)?;
        }
        Ok(())
    }

    /// The lines of a mapping; the first key where the writer stands, which is in `column`.
    pub fn entries(
        &self,
        out: &mut String,
        entries: &[(String, Value)],
        column: usize,
        samples: &[NodeId],
        depth: usize,
    ) -> Result<(), EditError> {
        let depth = self.deeper(depth)?;
        for (index, (key, value)) in entries.iter().enumerate() {
            if index > 0 {
                out.push_str(self.line_break);
                out.push_str(&" ".repeat(column));
            }
            out.push_str(&self.key(key, samples, false));
            out.push(':');
            let samples = self.values_of(key, samples);
            self.after_key(out, value, column, key, &samples, depth)?;
        }
        Ok(())
    }

    /// A value on one line.
    pub fn inline(
        &self,
        out: &mut String,
        value: &Value,
        key: Option<&str>,
        samples: &[NodeId],
        in_flow: bool,
        depth: usize,
    ) -> Result<(), EditError> {
        match value {
            Value::Text(text) => {
                let mut wish = self.wish(key, samples);
                if self.json && in_flow {
                    wish = Wish::json(text, wish.style == Style::Plain && wish.ambiguous);
                }
                out.push_str(&scalar(text, wish, Context { in_flow, key: false }));
            }
            Value::List(items) => {
                let depth = self.deeper(depth)?;
                let inner: Vec<NodeId> =
                    samples.iter().flat_map(|&id| own_items(self.tree, id)).copied().collect();
                let pad = if items.is_empty() { "" } else { self.padding(samples, '[') };
                out.push('[');
                out.push_str(pad);
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    self.inline(out, item, None, &inner, true, depth)?;
                }
                out.push_str(pad);
                out.push(']');
            }
            Value::Mapping(entries) => {
                let depth = self.deeper(depth)?;
                let pad = if entries.is_empty() { "" } else { self.padding(samples, '{') };
                out.push('{');
                out.push_str(pad);
                for (index, (key, value)) in entries.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    out.push_str(&self.key(key, samples, true));
                    out.push_str(": ");
                    let samples = self.values_of(key, samples);
                    self.inline(out, value, Some(key), &samples, true, depth)?;
                }
                out.push_str(pad);
                out.push('}');
            }
            Value::Yaml(text) => {
                let source = Source::read(text, &self.limits)?;
                if in_flow {
                    source.in_flow(out, self.line_break, self.inner)?;
                } else {
                    source.here(out, self.line_break, self.inner);
                }
            }
        }
        Ok(())
    }

    /// A key, quoted as the same key is, or the first key of the nearest sibling, or the first one of
    /// the document.
    pub fn key(&self, key: &str, samples: &[NodeId], in_flow: bool) -> String {
        let keys = || samples.iter().flat_map(|&id| own_entries(self.tree, id)).map(|e| e.0);
        let same = keys().find(|&k| self.tree.text(k) == Some(key));
        let first = || self.tree.ids().find_map(|id| own_entries(self.tree, id).first());
        let wish = same.or_else(|| keys().next()).or_else(|| first().map(|entry| entry.0));
        let wish = match self.json {
            true => Wish::json(key, false),
            false => wish.map_or(Wish::NONE, |id| self.wish_like(id)),
        };
        scalar(key, wish, Context { in_flow, key: true })
    }

    fn wish(&self, key: Option<&str>, samples: &[NodeId]) -> Wish {
        let sample = samples.iter().find(|&&id| {
            matches!(self.tree.node(id).kind, Kind::Scalar(_)) && !self.tree.is_absent(id)
        });
        match (sample, key) {
            (Some(&id), _) => self.wish_like(id),
            (None, Some(key)) => {
                self.style_of_key(key).map_or(Wish::NONE, |style| Wish { style, ambiguous: false })
            }
            _ => Wish::NONE,
        }
    }

    /// The style of the first value that stands under a key anywhere in the document.
    fn style_of_key(&self, key: &str) -> Option<Style> {
        self.tree.ids().find_map(|id| {
            let Kind::Mapping { entries, .. } = self.tree.node(id).kind else { return None };
            entries.iter().find_map(|&(k, value)| match self.tree.node(value).kind {
                Kind::Scalar(scalar)
                    if self.tree.text(k) == Some(key) && !self.tree.is_absent(value) =>
                {
                    Some(scalar.style)
                }
                _ => None,
            })
        })
    }

    fn wish_like(&self, id: NodeId) -> Wish {
        match self.tree.node(id).kind {
            Kind::Scalar(scalar) if super::scalar::is_one_line(scalar.style) => {
                Wish::like(scalar.style, scalar.text)
            }
            _ => Wish::NONE,
        }
    }

    fn values_of(&self, key: &str, samples: &[NodeId]) -> Vec<NodeId> {
        let entries = samples.iter().flat_map(|&id| own_entries(self.tree, id));
        entries.filter(|e| self.tree.text(e.0) == Some(key)).map(|e| e.1).collect()
    }

    /// The blank behind `{` or `[` in the first sibling that has any, or else in the nearest brackets
    /// of the document: those around the place or in front of it, before those behind it.
    pub fn padding(&self, samples: &[NodeId], open: char) -> &'static str {
        let blank = |id: NodeId| {
            let has_some = match self.tree.node(id).kind {
                Kind::Mapping { entries, flow: true } => !entries.is_empty(),
                Kind::Sequence { items, flow: true } => !items.is_empty(),
                _ => false,
            };
            let text = &self.tree.source[self.tree.node(id).span.range()];
            let inner = text.strip_prefix(open).filter(|_| has_some)?;
            // A line break says nothing of blanks.
            (!inner.starts_with(['\n', '\r'])).then(|| inner.starts_with(' '))
        };
        let near = samples.iter().copied().find_map(blank);
        let start = |id: &NodeId| self.tree.node(*id).span.start;
        let before = || self.tree.ids().rev().skip_while(|id| start(id) > self.at).find_map(blank);
        let found = near.or_else(before).or_else(|| self.tree.ids().find_map(blank));
        if found == Some(true) { " " } else { "" }
    }

    fn deeper(&self, depth: usize) -> Result<usize, EditError> {
        if depth >= self.limits.depth {
            return unsupported(format!(
                "the value is nested deeper than {} levels",
                self.limits.depth
            ));
        }
        Ok(depth + 1)
    }
}

/// Items of a node itself; a sibling that is an alias is no example to follow.
fn own_items(tree: &Tree, id: NodeId) -> &[NodeId] {
    match tree.node(id).kind {
        Kind::Sequence { items, .. } => items,
        _ => &[],
    }
}

fn own_entries(tree: &Tree, id: NodeId) -> &[(NodeId, NodeId)] {
    match tree.node(id).kind {
        Kind::Mapping { entries, .. } => entries,
        _ => &[],
    }
}

/// Whether a node is a flow collection that holds JSON.
fn holds_json(tree: &Tree, id: NodeId) -> bool {
    let end = tree.node(id).span.end;
    let inside = |other: &NodeId| tree.node(*other).span.start < end;
    let after = (id.0..tree.nodes.len() as u32).map(NodeId).find(|other| !inside(other));
    is_json(tree, id.0..after.map_or(tree.nodes.len() as u32, |after| after.0))
}

/// Whether nodes in brackets are written as JSON has them: keys and texts in double quotes, and
/// nothing plain but numbers, booleans and null. There has to be a key or a text to show it.
pub(super) fn is_json(tree: &Tree, nodes: Range<u32>) -> bool {
    let quoted = |id: NodeId| matches!(tree.node(id).kind, Kind::Scalar(s) if s.style == Style::DoubleQuoted);
    let mut shown = false;
    for id in nodes.map(NodeId) {
        let keys = own_entries(tree, id);
        if !keys.iter().all(|entry| quoted(entry.0)) {
            return false;
        }
        shown |= !keys.is_empty() || quoted(id);
        let json = match tree.node(id).kind {
            Kind::Scalar(s) => quoted(id) || s.style == Style::Plain && is_json_literal(s.text),
            Kind::Alias { .. } => false,
            Kind::Sequence { .. } | Kind::Mapping { .. } => true,
        };
        if !json {
            return false;
        }
    }
    shown
}

/// A text as a literal block; `None` when a block cannot hold it, or not in a way that every reader
/// reads alike: blanks that are a line, line breaks at its end, characters that have to be escaped.
fn literal(text: &str, parent: (usize, usize), line_break: &str) -> Option<String> {
    let (column, step) = parent;
    let body = text.strip_suffix('\n').unwrap_or(text);
    let blank = |line: &str| !line.is_empty() && line.trim_matches([' ', '\t']).is_empty();
    if body.is_empty()
        || body.ends_with('\n')
        || body.split('\n').any(blank)
        || !body.chars().all(|c| c == '\n' || is_inline(c))
    {
        return None;
    }
    let mut out = String::from("|");
    if body.trim_start_matches('\n').starts_with([' ', '\t']) {
        // Blanks that the text begins with are told from its indentation by a number.
        out.push_str(&Some(step).filter(|step| *step <= 9)?.to_string());
    }
    out.push_str(if body.len() == text.len() { "-" } else { "" });
    for line in body.split('\n') {
        out.push_str(line_break);
        if !line.is_empty() {
            out.push_str(&" ".repeat(column + step));
            out.push_str(line);
        }
    }
    Some(out)
}
