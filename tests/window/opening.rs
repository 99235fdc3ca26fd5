//! Opening takes as long as it takes: the window says how far it is, goes on showing what was open,
//! and ends it when asked to.
//!
//! How long that is would be chance. So the files come from a disk that stops behind the first of
//! them until the test lets it go on; they are read by the studio's own reader.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use exchange_studio::config::{OpenOptions, Project};
use exchange_studio::studio::{Command, Opener, Outside, Studio};

use super::harness::{Answers, click, opened, outside, send, until, window};

const CLIENT: &str = "!ClientAppDto\nid: portal\nname: Portal\nclientUri: https://a.example\n";

/// The test's end of a disk that stops.
struct Disk {
    stopped: Receiver<()>,
    go_on: Sender<()>,
    /// How reading ended: the number of files, or why there are none.
    ended: Receiver<Result<usize, String>>,
}

/// A disk that stops behind the first of several files.
fn slow_disk() -> (Opener, Disk) {
    let (stop, stopped) = channel();
    let (go_on, gate) = channel();
    let (end, ended) = channel();
    let gate = Mutex::new(gate);
    let open = move |paths: &[PathBuf], options: &OpenOptions| {
        let (first, rest) = paths.split_at(1);
        let mut result = Project::open_with(first, options);
        if !rest.is_empty() {
            let length = |path: &PathBuf| fs::metadata(path).unwrap().len();
            options.progress.add_total(2 * rest.iter().map(length).sum::<u64>());
            stop.send(()).unwrap();
            // A test that has failed is gone and lets it go on.
            gate.lock().unwrap().recv().ok();
            result = result.and_then(|mut project| {
                project.open_more_with(rest, options)?;
                Ok(project)
            });
        }
        let said = result.as_ref().map(|project| project.files().len());
        end.send(said.map_err(ToString::to_string)).ok();
        result
    };
    (Arc::new(open), Disk { stopped, go_on, ended })
}

/// A file of so many bytes, with one client app.
fn file(folder: &Path, name: &str, length: usize) -> PathBuf {
    let path = folder.join(format!("{name}.yaml"));
    let client = CLIENT.replace("Portal", name);
    fs::write(&path, format!("{client:#<length$}")).unwrap();
    path
}

/// A window with the portal, and two more files on their way: the first is read, the second is not.
fn half_open(folder: &Path) -> (Harness<'static, Studio>, Disk) {
    let (open, disk) = slow_disk();
    let mut harness = window(Outside { open, ..outside(Answers::default()) });
    send(&mut harness, Command::Open(vec![file(folder, "Portal", 100)]));
    until(&mut harness, "the project is open", |it| !it.state.project.files().is_empty());
    disk.ended.recv().unwrap().unwrap();
    let paths = vec![file(folder, "First", 2_000), file(folder, "Second", 1_000)];
    harness.state_mut().state.apply(Command::Open(paths));
    disk.stopped.recv().unwrap();
    (harness, disk)
}

fn names(harness: &Harness<'static, Studio>) -> Vec<String> {
    let clients = harness.state().state.project.clients().iter();
    clients.map(|client| client.label().to_owned()).collect()
}

#[test]
fn a_long_opening_says_how_far_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (mut harness, disk) = half_open(folder.path());
    // Frames go on meanwhile, and what was open is there until it is done.
    for _ in 0..3 {
        harness.step();
        harness.get_by_role_and_label(Role::ProgressIndicator, "2.0 kB of 3.0 kB");
        assert_eq!(names(&harness), ["Portal"]);
    }
    disk.go_on.send(()).unwrap();
    until(&mut harness, "it is open", |it| it.state.opening.is_none());
    assert_eq!(disk.ended.recv().unwrap(), Ok(2));
    assert_eq!(names(&harness), ["First", "Second"]);
    assert!(harness.query_by_label("Cancel opening").is_none());
}

#[test]
fn a_long_opening_is_ended_on_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let (mut harness, disk) = half_open(folder.path());
    harness.step();
    click(&mut harness, "Cancel opening");
    assert!(harness.state().state.opening.is_none());
    harness.get_by_label_contains("was cancelled");
    // The reader hears of it, and what it says then is not asked for any more.
    disk.go_on.send(()).unwrap();
    assert_eq!(disk.ended.recv().unwrap(), Err("opening was cancelled".to_owned()));
    harness.run_ok();
    assert_eq!(harness.state().state.dialog, None);
    assert_eq!(names(&harness), ["Portal"]);
}

#[test]
fn opening_can_be_cancelled_and_leaves_what_was_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.yaml");
    fs::write(&path, CLIENT).unwrap();
    let mut harness = opened(&path);
    // In one frame: it has no time to end before it is cancelled.
    let state = &mut harness.state_mut().state;
    state.apply(Command::Open(vec![folder.path().to_path_buf()]));
    assert!(state.opening.is_some());
    state.apply(Command::CancelOpening);
    assert!(state.opening.is_none());
    harness.run_ok();
    harness.get_by_label_contains("was cancelled");
    assert_eq!(harness.state().state.project.files().len(), 1);
}
