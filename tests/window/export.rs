//! The drawing as a file, as it is shown.

use std::path::Path;

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use exchange_studio::config::ClientKey;
use exchange_studio::studio::{
    Action, Command, Dialog, GraphAction, GraphCommand, Looking, Narrowing, PathPurpose, Studio,
};
use exchange_studio::trust::Filter;

use crate::harness::{Answers, click, opened, outside, retype, send, until, window};

fn export() -> Command {
    Command::Act(Action::Graph(GraphAction::Export))
}

/// Waits for what runs, and reads what was written.
fn written(harness: &mut Harness<'static, Studio>, path: &Path) -> String {
    until(harness, "the export", |studio| studio.state.jobs.running().next().is_none());
    std::fs::read_to_string(path).unwrap()
}

#[test]
fn what_is_shown_is_exported_and_says_what_was_filtered() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("trust.svg");
    std::fs::write(&path, "an older drawing").unwrap();
    let answers = Answers { available: true, ..Answers::default() };
    *answers.save.lock().unwrap() = Some(path.clone());
    let mut harness = window(outside(answers));
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/estate");
    send(&mut harness, Command::Open(vec![sample]));
    until(&mut harness, "the project", |studio| !studio.state.project.files().is_empty());
    let settings = ["enabled=false".parse().unwrap()].into();
    let filter = Filter { settings, ..Filter::default() };
    let looking = Looking { filter, ..Looking::default() };
    send(&mut harness, Command::Graph(GraphCommand::Look(looking)));
    send(&mut harness, export());
    let written = |_: &Studio| std::fs::read(&path).is_ok_and(|it| it.starts_with(b"<svg"));
    until(&mut harness, "the file", written);
    let svg = std::fs::read_to_string(&path).unwrap();
    for part in ["Shown is only: setting Enabled = false", "Policy archive gateway", "SHA-256"] {
        assert!(svg.contains(part), "{part}: {svg}");
    }
    assert!(!svg.contains("Rating engine"), "{svg}");
}

#[test]
fn the_name_says_the_format_and_nothing_is_overwritten_without_a_question() {
    let folder = tempfile::tempdir().unwrap();
    let clients = folder.path().join("clients.yaml");
    let text = "!ClientAppDto\nid: a\nname: Alpha\nallowedTokenExchangeClientApps: [{id: b}]\n";
    std::fs::write(&clients, text).unwrap();
    let mut harness = opened(&clients);
    send(&mut harness, export());
    assert_eq!(harness.state().state.dialog, Some(Dialog::Path(PathPurpose::ExportDrawing)));
    harness.get_by_label_contains("The end of the name says the format");

    let typed = |harness: &mut Harness<'static, Studio>, name: &str| {
        let path = folder.path().join(name);
        retype(harness, "Path to write to", &path.display().to_string());
        click(harness, "Export");
        path
    };
    let path = typed(&mut harness, "trust.pdf");
    harness.get_by_label_contains("its name does not say the format");
    assert!(!path.exists());

    send(&mut harness, export());
    let path = typed(&mut harness, "trust.dot");
    let dot = written(&mut harness, &path);
    assert!(dot.starts_with("digraph") || dot.contains("digraph"), "{dot}");

    send(&mut harness, export());
    typed(&mut harness, "trust.dot");
    until(&mut harness, "the refusal", |studio| studio.state.jobs.running().next().is_none());
    harness.get_by_label_contains("is there already, so choose another name");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), dot);

    // A neighbourhood says whose it is.
    let narrowing = Narrowing::Around { center: ClientKey(0), hops: 1 };
    send(&mut harness, Command::Graph(GraphCommand::Narrow(narrowing)));
    send(&mut harness, export());
    let path = typed(&mut harness, "near.json");
    let json: serde_json::Value = serde_json::from_str(&written(&mut harness, &path)).unwrap();
    assert_eq!(json["filter"], "Alpha and what is at most 1 arrow away", "{json:#}");
}
