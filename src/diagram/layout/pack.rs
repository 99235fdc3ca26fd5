//! Packing what no arrow holds together: drawings on shelves, lone boxes in a tray.

use super::{Point, Sketch};

const TRAY_GAP: f32 = 20.0;

/// Puts blocks of these sizes on shelves, the tall ones first; gives the upper left corner of each
/// and the size of the whole, about `aspect` times as wide as high.
pub(super) fn shelves(sizes: &[(f32, f32)], gap: f32, aspect: f32) -> (Vec<Point>, (f32, f32)) {
    let mut places = vec![Point::default(); sizes.len()];
    let area: f32 = sizes.iter().map(|(w, h)| (w + gap) * (h + gap)).sum();
    let widest = sizes.iter().map(|s| s.0).fold(0.0, f32::max);
    let limit = widest.max((area * aspect).sqrt());
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|&a, &b| sizes[b].1.total_cmp(&sizes[a].1).then(a.cmp(&b)));
    // On a shelf, blocks that are lower than the first one stand on each other.
    let (mut x, mut y, mut shelf) = (0f32, 0f32, 0f32);
    let (mut column, mut down) = (0f32, 0f32);
    let (mut width, mut height) = (0f32, 0f32);
    for i in order {
        let (w, h) = sizes[i];
        let stacks = column > 0.0 && down + h <= shelf && w <= column * 1.25;
        if !stacks {
            if column > 0.0 {
                x += column + gap;
            }
            (column, down) = (0.0, 0.0);
            if x > 0.0 && x + w > limit {
                (x, y, shelf) = (0.0, y + shelf + gap, 0.0);
            }
        }
        places[i] = Point::new(x, y + down);
        shelf = shelf.max(h);
        column = column.max(w);
        down += h + gap;
        width = width.max(x + w);
        height = height.max(places[i].y + h);
    }
    (places, (width, height))
}

/// Puts lone boxes side by side in rows, at least as wide as `least`.
pub(super) fn tray(sketch: &Sketch, lone: &[usize], least: f32) -> (Vec<Point>, (f32, f32)) {
    let area: f32 = lone
        .iter()
        .map(|&n| (sketch.nodes[n].width + TRAY_GAP) * (sketch.nodes[n].height + TRAY_GAP))
        .sum();
    let widest = lone.iter().map(|&n| sketch.nodes[n].width).fold(0.0, f32::max);
    let limit = least.max((area * 2.0).sqrt()).max(widest);
    let (mut x, mut y, mut row) = (0f32, 0f32, 0f32);
    let (mut width, mut height) = (0f32, 0f32);
    let mut places = Vec::with_capacity(lone.len());
    for &n in lone {
        let node = &sketch.nodes[n];
        if x > 0.0 && x + node.width > limit {
            (x, y, row) = (0.0, y + row + TRAY_GAP, 0.0);
        }
        places.push(Point::new(x, y));
        row = row.max(node.height);
        width = width.max(x + node.width);
        height = height.max(y + node.height);
        x += node.width + TRAY_GAP;
    }
    (places, (width, height))
}
