//! Dashed lines.
//!
//! An arrow of a large drawing may run on for many screens: only what is seen of it is drawn, with
//! the dashes where they would be had all of it been. A view holds hundreds of dashed arrows, and
//! each has a hundred dashes, so the dashes of arrows are in the atlas, many in a row, and four
//! vertices draw all of them. Other dashes, as of borders, are drawn one by one.

use egui::epaint::Vertex;
use egui::{Color32, Mesh, Pos2, Rect, pos2};

use super::atlas::{self, Strip};
use super::brush::{Brush, across, joint};

impl Brush<'_> {
    /// Adds a dashed line; `on` and `off` are lengths in points.
    pub fn dashed(&mut self, points: &[Pos2], width: f32, color: Color32, on: f32, off: f32) {
        let (on, off) = (on.max(1.0), off.max(1.0));
        if let Some(strip) = atlas::strip(on, off) {
            self.strip(points, width, color, strip, on + off);
            return;
        }
        let seen = self.seen.expand(width + on);
        let mut piece: Vec<Pos2> = Vec::new();
        // Where in a dash and the gap after it the line has come to.
        let mut phase = 0.0f32;
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let length = (b - a).length();
            // What rounding leaves of a line that ends with its gap is no dash.
            if length < 1e-3 {
                continue;
            }
            let at = |along: f32| a + (b - a) * (along / length);
            let Some((first, last)) = part_within(a, b, &seen) else {
                self.dash(&mut piece, width, color);
                phase = (phase + length) % (on + off);
                continue;
            };
            let (mut along, last) = (0.0, last * length);
            let skipped = first * length;
            if skipped > on + off {
                self.dash(&mut piece, width, color);
                // Dashes begin where they would have, had all of them been drawn.
                along = ((skipped + phase) / (on + off)).floor() * (on + off) - phase;
                phase = 0.0;
            }
            while along < last && length - along >= 1e-3 {
                let left = if phase < on { on - phase } else { on + off - phase };
                let next = along + left;
                if phase < on {
                    if piece.is_empty() {
                        piece.push(at(along));
                    }
                    piece.push(at(next.min(length)));
                }
                if next > length {
                    break;
                }
                if phase < on {
                    self.dash(&mut piece, width, color);
                    phase = on;
                } else {
                    phase = 0.0;
                }
                along = next;
            }
            phase = (phase + length - along) % (on + off);
        }
        self.dash(&mut piece, width, color);
    }

    /// Adds what was gathered of a dash. One that would begin just where the line ends has nothing
    /// to show.
    fn dash(&mut self, piece: &mut Vec<Pos2>, width: f32, color: Color32) {
        let length: f32 = piece.windows(2).map(|pair| (pair[1] - pair[0]).length()).sum();
        if length > 0.01 {
            self.line(piece, width, color);
        }
        piece.clear();
    }

    /// Adds a dashed line of sprites; a dash and its gap are `period` points long.
    fn strip(&mut self, points: &[Pos2], width: f32, color: Color32, strip: Strip, period: f32) {
        let (whole, half, color) = across(width, color);
        let sprite = strip.sprite(whole);
        let span = strip.periods() * period;
        let seen = self.seen.expand(2.0 * half);
        // What is seen of the line in one piece, with how far each point is from its beginning.
        let mut run: Vec<(Pos2, f32)> = Vec::new();
        let mut before = 0.0f32;
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let length = (b - a).length();
            let Some((first, last)) = part_within(a, b, &seen).filter(|_| length > 0.01) else {
                self.stretch(&mut run, half, color, sprite, span);
                before += length;
                continue;
            };
            if first > 0.0 {
                self.stretch(&mut run, half, color, sprite, span);
            }
            if run.is_empty() {
                run.push((a.lerp(b, first), before + length * first));
            }
            // A sprite ends with its last gap, and the next begins.
            let mut next = ((before + length * first) / span).floor() + 1.0;
            while next * span < before + length * last {
                let along = (next * span - before) / length;
                run.push((a.lerp(b, along), next * span));
                next += 1.0;
            }
            run.push((a.lerp(b, last), before + length * last));
            if last < 1.0 {
                self.stretch(&mut run, half, color, sprite, span);
            }
            before += length;
        }
        self.stretch(&mut run, half, color, sprite, span);
    }

    fn stretch(
        &mut self,
        run: &mut Vec<(Pos2, f32)>,
        half: f32,
        color: Color32,
        sprite: atlas::Sprite,
        span: f32,
    ) {
        let mesh = &mut *self.mesh;
        let vertex = |mesh: &mut Mesh, at: Pos2, side: egui::Vec2, along: f32| {
            let u = sprite.left + (sprite.right - sprite.left) * along.clamp(0.0, 1.0);
            let (left, right) = (pos2(u, sprite.top), pos2(u, sprite.bottom));
            mesh.vertices.push(Vertex { pos: at - side, uv: left, color });
            mesh.vertices.push(Vertex { pos: at + side, uv: right, color });
        };
        let sides = |i: usize| {
            let before = i.checked_sub(1).map(|i| run[i].0);
            joint(before, run[i].0, run.get(i + 1).map(|next| next.0)) * half
        };
        let mut last = None;
        for i in 1..run.len() {
            let ((a, from), (b, to)) = (run[i - 1], run[i]);
            let sprites = ((from + to) / 2.0 / span).floor();
            if last != Some(sprites) {
                vertex(mesh, a, sides(i - 1), from / span - sprites);
                last = Some(sprites);
            }
            vertex(mesh, b, sides(i), to / span - sprites);
            let first = mesh.vertices.len() as u32 - 4;
            let four = [first, first + 1, first + 3, first, first + 3, first + 2];
            mesh.indices.extend_from_slice(&four);
        }
        run.clear();
    }
}

/// From where to where, from 0 to 1, a line lies in a rectangle.
fn part_within(a: Pos2, b: Pos2, rect: &Rect) -> Option<(f32, f32)> {
    let (mut first, mut last) = (0.0f32, 1.0f32);
    for (from, to, range) in [(a.x, b.x, rect.x_range()), (a.y, b.y, rect.y_range())] {
        let way = to - from;
        if way.abs() < 1e-6 {
            if !range.contains(from) {
                return None;
            }
            continue;
        }
        let (one, other) = ((range.min - from) / way, (range.max - from) / way);
        first = first.max(one.min(other));
        last = last.min(one.max(other));
    }
    (first < last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::vec2;

    #[test]
    fn dashes_cover_their_share() {
        let mut mesh = Mesh::default();
        let ends = [pos2(0.0, 0.0), pos2(100.0, 0.0)];
        Brush::new(&mut mesh).dashed(&ends, 1.0, Color32::RED, 6.0, 4.0);
        assert_eq!(mesh.vertices.len(), 10 * 4, "ten dashes on a hundred points");
    }

    #[test]
    fn dashes_in_view_are_where_they_are_without_a_view() {
        // Through the view, around it, and with a bend in it.
        let lines = [
            vec![pos2(-5000.0, 31.0), pos2(9000.0, 77.0)],
            vec![pos2(50.0, -12_345.0), pos2(50.0, 40.0), pos2(777.0, 40.0), pos2(20.0, 90.0)],
            vec![pos2(-50.0, 900.0), pos2(900.0, 900.0), pos2(90.0, 10.0)],
            vec![pos2(10.0, 10.0), pos2(60.0, 60.0)],
        ];
        let view = Rect::from_min_size(Pos2::ZERO, vec2(100.0, 100.0));
        let spots = |mesh: &Mesh| -> Vec<Pos2> {
            mesh.vertices.iter().map(|it| it.pos).filter(|at| view.contains(*at)).collect()
        };
        for line in lines {
            let (mut all, mut some) = (Mesh::default(), Mesh::default());
            Brush::new(&mut all).dashed(&line, 1.5, Color32::RED, 6.0, 4.0);
            Brush::within(&mut some, view).dashed(&line, 1.5, Color32::RED, 6.0, 4.0);
            let (there, here) = (spots(&all), spots(&some));
            assert_eq!(there.len(), here.len(), "{line:?}");
            let found = |at: &&Pos2| here.iter().any(|it| (*it - **at).length() < 0.1);
            assert_eq!(there.iter().filter(found).count(), there.len(), "{line:?}");
            assert!(some.vertices.len() <= 4 * 60, "{} for {line:?}", some.vertices.len());
        }
    }

    /// From where to where the quads of a mesh of strips go along the line, and what they span of
    /// the texture.
    fn quads(mesh: &Mesh) -> Vec<(Pos2, Pos2, f32)> {
        let side = |first: u32| {
            let (a, b) = (mesh.vertices[first as usize], mesh.vertices[first as usize + 1]);
            (a.pos.lerp(b.pos, 0.5), a.uv.x)
        };
        let all = mesh.indices.chunks(6).map(|six| (side(six[0]), side(six[2] - 1)));
        all.map(|(a, b)| (a.0, b.0, b.1 - a.1)).collect()
    }

    #[test]
    fn a_strip_has_its_dashes_at_their_length_wherever_it_is_cut() {
        let view = Rect::from_min_size(Pos2::ZERO, vec2(1600.0, 1000.0));
        let line = [pos2(-8000.0, 100.0), pos2(700.0, 500.0), pos2(700.0, 90_000.0)];
        for (on, off) in atlas::DASHES {
            let strip = atlas::strip(0.9 * on, 0.9 * off).unwrap();
            let texels = 0.9 * (on + off) * strip.periods();
            let sprite = strip.sprite(2);
            let mut mesh = Mesh::default();
            Brush::within(&mut mesh, view).dashed(&line, 2.0, Color32::RED, 0.9 * on, 0.9 * off);
            assert!(mesh.is_valid());
            let quads = quads(&mesh);
            let shown: f32 = quads.iter().map(|(a, b, _)| (*b - *a).length()).sum();
            assert!((1200.0..1300.0).contains(&shown), "{shown} of the line are in view");
            assert!(mesh.vertices.len() < 60, "{} vertices", mesh.vertices.len());
            for (a, b, u) in quads {
                let length = u / (sprite.right - sprite.left) * texels;
                assert!(((b - a).length() - length).abs() < 0.2, "{a} to {b} shows {length}");
            }
        }
    }
}
