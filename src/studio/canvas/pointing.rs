//! What the pointer is on, and boxes and rows as widgets with names.

use egui::{CursorIcon, Id, PointerButton, Response, Sense, Ui};

use super::frame::Frame;
use super::index::Index;
use super::linking::Link;
use super::marking::Marking;
use super::{Canvas, CanvasEvent, CanvasInput, paint};
use crate::config::ClientKey;
use crate::diagram::scene::{Difference, NodeKind, Thing};

/// Boxes in view that are widgets of their own, at most, and as many rows.
const WIDGETS: usize = 500;
/// Below this zoom boxes are too small to be pointed at one by one with the keyboard.
const WIDGET_ZOOM: f32 = 0.12;

impl Canvas {
    /// What is under the pointer, and clicks on arrows and on the ground.
    pub(super) fn point(
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
        let edge = self.hovered.as_ref().and_then(|thing| index.edge_of(thing));
        if let Some(edge) = edge
            && ground.contains_pointer()
            && self.link.is_none()
        {
            ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
            if !ground.dragged() {
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
        } else if ground.clicked() && self.lasso.is_none() {
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
    pub(super) fn widgets(
        &mut self,
        ui: &Ui,
        frame: &Frame,
        index: &Index,
        input: &CanvasInput,
        events: &mut Vec<CanvasEvent>,
    ) -> (Vec<u32>, Option<usize>) {
        let (mut seen, mut focused) = (Vec::new(), None);
        self.keyboard = None;
        if frame.camera.zoom < WIDGET_ZOOM {
            return (seen, focused);
        }
        index.nodes_in(&frame.camera.visible(frame.view), &mut seen);
        seen.truncate(WIDGETS);
        let mut rows = WIDGETS;
        let space =
            ui.input(|i| i.key_down(egui::Key::Space)) && !ui.ctx().egui_wants_keyboard_input();
        for &n in &seen {
            let node = &index.scene.nodes[n as usize];
            let rect = frame.camera.rect(frame.view, &node.rect);
            let id = widget_id(ui, &node.thing());
            let client = match node.kind {
                // What went takes part in nothing any more.
                NodeKind::Client(key) if node.difference != Difference::Removed => Some(key),
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
                let name = index.name(n as usize);
                egui::WidgetInfo::selected(egui::Role::Button, true, selected, name)
            });
            if response.has_focus() {
                focused = Some(n as usize);
                self.keyboard = Some((id, n as usize));
            }
            self.widget(ui, frame, index, n as usize, client, response, space, input, events);
            for (r, row) in node.rows.iter().enumerate() {
                let Some(rect) = node.row_rect(r) else { continue };
                let rect = frame.camera.rect(frame.view, &rect);
                if rect.height() < 9.0 || rows == 0 {
                    break;
                }
                if !rect.intersects(frame.view) {
                    continue;
                }
                let Some(thing) = frame.row_thing(index, n as usize, r) else { continue };
                rows -= 1;
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
        input: &CanvasInput,
        events: &mut Vec<CanvasEvent>,
    ) {
        let node = &index.scene.nodes[n];
        if self.focus == Some(n) && self.flight.is_none() {
            response.request_focus();
            self.focus = None;
        }
        clicks(&response, &node.thing(), events);
        let alt = ui.input(|i| i.modifiers.alt);
        if self.lasso.is_some() {
            // The loop has the pointer.
        } else if response.drag_started_by(PointerButton::Primary) && alt && input.may_move {
            self.begin_move(index, n, input);
        } else if self.moving.is_some() {
            // Outlines follow the pointer.
        } else if response.drag_started_by(PointerButton::Primary)
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
                if node.difference == Difference::Removed {
                    let text = format!("{}: only the version compared with has it", node.name);
                    response.on_hover_text(text);
                } else if too_small || node.title.ends_with('…') {
                    response.on_hover_text(&node.name);
                }
            }
        }
    }
}

fn clicks(response: &Response, thing: &Thing, events: &mut Vec<CanvasEvent>) {
    if response.double_clicked() {
        events.push(CanvasEvent::Open(thing.clone()));
    } else if response.clicked() {
        // Row or box: what is marked are boxes.
        let marks = response.ctx.input(|i| i.modifiers.command);
        events.push(match (marks, thing) {
            (true, Thing::Identity { issuer, .. }) => toggle(Thing::Issuer(issuer.clone())),
            (true, _) => toggle(thing.clone()),
            (false, _) => CanvasEvent::Select(Some(thing.clone())),
        });
    }
    if response.secondary_clicked() {
        let at = response.interact_pointer_pos().unwrap_or(response.rect.center());
        events.push(CanvasEvent::OpenMenu { thing: Some(thing.clone()), at });
    }
}

fn toggle(thing: Thing) -> CanvasEvent {
    CanvasEvent::Mark { things: vec![thing], how: Marking::Toggle }
}

/// The id of a box or row stays the same whatever else is drawn.
pub fn widget_id(ui: &Ui, thing: &Thing) -> Id {
    ui.scope_id().with(thing)
}
