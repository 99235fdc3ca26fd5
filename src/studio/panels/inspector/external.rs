//! What stands outside of the project: external identities, their issuers, and client apps that no
//! document defines.

use egui::{RichText, Ui};

use crate::config::Id;
use crate::trust::Subject;

use super::super::super::command::Command;
use super::super::super::selection::Selection;
use super::super::super::state::State;
use super::super::super::theme::{self, Tokens};
use super::super::super::widgets::{place_link_ui, problem_ui, section_ui};
use super::{client_link_ui, decision_ui, kind_ui, simulate_ui};

pub fn external_ui(
    ui: &mut Ui,
    state: &State,
    issuer: &str,
    subject: &str,
    commands: &mut Vec<Command>,
) {
    let tokens = Tokens::of(ui);
    kind_ui(ui, "External identity", tokens.external);
    ui.add(egui::Label::new(RichText::new(subject).family(theme::semibold()).size(15.0)).wrap());
    ui.label(RichText::new(format!("of {issuer}")).color(tokens.text_weak));
    ui.add_space(theme::GAP);
    simulate_ui(ui, state, commands);
    section_ui(ui, "Stands for");
    for (principal, index) in state.project.by_identity(issuer, subject) {
        client_link_ui(ui, state, principal, commands);
        place_link_ui(ui, state, state.project.client(principal).identities[index].place, commands);
        let brokers = state.analysis.graph.brokers(&state.analysis.project, principal);
        if brokers.is_empty() {
            problem_ui(ui, "No client app may bring its token: nobody can use this identity yet.");
        } else {
            section_ui(ui, "May be brought by");
            for broker in brokers {
                client_link_ui(ui, state, broker, commands);
            }
        }
    }
    let external = state
        .simulation()
        .is_some_and(|question| matches!(question.subject, Subject::External { .. }));
    if external {
        decision_ui(ui, state, commands);
    }
}

pub fn issuer_ui(ui: &mut Ui, state: &State, issuer: &str, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    kind_ui(ui, "Issuer", tokens.external);
    ui.add(egui::Label::new(RichText::new(issuer).family(theme::semibold()).size(15.0)).wrap());
    section_ui(ui, "Its identities");
    for client in state.project.clients() {
        for identity in &client.identities {
            let (Some(stated), Some(subject)) = (&identity.issuer, &identity.subject) else {
                continue;
            };
            if stated.value != issuer {
                continue;
            }
            ui.horizontal_wrapped(|ui| {
                if ui.link(&subject.value).clicked() {
                    commands.push(Command::Reveal(Selection::External {
                        issuer: issuer.to_owned(),
                        subject: subject.value.clone(),
                    }));
                }
                ui.label(RichText::new(format!("as {}", client.label())).color(tokens.text_weak));
            });
        }
    }
}

pub fn ghost_ui(ui: &mut Ui, state: &State, entry: &str, commands: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    kind_ui(ui, "Unknown client app", tokens.ghost);
    ui.label(RichText::new(entry).monospace());
    ui.label("Lists name this id, but no document defines it. It may live on the server, in a file that is not open, or be misspelt.");
    let meant = state.project.did_you_mean(&Id::new(entry));
    if !meant.is_empty() {
        section_ui(ui, "Did you mean");
        for key in meant {
            client_link_ui(ui, state, key, commands);
        }
    }
    section_ui(ui, "Listed by");
    for client in state.project.clients() {
        for permission in &client.permissions {
            if permission.client.is_none()
                && permission.id.as_ref().is_some_and(|id| id.key() == entry)
            {
                client_link_ui(ui, state, client.key, commands);
                place_link_ui(ui, state, permission.place, commands);
            }
        }
    }
}
