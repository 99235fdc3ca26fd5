//! Each small document of `corpus/` holds one trap; beside it stands what every kind of edit does
//! to it, as a diff that a person has read.
//!
//! A golden file lists edits in the notation of `edit --script`, each with the lines it changes, or
//! with the reason why it is refused. To see what is not there to be seen, the end of each line is
//! written out: `␊` LF, `␍` CR, `∎` the end of the file without a line break; `→` is a tab, and a
//! character that cannot be seen stands as its number.
//!
//! `CORPUS=write cargo test --test documents golden` writes the files anew: the edits are those of
//! the file, or for a new document those that `edits` suggests. Read what changed before it is kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use exchange_studio::yaml::{
    Document, EditError, Kind, Limits, NodeId, Op, Step, Stream, StreamOp, Tree, Value, Via,
};
use serde_json::json;
use similar::{ChangeTag, TextDiff};

use super::oracle;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents/corpus")
}

/// The documents of the corpus, as (name, bytes), sorted.
pub fn corpus() -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "yaml") {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            found.push((name, std::fs::read(&path).unwrap()));
        }
    }
    found.sort();
    found
}

/// The lines of a text with their ends, as YAML counts them.
fn lines(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut start = 0;
    let bytes = text.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        if *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')) {
            lines.push(&text[start..=at]);
            start = at + 1;
        }
    }
    if start < text.len() {
        lines.push(&text[start..]);
    }
    lines
}

/// A line with everything in it visible.
fn visible(line: &str) -> String {
    let mut out = String::new();
    for character in line.chars() {
        match character {
            '\n' => out.push('␊'),
            '\r' => out.push('␍'),
            '\t' => out.push('→'),
            '\u{feff}' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{200d}' => {
                out.push_str(&format!("<{:X}>", u32::from(character)));
            }
            it if it.is_control() => out.push_str(&format!("<{:X}>", u32::from(it))),
            it => out.push(it),
        }
    }
    if !line.ends_with(['\n', '\r']) {
        out.push('∎');
    }
    // A long line stands for itself at both ends.
    let count = out.chars().count();
    if count > 200 {
        let head: String = out.chars().take(80).collect();
        let tail: String = out.chars().skip(count - 80).collect();
        out = format!("{head} …{}… {tail}", count - 160);
    }
    out
}

/// The difference of two texts, one line around each change.
fn diff(before: &str, after: &str) -> String {
    let (old, new) = (lines(before), lines(after));
    let diff = TextDiff::from_slices(&old, &new);
    let mut out = String::new();
    for hunk in diff.unified_diff().context_radius(1).iter_hunks() {
        out.push_str(&format!("@@ line {}\n", hunk.ops()[0].old_range().start + 1));
        for change in hunk.iter_changes() {
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            out.push_str(&format!("{sign}{}\n", visible(change.value())));
        }
    }
    if out.is_empty() { "no change\n".to_owned() } else { out }
}

fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Array(items) => Value::List(items.iter().map(value).collect()),
        serde_json::Value::Object(entries) => {
            Value::Mapping(entries.iter().map(|(k, v)| (k.clone(), value(v))).collect())
        }
        text => Value::Text(text.as_str().unwrap().to_owned()),
    }
}

/// One line of a script.
enum Edit {
    In { doc: usize, op: Op, via: Option<Via> },
    Whole(StreamOp),
}

fn parse(json: &serde_json::Value) -> Edit {
    let text = |key: &str| json[key].as_str().unwrap().to_owned();
    let number = |key: &str| json[key].as_u64().unwrap() as usize;
    let step = |step: &serde_json::Value| match step.as_u64() {
        Some(index) => Step::Index(index as usize),
        None => Step::Key(step.as_str().unwrap().to_owned()),
    };
    let path = || json["path"].as_array().unwrap().iter().map(step).collect();
    let value = || match json.get("yaml") {
        Some(source) => Value::Yaml(source.as_str().unwrap().to_owned()),
        None => value(&json["value"]),
    };
    let op = match json["op"].as_str().unwrap() {
        "set" => Op::Set { path: path(), value: value() },
        "insert" => Op::Insert { path: path(), index: number("index"), value: value() },
        "remove" => Op::Remove { path: path(), index: number("index") },
        "move" => Op::Move { path: path(), from: number("frm"), to: number("to") },
        "add" => {
            let at = json.get("at").map(|at| at.as_u64().unwrap() as usize);
            Op::Add { path: path(), key: text("key"), value: value(), at }
        }
        "removekey" => Op::RemoveKey { path: path(), key: text("key") },
        "rename" => Op::Rename { path: path(), key: text("key"), new: text("new") },
        "docadd" => return Edit::Whole(StreamOp::Insert { at: number("doc"), text: text("body") }),
        "docremove" => return Edit::Whole(StreamOp::Remove { at: number("doc") }),
        "docmove" => {
            return Edit::Whole(StreamOp::Move { from: number("doc"), to: number("to") });
        }
        "text" => {
            let range = number("start")..number("end");
            return Edit::Whole(StreamOp::Text { range, with: text("with") });
        }
        other => panic!("the operation {other}"),
    };
    let via = json.get("via").map(|via| match via.as_str().unwrap() {
        "anchor" => Via::Anchor,
        "own" => Via::Own,
        other => panic!("the way {other}"),
    });
    Edit::In { doc: number("doc"), op, via }
}

/// The path to a node, keys by name where that is enough.
fn path_to(
    tree: &Tree,
    wanted: impl Fn(&[serde_json::Value], NodeId) -> bool,
) -> Option<(Vec<serde_json::Value>, NodeId)> {
    let mut todo = vec![(Vec::new(), tree.root()?)];
    while let Some((path, id)) = todo.pop() {
        if wanted(&path, id) {
            return Some((path, id));
        }
        let mut below: Vec<(Vec<serde_json::Value>, NodeId)> = Vec::new();
        match tree.node(id).kind {
            Kind::Sequence { items, .. } => {
                for (at, item) in items.iter().enumerate() {
                    below.push(([path.clone(), vec![json!(at)]].concat(), *item));
                }
            }
            Kind::Mapping { entries, .. } => {
                for (key, value) in entries {
                    if let Some(key) = tree.text(*key) {
                        below.push(([path.clone(), vec![json!(key)]].concat(), *value));
                    }
                }
            }
            _ => {}
        }
        todo.extend(below.into_iter().rev());
    }
    None
}

/// Edits of every kind for a document that has no golden file yet.
fn edits(stream: &Stream) -> Vec<serde_json::Value> {
    let mut edits = Vec::new();
    let is_list = |tree: &Tree, id: NodeId| matches!(tree.node(id).kind, Kind::Sequence { .. });
    let documents = stream.documents().iter().enumerate();
    let trees = documents.filter_map(|(at, document)| Some((at, document.tree().ok()?)));
    let mut trees: Vec<_> = trees.filter(|(_, tree)| tree.root().is_some()).collect();
    // The one with a list is the most telling.
    trees.sort_by_key(|(_, tree)| path_to(tree, |_, id| is_list(tree, id)).is_none());
    if let Some(&(doc, tree)) = trees.first() {
        let named = path_to(tree, |path, _| path.last() == Some(&json!("name")));
        let scalar = |_: &[serde_json::Value], id| matches!(tree.node(id).kind, Kind::Scalar(_));
        if let Some((path, _)) = named.or_else(|| path_to(tree, scalar)) {
            for value in ["Renamed", "two: words # here"] {
                edits.push(json!({"doc": doc, "op": "set", "path": path, "value": value}));
            }
        }
        let allowed =
            path_to(tree, |path, _| path.last() == Some(&json!("allowedTokenExchangeClientApps")));
        if let Some((path, id)) = allowed.or_else(|| path_to(tree, |_, id| is_list(tree, id))) {
            let items = tree.items(id);
            let value = match items.first().map(|item| tree.node(*item).kind) {
                Some(Kind::Mapping { .. }) | None => json!({"id": "new"}),
                _ => json!("new"),
            };
            let len = items.len();
            let mut places = vec![0, len.div_ceil(2), len];
            places.dedup();
            for index in places {
                edits.push(json!({
                    "doc": doc, "op": "insert", "path": path, "index": index, "value": value,
                }));
            }
            for index in [0, len.saturating_sub(1)].into_iter().take(len.min(2)) {
                edits.push(json!({"doc": doc, "op": "remove", "path": path, "index": index}));
            }
            if let Some(last) = len.checked_sub(1).filter(|last| *last > 0) {
                for (frm, to) in [(0, last), (last, 0)] {
                    let op = json!({"doc": doc, "op": "move", "path": path, "frm": frm, "to": to});
                    edits.push(op);
                }
            }
        }
        let entries = tree.root().map(|root| tree.entries(root)).unwrap_or_default();
        edits.push(json!({"doc": doc, "op": "add", "path": [], "key": "note", "value": "new"}));
        edits.push(json!({
            "doc": doc, "op": "add", "path": [], "key": "tags", "value": ["x", "y"], "at": 1,
        }));
        if let Some(last) = entries.len().checked_sub(1).filter(|last| *last > 0) {
            edits.push(json!({"doc": doc, "op": "move", "path": [], "frm": last, "to": 1}));
        }
        let keys: Vec<_> = entries.iter().filter_map(|entry| tree.text(entry.0)).collect();
        if let Some(key) = keys.iter().rev().find(|key| key.starts_with("allowed")).or(keys.last())
        {
            edits.push(json!({"doc": doc, "op": "removekey", "path": [], "key": key}));
        }
        if let Some(key) = keys.iter().find(|key| **key == "name").or(keys.first()) {
            edits.push(json!({"doc": doc, "op": "rename", "path": [], "key": key, "new": "title"}));
        }
    }
    let len = stream.documents().len();
    let body = "!ClientAppDto\nid: new\n";
    edits.push(json!({"doc": len, "op": "docadd", "body": body}));
    if len > 0 {
        edits.push(json!({"doc": 0, "op": "docadd", "body": body}));
        edits.push(json!({"doc": 0, "op": "docremove"}));
        let at = stream.len() / 2;
        let at = stream.text(0..at).len();
        edits.push(json!({"op": "text", "start": at, "end": at, "with": "# x\n---\n"}));
    }
    if len > 1 {
        edits.push(json!({"doc": len - 1, "op": "docremove"}));
        edits.push(json!({"doc": 0, "op": "docmove", "to": len - 1}));
    }
    edits
}

/// What an edit does to a file, as the golden file shows it.
fn shown(name: &str, stream: &Stream, json: &serde_json::Value) -> String {
    let before = text(stream);
    let refused = |error: EditError| {
        assert!(
            !matches!(error, EditError::NotAsMeant(_)),
            "a defect of the editor: {name}: {json}: {error}"
        );
        format!("refused: {error}\n")
    };
    let mut after = stream.clone();
    match parse(json) {
        Edit::In { doc, op, via } => {
            let document = &stream.documents()[doc];
            let edited = match via {
                None => document.edit(&op),
                Some(via) => document.edit_via(&op, via),
            };
            let edited = match edited {
                Ok(edited) => edited,
                Err(error) => return refused(error),
            };
            if via.is_none()
                && let Err(why) = oracle::judge(document, &op, &edited)
            {
                panic!("{name}: {json}: {why}\n{}", edited.text());
            }
            after.replace(doc, Arc::new(edited));
        }
        Edit::Whole(op) => {
            let splice = match stream.edit(&op) {
                Ok(splice) => splice,
                Err(error) => return refused(error),
            };
            after.splice(splice.at, splice.before.len(), splice.after);
        }
    }
    same_afresh(name, json, &after);
    diff(&before, &text(&after))
}

fn text(stream: &Stream) -> String {
    stream.documents().iter().map(|document| document.text()).collect()
}

/// The file opened again has the same documents.
fn same_afresh(name: &str, json: &serde_json::Value, stream: &Stream) {
    let again = Stream::load(&stream.to_bytes(), &Limits::default()).unwrap();
    // An empty file shows no encoding.
    assert!(
        stream.is_empty() || stream.encoding() == again.encoding(),
        "{name}: {json}: {:?}",
        again.encoding()
    );
    let texts = |stream: &Stream| -> Vec<String> {
        stream.documents().iter().map(|it: &Arc<Document>| it.text().to_owned()).collect()
    };
    assert_eq!(texts(stream), texts(&again), "{name}: {json}");
}

#[test]
fn the_corpus_is_large_and_small() {
    let corpus = corpus();
    assert!(corpus.len() >= 60);
    for (name, bytes) in &corpus {
        assert!(bytes.len() < 1024, "{name} is more than one trap");
    }
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let of = path.with_extension("yaml");
        assert!(of.exists(), "{} shows edits of a document that is not there", path.display());
    }
}

#[test]
fn every_document_comes_out_as_it_went_in() {
    for (name, bytes) in corpus() {
        if let Ok(stream) = Stream::load(&bytes, &Limits::default()) {
            assert_eq!(stream.to_bytes(), bytes, "{name}");
        }
    }
}

#[test]
fn every_kind_of_edit_changes_what_the_golden_file_shows() {
    let write = std::env::var("CORPUS").is_ok_and(|it| it == "write");
    let mut differ = Vec::new();
    for (name, bytes) in corpus() {
        let path = folder().join(format!("{name}.golden"));
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        let mut now = String::new();
        match Stream::load(&bytes, &Limits::default()) {
            Err(error) => now.push_str(&format!("refused: {error}\n")),
            Ok(stream) => {
                let asked = kept.lines().filter(|line| line.starts_with("{\""));
                let mut asked: Vec<_> =
                    asked.map(|line| serde_json::from_str(line).unwrap()).collect();
                if write {
                    let known = asked.clone();
                    let new = edits(&stream).into_iter().filter(|edit| !known.contains(edit));
                    asked.extend(new);
                }
                for json in asked {
                    now.push_str(&format!("{json}\n{}\n", shown(&name, &stream, &json)));
                }
            }
        }
        if now != kept && write {
            std::fs::write(&path, &now).unwrap();
        } else if now != kept {
            differ.push(format!("{name}:\n{}", diff(&kept, &now)));
        }
    }
    assert!(
        differ.is_empty(),
        "Not as the golden files show. If this is right, run with CORPUS=write and read the \
         difference.\n{}",
        differ.join("\n")
    );
}
