//! `edit FILE --script EDITS`

use std::io::Write;
use std::process::Stdio;

use insta::assert_snapshot;

use crate::support::{ESTATE, Folder, Ran, program};

/// Any YAML: the first document broken, the second of no known kind, in the style of somebody.
const ANY: &str = "\u{feff}# ours\r\nbroken: [\r\n--- !Thing\r\nlist:\r\n- 'a' # first\r\n- 'b'\r\nmap: {x: 1, \
                   y: 2}\r\nbase: &b\r\n    k: v\r\nuse: *b\r\n";

fn run(text: &str, edits: &str) -> (Folder, Ran) {
    let folder = Folder::new(&[("any.yaml", text), ("edits.jsonl", edits)]);
    let ran = folder.run(&["edit", "any.yaml", "--script", "edits.jsonl"]);
    (folder, ran)
}

/// The lines that one edit of the second document removed and added.
fn difference(edit: &str) -> String {
    let (folder, ran) = run(ANY, edit);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(ran.stderr, "1 edit.\nWrote any.yaml.\n");
    let text = folder.read("any.yaml");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");
    let diff = similar::TextDiff::from_lines(ANY, &text);
    let changes = diff.iter_all_changes().filter(|it| it.tag() != similar::ChangeTag::Equal);
    let lines: Vec<_> =
        changes.map(|it| format!("{}{}", it.tag(), it.value().trim_end())).collect();
    lines.join("\n")
}

#[test]
fn each_operation_does_what_it_says() {
    let cases = [
        (r#"{"op": "set", "doc": 1, "path": ["list", 1], "value": "00123"}"#, "-- 'b'\n+- '00123'"),
        (
            r#"{"op": "set", "doc": 1, "path": ["map", 1], "value": "3"}"#,
            "-map: {x: 1, y: 2}\n+map: {x: 1, y: 3}",
        ),
        (r#"{"op": "insert", "doc": 1, "path": ["list"], "index": 1, "value": "no"}"#, "+- 'no'"),
        (r#"{"op": "remove", "doc": 1, "path": ["list"], "index": 0}"#, "-- 'a' # first"),
        (
            r#"{"op": "move", "doc": 1, "path": ["list"], "frm": 1, "to": 0}"#,
            "+- 'b'\n - 'a' # first\n-- 'b'",
        ),
        (
            r#"{"op": "add", "doc": 1, "key": "new", "value": {"id": "x", "of": ["z z"]}}"#,
            "+new:\n+    id: x\n+    of:\n+    - z z",
        ),
        (
            r#"{"op": "add", "doc": 1, "path": [], "key": "new", "value": "x", "index": 0}"#,
            "+new: x",
        ),
        (r#"{"op": "removekey", "doc": 1, "key": "map"}"#, "-map: {x: 1, y: 2}"),
        (
            r#"{"op": "rename", "doc": 1, "path": ["map"], "key": "x", "new": "z"}"#,
            "-map: {x: 1, y: 2}\n+map: {z: 1, y: 2}",
        ),
        (r#"{"op": "docadd", "doc": 2, "body": "a: 1"}"#, "+---\n+a: 1"),
        (r#"{"op": "docadd", "doc": 2, "body": {"list": ["x"]}}"#, "+--- !Thing\n+list:\n+- 'x'"),
        (
            r#"{"op": "set", "doc": 1, "path": ["use", "k"], "value": "w", "via": "anchor"}"#,
            "-    k: v\n+    k: w",
        ),
        (
            r#"{"op": "set", "doc": 1, "path": ["use", "k"], "value": "w", "via": "own"}"#,
            "-use: *b\n+use:\n+    k: w",
        ),
    ];
    for (edit, expected) in cases {
        let found = difference(edit);
        let shown: Vec<&str> = expected.lines().filter(|line| !line.starts_with(' ')).collect();
        assert_eq!(found, shown.join("\n"), "{edit}");
    }
}

#[test]
fn documents_are_removed_and_moved() {
    let (folder, ran) = run(
        "a: 1\n---\nb: 2\n---\nc: 3\n",
        "{\"op\": \"docremove\", \"doc\": 0}\n\n{\"op\": \"docmove\", \"doc\": 1, \"to\": 0}\r\n{\"op\": \
         \"docadd\", \"doc\": 2, \"body\": \"--- # last\\nd: 4\\n\"}\n",
    );
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), "3 edits.\nWrote any.yaml.\n"));
    assert_eq!(folder.read("any.yaml"), "---\nc: 3\n---\nb: 2\n--- # last\nd: 4\n");
}

#[test]
fn each_edit_sees_what_those_before_it_made() {
    let edits = r#"{"op": "add", "doc": 0, "key": "list", "value": []}
{"op": "insert", "doc": 0, "path": ["list"], "index": 0, "value": {"id": "x"}}
{"op": "set", "doc": 0, "path": ["list", 0, "id"], "value": "z z"}
{"op": "rename", "doc": 0, "key": "list", "new": "items"}
"#;
    let (folder, ran) = run("a: 1\n", edits);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(folder.read("any.yaml"), "a: 1\nitems:\n  - id: z z\n");
}

#[test]
fn a_refused_edit_is_named_and_nothing_is_written() {
    let first = r#"{"op": "set", "doc": 1, "path": ["map", "x"], "value": "2"}"#;
    let refuse = |edit: &str| {
        let (folder, ran) = run(ANY, &format!("{first}\n\n{edit}\n"));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran}");
        assert_eq!(folder.read("any.yaml"), ANY);
        ran.stderr.lines().next().unwrap().to_owned()
    };
    let cases = [
        (
            r#"{"op": "set", "doc": 1, "path": ["list", 7], "value": "x"}"#,
            r#"error: edits.jsonl:3: set at ["list",7] of document 1: there is nothing at list[7]"#,
        ),
        (
            r#"{"op": "insert", "doc": 1, "path": ["map"], "index": 0, "value": "x"}"#,
            r#"error: edits.jsonl:3: insert at ["map"] of document 1: map is not a list"#,
        ),
        (
            r#"{"op": "remove", "doc": 1, "path": ["list"], "index": 2}"#,
            r#"error: edits.jsonl:3: remove at ["list"] of document 1: there is nothing at list[2]"#,
        ),
        (
            r#"{"op": "move", "doc": 1, "path": ["list"], "frm": 0, "to": 2}"#,
            r#"error: edits.jsonl:3: move at ["list"] of document 1: there is nothing at list[2]"#,
        ),
        (
            r#"{"op": "add", "doc": 1, "key": "map", "value": "x"}"#,
            r#"error: edits.jsonl:3: add at [] of document 1: the root of the document has the key map already"#,
        ),
        (
            r#"{"op": "removekey", "doc": 1, "key": "none"}"#,
            r#"error: edits.jsonl:3: removekey at [] of document 1: there is nothing at none"#,
        ),
        (
            r#"{"op": "rename", "doc": 1, "key": "map", "new": "list"}"#,
            r#"error: edits.jsonl:3: rename at [] of document 1: the root of the document has the key list already"#,
        ),
        (
            r#"{"op": "removekey", "doc": 0, "key": "broken"}"#,
            "error: edits.jsonl:3: removekey at [] of document 0: the document has a syntax error: …",
        ),
        (
            r#"{"op": "set", "doc": 2, "value": "x"}"#,
            "error: edits.jsonl:3: set at [] of document 2: any.yaml has no document 2: it has 2, counted from 0",
        ),
        (
            r#"{"op": "docremove", "doc": 2}"#,
            "error: edits.jsonl:3: docremove of document 2: any.yaml has no document 2: it has 2, counted from 0",
        ),
        (
            r#"{"op": "docmove", "doc": 0, "to": 2}"#,
            "error: edits.jsonl:3: docmove of document 0 to 2: any.yaml has no document 2: it has 2, counted from 0",
        ),
        (
            r#"{"op": "docadd", "doc": 3, "body": "a"}"#,
            "error: edits.jsonl:3: docadd at 3: A document cannot become document 3 of any.yaml, which has 2: 2 puts it at the end",
        ),
        (r#"{"op": "docadd", "doc": 0, "body": "a: ["}"#, "error: edits.jsonl:3: docadd at 0: …"),
        (
            r#"{"op": "set", "doc": 1, "path": ["use", "k"], "value": "x"}"#,
            r#"error: edits.jsonl:3: set at ["use","k"] of document 1: this place takes its value from `&b` …"#,
        ),
    ];
    for (edit, expected) in cases {
        let found = refuse(edit);
        match expected.strip_suffix('…') {
            Some(beginning) => assert!(found.starts_with(beginning), "{found}"),
            None => assert_eq!(found, expected),
        }
    }
}

#[test]
fn a_line_that_is_no_edit_is_a_mistake_in_the_script() {
    let complain = |edit: &str| {
        let (folder, ran) = run(ANY, &format!("{{\"op\": \"docremove\", \"doc\": 0}}\n{edit}\n"));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{ran}");
        assert_eq!(folder.read("any.yaml"), ANY);
        let line = ran.stderr.lines().next().unwrap();
        line.strip_prefix("error: edits.jsonl:2: ").unwrap_or_else(|| panic!("{ran}")).to_owned()
    };
    let cases = [
        ("{", "no JSON (column 1): EOF while parsing an object"),
        ("set", "this is no JSON object"),
        (r#"{"op": "set", "doc": 0, "value": "x"} x"#, "no JSON (column 39): trailing characters"),
        (r#"["docremove", 0]"#, "this is no JSON object"),
        (r#"{"doc": 0}"#, "missing field `op`"),
        (
            r#"{"op": "replace", "doc": 0}"#,
            "unknown operation `replace`, expected one of `set`, `insert`, `remove`, `move`, `add`, `removekey`, `rename`, `docadd`, `docremove`, `docmove`",
        ),
        (r#"{"op": "set", "doc": 0}"#, "missing field `value`"),
        (r#"{"op": "set", "value": "x"}"#, "missing field `doc`"),
        (r#"{"op": "docremove", "doc": 0, "path": []}"#, "unknown field `path`, expected `doc`"),
        (r#"{"op": "docremove", "doc": -1}"#, "invalid value: integer `-1`, expected usize"),
        (r#"{"op": "docremove", "doc": 0, "doc": 1}"#, "duplicate field `doc`"),
        (
            r#"{"op": "removekey", "doc": 0, "path": [1.5], "key": "x"}"#,
            "invalid type: floating point `1.5`, expected a key or an index, counted from 0",
        ),
        (
            r#"{"op": "set", "doc": 0, "value": 5}"#,
            "a value is text, a list or a mapping, and here is a number: write it as text",
        ),
        (
            r#"{"op": "set", "doc": 0, "value": ["a", {"b": true}]}"#,
            "a value is text, a list or a mapping, and here is true: write it as text",
        ),
        (
            r#"{"op": "set", "doc": 0, "value": null}"#,
            "a value is text, a list or a mapping, and here is null: write it as text",
        ),
        (
            r#"{"op": "set", "doc": 0, "value": {"a": "b", "a": "c"}}"#,
            "the key 'a' stands twice in one mapping",
        ),
        (
            r#"{"op": "set", "doc": 0, "value": "a", "via": "both"}"#,
            "unknown operation `both`, expected `anchor` or `own`",
        ),
    ];
    for (edit, expected) in cases {
        assert_eq!(complain(edit), expected, "{edit}");
    }
}

#[test]
fn the_result_goes_where_it_is_wanted() {
    let edits = r#"{"op": "set", "doc": 0, "path": ["a"], "value": "2"}"#;
    let folder = Folder::new(&[("any.yaml", "a: 1\n"), ("edits", edits)]);
    let edit = |more: &[&str]| {
        let mut arguments = vec!["edit", "any.yaml", "--script", "edits"];
        arguments.extend(more);
        let ran = folder.run(&arguments);
        assert_eq!(ran.code, Some(0), "{ran}");
        ran
    };
    assert_eq!(edit(&["-o", "-"]).stdout, "a: 2\n");
    assert_eq!(edit(&["--output", "new.yaml"]).stderr, "1 edit.\nWrote new.yaml.\n");
    assert_eq!(folder.read("new.yaml"), "a: 2\n");
    assert_snapshot!(edit(&["--dry-run", "-o", "other.yaml"]), @r"
    exit 0
    ── stdout
    --- any.yaml
    +++ any.yaml
    @@ -1 +1 @@
    -a: 1
    +a: 2
    ── stderr
    1 edit.
    ");
    assert!(!folder.path().join("other.yaml").exists());
    assert_eq!(folder.read("any.yaml"), "a: 1\n");
    assert_eq!(edit(&["-o", "any.yaml"]).stderr, "1 edit.\nWrote any.yaml.\n");
    assert_eq!(folder.read("any.yaml"), "a: 2\n");
    // Once more changes nothing, and a file of no edits neither.
    assert_eq!(edit(&[]).stderr, "1 edit.\n");
    folder.write("edits", b"\n \n");
    assert_eq!(edit(&[]).stderr, "No edit to make.\n");
    assert_eq!(edit(&["-o", "-"]).stdout, "a: 2\n");
}

#[test]
fn a_script_comes_from_standard_input() {
    let folder = Folder::new(&[("any.yaml", "a: 1\n")]);
    let mut child = program(folder.path())
        .args(["edit", "any.yaml", "--script", "-"])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let edits = b"\xef\xbb\xbf{\"op\": \"removekey\", \"doc\": 0, \"key\": \"b\"}\n";
    child.stdin.take().unwrap().write_all(edits).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let line = said.lines().next().unwrap();
    assert_eq!(
        line,
        "error: standard input:1: removekey at [] of document 0: there is nothing at b"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn utf_16_stays_utf_16() {
    let wide = |text: &str| -> Vec<u8> {
        "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
    };
    let folder = Folder::new(&[]);
    folder.write("any.yaml", &wide("a: ü\n"));
    folder.write("edits", r#"{"op": "set", "doc": 0, "path": ["a"], "value": "ö"}"#.as_bytes());
    let ran = folder.run(&["edit", "any.yaml", "--script", "edits"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(std::fs::read(folder.path().join("any.yaml")).unwrap(), wide("a: ö\n"));
}

#[test]
fn a_secret_is_covered_in_the_difference() {
    let edits = r#"{"op": "set", "doc": 0, "path": ["clientSecret"], "value": "hush-hush"}"#;
    let folder = Folder::new(&[("any.yaml", "clientSecret: quiet\n"), ("edits", edits)]);
    let ran = folder.run(&["edit", "any.yaml", "--script", "edits", "--dry-run"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let all = ran.to_string();
    assert!(!all.contains("hush") && !all.contains("quiet"), "{all}");
}

#[test]
fn mistakes_around_a_script() {
    let folder = Folder::new(&[("estate.yaml", ESTATE), ("edits", ""), ("sub/a.yaml", "a: 1\n")]);
    folder.write("latin.yaml", b"a: caf\xe9\n");
    folder.write("bad", b"\xff");
    let code = |arguments: &[&str]| folder.run(arguments).code;
    assert_eq!(code(&["edit", "estate.yaml", "--script", "none"]), Some(3));
    assert_eq!(code(&["edit", "estate.yaml", "--script", "bad"]), Some(3));
    assert_eq!(code(&["edit", "none.yaml", "--script", "edits"]), Some(3));
    assert_eq!(code(&["edit", "latin.yaml", "--script", "edits"]), Some(3));
    assert_eq!(code(&["edit", "sub", "--script", "edits"]), Some(2));
    assert_eq!(code(&["edit", "estate.yaml", "sub/a.yaml", "--script", "edits"]), Some(2));
    assert_eq!(code(&["edit", "--script", "edits"]), Some(2));
    assert_eq!(code(&["edit", "estate.yaml", "-o", "x.yaml"]), Some(2));
    assert_eq!(code(&["edit", "estate.yaml", "--script", "edits", "--via", "own"]), Some(2));
    let both = ["edit", "estate.yaml", "--script", "edits", "set", "Broker", "enabled", "no"];
    assert_eq!(code(&both), Some(2));
    let then = ["edit", "estate.yaml", "--script", "edits", "--then", "set", "Broker", "name", "x"];
    assert_eq!(code(&then), Some(2));
    let elsewhere = ["edit", "sub/a.yaml", "--script", "edits", "-o", "no/such/folder/x.yaml"];
    assert_eq!(code(&elsewhere), Some(3));
    assert_eq!(folder.read("estate.yaml"), ESTATE);
}
