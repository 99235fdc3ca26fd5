//! How cells and heads look.
//!
//! A single exchange is told by shape: filled when allowed, hollow with a question mark when some
//! conditions are not stated, a cross when refused. A chain is a number on a ground that is fainter
//! the longer it is. Names of columns stand upright, so that a column is no wider than a number.

use std::f32::consts::FRAC_PI_2;
use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{Color32, FontId, Galley, Painter, Pos2, Rect, Shape, Stroke, Vec2, vec2};

use super::table::Look;
use crate::studio::theme::{self, Tokens};

/// The size of a cell.
pub const CELL: Vec2 = vec2(28.0, 22.0);

/// The number of a cell.
pub fn digits(painter: &Painter, tokens: &Tokens, hops: u32) -> Arc<Galley> {
    let text = if hops > 999 { "…".to_owned() } else { hops.to_string() };
    painter.layout_no_wrap(text, FontId::new(12.0, theme::semibold()), tokens.text)
}

/// A cell that is not empty.
pub fn mark(
    painter: &Painter,
    tokens: &Tokens,
    rect: Rect,
    look: Look,
    hops: u32,
    digits: Arc<Galley>,
) {
    let inner = rect.shrink2(vec2(3.0, 2.0));
    let at = |middle: Pos2| middle - digits.size() / 2.0;
    match look {
        Look::Allowed => {
            painter.rect_filled(inner, 4.0, tokens.good);
            painter.galley_with_override_text_color(at(inner.center()), digits, tokens.on_accent);
        }
        Look::NotStated => {
            let stroke = Stroke::new(1.5, tokens.caution);
            painter.rect_stroke(inner, 4.0, stroke, egui::StrokeKind::Inside);
            let font = FontId::new(12.0, theme::semibold());
            let text = painter.layout_no_wrap(format!("{hops}?"), font, tokens.caution);
            let place = inner.center() - text.size() / 2.0;
            painter.galley(place, text, tokens.caution);
        }
        Look::Refused => {
            let stroke = Stroke::new(2.0, tokens.bad);
            let (middle, arm) = (inner.center(), 4.5);
            for (from, to) in [((-arm, -arm), (arm, arm)), ((-arm, arm), (arm, -arm))] {
                painter.line_segment(
                    [middle + vec2(from.0, from.1), middle + vec2(to.0, to.1)],
                    stroke,
                );
            }
        }
        Look::Chain => {
            let strength = 1.0 - 0.15 * hops.saturating_sub(2).min(4) as f32;
            painter.rect_filled(inner, 4.0, tokens.accent_soft.gamma_multiply(strength));
            painter.galley(at(inner.center()), digits, tokens.text);
        }
    }
}

/// Where a row meets its own column.
pub fn itself(painter: &Painter, tokens: &Tokens, rect: Rect) {
    let stroke = Stroke::new(1.5, tokens.line_strong);
    let middle = rect.center();
    painter.line_segment([middle - vec2(4.0, 0.0), middle + vec2(4.0, 0.0)], stroke);
}

/// A name that is cut short with an ellipsis where it does not fit.
pub fn name(
    painter: &Painter,
    text: &str,
    width: f32,
    strong: bool,
    color: Color32,
) -> Arc<Galley> {
    let family = if strong { theme::semibold() } else { egui::FontFamily::Proportional };
    let format = TextFormat::simple(FontId::new(12.5, family), color);
    let mut job = LayoutJob::single_section(text.to_owned(), format);
    job.wrap = TextWrapping::truncate_at_width(width);
    painter.layout_job(job)
}

/// A text that is read upwards, in the middle of a strip, from its lower end.
pub fn upright(painter: &Painter, rect: Rect, galley: Arc<Galley>, color: Color32) {
    let place = egui::pos2(rect.center().x - galley.size().y / 2.0, rect.bottom());
    let text = egui::epaint::TextShape::new(place, galley, color).with_angle(-FRAC_PI_2);
    painter.add(Shape::Text(text));
}

/// The sign of an external identity before its name.
pub fn external(painter: &Painter, tokens: &Tokens, middle: Pos2) {
    let arm = 4.0;
    let corners = [vec2(0.0, -arm), vec2(arm, 0.0), vec2(0.0, arm), vec2(-arm, 0.0)];
    let points = corners.map(|corner| middle + corner).to_vec();
    painter.add(Shape::convex_polygon(points, tokens.external, Stroke::NONE));
}

/// The sign of a head whose hops sort the rows or columns, pointing the way they are sorted.
pub fn sorts(painter: &Painter, tokens: &Tokens, middle: Pos2, towards: Vec2) {
    let across = towards.rot90() * 4.0;
    let points = vec![middle + towards * 4.0, middle - across, middle + across];
    painter.add(Shape::convex_polygon(points, tokens.accent, Stroke::NONE));
}
