//! Short messages in the corner. What was done goes away by itself; what failed stays until it is
//! closed, since it may have been said while nobody looked.

use std::time::Duration;

use egui::{Align2, RichText};

use super::command::Notice;
use super::theme::{self, Tokens};
use crate::studio::theme::icons;

/// Seconds for which a message of success stays.
const STAYS: f64 = 5.0;
/// Messages shown at once; older ones give way.
const MOST: usize = 4;

#[derive(Debug, Default)]
pub struct Notices {
    /// Each with the time at which it goes, in seconds of the window's clock.
    shown: Vec<(Notice, Option<f64>)>,
}

impl Notices {
    pub fn add(&mut self, notice: Notice, now: f64) {
        let until = match notice {
            Notice::Done(_) | Notice::Hint(_) => Some(now + STAYS),
            Notice::Failed(_) => None,
        };
        self.shown.retain(|(known, _)| *known != notice);
        self.shown.push((notice, until));
        let surplus = self.shown.len().saturating_sub(MOST);
        self.shown.drain(..surplus);
    }

    pub fn show(&mut self, context: &egui::Context) {
        let now = context.input(|input| input.time);
        self.shown.retain(|(_, until)| until.is_none_or(|until| until > now));
        if self.shown.is_empty() {
            return;
        }
        let next = self.shown.iter().filter_map(|(_, until)| *until).reduce(f64::min);
        if let Some(next) = next {
            context.request_repaint_after(Duration::from_secs_f64((next - now).max(0.0)));
        }
        let mut closed = None;
        egui::Area::new(egui::Id::unique("notices"))
            .order(egui::Order::Foreground)
            .anchor(Align2::RIGHT_BOTTOM, egui::vec2(-16.0, -44.0))
            .show(context, |ui| {
                for (index, (notice, _)) in self.shown.iter().enumerate() {
                    if notice_ui(ui, notice) {
                        closed = Some(index);
                    }
                }
            });
        if let Some(index) = closed {
            self.shown.remove(index);
        }
    }
}

/// Draws one message; true when it is to be closed.
fn notice_ui(ui: &mut egui::Ui, notice: &Notice) -> bool {
    let tokens = Tokens::of(ui);
    let (icon, color, text) = match notice {
        Notice::Done(text) => (icons::ICON_CHECK_CIRCLE, tokens.good, text),
        Notice::Hint(text) => (icons::ICON_INFO, tokens.accent, text),
        Notice::Failed(text) => (icons::ICON_ERROR, tokens.bad, text),
    };
    egui::Frame::popup(ui.style())
        .stroke(egui::Stroke::new(1.0, color))
        .inner_margin(egui::Margin::symmetric(12, 8))
        .corner_radius(theme::RADIUS)
        .show(ui, |ui| {
            ui.set_max_width(420.0);
            ui.horizontal_top(|ui| {
                ui.label(icon.rich_text().size(17.0).color(color));
                let button = egui::Button::new(icons::ICON_CLOSE.rich_text().size(14.0)).small();
                let room = ui.available_width() - 34.0;
                ui.vertical(|ui| {
                    ui.set_max_width(room);
                    ui.add(egui::Label::new(RichText::new(text)).wrap());
                });
                ui.add(button.frame_when_inactive(false)).accessible_name("Close message").clicked()
            })
            .inner
        })
        .inner
}
