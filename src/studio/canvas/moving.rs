//! Moving boxes: Alt and dragging, or Ctrl, Shift and the arrow keys. Outlines follow the pointer;
//! the drawing is made anew when they are let go.

use std::collections::BTreeSet;

use egui::{CornerRadius, CursorIcon, Key, Modifiers, Painter, Stroke, StrokeKind, Ui, Vec2, vec2};

use super::frame::Frame;
use super::index::Index;
use super::{Canvas, CanvasEvent, CanvasInput};
use crate::diagram::layout::Point;
use crate::diagram::scene::Thing;

/// How far a key moves a box, in points of the drawing.
const STEP: f32 = 24.0;

/// Boxes on the move.
#[derive(Debug)]
pub(super) struct Move {
    nodes: Vec<usize>,
    /// How far they have come, in points on screen.
    by: Vec2,
}

impl Canvas {
    /// Takes hold of a box, and of all that are marked if it is.
    pub(super) fn begin_move(&mut self, index: &Index, node: usize, input: &CanvasInput) {
        self.moving = Some(Move { nodes: held(index, node, input), by: Vec2::ZERO });
    }

    pub(super) fn draw_move(
        &mut self,
        ui: &Ui,
        painter: &Painter,
        frame: &Frame,
        index: &Index,
        events: &mut Vec<CanvasEvent>,
    ) {
        let Some(moving) = &mut self.moving else { return };
        let (delta, down, escape) =
            ui.input(|i| (i.pointer.delta(), i.pointer.primary_down(), i.key_pressed(Key::Escape)));
        if escape {
            self.moving = None;
            return;
        }
        moving.by += delta;
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        if down {
            let stroke = Stroke::new(2.0, frame.palette.selection);
            for &n in moving.nodes.iter().take(400) {
                let rect = frame.camera.rect(frame.view, &index.rects[n]).translate(moving.by);
                painter.rect_stroke(rect, CornerRadius::same(6), stroke, StrokeKind::Inside);
            }
            return;
        }
        if moving.by.length() > 2.0 {
            let by = moving.by / frame.camera.zoom;
            events.push(CanvasEvent::Place(places(index, &moving.nodes, by)));
        }
        self.moving = None;
    }
}

/// A box, and all that are marked if it is one of them.
fn held(index: &Index, node: usize, input: &CanvasInput) -> Vec<usize> {
    let marked: BTreeSet<usize> = input
        .marked
        .map(|marked| marked.iter().filter_map(|thing| index.node_of(thing)).collect())
        .unwrap_or_default();
    if marked.contains(&node) { marked.into_iter().collect() } else { vec![node] }
}

fn places(index: &Index, nodes: &[usize], by: Vec2) -> Vec<(Thing, Point)> {
    let moved = |n: usize| {
        let from = index.rects[n].min;
        (index.scene.nodes[n].thing(), Point::new(from.x + by.x, from.y + by.y))
    };
    nodes.iter().map(|&n| moved(n)).collect()
}

/// Moves the box with the keyboard focus by keys.
pub fn keys(
    ui: &Ui,
    index: &Index,
    node: usize,
    input: &CanvasInput,
    events: &mut Vec<CanvasEvent>,
) {
    let held_down = Modifiers::COMMAND | Modifiers::SHIFT;
    for (key, by) in [
        (Key::ArrowLeft, vec2(-STEP, 0.0)),
        (Key::ArrowRight, vec2(STEP, 0.0)),
        (Key::ArrowUp, vec2(0.0, -STEP)),
        (Key::ArrowDown, vec2(0.0, STEP)),
    ] {
        if ui.input_mut(|i| i.consume_key(held_down, key)) {
            events.push(CanvasEvent::Place(places(index, &held(index, node, input), by)));
        }
    }
}
