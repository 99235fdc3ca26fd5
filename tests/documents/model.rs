//! Changes, undo and redo: the smallest edit, the same bytes back, and a model that after each step
//! is what a fresh reading of the text would give.

use std::sync::Arc;

use exchange_studio::audit::review::{self, Line};
use exchange_studio::config::{
    Change, ChangeError, ClientKey, FileId, Id, Project, Setting, Source,
};
use proptest::prelude::*;

const A: ClientKey = ClientKey(0);
const B: ClientKey = ClientKey(1);
const C: ClientKey = ClientKey(2);
const FILE: FileId = FileId(0);

const PORTAL: &str = "11111111-1111-4111-8111-111111111111";
const DASHBOARD: &str = "22222222-2222-4222-8222-222222222222";

fn project(texts: &[&str]) -> Project {
    let source = |(at, text): (usize, &&str)| Source {
        path: None,
        name: format!("{at}.yaml"),
        bytes: text.as_bytes().to_vec(),
    };
    Project::from_sources(texts.iter().enumerate().map(source).collect())
}

/// The lines that the review before saving shows as removed and added.
fn review(project: &Project) -> Vec<String> {
    let file = project.file(FILE);
    let lines = review::changes(file.saved().unwrap(), file.stream.as_ref().unwrap());
    let shown = lines.into_iter().filter_map(|line| match line {
        Line::Removed(text) => Some(format!("-{text}")),
        Line::Added(text) => Some(format!("+{text}")),
        Line::Hunk(_) | Line::Same(_) | Line::NoLineBreak => None,
    });
    shown.collect()
}

fn text(project: &Project, file: FileId) -> String {
    String::from_utf8(project.file(file).stream.as_ref().unwrap().to_bytes()).unwrap()
}

fn two() -> String {
    format!(
        "# head\n!ClientAppDto\nid: {PORTAL}\nname: Portal # ours\n\n---\n!ClientAppDto\nid: \
         \"{DASHBOARD}\"\nname: Dashboard\nclientAppFederatedIdentities:\n  - id: x\n    issuer: \
         https://a.example\n    subject: 123456789\n"
    )
}

fn allow(owner: ClientKey, entry: &str) -> Change {
    Change::Allow { owner, entry: entry.to_owned() }
}

fn revoke(owner: ClientKey, entry: &str) -> Change {
    Change::Revoke { owner, entry: entry.to_owned() }
}

fn set(client: ClientKey, key: &str, value: &str) -> Change {
    Change::Set { client, key: key.to_owned(), value: value.to_owned() }
}

fn federate(client: ClientKey, issuer: &str, subject: &str) -> Change {
    let id = Some("00000000-0000-4000-8000-000000000001".to_owned());
    Change::Federate { client, id, issuer: issuer.to_owned(), subject: subject.to_owned() }
}

/// The lines a step removed and added.
fn difference(before: &str, after: &str) -> Vec<String> {
    let diff = similar::TextDiff::from_lines(before, after);
    let changes = diff.iter_all_changes().filter(|it| it.tag() != similar::ChangeTag::Equal);
    changes.map(|change| format!("{}{}", change.tag(), change.value().trim_end())).collect()
}

#[test]
fn each_change_edits_what_it_means_and_no_more() {
    let cases: [(Change, &[&str]); 6] = [
        (
            allow(A, DASHBOARD),
            &["+allowedTokenExchangeClientApps:", "+  - id: 22222222-2222-4222-8222-222222222222"],
        ),
        (
            federate(B, "https://b.example", "00123"),
            &[
                "+  - id: 00000000-0000-4000-8000-000000000001",
                "+    issuer: https://b.example",
                "+    subject: \"00123\"",
            ],
        ),
        (
            Change::Unfederate { client: B, index: 0 },
            &[
                "-clientAppFederatedIdentities:",
                "-  - id: x",
                "-    issuer: https://a.example",
                "-    subject: 123456789",
            ],
        ),
        (
            Change::EditIdentity {
                client: B,
                index: 0,
                issuer: "https://a.example".to_owned(),
                subject: "987654321".to_owned(),
            },
            &["-    subject: 123456789", "+    subject: 987654321"],
        ),
        (set(A, "name", "Main portal"), &["-name: Portal # ours", "+name: Main portal # ours"]),
        (Change::Unset { client: A, key: "name".to_owned() }, &["-name: Portal # ours"]),
    ];
    for (change, expected) in cases {
        let mut project = project(&[&two()]);
        project.apply(&change).unwrap();
        let mut expected: Vec<String> = expected.iter().map(|line| (*line).to_owned()).collect();
        let found = difference(&two(), &text(&project, FILE));
        // Whether a new text is quoted is the editor's choice, not of interest here.
        let plain =
            |lines: &mut Vec<String>| lines.iter_mut().for_each(|it| *it = it.replace('"', ""));
        let mut found_plain = found.clone();
        plain(&mut found_plain);
        plain(&mut expected);
        assert_eq!(found_plain, expected, "{change:?}");
        let reviewed = review(&project);
        for line in &found {
            assert!(reviewed.contains(&line.trim_end().to_owned()), "{reviewed:?}\n{line}");
        }
        assert_eq!(project.unsaved(), [FILE]);
        let label = change.describe(&self::project(&[&two()]));
        assert_eq!(project.undo_label(), Some(label.as_str()));
        project.undo().unwrap();
        assert_eq!(text(&project, FILE), two());
        assert_eq!(project.unsaved(), []);
        assert_eq!(review(&project), [""; 0]);
    }
}

#[test]
fn changes_describe_themselves() {
    let project = project(&[&two()]);
    let says = |change: Change| change.describe(&project);
    assert_eq!(says(allow(A, &DASHBOARD.to_uppercase())), "Allow Portal → Dashboard");
    assert_eq!(says(revoke(A, "gone")), "Revoke Portal → gone");
    assert_eq!(says(federate(A, "i", "s")), "Add identity s of i to Portal");
    assert_eq!(
        says(Change::Unfederate { client: B, index: 0 }),
        "Remove identity 123456789 from Dashboard"
    );
    assert_eq!(says(set(A, "enabled", "false")), "Set enabled of Portal to false");
    assert_eq!(says(allow(C, "x")), "Allow a client app that is gone → x");
}

#[test]
fn lists_are_found_in_every_empty_form() {
    for list in ["", " []", " ~", " null", " # none yet"] {
        let before =
            format!("!ClientAppDto\nid: a\nallowedTokenExchangeClientApps:{list}\nname: A\n");
        let mut project = project(&[&before]);
        project.apply(&allow(A, "b")).unwrap_or_else(|error| panic!("{list}: {error}"));
        assert_eq!(project.client(A).permissions[0].id, Some(Id::new("b")), "{list}");
        assert_eq!(project.client(A).label(), "A");
        project.undo();
        assert_eq!(text(&project, FILE), before);
    }
}

#[test]
fn the_last_entry_takes_the_key_with_it_and_doubled_entries_go_together() {
    let mut project = project(&[
        "!ClientAppDto\nid: a\nallowedTokenExchangeClientApps:\n  - id: b\n  - id: c # keep\n  - id: b\n",
    ]);
    project.apply(&revoke(A, "b")).unwrap();
    assert_eq!(
        text(&project, FILE),
        "!ClientAppDto\nid: a\nallowedTokenExchangeClientApps:\n  - id: c # keep\n"
    );
    project.apply(&revoke(A, "c")).unwrap();
    assert_eq!(text(&project, FILE), "!ClientAppDto\nid: a\n");
    assert_eq!(project.undo().unwrap(), "Revoke a → c");
    assert_eq!(project.undo().unwrap(), "Revoke a → b");
    assert_eq!(project.undo(), None);
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let text_before = two();
    let mut project = project(&[&text_before]);
    let revision = project.revision();
    let refused = [
        (revoke(A, "x"), "The list of Portal has no entry x"),
        (allow(A, " "), "An entry needs the id of a client app"),
        (federate(A, "", "s"), "An identity needs an issuer and a subject"),
        (
            federate(B, "https://a.example", "123456789"),
            "Dashboard has the identity 123456789 of https://a.example already",
        ),
        (Change::Unfederate { client: B, index: 1 }, "Dashboard has no identity 2"),
        (Change::Unset { client: A, key: "enabled".to_owned() }, "Portal does not state enabled"),
        (
            set(B, "clientAppFederatedIdentities", "x"),
            "clientAppFederatedIdentities of Dashboard is a list, not a text",
        ),
        (set(C, "name", "x"), "The client app is no longer there"),
        (
            Change::RenameId { from: PORTAL.to_owned(), to: DASHBOARD.to_uppercase() },
            "Dashboard has the id 22222222-2222-4222-8222-222222222222 already",
        ),
    ];
    for (change, message) in refused {
        let error = project.apply(&change).unwrap_err().to_string();
        assert_eq!(error.to_lowercase(), message.to_lowercase());
        assert_eq!((text(&project, FILE), project.revision()), (text_before.clone(), revision));
    }
    project.apply(&allow(A, DASHBOARD)).unwrap();
    let again = project.apply(&allow(A, &DASHBOARD.to_uppercase())).unwrap_err();
    assert!(matches!(again, ChangeError::NotPossible(_)));
}

#[test]
fn an_edit_that_the_text_does_not_allow_names_its_line() {
    let mut project = project(&[
        "!ClientAppDto\nid: a\nx: &list\n  - id: b\nallowedTokenExchangeClientApps: *list\n",
    ]);
    let error = project.apply(&allow(A, "c")).unwrap_err();
    let ChangeError::Edit(refused) = error else { panic!("{error}") };
    let (file, line) = (refused.file, refused.line);
    assert_eq!((file.as_str(), line), ("0.yaml", 5));
}

#[test]
fn a_change_that_changes_nothing_is_no_step() {
    let mut project = project(&[&two()]);
    let revision = project.revision();
    project.apply(&set(A, "name", "Portal")).unwrap();
    assert_eq!((project.undo_label(), project.revision()), (None, revision));
}

#[test]
fn typing_is_one_step_until_something_else_happens() {
    let mut project = project(&[&two()]);
    let typed = |project: &mut Project, text: &str| {
        project.apply_merging(&set(A, "name", text), "name of A").unwrap();
    };
    for text in ["P", "Po", "Pos", "Post"] {
        typed(&mut project, text);
    }
    assert_eq!(project.undo_labels().len(), 1);
    project.end_merging();
    typed(&mut project, "Posts");
    assert_eq!(project.undo_labels().len(), 2);
    project.apply(&allow(A, DASHBOARD)).unwrap();
    typed(&mut project, "Poster");
    assert_eq!(project.undo_labels().len(), 4);
    project.undo();
    typed(&mut project, "Poss");
    assert_eq!(project.redo_label(), None, "a new change ends what could be made again");
    for _ in 0..3 {
        project.undo().unwrap();
    }
    assert_eq!(project.client(A).label(), "Post");
    project.undo().unwrap();
    assert_eq!(text(&project, FILE), two());
    project.redo().unwrap();
    assert_eq!(project.client(A).label(), "Post");
    // Typing back to where it began leaves no step.
    typed(&mut project, "Port");
    typed(&mut project, "Porta");
    typed(&mut project, "Post");
    assert_eq!(project.undo_labels().len(), 1);
}

#[test]
fn a_rename_follows_every_reference_and_is_one_step() {
    let one = "!ClientAppDto\nid: a\nname: A\nallowedTokenExchangeClientApps:\n- id: A\n- id: a\n- id: b\n";
    let two = "!ClientAppDto\nid: b\nallowedTokenExchangeClientApps: [{id: a}, {id: \"a\"}]\n";
    let mut project = project(&[one, two]);
    project.apply(&Change::RenameId { from: "a".to_owned(), to: "{{guid:a}}".to_owned() }).unwrap();
    assert_eq!(project.by_id(&Id::new("{{guid:a}}")), Some(A));
    assert_eq!(project.by_id(&Id::new("a")), None);
    assert_eq!(project.references_to(A), [(A, 1), (B, 0), (B, 1)]);
    assert_eq!(project.client(A).permissions[0].client, None, "other text is compared with case");
    assert_eq!(project.unsaved(), [FileId(0), FileId(1)]);
    assert_eq!(project.undo_labels().len(), 1);
    project.undo();
    assert_eq!(
        (text(&project, FileId(0)).as_str(), text(&project, FileId(1)).as_str()),
        (one, two)
    );
    assert_eq!(project.references_to(A), [(A, 1), (B, 0), (B, 1)]);
}

#[test]
fn several_changes_are_one_step_or_none() {
    let mut project = project(&[&two()]);
    let good = [allow(A, DASHBOARD), allow(B, PORTAL), set(A, "enabled", "true")];
    project.apply_all(&good, "Connect both").unwrap();
    assert_eq!(project.undo_label(), Some("Connect both"));
    assert_eq!(project.references_to(A).len() + project.references_to(B).len(), 2);
    assert_eq!(project.undo().as_deref(), Some("Connect both"));
    assert_eq!(text(&project, FILE), two());
    let revision = project.revision();
    let bad = [allow(A, DASHBOARD), revoke(B, "nobody")];
    project.apply_all(&bad, "Half").unwrap_err();
    assert_eq!((text(&project, FILE), project.revision()), (two(), revision));
    assert!(project.references_to(B).is_empty());
}

#[test]
fn links_follow_ids_that_come_and_go() {
    let mut project = project(&[
        "!ClientAppDto\nid: a\nallowedTokenExchangeClientApps: [{id: b}]\n---\n!ClientAppDto\nid: \
         c\n---\n!ClientAppDto\nid: b\n",
    ]);
    let link = |project: &Project| project.client(A).permissions[0].client;
    assert_eq!(link(&project), Some(C));
    project.apply(&set(B, "id", "b")).unwrap();
    assert_eq!(link(&project), Some(B), "the first of two");
    project.apply(&set(B, "id", "d")).unwrap();
    assert_eq!(link(&project), Some(C));
    project.apply(&Change::Unset { client: C, key: "id".to_owned() }).unwrap();
    assert_eq!(link(&project), None);
    project.undo();
    assert_eq!(link(&project), Some(C));
}

/// What a project says, without which file read it when.
fn said(project: &Project) -> String {
    let links: Vec<_> = project
        .clients()
        .iter()
        .map(|client| {
            let pairs = client.identities.iter().filter_map(|it| it.pair());
            let held: Vec<_> = pairs.map(|(i, s)| project.by_identity(i, s)).collect();
            let id = client.id.as_ref().map(|id| project.all_by_id(&id.value));
            (project.references_to(client.key), held, id, client.flag(Setting::Enabled))
        })
        .collect();
    let problems: Vec<_> = project.problems().collect();
    format!("{:#?}{problems:#?}{links:#?}{:#?}", project.clients(), project.other_documents())
}

fn any_change() -> impl Strategy<Value = Change> {
    let client = (0usize..4).prop_map(ClientKey);
    let id = prop_oneof![
        Just("a"),
        Just("b"),
        Just("c"),
        Just("ghost"),
        Just("{{guid:x}}"),
        Just("00123"),
        Just("")
    ]
    .prop_map(str::to_owned);
    let word =
        prop_oneof![Just("https://a.example"), Just("~"), Just("no"), Just("a: b #c"), Just("ä\n")]
            .prop_map(str::to_owned);
    let key =
        prop_oneof![Just("id"), Just("name"), Just("enabled"), Just("isPublic"), Just("other")]
            .prop_map(str::to_owned);
    prop_oneof![
        3 => (client.clone(), id.clone()).prop_map(|(owner, entry)| Change::Allow { owner, entry }),
        2 => (client.clone(), id.clone()).prop_map(|(owner, entry)| Change::Revoke { owner, entry }),
        2 => (client.clone(), id.clone(), word.clone(), word.clone()).prop_map(
            |(client, id, issuer, subject)| Change::Federate { client, id: Some(id), issuer, subject }
        ),
        1 => (client.clone(), 0usize..3).prop_map(|(client, index)| Change::Unfederate { client, index }),
        1 => (client.clone(), 0usize..3, word.clone(), word.clone()).prop_map(
            |(client, index, issuer, subject)| Change::EditIdentity { client, index, issuer, subject }
        ),
        2 => (client.clone(), key.clone(), word).prop_map(|(client, key, value)| Change::Set { client, key, value }),
        1 => (client.clone(), key).prop_map(|(client, key)| Change::Unset { client, key }),
        1 => (id.clone(), id).prop_map(|(from, to)| Change::RenameId { from, to }),
    ]
}

const START: [&str; 2] = [
    "# top\n!ClientAppDto\nid: a\nname: A\nallowedTokenExchangeClientApps:\n  - id: b # first\n  - id: ghost\n\n---\n!SubscriptionDto {id: s, name: S}\n---\n!ClientAppDto {id: b, name: B}\n",
    "---\r\n!ClientAppDto\r\nid: '{{guid:x}}'\r\nenabled: false\r\nclientAppFederatedIdentities:\r\n- id: i\r\n  issuer: https://a.example\r\n  subject: 00123\r\n---\r\nbroken: [\r\n---\r\n!ClientAppDto\r\nid: c\r\nallowedTokenExchangeClientApps: [ {id: a}, { id: \"{{guid:x}}\" } ]",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_every_step_the_model_is_what_a_fresh_reading_gives(
        changes in proptest::collection::vec((any_change(), 0u8..6), 1..12)
    ) {
        let mut project = project(&START);
        let mut steps = vec![[text(&project, FileId(0)), text(&project, FileId(1))]];
        for (change, turn) in changes {
            match turn {
                0 if project.undo().is_some() => {
                    steps.pop();
                }
                _ => {
                    let before = [text(&project, FileId(0)), text(&project, FileId(1))];
                    let revision = project.revision();
                    let label = project.undo_labels().len();
                    match project.apply(&change) {
                        Ok(()) if project.undo_labels().len() > label => {
                            steps.push([text(&project, FileId(0)), text(&project, FileId(1))]);
                            prop_assert!(project.revision() > revision);
                        }
                        _ => prop_assert_eq!(
                            before,
                            [text(&project, FileId(0)), text(&project, FileId(1))]
                        ),
                    }
                }
            }
            let now = [text(&project, FileId(0)), text(&project, FileId(1))];
            prop_assert_eq!(&now, steps.last().unwrap());
            let fresh = self::project(&[&now[0], &now[1]]);
            prop_assert_eq!(said(&project), said(&fresh));
            let unsaved: Vec<_> =
                (0..2).filter(|at| now[*at] != START[*at]).map(FileId).collect();
            prop_assert_eq!(project.unsaved(), unsaved);
        }
        // All the way back and forth again: the same bytes at every step.
        let last = steps.len() - 1;
        for expected in steps[..last].iter().rev() {
            prop_assert!(project.undo().is_some());
            prop_assert_eq!(&[text(&project, FileId(0)), text(&project, FileId(1))], expected);
        }
        prop_assert!(project.undo().is_none());
        prop_assert_eq!(project.unsaved(), []);
        for expected in &steps[1..] {
            prop_assert!(project.redo().is_some());
            prop_assert_eq!(&[text(&project, FileId(0)), text(&project, FileId(1))], expected);
        }
        let fresh = self::project(&[&steps[last][0], &steps[last][1]]);
        prop_assert_eq!(said(&project), said(&fresh));
    }
}

#[test]
fn an_edit_leaves_every_other_document_as_it_is() {
    let mut project = project(&START);
    let before: Vec<_> = project.file(FILE).stream.as_ref().unwrap().documents().to_vec();
    project.apply(&set(A, "name", "AA")).unwrap();
    let after = project.file(FILE).stream.as_ref().unwrap().documents();
    for (at, (before, after)) in before.iter().zip(after).enumerate() {
        assert_eq!(Arc::ptr_eq(before, after), at != 0, "document {at}");
    }
}
