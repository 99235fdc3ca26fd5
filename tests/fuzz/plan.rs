//! Bytes as a list of edits.

use exchange_studio::config::{Change, ClientKey, Project, Source};
use exchange_studio::yaml::{Op, Tree};

use crate::yaml_corpus::{paths, values};

/// What is to be done to a text: four bytes an edit.
pub struct Plan<'a> {
    pub text: &'a [u8],
    steps: &'a [u8],
}

/// One edit to be chosen.
#[derive(Clone, Copy)]
pub struct Pick {
    kind: usize,
    place: usize,
    index: usize,
    value: usize,
}

impl<'a> Plan<'a> {
    pub fn new(input: &'a [u8]) -> Self {
        match input.iter().rposition(|byte| *byte == 0xFF) {
            // A byte-order mark of UTF-16 is no plan.
            Some(at) if at > 1 => Self { text: &input[..at], steps: &input[at + 1..] },
            _ => Self { text: input, steps: &[] },
        }
    }

    /// The edits. A text alone gets a few of every kind.
    pub fn picks(&self) -> Vec<Pick> {
        let steps = self.steps.chunks(4).take(8).map(|step| {
            let byte = |at: usize| usize::from(step.get(at).copied().unwrap_or(0));
            Pick { kind: byte(0), place: byte(1), index: byte(2), value: byte(3) }
        });
        let picks: Vec<_> = steps.collect();
        if !picks.is_empty() {
            return picks;
        }
        (0..8).map(|n| Pick { kind: n, place: n * 5, index: n / 2, value: n }).collect()
    }
}

impl Pick {
    /// Which of so many things the edit is about.
    pub fn of(self, count: usize) -> usize {
        self.index % count.max(1)
    }

    /// One edit of one document.
    pub fn op(self, tree: &Tree) -> Option<Op> {
        let places = paths(tree);
        let (path, id) = places.get(self.place % places.len().max(1))?.clone();
        let values = values();
        let value = values[self.value % values.len()].clone();
        let items = tree.items(id).len();
        let entries = tree.entries(id);
        let key = || {
            let entry = entries.get(self.index % entries.len().max(1))?;
            tree.text(entry.0).map(str::to_owned)
        };
        Some(match self.kind % 6 {
            0 => Op::Set { path, value },
            1 => Op::Insert { path, index: self.index % (items + 2), value },
            2 => Op::Remove { path, index: self.index % (items + 1) },
            3 => Op::Add { path, key: NAMES[self.index % NAMES.len()].to_owned(), value },
            4 => Op::RemoveKey { path, key: key()? },
            _ => Op::Rename { path, key: key()?, new: NAMES[self.value % NAMES.len()].to_owned() },
        })
    }

    /// One change of a project.
    pub fn change(self, project: &Project) -> Option<Change> {
        let clients = project.clients();
        let count = clients.len();
        (count > 0).then_some(())?;
        let client = ClientKey(self.place % count);
        let value = NAMES[self.value % NAMES.len()].to_owned();
        let entry = match clients[self.value % count].id.as_ref() {
            Some(id) if self.value < 128 => id.value.as_str().to_owned(),
            _ => value.clone(),
        };
        let key = KEYS[self.index % KEYS.len()].to_owned();
        let index = self.index % (clients[client.0].identities.len() + 1);
        Some(match self.kind % 8 {
            0 => Change::Allow { owner: client, entry },
            1 => Change::Revoke { owner: client, entry },
            2 => Change::Federate {
                client,
                id: Some("i".to_owned()),
                issuer: NAMES[self.index % NAMES.len()].to_owned(),
                subject: value,
            },
            3 => Change::Unfederate { client, index },
            4 => Change::EditIdentity { client, index, issuer: value.clone(), subject: entry },
            5 => Change::Set { client, key, value },
            6 => Change::Unset { client, key },
            _ => Change::RenameId { client, id: value },
        })
    }
}

/// Names and texts that ask for care.
const NAMES: &[&str] = &[
    "zz",
    "id",
    "",
    "{{guid:x}}",
    "104857600000000000021",
    "a: b # c",
    "no",
    "ü\n\tx\n",
    "- x",
    "'\"",
    "https://h/p#f",
    " ",
    "\u{feff}",
    "\u{0}\u{7f}\u{85}\u{2028}",
    "---",
    "...",
];

const KEYS: &[&str] = &[
    "name",
    "id",
    "isEnabled",
    "allowedTokenExchangeClientApps",
    "clientAppFederatedIdentities",
    "k: e",
    "subscription",
    "x",
];

/// A project of one text.
pub fn project(text: &[u8]) -> Project {
    let source = Source { path: None, name: "a.yaml".to_owned(), bytes: text.to_vec() };
    Project::from_sources(vec![source])
}
