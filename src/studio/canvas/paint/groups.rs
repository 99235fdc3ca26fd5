//! What groups that are drawn as one box add to the drawing: a second border, and how many arrows
//! an arrow stands for.

use egui::epaint::TextShape;
use egui::{Rect, vec2};

use super::super::brush::Brush;
use super::ARROW_ZOOM;
use super::arrows::middle;
use super::boxes::Sheet;
use super::texts::Face;
use crate::diagram::scene::{Difference, measure};

/// Where the texts of counts are kept, beyond those of boxes.
const COUNTS: u32 = u32::MAX / 2 - (1 << 24);
/// Counts that are drawn at once; from so far away that there are more nobody reads them.
const MOST: usize = 400;

/// The second border of a box that stands for many.
pub fn border(brush: &mut Brush, rect: Rect, zoom: f32, line: egui::Color32, fill: egui::Color32) {
    let inset = rect.shrink(measure::STACK * zoom);
    let radius = 5.0 * zoom;
    brush.round(inset, radius, line);
    brush.round(inset.shrink(1.0), (radius - 1.0).max(0.0), fill);
}

/// How many arrows each of those stands for that stand for several, among those that are drawn.
pub fn counts(sheet: &mut Sheet, edges: &[u32]) {
    let Sheet { frame, index, .. } = *sheet;
    if frame.camera.zoom < ARROW_ZOOM {
        return;
    }
    let mut drawn = 0;
    // Both are in order; a near look has few of the arrows, a drawing of groups few that are not
    // bundles.
    let (few, many) = match edges.len() < index.bundles.len() {
        true => (edges, &index.bundles[..]),
        false => (&index.bundles[..], edges),
    };
    for &e in few.iter().filter(|e| many.binary_search(e).is_ok()) {
        let edge = &index.scene.edges[e as usize];
        // The sign of a difference has that place.
        if edge.difference != Difference::Same {
            continue;
        }
        let Some(at) = middle(index, e as usize) else { continue };
        let at = frame.camera.to_screen(frame.view, at.x, at.y);
        if !frame.view.expand(20.0).contains(at) {
            continue;
        }
        drawn += 1;
        if drawn > MOST {
            return;
        }
        let color = match index.federation[e as usize] {
            true => frame.palette.federation,
            false => frame.palette.exchange,
        };
        let count = edge.edges.len();
        let face = Face { size: 11.0, width: 60.0, semibold: frame.semibold };
        let slot = (COUNTS + count as u32 % (1 << 24), 0);
        let galley = sheet.texts.galley(sheet.painter, slot, &format!("×{count}"), face);
        let size = galley.size() + vec2(10.0, 3.0);
        let rect = Rect::from_center_size(at, size);
        sheet.brush.round(rect, size.y / 2.0, color);
        sheet.brush.round(rect.shrink(1.2), size.y / 2.0 - 1.2, frame.palette.ground);
        sheet.words.push(TextShape::new(at - galley.size() / 2.0, galley, color).into());
    }
}
