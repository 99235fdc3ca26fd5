//! The heads: names and totals of rows at the left and of columns at the top, which stay where they
//! are while the cells scroll.

use petgraph::stable_graph::NodeIndex;

use egui::{Color32, CursorIcon, FontId, Painter, Rect, Response, Sense, Ui, Vec2, pos2, vec2};

use super::grid::{Geometry, Grid, TOTAL};
use super::paint::CELL;
use super::sorting::head_menu_ui;
use super::table::Table;
use super::words::Axis;
use super::{paint, words};
use crate::studio::command::Command as Main;
use crate::studio::state::State;
use crate::studio::theme::Tokens;
use crate::trust::matrix::Head;

/// Names that are measured to see how much room names take.
const MEASURED: usize = 300;
/// How wide names of rows can be made.
const WIDTH: std::ops::RangeInclusive<f32> = 120.0..=460.0;
/// Room for the words in the corner.
const LEAST: f32 = 196.0;
/// As wide as names of rows are where columns need the rest.
const USUAL: f32 = 280.0;
/// The mark of what is selected.
const BAR: f32 = 3.0;
const PADDING: f32 = 8.0;
/// The sign of an external identity.
const SIGN: f32 = 14.0;

/// As much room as names take, within bounds.
pub fn measure(ui: &Ui, grid: &mut Grid, table: &Table) {
    let width =
        |head: &Head| paint::name(ui.painter(), &head.label, 1000.0, true, Color32::BLACK).size().x;
    let widest = |heads: &[Head]| {
        let some = heads.iter().step_by(heads.len() / MEASURED + 1);
        some.map(width).fold(0.0_f32, f32::max)
    };
    let across = widest(table.matrix.rows()) + 2.0 * PADDING + SIGN;
    let up = widest(table.matrix.columns()) + 2.0 * PADDING;
    grid.wanted = vec2(across.clamp(LEAST, *WIDTH.end()), up.clamp(96.0, 172.0));
}

/// How much room they get: that of long names of rows is first of all for cells, unless there are
/// few columns or a person chose a width.
pub fn room(grid: &Grid, area: Rect) -> Vec2 {
    let left = area.width() - TOTAL - (grid.most_columns as f32 + 0.5) * CELL.x;
    let across = grid.width.unwrap_or_else(|| grid.wanted.x.min(left.max(USUAL)));
    vec2(across, grid.wanted.y.min(area.height() * 0.42))
}

/// What a frame knows of the matrix.
pub struct Heads<'a> {
    pub state: &'a State,
    pub table: &'a Table,
    pub geometry: Geometry,
    pub names: Vec2,
    pub hovered: Option<(usize, usize)>,
}

/// A head on the screen: the strip it is in, its place there, and how it is lit.
#[derive(Clone, Copy, Debug)]
struct Spot {
    strip: Rect,
    rect: Rect,
    chosen: bool,
    hovered: bool,
    selected: bool,
}

impl Heads<'_> {
    pub fn ui(&self, ui: &mut Ui, grid: &mut Grid, commands: &mut Vec<Main>) {
        let tokens = Tokens::of(ui);
        let Geometry { area, body, .. } = self.geometry;
        let top = Rect::from_min_max(pos2(body.left(), area.top()), pos2(area.right(), body.top()));
        let left =
            Rect::from_min_max(pos2(area.left(), body.top()), pos2(body.left(), area.bottom()));
        let corner = Rect::from_min_max(area.min, body.min);
        for strip in [top, left, corner] {
            ui.painter().rect_filled(strip, 0.0, tokens.panel);
        }
        let selected = self.selected();
        let (chosen, hovered) = (self.state.matrix.cell(), self.hovered);
        let spot =
            |strip: Rect, rect: Rect, head: &Head, at: fn((usize, usize)) -> usize, n| Spot {
                strip,
                rect,
                chosen: chosen.map(at) == Some(n),
                hovered: hovered.map(at) == Some(n),
                selected: selected == Some(head.node),
            };
        let rows = self.geometry.rows();
        for (row, head) in rows.clone().zip(&self.table.matrix.rows()[rows]) {
            let across = self.geometry.cell((row, 0)).y_range();
            let rect = Rect::from_x_y_ranges(left.x_range(), across);
            self.row_ui(ui, head, spot(left, rect, head, |it| it.0, row), commands);
        }
        let columns = self.geometry.columns();
        for (column, head) in columns.clone().zip(&self.table.matrix.columns()[columns]) {
            let across = self.geometry.cell((0, column)).x_range();
            let rect = Rect::from_x_y_ranges(across, top.y_range());
            self.column_ui(ui, head, spot(top, rect, head, |it| it.1, column), commands);
        }
        corner_ui(ui, corner, self.names);
        let line = egui::Stroke::new(1.0, tokens.line_strong);
        let painter = ui.painter();
        painter.hline(area.x_range(), body.top(), line);
        painter.vline(body.left(), area.y_range(), line);
        let faint = egui::Stroke::new(1.0, tokens.line);
        painter.hline(area.x_range(), body.top() - CELL.y, faint);
        painter.vline(body.left() - TOTAL, area.y_range(), faint);
        resize_ui(ui, grid, &left, self.names.x);
    }

    /// What is selected in all views, as a row or a column.
    fn selected(&self) -> Option<NodeIndex> {
        let selection = self.state.selection.as_ref()?;
        let then = selection.carried_over(&self.state.project, self.table.project())?;
        self.table.node(&then)
    }

    fn row_ui(&self, ui: &Ui, head: &Head, spot: Spot, commands: &mut Vec<Main>) {
        let tokens = Tokens::of(ui);
        let painter = ground(ui, &tokens, spot);
        let rect = spot.rect;
        if spot.selected {
            painter.rect_filled(rect.with_max_x(rect.left() + BAR), 0.0, tokens.accent);
        }
        let middle = rect.center().y;
        let mut from = rect.left() + PADDING;
        let is_external = !self.table.base.access.is_client(head.node.index() as u32);
        if is_external {
            paint::external(&painter, &tokens, pos2(from + 4.0, middle));
            from += SIGN;
        }
        let room = rect.left() + self.names.x - PADDING / 2.0 - from;
        let galley = paint::name(&painter, &head.label, room, spot.chosen, tokens.text);
        painter.galley(pos2(from, middle - galley.size().y / 2.0), galley, tokens.text);
        let font = FontId::proportional(12.0);
        let place = pos2(rect.right() - PADDING, middle);
        let total = head.count.to_string();
        let total = painter.text(place, egui::Align2::RIGHT_CENTER, total, font, tokens.text_weak);
        if self.sorts(Axis::Columns, head) {
            paint::sorts(&painter, &tokens, pos2(total.left() - 6.0, middle), vec2(1.0, 0.0));
        }
        let id = egui::Id::unique(("matrix-row", head.node.index()));
        let response = ui.interact(rect.intersect(spot.strip), id, Sense::CLICK);
        let kind = if is_external { "External identity " } else { "" };
        let name = format!("{kind}{}", words::row(&head.label, head.count));
        self.say(response, (egui::Role::RowHeader, Axis::Columns), name, head, commands);
    }

    fn column_ui(&self, ui: &Ui, head: &Head, spot: Spot, commands: &mut Vec<Main>) {
        let tokens = Tokens::of(ui);
        let painter = ground(ui, &tokens, spot);
        let rect = spot.rect;
        if spot.selected {
            painter.rect_filled(rect.with_max_y(rect.top() + BAR), 0.0, tokens.accent);
        }
        let mut upper = rect.with_max_y(rect.bottom() - CELL.y);
        if self.sorts(Axis::Rows, head) {
            let place = pos2(upper.center().x, upper.bottom() - 6.0);
            paint::sorts(&painter, &tokens, place, vec2(0.0, 1.0));
            upper.max.y -= 12.0;
        }
        let room = upper.height() - PADDING - PADDING / 2.0;
        let galley = paint::name(&painter, &head.label, room, spot.chosen, tokens.text);
        let upright = upper.with_max_y(upper.bottom() - PADDING / 2.0);
        paint::upright(&painter, upright, galley, tokens.text);
        let font = FontId::proportional(11.0);
        let place = pos2(rect.center().x, rect.bottom() - CELL.y / 2.0);
        let total = words::short(head.count);
        painter.text(place, egui::Align2::CENTER_CENTER, total, font, tokens.text_weak);
        let id = egui::Id::unique(("matrix-column", head.node.index()));
        let response = ui.interact(rect.intersect(spot.strip), id, Sense::CLICK);
        let name = words::column(&head.label, head.count);
        self.say(response, (egui::Role::ColumnHeader, Axis::Rows), name, head, commands);
    }

    /// Whether the rows, or the columns, are sorted by the hops of this head.
    fn sorts(&self, axis: Axis, head: &Head) -> bool {
        let sorts = self.state.matrix.sorting.of(axis).and_then(|party| self.table.node(party));
        sorts == Some(head.node)
    }

    /// Says what a head is, selects it when it is clicked, and offers to sort by it.
    fn say(
        &self,
        response: Response,
        (role, sorted): (egui::Role, Axis),
        mut name: String,
        head: &Head,
        commands: &mut Vec<Main>,
    ) {
        if self.sorts(sorted, head) {
            name.push_str(&format!("; {} are sorted by its hops", sorted.name()));
        }
        response.widget_info(|| egui::WidgetInfo::labeled(role, true, &name));
        if let Some(party) = self.table.party(head.node) {
            if response.clicked() {
                let now = party.carried_over(self.table.project(), &self.state.project);
                commands.push(Main::Select(now));
            }
            let sorted = (sorted, head.label.as_str());
            head_menu_ui(&response, self.state, sorted, &party, commands);
        }
        response.on_hover_text(format!("{name}.\nIn the worst case, by any number of hops."));
    }
}

/// The ground of a head; gives what paints upon it.
fn ground(ui: &Ui, tokens: &Tokens, spot: Spot) -> Painter {
    let painter = ui.painter().with_clip_rect(spot.strip.intersect(ui.clip_rect()));
    let fill = match (spot.chosen, spot.hovered) {
        (_, true) => tokens.hovered,
        (true, _) => tokens.accent_soft,
        _ => Color32::TRANSPARENT,
    };
    painter.rect_filled(spot.rect, 0.0, fill);
    painter
}

/// What the totals are.
fn corner_ui(ui: &Ui, corner: Rect, names: Vec2) {
    let tokens = Tokens::of(ui);
    let painter = ui.painter().with_clip_rect(corner.intersect(ui.clip_rect()));
    let say = |text: &str, width: f32| paint::name(&painter, text, width, false, tokens.text_weak);
    let middle = corner.bottom() - CELL.y / 2.0;
    let galley = say("How many can become it", names.x - 2.0 * PADDING);
    let right = corner.left() + names.x - PADDING;
    let place = pos2(right - galley.size().x, middle - galley.size().y / 2.0);
    painter.galley(place, galley, tokens.text_weak);
    let totals = Rect::from_min_max(
        pos2(corner.left() + names.x, corner.top()),
        pos2(corner.right(), corner.bottom() - CELL.y - PADDING / 2.0),
    );
    let galley = say("Can become", totals.height() - PADDING);
    paint::upright(&painter, totals, galley, tokens.text_weak);
    let lines = ["Row: where a token starts", "Column: what it can become"];
    for (line, text) in lines.into_iter().enumerate() {
        let galley = say(text, names.x - 2.0 * PADDING);
        let place = corner.min + vec2(PADDING, PADDING + line as f32 * 17.0);
        painter.galley(place, galley, tokens.text_weak);
    }
}

/// The right edge of the names can be dragged.
fn resize_ui(ui: &Ui, grid: &mut Grid, left: &Rect, names: f32) {
    let edge = left.right() - TOTAL;
    let rect = Rect::from_x_y_ranges(edge - 4.0..=edge + 4.0, left.y_range());
    let response = ui.interact(rect, egui::Id::unique("matrix-width"), Sense::DRAG);
    if response.hovered() || response.dragged() {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
        let stroke = egui::Stroke::new(2.0, Tokens::of(ui).accent);
        ui.painter().vline(edge, left.y_range(), stroke);
    }
    if response.dragged() {
        let width = names + response.drag_delta().x;
        grid.width = Some(width.clamp(*WIDTH.start(), *WIDTH.end()));
    }
}
