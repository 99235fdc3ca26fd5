//! Arrows.

use egui::{Mesh, Pos2, vec2};

use super::super::emphasis::{Emphasis, Weight};
use super::super::index::Index;
use super::super::{Frame, strokes};
use super::ARROW_ZOOM;
use crate::diagram::layout::{self, Method, Point};
use crate::diagram::scene::{EdgeKind, End};
use crate::diagram::shape::arrival;

/// Draws arrows into the mesh.
pub struct Pen<'a> {
    pub frame: &'a Frame,
    pub index: &'a Index,
    /// What is in view, in points of the drawing.
    pub area: layout::Rect,
    pub points: Vec<Pos2>,
}

impl Pen<'_> {
    pub fn edge(&mut self, mesh: &mut Mesh, e: usize, weight: Weight, many: bool) {
        let (frame, index) = (self.frame, self.index);
        let zoom = frame.camera.zoom;
        let edge = &index.scene.edges[e];
        let federation = edge.kind == EdgeKind::Federation;
        let base = if federation { frame.palette.federation } else { frame.palette.exchange };
        let fine = zoom.clamp(0.55, 1.4);
        let (color, width) = match weight {
            // Mixed, not see-through: where many meet, faint ones must not add up.
            Weight::Dim if many => (base.gamma_multiply(0.07), 1.3 * fine),
            Weight::Dim => (base.lerp_to_gamma(frame.palette.ground, 0.78), 1.3 * fine),
            Weight::Usual if many => (base.gamma_multiply(0.32), 1.5 * fine),
            Weight::Usual => (base.lerp_to_gamma(frame.palette.ground, 0.12), 1.5 * fine),
            Weight::Strong => (base, 2.3 * fine),
            Weight::Selected => (frame.palette.selection, 3.0 * fine),
        };
        let head = (9.0 * fine).max(6.0);
        let arrow = zoom >= ARROW_ZOOM || weight >= Weight::Strong;
        self.points.clear();
        let line = index.line(e);
        if outside(line, &self.area) {
            return;
        }
        for (i, p) in line.iter().enumerate() {
            let at = frame.camera.to_screen(frame.view, p.x, p.y);
            let last = i + 1 == line.len();
            // Points that fall together on screen cost without showing.
            if last || self.points.last().is_none_or(|b| (*b - at).length_sq() > 6.0) {
                self.points.push(at);
            }
        }
        let smooth = index.scene.method == Method::Layered;
        let d: Point = arrival(&edge.route, smooth);
        let direction = vec2(d.x, d.y);
        let Some(&tip) = self.points.last() else { return };
        if many && (tip - self.points[0]).length_sq() < 9.0 {
            return;
        }
        if arrow && let Some(end) = self.points.last_mut() {
            *end = tip - direction * (head * 0.7);
        }
        if federation && zoom >= ARROW_ZOOM {
            let (on, off) = (7.0 * fine, 4.5 * fine);
            strokes::dashed(mesh, &self.points, width, color, on, off);
        } else {
            strokes::line(mesh, &self.points, width, color);
        }
        if arrow {
            strokes::head(mesh, tip, direction, head, color);
        }
        if let EdgeKind::Exchange { asks } = edge.kind
            && arrow
        {
            let radius = 3.4 * fine;
            let at = match asks {
                End::From => {
                    let out = self.points.get(1).map_or(direction, |next| {
                        let along = *next - self.points[0];
                        if smooth { vec2(along.x.signum(), 0.0) } else { along.normalized() }
                    });
                    self.points[0] + out * radius
                }
                End::To => tip - direction * (head + radius),
            };
            strokes::dot(mesh, at, radius, color);
        }
    }
}

/// Whether a line lies wholly on one side of a rectangle.
fn outside(line: &[Point], area: &layout::Rect) -> bool {
    line.iter().all(|p| p.x < area.min.x)
        || line.iter().all(|p| p.x > area.max.x)
        || line.iter().all(|p| p.y < area.min.y)
        || line.iter().all(|p| p.y > area.max.y)
}

/// The way of an external token: from its row to the broker that brings it, and on to the
/// principal it then stands for.
pub fn ways(mesh: &mut Mesh, frame: &Frame, index: &Index, emphasis: &Emphasis) {
    let scene = &index.scene;
    let color = frame.palette.path;
    let width = 2.4 * frame.camera.zoom.clamp(0.7, 1.3);
    for way in &emphasis.ways {
        let issuer = &scene.nodes[way.issuer];
        let start = match way.row.and_then(|row| issuer.row_rect(row)) {
            Some(row) => Point::new(issuer.rect.max.x, row.center().y),
            None => Point::new(issuer.rect.max.x, issuer.rect.center().y),
        };
        let (broker, principal) = (&scene.nodes[way.broker].rect, &scene.nodes[way.principal].rect);
        // Carried in on the side it comes from and out on the other, clear of the arrows.
        let below = start.y > broker.center().y;
        let shift = broker.height() * if below { -0.26 } else { 0.26 };
        let (into, arrives) = side(broker, start, -shift);
        let (out, leaves) = side(broker, principal.center(), shift);
        let (end, ends) = side(principal, out, -principal.height() * 0.26);
        for (a, b) in [((start, 1.0), (into, arrives)), ((out, leaves), (end, ends))] {
            let at = |p: Point| frame.camera.to_screen(frame.view, p.x, p.y);
            let points = strokes::swing((at(a.0), a.1), (at(b.0), b.1));
            strokes::dashed(mesh, &points, width, color, 2.0, 4.5);
            strokes::head(mesh, at(b.0), vec2(-b.1, 0.0), 10.0, color);
        }
    }
}

/// The middle of the side of a box that a line from `from` should meet, moved down by `shift`, and
/// the direction out of the box there: -1 to the left, 1 to the right.
fn side(rect: &layout::Rect, from: Point, shift: f32) -> (Point, f32) {
    let y = rect.center().y + shift;
    if from.x < rect.min.x {
        (Point::new(rect.min.x, y), -1.0)
    } else {
        (Point::new(rect.max.x, y), 1.0)
    }
}
