//! What is where: a uniform grid over the drawing, for drawing only what is in view and for finding
//! what is under the pointer. Built once a scene.

use std::sync::Arc;

use crate::diagram::layout::{Method, Point, Rect};
use crate::diagram::scene::Scene;
use crate::diagram::shape::{Stroke, bezier, strokes};

/// Cells in each direction, at most.
const CELLS: usize = 96;
const CELL_LEAST: f32 = 260.0;
/// Points of the drawing for one of the lines that an S-curve is drawn with.
const CURVE: f32 = 13.0;

/// A scene with its index.
pub struct Index {
    pub scene: Arc<Scene>,
    /// The arrows as polylines: `lines[starts[e]..starts[e + 1]]`.
    lines: Vec<Point>,
    starts: Vec<u32>,
    /// Arrows at each box.
    at_node: Vec<Vec<u32>>,
    origin: Point,
    cell: f32,
    columns: usize,
    rows: usize,
    nodes: Vec<Vec<u32>>,
    edges: Vec<Vec<u32>>,
}

impl Index {
    pub fn new(scene: Arc<Scene>) -> Self {
        let smooth = scene.method == Method::Layered;
        let mut lines: Vec<Point> = Vec::new();
        let mut starts = vec![0u32];
        let mut at_node = vec![Vec::new(); scene.nodes.len()];
        for (e, edge) in scene.edges.iter().enumerate() {
            at_node[edge.from].push(e as u32);
            if edge.to != edge.from {
                at_node[edge.to].push(e as u32);
            }
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
            lines,
            starts,
            at_node,
            origin: bounds.min,
            cell,
            columns,
            rows,
            nodes: vec![Vec::new(); columns * rows],
            edges: vec![Vec::new(); columns * rows],
            scene,
        };
        index.enter();
        index
    }

    fn enter(&mut self) {
        for n in 0..self.scene.nodes.len() {
            for cell in self.cells(&self.scene.nodes[n].rect) {
                self.nodes[cell].push(n as u32);
            }
        }
        for e in 0..self.scene.edges.len() {
            let mut last = usize::MAX;
            for i in 1..self.line(e).len() {
                let (a, b) = (self.line(e)[i - 1], self.line(e)[i]);
                let steps = ((b.x - a.x).hypot(b.y - a.y) / (self.cell / 3.0)).ceil().max(1.0);
                for s in 0..=steps as usize {
                    let t = s as f32 / steps;
                    let cell = self.cell_at(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t);
                    if cell != last && self.edges[cell].last() != Some(&(e as u32)) {
                        self.edges[cell].push(e as u32);
                    }
                    last = cell;
                }
            }
        }
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
        let (left, right) = (self.column(rect.min.x), self.column(rect.max.x));
        let (top, bottom) = (self.row(rect.min.y), self.row(rect.max.y));
        let columns = self.columns;
        (top..=bottom).flat_map(move |row| (left..=right).map(move |c| row * columns + c))
    }

    /// The polyline of an arrow, in points of the drawing.
    pub fn line(&self, edge: usize) -> &[Point] {
        &self.lines[self.starts[edge] as usize..self.starts[edge + 1] as usize]
    }

    /// The arrows at a box.
    pub fn edges_at(&self, node: usize) -> &[u32] {
        &self.at_node[node]
    }

    /// Boxes that meet a rectangle, in drawing order.
    pub fn nodes_in(&self, area: &Rect, into: &mut Vec<u32>) {
        into.clear();
        if self.covers(area) {
            into.extend(0..self.scene.nodes.len() as u32);
            return;
        }
        for cell in self.cells(area) {
            into.extend(&self.nodes[cell]);
        }
        into.sort_unstable();
        into.dedup();
        into.retain(|&n| self.scene.nodes[n as usize].rect.overlaps(area));
    }

    /// Arrows that may meet a rectangle, in drawing order.
    pub fn edges_in(&self, area: &Rect, into: &mut Vec<u32>) {
        into.clear();
        if self.covers(area) {
            into.extend(0..self.scene.edges.len() as u32);
            return;
        }
        // A line may cut the corner of a cell between two of the places it was entered at.
        for cell in self.cells(&area.expand(self.cell / 3.0)) {
            into.extend(&self.edges[cell]);
        }
        into.sort_unstable();
        into.dedup();
    }

    fn covers(&self, area: &Rect) -> bool {
        let b = &self.scene.bounds;
        area.min.x <= b.min.x
            && area.min.y <= b.min.y
            && area.max.x >= b.max.x
            && area.max.y >= b.max.y
    }

    /// The box at a point, and its row if it has one there.
    pub fn node_at(&self, at: Point) -> Option<(usize, Option<usize>)> {
        let node = self.nodes[self.cell_at(at.x, at.y)]
            .iter()
            .map(|&n| n as usize)
            .find(|&n| self.scene.nodes[n].rect.contains(at))?;
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
            near.extend(&self.edges[cell]);
        }
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
