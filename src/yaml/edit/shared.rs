//! Places that take their value from elsewhere: aliases and merge keys.
//!
//! What stands behind an alias belongs to every place that uses it, so a path that ends at one or
//! passes one is refused until the user says which is meant: the anchor, or this place alone. The
//! same holds for a key that a mapping has only through `<<`. Making a place its own is an edit
//! like any other, verified like any other; the edit that was asked for follows it.

use std::collections::HashSet;

use super::super::{Document, Kind, NodeId, Style, scan};
use super::place::describe;
use super::{EditError, Editor, Op, Step, Value, Via, unsupported};

/// Where a path leaves the place it names.
pub(super) struct Detour {
    /// How many steps lead to the alias, or to the mapping that has the key through `<<`.
    depth: usize,
    /// The node that is used instead: what the alias stands for, or the merged mapping.
    source: NodeId,
    /// The key that is merged; the alias has none.
    merged: Option<String>,
}

pub(super) fn apply(document: &Document, op: &Op, via: Via) -> Result<Document, EditError> {
    let mut op = op.clone();
    let mut edited: Option<Document> = None;
    // Each round leaves less of the path behind an alias or a merge key; no path has more.
    for _ in 0..=2 * op.path().len() + 2 {
        let now = edited.as_ref().unwrap_or(document);
        let editor = Editor::new(now)?;
        let Some(detour) = editor.detour(&op) else { break };
        match via {
            Via::Anchor => op = editor.at_anchor(&op, &detour)?,
            Via::Own if editor.overrides(&op, &detour) => return editor.perform_own(&op),
            Via::Own => edited = Some(editor.make_own(&op, &detour)?),
        }
    }
    let now = edited.as_ref().unwrap_or(document);
    super::apply(now, &op)
}

impl Editor<'_> {
    /// The first alias or merge key on the way of an edit.
    pub(super) fn detour(&self, op: &Op) -> Option<Detour> {
        let mut node = self.tree.root()?;
        let behind = |node: NodeId| Some(self.tree.resolve(node)).filter(|&to| to != node);
        for (depth, step) in op.path().iter().enumerate() {
            if let Some(source) = behind(node) {
                return Some(Detour { depth, source, merged: None });
            }
            let next = match step {
                Step::Key(key) => match self.own_value(node, key) {
                    Some(value) => value,
                    None => {
                        let source = self.merged(node, key)?;
                        return Some(Detour { depth, source, merged: Some(key.clone()) });
                    }
                },
                Step::Index(_) => self.tree.child(node, step)?,
            };
            node = next;
        }
        let depth = op.path().len();
        if let Some(source) = behind(node) {
            return Some(Detour { depth, source, merged: None });
        }
        let (Op::Add { key, .. } | Op::RemoveKey { key, .. } | Op::Rename { key, .. }) = op else {
            return None;
        };
        if self.own_value(node, key).is_some() {
            return None;
        }
        let source = self.merged(node, key)?;
        Some(Detour { depth, source, merged: Some(key.clone()) })
    }

    /// What a detour means for who asked.
    pub(super) fn shared(&self, detour: &Detour) -> EditError {
        let anchor = self.tree.node(detour.source).anchor.unwrap_or_default();
        let start = self.tree.node(detour.source).span.start;
        EditError::Shared {
            name: anchor.to_owned(),
            anchor: self.path_of(detour.source).0,
            line: 1 + scan::count_breaks(&self.text[..start]),
            places: self.uses(detour.source),
            merged: detour.merged.is_some(),
        }
    }

    /// How many aliases stand for a node.
    pub(super) fn uses(&self, node: NodeId) -> usize {
        self.tree.ids().filter(|&id| id != node && self.tree.resolve(id) == node).count()
    }

    fn own_value(&self, node: NodeId, key: &str) -> Option<NodeId> {
        let Kind::Mapping { entries, .. } = self.tree.node(node).kind else { return None };
        entries.iter().find(|e| self.tree.text(e.0) == Some(key)).map(|e| e.1)
    }

    /// The mapping from which another one has a key through `<<`. Of several the first counts
    /// (YAML merge key type).
    fn merged(&self, node: NodeId, key: &str) -> Option<NodeId> {
        let is_merge = |key: NodeId| {
            matches!(self.tree.node(key).kind,
                Kind::Scalar(s) if s.style == Style::Plain && s.text == "<<")
        };
        // What was looked through gives nothing the second time: mappings that merge each other
        // many times are not multiplied, and one that merges itself comes to an end.
        let mut seen = HashSet::new();
        let mut waiting = vec![node];
        while let Some(mapping) = waiting.pop() {
            if !seen.insert(mapping) {
                continue;
            }
            if mapping != node && self.own_value(mapping, key).is_some() {
                return Some(mapping);
            }
            let Kind::Mapping { entries, .. } = self.tree.node(mapping).kind else { continue };
            let mut sources = Vec::new();
            for value in entries.iter().filter(|e| is_merge(e.0)).map(|e| self.tree.resolve(e.1)) {
                match self.tree.node(value).kind {
                    Kind::Sequence { items, .. } => {
                        sources.extend(items.iter().map(|item| self.tree.resolve(*item)));
                    }
                    _ => sources.push(value),
                }
            }
            waiting.extend(sources.into_iter().rev());
        }
        None
    }

    /// The path to a node, and whether it leads to the node itself: to a key, or a part of one, it
    /// leads only as far as the value of that key.
    pub(super) fn path_of(&self, node: NodeId) -> (Vec<Step>, bool) {
        let mut path = Vec::new();
        let Some(mut at) = self.tree.root() else { return (path, false) };
        while at != node {
            match self.tree.node(at).kind {
                Kind::Sequence { items, .. } => {
                    let Some(index) = items.partition_point(|i| *i <= node).checked_sub(1) else {
                        break;
                    };
                    path.push(Step::Index(index));
                    at = items[index];
                }
                Kind::Mapping { entries, .. } => {
                    let Some(index) = entries.partition_point(|e| e.0 <= node).checked_sub(1)
                    else {
                        break;
                    };
                    let (key, value) = entries[index];
                    let name = self.tree.text(key);
                    let same = entries.iter().filter(|e| self.tree.text(e.0) == name).count();
                    path.push(match name {
                        Some(name) if same == 1 => Step::Key(name.to_owned()),
                        _ => Step::Index(index),
                    });
                    if node < value {
                        return (path, false);
                    }
                    at = value;
                }
                _ => break,
            }
        }
        (path, at == node)
    }

    /// The same edit where the anchor stands.
    fn at_anchor(&self, op: &Op, detour: &Detour) -> Result<Op, EditError> {
        let (mut path, exact) = self.path_of(detour.source);
        if !exact {
            return unsupported(format!(
                "the anchor `&{}` stands within a key; rename that key instead",
                self.tree.node(detour.source).anchor.unwrap_or_default()
            ));
        }
        path.extend_from_slice(&op.path()[detour.depth..]);
        let mut op = op.clone();
        if let (Op::Add { key, value, .. }, Some(_)) = (&op, &detour.merged)
            && detour.depth == op.path().len()
        {
            path.push(Step::Key(key.clone()));
            return Ok(Op::Set { path, value: value.clone() });
        }
        match &mut op {
            Op::Set { path: old, .. }
            | Op::Insert { path: old, .. }
            | Op::Remove { path: old, .. }
            | Op::Move { path: old, .. }
            | Op::Add { path: old, .. }
            | Op::RemoveKey { path: old, .. }
            | Op::Rename { path: old, .. } => *old = path,
        }
        Ok(op)
    }

    /// Whether an edit adds the key that is merged: that alone makes it the mapping's own.
    fn overrides(&self, op: &Op, detour: &Detour) -> bool {
        matches!(op, Op::Add { .. }) && detour.merged.is_some() && detour.depth == op.path().len()
    }

    fn perform_own(&self, op: &Op) -> Result<Document, EditError> {
        self.perform(&self.resolve_own(op)?)
    }

    /// The document with the shared place made its own.
    fn make_own(&self, op: &Op, detour: &Detour) -> Result<Document, EditError> {
        let path = op.path()[..detour.depth].to_vec();
        let Some(key) = &detour.merged else {
            let value = self.copy(detour.source)?;
            return self.perform_own(&Op::Set { path, value });
        };
        if detour.depth == op.path().len() {
            return unsupported(format!(
                "{} has {key} only through `<<`, so it can be changed there but neither removed nor \
                 renamed here; take it out where the anchor stands",
                describe(&path)
            ));
        }
        let Some(value) = self.own_value(detour.source, key) else {
            return Err(EditError::NotFound(describe(op.path())));
        };
        let value = self.copy(value)?;
        self.perform_own(&Op::Add { path, key: key.clone(), value, at: None })
    }

    /// A node as a value that can be written elsewhere: its source without anchors, which stay
    /// where they are.
    fn copy(&self, node: NodeId) -> Result<Value, EditError> {
        let span = self.tree.node(node).span;
        let mut text = String::new();
        if let Some(tag) = self.tree.node(node).tag {
            text.push_str(tag);
        }
        let is_block = matches!(
            self.tree.node(node).kind,
            Kind::Sequence { flow: false, .. } | Kind::Mapping { flow: false, .. }
        );
        if is_block {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&" ".repeat(self.column(span.start)));
        } else if !text.is_empty() {
            text.push(' ');
        }
        let mut at = span.start;
        for id in self.subtree(node).skip(1).map(NodeId) {
            let Some(anchor) = self.tree.anchor_span(id) else { continue };
            text.push_str(&self.text[at..anchor.start]);
            at = scan::skip_blanks(self.text, anchor.end);
        }
        text.push_str(&self.text[at..span.end]);
        if text.is_empty() {
            text.push('~');
        }
        Ok(Value::Yaml(text))
    }
}
