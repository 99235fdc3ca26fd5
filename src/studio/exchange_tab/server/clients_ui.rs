//! How each client authenticates at the server.

use egui::{RichText, Ui};

use super::super::super::command::Command as WindowCommand;
use super::super::super::state::State;
use super::super::super::widgets::{
    choice_ui, icon_button_ui, problem_ui, section_ui, small_icon_ui, weak_ui,
};
use super::super::Command as TabCommand;
use super::super::form::{Form, ServerChoice};
use super::super::form_ui::{field_ui, row_ui};
use super::super::leg::Leg;
use super::draft::given;
use super::fields_ui::{optional_ui, path_ui, secret_ui};
use super::{Command, File, FileOf, KeyringOf, Names};
use crate::config::{Profile, ProfileClient};
use crate::exchange::{AssertionAudience, ClientAuthMethod};
use crate::studio::theme::icons;

pub fn clients_ui(
    ui: &mut Ui,
    state: &State,
    form: &mut Form,
    commands: &mut Vec<WindowCommand>,
) -> bool {
    if form.server == ServerChoice::BuiltIn {
        return false;
    }
    let mut profile = form.profile();
    let before = profile.clone();
    section_ui(ui, "Clients");
    row_ui(ui, "All others", |ui| {
        let mut method = profile.client_auth.clone();
        let mut choices = vec![(None, "client_secret_basic, unless said".to_owned())];
        choices.extend(methods(&profile.client_auth));
        if choice_ui(ui, "Method of all clients", &mut method, &choices) {
            profile.client_auth = method;
        }
    });
    weak_ui(ui, "How a client authenticates of which nothing is said below.");
    list_ui(ui, state, form, &mut profile, commands);
    let shown = state.exchange.server.client.clone().filter(|id| profile.clients.contains_key(id));
    if let Some(id) = shown {
        let own = profile.clients.entry(id.clone()).or_default();
        let entry = form.keyring_entry(&id);
        let desk = &state.exchange.server.keyring;
        let keyring = KeyringOf { leg: Leg::First, desk, entry: entry.as_ref() };
        client_ui(ui, &id, own, profile.client_auth.as_deref(), keyring, commands);
    }
    if profile == before {
        return false;
    }
    form.take_profile(profile);
    true
}

/// The clients that something is said of, and adding one.
fn list_ui(
    ui: &mut Ui,
    state: &State,
    form: &Form,
    profile: &mut Profile,
    commands: &mut Vec<WindowCommand>,
) {
    let mut send = |command: Command| {
        commands.push(WindowCommand::Exchange(TabCommand::Server(command)));
    };
    let mut removed = None;
    for (id, own) in &profile.clients {
        let method = own.method.as_deref().or(profile.client_auth.as_deref());
        let method = method.unwrap_or(ClientAuthMethod::default().name());
        let chosen = state.exchange.server.client.as_ref() == Some(id);
        let name = state.project.named(id).map(|key| state.project.client(key).label());
        ui.horizontal(|ui| {
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                // What is being asked with is described in the form, and stays.
                if form.client_id.trim() != id
                    && small_icon_ui(ui, icons::ICON_CLOSE, &format!("Remove client {id}"))
                {
                    removed = Some(id.clone());
                }
                ui.label(RichText::new(method).small());
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    let text = name.unwrap_or(id);
                    let button = egui::Button::selectable(chosen, text).truncate();
                    let response = ui.add(button).on_hover_text(id);
                    if response.clicked() {
                        send(Command::ShowClient(id.clone()));
                    }
                });
            });
        });
    }
    if let Some(id) = removed {
        profile.clients.remove(&id);
    }
    let names = &state.exchange.server.names;
    let mut typed = names.client.clone();
    ui.horizontal(|ui| {
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let id = given(&typed).filter(|id| !profile.clients.contains_key(id));
            let add = ui.add_enabled_ui(id.is_some(), |ui| {
                icon_button_ui(ui, icons::ICON_ADD, "Add client").clicked()
            });
            if field_ui(ui, "Id of the next client", &mut typed, "client id at the server") {
                send(Command::Name(Box::new(Names { client: typed.clone(), ..names.clone() })));
            }
            if add.inner
                && let Some(id) = id
            {
                send(Command::ShowClient(id.clone()));
                send(Command::Name(Box::new(Names { client: String::new(), ..names.clone() })));
                profile.clients.insert(id, ProfileClient::default());
            }
        });
    });
}

/// The registered methods, and one that this studio does not know where that is what is said.
fn methods(said: &Option<String>) -> Vec<(Option<String>, String)> {
    let known = ClientAuthMethod::ALL.map(|method| method.name().to_owned());
    let strange = said.iter().filter(|said| !known.contains(*said)).cloned();
    known.iter().cloned().chain(strange).map(|name| (Some(name.clone()), name)).collect()
}

fn client_ui(
    ui: &mut Ui,
    id: &str,
    own: &mut ProfileClient,
    common: Option<&str>,
    keyring: KeyringOf<'_>,
    commands: &mut Vec<WindowCommand>,
) {
    section_ui(ui, &format!("Client {id}"));
    row_ui(ui, "Method", |ui| {
        let mut choices = vec![(None, "as all others".to_owned())];
        choices.extend(methods(&own.method));
        choice_ui(ui, &format!("Method of {id}"), &mut own.method, &choices);
    });
    if own.method.as_deref().is_some_and(|name| ClientAuthMethod::from_name(name).is_none()) {
        problem_ui(ui, "This is no method that this studio knows; choose another.");
    }
    use ClientAuthMethod as Method;
    // What it authenticates with, by itself or as all others; of an unknown method all is shown.
    let method = match own.method.as_deref().or(common) {
        None => Some(Method::default()),
        Some(name) => Method::from_name(name),
    };
    let takes = |methods: &[Method]| method.is_none_or(|method| methods.contains(&method));
    let of = |name: &str| format!("{name} of {id}");
    let file = |file: File| (keyring.leg, FileOf { client: Some(id.to_owned()), file });
    if takes(&[Method::ClientSecretBasic, Method::ClientSecretPost, Method::ClientSecretJwt]) {
        secret_ui(ui, Some(id), own, None, keyring, commands);
    }
    if takes(&[Method::PrivateKeyJwt]) {
        let (label, hint) = (of("Key file"), "path of a PEM or JSON Web Key file");
        path_ui(ui, ("Private key", &label), &mut own.key_file, hint, file(File::Key), commands);
        let hint = "optional: as the server knows it";
        optional_ui(ui, ("Key id", &of("Key id")), &mut own.key_id, hint);
    }
    if takes(&[Method::PrivateKeyJwt, Method::ClientSecretJwt]) {
        let hint = "optional: PS256, HS384…";
        optional_ui(ui, ("Signed with", &of("Algorithm")), &mut own.assertion_alg, hint);
        row_ui(ui, "Meant for", |ui| {
            let said = own.assertion_audience.as_deref().and_then(AssertionAudience::parse);
            let mut audience = said.unwrap_or_default();
            let choices = audiences(&audience);
            if choice_ui(ui, &of("Audience of the assertion"), &mut audience, &choices) {
                own.assertion_audience = match audience {
                    AssertionAudience::Issuer => None,
                    other => Some(other.name().to_owned()),
                };
            }
        });
    }
    certificate_ui(ui, (keyring.leg, Some(id)), own, method, commands);
    for (what, variable) in [
        ("private key", &own.key_env),
        ("certificate", &own.certificate_env),
        ("certificate's key", &own.certificate_key_env),
    ] {
        if let Some(name) = variable {
            weak_ui(ui, &format!("The {what} comes from the environment variable {name}."));
        }
    }
}

/// Whom an assertion may be meant for.
pub fn audiences(said: &AssertionAudience) -> Vec<(AssertionAudience, String)> {
    let mut choices = vec![
        (AssertionAudience::Issuer, "issuer".to_owned()),
        (AssertionAudience::TokenEndpoint, "token endpoint".to_owned()),
        (AssertionAudience::Endpoint, "endpoint it is sent to".to_owned()),
    ];
    if let AssertionAudience::Text(text) = said {
        choices.push((said.clone(), text.clone()));
    }
    choices
}

/// The certificate that a client shows: to say who it is, or to have its tokens bound to it.
pub fn certificate_ui(
    ui: &mut Ui,
    (leg, id): (Leg, Option<&str>),
    own: &mut ProfileClient,
    method: Option<ClientAuthMethod>,
    commands: &mut Vec<WindowCommand>,
) -> bool {
    let of = |name: &str| match id {
        Some(id) => leg.name(format!("{name} of {id}")),
        None => leg.name(name),
    };
    let file = |file: File| (leg, FileOf { client: id.map(str::to_owned), file });
    let needed = method.is_some_and(ClientAuthMethod::is_tls);
    let hint = if needed { "path of a PEM file" } else { "optional: binds tokens to it" };
    let name = of("Certificate file");
    let mut changed = path_ui(
        ui,
        ("Certificate", &name),
        &mut own.certificate_file,
        hint,
        file(File::Certificate),
        commands,
    );
    if needed || own.certificate_file.is_some() {
        let name = of("Certificate key file");
        changed |= path_ui(
            ui,
            ("Its key", &name),
            &mut own.certificate_key_file,
            "if it is not with the certificate",
            file(File::CertificateKey),
            commands,
        );
    }
    changed
}
