//! The drawing of the graph, to look around in, point at and draw on.
//!
//! [`Canvas::ui`] takes what is to be shown and gives back what the person did; it changes nothing
//! but its own camera and gestures. It is fast by three means: everything that is many goes into
//! one mesh (`strokes`), only what is in view is drawn (`index`), and what would be too small to
//! read is left out (`paint`). Boxes in view are real widgets with names, so that screen readers,
//! the Tab key and tests reach them; there is a cap on how many.
//!
//! Gestures: drag the ground, or anything with the middle button or the space bar held, to move;
//! the wheel (also with Ctrl) or a pinch to zoom; two fingers on a touchpad to move; drag from one
//! client app to another to allow an exchange; double-click an arrow to try it. Keys: arrows follow
//! arrows, Tab goes on, Enter selects, `+`, `-` and `0` zoom, Escape lets go. Nothing is repainted
//! while nothing happens.

mod camera;
mod emphasis;
mod frame;
mod index;
mod keys;
mod linking;
mod looking;
mod overlay;
mod paint;
mod palette;
mod pointing;
mod strokes;

use std::collections::HashSet;
use std::sync::Arc;

use egui::{Pos2, Rect, Sense, Ui};

pub use camera::Camera;
pub use palette::Palette;

use crate::config::ClientKey;
use crate::diagram::scene::{Scene, Thing};
use crate::studio::theme;
use camera::Flight;
use emphasis::Emphasis;
use frame::Frame;
use index::Index;
use linking::Link;
use looking::Wanted;

/// What the canvas shows, besides the scene.
#[derive(Clone, Copy)]
pub struct CanvasInput<'a> {
    pub selection: Option<&'a Thing>,
    /// What the search found; the rest is dimmed. `None` when nothing is searched. Another set must
    /// be another `Arc`.
    pub found: Option<&'a Arc<HashSet<Thing>>>,
    pub palette: &'a Palette,
    /// What allowing the arrow from one client to another will mean, for the sentence beside the
    /// pointer. An error says why it cannot be allowed.
    pub grant: &'a dyn Fn(ClientKey, ClientKey) -> Result<String, String>,
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
    /// Double-clicked a box or row, to see more of it.
    Open(Thing),
}

/// The state of one drawing: where it is looked at, and gestures under way.
#[derive(Default)]
pub struct Canvas {
    camera: Camera,
    flight: Option<Flight>,
    index: Option<Index>,
    emphasis: Emphasis,
    /// A request to show everything, or one thing, at the next frame.
    wanted: Option<Wanted>,
    link: Option<Link>,
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
        self.emphasis.update(&index, input.selection, input.found);
        self.look_around(ui, view, &ground, &index);

        let semibold = ui.ctx().fonts(|fonts| fonts.families().contains(&theme::semibold()));
        let mut frame =
            Frame { view, camera: self.camera, palette: *input.palette, semibold, focused: None };
        self.point(ui, &frame, &ground, &index, input, &mut events);
        let (seen, focused) = self.widgets(ui, &frame, &index, input, &mut events);
        frame.focused = focused;
        keys::handle(self, ui, &index, input, &ground, &seen, &mut events);
        frame.camera = self.camera;

        let clip = ui.painter().with_clip_rect(view);
        paint::scene(&clip, &frame, &index, &self.emphasis, self.hovered.as_ref());
        if let Some(link) = self.link {
            self.draw_link(ui, &clip, &frame, &index, link, input, &mut events);
        }
        overlay::ui(self, ui, &frame, &index);
        self.index = Some(index);
        events
    }
}
