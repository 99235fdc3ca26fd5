//! The textual review: which lines of which file differ from what is on disk.

use egui::{FontId, RichText, Ui};

use crate::config::FileId;

use super::super::state::State;
use super::super::theme::Tokens;
use super::super::widgets::{empty_ui, section_ui};

pub fn changes_ui(ui: &mut Ui, state: &State) {
    let unsaved = state.project.unsaved();
    if unsaved.is_empty() {
        empty_ui(ui, "No changes", "What you change shows here line by line before it is saved.");
        return;
    }
    egui::ScrollArea::both()
        .auto_shrink([false, false])
        .show(ui, |ui| diffs_ui(ui, state, &unsaved));
}

/// The differences of some files, one below the other.
pub fn diffs_ui(ui: &mut Ui, state: &State, files: &[FileId]) {
    for file in files {
        section_ui(ui, &state.project.file(*file).name);
        diff_ui(ui, &state.project.diff(*file));
    }
}

fn diff_ui(ui: &mut Ui, diff: &str) {
    let tokens = Tokens::of(ui);
    ui.spacing_mut().item_spacing.y = 0.0;
    // The two header lines name the file, and the section above did that.
    for line in diff.lines().skip_while(|line| line.starts_with("---") || line.starts_with("+++")) {
        let (fill, color, what) = match line.as_bytes().first() {
            Some(b'+') => (tokens.added, tokens.text, "added"),
            Some(b'-') => (tokens.removed, tokens.text, "removed"),
            Some(b'@') => (egui::Color32::TRANSPARENT, tokens.text_weak, "at"),
            _ => (egui::Color32::TRANSPARENT, tokens.text_weak, "unchanged"),
        };
        egui::Frame::new().fill(fill).inner_margin(egui::Margin::symmetric(8, 1)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            let text = RichText::new(line).font(FontId::monospace(12.5)).color(color);
            ui.add(egui::Label::new(text).extend()).accessible_name(format!("{what}: {line}"));
        });
    }
}
