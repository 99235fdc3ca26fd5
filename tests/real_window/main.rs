//! The real window on a real X server, used with a mouse and a keyboard through the whole job.
//!
//! What only a real window shows: that it opens, takes the keyboard and the mouse, and that what a
//! person does in it ends on disk as meant.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod crash;
mod person;
mod screen;

use std::path::Path;

use egui::Key;
use person::{Part, Person};

fn copy_of_the_samples(to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    for name in
        ["cross-client/portal-and-dashboard.yaml", "service-principal/partner-federation.yaml"]
    {
        let from = samples.join(name);
        std::fs::copy(&from, to.join(from.file_name().unwrap())).unwrap();
    }
}

#[test]
fn the_whole_job_in_a_real_window() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real");
    let twin = folder.path().join("twin");
    copy_of_the_samples(&real);
    copy_of_the_samples(&twin);

    let mut person = Person::start(folder.path());
    person.sees_title("the sample's title", |title| title.contains("Exchange Studio"));

    // Open.
    person.presses(true, Key::L);
    person.types_each(real.to_str().unwrap(), twin.to_str().unwrap());
    person.presses(false, Key::Enter);
    person.sees_title("the folder's title", |title| title.starts_with("real"));
    person.sees("Search client apps");

    // Select, and edit an identity in the form.
    person.clicks(Part::List, "Service Principal");
    person.clicks(Part::Inspector, "Subject 1");
    person.presses(true, Key::A);
    person.types("987654321");
    person.sees_title("the mark of unsaved work", |title| title.starts_with("• real"));

    // Draw a permission.
    person.drags(Part::Middle, "Client app Dashboard", "Client app Broker, broker");
    person.clicks(Part::Anywhere, "Allow");

    // Run an exchange that the folder allows, on the authority built in.
    person.clicks(Part::List, "Main portal");
    person.clicks(Part::Inspector, "Dashboard");
    person.clicks(Part::Inspector, "Simulate this");
    person.clicks(Part::Anywhere, "Run exchange");
    person.sees("The server did what the configuration says.");
    person.scrolls_to_the_end();
    person.clicks(Part::Anywhere, "Answer as received");
    person.scrolls_to_the_end();
    person.clicks(Part::Anywhere, "Copy Answer as received");
    let answer = person.screen.copied("the answer", |text| text.contains("issued_token_type"));
    assert!(answer.contains("200"), "{answer}");

    // Save, after a review.
    person.presses(true, Key::S);
    person.screen.keep("review");
    person.clicks(Part::Anywhere, "Save 2 files");
    person.sees_title("no unsaved work", |title| title.starts_with("real"));
    person.screen.keep("saved");

    // Only the lines that were meant have changed.
    let read = |folder: &Path, name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let before = read(&samples, "service-principal/partner-federation.yaml");
    let expected = before.replace("subject: \"123456789\"", "subject: \"987654321\"");
    assert_ne!(before, expected);
    assert_eq!(read(&real, "partner-federation.yaml"), expected);

    let before = read(&samples, "cross-client/portal-and-dashboard.yaml");
    let expected = format!(
        "{before}allowedTokenExchangeClientApps:\n  - id: \"39bda194-1967-4d8e-a190-60448d5c1ab3\"\n"
    );
    assert_eq!(read(&real, "portal-and-dashboard.yaml"), expected);
}
