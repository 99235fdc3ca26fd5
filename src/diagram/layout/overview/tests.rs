use std::cell::{Cell as Count, RefCell};

use proptest::prelude::*;

use super::super::{
    Before, Cell, CellKind, Layout, Method, PICTURES, Point, Rect, Run, Sketch, SketchEdge,
    SketchNode, lay_out_with,
};

const WIDTH: f32 = 208.0;

fn sketch(clusters: &[u32], edges: &[(usize, usize)]) -> Sketch {
    let node = |(n, &cluster): (usize, &u32)| {
        let height = if n.is_multiple_of(3) { 50.0 } else { 72.0 };
        SketchNode { width: WIDTH, height, cluster }
    };
    let edge = |&(from, to): &(usize, usize)| SketchEdge { from, to, from_port: None };
    Sketch {
        nodes: clusters.iter().enumerate().map(node).collect(),
        edges: edges.iter().map(edge).collect(),
    }
}

fn run(sketch: &Sketch, before: Option<&Before>) -> Layout {
    let run = Run { before, ..Run::default() };
    lay_out_with(sketch, Method::Overview, &run).expect("nobody cancelled")
}

/// Numbers without a pattern.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((self.0 >> 33) as usize) % bound.max(1)
    }
}

/// An estate in small: most arrows stay within a cluster, one box reaches all of them.
fn estate(count: usize, clusters: usize) -> Sketch {
    let mut random = Random(42);
    let of: Vec<u32> = (0..count).map(|_| random.below(clusters) as u32).collect();
    let mut edges = Vec::new();
    for _ in 0..2 * count {
        let (from, to) = (random.below(count * 9 / 10), random.below(count * 9 / 10));
        if of[from] == of[to] || random.below(10) == 0 {
            edges.push((from, to));
        }
    }
    edges.extend((1..count / 4).map(|n| (0, n)));
    sketch(&of, &edges)
}

fn rects(sketch: &Sketch, layout: &Layout) -> Vec<Rect> {
    let rect = |(p, n): (&Point, &SketchNode)| Rect::new(p.x, p.y, n.width, n.height);
    layout.positions.iter().zip(&sketch.nodes).map(rect).collect()
}

fn overlapping(rects: &[Rect]) -> Option<(usize, usize)> {
    let mut order: Vec<usize> = (0..rects.len()).collect();
    order.sort_by(|&a, &b| rects[a].min.x.total_cmp(&rects[b].min.x));
    for (i, &a) in order.iter().enumerate() {
        let right = rects[a].max.x;
        for &b in order[i + 1..].iter().take_while(|&&b| rects[b].min.x < right) {
            if rects[a].expand(-0.01).overlaps(&rects[b]) {
                return Some((a, b));
            }
        }
    }
    None
}

/// What every overview promises.
fn holds(sketch: &Sketch, layout: &Layout, pinned: &[bool]) {
    let rects = rects(sketch, layout);
    assert_eq!(rects.len(), sketch.nodes.len());
    assert_eq!(layout.routes.len(), sketch.edges.len());
    for rect in &rects {
        assert!(rect.min.x.is_finite() && rect.min.y.is_finite());
        assert!(layout.bounds.expand(0.1).contains(rect.min));
        assert!(layout.bounds.expand(0.1).contains(rect.max));
    }
    assert_eq!(overlapping(&rects), None);
    let is_pinned = |n: usize| pinned.get(n) == Some(&true);
    for (n, rect) in rects.iter().enumerate() {
        let cell = &layout.cells[layout.cell_of[n] as usize];
        let inside = cell.rect.expand(0.01).contains(rect.min);
        assert!(is_pinned(n) || inside, "box {n} is outside of its block");
    }
    let mut has_arrow = vec![false; rects.len()];
    for edge in &sketch.edges {
        has_arrow[edge.from] = true;
        has_arrow[edge.to] = true;
    }
    for (n, has_arrow) in has_arrow.iter().enumerate() {
        let kind = layout.cells[layout.cell_of[n] as usize].kind;
        assert_eq!(kind == CellKind::Tray, !has_arrow, "the tray holds what has no arrow: {n}");
        if let CellKind::Cluster(cluster) = kind {
            assert_eq!(cluster, sketch.nodes[n].cluster);
        }
    }
    if !(0..rects.len()).any(is_pinned) {
        let framed: Vec<Rect> = layout.cells.iter().map(|c: &Cell| c.rect).collect();
        assert_eq!(overlapping(&framed), None, "blocks overlap");
    }
}

fn everything(layout: &Layout, pinned: Vec<bool>, changed: Vec<bool>) -> Before {
    let positions = layout.positions.iter().map(|p| Some(*p)).collect();
    Before { positions, pinned, changed }
}

fn any_sketch() -> impl Strategy<Value = Sketch> {
    (1usize..60, 1u32..6).prop_flat_map(|(count, clusters)| {
        let sizes = proptest::collection::vec((60f32..260.0, 30f32..300.0, 0..clusters), count);
        let edges = proptest::collection::vec((0..count, 0..count), 0..90);
        (sizes, edges).prop_map(|(sizes, edges)| {
            let mut sketch = sketch(&vec![0; sizes.len()], &edges);
            for (node, (width, height, cluster)) in sketch.nodes.iter_mut().zip(sizes) {
                *node = SketchNode { width, height, cluster };
            }
            sketch
        })
    })
}

proptest! {
    #[test]
    fn an_overview_keeps_its_promises_and_is_the_same_twice(sketch in any_sketch()) {
        let layout = run(&sketch, None);
        holds(&sketch, &layout, &[]);
        prop_assert_eq!(run(&sketch, None), layout);
    }

    #[test]
    fn after_any_change_pinned_boxes_are_where_they_were(
        old in any_sketch(),
        new in any_sketch(),
        pins in proptest::collection::vec(any::<bool>(), 60),
        changed in proptest::collection::vec(any::<bool>(), 60),
        known in proptest::collection::vec(any::<bool>(), 60),
    ) {
        // Positions of another graph: whatever is asked for, the promises hold.
        let mut at: Vec<Option<Point>> = run(&old, None).positions.into_iter().map(Some).collect();
        at.resize(new.nodes.len(), None);
        let known = known.iter().chain(std::iter::repeat(&true));
        let at: Vec<_> = at.into_iter().zip(known).map(|(p, known)| p.filter(|_| *known)).collect();
        // People may pin boxes only where they do not overlap.
        let mut pinned = vec![false; at.len()];
        let mut taken: Vec<Rect> = Vec::new();
        for n in 0..at.len() {
            if let Some(p) = at[n].filter(|_| pins[n % pins.len()]) {
                let rect = Rect::new(p.x, p.y, new.nodes[n].width, new.nodes[n].height);
                if !taken.iter().any(|t| t.overlaps(&rect)) {
                    pinned[n] = true;
                    taken.push(rect);
                }
            }
        }
        let before = Before { positions: at.clone(), pinned: pinned.clone(), changed };
        let layout = run(&new, Some(&before));
        for n in (0..at.len()).filter(|&n| pinned[n]) {
            prop_assert_eq!(Some(layout.positions[n]), at[n]);
        }
        holds(&new, &layout, &pinned);
        prop_assert_eq!(run(&new, Some(&before)), layout);
    }
}

#[test]
fn degenerate_graphs_are_drawn() {
    let star: Vec<(usize, usize)> = (1..10_000).map(|n| (0, n)).collect();
    let chain: Vec<(usize, usize)> = (1..100_000).map(|n| (n - 1, n)).collect();
    let clique: Vec<(usize, usize)> =
        (0..300).flat_map(|a| (0..300).filter(move |b| a != *b).map(move |b| (a, b))).collect();
    let ring: Vec<(usize, usize)> = (0..40).map(|n| (n, (n + 1) % 40)).collect();
    let parallel = vec![(0, 1); 400];
    let selves: Vec<(usize, usize)> = (0..30).map(|n| (n, n)).collect();
    let giant: Vec<u32> = (0..500).map(|n| u32::from(n < 3)).collect();
    let pairs: Vec<(usize, usize)> = (0..250).map(|n| (n, n + 250)).collect();
    let cases: [(&str, Sketch); 11] = [
        ("none", Sketch::default()),
        ("one", sketch(&[0], &[])),
        ("one with itself", sketch(&[0], &[(0, 0)])),
        ("selves", sketch(&[0; 30], &selves)),
        ("parallel", sketch(&[0, 1], &parallel)),
        ("star", sketch(&vec![0; 10_000], &star)),
        ("chain", sketch(&vec![0; 100_000], &chain)),
        ("clique", sketch(&[0; 300], &clique)),
        ("ring", sketch(&[0; 40], &ring)),
        ("all alone", sketch(&[0; 2_000], &[])),
        ("one giant cluster", sketch(&giant, &pairs)),
    ];
    for (name, sketch) in cases {
        println!("{name}");
        let layout = run(&sketch, None);
        holds(&sketch, &layout, &[]);
        if !sketch.nodes.is_empty() {
            let before = everything(&layout, Vec::new(), vec![true; sketch.nodes.len()]);
            holds(&sketch, &run(&sketch, Some(&before)), &[]);
        }
    }
}

#[test]
fn each_box_alone_in_its_cluster_is_laid_out_by_what_hangs_together() {
    let clusters: Vec<u32> = (0..60).collect();
    let edges: Vec<(usize, usize)> = (1..60).filter(|n| n % 20 != 0).map(|n| (n - 1, n)).collect();
    let layout = run(&sketch(&clusters, &edges), None);
    assert!(layout.cells.iter().all(|c| c.kind == CellKind::Component), "{:?}", layout.cells);
    assert_eq!(layout.cells.len(), 3);
}

#[test]
fn a_box_in_touch_with_many_clusters_is_kept_apart() {
    let layout = run(&estate(400, 12), None);
    assert_eq!(layout.cells[layout.cell_of[0] as usize].kind, CellKind::Hubs);
}

#[test]
fn what_did_not_change_does_not_move() {
    let sketch = estate(600, 14);
    let layout = run(&sketch, None);
    let before = everything(&layout, Vec::new(), Vec::new());
    assert_eq!(run(&sketch, Some(&before)), layout);
}

#[test]
fn after_an_edit_the_map_stays_and_new_boxes_stand_among_their_own() {
    let old = estate(2_000, 40);
    let layout = run(&old, None);
    let diagonal = layout.bounds.width().hypot(layout.bounds.height());
    let (mut new, mut random) = (old.clone(), Random(7));
    let mut changed = vec![false; old.nodes.len()];
    for _ in 0..old.edges.len() / 100 {
        let at = random.below(new.edges.len());
        let gone = new.edges.swap_remove(at);
        let (from, to) = (random.below(1_800), random.below(1_800));
        new.edges.push(SketchEdge { from, to, from_port: None });
        for n in [gone.from, gone.to, from, to] {
            changed[n] = true;
        }
    }
    let mut before = everything(&layout, Vec::new(), changed);
    for n in 0..20 {
        let friend = 100 + 17 * n;
        let cluster = old.nodes[friend].cluster;
        new.edges.push(SketchEdge { from: new.nodes.len(), to: friend, from_port: None });
        new.nodes.push(SketchNode { width: WIDTH, height: 50.0, cluster });
        before.positions.push(None);
    }
    let next = run(&new, Some(&before));
    holds(&new, &next, &[]);
    let moved = |n: usize| {
        let (p, q) = (layout.positions[n], next.positions[n]);
        (p.x - q.x).hypot(p.y - q.y) / diagonal
    };
    let mut moves: Vec<f32> = (0..2_000).map(moved).collect();
    let mean = moves.iter().sum::<f32>() / 2_000.0;
    moves.sort_by(f32::total_cmp);
    assert!(mean < 0.015, "boxes moved by {mean} of the diagonal on average");
    assert!(moves[1_900] < 0.03, "one box in twenty moved by {} of it or more", moves[1_900]);
    // From nothing, everything would be elsewhere: the bound above says something.
    let cold = run(&new, None);
    let elsewhere = (0..2_000)
        .map(|n| {
            let (p, q) = (layout.positions[n], cold.positions[n]);
            (p.x - q.x).hypot(p.y - q.y) / diagonal
        })
        .sum::<f32>();
    assert!(elsewhere / 2_000.0 > 0.03);
}

#[test]
fn pins_of_a_project_opened_again_hold_where_nothing_else_is_known() {
    let sketch = estate(300, 6);
    let mut before =
        Before { positions: vec![None; 300], pinned: vec![false; 300], changed: Vec::new() };
    for (n, at) in [(4, Point::new(-900.0, 300.0)), (50, Point::new(5_000.0, -70.0))] {
        before.positions[n] = Some(at);
        before.pinned[n] = true;
    }
    let layout = run(&sketch, Some(&before));
    assert_eq!(layout.positions[4], Point::new(-900.0, 300.0));
    assert_eq!(layout.positions[50], Point::new(5_000.0, -70.0));
    holds(&sketch, &layout, &before.pinned);
}

#[test]
fn pictures_on_the_way_are_whole_and_few() {
    let sketch = estate(800, 9);
    let seen: RefCell<Vec<usize>> = RefCell::default();
    let show = |layout: &Layout| seen.borrow_mut().push(layout.positions.len());
    let run = Run { picture: Some(&show), ..Run::default() };
    lay_out_with(&sketch, Method::Overview, &run).expect("nobody cancelled");
    let seen = seen.into_inner();
    assert!((1..=PICTURES).contains(&seen.len()), "{seen:?}");
    assert!(seen.iter().all(|count| *count == 800));
}

#[test]
fn work_stops_soon_after_it_is_cancelled() {
    let sketch = estate(3_000, 5);
    let changed = (0..3_000).map(|n| n % 3 == 0).collect();
    let before = everything(&run(&sketch, None), Vec::new(), changed);
    let asked = Count::new(0usize);
    let count = || {
        asked.set(asked.get() + 1);
        false
    };
    for before in [None, Some(&before)] {
        asked.set(0);
        let whole = Run { before, cancelled: &count, picture: None };
        lay_out_with(&sketch, Method::Overview, &whole).expect("nobody cancelled");
        let asks = asked.get();
        assert!(asks > 10, "asked {asks} times only");
        for stop in [0, asks / 3, asks - 1] {
            asked.set(0);
            let stops = || {
                asked.set(asked.get() + 1);
                asked.get() > stop
            };
            let run = Run { before, cancelled: &stops, picture: None };
            assert!(lay_out_with(&sketch, Method::Overview, &run).is_none());
            // Not one question later than needed, so no work between either.
            assert_eq!(asked.get(), stop + 1);
        }
    }
}

#[test]
fn lone_boxes_stand_below_the_rest_of_their_cluster() {
    // Two clusters with arrows, each with a box that has none.
    let clusters: Vec<u32> = (0..42).map(|n| n % 2).collect();
    let edges: Vec<(usize, usize)> = (2..40).map(|n| (n - 2, n)).collect();
    let layout = run(&sketch(&clusters, &edges), None);
    let middle = |wanted: CellKind| {
        let cell = layout.cells.iter().find(|cell| cell.kind == wanted).expect("a cell of its own");
        cell.rect.center().x
    };
    let (one, other) = (middle(CellKind::Cluster(0)), middle(CellKind::Cluster(1)));
    assert!((one - other).abs() > WIDTH, "the clusters are side by side");
    for (lone, own) in [(40, one), (41, other)] {
        let by = layout.positions[lone].x + WIDTH / 2.0 - own;
        assert!(by.abs() < WIDTH, "box {lone} is {by} away from below its own");
    }
}

#[test]
fn a_tray_of_many_boxes_below_a_few_is_no_tower() {
    let layout = run(&sketch(&vec![0; 2_000], &[(0, 1)]), None);
    let (width, height) = (layout.bounds.width(), layout.bounds.height());
    assert!(width > height, "{width} by {height}");
}

#[test]
fn clusters_of_very_different_sizes_are_apart() {
    // The k-th of twelve clusters has about a k-th of the boxes of the first, and each box an arrow
    // to one before it, most of them to one of its own.
    let mut random = Random(11);
    let of: Vec<u32> = (1..=12usize).flat_map(|k| std::iter::repeat_n(k as u32, 160 / k)).collect();
    let edges: Vec<(usize, usize)> = (1..of.len())
        .map(|n| {
            let own = of.iter().position(|cluster| *cluster == of[n]).unwrap_or(0);
            let any = own == n || random.below(7) == 0;
            (if any { random.below(n) } else { own + random.below(n - own) }, n)
        })
        .collect();
    let sketch = sketch(&of, &edges);
    let centers: Vec<Point> =
        rects(&sketch, &run(&sketch, None)).iter().map(Rect::center).collect();
    // Mean distance to the middle of a box's own kind.
    let spread = |kind: &dyn Fn(usize) -> u32| {
        let mut middles = [(0f32, 0f32, 0f32); 13];
        for (n, p) in centers.iter().enumerate() {
            let middle = &mut middles[kind(n) as usize];
            *middle = (middle.0 + p.x, middle.1 + p.y, middle.2 + 1.0);
        }
        let far = |(n, p): (usize, &Point)| {
            let (x, y, many) = middles[kind(n) as usize];
            (p.x - x / many).hypot(p.y - y / many)
        };
        centers.iter().enumerate().map(far).sum::<f32>()
    };
    let ratio = spread(&|n| of[n]) / spread(&|_| 0);
    assert!(ratio <= 0.2, "own middles are {ratio} as far as that of all");
}
