//! Edits that were not made: a place that others share, where the user says which is meant, and
//! what the editor would not do, with a report for its makers.

use egui::{RichText, Ui};

use crate::config::{Change, Place};
use crate::yaml::{NodeId, Span, Tree, Via};

use super::super::super::command::Command;
use super::super::super::state::{Refusal, SharedEdit, State};
use super::super::super::theme::Tokens;
use super::super::bars::counted;
use super::{DialogDraft, FocusFirst, primary, right_ui, title_ui};

pub fn shared_ui(ui: &mut Ui, state: &State, edit: &SharedEdit, commands: &mut Vec<Command>) {
    title_ui(ui, "This value is shared");
    let from = if edit.merged { "comes through the merge key" } else { "is an alias" };
    let text = format!(
        "What you change {from}: it is written once, at &{}, and used in {}.",
        edit.name,
        counted(edit.places, "more place")
    );
    ui.add(egui::Label::new(text).wrap());
    places_ui(ui, state, edit);
    let choose = |via| {
        let change = Change::Via(via, edit.change.clone());
        match &edit.field {
            Some(field) => Command::Typing { change, field: field.clone() },
            None => Command::Change(change),
        }
    };
    ui.add_space(4.0);
    right_ui(ui, |ui| {
        let own = ui
            .add(primary(ui, "Make this one its own"))
            .on_hover_text("Only this place changes; the others keep what is shared");
        own.request_focus_if_none(ui);
        if own.clicked() {
            commands.push(choose(Via::Own));
        }
        // The anchor is a place too.
        let label = format!("Edit the anchor (changes {})", counted(edit.places + 1, "place"));
        if ui.button(label).on_hover_text("Every place that uses it changes").clicked() {
            commands.push(choose(Via::Anchor));
        }
        if ui.button("Cancel").clicked() {
            commands.push(Command::CloseDialog);
        }
    });
}

/// The anchor and every place that uses it, line by line.
fn places_ui(ui: &mut Ui, state: &State, edit: &SharedEdit) {
    let Some((file, document)) = edit.document else { return };
    let Some(Ok(tree)) = state.project.document(file, document).map(|it| it.tree()) else { return };
    let Some(anchor) = tree.at(&edit.anchor) else { return };
    let anchor = tree.resolve(anchor);
    let mut spans: Vec<(Span, &str)> = vec![(tree.node(anchor).span, "the anchor")];
    spans.extend(aliases(tree, anchor).into_iter().map(|it| (tree.node(it).span, "uses it")));
    egui::ScrollArea::vertical().max_height(180.0).auto_shrink([false, true]).show(ui, |ui| {
        for (span, what) in spans {
            let place = state.project.describe_place(Place { file, document, span });
            let stream = state.project.file(file).stream.as_ref().ok();
            let line = stream.map_or("", |it| it.line_text(document, span.start)).trim();
            ui.horizontal(|ui| {
                ui.label(RichText::new(place).small().color(Tokens::of(ui).text_weak));
                ui.label(RichText::new(what).small());
                let line = RichText::new(line).monospace().size(11.5);
                ui.add(egui::Label::new(line).truncate());
            });
        }
    });
}

fn aliases(tree: &Tree, anchor: NodeId) -> Vec<NodeId> {
    tree.ids().filter(|id| *id != anchor && tree.resolve(*id) == anchor).collect()
}

pub fn refused_ui(
    ui: &mut Ui,
    draft: &mut DialogDraft,
    refusal: &Refusal,
    commands: &mut Vec<Command>,
) {
    title_ui(ui, "This edit was refused");
    ui.add(egui::Label::new(&refusal.message).wrap());
    let weak = Tokens::of(ui).text_weak;
    let text = if refusal.report.is_some() {
        "Nothing was changed. The editor checks each edit, and makes none that would touch anything else. Make this one in the Source tab; a report helps its makers to allow it here."
    } else {
        "Nothing was changed. The place can be edited in the Source tab."
    };
    ui.add(egui::Label::new(RichText::new(text).color(weak)).wrap());
    if let (Some(report), true) = (&refusal.report, draft.also) {
        ui.label(
            RichText::new("The report. Every letter and digit of the file is masked.").small(),
        );
        egui::ScrollArea::both().max_height(220.0).auto_shrink([false, true]).show(ui, |ui| {
            let text = RichText::new(report).monospace().size(11.5);
            ui.add(egui::Label::new(text).extend());
        });
    }
    ui.add_space(4.0);
    right_ui(ui, |ui| {
        if let Some(place) = refusal.place {
            let show = ui.add(primary(ui, "Show in the source"));
            show.request_focus_if_none(ui);
            if show.clicked() {
                commands.push(Command::CloseDialog);
                commands.push(Command::ShowPlace(place));
            }
        }
        if let Some(report) = &refusal.report {
            if !draft.also {
                // Nobody is to copy what they have not seen.
                if ui.button("Show report…").clicked() {
                    draft.also = true;
                }
            } else if ui.button("Copy report").clicked() {
                ui.ctx().copy_text(report.clone());
            }
        }
        let close = ui.button("Close");
        close.request_focus_if_none(ui);
        if close.clicked() {
            commands.push(Command::CloseDialog);
        }
    });
}
