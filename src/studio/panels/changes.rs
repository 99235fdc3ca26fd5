//! Parts of the changes tab that dialogs show too: what was done, step by step, and the textual
//! review: which lines of which file differ from what is on disk. Secrets are covered.

use egui::{FontId, RichText, Sense, Ui, vec2};

use crate::audit::review::{self, Line};
use crate::studio::theme::icons;
use crate::yaml::Stream;

use super::super::command::Command;
use super::super::state::State;
use super::super::theme::{self, Tokens};
use super::super::widgets::section_ui;

const STEP_HEIGHT: f32 = 26.0;

/// The differences, kept until the project changes.
#[derive(Debug, Default)]
pub struct ChangesView {
    made_for: Option<u64>,
    files: Vec<(String, Vec<Line>)>,
}

impl ChangesView {
    fn refresh(&mut self, state: &State) {
        let revision = state.project.revision();
        let unsaved = state.project.unsaved();
        // Saving leaves the text, and with it the revision, as it was.
        if self.made_for == Some(revision) && self.files.len() == unsaved.len() {
            return;
        }
        self.made_for = Some(revision);
        let nothing = Stream::default();
        self.files = unsaved
            .into_iter()
            .map(|file| {
                let file = state.project.file(file);
                let now = file.stream.as_ref().unwrap_or(&nothing);
                (file.name.clone(), review::changes(file.saved().unwrap_or(&nothing), now))
            })
            .collect();
    }
}

/// Every step that was taken, the oldest first; a click goes back, or forward again, to it.
pub fn history_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    ui.label(RichText::new("History").family(theme::semibold()));
    let done = state.project.undo_labels().len();
    let count = done + state.project.redo_labels().len();
    ui.spacing_mut().item_spacing.y = 0.0;
    let area = egui::ScrollArea::vertical().auto_shrink([false, false]).stick_to_bottom(true);
    area.show_rows(ui, STEP_HEIGHT, count + 1, |ui, range| {
        for point in range {
            let label = match point.checked_sub(1) {
                None => Some("As it was opened"),
                Some(step) if step < done => state.project.undo_labels().nth(step),
                Some(step) => state.project.redo_labels().nth(step - done),
            };
            let label = label.unwrap_or_default();
            if step_ui(ui, &tokens, label, point, done) && point != done {
                commands.push(Command::GoTo(point));
            }
        }
    });
}

/// One step; whether it was asked for.
fn step_ui(ui: &mut Ui, tokens: &Tokens, label: &str, point: usize, done: usize) -> bool {
    let size = vec2(ui.available_width(), STEP_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let (icon, color, word) = match point.cmp(&done) {
        std::cmp::Ordering::Less => (icons::ICON_CHECK, tokens.text_weak, "done"),
        std::cmp::Ordering::Equal => (icons::ICON_ARROW_RIGHT_ALT, tokens.accent, "here"),
        std::cmp::Ordering::Greater => (icons::ICON_UNDO, tokens.text_weak, "taken back"),
    };
    response.widget_info(|| {
        let name = format!("Step {point}, {word}: {label}");
        egui::WidgetInfo::selected(egui::Role::Button, true, point == done, name)
    });
    let fill = if point == done {
        tokens.accent_soft
    } else if response.hovered() || response.has_focus() {
        tokens.hovered
    } else {
        egui::Color32::TRANSPARENT
    };
    ui.painter().rect_filled(rect.shrink2(vec2(0.0, 1.0)), theme::RADIUS, fill);
    let mut row = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(rect.shrink2(vec2(6.0, 0.0)))
            .layout(egui::Layout::left_to_right(egui::Align::Center)),
    );
    row.label(icon.rich_text().size(14.0).color(color)).on_hover_text(word);
    let text = if point > done { tokens.text_weak } else { tokens.text };
    let text = RichText::new(label).size(12.5).color(text);
    row.add(egui::Label::new(text).truncate().selectable(false));
    let hover = match point.cmp(&done) {
        std::cmp::Ordering::Less => format!("{label}\nGo back to here"),
        std::cmp::Ordering::Equal => label.to_owned(),
        std::cmp::Ordering::Greater => format!("{label}\nMake it again, up to here"),
    };
    response.on_hover_text(hover).clicked()
}

/// The differences of all unsaved files, one below the other.
pub fn differences_ui(ui: &mut Ui, view: &mut ChangesView, state: &State) {
    view.refresh(state);
    for (name, lines) in &view.files {
        section_ui(ui, name);
        lines_ui(ui, lines);
    }
}

pub fn lines_ui(ui: &mut Ui, lines: &[Line]) {
    let tokens = Tokens::of(ui);
    let clear = egui::Color32::TRANSPARENT;
    ui.spacing_mut().item_spacing.y = 0.0;
    for line in lines {
        let (mark, text, fill, color, what) = match line {
            Line::Hunk(text) => ("", text.as_str(), clear, tokens.text_weak, "at"),
            Line::Same(text) => (" ", text.as_str(), clear, tokens.text_weak, "unchanged"),
            Line::Removed(text) => ("-", text.as_str(), tokens.removed, tokens.text, "removed"),
            Line::Added(text) => ("+", text.as_str(), tokens.added, tokens.text, "added"),
            Line::NoLineBreak => ("", "no line break at the end", clear, tokens.text_weak, "note"),
        };
        egui::Frame::new().fill(fill).inner_margin(egui::Margin::symmetric(8, 1)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            let shown = format!("{mark}{}", text.trim_end_matches('\r'));
            let shown = RichText::new(shown).font(FontId::monospace(12.5)).color(color);
            ui.add(egui::Label::new(shown).extend()).accessible_name(format!("{what}: {text}"));
        });
    }
}
