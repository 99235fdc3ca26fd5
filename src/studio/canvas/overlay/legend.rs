//! The legend: what arrows mean, and which marks the drawing uses.

use egui::{
    Align2, Area, Button, Color32, Id, Margin, Order, Rect, RichText, Sense, Shape, Ui, pos2, vec2,
};

use super::super::brush::Brush;
use super::super::colours::{Colours, DISTINCT};
use super::super::index::Index;
use super::super::marking::Marking;
use super::super::paint::dashes as differences_dashes;
use super::super::{Canvas, CanvasEvent, Frame};
use super::{CONTROLS, MARGIN, panel};
use crate::diagram::scene::{Difference, Font, ellipsize, estimate_width};

pub fn ui(
    canvas: &mut Canvas,
    ui: &Ui,
    frame: &Frame,
    index: &Index,
    events: &mut Vec<CanvasEvent>,
) {
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
            if open {
                ui.horizontal_wrapped(|ui| samples(ui, frame, index));
            }
            // Colours are explained for as long as there are any.
            if let Some(colours) = frame.colours {
                ui.horizontal_wrapped(|ui| values(ui, frame, index, colours, events));
            }
        });
    });
    canvas.legend_height = shown.response.rect.height() + MARGIN;
}

/// The values that boxes are coloured by, each with its mark and how many have it. A click marks
/// them.
fn values(
    ui: &mut Ui,
    frame: &Frame,
    index: &Index,
    colours: &Colours,
    events: &mut Vec<CanvasEvent>,
) {
    let palette = &frame.palette;
    ui.label(RichText::new(&colours.title).size(11.5).color(palette.text));
    let rest = colours.values.get(DISTINCT..).unwrap_or_default();
    let own = colours.values.iter().take(DISTINCT).map(|value| (value.label.clone(), value.count));
    let more = (!rest.is_empty()).then(|| {
        let count = rest.iter().map(|value| value.count).sum();
        (format!("{} more", rest.len()), count)
    });
    for (at, (label, count)) in own.chain(more).enumerate() {
        let swatch = Colours::swatch_of(at, palette);
        let short = ellipsize(&label, Font::Subtitle, 180.0, &estimate_width);
        let font = egui::FontId::proportional(11.5);
        let words = format!("{short} {count}");
        let galley = ui.painter().layout_no_wrap(words, font, palette.weak_text);
        let size = vec2(20.0 + galley.size().x + 8.0, 20.0);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        response.widget_info(|| {
            let boxes = if count == 1 { "box" } else { "boxes" };
            let shape = swatch.shape.word();
            let name = format!("Mark {count} {boxes}: {label} ({shape})");
            egui::WidgetInfo::labeled(egui::Role::Button, true, name)
        });
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect, 4.0, palette.selection.gamma_multiply(0.16));
        }
        let mut mesh = Brush::sheet(frame.texture);
        let middle = pos2(rect.left() + 10.0, rect.center().y);
        Brush::new(&mut mesh).mark(middle, 6.0, swatch.shape, swatch.color);
        ui.painter().add(Shape::mesh(mesh));
        let corner = pos2(rect.left() + 20.0, rect.center().y - galley.size().y / 2.0);
        ui.painter().galley(corner, galley, palette.weak_text);
        if response.clicked() {
            let has = |value: u32| (value as usize).min(DISTINCT) == at;
            let nodes = colours.of_node.iter().zip(&index.scene.nodes);
            let things =
                nodes.filter(|(value, _)| has(**value)).map(|(_, node)| node.thing()).collect();
            events.push(CanvasEvent::Mark { things, how: Marking::Replace });
        }
        response.on_hover_text(format!("{label}\nClick to mark all {count}"));
    }
}

/// The marks that the drawing uses, and what they mean.
fn samples(ui: &mut Ui, frame: &Frame, index: &Index) {
    let palette = &frame.palette;
    if index.scene.compared {
        differences(ui, frame, index);
    }
    // In a comparison colours tell what differs, and not what kind of arrow it is.
    let of_kind = |color| if index.scene.compared { palette.same } else { color };
    let (exchange, federation) = (of_kind(palette.exchange), of_kind(palette.federation));
    if index.uses.exchange {
        if !index.scene.compared {
            sample(ui, frame, "a user's token goes in and comes out", |brush, rect| {
                arrow(brush, rect, exchange, None);
            });
        }
        sample(ui, frame, "this end asks", |brush, rect| {
            brush.dot(rect.center(), 3.6, exchange);
        });
    }
    if index.uses.federation {
        sample(ui, frame, "external identity stands for the client app", |brush, rect| {
            arrow(brush, rect, federation, Some((6.0, 4.0)));
        });
    }
    if index.uses.brokers {
        sample(ui, frame, "way through a broker, when an identity is selected", |brush, rect| {
            let (a, b) = (rect.left_center(), rect.right_center());
            brush.dashed(&[a, b - vec2(7.0, 0.0)], 2.4, palette.path, 2.0, 4.5);
            brush.head(b, vec2(1.0, 0.0), 9.0, palette.path);
        });
    }
    if index.uses.ghosts {
        sample(ui, frame, "id without a client app", |brush, rect| {
            let r = rect.shrink2(vec2(2.0, 1.0));
            let corners =
                [r.left_top(), r.right_top(), r.right_bottom(), r.left_bottom(), r.left_top()];
            brush.dashed(&corners, 1.3, palette.ghost, 4.0, 3.0);
        });
    }
}

/// What came, went and changed, and what is in both versions.
fn differences(ui: &mut Ui, frame: &Frame, index: &Index) {
    let (palette, uses) = (&frame.palette, index.uses);
    for (difference, shown) in [
        (Difference::Added, uses.added),
        (Difference::Removed, uses.removed),
        (Difference::Changed, uses.changed),
        (Difference::Same, true),
    ] {
        let color = palette.of_difference(difference);
        let words = match difference {
            Difference::Same => "in both versions alike".to_owned(),
            _ => format!("{} {}", difference.mark(), difference.word()),
        };
        if shown {
            let dash = differences_dashes(difference, false);
            sample(ui, frame, &words, |brush, rect| arrow(brush, rect, color, dash));
        }
    }
}

fn arrow(brush: &mut Brush, rect: Rect, color: Color32, dash: Option<(f32, f32)>) {
    let (a, b) = (rect.left_center(), rect.right_center());
    let line = [a, b - vec2(6.0, 0.0)];
    match dash {
        Some((on, off)) => brush.dashed(&line, 1.8, color, on, off),
        None => brush.line(&line, 1.6, color),
    }
    brush.head(b, vec2(1.0, 0.0), 8.0, color);
}

fn sample(ui: &mut Ui, frame: &Frame, words: &str, draw: impl FnOnce(&mut Brush, Rect)) {
    let palette = &frame.palette;
    // One widget of a known size, so that the strip wraps between samples and not within one.
    let font = egui::FontId::proportional(11.5);
    let words = ui.painter().layout_no_wrap(words.to_owned(), font, palette.weak_text);
    let size = vec2(28.0 + 6.0 + words.size().x + 10.0, words.size().y.max(15.0));
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let text = words.text().to_owned();
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
    let mark = Rect::from_center_size(rect.left_center() + vec2(14.0, 0.0), vec2(28.0, 13.0));
    let mut mesh = Brush::sheet(frame.texture);
    draw(&mut Brush::new(&mut mesh), mark);
    ui.painter().add(Shape::mesh(mesh));
    let at = pos2(rect.left() + 34.0, rect.center().y - words.size().y / 2.0);
    ui.painter().galley(at, words, palette.weak_text);
}
