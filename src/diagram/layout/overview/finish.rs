//! What is left when every box has a place: the tray, the frames, and straight arrows.

use std::collections::BTreeMap;

use super::super::layered::self_loop;
use super::super::{Cell, CellKind, Layout, Point, Rect, Sketch, SketchEdge, pack as shelf};
use super::blocks::{Blocks, TRAY};

/// Between the blocks and the tray below them.
pub(super) const TRAY_GAP: f32 = 150.0;
/// Between the boxes of the tray.
const PITCH: f32 = 20.0;

pub(super) fn rect_of(sketch: &Sketch, positions: &[Point], n: u32) -> Rect {
    let (at, node) = (positions[n as usize], &sketch.nodes[n as usize]);
    Rect::new(at.x, at.y, node.width, node.height)
}

/// The drawing with the tray below the blocks, its upper left corner at zero.
pub(super) fn finish(sketch: &Sketch, blocks: &Blocks, mut positions: Vec<Point>) -> Layout {
    let all = (0..sketch.nodes.len() as u32)
        .filter(|&n| blocks.block_of(n) != TRAY)
        .map(|n| rect_of(sketch, &positions, n))
        .reduce(|a, b| a.union(&b));
    let lone: Vec<usize> = blocks.lone().iter().map(|&n| n as usize).collect();
    let places = match all {
        Some(above) => tray(sketch, blocks, &positions, &above),
        None => shelf::tray(sketch, &lone, 0.0).0,
    };
    let corner = all.map_or(Point::default(), |r| Point::new(r.min.x, r.max.y + TRAY_GAP));
    for (&n, place) in lone.iter().zip(places) {
        positions[n] = Point::new(corner.x + place.x, corner.y + place.y);
    }
    let zero = all.map_or(corner, |r| r.min);
    for p in &mut positions {
        *p = Point::new(p.x - zero.x, p.y - zero.y);
    }
    frame(sketch, blocks, positions, &[])
}

/// Places for lone boxes in as few rows as they fit in below the blocks, each as nearly as there is
/// room below the rest of its cluster, from the upper left corner of the tray.
fn tray(sketch: &Sketch, blocks: &Blocks, positions: &[Point], above: &Rect) -> Vec<Point> {
    let lone = blocks.lone();
    let node = |n: u32| &sketch.nodes[n as usize];
    let width = lone.iter().map(|&n| node(n).width).fold(0.0, f32::max) + PITCH;
    let height = lone.iter().map(|&n| node(n).height).fold(0.0, f32::max) + PITCH;
    // Where almost everything is lone, the tray is wider than what is above it, not a tower below.
    let wide = (above.width() + PITCH).max((2.0 * width * height * lone.len() as f32).sqrt());
    let last = ((wide / width) as usize).max(1) - 1;
    let middles: BTreeMap<u32, f32> = (0..blocks.count())
        .filter_map(|b| match blocks.kind(b) {
            CellKind::Cluster(cluster) => {
                let members = blocks.members(b).iter();
                let around = members.map(|&n| rect_of(sketch, positions, n));
                around.reduce(|a, b| a.union(&b)).map(|r| (cluster, r.center().x))
            }
            _ => None,
        })
        .collect();
    let wish = |i: usize| {
        let middle = middles.get(&node(lone[i]).cluster).copied().unwrap_or(above.min.x);
        (middle - above.min.x - width / 2.0).max(0.0) / width
    };
    let mut order: Vec<usize> = (0..lone.len()).collect();
    order.sort_by(|&a, &b| wish(a).total_cmp(&wish(b)).then(a.cmp(&b)));
    let rows = lone.len().div_ceil(last + 1).max(1);
    let mut columns: Vec<usize> = order.iter().map(|&i| wish(i).round() as usize).collect();
    // No column gets more than its rows: the rest goes on to the right, and from the end back.
    for at in rows..columns.len() {
        columns[at] = columns[at].max(columns[at - rows] + 1);
    }
    for at in (0..columns.len()).rev() {
        let most = columns.get(at + rows).map_or(last, |next| next - 1);
        columns[at] = columns[at].min(most);
    }
    let mut places = vec![Point::default(); lone.len()];
    let mut row = 0;
    for (at, &i) in order.iter().enumerate() {
        row = if at > 0 && columns[at - 1] == columns[at] { row + 1 } else { 0 };
        places[i] = Point::new(columns[at] as f32 * width, row as f32 * height);
    }
    places
}

/// The drawing with each box where it is. Frames leave out boxes that are pinned: those stand where
/// somebody has put them, maybe far from their block.
pub(super) fn frame(
    sketch: &Sketch,
    blocks: &Blocks,
    positions: Vec<Point>,
    pinned: &[bool],
) -> Layout {
    let tray = blocks.count();
    let mut rects: Vec<Option<Rect>> = vec![None; tray + 1];
    let mut kept: Vec<Option<Rect>> = vec![None; tray + 1];
    let mut bounds: Option<Rect> = None;
    let block = |n: u32| match blocks.block_of(n) {
        TRAY => tray,
        b => b as usize,
    };
    for n in 0..positions.len() as u32 {
        let one = rect_of(sketch, &positions, n);
        let grow = |r: &mut Option<Rect>| *r = Some(r.map_or(one, |r| r.union(&one)));
        grow(&mut bounds);
        let is_pinned = pinned.get(n as usize) == Some(&true);
        grow(&mut if is_pinned { &mut kept } else { &mut rects }[block(n)]);
    }
    let kind = |b: usize| if b == tray { CellKind::Tray } else { blocks.kind(b) };
    let mut number = vec![0u32; tray + 1];
    let mut cells = Vec::new();
    for b in 0..=tray {
        number[b] = cells.len() as u32;
        let rect = rects[b].or(kept[b]);
        cells.extend(rect.map(|rect| Cell { kind: kind(b), rect }));
    }
    let cell_of = (0..positions.len() as u32).map(|n| number[block(n)]).collect();
    let routes = straight(sketch, &positions);
    let mut bounds = bounds.unwrap_or_default();
    for p in routes.iter().flatten() {
        bounds = bounds.union(&Rect { min: *p, max: *p });
    }
    let reversed = vec![false; sketch.edges.len()];
    Layout { positions, routes, reversed, bounds, cells, cell_of }
}

fn straight(sketch: &Sketch, positions: &[Point]) -> Vec<Vec<Point>> {
    let one = |edge: &SketchEdge| {
        if edge.from == edge.to {
            return self_loop(&sketch.nodes[edge.from], positions[edge.from]);
        }
        let from = rect_of(sketch, positions, edge.from as u32);
        let to = rect_of(sketch, positions, edge.to as u32);
        let start = match edge.from_port {
            Some(port) => Point::new(
                if to.center().x >= from.center().x { from.max.x } else { from.min.x },
                from.min.y + port,
            ),
            None => border(&from, to.center()),
        };
        vec![start, border(&to, start)]
    };
    sketch.edges.iter().map(one).collect()
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
