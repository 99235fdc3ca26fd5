//! The overview: where things are and what hangs together, for tens of thousands of boxes.
//!
//! A force layout of a whole estate is a ball of wool. People know their estate by its clusters, so
//! those come first:
//!
//! 1. Boxes without arrows go to a tray below; boxes whose arrows mostly lead into many other
//!    clusters (hubs) get a block of their own, or they would pull everything towards themselves.
//! 2. The graph of blocks is laid out by forces, and the blocks are packed side by side; of a few
//!    attempts the one with the shortest arrows is taken.
//! 3. Each block is laid out alone, by forces that know in which direction its neighbours are, and
//!    its boxes are put into columns without overlap.
//! 4. With all places known, boxes move towards their neighbours, and change places with others of
//!    their block where that makes arrows shorter.
//!
//! Where clusters say nothing (there is one, or nearly each box has its own), what hangs together
//! takes their place. What was laid out before stays where it is (`warm`).
//!
//! | part | purpose |
//! |---|---|
//! | `blocks` | which box goes where: clusters, hubs, components, tray |
//! | `seed` | distances in the graph → places to start from |
//! | `force`, `tree` | springs, and repulsion after Barnes and Hut |
//! | `arrange` | where each block goes |
//! | `pack` | blocks of any size side by side |
//! | `columns` | points → boxes that do not overlap |
//! | `settle` | boxes change places |
//! | `warm`, `room` | a drawing that was there before, and room for what is new |
//! | `finish` | tray, frames and straight arrows |

mod arrange;
mod blocks;
mod columns;
mod finish;
mod force;
mod pack;
mod room;
mod seed;
mod settle;
#[cfg(test)]
mod tests;
mod tree;
mod warm;

pub(super) use room::Room;

use super::{Layout, Point, Run, Sketch};
use arrange::Arranger;
use blocks::{Blocks, TRAY};
use force::{Force, Spring};
use tree::Field;

/// Between the boxes of two blocks: each has a frame and a title around it, and room for one more row.
const BLOCK_GAP: f32 = 140.0;
/// Width over height of a block.
const ASPECT: f32 = 1.35;
/// Steps of the forces in a block; with more of them, no fewer arrows cross.
const STEPS: usize = 30;
/// Rounds in which boxes move towards their neighbours, and by how much of the way.
const ROUNDS: usize = 6;
const PART: f32 = 0.7;
/// Rounds in which boxes change places.
const SWAPS: usize = 3;
/// A distance that counts as far, in points.
const FAR: f32 = 3_000.0;
/// How hard boxes of other blocks pull, beside an arrow of the ideal length.
const PULL: f32 = 1.0;

/// Lays out; `None` when cancelled.
pub(super) fn lay_out(sketch: &Sketch, run: &Run) -> Option<Layout> {
    let blocks = Blocks::of(sketch);
    match run.before {
        Some(before) if warm::is_of_use(before, &blocks) => {
            warm::lay_out(sketch, &blocks, before, run)
        }
        Some(before) if before.has_pins() => {
            let cold = lay_out_anew(sketch, &blocks, run)?;
            warm::pin(sketch, &blocks, before, cold, run)
        }
        _ => lay_out_anew(sketch, &blocks, run),
    }
}

fn lay_out_anew(sketch: &Sketch, blocks: &Blocks, run: &Run) -> Option<Layout> {
    let mut work = Work { blocks, run, field: Field::default() };
    let inside: Vec<Vec<(f32, f32)>> =
        (0..blocks.count()).map(|b| sizes_of(sketch, blocks.members(b))).collect();
    let guess: Vec<(f32, f32)> =
        inside.iter().map(|sizes| columns::estimate(sizes, ASPECT)).collect();
    let middles =
        Arranger { blocks, sizes: &guess, cancelled: run.cancelled }.run(&mut work.field)?;

    let mut map = Map { sizes: guess, corners: Vec::new(), places: Vec::new() };
    map.places = vec![Point::default(); sketch.nodes.len()];
    for (b, sizes) in inside.iter().enumerate() {
        let places = columns::place(sizes, &vec![Point::default(); sizes.len()], ASPECT);
        map.put(b, blocks.members(b), places);
    }
    map.pack(&middles);
    let picture = |map: &Map| {
        if let Some(show) = run.picture {
            show(&finish::finish(sketch, blocks, map.positions(blocks)));
        }
    };
    picture(&map);

    let (mut done, mut shown) = (0, 1);
    for (b, sizes) in inside.iter().enumerate() {
        if (run.cancelled)() {
            return None;
        }
        let at = work.block(b, &middles)?;
        map.put(b, blocks.members(b), columns::place(sizes, &at, ASPECT));
        done += sizes.len();
        if 4 * done > shown * sketch.nodes.len() {
            shown += 1;
            picture(&map);
        }
    }
    map.pack(&middles);
    for _ in 0..ROUNDS {
        if (run.cancelled)() {
            return None;
        }
        map.draw_nearer(sketch, blocks, &inside);
    }
    map.pack(&map.middles());
    let mut positions = map.positions(blocks);
    settle::settle(sketch, blocks, &mut positions, SWAPS, run.cancelled)?;
    Some(finish::finish(sketch, blocks, positions))
}

/// How much a neighbour counts: the nearer the more, or a single one far away would outweigh all
/// others. Where each arrow counts by its length, the middle of the neighbours is where all of them
/// together are shortest (Weiszfeld, 1937).
fn nearness(from: Point, to: Point, far: f32) -> f32 {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    1.0 / ((dx * dx + dy * dy).sqrt() + far)
}

fn sizes_of(sketch: &Sketch, members: &[u32]) -> Vec<(f32, f32)> {
    let size = |&n: &u32| (sketch.nodes[n as usize].width, sketch.nodes[n as usize].height);
    members.iter().map(size).collect()
}

/// Blocks with places, and boxes with places in them.
struct Map {
    sizes: Vec<(f32, f32)>,
    corners: Vec<Point>,
    /// The upper left corner of each box within its block.
    places: Vec<Point>,
}

impl Map {
    fn put(&mut self, block: usize, members: &[u32], of: (Vec<Point>, (f32, f32))) {
        for (&n, place) in members.iter().zip(of.0) {
            self.places[n as usize] = place;
        }
        self.sizes[block] = of.1;
    }

    fn pack(&mut self, middles: &[Point]) {
        self.corners = pack::pack(&self.sizes, middles, BLOCK_GAP);
    }

    fn middles(&self) -> Vec<Point> {
        let middle = |(c, s): (&Point, &(f32, f32))| Point::new(c.x + s.0 / 2.0, c.y + s.1 / 2.0);
        self.corners.iter().zip(&self.sizes).map(middle).collect()
    }

    fn positions(&self, blocks: &Blocks) -> Vec<Point> {
        let place = |(n, p): (usize, &Point)| match blocks.block_of(n as u32) {
            TRAY => Point::default(),
            b => {
                let corner = self.corners[b as usize];
                Point::new(corner.x + p.x, corner.y + p.y)
            }
        };
        self.places.iter().enumerate().map(place).collect()
    }

    /// Moves each box a part of the way towards the middle of its neighbours, within its block.
    fn draw_nearer(&mut self, sketch: &Sketch, blocks: &Blocks, inside: &[Vec<(f32, f32)>]) {
        for (b, sizes) in inside.iter().enumerate() {
            if sizes.len() < 2 {
                continue;
            }
            let center = |n: u32| {
                let (p, c) = (self.places[n as usize], self.corners[blocks.block_of(n) as usize]);
                let node = &sketch.nodes[n as usize];
                Point::new(p.x + c.x + node.width / 2.0, p.y + c.y + node.height / 2.0)
            };
            let (low, (w, h)) = (self.corners[b], self.sizes[b]);
            let wish = |&n: &u32| {
                let (now, around) = (center(n), blocks.neighbours(n));
                if around.is_empty() {
                    return now;
                }
                let (mut sum, mut count) = (Point::default(), 0f32);
                for &other in around {
                    let p = center(other);
                    let weight = nearness(now, p, FAR);
                    sum = Point::new(sum.x + p.x * weight, sum.y + p.y * weight);
                    count += weight;
                }
                let x = (sum.x / count).clamp(low.x, low.x + w);
                let y = (sum.y / count).clamp(low.y, low.y + h);
                Point::new(now.x + PART * (x - now.x), now.y + PART * (y - now.y))
            };
            let at: Vec<Point> = blocks.members(b).iter().map(wish).collect();
            self.put(b, blocks.members(b), columns::place(sizes, &at, ASPECT));
        }
    }
}

struct Work<'a> {
    blocks: &'a Blocks,
    run: &'a Run<'a>,
    field: Field,
}

impl Work<'_> {
    /// Where the boxes of a block wish to be, in lengths of an arrow.
    fn block(&mut self, b: usize, middles: &[Point]) -> Option<Vec<Point>> {
        let members = self.blocks.members(b);
        let count = members.len();
        if count < 2 {
            return Some(vec![Point::default(); count]);
        }
        let springs: Vec<Spring> = self.blocks.inner(b);
        let pull: Vec<Point> = members.iter().map(|&n| self.pull(n, b, middles)).collect();
        let pivots = if count < 2_000 { 8 } else { 24 };
        let mut at = seed::places(count, &springs, pivots, 0, self.run.cancelled)?;
        let start = 0.05 * (count as f32).sqrt() + 0.3;
        let force = Force {
            springs: &springs,
            pull: &pull,
            gravity: 0.1,
            start,
            steps: STEPS,
            ..Force::default()
        };
        force.run(&mut at, &mut self.field, self.run.cancelled)?;
        Some(at)
    }

    /// The pull on a box from other blocks.
    fn pull(&self, node: u32, b: usize, middles: &[Point]) -> Point {
        let (mut sum, mut many) = (Point::default(), 0f32);
        for &other in self.blocks.neighbours(node) {
            let to = self.blocks.block_of(other) as usize;
            if to == b {
                continue;
            }
            let (dx, dy) = (middles[to].x - middles[b].x, middles[to].y - middles[b].y);
            let length = (dx * dx + dy * dy).sqrt().max(1e-3);
            sum = Point::new(sum.x + dx / length, sum.y + dy / length);
            many += 1.0;
        }
        let scale = PULL / many.max(1.0).sqrt();
        Point::new(sum.x * scale, sum.y * scale)
    }
}
