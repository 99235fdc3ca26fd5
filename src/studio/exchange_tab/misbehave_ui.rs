//! What the authority built in is to do wrongly, to see what notices it.

use egui::{RichText, Ui};

use crate::authority::Misbehaviour;

use super::super::theme::Tokens;
use super::super::widgets::{tick_ui, weak_ui};
use super::form::{Form, ServerChoice};

pub fn misbehave_ui(ui: &mut Ui, form: &mut Form) -> bool {
    if form.server != ServerChoice::BuiltIn {
        return false;
    }
    let mut changed = false;
    let title = match form.misbehave.len() {
        0 => "Misbehave on purpose".to_owned(),
        count => format!("Misbehave on purpose ({count} chosen)"),
    };
    let shown = egui::CollapsingHeader::new(title).id_salt("misbehave").show(ui, |ui| {
        let text =
            "A careful server does none of this. Real ones do: see which check or probe tells.";
        weak_ui(ui, text);
        if !form.misbehave.is_empty() && ui.small_button("Behave again").clicked() {
            form.misbehave.clear();
            changed = true;
        }
        egui::ScrollArea::vertical()
            .id_salt("misbehaviours")
            .max_height(200.0)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                for how in Misbehaviour::ALL {
                    let mut chosen = form.misbehave.contains(how);
                    let hint = match how.noticed_by() {
                        [] => how.what().to_owned(),
                        ids => format!("{}\nNoticed by {}.", how.what(), ids.join(", ")),
                    };
                    if tick_ui(ui, &mut chosen, how.name()).on_hover_text(hint).changed() {
                        if chosen {
                            form.misbehave.insert(*how);
                        } else {
                            form.misbehave.remove(how);
                        }
                        changed = true;
                    }
                }
            });
    });
    // What is chosen changes every answer, so it is said also while the list is closed.
    if shown.body_returned.is_none() && !form.misbehave.is_empty() {
        let names: Vec<&str> = form.misbehave.iter().map(|how| how.name()).collect();
        let text = RichText::new(names.join(", ")).small().color(Tokens::of(ui).caution);
        ui.add(egui::Label::new(text).wrap());
    }
    changed
}
