//! One history for all views, with names.

use std::fs;

use egui::Modifiers;
use egui_kittest::kittest::Queryable;
use exchange_studio::config::Change;
use exchange_studio::studio::{Command, Tab};

use super::harness::{click, opened, press, retype, send};

const CLIENT: &str = "!ClientAppDto\nid: portal\nname: Portal\nclientUri: https://a.example\n";

#[test]
fn the_history_is_a_list_and_each_step_can_be_gone_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.yaml");
    fs::write(&path, CLIENT).unwrap();
    let mut harness = opened(&path);
    click(&mut harness, "Portal in the list");
    retype(&mut harness, "Name", "Front");
    let client = harness.state().state.project.clients()[0].key;
    let (key, value) = ("clientUri".to_owned(), "https://b.example".to_owned());
    send(&mut harness, Command::Change(Change::Set { client, key, value }));
    send(&mut harness, Command::ShowTab(Tab::Changes));
    click(&mut harness, "Step 0, done: As it was opened");
    assert!(harness.state().state.project.unsaved().is_empty());
    let redo: Vec<_> = harness.state().state.project.redo_labels().map(str::to_owned).collect();
    assert_eq!(redo.len(), 2);
    click(&mut harness, &format!("Step 1, taken back: {}", redo[0]));
    assert_eq!(harness.state().state.project.clients()[0].label(), "Front");
    assert_eq!(harness.state().state.project.undo_labels().len(), 1);
    click(&mut harness, &format!("Step 2, taken back: {}", redo[1]));
    press(&mut harness, Modifiers::COMMAND, egui::Key::Z);
    assert_eq!(harness.state().state.project.redo_label(), Some(redo[1].as_str()));
}

#[test]
fn the_menu_names_what_undo_takes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.yaml");
    fs::write(&path, CLIENT).unwrap();
    let mut harness = opened(&path);
    click(&mut harness, "Portal in the list");
    retype(&mut harness, "Name", "Front");
    let label = harness.state().state.project.undo_label().unwrap().to_owned();
    click(&mut harness, "Edit");
    harness.get_by_label_contains(&format!("Undo {label}"));
}
