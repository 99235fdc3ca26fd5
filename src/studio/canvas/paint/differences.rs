//! What a comparison adds to the drawing: what came, what went and what changed. Colours and dashes
//! are those of exported pictures, and no meaning rests on them alone: boxes have a word, arrows and
//! rows a sign.

use egui::epaint::TextShape;
use egui::{Color32, Painter, Rect, Shape, pos2, vec2};

use super::super::brush::Brush;
use super::super::emphasis::Weight;
use super::super::palette::Palette;
use super::ARROW_ZOOM;
use super::boxes::Sheet;
use super::texts::{Face, Texts};
use crate::diagram::layout::Method;
use crate::diagram::scene::Difference;
use crate::diagram::shape::{LABEL_PARTS, along};

/// Where the texts of signs and words are kept, beyond those of boxes.
const SIGNS: u32 = u32::MAX / 4;
const WORDS: u32 = SIGNS + 1;
/// Signs on arrows that are drawn at once.
const MOST: usize = 400;
/// From afar there are signs only where there are no more than this: many would hide the drawing.
const FEW: usize = 60;
/// Colour and width of an arrow in a comparison.
pub fn ink(palette: &Palette, difference: Difference, weight: Weight, fine: f32) -> (Color32, f32) {
    let base = palette.of_difference(difference);
    let width = match difference {
        Difference::Same => 1.3,
        Difference::Added => 2.6,
        Difference::Removed => 2.1,
        Difference::Changed => 2.4,
    };
    match weight {
        Weight::Dim => (base.lerp_to_gamma(palette.ground, 0.72), width * fine),
        Weight::Usual => (base, width * fine),
        Weight::Strong => (base, (width + 0.9) * fine),
        Weight::Path => (palette.path, 3.4 * fine),
        Weight::Selected => (palette.selection, 3.0 * fine),
    }
}

/// Dash and gap of an arrow: dots for what went, long dashes for what changed.
pub fn dashes(difference: Difference, federation: bool) -> Option<(f32, f32)> {
    match difference {
        Difference::Removed => Some((2.0, 4.0)),
        _ if federation => Some((7.0, 4.5)),
        Difference::Changed => Some((12.0, 3.0)),
        Difference::Same | Difference::Added => None,
    }
}

/// The signs of arrows that differ, each near the middle of its arrow and on no other sign.
pub fn signs(sheet: &mut Sheet, edges: &[u32]) {
    let Sheet { frame, index, emphasis, .. } = *sheet;
    if !index.scene.compared {
        return;
    }
    let differs = edges.iter().map(|&e| e as usize);
    let differs: Vec<usize> = differs
        .filter(|&e| index.scene.edges[e].difference != Difference::Same)
        // What steps back says no more than its line does.
        .filter(|&e| emphasis.edge(e) != Weight::Dim)
        .take(MOST)
        .collect();
    if frame.camera.zoom < ARROW_ZOOM && differs.len() > FEW {
        return;
    }
    let mut taken: Vec<Rect> = Vec::new();
    for e in differs {
        let edge = &index.scene.edges[e];
        if edge.route.is_empty() {
            continue;
        }
        let size = egui::Vec2::splat(18.0);
        let place = |part: f32| {
            let at = along(&edge.route, index.scene.method == Method::Layered, part);
            let at = frame.camera.to_screen(frame.view, at.x, at.y);
            Rect::from_center_size(at, size)
        };
        let free = |rect: &Rect| !taken.iter().any(|other| other.intersects(*rect));
        let rect = LABEL_PARTS.into_iter().map(place).find(free).unwrap_or_else(|| place(0.5));
        if frame.view.expand(10.0).contains(rect.center()) {
            sign(sheet, rect.center(), edge.difference);
        }
        taken.push(rect);
    }
}

/// A sign in a ring.
pub fn sign(sheet: &mut Sheet, at: egui::Pos2, difference: Difference) {
    let frame = sheet.frame;
    let color = frame.palette.of_difference(difference);
    let near = frame.camera.zoom >= ARROW_ZOOM;
    let (radius, size) = if near { (9.0, 12.0) } else { (7.0, 10.0) };
    sheet.brush.dot(at, radius, color);
    sheet.brush.dot(at, radius - 1.3, frame.palette.ground);
    let face = Face { size, width: 40.0, semibold: frame.semibold };
    let slot = (SIGNS, difference as u8);
    let galley = sheet.texts.galley(sheet.painter, slot, difference.mark(), face);
    let rect = Rect::from_center_size(at, galley.size());
    sheet.words.push(TextShape::new(rect.min, galley, color).into());
}

/// The word of a difference, as in "+ added", laid out.
pub fn word(
    texts: &mut Texts,
    painter: &Painter,
    difference: Difference,
    size: f32,
    semibold: bool,
) -> std::sync::Arc<egui::Galley> {
    let text = format!("{} {}", difference.mark(), difference.word());
    let face = Face { size, width: f32::INFINITY, semibold };
    texts.galley(painter, (WORDS, difference as u8), &text, face)
}

/// The word of a difference on the upper border of a box, its right end at `right`.
pub fn pill(
    brush: &mut Brush,
    words: &mut Vec<Shape>,
    galley: std::sync::Arc<egui::Galley>,
    (right, y): (f32, f32),
    ground: Color32,
    color: Color32,
) {
    let size = galley.size() + vec2(12.0, 3.0);
    let rect = Rect::from_min_size(pos2(right - size.x, y - size.y / 2.0), size);
    brush.round(rect, size.y / 2.0, color);
    brush.round(rect.shrink(1.2), size.y / 2.0 - 1.2, ground);
    words.push(TextShape::new(rect.center() - galley.size() / 2.0, galley, color).into());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_is_dotted_whatever_it_was() {
        for federation in [false, true] {
            assert_eq!(dashes(Difference::Removed, federation), Some((2.0, 4.0)));
            assert_ne!(dashes(Difference::Added, federation), Some((2.0, 4.0)));
        }
    }
}
