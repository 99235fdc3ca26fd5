//! How the whole is built, and what all has to pass: lists beside the drawing.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use exchange_studio::config::{Change, ClientKey};
use exchange_studio::studio::{Action, AskKind, Command, GraphAction, Selection, Studio};

use crate::harness::{click, send, until, with_text};

/// Broker brings tokens of Robot's identity; Robot leads to Vault by Gate alone. Ping and Pong go
/// round, Alone has to do with nobody.
const CLIENTS: &str = r#"!ClientAppDto
id: broker
name: Broker
allowedTokenExchangeClientApps: [{id: robot}]
---
!ClientAppDto
id: robot
name: Robot
clientAppFederatedIdentities:
  - { id: i1, issuer: "https://one.example", subject: "007" }
allowedTokenExchangeClientApps: [{id: gate}]
---
!ClientAppDto
id: gate
name: Gate
allowedTokenExchangeClientApps: [{id: vault}]
---
!ClientAppDto
id: vault
name: Vault
---
!ClientAppDto
id: ping
name: Ping
allowedTokenExchangeClientApps: [{id: pong}]
---
!ClientAppDto
id: pong
name: Pong
allowedTokenExchangeClientApps: [{id: ping}]
---
!ClientAppDto
id: alone
name: Alone
"#;

fn studio() -> (tempfile::TempDir, Harness<'static, Studio>) {
    with_text(CLIENTS)
}

fn ask(harness: &mut Harness<'static, Studio>, kind: AskKind) {
    send(harness, Command::Act(Action::Graph(GraphAction::AskAbout(kind))));
    until(harness, "the answer", |studio| {
        let ask = &studio.state.graph.ask;
        ask.structure.is_some() && !ask.is_running(&studio.state.jobs)
    });
}

/// What is lifted out of the drawing: its title, and how many arrows in order.
fn shown(harness: &Harness<'static, Studio>) -> (String, usize) {
    let spotlight = harness.state().state.graph.spotlight().unwrap();
    (spotlight.title.clone(), spotlight.hops.len())
}

#[test]
fn hubs_circles_and_islands_are_listed_and_shown() {
    let (_folder, mut harness) = studio();
    ask(&mut harness, AskKind::Structure);
    harness.get_by_label("1 circle");
    harness.get_by_label("2 islands");
    harness.get_by_label("1 client app without any exchange");
    // Broker and the identity become Robot, Gate and Vault, of which two lie behind it.
    harness.get_by_label_contains("Robot, exposure 2, impact 2");
    click(&mut harness, "Ping → Pong → Ping, 2 client apps");
    assert_eq!(shown(&harness), ("Ping → Pong → Ping".to_owned(), 2));
    click(&mut harness, "Broker, Robot, Gate and Vault, 4 client apps, 1 external identity");
    assert_eq!(shown(&harness).1, 0);

    // After an edit it says that it is of before, and leads nowhere until it is asked again.
    let change = Change::Revoke { owner: ClientKey(5), entry: "ping".into() };
    send(&mut harness, Command::Change(change));
    harness.get_by_label_contains("Out of date: the project or the reading has changed since.");
    ask(&mut harness, AskKind::Structure);
    harness.get_by_label("No circles");
}

#[test]
fn what_everything_from_outside_has_to_pass_is_found_with_the_fewest_entries() {
    let (_folder, mut harness) = studio();
    send(&mut harness, Command::Select(Some(Selection::Client(ClientKey(3)))));
    ask(&mut harness, AskKind::Chokes);
    harness.get_by_label("What has all to pass that leads to Vault?");
    harness.get_by_label_contains("1 external identity leads to it.");
    harness.get_by_label("With 1 entry every chain goes");
    harness.get_by_label("No smaller cut exists.");
    let text = harness.state().state.graph.ask.structure.as_ref().unwrap().text();
    assert!(text.contains("  Robot\n  Gate\n"), "{text}");

    send(&mut harness, Command::Select(Some(Selection::Client(ClientKey(4)))));
    ask(&mut harness, AskKind::Chokes);
    until(&mut harness, "the other answer", |studio| {
        let structure = studio.state.graph.ask.structure.as_ref();
        structure.is_some_and(|it| it.title.contains("Ping"))
    });
    harness.get_by_label("No chain leads to it from an external identity.");
}
