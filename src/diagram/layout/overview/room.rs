//! Which places are taken, and the nearest one that is not.

use std::collections::HashMap;

use super::super::{Point, Rect};
use super::columns::{COLUMN_GAP, ROW_GAP};
use super::pack;

/// Width and height of the squares by which boxes are looked up.
const SQUARE: (f32, f32) = (256.0, 128.0);
/// Columns further away than this are not asked.
const REACH: f32 = 2_500.0;
/// Rings around a wish that are looked through.
const RINGS: i32 = 400;

/// Boxes by where they are. The map is only ever asked for single squares, so its order is none of
/// the result's.
#[derive(Default)]
pub(in super::super) struct Room {
    squares: HashMap<(i32, i32), Vec<u32>>,
    rects: Vec<Rect>,
}

impl Room {
    fn squares_of(rect: &Rect) -> impl Iterator<Item = (i32, i32)> + use<> {
        let square = |v: f32, size: f32| (v / size).floor() as i32;
        let (x, y) = (square(rect.min.x, SQUARE.0), square(rect.min.y, SQUARE.1));
        let (right, down) = (square(rect.max.x, SQUARE.0), square(rect.max.y, SQUARE.1));
        (x..=right).flat_map(move |x| (y..=down).map(move |y| (x, y)))
    }

    pub fn take(&mut self, rect: Rect) {
        let number = self.rects.len() as u32;
        self.rects.push(rect);
        for square in Self::squares_of(&rect) {
            self.squares.entry(square).or_default().push(number);
        }
    }

    /// Whether nothing is within `gap` of it.
    pub fn is_free(&self, rect: &Rect, gap: f32) -> bool {
        let wide = rect.expand(gap);
        let hits = |number: &u32| self.rects[*number as usize].overlaps(&wide);
        !Self::squares_of(&wide)
            .any(|square| self.squares.get(&square).is_some_and(|in_it| in_it.iter().any(hits)))
    }

    /// The free place nearest to where a box is, anywhere.
    pub fn nearest(&self, rect: Rect) -> Rect {
        let (w, h) = (rect.width(), rect.height());
        let (step_x, step_y) = ((w + ROW_GAP) / 2.0, (h + ROW_GAP) / 2.0);
        for ring in 0..RINGS {
            let mut best: Option<(f32, Rect)> = None;
            for i in -ring..=ring {
                let whole = i.abs() == ring;
                let mut j = -ring;
                while j <= ring {
                    let (dx, dy) = (i as f32 * step_x, j as f32 * step_y);
                    let there = Rect::new(rect.min.x + dx, rect.min.y + dy, w, h);
                    let far = dx * dx + dy * dy;
                    if best.is_none_or(|b| far < b.0) && self.is_free(&there, ROW_GAP / 2.0) {
                        best = Some((far, there));
                    }
                    j += if whole { 1 } else { (2 * ring).max(1) };
                }
            }
            if let Some((_, there)) = best {
                return there;
            }
        }
        // So full that it goes below everything.
        let lowest = self.rects.iter().map(|r| r.max.y).fold(rect.min.y, f32::max);
        Rect::new(rect.min.x, lowest + ROW_GAP, w, h)
    }
}

/// The columns of a block, as its boxes stand.
#[derive(Default)]
pub(super) struct Columns {
    /// The middle of each column, and the top and bottom of its boxes, from the top.
    columns: Vec<(f32, Vec<(f32, f32)>)>,
    around: Option<Rect>,
}

impl Columns {
    pub fn of(mut boxes: Vec<Rect>) -> Self {
        boxes.sort_unstable_by(|a, b| {
            let x = |r: &Rect| r.center().x;
            x(a).total_cmp(&x(b)).then(a.min.y.total_cmp(&b.min.y))
        });
        let mut columns: Vec<(f32, Vec<(f32, f32)>)> = Vec::new();
        for r in &boxes {
            match columns.last_mut() {
                Some((x, column)) if r.center().x - *x < 1.0 => column.push((r.min.y, r.max.y)),
                _ => columns.push((r.center().x, vec![(r.min.y, r.max.y)])),
            }
        }
        for (_, column) in &mut columns {
            column.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        }
        Self { columns, around: boxes.into_iter().reduce(|a, b| a.union(&b)) }
    }

    /// A free place for a box near where it wishes to be, best in a gap of a column; `old` is where
    /// it was, and is free.
    pub fn place(&mut self, room: &Room, wish: Rect, old: Option<Rect>) -> Rect {
        let (w, h) = (wish.width(), wish.height());
        let Some(around) = self.around else { return room.nearest(wish) };
        let mut found: Vec<(f32, Rect)> = Vec::new();
        let mut add = |x: f32, y: f32| {
            let there = Rect::new(x - w / 2.0, y, w, h);
            let (dx, dy) = (there.min.x - wish.min.x, there.min.y - wish.min.y);
            let grown = around.union(&there);
            let growth = grown.width() + grown.height() - around.width() - around.height();
            found.push(((dx * dx + dy * dy).sqrt() + 5.0 * growth, there));
        };
        let center = wish.center().x;
        for (x, column) in self.columns.iter().filter(|c| (c.0 - center).abs() < REACH) {
            let mut low = f32::MIN;
            for &(top, bottom) in column {
                let high = top - ROW_GAP - h;
                if low <= high {
                    add(*x, wish.min.y.min(high).max(low));
                }
                low = bottom + ROW_GAP;
            }
            add(*x, wish.min.y.max(low));
        }
        add(around.max.x + COLUMN_GAP + w / 2.0, wish.min.y);
        add(around.min.x - COLUMN_GAP - w / 2.0, wish.min.y);
        if let Some(old) = old {
            let (dx, dy) = (old.min.x - wish.min.x, old.min.y - wish.min.y);
            found.push(((dx * dx + dy * dy).sqrt(), old));
        }
        found.sort_by(|a, b| a.0.total_cmp(&b.0));
        let free = |r: &Rect| room.is_free(r, if Some(*r) == old { 0.0 } else { ROW_GAP / 4.0 });
        let there = found.iter().map(|f| f.1).find(free).unwrap_or_else(|| room.nearest(wish));
        self.take(there);
        there
    }

    /// Notes that a box stands there.
    fn take(&mut self, rect: Rect) {
        self.around = Some(self.around.map_or(rect, |r| r.union(&rect)));
        let x = rect.center().x;
        let at = self.columns.partition_point(|c| c.0 < x - 1.0);
        let span = (rect.min.y, rect.max.y);
        match self.columns.get_mut(at) {
            Some((middle, column)) if *middle - x < 1.0 => {
                let row = column.partition_point(|s| s.0 < span.0);
                column.insert(row, span);
            }
            _ => self.columns.insert(at, (x, vec![span])),
        }
    }
}

/// Moves rectangles apart: the smaller of two that meet goes to the nearest place that is free of
/// all others, so nothing else has to move on its account; those `first` stay whatever their size.
/// Gives by how much each was moved.
pub(super) fn part(rects: &[Option<Rect>], first: &[bool], gap: f32) -> Vec<Point> {
    let mut moved = vec![Point::default(); rects.len()];
    let mut at: Vec<Option<Rect>> = rects.to_vec();
    let area = |i: usize| rects[i].map_or(0.0, |r| r.width() * r.height());
    let mut order: Vec<usize> = (0..rects.len()).filter(|&i| rects[i].is_some()).collect();
    order.sort_by(|&a, &b| {
        (!first[a]).cmp(&!first[b]).then(area(b).total_cmp(&area(a))).then(a.cmp(&b))
    });
    let half = |r: &Rect| ((r.width() + gap) / 2.0, (r.height() + gap) / 2.0);
    let mut blocked = Vec::new();
    for (place, &i) in order.iter().enumerate() {
        let Some(rect) = at[i] else { continue };
        let meets = |&o: &usize| at[o].is_some_and(|o| o.expand(gap - 0.5).overlaps(&rect));
        if !order[..place].iter().any(meets) {
            continue;
        }
        let others = order.iter().filter(|&&o| o != i).filter_map(|&o| at[o]);
        let others: Vec<_> = others.map(|o| (o.center(), half(&o).0, half(&o).1)).collect();
        let from = rect.center();
        let to = pack::slot(&others, from, half(&rect), from, &mut blocked);
        let by = Point::new(to.x - from.x, to.y - from.y);
        moved[i] = by;
        at[i] = Some(Rect::new(rect.min.x + by.x, rect.min.y + by.y, rect.width(), rect.height()));
    }
    moved
}
