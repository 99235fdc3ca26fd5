//! The widget: keys and mouse become commands, the lines in view become pixels.
//!
//! It scrolls by lines, in double precision, because eighteen million points of height are more
//! than the toolkit's numbers can tell apart. Only lines in view are read, coloured and laid out.

use std::collections::HashMap;
use std::sync::Arc;

use egui::text::CharIndex;
use egui::{FontId, Galley, Id, Key, Pos2, Rect, Response, Sense, Ui, pos2, vec2};

use crate::audit::secrets::covered;
use crate::config::FileId;
use crate::yaml::{Document, Span, Stream};

use super::super::command::{Action, Command as WindowCommand};
use super::super::state::State;
use super::super::theme::Tokens;
use super::super::widgets::action_menu_ui;
use super::caret::{self, Caret};
use super::display::Shown;
use super::keys::listen;
use super::paint::{lay_out, paint};
use super::text::{Text, line_from, line_starts};
use super::{Command, Reveal, SourceAction, margin};

pub(super) const ROW_HEIGHT: f32 = 18.0;
const FONT_SIZE: f32 = 12.5;
const BAR_WIDTH: f32 = 10.0;

/// The name of the editor among the widgets of the window.
pub(super) fn id() -> Id {
    Id::unique("source-text")
}

/// What the editor keeps between frames: nothing of the text but what is in view.
#[derive(Debug, Default)]
pub struct SourceView {
    pub(super) reveal: Option<Reveal>,
    pub(super) focus_find: bool,
    /// The line a person has typed to go to.
    pub(super) line_draft: String,
    file: FileId,
    /// The first line in view, with the part of it that is not.
    pub(super) top: f64,
    pub(super) left: f32,
    /// The widest line seen so far, in points.
    pub(super) widest: f32,
    pub(super) looks: HashMap<usize, Look>,
    /// After Escape, Tab goes to the next widget.
    pub(super) tab_leaves: bool,
    /// What an input method is composing.
    pub(super) composing: String,
}

/// A document in view.
#[derive(Debug)]
pub(super) struct Look {
    pub(super) document: Arc<Document>,
    /// The text with secrets covered, as long as the text itself.
    covered: Option<String>,
    pub(super) starts: Vec<usize>,
    pub(super) marks: margin::Marks,
}

impl Look {
    fn new(document: &Arc<Document>) -> Self {
        Self {
            document: Arc::clone(document),
            covered: None,
            starts: line_starts(document.text()),
            marks: margin::Marks::default(),
        }
    }

    pub(super) fn text(&self) -> &str {
        self.covered.as_deref().unwrap_or(self.document.text())
    }
}

/// A line in view.
pub(super) struct Row {
    pub line: usize,
    pub document: usize,
    /// Its line within the document.
    pub within: usize,
    /// Offset in the file of its first byte.
    pub start: usize,
    /// Its bytes within the document.
    pub span: Span,
    pub shown: Shown,
    pub galley: Arc<Galley>,
    pub top: f32,
    /// How far what is laid out stands from the start of the line.
    pub indent: f32,
}

impl Row {
    /// The distance of a byte of the line from the start of the line.
    pub fn x(&self, byte: usize) -> f32 {
        let column = CharIndex(self.shown.column(byte));
        self.indent + self.galley.rows.first().map_or(0.0, |row| row.x_offset(column))
    }

    pub fn offset_at(&self, x: f32) -> usize {
        let column =
            self.galley.rows.first().map_or(CharIndex(0), |row| row.char_at(x - self.indent));
        self.start + self.shown.byte(column.0)
    }

    pub fn end(&self) -> usize {
        self.start + self.span.end - self.span.start
    }

    /// Offset in the file of its first byte.
    pub fn first_byte(&self) -> usize {
        self.start
    }

    /// Whether a caret at this offset stands in it.
    pub fn holds(&self, offset: usize) -> bool {
        (self.start..=self.end()).contains(&offset)
    }

    /// Why its document is no YAML, when this is the line where that shows.
    pub fn broken(&self, state: &State) -> Option<String> {
        super::paint::broken(state, self).map(|(.., message)| message.to_owned())
    }
}

/// What a frame knows.
pub(super) struct Frame<'a> {
    pub state: &'a State,
    pub text: Text<'a>,
    pub tokens: Tokens,
    /// Where the lines are drawn.
    pub area: Rect,
    /// How many lines are wholly in view.
    pub rows: usize,
    pub count: usize,
}

pub(super) fn editor_ui(
    ui: &mut Ui,
    view: &mut SourceView,
    state: &State,
    stream: &Stream,
    commands: &mut Vec<WindowCommand>,
) {
    let text = Text::new(stream);
    let tokens = Tokens::of(ui);
    let (all, _) = ui.allocate_exact_size(ui.available_size(), Sense::hover());
    if all.width() < 40.0 || all.height() < ROW_HEIGHT {
        return;
    }
    if view.file != state.source.file {
        *view = SourceView {
            file: state.source.file,
            reveal: Some(Reveal::Far),
            focus_find: view.focus_find,
            ..SourceView::default()
        };
    }
    let count = text.line_count();
    let char_width = ui.fonts_mut(|fonts| fonts.glyph_width(&font(), '0'));
    let gutter = margin::width(count, char_width);
    let area = Rect::from_min_max(
        pos2(all.left() + gutter, all.top()),
        all.max - vec2(BAR_WIDTH, BAR_WIDTH),
    );
    let rows = ((area.height() / ROW_HEIGHT) as usize).max(1);
    let frame = Frame { state, text, tokens, area, rows, count };

    let response = ui.interact(area, id(), Sense::click_and_drag());
    scroll(ui, view, &frame, all);
    listen(ui, view, &frame, &response, commands);
    reveal(view, &frame);
    let rows = lay_out(ui, view, &frame, char_width);
    reveal_column(view, &frame, &rows, char_width);
    point(ui, view, &frame, &response, &rows, commands);
    ui.painter().rect_filled(all, 0.0, tokens.sunken);
    paint(ui, view, &frame, &response, &rows, char_width);
    margin::margin_ui(
        ui,
        view,
        state,
        &rows,
        Rect::from_min_max(all.min, area.left_bottom()),
        commands,
    );
    bars_ui(ui, view, &frame, all);
    name(ui, view, &frame, &response, &rows);
    menu_ui(&response, state, commands);
    view.looks.retain(|document, _| rows.iter().any(|row| row.document == *document));
}

pub(super) fn font() -> FontId {
    FontId::monospace(FONT_SIZE)
}

impl SourceView {
    fn last_top(frame: &Frame<'_>) -> f64 {
        frame.count.saturating_sub(frame.rows) as f64
    }

    pub(super) fn look(&mut self, document: usize) -> Option<&mut Look> {
        self.looks.get_mut(&document)
    }

    /// The text of a document as it may be shown.
    pub(super) fn refresh_look(&mut self, state: &State, index: usize) {
        let Some(document) = state.project.document(state.source.file, index) else { return };
        let look = self.looks.entry(index).or_insert_with(|| Look::new(document));
        if !Arc::ptr_eq(&look.document, document) {
            *look = Look::new(document);
        }
        if state.source.show_secrets {
            look.covered = None;
        } else if look.covered.is_none() {
            look.covered = Some(covered(document));
        }
    }
}

// --- Scrolling -----------------------------------------------------------------------------------

fn scroll(ui: &mut Ui, view: &mut SourceView, frame: &Frame<'_>, all: Rect) {
    if ui.rect_contains_pointer(all) {
        let delta = ui.input(|input| input.smooth_scroll_delta());
        view.top -= f64::from(delta.y / ROW_HEIGHT);
        view.left -= delta.x;
    }
    view.top = view.top.clamp(0.0, SourceView::last_top(frame));
    view.left = view.left.clamp(0.0, (view.widest - frame.area.width()).max(0.0));
}

/// Brings the caret's line into view.
fn reveal(view: &mut SourceView, frame: &Frame<'_>) {
    let Some(reveal) = view.reveal else { return };
    let line = frame.text.line_of(frame.state.source.caret.head) as f64;
    let rows = frame.rows as f64;
    let in_view = line >= view.top && line + 1.0 <= view.top + rows;
    if reveal == Reveal::Far && !in_view {
        view.top = line - (rows * 0.3).floor();
    } else if line < view.top {
        view.top = line;
    } else if line + 1.0 > view.top + rows {
        view.top = line + 1.0 - rows;
    }
    view.top = view.top.clamp(0.0, SourceView::last_top(frame));
}

/// Brings the caret's column into view, once the line is laid out.
fn reveal_column(view: &mut SourceView, frame: &Frame<'_>, rows: &[Row], char_width: f32) {
    let head = frame.state.source.caret.head;
    if view.reveal.take().is_none() {
        return;
    }
    let Some(row) = rows.iter().find(|row| row.holds(head)) else { return };
    let x = row.x(head - row.start);
    let room = char_width * 4.0;
    if x < view.left {
        view.left = (x - room).max(0.0);
    } else if x + room > view.left + frame.area.width() {
        view.left = x + room - frame.area.width();
    }
}

fn bars_ui(ui: &mut Ui, view: &mut SourceView, frame: &Frame<'_>, all: Rect) {
    let last = SourceView::last_top(frame);
    if last > 0.0 {
        let track = Rect::from_min_max(pos2(frame.area.right(), all.top()), all.max);
        let share = frame.rows as f64 / frame.count as f64;
        let at = bar_ui(ui, "Scroll the lines", track, true, share, view.top / last);
        if let Some(at) = at {
            view.top = (at * last).clamp(0.0, last);
        }
    }
    let hidden = f64::from(view.widest - frame.area.width());
    if hidden > 0.0 {
        let track =
            Rect::from_min_max(frame.area.left_bottom(), pos2(frame.area.right(), all.bottom()));
        let share = f64::from(frame.area.width() / view.widest);
        let at =
            bar_ui(ui, "Scroll the columns", track, false, share, f64::from(view.left) / hidden);
        if let Some(at) = at {
            view.left = (at * hidden).clamp(0.0, hidden) as f32;
        }
    }
}

/// A scroll bar: how much of all is in view, and where. Gives where it was dragged to.
fn bar_ui(ui: &mut Ui, name: &str, track: Rect, upright: bool, share: f64, at: f64) -> Option<f64> {
    let tokens = Tokens::of(ui);
    let length = |rect: Rect| if upright { rect.height() } else { rect.width() };
    let thumb = (length(track) * share as f32).max(24.0).min(length(track));
    let room = length(track) - thumb;
    let response = ui.interact(track, ui.scope_id().with(name), Sense::click_and_drag());
    response.widget_info(|| {
        let mut info = egui::WidgetInfo::labeled(egui::Role::ScrollBar, true, name);
        info.value = Some(at);
        info
    });
    let start = room * at as f32;
    let rect = if upright {
        Rect::from_min_size(track.min + vec2(3.0, start), vec2(track.width() - 4.0, thumb))
    } else {
        Rect::from_min_size(track.min + vec2(start, 3.0), vec2(thumb, track.height() - 4.0))
    };
    let fill = if response.dragged() || response.hovered() || response.has_focus() {
        tokens.text_weak
    } else {
        tokens.line_strong
    };
    ui.painter().rect_filled(rect, 3.0, fill);
    let moved = ui.input(|input| {
        let step = |less, more| {
            f64::from(u8::from(input.key_pressed(more)))
                - f64::from(u8::from(input.key_pressed(less)))
        };
        step(Key::PageUp, Key::PageDown) * share
    });
    if response.has_focus() && moved != 0.0 {
        return Some((at + moved).clamp(0.0, 1.0));
    }
    let pointer = response.interact_pointer_pos().filter(|_| room > 0.0)?;
    let along = if upright { pointer.y - track.top() } else { pointer.x - track.left() };
    Some(f64::from(((along - thumb / 2.0) / room).clamp(0.0, 1.0)))
}

// --- Mouse ---------------------------------------------------------------------------------------

fn offset_at(view: &SourceView, frame: &Frame<'_>, rows: &[Row], pointer: Pos2) -> Option<usize> {
    let last = rows.last()?;
    let row = rows.iter().find(|row| pointer.y < row.top + ROW_HEIGHT).unwrap_or(last);
    Some(row.offset_at(pointer.x - frame.area.left() + view.left))
}

fn point(
    ui: &Ui,
    view: &mut SourceView,
    frame: &Frame<'_>,
    response: &Response,
    rows: &[Row],
    commands: &mut Vec<WindowCommand>,
) {
    if response.hovered() {
        ui.set_cursor_icon(egui::CursorIcon::Text);
    }
    let Some(pointer) = response.interact_pointer_pos() else { return };
    let Some(offset) = offset_at(view, frame, rows, pointer) else { return };
    let (pressed, secondary, modifiers) = ui.input(|input| {
        let pointer = &input.pointer;
        (pointer.primary_pressed(), pointer.secondary_pressed(), input.modifiers)
    });
    let caret = frame.state.source.caret;
    let mut send = |command: Command| commands.push(WindowCommand::Source(command));
    if response.triple_clicked() {
        let line = frame.text.line_of(offset);
        send(Command::Select(Caret::over(frame.text.line(line).start..frame.text.line_end(line))));
    } else if response.double_clicked() {
        send(Command::Select(Caret::over(caret::word_at(frame.text, offset))));
    } else if response.contains_pointer() && (pressed || secondary) {
        response.request_focus();
        view.tab_leaves = false;
        if secondary && caret.range().contains(&offset) {
            return;
        }
        if modifiers.command && pressed {
            send(Command::Definition(offset));
        } else if modifiers.shift {
            send(Command::Select(Caret { anchor: caret.anchor, head: offset, column: None }));
        } else {
            send(Command::Select(Caret::at(offset)));
        }
    } else if response.dragged_by(egui::PointerButton::Primary) && !modifiers.command {
        if offset != caret.head {
            send(Command::Select(Caret { anchor: caret.anchor, head: offset, column: None }));
        }
        if !frame.area.y_range().contains(pointer.y) {
            let over = pointer.y - pointer.y.clamp(frame.area.top(), frame.area.bottom());
            view.top += f64::from(over / ROW_HEIGHT) * 0.3;
            ui.ctx().request_repaint();
        }
    }
}

fn menu_ui(response: &Response, state: &State, commands: &mut Vec<WindowCommand>) {
    response.context_menu(|ui| {
        for group in [
            &[SourceAction::Cut, SourceAction::Copy, SourceAction::Paste][..],
            &[SourceAction::GoToDefinition, SourceAction::FindReferences],
            &[SourceAction::ToggleComment, SourceAction::MoveLinesUp, SourceAction::MoveLinesDown],
        ] {
            for action in group {
                let action = Action::Source(*action);
                action_menu_ui(ui, state, action, commands);
            }
            ui.separator();
        }
        let select_all = Action::Source(SourceAction::SelectAll);
        action_menu_ui(ui, state, select_all, commands);
    });
}

// --- Names ---------------------------------------------------------------------------------------

/// Tells assistive technology what this is, its current line and where the caret stands in it.
fn name(ui: &Ui, view: &SourceView, frame: &Frame<'_>, response: &Response, rows: &[Row]) {
    let state = frame.state;
    let caret = state.source.caret;
    let file = state.project.get_file(state.source.file);
    let label = format!("Source of {}", file.map_or("no file", |file| &file.name));
    let (document, within) = frame.text.find(caret.head);
    let line = view.looks.get(&document).map_or_else(String::new, |look| {
        let start = look.starts.partition_point(|start| *start <= within).saturating_sub(1);
        let span = line_from(look.document.text(), look.starts[start]);
        Shown::new(&look.text()[span.range()], 0).text
    });
    response.widget_info(|| {
        let mut info = egui::WidgetInfo::text_edit(true, &line, &line, "");
        info.label = Some(label.clone());
        info
    });
    ui.ctx().accesskit_node_builder(id(), |node| {
        node.set_role(egui::accesskit::Role::MultilineTextInput);
        node.set_label(label);
        node.set_value(line);
        node.add_action(egui::accesskit::Action::ReplaceSelectedText);
    });
    let Some(row) = rows.iter().find(|row| row.holds(caret.head)) else {
        return;
    };
    let cursor = |offset: usize| {
        let column = row.shown.column(offset.clamp(row.start, row.end()) - row.start);
        egui::text::CCursor::new(column)
    };
    let range = egui::text::CCursorRange::two(cursor(caret.anchor), cursor(caret.head));
    let at = vec2(frame.area.left() - view.left + row.indent, row.top);
    egui::text_selection::accesskit_text::update_accesskit_for_text_widget(
        ui.ctx(),
        id(),
        Some(range),
        egui::emath::TSTransform::from_translation(at),
        &row.galley,
    );
}
