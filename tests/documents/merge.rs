//! What was changed here and what somebody else saved become one, and nothing is lost.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use exchange_studio::config::merge::{Merge, MergeError, Side, three_way};
use exchange_studio::config::{Change, ClientKey, FileId, Project, Source};
use exchange_studio::yaml::{Limits, Stream};
use proptest::prelude::*;
use tempfile::TempDir;

fn load(text: &str) -> Stream {
    Stream::load(text.as_bytes(), &Limits::default()).unwrap()
}

fn text(stream: &Stream) -> String {
    String::from_utf8(stream.to_bytes()).unwrap()
}

fn merged(base: &str, mine: &str, theirs: &str) -> Merge {
    three_way(&load(base), &load(mine), &load(theirs))
}

/// Merges without conflict.
#[track_caller]
fn clean(base: &str, mine: &str, theirs: &str) -> String {
    let merge = merged(base, mine, theirs);
    let places: Vec<String> = merge.conflicts.iter().map(|it| it.place()).collect();
    assert_eq!(places, Vec::<String>::new());
    text(&merge.stream)
}

const BASE: &str = "\
# Clients of the north
!ClientAppDto
id: a
name: Portal # the web one
allowedTokenExchangeClientApps:
  - id: x
  - id: y # once
isEnabled: true
---
!ClientAppDto
id: b
name: Desk
clientAppFederatedIdentities:
  - id: 1
    issuer: https://i.test
    subject: s1
  - id: 2
    issuer: https://i.test
    subject: s2
";

#[test]
fn changes_of_one_document_keep_layout_and_comments_of_both() {
    let mine = BASE.replace("name: Portal", "name: Gate").replace("# once", "# mine");
    let theirs = BASE
        .replace("# Clients of the north", "# Clients of the south")
        .replace("  - id: x\n", "  - id: x\n  # for the new one\n  - id: z\n");
    let expected = theirs.replace("name: Portal", "name: Gate").replace("# once", "# mine");
    assert_eq!(clean(BASE, &mine, &theirs), expected);
    assert_eq!(clean(BASE, &theirs, &mine), expected);
}

#[test]
fn items_are_told_by_what_they_are_and_not_by_their_place() {
    // Both changed the same lines, to things that go together.
    let mine = BASE.replace("  - id: y # once\n", "  - id: y # once\n  - id: m\n");
    let theirs = BASE.replace("  - id: y # once\n", "  - id: t # new\n");
    let out = clean(BASE, &mine, &theirs);
    assert!(out.contains("  - id: x\n  - id: t # new\n  - id: m\n"), "{out}");
    // An identity moved and changed there, another one changed here.
    let mine = BASE.replace("subject: s2", "subject: mine");
    let theirs = BASE.replace(
        "  - id: 1\n    issuer: https://i.test\n    subject: s1\n  - id: 2\n    issuer: \
         https://i.test\n    subject: s2\n",
        "  - id: 2\n    issuer: https://i.test\n    subject: s2\n  - id: 1\n    issuer: \
         https://i.test\n    subject: theirs\n",
    );
    let out = clean(BASE, &mine, &theirs);
    let expected = "  - id: 2\n    issuer: https://i.test\n    subject: mine\n  - id: 1\n    \
                    issuer: https://i.test\n    subject: theirs\n";
    assert!(out.contains(expected), "{out}");
    // The last permission taken away with its list here, another one added there.
    let mine = BASE.replace("allowedTokenExchangeClientApps:\n  - id: x\n  - id: y # once\n", "");
    let theirs = BASE.replace("  - id: x\n", "  - id: x\n  - id: z\n");
    let out = clean(BASE, &mine, &theirs);
    assert!(out.contains("allowedTokenExchangeClientApps:\n  - id: z\n"), "{out}");
    assert!(!out.contains("id: x"), "{out}");
}

#[test]
fn conflicts_are_told_with_their_places_and_resolved_by_choice() {
    let mine = BASE.replace("Portal", "Mine").replace("subject: s1", "subject: m1");
    let theirs = BASE
        .replace("Portal", "Theirs")
        .replace("isEnabled: true\n", "")
        .replace("  - id: 1\n    issuer: https://i.test\n    subject: s1\n", "");
    let mut merge = merged(BASE, &mine, &theirs);
    let told: Vec<_> = merge
        .conflicts
        .iter()
        .map(|conflict| {
            let part = |part: &Option<exchange_studio::config::merge::Part>| {
                part.as_ref().map(|part| part.text().lines().last().unwrap().trim().to_owned())
            };
            (conflict.place(), part(&conflict.base), part(&conflict.mine), part(&conflict.theirs))
        })
        .collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        told,
        [
            ("Mine: name".to_owned(), some("Portal"), some("Mine"), some("Theirs")),
            (
                "Desk: clientAppFederatedIdentities[0]".to_owned(),
                some("subject: s1"),
                some("subject: m1"),
                None
            ),
        ]
    );
    // Mine as long as nobody chooses; what is no conflict is taken.
    let expected = mine.replace("isEnabled: true\n", "");
    assert_eq!(text(&merge.stream), expected);
    merge.choose(1, Side::Theirs);
    assert_eq!(text(&merge.stream), theirs.replace("Theirs", "Mine"));
    merge.choose_all(Side::Theirs);
    assert_eq!(text(&merge.stream), theirs);
    merge.choose_all(Side::Mine);
    assert_eq!(text(&merge.stream), expected);
    assert!(!format!("{merge:?}").contains("Portal"), "what is shown may hold a secret");
}

#[test]
fn documents_come_go_and_move_on_both_sides() {
    let a = "!ClientAppDto\nid: a\nname: A";
    let [b, c] = ["b", "c"].map(|id| format!("---\n!ClientAppDto\nid: {id}\n"));
    let base = format!("{a}\n{b}{c}");
    // Added on both sides at the same place, one removed, the end without line break.
    let mine = format!("{a}\n---\n!ClientAppDto\nid: m\n{b}{c}");
    let theirs = format!("{a}\n---\n!ClientAppDto\nid: t\n{c}---\n!ClientAppDto\nid: end");
    assert_eq!(
        clean(&base, &mine, &theirs),
        format!(
            "{a}\n---\n!ClientAppDto\nid: m\n---\n!ClientAppDto\nid: t\n{c}---\n!ClientAppDto\nid: end"
        )
    );
    // The first, which has no `---`, is moved behind there; one is added to the end here.
    let theirs = format!("{b}{c}---\n{a}");
    let mine = format!("{base}---\n!ClientAppDto\nid: m\n");
    let out = clean(&base, &mine, &theirs);
    assert_eq!(out, format!("{b}{c}---\n!ClientAppDto\nid: m\n---\n{a}"));
    // Renamed here, changed there: one document. Renamed on both sides: two, and a question.
    let mine = base.replace("id: a", "id: a2");
    let theirs = base.replace("name: A", "name: B");
    assert_eq!(clean(&base, &mine, &theirs), mine.replace("name: A", "name: B"));
    let theirs = base.replace("id: a", "id: a3");
    let merge = merged(&base, &mine, &theirs);
    assert_eq!(merge.conflicts.len(), 1);
    let out = text(&merge.stream);
    assert!(out.contains("id: a2") && out.contains("id: a3"), "{out}");
}

#[test]
fn what_cannot_be_read_is_never_mixed() {
    let base = "id: a\nname: A\n---\nid: b\n";
    let broken = "id: a\nname: [A\n---\nid: b\n";
    let theirs = "id: a\nname: B\n---\nid: b\nx: 1\n";
    let mut merge = merged(base, broken, theirs);
    assert_eq!(text(&merge.stream), "id: a\nname: [A\n---\nid: b\nx: 1\n");
    assert_eq!(merge.conflicts.len(), 1);
    assert!(merge.conflicts[0].path.is_empty());
    merge.choose(0, Side::Theirs);
    assert_eq!(text(&merge.stream), theirs);
    // The break alone is as good a change as any.
    assert_eq!(
        clean(base, broken, &base.replace("id: b", "id: c")),
        broken.replace("id: b", "id: c")
    );
}

#[test]
fn deep_and_odd_values_are_compared_quickly() {
    let deep = |leaf: &str| format!("{}{leaf}{}", "{a: ".repeat(100), "}".repeat(100));
    let base = format!("id: a\nv: {}\nw: 1\n", deep("1"));
    let mine = base.replace(&deep("1"), &deep("2"));
    let theirs = base.replace(&deep("1"), &deep("3"));
    assert_eq!(merged(&base, &mine, &theirs).conflicts.len(), 1);
    // Doubled keys, keys that are no text, aliases: taken as a whole.
    let base = "id: a\n? [k]\n: 1\nid2: &x {q: 1}\nr: *x\nd: {k: 1, k: 2}\nn: 1\n";
    let mine = base.replace("k: 2", "k: 3");
    let theirs = base.replace("n: 1", "n: 2");
    assert_eq!(clean(base, &mine, &theirs), mine.replace("n: 1", "n: 2"));
}

#[test]
fn a_merge_is_one_step_and_lets_the_next_save_pass() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.yaml");
    fs::write(&path, BASE).unwrap();
    let file = FileId(0);
    let mut project = Project::open(std::slice::from_ref(&path)).unwrap();
    let set = |project: &mut Project, value: &str| {
        let change = Change::Set { client: ClientKey(0), key: "name".into(), value: value.into() };
        project.apply(&change).unwrap();
    };
    set(&mut project, "Mine");
    let theirs = BASE.replace("name: Desk", "name: Theirs");
    fs::write(&path, &theirs).unwrap();
    assert!(project.save(file).is_err());
    let merge = project.prepare_merge(file).unwrap().run().unwrap();
    assert_eq!(merge.merge.conflicts.len(), 0);
    project.merge(merge).unwrap();
    let names: Vec<&str> = project.clients().iter().map(|client| client.label()).collect();
    assert_eq!(names, ["Mine", "Theirs"]);
    assert_eq!(project.unsaved(), [file]);
    assert!(project.disk_watch().check().is_empty());
    project.save(file).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), theirs.replace("Portal", "Mine"));
    // One step, and back by one.
    assert_eq!(project.undo().as_deref(), Some("Merge a.yaml with what is on disk"));
    assert_eq!(project.client(ClientKey(1)).label(), "Desk");
    project.redo();
    assert_eq!(project.unsaved(), []);

    // What was typed while somebody looked at the merge is in it, or asked about.
    fs::write(&path, theirs.replace("Portal", "Again")).unwrap();
    let merge = project.prepare_merge(file).unwrap().run().unwrap();
    assert_eq!(merge.merge.conflicts.len(), 0);
    set(&mut project, "Clash");
    let error = project.merge(merge).unwrap_err();
    let MergeError::Outdated(mut merge) = error else { panic!("{error}") };
    assert_eq!(merge.merge.conflicts.len(), 1);
    merge.merge.choose(0, Side::Theirs);
    project.merge(*merge).unwrap();
    assert_eq!(project.client(ClientKey(0)).label(), "Again");
    assert_eq!(project.unsaved(), []);
}

// Properties.

#[derive(Clone, Debug, PartialEq, Eq, Default)]
struct Client {
    name: Option<u8>,
    keys: BTreeMap<u8, u8>,
    permissions: Vec<u8>,
    identities: BTreeMap<u8, u8>,
    remark: u8,
}

type Clients = Vec<(u8, Client)>;

fn write(clients: &Clients, style: u8) -> String {
    let mut out = String::new();
    for (at, (id, client)) in clients.iter().enumerate() {
        if at > 0 || style & 1 == 1 {
            out.push_str("---\n");
        }
        if client.remark > 0 {
            out.push_str(&format!("# remark {}\n", client.remark));
        }
        out.push_str(&format!("!ClientAppDto\nid: c{id}\n"));
        if let Some(name) = client.name {
            out.push_str(&format!("name: Client {name} # called so\n"));
        }
        for (key, value) in &client.keys {
            out.push_str(&format!("key{key}: 'v{value}'\n"));
        }
        if !client.permissions.is_empty() {
            out.push_str("allowedTokenExchangeClientApps:\n");
            for id in &client.permissions {
                out.push_str(&format!("  - id: p{id} # {id}\n"));
            }
        }
        if !client.identities.is_empty() && style & 2 == 2 {
            let item = |(id, subject)| format!("{{id: i{id}, issuer: i, subject: s{subject}}}");
            let items: Vec<String> = client.identities.iter().map(item).collect();
            out.push_str(&format!("clientAppFederatedIdentities: [{}]\n", items.join(", ")));
        } else if !client.identities.is_empty() {
            out.push_str("clientAppFederatedIdentities:\n");
            for (id, subject) in &client.identities {
                out.push_str(&format!("- id: i{id}\n  issuer: i\n  subject: s{subject}\n"));
            }
        }
    }
    match style & 12 {
        4 => out.truncate(out.trim_end().len()),
        8 => out = out.replace('\n', "\r\n"),
        _ => {}
    }
    out
}

#[derive(Clone, Copy, Debug)]
enum Edit {
    Name(u8),
    Key(u8, Option<u8>),
    Allow(u8),
    Revoke(u8),
    Identity(u8, Option<u8>),
    Remark(u8),
    AddClient,
    RemoveClient,
    MoveClient(u8),
}

/// An edit of the client with an id.
type Step = (u8, Edit);

fn apply(clients: &mut Clients, (id, edit): Step) {
    let at = clients.iter().position(|(it, _)| *it == id);
    let client = at.map(|at| &mut clients[at].1);
    match (edit, client) {
        (Edit::AddClient, None) => {
            let client = Client { name: Some(id), ..Client::default() };
            clients.insert(usize::from(id) % (clients.len() + 1), (id, client));
        }
        (Edit::RemoveClient, Some(_)) => clients.retain(|(it, _)| *it != id),
        (Edit::MoveClient(to), Some(_)) => {
            let moved = clients.remove(at.unwrap());
            clients.insert(usize::from(to) % (clients.len() + 1), moved);
        }
        (Edit::Name(name), Some(client)) => client.name = Some(name),
        (Edit::Remark(remark), Some(client)) => client.remark = remark,
        (Edit::Key(key, Some(value)), Some(client)) => drop(client.keys.insert(key, value)),
        (Edit::Key(key, None), Some(client)) => drop(client.keys.remove(&key)),
        (Edit::Allow(id), Some(client)) if !client.permissions.contains(&id) => {
            let at = usize::from(id) % (client.permissions.len() + 1);
            client.permissions.insert(at, id);
        }
        (Edit::Revoke(id), Some(client)) => client.permissions.retain(|it| *it != id),
        (Edit::Identity(id, Some(subject)), Some(client)) => {
            client.identities.insert(id, subject);
        }
        (Edit::Identity(id, None), Some(client)) => drop(client.identities.remove(&id)),
        _ => {}
    }
}

fn edited(base: &Clients, steps: &[Step]) -> Clients {
    let mut clients = base.clone();
    steps.iter().for_each(|step| apply(&mut clients, *step));
    clients
}

/// What an edit is about; edits about different things go together.
fn about((client, edit): &Step) -> (u8, String) {
    let what = match edit {
        Edit::Name(_) => "name".to_owned(),
        Edit::Key(key, _) => format!("key {key}"),
        Edit::Allow(id) | Edit::Revoke(id) => format!("permission {id}"),
        Edit::Identity(id, _) => format!("identity {id}"),
        Edit::Remark(_) => "remark".to_owned(),
        Edit::AddClient | Edit::RemoveClient | Edit::MoveClient(_) => String::new(),
    };
    (*client, what)
}

fn go_together(mine: &Step, theirs: &Step) -> bool {
    let (mine, theirs) = (about(mine), about(theirs));
    mine.0 != theirs.0 || (mine.1 != theirs.1 && !mine.1.is_empty() && !theirs.1.is_empty())
}

fn client() -> impl Strategy<Value = Client> {
    let keys = prop::collection::btree_map(0..4u8, 0..5u8, 0..3);
    let permissions = prop::collection::btree_set(0..6u8, 0..4);
    let identities = prop::collection::btree_map(0..4u8, 0..5u8, 0..3);
    let name = prop::option::weighted(0.8, 0..5u8);
    (name, keys, permissions, identities, 0..3u8).prop_map(
        |(name, keys, permissions, identities, remark)| {
            let permissions = permissions.into_iter().collect();
            Client { name, keys, permissions, identities, remark }
        },
    )
}

fn clients() -> impl Strategy<Value = Clients> {
    prop::collection::vec(client(), 0..5)
        .prop_map(|all| all.into_iter().enumerate().map(|(id, it)| (id as u8, it)).collect())
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let edit = prop_oneof![
        (0..5u8).prop_map(Edit::Name),
        (0..4u8, prop::option::of(0..5u8)).prop_map(|(key, value)| Edit::Key(key, value)),
        (0..6u8).prop_map(Edit::Allow),
        (0..6u8).prop_map(Edit::Revoke),
        (0..4u8, prop::option::of(0..5u8)).prop_map(|(id, value)| Edit::Identity(id, value)),
        (0..3u8).prop_map(Edit::Remark),
        Just(Edit::AddClient),
        Just(Edit::RemoveClient),
        (0..5u8).prop_map(Edit::MoveClient),
    ];
    prop::collection::vec((0..7u8, edit), 0..6)
}

/// Name, texts by their keys, and the entries of lists.
type Said = (Option<String>, BTreeMap<String, String>, BTreeSet<String>);

/// What a text says of its clients, without the order of anything.
fn meaning(text: &str) -> BTreeMap<String, Said> {
    let source = Source { path: None, name: "x.yaml".into(), bytes: text.as_bytes().to_vec() };
    let project = Project::from_sources(vec![source]);
    let stream = project.files()[0].stream.as_ref().unwrap();
    assert!(stream.documents().iter().all(|it| it.tree().is_ok()), "{text}");
    let clients = project.clients().iter().map(|client| {
        let document = project.document(client.file, client.document).unwrap();
        let tree = document.tree().unwrap();
        let scalars = tree.entries(tree.root().unwrap()).iter().filter_map(|(key, value)| {
            Some((tree.text(*key)?.to_owned(), tree.text(*value)?.to_owned()))
        });
        let permissions = client.permissions.iter().map(|it| it.id.as_ref().unwrap().to_string());
        let identities = client.identities.iter().map(|it| {
            format!("{} {}", it.id.as_ref().unwrap().value, it.subject.as_ref().unwrap().value)
        });
        let id = client.id.as_ref().unwrap().value.to_string();
        let name = client.name.as_ref().map(|name| name.value.clone());
        (id, (name, scalars.collect(), permissions.chain(identities).collect()))
    });
    let count = project.clients().len();
    let clients: BTreeMap<_, _> = clients.collect();
    assert_eq!(clients.len(), count, "{text}");
    clients
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn one_changed_side_is_taken_byte_for_byte(base in clients(), steps in steps(), style in 0..16u8, other in 0..16u8) {
        let changed = write(&edited(&base, &steps), other);
        let base = write(&base, style);
        prop_assert_eq!(clean(&base, &changed, &base), &*changed);
        prop_assert_eq!(clean(&base, &base, &changed), &*changed);
        prop_assert_eq!(clean(&base, &changed, &changed), &*changed);
    }

    #[test]
    fn changes_that_go_together_are_both_made(base in clients(), mine in steps(), theirs in steps(), style in 0..16u8) {
        let theirs: Vec<Step> = theirs
            .into_iter()
            .filter(|theirs| mine.iter().all(|mine| go_together(mine, theirs)))
            .collect();
        let both: Vec<Step> = mine.iter().chain(&theirs).copied().collect();
        let expected = write(&edited(&base, &both), style);
        let [mine, theirs] = [&mine, &theirs].map(|steps| write(&edited(&base, steps), style));
        let out = clean(&write(&base, style), &mine, &theirs);
        prop_assert_eq!(meaning(&out), meaning(&expected), "{}", out);
    }

    #[test]
    fn whatever_was_changed_nothing_is_lost(base in clients(), mine in steps(), theirs in steps(), style in 0..16u8, sides in any::<u16>()) {
        let [base, mine, theirs] = [base.clone(), edited(&base, &mine), edited(&base, &theirs)]
            .map(|clients| write(&clients, style));
        let mut merge = merged(&base, &mine, &theirs);
        let [in_base, in_mine, in_theirs] = [&base, &mine, &theirs].map(|text| meaning(text));
        let out = meaning(&text(&merge.stream));
        for (id, client) in in_mine.iter().chain(&in_theirs) {
            let removed = in_base.get(id) == Some(client)
                && (!in_mine.contains_key(id) || !in_theirs.contains_key(id));
            prop_assert!(removed || out.contains_key(id), "{} is lost", id);
        }
        // Any choice can be written, and all of theirs is theirs where they disagree.
        for index in 0..merge.conflicts.len() {
            let side = if sides & (1 << (index % 16)) == 0 { Side::Mine } else { Side::Theirs };
            merge.choose(index, side);
            meaning(&text(&merge.stream));
        }
        merge.choose_all(Side::Theirs);
        let theirs_taken = meaning(&text(&merge.stream));
        for (id, client) in &in_theirs {
            if in_base.get(id) != Some(client) && in_mine.get(id) == in_base.get(id) {
                prop_assert_eq!(theirs_taken.get(id), Some(client));
            }
        }
    }
}
