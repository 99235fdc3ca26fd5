//! Two versions compared in the window: what the files say otherwise, the access gained and lost,
//! and both on one drawing.

use std::fs;
use std::path::Path;

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use exchange_studio::config::{Change, ClientKey};
use exchange_studio::diagram::scene::{Difference, Scene, Thing};
use exchange_studio::studio::{Choice, Command, CompareCommand, Selection, Studio, Tab};

use crate::harness::{Answers, click, empty, field, opened, press, retype, send, until, with_text};

/// Alpha may become Bravo, and Bravo may become Charlie.
const CLIENTS: &str = r#"!ClientAppDto
id: a
name: Alpha
enabled: true
public: false
restricted: false
subscriptionId: s
allowedTokenExchangeClientApps: [{id: b}]
---
!ClientAppDto
id: b
name: Bravo
enabled: true
public: false
restricted: false
subscriptionId: s
allowedTokenExchangeClientApps: [{id: c}]
---
!ClientAppDto
id: c
name: Charlie
enabled: true
public: false
restricted: false
subscriptionId: s
---
!ClientAppDto
id: d
name: Delta
enabled: true
public: false
restricted: false
subscriptionId: s
"#;

fn studio() -> (tempfile::TempDir, Harness<'static, Studio>) {
    with_text(CLIENTS)
}

fn allow(harness: &mut Harness<'static, Studio>, owner: usize, entry: &str) {
    let (owner, entry) = (ClientKey(owner), entry.to_owned());
    send(harness, Command::Change(Change::Allow { owner, entry }));
}

fn compare(harness: &mut Harness<'static, Studio>, command: CompareCommand) {
    send(harness, Command::Compare(command));
}

fn show_changes(harness: &mut Harness<'static, Studio>) {
    send(harness, Command::ShowTab(Tab::Changes));
}

fn compared(harness: &mut Harness<'static, Studio>) {
    until(harness, "the comparison", |studio| {
        studio.state.comparison().is_some() && !studio.state.is_comparing()
    });
}

/// The lines of the list of changes, from the top, without what is at their right ends.
fn lines(harness: &Harness<'static, Studio>) -> Vec<String> {
    let signs = ["added", "removed", "changed"];
    let rows = harness.query_all(egui_kittest::kittest::by().predicate(move |node| {
        let label = node.label().or_else(|| node.value()).unwrap_or_default();
        matches!(node.role(), Role::Button | Role::Label)
            && signs.iter().any(|sign| label.starts_with(sign))
            && label.contains(", ")
    }));
    let mut rows: Vec<_> = rows
        .map(|row| {
            let node = row.accesskit_node();
            let label = node.label().or_else(|| node.value()).unwrap_or_default();
            (row.rect().top(), label)
        })
        .collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    rows.into_iter().map(|(_, label)| label.split(", ").next().unwrap().to_owned()).collect()
}

fn scene(harness: &Harness<'static, Studio>) -> std::sync::Arc<Scene> {
    let state = &harness.state().state;
    std::sync::Arc::clone(state.graph.scene(&state.analysis))
}

fn git(folder: &Path, arguments: &[&str]) {
    let ran = std::process::Command::new("git")
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git is there");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn an_edit_is_said_in_meaning_with_the_access_it_gains_before_it_is_saved() {
    let (_folder, mut harness) = studio();
    show_changes(&mut harness);
    harness.get_by_label("No changes");
    allow(&mut harness, 2, "d");
    assert_eq!(
        lines(&harness),
        [
            "changed client app Charlie",
            "added: permission for Delta",
            "added: Charlie can become Delta",
            "added: Bravo can become Delta",
            "added: Alpha can become Delta",
        ]
    );
    harness.get_by_label("Permissions: + 1");
    harness.get_by_label("Access gained: 3 pairs of who can become whom, 1 single hop");
    harness.get_by_label("Access lost: none");
    harness.get_by_label_contains("Under the reading requester-lists-target. Worst case:");
    // One hop is one party's; the longer ones take more credentials.
    harness.get_by_label("added: Charlie can become Delta, 1 hop, single actor");
    harness.get_by_label("added: Alpha can become Delta, 3 hops, worst case");
    // A line selects what it is about.
    click(&mut harness, "added: permission for Delta, clients.yaml:27");
    let selected = Selection::Exchange { owner: ClientKey(2), entry: "d".to_owned() };
    assert_eq!(harness.state().state.selection, Some(selected));
    // A pair is proved hop by hop.
    click(&mut harness, "added: Alpha can become Delta, 3 hops, worst case");
    harness.get_by_label("Takes the credentials of Alpha, Bravo and Charlie.");
    // As text it is the lines.
    click(&mut harness, "Text");
    harness.get_by_label("+allowedTokenExchangeClientApps:");
    // Taken back, nothing differs any more.
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    harness.get_by_label("Nothing to save");
}

#[test]
fn a_change_of_words_alone_changes_no_access() {
    let (_folder, mut harness) = studio();
    show_changes(&mut harness);
    let (client, key) = (ClientKey(3), "name".to_owned());
    let value = "Delta two".to_owned();
    send(&mut harness, Command::Change(Change::Set { client, key, value }));
    assert_eq!(
        lines(&harness),
        ["changed client app Delta two", "changed: name: Delta → Delta two"]
    );
    harness.get_by_label("Access stays as it is");
}

#[test]
fn a_folder_on_disk_is_compared_with() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("new", CLIENTS.replace("[{id: c}]", "[]")),
        (
            "old",
            CLIENTS.replace("name: Delta", "name: Delta\n---\n!ClientAppDto\nid: e\nname: Echo"),
        ),
    ] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("clients.yaml"), text).unwrap();
    }
    let answers = Answers { available: true, ..Answers::default() };
    *answers.folder.lock().unwrap() = Some(folder.path().join("old"));
    let mut harness = empty(answers);
    send(&mut harness, Command::Open(vec![folder.path().join("new")]));
    until(&mut harness, "the project", |studio| !studio.state.project.files().is_empty());
    show_changes(&mut harness);
    compare(&mut harness, CompareCommand::Choose(Choice::Folder));
    compared(&mut harness);
    harness.get_by_label("Compare with: a folder…");
    let lines = lines(&harness);
    for line in [
        "removed: permission for Charlie",
        "removed client app Echo",
        "removed: Bravo can become Charlie",
        "removed: Alpha can become Charlie",
    ] {
        assert!(lines.iter().any(|it| it == line), "{line}: {lines:?}");
    }
    harness.get_by_label("Access gained: none");
    harness.get_by_label("Access lost: 2 pairs of who can become whom, 1 single hop");
    // An edit is followed while the other version stays.
    allow(&mut harness, 1, "c");
    harness.get_by_label("Access stays as it is");
    click(&mut harness, "Text");
    harness.get_by_label("clients.yaml");
    harness.get_by_label("-name: Echo");
}

#[test]
fn a_git_revision_is_compared_with_and_one_that_is_not_there_is_said_so() {
    let (folder, mut harness) = studio();
    git(folder.path(), &["init", "--quiet"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "-m", "one"]);
    show_changes(&mut harness);
    allow(&mut harness, 3, "a");
    click(&mut harness, "Compare with: what was saved");
    click(&mut harness, "a git revision…");
    harness.get_by_label("Which revision?");
    assert!(crate::harness::field(&harness, "Git revision").is_focused());
    retype(&mut harness, "Git revision", "HEAD");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    compared(&mut harness);
    assert_eq!(lines(&harness)[..2], ["changed client app Delta", "added: permission for Alpha"]);
    // As on the command line, with a path.
    compare(&mut harness, CompareCommand::TypeRevision("HEAD:clients.yaml".to_owned()));
    click(&mut harness, "Compare with this revision");
    compared(&mut harness);
    assert_eq!(lines(&harness)[1], "added: permission for Alpha");
    for (wrong, said) in [
        ("v9", "There is no revision 'v9'."),
        ("HEAD:nothing.yaml", "The revision HEAD has no 'nothing.yaml'."),
    ] {
        compare(&mut harness, CompareCommand::TypeRevision(wrong.to_owned()));
        compare(&mut harness, CompareCommand::TakeRevision);
        until(&mut harness, "what is wrong", |studio| studio.state.changes_tab.trouble.is_some());
        harness.get_by_label(said);
    }
    click(&mut harness, "Compare with what was saved");
    assert_eq!(lines(&harness)[1], "added: permission for Alpha");
}

#[test]
fn files_that_are_in_no_repository_have_no_revisions() {
    let (_folder, mut harness) = studio();
    show_changes(&mut harness);
    compare(&mut harness, CompareCommand::Choose(Choice::Revision));
    compare(&mut harness, CompareCommand::TypeRevision("main".to_owned()));
    compare(&mut harness, CompareCommand::TakeRevision);
    until(&mut harness, "what is wrong", |studio| studio.state.changes_tab.trouble.is_some());
    harness.get_by_label("The files that are open are in no git repository.");
}

#[test]
fn a_path_that_is_not_there_is_said_so_and_can_be_typed_again() {
    let (folder, mut harness) = studio();
    show_changes(&mut harness);
    // Without a dialog service a path is typed.
    compare(&mut harness, CompareCommand::Choose(Choice::Files));
    let missing = folder.path().join("nowhere.yaml");
    retype(&mut harness, "Path of a file or a folder", &missing.display().to_string());
    press(&mut harness, Modifiers::NONE, Key::Enter);
    until(&mut harness, "what is wrong", |studio| studio.state.changes_tab.trouble.is_some());
    harness.get_by_label("This cannot be compared with");
    assert!(harness.query_all_by_label_contains("nowhere.yaml").count() > 0);
    let other = folder.path().join("other.yaml");
    fs::write(&other, CLIENTS).unwrap();
    click(&mut harness, &format!("Choose another: {}", missing.display()));
    assert!(field(&harness, "Path of a file or a folder").value().unwrap_or_default().is_empty());
    retype(&mut harness, "Path of a file or a folder", &other.display().to_string());
    press(&mut harness, Modifiers::NONE, Key::Enter);
    compared(&mut harness);
    harness.get_by_label("Nothing differs in meaning");
}

#[test]
fn the_drawing_shows_what_came_and_went_until_it_is_left() {
    let (_folder, mut harness) = studio();
    allow(&mut harness, 3, "a");
    let change = Change::Revoke { owner: ClientKey(0), entry: "b".to_owned() };
    send(&mut harness, Command::Change(change));
    let remove = Change::RemoveDocument { file: exchange_studio::config::FileId(0), document: 2 };
    send(&mut harness, Command::Change(remove));
    show_changes(&mut harness);
    click(&mut harness, "Show on the drawing");
    harness.get_by_label("Compared with what was saved");
    let drawn = scene(&harness);
    assert!(drawn.compared);
    let arrows: Vec<_> = drawn.edges.iter().map(|it| (&*it.sentence, it.difference)).collect();
    let difference = |of: &str| arrows.iter().find(|it| it.0.starts_with(of)).map(|it| it.1);
    assert_eq!(difference("Added: "), Some(Difference::Added), "{arrows:?}");
    assert_eq!(difference("Removed: "), Some(Difference::Removed), "{arrows:?}");
    let gone = drawn.nodes.iter().find(|it| it.title == "Charlie").expect("what went is drawn");
    assert_eq!(gone.difference, Difference::Removed);
    assert!(matches!(gone.thing(), Thing::Removed(_)));
    // It is called what it is, and cannot be selected, let alone edited.
    let name = "Client app Charlie, removed, 1 in, 0 out";
    click(&mut harness, name);
    assert_eq!(harness.state().state.selection, None);
    click(&mut harness, "Legend");
    harness.get_by_label("+ added");
    harness.get_by_label("− removed");
    // Editing goes on, and the drawing follows.
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert!(scene(&harness).nodes.iter().all(|it| it.difference != Difference::Removed));
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(!scene(&harness).compared, "Escape leaves it");
    assert!(harness.query_by_label("Compared with what was saved").is_none());
}

#[test]
fn a_lost_way_is_lifted_out_of_the_drawing_of_both_versions() {
    let (_folder, mut harness) = studio();
    let change = Change::Revoke { owner: ClientKey(1), entry: "c".to_owned() };
    send(&mut harness, Command::Change(change));
    show_changes(&mut harness);
    click(&mut harness, "removed: Alpha can become Charlie, 2 hops, worst case");
    click(&mut harness, "Show this way on the drawing");
    let state = &harness.state().state;
    let spotlight = state.graph.spotlight().expect("a path");
    assert_eq!(spotlight.title, "Alpha to Charlie, 2 hops, lost");
    let arrows: Vec<_> = spotlight.hops.iter().map(|hop| hop.arrow.clone()).collect();
    let still = Thing::Permission { owner: ClientKey(0), index: 0 };
    let gone = Thing::Permission { owner: ClientKey(1), index: 0 };
    assert_eq!(arrows, [still, Thing::Removed(Box::new(gone))]);
    // The path is of the drawing of both versions and goes with it.
    click(&mut harness, "Leave");
    assert!(harness.state().state.graph.spotlight().is_none());
}

#[test]
fn a_large_project_is_compared_away_from_the_window() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.yaml");
    let text: String = (0..400)
        .map(|at| {
            let next = (at + 1) % 400;
            format!(
                "---\n!ClientAppDto\nid: c{at}\nname: C{at}\nallowedTokenExchangeClientApps:\n  \
                 - id: c{next}\n"
            )
        })
        .collect();
    fs::write(&path, &text).unwrap();
    let mut harness = opened(&path);
    until(&mut harness, "the analysis", |studio| {
        studio.state.analysis.project.clients().len() == 400
    });
    show_changes(&mut harness);
    let change = Change::Revoke { owner: ClientKey(7), entry: "c8".to_owned() };
    send(&mut harness, Command::Change(change));
    compared(&mut harness);
    // A ring that is cut: whoever comes after loses everybody before.
    harness.get_by_label("Access lost: 79800 pairs of who can become whom, 1 single hop");
    harness.get_by_label("removed: permission for C8, clients.yaml:48");
}
