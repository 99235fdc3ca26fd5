//! All chains from A to B, the shortest first, one at a time.
//!
//! There can be millions, so nothing is listed ahead: the iterator deepens. For each length it goes
//! depth first along nodes from which the end is still near enough; how near, a search backwards
//! from the end knows, which itself goes no further back than the length needs. The first chain is
//! there as soon as the two meet. Chains are simple: no client app stands twice on one.
//!
//! A dead end in a tangle can take long, so the work is counted, and there is a place to say stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use petgraph::stable_graph::NodeIndex;

use super::access::{Access, Actor, Hop};
use super::flat::NodeId;
use crate::config::ClientKey;

/// The hops of a token from start to end.
pub type Chain = Vec<Hop>;

/// How far chains are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainLimits {
    /// Hops of the longest chain.
    pub max_hops: u32,
    /// Steps of the search, after which it gives up and says so.
    pub max_steps: u64,
}

impl Default for ChainLimits {
    fn default() -> Self {
        Self { max_hops: 6, max_steps: 50_000_000 }
    }
}

/// Why there are no more chains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ended {
    /// There are none.
    Complete,
    /// There may be longer ones than were asked for.
    MaxHops,
    /// The search became too long.
    MaxSteps,
    /// Somebody said stop.
    Cancelled,
}

/// Chains between two nodes, the shortest first.
#[derive(Debug)]
pub struct Chains<'a> {
    access: &'a Access,
    actor: Actor,
    start: NodeId,
    end: NodeId,
    limits: ChainLimits,
    steps: u64,
    stop: Option<Arc<AtomicBool>>,
    back: Backwards,
    /// The length that is being searched.
    length: u32,
    /// Whether anything was left out because it could only become longer.
    left_out: bool,
    path: Vec<Place>,
    on_path: Vec<u64>,
    /// Chains along one path of nodes, which differ in who brings the external token.
    ready: Vec<Chain>,
    ended: Option<Ended>,
}

/// A node on the path, and the next edge to try from it.
#[derive(Clone, Copy, Debug)]
struct Place {
    node: NodeId,
    edge: u32,
    /// For a single actor: who asks, as soon as that is settled.
    asks: Option<NodeId>,
}

/// How far nodes are from the end, as far as anybody asked.
#[derive(Debug)]
struct Backwards {
    /// Hops to the end, plus one; 0 is not known.
    hops: Vec<u32>,
    /// The nodes that are `level` hops away.
    frontier: Vec<NodeId>,
    level: u32,
}

impl Backwards {
    fn new(nodes: usize, end: NodeId) -> Self {
        let mut hops = vec![0; nodes];
        hops[end as usize] = 1;
        Self { hops, frontier: vec![end], level: 0 }
    }

    /// Goes back until nodes `level` hops away are known.
    fn know(&mut self, access: &Access, level: u32) {
        while self.level < level && !self.frontier.is_empty() {
            self.level += 1;
            let mut next = Vec::new();
            for node in &self.frontier {
                for &before in access.back().row(*node) {
                    if self.hops[before as usize] == 0 {
                        self.hops[before as usize] = self.level + 1;
                        next.push(before);
                    }
                }
            }
            self.frontier = next;
        }
    }

    /// Hops to the end, when there are at most as many as were asked for.
    fn from(&self, node: NodeId) -> Option<u32> {
        self.hops[node as usize].checked_sub(1)
    }

    /// Whether there may be nodes further away than is known.
    fn is_open(&self) -> bool {
        !self.frontier.is_empty()
    }
}

impl Access {
    /// The chains from one node to another. None from a node to itself.
    pub fn chains(
        &self,
        start: NodeIndex,
        end: NodeIndex,
        actor: Actor,
        limits: ChainLimits,
    ) -> Chains<'_> {
        let nodes = self.out().len();
        let (start, end) = (start.index() as NodeId, end.index() as NodeId);
        let there = start != end && (start as usize) < nodes && (end as usize) < nodes;
        let back = if there {
            Backwards::new(nodes, end)
        } else {
            Backwards { hops: Vec::new(), frontier: Vec::new(), level: 0 }
        };
        let mut chains = Chains {
            access: self,
            actor,
            start,
            end,
            limits,
            steps: 0,
            stop: None,
            back,
            length: 0,
            left_out: false,
            path: Vec::new(),
            on_path: vec![0; if there { nodes.div_ceil(64) } else { 0 }],
            ready: Vec::new(),
            ended: (!there).then_some(Ended::Complete),
        };
        if there {
            chains.approach();
        }
        chains
    }

    /// The first chain from one node to another: a shortest one.
    pub fn first_chain(&self, start: NodeIndex, end: NodeIndex, actor: Actor) -> Option<Chain> {
        let max_hops = self.out().len() as u32;
        self.chains(start, end, actor, ChainLimits { max_hops, ..ChainLimits::default() }).next()
    }
}

impl Chains<'_> {
    /// Stops when the flag is set, at the next chain or soon after.
    #[must_use]
    pub fn stop_at(mut self, flag: Arc<AtomicBool>) -> Self {
        self.stop = Some(flag);
        self
    }

    /// Why there are no more chains; `None` while there may be.
    pub fn ended(&self) -> Option<Ended> {
        self.ended
    }

    /// Finds the length of the shortest chains.
    fn approach(&mut self) {
        while self.back.from(self.start).is_none() {
            if !self.back.is_open() {
                self.ended = Some(Ended::Complete);
                return;
            }
            if self.back.level == self.limits.max_hops {
                self.ended = Some(Ended::MaxHops);
                return;
            }
            self.back.know(self.access, self.back.level + 1);
        }
        self.begin(self.back.level.max(1));
    }

    /// Begins the search for chains of one length.
    fn begin(&mut self, length: u32) {
        if length > self.limits.max_hops {
            self.ended = Some(Ended::MaxHops);
            return;
        }
        self.back.know(self.access, length - 1);
        self.length = length;
        self.left_out = self.back.is_open();
        let asks = (self.actor == Actor::Single && self.access.is_client(self.start))
            .then_some(self.start);
        self.enter(self.start, asks);
    }

    fn enter(&mut self, node: NodeId, asks: Option<NodeId>) {
        self.on_path[node as usize / 64] |= 1 << (node % 64);
        self.path.push(Place { node, edge: 0, asks });
    }

    fn leave(&mut self) {
        if let Some(place) = self.path.pop() {
            self.on_path[place.node as usize / 64] &= !(1 << (place.node % 64));
        }
    }

    /// Goes on until a path of nodes is complete.
    fn search(&mut self) {
        while self.ended.is_none() && self.ready.is_empty() {
            self.steps += 1;
            if self.steps > self.limits.max_steps {
                self.ended = Some(Ended::MaxSteps);
                return;
            }
            if self.steps % 4096 == 1 && self.is_stopped() {
                return;
            }
            let depth = self.path.len() as u32;
            let Some(place) = self.path.last_mut() else {
                // A length is done. When nothing was left out there are no longer ones.
                if self.left_out {
                    self.begin(self.length + 1);
                } else {
                    self.ended = Some(Ended::Complete);
                }
                continue;
            };
            let Some(&next) = self.access.out().row(place.node).get(place.edge as usize) else {
                self.leave();
                continue;
            };
            place.edge += 1;
            let (from, asks) = (place.node, place.asks);
            if self.on_path[next as usize / 64] >> (next % 64) & 1 == 1 {
                continue;
            }
            let left = self.length - depth;
            match self.back.from(next) {
                Some(hops) if hops <= left => {}
                Some(_) => {
                    self.left_out = true;
                    continue;
                }
                None => continue,
            }
            let Some(asks) = self.who_asks(from, next, asks) else { continue };
            if next == self.end {
                // A shorter one than is looked for was given before.
                if left == 0 {
                    self.complete(asks);
                }
            } else if left > 0 {
                self.enter(next, asks);
            }
        }
    }

    /// Who asks on a single actor's way after one more hop; `None` when that would be another one.
    fn who_asks(&self, from: NodeId, to: NodeId, asks: Option<NodeId>) -> Option<Option<NodeId>> {
        if self.actor == Actor::Worst || !self.access.is_client(from) {
            return Some(asks);
        }
        let wanted = self.access.asks(from, to);
        match asks {
            Some(asks) => (asks == wanted).then_some(Some(asks)),
            // The first hop was an external token's: this one settles who brought it.
            None => {
                let is_broker = self.access.brokers(from).binary_search(&wanted).is_ok();
                is_broker.then_some(Some(wanted))
            }
        }
    }

    /// Puts together the chains along the path to the end.
    fn complete(&mut self, asks: Option<NodeId>) {
        let nodes: Vec<NodeId> =
            self.path.iter().map(|place| place.node).chain([self.end]).collect();
        let hop = |from: NodeId, to: NodeId, requester: NodeId| Hop {
            from: NodeIndex::new(from as usize),
            to: ClientKey(to as usize),
            requester: ClientKey(requester as usize),
        };
        let clients = usize::from(!self.access.is_client(self.start));
        let rest: Chain = nodes[clients..]
            .windows(2)
            .map(|pair| hop(pair[0], pair[1], self.access.asks(pair[0], pair[1])))
            .collect();
        if clients == 0 {
            self.ready.push(rest);
            return;
        }
        let brokers = self.access.brokers(nodes[1]).iter().rev();
        for &broker in brokers.filter(|broker| asks.is_none_or(|asks| asks == **broker)) {
            let mut chain = vec![hop(nodes[0], nodes[1], broker)];
            chain.extend_from_slice(&rest);
            self.ready.push(chain);
        }
    }

    fn is_stopped(&mut self) -> bool {
        let stopped = self.stop.as_ref().is_some_and(|flag| flag.load(Ordering::Relaxed));
        if stopped {
            self.ended = Some(Ended::Cancelled);
        }
        stopped
    }

    /// No more than so many chains there are: the number of walks of at most so many hops, which
    /// may pass a client app twice. Known without listing any; `u64::MAX` is that or more.
    pub fn at_most(&mut self) -> u64 {
        if self.back.hops.is_empty() {
            return 0;
        }
        let max_hops = self.limits.max_hops;
        self.back.know(self.access, max_hops);
        let mut total = 0u64;
        let mut now: Vec<(NodeId, u64)> = vec![(self.start, 1)];
        let mut sums = vec![0u64; self.back.hops.len()];
        for hop in 1..=max_hops {
            let mut touched = Vec::new();
            for (from, walks) in now {
                for &to in self.access.out().row(from) {
                    if self.back.from(to).is_none_or(|hops| hops > max_hops - hop) {
                        continue;
                    }
                    let brokers = match self.access.is_client(from) {
                        true => 1,
                        false => self.access.brokers(to).len() as u64,
                    };
                    if sums[to as usize] == 0 {
                        touched.push(to);
                    }
                    let more = walks.saturating_mul(brokers);
                    sums[to as usize] = sums[to as usize].saturating_add(more);
                }
            }
            now = Vec::with_capacity(touched.len());
            for node in touched {
                let walks = std::mem::take(&mut sums[node as usize]);
                if node == self.end {
                    // A chain ends where it first arrives.
                    total = total.saturating_add(walks);
                } else {
                    now.push((node, walks));
                }
            }
            if now.is_empty() {
                break;
            }
        }
        total
    }
}

impl Iterator for Chains<'_> {
    type Item = Chain;

    fn next(&mut self) -> Option<Chain> {
        if self.ready.is_empty() && self.ended.is_none() && !self.is_stopped() {
            self.search();
        }
        self.ready.pop()
    }
}
