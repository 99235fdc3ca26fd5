//! What holds for every text and every edit, tried on all traps and on generated texts.

use exchange_studio::yaml::{
    Document, EditError, Kind, Limits, Op, Step, Stream, Style, Tree, Value,
};
use proptest::prelude::*;

use super::yaml_corpus::{TRAPS, edits, paths, text};

fn parse(text: &str) -> Document {
    Document::parse(text, &Limits::default())
}

fn load(bytes: &[u8]) -> Stream {
    Stream::load(bytes, &Limits::default()).unwrap()
}

/// Numbers of the places where lines differ.
fn hunks(before: &str, after: &str) -> usize {
    let diff = similar::TextDiff::from_lines(before, after);
    diff.ops().iter().filter(|op| op.tag() != similar::DiffTag::Equal).count()
}

/// How many there may be: one, but comment and blank lines within the place stay, while what
/// stands on both sides of them changes.
fn most_hunks(document: &Document, op: &Op) -> usize {
    match op {
        // A value in YAML may have lines that stood there already, or none.
        Op::Set { value: Value::Yaml(_), .. } => 4,
        Op::Set { path, .. } => {
            let tree = document.tree().unwrap();
            let span = tree.root().map(|_| tree.node(tree.at(path).unwrap()).span);
            let is_block = span.is_some_and(|s| document.slice(s).contains(['\n', '\r']));
            if is_block { 3 } else { 1 }
        }
        Op::Add { .. } | Op::Rename { .. } => 1,
        // Two items change places, and what stands between them stays.
        Op::Move { .. } => 6,
        _ => 2,
    }
}

#[test]
fn every_trap_is_read_and_kept() {
    for (name, text) in TRAPS {
        let stream = load(text.as_bytes());
        assert_eq!(stream.to_bytes(), text.as_bytes(), "{name}");
        for document in stream.documents() {
            let error = document.tree().err();
            assert!(error.is_none(), "{name}: {error:?}");
        }
    }
}

#[test]
fn spans_lie_within_their_parents_and_in_order() {
    for (name, text) in TRAPS {
        let document = parse(text);
        let tree = document.tree().unwrap();
        for (_, id) in paths(tree) {
            let span = tree.node(id).span;
            assert!(span.start <= span.end && text.get(span.range()).is_some(), "{name}");
            let entries = tree.entries(id).iter().flat_map(|e| [e.0, e.1]);
            let children: Vec<_> = match tree.node(id).kind {
                Kind::Alias { .. } => Vec::new(),
                _ => tree.items(id).iter().copied().chain(entries).collect(),
            };
            let mut at = span.start;
            for child in children {
                let child = tree.full_span(child);
                assert!(
                    at <= child.start && child.end <= span.end,
                    "{name}: {child:?} in {span:?}"
                );
                at = child.end;
            }
        }
    }
}

/// Each edit is right, or refused for a reason; the check behind it never has to step in, because
/// that would be a defect of the editor.
#[test]
fn every_edit_of_every_trap_is_right_or_refused() {
    let (mut done, mut refused) = (0, 0);
    for (name, text) in TRAPS {
        let document = parse(text);
        for op in edits(document.tree().unwrap()) {
            match document.edit(&op) {
                Ok(edited) => {
                    done += 1;
                    let hunks = hunks(text, edited.text());
                    let most = most_hunks(&document, &op);
                    assert!(hunks <= most, "{name}: {op:?}\n{text}\n→\n{}", edited.text());
                    let ends = |text: &str| text.is_empty() || text.ends_with(['\n', '\r']);
                    assert_eq!(ends(text), ends(edited.text()), "{name}: {op:?}\n{text}");
                }
                Err(EditError::NotAsMeant(why)) => panic!("{name}: {op:?}: {why}\n{text}"),
                Err(EditError::Unsupported(_)) => refused += 1,
                Err(_) => {}
            }
        }
    }
    assert!(done > 6_000, "{done}");
    assert!(refused * 8 < done, "{refused} refused, {done} done");
}

/// The value at a path for another reader, which takes tags and numbers its own way.
fn other_reader<'v>(value: &'v serde_yaml::Value, path: &[Step]) -> Option<&'v serde_yaml::Value> {
    path.iter().try_fold(value, |value, step| {
        let value = match value {
            serde_yaml::Value::Tagged(tagged) => &tagged.value,
            value => value,
        };
        match (value, step) {
            (serde_yaml::Value::Mapping(entries), Step::Index(i)) => {
                entries.iter().nth(*i).map(|e| e.1)
            }
            (serde_yaml::Value::Sequence(items), Step::Index(i)) => items.get(*i),
            _ => None,
        }
    })
}

/// What was written as text is text for a reader that has nothing to do with ours, unless it
/// stands where ambiguous plain text stood before.
#[test]
fn another_reader_agrees_on_what_was_set() {
    let mut compared = 0;
    for (name, source) in TRAPS {
        let document = parse(source);
        let tree = document.tree().unwrap();
        if serde_yaml::from_str::<serde_yaml::Value>(source).is_err() {
            continue;
        }
        for (path, id) in paths(tree) {
            let Kind::Scalar(old) = tree.node(id).kind else { continue };
            if tree.node(id).tag.is_some() {
                continue;
            }
            let old_is_text = old.style != Style::Plain
                || matches!(
                    serde_yaml::from_str::<serde_yaml::Value>(old.text),
                    Ok(serde_yaml::Value::String(_))
                );
            if !old_is_text {
                continue;
            }
            for new in
                ["plain", "no", "0x1F", "2024-01-02", "~", "", "a: b", "l1\nl2\n", "x #", "'"]
            {
                let op = Op::Set { path: path.clone(), value: text(new) };
                let Ok(edited) = document.edit(&op) else { continue };
                let value = serde_yaml::from_str::<serde_yaml::Value>(edited.text());
                let value =
                    value.unwrap_or_else(|e| panic!("{name}: {op:?}: {e}\n{}", edited.text()));
                let Some(found) = other_reader(&value, &path) else { continue };
                if old.text == "2024-01-02"
                    || ["12:30:45", "1_000", "=", "<<", "no"].contains(&old.text)
                {
                    continue;
                }
                assert_eq!(found.as_str(), Some(new), "{name}: {op:?}\n{}", edited.text());
                compared += 1;
            }
        }
    }
    assert!(compared > 800, "{compared}");
}

/// The edit that takes back an edit, where there is one that gives the same text.
fn inverse(source: &str, tree: &Tree, op: &Op) -> Option<Op> {
    match op {
        Op::Insert { path, index, .. } => {
            let list = tree.at(path)?;
            let is_list = matches!(tree.node(list).kind, Kind::Sequence { .. });
            (is_list && !tree.items(list).is_empty())
                .then(|| Op::Remove { path: path.clone(), index: *index })
        }
        Op::Add { path, key, .. } => {
            let mapping = tree.at(path)?;
            // A pair without braces gets braces, which stay.
            let view = tree.node(mapping);
            let braces = source.as_bytes().get(view.span.start) == Some(&b'{');
            let is_mapping = match view.kind {
                Kind::Mapping { entries, flow: true } => entries
                    .first()
                    .is_none_or(|e| tree.full_span(e.0).start > view.span.start && braces),
                kind => matches!(kind, Kind::Mapping { .. }),
            };
            (is_mapping && !tree.entries(mapping).is_empty())
                .then(|| Op::RemoveKey { path: path.clone(), key: key.clone() })
        }
        // A comment at the top speaks of the document, not of what comes to stand below it;
        // and blank lines are moved out of the way of a block of text that would keep them.
        Op::Move { path, from, to }
            if (!path.is_empty() || (*from > 0 && *to > 0)) && !source.contains("|+") =>
        {
            Some(Op::Move { path: path.clone(), from: *to, to: *from })
        }
        Op::Rename { path, key, new } => {
            Some(Op::Rename { path: path.clone(), key: new.clone(), new: key.clone() })
        }
        Op::Set { path, value: Value::Text(_) } => {
            let Kind::Scalar(old) = tree.node(tree.at(path)?).kind else { return None };
            Some(Op::Set { path: path.clone(), value: text(old.text) })
        }
        _ => None,
    }
}

#[test]
fn an_edit_and_its_inverse_give_the_same_bytes() {
    let mut compared = 0;
    for (name, source) in TRAPS {
        let document = parse(source);
        let tree = document.tree().unwrap();
        for op in edits(tree) {
            let Some(back) = inverse(source, tree, &op) else { continue };
            let Ok(edited) = document.edit(&op) else { continue };
            if let Op::Set { path, .. } = &op {
                let id = tree.at(path).unwrap();
                let style = |tree: &Tree| match tree.node(tree.at(path).unwrap()).kind {
                    Kind::Scalar(scalar) => Some(scalar.style),
                    _ => None,
                };
                let simple = document.slice(tree.node(id).span);
                let simple = simple.trim_matches(['"', '\'']);
                // A change of style is not taken back, nor are spellings of the same text.
                if style(tree) != style(edited.tree().unwrap())
                    || tree.text(id) != Some(simple)
                    || simple.is_empty()
                {
                    continue;
                }
            }
            if let Op::Rename { path, key, new } = &op
                && (tree.get(tree.at(path).unwrap(), new).is_some()
                    || key.contains('\n')
                    || key == "<<")
            {
                continue;
            }
            let again = match edited.edit(&back) {
                Ok(again) => again,
                Err(EditError::Unsupported(_)) => continue,
                Err(error) => panic!("{name}: {back:?}: {error}\n{}", edited.text()),
            };
            if let Op::Set { path, .. } = &op {
                // `1` comes back as `"1"` when a text stood there in between.
                let style = |document: &Document| {
                    let tree = document.tree().unwrap();
                    match tree.node(tree.at(path).unwrap()).kind {
                        Kind::Scalar(scalar) => Some(scalar.style),
                        _ => None,
                    }
                };
                if style(&again) != style(&document) {
                    continue;
                }
            }
            assert_eq!(again.text(), *source, "{name}: {op:?}\n{}", edited.text());
            compared += 1;
        }
    }
    assert!(compared > 3_000, "{compared}");
}

#[test]
fn no_truncation_of_any_text_panics_or_loses_a_byte() {
    let samples = concat!(env!("CARGO_MANIFEST_DIR"), "/samples");
    let mut texts: Vec<Vec<u8>> = TRAPS.iter().map(|(_, text)| text.as_bytes().to_vec()).collect();
    let mut folders = vec![std::path::PathBuf::from(samples)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "yaml") {
                let bytes = std::fs::read(&path).unwrap();
                // Documents stand on their own, so cutting each is cutting the file.
                let documents = load(&bytes);
                texts.extend(documents.documents().iter().map(|d| d.text().as_bytes().to_vec()));
            }
        }
    }
    assert!(texts.len() > TRAPS.len(), "the samples are there");
    for text in texts {
        for end in 0..text.len() {
            let Ok(stream) = Stream::load(&text[..end], &Limits::default()) else {
                // Cut within a character.
                assert!(std::str::from_utf8(&text[..end]).is_err());
                continue;
            };
            assert_eq!(stream.to_bytes(), &text[..end]);
        }
    }
}

/// Pieces that texts are put together of: what YAML gives a meaning, and what people write.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a",
        "b: ",
        "id: x",
        "- ",
        "-",
        ":",
        ": ",
        "? ",
        ", ",
        "[",
        "]",
        "{",
        "}",
        "\n",
        "\n",
        "\n",
        "\n  ",
        "\n  ",
        "\n    ",
        "\n- ",
        "\n  - ",
        "\r\n",
        "\r",
        " ",
        "\t",
        "# c",
        " # c\n",
        "\"",
        "'",
        "'it''s'",
        "\"q\\n\"",
        "|",
        "|-\n  x",
        ">+\n",
        "&x ",
        "*x",
        "!t ",
        "!!str ",
        "~",
        "null",
        "---",
        "\n---\n",
        "\n...\n",
        "%YAML 1.2\n",
        "\u{feff}",
        "ü",
        "{{guid:x}}",
        "<<: *x",
        "123",
        "[]",
        "{}",
        "l:\n- a\n- b\n",
        "k: v\n",
        "\u{0}",
        "\u{85}",
        "\u{2028}",
        "\\",
    ])
}

/// A well-formed document in mixed styles: keys with values of all kinds, comments between.
fn document() -> impl Strategy<Value = String> {
    let scalar = prop::sample::select(vec![
        "x",
        "'x'",
        "\"x\"",
        "12",
        "~",
        "",
        "two words",
        "&a x",
        "!t x",
        "http://h/p",
        "\"\\t\"",
    ]);
    let leaf = scalar.prop_map(|s| vec![s.to_owned()]);
    // Each value is its lines: the first stands behind the key or dash, others below.
    let value = leaf.prop_recursive(3, 24, 4, |inner| {
        let indent = |lines: Vec<String>, by: &str| -> Vec<String> {
            lines.into_iter().map(|l| if l.is_empty() { l } else { format!("{by}{l}") }).collect()
        };
        let comment = prop::sample::select(vec!["", "", "", "# c", " "]);
        prop_oneof![
            (prop::collection::vec((inner.clone(), comment.clone()), 1..4), 0..3usize).prop_map(
                move |(items, step)| {
                    let mut lines = vec![String::new()];
                    for (item, comment) in items {
                        if !comment.is_empty() {
                            lines.push(comment.trim().to_owned());
                        }
                        let compact = item[0].is_empty() && item.len() > 1;
                        let first = if compact { String::new() } else { item[0].clone() };
                        lines.push(format!("- {first}").trim_end().to_owned());
                        lines.extend(indent(item[1..].to_vec(), "  "));
                    }
                    let head = lines.remove(0);
                    let mut lines = indent(lines, &" ".repeat(step));
                    lines.insert(0, head);
                    lines
                }
            ),
            (prop::collection::vec((inner, comment), 1..4), 1..4usize).prop_map(
                move |(entries, step)| {
                    let mut lines = Vec::new();
                    for (index, (value, comment)) in entries.into_iter().enumerate() {
                        if !comment.is_empty() {
                            lines.push(comment.trim().to_owned());
                        }
                        lines.push(format!("k{index}: {}", value[0]).trim_end().to_owned());
                        lines.extend(value[1..].to_vec());
                    }
                    let mut lines = indent(lines, &" ".repeat(step));
                    lines.insert(0, String::new());
                    lines
                }
            ),
            Just(vec!["[x, {k: v}]".to_owned()]),
            Just(vec!["|".to_owned(), "        text".to_owned(), String::new()]),
            Just(vec!["# c".to_owned()]),
        ]
    });
    (prop::collection::vec(value, 1..4), any::<bool>(), any::<bool>()).prop_map(
        |(values, crlf, open)| {
            let mut text = "!T\n".to_owned();
            for (index, value) in values.iter().enumerate() {
                text.push_str(format!("top{index}: {}", value.join("\n")).trim_end());
                text.push('\n');
            }
            if open {
                text.pop();
            }
            if crlf { text.replace('\n', "\r\n") } else { text }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_that_load_come_out_again(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(stream) = Stream::load(&bytes, &Limits::default()) {
            prop_assert_eq!(stream.to_bytes(), bytes);
        }
    }

    #[test]
    fn any_text_comes_out_again_and_is_edited_rightly_or_not_at_all(
        pieces in prop::collection::vec(piece(), 0..24),
        pick in any::<prop::sample::Index>(),
    ) {
        let text = pieces.concat();
        let Ok(stream) = Stream::load(text.as_bytes(), &Limits::default()) else {
            return Ok(());
        };
        prop_assert_eq!(stream.to_bytes(), text.as_bytes());
        for document in stream.documents() {
            let Ok(tree) = document.tree() else { continue };
            let ops = edits(tree);
            if ops.is_empty() {
                continue;
            }
            // The check is the last line of defence: what it lets through is right by itself.
            if let Ok(edited) = document.edit(pick.get(&ops)) {
                prop_assert!(edited.tree().is_ok());
            }
        }
    }

    #[test]
    fn edits_of_well_formed_documents_need_no_last_line_of_defence(
        text in document(),
        pick in any::<prop::sample::Index>(),
    ) {
        let document = parse(&text);
        if let Ok(tree) = document.tree() {
            let ops = edits(tree);
            let start = pick.index(ops.len());
            for op in ops.iter().skip(start).take(24) {
                match document.edit(op) {
                    Err(EditError::NotAsMeant(why)) => {
                        return Err(TestCaseError::fail(format!("{why}\n{op:?}\n{text}")));
                    }
                    Ok(edited) => {
                        let breaks = edited.text().replace("\r\n", "").contains('\n');
                        prop_assert!(!text.contains("\r\n") || !breaks, "{op:?}\n{text:?}");
                        let Some(back) = inverse(&text, tree, op) else { continue };
                        if matches!(op, Op::Insert { .. } | Op::Add { .. })
                            && let Ok(again) = edited.edit(&back)
                        {
                            prop_assert_eq!(again.text(), text.as_str(), "{:?}\n{}", op, edited.text());
                        }
                    }
                    Err(_) => {}
                }
            }
        }
    }
}
