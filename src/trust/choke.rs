//! What everything between A and B has to pass: client apps, and the fewest permissions or
//! identities with which all chains go.
//!
//! Client apps that are on every chain are the dominators of the end. The smallest cut is that of a
//! flow: everything that can be taken back carries one unit. A permission can let a user's token
//! through and an external one; under two of the three readings both come out at the same end, so
//! it is one gate that both pass. Under `requester-lists-origin` they come out at different ends
//! and the permission is counted at each; a cut that has one of them twice names it once and says
//! that a smaller one may exist.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::dominators::simple_fast;
use petgraph::graph::DiGraph;
use petgraph::stable_graph::NodeIndex;

use super::access::Access;
use super::flat::NodeId;
use super::weight::PermissionKey;
use super::{Reading, TrustGraph};
use crate::config::ClientKey;

/// Something that can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Gate {
    Permission(PermissionKey),
    /// That an external identity stands for a client app.
    Identity {
        external: NodeIndex,
        client: ClientKey,
    },
}

/// What everything between some starts and an end has to pass.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chokes {
    /// Whether there is any chain.
    pub connected: bool,
    /// Client apps on every chain, in the order in which they are passed; neither start nor end.
    pub clients: Vec<ClientKey>,
    /// The fewest gates with which every chain goes; `None` when there are more than
    /// [`MOST_GATES`].
    pub cut: Option<Vec<Gate>>,
    /// Whether no smaller cut exists.
    pub is_smallest: bool,
}

/// A larger cut is not looked for: so many permissions are no choke point.
pub const MOST_GATES: usize = 64;

impl Access {
    /// What everything from some nodes to another has to pass, in the worst case.
    pub fn chokes(&self, starts: &[NodeIndex], end: NodeIndex) -> Chokes {
        let end = end.index() as NodeId;
        let is_there = |node: &NodeId| (*node as usize) < self.out().len();
        let starts: BTreeSet<NodeId> = starts
            .iter()
            .map(|node| node.index() as NodeId)
            .filter(|node| *node != end && is_there(node))
            .collect();
        if !is_there(&end) {
            return Chokes { is_smallest: true, cut: Some(Vec::new()), ..Chokes::default() };
        }
        let corridor = self.corridor(&starts, end);
        if !corridor.contains(&end) {
            return Chokes { is_smallest: true, cut: Some(Vec::new()), ..Chokes::default() };
        }
        let clients = self.dominators(&starts, end, &corridor);
        let (cut, is_smallest) = self.cut(&starts, end, &corridor);
        Chokes { connected: true, clients, cut, is_smallest }
    }

    /// Every external identity that can become a node, for "from all externals".
    pub fn externals_of(&self, end: NodeIndex) -> Vec<NodeIndex> {
        let reach = self.reach_to(end, super::Actor::Worst, u32::MAX);
        let nodes = reach.found.iter().map(|line| line.node);
        nodes.filter(|node| !self.is_client(node.index() as NodeId)).collect()
    }

    /// The nodes on any way from the starts to the end; empty when there is none.
    fn corridor(&self, starts: &BTreeSet<NodeId>, end: NodeId) -> BTreeSet<NodeId> {
        let spread = |graph: &super::flat::Csr, from: Vec<NodeId>| {
            let mut seen = vec![false; graph.len()];
            let mut open = from;
            open.iter().for_each(|node| seen[*node as usize] = true);
            while let Some(node) = open.pop() {
                for next in graph.row(node) {
                    if !std::mem::replace(&mut seen[*next as usize], true) {
                        open.push(*next);
                    }
                }
            }
            seen
        };
        let from = spread(self.out(), starts.iter().copied().collect());
        let to = spread(self.back(), vec![end]);
        let nodes = 0..self.out().len() as NodeId;
        let corridor: BTreeSet<_> =
            nodes.filter(|node| from[*node as usize] && to[*node as usize]).collect();
        if starts.iter().any(|start| corridor.contains(start)) { corridor } else { BTreeSet::new() }
    }

    fn dominators(
        &self,
        starts: &BTreeSet<NodeId>,
        end: NodeId,
        corridor: &BTreeSet<NodeId>,
    ) -> Vec<ClientKey> {
        let mut graph = DiGraph::<Option<NodeId>, ()>::new();
        let root = graph.add_node(None);
        let places: BTreeMap<NodeId, _> =
            corridor.iter().map(|node| (*node, graph.add_node(Some(*node)))).collect();
        for (node, place) in &places {
            if starts.contains(node) {
                graph.add_edge(root, *place, ());
            }
            for next in self.out().row(*node).iter().filter_map(|next| places.get(next)) {
                graph.add_edge(*place, *next, ());
            }
        }
        let dominators = simple_fast(&graph, root);
        let Some(above) = places.get(&end).and_then(|end| dominators.strict_dominators(*end))
        else {
            return Vec::new();
        };
        let nodes = above.filter_map(|place| graph[place]);
        let on_every: Vec<_> = nodes
            .filter(|node| self.is_client(*node) && !starts.contains(node))
            .map(|node| ClientKey(node as usize))
            .collect();
        on_every.into_iter().rev().collect()
    }

    fn cut(
        &self,
        starts: &BTreeSet<NodeId>,
        end: NodeId,
        corridor: &BTreeSet<NodeId>,
    ) -> (Option<Vec<Gate>>, bool) {
        let mut flow = Flow::default();
        let shared = self.reading() != Reading::RequesterListsOrigin;
        for &from in corridor {
            let here = flow.node(Point::Node(from));
            if starts.contains(&from) {
                let source = flow.node(Point::Source);
                flow.pipe(source, here, None);
            }
            for &to in self.out().row(from).iter().filter(|to| corridor.contains(to)) {
                let there = flow.node(Point::Node(to));
                if self.is_client(from) {
                    let keys = [from, to].map(|node| ClientKey(node as usize));
                    let (owner, entry) = self.reading().permission(keys[0], keys[1]);
                    let gate = PermissionKey { owner, entry };
                    flow.gate(here, there, gate, shared);
                } else {
                    let external = NodeIndex::new(from as usize);
                    let client = ClientKey(to as usize);
                    let door = flow.node(Point::Door(to));
                    flow.pipe(here, door, Some(Gate::Identity { external, client }));
                }
            }
        }
        for &principal in corridor {
            let Some(&door) = flow.nodes.get(&Point::Door(principal)) else { continue };
            let inside = flow.node(Point::Node(principal));
            for &broker in self.brokers(principal) {
                let keys = [broker, principal].map(|node| ClientKey(node as usize));
                let (owner, entry) = self.reading().broker_permission(keys[0], keys[1]);
                flow.gate(door, inside, PermissionKey { owner, entry }, shared);
            }
        }
        let (source, sink) = (flow.node(Point::Source), flow.node(Point::Node(end)));
        let Some(mut gates) = flow.smallest_cut(source, sink) else { return (None, false) };
        let count = gates.len();
        gates.sort_unstable();
        gates.dedup();
        let is_smallest = gates.len() == count;
        (Some(gates), is_smallest)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Point {
    Source,
    Node(NodeId),
    /// Where external tokens for a client app come in.
    Door(NodeId),
    Gate(PermissionKey),
}

/// A network in which only gates are narrow.
#[derive(Default)]
struct Flow {
    nodes: BTreeMap<Point, usize>,
    /// Pipes by the node they begin at.
    out: Vec<Vec<usize>>,
    /// Each pipe is followed by the same one backwards.
    pipes: Vec<Pipe>,
}

struct Pipe {
    to: usize,
    room: u32,
    gate: Option<Gate>,
}

const WIDE: u32 = u32::MAX / 2;

impl Flow {
    fn node(&mut self, point: Point) -> usize {
        let next = self.out.len();
        let node = *self.nodes.entry(point).or_insert(next);
        if node == next {
            self.out.push(Vec::new());
        }
        node
    }

    fn pipe(&mut self, from: usize, to: usize, gate: Option<Gate>) {
        let room = if gate.is_some() { 1 } else { WIDE };
        for (from, to, room, gate) in [(from, to, room, gate), (to, from, 0, None)] {
            self.out[from].push(self.pipes.len());
            self.pipes.push(Pipe { to, room, gate });
        }
    }

    /// Lets through what a permission permits. A shared one is narrow once for all that enter it.
    fn gate(&mut self, from: usize, to: usize, key: PermissionKey, shared: bool) {
        let gate = Some(Gate::Permission(key));
        if !shared {
            return self.pipe(from, to, gate);
        }
        let is_new = !self.nodes.contains_key(&Point::Gate(key));
        let middle = self.node(Point::Gate(key));
        self.pipe(from, middle, None);
        if is_new {
            self.pipe(middle, to, gate);
        }
    }

    /// The gates of a smallest cut, nearest the source; `None` when it has more than [`MOST_GATES`].
    fn smallest_cut(&mut self, source: usize, sink: usize) -> Option<Vec<Gate>> {
        for _ in 0..=MOST_GATES {
            let came_by = self.search(source, sink);
            if came_by[sink].is_none() {
                let inside = |node: usize| node == source || came_by[node].is_some();
                let leaving = (0..self.out.len())
                    .filter(|node| inside(*node))
                    .flat_map(|node| self.out[node].iter().map(|pipe| &self.pipes[*pipe]));
                return Some(
                    leaving.filter(|it| !inside(it.to)).filter_map(|it| it.gate).collect(),
                );
            }
            let mut node = sink;
            while let Some(pipe) = came_by[node].filter(|_| node != source) {
                self.pipes[pipe].room -= 1;
                self.pipes[pipe ^ 1].room += 1;
                node = self.pipes[pipe ^ 1].to;
            }
        }
        None
    }

    /// Along pipes with room: by which pipe each node is reached.
    fn search(&self, source: usize, sink: usize) -> Vec<Option<usize>> {
        let mut came_by = vec![None; self.out.len()];
        let mut queue = std::collections::VecDeque::from([source]);
        while let Some(node) = queue.pop_front() {
            for &pipe in &self.out[node] {
                let Pipe { to, room, .. } = self.pipes[pipe];
                if room > 0 && to != source && came_by[to].is_none() {
                    came_by[to] = Some(pipe);
                    if to == sink {
                        return came_by;
                    }
                    queue.push_back(to);
                }
            }
        }
        came_by
    }
}

impl Gate {
    /// What taking it back would be.
    pub fn hypothesis(
        self,
        project: &crate::config::Project,
        graph: &TrustGraph,
    ) -> Option<super::Hypothesis> {
        match self {
            Self::Permission(key) => {
                let entry = project.client(key.entry).id.as_ref()?.value.clone();
                Some(super::Hypothesis::DropPermission { owner: key.owner, entry })
            }
            Self::Identity { external, client } => match graph.graph.node_weight(external)? {
                super::Node::External { issuer, subject } => {
                    Some(super::Hypothesis::DropIdentity {
                        client,
                        issuer: issuer.clone(),
                        subject: subject.clone(),
                    })
                }
                _ => None,
            },
        }
    }

    /// What it is, in words.
    pub fn sentence(self, project: &crate::config::Project, graph: &TrustGraph) -> String {
        let label = |key: ClientKey| project.client(key).label();
        match self {
            Self::Permission(key) => {
                format!("{} on the list of {}", label(key.entry), label(key.owner))
            }
            Self::Identity { external, client } => {
                format!("{} on {}", graph.label(project, external), label(client))
            }
        }
    }
}
