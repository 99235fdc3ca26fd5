//! The bar at the top (menus, quick actions, the reading) and the one at the bottom (counts and
//! what goes on).

use std::path::PathBuf;

use egui::{RichText, Ui};

use crate::studio::theme::icons;
use crate::trust::Reading;

use super::super::command::{Action, Command, Leaving};
use super::super::graph_tab::GraphAction;
use super::super::source_tab::SourceAction;
use super::super::state::{Origin, State};
use super::super::theme::Tokens;
use super::super::widgets::{action_button_ui, action_menu_ui};

pub fn top_bar_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    egui::MenuBar::new().ui(ui, |ui| {
        menus_ui(ui, state, commands);
        ui.separator();
        action_button_ui(ui, state, Action::Undo, icons::ICON_UNDO, commands);
        action_button_ui(ui, state, Action::Redo, icons::ICON_REDO, commands);
        action_button_ui(ui, state, Action::Save, icons::ICON_SAVE, commands);
        ui.separator();
        title_ui(ui, state);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            action_button_ui(ui, state, Action::Palette, icons::ICON_SEARCH, commands);
            reading_ui(ui, state, commands);
        });
    });
}

fn menus_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    ui.menu_button("File", |ui| {
        for action in [Action::OpenFiles, Action::OpenFolder, Action::OpenPath, Action::OpenSample]
        {
            action_menu_ui(ui, state, action, commands);
        }
        recent_ui(ui, state, commands);
        ui.separator();
        for action in [Action::Save, Action::SaveAs, Action::SaveProjectFile] {
            action_menu_ui(ui, state, action, commands);
        }
        ui.separator();
        for action in [Action::Graph(GraphAction::Export), Action::SaveMatrix] {
            action_menu_ui(ui, state, action, commands);
        }
        ui.separator();
        action_menu_ui(ui, state, Action::Quit, commands);
    });
    ui.menu_button("Edit", |ui| {
        for action in [Action::Undo, Action::Redo] {
            action_menu_ui(ui, state, action, commands);
        }
        ui.separator();
        for action in [Action::Find, Action::AllowExchange] {
            action_menu_ui(ui, state, action, commands);
        }
    });
    ui.menu_button("Client app", |ui| {
        for (at, group) in Action::ON_SELECTION.iter().enumerate() {
            if at > 0 {
                ui.separator();
            }
            for action in *group {
                action_menu_ui(ui, state, *action, commands);
            }
        }
    });
    ui.menu_button("View", |ui| {
        for action in [
            Action::ShowGraph,
            Action::ShowSource,
            Action::ShowExchange,
            Action::ShowChanges,
            Action::ShowMatrix,
        ] {
            action_menu_ui(ui, state, action, commands);
        }
        ui.separator();
        for action in
            [Action::Fit, Action::LayOutAnew, Action::FocusSelection, Action::SelectionInSource]
        {
            action_menu_ui(ui, state, action, commands);
        }
        ui.separator();
        for action in [Action::NextFinding, Action::PreviousFinding, Action::ToggleProblems] {
            action_menu_ui(ui, state, action, commands);
        }
        ui.separator();
        for action in [Action::ListAll, Action::GroupByFile, Action::GroupBySubscription] {
            action_menu_ui(ui, state, action, commands);
        }
        ui.separator();
        for action in [Action::FollowSystemTheme, Action::LightTheme, Action::DarkTheme] {
            action_menu_ui(ui, state, action, commands);
        }
    });
    ui.menu_button("Graph", |ui| {
        for action in GraphAction::ALL {
            if action.begins_group() {
                ui.separator();
            }
            action_menu_ui(ui, state, Action::Graph(action), commands);
        }
    });
    ui.menu_button("Source", |ui| {
        for action in SourceAction::ALL {
            if action.begins_group() {
                ui.separator();
            }
            action_menu_ui(ui, state, Action::Source(action), commands);
        }
    });
    ui.menu_button("Exchange", |ui| {
        for action in [Action::SimulateSelected, Action::RunExchange] {
            action_menu_ui(ui, state, action, commands);
        }
    });
    ui.menu_button("Help", |ui| {
        for action in [Action::Palette, Action::Shortcuts] {
            action_menu_ui(ui, state, action, commands);
        }
    });
}

fn recent_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    ui.add_enabled_ui(!state.user.recent.is_empty(), |ui| {
        ui.menu_button("Open recent", |ui| {
            for paths in &state.user.recent {
                let label: Vec<_> = paths.iter().map(|path| shortened(path)).collect();
                if ui.button(label.join(", ")).clicked() {
                    commands.push(Command::Leave(Leaving::Open(paths.clone())));
                    ui.close();
                }
            }
        });
    });
}

/// The last parts of a long path; a menu is no place for all of it.
fn shortened(path: &std::path::Path) -> String {
    let text = path.display().to_string();
    let parts: Vec<_> = path.components().collect();
    if text.chars().count() <= 60 || parts.len() <= 3 {
        return text;
    }
    let tail: PathBuf = parts[parts.len() - 3..].iter().collect();
    format!("…/{}", tail.display())
}

fn title_ui(ui: &mut Ui, state: &State) {
    let tokens = Tokens::of(ui);
    let title = title(state);
    ui.label(RichText::new(title).strong());
    let unsaved = state.project.unsaved().len();
    if unsaved > 0 {
        let files = if unsaved == 1 {
            "1 unsaved file".to_owned()
        } else {
            format!("{unsaved} unsaved files")
        };
        ui.label(RichText::new(files).color(tokens.caution));
    }
}

/// What the project is called.
pub fn title(state: &State) -> String {
    match &state.origin {
        Origin::Nothing => "No project".to_owned(),
        Origin::Sample => "Sample estate".to_owned(),
        Origin::Paths(paths) => match paths.as_slice() {
            [path] => path.file_name().map_or_else(
                || path.display().to_string(),
                |name| name.to_string_lossy().into_owned(),
            ),
            paths => format!("{} paths", paths.len()),
        },
    }
}

fn reading_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    egui::ComboBox::from_id_salt("reading")
        .selected_text(state.reading.name())
        .width(190.0)
        .show_ui(ui, |ui| {
            ui.set_min_width(420.0);
            for reading in Reading::ALL {
                let chosen = reading == state.reading;
                if ui.selectable_label(chosen, reading.name()).clicked() && !chosen {
                    commands.push(Command::SetReading(reading));
                }
                ui.label(RichText::new(reading.sentence()).small().color(Tokens::of(ui).text_weak));
                ui.add_space(4.0);
            }
        })
        .response
        .accessible_name(format!("Reading {}", state.reading.name()))
        .on_hover_text(format!(
            "How an entry of allowedTokenExchangeClientApps is read.\n{}",
            state.reading.sentence()
        ));
    ui.label(RichText::new("Reading").color(Tokens::of(ui).text_weak));
}

pub fn status_bar_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    ui.horizontal(|ui| {
        let weak = |text: String| RichText::new(text).small().color(tokens.text_weak);
        let clients = state.project.clients();
        let permissions: usize = clients.iter().map(|client| client.permissions.len()).sum();
        let identities: usize = clients.iter().map(|client| client.identities.len()).sum();
        ui.label(weak(counted(clients.len(), "client app")));
        ui.label(weak(counted(permissions, "permission")));
        ui.label(weak(if identities == 1 {
            "1 federated identity".to_owned()
        } else {
            format!("{identities} federated identities")
        }));
        ui.label(weak(counted(state.project.files().len(), "file")));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let problems = counted(state.analysis.findings.len(), "finding");
            if ui
                .link(RichText::new(problems).small())
                .on_hover_text("Show or hide the list of problems")
                .clicked()
            {
                commands.push(Command::Act(Action::ToggleProblems));
            }
            for activity in state.jobs.running() {
                ui.spinner();
                ui.label(weak(activity.label.clone()));
            }
        });
    });
}

/// "1 file", "3 files".
pub fn counted(count: usize, thing: &str) -> String {
    if count == 1 { format!("1 {thing}") } else { format!("{count} {thing}s") }
}
