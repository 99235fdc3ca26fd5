//! Graphs that no estate has, and that nothing may stumble over.

use petgraph::stable_graph::NodeIndex;

use super::*;
use crate::config::{ClientKey, Project, Source};

fn access(clients: u32, hops: &[(u32, u32)]) -> Access {
    Access::of_hops(Reading::default(), clients as usize, hops)
}

fn node(at: u32) -> NodeIndex {
    NodeIndex::new(at as usize)
}

fn project(text: &str) -> Project {
    let bytes = text.as_bytes().to_vec();
    Project::from_sources(vec![Source { path: None, name: "a.yaml".to_owned(), bytes }])
}

#[test]
fn nothing_and_one() {
    for clients in [0, 1] {
        let access = access(clients, &[]);
        let overview = Overview::new(&access);
        assert_eq!(overview.pairs, 0);
        assert!(access.cycles(overview.closure.components()).is_empty());
        assert!(access.reach_from(node(0), Actor::Worst, 9).found.is_empty());
        assert!(access.reach_to(node(0), Actor::Single, 9).found.is_empty());
        let mut chains = access.chains(node(0), node(7), Actor::Worst, ChainLimits::default());
        assert_eq!((chains.next(), chains.ended()), (None, Some(Ended::Complete)));
        assert_eq!(chains.at_most(), 0);
        assert!(!access.chokes(&[node(0)], node(0)).connected);
    }
    let own = access(1, &[(0, 0)]);
    assert_eq!(own.self_exchanges(), [ClientKey(0)]);
    assert_eq!(Overview::new(&own).pairs, 0, "who renews a token becomes nobody else");
    assert!(own.chains(node(0), node(0), Actor::Worst, ChainLimits::default()).next().is_none());
}

#[test]
fn parallel_permissions_are_one_hop_with_both_lines() {
    let project = project(
        "!ClientAppDto\nid: a\nallowedTokenExchangeClientApps: [{id: b}, {id: b}]\n---\n\
         !ClientAppDto\nid: b\n",
    );
    for reading in Reading::ALL {
        let graph = TrustGraph::new(&project, reading);
        let access = Access::new(&project, &graph);
        assert_eq!(access.out().edges(), 1);
        let (from, to) = access.out().iter().next().unwrap();
        let hops = access.hops(from, to);
        let decision = access.decide(&project, &graph, hops[0]);
        assert_eq!(decision.step("permission").unwrap().evidence.len(), 2);
        let permission = PermissionKey { owner: ClientKey(0), entry: ClientKey(1) };
        assert_eq!(access.weigh(&graph, &Overview::new(&access), permission), 1);
    }
}

#[test]
fn all_ghosts() {
    let project = project(
        "!ClientAppDto\nid: a\nallowedTokenExchangeClientApps: [{id: x}, {id: y}]\n---\n\
         !ClientAppDto\nid: b\nallowedTokenExchangeClientApps: [{id: x}]\n",
    );
    for reading in Reading::ALL {
        let graph = TrustGraph::new(&project, reading);
        let access = Access::new(&project, &graph);
        assert_eq!(access.out().edges(), 0);
        assert_eq!(Overview::new(&access).pairs, 0);
        let ends = Access::open_ends(&graph);
        assert_eq!(ends.len(), 3);
        assert!(ends.iter().all(|end| end.is_target == reading.owner_is_source()));
        assert_eq!(islands(&graph).len(), 1, "x connects them");
    }
}

#[test]
fn a_star_of_ten_thousand() {
    let leaves = 10_000;
    let hops: Vec<_> = (1..=leaves).map(|leaf| (0, leaf)).collect();
    let star = access(leaves + 1, &hops);
    assert_eq!(star.reach_from(node(0), Actor::Single, 1).found.len(), 10_000);
    assert_eq!(star.reach_to(node(5), Actor::Worst, u32::MAX).found.len(), 1);
    let overview = Overview::new(&star);
    assert_eq!((overview.impact[0], overview.exposure[1], overview.pairs), (10_000, 1, 10_000));
    let back: Vec<_> = hops.iter().map(|(from, to)| (*to, *from)).collect();
    let magnet = access(leaves + 1, &back);
    for actor in Actor::ALL {
        assert_eq!(magnet.reach_to(node(0), actor, u32::MAX).found.len(), 10_000);
    }
    let starts: Vec<_> = (1..=leaves).map(node).collect();
    let chokes = magnet.chokes(&starts, node(0));
    assert!(chokes.connected && chokes.clients.is_empty() && chokes.cut.is_none());
}

#[test]
fn a_chain_of_a_hundred_thousand() {
    let clients = 100_000;
    let hops: Vec<_> = (1..clients).map(|at| (at - 1, at)).collect();
    let chain = access(clients, &hops);
    let ends = (node(0), node(clients - 1));
    let found = chain.first_chain(ends.0, ends.1, Actor::Worst).unwrap();
    assert_eq!(found.len(), 99_999);
    let reach = chain.reach_from(ends.0, Actor::Worst, u32::MAX);
    assert_eq!(reach.found.len(), 99_999);
    assert_eq!(chain.way(&reach, reach.found.last().unwrap()).len(), 99_999);
    let chokes = chain.chokes(&[ends.0], node(2_000));
    assert_eq!(chokes.clients.len(), 1_999);
    assert_eq!(chokes.cut.map(|gates| gates.len()), Some(1));
    let mut short = chain.chains(ends.0, ends.1, Actor::Worst, ChainLimits::default());
    assert_eq!((short.next(), short.ended()), (None, Some(Ended::MaxHops)));
    let overview = Overview::new(&chain);
    assert_eq!(overview.pairs, 100_000 * 99_999 / 2);
    let circle: Vec<_> = hops.iter().copied().chain([(clients - 1, 0)]).collect();
    let circle = access(clients, &circle);
    let cycles = circle.cycles(Overview::new(&circle).closure.components());
    assert_eq!((cycles.len(), cycles[0].round.len()), (1, 100_000));
}

#[test]
fn a_clique_of_three_hundred() {
    let clients = 300;
    let all = (0..clients).flat_map(|from| (0..clients).map(move |to| (from, to)));
    let clique = access(clients, &all.collect::<Vec<_>>());
    let overview = Overview::new(&clique);
    assert_eq!(overview.pairs, 300 * 299);
    let mut chains = clique.chains(node(0), node(1), Actor::Worst, ChainLimits::default());
    let lengths: Vec<usize> = chains.by_ref().take(400).map(|chain| chain.len()).collect();
    assert_eq!((lengths[0], lengths[1], lengths[298], lengths[299]), (1, 2, 2, 3));
    assert!(chains.at_most() > 1_000_000_000);
    assert_eq!(chains.ended(), None, "there are more");
    let limits = ChainLimits { max_hops: 6, max_steps: 1_000 };
    let mut tired = clique.chains(node(0), node(1), Actor::Worst, limits);
    assert!(tired.by_ref().count() < 1_000 && tired.ended() == Some(Ended::MaxSteps));
    assert!(clique.chokes(&[node(0)], node(1)).cut.is_none(), "299 ways are no choke point");
}

#[test]
fn chains_stop_when_somebody_says_so() {
    let clients = 50;
    let all = (0..clients).flat_map(|from| (0..clients).map(move |to| (from, to)));
    let clique = access(clients, &all.collect::<Vec<_>>());
    let flag = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let mut chains = clique
        .chains(node(0), node(1), Actor::Worst, ChainLimits::default())
        .stop_at(std::sync::Arc::clone(&flag));
    assert!(chains.next().is_some());
    flag.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!((chains.next(), chains.ended()), (None, Some(Ended::Cancelled)));
}
