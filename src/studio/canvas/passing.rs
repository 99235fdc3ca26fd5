//! Which arrows meet what is in view.
//!
//! In a drawing of fifty thousand boxes thousands of arrows run through any place of it, far more
//! than begin or end there. Those of the grid's cells around the view are gathered once, with where
//! they run side by side in memory, and kept for as long as the eyes stay over the same cells: a
//! frame of a zoom then reads a few thousand numbers in a row, however large the drawing is.

use super::index::{Block, Index};
use crate::diagram::layout::{Point, Rect};

/// How many arrows are drawn in a near look although neither end is in view.
const THROUGH: usize = 300;

/// Where an arrow runs, as far as that is needed to leave out what does not meet a rectangle.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// Both ends of a straight arrow, two corners of what any other takes.
    a: Point,
    b: Point,
    straight: bool,
}

impl Course {
    /// Of a polyline.
    pub fn of(line: &[Point]) -> Self {
        if let &[a, b] = line {
            return Self { a, b, straight: true };
        }
        // Of nothing, what takes nothing.
        let none = (Point::new(f32::MAX, f32::MAX), Point::new(f32::MIN, f32::MIN));
        let (a, b) = match line {
            [_, _, ..] => line.iter().fold(none, |(a, b), p| {
                (Point::new(a.x.min(p.x), a.y.min(p.y)), Point::new(b.x.max(p.x), b.y.max(p.y)))
            }),
            _ => none,
        };
        Self { a, b, straight: false }
    }

    /// Whether it meets a rectangle, as far as that is cheap to say: one with corners may also pass
    /// by it.
    pub fn meets(&self, area: &Rect) -> bool {
        let Self { a, b, straight } = *self;
        if straight {
            let beside = a.x.max(b.x) < area.min.x
                || a.x.min(b.x) > area.max.x
                || a.y.max(b.y) < area.min.y
                || a.y.min(b.y) > area.max.y;
            // All four corners on one side of the line: it passes by.
            let (dx, dy) = (b.x - a.x, b.y - a.y);
            let side = |x: f32, y: f32| dx * (y - a.y) - dy * (x - a.x) > 0.0;
            let first = side(area.min.x, area.min.y);
            let cut = side(area.max.x, area.min.y) != first
                || side(area.max.x, area.max.y) != first
                || side(area.min.x, area.max.y) != first;
            return !beside && cut;
        }
        a.x <= area.max.x && b.x >= area.min.x && a.y <= area.max.y && b.y >= area.min.y
    }
}

/// The arrows around what is in view.
#[derive(Debug, Default)]
pub struct Passing {
    /// The scene, by its count, and the cells that the rest is of.
    of: Option<(u64, Block)>,
    edges: Vec<u32>,
    courses: Vec<Course>,
    /// A bit an arrow: they come out in drawing order, each once, without sorting.
    entered: Vec<u64>,
}

impl Passing {
    /// Arrows that may meet a rectangle, in drawing order. Many that only pass through, with
    /// neither end in it, say nothing and are left out unless `all` are wanted. Gives how many
    /// were. `nodes` are the boxes that meet it, and `count` tells one index from another.
    pub fn find(
        &mut self,
        (index, count): (&Index, u64),
        area: &Rect,
        nodes: &[u32],
        all: bool,
        into: &mut Vec<u32>,
    ) -> usize {
        into.clear();
        if index.covers(area) {
            into.extend(0..index.federation.len() as u32);
            return 0;
        }
        let block = index.block_around(area);
        if self.of != Some((count, block)) {
            self.gather(index, block);
            self.of = Some((count, block));
        }
        if !all {
            let passing = self.courses.iter().filter(|course| course.meets(area)).count();
            let ends = nodes.iter().flat_map(|&n| index.edges_at(n as usize)).copied();
            into.extend(ends.filter(|&e| Course::of(index.line(e as usize)).meets(area)));
            into.sort_unstable();
            into.dedup();
            let through = passing.saturating_sub(into.len());
            if through > THROUGH {
                return through;
            }
            into.clear();
        }
        let known = self.edges.iter().zip(&self.courses);
        into.extend(known.filter(|(_, course)| course.meets(area)).map(|(e, _)| *e));
        0
    }

    fn gather(&mut self, index: &Index, block: Block) {
        self.entered.clear();
        self.entered.resize(index.federation.len().div_ceil(64), 0);
        for e in index.entered(block) {
            self.entered[e as usize / 64] |= 1 << (e % 64);
        }
        self.edges.clear();
        for (at, &word) in (0..).zip(&self.entered) {
            let mut rest = word;
            while rest != 0 {
                self.edges.push(64 * at + rest.trailing_zeros());
                rest &= rest - 1;
            }
        }
        self.courses.clear();
        self.courses.extend(self.edges.iter().map(|&e| Course::of(index.line(e as usize))));
    }
}

#[cfg(test)]
mod tests {
    use super::super::index::tests::star;
    use super::*;

    #[test]
    fn what_is_in_view_is_what_a_walk_over_everything_finds() {
        let index = Index::new(star(900, |e| (e, (e * 7 + 450) % 900), 900));
        let bounds = index.scene.bounds;
        let (w, h) = (bounds.width() / 7.0, bounds.height() / 7.0);
        let mut passing = Passing::default();
        for (column, row) in [(0, 0), (3, 2), (6, 6), (1, 5)] {
            let area =
                Rect::new(bounds.min.x + column as f32 * w, bounds.min.y + row as f32 * h, w, h);
            let mut nodes = Vec::new();
            index.nodes_in(&area, &mut nodes);
            let all = (0..900u32).filter(|&n| index.rects[n as usize].overlaps(&area));
            assert_eq!(nodes, all.collect::<Vec<_>>());
            let mut edges = Vec::new();
            assert_eq!(passing.find((&index, 1), &area, &nodes, true, &mut edges), 0);
            let passes = |e: &u32| Course::of(index.line(*e as usize)).meets(&area);
            assert_eq!(edges, (0..900u32).filter(passes).collect::<Vec<_>>());
            let left_out = passing.find((&index, 1), &area, &nodes, false, &mut edges);
            let ends = |e: &u32| {
                let edge = &index.scene.edges[*e as usize];
                nodes.contains(&(edge.from as u32)) || nodes.contains(&(edge.to as u32))
            };
            let kept: Vec<u32> = (0..900u32).filter(passes).filter(ends).collect();
            let through = (0..900u32).filter(passes).count() - kept.len();
            assert_eq!(left_out, if through > THROUGH { through } else { 0 });
            assert_eq!(edges.len() + left_out, kept.len() + through);
        }
    }
}
