//! The layered drawing: from left to right, arrows around boxes.
//!
//! Each connected part is drawn on its own, in the steps of Sugiyama, Tagawa and Toda (1981):
//! [`cycles`] turns as few arrows around as it can, [`rank`] chooses the columns so that arrows are
//! short, [`order`] the order within columns so that few arrows cross, and [`place`] the heights so
//! that long arrows run straight. The parts are then packed on shelves, and boxes without
//! arrows go to a tray below.
//!
//! Arrows can never touch a foreign box, by construction: an arrow that spans columns has a bend in
//! each of them, which takes part in ordering and placing as if it were a box, and between columns
//! there is a channel with nothing in it. So every piece of an arrow is either horizontal, within
//! its own space in a column, or inside a channel.
//!
//! The number of bends is bounded ([`component::MOST_BENDS`]): the longest arrows of a drawing that
//! needs more run along lanes above it, which needs no bends. With the bounds on the work of the
//! simplex and of ordering, time and memory then grow about linearly with boxes and arrows.
//!
//! After an edit, [`Wishes::before`] keeps the map: see [`warm`].

mod component;
mod cycles;
mod mesh;
mod order;
mod place;
mod rank;
mod reinsert;
mod simplex;
mod state;
mod straighten;
#[cfg(test)]
mod tests;
mod warm;

use super::{Layout, Point, Rect, Sketch, SketchNode, pack};
use component::Part;

/// Between the drawings of connected parts.
const COMPONENT_GAP: f32 = 56.0;
/// Width of the whole to its height.
const ASPECT: f32 = 1.9;

pub use rank::Span;

/// What a layered drawing should respect.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wishes<'a> {
    /// Where the upper left corner of each box was before an edit; `None` for boxes that are new.
    ///
    /// Boxes then stay in their columns and in their order and mostly where they were, unless an
    /// arrow forces them to the right or something new needs room. The drawing need not start at
    /// the origin.
    pub before: Option<&'a [Option<Point>]>,
    /// The columns in which each box may stand. What contradicts the arrows or itself is ignored,
    /// for the whole connected part; so it is after an edit.
    pub columns: Option<&'a [Span]>,
}

/// A layered drawing; `None` when cancelled.
pub(super) fn lay_out(
    sketch: &Sketch,
    wishes: &Wishes,
    cancelled: &dyn Fn() -> bool,
) -> Option<Layout> {
    draw(sketch, wishes, component::MOST_BENDS, cancelled)
}

/// A layered drawing with at most so many bends.
fn draw(
    sketch: &Sketch,
    wishes: &Wishes,
    most: usize,
    cancelled: &dyn Fn() -> bool,
) -> Option<Layout> {
    let mut layout = Layout {
        positions: vec![Point::default(); sketch.nodes.len()],
        routes: vec![Vec::new(); sketch.edges.len()],
        reversed: vec![false; sketch.edges.len()],
        ..Layout::default()
    };
    let mut parts: Vec<Part> = Vec::new();
    let mut lone: Vec<usize> = Vec::new();
    let mut bends = most;
    // The place of each node within its part.
    let mut local = vec![0u32; sketch.nodes.len()];
    for (nodes, edges) in components(sketch) {
        if nodes.len() == 1 && edges.is_empty() {
            lone.extend(nodes);
            continue;
        }
        if cancelled() {
            return None;
        }
        nodes.iter().enumerate().for_each(|(i, &n)| local[n] = i as u32);
        let mut part = Part { nodes, edges, bounds: Rect::default(), anchored: false };
        let context = component::Context { sketch, local: &local, wishes, cancelled };
        bends -= context.draw(&mut part, bends, &mut layout)?;
        parts.push(part);
    }
    match wishes.before {
        Some(before) => warm::settle(sketch, &parts, &lone, before, &mut layout),
        None => {
            let parts: Vec<&Part> = parts.iter().collect();
            put_side_by_side(sketch, &parts, &lone, Point::default(), &mut layout);
        }
    }
    layout.bounds = bounds(sketch, &layout);
    Some(layout)
}

/// Puts parts on shelves and lone boxes into a tray below them.
fn put_side_by_side(
    sketch: &Sketch,
    parts: &[&Part],
    lone: &[usize],
    origin: Point,
    layout: &mut Layout,
) {
    let sizes: Vec<(f32, f32)> =
        parts.iter().map(|p| (p.bounds.width(), p.bounds.height())).collect();
    let (places, size) = pack::shelves(&sizes, COMPONENT_GAP, ASPECT);
    for (part, place) in parts.iter().zip(places) {
        let by = Point::new(
            origin.x + place.x - part.bounds.min.x,
            origin.y + place.y - part.bounds.min.y,
        );
        part.shift(by, layout);
    }
    let top = if parts.is_empty() { 0.0 } else { size.1 + COMPONENT_GAP };
    let (places, _) = pack::tray(sketch, lone, size.0);
    for (&n, place) in lone.iter().zip(places) {
        layout.positions[n] = Point::new(origin.x + place.x, origin.y + top + place.y);
    }
}

fn rect(node: &SketchNode, at: Point) -> Rect {
    Rect::new(at.x, at.y, node.width, node.height)
}

fn bounds(sketch: &Sketch, layout: &Layout) -> Rect {
    let boxes = sketch.nodes.iter().zip(&layout.positions).map(|(n, at)| rect(n, *at));
    let points = layout.routes.iter().flatten().map(|p| Rect { min: *p, max: *p });
    boxes.chain(points).reduce(|a, b| a.union(&b)).unwrap_or_default()
}

/// Weakly connected components, each with its nodes and edges in order; by first node.
fn components(sketch: &Sketch) -> Vec<(Vec<usize>, Vec<usize>)> {
    let count = sketch.nodes.len();
    let mut parent: Vec<usize> = (0..count).collect();
    let find = |parent: &mut Vec<usize>, mut n: usize| {
        while parent[n] != n {
            parent[n] = parent[parent[n]];
            n = parent[n];
        }
        n
    };
    for edge in &sketch.edges {
        let (a, b) = (find(&mut parent, edge.from), find(&mut parent, edge.to));
        parent[a.max(b)] = a.min(b);
    }
    let mut number = vec![usize::MAX; count];
    let mut found: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for n in 0..count {
        let root = find(&mut parent, n);
        if number[root] == usize::MAX {
            number[root] = found.len();
            found.push(Default::default());
        }
        found[number[root]].0.push(n);
    }
    for (e, edge) in sketch.edges.iter().enumerate() {
        found[number[find(&mut parent, edge.from)]].1.push(e);
    }
    found
}

/// Out on the right side of the box and back in, within its own height and the channel.
pub(super) fn self_loop(node: &SketchNode, at: Point) -> Vec<Point> {
    let right = at.x + node.width;
    let (up, down) = (at.y + node.height * 0.22, at.y + node.height * 0.40);
    vec![
        Point::new(right, up),
        Point::new(right + 18.0, up),
        Point::new(right + 18.0, down),
        Point::new(right, down),
    ]
}
