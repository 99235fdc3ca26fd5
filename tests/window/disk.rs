//! The files as others change them while they are open, and saves that meet an obstacle.

use std::fs;
use std::path::PathBuf;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use exchange_studio::studio::{Action, Command, Dialog, Studio};

use super::harness::{click, opened, retype, send, until};

const CLIENT: &str = "!ClientAppDto\nid: portal\nname: Portal\n";
const OTHER: &str = "!ClientAppDto\nid: ledger\nname: Ledger\n";

struct Open {
    folder: tempfile::TempDir,
    path: PathBuf,
    harness: Harness<'static, Studio>,
}

/// A folder with one file, open as a folder.
fn folder() -> Open {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.yaml");
    fs::write(&path, CLIENT).unwrap();
    let harness = opened(folder.path());
    Open { folder, path, harness }
}

/// Lets the window hear of what happened, whether the system tells or not.
fn look(harness: &mut Harness<'static, Studio>) {
    send(harness, Command::LookAtDisk);
}

fn label(harness: &Harness<'static, Studio>) -> String {
    harness.state().state.project.clients()[0].label().to_owned()
}

#[test]
fn a_file_that_is_unchanged_here_is_read_again() {
    let mut open = folder();
    fs::write(&open.path, CLIENT.replace("Portal", "Theirs")).unwrap();
    look(&mut open.harness);
    until(&mut open.harness, "the text is theirs", |studio| {
        studio.state.project.clients()[0].label() == "Theirs"
    });
    open.harness.get_by_label_contains("clients.yaml was changed on disk and read again.");
    assert!(open.harness.state().state.project.unsaved().is_empty());
    send(&mut open.harness, Command::Act(Action::Undo));
    assert_eq!(label(&open.harness), "Portal");
}

#[test]
fn the_system_tells_of_changes_without_being_asked() {
    let mut open = folder();
    until(&mut open.harness, "the folder is watched", |it| it.state.surroundings.is_watching());
    fs::write(&open.path, CLIENT.replace("Portal", "Theirs")).unwrap();
    until(&mut open.harness, "the text is theirs", |studio| {
        studio.state.project.clients()[0].label() == "Theirs"
    });
}

#[test]
fn a_file_changed_on_both_sides_waits_for_a_decision() {
    let mut open = folder();
    click(&mut open.harness, "Portal in the list");
    retype(&mut open.harness, "Name", "Mine");
    fs::write(&open.path, CLIENT.replace("Portal", "Theirs")).unwrap();
    look(&mut open.harness);
    until(&mut open.harness, "it is told", |studio| !studio.state.surroundings.news.is_empty());
    assert_eq!(label(&open.harness), "Mine");
    click(&mut open.harness, "Take theirs");
    until(&mut open.harness, "the text is theirs", |studio| {
        studio.state.project.clients()[0].label() == "Theirs"
    });
    send(&mut open.harness, Command::Act(Action::Undo));
    assert_eq!(label(&open.harness), "Mine");
}

#[test]
fn new_files_of_a_folder_are_offered() {
    let mut open = folder();
    fs::write(open.folder.path().join("more.yaml"), OTHER).unwrap();
    look(&mut open.harness);
    until(&mut open.harness, "it is told", |studio| !studio.state.surroundings.news.is_empty());
    click(&mut open.harness, "Add");
    until(&mut open.harness, "it is added", |studio| studio.state.project.clients().len() == 2);
    assert!(open.harness.state().state.surroundings.news.is_empty());
}

#[test]
fn what_was_put_aside_is_not_told_again() {
    let mut open = folder();
    fs::write(open.folder.path().join("more.yaml"), OTHER).unwrap();
    look(&mut open.harness);
    until(&mut open.harness, "it is told", |studio| !studio.state.surroundings.news.is_empty());
    click(&mut open.harness, "Put aside");
    fs::write(&open.path, CLIENT.replace("Portal", "Theirs")).unwrap();
    look(&mut open.harness);
    until(&mut open.harness, "the text is theirs", |studio| {
        studio.state.project.clients()[0].label() == "Theirs"
    });
    assert!(open.harness.state().state.surroundings.news.is_empty());
}

#[test]
fn a_file_that_was_renamed_is_followed() {
    let mut open = folder();
    let new = open.folder.path().join("renamed.yaml");
    fs::rename(&open.path, &new).unwrap();
    look(&mut open.harness);
    until(&mut open.harness, "it is told", |studio| !studio.state.surroundings.news.is_empty());
    click(&mut open.harness, "Follow");
    assert_eq!(open.harness.state().state.project.files()[0].path, Some(new));
}

#[test]
fn a_file_that_was_removed_is_written_again() {
    let mut open = folder();
    fs::remove_file(&open.path).unwrap();
    look(&mut open.harness);
    until(&mut open.harness, "it is told", |studio| !studio.state.surroundings.news.is_empty());
    click(&mut open.harness, "Write it again");
    let path = open.path.clone();
    until(&mut open.harness, "it is written", move |_| path.exists());
    until(&mut open.harness, "it is over", |studio| studio.state.surroundings.news.is_empty());
    assert_eq!(fs::read_to_string(&open.path).unwrap(), CLIENT);
}

#[test]
fn nothing_is_read_again_under_an_open_dialog() {
    let mut open = folder();
    send(&mut open.harness, Command::Act(Action::Shortcuts));
    fs::write(&open.path, CLIENT.replace("Portal", "Theirs")).unwrap();
    look(&mut open.harness);
    assert_eq!(label(&open.harness), "Portal");
    send(&mut open.harness, Command::CloseDialog);
    until(&mut open.harness, "the text is theirs", |studio| {
        studio.state.project.clients()[0].label() == "Theirs"
    });
}

#[cfg(unix)]
#[test]
fn a_write_protected_file_is_told_before_it_is_saved_and_leaves_a_choice() {
    use std::os::unix::fs::PermissionsExt;
    let mut open = folder();
    fs::set_permissions(&open.path, fs::Permissions::from_mode(0o444)).unwrap();
    click(&mut open.harness, "Portal in the list");
    retype(&mut open.harness, "Name", "Mine");
    send(&mut open.harness, Command::Act(Action::Save));
    until(&mut open.harness, "the disk was asked", |studio| !studio.state.outlook.is_empty());
    open.harness.get_by_label_contains("is write-protected. You can choose what to do about it.");
    click(&mut open.harness, "Save");
    until(&mut open.harness, "the trouble is told", |studio| {
        matches!(studio.state.dialog, Some(Dialog::CannotSave(_)))
    });
    assert_eq!(fs::read_to_string(&open.path).unwrap(), CLIENT);
    click(&mut open.harness, "Save elsewhere…");
    let elsewhere = open.folder.path().join("copy.yaml");
    retype(&mut open.harness, "Path to write to", elsewhere.to_str().unwrap());
    click(&mut open.harness, "Save");
    until(&mut open.harness, "it is saved", |it| it.state.project.unsaved().is_empty());
    assert_eq!(fs::read_to_string(&elsewhere).unwrap(), CLIENT.replace("Portal", "Mine"));
    assert_eq!(fs::read_to_string(&open.path).unwrap(), CLIENT);
}

#[test]
fn backups_are_kept_when_they_are_asked_for() {
    let mut open = folder();
    click(&mut open.harness, "Portal in the list");
    retype(&mut open.harness, "Name", "Mine");
    send(&mut open.harness, Command::Act(Action::Save));
    send(&mut open.harness, Command::KeepBackups(1));
    open.harness.get_by_label("Backups beside the file: the last text");
    click(&mut open.harness, "Save");
    until(&mut open.harness, "it is saved", |it| it.state.project.unsaved().is_empty());
    let backup = open.folder.path().join("clients.yaml.~1~");
    assert_eq!(fs::read_to_string(backup).unwrap(), CLIENT);
}

#[test]
fn a_write_protected_file_is_replaced_or_saved_elsewhere_as_the_user_says() {
    for choice in ["Replace it", "Save elsewhere…"] {
        let mut open = folder();
        let mut permissions = fs::metadata(&open.path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&open.path, permissions).unwrap();
        let harness = &mut open.harness;
        click(harness, "Portal in the list");
        retype(harness, "Name", "Mine");
        send(harness, Command::Act(Action::Save));
        // It is said before anything is tried.
        until(harness, "it is foreseen", |it| !it.state.outlook.is_empty());
        harness.get_by_label_contains("is write-protected. You can choose what to do about it.");
        click(harness, "Save");
        until(harness, "it is told", |it| matches!(it.state.dialog, Some(Dialog::CannotSave(_))));
        harness.get_by_label_contains("Nothing was written.");
        assert_eq!(fs::read_to_string(&open.path).unwrap(), CLIENT);
        click(harness, choice);
        let mine = CLIENT.replace("Portal", "Mine");
        if choice == "Replace it" {
            until(harness, "it is saved", |it| it.state.project.unsaved().is_empty());
            assert_eq!(fs::read_to_string(&open.path).unwrap(), mine);
            assert!(fs::metadata(&open.path).unwrap().permissions().readonly());
        } else {
            let path = open.folder.path().join("copy.yaml");
            retype(harness, "Path to write to", path.to_str().unwrap());
            click(harness, "Save");
            until(harness, "it is saved", |it| it.state.project.unsaved().is_empty());
            assert_eq!(fs::read_to_string(&path).unwrap(), mine);
            assert_eq!(fs::read_to_string(&open.path).unwrap(), CLIENT);
        }
    }
}
