//! A server that tells nobody anything who shows no certificate: looked at, asked once and asked many
//! things.

use std::fs;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use egui_kittest::Harness;
use exchange_studio::exchange::report::Outcome;
use exchange_studio::studio::campaign::Kind;
use exchange_studio::studio::{
    Action, Command, ExchangeCommand, ExchangeMode, ServerChoice, Studio, TokenSource,
};
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::campaign::{idle, look};
use super::harness::{PORTAL_INTO_LEDGER, click, opened, press, send, until};
use super::tls_server::tls::{Ask, Asked, Authority, Identity};

/// Who asked for what: host and path, and the certificate that was shown.
type Seen = Arc<Mutex<Vec<(String, Option<Vec<u8>>)>>>;

/// A server that takes any certificate, and says nothing without one. Its keys are at another host.
fn closed(runtime: &tokio::runtime::Runtime, identity: &Identity, seen: &Seen) -> (String, u16) {
    let port = Arc::new(Mutex::new(0));
    let (at, log) = (Arc::clone(&port), Arc::clone(seen));
    let answer = move |asked: Asked| {
        let port = *at.lock().unwrap();
        let issuer = format!("https://localhost:{port}");
        let path = asked.request.split(' ').nth(1).unwrap_or_default().to_owned();
        let host = asked.request.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("host").then(|| value.trim().to_owned())
        });
        let shown = asked.certificate.map(|one| one.to_vec());
        log.lock().unwrap().push((format!("{}{path}", host.unwrap()), shown.clone()));
        let (status, body) = match (path.as_str(), shown) {
            ("/keys", _) => ("200 OK", json!({"keys": []})),
            (_, None) => ("403 Forbidden", json!({"error": "no certificate"})),
            ("/token", _) => (
                "200 OK",
                json!({
                    "access_token": "opaque", "token_type": "Bearer", "expires_in": 60,
                    "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
                }),
            ),
            (_, Some(_)) => (
                "200 OK",
                json!({
                    "issuer": issuer,
                    "token_endpoint": format!("{issuer}/token"),
                    "jwks_uri": format!("https://127.0.0.1:{port}/keys"),
                    "token_endpoint_auth_methods_supported": ["self_signed_tls_client_auth"],
                }),
            ),
        };
        let body = body.to_string();
        let head = "Content-Type: application/json\r\nCache-Control: no-store";
        format!("HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
            .into_bytes()
    };
    *port.lock().unwrap() =
        runtime.block_on(identity.serve(Ask::Everybody { needed: false }, answer));
    let port = *port.lock().unwrap();
    (format!("https://localhost:{port}"), port)
}

/// Everything that was asked since, after a look at who saw the certificate.
fn asked(seen: &Seen, port: u16, certificate: &[u8]) -> Vec<String> {
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    for (place, shown) in &seen {
        let wanted = place.starts_with(&format!("localhost:{port}/")).then_some(certificate);
        assert_eq!(shown.as_deref(), wanted, "{place}");
    }
    seen.into_iter().map(|(place, _)| place).collect()
}

fn show(harness: &mut Harness<'static, Studio>, mode: ExchangeMode) {
    send(harness, Command::Exchange(ExchangeCommand::Show(mode)));
}

#[test]
fn a_client_with_a_certificate_shows_it_to_the_issuer_and_nobody_else() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let authority = Authority::new();
    let server = authority.issue("localhost", |params| {
        params.subject_alt_names.push(rcgen::SanType::IpAddress(Ipv4Addr::LOCALHOST.into()));
    });
    let client = Identity::self_signed("portal");
    let seen = Seen::default();
    let (issuer, port) = closed(&runtime, &server, &seen);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("clients.yaml"), PORTAL_INTO_LEDGER).unwrap();
    fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
    fs::write(folder.path().join("portal.pem"), client.pem().expose_secret()).unwrap();
    let profiles = format!(
        "version: 1\nprofiles:\n  closed:\n    issuer: {issuer}\n    ca_file: ca.pem\n    clients:\n      \
         portal:\n        method: self_signed_tls_client_auth\n        certificate_file: portal.pem\n      \
         reader:\n        method: client_secret_post\n        secret_env: NO_SUCH_VARIABLE\n"
    );
    fs::write(folder.path().join("exchange-studio.yaml"), profiles).unwrap();
    let mut harness = opened(folder.path());
    send(&mut harness, Command::Act(Action::ShowExchange));
    show(&mut harness, ExchangeMode::Server);
    click(&mut harness, "Server: Built-in authority");
    click(&mut harness, "closed");
    assert_eq!(harness.state().state.exchange.form.server, ServerChoice::Issuer);

    // Looked at, before anybody was chosen to ask: the only client with a certificate shows it.
    click(&mut harness, "Inspect server");
    until(&mut harness, "it has answered", |it| it.state.exchange.server.inspection.is_some());
    let inspection = harness.state().state.exchange.server.inspection.as_ref().unwrap();
    let inspection = inspection.as_ref().unwrap();
    assert_eq!(inspection.issuer, issuer);
    assert!(inspection.found_at.is_some(), "{:?}", inspection.places);
    let places = asked(&seen, port, &client.certificate);
    assert!(places.contains(&format!("127.0.0.1:{port}/keys")), "{places:?}");

    // An exchange of its client.
    show(&mut harness, ExchangeMode::One);
    let project = Arc::clone(&harness.state().state.project);
    let mut form = harness.state().state.exchange.form.clone();
    form.choose_requester(&project, exchange_studio::config::ClientKey(0));
    (form.subject.source, form.subject.pasted) = (TokenSource::Pasted, "opaque".into());
    form.audience = vec!["ledger".to_owned()];
    send(&mut harness, Command::Exchange(ExchangeCommand::Edit(Box::new(form))));
    press(&mut harness, egui::Modifiers::NONE, egui::Key::F5);
    until(&mut harness, "it has ended", |it| it.state.exchange.outcome().is_some());
    let outcome = harness.state().state.exchange.outcome().unwrap();
    let report = outcome.observation.as_ref().unwrap();
    assert_eq!(report.outcome, Outcome::Issued, "{:?}", report.checks);
    let places = asked(&seen, port, &client.certificate);
    assert!(places.contains(&format!("localhost:{port}/token")), "{places:?}");
    assert!(places.iter().any(|place| place.contains("/.well-known/")), "{places:?}");

    // Many of them, each client for itself.
    harness.state_mut().state.exchange.form.subject.source = TokenSource::ClientCredentials;
    look(&mut harness, Kind::Sweep);
    click(&mut harness, "Run sweep");
    idle(&mut harness);
    let sweep = &harness.state().state.exchange.campaign.sweep;
    let outcome = sweep.outcome.as_ref().expect("the server was found");
    assert!(!outcome.report.items.is_empty(), "{:?}", outcome.report);
    let places = asked(&seen, port, &client.certificate);
    assert!(places.iter().any(|place| place.contains("/.well-known/")), "{places:?}");

    // Of a client that has none, none is shown: not that of another one.
    show(&mut harness, ExchangeMode::One);
    let form = &mut harness.state_mut().state.exchange.form;
    form.leave_client();
    form.client_id = "reader".to_owned();
    form.load_client();
    form.own.secret_env = None;
    form.client_secret = "typed".into();
    harness.state_mut().state.exchange.forget_outcome();
    press(&mut harness, egui::Modifiers::NONE, egui::Key::F5);
    until(&mut harness, "it has ended", |it| it.state.exchange.outcome().is_some());
    let outcome = harness.state().state.exchange.outcome().unwrap();
    assert!(outcome.observation.is_err());
    let seen = seen.lock().unwrap();
    assert!(!seen.is_empty() && seen.iter().all(|(_, shown)| shown.is_none()), "{seen:?}");
}
