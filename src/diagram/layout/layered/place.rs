//! Heights: where in its column each box stands.
//!
//! After Brandes and Köpf (2001): boxes and bends are joined to blocks along their median
//! neighbours, pieces of long arrows first so that long arrows run straight; the blocks are placed
//! as high as they can be and then pulled together. That is done four times, from each corner, and
//! each box gets the mean of the two middle results. Every one of the four keeps all distances, and
//! the middle values of ordered lists are ordered alike, so the mean keeps them too. Blocks are
//! placed over the graph of blocks, not by the class shifts of the paper, which can overlap.
//!
//! A last step, [`straighten`], takes out bends where there is room.
//!
//! Two extensions: boxes have heights, and an arrow may leave from a row, so a block carries an
//! offset for each member that makes the arrow horizontal, not the middles equal.

use super::super::links::Links;
use super::mesh::{Mesh, Segment};
use super::straighten::straighten;
use super::warm::Anchors;

pub(super) struct Placing<'a> {
    pub mesh: &'a Mesh,
    pub order: &'a [Vec<u32>],
}

const NODE_GAP: f32 = 18.0;
const BEND_GAP: f32 = 13.0;

impl Placing<'_> {
    /// Takes back what an earlier drawing says about heights.
    pub fn anchor(&self, middle: &mut [f32], anchors: &Anchors) {
        anchors.hold(self.mesh, self.order, middle, |a, b| self.distance(a, b));
    }

    /// The middle of each box; `None` when cancelled.
    pub fn run(&self, cancelled: &dyn Fn() -> bool) -> Option<Vec<f32>> {
        let nodes = self.mesh.layer.len();
        let mut position = vec![0u32; nodes];
        for layer in self.order {
            for (i, &node) in layer.iter().enumerate() {
                position[node as usize] = i as u32;
            }
        }
        let conflicts = self.conflicts(&position);
        let mut results: Vec<Vec<f32>> = Vec::with_capacity(4);
        for from_right in [false, true] {
            for from_bottom in [false, true] {
                if cancelled() {
                    return None;
                }
                results.push(self.one(&position, &conflicts, from_right, from_bottom));
            }
        }
        // All four against the tightest one.
        let span = |ys: &Vec<f32>| {
            let top =
                (0..nodes).map(|n| ys[n] - self.mesh.height[n] / 2.0).fold(f32::MAX, f32::min);
            let end =
                (0..nodes).map(|n| ys[n] + self.mesh.height[n] / 2.0).fold(f32::MIN, f32::max);
            (top, end)
        };
        let spans: Vec<(f32, f32)> = results.iter().map(span).collect();
        let tightest = spans
            .iter()
            .copied()
            .min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)))
            .unwrap_or_default();
        for (i, ys) in results.iter_mut().enumerate() {
            let from_bottom = i % 2 == 1;
            let shift = if from_bottom { tightest.1 - spans[i].1 } else { tightest.0 - spans[i].0 };
            ys.iter_mut().for_each(|y| *y += shift);
        }
        let mut middles = (0..nodes)
            .map(|n| {
                let mut four = [results[0][n], results[1][n], results[2][n], results[3][n]];
                four.sort_by(f32::total_cmp);
                (four[1] + four[2]) / 2.0
            })
            .collect::<Vec<f32>>();
        straighten(self.mesh, self.order, &mut middles, |a, b| self.distance(a, b));
        Some(middles)
    }

    fn distance(&self, a: u32, b: u32) -> f32 {
        let (a, b) = (a as usize, b as usize);
        let gap = if self.mesh.is_bend(a as u32) || self.mesh.is_bend(b as u32) {
            BEND_GAP
        } else {
            NODE_GAP
        };
        (self.mesh.height[a] + self.mesh.height[b]) / 2.0 + gap
    }

    /// Segments that cross a piece of a long arrow and have to give way to it.
    fn conflicts(&self, position: &[u32]) -> Vec<bool> {
        let mut gives_way = vec![false; self.mesh.segments.len()];
        let inner = |s: &Segment| self.mesh.is_bend(s.left) && self.mesh.is_bend(s.right);
        for layer in self.order.iter().skip(1) {
            let (mut low, mut scan) = (0u32, 0usize);
            for (i, &node) in layer.iter().enumerate() {
                let long =
                    self.mesh.before.of(node).iter().map(|&s| &self.mesh.segments[s as usize]);
                let crossing = long.clone().find(|s| inner(s)).map(|s| position[s.left as usize]);
                let last = i + 1 == layer.len();
                if crossing.is_none() && !last {
                    continue;
                }
                let high = crossing.unwrap_or(u32::MAX);
                while scan <= i {
                    for &s in self.mesh.before.of(layer[scan]) {
                        let at = position[self.mesh.segments[s as usize].left as usize];
                        if (at < low || at > high) && !inner(&self.mesh.segments[s as usize]) {
                            gives_way[s as usize] = true;
                        }
                    }
                    scan += 1;
                }
                low = crossing.unwrap_or(low);
            }
        }
        gives_way
    }

    /// One of the four placements.
    fn one(
        &self,
        position: &[u32],
        conflicts: &[bool],
        from_right: bool,
        from_bottom: bool,
    ) -> Vec<f32> {
        let nodes = self.mesh.layer.len();
        let mut root: Vec<u32> = (0..nodes as u32).collect();
        let mut next: Vec<u32> = (0..nodes as u32).collect();
        let mut offset = vec![0f32; nodes];
        let sign = if from_bottom { -1.0 } else { 1.0 };
        let layers: Vec<usize> = if from_right {
            (0..self.order.len()).rev().collect()
        } else {
            (0..self.order.len()).collect()
        };
        let mut near: Vec<(u32, u32)> = Vec::new();
        for &layer in layers.iter().skip(1) {
            let mut bound: i64 = if from_bottom { i64::MAX } else { -1 };
            let count = self.order[layer].len();
            for i in 0..count {
                let node = self.order[layer][if from_bottom { count - 1 - i } else { i }];
                let links = if from_right { &self.mesh.after } else { &self.mesh.before };
                near.clear();
                near.extend(links.of(node).iter().map(|&s| {
                    let segment = &self.mesh.segments[s as usize];
                    let other = if from_right { segment.right } else { segment.left };
                    (position[other as usize], s)
                }));
                near.sort_unstable();
                let n = near.len();
                if n == 0 {
                    continue;
                }
                let mut middles = [(n - 1) / 2, n / 2];
                if from_bottom {
                    middles.reverse();
                }
                for middle in middles {
                    if next[node as usize] != node {
                        break;
                    }
                    let (at, s) = near[middle];
                    let beyond =
                        if from_bottom { i64::from(at) < bound } else { i64::from(at) > bound };
                    if conflicts[s as usize] || !beyond {
                        continue;
                    }
                    let segment = &self.mesh.segments[s as usize];
                    let (other, theirs, ours) = if from_right {
                        (segment.right, segment.right_offset, segment.left_offset)
                    } else {
                        (segment.left, segment.left_offset, segment.right_offset)
                    };
                    // Only one box may follow another in a block.
                    if next[other as usize] != root[other as usize] {
                        continue;
                    }
                    next[other as usize] = node;
                    root[node as usize] = root[other as usize];
                    next[node as usize] = root[node as usize];
                    offset[node as usize] = offset[other as usize] + sign * (theirs - ours);
                    bound = i64::from(at);
                }
            }
        }
        self.compact(&root, &offset, from_bottom)
    }

    /// Places the blocks: first as high as possible, then down as far as the next ones allow.
    fn compact(&self, root: &[u32], offset: &[f32], from_bottom: bool) -> Vec<f32> {
        let nodes = self.mesh.layer.len();
        let mut limits: Vec<(u32, u32, f32)> = Vec::new();
        for layer in self.order {
            for pair in layer.windows(2) {
                let (a, b) = if from_bottom { (pair[1], pair[0]) } else { (pair[0], pair[1]) };
                let distance = self.distance(a, b) + offset[a as usize] - offset[b as usize];
                limits.push((root[a as usize], root[b as usize], distance));
            }
        }
        let after = Links::new(nodes, limits.iter().enumerate().map(|(i, l)| (l.0, i as u32)));
        let mut waiting = vec![0u32; nodes];
        limits.iter().for_each(|l| waiting[l.1 as usize] += 1);
        let mut order: Vec<u32> = (0..nodes as u32)
            .filter(|&n| root[n as usize] == n && waiting[n as usize] == 0)
            .collect();
        let mut y = vec![f32::MIN; nodes];
        let mut at = 0;
        while let Some(&block) = order.get(at) {
            at += 1;
            if y[block as usize] == f32::MIN {
                y[block as usize] = 0.0;
            }
            for &l in after.of(block) {
                let (_, below, distance) = limits[l as usize];
                let below = below as usize;
                y[below] = y[below].max(y[block as usize] + distance);
                waiting[below] -= 1;
                if waiting[below] == 0 {
                    order.push(below as u32);
                }
            }
        }
        for &block in order.iter().rev() {
            let room = after
                .of(block)
                .iter()
                .map(|&l| y[limits[l as usize].1 as usize] - limits[l as usize].2)
                .fold(f32::MAX, f32::min);
            // A block that nothing holds from below stays: it would fall out of the drawing.
            if room < f32::MAX {
                y[block as usize] = y[block as usize].max(room);
            }
        }
        let sign = if from_bottom { -1.0 } else { 1.0 };
        (0..nodes).map(|n| sign * (y[root[n] as usize] + offset[n])).collect()
    }
}
