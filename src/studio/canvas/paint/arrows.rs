//! Arrows.

use egui::epaint::TextShape;
use egui::{Color32, Pos2, Rect, Vec2, vec2};

use super::super::Frame;
use super::super::brush::{Brush, swing};
use super::super::emphasis::{Emphasis, Weight};
use super::super::frame::ARROWS_FROM;
use super::super::index::Index;
use super::ARROW_ZOOM;
use super::boxes::Sheet;
use super::differences;
use super::texts::Face;
use crate::diagram::layout::{self, Method, Point};
use crate::diagram::scene::{Difference, EdgeKind, End};
use crate::diagram::shape::{arrival, bezier};

/// Up to so many arrows each is drawn as it is.
const MANY: usize = 2500;

/// Where the texts of steps are kept, beyond those of boxes.
const STEPS: u32 = u32::MAX / 2;

/// Draws arrows into a mesh.
pub struct Pen<'a> {
    frame: &'a Frame<'a>,
    index: &'a Index,
    /// Whether so many arrows are in view that they are to be faint.
    many: bool,
    /// Colour and width by kind and weight, where there are many and where there are few.
    inks: [[[(Color32, f32); 5]; 2]; 2],
    points: Vec<Pos2>,
}

impl<'a> Pen<'a> {
    /// `count` is how many arrows are in view.
    pub fn new(frame: &'a Frame<'a>, index: &'a Index, count: usize) -> Self {
        let many = count > MANY && frame.camera.zoom < ARROWS_FROM;
        // The more there are, the fainter each is, so that what lies under them can be seen.
        let veil = (MANY as f32 / count.max(1) as f32).sqrt().clamp(0.2, 1.0);
        let palette = &frame.palette;
        let fine = frame.camera.zoom.clamp(0.55, 1.4);
        let ink = |federation: bool, weight: Weight, many: bool| {
            let base = if federation { palette.federation } else { palette.exchange };
            match weight {
                // Mixed, not see-through: where many meet, faint ones must not add up.
                Weight::Dim if many => (base.gamma_multiply(0.08 * veil), 1.3 * fine),
                Weight::Dim => (base.lerp_to_gamma(palette.ground, 0.78), 1.3 * fine),
                Weight::Usual if many => (base.gamma_multiply(0.4 * veil), 1.5 * fine),
                Weight::Usual => (base.lerp_to_gamma(palette.ground, 0.12), 1.5 * fine),
                Weight::Strong => (base, 2.3 * fine),
                Weight::Path => (palette.path, 3.4 * fine),
                Weight::Selected => (palette.selection, 3.0 * fine),
            }
        };
        let inks = [false, true].map(|many| {
            [false, true].map(|federation| Weight::ALL.map(|weight| ink(federation, weight, many)))
        });
        Self { frame, index, many, inks, points: Vec::new() }
    }

    /// Draws what follows as if there were few.
    pub fn lift(&mut self) {
        self.many = false;
    }

    pub fn edge(&mut self, brush: &mut Brush, e: usize, weight: Weight) {
        let (frame, index) = (self.frame, self.index);
        let zoom = frame.camera.zoom;
        let federation = index.federation[e];
        // Only a comparison looks into the records of arrows.
        let difference = index.scene.compared.then(|| index.scene.edges[e].difference);
        let (color, width) = match difference {
            Some(it) => differences::ink(&frame.palette, it, weight, zoom.clamp(0.55, 1.4)),
            None => self.inks[usize::from(self.many)][usize::from(federation)][weight as usize],
        };
        let arrow = zoom >= ARROW_ZOOM || weight >= Weight::Strong;
        let line = index.line(e);
        if let (&[a, b], false) = (line, arrow) {
            // The commonest case by far in a large drawing.
            let ends = [a, b].map(|p| frame.camera.to_screen(frame.view, p.x, p.y));
            if !self.many || (ends[1] - ends[0]).length_sq() >= 9.0 {
                brush.line(&ends, width, color);
            }
            return;
        }
        self.points.clear();
        for (i, p) in line.iter().enumerate() {
            let at = frame.camera.to_screen(frame.view, p.x, p.y);
            let last = i + 1 == line.len();
            // Points that fall together on screen cost without showing.
            if last || self.points.last().is_none_or(|b| (*b - at).length_sq() > 6.0) {
                self.points.push(at);
            }
        }
        let (Some(&start), Some(&tip)) = (self.points.first(), self.points.last()) else { return };
        let edge = &index.scene.edges[e];
        let smooth = index.scene.method == Method::Layered;
        let fine = zoom.clamp(0.55, 1.4);
        let head = (9.0 * fine).max(6.0);
        // Of an arrow that passes through the view the ends are not seen: most are, near a hub.
        let seen = frame.view.expand(3.0 * head);
        let (starts, ends) = (seen.contains(start), seen.contains(tip));
        let direction = if starts || ends {
            let d: Point = arrival(&edge.route, smooth);
            vec2(d.x, d.y)
        } else {
            Vec2::ZERO
        };
        if arrow && let Some(end) = self.points.last_mut() {
            *end = tip - direction * (head * 0.7);
        }
        let differs = difference.is_some_and(|it| it != Difference::Same);
        match differences::dashes(difference.unwrap_or_default(), federation) {
            // What differs is told apart from afar too.
            Some((on, off)) if zoom >= ARROW_ZOOM || differs => {
                brush.dashed(&self.points, width, color, on * fine, off * fine);
            }
            _ => brush.line(&self.points, width, color),
        }
        if !arrow {
            return;
        }
        if ends {
            brush.head(tip, direction, head, color);
        }
        if let EdgeKind::Exchange { asks } = edge.kind {
            let radius = 3.4 * fine;
            let at = match asks {
                End::From => starts.then(|| {
                    let out = self.points.get(1).map_or(direction, |next| {
                        let along = *next - start;
                        if smooth { vec2(along.x.signum(), 0.0) } else { along.normalized() }
                    });
                    start + out * radius
                }),
                End::To => ends.then(|| tip - direction * (head + radius)),
            };
            if let Some(at) = at {
                brush.dot(at, radius, color);
            }
        }
    }
}

/// The way of an external token: from its row to the broker that brings it, and on to the
/// principal it then stands for.
pub fn ways(brush: &mut Brush, frame: &Frame, index: &Index, emphasis: &Emphasis) {
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
            let points = swing((at(a.0), a.1), (at(b.0), b.1));
            brush.dashed(&points, width, color, 2.0, 4.5);
            brush.head(at(b.0), vec2(-b.1, 0.0), 10.0, color);
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

/// The numbers of the steps of a path, on its arrows: colour alone would not tell the order.
pub fn steps(sheet: &mut Sheet) {
    let Sheet { frame, index, emphasis, .. } = *sheet;
    for &(e, step) in &emphasis.steps {
        let Some(middle) = middle(index, e) else { continue };
        let at = frame.camera.to_screen(frame.view, middle.x, middle.y);
        if !frame.view.expand(20.0).contains(at) {
            continue;
        }
        sheet.brush.dot(at, 9.5, frame.palette.ground);
        sheet.brush.dot(at, 8.5, frame.palette.path);
        let text = step.to_string();
        let face = Face { size: 11.5, width: 40.0, semibold: frame.semibold };
        let galley = sheet.texts.galley(sheet.painter, (STEPS + step, 0), &text, face);
        let rect = Rect::from_center_size(at, galley.size());
        let shape = TextShape::new(rect.min, galley, frame.palette.on_path);
        sheet.words.push(shape.into());
    }
}

/// A place in the middle of an arrow.
pub fn middle(index: &Index, e: usize) -> Option<Point> {
    let line = index.line(e);
    match line {
        [] => None,
        [a, b] => Some(bezier(&[*a, *a, *b, *b], 0.5)),
        _ => Some(line[line.len() / 2]),
    }
}
