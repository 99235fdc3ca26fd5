//! What a permission weighs: how many pairs go when it goes.
//!
//! A pair is somebody (a client app or an external identity) who can become a client app, by any
//! number of hops, in the worst case. A permission is a list owner and the client app on the list;
//! taking it back takes away a hop between the two and, where the owner or the entry has external
//! identities that nobody else can bring, their hops too.
//!
//! Recomputing everything for each of 24,000 permissions would take minutes. Three observations make
//! it fast and keep it exact:
//!
//! - A hop from which another way leads to the same end takes nothing with it. Between components
//!   the closure knows that of every hop; within one a search does.
//! - No permission can take more than the pairs that pass it: those before it times those behind
//!   it. Permissions are weighed in the order of that bound, and once the best that were asked for
//!   all weigh more than the next bound, the rest need not be looked at.
//! - Only rows of components that lead to the hop change, and only in the part that is behind it.
//!
//! Where many permissions hold one large tangle together the bound says little; then the number of
//! permissions that are weighed is limited, and the answer says so.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::access::Access;
use super::flat::{Closure, Csr, NodeId, Weights};
use super::{Edge, TrustGraph};
use crate::config::ClientKey;
use petgraph::visit::{EdgeRef, IntoEdgeReferences};

/// A list owner and a client app on its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PermissionKey {
    pub owner: ClientKey,
    pub entry: ClientKey,
}

/// What goes with a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermissionWeight {
    pub permission: PermissionKey,
    /// Pairs that are lost when it is taken back.
    pub pairs: u64,
}

/// The permissions with which most goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heaviest {
    /// The heaviest first; those that take nothing with them are not among them.
    pub permissions: Vec<PermissionWeight>,
    /// How many permissions were not weighed because there were too many; then one of them may
    /// be heavier than one that is listed.
    pub not_weighed: usize,
    /// All pairs there are.
    pub pairs: u64,
}

/// The closures of an access, both ways, with what is counted: what the analyses of the whole graph
/// share.
#[derive(Clone, Debug)]
pub struct Overview {
    pub closure: Closure,
    /// For each node, how many other client apps it can become.
    pub impact: Vec<u64>,
    /// For each node, how many other client apps can become it.
    pub exposure: Vec<u64>,
    /// For each node, how many external identities can become it.
    pub external_exposure: Vec<u64>,
    /// Somebody who can become somebody: all pairs there are.
    pub pairs: u64,
    targets: Weights,
    starts: Weights,
}

impl Overview {
    /// Works out the closures.
    pub fn new(access: &Access) -> Self {
        let closure = access.closure();
        let clients = |node| access.is_client(node);
        let targets = Weights::new(closure.components(), clients);
        let impact = closure.counts(&targets);
        let back = Closure::new(access.back());
        let exposure = back.counts(&Weights::new(back.components(), clients));
        let external =
            Weights::new(back.components(), |node| access.externals().binary_search(&node).is_ok());
        let external_exposure = back.counts(&external);
        let starts = Weights::new(closure.components(), |node| access.is_start(node));
        let pairs = access.starts().map(|node| impact[node as usize]).sum();
        Self { closure, impact, exposure, external_exposure, pairs, targets, starts }
    }

    fn before(&self, node: NodeId) -> u64 {
        self.exposure[node as usize] + self.external_exposure[node as usize] + 1
    }
}

impl Access {
    /// The usable hops that go with each permission that has any, as pairs of nodes.
    pub fn hops_by_permission(
        &self,
        graph: &TrustGraph,
    ) -> BTreeMap<PermissionKey, Vec<(NodeId, NodeId)>> {
        let mut all: BTreeMap<PermissionKey, Vec<(NodeId, NodeId)>> = BTreeMap::new();
        let reading = self.reading();
        for edge in graph.graph.edge_references() {
            let Edge::Exchange(exchange) = edge.weight() else { continue };
            let dropped = self.assumptions().drops_permission(exchange.owner, exchange.index);
            let ends = [edge.source(), edge.target()].map(|node| node.index() as NodeId);
            if dropped || !ends.iter().all(|node| self.is_client(*node)) {
                continue;
            }
            let [from, to] = ends.map(|node| ClientKey(node as usize));
            let (owner, entry) = reading.permission(from, to);
            let key = PermissionKey { owner, entry };
            if all.contains_key(&key) {
                continue;
            }
            let mut hops = Vec::new();
            if self.out().has(ends[0], ends[1]) {
                hops.push((ends[0], ends[1]));
            }
            // The same permission for external identities; it decides when nobody else brings them.
            let (broker, principal) = match reading {
                super::Reading::TargetListsRequester => (entry, owner),
                _ => (owner, entry),
            };
            let principal = principal.0 as NodeId;
            if self.brokers(principal) == [broker.0 as NodeId] {
                let externals = self.back().row(principal).iter();
                let externals = externals.filter(|from| !self.is_client(**from));
                hops.extend(externals.map(|from| (*from, principal)));
            }
            if !hops.is_empty() {
                all.insert(key, hops);
            }
        }
        all
    }

    /// How many pairs go with one permission.
    pub fn weigh(&self, graph: &TrustGraph, overview: &Overview, permission: PermissionKey) -> u64 {
        let hops = self.hops_by_permission(graph).remove(&permission).unwrap_or_default();
        Scale::new(self, overview).weigh(&hops)
    }

    /// The `count` permissions with which most pairs go; at most `budget` are weighed.
    pub fn heaviest(
        &self,
        graph: &TrustGraph,
        overview: &Overview,
        count: usize,
        budget: usize,
    ) -> Heaviest {
        let mut scale = Scale::new(self, overview);
        let mut candidates: Vec<Candidate> = self
            .hops_by_permission(graph)
            .into_iter()
            .filter_map(|(key, mut hops)| {
                hops.retain(|hop| scale.may_matter(*hop));
                let bounds = hops
                    .iter()
                    .map(|(from, to)| overview.before(*from) * (overview.impact[*to as usize] + 1));
                let bound = bounds.sum();
                (!hops.is_empty()).then_some((Reverse(bound), key, hops))
            })
            .collect();
        candidates.sort_unstable();
        let mut best: BTreeSet<(u64, Reverse<PermissionKey>)> = BTreeSet::new();
        let mut not_weighed = 0;
        for (at, (Reverse(bound), permission, hops)) in candidates.iter().enumerate() {
            let least = best.first().map_or(0, |(pairs, _)| *pairs);
            if best.len() == count && *bound <= least {
                break;
            }
            if at == budget {
                not_weighed = candidates.len() - at;
                break;
            }
            let pairs = scale.weigh(hops);
            if pairs > 0 {
                best.insert((pairs, Reverse(*permission)));
                if best.len() > count {
                    best.pop_first();
                }
            }
        }
        let permissions = best.into_iter().rev();
        Heaviest {
            permissions: permissions
                .map(|(pairs, Reverse(permission))| PermissionWeight { permission, pairs })
                .collect(),
            not_weighed,
            pairs: overview.pairs,
        }
    }
}

/// By what it can take at most, with the hops that may go with it.
type Candidate = (Reverse<u64>, PermissionKey, Vec<(NodeId, NodeId)>);

/// Words of memory for the rows that change.
const ROOM: usize = 1 << 22;

/// Weighs sets of hops.
struct Scale<'a> {
    access: &'a Access,
    overview: &'a Overview,
    /// The condensed graph the other way round.
    back: Csr,
    /// How many hops there are between two components.
    parallel: BTreeMap<(u32, u32), u32>,
    /// For searches within a component.
    seen: Vec<u32>,
    round: u32,
}

impl<'a> Scale<'a> {
    fn new(access: &'a Access, overview: &'a Overview) -> Self {
        let components = overview.closure.components();
        let mut parallel = BTreeMap::new();
        for (from, to) in access.out().iter() {
            let ends = (components.of(from), components.of(to));
            if ends.0 != ends.1 {
                *parallel.entry(ends).or_insert(0) += 1;
            }
        }
        let back = overview.closure.condensed().reversed();
        Self { access, overview, back, parallel, seen: vec![0; access.out().len()], round: 0 }
    }

    /// Whether no other way leads from the beginning of a hop to its end, as far as that is known
    /// without a search.
    fn may_matter(&self, (from, to): (NodeId, NodeId)) -> bool {
        let components = self.overview.closure.components();
        let (one, other) = (components.of(from), components.of(to));
        if one == other {
            return from != to;
        }
        // Several hops between two components can go together, so only the closure's word counts.
        self.overview.closure.is_essential(one, other)
    }

    fn weigh(&mut self, hops: &[(NodeId, NodeId)]) -> u64 {
        let components = self.overview.closure.components();
        let (within, between): (Vec<_>, Vec<_>) =
            hops.iter().copied().partition(|(from, to)| components.of(*from) == components.of(*to));
        if within.iter().any(|hop| !self.is_detoured(*hop, hops)) {
            return self.weigh_all_anew(hops);
        }
        let mut count: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        for (from, to) in between {
            *count.entry((components.of(from), components.of(to))).or_insert(0) += 1;
        }
        let gone: BTreeSet<(u32, u32)> = count
            .into_iter()
            .filter(|(ends, count)| self.parallel.get(ends).is_none_or(|all| all <= count))
            .map(|(ends, _)| ends)
            .collect();
        if gone.is_empty() {
            return 0;
        }
        self.weigh_between(&gone).unwrap_or_else(|| self.weigh_all_anew(hops))
    }

    /// Whether the ends of a hop within a component are still connected without some hops.
    fn is_detoured(&mut self, (from, to): (NodeId, NodeId), without: &[(NodeId, NodeId)]) -> bool {
        let components = self.overview.closure.components();
        let own = components.of(from);
        self.round += 1;
        self.seen[from as usize] = self.round;
        let mut open = vec![from];
        while let Some(node) = open.pop() {
            for &next in self.access.out().row(node) {
                let seen = self.seen[next as usize] == self.round;
                if seen || components.of(next) != own || without.contains(&(node, next)) {
                    continue;
                }
                if next == to {
                    return true;
                }
                self.seen[next as usize] = self.round;
                open.push(next);
            }
        }
        from == to
    }

    fn weigh_all_anew(&self, hops: &[(NodeId, NodeId)]) -> u64 {
        let closure = Closure::new(&self.access.out().without(hops));
        let targets = Weights::new(closure.components(), |node| self.access.is_client(node));
        let impact = closure.counts(&targets);
        let left: u64 = self.access.starts().map(|node| impact[node as usize]).sum();
        self.overview.pairs - left
    }

    /// What goes when some edges between components go; `None` when it would take too much room,
    /// as in the middle of a very long chain.
    fn weigh_between(&self, gone: &BTreeSet<(u32, u32)>) -> Option<u64> {
        let closure = &self.overview.closure;
        // What is behind the edges, by block.
        let mut behind: BTreeMap<u32, u64> = BTreeMap::new();
        for (_, to) in gone {
            *behind.entry(to / 64).or_insert(0) |= 1 << (to % 64);
            for (block, bits) in closure.row(*to) {
                *behind.entry(block).or_insert(0) |= bits;
            }
        }
        let blocks: Vec<(u32, u64)> = behind.into_iter().collect();
        // Who leads to them, sinks first.
        let mut before: BTreeSet<u32> = gone.iter().map(|(from, _)| *from).collect();
        let mut open: Vec<u32> = before.iter().copied().collect();
        while let Some(component) = open.pop() {
            open.extend(self.back.row(component).iter().copied().filter(|it| before.insert(*it)));
        }
        let rows: BTreeMap<u32, usize> =
            before.iter().enumerate().map(|(at, component)| (*component, at)).collect();
        let width = blocks.len();
        if width.saturating_mul(rows.len()) > ROOM {
            return None;
        }
        let mut left = vec![0u64; width * rows.len()];
        let (mut row, mut had) = (vec![0u64; width], vec![0u64; width]);
        let mut lost = 0;
        for (at, component) in before.iter().enumerate() {
            row.fill(0);
            for next in closure.condensed().row(*component) {
                if gone.contains(&(*component, *next)) {
                    continue;
                }
                if let Ok(place) = blocks.binary_search_by_key(&(next / 64), |(block, _)| *block) {
                    row[place] |= 1 << (next % 64) & blocks[place].1;
                }
                match rows.get(next) {
                    Some(known) => {
                        let known = &left[known * width..(known + 1) * width];
                        row.iter_mut().zip(known).for_each(|(bits, known)| *bits |= known);
                    }
                    None => within(closure, *next, &blocks, &mut row),
                }
            }
            let starts = self.overview.starts.of_component(*component);
            // All that lead to one edge had everything behind it.
            if gone.len() == 1 {
                had.iter_mut().zip(&blocks).for_each(|(had, (_, bits))| *had = *bits);
            } else {
                had.fill(0);
                within(closure, *component, &blocks, &mut had);
            }
            let pairs: u64 = blocks
                .iter()
                .zip(had.iter().zip(&row))
                .map(|((block, _), (had, has))| self.overview.targets.of_block(*block, had & !has))
                .sum();
            lost += starts * pairs;
            left[at * width..(at + 1) * width].copy_from_slice(&row);
        }
        Some(lost)
    }
}

/// Adds the part of a row that is within some blocks.
fn within(closure: &Closure, component: u32, blocks: &[(u32, u64)], row: &mut [u64]) {
    // A few blocks are looked up, many are gone through beside the row.
    if blocks.len() * 8 < closure.entries(component) {
        for (bits, (block, mask)) in row.iter_mut().zip(blocks) {
            *bits |= closure.block(component, *block) & mask;
        }
        return;
    }
    let mut at = 0;
    for (block, bits) in closure.row(component) {
        while at < blocks.len() && blocks[at].0 < block {
            at += 1;
        }
        match blocks.get(at) {
            None => break,
            Some((wanted, mask)) if *wanted == block => row[at] |= bits & mask,
            Some(_) => {}
        }
    }
}
