use proptest::prelude::*;

use super::*;

fn sketch(sizes: &[(f32, f32)], edges: &[(usize, usize)]) -> Sketch {
    Sketch {
        nodes: sizes
            .iter()
            .enumerate()
            .map(|(i, &(width, height))| SketchNode { width, height, cluster: i as u32 % 3 })
            .collect(),
        edges: edges.iter().map(|&(from, to)| SketchEdge { from, to, from_port: None }).collect(),
    }
}

fn uniform(count: usize, edges: &[(usize, usize)]) -> Sketch {
    sketch(&vec![(200.0, 50.0); count], edges)
}

fn run(sketch: &Sketch, method: Method) -> Layout {
    lay_out(sketch, method, &|| false).expect("nobody cancelled")
}

fn rect(sketch: &Sketch, layout: &Layout, node: usize) -> Rect {
    let (at, node) = (layout.positions[node], &sketch.nodes[node]);
    Rect::new(at.x, at.y, node.width, node.height)
}

/// Whether a segment meets the inside of a rectangle (Liang and Barsky's clipping).
pub(super) fn meets(a: Point, b: Point, rect: &Rect) -> bool {
    let rect = rect.expand(-0.5);
    let (mut enter, mut leave) = (0f32, 1f32);
    for (start, delta, low, high) in
        [(a.x, b.x - a.x, rect.min.x, rect.max.x), (a.y, b.y - a.y, rect.min.y, rect.max.y)]
    {
        if delta.abs() < 1e-6 {
            if start < low || start > high {
                return false;
            }
            continue;
        }
        let (t, u) = ((low - start) / delta, (high - start) / delta);
        enter = enter.max(t.min(u));
        leave = leave.min(t.max(u));
    }
    enter <= leave
}

fn no_overlap(sketch: &Sketch, layout: &Layout) {
    let mut boxes: Vec<(usize, Rect)> =
        (0..sketch.nodes.len()).map(|n| (n, rect(sketch, layout, n))).collect();
    boxes.sort_by(|a, b| a.1.min.x.total_cmp(&b.1.min.x));
    for (i, (n, a)) in boxes.iter().enumerate() {
        assert!(a.min.x.is_finite() && a.min.y.is_finite());
        for (m, b) in boxes[i + 1..].iter().take_while(|(_, b)| b.min.x < a.max.x) {
            assert!(!a.expand(-0.01).overlaps(b), "boxes {n} {a:?} and {m} {b:?} overlap");
        }
    }
}

fn holds_layered(sketch: &Sketch, layout: &Layout) {
    no_overlap(sketch, layout);
    let around = layout.bounds.expand(0.5);
    for (e, (edge, route)) in sketch.edges.iter().zip(&layout.routes).enumerate() {
        let (from, to) = (rect(sketch, layout, edge.from), rect(sketch, layout, edge.to));
        assert!(route.len() >= 2, "arrow {e} has a route");
        assert!(route.iter().all(|p| around.contains(*p)), "arrow {e} stays in the bounds");
        assert!(from.expand(0.1).contains(route[0]), "arrow {e} starts at its source");
        assert!(to.expand(0.1).contains(route[route.len() - 1]), "arrow {e} ends at its target");
        if edge.from != edge.to {
            let forward = from.max.x <= to.min.x;
            assert_eq!(forward, !layout.reversed[e], "arrow {e} runs as it is marked");
            for pair in route.windows(2) {
                assert_eq!(pair[0].x <= pair[1].x, !layout.reversed[e]);
            }
        }
        for n in (0..sketch.nodes.len()).filter(|n| ![edge.from, edge.to].contains(n)) {
            let foreign = rect(sketch, layout, n);
            for pair in route.windows(2) {
                assert!(!meets(pair[0], pair[1], &foreign), "arrow {e} runs through box {n}");
            }
        }
    }
}

fn any_sketch() -> impl Strategy<Value = Sketch> {
    (1usize..24).prop_flat_map(|count| {
        let sizes = proptest::collection::vec((60f32..260.0, 30f32..300.0), count);
        let edges = proptest::collection::vec((0..count, 0..count, any::<bool>()), 0..50);
        (sizes, edges).prop_map(|(sizes, edges)| {
            let pairs: Vec<(usize, usize)> = edges.iter().map(|e| (e.0, e.1)).collect();
            let mut sketch = sketch(&sizes, &pairs);
            for (edge, given) in sketch.edges.iter_mut().zip(&edges) {
                edge.from_port = edge_port(sizes[edge.from].1, given.2);
            }
            sketch
        })
    })
}

fn edge_port(height: f32, given: bool) -> Option<f32> {
    given.then_some(height * 0.7)
}

proptest! {
    #[test]
    fn a_layered_drawing_keeps_its_promises(sketch in any_sketch()) {
        let layout = run(&sketch, Method::Layered);
        holds_layered(&sketch, &layout);
        prop_assert_eq!(run(&sketch, Method::Layered), layout);
    }

    #[test]
    fn boxes_of_the_overview_do_not_overlap(sketch in any_sketch()) {
        let layout = run(&sketch, Method::Overview);
        no_overlap(&sketch, &layout);
        for (edge, route) in sketch.edges.iter().zip(&layout.routes) {
            prop_assert!(rect(&sketch, &layout, edge.from).expand(0.1).contains(route[0]));
            prop_assert!(rect(&sketch, &layout, edge.to).expand(0.1).contains(route[route.len() - 1]));
        }
        prop_assert_eq!(run(&sketch, Method::Overview), layout);
    }
}

#[test]
fn a_cycle_has_one_marked_arrow_back() {
    let sketch = uniform(3, &[(0, 1), (1, 2), (2, 0)]);
    let layout = run(&sketch, Method::Layered);
    holds_layered(&sketch, &layout);
    assert_eq!(layout.reversed.iter().filter(|r| **r).count(), 1);
}

#[test]
fn a_chain_runs_on_and_a_long_arrow_goes_around() {
    let sketch = uniform(4, &[(0, 1), (1, 2), (2, 3), (0, 3)]);
    let layout = run(&sketch, Method::Layered);
    holds_layered(&sketch, &layout);
    let xs: Vec<f32> = layout.positions.iter().map(|p| p.x).collect();
    assert!(xs.is_sorted());
    // Either the long arrow or the chain makes room; which, is for the layout to say.
    let level = layout.positions.iter().all(|p| p.y == layout.positions[0].y);
    assert!(!level || layout.routes[3].len() > 2, "{:?}", layout.routes);
}

#[test]
fn parallel_arrows_lie_apart() {
    let sketch = uniform(2, &[(0, 1), (0, 1), (1, 0)]);
    let layout = run(&sketch, Method::Layered);
    holds_layered(&sketch, &layout);
    let mut starts: Vec<f32> = layout.routes.iter().map(|r| r[0].y.max(r[r.len() - 1].y)).collect();
    starts.sort_by(f32::total_cmp);
    assert!(starts.windows(2).all(|w| w[1] - w[0] > 4.0), "{starts:?}");
}

#[test]
fn boxes_without_arrows_stand_below() {
    let sketch = uniform(4, &[(0, 1)]);
    let layout = run(&sketch, Method::Layered);
    let lowest = rect(&sketch, &layout, 0).max.y.max(rect(&sketch, &layout, 1).max.y);
    assert!(layout.positions[2].y > lowest && layout.positions[3].y > lowest);
}

#[test]
fn nothing_to_draw_is_drawn() {
    for method in [Method::Layered, Method::Overview] {
        assert_eq!(run(&Sketch::default(), method).positions, []);
    }
}

#[test]
fn a_very_long_chain_needs_no_deep_stack() {
    let edges: Vec<(usize, usize)> = (1..50_000).map(|i| (i - 1, i)).collect();
    let layout = run(&uniform(50_000, &edges), Method::Layered);
    assert_eq!(layout.positions.len(), 50_000);
}

#[test]
fn work_stops_when_nobody_wants_it() {
    let sketch = uniform(3, &[(0, 1), (1, 2)]);
    assert!(lay_out(&sketch, Method::Layered, &|| true).is_none());
    assert!(lay_out(&sketch, Method::Overview, &|| true).is_none());
}

#[test]
fn pinned_boxes_of_a_layered_drawing_stand_where_they_were_put() {
    let sketch = uniform(5, &[(0, 1), (1, 2), (2, 3), (0, 3), (3, 1)]);
    let free = run(&sketch, Method::Layered);
    // One on another, and one far away.
    let mut before =
        Before { positions: vec![None; 5], pinned: vec![false; 5], ..Before::default() };
    for (n, at) in [(1, free.positions[2]), (3, Point::new(-700.0, 1_200.0))] {
        before.positions[n] = Some(at);
        before.pinned[n] = true;
    }
    let with_pins = Run { before: Some(&before), ..Run::default() };
    let layout = lay_out_with(&sketch, Method::Layered, &with_pins).expect("nobody cancelled");
    assert_eq!(layout.positions[1], free.positions[2]);
    assert_eq!(layout.positions[3], Point::new(-700.0, 1_200.0));
    no_overlap(&sketch, &layout);
    for (edge, route) in sketch.edges.iter().zip(&layout.routes) {
        assert!(rect(&sketch, &layout, edge.from).expand(0.1).contains(route[0]));
        assert!(rect(&sketch, &layout, edge.to).expand(0.1).contains(route[route.len() - 1]));
        assert!(route.iter().all(|p| layout.bounds.expand(0.1).contains(*p)));
    }
}
