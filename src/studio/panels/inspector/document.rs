//! A document that describes no client app: what it is, and its text.

use egui::{RichText, Ui};

use crate::config::{FileId, Place};
use crate::yaml::Span;

use super::super::super::command::Command;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::{place_link_ui, problem_ui};
use super::super::clients::document_words;
use super::{file_link_ui, kind_ui};

pub fn document_ui(
    ui: &mut Ui,
    state: &State,
    file: FileId,
    document: usize,
    commands: &mut Vec<Command>,
) {
    let Some(source) = state.project.document(file, document) else { return };
    let (title, note) = document_words(state, (file, document));
    kind_ui(ui, &note, Tokens::of(ui).text_weak);
    ui.add(egui::Label::new(RichText::new(title).family(theme::semibold()).size(17.0)).wrap());
    ui.horizontal_wrapped(|ui| {
        file_link_ui(ui, state, file, commands);
        place_link_ui(ui, state, Place { file, document, span: Span::default() }, commands);
    });
    if let Err(error) = source.tree() {
        problem_ui(ui, &format!("This document has a syntax error: {}.", error.message));
        let span = Span::new(error.offset, error.offset);
        place_link_ui(ui, state, Place { file, document, span }, commands);
    }
}
