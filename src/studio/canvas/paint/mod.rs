//! Painting a scene, with as much detail as can be seen.
//!
//! From far away boxes are plain quads and arrows thin lines; nearer, boxes get names, then
//! everything they say. A name stays at a size one can read while its box shrinks, and ends in an
//! ellipsis where the box does.

mod arrows;
mod boxes;
mod words;

use egui::{Mesh, Painter, Shape, Stroke, StrokeKind, pos2};

use super::Frame;
use super::emphasis::{Emphasis, Weight};
use super::index::Index;
use crate::diagram::scene::Thing;
use arrows::{Pen, ways};
use boxes::{Look, full_box, name_of_plain, plain_box};
use words::label;

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

pub fn scene(
    painter: &Painter,
    frame: &Frame,
    index: &Index,
    emphasis: &Emphasis,
    hovered: Option<&Thing>,
) {
    let palette = &frame.palette;
    painter.rect_filled(frame.view, 0.0, palette.ground);
    let area = frame.camera.visible(frame.view).expand(24.0 / frame.camera.zoom);
    clusters(painter, frame, index);

    let hovered_node = hovered.and_then(|thing| index.scene.node_of(thing));
    let hovered_edge = hovered.and_then(|thing| index.scene.edge_of(thing));
    let mut mesh = Mesh::default();
    let (mut nodes, mut edges) = (Vec::new(), Vec::new());
    index.edges_in(&area, &mut edges);
    let many = edges.len() > 2500 && frame.camera.zoom < 0.2;
    index.nodes_in(&area, &mut nodes);
    // Growing step by step costs as much as drawing: each step is memory never touched before.
    mesh.reserve_vertices(6 * edges.len() + 4 * nodes.len());
    mesh.reserve_triangles(4 * edges.len() + 2 * nodes.len());
    let mut above: Vec<(usize, Weight)> = Vec::new();
    let mut pen = Pen { frame, index, area, points: Vec::new() };
    for &e in &edges {
        let e = e as usize;
        let mut weight = emphasis.edge(e);
        if hovered_edge == Some(e) {
            weight = weight.max(Weight::Strong);
        }
        if weight >= Weight::Strong {
            above.push((e, weight));
        } else {
            pen.edge(&mut mesh, e, weight, many);
        }
    }
    if let Some(node) = hovered_node {
        let row = match hovered {
            Some(Thing::Identity { subject, .. }) => {
                index.scene.nodes[node].rows.iter().position(|row| row.subject == *subject)
            }
            _ => None,
        };
        let at = index.edges_at(node).iter().map(|&e| e as usize);
        let of_row = at.filter(|&e| row.is_none() || index.scene.edges[e].from_row == row);
        above.extend(of_row.map(|e| (e, Weight::Strong)));
    }
    above.sort_unstable();
    // A hub has more arrows than anybody can see; the pointer may be on one at any time.
    for (e, weight) in above {
        pen.edge(&mut mesh, e, weight, false);
    }
    ways(&mut mesh, frame, index, emphasis);

    let plain = frame.camera.zoom < ROUND_ZOOM;
    if plain {
        for &n in &nodes {
            plain_box(&mut mesh, frame, index, emphasis, n as usize, hovered_node);
        }
    }
    painter.add(Shape::mesh(mesh));
    for &n in &nodes {
        let n = n as usize;
        if plain && frame.camera.zoom * index.scene.nodes[n].rect.height() < NAMED_HEIGHT {
            continue;
        }
        let look = Look::new(frame, index, emphasis, n, hovered_node);
        if plain {
            name_of_plain(painter, frame, index, n, &look);
        } else {
            full_box(painter, frame, index, emphasis, n, &look, hovered);
        }
    }
}

/// Blocks of the overview, with their names.
fn clusters(painter: &Painter, frame: &Frame, index: &Index) {
    for cluster in &index.scene.clusters {
        let rect = frame.camera.rect(frame.view, &cluster.rect.expand(28.0));
        if !rect.intersects(frame.view) || rect.width() < 6.0 {
            continue;
        }
        let radius = (16.0 * frame.camera.zoom).clamp(2.0, 14.0);
        let fill = frame.palette.panel.gamma_multiply(0.45);
        let stroke = Stroke::new(1.0, frame.palette.frame);
        painter.rect(rect, radius, fill, stroke, StrokeKind::Outside);
        if rect.width() > 70.0 {
            let size = (30.0 * frame.camera.zoom).clamp(11.0, 16.0);
            let at = pos2(rect.left() + 4.0, rect.top() - size * 0.75);
            label(painter, at, &cluster.title, size, frame.palette.weak_text, rect.width() - 8.0);
        }
    }
}
