//! Every hop that a token can take: the usable part of the trust graph, for all client apps at once.
//!
//! # What a hop is, and whose credential it takes
//!
//! To *become* a client app is to get hold of a token for it. One exchange is one hop, and at a hop
//! somebody has to ask: authenticate at the token endpoint as a client app, with that one's
//! credential. Who that is follows from the reading:
//!
//! | reading | hop of a user's token `A` → `B` | asks, with its credential | external identity → `P` is brought by |
//! |---|---|---|---|
//! | `requester-lists-target` | `A` lists `B` | `A`, where the token is | whoever lists `P` |
//! | `requester-lists-origin` | `B` lists `A` | `B`, where the token goes | whoever lists `P` |
//! | `target-lists-requester` | `B` lists `A` | `A`, where the token is | whoever `P` lists |
//!
//! So a way of several hops takes the credentials of several parties, and there are two answers to
//! "who can become whom", never to be mixed up ([`Actor`]):
//!
//! - **worst case**: all hops that are not refused, one after the other, whoever has to ask. That is
//!   what a group of client apps can do together, or somebody who has taken them over one by one.
//! - **single actor**: ways on which one and the same client app asks at every hop. For a client app
//!   as start it is that client app; what it holds is its own credential and the tokens of its users.
//!   For an external identity it is the broker that brings the first token: the external token and
//!   the credential of that one broker. Under `requester-lists-target` and `target-lists-requester`
//!   a client app alone gets as far as its own arrows, since the next hop is asked for by the next
//!   one. Under `requester-lists-origin` it gets nowhere alone, since the receiving end always asks;
//!   but a broker may bring an external token for `P` and then, as the one that lists `P`, exchange
//!   that for a token of its own. (A public client app has no credential; hops that it would have to
//!   ask for are refused by [`decide`], whose findings say why that does not make them safe.)
//!
//! Either way a chain is *potential*: it also assumes that a token issued at one hop is accepted as
//! what goes in at the next (RFC 8693 §2.1 leaves that to the server).
//!
//! # How this agrees with `decide`
//!
//! A hop is usable when [`decide`] does not refuse it: all conditions true, or some not stated. The
//! conditions are worked out here without their words, by the same functions, and a property test
//! holds that the verdict is the same for every hop. Whoever shows a hop asks [`Access::decide`] for
//! the steps and their lines. Ids that no file defines cannot be decided on: they are no hops, but
//! open ends ([`Access::open_ends`]).
//!
//! Between two client apps there is one hop, however many entries permit it. Between an external
//! identity and its principal there is one for each broker.

use petgraph::stable_graph::NodeIndex;
use petgraph::visit::{EdgeRef, IntoEdgeReferences};

use crate::config::{ClientApp, ClientKey, Id, Place, Project};

use super::decision::{conditions, decide_assuming};
use super::flat::{Closure, Csr, NodeId};
use super::{
    Assumptions, Decision, Edge, Node, Question, Reading, Subject, TrustGraph, Truth, Verdict,
};

/// Whose credentials are at hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Actor {
    /// One party alone: every hop is asked for by the same client app.
    Single,
    /// Everybody on the way.
    #[default]
    Worst,
}

impl Actor {
    pub const ALL: [Self; 2] = [Self::Single, Self::Worst];

    /// The name on the command line and in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Worst => "worst",
        }
    }

    /// A heading.
    pub fn label(self) -> &'static str {
        match self {
            Self::Single => "single actor",
            Self::Worst => "worst case",
        }
    }

    /// What it means, for whoever reads an answer.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Single => {
                "Single actor: what one party can do with the credential of one client app (for an \
                 external identity: its token and the credential of the one broker that brings it)."
            }
            Self::Worst => {
                "Worst case: what can be done with the credentials of everybody on the way. It is \
                 potential: each hop needs the client app that asks."
            }
        }
    }
}

/// One exchange on the way of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Hop {
    /// Where the token is: a client app, or an external identity.
    pub from: NodeIndex,
    /// The client app the token comes out for.
    pub to: ClientKey,
    /// The client app that asks, and whose credential it takes.
    pub requester: ClientKey,
}

impl Hop {
    /// The node the token comes out for.
    pub fn to_node(self) -> NodeIndex {
        NodeIndex::new(self.to.0)
    }

    /// Whether `from` is an external identity of the target.
    pub fn is_external(self, graph: &TrustGraph) -> bool {
        matches!(graph.graph.node_weight(self.from), Some(Node::External { .. }))
    }

    /// The exchange as a question for [`decide`](super::decide).
    pub fn question(self, graph: &TrustGraph) -> Question {
        let subject = match graph.graph.node_weight(self.from) {
            Some(Node::External { issuer, subject }) => {
                Subject::External { issuer: issuer.clone(), subject: subject.clone() }
            }
            Some(Node::Client(key)) => Subject::UserOf(*key),
            // No hop begins at a ghost.
            Some(Node::Ghost(_)) | None => Subject::UserOf(self.requester),
        };
        Question { requester: self.requester, subject, target: Some(self.to) }
    }

    /// The list owner and the entry that permit it.
    pub fn permission(self, graph: &TrustGraph) -> (ClientKey, ClientKey) {
        let reading = graph.reading;
        match graph.graph.node_weight(self.from) {
            Some(Node::Client(from)) => reading.permission(*from, self.to),
            _ => reading.broker_permission(self.requester, self.to),
        }
    }

    /// The hop in one sentence, with whose credential it takes.
    pub fn sentence(self, project: &Project, graph: &TrustGraph) -> String {
        let label = |key: ClientKey| project.client(key).label();
        let asks = label(self.requester);
        let from = graph.label(project, self.from);
        let own = if self.to == self.requester { "of its own" } else { "" };
        let of_target = format!("of {}", label(self.to));
        let comes_out = if own.is_empty() { of_target.as_str() } else { own };
        if self.is_external(graph) {
            return format!(
                "{asks} brings a token of {from} and gets one {comes_out}; this takes the external \
                 token and the credential of {asks}."
            );
        }
        let goes_in = if self.from.index() == self.requester.0 {
            "a token of its user".to_owned()
        } else {
            format!("a token of a user of {from}")
        };
        format!(
            "{asks} exchanges {goes_in} for one {comes_out}; this takes the credential of {asks}."
        )
    }
}

/// An id on a list that no document defines, where a way ends because nothing is known beyond.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenEnd {
    pub ghost: NodeIndex,
    /// The client app whose list names it.
    pub owner: ClientKey,
    /// Whether the token would come out for the unknown id; else it would go in for it.
    pub is_target: bool,
    /// The entry.
    pub place: Place,
}

/// The usable hops of a trust graph. Nodes have the numbers they have there.
#[derive(Clone, Debug)]
pub struct Access {
    reading: Reading,
    clients: usize,
    assumptions: Assumptions,
    out: Csr,
    back: Csr,
    /// For each edge of `out`, whether every condition is true.
    certain: Vec<bool>,
    /// For each client app with external identities, who can bring their tokens.
    brokers: Csr,
    /// For each edge of `brokers`, whether every condition is true.
    brokers_certain: Vec<bool>,
    externals: Vec<NodeId>,
}

impl Access {
    /// The usable hops of a project's graph.
    pub fn new(project: &Project, graph: &TrustGraph) -> Self {
        Self::assuming(project, graph, Assumptions::default())
    }

    /// The hops that would be usable if some things were otherwise.
    pub fn assuming(project: &Project, graph: &TrustGraph, assumptions: Assumptions) -> Self {
        let facts = Facts::new(project, &assumptions);
        let clients = project.clients().len();
        let nodes = graph.graph.node_count();
        let reading = graph.reading;
        // A flag in the lowest bit of a target: not every condition is true.
        let mut hops: Vec<(NodeId, NodeId)> = Vec::with_capacity(graph.graph.edge_count());
        let mut permits: Vec<(NodeId, NodeId)> = Vec::new();
        let mut held: Vec<(NodeId, NodeId)> = Vec::new();
        for edge in graph.graph.edge_references() {
            let (from, to) = (edge.source().index(), edge.target().index());
            match edge.weight() {
                Edge::Exchange(exchange) => {
                    let dropped = assumptions.drops_permission(exchange.owner, exchange.index);
                    if dropped || from >= clients || to >= clients {
                        continue;
                    }
                    let (asks, other) = if exchange.source_asks { (from, to) } else { (to, from) };
                    let principal = match reading {
                        Reading::RequesterListsTarget | Reading::TargetListsRequester => to,
                        Reading::RequesterListsOrigin => from,
                    };
                    debug_assert_eq!(asks + other, from + to);
                    if !project.clients()[principal].identities.is_empty() {
                        permits.push((principal as NodeId, asks as NodeId));
                    }
                    if let Some(certain) = facts.user_hop(from, to, asks) {
                        hops.push((from as NodeId, (to as NodeId) << 1 | u32::from(!certain)));
                    }
                }
                Edge::Federation { client, index, .. } => {
                    if !assumptions.drops_identity(*client, *index) {
                        held.push((from as NodeId, to as NodeId));
                    }
                }
            }
        }
        let mut bringers = Vec::with_capacity(permits.len());
        for (principal, broker) in permits {
            if let Some(certain) = facts.external_hop(broker as usize, principal as usize) {
                bringers.push((principal, broker << 1 | u32::from(!certain)));
            }
        }
        let (brokers, brokers_certain) = flagged(nodes, &bringers);
        // A pair that several client apps hold stands for none of them.
        let holders = Csr::new(nodes, &held);
        let mut externals = Vec::new();
        for node in clients as NodeId..nodes as NodeId {
            if matches!(
                graph.graph.node_weight(NodeIndex::new(node as usize)),
                Some(Node::External { .. })
            ) {
                externals.push(node);
            }
            if let [principal] = holders.row(node)
                && !brokers.row(*principal).is_empty()
            {
                let certain = brokers.range(*principal).any(|at| brokers_certain[at]);
                hops.push((node, principal << 1 | u32::from(!certain)));
            }
        }
        let (out, certain) = flagged(nodes, &hops);
        let back = out.reversed();
        Self {
            reading,
            clients,
            assumptions,
            out,
            back,
            certain,
            brokers,
            brokers_certain,
            externals,
        }
    }

    /// The reading of the graph it was made from.
    pub fn reading(&self) -> Reading {
        self.reading
    }

    /// What was assumed.
    pub fn assumptions(&self) -> &Assumptions {
        &self.assumptions
    }

    /// How many client apps there are; they are the first nodes.
    pub fn clients(&self) -> usize {
        self.clients
    }

    /// Where a token can come from besides client apps: the external identities, ascending.
    pub fn externals(&self) -> &[NodeId] {
        &self.externals
    }

    /// Every node a token can start at: client apps, then external identities.
    pub fn starts(&self) -> impl Iterator<Item = NodeId> {
        (0..self.clients as NodeId).chain(self.externals.iter().copied())
    }

    /// Whether a node is a client app.
    pub fn is_client(&self, node: NodeId) -> bool {
        (node as usize) < self.clients
    }

    /// Whether a node is a client app or an external identity, and not an unknown id.
    pub fn is_start(&self, node: NodeId) -> bool {
        self.is_client(node) || self.externals.binary_search(&node).is_ok()
    }

    /// The usable hops as a graph: from where the token is to where it comes out.
    pub fn out(&self) -> &Csr {
        &self.out
    }

    /// The same the other way round.
    pub fn back(&self) -> &Csr {
        &self.back
    }

    /// Whether a token can go from one node to another in one hop, and then whether every condition
    /// of it is true, or some are not stated.
    pub fn direct(&self, from: NodeId, to: NodeId) -> Option<Verdict> {
        let at = self.out.row(from).binary_search(&to).ok()?;
        Some(verdict(self.certain[self.out.range(from).start + at]))
    }

    /// The client apps that can bring tokens of the external identities of a client app, ascending.
    pub fn brokers(&self, principal: NodeId) -> &[NodeId] {
        self.brokers.row(principal)
    }

    /// What decides on a broker that can bring tokens of external identities of a client app.
    pub fn brings(&self, broker: NodeId, principal: NodeId) -> Option<Verdict> {
        let at = self.brokers.row(principal).binary_search(&broker).ok()?;
        Some(verdict(self.brokers_certain[self.brokers.range(principal).start + at]))
    }

    /// Who asks when a user's token goes from one client app to another.
    pub(super) fn asks(&self, from: NodeId, to: NodeId) -> NodeId {
        if self.reading.source_asks() { from } else { to }
    }

    /// Every usable hop between two nodes: none, one, or one for each broker.
    pub fn hops(&self, from: NodeId, to: NodeId) -> Vec<Hop> {
        if !self.out.has(from, to) {
            return Vec::new();
        }
        let hop = |requester: NodeId| Hop {
            from: NodeIndex::new(from as usize),
            to: ClientKey(to as usize),
            requester: ClientKey(requester as usize),
        };
        if self.is_client(from) {
            return vec![hop(self.asks(from, to))];
        }
        self.brokers(to).iter().copied().map(hop).collect()
    }

    /// The decision on a hop, with its steps and their lines, under the assumptions.
    pub fn decide(&self, project: &Project, graph: &TrustGraph, hop: Hop) -> Decision {
        decide_assuming(project, self.reading, &hop.question(graph), &self.assumptions)
    }

    /// What reaches what, in any number of hops, in the worst case.
    pub fn closure(&self) -> Closure {
        Closure::new(&self.out)
    }

    /// The ids on the lists of the project that no document defines, by file.
    pub fn open_ends(graph: &TrustGraph) -> Vec<OpenEnd> {
        let mut found = Vec::new();
        for edge in graph.graph.edge_references() {
            let Edge::Exchange(exchange) = edge.weight() else { continue };
            let owner = NodeIndex::new(exchange.owner.0);
            let (ghost, is_target) =
                if edge.source() == owner { (edge.target(), true) } else { (edge.source(), false) };
            if matches!(graph.graph[ghost], Node::Ghost(_)) {
                let place = exchange.place;
                found.push(OpenEnd { ghost, owner: exchange.owner, is_target, place });
            }
        }
        found.sort_by_key(|end| end.place);
        found
    }
}

#[cfg(test)]
impl Access {
    /// Client apps and hops between them, without a project: for graphs too large to write down.
    pub(super) fn of_hops(reading: Reading, clients: usize, hops: &[(NodeId, NodeId)]) -> Self {
        let out = Csr::new(clients, hops);
        Self {
            reading,
            clients,
            assumptions: Assumptions::default(),
            back: out.reversed(),
            certain: vec![true; out.edges()],
            out,
            brokers: Csr::new(clients, &[]),
            brokers_certain: Vec::new(),
            externals: Vec::new(),
        }
    }
}

fn verdict(certain: bool) -> Verdict {
    if certain { Verdict::Allowed } else { Verdict::AllowedIfNotStated }
}

/// A graph of edges with a flag in the lowest bit of each target, and the flags apart from it: true
/// where the bit is not set on any of the parallel ones.
fn flagged(nodes: usize, edges: &[(NodeId, NodeId)]) -> (Csr, Vec<bool>) {
    let plain: Vec<_> = edges.iter().map(|(from, to)| (*from, to >> 1)).collect();
    let graph = Csr::new(nodes, &plain);
    let mut flags = vec![true; graph.edges()];
    for (from, to) in edges.iter().filter(|(_, to)| to & 1 == 1) {
        if let Ok(at) = graph.row(*from).binary_search(&(to >> 1)) {
            flags[graph.range(*from).start + at] = false;
        }
    }
    (graph, flags)
}

/// What the conditions rest on, for every client app, looked up once.
struct Facts {
    known: Vec<Truth>,
    enabled: Vec<Truth>,
    credential: Vec<Truth>,
    open: Vec<Truth>,
    crossing: Vec<Option<bool>>,
    /// Equal numbers for equal subscriptions.
    subscription: Vec<Option<u32>>,
}

impl Facts {
    fn new(project: &Project, assumed: &Assumptions) -> Self {
        let clients = project.clients();
        let count = clients.len();
        let mut facts = Self {
            known: Vec::with_capacity(count),
            enabled: Vec::with_capacity(count),
            credential: Vec::with_capacity(count),
            open: Vec::with_capacity(count),
            crossing: Vec::with_capacity(count),
            subscription: Vec::with_capacity(count),
        };
        let mut subscriptions: std::collections::HashMap<&Id, u32> = Default::default();
        for client in clients {
            let key = client.key;
            let unless = |supposed: bool, truth: fn(&ClientApp) -> Truth| {
                if supposed { Truth::False } else { truth(client) }
            };
            facts.known.push(conditions::known(project, client));
            facts.enabled.push(unless(assumed.disabled(key), conditions::enabled));
            facts.credential.push(unless(assumed.expired(key), conditions::credential));
            facts.open.push(conditions::open(client));
            facts.crossing.push(conditions::crossing(client));
            facts.subscription.push(client.subscription.as_ref().map(|stated| {
                let next = subscriptions.len() as u32;
                *subscriptions.entry(&stated.value).or_insert(next)
            }));
        }
        facts
    }

    fn subscription(&self, from: usize, to: usize) -> Truth {
        if from == to {
            return Truth::True;
        }
        let same = self.subscription[from].zip(self.subscription[to]).map(|(a, b)| a == b);
        conditions::subscription(same, [self.crossing[from], self.crossing[to]])
    }

    /// What an exchange of a user's token comes to, when a list permits it: `None` when it is
    /// refused, else whether every condition is true.
    fn user_hop(&self, from: usize, to: usize, asks: usize) -> Option<bool> {
        all([
            self.known[asks],
            self.enabled[asks],
            self.credential[asks],
            // Only where the token was issued to a third party; else it is the one that asks.
            self.enabled[from],
            self.known[to],
            self.enabled[to],
            self.open[to],
            self.subscription(from, to),
        ])
    }

    /// The same for a token of an external identity that stands for one client app only.
    fn external_hop(&self, broker: usize, principal: usize) -> Option<bool> {
        all([
            self.known[broker],
            self.enabled[broker],
            self.credential[broker],
            self.known[principal],
            self.enabled[principal],
            self.open[principal],
            self.subscription(broker, principal),
        ])
    }
}

fn all<const N: usize>(truths: [Truth; N]) -> Option<bool> {
    (!truths.contains(&Truth::False)).then(|| !truths.contains(&Truth::NotStated))
}
