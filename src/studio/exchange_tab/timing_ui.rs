//! How long each step of an answer took: a bar, and the same in words.

use egui::{Color32, RichText, Ui};

use super::super::theme::Tokens;
use crate::exchange::report::Timings;

/// One step: what it is called, and how long it took in milliseconds.
type Step = (&'static str, f64);

/// The steps of a request in the order they came. Those of the connection are missing where it stood
/// already.
fn steps(timings: &Timings) -> Vec<Step> {
    let Timings { resolve_ms, connect_ms, tls_ms, first_byte_ms, total_ms } = *timings;
    let before: f64 = [resolve_ms, connect_ms, tls_ms].into_iter().flatten().sum();
    let made = [("name", resolve_ms), ("connection", connect_ms), ("TLS", tls_ms)];
    made.into_iter()
        .filter_map(|(what, took)| Some((what, took?)))
        .chain([
            ("first byte", (first_byte_ms - before).max(0.0)),
            ("rest", (total_ms - first_byte_ms).max(0.0)),
        ])
        .collect()
}

/// A number of milliseconds for people: short ones with a digit behind the point.
fn milliseconds(ms: f64) -> String {
    if ms < 10.0 { format!("{ms:.1} ms") } else { format!("{ms:.0} ms") }
}

/// The steps in words.
fn words(timings: &Timings) -> String {
    let steps = steps(timings);
    let stood = steps.len() == 2;
    let parts = steps.into_iter().map(|(what, took)| format!("{what} {}", milliseconds(took)));
    let parts = parts.collect::<Vec<_>>().join(" · ");
    let whole = milliseconds(timings.total_ms);
    match stood {
        true => format!("{whole} on a connection that stood already: {parts}"),
        false => format!("{whole}: {parts}"),
    }
}

pub fn timing_ui(ui: &mut Ui, timings: &Timings) {
    const HEIGHT: f32 = 7.0;
    let tokens = Tokens::of(ui);
    let colours = |what: &str| -> Color32 {
        match what {
            "name" => tokens.external,
            "connection" => tokens.caution,
            "TLS" => tokens.good,
            "first byte" => tokens.accent,
            _ => tokens.text_weak,
        }
    };
    let steps = steps(timings);
    let whole: f64 = steps.iter().map(|(_, took)| took).sum();
    let width = ui.available_width().min(320.0);
    let (rect, response) = ui.allocate_exact_size(egui::vec2(width, HEIGHT), egui::Sense::hover());
    let text = words(timings);
    response.widget_info(|| {
        let label = format!("Time by step: {text}");
        egui::WidgetInfo::labeled(egui::Role::Image, true, label)
    });
    response.on_hover_text("Steps in the order they came, as wide as the time they took");
    if ui.is_rect_visible(rect) {
        ui.painter().rect_filled(rect, 2.0, tokens.hovered);
        let mut left = rect.left();
        for (what, took) in &steps {
            let share = if whole > 0.0 { (took / whole) as f32 } else { 0.0 };
            let right = left + share * rect.width();
            let part = egui::Rect::from_x_y_ranges(left..=right, rect.y_range());
            ui.painter().rect_filled(part, 0.0, colours(what));
            left = right;
        }
    }
    // Each step has the colour of its part of the bar before its words.
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let weak = |text: String| RichText::new(text).small().color(tokens.text_weak);
        let whole = milliseconds(timings.total_ms);
        ui.label(weak(match steps.len() {
            2 => format!("{whole} on a connection that stood already:"),
            _ => format!("{whole}:"),
        }));
        for (what, took) in &steps {
            let mark = RichText::new("■").small().color(colours(what));
            let mut job = egui::text::LayoutJob::default();
            let style = ui.style().clone();
            let font = egui::FontSelection::Default;
            mark.append_to(&mut job, &style, font.clone(), egui::Align::Center);
            weak(format!(" {what} {}", milliseconds(*took))).append_to(
                &mut job,
                &style,
                font,
                egui::Align::Center,
            );
            // Mark and words stay on one line.
            ui.add(egui::Label::new(job).extend());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_add_up_and_are_said_in_words() {
        let made = Timings {
            resolve_ms: Some(1.0),
            connect_ms: Some(3.25),
            tls_ms: Some(5.0),
            first_byte_ms: 22.0,
            total_ms: 23.5,
        };
        let whole: f64 = steps(&made).iter().map(|(_, took)| took).sum();
        assert!((whole - made.total_ms).abs() < 1e-9);
        assert_eq!(
            words(&made),
            "24 ms: name 1.0 ms · connection 3.2 ms · TLS 5.0 ms · first byte 13 ms · rest 1.5 ms"
        );
        let stood = Timings { resolve_ms: None, connect_ms: None, tls_ms: None, ..made };
        assert_eq!(
            words(&stood),
            "24 ms on a connection that stood already: first byte 22 ms · rest 1.5 ms"
        );
    }
}
