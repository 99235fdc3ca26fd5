//! After a change: the map stays, and what is new finds its place in it.
//!
//! A layout from nothing puts everything elsewhere after the smallest change, and whoever knew the
//! map has to learn it again. Here boxes that were there and did not change stay to the point,
//! unless they have to make room. New ones start in the middle of their neighbours; they and those
//! whose arrows changed follow the forces for some damped steps, all else standing still, and take
//! the nearest free place in a column of their block. Blocks that have grown push others away as
//! a whole. Pinned boxes never move: everything else makes room for them.

use super::super::{Before, CellKind, Layout, Point, Rect, Run, Sketch};
use super::blocks::{Blocks, TRAY};
use super::finish::{TRAY_GAP, frame, rect_of};
use super::force::{Force, Spring};
use super::room::{Columns, Room, part};
use super::tree::Field;
use super::{ASPECT, BLOCK_GAP, Work, columns, pack, sizes_of};

/// Steps that what is free to move makes, and how long the first one may be, in ideal lengths.
const STEPS: usize = 15;
const START: f32 = 0.1;
/// The ideal length of an arrow in points: about the distance of boxes in a block.
const IDEAL: f32 = 150.0;
/// A box that would move by less than this stays.
const STAYS: f32 = IDEAL / 5.0;
/// Between the boxes of two blocks at least, where one has grown.
const LEAST_GAP: f32 = 72.0;
const TRAY_PITCH: f32 = 20.0;

/// Whether enough of the drawing was there before: half of what has arrows.
pub(super) fn is_of_use(before: &Before, blocks: &Blocks) -> bool {
    let known = |n: u32| {
        let at = before.positions.get(n as usize).copied().flatten();
        at.is_some_and(is_finite) && before.pin(n as usize).is_none()
    };
    let mut all: Vec<u32> = (0..blocks.count()).flat_map(|b| blocks.members(b)).copied().collect();
    if all.is_empty() {
        all = blocks.lone().to_vec();
    }
    let (count, of) = (all.iter().filter(|&&n| known(n)).count(), all.len());
    count > 0 && 2 * count >= of
}

fn is_finite(p: Point) -> bool {
    p.x.is_finite() && p.y.is_finite()
}

/// A drawing from nothing, moved as a whole to where it fits the pins best, and the pins put in.
pub(super) fn pin(
    sketch: &Sketch,
    blocks: &Blocks,
    before: &Before,
    cold: Layout,
    run: &Run,
) -> Option<Layout> {
    let (mut by, mut count) = (Point::default(), 0f32);
    for (n, at) in cold.positions.iter().enumerate() {
        if let Some(pin) = before.pin(n).filter(|p| is_finite(*p)) {
            by = Point::new(by.x + pin.x - at.x, by.y + pin.y - at.y);
            count += 1.0;
        }
    }
    let by = Point::new(by.x / count.max(1.0), by.y / count.max(1.0));
    let place =
        |(n, p): (usize, &Point)| before.pin(n).or(Some(Point::new(p.x + by.x, p.y + by.y)));
    let positions = cold.positions.iter().enumerate().map(place).collect();
    let cold = Before { positions, pinned: before.pinned.clone(), changed: Vec::new() };
    lay_out(sketch, blocks, &cold, run)
}

pub(super) fn lay_out(
    sketch: &Sketch,
    blocks: &Blocks,
    before: &Before,
    run: &Run,
) -> Option<Layout> {
    let mut map = Warm::new(sketch, blocks, before);
    map.start_anew_what_fell_apart();
    map.judge_changed();
    map.add_blocks(run)?;
    map.guess_new();
    map.relax(run)?;
    map.find_room();
    map.part_blocks();
    map.fill_tray();
    map.clear_up();
    let pinned: Vec<bool> = (0..map.at.len()).map(|n| map.stand[n] == Stand::Pinned).collect();
    Some(frame(sketch, blocks, map.at, &pinned))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    Pinned,
    /// Where it was.
    Still,
    /// Where it was, and free to move on.
    Restless,
    New,
}

struct Warm<'a> {
    sketch: &'a Sketch,
    blocks: &'a Blocks,
    stand: Vec<Stand>,
    at: Vec<Point>,
    /// Where restless boxes were.
    old: Vec<Point>,
    /// What moves as one: a block; all components together; the tray comes last.
    group: Vec<usize>,
    groups: usize,
    /// Whether frames are drawn, which must not overlap.
    framed: bool,
}

impl<'a> Warm<'a> {
    fn new(sketch: &'a Sketch, blocks: &'a Blocks, before: &'a Before) -> Self {
        let count = sketch.nodes.len();
        let framed = (0..blocks.count()).all(|b| blocks.kind(b) != CellKind::Component);
        let tray = if framed { blocks.count() } else { 1 };
        let group = (0..count as u32).map(|n| match blocks.block_of(n) {
            TRAY => tray,
            b if framed => b as usize,
            _ => 0,
        });
        let group: Vec<usize> = group.collect();
        let known = |n: usize| before.positions.get(n).copied().flatten().filter(|p| is_finite(*p));
        let stand = (0..count).map(|n| {
            let changed = before.changed.get(n) == Some(&true);
            match known(n) {
                None => Stand::New,
                Some(_) if before.pin(n).is_some() => Stand::Pinned,
                Some(_) if changed => Stand::Restless,
                Some(_) => Stand::Still,
            }
        });
        let at: Vec<Point> = (0..count).map(|n| known(n).unwrap_or_default()).collect();
        let old = at.clone();
        Self { sketch, blocks, stand: stand.collect(), at, old, group, groups: tray + 1, framed }
    }

    fn tray(&self) -> usize {
        self.groups - 1
    }

    fn rect(&self, n: usize) -> Rect {
        rect_of(self.sketch, &self.at, n as u32)
    }

    /// Around the boxes of each group for which `which` says so, and their number.
    fn rects(&self, which: &dyn Fn(usize) -> bool) -> Vec<Option<(Rect, usize)>> {
        let mut rects: Vec<Option<(Rect, usize)>> = vec![None; self.groups];
        for n in (0..self.at.len()).filter(|&n| which(n)) {
            let (one, rect) = (self.rect(n), &mut rects[self.group[n]]);
            *rect = Some(rect.map_or((one, 1), |(r, many)| (r.union(&one), many + 1)));
        }
        rects
    }

    /// Boxes of a block that no longer stand together, with others between them, are as good as
    /// new: of two blocks that overlap the smaller one is given up.
    fn start_anew_what_fell_apart(&mut self) {
        // Where all of a group changed, it is held together by what it was.
        let still = self.rects(&|n| self.stand[n] == Stand::Still);
        for n in 0..self.at.len() {
            if self.stand[n] == Stand::Restless && still[self.group[n]].is_none() {
                self.stand[n] = Stand::Still;
            }
        }
        if !self.framed {
            return;
        }
        let mut rects = self.rects(&|n| self.stand[n] == Stand::Still);
        let mut order: Vec<usize> = (0..self.groups).filter(|&g| rects[g].is_some()).collect();
        let left = |r: &Option<(Rect, usize)>| r.map_or(0.0, |r| r.0.min.x);
        order.sort_by(|&a, &b| left(&rects[a]).total_cmp(&left(&rects[b])).then(a.cmp(&b)));
        let mut apart = vec![false; self.groups];
        for (i, &a) in order.iter().enumerate() {
            for &b in &order[i + 1..] {
                let (Some((r, many)), Some((s, fewer))) = (rects[a], rects[b]) else { continue };
                if s.min.x >= r.max.x {
                    break;
                }
                if r.overlaps(&s) {
                    let gone = if many < fewer { a } else { b };
                    apart[gone] = true;
                    rects[gone] = None;
                    if gone == a {
                        break;
                    }
                }
            }
        }
        for n in 0..self.at.len() {
            if apart[self.group[n]] && self.stand[n] != Stand::Pinned {
                self.stand[n] = Stand::New;
            }
        }
    }

    /// A box that changed and is not among its own is as good as new.
    fn judge_changed(&mut self) {
        let rects = self.rects(&|n| self.stand[n] == Stand::Still);
        for n in 0..self.at.len() {
            if self.stand[n] != Stand::Restless {
                continue;
            }
            let near = |(r, _): (Rect, usize)| r.expand(IDEAL).overlaps(&self.rect(n));
            let lone = self.group[n] == self.tray();
            if lone || (self.framed && !rects[self.group[n]].is_some_and(near)) {
                self.stand[n] = Stand::New;
            }
        }
    }

    /// Blocks of which nothing was there are laid out alone and put beside their neighbours.
    fn add_blocks(&mut self, run: &Run) -> Option<()> {
        if !self.framed {
            return Some(());
        }
        let seen = self.rects(&|n| matches!(self.stand[n], Stand::Still | Stand::Restless));
        let all = seen.iter().flatten().map(|r| r.0).reduce(|a, b| a.union(&b));
        let heart = all.unwrap_or_default().center();
        let half = |r: &Rect| ((r.width() + BLOCK_GAP) / 2.0, (r.height() + BLOCK_GAP) / 2.0);
        let mut placed: Vec<(Point, f32, f32)> =
            seen.iter().flatten().map(|(r, _)| (r.center(), half(r).0, half(r).1)).collect();
        let mut work = Work { blocks: self.blocks, run, field: Field::default() };
        let nowhere = vec![heart; self.blocks.count()];
        for b in (0..self.blocks.count()).filter(|&b| seen[b].is_none()) {
            let at = work.block(b, &nowhere)?;
            let members = self.blocks.members(b);
            let sizes = sizes_of(self.sketch, members);
            let (places, size) = columns::place(&sizes, &at, ASPECT);
            let (mut sum, mut many) = (Point::default(), 0f32);
            for &m in members.iter().flat_map(|&n| self.blocks.neighbours(n)) {
                if self.stand[m as usize] != Stand::New {
                    let c = self.rect(m as usize).center();
                    (sum, many) = (Point::new(sum.x + c.x, sum.y + c.y), many + 1.0);
                }
            }
            let wish = if many > 0.0 { Point::new(sum.x / many, sum.y / many) } else { heart };
            let half = ((size.0 + BLOCK_GAP) / 2.0, (size.1 + BLOCK_GAP) / 2.0);
            let middle = pack::slot(&placed, wish, half, heart, &mut Vec::new());
            placed.push((middle, half.0, half.1));
            for (&n, place) in members.iter().zip(places) {
                let n = n as usize;
                if self.stand[n] != Stand::Pinned {
                    let (x, y) = (middle.x - size.0 / 2.0, middle.y - size.1 / 2.0);
                    self.at[n] = Point::new(x + place.x, y + place.y);
                    self.stand[n] = Stand::Still;
                }
            }
        }
        Some(())
    }

    /// New boxes start in the middle of their neighbours that have places; those without any, in
    /// the middle of their block.
    fn guess_new(&mut self) {
        let mut waiting: Vec<usize> = (0..self.at.len())
            .filter(|&n| self.stand[n] == Stand::New && self.group[n] != self.tray())
            .collect();
        let mut has_place: Vec<bool> = self.stand.iter().map(|s| *s != Stand::New).collect();
        // Each round reaches one arrow further; what hangs on a long new chain is not worth more.
        for _ in 0..16 {
            let mut later = Vec::new();
            let mut found = Vec::new();
            for n in std::mem::take(&mut waiting) {
                let (mut sum, mut many) = (Point::default(), 0f32);
                for &m in self.blocks.neighbours(n as u32) {
                    if has_place[m as usize] {
                        let c = self.rect(m as usize).center();
                        (sum, many) = (Point::new(sum.x + c.x, sum.y + c.y), many + 1.0);
                    }
                }
                if many == 0.0 {
                    later.push(n);
                    continue;
                }
                found.push((n, Point::new(sum.x / many, sum.y / many)));
            }
            if found.is_empty() {
                waiting = later;
                break;
            }
            for (n, middle) in found {
                self.put_middle(n, middle);
                has_place[n] = true;
            }
            waiting = later;
        }
        let rects = self.rects(&|n| self.stand[n] != Stand::New);
        for n in waiting {
            let middle = rects[self.group[n]].map_or(Point::default(), |(r, _)| r.center());
            self.put_middle(n, middle);
        }
    }

    fn put_middle(&mut self, n: usize, middle: Point) {
        let node = &self.sketch.nodes[n];
        self.at[n] = Point::new(middle.x - node.width / 2.0, middle.y - node.height / 2.0);
    }

    /// Some damped steps for what is free to move.
    fn relax(&mut self, run: &Run) -> Option<()> {
        let moves = |n: usize| {
            matches!(self.stand[n], Stand::New | Stand::Restless) && self.group[n] != self.tray()
        };
        let held: Vec<usize> =
            (0..self.at.len()).filter(|&n| self.group[n] != self.tray()).collect();
        let still: Vec<bool> = held.iter().map(|&n| !moves(n)).collect();
        if still.iter().all(|s| *s) {
            return Some(());
        }
        let mut place = vec![0u32; self.at.len()];
        held.iter().enumerate().for_each(|(i, &n)| place[n] = i as u32);
        let mut springs = Vec::new();
        for (a, &n) in held.iter().enumerate().filter(|(a, _)| !still[*a]) {
            for &m in self.blocks.neighbours(n as u32) {
                let b = place[m as usize];
                if still[b as usize] || (a as u32) < b {
                    springs.push(Spring { a: a as u32, b, weight: 1.0 });
                }
            }
        }
        let mut at: Vec<Point> = held
            .iter()
            .map(|&n| {
                let c = self.rect(n).center();
                Point::new(c.x / IDEAL, c.y / IDEAL)
            })
            .collect();
        let force = Force {
            springs: &springs,
            still: &still,
            start: START,
            steps: STEPS,
            ..Force::default()
        };
        force.run(&mut at, &mut Field::default(), run.cancelled)?;
        let rects = self.rects(&|n| self.stand[n] == Stand::Still);
        for (i, &n) in held.iter().enumerate().filter(|(i, _)| !still[*i]) {
            let mut p = Point::new(at[i].x * IDEAL, at[i].y * IDEAL);
            if let (true, Some((r, _))) = (self.framed, rects[self.group[n]]) {
                p = Point::new(p.x.clamp(r.min.x, r.max.x), p.y.clamp(r.min.y, r.max.y));
            }
            self.put_middle(n, p);
        }
        Some(())
    }

    /// Gives every box that is not in the tray a place of its own, those first that stay.
    fn find_room(&mut self) {
        let held = |s: &Self, n: usize| s.group[n] != s.tray();
        let mut room = Room::default();
        for n in (0..self.at.len()).filter(|&n| self.stand[n] == Stand::Pinned) {
            room.take(self.rect(n));
        }
        let mut inside: Vec<Vec<Rect>> = vec![Vec::new(); self.groups];
        let mut homeless = Vec::new();
        for n in (0..self.at.len()).filter(|&n| held(self, n) && self.stand[n] == Stand::Still) {
            if room.is_free(&self.rect(n), 0.0) {
                room.take(self.rect(n));
                inside[self.group[n]].push(self.rect(n));
            } else {
                homeless.push((n, None));
            }
        }
        let mut moving = Vec::new();
        for n in 0..self.at.len() {
            if !held(self, n) || self.stand[n] != Stand::Restless {
                continue;
            }
            let (p, q) = (self.at[n], self.old[n]);
            let old = Rect::new(q.x, q.y, self.rect(n).width(), self.rect(n).height());
            let stays = (p.x - q.x).abs() < STAYS && (p.y - q.y).abs() < STAYS;
            if stays && room.is_free(&old, 0.0) {
                self.at[n] = q;
                room.take(old);
                inside[self.group[n]].push(old);
            } else {
                moving.push((n, Some(old)));
            }
        }
        let new = (0..self.at.len()).filter(|&n| held(self, n) && self.stand[n] == Stand::New);
        let new: Vec<_> = new.map(|n| (n, None)).collect();
        let mut columns: Vec<Option<Columns>> = inside.iter().map(|_| None).collect();
        for (n, old) in homeless.into_iter().chain(moving).chain(new) {
            let g = self.group[n];
            let columns =
                columns[g].get_or_insert_with(|| Columns::of(std::mem::take(&mut inside[g])));
            let there = columns.place(&room, self.rect(n), old);
            self.at[n] = there.min;
            room.take(there);
        }
    }

    /// Blocks that have grown into each other are moved apart, each as a whole.
    fn part_blocks(&mut self) {
        if !self.framed {
            return;
        }
        let tray = self.tray();
        let rects: Vec<Option<Rect>> = self
            .rects(&|n| self.stand[n] != Stand::Pinned && self.group[n] != tray)
            .into_iter()
            .map(|r| r.map(|r| r.0))
            .collect();
        // A block around pinned boxes cannot move without losing them.
        let mut has_pins = vec![false; self.groups];
        for n in (0..self.at.len()).filter(|&n| self.stand[n] == Stand::Pinned) {
            has_pins[self.group[n]] = true;
        }
        let moved = part(&rects, &has_pins, LEAST_GAP);
        for n in 0..self.at.len() {
            let by = moved[self.group[n]];
            if self.stand[n] != Stand::Pinned && by != Point::default() {
                self.at[n] = Point::new(self.at[n].x + by.x, self.at[n].y + by.y);
            }
        }
    }

    /// Boxes in the tray stay; new ones take the first free place in it. It gives way downwards.
    fn fill_tray(&mut self) {
        let tray = self.tray();
        let held = (0..self.at.len()).filter(|&n| self.group[n] != tray).map(|n| self.rect(n));
        let above = held.reduce(|a, b| a.union(&b));
        let lone: Vec<usize> = self.blocks.lone().iter().map(|&n| n as usize).collect();
        let pinned = |n: usize| self.stand[n] == Stand::Pinned;
        let known = |n: usize| self.stand[n] == Stand::Still;
        let mut frame =
            lone.iter().filter(|&&n| known(n)).map(|&n| self.rect(n)).reduce(|a, b| a.union(&b));
        // What the blocks have grown by.
        if let (Some(r), Some(above)) = (frame, above) {
            let down = (above.max.y + LEAST_GAP - r.min.y).max(0.0);
            let meets = r.expand(LEAST_GAP).overlaps(&above);
            if meets && down > 0.0 {
                for &n in lone.iter().filter(|&&n| known(n)) {
                    self.at[n].y += down;
                }
                frame = Some(Rect::new(r.min.x, r.min.y + down, r.width(), r.height()));
            }
        }
        let mut room = Room::default();
        for n in lone.iter().copied().filter(|&n| known(n) || pinned(n)) {
            room.take(self.rect(n));
        }
        let widest = lone.iter().map(|&n| self.sketch.nodes[n].width).fold(0.0, f32::max);
        let highest = lone.iter().map(|&n| self.sketch.nodes[n].height).fold(0.0, f32::max);
        let (w, h) = (widest + TRAY_PITCH, highest + TRAY_PITCH);
        let corner =
            frame.map(|r| r.min).or(above.map(|r| Point::new(r.min.x, r.max.y + TRAY_GAP)));
        let corner = corner.unwrap_or_default();
        let width = frame.into_iter().chain(above).map(|r| r.width()).fold(0.0, f32::max);
        let across = ((width + TRAY_PITCH) / w.max(1.0)).floor().max(1.0) as usize;
        let mut slot = 0usize;
        for n in lone {
            if self.stand[n] != Stand::New {
                continue;
            }
            loop {
                let x = corner.x + (slot % across) as f32 * w;
                let y = corner.y + (slot / across) as f32 * h;
                slot += 1;
                self.at[n] = Point::new(x, y);
                if room.is_free(&self.rect(n), 0.0) {
                    room.take(self.rect(n));
                    break;
                }
            }
        }
    }

    /// The last word: whatever still meets another box, because a block was moved over a pinned one,
    /// goes to the nearest free place.
    fn clear_up(&mut self) {
        let mut room = Room::default();
        let mut order: Vec<usize> = (0..self.at.len()).collect();
        order.sort_by_key(|&n| (self.stand[n] != Stand::Pinned, n));
        let mut late = Vec::new();
        for n in order {
            let rect = self.rect(n);
            if self.stand[n] == Stand::Pinned || room.is_free(&rect, 0.0) {
                room.take(rect);
            } else {
                late.push(n);
            }
        }
        for n in late {
            let there = room.nearest(self.rect(n));
            self.at[n] = there.min;
            room.take(there);
        }
    }
}
