//! Where the drawing is looked at, and how near.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

use crate::diagram::layout;

/// Nearest and farthest looks.
pub const ZOOM_MOST: f32 = 3.0;
const ZOOM_LEAST: f32 = 0.004;
/// Fitting a small drawing does not blow it up beyond this.
const FIT_MOST: f32 = 1.15;
const FIT_MARGIN: f32 = 40.0;
/// How long a jump is animated, in seconds.
const JUMP: f64 = 0.18;

/// The point of the drawing in the middle of the view, and points on screen for one of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Camera {
    pub center: Pos2,
    pub zoom: f32,
}

impl Default for Camera {
    fn default() -> Self {
        Self { center: Pos2::ZERO, zoom: 1.0 }
    }
}

impl Camera {
    pub fn to_screen(&self, view: Rect, x: f32, y: f32) -> Pos2 {
        view.center() + (pos2(x, y) - self.center) * self.zoom
    }

    pub fn to_world(&self, view: Rect, at: Pos2) -> Pos2 {
        self.center + (at - view.center()) / self.zoom
    }

    pub fn rect(&self, view: Rect, rect: &layout::Rect) -> Rect {
        Rect::from_min_max(
            self.to_screen(view, rect.min.x, rect.min.y),
            self.to_screen(view, rect.max.x, rect.max.y),
        )
    }

    /// The part of the drawing in view.
    pub fn visible(&self, view: Rect) -> layout::Rect {
        let (min, max) = (self.to_world(view, view.min), self.to_world(view, view.max));
        layout::Rect {
            min: layout::Point::new(min.x, min.y),
            max: layout::Point::new(max.x, max.y),
        }
    }

    pub fn pan(&mut self, by: Vec2) {
        self.center -= by / self.zoom;
    }

    /// Nearer or farther, with the point under `at` staying where it is.
    pub fn zoom_at(&mut self, view: Rect, at: Pos2, factor: f32) {
        let fixed = self.to_world(view, at);
        self.zoom = (self.zoom * factor).clamp(ZOOM_LEAST, ZOOM_MOST);
        self.center = fixed - (at - view.center()) / self.zoom;
    }

    /// The look that shows all of a rectangle.
    pub fn fitting(view: Rect, rect: &layout::Rect) -> Self {
        let room = (view.size() - Vec2::splat(2.0 * FIT_MARGIN)).max(vec2(40.0, 40.0));
        let (width, height) = (rect.width().max(1.0), rect.height().max(1.0));
        let zoom = (room.x / width).min(room.y / height).clamp(ZOOM_LEAST, FIT_MOST);
        let center = rect.center();
        Self { center: pos2(center.x, center.y), zoom }
    }

    /// Keeps a bit of the drawing in view, so that nobody gets lost.
    pub fn keep_near(&mut self, view: Rect, bounds: &layout::Rect) {
        let reach = (view.size() / 2.0 - Vec2::splat(60.0)).max(Vec2::ZERO) / self.zoom;
        self.center.x = self.center.x.clamp(bounds.min.x - reach.x, bounds.max.x + reach.x);
        self.center.y = self.center.y.clamp(bounds.min.y - reach.y, bounds.max.y + reach.y);
    }
}

/// A jump from one look to another.
#[derive(Clone, Copy, Debug)]
pub struct Flight {
    from: Camera,
    to: Camera,
    started: f64,
}

impl Flight {
    pub fn new(from: Camera, to: Camera, now: f64) -> Self {
        Self { from, to, started: now }
    }

    /// The look at a time, and whether the jump has come to its end.
    pub fn at(&self, now: f64) -> (Camera, bool) {
        let t = ((now - self.started) / JUMP).clamp(0.0, 1.0) as f32;
        if t >= 1.0 {
            return (self.to, true);
        }
        // Slow at both ends; zoom in equal ratios.
        let t = t * t * (3.0 - 2.0 * t);
        let zoom = self.from.zoom * (self.to.zoom / self.from.zoom).powf(t);
        (Camera { center: self.from.center.lerp(self.to.center, t), zoom }, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIEW: Rect = Rect { min: pos2(100.0, 50.0), max: pos2(900.0, 650.0) };

    #[test]
    fn zooming_keeps_the_point_under_the_pointer() {
        let mut camera = Camera { center: pos2(30.0, 40.0), zoom: 0.7 };
        let at = pos2(220.0, 610.0);
        let before = camera.to_world(VIEW, at);
        camera.zoom_at(VIEW, at, 1.7);
        assert!((camera.to_world(VIEW, at) - before).length() < 0.01);
    }

    #[test]
    fn fitting_shows_everything() {
        let world = layout::Rect::new(-500.0, 0.0, 4000.0, 900.0);
        let seen = Camera::fitting(VIEW, &world).visible(VIEW);
        assert!(seen.contains(world.min) && seen.contains(world.max));
    }

    #[test]
    fn a_jump_ends_where_it_should() {
        let to = Camera { center: pos2(9.0, 9.0), zoom: 2.0 };
        let flight = Flight::new(Camera::default(), to, 10.0);
        assert!(!flight.at(10.01).1);
        assert_eq!(flight.at(11.0), (to, true));
    }
}
