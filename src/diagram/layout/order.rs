//! The order of boxes within each column, so that few arrows cross.
//!
//! Several first orders are improved by sweeps of the weighted median (Gansner, Koutsofios, North
//! and Vo, 1993) and by exchanging neighbours as long as that helps; the best order seen wins.
//! Crossings are counted with a binary indexed tree (Barth, Jünger and Mutzel, 2002). An arrow that
//! leaves from a certain row of its box is counted at that row: the rows of an issuer are ordered,
//! so crossings between arrows of one box count as well.

use super::links::Links;

/// A piece of an arrow between two neighbouring columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub left: u32,
    pub right: u32,
    /// The rank of the row it leaves from among the rows of `left`.
    pub row: u32,
    /// How far from the middle of `left` it leaves, and of `right` it arrives.
    pub left_offset: f32,
    pub right_offset: f32,
}

pub(super) struct Ordering<'a> {
    pub layers: usize,
    pub layer: &'a [i32],
    pub segments: &'a [Segment],
    /// Segments by their right end, and by their left end.
    pub before: &'a Links,
    pub after: &'a Links,
}

const ROWS: u64 = 1 << 16;

impl Ordering<'_> {
    /// The best order found, column by column; `None` when cancelled.
    pub fn run(&self, cancelled: &dyn Fn() -> bool) -> Option<Vec<Vec<u32>>> {
        let size = self.segments.len();
        let (starts, sweeps) = match size {
            0..=600 => (4, 24),
            601..=2500 => (2, 16),
            2501..=20_000 => (1, 10),
            _ => (1, 3),
        };
        let mut best: Option<(u64, Vec<Vec<u32>>)> = None;
        for start in 0..starts {
            let mut state = State::new(self, self.first_order(start));
            let mut stale = 0;
            for sweep in 0..=sweeps {
                if cancelled() {
                    return None;
                }
                if sweep > 0 {
                    state.median(sweep % 2 == 1);
                }
                state.exchange(size <= 20_000);
                let crossings = state.crossings();
                if best.as_ref().is_none_or(|(least, _)| crossings < *least) {
                    best = Some((crossings, state.order.clone()));
                    stale = 0;
                } else {
                    stale += 1;
                }
                if crossings == 0 || stale > 5 {
                    break;
                }
            }
            if best.as_ref().is_some_and(|(least, _)| *least == 0) {
                break;
            }
        }
        Some(best.map(|(_, order)| order).unwrap_or_default())
    }

    /// Depth first from the left, breadth first from the left, the same from the right.
    fn first_order(&self, start: usize) -> Vec<Vec<u32>> {
        let nodes = self.layer.len();
        let mut order = vec![Vec::new(); self.layers];
        let mut seen = vec![false; nodes];
        let from_right = start >= 2;
        let mut roots: Vec<u32> = (0..nodes as u32).collect();
        roots.sort_by_key(|&n| {
            let layer = self.layer[n as usize];
            (if from_right { -layer } else { layer }, n)
        });
        let mut queue = std::collections::VecDeque::new();
        for root in roots {
            queue.push_back(root);
            while let Some(node) =
                if start.is_multiple_of(2) { queue.pop_back() } else { queue.pop_front() }
            {
                if std::mem::replace(&mut seen[node as usize], true) {
                    continue;
                }
                order[self.layer[node as usize] as usize].push(node);
                let near = self.after.of(node).iter().map(|&s| self.segments[s as usize].right);
                let far = self.before.of(node).iter().map(|&s| self.segments[s as usize].left);
                queue.extend(near.chain(far).filter(|&n| !seen[n as usize]));
            }
        }
        order
    }
}

struct State<'a> {
    graph: &'a Ordering<'a>,
    order: Vec<Vec<u32>>,
    position: Vec<u32>,
    tree: Vec<u32>,
}

impl<'a> State<'a> {
    fn new(graph: &'a Ordering<'a>, order: Vec<Vec<u32>>) -> Self {
        let mut position = vec![0; graph.layer.len()];
        for layer in &order {
            for (i, &node) in layer.iter().enumerate() {
                position[node as usize] = i as u32;
            }
        }
        Self { graph, order, position, tree: Vec::new() }
    }

    fn key_left(&self, segment: u32) -> u64 {
        let s = &self.graph.segments[segment as usize];
        u64::from(self.position[s.left as usize]) * ROWS + u64::from(s.row)
    }

    fn key_right(&self, segment: u32) -> u64 {
        u64::from(self.position[self.graph.segments[segment as usize].right as usize]) * ROWS
    }

    fn crossings(&mut self) -> u64 {
        let mut total = 0;
        let mut ends: Vec<(u64, u64)> = Vec::new();
        for layer in 0..self.order.len().saturating_sub(1) {
            ends.clear();
            for &node in &self.order[layer] {
                for &s in self.graph.after.of(node) {
                    ends.push((self.key_left(s), self.key_right(s) / ROWS));
                }
            }
            ends.sort_unstable();
            let width = self.order[layer + 1].len();
            let mut tree = std::mem::take(&mut self.tree);
            tree.clear();
            tree.resize(width + 1, 0);
            // Ends with the same left key do not cross, so they are counted before any is entered;
            // sorted by right end, a later one never counts an earlier one anyway.
            for (done, &(_, right)) in ends.iter().enumerate() {
                let mut not_above = 0u64;
                let mut i = right as usize + 1;
                while i > 0 {
                    not_above += u64::from(tree[i]);
                    i &= i - 1;
                }
                total += done as u64 - not_above;
                let mut i = right as usize + 1;
                while i <= width {
                    tree[i] += 1;
                    i += i & i.wrapping_neg();
                }
            }
            self.tree = tree;
        }
        total
    }

    fn keys(&self, node: u32, left: bool, into: &mut Vec<u64>) {
        into.clear();
        if left {
            into.extend(self.graph.before.of(node).iter().map(|&s| self.key_left(s)));
        } else {
            into.extend(self.graph.after.of(node).iter().map(|&s| self.key_right(s)));
        }
        into.sort_unstable();
    }

    fn median(&mut self, forward: bool) {
        let layers = self.order.len();
        let mut keys = Vec::new();
        let mut sorted: Vec<(f64, u32)> = Vec::new();
        for step in 1..layers {
            let layer = if forward { step } else { layers - 1 - step };
            sorted.clear();
            let mut slots = Vec::new();
            for (slot, &node) in self.order[layer].iter().enumerate() {
                self.keys(node, forward, &mut keys);
                if let Some(median) = weighted_median(&keys) {
                    sorted.push((median, node));
                    slots.push(slot);
                }
            }
            sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (&slot, &(_, node)) in slots.iter().zip(&sorted) {
                self.order[layer][slot] = node;
                self.position[node as usize] = slot as u32;
            }
        }
    }

    /// Exchanges neighbours while that removes crossings.
    fn exchange(&mut self, thorough: bool) {
        let passes = if thorough { 6 } else { 1 };
        let (mut upper, mut lower) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
        for _ in 0..passes {
            let mut gained = false;
            for layer in 0..self.order.len() {
                for i in 1..self.order[layer].len() {
                    let (a, b) = (self.order[layer][i - 1], self.order[layer][i]);
                    self.keys(a, true, &mut upper.0);
                    self.keys(a, false, &mut upper.1);
                    self.keys(b, true, &mut lower.0);
                    self.keys(b, false, &mut lower.1);
                    let now = inversions(&upper.0, &lower.0) + inversions(&upper.1, &lower.1);
                    if now == 0 {
                        continue;
                    }
                    let then = inversions(&lower.0, &upper.0) + inversions(&lower.1, &upper.1);
                    if then < now {
                        self.order[layer].swap(i - 1, i);
                        self.position.swap(a as usize, b as usize);
                        gained = true;
                    }
                }
            }
            if !gained {
                break;
            }
        }
    }
}

/// Pairs in which an end of the upper box lies below one of the lower box; both sorted.
fn inversions(upper: &[u64], lower: &[u64]) -> u64 {
    let (mut total, mut below) = (0, 0);
    for key in upper {
        while below < lower.len() && lower[below] < *key {
            below += 1;
        }
        total += below as u64;
    }
    total
}

fn weighted_median(keys: &[u64]) -> Option<f64> {
    let n = keys.len();
    let at = |i: usize| keys[i] as f64;
    match n {
        0 => None,
        _ if n % 2 == 1 => Some(at(n / 2)),
        2 => Some((at(0) + at(1)) / 2.0),
        _ => {
            let (low, high) = (at(n / 2 - 1), at(n / 2));
            let (left, right) = (low - at(0), at(n - 1) - high);
            let both = left + right;
            Some(if both > 0.0 { (low * right + high * left) / both } else { low })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_out_of_order_are_counted() {
        assert_eq!(inversions(&[3, 5], &[1, 4]), 3);
        assert_eq!(inversions(&[1], &[1, 2]), 0);
        assert_eq!(weighted_median(&[]), None);
        assert_eq!(weighted_median(&[1, 2, 9]), Some(2.0));
    }
}
