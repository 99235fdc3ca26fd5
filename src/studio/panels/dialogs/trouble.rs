//! What to do about a file that could not be saved. Nothing was written then and nothing is lost;
//! the dialog says so, and why, and what can be done.

use egui::{RichText, Ui};

use crate::config::{SaveMethod, SaveOptions};

use super::super::super::command::{Command, PathPurpose};
use super::super::super::state::{SaveRequest, SaveTrouble, State, TroubleKind};
use super::super::super::theme::Tokens;
use super::{FocusFirst, primary, right_ui, title_ui};

/// One way out.
struct Choice {
    label: &'static str,
    hint: &'static str,
    command: Command,
}

pub fn cannot_save_ui(
    ui: &mut Ui,
    state: &State,
    trouble: &SaveTrouble,
    commands: &mut Vec<Command>,
) {
    let name = &state.project.file(trouble.request.file).name;
    let title = match trouble.kind {
        TroubleKind::ChangedOnDisk => format!("{name} changed on disk"),
        _ => format!("{name} was not saved"),
    };
    title_ui(ui, &title);
    ui.add(egui::Label::new(explanation(trouble)).wrap());
    let text = "Nothing was written. Your changes are still here and unsaved.";
    ui.add(egui::Label::new(RichText::new(text).color(Tokens::of(ui).text_weak)).wrap());
    let mut choices = choices(trouble);
    choices.reverse();
    ui.add_space(4.0);
    right_ui(ui, |ui| {
        for (index, choice) in choices.into_iter().enumerate() {
            let button = match index {
                0 => primary(ui, choice.label),
                _ => egui::Button::new(choice.label),
            };
            let button = ui.add(button).on_hover_text(choice.hint);
            if index == 0 {
                button.request_focus_if_none(ui);
            }
            if button.clicked() {
                commands.push(choice.command);
            }
        }
        if ui.button("Cancel").clicked() {
            commands.push(Command::CloseDialog);
        }
    });
}

/// What stood in the way, as sentences.
fn explanation(trouble: &SaveTrouble) -> String {
    let why = match trouble.kind {
        TroubleKind::ChangedOnDisk => "Merging takes both changes together.",
        TroubleKind::HardLinks => {
            "Writing in place keeps all of its names; a crash meanwhile could leave half a text, so a copy lies beside it until it is done. Replacing it leaves the other names with the old text."
        }
        TroubleKind::FolderProtected => {
            "The file can be written in place; a crash meanwhile could leave half a text."
        }
        TroubleKind::WriteProtected => {
            "It can be replaced all the same, and stays write-protected."
        }
        TroubleKind::Full => "Make room and try again, or save it on another disk.",
        TroubleKind::Backup => "It can be saved without a backup, or elsewhere.",
        TroubleKind::InProject => "Choose another path.",
        TroubleKind::NoFolder | TroubleKind::NoPath | TroubleKind::Other => "",
    };
    let mut message = trouble.message.clone();
    if let Some(first) = message.get(..1) {
        message = first.to_uppercase() + &message[1..];
    }
    format!("{message}. {why}").trim_end().to_owned()
}

/// The ways out, the one to go first last.
fn choices(trouble: &SaveTrouble) -> Vec<Choice> {
    let file = trouble.request.file;
    let again = |label, hint, change: &dyn Fn(&mut SaveOptions)| {
        let mut request: SaveRequest = trouble.request.clone();
        change(&mut request.options);
        Choice { label, hint, command: Command::Save(vec![request]) }
    };
    let elsewhere = Choice {
        label: "Save elsewhere…",
        hint: "Under another name; the studio goes on with it there",
        command: Command::AskForPath(PathPurpose::SaveAs(file)),
    };
    match trouble.kind {
        TroubleKind::ChangedOnDisk => vec![
            elsewhere,
            Choice {
                label: "Take theirs",
                hint: "Reads the file again; your changes can be brought back with Undo",
                command: Command::Reload(file),
            },
            again("Keep mine", "Writes over what is on disk", &|it| it.overwrite = true),
            Choice {
                label: "Merge…",
                hint: "Takes both changes together, and asks where they differ",
                command: Command::Merge(file),
            },
        ],
        TroubleKind::WriteProtected => vec![
            again("Replace it", "The new file is write-protected too", &|it| {
                it.write_protected = true;
            }),
            elsewhere,
        ],
        TroubleKind::HardLinks => vec![
            elsewhere,
            again("Replace this name", "Its other names keep the old text", &|it| {
                it.method = SaveMethod::Replace;
            }),
            again("Write in place", "All names get the new text", &|it| {
                it.method = SaveMethod::InPlace;
            }),
        ],
        TroubleKind::FolderProtected => vec![
            again("Write in place", "Into the file that is there", &|it| {
                it.method = SaveMethod::InPlace;
            }),
            elsewhere,
        ],
        TroubleKind::Full | TroubleKind::Other => {
            vec![again("Try again", "Saves it where it is", &|_| {}), elsewhere]
        }
        TroubleKind::Backup => {
            vec![elsewhere, again("Save without a backup", "Only this once", &|it| it.backups = 0)]
        }
        TroubleKind::InProject | TroubleKind::NoFolder | TroubleKind::NoPath => vec![elsewhere],
    }
}
