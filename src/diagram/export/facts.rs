//! Every node and every edge of a drawing as typed attributes, for formats that carry data.
//!
//! Nothing is folded or collapsed here: a box of forty identities is forty nodes. What a file does
//! not state has no attribute, for missing is not false.

use std::collections::{HashMap, HashSet};

use petgraph::stable_graph::{EdgeIndex, NodeIndex};

use super::caption::Drawing;
use crate::config::{ClientKey, Id, IdForm, Setting};
use crate::diagram::scene::{Difference, NodeKind, SceneNode, environment};
use crate::trust::{Edge, Node};

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(String),
    Flag(bool),
    Number(i64),
    Real(f32),
    Texts(Vec<String>),
}

pub(super) type Attributes = Vec<(&'static str, Value)>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Client,
    Unknown,
    Identity,
}

/// A node of the graph.
#[derive(Clone, Debug)]
pub(super) struct NodeFacts {
    pub sort: Sort,
    /// What no other node of the drawing has, and the same node has in the next drawing too.
    pub id: String,
    /// What a person calls it.
    pub label: String,
    /// The client app of the new version, or of the only one.
    pub client: Option<ClientKey>,
    pub attributes: Attributes,
}

/// An edge of the graph; its ends are places in [`Facts::nodes`].
#[derive(Clone, Debug)]
pub(super) struct EdgeFacts {
    pub federation: bool,
    pub from: usize,
    pub to: usize,
    pub attributes: Attributes,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub nodes: Vec<NodeFacts>,
    pub edges: Vec<EdgeFacts>,
}

/// A node of either version.
type Which = (bool, NodeIndex);

impl Facts {
    pub fn of(drawing: &Drawing) -> Self {
        let mut facts = Self::default();
        let mut places: HashMap<Which, usize> = HashMap::new();
        let mut ids = HashSet::new();
        for drawn in &drawing.scene.nodes {
            for member in &drawn.members {
                let Some(node) = drawing.node(member.node, member.difference) else { continue };
                let mut facts_of = node_facts(drawing, drawn, node, member.difference);
                // Of several client apps with one id, all but the first get a number.
                let base = facts_of.id.clone();
                let mut number = 2;
                while !ids.insert(facts_of.id.clone()) {
                    facts_of.id = format!("{base}#{number}");
                    number += 1;
                }
                let old = member.difference == Difference::Removed;
                if !old {
                    places.insert((false, member.node), facts.nodes.len());
                }
                places.extend(member.old.map(|old| ((true, old), facts.nodes.len())));
                facts.nodes.push(facts_of);
            }
        }
        let places = Places { drawing, places: &places };
        for drawn in &drawing.scene.edges {
            for &edge in &drawn.edges {
                facts.edges.extend(places.edge(edge, drawn.difference, &drawn.hops));
            }
        }
        for node in &drawing.scene.nodes {
            for inner in &node.inside {
                facts.edges.extend(places.edge(inner.edge, inner.difference, &[]));
            }
        }
        facts
    }
}

fn node_facts(
    drawing: &Drawing,
    drawn: &SceneNode,
    node: &Node,
    difference: Difference,
) -> NodeFacts {
    let (project, _) = drawing.side(difference);
    let mut attributes: Attributes = Vec::new();
    let mut client = None;
    let (sort, id, label) = match node {
        Node::Client(key) => {
            let app = project.client(*key);
            let place = project.describe_place(app.place);
            let mut put = |what, value: Option<String>| {
                attributes.extend(value.map(|value| (what, Value::Text(value))));
            };
            let id = app.id.as_ref().map(|id| id.value.as_str().to_owned());
            put("client_id", id);
            put("name", app.name.as_ref().map(|name| name.value.clone()));
            put("subscription", app.subscription.as_ref().map(|it| it.value.as_str().to_owned()));
            put("environment", environment(project, app));
            put("file", Some(project.file(app.file).name.clone()));
            put("place", Some(place.clone()));
            for (what, setting) in [
                ("enabled", Setting::Enabled),
                ("public", Setting::Public),
                ("restricted", Setting::Restricted),
            ] {
                let flag = app.flag(setting);
                attributes.extend(flag.map(|flag| (what, Value::Flag(flag.value))));
            }
            if matches!(drawn.kind, NodeKind::Client(_)) {
                let words = drawn.badges.iter().map(|badge| badge.word().to_owned()).collect();
                attributes.push(("badges", Value::Texts(words)));
            }
            let id = match &app.id {
                Some(id) => by_id("client", &id.value),
                None => format!("client at {place}"),
            };
            client = (difference != Difference::Removed).then_some(*key);
            (Sort::Client, id, app.label().to_owned())
        }
        Node::Ghost(id) => {
            attributes.push(("client_id", Value::Text(id.clone())));
            (Sort::Unknown, by_id("unknown", &Id::new(id)), id.clone())
        }
        Node::External { issuer, subject } => {
            attributes.push(("issuer", Value::Text(issuer.clone())));
            attributes.push(("subject", Value::Text(subject.clone())));
            // The length keeps two pairs apart whose texts run together the same way.
            let id = format!("identity {}:{issuer} {subject}", issuer.chars().count());
            (Sort::Identity, id, format!("{subject} of {issuer}"))
        }
    };
    if drawing.scene.compared {
        attributes.push(("difference", Value::Text(difference_word(difference).to_owned())));
    }
    if let NodeKind::Group(_) = drawn.kind {
        attributes.push(("group", Value::Text(drawn.title.clone())));
    }
    attributes.push(("x", Value::Real(drawn.rect.center().x)));
    attributes.push(("y", Value::Real(drawn.rect.center().y)));
    NodeFacts { sort, id, label, client, attributes }
}

/// A GUID is unique by itself, and other tools know the client app by it; other ids are not.
fn by_id(sort: &str, id: &Id) -> String {
    match id.form() {
        IdForm::Guid => id.key().into_owned(),
        _ => format!("{sort} {}", id.key()),
    }
}

struct Places<'a> {
    drawing: &'a Drawing<'a>,
    places: &'a HashMap<Which, usize>,
}

impl Places<'_> {
    fn edge(&self, edge: EdgeIndex, difference: Difference, hops: &[usize]) -> Option<EdgeFacts> {
        let (project, graph) = self.drawing.side(difference);
        let weight = self.drawing.edge(edge, difference)?;
        let (from, to) = graph.graph.edge_endpoints(edge)?;
        let (from, to) = (self.end(from, difference)?, self.end(to, difference)?);
        let mut attributes: Attributes = Vec::new();
        let mut put = |what, value: String| attributes.push((what, Value::Text(value)));
        let (federation, place) = match weight {
            Edge::Exchange(exchange) => {
                put("asks", if exchange.source_asks { "source" } else { "target" }.to_owned());
                (false, exchange.place)
            }
            Edge::Federation { place, .. } => (true, *place),
        };
        put("sentence", graph.sentence(project, edge));
        put("place", project.describe_place(place));
        if self.drawing.scene.compared {
            put("difference", difference_word(difference).to_owned());
        }
        let hop = hops.first().and_then(|hop| i64::try_from(*hop).ok());
        attributes.extend(hop.map(|hop| ("hop", Value::Number(hop))));
        Some(EdgeFacts { federation, from, to, attributes })
    }

    fn end(&self, node: NodeIndex, difference: Difference) -> Option<usize> {
        self.places.get(&(difference == Difference::Removed, node)).copied()
    }
}

pub(super) fn difference_word(difference: Difference) -> &'static str {
    match difference {
        Difference::Same => "same",
        other => other.word(),
    }
}
