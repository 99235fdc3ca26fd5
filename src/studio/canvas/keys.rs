//! The keyboard: arrows follow arrows and go to siblings, Tab goes on (egui does that), Enter
//! opens, M marks, F looks from near, Home and `0` show everything, `+` and `-` zoom, Escape lets
//! go.

use egui::{EventFilter, Key, Modifiers, Response, Ui, vec2};

use super::index::Index;
use super::marking::Marking;
use super::pointing::widget_id;
use super::{Canvas, CanvasEvent, CanvasInput, moving};

/// An arrow that was followed: other arrows at its beginning lead to siblings.
#[derive(Clone, Copy, Debug)]
pub struct Trail {
    from: usize,
    /// Whether it was followed the way it points.
    forward: bool,
    to: usize,
}

/// Enter on a box opens it. Asked before the boxes are shown as widgets: there it would be a click.
pub fn open(canvas: &Canvas, ui: &Ui, index: &Index, events: &mut Vec<CanvasEvent>) {
    let Some((id, node)) = canvas.keyboard else { return };
    if node < index.scene.nodes.len()
        && ui.memory(|m| m.has_focus(id))
        && ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Enter))
    {
        let thing = index.scene.nodes[node].thing();
        events.push(CanvasEvent::Select(Some(thing.clone())));
        events.push(CanvasEvent::Open(thing));
    }
}

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
            look(canvas, ui, input);
            // While something is being drawn or moved, Escape lets go of that.
            let busy = canvas.link.is_some() || canvas.lasso.is_some() || canvas.moving.is_some();
            if !busy
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
    let filter =
        EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
    ui.memory_mut(|m| m.set_focus_lock_filter(focused, filter));
    if let Some(node) = node {
        on_box(canvas, ui, index, input, node, events);
    }
    look(canvas, ui, input);
    let arrow = [Key::ArrowLeft, Key::ArrowRight, Key::ArrowUp, Key::ArrowDown]
        .into_iter()
        .find(|&key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key)));
    let Some(key) = arrow else { return };
    let next = match node {
        Some(node) => neighbour(index, node, key, &mut canvas.trail),
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

/// Keys that are about the box with the keyboard.
fn on_box(
    canvas: &mut Canvas,
    ui: &Ui,
    index: &Index,
    input: &CanvasInput,
    node: usize,
    events: &mut Vec<CanvasEvent>,
) {
    let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    if pressed(Key::M) {
        let things = vec![index.scene.nodes[node].thing()];
        events.push(CanvasEvent::Mark { things, how: Marking::Toggle });
    }
    if pressed(Key::F) {
        canvas.show_near(index.scene.nodes[node].thing());
        ui.ctx().request_repaint();
    }
    if pressed(Key::Escape) && input.selection.is_some() {
        events.push(CanvasEvent::Select(None));
    }
    if input.may_move {
        moving::keys(ui, index, node, input, events);
    }
}

/// Keys that move the eyes.
fn look(canvas: &mut Canvas, ui: &Ui, input: &CanvasInput) {
    let pressed = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    let shifted = |key| ui.input_mut(|i| i.consume_key(Modifiers::SHIFT, key));
    let now = ui.input(|i| i.time);
    let mut moved = true;
    if pressed(Key::Plus) || shifted(Key::Plus) || pressed(Key::Equals) || shifted(Key::Equals) {
        canvas.zoom_by(1.25, now);
    } else if pressed(Key::Minus) {
        canvas.zoom_by(0.8, now);
    } else if pressed(Key::Num0) || pressed(Key::Home) {
        canvas.fit();
    } else if let (Some(selected), true) = (input.selection, pressed(Key::F)) {
        canvas.show_near(selected.clone());
    } else {
        let steps = [
            (Key::ArrowLeft, vec2(1.0, 0.0)),
            (Key::ArrowRight, vec2(-1.0, 0.0)),
            (Key::ArrowUp, vec2(0.0, 1.0)),
            (Key::ArrowDown, vec2(0.0, -1.0)),
        ];
        moved = false;
        for (key, by) in steps {
            if shifted(key) {
                canvas.camera.pan(by * 80.0);
                moved = true;
            }
        }
    }
    if moved {
        ui.ctx().request_repaint();
    }
}

/// Left and right: the other end of the nearest arrow that comes in or goes out. Up and down: the
/// next box that an arrow of the same kind leads to from where one came; where there is none, the
/// next box above or below.
fn neighbour(index: &Index, node: usize, key: Key, trail: &mut Option<Trail>) -> Option<usize> {
    match key {
        Key::ArrowRight | Key::ArrowLeft => {
            let forward = key == Key::ArrowRight;
            let next = nearest(index, node, forward)?;
            *trail = Some(Trail { from: node, forward, to: next });
            Some(next)
        }
        Key::ArrowDown | Key::ArrowUp => {
            let down = key == Key::ArrowDown;
            let followed = trail.filter(|trail| trail.to == node);
            let followed = followed.or_else(|| {
                // Nobody came along an arrow: siblings are those of the nearest that leads here.
                let from = nearest(index, node, false)?;
                Some(Trail { from, forward: true, to: node })
            });
            let sibling = followed.and_then(|trail| sibling(index, trail, down));
            if let (Some(trail), Some(followed), Some(next)) = (&mut *trail, followed, sibling) {
                *trail = Trail { to: next, ..followed };
            } else if let (None, Some(followed), Some(next)) = (&*trail, followed, sibling) {
                *trail = Some(Trail { to: next, ..followed });
            }
            sibling.or_else(|| stacked(index, node, down))
        }
        _ => None,
    }
}

/// The boxes that arrows lead to from here, or that they come from.
fn linked(index: &Index, node: usize, forward: bool) -> impl Iterator<Item = usize> {
    index.edges_at(node).iter().filter_map(move |&e| {
        let edge = &index.scene.edges[e as usize];
        match forward {
            true if edge.from == node && edge.to != node => Some(edge.to),
            false if edge.to == node && edge.from != node => Some(edge.from),
            _ => None,
        }
    })
}

fn nearest(index: &Index, node: usize, forward: bool) -> Option<usize> {
    let here = index.rects[node].center();
    linked(index, node, forward).min_by(|&a, &b| {
        let far = |n: usize| (index.rects[n].center().y - here.y).abs();
        far(a).total_cmp(&far(b)).then(a.cmp(&b))
    })
}

/// The next below or above among all that arrows lead to from where one came.
fn sibling(index: &Index, trail: Trail, down: bool) -> Option<usize> {
    let mut all: Vec<usize> = linked(index, trail.from, trail.forward).collect();
    all.sort_by(|&a, &b| {
        let (a_at, b_at) = (index.rects[a].center(), index.rects[b].center());
        a_at.y.total_cmp(&b_at.y).then(a_at.x.total_cmp(&b_at.x)).then(a.cmp(&b))
    });
    all.dedup();
    let at = all.iter().position(|&n| n == trail.to)?;
    let next = if down { at + 1 } else { at.checked_sub(1)? };
    all.get(next).copied()
}

/// The next box above or below.
fn stacked(index: &Index, node: usize, down: bool) -> Option<usize> {
    let here = index.rects[node].center();
    (0..index.rects.len())
        .filter_map(|n| {
            let there = index.rects[n].center();
            let (dx, dy) = ((there.x - here.x).abs(), there.y - here.y);
            let ahead = if down { dy } else { -dy };
            (n != node && ahead > 1.0).then_some((n, ahead + 3.0 * dx))
        })
        .min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)))
        .map(|(n, _)| n)
}
