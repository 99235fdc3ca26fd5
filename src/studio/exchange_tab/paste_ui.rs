//! A request that another tool wrote down, and what the exchange waits for.

use egui::{RichText, Ui};
use secrecy::ExposeSecret;

use super::super::command::Command as WindowCommand;
use super::super::state::State;
use super::super::theme::{self, Tokens};
use super::super::widgets::{link_ui, problem_ui};
use super::form_ui::forget_typing;
use super::{Command, Waiting};
use crate::studio::theme::icons;

/// A field for a curl command or an HTTP archive.
pub fn paste_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let tab = &state.exchange;
    let show = egui::CollapsingHeader::new("From a curl command or an HTTP archive");
    show.id_salt("paste").show(ui, |ui| {
        let mut text = tab.draft.expose_secret().to_owned();
        let field = egui::TextEdit::multiline(&mut text)
            .password(true)
            .hint_text("paste it here; it may have secrets in it, so it is masked")
            .desired_rows(3)
            .desired_width(f32::INFINITY);
        let some = !tab.draft.expose_secret().trim().is_empty();
        let mut send = |command| commands.push(WindowCommand::Exchange(command));
        let response = ui.add(field).accessible_name("Request of another tool");
        forget_typing(&response);
        if response.changed() {
            send(Command::Draft(text.into()));
        }
        if let Some(error) = &tab.draft_error {
            problem_ui(ui, error);
        }
        if ui.add_enabled(some, egui::Button::new("Fill the form")).clicked() {
            send(Command::ReadDraft);
        }
    });
}

/// What of a pasted request could not be taken over.
pub fn left_out_ui(ui: &mut Ui, state: &State) {
    let tokens = Tokens::of(ui);
    for sentence in &state.exchange.left_out {
        ui.horizontal_top(|ui| {
            ui.label(icons::ICON_INFO.rich_text().size(14.0).color(tokens.accent));
            ui.add(egui::Label::new(RichText::new(sentence).size(12.0)).wrap());
        });
    }
}

/// What the person has to do elsewhere, and where.
pub fn waiting_ui(ui: &mut Ui, state: &State) {
    let Some(waiting) = &state.exchange.waiting else { return };
    let tokens = Tokens::of(ui);
    egui::Frame::new().fill(tokens.panel).corner_radius(theme::RADIUS).inner_margin(10).show(
        ui,
        |ui| {
            ui.set_width(ui.available_width());
            let (text, url) = match waiting {
                Waiting::Browser { url } => ("Sign in in the browser that was opened.", url),
                Waiting::Device { code, url, complete } => {
                    ui.label("Open this address on any device, and type the code there:");
                    ui.horizontal(|ui| {
                        let text = RichText::new(code).monospace().size(20.0);
                        ui.label(text.family(theme::semibold()));
                        if ui.small_button("Copy").accessible_name("Copy the code").clicked() {
                            ui.ctx().copy_text(code.clone());
                        }
                    });
                    (url.as_str(), complete.as_ref().unwrap_or(url))
                }
            };
            ui.add(egui::Label::new(RichText::new(text).size(12.5)).wrap());
            if link_ui(ui, "Open the address in the browser").clicked() {
                ui.ctx().open_url(egui::OpenUrl::new_tab(url.as_str()));
            }
        },
    );
}
