//! The drawing as SVG: complete in one file, with a title, a description for screen readers and a
//! legend. Fonts are named by family only, so nothing is fetched.
//!
//! What a colour says is also said by a word, a mark, a dash or a width: pictures are printed in
//! grey, and not everybody sees red and green as two colours.

use std::fmt::Write as _;

use super::caption::Drawing;
use super::legend::{Header, Legend, MARGIN};
use super::theme::{Colors, Theme};
use super::xml::escape;
use crate::diagram::layout::{Method, Point, Rect};
use crate::diagram::scene::{
    Difference, EdgeKind, End, Font, NodeKind, SceneEdge, SceneNode, ellipsize, estimate_width,
    measure,
};
use crate::diagram::shape::{LABEL_PARTS, Stroke, along, arrival, strokes};

/// The first is the face of the window; the others are what systems have in its stead.
const FONT: &str = "Inter, system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";
/// Titles of blocks.
const BLOCK: f32 = 22.0;
/// Room that the frame of a block and its title take around its boxes.
const BLOCK_MARGIN: f32 = 24.0;
/// How much of what is beside a marked chain is seen.
const BESIDE: &str = " opacity=\"0.35\"";

/// The drawing as an SVG document.
pub fn svg(drawing: &Drawing, theme: Theme) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(&mut out, drawing, &theme.colors());
    out
}

fn write(out: &mut String, drawing: &Drawing, c: &Colors) -> std::fmt::Result {
    let scene = drawing.scene;
    let mut bounds = scene.bounds;
    for cluster in &scene.clusters {
        let mut frame = cluster.rect.expand(BLOCK_MARGIN);
        frame.min.y -= BLOCK;
        bounds = bounds.union(&frame);
    }
    let nothing = drawing.nothing();
    let width = (bounds.width() + 2.0 * MARGIN).max(760.0);
    let header = Header::new(drawing, width - 2.0 * MARGIN);
    let legend = Legend::new(drawing, width - 2.0 * MARGIN);
    let top = MARGIN + header.height();
    let drawn = if nothing.is_some() { 40.0 } else { bounds.height() };
    let height = top + drawn + legend.height() + MARGIN / 2.0;
    let (w, h) = (number(width), number(height));
    writeln!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" \
         viewBox=\"0 0 {w} {h}\" font-family=\"{FONT}\" role=\"img\" aria-labelledby=\"title desc\">"
    )?;
    writeln!(out, "<title id=\"title\">{}</title>", escape(&drawing.caption.title))?;
    let mut about =
        format!("{}. {} {}", drawing.counts(), scene.reading_sentence(), drawing.filter());
    for input in drawing.inputs() {
        let _ = write!(about, " {input}.");
    }
    writeln!(out, "<desc id=\"desc\">{}</desc>", escape(&about))?;
    writeln!(out, "<rect width=\"{w}\" height=\"{h}\" fill=\"{}\"/>", c.ground)?;
    header.write(out, c)?;
    if let Some(why) = nothing {
        text(out, Point::new(MARGIN, top + 20.0), 14.0, c.weak, "", why)?;
    }
    writeln!(
        out,
        "<g transform=\"translate({} {})\">",
        number(MARGIN - bounds.min.x),
        number(top - bounds.min.y)
    )?;
    for cluster in &scene.clusters {
        let r = cluster.rect.expand(BLOCK_MARGIN);
        rect(out, &r, 14.0, "none", c.border, " stroke-dasharray=\"2 5\"")?;
        let scale = measure::TITLE / BLOCK;
        let title = ellipsize(&cluster.title, Font::Title, r.width() * scale, &estimate_width);
        let at = Point::new(r.min.x + 4.0, r.min.y - 10.0);
        text(out, at, BLOCK, c.weak, "", &title)?;
    }
    let smooth = scene.method == Method::Layered;
    let path = scene.edges.iter().any(|edge| !edge.hops.is_empty());
    let look = Look { smooth, path, compared: scene.compared };
    for edge in &scene.edges {
        arrow(out, edge, &look, c)?;
    }
    for node in &scene.nodes {
        box_(out, node, &look, c)?;
    }
    // Above everything, so that no arrow crosses out a number.
    let mut taken: Vec<Rect> = Vec::new();
    for edge in &scene.edges {
        let words = edge.label();
        if !words.is_empty() && edge.route.len() > 1 {
            let pill = free_place(edge, &words, smooth, &taken);
            badge(out, pill.center(), &words, arrow_look(edge, &look, c).0, c)?;
            taken.push(pill);
        }
    }
    writeln!(out, "</g>")?;
    legend.write(out, c, top + drawn)?;
    writeln!(out, "</svg>")
}

/// Where the label of an arrow stands: near its middle, and on no other label if that can be.
fn free_place(edge: &SceneEdge, words: &str, smooth: bool, taken: &[Rect]) -> Rect {
    let place = |part| pill(along(&edge.route, smooth, part), words);
    let free = |pill: &Rect| !taken.iter().any(|other| other.overlaps(pill));
    LABEL_PARTS.into_iter().map(place).find(free).unwrap_or_else(|| place(0.5))
}

/// What the drawing as a whole asks of its parts.
struct Look {
    smooth: bool,
    /// A chain is marked: what is beside it steps back.
    path: bool,
    compared: bool,
}

/// Colour, width and dashes of a difference.
pub(super) fn different(difference: Difference, c: &Colors) -> (&'static str, f32, &'static str) {
    let (width, dash) = match difference {
        Difference::Same => (1.2, ""),
        Difference::Added => (2.6, ""),
        Difference::Removed => (2.0, " stroke-dasharray=\"2 4\""),
        Difference::Changed => (2.4, " stroke-dasharray=\"12 3\""),
    };
    (c.of(difference), width, dash)
}

fn arrow_look(edge: &SceneEdge, look: &Look, c: &Colors) -> (&'static str, f32, &'static str) {
    let federation = edge.kind == EdgeKind::Federation;
    let dash = if federation { " stroke-dasharray=\"6 4\"" } else { "" };
    if !edge.hops.is_empty() {
        return (c.path, 3.0, dash);
    }
    if !look.compared {
        let color = if federation { c.federation } else { c.exchange };
        let stroke = if edge.edges.len() > 1 { 2.4 } else { 1.6 };
        return (color, stroke, dash);
    }
    let (color, stroke, own) = different(edge.difference, c);
    let dash = match (federation, edge.difference) {
        (true, Difference::Removed) => " stroke-dasharray=\"6 4 2 4\"",
        (true, _) => dash,
        (false, _) => own,
    };
    (color, stroke, dash)
}

fn arrow(out: &mut String, edge: &SceneEdge, look: &Look, c: &Colors) -> std::fmt::Result {
    let Some(&tip) = edge.route.last() else { return Ok(()) };
    let (color, stroke, dash) = arrow_look(edge, look, c);
    let opacity = if look.path && edge.hops.is_empty() { BESIDE } else { "" };
    writeln!(out, "<g{opacity}><title>{}</title>", escape(&edge.sentence))?;
    let stroke = number(stroke);
    write!(out, "<path fill=\"none\" stroke=\"{color}\" stroke-width=\"{stroke}\"{dash} d=\"")?;
    for (i, stroke) in strokes(&edge.route, look.smooth).enumerate() {
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
    let d = arrival(&edge.route, look.smooth);
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

pub(super) fn head(out: &mut String, tip: Point, d: Point, color: &str) -> std::fmt::Result {
    let back = Point::new(tip.x - d.x * 9.0, tip.y - d.y * 9.0);
    let (sx, sy) = (-d.y * 4.5, d.x * 4.5);
    let (a, b) = (Point::new(back.x + sx, back.y + sy), Point::new(back.x - sx, back.y - sy));
    writeln!(out, "<path fill=\"{color}\" d=\"M{}L{}L{}Z\"/>", point(tip), point(a), point(b))
}

pub(super) fn dot(out: &mut String, at: Point, color: &str) -> std::fmt::Result {
    let (x, y) = (number(at.x), number(at.y));
    writeln!(out, "<circle cx=\"{x}\" cy=\"{y}\" r=\"4\" fill=\"{color}\"/>")
}

/// A short text in a pill, its middle at `at`.
pub(super) fn badge(
    out: &mut String,
    at: Point,
    words: &str,
    color: &str,
    c: &Colors,
) -> std::fmt::Result {
    rect(out, &pill(at, words), 9.0, c.ground, color, "")?;
    let more = " font-weight=\"600\" text-anchor=\"middle\"";
    text(out, at, measure::ROW_TEXT, color, more, words)
}

/// The border of a short text.
fn pill(at: Point, words: &str) -> Rect {
    let wide = (estimate_width(words, Font::Row) + 8.0).max(18.0);
    Rect::new(at.x - wide / 2.0, at.y - 9.0, wide, 18.0)
}

fn box_(out: &mut String, node: &SceneNode, look: &Look, c: &Colors) -> std::fmt::Result {
    let (fill, mut stroke, mut dash) = match node.kind {
        NodeKind::Client(_) | NodeKind::Group(_) => (c.panel, c.border, ""),
        NodeKind::Ghost(_) => (c.ground, c.ghost, " stroke-dasharray=\"5 4\""),
        NodeKind::Issuer(_) => (c.issuer, c.issuer_border, ""),
    };
    let title = if matches!(node.kind, NodeKind::Ghost(_)) { c.ghost } else { c.text };
    if node.difference != Difference::Same {
        stroke = different(node.difference, c).0;
        dash = match node.difference {
            Difference::Removed => " stroke-width=\"2\" stroke-dasharray=\"2 4\"",
            _ => " stroke-width=\"2\"",
        };
    }
    if node.on_path {
        (stroke, dash) = (c.path, " stroke-width=\"2.5\"");
    }
    let opacity = if look.path && !node.on_path { BESIDE } else { "" };
    writeln!(out, "<g{opacity}><title>{}</title>", escape(&node.name))?;
    rect(out, &node.rect, 8.0, fill, stroke, dash)?;
    if matches!(node.kind, NodeKind::Group(_)) {
        rect(out, &node.rect.expand(-measure::STACK), 5.0, "none", stroke, "")?;
    }
    let (x, y) = (node.rect.min.x + measure::PADDING, node.rect.min.y);
    let at = |center: f32| Point::new(x, y + center);
    let bold = " font-weight=\"600\"";
    text(out, at(measure::TITLE_CENTER), measure::TITLE, title, bold, &node.title)?;
    text(out, at(measure::SUBTITLE_CENTER), measure::SUBTITLE, c.weak, "", &node.subtitle)?;
    if node.difference != Difference::Same {
        let words = format!("{} {}", node.difference.mark(), node.difference.word());
        let color = different(node.difference, c).0;
        if matches!(node.kind, NodeKind::Issuer(_) | NodeKind::Group(_)) {
            // Their second line is long; the word sits on the border.
            let wide = pill(Point::default(), &words).width();
            let at = Point::new(node.rect.max.x - measure::PADDING - wide / 2.0, y);
            badge(out, at, &words, color, c)?;
        } else {
            let end = Point::new(node.rect.max.x - measure::PADDING, y + measure::SUBTITLE_CENTER);
            let more = " font-weight=\"600\" text-anchor=\"end\"";
            text(out, end, measure::BADGE, color, more, &words)?;
        }
    }
    let mut left = x;
    for badge in &node.badges {
        let wide = estimate_width(badge.word(), Font::Badge) + 2.0 * measure::BADGE_PADDING;
        rect(out, &Rect::new(left, y + 47.0, wide, 17.0), 8.5, c.badge, "none", "")?;
        let middle = Point::new(left + wide / 2.0, y + 55.5);
        text(out, middle, measure::BADGE, c.text, " text-anchor=\"middle\"", badge.word())?;
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
        let mut color = if row.node.is_some() { c.text } else { c.weak };
        let mut words = row.text.clone();
        if row.difference != Difference::Same {
            color = different(row.difference, c).0;
            words = format!("{} {words}", row.difference.mark());
        }
        text(out, at(row.center), measure::ROW_TEXT, color, "", &words)?;
    }
    writeln!(out, "</g>")
}

pub(super) fn rect(
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

/// A text whose middle line is at `at`.
pub(super) fn text(
    out: &mut String,
    at: Point,
    size: f32,
    color: &str,
    more: &str,
    words: &str,
) -> std::fmt::Result {
    writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{color}\"{more}>{}</text>",
        number(at.x),
        number(at.y + size * 0.35),
        number(size),
        escape(words)
    )
}

pub(super) fn point(p: Point) -> String {
    format!("{} {}", number(p.x), number(p.y))
}

/// At most two digits after the point, none where they say nothing, and no minus zero.
pub(super) fn number(value: f32) -> String {
    let hundredths = (f64::from(value) * 100.0).round() as i64;
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, part) = (hundredths.abs() / 100, hundredths.abs() % 100);
    match part {
        0 => format!("{sign}{whole}"),
        _ if part % 10 == 0 => format!("{sign}{whole}.{}", part / 10),
        _ => format!("{sign}{whole}.{part:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let written: Vec<String> = [1.0, -0.001, 2.5, -3.456].map(number).into();
        assert_eq!(written, ["1", "0", "2.5", "-3.46"]);
    }
}
