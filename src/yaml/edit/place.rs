//! From a path to a node and what surrounds it.

use super::super::{Kind, NodeId, Span};
use super::{EditError, Editor, Step, unsupported};

/// The node a path leads to, without passing an alias.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub path: Vec<Step>,
    /// `None` for the root of a document without content.
    pub node: Option<NodeId>,
    pub slot: Slot,
    /// Whether a flow collection is around it.
    pub in_flow: bool,
    /// Collections on the way, from the root, without the node itself.
    pub parents: Vec<NodeId>,
}

/// How a node hangs on its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Root,
    /// Item of a sequence.
    Item(NodeId, usize),
    /// Value of an entry of a mapping.
    Value(NodeId, usize),
}

/// A path as a person would write it: `identities[0].subject`.
pub fn describe(path: &[Step]) -> String {
    let mut out = String::new();
    for step in path {
        match step {
            Step::Key(key) if out.is_empty() => out.push_str(key),
            Step::Key(key) => {
                out.push('.');
                out.push_str(key);
            }
            Step::Index(index) => out.push_str(&format!("[{index}]")),
        }
    }
    if out.is_empty() { "the root of the document".to_owned() } else { out }
}

impl Editor<'_> {
    pub(super) fn locate(&self, path: &[Step]) -> Result<Place, EditError> {
        let mut place = Place {
            path: Vec::new(),
            node: self.tree.root(),
            slot: Slot::Root,
            in_flow: false,
            parents: Vec::new(),
        };
        for step in path {
            let Some(node) = place.node else {
                return Err(EditError::NotFound(describe(path)));
            };
            if matches!(self.tree.node(node).kind, Kind::Alias { .. }) {
                return self.refuse_alias(&place.path, node);
            }
            let slot = match step {
                Step::Key(key) => Slot::Value(node, self.only_key(&place, key)?),
                Step::Index(index) if matches!(self.tree.node(node).kind, Kind::Mapping { .. }) => {
                    Slot::Value(node, *index)
                }
                Step::Index(index) => Slot::Item(node, *index),
            };
            place.path.push(step.clone());
            let next = match slot {
                Slot::Value(_, index) => self.tree.entries(node).get(index).map(|e| e.1),
                Slot::Item(_, index) => self.tree.items(node).get(index).copied(),
                Slot::Root => None,
            };
            let Some(next) = next else {
                return Err(EditError::NotFound(describe(&place.path)));
            };
            place.in_flow |= self.is_flow_collection(node);
            place.parents.push(node);
            place.slot = slot;
            place.node = Some(next);
        }
        Ok(place)
    }

    /// An alias that stands for nothing, or is not followed.
    fn refuse_alias<T>(&self, path: &[Step], node: NodeId) -> Result<T, EditError> {
        let alias = self.document.slice(self.tree.node(node).span);
        unsupported(format!(
            "{} is `{alias}`, for which the document has no anchor; give it a value first",
            describe(path)
        ))
    }

    /// A place that is a list or a mapping, and how many items or entries it has.
    pub(super) fn locate_collection(&self, path: &[Step]) -> Result<(Place, usize), EditError> {
        let place = self.locate(path)?;
        let len = match place.node.map(|node| self.tree.node(node).kind) {
            Some(Kind::Sequence { items, .. }) => items.len(),
            Some(Kind::Mapping { entries, .. }) => entries.len(),
            Some(Kind::Scalar(_)) if place.node.is_some_and(|n| self.is_null(n)) => 0,
            None => 0,
            _ => return Err(EditError::WrongKind(describe(path), "list or mapping")),
        };
        Ok((place, len))
    }

    /// A place that is a list or may become one, and how many items it has.
    pub(super) fn locate_list(&self, path: &[Step]) -> Result<(Place, usize), EditError> {
        let place = self.locate(path)?;
        let Some(node) = place.node else { return Ok((place, 0)) };
        match self.tree.node(node).kind {
            Kind::Sequence { items, .. } => Ok((place, items.len())),
            Kind::Scalar(_) if self.is_null(node) => Ok((place, 0)),
            Kind::Alias { .. } => self.refuse_alias(path, node),
            _ => Err(EditError::WrongKind(describe(path), "list")),
        }
    }

    /// A place that is a mapping or may become one.
    pub(super) fn locate_mapping(&self, path: &[Step]) -> Result<Place, EditError> {
        let place = self.locate(path)?;
        let Some(node) = place.node else { return Ok(place) };
        match self.tree.node(node).kind {
            Kind::Mapping { .. } => Ok(place),
            Kind::Scalar(_) if self.is_null(node) => Ok(place),
            Kind::Alias { .. } => self.refuse_alias(path, node),
            _ => Err(EditError::WrongKind(describe(path), "mapping")),
        }
    }

    /// Places of a key in the mapping at a place.
    pub(super) fn keys<'s>(
        &'s self,
        place: &Place,
        key: &'s str,
    ) -> impl Iterator<Item = usize> + 's {
        let entries = self.own_entries(place);
        (0..entries.len()).filter(move |&i| self.tree.text(entries[i].0) == Some(key))
    }

    pub(super) fn own_entries(&self, place: &Place) -> &[(NodeId, NodeId)] {
        match place.node.map(|node| self.tree.node(node).kind) {
            Some(Kind::Mapping { entries, .. }) => entries,
            _ => &[],
        }
    }

    /// The place of a key that the mapping has once. Readers do not agree which of several counts.
    pub(super) fn only_key(&self, place: &Place, key: &str) -> Result<usize, EditError> {
        let mut keys = self.keys(place, key);
        let not_found = || {
            let mut path = place.path.clone();
            path.push(Step::Key(key.to_owned()));
            EditError::NotFound(describe(&path))
        };
        let index = keys.next().ok_or_else(not_found)?;
        match keys.next() {
            None => Ok(index),
            Some(_) => unsupported(format!(
                "{} has the key {key} twice; say which one is meant by its place",
                describe(&place.path)
            )),
        }
    }

    /// Whether a node is an absent value or a plain scalar that says null (YAML 1.2 §10.3.2).
    pub(super) fn is_null(&self, node: NodeId) -> bool {
        matches!(self.tree.node(node).kind, Kind::Scalar(scalar) if scalar.is_null())
    }

    /// Whether a node is null or a collection without children.
    pub(super) fn is_empty(&self, node: NodeId) -> bool {
        match self.tree.node(node).kind {
            Kind::Sequence { items, .. } => items.is_empty(),
            Kind::Mapping { entries, .. } => entries.is_empty(),
            Kind::Scalar(_) => self.is_null(node),
            Kind::Alias { .. } => false,
        }
    }

    pub(super) fn is_flow_collection(&self, node: NodeId) -> bool {
        matches!(
            self.tree.node(node).kind,
            Kind::Sequence { flow: true, .. } | Kind::Mapping { flow: true, .. }
        )
    }

    /// The nodes of a node and everything in it, as the arrays have them: one behind the other.
    pub(super) fn subtree(&self, node: NodeId) -> std::ops::Range<u32> {
        let mut last = node;
        loop {
            let child = match self.tree.node(last).kind {
                Kind::Sequence { items, .. } => items.last().copied(),
                Kind::Mapping { entries, .. } => entries.last().map(|e| e.1),
                _ => None,
            };
            match child {
                Some(child) => last = child,
                None => return node.0..last.0 + 1,
            }
        }
    }

    /// Where the text of a value begins: after the indicator and the tag and anchor in front of it.
    /// `None` when there is no indicator, as for a key without `:`.
    pub(super) fn value_start(&self, place: &Place) -> Option<usize> {
        let node = place.node?;
        let indicator = match place.slot {
            Slot::Root => 0,
            Slot::Item(parent, index) => self.extents(parent).ok()?.get(index)?.start + 1,
            Slot::Value(parent, index) => self.colon(parent, index)? + 1,
        };
        let ends = [self.tree.tag_span(node), self.tree.anchor_span(node)];
        Some(ends.into_iter().flatten().map(|s: Span| s.end).fold(indicator, usize::max))
    }

    /// Where the `:` of an entry stands, if it has one.
    pub(super) fn colon(&self, mapping: NodeId, index: usize) -> Option<usize> {
        let key = self.tree.entries(mapping).get(index)?.0;
        let colon = self.skip_trivia(self.tree.full_span(key).end);
        (self.byte(colon) == Some(b':')).then_some(colon)
    }
}
