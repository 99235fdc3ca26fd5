//! Bytes as a text and a list of edits of it: what a fuzzer or a generator of tests says.
//!
//! The text comes first and then, after the last byte 0xFF (which no UTF-8 text has), four bytes
//! an edit. So every YAML file is such an input as it is.

use exchange_studio::config::{Change, ClientKey, FileId, Project};
use exchange_studio::yaml::{Op, Stream, StreamOp, Tree, Value, Via};

use super::yaml_corpus::{paths, values};

/// What is to be done to a text.
pub struct Plan<'a> {
    pub text: &'a [u8],
    steps: &'a [u8],
}

/// One edit to be chosen.
#[derive(Clone, Copy, Debug)]
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

impl From<[u8; 4]> for Pick {
    fn from(bytes: [u8; 4]) -> Self {
        let [kind, place, index, value] = bytes.map(usize::from);
        Self { kind, place, index, value }
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
        let value = match values.get(self.value % (values.len() + YAML.len())) {
            Some(value) => value.clone(),
            None => Value::Yaml(YAML[self.value % YAML.len()].to_owned()),
        };
        let items = tree.items(id).len();
        let entries = tree.entries(id);
        let key = || {
            let entry = entries.get(self.index % entries.len().max(1))?;
            tree.text(entry.0).map(str::to_owned)
        };
        let len = items.max(entries.len());
        let name = |at: usize| NAMES[at % NAMES.len()].to_owned();
        Some(match self.kind % 8 {
            0 => Op::Set { path, value },
            1 => Op::Insert { path, index: self.index % (items + 2), value },
            2 => Op::Remove { path, index: self.index % (len + 1) },
            3 => Op::Add { path, key: name(self.index), value, at: None },
            4 => Op::RemoveKey { path, key: key()? },
            5 => Op::Rename { path, key: key()?, new: name(self.value) },
            6 => Op::Move { path, from: self.index % (len + 1), to: self.value % (len + 1) },
            _ => Op::Add {
                path,
                key: name(self.value / 16),
                value,
                at: Some(self.index % (len + 1)),
            },
        })
    }

    /// What to do where the place is shared; mostly nothing.
    pub fn via(self) -> Option<Via> {
        match self.index % 8 {
            6 => Some(Via::Anchor),
            7 => Some(Via::Own),
            _ => None,
        }
    }

    /// One edit of the whole file; mostly none.
    pub fn whole(self, stream: &Stream) -> Option<StreamOp> {
        let len = stream.documents().len();
        let at = self.place % (len + 1);
        Some(match self.kind {
            200.. => {
                let text = stream.text(0..stream.len());
                let floor = |at: usize| text.floor_char_boundary(at % (text.len() + 1));
                let (a, b) = (floor(self.place * 7), floor(self.place * 7 + self.index % 16));
                let with = PIECES[self.value % PIECES.len()].to_owned();
                StreamOp::Text { range: a.min(b)..a.max(b), with }
            }
            190..200 => StreamOp::Insert { at, text: BODIES[self.value % BODIES.len()].to_owned() },
            180..190 => StreamOp::Remove { at },
            170..180 => StreamOp::Move { from: at, to: self.value % (len + 1) },
            _ => return None,
        })
    }

    /// One change of a project.
    pub fn change(self, project: &Project) -> Option<Change> {
        let clients = project.clients();
        if clients.is_empty() {
            return None;
        }
        let count = clients.len();
        let client = ClientKey(self.place % count);
        let value = NAMES[self.value % NAMES.len()].to_owned();
        let entry = match clients[self.value % count].id.as_ref() {
            Some(id) if self.value < 128 => id.value.as_str().to_owned(),
            _ => value.clone(),
        };
        let key = KEYS[self.index % KEYS.len()].to_owned();
        let index = self.index % (clients[client.0].identities.len() + 1);
        let file = FileId(0);
        let count = project.file(file).stream.as_ref().map_or(0, |it| it.documents().len());
        let document = self.place % (count + 1);
        Some(match self.kind % 16 {
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
            7 => Change::RenameId { from: entry, to: value },
            8 => Change::AddClient {
                file,
                at: Some(document).filter(|_| self.index.is_multiple_of(2)),
                id: Some(value.clone()).filter(|_| !self.index.is_multiple_of(3)),
                name: value,
                subscription: Some(entry).filter(|_| !self.index.is_multiple_of(5)),
            },
            9 => {
                let yaml = BODIES[self.value % BODIES.len()].to_owned();
                Change::AddDocument { file, at: document, yaml }
            }
            10 => Change::Duplicate { file, document },
            11 => Change::RemoveDocument { file, document },
            12 => {
                let to = self.value % (count + 1);
                Change::MoveDocument { file, document, to_file: file, to }
            }
            13 => {
                let text = project.file(file).stream.as_ref().ok()?;
                let Some(StreamOp::Text { range, with }) = (Self { kind: 200, ..self }).whole(text)
                else {
                    return None;
                };
                Change::Text { file, range, with }
            }
            _ => {
                let tree = project.document(file, document)?.tree().ok()?;
                Change::Edit { file, document, op: self.op(tree)?, via: self.via() }
            }
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

/// Values in YAML.
const YAML: &[&str] = &[
    "x # c\n",
    "!t {a: 1, b: [x]}\n",
    "a: 1\n# c\nb:\n- |\n  x\n\n- >-\n  y\n",
    "- &n 1\n- *n\n",
    "\"two\n  lines\"",
    "? [k]\n: v\n",
    "*gone\n",
    "a: [\n",
    "",
];

/// Documents to be added.
const BODIES: &[&str] = &[
    "!ClientAppDto\nid: new\n",
    "---\nid: new\n...\n",
    "# c\n\n--- [x]",
    "a: 1\n---\nb: 2\n",
    "",
    "x",
    "%YAML 1.2\n---\nx: |+\n  y\n\n",
    "\u{feff}a: 1\r\nb: 2",
];

/// What is typed into a text.
const PIECES: &[&str] = &[
    "",
    "x",
    "\n",
    "---\n",
    "\n---\n",
    "...\n",
    "\"",
    "'",
    "# ",
    ": ",
    "- ",
    "[",
    "}",
    "\r",
    "\t",
    "\u{feff}",
    "&a ",
    "*a",
    "|\n",
    "%YAML 1.2\n",
    "ü",
    "\n  ",
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
