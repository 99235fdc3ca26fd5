//! Entries of a mapping as they count: merge keys applied, aliases followed.
//!
//! The merge key is one of YAML 1.1's types (<https://yaml.org/type/merge.html>): the entries of
//! the mapping under `<<`, or of each mapping of a list there, count as entries of the mapping that
//! has it, unless it has the key itself. Of several the earlier wins. YAML 1.2 does not have it,
//! and an importer may not apply it, so every entry that came that way says so.

use std::collections::HashSet;
use std::sync::Arc;

use crate::yaml::{Kind, NodeId, Offsets, Span, Step, Style, Tree};

use super::super::{FileId, Place, Shared, SharedBy};
use super::{Reader, Seen};

/// A node, and how it came to be where it is read.
#[derive(Clone, Debug)]
pub(in super::super) struct At {
    pub node: NodeId,
    pub shared: Option<Arc<Shared>>,
}

impl At {
    pub fn own(node: NodeId) -> Self {
        Self { node, shared: None }
    }
}

/// An entry of a mapping.
#[derive(Clone, Debug)]
pub(in super::super) struct Entry<'a> {
    pub key: NodeId,
    /// The key, when it is a text.
    pub text: Option<&'a str>,
    pub value: At,
    /// Which of its mapping's own entries it is; `None` for one that was merged in.
    pub at: Option<usize>,
    /// Whether the mapping has the key before.
    pub repeated: bool,
}

impl Entry<'_> {
    /// The step that leads to it from its mapping.
    pub fn step(&self) -> Step {
        match (self.text, self.at) {
            (Some(text), _) if !self.repeated => Step::Key(text.to_owned()),
            (_, Some(at)) => Step::Index(at),
            (text, None) => Step::Key(text.unwrap_or_default().to_owned()),
        }
    }
}

/// The entries of a mapping as they count, and its merge keys.
pub(in super::super) struct Effective<'a> {
    pub entries: Vec<Entry<'a>>,
    /// The merge keys, with the entries that came through them left in `entries`.
    pub merge_keys: Vec<NodeId>,
    /// Values of merge keys that are no mapping.
    pub wrong: Vec<NodeId>,
}

/// Where a document is, to make places of its spans.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Home {
    pub file: FileId,
    pub document: usize,
    /// When the tree is not the one of the present text: how places in it become places there.
    pub offsets: Option<Offsets>,
}

impl Home {
    pub fn place(self, span: Span) -> Place {
        let span = self.offsets.map_or(span, |offsets| offsets.span_now(span));
        Place { file: self.file, document: self.document, span }
    }
}

fn is_merge_key(tree: &Tree, key: NodeId) -> bool {
    match tree.node(key).kind {
        Kind::Scalar(scalar) => scalar.style == Style::Plain && scalar.text == "<<",
        _ => false,
    }
}

/// What stands behind an alias, and that it does; any other node is itself.
pub(in super::super) fn followed(tree: &Tree, home: Home, at: &At) -> At {
    match tree.node(at.node).kind {
        Kind::Alias { target: Some(target) } => {
            let shared = Shared {
                by: SharedBy::Alias,
                anchor: tree.node(target).anchor.map(Into::into),
                place: home.place(tree.node(target).span),
            };
            At { node: target, shared: Some(Arc::new(shared)) }
        }
        _ => at.clone(),
    }
}

/// The entries of a mapping as they count; none for any other node. `left` bounds how many entries
/// are read through aliases and merge keys.
pub(in super::super) fn effective<'a>(
    tree: &'a Tree,
    home: Home,
    at: &At,
    left: &mut usize,
) -> Effective<'a> {
    let at = followed(tree, home, at);
    let own = tree.entries(at.node);
    let mut result = Effective { entries: Vec::new(), merge_keys: Vec::new(), wrong: Vec::new() };
    let own = match &at.shared {
        None => own,
        // The rest of what is shared too much is left out, and the document says so.
        Some(_) => {
            let taken = own.len().min(*left);
            *left -= taken;
            &own[..taken]
        }
    };
    result.entries.reserve(own.len());
    let mut seen = Seen::new(own.len());
    let mut merges = Vec::new();
    for (index, &(key, value)) in own.iter().enumerate() {
        if is_merge_key(tree, key) {
            result.merge_keys.push(key);
            merges.push(value);
            continue;
        }
        let text = tree.text(key);
        let repeated = text.is_some_and(|text| seen.again(text));
        let value = At { node: value, shared: at.shared.clone() };
        result.entries.push(Entry { key, text, value, at: Some(index), repeated });
    }
    if !merges.is_empty() {
        let stated = result.entries.iter().filter_map(|entry| entry.text).collect();
        let mut merge = Merge {
            tree,
            home,
            left,
            stated,
            merged: HashSet::from([at.node]),
            result: &mut result,
        };
        for value in merges {
            merge.add(value, true);
        }
    }
    result
}

struct Merge<'a, 'r> {
    tree: &'a Tree,
    home: Home,
    left: &'r mut usize,
    /// Keys that the mapping has so far.
    stated: HashSet<&'a str>,
    /// Mappings that were merged: again they add nothing, and one can contain itself.
    merged: HashSet<NodeId>,
    result: &'r mut Effective<'a>,
}

impl Merge<'_, '_> {
    /// Adds what stands under a merge key. Without recursion: mappings that are merged can merge
    /// others, and these others again.
    fn add(&mut self, value: NodeId, lists: bool) {
        let mut waiting = vec![(value, lists, None::<Arc<Shared>>)];
        while let Some((value, lists, outer)) = waiting.pop() {
            let node = self.tree.resolve(value);
            match self.tree.node(node).kind {
                Kind::Mapping { entries, .. } => {
                    if !self.merged.insert(node) {
                        continue;
                    }
                    let shared = match outer {
                        Some(outer) if node == value => outer,
                        _ => Arc::new(Shared {
                            by: SharedBy::Merge,
                            anchor: self.tree.node(node).anchor.map(Into::into),
                            place: self.home.place(self.tree.node(node).span),
                        }),
                    };
                    let mut further = Vec::new();
                    for &(key, value) in entries {
                        if *self.left == 0 {
                            return;
                        }
                        *self.left -= 1;
                        if is_merge_key(self.tree, key) {
                            further.push((value, true, Some(shared.clone())));
                            continue;
                        }
                        let Some(text) = self.tree.text(key) else { continue };
                        if self.stated.insert(text) {
                            let value = At { node: value, shared: Some(shared.clone()) };
                            self.result.entries.push(Entry {
                                key,
                                text: Some(text),
                                value,
                                at: None,
                                repeated: false,
                            });
                        }
                    }
                    waiting.extend(further.into_iter().rev());
                }
                Kind::Sequence { items, .. } if lists => {
                    let taken = items.len().min(*self.left);
                    *self.left -= taken;
                    let items = items[..taken].iter().rev();
                    waiting.extend(items.map(|item| (*item, false, outer.clone())));
                }
                _ => self.result.wrong.push(value),
            }
        }
    }
}

impl<'a> Reader<'a> {
    /// What stands behind an alias, and that it does; any other node is itself.
    pub(super) fn followed(&self, at: &At) -> At {
        followed(self.tree, self.home, at)
    }

    /// How a value comes to be where it is read; `None` when it is written there.
    pub(super) fn shared(&self, at: &At) -> Option<Arc<Shared>> {
        self.followed(at).shared
    }

    /// The entries of a mapping as they count; what is wrong with its merge keys is reported.
    pub(super) fn entries(&mut self, at: &At) -> Vec<Entry<'a>> {
        let effective = effective(self.tree, self.home, at, &mut self.shared_left);
        for wrong in effective.wrong {
            let message = format!(
                "A merge key (<<) takes a mapping, an alias of one, or a list of them; here is {}",
                self.describe(&At::own(wrong))
            );
            self.problem(super::ProblemKind::WrongType, self.tree.node(wrong).span, message);
        }
        if let Some(key) = effective.merge_keys.first() {
            self.note_merge(*key, &effective.entries);
        }
        effective.entries
    }

    /// One note a document is enough: it is about all of its merge keys.
    fn note_merge(&mut self, key: NodeId, entries: &[Entry<'a>]) {
        let noted = |it: &super::Problem| it.kind == super::ProblemKind::MergeKey;
        if self.problems.iter().any(noted) {
            return;
        }
        let merged = entries.iter().filter(|entry| entry.at.is_none());
        let mut keys: Vec<&str> = merged.filter_map(|entry| entry.text).collect();
        let more = keys.len().saturating_sub(4);
        keys.truncate(4);
        let mut keys = keys.join(", ");
        if more > 0 {
            keys = format!("{keys} and {more} more");
        }
        let lost = if keys.is_empty() {
            String::new()
        } else {
            format!(", and then {keys} would be missing")
        };
        let message = format!(
            "Entries come through a merge key (<<), which YAML 1.2 does not have: an importer may \
             not apply it{lost}. Write them out to be sure"
        );
        self.problem(super::ProblemKind::MergeKey, self.tree.node(key).span, message);
    }
}
