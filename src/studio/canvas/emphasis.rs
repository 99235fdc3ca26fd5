//! What stands out and what steps back, from the selection and the search. Worked out when one of
//! them changes, not every frame.

use std::collections::HashSet;
use std::sync::Arc;

use super::index::Index;
use crate::diagram::scene::{NodeKind, Thing};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    Dim,
    #[default]
    Usual,
    /// Found, or next to what is selected.
    Strong,
    Selected,
}

/// The weight of every box and arrow, and the ways through brokers to be drawn.
#[derive(Default)]
pub struct Emphasis {
    nodes: Vec<Weight>,
    edges: Vec<Weight>,
    /// Rows that the search found or that are selected, by box.
    pub rows: HashSet<(usize, usize)>,
    /// Boxes that the search found.
    pub found: HashSet<usize>,
    /// From a row or box of an issuer, through a broker, to a principal; places in the scene.
    pub ways: Vec<Way>,
    selection: Option<Thing>,
    search: Option<Arc<HashSet<Thing>>>,
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

    pub fn update(
        &mut self,
        index: &Index,
        selection: Option<&Thing>,
        search: Option<&Arc<HashSet<Thing>>>,
    ) {
        let same_search = match (&self.search, search) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            _ => false,
        };
        if self.known && same_search && self.selection.as_ref() == selection {
            return;
        }
        *self = Self {
            selection: selection.cloned(),
            search: search.cloned(),
            known: true,
            ..Self::default()
        };
        let scene = &index.scene;
        let selected_node = selection.and_then(|thing| scene.node_of(thing));
        let selected_edge = selection.and_then(|thing| scene.edge_of(thing));
        let nothing = selected_node.is_none() && selected_edge.is_none() && search.is_none();
        if nothing {
            return;
        }
        self.nodes = vec![Weight::Dim; scene.nodes.len()];
        self.edges = vec![Weight::Dim; scene.edges.len()];
        if let Some(search) = search {
            self.mark_found(index, search);
        }
        if let Some(node) = selected_node {
            self.mark_node(index, node, selection);
        }
        if let Some(edge) = selected_edge {
            self.mark_edge(index, edge);
        }
    }

    fn raise(&mut self, node: usize, weight: Weight) {
        self.nodes[node] = self.nodes[node].max(weight);
    }

    fn mark_found(&mut self, index: &Index, search: &HashSet<Thing>) {
        for (n, node) in index.scene.nodes.iter().enumerate() {
            if search.contains(&node.thing()) {
                self.raise(n, Weight::Strong);
                self.found.insert(n);
            }
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
