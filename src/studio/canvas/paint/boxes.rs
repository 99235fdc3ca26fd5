//! Boxes, near and far.

use egui::{
    Color32, CornerRadius, FontFamily, Mesh, Painter, Rect, Shape, Stroke, StrokeKind, pos2, vec2,
};

use super::super::emphasis::{Emphasis, Weight};
use super::super::index::Index;
use super::super::{Frame, strokes};
use super::words::{galley, label, title};
use super::{HANDLE, NAME_LEAST, NAME_NEAR, SUBTITLE_ZOOM};
use crate::diagram::scene::{Badge, NodeKind, SceneNode, Thing, measure};

/// How a box is drawn.
pub struct Look {
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
    pub fn new(
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

pub fn plain_box(
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

pub fn name_of_plain(painter: &Painter, frame: &Frame, index: &Index, n: usize, look: &Look) {
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

pub fn full_box(
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
