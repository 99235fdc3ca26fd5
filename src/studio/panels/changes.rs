//! The textual review: which lines of which file differ from what is on disk. Secrets are covered.

use egui::{FontId, RichText, Ui};

use crate::audit::review::{self, Line};
use crate::yaml::Stream;

use super::super::state::State;
use super::super::theme::Tokens;
use super::super::widgets::{empty_ui, section_ui};

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

pub fn changes_ui(ui: &mut Ui, view: &mut ChangesView, state: &State) {
    if state.project.unsaved().is_empty() {
        empty_ui(ui, "No changes", "What you change shows here line by line before it is saved.");
        return;
    }
    egui::ScrollArea::both()
        .auto_shrink([false, false])
        .show(ui, |ui| differences_ui(ui, view, state));
}

/// The differences of all unsaved files, one below the other.
pub fn differences_ui(ui: &mut Ui, view: &mut ChangesView, state: &State) {
    view.refresh(state);
    for (name, lines) in &view.files {
        section_ui(ui, name);
        lines_ui(ui, lines);
    }
}

fn lines_ui(ui: &mut Ui, lines: &[Line]) {
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
