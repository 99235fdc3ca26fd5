//! The addresses of a server, what goes along with every request, and the way there.

use std::collections::BTreeMap;

use egui::{RichText, Ui};

use super::super::super::command::Command as WindowCommand;
use super::super::super::state::State;
use super::super::super::theme::Tokens;
use super::super::super::widgets::{
    icon_button_ui, problem_ui, section_ui, small_icon_ui, tick_ui, weak_ui,
};
use super::super::Command as TabCommand;
use super::super::form::{Form, ServerChoice};
use super::super::form_ui::{LABEL_WIDTH, field_ui, row_ui};
use super::super::leg::Leg;
use super::draft::{given, sentence};
use super::fields_ui::{number_ui, optional_ui, path_ui};
use super::{Command, File, FileOf, Names};
use crate::exchange::request::{is_reserved, looks_secret};
use crate::studio::theme::icons;

pub fn way_ui(
    ui: &mut Ui,
    state: &State,
    form: &mut Form,
    commands: &mut Vec<WindowCommand>,
) -> bool {
    if form.server == ServerChoice::BuiltIn {
        weak_ui(
            ui,
            "There is nothing to set: it listens on this machine, with keys and secrets made when it \
             starts.",
        );
        return false;
    }
    let mut changed = false;
    if form.server == ServerChoice::TokenEndpoint {
        for (label, name, text) in [
            ("Introspection", "Introspection endpoint", &mut form.introspection_endpoint),
            ("Revocation", "Revocation endpoint", &mut form.revocation_endpoint),
        ] {
            row_ui(ui, label, |ui| changed |= field_ui(ui, name, text, "optional"));
        }
    }
    addresses_ui(ui, form);
    section_ui(ui, "With every token request");
    let names = &state.exchange.server.names;
    let mut next = names.clone();
    let pairs = Pairs {
        what: "parameter",
        key_hint: "name, as tenant",
        value_hint: "value",
        empty: "No extra parameter, as a tenant would be.",
    };
    changed |= pairs_ui(ui, &pairs, &mut form.place.parameters, &mut next.parameter);
    for name in form.place.parameters.keys() {
        if is_reserved(name) {
            problem_ui(
                ui,
                &format!("{name} is a parameter of the exchange itself; it is not sent."),
            );
        } else if looks_secret(name) {
            problem_ui(ui, &format!("{name} looks like a secret, and a profile holds none."));
        }
    }
    row_ui(ui, "DPoP", |ui| {
        let mut bound = form.dpop.is_some();
        let hint = "Proves possession of a key made for this session (RFC 9449)";
        if tick_ui(ui, &mut bound, "Bind tokens to a key").on_hover_text(hint).changed() {
            form.bind(bound);
            changed = true;
        }
    });
    section_ui(ui, "The way there");
    changed |= path_ui(
        ui,
        ("Own CA", "File of certificate authorities"),
        &mut form.place.ca_file,
        "optional: a PEM file",
        (Leg::First, FileOf::own(File::Authorities)),
        commands,
    );
    let place = &mut form.place;
    let hint = "optional: http://proxy.example:3128";
    changed |= optional_ui(ui, ("Proxy", "Proxy"), &mut place.proxy, hint);
    let limits = [
        ("Connect (s)", "Seconds to connect", &mut place.connect_timeout, "10"),
        ("Answer (s)", "Seconds to answer", &mut place.timeout, "30"),
    ];
    for (label, name, limit, hint) in limits {
        changed |= number_ui(ui, (label, name), limit, hint);
    }
    let mut offset = Some(place.clock_offset).filter(|offset| *offset != 0);
    let name = ("Clock (s)", "Seconds that the server's clock is ahead");
    if number_ui(ui, name, &mut offset, "0; negative when the server's is behind") {
        place.clock_offset = offset.unwrap_or_default();
        changed = true;
    }
    way_problem_ui(ui, form);
    weak_ui(
        ui,
        "Certificates are always verified; the authorities of a file are trusted beside those of the \
         system. Paths start at the folder of the project.",
    );
    section_ui(ui, "What audiences stand for");
    let pairs = Pairs {
        what: "audience",
        key_hint: "as the server knows it",
        value_hint: "id or name of a client app",
        empty: "An audience is the id or name of a client app, unless it is named here.",
    };
    changed |= pairs_ui(ui, &pairs, &mut form.place.audiences, &mut next.audience);
    for (audience, name) in &form.place.audiences {
        if !name.trim().is_empty() && state.project.named(name).is_none() {
            problem_ui(ui, &format!("{audience}: no client app is called {name}."));
        }
    }
    if (&next.parameter, &next.audience) != (&names.parameter, &names.audience) {
        let next = Names { parameter: next.parameter, audience: next.audience, ..names.clone() };
        let command = TabCommand::Server(Command::Name(Box::new(next)));
        commands.push(WindowCommand::Exchange(command));
    }
    changed
}

/// What is wrong with the addresses.
fn addresses_ui(ui: &mut Ui, form: &Form) {
    let profile = form.profile();
    if profile.issuer.is_none() && profile.token_endpoint.is_none() {
        return;
    }
    if let Err(error) = form.named(&profile).server() {
        problem_ui(ui, &sentence(&error));
    }
}

/// What is wrong with the way there, as far as it can be told without reading a file.
fn way_problem_ui(ui: &mut Ui, form: &Form) {
    if let Some(proxy) = &form.place.proxy
        && let Err(error) = crate::exchange::http::parse_proxy(proxy)
    {
        problem_ui(ui, &error.message);
    }
    if form.place.timeout == Some(0) || form.place.connect_timeout == Some(0) {
        problem_ui(ui, "A time limit must be a second or more.");
    }
}

/// What rows of names and values are about.
struct Pairs {
    what: &'static str,
    key_hint: &'static str,
    value_hint: &'static str,
    empty: &'static str,
}

/// Names with their values: a row each, and one for the next.
fn pairs_ui(
    ui: &mut Ui,
    pairs: &Pairs,
    map: &mut BTreeMap<String, String>,
    next: &mut String,
) -> bool {
    let mut changed = false;
    let mut removed = None;
    let what = pairs.what;
    if map.is_empty() {
        weak_ui(ui, pairs.empty);
    }
    for (name, value) in map.iter_mut() {
        ui.horizontal(|ui| {
            ui.allocate_ui_with_layout(
                egui::vec2(LABEL_WIDTH, 22.0),
                egui::Layout::left_to_right(egui::Align::Center),
                |ui| {
                    ui.set_width(LABEL_WIDTH);
                    let text =
                        RichText::new(name).monospace().size(12.0).color(Tokens::of(ui).text);
                    ui.add(egui::Label::new(text).truncate()).on_hover_text(name);
                },
            );
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if small_icon_ui(ui, icons::ICON_CLOSE, &format!("Remove {what} {name}")) {
                    removed = Some(name.clone());
                }
                let label = format!("Value of {what} {name}");
                changed |= field_ui(ui, &label, value, pairs.value_hint);
            });
        });
    }
    if let Some(name) = removed {
        map.remove(&name);
        changed = true;
    }
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let name = given(next).filter(|name| !map.contains_key(name));
            let add = ui.add_enabled_ui(name.is_some(), |ui| {
                icon_button_ui(ui, icons::ICON_ADD, &format!("Add {what}")).clicked()
            });
            field_ui(ui, &format!("Name of the next {what}"), next, pairs.key_hint);
            if add.inner
                && let Some(name) = name
            {
                map.insert(name, String::new());
                next.clear();
                changed = true;
            }
        });
    });
    changed
}
