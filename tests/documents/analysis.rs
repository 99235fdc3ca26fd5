//! What is worked out of the hops, against trying it: what-if, comparison, weights, choke points,
//! circles, the matrix.

use std::collections::{BTreeMap, BTreeSet};

use exchange_studio::config::{ClientKey, Id};
use exchange_studio::trust::matrix::{Matrix, Order, View};
use exchange_studio::trust::{
    Access, AccessDiff, Actor, Assumptions, Hypothesis, Overview, Pair, PermissionKey, Reading,
    Side, TrustGraph, Verdict, islands, matching,
};
use petgraph::stable_graph::NodeIndex;
use proptest::prelude::*;

use super::decisions::{self, Fact};
use super::reach::{self, Plain, Who};

/// Something that might be done, by places in a project.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Disable(usize),
    Expire(usize),
    Permission(usize, usize),
    Identity(usize, usize),
    Issuer(u8),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        (0usize..5).prop_map(Deed::Disable),
        (0usize..5).prop_map(Deed::Expire),
        (0usize..5, 0usize..3).prop_map(|(owner, at)| Deed::Permission(owner, at)),
        (0usize..5, 0usize..2).prop_map(|(client, at)| Deed::Identity(client, at)),
        (0u8..2).prop_map(Deed::Issuer),
    ]
}

/// The hypothesis, and the facts with it done; nothing when it fits nothing.
fn suppose(facts: &mut [Fact], deed: Deed) -> Option<Hypothesis> {
    let client = |at: usize| ClientKey(at);
    match deed {
        Deed::Disable(at) => {
            facts.get_mut(at)?.enabled = Some(false);
            Some(Hypothesis::Disable(client(at)))
        }
        Deed::Expire(at) => {
            // A public client has no credential either.
            facts.get_mut(at)?.public = Some(true);
            Some(Hypothesis::ExpireSecrets(client(at)))
        }
        Deed::Permission(owner, at) => {
            let list = &mut facts.get_mut(owner)?.list;
            let id = *list.get(at)?;
            list.retain(|other| *other != id);
            let entry = Id::new(&decisions::guid(id));
            Some(Hypothesis::DropPermission { owner: client(owner), entry })
        }
        Deed::Identity(at, index) => {
            let identities = &mut facts.get_mut(at)?.identities;
            let pair = *identities.get(index)?;
            identities.retain(|other| *other != pair);
            Some(Hypothesis::DropIdentity {
                client: client(at),
                issuer: decisions::issuer(pair.0),
                subject: format!("{:03}", pair.1),
            })
        }
        Deed::Issuer(issuer) => {
            for fact in facts {
                fact.identities.retain(|pair| pair.0 != issuer);
            }
            Some(Hypothesis::DropIssuer(decisions::issuer(issuer)))
        }
    }
}

fn hops(graph: &TrustGraph, access: &Access) -> BTreeMap<Plain, Verdict> {
    let hops = access.out().iter().flat_map(|(from, to)| access.hops(from, to));
    hops.map(|hop| (reach::plain(graph, &hop), access.verdict(hop))).collect()
}

/// Everybody who can become somebody, with the fewest hops.
fn pairs(hops: &BTreeMap<Plain, Verdict>) -> BTreeMap<(Who, usize), u32> {
    let starts: BTreeSet<Who> = hops.keys().map(|hop| hop.0).collect();
    let mut pairs = BTreeMap::new();
    for start in starts {
        for (client, count) in reach::naive_reach(hops, start, Actor::Worst) {
            pairs.insert((start, client), count);
        }
    }
    pairs
}

/// Facts in which every client has the id of its place.
fn clear_facts() -> impl Strategy<Value = Vec<Fact>> {
    decisions::any_facts().prop_map(|mut facts| {
        for (at, fact) in facts.iter_mut().enumerate() {
            fact.id = Some(at as u8);
        }
        facts
    })
}

/// One side of a difference, checked against what it should be.
fn check_side(
    diff: &AccessDiff,
    side: Side,
    (graph, access): (&TrustGraph, &Access),
    (own, other): (&BTreeMap<Plain, Verdict>, &BTreeMap<Plain, Verdict>),
) -> Result<(), TestCaseError> {
    let surplus = if side == Side::Old { &diff.lost } else { &diff.gained };
    let who = |number: u32| reach::who(graph, diff.matching.on(side, number).unwrap());
    let (all, those) = (pairs(own), pairs(other));
    let expected: BTreeMap<_, _> =
        all.into_iter().filter(|(pair, _)| !those.contains_key(pair)).collect();
    prop_assert_eq!(surplus.pairs, expected.len() as u64);
    let mut listed = BTreeMap::new();
    for pair in &surplus.listed {
        let Who::Client(to) = who(pair.to) else { panic!("a token for an identity") };
        listed.insert((who(pair.from), to), pair.hops);
        let chain = diff.witness(side, access, *pair).unwrap();
        prop_assert_eq!(chain.len(), pair.hops as usize);
    }
    prop_assert_eq!(&listed, &expected);
    let mine: BTreeSet<Plain> = surplus.hops.iter().map(|hop| reach::plain(graph, hop)).collect();
    let only: BTreeSet<Plain> =
        own.keys().filter(|hop| !other.contains_key(hop)).copied().collect();
    prop_assert_eq!(mine, only);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// To suppose something and to have it so in the files is the same.
    #[test]
    fn what_if_is_what_would_be(facts in decisions::any_facts(), deeds in proptest::collection::vec(deed(), 0..4)) {
        let project = decisions::project(&facts);
        let mut after = facts.clone();
        let hypotheses: Vec<_> = deeds.into_iter().filter_map(|deed| suppose(&mut after, deed)).collect();
        for hypothesis in &hypotheses {
            prop_assert!(!hypothesis.describe(&project).is_empty());
        }
        for reading in Reading::ALL {
            let graph = TrustGraph::new(&project, reading);
            let now = Access::new(&project, &graph);
            let assumptions = Assumptions::new(&project, &hypotheses);
            let supposed = Access::assuming(&project, &graph, assumptions);
            let expected = reach::usable(&after, reading);
            prop_assert_eq!(hops(&graph, &supposed), expected.clone(), "{} {:?}\n{}", reading, &hypotheses, decisions::text(&facts));
            // And decide says the same of every hop there was.
            for (from, to) in now.out().iter() {
                for hop in now.hops(from, to) {
                    let decision = supposed.decide(&project, &graph, hop);
                    let verdict = expected.get(&reach::plain(&graph, &hop)).copied();
                    prop_assert_eq!(decision.verdict(), verdict.unwrap_or(Verdict::Refused));
                }
            }
            let diff = AccessDiff::same_graph(&now, &supposed, usize::MAX);
            let before = reach::usable(&facts, reading);
            check_side(&diff, Side::Old, (&graph, &now), (&before, &expected))?;
            check_side(&diff, Side::New, (&graph, &supposed), (&expected, &before))?;
            let changed = before.iter().filter(|(hop, verdict)| {
                expected.get(hop).is_some_and(|after| after != *verdict)
            });
            prop_assert_eq!(diff.changed.len(), changed.count());
            prop_assert_eq!(diff.is_empty(), before == expected);
        }
    }

    #[test]
    fn two_versions_differ_in_what_they_allow(old in clear_facts(), new in clear_facts()) {
        let projects = [decisions::project(&old), decisions::project(&new)];
        for reading in Reading::ALL {
            let graphs = [&projects[0], &projects[1]].map(|project| TrustGraph::new(project, reading));
            let accesses = [0, 1].map(|at| Access::new(&projects[at], &graphs[at]));
            let matching = matching((&projects[0], &graphs[0]), (&projects[1], &graphs[1]));
            let diff = AccessDiff::new(&accesses[0], &accesses[1], matching.clone(), usize::MAX);
            let usable = [reach::usable(&old, reading), reach::usable(&new, reading)];
            check_side(&diff, Side::Old, (&graphs[0], &accesses[0]), (&usable[0], &usable[1]))?;
            check_side(&diff, Side::New, (&graphs[1], &accesses[1]), (&usable[1], &usable[0]))?;
            // A list that is cut off has the same count, and single hops first.
            let short = AccessDiff::new(&accesses[0], &accesses[1], matching, 1);
            prop_assert_eq!(short.gained.pairs, diff.gained.pairs);
            prop_assert_eq!(short.gained.listed.len(), diff.gained.listed.len().min(1));
            let hops = |pairs: &[Pair]| pairs.first().map(|pair| pair.hops == 1);
            prop_assert_eq!(hops(&short.gained.listed), hops(&diff.gained.listed));
        }
    }

    #[test]
    fn the_same_project_under_two_readings(facts in decisions::any_facts()) {
        let project = decisions::project(&facts);
        for (one, two) in [(0, 1), (1, 2), (2, 0)] {
            let readings = [Reading::ALL[one], Reading::ALL[two]];
            let graphs = readings.map(|reading| TrustGraph::new(&project, reading));
            let accesses = [0, 1].map(|at| Access::new(&project, &graphs[at]));
            let diff = AccessDiff::same_graph(&accesses[0], &accesses[1], usize::MAX);
            let usable = readings.map(|reading| reach::usable(&facts, reading));
            check_side(&diff, Side::Old, (&graphs[0], &accesses[0]), (&usable[0], &usable[1]))?;
            check_side(&diff, Side::New, (&graphs[1], &accesses[1]), (&usable[1], &usable[0]))?;
        }
    }

    /// "Remove this permission and n pairs go", tried.
    #[test]
    fn a_permission_weighs_what_goes_with_it(facts in decisions::any_facts()) {
        let project = decisions::project(&facts);
        for reading in Reading::ALL {
            let graph = TrustGraph::new(&project, reading);
            let access = Access::new(&project, &graph);
            let overview = Overview::new(&access);
            let all = pairs(&reach::usable(&facts, reading)).len() as u64;
            prop_assert_eq!(overview.pairs, all);
            let mut expected = Vec::new();
            for client in project.clients() {
                let entries: BTreeSet<ClientKey> = client.permissions.iter().filter_map(|it| it.client).collect();
                for entry in entries {
                    let permission = PermissionKey { owner: client.key, entry };
                    let mut without = facts.clone();
                    let id = facts[entry.0].id.unwrap();
                    without[client.key.0].list.retain(|other| *other != id);
                    let left = pairs(&reach::usable(&without, reading)).len() as u64;
                    let weight = access.weigh(&graph, &overview, permission);
                    prop_assert_eq!(weight, all - left, "{} {:?}\n{}", reading, permission, decisions::text(&facts));
                    if weight > 0 {
                        expected.push((std::cmp::Reverse(weight), permission));
                    }
                }
            }
            expected.sort_unstable();
            for count in [1, 2, 100] {
                let heaviest = access.heaviest(&graph, &overview, count, 1000);
                prop_assert_eq!(heaviest.not_weighed, 0);
                let found: Vec<_> = heaviest.permissions.iter().map(|it| (std::cmp::Reverse(it.pairs), it.permission)).collect();
                prop_assert_eq!(found.len(), expected.len().min(count));
                // Of equal ones any will do.
                let weights: Vec<_> = found.iter().map(|it| it.0).collect();
                let wanted: Vec<_> = expected.iter().take(count).map(|it| it.0).collect();
                prop_assert_eq!(weights, wanted);
                prop_assert!(found.iter().all(|it| expected.contains(it)));
            }
        }
    }

    #[test]
    fn everything_passes_a_choke_point(facts in decisions::any_facts()) {
        let project = decisions::project(&facts);
        for reading in Reading::ALL {
            let graph = TrustGraph::new(&project, reading);
            let access = Access::new(&project, &graph);
            let usable = reach::usable(&facts, reading);
            let mut starts: Vec<Vec<NodeIndex>> = access.starts().map(|node| vec![NodeIndex::new(node as usize)]).collect();
            starts.push(access.externals().iter().map(|node| NodeIndex::new(*node as usize)).collect());
            for starts in starts {
                for end in 0..facts.len() {
                    let chokes = access.chokes(&starts, NodeIndex::new(end));
                    let whos: Vec<Who> = starts.iter().map(|start| reach::who(&graph, *start)).filter(|who| *who != Who::Client(end)).collect();
                    let connected = |hops: &BTreeMap<Plain, Verdict>| {
                        whos.iter().any(|start| reach::naive_reach(hops, *start, Actor::Worst).contains_key(&end))
                    };
                    prop_assert_eq!(chokes.connected, connected(&usable));
                    if !chokes.connected {
                        continue;
                    }
                    for client in 0..facts.len() {
                        if client == end || whos.contains(&Who::Client(client)) {
                            continue;
                        }
                        let mut without = usable.clone();
                        without.retain(|hop, _| hop.0 != Who::Client(client) && hop.1 != client);
                        let is_on_every_chain = !connected(&without);
                        prop_assert_eq!(chokes.clients.contains(&ClientKey(client)), is_on_every_chain, "{} {:?} {}\n{}", reading, &whos, end, decisions::text(&facts));
                    }
                    let cut = chokes.cut.clone().unwrap();
                    let connected_without = |hypotheses: &[Hypothesis]| {
                        let supposed = Access::assuming(&project, &graph, Assumptions::new(&project, hypotheses));
                        connected(&hops(&graph, &supposed))
                    };
                    let hypotheses: Vec<_> = cut.iter().map(|gate| gate.hypothesis(&project, &graph).unwrap()).collect();
                    prop_assert!(!connected_without(&hypotheses), "{} {:?} {} {:?}\n{}", reading, &whos, end, &cut, decisions::text(&facts));
                    // In a large project, trying all pairs of gates would take too long.
                    if chokes.is_smallest && (cut.len() <= 2 || facts.len() <= 4) {
                        for smaller in subsets(&gates(&facts), cut.len() - 1) {
                            prop_assert!(connected_without(&smaller), "{:?} would do", smaller);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn rows_and_columns_of_the_matrix_are_reach(facts in decisions::any_facts(), max_hops in 1u32..4) {
        let project = decisions::project(&facts);
        for reading in Reading::ALL {
            let graph = TrustGraph::new(&project, reading);
            let access = Access::new(&project, &graph);
            let overview = Overview::new(&access);
            let usable = reach::usable(&facts, reading);
            for actor in Actor::ALL {
                let view = View { max_hops, actor, ..View::default() };
                let matrix = Matrix::new(&project, &graph, &access, &overview, view, None);
                let mut found = BTreeMap::new();
                for (at, row) in matrix.rows().iter().enumerate() {
                    for cell in matrix.row(&access, at) {
                        prop_assert_eq!(matrix.columns()[cell.column].node.index(), cell.client.0);
                        found.insert((reach::who(&graph, row.node), cell.client.0), cell.hops);
                    }
                }
                let mut expected = BTreeMap::new();
                for start in access.starts() {
                    let start = reach::who(&graph, NodeIndex::new(start as usize));
                    for (client, hops) in reach::naive_reach(&usable, start, actor) {
                        if hops <= max_hops {
                            expected.insert((start, client), hops);
                        }
                    }
                }
                prop_assert_eq!(&found, &expected);
                // Sorted by the hops to one and from one, the same cells are in order.
                let Some((_, one)) = found.keys().next_back().copied() else { continue };
                let one = NodeIndex::new(one);
                let order = Order::Hops(one);
                let view = View { row_order: order, column_order: order, ..matrix.view };
                let sorted = Matrix::new(&project, &graph, &access, &overview, view, None);
                let hops = |from, to| found.get(&(from, to)).copied().unwrap_or(u32::MAX);
                let rows = sorted.rows().iter().map(|row| hops(reach::who(&graph, row.node), one.index()));
                prop_assert!(rows.is_sorted());
                let start = reach::who(&graph, one);
                prop_assert!(sorted.columns().iter().map(|column| hops(start, column.node.index())).is_sorted());
            }
            let counts: BTreeMap<usize, u64> = overview.exposure.iter().zip(&overview.external_exposure).map(|(a, b)| a + b).take(facts.len()).enumerate().collect();
            let pairs = pairs(&usable);
            for (client, count) in counts {
                prop_assert_eq!(count, pairs.keys().filter(|(_, to)| *to == client).count() as u64);
            }
        }
    }

    #[test]
    fn circles_and_islands(facts in decisions::any_facts()) {
        let project = decisions::project(&facts);
        for reading in Reading::ALL {
            let graph = TrustGraph::new(&project, reading);
            let access = Access::new(&project, &graph);
            let overview = Overview::new(&access);
            let pairs = pairs(&reach::usable(&facts, reading));
            let mutual = |a: usize, b: usize| pairs.contains_key(&(Who::Client(a), b)) && pairs.contains_key(&(Who::Client(b), a));
            let cycles = access.cycles(overview.closure.components());
            for a in 0..facts.len() {
                let own = cycles.iter().find(|cycle| cycle.members.contains(&ClientKey(a)));
                for b in 0..facts.len() {
                    let together = own.is_some_and(|cycle| cycle.members.contains(&ClientKey(b)));
                    prop_assert!(a == b || together == mutual(a, b));
                }
            }
            for cycle in &cycles {
                prop_assert!(cycle.round.len() >= 2);
                let next = cycle.round.iter().cycle().skip(1);
                for (from, to) in cycle.round.iter().zip(next) {
                    prop_assert!(access.out().has(from.0 as u32, to.0 as u32));
                }
            }
            let islands = islands(&graph);
            let count: usize = islands.iter().map(|it| it.clients.len() + it.externals.len() + it.unknown.len()).sum();
            prop_assert_eq!(count, graph.graph.node_count());
            for (from, to) in pairs.keys() {
                let own = islands.iter().position(|it| it.clients.contains(&ClientKey(*to)));
                let start = reach::node(&graph, *from);
                let other = islands.iter().position(|it| it.externals.contains(&start) || it.clients.contains(&ClientKey(start.index())));
                prop_assert_eq!(own, other);
            }
        }
    }
}

/// Everything that can be taken out of a project.
fn gates(facts: &[Fact]) -> Vec<Hypothesis> {
    let mut gates = Vec::new();
    for (at, fact) in facts.iter().enumerate() {
        let ids: BTreeSet<u8> = fact.list.iter().copied().collect();
        gates.extend(ids.into_iter().map(|id| Hypothesis::DropPermission {
            owner: ClientKey(at),
            entry: Id::new(&decisions::guid(id)),
        }));
        let identities: BTreeSet<(u8, u8)> = fact.identities.iter().copied().collect();
        gates.extend(identities.into_iter().map(|(issuer, subject)| Hypothesis::DropIdentity {
            client: ClientKey(at),
            issuer: decisions::issuer(issuer),
            subject: format!("{subject:03}"),
        }));
    }
    gates
}

fn subsets(all: &[Hypothesis], size: usize) -> Vec<Vec<Hypothesis>> {
    let mut found = vec![(0, Vec::new())];
    for _ in 0..size {
        found = found
            .into_iter()
            .flat_map(|(from, chosen)| {
                (from..all.len()).map(move |at| {
                    let mut more = chosen.clone();
                    more.push(all[at].clone());
                    (at + 1, more)
                })
            })
            .collect();
    }
    found.into_iter().map(|(_, chosen)| chosen).collect()
}
