//! From a project and its graph to boxes and arrows.

use std::collections::{BTreeMap, HashMap, HashSet};

use petgraph::stable_graph::NodeIndex;
use petgraph::visit::{EdgeRef, IntoEdgeReferences};

use super::{
    Badge, EdgeKind, End, Font, NodeKind, Options, ROWS_SHOWN, Row, SceneEdge, SceneNode, Thing,
    ellipsize, measure,
};
use crate::config::{ClientApp, ClientKey, IdForm, Project, Setting};
use crate::diagram::layout::Rect;
use crate::trust::{Edge, Node, TrustGraph};

pub(super) struct Builder<'a> {
    project: &'a Project,
    graph: &'a TrustGraph,
    options: &'a Options<'a>,
    pub(super) nodes: Vec<SceneNode>,
    pub(super) edges: Vec<SceneEdge>,
    /// Box and row of each node of the graph that is drawn.
    shown: HashMap<NodeIndex, (usize, Option<usize>)>,
    clusters: HashMap<String, usize>,
    pub(super) cluster_titles: Vec<String>,
    brokers: HashSet<ClientKey>,
    brokers_of: Vec<(ClientKey, Vec<ClientKey>)>,
}

impl<'a> Builder<'a> {
    pub(super) fn new(
        project: &'a Project,
        graph: &'a TrustGraph,
        options: &'a Options<'a>,
    ) -> Self {
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

    pub(super) fn add_nodes(&mut self) {
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
        if app.stale.is_some() {
            badges.push(Badge::Broken);
        }
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

    pub(super) fn add_brokers(&mut self) {
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

    pub(super) fn add_edges(&mut self) {
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
    fn ids_are_shortened_by_their_form() {
        let guid = "C400A0EE-f266-45f2-8fba-f5884ed2e386";
        assert_eq!(short_id(guid, IdForm::Guid), "c400a0ee");
        assert_eq!(short_id("{{guid:portal}}", IdForm::Placeholder), "portal");
        assert_eq!(short_id("b8075fdb-ac4f", IdForm::Other), "b8075fdb-ac4f");
    }
}
