//! A document that describes no client app: what it is, what belongs to it, and its text.

use egui::{RichText, Ui};

use crate::config::{FileId, OtherDocument, Place};
use crate::yaml::{Op, Span, Step, Value};

use super::super::super::command::Command;
use super::super::super::selection::{Selection, at};
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::{link_ui, place_link_ui, problem_ui, section_ui};
use super::super::bars::counted;
use super::super::clients::document_words;
use super::super::raw::{self, RawDraft};
use super::{fact_label_ui, file_link_ui, kind_ui, stale_ui, text_ui};
use crate::config::Change;

/// Client apps listed at most; the list at the left has them all.
const LISTED: usize = 50;

pub fn document_ui(
    ui: &mut Ui,
    draft: &mut RawDraft,
    state: &State,
    (file, document): (FileId, usize),
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
    let others = state.project.other_documents();
    let other = others.iter().find(|it| it.file == file && it.document == document);
    match other.and_then(|other| other.stale.as_deref()) {
        Some(place) => stale_ui(ui, state, *place, commands),
        None => {
            if let Err(error) = source.tree() {
                problem_ui(ui, &format!("This document has a syntax error: {}.", error.message));
                let span = Span::new(error.offset, error.offset);
                place_link_ui(ui, state, Place { file, document, span }, commands);
            }
        }
    }
    if let Some(other) = other {
        facts_ui(ui, state, other, commands);
        members_ui(ui, state, other, commands);
        let at = (file, document);
        super::unknown::unknown_ui(ui, draft, state, at, &other.unknown, commands);
    }
    section_ui(ui, "The document as YAML");
    raw::document_ui(ui, draft, state, (file, document), commands);
    ui.add_space(theme::GAP * 2.0);
}

/// What the document states of itself, each to be changed.
fn facts_ui(ui: &mut Ui, state: &State, other: &OtherDocument, commands: &mut Vec<Command>) {
    ui.add_space(theme::GAP);
    let mut facts: Vec<(&str, &str, &str, bool)> = Vec::new();
    let shared = |shared: bool| shared;
    if let Some(name) = &other.name {
        facts.push(("Name", "name", &name.value, shared(name.shared.is_some())));
    }
    if let Some(id) = &other.id {
        facts.push(("Id", "id", id.value.as_str(), shared(id.shared.is_some())));
    }
    if let Some(text) = &other.description {
        facts.push(("Description", "description", &text.value, shared(text.shared.is_some())));
    }
    if let Some(text) = &other.status {
        facts.push(("Status", "status", &text.value, shared(text.shared.is_some())));
    }
    for parent in &other.parents {
        let shared = parent.id.shared.is_some();
        facts.push((&parent.key, &parent.key, parent.id.value.as_str(), shared));
    }
    for (label, key, text, shared) in facts {
        ui.horizontal(|ui| {
            fact_label_ui(ui, label);
            if key == "id" {
                // Another id is given with Rename id everywhere, which keeps what refers to it.
                ui.add(egui::Label::new(RichText::new(text).monospace().size(12.0)).truncate());
                return;
            }
            if let Some(typed) = text_ui(ui, label, text, "empty", shared) {
                let (file, document) = (other.file, other.document);
                let path = vec![Step::Key(key.to_owned())];
                let field = format!("{file:?} {document} {key}");
                let op = Op::Set { path, value: Value::Text(typed) };
                let change = Change::Edit { file, document, op, via: None };
                commands.push(Command::Typing { change, field });
            }
        });
    }
    for parent in &other.parents {
        let mut others = state.project.other_documents().iter();
        let of = others.find(|it| it.id.as_ref().is_some_and(|id| id.value == parent.id.value));
        if let Some(of) = of
            && link_ui(ui, format!("{} {}", of.kind.label(), of.label())).clicked()
        {
            let selection = Selection::Document { file: of.file, document: of.document };
            commands.push(Command::Select(Some(selection)));
        }
    }
}

/// What names the document: the client apps of a subscription, the subscriptions of a customer.
fn members_ui(ui: &mut Ui, state: &State, other: &OtherDocument, commands: &mut Vec<Command>) {
    let Some(id) = other.id.as_ref().map(|id| &id.value) else { return };
    let project = &state.project;
    let clients: Vec<_> = project
        .clients()
        .iter()
        .filter(|client| client.subscription.as_ref().is_some_and(|it| it.value == *id))
        .collect();
    let documents: Vec<_> = project
        .other_documents()
        .iter()
        .filter(|it| it.parents.iter().any(|parent| parent.id.value == *id))
        .collect();
    if clients.is_empty() && documents.is_empty() {
        return;
    }
    section_ui(ui, &format!("Named by {}", counted(clients.len() + documents.len(), "document")));
    for it in documents.iter().take(LISTED) {
        if link_ui(ui, it.label()).clicked() {
            commands.push(Command::Select(Some(at(project, it.file, it.document))));
        }
    }
    for client in clients.iter().take(LISTED) {
        if link_ui(ui, client.label()).clicked() {
            commands.push(Command::Reveal(Selection::Client(client.key)));
        }
    }
    let more = (clients.len() + documents.len()).saturating_sub(2 * LISTED);
    if more > 0 {
        ui.label(RichText::new(format!("and {more} more")).color(Tokens::of(ui).text_weak));
    }
}
