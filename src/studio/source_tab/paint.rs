//! The lines in view, laid out and drawn.

use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat};
use egui::{Color32, Pos2, Rect, Response, Shape, Stroke, Ui, pos2, vec2};
use regex::Regex;

use crate::yaml::{Document, Span};

use super::super::state::State;
use super::super::theme::Tokens;
use super::display::{LONG, Shown};
use super::editor::{Frame, ROW_HEIGHT, Row, SourceView, font};
use super::highlight::{Class, classes};
use super::text::line_from;
use super::{find, place_at, places};

pub(super) fn lay_out(
    ui: &Ui,
    view: &mut SourceView,
    frame: &Frame<'_>,
    char_width: f32,
) -> Vec<Row> {
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
    let mut pieces: Vec<(Range<usize>, Color32)> = Vec::new();
    for (span, class) in classes(document, line) {
        let (from, to) = (span.start.max(line.start), span.end.min(line.end));
        if from < to {
            let range = shown.range(from - line.start, to - line.start);
            pieces.push((range, color(class, tokens)));
        }
    }
    let plain = if document.tree().is_ok() { tokens.text_weak } else { tokens.code_text };
    let mut at = 0;
    let append = |range: Range<usize>, color: Color32, job: &mut LayoutJob| {
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

pub(super) fn paint(
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
pub(super) fn broken<'a>(state: &'a State, row: &Row) -> Option<(usize, usize, &'a str)> {
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

fn wave(painter: &egui::Painter, x: RangeInclusive<f32>, bottom: f32, tokens: &Tokens) {
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

#[cfg(test)]
mod tests {
    use super::super::text::line_starts;
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
