//! Pinned boxes in a drawing that was laid out without them.
//!
//! A layered drawing has an order of its own. A box that somebody has put elsewhere is taken out of
//! it: the drawing is moved as a whole to where it fits the pins best, the pinned boxes stand where
//! they were put, boxes under them step aside, and the arrows of all that moved run straight.

use super::overview::Room;
use super::{Before, Layout, Point, Rect, Sketch, layered};

pub(super) fn pin(sketch: &Sketch, before: &Before, layout: &mut Layout) {
    let count = sketch.nodes.len();
    let pins: Vec<Option<Point>> =
        (0..count).map(|n| before.pin(n).filter(|p| p.x.is_finite() && p.y.is_finite())).collect();
    let (mut by, mut many) = (Point::default(), 0f32);
    for (pin, at) in pins.iter().zip(&layout.positions) {
        if let Some(pin) = pin {
            by = Point::new(by.x + pin.x - at.x, by.y + pin.y - at.y);
            many += 1.0;
        }
    }
    if many == 0.0 {
        return;
    }
    let by = Point::new(by.x / many, by.y / many);
    let shift = |p: &mut Point| *p = Point::new(p.x + by.x, p.y + by.y);
    layout.positions.iter_mut().for_each(shift);
    layout.routes.iter_mut().flatten().for_each(shift);

    let rect =
        |n: usize, at: Point| Rect::new(at.x, at.y, sketch.nodes[n].width, sketch.nodes[n].height);
    let mut room = Room::default();
    let mut moved = vec![false; count];
    for (n, pin) in pins.iter().enumerate() {
        if let Some(pin) = *pin {
            moved[n] = layout.positions[n] != pin;
            layout.positions[n] = pin;
            room.take(rect(n, pin));
        }
    }
    let mut late = Vec::new();
    for n in (0..count).filter(|&n| pins[n].is_none()) {
        let here = rect(n, layout.positions[n]);
        if room.is_free(&here, 0.0) {
            room.take(here);
        } else {
            late.push(n);
        }
    }
    for n in late {
        let there = room.nearest(rect(n, layout.positions[n]));
        room.take(there);
        moved[n] = true;
        layout.positions[n] = there.min;
    }
    for (e, edge) in sketch.edges.iter().enumerate() {
        if !moved[edge.from] && !moved[edge.to] {
            continue;
        }
        if edge.from == edge.to {
            let at = layout.positions[edge.from];
            layout.routes[e] = layered::self_loop(&sketch.nodes[edge.from], at);
            continue;
        }
        let from = rect(edge.from, layout.positions[edge.from]);
        let to = rect(edge.to, layout.positions[edge.to]);
        let port = edge.from_port.map_or(from.center().y, |port| from.min.y + port);
        layout.reversed[e] = to.min.x < from.max.x;
        layout.routes[e] = if to.min.x >= from.max.x {
            vec![Point::new(from.max.x, port), Point::new(to.min.x, to.center().y)]
        } else if to.max.x <= from.min.x {
            vec![Point::new(from.min.x, port), Point::new(to.max.x, to.center().y)]
        } else if to.min.y >= from.max.y {
            vec![Point::new(from.center().x, from.max.y), Point::new(to.center().x, to.min.y)]
        } else {
            vec![Point::new(from.center().x, from.min.y), Point::new(to.center().x, to.max.y)]
        };
    }
    let boxes = (0..count).map(|n| rect(n, layout.positions[n]));
    let bends = layout.routes.iter().flatten().map(|p| Rect { min: *p, max: *p });
    layout.bounds = boxes.chain(bends).reduce(|a, b| a.union(&b)).unwrap_or_default();
}
