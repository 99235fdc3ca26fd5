//! Who can become X, and what X can become.
//!
//! One search breadth first, so that every answer has the fewest hops there are and the way that
//! has them. The single actor's answer is the same search along the hops that one client app asks
//! for; [`access`](super::access) says what that means under each reading.

use std::collections::BTreeSet;

use petgraph::stable_graph::NodeIndex;

use super::access::{Access, Actor, Hop};
use super::flat::NodeId;
use crate::config::ClientKey;

/// Which way is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// What the node can become.
    From,
    /// Who can become the node.
    To,
}

/// One line of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Who can become the node asked about, or what it can become.
    pub node: NodeIndex,
    /// The fewest hops.
    pub hops: u32,
    /// The neighbour on a shortest way: one hop nearer to the node asked about.
    next: NodeId,
    /// For a single actor: the client app that asks at every hop.
    pub actor: Option<ClientKey>,
}

/// The answer to "who can become this" or "what can this become".
#[derive(Clone, Debug)]
pub struct Reach {
    pub asked: NodeIndex,
    pub direction: Direction,
    pub actor: Actor,
    /// By hops, then by node; the node asked about is not among them.
    pub found: Vec<Reached>,
    /// Nodes with their places in `found`, by node.
    places: Vec<(NodeIndex, usize)>,
}

impl Reach {
    /// The line about a node.
    pub fn get(&self, node: NodeIndex) -> Option<&Reached> {
        let at = self.places.binary_search_by_key(&node, |(node, _)| *node).ok()?;
        self.found.get(self.places[at].1)
    }

    /// How many external identities are among what was found.
    pub fn externals(&self, access: &Access) -> usize {
        self.found.iter().filter(|it| !access.is_client(it.node.index() as NodeId)).count()
    }
}

impl Access {
    /// What a node can become, in at most so many hops.
    pub fn reach_from(&self, node: NodeIndex, actor: Actor, max_hops: u32) -> Reach {
        self.reach(node, Direction::From, actor, max_hops)
    }

    /// Who can become a node, in at most so many hops.
    pub fn reach_to(&self, node: NodeIndex, actor: Actor, max_hops: u32) -> Reach {
        self.reach(node, Direction::To, actor, max_hops)
    }

    /// Who can become a node, or what it can become.
    pub fn reach(
        &self,
        node: NodeIndex,
        direction: Direction,
        actor: Actor,
        max_hops: u32,
    ) -> Reach {
        let asked = node.index() as NodeId;
        let mut found = match (actor, direction) {
            (Actor::Worst, Direction::From) => {
                let mut search = Search::new(self.out().len());
                search.run(asked, max_hops, |at| self.out().row(at).iter().copied());
                search.lines(None)
            }
            (Actor::Worst, Direction::To) => {
                let mut search = Search::new(self.out().len());
                search.run(asked, max_hops, |at| self.back().row(at).iter().copied());
                search.lines(None)
            }
            (Actor::Single, Direction::From) => self.alone_from(asked, max_hops),
            (Actor::Single, Direction::To) => self.alone_to(asked, max_hops),
        };
        found.retain(|line| line.node != node);
        found.sort_by_key(|line| (line.hops, line.node));
        let mut places: Vec<_> = found.iter().enumerate().map(|(at, it)| (it.node, at)).collect();
        places.sort_unstable();
        Reach { asked: node, direction, actor, found, places }
    }

    /// The hops from a node that one client app asks for: all of its own, or the one to it.
    fn asked_for(&self, actor: NodeId, at: NodeId) -> impl Iterator<Item = NodeId> {
        let row = self.out().row(at);
        let row = match self.reading().source_asks() {
            true if at == actor => row,
            true => &[],
            false => row.binary_search(&actor).map_or(&[][..], |place| &row[place..=place]),
        };
        row.iter().copied()
    }

    fn alone_from(&self, asked: NodeId, max_hops: u32) -> Vec<Reached> {
        let mut search = Search::new(self.out().len());
        if self.is_client(asked) {
            search.run(asked, max_hops, |at| self.asked_for(asked, at));
            return search.lines(Some(asked));
        }
        let Some(&principal) = self.out().row(asked).first() else { return Vec::new() };
        if max_hops == 0 {
            return Vec::new();
        }
        let mut best: Vec<Reached> = Vec::new();
        for &broker in self.brokers(principal) {
            search.run(principal, max_hops - 1, |at| self.asked_for(broker, at));
            let lines = search.lines(Some(broker)).into_iter();
            best.extend(lines.map(|line| Reached { hops: line.hops + 1, ..line }));
            let (node, actor) = (NodeIndex::new(principal as usize), key(broker));
            best.push(Reached { node, hops: 1, next: asked, actor: Some(actor) });
        }
        best.sort_by_key(|line| (line.node, line.hops, line.actor));
        best.dedup_by_key(|line| line.node);
        best
    }

    fn alone_to(&self, asked: NodeId, max_hops: u32) -> Vec<Reached> {
        let mut actors: Vec<NodeId> = self.brokers(asked).to_vec();
        for &from in self.back().row(asked) {
            if self.is_client(from) {
                actors.push(self.asks(from, asked));
            }
        }
        actors.sort_unstable();
        actors.dedup();
        let mut search = Search::new(self.out().len());
        let mut found = Vec::new();
        // Where an external token may have come in, and how far that is from the end.
        let mut doors: Vec<(u32, NodeId, NodeId)> = Vec::new();
        for actor in actors {
            // Who asks is the source of all hops, or the target of all of them.
            search.run(asked, max_hops, |at| {
                let row = self.back().row(at);
                let row = match self.reading().source_asks() {
                    true => row.binary_search(&actor).map_or(&[][..], |place| &row[place..=place]),
                    false if at == actor => row,
                    false => &[],
                };
                row.iter().copied().filter(|from| self.is_client(*from))
            });
            let door = |at: NodeId, hops: u32| (hops, at, actor);
            let brings = |at: NodeId| self.brokers(at).binary_search(&actor).is_ok();
            if brings(asked) {
                doors.push(door(asked, 0));
            }
            for line in search.lines(Some(actor)) {
                let at = line.node.index() as NodeId;
                if at == actor {
                    found.push(line);
                }
                if brings(at) && line.hops < max_hops {
                    doors.push(door(at, line.hops));
                }
            }
        }
        doors.sort_unstable();
        let mut seen = BTreeSet::new();
        for (hops, at, actor) in doors {
            if hops >= max_hops || !seen.insert(at) {
                continue;
            }
            for &from in self.back().row(at) {
                if !self.is_client(from) {
                    let (node, actor) = (NodeIndex::new(from as usize), Some(key(actor)));
                    found.push(Reached { node, hops: hops + 1, next: at, actor });
                }
            }
        }
        found
    }

    /// The hops between the node asked about and a line of its answer, in the order of the token.
    /// Where several brokers can bring an external token, the first.
    pub fn way(&self, reach: &Reach, line: &Reached) -> Vec<Hop> {
        if let Some(actor) = line.actor {
            return self.way_alone(reach, line, actor);
        }
        let mut nodes = vec![line.node.index() as NodeId];
        let mut at = *line;
        while at.next != reach.asked.index() as NodeId {
            nodes.push(at.next);
            let next = NodeIndex::new(at.next as usize);
            match reach.get(next) {
                Some(line) => at = *line,
                None => return Vec::new(),
            }
        }
        nodes.push(at.next);
        if reach.direction == Direction::From {
            nodes.reverse();
        }
        let pairs = nodes.windows(2);
        pairs.filter_map(|pair| self.hops(pair[0], pair[1]).into_iter().next()).collect()
    }

    fn way_alone(&self, reach: &Reach, line: &Reached, actor: ClientKey) -> Vec<Hop> {
        let (start, end) = match reach.direction {
            Direction::From => (reach.asked, line.node),
            Direction::To => (line.node, reach.asked),
        };
        let limits = super::ChainLimits { max_hops: line.hops, ..super::ChainLimits::default() };
        let mut chains = self.chains(start, end, Actor::Single, limits);
        chains.find(|chain| chain.iter().all(|hop| hop.requester == actor)).unwrap_or_default()
    }
}

fn key(node: NodeId) -> ClientKey {
    ClientKey(node as usize)
}

/// Breadth first, for many searches on one graph.
struct Search {
    /// The number of the search in which a node was last seen.
    seen: Vec<u32>,
    run: u32,
    /// Node, hops, and the node it was found from.
    found: Vec<(NodeId, u32, NodeId)>,
}

impl Search {
    fn new(nodes: usize) -> Self {
        Self { seen: vec![0; nodes], run: 0, found: Vec::new() }
    }

    fn run<I: Iterator<Item = NodeId>>(
        &mut self,
        start: NodeId,
        max_hops: u32,
        next: impl Fn(NodeId) -> I,
    ) {
        self.run += 1;
        self.found.clear();
        self.found.push((start, 0, start));
        if let Some(seen) = self.seen.get_mut(start as usize) {
            *seen = self.run;
        }
        let mut at = 0;
        while let Some(&(node, hops, _)) = self.found.get(at) {
            at += 1;
            if hops == max_hops {
                break;
            }
            for other in next(node) {
                if self.seen[other as usize] != self.run {
                    self.seen[other as usize] = self.run;
                    self.found.push((other, hops + 1, node));
                }
            }
        }
    }

    /// What was found, without the start.
    fn lines(&self, actor: Option<NodeId>) -> Vec<Reached> {
        let found = self.found.iter().skip(1);
        found
            .map(|(node, hops, next)| Reached {
                node: NodeIndex::new(*node as usize),
                hops: *hops,
                next: *next,
                actor: actor.map(key),
            })
            .collect()
    }
}
