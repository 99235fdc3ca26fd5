//! Fields that the server's description and the requester of an exchange have in common.

use std::path::PathBuf;

use egui::Ui;
use secrecy::SecretString;

use super::super::super::command::Command as WindowCommand;
use super::super::super::widgets::{choice_ui, small_icon_ui};
use super::super::form_ui::{field_ui, row_ui, secret_ui as masked_ui};
use super::super::leg::Leg;
use super::keyring_ui::{KeyringOf, keyring_ui};
use super::{File, FileOf, path_text};
use crate::config::ProfileClient;
use crate::studio::theme::icons;

/// A file by its path, with a button for the dialog.
pub fn path_ui(
    ui: &mut Ui,
    (label, name): (&str, &str),
    path: &mut Option<PathBuf>,
    hint: &str,
    (leg, which): (Leg, FileOf),
    commands: &mut Vec<WindowCommand>,
) -> bool {
    let mut text = path_text(path);
    let mut changed = false;
    row_ui(ui, label, |ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let button = leg.name(format!("Choose {}", which.what()));
            if small_icon_ui(ui, icons::ICON_FOLDER_OPEN, &button) {
                commands.push(leg.pick_file(which));
            }
            changed = field_ui(ui, name, &mut text, hint);
        });
    });
    if changed {
        *path = Some(text).filter(|text| !text.is_empty()).map(PathBuf::from);
    }
    changed
}

/// A text that may be left out.
pub fn optional_ui(
    ui: &mut Ui,
    (label, name): (&str, &str),
    text: &mut Option<String>,
    hint: &str,
) -> bool {
    let mut typed = text.clone().unwrap_or_default();
    let changed = row_ui(ui, label, |ui| field_ui(ui, name, &mut typed, hint));
    if changed {
        *text = Some(typed).filter(|typed| !typed.is_empty());
    }
    changed
}

/// A whole number that may be left out; what is none is not taken.
pub fn number_ui<T: std::str::FromStr + ToString + Copy>(
    ui: &mut Ui,
    (label, name): (&str, &str),
    number: &mut Option<T>,
    hint: &str,
) -> bool {
    let mut typed = number.map(|number| number.to_string()).unwrap_or_default();
    // A minus alone is on the way to a number.
    let id = ui.make_persistent_id(("number", name));
    if let Some(begun) = ui.data(|data| data.get_temp::<String>(id)) {
        typed = begun;
    }
    let mut changed = false;
    row_ui(ui, label, |ui| {
        if field_ui(ui, name, &mut typed, hint) {
            let text = typed.trim();
            let parsed = text.parse::<T>().ok();
            let begun = !text.is_empty() && parsed.is_none();
            ui.data_mut(|data| match begun && text == "-" {
                true => {
                    data.insert_temp(id, typed.clone());
                }
                false => data.remove::<String>(id),
            });
            if text.is_empty() || parsed.is_some() {
                *number = parsed;
                changed = true;
            }
        }
    });
    changed
}

/// Where a client's secret comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Asked,
    Environment,
    File,
    Keyring,
}

/// Where the secret of a client comes from, and the secret itself where a person types it: it is kept
/// in memory only. `asked` is `None` where it is not asked for here.
pub fn secret_ui(
    ui: &mut Ui,
    id: Option<&str>,
    own: &mut ProfileClient,
    asked: Option<&mut SecretString>,
    keyring: KeyringOf<'_>,
    commands: &mut Vec<WindowCommand>,
) -> bool {
    let mut changed = false;
    let leg = keyring.leg;
    let of = |name: &str| match id {
        Some(id) => leg.name(format!("{name} of {id}")),
        None => leg.name(name),
    };
    let mut from = match (&own.secret_env, &own.secret_file) {
        (Some(_), _) => From::Environment,
        (None, Some(_)) => From::File,
        (None, None) if own.secret_keyring => From::Keyring,
        (None, None) => From::Asked,
    };
    row_ui(ui, "Secret from", |ui| {
        let choices = [
            (From::Asked, "asked for, not kept".to_owned()),
            (From::Environment, "environment variable".to_owned()),
            (From::File, "file".to_owned()),
            (From::Keyring, "system keyring".to_owned()),
        ];
        changed |= choice_ui(ui, &of("Where the secret comes from"), &mut from, &choices);
    });
    if changed {
        own.secret_env = (from == From::Environment).then(String::new);
        own.secret_file = (from == From::File).then(PathBuf::new);
        own.secret_keyring = from == From::Keyring;
    }
    match from {
        From::Asked => {
            if let Some(secret) = asked {
                row_ui(ui, "client_secret", |ui| {
                    changed |= masked_ui(ui, &of("client_secret"), secret, "kept in memory only");
                });
            }
        }
        From::Environment => {
            let mut name = own.secret_env.clone().unwrap_or_default();
            row_ui(ui, "Variable", |ui| {
                let hint = "its name, as PORTAL_SECRET";
                changed |= field_ui(ui, &of("Variable with the secret"), &mut name, hint);
            });
            own.secret_env = Some(name);
        }
        From::File => {
            let name = of("Secret file");
            let mut path = own.secret_file.clone();
            let which = FileOf { client: id.map(str::to_owned), file: File::Secret };
            changed |= path_ui(
                ui,
                ("Secret file", &name),
                &mut path,
                "path of a text file",
                (leg, which),
                commands,
            );
            own.secret_file = Some(path.unwrap_or_default());
        }
        From::Keyring => keyring_ui(ui, keyring, commands),
    }
    changed
}
