//! What the graph is asked to show, beside the selection: how far it is narrowed, what is marked
//! and coloured, which path is seen, which boxes have places of their own.
//!
//! Things of a drawing are named by keys of the project that was analysed. When another analysis
//! comes, all of them are carried over to it, as the selection is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::super::analysis::{Analysis, WITHIN_A_FRAME};
use super::super::canvas::{Camera, Marking, Spotlight};
use super::super::changes_tab::Comparison;
use super::super::command::Command as Main;
use super::super::selection::{selection, thing};
use super::super::state::{State, Tab};
use super::ask::{self, Ask};
use super::colouring::ColourBy;
use super::drawn::{Drawn, Wanted};
use super::export::Export;
use super::looking::{Choices, Looking, Passing};
use super::shown::{HOPS, placed};
use super::view::{Narrowing, View, Views};
use crate::config::{ClientKey, Project};
use crate::diagram::layout::Point;
use crate::diagram::scene::{GroupKey, NodeKind, Scene, Thing};

/// A request to the graph tab.
#[derive(Debug)]
pub enum Command {
    Mark {
        things: Vec<Thing>,
        how: Marking,
    },
    /// Lifts out a path and dims the rest; `None` lets go of it.
    Spotlight(Option<Arc<Spotlight>>),
    Narrow(Narrowing),
    /// Looks at a part only, or groups it another way; the same everywhere.
    Look(Looking),
    /// Draws a group that is one box as its client apps again, in place.
    Expand(GroupKey),
    ColourBy(ColourBy),
    /// Puts boxes, by their upper left corners, where they stay.
    Place(Vec<(Thing, Point)>),
    /// The eyes are somewhere else; a jump begins another view.
    Looked {
        camera: Camera,
        jumped: bool,
    },
    /// The search is for something else.
    Searched(String),
    /// A drawing of a part is ready.
    Drawn(Drawn),
    Ask(ask::Command),
    /// Asks where to write the drawing.
    Export,
    /// Writes the drawing; over what is there only when a person was asked about that.
    ExportTo {
        path: PathBuf,
        replace: bool,
    },
    Exported(Result<PathBuf, String>),
}

/// What the graph shows.
#[derive(Debug)]
pub struct GraphState {
    /// Whether the tab is in front.
    pub in_front: bool,
    /// What is marked to be looked at, lined up or moved together, besides the selection.
    pub marked: Arc<BTreeSet<Thing>>,
    pub colour_by: ColourBy,
    /// Whether dragging the ground marks what is inside instead of moving the view.
    pub lasso: bool,
    pub minimap: bool,
    pub as_table: bool,
    /// Boxes that stay where they were put, by their upper left corners.
    pub places: Arc<BTreeMap<Thing, Point>>,
    /// What is asked of it, and the answer.
    pub ask: Ask,
    pub(super) export: Export,
    /// The comparison that is drawn in the place of the analysis it is of.
    compared: Option<Arc<Comparison>>,
    views: Views,
    /// What the eyes are asked to go to: a view that was come back to.
    pub came_back: bool,
    /// What is to be searched for, because a view with it was come back to.
    pub search_again: Option<String>,
    /// The project that things are named by.
    known: Arc<Project>,
    drawn: Option<Drawn>,
    /// What the filter lets through; `None` where nothing is filtered.
    passing: Option<Passing>,
    /// What there is to choose from.
    choices: Option<Choices>,
    /// What a job is drawing.
    drawing: Option<Wanted>,
    /// The scene with boxes at their places, and what it was made from.
    placed: Option<Placed>,
}

#[derive(Clone, Debug)]
struct Placed {
    from: Arc<Scene>,
    places: Arc<BTreeMap<Thing, Point>>,
    scene: Arc<Scene>,
}

impl Default for GraphState {
    fn default() -> Self {
        Self {
            in_front: true,
            marked: Arc::default(),
            colour_by: ColourBy::default(),
            lasso: false,
            minimap: true,
            as_table: false,
            places: Arc::default(),
            ask: Ask::default(),
            export: Export::default(),
            compared: None,
            views: Views::default(),
            came_back: false,
            search_again: None,
            known: Arc::default(),
            drawn: None,
            passing: None,
            choices: None,
            drawing: None,
            placed: None,
        }
    }
}

impl GraphState {
    /// Forgets all that is about the project; how things are shown stays.
    pub(in super::super) fn new_project(&mut self) {
        let (colour_by, minimap, as_table) = (self.colour_by, self.minimap, self.as_table);
        let in_front = self.in_front;
        let ask = self.ask.of_another_project();
        *self = Self { colour_by, minimap, as_table, in_front, ask, ..Self::default() };
    }

    /// The view that is looked at.
    pub fn view(&self) -> &View {
        self.views.now()
    }

    pub fn narrowing(&self) -> Narrowing {
        self.views.now().narrowing
    }

    pub fn spotlight(&self) -> Option<&Arc<Spotlight>> {
        self.views.now().spotlight.as_ref()
    }

    pub fn can_go_back(&self) -> bool {
        self.views.can_go_back()
    }

    pub fn can_go_forward(&self) -> bool {
        self.views.can_go_forward()
    }

    /// What is shown: of the analysis, or narrowed, with boxes at their places.
    pub fn scene<'a>(&'a self, analysis: &'a Analysis) -> &'a Arc<Scene> {
        match &self.placed {
            Some(placed) => &placed.scene,
            None => self.narrowed(analysis),
        }
    }

    fn narrowed<'a>(&'a self, analysis: &'a Analysis) -> &'a Arc<Scene> {
        let drawn = self.drawn.as_ref().and_then(|drawn| drawn.scene.as_ref());
        drawn.or_else(|| self.compared(analysis)?.scene.as_ref()).unwrap_or(&analysis.scene)
    }

    /// The comparison that is drawn, when it is of this analysis.
    pub fn compared(&self, analysis: &Analysis) -> Option<&Arc<Comparison>> {
        self.compared.as_ref().filter(|it| std::ptr::eq(&*it.analysis, analysis))
    }

    /// Draws a comparison, or the analysis alone again. Gives whether that is another drawing.
    pub(in super::super) fn compare(&mut self, with: Option<Arc<Comparison>>) -> bool {
        let same = match (&self.compared, &with) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            _ => false,
        };
        self.compared = with;
        !same
    }

    /// Lets go of a path that only the drawing of two versions has.
    pub(in super::super) fn leave_comparison(&mut self) {
        let is_removed = |thing: &Thing| matches!(thing, Thing::Removed(_));
        if self.spotlight().is_some_and(|it| it.all().any(is_removed)) {
            let view = View { spotlight: None, narrowing: Narrowing::Whole, ..View::default() };
            self.go_to(view);
        }
        self.compared = None;
    }

    /// What is looked at, and how it is grouped.
    pub fn looking(&self) -> &Arc<Looking> {
        &self.views.now().looking
    }

    /// What the filter lets through; `None` where nothing is filtered.
    pub fn passing(&self) -> Option<&Passing> {
        self.passing.as_ref()
    }

    /// What there is to choose from; `None` before anything was analysed.
    pub fn choices(&self) -> Option<&Choices> {
        self.choices.as_ref()
    }

    /// Whether the drawing of a part is still being made.
    pub fn is_drawing(&self) -> bool {
        self.drawing.is_some()
    }

    /// Goes to another view, if it is another.
    pub(super) fn go_to(&mut self, view: View) {
        if !view.shows_the_same(self.views.now()) {
            self.views.go_to(view);
        }
    }

    pub(super) fn mark(&mut self, things: Vec<Thing>, how: Marking) {
        let marked = Arc::make_mut(&mut self.marked);
        match how {
            Marking::Replace => *marked = things.into_iter().collect(),
            Marking::Add => marked.extend(things),
            Marking::Toggle => {
                for thing in things {
                    if !marked.remove(&thing) {
                        marked.insert(thing);
                    }
                }
            }
        }
    }

    /// Carries everything that names things over to another state of the project; gives whether it
    /// is another.
    fn follow(&mut self, project: &Arc<Project>) -> bool {
        if Arc::ptr_eq(&self.known, project) {
            return false;
        }
        let before = std::mem::replace(&mut self.known, Arc::clone(project));
        let carried = |it: &Thing| {
            let selection = selection(&before, it)?.carried_over(&before, project)?;
            selection.still_there(project).then(|| thing(project, &selection))?
        };
        if !self.marked.is_empty() {
            self.marked = Arc::new(self.marked.iter().filter_map(carried).collect());
        }
        self.views.follow(carried);
        self.ask.follow(&before, project);
        true
    }
}

impl State {
    /// Carries out a command of the graph tab.
    pub(in super::super) fn apply_to_graph(&mut self, command: Command) {
        match command {
            Command::Mark { things, how } => {
                // The first box marked beside a selected one makes two.
                if how == Marking::Toggle
                    && self.graph.marked.is_empty()
                    && let Some(selected) = self.selected_thing()
                    && !things.contains(&selected)
                    && self.graph.scene(&self.analysis).node_of(&selected).is_some()
                {
                    self.graph.mark(vec![selected], Marking::Add);
                }
                self.graph.mark(things, how);
            }
            Command::Spotlight(spotlight) => {
                let mut view = self.graph.views.now().clone();
                if spotlight.is_none() && view.narrowing == Narrowing::Path {
                    view.narrowing = Narrowing::Whole;
                }
                view.spotlight = spotlight;
                view.camera = None;
                self.graph.go_to(view);
                if self.graph.spotlight().is_some() {
                    self.requests.tab = Some(Tab::Graph);
                }
            }
            Command::Narrow(narrowing) => {
                let mut view = self.graph.views.now().clone();
                (view.narrowing, view.camera) = (narrowing, None);
                self.graph.go_to(view);
            }
            Command::Look(looking) => {
                let mut view = self.graph.views.now().clone();
                (view.looking, view.camera) = (Arc::new(looking), None);
                self.graph.go_to(view);
            }
            Command::Expand(group) => {
                let mut view = self.graph.views.now().clone();
                Arc::make_mut(&mut view.looking).collapsed.remove(&group);
                self.graph.go_to(view);
            }
            Command::ColourBy(by) => self.graph.colour_by = by,
            Command::Place(places) => {
                self.pin_boxes(places.into_iter().map(|(thing, at)| (thing, Some(at))).collect());
            }
            Command::Looked { camera, jumped } => {
                let now = self.graph.views.now_mut();
                if jumped && now.camera.is_some() {
                    let view = View { camera: Some(camera), ..now.clone() };
                    self.graph.views.go_to(view);
                } else {
                    now.camera = Some(camera);
                }
            }
            Command::Searched(search) => {
                let now = self.graph.views.now_mut();
                // Typing on is one search.
                if !now.search.is_empty() && !search.is_empty() {
                    now.search = search;
                } else {
                    let view = View { search, camera: None, ..now.clone() };
                    self.graph.go_to(view);
                }
            }
            Command::Drawn(drawn) => {
                self.graph.drawing = None;
                self.graph.drawn = Some(drawn);
            }
            Command::Ask(command) => self.apply_to_questions(command),
            Command::Export => self.ask_where_to_export(),
            Command::ExportTo { path, replace } => self.export_to(path, replace),
            Command::Exported(result) => self.exported(result),
        }
    }

    /// Brings what the graph shows up to date with the analysis and with what is asked for.
    pub(in super::super) fn follow_in_graph(&mut self) {
        let analysis = Arc::clone(&self.analysis);
        if self.graph.follow(&analysis.project) {
            self.place_pinned();
        }
        if self.graph.choices.as_ref().is_none_or(|it| !it.is_of(&analysis)) {
            self.graph.choices = Some(Choices::new(&analysis));
        }
        let looking = Arc::clone(self.graph.looking());
        if self.graph.passing.as_ref().is_none_or(|it| !it.is_of(&looking, &analysis)) {
            self.graph.passing = Passing::new(&looking, &analysis);
        }
        let compared = self.graph.compared(&analysis).cloned();
        let wanted = Wanted::new(self.graph.views.now(), &analysis, compared);
        let known = self.graph.drawn.as_ref().is_some_and(|drawn| drawn.wanted == wanted);
        if wanted.is_everything() {
            self.graph.drawn = None;
        } else if !known {
            self.draw_part(wanted);
        }
        self.graph.put_in_place(&self.analysis);
        self.ask_again();
    }

    fn draw_part(&mut self, wanted: Wanted) {
        // From the whole, or from a drawing of the same part, boxes are found again by their places.
        let drawn = self.graph.drawn.as_ref();
        let whole = Wanted::new(&View::default(), &wanted.analysis, None);
        let before = match drawn {
            Some(drawn) if wanted.continues(&drawn.wanted) => drawn.scene.clone(),
            None if wanted.continues(&whole) => {
                Some(Arc::clone(self.graph.narrowed(&wanted.analysis)))
            }
            _ => None,
        };
        let clients = wanted.analysis.project.clients().len();
        if clients <= WITHIN_A_FRAME || wanted.narrowing == Narrowing::Path {
            let scene = wanted.draw(before.as_deref(), &|| false).map(Arc::new);
            self.graph.drawn = Some(Drawn { wanted, scene });
            return;
        }
        if self.graph.drawing.is_some() {
            // The next command asks again once the job has ended.
            return;
        }
        self.graph.drawing = Some(wanted.clone());
        self.jobs.blocking("Drawing a part of the graph", move |cancelled| {
            let stop = || cancelled.load(std::sync::atomic::Ordering::Relaxed);
            let scene = wanted.draw(before.as_deref(), &stop).map(Arc::new);
            Main::Graph(Command::Drawn(Drawn { wanted, scene }))
        });
    }

    /// The selected box of the drawing, as what is drawn.
    fn selected_thing(&self) -> Option<Thing> {
        let then = self.selection.as_ref()?.carried_over(&self.project, &self.analysis.project)?;
        thing(&self.analysis.project, &then)
    }

    /// The boxes that are meant: those marked, or else the selected one.
    pub fn meant_boxes(&self) -> Vec<Thing> {
        if !self.graph.marked.is_empty() {
            return self.graph.marked.iter().cloned().collect();
        }
        let scene = self.graph.scene(&self.analysis);
        self.selected_thing().into_iter().filter(|thing| scene.node_of(thing).is_some()).collect()
    }

    /// The selected client app, as the drawing names it.
    pub fn selected_center(&self) -> Option<ClientKey> {
        match self.selected_thing()? {
            Thing::Client(key) => Some(key),
            _ => None,
        }
    }

    pub(super) fn graph_back(&mut self, forward: bool) {
        if forward {
            self.graph.views.go_forward();
        } else {
            self.graph.views.go_back();
        }
        self.graph.came_back = true;
        self.graph.search_again = Some(self.graph.view().search.clone());
        self.requests.tab = Some(Tab::Graph);
    }

    /// Shows so many hops more or fewer around the center, or begins with the selection.
    pub(super) fn more_hops(&mut self, by: isize) {
        let narrowing = match self.graph.narrowing() {
            Narrowing::Around { center, hops } => {
                let hops = hops.saturating_add_signed(by).clamp(1, HOPS);
                Narrowing::Around { center, hops }
            }
            Narrowing::Whole | Narrowing::Path => {
                let Some(center) = self.selected_center() else { return };
                Narrowing::Around { center, hops: 1 }
            }
        };
        self.apply_to_graph(Command::Narrow(narrowing));
    }

    pub(super) fn narrow_to_selection(&mut self) {
        if let Some(center) = self.selected_center() {
            self.apply_to_graph(Command::Narrow(Narrowing::Around { center, hops: 1 }));
        }
    }
}

impl GraphState {
    fn put_in_place(&mut self, analysis: &Analysis) {
        if self.places.is_empty() {
            self.placed = None;
            return;
        }
        let from = Arc::clone(self.narrowed(analysis));
        let same = self.placed.as_ref().is_some_and(|it| {
            Arc::ptr_eq(&it.from, &from) && Arc::ptr_eq(&it.places, &self.places)
        });
        if !same {
            // A narrowed drawing is small and has its own order; places are of the whole one.
            let scene = match self.narrowing() {
                Narrowing::Whole => placed(&from, &self.places),
                Narrowing::Around { .. } | Narrowing::Path => Arc::clone(&from),
            };
            self.placed = Some(Placed { from, places: Arc::clone(&self.places), scene });
        }
    }
}

/// The client app or id that a box stands for, in words.
pub fn box_name(scene: &Scene, thing: &Thing) -> Option<String> {
    let node = &scene.nodes[scene.node_of(thing)?];
    Some(match node.kind {
        NodeKind::Client(_) => node.title.clone(),
        NodeKind::Ghost(_) | NodeKind::Issuer(_) | NodeKind::Group(_) => node.name.clone(),
    })
}
