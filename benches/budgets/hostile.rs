//! Inputs that were made to hang or to crash a reader.

use std::fmt::Write;

use exchange_studio::config::{Project, Source};
use exchange_studio::yaml::{Limits, Stream};

use crate::ours::once;

/// A name, and how to make the text: built when it is its turn, as some are large.
type Input = (&'static str, fn() -> String);

const INPUTS: [Input; 20] = [
    ("1,000,000 empty documents", || "---\n".repeat(1_000_000)),
    ("1,000,000 empty documents with comments", || "--- # c\n".repeat(1_000_000)),
    ("100,000 %TAG lines", || {
        let mut text = String::new();
        for at in 0..100_000 {
            let _ = writeln!(text, "%TAG !{at}! !x");
        }
        text + "---\na: 1\n"
    }),
    ("100,000 documents with %TAG", || "%TAG !e! !x\n---\n!e!a b\n...\n".repeat(100_000)),
    ("100,000 levels, flow", || "[".repeat(100_000)),
    ("100,000 levels, flow mappings", || "{a: ".repeat(100_000)),
    ("100,000 levels, block", || "- ".repeat(100_000)),
    ("100,000 levels, keys", || "? ".repeat(100_000)),
    ("100,000 levels, indented", || {
        (0..3_000).fold(String::new(), |text, at| text + &" ".repeat(at) + "a:\n")
    }),
    ("aliases of aliases", || {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
        for at in 1..60 {
            let all = vec![format!("*a{}", at - 1); 9].join(", ");
            let _ = writeln!(text, "a{at}: &a{at} [{all}]");
        }
        text
    }),
    ("200,000 anchors and aliases", || {
        (0..200_000).fold(String::new(), |mut text, at| {
            let _ = writeln!(text, "- &a{at} x\n- *a{at}");
            text
        })
    }),
    ("a plain scalar of 30 MB", || "a: ".to_owned() + &"x".repeat(30_000_000)),
    ("a plain scalar of 30 MB in lines", || "a:\n".to_owned() + &"  xxxxxxxx\n".repeat(3_000_000)),
    ("a quoted scalar of 30 MB", || format!("a: \"{}\"", "x\\n".repeat(10_000_000))),
    ("a block scalar of 30 MB", || "a: |\n".to_owned() + &"  xxxxxxxx\n".repeat(3_000_000)),
    ("30 MB of comments", || "# xxxxxxxxxx\n".repeat(2_500_000) + "a: 1\n"),
    ("200,000 keys", || {
        (0..200_000).fold(String::new(), |mut text, at| {
            let _ = writeln!(text, "key{at}: value");
            text
        })
    }),
    ("200,000 keys of a client app", || {
        (0..200_000).fold("!ClientAppDto\nid: a\n".to_owned(), |mut text, at| {
            let _ = writeln!(text, "key{at}: value");
            text
        })
    }),
    ("100,000 times the same key", || "!ClientAppDto\n".to_owned() + &"id: a\n".repeat(100_000)),
    ("1,000,000 zeros", || "\0".repeat(1_000_000)),
];

/// Loads each of them, as text and as a project.
pub fn measure() {
    println!("\nhostile inputs, seconds on the clock and of processors (none may take 2)");
    for (name, text) in INPUTS {
        let bytes = text().into_bytes();
        let ((loaded, text_used), stream) =
            once(|| Stream::load(&bytes, &Limits::default()).expect("text"));
        assert!(stream.to_bytes() == bytes, "{name}: every byte is kept");
        drop(stream);
        let source = Source { path: None, name: "hostile.yaml".to_owned(), bytes };
        let ((read, used), project) = once(|| Project::from_sources(vec![source]));
        drop(project);
        println!("{name:44}text {loaded:6.3} ({text_used:6.3})   model {read:6.3} ({used:6.3})");
    }
}
