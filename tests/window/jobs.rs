//! The jobs of the three users, from opening a file to what stands on disk afterwards.

use std::fs;
use std::path::PathBuf;

use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use exchange_studio::studio::{Action, Command, Dialog, Leaving, Selection, Tab};
use exchange_studio::trust::Reading;

use super::harness::{Answers, click, empty, opened, press, retype, send, until};

const CLIENTS: &str = "\
# Two client apps.
!ClientAppDto
id: \"11111111-1111-4111-8111-111111111111\"
name: Portal   # the one people see
enabled: true
---
!ClientAppDto
id: '22222222-2222-4222-8222-222222222222'
name: \"Dashboard\"
clientAppFederatedIdentities:
  - id: 33333333-3333-4333-8333-333333333333
    issuer: https://auth.external.com
    subject: \"123456789\"
";

/// A folder with one file; the folder lives as long as the first of the pair.
fn clients() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.yaml");
    fs::write(&path, CLIENTS).unwrap();
    (folder, path)
}

#[test]
fn every_tab_and_dialog_has_named_controls() {
    let (_folder, path) = clients();
    let mut harness = opened(&path);
    click(&mut harness, "Dashboard in the list");
    for tab in Tab::ALL {
        send(&mut harness, Command::ShowTab(tab));
    }
    for action in [Action::Palette, Action::Shortcuts, Action::OpenPath, Action::AllowExchange] {
        send(&mut harness, Command::Act(action));
        send(&mut harness, Command::CloseDialog);
    }
}

#[test]
fn an_identity_is_edited_in_the_form_and_only_its_line_changes() {
    let (_folder, path) = clients();
    let mut harness = opened(&path);
    click(&mut harness, "Dashboard in the list");
    retype(&mut harness, "Subject 1", "987654321");
    press(&mut harness, Modifiers::COMMAND, Key::S);
    assert_eq!(harness.state().state.dialog, Some(Dialog::Review));
    click(&mut harness, "Save");
    until(&mut harness, "the file is saved", |it| it.state.project.unsaved().is_empty());
    assert_eq!(fs::read_to_string(&path).unwrap(), CLIENTS.replace("123456789", "987654321"));
}

#[test]
fn typing_into_one_field_is_one_step_of_the_history() {
    let (_folder, path) = clients();
    let mut harness = opened(&path);
    click(&mut harness, "Portal in the list");
    retype(&mut harness, "Name", "Front");
    harness.get_by_label("Name").type_text(" door");
    harness.run();
    assert_eq!(harness.state().state.project.clients()[0].label(), "Front door");
    send(&mut harness, Command::Act(Action::Undo));
    assert_eq!(harness.state().state.project.clients()[0].label(), "Portal");
    assert!(harness.state().state.project.unsaved().is_empty());
}

#[test]
fn a_permission_is_granted_after_a_sentence_and_taken_back() {
    let (_folder, path) = clients();
    let mut harness = opened(&path);
    click(&mut harness, "Portal in the list");
    send(&mut harness, Command::Act(Action::AllowExchange));
    click(&mut harness, "Choose Dashboard");
    assert!(matches!(harness.state().state.dialog, Some(Dialog::Grant { .. })));
    click(&mut harness, "Allow");
    let project = &harness.state().state.project;
    let expected = CLIENTS.replace(
        "enabled: true\n",
        "enabled: true\nallowedTokenExchangeClientApps:\n  - id: \"22222222-2222-4222-8222-222222222222\"\n",
    );
    assert_eq!(
        String::from_utf8(project.files()[0].stream.as_ref().unwrap().to_bytes()).unwrap(),
        expected
    );
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    let project = &harness.state().state.project;
    assert_eq!(
        String::from_utf8(project.files()[0].stream.as_ref().unwrap().to_bytes()).unwrap(),
        CLIENTS
    );
}

#[test]
fn an_identity_is_added_and_removed() {
    let (_folder, path) = clients();
    let mut harness = opened(&path);
    click(&mut harness, "Portal in the list");
    harness.get_by_label("Add identity…").click();
    harness.run();
    retype(&mut harness, "New issuer", "https://issuer.example");
    retype(&mut harness, "New subject", "build");
    click(&mut harness, "Add identity");
    assert_eq!(harness.state().state.project.clients()[0].identities.len(), 1);
    click(&mut harness, "Remove identity 1");
    assert_eq!(harness.state().state.project.clients()[0].identities.len(), 0);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert!(harness.state().state.project.unsaved().is_empty());
}

#[test]
fn a_file_changed_on_disk_is_not_overwritten_silently() {
    let (_folder, path) = clients();
    let mut harness = opened(&path);
    click(&mut harness, "Portal in the list");
    retype(&mut harness, "Name", "Mine");
    let theirs = CLIENTS.replace("Portal", "Theirs");
    fs::write(&path, &theirs).unwrap();
    send(&mut harness, Command::Act(Action::Save));
    click(&mut harness, "Save");
    until(&mut harness, "the trouble is told", |studio| {
        matches!(studio.state.dialog, Some(Dialog::CannotSave(_)))
    });
    assert_eq!(fs::read_to_string(&path).unwrap(), theirs);
    click(&mut harness, "Keep mine");
    until(&mut harness, "the file is saved", |it| it.state.project.unsaved().is_empty());
    assert_eq!(fs::read_to_string(&path).unwrap(), CLIENTS.replace("Portal", "Mine"));
}

#[test]
fn leaving_unsaved_work_asks() {
    let (_folder, path) = clients();
    let mut harness = opened(&path);
    click(&mut harness, "Portal in the list");
    retype(&mut harness, "Name", "Mine");
    send(&mut harness, Command::Leave(Leaving::Quit));
    assert_eq!(harness.state().state.dialog, Some(Dialog::Unsaved(Leaving::Quit)));
    assert!(!harness.state().state.may_close);
    click(&mut harness, "Go on without saving");
    assert!(harness.state().state.may_close);
}

#[test]
fn leaving_goes_on_after_the_work_is_saved() {
    let (_folder, path) = clients();
    let mut harness = opened(&path);
    click(&mut harness, "Portal in the list");
    retype(&mut harness, "Name", "Mine");
    send(&mut harness, Command::Leave(Leaving::Quit));
    click(&mut harness, "Review and save…");
    assert!(!harness.state().state.may_close);
    click(&mut harness, "Save");
    until(&mut harness, "the window may close", |studio| studio.state.may_close);
    assert_eq!(fs::read_to_string(&path).unwrap(), CLIENTS.replace("Portal", "Mine"));
}

#[test]
fn a_review_that_is_cancelled_leaves_nothing_behind() {
    let (_folder, path) = clients();
    let mut harness = opened(&path);
    click(&mut harness, "Portal in the list");
    retype(&mut harness, "Name", "Mine");
    send(&mut harness, Command::Leave(Leaving::Quit));
    click(&mut harness, "Review and save…");
    click(&mut harness, "Cancel");
    send(&mut harness, Command::Act(Action::Save));
    click(&mut harness, "Save");
    until(&mut harness, "the file is saved", |it| it.state.project.unsaved().is_empty());
    assert!(!harness.state().state.may_close);
}

#[test]
fn files_come_from_the_native_dialog() {
    let (_folder, path) = clients();
    let answers = Answers { available: true, files: Some(vec![path]).into(), ..Answers::default() };
    let mut harness = empty(answers);
    press(&mut harness, Modifiers::COMMAND, Key::O);
    until(&mut harness, "the file is open", |studio| studio.state.project.clients().len() == 2);
}

#[test]
fn where_no_dialog_service_answers_a_path_is_asked_for() {
    let (folder, _) = clients();
    let mut harness = empty(Answers::default());
    press(&mut harness, Modifiers::COMMAND, Key::O);
    let field = "Path of a file or a folder";
    harness.get_by_label(field).type_text(&folder.path().display().to_string());
    harness.run();
    click(&mut harness, "Open");
    until(&mut harness, "the folder is open", |studio| studio.state.project.clients().len() == 2);
}

#[test]
fn a_folder_without_yaml_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = empty(Answers::default());
    send(&mut harness, Command::Open(vec![folder.path().to_path_buf()]));
    until(&mut harness, "the message is shown", |studio| {
        matches!(studio.state.dialog, Some(Dialog::CannotOpen(_)))
    });
    harness.get_by_label_contains("no YAML file");
}

#[test]
fn findings_are_walked_and_select_what_they_are_about() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.yaml");
    fs::write(&path, CLIENTS.replace("\"123456789\"", "123456789")).unwrap();
    let mut harness = opened(&path);
    assert!(!harness.state().state.analysis.findings.is_empty());
    press(&mut harness, Modifiers::NONE, Key::F8);
    assert_eq!(harness.state().state.finding, Some(0));
    assert!(matches!(harness.state().state.selection, Some(Selection::Client(_))));
}

#[test]
fn the_reading_is_a_visible_setting() {
    let (_folder, path) = clients();
    let mut harness = opened(&path);
    send(&mut harness, Command::SetReading(Reading::TargetListsRequester));
    harness.get_by_label("Reading target-lists-requester");
    assert_eq!(harness.state().state.analysis.graph.reading, Reading::TargetListsRequester);
}
