//! The keyboard: arrows follow arrows, Tab goes on (egui does that), Enter selects (egui makes it a
//! click), `+`, `-` and `0` zoom, Escape lets go.

use egui::{EventFilter, Key, Modifiers, Response, Ui};

use super::index::Index;
use super::pointing::widget_id;
use super::{Canvas, CanvasEvent, CanvasInput};

pub fn handle(
    canvas: &mut Canvas,
    ui: &Ui,
    index: &Index,
    input: &CanvasInput,
    ground: &Response,
    seen: &[u32],
    events: &mut Vec<CanvasEvent>,
) {
    let Some(focused) = ui.memory(|m| m.focused()) else {
        // Nobody has the keyboard: the pointer says who is meant.
        if ground.contains_pointer() || canvas.hovered.is_some() {
            zoom(canvas, ui);
            // While an arrow is being drawn, Escape lets go of that.
            if canvas.link.is_none()
                && input.selection.is_some()
                && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape))
            {
                events.push(CanvasEvent::Select(None));
            }
        }
        return;
    };
    let node = seen
        .iter()
        .map(|&n| n as usize)
        .find(|&n| widget_id(ui, &index.scene.nodes[n].thing()) == focused);
    if node.is_none() && focused != ground.id {
        return;
    }
    zoom(canvas, ui);
    let filter =
        EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
    ui.memory_mut(|m| m.set_focus_lock_filter(focused, filter));
    let arrow = [Key::ArrowLeft, Key::ArrowRight, Key::ArrowUp, Key::ArrowDown]
        .into_iter()
        .find(|&key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key)));
    let Some(key) = arrow else { return };
    let next = match node {
        Some(node) => neighbour(index, node, key),
        // From the ground an arrow enters the drawing.
        None => seen.first().map(|&n| n as usize),
    };
    if let Some(next) = next {
        let thing = index.scene.nodes[next].thing();
        canvas.focus = Some(next);
        canvas.show(thing.clone());
        ui.ctx().request_repaint();
        events.push(CanvasEvent::Select(Some(thing)));
    }
}

fn zoom(canvas: &mut Canvas, ui: &Ui) {
    let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    let shifted = |key| ui.input_mut(|i| i.consume_key(Modifiers::SHIFT, key));
    let now = ui.input(|i| i.time);
    if pressed(Key::Plus) || shifted(Key::Plus) || pressed(Key::Equals) || shifted(Key::Equals) {
        canvas.zoom_by(1.25, now);
        ui.ctx().request_repaint();
    }
    if pressed(Key::Minus) {
        canvas.zoom_by(0.8, now);
        ui.ctx().request_repaint();
    }
    if pressed(Key::Num0) {
        canvas.fit();
        ui.ctx().request_repaint();
    }
}

/// Left and right: the other end of the nearest arrow that comes in or goes out. Up and down: the
/// next box above or below.
fn neighbour(index: &Index, node: usize, key: Key) -> Option<usize> {
    let scene = &index.scene;
    let here = scene.nodes[node].rect.center();
    let linked = |outgoing: bool| {
        index
            .edges_at(node)
            .iter()
            .map(|&e| &scene.edges[e as usize])
            .filter_map(move |edge| match outgoing {
                true if edge.from == node && edge.to != node => Some(edge.to),
                false if edge.to == node && edge.from != node => Some(edge.from),
                _ => None,
            })
            .min_by(|&a, &b| {
                let far = |n: usize| (scene.nodes[n].rect.center().y - here.y).abs();
                far(a).total_cmp(&far(b)).then(a.cmp(&b))
            })
    };
    let stacked = |down: bool| {
        (0..scene.nodes.len())
            .filter_map(|n| {
                let there = scene.nodes[n].rect.center();
                let (dx, dy) = ((there.x - here.x).abs(), there.y - here.y);
                let ahead = if down { dy } else { -dy };
                (n != node && ahead > 1.0).then_some((n, ahead + 3.0 * dx))
            })
            .min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)))
            .map(|(n, _)| n)
    };
    match key {
        Key::ArrowRight => linked(true),
        Key::ArrowLeft => linked(false),
        Key::ArrowDown => stacked(true),
        Key::ArrowUp => stacked(false),
        _ => None,
    }
}
