//! An arrow being drawn from one client app to another, with the sentence that says what it will
//! mean.

use egui::{Color32, CornerRadius, CursorIcon, Painter, Pos2, Rect, Shape, Stroke, Ui, vec2};

use super::brush::{Brush, swing};
use super::frame::Frame;
use super::index::Index;
use super::{Canvas, CanvasEvent, CanvasInput};
use crate::config::ClientKey;
use crate::diagram::layout::Point;
use crate::diagram::scene::{Difference, NodeKind};

/// An arrow being drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    pub(super) from: usize,
    pub(super) client: ClientKey,
}

impl Canvas {
    #[expect(clippy::too_many_arguments, reason = "the parts of one frame")]
    pub(super) fn draw_link(
        &mut self,
        ui: &Ui,
        painter: &egui::Painter,
        frame: &Frame,
        index: &Index,
        link: Link,
        input: &CanvasInput,
        events: &mut Vec<CanvasEvent>,
    ) {
        let escape = ui.input(|i| i.key_pressed(egui::Key::Escape));
        let pointer = ui.input(|i| i.pointer.latest_pos());
        let (Some(at), false) = (pointer, escape) else {
            self.link = None;
            return;
        };
        let world = frame.camera.to_world(frame.view, at);
        let target =
            index.node_at(Point::new(world.x, world.y)).filter(|(n, _)| *n != link.from).and_then(
                |(n, _)| match (&index.scene.nodes[n].kind, index.scene.nodes[n].difference) {
                    (_, Difference::Removed) => None,
                    (NodeKind::Client(key), _) => Some((n, *key)),
                    _ => None,
                },
            );
        let answer = target.map(|(_, key)| (input.grant)(link.client, key));
        paint_link(painter, frame, index, link.from, at, target.map(|t| t.0), answer.as_ref());
        ui.ctx().set_cursor_icon(match &answer {
            Some(Err(_)) => CursorIcon::NotAllowed,
            _ => CursorIcon::Crosshair,
        });
        if !ui.input(|i| i.pointer.any_down()) {
            self.link = None;
            if let (Some((_, to)), Some(Ok(_))) = (target, answer) {
                events.push(CanvasEvent::GrantRequested { from: link.client, to });
            }
        } else if let Some(by) = frame.edge_pull(at) {
            // Near the border the drawing comes along.
            self.camera.pan(by);
            ui.ctx().request_repaint();
        }
    }
}

/// An arrow that follows the pointer, and the sentence that says what it will mean.
fn paint_link(
    painter: &Painter,
    frame: &Frame,
    index: &Index,
    from: usize,
    at: Pos2,
    target: Option<usize>,
    answer: Option<&Result<String, String>>,
) {
    let palette = &frame.palette;
    let start = frame.handle(&index.scene.nodes[from].rect);
    let refused = matches!(answer, Some(Err(_)));
    let color = if refused { palette.ghost } else { palette.selection };
    let source = frame.camera.rect(frame.view, &index.scene.nodes[from].rect);
    let outline = |rect: Rect, color: Color32| {
        painter.rect_stroke(
            rect.expand(2.0),
            CornerRadius::same(9),
            Stroke::new(2.0, color),
            egui::StrokeKind::Outside,
        );
    };
    outline(source, palette.selection);
    let (end, into) = match target {
        Some(target) => {
            let rect = frame.camera.rect(frame.view, &index.scene.nodes[target].rect);
            outline(rect, color);
            if start.x < rect.left() {
                (rect.left_center(), -1.0)
            } else {
                (rect.right_center(), 1.0)
            }
        }
        None => (at, if at.x < start.x { 1.0 } else { -1.0 }),
    };
    let mut mesh = Brush::sheet(frame.texture);
    let mut brush = Brush::new(&mut mesh);
    brush.line(&swing((start, 1.0), (end, into)), 2.4, color);
    brush.head(end, vec2(-into, 0.0), 11.0, color);
    brush.dot(start, 4.5, color);
    painter.add(Shape::mesh(mesh));

    let words = match answer {
        Some(Ok(sentence) | Err(sentence)) => sentence.as_str(),
        None => "Drop on a client app to allow this exchange. Escape stops.",
    };
    let wide = (frame.view.width() * 0.5).clamp(200.0, 440.0);
    let galley =
        painter.layout(words.to_owned(), egui::FontId::proportional(13.0), palette.text, wide);
    let size = galley.size() + vec2(20.0, 14.0);
    let mut corner = at + vec2(18.0, 22.0);
    corner.x = corner.x.min(frame.view.right() - size.x - 8.0).max(frame.view.left() + 8.0);
    if corner.y + size.y > frame.view.bottom() - 8.0 {
        corner.y = at.y - size.y - 14.0;
    }
    let bubble = Rect::from_min_size(corner, size);
    painter.rect(bubble, 8.0, palette.panel, Stroke::new(1.2, color), egui::StrokeKind::Inside);
    painter.galley(bubble.min + vec2(10.0, 7.0), galley, palette.text);
}
