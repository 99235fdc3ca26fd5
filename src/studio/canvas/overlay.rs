//! What lies over the drawing: the legend, the zoom controls, and an arrow being drawn.

use egui::{
    Align2, Area, Button, Color32, Frame as Box, Id, Margin, Mesh, Order, Rect, RichText, Sense,
    Shape, Stroke, Ui, pos2, vec2,
};

use super::index::Index;
use super::{Canvas, Frame, Palette, strokes};
use crate::diagram::scene::{EdgeKind, NodeKind};

const MARGIN: f32 = 12.0;
/// Width of the zoom controls.
const CONTROLS: f32 = 200.0;

pub fn ui(canvas: &mut Canvas, ui: &Ui, frame: &Frame, index: &Index) {
    if index.scene.nodes.is_empty() {
        return;
    }
    if frame.view.width() > 420.0 && frame.view.height() > 240.0 {
        legend(canvas, ui, frame, index);
    } else {
        canvas.legend_height = 0.0;
    }
    controls(canvas, ui, frame);
}

fn panel(palette: &Palette) -> Box {
    Box::NONE
        .fill(palette.panel.lerp_to_gamma(palette.ground, 0.15))
        .stroke(Stroke::new(1.0, palette.border.gamma_multiply(0.8)))
        .corner_radius(8)
}

fn legend(canvas: &mut Canvas, ui: &Ui, frame: &Frame, index: &Index) {
    let palette = &frame.palette;
    let id = Id::unique(("canvas legend", ui.scope_id()));
    let at = frame.view.left_bottom() + vec2(MARGIN, -MARGIN);
    // Beside the zoom controls, one strip: a legend that hides the drawing is closed at once.
    let room = (frame.view.width() - CONTROLS - 3.0 * MARGIN - 22.0).max(200.0);
    let area = Area::new(id).order(Order::Middle).fixed_pos(at).pivot(Align2::LEFT_BOTTOM);
    let shown = area.show(ui.ctx(), |ui| {
        panel(palette).inner_margin(Margin::symmetric(10, 6)).show(ui, |ui| {
            ui.set_max_width(room);
            ui.spacing_mut().item_spacing = vec2(6.0, 3.0);
            // Lines of a legend are read, not pressed: they need no height of buttons.
            ui.spacing_mut().interact_size.y = 15.0;
            let weak = |text: &str| RichText::new(text).size(11.5).color(palette.weak_text);
            // In a small view the reading is said all the same, and the marks on request.
            let open = canvas.legend_open.unwrap_or(frame.view.width() > 900.0);
            ui.horizontal_wrapped(|ui| {
                let sentence = RichText::new(index.scene.reading_sentence());
                ui.label(sentence.size(12.0).color(palette.text));
                let text = if open { "Hide legend" } else { "Legend" };
                if ui.add(Button::new(weak(text)).frame(false)).clicked() {
                    canvas.legend_open = Some(!open);
                }
            });
            if !open {
                return;
            }
            ui.horizontal_wrapped(|ui| samples(ui, palette, index));
        });
    });
    canvas.legend_height = shown.response.rect.height() + MARGIN;
}

/// The marks that the drawing uses, and what they mean.
fn samples(ui: &mut Ui, palette: &Palette, index: &Index) {
    let (edges, nodes) = (&index.scene.edges, &index.scene.nodes);
    if edges.iter().any(|e| matches!(e.kind, EdgeKind::Exchange { .. })) {
        sample(ui, palette, "a user's token goes in and comes out", |mesh, rect| {
            arrow(mesh, rect, palette.exchange, false);
        });
        sample(ui, palette, "this end asks", |mesh, rect| {
            strokes::dot(mesh, rect.center(), 3.6, palette.exchange);
        });
    }
    if edges.iter().any(|e| e.kind == EdgeKind::Federation) {
        sample(ui, palette, "external identity stands for the client app", |mesh, rect| {
            arrow(mesh, rect, palette.federation, true);
        });
    }
    if nodes.iter().any(|n| !n.brokers.is_empty()) {
        sample(ui, palette, "way through a broker, when an identity is selected", |mesh, rect| {
            let (a, b) = (rect.left_center(), rect.right_center());
            strokes::dashed(mesh, &[a, b - vec2(7.0, 0.0)], 2.4, palette.path, 2.0, 4.5);
            strokes::head(mesh, b, vec2(1.0, 0.0), 9.0, palette.path);
        });
    }
    if nodes.iter().any(|n| matches!(n.kind, NodeKind::Ghost(_))) {
        sample(ui, palette, "id without a client app", |mesh, rect| {
            let r = rect.shrink2(vec2(2.0, 1.0));
            let corners =
                [r.left_top(), r.right_top(), r.right_bottom(), r.left_bottom(), r.left_top()];
            strokes::dashed(mesh, &corners, 1.3, palette.ghost, 4.0, 3.0);
        });
    }
}

fn arrow(mesh: &mut Mesh, rect: Rect, color: Color32, dashed: bool) {
    let (a, b) = (rect.left_center(), rect.right_center());
    let line = [a, b - vec2(6.0, 0.0)];
    if dashed {
        strokes::dashed(mesh, &line, 1.6, color, 6.0, 4.0);
    } else {
        strokes::line(mesh, &line, 1.6, color);
    }
    strokes::head(mesh, b, vec2(1.0, 0.0), 8.0, color);
}

fn sample(ui: &mut Ui, palette: &Palette, words: &str, draw: impl FnOnce(&mut Mesh, Rect)) {
    // One widget of a known size, so that the strip wraps between samples and not within one.
    let font = egui::FontId::proportional(11.5);
    let words = ui.painter().layout_no_wrap(words.to_owned(), font, palette.weak_text);
    let size = vec2(28.0 + 6.0 + words.size().x + 10.0, words.size().y.max(15.0));
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let text = words.text().to_owned();
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
    let mark = Rect::from_center_size(rect.left_center() + vec2(14.0, 0.0), vec2(28.0, 13.0));
    let mut mesh = Mesh::default();
    draw(&mut mesh, mark);
    ui.painter().add(Shape::mesh(mesh));
    let at = pos2(rect.left() + 34.0, rect.center().y - words.size().y / 2.0);
    ui.painter().galley(at, words, palette.weak_text);
}

fn controls(canvas: &mut Canvas, ui: &Ui, frame: &Frame) {
    let palette = &frame.palette;
    let id = Id::unique(("canvas zoom", ui.scope_id()));
    let at = frame.view.right_bottom() - vec2(MARGIN, MARGIN);
    let now = ui.input(|i| i.time);
    Area::new(id).order(Order::Middle).fixed_pos(at).pivot(Align2::RIGHT_BOTTOM).show(
        ui.ctx(),
        |ui| {
            panel(palette).inner_margin(Margin::same(3)).show(ui, |ui| {
                ui.horizontal(|ui| {
                    ui.spacing_mut().item_spacing.x = 1.0;
                    let percent = format!("{:.0} %", frame.camera.zoom * 100.0);
                    if control(ui, palette, "−", 26.0, "Zoom out", "-") {
                        canvas.zoom_by(0.8, now);
                    }
                    if control(ui, palette, &percent, 52.0, "Zoom to 100 %", "") {
                        canvas.zoom_by(1.0 / frame.camera.zoom, now);
                    }
                    if control(ui, palette, "+", 26.0, "Zoom in", "+") {
                        canvas.zoom_by(1.25, now);
                    }
                    if control(ui, palette, "Fit", 36.0, "Fit drawing to view", "0") {
                        canvas.fit();
                        ui.ctx().request_repaint();
                    }
                });
            });
        },
    );
}

fn control(ui: &mut Ui, palette: &Palette, text: &str, width: f32, name: &str, key: &str) -> bool {
    let text = RichText::new(text).size(12.5).color(palette.text);
    let button =
        Button::new(text).frame_when_inactive(false).min_size(vec2(width, 24.0)).corner_radius(6);
    let response = ui.add(button);
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, name));
    let hint = if key.is_empty() { name.to_owned() } else { format!("{name} ({key})") };
    let clicked = response.clicked();
    if clicked {
        ui.ctx().request_repaint();
    }
    response.on_hover_text(hint);
    clicked
}
