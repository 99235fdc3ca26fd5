//! The checks of an answer, by how much they matter.

use egui::{RichText, Ui};

use super::super::theme::{self, Tokens};
use crate::exchange::checks::{Check, Level};
use crate::exchange::report::is_afterwards;
use crate::studio::theme::icons::{self, MaterialIcon};

pub fn checks_ui(ui: &mut Ui, checks: &[Check]) {
    ui.add_space(theme::GAP);
    ui.heading("Checks");
    // What was asked afterwards stands under the answer already.
    let at = |level: Level| {
        let of_level = move |check: &&Check| check.level == level && !check.dialect;
        checks.iter().filter(of_level).filter(|check| !is_afterwards(check))
    };
    for (title, level) in [("Breaches", Level::Fail), ("Advice", Level::Warn)] {
        group_ui(ui, title, at(level), true);
    }
    group_ui(ui, "Dialects", checks.iter().filter(|check| check.dialect), true);
    group_ui(ui, "Notes", at(Level::Note), true);
    group_ui(ui, "Passed", at(Level::Pass), false);
    group_ui(ui, "Not applicable", at(Level::NotApplicable), false);
}

fn group_ui<'a>(ui: &mut Ui, title: &str, checks: impl Iterator<Item = &'a Check>, open: bool) {
    let checks: Vec<_> = checks.collect();
    if checks.is_empty() {
        return;
    }
    egui::CollapsingHeader::new(format!("{title} ({})", checks.len()))
        .id_salt(title)
        .default_open(open)
        .show(ui, |ui| {
            for check in checks {
                check_ui(ui, check);
            }
        });
}

pub fn check_ui(ui: &mut Ui, check: &Check) {
    let tokens = Tokens::of(ui);
    let (icon, color) = level_look(&tokens, check.level);
    ui.horizontal_top(|ui| {
        ui.label(icon.rich_text().size(14.0).color(color));
        ui.label(RichText::new(check.id).monospace().size(12.0).color(tokens.text_weak));
        ui.vertical(|ui| {
            ui.add(egui::Label::new(RichText::new(&check.finding).size(12.5)).wrap());
            ui.add(
                egui::Label::new(
                    RichText::new(format!("{} · {}", check.title, check.clause))
                        .small()
                        .color(tokens.text_weak),
                )
                .wrap(),
            );
        });
    });
}

pub fn level_look(tokens: &Tokens, level: Level) -> (MaterialIcon, egui::Color32) {
    match level {
        Level::Fail => (icons::ICON_ERROR, tokens.bad),
        Level::Warn => (icons::ICON_WARNING, tokens.caution),
        Level::Note => (icons::ICON_INFO, tokens.accent),
        Level::Pass => (icons::ICON_CHECK, tokens.good),
        Level::NotApplicable => (icons::ICON_REMOVE, tokens.text_weak),
    }
}
