//! The lists of a client app: secrets without their values, redirect URIs, resources, scopes, users,
//! groups, roles, metadata. Every entry can be changed, moved and removed, and a list that is not
//! stated can be begun.

use egui::{RichText, Ui};

use crate::config::{Change, ClientApp, ItemAt, Part};
use crate::studio::theme::icons;
use crate::yaml::{Op, Step, Value};

use super::super::super::command::Command;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::{problem_ui, shared_chip, small_icon_ui};

mod draft;
mod entries;

pub use draft::EntryDraft;
use draft::draft_ui;
use entries::{Entry, Shown, entries};

/// The lists that have sections of their own here; permissions and identities have theirs.
const LISTS: [Part; 16] = [
    Part::Secret,
    Part::Secrets,
    Part::LoginRedirectUris,
    Part::LogoutRedirectUris,
    Part::RedirectUris,
    Part::Resources,
    Part::Scopes,
    Part::Users,
    Part::Groups,
    Part::Roles,
    Part::Metadata,
    Part::ClaimRules,
    Part::IdpInstances,
    Part::TwoFactorInstances,
    Part::CustomViews,
    Part::CustomAssets,
];

pub fn lists_ui(
    ui: &mut Ui,
    draft: &mut EntryDraft,
    state: &State,
    client: &ClientApp,
    commands: &mut Vec<Command>,
) {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.map_or(0, |now| now.as_secs().cast_signed());
    for part in LISTS {
        if client.states(part) || draft.part == Some(part) {
            list_ui(ui, draft, state, client, part, now, commands);
        }
    }
    ui.add_space(theme::GAP);
    ui.menu_button("Add a list…", |ui| {
        for part in LISTS {
            let possible = part.is_list() && !client.states(part);
            if possible && ui.button(part.label()).clicked() {
                draft.begin(client, part);
                ui.close();
            }
        }
    });
}

fn list_ui(
    ui: &mut Ui,
    draft: &mut EntryDraft,
    state: &State,
    client: &ClientApp,
    part: Part,
    now: i64,
    commands: &mut Vec<Command>,
) {
    let entries = entries(state, client, part, now);
    let tokens = Tokens::of(ui);
    ui.add_space(theme::GAP);
    ui.horizontal(|ui| {
        let title = RichText::new(part.label()).family(theme::semibold()).size(12.0);
        ui.label(title.color(tokens.text_weak));
        ui.label(RichText::new(entries.len().to_string()).small().color(tokens.text_weak));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let name = format!("Add to {}", part.label());
            if part.is_list() && small_icon_ui(ui, icons::ICON_ADD, &name) {
                draft.begin(client, part);
            }
        });
    });
    let count = entries.len();
    for (index, entry) in entries.iter().enumerate() {
        ui.push_id((part, index), |ui| {
            entry_ui(ui, client, part, (index, count), entry, commands);
        });
    }
    if draft.part == Some(part) {
        draft_ui(ui, draft, client, part, commands);
    }
}

fn entry_ui(
    ui: &mut Ui,
    client: &ClientApp,
    part: Part,
    (index, count): (usize, usize),
    entry: &Entry<'_>,
    commands: &mut Vec<Command>,
) {
    let number = index + 1;
    let label = part.label();
    let edit =
        |op: Op| Change::Edit { file: client.file, document: client.document, op, via: None };
    let single = entry.fields.len() <= 1 && entry.notes.is_empty();
    let buttons = |ui: &mut Ui, commands: &mut Vec<Command>| {
        let list = vec![Step::Key(entry.at.key.to_owned())];
        ui.spacing_mut().item_spacing.x = 2.0;
        if small_icon_ui(ui, icons::ICON_DELETE, &format!("Remove {number} of {label}")) {
            commands.push(Command::Change(edit(removal(entry.at, count))));
        }
        if let Some(Step::Index(at)) = entry.at.step
            && count > 1
        {
            let moves = [
                (icons::ICON_KEYBOARD_ARROW_DOWN, "down", index + 1 < count, at + 1),
                (icons::ICON_KEYBOARD_ARROW_UP, "up", index > 0, at.saturating_sub(1)),
            ];
            for (icon, way, possible, to) in moves {
                ui.add_enabled_ui(possible, |ui| {
                    if small_icon_ui(ui, icon, &format!("Move {number} of {label} {way}")) {
                        let op = Op::Move { path: list.clone(), from: at, to };
                        commands.push(Command::Change(edit(op)));
                    }
                });
            }
        }
        if let Some(shared) = &entry.at.shared {
            shared_chip(ui, shared);
        }
    };
    if single {
        ui.horizontal(|ui| {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                buttons(ui, commands);
                for shown in &entry.fields {
                    field_ui(ui, client, part, number, shown, commands);
                }
                if entry.fields.is_empty() {
                    ui.label(RichText::new("an entry that is not understood").small());
                }
            });
        });
        return;
    }
    super::card_ui(ui, |ui| {
        ui.horizontal(|ui| {
            let text = RichText::new(number.to_string()).small().color(Tokens::of(ui).text_weak);
            ui.label(text);
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                buttons(ui, commands);
            });
        });
        for shown in &entry.fields {
            ui.horizontal(|ui| {
                super::label_ui(ui, part.field_label(shown.field));
                field_ui(ui, client, part, number, shown, commands);
            });
        }
        for (worry, text) in &entry.notes {
            if *worry {
                problem_ui(ui, text);
            } else {
                ui.label(RichText::new(text).size(12.0).color(Tokens::of(ui).text_weak));
            }
        }
    });
}

/// What takes an entry out: the list goes with the last one.
fn removal(at: &ItemAt, count: usize) -> Op {
    let key = at.key.to_owned();
    match &at.step {
        _ if count == 1 => Op::RemoveKey { path: Vec::new(), key },
        Some(Step::Index(index)) => Op::Remove { path: vec![Step::Key(key)], index: *index },
        Some(Step::Key(entry)) => Op::RemoveKey { path: vec![Step::Key(key)], key: entry.clone() },
        None => Op::RemoveKey { path: Vec::new(), key },
    }
}

fn field_ui(
    ui: &mut Ui,
    client: &ClientApp,
    part: Part,
    number: usize,
    shown: &Shown,
    commands: &mut Vec<Command>,
) {
    let name = format!("{} {number} of {}", part.field_label(shown.field), part.label());
    if shown.path.is_empty() {
        ui.add(egui::Label::new(RichText::new(&shown.text).monospace().size(12.0)).truncate());
        return;
    }
    let typed = super::text_ui(ui, &name, &shown.text, "empty", shown.shared);
    if let Some(text) = typed {
        let op = Op::Set { path: shown.path.clone(), value: Value::Text(text) };
        let change = Change::Edit { file: client.file, document: client.document, op, via: None };
        let field = format!("{:?} {} {:?}", client.file, client.document, shown.path);
        commands.push(Command::Typing { change, field });
    }
}

#[cfg(test)]
mod tests {
    use super::{LISTS, Part};

    #[test]
    fn every_list_that_is_read_has_its_section() {
        let elsewhere = [Part::Permissions, Part::Identities];
        for part in Part::all().filter(|part| part.is_list() && !elsewhere.contains(part)) {
            assert!(LISTS.contains(&part), "{part:?}");
        }
    }
}
