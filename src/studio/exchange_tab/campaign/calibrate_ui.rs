//! The calibration as people see it: the planned requests, then the verdict with both arguments.

use std::sync::Arc;

use egui::{RichText, Ui};

use super::super::super::command::Command as WindowCommand;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::{capital, section_ui};
use super::calibrate::Outcome;
use super::items::observed_word;
use super::shared_ui::{begin_ui, line_ui, save_menu_ui, stale_ui, steps_ui, weak_ui};
use super::{Product, Wish};
use crate::exchange::ask::Observed;
use crate::exchange::calibrate::{Planned, ReadingSays, Step, Verdict};
use crate::exchange::sweep::Ended;
use crate::studio::theme::icons;
use crate::trust::{Decision, Reading};

pub fn calibrate_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let calibrate = &state.exchange.campaign.calibrate;
    weak_ui(
        ui,
        "The same files mean different things under different readings, and the server knows which \
         holds. Two requests, of which some readings permit what others forbid, show it; a third \
         one is sent only to confirm.",
    );
    ui.horizontal(|ui| {
        begin_ui(ui, state, "Run calibration", &Wish::Calibrate, commands);
        if calibrate.found.is_some() {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let products = [(Product::Calibration, "JSON…")];
                save_menu_ui(ui, "Save the report", &products, commands);
            });
        }
    });
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        if let Some(found) = &calibrate.found {
            found_ui(ui, state, found, commands);
        }
        let Some(planned) = &calibrate.planned else { return };
        section_ui(ui, "What may be asked for");
        if planned.requests.is_empty() {
            weak_ui(ui, "Nothing in the configuration tells the readings apart.");
        }
        for request in &planned.requests {
            request_ui(ui, request);
        }
        ui.add_space(theme::GAP);
    });
}

fn request_ui(ui: &mut Ui, request: &Planned) {
    card(ui, |ui| {
        let when = RichText::new(capital(request.when)).family(theme::semibold()).size(12.5);
        ui.add(egui::Label::new(when).wrap());
        ui.add(egui::Label::new(request.label()).wrap());
        weak_ui(ui, &format!("Permitted by {}", request.permitted_by.join(", ")));
        weak_ui(ui, &format!("Forbidden by {}", request.forbidden_by.join(", ")));
    });
}

fn card(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let tokens = Tokens::of(ui);
    egui::Frame::new()
        .fill(tokens.panel)
        .stroke(egui::Stroke::new(1.0, tokens.line))
        .corner_radius(theme::RADIUS)
        .inner_margin(10)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            content(ui);
        });
    ui.add_space(4.0);
}

fn found_ui(ui: &mut Ui, state: &State, found: &Outcome, commands: &mut Vec<WindowCommand>) {
    let tokens = Tokens::of(ui);
    let report = &found.report;
    ui.add_space(4.0);
    let (icon, color) = match report.verdict {
        Verdict::Settled => (icons::ICON_CHECK_CIRCLE, tokens.good),
        Verdict::Contradictory => (icons::ICON_CANCEL, tokens.bad),
        Verdict::NotDistinguishable | Verdict::Unclear => (icons::ICON_HELP, tokens.caution),
    };
    line_ui(ui, icon, color, &report.sentence, true);
    if report.ended != Ended::Finished {
        line_ui(ui, icons::ICON_INFO, tokens.caution, &report.ended.sentence(), false);
    }
    if !Arc::ptr_eq(&found.project, &state.project) {
        stale_ui(ui, "Run the calibration again.");
    }
    if let Some(reading) = report.reading.and_then(Reading::from_name) {
        if state.reading == reading {
            weak_ui(ui, "This is the reading in force.");
        } else {
            ui.horizontal(|ui| {
                let label = format!("Read the lists as {}", reading.name());
                if ui.button(label).on_hover_text(reading.sentence()).clicked() {
                    commands.push(WindowCommand::SetReading(reading));
                }
                weak_ui(ui, &format!("Now: {}", state.reading.name()));
            });
        }
    }
    for (index, step) in report.steps.iter().enumerate() {
        let decisions = found.decisions.get(index).map_or(&[][..], |it| it);
        step_ui(ui, state, found, (step, decisions), commands);
    }
}

fn step_ui(
    ui: &mut Ui,
    state: &State,
    found: &Outcome,
    (step, decisions): (&Step, &[Decision]),
    commands: &mut Vec<WindowCommand>,
) {
    let tokens = Tokens::of(ui);
    card(ui, |ui| {
        ui.add(egui::Label::new(RichText::new(step.label()).family(theme::semibold())).wrap());
        ui.columns(2, |columns| {
            columns[0].with_layout(egui::Layout::top_down(egui::Align::LEFT), |ui| {
                let title = RichText::new("The files say").size(12.0).color(tokens.text_weak);
                ui.label(title.family(theme::semibold()));
                for (index, says) in step.readings.iter().enumerate() {
                    reading_ui(ui, state, found, says, decisions.get(index), commands);
                }
            });
            columns[1].with_layout(egui::Layout::top_down(egui::Align::LEFT), |ui| {
                let title = RichText::new("The server says").size(12.0).color(tokens.text_weak);
                ui.label(title.family(theme::semibold()));
                let (icon, color) = match step.observed {
                    Observed::Granted => (icons::ICON_CHECK_CIRCLE, tokens.good),
                    Observed::Refused => (icons::ICON_CANCEL, tokens.bad),
                    _ => (icons::ICON_HELP, tokens.caution),
                };
                line_ui(ui, icon, color, &capital(observed_word(step.observed)), true);
                ui.add(egui::Label::new(RichText::new(&step.server).size(12.5)).wrap());
            });
        });
    });
}

/// What one reading says; of one that forbids, with the lines.
fn reading_ui(
    ui: &mut Ui,
    state: &State,
    found: &Outcome,
    says: &ReadingSays,
    decision: Option<&Decision>,
    commands: &mut Vec<WindowCommand>,
) {
    let tokens = Tokens::of(ui);
    let (icon, color, word) = if says.permits {
        (icons::ICON_CHECK, tokens.good, "permitted")
    } else {
        (icons::ICON_CLOSE, tokens.bad, "forbidden")
    };
    line_ui(ui, icon, color, &format!("{}: {word}", says.reading), false);
    if let Some(decision) = decision.filter(|_| !says.permits) {
        steps_ui(ui, state, &found.project, decision, commands);
    }
}
