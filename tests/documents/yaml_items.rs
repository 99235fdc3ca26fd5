//! Items come into lists and go from them, in block layout and in brackets, and look as their
//! neighbours do.
//!
//! The tables give, for each kind of edit and each layout, the exact text that comes out.

use exchange_studio::yaml::Value;

use super::yaml_table::{
    add, check, id, insert, list, map, refuse, remove, rename, set, set_value, text,
};

#[test]
fn items_come_into_block_lists() {
    let seed = "allowed:\n  - id: \"b\"\n";
    for (before, at, index, value, after) in [
        (seed, "allowed", 0, id("a"), "allowed:\n  - id: \"a\"\n  - id: \"b\"\n"),
        (seed, "allowed", 1, id("a"), "allowed:\n  - id: \"b\"\n  - id: \"a\"\n"),
        // Indentless, with something behind.
        ("l:\n- a\n- b\nm: 1\n", "l", 2, text("c"), "l:\n- a\n- b\n- c\nm: 1\n"),
        ("l:\n- a\n- b\nm: 1\n", "l", 1, text("c"), "l:\n- a\n- c\n- b\nm: 1\n"),
        // Deep and wide.
        (
            "x:\n    l:\n        -   a\n",
            "x.l",
            1,
            id("b"),
            "x:\n    l:\n        -   a\n        -   id: b\n",
        ),
        // Several keys, dash gap of the siblings, quoting of the same key.
        (
            "l:\n-   id: 'a'\n    k: \"q\"\n",
            "l",
            1,
            map([("id", "b"), ("k", "r"), ("o", "s")]),
            "l:\n-   id: 'a'\n    k: \"q\"\n-   id: 'b'\n    k: \"r\"\n    o: s\n",
        ),
        ("l:\n- s: 123\n", "l", 1, map([("s", "456")]), "l:\n- s: 123\n- s: 456\n"),
        ("l:\n- s: abc\n", "l", 1, map([("s", "456")]), "l:\n- s: abc\n- s: \"456\"\n"),
        // Comments and blank lines.
        (
            "l:\n  # one\n  - a # aa\n\n  # two\n  - b\n  # not in use\n\n# end\n",
            "l",
            2,
            text("c"),
            "l:\n  # one\n  - a # aa\n\n  # two\n  - b\n  - c\n  # not in use\n\n# end\n",
        ),
        (
            "l:\n  # one\n  - a # aa\n\n  # two\n  - b\n",
            "l",
            1,
            text("c"),
            "l:\n  # one\n  - a # aa\n  - c\n\n  # two\n  - b\n",
        ),
        ("l:\n  # one\n  - a\n", "l", 0, text("c"), "l:\n  - c\n  # one\n  - a\n"),
        (
            "l:\n- id: a\n  # of a\n# of the next\nm: 1\n",
            "l",
            1,
            id("b"),
            "l:\n- id: a\n  # of a\n- id: b\n# of the next\nm: 1\n",
        ),
        ("# head\n- a\n", "", 0, text("b"), "# head\n- b\n- a\n"),
        // Line endings and missing last newline.
        ("l:\r\n- a\r\n", "l", 1, text("b"), "l:\r\n- a\r\n- b\r\n"),
        ("l:\r- a\r", "l", 1, text("b"), "l:\r- a\r- b\r"),
        ("l:\r\n- a", "l", 1, text("b"), "l:\r\n- a\r\n- b"),
        ("l:\n- a", "l", 0, text("b"), "l:\n- b\n- a"),
        // Block scalars above.
        ("l:\n- |\n  x\n\n\nm: 1\n", "l", 1, text("b"), "l:\n- |\n  x\n- b\n\n\nm: 1\n"),
        ("l:\n- |+\n  x\n\nm: 1\n", "l", 1, text("b"), "l:\n- |+\n  x\n\n- b\nm: 1\n"),
        // Lists in lists.
        ("- - a\n  - b\n- c\n", "[0]", 2, text("x"), "- - a\n  - b\n  - x\n- c\n"),
        ("- - a\n", "[0]", 0, text("x"), "- - x\n  - a\n"),
        ("- a\n", "", 1, list([text("x"), text("w")]), "- a\n- - x\n  - w\n"),
        ("- a\n", "", 1, list([]), "- a\n- []\n"),
        // Flow siblings.
        ("l:\n- { id: a }\n", "l", 1, id("b"), "l:\n- { id: a }\n- { id: b }\n"),
        // Empty items.
        ("-\n-\n", "", 1, text("x"), "-\n- x\n-\n"),
        // Behind tag, anchor, document markers.
        ("--- !T\nl: &x\n- a\n...\n", "l", 1, text("b"), "--- !T\nl: &x\n- a\n- b\n...\n"),
        ("\u{feff}- a\n", "", 0, text("b"), "\u{feff}- b\n- a\n"),
    ] {
        check(before, &insert(at, index, value), after);
    }
}

#[test]
fn the_first_item_opens_the_list() {
    for (before, after) in [
        ("l:\nm: 1\n", "l:\n  - id: x\nm: 1\n"),
        ("l: []\nm: 1\n", "l:\n  - id: x\nm: 1\n"),
        ("l: [ ] # c\nm: 1\n", "l: # c\n  - id: x\nm: 1\n"),
        ("l: ~\nm: 1\n", "l:\n  - id: x\nm: 1\n"),
        ("l: null\n", "l:\n  - id: x\n"),
        ("l: []", "l:\n  - id: x"),
        ("l:", "l:\n  - id: x"),
        ("l: &a []\nm: *a\n", "l: &a\n  - id: x\nm: *a\n"),
        ("l: []\r\nm: 1\r\n", "l:\r\n  - id: x\r\nm: 1\r\n"),
        // As the other lists of the document.
        ("k:\n- id: 'w'\nl: []\n", "k:\n- id: 'w'\nl:\n- id: 'x'\n"),
        ("k:\n    -   w\nl: []\n", "k:\n    -   w\nl:\n    -   id: x\n"),
        ("id: \"w\"\nl:\n\n# end\n", "id: \"w\"\nl:\n  - id: \"x\"\n\n# end\n"),
        ("{l: [], m: 1}\n", "{l: [{id: x}], m: 1}\n"),
        ("{l: , m: 1}\n", "{l: [{id: x}], m: 1}\n"),
        ("{l: ~}\n", "{l: [{id: x}]}\n"),
    ] {
        check(before, &insert("l", 0, id("x")), after);
    }
    check("[]\n", &insert("", 0, text("x")), "[x]\n");
    check("- []\n", &insert("[0]", 0, text("x")), "- [x]\n");
    check("l: [\n# c\n ]\n", &insert("l", 0, text("x")), "l: [\n# c\n x\n ]\n");
    refuse("l: x\n", &insert("l", 0, text("x")));
    refuse("l: [a]\n", &insert("l", 2, text("x")));
    refuse("k: &a [v]\nl: *a\n", &insert("l", 0, text("x")));
    refuse("k: &a {v: w}\nl: *a\n", &add("l", "x", text("x")));
    refuse("k: &a {v: w}\nl: *a\n", &set("l.v", "x"));
}

#[test]
fn items_come_into_flow_lists() {
    for (before, index, after) in [
        ("l: [a, b]\n", 0, "l: [x, a, b]\n"),
        ("l: [a, b]\n", 1, "l: [a, x, b]\n"),
        ("l: [a, b]\n", 2, "l: [a, b, x]\n"),
        ("l: [a,b]\n", 2, "l: [a,b,x]\n"),
        ("l: [ a ]\n", 1, "l: [ a, x ]\n"),
        ("l: [a, ]\n", 1, "l: [a, x, ]\n"),
        ("l: [\n  a,\n  b\n ]\n", 2, "l: [\n  a,\n  b,\n  x\n ]\n"),
        ("l: [\n  a,\n  b,\n ]\n", 2, "l: [\n  a,\n  b,\n  x,\n ]\n"),
        ("l: [\n  a,\n  b # c\n ]\n", 2, "l: [\n  a,\n  b, # c\n  x\n ]\n"),
        ("l: [\n  a, # c\n  # d\n  b\n ]\n", 1, "l: [\n  a, # c\n  x,\n  # d\n  b\n ]\n"),
        ("l: [\n  a\n  ,\n ]\n", 1, "l: [\n  a\n  ,\n  x,\n ]\n"),
        ("l: [\n  a\n  ,]\n", 1, "l: [\n  a\n  , x]\n"),
        ("l: [\r\n  a\r\n ]\r\n", 1, "l: [\r\n  a,\r\n  x\r\n ]\r\n"),
    ] {
        check(before, &insert("l", index, text("x")), after);
    }
    check("[{ id: 'a' }]", &insert("", 1, id("b")), "[{ id: 'a' }, { id: 'b' }]");
    check("[\"a\"]", &insert("", 1, text("b")), "[\"a\", \"b\"]");
    check("[k: v, b]", &insert("", 1, text("x")), "[k: v, x, b]");
}

#[test]
fn items_go_from_block_lists() {
    for (before, at, index, after) in [
        ("l:\n  - a\n  - b\n  - c\n", "l", 0, "l:\n  - b\n  - c\n"),
        ("l:\n  - a\n  - b\n  - c\n", "l", 1, "l:\n  - a\n  - c\n"),
        ("l:\n  - a\n  - b\n  - c\n", "l", 2, "l:\n  - a\n  - b\n"),
        ("l:\n- a\n- b\nm: 1\n", "l", 1, "l:\n- a\nm: 1\n"),
        ("l:\n- id: a\n  k: 1\n\n- id: b\n", "l", 0, "l:\n\n- id: b\n"),
        ("l:\n  # one\n  - a # aa\n  # two\n  - b\n", "l", 0, "l:\n  # one\n  # two\n  - b\n"),
        ("l:\n  - a\n  - b # bb\n# end\n", "l", 1, "l:\n  - a\n# end\n"),
        ("l:\r\n- a\r\n- b", "l", 1, "l:\r\n- a"),
        ("l:\n- |\n  t\n- b", "l", 1, "l:\n- |\n  t\n"),
        ("- - a\n  - b\n- c\n", "[0]", 0, "- - b\n- c\n"),
        ("- - a\n  - b\n- c\n", "[0]", 1, "- - a\n- c\n"),
        ("- - a\n  - b\n- c\n", "", 0, "- c\n"),
        ("\u{feff}- a\n- b\n", "", 0, "\u{feff}- b\n"),
        // The last one leaves `[]`.
        ("l:\n  - a\nm: 1\n", "l", 0, "l: []\nm: 1\n"),
        ("l:\n- a\nm: 1\n", "l", 0, "l: []\nm: 1\n"),
        ("l: # c\n  # d\n  - a # aa\n  # e\nm: 1\n", "l", 0, "l: [] # c\n  # d\n  # e\nm: 1\n"),
        ("l: &x\n  - a\nm: *x\n", "l", 0, "l: &x []\nm: *x\n"),
        ("l:\n\n  - a\n\nm: 1\n", "l", 0, "l: []\n\n\nm: 1\n"),
        ("l:\n- a", "l", 0, "l: []"),
        ("- - a\n- b\n", "[0]", 0, "- []\n- b\n"),
        ("- a\n", "", 0, "[]\n"),
    ] {
        check(before, &remove(at, index), after);
    }
    refuse("l:\n- &x a\n- *x\n", &remove("l", 0));
    check("- - a\n  # of b\n  - b\n", &remove("[0]", 0), "-\n  # of b\n  - b\n");
    refuse("l: [a]\n", &remove("l", 1));
    refuse("l: x\n", &remove("l", 0));
}

#[test]
fn items_go_from_flow_lists() {
    for (before, index, after) in [
        ("l: [a, b, c]\n", 0, "l: [b, c]\n"),
        ("l: [a, b, c]\n", 1, "l: [a, c]\n"),
        ("l: [a, b, c]\n", 2, "l: [a, b]\n"),
        ("l: [a]\n", 0, "l: []\n"),
        ("l: [ a ] # c\n", 0, "l: [] # c\n"),
        ("l: [a, b,]\n", 1, "l: [a,]\n"),
        ("l: [a, ]\n", 0, "l: []\n"),
        ("l: [\n  a,\n  b\n ]\n", 0, "l: [\n  b\n ]\n"),
        ("l: [\n  a,\n  b\n ]\n", 1, "l: [\n  a\n ]\n"),
        ("l: [\n  a, # c\n  b\n ]\n", 1, "l: [\n  a # c\n ]\n"),
        ("l: [\n  a, # c\n  # d\n  b\n ]\n", 0, "l: [\n  # d\n  b\n ]\n"),
        ("l: [{id: x}, k: v]\n", 0, "l: [k: v]\n"),
    ] {
        check(before, &remove("l", index), after);
    }
    check("l: [\n # c\n a]\n", &remove("l", 0), "l: [\n # c\n ]\n");
    check("l: [a # c\n , b]\n", &remove("l", 0), "l: [ # c\n  b]\n");
}

#[test]
fn json_stays_json() {
    let json = r#"{"a": 1, "l": ["x", 2], "m": {}, "z": null}"#;
    let nested = Value::Mapping(vec![
        ("k".to_owned(), text("v")),
        ("n".to_owned(), list([text("1"), text("b\u{7}")])),
    ]);
    for (op, was, is) in [
        (add("", "note", text("new")), "null", r#"null, "note": "new""#),
        (add("m", "note", nested), "{}", r#"{"note": {"k": "v", "n": ["1", "b\u0007"]}}"#),
        (add("z", "k", text("q")), "null", r#"{"k": "q"}"#),
        (insert("l", 0, id("i")), "[", r#"[{"id": "i"}, "#),
        (insert("l", 2, text("3")), "2]", "2, 3]"),
        (insert("l", 2, text("three")), "2]", r#"2, "three"]"#),
        (set("a", "one"), "1", r#""one""#),
        (set("a", "-2.5"), "1", "-2.5"),
        (set("a", "0x5"), "1", r#""0x5""#),
        (set_value("z", list([text("q")])), "null", r#"["q"]"#),
        (rename("", "a", "b"), r#""a""#, r#""b""#),
    ] {
        let expected = json.replacen(was, is, 1);
        check(json, &op, &expected);
        assert!(serde_json::from_str::<serde_json::Value>(&expected).is_ok(), "{expected}");
    }
    // In brackets within other YAML too.
    check(
        "l:\n- {\"id\": \"a\"}\n",
        &insert("l", 1, map([("id", "b"), ("n", "c")])),
        "l:\n- {\"id\": \"a\"}\n- {\"id\": \"b\", \"n\": \"c\"}\n",
    );
    check("l: [\"a\"]\n", &insert("l", 1, id("b")), "l: [\"a\", {\"id\": \"b\"}]\n");
    // One plain text is no JSON.
    check(
        "l: [{\"id\": a}]\n",
        &insert("l", 1, map([("id", "b"), ("n", "c")])),
        "l: [{\"id\": a}, {\"id\": b, \"n\": c}]\n",
    );
}

#[test]
fn blanks_inside_brackets_are_those_of_the_neighbours() {
    let pairs = "pairs: [x: 1, ? z : 3]\n";
    check(pairs, &insert("pairs", 0, id("new")), "pairs: [{id: new}, x: 1, ? z : 3]\n");
    check(pairs, &insert("pairs", 2, id("new")), "pairs: [x: 1, ? z : 3, {id: new}]\n");
    let both = "x: {a: b}\nl: [ { x: 1 } ]\nz: {a: b}\n";
    check(both, &insert("l", 1, id("new")), &both.replace("1 } ]", "1 }, { id: new } ]"));
    check("x: [ [ 1 ] ]\n", &insert("x", 1, list([text("a")])), "x: [ [ 1 ], [ a ] ]\n");
    check("x: { b: {} }\n", &add("x.b", "c", text("p")), "x: { b: { c: p } }\n");
    check("x: { a: , b: c }\n", &add("x.a", "k", text("p")), "x: { a: { k: p }, b: c }\n");
}
