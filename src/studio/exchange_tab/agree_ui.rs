//! Whether the configuration and the server say the same; where they do not, both arguments side by
//! side, and the identity that was perhaps meant.

use egui::{RichText, Ui};

use crate::studio::theme::icons;
use crate::trust::Truth;

use super::super::command::Command as WindowCommand;
use super::super::state::State;
use super::super::theme::{self, Tokens};
use super::super::widgets::{place_link_ui, section_ui};
use super::Outcome;
use super::checks_ui::check_ui;
use super::result_ui::step_ui;

pub fn agreement_ui(
    ui: &mut Ui,
    state: &State,
    outcome: &Outcome,
    commands: &mut Vec<WindowCommand>,
) {
    let tokens = Tokens::of(ui);
    let (Some(agreed), Some(decision), Ok(report)) =
        (&outcome.agreement, &outcome.prediction, &outcome.observation)
    else {
        return;
    };
    let agreement = &agreed.agreement;
    let Some(held) = agreement.held else { return };
    let (icon, color, text) = if held {
        (icons::ICON_CHECK_CIRCLE, tokens.good, "The server did what the configuration says.")
    } else {
        (icons::ICON_DIFFERENCE, tokens.bad, "The server did not do what the configuration says.")
    };
    ui.horizontal_top(|ui| {
        ui.label(icon.rich_text().size(18.0).color(color));
        ui.add(egui::Label::new(RichText::new(text).family(theme::semibold()).color(color)).wrap());
    });
    if agreement.differs() {
        check_ui(ui, &agreement.check);
        ui.columns(2, |columns| {
            let ui = &mut columns[0];
            section_ui(ui, "What the configuration argues");
            for truth in [Truth::False, Truth::NotStated, Truth::True] {
                for step in decision.with(truth) {
                    step_ui(ui, state, step, commands);
                }
            }
            let ui = &mut columns[1];
            section_ui(ui, "What the server argues");
            let label = |ui: &mut Ui, text: &str| {
                ui.add(egui::Label::new(RichText::new(text).size(12.5)).wrap());
            };
            label(ui, &report.sentence());
            match &report.refusal {
                Some(refusal) => {
                    if !refusal.description.is_empty() {
                        label(ui, &format!("It says: “{}”", refusal.description));
                    }
                    label(ui, &refusal.explanation);
                }
                None => label(ui, "It gives no reason for a token that it issues."),
            }
        });
    }
    for (sentence, place) in &agreed.near {
        ui.horizontal_top(|ui| {
            ui.label(icons::ICON_LIGHTBULB.rich_text().size(15.0).color(tokens.caution));
            ui.vertical(|ui| {
                let text = RichText::new(sentence).size(12.5);
                ui.add(egui::Label::new(text).wrap());
                place_link_ui(ui, state, *place, commands);
            });
        });
    }
    ui.add_space(4.0);
}
