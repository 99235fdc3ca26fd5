//! Edits behind an alias, at every place of every small text: made at the anchor they change what
//! all places say; made on its own they change one place, which then says it without the alias.
//!
//! What is right is said a second time here, on plain values: an alias is looked up by its name, a
//! copy is a copy.

use exchange_studio::yaml::{Document, EditError, Limits, Op, Step, Stream, Via};

use super::golden::corpus;
use super::oracle::{self, Plain, What};
use super::yaml_corpus::{TRAPS, edits};

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
