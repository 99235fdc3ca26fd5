//! What a layered drawing promises, on random sketches and on graphs made to break it.

mod degenerate;
mod optimum;
mod peers;
mod promises;
mod warm;

use super::super::tests::meets;
use super::super::{Layout, Point, Rect, Sketch, SketchEdge, SketchNode};
use super::Wishes;

pub(super) fn sketch(sizes: &[(f32, f32)], edges: &[(usize, usize)]) -> Sketch {
    Sketch {
        nodes: sizes
            .iter()
            .map(|&(width, height)| SketchNode { width, height, cluster: 0 })
            .collect(),
        edges: edges.iter().map(|&(from, to)| SketchEdge { from, to, from_port: None }).collect(),
    }
}

pub(super) fn uniform(count: usize, edges: &[(usize, usize)]) -> Sketch {
    sketch(&vec![(120.0, 32.0); count], edges)
}

pub(super) fn run(sketch: &Sketch) -> Layout {
    super::lay_out(sketch, &Wishes::default(), &|| false).expect("nobody cancelled")
}

pub(super) fn run_after(sketch: &Sketch, positions: &[Option<Point>]) -> Layout {
    let wishes = Wishes { before: Some(positions), columns: None };
    super::lay_out(sketch, &wishes, &|| false).expect("nobody cancelled")
}

pub(super) fn boxes(sketch: &Sketch, layout: &Layout) -> Vec<Rect> {
    sketch.nodes.iter().zip(&layout.positions).map(|(n, at)| super::rect(n, *at)).collect()
}

/// Fails unless everything that a layered drawing promises holds.
pub(super) fn check(sketch: &Sketch, layout: &Layout) {
    let boxes = boxes(sketch, layout);
    let mut by_left: Vec<usize> = (0..boxes.len()).collect();
    by_left.sort_by(|&a, &b| boxes[a].min.x.total_cmp(&boxes[b].min.x));
    for (i, &n) in by_left.iter().enumerate() {
        let a = boxes[n];
        assert!(a.min.x.is_finite() && a.min.y.is_finite(), "box {n} has a place");
        assert!(layout.bounds.expand(0.5).contains(a.min), "box {n} is within the bounds");
        assert!(layout.bounds.expand(0.5).contains(a.max), "box {n} is within the bounds");
        for &m in by_left[i + 1..].iter().take_while(|&&m| boxes[m].min.x < a.max.x) {
            assert!(!a.expand(-0.01).overlaps(&boxes[m]), "boxes {n} {a:?} and {m} overlap");
        }
    }
    for (e, (edge, route)) in sketch.edges.iter().zip(&layout.routes).enumerate() {
        let (from, to) = (boxes[edge.from], boxes[edge.to]);
        assert!(route.len() >= 2, "arrow {e} has a route");
        let (start, end) = (route[0], route[route.len() - 1]);
        let backwards = layout.reversed[e];
        assert!(
            route.iter().all(|p| layout.bounds.expand(0.5).contains(*p)),
            "arrow {e} in bounds"
        );
        let near = |a: f32, b: f32| (a - b).abs() < 0.1;
        if edge.from == edge.to {
            assert!(!backwards && near(start.x, from.max.x) && near(end.x, from.max.x));
        } else {
            let (out, inn) =
                if backwards { (from.min.x, to.max.x) } else { (from.max.x, to.min.x) };
            assert!(near(start.x, out), "arrow {e} leaves from the border of its box");
            assert!(near(end.x, inn), "arrow {e} arrives at the border of its box");
            if let Some(port) = edge.from_port {
                assert!(near(start.y, from.min.y + port), "arrow {e} leaves at its port");
            }
            assert_eq!(from.max.x <= to.min.x, !backwards, "arrow {e} runs as it is marked");
            assert_eq!(to.max.x <= from.min.x, backwards, "arrow {e} runs as it is marked");
            for pair in route.windows(2) {
                assert_eq!(pair[0].x <= pair[1].x, !backwards, "arrow {e} never turns");
            }
        }
        assert!((from.min.y - 0.1..=from.max.y + 0.1).contains(&start.y), "arrow {e} at its box");
        assert!((to.min.y - 0.1..=to.max.y + 0.1).contains(&end.y), "arrow {e} at its box");
        for (n, foreign) in boxes.iter().enumerate() {
            if n == edge.from || n == edge.to {
                continue;
            }
            for pair in route.windows(2) {
                assert!(!meets(pair[0], pair[1], foreign), "arrow {e} runs through box {n}");
            }
        }
        // A slanted piece lies in a channel: no box of the same part stands above or below it. The
        // curve that is drawn in its place stays within the rectangle around it.
        for pair in route.windows(2).filter(|p| (p[0].y - p[1].y).abs() > 0.05) {
            let around = Rect {
                min: Point::new(pair[0].x.min(pair[1].x), pair[0].y.min(pair[1].y)),
                max: Point::new(pair[0].x.max(pair[1].x), pair[0].y.max(pair[1].y)),
            };
            if edge.from != edge.to {
                for (n, other) in boxes.iter().enumerate() {
                    assert!(!around.expand(-0.2).overlaps(other), "arrow {e} bends beside box {n}");
                }
            }
        }
    }
}

/// Pairs of pieces of arrows that cross; arrows with a common box do not count.
pub(super) fn crossings(sketch: &Sketch, layout: &Layout) -> usize {
    let orient = |a: Point, b: Point, c: Point| {
        f64::from(b.x - a.x) * f64::from(c.y - a.y) - f64::from(b.y - a.y) * f64::from(c.x - a.x)
    };
    let mut pieces: Vec<(usize, Point, Point)> = Vec::new();
    for (e, route) in layout.routes.iter().enumerate() {
        pieces.extend(
            route.windows(2).map(
                |p| {
                    if p[0].x <= p[1].x { (e, p[0], p[1]) } else { (e, p[1], p[0]) }
                },
            ),
        );
    }
    pieces.sort_by(|a, b| a.1.x.total_cmp(&b.1.x));
    let mut count = 0;
    for (i, &(e, a, b)) in pieces.iter().enumerate() {
        for &(f, c, d) in pieces[i + 1..].iter().take_while(|p| p.1.x <= b.x) {
            let (x, y) = (&sketch.edges[e], &sketch.edges[f]);
            if [x.from, x.to].iter().any(|n| [y.from, y.to].contains(n)) {
                continue;
            }
            if orient(a, b, c) * orient(a, b, d) < 0.0 && orient(c, d, a) * orient(c, d, b) < 0.0 {
                count += 1;
            }
        }
    }
    count
}
