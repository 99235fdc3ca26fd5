//! One version of a graph, or two laid over each other.
//!
//! A comparison is one drawing of everything that is in either version. A client app is the same
//! one in both when it has the same id; without an id, when it has the same name in the same file.
//! Of several with one id the first is the first, and so on. Everything downstream (filters,
//! groups, boxes, arrows) works on items and links and does not care how many versions there are.

use std::collections::{HashMap, VecDeque};

use petgraph::stable_graph::{EdgeIndex, NodeIndex};
use petgraph::visit::{EdgeRef, IntoEdgeReferences};

use super::{Difference, Member, Options};
use crate::config::{ClientApp, Project};
use crate::trust::{Edge, Node, Subset, TrustGraph};

/// A project with its graph.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub project: &'a Project,
    pub graph: &'a TrustGraph,
}

/// The place of the new version, or the only one, in [`Union::sides`].
const NEW: usize = 0;
/// The place of the old version.
const OLD: usize = 1;

/// A node that is in either version.
#[derive(Clone, Copy)]
pub(super) struct Item {
    pub side: usize,
    pub node: NodeIndex,
    /// The same node in the old graph.
    pub old: Option<NodeIndex>,
    pub difference: Difference,
}

impl Item {
    pub fn member(&self) -> Member {
        Member { node: self.node, old: self.old, difference: self.difference }
    }
}

/// An edge that is in either version; its ends are places in [`Union::items`].
#[derive(Clone, Copy)]
pub(super) struct Link {
    pub side: usize,
    pub edge: EdgeIndex,
    pub from: usize,
    pub to: usize,
    pub difference: Difference,
}

pub(super) struct Union<'a> {
    pub sides: Vec<Side<'a>>,
    pub items: Vec<Item>,
    pub links: Vec<Link>,
}

impl<'a> Union<'a> {
    pub fn one(side: Side<'a>) -> Self {
        let mut union = Self { sides: vec![side], items: Vec::new(), links: Vec::new() };
        union.add(NEW, Difference::Same);
        union
    }

    /// All nodes and edges of a side, each as a new item.
    fn add(&mut self, side: usize, difference: Difference) {
        let graph = &self.sides[side].graph.graph;
        let item = |node| Item { side, node, old: None, difference };
        self.items.extend(graph.node_indices().map(item));
        self.links.extend(graph.edge_references().map(|edge| Link {
            side,
            edge: edge.id(),
            // A trust graph only grows, so the index of a node is its place.
            from: edge.source().index(),
            to: edge.target().index(),
            difference,
        }));
    }

    pub fn two(old: Side<'a>, new: Side<'a>) -> Self {
        let mut union = Self { sides: vec![new, old], items: Vec::new(), links: Vec::new() };
        union.add(NEW, Difference::Added);
        let mut by_key: HashMap<Key, VecDeque<usize>> = HashMap::new();
        for (at, item) in union.items.iter().enumerate() {
            by_key.entry(Key::of(new, item.node)).or_default().push_back(at);
        }
        let mut places = Vec::with_capacity(old.graph.graph.node_count());
        for node in old.graph.graph.node_indices() {
            let same = by_key.get_mut(&Key::of(old, node)).and_then(VecDeque::pop_front);
            places.push(same.unwrap_or(union.items.len()));
            match same {
                Some(at) => {
                    let item = &mut union.items[at];
                    let alike = says_the_same((old, node), (new, item.node));
                    item.difference = if alike { Difference::Same } else { Difference::Changed };
                    item.old = Some(node);
                }
                None => {
                    let difference = Difference::Removed;
                    union.items.push(Item { side: OLD, node, old: Some(node), difference });
                }
            }
        }
        union.add_old_links(old, new, &places);
        union
    }

    fn add_old_links(&mut self, old: Side, new: Side, places: &[usize]) {
        // The owner of a list is one of the ends, which one says the reading. When the two
        // versions are read in two ways, an arrow with another owner is another arrow.
        let owner = |graph: &TrustGraph, edge: EdgeIndex| match &graph.graph[edge] {
            Edge::Exchange(it) => Some((graph.reading.owner_is_source(), it.source_asks)),
            Edge::Federation { .. } => None,
        };
        type LinkKey = (usize, usize, Option<(bool, bool)>);
        let mut by_key: HashMap<LinkKey, VecDeque<usize>> = HashMap::new();
        for (at, link) in self.links.iter().enumerate() {
            let key = (link.from, link.to, owner(new.graph, link.edge));
            by_key.entry(key).or_default().push_back(at);
        }
        for edge in old.graph.graph.edge_references() {
            let (from, to) = (places[edge.source().index()], places[edge.target().index()]);
            let key = (from, to, owner(old.graph, edge.id()));
            match by_key.get_mut(&key).and_then(VecDeque::pop_front) {
                Some(at) => {
                    let link = &mut self.links[at];
                    let alike = entry_id(old, edge.id()) == entry_id(new, link.edge);
                    link.difference = if alike { Difference::Same } else { Difference::Changed };
                }
                None => self.links.push(Link {
                    side: OLD,
                    edge: edge.id(),
                    from,
                    to,
                    difference: Difference::Removed,
                }),
            }
        }
    }

    /// Which items and which links are to be drawn.
    pub fn wanted(&self, options: &Options) -> (Vec<bool>, Vec<bool>) {
        let chosen: Vec<Option<Subset>> = self
            .sides
            .iter()
            .enumerate()
            .map(|(at, side)| {
                let filter = options.filter?;
                // Keys are those of the new version: in the old one they would be somebody else's.
                if at == OLD && filter.clients.is_some() {
                    return Some(Subset::default());
                }
                Some(filter.select(side.project, side.graph))
            })
            .collect();
        let passes = |side: usize, has: &dyn Fn(&Subset) -> bool| {
            let only = match (options.only, side) {
                (None, _) => true,
                (Some(only), NEW) => has(only),
                (Some(_), _) => options.only_old.is_some_and(has),
            };
            only && chosen[side].as_ref().is_none_or(has)
        };
        // What is in both versions is drawn when it passes in either.
        let item_passes = |it: &Item| {
            passes(it.side, &|set| set.has_node(it.node))
                || it.old.is_some_and(|old| passes(OLD, &|set| set.has_node(old)))
        };
        let mut items: Vec<bool> = self.items.iter().map(item_passes).collect();
        let links: Vec<bool> = self
            .links
            .iter()
            .map(|it| {
                items[it.from] && items[it.to] && passes(it.side, &|set| set.has_edge(it.edge))
            })
            .collect();
        if let Some((key, hops)) = options.focus {
            let node = self.sides[NEW].graph.client_node(key);
            let start = node.filter(|node| items.get(node.index()) == Some(&true));
            let near = self.near(start.map(NodeIndex::index), hops, &links);
            items.iter_mut().zip(near).for_each(|(item, near)| *item &= near);
        }
        (items, links)
    }

    /// The items at most so many links away from one, whichever way they run.
    fn near(&self, start: Option<usize>, hops: usize, links: &[bool]) -> Vec<bool> {
        let mut neighbours = vec![Vec::new(); self.items.len()];
        for (link, _) in self.links.iter().zip(links).filter(|(_, wanted)| **wanted) {
            neighbours[link.from].push(link.to);
            neighbours[link.to].push(link.from);
        }
        let mut near = vec![false; self.items.len()];
        let mut ring: Vec<usize> = start.into_iter().collect();
        for &item in &ring {
            near[item] = true;
        }
        for _ in 0..hops {
            let mut next = Vec::new();
            for item in ring {
                for &other in &neighbours[item] {
                    if !near[other] {
                        near[other] = true;
                        next.push(other);
                    }
                }
            }
            if next.is_empty() {
                break;
            }
            ring = next;
        }
        near
    }
}

/// What makes a node of one version the same as a node of another.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Id(String),
    Named(String, String),
    Ghost(String),
    External(String, String),
}

impl Key {
    fn of(side: Side, node: NodeIndex) -> Self {
        match &side.graph.graph[node] {
            Node::Client(key) => {
                let app = side.project.client(*key);
                match &app.id {
                    Some(id) => Self::Id(id.value.key().into_owned()),
                    None => Self::Named(
                        side.project.file(app.file).name.clone(),
                        app.label().to_owned(),
                    ),
                }
            }
            Node::Ghost(id) => Self::Ghost(id.clone()),
            Node::External { issuer, subject } => Self::External(issuer.clone(), subject.clone()),
        }
    }
}

fn says_the_same(old: (Side, NodeIndex), new: (Side, NodeIndex)) -> bool {
    let facts = |(side, node): (Side, NodeIndex)| match &side.graph.graph[node] {
        Node::Client(key) => facts(side.project, side.project.client(*key)),
        // These are what they are called.
        Node::Ghost(_) | Node::External { .. } => Vec::new(),
    };
    facts(old) == facts(new)
}

/// The entity id of an identity's entry; a permission has nothing beside its ends.
fn entry_id(side: Side, edge: EdgeIndex) -> Option<String> {
    let Edge::Federation { client, index, .. } = &side.graph.graph[edge] else { return None };
    let identity = side.project.client(*client).identities.get(*index)?;
    Some(identity.id.as_ref()?.value.key().into_owned())
}

/// What a client app says of itself, without what is drawn as arrows and without the values of
/// secrets: two lists are equal when a person would call the client app unchanged.
fn facts(project: &Project, app: &ClientApp) -> Vec<String> {
    let mut facts = Vec::new();
    let mut put = |what: &str, value: Option<&str>| {
        if let Some(value) = value {
            facts.push(format!("{what} {value}"));
        }
    };
    put("name", app.name.as_ref().map(|it| it.value.as_str()));
    put("subscription", app.subscription.as_ref().map(|it| it.value.as_str()));
    put("description", app.description().map(|it| it.value.as_str()));
    for it in &app.settings {
        put(it.setting.label(), Some(&it.text));
    }
    for it in app.redirect_uris() {
        put("redirect URI", it.uri.as_ref().map(|uri| uri.value().as_str()));
    }
    for it in app.attached() {
        put(it.at.part.label(), it.label());
    }
    for it in app.roles() {
        put("role", it.role.as_ref().map(|role| role.value().as_str()));
        put("role in", it.target.as_ref().map(|target| target.value().as_str()));
    }
    for it in app.secrets().unwrap_or_default() {
        put("secret", Some(it.id.as_ref().map_or("", |id| id.value().as_str())));
        put("expires", it.expires.as_ref().map(|date| date.value().text.as_str()));
    }
    for it in app.metadata() {
        put("metadata", it.key.as_ref().map(|key| key.value.as_str()));
        put("metadata value", it.value.and_then(|place| project.text(place)));
    }
    for it in app.unknown() {
        put("beside", Some(project.source(app.place_at(it.key_span()))));
        put("value", Some(project.source(app.place_at(it.value_span()))));
    }
    facts
}
