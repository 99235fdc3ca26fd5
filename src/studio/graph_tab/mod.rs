//! The graph tab: the canvas or its twin, a table, with what is selected, searched, marked and
//! narrowed put into their words.
//!
//! | part | purpose |
//! |---|---|
//! | `action` | what menus, palette and shortcuts offer |
//! | `state` | what the graph is asked to show; carries out commands |
//! | `way` | a shortest way between two boxes |
//! | `view` | views that were looked at, for going back and forward |
//! | `looking` | which part is looked at, and how it is grouped |
//! | `drawn` | drawings of a part |
//! | `export` | the drawing as a file |
//! | `shown` | paths alone, boxes at places of their own |
//! | `colouring` | what boxes can be coloured by |
//! | `marked` | what is done with marked boxes |
//! | `align` | lining boxes up |
//! | `ask` | questions beside the drawing |
//! | `bar` | the bar over the drawing |
//! | `filter_ui` | choosing the part and the groups |
//! | `table` | one row an arrow |

mod action;
mod align;
mod ask;
mod bar;
mod colouring;
mod drawn;
mod export;
mod filter_ui;
mod looking;
mod marked;
mod menu;
mod shown;
mod state;
mod table;
mod view;
mod way;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use egui::Ui;

use crate::config::ClientKey;
use crate::diagram::scene::{Difference, GroupKey, Scene, Thing};
use crate::trust::{describe_grant, grant};

pub use action::GraphAction;
pub use align::Align;
pub use ask::{
    Command as AskCommand, Form as AskForm, Kind as AskKind, Slot as AskSlot, Supposition,
    arrow_of, permission_name, permission_of,
};
pub use colouring::ColourBy;
pub use export::endings;
pub use filter_ui::{filter_button_ui, filtered_ui};
pub use looking::{Looking, Passing};
pub use shown::Ring;
pub use state::{Command as GraphCommand, GraphState};
pub use view::Narrowing;

use super::analysis::Analysis;
use super::canvas::{Camera, Canvas, CanvasEvent, CanvasInput, Colours, Palette, Spotlight};
use super::changes_tab::Command as CompareCommand;
use super::command::{Action, Command};
use super::selection::{Selection, selection, thing};
use super::state::State;
use super::theme::Tokens;
use super::widgets::empty_ui;
use shown::rings;
use state::Command as Own;
use table::{ArrowTable, table_ui};

/// What the tab keeps between frames.
#[derive(Default)]
pub struct GraphTab {
    canvas: Canvas,
    table: ArrowTable,
    /// What the search found, as things, and the keys it was made from.
    found: Option<(Vec<ClientKey>, Arc<HashSet<Thing>>)>,
    colours: Option<Coloured>,
    /// What hops around a client app add, and for which graph they were counted.
    rings: Option<(Arc<Analysis>, ClientKey, Vec<Ring>)>,
    pinned: Arc<BTreeSet<Thing>>,
    /// Where the context menu is open.
    menu: Option<egui::Pos2>,
    /// The scene that was shown last, to know when another is.
    scene: Option<Arc<Scene>>,
    /// The path that was shown last.
    spotlight: Option<Arc<Spotlight>>,
    /// The groups that were one box when the eyes were taken somewhere last.
    collapsed: BTreeSet<GroupKey>,
    /// Whether the eyes are on their way to what a search found: that view has begun already.
    follows_search: bool,
    /// Where the eyes were when that was told last.
    told: Option<Camera>,
    /// Whether the canvas was drawn in this frame, and has seen what was requested of it.
    pub drawn: bool,
}

/// Boxes coloured by a value, and what they were coloured for.
struct Coloured {
    by: ColourBy,
    analysis: Arc<Analysis>,
    scene: Arc<Scene>,
    colours: Option<Arc<Colours>>,
}

/// What is searched for, and the client apps that match.
#[derive(Clone, Copy, Debug, Default)]
pub struct Search<'a> {
    pub text: &'a str,
    pub matches: Option<&'a [ClientKey]>,
}

pub fn graph_ui(
    ui: &mut Ui,
    tab: &mut GraphTab,
    state: &State,
    search: Search,
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
    let scene = Arc::clone(state.graph.scene(&state.analysis));

    let center = match state.graph.narrowing() {
        Narrowing::Around { center, .. } => Some(center),
        Narrowing::Whole | Narrowing::Path => state.selected_center(),
    };
    tab.count_rings(&state.analysis, center);
    let rings = tab.rings.as_ref().map(|(_, center, rings)| (*center, rings.clone()));
    ui.spacing_mut().item_spacing.y = 0.0;
    bar::bar_ui(ui, state, rings.as_ref(), commands);
    if state.graph.ask.open {
        let frame = egui::Frame::new().fill(Tokens::of(ui).panel).inner_margin(8);
        egui::Panel::right("ask")
            .frame(frame)
            .default_size(350.0)
            .size_range(260.0..=560.0)
            .show(ui, |ui| ask::ask_ui(ui, state, commands));
    }
    tab.search(search.matches);
    if search.text.trim() != state.graph.view().search && state.graph.search_again.is_none() {
        commands.push(Command::Graph(Own::Searched(search.text.trim().to_owned())));
    }
    tab.drawn = true;
    let found = tab.found.as_ref().map(|(_, found)| Arc::clone(found));
    if state.graph.as_table {
        egui::Frame::new().inner_margin(egui::Margin::symmetric(8, 4)).show(ui, |ui| {
            let table = &mut tab.table;
            let chosen = table_ui(ui, table, state, &scene, found.as_ref(), selected.as_ref());
            if let Some(thing) = chosen {
                commands.push(Command::Select(meant(&thing)));
            }
        });
        return;
    }

    let comparing = scene.compared;
    tab.look(state, &scene, selected.as_ref());
    tab.colour(state, &scene);
    let pinned = tab.pins(state);
    let palette = Palette::of(Tokens::of(ui).dark);
    let may_grant = |from, to| may_grant(state, from, to);
    let input = CanvasInput {
        selection: selected.as_ref(),
        found: found.as_ref(),
        marked: Some(&state.graph.marked),
        spotlight: state.graph.spotlight(),
        colours: tab.colours.as_ref().and_then(|it| it.colours.as_ref()),
        pinned: Some(&pinned),
        lasso: state.graph.lasso,
        minimap: state.graph.minimap,
        may_move: state.graph.narrowing() == Narrowing::Whole && !comparing,
        ..CanvasInput::plain(&palette, &may_grant)
    };
    for event in tab.canvas.ui(ui, &scene, &input) {
        match event {
            CanvasEvent::Select(thing) => {
                commands.push(Command::Select(thing.as_ref().and_then(meant)));
            }
            CanvasEvent::Open(Thing::Group(group)) => {
                commands.push(Command::Graph(Own::Expand(group)));
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
            CanvasEvent::Mark { things, how } => {
                commands.push(Command::Graph(Own::Mark { things, how }));
            }
            CanvasEvent::Place(places) => commands.push(Command::Graph(Own::Place(places))),
        }
    }
    let leaves = state.changes_tab.on_drawing
        && selected.is_none()
        && tab.menu.is_none()
        && state.dialog.is_none()
        && !ui.ctx().egui_wants_keyboard_input()
        && ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape));
    if leaves {
        commands.push(Command::Compare(CompareCommand::OnDrawing(false)));
    }
    if !state.graph.is_drawing() {
        tab.tell(commands);
    }
    menu::menu_ui(&mut tab.menu, ui, state, commands);
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
                    // Where nothing is found, the eyes stay.
                    if !keys.is_empty() {
                        let few = keys.iter().take(50).map(|key| Thing::Client(*key));
                        self.canvas.fit_to(few);
                        self.follows_search = true;
                    }
                }
            }
        }
    }

    /// Takes the eyes where they are asked to go.
    fn look(&mut self, state: &State, scene: &Arc<Scene>, selected: Option<&Thing>) {
        // An edit makes another scene of the same view, which has a camera: the eyes stay.
        let another = self.scene.as_ref().is_some_and(|known| !Arc::ptr_eq(known, scene));
        let was_compared = self.scene.as_ref().is_some_and(|known| known.compared);
        self.scene = Some(Arc::clone(scene));
        if state.graph.came_back {
            match state.graph.view().camera {
                Some(camera) => {
                    self.canvas.look(camera);
                    self.told = Some(camera);
                }
                None => self.canvas.fit(),
            }
        } else if another
            && (state.graph.view().camera.is_none() || scene.compared && !was_compared)
        {
            match differing(scene) {
                things if scene.compared && !things.is_empty() => self.canvas.fit_to(things),
                _ => self.canvas.fit(),
            }
        }
        let collapsed = &state.graph.looking().collapsed;
        if another && self.collapsed != *collapsed {
            let mut new = collapsed.difference(&self.collapsed);
            if let (Some(group), None) = (new.next(), new.next()) {
                self.canvas.show(Thing::Group(group.clone()));
            }
            self.collapsed = collapsed.clone();
        }
        let spotlight = state.graph.spotlight();
        let known =
            |it: &&Arc<Spotlight>| self.spotlight.as_ref().is_some_and(|k| Arc::ptr_eq(k, it));
        if let Some(path) = spotlight.filter(|it| !known(it) && !state.graph.came_back) {
            self.canvas.fit_to(along(scene, path));
        }
        self.spotlight = spotlight.cloned();
        if state.requests.fit {
            self.canvas.fit();
        }
        if let (true, Some(thing)) = (state.requests.reveal, selected) {
            self.canvas.show(thing.clone());
        }
    }

    /// Tells where the eyes have come to rest.
    fn tell(&mut self, commands: &mut Vec<Command>) {
        let camera = self.canvas.camera();
        if self.canvas.is_at_rest() && self.told != Some(camera) {
            self.told = Some(camera);
            let jumped = self.canvas.take_jump() && !std::mem::take(&mut self.follows_search);
            commands.push(Command::Graph(Own::Looked { camera, jumped }));
        }
    }

    fn colour(&mut self, state: &State, scene: &Arc<Scene>) {
        let by = state.graph.colour_by;
        let same = self.colours.as_ref().is_some_and(|it| {
            it.by == by
                && Arc::ptr_eq(&it.analysis, &state.analysis)
                && Arc::ptr_eq(&it.scene, scene)
        });
        if !same {
            self.colours = Some(Coloured {
                by,
                analysis: Arc::clone(&state.analysis),
                scene: Arc::clone(scene),
                colours: by.colours(&state.analysis, scene).map(Arc::new),
            });
        }
    }

    fn count_rings(&mut self, analysis: &Arc<Analysis>, center: Option<ClientKey>) {
        let Some(center) = center else {
            self.rings = None;
            return;
        };
        let same = self
            .rings
            .as_ref()
            .is_some_and(|(known, of, _)| Arc::ptr_eq(known, analysis) && *of == center);
        if !same {
            let rings = rings(&analysis.graph, center);
            self.rings = Some((Arc::clone(analysis), center, rings));
        }
    }

    fn pins(&mut self, state: &State) -> Arc<BTreeSet<Thing>> {
        let places = &state.graph.places;
        if !self.pinned.iter().eq(places.keys()) {
            self.pinned = Arc::new(places.keys().cloned().collect());
        }
        Arc::clone(&self.pinned)
    }
}

/// The boxes that a path goes through.
fn along(scene: &Scene, path: &Spotlight) -> Vec<Thing> {
    let edges = path.hops.iter().filter_map(|hop| scene.edge_of(&hop.arrow));
    let ends = edges.flat_map(|edge| [scene.edges[edge].from, scene.edges[edge].to]);
    let nodes: BTreeSet<usize> =
        ends.chain(path.things.iter().filter_map(|thing| scene.node_of(thing))).collect();
    nodes.into_iter().map(|n| scene.nodes[n].thing()).collect()
}

/// What differs in a comparison, and what is at the ends of arrows that do.
fn differing(scene: &Scene) -> Vec<Thing> {
    let mut nodes: BTreeSet<usize> = BTreeSet::new();
    let changed = |difference| difference != Difference::Same;
    nodes.extend((0..scene.nodes.len()).filter(|n| changed(scene.nodes[*n].difference)));
    let edges = scene.edges.iter().filter(|edge| changed(edge.difference));
    nodes.extend(edges.flat_map(|edge| [edge.from, edge.to]));
    nodes.into_iter().map(|n| scene.nodes[n].thing()).collect()
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let part: String = text.chars().take(most - 1).collect();
    format!("{}…", part.trim_end())
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
