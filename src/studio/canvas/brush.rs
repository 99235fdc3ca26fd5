//! Lines, boxes, arrowheads and marks as triangles of one mesh, with the sprites of the atlas.
//!
//! egui can draw all of this shape by shape; for ten thousand boxes that costs 50 times as much,
//! for the cost is in the vertices. Here a straight line, a plain box or a mark is four.

use egui::epaint::Vertex;
use egui::{Color32, Mesh, Pos2, Rect, TextureId, Vec2, pos2, vec2};

use super::atlas::{self, Shape, Sprite};

/// Draws into a mesh.
pub struct Brush<'a> {
    pub mesh: &'a mut Mesh,
    /// What can be seen. Dashes elsewhere are left out: an arrow may run on for many screens.
    pub seen: Rect,
}

impl<'a> Brush<'a> {
    pub fn new(mesh: &'a mut Mesh) -> Self {
        Self { mesh, seen: Rect::EVERYTHING }
    }

    /// For a mesh of which only what lies in `seen` is shown.
    pub fn within(mesh: &'a mut Mesh, seen: Rect) -> Self {
        Self { mesh, seen }
    }

    /// An empty mesh for the sprites of this texture.
    pub fn sheet(texture: TextureId) -> Mesh {
        Mesh::with_texture(texture)
    }

    /// Four corners, in turn around the area, and the places of the texture they show.
    fn four(&mut self, corners: [Pos2; 4], uv: [Pos2; 4], color: Color32) {
        let first = self.mesh.vertices.len() as u32;
        let vertex = |i: usize| Vertex { pos: corners[i], uv: uv[i], color };
        self.mesh.vertices.extend_from_slice(&[vertex(0), vertex(1), vertex(2), vertex(3)]);
        let indices = [first, first + 1, first + 2, first, first + 2, first + 3];
        self.mesh.indices.extend_from_slice(&indices);
    }

    /// Adds a plain rectangle.
    pub fn quad(&mut self, rect: Rect, color: Color32) {
        let uv = pos2(atlas::PLAIN.left, atlas::PLAIN.top);
        let corners = [rect.min, rect.right_top(), rect.max, rect.left_bottom()];
        self.four(corners, [uv; 4], color);
    }

    /// Adds a sprite stretched over a rectangle.
    pub fn stamp(&mut self, rect: Rect, sprite: Sprite, color: Color32) {
        let corners = [rect.min, rect.right_top(), rect.max, rect.left_bottom()];
        self.four(corners, uvs(sprite), color);
    }

    /// Adds a mark of this radius.
    pub fn mark(&mut self, center: Pos2, radius: f32, shape: Shape, color: Color32) {
        let rect = Rect::from_center_size(center, Vec2::splat(2.0 * radius));
        self.stamp(rect, shape.sprite(), color);
    }

    /// Adds a filled circle.
    pub fn dot(&mut self, center: Pos2, radius: f32, color: Color32) {
        let which = which_disc(radius);
        // The sprite has a clear texel around the disc.
        let side = 2.0 * radius * (1.0 + 1.0 / atlas::DISCS[which] as f32);
        self.stamp(Rect::from_center_size(center, Vec2::splat(side)), atlas::disc(which), color);
    }

    /// Adds a rectangle with round corners: a disc of nine patches.
    pub fn round(&mut self, rect: Rect, radius: f32, color: Color32) {
        let radius = radius.min(rect.width() / 2.0).min(rect.height() / 2.0);
        if radius < 0.75 {
            self.quad(rect, color);
            return;
        }
        let which = which_disc(radius);
        let sprite = atlas::disc(which);
        let rim = radius / atlas::DISCS[which] as f32;
        let outer = rect.expand(rim);
        let corner = radius + rim;
        let middle = ((sprite.left + sprite.right) / 2.0, (sprite.top + sprite.bottom) / 2.0);
        let xs = [outer.left(), outer.left() + corner, outer.right() - corner, outer.right()];
        let ys = [outer.top(), outer.top() + corner, outer.bottom() - corner, outer.bottom()];
        let us = [sprite.left, middle.0, middle.0, sprite.right];
        let vs = [sprite.top, middle.1, middle.1, sprite.bottom];
        let first = self.mesh.vertices.len() as u32;
        for (y, v) in ys.into_iter().zip(vs) {
            for (x, u) in xs.into_iter().zip(us) {
                self.mesh.vertices.push(Vertex { pos: pos2(x, y), uv: pos2(u, v), color });
            }
        }
        for row in 0..3 {
            for column in 0..3 {
                let a = first + 4 * row + column;
                self.mesh.indices.extend_from_slice(&[a, a + 1, a + 5, a, a + 5, a + 4]);
            }
        }
    }

    /// Adds a line through `points`.
    pub fn line(&mut self, points: &[Pos2], width: f32, color: Color32) {
        let (whole, half, color) = across(width, color);
        let profile = atlas::profile(whole);
        if let &[a, b] = points {
            self.straight(a, b, profile, half, color);
            return;
        }
        if points.len() < 2 {
            return;
        }
        let first = self.mesh.vertices.len() as u32;
        for (i, &p) in points.iter().enumerate() {
            let before = i.checked_sub(1).map(|i| points[i]);
            let across = joint(before, p, points.get(i + 1).copied()) * half;
            let (left, right) = (pos2(profile.left, profile.top), pos2(profile.right, profile.top));
            self.mesh.vertices.push(Vertex { pos: p - across, uv: left, color });
            self.mesh.vertices.push(Vertex { pos: p + across, uv: right, color });
            if i > 0 {
                let a = first + 2 * i as u32 - 2;
                self.mesh.indices.extend_from_slice(&[a, a + 1, a + 3, a, a + 3, a + 2]);
            }
        }
    }

    /// The commonest case by far in a large drawing.
    fn straight(&mut self, a: Pos2, b: Pos2, profile: Sprite, half: f32, color: Color32) {
        let across = (b - a).normalized().rot90() * half;
        let (left, right) = (pos2(profile.left, profile.top), pos2(profile.right, profile.top));
        self.four(
            [a - across, a + across, b + across, b - across],
            [left, right, right, left],
            color,
        );
    }

    /// Adds an arrowhead with its tip at `tip`, pointing along `direction` (of length 1).
    pub fn head(&mut self, tip: Pos2, direction: Vec2, size: f32, color: Color32) {
        // The sprite's tip lies a little inside its right side.
        let along = direction * (size * 1.09);
        let across = direction.rot90() * (size * 0.5);
        let end = tip + direction * (size * 0.045);
        let corners = [end - along - across, end - across, end + across, end - along + across];
        self.four(corners, uvs(atlas::HEAD), color);
    }
}

fn uvs(sprite: Sprite) -> [Pos2; 4] {
    [
        pos2(sprite.left, sprite.top),
        pos2(sprite.right, sprite.top),
        pos2(sprite.right, sprite.bottom),
        pos2(sprite.left, sprite.bottom),
    ]
}

/// The smallest disc that need not be enlarged.
fn which_disc(radius: f32) -> usize {
    let fits = atlas::DISCS.iter().position(|&r| radius <= r as f32);
    fits.unwrap_or(atlas::DISCS.len() - 1)
}

/// At a point of a line, half of what a line of the width 2 spans there, to its right.
pub fn joint(before: Option<Pos2>, at: Pos2, after: Option<Pos2>) -> Vec2 {
    let before = before.map_or(Vec2::ZERO, |before| (at - before).normalized());
    let after = after.map_or(Vec2::ZERO, |after| (after - at).normalized());
    let mut along = (before + after).normalized();
    if along == Vec2::ZERO {
        along = if after == Vec2::ZERO { before } else { after };
    }
    let across = along.rot90();
    // Keep the width around a bend, but no spike at a sharp one.
    let turn = across.dot(if after == Vec2::ZERO { before } else { after }.rot90());
    across / turn.abs().clamp(0.5, 1.0)
}

/// Which profile a line has, half of what it spans, and its colour: a line thinner than a point is
/// a fainter line.
pub fn across(width: f32, color: Color32) -> (usize, f32, Color32) {
    let color = if width < 1.0 { color.gamma_multiply(width.max(0.25)) } else { color };
    let whole = (width.round() as usize).clamp(1, atlas::WIDEST);
    let half = (width.max(1.0) + width.max(1.0) / whole as f32) / 2.0;
    (whole, half, color)
}

/// A curve between two points that leaves each in its direction: -1 to the left, 1 to the right.
pub fn swing((a, out): (Pos2, f32), (b, into): (Pos2, f32)) -> Vec<Pos2> {
    let reach = ((b.x - a.x).abs() * 0.5).max((b.y - a.y).abs() * 0.25).clamp(28.0, 160.0);
    let (c, d) = (a + vec2(reach * out, 0.0), b + vec2(reach * into, 0.0));
    (0..=28)
        .map(|i| {
            let (t, s) = (i as f32 / 28.0, 1.0 - i as f32 / 28.0);
            let sum = a.to_vec2() * (s * s * s)
                + c.to_vec2() * (3.0 * s * s * t)
                + d.to_vec2() * (3.0 * s * t * t)
                + b.to_vec2() * (t * t * t);
            sum.to_pos2()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_a_box_and_a_mark_cost_four_vertices() {
        let mut mesh = Mesh::default();
        let mut brush = Brush::new(&mut mesh);
        brush.line(&[pos2(0.0, 0.0), pos2(10.0, 3.0)], 1.0, Color32::RED);
        brush.quad(Rect::from_min_size(Pos2::ZERO, vec2(9.0, 9.0)), Color32::RED);
        brush.mark(pos2(3.0, 3.0), 4.0, Shape::Ring, Color32::RED);
        brush.head(pos2(3.0, 3.0), vec2(1.0, 0.0), 9.0, Color32::RED);
        brush.dot(pos2(3.0, 3.0), 2.0, Color32::RED);
        assert_eq!(mesh.vertices.len(), 5 * 4);
        assert!(mesh.is_valid());
    }

    #[test]
    fn a_line_is_as_wide_as_asked_with_a_soft_edge() {
        for width in [1.0, 1.6, 2.0, 3.3, 5.0] {
            let mut mesh = Mesh::default();
            let ends = [pos2(0.0, 0.0), pos2(10.0, 0.0)];
            Brush::new(&mut mesh).line(&ends, width, Color32::RED);
            let span = mesh.calc_bounds().height();
            assert!(span > width && span <= 2.2 * width, "{width} spans {span}");
        }
    }
}
