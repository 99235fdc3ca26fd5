//! What a server says of itself: where its metadata is, what is in it, its keys, and what there is
//! to say of all that.

use egui::{RichText, Ui};

use super::super::super::command::Command as WindowCommand;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::{icon_button_ui, problem_ui, weak_ui};
use super::super::Command as TabCommand;
use super::super::form::{Form, ServerChoice};
use super::super::result_ui::check_ui;
use super::Command;
use crate::exchange::Inspection;
use crate::exchange::checks::Level;
use crate::exchange::verify::PublishedKey;
use crate::studio::theme::icons;

pub fn inspector_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let server = &state.exchange.server;
    ui.horizontal(|ui| {
        ui.heading("What the server says of itself");
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if server.is_asking() {
                ui.spinner();
                return;
            }
            let reason = cannot_ask(&state.exchange.form);
            let response = ui.add_enabled_ui(reason.is_none(), |ui| {
                icon_button_ui(ui, icons::ICON_TRAVEL_EXPLORE, "Inspect server")
            });
            let response = response.inner;
            let clicked = match reason {
                Some(reason) => response.on_disabled_hover_text(reason).clicked(),
                None => {
                    let hint = "Asks for its metadata at both well-known places, and for its keys";
                    response.on_hover_text(hint).clicked()
                }
            };
            if clicked {
                let command = TabCommand::Server(Command::Inspect);
                commands.push(WindowCommand::Exchange(command));
            }
        });
    });
    match &server.inspection {
        Some(Ok(inspection)) => inspection_ui(ui, inspection),
        Some(Err(error)) => {
            ui.horizontal_top(|ui| {
                let tokens = Tokens::of(ui);
                ui.label(icons::ICON_CLOUD_OFF.rich_text().size(17.0).color(tokens.bad));
                ui.add(egui::Label::new(error.as_str()).wrap());
            });
        }
        None if server.is_asking() => weak_ui(ui, "Asking…"),
        None => match cannot_ask(&state.exchange.form) {
            Some(reason) => weak_ui(ui, &format!("{reason}.")),
            None => weak_ui(
                ui,
                "Nothing was asked yet. Inspecting sends no token and no secret: it reads the \
                 server's metadata (RFC 8414, OpenID Connect Discovery) and its public keys. A server \
                 that wants a certificate is shown the client's, where one is named.",
            ),
        },
    }
}

/// Why the server cannot be asked.
fn cannot_ask(form: &Form) -> Option<&'static str> {
    match form.server {
        ServerChoice::TokenEndpoint => {
            Some("Only an issuer says something of itself; bare endpoints have no metadata")
        }
        ServerChoice::Issuer if form.issuer.trim().is_empty() => Some("Type the issuer first"),
        ServerChoice::BuiltIn | ServerChoice::Issuer => None,
    }
}

fn inspection_ui(ui: &mut Ui, inspection: &Inspection) {
    let tokens = Tokens::of(ui);
    ui.add(egui::Label::new(RichText::new(&inspection.issuer).monospace().size(12.0)).wrap());
    title_ui(ui, "Well-known places");
    for place in &inspection.places {
        let (icon, color, word) = match place.usable {
            true => (icons::ICON_CHECK, tokens.good, "usable"),
            false => (icons::ICON_REMOVE, tokens.text_weak, "of no use"),
        };
        ui.horizontal_top(|ui| {
            ui.label(icon.rich_text().size(15.0).color(color)).on_hover_text(word);
            ui.vertical(|ui| {
                let url = RichText::new(&place.url).monospace().size(12.0);
                ui.add(egui::Label::new(url).wrap());
                weak_ui(ui, &place.finding);
            });
        });
    }
    title_ui(ui, "Checks");
    let count =
        |level: Level| inspection.checks.iter().filter(|check| check.level == level).count();
    let (fails, warns) = (count(Level::Fail), count(Level::Warn));
    if fails + warns == 0 {
        weak_ui(ui, "Nothing is wrong with what it says.");
    }
    let mut checks: Vec<_> = inspection.checks.iter().collect();
    // What is wrong comes first; ids keep their order.
    checks.sort_by_key(|check| std::cmp::Reverse(check.level.max(Level::Note)));
    for check in checks {
        check_ui(ui, check);
    }
    if inspection.found_at.is_none() {
        return;
    }
    title_ui(ui, "Endpoints");
    for endpoint in &inspection.endpoints {
        ui.add(egui::Label::new(RichText::new(&endpoint.name).size(12.5)).wrap());
        ui.indent(&endpoint.name, |ui| {
            let url = RichText::new(&endpoint.url).monospace().size(12.0).color(tokens.text_weak);
            ui.add(egui::Label::new(url).wrap());
            if let Some(alias) = &endpoint.mtls_alias {
                weak_ui(ui, &format!("For clients with a certificate: {alias}"));
            }
            if let Some(problem) = &endpoint.problem {
                problem_ui(ui, problem);
            } else if endpoint.foreign {
                problem_ui(ui, "At another site than the issuer.");
            }
        });
    }
    title_ui(ui, "What it knows");
    for list in &inspection.supported {
        ui.add(egui::Label::new(RichText::new(list.name).size(12.5)).wrap());
        ui.indent(list.name, |ui| {
            let values = match list.values.is_empty() {
                true => "nothing".to_owned(),
                false => list.values.join("  ·  "),
            };
            let values = RichText::new(values).monospace().size(12.0).color(tokens.text_weak);
            ui.add(egui::Label::new(values).wrap());
        });
    }
    weak_ui(
        ui,
        match inspection.certificate_bound_tokens {
            Some(true) => "It binds tokens to certificates (RFC 8705).",
            Some(false) => "It does not bind tokens to certificates (RFC 8705).",
            None => "It does not say whether it binds tokens to certificates (RFC 8705).",
        },
    );
    keys_ui(ui, &inspection.keys);
    document_ui(ui, inspection);
    ui.add_space(theme::GAP * 2.0);
}

fn title_ui(ui: &mut Ui, title: &str) {
    ui.add_space(theme::GAP);
    ui.heading(title);
}

fn keys_ui(ui: &mut Ui, keys: &[PublishedKey]) {
    title_ui(ui, "Keys");
    if keys.is_empty() {
        weak_ui(ui, "None.");
        return;
    }
    let tokens = Tokens::of(ui);
    let width = (ui.available_width() - 360.0).clamp(90.0, 360.0);
    egui::Grid::new("keys").num_columns(5).spacing([14.0, 5.0]).striped(true).show(ui, |ui| {
        for title in ["kid", "Kind", "alg", "use", "Strength"] {
            ui.label(RichText::new(title).small().color(tokens.text_weak));
        }
        ui.end_row();
        for key in keys {
            let cell = |ui: &mut Ui, text: &str| {
                ui.label(RichText::new(text).monospace().size(12.0));
            };
            ui.vertical(|ui| {
                ui.set_width(width);
                let kid = key.kid.as_deref().unwrap_or("not stated");
                ui.add(egui::Label::new(RichText::new(kid).monospace().size(12.0)).wrap());
            });
            cell(ui, &kind(key));
            cell(ui, key.alg.as_deref().unwrap_or("–"));
            cell(ui, key.purpose.as_deref().unwrap_or("–"));
            strength_ui(ui, key);
            ui.end_row();
        }
    });
}

fn kind(key: &PublishedKey) -> String {
    match &key.crv {
        Some(crv) => format!("{} {crv}", key.kty),
        None if key.kty.is_empty() => "not stated".to_owned(),
        None => key.kty.clone(),
    }
}

/// How strong a key is, as people compare it: the bits, and a word where they are too few
/// (RFC 7518 §3.3).
fn strength_ui(ui: &mut Ui, key: &PublishedKey) {
    let tokens = Tokens::of(ui);
    let (text, color) = match (key.private, key.bits) {
        (true, _) => ("private parts are published".to_owned(), tokens.bad),
        (false, None) => ("not known".to_owned(), tokens.text_weak),
        (false, Some(bits)) if key.kty == "RSA" && bits < 2048 => {
            (format!("{bits} bits, too few"), tokens.bad)
        }
        (false, Some(bits)) => (format!("{bits} bits"), tokens.text),
    };
    ui.label(RichText::new(text).size(12.0).color(color));
}

fn document_ui(ui: &mut Ui, inspection: &Inspection) {
    let Some(document) = &inspection.document else { return };
    ui.add_space(theme::GAP);
    egui::CollapsingHeader::new("Metadata as answered").show(ui, |ui| {
        let text = serde_json::to_string_pretty(document).unwrap_or_default();
        if ui.small_button("Copy").accessible_name("Copy metadata").clicked() {
            ui.ctx().copy_text(text.clone());
        }
        egui::Frame::new().fill(Tokens::of(ui).panel).inner_margin(8).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.add(egui::Label::new(RichText::new(&text).monospace().size(12.0)).wrap());
        });
    });
}
