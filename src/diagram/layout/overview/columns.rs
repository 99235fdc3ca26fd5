//! From points to boxes that do not overlap.
//!
//! The points of a cell are cut into columns, each box keeps its height above or below its
//! neighbours, and within a column boxes are moved apart as little as possible (isotonic
//! regression, by pooling adjacent violators). So there is no overlap by construction, at any
//! sizes, for the cost of sorting; columns line up, and what was near stays near.

use super::super::Point;

pub(super) const COLUMN_GAP: f32 = 38.0;
pub(super) const ROW_GAP: f32 = 19.0;
/// Room in a cell over what its boxes need: with none, every cell would be a full table.
const SLACK: f32 = 1.08;

/// How wide and high a cell with these boxes will be, about.
pub(super) fn estimate(sizes: &[(f32, f32)], aspect: f32) -> (f32, f32) {
    let (columns, limit) = measure(sizes, aspect);
    let widest = sizes.iter().map(|s| s.0).fold(0.0, f32::max);
    (columns as f32 * (widest + COLUMN_GAP) - COLUMN_GAP, limit - ROW_GAP)
}

/// How many columns, and how high they may get.
fn measure(sizes: &[(f32, f32)], aspect: f32) -> (usize, f32) {
    let widest = sizes.iter().map(|s| s.0).fold(0.0, f32::max) + COLUMN_GAP;
    let highest = sizes.iter().map(|s| s.1).fold(0.0, f32::max) + ROW_GAP;
    let total: f32 = sizes.iter().map(|s| s.1 + ROW_GAP).sum();
    let slack = if sizes.len() < 4 { 1.0 } else { SLACK };
    let columns = (aspect * total * slack / widest).sqrt().round().max(1.0);
    let columns = columns.min(sizes.len().max(1) as f32);
    (columns as usize, (total * slack / columns).max(highest))
}

/// The upper left corner of each box, and the size of the whole.
pub(super) fn place(sizes: &[(f32, f32)], at: &[Point], aspect: f32) -> (Vec<Point>, (f32, f32)) {
    let count = sizes.len();
    let mut places = vec![Point::default(); count];
    let (columns, limit) = measure(sizes, aspect);
    let mut order: Vec<u32> = (0..count as u32).collect();
    let by = |key: fn(&Point) -> f32| {
        move |&a: &u32, &b: &u32| {
            key(&at[a as usize]).total_cmp(&key(&at[b as usize])).then(a.cmp(&b))
        }
    };
    order.sort_unstable_by(by(|p| p.x));
    let cuts = cut(&order, sizes, at, columns, limit);
    let (low, high) =
        at.iter().fold((f32::MAX, f32::MIN), |(low, high), p| (low.min(p.y), high.max(p.y)));
    let mut tallest = limit;
    for pair in cuts.windows(2) {
        let column = &order[pair[0]..pair[1]];
        tallest = tallest.max(column.iter().map(|&n| sizes[n as usize].1 + ROW_GAP).sum());
    }
    let (mut x, mut bottom, mut top) = (0f32, f32::MIN, f32::MAX);
    let mut blocks: Vec<(f32, u32)> = Vec::new();
    for pair in cuts.windows(2) {
        let column = &mut order[pair[0]..pair[1]];
        if column.is_empty() {
            continue;
        }
        column.sort_unstable_by(by(|p| p.y));
        let width = column.iter().map(|&n| sizes[n as usize].0).fold(0.0, f32::max);
        let total: f32 = column.iter().map(|&n| sizes[n as usize].1 + ROW_GAP).sum();
        // Without the boxes above it, where each wishes to be; wishes that contradict are met half.
        blocks.clear();
        let mut above = 0f32;
        for &n in column.iter() {
            let height = sizes[n as usize].1 + ROW_GAP;
            let part = (at[n as usize].y - low) / (high - low).max(1e-6);
            let wish = part * tallest - height / 2.0 - above;
            above += height;
            let mut block = (wish, 1u32);
            while let Some(&(before, many)) = blocks.last() {
                if before <= block.0 {
                    break;
                }
                blocks.pop();
                let both = many + block.1;
                block = ((before * many as f32 + block.0 * block.1 as f32) / both as f32, both);
            }
            blocks.push(block);
        }
        let mut above = 0f32;
        let mut members = column.iter();
        for &(wish, many) in &blocks {
            for &n in members.by_ref().take(many as usize) {
                let (w, h) = sizes[n as usize];
                let y = wish.clamp(0.0, (tallest - total).max(0.0)) + above;
                places[n as usize] = Point::new(x + (width - w) / 2.0, y);
                above += h + ROW_GAP;
                bottom = bottom.max(y + h);
                top = top.min(y);
            }
        }
        x += width + COLUMN_GAP;
    }
    for p in &mut places {
        p.y -= top;
    }
    (places, (x - COLUMN_GAP, bottom - top))
}

/// Where each column begins in the order from left to right: at equal distances, unless a column
/// would get higher than it may.
fn cut(
    order: &[u32],
    sizes: &[(f32, f32)],
    at: &[Point],
    columns: usize,
    limit: f32,
) -> Vec<usize> {
    let mut height = vec![0f64; order.len() + 1];
    for (i, &n) in order.iter().enumerate() {
        height[i + 1] = height[i] + f64::from(sizes[n as usize].1 + ROW_GAP);
    }
    let x = |i: usize| at[order[i] as usize].x;
    let (first, last) = if order.is_empty() { (0.0, 0.0) } else { (x(0), x(order.len() - 1)) };
    let mut cuts = vec![0usize; columns + 1];
    cuts[columns] = order.len();
    let mut open = vec![(0usize, columns)];
    while let Some((low, high)) = open.pop() {
        if high - low < 2 {
            continue;
        }
        let (start, end) = (cuts[low], cuts[high]);
        let middle = (low + high) / 2;
        let border = first + (last - first) * (middle as f32 / columns as f32);
        let wish = start + order[start..end].partition_point(|&n| at[n as usize].x < border);
        // Neither side gets more than fits.
        let fits = |from: f64, columns: usize| from + f64::from(limit) * columns as f64 + 0.5;
        let most = start
            + height[start + 1..=end].partition_point(|h| *h <= fits(height[start], middle - low));
        let least =
            start + height[start..end].partition_point(|h| height[end] > fits(*h, high - middle));
        cuts[middle] = if least > most { (least + most) / 2 } else { wish.clamp(least, most) };
        open.push((low, middle));
        open.push((middle, high));
    }
    cuts
}
