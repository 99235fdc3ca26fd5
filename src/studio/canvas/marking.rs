//! Marking many boxes: by Ctrl and a click one at a time, or by drawing around them.

use egui::{CursorIcon, Painter, PointerButton, Pos2, Rect, Shape, Stroke, Ui, vec2};

use super::frame::Frame;
use super::index::Index;
use super::{Canvas, CanvasEvent, CanvasInput};
use crate::diagram::scene::Thing;

/// A loop smaller than this on screen is a click that slipped.
const LEAST: f32 = 6.0;

/// What becomes of the marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marking {
    /// Only these are marked.
    Replace,
    Add,
    /// What is marked is not any more, and the other way round.
    Toggle,
}

/// A loop being drawn, in points on screen.
#[derive(Debug, Default)]
pub(super) struct Lasso {
    path: Vec<Pos2>,
}

impl Lasso {
    fn bounds(&self) -> Rect {
        Rect::from_points(&self.path)
    }

    /// Whether a point is inside, by how often a ray from it crosses the loop.
    fn contains(&self, at: Pos2) -> bool {
        let mut inside = false;
        let mut last = self.path.len().wrapping_sub(1);
        for i in 0..self.path.len() {
            let (a, b) = (self.path[i], self.path[last]);
            if (a.y > at.y) != (b.y > at.y) && at.x < (b.x - a.x) * (at.y - a.y) / (b.y - a.y) + a.x
            {
                inside = !inside;
            }
            last = i;
        }
        inside
    }

    /// Boxes whose middle is inside.
    fn caught(&self, frame: &Frame, index: &Index) -> Vec<Thing> {
        let (min, max) = (self.bounds().min, self.bounds().max);
        let corner = |at: Pos2| {
            let world = frame.camera.to_world(frame.view, at);
            crate::diagram::layout::Point::new(world.x, world.y)
        };
        let area = crate::diagram::layout::Rect { min: corner(min), max: corner(max) };
        let mut near = Vec::new();
        index.nodes_in(&area, &mut near);
        near.into_iter()
            .map(|n| n as usize)
            .filter(|&n| {
                let middle = index.rects[n].center();
                self.contains(frame.camera.to_screen(frame.view, middle.x, middle.y))
            })
            .map(|n| index.scene.nodes[n].thing())
            .collect()
    }
}

impl Canvas {
    /// Begins, draws and ends a loop. While one is drawn nothing else is dragged.
    pub(super) fn draw_lasso(
        &mut self,
        ui: &Ui,
        painter: &Painter,
        frame: &Frame,
        index: &Index,
        input: &CanvasInput,
        events: &mut Vec<CanvasEvent>,
    ) {
        let Some(lasso) = &mut self.lasso else {
            if input.lasso && ui.rect_contains_pointer(frame.view) {
                ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
            }
            return;
        };
        let (at, down, escape, add) = ui.input(|i| {
            let escape = i.key_pressed(egui::Key::Escape);
            (i.pointer.latest_pos(), i.pointer.primary_down(), escape, i.modifiers.command)
        });
        if escape {
            self.lasso = None;
            return;
        }
        if let Some(at) = at
            && lasso.path.last().is_none_or(|last| last.distance(at) > 2.0)
        {
            lasso.path.push(at);
        }
        let drawn = lasso.bounds().size().max_elem() >= LEAST;
        if down {
            if drawn {
                let stroke = Stroke::new(1.5, frame.palette.selection);
                painter.extend(Shape::dashed_line(&lasso.path, stroke, 6.0, 4.0));
                let ends = [lasso.path[lasso.path.len() - 1], lasso.path[0]];
                let faint = Stroke::new(1.0, frame.palette.selection.gamma_multiply(0.5));
                painter.line_segment(ends, faint);
                let count = lasso.caught(frame, index).len();
                let text = if count == 1 { "1 box".to_owned() } else { format!("{count} boxes") };
                let font = egui::FontId::proportional(12.5);
                let galley = painter.layout_no_wrap(text, font, frame.palette.text);
                let corner = ends[0] + vec2(16.0, 12.0);
                let back = Rect::from_min_size(corner, galley.size()).expand2(vec2(6.0, 3.0));
                painter.rect_filled(back, 5.0, frame.palette.panel);
                painter.galley(corner, galley, frame.palette.text);
            }
            ui.ctx().set_cursor_icon(CursorIcon::Crosshair);
            return;
        }
        if drawn {
            let how = if add { Marking::Add } else { Marking::Replace };
            events.push(CanvasEvent::Mark { things: lasso.caught(frame, index), how });
        }
        self.lasso = None;
    }

    /// Takes the pointer for a loop, where one may begin.
    pub(super) fn begin_lasso(&mut self, ui: &Ui, view: Rect, input: &CanvasInput) {
        let begins = ui.input(|i| {
            let wanted = input.lasso || i.modifiers.shift;
            wanted && i.pointer.button_pressed(PointerButton::Primary) && !i.modifiers.alt
        });
        // What lies over the drawing has the pointer to itself.
        if begins && ui.rect_contains_pointer(view) && self.link.is_none() {
            self.lasso = Some(Lasso::default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use egui::pos2;

    #[test]
    fn a_loop_contains_what_it_goes_around() {
        let path = vec![
            pos2(0.0, 0.0),
            pos2(10.0, 0.0),
            pos2(10.0, 10.0),
            pos2(5.0, 4.0),
            pos2(0.0, 10.0),
        ];
        let lasso = Lasso { path };
        assert!(lasso.contains(pos2(2.0, 3.0)));
        assert!(!lasso.contains(pos2(5.0, 8.0)), "in the notch");
        assert!(!lasso.contains(pos2(12.0, 3.0)));
        assert!(!Lasso::default().contains(pos2(0.0, 0.0)));
    }
}
