//! What is where: a uniform grid over the drawing, for drawing only what is in view and for finding
//! what is under the pointer. Built once a scene.
//!
//! Everything a frame reads for every box or arrow lies in flat arrays here: a scene's own records
//! carry words, and walking over fifty thousand of them for their places alone would read ten times
//! as much memory.

use std::collections::HashMap;
use std::sync::Arc;

use super::cells::Cells;
use super::passing::Course;
use super::uses::Uses;
use crate::config::ClientKey;
use crate::diagram::layout::{Method, Point, Rect};
use crate::diagram::scene::{Difference, EdgeKind, NodeKind, Scene, Thing};
use crate::diagram::shape::{Stroke, bezier, strokes};

/// Cells in each direction, at most.
const CELLS: usize = 96;
const CELL_LEAST: f32 = 260.0;
/// Points of the drawing for one of the lines that an S-curve is drawn with.
const CURVE: f32 = 13.0;
/// An arrow that goes over more cells is looked at one by one: entering it everywhere it passes
/// would take more room and time than the search for it.
const LONG: f32 = 16.0;
/// How many of the boxes with the most arrows are known by name from far away.
const HUBS: usize = 64;
/// A box with fewer arrows is no landmark.
const HUB_LEAST: u32 = 8;

/// What a box is, in a byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Client,
    Ghost,
    Issuer,
}

/// Cells of the grid that lie together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
}

/// A scene with its index.
pub struct Index {
    pub scene: Arc<Scene>,
    pub uses: Uses,
    /// The arrows as polylines: `lines[starts[e]..starts[e + 1]]`.
    lines: Vec<Point>,
    starts: Vec<u32>,
    pub rects: Vec<Rect>,
    pub kinds: Vec<Kind>,
    /// Whether each arrow is one of an external identity.
    pub federation: Vec<bool>,
    /// Arrows that stand for several.
    pub bundles: Vec<u32>,
    /// Arrows into and out of each box.
    pub incoming: Vec<u32>,
    pub outgoing: Vec<u32>,
    /// Boxes with the most arrows, the most first.
    pub hubs: Vec<u32>,
    /// Arrows at each box.
    at_node: Cells,
    /// The box of each client app, by its key; `u32::MAX` where there is none.
    clients: Vec<u32>,
    others: HashMap<Thing, u32>,
    /// The box of a collapsed group, by the client apps in it.
    held: HashMap<ClientKey, u32>,
    /// Arrows that only the old version of a comparison has.
    removed: HashMap<Thing, u32>,
    origin: Point,
    cell: f32,
    columns: usize,
    rows: usize,
    nodes: Cells,
    edges: Cells,
    /// Arrows that are in no cell, and where they run.
    long: Vec<(u32, Course)>,
}

impl Index {
    pub fn new(scene: Arc<Scene>) -> Self {
        let smooth = scene.method == Method::Layered;
        let mut lines: Vec<Point> = Vec::with_capacity(2 * scene.edges.len());
        let mut starts = vec![0u32];
        for edge in &scene.edges {
            lines.extend(edge.route.first());
            for stroke in strokes(&edge.route, smooth) {
                match stroke {
                    Stroke::Line(_, b) => lines.push(b),
                    Stroke::Curve(curve) => {
                        let (a, b) = (curve[0], curve[3]);
                        let steps = ((b.x - a.x).hypot(b.y - a.y) / CURVE).clamp(10.0, 48.0) as u32;
                        let points = (1..=steps).map(|i| bezier(&curve, i as f32 / steps as f32));
                        lines.extend(points);
                    }
                }
            }
            starts.push(lines.len() as u32);
        }
        let bounds = scene.bounds.expand(1.0);
        let cell = (bounds.width().max(bounds.height()) / CELLS as f32).max(CELL_LEAST);
        let columns = (bounds.width() / cell) as usize + 1;
        let rows = (bounds.height() / cell) as usize + 1;
        let mut index = Self {
            uses: Uses::of(&scene),
            lines,
            starts,
            rects: scene.nodes.iter().map(|node| node.rect).collect(),
            kinds: scene.nodes.iter().map(|node| kind(&node.kind)).collect(),
            federation: scene.edges.iter().map(|e| e.kind == EdgeKind::Federation).collect(),
            bundles: bundles(&scene),
            incoming: vec![0; scene.nodes.len()],
            outgoing: vec![0; scene.nodes.len()],
            hubs: Vec::new(),
            at_node: Cells::default(),
            clients: Vec::new(),
            others: HashMap::new(),
            held: HashMap::new(),
            removed: HashMap::new(),
            origin: bounds.min,
            cell,
            columns,
            rows,
            nodes: Cells::default(),
            edges: Cells::default(),
            long: Vec::new(),
            scene,
        };
        index.enter_names();
        index.enter_removed();
        index.enter_ends();
        index.enter_cells();
        index
    }

    fn enter_names(&mut self) {
        for (n, node) in self.scene.nodes.iter().enumerate() {
            match &node.kind {
                // Keys of what was removed are those of another project.
                NodeKind::Client(key) if node.difference != Difference::Removed => {
                    if self.clients.len() <= key.0 {
                        self.clients.resize(key.0 + 1, u32::MAX);
                    }
                    self.clients[key.0] = n as u32;
                }
                _ => {
                    self.others.insert(node.thing(), n as u32);
                }
            }
            if let NodeKind::Group(_) = node.kind {
                // Client apps are the first nodes of a graph, in the order of their keys; what else
                // is in a group is never asked for by such a key.
                let there = node.members.iter().filter(|it| it.difference != Difference::Removed);
                self.held.extend(there.map(|it| (ClientKey(it.node.index()), n as u32)));
            }
        }
    }

    fn enter_removed(&mut self) {
        let edges = self.scene.edges.iter().enumerate();
        let removed = edges.filter(|(_, edge)| matches!(edge.thing, Thing::Removed(_)));
        self.removed = removed.map(|(e, edge)| (edge.thing.clone(), e as u32)).collect();
    }

    fn enter_ends(&mut self) {
        let mut ends = Vec::with_capacity(2 * self.scene.edges.len());
        for (e, edge) in self.scene.edges.iter().enumerate() {
            self.outgoing[edge.from] += 1;
            self.incoming[edge.to] += 1;
            ends.push((edge.from as u32, e as u32));
            if edge.to != edge.from {
                ends.push((edge.to as u32, e as u32));
            }
        }
        self.at_node = Cells::new(self.scene.nodes.len(), &ends);
        let arrows = |n: u32| self.incoming[n as usize] + self.outgoing[n as usize];
        let mut hubs: Vec<u32> =
            (0..self.scene.nodes.len() as u32).filter(|&n| arrows(n) >= HUB_LEAST).collect();
        hubs.sort_by_key(|&n| (std::cmp::Reverse(arrows(n)), n));
        hubs.truncate(HUBS);
        self.hubs = hubs;
    }

    fn enter_cells(&mut self) {
        let mut nodes = Vec::with_capacity(self.rects.len() + self.rects.len() / 2);
        for (n, rect) in self.rects.iter().enumerate() {
            nodes.extend(self.cells(rect).map(|cell| (cell as u32, n as u32)));
        }
        let mut edges = Vec::with_capacity(4 * self.scene.edges.len());
        for e in 0..self.scene.edges.len() {
            if let &[a, b] = self.line(e)
                && (b.x - a.x).abs().max((b.y - a.y).abs()) > LONG * self.cell
            {
                self.long.push((e as u32, Course::of(&[a, b])));
                continue;
            }
            let mut last = u32::MAX;
            for pair in self.line(e).windows(2) {
                let (a, b) = (pair[0], pair[1]);
                let steps = ((b.x - a.x).hypot(b.y - a.y) / (self.cell / 3.0)).ceil().max(1.0);
                for s in 0..=steps as usize {
                    let t = s as f32 / steps;
                    let cell = self.cell_at(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t) as u32;
                    if cell != last {
                        edges.push((cell, e as u32));
                    }
                    last = cell;
                }
            }
        }
        self.nodes = Cells::new(self.columns * self.rows, &nodes);
        self.edges = Cells::new(self.columns * self.rows, &edges);
    }

    /// What a box is called, with how many arrows it has.
    pub fn name(&self, node: usize) -> String {
        let (incoming, outgoing) = (self.incoming[node], self.outgoing[node]);
        format!("{}, {incoming} in, {outgoing} out", self.scene.nodes[node].name)
    }

    /// The box of a thing: its own, or for an identity the one that lists it. `None` for arrows
    /// and for what is not in the drawing.
    pub fn node_of(&self, thing: &Thing) -> Option<usize> {
        let node = match thing {
            Thing::Client(key) => self.clients.get(key.0).copied().filter(|n| *n != u32::MAX),
            Thing::Identity { issuer, .. } => {
                self.others.get(&Thing::Issuer(issuer.clone())).copied()
            }
            Thing::Ghost(_) | Thing::Issuer(_) | Thing::Group(_) | Thing::Removed(_) => {
                self.others.get(thing).copied()
            }
            Thing::Permission { .. } | Thing::Federation { .. } | Thing::Bundle { .. } => None,
        };
        node.map(|n| n as usize)
    }

    /// The box of a thing, or the collapsed group that it is in.
    pub fn box_with(&self, thing: &Thing) -> Option<usize> {
        let held = || match thing {
            Thing::Client(key) => self.held.get(key).map(|n| *n as usize),
            _ => None,
        };
        self.node_of(thing).or_else(held)
    }

    /// The arrow of a thing. It begins or ends at the client app that states it.
    pub fn edge_of(&self, thing: &Thing) -> Option<usize> {
        if let Some(&edge) = self.removed.get(thing) {
            return Some(edge as usize);
        }
        let (Thing::Permission { owner: client, .. } | Thing::Federation { client, .. }) = thing
        else {
            return None;
        };
        let node = self.node_of(&Thing::Client(*client))?;
        let mut edges = self.edges_at(node).iter().map(|&e| e as usize);
        edges.find(|&e| self.scene.edges[e].thing == *thing)
    }

    fn column(&self, x: f32) -> usize {
        (((x - self.origin.x) / self.cell).max(0.0) as usize).min(self.columns - 1)
    }

    fn row(&self, y: f32) -> usize {
        (((y - self.origin.y) / self.cell).max(0.0) as usize).min(self.rows - 1)
    }

    fn cell_at(&self, x: f32, y: f32) -> usize {
        self.row(y) * self.columns + self.column(x)
    }

    fn cells(&self, rect: &Rect) -> impl Iterator<Item = usize> + use<> {
        self.cells_of(self.block(rect))
    }

    fn cells_of(&self, block: Block) -> impl Iterator<Item = usize> + use<> {
        let Block { left, right, top, bottom } = block;
        let columns = self.columns;
        (top..=bottom).flat_map(move |row| (left..=right).map(move |c| row * columns + c))
    }

    fn block(&self, rect: &Rect) -> Block {
        let (left, right) = (self.column(rect.min.x), self.column(rect.max.x));
        let (top, bottom) = (self.row(rect.min.y), self.row(rect.max.y));
        Block { left, right, top, bottom }
    }

    /// The cells in which every arrow is entered that meets a rectangle, unless it is a long one.
    pub fn block_around(&self, area: &Rect) -> Block {
        // A line may cut the corner of a cell between two of the places it was entered at.
        self.block(&area.expand(self.cell / 3.0))
    }

    /// Arrows that are entered in a block of cells, some of them more than once, and long ones that
    /// meet it.
    pub fn entered(&self, block: Block) -> impl Iterator<Item = u32> {
        let area = self.area(block);
        let cells = self.cells_of(block).flat_map(|cell| self.edges.of(cell).iter().copied());
        let long = self.long.iter().filter(move |(_, course)| course.meets(&area));
        cells.chain(long.map(|(e, _)| *e))
    }

    /// What a block of cells takes of the plane; those at the rim have all that lies beyond.
    fn area(&self, block: Block) -> Rect {
        const BEYOND: f32 = 1e7;
        let x = |column: usize| self.origin.x + column as f32 * self.cell;
        let y = |row: usize| self.origin.y + row as f32 * self.cell;
        let (mut min, mut max) = (
            Point::new(x(block.left), y(block.top)),
            Point::new(x(block.right + 1), y(block.bottom + 1)),
        );
        if block.left == 0 {
            min.x -= BEYOND;
        }
        if block.top == 0 {
            min.y -= BEYOND;
        }
        if block.right + 1 == self.columns {
            max.x += BEYOND;
        }
        if block.bottom + 1 == self.rows {
            max.y += BEYOND;
        }
        Rect { min, max }.expand(1.0)
    }

    /// Whether there are more arrows than can be told apart from far away.
    pub fn is_large(&self) -> bool {
        self.federation.len() > 2500
    }

    /// The polyline of an arrow, in points of the drawing.
    pub fn line(&self, edge: usize) -> &[Point] {
        &self.lines[self.starts[edge] as usize..self.starts[edge + 1] as usize]
    }

    /// The arrows at a box.
    pub fn edges_at(&self, node: usize) -> &[u32] {
        self.at_node.of(node)
    }

    /// Boxes that meet a rectangle, in drawing order.
    pub fn nodes_in(&self, area: &Rect, into: &mut Vec<u32>) {
        into.clear();
        if self.covers(area) {
            into.extend(0..self.rects.len() as u32);
            return;
        }
        for cell in self.cells(area) {
            into.extend(self.nodes.of(cell));
        }
        into.sort_unstable();
        into.dedup();
        into.retain(|&n| self.rects[n as usize].overlaps(area));
    }

    /// Whether everything lies in a rectangle.
    pub fn covers(&self, area: &Rect) -> bool {
        let b = &self.scene.bounds;
        area.min.x <= b.min.x
            && area.min.y <= b.min.y
            && area.max.x >= b.max.x
            && area.max.y >= b.max.y
    }

    /// The box at a point, and its row if it has one there.
    pub fn node_at(&self, at: Point) -> Option<(usize, Option<usize>)> {
        let node = self
            .nodes
            .of(self.cell_at(at.x, at.y))
            .iter()
            .map(|&n| n as usize)
            .find(|&n| self.rects[n].contains(at))?;
        let found = &self.scene.nodes[node];
        let row = (0..found.rows.len())
            .find(|&row| found.row_rect(row).is_some_and(|rect| rect.contains(at)));
        Some((node, row))
    }

    /// The arrow nearest to a point, if it is not farther away than `reach`.
    pub fn edge_at(&self, at: Point, reach: f32) -> Option<usize> {
        let area = Rect { min: at, max: at }.expand(reach);
        let mut near: Vec<u32> = Vec::new();
        for cell in self.cells(&area) {
            near.extend(self.edges.of(cell));
        }
        near.extend(self.long.iter().filter(|(_, course)| course.meets(&area)).map(|(e, _)| e));
        near.sort_unstable();
        near.dedup();
        near.into_iter()
            .map(|e| (self.distance(e as usize, at), e as usize))
            .filter(|(distance, _)| *distance <= reach)
            .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
            .map(|(_, e)| e)
    }

    fn distance(&self, edge: usize, at: Point) -> f32 {
        self.line(edge)
            .windows(2)
            .map(|pair| {
                let (a, b) = (pair[0], pair[1]);
                let (dx, dy) = (b.x - a.x, b.y - a.y);
                let length = dx * dx + dy * dy;
                let t = if length > 0.0 {
                    (((at.x - a.x) * dx + (at.y - a.y) * dy) / length).clamp(0.0, 1.0)
                } else {
                    0.0
                };
                (a.x + dx * t - at.x).hypot(a.y + dy * t - at.y)
            })
            .fold(f32::MAX, f32::min)
    }
}

fn bundles(scene: &Scene) -> Vec<u32> {
    let edges = scene.edges.iter().zip(0..);
    edges.filter(|(edge, _)| edge.edges.len() > 1).map(|(_, e)| e).collect()
}

fn kind(kind: &NodeKind) -> Kind {
    match kind {
        NodeKind::Client(_) | NodeKind::Group(_) => Kind::Client,
        NodeKind::Ghost(_) => Kind::Ghost,
        NodeKind::Issuer(_) => Kind::Issuer,
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::config::ClientKey;
    use crate::diagram::scene::{End, SceneEdge, SceneNode};
    use crate::trust::Reading;

    /// Client apps in a row of blocks of their own, each with an arrow to the next.
    pub fn chain(count: usize) -> Arc<Scene> {
        star(count, |e| (e, e + 1), count - 1)
    }

    pub fn star(count: usize, ends: impl Fn(usize) -> (usize, usize), edges: usize) -> Arc<Scene> {
        let nodes = (0..count).map(|i| SceneNode {
            kind: NodeKind::Client(ClientKey(i)),
            title: format!("Client {i}"),
            subtitle: String::new(),
            badges: Vec::new(),
            rows: Vec::new(),
            rect: Rect::new(0.0, 0.0, 208.0, 50.0),
            name: format!("Client app Client {i}"),
            cluster: i,
            brokers: Vec::new(),
            members: Vec::new(),
            inside: Vec::new(),
            difference: Difference::Same,
            on_path: false,
        });
        let edges = (0..edges).map(|e| SceneEdge {
            kind: EdgeKind::Exchange { asks: End::From },
            from: ends(e).0,
            to: ends(e).1,
            from_row: None,
            edges: Vec::new(),
            thing: Thing::Permission { owner: ClientKey(ends(e).0), index: 0 },
            sentence: String::new(),
            route: Vec::new(),
            reversed: false,
            difference: Difference::Same,
            hops: Vec::new(),
        });
        let titles = (0..count).map(|c| c.to_string()).collect();
        let (nodes, edges) = (nodes.collect(), edges.collect());
        let reading = Reading::RequesterListsTarget;
        let scene =
            Scene::assemble(reading, Method::Overview, nodes, edges, titles, &|| false).unwrap();
        Arc::new(scene)
    }

    #[test]
    fn things_are_found_by_name() {
        let index = Index::new(chain(30));
        assert_eq!(index.node_of(&Thing::Client(ClientKey(17))), Some(17));
        assert_eq!(index.node_of(&Thing::Client(ClientKey(30))), None);
        let arrow = Thing::Permission { owner: ClientKey(28), index: 0 };
        assert_eq!(index.edge_of(&arrow), Some(28));
        assert_eq!(index.edge_of(&Thing::Permission { owner: ClientKey(29), index: 0 }), None);
        assert_eq!((index.incoming[0], index.outgoing[0]), (0, 1));
    }
}
