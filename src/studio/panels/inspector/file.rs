//! A file: where it is, how it is written, what it holds, and what of it is not saved.

use egui::{RichText, Ui};

use crate::config::{FileError, FileId};
use crate::studio::theme::icons;
use crate::yaml::LoadError;

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
        if let FileError::Load(LoadError::TooLarge { bytes, .. }) = error {
            let text = format!("Open it all the same ({})", size(*bytes as u64));
            if ui.button(text).on_hover_text("Raises the limit for this window").clicked() {
                commands.push(Command::OpenLarge(file, *bytes));
            }
        }
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
        let close = egui::Button::new("Close file");
        let close = ui
            .add_enabled(!source.is_unsaved(), close)
            .on_hover_text("Takes it out of the project; on disk it stays as it is")
            .on_disabled_hover_text("Save it first, or undo its changes");
        if close.clicked() {
            commands.push(Command::CloseFile(file));
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
    let looked = state.file_facts.as_ref().filter(|it| it.file == file);
    if let Ok(stream) = &source.stream {
        facts.push(("Documents", counted(stream.documents().len(), "document")));
        facts.push(("Encoding", stream.encoding().name().to_owned()));
        facts.push(("Text", size(stream.len() as u64)));
    }
    if let Some(looked) = looked {
        if source.stream.is_ok() {
            facts.push(("Line endings", looked.line_endings.clone()));
            let mark = if looked.byte_order_mark { "yes" } else { "no" };
            facts.push(("Byte-order mark", mark.to_owned()));
        }
        facts.push(("On disk", looked.size.map_or("not there".to_owned(), size)));
        let read_only = match looked.read_only {
            None => "not known",
            Some(true) => "yes: a save will ask what to do",
            Some(false) => "no",
        };
        facts.push(("Read-only", read_only.to_owned()));
        let backups = match looked.backups.as_slice() {
            [] => "none".to_owned(),
            backups => {
                let names = backups.iter().filter_map(|path| path.file_name());
                names.map(|name| name.to_string_lossy()).collect::<Vec<_>>().join(", ")
            }
        };
        facts.push(("Backups", backups));
    }
    let unsaved = if source.is_unsaved() { "yes" } else { "no" };
    facts.push(("Unsaved", unsaved.to_owned()));
    egui::Grid::new("file-facts").num_columns(2).spacing([12.0, 4.0]).show(ui, |ui| {
        for (name, value) in facts {
            ui.label(RichText::new(name).size(12.5).color(Tokens::of(ui).text_weak));
            ui.add(egui::Label::new(RichText::new(value).size(12.5)).wrap());
            ui.end_row();
        }
    });
}

/// Bytes as people read them.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
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
