//! Two tokens side by side: the one that went in, and the one that came out.

use egui::{RichText, Ui};

use super::super::command::Command as WindowCommand;
use super::super::state::State;
use super::super::theme::{self, Tokens};
use super::super::widgets::section_ui;
use super::{Command, actors_ui};
use crate::exchange::compare::Fate;
use crate::exchange::{Comparison, Report, Token};
use crate::studio::theme::icons::{self, MaterialIcon};

pub fn tokens_ui(ui: &mut Ui, state: &State, report: &Report, commands: &mut Vec<WindowCommand>) {
    ui.add_space(theme::GAP);
    ui.horizontal_wrapped(|ui| {
        ui.heading("Subject token and issued token");
        if report.issued.is_some()
            && ui
                .small_button("Use as next subject token")
                .on_hover_text("Puts the issued token into the form, for the next hop of a chain")
                .clicked()
        {
            commands.push(WindowCommand::Exchange(Command::UseIssued));
        }
    });
    if let Some(jwt) = report.issued_token.as_ref().and_then(Token::jwt) {
        actors_ui::actors_ui(ui, state, jwt, commands);
    }
    let both = (Some(&report.subject_token), report.issued_token.as_ref());
    pair_ui(ui, ("Subject token", "Issued token"), both, report.comparison.as_ref());
}

/// Both tokens, claim by claim where both can be read.
pub fn pair_ui(
    ui: &mut Ui,
    (first, second): (&str, &str),
    (before, after): (Option<&Token>, Option<&Token>),
    comparison: Option<&Comparison>,
) {
    let Some(comparison) = comparison else {
        ui.columns(2, |columns| {
            columns[0].vertical(|ui| token_ui(ui, first, before));
            columns[1].vertical(|ui| token_ui(ui, second, after));
        });
        return;
    };
    for sentence in &comparison.sentences {
        ui.add(egui::Label::new(RichText::new(format!("• {sentence}")).size(12.5)).wrap());
    }
    ui.add_space(4.0);
    let tokens = Tokens::of(ui);
    // Names of claims may be whole URLs; the values need the room.
    const NAME: f32 = 84.0;
    let width = ((ui.available_width() - NAME - 72.0) / 2.0).max(100.0);
    egui::Grid::new("claims").num_columns(4).spacing([10.0, 5.0]).striped(true).show(ui, |ui| {
        for title in ["", "Claim", first, second] {
            ui.label(RichText::new(title).small().color(tokens.text_weak));
        }
        ui.end_row();
        for claim in &comparison.claims {
            let (icon, color, word) = fate_look(&tokens, claim.fate);
            // At the top, as the texts of the row are.
            ui.vertical(|ui| {
                ui.label(icon.rich_text().size(14.0).color(color)).on_hover_text(word);
            });
            ui.vertical(|ui| {
                ui.set_width(NAME);
                let name = RichText::new(&claim.claim).monospace().size(12.0);
                ui.add(egui::Label::new(name).wrap());
            });
            for side in [&claim.before, &claim.after] {
                let text = side.as_deref().unwrap_or("–");
                let color = if claim.fate == Fate::Same { tokens.text_weak } else { tokens.text };
                ui.vertical(|ui| {
                    ui.set_width(width);
                    ui.add(
                        egui::Label::new(RichText::new(text).monospace().size(12.0).color(color))
                            .wrap(),
                    );
                });
            }
            ui.end_row();
        }
    });
}

fn fate_look(tokens: &Tokens, fate: Fate) -> (MaterialIcon, egui::Color32, &'static str) {
    match fate {
        Fate::Same => (icons::ICON_DRAG_HANDLE, tokens.text_weak, "the same"),
        Fate::Changed => (icons::ICON_CHANGE_HISTORY, tokens.caution, "changed"),
        Fate::Gained => (icons::ICON_ADD, tokens.good, "gained"),
        Fate::Lost => (icons::ICON_REMOVE, tokens.bad, "lost"),
    }
}

fn token_ui(ui: &mut Ui, title: &str, token: Option<&Token>) {
    section_ui(ui, title);
    let Some(token) = token else {
        ui.label(RichText::new("none").color(Tokens::of(ui).text_weak));
        return;
    };
    ui.add(egui::Label::new(token.summary()).wrap());
    if let Some(jwt) = token.jwt() {
        let text = serde_json::to_string_pretty(&jwt.claims).unwrap_or_default();
        ui.add(egui::Label::new(RichText::new(text).monospace().size(12.0)).wrap());
    }
}
