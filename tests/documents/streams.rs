//! A stream is the bytes of its file: loading and saving keep each of them. Edits of whole documents
//! and of free text, and what the stream says of its lines.

use exchange_studio::yaml::{
    Document, EditError, Encoding, Limits, LoadError, Progress, Span, Stream, StreamOp,
};
use proptest::prelude::*;

fn load(text: &str) -> Stream {
    Stream::load(text.as_bytes(), &Limits::default()).unwrap()
}

fn text(stream: &Stream) -> String {
    String::from_utf8(stream.to_bytes()).unwrap()
}

/// Makes an edit, holds what came of it against loading the text anew, and takes it back.
fn edited(old: &Stream, op: &StreamOp) -> Result<Stream, EditError> {
    let splice = old.edit(op)?;
    let mut new = old.clone();
    let removed = new.splice(splice.at, splice.before.len(), splice.after.clone());
    assert!(removed.iter().zip(&splice.before).all(|(a, b)| std::sync::Arc::ptr_eq(a, b)));
    same(&new, &Stream::load(&new.to_bytes(), &Limits::default()).unwrap());
    let mut back = new.clone();
    back.splice(splice.at, splice.after.len(), splice.before);
    assert_eq!(back.to_bytes(), old.to_bytes());
    assert!(back.same(old));
    Ok(new)
}

fn same(one: &Stream, two: &Stream) {
    let texts = |stream: &Stream| -> Vec<String> {
        stream.documents().iter().map(|it| it.text().to_owned()).collect()
    };
    assert_eq!(texts(one), texts(two));
    for (a, b) in one.documents().iter().zip(two.documents()) {
        assert_eq!(a.tree().err(), b.tree().err());
    }
    assert_eq!((one.len(), one.line_count()), (two.len(), two.line_count()));
}

fn check(cases: &[(&str, StreamOp, &str)]) {
    for (old, op, expected) in cases {
        let new = edited(&load(old), op).unwrap_or_else(|why| panic!("{old:?} {op:?}: {why}"));
        assert_eq!(text(&new), *expected, "{old:?} {op:?}");
    }
}

fn insert(at: usize, text: &str) -> StreamOp {
    StreamOp::Insert { at, text: text.to_owned() }
}

fn remove(at: usize) -> StreamOp {
    StreamOp::Remove { at }
}

fn relocate(from: usize, to: usize) -> StreamOp {
    StreamOp::Move { from, to }
}

#[test]
fn bytes_are_kept() {
    for text in [
        "",
        "\n",
        "\u{feff}",
        "a: 1",
        "\u{feff}a: 1\r\n---\r\nb:\t2 # ü\r\n...\r\n# end",
        "a: 1\r---\rb: 2\r",
        "%YAML 1.2\n%TAG !e! tag:e,2000:\n---\na: !e!x 1\n...\n",
        "a: [\n---\nb: 'x\n---\n\tc: 1\n",
        "a: 1\n\n\n   \n---\n---\n\n",
        "a\u{85}b: c\u{2028}d\n",
        "\u{0}",
    ] {
        let stream = Stream::load(text.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(stream.to_bytes(), text.as_bytes());
        let joined: String = stream.documents().iter().map(|d| d.text()).collect();
        assert_eq!(joined, text);
    }
}

#[test]
fn a_document_comes_in_the_manner_of_its_neighbours() {
    check(&[
        ("", insert(0, "a: 1"), "a: 1\n"),
        ("", insert(0, ""), "---\n"),
        ("---\na: 1\n", insert(1, "b: 2"), "---\na: 1\n---\nb: 2\n"),
        ("---\na: 1\n", insert(0, "b: 2"), "---\nb: 2\n---\na: 1\n"),
        ("---\na: 1\n---\nc: 3\n", insert(1, "b: 2\n"), "---\na: 1\n---\nb: 2\n---\nc: 3\n"),
        ("---\na: 1\n", insert(1, "--- !x\nb: 2\n"), "---\na: 1\n--- !x\nb: 2\n"),
        // The first one without `---`.
        ("a: 1\n", insert(1, "b: 2"), "a: 1\n---\nb: 2\n"),
        ("a: 1\n---\nc: 3\n", insert(0, "b: 2"), "b: 2\n---\na: 1\n---\nc: 3\n"),
        // Line breaks.
        ("---\r\na: 1\r\n", insert(1, "b:\n- 2"), "---\r\na: 1\r\n---\r\nb:\r\n- 2\r\n"),
        ("---\ra: 1\r", insert(0, "b: 2\r\n"), "---\rb: 2\r---\ra: 1\r"),
        ("---\na: 1", insert(1, "b: 2\n"), "---\na: 1\n---\nb: 2"),
        ("---\na: 1", insert(0, "b: 2"), "---\nb: 2\n---\na: 1"),
        // Blank lines between documents.
        ("---\na: 1\n\n---\nb: 2\n", insert(1, "c: 3"), "---\na: 1\n\n---\nc: 3\n\n---\nb: 2\n"),
        ("---\na: 1\n\n---\nb: 2\n", insert(2, "c: 3"), "---\na: 1\n\n---\nb: 2\n\n---\nc: 3\n"),
        ("---\na: 1\n\n---\nb: 2\n", insert(0, "c: 3"), "---\nc: 3\n\n---\na: 1\n\n---\nb: 2\n"),
        // A block that keeps its blank lines cannot have one more.
        (
            "---\na: 1\n\n---\nb: 2\n",
            insert(1, "c: |+\n  x\n"),
            "---\na: 1\n\n---\nc: |+\n  x\n---\nb: 2\n",
        ),
        // The byte-order mark stays first, and only there.
        ("\u{feff}---\na: 1\n", insert(0, "\u{feff}b: 2"), "\u{feff}---\nb: 2\n---\na: 1\n"),
        ("\u{feff}", insert(0, "b: 2"), "\u{feff}b: 2\n"),
        // Comments stay with what they describe.
        (
            "---\na: 1\n# of b\n---\nb: 2\n",
            insert(1, "c: 3"),
            "---\na: 1\n---\nc: 3\n# of b\n---\nb: 2\n",
        ),
        ("# of a\n---\na: 1\n", insert(0, "c: 3"), "---\nc: 3\n# of a\n---\na: 1\n"),
        ("# of a\na: 1\n", insert(0, "c: 3"), "c: 3\n---\n# of a\na: 1\n"),
        (
            "# of the file\n\n---\na: 1\n",
            insert(0, "c: 3"),
            "# of the file\n\n---\nc: 3\n---\na: 1\n",
        ),
        ("---\na: 1\n...\n# end\n", insert(1, "c: 3"), "---\na: 1\n...\n---\nc: 3\n# end\n"),
        ("---\na: 1\n# tail\n", insert(1, "c: 3"), "---\na: 1\n# tail\n---\nc: 3\n"),
        ("# only\n", insert(1, "c: 3"), "# only\nc: 3\n"),
        ("# only", insert(0, "c: 3"), "# only\nc: 3\n"),
        // `...` and directives.
        ("a\n...\nb\n", insert(1, "c"), "a\n...\nc\n...\nb\n"),
        ("a\n...\n# of b\n---\nb\n", insert(1, "c"), "a\n...\n---\nc\n...\n# of b\n---\nb\n"),
        (
            "---\na\n",
            insert(1, "%TAG !e! !x-\n---\n!e!b 1\n"),
            "---\na\n...\n%TAG !e! !x-\n---\n!e!b 1\n",
        ),
        (
            "%TAG !e! !x-\n---\n!e!b 1\n",
            insert(0, "a: 1"),
            "---\na: 1\n...\n%TAG !e! !x-\n---\n!e!b 1\n",
        ),
        (
            "%TAG !e! !x-\n---\n!e!b 1\n",
            insert(1, "a: 1"),
            "%TAG !e! !x-\n---\n!e!b 1\n---\na: 1\n",
        ),
        // A text at the left edge would take the comment below for its own.
        (
            "---\na\n# of b\n---\nb\n",
            insert(1, "--- |\nx\n"),
            "---\na\n--- |\nx\n...\n# of b\n---\nb\n",
        ),
        // A broken neighbour is left as it is.
        ("---\na: [\n", insert(1, "b: 2"), "---\na: [\n---\nb: 2\n"),
        ("---\na: [\n", insert(0, "b: 2"), "---\nb: 2\n---\na: [\n"),
    ]);
}

#[test]
fn a_document_goes_with_what_describes_it() {
    check(&[
        ("a: 1\n", remove(0), ""),
        ("\u{feff}a: 1\n", remove(0), "\u{feff}"),
        ("a: 1\n---\nb: 2\n", remove(0), "---\nb: 2\n"),
        ("a: 1\n---\nb: 2\n", remove(1), "a: 1\n"),
        ("a: 1\n---\nb: 2", remove(1), "a: 1"),
        ("a: 1\r\n---\r\nb: 2", remove(1), "a: 1"),
        ("---\na\n# of b\n---\nb\n# of c\n---\nc\n", remove(1), "---\na\n# of c\n---\nc\n"),
        ("---\na\n# of b\n---\nb\n", remove(1), "---\na\n"),
        ("---\na\n# of b\n---\nb\n", remove(0), "# of b\n---\nb\n"),
        ("# file\n\n# of a\n---\na\n---\nb\n", remove(0), "# file\n\n---\nb\n"),
        ("# vim: ft=yaml\n# of a\n---\na\n---\nb\n", remove(0), "# vim: ft=yaml\n---\nb\n"),
        ("a\n...\nb\n...\nc\n", remove(1), "a\n...\nc\n"),
        ("a\n---\nb\n...\nc\n", remove(1), "a\n...\nc\n"),
        ("a\n---\nb\n...\n# of c\n---\nc\n", remove(1), "a\n...\n# of c\n---\nc\n"),
        ("a\n---\nb\n...\n%YAML 1.2\n---\nc\n", remove(1), "a\n...\n%YAML 1.2\n---\nc\n"),
        ("a\n---\nb\n...\n# end\n", remove(1), "a\n# end\n"),
        ("---\na: [\n---\nb\n", remove(0), "---\nb\n"),
        ("---\n---\n---\n", remove(1), "---\n---\n"),
    ]);
}

#[test]
fn a_document_moves_with_what_describes_it() {
    check(&[
        ("a: 1\n---\nb: 2\n", relocate(0, 1), "---\nb: 2\n---\na: 1\n"),
        ("a: 1\n---\nb: 2\n", relocate(1, 0), "---\nb: 2\n---\na: 1\n"),
        ("a: 1\n---\nb: 2\n", relocate(1, 1), "a: 1\n---\nb: 2\n"),
        ("---\na\n---\nb\n---\nc", relocate(2, 0), "---\nc\n---\na\n---\nb"),
        ("---\na\n---\nb\n---\nc", relocate(0, 2), "---\nb\n---\nc\n---\na"),
        (
            "---\na\n# of b\n---\nb\n# of c\n---\nc\n",
            relocate(1, 0),
            "# of b\n---\nb\n---\na\n# of c\n---\nc\n",
        ),
        (
            "---\na\n# of b\n---\nb\n# of c\n---\nc\n",
            relocate(1, 2),
            "---\na\n# of c\n---\nc\n# of b\n---\nb\n",
        ),
        ("# file\n\n---\na\n---\nb\n", relocate(0, 1), "# file\n\n---\nb\n---\na\n"),
        ("\u{feff}a: 1\n---\nb: 2\n", relocate(0, 1), "\u{feff}---\nb: 2\n---\na: 1\n"),
        (
            "%TAG !e! !x-\n---\n!e!a 1\n---\nb\n",
            relocate(0, 1),
            "---\nb\n...\n%TAG !e! !x-\n---\n!e!a 1\n",
        ),
        ("a\n...\n# of b\n---\nb\n", relocate(1, 0), "# of b\n---\nb\n---\na\n...\n"),
        ("---\na: [\n---\nb\n", relocate(0, 1), "---\nb\n---\na: [\n"),
        ("---\na\r\n---\r\nb\n", relocate(0, 1), "---\r\nb\n---\na\r\n"),
    ]);
}

#[test]
fn directives_stay_with_their_document_and_the_byte_order_mark_with_the_file() {
    let file = "\u{feff}%YAML 1.2\n---\na\n---\nb\n---\nc\n";
    let bare = file.trim_start_matches('\u{feff}');
    let first = "---\nb\n...\n%YAML 1.2\n---\na\n---\nc\n";
    let last = "---\nb\n---\nc\n...\n%YAML 1.2\n---\na\n";
    let before = "---\nc\n...\n%YAML 1.2\n---\na\n---\nb\n";
    for (op, expected) in [
        (relocate(0, 1), first),
        (relocate(1, 0), first),
        (relocate(0, 2), last),
        (relocate(2, 0), before),
    ] {
        check(&[(bare, op.clone(), expected), (file, op, &format!("\u{feff}{expected}"))]);
    }
    let tagged =
        "\u{feff}# head\r\n\r\n%TAG !e! !x-\r\n# of a\r\n---\r\n!e!T\r\na: 1\r\n---\r\nb: 2";
    let moved =
        "\u{feff}# head\r\n\r\n---\r\nb: 2\r\n...\r\n%TAG !e! !x-\r\n# of a\r\n---\r\n!e!T\r\na: 1";
    check(&[(tagged, relocate(0, 1), moved), (tagged, relocate(1, 0), moved)]);
    check(&[
        // A `...` that is there already is enough.
        (
            "\u{feff}%YAML 1.2\n---\na\n...\n%TAG !e! !x-\n---\n!e!T b\n",
            relocate(0, 1),
            "\u{feff}%TAG !e! !x-\n---\n!e!T b\n...\n%YAML 1.2\n---\na\n...\n",
        ),
        (
            "\u{feff}%YAML 1.2\n---\na\n...\n%TAG !e! !x-\n---\n!e!T b\n",
            remove(0),
            "\u{feff}%TAG !e! !x-\n---\n!e!T b\n",
        ),
        // Before a document that has directives and no content.
        ("%YAML 1.2\n---\n---\nb\n", relocate(0, 1), "---\nb\n...\n%YAML 1.2\n---\n"),
    ]);
}

#[test]
fn what_cannot_be_done_is_refused() {
    let stream = load("---\na: 1\n---\nb: |\n  x");
    let refused = |op: StreamOp| edited(&stream, &op).err().unwrap();
    assert!(matches!(refused(insert(3, "a")), EditError::NotFound(_)));
    assert!(matches!(refused(remove(2)), EditError::NotFound(_)));
    assert!(matches!(refused(relocate(0, 2)), EditError::NotFound(_)));
    assert!(matches!(refused(insert(0, "a: [")), EditError::Broken(_)));
    assert!(matches!(refused(insert(0, "a\n---\nb")), EditError::Unsupported(_)));
    // Programs differ on whether this block ends with a line break.
    assert!(matches!(refused(insert(2, "c")), EditError::Unsupported(_)));
    assert!(matches!(refused(relocate(1, 0)), EditError::Unsupported(_)));
    assert!(matches!(edited(&load("# only\n"), &remove(0)), Err(EditError::Unsupported(_))));
    let between = StreamOp::Text { range: 1..2, with: String::new() };
    assert!(matches!(edited(&load("ü"), &between), Err(EditError::NotFound(_))));
    let beyond = StreamOp::Text { range: 0..99, with: String::new() };
    assert!(matches!(refused(beyond), EditError::NotFound(_)));
}

#[test]
fn typing_divides_and_joins_documents() {
    let start = "---\na: 1\n---\nb: 2\n---\nc: 3\n";
    let typed = |old: &str, range: std::ops::Range<usize>, with: &str| {
        let stream = load(old);
        let splice = stream.edit(&StreamOp::Text { range, with: with.to_owned() }).unwrap();
        let mut new = stream.clone();
        new.splice(splice.at, splice.before.len(), splice.after.clone());
        (text(&new), splice.at, splice.before.len(), splice.after.len())
    };
    assert_eq!(typed(start, 7..8, "x"), (start.replace('1', "x"), 0, 1, 1));
    assert_eq!(typed(start, 9..9, "---\nz\n"), (start.replacen("1\n", "1\n---\nz\n", 1), 1, 0, 1));
    assert_eq!(typed(start, 9..13, ""), (start.replace("1\n---\n", "1\n"), 0, 2, 1));
    assert_eq!(typed(start, 9..9, ""), (start.to_owned(), 3, 0, 0));
    assert_eq!(typed(start, 0..start.len(), ""), (String::new(), 0, 3, 0));
    assert_eq!(typed("", 0..0, "a"), ("a".to_owned(), 0, 0, 1));
}

#[test]
fn a_broken_text_remembers_the_last_good_one() {
    let mut stream = load("---\na: 1\n---\nname: x\nlist: []\n---\nc: 3\n");
    let good = stream.documents()[1].clone();
    let mut at = stream.start(1) + "---\nname: ".len();
    for typed in ["[", "ü", ",", " "] {
        let op = StreamOp::Text { range: at..at, with: typed.to_owned() };
        stream = edited(&stream, &op).unwrap();
        at += typed.len();
        let (last, offsets) = stream.documents()[1].last_good().unwrap();
        assert!(std::sync::Arc::ptr_eq(last, &good), "one good text, not a chain of them");
        let list = good.text().find("list").unwrap();
        let now = stream.documents()[1].text().find("list").unwrap();
        assert_eq!((offsets.now(list), offsets.good(now)), (Some(now), Some(list)));
        assert_eq!(offsets.now(4), Some(4));
        assert_eq!(offsets.span_now(Span::new(10, 11)), Span::new(now - 2, now - 1));
        assert_eq!(offsets.good(10), None);
    }
    let op = StreamOp::Text { range: at..at, with: "]\n#".to_owned() };
    let stream = edited(&stream, &op).unwrap();
    assert!(stream.documents()[1].tree().is_ok());
    assert!(stream.documents()[1].last_good().is_none());
    assert!(Document::parse("[", &Limits::default()).last_good().is_none());
}

#[test]
fn lines_and_places_of_the_file() {
    let stream = load("a: 1\n---\nb: 2\r\n\n---\nc: 3\n");
    let lines: Vec<_> = (1..=stream.line_count())
        .map(|number| {
            let (document, span) = stream.line(number).unwrap();
            (document, stream.documents()[document].slice(span).to_owned())
        })
        .collect();
    let expected =
        [(0, "a: 1"), (1, "---"), (1, "b: 2"), (1, ""), (2, "---"), (2, "c: 3"), (2, "")];
    assert_eq!(lines, expected.map(|(document, line)| (document, line.to_owned())));
    assert_eq!((stream.line(0), stream.line(8)), (None, None));
    assert_eq!(stream.start(1), 5);
    assert_eq!(stream.find(5), (1, 0));
    assert_eq!(stream.find(4), (0, 4));
    assert_eq!(stream.find(99), (2, 9));
    assert_eq!(stream.text(2..10), " 1\n---\nb");
    assert_eq!(load("").line(1), None);
    let long = format!("---\n{}", "x: [ü,\n]\n".repeat(500));
    let stream = load(&long);
    for (number, line) in long.split('\n').enumerate() {
        let (document, span) = stream.line(number + 1).unwrap();
        assert_eq!(stream.documents()[document].slice(span), line);
    }
}

#[test]
fn other_encodings_are_kept() {
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    for mark in ["\u{feff}", ""] {
        let bytes = utf16(&format!("{mark}---\nname: Zürich\n---\nb: 2\n"));
        let stream = Stream::load(&bytes, &Limits::default()).unwrap();
        assert_eq!(stream.encoding(), Encoding::Utf16Le);
        assert_eq!(stream.to_bytes(), bytes);
        let stream = edited(&stream, &insert(2, "c: 𝄞")).unwrap();
        let expected = format!("{mark}---\nname: Zürich\n---\nb: 2\n---\nc: 𝄞\n");
        assert_eq!(stream.to_bytes(), utf16(&expected));
    }
}

#[test]
fn a_load_counts_bytes_and_can_be_cancelled() {
    let bytes = "---\na: 1\n".repeat(500);
    let progress = Progress::new(bytes.len() as u64);
    Stream::load_with(bytes.as_bytes(), &Limits::default(), &progress).unwrap();
    assert_eq!((progress.done(), progress.total()), (bytes.len() as u64, bytes.len() as u64));
    progress.clone().cancel();
    let cancelled = Stream::load_with(bytes.as_bytes(), &Limits::default(), &progress);
    assert_eq!(cancelled.err(), Some(LoadError::Cancelled));
    // One document, and a long one.
    let bytes = "- a\n".repeat(5_000);
    let progress = Progress::default();
    progress.cancel();
    let cancelled = Stream::load_with(bytes.as_bytes(), &Limits::default(), &progress);
    assert_eq!(cancelled.err(), Some(LoadError::Cancelled));
}

/// Lines that mean something to the division into documents, and some that do not.
fn lines() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "---",
        "--- !t",
        "--- |",
        "...",
        "# c",
        "#d",
        "",
        "  ",
        "%YAML 1.2",
        "%TAG !e! !x-",
        "a: 1",
        "b: |",
        "  text",
        "- x",
        "c: [",
        "]",
        "d: \"",
        "\"",
        "!e!f x: 1",
        "\u{feff}",
        "---x",
        "ü: 𝄞",
    ]);
    let end = prop::sample::select(vec!["\n", "\n", "\n", "\r\n", "\r"]);
    prop::collection::vec((line, end), 0..14).prop_map(|lines| {
        let mut text: String = lines.iter().flat_map(|(line, end)| [*line, *end]).collect();
        if lines.len() % 3 == 0 {
            text.pop();
        }
        text
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_typing_gives_what_loading_gives(
        start in lines(),
        typed in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, lines(), any::<bool>()), 1..5),
    ) {
        let mut stream = load(&start);
        for (at, remove, with, little) in typed {
            let now = text(&stream);
            let from = now.floor_char_boundary(at.index(now.len() + 1));
            let to = now.floor_char_boundary((from + remove).min(now.len()));
            let with = if little { with.chars().take(2).collect() } else { with };
            let mut expected = now;
            expected.replace_range(from..to.max(from), &with);
            stream = edited(&stream, &StreamOp::Text { range: from..to.max(from), with }).unwrap();
            prop_assert_eq!(text(&stream), expected);
        }
    }

    #[test]
    fn whole_documents_move_or_are_refused(
        start in lines(),
        edits in prop::collection::vec((0u8..3, any::<prop::sample::Index>(), any::<prop::sample::Index>(), lines()), 1..4),
    ) {
        let mut stream = load(&start);
        for (kind, from, to, with) in edits {
            let len = stream.documents().len();
            let op = match kind {
                0 => StreamOp::Insert { at: from.index(len + 1), text: with },
                1 => StreamOp::Remove { at: from.index(len + 1) },
                _ => StreamOp::Move { from: from.index(len + 1), to: to.index(len + 1) },
            };
            // `edited` holds that the documents are those of the text.
            let Ok(new) = edited(&stream, &op) else { continue };
            if matches!(op, StreamOp::Move { .. }) {
                // Nothing is lost: what was on the lines still is, but for `---` and `...`.
                let sorted = |stream: &Stream| {
                    let text = text(stream);
                    let mut lines: Vec<String> = text
                        .split(['\n', '\r'])
                        .filter(|it| !matches!(*it, "" | "---" | "..."))
                        .map(str::to_owned)
                        .collect();
                    lines.sort();
                    lines
                };
                prop_assert_eq!(sorted(&stream), sorted(&new));
            }
            stream = new;
        }
    }
}
