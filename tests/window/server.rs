//! The server's part of the exchange tab: profiles of the project file, the way to the server, and
//! what it says of itself.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable};
use exchange_studio::authority::{self, Running};
use exchange_studio::config::{ClientKey, Project};
use exchange_studio::exchange::report::Outcome;
use exchange_studio::exchange::{ClientAuthMethod, Level, Report};
use exchange_studio::studio::{
    Action, Command, ExchangeCommand, ExchangeMode, ServerChoice, Studio, TokenSource,
};
use exchange_studio::trust::Reading;
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::harness::{
    Answers, EACH_INTO_THE_OTHER, click, empty, field, opened, press, retype, send, until,
};
use super::tls_server::tls::{Ask, Identity};

fn folder(project_file: Option<&str>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("clients.yaml"), EACH_INTO_THE_OTHER).unwrap();
    if let Some(text) = project_file {
        fs::write(folder.path().join("exchange-studio.yaml"), text).unwrap();
    }
    folder
}

fn on_disk(folder: &Path) -> String {
    fs::read_to_string(folder.join("exchange-studio.yaml")).unwrap_or_default()
}

fn show_server(harness: &mut Harness<'static, Studio>) {
    send(harness, Command::Act(Action::ShowExchange));
    send(harness, Command::Exchange(ExchangeCommand::Show(ExchangeMode::Server)));
}

fn show_one(harness: &mut Harness<'static, Studio>) {
    send(harness, Command::Exchange(ExchangeCommand::Show(ExchangeMode::One)));
}

/// Chooses in a list, by the name of its field with what it shows now.
fn choose(harness: &mut Harness<'static, Studio>, field: &str, choice: &str) {
    click(harness, field);
    harness.get_by_label(choice).click();
    harness.run_ok();
}

fn save(harness: &mut Harness<'static, Studio>) {
    click(harness, "Save the project file");
    until(harness, "it is saved", |studio| !studio.state.kept.file.is_unsaved());
}

#[test]
fn a_server_is_kept_as_a_profile_and_comes_back_without_its_secret() {
    let folder = folder(None);
    let mut harness = opened(folder.path());
    show_server(&mut harness);
    choose(&mut harness, "Server: Built-in authority", "Issuer");
    retype(&mut harness, "Issuer of the server", "https://login.example");
    retype(&mut harness, "Name of the next parameter", "tenant");
    click(&mut harness, "Add parameter");
    retype(&mut harness, "Value of parameter tenant", "north");
    retype(&mut harness, "Proxy", "http://proxy.example:3128");
    retype(&mut harness, "Seconds to answer", "7");
    retype(&mut harness, "Seconds that the server's clock is ahead", "-30");
    retype(&mut harness, "Name of the next audience", "https://api.example");
    click(&mut harness, "Add audience");
    retype(&mut harness, "Value of audience https://api.example", "Ledger");
    retype(&mut harness, "Id of the next client", "portal");
    click(&mut harness, "Add client");
    choose(&mut harness, "Method of portal: as all others", "client_secret_post");
    choose(
        &mut harness,
        "Where the secret comes from of portal: asked for, not kept",
        "environment variable",
    );
    retype(&mut harness, "Variable with the secret of portal", "PORTAL_SECRET");
    harness.state_mut().state.exchange.form.client_secret = "MARKED".into();
    retype(&mut harness, "Name of the profile", "staging");
    click(&mut harness, "Save as profile");
    harness.get_by_label("Server: staging");
    assert_eq!(on_disk(folder.path()), "");
    save(&mut harness);
    let expected = "version: 1\nprofiles:\n  staging:\n    issuer: https://login.example\n    \
                    parameters:\n      tenant: north\n    clients:\n      portal:\n        \
                    method: client_secret_post\n        secret_env: PORTAL_SECRET\n    \
                    proxy: http://proxy.example:3128\n    timeout: 7\n    clock_offset: -30\n    \
                    audiences:\n      https://api.example: Ledger\n";
    assert_eq!(on_disk(folder.path()), expected);

    // The next time it is one of the servers to choose from.
    let mut again = opened(folder.path());
    send(&mut again, Command::Act(Action::ShowExchange));
    choose(&mut again, "Server: Built-in authority", "staging");
    assert_eq!(
        field(&again, "Issuer of the server").value().as_deref(),
        Some("https://login.example")
    );
    again.get_by_label("1 extra parameter · proxy · answers within 7 s · clock -30 s.");
    retype(&mut again, "client_id", "portal");
    again.get_by_label("Client authentication: client_secret_post");
    let form = &again.state().state.exchange.form;
    assert_eq!(form.own.secret_env.as_deref(), Some("PORTAL_SECRET"));
    assert!(form.client_secret.expose_secret().is_empty());
    assert_eq!(
        form.target(&again.state().state.project, "https://api.example"),
        Some(ClientKey(1))
    );
    assert!(!again.state().state.profile_is_changed());
}

#[test]
fn a_profile_is_changed_taken_back_and_removed_and_nothing_is_lost() {
    let text = "version: 1\nprofiles:\n  staging:\n    issuer: https://login.example\n    \
                colour: red\n";
    let folder = folder(Some(text));
    let mut harness = opened(folder.path());
    show_server(&mut harness);
    choose(&mut harness, "Server: Built-in authority", "staging");
    retype(&mut harness, "Proxy", "http://proxy.example:3128");
    assert!(harness.state().state.profile_is_changed());
    click(&mut harness, "Take back");
    assert_eq!(field(&harness, "Proxy").value().as_deref().unwrap_or_default(), "");
    retype(&mut harness, "Proxy", "http://proxy.example:3128");
    click(&mut harness, "Keep changes");
    assert!(!harness.state().state.profile_is_changed());
    click(&mut harness, "Remove profile");
    harness.get_by_label("Server: Issuer");
    // What it said is still there, with what this studio does not know, and can be kept again.
    retype(&mut harness, "Name of the profile", "staging");
    click(&mut harness, "Save as profile");
    save(&mut harness);
    let saved = on_disk(folder.path());
    assert!(saved.contains("colour: red") && saved.contains("proxy: http://proxy"), "{saved}");
    // A name that is taken is said before it is replaced.
    retype(&mut harness, "Name of the profile", "staging");
    harness.get_by_label("There is a profile of this name already; it would be replaced.");
    harness.get_by_label("Replace profile");
    // What looks like a secret is not kept.
    retype(&mut harness, "Name of the next parameter", "password");
    click(&mut harness, "Add parameter");
    retype(&mut harness, "Value of parameter password", "MARKED");
    click(&mut harness, "Keep changes");
    let state = &harness.state().state;
    assert!(state.profile_is_changed());
    assert!(!state.kept.file.text().unwrap().contains("MARKED"));
}

/// The authority as a server of its own, for the project in a folder.
fn server(folder: &Path) -> Running {
    let project = Project::open(&[folder.join("clients.yaml")]).unwrap();
    authority::start(Arc::new(project), Reading::default(), authority::Options::default()).unwrap()
}

fn report(harness: &Harness<'static, Studio>) -> Report {
    let outcome = harness.state().state.exchange.outcome().unwrap();
    outcome.observation.as_ref().unwrap().as_ref().clone()
}

fn run(harness: &mut Harness<'static, Studio>) {
    harness.state_mut().state.exchange.forget_outcome();
    press(harness, egui::Modifiers::NONE, egui::Key::F5);
    until(harness, "the exchange has ended", |studio| studio.state.exchange.outcome().is_some());
}

#[test]
fn an_exchange_at_a_profile_has_its_secret_from_a_file_and_its_parameters() {
    let folder = folder(None);
    let running = server(folder.path());
    fs::write(folder.path().join("secret.txt"), {
        let secret = running.client_secret().expose_secret();
        format!("{secret}\n")
    })
    .unwrap();
    let text = format!(
        "version: 1\nprofiles:\n  local:\n    issuer: {}\n    parameters:\n      tenant: north\n    \
         clients:\n      portal:\n        method: client_secret_basic\n        \
         secret_file: secret.txt\n    audiences:\n      https://ledger.example: Ledger\n",
        running.issuer()
    );
    fs::write(folder.path().join("exchange-studio.yaml"), text).unwrap();
    let mut harness = opened(folder.path());
    send(&mut harness, Command::Act(Action::ShowExchange));
    choose(&mut harness, "Server: Built-in authority", "local");
    retype(&mut harness, "client_id", "portal");
    let form = &mut harness.state_mut().state.exchange.form;
    form.subject.source = TokenSource::ClientCredentials;
    form.audience = vec!["ledger".to_owned()];
    run(&mut harness);
    let first = report(&harness);
    assert_eq!(first.client_auth, ClientAuthMethod::ClientSecretBasic);
    let sent = |report: &Report, name: &str| {
        let found = report.request.parameters.iter().find(|one| one.name == name);
        found.map(|one| one.value.clone())
    };
    assert_eq!(sent(&first, "tenant").as_deref(), Some("north"));
    // How long it took is said in words as well as drawn.
    harness.get_by(|node| {
        node.label().is_some_and(|label| {
            label.starts_with("Time by step: ") && label.contains("first byte")
        })
    });

    // A file that is not there is one sentence.
    fs::remove_file(folder.path().join("secret.txt")).unwrap();
    run(&mut harness);
    let outcome = harness.state().state.exchange.outcome().unwrap();
    let message = outcome.observation.as_ref().unwrap_err();
    assert!(message.contains("secret.txt cannot be read"), "{message}");
    // So is a way that cannot be gone.
    harness.state_mut().state.exchange.form.place.ca_file = Some("nowhere.pem".into());
    run(&mut harness);
    let outcome = harness.state().state.exchange.outcome().unwrap();
    let message = outcome.observation.as_ref().unwrap_err();
    assert!(message.starts_with("The file of certificate authorities: "), "{message}");
}

#[test]
fn a_server_is_inspected_before_anything_is_exchanged() {
    let folder = folder(None);
    let mut harness = opened(folder.path());
    show_server(&mut harness);
    click(&mut harness, "Inspect server");
    until(&mut harness, "it has answered", |studio| {
        studio.state.exchange.server.inspection.is_some()
            && !studio.state.exchange.server.is_asking()
    });
    assert!(harness.state().state.exchange.outcome().is_none(), "nothing was exchanged");
    for label in
        ["Well-known places", "Checks", "Endpoints", "Keys", "DIS-01", "DIS-09", "RSA", "2048 bits"]
    {
        harness.get_by_label(label);
    }
    harness.get_by_label("token_endpoint_auth_methods_supported");
    click(&mut harness, "Metadata as answered");
    harness.get_by_label("Copy metadata").scroll_to_me();
    harness.run_ok();
    harness.get_by_label("Copy metadata").click();
    // A copy is told of in the one frame in which it happens.
    let mut frames = std::iter::repeat_with(|| {
        harness.step();
        harness.output().platform_output.commands.iter().any(|command| {
            matches!(command, egui::OutputCommand::CopyText(text) if text.contains("token_endpoint"))
        })
    });
    let copied = frames.by_ref().take(6).any(|copied| copied);
    assert!(copied);

    // Where nobody answers that is one sentence, and of bare endpoints there is nothing to ask.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    choose(&mut harness, "Server: Built-in authority", "Issuer");
    retype(&mut harness, "Issuer of the server", &format!("http://127.0.0.1:{port}"));
    click(&mut harness, "Inspect server");
    until(&mut harness, "it has answered", |studio| {
        matches!(studio.state.exchange.server.inspection, Some(Err(_)))
    });
    choose(&mut harness, "Server: Issuer", "Bare endpoints");
    let inspect = harness.get_by_label("Inspect server");
    assert!(inspect.accesskit_node().is_disabled());
}

/// A server that authenticates clients by the certificate they show.
fn behind_tls(
    runtime: &tokio::runtime::Runtime,
    identity: &Identity,
    shown: &Arc<Mutex<Vec<Vec<u8>>>>,
) -> String {
    let issuer = Arc::new(Mutex::new(String::new()));
    let (at, seen) = (Arc::clone(&issuer), Arc::clone(shown));
    let ok = |body: serde_json::Value| {
        let body = body.to_string();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
                    Cache-Control: no-store\r\n";
        format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    };
    let answer = move |asked: super::tls_server::tls::Asked| {
        let issuer = at.lock().unwrap().clone();
        if asked.request.starts_with("POST") {
            seen.lock().unwrap().extend(asked.certificate.map(|one| one.to_vec()));
            return ok(json!({
                "access_token": "opaque", "token_type": "Bearer", "expires_in": 60,
                "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            }));
        }
        ok(json!({
            "issuer": issuer,
            "token_endpoint": format!("{issuer}/token"),
            "token_endpoint_auth_methods_supported": ["self_signed_tls_client_auth"],
        }))
    };
    let port = runtime.block_on(identity.serve(Ask::Everybody { needed: false }, answer));
    let url = format!("https://localhost:{port}");
    issuer.lock().unwrap().clone_from(&url);
    url
}

#[test]
fn a_certificate_is_shown_that_is_read_for_the_run_alone() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let (server, client) = (Identity::self_signed("localhost"), Identity::self_signed("portal"));
    let shown = Arc::new(Mutex::new(Vec::new()));
    let issuer = behind_tls(&runtime, &server, &shown);
    let folder = folder(None);
    let pem = server.pem();
    let certificate = pem.expose_secret().split("-----BEGIN PRIVATE").next().unwrap();
    fs::write(folder.path().join("ca.pem"), certificate).unwrap();
    let path = folder.path().join("portal.pem");
    let private = client.pem();
    fs::write(&path, private.expose_secret()).unwrap();
    let answers =
        Answers { available: true, files: Some(vec![path.clone()]).into(), ..Answers::default() };
    let mut harness = empty(answers);
    send(&mut harness, Command::Open(vec![folder.path().to_path_buf()]));
    until(&mut harness, "the project is open", |studio| !studio.state.project.files().is_empty());
    send(&mut harness, Command::Act(Action::ShowExchange));
    choose(&mut harness, "Server: Built-in authority", "Issuer");
    let form = &mut harness.state_mut().state.exchange.form;
    form.issuer = issuer;
    form.server = ServerChoice::Issuer;
    (form.subject.source, form.subject.pasted) = (TokenSource::Pasted, "opaque".into());
    retype(&mut harness, "client_id", "portal");
    choose(
        &mut harness,
        "Client authentication: client_secret_post",
        "self_signed_tls_client_auth",
    );
    harness.get_by_label("Choose the file with the client's certificate.");
    click(&mut harness, "Choose the certificate file");
    until(&mut harness, "the file is chosen", |studio| {
        // Below the folder of the project, so that the profile can be shared.
        studio.state.exchange.form.own.certificate_file.as_deref() == Some(Path::new("portal.pem"))
    });
    // Without the authority that it is of, the server is not trusted.
    run(&mut harness);
    let outcome = harness.state().state.exchange.outcome().unwrap();
    assert!(outcome.observation.is_err());
    assert!(shown.lock().unwrap().is_empty());

    send(&mut harness, Command::Exchange(ExchangeCommand::Show(ExchangeMode::Server)));
    retype(&mut harness, "File of certificate authorities", "ca.pem");
    show_one(&mut harness);
    run(&mut harness);
    let report = report(&harness);
    assert_eq!(report.outcome, Outcome::Issued, "{:?}", report.checks);
    assert_eq!(report.client_auth, ClientAuthMethod::SelfSignedTlsClientAuth);
    assert_eq!(*shown.lock().unwrap(), [client.certificate.to_vec()]);
    let asked = report.checks.iter().find(|check| check.id == "MTLS-01").unwrap();
    // Like any other check, by its id, among those that came out the same.
    let group = match asked.level {
        Level::Pass => "Passed (",
        Level::NotApplicable => "Not applicable (",
        level => panic!("{level:?}: {}", asked.finding),
    };
    let header = |harness: &Harness<'static, Studio>, act: fn(&egui_kittest::Node<'_>)| {
        act(&harness.get_by(|node| node.label().is_some_and(|label| label.starts_with(group))));
    };
    header(&harness, |node| node.scroll_to_me());
    harness.run_ok();
    header(&harness, |node| node.click());
    harness.run_ok();
    harness.get_by_label("MTLS-01");
    let text = format!("{:?} {}", harness.state().state.exchange, report.to_json(true));
    let secret = private.expose_secret().split("-----BEGIN PRIVATE KEY-----").nth(1).unwrap();
    assert!(secret.lines().filter(|line| line.len() > 20).all(|line| !text.contains(line)));

    // What is no certificate is one sentence with its path.
    fs::write(&path, "MARKED").unwrap();
    run(&mut harness);
    let outcome = harness.state().state.exchange.outcome().unwrap();
    let message = outcome.observation.as_ref().unwrap_err();
    assert!(message.contains("portal.pem cannot be used as a certificate"), "{message}");
    assert!(!message.contains("MARKED"));
}
