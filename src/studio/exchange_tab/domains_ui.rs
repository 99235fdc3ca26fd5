//! What the authority built in knows of other domains, and the one beside it that plays one.

use egui::Ui;

use super::super::command::Command as WindowCommand;
use super::super::state::State;
use super::super::widgets::{icon_button_ui, problem_ui, small_icon_ui, tick_ui, weak_ui};
use super::domains::{Domains, SUGGESTED, Second, holders};
use super::form::{Form, ServerChoice, client_id};
use super::form_ui::{client_choice_ui, field_ui, list_ui, row_ui};
use crate::config::Change;
use crate::studio::theme::icons;

pub fn domains_ui(
    ui: &mut Ui,
    state: &State,
    form: &mut Form,
    commands: &mut Vec<WindowCommand>,
) -> bool {
    if form.server != ServerChoice::BuiltIn {
        return false;
    }
    let mut changed = false;
    let title = match form.domains.count() {
        0 => "Other domains".to_owned(),
        count => format!("Other domains ({count} known)"),
    };
    egui::CollapsingHeader::new(title).id_salt("domains").show(ui, |ui| {
        weak_ui(
            ui,
            "A grant across domains (the presets ID-JAG and chaining) is issued here and redeemed at \
             the authorization server of another domain.",
        );
        row_ui(ui, "Port", |ui| {
            let hint = "empty for a free one";
            changed |= field_ui(ui, "Port of the authority", &mut form.domains.port, hint);
        });
        let mut there = form.domains.second.is_some();
        let response = tick_ui(ui, &mut there, "Run a second authority as the other domain");
        let hint = "On this machine too. It enforces the same project and redeems what the first one \
                    grants, so that both legs can be tried without a network.";
        if response.on_hover_text(hint).changed() {
            form.domains.second = there.then(Second::default);
            if there && form.domains.port.trim().is_empty() {
                form.domains.port = SUGGESTED.0.to_owned();
            }
            changed = true;
        }
        changed |= second_ui(ui, state, form, commands);
        changed |= known_ui(ui, state, &mut form.domains);
        let hint = "http://127.0.0.1:8080";
        changed |= list_ui(ui, ("Trusts", "trusted issuer"), &mut form.domains.trusted, hint);
    });
    // What is missing is said at the top, beside the button that waits for it.
    if form.domains.missing().is_none()
        && state.exchange.authority.is_some()
        && state.exchange.needs_authority()
    {
        weak_ui(
            ui,
            "The next run starts the authority anew, at the ports above. Tokens that it has issued \
             are of no use then.",
        );
    }
    changed
}

/// So many identities are named before it says that there are others.
const SHOWN: usize = 5;

/// The authority that plays another domain.
fn second_ui(
    ui: &mut Ui,
    state: &State,
    form: &mut Form,
    commands: &mut Vec<WindowCommand>,
) -> bool {
    let mut changed = false;
    let (here, there) = form.domains.issuers();
    let user = form.subject.user.clone();
    let Some(second) = &mut form.domains.second else { return false };
    row_ui(ui, "Its port", |ui| {
        let hint = "empty for a free one";
        changed |= field_ui(ui, "Port of the other domain", &mut second.port, hint);
    });
    row_ui(ui, "Stands for it", |ui| {
        let current = state.project.named(&second.stands_for);
        let name = "Client app that stands for the other domain";
        if let Some(key) = client_choice_ui(ui, state, name, current) {
            second.stands_for = client_id(state.project.client(key)).to_owned();
            changed = true;
        }
    });
    weak_ui(ui, "Who may exchange into that client app may have a grant for the other domain.");
    if let Some(there) = there {
        let asked = form.audience.iter().any(|audience| audience.trim() == there);
        ui.horizontal_wrapped(|ui| {
            weak_ui(ui, &format!("A grant for it has the audience {there}."));
            if !asked && ui.button("Ask for it").clicked() {
                form.audience = vec![there.clone()];
                changed = true;
            }
        });
    }
    // Whom a grant is about must be somebody at the other end.
    let Some(here) = here else {
        weak_ui(
            ui,
            "Give the first authority a port: its issuer must stand in the configuration, as that of \
             the federated identities that the other domain redeems grants for.",
        );
        return changed;
    };
    // No more than can be read: the project may hold ten thousand, and this is said in every frame.
    let mut known: Vec<String> = holders(&state.project, &here)
        .map(|(client, subject)| format!("{subject} ({})", client.label()))
        .take(SHOWN + 1)
        .collect();
    if !known.is_empty() {
        let more = if known.len() > SHOWN { " and others" } else { "" };
        known.truncate(SHOWN);
        let text = format!("The other domain knows, of issuer {here}: {}{more}.", known.join(", "));
        weak_ui(ui, &text);
        return changed;
    }
    problem_ui(
        ui,
        &format!(
            "The other domain knows nobody of this one. It redeems grants for federated identities \
             of issuer {here}, and the configuration has none."
        ),
    );
    let Some(second) = &mut form.domains.second else { return changed };
    row_ui(ui, "Who holds it", |ui| {
        let current = state.project.named(&second.holder);
        let name = "Client app that is to hold the identity";
        if let Some(key) = client_choice_ui(ui, state, name, current) {
            second.holder = client_id(state.project.client(key)).to_owned();
            changed = true;
        }
    });
    row_ui(ui, "", |ui| {
        let holder = state.project.named(&second.holder);
        let label = format!("Add identity of {user}");
        let hint = "Changes the configuration that is open, as one step that can be undone";
        let add = ui.add_enabled_ui(holder.is_some(), |ui| {
            icon_button_ui(ui, icons::ICON_ADD, &label).on_hover_text(hint).clicked()
        });
        if add.inner
            && let Some(client) = holder
        {
            commands.push(WindowCommand::Change(Change::Federate {
                client,
                id: None,
                issuer: here.clone(),
                subject: user.clone(),
            }));
        }
    });
    changed
}

/// Domains elsewhere that grants are issued for.
fn known_ui(ui: &mut Ui, state: &State, domains: &mut Domains) -> bool {
    let mut changed = false;
    let mut removed = None;
    for (index, (issuer, client)) in domains.known.iter_mut().enumerate() {
        let number = index + 1;
        row_ui(ui, &format!("Domain {number}"), |ui| {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if small_icon_ui(ui, icons::ICON_CLOSE, &format!("Remove domain {number}")) {
                    removed = Some(index);
                }
                let name = format!("Issuer of domain {number}");
                changed |= field_ui(ui, &name, issuer, "issuer of its server");
            });
        });
        row_ui(ui, "Stands for it", |ui| {
            let name = format!("Client app that stands for domain {number}");
            if let Some(key) = client_choice_ui(ui, state, &name, state.project.named(client)) {
                *client = client_id(state.project.client(key)).to_owned();
                changed = true;
            }
        });
    }
    if let Some(index) = removed {
        domains.known.remove(index);
        changed = true;
    }
    row_ui(ui, if domains.known.is_empty() { "Domains" } else { "" }, |ui| {
        let hint = "An authorization server elsewhere that grants may be asked for";
        if icon_button_ui(ui, icons::ICON_ADD, "Add domain").on_hover_text(hint).clicked() {
            domains.known.push(<(String, String)>::default());
            changed = true;
        }
    });
    changed
}
