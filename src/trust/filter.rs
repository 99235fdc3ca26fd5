//! Which part of a trust graph is looked at: one filter for the drawing, the list, the matrix and
//! every query.
//!
//! A filter chooses client apps. External identities come along with the client apps that hold
//! them, unknown ids with the lists that name them, so what is left is always a graph that can be
//! read by itself. Conditions of different sorts must all hold; of several values of one sort any
//! will do. [`Filter::kinds`] has the last word: it takes out whole kinds of nodes.
//!
//! A filter knows values, not places: it survives edits, and can be written down and said in
//! words ([`Filter::words`]), which every exported picture does.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use petgraph::stable_graph::{EdgeIndex, NodeIndex};
use petgraph::visit::{EdgeRef, IntoEdgeReferences};

use super::{Edge, Node, TrustGraph};
use crate::config::{ClientApp, ClientKey, Id, Project, Setting, boolean};

/// A kind of node. A client app may be of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Any client app.
    Client,
    /// A client app that may bring the tokens of external identities of some principal.
    Broker,
    /// A client app that holds external identities.
    Principal,
    /// An external identity.
    Identity,
    /// An id that a list names and no document defines.
    Unknown,
}

impl Kind {
    pub const ALL: [Self; 5] =
        [Self::Client, Self::Broker, Self::Principal, Self::Identity, Self::Unknown];

    /// The name on the command line and in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Broker => "broker",
            Self::Principal => "principal",
            Self::Identity => "identity",
            Self::Unknown => "unknown",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A kind of edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relation {
    /// A user's token may be exchanged.
    Exchange,
    /// A token of an external identity stands for a client app.
    Federation,
}

impl Relation {
    pub const ALL: [Self; 2] = [Self::Exchange, Self::Federation];

    /// The name on the command line and in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exchange => "exchange",
            Self::Federation => "federation",
        }
    }

    pub fn of(edge: &Edge) -> Self {
        match edge {
            Edge::Exchange(_) => Self::Exchange,
            Edge::Federation { .. } => Self::Federation,
        }
    }
}

/// What a setting must say.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Says {
    True,
    False,
    /// The file does not state it, or states it both ways.
    NotStated,
    /// For settings that are texts: exactly this.
    Text(String),
}

/// A condition on one setting, as in `enabled=false`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SettingIs {
    pub setting: Setting,
    pub says: Says,
}

impl SettingIs {
    fn holds(&self, app: &ClientApp) -> bool {
        let flag = || app.flag(self.setting).map(|flag| flag.value);
        match &self.says {
            Says::True => flag() == Some(true),
            Says::False => flag() == Some(false),
            Says::NotStated if self.setting.is_boolean() => flag().is_none(),
            Says::NotStated => app.setting(self.setting).is_none(),
            Says::Text(text) => app.setting(self.setting).is_some_and(|it| it.text == *text),
        }
    }
}

impl std::fmt::Display for SettingIs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let says = match &self.says {
            Says::True => "true",
            Says::False => "false",
            Says::NotStated => "not stated",
            Says::Text(text) => text,
        };
        write!(f, "{} = {says}", self.setting.label())
    }
}

impl FromStr for SettingIs {
    type Err = String;

    /// Reads `KEY=VALUE`: the key in any spelling of the files, the value `true`, `false`,
    /// `not-stated` or, for a setting that is a text, the text.
    ///
    /// # Errors
    /// A sentence that says what there is to choose from.
    fn from_str(text: &str) -> Result<Self, String> {
        let shape = "write a setting as KEY=VALUE, as in enabled=false or isPublic=not-stated";
        let (key, value) = text.split_once('=').ok_or_else(|| shape.to_owned())?;
        let (key, value) = (key.trim(), value.trim());
        let setting = Setting::from_key(key)
            .or_else(|| Setting::ALL.into_iter().find(|it| it.label().eq_ignore_ascii_case(key)))
            .ok_or_else(|| {
                let keys = Setting::ALL.map(|it| it.spellings().first().copied().unwrap_or(""));
                format!("no setting is called {key}; there are {}", keys.join(", "))
            })?;
        let says = if matches!(value, "not-stated" | "not stated") {
            Says::NotStated
        } else if setting.is_boolean() {
            match boolean(value) {
                Some(true) => Says::True,
                Some(false) => Says::False,
                None => {
                    return Err(format!("{key} can be true, false or not-stated, not {value}"));
                }
            }
        } else {
            Says::Text(value.to_owned())
        };
        Ok(Self { setting, says })
    }
}

/// What is looked at. The default is everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only nodes of one of these kinds; empty for any.
    pub kinds: BTreeSet<Kind>,
    /// Only edges of one of these kinds; empty for any.
    pub relations: BTreeSet<Relation>,
    /// Only client apps with an identity of one of these issuers, and only these identities; as
    /// written in the files.
    pub issuers: BTreeSet<String>,
    /// Settings that must be so. Several values of one setting are alternatives.
    pub settings: BTreeSet<SettingIs>,
    /// Only client apps of one of these files, by [`name`](crate::config::SourceFile::name).
    pub files: BTreeSet<String>,
    /// Only client apps of one of these subscriptions, by [`Id::key`].
    pub subscriptions: BTreeSet<String>,
    /// Only client apps in which this text is found, in any case: in their name, id, subscription,
    /// file, identities, or the ids they list that nobody has.
    pub text: String,
    /// Only these: what a finding is about, or what a query answered. `None` for any.
    pub clients: Option<BTreeSet<ClientKey>>,
}

impl Filter {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether a client app meets every condition but [`Filter::kinds`], which needs the graph.
    pub fn admits(&self, project: &Project, app: &ClientApp) -> bool {
        self.clients.as_ref().is_none_or(|keys| keys.contains(&app.key))
            && any_or_empty(&self.files, |file| project.file(app.file).name == *file)
            && any_or_empty(&self.subscriptions, |key| {
                app.subscription.as_ref().is_some_and(|id| id.value.key() == key.as_str())
            })
            && any_or_empty(&self.issuers, |issuer| {
                app.identities.iter().any(|it| it.pair().is_some_and(|(i, _)| i == issuer))
            })
            && self.settings_hold(app)
            && self.text_found(project, app)
    }

    fn settings_hold(&self, app: &ClientApp) -> bool {
        let mut of = BTreeMap::<Setting, bool>::new();
        for condition in &self.settings {
            *of.entry(condition.setting).or_default() |= condition.holds(app);
        }
        of.values().all(|holds| *holds)
    }

    fn text_found(&self, project: &Project, app: &ClientApp) -> bool {
        let wanted = self.text.trim().to_lowercase();
        if wanted.is_empty() {
            return true;
        }
        let found = |text: &str| text.to_lowercase().contains(&wanted);
        let found_id = |id: &Id| found(id.as_str());
        found(app.label())
            || app.id.as_ref().is_some_and(|id| found_id(&id.value))
            || app.subscription.as_ref().is_some_and(|id| found_id(&id.value))
            || found(&project.file(app.file).name)
            || app.identities.iter().any(|identity| {
                let stated = [&identity.issuer, &identity.subject];
                stated.into_iter().flatten().any(|it| found(&it.value))
            })
            || app.permissions.iter().any(|permission| {
                permission.client.is_none() && permission.id.as_ref().is_some_and(found_id)
            })
    }

    /// The nodes and edges that pass.
    pub fn select(&self, project: &Project, graph: &TrustGraph) -> Subset {
        let nodes = &graph.graph;
        let mut admitted = vec![false; nodes.node_count()];
        for app in project.clients() {
            if let Some(node) = graph.client_node(app.key) {
                admitted[node.index()] = self.admits(project, app);
            }
        }
        // What comes along is decided before kinds are, so that "unknown" alone is not nothing.
        let holds: Vec<bool> = admitted.clone();
        for edge in nodes.edge_references() {
            let ends = [(edge.source(), edge.target()), (edge.target(), edge.source())];
            for (client, other) in ends {
                let along = match &nodes[other] {
                    Node::Client(_) => false,
                    Node::Ghost(_) => true,
                    Node::External { issuer, .. } => {
                        self.issuers.is_empty() || self.issuers.contains(issuer)
                    }
                };
                if along && holds[client.index()] {
                    admitted[other.index()] = true;
                }
            }
        }
        if !self.kinds.is_empty() {
            let roles = Roles::new(project, graph);
            for node in nodes.node_indices() {
                let of = |kind| self.kinds.contains(&kind);
                admitted[node.index()] &= match &nodes[node] {
                    Node::Ghost(_) => of(Kind::Unknown),
                    Node::External { .. } => of(Kind::Identity),
                    Node::Client(key) => {
                        of(Kind::Client)
                            || (of(Kind::Broker) && roles.brokers.contains(key))
                            || (of(Kind::Principal) && roles.principals.contains(key))
                    }
                };
            }
        }
        let edges = (!self.relations.is_empty()).then(|| {
            let wanted = nodes
                .edge_references()
                .filter(|edge| self.relations.contains(&Relation::of(edge.weight())))
                .map(|edge| edge.id().index());
            bits(wanted)
        });
        Subset { nodes: admitted, edges }
    }

    /// The filter in words, as a caption says it; empty when it lets everything through.
    pub fn words(&self, project: &Project) -> String {
        let mut parts = Vec::new();
        let mut put = |what: &str, values: Vec<String>| {
            if !values.is_empty() {
                parts.push(format!("{what} {}", values.join(" or ")));
            }
        };
        put("kind", self.kinds.iter().map(|it| it.name().to_owned()).collect());
        put("arrows", self.relations.iter().map(|it| it.name().to_owned()).collect());
        put("issuer", self.issuers.iter().cloned().collect());
        // Settings must all be so; only values of one setting are alternatives.
        for setting in self.settings.iter().map(|it| it.setting).collect::<BTreeSet<_>>() {
            let of = self.settings.iter().filter(|it| it.setting == setting);
            put("setting", of.map(SettingIs::to_string).collect());
        }
        put("file", self.files.iter().cloned().collect());
        let named = |key: &String| match project.subscription(&Id::new(key)) {
            Some(group) => group.label().to_owned(),
            None => key.clone(),
        };
        put("subscription", self.subscriptions.iter().map(named).collect());
        let text = self.text.trim();
        if !text.is_empty() {
            put("text", vec![format!("“{text}”")]);
        }
        match &self.clients {
            Some(keys) if keys.len() == 1 => parts.push("one chosen client app".to_owned()),
            Some(keys) => parts.push(format!("{} chosen client apps", keys.len())),
            None => {}
        }
        parts.join("; ")
    }
}

fn any_or_empty(values: &BTreeSet<String>, holds: impl Fn(&String) -> bool) -> bool {
    values.is_empty() || values.iter().any(holds)
}

/// Who plays which part in bringing tokens of external identities.
struct Roles {
    brokers: BTreeSet<ClientKey>,
    principals: BTreeSet<ClientKey>,
}

impl Roles {
    fn new(project: &Project, graph: &TrustGraph) -> Self {
        let mut roles = Self { brokers: BTreeSet::new(), principals: BTreeSet::new() };
        for app in project.clients() {
            if !app.identities.is_empty() {
                roles.principals.insert(app.key);
                roles.brokers.extend(graph.brokers(project, app.key));
            }
        }
        roles
    }
}

/// Some of the nodes and edges of one graph: what a filter lets through, or what a query answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subset {
    /// By index.
    nodes: Vec<bool>,
    /// By index; `None` for every edge between the nodes.
    edges: Option<Vec<bool>>,
}

impl Subset {
    /// These nodes and every edge between them.
    pub fn of_nodes(nodes: impl IntoIterator<Item = NodeIndex>) -> Self {
        Self { nodes: bits(nodes.into_iter().map(NodeIndex::index)), edges: None }
    }

    /// These edges and their ends: chains, or the steps of an answer.
    pub fn of_edges(graph: &TrustGraph, edges: impl IntoIterator<Item = EdgeIndex>) -> Self {
        let edges: Vec<EdgeIndex> = edges.into_iter().collect();
        let ends = edges.iter().filter_map(|edge| graph.graph.edge_endpoints(*edge));
        let nodes = bits(ends.flat_map(|(from, to)| [from.index(), to.index()]));
        Self { nodes, edges: Some(bits(edges.iter().map(|edge| edge.index()))) }
    }

    /// Adds a node, as for the start of a question that has no answer.
    pub fn insert(&mut self, node: NodeIndex) {
        let at = node.index();
        if self.nodes.len() <= at {
            self.nodes.resize(at + 1, false);
        }
        self.nodes[at] = true;
    }

    pub fn has_node(&self, node: NodeIndex) -> bool {
        self.nodes.get(node.index()).copied().unwrap_or(false)
    }

    /// Whether the edge passes; its ends must pass too for it to be there.
    pub fn has_edge(&self, edge: EdgeIndex) -> bool {
        let Some(edges) = &self.edges else { return true };
        edges.get(edge.index()).copied().unwrap_or(false)
    }

    /// Whether a client app is among the nodes.
    pub fn has_client(&self, graph: &TrustGraph, client: ClientKey) -> bool {
        graph.client_node(client).is_some_and(|node| self.has_node(node))
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.iter().filter(|it| **it).count()
    }

    pub fn is_empty(&self) -> bool {
        !self.nodes.contains(&true)
    }
}

fn bits(indices: impl IntoIterator<Item = usize>) -> Vec<bool> {
    let mut bits = Vec::new();
    for at in indices {
        if bits.len() <= at {
            bits.resize(at + 1, false);
        }
        bits[at] = true;
    }
    bits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;
    use crate::trust::Reading;

    const TEXT: &str = r#"!ClientAppDto
id: a
name: Portal
enabled: true
subscriptionId: "{{guid:retail}}"
allowedTokenExchangeClientApps: [{ id: b }, { id: nobody }]
---
!ClientAppDto
id: b
name: Robot
enabled: false
clientAppFederatedIdentities:
  - { id: i1, issuer: "https://one.example", subject: alpha }
  - { id: i2, issuer: "https://two.example", subject: beta }
---
!ClientAppDto
id: c
name: Alone
---
!SubscriptionDto
id: "{{guid:retail}}"
name: Retail
"#;

    fn graph() -> (Project, TrustGraph) {
        let source = Source { path: None, name: "all.yaml".to_owned(), bytes: TEXT.into() };
        let project = Project::from_sources(vec![source]);
        let graph = TrustGraph::new(&project, Reading::RequesterListsTarget);
        (project, graph)
    }

    fn left(filter: &Filter) -> Vec<String> {
        let (project, graph) = graph();
        let subset = filter.select(&project, &graph);
        let nodes = graph.graph.node_indices().filter(|node| subset.has_node(*node));
        nodes.map(|node| graph.label(&project, node)).collect()
    }

    fn set<T: Ord>(value: T) -> BTreeSet<T> {
        BTreeSet::from([value])
    }

    #[test]
    fn nothing_asked_is_everything() {
        let all = left(&Filter::default());
        assert_eq!(all.len(), 6, "{all:?}");
        assert!(Filter::default().is_empty());
    }

    #[test]
    fn identities_and_unknown_ids_come_along_with_client_apps() {
        let filter = Filter { text: "PORTAL".to_owned(), ..Filter::default() };
        assert_eq!(left(&filter), ["Portal", "unknown nobody"]);
        let filter = Filter { text: "nobody".to_owned(), ..Filter::default() };
        assert_eq!(left(&filter), ["Portal", "unknown nobody"]);
        let filter = Filter { issuers: set("https://two.example".to_owned()), ..Filter::default() };
        assert_eq!(left(&filter), ["Robot", "beta of https://two.example"]);
        let filter = Filter { clients: Some(set(ClientKey(2))), ..Filter::default() };
        assert_eq!(left(&filter), ["Alone"]);
        let filter = Filter { subscriptions: set("{{guid:retail}}".to_owned()), ..filter };
        assert_eq!(left(&filter), [""; 0]);
    }

    #[test]
    fn kinds_have_the_last_word() {
        let kinds = |kind| left(&Filter { kinds: set(kind), ..Filter::default() });
        assert_eq!(kinds(Kind::Unknown), ["unknown nobody"]);
        assert_eq!(kinds(Kind::Principal), ["Robot"]);
        assert_eq!(kinds(Kind::Broker), ["Portal"]);
        assert_eq!(kinds(Kind::Client).len(), 3);
        assert_eq!(kinds(Kind::Identity).len(), 2);
    }

    #[test]
    fn a_setting_that_is_not_stated_is_not_false() {
        let setting = |text: &str| {
            left(&Filter { settings: set(text.parse().unwrap()), ..Filter::default() })
        };
        assert_eq!(setting("enabled=true"), ["Portal", "unknown nobody"]);
        assert_eq!(setting("enabled=no").len(), 3);
        assert_eq!(setting("enabled=not-stated"), ["Alone"]);
        for wrong in ["enabled", "enable=true", "enabled=perhaps"] {
            assert!(wrong.parse::<SettingIs>().is_err(), "{wrong}");
        }
        let both = ["enabled=true", "enabled=not-stated"].map(|it| it.parse().unwrap());
        let filter = Filter { settings: both.into(), ..Filter::default() };
        assert_eq!(left(&filter), ["Portal", "Alone", "unknown nobody"]);
    }

    #[test]
    fn edges_are_filtered_by_their_kind() {
        let (project, graph) = graph();
        let filter = Filter { relations: set(Relation::Federation), ..Filter::default() };
        let subset = filter.select(&project, &graph);
        let kept = graph.graph.edge_indices().filter(|edge| subset.has_edge(*edge)).count();
        assert_eq!((kept, graph.graph.edge_count()), (2, 4));
    }

    #[test]
    fn the_words_say_all_of_it() {
        let (project, _) = graph();
        let filter = Filter {
            kinds: BTreeSet::from([Kind::Client, Kind::Unknown]),
            relations: set(Relation::Exchange),
            issuers: set("https://two.example".to_owned()),
            settings: set("enabled=false".parse().unwrap()),
            files: set("all.yaml".to_owned()),
            subscriptions: set("{{guid:retail}}".to_owned()),
            text: " port ".to_owned(),
            clients: Some(BTreeSet::new()),
        };
        assert_eq!(
            filter.words(&project),
            "kind client or unknown; arrows exchange; issuer https://two.example; setting Enabled \
             = false; file all.yaml; subscription Retail; text “port”; 0 chosen client apps"
        );
        assert_eq!(Filter::default().words(&project), "");
    }

    #[test]
    fn a_chain_is_its_edges_and_their_ends() {
        let (_, graph) = graph();
        let edge = EdgeIndex::new(0);
        let mut subset = Subset::of_edges(&graph, [edge]);
        assert!(subset.has_edge(edge) && !subset.has_edge(EdgeIndex::new(1)));
        assert_eq!(subset.len(), 2);
        subset.insert(NodeIndex::new(5));
        assert!(subset.has_node(NodeIndex::new(5)) && !subset.has_node(NodeIndex::new(4)));
        assert!(Subset::default().is_empty());
        assert!(Subset::of_nodes([NodeIndex::new(0)]).has_client(&graph, ClientKey(0)));
    }
}
