//! The network simplex for columns: integers for nodes so that arcs are short.
//!
//! Given arcs with a weight and a least length, it finds ranks with
//! `rank(to) - rank(from) >= least` for every arc and the least sum of `weight * length`. A basis is
//! a spanning tree of arcs at their least length. Each tree arc has a *cut value*: what the sum
//! would gain if the two halves of the tree were moved apart. While one is negative, its arc leaves
//! the tree and the shortest arc that holds the halves together in the other direction enters.
//!
//! The nodes of a subtree are numbered in postorder without gaps, so a subtree is a slice of one
//! array; a step touches the smaller half only. Nothing recurses. The number of steps a simplex
//! needs has no useful bound, so the work is counted and stops at a limit: every state on the way
//! is a valid ranking, only longer than need be.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::super::links::Links;

/// A demand on two ranks, and what a unit of its length costs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arc {
    pub from: u32,
    pub to: u32,
    pub weight: i64,
    /// The least `rank(to) - rank(from)`; may be negative.
    pub least: i32,
}

/// How the search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// No ranking is shorter.
    Optimal,
    /// The limit of work was reached; the ranking is valid.
    Limit,
    Cancelled,
}

/// Shortens `rank`, which must satisfy all arcs already. The arcs must connect all nodes.
///
/// `limit` counts visits of nodes and arcs.
pub(super) fn shorten(
    rank: &mut [i32],
    arcs: &[Arc],
    limit: u64,
    cancelled: &dyn Fn() -> bool,
) -> End {
    if rank.len() < 2 {
        return End::Optimal;
    }
    let nodes = rank.len();
    let around = Links::new(
        nodes,
        arcs.iter().enumerate().flat_map(|(i, a)| [(a.from, i as u32), (a.to, i as u32)]),
    );
    let mut search = Search {
        arcs,
        around: &around,
        rank,
        tree: vec![Vec::new(); nodes],
        in_tree: vec![false; arcs.len()],
        cut: vec![0; arcs.len()],
        parent: vec![NONE; nodes],
        low: vec![0; nodes],
        number: vec![0; nodes],
        by_number: vec![0; nodes],
        basis: Vec::with_capacity(nodes),
        next: 0,
        work: 0,
    };
    search.tighten();
    search.renumber(0, NONE, 0);
    search.cut_values();
    let mut steps = 0u32;
    while let Some(place) = search.leaving() {
        steps += 1;
        if steps.is_multiple_of(16) && cancelled() {
            return End::Cancelled;
        }
        if search.work > limit {
            return End::Limit;
        }
        search.exchange(place);
    }
    End::Optimal
}

const NONE: u32 = u32::MAX;
/// Candidates compared before an arc leaves the tree.
const CANDIDATES: usize = 30;

struct Search<'a> {
    arcs: &'a [Arc],
    around: &'a Links,
    rank: &'a mut [i32],
    /// Tree arcs at each node.
    tree: Vec<Vec<u32>>,
    in_tree: Vec<bool>,
    cut: Vec<i64>,
    /// The tree arc towards the root.
    parent: Vec<u32>,
    /// The least number in the subtree of a node, whose own number is the greatest.
    low: Vec<u32>,
    number: Vec<u32>,
    by_number: Vec<u32>,
    /// All tree arcs.
    basis: Vec<u32>,
    next: usize,
    work: u64,
}

impl Search<'_> {
    fn slack(&self, arc: u32) -> i32 {
        let a = &self.arcs[arc as usize];
        self.rank[a.to as usize] - self.rank[a.from as usize] - a.least
    }

    fn other(&self, arc: u32, node: u32) -> u32 {
        let a = &self.arcs[arc as usize];
        if a.from == node { a.to } else { a.from }
    }

    /// Grows a tree of tight arcs from node 0, moving the whole tree by the least slack of an arc
    /// around it whenever it is stuck.
    fn tighten(&mut self) {
        let nodes = self.rank.len();
        let mut inside = vec![false; nodes];
        // Arcs out of the tree lose slack when the tree moves up, arcs into it gain: with the
        // movement so far taken out of the keys, two heaps need no updates.
        let mut shift = 0i64;
        let mut own = vec![0i64; nodes];
        let mut outward: BinaryHeap<Reverse<(i64, u32)>> = BinaryHeap::new();
        let mut inward: BinaryHeap<Reverse<(i64, u32)>> = BinaryHeap::new();
        let mut entering = Some((0u32, NONE));
        while let Some((node, arc)) = entering {
            let n = node as usize;
            inside[n] = true;
            own[n] = i64::from(self.rank[n]) - shift;
            if arc != NONE {
                self.join(arc);
            }
            for &a in self.around.of(node) {
                let Arc { from, to, least, .. } = self.arcs[a as usize];
                if from == node && !inside[to as usize] {
                    let key = i64::from(self.rank[to as usize]) - own[n] - i64::from(least);
                    outward.push(Reverse((key, a)));
                } else if to == node && !inside[from as usize] {
                    let key = own[n] - i64::from(self.rank[from as usize]) - i64::from(least);
                    inward.push(Reverse((key, a)));
                }
            }
            let spent = |a: u32| {
                let a = &self.arcs[a as usize];
                inside[a.from as usize] && inside[a.to as usize]
            };
            while outward.peek().is_some_and(|Reverse((_, a))| spent(*a)) {
                outward.pop();
            }
            while inward.peek().is_some_and(|Reverse((_, a))| spent(*a)) {
                inward.pop();
            }
            let out = outward.peek().map(|Reverse((key, a))| (key - shift, *a));
            let inn = inward.peek().map(|Reverse((key, a))| (key + shift, *a));
            entering = match (out, inn) {
                (Some((slack, a)), other) if other.is_none_or(|(least, _)| slack <= least) => {
                    shift += slack;
                    Some((self.arcs[a as usize].to, a))
                }
                (_, Some((slack, a))) => {
                    shift -= slack;
                    Some((self.arcs[a as usize].from, a))
                }
                _ => None,
            };
        }
        for (rank, own) in self.rank.iter_mut().zip(&own) {
            *rank = (own + shift) as i32;
        }
        self.work += self.arcs.len() as u64 * 4;
    }

    fn join(&mut self, arc: u32) {
        let a = &self.arcs[arc as usize];
        self.tree[a.from as usize].push(arc);
        self.tree[a.to as usize].push(arc);
        self.in_tree[arc as usize] = true;
        self.basis.push(arc);
    }

    /// Numbers the subtree of `root` in postorder from `first` on, `above` being its tree arc
    /// towards the root of the whole tree.
    fn renumber(&mut self, root: u32, above: u32, first: u32) {
        let mut next = first;
        let mut stack: Vec<(u32, usize)> = vec![(root, 0)];
        self.parent[root as usize] = above;
        self.low[root as usize] = first;
        while let Some((node, at)) = stack.last_mut() {
            let n = *node as usize;
            if let Some(&arc) = self.tree[n].get(*at) {
                *at += 1;
                if arc != self.parent[n] {
                    let child = self.other(arc, n as u32);
                    self.parent[child as usize] = arc;
                    self.low[child as usize] = next;
                    stack.push((child, 0));
                }
                continue;
            }
            self.number[n] = next;
            self.by_number[next as usize] = n as u32;
            next += 1;
            stack.pop();
        }
        self.work += u64::from(next - first) * 2;
    }

    fn below(&self, node: u32, top: u32) -> bool {
        let (n, top) = (self.number[node as usize], top as usize);
        self.low[top] <= n && n <= self.number[top]
    }

    /// The end of a tree arc that is farther from the root.
    fn lower(&self, arc: u32) -> u32 {
        let a = &self.arcs[arc as usize];
        if self.parent[a.from as usize] == arc { a.from } else { a.to }
    }

    /// All cut values, from the leaves to the root.
    fn cut_values(&mut self) {
        for i in 0..self.by_number.len() {
            let node = self.by_number[i];
            let up = self.parent[node as usize];
            if up == NONE {
                continue;
            }
            // Everything that crosses between the subtree and the rest touches `node`, or was
            // counted for a child whose other arcs stay within the subtree.
            let outwards = self.arcs[up as usize].from == node;
            let mut value = self.arcs[up as usize].weight;
            for &arc in self.around.of(node) {
                if arc == up {
                    continue;
                }
                let a = &self.arcs[arc as usize];
                let same = (a.from == node) == outwards;
                let sign = if same { 1 } else { -1 };
                let child = self.in_tree[arc as usize];
                value += sign * a.weight;
                if child {
                    // The child's cut stands for all arcs of its subtree except the tree arc.
                    value -= sign * self.cut[arc as usize];
                }
            }
            self.cut[up as usize] = value;
        }
        self.work += self.arcs.len() as u64 * 2;
    }

    /// A place in the basis whose arc should leave: the worst of some.
    fn leaving(&mut self) -> Option<usize> {
        let count = self.basis.len();
        let mut found: Option<(i64, usize)> = None;
        let mut seen = 0;
        for step in 0..count {
            let place = (self.next + step) % count;
            let cut = self.cut[self.basis[place] as usize];
            if cut < 0 {
                if found.is_none_or(|(least, _)| cut < least) {
                    found = Some((cut, place));
                }
                seen += 1;
                if seen == CANDIDATES {
                    self.next = (place + 1) % count;
                    self.work += step as u64;
                    return found.map(|f| f.1);
                }
            }
        }
        self.work += count as u64;
        found.map(|f| f.1)
    }

    fn exchange(&mut self, place: usize) {
        let leaving = self.basis[place];
        let child = self.lower(leaving);
        let outwards = self.arcs[leaving as usize].from == child;
        let range = self.low[child as usize] as usize..=self.number[child as usize] as usize;
        // The entering arc crosses the other way.
        let mut best: Option<(i32, u32)> = None;
        for i in range.clone() {
            let node = self.by_number[i];
            for &arc in self.around.of(node) {
                let a = &self.arcs[arc as usize];
                let inner = if outwards { a.to } else { a.from };
                let outer = if outwards { a.from } else { a.to };
                if inner != node || self.in_tree[arc as usize] || self.below(outer, child) {
                    continue;
                }
                let key = (self.slack(arc), arc);
                if best.is_none_or(|b| key < b) {
                    best = Some(key);
                }
            }
            self.work += self.around.of(node).len() as u64 + 1;
        }
        let Some((slack, entering)) = best else {
            // Cannot be: a cut without an arc back has no negative value. Leave it in peace.
            self.cut[leaving as usize] = 0;
            return;
        };
        if slack > 0 {
            let by = if outwards { -slack } else { slack };
            let size = range.end() + 1 - range.start();
            if size * 2 <= self.rank.len() {
                for i in range {
                    self.rank[self.by_number[i] as usize] += by;
                }
                self.work += size as u64;
            } else {
                for (i, &node) in self.by_number.iter().enumerate() {
                    if !range.contains(&i) {
                        self.rank[node as usize] -= by;
                    }
                }
                self.work += self.rank.len() as u64;
            }
        }
        let value = self.cut[leaving as usize];
        let Arc { from, to, .. } = self.arcs[entering as usize];
        let top = self.climb(from, to, value, true);
        self.climb(to, from, value, false);
        self.cut[entering as usize] = -value;
        self.cut[leaving as usize] = 0;

        let gone = self.arcs[leaving as usize];
        for end in [gone.from, gone.to] {
            self.tree[end as usize].retain(|&a| a != leaving);
        }
        self.tree[from as usize].push(entering);
        self.tree[to as usize].push(entering);
        self.in_tree[leaving as usize] = false;
        self.in_tree[entering as usize] = true;
        self.basis[place] = entering;
        self.renumber(top, self.parent[top as usize], self.low[top as usize]);
    }

    /// Changes the cut values from `node` up to the first node that has `goal` below it.
    fn climb(&mut self, mut node: u32, goal: u32, value: i64, along: bool) -> u32 {
        while !self.below(goal, node) {
            let arc = self.parent[node as usize];
            let upwards = self.arcs[arc as usize].from == node;
            let change = if upwards == along { value } else { -value };
            self.cut[arc as usize] += change;
            node = self.other(arc, node);
            self.work += 1;
        }
        node
    }
}
