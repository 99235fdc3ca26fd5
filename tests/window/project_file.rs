//! The project file beside the documents: what it restores, when it is written, and what is left
//! alone.

use std::fs;
use std::path::Path;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use exchange_studio::config::ClientKey;
use exchange_studio::diagram::layout::Point;
use exchange_studio::diagram::scene::{Scene, Thing};
use exchange_studio::studio::{Action, Command, Studio};
use exchange_studio::trust::Reading;

use super::harness::{opened, send, until};

const CLIENTS: &str = "---
!ClientAppDto
id: portal
name: Portal
allowedTokenExchangeClientApps:
  - id: ledger
---
!ClientAppDto
id: ledger
name: Ledger
allowedTokenExchangeClientApps:
  - id: nobody
";

fn folder(project_file: Option<&str>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("clients.yaml"), CLIENTS).unwrap();
    if let Some(text) = project_file {
        fs::write(folder.path().join("exchange-studio.yaml"), text).unwrap();
    }
    folder
}

fn on_disk(folder: &Path) -> Option<String> {
    fs::read_to_string(folder.join("exchange-studio.yaml")).ok()
}

fn at(harness: &Harness<'static, Studio>, thing: &Thing) -> Point {
    let scene: &Scene = &harness.state().state.analysis.scene;
    scene.nodes[scene.node_of(thing).unwrap()].rect.min
}

fn ledger() -> Thing {
    Thing::Client(ClientKey(1))
}

#[test]
fn what_is_pinned_is_kept_when_somebody_asks_for_it_and_is_there_the_next_time() {
    let folder = folder(None);
    let mut harness = opened(folder.path());
    let ghost = Thing::Ghost("nobody".to_owned());
    let pins = vec![
        (ledger(), Some(Point::new(-510.4, 777.0))),
        (ghost.clone(), Some(Point::new(900.0, -40.0))),
    ];
    send(&mut harness, Command::Pin(pins));
    assert_eq!(at(&harness, &ledger()), Point::new(-510.0, 777.0));
    send(&mut harness, Command::SetReading(Reading::TargetListsRequester));
    assert_eq!(on_disk(folder.path()), None, "nothing is written unasked");

    send(&mut harness, Command::Act(Action::SaveProjectFile));
    until(&mut harness, "it is saved", |studio| !studio.state.kept.file.is_unsaved());
    let text = on_disk(folder.path()).unwrap();
    assert_eq!(
        text,
        "version: 1\nreading: target-lists-requester\npositions:\n  clients:\n    ledger:\n      \
         x: -510\n      y: 777\n  unknown:\n    nobody:\n      x: 900\n      y: -40\n"
    );
    let reason = Action::SaveProjectFile.disabled_reason(&harness.state().state);
    assert_eq!(reason, Some("Reading, pinned positions and server profiles have not changed"));

    let mut again = opened(folder.path());
    assert_eq!(again.state().state.reading, Reading::TargetListsRequester);
    assert_eq!(at(&again, &ledger()), Point::new(-510.0, 777.0));
    assert_eq!(at(&again, &ghost), Point::new(900.0, -40.0));
    // The project file is no document of the project.
    assert_eq!(again.state().state.project.files().len(), 1);
    assert!(again.state().state.project.unsaved().is_empty());

    // Pins hold through edits and a layout from nothing, until they are let go.
    send(&mut again, Command::Act(Action::LayOutAnew));
    assert_eq!(at(&again, &ledger()), Point::new(-510.0, 777.0));
    send(&mut again, Command::Pin(vec![(ledger(), None), (ghost, None)]));
    assert_ne!(at(&again, &ledger()), Point::new(-510.0, 777.0));
    assert!(again.state().state.kept.file.is_unsaved());
}

#[test]
fn a_project_file_that_cannot_be_used_is_named_and_left_alone() {
    for (text, words) in
        [("version: 9\nnew: shape\n", "is of version 9"), ("version: [", "is not a project file")]
    {
        let folder = folder(Some(text));
        let mut harness = opened(folder.path());
        harness.get_by_label_contains(words);
        send(&mut harness, Command::SetReading(Reading::TargetListsRequester));
        send(&mut harness, Command::Act(Action::SaveProjectFile));
        harness.get_by_label_contains("the project file on disk cannot be used");
        assert_eq!(on_disk(folder.path()).as_deref(), Some(text));
    }
}

#[test]
fn a_project_file_that_somebody_else_changed_is_not_written_over() {
    let folder = folder(Some("version: 1\n"));
    let mut harness = opened(folder.path());
    send(&mut harness, Command::SetReading(Reading::TargetListsRequester));
    let theirs = "version: 1\nreading: requester-lists-origin\n";
    fs::write(folder.path().join("exchange-studio.yaml"), theirs).unwrap();
    send(&mut harness, Command::Act(Action::SaveProjectFile));
    until(&mut harness, "it was tried", |studio| studio.state.jobs.running().next().is_none());
    harness.get_by_label_contains("was changed by somebody else");
    assert_eq!(on_disk(folder.path()).as_deref(), Some(theirs));
    assert!(harness.state().state.kept.file.is_unsaved());
}

#[test]
fn a_reading_of_another_studio_is_said_and_kept() {
    let text = "version: 1\nreading: whoever-asks\n";
    let folder = folder(Some(text));
    let harness = opened(folder.path());
    harness.get_by_label_contains("names a reading that this studio does not know: whoever-asks");
    assert_eq!(harness.state().state.reading, Reading::default());
    assert_eq!(on_disk(folder.path()).as_deref(), Some(text));
}
