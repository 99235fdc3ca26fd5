//! Which column each box stands in.
//!
//! The columns are chosen so that all arrows together are as short as possible. That is a linear
//! programme, and the network simplex of Gansner, Koutsofios, North and Vo (1993) solves it
//! exactly, see [`simplex`]. Short arrows need few bends, so everything after it is smaller, and it
//! is the larger part of the reason why few arrows cross in the end.
//!
//! Boxes whose place among the columns makes no difference to the length go to the emptiest column
//! they may stand in, which keeps the drawing low.

use super::super::links::Links;
use super::simplex::{self, Arc};

/// The columns in which a box may stand, counted from the left of its connected drawing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub least: i32,
    pub most: i32,
}

impl Default for Span {
    fn default() -> Self {
        Self { least: i32::MIN, most: i32::MAX }
    }
}

/// Visits of nodes and arcs that the simplex may spend: enough to finish for anything that is
/// drawn in layers as a matter of course, and a tenth of a second for what is not.
const LIMIT: u64 = 12_000_000;

/// Columns to either side that a node may be moved to for balance.
const REACH: i32 = 32;

/// What is to be ranked.
pub(super) struct Ranking<'a> {
    pub nodes: usize,
    /// Must connect all nodes and close no cycle; may repeat.
    pub edges: &'a [(u32, u32)],
    /// By node; columns that contradict the arrows or each other are ignored altogether.
    pub spans: Option<&'a [Span]>,
}

impl Ranking<'_> {
    /// The column of each node; `None` when cancelled.
    pub fn run(&self, cancelled: &dyn Fn() -> bool) -> Option<Vec<i32>> {
        if self.nodes < 2 {
            return Some(vec![0; self.nodes]);
        }
        let mut arcs = self.arcs();
        let plain = arcs.len();
        let mut rank = self.longest_paths();
        if let Some(spans) = self.spans.filter(|s| s.iter().any(|s| *s != Span::default())) {
            self.bind(spans, &mut arcs);
            match feasible(&rank, &arcs) {
                Some(within) => rank = within,
                None => arcs.truncate(plain),
            }
        }
        let bound = arcs.len() > plain;
        if simplex::shorten(&mut rank, &arcs, LIMIT, cancelled) == simplex::End::Cancelled {
            return None;
        }
        if bound {
            // Given columns are counted from the edge and may leave some empty.
            let edge = rank[self.nodes];
            rank.truncate(self.nodes);
            return Some(rank.iter().map(|r| r - edge).collect());
        }
        let mut columns = columns(&rank);
        balance(&mut columns, &arcs);
        Some(columns)
    }

    /// Columns that are as these wherever the edges allow it, else as little farther right as
    /// possible; new nodes go right after what leads to them, or right before what they lead to.
    pub fn near(&self, wishes: &[Option<i32>]) -> Vec<i32> {
        let outgoing = Links::new(self.nodes, self.edges.iter().copied());
        let (order, incoming) = self.sorted(&outgoing);
        let mut rank = vec![i32::MIN; self.nodes];
        for &node in &order {
            let n = node as usize;
            let before = incoming.of(node).iter().map(|&o| rank[o as usize] + 1).max();
            let after = outgoing.of(node).iter().filter_map(|&o| wishes[o as usize]).min();
            let wish = wishes[n].or(before).or(after.map(|a| a - 1)).unwrap_or(0);
            rank[n] = wish.max(before.unwrap_or(i32::MIN));
        }
        // A new node without a way in can still come nearer to what it leads to.
        for &node in order.iter().rev() {
            let n = node as usize;
            if wishes[n].is_none() && incoming.of(node).is_empty() {
                let after = outgoing.of(node).iter().map(|&o| rank[o as usize] - 1).min();
                rank[n] = after.unwrap_or(rank[n]);
            }
        }
        columns(&rank)
    }

    /// One arc for all edges between the same two nodes.
    fn arcs(&self) -> Vec<Arc> {
        let mut pairs = self.edges.to_vec();
        pairs.sort_unstable();
        let mut arcs: Vec<Arc> = Vec::with_capacity(pairs.len());
        for (from, to) in pairs {
            match arcs.last_mut() {
                Some(last) if (last.from, last.to) == (from, to) => last.weight += 1,
                _ => arcs.push(Arc { from, to, weight: 1, least: 1 }),
            }
        }
        arcs
    }

    fn longest_paths(&self) -> Vec<i32> {
        let outgoing = Links::new(self.nodes, self.edges.iter().copied());
        let (order, _) = self.sorted(&outgoing);
        let mut rank = vec![0i32; self.nodes];
        for node in order {
            for &next in outgoing.of(node) {
                rank[next as usize] = rank[next as usize].max(rank[node as usize] + 1);
            }
        }
        rank
    }

    /// The nodes so that all edges lead forward, with the edges backwards.
    fn sorted(&self, outgoing: &Links) -> (Vec<u32>, Links) {
        let incoming = Links::new(self.nodes, self.edges.iter().map(|&(a, b)| (b, a)));
        let mut waiting: Vec<usize> =
            (0..self.nodes as u32).map(|n| incoming.of(n).len()).collect();
        let mut order: Vec<u32> =
            (0..self.nodes as u32).filter(|&n| waiting[n as usize] == 0).collect();
        let mut at = 0;
        while let Some(&node) = order.get(at) {
            at += 1;
            for &next in outgoing.of(node) {
                waiting[next as usize] -= 1;
                if waiting[next as usize] == 0 {
                    order.push(next);
                }
            }
        }
        (order, incoming)
    }

    /// Adds a node that stands for the edge of the drawing, and the spans as arcs from and to it.
    fn bind(&self, spans: &[Span], arcs: &mut Vec<Arc>) {
        let edge = self.nodes as u32;
        for (n, span) in spans.iter().enumerate().take(self.nodes) {
            let n = n as u32;
            // Nothing stands left of the edge, so a bound below it says nothing.
            arcs.push(Arc { from: edge, to: n, weight: 0, least: span.least.max(0) });
            if span.most < i32::MAX {
                arcs.push(Arc { from: n, to: edge, weight: 0, least: -span.most.max(0) });
            }
        }
    }
}

/// The least ranks from `start` upwards that satisfy all arcs, the last node being the edge of the
/// drawing (Bellman and Ford); `None` when there are none.
fn feasible(start: &[i32], arcs: &[Arc]) -> Option<Vec<i32>> {
    let mut rank = vec![0i32; start.len() + 1];
    for _ in 0..=rank.len() {
        let mut moved = false;
        for arc in arcs {
            let least = rank[arc.from as usize].saturating_add(arc.least);
            if rank[arc.to as usize] < least {
                rank[arc.to as usize] = least;
                moved = true;
            }
        }
        // The edge itself may not move: it would mean that a bound from above is broken.
        if rank[start.len()] > 0 {
            return None;
        }
        if !moved {
            return Some(rank);
        }
    }
    None
}

/// Ranks counted from 0, without gaps.
fn columns(rank: &[i32]) -> Vec<i32> {
    let mut used = rank.to_vec();
    used.sort_unstable();
    used.dedup();
    rank.iter().map(|r| used.binary_search(r).map_or(0, |i| i as i32)).collect()
}

/// Moves nodes with as much weight on the left as on the right to the emptiest column between
/// their neighbours.
fn balance(column: &mut [i32], arcs: &[Arc]) {
    let nodes = column.len();
    let outgoing = Links::new(nodes, arcs.iter().enumerate().map(|(i, a)| (a.from, i as u32)));
    let incoming = Links::new(nodes, arcs.iter().enumerate().map(|(i, a)| (a.to, i as u32)));
    let last = column.iter().copied().max().unwrap_or(0);
    let mut filled = vec![0u32; last as usize + 1];
    column.iter().for_each(|&c| filled[c as usize] += 1);
    for node in 0..nodes as u32 {
        let sum = |arcs_of: &[u32]| arcs_of.iter().map(|&a| arcs[a as usize].weight).sum::<i64>();
        let (left, right) = (incoming.of(node), outgoing.of(node));
        if sum(left) != sum(right) {
            continue;
        }
        let from = |&a: &u32| column[arcs[a as usize].from as usize] + 1;
        let to = |&a: &u32| column[arcs[a as usize].to as usize] - 1;
        let least = left.iter().map(from).max().unwrap_or(0);
        let most = right.iter().map(to).min().unwrap_or(last);
        let now = column[node as usize];
        // Where it stands counts without it.
        let crowd = |c: i32| (filled[c as usize] - u32::from(c == now), (c - now).abs());
        // Arrows of any length may stand around a node; far columns are no better than near ones.
        let (least, most) = (least.max(now - REACH), most.min(now + REACH));
        let Some(best) = (least..=most).min_by_key(|&c| crowd(c)) else { continue };
        filled[now as usize] -= 1;
        filled[best as usize] += 1;
        column[node as usize] = best;
    }
}
