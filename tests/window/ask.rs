//! Questions to the trust graph beside the drawing, by accessible names.

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use exchange_studio::config::{Change, ClientKey};
use exchange_studio::diagram::scene::Thing;
use exchange_studio::studio::canvas::Marking;
use exchange_studio::studio::{
    Action, AskCommand, AskForm, AskKind, Command, GraphAction, GraphCommand, Selection, Studio,
};
use exchange_studio::trust::Reading;

use crate::harness::{click, press, retype, send, until, with_text};

/// Alpha to Bravo to Delta, and Alpha to Charlie to Delta; whether Charlie is enabled is not
/// stated. Echo holds an identity that Alpha may bring. Foxtrot is refused: it is disabled.
const CLIENTS: &str = r#"!ClientAppDto
id: a
name: Alpha
enabled: true
public: false
restricted: false
subscriptionId: s
allowedTokenExchangeClientApps: [{id: b}, {id: c}, {id: e}, {id: f}]
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
id: c
name: Charlie
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
---
!ClientAppDto
id: f
name: Foxtrot
enabled: false
subscriptionId: s
allowedTokenExchangeClientApps: [{id: d}]
"#;

fn studio() -> (tempfile::TempDir, Harness<'static, Studio>) {
    with_text(CLIENTS)
}

fn select(harness: &mut Harness<'static, Studio>, key: usize) {
    send(harness, Command::Select(Some(Selection::Client(ClientKey(key)))));
}

/// Chooses a party in the dialog, by typing a part of its name.
fn choose(harness: &mut Harness<'static, Studio>, button: &str, name: &str) {
    click(harness, button);
    retype(harness, "Client app or external identity", name);
    click(harness, &format!("Choose {name}"));
}

fn answered(harness: &mut Harness<'static, Studio>) {
    until(harness, "the answer", |studio| {
        let ask = &studio.state.graph.ask;
        ask.answer.is_some() && !ask.is_running(&studio.state.jobs)
    });
}

fn ask(harness: &mut Harness<'static, Studio>) {
    click(harness, "Ask the question");
    answered(harness);
}

/// The lines of the answer, as they are named.
fn lines(harness: &Harness<'static, Studio>) -> Vec<String> {
    let rows = harness.query_all(egui_kittest::kittest::by().predicate(|node| {
        let label = node.label().unwrap_or_default();
        node.role() == egui::accesskit::Role::Button
            && (label.ends_with(" hop") || label.ends_with(" hops"))
            && label.contains(", ")
    }));
    let mut rows: Vec<_> = rows
        .map(|row| (row.rect().top(), row.accesskit_node().label().unwrap_or_default()))
        .collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    rows.into_iter().map(|(_, label)| label).collect()
}

#[test]
fn who_can_become_it_is_said_for_one_actor_and_for_all_together() {
    let (_folder, mut harness) = studio();
    select(&mut harness, 3);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    harness.get_by_label("X: Delta");
    // The question that is filled in is asked at once by who has no mouse.
    press(&mut harness, Modifiers::NONE, Key::Enter);
    answered(&mut harness);
    harness.get_by_label("Who can become Delta?");
    harness.get_by_label("Under the reading requester-lists-target, any number of hops.");
    harness.get_by_label_contains("Worst case: what can be done with the credentials of everybody");
    harness.get_by_label("3 client apps.");
    assert_eq!(lines(&harness), ["Bravo, 1 hop", "Charlie, 1 hop", "Alpha, 2 hops"]);
    click(&mut harness, "Single actor: 2");
    harness.get_by_label_contains("Single actor: what one party can do");
    harness.get_by_label("2 client apps.");
    assert_eq!(lines(&harness), ["Bravo, 1 hop", "Charlie, 1 hop"]);
}

#[test]
fn what_it_can_become_leads_to_a_way_with_a_condition_that_is_not_stated() {
    let (_folder, mut harness) = studio();
    select(&mut harness, 0);
    let about = GraphAction::AskAbout(AskKind::WhatCanBecome);
    send(&mut harness, Command::Act(Action::Graph(about)));
    answered(&mut harness);
    harness.get_by_label("What can Alpha become?");
    let all = ["Bravo, 1 hop", "Charlie, 1 hop", "Echo, 1 hop", "Delta, 2 hops"];
    assert_eq!(lines(&harness), all);
    click(&mut harness, "Charlie, 1 hop");
    harness.get_by_label("Possible as far as the files say; some conditions are not stated.");
    harness.get_by_label("Takes the credential of Alpha.");
    harness.get_by_label("Whether Charlie is enabled is not stated.");
    // The evidence of the permission leads to its line.
    let link = |harness: &Harness<'static, Studio>, act: fn(egui_kittest::Node<'_>)| {
        act(harness.get_by_role_and_label(egui::accesskit::Role::Link, "clients.yaml:8"));
    };
    link(&harness, |link| link.scroll_to_me());
    harness.run_ok();
    link(&harness, |link| link.click());
    harness.run_ok();
    harness.get_by_label("Source of clients.yaml");
}

#[test]
fn all_chains_come_shortest_first_and_one_is_lifted_out_of_the_drawing() {
    let (_folder, mut harness) = studio();
    let things = [0, 3].map(|key| Thing::Client(ClientKey(key))).to_vec();
    let how = Marking::Replace;
    send(&mut harness, Command::Graph(GraphCommand::Mark { things, how }));
    let about = GraphAction::AskAbout(AskKind::Chains);
    send(&mut harness, Command::Act(Action::Graph(about)));
    answered(&mut harness);
    harness.get_by_label("A: Alpha");
    harness.get_by_label("B: Delta");
    harness.get_by_label("All chains from Alpha to Delta");
    harness.get_by_label("2 chains. There are no others.");
    let chains = ["Alpha → Bravo → Delta, 2 hops", "Alpha → Charlie → Delta, 2 hops"];
    let mut seen = lines(&harness);
    seen.sort();
    assert_eq!(seen, chains);
    click(&mut harness, chains[1]);
    harness.get_by_label("Takes the credentials of Alpha and Charlie.");
    let spotlight = harness.state().state.graph.spotlight().unwrap().clone();
    assert_eq!(spotlight.title, "Alpha to Delta, 2 hops");
    let arrow = |owner, index| Thing::Permission { owner: ClientKey(owner), index };
    let arrows: Vec<Thing> = spotlight.hops.iter().map(|hop| hop.arrow.clone()).collect();
    assert_eq!(arrows, [arrow(0, 1), arrow(2, 0)]);
    click(&mut harness, "Only this path");
    let drawn = |name: &str| {
        harness.query_all_by_label_contains(&format!("Client app {name}, ")).next().is_some()
    };
    assert!(drawn("Charlie") && drawn("Delta") && !drawn("Bravo") && !drawn("Echo"));
    // The other way round there are none.
    click(&mut harness, "Swap A and B");
    ask(&mut harness);
    harness.get_by_label("No chains, of any length.");
}

#[test]
fn an_external_identity_is_chosen_by_typing_and_takes_its_broker() {
    let (_folder, mut harness) = studio();
    press(&mut harness, Modifiers::COMMAND, Key::K);
    harness.get_by_label("Choose X.");
    send(&mut harness, Command::Act(Action::Graph(GraphAction::Ask)));
    assert!(harness.query_by_label("Ask the question").is_none());
    press(&mut harness, Modifiers::COMMAND, Key::K);
    click(&mut harness, "Question: Who can become X?");
    click(&mut harness, "What can X become?");
    choose(&mut harness, "X: Choose…", "007 of https://auth.example.com");
    ask(&mut harness);
    assert_eq!(lines(&harness), ["Echo, 1 hop"]);
    click(&mut harness, "Echo, 1 hop");
    let spotlight = harness.state().state.graph.spotlight().unwrap().clone();
    let identity = Thing::Federation { client: ClientKey(4), index: 0 };
    assert_eq!(spotlight.hops.first().map(|hop| hop.arrow.clone()), Some(identity));
    assert!(spotlight.things.contains(&Thing::Client(ClientKey(0))));
}

#[test]
fn an_answer_is_out_of_date_after_an_edit_and_right_again_when_asked_again() {
    let (_folder, mut harness) = studio();
    select(&mut harness, 3);
    let about = GraphAction::AskAbout(AskKind::WhoCanBecome);
    send(&mut harness, Command::Act(Action::Graph(about)));
    answered(&mut harness);
    assert!(harness.query_by_label_contains("Out of date").is_none());
    // Bravo may no longer, and a document in front of all moves every key by one.
    let change = Change::Revoke { owner: ClientKey(1), entry: "d".to_owned() };
    send(&mut harness, Command::Change(change));
    let file = harness.state().state.project.files()[0].id;
    let text = "!ClientAppDto\nid: z\nname: Zulu\n---\n".to_owned();
    send(&mut harness, Command::Change(Change::Text { file, range: 0..0, with: text }));
    harness.get_by_label_contains("Out of date");
    // Its lines lead nowhere.
    click(&mut harness, "Bravo, 1 hop");
    assert!(harness.state().state.graph.spotlight().is_none());
    ask(&mut harness);
    assert!(harness.query_by_label_contains("Out of date").is_none());
    harness.get_by_label("Who can become Delta?");
    assert_eq!(lines(&harness), ["Charlie, 1 hop", "Alpha, 2 hops"]);
    send(&mut harness, Command::SetReading(Reading::TargetListsRequester));
    harness.get_by_label_contains("Out of date");
    ask(&mut harness);
    harness.get_by_label("Under the reading target-lists-requester, any number of hops.");
    harness.get_by_label("No client apps.");
}

#[test]
fn an_answer_says_what_other_readings_find_and_one_of_them_is_taken() {
    let (_folder, mut harness) = studio();
    select(&mut harness, 4);
    let about = GraphAction::AskAbout(AskKind::WhoCanBecome);
    send(&mut harness, Command::Act(Action::Graph(about)));
    answered(&mut harness);
    let of_echo = ["Alpha, 1 hop", "007 of https://auth.example.com, 1 hop"];
    assert_eq!(lines(&harness), of_echo);
    harness.get_by_label("target-lists-requester: none");
    harness.get_by_label("Nothing of this holds under every reading.");
    // The question may be another by now; asked is what was answered.
    let edited = { harness.state().state.graph.ask.form.clone() };
    let edited = AskForm { x: Some(Selection::Client(ClientKey(3))), ..edited };
    let edit = AskCommand::Edit(Box::new(edited));
    send(&mut harness, Command::Graph(GraphCommand::Ask(edit)));
    click(&mut harness, "requester-lists-origin: 1, all the same");
    answered(&mut harness);
    harness.get_by_label("Who can become Echo?");
    harness.get_by_label("Under the reading requester-lists-origin, any number of hops.");
    assert_eq!(lines(&harness), of_echo[1..]);
    assert!(harness.query_by_label_contains("Out of date").is_none());
    harness.get_by_label("requester-lists-target: 2, 1 the same");
}

#[test]
fn an_answer_is_copied_with_its_conditions_and_lines() {
    let (_folder, mut harness) = studio();
    select(&mut harness, 3);
    let about = GraphAction::AskAbout(AskKind::WhoCanBecome);
    send(&mut harness, Command::Act(Action::Graph(about)));
    answered(&mut harness);
    harness.get_by_label("Copy as text").click();
    harness.step();
    let commands = &harness.output().platform_output.commands;
    let text = commands.iter().find_map(|command| {
        if let egui::OutputCommand::CopyText(text) = command { Some(text.clone()) } else { None }
    });
    let text = text.unwrap();
    for part in [
        "Who can become Delta?\nUnder the reading requester-lists-target, any number of hops.\n",
        "\n3 client apps.\n",
        "Under requester-lists-origin: none.\n",
        "\nNothing of this holds under every reading.\n",
        "1. Bravo: Bravo → Delta (not under requester-lists-origin or target-lists-requester)\n",
        "3. Alpha: Alpha → ",
        "[not-stated] Whether Charlie is enabled is not stated.",
    ] {
        assert!(text.contains(part), "{part} is missing in:\n{text}");
    }
}
