//! Documents as a whole and their parts: added, copied, moved, removed, renamed, edited.

use std::fs;
use std::path::PathBuf;

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use exchange_studio::config::{Change, FileId};
use exchange_studio::studio::{Action, Command, Dialog, Selection, Studio};

use super::harness::{click, field, opened, press, retype, send, until};

const FRONT: &str = "\
# The front.
!ClientAppDto
id: 11111111-1111-4111-8111-111111111111
name: Portal
allowedTokenExchangeClientApps:
  - id: 22222222-2222-4222-8222-222222222222
---
!ClientAppDto
id: 33333333-3333-4333-8333-333333333333
name: Kiosk
";
const BACK: &str = "\
!ClientAppDto
id: 22222222-2222-4222-8222-222222222222
name: Ledger
";

fn folder() -> (tempfile::TempDir, Harness<'static, Studio>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("back.yaml"), BACK).unwrap();
    fs::write(folder.path().join("front.yaml"), FRONT).unwrap();
    let harness = opened(folder.path());
    (folder, harness)
}

fn one(text: &str) -> (tempfile::TempDir, Harness<'static, Studio>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clients.yaml");
    fs::write(&path, text).unwrap();
    let harness = opened(&path);
    (folder, harness)
}

fn text(harness: &Harness<'static, Studio>, file: usize) -> String {
    let file = harness.state().state.project.file(FileId(file));
    String::from_utf8(file.stream.as_ref().unwrap().to_bytes()).unwrap()
}

fn names(harness: &Harness<'static, Studio>) -> Vec<String> {
    let clients = harness.state().state.project.clients();
    clients.iter().map(|client| client.label().to_owned()).collect()
}

fn selected(harness: &Harness<'static, Studio>) -> String {
    let state = &harness.state().state;
    let owner = state.selection.as_ref().and_then(Selection::owner).unwrap();
    state.project.client(owner).label().to_owned()
}

#[test]
fn a_client_app_is_added_where_the_user_says() {
    let (_folder, mut harness) = folder();
    click(&mut harness, "Portal in the list");
    press(&mut harness, Modifiers::COMMAND, Key::N);
    retype(&mut harness, "Name of the new client app", "Night desk");
    harness.get_by_label("File: front.yaml");
    harness.get_by_label("Id: A new GUID");
    click(&mut harness, "Add client app");
    assert_eq!(names(&harness), ["Ledger", "Portal", "Night desk", "Kiosk"]);
    assert_eq!(selected(&harness), "Night desk");
    send(&mut harness, Command::Act(Action::Undo));
    assert_eq!(text(&harness, 1), FRONT);
}

#[test]
fn a_client_app_goes_to_a_new_file() {
    let (folder, mut harness) = folder();
    press(&mut harness, Modifiers::COMMAND, Key::N);
    retype(&mut harness, "Name of the new client app", "Night desk");
    click(&mut harness, "File: back.yaml");
    click(&mut harness, "A new file…");
    let path: PathBuf = folder.path().join("night.yaml");
    retype(&mut harness, "Path of the new file", path.to_str().unwrap());
    click(&mut harness, "Id: A new GUID");
    click(&mut harness, "A placeholder");
    click(&mut harness, "Add client app");
    assert_eq!(harness.state().state.project.files().len(), 3);
    assert!(text(&harness, 2).contains("{{guid:night-desk}}"));
    assert!(!path.exists());
    send(&mut harness, Command::Act(Action::Save));
    click(&mut harness, "Save");
    until(&mut harness, "it is saved", |it| it.state.project.unsaved().is_empty());
    assert_eq!(fs::read_to_string(&path).unwrap(), text(&harness, 2));
}

#[test]
fn a_client_app_is_duplicated_and_the_copy_selected() {
    let (_folder, mut harness) = folder();
    click(&mut harness, "Portal in the list");
    press(&mut harness, Modifiers::COMMAND, Key::D);
    assert_eq!(harness.state().state.project.clients().len(), 4);
    assert_ne!(selected(&harness), "Portal");
    send(&mut harness, Command::Act(Action::Undo));
    assert_eq!(text(&harness, 1), FRONT);
}

#[test]
fn removing_says_who_refers_and_takes_the_references_along() {
    let (_folder, mut harness) = folder();
    click(&mut harness, "Ledger in the list");
    send(&mut harness, Command::Act(Action::Remove));
    harness.get_by_label("• Portal");
    click(&mut harness, "Remove it from 1 list too");
    click(&mut harness, "Remove");
    assert_eq!(names(&harness), ["Portal", "Kiosk"]);
    assert!(!text(&harness, 1).contains("22222222"));
    send(&mut harness, Command::Act(Action::Undo));
    assert_eq!((text(&harness, 0), text(&harness, 1)), (BACK.to_owned(), FRONT.to_owned()));
}

#[test]
fn a_document_moves_within_its_file_and_keeps_the_selection() {
    let (_folder, mut harness) = folder();
    click(&mut harness, "Kiosk in the list");
    press(&mut harness, Modifiers::ALT, Key::ArrowUp);
    assert_eq!(names(&harness), ["Ledger", "Kiosk", "Portal"]);
    assert_eq!(selected(&harness), "Kiosk");
    let reason = Action::MoveUp.disabled_reason(&harness.state().state);
    assert_eq!(reason, Some("It is the first of its file"));
    send(&mut harness, Command::Act(Action::Undo));
    assert_eq!(text(&harness, 1), FRONT);
    assert_eq!(selected(&harness), "Kiosk");
}

#[test]
fn a_document_moves_to_another_file() {
    let (_folder, mut harness) = folder();
    click(&mut harness, "Kiosk in the list");
    send(&mut harness, Command::Act(Action::MoveToFile));
    click(&mut harness, "Choose back.yaml");
    assert_eq!(names(&harness), ["Ledger", "Kiosk", "Portal"]);
    assert_eq!(selected(&harness), "Kiosk");
    assert!(text(&harness, 0).contains("name: Kiosk"));
}

#[test]
fn renaming_an_id_says_how_many_places_first() {
    let (_folder, mut harness) = folder();
    click(&mut harness, "Ledger in the list");
    press(&mut harness, Modifiers::NONE, Key::F2);
    until(&mut harness, "the places are found", |studio| studio.state.id_places.is_some());
    harness.get_by_label("Changes 2 places in 2 files:");
    harness.get_by_label("• front.yaml: 1 place");
    retype(&mut harness, "New id", "{{guid:ledger}}");
    click(&mut harness, "Rename in 2 places");
    assert!(text(&harness, 0).contains("{{guid:ledger}}"));
    assert!(text(&harness, 1).contains("{{guid:ledger}}"));
    assert!(!text(&harness, 1).contains("22222222"));
}

#[test]
fn the_context_menu_of_a_row_has_what_can_be_done_with_it() {
    let (_folder, mut harness) = folder();
    harness.get_by_label("Kiosk in the list").click_secondary();
    harness.run_ok();
    assert_eq!(selected(&harness), "Kiosk");
    harness.get_by_label_contains("Move to another file…");
    harness.get_by_label_contains("Rename id everywhere…");
    harness.get_by_label_contains("Duplicate").click();
    harness.run_ok();
    assert_eq!(harness.state().state.project.clients().len(), 4);
}

const SHARED: &str = "\
!ClientAppDto
id: portal
name: Portal
x-defaults: &defaults
  enabled: true
clientUri: &uri https://a.example
logoUri: *uri
";

#[test]
fn editing_an_alias_asks_whose_it_is() {
    for (choice, expected) in [
        ("Make this one its own", SHARED.replace("*uri", "https://a.example/x")),
        ("Edit the anchor", SHARED.replace("&uri https://a.example", "&uri https://a.example/x")),
    ] {
        let (_folder, mut harness) = one(SHARED);
        click(&mut harness, "Portal in the list");
        retype(&mut harness, "Logo URI", "https://a.example/x");
        press(&mut harness, Modifiers::NONE, Key::Enter);
        assert!(matches!(harness.state().state.dialog, Some(Dialog::Shared(_))), "{choice}");
        harness.get_by_label("the anchor");
        harness.get_by_label("uses it");
        harness.get_by_label_contains(choice).click();
        harness.run_ok();
        assert_eq!(text(&harness, 0), expected, "{choice}");
    }
}

const LISTS: &str = "\
!ClientAppDto
id: portal
name: Portal
clientAppSecrets:
  - id: s1
    name: first   # keep
    value: hunter2
    expiresAt: 2020-01-31
scopes:
  - openid
  - profile
x-labels:
  team: blue
";

#[test]
fn lists_are_changed_entry_by_entry() {
    let (_folder, mut harness) = one(LISTS);
    click(&mut harness, "Portal in the list");
    click(&mut harness, "Move 2 of Scopes up");
    assert_eq!(
        text(&harness, 0),
        LISTS.replace("  - openid\n  - profile\n", "  - profile\n  - openid\n")
    );
    click(&mut harness, "Remove 1 of Scopes");
    assert_eq!(text(&harness, 0), LISTS.replace("  - profile\n", ""));
    click(&mut harness, "Add to Scopes");
    retype(&mut harness, "New Name", "email");
    click(&mut harness, "Add entry");
    assert_eq!(text(&harness, 0), LISTS.replace("  - profile\n", "  - email\n"));
}

#[test]
fn secrets_show_their_expiry_and_never_their_value() {
    let (_folder, mut harness) = one(LISTS);
    click(&mut harness, "Portal in the list");
    harness.get_by_label_contains("Expired");
    harness.get_by_label("A value is stated here. It is not shown.");
    let all = harness.query_all_by(|node| {
        let has = |text: Option<String>| text.is_some_and(|text| text.contains("hunter2"));
        has(node.label()) || has(node.value())
    });
    assert_eq!(all.count(), 0);
}

#[test]
fn an_unknown_key_is_edited_as_yaml_and_slips_are_told_while_typing() {
    let (_folder, mut harness) = one(LISTS);
    click(&mut harness, "Portal in the list");
    click(&mut harness, "Edit x-labels as YAML");
    retype(&mut harness, "YAML of x-labels", "team: [red\n");
    harness.get_by_label_contains("Line ");
    retype(&mut harness, "YAML of x-labels", "team: red\nfloor: 2");
    click(&mut harness, "Apply");
    assert_eq!(text(&harness, 0), LISTS.replace("  team: blue\n", "  team: red\n  floor: 2\n"));
}

#[test]
fn another_document_is_edited_as_a_whole() {
    let subscription = "!SubscriptionDto\nid: s\nname: Sales\nx-color: blue\n";
    let (_folder, mut harness) = one(subscription);
    send(&mut harness, Command::Act(Action::GroupByFile));
    click(&mut harness, "Sales, !SubscriptionDto, in the list");
    retype(&mut harness, "Name", "Retail");
    assert_eq!(text(&harness, 0), subscription.replace("Sales", "Retail"));
    click(&mut harness, "Edit as YAML");
    retype(&mut harness, "YAML of this document", "!SubscriptionDto\nid: s\n");
    click(&mut harness, "Apply");
    assert_eq!(text(&harness, 0), "!SubscriptionDto\nid: s\n");
}

#[test]
fn a_broken_document_is_marked_wherever_it_shows_with_the_way_to_the_break() {
    let (_folder, mut harness) = one(LISTS);
    click(&mut harness, "Portal in the list");
    let (end, file) = (LISTS.len(), FileId(0));
    let change = Change::Text { file, range: end..end, with: "broken: [\n".to_owned() };
    send(&mut harness, Command::Change(change));
    harness.get_by_label("Portal, broken, in the list");
    harness.get_by_label_contains("Client app Portal, broken");
    harness.get_by_label_contains("This document is broken.");
    click(&mut harness, "Go to the break");
    harness.get_by_label("Source of clients.yaml");
    // What cannot be read cannot be edited in a form, and that is said.
    click(&mut harness, "Move 2 of Scopes up");
    assert!(matches!(harness.state().state.dialog, Some(Dialog::Refused(_))));
    harness.get_by_label_contains("Nothing was changed.");
    click(&mut harness, "Close");
    send(&mut harness, Command::Act(Action::Undo));
    harness.get_by_label("Portal in the list");
}

#[test]
fn a_file_can_be_closed_and_comes_back_with_undo() {
    let (_folder, mut harness) = folder();
    click(&mut harness, "Ledger in the list");
    click(&mut harness, "File back.yaml");
    click(&mut harness, "Close file");
    assert_eq!(names(&harness), ["Portal", "Kiosk"]);
    send(&mut harness, Command::Act(Action::Undo));
    assert_eq!(names(&harness), ["Ledger", "Portal", "Kiosk"]);
}

const ISSUERS: &str = "\
!ClientAppDto
id: portal
name: Portal
clientAppFederatedIdentities:
  - id: one
    issuer: &issuer https://a.example
    subject: first
  - id: two
    issuer: *issuer
    subject: second
";

#[test]
fn an_identity_behind_an_alias_asks_once_when_its_field_is_left() {
    for (choice, expected) in [
        ("Make this one its own", ISSUERS.replace("*issuer", "https://b.example")),
        ("Edit the anchor (changes 2 places)", ISSUERS.replace("//a.", "//b.")),
    ] {
        let (_folder, mut harness) = one(ISSUERS);
        click(&mut harness, "Portal in the list");
        retype(&mut harness, "Issuer 2", "https://b");
        field(&harness, "Issuer 2").type_text(".example");
        harness.run_ok();
        assert_eq!(harness.state().state.dialog, None, "while one types");
        assert_eq!(text(&harness, 0), ISSUERS);
        press(&mut harness, Modifiers::NONE, Key::Tab);
        assert!(matches!(harness.state().state.dialog, Some(Dialog::Shared(_))), "{choice}");
        click(&mut harness, choice);
        assert_eq!(harness.state().state.dialog, None);
        assert_eq!(text(&harness, 0), expected, "{choice}");
        send(&mut harness, Command::Act(Action::Undo));
        assert_eq!(text(&harness, 0), ISSUERS);
    }
    // Its own subject is written as it is typed.
    let (_folder, mut harness) = one(ISSUERS);
    click(&mut harness, "Portal in the list");
    retype(&mut harness, "Subject 2", "third");
    assert_eq!(text(&harness, 0), ISSUERS.replace("second", "third"));
}

#[test]
fn what_was_typed_over_an_alias_is_dropped_when_the_dialog_is_cancelled() {
    let (_folder, mut harness) = one(ISSUERS);
    click(&mut harness, "Portal in the list");
    retype(&mut harness, "Issuer 2", "https://b.example");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    click(&mut harness, "Cancel");
    assert_eq!(harness.state().state.dialog, None);
    assert_eq!(text(&harness, 0), ISSUERS);
    assert_eq!(field(&harness, "Issuer 2").value().as_deref(), Some("https://a.example"));
}

const MEMBER: &str = "\
!ClientAppDto
id: portal
name: Portal
description: for people   # and machines
subscriptionId: \"{{guid:east}}\"
clientAppCustomAssets:
  - id: logo
---
!SubscriptionDto
id: \"{{guid:east}}\"
name: East
---
!SubscriptionDto
id: \"{{guid:west}}\"
name: West
";

#[test]
fn subscription_and_description_are_edited_in_the_form() {
    let (_folder, mut harness) = one(MEMBER);
    click(&mut harness, "Portal in the list");
    retype(&mut harness, "Description", "for everyone");
    assert_eq!(text(&harness, 0), MEMBER.replace("for people", "for everyone"));
    send(&mut harness, Command::Act(Action::Undo));
    click(&mut harness, "Remove the description");
    assert!(!text(&harness, 0).contains("description"));
    send(&mut harness, Command::Act(Action::Undo));
    click(&mut harness, "Subscription: East");
    click(&mut harness, "West");
    let west = MEMBER.replacen("{{guid:east}}", "{{guid:west}}", 1);
    assert_eq!(text(&harness, 0), west);
    click(&mut harness, "Subscription: West");
    click(&mut harness, "Another id…");
    retype(&mut harness, "Id of the subscription", "{{guid:north}}");
    assert_eq!(text(&harness, 0), MEMBER.replacen("{{guid:east}}", "{{guid:north}}", 1));
    click(&mut harness, "Subscription: Another id");
    click(&mut harness, "not stated");
    assert!(!text(&harness, 0).contains("subscriptionId"));
    harness.get_by_label("Subscription: not stated");
    for _ in 0..3 {
        send(&mut harness, Command::Act(Action::Undo));
    }
    assert_eq!(text(&harness, 0), MEMBER);
}

#[test]
fn a_subscription_that_is_a_mapping_keeps_the_rest_of_it() {
    let mapping =
        MEMBER.replacen("subscriptionId: \"{{guid:east}}\"", "subscription: {id: s, x: 1}", 1);
    let (_folder, mut harness) = one(&mapping);
    click(&mut harness, "Portal in the list");
    retype(&mut harness, "Id of the subscription", "t");
    assert_eq!(text(&harness, 0), mapping.replace("{id: s, x: 1}", "{id: t, x: 1}"));
}

#[test]
fn custom_assets_have_their_section() {
    let (_folder, mut harness) = one(MEMBER);
    click(&mut harness, "Portal in the list");
    click(&mut harness, "Add to Custom assets");
    retype(&mut harness, "New Id", "banner");
    click(&mut harness, "Add entry");
    assert_eq!(
        text(&harness, 0),
        MEMBER.replace("  - id: logo\n", "  - id: logo\n  - id: banner\n")
    );
}

#[test]
fn the_menu_of_a_client_app_opens_by_the_keyboard() {
    for (modifiers, key) in [(Modifiers::NONE, Key::Menu), (Modifiers::SHIFT, Key::F10)] {
        let (_folder, mut harness) = folder();
        harness.get_by_label("Kiosk in the list").focus();
        harness.run_ok();
        press(&mut harness, modifiers, key);
        assert_eq!(selected(&harness), "Kiosk");
        // The keyboard is in the menu, at its first entry.
        let mut entries = harness.query_all_by_label_contains("Allow exchange");
        assert!(entries.any(|entry| entry.is_focused()), "{key:?}");
        drop(entries);
        press(&mut harness, Modifiers::NONE, Key::Escape);
        assert!(harness.query_by_label_contains("Duplicate").is_none());
        assert!(harness.get_by_label("Kiosk in the list").is_focused());
        press(&mut harness, modifiers, key);
        press(&mut harness, Modifiers::NONE, Key::Enter);
        assert!(matches!(harness.state().state.dialog, Some(Dialog::GrantTo { .. })));
    }
}

#[test]
fn the_report_of_a_refused_edit_is_seen_and_then_copied() {
    let repeated = "!ClientAppDto\nid: portal\nname: Portal 7\nname: Portal 7\n";
    let (_folder, mut harness) = one(repeated);
    click(&mut harness, "Portal 7 in the list");
    retype(&mut harness, "Name", "Mine");
    let Some(Dialog::Refused(refusal)) = harness.state().state.dialog.clone() else {
        panic!("{:?}: {}", harness.state().state.dialog, text(&harness, 0))
    };
    let report = refusal.report.unwrap();
    assert_eq!(text(&harness, 0), repeated);
    assert!(harness.query_by_label("Copy report").is_none(), "it is shown first");
    click(&mut harness, "Show report…");
    harness.get_by_label_contains("an edit was refused");
    harness.get_by_label("Copy report").click();
    harness.step();
    let copied = harness.output().platform_output.commands.iter().find_map(|command| {
        if let egui::OutputCommand::CopyText(text) = command { Some(text.clone()) } else { None }
    });
    assert_eq!(copied.as_deref(), Some(report.as_str()));
    assert!(!report.contains("Portal") && report.contains("Xxxxxx 0"));
    click(&mut harness, "Show in the source");
    assert_eq!(harness.state().state.dialog, None);
    harness.get_by_label("Source of clients.yaml");
}
