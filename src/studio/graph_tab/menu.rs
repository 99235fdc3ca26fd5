//! The context menu of the drawing.

use egui::Ui;

use super::super::command::{Action, Command};
use super::super::selection::Selection;
use super::super::state::State;
use super::super::widgets::action_menu_ui;
use super::action::GraphAction;
use super::ask::Kind;

pub fn menu_ui(menu: &mut Option<egui::Pos2>, ui: &Ui, state: &State, commands: &mut Vec<Command>) {
    let Some(at) = *menu else { return };
    let area = egui::Area::new(egui::Id::unique("graph-menu"))
        .order(egui::Order::Foreground)
        .fixed_pos(at)
        .constrain(true)
        .show(ui.ctx(), |ui| {
            egui::Frame::menu(ui.style())
                .show(ui, |ui| {
                    ui.set_min_width(220.0);
                    let before = commands.len();
                    for action in [
                        Action::SimulateSelected,
                        Action::AllowExchange,
                        Action::FocusSelection,
                        Action::Graph(GraphAction::Narrow),
                        Action::Graph(GraphAction::MarkNeighbours),
                        Action::Graph(GraphAction::Pin),
                        Action::Graph(GraphAction::CollapseGroup),
                        Action::Graph(GraphAction::ShowPath),
                        Action::Graph(GraphAction::AskAbout(Kind::WhoCanBecome)),
                        Action::Graph(GraphAction::AskAbout(Kind::WhatCanBecome)),
                        Action::Graph(GraphAction::AskAbout(Kind::Chains)),
                        Action::Graph(GraphAction::AskAbout(Kind::WhatIf)),
                        Action::Graph(GraphAction::AskAbout(Kind::Chokes)),
                        Action::Graph(GraphAction::Whole),
                        Action::Fit,
                    ] {
                        if action.disabled_reason(state).is_none() {
                            action_menu_ui(ui, state, action, commands);
                        }
                    }
                    revoke_ui(ui, state, commands);
                    commands.len() > before
                })
                .inner
        });
    let elsewhere = ui
        .input(|input| input.pointer.any_pressed() || input.key_pressed(egui::Key::Escape))
        && !area.response.contains_pointer();
    if area.inner || elsewhere {
        *menu = None;
    }
}

fn revoke_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let Some(Selection::Exchange { owner, entry }) = &state.selection else { return };
    if ui.add(egui::Button::new("Revoke").frame_when_inactive(false)).clicked() {
        let change = crate::config::Change::Revoke { owner: *owner, entry: entry.clone() };
        commands.push(Command::Change(change));
    }
}
