//! The graph of a project under one reading.
//!
//! Arrows run the way the token travels: from the client app whose token goes in to the one whose
//! token comes out. Client apps are the first nodes, in project order, so that a [`ClientKey`] is
//! its node without a search.

use std::collections::{BTreeSet, HashMap};

use petgraph::stable_graph::{EdgeIndex, NodeIndex, StableDiGraph};

use crate::config::{Change, ClientKey, Id, Place, Project, Setting};

use super::Reading;
use super::decision::entries;

/// A node of the trust graph.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    Client(ClientKey),
    /// An id that a list names and no document defines; by [`Id::key`].
    Ghost(String),
    /// An external identity, by its pair; the same pair on two client apps is one node.
    External {
        issuer: String,
        subject: String,
    },
}

/// An edge of the trust graph; it runs the way the token travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edge {
    /// A user's token goes in for the source and comes out for the target.
    Exchange(ExchangeEdge),
    /// A token of the external identity stands for the client app.
    Federation { client: ClientKey, index: usize, place: Place },
}

/// One entry of a list, as an arrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExchangeEdge {
    pub owner: ClientKey,
    /// Index into the owner's permissions.
    pub index: usize,
    /// Whether the source of the edge is the client that asks; else the target does.
    pub source_asks: bool,
    /// The entry.
    pub place: Place,
}

/// The graph of a project under one reading.
#[derive(Clone, Debug)]
pub struct TrustGraph {
    pub reading: Reading,
    pub graph: StableDiGraph<Node, Edge>,
    clients: usize,
    ghosts: HashMap<String, NodeIndex>,
    externals: HashMap<(String, String), NodeIndex>,
}

impl TrustGraph {
    /// Builds the graph: every client app, every id that a list names, every complete identity.
    pub fn new(project: &Project, reading: Reading) -> Self {
        let clients = project.clients();
        let edges: usize =
            clients.iter().map(|it| it.permissions.len() + it.identities.len()).sum();
        let mut graph = StableDiGraph::with_capacity(clients.len(), edges);
        let mut ghosts = HashMap::new();
        let mut externals = HashMap::new();
        for client in clients {
            graph.add_node(Node::Client(client.key));
        }
        for client in clients {
            let own = NodeIndex::new(client.key.0);
            for (index, permission) in client.permissions.iter().enumerate() {
                let other = match (&permission.client, &permission.id) {
                    (Some(key), _) => NodeIndex::new(key.0),
                    (None, Some(id)) => *ghosts
                        .entry(id.key().into_owned())
                        .or_insert_with_key(|key| graph.add_node(Node::Ghost(key.clone()))),
                    // An entry that names nobody allows nothing.
                    (None, None) => continue,
                };
                let (from, to) =
                    if reading.owner_is_source() { (own, other) } else { (other, own) };
                let edge = ExchangeEdge {
                    owner: client.key,
                    index,
                    source_asks: reading.source_asks(),
                    place: permission.place,
                };
                graph.add_edge(from, to, Edge::Exchange(edge));
            }
            for (index, identity) in client.identities.iter().enumerate() {
                let Some((issuer, subject)) = identity.pair() else { continue };
                let node = *externals
                    .entry((issuer.to_owned(), subject.to_owned()))
                    .or_insert_with(|| {
                        let (issuer, subject) = (issuer.to_owned(), subject.to_owned());
                        graph.add_node(Node::External { issuer, subject })
                    });
                let place = identity.place;
                graph.add_edge(node, own, Edge::Federation { client: client.key, index, place });
            }
        }
        Self { reading, graph, clients: clients.len(), ghosts, externals }
    }

    /// The node of a client app.
    pub fn client_node(&self, client: ClientKey) -> Option<NodeIndex> {
        (client.0 < self.clients).then(|| NodeIndex::new(client.0))
    }

    /// The node of an id that no document defines.
    pub fn ghost_node(&self, id: &Id) -> Option<NodeIndex> {
        self.ghosts.get(id.key().as_ref()).copied()
    }

    /// The node of an external identity.
    pub fn external_node(&self, issuer: &str, subject: &str) -> Option<NodeIndex> {
        self.externals.get(&(issuer.to_owned(), subject.to_owned())).copied()
    }

    /// What a person calls a node.
    pub fn label(&self, project: &Project, node: NodeIndex) -> String {
        match self.graph.node_weight(node) {
            Some(Node::Client(key)) => project.client(*key).label().to_owned(),
            Some(Node::Ghost(id)) => super::ghost_label(&Id::new(id)),
            Some(Node::External { issuer, subject }) => format!("{subject} of {issuer}"),
            None => String::new(),
        }
    }

    /// What an edge means, as a sentence with both names; empty for an edge that is not there.
    pub fn sentence(&self, project: &Project, edge: EdgeIndex) -> String {
        let (Some(weight), Some((from, to))) =
            (self.graph.edge_weight(edge), self.graph.edge_endpoints(edge))
        else {
            return String::new();
        };
        match weight {
            Edge::Exchange(exchange) => {
                let principal = self.principal(exchange, from, to);
                let identities = match self.graph.node_weight(principal) {
                    Some(Node::Client(key)) => !project.client(*key).identities.is_empty(),
                    _ => false,
                };
                let (from_label, to_label) = (self.label(project, from), self.label(project, to));
                let mut sentence = rights("may", self.reading, &from_label, &to_label, identities);
                for node in [from, to] {
                    if let Some(Node::Ghost(id)) = self.graph.node_weight(node) {
                        let place = project.describe_place(exchange.place);
                        sentence.push_str(&format!(
                            " No file defines the client app {id}, which {place} names."
                        ));
                    }
                }
                sentence
            }
            Edge::Federation { client, .. } => {
                let principal = project.client(*client).label();
                let brokers: Vec<&str> = self
                    .brokers(project, *client)
                    .into_iter()
                    .map(|key| project.client(key).label())
                    .collect();
                let who = match brokers.as_slice() {
                    [] => "No client app may bring it.".to_owned(),
                    [one] => format!("{one} may bring it."),
                    many => {
                        format!("{} client apps may bring it: {}.", many.len(), many.join(", "))
                    }
                };
                format!("A token of {} stands for {principal}. {who}", self.label(project, from))
            }
        }
    }

    /// The end of an exchange edge whose external identities the permission is good for.
    fn principal(&self, exchange: &ExchangeEdge, from: NodeIndex, to: NodeIndex) -> NodeIndex {
        let owner = NodeIndex::new(exchange.owner.0);
        let entry = if from == owner { to } else { from };
        match self.reading {
            Reading::TargetListsRequester => owner,
            Reading::RequesterListsTarget | Reading::RequesterListsOrigin => entry,
        }
    }

    /// The client apps that may bring a token of an external identity of `principal`: its brokers.
    /// Each once, in project order.
    pub fn brokers(&self, project: &Project, principal: ClientKey) -> Vec<ClientKey> {
        let brokers: BTreeSet<ClientKey> = self.each_broker(project, principal).collect();
        brokers.into_iter().collect()
    }

    /// Whether there is any of [`TrustGraph::brokers`].
    pub fn has_brokers(&self, project: &Project, principal: ClientKey) -> bool {
        self.each_broker(project, principal).next().is_some()
    }

    /// The [`TrustGraph::brokers`] in no particular order, some maybe several times: for questions
    /// that the first of them may answer.
    pub fn each_broker<'a>(
        &self,
        project: &'a Project,
        principal: ClientKey,
    ) -> impl Iterator<Item = ClientKey> + 'a {
        let owns = self.reading == Reading::TargetListsRequester;
        let own = project.client(principal).permissions.iter().filter(move |_| owns);
        let others = if owns { &[][..] } else { project.references_to(principal) };
        own.filter_map(|it| it.client).chain(others.iter().map(|(owner, _)| *owner))
    }
}

/// What an arrow `from` → `to` lets its requester do, as sentences.
fn rights(may: &str, reading: Reading, from: &str, to: &str, identities: bool) -> String {
    let (mut text, asks, principal) = match reading {
        Reading::RequesterListsTarget | Reading::TargetListsRequester => {
            let text = format!("{from} {may} exchange a token of its user for a token of {to}.");
            (text, from, to)
        }
        Reading::RequesterListsOrigin => {
            let text =
                format!("{to} {may} exchange a token of a user of {from} for a token of its own.");
            (text, to, from)
        }
    };
    if identities {
        text.push_str(&format!(
            " {asks} {may} also bring a token of an external identity of {principal} and get a \
             token of {principal}."
        ));
    }
    text
}

/// The change that grants the arrow `from` → `to`.
///
/// # Errors
/// A sentence that says why it cannot be granted: the client app to be listed states no id, or is
/// listed already.
pub fn grant(
    project: &Project,
    reading: Reading,
    from: ClientKey,
    to: ClientKey,
) -> Result<Change, String> {
    let (owner, entry) = reading.permission(from, to);
    let named = project.client(entry).label();
    let Some(id) = &project.client(entry).id else {
        return Err(format!("{named} states no id, so no list can name it; give it an id first."));
    };
    if let Some(place) = entries(project, owner, entry).first() {
        let owns = project.client(owner).label();
        let place = project.describe_place(*place);
        return Err(format!("The list of {owns} names {named} already ({place})."));
    }
    Ok(Change::Allow { owner, entry: id.value.as_str().to_owned() })
}

/// What granting the arrow `from` → `to` will mean, before it is done: whose list grows, who may
/// then do what, for users and for external identities.
pub fn describe_grant(
    project: &Project,
    reading: Reading,
    from: ClientKey,
    to: ClientKey,
) -> String {
    if let Err(why) = grant(project, reading, from, to) {
        return why;
    }
    let label = |key: ClientKey| project.client(key).label();
    let (owner, entry) = reading.permission(from, to);
    let principal = if reading == Reading::TargetListsRequester { owner } else { entry };
    let identities = !project.client(principal).identities.is_empty();
    let mut text = if from == to {
        format!("{} will be allowed to exchange its own tokens for new ones.", label(from))
    } else {
        rights("will be allowed to", reading, label(from), label(to), identities)
    };
    let requester = project.client(reading.requester(from, to));
    let says = |key: ClientKey, setting| project.client(key).flag(setting).map(|flag| flag.value);
    if says(requester.key, Setting::Public) == Some(true) {
        text.push_str(&format!(
            " {} is public: it has no credential, so whoever holds such a token could do this in \
             its name.",
            requester.label()
        ));
    }
    for key in BTreeSet::from([from, to]) {
        if says(key, Setting::Enabled) == Some(false) {
            text.push_str(&format!(
                " {} is disabled; while it is, nothing comes of this.",
                label(key)
            ));
        }
    }
    let file = &project.file(project.client(owner).file).name;
    text.push_str(&format!(
        " This adds the id of {} to the list of {} in {file}.",
        label(entry),
        label(owner)
    ));
    text
}
