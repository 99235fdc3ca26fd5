//! The dialogs that ask before something happens.

use egui::{RichText, Ui};

use super::super::command::{Action, Command, PathPurpose};
use super::super::state::{Dialog, State};
use super::super::theme::Tokens;
use super::super::widgets::column_label_ui;
use super::changes::ChangesView;

mod choose;
mod client;
mod merge;
mod recovery;
mod refused;
mod saving;
mod trouble;

/// What a dialog keeps while it is open.
#[derive(Debug, Default)]
pub struct DialogDraft {
    /// The dialog the draft belongs to.
    open: Option<Dialog>,
    text: String,
    chosen: usize,
    /// Whether what may be done besides is to be done, or shown.
    also: bool,
    client: client::ClientDraft,
    merge: merge::MergeView,
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
            Some(Dialog::Path(PathPurpose::SaveMatrix)) => {
                state.suggested_matrix_path().display().to_string()
            }
            Some(Dialog::Path(PathPurpose::SaveProduct(product))) => {
                state.suggested_product_path(*product).display().to_string()
            }
            Some(Dialog::Path(PathPurpose::ExportDrawing)) => {
                state.suggested_drawing_path().display().to_string()
            }
            Some(Dialog::RenameId(id)) => id.clone(),
            _ => String::new(),
        };
        let client = match &state.dialog {
            Some(Dialog::NewClient) => client::ClientDraft::begin(state),
            _ => client::ClientDraft::default(),
        };
        let open = state.dialog.clone();
        *draft =
            DialogDraft { open, text, chosen: 0, also: false, client, ..DialogDraft::default() };
    }
    let Some(dialog) = &state.dialog else { return };
    let width: f32 = match dialog {
        Dialog::Review => 860.0,
        Dialog::Merge(_) => 960.0,
        Dialog::CannotSave(_) | Dialog::Shared(_) | Dialog::Refused(_) => 600.0,
        Dialog::Palette | Dialog::GrantTo { .. } | Dialog::AskAbout(_) => 520.0,
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
            Dialog::Grant { from, to } => choose::grant_ui(ui, state, *from, *to, commands),
            Dialog::GrantTo { from } => {
                choose::grant_to_ui(ui, draft, state, *from, just_opened, commands)
            }
            Dialog::AskAbout(slot) => {
                choose::party_ui(ui, draft, state, *slot, just_opened, commands);
            }
            Dialog::Review => saving::review_ui(ui, changes, state, commands),
            Dialog::Unsaved(leaving) => saving::unsaved_ui(ui, state, leaving, commands),
            Dialog::NewClient => {
                client::new_ui(ui, &mut draft.client, state, just_opened, commands);
            }
            Dialog::Remove(file, document) => {
                client::remove_ui(ui, draft, state, (*file, *document), commands);
            }
            Dialog::MoveToFile(file, document) => {
                client::move_ui(ui, draft, state, (*file, *document), just_opened, commands);
            }
            Dialog::RenameId(id) => {
                client::rename_ui(ui, draft, state, id, just_opened, commands);
            }
            Dialog::Replace(file, path) => saving::replace_ui(ui, *file, path, commands),
            Dialog::Recovery => recovery::recovery_ui(ui, state, commands),
            Dialog::Merge(_) => merge::merge_ui(ui, &mut draft.merge, state, commands),
            Dialog::Shared(edit) => refused::shared_ui(ui, state, edit, commands),
            Dialog::Refused(refusal) => refused::refused_ui(ui, draft, refusal, commands),
            Dialog::CannotSave(trouble) => {
                trouble::cannot_save_ui(ui, state, trouble, commands);
            }
            Dialog::Path(purpose) => saving::path_ui(ui, draft, purpose, just_opened, commands),
            Dialog::Palette => choose::palette_ui(ui, draft, state, just_opened, commands),
            Dialog::Shortcuts => shortcuts_ui(ui, commands),
            Dialog::CannotOpen(message) => {
                message_ui(ui, "This cannot be opened", message, commands)
            }
        }
    });
    if modal.should_close() {
        // Not to decide is to be asked again.
        commands.push(match dialog {
            Dialog::Recovery => Command::PutWorkOff,
            _ => Command::CloseDialog,
        });
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

/// Keys that the drawing has while it has the keyboard.
const IN_THE_GRAPH: &str = "In the graph: arrows follow edges and go to siblings, Enter opens, M \
    marks, F looks from near, Home and 0 show everything, + and − zoom, Shift and arrows move the \
    view, Ctrl, Shift and arrows move a box. Ctrl and a click marks, Shift and dragging marks all \
    inside, Alt and dragging moves a box.";

fn shortcuts_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    title_ui(ui, "Keyboard shortcuts");
    egui::ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
        egui::Grid::new("shortcuts").num_columns(2).spacing([24.0, 4.0]).striped(true).show(
            ui,
            |ui| {
                for action in Action::all() {
                    let Some(shortcut) = action.shortcut() else { continue };
                    ui.label(action.label().trim_end_matches('…'));
                    ui.label(RichText::new(ui.ctx().format_shortcut(&shortcut)).monospace());
                    ui.end_row();
                }
            },
        );
    });
    ui.label(RichText::new(IN_THE_GRAPH).small());
    right_ui(ui, |ui| {
        let close = ui.button("Close");
        close.request_focus_if_none(ui);
        if close.clicked() {
            commands.push(Command::CloseDialog);
        }
    });
}

fn message_ui(ui: &mut Ui, title: &str, message: &str, commands: &mut Vec<Command>) {
    title_ui(ui, title);
    ui.add(egui::Label::new(message).wrap());
    right_ui(ui, |ui| {
        let close = ui.button("Close");
        close.request_focus_if_none(ui);
        if close.clicked() {
            commands.push(Command::CloseDialog);
        }
    });
}

/// A field with its label before it.
fn field_ui(ui: &mut Ui, label: &str, name: &str, text: &mut String, hint: &str) -> egui::Response {
    let field = egui::TextEdit::singleline(text)
        .hint_text(hint)
        .id_salt(name)
        .desired_width(f32::INFINITY)
        .margin(egui::Margin::symmetric(8, 5));
    row_ui(ui, label, |ui| ui.add(field)).accessible_name(name)
}

/// A row of a form.
fn row_ui<T>(ui: &mut Ui, label: &str, content: impl FnOnce(&mut Ui) -> T) -> T {
    ui.horizontal(|ui| {
        let text = RichText::new(label).color(Tokens::of(ui).text_weak);
        column_label_ui(ui, text, egui::vec2(92.0, 24.0));
        content(ui)
    })
    .inner
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
