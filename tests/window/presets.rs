//! The preset chooser of the exchange tab, and what is shown when prediction and answer differ.

use std::path::Path;
use std::sync::Arc;

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use exchange_studio::authority::{self, Options, Running};
use exchange_studio::config::{ClientKey, Project, Source};
use exchange_studio::exchange::report::Outcome;
use exchange_studio::exchange::token_type::{ID_JAG, ID_TOKEN};
use exchange_studio::exchange::{Client, ClientAuth, Http, HttpOptions, Preset, login};
use exchange_studio::studio::{Action, Command, Selection, ServerChoice, Studio, TokenSource};
use exchange_studio::trust::{Reading, Verdict};
use secrecy::SecretString;

use super::harness::{click, opened, press, send, until, with_text};

#[test]
fn a_preset_fills_the_form_explains_itself_and_checks_while_typing() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/cross-client");
    let mut harness = opened(&sample);
    let selection = {
        let project = &harness.state().state.project;
        let client = project.clients().iter().find(|client| !client.permissions.is_empty());
        Selection::Client(client.unwrap().key)
    };
    send(&mut harness, Command::Select(Some(selection)));
    send(&mut harness, Command::Act(Action::ShowExchange));
    click(&mut harness, "Preset: None: RFC 8693 as it is");
    click(&mut harness, Preset::IdJag.terms().label);
    harness.run_steps(3);
    let form = &harness.state().state.exchange.form;
    assert_eq!(form.preset, Some(Preset::IdJag));
    assert_eq!(form.requested_token_type, ID_JAG);
    assert_eq!(form.subject.token_type, ID_TOKEN);
    assert!(form.extra.iter().any(|(name, _)| name == "authorization_details"));
    harness.get_by_label(Preset::IdJag.terms().explanation);
    // No audience yet.
    harness.get_by_label_contains("JAG-02");

    click(&mut harness, "Preset: Identity assertion grant (ID-JAG)");
    click(&mut harness, "None: RFC 8693 as it is");
    harness.run_steps(3);
    let form = &harness.state().state.exchange.form;
    assert_eq!((form.preset, form.requested_token_type.as_str()), (None, ""));
    assert!(form.extra.is_empty());
    assert!(harness.query_by_label_contains("JAG-02").is_none());
}

/// Two client apps, the first with this list.
fn clients(list: &str) -> String {
    format!("!ClientAppDto\nid: a\nname: Front\n{list}---\n!ClientAppDto\nid: b\nname: Back\n")
}

const ALLOWED: &str = "allowedTokenExchangeClientApps:\n- id: b\n";

/// A token of a user of the first client app.
pub fn user_token(server: &Running, id: &str) -> SecretString {
    let http = Http::new(HttpOptions::default()).unwrap();
    let client = Client::new(id, ClientAuth::Post(server.client_secret().clone()));
    let now = std::time::SystemTime::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime
        .block_on(login::as_test_user(&http, server.issuer(), &client, "alice", "", now))
        .unwrap()
}

/// Asks a server that enforces one configuration, while the window has another open.
fn asked(here: &str, there: &str) -> (tempfile::TempDir, Harness<'static, Studio>) {
    let source = |text: String| Source {
        path: None,
        name: "there.yaml".to_owned(),
        bytes: text.into_bytes(),
    };
    let project = Project::from_sources(vec![source(clients(there))]);
    let reading = Reading::RequesterListsTarget;
    let server = authority::start(Arc::new(project), reading, Options::default()).unwrap();
    let (folder, mut harness) = with_text(&clients(here));
    send(&mut harness, Command::SetReading(reading));
    send(&mut harness, Command::Act(Action::ShowExchange));
    let project = Arc::clone(&harness.state().state.project);
    let form = &mut harness.state_mut().state.exchange.form;
    form.choose_requester(&project, ClientKey(0));
    form.server = ServerChoice::Issuer;
    form.issuer = server.issuer().to_owned();
    form.client_secret = server.client_secret().clone();
    (form.subject.source, form.subject.pasted) = (TokenSource::Pasted, user_token(&server, "a"));
    form.audience = vec!["b".to_owned()];
    press(&mut harness, Modifiers::NONE, Key::F5);
    until(&mut harness, "the exchange has ended", |studio| {
        studio.state.exchange.outcome().is_some()
    });
    (folder, harness)
}

/// What was predicted, and what the server did.
fn both(harness: &Harness<'static, Studio>) -> (Verdict, Outcome) {
    let outcome = harness.state().state.exchange.outcome().unwrap();
    let predicted = outcome.prediction.as_ref().unwrap().verdict();
    (predicted, outcome.observation.as_ref().unwrap().outcome)
}

#[test]
fn where_prediction_and_answer_differ_both_arguments_stand_side_by_side() {
    let differs = "The server did not do what the configuration says.";
    let (_folder, harness) = asked(ALLOWED, "");
    assert_eq!(both(&harness), (Verdict::AllowedIfNotStated, Outcome::Refused));
    harness.get_by_label(differs);
    harness.get_by_label("CFG-01");
    harness.get_by_label("What the configuration argues");
    harness.get_by_label("What the server argues");
    // The server's own words are among them.
    harness.get_by_label_contains("It says: “");

    let (_folder, harness) = asked("", ALLOWED);
    assert_eq!(both(&harness), (Verdict::Refused, Outcome::Issued));
    harness.get_by_label(differs);
    harness.get_by_label("It gives no reason for a token that it issues.");

    let (_folder, harness) = asked(ALLOWED, ALLOWED);
    assert_eq!(both(&harness), (Verdict::AllowedIfNotStated, Outcome::Issued));
    harness.get_by_label("The server did what the configuration says.");
    assert!(harness.query_by_label("CFG-01").is_none());
}
