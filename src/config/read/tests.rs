//! What is read stays right while documents change, and when an edit breaks one.

use std::sync::Arc;

use crate::yaml::{Document, Op, Step, Value};

use super::super::{Change, ClientKey, FileId, Id, Part, ProblemKind, Project, Setting, Source};

const A: ClientKey = ClientKey(0);
const FILE: FileId = FileId(0);

fn project(text: &str) -> Project {
    let bytes = text.as_bytes().to_vec();
    Project::from_sources(vec![Source { path: None, name: "a.yaml".to_owned(), bytes }])
}

fn kinds(project: &Project) -> Vec<ProblemKind> {
    project.problems().map(|problem| problem.kind).collect()
}

fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}

fn set(path: &str, value: &str) -> Op {
    Op::Set { path: vec![key(path)], value: Value::Text(value.to_owned()) }
}

fn put(project: &mut Project, at: usize, document: Document) -> Arc<Document> {
    let old = project.document(FILE, at).unwrap().clone();
    project.splice(FILE, at, 1, &[Arc::new(document)]);
    project.settle();
    old
}

fn edit(project: &mut Project, at: usize, op: &Op) -> Arc<Document> {
    let edited = project.document(FILE, at).unwrap().edit(op).unwrap();
    put(project, at, edited)
}

fn back(project: &mut Project, at: usize, document: Arc<Document>) {
    project.splice(FILE, at, 1, &[document]);
    project.settle();
}

/// Types over a part of a document.
fn replace(project: &mut Project, at: usize, from: &str, to: &str) {
    let old = project.document(FILE, at).unwrap();
    let edited = Document::parse_after(&old.text().replace(from, to), old);
    put(project, at, edited);
}

#[test]
fn spellings_are_counted_through_edits() {
    let client = |id: &str, more: &str| format!("---\n!ClientAppDto\nid: {id}\n{more}\n");
    let mut project = project(
        &(client("a", "isEnabled: true") + &client("b", "isEnabled: true") + &client("c", "")),
    );
    let spelled = |project: &Project| {
        project.spelling(project.client(ClientKey(2)), Part::Setting(Setting::Enabled))
    };
    assert_eq!(spelled(&project), "isEnabled");
    let rename =
        Op::Rename { path: Vec::new(), key: "isEnabled".to_owned(), new: "enabled".to_owned() };
    let before = edit(&mut project, 0, &rename);
    assert_eq!(spelled(&project), "enabled", "of two as frequent the likelier");
    back(&mut project, 0, before);
    assert_eq!(spelled(&project), "isEnabled");
}

#[test]
fn the_index_of_placeholders_follows_edits() {
    let mut project = project(
        "!ClientAppDto\nid: '{{guid:a}}'\n---\n!SubscriptionDto\nid: '{{guid:s}}'\nname: N\n",
    );
    let first = edit(&mut project, 0, &set("id", "{{guid:b}}"));
    let second = edit(&mut project, 1, &set("name", "{{env:N}}"));
    edit(&mut project, 1, &set("id", "{{guid:b}}"));
    let uses =
        |project: &Project, kind: &str, name: &str| project.placeholder_uses(kind, name).len();
    assert_eq!(
        (uses(&project, "guid", "a"), uses(&project, "guid", "b"), uses(&project, "env", "N")),
        (0, 2, 1)
    );
    back(&mut project, 0, first);
    back(&mut project, 1, second);
    assert_eq!((uses(&project, "guid", "a"), uses(&project, "guid", "s")), (1, 1));
    assert_eq!((uses(&project, "guid", "b"), uses(&project, "env", "N")), (0, 0));
    // A change that leaves the names alone moves their places.
    let set = Change::Set { client: A, key: "name".to_owned(), value: "{{guid:A}}".to_owned() };
    project.apply(&set).unwrap();
    assert_eq!(project.placeholders_like("a").len(), 2);
    project.undo();
    assert_eq!(project.placeholders_like("a").len(), 1);
}

#[test]
fn a_document_that_an_edit_broke_keeps_what_it_said() {
    let mut project = project(
        "!ClientAppDto\nid: a\nname: A\nallowedTokenExchangeClientApps:\n- id: b\nnote: \
         '{{env:X}}'\n---\n!ClientAppDto\nid: b\n---\n!SubscriptionDto\nid: s\nname: S\n",
    );
    replace(&mut project, 0, "name: A\n", "name: [A\n");
    assert_eq!(project.clients().len(), 2);
    let client = project.client(A);
    let stale = client.stale.as_deref().unwrap();
    assert_eq!(*stale, project.problems().next().unwrap().place);
    assert_eq!(project.position(*stale).line, 4);
    assert_eq!(client.name.as_ref().unwrap().value, "A");
    assert_eq!(client.permissions[0].client, Some(ClientKey(1)));
    // Places are those of the present text.
    assert_eq!(project.source(client.id.as_ref().unwrap().place), "a");
    assert_eq!(project.source(client.permissions[0].place), "id: b");
    let unknown = &client.unknown()[0];
    assert_eq!(project.source(client.place_at(unknown.value_span())), "'{{env:X}}'");
    let uses = project.placeholder_uses("env", "X");
    assert_eq!(project.source(uses[0].place), "{{env:X}}");
    assert_eq!(kinds(&project), [ProblemKind::Syntax]);
    assert_eq!(project.problems().next().unwrap().client, Some(A));
    // Another keystroke in the broken text, an edit elsewhere, and then it is whole again.
    replace(&mut project, 0, "name: [A\n", "name: [A, B\n");
    assert_eq!(project.client(A).label(), "A");
    edit(&mut project, 2, &set("name", "T"));
    assert_eq!(project.by_id(&Id::new("a")), Some(A));
    replace(&mut project, 2, "name: T", "name: {T");
    assert!(project.other_documents()[0].stale.is_some());
    assert_eq!(project.other_documents()[0].label(), "T");
    replace(&mut project, 0, "name: [A, B\n", "name: B\n");
    let client = project.client(A);
    assert_eq!((client.stale.as_deref(), client.label()), (None, "B"));
    assert_eq!(kinds(&project), [ProblemKind::Syntax]);
}

#[test]
fn a_document_that_was_broken_from_the_start_says_nothing() {
    let mut project = project("!ClientAppDto\nid: [a\n---\n!ClientAppDto\nid: b\n");
    assert_eq!(project.clients().len(), 1);
    replace(&mut project, 0, "id: [a", "id: [ab");
    assert_eq!(project.clients().len(), 1);
    assert_eq!(kinds(&project), [ProblemKind::Syntax]);
}
