//! Places and texts of nodes, as the adapter makes them of events.

use std::fmt::Write as _;

use super::super::{Document, Kind, Limits};

/// The nodes of a text in the order in which they begin: kind, source, and what else they have.
fn dump(text: &str) -> String {
    let document = Document::parse(text, &Limits::default());
    let tree = match document.tree() {
        Ok(tree) => tree,
        Err(error) => return format!("error at {}: {}", error.offset, error.message),
    };
    let mut out = String::new();
    for id in tree.ids() {
        let node = tree.node(id);
        let kind = match node.kind {
            Kind::Scalar(scalar) => format!("{:?}", scalar.text),
            Kind::Sequence { items, .. } => format!("seq {}", items.len()),
            Kind::Mapping { entries, .. } => format!("map {}", entries.len()),
            Kind::Alias { target } => format!("alias {target:?}"),
        };
        let source = document.slice(node.span);
        let _ = write!(out, "{}+{source:?} {kind}", node.span.start);
        if let Some(tag) = node.tag {
            let _ = write!(out, " {tag}");
        }
        if let Some(anchor) = node.anchor {
            let _ = write!(out, " &{anchor}");
        }
        out.push('\n');
    }
    out
}

#[test]
fn spans_cover_what_is_written() {
    // An indentless sequence starts at its first dash, a collection ends with its last item,
    // an absent value stands after its indicator.
    let text = "!T\nid: a # c\nlist:\n- id: b\n- x:\n\n# end\n";
    assert_eq!(
        dump(text),
        "3+\"id: a # c\\nlist:\\n- id: b\\n- x:\" map 2 !T\n\
         3+\"id\" \"id\"\n7+\"a\" \"a\"\n\
         13+\"list\" \"list\"\n19+\"- id: b\\n- x:\" seq 2\n\
         21+\"id: b\" map 1\n21+\"id\" \"id\"\n25+\"b\" \"b\"\n\
         29+\"x:\" map 1\n29+\"x\" \"x\"\n31+\"\" \"\"\n"
    );
}

#[test]
fn block_scalars_start_at_their_header() {
    let text = "b: |  # h\n  x\n\n\nc: >-\n   y\n   z\n  # t\nd: |+\n z\n\ne: |\n";
    let dump = dump(text);
    let spans: Vec<&str> = dump.lines().skip(2).step_by(2).collect();
    assert_eq!(
        spans,
        [
            "3+\"|  # h\\n  x\" \"x\\n\"",
            "19+\">-\\n   y\\n   z\" \"y z\"",
            "41+\"|+\\n z\\n\" \"z\\n\\n\"",
            "51+\"|\" \"\"",
        ]
    );
}

#[test]
fn explicit_keys_and_flow_pairs_have_places() {
    let places = |text: &str| -> Vec<String> {
        dump(text).lines().map(|l| l.split(' ').next().unwrap_or_default().to_owned()).collect()
    };
    assert_eq!(
        places("? a\n: - b\n: c"),
        ["0+\"?", "2+\"a\"", "6+\"-", "8+\"b\"", "10+\"\"", "12+\"c\""]
    );
    assert_eq!(dump("[k: v]").lines().nth(1), Some("1+\"k: v\" map 1"));
    assert_eq!(places("[{a: b}:c]")[1..3], ["1+\"{a:", "1+\"{a:"]);
}

#[test]
fn anchors_tags_and_aliases() {
    let dump = dump("a: &x !T 1\n<<: *x\nb: &y\n- *no\n");
    assert!(dump.contains("9+\"1\" \"1\" !T &x"), "{dump}");
    assert!(dump.contains("\"*x\" alias Some(NodeId(2))"), "{dump}");
    assert!(dump.contains("\"- *no\" seq 1 &y"), "{dump}");
    assert!(dump.contains("\"*no\" alias None"), "{dump}");
}

#[test]
fn an_unquoted_placeholder_is_a_mapping_that_can_be_told_by_its_source() {
    let document = Document::parse("id: {{guid:x}}\n", &Limits::default());
    let tree = document.tree().unwrap();
    let id = tree.get(tree.root().unwrap(), "id").unwrap();
    assert!(matches!(tree.node(id).kind, Kind::Mapping { flow: true, .. }));
    assert_eq!(document.slice(tree.node(id).span), "{{guid:x}}");
}

#[test]
fn a_document_without_content_has_no_root() {
    for text in ["", "---\n", "--- # c\n...\n", "# c\n", "\u{feff}"] {
        let document = Document::parse(text, &Limits::default());
        assert_eq!(document.tree().unwrap().root(), None, "{text:?}");
    }
    assert_eq!(dump("--- !T\n"), "6+\"\" \"\" !T\n");
}

#[test]
fn errors_say_what_and_where() {
    for (text, expected) in [
        ("a: [x\n", "error at 3: `[` is opened and never closed"),
        ("a: [x}\n", "error at 3: `[` is closed by `}`"),
        (
            "a: \"x\n",
            "error at 6: a quoted text has no closing quote, or its next line is not indented",
        ),
        ("l: [\n  x,\ny\n]\n", "error at 10: the indentation does not fit what stands around it"),
        (
            "a: b: c\n",
            "error at 4: `:` is not allowed here; quote the text if it belongs to a value",
        ),
        ("a: 1\n\tb: 2\n", "error at 3: a tab where YAML allows only spaces (indentation)"),
        ("a: @x\n", "error at 3: `@` cannot start a value; quote the text"),
        ("a: \u{0}", "error at 3: a NUL character, which YAML does not allow"),
    ] {
        assert_eq!(dump(text), expected, "{text:?}");
    }
}

/// YAML forbids it; libyaml and what builds on it read it, and people write it.
#[test]
fn a_bracket_may_close_below_its_key() {
    assert_eq!(dump("l: [\n  x\n]\n"), dump("l: [\n  x\n ]\n").replace("n ]", "n]"));
    for text in ["- {\n  a: 1\n}\n", "a:\n  b: {\n    c: [\n    ]\n}\n", "l: [\r\n]\r\nm: 1\r\n"] {
        let document = Document::parse(text, &Limits::default());
        assert!(document.tree().is_ok(), "{text:?}");
    }
    assert!(dump("l: [\n  x\n}\n").starts_with("error"));
}

#[test]
fn nesting_is_bounded() {
    let limits = Limits::default();
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("a: [", "]")] {
        let deep = format!("{}x{}", open.repeat(100_000), close.repeat(100_000));
        let document = Document::parse(&deep, &limits);
        assert!(document.tree().is_err(), "{open:?}");
    }
    let fits = format!("{}{}", "[".repeat(128), "]".repeat(128));
    assert!(Document::parse(&fits, &limits).tree().is_ok());
    let over = format!("{}{}", "[".repeat(129), "]".repeat(129));
    let error = Document::parse(&over, &limits);
    let error = error.tree().unwrap_err();
    assert_eq!(error.message, "lists and mappings are nested deeper than 128 levels");
    assert_eq!(error.offset, 128);
}

#[test]
fn aliases_are_not_expanded() {
    let mut bomb = "a0: &a0 [x]\n".to_owned();
    for i in 1..40 {
        let aliases = vec![format!("*a{}", i - 1); 10].join(", ");
        let _ = writeln!(bomb, "a{i}: &a{i} [{aliases}]");
    }
    let document = Document::parse(&bomb, &Limits::default());
    assert!(document.tree().unwrap().ids().count() < 500);
}

#[test]
fn a_document_without_content_is_what_the_parser_makes_of_it() {
    // The tab, the comment and the end go to the parser, the others do not.
    for text in ["---", "---\n", "---  \n\n \r\n", "---\r", "---\t\n", "--- # c\n", "---\n...\n"] {
        let document = Document::parse(text, &Limits::default());
        let tree = document.tree().unwrap();
        assert!(tree.root().is_none() && tree.ids().len() == 0, "{text:?}");
    }
    for text in ["----\n", "---a\n", "--- x\n"] {
        let document = Document::parse(text, &Limits::default());
        assert!(document.tree().unwrap().root().is_some(), "{text:?}");
    }
}
