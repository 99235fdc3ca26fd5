//! Which column each box stands in.
//!
//! The longest path from the sources gives the smallest number of columns. After it, boxes are
//! pulled towards the side on which they have more arrows, as far as their neighbours allow, until
//! nothing moves: arrows get shorter, and an issuer stands right before the clients it speaks for.

use super::links::Links;

/// The column of each node; `edges` must not close a cycle.
pub(super) fn ranks(nodes: usize, edges: &[(u32, u32)]) -> Vec<i32> {
    let outgoing = Links::new(nodes, edges.iter().copied());
    let incoming = Links::new(nodes, edges.iter().map(|&(a, b)| (b, a)));
    let mut rank = vec![0i32; nodes];
    let mut waiting: Vec<usize> = (0..nodes as u32).map(|n| incoming.of(n).len()).collect();
    let mut order: Vec<u32> = (0..nodes as u32).filter(|&n| waiting[n as usize] == 0).collect();
    let mut at = 0;
    while let Some(&node) = order.get(at) {
        at += 1;
        for &next in outgoing.of(node) {
            rank[next as usize] = rank[next as usize].max(rank[node as usize] + 1);
            waiting[next as usize] -= 1;
            if waiting[next as usize] == 0 {
                order.push(next);
            }
        }
    }
    for pass in 0..24 {
        let mut moved = false;
        let mut pull = |node: u32| {
            let low = incoming.of(node).iter().map(|&n| rank[n as usize] + 1).max();
            let high = outgoing.of(node).iter().map(|&n| rank[n as usize] - 1).min();
            let (left, right) = (incoming.of(node).len(), outgoing.of(node).len());
            let wish = match (low, high) {
                (Some(low), Some(_)) if left > right => low,
                (Some(_), Some(high)) if left < right => high,
                (Some(low), Some(high)) => rank[node as usize].clamp(low, high.max(low)),
                (Some(low), None) => low,
                (None, Some(high)) => high,
                (None, None) => 0,
            };
            moved |= wish != rank[node as usize];
            rank[node as usize] = wish;
        };
        if pass % 2 == 0 {
            order.iter().rev().for_each(|&n| pull(n));
        } else {
            order.iter().for_each(|&n| pull(n));
        }
        if !moved && pass > 0 {
            break;
        }
    }
    // A pull may leave columns empty.
    let mut used: Vec<i32> = rank.clone();
    used.sort_unstable();
    used.dedup();
    rank.iter().map(|r| used.binary_search(r).map_or(0, |i| i as i32)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_arrow_leads_to_a_later_column_and_sources_stand_near() {
        // 0→1→2→3 and a source 4 that only points at 3.
        let edges = [(0, 1), (1, 2), (2, 3), (4, 3)];
        assert_eq!(ranks(5, &edges), [0, 1, 2, 3, 2]);
    }
}
