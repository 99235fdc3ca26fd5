//! The drawing as DOT (Graphviz), to be laid out by other tools.

use std::fmt::Write as _;

use crate::diagram::scene::{EdgeKind, End, NodeKind, Scene};

/// The graph in the DOT language. Rows of an issuer are ports of its record.
pub fn dot(scene: &Scene, title: &str) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut out, scene, title);
    out
}

fn write(out: &mut String, scene: &Scene, title: &str) -> std::fmt::Result {
    writeln!(out, "// {}", scene.reading_sentence().replace(['\n', '\r'], " "))?;
    writeln!(out, "digraph {} {{", quoted(title))?;
    writeln!(out, "  rankdir=LR;")?;
    writeln!(out, "  label={};", quoted(&format!("{title}\n{}", scene.reading_sentence())))?;
    writeln!(out, "  node [shape=box, style=rounded, fontname=\"sans-serif\"];")?;
    writeln!(out, "  edge [fontname=\"sans-serif\"];")?;
    for (i, node) in scene.nodes.iter().enumerate() {
        let mut label = format!("{}\n{}", node.title, node.subtitle);
        if !node.badges.is_empty() {
            let words: Vec<&str> = node.badges.iter().map(|b| b.word()).collect();
            label.push('\n');
            label.push_str(&words.join(", "));
        }
        match node.kind {
            NodeKind::Client(_) => {
                write!(out, "  n{i} [label={}", quoted(&label))?;
            }
            NodeKind::Ghost(_) => {
                write!(out, "  n{i} [style=\"rounded,dashed\", label={}", quoted(&label))?;
            }
            NodeKind::Issuer(_) => {
                let mut fields = vec![record(&label)];
                for (r, row) in node.rows.iter().enumerate() {
                    fields.push(format!("<r{r}> {}", record(&row.text)));
                }
                write!(out, "  n{i} [shape=record, label=\"{}\"", fields.join("|"))?;
            }
        }
        writeln!(out, ", tooltip={}];", quoted(&node.name))?;
    }
    for edge in &scene.edges {
        let port = edge.from_row.map(|row| format!(":r{row}:e")).unwrap_or_default();
        let style = match edge.kind {
            EdgeKind::Exchange { asks: End::From } => "dir=both, arrowtail=dot",
            EdgeKind::Exchange { asks: End::To } => "arrowhead=\"normaldot\"",
            EdgeKind::Federation => "style=dashed",
        };
        writeln!(
            out,
            "  n{}{port} -> n{} [{style}, tooltip={}];",
            edge.from,
            edge.to,
            quoted(&edge.sentence)
        )?;
    }
    writeln!(out, "}}")
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Text for a field of a record, where some characters have a meaning of their own.
fn record(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '{' | '}' | '|' | '<' | '>' | '"' | '\\' | ' ' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push_str("\\ "),
            c => out.push(c),
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
        assert_eq!(record("{{guid:a}}|<b>"), "\\{\\{guid:a\\}\\}\\|\\<b\\>");
    }
}
