//! The drawing as data, for scripts. Version 1 of the shape:
//!
//! ```json
//! {
//!   "version": 1,
//!   "title": "…", "filter": "…", "inputs": [ { "label": "", "sha256": "…" } ],
//!   "redacted": false,
//!   "reading": { "name": "requester-lists-target", "sentence": "…" },
//!   "layout": "layered",
//!   "group_by": "subscription",
//!   "bounds": { "x": 0, "y": 0, "width": 0, "height": 0 },
//!   "nodes": [ { "kind": "client", "id": "…", "name": "…", "place": "file:line", "badges": [],
//!                "x": 0, "y": 0, "width": 0, "height": 0 } ],
//!   "edges": [ { "kind": "exchange", "from": 0, "to": 1, "asks": "from", "owner": 0, "entry": "…",
//!                "place": "file:line", "sentence": "…", "reversed": false, "route": [[0, 0]] } ]
//! }
//! ```
//!
//! `filter` is the filter in words, empty when everything is shown; `sha256` is that of the input
//! files, one after the other in the order of their names; `redacted` says that names are aliases.
//! `kind` of a node is `client`, `unknown`
//! (an id that no document defines), `issuer` or `group`; an issuer has `identities` with `subject`;
//! a group (client apps drawn as one box) has `name`, `members`, and `inside`, the number of its
//! arrows that are not drawn. `from`, `to` and `owner` are places in `nodes`; `owner` holds the list
//! (or the identity) that `place` points at, and is null when the drawing leaves it out. An edge of
//! kind `federation` has `issuer` and `subject` instead of `asks` and `entry`. Folded rows and
//! counted arrows of a picture are not folded here: each edge stands for itself. In a comparison
//! nodes, identities, members and edges have a `difference` (`same`, `added`, `removed`, `changed`).
//! Edges of a marked chain have `hops`.

use std::collections::HashMap;

use petgraph::stable_graph::EdgeIndex;
use serde_json::{Value, json};

use super::caption::Drawing;
use super::facts::difference_word;
use crate::config::{ClientKey, Place, Project};
use crate::diagram::layout::{Point, Rect};
use crate::diagram::scene::{Difference, EdgeKind, End, Member, NodeKind, SceneEdge, SceneNode};
use crate::trust::{Edge, Node};

/// The graph as a JSON document with its layout, ending in a newline.
pub fn json(drawing: &Drawing) -> String {
    let scene = drawing.scene;
    let nodes: Vec<Value> = scene.nodes.iter().map(|n| node(drawing, n)).collect();
    let mut boxes: Boxes = HashMap::new();
    for (at, node) in scene.nodes.iter().enumerate() {
        for member in &node.members {
            if let Some(Node::Client(key)) = drawing.node(member.node, member.difference) {
                boxes.insert((member.difference == Difference::Removed, *key), at);
            }
            let old = member.old.and_then(|old| drawing.node(old, Difference::Removed));
            if let Some(Node::Client(key)) = old {
                boxes.insert((true, *key), at);
            }
        }
    }
    let edges: Vec<Value> = scene
        .edges
        .iter()
        .flat_map(|drawn| drawn.edges.iter().map(move |index| (drawn, *index)))
        .filter_map(|(drawn, index)| edge(drawing, &boxes, drawn, index))
        .collect();
    let inputs: Vec<Value> = drawing
        .caption
        .inputs
        .iter()
        .map(|input| json!({ "label": input.label, "sha256": input.sha256 }))
        .collect();
    let mut document = json!({
        "version": 1,
        "title": drawing.caption.title,
        "filter": drawing.caption.filter,
        "inputs": inputs,
        "redacted": drawing.caption.redacted,
        "reading": { "name": scene.reading.name(), "sentence": scene.reading.sentence() },
        "layout": scene.method.name(),
        "group_by": scene.group_by.name(),
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

/// The boxes of client apps: of the old version or not, and by key.
type Boxes = HashMap<(bool, ClientKey), usize>;

fn edge(drawing: &Drawing, boxes: &Boxes, drawn: &SceneEdge, index: EdgeIndex) -> Option<Value> {
    let (project, graph) = drawing.side(drawn.difference);
    let weight = drawing.edge(index, drawn.difference)?;
    let owner = |key: ClientKey| -> Value {
        boxes.get(&(drawn.difference == Difference::Removed, key)).copied().into()
    };
    let mut value = json!({ "kind": "exchange", "from": drawn.from, "to": drawn.to });
    match weight {
        Edge::Exchange(e) => {
            if let EdgeKind::Exchange { asks } = drawn.kind {
                value["asks"] = match asks {
                    End::From => "from",
                    End::To => "to",
                }
                .into();
            }
            value["owner"] = owner(e.owner);
            let entry = project.client(e.owner).permissions.get(e.index);
            value["entry"] = entry.and_then(|p| p.id.as_ref()).map(|id| id.as_str()).into();
            value["place"] = place(project, e.place);
        }
        Edge::Federation { client, place: at, .. } => {
            value["kind"] = "federation".into();
            value["owner"] = owner(*client);
            let source = graph.graph.edge_endpoints(index).map(|(s, _)| &graph.graph[s]);
            if let Some(Node::External { issuer, subject }) = source {
                value["issuer"] = issuer.as_str().into();
                value["subject"] = subject.as_str().into();
            }
            value["place"] = place(project, *at);
        }
    }
    value["sentence"] = graph.sentence(project, index).into();
    tell(drawing, &mut value, drawn.difference);
    if !drawn.hops.is_empty() {
        value["hops"] = drawn.hops.clone().into();
    }
    value["reversed"] = drawn.reversed.into();
    value["route"] = drawn.route.iter().copied().map(pair).collect();
    Some(value)
}

fn tell(drawing: &Drawing, value: &mut Value, difference: Difference) {
    if drawing.scene.compared {
        value["difference"] = difference_word(difference).into();
    }
}

fn node(drawing: &Drawing, drawn: &SceneNode) -> Value {
    let mut value = match &drawn.kind {
        NodeKind::Client(_) => {
            let member = drawn.members.first();
            let mut value = member.map_or_else(|| json!({}), |it| thing(drawing, it));
            value["badges"] = drawn.badges.iter().map(|b| b.word()).collect();
            value
        }
        NodeKind::Ghost(id) => json!({ "kind": "unknown", "id": id }),
        NodeKind::Issuer(issuer) => {
            let mut identities: Vec<(&str, Difference)> = drawn
                .members
                .iter()
                .filter_map(|it| match drawing.node(it.node, it.difference)? {
                    Node::External { subject, .. } => Some((subject.as_str(), it.difference)),
                    _ => None,
                })
                .collect();
            identities.sort_unstable();
            let identity = |(subject, difference): (&str, Difference)| {
                let mut value = json!({ "subject": subject });
                tell(drawing, &mut value, difference);
                value
            };
            let identities: Vec<Value> = identities.into_iter().map(identity).collect();
            json!({ "kind": "issuer", "issuer": issuer, "identities": identities })
        }
        NodeKind::Group(_) => {
            let members: Vec<Value> = drawn.members.iter().map(|it| thing(drawing, it)).collect();
            let inside = drawn.inside.len();
            json!({
                "kind": "group", "name": drawn.name, "members": members, "inside": inside,
            })
        }
    };
    if !matches!(drawn.kind, NodeKind::Client(_)) {
        tell(drawing, &mut value, drawn.difference);
    }
    put(&mut value, &drawn.rect);
    value
}

/// One node of the graph.
fn thing(drawing: &Drawing, member: &Member) -> Value {
    let (project, _) = drawing.side(member.difference);
    let mut value = match drawing.node(member.node, member.difference) {
        Some(Node::Client(key)) => {
            let app = project.client(*key);
            json!({
                "kind": "client",
                "id": app.id.as_ref().map(|id| id.value.as_str()),
                "name": app.name.as_ref().map(|name| name.value.as_str()),
                "place": place(project, app.place),
            })
        }
        Some(Node::Ghost(id)) => json!({ "kind": "unknown", "id": id }),
        Some(Node::External { issuer, subject }) => {
            json!({ "kind": "identity", "issuer": issuer, "subject": subject })
        }
        None => json!({}),
    };
    tell(drawing, &mut value, member.difference);
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
