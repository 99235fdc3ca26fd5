//! The heads: names and totals of rows at the left and of columns at the top, which stay where they
//! are while the cells scroll.

use petgraph::stable_graph::NodeIndex;

use egui::{Color32, CursorIcon, FontId, Rect, Response, Sense, Ui, Vec2, pos2, vec2};

use super::grid::{Geometry, Grid, TOTAL};
use super::paint::CELL;
use super::table::Table;
use super::{paint, words};
use crate::studio::command::Command as Main;
use crate::studio::state::State;
use crate::studio::theme::Tokens;
use crate::trust::matrix::Head;

/// Names that are measured to see how much room names take.
const MEASURED: usize = 300;
const WIDTH: std::ops::RangeInclusive<f32> = 120.0..=460.0;
const PADDING: f32 = 8.0;
/// The sign of an external identity.
const SIGN: f32 = 14.0;

/// As much room as names take, within bounds; a width that a person chose stays.
pub fn measure(ui: &Ui, grid: &mut Grid, table: &Table) {
    let width =
        |head: &Head| paint::name(ui.painter(), &head.label, 1000.0, true, Color32::BLACK).size().x;
    let widest = |heads: &[Head]| {
        let some = heads.iter().step_by(heads.len() / MEASURED + 1);
        some.map(width).fold(0.0_f32, f32::max)
    };
    if grid.names.x == 0.0 {
        grid.names.x = (widest(table.matrix.rows()) + 2.0 * PADDING + SIGN).clamp(196.0, 280.0);
    }
    grid.names.y = (widest(table.matrix.columns()) + 2.0 * PADDING).clamp(96.0, 172.0);
}

#[expect(clippy::too_many_arguments, reason = "what a frame knows of the matrix")]
pub fn heads_ui(
    ui: &mut Ui,
    grid: &mut Grid,
    state: &State,
    table: &Table,
    geometry: &Geometry,
    names: Vec2,
    hovered: Option<(usize, usize)>,
    commands: &mut Vec<Main>,
) {
    let tokens = Tokens::of(ui);
    let Geometry { area, body, .. } = *geometry;
    let top = Rect::from_min_max(pos2(body.left(), area.top()), pos2(area.right(), body.top()));
    let left = Rect::from_min_max(pos2(area.left(), body.top()), pos2(body.left(), area.bottom()));
    let corner = Rect::from_min_max(area.min, body.min);
    for strip in [top, left, corner] {
        ui.painter().rect_filled(strip, 0.0, tokens.panel);
    }
    let chosen = state.matrix.cell();
    let selected = selected(state, table);
    let bar = |rect: Rect| ui.painter().rect_filled(rect, 0.0, tokens.accent);
    for row in geometry.rows() {
        let lit = [chosen.map(|it| it.0), hovered.map(|it| it.0)].map(|it| it == Some(row));
        let rect = geometry.cell((row, 0));
        let rect = Rect::from_x_y_ranges(left.x_range(), rect.y_range());
        row_ui(ui, table, left, rect, names.x, row, lit, state, commands);
        if table.matrix.rows().get(row).map(|head| head.node) == selected && selected.is_some() {
            bar(rect.with_max_x(rect.left() + 3.0).intersect(left));
        }
    }
    for column in geometry.columns() {
        let lit = [chosen.map(|it| it.1), hovered.map(|it| it.1)].map(|it| it == Some(column));
        let rect = geometry.cell((0, column));
        let rect = Rect::from_x_y_ranges(rect.x_range(), top.y_range());
        column_ui(ui, table, top, rect, column, lit, state, commands);
        if table.matrix.columns().get(column).map(|head| head.node) == selected
            && selected.is_some()
        {
            bar(rect.with_max_y(rect.top() + 3.0).intersect(top));
        }
    }
    corner_ui(ui, corner, names);
    let line = egui::Stroke::new(1.0, tokens.line_strong);
    let painter = ui.painter();
    painter.hline(area.x_range(), body.top(), line);
    painter.vline(body.left(), area.y_range(), line);
    let faint = egui::Stroke::new(1.0, tokens.line);
    painter.hline(area.x_range(), body.top() - CELL.y, faint);
    painter.vline(body.left() - TOTAL, area.y_range(), faint);
    resize_ui(ui, grid, &left);
}

/// What is selected in all views, as a row or a column.
fn selected(state: &State, table: &Table) -> Option<NodeIndex> {
    let selection = state.selection.as_ref()?.carried_over(&state.project, table.project())?;
    table.node(&selection)
}

#[expect(clippy::too_many_arguments, reason = "what a frame knows of a row")]
fn row_ui(
    ui: &Ui,
    table: &Table,
    strip: Rect,
    rect: Rect,
    names: f32,
    row: usize,
    lit: [bool; 2],
    state: &State,
    commands: &mut Vec<Main>,
) {
    let Some(head) = table.matrix.rows().get(row) else { return };
    let tokens = Tokens::of(ui);
    let painter = ui.painter().with_clip_rect(strip.intersect(ui.clip_rect()));
    painter.rect_filled(rect, 0.0, ground(&tokens, lit));
    let middle = rect.center().y;
    let mut from = rect.left() + PADDING;
    let is_external = !table.base.access.is_client(head.node.index() as u32);
    if is_external {
        paint::external(&painter, &tokens, pos2(from + 4.0, middle));
        from += SIGN;
    }
    let room = rect.left() + names - PADDING / 2.0 - from;
    let galley = paint::name(&painter, &head.label, room, lit[0], tokens.text);
    painter.galley(pos2(from, middle - galley.size().y / 2.0), galley, tokens.text);
    let font = FontId::proportional(12.0);
    let place = pos2(rect.right() - PADDING, middle);
    let total = head.count.to_string();
    painter.text(place, egui::Align2::RIGHT_CENTER, total, font, tokens.text_weak);
    let id = egui::Id::unique(("matrix-row", head.node.index()));
    let response = ui.interact(rect.intersect(strip), id, Sense::CLICK);
    let kind = if is_external { "External identity " } else { "" };
    let name = format!("{kind}{}", words::row(&head.label, head.count));
    head_ui(response, egui::Role::RowHeader, name, table, head, state, commands);
}

#[expect(clippy::too_many_arguments, reason = "what a frame knows of a column")]
fn column_ui(
    ui: &Ui,
    table: &Table,
    strip: Rect,
    rect: Rect,
    column: usize,
    lit: [bool; 2],
    state: &State,
    commands: &mut Vec<Main>,
) {
    let Some(head) = table.matrix.columns().get(column) else { return };
    let tokens = Tokens::of(ui);
    let painter = ui.painter().with_clip_rect(strip.intersect(ui.clip_rect()));
    painter.rect_filled(rect, 0.0, ground(&tokens, lit));
    let upper = Rect::from_min_max(rect.min, pos2(rect.right(), rect.bottom() - CELL.y));
    let room = upper.height() - PADDING - PADDING / 2.0;
    let galley = paint::name(&painter, &head.label, room, lit[0], tokens.text);
    let upright = upper.with_max_y(upper.bottom() - PADDING / 2.0);
    paint::upright(&painter, upright, galley, tokens.text);
    let font = FontId::proportional(11.0);
    let place = pos2(rect.center().x, rect.bottom() - CELL.y / 2.0);
    let total = words::short(head.count);
    painter.text(place, egui::Align2::CENTER_CENTER, total, font, tokens.text_weak);
    let id = egui::Id::unique(("matrix-column", head.node.index()));
    let response = ui.interact(rect.intersect(strip), id, Sense::CLICK);
    let name = words::column(&head.label, head.count);
    head_ui(response, egui::Role::ColumnHeader, name, table, head, state, commands);
}

fn ground(tokens: &Tokens, [chosen, hovered]: [bool; 2]) -> Color32 {
    match (chosen, hovered) {
        (_, true) => tokens.hovered,
        (true, _) => tokens.accent_soft,
        _ => Color32::TRANSPARENT,
    }
}

/// Says what a head is, and selects it when it is clicked.
fn head_ui(
    response: Response,
    role: egui::Role,
    name: String,
    table: &Table,
    head: &Head,
    state: &State,
    commands: &mut Vec<Main>,
) {
    response.widget_info(|| egui::WidgetInfo::labeled(role, true, &name));
    if response.clicked()
        && let Some(party) = table.party(head.node)
    {
        let now = party.carried_over(table.project(), &state.project);
        commands.push(Main::Select(now));
    }
    response.on_hover_text(format!("{name}.\nIn the worst case, by any number of hops."));
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
fn resize_ui(ui: &Ui, grid: &mut Grid, left: &Rect) {
    let edge = left.right() - TOTAL;
    let rect = Rect::from_x_y_ranges(edge - 4.0..=edge + 4.0, left.y_range());
    let response = ui.interact(rect, egui::Id::unique("matrix-width"), Sense::DRAG);
    if response.hovered() || response.dragged() {
        ui.ctx().set_cursor_icon(CursorIcon::ResizeHorizontal);
        let stroke = egui::Stroke::new(2.0, Tokens::of(ui).accent);
        ui.painter().vline(edge, left.y_range(), stroke);
    }
    if response.dragged() {
        let width = grid.names.x + response.drag_delta().x;
        grid.names.x = width.clamp(*WIDTH.start(), *WIDTH.end());
    }
}
