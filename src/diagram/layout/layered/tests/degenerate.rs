//! Graphs that no one draws but someone will load.

use super::*;

fn finite(layout: &Layout) {
    assert!(layout.positions.iter().all(|p| p.x.is_finite() && p.y.is_finite()));
}

#[test]
fn nothing_and_nearly_nothing() {
    assert_eq!(run(&Sketch::default()).positions, []);
    for sketch in
        [uniform(1, &[]), uniform(1, &[(0, 0)]), uniform(3, &[]), uniform(1, &[(0, 0); 3])]
    {
        check(&sketch, &run(&sketch));
    }
    let flat = sketch(&[(0.0, 0.0), (0.0, 0.0)], &[(0, 1), (1, 0), (0, 0)]);
    finite(&run(&flat));
}

#[test]
fn boxes_without_arrows_stand_below() {
    let sketch = uniform(40, &[(0, 1)]);
    let layout = run(&sketch);
    check(&sketch, &layout);
    let lowest = layout.positions[0].y.max(layout.positions[1].y) + 32.0;
    assert!(layout.positions[2..].iter().all(|p| p.y > lowest));
}

#[test]
fn two_hundred_permissions_between_two_boxes() {
    let sketch = uniform(2, &[(0, 1); 200]);
    check(&sketch, &run(&sketch));
}

#[test]
fn a_chain_of_a_hundred_thousand() {
    let count = 100_000;
    let edges: Vec<(usize, usize)> = (1..count).map(|i| (i - 1, i)).collect();
    let layout = run(&uniform(count, &edges));
    finite(&layout);
    assert!(layout.positions.windows(2).all(|p| p[0].x < p[1].x));
}

/// A ring has one arrow over all columns: it runs in a lane, not over 100,000 bends.
#[test]
fn a_ring_of_a_hundred_thousand() {
    let count = 100_000;
    let edges: Vec<(usize, usize)> = (0..count).map(|i| (i, (i + 1) % count)).collect();
    let layout = run(&uniform(count, &edges));
    finite(&layout);
    assert_eq!(layout.reversed.iter().filter(|r| **r).count(), 1);
}

/// Every box also leads to the last one: bends without bound would be 450 millions.
#[test]
fn a_chain_with_shortcuts_to_its_end() {
    let count = 30_000;
    let mut edges: Vec<(usize, usize)> = (1..count).map(|i| (i - 1, i)).collect();
    edges.extend((0..count - 2).map(|i| (i, count - 1)));
    let layout = run(&uniform(count, &edges));
    finite(&layout);
    assert!(layout.routes.iter().map(Vec::len).sum::<usize>() < 600_000);
}

#[test]
fn a_star_of_ten_thousand() {
    let count = 10_000;
    for outward in [true, false] {
        let edges: Vec<(usize, usize)> =
            (1..count).map(|i| if outward { (0, i) } else { (i, 0) }).collect();
        let layout = run(&uniform(count, &edges));
        finite(&layout);
        let mut ys: Vec<f32> = layout.positions[1..].iter().map(|p| p.y).collect();
        ys.sort_by(f32::total_cmp);
        assert!(ys.windows(2).all(|y| y[1] - y[0] > 32.0), "leaves overlap");
    }
}

#[test]
fn a_clique_of_three_hundred() {
    let one_way: Vec<(usize, usize)> =
        (0..300).flat_map(|a| (a + 1..300).map(move |b| (a, b))).collect();
    let layout = run(&uniform(300, &one_way));
    finite(&layout);
    assert!(layout.reversed.iter().all(|r| !r));
}

#[test]
fn a_clique_in_both_directions() {
    let edges: Vec<(usize, usize)> =
        (0..90).flat_map(|a| (0..90).filter(move |b| *b != a).map(move |b| (a, b))).collect();
    let layout = run(&uniform(90, &edges));
    finite(&layout);
    assert_eq!(layout.reversed.iter().filter(|r| **r).count(), edges.len() / 2);
}

/// Two columns of 150 with arrows between nearly all: wide, dense, hopeless.
#[test]
fn a_dense_pair_of_columns() {
    let edges: Vec<(usize, usize)> = (0..150)
        .flat_map(|a| (150..300).filter(move |b| (a * 7 + b * 13) % 10 > 0).map(move |b| (a, b)))
        .collect();
    finite(&run(&uniform(300, &edges)));
}

#[test]
fn ten_thousand_pairs() {
    let edges: Vec<(usize, usize)> = (0..10_000).map(|i| (2 * i, 2 * i + 1)).collect();
    let layout = run(&uniform(20_000, &edges));
    finite(&layout);
    let positions: Vec<Option<Point>> = layout.positions.iter().copied().map(Some).collect();
    finite(&run_after(&uniform(20_000, &edges), &positions));
}
