//! The measures and the graphs of the benchmarks: what they say is held against drawings whose
//! answers are known, or else a ratio to another program would mean nothing.

#[path = "../../benches/graph/generate.rs"]
mod generate;
#[path = "../../benches/graph/quality.rs"]
mod quality;

use std::collections::{BTreeMap, BTreeSet};

use exchange_studio::config::{Project, Source};
use exchange_studio::trust::{Node, Reading, TrustGraph};
use petgraph::visit::{EdgeRef, IntoEdgeReferences};

use generate::{Estate, Kind, SEED};
use quality::{Drawing, Movement, Point, Quality, crossings};

/// Boxes of 10 × 10 around some points, with straight edges.
fn drawing(middles: &[Point], edges: &[(u32, u32)]) -> Drawing {
    Drawing {
        boxes: middles.iter().map(|[x, y]| [x - 5.0, y - 5.0, x + 5.0, y + 5.0]).collect(),
        edges: edges.to_vec(),
        routes: Vec::new(),
        clusters: vec![0; middles.len()],
    }
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

#[test]
fn crossings_are_counted_on_the_lines_as_drawn() {
    let square = [[0.0, 0.0], [100.0, 0.0], [0.0, 100.0], [100.0, 100.0]];
    let crosses = |edges: &[(u32, u32)]| Quality::of(&drawing(&square, edges)).crossings;
    assert_eq!(crosses(&[(0, 3), (1, 2)]), 1.0);
    assert_eq!(crosses(&[(0, 1), (2, 3)]), 0.0);
    assert_eq!(crosses(&[(0, 3), (0, 2), (0, 1)]), 0.0, "they share an end");
    let mut bent = drawing(&square, &[(0, 3), (1, 2)]);
    bent.routes = vec![Vec::new(), vec![[100.0, 0.0], [200.0, 200.0], [0.0, 100.0]]];
    assert_eq!(Quality::of(&bent).crossings, 0.0, "one goes around the other");
    // Upright and level lines have no slope to divide by.
    let cross = [[0.0, 50.0], [100.0, 50.0], [50.0, 0.0], [50.0, 100.0]];
    assert_eq!(Quality::of(&drawing(&cross, &[(0, 1), (3, 2)])).crossings, 1.0);
}

#[test]
fn a_complete_bipartite_drawing_has_the_crossings_of_the_formula() {
    // On two lines, k and k nodes: (k choose 2) squared.
    let (k, mut middles, mut edges) = (60u32, Vec::new(), Vec::new());
    for side in [0.0, 1000.0] {
        middles.extend((0..k).map(|at| [side, f64::from(at * at) * 3.7 + f64::from(at) * 11.0]));
    }
    for from in 0..k {
        // In an order that a sample at equal steps does not depend on.
        edges.extend((0..k).map(|at| (from * 37 % k, k + (at * 7 + from * 11) % k)));
    }
    let drawing = drawing(&middles, &edges);
    let all = f64::from(k * (k - 1) / 2).powi(2);
    assert_eq!(Quality::of(&drawing).crossings, all);
    let estimate = crossings(&drawing, 0);
    assert_ne!(estimate, all, "some stand for all");
    assert!((estimate / all - 1.0).abs() < 0.03, "{estimate} of {all}");
}

#[test]
fn lines_through_boxes_are_told_from_lines_along_them() {
    let row = |y: f64| [[0.0, 0.0], [100.0, 0.0], [50.0, y]];
    let through = |y: f64| Quality::of(&drawing(&row(y), &[(0, 1)])).through_boxes;
    assert_eq!(through(0.0), 1.0);
    assert_eq!(through(4.0), 1.0);
    assert_eq!(through(5.0), 0.0, "along the border");
    assert_eq!(through(20.0), 0.0);
    let mut around = drawing(&row(0.0), &[(0, 1)]);
    around.routes = vec![vec![[0.0, 0.0], [30.0, 20.0], [70.0, 20.0], [100.0, 0.0]]];
    assert_eq!(Quality::of(&around).through_boxes, 0.0);
    // Each edge counts once, and over any distance: a long diagonal over a field of boxes.
    let mut field: Vec<Point> =
        (0..900).map(|at| [f64::from(at % 30) * 40.0, f64::from(at / 30) * 40.0]).collect();
    field.extend([[-50.0, -50.0], [1300.0, 1300.0], [-50.0, 1300.0], [-50.0, -30.0]]);
    let found = Quality::of(&drawing(&field, &[(900, 901), (902, 903)])).through_boxes;
    assert_eq!(found, 1.0, "the other passes to the left of the field");
}

#[test]
fn stress_is_nothing_where_distances_are_true_and_grows_with_folding() {
    let chain = [(0, 1), (1, 2), (2, 3)];
    let line: Vec<Point> = (0..4).map(|at| [f64::from(at) * 37.0, 0.0]).collect();
    assert!(near(Quality::of(&drawing(&line, &chain)).stress, 0.0));
    // Folded in the middle: distances 1, 1, 0 and 2 × 1, 1 for hops 1 (three), 2 (two) and 3.
    let folded = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
    let ratios = [1.0, 1.0, 1.0, 2f64.sqrt() / 2.0, 2f64.sqrt() / 2.0, 1.0 / 3.0];
    let (sum, squares) = (ratios.iter().sum::<f64>(), ratios.iter().map(|it| it * it).sum::<f64>());
    let known = 1.0 - sum * sum / (6.0 * squares);
    assert!(near(Quality::of(&drawing(&folded, &chain)).stress, known));
    let apart = [[0.0, 0.0], [1.0, 0.0], [500.0, 0.0], [501.0, 0.0]];
    let parts = Quality::of(&drawing(&apart, &[(0, 1), (2, 3)]));
    assert!(near(parts.stress, 0.0), "what is not connected has no distance");
}

#[test]
fn spread_overlap_lengths_and_direction() {
    let two = [[0.0, 0.0], [20.0, 0.0], [1000.0, 0.0], [1020.0, 0.0]];
    let mut drawn = drawing(&two, &[(0, 1), (1, 2), (3, 2)]);
    drawn.clusters = vec![0, 0, 1, 1];
    let quality = Quality::of(&drawn);
    // 10 to the own middle; 510, 490, 490 and 510 to the middle of all.
    assert!(near(quality.spread, 10.0 / 500.0));
    assert_eq!(quality.overlap, 0.0);
    assert!(near(quality.rightward, 2.0 / 3.0));
    // 20, 980 and 20: mean 340, deviation 640 / √2.
    assert!(near(quality.length_variation, 640.0 / 2f64.sqrt() / 340.0));
    drawn.boxes[1] = [4.0, 0.0, 14.0, 10.0];
    assert!(near(Quality::of(&drawn).overlap, 0.5), "two of four");
    drawn.boxes[1] = [5.0, 0.0, 15.0, 10.0];
    assert_eq!(Quality::of(&drawn).overlap, 0.0, "side by side");
    assert_eq!(Quality::of(&Drawing::default()), Quality::default());
}

#[test]
fn movement_is_what_remains_after_moving_and_turning() {
    let middles: Vec<Point> =
        (0..50).map(|at| [f64::from(at * 13 % 50) * 20.0, f64::from(at * 7 % 50) * 9.0]).collect();
    let before = drawing(&middles, &[]);
    let turn = |[x, y]: Point| [0.6 * x - 0.8 * y + 300.0, 0.8 * x + 0.6 * y - 40.0];
    let turned: Vec<Point> = middles.iter().map(|it| turn(*it)).collect();
    let still = Movement::between(&before, &drawing(&turned, &[]));
    assert!(still.mean < 1e-9 && still.p95 < 1e-9 && still.raw_mean > 0.1, "{still:?}");
    // A mirror is no turn.
    let mirrored: Vec<Point> = middles.iter().map(|[x, y]| [-x, *y]).collect();
    assert!(Movement::between(&before, &drawing(&mirrored, &[])).mean > 0.1);
    // Four of fifty go 50 to each side: the middle of all stays, and there is nothing to turn.
    let apart = [[0.0, 0.0], [400.0, 0.0], [0.0, 300.0], [400.0, 300.0]];
    let further = [[-30.0, 0.0], [430.0, 0.0], [-30.0, 300.0], [430.0, 300.0]];
    let grown = Movement::between(&drawing(&apart, &[]), &drawing(&further, &[]));
    let diagonal = f64::hypot(410.0, 310.0);
    assert!(near(grown.mean, 30.0 / diagonal) && near(grown.raw_mean, 30.0 / diagonal));
}

#[test]
fn estates_are_the_same_each_time_and_have_the_shape_they_claim() {
    for (nodes, tangled) in [(50, false), (500, true), (2_000, false), (10_000, true)] {
        let estate = Estate::new(nodes, tangled, SEED);
        assert_eq!(estate.list(), Estate::new(nodes, tangled, SEED).list());
        assert_ne!(estate.list(), Estate::new(nodes, tangled, SEED + 1).list());
        assert_eq!(estate.len(), nodes);
        let edges: BTreeSet<_> = estate.edges.iter().collect();
        assert_eq!(edges.len(), estate.edges.len(), "none twice");
        assert!(edges.iter().all(|(from, to)| from != to));
        let degree = edges.len() as f64 / nodes as f64;
        assert!((2.3..=2.4).contains(&degree), "{degree}");
        let share =
            |kind| estate.kinds.iter().filter(|it| **it == kind).count() as f64 / nodes as f64;
        assert_eq!(share(Kind::Principal), 0.1);
        assert_eq!(share(Kind::Broker), 0.02);
        assert!(share(Kind::Issuer) * nodes as f64 <= 24.0);
        let issuers = estate.clusters.iter().max().copied().unwrap_or_default();
        let exchanges = edges.iter().filter(|(from, _)| {
            !matches!(estate.kinds[*from as usize], Kind::Issuer | Kind::Identity)
        });
        let across = exchanges
            .clone()
            .filter(|(from, to)| estate.clusters[*from as usize] != estate.clusters[*to as usize]);
        let across = across.count() as f64 / exchanges.count() as f64;
        // Between all subscriptions means the own one too, now and then.
        let range = if tangled { 0.2..0.4 } else { 0.08..0.25 };
        assert!(nodes < 500 || range.contains(&across), "{across}");
        assert!(estate.clusters.iter().filter(|it| **it == issuers).count() <= 24);
    }
}

#[test]
fn an_edit_of_an_estate_changes_as_many_arrows_as_it_says() {
    let estate = Estate::new(2_000, false, SEED);
    let edited = estate.edited(0.01, 7);
    let (before, after): (BTreeSet<_>, BTreeSet<_>) =
        (estate.edges.iter().collect(), edited.edges.iter().collect());
    assert_eq!(before.difference(&after).count(), 24);
    assert_eq!(after.difference(&before).count(), 24);
}

#[test]
fn the_documents_of_an_estate_mean_its_arrows() {
    let estate = Estate::new(500, true, SEED);
    let bytes = estate.yaml().into_bytes();
    let source = Source { path: None, name: "estate.yaml".to_owned(), bytes };
    let project = Project::from_sources(vec![source]);
    let graph = TrustGraph::new(&project, Reading::RequesterListsTarget);
    // What the nodes of the graph are in the estate, by what stands in the documents.
    let node = |weight: &Node| -> u32 {
        let number = match weight {
            Node::Client(key) => project.client(*key).label().rsplit(' ').next(),
            Node::External { subject, .. } => subject.rsplit('-').next(),
            Node::Ghost(id) => panic!("{id} is nobody"),
        };
        number.and_then(|it| it.parse().ok()).unwrap()
    };
    let found: BTreeSet<(u32, u32)> = graph
        .graph
        .edge_references()
        .map(|edge| (node(&graph.graph[edge.source()]), node(&graph.graph[edge.target()])))
        .collect();
    let wanted = estate.edges.iter().copied();
    let of_issuer = |from: u32| estate.kinds[from as usize] == Kind::Issuer;
    let issuers: BTreeMap<u32, u32> =
        wanted.clone().filter(|it| of_issuer(it.0)).map(|(from, to)| (to, from)).collect();
    let wanted: BTreeSet<(u32, u32)> = wanted.filter(|it| !of_issuer(it.0)).collect();
    assert_eq!(found, wanted);
    for weight in graph.graph.node_weights() {
        if let Node::External { issuer, .. } = weight {
            let issuer = issuer.trim_start_matches("https://issuer-").split('.').next().unwrap();
            assert_eq!(issuer.parse::<u32>().ok(), issuers.get(&node(weight)).copied());
        }
    }
}
