//! Words of the drawing, set at sizes in half points.

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{Color32, FontFamily, FontId, Galley, Painter, Pos2, Vec2};

use super::super::Frame;
use crate::studio::theme::semibold;

/// A name, in the semi-bold face where the window has one.
pub fn title(
    painter: &Painter,
    frame: &Frame,
    at: Pos2,
    text: &str,
    size: f32,
    color: Color32,
    width: f32,
) {
    let family = if frame.semibold { semibold() } else { FontFamily::Proportional };
    set(painter, at, text, size, color, width, family);
}

/// A line of text whose left end and middle are at `at`, cut with an ellipsis to `width`.
pub fn label(painter: &Painter, at: Pos2, text: &str, size: f32, color: Color32, width: f32) {
    set(painter, at, text, size, color, width, FontFamily::Proportional);
}

fn set(
    painter: &Painter,
    at: Pos2,
    text: &str,
    size: f32,
    color: Color32,
    width: f32,
    family: FontFamily,
) {
    if width < size {
        return;
    }
    let galley = galley(painter, text, size, color, width, family);
    let at = at - Vec2::new(0.0, galley.size().y / 2.0);
    painter.galley(at, galley, color);
}

pub fn galley(
    painter: &Painter,
    text: &str,
    size: f32,
    color: Color32,
    width: f32,
    family: FontFamily,
) -> Arc<Galley> {
    // Half points: every size has glyphs of its own in the texture, and zoom is continuous.
    let size = ((size * 2.0).round() / 2.0).max(1.0);
    let font = FontId::new(size, family);
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, color);
    if width.is_finite() {
        job.wrap = TextWrapping::truncate_at_width(width);
    }
    painter.layout_job(job)
}
