//! What if something were not there: access before and after, and the project stays as it is.

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use exchange_studio::config::ClientKey;
use exchange_studio::diagram::scene::Thing;
use exchange_studio::studio::{
    Action, AskCommand, AskForm, AskKind, Command, GraphAction, GraphCommand, Selection, Studio,
    Supposition,
};

use crate::harness::{click, press, retype, send, until, with_text};

/// Alpha to Delta by itself and by Bravo; Echo holds an identity that Alpha may bring.
const CLIENTS: &str = r#"!ClientAppDto
id: a
name: Alpha
enabled: true
public: false
restricted: false
subscriptionId: s
allowedTokenExchangeClientApps: [{id: b}, {id: d}, {id: e}]
---
!ClientAppDto
id: b
name: Bravo
enabled: true
public: false
restricted: false
subscriptionId: s
allowedTokenExchangeClientApps: [{id: d}]
---
!ClientAppDto
id: d
name: Delta
enabled: true
public: false
restricted: false
subscriptionId: s
---
!ClientAppDto
id: e
name: Echo
enabled: true
public: false
restricted: false
subscriptionId: s
clientAppFederatedIdentities:
  - id: g
    issuer: https://auth.example.com
    subject: "007"
allowedTokenExchangeClientApps: [{id: d}]
"#;

fn studio() -> (tempfile::TempDir, Harness<'static, Studio>) {
    with_text(CLIENTS)
}

fn select(harness: &mut Harness<'static, Studio>, selection: Selection) {
    send(harness, Command::Select(Some(selection)));
}

/// Asks about what is selected, by the action of menus and palette.
fn ask(harness: &mut Harness<'static, Studio>) {
    send(harness, Command::Act(Action::Graph(GraphAction::AskAbout(AskKind::WhatIf))));
    answered(harness);
}

fn answered(harness: &mut Harness<'static, Studio>) {
    until(harness, "the answer", |studio| {
        let ask = &studio.state.graph.ask;
        ask.supposed.is_some() && !ask.is_running(&studio.state.jobs)
    });
}

#[test]
fn a_client_app_that_is_supposed_disabled_takes_its_access_and_the_project_stays() {
    let (_folder, mut harness) = studio();
    let revision = harness.state().state.project.revision();
    select(&mut harness, Selection::Client(ClientKey(1)));
    ask(&mut harness);
    harness.get_by_label("Client app: Bravo");
    harness.get_by_label("What if Bravo is disabled?");
    harness.get_by_label("Only supposed: nothing is changed, and nothing is saved.");
    harness.get_by_label_contains("Under the reading requester-lists-target. Worst case:");
    // Alpha, Bravo, Echo and the identity reach Delta; Alpha reaches Bravo and Echo; the identity
    // reaches Echo.
    harness.get_by_label("Before: 7 pairs of who can become whom. After: 5.");
    harness.get_by_label("Access lost: 2 pairs of who can become whom.");
    harness.get_by_label("Alpha → Bravo, 1 hop");
    harness.get_by_label("Bravo → Delta, 1 hop");
    harness.get_by_label("No hop that goes has another chain.");
    let state = &harness.state().state;
    assert_eq!(state.project.revision(), revision);
    assert!(state.project.unsaved().is_empty() && state.project.undo_label().is_none());
}

#[test]
fn an_arrow_that_is_supposed_dropped_leaves_what_another_chain_gives() {
    let (_folder, mut harness) = studio();
    select(&mut harness, Selection::Exchange { owner: ClientKey(0), entry: "d".to_owned() });
    ask(&mut harness);
    harness.get_by_label("Permission: Delta in the list of Alpha");
    harness.get_by_label("What if Delta is taken out of the list of Alpha?");
    harness.get_by_label("Access lost: none.");
    harness.get_by_label("Stays by another chain: 1 hop.");
    // The chain that stays is lifted out of the drawing and proved.
    click(&mut harness, "Alpha → Delta, 2 hops");
    let state = &harness.state().state;
    let arrows: Vec<_> =
        state.graph.spotlight().expect("a path").hops.iter().map(|hop| &hop.arrow).collect();
    let permission = |owner| Thing::Permission { owner: ClientKey(owner), index: 0 };
    assert_eq!(arrows, [&permission(0), &permission(1)]);
    harness.get_by_label("Takes the credentials of Alpha and Bravo.");
    // After an edit it is out of date, and its lines lead nowhere.
    let (owner, entry) = (ClientKey(2), "a".to_owned());
    send(&mut harness, Command::Change(exchange_studio::config::Change::Allow { owner, entry }));
    harness.get_by_label_contains("Out of date");
}

#[test]
fn an_identity_leads_to_its_issuer() {
    let (_folder, mut harness) = studio();
    select(&mut harness, Selection::Federation { client: ClientKey(3), index: 0 });
    ask(&mut harness);
    harness.get_by_label("Issuer: https://auth.example.com");
    harness.get_by_label("What if no client app trusts https://auth.example.com any more?");
    harness.get_by_label("Access lost: 2 pairs of who can become whom.");
    harness.get_by_label("007 of https://auth.example.com → Delta, 2 hops");
}

#[test]
fn what_is_supposed_is_chosen_step_by_step() {
    let (_folder, mut harness) = studio();
    press(&mut harness, Modifiers::COMMAND, Key::K);
    let form = AskForm {
        kind: AskKind::WhatIf,
        supposition: Supposition::DropPermission,
        ..AskForm::default()
    };
    send(&mut harness, Command::Graph(GraphCommand::Ask(AskCommand::Edit(Box::new(form)))));
    harness.get_by_label("Suppose: a permission is dropped");
    harness.get_by_label("Choose a permission, or select an arrow first.");
    click(&mut harness, "Permission: Choose…");
    retype(&mut harness, "Permission", "echo in");
    click(&mut harness, "Choose Echo in the list of Alpha");
    click(&mut harness, "Ask the question");
    answered(&mut harness);
    harness.get_by_label("What if Echo is taken out of the list of Alpha?");
    // Without it nobody brings the identity either.
    harness.get_by_label("Access lost: 3 pairs of who can become whom.");
    assert!(harness.state().state.project.unsaved().is_empty());
}
