//! A new document, laid out and quoted as another one is.

use super::super::{Document, Kind, Limits, NodeId, Tree, scan};
use super::write::is_json;
use super::{EditError, Editor, Value};

/// The text of a document of a value: marker, tag, list indentation, quoting and line breaks as in
/// `like`, as far as that shows any.
pub(super) fn compose(
    like: Option<&Document>,
    tag: Option<&str>,
    value: &Value,
) -> Result<String, EditError> {
    let blank = Document::parse("", &Limits::default());
    let like = like.filter(|it| it.tree().is_ok_and(|tree| tree.root().is_some()));
    let editor = Editor::new(like.unwrap_or(&blank))?;
    write(&editor, tag, value).or_else(|refusal| match value.has_lines() {
        // Where a block cannot stand, quotes can.
        true => write(&Editor { blocks: false, ..editor }, tag, value).map_err(|_| refusal),
        false => Err(refusal),
    })
}

fn write(editor: &Editor<'_>, tag: Option<&str>, value: &Value) -> Result<String, EditError> {
    let root = editor.tree.root();
    let samples: Vec<NodeId> = root.into_iter().collect();
    let mut writer = editor.writer(0, None);
    writer.json = root.is_some_and(|root| is_json(editor.tree, editor.subtree(root)));
    let line_break = writer.line_break;
    let flow = samples.first().is_some_and(|root| {
        matches!(
            editor.tree.node(*root).kind,
            Kind::Mapping { flow: true, .. } | Kind::Sequence { flow: true, .. }
        )
    });
    let mut body = String::new();
    if flow {
        writer.inline(&mut body, value, None, &samples, false, 0)?;
    } else {
        writer.root(&mut body, value, 0, &samples)?;
    }
    let in_lines = !flow
        && match value {
            Value::List(items) => !items.is_empty(),
            Value::Mapping(entries) => !entries.is_empty(),
            Value::Text(_) | Value::Yaml(_) => false,
        };
    let mut text = String::new();
    if let Some(gap) = root.and_then(|root| marker(editor, root)) {
        text.push_str("---");
        text.push_str(if gap { line_break } else { " " });
        if tag.is_none() && !gap && in_lines {
            // A list or a mapping cannot begin on the line of the marker.
            text.truncate("---".len());
            text.push_str(line_break);
        }
    }
    if let Some(tag) = tag {
        text.push_str(tag);
        text.push_str(if in_lines { line_break } else { " " });
    }
    text.push_str(&body);
    text.push_str(line_break);
    check(&text, value)?;
    Ok(text)
}

/// Whether a document has a `---` and, if so, whether its root begins on a line below it.
fn marker(editor: &Editor<'_>, root: NodeId) -> Option<bool> {
    let start = editor.tree.full_span(root).start;
    let line = scan::line_starts(editor.text)
        .take_while(|line| *line <= start)
        .filter(|line| scan::is_marker(editor.text, *line, "---"))
        .last()?;
    Some(scan::next_line(editor.text, line) <= start)
}

/// Holds what was written against what was meant.
fn check(text: &str, value: &Value) -> Result<(), EditError> {
    let document = Document::parse(text, &Limits::default());
    let means = match document.tree() {
        Ok(tree) => tree.root().is_some_and(|root| is(tree, root, value)),
        Err(_) => false,
    };
    if means {
        Ok(())
    } else {
        Err(EditError::NotAsMeant("the new document says something else".into()))
    }
}

fn is(tree: &Tree, node: NodeId, value: &Value) -> bool {
    match (tree.node(node).kind, value) {
        (Kind::Scalar(scalar), Value::Text(text)) => scalar.text == text,
        (Kind::Sequence { items, .. }, Value::List(values)) => {
            items.len() == values.len()
                && items.iter().zip(values).all(|(item, value)| is(tree, *item, value))
        }
        (Kind::Mapping { entries, .. }, Value::Mapping(values)) => {
            entries.len() == values.len()
                && entries.iter().zip(values).all(|((key, node), (name, value))| {
                    tree.text(*key) == Some(name) && is(tree, *node, value)
                })
        }
        // What YAML source means was read when it was written.
        (_, Value::Yaml(_)) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(sample: &str, tag: Option<&str>, value: &Value) -> String {
        compose(Some(&Document::parse(sample, &Limits::default())), tag, value).unwrap()
    }

    fn value() -> Value {
        let text = |text: &str| Value::Text(text.to_owned());
        let entry = Value::Mapping(vec![("id".to_owned(), text("x y"))]);
        Value::Mapping(vec![
            ("id".to_owned(), text("b")),
            ("name".to_owned(), text("no")),
            ("list".to_owned(), Value::List(vec![entry])),
        ])
    }

    #[test]
    fn a_document_is_written_as_its_sample_is() {
        let cases = [
            ("!T\nid: a\n", "!T\nid: b\nname: \"no\"\nlist:\n  - id: x y\n"),
            (
                "# head\n--- # on\n!T # of\nid: 'a' # here\nother:\n- id: \"q\"\n",
                "---\n!T\nid: 'b'\nname: \"no\"\nlist:\n- id: 'x y'\n",
            ),
            (
                "--- !T\r\n'id': a\r\n",
                "--- !T\r\n'id': b\r\n'name': \"no\"\r\n'list':\r\n  - 'id': x y\r\n",
            ),
            ("---\n!T { id: a }", "---\n!T { id: b, name: \"no\", list: [{ id: x y }] }\n"),
        ];
        for (sample, expected) in cases {
            assert_eq!(like(sample, Some("!T"), &value()), expected, "{sample}");
        }
        assert_eq!(like("--- {a: b}\n", None, &Value::List(Vec::new())), "--- []\n");
        assert_eq!(
            like("--- !T\na: b\n", None, &Value::List(vec![Value::Text("---".into())])),
            "---\n- \"---\"\n"
        );
    }

    #[test]
    fn without_a_sample_it_is_plain() {
        let text = compose(None, Some("!T"), &value()).unwrap();
        assert_eq!(text, "!T\nid: b\nname: \"no\"\nlist:\n  - id: x y\n");
    }
}
