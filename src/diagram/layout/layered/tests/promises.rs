//! The invariants, on random sketches.

use proptest::prelude::*;

use super::super::Span;
use super::*;

/// Boxes of all heights, arrows in all directions, some from ports, some twice, some to themselves.
fn any_sketch(most: usize) -> impl Strategy<Value = Sketch> {
    (1usize..most).prop_flat_map(|count| {
        let sizes = proptest::collection::vec((40f32..260.0, 12f32..300.0), count);
        let ends = (0..count, 0..count, proptest::option::weighted(0.4, 0f32..1.0), 0..8u8);
        let edges = proptest::collection::vec(ends, 0..count * 3);
        (sizes, edges).prop_map(|(sizes, given)| {
            let mut sketch = sketch(&sizes, &[]);
            for (from, to, port, kind) in given {
                // Mostly forward, so that there are long paths and not only one knot.
                let (from, to) = if kind > 1 && from > to { (to, from) } else { (from, to) };
                let from_port = port.map(|p| p * sizes[from].1);
                let edge = SketchEdge { from, to, from_port };
                sketch.edges.push(edge);
                if kind == 7 {
                    sketch.edges.push(edge);
                }
            }
            sketch
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn all_promises_hold(sketch in any_sketch(30)) {
        let layout = run(&sketch);
        check(&sketch, &layout);
        prop_assert_eq!(run(&sketch), layout, "the same again");
    }

    /// Without room for bends, long arrows take the lanes above, and nothing else changes.
    #[test]
    fn lanes_keep_the_promises(sketch in any_sketch(20), most in 0usize..6) {
        let layout = super::super::draw(&sketch, &Wishes::default(), most, &|| false).expect("not cancelled");
        check(&sketch, &layout);
    }

    #[test]
    fn an_edited_sketch_keeps_the_promises(
        old in any_sketch(16),
        new in any_sketch(16),
        chance in proptest::collection::vec(any::<bool>(), 16),
    ) {
        let former = run(&old);
        let positions: Vec<Option<Point>> = (0..new.nodes.len())
            .map(|n| former.positions.get(n).copied().filter(|_| chance[n]))
            .collect();
        let layout = run_after(&new, &positions);
        check(&new, &layout);
        prop_assert_eq!(run_after(&new, &positions), layout, "the same again");
    }
}

/// Only as many arrows are turned as close cycles: none in a graph without.
#[test]
fn without_cycles_nothing_is_turned() {
    let edges: Vec<(usize, usize)> =
        (0..40).flat_map(|i| [(i, i + 1), (i, (i + 7).min(41))]).collect();
    let layout = run(&uniform(42, &edges));
    assert!(layout.reversed.iter().all(|r| !r));
}

#[test]
fn a_cycle_has_one_marked_arrow_back_that_goes_around() {
    let sketch = uniform(4, &[(0, 1), (1, 2), (2, 3), (3, 0)]);
    let layout = run(&sketch);
    check(&sketch, &layout);
    assert_eq!(layout.reversed.iter().filter(|r| **r).count(), 1);
    // It points to the left: [`check`] holds it to the left border of the one and the right border
    // of the other, and off the boxes between.
}

#[test]
fn a_chain_runs_level() {
    let edges: Vec<(usize, usize)> = (1..9).map(|i| (i - 1, i)).collect();
    let layout = run(&uniform(9, &edges));
    assert!(layout.routes.iter().all(|route| route.len() == 2), "{:?}", layout.routes);
}

#[test]
fn a_long_arrow_runs_straight_past_the_boxes() {
    let sketch = uniform(5, &[(0, 1), (1, 2), (2, 3), (3, 4), (0, 4)]);
    let layout = run(&sketch);
    check(&sketch, &layout);
    let corners: usize = layout.routes.iter().map(|r| r.len() - 2).sum();
    assert!(corners <= 4, "{:?}", layout.routes);
}

/// An issuer on the left, what it speaks for beside it, everything else behind.
#[test]
fn boxes_stand_in_the_columns_asked_for() {
    let sketch = uniform(4, &[(0, 1), (1, 2), (0, 3)]);
    let columns = [
        Span { least: 0, most: 0 },
        Span { least: 1, most: 1 },
        Span::default(),
        Span { least: 3, most: 3 },
    ];
    let wishes = Wishes { before: None, columns: Some(&columns) };
    let layout = super::super::lay_out(&sketch, &wishes, &|| false).expect("not cancelled");
    check(&sketch, &layout);
    let xs: Vec<f32> = layout.positions.iter().map(|p| p.x).collect();
    assert!(xs[0] < xs[1] && xs[1] < xs[2] && xs[2] < xs[3], "{xs:?}");
    let impossible = [Span { least: 5, most: 9 }, Span { least: 0, most: 1 }];
    let wishes = Wishes { before: None, columns: Some(&impossible) };
    let ignored = super::super::lay_out(&sketch, &wishes, &|| false).expect("not cancelled");
    assert_eq!(ignored, run(&sketch));
}

#[test]
fn parallel_arrows_lie_apart_and_centred() {
    let sketch = uniform(2, &[(0, 1), (0, 1), (1, 0), (0, 1)]);
    let layout = run(&sketch);
    check(&sketch, &layout);
    let mut starts: Vec<f32> = layout.routes.iter().map(|r| r[0].y).collect();
    starts.sort_by(f32::total_cmp);
    assert!(starts.windows(2).all(|w| w[1] - w[0] > 4.0), "{starts:?}");
    let middle = layout.positions[0].y + 16.0;
    assert!((starts.iter().sum::<f32>() / 4.0 - middle).abs() < 0.1);
}

#[test]
fn cancelling_stops_at_every_question() {
    let edges: Vec<(usize, usize)> = (0..60).map(|i| (i * 7 % 60, (i * 13 + 5) % 60)).collect();
    let sketch = uniform(60, &edges);
    let asked = std::cell::Cell::new(0u32);
    let count = |limit: u32| {
        asked.set(0);
        super::super::lay_out(&sketch, &Wishes::default(), &|| {
            asked.set(asked.get() + 1);
            asked.get() > limit
        })
    };
    assert!(count(u32::MAX).is_some());
    let all = asked.get();
    assert!(all > 50, "asked {all} times only");
    for limit in [0, 1, 2, all / 2, all - 1] {
        assert!(count(limit).is_none(), "cancelled at question {limit}");
    }
}
