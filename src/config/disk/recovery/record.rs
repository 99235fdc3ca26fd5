//! What is written about unsaved work.

use std::collections::HashMap;
use std::hash::Hash;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};
use similar::{Algorithm, DiffOp, capture_diff_slices_deadline};
use uuid::Uuid;

use crate::config::merge::{name_of, pairs_of};
use crate::config::secrets::{self, Secret};
use crate::yaml::{Document, Stream};

use super::Unsaved;

const VERSION: u32 = 1;
/// What is written in the place of a secret.
pub(super) const STAND_IN: &str = "<not kept: enter it again>";
/// How long the smallest difference is looked for; after that a larger one will do.
const PATIENCE: Duration = Duration::from_millis(200);
/// How many secrets are looked for in the whole saved text.
const SEARCHES: usize = 64;
/// A document longer than this is not kept for a merge.
const LONGEST: usize = 1 << 20;

/// Everything that is unsaved.
#[derive(Debug, Deserialize, Serialize)]
pub(super) struct Record {
    version: u32,
    /// Seconds since 1970.
    pub written: u64,
    pub files: Vec<FileRecord>,
}

/// What makes a text the one it was.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(super) struct Identity {
    length: u64,
    hash: String,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct FileRecord {
    pub path: Option<PathBuf>,
    pub name: String,
    /// The saved text; `None` when there was none.
    pub base: Option<Identity>,
    /// From the first to the last, in bytes of the saved text in UTF-8.
    pub changes: Vec<Change>,
    /// The documents that were changed, for a merge with another text.
    pub documents: Vec<Touched>,
    /// What was left out, as "Portal: clientSecret".
    pub withheld: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Change {
    pub at: usize,
    pub remove: usize,
    pub insert: Vec<Piece>,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Piece {
    Text(String),
    /// Bytes of the saved text, from and to.
    Saved(usize, usize),
}

/// A document before and after, with every secret covered; `None` when it was not there.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
pub(super) struct Touched {
    pub before: Option<String>,
    pub after: Option<String>,
}

impl Identity {
    pub fn of(bytes: &[u8]) -> Self {
        let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, bytes).to_string();
        Self { length: bytes.len() as u64, hash }
    }
}

impl Record {
    pub fn bytes(files: Vec<FileRecord>) -> std::io::Result<Vec<u8>> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let written = now.map_or(0, |now| now.as_secs());
        serde_json::to_vec(&Self { version: VERSION, written, files }).map_err(Into::into)
    }

    pub fn read(bytes: &[u8]) -> Result<Self, ()> {
        let record: Self = serde_json::from_slice(bytes).map_err(drop)?;
        if record.version == VERSION { Ok(record) } else { Err(()) }
    }
}

/// What is to be written about one file.
pub(super) fn of(file: &Unsaved, base: Option<Identity>) -> FileRecord {
    let nothing = Stream::default();
    let saved = file.saved.as_ref().unwrap_or(&nothing);
    let mut writer = Writer { saved, searches: SEARCHES, withheld: Vec::new() };
    let mut changes = Vec::new();
    let mut documents = Vec::new();
    for (old, new) in differing(saved, &file.now) {
        let (before, after) = (of_range(saved, &old), of_range(&file.now, &new));
        writer.changes(saved.start(old.start), &before, &after, &mut changes);
        documents.extend(touched(&before, &after));
    }
    FileRecord {
        // A name that is no text cannot be written down, and the work would be lost with it.
        path: file.path.clone().filter(|path| path.to_str().is_some()),
        name: file.name.clone(),
        base,
        changes,
        documents,
        withheld: writer.withheld,
    }
}

type Documents = Vec<Arc<Document>>;
type Run = std::ops::Range<usize>;

fn of_range(stream: &Stream, range: &Run) -> Documents {
    stream.documents().range(range.clone()).cloned().collect()
}

/// The runs of documents in which two texts differ.
fn differing(old: &Stream, new: &Stream) -> Vec<(Run, Run)> {
    let (a, b) = (old.documents(), new.documents());
    let same = |a: &Arc<Document>, b: &Arc<Document>| Arc::ptr_eq(a, b) || a.text() == b.text();
    let head = a.iter().zip(b.iter()).take_while(|(a, b)| same(a, b)).count();
    let most = a.len().min(b.len()) - head;
    let get = |all: &crate::yaml::Documents, back: usize| all.get(all.len() - back).cloned();
    let tail = (1..=most)
        .take_while(|back| match (get(a, *back), get(b, *back)) {
            (Some(a), Some(b)) => same(&a, &b),
            _ => false,
        })
        .count();
    let (from, to) =
        (of_range(old, &(head..a.len() - tail)), of_range(new, &(head..b.len() - tail)));
    let texts = |all: &Documents| all.iter().map(|it| it.text().to_owned()).collect::<Vec<_>>();
    diff(&texts(&from), &texts(&to))
        .into_iter()
        .map(|(old, new)| (old.start + head..old.end + head, new.start + head..new.end + head))
        .collect()
}

/// The runs in which two sequences differ.
fn diff<T: Eq + Hash>(old: &[T], new: &[T]) -> Vec<(Run, Run)> {
    let mut numbers: HashMap<&T, usize> = HashMap::new();
    let mut number = |item| {
        let next = numbers.len();
        *numbers.entry(item).or_insert(next)
    };
    let old: Vec<usize> = old.iter().map(&mut number).collect();
    let new: Vec<usize> = new.iter().map(&mut number).collect();
    let deadline = Instant::now().checked_add(PATIENCE);
    let ops = capture_diff_slices_deadline(Algorithm::Myers, &old, &new, deadline);
    let mut runs: Vec<(Run, Run)> = Vec::new();
    for op in ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        let (old, new) = (op.old_range(), op.new_range());
        match runs.last_mut() {
            Some(last) if last.0.end == old.start && last.1.end == new.start => {
                *last = (last.0.start..old.end, last.1.start..new.end);
            }
            _ => runs.push((old, new)),
        }
    }
    runs
}

/// A line, or as much of it as is a secret or none.
struct Token<'a> {
    text: &'a str,
    secret: Option<(&'a Document, Secret)>,
}

fn tokens(documents: &Documents) -> Vec<Token<'_>> {
    documents.iter().flat_map(|document| cut(document)).collect()
}

/// A document cut at its lines and at both ends of each secret.
fn cut(document: &Document) -> Vec<Token<'_>> {
    let text = document.text();
    let mut tokens = Vec::new();
    let mut at = 0;
    let plain = |from: usize, to: usize, tokens: &mut Vec<_>| {
        let lines = text[from..to].split_inclusive('\n');
        tokens.extend(lines.map(|text| Token { text, secret: None }));
    };
    for secret in secrets::all(document) {
        let (start, end) = (secret.span.start.max(at), secret.span.end);
        if start >= end {
            continue;
        }
        plain(at, start, &mut tokens);
        tokens.push(Token { text: &text[start..end], secret: Some((document, secret)) });
        at = end;
    }
    plain(at, text.len(), &mut tokens);
    tokens
}

struct Writer<'a> {
    saved: &'a Stream,
    searches: usize,
    withheld: Vec<String>,
}

impl Writer<'_> {
    /// The changes between two runs of documents, of which the old one begins at `start`.
    fn changes(
        &mut self,
        start: usize,
        old: &Documents,
        new: &Documents,
        changes: &mut Vec<Change>,
    ) {
        let (before, after) = (tokens(old), tokens(new));
        let ends = |tokens: &[Token<'_>]| {
            let mut at = start;
            let mut ends = vec![at];
            for token in tokens {
                at += token.text.len();
                ends.push(at);
            }
            ends
        };
        let places = ends(&before);
        // Where the old documents have their secrets: what was moved need not be left out.
        let mut kept: HashMap<&str, usize> = HashMap::new();
        for (token, place) in before.iter().zip(&places) {
            if token.secret.is_some() {
                kept.entry(token.text).or_insert(*place);
            }
        }
        let text = |tokens: &[Token<'_>]| -> Vec<String> {
            tokens.iter().map(|token| token.text.to_owned()).collect()
        };
        for (old, new) in diff(&text(&before), &text(&after)) {
            let mut insert = Vec::new();
            for token in &after[new] {
                let piece = match &token.secret {
                    None => Piece::Text(token.text.to_owned()),
                    Some((document, secret)) => {
                        let place = kept.get(token.text).copied();
                        match place.or_else(|| self.find(token.text)) {
                            Some(at) => Piece::Saved(at, at + token.text.len()),
                            None => {
                                self.withheld.push(label(document, &secret.key));
                                Piece::Text(stand_in(token.text, secret))
                            }
                        }
                    }
                };
                match (insert.last_mut(), piece) {
                    (Some(Piece::Text(last)), Piece::Text(text)) => last.push_str(&text),
                    (_, piece) => insert.push(piece),
                }
            }
            let (at, end) = (places[old.start], places[old.end]);
            changes.push(Change { at, remove: end - at, insert });
        }
    }

    /// Where the saved text has a secret, as the copy of a document does.
    fn find(&mut self, secret: &str) -> Option<usize> {
        self.searches = self.searches.checked_sub(1)?;
        let mut documents = self.saved.documents().iter().enumerate();
        documents.find_map(|(at, it)| Some(self.saved.start(at) + it.text().find(secret)?))
    }
}

/// A secret's stand-in, which leaves the text around it what it was.
fn stand_in(secret: &str, withheld: &Secret) -> String {
    if !withheld.is_node {
        // Part of an address or a comment, or of a text that nobody can read.
        return if secret.trim().is_empty() { secret.to_owned() } else { "***".to_owned() };
    }
    let end = &secret[secret.trim_end_matches(['\n', '\r']).len()..];
    format!("\"{STAND_IN}\"{end}")
}

/// The changed documents in pairs, as far as they are the same ones.
fn touched(before: &Documents, after: &Documents) -> Vec<Touched> {
    let mut touched = Vec::new();
    let covered = |document: &Arc<Document>| {
        let text = masked(document);
        (text.len() <= LONGEST).then_some(text)
    };
    for unit in pairs_of(before, after) {
        let before = unit.0.map(|at| covered(&before[at]));
        let after = unit.1.map(|at| covered(&after[at]));
        // One that is too long is left out, on both sides.
        if matches!(before, Some(None)) || matches!(after, Some(None)) {
            continue;
        }
        let touched_one = Touched { before: before.flatten(), after: after.flatten() };
        touched.push(touched_one);
    }
    touched
}

/// The text of a document with every secret covered by its stand-in.
pub(super) fn masked(document: &Document) -> String {
    let mut text = String::new();
    for token in cut(document) {
        match &token.secret {
            None => text.push_str(token.text),
            Some((_, secret)) => text.push_str(&stand_in(token.text, secret)),
        }
    }
    text
}

fn label(document: &Document, key: &str) -> String {
    match name_of(document) {
        Some(name) => format!("{name}: {key}"),
        None => key.to_owned(),
    }
}
