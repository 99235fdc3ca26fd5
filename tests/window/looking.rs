//! Filters and groups: one choice for the drawing, the list, its table and the answers.

use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use exchange_studio::audit::{FindingIs, Severity};
use exchange_studio::config::{Change, ClientKey};
use exchange_studio::diagram::scene::Thing;
use exchange_studio::studio::canvas::Marking;
use exchange_studio::studio::{
    Action, AskKind, Command, GraphAction, GraphCommand, Looking, Selection, Studio, Tab,
};
use exchange_studio::trust::Filter;

use crate::harness::{click, press, send, until, with_text};

/// Two subscriptions. The shop leads to the office by one arrow; Stray names nobody.
const TWO: &str = r#"!SubscriptionDto
id: "{{guid:shop}}"
name: Shop
---
!SubscriptionDto
id: "{{guid:office}}"
name: Office
---
!ClientAppDto
id: a
name: Alpha
enabled: true
subscriptionId: "{{guid:shop}}"
allowedTokenExchangeClientApps: [{id: b}]
---
!ClientAppDto
id: b
name: Bravo
enabled: true
subscriptionId: "{{guid:shop}}"
allowedTokenExchangeClientApps: [{id: c}, {id: d}]
---
!ClientAppDto
id: c
name: Charlie
enabled: true
subscriptionId: "{{guid:office}}"
---
!ClientAppDto
id: d
name: Delta
subscriptionId: "{{guid:office}}"
allowedTokenExchangeClientApps: [{id: nobody}]
"#;

const NAMES: [&str; 4] = ["Alpha", "Bravo", "Charlie", "Delta"];

fn studio() -> (tempfile::TempDir, Harness<'static, Studio>) {
    with_text(TWO)
}

fn act(harness: &mut Harness<'static, Studio>, action: GraphAction) {
    send(harness, Command::Act(Action::Graph(action)));
}

fn look(harness: &mut Harness<'static, Studio>, change: impl Fn(&mut Looking)) {
    let mut looking = Looking::clone(harness.state().state.graph.looking());
    change(&mut looking);
    send(harness, Command::Graph(GraphCommand::Look(looking)));
}

fn enabled(value: &str) -> Filter {
    Filter { settings: [format!("enabled={value}").parse().unwrap()].into(), ..Filter::default() }
}

/// What is drawn, without counts of arrows.
fn boxes(harness: &Harness<'static, Studio>) -> Vec<String> {
    let state = &harness.state().state;
    let scene = state.graph.scene(&state.analysis);
    scene.nodes.iter().map(|node| node.title.clone()).collect()
}

/// The client apps of the list on the left.
fn listed(harness: &Harness<'static, Studio>) -> Vec<&'static str> {
    let is_row =
        |name: &&'static str| harness.query_by_label(&format!("{name} in the list")).is_some();
    NAMES.into_iter().filter(is_row).collect()
}

#[test]
fn one_filter_holds_for_drawing_and_list_and_is_said_until_it_is_cleared() {
    let (_folder, mut harness) = studio();
    assert_eq!(boxes(&harness).len(), 5);
    assert_eq!(listed(&harness), NAMES);
    click(&mut harness, "Filter");
    click(&mut harness, "Enabled not stated");
    press(&mut harness, egui::Modifiers::NONE, Key::Escape);
    assert_eq!(boxes(&harness), ["Delta", "nobody"]);
    assert_eq!(listed(&harness), ["Delta"]);
    harness.get_by_label_contains("Shown is only: setting Enabled = not stated");
    harness.get_by_label("1 of 4 pass the filter");

    // An edit may let in more, or less.
    let change = Change::Unset { client: ClientKey(2), key: "enabled".into() };
    send(&mut harness, Command::Change(change));
    assert_eq!(listed(&harness), ["Charlie", "Delta"]);
    act(&mut harness, GraphAction::Back);
    assert_eq!(boxes(&harness).len(), 5);
    assert_eq!(listed(&harness), NAMES);
    act(&mut harness, GraphAction::Forward);
    assert_eq!(listed(&harness), ["Charlie", "Delta"]);
    act(&mut harness, GraphAction::ClearFilter);
    assert_eq!(listed(&harness), NAMES);
}

#[test]
fn the_matrix_has_the_rows_and_columns_that_pass() {
    let (_folder, mut harness) = studio();
    send(&mut harness, Command::ShowTab(Tab::Matrix));
    let heads = |harness: &Harness<'static, Studio>| {
        let matrix = &harness.state().state.matrix;
        let matrix = &matrix.table().unwrap().matrix;
        [matrix.rows(), matrix.columns()].map(|heads| heads.len())
    };
    assert_eq!(heads(&harness), [2, 3]);
    look(&mut harness, |it| it.filter = enabled("true"));
    assert_eq!(heads(&harness), [2, 2]);
    harness.get_by_label_contains("Shown is only: setting Enabled = true");
    act(&mut harness, GraphAction::ClearFilter);
    send(&mut harness, Command::ShowTab(Tab::Matrix));
    assert_eq!(heads(&harness), [2, 3]);
}

#[test]
fn only_client_apps_with_a_finding_can_be_looked_at() {
    let (_folder, mut harness) = studio();
    look(&mut harness, |it| it.finding = Some(FindingIs::Of("G-003")));
    assert_eq!(listed(&harness), ["Delta"]);
    harness.get_by_label_contains("Shown is only: a finding of G-003");
    look(&mut harness, |it| it.finding = Some(FindingIs::AtLeast(Severity::Critical)));
    assert_eq!(listed(&harness), [""; 0]);
}

#[test]
fn a_group_becomes_one_box_with_counted_arrows_and_its_client_apps_again() {
    let (_folder, mut harness) = studio();
    send(&mut harness, Command::Select(Some(Selection::Client(ClientKey(2)))));
    act(&mut harness, GraphAction::CollapseGroup);
    assert_eq!(boxes(&harness), ["Alpha", "Bravo", "Office", "nobody"]);
    let state = &harness.state().state;
    let scene = state.graph.scene(&state.analysis);
    let labels: Vec<String> = scene.edges.iter().map(|edge| edge.label()).collect();
    assert!(labels.contains(&"×2".to_owned()), "{labels:?}");
    harness.get_by_label("1 group is one box");
    // The list still has what is in the box.
    assert_eq!(listed(&harness), NAMES);

    let name = scene.nodes[2].name.clone();
    harness.get_by_label_contains(&name).focus();
    harness.run_ok();
    press(&mut harness, egui::Modifiers::NONE, Key::Enter);
    assert_eq!(boxes(&harness).len(), 5);

    act(&mut harness, GraphAction::CollapseAll);
    assert_eq!(boxes(&harness), ["Shop", "Office", "Ids without a client app"]);
    act(&mut harness, GraphAction::ExpandAll);
    assert_eq!(boxes(&harness).len(), 5);
}

#[test]
fn several_marked_boxes_collapse_their_groups_together() {
    let (_folder, mut harness) = studio();
    let things = [0, 3].map(|key| Thing::Client(ClientKey(key))).into();
    send(&mut harness, Command::Graph(GraphCommand::Mark { things, how: Marking::Replace }));
    act(&mut harness, GraphAction::CollapseGroup);
    assert_eq!(boxes(&harness), ["Shop", "Office", "nobody"]);
}

#[test]
fn answers_list_what_passes_and_say_how_many_do_not() {
    let (_folder, mut harness) = studio();
    send(&mut harness, Command::Select(Some(Selection::Client(ClientKey(0)))));
    act(&mut harness, GraphAction::AskAbout(AskKind::WhatCanBecome));
    click(&mut harness, "Ask the question");
    until(&mut harness, "an answer", |studio| studio.state.graph.ask.answer.is_some());
    click(&mut harness, "Worst case: 3");
    harness.get_by_label_contains("Charlie, 2 hops");
    look(&mut harness, |it| it.filter = enabled("true"));
    harness.get_by_label("2 of 3 pass the filter and are listed.");
    harness.get_by_label_contains("Charlie, 2 hops");
    assert!(harness.query_by_label_contains("Delta, 2 hops").is_none());
}
