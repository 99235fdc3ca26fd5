//! The list of client apps: groups, the file of each, and the keyboard.

use std::fs;
use std::path::PathBuf;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use exchange_studio::config::FileId;
use exchange_studio::studio::{Action, Command, Selection};

use super::harness::{click, opened, press, send};

/// Two files: client apps with and without a subscription, a document that is none, a broken one.
fn folder() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("front.yaml"),
        "!SubscriptionDto\nid: sales\nname: Sales\n---\n!ClientAppDto\nid: portal\nname: Portal\nsubscriptionId: sales\n",
    )
    .unwrap();
    fs::write(
        folder.path().join("back.yaml"),
        "!ClientAppDto\nid: ledger\nname: Ledger\n---\nbroken: [\n---\n!ClientAppDto\nid: archive\nname: Archive\n",
    )
    .unwrap();
    let path = folder.path().to_path_buf();
    (folder, path)
}

#[test]
fn every_document_stands_below_its_file() {
    let (_folder, path) = folder();
    let mut harness = opened(&path);
    send(&mut harness, Command::Act(Action::GroupByFile));
    harness.get_by_label("File back.yaml, 3 documents");
    harness.get_by_label("Sales, !SubscriptionDto, in the list");
    click(&mut harness, "Document 2, broken: a syntax error, in the list");
    let selected = Selection::Document { file: FileId(0), document: 1 };
    assert_eq!(harness.state().state.selection, Some(selected));
    harness.get_by_label_contains("This document has a syntax error");
}

#[test]
fn a_file_says_what_it_holds() {
    let (_folder, path) = folder();
    let mut harness = opened(&path);
    send(&mut harness, Command::Act(Action::GroupByFile));
    click(&mut harness, "File front.yaml, 2 documents");
    assert_eq!(harness.state().state.selection, Some(Selection::File(FileId(1))));
    harness.get_by_label(&path.join("front.yaml").display().to_string());
    harness.get_by_label("2 documents");
    harness.get_by_role_and_label(Role::Link, "Portal").click();
    harness.run_ok();
    assert!(matches!(harness.state().state.selection, Some(Selection::Client(_))));
    click(&mut harness, "File front.yaml");
    assert_eq!(harness.state().state.selection, Some(Selection::File(FileId(1))));
}

#[test]
fn client_apps_stand_below_their_subscription() {
    let (_folder, path) = folder();
    let mut harness = opened(&path);
    send(&mut harness, Command::Act(Action::GroupBySubscription));
    harness.get_by_label("Sales, 1 client app");
    harness.get_by_label("No subscription, 2 client apps");
    click(&mut harness, "Sales, 1 client app");
    let selected = Selection::Document { file: FileId(1), document: 0 };
    assert_eq!(harness.state().state.selection, Some(selected));
}

#[test]
fn the_file_of_each_client_app_is_in_view_without_groups_too() {
    let (_folder, path) = folder();
    let harness = opened(&path);
    assert_eq!(harness.query_all_by_label("back.yaml").count(), 2);
    assert_eq!(harness.query_all_by_label("front.yaml").count(), 1);
}

#[test]
fn arrow_keys_walk_the_list_and_fold_its_groups() {
    let (_folder, path) = folder();
    let mut harness = opened(&path);
    send(&mut harness, Command::Act(Action::GroupByFile));
    press(&mut harness, Modifiers::COMMAND, Key::F);
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    press(&mut harness, Modifiers::NONE, Key::ArrowDown);
    let ledger = harness.state().state.project.client_at(FileId(0), 0).map(Selection::Client);
    assert!(ledger.is_some());
    assert_eq!(harness.state().state.selection, ledger);
    press(&mut harness, Modifiers::NONE, Key::ArrowUp);
    assert_eq!(harness.state().state.selection, Some(Selection::File(FileId(0))));
    press(&mut harness, Modifiers::NONE, Key::ArrowLeft);
    assert!(harness.query_by_label("Ledger in the list").is_none());
    press(&mut harness, Modifiers::NONE, Key::ArrowRight);
    harness.get_by_label("Ledger in the list");
    press(&mut harness, Modifiers::NONE, Key::End);
    let portal = harness.state().state.project.client_at(FileId(1), 1).map(Selection::Client);
    assert_eq!(harness.state().state.selection, portal);
}
