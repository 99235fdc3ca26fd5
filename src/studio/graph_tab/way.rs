//! A shortest way between two boxes of a drawing.
//!
//! Arrows are what lists permit, and a permission can be refused all the same: a client app is
//! disabled, or public. So a way is taken whose exchanges are not refused, where there is one; else
//! the shortest along arrows, which then says where it ends.

use std::collections::VecDeque;

use petgraph::stable_graph::EdgeIndex;

use super::super::canvas::Hop as Step;
use crate::config::{ClientKey, Id, Project};
use crate::diagram::scene::{Scene, SceneEdge};
use crate::trust::{Access, Edge, Hop, Node, TrustGraph, Truth, ghost_label};

/// A way, as arrows of the scene.
#[derive(Debug)]
pub struct Way {
    pub arrows: Vec<usize>,
    /// Whether an exchange on it is refused.
    pub refused: bool,
}

/// A shortest way from one box to the other, or back.
pub fn way_between(
    graph: &TrustGraph,
    access: &Access,
    scene: &Scene,
    a: usize,
    b: usize,
) -> Option<Way> {
    let is_usable = |arrow: &SceneEdge| {
        let ends = |edge: &EdgeIndex| graph.graph.edge_endpoints(*edge);
        let mut ends = arrow.edges.iter().filter_map(ends);
        ends.any(|(from, to)| access.out().has(from.index() as u32, to.index() as u32))
    };
    let usable = either(scene, a, b, is_usable).map(|arrows| Way { arrows, refused: false });
    usable.or_else(|| Some(Way { arrows: either(scene, a, b, |_| true)?, refused: true }))
}

/// The shorter of the ways there and back.
fn either(
    scene: &Scene,
    a: usize,
    b: usize,
    passes: impl Fn(&SceneEdge) -> bool,
) -> Option<Vec<usize>> {
    let mut out: Vec<Vec<u32>> = vec![Vec::new(); scene.nodes.len()];
    for (e, edge) in scene.edges.iter().enumerate().filter(|(_, edge)| passes(edge)) {
        out[edge.from].push(e as u32);
    }
    let ways = [shortest(scene, &out, a, b), shortest(scene, &out, b, a)];
    ways.into_iter().flatten().min_by_key(Vec::len)
}

/// An arrow of a way in words, with why it is refused, if it is.
pub fn step(project: &Project, graph: &TrustGraph, access: &Access, arrow: &SceneEdge) -> Step {
    let refusals = arrow.edges.iter().map(|edge| refusal(project, graph, access, *edge));
    let sentence = match refusals.collect::<Option<Vec<String>>>() {
        Some(why) if !why.is_empty() => format!("{} Refused: {}", arrow.sentence, why[0]),
        _ => arrow.sentence.clone(),
    };
    Step { arrow: arrow.thing.clone(), sentence }
}

/// Why the exchange that an edge stands for is refused; `None` when it is not.
fn refusal(
    project: &Project,
    graph: &TrustGraph,
    access: &Access,
    edge: EdgeIndex,
) -> Option<String> {
    let (from, to) = graph.graph.edge_endpoints(edge)?;
    if access.out().has(from.index() as u32, to.index() as u32) {
        return None;
    }
    let ghost = [from, to].into_iter().find_map(|node| match &graph.graph[node] {
        Node::Ghost(id) => Some(ghost_label(&Id::new(id))),
        _ => None,
    });
    if let Some(ghost) = ghost {
        return Some(format!("{ghost} is defined nowhere."));
    }
    let to = ClientKey(to.index());
    let requester = match graph.graph.edge_weight(edge)? {
        Edge::Exchange(_) => Some(graph.reading.requester(ClientKey(from.index()), to)),
        Edge::Federation { .. } => graph.brokers(project, to).first().copied(),
    };
    let Some(requester) = requester else {
        return Some("No client app may bring this token.".to_owned());
    };
    let decision = access.decide(project, graph, Hop { from, to, requester });
    decision.with(Truth::False).next().map(|step| step.sentence.clone())
}

/// A shortest way from one box to another, along the arrows out of each box.
fn shortest(scene: &Scene, out: &[Vec<u32>], from: usize, to: usize) -> Option<Vec<usize>> {
    let mut came: Vec<Option<u32>> = vec![None; scene.nodes.len()];
    let mut queue = VecDeque::from([from]);
    while let Some(node) = queue.pop_front() {
        if node == to {
            break;
        }
        for &e in &out[node] {
            let next = scene.edges[e as usize].to;
            if next != from && came[next].is_none() {
                came[next] = Some(e);
                queue.push_back(next);
            }
        }
    }
    let mut way = Vec::new();
    let mut node = to;
    while node != from {
        let e = came[node]? as usize;
        way.push(e);
        node = scene.edges[e].from;
    }
    way.reverse();
    (!way.is_empty()).then_some(way)
}
