//! What a request with several targets and scopes asks for: every scope at every target
//! (RFC 8693 §2.1.1), which is more than people expect.

use egui::{RichText, Ui};

use super::super::theme::Tokens;
use super::form::Form;
use crate::studio::theme::icons;

/// Widest and longest grid that is drawn whole; a larger one is counted.
const MOST: usize = 8;

pub fn grid_ui(ui: &mut Ui, form: &Form) {
    let targets: Vec<&str> = form
        .audience
        .iter()
        .chain(&form.resource)
        .map(|target| target.trim())
        .filter(|target| !target.is_empty())
        .collect();
    let scopes: Vec<&str> = form.scope.split(' ').filter(|scope| !scope.is_empty()).collect();
    if targets.len() < 2 || scopes.is_empty() {
        return;
    }
    let tokens = Tokens::of(ui);
    let count = targets.len() * scopes.len();
    let plural = |count: usize, one: &str| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {one}s"),
    };
    let text = format!(
        "Asks for {count} things: {} at each of {}.",
        plural(scopes.len(), "scope"),
        plural(targets.len(), "target")
    );
    ui.add(egui::Label::new(RichText::new(text).size(12.5)).wrap());
    if targets.len() > MOST || scopes.len() > MOST {
        return;
    }
    egui::ScrollArea::horizontal().id_salt("grid").show(ui, |ui| {
        egui::Grid::new("scopes-and-targets").striped(true).spacing([12.0, 3.0]).show(ui, |ui| {
            let small = |text: &str| RichText::new(text).small().color(tokens.text_weak);
            ui.label("");
            for scope in &scopes {
                ui.label(small(scope));
            }
            ui.end_row();
            for target in &targets {
                ui.label(small(target));
                for scope in &scopes {
                    ui.label(icons::ICON_CHECK.rich_text().size(13.0).color(tokens.text))
                        .on_hover_text(format!("{scope} at {target}"));
                }
                ui.end_row();
            }
        });
    });
}
