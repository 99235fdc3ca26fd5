//! Two changes of one file: the conflicts side by side, a choice for each, and the result before it
//! is taken. Secrets are covered.

use egui::{RichText, Ui};

use crate::audit::review::{self, Line};
use crate::audit::secrets;
use crate::config::merge::{Conflict, Part, Side};

use super::super::super::command::Command;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::radio_ui;
use super::super::bars::counted;
use super::super::changes::lines_ui;
use super::{buttons_ui, primary, title_ui};

/// The result as a diff, kept until another side is taken.
#[derive(Debug, Default)]
pub struct MergeView {
    made_for: Option<usize>,
    lines: Vec<Line>,
}

pub fn merge_ui(ui: &mut Ui, view: &mut MergeView, state: &State, commands: &mut Vec<Command>) {
    let Some(disk) = &state.merge else {
        commands.push(Command::CloseDialog);
        return;
    };
    let merge = &disk.merge;
    if view.made_for != Some(state.merge_count) {
        view.made_for = Some(state.merge_count);
        view.lines = review::changes(merge.theirs(), &merge.stream);
    }
    let name = &state.project.file(disk.file()).name;
    title_ui(ui, &format!("Merge {name} with what is on disk"));
    let weak = Tokens::of(ui).text_weak;
    let text = match merge.conflicts.len() {
        0 => "Both changes fit together; nothing has to be decided.".to_owned(),
        count => {
            format!("{} to decide. Everything else fits together.", counted(count, "conflict"))
        }
    };
    ui.label(RichText::new(text).color(weak));
    if merge.conflicts.len() > 1 {
        ui.horizontal(|ui| {
            if ui.button("Keep mine in all").clicked() {
                commands.push(Command::ChooseSide { conflict: None, side: Side::Mine });
            }
            if ui.button("Take theirs in all").clicked() {
                commands.push(Command::ChooseSide { conflict: None, side: Side::Theirs });
            }
        });
    }
    let height = ui.ctx().content_rect().height() * 0.56;
    egui::ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
        for (index, conflict) in merge.conflicts.iter().enumerate() {
            ui.push_id(index, |ui| conflict_ui(ui, index, conflict, commands));
        }
        ui.add_space(theme::GAP);
        ui.label(RichText::new("What saving then changes on disk").family(theme::semibold()));
        if view.lines.is_empty() {
            ui.label(RichText::new("Nothing: the result is what is on disk.").color(weak));
        }
        egui::ScrollArea::horizontal().show(ui, |ui| lines_ui(ui, &view.lines));
    });
    buttons_ui(ui, commands, |ui, commands| {
        if ui.add(primary(ui, "Take the result")).clicked() {
            commands.push(Command::TakeMerge);
        }
    });
}

fn conflict_ui(ui: &mut Ui, index: usize, conflict: &Conflict, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    egui::Frame::new()
        .stroke(egui::Stroke::new(1.0, tokens.line))
        .corner_radius(theme::RADIUS)
        .inner_margin(8)
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            let place = conflict.place();
            ui.label(RichText::new(&place).family(theme::semibold()));
            ui.columns(3, |columns| {
                let sides = [
                    ("Before", &conflict.base, None),
                    ("Here", &conflict.mine, Some((Side::Mine, "Keep mine"))),
                    ("On disk", &conflict.theirs, Some((Side::Theirs, "Take theirs"))),
                ];
                for (ui, (title, part, choice)) in columns.iter_mut().zip(sides) {
                    ui.label(RichText::new(title).small().color(tokens.text_weak));
                    part_ui(ui, part.as_ref());
                    let Some((side, label)) = choice else { continue };
                    let chosen = conflict.side == side;
                    let name = format!("{label}: {place}");
                    if radio_ui(ui, chosen, label).accessible_name(name).clicked() && !chosen {
                        commands.push(Command::ChooseSide { conflict: Some(index), side });
                    }
                }
            });
        });
}

fn part_ui(ui: &mut Ui, part: Option<&Part>) {
    let tokens = Tokens::of(ui);
    let Some(part) = part else {
        ui.label(RichText::new("not there").italics().color(tokens.text_weak));
        return;
    };
    let covered = secrets::covered(part.document());
    let text = covered.get(part.span().range()).unwrap_or_default().trim_end();
    let mut lines: Vec<&str> = text.lines().take(12).collect();
    if text.lines().count() > lines.len() {
        lines.push("…");
    }
    let text = RichText::new(lines.join("\n")).monospace().size(11.5);
    // The columns are justified, which would spread the letters of a line that is wrapped.
    ui.with_layout(egui::Layout::top_down(egui::Align::Min), |ui| {
        ui.add(egui::Label::new(text).wrap());
    });
}
