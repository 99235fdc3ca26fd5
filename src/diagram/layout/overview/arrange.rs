//! Where each block goes: the graph of blocks by forces, then packed without overlap.

use super::super::Point;
use super::blocks::Blocks;
use super::force::{Force, Spring};
use super::tree::Field;
use super::{BLOCK_GAP, pack, seed};

/// Width over height of the whole.
const STRETCH: f32 = 1.45;
/// Distance of boxes to the middle of their block over that to the middle of all, at which the eye
/// takes blocks for apart.
const APART: f32 = 0.152;
/// Part of the area around the blocks that they fill, at least and at most. Blocks that are much
/// larger than the rest are as far from the middle of all as from their own unless there is room
/// between them; very many are apart with the gaps alone.
const FILL: std::ops::RangeInclusive<f32> = 0.2..=0.8;
/// A few blocks are told apart at a glance, and fill at least a few parts of so many as they are.
const FEW: f32 = 2.6;

pub(super) struct Arranger<'a> {
    pub blocks: &'a Blocks,
    /// About how wide and high each block will be.
    pub sizes: &'a [(f32, f32)],
    pub cancelled: &'a dyn Fn() -> bool,
}

impl Arranger<'_> {
    /// The middle of each block; `None` when cancelled.
    pub fn run(&self, field: &mut Field) -> Option<Vec<Point>> {
        if self.sizes.is_empty() {
            return Some(Vec::new());
        }
        let attempts = match self.sizes.len() {
            2..400 => 3,
            400..1_500 => 2,
            _ => 1,
        };
        let mut best = (f32::MAX, Vec::new());
        for attempt in 0..attempts {
            let wish = self.forces(attempt, field)?;
            let mut middles = self.packed(&wish);
            // Blocks that packing has pushed away from their neighbours get a second chance.
            let second =
                if attempts > 1 { self.packed(&self.nearer(&middles)) } else { Vec::new() };
            let costs = (self.cost(&middles), self.cost(&second));
            let mut cost = costs.0;
            if !second.is_empty() && costs.1 < costs.0 {
                (cost, middles) = (costs.1, second);
            }
            if cost < best.0 {
                best = (cost, middles);
            }
        }
        Some(best.1)
    }

    fn area(&self, b: usize) -> f32 {
        (self.sizes[b].0 + BLOCK_GAP) * (self.sizes[b].1 + BLOCK_GAP)
    }

    fn packed(&self, wish: &[Point]) -> Vec<Point> {
        let corners = pack::pack(self.sizes, wish, BLOCK_GAP);
        let middle = |(c, s): (Point, &(f32, f32))| Point::new(c.x + s.0 / 2.0, c.y + s.1 / 2.0);
        corners.into_iter().zip(self.sizes).map(middle).collect()
    }

    fn forces(&self, attempt: u64, field: &mut Field) -> Option<Vec<Point>> {
        let count = self.sizes.len();
        let total: f32 = (0..count).map(|b| self.area(b)).sum();
        let unit = (total / count as f32).sqrt();
        // Two blocks of a size come to rest about where they touch.
        let mass = |b: usize| {
            let radius = self.area(b).sqrt() / unit;
            1.5 * radius * radius.sqrt()
        };
        let mass: Vec<f32> = (0..count).map(mass).collect();
        let springs: Vec<Spring> = self
            .blocks
            .springs()
            .iter()
            .map(|s| Spring { weight: 6.0 * s.weight.sqrt(), ..*s })
            .collect();
        let mut at = seed::places(count, &springs, 40, attempt, self.cancelled)?;
        let steps = if count < 3_000 { 120 } else { 50 };
        let start = 0.06 * (count as f32).sqrt() + 0.4;
        let (springs, mass) = (&springs[..], &mass[..]);
        Force { springs, mass, gravity: 1.0, start, steps, ..Force::default() }.run(
            &mut at,
            field,
            self.cancelled,
        )?;
        self.lay_level(&mut at);
        self.even_out(&mut at);
        Some(at)
    }

    /// Windows and pages are wider than high: what came out upright is laid on its side.
    fn lay_level(&self, at: &mut [Point]) {
        let (mut sum, mut squares, mut total) = (Point::default(), Point::default(), 0f32);
        for (b, p) in at.iter().enumerate() {
            let area = self.area(b);
            total += area;
            sum = Point::new(sum.x + area * p.x, sum.y + area * p.y);
            squares = Point::new(squares.x + area * p.x * p.x, squares.y + area * p.y * p.y);
        }
        let spread = |squares: f32, sum: f32| squares / total - (sum / total) * (sum / total);
        if spread(squares.y, sum.y) > spread(squares.x, sum.x) {
            at.iter_mut().for_each(|p| *p = Point::new(p.y, p.x));
        }
    }

    /// Moves points towards the middle or away from it, each in its own direction, so that what
    /// lies further in than one takes the area of the disc it is on: no block is alone far out.
    fn even_out(&self, at: &mut [Point]) {
        let total: f32 = (0..at.len()).map(|b| self.area(b)).sum::<f32>().max(1e-6);
        let fill = self.fill();
        let mut heart = Point::default();
        for (b, p) in at.iter().enumerate() {
            heart.x += p.x * self.area(b) / total;
            heart.y += p.y * self.area(b) / total;
        }
        let distance = |p: &Point| {
            let (dx, dy) = (p.x - heart.x, p.y - heart.y);
            (dx * dx + dy * dy).sqrt()
        };
        let mut order: Vec<usize> = (0..at.len()).collect();
        order.sort_by(|&a, &b| distance(&at[a]).total_cmp(&distance(&at[b])).then(a.cmp(&b)));
        let (stretch, mut inner) = (STRETCH.sqrt(), 0f32);
        for b in order {
            let radius = ((inner + self.area(b) / 2.0) / (fill * std::f32::consts::PI)).sqrt();
            inner += self.area(b);
            let scale = radius / distance(&at[b]).max(1e-3);
            let p = &mut at[b];
            *p = Point::new((p.x - heart.x) * scale * stretch, (p.y - heart.y) * scale / stretch);
        }
    }

    /// The part of the area around them that the blocks may fill and still be apart. Boxes are
    /// about as far from the middle of an area as its side, so the distances are in the ratio of the
    /// sides, each counted as often as there are boxes.
    fn fill(&self) -> f32 {
        let (mut boxes, mut sides, mut all) = (0f32, 0f32, 0f32);
        for (b, &(w, h)) in self.sizes.iter().enumerate() {
            let many = self.blocks.members(b).len() as f32;
            boxes += many;
            sides += many * (w * h).sqrt();
            all += self.area(b);
        }
        let least = (FEW / self.sizes.len() as f32).clamp(*FILL.start(), *FILL.end());
        let full = sides / (boxes * all.sqrt()).max(1e-6);
        (APART / full.max(1e-6)).powi(2).clamp(least, *FILL.end())
    }

    /// The length of all arrows between blocks, from middle to middle.
    fn cost(&self, middles: &[Point]) -> f32 {
        let one = |s: &Spring| {
            let (a, b) = (middles[s.a as usize], middles[s.b as usize]);
            let (dx, dy) = (a.x - b.x, a.y - b.y);
            s.weight * (dx * dx + dy * dy).sqrt()
        };
        if middles.is_empty() {
            return f32::MAX;
        }
        self.blocks.springs().iter().map(one).sum()
    }

    /// Each block half way to the middle of its neighbours.
    fn nearer(&self, middles: &[Point]) -> Vec<Point> {
        let mut sum = vec![(0f32, 0f32, 0f32); middles.len()];
        for s in self.blocks.springs() {
            for (a, b) in [(s.a, s.b), (s.b, s.a)] {
                let (sum, p) = (&mut sum[a as usize], middles[b as usize]);
                *sum = (sum.0 + p.x * s.weight, sum.1 + p.y * s.weight, sum.2 + s.weight);
            }
        }
        let mut at: Vec<Point> = middles
            .iter()
            .zip(&sum)
            .map(|(p, &(x, y, weight))| match weight {
                0.0 => *p,
                _ => Point::new((p.x + x / weight) / 2.0, (p.y + y / weight) / 2.0),
            })
            .collect();
        self.even_out(&mut at);
        at
    }
}
