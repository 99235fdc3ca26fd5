//! The map stays after an edit.

use super::*;

/// A graph of levels from a small generator of numbers.
fn levels(count: usize, seed: u64) -> Vec<(usize, usize)> {
    let mut state = seed;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % n
    };
    let mut edges = Vec::new();
    for node in 8..count {
        edges.push((below(node.min(8 + node / 2)), node));
        if below(3) > 0 {
            edges.push((below(node), node));
        }
    }
    edges
}

fn some(layout: &Layout) -> Vec<Option<Point>> {
    layout.positions.iter().copied().map(Some).collect()
}

fn moved(before: &Layout, after: &Layout, boxes: usize) -> (f32, f32) {
    let diagonal = before.bounds.width().hypot(before.bounds.height());
    let moves: Vec<f32> = (0..boxes)
        .map(|n| {
            let (a, b) = (before.positions[n], after.positions[n]);
            (a.x - b.x).hypot(a.y - b.y) / diagonal
        })
        .collect();
    (moves.iter().sum::<f32>() / boxes as f32, moves.iter().copied().fold(0.0, f32::max))
}

#[test]
fn without_an_edit_next_to_nothing_moves() {
    for seed in 1..6 {
        let sketch = uniform(80, &levels(80, seed));
        let layout = run(&sketch);
        let after = run_after(&sketch, &some(&layout));
        check(&sketch, &after);
        // Bends are placed anew and may push a little.
        let (mean, most) = moved(&layout, &after, 80);
        assert!(mean < 0.002 && most < 0.02, "seed {seed}: moved by {mean}, at most {most}");
        assert_eq!(layout.reversed, after.reversed);
    }
}

#[test]
fn a_new_box_moves_the_others_little() {
    for seed in 1..6 {
        let edges = levels(120, seed);
        let before = run(&uniform(120, &edges));
        let mut edited = edges.clone();
        edited.push((3, 120));
        edited.push((120, 100));
        edited.remove(5);
        let sketch = uniform(121, &edited);
        let mut positions = some(&before);
        positions.push(None);
        let after = run_after(&sketch, &positions);
        check(&sketch, &after);
        let (mean, most) = moved(&before, &after, 120);
        assert!(mean < 0.015, "seed {seed}: moved by {mean} on average");
        assert!(most < 0.2, "seed {seed}: one moved by {most}");
    }
}

/// What was drawn otherwise, in rows without columns, is drawn anew.
#[test]
fn positions_of_another_manner_are_not_kept() {
    let sketch = uniform(60, &levels(60, 9));
    let scattered: Vec<Option<Point>> =
        (0..60).map(|i| Some(Point::new((i * 37 % 60) as f32 * 31.0, i as f32 * 45.0))).collect();
    let after = run_after(&sketch, &scattered);
    check(&sketch, &after);
    let columns = |l: &Layout| {
        let mut xs: Vec<i64> = l.positions.iter().map(|p| p.x.round() as i64).collect();
        xs.sort_unstable();
        xs.dedup();
        xs.len()
    };
    assert_eq!(columns(&after), columns(&run(&sketch)));
}

#[test]
fn a_new_component_goes_below() {
    let before = run(&uniform(3, &[(0, 1), (1, 2)]));
    let sketch = uniform(6, &[(0, 1), (1, 2), (3, 4)]);
    let mut positions = some(&before);
    positions.resize(6, None);
    let after = run_after(&sketch, &positions);
    check(&sketch, &after);
    assert_eq!(after.positions[..3], before.positions[..]);
    assert!(after.positions[3..].iter().all(|p| p.y > before.bounds.max.y));
}
