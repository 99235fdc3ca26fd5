//! Lines, arrowheads and dots as triangles of one mesh.
//!
//! egui can draw all of this shape by shape; for ten thousand boxes that costs 50 times as much,
//! for the cost is in the vertices. A line here has three vertices a point: colour in the middle,
//! nothing at both edges, which is as smooth as it needs to be up to two points of width.

use egui::{Color32, Mesh, Pos2, Vec2, pos2, vec2};

/// Adds a line through `points`.
pub fn line(mesh: &mut Mesh, points: &[Pos2], width: f32, color: Color32) {
    if points.len() < 2 {
        return;
    }
    // A line thinner than a point is a fainter line.
    let color = if width < 1.0 { color.gamma_multiply(width.max(0.25)) } else { color };
    let solid = (width - 1.5).max(0.0) / 2.0;
    let soft = solid + width.clamp(1.0, 1.5);
    let ends = [-soft, -solid, solid, soft];
    let profile: &[f32] = if solid > 0.0 { &ends } else { &[-soft, 0.0, soft] };
    let per_point = profile.len() as u32;
    if let ([a, b], 3) = (points, profile.len()) {
        straight(mesh, *a, *b, soft, color);
        return;
    }
    let first = mesh.vertices.len() as u32;
    for (i, &p) in points.iter().enumerate() {
        let before = if i > 0 { (p - points[i - 1]).normalized() } else { Vec2::ZERO };
        let after =
            if i + 1 < points.len() { (points[i + 1] - p).normalized() } else { Vec2::ZERO };
        let mut along = (before + after).normalized();
        if along == Vec2::ZERO {
            along = if after == Vec2::ZERO { before } else { after };
        }
        let mut across = along.rot90();
        // Keep the width around a bend, but no spike at a sharp one.
        let turn = across.dot(if after == Vec2::ZERO { before } else { after }.rot90());
        across /= turn.abs().clamp(0.5, 1.0);
        for (k, offset) in profile.iter().enumerate() {
            let edge = k == 0 || k + 1 == profile.len();
            mesh.colored_vertex(
                p + across * *offset,
                if edge { Color32::TRANSPARENT } else { color },
            );
        }
        if i > 0 {
            let (a, b) = (first + (i as u32 - 1) * per_point, first + i as u32 * per_point);
            for k in 0..per_point - 1 {
                mesh.add_triangle(a + k, a + k + 1, b + k);
                mesh.add_triangle(a + k + 1, b + k, b + k + 1);
            }
        }
    }
}

/// The commonest case by far in a large drawing.
fn straight(mesh: &mut Mesh, a: Pos2, b: Pos2, soft: f32, color: Color32) {
    let across = (b - a).normalized().rot90() * soft;
    let first = mesh.vertices.len() as u32;
    for p in [a, b] {
        mesh.colored_vertex(p - across, Color32::TRANSPARENT);
        mesh.colored_vertex(p, color);
        mesh.colored_vertex(p + across, Color32::TRANSPARENT);
    }
    let corners = [0, 1, 3, 1, 3, 4, 1, 2, 4, 2, 4, 5];
    mesh.indices.extend(corners.map(|i| first + i));
}

/// Adds a dashed line; `on` and `off` are lengths in points.
pub fn dashed(mesh: &mut Mesh, points: &[Pos2], width: f32, color: Color32, on: f32, off: f32) {
    let (on, off) = (on.max(1.0), off.max(1.0));
    let mut piece: Vec<Pos2> = Vec::new();
    let (mut drawing, mut left) = (true, on);
    for pair in points.windows(2) {
        let (mut a, b) = (pair[0], pair[1]);
        loop {
            let rest = (b - a).length();
            // What rounding leaves of a line that ends with its gap is no dash.
            if rest < 1e-3 {
                break;
            }
            if drawing && piece.is_empty() {
                piece.push(a);
            }
            if rest < left {
                left -= rest;
                if drawing {
                    piece.push(b);
                }
                break;
            }
            a += (b - a) * (left / rest.max(1e-6));
            if drawing {
                piece.push(a);
                line(mesh, &piece, width, color);
                piece.clear();
            }
            drawing = !drawing;
            left = if drawing { on } else { off };
        }
    }
    // A dash that would begin just where the line ends has nothing to show.
    let length: f32 = piece.windows(2).map(|pair| (pair[1] - pair[0]).length()).sum();
    if length > 0.01 {
        line(mesh, &piece, width, color);
    }
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

/// Adds an arrowhead with its tip at `tip`, pointing along `direction` (of length 1).
pub fn head(mesh: &mut Mesh, tip: Pos2, direction: Vec2, size: f32, color: Color32) {
    let across = direction.rot90() * (size * 0.46);
    let back = tip - direction * size;
    polygon(mesh, &[tip, back + across, back - across], color);
}

/// Adds a filled circle.
pub fn dot(mesh: &mut Mesh, center: Pos2, radius: f32, color: Color32) {
    let sides = if radius < 4.0 { 10 } else { 16 };
    let corners: Vec<Pos2> = (0..sides)
        .map(|i| {
            let angle = std::f32::consts::TAU * i as f32 / sides as f32;
            center + radius * vec2(angle.cos(), angle.sin())
        })
        .collect();
    polygon(mesh, &corners, color);
}

/// Adds a filled convex polygon with soft edges.
fn polygon(mesh: &mut Mesh, corners: &[Pos2], color: Color32) {
    let count = corners.len() as u32;
    let sum = corners.iter().fold(Vec2::ZERO, |sum, c| sum + c.to_vec2());
    let middle = (sum / count as f32).to_pos2();
    let first = mesh.vertices.len() as u32;
    for &corner in corners {
        let out = (corner - middle).normalized() * 0.5;
        mesh.colored_vertex(corner - out, color);
        mesh.colored_vertex(corner + out, Color32::TRANSPARENT);
    }
    for i in 0..count {
        let next = (i + 1) % count;
        let (a, b) = (first + 2 * i, first + 2 * next);
        if i > 0 && next > 0 {
            mesh.add_triangle(first, a, b);
        }
        mesh.add_triangle(a, a + 1, b);
        mesh.add_triangle(a + 1, b, b + 1);
    }
}

/// Adds a plain rectangle on whole pixels.
pub fn quad(mesh: &mut Mesh, rect: egui::Rect, color: Color32) {
    mesh.add_colored_rect(rect, color);
}

/// Adds a rectangle with cut corners, as good as round where boxes are small.
pub fn cut_box(mesh: &mut Mesh, rect: egui::Rect, corner: f32, fill: Color32, border: Color32) {
    for (r, color) in [(rect, border), (rect.shrink(1.0), fill)] {
        let c = corner.min(r.height() / 2.0).min(r.width() / 2.0);
        let corners = [
            pos2(r.left() + c, r.top()),
            pos2(r.right() - c, r.top()),
            pos2(r.right(), r.top() + c),
            pos2(r.right(), r.bottom() - c),
            pos2(r.right() - c, r.bottom()),
            pos2(r.left() + c, r.bottom()),
            pos2(r.left(), r.bottom() - c),
            pos2(r.left(), r.top() + c),
        ];
        let first = mesh.vertices.len() as u32;
        for p in corners {
            mesh.colored_vertex(p, color);
        }
        for i in 1..7 {
            mesh.add_triangle(first, first + i, first + i + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_costs_six_vertices() {
        let mut mesh = Mesh::default();
        line(&mut mesh, &[pos2(0.0, 0.0), pos2(10.0, 3.0)], 1.0, Color32::RED);
        assert_eq!(mesh.vertices.len(), 6);
        assert!(mesh.is_valid());
    }

    #[test]
    fn dashes_cover_their_share() {
        let mut mesh = Mesh::default();
        dashed(&mut mesh, &[pos2(0.0, 0.0), pos2(100.0, 0.0)], 1.0, Color32::RED, 6.0, 4.0);
        assert_eq!(mesh.vertices.len(), 10 * 6, "ten dashes on a hundred points");
    }
}
