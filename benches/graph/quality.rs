//! How well a drawing reads, in numbers.
//!
//! It takes what a drawing shows (boxes, the polylines of the arrows) and knows nothing of how it
//! came about, so every program is measured by the same code. Nothing here is random: where a
//! drawing is too large to look at every pair, the sample is the same every time.

/// A point, x to the right.
pub type Point = [f64; 2];

/// A drawing of a graph.
#[derive(Clone, Debug, Default)]
pub struct Drawing {
    /// Left, top, right and bottom of each node's box.
    pub boxes: Vec<[f64; 4]>,
    /// The nodes each edge runs from and to.
    pub edges: Vec<(u32, u32)>,
    /// The corners of each edge's line; without any it is straight, from middle to middle.
    pub routes: Vec<Vec<Point>>,
    /// What each node belongs to.
    pub clusters: Vec<u32>,
}

/// What a drawing is measured to be.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quality {
    /// Crossings between edges that share no end; an estimate for very large drawings.
    pub crossings: f64,
    /// Edges whose line runs through the box of a node that is not their end.
    pub through_boxes: f64,
    /// Normalised stress at the best scale: 0 where distances in the drawing are those of the graph.
    pub stress: f64,
    /// Mean distance to the middle of the own cluster, as a share of that to the middle of all.
    pub spread: f64,
    /// The share of nodes whose box overlaps another.
    pub overlap: f64,
    /// The standard deviation of the lengths of edges over their mean.
    pub length_variation: f64,
    /// The share of edges that run from left to right.
    pub rightward: f64,
}

/// How far nodes went between two drawings, as shares of the diagonal of the first.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Movement {
    /// After the second is laid over the first as well as moving and turning can.
    pub mean: f64,
    pub p95: f64,
    /// Without that.
    pub raw_mean: f64,
}

/// Segments up to which every pair is looked at.
const EXACT: usize = 40_000;
/// Edges that stand for all where there are more segments.
const SAMPLE: usize = 1_500;
/// Nodes from which distances in the graph are taken.
const SOURCES: usize = 60;

impl Quality {
    pub fn of(drawing: &Drawing) -> Self {
        Self {
            crossings: crossings(drawing, EXACT),
            through_boxes: Lines::of(drawing).through_boxes(drawing) as f64,
            stress: stress(drawing),
            spread: spread(drawing),
            overlap: overlap(drawing),
            length_variation: length_variation(drawing),
            rightward: rightward(drawing),
        }
    }
}

/// Crossings between edges that share no end: exact up to so many segments, else estimated.
pub fn crossings(drawing: &Drawing, exact: usize) -> f64 {
    Lines::of(drawing).crossings(drawing, exact)
}

impl Drawing {
    fn middle(&self, node: usize) -> Point {
        let [left, top, right, bottom] = self.boxes[node];
        [(left + right) / 2.0, (top + bottom) / 2.0]
    }
}

/// A piece of an edge's line, with its ends from left to right.
#[derive(Clone, Copy)]
struct Segment {
    edge: u32,
    a: Point,
    b: Point,
    /// Its extent upwards and downwards.
    top: f64,
    bottom: f64,
}

/// The segments of all edges, from left to right by their left ends.
struct Lines {
    segments: Vec<Segment>,
}

impl Lines {
    fn of(drawing: &Drawing) -> Self {
        let mut segments = Vec::new();
        for (at, &(from, to)) in drawing.edges.iter().enumerate() {
            let straight = [drawing.middle(from as usize), drawing.middle(to as usize)];
            let route = drawing.routes.get(at).filter(|route| route.len() > 1);
            for pair in route.map_or(&straight[..], Vec::as_slice).windows(2) {
                let (mut a, mut b) = (pair[0], pair[1]);
                if (b[0], b[1]) < (a[0], a[1]) {
                    std::mem::swap(&mut a, &mut b);
                }
                if a != b {
                    let (top, bottom) = (a[1].min(b[1]), a[1].max(b[1]));
                    segments.push(Segment { edge: at as u32, a, b, top, bottom });
                }
            }
        }
        segments.sort_by(|one, other| one.a[0].total_cmp(&other.a[0]));
        Self { segments }
    }

    fn crossings(&self, drawing: &Drawing, exact: usize) -> f64 {
        let apart = |one: &Segment, other: &Segment| {
            let (a, b) = drawing.edges[one.edge as usize];
            let (c, d) = drawing.edges[other.edge as usize];
            a != c && a != d && b != c && b != d
        };
        let crosses = |one: &Segment, other: &Segment| {
            other.top <= one.bottom
                && one.top <= other.bottom
                && properly_cross(one, other)
                && apart(one, other)
        };
        if self.segments.len() <= exact {
            let mut count = 0u64;
            for (at, one) in self.segments.iter().enumerate() {
                let rest = self.segments[at + 1..].iter();
                let near = rest.take_while(|other| other.a[0] <= one.b[0]);
                count += near.filter(|other| crosses(one, other)).count() as u64;
            }
            return count as f64;
        }
        // Every edge counts its crossings with all others, so all edges would count each twice.
        let edges = drawing.edges.len();
        let sample: Vec<bool> = {
            let mut sample = vec![false; edges];
            let picked = SAMPLE.min(edges);
            (0..picked).for_each(|at| sample[at * edges / picked] = true);
            sample
        };
        let mut count = 0u64;
        for one in self.segments.iter().filter(|it| sample[it.edge as usize]) {
            let near = self.segments.partition_point(|other| other.a[0] <= one.b[0]);
            let near = self.segments[..near].iter().filter(|other| other.b[0] >= one.a[0]);
            count += near.filter(|other| crosses(one, other)).count() as u64;
        }
        count as f64 * edges as f64 / SAMPLE.min(edges) as f64 / 2.0
    }

    fn through_boxes(&self, drawing: &Drawing) -> usize {
        let grid = Grid::of(&drawing.boxes);
        let mut through = vec![false; drawing.edges.len()];
        for segment in &self.segments {
            let (from, to) = drawing.edges[segment.edge as usize];
            if through[segment.edge as usize] {
                continue;
            }
            through[segment.edge as usize] = grid.any_along(segment, |node| {
                node != from && node != to && runs_through(segment, &drawing.boxes[node as usize])
            });
        }
        through.into_iter().filter(|it| *it).count()
    }
}

/// On which side of the line from `a` to `b` a point lies.
fn side(a: Point, b: Point, point: Point) -> f64 {
    (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])
}

/// Whether two segments cross at a point that is inside both.
fn properly_cross(one: &Segment, other: &Segment) -> bool {
    side(one.a, one.b, other.a) * side(one.a, one.b, other.b) < 0.0
        && side(other.a, other.b, one.a) * side(other.a, other.b, one.b) < 0.0
}

/// Whether a segment has a part inside a box, and not just along its border.
fn runs_through(segment: &Segment, area: &[f64; 4]) -> bool {
    // What is left of the line between each pair of borders (Liang and Barsky, 1984). A border may
    // be touched, and positions in files are rounded.
    let margin = 0.5_f64.min((area[2] - area[0]) / 4.0).min((area[3] - area[1]) / 4.0);
    let (mut from, mut to) = (0.0_f64, 1.0_f64);
    for axis in [0, 1] {
        let (low, high) = (area[axis] + margin, area[axis + 2] - margin);
        let (start, step) = (segment.a[axis], segment.b[axis] - segment.a[axis]);
        if step == 0.0 {
            if start <= low || start >= high {
                return false;
            }
            continue;
        }
        let (one, other) = ((low - start) / step, (high - start) / step);
        from = from.max(one.min(other));
        to = to.min(one.max(other));
    }
    from < to
}

/// Boxes by the cells they lie in.
struct Grid {
    corner: Point,
    cell: Point,
    columns: usize,
    rows: usize,
    /// The boxes of each cell, row by row.
    cells: Vec<Vec<u32>>,
}

impl Grid {
    /// About as many cells as boxes.
    fn of(boxes: &[[f64; 4]]) -> Self {
        let [left, top, right, bottom] = around(boxes);
        let side = (boxes.len() as f64).sqrt().ceil().max(1.0) as usize;
        let mut grid = Self {
            corner: [left, top],
            cell: [
                ((right - left) / side as f64).max(1e-9),
                ((bottom - top) / side as f64).max(1e-9),
            ],
            columns: side,
            rows: side,
            cells: vec![Vec::new(); side * side],
        };
        for (at, area) in boxes.iter().enumerate() {
            let columns = grid.range(0, area[0], area[2]);
            for row in grid.range(1, area[1], area[3]) {
                for column in columns.clone() {
                    grid.cells[row * side + column].push(at as u32);
                }
            }
        }
        grid
    }

    /// The columns (axis 0) or rows (axis 1) between two coordinates.
    fn range(&self, axis: usize, low: f64, high: f64) -> std::ops::RangeInclusive<usize> {
        let last = [self.columns, self.rows][axis] - 1;
        // A number below zero becomes zero.
        let place = |at: f64| (((at - self.corner[axis]) / self.cell[axis]) as usize).min(last);
        place(low)..=place(high)
    }

    /// Whether any box in the cells along a segment is one that is looked for.
    fn any_along(&self, segment: &Segment, mut wanted: impl FnMut(u32) -> bool) -> bool {
        let (a, b) = (segment.a, segment.b);
        for column in self.range(0, a[0], b[0]) {
            let (mut top, mut bottom) = (segment.top, segment.bottom);
            if b[0] > a[0] {
                let height = |x: f64| a[1] + (b[1] - a[1]) * (x - a[0]) / (b[0] - a[0]);
                let left = self.corner[0] + column as f64 * self.cell[0];
                let ends = [left.max(a[0]), (left + self.cell[0]).min(b[0])].map(height);
                // The last column also has what lies beyond it.
                if column + 1 < self.columns {
                    top = top.max(ends[0].min(ends[1]));
                    bottom = bottom.min(ends[0].max(ends[1]));
                }
            }
            for row in self.range(1, top, bottom) {
                if self.cells[row * self.columns + column].iter().any(|node| wanted(*node)) {
                    return true;
                }
            }
        }
        false
    }
}

fn around(boxes: &[[f64; 4]]) -> [f64; 4] {
    let mut all = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    for area in boxes {
        for axis in [0, 1] {
            all[axis] = all[axis].min(area[axis]);
            all[axis + 2] = all[axis + 2].max(area[axis + 2]);
        }
    }
    if boxes.is_empty() { [0.0; 4] } else { all }
}

/// The neighbours of each node, without regard to direction.
fn neighbours(drawing: &Drawing) -> Vec<Vec<u32>> {
    let mut neighbours = vec![Vec::new(); drawing.boxes.len()];
    for &(from, to) in &drawing.edges {
        neighbours[from as usize].push(to);
        neighbours[to as usize].push(from);
    }
    neighbours
}

/// Over the pairs of some nodes and all that they are connected with, weighed by the square of
/// their distance in the graph.
fn stress(drawing: &Drawing) -> f64 {
    let neighbours = neighbours(drawing);
    let nodes = drawing.boxes.len();
    let sources = SOURCES.min(nodes);
    let (mut pairs, mut sum, mut squares) = (0.0, 0.0, 0.0);
    let mut distances = vec![u32::MAX; nodes];
    for source in (0..sources).map(|at| at * nodes / sources) {
        distances.fill(u32::MAX);
        distances[source] = 0;
        let mut queue = vec![source as u32];
        let mut at = 0;
        while let Some(&node) = queue.get(at) {
            at += 1;
            for &next in &neighbours[node as usize] {
                if distances[next as usize] == u32::MAX {
                    distances[next as usize] = distances[node as usize] + 1;
                    queue.push(next);
                }
            }
        }
        let here = drawing.middle(source);
        for &node in &queue[1..] {
            let there = drawing.middle(node as usize);
            let drawn = (here[0] - there[0]).hypot(here[1] - there[1]);
            let ratio = drawn / f64::from(distances[node as usize]);
            pairs += 1.0;
            sum += ratio;
            squares += ratio * ratio;
        }
    }
    // The sum of (s * ratio - 1)^2 is least at s = sum / squares.
    if squares > 0.0 { 1.0 - sum * sum / (pairs * squares) } else { 0.0 }
}

fn spread(drawing: &Drawing) -> f64 {
    let clusters = drawing.clusters.iter().max().map_or(0, |it| *it as usize + 1);
    let mut middles = vec![[0.0, 0.0, 0.0]; clusters + 1];
    let add = |middle: &mut [f64; 3], at: Point| {
        *middle = [middle[0] + at[0], middle[1] + at[1], middle[2] + 1.0];
    };
    for (node, cluster) in drawing.clusters.iter().enumerate() {
        add(&mut middles[*cluster as usize], drawing.middle(node));
        add(&mut middles[clusters], drawing.middle(node));
    }
    let distance = |node: usize, to: usize| {
        let ([x, y, count], at) = (middles[to], drawing.middle(node));
        (at[0] - x / count).hypot(at[1] - y / count)
    };
    let nodes = drawing.clusters.iter().enumerate();
    let own: f64 = nodes.map(|(node, cluster)| distance(node, *cluster as usize)).sum();
    let all: f64 = (0..drawing.clusters.len()).map(|node| distance(node, clusters)).sum();
    if all > 0.0 { own / all } else { 0.0 }
}

fn overlap(drawing: &Drawing) -> f64 {
    let boxes = &drawing.boxes;
    let grid = Grid::of(boxes);
    let mut overlaps = vec![false; boxes.len()];
    for cell in &grid.cells {
        for (at, &one) in cell.iter().enumerate() {
            for &other in &cell[at + 1..] {
                let (a, b) = (&boxes[one as usize], &boxes[other as usize]);
                // Numbers in files are rounded: a hair is none.
                let apart =
                    |axis: usize| a[axis] > b[axis + 2] - 0.01 || b[axis] > a[axis + 2] - 0.01;
                if !apart(0) && !apart(1) {
                    overlaps[one as usize] = true;
                    overlaps[other as usize] = true;
                }
            }
        }
    }
    overlaps.iter().filter(|it| **it).count() as f64 / boxes.len().max(1) as f64
}

fn length_variation(drawing: &Drawing) -> f64 {
    let length = |&(from, to): &(u32, u32)| {
        let (a, b) = (drawing.middle(from as usize), drawing.middle(to as usize));
        (a[0] - b[0]).hypot(a[1] - b[1])
    };
    let lengths: Vec<f64> = drawing.edges.iter().map(length).collect();
    let count = lengths.len().max(1) as f64;
    let mean = lengths.iter().sum::<f64>() / count;
    let variance = lengths.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / count;
    if mean > 0.0 { variance.sqrt() / mean } else { 0.0 }
}

fn rightward(drawing: &Drawing) -> f64 {
    let middle = |node: u32| drawing.middle(node as usize)[0];
    let (mut right, mut all) = (0usize, 0usize);
    for &(from, to) in drawing.edges.iter().filter(|(from, to)| from != to) {
        all += 1;
        right += usize::from(middle(from) < middle(to));
    }
    right as f64 / all.max(1) as f64
}

impl Movement {
    /// Between two drawings of the same nodes, node by node.
    pub fn between(before: &Drawing, after: &Drawing) -> Self {
        let nodes = before.boxes.len().min(after.boxes.len());
        let [left, top, right, bottom] = around(&before.boxes);
        let diagonal = (right - left).hypot(bottom - top);
        if nodes == 0 || diagonal == 0.0 {
            return Self::default();
        }
        let mean = |drawing: &Drawing| {
            let sum = (0..nodes).map(|node| drawing.middle(node)).fold([0.0, 0.0], plus);
            [sum[0] / nodes as f64, sum[1] / nodes as f64]
        };
        let (from, to) = (mean(before), mean(after));
        // The angle at which the squares of the distances add up to least (Kabsch, in the plane).
        let (mut along, mut across) = (0.0, 0.0);
        for node in 0..nodes {
            let (a, b) = (minus(before.middle(node), from), minus(after.middle(node), to));
            along += a[0] * b[0] + a[1] * b[1];
            across += b[0] * a[1] - b[1] * a[0];
        }
        let length = f64::hypot(along, across);
        let (cos, sin) = if length > 0.0 { (along / length, across / length) } else { (1.0, 0.0) };
        let mut aligned: Vec<f64> = (0..nodes)
            .map(|node| {
                let (a, b) = (minus(before.middle(node), from), minus(after.middle(node), to));
                let turned = [cos * b[0] - sin * b[1], sin * b[0] + cos * b[1]];
                (a[0] - turned[0]).hypot(a[1] - turned[1]) / diagonal
            })
            .collect();
        aligned.sort_by(f64::total_cmp);
        let raw = (0..nodes).map(|node| {
            let by = minus(before.middle(node), after.middle(node));
            by[0].hypot(by[1]) / diagonal
        });
        Self {
            mean: aligned.iter().sum::<f64>() / nodes as f64,
            p95: aligned[((nodes as f64 * 0.95) as usize).min(nodes - 1)],
            raw_mean: raw.sum::<f64>() / nodes as f64,
        }
    }
}

fn plus(a: Point, b: Point) -> Point {
    [a[0] + b[0], a[1] + b[1]]
}

fn minus(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1]]
}
