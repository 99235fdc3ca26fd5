//! Packing what no arrow holds together: lone boxes in a tray.

use super::{Point, Sketch};

const TRAY_GAP: f32 = 20.0;

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
