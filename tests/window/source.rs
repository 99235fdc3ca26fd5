//! The source tab as an editor: typing, finding, going to places, and text that is broken.

use std::fs;
use std::path::PathBuf;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable};
use exchange_studio::config::{Change, FileId};
use exchange_studio::studio::{Action, Command, Selection, SourceAction, Studio, Tab};

use super::harness::{click, empty, opened, press, retype, send, until};

const CLIENTS: &str = "\
# Two client apps.
!ClientAppDto
id: \"11111111-1111-4111-8111-111111111111\"
name: Portal   # the one people see
subscriptionId: \"{{guid:sub}}\"
allowedTokenExchangeClientApps:
  - id: '22222222-2222-4222-8222-222222222222'
---
!ClientAppDto
id: '22222222-2222-4222-8222-222222222222'
name: \"Dashboard\"
clientAppSecrets:
  - value: hush-hush-9
---
!SubscriptionDto
id: \"{{guid:sub}}\"
name: Main
";

/// A window with the source of a text in front.
fn source(text: &str) -> (tempfile::TempDir, Harness<'static, Studio>) {
    let (folder, path) = file(text);
    let mut harness = opened(&path);
    send(&mut harness, Command::ShowTab(Tab::Source));
    harness.run_ok();
    (folder, harness)
}

fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.yaml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn text_of(harness: &Harness<'static, Studio>) -> String {
    let project = &harness.state().state.project;
    String::from_utf8(project.files()[0].stream.as_ref().unwrap().to_bytes()).unwrap()
}

/// Gives the editor the keyboard, with the caret where a text begins in the file.
fn caret_at(harness: &mut Harness<'static, Studio>, text: &str) {
    let offset = text_of(harness).find(text).unwrap();
    harness.get_by_role(Role::MultilineTextInput).focus();
    harness.run_ok();
    let line = text_of(harness)[..offset].lines().count().max(1);
    let line = if text_of(harness)[..offset].ends_with('\n') { line + 1 } else { line };
    let start = text_of(harness)[..offset].rfind('\n').map_or(0, |at| at + 1);
    let column = text_of(harness)[start..offset].chars().count() + 1;
    press(harness, Modifiers::COMMAND, Key::G);
    retype(harness, "Line to go to", &format!("{line}:{column}"));
    press(harness, Modifiers::NONE, Key::Enter);
    harness.run_ok();
    assert_eq!(caret(harness), offset..offset);
}

fn caret(harness: &Harness<'static, Studio>) -> std::ops::Range<usize> {
    harness.state().state.source.caret().range()
}

fn selected(harness: &Harness<'static, Studio>) -> String {
    text_of(harness)[caret(harness)].to_owned()
}

fn type_text(harness: &mut Harness<'static, Studio>, text: &str) {
    for piece in text.split_inclusive('\n') {
        let line = piece.trim_end_matches('\n');
        if !line.is_empty() {
            harness.event(Event::Text(line.to_owned()));
            harness.run_ok();
        }
        if piece.ends_with('\n') {
            press(harness, Modifiers::NONE, Key::Enter);
        }
    }
}

fn act(harness: &mut Harness<'static, Studio>, action: SourceAction) {
    send(harness, Command::Act(Action::Source(action)));
    harness.run_ok();
}

#[test]
fn what_is_typed_is_one_step_and_the_model_follows() {
    let (_folder, mut harness) = source(CLIENTS);
    caret_at(&mut harness, "Portal ");
    for letter in ["N", "e", "w", " "] {
        type_text(&mut harness, letter);
    }
    assert_eq!(text_of(&harness), CLIENTS.replace("Portal ", "New Portal "));
    assert_eq!(harness.state().state.project.clients()[0].label(), "New Portal");
    let editor = harness.get_by_role_and_label(Role::MultilineTextInput, "Source of clients.yaml");
    assert_eq!(editor.value().unwrap(), "name: New Portal   # the one people see");
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(text_of(&harness), CLIENTS);
    assert!(harness.state().state.project.unsaved().is_empty());
    press(&mut harness, Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z);
    assert_eq!(harness.state().state.project.clients()[0].label(), "New Portal");
}

#[test]
fn a_client_app_is_written_from_nothing() {
    let (_folder, mut harness) = source("");
    harness.get_by_role(Role::MultilineTextInput).focus();
    harness.run_ok();
    type_text(&mut harness, "!ClientAppDto\nid: a\nallowedTokenExchangeClientApps:\n- id: b");
    assert_eq!(
        text_of(&harness),
        "!ClientAppDto\nid: a\nallowedTokenExchangeClientApps:\n  - id: b"
    );
    let project = &harness.state().state.project;
    assert_eq!(project.clients()[0].permissions.len(), 1);
}

#[test]
fn keys_do_what_they_do_in_every_editor() {
    let (_folder, mut harness) = source("a: 1\r\nb: 2\r\nc: 3\r\n");
    caret_at(&mut harness, "b: 2");
    press(&mut harness, Modifiers::COMMAND, Key::Slash);
    assert_eq!(text_of(&harness), "a: 1\r\n# b: 2\r\nc: 3\r\n");
    press(&mut harness, Modifiers::ALT, Key::ArrowDown);
    assert_eq!(text_of(&harness), "a: 1\r\nc: 3\r\n# b: 2\r\n");
    press(&mut harness, Modifiers::NONE, Key::End);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    type_text(&mut harness, "d: 4");
    assert_eq!(text_of(&harness), "a: 1\r\nc: 3\r\n# b: 2\r\nd: 4\r\n");
    press(&mut harness, Modifiers::COMMAND, Key::Backspace);
    press(&mut harness, Modifiers::NONE, Key::Backspace);
    assert_eq!(text_of(&harness), "a: 1\r\nc: 3\r\n# b: 2\r\nd:\r\n");
    press(&mut harness, Modifiers::COMMAND, Key::Home);
    press(&mut harness, Modifiers::SHIFT, Key::ArrowDown);
    press(&mut harness, Modifiers::NONE, Key::Tab);
    assert_eq!(text_of(&harness), "a: 1\r\nc: 3\r\n# b: 2\r\nd:\r\n".replacen("a:", "  a:", 1));
    press(&mut harness, Modifiers::SHIFT, Key::Tab);
    harness.event(Event::Cut);
    harness.run_ok();
    assert_eq!(text_of(&harness), "c: 3\r\n# b: 2\r\nd:\r\n");
    harness.event(Event::Paste("x: 1\ny: 2\n".to_owned()));
    harness.run_ok();
    assert_eq!(text_of(&harness), "x: 1\r\ny: 2\r\nc: 3\r\n# b: 2\r\nd:\r\n");
    for _ in 0..8 {
        press(&mut harness, Modifiers::COMMAND, Key::Z);
    }
    assert_eq!(text_of(&harness), "a: 1\r\nb: 2\r\nc: 3\r\n");
}

#[test]
fn an_input_method_types_when_it_is_done() {
    let (_folder, mut harness) = source(CLIENTS);
    caret_at(&mut harness, "Dashboard");
    let ime = |event| Event::Ime(event);
    harness.event(ime(egui::ImeEvent::Preedit { text: "´".into(), active_range_chars: None }));
    harness.run_ok();
    assert_eq!(text_of(&harness), CLIENTS);
    harness.event(ime(egui::ImeEvent::Commit("é".into())));
    harness.run_ok();
    assert_eq!(text_of(&harness), CLIENTS.replace("Dashboard", "éDashboard"));
}

#[test]
fn escape_lets_tab_leave_the_editor() {
    let (_folder, mut harness) = source(CLIENTS);
    caret_at(&mut harness, "Portal");
    assert!(harness.get_by_role(Role::MultilineTextInput).is_focused());
    press(&mut harness, Modifiers::NONE, Key::Escape);
    harness.get_by_label("Tab leaves the editor; typing goes on in it");
    press(&mut harness, Modifiers::NONE, Key::Tab);
    assert!(!harness.get_by_role(Role::MultilineTextInput).is_focused());
    assert_eq!(text_of(&harness), CLIENTS);
}

#[test]
fn broken_text_keeps_the_graph_and_says_where() {
    let (_folder, mut harness) = source(CLIENTS);
    let arrows = |harness: &Harness<'static, Studio>| {
        let graph = &harness.state().state.analysis.graph;
        let edges = graph.graph.edge_indices();
        let edges = edges.map(|edge| graph.sentence(&harness.state().state.project, edge));
        edges.collect::<Vec<_>>()
    };
    let before = arrows(&harness);
    assert_eq!(before.len(), 1);
    caret_at(&mut harness, "Portal ");
    type_text(&mut harness, "[");
    let state = &harness.state().state;
    let tree = state.project.files()[0].stream.as_ref().unwrap().documents()[0].tree();
    let message = tree.unwrap_err().message.clone();
    // The last good model stays: its client apps, what they list, and the arrow of it.
    assert_eq!(state.project.clients().len(), 2);
    let client = &state.project.clients()[0];
    assert_eq!(client.label(), "Portal");
    assert!(client.stale.is_some());
    assert!(state.project.clients()[1].stale.is_none());
    let permission = &client.permissions[0];
    assert_eq!(permission.client, Some(state.project.clients()[1].key));
    assert_eq!(arrows(&harness), before);
    // The break is marked in the list and in the margin.
    harness.get_by_label("Portal, broken, in the list");
    let marks: Vec<_> = harness
        .query_all(egui_kittest::kittest::By::new().role(Role::Button))
        .filter(|node| node.accesskit_node().label().is_some_and(|label| label.contains(&message)))
        .collect();
    assert!(!marks.is_empty(), "the margin says: {message}");
    drop(marks);
    press(&mut harness, Modifiers::NONE, Key::Backspace);
    assert_eq!(text_of(&harness), CLIENTS);
    let client = &harness.state().state.project.clients()[0];
    assert_eq!(client.label(), "Portal");
    assert!(client.stale.is_none());
    assert_eq!(arrows(&harness), before);
    harness.get_by_label("Portal in the list");
}

#[test]
fn an_id_leads_to_its_document_and_back() {
    let (_folder, mut harness) = source(CLIENTS);
    caret_at(&mut harness, "2222-4222-8222-222222222222'\n---");
    let from = caret(&harness);
    press(&mut harness, Modifiers::NONE, Key::F12);
    assert_eq!(caret(&harness).start, CLIENTS.rfind("'22222222").unwrap());
    assert_eq!(
        harness.state().state.selection,
        Some(Selection::Client(harness.state().state.project.clients()[1].key))
    );
    press(&mut harness, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(caret(&harness), from);
    press(&mut harness, Modifiers::ALT, Key::ArrowRight);
    press(&mut harness, Modifiers::SHIFT, Key::F12);
    harness.get_by_label("2 places with 22222222-2222-4222-8222-222222222222");
    click(&mut harness, "clients.yaml:7");
    assert_eq!(caret(&harness).start, CLIENTS.find("'22222222").unwrap());
    click(&mut harness, "Close the references");
    caret_at(&mut harness, "{{guid:sub}}\"\nallowed");
    press(&mut harness, Modifiers::NONE, Key::F12);
    assert!(CLIENTS[..caret(&harness).start].ends_with("!SubscriptionDto\nid: "));
}

#[test]
fn finding_goes_round_and_says_how_many() {
    let (_folder, mut harness) = source(CLIENTS);
    caret_at(&mut harness, "# Two");
    press(&mut harness, Modifiers::COMMAND, Key::F);
    retype(&mut harness, "Text to find", "2222-4");
    harness.run_ok();
    assert_eq!(selected(&harness), "2222-4");
    harness.get_by_label("1 of 2");
    press(&mut harness, Modifiers::NONE, Key::F3);
    harness.get_by_label("2 of 2");
    press(&mut harness, Modifiers::NONE, Key::F3);
    harness.get_by_label("1 of 2");
    press(&mut harness, Modifiers::SHIFT, Key::F3);
    harness.get_by_label("2 of 2");
    retype(&mut harness, "Text to find", "PORTAL");
    harness.get_by_label("1 of 1");
    click(&mut harness, "Match case");
    harness.get_by_label("No match");
    click(&mut harness, "Regular expression");
    retype(&mut harness, "Text to find", "(");
    harness.get_by_label("Not a regular expression: unclosed group");
    harness.get_by_label("Text to find").focus();
    harness.run_ok();
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(!harness.state().state.source.find.open);
    assert!(harness.get_by_role(Role::MultilineTextInput).is_focused());
}

#[test]
fn replacing_all_is_one_step_of_the_history() {
    let (_folder, mut harness) = source(CLIENTS);
    act(&mut harness, SourceAction::Replace);
    click(&mut harness, "Regular expression");
    retype(&mut harness, "Text to find", r"!(\w+)Dto");
    retype(&mut harness, "Replace with", "!${1}Dto2");
    click(&mut harness, "Replace");
    assert_eq!(text_of(&harness), CLIENTS.replacen("!ClientAppDto", "!ClientAppDto2", 1));
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    click(&mut harness, "Replace all");
    assert_eq!(
        text_of(&harness),
        CLIENTS
            .replace("!ClientAppDto", "!ClientAppDto2")
            .replace("!SubscriptionDto", "!SubscriptionDto2")
    );
    assert!(harness.state().state.project.clients().is_empty());
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert_eq!(text_of(&harness), CLIENTS);
    assert!(harness.state().state.project.unsaved().is_empty());
}

#[test]
fn the_selection_is_shared_both_ways() {
    let (_folder, mut harness) = source(CLIENTS);
    click(&mut harness, "Dashboard in the list");
    harness.run_ok();
    let second = CLIENTS.find("---").unwrap();
    assert!(caret(&harness).start > second);
    caret_at(&mut harness, "name: Portal");
    let first = harness.state().state.project.clients()[0].key;
    assert_eq!(harness.state().state.selection, Some(Selection::Client(first)));
    harness.get_by_label("document 1 of 3");
}

#[test]
fn a_finding_in_the_margin_selects_it() {
    let (_folder, mut harness) = source(CLIENTS);
    let finding = harness
        .state()
        .state
        .analysis
        .findings
        .iter()
        .position(|finding| finding.message.contains("secret") && finding.place().is_some());
    let Some(finding) = finding else { panic!("the secret in the file is found") };
    let message = harness.state().state.analysis.findings[finding].message.clone();
    let margin = harness
        .query_all_by_label_contains(&message)
        .find(|node| node.rect().width() < 24.0)
        .expect("a mark in the margin");
    margin.click();
    harness.run_ok();
    assert_eq!(harness.state().state.finding, Some(finding));
}

#[test]
fn secrets_are_covered_to_the_eye_and_to_assistive_technology() {
    let (_folder, mut harness) = source(CLIENTS);
    caret_at(&mut harness, "hush-hush");
    let value = harness.get_by_role(Role::MultilineTextInput).value().unwrap();
    assert_eq!(value, "  - value: ***********");
    assert!(!format!("{:?}", harness.root()).contains("hush-hush"));
    click(&mut harness, "Show secrets");
    let value = harness.get_by_role(Role::MultilineTextInput).value().unwrap();
    assert_eq!(value, "  - value: hush-hush-9");
}

#[test]
fn the_caret_stays_with_its_text_when_that_changes_elsewhere() {
    let (_folder, mut harness) = source(CLIENTS);
    caret_at(&mut harness, "Dashboard");
    let first = harness.state().state.project.clients()[0].key;
    let (key, value) = ("name".to_owned(), "A much longer name".to_owned());
    send(&mut harness, Command::Change(Change::Set { client: first, key, value }));
    let text = text_of(&harness);
    assert!(text[caret(&harness).start..].starts_with("Dashboard"));
}

#[test]
fn a_file_that_cannot_be_read_says_why() {
    let (_folder, path) = file("");
    fs::write(&path, b"name: M\xFCller\n").unwrap();
    let mut harness = opened(&path);
    send(&mut harness, Command::ShowTab(Tab::Source));
    harness.get_by_label("This file cannot be read");
    harness.get_by_label_contains("Nothing of it is lost");
    let reason = Action::Source(SourceAction::GoToLine).disabled_reason(&harness.state().state);
    assert_eq!(reason, Some("The file in view cannot be read"));
}

/// Clicks on a character of the file; the editor's first line is in view.
fn click_on(harness: &mut Harness<'static, Studio>, text: &str, modifiers: Modifiers) {
    let whole = text_of(harness);
    let offset = whole.find(text).unwrap();
    let before = &whole[..offset];
    let column = offset - before.rfind('\n').map_or(0, |at| at + 1);
    let area = harness.get_by_role(Role::MultilineTextInput).rect();
    let char_width =
        harness.ctx.fonts_mut(|fonts| fonts.glyph_width(&egui::FontId::monospace(12.5), '0'));
    let line = before.matches('\n').count() as f32;
    let at = area.min + egui::vec2((column as f32 + 0.2) * char_width, (line + 0.5) * 18.0);
    harness.event(Event::ModifiersChanged(modifiers));
    harness.event(Event::PointerMoved(at));
    for pressed in [true, false] {
        harness.event(Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers,
        });
    }
    harness.run_ok();
    harness.event(Event::ModifiersChanged(Modifiers::NONE));
    harness.run_ok();
}

#[test]
fn the_mouse_places_the_caret_selects_and_follows_links() {
    let (_folder, mut harness) = source(CLIENTS);
    click_on(&mut harness, "Portal", Modifiers::NONE);
    assert_eq!(caret(&harness).start, CLIENTS.find("Portal").unwrap());
    assert!(harness.get_by_role(Role::MultilineTextInput).is_focused());
    click_on(&mut harness, "the one", Modifiers::SHIFT);
    assert_eq!(selected(&harness), "Portal   # ");
    click_on(&mut harness, "22222222", Modifiers::COMMAND);
    assert_eq!(caret(&harness).start, CLIENTS.rfind("'22222222").unwrap());
}

#[test]
fn finding_and_replacing_reach_all_files_of_the_project() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.yaml", "b.yaml"] {
        fs::write(folder.path().join(name), format!("!ClientAppDto\nid: {name}\n")).unwrap();
    }
    let mut harness = opened(folder.path());
    send(&mut harness, Command::ShowTab(Tab::Source));
    act(&mut harness, SourceAction::Replace);
    retype(&mut harness, "Text to find", "yaml");
    harness.get_by_label("1 of 1");
    click(&mut harness, "In all files of the project");
    harness.get_by_label("1 of 2");
    let first = harness.state().state.source.file();
    press(&mut harness, Modifiers::NONE, Key::F3);
    assert_ne!(harness.state().state.source.file(), first);
    harness.get_by_label("Source of b.yaml");
    retype(&mut harness, "Replace with", "yml");
    click(&mut harness, "Replace all");
    assert_eq!(harness.state().state.project.unsaved().len(), 2);
    press(&mut harness, Modifiers::COMMAND, Key::Z);
    assert!(harness.state().state.project.unsaved().is_empty());
}

#[test]
fn a_large_file_costs_no_more_than_its_lines_in_view() {
    let document = "---\n!ClientAppDto\nid: \"{{guid:c}}\"\nname: \"Client\"\nenabled: true\n";
    let (_folder, path) = file(&document.repeat(20_000));
    let mut harness = empty(super::harness::Answers::default());
    send(&mut harness, Command::Open(vec![path]));
    until(&mut harness, "the project is open", |studio| !studio.state.project.files().is_empty());
    send(&mut harness, Command::ShowTab(Tab::Source));
    harness.get_by_role(Role::MultilineTextInput).focus();
    harness.run_ok();
    press(&mut harness, Modifiers::COMMAND, Key::End);
    type_text(&mut harness, "x: 1");
    harness.get_by_label("Line 100001, column 5");
    let editor = harness.get_by_role(Role::MultilineTextInput);
    assert_eq!(editor.value().unwrap(), "x: 1");
    assert_eq!(harness.state().state.source.file(), FileId(0));
}
