//! A value is replaced in the style of the one it follows, or of its neighbours, and everything
//! around it stays.
//!
//! The tables give, for each kind of edit and each layout, the exact text that comes out.

use exchange_studio::yaml::{EditError, Value};

use super::yaml_table::{
    add, check, id, insert, list, map, parse, refuse, set, set_value, shift, text, yaml,
};

#[test]
fn scalars_keep_their_style() {
    for (before, at, value, after) in [
        // Plain.
        ("a: x\n", "a", "w", "a: w\n"),
        ("a: x # c\nb: 1\n", "a", "w z", "a: w z # c\nb: 1\n"),
        ("a: 123456789\n", "a", "987654321", "a: 987654321\n"),
        ("a: 123456789\n", "a", "1e9", "a: 1e9\n"),
        ("name: B\n", "name", "no", "name: \"no\"\n"),
        ("name: B\n", "name", "", "name: \"\"\n"),
        ("name: B\n", "name", "x: w", "name: \"x: w\"\n"),
        ("name: B\n", "name", "x #w", "name: \"x #w\"\n"),
        ("name: B\n", "name", "{{guid:x}}", "name: \"{{guid:x}}\"\n"),
        ("name: B\n", "name", "two\nlines", "name: \"two\\nlines\"\n"),
        ("name: B\n", "name", "say \"hi\": x", "name: 'say \"hi\": x'\n"),
        ("a: one\n  two # c\nb: 1\n", "a", "w", "a: w # c\nb: 1\n"),
        ("a:\n  x\nb: 1\n", "a", "w", "a:\n  w\nb: 1\n"),
        ("- x\n- w\n", "[1]", "z", "- x\n- z\n"),
        ("x", "", "w", "w"),
        ("--- x # c\n", "", "w", "--- w # c\n"),
        ("a: ~\n", "a", "x", "a: x\n"),
        ("a: null # c\n", "a", "x", "a: x # c\n"),
        ("a: !!str 123\n", "a", "456", "a: !!str 456\n"),
        ("a: &x 1\nb: *x\n", "a", "2", "a: &x 2\nb: *x\n"),
        ("ü: ä # ö\n", "ü", "日本", "ü: 日本 # ö\n"),
        // What says so already keeps its spelling.
        ("a: \"\\u00e9\"\n", "a", "é", "a: \"\\u00e9\"\n"),
        ("a: one\n  two\n", "a", "one two", "a: one\n  two\n"),
        // An unquoted placeholder, which is a mapping for YAML.
        ("id: {{guid:x}} # c\n", "id", "{{guid:x}}", "id: \"{{guid:x}}\" # c\n"),
        // Single-quoted.
        ("a: 'x'\n", "a", "it's", "a: 'it''s'\n"),
        ("a: 'x'\n", "a", "no", "a: 'no'\n"),
        ("a: 'x'\n", "a", "l1\nl2", "a: \"l1\\nl2\"\n"),
        ("a: 'x\n  w' # c\n", "a", "z", "a: 'z' # c\n"),
        // Double-quoted.
        ("a: \"x\"\n", "a", "w", "a: \"w\"\n"),
        ("a: \"x\"\r\nb: 1\r\n", "a", "\\ \"q\"\t", "a: \"\\\\ \\\"q\\\"\\t\"\r\nb: 1\r\n"),
        // Literal.
        ("a: |\n  x\n  w\nb: 1\n", "a", "p\n\nq\n", "a: |\n  p\n\n  q\nb: 1\n"),
        ("a: |\n  x\nb: 1\n", "a", "p", "a: |-\n  p\nb: 1\n"),
        ("a: |- # c\n   x\n\n# d\nb: 1\n", "a", "p\nq", "a: |- # c\n   p\n   q\n\n# d\nb: 1\n"),
        ("a: |+\n  x\n\nb: 1\n", "a", "p\n", "a: |+\n  p\nb: 1\n"),
        ("a: |+\n  x\n\nb: 1\n", "a", "p\n\n\n", "a: |+\n  p\n\n\nb: 1\n"),
        ("a: | # c\n  x\nb: 1\n", "a", " p\n", "a: |2 # c\n   p\nb: 1\n"),
        ("a: |2-  # c\n    x\n  w\nb: 1\n", "a", "p\n  q", "a: |2-  # c\n  p\n    q\nb: 1\n"),
        ("a: |-2\n    x\nb: 1\n", "a", " p\n", "a: |2\n   p\nb: 1\n"),
        ("- k: |\n     x\n", "[0].k", "\n  p\n", "- k: |3\n\n       p\n"),
        ("a: |\n  x\n\nb: 1\n", "a", "p\n\n", "a: |+\n  p\n\nb: 1\n"),
        ("a: |\n  x\n\nb: 1\n", "a", "p\n\n\n", "a: |+\n  p\n\n\nb: 1\n"),
        ("a: |\n  x\n\n\nb: 1\n", "a", "p\n\n", "a: \"p\\n\\n\"\n\n\nb: 1\n"),
        ("a: |\nb: 1\n", "a", "p\n", "a: |\n  p\nb: 1\n"),
        ("a: |\n\tx\n", "a", "p\n", ""),
        ("a: |\n  x\nb: |\n  w", "a", "p\n", "a: |\n  p\nb: |\n  w"),
        ("a: |\n  x\nb: 1\n", "a", "", "a: \"\"\nb: 1\n"),
        ("a: |\r\n  x\r\nb: 1\r\n", "a", "p\nq\n", "a: |\r\n  p\r\n  q\r\nb: 1\r\n"),
        ("- |\n x", "[0]", "w\n", "- \"w\\n\""),
        // Folded.
        ("a: >\n  x\n  w\nb: 1\n", "a", "p q\n", "a: >\n  p q\nb: 1\n"),
        ("a: >-\n  x\nb: 1\n", "a", "p\nq\n\nr", "a: >-\n  p\n\n  q\n\n\n  r\nb: 1\n"),
        ("a: >-\n  x\nb: 1\n", "a", "p\n  q\nr", "a: >-\n  p\n    q\n  r\nb: 1\n"),
        (
            "a: >\n  a line that is broken at forty characters\n  and goes on\n",
            "a",
            "a line that is broken at forty characters and goes further than it did before\n",
            "a: >\n  a line that is broken at forty characters\n  and goes further than it did before\n",
        ),
        // Over several lines.
        (
            "a: a line that is broken at forty characters\n  and goes on # c\nb: 1\n",
            "a",
            "a line that is broken at forty characters and further on",
            "a: a line that is broken at forty characters\n  and further on # c\nb: 1\n",
        ),
        (
            "a: \"a line that is broken at forty characters\n  and goes \\u00e9\" # c\n",
            "a",
            "a line that is \"broken\" at forty characters: on",
            "a: \"a line that is \\\"broken\\\" at forty\n  characters: on\" # c\n",
        ),
        ("a: 'x\n\n  w'\n", "a", "x\nit's", "a: 'x\n\n  it''s'\n"),
        ("a: \"x\\n\\\n  w\"\n", "a", "x\nz", "a: \"x\\nz\"\n"),
        // Absent.
        ("a:\nb: 1\n", "a", "x", "a: x\nb: 1\n"),
        ("a: # c\nb: 1\n", "a", "x", "a: x # c\nb: 1\n"),
        ("a:", "a", "x", "a: x"),
        ("a: !!str\nb: 1\n", "a", "x", "a: !!str x\nb: 1\n"),
        ("-\n- w\n", "[0]", "x", "- x\n- w\n"),
        ("- a:\n  b: 1\n- a: 'q'\n", "[0].a", "x", "- a: 'x'\n  b: 1\n- a: 'q'\n"),
        // In flow.
        ("a: [x, w]\n", "a[0]", "p, q", "a: [\"p, q\", w]\n"),
        ("a: {b: x}\n", "a.b", "w", "a: {b: w}\n"),
        ("a: {b: , c: 1}\n", "a.b", "w", "a: {b: w, c: 1}\n"),
        ("a: {b, c: 1}\n", "a.b", "w", "a: {b: w, c: 1}\n"),
        ("a: {b:}\n", "a.b", "w", "a: {b: w}\n"),
        ("a: {\"b\":x}\n", "a.b", "w", "a: {\"b\":w}\n"),
        // Behind explicit keys.
        ("? a\n: x\n", "a", "w", "? a\n: w\n"),
    ] {
        if after.is_empty() {
            assert!(parse(before).tree().is_err());
            continue;
        }
        check(before, &set(at, value), after);
    }
}

#[test]
fn values_give_way_to_lists_and_mappings() {
    let ids = || list([id("x"), id("w")]);
    for (before, at, value, after) in [
        ("a:\nb: 1\n", "a", ids(), "a:\n  - id: x\n  - id: w\nb: 1\n"),
        ("a: # c\n  x # d\n", "a", ids(), "a: # c\n  - id: x # d\n  - id: w\n"),
        ("a: [] # c\nb: 1\n", "a", list([text("x")]), "a: # c\n  - x\nb: 1\n"),
        ("a: old\n", "a", map([("k", "v"), ("l", "w")]), "a:\n  k: v\n  l: w\n"),
        ("a: old\n", "a", list([]), "a: []\n"),
        ("a:\n- x\n- w\nb: 1\n", "a", text("z"), "a: z\nb: 1\n"),
        ("a:\n- x\n- 'w'\nb: 1\n", "a", list([text("z")]), "a:\n- z\nb: 1\n"),
        ("a:\n  k: v\n", "a", list([]), "a: []\n"),
        ("a: {b: x}\n", "a.b", list([text("w")]), "a: {b: [w]}\n"),
        ("a: {b: x}\n", "a", text("w"), "a: w\n"),
        ("- x\n- w\n", "[0]", id("z"), "- id: z\n- w\n"),
        ("---\n", "", id("z"), "---\nid: z\n"),
    ] {
        check(before, &set_value(at, value), after);
    }
    // What stands within the old value goes with it, what stands in front of it stays.
    check("a: # b\n  # c\n  - x # d\n  - w\n", &set("a", "z"), "a: # b\n  # c\n  z\n");
    check("a: # b\n- x # d\n- w\n# e\n", &set("a", "z"), "a: # b\n  z\n# e\n");
    refuse("a: &x [1]\nb: *x\n", &set("b", "z"));
    refuse("a:\n  - &x 1\nb: *x\n", &set("a", "z"));
}

#[test]
fn values_in_yaml_are_kept_as_written() {
    for (before, at, source, after) in [
        ("a: x # c\nb: 1\n", "a", "0x1F", "a: 0x1F # c\nb: 1\n"),
        ("a: 'x'\n", "a", "\"\\u00e9\"", "a: \"\\u00e9\"\n"),
        ("a: x # c\n", "a", "k: v # d\nl: [1,2]\n", "a: # c\n  k: v # d\n  l: [1,2]\n"),
        ("a: x\n", "a", "# d\n- x\n\n-   w\n", "a:\n  # d\n  - x\n\n  -   w\n"),
        ("l:\n- 1\na: x\n", "a", "- x\n- w", "l:\n- 1\na:\n- x\n- w\n"),
        ("a:\n  k: v\nb: 1\n", "a", "'z'", "a: 'z'\nb: 1\n"),
        (
            "a:\n    k: v\n",
            "a",
            "   l:\n     m: 1\n   n: 2\n",
            "a:\n    l:\n      m: 1\n    n: 2\n",
        ),
        ("a: x\n", "a", "|\n t\n  w\n", "a: |\n t\n  w\n"),
        ("k:\n  a: x\n", "k.a", "|2-\n   t", "k:\n  a: |2-\n     t\n"),
        ("k:\n  a: x # c\n", "k.a", "[x,\nw]", "k:\n  a: [x,\n    w] # c\n"),
        ("a: !t x\n", "a", "1", "a: 1\n"),
        ("a: &n !t x\nb: *n\n", "a", "!s 1", "a: &n !s 1\nb: *n\n"),
        ("a: &n x\nb: *n\n", "a", "k: v", "a: &n\n  k: v\nb: *n\n"),
        ("a: x\n", "a", "!t\nk: v", "a: !t\n  k: v\n"),
        ("a: &n x\nb: 1\n", "b", "*n", "a: &n x\nb: *n\n"),
        ("- x\n- w\n", "[1]", "k: v\nl: w", "- x\n- k: v\n  l: w\n"),
        ("- x\n- w\n", "[1]", "- a\n- b", "- x\n- - a\n  - b\n"),
        ("a: [x, w]\n", "a[1]", "k: v\nl: [1]", "a: [x, {k: v, l: [1]}]\n"),
        ("a: [x, w]\n", "a[1]", "{k: v}", "a: [x, {k: v}]\n"),
        (
            "a: [x, w]\n",
            "a[1]",
            "# c\nk: v # d\nl:\n# e\n- 1 # f\n",
            "a: [x, { # c\n        k: v, # d\n        l: # e\n        [1] # f\n        }]\n",
        ),
        ("a: # c\n  x # d\n", "a", "[k]", "a: # c\n  [k] # d\n"),
        ("!T\na: 1\n", "", "!S\nb: 2\n", "!S\nb: 2\n"),
        ("---\n# c\n", "", "b: 2\n", "---\nb: 2\n# c\n"),
    ] {
        check(before, &set_value(at, yaml(source)), after);
    }
    check(
        "l:\n- a\n",
        &insert("l", 1, yaml("id: 'b' # c\nk:\n- 1")),
        "l:\n- a\n- id: 'b' # c\n  k:\n  - 1\n",
    );
    check("a: 1\r\n", &add("", "b", yaml("k: v\nl: w\n")), "a: 1\r\nb:\r\n  k: v\r\n  l: w\r\n");
    for source in
        ["", "# c", "a: [", "a: 1\n---\nb: 2", "--- x", "x\n...\n", "*no", "%YAML 1.2\n---\nx"]
    {
        let error = parse("a: x\n").edit(&set_value("a", yaml(source))).unwrap_err();
        assert!(matches!(error, EditError::BadValue(_)), "{source:?}: {error}");
    }
}

#[test]
fn texts_of_several_lines_are_blocks_beside_blocks() {
    let list = "l:\n- |\n  a\n  b\n- x\n";
    check(
        list,
        &insert("l", 2, text("-- BEGIN\nabc\n-- END\n")),
        "l:\n- |\n  a\n  b\n- x\n- |\n  -- BEGIN\n  abc\n  -- END\n",
    );
    check(
        list,
        &insert("l", 0, text("a\n\n# b")),
        &list.replace("l:\n", "l:\n- |-\n  a\n\n  # b\n"),
    );
    // Under the same key elsewhere, or anywhere in the document; with its indentation and breaks.
    check(
        "- a: |\n    x\n- b: c\n",
        &add("[1]", "a", text("p\nq\n")),
        "- a: |\n    x\n- b: c\n  a: |\n    p\n    q\n",
    );
    check(
        "a: |\r\n    x\r\nc:\r\n    d: e # z\r\n    # y\r\n",
        &add("c", "f", text("p\nq\n")),
        "a: |\r\n    x\r\nc:\r\n    d: e # z\r\n    f: |\r\n        p\r\n        q\r\n    # y\r\n",
    );
    check("a: |\n  x\nb:\n", &set("b", "p\nq"), "a: |\n  x\nb: |-\n  p\n  q\n");
    check(
        "a: |\n  x\nb: # note\nc: d\n",
        &set("b", "p\nq"),
        "a: |\n  x\nb: |- # note\n  p\n  q\nc: d\n",
    );
    let entry = Value::Mapping(vec![
        ("a".to_owned(), text("p\nq")),
        ("b".to_owned(), text("r\n\n")),
        ("c".to_owned(), Value::List(vec![text("s\nt\n")])),
    ]);
    check(
        "- a: |\n    x\n",
        &insert("", 1, entry),
        "- a: |\n    x\n- a: |-\n    p\n    q\n  b: \"r\\n\\n\"\n  c:\n    - |\n      s\n      t\n",
    );
    // Blanks at its start need a number in the header.
    check("a: |\n  x\n", &add("", "b", text("  p\nq\n")), "a: |\n  x\nb: |2\n    p\n  q\n");
    // Quotes where the document has quotes, in brackets, at an end without a line break, and for
    // what no block holds.
    check("a: \"x\\ny\"\n", &add("", "b", text("p\nq\n")), "a: \"x\\ny\"\nb: \"p\\nq\\n\"\n");
    check("a: b\n", &add("", "b", text("p\nq\n")), "a: b\nb: \"p\\nq\\n\"\n");
    check(
        "a: |\n  x\nl: {k: v}\n",
        &add("l", "b", text("p\nq")),
        "a: |\n  x\nl: {k: v, b: \"p\\nq\"}\n",
    );
    check("a: |\n  x\nb: c", &add("", "d", text("p\nq\n")), "a: |\n  x\nb: c\nd: \"p\\nq\\n\"");
    check("a: |\n  x\nb: c", &add("", "d", text("p\nq")), "a: |\n  x\nb: c\nd: |-\n  p\n  q");
    for odd in ["p\r\nq", "p\n  \nq", "p\n\u{7}", "\n"] {
        let edited = parse("a: |\n  x\n").edit(&add("", "b", text(odd))).unwrap();
        assert!(edited.text().starts_with("a: |\n  x\nb: \""), "{odd:?}: {}", edited.text());
    }
}

#[test]
fn comments_beside_values_in_yaml_stay() {
    let value = || yaml("a: 1\n# c\nb:\n- |\n  x\n");
    // The comment behind the old value says the same as the one in the new value.
    check(
        "l:\n  - - \n    - x # c\n",
        &set_value("l[0][1]", value()),
        "l:\n  - - \n    - # c\n      a: 1\n      # c\n      b:\n      - |\n        x\n",
    );
    // Between the tag, which goes, and the value.
    check("!C\n# d\nplain\n", &set_value("", value()), "# d\na: 1\n# c\nb:\n- |\n  x\n");
    check(
        "k: # e\n  !C\n  # d\n  plain\n",
        &set_value("k", value()),
        "k: # e\n  # d\n  a: 1\n  # c\n  b:\n  - |\n    x\n",
    );
    for before in ["!C # d\nplain\n", "!C #\ni---J!ClPr", "k: !C\n  # d\n  plain\n"] {
        refuse(before, &set_value(if before.starts_with('k') { "k" } else { "" }, value()));
    }
    // One line has room for one comment.
    for (before, value) in [
        ("k: v # d\n", "x # c"),
        ("k: # e\n  v # d\n", "x # c"),
        ("k: |- # d\n  v\n", "[x] # c"),
        ("k: v # d\n", "| # c\n  x\n"),
        ("k: v # d\n", "!t # c\na: b\n"),
    ] {
        refuse(before, &set_value("k", yaml(value)));
    }
    check("k: v # d\n", &set_value("k", yaml("[a, # c\n b]")), "k: [a, # c\n b] # d\n");
    check("[a]  \n", &set_value("", yaml("x # c")), "x # c\n");
    // Aliases need the anchor they stand for.
    refuse("k: &a v\nl: *a\n", &set_value("k", yaml("&b x")));
    check("k: &a v\nl: *a\n", &set_value("k", yaml("&a x")), "k: &a x\nl: *a\n");
    check("k: &a v\n", &set_value("k", yaml("&b x")), "k: &b x\n");
    // A text that ends where the file ends.
    refuse("a: 1\nb: |\n  x", &shift("", 1, 0));
}

/// Where no indicator stands on the line of the old value, what is behind the header of a block of
/// text is not behind the block.
#[test]
fn a_block_of_text_goes_with_the_line_of_its_header() {
    check("|- \t\nx\n", &set_value("", yaml("w # c\n")), "w # c\n");
    check("|- \t\rx", &set_value("", yaml("w # c\n")), "w # c");
    check("|- # old\nx\n", &set_value("", list([text("p")])), "- p # old\n");
    check(
        "a:\n  # c\n  |- # old\n  x\nb: 1\n",
        &set_value("a", list([text("p")])),
        "a:\n  # c\n  - p # old\nb: 1\n",
    );
}
