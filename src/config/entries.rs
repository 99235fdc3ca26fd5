//! What forms ask of a project beyond the facts: any mapping or list of a document as it is,
//! which spelling of a key to write, and where a placeholder is used.
//!
//! Facts hold what analyses need. A form needs everything else too, but of one document at a time,
//! so it is read from the tree when it is asked for and takes no room until then.

use std::sync::Arc;

use crate::yaml::{Kind, NodeId, Span, Step, Tree};

use super::index::Holder;
use super::read::{At, Home, effective, followed};
use super::settings::Spelling;
use super::{ClientFacts, DocumentKind, Field, FileId, Part, Place, Placeholder, Project, Shared};

/// An entry of a mapping or an item of a list, as it stands in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The way to the value from the root of the document. What comes through a merge key has the
    /// way it would have if it stood in the mapping itself.
    pub path: Vec<Step>,
    /// The key, when it is a text; `None` for an item of a list too.
    pub key: Option<String>,
    /// Where the key stands; for an item of a list the item.
    pub key_place: Place,
    /// Where the value stands, with its tag and anchor.
    pub place: Place,
    /// What a top-level key of a client app says, when the studio knows it.
    pub part: Option<Part>,
    /// What a key in an entry of a list of a client app says, when the studio knows it.
    pub field: Option<Field>,
    /// Set when the value is not written here alone.
    pub shared: Option<Arc<Shared>>,
    /// Whether the mapping has the key before; only the first counts.
    pub repeated: bool,
    /// Whether it is a merge key (`<<`); what it brings is listed as entries too.
    pub merges: bool,
    pub shape: Shape,
}

/// What a value looks like, aliases followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nothing is written there.
    Absent,
    Text,
    /// With its length.
    List(usize),
    /// With its length.
    Mapping(usize),
    /// An alias without its anchor.
    Dangling,
}

/// One use of a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceholderUse<'p> {
    pub placeholder: &'p Placeholder,
    pub place: Place,
}

/// How many entries a form is shown that stand behind aliases and merge keys.
const MOST_SHARED: usize = 10_000;

/// A document with its tree.
struct View<'p> {
    tree: &'p Tree,
    home: Home,
}

impl View<'_> {
    fn shape(&self, node: NodeId) -> Shape {
        match self.tree.node(self.tree.resolve(node)).kind {
            Kind::Scalar(_) if self.tree.is_absent(node) => Shape::Absent,
            Kind::Scalar(_) => Shape::Text,
            Kind::Sequence { items, .. } => Shape::List(items.len()),
            Kind::Mapping { entries, .. } => Shape::Mapping(entries.len()),
            Kind::Alias { .. } => Shape::Dangling,
        }
    }

    /// The node that a path leads to, merge keys applied and aliases followed on the way.
    fn at(&self, path: &[Step]) -> Option<At> {
        let mut at = At::own(self.tree.root()?);
        let mut left = MOST_SHARED;
        for step in path {
            at = followed(self.tree, self.home, &at);
            let items = self.tree.items(at.node);
            at = match step {
                Step::Index(index) if !items.is_empty() => {
                    At { node: *items.get(*index)?, shared: at.shared }
                }
                step => {
                    let entries = effective(self.tree, self.home, &at, &mut left).entries;
                    let found = entries.into_iter().find(|entry| match step {
                        Step::Key(key) => entry.text == Some(key),
                        Step::Index(index) => entry.at == Some(*index),
                    });
                    found?.value
                }
            };
        }
        Some(at)
    }

    fn entries(&self, path: &[Step]) -> Option<Vec<Entry>> {
        let at = followed(self.tree, self.home, &self.at(path)?);
        let way = |step: Step| path.iter().cloned().chain(std::iter::once(step)).collect();
        let place = |span: Span| self.home.place(span);
        let entry = |path: Vec<Step>, key: NodeId, value: &At| Entry {
            path,
            key: None,
            key_place: place(self.tree.node(key).span),
            place: place(self.tree.full_span(value.node)),
            part: None,
            field: None,
            shared: followed(self.tree, self.home, value).shared,
            repeated: false,
            merges: false,
            shape: self.shape(value.node),
        };
        let items = self.tree.items(at.node).iter().enumerate().map(|(index, &node)| {
            entry(way(Step::Index(index)), node, &At { node, shared: at.shared.clone() })
        });
        let mut all: Vec<Entry> = items.collect();
        let mut left = MOST_SHARED;
        let effective = effective(self.tree, self.home, &at, &mut left);
        for it in effective.entries {
            let mut entry = entry(way(it.step()), it.key, &it.value);
            entry.key = it.text.map(str::to_owned);
            entry.repeated = it.repeated;
            all.push(entry);
        }
        for key in effective.merge_keys {
            let own = self.tree.entries(at.node).iter().enumerate();
            let Some((index, &(_, node))) = own.clone().find(|(_, (it, _))| *it == key) else {
                continue;
            };
            let value = At { node, shared: at.shared.clone() };
            let mut entry = entry(way(Step::Index(index)), key, &value);
            entry.key = Some("<<".to_owned());
            entry.merges = true;
            all.push(entry);
        }
        Some(all)
    }
}

impl Project {
    fn view(&self, file: FileId, document: usize) -> Option<View<'_>> {
        let tree = self.document(file, document)?.tree().ok()?;
        Some(View { tree, home: Home { file, document, offsets: None } })
    }

    /// The entries of a mapping, or the items of a list, of any document as it is now: known or
    /// not, repeated ones and merged ones too. What stands in the mapping itself comes first, in
    /// file order. Nothing when the document is broken or the path leads to no collection.
    pub fn entries(&self, file: FileId, document: usize, path: &[Step]) -> Vec<Entry> {
        let Some(view) = self.view(file, document) else { return Vec::new() };
        let mut entries = view.entries(path).unwrap_or_default();
        if self.client_at(file, document).is_none() {
            return entries;
        }
        let list = match path {
            [] => None,
            [Step::Key(list), Step::Index(_)] => match Part::from_key(list) {
                Some(part) if part.is_list() => Some(part),
                _ => return entries,
            },
            _ => return entries,
        };
        for entry in &mut entries {
            let Some(key) = &entry.key else { continue };
            match list {
                None => entry.part = Part::from_key(key),
                Some(list) => entry.field = list.field_from_key(key),
            }
        }
        entries
    }

    /// The text of the scalar at a place that the model gave; `None` when there is none.
    pub fn text(&self, place: Place) -> Option<&str> {
        let view = self.view(place.file, place.document)?;
        let node = view.node_at(place.span)?;
        view.tree.text(node)
    }

    /// What is written at a place, quotes and all; empty when there is no such place.
    pub fn source(&self, place: Place) -> &str {
        self.document(place.file, place.document).map_or("", |it| it.slice(place.span))
    }

    /// The way to the value that is written at a place. What is shared is found where it is
    /// written, not where it is used.
    pub fn path(&self, place: Place) -> Option<Vec<Step>> {
        let view = self.view(place.file, place.document)?;
        view.path_to(place.span)
    }

    /// The spelling of a key to write for a part of a client app: the one it uses, else the one
    /// most others use, else the likeliest.
    pub fn spelling(&self, client: &ClientFacts, part: Part) -> &'static str {
        self.spelled(client, part, None)
    }

    /// The spelling of a key to write in the entries of a list of a client app: the one it uses,
    /// else the one most others use, else the likeliest. Empty when entries of the list do not
    /// have such a field.
    pub fn field_spelling(&self, client: &ClientFacts, list: Part, field: Field) -> &'static str {
        self.spelled(client, list, Some(field))
    }

    fn spelled(&self, client: &ClientFacts, part: Part, field: Option<Field>) -> &'static str {
        let own = client.spellings.iter().find(|it| it.part() == part && it.field() == field);
        let mut best: Option<(u32, Spelling)> = None;
        if own.is_none() {
            for spelling in Spelling::all_of(part, field) {
                let uses = self.index.uses(spelling);
                // Of several that are used as often the first is the likeliest.
                if best.is_none_or(|(most, _)| uses > most) {
                    best = Some((uses, spelling));
                }
            }
        }
        own.copied().or(best.map(|(_, spelling)| spelling)).map_or("", Spelling::key)
    }

    /// The uses of a placeholder, where it stands for an id and anywhere else, in file order.
    pub fn placeholder_uses(&self, kind: &str, name: &str) -> Vec<PlaceholderUse<'_>> {
        let mut uses = self.placeholders_like(name);
        uses.retain(|it| it.placeholder.kind() == kind && it.placeholder.name() == name);
        uses
    }

    /// The uses of placeholders whose name is this one but for case and white space, of any kind,
    /// in file order.
    pub fn placeholders_like(&self, name: &str) -> Vec<PlaceholderUse<'_>> {
        self.uses(self.index.placeholders(name))
    }

    /// All placeholders, each with its uses in file order. Names that are alike but for case and
    /// white space are in one group, whatever their kinds.
    pub fn placeholder_groups(&self) -> impl Iterator<Item = Vec<PlaceholderUse<'_>>> {
        self.index.all_placeholders().map(|group| self.uses(group))
    }

    fn uses(&self, group: &[(Holder, usize)]) -> Vec<PlaceholderUse<'_>> {
        let uses = group.iter().filter_map(|&(holder, at)| {
            let (file, document, placeholders) = match holder {
                Holder::Client(key) => {
                    let client = self.clients().get(key.0)?;
                    (client.file, client.document, client.placeholders())
                }
                Holder::Other(at) => {
                    let other = self.other_documents().get(at)?;
                    (other.file, other.document, other.placeholders())
                }
            };
            let placeholder = placeholders.get(at)?;
            let place = Place { file, document, span: placeholder.span() };
            Some(PlaceholderUse { placeholder, place })
        });
        let mut uses: Vec<_> = uses.collect();
        uses.sort_by_key(|it| it.place);
        uses
    }

    /// The documents of one kind that are not client apps, in file order.
    pub fn documents_of(&self, kind: DocumentKind) -> impl Iterator<Item = &super::OtherDocument> {
        self.other_documents().iter().filter(move |other| other.kind == kind)
    }
}

impl View<'_> {
    /// The node with a span, with or without its tag and anchor; the outermost of several.
    fn node_at(&self, span: Span) -> Option<NodeId> {
        let mut node = self.tree.root()?;
        loop {
            if self.tree.node(node).span == span || self.tree.full_span(node) == span {
                return Some(node);
            }
            node = self.below(node, span)?.1;
        }
    }

    fn path_to(&self, span: Span) -> Option<Vec<Step>> {
        let mut node = self.tree.root()?;
        let mut path = Vec::new();
        while self.tree.node(node).span != span && self.tree.full_span(node) != span {
            let (step, below) = self.below(node, span)?;
            path.push(step);
            node = below;
        }
        Some(path)
    }

    /// The step from a node towards what is written at a span; from a key to its value.
    fn below(&self, node: NodeId, span: Span) -> Option<(Step, NodeId)> {
        let holds = |node: NodeId| {
            let full = self.tree.full_span(node);
            full.start <= span.start && span.end <= full.end
        };
        match self.tree.node(node).kind {
            Kind::Sequence { items, .. } => {
                let (index, item) = items.iter().enumerate().find(|(_, item)| holds(**item))?;
                Some((Step::Index(index), *item))
            }
            Kind::Mapping { entries, .. } => {
                let mut found = entries.iter().enumerate().filter(|(_, (_, value))| holds(*value));
                let (index, &(key, value)) = found.next()?;
                let first = |text: &str| {
                    entries.iter().position(|(key, _)| self.tree.text(*key) == Some(text))
                };
                let step = match self.tree.text(key) {
                    Some(text) if first(text) == Some(index) => Step::Key(text.to_owned()),
                    _ => Step::Index(index),
                };
                Some((step, value))
            }
            _ => None,
        }
    }
}
