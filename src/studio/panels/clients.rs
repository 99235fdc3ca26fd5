//! The list of client apps: searchable, virtual, with a word on what is special about each.

use egui::{Key, RichText, Sense, Ui, vec2};

use crate::config::{ClientApp, ClientKey, Setting};

use super::super::command::Command;
use super::super::selection::Selection;
use super::super::state::State;
use super::super::theme::{self, Tokens};
use super::super::widgets::empty_ui;

const ROW_HEIGHT: f32 = 44.0;

/// What the list keeps between frames.
#[derive(Debug, Default)]
pub struct ClientList {
    pub search: String,
    /// The clients that match, for the revision and the search they were found with.
    matches: Vec<ClientKey>,
    made_for: Option<(u64, String)>,
    scroll_to: Option<usize>,
    last_selection: Option<Selection>,
}

impl ClientList {
    /// The client apps that match the search; `None` when nothing is searched for.
    pub fn search_matches(&self) -> Option<&[ClientKey]> {
        (!self.search.trim().is_empty()).then_some(self.matches.as_slice())
    }

    fn refresh(&mut self, state: &State) {
        let key = (state.project.revision(), self.search.clone());
        if self.made_for.as_ref() == Some(&key) {
            return;
        }
        let needle = self.search.trim().to_lowercase();
        self.matches = state
            .project
            .clients()
            .iter()
            .filter(|client| needle.is_empty() || found(client, &needle))
            .map(|client| client.key)
            .collect();
        self.made_for = Some(key);
    }
}

/// Whether a client app is found by its name, id, issuer or subject.
fn found(client: &ClientApp, needle: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(needle);
    has(client.label())
        || client.id.as_ref().is_some_and(|id| has(id.value.as_str()))
        || client.identities.iter().any(|identity| {
            identity.issuer.as_ref().is_some_and(|issuer| has(&issuer.value))
                || identity.subject.as_ref().is_some_and(|subject| has(&subject.value))
        })
}

pub fn clients_ui(ui: &mut Ui, list: &mut ClientList, state: &State, commands: &mut Vec<Command>) {
    list.refresh(state);
    search_ui(ui, list, state, commands);
    ui.add_space(2.0);
    if state.project.clients().is_empty() {
        empty_ui(ui, "No client apps", "Open a file or a folder, or drop one here.");
        return;
    }
    if list.matches.is_empty() {
        empty_ui(ui, "Nothing matches", "Search looks at names, ids, issuers and subjects.");
        return;
    }
    follow_selection(list, state);
    rows_ui(ui, list, state, commands);
}

fn search_ui(ui: &mut Ui, list: &mut ClientList, state: &State, commands: &mut Vec<Command>) {
    let field = egui::TextEdit::singleline(&mut list.search)
        .hint_text(format!("Search {} client apps", state.project.clients().len()))
        .id_salt("client-search")
        .desired_width(f32::INFINITY)
        .margin(egui::Margin::symmetric(8, 6));
    let response = ui.add(field).accessible_name("Search client apps");
    if state.requests.focus_search {
        response.request_focus();
    }
    if response.lost_focus()
        && ui.input(|input| input.key_pressed(Key::Enter))
        && let Some(first) = list.matches.first()
    {
        commands.push(Command::Reveal(Selection::Client(*first)));
    }
    if response.has_focus() && ui.input(|input| input.key_pressed(Key::Escape)) {
        list.search.clear();
    }
}

/// Scrolls to a client app that was selected elsewhere.
fn follow_selection(list: &mut ClientList, state: &State) {
    if list.last_selection == state.selection {
        return;
    }
    list.last_selection = state.selection.clone();
    if let Some(Selection::Client(key)) = &state.selection {
        list.scroll_to = list.matches.iter().position(|shown| shown == key);
    }
}

fn rows_ui(ui: &mut Ui, list: &mut ClientList, state: &State, commands: &mut Vec<Command>) {
    let scroll_to = list.scroll_to.take();
    ui.spacing_mut().item_spacing.y = 0.0;
    let mut area = egui::ScrollArea::vertical().auto_shrink([false, false]);
    if let Some(row) = scroll_to {
        let top = row as f32 * ROW_HEIGHT;
        area = area.vertical_scroll_offset((top - ui.available_height() * 0.4).max(0.0));
    }
    area.show_rows(ui, ROW_HEIGHT, list.matches.len(), |ui, range| {
        for row in range {
            let key = list.matches[row];
            row_ui(ui, state, key, commands);
        }
    });
}

fn row_ui(ui: &mut Ui, state: &State, key: ClientKey, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let client = state.project.client(key);
    let selected = state.selection == Some(Selection::Client(key));
    let (rect, response) =
        ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    response.widget_info(|| {
        egui::WidgetInfo::selected(
            egui::Role::Button,
            true,
            selected,
            format!("{} in the list", client.label()),
        )
    });
    if response.clicked() {
        commands.push(Command::Reveal(Selection::Client(key)));
    }
    if !ui.is_rect_visible(rect) {
        return;
    }
    let fill = if selected {
        tokens.accent_soft
    } else if response.hovered() || response.has_focus() {
        tokens.hovered
    } else {
        egui::Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect.shrink2(vec2(0.0, 1.0)), theme::RADIUS, fill);
    if response.has_focus() {
        let stroke = egui::Stroke::new(1.0, tokens.accent);
        ui.painter().rect_stroke(rect.shrink(1.0), theme::RADIUS, stroke, egui::StrokeKind::Inside);
    }
    let mut content = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(rect.shrink2(vec2(8.0, 5.0)))
            .layout(egui::Layout::top_down(egui::Align::LEFT)),
    );
    content.spacing_mut().item_spacing.y = 1.0;
    let name = RichText::new(client.label()).family(theme::semibold()).color(tokens.text);
    content.add(egui::Label::new(name).truncate().selectable(false));
    content.add(
        egui::Label::new(RichText::new(summary(client)).small().color(tokens.text_weak))
            .truncate()
            .selectable(false),
    );
    response.on_hover_text(
        client.id.as_ref().map_or("This document states no id", |id| id.value.as_str()),
    );
}

/// One line on a client app: what it may do, what may become it, what is special.
fn summary(client: &ClientApp) -> String {
    let mut words = Vec::new();
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
