//! Reach and chains against a second implementation: token by token, by brute force.
//!
//! It knows the plain facts that a project was made from, the table of rights and the naive
//! decision of `decisions`, and nothing of graphs: who can become whom is found by trying every
//! right again and again until nothing new is had.

use std::collections::{BTreeMap, BTreeSet};

use exchange_studio::config::{ClientKey, Project};
use exchange_studio::trust::flat::Weights;
use exchange_studio::trust::{
    Access, Actor, ChainLimits, Direction, Ended, Hop, Node, Reading, TrustGraph, Truth, Verdict,
};
use petgraph::stable_graph::NodeIndex;
use proptest::prelude::*;

use super::decisions::{self, Asked, Fact, Token};

/// Who or what a token is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    Client(usize),
    Pair(u8, u8),
}

/// A hop in plain numbers: from, to, and who asks.
pub type Plain = (Who, usize, usize);

fn verdict(facts: &[Fact], reading: Reading, asked: Asked) -> Verdict {
    let (_, steps) = decisions::naive(facts, reading, asked);
    let truths: BTreeSet<Truth> = steps.into_values().collect();
    if truths.contains(&Truth::False) {
        Verdict::Refused
    } else if truths.contains(&Truth::NotStated) {
        Verdict::AllowedIfNotStated
    } else {
        Verdict::Allowed
    }
}

/// Every hop that is not refused. Where several documents have an id, an entry means the first.
pub fn usable(facts: &[Fact], reading: Reading) -> BTreeMap<Plain, Verdict> {
    let is_first = |client: usize| {
        facts[client]
            .id
            .is_some_and(|id| facts.iter().position(|fact| fact.id == Some(id)) == Some(client))
    };
    let mut hops = BTreeMap::new();
    for right in decisions::rights(facts, reading) {
        let ends = match (right.token, reading) {
            (Token::User(from), Reading::RequesterListsTarget) => (from, right.out),
            (Token::User(from), _) => (right.out, from),
            (Token::Identity(principal), Reading::TargetListsRequester) => (principal, right.asks),
            (Token::Identity(principal), _) => (right.asks, principal),
        };
        if !is_first(ends.1) {
            continue;
        }
        let mut add = |who: Who, user: Option<usize>, pair: (u8, u8)| {
            let asked = Asked { requester: right.asks, user, pair, target: Some(right.out) };
            let verdict = verdict(facts, reading, asked);
            if verdict != Verdict::Refused {
                hops.insert((who, right.out, right.asks), verdict);
            }
        };
        match right.token {
            Token::User(from) => add(Who::Client(from), Some(from), (0, 0)),
            Token::Identity(principal) => {
                for pair in &facts[principal].identities {
                    add(Who::Pair(pair.0, pair.1), None, *pair);
                }
            }
        }
    }
    hops
}

/// Everybody a token can be of.
fn everybody(facts: &[Fact]) -> Vec<Who> {
    let pairs: BTreeSet<_> = facts.iter().flat_map(|fact| fact.identities.iter()).collect();
    let pairs = pairs.into_iter().map(|(issuer, subject)| Who::Pair(*issuer, *subject));
    (0..facts.len()).map(Who::Client).chain(pairs).collect()
}

/// The fewest hops from one to everybody it can become, along hops that pass a test.
fn spread(
    hops: &BTreeMap<Plain, Verdict>,
    start: Who,
    may: impl Fn(&Plain) -> bool,
) -> BTreeMap<usize, u32> {
    let mut held = BTreeMap::from([(start, 0)]);
    loop {
        let mut better = None;
        for hop in hops.keys().filter(|hop| may(hop)) {
            let Some(already) = held.get(&hop.0) else { continue };
            let there = Who::Client(hop.1);
            if held.get(&there).is_none_or(|hops| *hops > already + 1) {
                better = Some((there, already + 1));
            }
        }
        match better {
            Some((who, hops)) => held.insert(who, hops),
            None => break,
        };
    }
    held.remove(&start);
    held.into_iter()
        .filter_map(|(who, hops)| match who {
            Who::Client(client) => Some((client, hops)),
            Who::Pair(..) => None,
        })
        .collect()
}

/// What one can become, with the fewest hops.
pub fn naive_reach(
    hops: &BTreeMap<Plain, Verdict>,
    start: Who,
    actor: Actor,
) -> BTreeMap<usize, u32> {
    let askers: BTreeSet<usize> = match (actor, start) {
        (Actor::Worst, _) => return spread(hops, start, |_| true),
        (Actor::Single, Who::Client(client)) => BTreeSet::from([client]),
        (Actor::Single, Who::Pair(..)) => {
            hops.keys().filter(|hop| hop.0 == start).map(|hop| hop.2).collect()
        }
    };
    let mut all = BTreeMap::new();
    for asker in askers {
        for (client, hops) in spread(hops, start, |hop| hop.2 == asker) {
            let fewest = all.entry(client).or_insert(hops);
            *fewest = hops.min(*fewest);
        }
    }
    all
}

/// Every chain without a repetition, in no order.
fn naive_chains(
    hops: &BTreeMap<Plain, Verdict>,
    (start, end): (Who, usize),
    actor: Actor,
    max_hops: usize,
) -> BTreeSet<Vec<Plain>> {
    let mut found = BTreeSet::new();
    let mut open: Vec<Vec<Plain>> = vec![Vec::new()];
    while let Some(chain) = open.pop() {
        let at = chain.last().map_or(start, |hop| Who::Client(hop.1));
        if at == Who::Client(end) && !chain.is_empty() {
            found.insert(chain);
            continue;
        }
        if chain.len() == max_hops {
            continue;
        }
        for hop in hops.keys().filter(|hop| hop.0 == at) {
            let there = Who::Client(hop.1);
            let passed = there == start || chain.iter().any(|hop| Who::Client(hop.1) == there);
            let asks = match (chain.first(), start) {
                (Some(first), _) => first.2,
                (None, Who::Client(client)) => client,
                (None, Who::Pair(..)) => hop.2,
            };
            if !passed && (actor == Actor::Worst || hop.2 == asks) {
                let mut longer = chain.clone();
                longer.push(*hop);
                open.push(longer);
            }
        }
    }
    if start == Who::Client(end) { BTreeSet::new() } else { found }
}

pub fn node(graph: &TrustGraph, who: Who) -> NodeIndex {
    match who {
        Who::Client(client) => graph.client_node(ClientKey(client)).unwrap(),
        Who::Pair(issuer, subject) => {
            graph.external_node(&decisions::issuer(issuer), &format!("{subject:03}")).unwrap()
        }
    }
}

pub fn who(graph: &TrustGraph, node: NodeIndex) -> Who {
    match &graph.graph[node] {
        Node::Client(key) => Who::Client(key.0),
        Node::External { issuer, subject } => {
            let number = issuer.trim_start_matches("https://issuer-").split('.').next().unwrap();
            Who::Pair(number.parse().unwrap(), subject.parse().unwrap())
        }
        Node::Ghost(id) => panic!("{id} is nobody"),
    }
}

pub fn plain(graph: &TrustGraph, hop: &Hop) -> Plain {
    (who(graph, hop.from), hop.to.0, hop.requester.0)
}

fn all_hops(access: &Access) -> Vec<Hop> {
    access.out().iter().flat_map(|(from, to)| access.hops(from, to)).collect()
}

fn each_reading(
    facts: &[Fact],
    mut check: impl FnMut(
        &Project,
        &TrustGraph,
        &Access,
        &BTreeMap<Plain, Verdict>,
    ) -> Result<(), TestCaseError>,
) -> Result<(), TestCaseError> {
    let project = decisions::project(facts);
    for reading in Reading::ALL {
        let graph = TrustGraph::new(&project, reading);
        let access = Access::new(&project, &graph);
        check(&project, &graph, &access, &usable(facts, reading))?;
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// The hops of the fast graph are those that neither implementation refuses.
    #[test]
    fn a_hop_is_usable_when_decide_does_not_refuse_it(facts in decisions::facts()) {
        each_reading(&facts, |project, graph, access, expected| {
            let hops = all_hops(access);
            let found: BTreeMap<Plain, Verdict> = hops
                .iter()
                .map(|hop| {
                    let decision = access.decide(project, graph, *hop);
                    (plain(graph, hop), decision.verdict())
                })
                .collect();
            prop_assert_eq!(found.len(), hops.len());
            prop_assert_eq!(&found, expected, "{}\n{}", access.reading(), decisions::text(&facts));
            for hop in &hops {
                let (from, to) = (hop.from.index() as u32, hop.to.0 as u32);
                let verdict = found[&plain(graph, hop)];
                if access.is_client(from) {
                    prop_assert_eq!(access.direct(from, to), Some(verdict));
                } else {
                    prop_assert_eq!(access.brings(hop.requester.0 as u32, to), Some(verdict));
                    prop_assert!(access.direct(from, to).is_some());
                }
                let sentence = hop.sentence(project, graph);
                prop_assert!(sentence.ends_with('.') && sentence.contains("credential of"));
            }
            Ok(())
        })?;
    }

    #[test]
    fn reach_is_what_trying_everything_gives(facts in decisions::facts()) {
        each_reading(&facts, |_, graph, access, hops| {
            let closure = access.closure();
            let counts = closure.counts(&Weights::new(closure.components(), |node| access.is_client(node)));
            for actor in Actor::ALL {
                let mut towards: BTreeMap<usize, BTreeMap<Who, u32>> = BTreeMap::new();
                for start in everybody(&facts) {
                    let expected = naive_reach(hops, start, actor);
                    let reach = access.reach_from(node(graph, start), actor, u32::MAX);
                    let found: BTreeMap<usize, u32> =
                        reach.found.iter().map(|line| (line.node.index(), line.hops)).collect();
                    prop_assert_eq!(&found, &expected, "{:?} {:?} {}\n{}", start, actor, access.reading(), decisions::text(&facts));
                    if actor == Actor::Worst {
                        let from = node(graph, start).index() as u32;
                        prop_assert_eq!(counts[from as usize], found.len() as u64);
                        for to in 0..facts.len() {
                            prop_assert_eq!(closure.reaches(from, to as u32), found.contains_key(&to));
                        }
                    }
                    for line in &reach.found {
                        towards.entry(line.node.index()).or_default().insert(start, line.hops);
                        let way = access.way(&reach, line);
                        prop_assert_eq!(way.len(), line.hops as usize);
                        prop_assert_eq!(way[0].from, node(graph, start));
                        prop_assert_eq!(way.last().unwrap().to_node(), line.node);
                        prop_assert!(way.windows(2).all(|pair| pair[0].to_node() == pair[1].from));
                        prop_assert!(way.iter().all(|hop| hops.contains_key(&plain(graph, hop))));
                        if let Some(actor) = line.actor {
                            prop_assert!(way.iter().all(|hop| hop.requester == actor));
                        }
                    }
                }
                for to in 0..facts.len() {
                    let reach = access.reach_to(NodeIndex::new(to), actor, u32::MAX);
                    prop_assert_eq!(reach.direction, Direction::To);
                    let found: BTreeMap<Who, u32> =
                        reach.found.iter().map(|line| (who(graph, line.node), line.hops)).collect();
                    prop_assert_eq!(&found, &towards.remove(&to).unwrap_or_default(), "to {} {:?} {}\n{}", to, actor, access.reading(), decisions::text(&facts));
                    for line in &reach.found {
                        let way = access.way(&reach, line);
                        prop_assert_eq!(way.len(), line.hops as usize);
                        prop_assert_eq!(way[0].from, line.node);
                        prop_assert_eq!(way.last().unwrap().to.0, to);
                    }
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn chains_are_all_there_are_and_the_shortest_come_first(
        facts in decisions::facts(),
        max_hops in 1u32..6,
    ) {
        each_reading(&facts, |_, graph, access, hops| {
            for actor in Actor::ALL {
                for start in everybody(&facts) {
                    for end in 0..facts.len() {
                        let expected = naive_chains(hops, (start, end), actor, max_hops as usize);
                        let limits = ChainLimits { max_hops, ..ChainLimits::default() };
                        let ends = (node(graph, start), NodeIndex::new(end));
                        let mut chains = access.chains(ends.0, ends.1, actor, limits);
                        let at_most = chains.at_most();
                        let found: Vec<_> = chains.by_ref().collect();
                        prop_assert!(chains.next().is_none() && chains.ended().is_some());
                        prop_assert!(found.windows(2).all(|pair| pair[0].len() <= pair[1].len()));
                        let count = found.len();
                        let found: BTreeSet<Vec<Plain>> = found
                            .iter()
                            .map(|chain| chain.iter().map(|hop| plain(graph, hop)).collect())
                            .collect();
                        prop_assert_eq!(found.len(), count, "a chain was given twice");
                        prop_assert_eq!(&found, &expected, "{:?} {} {:?} {}\n{}", start, end, actor, access.reading(), decisions::text(&facts));
                        prop_assert!(at_most >= count as u64);
                        if chains.ended() == Some(Ended::Complete) {
                            let all = naive_chains(hops, (start, end), actor, 20);
                            prop_assert_eq!(all.len(), count, "there are longer ones");
                        }
                    }
                }
            }
            Ok(())
        })?;
    }
}
