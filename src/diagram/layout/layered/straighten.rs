//! Takes bends out of arrows where there is room.
//!
//! The mean of four placements often leaves a box between two lines that it could as well continue.
//! Here everything that is joined level moves together, to the weighted median of where its other
//! arrows lead, as far as its neighbours in all its columns let it. An arrow between bends weighs
//! most, so that long arrows are straight first. Each move makes the arrows less steep in all.

use super::super::links::Links;
use super::mesh::Mesh;

const PASSES: usize = 8;
/// Level within this.
const LEVEL: f32 = 0.02;

/// Moves groups of `middle`, which keeps the order and these distances within columns.
pub(super) fn straighten(
    mesh: &Mesh,
    order: &[Vec<u32>],
    middle: &mut [f32],
    distance: impl Fn(u32, u32) -> f32,
) {
    let nodes = middle.len();
    for _ in 0..PASSES {
        let mut root: Vec<u32> = (0..nodes as u32).collect();
        let find = |root: &mut Vec<u32>, mut n: u32| {
            while root[n as usize] != n {
                root[n as usize] = root[root[n as usize] as usize];
                n = root[n as usize];
            }
            n
        };
        let rise = |s: usize, middle: &[f32]| {
            let s = &mesh.segments[s];
            (middle[s.right as usize] + s.right_offset) - (middle[s.left as usize] + s.left_offset)
        };
        for (i, s) in mesh.segments.iter().enumerate() {
            if rise(i, middle).abs() < LEVEL {
                let (a, b) = (find(&mut root, s.left), find(&mut root, s.right));
                root[a.max(b) as usize] = a.min(b);
            }
        }
        (0..nodes as u32).for_each(|n| root[n as usize] = find(&mut root, n));
        let members = Links::new(nodes, root.iter().enumerate().map(|(n, &r)| (r, n as u32)));
        let mut place = vec![0u32; nodes];
        for column in order {
            column.iter().enumerate().for_each(|(i, &n)| place[n as usize] = i as u32);
        }
        let mut moved = false;
        let mut pulls: Vec<(f32, i64)> = Vec::new();
        for group in 0..nodes as u32 {
            let members = members.of(group);
            if members.is_empty() {
                continue;
            }
            pulls.clear();
            let (mut up, mut down) = (f32::NEG_INFINITY, f32::INFINITY);
            for &n in members {
                for &s in mesh.before.of(n) {
                    if root[mesh.segments[s as usize].left as usize] != group {
                        pulls.push((-rise(s as usize, middle), weight(mesh, s)));
                    }
                }
                for &s in mesh.after.of(n) {
                    if root[mesh.segments[s as usize].right as usize] != group {
                        pulls.push((rise(s as usize, middle), weight(mesh, s)));
                    }
                }
                let column = &order[mesh.layer[n as usize] as usize];
                let at = place[n as usize] as usize;
                let own = middle[n as usize];
                if let Some(&above) = at.checked_sub(1).and_then(|i| column.get(i)) {
                    let least = middle[above as usize] + distance(above, n) - own;
                    up = up.max(least);
                }
                if let Some(&below) = column.get(at + 1) {
                    down = down.min(middle[below as usize] - distance(n, below) - own);
                }
            }
            // Rounding may have left less than no room.
            let by = median(&mut pulls).clamp(up.min(0.0), down.max(0.0));
            if by.abs() > LEVEL {
                members.iter().for_each(|&n| middle[n as usize] += by);
                moved = true;
            }
        }
        if !moved {
            return;
        }
    }
}

fn weight(mesh: &Mesh, segment: u32) -> i64 {
    let s = &mesh.segments[segment as usize];
    [1, 2, 8][usize::from(mesh.is_bend(s.left)) + usize::from(mesh.is_bend(s.right))]
}

/// The weighted median of the pulls; 0 if that is one as well.
fn median(pulls: &mut [(f32, i64)]) -> f32 {
    pulls.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: i64 = pulls.iter().map(|p| p.1).sum();
    let mut below = 0;
    for (i, &(pull, weight)) in pulls.iter().enumerate() {
        below += weight;
        if 2 * below > total {
            return pull;
        }
        if 2 * below == total {
            // Everything between two pulls is equally good.
            let next = pulls.get(i + 1).map_or(pull, |p| p.0);
            return 0f32.clamp(pull, next);
        }
    }
    0.0
}
