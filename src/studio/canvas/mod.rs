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
mod overlay;
mod paint;
mod palette;
mod strokes;

use std::collections::HashSet;
use std::sync::Arc;

use egui::{CursorIcon, Id, PointerButton, Pos2, Rect, Response, Sense, Ui};

pub use camera::Camera;
pub use palette::Palette;

use crate::config::ClientKey;
use crate::diagram::layout::{Method, Point};
use crate::diagram::scene::{NodeKind, Scene, Thing};
use crate::studio::theme;
use camera::Flight;
use emphasis::Emphasis;
use frame::{Frame, Wheel, extent, wheel};
use index::Index;

/// Boxes in view that are widgets of their own, at most.
const WIDGETS: usize = 500;
/// Below this zoom boxes are too small to be pointed at one by one with the keyboard.
const WIDGET_ZOOM: f32 = 0.12;

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

/// An arrow being drawn.
#[derive(Clone, Copy, Debug)]
struct Link {
    from: usize,
    client: ClientKey,
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

#[derive(Clone, Debug)]
enum Wanted {
    /// The first look at a drawing.
    First,
    All,
    AllAtOnce,
    Thing(Thing),
    Things(Vec<Thing>),
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

    fn take_in(&mut self, scene: &Arc<Scene>, view: Rect, selection: Option<&Thing>) {
        let same = self.index.as_ref().is_some_and(|index| Arc::ptr_eq(&index.scene, scene));
        if !same {
            // The first scene with something in it is shown whole; later ones keep the place.
            let first = self.index.as_ref().is_none_or(|index| index.scene.nodes.is_empty());
            if let Some(by) = self.index.as_ref().and_then(|old| self.drift(old, scene, selection))
            {
                self.camera.center += by;
                self.flight = None;
            }
            self.index = Some(Index::new(Arc::clone(scene)));
            self.emphasis.forget();
            self.link = None;
            self.focus = None;
            if first && self.wanted.is_none() {
                self.wanted = Some(Wanted::First);
            }
        }
        // As long as nobody has moved it, a drawing that was fitted stays so in a resized window.
        if self.view.is_some_and(|last| (last.size() - view.size()).length() > 1.0)
            && self.wanted.is_none()
        {
            self.wanted = self.fitted.clone().map(|fitted| match fitted {
                Wanted::All => Wanted::AllAtOnce,
                other => other,
            });
        }
        self.view = Some(view);
    }

    /// How far the eyes must move for what was looked at to stay where it is on screen: what is
    /// selected, or else the box nearest to the middle.
    fn drift(&self, old: &Index, new: &Scene, selection: Option<&Thing>) -> Option<egui::Vec2> {
        let middle = |scene: &Scene, node: usize| {
            let center = scene.nodes[node].rect.center();
            egui::pos2(center.x, center.y)
        };
        let selected = selection.and_then(|thing| old.scene.node_of(thing));
        let anchor = selected.or_else(|| {
            let nodes = 0..old.scene.nodes.len();
            nodes.min_by(|a, b| {
                let distance =
                    |node: usize| (middle(&old.scene, node) - self.camera.center).length_sq();
                distance(*a).total_cmp(&distance(*b))
            })
        })?;
        let now = new.node_of(&old.scene.nodes[anchor].thing())?;
        Some(middle(new, now) - middle(&old.scene, anchor))
    }

    fn fly(&mut self, ui: &Ui, view: Rect) {
        let now = ui.input(|i| i.time);
        if let (Some(wanted), Some(index)) = (self.wanted.take(), &self.index) {
            let scene = &index.scene;
            self.fitted = match wanted {
                Wanted::First => Some(Wanted::First),
                Wanted::All | Wanted::AllAtOnce => Some(Wanted::All),
                _ => None,
            };
            let (to, animated) = match wanted {
                Wanted::First => (Some(self.first_look(view, index)), false),
                Wanted::All => (Some(self.fitting(view, &scene.bounds)), true),
                Wanted::AllAtOnce => (Some(self.fitting(view, &scene.bounds)), false),
                Wanted::Thing(thing) => (self.look_at(view, index, &thing), true),
                Wanted::Things(things) => {
                    let rects = things.iter().filter_map(|t| extent(index, t));
                    let all = rects.reduce(|a, b| a.union(&b));
                    (all.map(|rect| self.fitting(view, &rect)), true)
                }
            };
            if let Some(to) = to {
                if animated && ui.style().animation_time > 0.0 {
                    self.flight = Some(Flight::new(self.camera, to, now));
                } else {
                    self.camera = to;
                    self.flight = None;
                }
            }
        }
        if let Some(flight) = self.flight {
            let (camera, done) = flight.at(now);
            self.camera = camera;
            if done {
                self.flight = None;
            } else {
                ui.ctx().request_repaint();
            }
        }
    }

    fn fitting(&self, view: Rect, rect: &crate::diagram::layout::Rect) -> Camera {
        // Before the first frame the legend is taken to have two lines.
        let below = if self.legend_height > 0.0 { self.legend_height } else { 62.0 };
        let small = view.height() < 3.0 * below;
        let mut clear = view;
        clear.max.y -= if small { 0.0 } else { below - 16.0 };
        let mut camera = Camera::fitting(clear, rect);
        camera.center += (view.center() - clear.center()) / camera.zoom;
        camera
    }

    /// All of a small drawing; of a larger layered one its whole width from the top, when that is
    /// what makes names readable.
    fn first_look(&self, view: Rect, index: &Index) -> Camera {
        const READABLE: f32 = 0.68;
        let bounds = &index.scene.bounds;
        let all = self.fitting(view, bounds);
        if index.scene.method != Method::Layered || all.zoom >= READABLE {
            return all;
        }
        let wide =
            crate::diagram::layout::Rect::new(bounds.min.x, bounds.min.y, bounds.width(), 1.0);
        let mut camera = Camera::fitting(view, &wide);
        camera.zoom = camera.zoom.min(READABLE);
        if camera.zoom <= all.zoom {
            return all;
        }
        camera.center.y = bounds.min.y + (view.height() / 2.0 - 28.0) / camera.zoom;
        camera
    }

    /// The look that has a thing in view; `None` when it is in view already and large enough.
    fn look_at(&self, view: Rect, index: &Index, thing: &Thing) -> Option<Camera> {
        let rect = extent(index, thing)?;
        let mut to = self.camera;
        if to.zoom < 0.7 {
            to.zoom = 0.9;
            to.zoom = to.zoom.min(self.fitting(view, &rect).zoom.max(0.4));
        } else {
            let shown = self.camera.visible(view);
            if shown.contains(rect.min) && shown.contains(rect.max) {
                return None;
            }
        }
        let center = rect.center();
        to.center = egui::pos2(center.x, center.y);
        Some(to)
    }

    /// Moving and zooming.
    fn look_around(&mut self, ui: &Ui, view: Rect, ground: &Response, index: &Index) {
        let before = self.camera;
        let space =
            ui.input(|i| i.key_down(egui::Key::Space)) && !ui.ctx().egui_wants_keyboard_input();
        let over = ui.rect_contains_pointer(view);
        if ground.dragged_by(PointerButton::Primary) || ground.dragged_by(PointerButton::Middle) {
            self.camera.pan(ground.drag_delta());
            ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        } else if over && self.link.is_none() {
            let (delta, held) = ui.input(|i| {
                let held = i.pointer.middle_down() || (space && i.pointer.primary_down());
                (i.pointer.delta(), held)
            });
            if held {
                self.camera.pan(delta);
                ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
            } else if space {
                ui.ctx().set_cursor_icon(CursorIcon::Grab);
            }
        }
        if over && let Some(pointer) = ui.input(|i| i.pointer.hover_pos()) {
            let (pinch, wheel) = ui.input(|i| (i.zoom_delta(), wheel(i)));
            let mut factor = pinch;
            match wheel {
                Wheel::Zoom(lines) => factor *= 1.0015f32.powf(lines * 100.0),
                Wheel::Pan(by) => self.camera.pan(by),
                Wheel::Still => {}
            }
            if factor != 1.0 {
                self.camera.zoom_at(view, pointer, factor);
            }
        }
        if self.camera != before {
            self.camera.keep_near(view, &index.scene.bounds);
            self.flight = None;
            self.fitted = None;
        }
    }

    /// What is under the pointer, and clicks on arrows and on the ground.
    fn point(
        &mut self,
        ui: &Ui,
        frame: &Frame,
        ground: &Response,
        index: &Index,
        input: &CanvasInput,
        events: &mut Vec<CanvasEvent>,
    ) {
        let pointer = ui.input(|i| i.pointer.hover_pos());
        let over = pointer.filter(|_| ui.rect_contains_pointer(frame.view));
        self.hovered = over.and_then(|at| frame.thing_at(index, at));
        let on_edge =
            matches!(self.hovered, Some(Thing::Permission { .. } | Thing::Federation { .. }));
        if ground.contains_pointer() && on_edge && self.link.is_none() {
            ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
            let edge = self.hovered.as_ref().and_then(|thing| index.scene.edge_of(thing));
            if let Some(edge) = edge
                && !ground.dragged()
            {
                let sentence = &index.scene.edges[edge].sentence;
                ground.clone().on_hover_text_at_pointer(sentence);
            }
        }
        let thing = || ground.interact_pointer_pos().and_then(|at| frame.thing_at(index, at));
        if ground.double_clicked() {
            match thing() {
                Some(edge @ (Thing::Permission { .. } | Thing::Federation { .. })) => {
                    events.push(CanvasEvent::Simulate(edge));
                }
                Some(other) => events.push(CanvasEvent::Open(other)),
                None => self.fit(),
            }
        } else if ground.clicked() {
            let thing = thing();
            if thing.is_some() || input.selection.is_some() {
                events.push(CanvasEvent::Select(thing));
            }
        }
        if ground.secondary_clicked()
            && let Some(at) = ground.interact_pointer_pos()
        {
            events.push(CanvasEvent::OpenMenu { thing: thing(), at });
        }
    }

    /// The boxes in view as widgets; gives their numbers, and the one with the keyboard focus.
    fn widgets(
        &mut self,
        ui: &Ui,
        frame: &Frame,
        index: &Index,
        input: &CanvasInput,
        events: &mut Vec<CanvasEvent>,
    ) -> (Vec<u32>, Option<usize>) {
        let (mut seen, mut focused) = (Vec::new(), None);
        if frame.camera.zoom < WIDGET_ZOOM {
            return (seen, focused);
        }
        index.nodes_in(&frame.camera.visible(frame.view), &mut seen);
        seen.truncate(WIDGETS);
        let space =
            ui.input(|i| i.key_down(egui::Key::Space)) && !ui.ctx().egui_wants_keyboard_input();
        for &n in &seen {
            let node = &index.scene.nodes[n as usize];
            let rect = frame.camera.rect(frame.view, &node.rect);
            let id = widget_id(ui, &node.thing());
            let client = match node.kind {
                NodeKind::Client(key) => Some(key),
                _ => None,
            };
            let mut area = rect;
            if client.is_some() {
                // The handle stands out on the right.
                area.max.x += paint::HANDLE;
            }
            let response = ui.interact(area.intersect(frame.view), id, Sense::click_and_drag());
            let selected = input.selection == Some(&node.thing());
            response.widget_info(|| {
                egui::WidgetInfo::selected(egui::Role::Button, true, selected, &node.name)
            });
            if response.has_focus() {
                focused = Some(n as usize);
            }
            self.widget(ui, frame, index, n as usize, client, response, space, events);
            for (r, row) in node.rows.iter().enumerate() {
                let Some(thing) = frame.row_thing(index, n as usize, r) else { continue };
                let Some(rect) = node.row_rect(r) else { continue };
                let rect = frame.camera.rect(frame.view, &rect);
                if rect.height() < 9.0 {
                    break;
                }
                let id = widget_id(ui, &thing);
                let response = ui.interact(rect.intersect(frame.view), id, Sense::click());
                let selected = input.selection == Some(&thing);
                response.widget_info(|| {
                    let name = format!("External identity {}", row.subject);
                    egui::WidgetInfo::selected(egui::Role::Button, true, selected, name)
                });
                clicks(&response, &thing, events);
                if rect.height() > 0.0 && row.text.ends_with('…') {
                    response.on_hover_text_at_pointer(&row.subject);
                }
            }
        }
        (seen, focused)
    }

    #[expect(clippy::too_many_arguments, reason = "one widget's part of a longer walk")]
    fn widget(
        &mut self,
        ui: &Ui,
        frame: &Frame,
        index: &Index,
        n: usize,
        client: Option<ClientKey>,
        response: Response,
        space: bool,
        events: &mut Vec<CanvasEvent>,
    ) {
        let node = &index.scene.nodes[n];
        if self.focus == Some(n) && self.flight.is_none() {
            response.request_focus();
            self.focus = None;
        }
        clicks(&response, &node.thing(), events);
        if response.drag_started_by(PointerButton::Primary)
            && !space
            && let Some(client) = client
        {
            self.link = Some(Link { from: n, client });
        } else if self.link.is_none() && response.dragged() && (client.is_none() || space) {
            self.camera.pan(response.drag_delta());
            self.flight = None;
        }
        if response.hovered() && self.link.is_none() {
            let at = ui.input(|i| i.pointer.hover_pos());
            let handle = frame.handle(&node.rect);
            if client.is_some() && at.is_some_and(|at| handle.distance(at) <= paint::HANDLE + 3.0) {
                ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
                response.on_hover_text("Drag to another client app to allow an exchange");
            } else {
                ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
                let too_small = frame.camera.zoom < paint::SUBTITLE_ZOOM;
                if too_small || node.title.ends_with('…') {
                    response.on_hover_text(&node.name);
                }
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one frame")]
    fn draw_link(
        &mut self,
        ui: &Ui,
        painter: &egui::Painter,
        frame: &Frame,
        index: &Index,
        link: Link,
        input: &CanvasInput,
        events: &mut Vec<CanvasEvent>,
    ) {
        let escape = ui.input(|i| i.key_pressed(egui::Key::Escape));
        let pointer = ui.input(|i| i.pointer.latest_pos());
        let (Some(at), false) = (pointer, escape) else {
            self.link = None;
            return;
        };
        let world = frame.camera.to_world(frame.view, at);
        let target = index
            .node_at(Point::new(world.x, world.y))
            .filter(|(n, _)| *n != link.from)
            .and_then(|(n, _)| match index.scene.nodes[n].kind {
                NodeKind::Client(key) => Some((n, key)),
                _ => None,
            });
        let answer = target.map(|(_, key)| (input.grant)(link.client, key));
        overlay::link(painter, frame, index, link.from, at, target.map(|t| t.0), answer.as_ref());
        ui.ctx().set_cursor_icon(match &answer {
            Some(Err(_)) => CursorIcon::NotAllowed,
            _ => CursorIcon::Crosshair,
        });
        if !ui.input(|i| i.pointer.any_down()) {
            self.link = None;
            if let (Some((_, to)), Some(Ok(_))) = (target, answer) {
                events.push(CanvasEvent::GrantRequested { from: link.client, to });
            }
        } else if let Some(by) = frame.edge_pull(at) {
            // Near the border the drawing comes along.
            self.camera.pan(by);
            ui.ctx().request_repaint();
        }
    }
}

fn clicks(response: &Response, thing: &Thing, events: &mut Vec<CanvasEvent>) {
    if response.double_clicked() {
        events.push(CanvasEvent::Open(thing.clone()));
    } else if response.clicked() {
        events.push(CanvasEvent::Select(Some(thing.clone())));
    }
    if response.secondary_clicked() {
        let at = response.interact_pointer_pos().unwrap_or(response.rect.center());
        events.push(CanvasEvent::OpenMenu { thing: Some(thing.clone()), at });
    }
}

/// The id of a box or row stays the same whatever else is drawn.
fn widget_id(ui: &Ui, thing: &Thing) -> Id {
    ui.scope_id().with(thing)
}
