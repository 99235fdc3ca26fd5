//! The drawing as DOT (Graphviz), to be laid out by other tools.

use std::fmt::Write as _;

use super::caption::{Drawing, visible};
use super::theme::{Colors, Theme};
use crate::diagram::scene::{Difference, EdgeKind, End, NodeKind, SceneEdge, SceneNode};

/// The graph in the DOT language. Rows of an issuer are ports of its record.
pub fn dot(drawing: &Drawing) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut out, drawing);
    out
}

fn write(out: &mut String, drawing: &Drawing) -> std::fmt::Result {
    let scene = drawing.scene;
    let c = Theme::Light.colors();
    let mut caption = vec![drawing.filter(), scene.reading_sentence().to_owned()];
    caption.extend(drawing.legend());
    caption.extend(drawing.inputs());
    caption.extend(drawing.nothing().map(str::to_owned));
    writeln!(out, "// {}", visible(&drawing.caption.title))?;
    for line in &caption {
        writeln!(out, "// {}", visible(line))?;
    }
    let label = format!("{}\n{}", drawing.caption.title, caption.join("\n"));
    writeln!(out, "digraph trust {{")?;
    writeln!(out, "  rankdir=LR;")?;
    writeln!(out, "  label={};", quoted(&label))?;
    writeln!(out, "  labeljust=l;")?;
    writeln!(out, "  node [shape=box, style=rounded, fontname=\"sans-serif\"];")?;
    writeln!(out, "  edge [fontname=\"sans-serif\"];")?;
    for (at, cluster) in scene.clusters.iter().enumerate() {
        writeln!(out, "  subgraph cluster_{at} {{")?;
        writeln!(out, "    label={};", quoted(&cluster.title))?;
        for (i, node) in scene.nodes.iter().enumerate().filter(|(_, node)| node.cluster == at) {
            write!(out, "  ")?;
            box_(out, i, node, &c)?;
        }
        writeln!(out, "  }}")?;
    }
    if scene.clusters.is_empty() {
        for (i, node) in scene.nodes.iter().enumerate() {
            box_(out, i, node, &c)?;
        }
    }
    for edge in &scene.edges {
        arrow(out, edge, &c)?;
    }
    writeln!(out, "}}")
}

fn box_(out: &mut String, i: usize, node: &SceneNode, c: &Colors) -> std::fmt::Result {
    let mut label = format!("{}\n{}", node.title, node.subtitle);
    if !node.badges.is_empty() {
        let words: Vec<&str> = node.badges.iter().map(|b| b.word()).collect();
        label.push('\n');
        label.push_str(&words.join(", "));
    }
    if node.difference != Difference::Same {
        label = format!("{label}\n{} {}", node.difference.mark(), node.difference.word());
    }
    let looks = match node.kind {
        NodeKind::Client(_) => format!("label={}", quoted(&label)),
        NodeKind::Group(_) => format!("peripheries=2, label={}", quoted(&label)),
        NodeKind::Ghost(_) => format!("style=\"rounded,dashed\", label={}", quoted(&label)),
        NodeKind::Issuer(_) => {
            let mut fields = vec![record(&label)];
            for (r, row) in node.rows.iter().enumerate() {
                let mark = row.difference.mark();
                let text = if mark.is_empty() { "" } else { " " };
                fields.push(format!("<r{r}> {}", record(&format!("{mark}{text}{}", row.text))));
            }
            format!("shape=record, label=\"{}\"", fields.join("|"))
        }
    };
    let color = match difference(node.difference, c) {
        Some(color) => format!(", color=\"{color}\", penwidth=2"),
        None if node.on_path => format!(", color=\"{}\", penwidth=2.5", c.path),
        None => String::new(),
    };
    writeln!(out, "  n{i} [{looks}{color}, tooltip={}];", quoted(&node.name))
}

fn arrow(out: &mut String, edge: &SceneEdge, c: &Colors) -> std::fmt::Result {
    let port = edge.from_row.map(|row| format!(":r{row}:e")).unwrap_or_default();
    let mut looks: Vec<String> = Vec::new();
    match edge.kind {
        EdgeKind::Exchange { asks: End::From } => looks.push("dir=both, arrowtail=dot".to_owned()),
        EdgeKind::Exchange { asks: End::To } => looks.push("arrowhead=\"normaldot\"".to_owned()),
        EdgeKind::Federation => {}
    }
    match (edge.kind, edge.difference) {
        (_, Difference::Removed) => looks.push("style=dotted".to_owned()),
        (EdgeKind::Federation, _) => looks.push("style=dashed".to_owned()),
        _ => {}
    }
    let color = if edge.hops.is_empty() { difference(edge.difference, c) } else { Some(c.path) };
    if let Some(color) = color {
        let width = if edge.hops.is_empty() { 2 } else { 3 };
        looks.push(format!("color=\"{color}\", fontcolor=\"{color}\", penwidth={width}"));
    }
    let label = edge.label();
    if !label.is_empty() {
        looks.push(format!("label={}", quoted(&label)));
    }
    looks.push(format!("tooltip={}", quoted(&edge.sentence)));
    let (from, to) = (edge.from, edge.to);
    writeln!(out, "  n{from}{port} -> n{to} [{}];", looks.join(", "))
}

fn difference(difference: Difference, c: &Colors) -> Option<&'static str> {
    (difference != Difference::Same).then(|| super::svg::different(difference, c).0)
}

/// Bytes up to which a text is written; Graphviz refuses one of 16,384.
const LONGEST: usize = 8_000;

/// A text in quotes. Graphviz reads entities such as `&lt;` in labels, so `&` is written as one.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for line in text.split('\n') {
        if out.len() > 1 {
            out.push_str("\\n");
        }
        for c in visible(line).chars() {
            if out.len() > LONGEST {
                out.push_str("…\"");
                return out;
            }
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '&' => out.push_str("&amp;"),
                c => out.push(c),
            }
        }
    }
    out.push('"');
    out
}

/// Text for a field of a record, where some characters have a meaning of their own.
fn record(text: &str) -> String {
    let mut out = String::new();
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push_str("\\n");
        }
        for c in visible(line).chars() {
            match c {
                '{' | '}' | '|' | '<' | '>' | '"' | '\\' | ' ' => {
                    out.push('\\');
                    out.push(c);
                }
                '&' => out.push_str("&amp;"),
                c => out.push(c),
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_quotes_or_its_field() {
        assert_eq!(quoted("a \"b\" \\ c\nd"), "\"a \\\"b\\\" \\\\ c\\nd\"");
        assert_eq!(quoted("&lt;\u{202e}"), "\"&amp;lt;\u{fffd}\"");
        let long = quoted(&"\"".repeat(20_000));
        assert!(long.len() < LONGEST + 10 && long.ends_with("\\\"…\""), "{}", long.len());
        assert_eq!(record("{{guid:a}}|<b>"), "\\{\\{guid:a\\}\\}\\|\\<b\\>");
    }
}
