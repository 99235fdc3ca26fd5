//! Both legs of a grant across domains from the window, over real HTTP on loopback.

use std::sync::Arc;

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable};
use exchange_studio::authority::{self, Options};
use exchange_studio::config::{ClientKey, Project};
use exchange_studio::exchange::report::Outcome;
use exchange_studio::exchange::{ClientAuthMethod, Level, Preset, Redeemed};
use exchange_studio::studio::{
    Action, Command, ExchangeCommand, ServerChoice, Studio, TokenSource,
};
use exchange_studio::trust::{Reading, Verdict};
use secrecy::ExposeSecret as _;

use super::harness::{click, opened, press, retype, send, until, with_text};

pub const CLIENTS: &str = "!ClientAppDto
id: portal
name: Portal
allowedTokenExchangeClientApps:
- id: chat
- id: account
---
!ClientAppDto
id: chat
name: Chat
---
!ClientAppDto
id: account
name: Account
";

/// A port that is free now.
fn free() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Asks as the portal, for one of its users, by a preset.
pub fn ask(harness: &mut Harness<'static, Studio>, preset: Preset) {
    send(harness, Command::SetReading(Reading::RequesterListsTarget));
    send(harness, Command::Act(Action::ShowExchange));
    let portal = ClientKey(0);
    let project = Arc::clone(&harness.state().state.project);
    let mut form = harness.state().state.exchange.form.clone();
    form.choose_requester(&project, portal);
    form.subject.login_client = Some(portal);
    form.preset = Some(preset);
    form.follow_preset(None);
    send(harness, Command::Exchange(ExchangeCommand::Edit(Box::new(form))));
}

pub fn run(harness: &mut Harness<'static, Studio>) {
    harness.state_mut().state.exchange.forget_outcome();
    press(harness, Modifiers::NONE, Key::F5);
    until(harness, "the exchange has ended", |studio| studio.state.exchange.outcome().is_some());
}

/// Redeems the grant by its button.
pub fn redeem(harness: &mut Harness<'static, Studio>) -> Redeemed {
    click(harness, "Redeem grant");
    until(harness, "the grant was sent", |studio| studio.state.exchange.redeem.done.is_some());
    let done = harness.state().state.exchange.redeem.done.as_ref().unwrap();
    done.result.as_ref().unwrap().as_ref().clone()
}

/// Has a second authority play the other domain, at ports that are free, for which the chat stands.
pub fn second(harness: &mut Harness<'static, Studio>) -> (String, String) {
    click(harness, "Other domains");
    click(harness, "Run a second authority as the other domain");
    let [here, there] = [free(), free()];
    retype(harness, "Port of the authority", &here.to_string());
    retype(harness, "Port of the other domain", &there.to_string());
    harness.get_by_label("Choose the client app that stands for the other domain.");
    let mut form = harness.state().state.exchange.form.clone();
    form.domains.second.as_mut().unwrap().stands_for = "chat".to_owned();
    form.domains.second.as_mut().unwrap().holder = "account".to_owned();
    send(harness, Command::Exchange(ExchangeCommand::Edit(Box::new(form))));
    (format!("http://127.0.0.1:{here}"), format!("http://127.0.0.1:{there}"))
}

#[test]
fn both_legs_of_a_grant_are_tried_wholly_in_the_window() {
    let (_folder, mut harness) = with_text(CLIENTS);
    ask(&mut harness, Preset::IdJag);
    let (here, there) = second(&mut harness);
    click(&mut harness, "Ask for it");
    assert_eq!(harness.state().state.exchange.form.audience, [there.as_str()]);
    // Nobody of this domain is known in the other yet; one step changes that.
    harness.get_by_label_contains("knows nobody of this one");
    click(&mut harness, "Add identity of alice");
    let text = format!("The other domain knows, of issuer {here}: alice (Account).");
    harness.get_by_label(&text);

    run(&mut harness);
    let outcome = harness.state().state.exchange.outcome().unwrap();
    let report = outcome.observation.as_ref().unwrap();
    assert_eq!(report.outcome, Outcome::Issued, "{:?}", report.refusal);
    assert_ne!(outcome.prediction.as_ref().unwrap().verdict(), Verdict::Refused);
    harness.get_by_label("The server did what the configuration says.");
    let form = &harness.state().state.exchange.redeem.form;
    assert_eq!((form.server, form.client_id.as_str()), (ServerChoice::BuiltIn, "portal"));
    harness.get_by_label(&format!("The second one, which plays the other domain: {there}."));

    let redeemed = redeem(&mut harness);
    assert_eq!(redeemed.outcome, Outcome::Issued, "{:?}", redeemed.refusal);
    let found: Vec<_> = redeemed.at(Level::Fail).chain(redeemed.at(Level::Warn)).collect();
    assert!(found.is_empty(), "{found:#?}");
    assert!(redeemed.at(Level::Pass).any(|check| check.id == "JWTB-04"));
    let token = redeemed.issued_token.as_ref().unwrap().jwt().unwrap();
    assert_eq!(token.text("sub"), Some("account"));
    assert_eq!(redeemed.server.issuer.as_deref(), Some(there.as_str()));
    // Both legs stand side by side, with their times.
    harness.get_by_label_contains("Both legs in ");
    harness.get_by_label("Leg 1: the grant");
    harness.get_by_label("Leg 2: the token");
    harness.get_by_label("The grant was redeemed for an access token (200).");

    // A grant is good for one use, and the answer says so.
    let again = redeem(&mut harness);
    assert!(again.refusal.unwrap().description.contains("used before"));

    // The token is kept, and goes into the next exchange.
    let vault = &harness.state().state.exchange.vault;
    let label = format!("Portal at {there}");
    let kept = vault.tokens().iter().find(|kept| kept.label == label).unwrap();
    let issued = redeemed.issued.unwrap();
    assert_eq!(kept.token.expose_secret(), issued.expose_secret());
    assert!(!format!("{:?}", harness.state().state.exchange).contains(issued.expose_secret()));
    run(&mut harness);
    redeem(&mut harness);
    click(&mut harness, "Use the redeemed token as next subject token");
    let tab = &harness.state().state.exchange;
    assert_eq!(tab.form.subject.source, TokenSource::Kept);
    let id = tab.form.subject.kept.unwrap();
    assert_eq!(tab.vault.get(id).unwrap().label, label);

    // Locking leaves nothing of it.
    send(&mut harness, Command::Act(Action::Lock));
    let tab = &harness.state().state.exchange;
    assert!(tab.redeem.done.is_none() && tab.vault.tokens().is_empty());
}

#[test]
fn what_is_wrong_with_a_second_leg_is_said_before_it_is_sent() {
    let (_folder, mut harness) = with_text(CLIENTS);
    ask(&mut harness, Preset::Chaining);
    let (_, there) = second(&mut harness);
    click(&mut harness, "Ask for it");
    click(&mut harness, "Add identity of alice");
    run(&mut harness);
    // Another server, of which nothing is said yet.
    let mut form = harness.state().state.exchange.redeem.form.clone();
    form.server = ServerChoice::Issuer;
    let edit = exchange_studio::studio::RedeemCommand::Edit(Box::new(form.clone()));
    send(&mut harness, Command::Exchange(ExchangeCommand::Redeem(edit)));
    harness.get_by_label("Type the issuer of the server.");
    assert!(harness.get_by_label("Redeem grant").accesskit_node().is_disabled());
    // Its client has a secret of its own: none of the first server goes there.
    form.issuer = there;
    let edit = exchange_studio::studio::RedeemCommand::Edit(Box::new(form));
    send(&mut harness, Command::Exchange(ExchangeCommand::Redeem(edit)));
    harness.get_by_label("Type the client secret, or choose the method none.");
    let other = harness.state().state.exchange.other.clone().unwrap();
    let field = harness.get_by(|node| {
        node.role() == egui::accesskit::Role::PasswordInput
            && node.label().as_deref() == Some("client_secret at the other server")
    });
    field.scroll_to_me();
    field.focus();
    harness.run_ok();
    let field = harness.get_by(|node| {
        node.role() == egui::accesskit::Role::PasswordInput
            && node.label().as_deref() == Some("client_secret at the other server")
    });
    field.type_text(other.client_secret().expose_secret());
    harness.run_ok();
    let redeemed = redeem(&mut harness);
    assert_eq!(redeemed.outcome, Outcome::Issued, "{:?}", redeemed.refusal);
    // What the other domain does not know is refused there, in its own words.
    send(&mut harness, Command::Act(Action::Undo));
    run(&mut harness);
    let redeemed = redeem(&mut harness);
    assert_eq!(redeemed.refusal.unwrap().error, "invalid_grant");
    harness.get_by_label("The grant was refused: invalid_grant (400).");
}

#[test]
fn a_profile_that_is_the_server_of_the_grant_describes_it() {
    let folder = tempfile::tempdir().unwrap();
    let clients = folder.path().join("clients.yaml");
    let here = free();
    let identity = format!(
        "{CLIENTS}clientAppFederatedIdentities:\n- issuer: http://127.0.0.1:{here}\n  subject: alice\n"
    );
    std::fs::write(&clients, identity).unwrap();
    let other = authority::start(
        Arc::new(Project::open(&[clients]).unwrap()),
        Reading::RequesterListsTarget,
        Options { trusted: vec![format!("http://127.0.0.1:{here}")], ..Options::default() },
    )
    .unwrap();
    let secret = other.client_secret().expose_secret().to_owned();
    std::fs::write(folder.path().join("secret.txt"), secret).unwrap();
    let issuer = other.issuer().to_owned();
    let profiles = format!(
        "version: 1\nprofiles:\n  their side:\n    issuer: {issuer}\n    parameters:\n      \
         tenant: north\n    clients:\n      portal:\n        method: client_secret_basic\n        \
         secret_file: secret.txt\n"
    );
    std::fs::write(folder.path().join("exchange-studio.yaml"), profiles).unwrap();
    let mut harness = opened(folder.path());
    ask(&mut harness, Preset::IdJag);
    click(&mut harness, "Other domains");
    retype(&mut harness, "Port of the authority", &here.to_string());
    click(&mut harness, "Add domain");
    retype(&mut harness, "Issuer of domain 1", &issuer);
    harness.get_by_label_contains("Type issuer and client app of each further domain");
    let mut form = harness.state().state.exchange.form.clone();
    form.domains.known[0].1 = "chat".to_owned();
    form.audience = vec![issuer];
    send(&mut harness, Command::Exchange(ExchangeCommand::Edit(Box::new(form))));
    run(&mut harness);
    let form = &harness.state().state.exchange.redeem.form;
    assert_eq!(form.profile_name.as_deref(), Some("their side"));
    assert_eq!(form.auth, ClientAuthMethod::ClientSecretBasic);
    // The exchange itself goes to where it went.
    let first = &harness.state().state.exchange.form;
    assert_eq!((first.server, &first.profile_name), (ServerChoice::BuiltIn, &None));
    let redeemed = redeem(&mut harness);
    assert_eq!(redeemed.outcome, Outcome::Issued, "{:?}", redeemed.refusal);
    assert_eq!(redeemed.client_auth, ClientAuthMethod::ClientSecretBasic);
    assert!(redeemed.request.to_text().contains("tenant=north"));
}
