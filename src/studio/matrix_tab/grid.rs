//! The matrix itself: one painted widget in one scroll area, of which only what is in view is
//! worked out and painted.
//!
//! Heads are painted over the scrolled content at places that do not scroll, so that the wheel
//! works over them too. Those in view are widgets of their own, for whoever hears the window; the
//! cells are one widget, whose name is the sentence of the chosen cell.

use std::ops::Range;
use std::sync::Arc;

use egui::{Pos2, Rect, Response, Sense, Ui, Vec2, pos2, vec2};

use super::paint::CELL;
use super::rows::Rows;
use super::state::Command;
use super::table::Table;
use super::{heads, keys, paint, words};
use crate::studio::command::Command as Main;
use crate::studio::state::State;
use crate::studio::theme::Tokens;

/// Room for the totals of rows.
pub const TOTAL: f32 = 46.0;
/// Room behind the last row and column, for the scroll bars.
const END: f32 = 14.0;

/// What the tab keeps between frames.
#[derive(Debug, Default)]
pub struct Grid {
    pub(super) rows: Rows,
    /// Room that the names of rows and of columns would like.
    pub(super) wanted: Vec2,
    /// The most columns there were: names of rows stay as wide while filters come and go.
    pub(super) most_columns: usize,
    /// The width of the names of rows that a person chose.
    pub(super) width: Option<f32>,
    /// The cell that was chosen in the last frame.
    seen: Option<(usize, usize)>,
}

/// Where everything is on the screen.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    /// All of it.
    pub area: Rect,
    /// The cells.
    pub body: Rect,
    /// The upper left corner of the first cell, scrolled.
    origin: Pos2,
    /// How many rows and columns there are.
    pub size: (usize, usize),
}

impl Geometry {
    pub fn rows(&self) -> Range<usize> {
        range(self.body.y_range(), self.origin.y, CELL.y, self.size.0)
    }

    pub fn columns(&self) -> Range<usize> {
        range(self.body.x_range(), self.origin.x, CELL.x, self.size.1)
    }

    pub fn cell(&self, (row, column): (usize, usize)) -> Rect {
        let corner = self.origin + vec2(column as f32 * CELL.x, row as f32 * CELL.y);
        Rect::from_min_size(corner, CELL)
    }

    /// The cell at a point.
    pub fn at(&self, point: Pos2) -> Option<(usize, usize)> {
        if !self.body.contains(point) {
            return None;
        }
        let off = point - self.origin;
        let (row, column) = ((off.y / CELL.y) as usize, (off.x / CELL.x) as usize);
        (row < self.size.0 && column < self.size.1).then_some((row, column))
    }
}

fn range(seen: egui::Rangef, origin: f32, step: f32, count: usize) -> Range<usize> {
    let first = ((seen.min - origin) / step).floor().max(0.0) as usize;
    let last = ((seen.max - origin) / step).ceil().max(0.0) as usize;
    first.min(count)..last.min(count)
}

pub fn grid_ui(
    ui: &mut Ui,
    grid: &mut Grid,
    state: &State,
    table: &Arc<Table>,
    commands: &mut Vec<Main>,
) {
    if grid.rows.follow(table) {
        heads::measure(ui, grid, table);
    }
    let area = ui.available_rect_before_wrap();
    let size = (table.matrix.rows().len(), table.matrix.columns().len());
    grid.most_columns = grid.most_columns.max(size.1);
    let names = heads::room(grid, area);
    let corner = vec2(names.x + TOTAL, names.y + CELL.y);
    let content = corner + vec2(size.1 as f32 * CELL.x, size.0 as f32 * CELL.y) + Vec2::splat(END);
    // It would fade the heads, which do not scroll.
    ui.spacing_mut().scroll.fade.strength = 0.0;
    let scroll = egui::ScrollArea::both().id_salt("matrix").auto_shrink([false, false]);
    scroll.show_viewport(ui, |ui, viewport| {
        let (_, content) = ui.allocate_space(content.max(viewport.size()));
        let area = viewport.translate(content.min.to_vec2());
        let body = Rect::from_min_max((area.min + corner).min(area.max), area.max);
        let origin = content.min + corner;
        let geometry = Geometry { area, body, origin, size };
        if !grid.rows.work_out(geometry.rows()) {
            ui.ctx().request_repaint();
        }
        let response = cells_ui(ui, grid, state, table, &geometry, commands);
        let hovered = response.hover_pos().and_then(|at| geometry.at(at));
        let heads = heads::Heads { state, table, geometry, names, hovered };
        heads.ui(ui, grid, commands);
    });
}

/// The cells.
fn cells_ui(
    ui: &mut Ui,
    grid: &mut Grid,
    state: &State,
    table: &Arc<Table>,
    geometry: &Geometry,
    commands: &mut Vec<Main>,
) -> Response {
    let id = egui::Id::unique("matrix-cells");
    let chosen = state.matrix.cell();
    let page = ((geometry.body.height() / CELL.y) as usize).saturating_sub(1).max(1);
    let pressed = keys::take(ui, id, chosen, geometry.size, page);
    let response = ui.interact(geometry.body, id, Sense::click());
    if let Some(to) = pressed.to {
        commands.push(Main::Matrix(Command::Choose(Some(to))));
    } else if response.gained_focus() && chosen.is_none() && !response.clicked() {
        let first = (geometry.rows().start, geometry.columns().start);
        commands.push(Main::Matrix(Command::Choose(Some(first))));
    }
    if pressed.enter {
        commands.push(Main::Matrix(Command::Chains));
    }
    if let Some(cell) = response.interact_pointer_pos().and_then(|at| geometry.at(at)) {
        if response.clicked() {
            response.request_focus();
            commands.push(Main::Matrix(Command::Choose(Some(cell))));
        }
        if response.double_clicked() {
            commands.push(Main::Matrix(Command::Chains));
        }
    }
    if grid.seen != chosen {
        grid.seen = chosen;
        if let Some(cell) = chosen {
            // What is under the heads is out of view.
            let mut rect = geometry.cell(cell);
            rect.min -= geometry.body.min - geometry.area.min;
            rect.max += Vec2::splat(END);
            ui.scroll_to_rect_animation(rect, None, egui::style::ScrollAnimation::none());
        }
    }
    response.widget_info(|| {
        let (rows, columns) = geometry.size;
        let chosen = state.matrix.detail().filter(|_| chosen.is_some());
        let said = chosen.map_or("No cell is chosen.", |detail| detail.sentence.as_str());
        let name = format!("Access matrix, {rows} rows and {columns} columns. {said}");
        egui::WidgetInfo::labeled(egui::Role::Grid, true, name)
    });
    paint_cells(ui, grid, state, table, geometry, &response);
    let hovered = response.hover_pos().and_then(|at| geometry.at(at));
    match hovered.map(|cell| (cell, grid.rows.mark(cell))) {
        Some((cell, Some(mark))) => {
            response.on_hover_text_at_pointer(words::sentence(table, cell, mark))
        }
        _ => response,
    }
}

fn paint_cells(
    ui: &Ui,
    grid: &Grid,
    state: &State,
    table: &Table,
    geometry: &Geometry,
    response: &Response,
) {
    let tokens = Tokens::of(ui);
    let painter = ui.painter().with_clip_rect(geometry.body.intersect(ui.clip_rect()));
    let (rows, columns) = (geometry.rows(), geometry.columns());
    let end = geometry.cell(geometry.size).min;
    let (right, bottom) = (end.x.min(geometry.body.right()), end.y.min(geometry.body.bottom()));
    let hovered = response.hover_pos().and_then(|at| geometry.at(at));
    let chosen = state.matrix.cell();
    for (cell, fill) in [
        (chosen, tokens.accent_soft.gamma_multiply(0.35)),
        (hovered, tokens.hovered.gamma_multiply(0.8)),
    ] {
        let Some(cell) = cell else { continue };
        let rect = geometry.cell(cell);
        let band = Rect::from_x_y_ranges(geometry.body.left()..=right, rect.y_range());
        painter.rect_filled(band, 0.0, fill);
        let band = Rect::from_x_y_ranges(rect.x_range(), geometry.body.top()..=bottom);
        painter.rect_filled(band, 0.0, fill);
    }
    let line = egui::Stroke::new(1.0, tokens.line.gamma_multiply(0.6));
    for row in rows.start..=rows.end {
        painter.hline(geometry.body.left()..=right, geometry.cell((row, 0)).top(), line);
    }
    for column in columns.start..=columns.end {
        painter.vline(geometry.cell((0, column)).left(), geometry.body.top()..=bottom, line);
    }
    let mut numbers: Vec<Option<Arc<egui::Galley>>> = vec![None; 100];
    for row in rows {
        if let Some(own) = own_column(table, row).filter(|own| columns.contains(own)) {
            paint::itself(&painter, &tokens, geometry.cell((row, own)));
        }
        let Some(marks) = grid.rows.get(row) else {
            waiting(&painter, &tokens, geometry, row);
            continue;
        };
        let first = marks.partition_point(|mark| (mark.column as usize) < columns.start);
        for mark in marks[first..].iter().take_while(|it| (it.column as usize) < columns.end) {
            let digits = match numbers.get_mut(mark.hops as usize) {
                Some(known) => {
                    known.get_or_insert_with(|| paint::digits(&painter, &tokens, mark.hops)).clone()
                }
                None => paint::digits(&painter, &tokens, mark.hops),
            };
            let rect = geometry.cell((row, mark.column as usize));
            paint::mark(&painter, &tokens, rect, mark.look, mark.hops, digits);
        }
    }
    if let Some(cell) = chosen {
        let stroke = egui::Stroke::new(2.0, tokens.accent);
        painter.rect_stroke(geometry.cell(cell), 4.0, stroke, egui::StrokeKind::Inside);
    }
    if response.has_focus() {
        let stroke = egui::Stroke::new(2.0, tokens.accent);
        let rect = Rect::from_min_max(geometry.body.min, pos2(right, bottom));
        painter.rect_stroke(rect, 2.0, stroke, egui::StrokeKind::Inside);
    }
}

/// The column of a row that is a client app.
fn own_column(table: &Table, row: usize) -> Option<usize> {
    let node = table.matrix.rows().get(row)?.node;
    let is_client = table.base.access.is_client(node.index() as u32);
    if is_client { table.matrix.column_of(crate::config::ClientKey(node.index())) } else { None }
}

/// A row that is not worked out yet.
fn waiting(painter: &egui::Painter, tokens: &Tokens, geometry: &Geometry, row: usize) {
    let rect = geometry.cell((row, 0));
    let place = pos2(geometry.body.left() + 8.0, rect.center().y);
    let font = egui::FontId::proportional(12.0);
    painter.text(place, egui::Align2::LEFT_CENTER, "…", font, tokens.text_weak);
}
