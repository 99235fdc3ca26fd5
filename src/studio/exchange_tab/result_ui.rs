//! Prediction and answer side by side, then the two tokens, then the checks, then what went over
//! the wire.

use egui::{RichText, Ui};

use super::super::command::Command as WindowCommand;
use super::super::state::State;
use super::super::theme::{self, Tokens};
use super::super::widgets::{place_link_ui, truth_look};
use super::answer_ui::answer_ui;
pub use super::answer_ui::line_ui;
pub use super::checks_ui::check_ui;
use super::checks_ui::checks_ui;
use super::{Outcome, agree_ui, chain_ui, redeem_ui, tokens_ui, wire_ui};
use crate::exchange::Report;
use crate::studio::theme::icons;
use crate::trust::{Decision, Step, Truth, Verdict};

pub fn result_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let tab = &state.exchange;
    chain_ui::hops_ui(ui, state, commands);
    let outcome = tab.outcome();
    let prediction = match outcome {
        Some(outcome) => outcome.prediction.as_ref(),
        None => tab.prediction.as_ref(),
    };
    if let Some(outcome) = outcome {
        agree_ui::agreement_ui(ui, state, outcome, commands);
    }
    ui.columns(2, |columns| {
        card_ui(&mut columns[0], "Prediction", |ui| prediction_ui(ui, state, prediction, commands));
        card_ui(&mut columns[1], "Answer", |ui| match outcome {
            Some(outcome) => answer_ui(ui, outcome.observation.as_deref()),
            None => {
                let text = "Nothing was sent yet. Run the exchange to see what the server says.";
                ui.add(
                    egui::Label::new(RichText::new(text).color(Tokens::of(ui).text_weak)).wrap(),
                );
            }
        });
    });
    let Some(Outcome { observation: Ok(report), .. }) = outcome else { return };
    if outcome.is_some_and(|outcome| outcome.grant) {
        redeem_ui::redeem_ui(ui, state, report, commands);
    }
    afterwards_ui(ui, report);
    tokens_ui::tokens_ui(ui, state, report, commands);
    checks_ui(ui, &report.checks);
    wire_ui::wire_ui(ui, report);
    ui.add_space(theme::GAP * 2.0);
}

pub(super) fn card_ui(ui: &mut Ui, title: &str, content: impl FnOnce(&mut Ui)) {
    let tokens = Tokens::of(ui);
    egui::Frame::new()
        .fill(tokens.panel)
        .stroke(egui::Stroke::new(1.0, tokens.line))
        .corner_radius(theme::RADIUS)
        .inner_margin(12)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            // Columns justify; a text is to keep its natural gaps.
            ui.with_layout(egui::Layout::top_down(egui::Align::LEFT), |ui| {
                ui.heading(title);
                content(ui);
            });
        });
}

fn prediction_ui(
    ui: &mut Ui,
    state: &State,
    prediction: Option<&Decision>,
    commands: &mut Vec<WindowCommand>,
) {
    let Some(decision) = prediction else {
        let text = "The configuration cannot be asked yet: choose a requester and a subject token it knows.";
        ui.add(egui::Label::new(RichText::new(text).color(Tokens::of(ui).text_weak)).wrap());
        return;
    };
    let tokens = Tokens::of(ui);
    let (icon, color) = match decision.verdict() {
        Verdict::Allowed => (icons::ICON_CHECK_CIRCLE, tokens.good),
        Verdict::AllowedIfNotStated => (icons::ICON_HELP, tokens.caution),
        Verdict::Refused => (icons::ICON_CANCEL, tokens.bad),
    };
    line_ui(ui, icon, color, &decision.sentence(&state.project), true);
    // What decides comes first; the rest is one click away, so that the tokens are in view.
    let (hold, others): (Vec<_>, Vec<_>) =
        decision.steps.iter().partition(|step| step.truth == Truth::True);
    for step in others {
        step_ui(ui, state, step, commands);
    }
    if hold.is_empty() {
        return;
    }
    let title = match hold.len() {
        1 => "One condition holds".to_owned(),
        count => format!("{count} conditions hold"),
    };
    let sent = state.exchange.outcome().is_some();
    egui::CollapsingHeader::new(title).id_salt(("hold", sent)).default_open(!sent).show(ui, |ui| {
        for step in hold {
            step_ui(ui, state, step, commands);
        }
    });
}

/// A condition with its mark, and the lines it rests on.
pub(super) fn step_ui(ui: &mut Ui, state: &State, step: &Step, commands: &mut Vec<WindowCommand>) {
    let tokens = Tokens::of(ui);
    let (icon, color, word) = truth_look(&tokens, step.truth);
    ui.horizontal_top(|ui| {
        ui.label(icon.rich_text().size(15.0).color(color)).on_hover_text(word);
        ui.vertical(|ui| {
            ui.add(egui::Label::new(RichText::new(&step.sentence).size(12.5)).wrap());
            for place in &step.evidence {
                place_link_ui(ui, state, *place, commands);
            }
        });
    });
}

/// What introspection and revocation have shown, where they were asked for.
fn afterwards_ui(ui: &mut Ui, report: &Report) {
    if report.afterwards().next().is_none() {
        return;
    }
    ui.add_space(theme::GAP);
    ui.heading("Introspection and revocation");
    for check in report.afterwards() {
        check_ui(ui, check);
    }
    if let Some(said) = &report.introspection {
        egui::CollapsingHeader::new("Introspection as answered").show(ui, |ui| {
            let text = serde_json::to_string_pretty(said).unwrap_or_default();
            ui.add(egui::Label::new(RichText::new(text).monospace().size(12.0)).wrap());
        });
    }
}
