//! A file: where it is, how it is written, what it holds, and what of it is not saved.

use egui::{RichText, Ui};
use egui_material_icons::icons;

use crate::config::FileId;

use super::super::super::command::{Action, Command};
use super::super::super::selection::at;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::{icon_button_ui, problem_ui, section_ui};
use super::super::bars::counted;
use super::super::clients::document_words;
use super::kind_ui;

/// Documents listed at most; the list at the left has them all.
const LISTED: usize = 200;

pub fn file_ui(ui: &mut Ui, state: &State, file: FileId, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let source = state.project.file(file);
    kind_ui(ui, "File", tokens.text_weak);
    ui.add(
        egui::Label::new(RichText::new(&source.name).family(theme::semibold()).size(17.0)).wrap(),
    );
    if let Err(error) = &source.stream {
        problem_ui(ui, &format!("This file was not read: {error}."));
    }
    facts_ui(ui, state, file);
    ui.add_space(theme::GAP);
    ui.horizontal_wrapped(|ui| {
        if source.stream.is_ok() && icon_button_ui(ui, icons::ICON_SAVE_AS, "Save as…").clicked()
        {
            commands.push(Command::Act(Action::SaveAs));
        }
        if let Some(path) = &source.path
            && icon_button_ui(ui, icons::ICON_CONTENT_COPY, "Copy path").clicked()
        {
            ui.ctx().copy_text(path.display().to_string());
        }
    });
    documents_ui(ui, state, file, commands);
}

fn facts_ui(ui: &mut Ui, state: &State, file: FileId) {
    let source = state.project.file(file);
    let mut facts: Vec<(&str, String)> = Vec::new();
    let path =
        source.path.as_ref().map_or("not on disk yet".to_owned(), |it| it.display().to_string());
    facts.push(("Path", path));
    if let Ok(stream) = &source.stream {
        facts.push(("Documents", counted(stream.documents().len(), "document")));
        let unsaved = state.project.unsaved().contains(&file);
        facts.push(("Unsaved", if unsaved { "yes" } else { "no" }.to_owned()));
    }
    egui::Grid::new("file-facts").num_columns(2).spacing([12.0, 4.0]).show(ui, |ui| {
        for (name, value) in facts {
            ui.label(RichText::new(name).size(12.5).color(Tokens::of(ui).text_weak));
            ui.add(egui::Label::new(RichText::new(value).size(12.5)).wrap());
            ui.end_row();
        }
    });
}

fn documents_ui(ui: &mut Ui, state: &State, file: FileId, commands: &mut Vec<Command>) {
    let Ok(stream) = &state.project.file(file).stream else { return };
    section_ui(ui, "Documents");
    let count = stream.documents().len();
    for document in 0..count.min(LISTED) {
        let (title, note) = match state.project.client_at(file, document) {
            Some(key) => (state.project.client(key).label().to_owned(), String::new()),
            None => document_words(state, (file, document)),
        };
        ui.horizontal(|ui| {
            if ui.link(title).clicked() {
                commands.push(Command::Reveal(at(&state.project, file, document)));
            }
            ui.label(RichText::new(note).small().color(Tokens::of(ui).text_weak));
        });
    }
    if count > LISTED {
        let more = format!("and {} more", count - LISTED);
        ui.label(RichText::new(more).color(Tokens::of(ui).text_weak));
    }
}
