//! The real program, killed while work is unsaved, and started again.

use std::path::{Path, PathBuf};

use crate::person::program;
use crate::screen::{Owned, Screen};

const CLIENT: &str = "\
# What people see.
!ClientAppDto
id: 11111111-1111-4111-8111-111111111111
name: Portal
";

/// Starts the program with a home of its own, and waits for its window.
fn start(screen: &mut Screen, home: &Path, arguments: &[&Path]) -> (Owned, String) {
    let program = Owned(program(screen, home).args(arguments).spawn().expect("it starts"));
    screen.watch(&program);
    let window = screen.window("Exchange Studio");
    screen.fill_and_focus(&window);
    (program, window)
}

/// What was written down for the case of a crash.
fn records(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(records(&path));
        } else if path.extension().is_some_and(|it| it == "json") {
            found.push(path);
        }
    }
    found
}

#[test]
fn work_outlives_the_program_when_it_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.yaml");
    std::fs::write(&path, CLIENT).unwrap();
    let home = folder.path().join("home");
    std::fs::create_dir(&home).unwrap();

    let mut screen = Screen::start();
    let (mut program, window) = start(&mut screen, &home, &[&path]);
    screen.until("the file's title", || screen.title(&window).starts_with("clients.yaml"));
    // Select the client app and duplicate it, by keyboard.
    screen.until("unsaved work", || {
        screen.keys(&["ctrl+f"]);
        screen.types("Portal");
        screen.keys(&["Return", "ctrl+d"]);
        screen.still();
        screen.title(&window).starts_with("• clients.yaml")
    });
    screen.until("the work is written down", || !records(&home).is_empty());
    program.0.kill().unwrap();
    program.0.wait().unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), CLIENT);

    // It is offered at the next start; the first choice is to have it back.
    let (_program, window) = start(&mut screen, &home, &[]);
    screen.still();
    screen.keep("recovery");
    screen.until("the work is back", || {
        screen.keys(&["Return"]);
        screen.still();
        screen.title(&window).starts_with("• clients.yaml")
    });
    assert_eq!(std::fs::read_to_string(&path).unwrap(), CLIENT);

    // And saved like any other work, after a review.
    screen.until("the work is saved", || {
        screen.keys(&["ctrl+s"]);
        screen.still();
        screen.keys(&["Return"]);
        screen.still();
        std::fs::read_to_string(&path).unwrap().matches("!ClientAppDto").count() == 2
    });
    assert!(std::fs::read_to_string(&path).unwrap().starts_with(CLIENT));
    screen.until("nothing is kept any more", || records(&home).is_empty());
}
