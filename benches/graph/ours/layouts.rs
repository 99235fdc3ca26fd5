//! Layouts from nothing, and after an edit.

use exchange_studio::diagram::layout::{Layout, Method, Sketch, SketchEdge, SketchNode, lay_out};

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
    let area = |at: &exchange_studio::diagram::layout::Point| {
        let [left, top, right, bottom] = [at.x, at.y, at.x + WIDTH, at.y + HEIGHT];
        [left, top, right, bottom].map(f64::from)
    };
    let corners = |route: &Vec<exchange_studio::diagram::layout::Point>| {
        route.iter().map(|at| [f64::from(at.x), f64::from(at.y)]).collect()
    };
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

/// A layout after an edit of one arrow in a hundred.
pub fn again(_: &Task) {}
