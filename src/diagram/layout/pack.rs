//! Packing: drawings on shelves, lone boxes in a tray, and the overview of large graphs.
//!
//! The overview keeps clusters together: a block of columns for each, filled in the order in which
//! a breadth-first walk from the sources meets the boxes, so tokens still travel roughly from left
//! to right, and the blocks on shelves, tall ones first. Its cost is linear but for sorting.

use super::links::Links;
use super::{Layout, Point, Rect, Sketch};

const NODE_GAP: f32 = 26.0;
const COLUMN_GAP: f32 = 64.0;
const BLOCK_GAP: f32 = 150.0;
const TRAY_GAP: f32 = 20.0;

/// Puts blocks of these sizes on shelves, the tall ones first; gives the upper left corner of each
/// and the size of the whole, about `aspect` times as wide as high.
pub(super) fn shelves(sizes: &[(f32, f32)], gap: f32, aspect: f32) -> (Vec<Point>, (f32, f32)) {
    let mut places = vec![Point::default(); sizes.len()];
    let area: f32 = sizes.iter().map(|(w, h)| (w + gap) * (h + gap)).sum();
    let widest = sizes.iter().map(|s| s.0).fold(0.0, f32::max);
    let limit = widest.max((area * aspect).sqrt());
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|&a, &b| sizes[b].1.total_cmp(&sizes[a].1).then(a.cmp(&b)));
    // On a shelf, blocks that are lower than the first one stand on each other.
    let (mut x, mut y, mut shelf) = (0f32, 0f32, 0f32);
    let (mut column, mut down) = (0f32, 0f32);
    let (mut width, mut height) = (0f32, 0f32);
    for i in order {
        let (w, h) = sizes[i];
        let stacks = column > 0.0 && down + h <= shelf && w <= column * 1.25;
        if !stacks {
            if column > 0.0 {
                x += column + gap;
            }
            (column, down) = (0.0, 0.0);
            if x > 0.0 && x + w > limit {
                (x, y, shelf) = (0.0, y + shelf + gap, 0.0);
            }
        }
        places[i] = Point::new(x, y + down);
        shelf = shelf.max(h);
        column = column.max(w);
        down += h + gap;
        width = width.max(x + w);
        height = height.max(places[i].y + h);
    }
    (places, (width, height))
}

/// Puts lone boxes side by side in rows, at least as wide as `least`.
pub(super) fn tray(sketch: &Sketch, lone: &[usize], least: f32) -> (Vec<Point>, (f32, f32)) {
    let area: f32 = lone
        .iter()
        .map(|&n| (sketch.nodes[n].width + TRAY_GAP) * (sketch.nodes[n].height + TRAY_GAP))
        .sum();
    let widest = lone.iter().map(|&n| sketch.nodes[n].width).fold(0.0, f32::max);
    let limit = least.max((area * 2.0).sqrt()).max(widest);
    let (mut x, mut y, mut row) = (0f32, 0f32, 0f32);
    let (mut width, mut height) = (0f32, 0f32);
    let mut places = Vec::with_capacity(lone.len());
    for &n in lone {
        let node = &sketch.nodes[n];
        if x > 0.0 && x + node.width > limit {
            (x, y, row) = (0.0, y + row + TRAY_GAP, 0.0);
        }
        places.push(Point::new(x, y));
        row = row.max(node.height);
        width = width.max(x + node.width);
        height = height.max(y + node.height);
        x += node.width + TRAY_GAP;
    }
    (places, (width, height))
}

/// The overview.
pub(super) fn lay_out(sketch: &Sketch, cancelled: &dyn Fn() -> bool) -> Option<Layout> {
    let count = sketch.nodes.len();
    let clusters = sketch.nodes.iter().map(|n| n.cluster as usize + 1).max().unwrap_or(0);
    let order = walk(sketch);
    if cancelled() {
        return None;
    }
    let members =
        Links::new(clusters, order.iter().map(|&n| (sketch.nodes[n as usize].cluster, n)));
    let mut positions = vec![Point::default(); count];
    let mut sizes: Vec<(f32, f32)> = Vec::new();
    let mut used: Vec<u32> = Vec::new();
    for cluster in 0..clusters as u32 {
        let members = members.of(cluster);
        if members.is_empty() {
            continue;
        }
        if cancelled() {
            return None;
        }
        sizes.push(block(sketch, members, &mut positions));
        used.push(cluster);
    }
    let (places, size) = shelves(&sizes, BLOCK_GAP, 1.7);
    for (&cluster, place) in used.iter().zip(&places) {
        for &n in members.of(cluster) {
            positions[n as usize].x += place.x;
            positions[n as usize].y += place.y;
        }
    }
    let rect = |n: usize| {
        let at: Point = positions[n];
        Rect::new(at.x, at.y, sketch.nodes[n].width, sketch.nodes[n].height)
    };
    let routes = sketch
        .edges
        .iter()
        .map(|edge| {
            if edge.from == edge.to {
                return super::layered::self_loop(&sketch.nodes[edge.from], positions[edge.from]);
            }
            let (from, to) = (rect(edge.from), rect(edge.to));
            let start = match edge.from_port {
                Some(port) => Point::new(
                    if to.center().x >= from.center().x { from.max.x } else { from.min.x },
                    from.min.y + port,
                ),
                None => border(&from, to.center()),
            };
            vec![start, border(&to, start)]
        })
        .collect();
    let bounds = Rect::new(0.0, 0.0, size.0, size.1);
    Some(Layout { positions, routes, reversed: vec![false; sketch.edges.len()], bounds })
}

/// All boxes, in the order of a breadth-first walk along the arrows, those with the most surplus of
/// outgoing arrows first.
fn walk(sketch: &Sketch) -> Vec<u32> {
    let count = sketch.nodes.len();
    let pairs = sketch.edges.iter().map(|e| (e.from as u32, e.to as u32));
    let outgoing = Links::new(count, pairs.clone());
    let mut incoming = vec![0usize; count];
    pairs.for_each(|(_, b)| incoming[b as usize] += 1);
    let mut roots: Vec<u32> = (0..count as u32).collect();
    let lone = |n: u32| outgoing.of(n).is_empty() && incoming[n as usize] == 0;
    roots.sort_by_key(|&n| {
        let out = outgoing.of(n).len();
        (lone(n), incoming[n as usize] > 0, std::cmp::Reverse(out), n)
    });
    let mut seen = vec![false; count];
    let mut order: Vec<u32> = Vec::with_capacity(count);
    for root in roots {
        let mut at = order.len();
        if !std::mem::replace(&mut seen[root as usize], true) {
            order.push(root);
        }
        while let Some(&node) = order.get(at) {
            at += 1;
            for &next in outgoing.of(node) {
                if !std::mem::replace(&mut seen[next as usize], true) {
                    order.push(next);
                }
            }
        }
    }
    order
}

/// Fills columns from the top; gives the size of the block.
fn block(sketch: &Sketch, members: &[u32], positions: &mut [Point]) -> (f32, f32) {
    let node = |n: u32| &sketch.nodes[n as usize];
    let area: f32 =
        members.iter().map(|&n| (node(n).width + COLUMN_GAP) * (node(n).height + NODE_GAP)).sum();
    let tallest = members.iter().map(|&n| node(n).height).fold(0.0, f32::max);
    let limit = tallest.max((area / 1.5).sqrt());
    let (mut x, mut y, mut column, mut height) = (0f32, 0f32, 0f32, 0f32);
    for &n in members {
        if y > 0.0 && y + node(n).height > limit {
            (x, y, column) = (x + column + COLUMN_GAP, 0.0, 0.0);
        }
        positions[n as usize] = Point::new(x, y);
        column = column.max(node(n).width);
        y += node(n).height;
        height = height.max(y);
        y += NODE_GAP;
    }
    (x + column, height)
}

/// Where a line from the middle of a box towards a point leaves the box.
fn border(rect: &Rect, towards: Point) -> Point {
    let center = rect.center();
    let (dx, dy) = (towards.x - center.x, towards.y - center.y);
    let scale =
        (rect.width() / 2.0 / dx.abs().max(1e-6)).min(rect.height() / 2.0 / dy.abs().max(1e-6));
    if scale >= 1.0 {
        return center;
    }
    Point::new(center.x + dx * scale, center.y + dy * scale)
}
