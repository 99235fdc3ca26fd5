//! Boxes, near and far.

use egui::epaint::TextShape;
use egui::{Color32, Painter, Rect, Shape, pos2, vec2};

use super::super::Frame;
use super::super::brush::Brush;
use super::super::emphasis::{Emphasis, Weight};
use super::super::index::{Index, Kind};
use super::texts::{Face, Texts};
use super::{NAME_LEAST, NAME_NEAR, NAMED_HEIGHT, ROUND_ZOOM, SUBTITLE_ZOOM};
use super::{differences, groups};
use crate::diagram::scene::{Badge, Difference, NodeKind, SceneNode, measure};

/// Which text of a box.
const TITLE: u8 = 0;
const SUBTITLE: u8 = 1;
const BADGES: u8 = 8;
const ROWS: u8 = 32;

/// Below this height on screen a box is one quad.
const DOT: f32 = 9.0;

/// What boxes are drawn on.
pub struct Sheet<'a> {
    pub painter: &'a Painter,
    pub brush: Brush<'a>,
    pub words: &'a mut Vec<Shape>,
    pub texts: &'a mut Texts,
    pub frame: &'a Frame<'a>,
    pub index: &'a Index,
    pub emphasis: &'a Emphasis,
}

/// How a box is drawn.
struct Look {
    fill: Color32,
    border: Color32,
    title: Color32,
    weak: Color32,
    ring: Option<Color32>,
    fade: f32,
}

impl Sheet<'_> {
    pub fn node(&mut self, n: usize) {
        let rect = self.frame.camera.rect(self.frame.view, &self.index.rects[n]);
        if rect.height() < DOT {
            self.dot(n, rect);
            return;
        }
        let look = self.look(n);
        if self.frame.camera.zoom < ROUND_ZOOM {
            self.plain(n, rect, &look);
        } else {
            self.full(n, rect, &look);
        }
        self.marks(n, rect, &look);
    }

    fn ring(&self, n: usize) -> Option<Color32> {
        let palette = &self.frame.palette;
        match self.emphasis.node(n) {
            Weight::Selected => Some(palette.selection),
            Weight::Path => Some(palette.path),
            _ if self.emphasis.is_marked(n) => Some(palette.selection),
            _ if self.emphasis.found.contains(&n) => Some(palette.found),
            _ => None,
        }
    }

    /// The colour and mark of the value of a box, where boxes are coloured by one.
    fn value(&self, n: usize) -> Option<super::super::colours::Swatch> {
        let colours = self.frame.colours?;
        Some(colours.swatch(n, &self.frame.palette))
    }

    fn fade(&self, n: usize) -> f32 {
        if self.emphasis.node(n) == Weight::Dim { 0.62 } else { 0.0 }
    }

    fn look(&self, n: usize) -> Look {
        let palette = &self.frame.palette;
        let node = &self.index.scene.nodes[n];
        let (fill, border, title) = match self.index.kinds[n] {
            Kind::Client => (palette.panel, palette.border, palette.text),
            Kind::Ghost => (palette.ground, palette.ghost, palette.ghost),
            Kind::Issuer => (palette.issuer, palette.issuer_border, palette.text),
        };
        let border = match node.difference {
            Difference::Same => border,
            difference => palette.of_difference(difference),
        };
        let fade = self.fade(n);
        let faded = |color: Color32| color.lerp_to_gamma(palette.ground, fade);
        let title = if node.badges.contains(&Badge::Disabled) { palette.weak_text } else { title };
        Look {
            fill: faded(fill),
            border: faded(border),
            title: faded(title),
            weak: faded(palette.weak_text),
            ring: self.ring(n),
            fade,
        }
    }

    /// One quad: the border's colour reads better than the fill's against the ground.
    fn dot(&mut self, n: usize, rect: Rect) {
        let palette = &self.frame.palette;
        if let Some(ring) = self.ring(n) {
            self.brush.quad(rect.expand(3.0), ring);
        }
        let difference = self.index.scene.nodes[n].difference;
        let tone = match (self.value(n), self.index.kinds[n]) {
            (Some(value), _) => value.color,
            (None, _) if difference != Difference::Same => palette.of_difference(difference),
            (None, Kind::Client) => palette.far,
            (None, Kind::Ghost) => palette.ghost,
            (None, Kind::Issuer) => palette.federation,
        };
        let fade = self.fade(n);
        let tone = if fade > 0.0 { tone.lerp_to_gamma(palette.ground, fade) } else { tone };
        let (wide, high) = (rect.width().max(2.0), rect.height().max(1.5));
        self.brush.quad(Rect::from_center_size(rect.center(), vec2(wide, high)), tone);
    }

    fn plain(&mut self, n: usize, rect: Rect, look: &Look) {
        let radius = 7.0 * self.frame.camera.zoom;
        if let Some(ring) = look.ring {
            self.brush.round(rect.expand(3.0), radius + 3.0, ring);
        }
        let value = self.value(n);
        let border = value.map_or(look.border, |value| self.faded(value.color, look));
        if let (Some(dash), true) = (self.dash(n), rect.height() >= NAMED_HEIGHT) {
            self.brush.quad(rect, look.fill);
            self.dashes(rect, 1.2, border, dash);
            self.plain_name(n, rect, value.is_some(), look);
            return;
        }
        self.brush.round(rect, radius, border);
        let mut inner = rect.shrink(1.0);
        if value.is_some() {
            inner.min.x += 3.0;
        }
        self.brush.round(inner, radius - 1.0, look.fill);
        self.plain_name(n, rect, value.is_some(), look);
    }

    /// The dashes of the border: of what no document defines, and of what went.
    fn dash(&self, n: usize) -> Option<(f32, f32)> {
        if self.index.scene.nodes[n].difference == Difference::Removed {
            return Some((2.0, 4.0));
        }
        (self.index.kinds[n] == Kind::Ghost).then_some((6.0, 4.0))
    }

    fn dashes(&mut self, rect: Rect, width: f32, color: Color32, (on, off): (f32, f32)) {
        let r = rect.shrink(0.5);
        let corners =
            [r.left_top(), r.right_top(), r.right_bottom(), r.left_bottom(), r.left_top()];
        self.brush.dashed(&corners, width, color, on, off);
    }

    fn plain_name(&mut self, n: usize, rect: Rect, coloured: bool, look: &Look) {
        if rect.height() < NAMED_HEIGHT || rect.width() < 36.0 {
            return;
        }
        let node = &self.index.scene.nodes[n];
        let size =
            (measure::TITLE * self.frame.camera.zoom).max(NAME_LEAST).min(rect.height() - 2.0);
        let middle = if node.rows.is_empty() {
            rect.center().y
        } else {
            rect.top() + rect.height().min(24.0) / 2.0
        };
        let indent = if coloured { 6.0 } else { 4.0 };
        let room = rect.width() - indent - if coloured { 14.0 } else { 4.0 };
        let at = pos2(rect.left() + indent, middle);
        let face = Face { size, width: room, semibold: false };
        self.words.extend(self.texts.label(
            self.painter,
            (n as u32, TITLE),
            at,
            &node.title,
            face,
            look.title,
        ));
    }

    fn faded(&self, color: Color32, look: &Look) -> Color32 {
        color.lerp_to_gamma(self.frame.palette.ground, look.fade)
    }

    fn full(&mut self, n: usize, rect: Rect, look: &Look) {
        let zoom = self.frame.camera.zoom;
        let radius = (8.0 * zoom).clamp(2.0, 20.0);
        if let Some(ring) = look.ring {
            self.brush.round(rect.expand(5.0), radius + 5.0, ring.gamma_multiply(0.28));
        }
        let (line, border): (f32, Color32) = match look.ring {
            Some(ring) => (2.0, ring),
            None if self.index.scene.nodes[n].difference != Difference::Same => (2.0, look.border),
            None => (1.0, look.border),
        };
        if let Some(dash) = self.dash(n) {
            self.brush.round(rect, radius, look.fill);
            self.dashes(rect, line.max(1.2), border, dash);
        } else {
            self.brush.round(rect, radius, border);
            let mut inner = rect.shrink(line);
            if let Some(value) = self.value(n) {
                let color = self.faded(value.color, look);
                self.brush.round(inner, radius - line, color);
                inner.min.x += 5.0 * zoom;
            }
            self.brush.round(inner, radius - line, look.fill);
        }
        let node = &self.index.scene.nodes[n];
        if matches!(node.kind, NodeKind::Group(_)) {
            groups::border(&mut self.brush, rect, zoom, border, look.fill);
        }
        self.head(n, node, rect, look);
        self.rows(n, node, rect, look);
    }

    /// Title, subtitle and badges.
    fn head(&mut self, n: usize, node: &SceneNode, rect: Rect, look: &Look) {
        let zoom = self.frame.camera.zoom;
        let left = rect.left() + measure::PADDING * zoom;
        let wide = rect.width() - 2.0 * measure::PADDING * zoom;
        let marked = if self.frame.colours.is_some() { 12.0 * zoom } else { 0.0 };
        let size = measure::TITLE * zoom;
        let semibold = self.frame.semibold;
        let title = |sheet: &mut Self, y: f32, size: f32| {
            let face = Face { size, width: wide - marked, semibold };
            let (slot, at) = ((n as u32, TITLE), pos2(left, y));
            let text = &node.title;
            let label = sheet.texts.label(sheet.painter, slot, at, text, face, look.title);
            sheet.words.extend(label);
        };
        if zoom < SUBTITLE_ZOOM {
            // What is left out leaves room for a larger name.
            let high = if node.rows.is_empty() { rect.height() } else { measure::HEAD * zoom };
            title(self, rect.top() + high / 2.0, size.max(NAME_NEAR));
            return;
        }
        title(self, rect.top() + measure::TITLE_CENTER * zoom, size);
        let said = self.difference(n, node, rect, look);
        let face = Face { size: measure::SUBTITLE * zoom, width: wide - said, semibold: false };
        let at = pos2(left, rect.top() + measure::SUBTITLE_CENTER * zoom);
        let slot = (n as u32, SUBTITLE);
        let label = self.texts.label(self.painter, slot, at, &node.subtitle, face, look.weak);
        self.words.extend(label);
        self.badges(n, node, pos2(left, rect.top() + 47.0 * zoom), look);
    }

    /// The word of a difference: at the end of the second line, or on the border where that line is
    /// long. Gives the room it takes of the line.
    fn difference(&mut self, n: usize, node: &SceneNode, rect: Rect, look: &Look) -> f32 {
        if node.difference == Difference::Same {
            return 0.0;
        }
        let (zoom, semibold) = (self.frame.camera.zoom, self.frame.semibold);
        let color = self.faded(self.frame.palette.of_difference(node.difference), look);
        let size = measure::BADGE * zoom;
        let galley = differences::word(self.texts, self.painter, node.difference, size, semibold);
        let right = rect.right() - measure::PADDING * zoom;
        if self.index.kinds[n] == Kind::Issuer || matches!(node.kind, NodeKind::Group(_)) {
            let pinned = if self.frame.is_pinned(n) { 18.0 } else { 0.0 };
            let at = (right - pinned, rect.top());
            differences::pill(&mut self.brush, self.words, galley, at, look.fill, color);
            return 0.0;
        }
        let y = rect.top() + measure::SUBTITLE_CENTER * zoom;
        let room = galley.size().x + 6.0 * zoom;
        let corner = pos2(right - galley.size().x, y - galley.size().y / 2.0);
        self.words.push(TextShape::new(corner, galley, color).into());
        room
    }

    fn badges(&mut self, n: usize, node: &SceneNode, mut at: egui::Pos2, look: &Look) {
        let zoom = self.frame.camera.zoom;
        let palette = &self.frame.palette;
        for badge in &node.badges {
            let (fill, ink) = match badge {
                Badge::Broken | Badge::Disabled | Badge::Public => {
                    (palette.warning, palette.warning_text)
                }
                _ => (palette.badge, palette.badge_text),
            };
            let (fill, ink) = (self.faded(fill, look), self.faded(ink, look));
            let face = Face { size: measure::BADGE * zoom, width: f32::INFINITY, semibold: false };
            let slot = (n as u32, BADGES + *badge as u8);
            let galley = self.texts.galley(self.painter, slot, badge.word(), face);
            let height = 17.0 * zoom;
            let width = galley.size().x + 2.0 * measure::BADGE_PADDING * zoom;
            let pill = Rect::from_min_size(at, vec2(width, height));
            self.brush.round(pill, height / 2.0, fill);
            let corner = pill.center() - galley.size() / 2.0;
            self.words.push(TextShape::new(corner, galley, ink).into());
            at.x += width + measure::BADGE_GAP * zoom;
        }
    }

    /// The identities of an issuer.
    fn rows(&mut self, n: usize, node: &SceneNode, rect: Rect, look: &Look) {
        let zoom = self.frame.camera.zoom;
        let palette = &self.frame.palette;
        for (r, row) in node.rows.iter().enumerate() {
            let Some(area) = node.row_rect(r) else { continue };
            let area = self.frame.camera.rect(self.frame.view, &area);
            if !area.expand(4.0).intersects(self.frame.view) {
                continue;
            }
            let line = Rect::from_x_y_ranges(
                rect.x_range().shrink(1.0),
                egui::Rangef::new(area.top() - 0.5, area.top() + 0.5),
            );
            self.brush.quad(line, look.border.gamma_multiply(0.45));
            if self.emphasis.rows.contains(&(n, r)) {
                self.brush.round(area.shrink(2.0), 4.0, palette.selection.gamma_multiply(0.22));
            }
            if zoom >= SUBTITLE_ZOOM {
                let mut color = if row.node.is_some() { look.title } else { look.weak };
                let marked;
                let mut text = &row.text;
                if row.difference != Difference::Same {
                    color = self.faded(palette.of_difference(row.difference), look);
                    marked = format!("{} {}", row.difference.mark(), row.text);
                    text = &marked;
                }
                let at = pos2(rect.left() + measure::PADDING * zoom, area.center().y);
                let width = rect.width() - (2.0 * measure::PADDING + 10.0) * zoom;
                let face = Face { size: measure::ROW_TEXT * zoom, width, semibold: false };
                let slot = (n as u32, ROWS.saturating_add(r as u8));
                let label = self.texts.label(self.painter, slot, at, text, face, color);
                self.words.extend(label);
            }
            let color = palette.federation.lerp_to_gamma(palette.ground, look.fade);
            let port = pos2(rect.right(), area.center().y);
            self.brush.dot(port, 2.6 * zoom.clamp(0.6, 1.3), color);
        }
    }

    /// Marks at the border: the shape of the value, a tick where the box is marked, a pin where it
    /// is pinned.
    fn marks(&mut self, n: usize, rect: Rect, look: &Look) {
        let zoom = self.frame.camera.zoom;
        let palette = &self.frame.palette;
        if let Some(value) = self.value(n)
            && rect.height() >= NAMED_HEIGHT
        {
            let radius = (6.0 * zoom).clamp(3.5, 9.0);
            let inset = (12.0 * zoom).max(7.0).min(rect.height() / 2.0);
            let at = pos2(rect.right() - inset, rect.top() + inset);
            let color = self.faded(value.color, look);
            self.brush.mark(at, radius, value.shape, color);
        }
        let difference = self.index.scene.nodes[n].difference;
        if difference != Difference::Same && zoom < SUBTITLE_ZOOM && rect.height() >= NAMED_HEIGHT {
            // Too far for the word.
            let aside = if self.frame.is_pinned(n) { 22.0 } else { 0.0 };
            let at = rect.right_top() - vec2(aside, 0.0);
            differences::sign(self, at, difference);
        }
        if self.emphasis.is_marked(n) {
            let at = rect.left_top();
            self.brush.dot(at, 8.0, palette.ground);
            self.brush.dot(at, 7.0, palette.selection);
            let tick = [at + vec2(-3.2, 0.2), at + vec2(-0.9, 2.6), at + vec2(3.4, -2.6)];
            self.brush.line(&tick, 1.6, palette.on_selection);
        }
        if self.frame.is_pinned(n) {
            let at = rect.right_top() - vec2(10.0, 0.0);
            self.brush.line(&[at, at + vec2(0.0, 8.0)], 1.6, palette.text);
            self.brush.dot(at - vec2(0.0, 2.0), 5.0, palette.ground);
            self.brush.dot(at - vec2(0.0, 2.0), 4.0, palette.text);
        }
    }
}
