//! The secret of a client that is kept in the system's keyring: typed once, kept, taken out.

use egui::{RichText, Ui};
use secrecy::ExposeSecret as _;

use super::super::super::command::Command as WindowCommand;
use super::super::super::theme::Tokens;
use super::super::super::widgets::{icon_button_ui, keep_focus, problem_ui, weak_ui};
use super::super::form_ui::{masked_field_ui, row_ui};
use super::super::leg::Leg;
use super::Command;
use super::keyring::{Desk, KeyringCommand, Wish};
use crate::exchange::keyring::Entry;
use crate::studio::theme::icons;

/// The keyring, and what a secret is kept as there; no entry as long as that is not known.
#[derive(Clone, Copy, Debug)]
pub struct KeyringOf<'a> {
    /// The form that asks.
    pub leg: Leg,
    pub desk: &'a Desk,
    pub entry: Option<&'a Entry>,
}

pub fn keyring_ui(ui: &mut Ui, keyring: KeyringOf<'_>, commands: &mut Vec<WindowCommand>) {
    let Some(entry) = keyring.entry else {
        weak_ui(ui, "Name the server and the client first: the secret is kept under both.");
        return;
    };
    let desk = keyring.desk;
    let id = &entry.client_id;
    let leg = keyring.leg;
    let mut send = |command: KeyringCommand| commands.push(leg.server(Command::Keyring(command)));
    let mut typed = desk.typed(entry);
    let field = row_ui(ui, "Secret", |ui| {
        let name = leg.name(format!("Secret of {id} to keep in the keyring"));
        let hint = "typed once, to be kept there";
        let idle = desk.asking().is_none();
        ui.add_enabled_ui(idle, |ui| masked_field_ui(ui, &name, &mut typed, hint)).inner
    });
    if field.changed() {
        send(KeyringCommand::Typed(entry.clone(), typed.clone()));
    }
    let turns = match leg {
        Leg::First => "keyring",
        Leg::Second => "keyring of the second leg",
    };
    if field.has_focus() {
        keep_focus(&field, turns);
    }
    match desk.asking() {
        Some((of, wish)) if of == entry => row_ui(ui, "", |ui| {
            ui.spinner();
            ui.label(match wish {
                Wish::Keep => "Keeping…",
                Wish::Forget => "Forgetting…",
            });
            let name = leg.name("Give up on the keyring");
            let give_up = ui.small_button("Give up").accessible_name(name);
            keep_focus(&give_up, turns);
            if give_up.clicked() {
                send(KeyringCommand::GiveUp);
            }
        }),
        busy => row_ui(ui, "", |ui| {
            let empty = typed.expose_secret().is_empty();
            let keep = ui.add_enabled_ui(busy.is_none() && !empty, |ui| {
                icon_button_ui(ui, icons::ICON_KEY, "Keep in the keyring")
                    .accessible_name(leg.name(format!("Keep the secret of {id} in the keyring")))
            });
            let why = match busy {
                Some(_) => "The keyring is being asked for something else",
                None => "Type the secret first",
            };
            let kept = keep.inner.on_disabled_hover_text(why);
            if kept.clicked() {
                send(KeyringCommand::Keep(entry.clone()));
            }
            let forget = ui.add_enabled_ui(busy.is_none(), |ui| {
                icon_button_ui(ui, icons::ICON_DELETE, "Forget")
                    .accessible_name(leg.name(format!("Forget the secret of {id} in the keyring")))
            });
            if forget.inner.has_focus() {
                keep_focus(&forget.inner, turns);
            }
            keep_focus(&kept, turns);
            if forget.inner.on_hover_text("Takes it out of the keyring").clicked() {
                send(KeyringCommand::Forget(entry.clone()));
            }
        }),
    }
    keep_focus(&field, turns);
    if desk.asking().is_some_and(|(of, _)| of == entry) {
        weak_ui(ui, "A locked keyring asks for its password, in a window of its own.");
    }
    match desk.said(entry) {
        Some(Ok(said)) => {
            let tokens = Tokens::of(ui);
            ui.horizontal_top(|ui| {
                ui.label(icons::ICON_CHECK.rich_text().size(14.0).color(tokens.good));
                ui.add(egui::Label::new(RichText::new(said).size(12.0)).wrap());
            });
        }
        Some(Err(said)) => problem_ui(ui, said),
        None => {}
    }
}
