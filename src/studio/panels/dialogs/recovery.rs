//! What an earlier studio left unsaved when it ended without asking.

use std::time::SystemTime;

use egui::{RichText, Ui};

use super::super::super::command::Command;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::bars::counted;
use super::{FocusFirst, primary, right_ui, title_ui};

pub fn recovery_ui(ui: &mut Ui, state: &State, commands: &mut Vec<Command>) {
    title_ui(ui, "There is unsaved work from before");
    let weak = Tokens::of(ui).text_weak;
    let text = "The studio ended without saving these changes. Secrets were not kept.";
    ui.label(RichText::new(text).color(weak));
    egui::ScrollArea::vertical().max_height(240.0).auto_shrink([false, true]).show(ui, |ui| {
        for work in &state.safety.pending {
            let age = SystemTime::now().duration_since(work.written()).map_or(0, |it| it.as_secs());
            let changes = counted(work.changes(), "change");
            let line = format!("{changes}, written {}", ago(age));
            ui.label(RichText::new(line).family(theme::semibold()));
            for path in work.files() {
                let text = RichText::new(format!("• {}", path.display())).size(12.5);
                ui.add(egui::Label::new(text).wrap());
            }
        }
    });
    ui.add_space(4.0);
    right_ui(ui, |ui| {
        let restore = ui
            .add(primary(ui, "Restore"))
            .on_hover_text("Opens the files with these changes; nothing is saved yet");
        restore.request_focus_if_none(ui);
        if restore.clicked() {
            commands.push(Command::RestoreWork);
        }
        if ui.button("Discard").on_hover_text("Throws the changes away for good").clicked() {
            commands.push(Command::DiscardWork);
        }
        if ui.button("Later").on_hover_text("Asks again at the next start").clicked() {
            commands.push(Command::PutWorkOff);
        }
    });
}

fn ago(seconds: u64) -> String {
    match seconds {
        0..60 => "less than a minute ago".to_owned(),
        60..3_600 => format!("{} ago", counted((seconds / 60) as usize, "minute")),
        3_600..86_400 => format!("{} ago", counted((seconds / 3_600) as usize, "hour")),
        _ => format!("{} ago", counted((seconds / 86_400) as usize, "day")),
    }
}
