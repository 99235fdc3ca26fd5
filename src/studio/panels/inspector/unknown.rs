//! What the studio does not understand in a document: kept, shown, and changed as YAML.

use egui::Ui;

use crate::config::{Change, FileId, Unknown};
use crate::studio::theme::icons;
use crate::yaml::{Op, Step, describe};

use super::super::super::command::Command;
use super::super::super::state::State;
use super::super::super::widgets::{problem_ui, section_ui, shared_chip, small_icon_ui};
use super::super::raw::{self, RawDraft};

pub fn unknown_ui(
    ui: &mut Ui,
    draft: &mut RawDraft,
    state: &State,
    (file, document): (FileId, usize),
    unknown: &[Unknown],
    commands: &mut Vec<Command>,
) {
    // The text of a broken document is another one by now than the entries are of.
    let is_whole = state.project.document(file, document).is_some_and(|it| it.tree().is_ok());
    if unknown.is_empty() || !is_whole {
        return;
    }
    section_ui(ui, "Other keys");
    for (index, entry) in unknown.iter().enumerate() {
        let path = entry.path();
        let name = describe(&path);
        ui.push_id(("unknown", index), |ui| {
            let beside = |ui: &mut Ui, commands: &mut Vec<Command>| {
                if small_icon_ui(ui, icons::ICON_DELETE, &format!("Remove {name}")) {
                    let op = removal(&path);
                    let change = op.map(|op| Change::Edit { file, document, op, via: None });
                    commands.extend(change.map(Command::Change));
                }
                if let Some(shared) = &entry.shared {
                    shared_chip(ui, shared);
                }
            };
            let at = (file, document);
            raw::value_ui(ui, draft, state, at, (&name, path.clone()), beside, commands);
            if let (Some(key), Some(meant)) = (entry.key(), entry.meant())
                && ui.small_button(format!("Rename to {meant}")).clicked()
            {
                let within = path[..path.len() - 1].to_vec();
                let op = Op::Rename { path: within, key: key.to_owned(), new: meant.to_owned() };
                let change = Change::Edit { file, document, op, via: None };
                commands.push(Command::Change(change));
            }
            if let Some(known) = entry.repeats {
                problem_ui(ui, &format!("It repeats {known}, which is read instead."));
            }
        });
    }
}

/// What takes an entry out of its mapping.
fn removal(path: &[Step]) -> Option<Op> {
    let (last, within) = path.split_last()?;
    let path = within.to_vec();
    Some(match last {
        Step::Key(key) => Op::RemoveKey { path, key: key.clone() },
        Step::Index(index) => Op::Remove { path, index: *index },
    })
}
