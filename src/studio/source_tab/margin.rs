//! The margin: line numbers and, beside them, what was found there.

use std::sync::Arc;

use egui::{Rect, Ui, pos2, vec2};

use crate::studio::theme::icons;
use crate::yaml::Document;

use super::super::analysis::Analysis;
use super::super::command::Command as WindowCommand;
use super::super::state::State;
use super::super::theme::Tokens;
use super::super::widgets::severity_look;
use super::editor::{ROW_HEIGHT, Row, SourceView};

const MARK: f32 = 20.0;
const GAP: f32 = 10.0;

/// The findings of a document, by its lines.
#[derive(Debug, Default)]
pub(super) struct Marks {
    made_for: Option<Arc<Analysis>>,
    /// Line within the document, index of the finding; in order.
    found: Vec<(usize, usize)>,
}

pub(super) fn width(lines: usize, char_width: f32) -> f32 {
    let digits = lines.max(100).to_string().len();
    MARK + digits as f32 * char_width + GAP
}

impl Marks {
    fn refresh(&mut self, state: &State, index: usize) {
        if self.made_for.as_ref().is_some_and(|made_for| Arc::ptr_eq(made_for, &state.analysis)) {
            return;
        }
        self.made_for = Some(Arc::clone(&state.analysis));
        self.found.clear();
        let (file, analysis) = (state.source.file(), &state.analysis);
        let Some(then) = document_then(state, index) else { return };
        let Some(document) = analysis.project.document(file, then) else { return };
        for finding in analysis.findings_in(file, then) {
            let Some(place) = analysis.findings[finding].place() else { continue };
            self.found.push((line_within(document, place.span.start), finding));
        }
        self.found.sort_unstable();
    }

    fn of_line(&self, line: usize) -> &[(usize, usize)] {
        let first = self.found.partition_point(|(at, _)| *at < line);
        let rest = &self.found[first..];
        &rest[..rest.partition_point(|(at, _)| *at == line)]
    }
}

fn line_within(document: &Document, offset: usize) -> usize {
    let text = document.text();
    let offset = text.floor_char_boundary(offset.min(text.len()));
    super::text::line_starts(&text[..offset]).len() - 1
}

/// Which document of the analysed project a document is: an analysis may be older than the text,
/// and documents may have come and gone before this one.
fn document_then(state: &State, index: usize) -> Option<usize> {
    let file = state.source.file();
    let now = state.project.document(file, index)?;
    let then = &state.analysis.project;
    let same = |index: usize| {
        then.document(file, index).is_some_and(|document| Arc::ptr_eq(document, now))
    };
    let count = |project: &crate::config::Project| {
        let file = project.get_file(file)?;
        Some(file.stream.as_ref().ok()?.documents().len())
    };
    let shifted = (index + count(then)?).checked_sub(count(&state.project)?);
    if same(index) { Some(index) } else { shifted.filter(|index| same(*index)).or(Some(index)) }
}

pub(super) fn margin_ui(
    ui: &mut Ui,
    view: &mut SourceView,
    state: &State,
    rows: &[Row],
    area: Rect,
    commands: &mut Vec<WindowCommand>,
) {
    let tokens = Tokens::of(ui);
    let current = rows.iter().find(|row| row.holds(state.source.caret().head)).map(|row| row.line);
    let painter = ui.painter_at(area);
    painter.vline(area.right() - GAP / 2.0, area.y_range(), egui::Stroke::new(1.0, tokens.line));
    for row in rows {
        let color = if current == Some(row.line) { tokens.text } else { tokens.text_weak };
        painter.text(
            pos2(area.right() - GAP, row.top + ROW_HEIGHT / 2.0),
            egui::Align2::RIGHT_CENTER,
            row.line + 1,
            egui::FontId::monospace(11.5),
            color,
        );
        if row.top >= area.top() - 1.0 && row.top + ROW_HEIGHT <= area.bottom() + 1.0 {
            let rect = Rect::from_min_size(pos2(area.left(), row.top), vec2(MARK, ROW_HEIGHT));
            mark_ui(ui, view, state, row, rect, commands);
        }
    }
}

fn mark_ui(
    ui: &mut Ui,
    view: &mut SourceView,
    state: &State,
    row: &Row,
    rect: Rect,
    commands: &mut Vec<WindowCommand>,
) {
    let tokens = Tokens::of(ui);
    let Some(look) = view.look(row.document) else { return };
    look.marks.refresh(state, row.document);
    let marks = look.marks.of_line(row.within);
    let findings: Vec<_> =
        marks.iter().filter_map(|(_, index)| state.analysis.findings.get(*index)).collect();
    let mut name: Vec<&str> = findings.iter().map(|finding| finding.message.as_str()).collect();
    let worst = findings.iter().map(|finding| finding.severity).max();
    let mut look = worst.map(|severity| severity_look(&tokens, severity));
    let broken = row.broken(state);
    if let Some(message) = &broken
        && !name.iter().any(|name| name.contains(message.as_str()))
    {
        name.insert(0, message);
        look = Some((icons::ICON_ERROR, tokens.bad));
    }
    let Some((icon, color)) = look else { return };
    let name = name.join("\n");
    // A button would stand on the height of buttons, which is more than a line has.
    let response = ui.interact(rect, ui.scope_id().with(("mark", row.line)), egui::Sense::click());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &name));
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect.shrink(1.0), 4.0, tokens.hovered);
    }
    let glyph = icon.rich_text().size(14.0).color(color);
    let glyph = egui::WidgetText::from(glyph).into_galley(
        ui,
        Some(egui::TextWrapMode::Extend),
        f32::INFINITY,
        egui::FontSelection::Default,
    );
    let at = egui::Align2::CENTER_CENTER.align_size_within_rect(glyph.size(), rect).min;
    ui.painter().galley(at, glyph, color);
    let response = response.on_hover_text(&name);
    if response.clicked() {
        match marks.first() {
            Some((_, index)) => commands.push(WindowCommand::SelectFinding(*index)),
            None => commands.push(WindowCommand::Source(super::Command::Select(super::Caret::at(
                row.first_byte(),
            )))),
        }
    }
}
