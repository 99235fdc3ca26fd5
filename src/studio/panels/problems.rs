//! The list of findings, at the bottom: what, how bad, where.

use egui::{RichText, Sense, Ui, vec2};

use super::super::command::{Action, Command};
use super::super::state::State;
use super::super::theme::{self, Tokens};
use super::super::widgets::{action_button_ui, severity_look};
use super::bars::counted;
use crate::studio::theme::icons;

const ROW_HEIGHT: f32 = 24.0;

pub fn problems_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let findings = &state.analysis.findings;
    ui.horizontal(|ui| {
        ui.label(RichText::new("Problems").family(theme::semibold()));
        ui.label(RichText::new(counted(findings.len(), "finding")).color(Tokens::of(ui).text_weak));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            action_button_ui(ui, state, Action::ToggleProblems, icons::ICON_CLOSE, commands);
            action_button_ui(
                ui,
                state,
                Action::NextFinding,
                icons::ICON_KEYBOARD_ARROW_DOWN,
                commands,
            );
            action_button_ui(
                ui,
                state,
                Action::PreviousFinding,
                icons::ICON_KEYBOARD_ARROW_UP,
                commands,
            );
        });
    });
    if findings.is_empty() {
        let text = if state.project.clients().is_empty() {
            "Nothing is open."
        } else {
            "Nothing to report: every rule that can be checked from the files is met."
        };
        ui.label(RichText::new(text).color(Tokens::of(ui).text_weak));
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    egui::ScrollArea::vertical().auto_shrink([false, false]).show_rows(
        ui,
        ROW_HEIGHT,
        findings.len(),
        |ui, range| {
            for index in range {
                row_ui(ui, state, index, commands);
            }
        },
    );
}

fn row_ui(ui: &mut Ui, state: &State, index: usize, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let finding = &state.analysis.findings[index];
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    let place = finding
        .place()
        .map(|place| state.analysis.project.describe_place(place))
        .unwrap_or_default();
    response.widget_info(|| {
        let name =
            format!("{} {}: {} {place}", finding.severity.name(), finding.rule.id, finding.message);
        egui::WidgetInfo::selected(egui::Role::Button, true, state.finding == Some(index), name)
    });
    if response.clicked() {
        commands.push(Command::SelectFinding(index));
    }
    if response.double_clicked()
        && let Some(place) = finding.place()
    {
        commands.push(Command::ShowPlace(place));
    }
    let fill = if state.finding == Some(index) {
        tokens.accent_soft
    } else if response.hovered() || response.has_focus() {
        tokens.hovered
    } else {
        egui::Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect, theme::RADIUS, fill);
    let mut row = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(rect.shrink2(vec2(4.0, 0.0)))
            .layout(egui::Layout::left_to_right(egui::Align::Center)),
    );
    let (icon, color) = severity_look(&tokens, finding.severity);
    row.label(icon.rich_text().size(15.0).color(color)).on_hover_text(finding.severity.name());
    row.add(
        egui::Label::new(
            RichText::new(finding.rule.id).monospace().size(11.5).color(tokens.text_weak),
        )
        .selectable(false),
    );
    row.with_layout(egui::Layout::right_to_left(egui::Align::Center), |row| {
        row.add(
            egui::Label::new(RichText::new(place).small().color(tokens.text_weak))
                .selectable(false),
        );
        row.with_layout(egui::Layout::left_to_right(egui::Align::Center), |row| {
            row.add(
                egui::Label::new(RichText::new(&finding.message).size(12.5))
                    .truncate()
                    .selectable(false),
            );
        });
    });
    response.on_hover_text(&finding.help);
}
