//! Painting a scene, with as much detail as can be seen.
//!
//! From far away boxes are plain quads and arrows thin lines; nearer, boxes get names, then
//! everything they say. A name stays at a size one can read while its box shrinks, and ends in an
//! ellipsis where the box does. From very far the boxes with the most arrows keep their names, as
//! landmarks.
//!
//! A [`Picture`] is what was painted last, and painted again as it is for as long as nothing it was
//! made from changes. What follows the pointer is painted over it.

mod arrows;
mod boxes;
mod differences;
mod groups;
mod hover;
mod landmarks;
mod texts;

use std::sync::Arc;

use egui::{Mesh, Painter, Rect, Shape, TextureId, pos2};

use super::Frame;
use super::brush::Brush;
use super::camera::Camera;
use super::emphasis::{Emphasis, Weight};
use super::index::Index;
use super::palette::Palette;
use super::passing::Passing;
use crate::diagram::scene::Thing;
use arrows::Pen;
pub use differences::dashes;
use texts::{Face, Texts};

/// Radius of the handle on the right of a client's box, in points on screen.
pub const HANDLE: f32 = 6.0;
/// From this zoom on subtitles, badges and rows are shown.
pub const SUBTITLE_ZOOM: f32 = 0.62;
/// Below this zoom boxes are plain, above they are drawn with round corners.
const ROUND_ZOOM: f32 = 0.42;
const ARROW_ZOOM: f32 = 0.3;
const NAME_LEAST: f32 = 9.5;
const NAME_NEAR: f32 = 11.0;
/// Boxes lower than this on screen have no name.
const NAMED_HEIGHT: f32 = 12.0;

/// A look at no more boxes than this is a near one.
const NEAR: usize = 1500;

/// All that a picture is made from.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Key {
    counts: Counts,
    texts: u64,
    view: Rect,
    camera: Camera,
    palette: Palette,
    semibold: bool,
}

/// Numbers that change when what they count does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    pub index: u64,
    pub emphasis: u64,
    pub dress: u64,
}

/// What was painted last.
#[derive(Default)]
pub struct Picture {
    key: Option<Key>,
    back: Arc<Mesh>,
    front: Arc<Mesh>,
    over: Arc<Mesh>,
    words: Vec<Shape>,
    texts: Texts,
    /// How many pictures were made.
    made: u64,
    nodes: Vec<u32>,
    edges: Vec<u32>,
    passing: Passing,
    left_out: usize,
}

impl Picture {
    /// How many pictures were made; one that is painted again is not counted.
    pub fn made(&self) -> u64 {
        self.made
    }

    /// How many arrows of the last picture were left out because they only pass through.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// Paints the scene, anew only if something it is made from changed.
    pub fn paint(
        &mut self,
        painter: &Painter,
        frame: &Frame,
        index: &Index,
        counts: Counts,
        emphasis: &Emphasis,
        hovered: Option<&Thing>,
    ) {
        self.texts.keep_up(painter, counts.index);
        let key = Key {
            counts,
            texts: self.texts.count,
            view: frame.view,
            camera: frame.camera,
            palette: frame.palette,
            semibold: frame.semibold,
        };
        let zooming = self.key.is_some_and(|last| last.camera.zoom != key.camera.zoom);
        if self.key != Some(key) || self.texts.inexact {
            self.texts.zooming = zooming;
            self.texts.inexact = false;
            self.make(painter, frame, (index, counts.index), emphasis);
            self.key = Some(key);
            self.made += 1;
            if self.texts.inexact {
                // Once the eyes rest.
                painter.ctx().request_repaint();
            }
        }
        painter.rect_filled(frame.view, 0.0, frame.palette.ground);
        painter.add(Shape::Mesh(Arc::clone(&self.back)));
        if let Some(thing) = hovered {
            let mesh = renewed(&mut self.over, frame.texture, (0, 0));
            hover::arrows(&mut Brush::within(mesh, frame.view), frame, index, thing);
            if !mesh.is_empty() {
                painter.add(Shape::Mesh(Arc::clone(&self.over)));
            }
        }
        painter.add(Shape::Mesh(Arc::clone(&self.front)));
        painter.extend(self.words.iter().cloned());
        hover::boxes(painter, frame, index, hovered);
    }

    /// The index comes with its count.
    fn make(
        &mut self,
        painter: &Painter,
        frame: &Frame,
        (index, count): (&Index, u64),
        emphasis: &Emphasis,
    ) {
        let area = frame.camera.visible(frame.view).expand(24.0 / frame.camera.zoom);
        let zoom = frame.camera.zoom;
        index.nodes_in(&area, &mut self.nodes);
        let near = self.nodes.len() <= NEAR;
        self.left_out =
            self.passing.find((index, count), &area, &self.nodes, !near, &mut self.edges);
        self.words.clear();
        let blocks = index.scene.clusters.len();

        // Growing step by step costs as much as drawing: each step is memory never touched before.
        let vertices = 4 * self.edges.len() + 32 * blocks;
        let back = renewed(&mut self.back, frame.texture, (vertices, vertices * 3 / 2));
        let mut brush = Brush::within(back, frame.view);
        let titles = clusters(&mut brush, &mut self.words, &mut self.texts, painter, frame, index);
        let mut pen = Pen::new(frame, index, self.edges.len());
        let mut above: Vec<(Weight, usize)> = Vec::new();
        for &e in &self.edges {
            let weight = emphasis.edge(e as usize);
            if weight >= Weight::Strong {
                above.push((weight, e as usize));
            } else {
                pen.edge(&mut brush, e as usize, weight);
            }
        }
        above.sort_unstable();
        pen.lift();
        for (weight, e) in above {
            pen.edge(&mut brush, e, weight);
        }
        arrows::ways(&mut brush, frame, index, emphasis);

        let plain = zoom < ROUND_ZOOM;
        let each = if plain { 4 } else { 64 };
        let vertices = each * self.nodes.len();
        let front = renewed(&mut self.front, frame.texture, (vertices, vertices * 3 / 2));
        let mut sheet = boxes::Sheet {
            painter,
            brush: Brush::within(front, frame.view),
            words: &mut self.words,
            texts: &mut self.texts,
            frame,
            index,
            emphasis,
        };
        for &n in &self.nodes {
            sheet.node(n as usize);
        }
        groups::counts(&mut sheet, &self.edges);
        differences::signs(&mut sheet, &self.edges);
        arrows::steps(&mut sheet);
        if plain {
            landmarks::paint(&mut sheet, &area, titles);
        }
    }
}

/// A mesh to draw anew, with room for vertices and indices. The memory of the last one is used
/// again once nobody else holds it.
fn renewed(mesh: &mut Arc<Mesh>, texture: TextureId, room: (usize, usize)) -> &mut Mesh {
    if Arc::get_mut(mesh).is_none() {
        *mesh = Arc::new(Mesh::default());
    }
    let mesh = Arc::make_mut(mesh);
    mesh.vertices.clear();
    mesh.indices.clear();
    mesh.texture_id = texture;
    mesh.vertices.reserve(room.0);
    mesh.indices.reserve(room.1);
    mesh
}

/// Blocks of the overview, with their names; gives where the names are.
fn clusters(
    brush: &mut Brush,
    words: &mut Vec<Shape>,
    texts: &mut Texts,
    painter: &Painter,
    frame: &Frame,
    index: &Index,
) -> Vec<Rect> {
    let mut titles = Vec::new();
    let palette = &frame.palette;
    let fill = palette.panel.lerp_to_gamma(palette.ground, 0.55);
    for (c, cluster) in index.scene.clusters.iter().enumerate() {
        let rect = frame.camera.rect(frame.view, &cluster.rect.expand(28.0));
        if !rect.intersects(frame.view) || rect.width() < 6.0 {
            continue;
        }
        if rect.width() < 40.0 {
            brush.quad(rect, palette.frame);
            brush.quad(rect.shrink(1.0), fill);
        } else {
            let radius = (16.0 * frame.camera.zoom).clamp(2.0, 14.0);
            brush.round(rect, radius, palette.frame);
            brush.round(rect.shrink(1.0), radius - 1.0, fill);
        }
        if rect.width() > 70.0 {
            let size = (30.0 * frame.camera.zoom).clamp(11.0, 16.0);
            let at = pos2(rect.left() + 4.0, rect.top() - size * 0.75);
            let slot = (u32::MAX - c as u32, 0);
            let width = rect.width() - 8.0;
            let face = Face { size, width, semibold: false };
            // Where there is little room, what all of them begin with is left out.
            let narrow = cluster.title.strip_prefix("Subscription ").filter(|_| width < 150.0);
            let title = narrow.unwrap_or(&cluster.title);
            let slot = (slot.0, u8::from(narrow.is_some()));
            let label = texts.label(painter, slot, at, title, face, palette.weak_text);
            titles.extend(label.as_ref().map(Shape::visual_bounding_rect));
            words.extend(label);
        }
    }
    titles
}
