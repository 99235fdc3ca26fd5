//! Inputs that were made to hang or to crash a reader, read, edited as streams and taken back; in sizes
//! that a test can take. The benchmark `budgets` has the large ones.

use exchange_studio::config::{Change, ClientKey, Project, Source};
use exchange_studio::samples;
use exchange_studio::yaml::{
    Encoding, Limits, LoadError, Op, Position, Step, Stream, StreamOp, Value,
};

/// Loads bytes as text and as a project, tries edits on them, and holds that no byte is lost.
fn survive(name: &str, bytes: Vec<u8>) -> Stream {
    let limits = Limits::default();
    let stream = Stream::load(&bytes, &limits).unwrap();
    assert!(stream.to_bytes() == bytes, "{name}: every byte is kept");
    for document in stream.documents().iter().take(3) {
        // Refused or made, but without a panic.
        let path = vec![Step::Key("a".to_owned())];
        let _ = document.edit(&Op::Set { path, value: Value::Text("x".to_owned()) });
        let _ = document.edit(&Op::Remove { path: Vec::new(), index: 0 });
    }
    let last = stream.documents().len().saturating_sub(1);
    for op in [
        StreamOp::Remove { at: 0 },
        StreamOp::Move { from: last, to: 0 },
        StreamOp::Insert { at: last, text: "a: 1".to_owned() },
        StreamOp::Text { range: stream.len()..stream.len(), with: "\n---\n".to_owned() },
    ] {
        let Ok(splice) = stream.edit(&op) else { continue };
        let mut edited = stream.clone();
        edited.splice(splice.at, splice.before.len(), splice.after.clone());
        edited.splice(splice.at, splice.after.len(), splice.before);
        assert!(edited.to_bytes() == bytes, "{name}: {op:?} can be taken back");
    }
    Project::from_sources(vec![Source { path: None, name: name.to_owned(), bytes }]);
    stream
}

fn errors(stream: &Stream) -> Vec<String> {
    let errors = stream.documents().iter().filter_map(|document| document.tree().err());
    errors.map(|error| error.message.clone()).collect()
}

#[test]
fn deep_nesting_is_an_error_and_no_overflow() {
    let limits = Limits::default();
    for (name, open) in [
        ("[", "["),
        ("{a: ", "{a: "),
        ("- ", "- "),
        ("? ", "? "),
        ("[{", "[{a: "),
        ("&a [", "&a ["),
    ] {
        let stream = survive(name, open.repeat(5_000).into_bytes());
        assert!(
            errors(&stream)[0].contains(&limits.depth.to_string()),
            "{name}: {:?}",
            errors(&stream)
        );
    }
    let indented = (0..300).fold(String::new(), |text, at| text + &" ".repeat(at) + "a:\n");
    assert!(errors(&survive("indented", indented.into_bytes()))[0].contains("128"));
    // Deeper, where somebody asks for it.
    let limits = Limits { depth: 1_000, ..limits };
    let text = "[".repeat(900) + &"]".repeat(900);
    assert!(Stream::load(text.as_bytes(), &limits).unwrap().documents()[0].tree().is_ok());
}

#[test]
fn aliases_are_not_unfolded() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for at in 1..60 {
        let all = vec![format!("*a{}", at - 1); 9].join(", ");
        bomb.push_str(&format!("a{at}: &a{at} [{all}]\n"));
    }
    assert!(errors(&survive("bomb", bomb.clone().into_bytes())).is_empty());
    let client = format!("!ClientAppDto\nid: a\n{bomb}allowedTokenExchangeClientApps: *a59\n");
    survive("bomb in a client app", client.into_bytes());
    let merges = (0..2_000).fold("m0: &m0 {a: 1}\n".to_owned(), |text, at| {
        text + &format!("m{}: &m{} {{<<: *m{at}}}\n", at + 1, at + 1)
    });
    survive("merges", merges.into_bytes());
}

#[test]
fn many_of_anything_are_read() {
    let many = |count: usize, line: fn(usize) -> String| (0..count).map(line).collect::<String>();
    let documents = survive("documents", "---\n".repeat(5_000).into_bytes());
    assert_eq!(documents.documents().len(), 5_000);
    survive(
        "directives",
        (many(5_000, |at| format!("%TAG !{at}! !x\n")) + "---\na\n").into_bytes(),
    );
    survive("keys", many(5_000, |at| format!("k{at}: v\n")).into_bytes());
    let same = "!ClientAppDto\n".to_owned() + &"id: a\n".repeat(5_000);
    assert!(errors(&survive("the same key", same.into_bytes())).is_empty());
    survive("anchors", many(5_000, |at| format!("- &a{at} x\n- *a{at}\n")).into_bytes());
    survive("comments", "# c\n".repeat(5_000).into_bytes());
    survive("carriage returns", "\r".repeat(5_000).into_bytes());
    survive("ends", "...\n".repeat(5_000).into_bytes());
    survive("ends of documents", "a\n...\n".repeat(5_000).into_bytes());
    survive("marks", "\u{feff}".repeat(5_000).into_bytes());
}

#[test]
fn a_million_tiny_documents_are_read() {
    const COUNT: usize = 1_000_000;
    // Most files of that many documents hold little but their markers; a client app far inside is
    // found all the same.
    let mut text = "---\n".repeat(COUNT / 2 - 1);
    text.push_str("--- !ClientAppDto\nid: a\n");
    text.push_str(&"--- x\n".repeat(COUNT / 2));
    let stream = Stream::load(text.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(stream.documents().len(), COUNT);
    assert!(stream.documents().iter().all(|document| document.tree().is_ok()));
    assert!(stream.to_bytes() == text.as_bytes());
    assert_eq!(stream.line_count(), COUNT + 2);
    assert_eq!(stream.find(text.len() - 1), (COUNT - 1, 5));
    assert_eq!(stream.position(COUNT - 1, 4), Position { line: COUNT + 1, column: 5 });
    drop(stream);
    let source = Source { path: None, name: "a.yaml".to_owned(), bytes: text.into_bytes() };
    let mut project = Project::from_sources(vec![source]);
    assert_eq!(project.clients().len(), 1);
    let client = project.client(ClientKey(0));
    assert_eq!((client.label(), client.place.document), ("a", COUNT / 2 - 1));
    // And it is edited where it stands.
    let change =
        Change::Set { client: ClientKey(0), key: "name".to_owned(), value: "A".to_owned() };
    project.apply(&change).unwrap();
    let stream = project.files()[0].stream.as_ref().unwrap();
    assert_eq!(stream.documents().len(), COUNT);
    assert_eq!(stream.documents()[COUNT / 2 - 1].text(), "--- !ClientAppDto\nid: a\nname: A\n");
}

#[test]
fn long_scalars_are_read() {
    for (name, text) in [
        ("plain", "a: ".to_owned() + &"x".repeat(30_000)),
        ("plain, in lines", "a:\n".to_owned() + &"  xxxxxxxx\n".repeat(10_000)),
        ("quoted", format!("a: \"{}\"", "x\\n".repeat(30_000))),
        ("single", format!("a: '{}'", "x''".repeat(30_000))),
        ("literal", "a: |\n".to_owned() + &"  xxxxxxxx\n".repeat(10_000)),
        ("folded", "a: >\n".to_owned() + &"  xxxxxxxx\n".repeat(10_000)),
    ] {
        assert!(errors(&survive(name, text.into_bytes())).is_empty(), "{name}");
    }
    let open = survive("never closed", format!("a: \"{}", "x".repeat(30_000)).into_bytes());
    assert_eq!(errors(&open).len(), 1);
}

#[test]
fn bytes_that_are_no_text_are_an_error() {
    assert!(errors(&survive("zeros", vec![0; 5_000]))[0].contains("NUL"));
    assert!(errors(&survive("a zero", b"a: x\0y, and so on\n".to_vec()))[0].contains("NUL"));
    let bytes: Vec<u8> =
        (0..5_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert!(matches!(
        Stream::load(&bytes, &Limits::default()),
        Err(LoadError::NotUtf8 { .. } | LoadError::Malformed { .. })
    ));
}

#[test]
fn a_large_file_is_refused_before_it_is_read() {
    let limits = Limits { file_bytes: 1_000, ..Limits::default() };
    let error = Stream::load(&vec![b'\n'; 1_001], &limits).unwrap_err();
    assert_eq!(error, LoadError::TooLarge { bytes: 1_001, limit: 1_000 });
    assert!(error.to_string().contains("limit of 1000"), "{error}");
    let stream = Stream::load(&vec![b'\n'; 1_000], &limits).unwrap();
    assert!(stream.edit(&StreamOp::Text { range: 0..0, with: "\n".to_owned() }).is_err());
    assert!(stream.edit(&StreamOp::Text { range: 0..1, with: "\n".to_owned() }).is_ok());
}

/// A file that stops at any byte is read as far as it goes, or refused by name; none of what is
/// there is lost.
#[test]
fn samples_cut_off_at_every_byte_are_kept() {
    let limits = Limits::default();
    let sources = [samples::estate(), samples::cross_client(), samples::service_principal()];
    for source in sources.into_iter().flatten() {
        let whole = Stream::load(&source.bytes, &limits).unwrap();
        assert_eq!(whole.encoding(), Encoding::Utf8);
        for document in whole.documents() {
            let bytes = document.text().as_bytes();
            let wide: Vec<u8> = document.text().encode_utf16().flat_map(u16::to_be_bytes).collect();
            for end in 0..=bytes.len() {
                match Stream::load(&bytes[..end], &limits) {
                    Ok(stream) => assert_eq!(stream.to_bytes(), bytes[..end]),
                    Err(error) => assert!(matches!(error, LoadError::NotUtf8 { .. }), "{error}"),
                }
            }
            for end in 0..=wide.len().min(400) {
                match Stream::load(&wide[..end], &limits) {
                    Ok(stream) => assert_eq!(stream.to_bytes(), wide[..end]),
                    Err(error) => {
                        assert!(
                            matches!(error, LoadError::Malformed { offset, .. } if offset + 1 == end)
                        );
                    }
                }
            }
        }
    }
}
