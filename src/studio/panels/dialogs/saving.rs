//! Dialogs around saving and leaving.

use std::path::PathBuf;

use egui::{Key, RichText, Ui};

use crate::config::FileId;

use super::super::super::changes_tab::Command as CompareCommand;
use super::super::super::command::{Command, Leaving, PathPurpose};
use super::super::super::exchange_tab::{self, campaign::Command as CampaignCommand};
use super::super::super::graph_tab::{GraphCommand, endings};
use super::super::super::matrix_tab::MatrixCommand;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::{choice_ui, problem_ui};
use super::super::changes::{ChangesView, differences_ui};
use super::{DialogDraft, FocusFirst, buttons_ui, primary, title_ui};

pub fn review_ui(
    ui: &mut Ui,
    changes: &mut ChangesView,
    state: &State,
    commands: &mut Vec<Command>,
) {
    let files = state.project.unsaved();
    title_ui(ui, "Review and save");
    let text = "Only these lines change; everything else stays as it is, byte for byte.";
    ui.label(RichText::new(text).color(Tokens::of(ui).text_weak));
    let height = ui.ctx().content_rect().height() * 0.55;
    egui::ScrollArea::both().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        differences_ui(ui, changes, state);
    });
    for trouble in &state.outlook {
        problem_ui(ui, &format!("{}. You can choose what to do about it.", trouble.message));
    }
    ui.horizontal(|ui| {
        ui.label(RichText::new("Backups").color(Tokens::of(ui).text_weak));
        let mut count = state.user.backups;
        let choices = [
            (0, "none".to_owned()),
            (1, "the last text".to_owned()),
            (3, "the last 3 texts".to_owned()),
            (9, "the last 9 texts".to_owned()),
        ];
        if choice_ui(ui, "Backups beside the file", &mut count, &choices) {
            commands.push(Command::KeepBackups(count));
        }
    });
    let label =
        if files.len() == 1 { "Save".to_owned() } else { format!("Save {} files", files.len()) };
    buttons_ui(ui, commands, |ui, commands| {
        let button = ui.add_enabled(!files.is_empty(), primary(ui, &label));
        button.request_focus_if_none(ui);
        if button.clicked() {
            let requests = files.iter().map(|file| state.save_request(*file));
            commands.push(Command::Save(requests.collect()));
        }
    });
}

pub fn unsaved_ui(ui: &mut Ui, state: &State, leaving: &Leaving, commands: &mut Vec<Command>) {
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

pub fn replace_ui(ui: &mut Ui, file: FileId, path: &std::path::Path, commands: &mut Vec<Command>) {
    title_ui(ui, "A file is there already");
    ui.add(egui::Label::new(path.display().to_string()).wrap());
    ui.label("Replacing it loses what it holds, unless backups are kept.");
    buttons_ui(ui, commands, |ui, commands| {
        let another = ui.add(primary(ui, "Choose another path…"));
        another.request_focus_if_none(ui);
        if another.clicked() {
            commands.push(Command::AskForPath(PathPurpose::SaveAs(file)));
        }
        if ui.button("Replace it").clicked() {
            commands.push(Command::SaveAs { file, path: path.to_owned() });
        }
    });
}

pub fn path_ui(
    ui: &mut Ui,
    draft: &mut DialogDraft,
    purpose: &PathPurpose,
    just_opened: bool,
    commands: &mut Vec<Command>,
) {
    let (title, hint, verb) = match purpose {
        PathPurpose::Open => ("Open a file or a folder", "Path of a file or a folder", "Open"),
        PathPurpose::SaveAs(_) => ("Save file as", "Path to write to", "Save"),
        PathPurpose::ExportDrawing => ("Export the drawing", "Path to write to", "Export"),
        PathPurpose::SaveMatrix => ("Save the access matrix as CSV", "Path to write to", "Save"),
        PathPurpose::SaveProduct(product) => (product.title(), "Path to write to", "Save"),
        PathPurpose::OpenCases => ("Open a file of cases", "Path of a file of cases", "Open"),
        PathPurpose::CompareWith => {
            ("Compare with another version", "Path of a file or a folder", "Compare")
        }
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
    if *purpose == PathPurpose::ExportDrawing {
        let text = format!("The end of the name says the format: {}.", endings());
        ui.label(RichText::new(text).small().color(Tokens::of(ui).text_weak));
    }
    buttons_ui(ui, commands, |ui, commands| {
        let button = ui.add_enabled(ready, primary(ui, verb));
        if button.clicked() || (entered && ready) {
            commands.push(match purpose {
                PathPurpose::Open => Command::Leave(Leaving::Open(vec![path])),
                PathPurpose::SaveAs(file) => Command::SaveAsTyped { file: *file, path },
                PathPurpose::ExportDrawing => {
                    Command::Graph(GraphCommand::ExportTo { path, replace: false })
                }
                PathPurpose::SaveMatrix => {
                    Command::Matrix(MatrixCommand::SaveTo { path, replace: false })
                }
                PathPurpose::SaveProduct(product) => {
                    let product = *product;
                    campaign_command(CampaignCommand::SaveTo { product, path, replace: false })
                }
                PathPurpose::OpenCases => campaign_command(CampaignCommand::OpenCases(vec![path])),
                PathPurpose::CompareWith => Command::Compare(CompareCommand::Chosen(vec![path])),
            });
        }
    });
}

fn campaign_command(command: CampaignCommand) -> Command {
    Command::Exchange(exchange_tab::Command::Campaign(command))
}
