//! The graph as GraphML (<http://graphml.graphdrawing.org>), for graph tools: every key declared
//! with its type, every node and edge with its data, nothing folded.

use std::fmt::Write as _;

use super::caption::Drawing;
use super::facts::{Attributes, Facts, Sort, Value};
use super::xml::data;

/// Attributes of nodes, with their GraphML types.
const NODE_KEYS: &[(&str, &str)] = &[
    ("kind", "string"),
    ("key", "string"),
    ("label", "string"),
    ("client_id", "string"),
    ("name", "string"),
    ("issuer", "string"),
    ("subject", "string"),
    ("subscription", "string"),
    ("environment", "string"),
    ("file", "string"),
    ("place", "string"),
    ("enabled", "boolean"),
    ("public", "boolean"),
    ("restricted", "boolean"),
    ("badges", "string"),
    ("difference", "string"),
    ("group", "string"),
    ("x", "float"),
    ("y", "float"),
];

const EDGE_KEYS: &[(&str, &str)] = &[
    ("kind", "string"),
    ("asks", "string"),
    ("sentence", "string"),
    ("place", "string"),
    ("difference", "string"),
    ("hop", "int"),
];

const GRAPH_KEYS: &[(&str, &str)] = &[
    ("title", "string"),
    ("reading", "string"),
    ("reading_sentence", "string"),
    ("filter", "string"),
    ("legend", "string"),
    ("input", "string"),
];

/// The graph as a GraphML document.
pub fn graphml(drawing: &Drawing) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut out, drawing);
    out
}

fn write(out: &mut String, drawing: &Drawing) -> std::fmt::Result {
    let facts = Facts::of(drawing);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xsi:schemaLocation=\"http://graphml.graphdrawing.org/xmlns \
         http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd\">"
    )?;
    for (domain, letter, keys) in
        [("graph", 'g', GRAPH_KEYS), ("node", 'n', NODE_KEYS), ("edge", 'e', EDGE_KEYS)]
    {
        for (at, (name, kind)) in keys.iter().enumerate() {
            writeln!(
                out,
                "  <key id=\"{letter}{at}\" for=\"{domain}\" attr.name=\"{name}\" \
                 attr.type=\"{kind}\"/>"
            )?;
        }
    }
    writeln!(out, "  <graph id=\"trust\" edgedefault=\"directed\">")?;
    let legend = "source and target run the way the token travels; asks: which of the two asks for \
                  the exchange. What a file does not state has no data.";
    let reading = drawing.scene.reading;
    let about: Attributes = vec![
        ("title", Value::Text(drawing.caption.title.clone())),
        ("reading", Value::Text(reading.name().to_owned())),
        ("reading_sentence", Value::Text(reading.sentence().to_owned())),
        ("filter", Value::Text(drawing.filter())),
        ("legend", Value::Text(legend.to_owned())),
        ("input", Value::Text(drawing.inputs().join("\n"))),
    ];
    write_data(out, "    ", ('g', GRAPH_KEYS), &about)?;
    for (at, node) in facts.nodes.iter().enumerate() {
        let kind = match node.sort {
            Sort::Client => "client",
            Sort::Unknown => "unknown",
            Sort::Identity => "identity",
        };
        let mut attributes = vec![
            ("kind", Value::Text(kind.to_owned())),
            ("key", Value::Text(node.id.clone())),
            ("label", Value::Text(node.label.clone())),
        ];
        attributes.extend(node.attributes.iter().cloned());
        writeln!(out, "    <node id=\"v{at}\">")?;
        write_data(out, "      ", ('n', NODE_KEYS), &attributes)?;
        writeln!(out, "    </node>")?;
    }
    for (at, edge) in facts.edges.iter().enumerate() {
        let kind = if edge.federation { "federation" } else { "exchange" };
        let mut attributes = vec![("kind", Value::Text(kind.to_owned()))];
        attributes.extend(edge.attributes.iter().cloned());
        let (from, to) = (edge.from, edge.to);
        writeln!(out, "    <edge id=\"a{at}\" source=\"v{from}\" target=\"v{to}\">")?;
        write_data(out, "      ", ('e', EDGE_KEYS), &attributes)?;
        writeln!(out, "    </edge>")?;
    }
    writeln!(out, "  </graph>")?;
    writeln!(out, "</graphml>")
}

fn write_data(
    out: &mut String,
    indent: &str,
    (letter, keys): (char, &[(&str, &str)]),
    attributes: &Attributes,
) -> std::fmt::Result {
    for (name, value) in attributes {
        let Some(key) = keys.iter().position(|(key, _)| key == name) else { continue };
        let text = match value {
            Value::Text(text) => data(text),
            Value::Flag(flag) => flag.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Real(number) => super::svg::number(*number),
            Value::Texts(texts) => data(&texts.join(", ")),
        };
        writeln!(out, "{indent}<data key=\"{letter}{key}\">{text}</data>")?;
    }
    Ok(())
}
