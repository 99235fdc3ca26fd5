//! What is made from a drawing: a path alone, boxes at places of their own; and what a
//! neighbourhood would add.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use petgraph::stable_graph::NodeIndex;

use super::super::canvas::Spotlight;
use crate::config::ClientKey;
use crate::diagram::layout::{Method, Point, Rect};
use crate::diagram::scene::{EdgeKind, Scene, SceneEdge, SceneNode, Thing, measure};
use crate::trust::{Node, TrustGraph};

/// How far out neighbours are counted.
pub const HOPS: usize = 6;

/// What one hop farther adds to a neighbourhood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ring {
    pub clients: usize,
    /// Ids without a client app.
    pub ghosts: usize,
    pub identities: usize,
}

impl Ring {
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// As in "+14 client apps, 2 identities".
    pub fn words(self) -> String {
        let mut parts = Vec::new();
        for (count, one, many) in [
            (self.clients, "client app", "client apps"),
            (self.ghosts, "unknown id", "unknown ids"),
            (self.identities, "external identity", "external identities"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {}", if count == 1 { one } else { many }));
            }
        }
        if parts.is_empty() { "nothing more".to_owned() } else { format!("+{}", parts.join(", ")) }
    }
}

/// What each hop away from a client app adds, up to [`HOPS`]; ends with the first that adds
/// nothing.
pub fn rings(graph: &TrustGraph, center: ClientKey) -> Vec<Ring> {
    let Some(start) = graph.client_node(center) else { return Vec::new() };
    let graph = &graph.graph;
    let mut seen: BTreeSet<NodeIndex> = BTreeSet::from([start]);
    let mut edge = vec![start];
    let mut rings = Vec::new();
    for _ in 0..HOPS {
        let mut ring = Ring::default();
        let mut next = Vec::new();
        for node in edge {
            for other in graph.neighbors_undirected(node) {
                if !seen.insert(other) {
                    continue;
                }
                next.push(other);
                match &graph[other] {
                    Node::Client(_) => ring.clients += 1,
                    Node::Ghost(_) => ring.ghosts += 1,
                    Node::External { .. } => ring.identities += 1,
                }
            }
        }
        if ring.is_empty() {
            break;
        }
        rings.push(ring);
        edge = next;
    }
    rings
}

/// The drawing of a path alone, from left to right.
pub fn only(scene: &Scene, spotlight: &Spotlight) -> Option<Scene> {
    let arrows: BTreeSet<&Thing> = spotlight.all().collect();
    let edges: Vec<&SceneEdge> =
        scene.edges.iter().filter(|edge| arrows.contains(&edge.thing)).collect();
    let mut kept: BTreeSet<usize> = edges.iter().flat_map(|edge| [edge.from, edge.to]).collect();
    kept.extend(spotlight.things.iter().filter_map(|thing| scene.node_of(thing)));
    // Who brings an external token is part of its way.
    let brought = edges.iter().filter(|edge| edge.kind == EdgeKind::Federation);
    let brokers: Vec<usize> =
        brought.flat_map(|edge| scene.nodes[edge.to].brokers.iter().copied()).collect();
    let only_kept = |node: &usize| kept.contains(node);
    let brokers: Vec<usize> = match brokers.iter().any(only_kept) {
        true => Vec::new(),
        false => brokers,
    };
    kept.extend(brokers);

    let places: HashMap<usize, usize> = kept.iter().enumerate().map(|(to, n)| (*n, to)).collect();
    let mut rows: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for edge in &edges {
        if let Some(row) = edge.from_row {
            rows.entry(edge.from).or_default().insert(row);
        }
    }
    let nodes: Vec<SceneNode> =
        kept.iter().map(|n| trimmed(&scene.nodes[*n], rows.get(n), &places)).collect();
    let edges = edges
        .into_iter()
        .map(|edge| {
            let row = edge.from_row.map(|row| {
                rows.get(&edge.from).map_or(0, |rows| rows.iter().take_while(|r| **r < row).count())
            });
            SceneEdge {
                from: places[&edge.from],
                to: places[&edge.to],
                from_row: row,
                ..edge.clone()
            }
        })
        .collect();
    Scene::assemble(scene.reading, Method::Layered, nodes, edges, Vec::new(), &|| false)
}

/// A box with only the rows that are needed.
fn trimmed(
    node: &SceneNode,
    rows: Option<&BTreeSet<usize>>,
    places: &HashMap<usize, usize>,
) -> SceneNode {
    let mut node = node.clone();
    node.cluster = 0;
    node.brokers = node.brokers.iter().filter_map(|broker| places.get(broker).copied()).collect();
    if let (Some(rows), false) = (rows, node.rows.is_empty()) {
        let before = node.rows.len();
        let mut at = 0;
        node.rows.retain(|_| {
            at += 1;
            rows.contains(&(at - 1))
        });
        for (r, row) in node.rows.iter_mut().enumerate() {
            row.center = measure::HEAD + measure::ROW * (r as f32 + 0.5);
        }
        let less = measure::ROW * (before - node.rows.len()) as f32;
        node.rect = Rect::new(0.0, 0.0, node.rect.width(), node.rect.height() - less);
    }
    node
}

/// The same drawing with some boxes at other places, by their upper left corners; arrows at them
/// are drawn anew, from side to side.
pub fn placed(scene: &Arc<Scene>, places: &BTreeMap<Thing, Point>) -> Arc<Scene> {
    let moved: BTreeMap<usize, Point> = places
        .iter()
        .filter_map(|(thing, at)| scene.node_of(thing).map(|n| (n, *at)))
        .filter(|(n, at)| scene.nodes[*n].rect.min != *at)
        .collect();
    if moved.is_empty() {
        return Arc::clone(scene);
    }
    let mut scene = Scene::clone(scene);
    for (n, at) in &moved {
        let rect = &mut scene.nodes[*n].rect;
        *rect = Rect::new(at.x, at.y, rect.width(), rect.height());
        scene.bounds = scene.bounds.union(rect);
    }
    let Scene { nodes, edges, method, .. } = &mut scene;
    for edge in edges {
        if moved.contains_key(&edge.from) || moved.contains_key(&edge.to) {
            let port = edge.from_row.and_then(|row| nodes[edge.from].rows.get(row));
            let port = port.map(|row| row.center);
            edge.route = route(&nodes[edge.from].rect, &nodes[edge.to].rect, port, *method);
            edge.reversed = nodes[edge.to].rect.max.x < nodes[edge.from].rect.min.x;
        }
    }
    Arc::new(scene)
}

fn route(from: &Rect, to: &Rect, port: Option<f32>, method: Method) -> Vec<Point> {
    let (a, b) = (from.center(), to.center());
    let level = from.min.y + port.unwrap_or(from.height() / 2.0);
    let backwards = to.max.x < from.min.x;
    if method == Method::Layered || port.is_some() {
        // Out on the right and in on the left; backwards, the other way round.
        let overlap = !backwards && to.min.x < from.max.x;
        return match (backwards, overlap) {
            (true, _) => vec![Point::new(from.min.x, level), Point::new(to.max.x, b.y)],
            (_, false) => vec![Point::new(from.max.x, level), Point::new(to.min.x, b.y)],
            // One above the other: from edge to edge.
            (_, true) if a.y < b.y => vec![Point::new(a.x, from.max.y), Point::new(b.x, to.min.y)],
            (_, true) => vec![Point::new(a.x, from.min.y), Point::new(b.x, to.max.y)],
        };
    }
    let start = border(from, b);
    vec![start, border(to, start)]
}

/// Where a line from the middle of a box towards a point leaves the box.
fn border(rect: &Rect, towards: Point) -> Point {
    let center = rect.center();
    let (dx, dy) = (towards.x - center.x, towards.y - center.y);
    let across = (rect.width() / 2.0 / dx.abs().max(1e-6))
        .min(rect.height() / 2.0 / dy.abs().max(1e-6))
        .min(1.0);
    Point::new(center.x + dx * across, center.y + dy * across)
}
