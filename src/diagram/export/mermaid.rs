//! The drawing as a Mermaid flowchart, for pages that render it themselves.
//!
//! Everything of a label but letters, digits, spaces and a few harmless signs is written as a
//! character entity (`#34;`), for Mermaid gives a meaning to most others: markup, Markdown, the
//! delimiters of labels and of styles. Renderers refuse charts beyond limits that a chart itself
//! cannot raise; a comment warns of it.

use std::fmt::Write as _;

use super::caption::{Drawing, visible};
use super::theme::{Colors, Theme};
use crate::diagram::scene::{Difference, EdgeKind, NodeKind, SceneEdge, SceneNode};

/// Arrows that Mermaid draws unless its page allows more (`maxEdges`).
pub const MERMAID_EDGES: usize = 500;
/// Characters that Mermaid reads unless its page allows more (`maxTextSize`).
pub const MERMAID_TEXT: usize = 50_000;

/// The graph as a Mermaid flowchart from left to right.
pub fn mermaid(drawing: &Drawing) -> String {
    let mut body = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut body, drawing);
    let mut out = String::from("---\ntitle: ");
    let title = serde_json::Value::from(visible(&drawing.caption.title));
    let _ = writeln!(out, "{title}\n---\nflowchart LR");
    let edges = drawing.scene.edges.len();
    if edges > MERMAID_EDGES {
        let _ = writeln!(
            out,
            "%% Warning: {edges} arrows; Mermaid draws {MERMAID_EDGES} unless the page that shows \
             the chart sets maxEdges higher."
        );
    }
    let size = out.chars().count() + body.chars().count();
    if size > MERMAID_TEXT {
        let _ = writeln!(
            out,
            "%% Warning: {size} characters; Mermaid reads {MERMAID_TEXT} unless the page that \
             shows the chart sets maxTextSize higher."
        );
    }
    out + &body
}

fn write(out: &mut String, drawing: &Drawing) -> std::fmt::Result {
    let scene = drawing.scene;
    let c = Theme::Light.colors();
    for (i, node) in scene.nodes.iter().enumerate() {
        box_(out, i, node)?;
    }
    for edge in &scene.edges {
        arrow(out, edge, &scene.nodes[edge.from])?;
    }
    // What the picture is, within the picture.
    let mut caption = vec![drawing.filter(), scene.reading_sentence().to_owned()];
    caption.extend(drawing.legend());
    caption.extend(drawing.inputs());
    caption.extend(drawing.nothing().map(str::to_owned));
    let lines: Vec<String> = caption.iter().map(|line| label(line)).collect();
    writeln!(out, "  caption[\"{}\"]", lines.join("<br/>"))?;
    styles(out, drawing, &c)
}

fn box_(out: &mut String, i: usize, node: &SceneNode) -> std::fmt::Result {
    let mut lines = vec![label(&node.title), label(&node.subtitle)];
    if !node.badges.is_empty() {
        let words: Vec<&str> = node.badges.iter().map(|b| b.word()).collect();
        lines.push(label(&words.join(", ")));
    }
    if node.difference != Difference::Same {
        let difference = node.difference;
        lines.push(label(&format!("{} {}", difference.mark(), difference.word())));
    }
    let words = lines.join("<br/>");
    match node.kind {
        NodeKind::Client(_) => writeln!(out, "  n{i}[\"{words}\"]"),
        NodeKind::Ghost(_) => writeln!(out, "  n{i}([\"{words}\"])"),
        NodeKind::Group(_) => writeln!(out, "  n{i}[[\"{words}\"]]"),
        NodeKind::Issuer(_) => {
            writeln!(out, "  subgraph n{i}[\"{words}\"]")?;
            for (r, row) in node.rows.iter().enumerate() {
                let mark = row.difference.mark();
                let space = if mark.is_empty() { "" } else { " " };
                let words = label(&format!("{mark}{space}{}", row.text));
                writeln!(out, "    n{i}r{r}[\"{words}\"]")?;
            }
            writeln!(out, "  end")
        }
    }
}

fn arrow(out: &mut String, edge: &SceneEdge, from: &SceneNode) -> std::fmt::Result {
    let row = edge.from_row.filter(|row| *row < from.rows.len());
    let row = row.map(|row| format!("r{row}")).unwrap_or_default();
    let line = match edge.kind {
        _ if !edge.hops.is_empty() => "==>",
        EdgeKind::Exchange { .. } => "-->",
        EdgeKind::Federation => "-.->",
    };
    let words = edge.label();
    let words = if words.is_empty() { words } else { format!("|\"{}\"|", label(&words)) };
    writeln!(out, "  n{}{row} {line}{words} n{}", edge.from, edge.to)
}

fn styles(out: &mut String, drawing: &Drawing, c: &Colors) -> std::fmt::Result {
    let scene = drawing.scene;
    let all = |has: &dyn Fn(&SceneNode) -> bool| -> Vec<String> {
        let nodes = scene.nodes.iter().enumerate();
        nodes.filter(|(_, node)| has(node)).map(|(i, _)| format!("n{i}")).collect()
    };
    let mut class = |name: &str, style: &str, nodes: &[String]| -> std::fmt::Result {
        if nodes.is_empty() {
            return Ok(());
        }
        writeln!(out, "  classDef {name} {style}")?;
        writeln!(out, "  class {} {name}", nodes.join(","))
    };
    class(
        "unknown",
        &format!("stroke:{},stroke-dasharray:5 4", c.ghost),
        &all(&|node| matches!(node.kind, NodeKind::Ghost(_))),
    )?;
    for difference in [Difference::Added, Difference::Removed, Difference::Changed] {
        let (color, ..) = super::svg::different(difference, c);
        let dash = if difference == Difference::Removed { ",stroke-dasharray:2 4" } else { "" };
        class(
            difference.word(),
            &format!("stroke:{color},stroke-width:2px{dash}"),
            &all(&|node| node.difference == difference),
        )?;
    }
    class("path", &format!("stroke:{},stroke-width:3px", c.path), &all(&|node| node.on_path))?;
    class("caption", "fill:none,stroke:none,text-align:left", &["caption".to_owned()])?;
    for (i, edge) in scene.edges.iter().enumerate() {
        let (color, dash) = match edge.difference {
            _ if !edge.hops.is_empty() => (c.path, ""),
            Difference::Same => continue,
            Difference::Removed => (c.removed, ",stroke-dasharray:2 4"),
            difference => (super::svg::different(difference, c).0, ""),
        };
        writeln!(out, "  linkStyle {i} stroke:{color}{dash}")?;
    }
    Ok(())
}

/// Text for a label in quotes.
fn label(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        // Digits and a dot, or a dash, at the start of a line would be a list in Markdown.
        let start = out.chars().all(|c| c.is_ascii_digit());
        match c {
            '.' | '-' if !start => out.push(c),
            ',' | '/' | ' ' => out.push(c),
            c if c.is_ascii_alphanumeric() || !c.is_ascii() => out.push(c),
            c => {
                let _ = write!(out, "#{};", u32::from(c));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_label() {
        assert_eq!(
            label("a \"b\" `c` #35; |<d>|"),
            "a #34;b#34; #96;c#96; #35;35#59; #124;#60;d#62;#124;"
        );
        assert_eq!(label("1. one\nend"), "1#46; one end");
        assert_eq!(label("- x.y-z"), "#45; x.y-z");
        assert_eq!(label("style: é"), "style#58; é");
    }
}
