//! What the rows say and how they are drawn.

use egui::{RichText, Ui, vec2};

use crate::config::{ClientApp, ClientKey, FileId, Id, Setting};
use crate::studio::theme::icons;

use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::user_state::Grouping;
use super::super::super::widgets::file_chip;
use super::super::bars::counted;
use super::rows::Row;

pub fn accessible_name(state: &State, row: &Row) -> String {
    match row {
        Row::File(file, count) => {
            format!("File {}, {}", state.project.file(*file).name, counted(*count, "document"))
        }
        Row::Subscription(id, count) => {
            let label = subscription_label(state, id.as_deref());
            format!("{label}, {}", counted(*count, "client app"))
        }
        Row::Client(key) => {
            let client = state.project.client(*key);
            let broken = if client.stale.is_some() { ", broken," } else { "" };
            format!("{}{broken} in the list", client.label())
        }
        Row::Document(file, document) => {
            let (title, note) = document_words(state, (*file, *document));
            format!("{title}, {note}, in the list")
        }
    }
}

fn subscription_label(state: &State, id: Option<&str>) -> String {
    match id {
        None => "No subscription".to_owned(),
        Some(id) => state
            .project
            .subscription(&Id::new(id))
            .map_or_else(|| format!("Unknown subscription {id}"), |group| group.label().to_owned()),
    }
}

pub fn heading_ui(ui: &mut Ui, state: &State, row: &Row, rect: egui::Rect, folded: bool) {
    let tokens = Tokens::of(ui);
    let arrow = if folded { icons::ICON_CHEVRON_RIGHT } else { icons::ICON_KEYBOARD_ARROW_DOWN };
    let (icon, label, count, unsaved) = match row {
        Row::File(file, count) => {
            let source = state.project.file(*file);
            let unsaved = state.project.unsaved().contains(file);
            let icon =
                if source.stream.is_err() { icons::ICON_ERROR } else { icons::ICON_DESCRIPTION };
            (icon, source.name.clone(), *count, unsaved)
        }
        Row::Subscription(id, count) => {
            (icons::ICON_FOLDER, subscription_label(state, id.as_deref()), *count, false)
        }
        Row::Client(_) | Row::Document(..) => return,
    };
    let mut content = line(ui, rect.shrink2(vec2(4.0, 0.0)));
    content.spacing_mut().item_spacing.x = 5.0;
    content.label(arrow.rich_text().size(16.0).color(tokens.text_weak));
    content.label(icon.rich_text().size(15.0).color(tokens.text_weak));
    content.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        ui.label(RichText::new(count.to_string()).small().color(tokens.text_weak));
        if unsaved {
            ui.label(RichText::new("unsaved").small().color(tokens.caution));
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            let text = RichText::new(label).family(theme::semibold()).size(12.5);
            ui.add(egui::Label::new(text).truncate().selectable(false));
        });
    });
}

/// A row of things within a rectangle.
fn line(ui: &mut Ui, rect: egui::Rect) -> Ui {
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.new_child(egui::UiBuilder::new().max_rect(rect).layout(layout))
}

/// A name above a note, and the name of the file behind it unless the list says so already.
fn two_lines_ui(
    ui: &mut Ui,
    state: &State,
    rect: egui::Rect,
    name: RichText,
    note: &str,
    file: FileId,
) {
    let tokens = Tokens::of(ui);
    let indent = if state.user.grouping == Grouping::None { 8.0 } else { 20.0 };
    let rect = rect.shrink2(vec2(8.0, 5.0)).with_min_x(rect.left() + indent);
    let half = rect.height() / 2.0;
    let mut first = line(ui, rect.with_max_y(rect.top() + half));
    first.add(egui::Label::new(name).truncate().selectable(false));
    let mut second = line(ui, rect.with_min_y(rect.top() + half));
    let with_file = state.user.grouping != Grouping::File && state.project.files().len() > 1;
    second.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
        if with_file {
            file_chip(ui, &state.project.file(file).name, rect.width() * 0.5);
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
            let note = RichText::new(note).small().color(tokens.text_weak);
            ui.add(egui::Label::new(note).truncate().selectable(false));
        });
    });
}

pub fn client_row_ui(ui: &mut Ui, state: &State, key: ClientKey, rect: egui::Rect) {
    let client = state.project.client(key);
    let name = RichText::new(client.label()).family(theme::semibold()).color(Tokens::of(ui).text);
    two_lines_ui(ui, state, rect, name, &summary(client), client.file);
    if client.stale.is_some() {
        let icon = icons::ICON_BUILD.rich_text().size(14.0).color(Tokens::of(ui).bad);
        let at = egui::Rect::from_min_size(rect.right_top() + vec2(-24.0, 4.0), vec2(18.0, 18.0));
        ui.put(at, egui::Label::new(icon).selectable(false));
    }
}

pub fn document_row_ui(
    ui: &mut Ui,
    state: &State,
    (file, document): (FileId, usize),
    rect: egui::Rect,
) {
    let (title, note) = document_words(state, (file, document));
    let name = RichText::new(title).color(Tokens::of(ui).text);
    two_lines_ui(ui, state, rect, name, &note, file);
}

/// What a document that is no client app is called, and what it is.
pub fn document_words(state: &State, (file, document): (FileId, usize)) -> (String, String) {
    let others = state.project.other_documents();
    let other = others
        .binary_search_by_key(&(file, document), |other| (other.file, other.document))
        .ok()
        .map(|at| &others[at]);
    let number = document + 1;
    match other {
        Some(other) => {
            let name = other.name.as_ref().map(|name| name.value.clone());
            let id = other.id.as_ref().map(|id| id.value.as_str().to_owned());
            let title = name.or(id).unwrap_or_else(|| format!("Document {number}"));
            let note = other.tag.as_deref().unwrap_or("no tag");
            let broken = if other.stale.is_some() { "broken " } else { "" };
            let note = format!("{broken}{note}");
            (title, note)
        }
        None => {
            let broken =
                state.project.document(file, document).is_some_and(|it| it.tree().is_err());
            let note = if broken { "broken: a syntax error" } else { "empty" };
            (format!("Document {number}"), note.to_owned())
        }
    }
}

/// One line on a client app: what it may do, what may become it, what is special.
fn summary(client: &ClientApp) -> String {
    let mut words = Vec::new();
    if client.stale.is_some() {
        words.push("broken, shown as it was".to_owned());
    }
    if client.flag(Setting::Enabled).is_some_and(|flag| !flag.value) {
        words.push("disabled".to_owned());
    }
    if client.flag(Setting::Public).is_some_and(|flag| flag.value) {
        words.push("public".to_owned());
    }
    if client.flag(Setting::Restricted).is_some_and(|flag| flag.value) {
        words.push("restricted".to_owned());
    }
    match client.permissions.len() {
        0 => {}
        1 => words.push("lists 1 client app".to_owned()),
        count => words.push(format!("lists {count} client apps")),
    }
    match client.identities.len() {
        0 => {}
        1 => words.push("1 external identity".to_owned()),
        count => words.push(format!("{count} external identities")),
    }
    if words.is_empty() {
        words.push("lists none".to_owned());
    }
    words.join(" · ")
}
