//! The drawing as data, for scripts. Version 1 of the shape:
//!
//! ```json
//! {
//!   "version": 1,
//!   "reading": { "name": "requester-lists-target", "sentence": "…" },
//!   "layout": "layered",
//!   "bounds": { "x": 0, "y": 0, "width": 0, "height": 0 },
//!   "nodes": [ { "kind": "client", "id": "…", "name": "…", "place": "file:line", "badges": [],
//!                "x": 0, "y": 0, "width": 0, "height": 0 } ],
//!   "edges": [ { "kind": "exchange", "from": 0, "to": 1, "asks": "from", "owner": 0, "entry": "…",
//!                "place": "file:line", "sentence": "…", "reversed": false, "route": [[0, 0]] } ]
//! }
//! ```
//!
//! `kind` of a node is `client`, `unknown` (an id that no document defines) or `issuer`; an issuer
//! has `identities` with `subject`. `from`, `to` and `owner` are places in `nodes`; `owner` holds
//! the list (or the identity) that `place` points at, and is null when the drawing leaves it out.
//! An edge of kind `federation` has `issuer` and `subject` instead of `asks` and `entry`. Folded
//! rows of a picture are not folded here.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::config::{ClientKey, Place, Project};
use crate::diagram::layout::{Point, Rect};
use crate::diagram::scene::{EdgeKind, End, NodeKind, Scene};
use crate::trust::{Edge, Node, TrustGraph};

/// The graph as a JSON document with its layout, ending in a newline.
pub fn json(project: &Project, graph: &TrustGraph, scene: &Scene) -> String {
    let nodes: Vec<Value> = scene.nodes.iter().map(|n| node(project, graph, n)).collect();
    let boxes: HashMap<ClientKey, usize> = scene
        .nodes
        .iter()
        .enumerate()
        .filter_map(|(i, n)| match n.kind {
            NodeKind::Client(key) => Some((key, i)),
            _ => None,
        })
        .collect();
    let mut edges = Vec::new();
    for drawn in &scene.edges {
        for &index in &drawn.edges {
            let Some(weight) = graph.graph.edge_weight(index) else { continue };
            let mut value = json!({
                "kind": "exchange", "from": drawn.from, "to": drawn.to,
            });
            match weight {
                Edge::Exchange(e) => {
                    if let EdgeKind::Exchange { asks } = drawn.kind {
                        value["asks"] = match asks {
                            End::From => "from",
                            End::To => "to",
                        }
                        .into();
                    }
                    value["owner"] = boxes.get(&e.owner).copied().into();
                    let entry = project.client(e.owner).permissions.get(e.index);
                    value["entry"] = entry.and_then(|p| p.id.as_ref()).map(|id| id.as_str()).into();
                    value["place"] = place(project, e.place);
                }
                Edge::Federation { client, place: at, .. } => {
                    value["kind"] = "federation".into();
                    value["owner"] = boxes.get(client).copied().into();
                    let source = graph.graph.edge_endpoints(index).map(|(s, _)| &graph.graph[s]);
                    if let Some(Node::External { issuer, subject }) = source {
                        value["issuer"] = issuer.as_str().into();
                        value["subject"] = subject.as_str().into();
                    }
                    value["place"] = place(project, *at);
                }
            }
            value["sentence"] = graph.sentence(project, index).into();
            value["reversed"] = drawn.reversed.into();
            value["route"] = drawn.route.iter().copied().map(pair).collect();
            edges.push(value);
        }
    }
    let mut document = json!({
        "version": 1,
        "reading": { "name": graph.reading.name(), "sentence": graph.reading.sentence() },
        "layout": scene.method.name(),
    });
    let mut bounds = json!({});
    put(&mut bounds, &scene.bounds);
    document["bounds"] = bounds;
    document["nodes"] = nodes.into();
    document["edges"] = edges.into();
    // A tree of strings, numbers and lists can always be written.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn node(project: &Project, graph: &TrustGraph, node: &crate::diagram::scene::SceneNode) -> Value {
    let mut value = match &node.kind {
        NodeKind::Client(key) => {
            let app = project.client(*key);
            json!({
                "kind": "client",
                "id": app.id.as_ref().map(|id| id.value.as_str()),
                "name": app.name.as_ref().map(|name| name.value.as_str()),
                "place": place(project, app.place),
                "badges": node.badges.iter().map(|b| b.word()).collect::<Vec<_>>(),
            })
        }
        NodeKind::Ghost(id) => json!({ "kind": "unknown", "id": id }),
        NodeKind::Issuer(issuer) => {
            let mut subjects: Vec<&str> = graph
                .graph
                .node_weights()
                .filter_map(|n| match n {
                    Node::External { issuer: i, subject } if i == issuer => Some(subject.as_str()),
                    _ => None,
                })
                .collect();
            subjects.sort_unstable();
            let identities: Vec<Value> =
                subjects.into_iter().map(|subject| json!({ "subject": subject })).collect();
            json!({ "kind": "issuer", "issuer": issuer, "identities": identities })
        }
    };
    put(&mut value, &node.rect);
    value
}

fn put(value: &mut Value, rect: &Rect) {
    value["x"] = tenths(rect.min.x);
    value["y"] = tenths(rect.min.y);
    value["width"] = tenths(rect.width());
    value["height"] = tenths(rect.height());
}

fn pair(point: Point) -> Value {
    json!([tenths(point.x), tenths(point.y)])
}

/// Rounded to a tenth of a point.
fn tenths(value: f32) -> Value {
    json!((f64::from(value) * 10.0).round() / 10.0)
}

fn place(project: &Project, place: Place) -> Value {
    project.describe_place(place).into()
}
