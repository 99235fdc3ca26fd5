//! What stands out and what steps back, from the selection, the search, the marks and the path that
//! is shown. Worked out when one of them changes, not every frame.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::index::Index;
use super::spotlight::Spotlight;
use crate::diagram::scene::{NodeKind, Thing};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    Dim,
    #[default]
    Usual,
    /// Found, or next to what is selected.
    Strong,
    /// On the path that is shown.
    Path,
    Selected,
}

impl Weight {
    pub const ALL: [Self; 5] = [Self::Dim, Self::Usual, Self::Strong, Self::Path, Self::Selected];
}

/// What is to stand out.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    pub selection: Option<Thing>,
    pub search: Option<Arc<HashSet<Thing>>>,
    pub marked: Arc<BTreeSet<Thing>>,
    pub spotlight: Option<Arc<Spotlight>>,
}

impl Wish {
    fn same(&self, other: &Self) -> bool {
        self.selection == other.selection
            && same(self.search.as_ref(), other.search.as_ref())
            && same(self.spotlight.as_ref(), other.spotlight.as_ref())
            && (Arc::ptr_eq(&self.marked, &other.marked) || self.marked == other.marked)
    }
}

/// Whether two of what may be absent are the very same.
pub fn same<T>(a: Option<&Arc<T>>, b: Option<&Arc<T>>) -> bool {
    match (a, b) {
        (None, None) => true,
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        _ => false,
    }
}

/// The weight of every box and arrow, and the ways through brokers to be drawn.
#[derive(Default)]
pub struct Emphasis {
    nodes: Vec<Weight>,
    edges: Vec<Weight>,
    /// Rows that the search found or that are selected, by box.
    pub rows: HashSet<(usize, usize)>,
    /// Boxes that the search found.
    pub found: BTreeSet<usize>,
    marked: BTreeSet<usize>,
    /// From a row or box of an issuer, through a broker, to a principal; places in the scene.
    pub ways: Vec<Way>,
    /// The arrows of the path that is shown, with their numbers from 1 on.
    pub steps: Vec<(usize, u32)>,
    /// Changes whenever anything else here does.
    pub count: u64,
    wish: Wish,
    known: bool,
}

/// The way of an external token: who brings it, and who it then stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Way {
    pub issuer: usize,
    pub row: Option<usize>,
    pub broker: usize,
    pub principal: usize,
}

impl Emphasis {
    pub fn forget(&mut self) {
        self.known = false;
    }

    pub fn node(&self, node: usize) -> Weight {
        self.nodes.get(node).copied().unwrap_or_default()
    }

    pub fn edge(&self, edge: usize) -> Weight {
        self.edges.get(edge).copied().unwrap_or_default()
    }

    pub fn is_marked(&self, node: usize) -> bool {
        self.marked.contains(&node)
    }

    pub fn is_dim(&self, node: usize) -> bool {
        self.node(node) == Weight::Dim
    }

    /// Boxes that are selected, on the path that is shown, marked, or found.
    pub fn outstanding(&self) -> impl Iterator<Item = usize> {
        let lifted = |weight: Weight| {
            let nodes = self.nodes.iter().enumerate();
            nodes.filter(move |(_, it)| **it == weight).map(|(n, _)| n)
        };
        lifted(Weight::Selected)
            .chain(lifted(Weight::Path))
            .chain(self.marked.iter().copied())
            .chain(self.found.iter().copied())
    }

    pub fn update(&mut self, index: &Index, wish: Wish) {
        if self.known && self.wish.same(&wish) {
            return;
        }
        *self = Self { known: true, count: self.count + 1, ..Self::default() };
        let scene = &index.scene;
        self.marked = wish.marked.iter().filter_map(|thing| index.node_of(thing)).collect();
        let selected_node = wish.selection.as_ref().and_then(|thing| index.box_with(thing));
        let selected_edge = wish.selection.as_ref().and_then(|thing| index.edge_of(thing));
        let is_selected = selected_node.is_some() || selected_edge.is_some();
        if is_selected || wish.search.is_some() || wish.spotlight.is_some() {
            self.nodes = vec![Weight::Dim; scene.nodes.len()];
            self.edges = vec![Weight::Dim; scene.edges.len()];
        }
        if !self.nodes.is_empty() {
            // What is marked is never dim.
            for n in self.marked.clone() {
                self.raise(n, Weight::Usual);
            }
        }
        if let Some(search) = &wish.search {
            self.mark_found(index, search);
        }
        if let Some(spotlight) = &wish.spotlight {
            self.lift(index, spotlight);
        }
        if let Some(node) = selected_node {
            if wish.spotlight.is_some() {
                // The path says what belongs to it; neighbours would hide that.
                self.raise(node, Weight::Selected);
            } else {
                self.mark_node(index, node, wish.selection.as_ref());
            }
        }
        if let Some(edge) = selected_edge {
            self.mark_edge(index, edge);
        }
        self.wish = wish;
    }

    fn raise(&mut self, node: usize, weight: Weight) {
        self.nodes[node] = self.nodes[node].max(weight);
    }

    fn lift(&mut self, index: &Index, spotlight: &Spotlight) {
        for thing in spotlight.all() {
            if let Some(edge) = index.edge_of(thing) {
                let (from, to) = (index.scene.edges[edge].from, index.scene.edges[edge].to);
                self.edges[edge] = self.edges[edge].max(Weight::Path);
                self.raise(from, Weight::Path);
                self.raise(to, Weight::Path);
                if let Some(row) = index.scene.edges[edge].from_row {
                    self.rows.insert((from, row));
                }
            } else if let Some(node) = index.node_of(thing) {
                self.raise(node, Weight::Path);
            }
        }
        let arrows = spotlight.hops.iter().map(|hop| index.edge_of(&hop.arrow));
        self.steps =
            arrows.zip(1..).filter_map(|(edge, step)| edge.map(|edge| (edge, step))).collect();
    }

    fn mark_found(&mut self, index: &Index, search: &HashSet<Thing>) {
        for n in search.iter().filter_map(|thing| index.box_with(thing)) {
            self.raise(n, Weight::Strong);
            self.found.insert(n);
        }
        for (n, node) in index.scene.nodes.iter().enumerate() {
            if let NodeKind::Issuer(issuer) = &node.kind {
                for (r, row) in node.rows.iter().enumerate() {
                    let thing =
                        Thing::Identity { issuer: issuer.clone(), subject: row.subject.clone() };
                    if row.node.is_some() && search.contains(&thing) {
                        self.raise(n, Weight::Strong);
                        self.rows.insert((n, r));
                    }
                }
            }
        }
        for (e, edge) in index.scene.edges.iter().enumerate() {
            let both =
                self.nodes[edge.from] >= Weight::Strong && self.nodes[edge.to] >= Weight::Strong;
            if search.contains(&edge.thing) {
                self.edges[e] = Weight::Strong;
                self.raise(edge.from, Weight::Usual);
                self.raise(edge.to, Weight::Usual);
            } else if both {
                self.edges[e] = Weight::Usual;
            }
        }
    }

    fn mark_node(&mut self, index: &Index, node: usize, selection: Option<&Thing>) {
        let scene = &index.scene;
        let row = match selection {
            Some(Thing::Identity { subject, .. }) => scene.nodes[node]
                .rows
                .iter()
                .position(|r| r.node.is_some() && r.subject == *subject),
            _ => None,
        };
        match row {
            Some(row) => {
                self.raise(node, Weight::Strong);
                self.rows.insert((node, row));
            }
            None => self.raise(node, Weight::Selected),
        }
        for &e in index.edges_at(node) {
            let edge = &scene.edges[e as usize];
            if row.is_some() && edge.from_row != row {
                continue;
            }
            self.edges[e as usize] = Weight::Strong;
            self.raise(edge.from, Weight::Strong);
            self.raise(edge.to, Weight::Strong);
            if row.is_some() {
                self.mark_ways(index, node, row, edge.to);
            }
        }
    }

    fn mark_edge(&mut self, index: &Index, edge: usize) {
        let found = &index.scene.edges[edge];
        self.edges[edge] = Weight::Selected;
        self.raise(found.from, Weight::Strong);
        self.raise(found.to, Weight::Strong);
        if matches!(found.thing, Thing::Federation { .. }) {
            if let Some(row) = found.from_row {
                self.rows.insert((found.from, row));
            }
            self.mark_ways(index, found.from, found.from_row, found.to);
        }
    }

    fn mark_ways(&mut self, index: &Index, issuer: usize, row: Option<usize>, principal: usize) {
        for &broker in &index.scene.nodes[principal].brokers {
            self.raise(broker, Weight::Strong);
            self.ways.push(Way { issuer, row, broker, principal });
            for &e in index.edges_at(broker) {
                let edge = &index.scene.edges[e as usize];
                if (edge.from, edge.to) == (broker, principal)
                    || (edge.to, edge.from) == (broker, principal)
                {
                    self.edges[e as usize] = self.edges[e as usize].max(Weight::Usual);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::index::tests::chain;
    use super::super::spotlight::Hop;
    use super::*;
    use crate::config::ClientKey;
    use crate::diagram::scene::{Difference, GroupKey, Member};
    use petgraph::stable_graph::NodeIndex;

    fn arrow(owner: usize) -> Thing {
        Thing::Permission { owner: ClientKey(owner), index: 0 }
    }

    #[test]
    fn a_path_is_lifted_out_and_numbered_and_the_rest_is_dimmed() {
        let index = Index::new(chain(5));
        let hops = [1, 2].map(|owner| Hop { arrow: arrow(owner), sentence: String::new() });
        let spotlight = Spotlight { hops: hops.to_vec(), ..Spotlight::default() };
        let mut emphasis = Emphasis::default();
        emphasis.update(&index, Wish { spotlight: Some(Arc::new(spotlight)), ..Wish::default() });
        let nodes: Vec<Weight> = (0..5).map(|n| emphasis.node(n)).collect();
        let (dim, path) = (Weight::Dim, Weight::Path);
        assert_eq!(nodes, [dim, path, path, path, dim]);
        let edges: Vec<Weight> = (0..4).map(|e| emphasis.edge(e)).collect();
        assert_eq!(edges, [dim, path, path, dim]);
        assert_eq!(emphasis.steps, [(1, 1), (2, 2)]);
        assert_eq!(emphasis.outstanding().collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn marks_dim_nothing_and_the_same_wish_changes_nothing() {
        let index = Index::new(chain(3));
        let marked = Arc::new(BTreeSet::from([Thing::Client(ClientKey(1))]));
        let wish = Wish { marked, ..Wish::default() };
        let mut emphasis = Emphasis::default();
        emphasis.update(&index, wish.clone());
        assert!(emphasis.is_marked(1) && !emphasis.is_marked(0));
        assert!((0..3).all(|n| emphasis.node(n) == Weight::Usual));
        let count = emphasis.count;
        emphasis.update(&index, wish);
        assert_eq!(emphasis.count, count);
        let selection = Some(Thing::Client(ClientKey(0)));
        emphasis.update(&index, Wish { selection, ..Wish::default() });
        assert_eq!((emphasis.node(0), emphasis.node(2)), (Weight::Selected, Weight::Dim));
        assert!(emphasis.count > count);
    }

    #[test]
    fn a_collapsed_group_stands_for_what_is_in_it() {
        let mut scene = chain(3);
        let group = &mut Arc::make_mut(&mut scene).nodes[2];
        group.kind = NodeKind::Group(GroupKey::File("a.yaml".to_owned()));
        let member =
            |key| Member { node: NodeIndex::new(key), old: None, difference: Difference::Same };
        group.members = vec![member(2), member(3)];
        let index = Index::new(scene);
        let mut emphasis = Emphasis::default();
        let found = HashSet::from([Thing::Client(ClientKey(3))]);
        emphasis.update(&index, Wish { search: Some(Arc::new(found)), ..Wish::default() });
        assert_eq!((emphasis.node(0), emphasis.node(2)), (Weight::Dim, Weight::Strong));
        let selection = Some(Thing::Client(ClientKey(2)));
        emphasis.update(&index, Wish { selection, ..Wish::default() });
        assert_eq!((emphasis.node(0), emphasis.node(2)), (Weight::Dim, Weight::Selected));
    }
}
