//! Words of the drawing, laid out once and kept while they stay as large.
//!
//! Sizes are whole half points: every size has glyphs of its own in egui's texture, and zoom is
//! continuous. While it changes, words that were laid out are drawn larger or smaller as they are,
//! for laying them out anew takes longer than all else in a frame; once it rests, they are laid out
//! at their size, as the eyes can tell then. A text that was laid out holds places in that texture, so all of them are let go
//! when egui begins a new one.

use std::collections::HashMap;
use std::sync::Arc;

use egui::epaint::{TextOptions, TextShape};
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
    /// The same in another size. Its memory is used again in each frame of a zoom.
    scaled: Option<Arc<Galley>>,
}

/// How much larger or smaller words are drawn than they were laid out, at most.
const SCALED: std::ops::RangeInclusive<f32> = 0.6..=1.7;

impl Kept {
    /// The text drawn by so much larger, if it does for this face while the zoom changes.
    fn scaled(&mut self, face: Face) -> Option<Arc<Galley>> {
        // Where it would have to be cut anew, it is drawn smaller instead.
        let room = face.width / self.galley.size().x.max(1.0);
        let by = (face.size * 2.0 / f32::from(self.half_points)).min(room);
        if self.semibold != face.semibold || !SCALED.contains(&by) {
            return None;
        }
        let scaled = self.scaled.get_or_insert_with(|| without_glyphs(&self.galley));
        let galley = Arc::make_mut(scaled);
        galley.rect = self.galley.rect * by;
        galley.mesh_bounds = self.galley.mesh_bounds * by;
        for (row, from) in galley.rows.iter_mut().zip(&self.galley.rows) {
            row.pos = from.pos * by;
            let row = Arc::make_mut(&mut row.row);
            row.size = from.size * by;
            row.visuals.mesh_bounds = from.visuals.mesh_bounds * by;
            let vertices = &mut row.visuals.mesh.vertices;
            for (vertex, from) in vertices.iter_mut().zip(&from.visuals.mesh.vertices) {
                vertex.pos = from.pos * by;
            }
        }
        Some(Arc::clone(scaled))
    }
}

/// A text with what is drawn of it, and nothing that is only needed to edit it.
fn without_glyphs(galley: &Galley) -> Arc<Galley> {
    let mut bare = galley.clone();
    for row in &mut bare.rows {
        Arc::make_mut(&mut row.row).glyphs.clear();
    }
    Arc::new(bare)
}

#[derive(Default)]
pub struct Texts {
    kept: HashMap<Slot, Kept>,
    /// Changes whenever everything was let go.
    pub count: u64,
    /// Whether the zoom changes.
    pub zooming: bool,
    /// Whether a text was not drawn at the size it was laid out for.
    pub inexact: bool,
    index: u64,
    glyphs: Option<Glyphs>,
}

/// What is known of egui's texture of glyphs.
#[derive(Clone, Debug, PartialEq)]
struct Glyphs {
    filled: f32,
    scale: f32,
    options: TextOptions,
    fonts: usize,
    pass: u64,
}

impl Glyphs {
    fn of(painter: &Painter) -> Self {
        let scale = painter.ctx().pixels_per_point();
        let pass = painter.ctx().cumulative_pass_nr();
        painter.ctx().fonts(|fonts| Self {
            filled: fonts.font_atlas_fill_ratio(),
            scale,
            options: *fonts.options(),
            fonts: fonts.definitions().font_data.len(),
            pass,
        })
    }

    /// Whether places in the texture of then are still good. It only ever fills: where it is
    /// emptier, or made another way, as for another theme, it is a new one. Nobody knows what
    /// happened to it while the drawing was not in view.
    fn outlives(&self, then: &Self) -> bool {
        self.pass <= then.pass + 1
            && self.filled >= then.filled
            && (self.scale, self.options, self.fonts) == (then.scale, then.options, then.fonts)
    }
}

impl Texts {
    /// Lets go of everything if the scene, the scale or the texture of glyphs is another.
    pub fn keep_up(&mut self, painter: &Painter, index: u64) {
        let glyphs = Glyphs::of(painter);
        let good = self.glyphs.as_ref().is_some_and(|then| glyphs.outlives(then));
        if !good || self.index != index || self.kept.len() > KEPT {
            self.kept.clear();
            self.count += 1;
        }
        (self.index, self.glyphs) = (index, Some(glyphs));
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
        if self.zooming
            && let Some(scaled) = self.kept.get_mut(&slot).and_then(|kept| kept.scaled(face))
        {
            self.inexact = true;
            return scaled;
        }
        let family = if face.semibold { semibold() } else { FontFamily::Proportional };
        let font = FontId::new(f32::from(half_points) / 2.0, family);
        let mut job = LayoutJob::simple_singleline(text.to_owned(), font, Color32::PLACEHOLDER);
        if face.width.is_finite() {
            job.wrap = TextWrapping::truncate_at_width(f32::from(steps) * 6.0);
        }
        let galley = painter.layout_job(job);
        let kept = Kept { half_points, steps, semibold: face.semibold, galley, scaled: None };
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

#[cfg(test)]
mod tests {
    use super::*;
    use egui::{Context, RawInput, Rect, vec2};

    fn texts(zooming: bool, sizes: &[f32]) -> (Vec<Arc<Galley>>, bool) {
        let context = Context::default();
        let mut texts = Texts { zooming, ..Texts::default() };
        let mut galleys = Vec::new();
        let mut output = context.run_ui(RawInput::default(), |ui| {
            galleys = sizes
                .iter()
                .map(|&size| {
                    let face = Face { size, width: 20.0 * size, semibold: false };
                    texts.galley(ui.painter(), (7, 0), "Partner pipeline", face)
                })
                .collect();
        });
        output.textures_delta.clear();
        (galleys, texts.inexact)
    }

    #[test]
    fn words_grow_with_the_zoom_and_are_laid_out_where_it_rests() {
        let (zoomed, inexact) = texts(true, &[10.0, 12.0, 15.0, 10.0, 40.0]);
        let (exact, none) = texts(false, &[10.0, 12.0, 15.0, 10.0, 40.0]);
        assert!(inexact && !none);
        let first = &zoomed[0];
        for (at, by) in [(1, 1.2), (2, 1.5)] {
            let width = first.mesh_bounds.width() * by;
            assert!((zoomed[at].mesh_bounds.width() - width).abs() < 0.01);
            assert!((zoomed[at].size() - first.size() * by).length() < 0.01);
            let mesh = zoomed[at].rows[0].visuals.mesh.calc_bounds();
            assert!((mesh.width() - width).abs() < 0.01, "{mesh}");
            assert_eq!(zoomed[at].num_vertices, first.num_vertices);
            // About what laying out gives; hinting moves letters a little.
            let near: Rect = exact[at].rect.expand2(vec2(6.0, 3.0));
            assert!(near.contains_rect(zoomed[at].rect), "{near} {}", zoomed[at].rect);
        }
        // The same size, and one too far from it, are exact.
        for at in [3, 4] {
            // Letters lie elsewhere in the texture, where others were needed before.
            assert_eq!(zoomed[at].job, exact[at].job);
            assert_eq!(zoomed[at].rect, exact[at].rect);
            assert_eq!(zoomed[at].mesh_bounds, exact[at].mesh_bounds);
        }
    }
}
