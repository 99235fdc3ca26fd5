//! What a drawing shows: boxes with words, arrows with meaning.
//!
//! A [`Scene`] says everything a drawing needs, and in the words that are shown, so that the window
//! and a file cannot differ. Choices made here:
//!
//! * External identities are grouped by issuer: one box an issuer, one row an identity. Hundreds of
//!   identities of one vendor would otherwise be hundreds of boxes that say the same. Rows beyond
//!   [`ROWS_SHOWN`] fold into one that says how many there are.
//! * Arrows run the way the token travels, from left to right where no cycle forbids it. Issuers
//!   have no incoming arrows, so they come to stand on the left, where a reader starts.
//! * All client boxes have the same width: columns line up, and a name that is too long ends in an
//!   ellipsis instead of making its column wide.
//! * A group can be collapsed into one box in place, with counted arrows between boxes. Nothing is
//!   lost by it: a box knows its [`Member`]s, an arrow every edge of the graph it stands for.
//! * A comparison of two versions is one drawing of what is in either, each part with its
//!   [`Difference`].
//! * A [`Thing`] names what is drawn by what it *is*, not by its number in the drawing, so that a
//!   selection outlives a new layout, another reading and an edit elsewhere.

mod arrows;
mod build;
mod group;
pub mod measure;
mod parts;
mod places;
#[cfg(test)]
mod tests;
mod text;
mod union;

use std::collections::BTreeSet;

use std::mem;

use petgraph::stable_graph::{EdgeIndex, NodeIndex};

pub use group::{Group, GroupBy, GroupKey, environment, groups};
pub use parts::{
    Badge, Cluster, Difference, EdgeKind, End, Inner, Member, NodeKind, Row, SceneEdge, SceneNode,
    Thing,
};
pub use places::{Mark, PinName, Places};
pub use text::{Font, TextWidth, ellipsize, estimate_width};

use build::Builder;
use union::{Side, Union};

use super::layout::{
    self, Before, Cell, CellKind, Layout, Method, Rect, Run, Sketch, SketchEdge, SketchNode,
};
use crate::config::{ClientKey, Project};
use crate::trust::{Filter, Reading, Subset, TrustGraph};

/// Identities an issuer's box lists before the rest fold into "+N more".
pub const ROWS_SHOWN: usize = 12;

/// A drawing, ready to be painted.
#[derive(Clone, Debug)]
pub struct Scene {
    pub reading: Reading,
    pub method: Method,
    pub nodes: Vec<SceneNode>,
    pub edges: Vec<SceneEdge>,
    /// Blocks to be labelled; empty in a layered drawing.
    pub clusters: Vec<Cluster>,
    /// Around everything, without margin.
    pub bounds: Rect,
    /// What tells each box apart in the next drawing; empty where nobody said.
    pub marks: Vec<Mark>,
    /// What the blocks are, and what can be collapsed.
    pub group_by: GroupBy,
    /// Whether it compares two versions.
    pub compared: bool,
}

/// What is to be drawn of a graph, and how.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// `None` takes the method that suits the size.
    pub method: Option<Method>,
    /// Only what passes; in a comparison what passes in either version.
    pub filter: Option<&'a Filter>,
    /// Only these nodes and edges, as the answer of a query; in a comparison of the new version.
    pub only: Option<&'a Subset>,
    /// With `only`, of the old version of a comparison; `None` for nothing.
    pub only_old: Option<&'a Subset>,
    /// Only this client app and what is at most so many arrows away from it, of what is left by
    /// `filter` and `only`.
    pub focus: Option<(ClientKey, usize)>,
    pub group_by: GroupBy,
    /// Groups that are drawn as one box each; keys of another grouping do nothing.
    pub collapsed: &'a BTreeSet<GroupKey>,
    /// A chain to be marked, in order, with numbered hops.
    pub path: &'a [EdgeIndex],
    pub width: TextWidth<'a>,
    /// Asked now and then; when it says so, the work is given up.
    pub cancelled: &'a dyn Fn() -> bool,
    /// Where boxes were before and are pinned.
    pub places: Option<&'a Places>,
    /// Shown what there is so far, a few times, where the whole takes a while.
    pub picture: Option<&'a dyn Fn(Scene)>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        static NONE: BTreeSet<GroupKey> = BTreeSet::new();
        Self {
            method: None,
            filter: None,
            only: None,
            only_old: None,
            focus: None,
            group_by: GroupBy::default(),
            collapsed: &NONE,
            path: &[],
            width: &estimate_width,
            cancelled: &|| false,
            places: None,
            picture: None,
        }
    }
}

impl Scene {
    /// The drawing of the whole graph.
    pub fn new(project: &Project, graph: &TrustGraph) -> Self {
        Self::build(project, graph, &Options::default())
            .unwrap_or_else(|| Self::empty(graph.reading))
    }

    pub fn empty(reading: Reading) -> Self {
        Self {
            reading,
            method: Method::Layered,
            nodes: Vec::new(),
            edges: Vec::new(),
            clusters: Vec::new(),
            bounds: Rect::default(),
            marks: Vec::new(),
            group_by: GroupBy::default(),
            compared: false,
        }
    }

    /// The drawing of what the options ask for; `None` when it was cancelled.
    pub fn build(project: &Project, graph: &TrustGraph, options: &Options) -> Option<Self> {
        Self::of_union(Union::one(Side { project, graph }), options)
    }

    /// The drawing of two versions on one canvas, each a project with its graph: what is in either,
    /// each part with its [`Difference`]. `None` when it was cancelled.
    pub fn compare(
        (old, old_graph): (&Project, &TrustGraph),
        (new, new_graph): (&Project, &TrustGraph),
        options: &Options,
    ) -> Option<Self> {
        let old = Side { project: old, graph: old_graph };
        let new = Side { project: new, graph: new_graph };
        Self::of_union(Union::two(old, new), options)
    }

    fn of_union(union: Union, options: &Options) -> Option<Self> {
        let (reading, compared) = (union.sides[0].graph.reading, union.sides.len() > 1);
        let new = union.sides[0].project;
        let old = union.sides.last().map_or(new, |side| side.project);
        let mut builder = Builder::new(union, options);
        builder.add_nodes();
        builder.add_edges();
        if (options.cancelled)() {
            return None;
        }
        builder.add_brokers();
        let Builder { nodes, edges, cluster_titles, .. } = builder;
        let method = options.method.unwrap_or_else(|| Method::for_size(nodes.len(), edges.len()));
        let (keys, titles) = cluster_titles.into_iter().unzip::<_, _, Vec<_>, Vec<_>>();
        let marks = places::marks((old, new), &nodes, &edges, &titles);
        let before = options.places.and_then(|places| places.before(method, &marks));
        let scene = Self { nodes, edges, method, marks, ..Self::empty(reading) };
        let mut scene = scene.lay_out(&titles, before.as_ref(), options)?;
        for cluster in &mut scene.clusters {
            cluster.key =
                titles.iter().position(|it| *it == cluster.title).map(|at| keys[at].clone());
        }
        scene.group_by = options.group_by;
        scene.compared = compared;
        Some(scene)
    }

    /// Lays out boxes and arrows that are given without places; `None` when cancelled.
    pub fn assemble(
        reading: Reading,
        method: Method,
        nodes: Vec<SceneNode>,
        edges: Vec<SceneEdge>,
        cluster_titles: Vec<String>,
        cancelled: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let scene = Self { nodes, edges, method, ..Self::empty(reading) };
        scene.lay_out(&cluster_titles, None, &Options { cancelled, ..Options::default() })
    }

    fn lay_out(
        self,
        titles: &[String],
        before: Option<&Before>,
        options: &Options,
    ) -> Option<Self> {
        let (nodes, edges) = (&self.nodes, &self.edges);
        let sketch = Sketch {
            nodes: nodes
                .iter()
                .map(|node| SketchNode {
                    width: node.rect.width(),
                    height: node.rect.height(),
                    cluster: node.cluster as u32,
                })
                .collect(),
            edges: edges
                .iter()
                .map(|edge| SketchEdge {
                    from: edge.from,
                    to: edge.to,
                    from_port: edge.from_row.map(|row| nodes[edge.from].rows[row].center),
                })
                .collect(),
        };
        let so_far = |layout: &Layout| {
            if let Some(show) = options.picture {
                show(self.clone().arranged(layout.clone(), titles));
            }
        };
        let picture: Option<&dyn Fn(&Layout)> = options.picture.is_some().then_some(&so_far);
        let run = Run { before, cancelled: options.cancelled, picture };
        let layout = layout::lay_out_with(&sketch, self.method, &run)?;
        Some(self.arranged(layout, titles))
    }

    /// The drawing with the places of a layout.
    fn arranged(mut self, mut layout: Layout, titles: &[String]) -> Self {
        let (cells, cell_of) = (mem::take(&mut layout.cells), mem::take(&mut layout.cell_of));
        self.arrange(layout);
        self.add_clusters(&cells, &cell_of, titles);
        self
    }

    fn arrange(&mut self, layout: Layout) {
        self.bounds = layout.bounds;
        for (node, at) in self.nodes.iter_mut().zip(layout.positions) {
            node.rect = Rect::new(at.x, at.y, node.rect.width(), node.rect.height());
        }
        let routes = layout.routes.into_iter().zip(layout.reversed);
        for (edge, (route, reversed)) in self.edges.iter_mut().zip(routes) {
            edge.route = route;
            edge.reversed = reversed;
        }
    }

    /// The frames around the blocks of an overview, and which of them each box is in.
    fn add_clusters(&mut self, cells: &[Cell], cell_of: &[u32], titles: &[String]) {
        let mut framed = vec![None; cells.len()];
        for (cell, framed) in cells.iter().zip(&mut framed) {
            let title = match cell.kind {
                CellKind::Cluster(cluster) => match titles.get(cluster as usize) {
                    Some(title) => title.clone(),
                    None => continue,
                },
                CellKind::Hubs => "In touch with many".to_owned(),
                CellKind::Tray => "Without any exchange".to_owned(),
                // What merely hangs together has no name to tell.
                CellKind::Component => continue,
            };
            *framed = Some(self.clusters.len());
            self.clusters.push(Cluster { title, rect: cell.rect, key: None });
        }
        for (node, cell) in self.nodes.iter_mut().zip(cell_of) {
            if let Some(cluster) = framed[*cell as usize] {
                node.cluster = cluster;
            }
        }
    }

    /// The box of a thing: its own, or for an identity the one that lists it. `None` for arrows
    /// and for what is not in the drawing by itself; see [`Scene::box_of`] for what a collapsed
    /// group holds.
    pub fn node_of(&self, thing: &Thing) -> Option<usize> {
        let (thing, removed) = match thing {
            Thing::Removed(thing) => (&**thing, true),
            _ => (thing, false),
        };
        self.nodes.iter().position(|node| match (thing, &node.kind) {
            (Thing::Client(a), NodeKind::Client(b)) => {
                a == b && removed == (node.difference == Difference::Removed)
            }
            (Thing::Ghost(a), NodeKind::Ghost(b)) => a == b,
            (Thing::Issuer(a) | Thing::Identity { issuer: a, .. }, NodeKind::Issuer(b)) => a == b,
            (Thing::Group(a), NodeKind::Group(b)) => a == b,
            _ => false,
        })
    }

    /// The box that stands for a node of the graph (the new one of a comparison): its own, its
    /// issuer's, or that of its collapsed group.
    pub fn box_of(&self, node: NodeIndex) -> Option<usize> {
        let is = |it: &Member| it.node == node && it.difference != Difference::Removed;
        self.nodes.iter().position(|it| it.members.iter().any(is))
    }

    /// The arrow of a thing.
    pub fn edge_of(&self, thing: &Thing) -> Option<usize> {
        self.edges.iter().position(|edge| edge.thing == *thing)
    }

    /// The legend's sentence on arrows.
    pub fn reading_sentence(&self) -> &'static str {
        self.reading.sentence()
    }
}
