//! Which arrows to turn around so that no cycle is left.
//!
//! Only arrows inside a strongly connected component can close a cycle, so each component is
//! ordered on its own, by the greedy heuristic of Eades, Lin and Smyth (1993): sinks to the end,
//! sources to the front, otherwise the node with the largest surplus of outgoing arrows to the
//! front. Arrows that then point backwards are the ones to turn.

use super::super::links::Links;

/// For each edge whether it is to be turned around. Edges from a node to itself are never turned.
///
/// With the columns of an earlier drawing, arrows keep the direction they had in it.
pub(super) fn back_edges(
    nodes: usize,
    edges: &[(u32, u32)],
    columns: Option<&[Option<i32>]>,
) -> Vec<bool> {
    let component = strong_components(nodes, edges);
    let inside = |&(a, b): &(u32, u32)| a != b && component[a as usize] == component[b as usize];
    let mut turned = vec![false; edges.len()];
    if !edges.iter().any(inside) {
        return turned;
    }
    let inner: Vec<(u32, u32)> = edges.iter().copied().filter(inside).collect();
    let outgoing = Links::new(nodes, inner.iter().copied());
    let incoming = Links::new(nodes, inner.iter().map(|&(a, b)| (b, a)));
    let count = component.iter().copied().max().map_or(0, |c| c as usize + 1);
    let members = Links::new(count, component.iter().enumerate().map(|(n, &c)| (c, n as u32)));
    let mut position = vec![0i64; nodes];
    for c in 0..count as u32 {
        if members.of(c).len() > 1 {
            greedy_order(members.of(c), &outgoing, &incoming, &mut position);
        }
    }
    if let Some(columns) = columns {
        keep_columns(columns, &outgoing, &incoming, &mut position);
    }
    for (edge, turn) in edges.iter().zip(&mut turned) {
        *turn = inside(edge) && position[edge.0 as usize] > position[edge.1 as usize];
    }
    turned
}

/// Orders by the former columns first; a new node counts as in the column of its leftmost
/// successor, or else of its rightmost predecessor.
fn keep_columns(columns: &[Option<i32>], outgoing: &Links, incoming: &Links, position: &mut [i64]) {
    let order = |n: usize| {
        let after = || outgoing.of(n as u32).iter().filter_map(|&o| columns[o as usize]).min();
        let before = || incoming.of(n as u32).iter().filter_map(|&o| columns[o as usize]).max();
        let column = columns[n].or_else(after).or_else(before).unwrap_or(0);
        (i64::from(column) << 32) + position[n]
    };
    let ordered: Vec<i64> = (0..position.len()).map(order).collect();
    position.copy_from_slice(&ordered);
}

fn greedy_order(members: &[u32], outgoing: &Links, incoming: &Links, position: &mut [i64]) {
    use std::collections::{BTreeMap, BTreeSet};
    let mut degree: BTreeMap<u32, (i64, i64)> = members
        .iter()
        .map(|&n| (n, (outgoing.of(n).len() as i64, incoming.of(n).len() as i64)))
        .collect();
    // Ordered by (class, surplus, number): sinks first, then sources, then the largest surplus.
    let rank = |n: u32, (out, inn): (i64, i64)| match (out, inn) {
        (0, _) => (0, 0, n),
        (_, 0) => (1, 0, n),
        _ => (2, inn - out, n),
    };
    let mut queue: BTreeSet<(i32, i64, u32)> = degree.iter().map(|(&n, &d)| rank(n, d)).collect();
    let (mut front, mut back) = (0i64, members.len() as i64);
    while let Some((class, _, node)) = queue.pop_first() {
        if class == 0 {
            back -= 1;
            position[node as usize] = back;
        } else {
            position[node as usize] = front;
            front += 1;
        }
        degree.remove(&node);
        for (links, out) in [(outgoing, false), (incoming, true)] {
            for &other in links.of(node) {
                if let Some(d) = degree.get_mut(&other) {
                    queue.remove(&rank(other, *d));
                    if out {
                        d.0 -= 1;
                    } else {
                        d.1 -= 1;
                    }
                    queue.insert(rank(other, *d));
                }
            }
        }
    }
}

/// The number of the strongly connected component of each node (Tarjan 1972, without recursion).
fn strong_components(nodes: usize, edges: &[(u32, u32)]) -> Vec<u32> {
    const NEW: u32 = u32::MAX;
    let outgoing = Links::new(nodes, edges.iter().copied());
    let mut index = vec![NEW; nodes];
    let mut low = vec![0u32; nodes];
    let mut component = vec![NEW; nodes];
    let (mut stack, mut calls) = (Vec::new(), Vec::<(u32, usize)>::new());
    let (mut next, mut found) = (0u32, 0u32);
    for root in 0..nodes as u32 {
        if index[root as usize] != NEW {
            continue;
        }
        calls.push((root, 0));
        while let Some(&mut (node, ref mut child)) = calls.last_mut() {
            let n = node as usize;
            if *child == 0 {
                index[n] = next;
                low[n] = next;
                next += 1;
                stack.push(node);
            }
            if let Some(&other) = outgoing.of(node).get(*child) {
                *child += 1;
                if index[other as usize] == NEW {
                    calls.push((other, 0));
                } else if component[other as usize] == NEW {
                    low[n] = low[n].min(index[other as usize]);
                }
                // A node without outgoing edges is seen once only, so a child count of 0 means new.
                continue;
            }
            calls.pop();
            if let Some(&(parent, _)) = calls.last() {
                low[parent as usize] = low[parent as usize].min(low[n]);
            }
            if low[n] == index[n] {
                while let Some(member) = stack.pop() {
                    component[member as usize] = found;
                    if member == node {
                        break;
                    }
                }
                found += 1;
            }
        }
    }
    component
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_one_arrow_of_a_cycle_and_none_of_a_tree() {
        assert_eq!(back_edges(3, &[(0, 1), (1, 2), (0, 2)], None), [false; 3]);
        let turned = back_edges(3, &[(0, 1), (1, 2), (2, 0)], None);
        assert_eq!(turned.iter().filter(|t| **t).count(), 1);
        assert_eq!(back_edges(1, &[(0, 0)], None), [false]);
    }

    #[test]
    fn what_is_left_has_no_cycle() {
        // Two cycles sharing a node, with a tail.
        let edges = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4), (4, 2), (4, 5)];
        let turned = back_edges(6, &edges, None);
        let acyclic: Vec<_> = edges
            .iter()
            .zip(&turned)
            .map(|(&(a, b), &t)| if t { (b, a) } else { (a, b) })
            .collect();
        let mut numbers = strong_components(6, &acyclic);
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 6, "every node is a component of its own");
    }
}
