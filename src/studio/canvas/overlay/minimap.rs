//! The whole drawing in small, with the part in view, to move about in. Shown while not everything
//! is in view.
//!
//! It is one picture in a texture, made when the scene or the colours change, so that ten thousand
//! boxes in it cost four vertices.

use egui::{
    Align2, Area, Color32, ColorImage, CursorIcon, Id, Margin, Order, Pos2, Rect, Sense, Stroke,
    StrokeKind, TextureHandle, TextureOptions, Ui, Vec2, pos2, vec2,
};

use super::super::index::{Index, Kind};
use super::super::paint::Counts;
use super::super::{Canvas, Frame, Palette};
use super::{MARGIN, panel};
use crate::diagram::layout;
use crate::diagram::scene::Difference;

/// The room for it, in points.
const ROOM: Vec2 = vec2(176.0, 124.0);
/// Texels a point, for sharp screens.
const FINE: f32 = 2.0;

/// The picture and what it was made from.
#[derive(Default)]
pub struct Minimap {
    texture: Option<TextureHandle>,
    made_for: Option<(Counts, Palette)>,
    size: Vec2,
}

/// How the drawing lies in the picture.
struct Fit {
    bounds: layout::Rect,
    scale: f32,
}

impl Fit {
    fn new(bounds: &layout::Rect) -> Self {
        let bounds = bounds.expand(0.02 * bounds.width().max(bounds.height()));
        let scale = (ROOM.x / bounds.width().max(1.0)).min(ROOM.y / bounds.height().max(1.0));
        Self { bounds, scale }
    }

    fn size(&self) -> Vec2 {
        let size = vec2(self.bounds.width(), self.bounds.height()) * self.scale;
        size.max(Vec2::splat(24.0))
    }

    fn to_map(&self, x: f32, y: f32) -> Pos2 {
        pos2((x - self.bounds.min.x) * self.scale, (y - self.bounds.min.y) * self.scale)
    }

    fn to_world(&self, at: Pos2) -> Pos2 {
        pos2(at.x / self.scale + self.bounds.min.x, at.y / self.scale + self.bounds.min.y)
    }
}

/// Gives whether it is shown.
pub fn ui(canvas: &mut Canvas, ui: &Ui, frame: &Frame, index: &Index, above: f32) -> bool {
    let bounds = &index.scene.bounds;
    let seen = frame.camera.visible(frame.view);
    let all_in_view = seen.contains(bounds.min) && seen.contains(bounds.max);
    let small = frame.view.width() < 520.0 || frame.view.height() < 380.0;
    if all_in_view || small {
        return false;
    }
    let fit = Fit::new(bounds);
    let counts = Counts { emphasis: 0, ..canvas.counts(frame) };
    let map = &mut canvas.minimap;
    if map.made_for != Some((counts, frame.palette)) {
        map.size = fit.size();
        let image = image(&fit, frame, index);
        match &mut map.texture {
            Some(texture) => texture.set(image, TextureOptions::LINEAR),
            None => {
                let texture = ui.ctx().load_texture("minimap", image, TextureOptions::LINEAR);
                map.texture = Some(texture);
            }
        }
        map.made_for = Some((counts, frame.palette));
    }
    let Some(texture) = map.texture.as_ref().map(TextureHandle::id) else { return false };
    let size = map.size;
    let id = Id::unique(("canvas minimap", ui.scope_id()));
    let at = frame.view.right_bottom() - vec2(MARGIN, MARGIN + above);
    let area = Area::new(id).order(Order::Middle).fixed_pos(at).pivot(Align2::RIGHT_BOTTOM);
    area.show(ui.ctx(), |ui| {
        panel(&frame.palette).inner_margin(Margin::same(3)).show(ui, |ui| {
            let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::Image, true, "Minimap: click to go there")
            });
            let painter = ui.painter().with_clip_rect(rect);
            let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
            painter.image(texture, rect, whole, Color32::WHITE);
            let corner = rect.min.to_vec2();
            let window = Rect::from_min_max(
                fit.to_map(seen.min.x, seen.min.y) + corner,
                fit.to_map(seen.max.x, seen.max.y) + corner,
            );
            let window = Rect::from_center_size(window.center(), window.size().max(vec2(4.0, 4.0)));
            painter.rect_filled(window, 2.0, frame.palette.selection.gamma_multiply(0.12));
            let stroke = Stroke::new(1.5, frame.palette.selection);
            painter.rect_stroke(window.intersect(rect), 2.0, stroke, StrokeKind::Inside);
            if response.hovered() {
                ui.ctx().set_cursor_icon(CursorIcon::Move);
            }
            if let Some(at) = response.interact_pointer_pos()
                && (response.clicked() || response.dragged())
            {
                canvas.go_to(fit.to_world(at - corner), response.clicked());
                ui.ctx().request_repaint();
            }
        });
    });
    true
}

/// Every box as a spot in its colour.
fn image(fit: &Fit, frame: &Frame, index: &Index) -> ColorImage {
    let size = fit.size() * FINE;
    let (width, height) = (size.x as usize, size.y as usize);
    let palette = &frame.palette;
    let mut pixels = vec![palette.ground; width * height];
    for (n, rect) in index.rects.iter().enumerate() {
        let color = match (frame.colours, index.kinds[n]) {
            (Some(colours), _) => colours.swatch(n, palette).color,
            (None, _) if index.scene.nodes[n].difference != Difference::Same => {
                palette.of_difference(index.scene.nodes[n].difference)
            }
            (None, Kind::Client) => palette.far,
            (None, Kind::Ghost) => palette.ghost,
            (None, Kind::Issuer) => palette.federation,
        };
        let min = fit.to_map(rect.min.x, rect.min.y).to_vec2() * FINE;
        let max = fit.to_map(rect.max.x, rect.max.y).to_vec2() * FINE;
        let (left, top) = (min.x.max(0.0) as usize, min.y.max(0.0) as usize);
        let right = (max.x.ceil() as usize).max(left + 1).min(width);
        let bottom = (max.y.ceil() as usize).max(top + 1).min(height);
        for y in top.min(height)..bottom {
            for x in left.min(width)..right {
                pixels[y * width + x] = color;
            }
        }
    }
    ColorImage::new([width, height], pixels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_of_the_map_is_the_point_of_the_drawing_it_shows() {
        let fit = Fit::new(&layout::Rect::new(-300.0, 50.0, 9000.0, 1200.0));
        let back = fit.to_world(fit.to_map(1234.0, 777.0));
        assert!((back - pos2(1234.0, 777.0)).length() < 0.5, "{back}");
        assert!(fit.size().x <= ROOM.x + 0.5 && fit.size().y <= ROOM.y + 0.5);
    }
}
