//! Where the tokens of the exchange come from.

use std::time::SystemTime;

use egui::{RichText, Ui};

use crate::authority::TestUser;
use crate::exchange::time::span;
use crate::exchange::token_type;

use super::super::state::State;
use super::super::theme::Tokens;
use super::super::widgets::{choice_ui, section_ui, tick_ui};
use super::choice::{TokenChoice, TokenSource};
use super::form::{Form, ServerChoice};
use super::form_ui::{client_choice_ui, field_ui, row_ui, secret_ui};
use super::vault::{Kept, Vault};

pub fn subject_ui(ui: &mut Ui, state: &State, form: &mut Form) -> bool {
    section_ui(ui, "Subject token");
    let mut subject = form.subject.clone();
    let changed = token_ui(ui, state, form, &mut subject, "subject");
    form.subject = subject;
    changed
}

/// The token of the party that acts, when one is sent.
pub fn actor_ui(ui: &mut Ui, state: &State, form: &mut Form) -> bool {
    section_ui(ui, "Actor token");
    let mut acts = form.actor.is_some();
    let hint = "The party that acts for the subject, when it is another than the requester \
                (RFC 8693 §1.1)";
    let mut changed = tick_ui(ui, &mut acts, "Send an actor token").on_hover_text(hint).changed();
    if changed {
        form.actor = acts.then(TokenChoice::default);
        form.suit_server();
    }
    if let Some(mut actor) = form.actor.clone() {
        changed |= token_ui(ui, state, form, &mut actor, "actor");
        form.actor = Some(actor);
    }
    changed
}

fn token_ui(
    ui: &mut Ui,
    state: &State,
    form: &Form,
    choice: &mut TokenChoice,
    whose: &str,
) -> bool {
    let mut changed = false;
    let server = form.server;
    let vault = &state.exchange.vault;
    let explain = |ui: &mut Ui, text: &str| {
        let text = RichText::new(text).small().color(Tokens::of(ui).text_weak);
        ui.add(egui::Label::new(text).wrap());
    };
    let name = |field: &str| format!("{field} of the {whose} token");
    row_ui(ui, "Comes from", |ui| {
        let sources = TokenSource::ALL.into_iter().filter(|source| source.suits(server));
        let choices: Vec<_> = sources.map(|source| (source, source.label().to_owned())).collect();
        let label = format!("{} token comes from", super::super::widgets::capital(whose));
        changed |= choice_ui(ui, &label, &mut choice.source, &choices);
    });
    if choice.source.signs_in() {
        row_ui(ui, "Signs in to", |ui| {
            let label = match whose {
                "subject" => "Signs in to",
                _ => "Actor signs in to",
            };
            if let Some(key) = client_choice_ui(ui, state, label, choice.login_client) {
                choice.login_client = Some(key);
                changed = true;
            }
        });
        let own = choice.login_client.is_none() || choice.login_client == form.requester;
        if server != ServerChoice::BuiltIn && !own {
            row_ui(ui, "Its secret", |ui| {
                let hint = "empty for a public client";
                changed |= secret_ui(ui, &name("Client secret"), &mut choice.login_secret, hint);
            });
        }
    }
    match choice.source {
        TokenSource::TestUser => {
            let choices: Vec<_> = TestUser::defaults()
                .into_iter()
                .map(|user| (user.subject.clone(), format!("{} ({})", user.name, user.subject)))
                .collect();
            row_ui(ui, "User", |ui| {
                let label = if whose == "subject" { "Test user" } else { "Test user who acts" };
                changed |= choice_ui(ui, label, &mut choice.user, &choices);
            });
        }
        TokenSource::External => {
            row_ui(ui, "Issuer", |ui| {
                changed |= field_ui(ui, &name("Issuer"), &mut choice.external_issuer, "iss");
            });
            row_ui(ui, "Subject", |ui| {
                changed |= field_ui(ui, &name("Subject"), &mut choice.external_subject, "sub");
            });
            explain(ui, "Minted by the external issuer of this machine, under that issuer's name.");
        }
        TokenSource::Browser => explain(
            ui,
            "Opens the system's browser when the exchange is run, and waits for it on a port of \
             this machine. The server must allow http://127.0.0.1 with any port and the path \
             /callback as a redirect address of that client.",
        ),
        TokenSource::Device => explain(
            ui,
            "Shows a code and an address when the exchange is run; sign in there on any device.",
        ),
        TokenSource::ClientCredentials => {
            explain(ui, "The requester first gets a token of its own.");
        }
        TokenSource::Kept | TokenSource::Refresh => {
            let refreshes = choice.source == TokenSource::Refresh;
            changed |= kept_ui(ui, vault, choice, refreshes, whose);
        }
        TokenSource::Pasted => {
            let label = format!("{whose}_token");
            row_ui(ui, &label, |ui| {
                let hint = "paste a token; kept in memory only";
                changed |= secret_ui(ui, &label, &mut choice.pasted, hint);
            });
        }
    }
    row_ui(ui, "Type", |ui| {
        changed |= token_type_ui(ui, &format!("{whose}_token_type"), &mut choice.token_type, false)
    });
    changed
}

/// A token type by name, or any URI typed.
pub fn token_type_ui(ui: &mut Ui, name: &str, uri: &mut String, optional: bool) -> bool {
    let mut changed = false;
    let text = if uri.is_empty() { "not sent" } else { token_type::label(uri) }.to_owned();
    egui::ComboBox::from_id_salt(name)
        .selected_text(&text)
        .width(190.0)
        .show_ui(ui, |ui| {
            if optional {
                changed |= ui.selectable_value(uri, String::new(), "not sent").changed();
            }
            for known in &token_type::KNOWN {
                changed |= ui
                    .selectable_value(uri, known.uri.to_owned(), known.label)
                    .on_hover_text(format!("{}\n{}", known.uri, known.meaning))
                    .changed();
            }
            ui.separator();
            let field =
                egui::TextEdit::singleline(uri).hint_text("or another URI").desired_width(300.0);
            changed |= ui.add(field).accessible_name(format!("{name} as a URI")).changed();
        })
        .response
        .accessible_name(format!("{name}: {text}"))
        .on_hover_text(uri.as_str());
    changed
}

/// A choice among the tokens of this session.
fn kept_ui(
    ui: &mut Ui,
    vault: &Vault,
    choice: &mut TokenChoice,
    refreshes: bool,
    whose: &str,
) -> bool {
    let fits = |kept: &&Kept| !refreshes || kept.refresh.is_some();
    let now = SystemTime::now();
    let tokens: Vec<&Kept> = vault.tokens().iter().filter(fits).collect();
    let mut changed = false;
    row_ui(ui, "Token", |ui| {
        if tokens.is_empty() {
            let text = match refreshes {
                true => {
                    "None came with a refresh token yet: sign in with the scope offline_access."
                }
                false => "There is none yet. Every token that is got or issued is kept here.",
            };
            ui.add(egui::Label::new(RichText::new(text).small()).wrap());
            return;
        }
        let label = |kept: &Kept| format!("{} ({})", kept.label, life(kept, now));
        let shown = tokens.iter().find(|kept| Some(kept.id) == choice.kept);
        let text = shown.map_or("Choose…".to_owned(), |kept| label(kept));
        egui::ComboBox::from_id_salt(("kept", whose))
            .selected_text(&text)
            .width((ui.available_width() - 8.0).max(80.0))
            .truncate()
            .show_ui(ui, |ui| {
                for kept in &tokens {
                    let selected = Some(kept.id) == choice.kept;
                    if ui.selectable_label(selected, label(kept)).clicked() {
                        choice.kept = Some(kept.id);
                        choice.token_type.clone_from(&kept.token_type);
                        changed = true;
                    }
                }
            })
            .response
            .accessible_name(format!("Token of this session, as {whose}: {text}"));
    });
    changed
}

/// How long a token still lives, in words.
pub fn life(kept: &Kept, now: SystemTime) -> String {
    match kept.remaining(now) {
        None => "life not stated".to_owned(),
        Some(0) => "expired".to_owned(),
        Some(seconds) => format!("{} left", span(seconds)),
    }
}
