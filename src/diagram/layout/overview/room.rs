//! Which places are taken, and the nearest one that is not.

use std::collections::HashMap;

use super::super::{Point, Rect};
use super::columns::{COLUMN_GAP, ROW_GAP};

/// Width and height of the squares by which boxes are looked up.
const SQUARE: (f32, f32) = (256.0, 128.0);
/// Columns further away than this are not asked.
const REACH: f32 = 2_500.0;
/// Rings around a wish that are looked through.
const RINGS: i32 = 400;

/// Boxes by where they are. The map is only ever asked for single squares, so its order is none of
/// the result's.
#[derive(Default)]
pub(super) struct Room {
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

    pub fn around(&self) -> Option<Rect> {
        self.around
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

/// Moves rectangles apart, those `first` that should rather stay, then those in the middle, and each
/// that follows straight away from the one it meets; gives by how much each was moved. What meets
/// nothing stays.
pub(super) fn part(rects: &[Option<Rect>], first: &[bool], gap: f32) -> Vec<Point> {
    let mut moved = vec![Point::default(); rects.len()];
    let Some(all) = rects.iter().flatten().copied().reduce(|a, b| a.union(&b)) else {
        return moved;
    };
    let heart = all.center();
    let far = |i: usize| {
        let c = rects[i].map_or(heart, |r| r.center());
        (c.x - heart.x) * (c.x - heart.x) + (c.y - heart.y) * (c.y - heart.y)
    };
    let mut order: Vec<usize> = (0..rects.len()).filter(|&i| rects[i].is_some()).collect();
    order.sort_by(|&a, &b| {
        (!first[a]).cmp(&!first[b]).then(far(a).total_cmp(&far(b))).then(a.cmp(&b))
    });
    let mut placed: Vec<Rect> = Vec::with_capacity(order.len());
    for i in order {
        let Some(mut rect) = rects[i] else { continue };
        let mut way: Option<(f32, f32)> = None;
        while let Some(other) = placed.iter().find(|o| o.expand(gap - 0.5).overlaps(&rect)) {
            let (a, b) = (other.center(), rect.center());
            let sign = |d: f32| if d < 0.0 { -1.0 } else { 1.0 };
            let over = |o: &Rect, r: &Rect, s: (f32, f32)| match s {
                (x, _) if x > 0.0 => o.max.x + gap - r.min.x,
                (x, _) if x < 0.0 => r.max.x + gap - o.min.x,
                (_, y) if y > 0.0 => o.max.y + gap - r.min.y,
                _ => r.max.y + gap - o.min.y,
            };
            let (dx, dy) = *way.get_or_insert_with(|| {
                let (x, y) = ((sign(b.x - a.x), 0.0), (0.0, sign(b.y - a.y)));
                if over(other, &rect, x) <= over(other, &rect, y) { x } else { y }
            });
            let by = over(other, &rect, (dx, dy)).max(0.5);
            rect =
                Rect::new(rect.min.x + dx * by, rect.min.y + dy * by, rect.width(), rect.height());
            moved[i] = Point::new(moved[i].x + dx * by, moved[i].y + dy * by);
        }
        placed.push(rect);
    }
    moved
}
