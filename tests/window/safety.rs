//! Work that was not saved when the studio ended, and merges with what others saved.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use exchange_studio::config::{FileId, Recovery};
use exchange_studio::studio::{Action, Command, Dialog, Outside, Studio};

use super::harness::{Answers, click, opened, outside, retype, send, until};

const CLIENT: &str = "!ClientAppDto\nid: portal\nname: Portal\nclientUri: https://a.example\n";

/// A studio that keeps unsaved work in a folder.
fn studio(state: &Path) -> Harness<'static, Studio> {
    let state = state.to_path_buf();
    Harness::builder().with_size(egui::vec2(1360.0, 860.0)).with_max_steps(24).build_eframe(
        move |creation| {
            let outside = Outside { state: Some(state), ..outside(Answers::default()) };
            let mut studio = Studio::new(&creation.egui_ctx, outside).unwrap();
            studio.state.look_for_lost_work();
            studio
        },
    )
}

fn open(harness: &mut Harness<'static, Studio>, path: &Path) {
    send(harness, Command::Open(vec![path.to_path_buf()]));
    until(harness, "the project is open", |studio| !studio.state.project.files().is_empty());
}

fn records(state: &Path) -> usize {
    let entries = fs::read_dir(state.join("unsaved")).into_iter().flatten().flatten();
    entries.filter(|entry| entry.path().extension().is_some_and(|it| it == "json")).count()
}

/// A studio that was edited and ended without a word.
fn crashed() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (state, path) = (folder.path().join("state"), folder.path().join("clients.yaml"));
    fs::write(&path, CLIENT).unwrap();
    let mut harness = studio(&state);
    open(&mut harness, &path);
    click(&mut harness, "Portal in the list");
    retype(&mut harness, "Name", "Mine");
    let looked = state.clone();
    until(&mut harness, "the work is written down", move |_| records(&looked) == 1);
    drop(harness);
    // In one process the threads of the first studio may still be at it for a moment.
    let started = Instant::now();
    while Recovery::pending(&state).unwrap().is_empty() {
        assert!(started.elapsed() < Duration::from_secs(60), "its lock is given back");
        std::thread::yield_now();
    }
    (folder, state, path)
}

#[test]
fn work_that_was_lost_is_offered_and_restored() {
    let (_folder, state, path) = crashed();
    let mut harness = studio(&state);
    until(&mut harness, "it is offered", |it| it.state.dialog == Some(Dialog::Recovery));
    harness.get_by_label_contains("1 change, written");
    harness.get_by_label(&format!("• {}", path.display()));
    click(&mut harness, "Restore");
    until(&mut harness, "it is there", |it| !it.state.project.clients().is_empty());
    assert_eq!(harness.state().state.project.clients()[0].label(), "Mine");
    assert_eq!(harness.state().state.project.unsaved().len(), 1);
    assert_eq!(fs::read_to_string(&path).unwrap(), CLIENT);
    send(&mut harness, Command::Act(Action::Undo));
    assert!(harness.state().state.project.unsaved().is_empty());
    until(&mut harness, "nothing is kept any more", move |_| records(&state) == 0);
}

#[test]
fn work_that_is_put_off_is_offered_again_and_discarded_for_good() {
    let (_folder, state, _path) = crashed();
    for choice in ["Later", "Discard"] {
        let mut harness = studio(&state);
        until(&mut harness, "it is offered", |it| it.state.dialog == Some(Dialog::Recovery));
        click(&mut harness, choice);
        assert_eq!(harness.state().state.dialog, None);
        if choice == "Discard" {
            let state = state.clone();
            until(&mut harness, "it is gone", move |_| records(&state) == 0);
        }
    }
    assert_eq!(records(&state), 0);
}

#[test]
fn saved_work_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (state, path) = (folder.path().join("state"), folder.path().join("clients.yaml"));
    fs::write(&path, CLIENT).unwrap();
    let mut harness = studio(&state);
    open(&mut harness, &path);
    click(&mut harness, "Portal in the list");
    retype(&mut harness, "Name", "Mine");
    let looked = state.clone();
    until(&mut harness, "the work is written down", move |_| records(&looked) == 1);
    send(&mut harness, Command::Act(Action::Save));
    click(&mut harness, "Save");
    until(&mut harness, "nothing is kept any more", move |_| records(&state) == 0);
}

#[test]
fn two_studios_on_one_file_notice_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let (state, path) = (folder.path().join("state"), folder.path().join("clients.yaml"));
    fs::write(&path, CLIENT).unwrap();
    let mut first = studio(&state);
    open(&mut first, &path);
    until(&mut first, "the file is claimed", {
        let state = state.clone();
        move |_| fs::read_dir(state.join("open")).is_ok_and(|it| it.count() > 0)
    });
    let mut second = studio(&state);
    open(&mut second, &path);
    until(&mut second, "the other is seen", |it| !it.state.surroundings.news.is_empty());
    second.get_by_label_contains("Another studio");
}

#[test]
fn changes_of_both_sides_are_merged_with_a_choice_for_each_conflict() {
    for (choice, name) in [("Keep mine", "Mine"), ("Take theirs", "Theirs")] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clients.yaml");
        fs::write(&path, CLIENT).unwrap();
        let mut harness = opened(&path);
        click(&mut harness, "Portal in the list");
        retype(&mut harness, "Name", "Mine");
        let theirs = CLIENT.replace("Portal", "Theirs").replace("a.example", "b.example");
        fs::write(&path, theirs).unwrap();
        send(&mut harness, Command::LookAtDisk);
        until(&mut harness, "it is told", |it| !it.state.surroundings.news.is_empty());
        click(&mut harness, "Merge…");
        until(&mut harness, "it is merged", |it| matches!(it.state.dialog, Some(Dialog::Merge(_))));
        harness.get_by_label_contains("1 conflict to decide.");
        click(&mut harness, &format!("{choice}: Mine: name"));
        click(&mut harness, "Take the result");
        let client = &harness.state().state.project.clients()[0];
        assert_eq!(client.label(), name);
        let text = harness.state().state.project.files()[0].stream.as_ref().unwrap().to_bytes();
        assert!(String::from_utf8(text).unwrap().contains("https://b.example"));
        send(&mut harness, Command::Act(Action::Undo));
        assert_eq!(harness.state().state.project.clients()[0].label(), "Mine");
    }
}

#[test]
fn a_file_that_is_there_is_not_replaced_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.yaml");
    let other = folder.path().join("other.txt");
    fs::write(&path, CLIENT).unwrap();
    fs::write(&other, "somebody's").unwrap();
    let mut harness = opened(&path);
    send(&mut harness, Command::Act(Action::SaveAs));
    retype(&mut harness, "Path to write to", other.to_str().unwrap());
    click(&mut harness, "Save");
    until(&mut harness, "it is asked", |it| matches!(it.state.dialog, Some(Dialog::Replace(..))));
    click(&mut harness, "Cancel");
    assert_eq!(fs::read_to_string(&other).unwrap(), "somebody's");
    send(&mut harness, Command::SaveAsTyped { file: FileId(0), path: other.clone() });
    until(&mut harness, "it is asked", |it| matches!(it.state.dialog, Some(Dialog::Replace(..))));
    click(&mut harness, "Replace it");
    until(&mut harness, "it is saved", |it| it.state.project.files()[0].name == "other.txt");
    assert_eq!(fs::read_to_string(&other).unwrap(), CLIENT);
}

#[test]
fn a_file_above_the_limit_is_opened_all_the_same_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.yaml");
    fs::write(&path, CLIENT).unwrap();
    let mut harness = super::harness::empty(Answers::default());
    harness.state_mut().state.limits.file_bytes = 10;
    open(&mut harness, &path);
    assert!(harness.state().state.project.clients().is_empty());
    send(&mut harness, Command::Act(Action::GroupByFile));
    click(&mut harness, "File clients.yaml, 0 documents");
    click(&mut harness, &format!("Open it all the same ({} bytes)", CLIENT.len()));
    until(&mut harness, "it is read", |it| it.state.project.clients().len() == 1);
}
