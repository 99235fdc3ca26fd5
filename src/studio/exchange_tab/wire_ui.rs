//! What went over the wire, masked, and what can be taken along of it.

use egui::{RichText, Ui};

use super::super::theme::{self, Tokens};
use crate::exchange::report::{AnswerReport, RequestReport};
use crate::exchange::share::{self, Tool, Variables};
use crate::exchange::{Redeemed, Report};

/// The wire of an exchange.
pub fn wire_ui(ui: &mut Ui, report: &Report) {
    ui.add_space(theme::GAP);
    if let Some(first) = &report.first_try {
        part_ui(ui, "Request before the nonce", &first.request.to_text(), |_| {});
        part_ui(ui, "Answer that wanted a nonce", &first.answer.to_text(), |_| {});
    }
    both_ui(ui, &report.request, &report.answer, &|| report.to_json(false), |ui| {
        let hint = "Tokens and secrets are variables that you set there.";
        for tool in Tool::ALL {
            let label = format!("Copy as {}", tool.label());
            copy_ui(ui, &label, label.clone(), hint, &|| {
                share::of_report(tool, report, &Variables::default())
            });
        }
    });
}

/// The wire of a redemption.
pub fn redeemed_ui(ui: &mut Ui, redeemed: &Redeemed) {
    ui.add_space(theme::GAP);
    both_ui(ui, &redeemed.request, &redeemed.answer, &|| redeemed.to_json(false), |_| {});
}

fn both_ui(
    ui: &mut Ui,
    request: &RequestReport,
    answer: &AnswerReport,
    json: &dyn Fn() -> serde_json::Value,
    tools: impl FnOnce(&mut Ui),
) {
    part_ui(ui, "Request as sent", &request.to_text(), tools);
    part_ui(ui, "Answer as received", &answer.to_text(), |ui| {
        let hint = "The whole report with its checks, as JSON without tokens and secrets";
        copy_ui(ui, "Copy report", "Copy report as JSON".to_owned(), hint, &|| {
            serde_json::to_string_pretty(&json()).unwrap_or_default()
        });
    });
}

/// A text that can be opened, with what can be taken along: the text as it stands here, and what other
/// tools understand. None of it holds a token or a secret.
fn part_ui(ui: &mut Ui, title: &str, text: &str, more: impl FnOnce(&mut Ui)) {
    egui::CollapsingHeader::new(title).show(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            let hint = "Without tokens and secrets";
            copy_ui(ui, "Copy", format!("Copy {title}"), hint, &|| text.to_owned());
            more(ui);
        });
        egui::Frame::new().fill(Tokens::of(ui).panel).inner_margin(8).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.add(egui::Label::new(RichText::new(text).monospace().size(12.0)).wrap());
        });
    });
}

fn copy_ui(ui: &mut Ui, label: &str, name: String, hint: &str, text: &dyn Fn() -> String) {
    if ui.small_button(label).accessible_name(name).on_hover_text(hint).clicked() {
        ui.ctx().copy_text(text());
    }
}
