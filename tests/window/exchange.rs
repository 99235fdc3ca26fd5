//! Exchanges from the window against the built-in authority, over real HTTP on loopback.

use std::path::{Path, PathBuf};

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use exchange_studio::config::{Change, Id};
use exchange_studio::exchange::ClientAuthMethod;
use exchange_studio::exchange::report::Outcome;
use exchange_studio::studio::{Action, Command, Selection, Studio};
use exchange_studio::trust::Verdict;

use super::harness::{click, opened, press, send, until};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)
}

fn run(harness: &mut Harness<'static, Studio>) {
    press(harness, Modifiers::NONE, Key::F5);
    until(harness, "the exchange has ended", |studio| studio.state.exchange.outcome.is_some());
}

/// How the last exchange ended, and what had been predicted.
fn outcome(harness: &Harness<'static, Studio>) -> (Outcome, Verdict) {
    let outcome = harness.state().state.exchange.outcome.as_ref().unwrap();
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
    until(&mut harness, "the exchange has ended", |studio| studio.state.exchange.outcome.is_some());
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
    until(&mut harness, "the exchange has ended", |studio| studio.state.exchange.outcome.is_some());
    assert_eq!(outcome(&harness).0, Outcome::Issued);
    harness.get_by_label("The server did what the configuration says.");
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
        let outcome = harness.state().state.exchange.outcome.as_ref().unwrap();
        outcome.observation.as_ref().unwrap().clone()
    };
    let first = report(&harness);
    assert_eq!(first.client_auth, ClientAuthMethod::ClientSecretJwt);
    assert_eq!(first.answer.body.unwrap()["token_type"], "DPoP");
    // The issued token goes in again: its key is still there, so it is judged and not turned away.
    let token = first.issued.unwrap();
    let form = &mut harness.state_mut().state.exchange.form;
    form.source = exchange_studio::studio::SubjectSource::Pasted;
    form.pasted = token;
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
    harness.state_mut().state.exchange.outcome = None;
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
    form.source = exchange_studio::studio::SubjectSource::Pasted;
    form.pasted = "opaque".into();
    run(&mut harness);
    let outcome = harness.state().state.exchange.outcome.as_ref().unwrap();
    let message = outcome.observation.as_ref().unwrap_err();
    assert!(message.contains(&port.to_string()), "{message}");
    assert!(!message.contains("not-a-real-secret"), "{message}");
}
