//! Changes of documents, files and ids: what they do to the text, what they refuse, and that undo
//! and redo give back the same bytes and the same model.

use std::path::PathBuf;

use exchange_studio::config::{
    Change, ChangeError, ClientKey, FileId, Id, ProblemKind, Project, Source,
};
use exchange_studio::yaml::{EditError, Op, Step, Value, Via};

const A: ClientKey = ClientKey(0);
const B: ClientKey = ClientKey(1);
const FILE: FileId = FileId(0);
const OTHER: FileId = FileId(1);

pub fn project(texts: &[&str]) -> Project {
    let source = |(at, text): (usize, &&str)| Source {
        path: None,
        name: format!("{at}.yaml"),
        bytes: text.as_bytes().to_vec(),
    };
    Project::from_sources(texts.iter().enumerate().map(source).collect())
}

pub fn text(project: &Project, file: FileId) -> String {
    String::from_utf8(project.file(file).stream.as_ref().unwrap().to_bytes()).unwrap()
}

fn labels(project: &Project) -> Vec<&str> {
    project.clients().iter().map(|client| client.label()).collect()
}

fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}

fn words(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn add_client(file: FileId, at: Option<usize>, id: Option<&str>, name: &str) -> Change {
    let (id, name) = (id.map(str::to_owned), name.to_owned());
    Change::AddClient { file, at, id, name, subscription: None }
}

const ESTATE: &str = "# head\n!ClientAppDto\n'name': \"Portal\"  # ours\nid: '{{guid:portal}}'\nextra: x\n\n--- \
                      # second\n!ClientAppDto\nid: '{{guid:dash}}'\nallowedTokenExchangeClientApps:\n- \
                      id: '{{guid:portal}}'\n---\n!SubscriptionDto\nid: s\n";

#[test]
fn a_new_client_app_is_written_as_its_neighbours_are() {
    let mut project = project(&[ESTATE]);
    project.apply(&add_client(FILE, Some(1), None, "Night Watch")).unwrap();
    let added = "---\n!ClientAppDto\n'name': \"Night Watch\"\nid: '{{guid:night_watch}}'\n\n";
    let expected = ESTATE.replace("--- # second", &format!("{added}--- # second"));
    assert_eq!(text(&project, FILE), expected);
    assert_eq!(labels(&project), ["Portal", "Night Watch", "{{guid:dash}}"]);
    assert_eq!(project.client(ClientKey(2)).permissions[0].client, Some(A));
    assert_eq!(project.undo_label(), Some("Add client app Night Watch to 0.yaml"));
    // A second of the same name gets an id of its own.
    project.apply(&add_client(FILE, None, None, "night watch")).unwrap();
    assert_eq!(
        project.client(ClientKey(3)).id.as_ref().unwrap().value.as_str(),
        "{{guid:night_watch_2}}"
    );
    assert_eq!(project.client(ClientKey(3)).document, 3, "after the last client app");
    let error = project.apply(&add_client(FILE, None, Some("{{ guid:dash }}"), "x")).unwrap_err();
    assert_eq!(error.to_string(), "{{guid:dash}} has the id {{ guid:dash }} already");
    assert!(project.apply(&add_client(FILE, None, None, " ")).is_err());
    assert!(project.apply(&add_client(FILE, Some(9), None, "x")).is_err());
    project.undo();
    project.undo();
    assert_eq!(text(&project, FILE), ESTATE);
}

#[test]
fn a_new_id_looks_like_the_neighbours_ids() {
    let cases = [
        ("id: 0A8075FD-AC4F-4C25-8F2A-2085A9ADDBF6", true, 36),
        ("id: \"{0a8075fd-ac4f-4c25-8f2a-2085a9addbf6}\"", false, 38),
        ("id: portal", false, 36),
        ("name: x", false, 36),
    ];
    for (like, upper, length) in cases {
        let mut project = project(&[&format!("!ClientAppDto\r\n{like}\r\n")]);
        project.apply(&add_client(FILE, None, None, "New")).unwrap();
        let id = project.client(B).id.as_ref().unwrap().value.as_str().to_owned();
        assert_eq!((id.len(), id.to_lowercase() != id), (length, upper), "{id}");
        let text = text(&project, FILE);
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");
    }
}

#[test]
fn a_client_app_goes_into_a_new_file() {
    let mut project = project(&[ESTATE]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.yaml");
    let file = project.next_file();
    let mut client = add_client(file, None, Some("n"), "New");
    if let Change::AddClient { subscription, .. } = &mut client {
        *subscription = Some("s".to_owned());
    }
    let changes = [Change::AddFile { path: path.clone() }, client];
    project.apply_all(&changes, "Add New in new.yaml").unwrap();
    assert_eq!(project.files()[1].name, "new.yaml");
    assert_eq!(project.unsaved(), [file]);
    assert_eq!(
        text(&project, file),
        "!ClientAppDto\n'name': \"New\"\nid: 'n'\n'subscriptionId': s\n"
    );
    assert!(!path.exists());
    assert_eq!(project.undo().as_deref(), Some("Add New in new.yaml"));
    assert_eq!((project.files().len(), project.clients().len()), (1, 2));
    assert_eq!(project.file(file).stream.as_ref().unwrap().documents().len(), 0, "no panic");
    project.redo().unwrap();
    project.save(file).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text(&project, file));
    // A file that is there is opened, not made.
    for path in [path.clone(), folder.path().to_owned(), PathBuf::from("..")] {
        assert!(project.apply(&Change::AddFile { path }).is_err());
    }
    // Another file never gets the id of one that is gone.
    project.apply(&Change::CloseFile { file }).unwrap();
    assert_eq!(project.undo_label(), Some("Close new.yaml"));
    assert!(project.apply(&Change::CloseFile { file }).is_err());
    assert!(project.next_file() > file);
    assert_eq!(project.clients().len(), 2);
    project.undo().unwrap();
    assert_eq!(labels(&project), ["Portal", "{{guid:dash}}", "New"]);
    assert_eq!(project.unsaved(), []);
}

#[test]
fn documents_are_added_as_written_or_in_the_style_of_their_neighbours() {
    let mut project = project(&[ESTATE]);
    let yaml = "!CustomerDto # as written\nid:   c\n".to_owned();
    project.apply(&Change::AddDocument { file: FILE, at: 3, yaml }).unwrap();
    assert!(text(&project, FILE).ends_with("id: s\n---\n!CustomerDto # as written\nid:   c\n"));
    let value = Value::Mapping(vec![
        ("id".to_owned(), words("x")),
        ("allowedTokenExchangeClientApps".to_owned(), Value::List(vec![words("no")])),
    ]);
    project.apply(&Change::ComposeDocument { file: FILE, at: 2, value }).unwrap();
    let added = "---\n!ClientAppDto\nid: 'x'\nallowedTokenExchangeClientApps:\n- \"no\"\n---\n!Sub";
    assert!(text(&project, FILE).contains(added), "{}", text(&project, FILE));
    for yaml in ["a: 1\n---\nb: 2\n", "a: [\n"] {
        let yaml = yaml.to_owned();
        let error = project.apply(&Change::AddDocument { file: FILE, at: 0, yaml }).unwrap_err();
        assert!(matches!(error, ChangeError::Edit(_)), "{error}");
    }
    project.undo();
    project.undo();
    assert_eq!(text(&project, FILE), ESTATE);
}

#[test]
fn a_copy_is_the_same_but_for_id_and_name() {
    let mut project = project(&[ESTATE]);
    let duplicate = |document| Change::Duplicate { file: FILE, document };
    project.apply(&duplicate(0)).unwrap();
    let copy = project.document(FILE, 1).unwrap().text().to_owned();
    let expected = "---\n# head\n!ClientAppDto\n'name': \"Portal (copy)\"  # ours\nid: \
                    '{{guid:portal_copy}}'\nextra: x\n\n";
    assert_eq!(copy, expected);
    project.apply(&duplicate(0)).unwrap();
    assert_eq!(labels(&project), ["Portal", "Portal (copy 2)", "Portal (copy)", "{{guid:dash}}"]);
    project.apply(&duplicate(4)).unwrap();
    assert!(
        text(&project, FILE)
            .ends_with("---\n!SubscriptionDto\nid: s\n---\n!SubscriptionDto\nid: s\n")
    );
    assert_eq!(project.undo_label(), Some("Duplicate s"));
    for _ in 0..3 {
        project.undo().unwrap();
    }
    assert_eq!(text(&project, FILE), ESTATE);
    assert!(project.apply(&duplicate(3)).is_err());
}

#[test]
fn keys_are_followed_when_documents_come_go_and_move() {
    let one = "!ClientAppDto\nid: a\n---\n!ClientAppDto\nid: b\n---\n!ClientAppDto\nid: c\n";
    let mut project = project(&[one, "!ClientAppDto\r\nid: d\r\n"]);
    let begin = project.revision();
    let follow = |project: &Project, since: u64, id: usize| {
        project.follow(ClientKey(id), since).map(|key| project.client(key).label().to_owned())
    };
    project.apply(&Change::MoveDocument { file: FILE, document: 2, to_file: FILE, to: 0 }).unwrap();
    assert_eq!(labels(&project), ["c", "a", "b", "d"]);
    assert_eq!(project.undo_label(), Some("Move c within 0.yaml"));
    let moved = project.revision();
    for (at, id) in ["a", "b", "c", "d"].iter().enumerate() {
        assert_eq!(follow(&project, begin, at).as_deref(), Some(*id));
    }
    project
        .apply(&Change::MoveDocument { file: FILE, document: 0, to_file: OTHER, to: 1 })
        .unwrap();
    assert_eq!(labels(&project), ["a", "b", "d", "c"]);
    assert_eq!(
        text(&project, OTHER),
        "!ClientAppDto\r\nid: d\r\n---\r\n!ClientAppDto\r\nid: c\r\n"
    );
    assert_eq!(project.undo_label(), Some("Move c to 1.yaml"));
    assert_eq!(follow(&project, begin, 2).as_deref(), Some("c"));
    assert_eq!(follow(&project, moved, 0).as_deref(), Some("c"));
    project.apply(&Change::RemoveDocument { file: FILE, document: 0 }).unwrap();
    assert_eq!(follow(&project, begin, 0), None);
    assert_eq!(follow(&project, begin, 1).as_deref(), Some("b"));
    assert_eq!(follow(&project, project.revision(), 0).as_deref(), Some("b"));
    // What is no client app any more, or never was one, is none.
    let path = Vec::new();
    let op = Op::Set { path, value: Value::Yaml("!Other {id: b}".to_owned()) };
    project.apply(&Change::Edit { file: FILE, document: 0, op, via: None }).unwrap();
    assert_eq!(follow(&project, begin, 1), None);
    assert_eq!(labels(&project), ["d", "c"]);
    assert!(project.get(ClientKey(7)).is_none());
    assert_eq!(project.client(ClientKey(7)).label(), "unnamed client");
    assert!(project.references_to(ClientKey(7)).is_empty());
    while project.undo().is_some() {}
    assert_eq!(text(&project, FILE), one);
    assert_eq!(labels(&project), ["a", "b", "c", "d"]);
}

#[test]
fn an_id_is_renamed_wherever_it_stands() {
    let one = "!ClientAppDto\nid: \"{{guid:a}}\"\nsubscriptionId: '{{ guid:s }}'\nname: \
               see {{guid:a}}\nother: [&x \"{{guid:a}}\", *x]\n\"{{guid:a}}\": key\n---\n!ClientAppDto\nid: \
               b\nallowedTokenExchangeClientApps:\n  - id: {{guid:a}}\n  - {id: '{{guid:a}}'} # why\n";
    let two = "!SubscriptionDto\nid: \"{{guid:s}}\"\ncustomerId: >-\n  {{guid:a}}\n---\n!Odd\n- - \
               '{{guid:a}}'\n";
    let mut project = project(&[one, two]);
    let rename =
        |from: &str, to: &str| Change::RenameId { from: from.to_owned(), to: to.to_owned() };
    let label = "Rename the id {{guid:a}} to {{guid:z}} in 7 places";
    assert_eq!(rename("{{guid:a}}", "{{guid:z}}").describe(&project), label);
    project.apply(&rename("{{guid:a}}", "{{guid:z}}")).unwrap();
    let renamed = |text: &str| text.replace("{{guid:a}}", "{{guid:z}}");
    assert_eq!(text(&project, FILE), renamed(one).replace("see {{guid:z}}", "see {{guid:a}}"));
    assert_eq!(text(&project, OTHER), renamed(two));
    assert_eq!(project.references_to(A).len(), 2);
    project.undo().unwrap();
    // A subscription's id, however it is spelt.
    project.apply(&rename("{{guid:s}}", "11111111-1111-4111-8111-111111111111")).unwrap();
    assert_eq!(project.undo_labels().last().unwrap().rsplit(' ').nth(1), Some("2"));
    let subscription = project.client(A).subscription.clone().unwrap();
    assert!(project.subscription(&subscription.value).is_some());
    project.undo().unwrap();
    assert_eq!((text(&project, FILE).as_str(), text(&project, OTHER).as_str()), (one, two));
    let refused = [
        (rename("{{guid:a}}", "b"), "b has the id b already"),
        (rename("{{guid:a}}", "{{guid:s}}"), "{{guid:s}} has the id {{guid:s}} already"),
        (rename("b", " "), "An id cannot be empty"),
        (rename("{{guid:none}}", "x"), "No document of the project has the id {{guid:none}}"),
    ];
    for (change, expected) in refused {
        assert_eq!(project.apply(&change).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_placeholder_is_not_renamed_into_one_that_is_in_use() {
    let text_before = "!ClientAppDto\nid: \"{{guid:a}}\"\n---\n!Odd\nx: {{guid:z}}\n";
    let mut project = project(&[text_before]);
    let rename = |to: &str| Change::RenameId { from: "{{guid:a}}".to_owned(), to: to.to_owned() };
    let error = project.apply(&rename("{{guid:z}}")).unwrap_err().to_string();
    assert!(error.contains("(0.yaml:5)") && error.contains("in use already"), "{error}");
    project.apply(&rename("{{ guid:a }}")).unwrap();
    project.apply(&rename("{{guid:y}}")).unwrap();
    assert_eq!(text(&project, FILE), text_before.replace("guid:a", "guid:y"));
}

#[test]
fn an_id_that_is_no_guid_is_renamed_only_where_an_id_belongs() {
    let before = "!ClientAppDto\nid: portal\nname: portal\nsubscriptionId: sub\n---\n!ClientAppDto\nid: \
                  x\nallowedTokenExchangeClientApps: [{id: portal}]\nnote: [portal]\n---\nclientAppId: \
                  portal\n";
    let mut project = project(&[before]);
    let change = Change::RenameId { from: "portal".to_owned(), to: "front".to_owned() };
    project.apply(&change).unwrap();
    let after = text(&project, FILE);
    assert_eq!(after.matches("front").count(), 3, "{after}");
    assert!(after.contains("name: portal") && after.contains("note: [portal]"));
    assert_eq!(project.undo_label(), Some("Rename the id portal to front in 3 places"));
}

#[test]
fn no_id_is_renamed_while_a_broken_document_may_name_it() {
    let mut project = project(&["!ClientAppDto\nid: \"{{guid:a}}\"\n---\nx: [{{guid:a}}\n"]);
    let change = Change::RenameId { from: "{{guid:a}}".to_owned(), to: "b".to_owned() };
    let error = project.apply(&change).unwrap_err().to_string();
    assert!(error.starts_with("The document at 0.yaml:3 has a syntax error"), "{error}");
}

#[test]
fn an_edit_of_any_document_asks_where_a_place_is_shared() {
    let before = "base: &b {x: 1}\nuse: *b\n";
    let mut project = project(&[before]);
    let edit = |via| Change::Edit {
        file: FILE,
        document: 0,
        op: Op::Set { path: vec![key("use"), key("x")], value: words("2") },
        via,
    };
    let error = project.apply(&edit(None)).unwrap_err();
    assert!(
        matches!(&error, ChangeError::Edit(it) if it.line == 2 && matches!(it.error, EditError::Shared { .. })),
        "{error}"
    );
    project.apply(&edit(Some(Via::Anchor))).unwrap();
    assert_eq!(text(&project, FILE), "base: &b {x: 2}\nuse: *b\n");
    project.undo();
    let change = Change::Via(Via::Own, Box::new(edit(None)));
    project.apply(&change).unwrap();
    assert_eq!(text(&project, FILE), "base: &b {x: 1}\nuse: {x: 2}\n");
    assert_eq!(project.undo_label(), Some("Set use.x of the document at 0.yaml:1"));
}

#[test]
fn a_list_behind_an_alias_is_changed_as_the_user_says() {
    let before = "!ClientAppDto\nid: a\nx: &l\n  - id: b\nallowedTokenExchangeClientApps: *l\n";
    let mut project = project(&[before]);
    let allow = Change::Allow { owner: A, entry: "c".to_owned() };
    assert!(project.apply(&allow).is_err());
    project.apply(&Change::Via(Via::Anchor, Box::new(allow.clone()))).unwrap();
    assert_eq!(text(&project, FILE), before.replace("  - id: b\n", "  - id: b\n  - id: c\n"));
    assert_eq!(project.undo_label(), Some("Allow a → c"));
    project.undo();
    project.apply(&Change::Via(Via::Own, Box::new(allow))).unwrap();
    assert_eq!(project.client(A).permissions.len(), 2);
    assert!(text(&project, FILE).contains("x: &l\n  - id: b\nallowed"));
}

#[test]
fn text_is_typed_and_what_it_breaks_is_mended() {
    let before = "!ClientAppDto\nid: a\nname: A\n---\n!ClientAppDto\nid: b\n";
    let mut project = project(&[before]);
    let at = before.find("name").unwrap();
    let mut typed = before.to_owned();
    let mut insert = |project: &mut Project, at: usize, with: &str| {
        let change = Change::Text { file: FILE, range: at..at, with: with.to_owned() };
        project.apply_merging(&change, "text").unwrap();
        typed.insert_str(at, with);
        assert_eq!(text(project, FILE), typed);
    };
    for (offset, letter) in "enabled: [\n---\nx".chars().enumerate() {
        insert(&mut project, at + offset, &letter.to_string());
    }
    insert(&mut project, 0, "# head\n");
    assert_eq!(project.undo_labels().collect::<Vec<_>>(), ["Edit the text of 0.yaml"]);
    assert!(project.by_id(&Id::new("b")).is_some());
    assert!(project.problems().any(|it| it.kind == ProblemKind::Syntax));
    project.undo().unwrap();
    assert_eq!(text(&project, FILE), before);
    assert_eq!((project.unsaved(), labels(&project)), (vec![], vec!["A", "b"]));
    project.redo().unwrap();
    project.end_merging();
    // Typing there and back again is no step.
    let steps = project.undo_labels().len();
    let change = |range: std::ops::Range<usize>, with: &str| Change::Text {
        file: FILE,
        range,
        with: with.to_owned(),
    };
    project.apply_merging(&change(0..0, "#"), "more").unwrap();
    project.apply_merging(&change(0..1, ""), "more").unwrap();
    assert_eq!(project.undo_labels().len(), steps);
    assert!(project.apply(&change(5..99999, "x")).is_err());
}

#[test]
fn of_many_changes_the_refused_one_is_named_and_none_is_made() {
    let mut project = project(&[ESTATE]);
    let (since, before) = (project.revision(), format!("{:?}", project.clients()));
    let set = |document, name: &str| Change::Edit {
        file: FILE,
        document,
        op: Op::Set { path: vec![key(name)], value: words("x") },
        via: None,
    };
    let changes = [
        set(0, "id"),
        Change::RemoveDocument { file: FILE, document: 1 },
        add_client(FILE, None, Some("{{guid:dash}}"), "Free again"),
        Change::Allow { owner: B, entry: "q".to_owned() },
        Change::AddFile { path: PathBuf::from("no-such-folder/x.yaml") },
        set(2, "gone"),
    ];
    let refused = project.apply_all(&changes, "Many").unwrap_err();
    assert_eq!(refused.index, 5);
    assert_eq!(refused.to_string(), "0.yaml line 16: there is nothing at gone");
    assert_eq!((text(&project, FILE).as_str(), project.revision()), (ESTATE, since));
    assert_eq!(format!("{:?}", project.clients()), before);
    assert_eq!(project.follow(B, since), Some(B));
    assert_eq!((project.undo_label(), project.files().len()), (None, 1));
    project.apply_all(&changes[..5], "Many").unwrap();
    assert_eq!(labels(&project), ["Portal", "Free again"]);
    assert_eq!(project.by_id(&Id::new("x")), Some(A));
    assert_eq!(project.client(B).permissions.len(), 1);
    project.undo().unwrap();
    assert_eq!(text(&project, FILE), ESTATE);
}
