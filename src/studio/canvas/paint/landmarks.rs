//! Names from far away: of what stands out, and of the boxes with the most arrows, as long as they
//! do not cover each other.

use egui::epaint::TextShape;
use egui::{Rect, pos2, vec2};

use super::NAMED_HEIGHT;
use super::boxes::Sheet;
use super::texts::Face;
use crate::diagram::layout;

/// Names shown at once, at most.
const NAMES: usize = 28;
const SIZE: f32 = 11.0;

pub fn paint(sheet: &mut Sheet, area: &layout::Rect) {
    let (frame, index, emphasis) = (sheet.frame, sheet.index, sheet.emphasis);
    let mut taken: Vec<Rect> = Vec::new();
    let hubs = index.hubs.iter().map(|&n| n as usize);
    let hubs = hubs.filter(|&n| !emphasis.is_dim(n));
    for n in emphasis.outstanding().chain(hubs) {
        if taken.len() >= NAMES {
            break;
        }
        let rect = frame.camera.rect(frame.view, &index.rects[n]);
        let named = rect.height() >= NAMED_HEIGHT && rect.width() >= 36.0;
        if named || !index.rects[n].overlaps(area) {
            continue;
        }
        let face = Face { size: SIZE, width: 180.0, semibold: false };
        let slot = (n as u32, 2);
        let title = &index.scene.nodes[n].title;
        let galley = sheet.texts.galley(sheet.painter, slot, title, face);
        let size = galley.size() + vec2(10.0, 4.0);
        let corner = pos2(rect.center().x - size.x / 2.0, rect.top() - size.y - 2.0);
        let pill = Rect::from_min_size(corner, size);
        let free = taken.iter().all(|other| !other.expand(3.0).intersects(pill));
        if !free || !frame.view.contains_rect(pill) {
            continue;
        }
        taken.push(pill);
        let palette = &frame.palette;
        sheet.brush.round(pill, 4.0, palette.border);
        sheet.brush.round(pill.shrink(1.0), 3.0, palette.panel);
        let at = pill.min + vec2(5.0, 2.0);
        sheet.words.push(TextShape::new(at, galley, palette.text).into());
    }
}
