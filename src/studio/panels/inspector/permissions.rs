//! The permissions of a client app, and one of them as an arrow.

use egui::{RichText, Ui};

use crate::config::{Change, ClientApp, ClientKey, PERMISSIONS, Permission};
use crate::studio::theme::icons;
use crate::yaml::{Op, Step};

use super::super::super::command::{Action, Command};
use super::super::super::selection::{Selection, permission_index};
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::{
    icon_button_ui, link_ui, place_link_ui, section_ui, shared_chip, small_icon_ui,
};
use super::{client_link_ui, decision_ui, kind_ui, simulate_ui};

pub fn permissions_ui(ui: &mut Ui, state: &State, client: &ClientApp, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    section_ui(ui, "Listed client apps");
    if client.permissions.is_empty() {
        ui.label(RichText::new("The list is empty.").color(tokens.text_weak));
    }
    for (index, permission) in client.permissions.iter().enumerate() {
        ui.horizontal(|ui| {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                remove_permission_ui(ui, client, permission, state, commands);
                if client.permissions.len() > 1 {
                    let name = format!("entry {}", index + 1);
                    let at = (index, client.permissions.len());
                    move_ui(ui, client, (PERMISSIONS, &name), at, commands);
                }
                if let Some(shared) = permission.shared.as_deref() {
                    shared_chip(ui, shared);
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    entry_ui(ui, state, client, permission, commands);
                });
            });
        });
    }
    if icon_button_ui(ui, icons::ICON_ADD, "Allow exchange to…")
        .on_hover_text(
            "Choose another client app, and read what the permission will mean before it is made",
        )
        .clicked()
    {
        commands.push(Command::Act(Action::AllowExchange));
    }
    let mut named_by: Vec<ClientKey> =
        state.project.references_to(client.key).iter().map(|(owner, _)| *owner).collect();
    named_by.dedup();
    if named_by.is_empty() {
        return;
    }
    section_ui(ui, "Listed by");
    for owner in named_by {
        client_link_ui(ui, state, owner, commands);
    }
}

/// Moves an entry of a list up and down.
pub fn move_ui(
    ui: &mut Ui,
    client: &ClientApp,
    (list, name): (&str, &str),
    (index, count): (usize, usize),
    commands: &mut Vec<Command>,
) {
    ui.spacing_mut().item_spacing.x = 2.0;
    let mut ways = [
        (icons::ICON_KEYBOARD_ARROW_UP, "up", index.checked_sub(1)),
        (icons::ICON_KEYBOARD_ARROW_DOWN, "down", Some(index + 1).filter(|to| *to < count)),
    ];
    if ui.layout().prefer_right_to_left() {
        ways.reverse();
    }
    for (icon, way, to) in ways {
        ui.add_enabled_ui(to.is_some(), |ui| {
            if let (true, Some(to)) = (small_icon_ui(ui, icon, &format!("Move {name} {way}")), to) {
                let path = vec![Step::Key(list.to_owned())];
                let op = Op::Move { path, from: index, to };
                let (file, document) = (client.file, client.document);
                commands.push(Command::Change(Change::Edit { file, document, op, via: None }));
            }
        });
    }
}

fn entry_ui(
    ui: &mut Ui,
    state: &State,
    client: &ClientApp,
    permission: &Permission,
    commands: &mut Vec<Command>,
) {
    let tokens = Tokens::of(ui);
    let (Some(id), owner) = (&permission.id, client.key) else {
        ui.label(RichText::new("an entry without id").color(tokens.caution));
        return;
    };
    let label = permission.client.map(|key| state.project.client(key).label());
    let text = label.map_or_else(
        || RichText::new(format!("unknown {}", id.as_str())).color(tokens.ghost),
        RichText::new,
    );
    let entry = id.key().into_owned();
    let selection = Selection::Exchange { owner, entry };
    // The sentence is looked for only when it is asked for: a hub lists thousands.
    let link = link_ui(ui, text).on_hover_ui(|ui| {
        ui.label(sentence(state, owner, permission));
    });
    if link.clicked() {
        commands.push(Command::Reveal(selection));
    }
}

fn remove_permission_ui(
    ui: &mut Ui,
    client: &ClientApp,
    permission: &Permission,
    state: &State,
    commands: &mut Vec<Command>,
) {
    let Some(id) = &permission.id else { return };
    let label = permission.client.map_or(id.as_str(), |key| state.project.client(key).label());
    let name = format!("Revoke {label}");
    if small_icon_ui(ui, icons::ICON_DELETE, &name) {
        let change = Change::Revoke { owner: client.key, entry: id.as_str().to_owned() };
        commands.push(Command::Change(change));
    }
}

/// What an entry means under the reading, as a sentence.
fn sentence(state: &State, owner: ClientKey, permission: &Permission) -> String {
    let graph = &state.analysis.graph;
    graph
        .graph
        .edge_indices()
        .find(|edge| match &graph.graph[*edge] {
            crate::trust::Edge::Exchange(exchange) => {
                exchange.owner == owner && exchange.place == permission.place
            }
            crate::trust::Edge::Federation { .. } => false,
        })
        .map(|edge| graph.sentence(&state.analysis.project, edge))
        .unwrap_or_default()
}

pub fn exchange_ui(
    ui: &mut Ui,
    state: &State,
    owner: ClientKey,
    entry: &str,
    commands: &mut Vec<Command>,
) {
    let tokens = Tokens::of(ui);
    let Some(index) = permission_index(&state.project, owner, entry) else { return };
    let client = state.project.client(owner);
    let permission = &client.permissions[index];
    kind_ui(ui, "Exchange", tokens.client);
    let text = sentence(state, owner, permission);
    ui.label(RichText::new(text).family(theme::semibold()).size(15.0));
    place_link_ui(ui, state, permission.place, commands);
    ui.add_space(theme::GAP);
    ui.horizontal(|ui| {
        simulate_ui(ui, state, commands);
        if ui.button("Revoke").on_hover_text("Removes the entry from the list").clicked()
            && let Some(id) = &permission.id
        {
            let change = Change::Revoke { owner, entry: id.as_str().to_owned() };
            commands.push(Command::Change(change));
        }
    });
    decision_ui(ui, state, commands);
    section_ui(ui, "Written in");
    client_link_ui(ui, state, owner, commands);
    if let Some(other) = permission.client {
        section_ui(ui, "Names");
        client_link_ui(ui, state, other, commands);
    }
}
