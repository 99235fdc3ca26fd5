//! Random projects and random changes of every kind: undo gives back the same bytes and an equal
//! model, redo too, and after each step the model is what a fresh reading of the text would give.

use std::path::PathBuf;
use std::sync::Arc;

use exchange_studio::config::{Change, ClientKey, FileId, Project, Source};
use exchange_studio::yaml::{Op, Step, Value, Via};
use proptest::prelude::*;

const DOCUMENTS: &[&str] = &[
    "!ClientAppDto\nid: a\nname: A # ours\nallowedTokenExchangeClientApps:\n- id: b\n- id: \
     \"{{guid:x}}\"\n",
    "--- !ClientAppDto\nid: \"{{guid:x}}\"\nname: X\nclientAppFederatedIdentities:\n  - {issuer: i, \
     subject: 00123}\n\n",
    "---\r\n!ClientAppDto\r\nid: b\r\nsubscriptionId: s\r\n",
    "# of c\n---\n!ClientAppDto {id: c, name: 'C', allowedTokenExchangeClientApps: [{id: a}]}\n",
    "---\n!ClientAppDto\nid: &i d\nname: *i\nbase: &l\n  - id: a\nallowedTokenExchangeClientApps: *l\n...\n",
    "---\n!SubscriptionDto\nid: s\nname: S\ncustomerId: '{{guid:x}}'\n",
    "---\nbroken: [\n",
    "--- # nothing\n",
    "---\n- plain\n- {k: v}\n",
    "---\n!ClientAppDto\nid: a\nname: the other A",
];

const WORDS: &[&str] =
    &["a", "b", "zz", "{{guid:x}}", "{{guid:y}}", "00123", "no", "", "ä: b # c", "x\ny", "s"];

const TYPED: &[&str] = &[
    "x",
    "\n---\n",
    "[",
    "\"",
    "#",
    "",
    "!ClientAppDto\nid: t\n",
    "---\nid: q\n",
    "\u{feff}",
    "ü",
];

/// What a random step is made of: a kind, and numbers that become places in the project as it is
/// then.
type Dice = (u8, u8, u8, u8);

fn pick<'a>(words: &[&'a str], number: u8) -> &'a str {
    words[usize::from(number) % words.len()]
}

/// A change that may or may not be possible.
fn change(project: &Project, (kind, a, b, c): Dice) -> Change {
    let files = project.files();
    if files.is_empty() {
        return Change::AddFile { path: PathBuf::from("no-such-folder/first.yaml") };
    }
    let some_file = |number: u8| files[usize::from(number) % files.len()].id;
    let count = |file: FileId| {
        project.file(file).stream.as_ref().map_or(0, |stream| stream.documents().len())
    };
    // One past the end now and then.
    let below = |number: u8, count: usize| usize::from(number) % (count + 1);
    let file = some_file(a);
    let document = below(b, count(file));
    let client = ClientKey(below(a, project.clients().len()));
    let word = |number: u8| pick(WORDS, number).to_owned();
    let value = |number: u8| match number % 4 {
        0 => Value::List(vec![Value::Text(word(number)), Value::Text(word(number / 3))]),
        1 => Value::Mapping(vec![("id".to_owned(), Value::Text(word(number)))]),
        2 => Value::Yaml("!T {k: [v] # of\n }".to_owned()),
        _ => Value::Text(word(number)),
    };
    match kind % 19 {
        0 => Change::Allow { owner: client, entry: word(b) },
        1 => Change::Revoke { owner: client, entry: word(b) },
        2 => {
            let (id, issuer, subject) = (Some(word(c)), word(b), word(c));
            Change::Federate { client, id, issuer, subject }
        }
        3 => Change::Unfederate { client, index: usize::from(b % 2) },
        4 => {
            let (index, issuer, subject) = (usize::from(b % 2), word(b), word(c));
            Change::EditIdentity { client, index, issuer, subject }
        }
        5 => Change::Set {
            client,
            key: pick(&["id", "name", "enabled", "zz"], b).into(),
            value: word(c),
        },
        6 => Change::Unset { client, key: pick(&["id", "name", "base"], b).to_owned() },
        7 => Change::RenameId { from: word(a), to: word(b) },
        8 | 9 => {
            let keys = ["id", "name", "base", "k", "allowedTokenExchangeClientApps"];
            let key = || Step::Key(pick(&keys, c).to_owned());
            let path = match c % 5 {
                0 => Vec::new(),
                1 => vec![Step::Index(usize::from(c / 5) % 4)],
                2 => vec![key(), Step::Index(0)],
                _ => vec![key()],
            };
            let (index, key) = (usize::from(c) % 3, pick(&keys, c / 2).to_owned());
            let op = match a % 7 {
                0 => Op::Set { path, value: value(c) },
                1 => Op::Insert { path, index, value: value(c) },
                2 => Op::Remove { path, index },
                3 => Op::Move { path, from: index, to: usize::from(c / 3) % 3 },
                4 => Op::Add {
                    path,
                    key: word(c),
                    value: value(b),
                    at: (c % 2 == 0).then_some(index),
                },
                5 => Op::RemoveKey { path, key },
                _ => Op::Rename { path, key, new: word(c) },
            };
            let via = [None, Some(Via::Anchor), Some(Via::Own)][usize::from(c) % 3];
            Change::Edit { file, document, op, via }
        }
        10 => Change::AddClient {
            file,
            at: (c % 2 == 0).then_some(document),
            id: (c % 3 == 0).then(|| word(c)),
            name: word(b),
            subscription: (c % 5 == 0).then(|| word(c)),
        },
        11 => Change::AddDocument { file, at: document, yaml: pick(DOCUMENTS, c).to_owned() },
        12 => Change::ComposeDocument { file, at: document, value: value(c) },
        13 => Change::Duplicate { file, document },
        14 => Change::RemoveDocument { file, document },
        15 => {
            let to_file = some_file(c);
            Change::MoveDocument { file, document, to_file, to: below(c, count(to_file)) }
        }
        16 => {
            let length = project.file(file).stream.as_ref().map_or(0, |stream| stream.len());
            let start = (usize::from(b) * 7) % (length + 1);
            let end = (start + usize::from(c % 40)).min(length);
            Change::Text { file, range: start..end, with: pick(TYPED, c).to_owned() }
        }
        17 => Change::AddFile { path: PathBuf::from(format!("no-such-folder/{a}.yaml")) },
        _ if files.len() > 1 => Change::CloseFile { file },
        _ => Change::Via(Via::Own, Box::new(Change::Allow { owner: client, entry: word(c) })),
    }
}

fn text(project: &Project) -> Vec<(FileId, String, Vec<u8>)> {
    let files = project.files().iter();
    files
        .map(|file| {
            let bytes = file.stream.as_ref().map(|stream| stream.to_bytes()).unwrap_or_default();
            (file.id, file.name.clone(), bytes)
        })
        .collect()
}

/// Everything that is said about a project, files by their place.
fn model(project: &Project) -> String {
    let links: Vec<_> = project
        .clients()
        .iter()
        .map(|client| {
            let pairs = client.identities.iter().filter_map(|it| it.pair());
            let held: Vec<_> = pairs.map(|(i, s)| project.by_identity(i, s)).collect();
            let id = client.id.as_ref().map(|id| project.all_by_id(&id.value));
            let at = project.client_at(client.file, client.document);
            (project.references_to(client.key), held, id, at, project.did_you_mean_for(client))
        })
        .collect();
    let problems: Vec<_> = project.problems().collect();
    let mut said =
        format!("{:?}{problems:?}{links:?}{:?}", project.clients(), project.other_documents());
    for (at, file) in project.files().iter().enumerate() {
        said = said.replace(&format!("FileId({})", file.id.0), &format!("file {at}"));
    }
    said
}

trait Near {
    fn did_you_mean_for(&self, client: &exchange_studio::config::ClientApp) -> Vec<ClientKey>;
}

impl Near for Project {
    /// Candidates for what its first list entry may have meant: asks the index by shape.
    fn did_you_mean_for(&self, client: &exchange_studio::config::ClientApp) -> Vec<ClientKey> {
        let first = client.permissions.first().and_then(|it| it.id.as_ref());
        first.map_or_else(Vec::new, |id| self.did_you_mean(id))
    }
}

/// What a fresh reading of the texts says.
fn fresh(project: &Project) -> String {
    let source = |(_, name, bytes)| Source { path: None, name, bytes };
    model(&Project::from_sources(text(project).into_iter().map(source).collect()))
}

/// A document that an edit broke says what it last said, and a fresh reading does not know that.
fn remembers(project: &Project) -> bool {
    let streams = project.files().iter().filter_map(|file| file.stream.as_ref().ok());
    streams.flat_map(|it| it.documents().iter()).any(|document| document.last_good().is_some())
}

type State = (Vec<(FileId, String, Vec<u8>)>, String);

fn state(project: &Project) -> State {
    (text(project), model(project))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn undo_and_redo_give_back_the_same_bytes_and_an_equal_model(
        parts in prop::collection::vec(prop::collection::vec(0..DOCUMENTS.len(), 0..5), 1..4),
        steps in prop::collection::vec((any::<u8>(), any::<Dice>()), 1..24),
    ) {
        let source = |(at, parts): (usize, &Vec<usize>)| Source {
            path: None,
            name: format!("{at}.yaml"),
            bytes: parts.iter().map(|part| DOCUMENTS[*part]).collect::<String>().into_bytes(),
        };
        let mut project = Project::from_sources(parts.iter().enumerate().map(source).collect());
        // One for each number of steps that can be taken back.
        let mut states: Vec<State> = vec![state(&project)];
        for (how, dice) in steps {
            let before = state(&project);
            let since = project.revision();
            let steps_before = project.undo_labels().len();
            let documents: Vec<_> = project
                .clients()
                .iter()
                .map(|it| (it.key, project.document(it.file, it.document).unwrap().clone()))
                .collect();
            let made = match how % 8 {
                0 => {
                    let back = project.undo().is_some();
                    prop_assert_eq!(back, steps_before > 0);
                    let at = project.undo_labels().len();
                    prop_assert_eq!(&state(&project), &states[at]);
                    continue;
                }
                1 => {
                    let at = project.undo_labels().len();
                    if project.redo().is_some() {
                        prop_assert_eq!(&state(&project), &states[at + 1]);
                    }
                    continue;
                }
                2 | 3 => {
                    let change = change(&project, dice);
                    project.apply_merging(&change, "field").map_err(|error| error.to_string())
                }
                4 => {
                    let (kind, a, b, c) = dice;
                    let first = change(&project, dice);
                    let second = change(&project, (kind / 5, c, a, b));
                    let all = [first, second, change(&project, (b, kind, c, a))];
                    project.apply_all(&all, "several").map_err(|refused| refused.to_string())
                }
                5 => {
                    project.end_merging();
                    Ok(())
                }
                _ => project.apply(&change(&project, dice)).map_err(|error| error.to_string()),
            };
            let now = state(&project);
            match made {
                Err(_) => {
                    prop_assert_eq!(&now, &before, "a refused change changes nothing");
                    prop_assert_eq!(project.revision(), since);
                }
                Ok(()) if project.revision() != since => {
                    let steps = project.undo_labels().len();
                    if steps < steps_before {
                        // A run of keystrokes that ended where it began.
                        prop_assert_eq!(&states[steps].0, &now.0);
                    }
                    states.truncate(steps);
                    states.push(now.clone());
                }
                Ok(()) => prop_assert_eq!(&now, &before),
            }
            if !remembers(&project) {
                prop_assert_eq!(&now.1, &fresh(&project));
            }
            // Whose document is still there is followed to it, wherever it went.
            for (at, client) in project.clients().iter().enumerate() {
                let now = project.document(client.file, client.document).unwrap();
                if let Some((key, _)) = documents.iter().find(|(_, it)| Arc::ptr_eq(it, now)) {
                    prop_assert_eq!(project.follow(*key, since), Some(ClientKey(at)));
                }
            }
        }
        let steps = project.undo_labels().len();
        for at in (0..steps).rev() {
            project.undo().unwrap();
            prop_assert_eq!(&state(&project), &states[at]);
        }
        prop_assert!(project.unsaved().is_empty());
        prop_assert_eq!(project.undo(), None);
        for after in states.iter().skip(1).take(steps) {
            project.redo().unwrap();
            prop_assert_eq!(&state(&project), after);
        }
    }
}
