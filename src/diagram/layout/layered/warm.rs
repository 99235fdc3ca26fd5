//! Keeping the map after an edit.
//!
//! What was drawn before stays in its column, in its order and, as far as there is room, at its
//! height. Only new boxes, and the bends of arrows, which nobody has learnt by heart, look for a
//! good place. An edit thus moves what must give way and nothing else.

use super::super::{Layout, Point, Rect, Sketch};
use super::component::{CHANNEL_LEAST, Part};
use super::mesh::Mesh;
use super::{COMPONENT_GAP, bounds, put_side_by_side, rect};

/// Boxes of one column stood within this of each other.
const SAME_COLUMN: f32 = 2.0;
/// Drawings and lone boxes to be kept apart one by one; more are packed anew.
const MOST_BLOCKS: usize = 2_000;
/// How much more a box holds on to its place than something new does.
const HOLD: f64 = 1_000.0;

/// Where the boxes of a part were.
pub(super) struct Anchors {
    /// The former column of each box, counted from the left of the part.
    pub columns: Vec<Option<i32>>,
    /// The middle wished for each box, and after [`Anchors::extend`] for each bend.
    pub heights: Vec<f32>,
    /// The former middle across.
    across: Vec<Option<f32>>,
}

impl Anchors {
    /// `None` when nothing of the part was drawn before, or not in columns.
    pub fn new(
        sketch: &Sketch,
        part: &Part,
        before: &[Option<Point>],
        local: &[u32],
    ) -> Option<Self> {
        let former: Vec<Option<Rect>> = part
            .nodes
            .iter()
            .map(|&n| before.get(n).copied().flatten().map(|at| rect(&sketch.nodes[n], at)))
            .collect();
        let across: Vec<Option<f32>> = former.iter().map(|r| r.map(|r| r.center().x)).collect();
        let mut known: Vec<(f32, usize)> =
            across.iter().enumerate().filter_map(|(i, x)| Some(((*x)?, i))).collect();
        known.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut columns = vec![None; part.nodes.len()];
        let (mut column, mut last) = (-1, f32::NEG_INFINITY);
        for &(x, i) in &known {
            if x - last > SAME_COLUMN {
                column += 1;
            }
            last = x;
            columns[i] = Some(column);
        }
        // A drawing in another manner has about as many columns as boxes.
        let layered = known.len() < 8 || (column as usize) < known.len() * 3 / 4 || {
            let level =
                |&(_, i): &(f32, usize)| former[i].map_or(0, |r| r.center().y.round() as i64);
            let mut levels: Vec<i64> = known.iter().map(level).collect();
            levels.sort_unstable();
            levels.dedup();
            levels.len() < known.len() / 2
        };
        if known.is_empty() || !layered {
            return None;
        }
        // New boxes wish to be beside what they are joined to.
        let mut heights: Vec<f32> =
            former.iter().map(|r| r.map_or(f32::NAN, |r| r.center().y)).collect();
        for _ in 0..8 {
            let mut sum = vec![(0f32, 0f32); heights.len()];
            for &e in &part.edges {
                let edge = &sketch.edges[e];
                let (a, b) = (local[edge.from] as usize, local[edge.to] as usize);
                for (one, other) in [(a, b), (b, a)] {
                    if !heights[other].is_nan() {
                        sum[one].0 += heights[other];
                        sum[one].1 += 1.0;
                    }
                }
            }
            let mut missing = false;
            for (height, (sum, count)) in heights.iter_mut().zip(sum) {
                if height.is_nan() {
                    missing = true;
                    if count > 0.0 {
                        *height = sum / count;
                    }
                }
            }
            if !missing {
                break;
            }
        }
        let some = known.first().and_then(|k| former[k.1]).map_or(0.0, |r| r.center().y);
        heights.iter_mut().filter(|h| h.is_nan()).for_each(|h| *h = some);
        Some(Self { columns, heights, across })
    }

    pub fn is_known(&self, node: usize) -> bool {
        self.columns.get(node).is_some_and(Option::is_some)
    }

    /// Adds heights for bends, on a straight line between the boxes; gives what may be moved.
    pub fn extend(&mut self, mesh: &Mesh) -> Vec<bool> {
        self.heights.resize(mesh.layer.len(), 0.0);
        for &(first, last) in &mesh.long {
            let pieces = &mesh.segments[first as usize..=last as usize];
            let (from, to) = (pieces[0].left as usize, pieces[pieces.len() - 1].right as usize);
            for (i, piece) in pieces.iter().enumerate().skip(1) {
                let t = i as f32 / pieces.len() as f32;
                self.heights[piece.left as usize] =
                    self.heights[from] * (1.0 - t) + self.heights[to] * t;
            }
        }
        (0..mesh.layer.len()).map(|n| !self.is_known(n)).collect()
    }

    /// Heights near `middle` and the wishes that keep the order and these distances.
    pub fn hold(
        &self,
        mesh: &Mesh,
        order: &[Vec<u32>],
        middle: &mut [f32],
        distance: impl Fn(u32, u32) -> f32,
    ) {
        // How far known boxes have to go back; bends and new boxes go with what they are joined to.
        let back: Vec<f32> = (0..mesh.boxes).map(|n| self.heights[n] - middle[n]).collect();
        let mut wish: Vec<f32> = middle.to_vec();
        for (n, wish) in wish.iter_mut().enumerate().take(mesh.boxes) {
            if self.is_known(n) {
                *wish = self.heights[n];
                continue;
            }
            let right = mesh.after.of(n as u32).iter().map(|&s| mesh.segments[s as usize].right);
            let left = mesh.before.of(n as u32).iter().map(|&s| mesh.segments[s as usize].left);
            let near: Vec<f32> = left
                .chain(right)
                .filter(|&o| self.is_known(o as usize))
                .map(|o| back[o as usize])
                .collect();
            if near.is_empty() {
                *wish = self.heights[n];
            } else {
                *wish += near.iter().sum::<f32>() / near.len() as f32;
            }
        }
        for &(first, last) in &mesh.long {
            let pieces = &mesh.segments[first as usize..=last as usize];
            let (from, to) = (pieces[0].left as usize, pieces[pieces.len() - 1].right as usize);
            let by = ((wish[from] - middle[from]) + (wish[to] - middle[to])) / 2.0;
            for piece in &pieces[1..] {
                wish[piece.left as usize] += by;
            }
        }
        for column in order {
            let mut offset = 0f64;
            let items: Vec<(f64, f64)> = column
                .iter()
                .enumerate()
                .map(|(i, &n)| {
                    if i > 0 {
                        offset += f64::from(distance(column[i - 1], n));
                    }
                    let weight = if self.is_known(n as usize) { HOLD } else { 1.0 };
                    (f64::from(wish[n as usize]) - offset, weight)
                })
                .collect();
            let mut offset = 0f64;
            for (i, value) in isotonic(&items).into_iter().enumerate() {
                if i > 0 {
                    offset += f64::from(distance(column[i - 1], column[i]));
                }
                middle[column[i] as usize] = (value + offset) as f32;
            }
        }
    }

    /// Moves columns back to where their boxes were, as far as there is room between them.
    pub fn columns_across(&self, mesh: &Mesh, width: &[f32], x: &mut [f32]) {
        let mut sums = vec![(0f64, 0f64); x.len()];
        for (n, across) in self.across.iter().enumerate() {
            if let Some(across) = across {
                let sum = &mut sums[mesh.layer[n] as usize];
                sum.0 += f64::from(*across);
                sum.1 += 1.0;
            }
        }
        // A column of new boxes goes with its neighbour on the left, or the first known one.
        let center = |l: usize, x: &[f32]| f64::from(x[l] + width[l] / 2.0);
        let back = |l: usize, x: &[f32]| {
            let (sum, count) = sums[l];
            (count > 0.0).then(|| sum / count - center(l, x))
        };
        let mut by = (0..x.len()).find_map(|l| back(l, x)).unwrap_or(0.0);
        let mut offset = 0f64;
        let mut offsets: Vec<f64> = Vec::with_capacity(x.len());
        let mut items: Vec<(f64, f64)> = Vec::with_capacity(x.len());
        for l in 0..x.len() {
            by = back(l, x).unwrap_or(by);
            if l > 0 {
                offset += f64::from((width[l - 1] + width[l]) / 2.0 + CHANNEL_LEAST);
            }
            offsets.push(offset);
            items.push((center(l, x) + by - offset, sums[l].1.max(0.01)));
        }
        for (l, value) in isotonic(&items).into_iter().enumerate() {
            x[l] = (value + offsets[l]) as f32 - width[l] / 2.0;
        }
    }
}

/// The nearest values in the sense of least squares that never fall, for `(value, weight)` items
/// (pool adjacent violators).
fn isotonic(items: &[(f64, f64)]) -> Vec<f64> {
    let mut pools: Vec<(f64, f64, usize)> = Vec::with_capacity(items.len());
    for &(value, weight) in items {
        let mut pool = (value, weight, 1);
        while let Some(&(before, heavy, count)) = pools.last() {
            if before <= pool.0 {
                break;
            }
            pools.pop();
            let weight = heavy + pool.1;
            pool = ((before * heavy + pool.0 * pool.1) / weight, weight, count + pool.2);
        }
        pools.push(pool);
    }
    pools.into_iter().flat_map(|(value, _, count)| std::iter::repeat_n(value, count)).collect()
}

/// Places parts and lone boxes where they were and apart from each other; what is new goes below.
pub(super) fn settle(
    sketch: &Sketch,
    parts: &[Part],
    lone: &[usize],
    before: &[Option<Point>],
    layout: &mut Layout,
) {
    let was = |n: usize| before.get(n).copied().flatten();
    let (mut kept, fresh): (Vec<&Part>, Vec<&Part>) = parts.iter().partition(|p| p.anchored);
    let (still, newcomers): (Vec<usize>, Vec<usize>) =
        lone.iter().partition(|&&n| was(n).is_some());
    if kept.len() + still.len() > MOST_BLOCKS || kept.len() + still.len() == 0 {
        return put_side_by_side(
            sketch,
            &parts.iter().collect::<Vec<_>>(),
            lone,
            Point::default(),
            layout,
        );
    }
    kept.sort_by_key(|p| std::cmp::Reverse(p.nodes.len()));
    let mut taken: Vec<Rect> = Vec::new();
    for part in kept {
        let room = free_below(part.bounds, COMPONENT_GAP / 2.0, &taken);
        part.shift(Point::new(0.0, room.min.y - part.bounds.min.y), layout);
        taken.push(room);
    }
    for n in still {
        let Some(at) = was(n) else { continue };
        let room = free_below(rect(&sketch.nodes[n], at), 8.0, &taken);
        layout.positions[n] = room.min;
        taken.push(room);
    }
    let whole = taken.iter().copied().reduce(|a, b| a.union(&b)).unwrap_or_default();
    let below = Point::new(whole.min.x, whole.max.y + COMPONENT_GAP);
    put_side_by_side(sketch, &fresh, &newcomers, below, layout);
    layout.bounds = bounds(sketch, layout);
}

/// The rectangle moved down until it is at least `gap` away from all others.
fn free_below(rect: Rect, gap: f32, taken: &[Rect]) -> Rect {
    let mut rect = rect;
    while let Some(other) = taken.iter().find(|t| t.overlaps(&rect.expand(gap))) {
        let height = rect.height();
        // A little more, so that rounding cannot find the same one again.
        rect.min.y = other.max.y + gap + 0.5 + other.max.y.abs() * 1e-6;
        rect.max.y = rect.min.y + height;
    }
    rect
}
