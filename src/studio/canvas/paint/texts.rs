//! Words of the drawing, laid out once and kept while they stay as large.
//!
//! Sizes are whole half points: every size has glyphs of its own in egui's texture, and zoom is
//! continuous. A text that was laid out holds places in that texture, so all of them are let go
//! when egui begins a new one.

use std::collections::HashMap;
use std::sync::Arc;

use egui::epaint::TextShape;
use egui::text::{LayoutJob, TextWrapping};
use egui::{Color32, FontFamily, FontId, Galley, Painter, Pos2, Shape, Vec2};

use crate::studio::theme::semibold;

/// How many texts are kept; a view has a few hundred.
const KEPT: usize = 6000;

/// What a text is of: a box and which of its texts.
pub type Slot = (u32, u8);

/// How a text is set, and how wide it may be.
#[derive(Clone, Copy, Debug)]
pub struct Face {
    pub size: f32,
    pub width: f32,
    pub semibold: bool,
}

struct Kept {
    half_points: u16,
    /// The width it was cut to, in steps.
    steps: u16,
    semibold: bool,
    galley: Arc<Galley>,
}

#[derive(Default)]
pub struct Texts {
    kept: HashMap<Slot, Kept>,
    /// Changes whenever everything was let go.
    pub count: u64,
    index: u64,
    filled: f32,
    scale: f32,
}

impl Texts {
    /// Lets go of everything if the scene, the scale or the texture of glyphs is another.
    pub fn keep_up(&mut self, painter: &Painter, index: u64) {
        let (filled, scale) = (
            painter.ctx().fonts(|fonts| fonts.font_atlas_fill_ratio()),
            painter.ctx().pixels_per_point(),
        );
        // The texture only ever fills; where it is emptier than before, it is a new one.
        let stale = self.index != index || filled < self.filled || scale != self.scale;
        if stale || self.kept.len() > KEPT {
            self.kept.clear();
            self.count += 1;
        }
        (self.index, self.filled, self.scale) = (index, filled, scale);
    }

    /// A text laid out; where it is cut, it ends in an ellipsis.
    pub fn galley(&mut self, painter: &Painter, slot: Slot, text: &str, face: Face) -> Arc<Galley> {
        let half_points = (face.size * 2.0).round().max(2.0) as u16;
        let steps = (face.width / 6.0).clamp(0.0, 60_000.0) as u16;
        if let Some(kept) = self.kept.get(&slot)
            && kept.half_points == half_points
            && kept.semibold == face.semibold
            && (kept.steps == steps || (!kept.galley.elided && kept.galley.size().x <= face.width))
        {
            return Arc::clone(&kept.galley);
        }
        let family = if face.semibold { semibold() } else { FontFamily::Proportional };
        let font = FontId::new(f32::from(half_points) / 2.0, family);
        let mut job = LayoutJob::simple_singleline(text.to_owned(), font, Color32::PLACEHOLDER);
        if face.width.is_finite() {
            job.wrap = TextWrapping::truncate_at_width(f32::from(steps) * 6.0);
        }
        let galley = painter.layout_job(job);
        let kept = Kept { half_points, steps, semibold: face.semibold, galley };
        let galley = Arc::clone(&kept.galley);
        self.kept.insert(slot, kept);
        galley
    }

    /// A line of text whose left end and middle are at `at`; nothing where there is no room.
    pub fn label(
        &mut self,
        painter: &Painter,
        slot: Slot,
        at: Pos2,
        text: &str,
        face: Face,
        color: Color32,
    ) -> Option<Shape> {
        if face.width < face.size || text.is_empty() {
            return None;
        }
        let galley = self.galley(painter, slot, text, face);
        let at = at - Vec2::new(0.0, galley.size().y / 2.0);
        Some(TextShape::new(at, galley, color).into())
    }
}
