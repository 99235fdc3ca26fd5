//! A refused edit as a report for the makers: enough to find the defect, nothing of what the file
//! says.
//!
//! Refusals come from layout, and layout survives when every letter is made an `x` and every digit
//! a `0`. What is syntax stays: indicators, quotes, escapes, the headers of blocks of text, `null`,
//! `%YAML`; anchors get other names, the same for each alias. The report tries the edit on the
//! masked text and says whether that is refused as well, so that the makers know what they have.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::super::{Document, Kind, Style, Tree, scan};
use super::scalar::is_one_line;
use super::{Act, EditError, Editor, Op, Step, Value};

impl EditError {
    /// The refusal as plain text that can be sent to the makers: version, operation, reason and the
    /// layout of the document. Names, values and comments are masked letter by letter.
    pub fn report(&self, document: &Document, op: &Op) -> String {
        let masked = mask(document);
        let again = try_again(document, op, &masked);
        let mut out = String::new();
        let words = format!("{}\n{op:?}", document.text());
        let said = mask_words(&self.to_string(), &words);
        let _ = writeln!(out, "Exchange Studio {}: an edit was refused", env!("CARGO_PKG_VERSION"));
        let _ = writeln!(out, "operation: {}", describe_op(document, op));
        let _ = writeln!(out, "reason: {said}");
        let same = again
            .as_ref()
            .is_some_and(|again| std::mem::discriminant(again) == std::mem::discriminant(self));
        let _ = match (same, again) {
            (true, _) => writeln!(out, "the text below is refused in the same way"),
            (false, Some(other)) => writeln!(
                out,
                "the text below is refused in another way: {}",
                mask_words(&other.to_string(), &words)
            ),
            (false, None) => writeln!(out, "the text below is not refused"),
        };
        let _ = writeln!(out, "document, every letter as x and every digit as 0:");
        for start in scan::line_starts(&masked) {
            let _ = writeln!(out, "{:?}", &masked[start..scan::next_line(&masked, start)]);
        }
        out
    }
}

/// A letter or a digit as another of its kind and width; everything else as it is.
fn mask_char(c: char) -> char {
    match c {
        'a'..='z' => 'x',
        'A'..='Z' => 'X',
        '0'..='9' => '0',
        // Blanks, breaks and marks are layout.
        '\u{85}' | '\u{a0}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => c,
        _ => match c.len_utf8() {
            1 => c,
            2 => 'ä',
            3 => '字',
            _ => '😀',
        },
    }
}

fn mask_text(text: &str) -> String {
    text.chars().map(mask_char).collect()
}

/// The words of a message that are words of the document or the edit are masked.
fn mask_words(message: &str, words: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in message.chars().chain(['\n']) {
        if c.is_alphanumeric() {
            word.push(c);
            continue;
        }
        out.push_str(&if words.contains(&word) { mask_text(&word) } else { word.clone() });
        word.clear();
        out.push(c);
    }
    out.pop();
    out
}

/// The text of a document with its layout and nothing of what it says.
fn mask(document: &Document) -> String {
    let text = document.text();
    let Ok(tree) = document.tree() else { return mask_text(text) };
    let mut parts = special(document, tree);
    parts.sort_by_key(|part| part.0);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (start, end, with) in parts {
        if start < at {
            continue;
        }
        out.push_str(&mask_text(&text[at..start]));
        out.push_str(&with);
        at = end;
    }
    out.push_str(&mask_text(&text[at..]));
    out
}

/// The places where masking letter by letter would change what is syntax, with what stands there.
fn special(document: &Document, tree: &Tree) -> Vec<(usize, usize, String)> {
    let text = document.text();
    let mut parts = Vec::new();
    for line in scan::line_starts(text) {
        if text[line..].starts_with("%YAML") {
            let end = scan::line_end(text, line);
            parts.push((line, end, text[line..end].to_owned()));
        }
        if scan::is_marker(text, line, "---") {
            break;
        }
    }
    let mut names: HashMap<&str, String> = HashMap::new();
    for id in tree.ids() {
        let node = tree.node(id);
        if let (Some(name), Some(span)) = (node.anchor, tree.anchor_span(id)) {
            parts.push((span.start, span.end, format!("&{}", anchor(&mut names, name))));
        }
        if let Some(span) = tree.tag_span(id) {
            parts.push((span.start, span.end, mask_tag(document.slice(span))));
        }
        let source = document.slice(node.span);
        let (start, end) = (node.span.start, node.span.end);
        match node.kind {
            Kind::Alias { .. } => {
                parts.push((start, end, format!("*{}", anchor(&mut names, &source[1..]))));
            }
            Kind::Scalar(scalar) if !is_one_line(scalar.style) => {
                let header = source.find([' ', '\t', '\n', '\r']).unwrap_or(source.len());
                parts.push((start, start + header, source[..header].to_owned()));
            }
            Kind::Scalar(scalar) if scalar.style == Style::DoubleQuoted => {
                parts.push((start, end, mask_escapes(source)));
            }
            Kind::Scalar(scalar)
                if scalar.style == Style::Plain
                    && matches!(scalar.text, "null" | "Null" | "NULL") =>
            {
                parts.push((start, end, source.to_owned()));
            }
            _ => {}
        }
    }
    parts
}

/// The masked name of an anchor: one for each name, of the same length where that is possible.
fn anchor<'a>(names: &mut HashMap<&'a str, String>, name: &'a str) -> String {
    if let Some(known) = names.get(name) {
        return known.clone();
    }
    let mut masked = mask_text(name);
    let mut number = 0;
    while names.values().any(|other| *other == masked) {
        // Counted in letters that no word has: `xxx`, `xxy`, `xxz`, `xyx`…
        number += 1;
        let mut rest = number;
        let mut digits = Vec::new();
        while rest > 0 || digits.len() < name.chars().count() {
            digits.push(['x', 'y', 'z'][rest % 3]);
            rest /= 3;
        }
        masked = digits.iter().rev().collect();
    }
    names.insert(name, masked.clone());
    masked
}

fn mask_tag(tag: &str) -> String {
    let mut out = String::new();
    let mut chars = tag.chars();
    while let Some(c) = chars.next() {
        out.push(mask_char(c));
        if c == '%' {
            // A character by its number: any will do.
            out.push_str("41");
            chars.nth(1);
        }
    }
    out
}

fn mask_escapes(source: &str) -> String {
    let mut out = String::new();
    let mut chars = source.chars();
    while let Some(c) = chars.next() {
        out.push(mask_char(c));
        if c != '\\' {
            continue;
        }
        let Some(kind) = chars.next() else { break };
        out.push(kind);
        let digits = match kind {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => continue,
        };
        let _ = write!(out, "{:0>digits$}", "41");
        chars.nth(digits - 1);
    }
    out
}

fn mask_value(value: &Value, document: &Document) -> Value {
    match value {
        Value::Text(text) => Value::Text(mask_text(text)),
        Value::List(items) => Value::List(items.iter().map(|v| mask_value(v, document)).collect()),
        Value::Mapping(entries) => Value::Mapping(
            entries.iter().map(|(k, v)| (mask_text(k), mask_value(v, document))).collect(),
        ),
        Value::Yaml(text) => Value::Yaml(mask(&Document::parse(text, document.limits()))),
    }
}

/// A path by places, as keys may be the same once they are masked.
fn by_place(tree: &Tree, path: &[Step]) -> Option<Vec<Step>> {
    let mut node = tree.root();
    path.iter()
        .map(|step| {
            let at = node?;
            let index = match step {
                Step::Index(index) => *index,
                Step::Key(key) => {
                    tree.entries(at).iter().position(|(k, _)| tree.text(*k) == Some(key))?
                }
            };
            node = tree.child(at, &Step::Index(index));
            Some(Step::Index(index))
        })
        .collect()
}

/// The operation with its path by places and its values masked.
fn describe_op(document: &Document, op: &Op) -> String {
    let path = match document.tree().ok().and_then(|tree| by_place(tree, op.path())) {
        Some(path) => super::place::describe(&path),
        None => "a path that is not there".to_owned(),
    };
    let value = |value: &Value| format!("{:?}", mask_value(value, document));
    match op {
        Op::Set { value: v, .. } => format!("set {path} to {}", value(v)),
        Op::Insert { index, value: v, .. } => format!("insert {} into {path} at {index}", value(v)),
        Op::Remove { index, .. } => format!("remove {index} from {path}"),
        Op::Move { from, to, .. } => format!("move {from} to {to} in {path}"),
        Op::Add { key, value: v, at, .. } => {
            format!("add {:?}: {} to {path} at {at:?}", mask_text(key), value(v))
        }
        Op::RemoveKey { key, .. } => format!("remove the key {:?} from {path}", mask_text(key)),
        Op::Rename { key, new, .. } => {
            format!("rename the key {:?} of {path} to {:?}", mask_text(key), mask_text(new))
        }
    }
}

/// How the masked text takes the masked edit; `None` when it is made.
fn try_again(document: &Document, op: &Op, masked: &str) -> Option<EditError> {
    let editor = Editor::new(document).ok()?;
    let masked = Document::parse(masked, document.limits());
    let there = Editor::new(&masked);
    let there = match there {
        Ok(there) => there,
        Err(error) => return Some(error),
    };
    let act = match editor.resolve_own(op) {
        Ok(act) => act,
        // It was refused before its place was looked at; masking has no part in that.
        Err(error) => return Some(error),
    };
    let place =
        |path: &[Step]| by_place(editor.tree, path).and_then(|path| there.locate(&path).ok());
    let again = match &act {
        Act::Set { place: at, value } => {
            let value = mask_value(value, document);
            place(&at.path).map(|place| there.perform(&Act::Set { place, value: &value }))
        }
        Act::Put { place: at, index, key, value } => {
            let value = mask_value(value, document);
            let key = key.map(mask_text);
            let key = key.as_deref();
            place(&at.path)
                .map(|place| there.perform(&Act::Put { place, index: *index, key, value: &value }))
        }
        Act::Take { place: at, index } => {
            place(&at.path).map(|place| there.perform(&Act::Take { place, index: *index }))
        }
        Act::Move { place: at, from, to } => {
            place(&at.path).map(|place| there.perform(&Act::Move { place, from: *from, to: *to }))
        }
        Act::Rename { place: at, index, new } => {
            let new = mask_text(new);
            place(&at.path)
                .map(|place| there.perform(&Act::Rename { place, index: *index, new: &new }))
        }
    };
    again?.err()
}

#[cfg(test)]
mod tests {
    use super::super::super::Limits;
    use super::*;

    const LAYOUT: &str = "%YAML 1.2\n--- !Secret\nident: &anchorA \"s3cret\\n\\u00e9\" # hush42\n\
        other: &anchorB 'it''s'\ntext: |2-\n    Passw0rd\nnone: null\nuse: [*anchorA, *anchorB]\n\
        naïve: pä55\n? explicit\n: x\n";

    #[test]
    fn the_layout_is_kept_and_nothing_else() {
        let document = Document::parse(LAYOUT, &Limits::default());
        let masked = mask(&document);
        assert_eq!(
            masked,
            "%YAML 1.2\n--- !Xxxxxx\nxxxxx: &xxxxxxX \"x0xxxx\\n\\u0041\" # xxxx00\n\
             xxxxx: &xxxxxxy 'xx''x'\nxxxx: |2-\n    Xxxxx0xx\nxxxx: null\nxxx: [*xxxxxxX, *xxxxxxy]\n\
             xxäxx: xä00\n? xxxxxxxx\n: x\n"
        );
        let again = Document::parse(&masked, &Limits::default());
        let shape = |document: &Document| {
            let tree = document.tree().unwrap();
            let target = |id| tree.resolve(id);
            tree.ids().map(|id| (tree.node(id).span, target(id))).collect::<Vec<_>>()
        };
        assert_eq!(shape(&document), shape(&again));
    }

    #[test]
    fn a_report_says_what_happened_without_saying_what_the_file_says() {
        let text = "hidden1: &secretName verySecret9\nkey2: *secretName\nkey3: |\n  hush5";
        let document = Document::parse(text, &Limits::default());
        let value = Value::Text("newSecret7".to_owned());
        let ops = [
            Op::RemoveKey { path: Vec::new(), key: "hidden1".to_owned() },
            Op::Add { path: Vec::new(), key: "key4".to_owned(), value: value.clone(), at: None },
            Op::Move { path: Vec::new(), from: 0, to: 1 },
            Op::Set { path: vec![Step::Key("gone8".to_owned())], value: value.clone() },
            Op::Set {
                path: vec![Step::Key("key2".to_owned()), Step::Key("deep6".to_owned())],
                value: Value::Yaml("[bad3".to_owned()),
            },
        ];
        for op in &ops {
            let error = document.edit(op).unwrap_err();
            let report = error.report(&document, op);
            for secret in
                ["hidden", "secretName", "verySecret", "key2", "hush", "newSecret", "gone8", "bad3"]
            {
                assert!(!report.contains(secret), "{secret} in\n{report}");
            }
            assert!(report.contains(env!("CARGO_PKG_VERSION")));
        }
        let error = document.edit(&ops[0]).unwrap_err();
        let report = error.report(&document, &ops[0]);
        assert!(report.contains("is refused in the same way"), "{report}");
        assert!(report.contains("\"xxxxxx0: &xxxxxxXxxx xxxxXxxxxx0\\n\""), "{report}");
    }
}
