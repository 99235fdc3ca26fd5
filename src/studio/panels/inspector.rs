//! The inspector: everything about what is selected, and the forms that change it.

use egui::{RichText, Ui};

use crate::audit::Finding;
use crate::config::{ClientKey, FileId, Place};
use crate::studio::theme::icons;

use super::super::command::{Action, Command};
use super::super::selection::Selection;
use super::super::state::State;
use super::super::theme::{self, Tokens};
use super::super::widgets::{
    column_label_ui, empty_ui, icon_button_ui, link_ui, place_link_ui, problem_ui, section_ui,
    severity_look,
};
use super::raw::RawDraft;

mod client;
mod document;
mod external;
mod facts;
mod file;
mod identities;
mod lists;
mod permissions;
mod settings;
mod unknown;

use client::client_ui;
use external::{external_ui, ghost_ui, issuer_ui};
use identities::card_ui;
use permissions::exchange_ui;

pub use file::size;
pub use identities::IdentityDraft;

/// What the inspector keeps between frames.
#[derive(Debug, Default)]
pub struct Inspector {
    /// The federated identity that is being added, with the client app it is for.
    draft: IdentityDraft,
    /// The entry that is being added to a list.
    entry: lists::EntryDraft,
    /// The YAML that is being edited.
    raw: RawDraft,
    /// What the drafts are for.
    for_selection: Option<Selection>,
}

pub fn inspector_ui(
    ui: &mut Ui,
    inspector: &mut Inspector,
    state: &State,
    commands: &mut Vec<Command>,
) {
    if inspector.for_selection != state.selection {
        inspector.for_selection = state.selection.clone();
        inspector.entry = lists::EntryDraft::default();
        inspector.raw = RawDraft::default();
    }
    let Some(selection) = &state.selection else {
        match state.finding.and_then(|index| state.analysis.findings.get(index)) {
            Some(finding) => finding_ui(ui, state, finding, commands),
            None => {
                empty_ui(ui, "Nothing selected", "Select a client app, an identity or an arrow.");
            }
        }
        return;
    };
    egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| match selection {
        Selection::Client(key) => client_ui(ui, inspector, state, *key, commands),
        Selection::Ghost(entry) => ghost_ui(ui, state, entry, commands),
        Selection::Issuer(issuer) => issuer_ui(ui, state, issuer, commands),
        Selection::External { issuer, subject } => {
            external_ui(ui, state, issuer, subject, commands)
        }
        Selection::Exchange { owner, entry } => exchange_ui(ui, state, *owner, entry, commands),
        Selection::Federation { client, index } => {
            let identity = &state.project.client(*client).identities[*index];
            match (&identity.issuer, &identity.subject) {
                (Some(issuer), Some(subject)) => {
                    external_ui(ui, state, &issuer.value, &subject.value, commands);
                }
                _ => client_ui(ui, inspector, state, *client, commands),
            }
        }
        Selection::Document { file, document } => {
            let at = (*file, *document);
            document::document_ui(ui, &mut inspector.raw, state, at, commands);
        }
        Selection::File(file) => file::file_ui(ui, state, *file, commands),
    });
}

// --- A finding -------------------------------------------------------------------------------

/// A finding that is about no client app: a file that cannot be read, a document that is broken.
fn finding_ui(ui: &mut Ui, state: &State, finding: &Finding, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let (icon, color) = severity_look(&tokens, finding.severity);
    ui.horizontal(|ui| {
        ui.label(icon.rich_text().size(15.0).color(color));
        kind_ui(ui, &format!("{} · {}", finding.rule.id, finding.severity.name()), color);
    });
    let message = RichText::new(&finding.message).family(theme::semibold()).size(15.0);
    ui.add(egui::Label::new(message).wrap());
    if let Some(place) = finding.place() {
        place_link_ui(ui, state, place, commands);
    }
    for (title, text) in [("What to do", finding.help.as_str()), ("Why", finding.rule.why)] {
        section_ui(ui, title);
        ui.add(egui::Label::new(text).wrap());
    }
    section_ui(ui, "References");
    for reference in finding.rule.references {
        ui.label(RichText::new(*reference).color(tokens.text_weak));
    }
}

fn kind_ui(ui: &mut Ui, kind: &str, color: egui::Color32) {
    ui.label(RichText::new(kind).small().color(color));
}

fn client_link_ui(ui: &mut Ui, state: &State, key: ClientKey, commands: &mut Vec<Command>) {
    if link_ui(ui, state.project.client(key).label()).clicked() {
        commands.push(Command::Reveal(Selection::Client(key)));
    }
}

fn simulate_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let reason = Action::SimulateSelected.disabled_reason(state);
    let tokens = Tokens::of(ui);
    let text = RichText::new("Simulate this").color(tokens.on_accent);
    let button = egui::Button::new(text).fill(tokens.accent);
    let response =
        ui.add_enabled(reason.is_none(), button).on_hover_text("Fill the exchange tab from it");
    if response.clicked() {
        commands.push(Command::Act(Action::SimulateSelected));
    }
}

/// What the configuration says about the selected exchange, condition by condition.
fn decision_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let Some(question) = state.simulation() else { return };
    let decision = crate::trust::decide(&state.project, state.reading, &question);
    section_ui(ui, "Prediction");
    super::super::widgets::decision_ui(ui, state, &decision, commands);
}

/// Says that a document is broken and what is shown is what it last said, with the way there.
fn stale_ui(ui: &mut Ui, state: &State, place: Place, commands: &mut Vec<Command>) {
    problem_ui(
        ui,
        "This document is broken. What is shown here is what it said while it was whole.",
    );
    if icon_button_ui(ui, icons::ICON_BUILD, "Go to the break").clicked() {
        commands.push(Command::ShowPlace(place));
    }
    ui.label(
        RichText::new(state.project.describe_place(place)).small().color(Tokens::of(ui).text_weak),
    );
}

/// A text that is changed while it is typed. One that others share is changed when it is left, so
/// that it is asked once whose it is.
fn text_ui(ui: &mut Ui, name: &str, text: &str, hint: &str, shared: bool) -> Option<String> {
    let id = ui.make_persistent_id(("text", name));
    let mut typed = ui
        .data(|data| data.get_temp::<String>(id))
        .filter(|_| shared)
        .unwrap_or_else(|| text.to_owned());
    let field = if typed.contains('\n') {
        egui::TextEdit::multiline(&mut typed).desired_rows(2)
    } else {
        egui::TextEdit::singleline(&mut typed)
    };
    let field = field
        .font(egui::TextStyle::Monospace)
        .hint_text(hint)
        .id_salt(name)
        .desired_width(f32::INFINITY);
    let response = ui.add(field).accessible_name(name);
    if !shared {
        return response.changed().then_some(typed);
    }
    if response.changed() {
        ui.data_mut(|data| data.insert_temp(id, typed.clone()));
    }
    if !response.has_focus() {
        // Also when it was left while it was out of view.
        let was_typed = ui.data_mut(|data| data.remove_temp::<String>(id));
        return was_typed.filter(|typed| typed != text);
    }
    None
}

/// A label before a field of a card.
fn label_ui(ui: &mut Ui, label: &str) {
    let text = RichText::new(label).small().color(Tokens::of(ui).text_weak);
    column_label_ui(ui, text, egui::vec2(64.0, 22.0));
}

/// A label before a field of what is selected, wide enough for the names of keys.
fn fact_label_ui(ui: &mut Ui, label: &str) {
    let text = RichText::new(label).size(12.5);
    column_label_ui(ui, text, egui::vec2(92.0, 24.0));
}

/// The file something is in, as a link to what there is to say of the file.
fn file_link_ui(ui: &mut Ui, state: &State, file: FileId, commands: &mut Vec<Command>) {
    let name = &state.project.file(file).name;
    let button = egui::Button::new((
        icons::ICON_DESCRIPTION.rich_text().size(13.0),
        RichText::new(name).small(),
    ))
    .small();
    let response = ui.add(button).accessible_name(format!("File {name}"));
    if response.on_hover_text("Show what there is to say of this file").clicked() {
        commands.push(Command::Select(Some(Selection::File(file))));
    }
}
