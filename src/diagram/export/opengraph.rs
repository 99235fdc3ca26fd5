//! The graph as BloodHound OpenGraph JSON, for attack path analysis beside other directories.
//!
//! As its schema wants it: nodes with a unique `id` and at most three `kinds`, edges with `start`,
//! `end` and `kind`, properties that are texts, numbers, truth values or lists of texts, in lower
//! case. `metadata` may hold nothing but the source, so what the drawing is (title, reading, filter,
//! input) is a node of its own. Arrows run the way an attacker goes: from what is held to what can
//! be obtained with it.
//!
//! | kind | from → to |
//! |---|---|
//! | `EXS_MayExchange` | a user's token of the start may be exchanged for a token of the end |
//! | `EXS_FederatesTo` | a token of the external identity stands for the client app |
//! | `EXS_Issues` | the issuer issues tokens for the identity |
//! | `EXS_MayBring` | the broker may bring tokens of the client app's external identities |

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value as Json, json};

use super::caption::{Drawing, visible};
use super::facts::{Attributes, Facts, Sort, Value};
use crate::config::ClientKey;

/// Put before every kind, so that none is taken for a kind of another source.
const SOURCE: &str = "EXS_Base";

/// The graph as an OpenGraph document, ending in a newline.
pub fn opengraph(drawing: &Drawing) -> String {
    let facts = Facts::of(drawing);
    let mut nodes = vec![about(drawing)];
    let mut edges = Vec::new();
    let mut issuers: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for node in &facts.nodes {
        let kind = match node.sort {
            Sort::Client => "EXS_ClientApp",
            Sort::Unknown => "EXS_UnknownClientApp",
            Sort::Identity => "EXS_ExternalIdentity",
        };
        let mut properties = properties(&node.attributes);
        properties.insert("displayname".to_owned(), visible(&node.label).into());
        properties.entry("name").or_insert_with(|| visible(&node.label).into());
        if let Some(Json::String(issuer)) = properties.get("issuer") {
            issuers.entry(issuer.clone()).or_default().push(&node.id);
        }
        nodes.push(json!({ "id": node.id, "kinds": [kind, SOURCE], "properties": properties }));
    }
    for (issuer, identities) in issuers {
        let id = format!("issuer {issuer}");
        let name = visible(&issuer);
        nodes.push(json!({
            "id": id, "kinds": ["EXS_Issuer", SOURCE],
            "properties": { "name": name, "displayname": name, "issuer": issuer },
        }));
        for identity in identities {
            edges.push(edge(&id, identity, "EXS_Issues", &Map::new()));
        }
    }
    for it in &facts.edges {
        let kind = if it.federation { "EXS_FederatesTo" } else { "EXS_MayExchange" };
        let (from, to) = (&facts.nodes[it.from].id, &facts.nodes[it.to].id);
        edges.push(edge(from, to, kind, &properties(&it.attributes)));
    }
    for (broker, principal) in brokers(drawing, &facts) {
        edges.push(edge(broker, principal, "EXS_MayBring", &Map::new()));
    }
    let document = json!({
        "metadata": { "source_kind": SOURCE },
        "graph": { "nodes": nodes, "edges": edges },
    });
    // A tree of strings, numbers and lists can always be written.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn about(drawing: &Drawing) -> Json {
    let inputs: Vec<&str> = drawing.caption.inputs.iter().map(|it| it.sha256.as_str()).collect();
    let reading = drawing.scene.reading;
    let title = visible(&drawing.caption.title);
    json!({
        "id": format!("drawing {} {}", reading.name(), inputs.join(" ")),
        "kinds": ["EXS_Drawing", SOURCE],
        "properties": {
            "name": title, "displayname": title,
            "reading": reading.name(), "reading_sentence": reading.sentence(),
            "filter": drawing.filter(), "legend": LEGEND, "input_sha256": inputs,
        },
    })
}

const LEGEND: &str = "EXS_MayExchange and EXS_FederatesTo run the way the token travels; asks says \
                      which end asks for the exchange. A path of several hops needs the credentials \
                      of every client app on it. What a file does not state has no property.";

fn edge(from: &str, to: &str, kind: &str, properties: &Map<String, Json>) -> Json {
    json!({
        "start": { "match_by": "id", "value": from },
        "end": { "match_by": "id", "value": to },
        "kind": kind,
        "properties": properties,
    })
}

fn properties(attributes: &Attributes) -> Map<String, Json> {
    let mut map = Map::new();
    for (name, value) in attributes {
        let value = match value {
            Value::Text(text) => text.as_str().into(),
            Value::Flag(flag) => (*flag).into(),
            Value::Number(number) => (*number).into(),
            Value::Texts(texts) => texts.clone().into(),
            // Where a picture has it is nothing to this format.
            Value::Real(_) => continue,
        };
        map.insert((*name).to_owned(), value);
    }
    map
}

/// Who may bring the tokens of whose external identities, by the ids of their nodes.
fn brokers<'a>(drawing: &Drawing, facts: &'a Facts) -> Vec<(&'a str, &'a str)> {
    let clients: HashMap<ClientKey, &str> =
        facts.nodes.iter().filter_map(|it| Some((it.client?, it.id.as_str()))).collect();
    let mut pairs = Vec::new();
    for node in &facts.nodes {
        let Some(principal) = node.client else { continue };
        if drawing.project.client(principal).identities.is_empty() {
            continue;
        }
        let brokers = drawing.graph.brokers(drawing.project, principal).into_iter();
        let drawn = brokers.filter_map(|broker| clients.get(&broker).copied());
        pairs.extend(drawn.map(|broker| (broker, node.id.as_str())));
    }
    pairs
}
