//! The shape of the graph: circles, islands, hubs.

use petgraph::stable_graph::NodeIndex;

use super::TrustGraph;
use super::access::Access;
use super::flat::{Components, NodeId};
use super::weight::Overview;
use crate::config::ClientKey;

/// Client apps among which tokens can go round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// All that can become each other, in project order.
    pub members: Vec<ClientKey>,
    /// A shortest way round from one of them, back to itself, which is not repeated at the end.
    pub round: Vec<ClientKey>,
}

/// Nodes that have to do with each other and with nobody else, whatever the direction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Island {
    pub clients: Vec<ClientKey>,
    pub externals: Vec<NodeIndex>,
    /// Ids that no document defines.
    pub unknown: Vec<NodeIndex>,
}

/// A client app and how much goes through it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hub {
    pub client: ClientKey,
    /// Client apps whose tokens, or external identities whose tokens, become its tokens in one hop.
    pub hops_in: usize,
    /// Client apps that its tokens become in one hop.
    pub hops_out: usize,
    /// External identities whose tokens it can bring.
    pub brings: usize,
    /// Who can become it, external identities included, by any number of hops.
    pub exposure: u64,
    /// What it can become.
    pub impact: u64,
}

impl Access {
    /// The circles: components of more than one client app, the largest first. What reaches itself
    /// alone is in [`Access::self_exchanges`].
    pub fn cycles(&self, components: &Components) -> Vec<Cycle> {
        let mut found: Vec<Cycle> = (0..components.len() as u32)
            .filter(|component| components.members(*component).len() > 1)
            .map(|component| {
                let members = components.members(component);
                Cycle {
                    members: members.iter().map(|node| ClientKey(*node as usize)).collect(),
                    round: self.round(components, component),
                }
            })
            .collect();
        found.sort_by_key(|cycle| (std::cmp::Reverse(cycle.members.len()), cycle.members[0]));
        found
    }

    /// The client apps that may exchange their own tokens for new ones.
    pub fn self_exchanges(&self) -> Vec<ClientKey> {
        let loops = (0..self.clients() as NodeId).filter(|node| self.out().has(*node, *node));
        loops.map(|node| ClientKey(node as usize)).collect()
    }

    /// A shortest way from the first members of a component back to themselves.
    fn round(&self, components: &Components, component: u32) -> Vec<ClientKey> {
        const STARTS: usize = 16;
        let members = components.members(component);
        let mut best: Vec<NodeId> = Vec::new();
        // Found from, plus one; by place among the members.
        let place = |node: NodeId| members.binary_search(&node).ok();
        for &start in members.iter().take(STARTS) {
            let mut from: Vec<NodeId> = vec![0; members.len()];
            let mut queue = std::collections::VecDeque::from([start]);
            let last = 'search: loop {
                let Some(node) = queue.pop_front() else { break None };
                for &next in self.out().row(node) {
                    if next == start && node != start {
                        break 'search Some(node);
                    }
                    let Some(at) = place(next) else { continue };
                    if next != start && from[at] == 0 {
                        from[at] = node + 1;
                        queue.push_back(next);
                    }
                }
            };
            let Some(mut node) = last else { continue };
            let mut round = vec![node];
            while let Some(before) = place(node).and_then(|at| from[at].checked_sub(1)) {
                round.push(before);
                node = before;
            }
            round.reverse();
            if best.is_empty() || round.len() < best.len() {
                best = round;
            }
            if best.len() == 2 {
                break;
            }
        }
        best.into_iter().map(|node| ClientKey(node as usize)).collect()
    }

    /// Every client app with how much goes through it, in project order.
    pub fn hubs(&self, overview: &Overview) -> Vec<Hub> {
        let mut brings = vec![0; self.clients()];
        for principal in 0..self.clients() as NodeId {
            let brokers = self.brokers(principal);
            if !brokers.is_empty() {
                let externals = self.back().row(principal);
                let externals = externals.iter().filter(|from| !self.is_client(**from)).count();
                brokers.iter().for_each(|broker| brings[*broker as usize] += externals);
            }
        }
        (0..self.clients())
            .map(|at| {
                let node = at as NodeId;
                let beside = |row: &[NodeId]| row.iter().filter(|other| **other != node).count();
                Hub {
                    client: ClientKey(at),
                    hops_in: beside(self.back().row(node)),
                    hops_out: beside(self.out().row(node)),
                    brings: brings[at],
                    exposure: overview.exposure[at] + overview.external_exposure[at],
                    impact: overview.impact[at],
                }
            })
            .collect()
    }
}

/// The islands of a graph, whatever is usable: the largest first. A client app alone on one takes no
/// part in token exchange.
pub fn islands(graph: &TrustGraph) -> Vec<Island> {
    use petgraph::visit::{EdgeRef, IntoEdgeReferences};
    let nodes = graph.graph.node_count();
    let mut parent: Vec<usize> = (0..nodes).collect();
    fn root(parent: &mut [usize], mut node: usize) -> usize {
        while parent[node] != node {
            parent[node] = parent[parent[node]];
            node = parent[node];
        }
        node
    }
    for edge in graph.graph.edge_references() {
        let one = root(&mut parent, edge.source().index());
        let other = root(&mut parent, edge.target().index());
        // The lowest number leads, so that islands come in the order of their first client app.
        parent[one.max(other)] = one.min(other);
    }
    let mut place = vec![usize::MAX; nodes];
    let mut found: Vec<Island> = Vec::new();
    for node in 0..nodes {
        let root = root(&mut parent, node);
        if place[root] == usize::MAX {
            place[root] = found.len();
            found.push(Island { clients: vec![], externals: vec![], unknown: vec![] });
        }
        let island = &mut found[place[root]];
        let index = NodeIndex::new(node);
        match &graph.graph[index] {
            super::Node::Client(key) => island.clients.push(*key),
            super::Node::External { .. } => island.externals.push(index),
            super::Node::Ghost(_) => island.unknown.push(index),
        }
    }
    let size = |it: &Island| it.clients.len() + it.externals.len() + it.unknown.len();
    found.sort_by_key(|island| std::cmp::Reverse(size(island)));
    found
}
