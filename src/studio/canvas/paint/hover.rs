//! What follows the pointer and the keyboard, painted over the picture so that it need not be made
//! anew.

use egui::{CornerRadius, Painter, Stroke, StrokeKind, vec2};

use super::super::Frame;
use super::super::brush::Brush;
use super::super::emphasis::Weight;
use super::super::index::Index;
use super::arrows::Pen;
use super::{HANDLE, ROUND_ZOOM};
use crate::diagram::scene::{Difference, NodeKind, Thing};

/// The arrow under the pointer, or all at the box or row under it. A hub has more arrows than
/// anybody can see; the pointer may be on one at any time.
pub fn arrows(brush: &mut Brush, frame: &Frame, index: &Index, thing: &Thing) {
    let mut pen = Pen::new(frame, index, 0);
    if let Some(edge) = index.edge_of(thing) {
        pen.edge(brush, edge, Weight::Strong);
        return;
    }
    let Some(node) = index.node_of(thing) else { return };
    let row = row_of(index, node, thing);
    for &e in index.edges_at(node) {
        if row.is_none() || index.scene.edges[e as usize].from_row == row {
            pen.edge(brush, e as usize, Weight::Strong);
        }
    }
}

fn row_of(index: &Index, node: usize, thing: &Thing) -> Option<usize> {
    let Thing::Identity { subject, .. } = thing else { return None };
    let rows = &index.scene.nodes[node].rows;
    rows.iter().position(|row| row.node.is_some() && row.subject == *subject)
}

/// The box or row under the pointer, and the box with the keyboard focus.
pub fn boxes(painter: &Painter, frame: &Frame, index: &Index, hovered: Option<&Thing>) {
    let palette = &frame.palette;
    let radius = |n: usize| {
        let plain = frame.camera.zoom < ROUND_ZOOM;
        let tiny = plain && frame.camera.zoom * index.rects[n].height() < 9.0;
        let radius = if tiny { 0.0 } else { (8.0 * frame.camera.zoom).clamp(2.0, 20.0) };
        CornerRadius::same(radius.round() as u8)
    };
    if let Some(n) = frame.focused {
        let rect = frame.camera.rect(frame.view, &index.rects[n]);
        let stroke = Stroke::new(2.0, palette.selection);
        painter.rect_stroke(rect.expand(3.0), radius(n), stroke, StrokeKind::Outside);
    }
    let Some(thing) = hovered else { return };
    let Some(n) = index.node_of(thing) else { return };
    let rect = frame.camera.rect(frame.view, &index.rects[n]);
    let border = palette.border.lerp_to_gamma(palette.selection, 0.7);
    painter.rect_stroke(rect, radius(n), Stroke::new(1.6, border), StrokeKind::Inside);
    let row = row_of(index, n, thing).and_then(|row| index.scene.nodes[n].row_rect(row));
    if let Some(row) = row {
        let area = frame.camera.rect(frame.view, &row).shrink(2.0);
        painter.rect_filled(area, 4.0, palette.selection.gamma_multiply(0.10));
    }
    let gone = index.scene.nodes[n].difference == Difference::Removed;
    let is_client = matches!(index.scene.nodes[n].kind, NodeKind::Client(_));
    if is_client && !gone && frame.camera.zoom >= super::ARROW_ZOOM {
        let at = frame.handle(&index.rects[n]);
        let stroke = Stroke::new(2.0, palette.panel);
        painter.circle(at, HANDLE, palette.selection, stroke);
        let plus = Stroke::new(1.4, palette.panel);
        painter.line_segment([at - vec2(2.6, 0.0), at + vec2(2.6, 0.0)], plus);
        painter.line_segment([at - vec2(0.0, 2.6), at + vec2(0.0, 2.6)], plus);
    }
}
