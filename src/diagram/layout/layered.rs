//! The layered drawing: from left to right, arrows around boxes.
//!
//! Each weakly connected component is drawn on its own and the drawings are packed on shelves;
//! boxes without arrows go to a tray below. Arrows can never touch a foreign box, by construction:
//! an arrow that spans columns has a bend in each of them, which takes part in ordering and placing
//! as if it were a box, and between columns there is a channel with nothing in it. So every piece
//! of an arrow is either horizontal, within its own space in a column, or inside a channel.

use super::links::Links;
use super::order::{Ordering, Segment};
use super::place::Placing;
use super::{Layout, Point, Rect, Sketch, cycles, pack, rank};

/// Height that a long arrow takes in the columns it passes.
const BEND_HEIGHT: f32 = 4.0;
const CHANNEL_LEAST: f32 = 76.0;
const CHANNEL_MOST: f32 = 190.0;
/// Between arrows that join the same two boxes.
const PARALLEL: f32 = 9.0;
const COMPONENT_GAP: f32 = 56.0;

pub(super) fn lay_out(sketch: &Sketch, cancelled: &dyn Fn() -> bool) -> Option<Layout> {
    let count = sketch.nodes.len();
    let mut layout = Layout {
        positions: vec![Point::default(); count],
        routes: vec![Vec::new(); sketch.edges.len()],
        reversed: vec![false; sketch.edges.len()],
        ..Layout::default()
    };
    let mut blocks: Vec<Rect> = Vec::new();
    let mut members: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    let mut lone: Vec<usize> = Vec::new();
    for (nodes, edges) in components(sketch) {
        if nodes.len() == 1 && edges.is_empty() {
            lone.extend(nodes);
            continue;
        }
        if cancelled() {
            return None;
        }
        blocks.push(component(sketch, &nodes, &edges, &mut layout, cancelled)?);
        members.push((nodes, edges));
    }
    let sizes: Vec<(f32, f32)> = blocks.iter().map(|b| (b.width(), b.height())).collect();
    let (places, mut size) = pack::shelves(&sizes, COMPONENT_GAP, 1.9);
    for (((nodes, edges), block), place) in members.iter().zip(&blocks).zip(places) {
        let (dx, dy) = (place.x - block.min.x, place.y - block.min.y);
        for &n in nodes {
            layout.positions[n].x += dx;
            layout.positions[n].y += dy;
        }
        for &e in edges {
            for point in &mut layout.routes[e] {
                point.x += dx;
                point.y += dy;
            }
        }
    }
    if !lone.is_empty() {
        let top = if blocks.is_empty() { 0.0 } else { size.1 + COMPONENT_GAP };
        let (places, tray) = pack::tray(sketch, &lone, size.0);
        for (&n, place) in lone.iter().zip(places) {
            layout.positions[n] = Point::new(place.x, place.y + top);
        }
        size = (size.0.max(tray.0), top + tray.1);
    }
    layout.bounds = Rect::new(0.0, 0.0, size.0, size.1);
    Some(layout)
}

/// Weakly connected components, each with its nodes and edges in order; by first node.
fn components(sketch: &Sketch) -> Vec<(Vec<usize>, Vec<usize>)> {
    let count = sketch.nodes.len();
    let mut parent: Vec<usize> = (0..count).collect();
    let find = |parent: &mut Vec<usize>, mut n: usize| {
        while parent[n] != n {
            parent[n] = parent[parent[n]];
            n = parent[n];
        }
        n
    };
    for edge in &sketch.edges {
        let (a, b) = (find(&mut parent, edge.from), find(&mut parent, edge.to));
        parent[a.max(b)] = a.min(b);
    }
    let mut number = vec![usize::MAX; count];
    let mut found: Vec<(Vec<usize>, Vec<usize>)> = Vec::new();
    for n in 0..count {
        let root = find(&mut parent, n);
        if number[root] == usize::MAX {
            number[root] = found.len();
            found.push(Default::default());
        }
        found[number[root]].0.push(n);
    }
    for (e, edge) in sketch.edges.iter().enumerate() {
        found[number[find(&mut parent, edge.from)]].1.push(e);
    }
    found
}

/// An arrow on its way through the columns, left to right.
struct Chain {
    edge: usize,
    nodes: Vec<u32>,
    left_offset: f32,
    right_offset: f32,
}

fn component(
    sketch: &Sketch,
    members: &[usize],
    edges: &[usize],
    layout: &mut Layout,
    cancelled: &dyn Fn() -> bool,
) -> Option<Rect> {
    let mut local = vec![0u32; members.last().map_or(0, |m| m + 1)];
    for (i, &m) in members.iter().enumerate() {
        local[m] = i as u32;
    }
    let real = members.len();
    let ends: Vec<(u32, u32)> =
        edges.iter().map(|&e| (local[sketch.edges[e].from], local[sketch.edges[e].to])).collect();
    let turned = cycles::back_edges(real, &ends);
    let forward: Vec<(u32, u32)> = ends
        .iter()
        .zip(&turned)
        .filter(|((a, b), _)| a != b)
        .map(|(&(a, b), &turn)| if turn { (b, a) } else { (a, b) })
        .collect();
    let mut layer = rank::ranks(real, &forward);
    let layers = layer.iter().max().map_or(0, |l| *l as usize + 1);
    let mut height: Vec<f32> = members.iter().map(|&m| sketch.nodes[m].height).collect();

    let mut chains: Vec<Chain> = Vec::new();
    let mut pairs: std::collections::BTreeMap<(u32, u32), u32> = Default::default();
    for ((&e, &(from, to)), &turn) in edges.iter().zip(&ends).zip(&turned) {
        layout.reversed[e] = turn;
        if from == to {
            continue;
        }
        let (left, right) = if turn { (to, from) } else { (from, to) };
        let twin = pairs.entry((left, right)).or_insert(0);
        // 0, +1, -1, +2, -2 …, kept away from the corners of the lower box.
        let side = if twin.is_multiple_of(2) { -1.0 } else { 1.0 };
        let shift = side * twin.div_ceil(2) as f32 * PARALLEL;
        *twin += 1;
        let keep = |offset: f32, node: u32| {
            let room = (height[node as usize] / 2.0 - 6.0).max(0.0);
            offset.clamp(-room, room)
        };
        let port = sketch.edges[e].from_port.map(|p| p - height[from as usize] / 2.0);
        let (mut left_offset, mut right_offset) = (keep(shift, left), keep(shift, right));
        if let Some(port) = port {
            let port = keep(port, from);
            if turn { right_offset = port } else { left_offset = port }
        }
        let mut nodes = vec![left];
        for l in layer[left as usize] + 1..layer[right as usize] {
            nodes.push(layer.len() as u32);
            layer.push(l);
            height.push(BEND_HEIGHT);
        }
        nodes.push(right);
        chains.push(Chain { edge: e, nodes, left_offset, right_offset });
    }
    let mut segments: Vec<Segment> = Vec::new();
    for chain in &chains {
        let last = chain.nodes.len() - 2;
        for (i, pair) in chain.nodes.windows(2).enumerate() {
            let left_offset = if i == 0 { chain.left_offset } else { 0.0 };
            segments.push(Segment {
                left: pair[0],
                right: pair[1],
                row: if i == 0 {
                    (left_offset + height[pair[0] as usize] / 2.0).clamp(0.0, 65_000.0) as u32
                } else {
                    0
                },
                left_offset,
                right_offset: if i == last { chain.right_offset } else { 0.0 },
            });
        }
    }
    let total = layer.len();
    let before = Links::new(total, segments.iter().enumerate().map(|(i, s)| (s.right, i as u32)));
    let after = Links::new(total, segments.iter().enumerate().map(|(i, s)| (s.left, i as u32)));
    let order =
        Ordering { layers, layer: &layer, segments: &segments, before: &before, after: &after }
            .run(cancelled)?;
    let bend: Vec<bool> = (0..total).map(|n| n >= real).collect();
    let middle = Placing {
        order: &order,
        layer: &layer,
        segments: &segments,
        before: &before,
        after: &after,
        height: &height,
        bend: &bend,
    }
    .run();

    let mut width = vec![0f32; layers];
    for (i, &m) in members.iter().enumerate() {
        let column = &mut width[layer[i] as usize];
        *column = column.max(sketch.nodes[m].width);
    }
    let mut steep = vec![0f32; layers];
    for s in &segments {
        let rise =
            (middle[s.left as usize] + s.left_offset) - (middle[s.right as usize] + s.right_offset);
        let channel = &mut steep[layer[s.left as usize] as usize];
        *channel = channel.max(rise.abs());
    }
    let mut x = vec![0f32; layers];
    for l in 1..layers {
        let channel = (CHANNEL_LEAST + 0.10 * steep[l - 1]).min(CHANNEL_MOST);
        x[l] = x[l - 1] + width[l - 1] + channel;
    }
    let mut bounds: Option<Rect> = None;
    for (i, &m) in members.iter().enumerate() {
        let node = &sketch.nodes[m];
        let l = layer[i] as usize;
        let left = x[l] + (width[l] - node.width) / 2.0;
        layout.positions[m] = Point::new(left, middle[i] - node.height / 2.0);
        let rect = Rect::new(left, middle[i] - node.height / 2.0, node.width, node.height);
        bounds = Some(bounds.map_or(rect, |b| b.union(&rect)));
    }
    for chain in &chains {
        let mut route: Vec<Point> = Vec::with_capacity(2 * chain.nodes.len());
        let last = chain.nodes.len() - 1;
        for (i, &n) in chain.nodes.iter().enumerate() {
            let (n, l) = (n as usize, layer[n as usize] as usize);
            let half = if n < real { sketch.nodes[members[n]].width / 2.0 } else { 0.0 };
            let center = x[l] + width[l] / 2.0;
            if i > 0 {
                let y = middle[n] + if i == last { chain.right_offset } else { 0.0 };
                route.push(Point::new(x[l], y));
                if i == last {
                    route.push(Point::new(center - half, y));
                }
            }
            if i < last {
                let y = middle[n] + if i == 0 { chain.left_offset } else { 0.0 };
                if i == 0 {
                    route.push(Point::new(center + half, y));
                }
                route.push(Point::new(x[l] + width[l], y));
            }
        }
        simplify(&mut route);
        if layout.reversed[chain.edge] {
            route.reverse();
        }
        for p in &route {
            bounds = bounds.map(|b| b.union(&Rect { min: *p, max: *p }));
        }
        layout.routes[chain.edge] = route;
    }
    for (&e, &(from, to)) in edges.iter().zip(&ends) {
        if from == to {
            let m = members[from as usize];
            let route = self_loop(&sketch.nodes[m], layout.positions[m]);
            bounds =
                route.iter().fold(bounds, |b, p| b.map(|b| b.union(&Rect { min: *p, max: *p })));
            layout.routes[e] = route;
        }
    }
    Some(bounds.unwrap_or_default())
}

/// Out on the right side of the box and back in, within its own height and the channel.
pub(super) fn self_loop(node: &super::SketchNode, at: Point) -> Vec<Point> {
    let right = at.x + node.width;
    let (up, down) = (at.y + node.height * 0.22, at.y + node.height * 0.40);
    vec![
        Point::new(right, up),
        Point::new(right + 18.0, up),
        Point::new(right + 18.0, down),
        Point::new(right, down),
    ]
}

/// Takes out points that repeat or lie on a straight line between their neighbours.
fn simplify(route: &mut Vec<Point>) {
    route.dedup_by(|b, a| (a.x - b.x).abs() < 0.01 && (a.y - b.y).abs() < 0.01);
    let mut i = 1;
    while i + 1 < route.len() {
        let (a, b, c) = (route[i - 1], route[i], route[i + 1]);
        let level = (a.y - b.y).abs() < 0.05 && (b.y - c.y).abs() < 0.05;
        if level {
            route.remove(i);
        } else {
            i += 1;
        }
    }
}
