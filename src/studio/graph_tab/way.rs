//! A shortest way between two boxes of a drawing.
//!
//! Arrows are what lists permit, and a permission can be refused all the same: a client app is
//! disabled, or public. So a way is taken whose exchanges are not refused, where there is one; else
//! the shortest along arrows, which then says where it ends.

use std::collections::{HashSet, VecDeque};

use petgraph::stable_graph::EdgeIndex;

use super::super::canvas::Hop;
use crate::config::{ClientKey, Id, Project};
use crate::diagram::scene::{Scene, SceneEdge};
use crate::trust::{
    Decision, Edge, Node, Question, Subject, TrustGraph, Truth, Verdict, decide, ghost_label,
};

/// Ways that are tried until one is not refused: each is a search through the whole drawing.
const MOST_TRIES: usize = 30;

/// A way, as arrows of the scene.
#[derive(Debug)]
pub struct Way {
    pub arrows: Vec<usize>,
    /// Whether an exchange on it is refused.
    pub refused: bool,
}

/// A shortest way from one box to the other, or back.
pub fn way_between(
    project: &Project,
    graph: &TrustGraph,
    scene: &Scene,
    a: usize,
    b: usize,
) -> Option<Way> {
    let refusal = |arrow: usize| refusal(project, graph, &scene.edges[arrow]).is_some();
    let mut refused: HashSet<usize> = HashSet::new();
    let mut first = None;
    for _ in 0..MOST_TRIES {
        let ways = [shortest(scene, a, b, &refused), shortest(scene, b, a, &refused)];
        let Some(arrows) = ways.into_iter().flatten().min_by_key(Vec::len) else { break };
        let known = refused.len();
        refused.extend(arrows.iter().copied().filter(|arrow| refusal(*arrow)));
        if refused.len() == known {
            return Some(Way { arrows, refused: false });
        }
        first.get_or_insert(arrows);
    }
    first.map(|arrows| Way { arrows, refused: true })
}

/// An arrow of a way in words, with why it is refused, if it is.
pub fn hop(project: &Project, graph: &TrustGraph, arrow: &SceneEdge) -> Hop {
    let sentence = match refusal(project, graph, arrow) {
        Some(why) => format!("{} Refused: {why}", arrow.sentence),
        None => arrow.sentence.clone(),
    };
    Hop { arrow: arrow.thing.clone(), sentence }
}

/// Why every exchange is refused that an arrow stands for; `None` when one is not.
fn refusal(project: &Project, graph: &TrustGraph, arrow: &SceneEdge) -> Option<String> {
    let mut why = None;
    for edge in &arrow.edges {
        let refusal = refusal_of(project, graph, *edge)?;
        why.get_or_insert(refusal);
    }
    why
}

fn refusal_of(project: &Project, graph: &TrustGraph, edge: EdgeIndex) -> Option<String> {
    let (from, to) = graph.graph.edge_endpoints(edge)?;
    let questions: Vec<Question> = match graph.graph.edge_weight(edge)? {
        Edge::Exchange(exchange) => {
            let client = |node| match &graph.graph[node] {
                Node::Client(key) => Ok(*key),
                Node::Ghost(id) => Err(ghost_label(&Id::new(id))),
                Node::External { .. } => Err(String::new()),
            };
            let (from, to) = match (client(from), client(to)) {
                (Ok(from), Ok(to)) => (from, to),
                (Err(ghost), _) | (_, Err(ghost)) => {
                    return Some(format!("{ghost} is defined nowhere."));
                }
            };
            let requester = if exchange.source_asks { from } else { to };
            let subject = Subject::UserOf(from);
            vec![Question { requester, subject, target: Some(to) }]
        }
        Edge::Federation { client, .. } => {
            let Node::External { issuer, subject } = &graph.graph[from] else { return None };
            let subject = Subject::External { issuer: issuer.clone(), subject: subject.clone() };
            let ask = |requester: ClientKey| Question {
                requester,
                subject: subject.clone(),
                target: Some(*client),
            };
            graph.brokers(project, *client).into_iter().map(ask).collect()
        }
    };
    let mut why = None;
    for question in questions {
        let decision = decide(project, graph.reading, &question);
        if decision.verdict() != Verdict::Refused {
            return None;
        }
        why.get_or_insert_with(|| reason(&decision));
    }
    Some(why.unwrap_or_else(|| "no client app may bring this token.".to_owned()))
}

fn reason(decision: &Decision) -> String {
    decision.with(Truth::False).next().map_or_else(String::new, |step| step.sentence.clone())
}

/// A shortest way along arrows from one box to another, as arrows of the scene.
fn shortest(scene: &Scene, from: usize, to: usize, without: &HashSet<usize>) -> Option<Vec<usize>> {
    let mut out: Vec<Vec<u32>> = vec![Vec::new(); scene.nodes.len()];
    for (e, edge) in scene.edges.iter().enumerate() {
        if !without.contains(&e) {
            out[edge.from].push(e as u32);
        }
    }
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
