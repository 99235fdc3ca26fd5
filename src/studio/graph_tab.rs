//! The graph tab: the canvas, with what is selected and searched put into its words.

use std::collections::HashSet;
use std::sync::Arc;

use egui::Ui;

use crate::config::ClientKey;
use crate::diagram::scene::Thing;
use crate::trust::{describe_grant, grant};

use super::canvas::{Canvas, CanvasEvent, CanvasInput, Palette};
use super::command::{Action, Command};
use super::selection::{Selection, selection, thing};
use super::state::State;
use super::theme::Tokens;
use super::widgets::{action_menu_ui, empty_ui};

/// What the tab keeps between frames.
#[derive(Default)]
pub struct GraphTab {
    canvas: Canvas,
    /// What the search found, as things, and the keys it was made from.
    found: Option<(Vec<ClientKey>, Arc<HashSet<Thing>>)>,
    /// Where the context menu is open.
    menu: Option<egui::Pos2>,
    /// Whether the canvas was drawn in this frame, and has seen what was requested of it.
    pub drawn: bool,
}

pub fn graph_ui(
    ui: &mut Ui,
    tab: &mut GraphTab,
    state: &State,
    matches: Option<&[ClientKey]>,
    commands: &mut Vec<Command>,
) {
    if state.project.clients().is_empty() {
        nothing_open_ui(ui, commands);
        return;
    }
    if state.requests.new_project {
        *tab = GraphTab::default();
    }
    let project = &state.analysis.project;
    // A large drawing may show the project as it was a moment ago, with other keys.
    let now = |selection: Selection| selection.carried_over(project, &state.project);
    let then = |selection: &Selection| selection.carried_over(&state.project, project);
    let selected = state.selection.as_ref().and_then(then).and_then(|it| thing(project, &it));
    let meant = |thing: &Thing| selection(project, thing).and_then(now);
    if state.requests.fit {
        tab.canvas.fit();
    }
    if let (true, Some(thing)) = (state.requests.reveal, &selected) {
        tab.canvas.show(thing.clone());
    }
    tab.drawn = true;
    tab.search(matches);
    let palette = Palette::of(Tokens::of(ui).dark);
    let may_grant = |from, to| may_grant(state, from, to);
    let input = CanvasInput {
        selection: selected.as_ref(),
        found: tab.found.as_ref().map(|(_, found)| found),
        palette: &palette,
        grant: &may_grant,
    };
    for event in tab.canvas.ui(ui, &state.analysis.scene, &input) {
        match event {
            CanvasEvent::Select(thing) => {
                commands.push(Command::Select(thing.as_ref().and_then(meant)));
            }
            CanvasEvent::Open(thing) => {
                commands.extend(meant(&thing).map(Command::Reveal));
            }
            CanvasEvent::GrantRequested { from, to } => {
                commands.push(Command::ProposeGrant { from, to });
            }
            CanvasEvent::Simulate(thing) => {
                commands.push(Command::Select(meant(&thing)));
                commands.push(Command::Act(Action::SimulateSelected));
            }
            CanvasEvent::OpenMenu { thing, at } => {
                commands.push(Command::Select(thing.as_ref().and_then(meant)));
                tab.menu = Some(at);
            }
        }
    }
    tab.menu_ui(ui, state, commands);
}

/// What an arrow would mean, or why it cannot be drawn.
fn may_grant(state: &State, from: ClientKey, to: ClientKey) -> Result<String, String> {
    let count = state.project.clients().len();
    if from.0 >= count || to.0 >= count {
        return Err("The drawing is being brought up to date.".to_owned());
    }
    grant(&state.project, state.reading, from, to)?;
    Ok(describe_grant(&state.project, state.reading, from, to))
}

impl GraphTab {
    fn search(&mut self, matches: Option<&[ClientKey]>) {
        match matches {
            None => self.found = None,
            Some(keys) => {
                if self.found.as_ref().is_none_or(|(known, _)| known != keys) {
                    let things = keys.iter().map(|key| Thing::Client(*key)).collect();
                    self.found = Some((keys.to_vec(), Arc::new(things)));
                    let few = keys.iter().take(50).map(|key| Thing::Client(*key));
                    self.canvas.fit_to(few);
                }
            }
        }
    }

    fn menu_ui(&mut self, ui: &Ui, state: &State, commands: &mut Vec<Command>) {
        let Some(at) = self.menu else { return };
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
            self.menu = None;
        }
    }
}

fn revoke_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let Some(Selection::Exchange { owner, entry }) = &state.selection else { return };
    if ui.add(egui::Button::new("Revoke").frame_when_inactive(false)).clicked() {
        let change = crate::config::Change::Revoke { owner: *owner, entry: entry.clone() };
        commands.push(Command::Change(change));
    }
}

fn nothing_open_ui(ui: &mut Ui, commands: &mut Vec<Command>) {
    empty_ui(
        ui,
        "Who may exchange a token into whose?",
        "Open the YAML of your client apps, or look around in the sample.",
    );
    ui.vertical_centered(|ui| {
        ui.add_space(12.0);
        for action in [Action::OpenFolder, Action::OpenFiles, Action::OpenSample] {
            if ui.add(egui::Button::new(action.label()).min_size(egui::vec2(220.0, 30.0))).clicked()
            {
                commands.push(Command::Act(action));
            }
        }
    });
}
