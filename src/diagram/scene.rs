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

use std::collections::{BTreeMap, HashMap, HashSet};

use petgraph::stable_graph::{EdgeIndex, NodeIndex};
use petgraph::visit::{EdgeRef, IntoEdgeReferences};

use super::layout::{self, Layout, Method, Point, Rect, Sketch, SketchEdge, SketchNode};
use crate::config::{ClientApp, ClientKey, IdForm, Project, Setting};
use crate::trust::{Edge, Node, Reading, TrustGraph};

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

/// Which text is to be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Font {
    Title,
    Subtitle,
    Badge,
    Row,
}

/// The width of a text in points, as whoever draws it will set it.
pub type TextWidth<'a> = &'a dyn Fn(&str, Font) -> f32;

/// A careful estimate of a text's width in a usual sans-serif face, for files, where the reader's
/// fonts are not known.
pub fn estimate_width(text: &str, font: Font) -> f32 {
    let size = match font {
        Font::Title => measure::TITLE * 1.06,
        Font::Subtitle => measure::SUBTITLE,
        Font::Badge => measure::BADGE,
        Font::Row => measure::ROW_TEXT,
    };
    let ems: f32 = text
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.29,
            'f' | 't' | 'r' | ' ' | '(' | ')' | '[' | ']' | '/' | '-' | '{' | '}' => 0.37,
            'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 0.92,
            'A'..='Z' | '&' | '+' | '=' | '<' | '>' => 0.69,
            c if c.is_ascii() => 0.57,
            // Letters with marks, Greek, Cyrillic; from there on wide scripts.
            c if (c as u32) < 0x1100 => 0.65,
            _ => 1.05,
        })
        .sum();
    ems * size
}

/// The text, or as much of it as fits with an ellipsis.
pub fn ellipsize(text: &str, font: Font, width: f32, measure: TextWidth) -> String {
    let text = text.trim();
    if measure(text, font) <= width {
        return text.to_owned();
    }
    let ends: Vec<usize> = text.char_indices().map(|(i, _)| i).collect();
    let (mut fits, mut too_long) = (0, ends.len());
    while too_long - fits > 1 {
        let middle = fits.midpoint(too_long);
        let part = format!("{}…", text[..ends[middle]].trim_end());
        if measure(&part, font) <= width { fits = middle } else { too_long = middle }
    }
    format!("{}…", text[..ends.get(fits).copied().unwrap_or(0)].trim_end())
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
    /// The index of the block it belongs to, in [`Scene::clusters`].
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

/// A block of the overview: the boxes of one subscription or file.
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
        let layout = layout::lay_out(&sketch, method, cancelled)?;
        let mut scene = Self { nodes, edges, method, ..Self::empty(reading) };
        scene.arrange(layout);
        if method == Method::Packed {
            scene.add_clusters(cluster_titles);
        }
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

    fn add_clusters(&mut self, titles: Vec<String>) {
        let mut rects: Vec<Option<Rect>> = vec![None; titles.len()];
        for node in &self.nodes {
            let rect = &mut rects[node.cluster];
            *rect = Some(rect.map_or(node.rect, |r| r.union(&node.rect)));
        }
        self.clusters = titles
            .into_iter()
            .zip(rects)
            .map(|(title, rect)| Cluster { title, rect: rect.unwrap_or_default() })
            .collect();
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

struct Builder<'a> {
    project: &'a Project,
    graph: &'a TrustGraph,
    options: &'a Options<'a>,
    nodes: Vec<SceneNode>,
    edges: Vec<SceneEdge>,
    /// Box and row of each node of the graph that is drawn.
    shown: HashMap<NodeIndex, (usize, Option<usize>)>,
    clusters: HashMap<String, usize>,
    cluster_titles: Vec<String>,
    brokers: HashSet<ClientKey>,
    brokers_of: Vec<(ClientKey, Vec<ClientKey>)>,
}

impl<'a> Builder<'a> {
    fn new(project: &'a Project, graph: &'a TrustGraph, options: &'a Options<'a>) -> Self {
        let mut brokers = HashSet::new();
        let mut brokers_of = Vec::new();
        for client in project.clients() {
            if !client.identities.is_empty() {
                let of_this = graph.brokers(project, client.key);
                brokers.extend(of_this.iter().copied());
                brokers_of.push((client.key, of_this));
            }
        }
        Self {
            project,
            graph,
            options,
            nodes: Vec::new(),
            edges: Vec::new(),
            shown: HashMap::new(),
            clusters: HashMap::new(),
            cluster_titles: Vec::new(),
            brokers,
            brokers_of,
        }
    }

    /// The nodes of the graph to be drawn, in the graph's order.
    fn wanted(&self) -> Vec<NodeIndex> {
        let graph = &self.graph.graph;
        let Some((key, hops)) = self.options.focus else { return graph.node_indices().collect() };
        let mut seen: HashSet<NodeIndex> =
            graph.node_indices().filter(|n| graph[*n] == Node::Client(key)).collect();
        let mut ring: Vec<NodeIndex> = seen.iter().copied().collect();
        for _ in 0..hops {
            let mut next = Vec::new();
            for node in ring {
                for other in graph.neighbors_undirected(node) {
                    if seen.insert(other) {
                        next.push(other);
                    }
                }
            }
            if next.is_empty() {
                break;
            }
            ring = next;
        }
        graph.node_indices().filter(|n| seen.contains(n)).collect()
    }

    fn add_nodes(&mut self) {
        let mut issuers: BTreeMap<&str, Vec<(&str, NodeIndex)>> = BTreeMap::new();
        for index in self.wanted() {
            match &self.graph.graph[index] {
                Node::Client(key) => {
                    self.shown.insert(index, (self.nodes.len(), None));
                    let node = self.client(self.project.client(*key));
                    self.nodes.push(node);
                }
                Node::Ghost(id) => {
                    self.shown.insert(index, (self.nodes.len(), None));
                    let node = self.ghost(id);
                    self.nodes.push(node);
                }
                Node::External { issuer, subject } => {
                    issuers.entry(issuer).or_default().push((subject, index));
                }
            }
        }
        for (issuer, mut identities) in issuers {
            identities.sort_unstable();
            let node = self.issuer(issuer, &identities);
            self.nodes.push(node);
        }
    }

    fn fit(&self, text: &str, font: Font, width: f32) -> String {
        ellipsize(text, font, width, self.options.width)
    }

    fn cluster(&mut self, title: String) -> usize {
        let next = self.cluster_titles.len();
        *self.clusters.entry(title).or_insert_with_key(|title| {
            self.cluster_titles.push(title.clone());
            next
        })
    }

    fn client(&mut self, app: &ClientApp) -> SceneNode {
        let inner = measure::CLIENT_WIDTH - 2.0 * measure::PADDING;
        let file = &self.project.file(app.file).name;
        let subtitle = match (&app.id, &app.name) {
            (Some(id), Some(_)) => short_id(id.value.as_str(), id.value.form()),
            _ => file.clone(),
        };
        let mut badges = Vec::new();
        if self.brokers.contains(&app.key) {
            badges.push(Badge::Broker);
        }
        if !app.identities.is_empty() {
            badges.push(Badge::Principal);
        }
        let says = |setting, value| app.flag(setting).is_some_and(|stated| stated.value == value);
        if says(Setting::Enabled, false) {
            badges.push(Badge::Disabled);
        }
        if says(Setting::Public, true) {
            badges.push(Badge::Public);
        }
        if says(Setting::Restricted, true) {
            badges.push(Badge::Restricted);
        }
        let mut left = inner;
        badges.retain(|badge| {
            let width = (self.options.width)(badge.word(), Font::Badge)
                + 2.0 * measure::BADGE_PADDING
                + measure::BADGE_GAP;
            left -= width;
            // The widest set of badges a box can have fits; a very wide face may push out the last.
            left + measure::BADGE_GAP >= 0.0
        });
        let height = measure::HEAD + if badges.is_empty() { 0.0 } else { measure::BADGES };
        let cluster = match &app.subscription {
            Some(id) => format!("Subscription {}", short_id(id.value.as_str(), id.value.form())),
            None => file.clone(),
        };
        let mut name = format!("Client app {}", app.label());
        for badge in &badges {
            name.push_str(", ");
            name.push_str(badge.word());
        }
        SceneNode {
            kind: NodeKind::Client(app.key),
            title: self.fit(app.label(), Font::Title, inner),
            subtitle: self.fit(&subtitle, Font::Subtitle, inner),
            badges,
            rows: Vec::new(),
            rect: Rect::new(0.0, 0.0, measure::CLIENT_WIDTH, height),
            name,
            cluster: self.cluster(cluster),
            brokers: Vec::new(),
        }
    }

    fn ghost(&mut self, id: &str) -> SceneNode {
        let inner = measure::CLIENT_WIDTH - 2.0 * measure::PADDING;
        SceneNode {
            kind: NodeKind::Ghost(id.to_owned()),
            title: self.fit(id, Font::Title, inner),
            subtitle: "no client app has this id".to_owned(),
            badges: Vec::new(),
            rows: Vec::new(),
            rect: Rect::new(0.0, 0.0, measure::CLIENT_WIDTH, measure::HEAD),
            name: format!("Unknown client app {id}"),
            cluster: self.cluster("Ids without a client app".to_owned()),
            brokers: Vec::new(),
        }
    }

    fn issuer(&mut self, issuer: &str, identities: &[(&str, NodeIndex)]) -> SceneNode {
        let inner = measure::ISSUER_WIDTH - 2.0 * measure::PADDING;
        let node = self.nodes.len();
        let row = |i: usize| measure::HEAD + measure::ROW * (i as f32 + 0.5);
        // Folding a single row would save nothing.
        let shown = if identities.len() <= ROWS_SHOWN + 1 { identities.len() } else { ROWS_SHOWN };
        let mut rows = Vec::with_capacity(shown + 1);
        for (i, (subject, index)) in identities.iter().enumerate() {
            self.shown.insert(*index, (node, Some(i.min(shown))));
            if i < shown {
                let text = if subject.is_empty() { "(no subject stated)" } else { subject };
                rows.push(Row {
                    text: self.fit(text, Font::Row, inner - 10.0),
                    subject: (*subject).to_owned(),
                    node: Some(*index),
                    center: row(i),
                });
            }
        }
        if identities.len() > shown {
            rows.push(Row {
                text: format!("+{} more", identities.len() - shown),
                subject: String::new(),
                node: None,
                center: row(shown),
            });
        }
        let count = identities.len();
        let plural = if count == 1 { "identity" } else { "identities" };
        let address = issuer.trim_start_matches("https://").trim_end_matches('/');
        let title = if address.is_empty() { "(no issuer stated)" } else { address };
        let height = measure::HEAD + measure::ROW * rows.len() as f32 + measure::FOOT;
        SceneNode {
            kind: NodeKind::Issuer(issuer.to_owned()),
            title: self.fit(title, Font::Title, inner),
            subtitle: format!("external issuer, {count} {plural}"),
            badges: Vec::new(),
            rows,
            rect: Rect::new(0.0, 0.0, measure::ISSUER_WIDTH, height),
            name: format!("External issuer {issuer}, {count} {plural}"),
            cluster: self.cluster("External issuers".to_owned()),
            brokers: Vec::new(),
        }
    }

    fn add_brokers(&mut self) {
        let boxes: HashMap<ClientKey, usize> = self
            .nodes
            .iter()
            .enumerate()
            .filter_map(|(i, node)| match node.kind {
                NodeKind::Client(key) => Some((key, i)),
                _ => None,
            })
            .collect();
        for (principal, brokers) in &self.brokers_of {
            let Some(&principal) = boxes.get(principal) else { continue };
            self.nodes[principal].brokers =
                brokers.iter().filter_map(|key| boxes.get(key).copied()).collect();
        }
    }

    fn add_edges(&mut self) {
        let graph = &self.graph.graph;
        let mut folded: HashMap<(usize, usize), usize> = HashMap::new();
        for edge in graph.edge_references() {
            let ends = (self.shown.get(&edge.source()), self.shown.get(&edge.target()));
            let (Some(&(from, from_row)), Some(&(to, _))) = ends else { continue };
            let (kind, thing) = match edge.weight() {
                Edge::Exchange(e) => (
                    EdgeKind::Exchange { asks: if e.source_asks { End::From } else { End::To } },
                    Thing::Permission { owner: e.owner, index: e.index },
                ),
                Edge::Federation { client, index, .. } => {
                    (EdgeKind::Federation, Thing::Federation { client: *client, index: *index })
                }
            };
            let in_rest = from_row.is_some_and(|row| self.nodes[from].rows[row].node.is_none());
            if in_rest {
                if let Some(&same) = folded.get(&(from, to)) {
                    let same: &mut SceneEdge = &mut self.edges[same];
                    same.edges.push(edge.id());
                    same.sentence = format!(
                        "{} more external identities stand for {}.",
                        same.edges.len(),
                        self.nodes[to].name.trim_start_matches("Client app ")
                    );
                    continue;
                }
                folded.insert((from, to), self.edges.len());
            }
            self.edges.push(SceneEdge {
                kind,
                from,
                to,
                from_row,
                edges: vec![edge.id()],
                thing,
                sentence: self.graph.sentence(self.project, edge.id()),
                route: Vec::new(),
                reversed: false,
            });
        }
    }
}

/// As much of an id as tells people apart: the first group of a GUID, the name of a placeholder.
fn short_id(id: &str, form: IdForm) -> String {
    match form {
        IdForm::Guid => {
            let digits = id.trim_start_matches('{');
            digits.split('-').next().unwrap_or(digits).to_ascii_lowercase()
        }
        IdForm::Placeholder => {
            id.trim_matches(['{', '}']).trim_start_matches("guid:").trim().to_owned()
        }
        IdForm::Other => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_ends_in_an_ellipsis_and_fits() {
        let long = "A client app with a name that nobody would want to read twice";
        let cut = ellipsize(long, Font::Title, 120.0, &estimate_width);
        assert!(cut.ends_with('…') && cut.len() < long.len());
        assert!(estimate_width(&cut, Font::Title) <= 120.0);
        assert_eq!(ellipsize("Portal", Font::Title, 120.0, &estimate_width), "Portal");
        assert_eq!(ellipsize("ääää", Font::Title, 0.0, &estimate_width), "…");
    }

    #[test]
    fn ids_are_shortened_by_their_form() {
        let guid = "C400A0EE-f266-45f2-8fba-f5884ed2e386";
        assert_eq!(short_id(guid, IdForm::Guid), "c400a0ee");
        assert_eq!(short_id("{{guid:portal}}", IdForm::Placeholder), "portal");
        assert_eq!(short_id("b8075fdb-ac4f", IdForm::Other), "b8075fdb-ac4f");
    }
}
