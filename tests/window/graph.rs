//! The graph tab within the window: narrowing, going back, marks, paths, places, colours, and the
//! table.

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use exchange_studio::config::ClientKey;
use exchange_studio::diagram::scene::Thing;
use exchange_studio::studio::canvas::Marking;
use exchange_studio::studio::{
    Action, Align, ColourBy, Command, GraphAction, GraphCommand, Narrowing, Selection, Studio,
};

use crate::harness::{click, press, retype, send, with_text};

/// A chain from A to E with a side branch from B, and F that has nothing to do with it.
const CHAIN: &str = r#"!ClientAppDto
id: a
name: Alpha
allowedTokenExchangeClientApps: [{id: b}]
---
!ClientAppDto
id: b
name: Bravo
allowedTokenExchangeClientApps: [{id: c}, {id: e}]
---
!ClientAppDto
id: c
name: Charlie
enabled: false
allowedTokenExchangeClientApps: [{id: d}]
---
!ClientAppDto
id: d
name: Delta
---
!ClientAppDto
id: e
name: Echo
---
!ClientAppDto
id: f
name: Foxtrot
clientAppFederatedIdentities:
  - id: g
    issuer: https://auth.example.com
    subject: "007"
"#;

fn studio() -> (tempfile::TempDir, Harness<'static, Studio>) {
    with_text(CHAIN)
}

fn graph(harness: &mut Harness<'static, Studio>, action: GraphAction) {
    send(harness, Command::Act(Action::Graph(action)));
}

fn select(harness: &mut Harness<'static, Studio>, key: usize) {
    send(harness, Command::Select(Some(Selection::Client(ClientKey(key)))));
}

fn mark(harness: &mut Harness<'static, Studio>, keys: &[usize]) {
    let things = keys.iter().map(|key| Thing::Client(ClientKey(*key))).collect();
    send(harness, Command::Graph(GraphCommand::Mark { things, how: Marking::Replace }));
}

/// The names of the client apps in the drawing.
fn drawn(harness: &Harness<'static, Studio>) -> Vec<String> {
    let names = ["Alpha", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot"];
    let shown = |name: &&str| {
        harness.query_all_by_label_contains(&format!("Client app {name}, ")).next().is_some()
    };
    names.into_iter().filter(shown).map(str::to_owned).collect()
}

#[test]
fn what_a_hop_adds_is_said_before_it_is_drawn() {
    let (_folder, mut harness) = studio();
    assert_eq!(drawn(&harness).len(), 6);
    select(&mut harness, 1);
    click(&mut harness, "Shown: Whole graph");
    harness.get_by_label("1 hop: +3 client apps");
    harness.get_by_label("2 hops: +1 client app");
    click(&mut harness, "1 hop: +3 client apps");
    assert_eq!(drawn(&harness), ["Alpha", "Bravo", "Charlie", "Echo"]);
    harness.get_by_label("one hop more: +1 client app");
    click(&mut harness, GraphAction::MoreHops.label());
    assert_eq!(drawn(&harness), ["Alpha", "Bravo", "Charlie", "Delta", "Echo"]);
    harness.get_by_label("one hop more: nothing more");
    click(&mut harness, GraphAction::FewerHops.label());
    assert_eq!(drawn(&harness).len(), 4);
}

#[test]
fn back_and_forward_go_through_the_views_with_where_the_eyes_were() {
    let (_folder, mut harness) = studio();
    harness.get_by_label(GraphAction::Back.label()).click();
    harness.run_ok();
    assert_eq!(drawn(&harness).len(), 6, "there is nothing to go back to yet");
    let camera = |harness: &Harness<'static, Studio>| harness.state().state.graph.view().camera;
    let whole = camera(&harness).unwrap();
    select(&mut harness, 1);
    graph(&mut harness, GraphAction::Narrow);
    harness.run_ok();
    assert_eq!(drawn(&harness).len(), 4);
    press(&mut harness, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(drawn(&harness).len(), 6);
    let back = camera(&harness).unwrap();
    assert!((back.zoom - whole.zoom).abs() < 1e-3 && (back.center - whole.center).length() < 1.0);
    press(&mut harness, Modifiers::ALT, Key::ArrowRight);
    assert_eq!(drawn(&harness), ["Alpha", "Bravo", "Charlie", "Echo"]);
}

#[test]
fn going_back_takes_the_search_along() {
    let (_folder, mut harness) = studio();
    retype(&mut harness, "Search client apps", "Delta");
    assert_eq!(harness.state().state.graph.view().search, "Delta");
    press(&mut harness, Modifiers::ALT, Key::ArrowLeft);
    harness.run_ok();
    assert_eq!(crate::harness::field(&harness, "Search client apps").value().as_deref(), Some(""));
    press(&mut harness, Modifiers::ALT, Key::ArrowRight);
    harness.run_ok();
    let value = crate::harness::field(&harness, "Search client apps").value();
    assert_eq!(value.as_deref(), Some("Delta"));
}

#[test]
fn a_path_between_two_marked_boxes_is_shown_and_may_be_all_that_is() {
    let (_folder, mut harness) = studio();
    mark(&mut harness, &[0, 4]);
    click(&mut harness, GraphAction::ShowPath.label());
    harness.get_by_label("Alpha to Echo, 2 hops");
    harness.get_by_label("potential");
    // To Delta nothing leads but a client app that is disabled.
    mark(&mut harness, &[0, 3]);
    harness.get_by_label("2 boxes marked");
    click(&mut harness, GraphAction::ShowPath.label());
    harness.get_by_label("Alpha to Delta, 3 hops");
    harness.get_by_label("refused");
    assert!(harness.query_by_label("potential").is_none());
    // Charlie can neither be what a token comes out for, nor ask.
    let refused = harness.query_all_by_label_contains("Refused: Charlie is disabled");
    assert_eq!(refused.count(), 2);
    harness.get_by_label_contains("2  Bravo may exchange");
    let hops = harness.state().state.graph.spotlight().unwrap().hops.clone();
    let arrow = |owner, index| Thing::Permission { owner: ClientKey(owner), index };
    let arrows: Vec<Thing> = hops.into_iter().map(|hop| hop.arrow).collect();
    assert_eq!(arrows, [arrow(0, 0), arrow(1, 0), arrow(2, 0)]);
    click(&mut harness, "Show only this path");
    assert_eq!(drawn(&harness), ["Alpha", "Bravo", "Charlie", "Delta"]);
    click(&mut harness, "Show all again");
    assert_eq!(drawn(&harness).len(), 6);
    click(&mut harness, "Let go");
    assert!(harness.query_by_label("Alpha to Delta, 3 hops").is_none());
}

#[test]
fn no_path_is_said_and_nothing_is_shown() {
    let (_folder, mut harness) = studio();
    mark(&mut harness, &[0, 5]);
    graph(&mut harness, GraphAction::ShowPath);
    harness.get_by_label_contains("No arrows lead from Alpha to Foxtrot, nor back.");
    assert!(harness.state().state.graph.spotlight().is_none());
}

#[test]
fn marked_boxes_are_lined_up_pinned_and_stay_after_an_edit() {
    let (_folder, mut harness) = studio();
    mark(&mut harness, &[0, 1, 3]);
    click(&mut harness, GraphAction::Align(Align::Left).label());
    let corner = |harness: &Harness<'static, Studio>, key: usize| {
        let state = &harness.state().state;
        let scene = state.graph.scene(&state.analysis);
        scene.nodes[scene.node_of(&Thing::Client(ClientKey(key))).unwrap()].rect.min
    };
    let before = [0, 1, 3].map(|key| corner(&harness, key));
    assert!(before.iter().all(|at| at.x == before[0].x), "{before:?}");
    assert!(before[0].y != before[1].y && before[1].y != before[2].y);
    // A document in front of all moves every key by one; the boxes stay where they are.
    let project = harness.state().state.project.clone();
    let text = "!ClientAppDto\nid: z\nname: Zulu\n---\n".to_owned();
    let file = project.files()[0].id;
    let change = exchange_studio::config::Change::Text { file, range: 0..0, with: text };
    send(&mut harness, Command::Change(change));
    let after = [1, 2, 4].map(|key| corner(&harness, key));
    assert_eq!(after, before);
    harness.get_by_label("3 boxes marked");
    graph(&mut harness, GraphAction::UnpinAll);
    let free = [1, 2, 4].map(|key| corner(&harness, key));
    assert_ne!(free, before);
}

#[test]
fn colours_come_with_a_legend_that_counts() {
    let (_folder, mut harness) = studio();
    let setting = exchange_studio::config::Setting::Enabled;
    graph(&mut harness, GraphAction::ColourBy(ColourBy::Setting(setting)));
    harness.run_ok();
    harness.get_by_label("Mark 5 boxes: Not stated (square)");
    click(&mut harness, "Mark 1 box: False (disc)");
    let marked = &harness.state().state.graph.marked;
    assert_eq!(marked.iter().collect::<Vec<_>>(), [&Thing::Client(ClientKey(2))]);
}

#[test]
fn the_table_says_every_arrow_with_its_conditions_and_shares_the_selection() {
    let (_folder, mut harness) = studio();
    press(&mut harness, Modifiers::COMMAND, Key::T);
    let row = |harness: &Harness<'static, Studio>, begin: &str| {
        harness.get_by_label_contains(begin).accesskit_node().label().unwrap_or_default()
    };
    harness.get_by_label("5 arrows");
    let refused = row(&harness, "Bravo to Charlie, Exchange, Bravo asks");
    assert!(refused.contains("refused"), "{refused}");
    let open = row(&harness, "Alpha to Bravo, Exchange, Alpha asks");
    assert!(open.contains("allowed as far as stated"), "{open}");
    row(&harness, "007 of auth.example.com to Foxtrot, External identity");
    harness.get_by_label_contains("Alpha to Bravo").click();
    harness.run_ok();
    let selected = |harness: &Harness<'static, Studio>| harness.state().state.selection.clone();
    let exchange = |owner: usize, entry: &str| {
        Some(Selection::Exchange { owner: ClientKey(owner), entry: entry.to_owned() })
    };
    assert_eq!(selected(&harness), exchange(0, "b"));
    harness.get_by_label_contains("Alpha to Bravo").focus();
    harness.run_ok();
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    assert_eq!(selected(&harness), exchange(1, "c"));
    harness.run_ok();
    assert!(harness.get_by_label_contains("Bravo to Charlie").is_focused());
    retype(&mut harness, "Search client apps", "Echo");
    harness.get_by_label("1 arrow");
    row(&harness, "Bravo to Echo");
}

#[test]
fn a_client_app_that_is_gone_leaves_the_view_around_it() {
    let (_folder, mut harness) = studio();
    select(&mut harness, 4);
    graph(&mut harness, GraphAction::Narrow);
    assert_eq!(drawn(&harness), ["Bravo", "Echo"]);
    let file = harness.state().state.project.files()[0].id;
    let change = exchange_studio::config::Change::RemoveDocument { file, document: 4 };
    send(&mut harness, Command::Change(change));
    assert_eq!(harness.state().state.graph.narrowing(), Narrowing::Whole);
    assert_eq!(drawn(&harness), ["Alpha", "Bravo", "Charlie", "Delta", "Foxtrot"]);
}
