//! Cells of any size side by side, each near where it wishes to be.
//!
//! The largest cell is put down first. Each one that follows looks from its wish in sixteen
//! directions for the first place that is free, and takes the nearest. That keeps neighbours
//! together, which shelves would not, and leaves small gaps only.

use super::super::Point;

/// Sixteen directions of length 1.
const DIRECTIONS: [(f32, f32); 16] = {
    const A: f32 = 0.923_879_5;
    const B: f32 = 0.382_683_43;
    const C: f32 = std::f32::consts::FRAC_1_SQRT_2;
    [
        (1.0, 0.0),
        (-1.0, 0.0),
        (0.0, 1.0),
        (0.0, -1.0),
        (A, B),
        (-A, B),
        (A, -B),
        (-A, -B),
        (C, C),
        (-C, C),
        (C, -C),
        (-C, -C),
        (B, A),
        (-B, A),
        (B, -A),
        (-B, -A),
    ]
};
/// Cells up to which each looks at all others.
const FREELY: usize = 1_500;

/// The upper left corner of each cell; `wish` is where its middle wants to be.
pub(super) fn pack(sizes: &[(f32, f32)], wish: &[Point], gap: f32) -> Vec<Point> {
    if sizes.len() > FREELY {
        return in_rows(sizes, wish, gap);
    }
    let area = |i: usize| sizes[i].0 * sizes[i].1;
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|&a, &b| area(b).total_cmp(&area(a)).then(a.cmp(&b)));
    let total: f32 = (0..sizes.len()).map(area).sum::<f32>().max(1.0);
    let mut heart = Point::default();
    for (i, w) in wish.iter().enumerate() {
        heart.x += w.x * area(i) / total;
        heart.y += w.y * area(i) / total;
    }
    // Middle, and half the size with the gap.
    let mut placed: Vec<(Point, f32, f32)> = Vec::with_capacity(sizes.len());
    let mut corner = vec![Point::default(); sizes.len()];
    let mut blocked: Vec<(f32, f32)> = Vec::new();
    for i in order {
        let half = ((sizes[i].0 + gap) / 2.0, (sizes[i].1 + gap) / 2.0);
        let middle = slot(&placed, wish[i], half, heart, &mut blocked);
        placed.push((middle, half.0, half.1));
        corner[i] = Point::new(middle.x - sizes[i].0 / 2.0, middle.y - sizes[i].1 / 2.0);
    }
    corner
}

/// The free middle nearest to a wish for something so wide and high (half of each, with the gap);
/// `placed` are middles and halves of what is there. Of two places the one nearer to the `heart`.
pub(super) fn slot(
    placed: &[(Point, f32, f32)],
    wish: Point,
    (w, h): (f32, f32),
    heart: Point,
    blocked: &mut Vec<(f32, f32)>,
) -> Point {
    let mut best = (f32::MAX, wish);
    for (dx, dy) in DIRECTIONS {
        blocked.clear();
        for &(other, ow, oh) in placed {
            let (cx, cy) = (other.x - wish.x, other.y - wish.y);
            let across = |c: f32, d: f32, s: f32| {
                if d == 0.0 {
                    if c.abs() < s { (f32::MIN, f32::MAX) } else { (1.0, -1.0) }
                } else {
                    let (a, b) = ((c - s) / d, (c + s) / d);
                    (a.min(b), a.max(b))
                }
            };
            let (x, y) = (across(cx, dx, w + ow), across(cy, dy, h + oh));
            let (from, to) = (x.0.max(y.0), x.1.min(y.1));
            if from < to && to > 0.0 {
                blocked.push((from, to));
            }
        }
        blocked.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let mut free = 0f32;
        for &(from, to) in blocked.iter() {
            if from > free {
                break;
            }
            free = free.max(to);
        }
        // A little further, so that rounding makes no overlap.
        let free = if free > 0.0 { free * 1.000_01 + 0.05 } else { 0.0 };
        let place = Point::new(wish.x + free * dx, wish.y + free * dy);
        let (hx, hy) = (place.x - heart.x, place.y - heart.y);
        let cost = free + 0.3 * (hx * hx + hy * hy).sqrt();
        if cost < best.0 {
            best = (cost, place);
        }
    }
    best.1
}

/// For very many cells: rows from top to bottom, each from left to right.
fn in_rows(sizes: &[(f32, f32)], wish: &[Point], gap: f32) -> Vec<Point> {
    let total: f32 = sizes.iter().map(|s| (s.0 + gap) * (s.1 + gap)).sum();
    let widest = sizes.iter().map(|s| s.0).fold(0.0, f32::max);
    let limit = (total * 1.7).sqrt().max(widest + gap);
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|&a, &b| wish[a].y.total_cmp(&wish[b].y).then(a.cmp(&b)));
    let mut corner = vec![Point::default(); sizes.len()];
    let (mut start, mut y) = (0, 0f32);
    while start < order.len() {
        let (mut end, mut width) = (start, 0f32);
        while end < order.len() && (end == start || width + sizes[order[end]].0 <= limit) {
            width += sizes[order[end]].0 + gap;
            end += 1;
        }
        let row = &mut order[start..end];
        row.sort_by(|&a, &b| wish[a].x.total_cmp(&wish[b].x).then(a.cmp(&b)));
        let (mut x, mut height) = (0f32, 0f32);
        for &i in row.iter() {
            corner[i] = Point::new(x, y);
            x += sizes[i].0 + gap;
            height = height.max(sizes[i].1);
        }
        y += height + gap;
        start = end;
    }
    corner
}
