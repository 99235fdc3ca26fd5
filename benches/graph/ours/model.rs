//! From documents to what reaches what, and chains.

use std::path::Path;

use exchange_studio::config::{Change, ClientKey, Project, Source};
use exchange_studio::trust::flat::Closure;
use exchange_studio::trust::{Access, Actor, ChainLimits, Reading, TrustGraph};
use petgraph::stable_graph::NodeIndex;

use super::{Seconds, Task, count, once, report};
use crate::generate::{Estate, Kind};

/// An estate as documents.
pub fn project(estate: &Estate) -> Project {
    let bytes = estate.yaml().into_bytes();
    let source = Source { path: None, name: "estate.yaml".to_owned(), bytes };
    Project::from_sources(vec![source])
}

/// Permissions that come and go, and everything that follows from each.
pub fn edits(task: &Task) {
    let mut project = project(&task.estate);
    let clients = project.clients().len();
    let client = |at: usize| ClientKey(at.wrapping_mul(7919) % clients);
    let id = |project: &Project, key| {
        let id = &project.client(key).id;
        id.as_ref().map(|id| id.value.as_str().to_owned()).unwrap_or_default()
    };
    let mut all: Vec<[Seconds; 4]> = Vec::new();
    let mut at = 0;
    while all.len() < task.repeats {
        at += 1;
        let (owner, entry) = (client(at), client(at + 1));
        let change = Change::Allow { owner, entry: id(&project, entry) };
        let (edit, done) = once(|| project.apply(&change));
        if done.is_err() {
            // It is allowed already.
            continue;
        }
        let (model, graph) = once(|| TrustGraph::new(&project, Reading::default()));
        let (hops, access) = once(|| Access::new(&project, &graph));
        let (reach, _closure) = once(|| Closure::new(access.out()));
        all.push([edit, model, hops, reach]);
    }
    for (part, name) in ["edit", "graph", "access", "reach"].into_iter().enumerate() {
        report(name, &all.iter().map(|it| it[part]).collect::<Vec<_>>());
    }
    let sum =
        |it: &[Seconds; 4]| it.iter().fold([0.0; 2], |sum, it| [sum[0] + it[0], sum[1] + it[1]]);
    report("all", &all.iter().map(sum).collect::<Vec<_>>());
}

/// The first chain between each pair of client apps of a file, then all of them.
pub fn chains(task: &Task) {
    let project = project(&task.estate);
    let graph = TrustGraph::new(&project, Reading::default());
    let access = Access::new(&project, &graph);
    // Client apps are the first nodes of the graph, in the order of the documents.
    let mut nodes = vec![None; task.estate.len()];
    let clients = task.estate.kinds.iter().enumerate();
    let clients = clients.filter(|(_, kind)| !matches!(kind, Kind::Issuer | Kind::Identity));
    for (key, (node, _)) in clients.enumerate() {
        nodes[node] = Some(NodeIndex::new(key));
    }
    let limits = ChainLimits { max_hops: 6, ..ChainLimits::default() };
    let (mut first, mut all, mut most) = (Vec::new(), Vec::new(), 0);
    for (from, to) in task.other.map(pairs).unwrap_or_default() {
        let (Some(from), Some(to)) = (nodes[from], nodes[to]) else { continue };
        let (took, chain) = once(|| access.chains(from, to, Actor::Worst, limits).next());
        assert!(chain.is_some_and(|chain| chain.len() <= 6), "there is a chain");
        first.push(took);
        let (took, number) = once(|| access.chains(from, to, Actor::Worst, limits).count());
        all.push(took);
        most = most.max(number);
    }
    report("first", &first);
    report("all", &all);
    count("chains", most as f64);
}

fn pairs(path: &Path) -> Vec<(usize, usize)> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let pair = |line: &str| {
        let (from, to) = line.split_once(' ')?;
        Some((from.parse().ok()?, to.parse().ok()?))
    };
    text.lines().filter_map(pair).collect()
}
