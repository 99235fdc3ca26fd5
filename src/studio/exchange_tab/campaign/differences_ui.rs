//! Where server and files disagree, with both arguments side by side.

use egui::{RichText, Ui};

use super::super::super::command::Command as WindowCommand;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::empty_ui;
use super::shared_ui::{argument_ui, line_ui, take_on_ui};
use super::sweep::Outcome;
use super::sweep_ui::is_current;
use super::{Command, to_window};
use crate::exchange::sweep::{Difference, DifferenceKind};
use crate::studio::theme::icons;
use crate::trust::Decision;

pub fn differences_ui(
    ui: &mut Ui,
    state: &State,
    outcome: &Outcome,
    commands: &mut Vec<WindowCommand>,
) {
    let differences = &outcome.report.differences;
    if differences.is_empty() {
        empty_ui(
            ui,
            "No difference",
            "Whatever the server answered is what the files lead to expect.",
        );
        return;
    }
    let most = state.exchange.campaign.sweep.most;
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        let shown = differences.iter().zip(&outcome.decisions).take(most);
        for (difference, decision) in shown {
            difference_ui(ui, state, outcome, difference, decision.as_ref(), commands);
            ui.add_space(theme::GAP);
        }
        let left = differences.len().saturating_sub(most);
        if left > 0 && ui.button(format!("Show more of the {left} left")).clicked() {
            commands.push(to_window(Command::ShowMoreDifferences));
        }
        ui.add_space(theme::GAP);
    });
}

fn difference_ui(
    ui: &mut Ui,
    state: &State,
    outcome: &Outcome,
    difference: &Difference,
    decision: Option<&Decision>,
    commands: &mut Vec<WindowCommand>,
) {
    let tokens = Tokens::of(ui);
    egui::Frame::new()
        .fill(tokens.panel)
        .stroke(egui::Stroke::new(1.0, tokens.line))
        .corner_radius(theme::RADIUS)
        .inner_margin(12)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            let icon = match difference.kind {
                DifferenceKind::Granted => icons::ICON_LOCK_OPEN,
                DifferenceKind::Refused => icons::ICON_BLOCK,
            };
            line_ui(ui, icon, tokens.bad, difference.sentence, true);
            ui.add(egui::Label::new(&difference.label).wrap());
            ui.columns(2, |columns| {
                side_ui(&mut columns[0], "The files say", |ui| match decision {
                    Some(decision) => {
                        argument_ui(ui, state, &outcome.project, decision, commands);
                    }
                    None => {
                        ui.add(egui::Label::new(&difference.configuration.sentence).wrap());
                    }
                });
                side_ui(&mut columns[1], "The server says", |ui| {
                    let (icon, color) = match difference.kind {
                        DifferenceKind::Granted => (icons::ICON_CHECK_CIRCLE, tokens.good),
                        DifferenceKind::Refused => (icons::ICON_CANCEL, tokens.bad),
                    };
                    line_ui(ui, icon, color, &difference.server, false);
                });
            });
            if let Some(decision) = decision.filter(|_| is_current(state, outcome)) {
                ui.horizontal(|ui| {
                    take_on_ui(ui, state, decision.reading, &decision.question, commands);
                });
            }
        });
}

fn side_ui(ui: &mut Ui, title: &str, content: impl FnOnce(&mut Ui)) {
    // Columns justify; a text is to keep its natural gaps.
    ui.with_layout(egui::Layout::top_down(egui::Align::LEFT), |ui| {
        let color = Tokens::of(ui).text_weak;
        ui.label(RichText::new(title).family(theme::semibold()).size(12.0).color(color));
        content(ui);
    });
}
