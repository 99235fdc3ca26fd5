//! One frame: what it is drawn with, and what is where on screen.

use egui::{MouseWheelSource, MouseWheelUnit, Pos2, Rect, TextureId, vec2};

use super::camera::Camera;
use super::colours::Colours;
use super::index::Index;
use super::palette::Palette;
use crate::diagram::layout::{self, Point};
use crate::diagram::scene::{NodeKind, Thing};

/// How near to an arrow the pointer must come, in points on screen.
const REACH: f32 = 6.0;

/// In a large drawing arrows can be pointed at from this zoom on.
pub const ARROWS_FROM: f32 = 0.2;

pub enum Wheel {
    Zoom(f32),
    Pan(egui::Vec2),
    Still,
}

/// A mouse wheel zooms (with Shift it moves sideways), two fingers on a touchpad move. What Ctrl
/// makes of either is in egui's zoom already.
pub fn wheel(input: &egui::InputState) -> Wheel {
    let mut result = Wheel::Still;
    for event in &input.events {
        let egui::Event::MouseWheel { unit, delta, modifiers, source, .. } = event else {
            continue;
        };
        if modifiers.ctrl || modifiers.command {
            continue;
        }
        let lines = match unit {
            MouseWheelUnit::Point => *delta / 50.0,
            MouseWheelUnit::Line => *delta,
            MouseWheelUnit::Page => *delta * 4.0,
        };
        // Where the system does not tell, only a touchpad counts in points.
        let wheel = match source {
            MouseWheelSource::Wheel => true,
            MouseWheelSource::Trackpad | MouseWheelSource::Momentum => false,
            MouseWheelSource::Unknown => *unit != MouseWheelUnit::Point,
        };
        result = match wheel {
            true if modifiers.shift => Wheel::Pan(vec2(lines.x + lines.y, 0.0) * 50.0),
            true => Wheel::Zoom(lines.y),
            false => Wheel::Pan(lines * 50.0),
        };
    }
    result
}

/// The part of the drawing a thing takes.
pub fn extent(index: &Index, thing: &Thing) -> Option<layout::Rect> {
    let scene = &index.scene;
    if let Some(edge) = index.edge_of(thing) {
        let edge = &scene.edges[edge];
        return Some(scene.nodes[edge.from].rect.union(&scene.nodes[edge.to].rect));
    }
    let node = index.box_with(thing)?;
    if let Thing::Identity { subject, .. } = thing {
        let row = scene.nodes[node].rows.iter().position(|row| row.subject == *subject);
        if let Some(rect) = row.and_then(|row| scene.nodes[node].row_rect(row)) {
            return Some(rect);
        }
    }
    Some(scene.nodes[node].rect)
}

/// What one frame is drawn with.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    pub view: Rect,
    pub camera: Camera,
    pub palette: Palette,
    /// Whether the window has a semi-bold face; asking for one it lacks is fatal in egui.
    pub semibold: bool,
    /// The box with the keyboard focus.
    pub focused: Option<usize>,
    /// The sprites.
    pub texture: TextureId,
    /// What boxes are coloured by.
    pub colours: Option<&'a Colours>,
    /// Whether each box is pinned to its place; empty where none is.
    pub pinned: &'a [bool],
    /// Changes when what is worn does.
    pub dress: u64,
}

impl Frame<'_> {
    pub fn is_pinned(&self, node: usize) -> bool {
        self.pinned.get(node).copied().unwrap_or_default()
    }

    pub fn thing_at(&self, index: &Index, at: Pos2) -> Option<Thing> {
        if !self.view.contains(at) {
            return None;
        }
        let world = self.camera.to_world(self.view, at);
        let point = Point::new(world.x, world.y);
        if let Some((node, row)) = index.node_at(point) {
            let of_row = row.and_then(|row| self.row_thing(index, node, row));
            return Some(of_row.unwrap_or_else(|| index.scene.nodes[node].thing()));
        }
        if index.is_large() && self.camera.zoom < ARROWS_FROM {
            // Nobody can tell thousands of arrows apart.
            return None;
        }
        let edge = index.edge_at(point, REACH / self.camera.zoom)?;
        Some(index.scene.edges[edge].thing.clone())
    }

    pub fn row_thing(&self, index: &Index, node: usize, row: usize) -> Option<Thing> {
        let node = &index.scene.nodes[node];
        let row = node.rows.get(row)?;
        row.node?;
        let NodeKind::Issuer(issuer) = &node.kind else { return None };
        Some(Thing::Identity { issuer: issuer.clone(), subject: row.subject.clone() })
    }

    /// The middle of the handle of a box.
    pub fn handle(&self, rect: &layout::Rect) -> Pos2 {
        self.camera.to_screen(self.view, rect.max.x, rect.center().y)
    }

    /// How the drawing moves when a gesture comes near the border.
    pub fn edge_pull(&self, at: Pos2) -> Option<egui::Vec2> {
        const NEAR: f32 = 28.0;
        let inner = self.view.shrink(NEAR);
        let nearest = inner.clamp(at);
        let by = (nearest - at) * 0.35;
        (by.length() > 0.5).then(|| by.clamp(vec2(-14.0, -14.0), vec2(14.0, 14.0)))
    }
}
