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
//! * A [`Thing`] names what is drawn by what it *is*, not by its number in the drawing, so that a
//!   selection outlives a new layout, another reading and an edit elsewhere.

mod build;
mod text;

use std::mem;

use petgraph::stable_graph::{EdgeIndex, NodeIndex};

pub use text::{Font, TextWidth, ellipsize, estimate_width};

use build::Builder;

use super::layout::{
    self, Cell, CellKind, Layout, Method, Point, Rect, Sketch, SketchEdge, SketchNode,
};
use crate::config::{ClientKey, Project};
use crate::trust::{Reading, TrustGraph};

/// Identities an issuer's box lists before the rest fold into "+N more".
pub const ROWS_SHOWN: usize = 12;

/// Measures of the boxes, in points at zoom 1. Window and files draw by the same ones.
pub mod measure {
    pub const CLIENT_WIDTH: f32 = 208.0;
    pub const ISSUER_WIDTH: f32 = 248.0;
    /// Space between the border of a box and its text.
    pub const PADDING: f32 = 12.0;
    /// Title and subtitle, with the space above and below.
    pub const HEAD: f32 = 50.0;
    /// The line of badges under the head.
    pub const BADGES: f32 = 22.0;
    pub const ROW: f32 = 22.0;
    /// Space under the last row of an issuer.
    pub const FOOT: f32 = 6.0;
    /// Text sizes.
    pub const TITLE: f32 = 14.0;
    pub const SUBTITLE: f32 = 11.0;
    pub const BADGE: f32 = 10.5;
    pub const ROW_TEXT: f32 = 12.0;
    /// Baselines, from the top of the box.
    pub const TITLE_CENTER: f32 = 18.5;
    pub const SUBTITLE_CENTER: f32 = 35.5;
    /// Space a badge takes beside its text, and to the next badge.
    pub const BADGE_PADDING: f32 = 6.0;
    pub const BADGE_GAP: f32 = 5.0;
}

/// What a person can point at in a drawing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Thing {
    Client(ClientKey),
    /// An id that no document defines.
    Ghost(String),
    /// All external identities of one issuer.
    Issuer(String),
    /// An external identity.
    Identity {
        issuer: String,
        subject: String,
    },
    /// The entry `index` of the owner's `allowedTokenExchangeClientApps`.
    Permission {
        owner: ClientKey,
        index: usize,
    },
    /// The entry `index` of the client's `clientAppFederatedIdentities`.
    Federation {
        client: ClientKey,
        index: usize,
    },
}

/// A short word on a client's box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Badge {
    /// Its document is broken: it is drawn as it was when it could be read last.
    Broken,
    /// It may bring the tokens of external identities of some principal.
    Broker,
    /// It holds federated identities.
    Principal,
    Disabled,
    Public,
    Restricted,
}

impl Badge {
    pub fn word(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Broker => "broker",
            Self::Principal => "principal",
            Self::Disabled => "disabled",
            Self::Public => "public",
            Self::Restricted => "restricted",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    Client(ClientKey),
    /// An id, by its key, that a list names and no document defines.
    Ghost(String),
    /// The issuer as written in the files.
    Issuer(String),
}

/// A row of an issuer's box.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The subject, shortened to fit.
    pub text: String,
    /// The whole subject; empty for the row that stands for the folded rest.
    pub subject: String,
    /// The node of the graph; `None` for the row that stands for the folded rest.
    pub node: Option<NodeIndex>,
    /// The middle of the row, from the top of the box.
    pub center: f32,
}

/// A box.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneNode {
    pub kind: NodeKind,
    /// Shortened to fit.
    pub title: String,
    pub subtitle: String,
    pub badges: Vec<Badge>,
    /// Only issuers have rows.
    pub rows: Vec<Row>,
    pub rect: Rect,
    /// What the box is called in full, for search, tooltips and screen readers, as in
    /// "Client app Portal".
    pub name: String,
    /// The index of the block it is in, in [`Scene::clusters`]; without meaning where those are
    /// empty.
    pub cluster: usize,
    /// The boxes of the clients that may bring a token of its external identities.
    pub brokers: Vec<usize>,
}

impl SceneNode {
    pub fn thing(&self) -> Thing {
        match &self.kind {
            NodeKind::Client(key) => Thing::Client(*key),
            NodeKind::Ghost(id) => Thing::Ghost(id.clone()),
            NodeKind::Issuer(issuer) => Thing::Issuer(issuer.clone()),
        }
    }
    /// The rectangle of a row.
    pub fn row_rect(&self, row: usize) -> Option<Rect> {
        let center = self.rows.get(row)?.center;
        Some(Rect::new(
            self.rect.min.x,
            self.rect.min.y + center - measure::ROW / 2.0,
            self.rect.width(),
            measure::ROW,
        ))
    }
}

/// Which end of an arrow asks for the exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    From,
    To,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EdgeKind {
    /// A user's token goes in for the source and comes out for the target.
    Exchange { asks: End },
    /// A token of the external identity stands for the client app.
    Federation,
}

/// An arrow.
#[derive(Clone, Debug, PartialEq)]
pub struct SceneEdge {
    pub kind: EdgeKind,
    /// Indices into [`Scene::nodes`].
    pub from: usize,
    pub to: usize,
    /// The row it leaves from.
    pub from_row: Option<usize>,
    /// The edges of the graph it stands for: one, or several where rows are folded.
    pub edges: Vec<EdgeIndex>,
    pub thing: Thing,
    /// What it means, in full.
    pub sentence: String,
    /// Corner points; see [`Layout::routes`].
    pub route: Vec<Point>,
    /// Whether it runs against the reading direction, because it closes a cycle.
    pub reversed: bool,
}

/// A block of the overview: the boxes of one subscription or file, those in touch with many others,
/// or those with no arrow at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Cluster {
    pub title: String,
    /// Around its boxes.
    pub rect: Rect,
}

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
}

/// What is to be drawn of a graph, and how.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// `None` takes the method that suits the size.
    pub method: Option<Method>,
    /// Only this client app and what is at most so many arrows away from it.
    pub focus: Option<(ClientKey, usize)>,
    pub width: TextWidth<'a>,
    /// Asked now and then; when it says so, the work is given up.
    pub cancelled: &'a dyn Fn() -> bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self { method: None, focus: None, width: &estimate_width, cancelled: &|| false }
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
        }
    }

    /// The drawing of what the options ask for; `None` when it was cancelled.
    pub fn build(project: &Project, graph: &TrustGraph, options: &Options) -> Option<Self> {
        let mut builder = Builder::new(project, graph, options);
        builder.add_nodes();
        builder.add_edges();
        if (options.cancelled)() {
            return None;
        }
        builder.add_brokers();
        let Builder { nodes, edges, cluster_titles, .. } = builder;
        let method = options.method.unwrap_or_else(|| Method::for_size(nodes.len(), edges.len()));
        Self::assemble(graph.reading, method, nodes, edges, cluster_titles, options.cancelled)
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
        let mut layout = layout::lay_out(&sketch, method, cancelled)?;
        let (cells, cell_of) = (mem::take(&mut layout.cells), mem::take(&mut layout.cell_of));
        let mut scene = Self { nodes, edges, method, ..Self::empty(reading) };
        scene.arrange(layout);
        scene.add_clusters(&cells, &cell_of, &cluster_titles);
        Some(scene)
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
            self.clusters.push(Cluster { title, rect: cell.rect });
        }
        for (node, cell) in self.nodes.iter_mut().zip(cell_of) {
            if let Some(cluster) = framed[*cell as usize] {
                node.cluster = cluster;
            }
        }
    }

    /// The box of a thing: its own, or for an identity the one that lists it. `None` for arrows
    /// and for what is not in the drawing.
    pub fn node_of(&self, thing: &Thing) -> Option<usize> {
        self.nodes.iter().position(|node| match (thing, &node.kind) {
            (Thing::Client(a), NodeKind::Client(b)) => a == b,
            (Thing::Ghost(a), NodeKind::Ghost(b)) => a == b,
            (Thing::Issuer(a) | Thing::Identity { issuer: a, .. }, NodeKind::Issuer(b)) => a == b,
            _ => false,
        })
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
