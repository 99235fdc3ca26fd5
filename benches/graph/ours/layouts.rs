//! Layouts from nothing, and after an edit.

use std::collections::BTreeSet;

use exchange_studio::diagram::layout::{
    Before, Layout, Method, Point, Run, Sketch, SketchEdge, SketchNode, lay_out, lay_out_with,
};

use super::{Task, count, memory, timed};
use crate::generate::Estate;
use crate::peers;
use crate::quality::Drawing;

/// The size of every box, as the peers have it.
const WIDTH: f32 = 120.0;
const HEIGHT: f32 = 32.0;

fn sketch(estate: &Estate) -> Sketch {
    let node = |cluster: &u32| SketchNode { width: WIDTH, height: HEIGHT, cluster: *cluster };
    let edge = |(from, to): &(u32, u32)| SketchEdge {
        from: *from as usize,
        to: *to as usize,
        from_port: None,
    };
    Sketch {
        nodes: estate.clusters.iter().map(node).collect(),
        edges: estate.edges.iter().map(edge).collect(),
    }
}

fn drawing(estate: &Estate, layout: &Layout) -> Drawing {
    let area = |at: &Point| {
        let [left, top, right, bottom] = [at.x, at.y, at.x + WIDTH, at.y + HEIGHT];
        [left, top, right, bottom].map(f64::from)
    };
    let corners =
        |route: &Vec<Point>| route.iter().map(|at| [f64::from(at.x), f64::from(at.y)]).collect();
    Drawing {
        boxes: layout.positions.iter().map(area).collect(),
        edges: estate.edges.clone(),
        routes: layout.routes.iter().map(corners).collect(),
        clusters: estate.clusters.clone(),
    }
}

/// A layout from nothing.
pub fn cold(task: &Task, method: &str) {
    let sketch = sketch(&task.estate);
    let Some(method) = Method::from_name(method) else { return };
    let before = memory("VmRSS:");
    let mut first: Option<Layout> = None;
    let mut same = true;
    let layout = timed("layout", task.repeats, || {
        lay_out(&sketch, method, &|| false).expect("nobody cancels")
    });
    count("grown", memory("VmHWM:").saturating_sub(before) as f64);
    for _ in 0..2 {
        let again = lay_out(&sketch, method, &|| false).expect("nobody cancels");
        same &= first.as_ref().is_none_or(|first| *first == again);
        first = Some(again);
    }
    count("same", f64::from(u8::from(same && first.as_ref() == Some(&layout))));
    if let Some(path) = task.other {
        peers::write_drawing(path, &drawing(&task.estate, &layout));
    }
}

/// A layout after an edit of one arrow in a hundred: all that was drawn keeps close to its place.
pub fn again(task: &Task) {
    let old = sketch(&task.estate);
    let before = lay_out(&old, Method::Overview, &|| false).expect("nobody cancels");
    let edited = task.estate.edited(0.01, task.seed);
    let new = sketch(&edited);
    let former = Before {
        positions: before.positions.iter().copied().map(Some).collect(),
        pinned: Vec::new(),
        changed: changed(&task.estate, &edited),
    };
    let lay_out_again = |before: &Before| {
        let run = Run { before: Some(before), ..Run::default() };
        lay_out_with(&new, Method::Overview, &run).expect("nobody cancels")
    };
    let after = timed("layout", task.repeats, || lay_out_again(&former));
    count("same", f64::from(u8::from(after == lay_out_again(&former))));
    // One box in a hundred is where somebody put it, with what changes among them.
    let pinned: Vec<bool> = (0..former.positions.len()).map(|at| at % 100 == 0).collect();
    let held = lay_out_again(&Before { pinned: pinned.clone(), ..former });
    // All of a drawing may be moved, as long as what is pinned stays where it is to each other.
    let pins: Vec<usize> = (0..pinned.len()).filter(|at| pinned[*at]).collect();
    let by = |at: usize| {
        let (from, to) = (before.positions[at], held.positions[at]);
        (to.x - from.x, to.y - from.y)
    };
    let first = pins.first().map_or((0.0, 0.0), |at| by(*at));
    let apart = |at: &&usize| {
        let (x, y) = by(**at);
        (x - first.0).abs() > 0.01 || (y - first.1).abs() > 0.01
    };
    count("pinned", pins.len() as f64);
    count("pinned-moved", pins.iter().filter(apart).count() as f64);
    if let Some(path) = task.other {
        peers::write_drawing(path, &drawing(&task.estate, &before));
        peers::write_drawing(&peers::afterwards(path), &drawing(&edited, &after));
    }
}

/// Nodes that an arrow has come to or gone from.
fn changed(before: &Estate, after: &Estate) -> Vec<bool> {
    let edges = |estate: &Estate| estate.edges.iter().copied().collect::<BTreeSet<_>>();
    let mut changed = vec![false; before.len()];
    for (from, to) in edges(before).symmetric_difference(&edges(after)) {
        changed[*from as usize] = true;
        changed[*to as usize] = true;
    }
    changed
}
