//! Trust graphs of any size, the same ones every time.
//!
//! The shape is that of real estates: subscriptions whose sizes follow Zipf's law, one client app in
//! fifty a broker with very many targets, one node in ten a service principal with one to five
//! external identities of a handful of issuers, and a few arrows that close cycles. A *tangled*
//! estate has many of those, and twice the arrows between subscriptions. What is random comes from
//! a seed, and the numbers of the nodes say nothing about what they are.

#[path = "../generate.rs"]
#[expect(dead_code, reason = "only the chances and the ids of the other estates are of use here")]
mod clients;

use std::collections::HashSet;
use std::fmt::Write;

use clients::{Random, id};

/// The seed of the estates that are measured unless another is asked for.
pub const SEED: u64 = 42;

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Issuer,
    Identity,
    Principal,
    Broker,
    Client,
}

/// A trust graph as plain lists.
#[derive(Clone, Debug)]
pub struct Estate {
    /// By node.
    pub kinds: Vec<Kind>,
    /// The subscription of each node; the issuers are one of their own, the last.
    pub clusters: Vec<u32>,
    /// From the node whose token goes in to the one whose token comes out; none twice, none from a
    /// node to itself.
    pub edges: Vec<(u32, u32)>,
}

/// Arrows in an estate, for each node.
const DEGREE: f64 = 2.4;
/// Client apps stand on the levels from this one on; issuers are on level 0, identities on 1.
const FIRST_LEVEL: usize = 2;
const LEVELS: usize = 7;

/// An estate that grows; nodes are numbered by kind until they are shuffled.
struct Growing {
    random: Random,
    estate: Estate,
    levels: Vec<usize>,
    /// The client apps of each subscription and level, and of all subscriptions together as the last.
    places: Vec<[Vec<u32>; LEVELS]>,
    known: HashSet<(u32, u32)>,
    /// The shares of arrows against the levels and between subscriptions.
    back: f64,
    across: f64,
}

impl Estate {
    /// An estate of so many nodes, 50 at least.
    pub fn new(nodes: usize, tangled: bool, seed: u64) -> Self {
        let nodes = nodes.max(50);
        let (back, across) = if tangled { (0.08, 0.30) } else { (0.015, 0.15) };
        let mut growing = Growing {
            random: Random(seed ^ ((nodes as u64) << 20)),
            estate: Self { kinds: Vec::new(), clusters: Vec::new(), edges: Vec::new() },
            levels: Vec::new(),
            places: Vec::new(),
            known: HashSet::new(),
            back,
            across,
        };
        growing.add_nodes(nodes);
        growing.add_permissions((nodes as f64 * DEGREE) as usize);
        growing.shuffled()
    }

    /// Nodes.
    pub fn len(&self) -> usize {
        self.kinds.len()
    }

    /// The estate after an edit of this share of its arrows: half of them go, as many come.
    pub fn edited(&self, share: f64, seed: u64) -> Self {
        let mut random = Random(seed);
        let half = ((self.edges.len() as f64 * share / 2.0).ceil() as usize).max(1);
        let mut edges = self.edges.clone();
        for _ in 0..half {
            edges.swap_remove(random.below(edges.len()));
        }
        let mut known: HashSet<(u32, u32)> = self.edges.iter().copied().collect();
        let exchanges = |kind: Kind| !matches!(kind, Kind::Issuer | Kind::Identity);
        let mut wanted = half;
        while wanted > 0 {
            let (from, to) = (random.below(self.len()), random.below(self.len()));
            let near = self.clusters[from] == self.clusters[to] || random.below(6) == 0;
            let edge = (from as u32, to as u32);
            let exchange = exchanges(self.kinds[from]) && exchanges(self.kinds[to]);
            if from != to && near && exchange && known.insert(edge) {
                edges.push(edge);
                wanted -= 1;
            }
        }
        Self { edges, ..self.clone() }
    }

    /// What the peers read: the numbers of nodes and of edges, the cluster of each node, and the two
    /// ends of each edge, each in a line.
    pub fn list(&self) -> String {
        let mut text = format!("{} {}\n", self.len(), self.edges.len());
        for cluster in &self.clusters {
            let _ = writeln!(text, "{cluster}");
        }
        for (from, to) in &self.edges {
            let _ = writeln!(text, "{from} {to}");
        }
        text
    }

    /// The client apps as documents, each with the permissions that are its arrows when a requester
    /// lists its targets. The issuers and identities are in them.
    pub fn yaml(&self) -> String {
        let mut targets = vec![Vec::new(); self.len()];
        let mut sources = vec![Vec::new(); self.len()];
        for &(from, to) in &self.edges {
            targets[from as usize].push(to as usize);
            sources[to as usize].push(from as usize);
        }
        let mut text = String::with_capacity(self.len() * 320);
        for node in 0..self.len() {
            let kind = match self.kinds[node] {
                Kind::Issuer | Kind::Identity => continue,
                Kind::Principal => "Principal",
                Kind::Broker => "Broker",
                Kind::Client => "Client",
            };
            // Writing to a text cannot fail.
            let _ = write!(
                text,
                "---\n!ClientAppDto\nid: \"{}\"\nname: \"{kind} {node}\"\nsubscriptionId: \
                 \"{{{{guid:subscription_{}}}}}\"\nenabled: true\nisPublic: false\n",
                id(node),
                self.clusters[node],
            );
            let identities = sources[node].iter().filter(|it| self.kinds[**it] == Kind::Identity);
            for (at, &identity) in identities.enumerate() {
                if at == 0 {
                    text.push_str("clientAppFederatedIdentities:\n");
                }
                let issuer = sources[identity].first().copied().unwrap_or_default();
                let _ = write!(
                    text,
                    "  - id: \"{}\"\n    issuer: https://issuer-{issuer}.example.com\n    \
                     subject: repo:example/service-{identity}\n",
                    id(identity),
                );
            }
            if !targets[node].is_empty() {
                text.push_str("allowedTokenExchangeClientApps:\n");
            }
            for &target in &targets[node] {
                let _ = writeln!(text, "  - id: \"{}\"", id(target));
            }
        }
        text
    }
}

impl Growing {
    /// A number from 0 up to 1.
    fn chance(&mut self) -> f64 {
        (self.random.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn add(&mut self, kind: Kind, cluster: usize, level: usize) -> u32 {
        let node = self.estate.kinds.len() as u32;
        self.estate.kinds.push(kind);
        self.estate.clusters.push(cluster as u32);
        self.levels.push(level);
        if level >= FIRST_LEVEL {
            let all = self.places.len() - 1;
            self.places[cluster][level].push(node);
            self.places[all][level].push(node);
        }
        node
    }

    /// An edge, unless it is there already.
    fn join(&mut self, from: u32, to: u32) -> bool {
        let new = from != to && self.known.insert((from, to));
        if new {
            self.estate.edges.push((from, to));
        }
        new
    }

    fn add_nodes(&mut self, nodes: usize) {
        let subscriptions = (nodes / 40).max(3);
        self.places = vec![Default::default(); subscriptions + 1];
        // How many belong to the subscriptions up to each, if the k-th has 1/k of the first.
        let mut shares: Vec<f64> = (1..=subscriptions).map(|rank| 1.0 / rank as f64).collect();
        for at in 1..subscriptions {
            shares[at] += shares[at - 1];
        }
        let issuers: Vec<u32> = (0..(2 + nodes / 450).min(24))
            .map(|_| self.add(Kind::Issuer, subscriptions, 0))
            .collect();
        let somewhere = |growing: &mut Self| {
            let at = growing.chance() * shares[subscriptions - 1];
            shares.partition_point(|share| *share <= at).min(subscriptions - 1)
        };
        for _ in 0..nodes / 10 {
            let cluster = somewhere(self);
            let principal = self.add(Kind::Principal, cluster, FIRST_LEVEL + 1);
            // Half of them have one identity, half of the rest two, and so on.
            let identities = (1 + self.random.next().trailing_ones() as usize).min(5);
            for _ in 0..identities {
                // Most identities are of a few issuers.
                let issuer = self.random.below(issuers.len()).min(self.random.below(issuers.len()));
                let identity = self.add(Kind::Identity, cluster, 1);
                self.join(issuers[issuer], identity);
                self.join(identity, principal);
            }
        }
        for _ in 0..(nodes / 50).max(1) {
            let cluster = somewhere(self);
            self.add(Kind::Broker, cluster, FIRST_LEVEL);
        }
        while self.estate.kinds.len() < nodes {
            let cluster = somewhere(self);
            let level = FIRST_LEVEL + self.random.below(LEVELS - FIRST_LEVEL);
            self.add(Kind::Client, cluster, level);
        }
    }

    fn add_permissions(&mut self, edges: usize) {
        let nodes = self.estate.kinds.len();
        let of_kind = |growing: &Self, wanted: fn(Kind) -> bool| -> Vec<u32> {
            let kinds = growing.estate.kinds.iter().enumerate();
            kinds.filter(|(_, kind)| wanted(**kind)).map(|(at, _)| at as u32).collect()
        };
        for broker in of_kind(self, |kind| kind == Kind::Broker) {
            // Pareto's distribution: a few brokers reach a great part of the estate.
            let degree = 5.0 * (1.0 - self.chance()).powf(-1.0 / 1.2);
            for _ in 0..(degree as usize).min(nodes / 17) {
                if let Some(target) = self.target(broker) {
                    self.join(broker, target);
                }
            }
        }
        let rest = of_kind(self, |kind| matches!(kind, Kind::Principal | Kind::Client));
        // Small subscriptions run out of pairs, so there is an end to trying.
        for _ in 0..edges * 20 {
            if self.estate.edges.len() >= edges {
                break;
            }
            let from = rest[self.random.below(rest.len())];
            if let Some(to) = self.target(from) {
                self.join(from, to);
            }
        }
    }

    /// Somebody to exchange a token into: on a higher level, or seldom on the same or a lower one.
    fn target(&mut self, from: u32) -> Option<u32> {
        let all = self.places.len() - 1;
        let (level, own) = (self.levels[from as usize], self.estate.clusters[from as usize]);
        let cluster = if self.chance() < self.across { all } else { own as usize };
        let levels =
            if self.chance() < self.back { FIRST_LEVEL..level + 1 } else { level + 1..LEVELS };
        let total: usize = self.places[cluster][levels.clone()].iter().map(Vec::len).sum();
        // The lower of two draws: some are wanted more often than others.
        let mut at = self.random.below(total).min(self.random.below(total));
        for nodes in &self.places[cluster][levels] {
            match nodes.get(at) {
                Some(node) => return Some(*node),
                None => at -= nodes.len(),
            }
        }
        None
    }

    /// With numbers and an order that say nothing.
    fn shuffled(mut self) -> Estate {
        let mut numbers: Vec<u32> = (0..self.estate.kinds.len() as u32).collect();
        shuffle(&mut self.random, &mut numbers);
        let mut kinds = vec![Kind::Client; numbers.len()];
        let mut clusters = vec![0; numbers.len()];
        for (at, number) in numbers.iter().enumerate() {
            kinds[*number as usize] = self.estate.kinds[at];
            clusters[*number as usize] = self.estate.clusters[at];
        }
        let numbered = |(from, to): &(u32, u32)| (numbers[*from as usize], numbers[*to as usize]);
        let mut edges: Vec<(u32, u32)> = self.estate.edges.iter().map(numbered).collect();
        shuffle(&mut self.random, &mut edges);
        Estate { kinds, clusters, edges }
    }
}

/// After Fisher and Yates.
fn shuffle<T>(random: &mut Random, things: &mut [T]) {
    for at in (1..things.len()).rev() {
        things.swap(at, random.below(at + 1));
    }
}
