//! The settings of a client app that the studio knows. What the file does not state is shown as
//! not stated, and going back to that removes the key.

use egui::{RichText, Ui};

use crate::config::{Change, ClientApp, Setting};

use super::super::super::command::Command;
use super::super::super::theme::Tokens;
use super::super::super::widgets::{section_ui, shared_chip};

pub fn settings_ui(ui: &mut Ui, client: &ClientApp, commands: &mut Vec<Command>) {
    section_ui(ui, "Settings");
    egui::Grid::new("settings").num_columns(2).spacing([12.0, 6.0]).show(ui, |ui| {
        for setting in Setting::ALL {
            ui.horizontal(|ui| {
                ui.label(RichText::new(setting.label()).size(12.5));
                let stated = client.setting(setting);
                if let Some(shared) = stated.and_then(|stated| stated.shared.as_deref()) {
                    shared_chip(ui, shared);
                }
            });
            if setting.is_boolean() {
                boolean_ui(ui, client, setting, commands);
            } else {
                text_ui(ui, client, setting, commands);
            }
            ui.end_row();
        }
    });
}

fn key(client: &ClientApp, setting: Setting) -> String {
    client
        .setting(setting)
        .map_or_else(|| setting.spellings()[0].to_owned(), |stated| stated.key.to_owned())
}

fn boolean_ui(ui: &mut Ui, client: &ClientApp, setting: Setting, commands: &mut Vec<Command>) {
    let stated = client.setting(setting);
    let said = stated.map(|stated| stated.boolean);
    let word = match (said, stated) {
        (None, _) => "not stated".to_owned(),
        (Some(Some(true)), _) => "true".to_owned(),
        (Some(Some(false)), _) => "false".to_owned(),
        (Some(None), Some(stated)) => stated.text.clone(),
        (Some(None), None) => String::new(),
    };
    let color = if stated.is_some() { Tokens::of(ui).text } else { Tokens::of(ui).text_weak };
    egui::ComboBox::from_id_salt(setting)
        .selected_text(RichText::new(word.as_str()).color(color))
        .width(110.0)
        .show_ui(ui, |ui| {
            if ui.selectable_label(stated.is_none(), "not stated").clicked() && stated.is_some() {
                let change = Change::Unset { client: client.key, key: key(client, setting) };
                commands.push(Command::Change(change));
            }
            for value in [true, false] {
                let chosen = said == Some(Some(value));
                if ui.selectable_label(chosen, value.to_string()).clicked() && !chosen {
                    commands.push(Command::Change(Change::Set {
                        client: client.key,
                        key: key(client, setting),
                        value: value.to_string(),
                    }));
                }
            }
        })
        .response
        .accessible_name(format!("{}: {word}", setting.label()));
}

fn text_ui(ui: &mut Ui, client: &ClientApp, setting: Setting, commands: &mut Vec<Command>) {
    let stated = client.setting(setting);
    let text = stated.map(|stated| stated.text.as_str()).unwrap_or_default();
    let shared = stated.is_some_and(|stated| stated.shared.is_some());
    let Some(text) = super::text_ui(ui, setting.label(), text, "not stated", shared) else {
        return;
    };
    let key = key(client, setting);
    let field = format!("{} {key}", client.key.0);
    let change = if text.is_empty() {
        Change::Unset { client: client.key, key }
    } else {
        Change::Set { client: client.key, key, value: text }
    };
    commands.push(Command::Typing { change, field });
}
