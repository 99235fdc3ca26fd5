//! A client app: its name, its id, what it states of itself, and what the audit says of it.

use egui::{RichText, Ui};

use crate::config::{Change, ClientApp, ClientKey};
use crate::studio::theme::icons;

use super::super::super::command::Command;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::{
    place_link_ui, problem_ui, severity_look, shared_chip, small_icon_ui,
};
use super::permissions::permissions_ui;
use super::{
    Inspector, facts, file_link_ui, identities, kind_ui, lists, settings, stale_ui, text_ui,
    unknown,
};

pub fn client_ui(
    ui: &mut Ui,
    inspector: &mut Inspector,
    state: &State,
    key: ClientKey,
    commands: &mut Vec<Command>,
) {
    let client = state.project.client(key);
    ui.push_id(key.0, |ui| {
        kind_ui(ui, "Client app", Tokens::of(ui).client);
        name_ui(ui, client, commands);
        id_ui(ui, state, client, commands);
        facts::facts_ui(ui, state, client, commands);
        if let Some(place) = client.stale.as_deref() {
            stale_ui(ui, state, *place, commands);
        }
        findings_ui(ui, state, key, commands);
        permissions_ui(ui, state, client, commands);
        identities::identities_ui(ui, &mut inspector.draft, state, client, commands);
        settings::settings_ui(ui, client, commands);
        lists::lists_ui(ui, &mut inspector.entry, state, client, commands);
        unknown::unknown_ui(
            ui,
            &mut inspector.raw,
            state,
            (client.file, client.document),
            client.unknown(),
            commands,
        );
        ui.add_space(theme::GAP * 2.0);
    });
}

fn name_ui(ui: &mut Ui, client: &ClientApp, commands: &mut Vec<Command>) {
    let mut name = client.name.as_ref().map(|name| name.value.clone()).unwrap_or_default();
    let shared = client.name.as_ref().and_then(|name| name.shared.as_deref());
    if let Some(shared) = shared {
        shared_chip(ui, shared);
        if let Some(value) = text_ui(ui, "Name", &name, "Name", true) {
            let change = Change::Set { client: client.key, key: "name".to_owned(), value };
            commands.push(Command::Change(change));
        }
        return;
    }
    let field = egui::TextEdit::singleline(&mut name)
        .font(egui::FontId::new(17.0, theme::semibold()))
        .hint_text("Name")
        .id_salt("name")
        .margin(egui::Margin::symmetric(6, 4))
        .desired_width(f32::INFINITY);
    let response = ui.add(field).accessible_name("Name");
    if response.changed() {
        let change =
            Change::Set { client: client.key, key: "name".to_owned(), value: name.clone() };
        commands.push(Command::Typing { change, field: format!("name {}", client.key.0) });
    }
    if name.trim().is_empty() {
        problem_ui(ui, "A client app without a name is hard to tell from others.");
    }
}

fn id_ui(ui: &mut Ui, state: &State, client: &ClientApp, commands: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| match &client.id {
        Some(id) => {
            let text = RichText::new(id.value.as_str()).monospace().size(11.5);
            ui.add(egui::Label::new(text).truncate());
            if small_icon_ui(ui, icons::ICON_CONTENT_COPY, "Copy id") {
                ui.ctx().copy_text(id.value.as_str().to_owned());
            }
        }
        None => {
            ui.label(RichText::new("no id stated").color(Tokens::of(ui).caution));
        }
    });
    ui.horizontal_wrapped(|ui| {
        file_link_ui(ui, state, client.file, commands);
        place_link_ui(ui, state, client.place, commands);
    });
}

fn findings_ui(ui: &mut Ui, state: &State, key: ClientKey, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let client = state.project.client(key);
    for (index, finding) in state.analysis.findings.iter().enumerate() {
        let here = finding
            .place()
            .is_some_and(|place| place.file == client.file && place.document == client.document);
        if !here {
            continue;
        }
        let (icon, color) = severity_look(&tokens, finding.severity);
        ui.horizontal_top(|ui| {
            ui.label(icon.rich_text().size(15.0).color(color));
            let response = ui
                .add(
                    egui::Label::new(RichText::new(&finding.message).size(12.5))
                        .wrap()
                        .sense(egui::Sense::click()),
                )
                .on_hover_text(&finding.help);
            if response.clicked() {
                commands.push(Command::SelectFinding(index));
                if let Some(place) = finding.place() {
                    commands.push(Command::ShowPlace(place));
                }
            }
        });
    }
}
