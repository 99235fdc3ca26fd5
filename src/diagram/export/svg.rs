//! The drawing as SVG: complete in one file, with a title, a description for screen readers and a
//! legend. Fonts are named by family only, so nothing is fetched.

use std::fmt::Write as _;

use crate::diagram::layout::{Method, Point, Rect};
use crate::diagram::scene::{EdgeKind, End, NodeKind, Scene, SceneEdge, SceneNode, measure};
use crate::diagram::shape::{Stroke, arrival, strokes};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    #[default]
    Light,
    Dark,
}

struct Colors {
    ground: &'static str,
    panel: &'static str,
    border: &'static str,
    text: &'static str,
    weak: &'static str,
    exchange: &'static str,
    federation: &'static str,
    issuer: &'static str,
    issuer_border: &'static str,
    ghost: &'static str,
    badge: &'static str,
}

impl Theme {
    fn colors(self) -> Colors {
        match self {
            Self::Light => Colors {
                ground: "#f7f8fa",
                panel: "#ffffff",
                border: "#c5ccd6",
                text: "#1b2430",
                weak: "#5b6776",
                exchange: "#2f6fbf",
                federation: "#a85a00",
                issuer: "#fff8ec",
                issuer_border: "#dcb77a",
                ghost: "#b3261e",
                badge: "#eaeef4",
            },
            Self::Dark => Colors {
                ground: "#15191f",
                panel: "#20262e",
                border: "#434d5a",
                text: "#e8ecf1",
                weak: "#9ca8b7",
                exchange: "#74adf2",
                federation: "#eeaa58",
                issuer: "#2b2519",
                issuer_border: "#7b6136",
                ghost: "#f2938c",
                badge: "#2f3844",
            },
        }
    }
}

const MARGIN: f32 = 36.0;
const HEADER: f32 = 46.0;
const LEGEND: f32 = 92.0;
const FONT: &str = "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

/// The drawing as an SVG document.
pub fn svg(scene: &Scene, title: &str, theme: Theme) -> String {
    let c = theme.colors();
    let width = (scene.bounds.width() + 2.0 * MARGIN).max(760.0);
    let height = scene.bounds.height() + 2.0 * MARGIN + HEADER + LEGEND;
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut out, scene, title, &c, width, height);
    out
}

fn write(
    out: &mut String,
    scene: &Scene,
    title: &str,
    c: &Colors,
    width: f32,
    height: f32,
) -> std::fmt::Result {
    let (w, h) = (number(width), number(height));
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" \
         viewBox=\"0 0 {w} {h}\" font-family=\"{FONT}\" role=\"img\" aria-labelledby=\"title desc\">"
    )?;
    writeln!(out, "<title id=\"title\">{}</title>", escape(title))?;
    writeln!(
        out,
        "<desc id=\"desc\">{} boxes, {} arrows. {}</desc>",
        scene.nodes.len(),
        scene.edges.len(),
        escape(scene.reading_sentence())
    )?;
    writeln!(out, "<rect width=\"{w}\" height=\"{h}\" fill=\"{}\"/>", c.ground)?;
    writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" font-size=\"18\" font-weight=\"600\" fill=\"{}\">{}</text>",
        number(MARGIN),
        number(MARGIN + 6.0),
        c.text,
        escape(title)
    )?;
    writeln!(
        out,
        "<g transform=\"translate({} {})\">",
        number(MARGIN - scene.bounds.min.x),
        number(MARGIN + HEADER - 16.0 - scene.bounds.min.y)
    )?;
    for cluster in &scene.clusters {
        let r = cluster.rect.expand(24.0);
        rect(out, &r, 14.0, "none", c.border, " stroke-dasharray=\"2 5\"")?;
        text(out, r.min.x + 4.0, r.min.y - 8.0, 22.0, c.weak, "", &cluster.title)?;
    }
    for edge in &scene.edges {
        arrow(out, edge, scene.method == Method::Layered, c)?;
    }
    for node in &scene.nodes {
        box_(out, node, c)?;
    }
    writeln!(out, "</g>")?;
    legend(out, scene, c, height)?;
    writeln!(out, "</svg>")
}

fn arrow(out: &mut String, edge: &SceneEdge, smooth: bool, c: &Colors) -> std::fmt::Result {
    let Some(&tip) = edge.route.last() else { return Ok(()) };
    let color = match edge.kind {
        EdgeKind::Exchange { .. } => c.exchange,
        EdgeKind::Federation => c.federation,
    };
    let dash = if edge.kind == EdgeKind::Federation { " stroke-dasharray=\"6 4\"" } else { "" };
    writeln!(out, "<g><title>{}</title>", escape(&edge.sentence))?;
    write!(out, "<path fill=\"none\" stroke=\"{color}\" stroke-width=\"1.6\"{dash} d=\"")?;
    for (i, stroke) in strokes(&edge.route, smooth).enumerate() {
        let start = match stroke {
            Stroke::Line(a, _) => a,
            Stroke::Curve(curve) => curve[0],
        };
        if i == 0 {
            write!(out, "M{}", point(start))?;
        }
        match stroke {
            Stroke::Line(_, b) => write!(out, "L{}", point(b))?,
            Stroke::Curve([_, p, q, b]) => {
                write!(out, "C{} {} {}", point(p), point(q), point(b))?;
            }
        }
    }
    writeln!(out, "\"/>")?;
    let d = arrival(&edge.route, smooth);
    head(out, tip, d, color)?;
    if let EdgeKind::Exchange { asks } = edge.kind {
        let at = match (asks, edge.route.first()) {
            (End::From, Some(&start)) => start,
            _ => Point::new(tip.x - d.x * 14.0, tip.y - d.y * 14.0),
        };
        dot(out, at, color)?;
    }
    writeln!(out, "</g>")
}

fn head(out: &mut String, tip: Point, d: Point, color: &str) -> std::fmt::Result {
    let back = Point::new(tip.x - d.x * 9.0, tip.y - d.y * 9.0);
    let (sx, sy) = (-d.y * 4.5, d.x * 4.5);
    let (a, b) = (Point::new(back.x + sx, back.y + sy), Point::new(back.x - sx, back.y - sy));
    writeln!(out, "<path fill=\"{color}\" d=\"M{}L{}L{}Z\"/>", point(tip), point(a), point(b))
}

fn dot(out: &mut String, at: Point, color: &str) -> std::fmt::Result {
    let (x, y) = (number(at.x), number(at.y));
    writeln!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"4\" fill=\"{color}\"/>")
}

fn box_(out: &mut String, node: &SceneNode, c: &Colors) -> std::fmt::Result {
    let (fill, stroke, dash) = match node.kind {
        NodeKind::Client(_) => (c.panel, c.border, ""),
        NodeKind::Ghost(_) => (c.ground, c.ghost, " stroke-dasharray=\"5 4\""),
        NodeKind::Issuer(_) => (c.issuer, c.issuer_border, ""),
    };
    let title = if matches!(node.kind, NodeKind::Ghost(_)) { c.ghost } else { c.text };
    writeln!(out, "<g><title>{}</title>", escape(&node.name))?;
    rect(out, &node.rect, 8.0, fill, stroke, dash)?;
    let (x, y) = (node.rect.min.x + measure::PADDING, node.rect.min.y);
    let head = " font-weight=\"600\"";
    text(out, x, y + measure::TITLE_CENTER, measure::TITLE, title, head, &node.title)?;
    text(out, x, y + measure::SUBTITLE_CENTER, measure::SUBTITLE, c.weak, "", &node.subtitle)?;
    let mut left = x;
    for badge in &node.badges {
        let inner =
            crate::diagram::scene::estimate_width(badge.word(), crate::diagram::scene::Font::Badge);
        let wide = inner + 2.0 * measure::BADGE_PADDING;
        rect(out, &Rect::new(left, y + 47.0, wide, 17.0), 8.5, c.badge, "none", "")?;
        text(
            out,
            left + measure::BADGE_PADDING,
            y + 55.5,
            measure::BADGE,
            c.text,
            "",
            badge.word(),
        )?;
        left += wide + measure::BADGE_GAP;
    }
    for row in &node.rows {
        let line = y + row.center - measure::ROW / 2.0;
        writeln!(
            out,
            "<path stroke=\"{}\" stroke-opacity=\"0.5\" d=\"M{}L{}\"/>",
            c.issuer_border,
            point(Point::new(node.rect.min.x, line)),
            point(Point::new(node.rect.max.x, line))
        )?;
        let color = if row.node.is_some() { c.text } else { c.weak };
        text(out, x, y + row.center, measure::ROW_TEXT, color, "", &row.text)?;
    }
    writeln!(out, "</g>")
}

fn legend(out: &mut String, scene: &Scene, c: &Colors, height: f32) -> std::fmt::Result {
    let y = height - LEGEND + 6.0;
    writeln!(out, "<g>")?;
    text(out, MARGIN, y, 13.0, c.text, "", scene.reading_sentence())?;
    let (line, middle) = (y + 26.0, y + 26.0);
    let stroke = |x: f32, color: &str, dash: &str| {
        format!(
            "<path fill=\"none\" stroke=\"{color}\" stroke-width=\"1.6\"{dash} d=\"M{}L{}\"/>\n",
            point(Point::new(x, line)),
            point(Point::new(x + 34.0, line))
        )
    };
    let right = Point::new(1.0, 0.0);
    out.push_str(&stroke(MARGIN, c.exchange, ""));
    head(out, Point::new(MARGIN + 36.0, line), right, c.exchange)?;
    text(out, MARGIN + 46.0, middle, 12.0, c.weak, "", "a user's token may be exchanged")?;
    let second = MARGIN + 246.0;
    dot(out, Point::new(second, line), c.exchange)?;
    text(out, second + 12.0, middle, 12.0, c.weak, "", "this end asks")?;
    let third = MARGIN + 352.0;
    out.push_str(&stroke(third, c.federation, " stroke-dasharray=\"6 4\""));
    head(out, Point::new(third + 36.0, line), right, c.federation)?;
    let words = "an external identity stands for the client, brought by a broker";
    text(out, third + 46.0, middle, 12.0, c.weak, "", words)?;
    writeln!(out, "</g>")
}

fn rect(
    out: &mut String,
    r: &Rect,
    radius: f32,
    fill: &str,
    stroke: &str,
    more: &str,
) -> std::fmt::Result {
    writeln!(
        out,
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"{fill}\" \
         stroke=\"{stroke}\"{more}/>",
        number(r.min.x),
        number(r.min.y),
        number(r.width()),
        number(r.height()),
        number(radius)
    )
}

/// A text whose middle line is at `y`.
fn text(
    out: &mut String,
    x: f32,
    y: f32,
    size: f32,
    color: &str,
    more: &str,
    words: &str,
) -> std::fmt::Result {
    writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{color}\"{more}>{}</text>",
        number(x),
        number(y + size * 0.35),
        number(size),
        escape(words)
    )
}

fn point(p: Point) -> String {
    format!("{} {}", number(p.x), number(p.y))
}

/// At most two digits after the point, none where they say nothing, and no minus zero.
fn number(value: f32) -> String {
    let hundredths = (f64::from(value) * 100.0).round() as i64;
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, part) = (hundredths.abs() / 100, hundredths.abs() % 100);
    match part {
        0 => format!("{sign}{whole}"),
        _ if part % 10 == 0 => format!("{sign}{whole}.{}", part / 10),
        _ => format!("{sign}{whole}.{part:02}"),
    }
}

/// Text for XML: markup escaped, characters that XML 1.0 (§2.2) cannot hold replaced.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\r' | '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        assert_eq!(
            escape("</title><script>&\"'\u{1}"),
            "&lt;/title&gt;&lt;script&gt;&amp;&quot;&#39;\u{fffd}"
        );
    }

    #[test]
    fn numbers_are_short() {
        let written: Vec<String> = [1.0, -0.001, 2.5, -3.456].map(number).into();
        assert_eq!(written, ["1", "0", "2.5", "-3.46"]);
    }
}
