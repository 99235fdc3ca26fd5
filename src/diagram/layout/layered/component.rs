//! The drawing of one connected part: what the steps give, put together.

use super::super::{Layout, Point, Rect, Sketch};
use super::mesh::{Mesh, Segment};
use super::order;
use super::place::Placing;
use super::rank::{Ranking, Span};
use super::warm::Anchors;
use super::{Wishes, cycles, rect, self_loop};

/// Bends of one whole drawing. Each takes about 150 bytes while it is laid out.
pub(super) const MOST_BENDS: usize = 150_000;
/// Height that a long arrow takes in the columns it passes.
const BEND_HEIGHT: f32 = 4.0;
pub(super) const CHANNEL_LEAST: f32 = 76.0;
const CHANNEL_MOST: f32 = 190.0;
/// How much a channel widens for each point that an arrow rises in it.
const CHANNEL_SLOPE: f32 = 0.10;
/// Between arrows that join the same two boxes, and how near a corner they may come.
const PARALLEL: f32 = 9.0;
const CORNER: f32 = 6.0;
/// From the drawing to the lanes above it, and between them.
const LANE_GAP: f32 = 24.0;
const LANE: f32 = 5.0;

/// A connected part of a sketch.
pub(super) struct Part {
    pub nodes: Vec<usize>,
    pub edges: Vec<usize>,
    /// Around its boxes and arrows, without margin.
    pub bounds: Rect,
    /// Whether it is where it was before.
    pub anchored: bool,
}

impl Part {
    /// Moves everything that belongs to the part.
    pub fn shift(&self, by: Point, layout: &mut Layout) {
        for &n in &self.nodes {
            layout.positions[n].x += by.x;
            layout.positions[n].y += by.y;
        }
        for &e in &self.edges {
            for point in &mut layout.routes[e] {
                point.x += by.x;
                point.y += by.y;
            }
        }
    }
}

/// An arrow of the part, from left to right.
struct Arrow {
    edge: usize,
    left: u32,
    right: u32,
    left_offset: f32,
    right_offset: f32,
    /// Its bends, one for each column between.
    first_bend: u32,
    bends: u32,
    /// The lane above the drawing on which it runs instead.
    lane: Option<u32>,
}

/// What all parts are drawn from.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub sketch: &'a Sketch,
    /// The place of each node within its part.
    pub local: &'a [u32],
    pub wishes: &'a Wishes<'a>,
    pub cancelled: &'a dyn Fn() -> bool,
}

impl Context<'_> {
    /// Draws a part with its own origin, or where it was before; gives the number of bends it took of
    /// `most`, or `None` when cancelled.
    pub fn draw(&self, part: &mut Part, most: usize, layout: &mut Layout) -> Option<usize> {
        let Self { sketch, local, wishes, cancelled } = *self;
        let real = part.nodes.len();
        let ends: Vec<(u32, u32)> = part
            .edges
            .iter()
            .map(|&e| (local[sketch.edges[e].from], local[sketch.edges[e].to]))
            .collect();
        let mut anchors = wishes.before.and_then(|b| Anchors::new(sketch, part, b, local));
        part.anchored = anchors.is_some();
        let turned = cycles::back_edges(real, &ends, anchors.as_ref().map(|a| &a.columns[..]));
        let forward: Vec<(u32, u32)> = ends
            .iter()
            .zip(&turned)
            .filter(|((a, b), _)| a != b)
            .map(|(&(a, b), &turn)| if turn { (b, a) } else { (a, b) })
            .collect();
        let spans: Option<Vec<Span>> = wishes
            .columns
            .map(|c| part.nodes.iter().map(|&n| c.get(n).copied().unwrap_or_default()).collect());
        let ranking = Ranking { nodes: real, edges: &forward, spans: spans.as_deref() };
        let columns = match &anchors {
            Some(anchors) => ranking.near(&anchors.columns),
            None => ranking.run(cancelled)?,
        };
        let mut layer: Vec<u32> = columns.into_iter().map(|c| c as u32).collect();
        let mut height: Vec<f32> = part.nodes.iter().map(|&n| sketch.nodes[n].height).collect();

        for (&e, &turn) in part.edges.iter().zip(&turned) {
            layout.reversed[e] = turn;
        }
        let mut arrows = arrows(sketch, part, &ends, &turned, &height);
        let took = spend_bends(&mut arrows, &mut layer, &mut height, most);
        let segments = segments(&arrows);
        let mesh = Mesh::new(real, layer, height, segments);
        let order = match &mut anchors {
            Some(anchors) => {
                let free = anchors.extend(&mesh);
                order::order_as(&mesh, &anchors.heights, &free, cancelled)?
            }
            None => order::order(&mesh, cancelled)?,
        };
        let placing = Placing { mesh: &mesh, order: &order };
        let mut middle = placing.run(cancelled)?;
        if let Some(anchors) = &anchors {
            placing.anchor(&mut middle, anchors);
        }
        let grid = Grid::new(sketch, part, &mesh, &middle, anchors.as_ref());
        grid.draw(sketch, part, &arrows, layout);
        for (&e, &(from, to)) in part.edges.iter().zip(&ends) {
            if from == to {
                let n = part.nodes[from as usize];
                layout.routes[e] = self_loop(&sketch.nodes[n], layout.positions[n]);
            }
        }
        let boxes = part.nodes.iter().map(|&n| rect(&sketch.nodes[n], layout.positions[n]));
        let points = part.edges.iter().flat_map(|&e| &layout.routes[e]);
        part.bounds = boxes
            .chain(points.map(|p| Rect { min: *p, max: *p }))
            .reduce(|a, b| a.union(&b))
            .unwrap_or_default();
        Some(took)
    }
}

/// All arrows that join two boxes, with where they leave and arrive.
fn arrows(
    sketch: &Sketch,
    part: &Part,
    ends: &[(u32, u32)],
    turned: &[bool],
    height: &[f32],
) -> Vec<Arrow> {
    let pair = |i: usize| if turned[i] { (ends[i].1, ends[i].0) } else { ends[i] };
    let mut list: Vec<usize> = (0..ends.len()).filter(|&i| ends[i].0 != ends[i].1).collect();
    list.sort_by_key(|&i| (pair(i), i));
    let mut arrows: Vec<Arrow> = Vec::with_capacity(list.len());
    for twins in list.chunk_by(|&i, &j| pair(i) == pair(j)) {
        for (k, &i) in twins.iter().enumerate() {
            let (left, right) = pair(i);
            let (edge, from) = (part.edges[i], ends[i].0);
            let spread = |node: u32| {
                let room = (height[node as usize] - 2.0 * CORNER).max(0.0);
                let step = PARALLEL.min(room / (twins.len() as f32 - 1.0).max(1.0));
                (k as f32 - (twins.len() as f32 - 1.0) / 2.0) * step
            };
            let port = sketch.edges[edge].from_port.map(|port| {
                let half = height[from as usize] / 2.0;
                (port - half).clamp(-half, half)
            });
            let port = |node: u32| port.filter(|_| node == from).unwrap_or_else(|| spread(node));
            arrows.push(Arrow {
                edge,
                left,
                right,
                left_offset: port(left),
                right_offset: port(right),
                first_bend: 0,
                bends: 0,
                lane: None,
            });
        }
    }
    arrows.sort_by_key(|a| a.edge);
    arrows
}

/// Gives arrows their bends; the longest get lanes instead where `most` is not enough for all.
fn spend_bends(
    arrows: &mut [Arrow],
    layer: &mut Vec<u32>,
    height: &mut Vec<f32>,
    most: usize,
) -> usize {
    let layers = layer.iter().max().map_or(0, |l| *l as usize + 1);
    let span = |a: &Arrow| (layer[a.right as usize] - layer[a.left as usize]) as usize;
    let mut counts = vec![0usize; layers + 1];
    arrows.iter().for_each(|a| counts[span(a)] += 1);
    let (mut longest, mut sum) = (1, 0);
    for (span, count) in counts.iter().enumerate().skip(2) {
        sum += count * (span - 1);
        if sum > most {
            break;
        }
        longest = span;
    }
    let mut above: Vec<usize> = (0..arrows.len()).filter(|&i| span(&arrows[i]) > longest).collect();
    above.sort_by_key(|&i| (layer[arrows[i].left as usize], span(&arrows[i]), i));
    // The lowest lane that is free again where the arrow starts.
    let mut free = std::collections::BTreeSet::new();
    let mut taken = std::collections::BTreeSet::new();
    for i in above {
        let (start, end) = (layer[arrows[i].left as usize], layer[arrows[i].right as usize]);
        while let Some(&(until, lane)) = taken.first() {
            if until > start {
                break;
            }
            taken.pop_first();
            free.insert(lane);
        }
        let lane = free.pop_first().unwrap_or(taken.len() as u32);
        taken.insert((end, lane));
        arrows[i].lane = Some(lane);
    }
    let boxes = layer.len();
    for arrow in arrows.iter_mut().filter(|a| a.lane.is_none()) {
        arrow.first_bend = layer.len() as u32;
        layer.extend(layer[arrow.left as usize] + 1..layer[arrow.right as usize]);
        arrow.bends = layer.len() as u32 - arrow.first_bend;
    }
    height.resize(layer.len(), BEND_HEIGHT);
    layer.len() - boxes
}

fn segments(arrows: &[Arrow]) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    for arrow in arrows.iter().filter(|a| a.lane.is_none()) {
        for i in 0..=arrow.bends {
            let (first, last) = (i == 0, i == arrow.bends);
            segments.push(Segment {
                left: if first { arrow.left } else { arrow.first_bend + i - 1 },
                right: if last { arrow.right } else { arrow.first_bend + i },
                left_offset: if first { arrow.left_offset } else { 0.0 },
                right_offset: if last { arrow.right_offset } else { 0.0 },
                left_row: 0,
                right_row: 0,
            });
        }
    }
    segments
}

/// Columns with their places across, and heights for everything in them.
struct Grid<'a> {
    mesh: &'a Mesh,
    middle: &'a [f32],
    /// The left border of each column, and its width.
    x: Vec<f32>,
    width: Vec<f32>,
}

impl<'a> Grid<'a> {
    fn new(
        sketch: &Sketch,
        part: &Part,
        mesh: &'a Mesh,
        middle: &'a [f32],
        anchors: Option<&Anchors>,
    ) -> Self {
        let layers = mesh.layers;
        let mut width = vec![0f32; layers];
        for (i, &n) in part.nodes.iter().enumerate() {
            let column = &mut width[mesh.layer[i] as usize];
            *column = column.max(sketch.nodes[n].width);
        }
        let mut steep = vec![0f32; layers];
        for s in &mesh.segments {
            let rise = middle[s.left as usize] + s.left_offset
                - (middle[s.right as usize] + s.right_offset);
            let channel = &mut steep[mesh.layer[s.left as usize] as usize];
            *channel = channel.max(rise.abs());
        }
        let mut x = vec![0f32; layers];
        for l in 1..layers {
            let channel = (CHANNEL_LEAST + CHANNEL_SLOPE * steep[l - 1]).min(CHANNEL_MOST);
            x[l] = x[l - 1] + width[l - 1] + channel;
        }
        if let Some(anchors) = anchors {
            anchors.columns_across(mesh, &width, &mut x);
        }
        Self { mesh, middle, x, width }
    }

    fn draw(&self, sketch: &Sketch, part: &Part, arrows: &[Arrow], layout: &mut Layout) {
        let mut top = f32::MAX;
        for (i, &n) in part.nodes.iter().enumerate() {
            let node = &sketch.nodes[n];
            let l = self.mesh.layer[i] as usize;
            let left = self.x[l] + (self.width[l] - node.width) / 2.0;
            layout.positions[n] = Point::new(left, self.middle[i] - node.height / 2.0);
            top = top.min(layout.positions[n].y);
        }
        for bend in self.mesh.boxes..self.mesh.layer.len() {
            top = top.min(self.middle[bend]);
        }
        for arrow in arrows {
            let half = |node: u32| sketch.nodes[part.nodes[node as usize]].width / 2.0;
            let column = |node: u32| self.mesh.layer[node as usize] as usize;
            let (l, r) = (column(arrow.left), column(arrow.right));
            let mut route: Vec<Point> = Vec::with_capacity(2 * arrow.bends as usize + 4);
            let y = self.middle[arrow.left as usize] + arrow.left_offset;
            route.push(Point::new(self.x[l] + self.width[l] / 2.0 + half(arrow.left), y));
            route.push(Point::new(self.x[l] + self.width[l], y));
            for i in 0..arrow.bends {
                let column = l + 1 + i as usize;
                let y = self.middle[(arrow.first_bend + i) as usize];
                route.push(Point::new(self.x[column], y));
                route.push(Point::new(self.x[column] + self.width[column], y));
            }
            if let Some(lane) = arrow.lane {
                let y = top - LANE_GAP - LANE * lane as f32;
                route.push(Point::new(self.x[l + 1], y));
                route.push(Point::new(self.x[r - 1] + self.width[r - 1], y));
            }
            let y = self.middle[arrow.right as usize] + arrow.right_offset;
            route.push(Point::new(self.x[r], y));
            route.push(Point::new(self.x[r] + self.width[r] / 2.0 - half(arrow.right), y));
            simplify(&mut route);
            if layout.reversed[arrow.edge] {
                route.reverse();
            }
            layout.routes[arrow.edge] = route;
        }
    }
}

/// Takes out points that repeat or lie on a level line between their neighbours.
fn simplify(route: &mut Vec<Point>) {
    let same = |a: f32, b: f32| (a - b).abs() < 0.01;
    let mut kept: Vec<Point> = Vec::with_capacity(route.len());
    for &point in route.iter() {
        if let [.., a, b] = kept[..]
            && same(a.y, b.y)
            && same(b.y, point.y)
        {
            kept.pop();
        } else if let Some(b) = kept.last()
            && same(b.x, point.x)
            && same(b.y, point.y)
        {
            continue;
        }
        kept.push(point);
    }
    *route = kept;
}
