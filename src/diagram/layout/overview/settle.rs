//! The last touch: boxes of one block change places where that makes their arrows shorter.
//!
//! Columns keep boxes only roughly where the forces put them. A box asks for the place in its block
//! that is nearest to the middle of its neighbours, wherever those are by now, and gets it when the
//! two that would change places have shorter arrows afterwards. Only boxes of the same size change
//! places, so nothing else has to move.

use super::super::{Point, Sketch};
use super::blocks::Blocks;

/// A column of a block: the middle of its boxes, and which of the places are in it.
struct Column {
    x: f32,
    first: usize,
    end: usize,
}

/// Positions are upper left corners.
pub(super) fn settle(
    sketch: &Sketch,
    blocks: &Blocks,
    positions: &mut [Point],
    rounds: usize,
    cancelled: &dyn Fn() -> bool,
) -> Option<()> {
    let count = positions.len();
    let half = |n: usize| (sketch.nodes[n].width / 2.0, sketch.nodes[n].height / 2.0);
    let mut at: Vec<Point> = positions
        .iter()
        .enumerate()
        .map(|(n, p)| Point::new(p.x + half(n).0, p.y + half(n).1))
        .collect();
    // The places of all blocks, one after the other, each column from the top.
    let mut places: Vec<u32> = Vec::with_capacity(count);
    let mut columns: Vec<Column> = Vec::new();
    let mut of_block = vec![0usize];
    for b in 0..blocks.count() {
        let first = places.len();
        places.extend_from_slice(blocks.members(b));
        places[first..].sort_unstable_by(|&a, &b| {
            let (p, q) = (at[a as usize], at[b as usize]);
            p.x.total_cmp(&q.x).then(p.y.total_cmp(&q.y))
        });
        for i in first..places.len() {
            let x = at[places[i] as usize].x;
            match columns.last_mut() {
                Some(column) if i > first && x - column.x < 1.0 => column.end = i + 1,
                _ => columns.push(Column { x, first: i, end: i + 1 }),
            }
        }
        of_block.push(columns.len());
    }
    let mut place_of = vec![0usize; count];
    places.iter().enumerate().for_each(|(i, &n)| place_of[n as usize] = i);
    let length = |at: &[Point], n: u32, p: Point, other: u32| -> f32 {
        let mut sum = 0f32;
        for &m in blocks.neighbours(n) {
            if m != other {
                let q = at[m as usize];
                let (dx, dy) = (p.x - q.x, p.y - q.y);
                sum += (dx * dx + dy * dy).sqrt();
            }
        }
        sum
    };
    for _ in 0..rounds {
        if cancelled() {
            return None;
        }
        for n in 0..count as u32 {
            let b = blocks.block_of(n);
            let around = blocks.neighbours(n);
            if b == super::blocks::TRAY || around.is_empty() || around.len() > 200 {
                continue;
            }
            let mut wish = Point::default();
            for &m in around {
                wish = Point::new(wish.x + at[m as usize].x, wish.y + at[m as usize].y);
            }
            wish = Point::new(wish.x / around.len() as f32, wish.y / around.len() as f32);
            let mine = &columns[of_block[b as usize]..of_block[b as usize + 1]];
            let near = mine.partition_point(|c| c.x < wish.x);
            let here = at[n as usize];
            let mut best = (-1.0f32, n);
            for c in near.saturating_sub(1)..(near + 1).min(mine.len()) {
                let slots = &places[mine[c].first..mine[c].end];
                let row = slots.partition_point(|&m| at[m as usize].y < wish.y);
                for &m in &slots[row.saturating_sub(2)..(row + 2).min(slots.len())] {
                    if m == n || half(m as usize) != half(n as usize) {
                        continue;
                    }
                    let there = at[m as usize];
                    let before = length(&at, n, here, m) + length(&at, m, there, n);
                    let after = length(&at, n, there, m) + length(&at, m, here, n);
                    if before - after > best.0 {
                        best = (before - after, m);
                    }
                }
            }
            if best.0 > 0.0 {
                let m = best.1;
                at.swap(n as usize, m as usize);
                let (i, j) = (place_of[n as usize], place_of[m as usize]);
                places.swap(i, j);
                place_of.swap(n as usize, m as usize);
            }
        }
    }
    for (n, p) in positions.iter_mut().enumerate() {
        *p = Point::new(at[n].x - half(n).0, at[n].y - half(n).1);
    }
    Some(())
}
