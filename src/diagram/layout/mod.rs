//! Places for boxes and routes for arrows.
//!
//! Two methods, behind one seam ([`Method`]):
//!
//! * **Layered** (after Sugiyama, Tagawa and Toda, 1981): arrows run from left to right, so a chain
//!   of exchanges is read like a line of text. Arrows are routed around boxes. This is the picture
//!   for anything a person can read as a whole, up to a few hundred boxes.
//! * **Overview**: tens of thousands of boxes, one block for each cluster, arrows straight. It shows
//!   where things are and what hangs together, not single chains. After a change it stays as it was
//!   but for what changed ([`Before`]).
//!
//! Both work on a plain [`Sketch`] without knowing what the boxes mean. They are deterministic,
//! use no recursion (a chain of 100,000 clients is a legal input) and ask now and then whether the
//! result is still wanted.

mod layered;
mod links;
mod overview;
mod pack;
mod pinned;
#[cfg(test)]
mod tests;

use layered::Wishes;

/// A point of the drawing: x to the right, y downwards, in points at zoom 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

impl Point {
    pub const fn new(x: f32, y: f32) -> Self {
        Self { x, y }
    }
}

/// An upright rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    pub min: Point,
    pub max: Point,
}

impl Rect {
    pub const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { min: Point::new(x, y), max: Point::new(x + width, y + height) }
    }
    pub fn width(&self) -> f32 {
        self.max.x - self.min.x
    }
    pub fn height(&self) -> f32 {
        self.max.y - self.min.y
    }
    pub fn center(&self) -> Point {
        Point::new((self.min.x + self.max.x) / 2.0, (self.min.y + self.max.y) / 2.0)
    }
    pub fn contains(&self, point: Point) -> bool {
        (self.min.x..=self.max.x).contains(&point.x) && (self.min.y..=self.max.y).contains(&point.y)
    }
    /// Whether the two share more than a border.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.min.x < other.max.x
            && other.min.x < self.max.x
            && self.min.y < other.max.y
            && other.min.y < self.max.y
    }
    /// The smallest rectangle around both.
    pub fn union(&self, other: &Self) -> Self {
        Self {
            min: Point::new(self.min.x.min(other.min.x), self.min.y.min(other.min.y)),
            max: Point::new(self.max.x.max(other.max.x), self.max.y.max(other.max.y)),
        }
    }
    /// Grown by `margin` on each side.
    pub fn expand(&self, margin: f32) -> Self {
        Self {
            min: Point::new(self.min.x - margin, self.min.y - margin),
            max: Point::new(self.max.x + margin, self.max.y + margin),
        }
    }
}

/// Boxes and arrows without places.
#[derive(Clone, Debug, Default)]
pub struct Sketch {
    pub nodes: Vec<SketchNode>,
    pub edges: Vec<SketchEdge>,
}

/// A box to be placed.
#[derive(Clone, Copy, Debug)]
pub struct SketchNode {
    pub width: f32,
    pub height: f32,
    /// What it belongs to; the overview keeps boxes of one cluster together.
    pub cluster: u32,
}

/// An arrow to be routed, by places in [`Sketch::nodes`].
#[derive(Clone, Copy, Debug)]
pub struct SketchEdge {
    pub from: usize,
    pub to: usize,
    /// Where it leaves its box, counted from the top of the box; `None` leaves it to the layout.
    pub from_port: Option<f32>,
}

/// How to lay out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    Layered,
    Overview,
}

/// Boxes up to which a layered drawing is still one that people read.
pub const LAYERED_LIMIT: usize = 600;

impl Method {
    /// The method that suits a drawing of this many boxes and arrows.
    pub fn for_size(nodes: usize, edges: usize) -> Self {
        if nodes <= LAYERED_LIMIT && edges <= 4 * LAYERED_LIMIT {
            Self::Layered
        } else {
            Self::Overview
        }
    }
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Layered => "layered",
            Self::Overview => "overview",
        }
    }
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "layered" => Some(Self::Layered),
            "overview" => Some(Self::Overview),
            _ => None,
        }
    }
}

/// Places and routes for a [`Sketch`], index by index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// The upper left corner of each box.
    pub positions: Vec<Point>,
    /// The corner points of each arrow, from the border of its source to the border of its target.
    ///
    /// In a layered drawing a segment is either horizontal or lies wholly in the channel between
    /// two columns of boxes, so it may be drawn as an S-curve between its ends without touching a
    /// box.
    pub routes: Vec<Vec<Point>>,
    /// Arrows that run against the reading direction, because they close a cycle.
    pub reversed: Vec<bool>,
    /// Around everything, without margin.
    pub bounds: Rect,
    /// The blocks of an overview; empty in a layered drawing.
    pub cells: Vec<Cell>,
    /// The block of each box, by its place in [`Layout::cells`].
    pub cell_of: Vec<u32>,
}

/// A block of an overview: nothing of another block is within it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    pub kind: CellKind,
    /// Around its boxes, without margin.
    pub rect: Rect,
}

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// What belongs to one cluster.
    Cluster(u32),
    /// Boxes whose arrows mostly lead into many other clusters.
    Hubs,
    /// Boxes without arrows.
    Tray,
    /// What hangs together, where clusters say nothing.
    Component,
}

/// A drawing that was there before, to stay close to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Before {
    /// The upper left corner each box had; `None` for a box that is new.
    pub positions: Vec<Option<Point>>,
    /// Boxes that somebody has put where they are: they do not move at all. Empty means none.
    pub pinned: Vec<bool>,
    /// Boxes whose arrows, size or cluster changed since: they may move on, the others only make
    /// room. Empty means none.
    pub changed: Vec<bool>,
}

impl Before {
    /// Where a box is pinned.
    pub fn pin(&self, node: usize) -> Option<Point> {
        let pinned = self.pinned.get(node).copied().unwrap_or_default();
        if pinned { self.positions.get(node).copied().flatten() } else { None }
    }
    pub fn has_pins(&self) -> bool {
        (0..self.pinned.len()).any(|n| self.pin(n).is_some())
    }
}

/// How a layout is run.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// What to stay close to.
    pub before: Option<&'a Before>,
    /// Asked often, and from this thread only; when it says so, the work is given up.
    pub cancelled: &'a dyn Fn() -> bool,
    /// Shown what there is so far, at most [`PICTURES`] times and only where that takes a while;
    /// boxes may still overlap in it.
    pub picture: Option<&'a dyn Fn(&Layout)>,
}

/// How often [`Run::picture`] is called at most.
pub const PICTURES: usize = 8;

impl Default for Run<'_> {
    fn default() -> Self {
        Self { before: None, cancelled: &|| false, picture: None }
    }
}

/// Lays out a sketch from nothing; `None` when `cancelled` said so.
pub fn lay_out(sketch: &Sketch, method: Method, cancelled: &dyn Fn() -> bool) -> Option<Layout> {
    lay_out_with(sketch, method, &Run { cancelled, ..Run::default() })
}

/// Lays out a sketch; `None` when cancelled.
pub fn lay_out_with(sketch: &Sketch, method: Method, run: &Run) -> Option<Layout> {
    match method {
        Method::Layered => {
            let before = run.before.map(|before| before.positions.as_slice());
            let wishes = Wishes { before, columns: None };
            let mut layout = layered::lay_out(sketch, &wishes, run.cancelled)?;
            if let Some(before) = run.before {
                pinned::pin(sketch, before, &mut layout);
            }
            Some(layout)
        }
        Method::Overview => overview::lay_out(sketch, run),
    }
}
