//! The drawing of the graph, to look around in, point at and draw on.
//!
//! [`Canvas::ui`] takes what is to be shown and gives back what the person did; it changes nothing
//! but its own camera and gestures. It is fast by three means: everything that is many goes into
//! one mesh of sprites (`brush`, `atlas`), only what is in view is drawn (`index`), and what would be too small to
//! read is left out (`paint`). Boxes in view are real widgets with names, so that screen readers,
//! the Tab key and tests reach them; there is a cap on how many.
//!
//! Gestures: drag the ground, or anything with the middle button or the space bar held, to move;
//! the wheel (also with Ctrl) or a pinch to zoom; two fingers on a touchpad to move; drag from one
//! client app to another to allow an exchange; double-click an arrow to try it; Ctrl and a click
//! marks a box, Shift and dragging all that are drawn around; Alt and dragging moves a box. Keys:
//! arrows follow arrows and go to siblings, Tab goes on, Enter opens, M marks, F looks at a box from
//! near, Home and `0` show everything, `+` and `-` zoom, Escape lets go. Nothing is repainted, and
//! the picture is not made anew, while nothing happens.

mod atlas;
mod brush;
mod camera;
mod cells;
mod colours;
mod dashes;
mod emphasis;
mod frame;
mod index;
mod keys;
mod linking;
mod looking;
mod marking;
mod moving;
mod overlay;
mod paint;
mod palette;
mod passing;
mod pointing;
mod spotlight;
mod uses;

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use egui::{Pos2, Rect, Sense, TextureHandle, Ui};

pub use camera::Camera;
pub use colours::{Colours, Value};
pub use marking::Marking;
pub use palette::Palette;
pub use spotlight::{Hop, Spotlight};

use crate::config::ClientKey;
use crate::diagram::layout::Point;
use crate::diagram::scene::{Scene, Thing};
use crate::studio::theme;
use camera::Flight;
use emphasis::{Emphasis, Wish, same};
use frame::Frame;
use index::Index;
use linking::Link;
use looking::Wanted;
use marking::Lasso;
use moving::Move;
use overlay::Minimap;
use paint::Picture;

/// What the canvas shows, besides the scene.
#[derive(Clone, Copy)]
pub struct CanvasInput<'a> {
    pub selection: Option<&'a Thing>,
    /// What the search found; the rest is dimmed. `None` when nothing is searched. Another set must
    /// be another `Arc`.
    pub found: Option<&'a Arc<HashSet<Thing>>>,
    /// What is marked to be looked at or moved together, besides what is selected.
    pub marked: Option<&'a Arc<BTreeSet<Thing>>>,
    /// A path to be seen; the rest is dimmed.
    pub spotlight: Option<&'a Arc<Spotlight>>,
    /// What boxes are coloured by.
    pub colours: Option<&'a Arc<Colours>>,
    /// Boxes that keep their places.
    pub pinned: Option<&'a Arc<BTreeSet<Thing>>>,
    /// Whether dragging draws around boxes to mark them, instead of moving the view.
    pub lasso: bool,
    /// Whether the whole is shown in small while only a part is in view.
    pub minimap: bool,
    /// Whether boxes may be moved.
    pub may_move: bool,
    pub palette: &'a Palette,
    /// What allowing the arrow from one client to another will mean, for the sentence beside the
    /// pointer. An error says why it cannot be allowed.
    pub grant: &'a dyn Fn(ClientKey, ClientKey) -> Result<String, String>,
}

impl<'a> CanvasInput<'a> {
    /// With nothing selected, searched, marked, lifted out, coloured or pinned.
    pub fn plain(
        palette: &'a Palette,
        grant: &'a dyn Fn(ClientKey, ClientKey) -> Result<String, String>,
    ) -> Self {
        Self {
            selection: None,
            found: None,
            marked: None,
            spotlight: None,
            colours: None,
            pinned: None,
            lasso: false,
            minimap: true,
            may_move: true,
            palette,
            grant,
        }
    }

    fn wish(&self) -> Wish {
        Wish {
            selection: self.selection.cloned(),
            search: self.found.cloned(),
            marked: self.marked.cloned().unwrap_or_default(),
            spotlight: self.spotlight.cloned(),
        }
    }
}

/// What the person did.
#[derive(Clone, Debug, PartialEq)]
pub enum CanvasEvent {
    /// Pointed at something, or at the ground.
    Select(Option<Thing>),
    /// Asked for the menu of something, or of the ground.
    OpenMenu { thing: Option<Thing>, at: Pos2 },
    /// Drew an arrow from one client app to another.
    GrantRequested { from: ClientKey, to: ClientKey },
    /// Double-clicked an arrow, to try that exchange.
    Simulate(Thing),
    /// Double-clicked a box or row, or pressed Enter on it, to see more of it.
    Open(Thing),
    /// Marked boxes, or asked for that.
    Mark { things: Vec<Thing>, how: Marking },
    /// Moved boxes: their upper left corners.
    Place(Vec<(Thing, Point)>),
}

/// What boxes wear besides what they are: colours of values, and pins.
#[derive(Default)]
struct Dress {
    colours: Option<Arc<Colours>>,
    pinned: Arc<BTreeSet<Thing>>,
    pinned_nodes: Vec<bool>,
    index: u64,
    /// Changes whenever anything else here does.
    count: u64,
}

impl Dress {
    fn update(&mut self, index: &Index, index_count: u64, input: &CanvasInput) {
        let colours = same(self.colours.as_ref(), input.colours);
        let pinned = match input.pinned {
            Some(pinned) => Arc::ptr_eq(&self.pinned, pinned) || self.pinned == *pinned,
            None => self.pinned.is_empty(),
        };
        if pinned && colours && self.index == index_count {
            return;
        }
        self.count += 1;
        self.index = index_count;
        self.colours = input.colours.cloned();
        self.pinned = input.pinned.cloned().unwrap_or_default();
        self.pinned_nodes.clear();
        if !self.pinned.is_empty() {
            self.pinned_nodes.resize(index.rects.len(), false);
            for n in self.pinned.iter().filter_map(|thing| index.node_of(thing)) {
                self.pinned_nodes[n] = true;
            }
        }
    }
}

/// The state of one drawing: where it is looked at, and gestures under way.
#[derive(Default)]
pub struct Canvas {
    camera: Camera,
    flight: Option<Flight>,
    index: Option<Index>,
    /// Counts the scenes that were taken in.
    index_count: u64,
    emphasis: Emphasis,
    dress: Dress,
    picture: Picture,
    sprites: Option<TextureHandle>,
    /// A request to show everything, or one thing, at the next frame.
    wanted: Option<Wanted>,
    link: Option<Link>,
    lasso: Option<Lasso>,
    moving: Option<Move>,
    minimap: Minimap,
    /// The last arrow that was followed by keyboard, for its siblings.
    trail: Option<keys::Trail>,
    /// The box that had the keyboard focus in the last frame, and its widget.
    keyboard: Option<(egui::Id, usize)>,
    /// Whether the eyes were told where to look, whatever the next scene is.
    told: bool,
    /// Whether the eyes jumped since somebody asked.
    jumped: bool,
    /// What is under the pointer.
    hovered: Option<Thing>,
    /// The box that is to get the keyboard focus once it is in view.
    focus: Option<usize>,
    /// Whether the person has opened or closed the legend.
    legend_open: Option<bool>,
    /// What the legend takes at the bottom; fitting keeps clear of it.
    legend_height: f32,
    /// The view of the last frame.
    view: Option<Rect>,
    /// What the view was last fitted to, until somebody moves it.
    fitted: Option<Wanted>,
}

impl Canvas {
    /// Shows the whole drawing.
    pub fn fit(&mut self) {
        self.wanted = Some(Wanted::All);
    }

    /// Brings a thing into view: as near as reads well, without moving more than needed.
    pub fn show(&mut self, thing: Thing) {
        self.wanted = Some(Wanted::Thing(thing));
    }

    /// Brings a thing to the middle of the view, from near.
    pub fn show_near(&mut self, thing: Thing) {
        self.wanted = Some(Wanted::Near(thing));
    }

    /// Shows all of these at once, as large as they fit.
    pub fn fit_to(&mut self, things: impl IntoIterator<Item = Thing>) {
        self.wanted = Some(Wanted::Things(things.into_iter().collect()));
    }

    /// Zooms in (above 1) or out (below 1) around the middle of the view.
    pub fn zoom_by(&mut self, factor: f32, now: f64) {
        if let Some(view) = self.view {
            let mut to = self.flight.map_or(self.camera, |flight| flight.at(f64::MAX).0);
            to.zoom_at(view, view.center(), factor);
            self.flight = Some(Flight::new(self.camera, to, now));
            self.fitted = None;
        }
    }

    pub fn camera(&self) -> Camera {
        self.camera
    }

    /// Looks at a place at once, as it was looked at before.
    pub fn look(&mut self, camera: Camera) {
        self.camera = camera;
        self.flight = None;
        self.fitted = None;
        self.wanted = None;
        self.told = true;
    }

    /// Whether nothing moves the eyes now: no flight, no gesture.
    pub fn is_at_rest(&self) -> bool {
        self.flight.is_none() && self.wanted.is_none() && self.view.is_some()
    }

    /// Whether the eyes jumped (were taken elsewhere at once, not moved by hand) since this was
    /// asked last.
    pub fn take_jump(&mut self) -> bool {
        std::mem::take(&mut self.jumped)
    }

    fn counts(&self, frame: &Frame) -> paint::Counts {
        paint::Counts { index: self.index_count, emphasis: self.emphasis.count, dress: frame.dress }
    }

    /// Moves the eyes over a place of the drawing; a jump begins another view.
    fn go_to(&mut self, center: Pos2, jump: bool) {
        self.camera.center = center;
        self.flight = None;
        self.fitted = None;
        self.jumped |= jump;
    }

    /// How many pictures were made so far. A frame in which nothing changed makes none.
    pub fn pictures(&self) -> u64 {
        self.picture.made()
    }

    /// What the pointer is on.
    pub fn hovered(&self) -> Option<&Thing> {
        self.hovered.as_ref()
    }

    /// Draws the scene into the rest of `ui` and tells what the person did with it.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Arc<Scene>, input: &CanvasInput) -> Vec<CanvasEvent> {
        let mut events = Vec::new();
        let view = ui.available_rect_before_wrap();
        let ground = ui.allocate_rect(view, Sense::click_and_drag());
        ground.widget_info(|| {
            egui::WidgetInfo::labeled(egui::Role::Canvas, true, "Graph of client apps")
        });
        if view.width() < 8.0 || view.height() < 8.0 {
            return events;
        }
        self.take_in(scene, view, input.selection);
        self.fly(ui, view);
        // Taken out for the time of the frame, so that it can be read while the rest changes.
        let Some(index) = self.index.take() else { return events };
        self.emphasis.update(&index, input.wish());
        self.dress.update(&index, self.index_count, input);
        self.begin_lasso(ui, view, input);
        self.look_around(ui, view, &ground, &index);
        keys::open(self, ui, &index, &mut events);

        let semibold = ui.ctx().fonts(|fonts| fonts.families().contains(&theme::semibold()));
        let sprites = self.sprites.get_or_insert_with(|| atlas::load(ui.ctx()));
        let texture = sprites.id();
        // Taken out too, to be read while the rest changes.
        let dress = std::mem::take(&mut self.dress);
        let mut frame = Frame {
            view,
            camera: self.camera,
            palette: *input.palette,
            semibold,
            focused: None,
            texture,
            colours: dress.colours.as_deref(),
            pinned: &dress.pinned_nodes,
            dress: dress.count,
        };
        self.point(ui, &frame, &ground, &index, input, &mut events);
        let (seen, focused) = self.widgets(ui, &frame, &index, input, &mut events);
        frame.focused = focused;
        keys::handle(self, ui, &index, input, &ground, &seen, &mut events);
        frame.camera = self.camera;

        let clip = ui.painter().with_clip_rect(view);
        let counts = self.counts(&frame);
        let hovered = self.hovered.as_ref();
        self.picture.paint(&clip, &frame, &index, counts, &self.emphasis, hovered);
        if let Some(link) = self.link {
            self.draw_link(ui, &clip, &frame, &index, link, input, &mut events);
        }
        self.draw_lasso(ui, &clip, &frame, &index, input, &mut events);
        self.draw_move(ui, &clip, &frame, &index, &mut events);
        overlay::ui(self, ui, &frame, &index, input, &mut events);
        self.dress = dress;
        self.index = Some(index);
        events
    }
}
