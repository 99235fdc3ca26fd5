//! Which access one state of things has and another has not.
//!
//! The same comparison answers "what did this change bring" (two projects), "what if" (one project
//! and the same under assumptions) and "what does the reading matter" (one project under two). It
//! never lists all pairs: only what leads to a hop that differs can have gained or lost anything,
//! and of these all members of a component have the same answer. Counts are exact; lists are cut
//! off and begin with the shortest.
//!
//! Nodes of both sides are given common numbers: those of the new side, then the old side's that
//! have no counterpart.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::stable_graph::NodeIndex;

use super::access::{Access, Hop};
use super::flat::{Closure, Csr, NodeId};
use super::{Actor, Chain, Verdict};

/// Which side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    Old,
    New,
}

/// The nodes of two graphs under common numbers.
#[derive(Clone, Debug, Default)]
pub struct Matching {
    old: Vec<Option<NodeIndex>>,
    new: Vec<Option<NodeIndex>>,
    /// The common number of each old node.
    from_old: Vec<NodeId>,
}

impl Matching {
    /// The same nodes on both sides.
    pub fn same(nodes: usize) -> Self {
        let all: Vec<_> = (0..nodes).map(|node| Some(NodeIndex::new(node))).collect();
        Self { old: all.clone(), new: all, from_old: (0..nodes as NodeId).collect() }
    }

    /// New nodes keep their numbers; for each old node, its counterpart.
    pub fn new(new_nodes: usize, counterparts: &[Option<NodeIndex>]) -> Self {
        let mut new: Vec<_> = (0..new_nodes).map(|node| Some(NodeIndex::new(node))).collect();
        let mut old = vec![None; new_nodes];
        let mut from_old = Vec::with_capacity(counterparts.len());
        for (at, counterpart) in counterparts.iter().enumerate() {
            let own = Some(NodeIndex::new(at));
            match counterpart {
                Some(node) => {
                    from_old.push(node.index() as NodeId);
                    old[node.index()] = own;
                }
                None => {
                    from_old.push(old.len() as NodeId);
                    old.push(own);
                    new.push(None);
                }
            }
        }
        Self { old, new, from_old }
    }

    /// How many common numbers there are.
    pub fn len(&self) -> usize {
        self.new.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.new.is_empty()
    }

    /// The node of one side with a common number, if that side has it.
    pub fn on(&self, side: Side, number: NodeId) -> Option<NodeIndex> {
        let nodes = if side == Side::Old { &self.old } else { &self.new };
        nodes.get(number as usize).copied().flatten()
    }

    /// The common number of a node of one side.
    pub fn number(&self, side: Side, node: NodeIndex) -> NodeId {
        match side {
            Side::Old => self.from_old[node.index()],
            Side::New => node.index() as NodeId,
        }
    }

    fn graph(&self, side: Side, access: &Access) -> Csr {
        let number = |node: NodeId| self.number(side, NodeIndex::new(node as usize));
        let edges: Vec<_> =
            access.out().iter().map(|(from, to)| (number(from), number(to))).collect();
        Csr::new(self.len(), &edges)
    }
}

/// Somebody who can become somebody on one side only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The fewest hops.
    pub hops: u32,
    /// Common numbers.
    pub from: NodeId,
    pub to: NodeId,
}

/// Access of one side that the other has not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surplus {
    /// How many pairs there are, by any number of hops, in the worst case.
    pub pairs: u64,
    /// The first of them, by hops.
    pub listed: Vec<Pair>,
    /// Single hops, all of them, as nodes of the side that has them. A hop can be new where there
    /// was a longer way before, or another broker; then there is no new pair.
    pub hops: Vec<Hop>,
}

/// A hop that both sides have, with another verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reweighed {
    /// As the nodes of the old side, and of the new one.
    pub hops: [Hop; 2],
    pub verdicts: [Verdict; 2],
}

/// How the access of two states of things differs.
#[derive(Clone, Debug, Default)]
pub struct AccessDiff {
    pub matching: Matching,
    pub gained: Surplus,
    pub lost: Surplus,
    /// Hops whose conditions were all true and are not any more, or the other way round.
    pub changed: Vec<Reweighed>,
}

impl AccessDiff {
    /// Compares two states whose graphs have the same nodes: under assumptions, or under another
    /// reading. At most `limit` pairs of each kind are listed.
    pub fn same_graph(old: &Access, new: &Access, limit: usize) -> Self {
        Self::new(old, new, Matching::same(new.out().len()), limit)
    }

    /// Compares two states. At most `limit` pairs of each kind are listed.
    pub fn new(old: &Access, new: &Access, matching: Matching, limit: usize) -> Self {
        let (olds, news) = (matching.graph(Side::Old, old), matching.graph(Side::New, new));
        let mut diff = Self { matching, ..Self::default() };
        diff.compare_hops(old, new);
        if olds != news {
            diff.compare_pairs([old, new], [&olds, &news], limit);
        }
        diff
    }

    /// Whether access is the same, verdicts included.
    pub fn is_empty(&self) -> bool {
        self.gained == Surplus::default()
            && self.lost == Surplus::default()
            && self.changed.is_empty()
    }

    /// A shortest way for a pair, on the side that has it.
    pub fn witness(&self, side: Side, access: &Access, pair: Pair) -> Option<Chain> {
        let from = self.matching.on(side, pair.from)?;
        access.first_chain(from, self.matching.on(side, pair.to)?, Actor::Worst)
    }

    /// Hops that were lost although another way still leads from the one end to the other, each
    /// with a shortest such way on the new side: the first of them, and how many there are.
    pub fn detours(&self, new: &Access, limit: usize) -> (Vec<(Hop, Chain)>, usize) {
        let closure = new.closure();
        let (mut found, mut count) = (Vec::new(), 0);
        for hop in &self.lost.hops {
            let node = |it| self.matching.on(Side::New, self.matching.number(Side::Old, it));
            let (Some(from), Some(to)) = (node(hop.from), node(hop.to_node())) else { continue };
            if !closure.reaches(from.index() as NodeId, to.index() as NodeId) {
                continue;
            }
            count += 1;
            if found.len() < limit {
                let way = new.first_chain(from, to, Actor::Worst);
                found.extend(way.map(|way| (*hop, way)));
            }
        }
        (found, count)
    }

    fn compare_hops(&mut self, old: &Access, new: &Access) {
        let matching = &self.matching;
        type Ends = (NodeId, NodeId, NodeId);
        let hops = |side: Side, access: &Access, skip: &BTreeSet<(NodeId, NodeId)>| {
            let number = |node: NodeIndex| matching.number(side, node);
            let mut found: BTreeMap<Ends, (Hop, Verdict)> = BTreeMap::new();
            for (from, to) in access.out().iter() {
                let ends = [from, to].map(|node| number(NodeIndex::new(node as usize)));
                if skip.contains(&(ends[0], ends[1])) {
                    continue;
                }
                for hop in access.hops(from, to) {
                    let verdict = access.verdict(hop);
                    let asks = number(NodeIndex::new(hop.requester.0));
                    found.insert((ends[0], ends[1], asks), (hop, verdict));
                }
            }
            found
        };
        let same = self.same_hops(old, new);
        let (olds, mut news) = (hops(Side::Old, old, &same), hops(Side::New, new, &same));
        for (ends, (hop, verdict)) in olds {
            match news.remove(&ends) {
                None => self.lost.hops.push(hop),
                Some((other, after)) if after != verdict => {
                    self.changed.push(Reweighed { hops: [hop, other], verdicts: [verdict, after] })
                }
                Some(_) => {}
            }
        }
        self.gained.hops = news.into_values().map(|(hop, _)| hop).collect();
    }

    /// Edges that are the same on both sides, brokers and verdicts included; nearly all, usually.
    fn same_hops(&self, old: &Access, new: &Access) -> BTreeSet<(NodeId, NodeId)> {
        let number =
            |side: Side, node: NodeId| self.matching.number(side, NodeIndex::new(node as usize));
        let brokers_alike = |old_to: NodeId, new_to: NodeId| {
            let (olds, news) = (old.brokers(old_to), new.brokers(new_to));
            let mut pairs = olds.iter().zip(news);
            olds.len() == news.len()
                && pairs.all(|(one, two)| {
                    number(Side::Old, *one) == number(Side::New, *two)
                        && old.brings(*one, old_to) == new.brings(*two, new_to)
                })
        };
        let mut same = BTreeSet::new();
        for (from, to) in old.out().iter() {
            let ends = (number(Side::Old, from), number(Side::Old, to));
            let (Some(new_from), Some(new_to)) =
                (self.matching.on(Side::New, ends.0), self.matching.on(Side::New, ends.1))
            else {
                continue;
            };
            let (new_from, new_to) = (new_from.index() as NodeId, new_to.index() as NodeId);
            let verdict = new.direct(new_from, new_to);
            let alike = verdict.is_some()
                && verdict == old.direct(from, to)
                && match old.is_client(from) {
                    true => old.reading().source_asks() == new.reading().source_asks(),
                    false => brokers_alike(to, new_to),
                };
            if alike {
                same.insert(ends);
            }
        }
        same
    }

    fn compare_pairs(&mut self, accesses: [&Access; 2], graphs: [&Csr; 2], limit: usize) {
        let [old, new] = graphs;
        let differs = (0..self.matching.len() as NodeId).filter(|at| old.row(*at) != new.row(*at));
        let mut affected: BTreeSet<NodeId> = differs.collect();
        for graph in graphs {
            let back = graph.reversed();
            let mut open: Vec<NodeId> = affected.iter().copied().collect();
            while let Some(node) = open.pop() {
                open.extend(back.row(node).iter().copied().filter(|it| affected.insert(*it)));
            }
        }
        let closures = graphs.map(Closure::new);
        // What a component can become is the same for all of its members: they are told apart from
        // what they reach only by themselves, and that is on both sides.
        let mut groups: BTreeMap<[u32; 2], Vec<NodeId>> = BTreeMap::new();
        for node in affected {
            let sides = [(Side::Old, accesses[0]), (Side::New, accesses[1])];
            let is_start = sides.iter().any(|(side, access)| {
                let own = self.matching.on(*side, node);
                own.is_some_and(|own| access.is_start(own.index() as NodeId))
            });
            if is_start {
                let group = [&closures[0], &closures[1]].map(|it| it.components().of(node));
                groups.entry(group).or_default().push(node);
            }
        }
        let mut mark = vec![false; self.matching.len()];
        let mut found: [Vec<Found>; 2] = Default::default();
        for members in groups.into_values() {
            let first = members[0];
            let had: Vec<NodeId> = closures[0].reached(first).collect();
            let has: Vec<NodeId> = closures[1].reached(first).collect();
            let mut only = |these: &[NodeId], those: &[NodeId]| -> Vec<NodeId> {
                those.iter().for_each(|node| mark[*node as usize] = true);
                let mut only: Vec<_> =
                    these.iter().copied().filter(|node| !mark[*node as usize]).collect();
                those.iter().for_each(|node| mark[*node as usize] = false);
                only.sort_unstable();
                only
            };
            for (at, only) in [only(&had, &has), only(&has, &had)].into_iter().enumerate() {
                let side = if at == 0 { &mut self.lost } else { &mut self.gained };
                side.pairs += members.len() as u64 * only.len() as u64;
                if !only.is_empty() {
                    found[at].push(Found { members: members.clone(), only });
                }
            }
        }
        let [lost, gained] = found;
        self.lost.listed = list(old, &lost, limit);
        self.gained.listed = list(new, &gained, limit);
    }
}

impl Access {
    /// The verdict on a usable hop.
    pub fn verdict(&self, hop: Hop) -> Verdict {
        let (from, to) = (hop.from.index() as NodeId, hop.to.0 as NodeId);
        let found = match self.is_client(from) {
            true => self.direct(from, to),
            false => self.brings(hop.requester.0 as NodeId, to),
        };
        found.unwrap_or(Verdict::Refused)
    }
}

/// Nodes that have the same in addition.
struct Found {
    members: Vec<NodeId>,
    only: Vec<NodeId>,
}

/// The first pairs: single hops before all others, so that a list that is cut off has the roots of
/// what changed; then by source. In the list by hops.
fn list(graph: &Csr, found: &[Found], limit: usize) -> Vec<Pair> {
    let mut sources: Vec<(NodeId, &[NodeId])> = found
        .iter()
        .flat_map(|it| it.members.iter().map(|member| (*member, it.only.as_slice())))
        .collect();
    sources.sort_unstable_by_key(|(from, _)| *from);
    let mut listed = Vec::new();
    for (from, all) in &sources {
        for to in graph.row(*from).iter().filter(|to| all.binary_search(to).is_ok()) {
            if listed.len() < limit {
                listed.push(Pair { hops: 1, from: *from, to: *to });
            }
        }
    }
    for (from, all) in &sources {
        if listed.len() >= limit {
            break;
        }
        let hops = distances(graph, *from, all);
        for (to, hops) in all.iter().zip(hops) {
            if hops > 1 && listed.len() < limit {
                listed.push(Pair { hops, from: *from, to: *to });
            }
        }
    }
    listed.sort_unstable();
    listed
}

/// The fewest hops from a node to each of some others.
fn distances(graph: &Csr, from: NodeId, to: &[NodeId]) -> Vec<u32> {
    let mut hops: BTreeMap<NodeId, u32> = BTreeMap::from([(from, 0)]);
    let mut left = to.len();
    let mut queue = std::collections::VecDeque::from([(from, 0)]);
    while let Some((node, so_far)) = queue.pop_front() {
        if left == 0 {
            break;
        }
        for next in graph.row(node) {
            if !hops.contains_key(next) {
                hops.insert(*next, so_far + 1);
                queue.push_back((*next, so_far + 1));
                left -= usize::from(to.binary_search(next).is_ok());
            }
        }
    }
    to.iter().map(|node| hops.get(node).copied().unwrap_or(0)).collect()
}
