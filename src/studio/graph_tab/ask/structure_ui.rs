//! How the whole is built, in the window: lists whose lines are shown on the drawing.

use egui::{RichText, Ui};

use super::super::state::Command as GraphCommand;
use super::result_ui::{out_of_date_ui, weak_ui};
use super::state::Command;
use super::structure::{Section, Structure};
use crate::studio::command::Command as Main;
use crate::studio::state::State;
use crate::studio::theme::icons;
use crate::studio::theme::{self, Tokens};
use crate::studio::widgets::icon_button_ui;

const ROW: f32 = 24.0;

pub fn structure_ui(ui: &mut Ui, state: &State, structure: &Structure, commands: &mut Vec<Main>) {
    let is_current = structure.holds_for(&state.project, state.reading);
    let title = RichText::new(&structure.title).family(theme::semibold());
    ui.add(egui::Label::new(title).wrap());
    weak_ui(ui, &structure.conditions());
    if !is_current {
        out_of_date_ui(ui);
    }
    if icon_button_ui(ui, icons::ICON_CONTENT_COPY, "Copy as text").clicked() {
        ui.ctx().copy_text(structure.text());
    }
    for (at, section) in structure.sections.iter().enumerate() {
        ui.add_space(4.0);
        let heading = RichText::new(&section.heading).family(theme::semibold()).size(13.0);
        ui.add(egui::Label::new(heading).wrap());
        section_ui(ui, state, at, section, is_current, commands);
        if let Some(note) = &section.note {
            weak_ui(ui, note);
        }
    }
}

fn section_ui(
    ui: &mut Ui,
    state: &State,
    number: usize,
    section: &Section,
    is_current: bool,
    commands: &mut Vec<Main>,
) {
    if section.lines.is_empty() {
        return;
    }
    let tokens = Tokens::of(ui);
    let picked = state.graph.ask.line.filter(|(of, _)| *of == number).map(|(_, at)| at);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        // Not a list that scrolls by itself: what has the keyboard would not come into view.
        for (at, line) in section.lines.iter().enumerate() {
            let size = egui::vec2(ui.available_width(), ROW);
            let note = RichText::new(&line.note).small().color(tokens.text_weak);
            let chosen = picked == Some(at);
            let button = egui::Button::selectable(chosen, line.text.as_str())
                .truncate()
                .shortcut_text(note)
                .min_size(size);
            let response = ui.add_enabled(is_current, button);
            response.widget_info(|| {
                let name = match line.note.as_str() {
                    "" => line.text.clone(),
                    note => format!("{}, {note}", line.text),
                };
                egui::WidgetInfo::selected(egui::Role::Button, is_current, chosen, name)
            });
            if response.on_hover_text(&line.text).clicked() {
                commands.push(Main::Graph(GraphCommand::Ask(Command::PickLine(number, at))));
            }
        }
    });
}
