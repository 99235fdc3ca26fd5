//! Where the drawing is looked at: taking in a new one, jumps, dragging and the wheel.

use std::sync::Arc;

use egui::{CursorIcon, PointerButton, Rect, Response, Ui};

use super::Canvas;
use super::camera::{Camera, Flight};
use super::frame::{Wheel, extent, wheel};
use super::index::Index;
use crate::diagram::layout::Method;
use crate::diagram::scene::{Scene, Thing};

#[derive(Clone, Debug)]
pub(super) enum Wanted {
    /// The first look at a drawing.
    First,
    All,
    AllAtOnce,
    Thing(Thing),
    Near(Thing),
    Things(Vec<Thing>),
}

impl Canvas {
    pub(super) fn take_in(&mut self, scene: &Arc<Scene>, view: Rect, selection: Option<&Thing>) {
        let same = self.index.as_ref().is_some_and(|index| Arc::ptr_eq(&index.scene, scene));
        if !same {
            // The first scene with something in it is shown whole; later ones keep the place.
            let first = self.index.as_ref().is_none_or(|index| index.scene.nodes.is_empty());
            let told = self.told;
            let old = self.index.as_ref().filter(|_| !told);
            if let Some(by) = old.and_then(|old| self.drift(old, scene, selection)) {
                self.camera.center += by;
                self.flight = None;
            }
            self.index = Some(Index::new(Arc::clone(scene)));
            self.index_count += 1;
            self.emphasis.forget();
            self.link = None;
            self.lasso = None;
            self.moving = None;
            self.trail = None;
            self.keyboard = None;
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
        self.told = false;
        self.view = Some(view);
    }

    /// How far the eyes must move for what was looked at to stay where it is on screen: what is
    /// selected, or else the box nearest to the middle.
    pub(super) fn drift(
        &self,
        old: &Index,
        new: &Scene,
        selection: Option<&Thing>,
    ) -> Option<egui::Vec2> {
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

    pub(super) fn fly(&mut self, ui: &Ui, view: Rect) {
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
                Wanted::Near(thing) => {
                    let rect = extent(index, &thing);
                    (rect.map(|rect| self.fitting(view, &rect.expand(220.0))), true)
                }
                Wanted::Things(things) => {
                    let rects = things.iter().filter_map(|t| extent(index, t));
                    let all = rects.reduce(|a, b| a.union(&b));
                    (all.map(|rect| self.fitting(view, &rect)), true)
                }
            };
            if let Some(to) = to {
                self.jumped |= animated;
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

    pub(super) fn fitting(&self, view: Rect, rect: &crate::diagram::layout::Rect) -> Camera {
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
    pub(super) fn first_look(&self, view: Rect, index: &Index) -> Camera {
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
    pub(super) fn look_at(&self, view: Rect, index: &Index, thing: &Thing) -> Option<Camera> {
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
    pub(super) fn look_around(&mut self, ui: &Ui, view: Rect, ground: &Response, index: &Index) {
        let before = self.camera;
        let space =
            ui.input(|i| i.key_down(egui::Key::Space)) && !ui.ctx().egui_wants_keyboard_input();
        let over = ui.rect_contains_pointer(view);
        let marks = self.lasso.is_some();
        if (ground.dragged_by(PointerButton::Primary) && !marks)
            || ground.dragged_by(PointerButton::Middle)
        {
            self.camera.pan(ground.drag_delta());
            ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        } else if over && self.link.is_none() && self.moving.is_none() && !marks {
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
}
