//! What the tables of edits are written with: an edit as a short call with its path as `a.b[0].c`, and
//! a check of the exact text that comes out. A refusal must give a reason; one that says that the
//! splice did something else than was meant is a defect.

use exchange_studio::yaml::{Document, EditError, Limits, Op, Step, Value};

/// `a.b[0].c` as a path; the empty text is the root.
pub fn path(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in text.split('.').filter(|p| !p.is_empty()) {
        let mut pieces = part.split('[');
        match pieces.next() {
            Some(key) if !key.is_empty() => steps.push(Step::Key(key.to_owned())),
            _ => {}
        }
        for index in pieces {
            steps.push(Step::Index(index.trim_end_matches(']').parse().unwrap()));
        }
    }
    steps
}

pub fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

pub fn yaml(source: &str) -> Value {
    Value::Yaml(source.to_owned())
}

pub fn map<const N: usize>(entries: [(&str, &str); N]) -> Value {
    Value::Mapping(entries.iter().map(|(k, v)| ((*k).to_owned(), text(v))).collect())
}

pub fn list<const N: usize>(items: [Value; N]) -> Value {
    Value::List(items.into())
}

pub fn id(value: &str) -> Value {
    map([("id", value)])
}

pub fn set(at: &str, value: &str) -> Op {
    Op::Set { path: path(at), value: text(value) }
}

pub fn set_value(at: &str, value: Value) -> Op {
    Op::Set { path: path(at), value }
}

pub fn insert(at: &str, index: usize, value: Value) -> Op {
    Op::Insert { path: path(at), index, value }
}

pub fn remove(at: &str, index: usize) -> Op {
    Op::Remove { path: path(at), index }
}

pub fn add(at: &str, key: &str, value: Value) -> Op {
    Op::Add { path: path(at), key: key.to_owned(), value, at: None }
}

pub fn remove_key(at: &str, key: &str) -> Op {
    Op::RemoveKey { path: path(at), key: key.to_owned() }
}

pub fn rename(at: &str, key: &str, new: &str) -> Op {
    Op::Rename { path: path(at), key: key.to_owned(), new: new.to_owned() }
}

pub fn shift(at: &str, from: usize, to: usize) -> Op {
    Op::Move { path: path(at), from, to }
}

pub fn parse(text: &str) -> Document {
    Document::parse(text, &Limits::default())
}

#[track_caller]
pub fn check(before: &str, op: &Op, after: &str) {
    let document = parse(before);
    match document.edit(op) {
        Ok(edited) => assert_eq!(edited.text(), after, "\n{op:?}\non\n{before}"),
        Err(error) => panic!("{error}\n{op:?}\non\n{before}"),
    }
}

#[track_caller]
pub fn refuse(before: &str, op: &Op) {
    let document = parse(before);
    match document.edit(op) {
        Ok(edited) => panic!("{op:?}\non\n{before}\ngave\n{}", edited.text()),
        Err(EditError::NotAsMeant(why)) => panic!("a defect: {why}\n{op:?}\non\n{before}"),
        Err(_) => {}
    }
}
