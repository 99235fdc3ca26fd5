//! Values as text: the layout of lists and mappings, in the style of what stands beside them.

use super::super::{Kind, Limits, NodeId, Style, Tree};
use super::quote::{Context, Wish, scalar};
use super::source::Source;
use super::{EditError, Value, unsupported};

/// How new lists and mappings are laid out, and which nodes they are to resemble.
pub(super) struct Writer<'a> {
    pub tree: &'a Tree,
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
                self.inline(out, value, Some(key), samples, false, depth)
            }
        }
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
            _ => self.inline(out, value, None, samples, false, depth),
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
                let wish = self.wish(key, samples);
                out.push_str(&scalar(text, wish, Context { in_flow, key: false }));
            }
            Value::List(items) => {
                let depth = self.deeper(depth)?;
                let inner: Vec<NodeId> =
                    samples.iter().flat_map(|&id| own_items(self.tree, id)).copied().collect();
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { ", " } else { "" });
                    self.inline(out, item, None, &inner, true, depth)?;
                }
                out.push(']');
            }
            Value::Mapping(entries) => {
                let depth = self.deeper(depth)?;
                let pad = if entries.is_empty() { "" } else { self.padding(samples) };
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
        let wish = wish.map_or(Wish::NONE, |id| self.wish_like(id));
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

    /// The blank inside the braces of the first sibling that has braces, or else of the first braces
    /// of the document.
    fn padding(&self, samples: &[NodeId]) -> &'static str {
        let braces = |id: NodeId| match self.tree.node(id).kind {
            Kind::Mapping { entries, flow: true } if !entries.is_empty() => {
                Some(self.tree.source.as_bytes().get(self.tree.node(id).span.start + 1))
            }
            _ => None,
        };
        let near = samples.iter().copied().find_map(braces);
        let found = near.or_else(|| self.tree.ids().find_map(braces));
        if found == Some(Some(&b' ')) { " " } else { "" }
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
