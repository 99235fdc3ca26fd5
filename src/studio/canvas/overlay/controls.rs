//! Zoom controls.

use egui::{Align2, Area, Button, Id, Margin, Order, RichText, Ui, vec2};

use super::super::{Canvas, Frame, Palette};
use super::{MARGIN, panel};

/// Gives the height it takes.
pub fn ui(canvas: &mut Canvas, ui: &Ui, frame: &Frame) -> f32 {
    let palette = &frame.palette;
    let id = Id::unique(("canvas zoom", ui.scope_id()));
    let at = frame.view.right_bottom() - vec2(MARGIN, MARGIN);
    let now = ui.input(|i| i.time);
    let area = Area::new(id).order(Order::Middle).fixed_pos(at).pivot(Align2::RIGHT_BOTTOM);
    let shown = area.show(ui.ctx(), |ui| {
        let left_out = canvas.picture.left_out();
        if left_out > 0 {
            let words = format!("{left_out} arrows that only pass through are left out");
            let text = RichText::new(words).size(11.5).color(palette.weak_text);
            ui.label(text);
        }
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
    });
    shown.response.rect.height()
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
