//! What happened outside of the window and waits for a decision, in a bar below the menus: it stays
//! in view and in nobody's way.

use std::path::Path;

use egui::{RichText, Ui};

use super::super::command::Command;
use super::super::state::{News, Opening, State};
use super::super::theme::{self, Tokens};
use super::super::widgets::small_icon_ui;
use super::inspector::size;
use crate::studio::theme::icons;

/// What can be done about it: a name, what it does, the command.
type Choice = (&'static str, &'static str, Command);

pub fn news_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    if let Some(opening) = &state.opening {
        opening_ui(ui, opening, commands);
    }
    for (index, news) in state.surroundings.news.iter().enumerate() {
        ui.push_id(index, |ui| one_ui(ui, state, news, commands));
    }
}

/// Whether there is anything to show.
pub fn has_news(state: &State) -> bool {
    !state.surroundings.news.is_empty() || state.opening.is_some()
}

/// How far opening is, and the way to end it. The window stays as it was meanwhile.
fn opening_ui(ui: &mut Ui, opening: &Opening, commands: &mut Vec<Command>) {
    let (done, total) = (opening.progress.done() / 2, opening.progress.total() / 2);
    ui.horizontal(|ui| {
        ui.spinner();
        ui.label(&opening.label);
        if total > 0 {
            let part = done as f32 / total as f32;
            let text = format!("{} of {}", size(done), size(total));
            ui.add(egui::ProgressBar::new(part).desired_width(180.0).text(text));
        }
        if ui.button("Cancel opening").clicked() {
            commands.push(Command::CancelOpening);
        }
    });
    ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
}

fn one_ui(ui: &mut Ui, state: &State, news: &News, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let (text, choices) = words(state, news);
    egui::Frame::new()
        .fill(tokens.accent_soft)
        .corner_radius(theme::RADIUS)
        .inner_margin(egui::Margin::symmetric(8, 4))
        .show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.label(icons::ICON_INFO.rich_text().size(15.0).color(tokens.accent));
                ui.label(RichText::new(&text));
                for (label, hint, command) in choices {
                    if ui.button(label).on_hover_text(hint).clicked() {
                        commands.push(command);
                    }
                }
                if small_icon_ui(ui, icons::ICON_CLOSE, "Put aside") {
                    commands.push(Command::PutAside(news.clone()));
                }
            });
        });
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn words(state: &State, news: &News) -> (String, Vec<Choice>) {
    let file_name = |file| state.project.file(file).name.clone();
    match news {
        News::Diverged(file) => (
            format!("{} was changed on disk, and here.", file_name(*file)),
            vec![
                (
                    "Merge…",
                    "Takes both changes together, and asks where they differ",
                    Command::Merge(*file),
                ),
                (
                    "Take theirs",
                    "Reads the file again; your changes can be brought back with Undo",
                    Command::Reload(*file),
                ),
            ],
        ),
        News::Removed(file) => (
            format!("{} was removed from the disk. Saving writes it again.", file_name(*file)),
            vec![(
                "Write it again",
                "Saves the text that is open here",
                Command::Save(vec![state.save_request(*file)]),
            )],
        ),
        News::Renamed(file, path) => (
            format!("{} is called {} on disk now.", file_name(*file), name(path)),
            vec![(
                "Follow",
                "Goes on with the file under its new name",
                Command::FollowRename { file: *file, path: path.clone() },
            )],
        ),
        News::Added(paths) => {
            let names: Vec<_> = paths.iter().take(3).map(|path| name(path)).collect();
            let more = paths.len().saturating_sub(names.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let what = if paths.len() == 1 { "A new file is" } else { "New files are" };
            (
                format!("{what} in what is open: {}{more}.", names.join(", ")),
                vec![(
                    "Add",
                    "Opens them as part of the project",
                    Command::OpenMore(paths.clone()),
                )],
            )
        }
        News::Others(others) => {
            let names: Vec<_> = others.iter().take(3).map(|other| name(&other.path)).collect();
            let process = others.first().and_then(|other| other.process);
            let process = process.map_or(String::new(), |it| format!(" (process {it})"));
            (
                format!(
                    "Another studio{process} has {} open. Whoever saves last is asked first.",
                    names.join(", ")
                ),
                Vec::new(),
            )
        }
    }
}
