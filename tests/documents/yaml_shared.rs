//! Edits behind an alias: made at the anchor they change what all places say; made on its own they
//! change one place, which then says it without the alias. A few are written out; all of them are
//! tried at every place of every small text.
//!
//! For these, what is right is said a second time here, on plain values: an alias is looked up by its
//! name, a copy is a copy.

use exchange_studio::yaml::{Document, EditError, Limits, Op, Step, Stream, Via};

use super::golden::corpus;
use super::oracle::{self, Plain, What};
use super::yaml_corpus::{TRAPS, edits};
use super::yaml_table::{add, insert, parse, path, remove, remove_key, set, text};

/// Texts with more of them than the others have.
const SHARED: &[&str] = &[
    "d: &d\n  enabled: true # c\n  scopes: &s\n    - openid\n    - profile # p\n  nested: {a: 1, b: [x]}\n\
     one:\n  scopes: *s # of one\n  all: *d\nlist: [*s, {x: *d}, *d]\n- x\n",
    "d: &d\n  enabled: true # c\n  scopes: &s\n    - openid\n    - profile # p\n  nested: {a: 1, b: [x]}\n\
     one:\n  scopes: *s # of one\n  all: *d\nlist: [*s, {x: *d}, *d]\n",
    "t: &t |\n  text\n  more\nl:\n- *t\n- k: *t\n  m: [*t, a]\n- - *t\n",
    "t: &t 'a\n  b'\nu: &u\n  - v\n\n  # c\n  - {w: *t}\nl:\n- *u\n- k: *u # k\n",
    "t: &t !x\n  k: v\nu: &u !y [a,\n  b]\nl: {t: *t, u: *u}\nm:\n  t: *t\n  u: *u\n",
    "a: &a {k: v}\nb: &b\n- *a\nc: &c [*b, *a]\nd: *c\r\ne:\r\n- *c\r\n",
];

/// The node with this anchor, and the way to it.
fn anchored<'p>(node: &'p Plain, name: &str, path: &mut Vec<usize>) -> Option<&'p Plain> {
    if node.anchor.as_deref() == Some(name) {
        return Some(node);
    }
    let children: Vec<&Plain> = match &node.what {
        What::List(items) => items.iter().collect(),
        What::Map(entries) => entries.iter().map(|entry| &entry.1).collect(),
        _ => Vec::new(),
    };
    for (index, child) in children.into_iter().enumerate() {
        path.push(index);
        if let Some(found) = anchored(child, name, path) {
            return Some(found);
        }
        path.pop();
    }
    None
}

fn count(node: &Plain, name: &str) -> usize {
    let own = usize::from(node.anchor.as_deref() == Some(name));
    own + match &node.what {
        What::List(items) => items.iter().map(|item| count(item, name)).sum(),
        What::Map(entries) => entries.iter().map(|(k, v)| count(k, name) + count(v, name)).sum(),
        _ => 0,
    }
}

fn without_anchors(node: &mut Plain) {
    node.anchor = None;
    match &mut node.what {
        What::List(items) => items.iter_mut().for_each(without_anchors),
        What::Map(entries) => entries.iter_mut().for_each(|(key, value)| {
            without_anchors(key);
            without_anchors(value);
        }),
        _ => {}
    }
}

fn child(node: &mut Plain, index: usize) -> Option<&mut Plain> {
    match &mut node.what {
        What::List(items) => items.get_mut(index),
        What::Map(entries) => entries.get_mut(index).map(|entry| &mut entry.1),
        _ => None,
    }
}

fn indices(path: &[Step]) -> Vec<usize> {
    let index = |step: &Step| match step {
        Step::Index(index) => *index,
        Step::Key(key) => panic!("{key}: the edits here go by places"),
    };
    path.iter().map(index).collect()
}

fn with_path(op: &Op, new: Vec<usize>) -> Op {
    let mut op = op.clone();
    match &mut op {
        Op::Set { path, .. }
        | Op::Insert { path, .. }
        | Op::Remove { path, .. }
        | Op::Move { path, .. }
        | Op::Add { path, .. }
        | Op::RemoveKey { path, .. }
        | Op::Rename { path, .. } => *path = new.into_iter().map(Step::Index).collect(),
    }
    op
}

/// What the document says afterwards; `None` when that cannot be said so simply.
fn expected(before: &Plain, op: &Op, via: Via) -> Option<Plain> {
    let mut root = before.clone();
    let mut path = indices(op.path());
    for _ in 0..16 {
        // The first alias on the way.
        let mut node = &mut root;
        let mut at = 0;
        while at < path.len() && !matches!(node.what, What::Alias(_)) {
            node = child(node, path[at])?;
            at += 1;
        }
        let What::Alias(name) = &node.what else {
            return oracle::edited(Some(&root), &with_path(op, path));
        };
        // Which of two anchors is meant is a question of order.
        if count(before, name) != 1 {
            return None;
        }
        let mut way = Vec::new();
        let target = anchored(before, name, &mut way)?;
        match via {
            Via::Own => {
                *node = target.clone();
                without_anchors(node);
            }
            Via::Anchor => {
                way.extend_from_slice(&path[at..]);
                path = way;
            }
        }
    }
    None
}

#[test]
fn an_edit_behind_an_alias_is_made_where_it_was_said() {
    let corpus = corpus();
    let texts = corpus.iter().filter_map(|(_, bytes)| std::str::from_utf8(bytes).ok());
    let texts = texts.chain(TRAPS.iter().map(|trap| trap.1)).chain(SHARED.iter().copied());
    let (mut made, mut refused) = (0, Vec::new());
    for text in texts.filter(|text| text.contains('*')) {
        let stream = Stream::load(text.as_bytes(), &Limits::default()).unwrap();
        for document in stream.documents() {
            let Some(before) = Plain::of_document(document) else { continue };
            for op in edits(document.tree().unwrap()) {
                let Err(EditError::Shared { places, name, .. }) = document.edit(&op) else {
                    continue;
                };
                assert!(places > 0, "{op:?}\n{text}");
                assert!(text.contains(&format!("*{name}")), "{op:?}\n{text}");
                for via in [Via::Anchor, Via::Own] {
                    let Some(expected) = expected(&before, &op, via) else { continue };
                    match document.edit_via(&op, via) {
                        Ok(edited) => {
                            made += 1;
                            let found = Plain::of_document(&edited);
                            assert_eq!(
                                found.as_ref(),
                                Some(&expected),
                                "{op:?} {via:?}\n{text}\n→\n{}",
                                edited.text()
                            );
                            let afresh = Document::parse(edited.text(), &Limits::default());
                            assert_eq!(Plain::of_document(&afresh), found);
                        }
                        Err(EditError::NotAsMeant(why)) => {
                            panic!("{op:?} {via:?}: {why}\n{text}");
                        }
                        Err(error) => refused.push(format!("{error}\n{op:?} {via:?}\n{text}")),
                    }
                }
            }
        }
    }
    assert!(made > 2_000, "{made}");
    assert!(refused.len() * 50 < made, "{} of {made}\n{}", refused.len(), refused.join("\n"));
}

#[track_caller]
fn check_via(before: &str, op: &Op, anchor: &str, own: &str) {
    let document = parse(before);
    let error = document.edit(op).unwrap_err();
    assert!(matches!(error, EditError::Shared { .. }), "{error}");
    for (via, after) in [(Via::Anchor, anchor), (Via::Own, own)] {
        match (document.edit_via(op, via), after) {
            (Ok(edited), after) => {
                assert_eq!(edited.text(), after, "\n{op:?} {via:?}\non\n{before}")
            }
            (Err(EditError::Unsupported(_)), "") => {}
            (Err(error), _) => panic!("{error}\n{op:?} {via:?}\non\n{before}"),
        }
    }
}

#[test]
fn shared_places_are_changed_at_the_anchor_or_made_their_own() {
    let scalar = "a: &x 'v' # c\nb: *x # d\nc: *x\n";
    let error = parse(scalar).edit(&set("b", "w")).unwrap_err();
    let expected = EditError::Shared {
        name: "x".to_owned(),
        anchor: path("a"),
        line: 1,
        places: 2,
        merged: false,
    };
    assert_eq!(error, expected);
    check_via(
        scalar,
        &set("b", "w"),
        "a: &x 'w' # c\nb: *x # d\nc: *x\n",
        "a: &x 'v' # c\nb: 'w' # d\nc: *x\n",
    );
    let mapping = "base: &b !t\n  k: &i 1 # c\n  l: [*i]\nuse: *b\n";
    check_via(
        mapping,
        &set("use.k", "w"),
        "base: &b !t\n  k: &i w # c\n  l: [*i]\nuse: *b\n",
        "base: &b !t\n  k: &i 1 # c\n  l: [*i]\nuse: !t\n  k: w # c\n  l: [*i]\n",
    );
    check_via(
        "d: &d [v, w]\nl:\n- *d\n- {x: *d}\n",
        &remove("l[1].x", 0),
        "d: &d [w]\nl:\n- *d\n- {x: *d}\n",
        "d: &d [v, w]\nl:\n- *d\n- {x: [w]}\n",
    );
    check_via(
        "d: &d\n- v\n- w\nl:\n- {x: *d}\n- *d\n",
        &insert("l[0].x", 0, text("z")),
        "d: &d\n- z\n- v\n- w\nl:\n- {x: *d}\n- *d\n",
        "d: &d\n- v\n- w\nl:\n- {x: [z, v, w]}\n- *d\n",
    );
    // Through two.
    check_via(
        "a: &a {k: v}\nb: &b\n- *a\nc: *b\n",
        &set("c[0].k", "w"),
        "a: &a {k: w}\nb: &b\n- *a\nc: *b\n",
        "a: &a {k: v}\nb: &b\n- *a\nc:\n- {k: w}\n",
    );
    let merge = "b: &b\n  k: v\n  m: {n: 1}\nu:\n  <<: *b\n  l: w\n";
    check_via(
        merge,
        &set("u.k", "z"),
        "b: &b\n  k: z\n  m: {n: 1}\nu:\n  <<: *b\n  l: w\n",
        "b: &b\n  k: v\n  m: {n: 1}\nu:\n  <<: *b\n  l: w\n  k: z\n",
    );
    check_via(
        merge,
        &set("u.m.n", "2"),
        "b: &b\n  k: v\n  m: {n: 2}\nu:\n  <<: *b\n  l: w\n",
        "b: &b\n  k: v\n  m: {n: 1}\nu:\n  <<: *b\n  l: w\n  m: {n: 2}\n",
    );
    check_via(
        merge,
        &add("u", "k", text("z")),
        "b: &b\n  k: z\n  m: {n: 1}\nu:\n  <<: *b\n  l: w\n",
        "b: &b\n  k: v\n  m: {n: 1}\nu:\n  <<: *b\n  l: w\n  k: z\n",
    );
    check_via(merge, &remove_key("u", "k"), "b: &b\n  m: {n: 1}\nu:\n  <<: *b\n  l: w\n", "");
    // What is its own already needs no way.
    let own = parse("a: 1\n").edit_via(&set("a", "2"), Via::Own).unwrap();
    assert_eq!(own.text(), "a: 2\n");
    let error = parse("a: &x 1\nb: [*x, *x]\n").edit(&remove_key("", "a")).unwrap_err();
    assert!(error.to_string().contains("2 places"), "{error}");
}
