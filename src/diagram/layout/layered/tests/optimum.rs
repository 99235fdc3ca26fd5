//! How near the heuristics come to the best there is, on graphs small enough to try everything.

use proptest::prelude::*;

use super::super::mesh::{Mesh, Segment};
use super::super::rank::{Ranking, Span};
use super::super::{cycles, order};

/// A graph without cycles on a few nodes that hangs together.
fn small_dag() -> impl Strategy<Value = (usize, Vec<(u32, u32)>)> {
    (2usize..7).prop_flat_map(|count| {
        let n = count as u32;
        let tree = proptest::collection::vec(0..n, count - 1);
        let more = proptest::collection::vec((0..n, 0..n), 0..8);
        (tree, more).prop_map(move |(tree, more)| {
            let mut edges: Vec<(u32, u32)> = tree
                .iter()
                .enumerate()
                .map(|(i, &to)| (to % (i as u32 + 1), i as u32 + 1))
                .collect();
            edges.extend(
                more.into_iter().filter(|(a, b)| a != b).map(|(a, b)| (a.min(b), a.max(b))),
            );
            (count, edges)
        })
    })
}

fn length(edges: &[(u32, u32)], rank: &[i32]) -> i32 {
    edges.iter().map(|&(a, b)| rank[b as usize] - rank[a as usize]).sum()
}

/// The shortest total length over all rankings with columns below `columns` that keep the spans.
fn shortest(nodes: usize, edges: &[(u32, u32)], columns: i32, spans: &[Span]) -> Option<i32> {
    let mut rank = vec![0; nodes];
    let mut best: Option<i32> = None;
    loop {
        let forward = edges.iter().all(|&(a, b)| rank[a as usize] < rank[b as usize]);
        let within = rank.iter().zip(spans).all(|(r, s)| (s.least..=s.most).contains(r));
        if forward && within {
            let length = length(edges, &rank);
            best = Some(best.map_or(length, |b| b.min(length)));
        }
        // The next one, as if counting.
        let Some(place) = rank.iter().rposition(|r| *r + 1 < columns) else { return best };
        rank[place] += 1;
        rank[place + 1..].iter_mut().for_each(|r| *r = 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn columns_are_as_short_as_can_be((nodes, edges) in small_dag()) {
        let ranking = Ranking { nodes, edges: &edges, spans: None };
        let rank = ranking.run(&|| false).expect("not cancelled");
        prop_assert!(edges.iter().all(|&(a, b)| rank[a as usize] < rank[b as usize]));
        let free = vec![Span::default(); nodes];
        prop_assert_eq!(Some(length(&edges, &rank)), shortest(nodes, &edges, nodes as i32, &free));
    }

    #[test]
    fn spans_are_kept_at_the_least_cost(
        (nodes, edges) in small_dag(),
        wishes in proptest::collection::vec(proptest::option::weighted(0.3, (0i32..4, 0i32..3)), 7),
    ) {
        let spans: Vec<Span> = wishes[..nodes]
            .iter()
            .map(|w| w.map_or(Span::default(), |(least, more)| Span { least, most: least + more }))
            .collect();
        let ranking = Ranking { nodes, edges: &edges, spans: Some(&spans) };
        let rank = ranking.run(&|| false).expect("not cancelled");
        prop_assert!(edges.iter().all(|&(a, b)| rank[a as usize] < rank[b as usize]));
        let columns = nodes as i32 + 3;
        if let Some(best) = shortest(nodes, &edges, columns, &spans) {
            prop_assert_eq!(length(&edges, &rank), best);
        }
    }

    /// Turning the chosen arrows leaves no cycle, and no more than half of them are turned.
    #[test]
    fn turned_arrows_leave_no_cycle(
        edges in proptest::collection::vec((0u32..9, 0u32..9), 0..40),
        columns in proptest::option::of(proptest::collection::vec(proptest::option::of(0i32..4), 9)),
    ) {
        let turned = cycles::back_edges(9, &edges, columns.as_deref());
        let mut rank = [0; 9];
        let forward: Vec<(u32, u32)> = edges
            .iter()
            .zip(&turned)
            .filter(|((a, b), _)| a != b)
            .map(|(&(a, b), &t)| if t { (b, a) } else { (a, b) })
            .collect();
        for _ in 0..9 {
            for &(a, b) in &forward {
                rank[b as usize] = rank[b as usize].max(rank[a as usize] + 1);
            }
        }
        prop_assert!(forward.iter().all(|&(a, b)| rank[a as usize] < rank[b as usize]));
        if columns.is_none() {
            prop_assert!(2 * turned.iter().filter(|t| **t).count() <= edges.len());
        }
    }
}

/// Layers of a few nodes with random segments between neighbours.
fn layers(widths: &[usize], chance: &mut impl FnMut(usize) -> usize) -> Mesh {
    let mut first = 0u32;
    let mut layer = Vec::new();
    let mut segments = Vec::new();
    for (l, &width) in widths.iter().enumerate() {
        layer.extend(std::iter::repeat_n(l as u32, width));
        let next = first + width as u32;
        if let Some(&right) = widths.get(l + 1) {
            for left in first..next {
                for _ in 0..1 + chance(3) {
                    let right = next + chance(right) as u32;
                    segments.push(Segment {
                        left,
                        right,
                        left_offset: 0.0,
                        right_offset: 0.0,
                        left_row: 0,
                        right_row: 0,
                    });
                }
            }
        }
        first = next;
    }
    Mesh::new(layer.len(), layer.clone(), vec![10.0; layer.len()], segments)
}

fn crossings(mesh: &Mesh, order: &[Vec<u32>], channel: usize) -> usize {
    let mut place = vec![0; mesh.layer.len()];
    order.iter().flat_map(|c| c.iter().enumerate()).for_each(|(i, &n)| place[n as usize] = i);
    let ends: Vec<(usize, usize)> = mesh
        .segments
        .iter()
        .filter(|s| mesh.layer[s.left as usize] as usize == channel)
        .map(|s| (place[s.left as usize], place[s.right as usize]))
        .collect();
    let pairs =
        ends.iter().enumerate().flat_map(|(i, a)| ends[i + 1..].iter().map(move |b| (a, b)));
    pairs.filter(|(a, b)| (a.0 < b.0 && a.1 > b.1) || (a.0 > b.0 && a.1 < b.1)).count()
}

fn permutations(items: &[u32]) -> Vec<Vec<u32>> {
    let mut all = vec![Vec::new()];
    for &item in items {
        all = all
            .iter()
            .flat_map(|p: &Vec<u32>| {
                (0..=p.len()).map(move |at| {
                    let mut p = p.clone();
                    p.insert(at, item);
                    p
                })
            })
            .collect();
    }
    all
}

/// The least crossings over all orders of all layers, one layer after the other.
fn least(mesh: &Mesh) -> usize {
    let of = |l: usize| -> Vec<u32> {
        (0..mesh.layer.len() as u32).filter(|&n| mesh.layer[n as usize] as usize == l).collect()
    };
    let mut orders: Vec<Vec<u32>> = (0..mesh.layers).map(of).collect();
    let mut costs: Vec<(Vec<u32>, usize)> =
        permutations(&orders[0]).into_iter().map(|p| (p, 0)).collect();
    for l in 1..mesh.layers {
        let mut next = Vec::new();
        for right in permutations(&of(l)) {
            orders[l].clone_from(&right);
            let mut best = usize::MAX;
            for (left, cost) in &costs {
                if *cost < best {
                    orders[l - 1].clone_from(left);
                    best = best.min(cost + crossings(mesh, &orders, l - 1));
                }
            }
            next.push((right, best));
        }
        costs = next;
    }
    costs.into_iter().map(|c| c.1).min().unwrap_or(0)
}

/// Forty graphs of three layers of up to five nodes: the search finds the optimum of all of them.
#[test]
fn few_crossings_are_as_few_as_can_be() {
    let mut state = 12345u64;
    let mut chance = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % n
    };
    let (mut ours, mut best, mut missed) = (0, 0, 0);
    for _ in 0..40 {
        let widths = [3 + chance(3), 3 + chance(3), 3 + chance(3)];
        let mesh = layers(&widths, &mut chance);
        let order = order::order(&mesh, &|| false).expect("not cancelled");
        let found: usize = (0..mesh.layers - 1).map(|l| crossings(&mesh, &order, l)).sum();
        let least = least(&mesh);
        assert!(found >= least);
        missed += usize::from(found > least);
        ours += found;
        best += least;
    }
    assert_eq!(ours, best, "{missed} of 40 were not optimal");
}

/// Two layers of six nodes, the size at which everything can still be tried.
#[test]
fn six_by_six_is_optimal_too() {
    let mut state = 99u64;
    let mut chance = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % n
    };
    for _ in 0..3 {
        let mesh = layers(&[6, 6], &mut chance);
        let order = order::order(&mesh, &|| false).expect("not cancelled");
        assert_eq!(crossings(&mesh, &order, 0), least(&mesh));
    }
}
