//! The widget: keys and mouse become commands, the lines in view become pixels.
//!
//! It scrolls by lines, in double precision, because eighteen million points of height are more
//! than the toolkit's numbers can tell apart. Only lines in view are read, coloured and laid out.

use std::collections::HashMap;
use std::sync::Arc;

use egui::text::{CharIndex, LayoutJob, TextFormat};
use egui::{
    Color32, Event, EventFilter, FontId, Galley, Id, ImeEvent, Key, Modifiers, Pos2, Rect,
    Response, Sense, Shape, Stroke, Ui, pos2, vec2,
};
use regex::Regex;

use crate::audit::secrets::covered;
use crate::config::FileId;
use crate::yaml::{Document, Span, Stream};

use super::super::command::{Action, Command as WindowCommand};
use super::super::state::State;
use super::super::theme::Tokens;
use super::caret::{self, Caret, Motion};
use super::display::{LONG, Shown};
use super::highlight::{Class, classes};
use super::text::{Text, line_from, line_starts};
use super::typing::Reach;
use super::{Command, Reveal, SourceAction, find, margin, place_at, places};

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
    top: f64,
    left: f32,
    /// The widest line seen so far, in points.
    widest: f32,
    looks: HashMap<usize, Look>,
    /// After Escape, Tab goes to the next widget.
    pub(super) tab_leaves: bool,
    /// What an input method is composing.
    composing: String,
}

/// A document in view.
#[derive(Debug)]
pub(super) struct Look {
    document: Arc<Document>,
    /// The text with secrets covered, as long as the text itself.
    covered: Option<String>,
    starts: Vec<usize>,
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

    fn text(&self) -> &str {
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
    start: usize,
    /// Its bytes within the document.
    span: Span,
    shown: Shown,
    galley: Arc<Galley>,
    pub top: f32,
    /// How far what is laid out stands from the start of the line.
    indent: f32,
}

impl Row {
    /// The distance of a byte of the line from the start of the line.
    fn x(&self, byte: usize) -> f32 {
        let column = CharIndex(self.shown.column(byte));
        self.indent + self.galley.rows.first().map_or(0.0, |row| row.x_offset(column))
    }

    fn offset_at(&self, x: f32) -> usize {
        let column =
            self.galley.rows.first().map_or(CharIndex(0), |row| row.char_at(x - self.indent));
        self.start + self.shown.byte(column.0)
    }

    fn end(&self) -> usize {
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
        broken(state, self).map(|(.., message)| message.to_owned())
    }
}

/// What a frame knows.
struct Frame<'a> {
    state: &'a State,
    text: Text<'a>,
    tokens: Tokens,
    /// Where the lines are drawn.
    area: Rect,
    /// How many lines are wholly in view.
    rows: usize,
    count: usize,
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

fn font() -> FontId {
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
    fn refresh_look(&mut self, state: &State, index: usize) {
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

// --- Keys ----------------------------------------------------------------------------------------

fn listen(
    ui: &mut Ui,
    view: &mut SourceView,
    frame: &Frame<'_>,
    response: &Response,
    commands: &mut Vec<WindowCommand>,
) {
    if !response.has_focus() {
        view.composing.clear();
        view.tab_leaves = false;
        return;
    }
    let filter = EventFilter {
        tab: !view.tab_leaves,
        horizontal_arrows: true,
        vertical_arrows: true,
        escape: true,
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id(), filter));
    for event in ui.input(|input| input.filtered_events(&filter)) {
        match event {
            Event::Text(text) if !text.is_empty() && text != "\n" && text != "\r" => {
                view.tab_leaves = false;
                commands.push(Command::Insert(text).into());
            }
            Event::Paste(text) if !text.is_empty() => {
                commands.push(Command::Paste(text).into());
            }
            Event::Copy | Event::Cut => {
                if let Some(text) = frame.state.source.to_copy() {
                    ui.copy_text(text);
                    if event == Event::Cut {
                        commands.push(Command::Cut.into());
                    }
                }
            }
            Event::Key { key: Key::Escape, pressed: true, .. } => {
                let caret = frame.state.source.caret;
                if caret.is_empty() {
                    view.tab_leaves = true;
                } else {
                    commands.push(Command::Select(Caret::at(caret.head)).into());
                }
            }
            Event::Key { key, pressed: true, modifiers, .. } => {
                view.tab_leaves = false;
                match key_command(ui.os().is_mac(), key, modifiers, frame.rows) {
                    Some(KeyCommand::Source(command)) => commands.push(command.into()),
                    Some(KeyCommand::Scroll(rows)) => view.top += rows,
                    Some(KeyCommand::SelectAll) => {
                        let action = Action::Source(SourceAction::SelectAll);
                        commands.push(WindowCommand::Act(action));
                    }
                    None => {}
                }
            }
            Event::Ime(ime) => compose(view, frame, ime, commands),
            Event::AccessKitActionRequest(request)
                if request.target_node == id().accesskit_id()
                    && request.action == egui::accesskit::Action::ReplaceSelectedText =>
            {
                if let Some(egui::accesskit::ActionData::Value(text)) = request.data {
                    commands.push(Command::Paste(text.to_string()).into());
                }
            }
            _ => {}
        }
    }
}

enum KeyCommand {
    Source(Command),
    /// Lines to scroll by; the caret stays.
    Scroll(f64),
    SelectAll,
}

fn key_command(is_mac: bool, key: Key, modifiers: Modifiers, rows: usize) -> Option<KeyCommand> {
    let extend = modifiers.shift;
    let word = if is_mac { modifiers.alt } else { modifiers.ctrl };
    let whole = is_mac && modifiers.mac_cmd;
    let motion = match key {
        Key::ArrowLeft if whole => Motion::LineStart,
        Key::ArrowRight if whole => Motion::LineEnd,
        Key::ArrowUp if whole => Motion::Start,
        Key::ArrowDown if whole => Motion::End,
        Key::ArrowLeft if word => Motion::WordLeft,
        Key::ArrowRight if word => Motion::WordRight,
        Key::ArrowUp if modifiers.ctrl => return Some(KeyCommand::Scroll(-1.0)),
        Key::ArrowDown if modifiers.ctrl => return Some(KeyCommand::Scroll(1.0)),
        Key::ArrowLeft => Motion::Left,
        Key::ArrowRight => Motion::Right,
        Key::ArrowUp => Motion::Up(1),
        Key::ArrowDown => Motion::Down(1),
        Key::PageUp => Motion::Up(rows.saturating_sub(1).max(1)),
        Key::PageDown => Motion::Down(rows.saturating_sub(1).max(1)),
        Key::Home if modifiers.command => Motion::Start,
        Key::End if modifiers.command => Motion::End,
        Key::Home => Motion::LineStart,
        Key::End => Motion::LineEnd,
        Key::A if modifiers.command => return Some(KeyCommand::SelectAll),
        _ => return deletion(key, modifiers, word, whole).map(KeyCommand::Source),
    };
    Some(KeyCommand::Source(Command::Move { motion, extend }))
}

fn deletion(key: Key, modifiers: Modifiers, word: bool, whole: bool) -> Option<Command> {
    Some(match key {
        Key::Enter if !modifiers.command => Command::Enter,
        Key::Tab if modifiers.shift => Command::Outdent,
        Key::Tab if !modifiers.command => Command::Indent,
        Key::Backspace if word => Command::Delete(Reach::WordLeft),
        Key::Backspace => Command::Delete(Reach::Left),
        Key::Delete if whole => Command::Delete(Reach::LineRight),
        Key::Delete if word => Command::Delete(Reach::WordRight),
        Key::Delete => Command::Delete(Reach::Right),
        _ => return None,
    })
}

/// What an input method composes is shown at the caret and typed when it is done.
fn compose(
    view: &mut SourceView,
    frame: &Frame<'_>,
    event: ImeEvent,
    commands: &mut Vec<WindowCommand>,
) {
    match event {
        ImeEvent::Preedit { text, .. } => view.composing = text,
        ImeEvent::Commit(text) => {
            view.composing.clear();
            if !text.is_empty() && text != "\n" && text != "\r" {
                commands.push(Command::Insert(text).into());
            }
        }
        ImeEvent::DeleteSurrounding { before_chars, after_chars } => {
            let range = frame.state.source.caret.range();
            let start = (0..before_chars).fold(range.start, |at, _| caret::left(frame.text, at));
            let end = (0..after_chars).fold(range.end, |at, _| caret::right(frame.text, at));
            commands.push(Command::Select(Caret::over(start..end)).into());
            commands.push(Command::Delete(Reach::Left).into());
        }
        _ => {}
    }
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
    if response.is_pointer_button_down_on() && (pressed || secondary) {
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
    } else if response.triple_clicked() {
        let line = frame.text.line_of(offset);
        send(Command::Select(Caret::over(frame.text.line(line).start..frame.text.line_end(line))));
    } else if response.double_clicked() {
        send(Command::Select(Caret::over(caret::word_at(frame.text, offset))));
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
                super::super::widgets::action_menu_ui(ui, state, action, commands);
            }
            ui.separator();
        }
        let select_all = Action::Source(SourceAction::SelectAll);
        super::super::widgets::action_menu_ui(ui, state, select_all, commands);
    });
}

// --- Pixels --------------------------------------------------------------------------------------

fn lay_out(ui: &Ui, view: &mut SourceView, frame: &Frame<'_>, char_width: f32) -> Vec<Row> {
    let first = view.top.floor() as usize;
    let last = (first + frame.rows + 2).min(frame.count);
    let part = (view.top - view.top.floor()) as f32;
    let mut rows = Vec::with_capacity(last - first);
    let mut document = frame.text.document_of_line(first);
    let mut before = None;
    for line in first..last {
        let next = document + 1;
        if frame.text.document(next).is_some() && frame.text.first_line(next) <= line {
            document = next;
        }
        if before != Some(document) {
            view.refresh_look(frame.state, document);
            before = Some(document);
        }
        let top = frame.area.top() + ((line - first) as f32 - part) * ROW_HEIGHT;
        let within = line - frame.text.first_line(document).min(line);
        let Some(look) = view.looks.get(&document) else {
            // A file without text has one line and no document.
            rows.push(empty_row(ui, line, top));
            continue;
        };
        let span = match look.starts.get(within) {
            Some(start) => line_from(look.document.text(), *start),
            None => Span::new(look.document.text().len(), look.document.text().len()),
        };
        let content = &look.text()[span.range()];
        let long = content.len() > LONG;
        let skip = if long { ((view.left / char_width) as usize).saturating_sub(200) } else { 0 };
        let shown = Shown::new(content, skip);
        let job = job(&look.document, span, &shown, &frame.tokens);
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        let width =
            if long { content.chars().count() as f32 * char_width } else { galley.size().x };
        view.widest = view.widest.max(width + char_width * 6.0);
        rows.push(Row {
            line,
            document,
            within,
            start: frame.text.start(document) + span.start,
            span,
            shown,
            galley,
            top,
            indent: skip as f32 * char_width,
        });
    }
    rows
}

fn empty_row(ui: &Ui, line: usize, top: f32) -> Row {
    let galley = ui.fonts_mut(|fonts| fonts.layout_job(LayoutJob::default()));
    let shown = Shown::new("", 0);
    let span = Span::default();
    Row { line, document: 0, within: 0, start: 0, span, shown, galley, top, indent: 0.0 }
}

fn job(document: &Document, line: Span, shown: &Shown, tokens: &Tokens) -> LayoutJob {
    let mut job = LayoutJob::default();
    job.wrap.max_width = f32::INFINITY;
    job.break_on_newline = false;
    let mut pieces: Vec<(std::ops::Range<usize>, Color32)> = Vec::new();
    for (span, class) in classes(document, line) {
        let (from, to) = (span.start.max(line.start), span.end.min(line.end));
        if from < to {
            let range = shown.range(from - line.start, to - line.start);
            pieces.push((range, color(class, tokens)));
        }
    }
    let plain = if document.tree().is_ok() { tokens.text_weak } else { tokens.code_text };
    let mut at = 0;
    let append = |range: std::ops::Range<usize>, color: Color32, job: &mut LayoutJob| {
        // What stands in for something that cannot be seen is weaker than what can.
        let mut at = range.start;
        for stand_in in &shown.stand_ins {
            let (start, end) = (stand_in.start.max(at), stand_in.end.min(range.end));
            if start < end {
                job.append(&shown.text[at..start], 0.0, TextFormat::simple(font(), color));
                let weak = TextFormat::simple(font(), tokens.external);
                job.append(&shown.text[start..end], 0.0, weak);
                at = end;
            }
        }
        if at < range.end {
            job.append(&shown.text[at..range.end], 0.0, TextFormat::simple(font(), color));
        }
    };
    for (range, color) in pieces {
        append(at..range.start.max(at), plain, &mut job);
        append(range.start.max(at)..range.end.max(at), color, &mut job);
        at = range.end.max(at);
    }
    append(at..shown.text.len(), plain, &mut job);
    if job.sections.is_empty() {
        job.append("", 0.0, TextFormat::simple(font(), plain));
    }
    job
}

fn color(class: Class, tokens: &Tokens) -> Color32 {
    match class {
        Class::Key => tokens.code_key,
        Class::Plain => tokens.code_text,
        Class::Quoted => tokens.code_quoted,
        Class::Block => tokens.code_block,
        Class::Comment => tokens.code_comment,
        Class::Tag => tokens.code_tag,
        Class::Anchor | Class::Alias => tokens.code_anchor,
        Class::Placeholder => tokens.external,
        Class::Marker => tokens.accent,
    }
}

fn paint(
    ui: &Ui,
    view: &mut SourceView,
    frame: &Frame<'_>,
    response: &Response,
    rows: &[Row],
    char_width: f32,
) {
    let Frame { tokens, area, state, .. } = frame;
    let painter = ui.painter_at(area.expand2(vec2(2.0, 0.0)));
    let origin = area.left() - view.left;
    let caret = state.source.caret;
    let selected = caret.range();
    let focused = response.has_focus();
    let matcher = state.source.find.shown();
    for row in rows {
        let line = Rect::from_min_size(pos2(area.left(), row.top), vec2(area.width(), ROW_HEIGHT));
        if row.holds(caret.head) && caret.is_empty() {
            painter.rect_filled(line, 0.0, tokens.hovered.gamma_multiply(0.55));
        }
        let piece = |from: usize, to: usize| {
            Rect::from_x_y_ranges(origin + row.x(from)..=origin + row.x(to), line.y_range())
        };
        for (from, to) in matches_in(view, row, matcher) {
            let rect = piece(from, to).shrink2(vec2(0.0, 1.0));
            painter.rect_filled(rect, 2.0, tokens.caution.gamma_multiply(0.3));
            painter.rect_stroke(
                rect,
                2.0,
                Stroke::new(1.0, tokens.caution.gamma_multiply(0.7)),
                egui::StrokeKind::Inside,
            );
        }
        if !selected.is_empty() && selected.start <= row.end() && selected.end > row.start {
            let from = selected.start.saturating_sub(row.start);
            let to = (selected.end - row.start).min(row.span.end - row.span.start);
            let mut rect = piece(from, to);
            if selected.end > row.end() {
                rect.max.x += char_width * 0.6;
            }
            let fill =
                if focused || state.source.find.open { tokens.accent_soft } else { tokens.hovered };
            painter.rect_filled(rect, 0.0, fill);
        }
        let rest = (ROW_HEIGHT - row.galley.size().y) / 2.0;
        let at = pos2(origin + row.indent, row.top + rest);
        painter.galley(at, Arc::clone(&row.galley), tokens.code_text);
        if let Some((from, to, message)) = broken(state, row) {
            let rect = piece(from, to);
            wave(
                &painter,
                rect.left()..=rect.right().max(rect.left() + char_width),
                rect.bottom(),
                tokens,
            );
            if response.hover_pos().is_some_and(|pointer| rect.expand(3.0).contains(pointer)) {
                response.clone().on_hover_text_at_pointer(message);
            }
        }
        link_under_pointer(ui, view, frame, response, row, &painter);
    }
    if focused && let Some(row) = rows.iter().find(|row| row.holds(caret.head)) {
        paint_caret(ui, view, frame, row, &painter);
    }
    if focused {
        let around = area.expand(1.0);
        let stroke = Stroke::new(
            1.0,
            tokens.accent.gamma_multiply(if view.tab_leaves { 1.0 } else { 0.45 }),
        );
        ui.painter().rect_stroke(around, 2.0, stroke, egui::StrokeKind::Outside);
    }
}

fn paint_caret(ui: &Ui, view: &SourceView, frame: &Frame<'_>, row: &Row, painter: &egui::Painter) {
    let tokens = &frame.tokens;
    let head = frame.state.source.caret.head;
    let mut x = frame.area.left() - view.left + row.x(head - row.start);
    if !view.composing.is_empty() {
        let mut format = TextFormat::simple(font(), tokens.text);
        format.underline = Stroke::new(1.0, tokens.accent);
        let job = LayoutJob::single_section(view.composing.clone(), format);
        let galley = ui.fonts_mut(|fonts| fonts.layout_job(job));
        let size = vec2(galley.size().x, ROW_HEIGHT);
        painter.rect_filled(Rect::from_min_size(pos2(x, row.top), size), 0.0, tokens.raised);
        painter.galley(pos2(x, row.top + 1.0), galley, tokens.text);
        x += size.x;
    }
    let caret = Rect::from_min_size(pos2(x - 0.75, row.top + 1.0), vec2(1.5, ROW_HEIGHT - 2.0));
    painter.rect_filled(caret, 0.0, tokens.text);
    let to_global = ui.ctx().layer_transform_to_global(ui.layer_id()).unwrap_or_default();
    ui.output_mut(|output| {
        output.ime = Some(egui::output::IMEOutput {
            purpose: egui::IMEPurpose::Normal,
            rect: to_global * frame.area,
            cursor_rect: to_global * caret,
            should_interrupt_composition: false,
        });
    });
}

/// The matches within a line, as bytes of it.
fn matches_in(view: &SourceView, row: &Row, matcher: Option<&Regex>) -> Vec<(usize, usize)> {
    let (Some(matcher), Some(look)) = (matcher, view.looks.get(&row.document)) else {
        return Vec::new();
    };
    // Matches of several lines are found when the document is short enough to be looked at whole.
    let text = look.document.text();
    let whole = text.len() <= 64 << 10;
    let base = if whole { 0 } else { row.span.start };
    let searched = if whole { text } else { &text[row.span.range()] };
    find::matches(matcher, searched)
        .map(|range| (range.start + base, range.end + base))
        .skip_while(|(_, end)| *end <= row.span.start)
        .take_while(|(start, _)| *start < row.span.end)
        .map(|(start, end)| {
            let to = |at: usize| at.clamp(row.span.start, row.span.end) - row.span.start;
            (to(start), to(end))
        })
        .collect()
}

/// Where in a line its document stops being YAML, and why.
fn broken<'a>(state: &'a State, row: &Row) -> Option<(usize, usize, &'a str)> {
    let document = state.project.document(state.source.file, row.document)?;
    let error = document.tree().err()?;
    let at = error.offset.min(document.text().len());
    if at < row.span.start || at > row.span.end {
        return None;
    }
    let from = at - row.span.start;
    let rest = document.slice(Span::new(document.text().floor_char_boundary(at), row.span.end));
    let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
    Some((from, from + word, &error.message))
}

fn wave(painter: &egui::Painter, x: std::ops::RangeInclusive<f32>, bottom: f32, tokens: &Tokens) {
    let points: Vec<Pos2> = (0..)
        .map(|step| (step, x.start() + step as f32 * 2.0))
        .take_while(|(_, at)| *at <= x.end() + 2.0)
        .map(|(step, at)| pos2(at, bottom - if step % 2 == 0 { 1.0 } else { 3.0 }))
        .collect();
    painter.add(Shape::line(points, Stroke::new(1.3, tokens.bad)));
}

/// With Ctrl held, what leads somewhere looks like a link.
fn link_under_pointer(
    ui: &Ui,
    view: &SourceView,
    frame: &Frame<'_>,
    response: &Response,
    row: &Row,
    painter: &egui::Painter,
) {
    let Some(pointer) = response.hover_pos() else { return };
    if !ui.input(|input| input.modifiers.command)
        || !(row.top..row.top + ROW_HEIGHT).contains(&pointer.y)
    {
        return;
    }
    let origin = frame.area.left() - view.left;
    let offset = row.offset_at(pointer.x - origin);
    let at = place_at(frame.text, frame.state.source.file, offset);
    if let Some((span, _)) = places::definition(&frame.state.project, at)
        && span.start < row.span.end
        && span.end > row.span.start
    {
        ui.set_cursor_icon(egui::CursorIcon::PointingHand);
        let byte = |at: usize| at.clamp(row.span.start, row.span.end) - row.span.start;
        let x = origin + row.x(byte(span.start))..=origin + row.x(byte(span.end));
        painter.hline(x, row.top + ROW_HEIGHT - 2.0, Stroke::new(1.0, frame.tokens.accent));
    }
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
        info.label = Some(label.clone().into());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Limits;

    #[test]
    fn a_line_keeps_its_text_whatever_it_is_made_of() {
        let text = "a: 'x y' # é\r\nb:\t[1, \u{0}2]\r\n";
        let document = Document::parse(text, &Limits::default());
        let shown: Vec<_> = line_starts(text)
            .into_iter()
            .map(|start| {
                let span = line_from(text, start);
                let shown = Shown::new(&text[span.range()], 0);
                job(&document, span, &shown, &super::super::super::theme::DARK).text
            })
            .collect();
        assert_eq!(shown, ["a: 'x y' # é", "b:→ [1, \\x002]", ""]);
    }
}
