//! The dialogs that ask before something happens.

use std::path::PathBuf;

use egui::{Key, RichText, Ui};

use crate::config::{ClientKey, FileId};
use crate::trust::{describe_grant, grant};

use super::super::command::{Action, Command, Leaving, Notice, PathPurpose};
use super::super::selection::Selection;
use super::super::state::{Dialog, State};
use super::super::theme::{self, Tokens};
use super::changes::{ChangesView, differences_ui};

/// What a dialog keeps while it is open.
#[derive(Debug, Default)]
pub struct DialogDraft {
    /// The dialog the draft belongs to.
    open: Option<Dialog>,
    text: String,
    chosen: usize,
}

pub fn dialogs_ui(
    ctx: &egui::Context,
    draft: &mut DialogDraft,
    changes: &mut ChangesView,
    state: &State,
    commands: &mut Vec<Command>,
) {
    let just_opened = draft.open != state.dialog;
    if just_opened {
        let text = match &state.dialog {
            Some(Dialog::Path(PathPurpose::SaveAs(file))) => {
                state.suggested_path(*file).display().to_string()
            }
            _ => String::new(),
        };
        *draft = DialogDraft { open: state.dialog.clone(), text, chosen: 0 };
    }
    let Some(dialog) = &state.dialog else { return };
    let width: f32 = match dialog {
        Dialog::Review => 860.0,
        Dialog::Palette | Dialog::GrantTo { .. } => 520.0,
        _ => 480.0,
    };
    // One id a dialog: a window of another size under the same id would be drawn off the middle
    // first, and a click meant for it would miss.
    let id = egui::Id::unique(("dialog", std::mem::discriminant(dialog)));
    let frame = egui::Frame::popup(&ctx.style_of(ctx.theme())).inner_margin(20).corner_radius(10);
    let modal = egui::Modal::new(id).frame(frame).show(ctx, |ui| {
        ui.set_width(width.min(ctx.content_rect().width() - 64.0));
        ui.spacing_mut().item_spacing.y = 8.0;
        match dialog {
            Dialog::Grant { from, to } => grant_ui(ui, state, *from, *to, commands),
            Dialog::GrantTo { from } => grant_to_ui(ui, draft, state, *from, just_opened, commands),
            Dialog::Review => review_ui(ui, changes, state, commands),
            Dialog::Unsaved(leaving) => unsaved_ui(ui, state, leaving, commands),
            Dialog::ChangedOnDisk(file) => changed_on_disk_ui(ui, state, *file, commands),
            Dialog::Path(purpose) => path_ui(ui, draft, purpose, just_opened, commands),
            Dialog::Palette => palette_ui(ui, draft, state, just_opened, commands),
            Dialog::Shortcuts => shortcuts_ui(ui, commands),
            Dialog::CannotOpen(message) => {
                message_ui(ui, "This cannot be opened", message, commands)
            }
        }
    });
    if modal.should_close() {
        commands.push(Command::CloseDialog);
    }
}

fn title_ui(ui: &mut Ui, title: &str) {
    ui.heading(title);
}

fn primary(ui: &Ui, text: &str) -> egui::Button<'static> {
    let tokens = Tokens::of(ui);
    egui::Button::new(RichText::new(text).color(tokens.on_accent)).fill(tokens.accent)
}

/// Buttons at the right, the one that goes on last.
fn buttons_ui(
    ui: &mut Ui,
    commands: &mut Vec<Command>,
    go_on: impl FnOnce(&mut Ui, &mut Vec<Command>),
) {
    ui.add_space(4.0);
    right_ui(ui, |ui| {
        go_on(ui, commands);
        if ui.button("Cancel").clicked() {
            commands.push(Command::CloseDialog);
        }
    });
}

/// A row that is filled from the right and no higher than its buttons.
fn right_ui(ui: &mut Ui, content: impl FnOnce(&mut Ui)) {
    let size = egui::vec2(ui.available_width(), 30.0);
    ui.allocate_ui_with_layout(size, egui::Layout::right_to_left(egui::Align::Center), content);
}

/// The change that an arrow from one client app to another asks for, or why it cannot be made.
fn grant_command(state: &State, from: ClientKey, to: ClientKey) -> Command {
    match grant(&state.project, state.reading, from, to) {
        Ok(change) => Command::Change(change),
        Err(why) => Command::Notice(Notice::Failed(why)),
    }
}

fn grant_ui(
    ui: &mut Ui,
    state: &State,
    from: ClientKey,
    to: ClientKey,
    commands: &mut Vec<Command>,
) {
    let tokens = Tokens::of(ui);
    let clients = state.project.clients();
    if from.0 >= clients.len() || to.0 >= clients.len() {
        commands.push(Command::CloseDialog);
        return;
    }
    let label = |key| state.project.client(key).label();
    title_ui(ui, &format!("Allow {} → {}?", label(from), label(to)));
    ui.add(egui::Label::new(describe_grant(&state.project, state.reading, from, to)).wrap());
    let reading =
        format!("Under the reading {}: {}", state.reading.name(), state.reading.sentence());
    ui.add(egui::Label::new(RichText::new(reading).small().color(tokens.text_weak)).wrap());
    buttons_ui(ui, commands, |ui, commands| {
        let possible = grant(&state.project, state.reading, from, to).is_ok();
        let button = ui.add_enabled(possible, primary(ui, "Allow"));
        button.request_focus_if_none(ui);
        if button.clicked() {
            commands.push(grant_command(state, from, to));
        }
    });
}

fn grant_to_ui(
    ui: &mut Ui,
    draft: &mut DialogDraft,
    state: &State,
    from: ClientKey,
    just_opened: bool,
    commands: &mut Vec<Command>,
) {
    title_ui(ui, &format!("Allow an exchange from {}", state.project.client(from).label()));
    let needle = draft.text.to_lowercase();
    let matches: Vec<_> = state
        .project
        .clients()
        .iter()
        .filter(|client| client.key != from && client.label().to_lowercase().contains(&needle))
        .map(|client| (client.label().to_owned(), String::new(), client.key))
        .collect();
    let chosen =
        chooser_ui(ui, draft, "Client app that the token comes out for", &matches, just_opened);
    if let Some(to) = chosen {
        commands.push(Command::ProposeGrant { from, to });
    }
    buttons_ui(ui, commands, |_, _| {});
}

fn palette_ui(
    ui: &mut Ui,
    draft: &mut DialogDraft,
    state: &State,
    just_opened: bool,
    commands: &mut Vec<Command>,
) {
    let needle = draft.text.to_lowercase();
    let mut matches: Vec<(String, String, Target)> = Action::ALL
        .into_iter()
        .filter(|action| *action != Action::Palette && action.disabled_reason(state).is_none())
        .filter(|action| action.label().to_lowercase().contains(&needle))
        .map(|action| {
            let shortcut = action.shortcut().map(|shortcut| ui.ctx().format_shortcut(&shortcut));
            (action.label().to_owned(), shortcut.unwrap_or_default(), Target::Action(action))
        })
        .collect();
    if !needle.is_empty() {
        let clients = state.project.clients().iter();
        let found =
            clients.filter(|client| client.label().to_lowercase().contains(&needle)).take(50);
        matches.extend(found.map(|client| {
            (client.label().to_owned(), "client app".to_owned(), Target::Client(client.key))
        }));
    }
    match chooser_ui(ui, draft, "Type a command or a client app", &matches, just_opened) {
        Some(Target::Action(action)) => commands.push(Command::Act(action)),
        Some(Target::Client(key)) => {
            commands.push(Command::CloseDialog);
            commands.push(Command::Reveal(Selection::Client(key)));
        }
        None => {}
    }
}

#[derive(Clone, Copy, Debug)]
enum Target {
    Action(Action),
    Client(ClientKey),
}

/// A field with a list below it; arrow keys choose, Enter takes.
fn chooser_ui<T: Copy>(
    ui: &mut Ui,
    draft: &mut DialogDraft,
    name: &str,
    matches: &[(String, String, T)],
    just_opened: bool,
) -> Option<T> {
    let tokens = Tokens::of(ui);
    let (up, down, enter) = ui.input_mut(|input| {
        (
            input.consume_key(egui::Modifiers::NONE, Key::ArrowUp),
            input.consume_key(egui::Modifiers::NONE, Key::ArrowDown),
            input.key_pressed(Key::Enter),
        )
    });
    let field = egui::TextEdit::singleline(&mut draft.text)
        .hint_text(name)
        .desired_width(f32::INFINITY)
        .margin(egui::Margin::symmetric(8, 6));
    let response = ui.add(field).accessible_name(name);
    if just_opened {
        response.request_focus();
    }
    if response.changed() {
        draft.chosen = 0;
    }
    let last = matches.len().saturating_sub(1);
    if down {
        draft.chosen = (draft.chosen + 1).min(last);
    }
    if up {
        draft.chosen = draft.chosen.saturating_sub(1);
    }
    draft.chosen = draft.chosen.min(last);
    let mut taken =
        if enter { matches.get(draft.chosen).map(|(_, _, value)| *value) } else { None };
    if matches.is_empty() {
        ui.label(RichText::new("Nothing matches").color(tokens.text_weak));
    }
    egui::ScrollArea::vertical().max_height(320.0).auto_shrink([false, true]).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for (index, (label, note, value)) in matches.iter().enumerate() {
            let selected = index == draft.chosen;
            let button = egui::Button::selectable(selected, label.as_str())
                .shortcut_text(RichText::new(note).small().color(tokens.text_weak))
                .min_size(egui::vec2(ui.available_width(), 26.0));
            let response = ui.add(button).accessible_name(format!("Choose {label}"));
            if selected && (up || down) {
                response.scroll_to_me(None);
            }
            if response.clicked() {
                taken = Some(*value);
            }
        }
    });
    taken
}

fn review_ui(ui: &mut Ui, changes: &mut ChangesView, state: &State, commands: &mut Vec<Command>) {
    let files = state.project.unsaved();
    title_ui(ui, "Review and save");
    let text = "Only these lines change; everything else stays as it is, byte for byte.";
    ui.label(RichText::new(text).color(Tokens::of(ui).text_weak));
    let height = ui.ctx().content_rect().height() * 0.55;
    egui::ScrollArea::both().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        differences_ui(ui, changes, state);
    });
    let label =
        if files.len() == 1 { "Save".to_owned() } else { format!("Save {} files", files.len()) };
    buttons_ui(ui, commands, |ui, commands| {
        let button = ui.add_enabled(!files.is_empty(), primary(ui, &label));
        button.request_focus_if_none(ui);
        if button.clicked() {
            commands.push(Command::SaveFiles(files));
        }
    });
}

fn unsaved_ui(ui: &mut Ui, state: &State, leaving: &Leaving, commands: &mut Vec<Command>) {
    title_ui(ui, "There is unsaved work");
    for file in state.project.unsaved() {
        ui.label(RichText::new(&state.project.file(file).name).family(theme::semibold()));
    }
    ui.label("Going on drops these changes. They cannot be brought back.");
    buttons_ui(ui, commands, |ui, commands| {
        let review = ui.add(primary(ui, "Review and save…"));
        review.request_focus_if_none(ui);
        if review.clicked() {
            commands.push(Command::SaveAndLeave(leaving.clone()));
        }
        if ui.button("Go on without saving").clicked() {
            commands.push(Command::LeaveWithoutSaving(leaving.clone()));
        }
    });
}

fn changed_on_disk_ui(ui: &mut Ui, state: &State, file: FileId, commands: &mut Vec<Command>) {
    let name = &state.project.file(file).name;
    title_ui(ui, &format!("{name} changed on disk"));
    ui.label("Somebody else wrote it since it was read, so it was not overwritten.");
    buttons_ui(ui, commands, |ui, commands| {
        if ui.button("Save mine elsewhere…").clicked() {
            commands.push(Command::AskForPath(PathPurpose::SaveAs(file)));
        }
        if ui
            .button("Take theirs")
            .on_hover_text("Reads the file again and drops the changes made here")
            .clicked()
        {
            commands.push(Command::Reload(file));
        }
        if ui.button("Keep mine").on_hover_text("Writes over what is on disk").clicked() {
            commands.push(Command::SaveAnyway(file));
        }
    });
}

fn path_ui(
    ui: &mut Ui,
    draft: &mut DialogDraft,
    purpose: &PathPurpose,
    just_opened: bool,
    commands: &mut Vec<Command>,
) {
    let (title, hint, verb) = match purpose {
        PathPurpose::Open => ("Open a file or a folder", "Path of a file or a folder", "Open"),
        PathPurpose::SaveAs(_) => ("Save file as", "Path to write to", "Save"),
    };
    title_ui(ui, title);
    let field = egui::TextEdit::singleline(&mut draft.text)
        .hint_text(hint)
        .desired_width(f32::INFINITY)
        .font(egui::TextStyle::Monospace)
        .margin(egui::Margin::symmetric(8, 6));
    let response = ui.add(field).accessible_name(hint);
    if just_opened {
        response.request_focus();
    }
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let path = PathBuf::from(draft.text.trim());
    let ready = !path.as_os_str().is_empty();
    let text = "A path may also be dropped on the window, or given when the studio is started.";
    if *purpose == PathPurpose::Open {
        ui.label(RichText::new(text).small().color(Tokens::of(ui).text_weak));
    }
    buttons_ui(ui, commands, |ui, commands| {
        let button = ui.add_enabled(ready, primary(ui, verb));
        if button.clicked() || (entered && ready) {
            commands.push(match purpose {
                PathPurpose::Open => Command::Leave(Leaving::Open(vec![path])),
                PathPurpose::SaveAs(file) => Command::SaveAs { file: *file, path },
            });
        }
    });
}

fn shortcuts_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    title_ui(ui, "Keyboard shortcuts");
    egui::ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
        egui::Grid::new("shortcuts").num_columns(2).spacing([24.0, 4.0]).striped(true).show(
            ui,
            |ui| {
                for action in Action::ALL {
                    let Some(shortcut) = action.shortcut() else { continue };
                    ui.label(action.label().trim_end_matches('…'));
                    ui.label(RichText::new(ui.ctx().format_shortcut(&shortcut)).monospace());
                    ui.end_row();
                }
            },
        );
    });
    ui.label(RichText::new("In the graph: arrows follow edges, + and − zoom, 0 fits.").small());
    right_ui(ui, |ui| {
        if ui.button("Close").clicked() {
            commands.push(Command::CloseDialog);
        }
    });
}

fn message_ui(ui: &mut Ui, title: &str, message: &str, commands: &mut Vec<Command>) {
    title_ui(ui, title);
    ui.add(egui::Label::new(message).wrap());
    right_ui(ui, |ui| {
        if ui.button("Close").clicked() {
            commands.push(Command::CloseDialog);
        }
    });
}

/// Puts the keyboard on the button that goes on, unless something has it already.
trait FocusFirst {
    fn request_focus_if_none(&self, ui: &Ui);
}

impl FocusFirst for egui::Response {
    fn request_focus_if_none(&self, ui: &Ui) {
        if ui.memory(|memory| memory.focused().is_none()) {
            self.request_focus();
        }
    }
}
