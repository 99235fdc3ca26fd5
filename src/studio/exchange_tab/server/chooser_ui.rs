//! Which server: the one built in, one of the project's profiles, or one that is typed; and keeping
//! what was typed as a profile.

use egui::{RichText, Ui};

use super::super::super::command::{Action, Command as WindowCommand};
use super::super::super::state::State;
use super::super::super::theme::Tokens;
use super::super::super::widgets::{icon_button_ui, section_ui, weak_ui};
use super::super::form::{Form, ServerChoice};
use super::super::form_ui::{field_ui, row_ui};
use super::super::leg::Leg;
use super::super::{Command as TabCommand, Mode};
use super::draft::given;
use super::{Command, Names};
use crate::studio::theme::icons;

/// Which server, and its address.
pub fn chooser_ui(
    ui: &mut Ui,
    state: &State,
    leg: Leg,
    form: &mut Form,
    commands: &mut Vec<WindowCommand>,
) -> bool {
    let mut changed = choice_ui(ui, state, leg, form, commands);
    match form.server {
        ServerChoice::BuiltIn => {
            let text = "Runs on this machine only and enforces the project that is open.";
            weak_ui(ui, text);
        }
        ServerChoice::Issuer => {
            row_ui(ui, "Issuer", |ui| {
                let hint = "https://login.example.com";
                let name = match leg {
                    Leg::First => "Issuer of the server",
                    Leg::Second => "Issuer of the other server",
                };
                changed |= field_ui(ui, name, &mut form.issuer, hint);
            });
        }
        ServerChoice::TokenEndpoint => {
            row_ui(ui, "Token", |ui| {
                let hint = "https://login.example.com/connect/token";
                changed |=
                    field_ui(ui, &leg.name("Token endpoint"), &mut form.token_endpoint, hint);
            });
            row_ui(ui, "Keys (JWKS)", |ui| {
                let hint = "optional: to verify signatures";
                let name = leg.name("Address of the key set");
                changed |= field_ui(ui, &name, &mut form.jwks_uri, hint);
            });
        }
    }
    changed
}

fn choice_ui(
    ui: &mut Ui,
    state: &State,
    leg: Leg,
    form: &mut Form,
    commands: &mut Vec<WindowCommand>,
) -> bool {
    let mut changed = false;
    let profile = form.profile_name.clone();
    let label = match &profile {
        Some(name) => name.clone(),
        None => form.server.label().to_owned(),
    };
    row_ui(ui, "Server", |ui| {
        let profiles = state.kept.file.profiles();
        egui::ComboBox::from_id_salt("Server")
            .selected_text(&label)
            .width((ui.available_width() - 8.0).clamp(80.0, 240.0))
            .truncate()
            .show_ui(ui, |ui| {
                ui.set_min_width(190.0);
                let mut free = |ui: &mut Ui, choice: ServerChoice| {
                    let chosen = form.profile_name.is_none() && form.server == choice;
                    if ui.selectable_label(chosen, choice.label()).clicked() {
                        form.leave_profile(choice);
                        changed = true;
                    }
                };
                free(ui, ServerChoice::BuiltIn);
                if !profiles.is_empty() {
                    small_ui(ui, "Profiles of the project");
                    for name in profiles.keys() {
                        let chosen = profile.as_ref() == Some(name);
                        if ui.selectable_label(chosen, name).clicked() {
                            let choose = Command::Choose(name.clone());
                            commands.push(leg.server(choose));
                        }
                    }
                    small_ui(ui, "Another server");
                }
                free(ui, ServerChoice::Issuer);
                free(ui, ServerChoice::TokenEndpoint);
            })
            .response
            .accessible_name(format!("{}: {label}", leg.name("Server")));
    });
    changed
}

/// What of the server's description is in use beyond its address, in one line with a way to it.
pub fn summary_ui(ui: &mut Ui, state: &State, commands: &mut Vec<WindowCommand>) {
    let form = &state.exchange.form;
    if form.server == ServerChoice::BuiltIn {
        return;
    }
    let place = &form.place;
    let seconds = |what: &str, seconds: Option<u64>| seconds.map(|s| format!("{what} {s} s"));
    let parts = [
        state.profile_is_changed().then(|| "changed, not kept in the profile".to_owned()),
        match place.parameters.len() {
            0 => None,
            1 => Some("1 extra parameter".to_owned()),
            count => Some(format!("{count} extra parameters")),
        },
        place.ca_file.as_ref().map(|_| "own authorities".to_owned()),
        place.proxy.as_ref().map(|_| "proxy".to_owned()),
        seconds("connects within", place.connect_timeout),
        seconds("answers within", place.timeout),
        (place.clock_offset != 0).then(|| format!("clock {:+} s", place.clock_offset)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    ui.horizontal_wrapped(|ui| {
        if !parts.is_empty() {
            weak_ui(ui, &format!("{}.", parts.join(" · ")));
        }
        let link = ui.link(RichText::new("Parameters, trust, proxy, clock…").small());
        if link.on_hover_text("Shows all that is known of the server").clicked() {
            commands.push(WindowCommand::Exchange(TabCommand::Show(Mode::Server)));
        }
    });
}

/// Which server, and whether what is said of it is kept.
pub fn keep_ui(
    ui: &mut Ui,
    state: &State,
    form: &mut Form,
    commands: &mut Vec<WindowCommand>,
) -> bool {
    ui.heading("Server");
    let changed = chooser_ui(ui, state, Leg::First, form, commands);
    if form.server == ServerChoice::BuiltIn {
        return changed;
    }
    section_ui(ui, "Profile");
    let mut send = |command: Command| {
        commands.push(WindowCommand::Exchange(TabCommand::Server(command)));
    };
    if let Some(name) = &form.profile_name {
        let differs = state.profile_is_changed();
        ui.horizontal_wrapped(|ui| {
            let keep = egui::Button::new("Keep changes");
            let response = ui.add_enabled(differs, keep);
            if response.on_hover_text(format!("Puts what stands here into {name}")).clicked() {
                send(Command::SaveAs(name.clone()));
            }
            let back = ui.add_enabled(differs, egui::Button::new("Take back"));
            if back.on_hover_text(format!("Fills in what {name} says")).clicked() {
                send(Command::Choose(name.clone()));
            }
            let hint = "Takes it out of the project file. What it says stays here, and can be kept \
                        again.";
            if icon_button_ui(ui, icons::ICON_DELETE, "Remove profile")
                .on_hover_text(hint)
                .clicked()
            {
                send(Command::Remove(name.clone()));
            }
        });
    }
    let names = &state.exchange.server.names;
    let mut typed = names.profile.clone();
    let name = given(&typed);
    let there = name.as_deref().is_some_and(|name| state.profile(name).is_some());
    row_ui(ui, "Keep as", |ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let label = if there { "Replace profile" } else { "Save as profile" };
            if ui.add_enabled(name.is_some(), egui::Button::new(label)).clicked()
                && let Some(name) = name
            {
                send(Command::SaveAs(name));
            }
            if field_ui(ui, "Name of the profile", &mut typed, "a name, as staging") {
                send(Command::Name(Box::new(Names { profile: typed.clone(), ..names.clone() })));
            }
        });
    });
    if there {
        weak_ui(ui, "There is a profile of this name already; it would be replaced.");
    }
    match state.cannot_save_project_file() {
        None => {
            ui.horizontal_wrapped(|ui| {
                if ui.button("Save the project file").clicked() {
                    commands.push(WindowCommand::Act(Action::SaveProjectFile));
                }
                weak_ui(ui, "It has changes that are not on the disk yet.");
            });
        }
        Some(_) if state.kept.file.path.is_none() => {
            weak_ui(ui, "What is open is in no folder: profiles are kept until the window closes.")
        }
        Some(_) => weak_ui(
            ui,
            "Profiles are kept in exchange-studio.yaml beside the configuration, without any secret.",
        ),
    }
    changed
}

fn small_ui(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).small().color(Tokens::of(ui).text_weak));
}
