//! The part of the form that says who asks, and how it shows that.

use egui::{RichText, Ui};

use crate::exchange::ClientAuthMethod;
use crate::studio::theme::icons;

use super::super::command::Command as WindowCommand;
use super::super::state::State;
use super::super::theme::Tokens;
use super::super::widgets::{choice_ui, section_ui, small_icon_ui, tick_ui, weak_ui};
use super::form::{Form, ServerChoice};
use super::form_ui::{client_choice_ui, field_ui, row_ui};
use super::leg::Leg;
use super::server::{self, File, FileOf, KeyringOf};

pub fn requester_ui(
    ui: &mut Ui,
    state: &State,
    leg: Leg,
    form: &mut Form,
    commands: &mut Vec<WindowCommand>,
) -> bool {
    let mut changed = false;
    section_ui(ui, "Requester");
    row_ui(ui, "Client app", |ui| {
        if let Some(key) = client_choice_ui(ui, state, &leg.name("Requester"), form.requester) {
            form.choose_requester(&state.project, key);
            changed = true;
        }
    });
    row_ui(ui, "client_id", |ui| {
        let mut id = form.client_id.clone();
        if field_ui(ui, &leg.name("client_id"), &mut id, "as the server knows it") {
            form.leave_client();
            form.client_id = id;
            form.load_client();
            form.requester = state.project.named(&form.client_id);
            changed = true;
        }
    });
    row_ui(ui, "Method", |ui| {
        // The authority built in is spoken to over plain http, where no certificate is shown.
        let choices: Vec<_> = ClientAuthMethod::ALL
            .into_iter()
            .filter(|method| !method.is_tls() || form.server != ServerChoice::BuiltIn)
            .map(|method| (method, method.name().to_owned()))
            .collect();
        changed |= choice_ui(ui, &leg.name("Client authentication"), &mut form.auth, &choices);
    });
    match form.auth {
        // The certificate is below.
        ClientAuthMethod::TlsClientAuth
        | ClientAuthMethod::SelfSignedTlsClientAuth
        | ClientAuthMethod::None => {}
        ClientAuthMethod::PrivateKeyJwt => changed |= key_ui(ui, leg, form, commands),
        ClientAuthMethod::ClientSecretBasic
        | ClientAuthMethod::ClientSecretPost
        | ClientAuthMethod::ClientSecretJwt => {
            changed |= client_secret_ui(ui, state, leg, form, commands);
        }
    }
    if matches!(form.auth, ClientAuthMethod::PrivateKeyJwt | ClientAuthMethod::ClientSecretJwt) {
        row_ui(ui, "Meant for", |ui| {
            let choices = server::audiences(&form.assertion_audience);
            let name = leg.name("Audience of the assertion");
            changed |= choice_ui(ui, &name, &mut form.assertion_audience, &choices);
        });
    }
    if form.server != ServerChoice::BuiltIn {
        let method = Some(form.auth);
        changed |= server::certificate_ui(ui, (leg, None), &mut form.own, method, commands);
        if form.auth.is_tls() {
            let text = "Certificate and key are read when the exchange is run, and not kept. They are \
                        shown over https alone.";
            weak_ui(ui, text);
        }
    }
    row_ui(ui, "DPoP", |ui| {
        let mut bound = form.dpop.is_some();
        let hint = "Proves possession of a key made for this session (RFC 9449), so that the issued \
                    token is of use to nobody else";
        let name = "Bind tokens to a key";
        let tick = tick_ui(ui, &mut bound, name).accessible_name(leg.name(name));
        if tick.on_hover_text(hint).changed() {
            form.bind(bound);
            changed = true;
        }
    });
    changed
}

fn client_secret_ui(
    ui: &mut Ui,
    state: &State,
    leg: Leg,
    form: &mut Form,
    commands: &mut Vec<WindowCommand>,
) -> bool {
    if form.server != ServerChoice::BuiltIn {
        let entry = form.keyring_entry(&form.client_id);
        let desk = match leg {
            Leg::First => &state.exchange.server.keyring,
            Leg::Second => &state.exchange.redeem.server.keyring,
        };
        let keyring = KeyringOf { leg, desk, entry: entry.as_ref() };
        let asked = Some(&mut form.client_secret);
        return server::secret_ui(ui, None, &mut form.own, asked, keyring, commands);
    }
    row_ui(ui, "client_secret", |ui| {
        let text = RichText::new("made by the authority").color(Tokens::of(ui).text_weak);
        ui.label(text).on_hover_text(
            "Every confidential client has the same secret there, made when it starts",
        );
        false
    })
}

/// The key that signs, by its file: nothing is read before the exchange is run.
fn key_ui(ui: &mut Ui, leg: Leg, form: &mut Form, commands: &mut Vec<WindowCommand>) -> bool {
    let mut changed = false;
    row_ui(ui, "Private key", |ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if small_icon_ui(ui, icons::ICON_FOLDER_OPEN, &leg.name("Choose the key file")) {
                let which = FileOf::own(File::Key);
                commands.push(leg.pick_file(which));
            }
            let hint = "path of a PEM or JSON Web Key file";
            changed |= field_ui(ui, &leg.name("Key file"), &mut form.key_file, hint);
        });
    });
    row_ui(ui, "Key id", |ui| {
        let hint = "optional: as the server knows it";
        changed |= field_ui(ui, &leg.name("Key id"), &mut form.key_id, hint);
    });
    let text = if form.server == ServerChoice::BuiltIn {
        "Read when the exchange is run, and not kept. The authority is told its public half."
    } else {
        "Read when the exchange is run, and not kept. The server must know its public half."
    };
    weak_ui(ui, text);
    changed
}
