//! Painting a scene, with as much detail as can be seen.
//!
//! From far away boxes are plain quads and arrows thin lines; nearer, boxes get names, then
//! everything they say. A name stays at a size one can read while its box shrinks, and ends in an
//! ellipsis where the box does.

use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Color32, CornerRadius, FontFamily, FontId, Mesh, Painter, Pos2, Rect, Shape, Stroke,
    StrokeKind, Vec2, pos2, vec2,
};

use super::Frame;
use super::emphasis::{Emphasis, Weight};
use super::index::Index;
use super::strokes;
use crate::diagram::layout::{self, Method, Point};
use crate::diagram::scene::{Badge, EdgeKind, End, NodeKind, SceneNode, Thing, measure};
use crate::diagram::shape::arrival;
use crate::studio::theme::semibold;

/// Radius of the handle on the right of a client's box, in points on screen.
pub const HANDLE: f32 = 6.0;
/// From this zoom on subtitles, badges and rows are shown.
pub const SUBTITLE_ZOOM: f32 = 0.62;
/// Below this zoom boxes are plain, above they are drawn with round corners.
const ROUND_ZOOM: f32 = 0.42;
const ARROW_ZOOM: f32 = 0.3;
const NAME_LEAST: f32 = 9.5;
const NAME_NEAR: f32 = 11.0;
/// Boxes lower than this on screen have no name.
const NAMED_HEIGHT: f32 = 12.0;

pub fn scene(
    painter: &Painter,
    frame: &Frame,
    index: &Index,
    emphasis: &Emphasis,
    hovered: Option<&Thing>,
) {
    let palette = &frame.palette;
    painter.rect_filled(frame.view, 0.0, palette.ground);
    let area = frame.camera.visible(frame.view).expand(24.0 / frame.camera.zoom);
    clusters(painter, frame, index);

    let hovered_node = hovered.and_then(|thing| index.scene.node_of(thing));
    let hovered_edge = hovered.and_then(|thing| index.scene.edge_of(thing));
    let mut mesh = Mesh::default();
    let (mut nodes, mut edges) = (Vec::new(), Vec::new());
    index.edges_in(&area, &mut edges);
    let many = edges.len() > 2500 && frame.camera.zoom < 0.2;
    index.nodes_in(&area, &mut nodes);
    // Growing step by step costs as much as drawing: each step is memory never touched before.
    mesh.reserve_vertices(6 * edges.len() + 4 * nodes.len());
    mesh.reserve_triangles(4 * edges.len() + 2 * nodes.len());
    let mut above: Vec<(usize, Weight)> = Vec::new();
    let mut pen = Pen { frame, index, area, points: Vec::new() };
    for &e in &edges {
        let e = e as usize;
        let mut weight = emphasis.edge(e);
        if hovered_edge == Some(e) {
            weight = weight.max(Weight::Strong);
        }
        if weight >= Weight::Strong {
            above.push((e, weight));
        } else {
            pen.edge(&mut mesh, e, weight, many);
        }
    }
    if let Some(node) = hovered_node {
        let row = match hovered {
            Some(Thing::Identity { subject, .. }) => {
                index.scene.nodes[node].rows.iter().position(|row| row.subject == *subject)
            }
            _ => None,
        };
        let at = index.edges_at(node).iter().map(|&e| e as usize);
        let of_row = at.filter(|&e| row.is_none() || index.scene.edges[e].from_row == row);
        above.extend(of_row.map(|e| (e, Weight::Strong)));
    }
    above.sort_unstable();
    // A hub has more arrows than anybody can see; the pointer may be on one at any time.
    for (e, weight) in above {
        pen.edge(&mut mesh, e, weight, false);
    }
    ways(&mut mesh, frame, index, emphasis);

    let plain = frame.camera.zoom < ROUND_ZOOM;
    if plain {
        for &n in &nodes {
            plain_box(&mut mesh, frame, index, emphasis, n as usize, hovered_node);
        }
    }
    painter.add(Shape::mesh(mesh));
    for &n in &nodes {
        let n = n as usize;
        if plain && frame.camera.zoom * index.scene.nodes[n].rect.height() < NAMED_HEIGHT {
            continue;
        }
        let look = Look::new(frame, index, emphasis, n, hovered_node);
        if plain {
            name_of_plain(painter, frame, index, n, &look);
        } else {
            full_box(painter, frame, index, emphasis, n, &look, hovered);
        }
    }
}

/// Blocks of the overview, with their names.
fn clusters(painter: &Painter, frame: &Frame, index: &Index) {
    for cluster in &index.scene.clusters {
        let rect = frame.camera.rect(frame.view, &cluster.rect.expand(28.0));
        if !rect.intersects(frame.view) || rect.width() < 6.0 {
            continue;
        }
        let radius = (16.0 * frame.camera.zoom).clamp(2.0, 14.0);
        let fill = frame.palette.panel.gamma_multiply(0.45);
        let stroke = Stroke::new(1.0, frame.palette.frame);
        painter.rect(rect, radius, fill, stroke, StrokeKind::Outside);
        if rect.width() > 70.0 {
            let size = (30.0 * frame.camera.zoom).clamp(11.0, 16.0);
            let at = pos2(rect.left() + 4.0, rect.top() - size * 0.75);
            label(painter, at, &cluster.title, size, frame.palette.weak_text, rect.width() - 8.0);
        }
    }
}

/// Draws arrows into the mesh.
struct Pen<'a> {
    frame: &'a Frame,
    index: &'a Index,
    /// What is in view, in points of the drawing.
    area: layout::Rect,
    points: Vec<Pos2>,
}

impl Pen<'_> {
    fn edge(&mut self, mesh: &mut Mesh, e: usize, weight: Weight, many: bool) {
        let (frame, index) = (self.frame, self.index);
        let zoom = frame.camera.zoom;
        let edge = &index.scene.edges[e];
        let federation = edge.kind == EdgeKind::Federation;
        let base = if federation { frame.palette.federation } else { frame.palette.exchange };
        let fine = zoom.clamp(0.55, 1.4);
        let (color, width) = match weight {
            // Mixed, not see-through: where many meet, faint ones must not add up.
            Weight::Dim if many => (base.gamma_multiply(0.07), 1.3 * fine),
            Weight::Dim => (base.lerp_to_gamma(frame.palette.ground, 0.78), 1.3 * fine),
            Weight::Usual if many => (base.gamma_multiply(0.32), 1.5 * fine),
            Weight::Usual => (base.lerp_to_gamma(frame.palette.ground, 0.12), 1.5 * fine),
            Weight::Strong => (base, 2.3 * fine),
            Weight::Selected => (frame.palette.selection, 3.0 * fine),
        };
        let head = (9.0 * fine).max(6.0);
        let arrow = zoom >= ARROW_ZOOM || weight >= Weight::Strong;
        self.points.clear();
        let line = index.line(e);
        if outside(line, &self.area) {
            return;
        }
        for (i, p) in line.iter().enumerate() {
            let at = frame.camera.to_screen(frame.view, p.x, p.y);
            let last = i + 1 == line.len();
            // Points that fall together on screen cost without showing.
            if last || self.points.last().is_none_or(|b| (*b - at).length_sq() > 6.0) {
                self.points.push(at);
            }
        }
        let smooth = index.scene.method == Method::Layered;
        let d: Point = arrival(&edge.route, smooth);
        let direction = vec2(d.x, d.y);
        let Some(&tip) = self.points.last() else { return };
        if many && (tip - self.points[0]).length_sq() < 9.0 {
            return;
        }
        if arrow && let Some(end) = self.points.last_mut() {
            *end = tip - direction * (head * 0.7);
        }
        if federation && zoom >= ARROW_ZOOM {
            let (on, off) = (7.0 * fine, 4.5 * fine);
            strokes::dashed(mesh, &self.points, width, color, on, off);
        } else {
            strokes::line(mesh, &self.points, width, color);
        }
        if arrow {
            strokes::head(mesh, tip, direction, head, color);
        }
        if let EdgeKind::Exchange { asks } = edge.kind
            && arrow
        {
            let radius = 3.4 * fine;
            let at = match asks {
                End::From => {
                    let out = self.points.get(1).map_or(direction, |next| {
                        let along = *next - self.points[0];
                        if smooth { vec2(along.x.signum(), 0.0) } else { along.normalized() }
                    });
                    self.points[0] + out * radius
                }
                End::To => tip - direction * (head + radius),
            };
            strokes::dot(mesh, at, radius, color);
        }
    }
}

/// Whether a line lies wholly on one side of a rectangle.
fn outside(line: &[Point], area: &layout::Rect) -> bool {
    line.iter().all(|p| p.x < area.min.x)
        || line.iter().all(|p| p.x > area.max.x)
        || line.iter().all(|p| p.y < area.min.y)
        || line.iter().all(|p| p.y > area.max.y)
}

/// The way of an external token: from its row to the broker that brings it, and on to the
/// principal it then stands for.
fn ways(mesh: &mut Mesh, frame: &Frame, index: &Index, emphasis: &Emphasis) {
    let scene = &index.scene;
    let color = frame.palette.path;
    let width = 2.4 * frame.camera.zoom.clamp(0.7, 1.3);
    for way in &emphasis.ways {
        let issuer = &scene.nodes[way.issuer];
        let start = match way.row.and_then(|row| issuer.row_rect(row)) {
            Some(row) => Point::new(issuer.rect.max.x, row.center().y),
            None => Point::new(issuer.rect.max.x, issuer.rect.center().y),
        };
        let (broker, principal) = (&scene.nodes[way.broker].rect, &scene.nodes[way.principal].rect);
        // Carried in on the side it comes from and out on the other, clear of the arrows.
        let below = start.y > broker.center().y;
        let shift = broker.height() * if below { -0.26 } else { 0.26 };
        let (into, arrives) = side(broker, start, -shift);
        let (out, leaves) = side(broker, principal.center(), shift);
        let (end, ends) = side(principal, out, -principal.height() * 0.26);
        for (a, b) in [((start, 1.0), (into, arrives)), ((out, leaves), (end, ends))] {
            let at = |p: Point| frame.camera.to_screen(frame.view, p.x, p.y);
            let points = strokes::swing((at(a.0), a.1), (at(b.0), b.1));
            strokes::dashed(mesh, &points, width, color, 2.0, 4.5);
            strokes::head(mesh, at(b.0), vec2(-b.1, 0.0), 10.0, color);
        }
    }
}

/// The middle of the side of a box that a line from `from` should meet, moved down by `shift`, and
/// the direction out of the box there: -1 to the left, 1 to the right.
fn side(rect: &layout::Rect, from: Point, shift: f32) -> (Point, f32) {
    let y = rect.center().y + shift;
    if from.x < rect.min.x {
        (Point::new(rect.min.x, y), -1.0)
    } else {
        (Point::new(rect.max.x, y), 1.0)
    }
}

/// How a box is drawn.
struct Look {
    fill: Color32,
    border: Color32,
    title: Color32,
    weak: Color32,
    ring: Option<Color32>,
    hovered: bool,
    focused: bool,
    fade: f32,
}

impl Look {
    fn new(
        frame: &Frame,
        index: &Index,
        emphasis: &Emphasis,
        n: usize,
        hovered: Option<usize>,
    ) -> Self {
        let palette = &frame.palette;
        let node = &index.scene.nodes[n];
        let weight = emphasis.node(n);
        let hovered = hovered == Some(n);
        let (fill, border, title) = match node.kind {
            NodeKind::Client(_) => (palette.panel, palette.border, palette.text),
            NodeKind::Ghost(_) => (palette.ground, palette.ghost, palette.ghost),
            NodeKind::Issuer(_) => (palette.issuer, palette.issuer_border, palette.text),
        };
        let fade = if weight == Weight::Dim && !hovered { 0.62 } else { 0.0 };
        let faded = |color: Color32| color.lerp_to_gamma(palette.ground, fade);
        let ring = if weight == Weight::Selected {
            Some(palette.selection)
        } else if emphasis.found.contains(&n) {
            Some(palette.found)
        } else {
            None
        };
        let title = if node.badges.contains(&Badge::Disabled) { palette.weak_text } else { title };
        let border = if hovered { border.lerp_to_gamma(palette.selection, 0.7) } else { border };
        Self {
            fill: faded(fill),
            border: faded(border),
            title: faded(title),
            weak: faded(palette.weak_text),
            ring,
            hovered,
            focused: frame.focused == Some(n),
            fade,
        }
    }
}

fn plain_box(
    mesh: &mut Mesh,
    frame: &Frame,
    index: &Index,
    emphasis: &Emphasis,
    n: usize,
    hovered: Option<usize>,
) {
    let node = &index.scene.nodes[n];
    let rect = frame.camera.rect(frame.view, &node.rect);
    let look = Look::new(frame, index, emphasis, n, hovered);
    if let Some(ring) = look.ring {
        strokes::quad(mesh, rect.expand(3.0), ring);
    } else if look.focused {
        strokes::quad(mesh, rect.expand(2.0), frame.palette.selection);
    }
    if rect.height() < 9.0 {
        // One quad: the border's colour reads better than the fill's against the ground.
        let tone = match node.kind {
            NodeKind::Client(_) => frame.palette.exchange.lerp_to_gamma(frame.palette.ground, 0.35),
            NodeKind::Ghost(_) => frame.palette.ghost,
            NodeKind::Issuer(_) => frame.palette.federation,
        };
        let least = vec2(2.0, 1.5);
        let rect = Rect::from_center_size(rect.center(), rect.size().max(least));
        strokes::quad(mesh, rect, tone.lerp_to_gamma(frame.palette.ground, look.fade));
    } else {
        strokes::cut_box(mesh, rect, 7.0 * frame.camera.zoom, look.fill, look.border);
    }
}

fn name_of_plain(painter: &Painter, frame: &Frame, index: &Index, n: usize, look: &Look) {
    let node = &index.scene.nodes[n];
    let rect = frame.camera.rect(frame.view, &node.rect);
    if rect.width() < 36.0 {
        return;
    }
    let size = (measure::TITLE * frame.camera.zoom).max(NAME_LEAST).min(rect.height() - 2.0);
    let middle = if node.rows.is_empty() {
        rect.center().y
    } else {
        rect.top() + rect.height().min(24.0) / 2.0
    };
    let at = pos2(rect.left() + 4.0, middle);
    label(painter, at, &node.title, size, look.title, rect.width() - 8.0);
}

fn full_box(
    painter: &Painter,
    frame: &Frame,
    index: &Index,
    emphasis: &Emphasis,
    n: usize,
    look: &Look,
    hovered: Option<&Thing>,
) {
    let zoom = frame.camera.zoom;
    let node = &index.scene.nodes[n];
    let rect = frame.camera.rect(frame.view, &node.rect);
    let radius = CornerRadius::same((8.0 * zoom).round().clamp(2.0, 20.0) as u8);
    if let Some(ring) = look.ring {
        let glow = Stroke::new(4.0, ring.gamma_multiply(0.28));
        painter.rect_stroke(rect.expand(1.0), radius, glow, StrokeKind::Outside);
    }
    if look.focused {
        let stroke = Stroke::new(1.5, frame.palette.selection);
        painter.rect_stroke(rect.expand(3.0), radius, stroke, StrokeKind::Outside);
    }
    let stroke = match look.ring {
        Some(ring) => Stroke::new(2.0, ring),
        None => Stroke::new(if look.hovered { 1.6 } else { 1.0 }, look.border),
    };
    if matches!(node.kind, NodeKind::Ghost(_)) {
        painter.rect_filled(rect, radius, look.fill);
        let mut mesh = Mesh::default();
        let r = rect.shrink(0.5);
        let corners =
            [r.left_top(), r.right_top(), r.right_bottom(), r.left_bottom(), r.left_top()];
        strokes::dashed(&mut mesh, &corners, stroke.width.max(1.2), stroke.color, 6.0, 4.0);
        painter.add(Shape::mesh(mesh));
    } else {
        painter.rect(rect, radius, look.fill, stroke, StrokeKind::Inside);
    }
    words(painter, frame, node, &rect, look);
    rows(painter, frame, index, emphasis, n, &rect, look, hovered);
    if look.hovered && matches!(node.kind, NodeKind::Client(_)) {
        let at = frame.handle(&node.rect);
        let stroke = Stroke::new(2.0, frame.palette.panel);
        painter.circle(at, HANDLE, frame.palette.selection, stroke);
        let plus = Stroke::new(1.4, frame.palette.panel);
        painter.line_segment([at - vec2(2.6, 0.0), at + vec2(2.6, 0.0)], plus);
        painter.line_segment([at - vec2(0.0, 2.6), at + vec2(0.0, 2.6)], plus);
    }
}

/// Title, subtitle and badges.
fn words(painter: &Painter, frame: &Frame, node: &SceneNode, rect: &Rect, look: &Look) {
    let zoom = frame.camera.zoom;
    let left = rect.left() + measure::PADDING * zoom;
    let wide = rect.width() - 2.0 * measure::PADDING * zoom;
    let size = measure::TITLE * zoom;
    if zoom < SUBTITLE_ZOOM {
        // What is left out leaves room for a larger name.
        let middle = if node.rows.is_empty() { rect.height() } else { measure::HEAD * zoom };
        let at = pos2(left, rect.top() + middle / 2.0);
        title(painter, frame, at, &node.title, size.max(NAME_NEAR), look.title, wide);
        return;
    }
    let at = |y: f32| pos2(left, rect.top() + y * zoom);
    title(painter, frame, at(measure::TITLE_CENTER), &node.title, size, look.title, wide);
    let small = measure::SUBTITLE * zoom;
    label(painter, at(measure::SUBTITLE_CENTER), &node.subtitle, small, look.weak, wide);
    let mut x = left;
    for badge in &node.badges {
        let palette = &frame.palette;
        let (fill, ink) = match badge {
            Badge::Broken | Badge::Disabled | Badge::Public => {
                (palette.warning, palette.warning_text)
            }
            _ => (palette.badge, palette.badge_text),
        };
        let (fill, ink) = (
            fill.lerp_to_gamma(palette.ground, look.fade),
            ink.lerp_to_gamma(palette.ground, look.fade),
        );
        let galley = galley(
            painter,
            badge.word(),
            measure::BADGE * zoom,
            ink,
            f32::INFINITY,
            FontFamily::Proportional,
        );
        let height = 17.0 * zoom;
        let width = galley.size().x + 2.0 * measure::BADGE_PADDING * zoom;
        let top = rect.top() + 47.0 * zoom;
        let pill = Rect::from_min_size(pos2(x, top), vec2(width, height));
        painter.rect_filled(pill, height / 2.0, fill);
        let text = pill.center() - galley.size() / 2.0;
        painter.galley(text, galley, ink);
        x += width + measure::BADGE_GAP * zoom;
    }
}

/// The identities of an issuer.
#[expect(clippy::too_many_arguments, reason = "the parts of one box")]
fn rows(
    painter: &Painter,
    frame: &Frame,
    index: &Index,
    emphasis: &Emphasis,
    n: usize,
    rect: &Rect,
    look: &Look,
    hovered: Option<&Thing>,
) {
    let zoom = frame.camera.zoom;
    let node = &index.scene.nodes[n];
    let palette = &frame.palette;
    for (r, row) in node.rows.iter().enumerate() {
        let Some(area) = node.row_rect(r) else { continue };
        let area = frame.camera.rect(frame.view, &area);
        let line = Stroke::new(1.0, look.border.gamma_multiply(0.45));
        painter.hline(rect.x_range().shrink(1.0), area.top(), line);
        let marked = emphasis.rows.contains(&(n, r));
        let under = matches!(hovered, Some(Thing::Identity { subject, .. })
            if look.hovered && row.node.is_some() && *subject == row.subject);
        if marked {
            painter.rect_filled(area.shrink(2.0), 4.0, palette.selection.gamma_multiply(0.22));
        } else if under {
            painter.rect_filled(area.shrink(2.0), 4.0, palette.selection.gamma_multiply(0.10));
        }
        if zoom >= SUBTITLE_ZOOM {
            let color = if row.node.is_some() { look.title } else { look.weak };
            let at = pos2(rect.left() + measure::PADDING * zoom, area.center().y);
            let wide = rect.width() - (2.0 * measure::PADDING + 10.0) * zoom;
            label(painter, at, &row.text, measure::ROW_TEXT * zoom, color, wide);
        }
        let port = pos2(rect.right(), area.center().y);
        let color = palette.federation.lerp_to_gamma(palette.ground, look.fade);
        painter.circle_filled(port, 2.6 * zoom.clamp(0.6, 1.3), color);
    }
}

/// A name, in the semi-bold face where the window has one.
fn title(
    painter: &Painter,
    frame: &Frame,
    at: Pos2,
    text: &str,
    size: f32,
    color: Color32,
    width: f32,
) {
    let family = if frame.semibold { semibold() } else { FontFamily::Proportional };
    set(painter, at, text, size, color, width, family);
}

/// A line of text whose left end and middle are at `at`, cut with an ellipsis to `width`.
fn label(painter: &Painter, at: Pos2, text: &str, size: f32, color: Color32, width: f32) {
    set(painter, at, text, size, color, width, FontFamily::Proportional);
}

fn set(
    painter: &Painter,
    at: Pos2,
    text: &str,
    size: f32,
    color: Color32,
    width: f32,
    family: FontFamily,
) {
    if width < size {
        return;
    }
    let galley = galley(painter, text, size, color, width, family);
    let at = at - Vec2::new(0.0, galley.size().y / 2.0);
    painter.galley(at, galley, color);
}

fn galley(
    painter: &Painter,
    text: &str,
    size: f32,
    color: Color32,
    width: f32,
    family: FontFamily,
) -> std::sync::Arc<egui::Galley> {
    // Half points: every size has glyphs of its own in the texture, and zoom is continuous.
    let size = ((size * 2.0).round() / 2.0).max(1.0);
    let font = FontId::new(size, family);
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, color);
    if width.is_finite() {
        job.wrap = TextWrapping::truncate_at_width(width);
    }
    painter.layout_job(job)
}
