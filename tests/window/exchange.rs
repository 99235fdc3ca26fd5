//! Exchanges from the window against the built-in authority, over real HTTP on loopback.

use std::path::{Path, PathBuf};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use exchange_studio::config::{Change, Id};
use exchange_studio::exchange::ClientAuthMethod;
use exchange_studio::exchange::report::Outcome;
use exchange_studio::studio::{Action, Command, Selection, Studio, TokenSource, Waiting};
use exchange_studio::trust::Verdict;
use secrecy::ExposeSecret as _;

use super::harness::{Answers, click, empty, field, opened, press, retype, send, until};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

fn run(harness: &mut Harness<'static, Studio>) {
    press(harness, Modifiers::NONE, Key::F5);
    until(harness, "the exchange has ended", |studio| studio.state.exchange.outcome().is_some());
}

/// How the last exchange ended, and what had been predicted.
fn outcome(harness: &Harness<'static, Studio>) -> (Outcome, Verdict) {
    let outcome = harness.state().state.exchange.outcome().unwrap();
    let report = outcome.observation.as_ref().unwrap();
    (report.outcome, outcome.prediction.as_ref().unwrap().verdict())
}

/// Selects the one permission of the project.
fn select_permission(harness: &mut Harness<'static, Studio>) -> Selection {
    let project = &harness.state().state.project;
    let selection = project
        .clients()
        .iter()
        .find_map(|client| {
            let entry = Id::key(client.permissions.first()?.id.as_ref()?).into_owned();
            Some(Selection::Exchange { owner: client.key, entry })
        })
        .unwrap();
    send(harness, Command::Select(Some(selection.clone())));
    selection
}

#[test]
fn a_user_exchange_between_clients_takes_two_clicks() {
    let mut harness = opened(&sample("cross-client"));
    select_permission(&mut harness);
    click(&mut harness, "Simulate this");
    click(&mut harness, "Run exchange");
    until(&mut harness, "the exchange has ended", |studio| {
        studio.state.exchange.outcome().is_some()
    });
    let (observed, predicted) = outcome(&harness);
    assert_eq!(observed, Outcome::Issued);
    assert_ne!(predicted, Verdict::Refused);
    harness.get_by_label("The server did what the configuration says.");
}

#[test]
fn an_external_token_becomes_a_service_principal_in_two_clicks() {
    let mut harness = opened(&sample("service-principal"));
    let project = &harness.state().state.project;
    let principal = project.clients().iter().find(|client| !client.identities.is_empty()).unwrap();
    let selection = Selection::Federation { client: principal.key, index: 0 };
    send(&mut harness, Command::Select(Some(selection)));
    click(&mut harness, "Simulate this");
    click(&mut harness, "Run exchange");
    until(&mut harness, "the exchange has ended", |studio| {
        studio.state.exchange.outcome().is_some()
    });
    assert_eq!(outcome(&harness).0, Outcome::Issued);
    harness.get_by_label("The server did what the configuration says.");

    // Who acts is drawn, and can be looked at over the graph.
    harness.get_by_label("acts now");
    click(&mut harness, "Show over the graph");
    let spotlight = harness.state().state.graph.spotlight().unwrap();
    assert!(spotlight.title.starts_with("Actors of the token: "), "{}", spotlight.title);
    assert!(!spotlight.things.is_empty());
}

#[test]
fn several_scopes_at_several_targets_are_a_grid_before_they_are_asked_for() {
    let mut harness = opened(&sample("cross-client"));
    send(&mut harness, Command::Act(Action::ShowExchange));
    let form = &mut harness.state_mut().state.exchange.form;
    form.audience = vec!["one".to_owned(), "two".to_owned()];
    form.scope = "read write".to_owned();
    harness.run_ok();
    harness.get_by_label("Asks for 4 things: 2 scopes at each of 2 targets.");
}

#[test]
fn the_authority_follows_the_project_as_it_is_edited() {
    let mut harness = opened(&sample("cross-client"));
    let Selection::Exchange { owner, entry } = select_permission(&mut harness) else {
        unreachable!()
    };
    send(&mut harness, Command::Act(Action::SimulateSelected));
    run(&mut harness);
    assert_eq!(outcome(&harness).0, Outcome::Issued);
    send(&mut harness, Command::Change(Change::Revoke { owner, entry }));
    run_again(&mut harness);
    assert_eq!(outcome(&harness), (Outcome::Refused, Verdict::Refused));
    send(&mut harness, Command::Act(Action::Undo));
    run_again(&mut harness);
    assert_eq!(outcome(&harness).0, Outcome::Issued);
}

#[test]
fn a_signed_request_with_a_bound_token_goes_on_to_the_next_hop() {
    let mut harness = opened(&sample("cross-client"));
    select_permission(&mut harness);
    send(&mut harness, Command::Act(Action::SimulateSelected));
    harness.state_mut().state.exchange.form.auth = ClientAuthMethod::ClientSecretJwt;
    click(&mut harness, "Bind tokens to a key");
    run(&mut harness);
    assert_eq!(outcome(&harness).0, Outcome::Issued);
    let report = |harness: &Harness<'static, Studio>| {
        let outcome = harness.state().state.exchange.outcome().unwrap();
        outcome.observation.as_ref().unwrap().clone()
    };
    let first = report(&harness);
    assert_eq!(first.client_auth, ClientAuthMethod::ClientSecretJwt);
    assert_eq!(first.answer.body.unwrap()["token_type"], "DPoP");
    // The issued token goes in again: its key is still there, so it is judged and not turned away.
    let token = first.issued.unwrap();
    let subject = &mut harness.state_mut().state.exchange.form.subject;
    (subject.source, subject.pasted) = (TokenSource::Pasted, token);
    run_again(&mut harness);
    let second = report(&harness);
    assert_eq!(second.dpop, first.dpop);
    let bound = second.checks.iter().find(|check| check.id == "REQ-26").unwrap();
    assert_eq!(bound.level, exchange_studio::exchange::Level::Pass);
    click(&mut harness, "Bind tokens to a key");
    run_again(&mut harness);
    let refusal = report(&harness).refusal.unwrap();
    assert!(refusal.description.contains("no DPoP proof"), "{refusal:?}");
}

fn run_again(harness: &mut Harness<'static, Studio>) {
    harness.state_mut().state.exchange.forget_outcome();
    run(harness);
}

#[test]
fn a_server_that_is_down_is_one_clear_message() {
    let mut harness = opened(&sample("cross-client"));
    select_permission(&mut harness);
    send(&mut harness, Command::Act(Action::SimulateSelected));
    // A port that was free a moment ago: nobody listens there.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let form = &mut harness.state_mut().state.exchange.form;
    form.server = exchange_studio::studio::ServerChoice::TokenEndpoint;
    form.token_endpoint = format!("http://127.0.0.1:{port}/connect/token");
    form.client_secret = "not-a-real-secret".into();
    (form.subject.source, form.subject.pasted) = (TokenSource::Pasted, "opaque".into());
    run(&mut harness);
    let outcome = harness.state().state.exchange.outcome().unwrap();
    let message = outcome.observation.as_ref().unwrap_err();
    assert!(message.contains(&port.to_string()), "{message}");
    assert!(!message.contains("not-a-real-secret"), "{message}");
}

/// A key as its owner keeps it, made anew.
fn private_key() -> String {
    use base64::Engine as _;

    let pair = rcgen::KeyPair::generate().unwrap();
    let body = base64::engine::general_purpose::STANDARD.encode(pair.serialized_der());
    let lines: Vec<String> =
        body.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

/// The report of the last exchange.
fn report(harness: &Harness<'static, Studio>) -> exchange_studio::exchange::Report {
    let outcome = harness.state().state.exchange.outcome().unwrap();
    outcome.observation.as_ref().unwrap().as_ref().clone()
}

/// Chooses in a list of a field, by the field's name with what it shows now.
fn choose(harness: &mut Harness<'static, Studio>, field: &str, choice: &str) {
    click(harness, field);
    // The field that shows a choice may have its name in it; the choice is the whole of it.
    harness.get_by_label(choice).click();
    harness.run_ok();
}

#[test]
fn a_client_signs_with_a_key_from_a_file_that_is_read_for_the_run_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.pem");
    let private = private_key();
    std::fs::write(&path, &private).unwrap();
    let answers =
        Answers { available: true, files: Some(vec![path.clone()]).into(), ..Answers::default() };
    let mut harness = empty(answers);
    send(&mut harness, Command::Open(vec![sample("cross-client")]));
    until(&mut harness, "the project is open", |studio| !studio.state.project.files().is_empty());
    select_permission(&mut harness);
    send(&mut harness, Command::Act(Action::SimulateSelected));
    choose(&mut harness, "Client authentication: client_secret_post", "private_key_jwt");
    harness.get_by_label("Choose the file with the client's private key, or another method.");
    assert!(harness.query_by_label("client_secret").is_none());

    click(&mut harness, "Choose the key file");
    let chosen = path.display().to_string();
    let expected = chosen.clone();
    until(&mut harness, "the file is chosen", move |studio| {
        studio.state.exchange.form.key_file == expected
    });
    assert_eq!(field(&harness, "Key file").value().as_deref(), Some(chosen.as_str()));
    retype(&mut harness, "Key id", "portal-2026");
    let shows_the_key = |harness: &Harness<'static, Studio>| {
        let exchange = &harness.state().state.exchange;
        let json = match exchange.outcome() {
            Some(outcome) => match &outcome.observation {
                Ok(report) => report.to_json(true).to_string(),
                Err(error) => error.clone(),
            },
            None => String::new(),
        };
        let text = format!("{exchange:?} {json}");
        private.lines().skip(1).any(|line| text.contains(line)) || text.contains("BEGIN")
    };
    for audience in [None, Some("token endpoint")] {
        if let Some(audience) = audience {
            choose(&mut harness, "Audience of the assertion: issuer", audience);
        }
        run_again(&mut harness);
        let report = report(&harness);
        assert_eq!(report.outcome, Outcome::Issued, "{:?}", report.refusal);
        assert_eq!(report.client_auth, ClientAuthMethod::PrivateKeyJwt);
        let sent = report.request.parameters.iter().find(|one| one.name == "client_assertion");
        assert!(sent.unwrap().masked);
        let meant = report.checks.iter().find(|check| check.id == "REQ-24").unwrap();
        let says_endpoint = meant.finding.contains("token endpoint, as was asked for");
        assert_eq!(says_endpoint, audience.is_some(), "{}", meant.finding);
        assert!(!shows_the_key(&harness));
    }

    // With its secret again: the authority keeps no key that is not chosen any more.
    choose(&mut harness, "Client authentication: private_key_jwt", "client_secret_basic");
    run_again(&mut harness);
    assert_eq!(outcome(&harness).0, Outcome::Issued);

    // What is no key, or not there, is one sentence with its path and without its content.
    choose(&mut harness, "Client authentication: client_secret_basic", "private_key_jwt");
    let half = private.lines().next().unwrap().to_owned() + "\nMARKED\n";
    for (content, reason) in [(Some(half), "cannot be used as a key"), (None, "cannot be read")] {
        match content {
            Some(content) => std::fs::write(&path, content).unwrap(),
            None => std::fs::remove_file(&path).unwrap(),
        }
        run_again(&mut harness);
        let outcome = harness.state().state.exchange.outcome().unwrap();
        let message = outcome.observation.as_ref().unwrap_err().clone();
        assert!(message.contains("portal.pem") && message.contains(reason), "{message}");
        assert!(!message.contains("MARKED"), "{message}");
        harness.get_by_label(&message);
        assert!(!shows_the_key(&harness));
    }
}

#[test]
fn without_a_file_dialog_the_path_of_the_key_is_typed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portal.pem");
    std::fs::write(&path, private_key()).unwrap();
    let mut harness = opened(&sample("cross-client"));
    select_permission(&mut harness);
    send(&mut harness, Command::Act(Action::SimulateSelected));
    choose(&mut harness, "Client authentication: client_secret_post", "private_key_jwt");
    click(&mut harness, "Choose the key file");
    harness.get_by_label("There is no file dialog here. Type the path of the key file.");
    retype(&mut harness, "Key file", path.to_str().unwrap());
    click(&mut harness, "Run exchange");
    until(&mut harness, "the exchange has ended", |studio| {
        studio.state.exchange.outcome().is_some()
    });
    assert_eq!(outcome(&harness).0, Outcome::Issued);
}

#[test]
fn what_becomes_of_the_tokens_stands_under_the_answer() {
    let mut harness = opened(&sample("cross-client"));
    select_permission(&mut harness);
    send(&mut harness, Command::Act(Action::SimulateSelected));
    run(&mut harness);
    assert!(harness.query_by_label("Introspection and revocation").is_none());
    assert_eq!(report(&harness).afterwards().count(), 0);

    click(&mut harness, "Introspect the issued token");
    run_again(&mut harness);
    harness.get_by_label("Introspection and revocation");
    harness.get_by_label("The issued token is active.");
    harness.get_by_label("INT-02");
    assert!(harness.query_by_label("REV-02").is_none());
    click(&mut harness, "Introspection as answered");
    harness.get_by(|node| {
        let text = node.value().unwrap_or_default();
        node.role() == Role::Label && text.contains("\"active\": true")
    });

    // A client revokes what was issued to it: the user logs in to the requester itself.
    click(&mut harness, "Revoke the subject token");
    let form = &mut harness.state_mut().state.exchange.form;
    form.subject.login_client = form.requester;
    run_again(&mut harness);
    harness.get_by_label("The server says yes, and the subject token is revoked.");
    harness.get_by_label("REV-01");

    // Only an issuer says where to ask.
    harness.state_mut().state.exchange.form.server =
        exchange_studio::studio::ServerChoice::TokenEndpoint;
    harness.run_ok();
    harness.get_by_label(
        "Only with an issuer, whose metadata says where to ask, or with the endpoints for that.",
    );
    assert!(harness.get_by_label("Introspect the issued token").accesskit_node().is_disabled());
}

/// The labels of the tokens of this session, the newest first.
fn kept(harness: &Harness<'static, Studio>) -> Vec<String> {
    let vault = &harness.state().state.exchange.vault;
    vault.tokens().iter().map(|kept| kept.label.clone()).collect()
}

#[test]
fn the_tokens_of_a_session_are_kept_used_again_and_wiped() {
    let mut harness = opened(&sample("cross-client"));
    select_permission(&mut harness);
    send(&mut harness, Command::Act(Action::SimulateSelected));
    run(&mut harness);
    let labels = kept(&harness);
    assert_eq!(labels.len(), 2, "{labels:?}");
    assert!(labels[1].starts_with("alice at "), "{labels:?}");
    harness.get_by_label("Tokens of this session (2)");

    // The issued token goes in again by its place in the list.
    click(&mut harness, &format!("{} as subject token", labels[0]));
    assert_eq!(harness.state().state.exchange.form.subject.source, TokenSource::Kept);
    run_again(&mut harness);
    let exchanged = harness.state().state.exchange.outcome().unwrap();
    assert!(exchanged.observation.is_ok());
    // A token goes to the clipboard when somebody asks for that, and only then.
    harness.get_by_label(&format!("Copy {}", labels[1])).click();
    // A copy is told of in the one frame in which it happens.
    let mut frames = std::iter::repeat_with(|| {
        harness.step();
        harness.output().platform_output.commands.iter().any(|command| {
            matches!(command, egui::OutputCommand::CopyText(text) if text.starts_with("eyJ"))
        })
    });
    assert!(frames.by_ref().take(10).any(|copied| copied));
    click(&mut harness, &format!("{} as actor token", labels[1]));
    assert!(harness.state().state.exchange.form.actor.is_some());
    click(&mut harness, &format!("Forget {}", labels[1]));
    assert!(!kept(&harness).contains(&labels[1]));
    harness.get_by_label("Choose a token of this session.");

    harness.state_mut().state.exchange.form.client_secret = "MARKED".into();
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::L);
    harness.get_by_label("Every token and secret of this session was forgotten.");
    let exchange = &harness.state().state.exchange;
    assert!(exchange.vault.tokens().is_empty() && exchange.outcome().is_none());
    assert!(exchange.form.client_secret.expose_secret().is_empty());
}

#[test]
fn a_sign_in_in_the_browser_comes_back_to_the_exchange() {
    let mut harness = opened(&sample("cross-client"));
    select_permission(&mut harness);
    send(&mut harness, Command::Act(Action::SimulateSelected));
    choose(&mut harness, "Subject token comes from: Test user", "Sign-in in the browser");
    press(&mut harness, Modifiers::NONE, Key::F5);
    until(&mut harness, "the browser is wanted", |studio| studio.state.exchange.waiting.is_some());
    let Some(Waiting::Browser { url }) = harness.state().state.exchange.waiting.clone() else {
        panic!("it waits for something else")
    };
    harness.get_by_label("Sign in in the browser that was opened.");
    // What the person would do there: the authority signs a test user in without its page, too.
    let mut url = url;
    url.query_pairs_mut().append_pair("prompt", "none").append_pair("login_hint", "bob");
    let answer = get(&url);
    let location = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
    get(&url::Url::parse(location).unwrap());
    until(&mut harness, "the exchange has ended", |studio| {
        studio.state.exchange.outcome().is_some()
    });
    assert_eq!(outcome(&harness).0, Outcome::Issued);
    assert!(harness.state().state.exchange.waiting.is_none());
    let labels = kept(&harness);
    assert!(labels.iter().any(|label| label.starts_with("Signed in at ")), "{labels:?}");
}

/// Head and body of a plain GET over loopback.
fn get(url: &url::Url) -> String {
    use std::io::{Read as _, Write as _};

    let address = (url.host_str().unwrap(), url.port().unwrap());
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let target = &url[url::Position::BeforePath..];
    let host = format!("{}:{}", address.0, address.1);
    write!(stream, "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// Head and body of a posted form over loopback.
fn post(url: &url::Url, form: &str) -> String {
    use std::io::{Read as _, Write as _};

    let address = (url.host_str().unwrap(), url.port().unwrap());
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let (target, length) = (url.path(), form.len());
    let kind = "application/x-www-form-urlencoded";
    write!(
        stream,
        "POST {target} HTTP/1.1\r\nHost: {}:{}\r\nConnection: close\r\nContent-Type: {kind}\r\n\
         Content-Length: {length}\r\n\r\n{form}",
        address.0, address.1
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

#[test]
fn a_sign_in_with_a_code_and_its_refresh_give_tokens() {
    let mut harness = opened(&sample("cross-client"));
    select_permission(&mut harness);
    send(&mut harness, Command::Act(Action::SimulateSelected));
    choose(&mut harness, "Subject token comes from: Test user", "Sign-in with a code");
    retype(&mut harness, "scope", "offline_access");
    press(&mut harness, Modifiers::NONE, Key::F5);
    until(&mut harness, "a code is shown", |studio| studio.state.exchange.waiting.is_some());
    let Some(Waiting::Device { code, complete, .. }) =
        harness.state().state.exchange.waiting.clone()
    else {
        panic!("it waits for something else")
    };
    harness.get_by_label(&code);
    // What a person does on another device.
    let url = complete.unwrap();
    let page = get(&url);
    let ticket = page.split("name=\"ticket\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let done = post(&url, &format!("user_code={code}&ticket={ticket}&user=carol"));
    assert!(done.contains("You are logged in"), "{done}");
    until(&mut harness, "the exchange has ended", |studio| {
        studio.state.exchange.outcome().is_some()
    });
    assert_eq!(outcome(&harness).0, Outcome::Issued);
    let signed_in = kept(&harness).iter().position(|label| label.starts_with("Signed in at "));
    let vault = &harness.state().state.exchange.vault;
    let first = &vault.tokens()[signed_in.unwrap()];
    assert!(first.refresh.is_some());
    let (id, before) = (first.id, vault.tokens().len());

    // The next token of the same login, without the person.
    let subject = &mut harness.state_mut().state.exchange.form.subject;
    (subject.source, subject.kept) = (TokenSource::Refresh, Some(id));
    run_again(&mut harness);
    assert_eq!(outcome(&harness).0, Outcome::Issued);
    assert!(kept(&harness).len() > before);
}

#[test]
fn a_sign_in_that_nobody_finishes_is_cancelled() {
    let mut harness = opened(&sample("cross-client"));
    select_permission(&mut harness);
    send(&mut harness, Command::Act(Action::SimulateSelected));
    choose(&mut harness, "Subject token comes from: Test user", "Sign-in in the browser");
    press(&mut harness, Modifiers::NONE, Key::F5);
    until(&mut harness, "the browser is wanted", |studio| studio.state.exchange.waiting.is_some());
    click(&mut harness, "Cancel");
    let exchange = &harness.state().state.exchange;
    assert!(exchange.running.is_none() && exchange.waiting.is_none());
}

#[test]
fn a_curl_command_fills_the_form_and_what_it_cannot_is_said() {
    let mut harness = opened(&sample("cross-client"));
    send(&mut harness, Command::Act(Action::ShowExchange));
    click(&mut harness, "From a curl command or an HTTP archive");
    let paste = |harness: &mut Harness<'static, Studio>, text: &str| {
        harness.get_by_label("Request of another tool").focus();
        harness.run_ok();
        harness.get_by_label("Request of another tool").type_text(text);
        harness.run_ok();
        click(harness, "Fill the form");
    };
    paste(&mut harness, "wget MARKED");
    harness.get_by_label("This is neither a curl command nor an HTTP archive (HAR).");
    send(&mut harness, Command::Act(Action::Lock));
    paste(
        &mut harness,
        "curl -k https://id.example/token -u portal:MARKED -d audience=api -d scope=read \
         -d grant_type=urn:ietf:params:oauth:grant-type:token-exchange -d 'subject_token=$TOKEN'",
    );
    let exchange = &harness.state().state.exchange;
    assert_eq!(exchange.form.token_endpoint, "https://id.example/token");
    assert_eq!(
        (exchange.form.client_id.as_str(), exchange.form.scope.as_str()),
        ("portal", "read")
    );
    assert_eq!(exchange.form.audience, ["api"]);
    assert!(!format!("{exchange:?}").contains("MARKED"));
    harness.get_by_label("subject_token is the variable TOKEN: paste its value.");
    harness.get_by_label_contains("--insecure is not taken over");
}

#[test]
fn the_authority_misbehaves_as_it_is_told_and_the_checks_tell() {
    let mut harness = opened(&sample("cross-client"));
    select_permission(&mut harness);
    send(&mut harness, Command::Act(Action::SimulateSelected));
    run(&mut harness);
    assert_eq!(report(&harness).at(exchange_studio::exchange::Level::Fail).count(), 0);
    click(&mut harness, "Misbehave on purpose");
    click(&mut harness, "cacheable");
    run_again(&mut harness);
    let breaches: Vec<_> =
        report(&harness).at(exchange_studio::exchange::Level::Fail).map(|check| check.id).collect();
    assert_eq!(breaches, ["RES-01"]);
    harness.get_by_label("Misbehave on purpose (1 chosen)");
    click(&mut harness, "Behave again");
    run_again(&mut harness);
    assert_eq!(report(&harness).at(exchange_studio::exchange::Level::Fail).count(), 0);
}
