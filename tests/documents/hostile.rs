//! Files that mean harm, or that harm has come to: whatever the bytes, nothing panics, hangs or
//! loses one of them, from the text up to the findings.

use exchange_studio::audit;
use exchange_studio::config::{Change, ClientKey};
use exchange_studio::samples;
use exchange_studio::trust::Reading;
use exchange_studio::yaml::{Limits, LoadError, Op, Stream};

use super::checks::{kept, project};
use super::golden::corpus;
use super::yaml_corpus::text;

/// Bytes through everything there is below the window: the text, the model, the findings, an edit
/// and its undo. Gives whether they were text at all.
fn survives(bytes: &[u8]) -> bool {
    let mut project = project(bytes);
    audit::run(&project, Reading::RequesterListsTarget);
    let Some(before) = kept(&project) else { return false };
    assert!(before == bytes, "a byte was lost");
    if project.clients().is_empty() {
        return true;
    }
    let client = ClientKey(project.clients().len() - 1);
    let changes = [
        Change::Set { client, key: "name".to_owned(), value: "x: y".to_owned() },
        Change::Allow { owner: client, entry: "{{ref:new}}".to_owned() },
    ];
    for change in changes {
        if project.apply(&change).is_ok() {
            project.undo();
        }
        assert!(kept(&project).as_deref() == Some(bytes), "{change:?} was not taken back");
    }
    true
}

/// One edit of every document that has a tree.
fn edits(stream: &Stream) {
    for document in stream.documents() {
        if document.tree().is_ok_and(|tree| tree.root().is_some()) {
            let (path, key) = (Vec::new(), "zz".to_owned());
            let _ = document.edit(&Op::Add { path, key, value: text("x"), at: None });
            let _ = document.edit(&Op::Set { path: Vec::new(), value: text("x") });
        }
    }
}

/// The texts to be harmed: the corpus, and each document of the samples. (Documents stand on their
/// own, so cutting each of them is cutting the file.)
fn victims() -> Vec<(String, Vec<u8>)> {
    let mut victims = corpus();
    for source in samples::estate() {
        let stream = Stream::load(&source.bytes, &Limits::default()).unwrap();
        for (at, document) in stream.documents().iter().enumerate() {
            let name = format!("{} {at}", source.name);
            victims.push((name, document.text().as_bytes().to_vec()));
        }
    }
    assert!(victims.len() > 140);
    victims
}

#[test]
fn no_text_that_is_cut_off_panics_or_loses_a_byte() {
    for (name, bytes) in victims() {
        for end in 0..bytes.len() {
            let cut = &bytes[..end];
            match Stream::load(cut, &Limits::default()) {
                Ok(stream) => {
                    assert!(stream.to_bytes() == cut, "{name} cut at {end}");
                    edits(&stream);
                }
                // Within a character, or a text of two bytes a character cut in between.
                Err(LoadError::NotUtf8 { .. } | LoadError::Malformed { .. }) => {}
                Err(error) => panic!("{name} cut at {end}: {error}"),
            }
            // The upper floors read line by line what the tree says: they are asked less often.
            if end % 7 == 0 || bytes[end] == b'\n' {
                survives(cut);
            }
        }
    }
}

/// Bytes that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % below.max(1)
    }
}

#[test]
fn no_text_with_flipped_bytes_panics_or_loses_one() {
    let mut dice = Dice(7);
    let mut read = 0;
    for (_, bytes) in victims() {
        for _ in 0..24 {
            let mut bytes = bytes.clone();
            for _ in 0..=dice.roll(3) {
                let len = bytes.len();
                if len == 0 {
                    break;
                }
                let at = dice.roll(len);
                match dice.roll(4) {
                    0 => bytes[at] ^= 1 << dice.roll(8),
                    1 => bytes[at] = b"\t\n\r \"'#&*-:,?[]{}|>%!@`\\\0~"[dice.roll(26)],
                    2 => drop(bytes.remove(at)),
                    _ => {
                        let from = dice.roll(len);
                        let part = bytes[from..len.min(from + dice.roll(12))].to_vec();
                        bytes.splice(at..at, part);
                    }
                }
            }
            if let Ok(stream) = Stream::load(&bytes, &Limits::default()) {
                assert!(stream.to_bytes() == bytes);
                edits(&stream);
            }
            read += usize::from(survives(&bytes));
        }
    }
    assert!(read > 2_000, "{read}");
}

#[test]
fn aliases_are_not_multiplied() {
    let mut bomb = "!ClientAppDto\nid: a\nk0: &k0 [x, x]\n".to_owned();
    for level in 1..60 {
        let aliases = vec![format!("*k{}", level - 1); 9].join(", ");
        bomb.push_str(&format!("k{level}: &k{level} [{aliases}]\n"));
    }
    bomb.push_str("allowedTokenExchangeClientApps: *k59\nname: *k59\n");
    assert!(survives(bomb.as_bytes()));
    // One that stands for what it stands in, and mappings that merge each other many times.
    assert!(survives(b"!ClientAppDto &x\nid: a\nme: *x\nmany: [*x, *x, {<<: *x}]\n"));
    let mut merges = "!ClientAppDto\nid: a\nm0: &m0 {name: x, isEnabled: true}\n".to_owned();
    for level in 1..60 {
        let aliases = vec![format!("*m{}", level - 1); 9].join(", ");
        merges.push_str(&format!("m{level}: &m{level} {{<<: [{aliases}]}}\n"));
    }
    merges.push_str("<<: *m59\n");
    assert!(survives(merges.as_bytes()));
}

#[test]
fn nesting_ends_in_an_error_and_not_in_the_stack() {
    for (open, close) in [
        ("[", "]"),
        ("{a: ", "}"),
        ("- ", ""),
        ("? ", ""),
        ("[{a: ", "}]"),
        ("{? [", "]}"),
        ("!t &a [", "]"),
        ("\"a\": {", "}"),
    ] {
        for middle in ["", "x"] {
            let deep = [&open.repeat(50_000), middle, &close.repeat(50_000)].concat();
            assert!(survives(deep.as_bytes()), "{open:?}");
            let within =
                format!("!ClientAppDto\nid: a\nallowedTokenExchangeClientApps:\n - {deep}\n");
            assert!(survives(within.as_bytes()), "{open:?}");
        }
    }
    let mut indented = String::new();
    for level in 0..2_000 {
        indented.push_str(&format!("{}k:\n", " ".repeat(level)));
    }
    assert!(survives(indented.as_bytes()));
}

#[test]
fn what_is_no_text_is_refused_and_said() {
    let wide = |text: &[u16], big: bool| -> Vec<u8> {
        let bytes = |unit: &u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.iter().flat_map(bytes).collect()
    };
    let units: Vec<u16> = "id: a\n# ".encode_utf16().collect();
    for big in [false, true] {
        // Half a pair alone, the halves the wrong way round, half a pair at the end.
        for broken in [&[0xD83D, 0x0041][..], &[0xDE80, 0xD83D], &[0xD83D]] {
            let text = [&[0xFEFF], &units[..], broken].concat();
            assert!(!survives(&wide(&text, big)));
        }
        let mut odd = wide(&[&[0xFEFF], &units[..]].concat(), big);
        odd.push(b'x');
        assert!(!survives(&odd));
    }
    for bytes in [
        // Surrogates, numbers too large and too long spellings in UTF-8.
        &b"id: \xED\xA0\xBD\xED\xBA\x80\n"[..],
        b"id: \xF4\x90\x80\x80\n",
        b"id: \xC0\xAF\n",
        b"id: \xFF\n",
        b"\xEF\xBB\xBFid: \x80\n",
        b"\xEF\xBB",
    ] {
        assert!(!survives(bytes), "{bytes:?}");
    }
}

#[test]
fn odd_characters_are_kept_or_are_an_error_of_their_document() {
    for piece in [
        "\0",
        "\u{1}",
        "\u{7f}",
        "\u{85}",
        "\u{a0}",
        "\u{2028}",
        "\u{feff}",
        "\u{fffe}",
        "\u{ffff}",
        "\u{200b}",
        "\u{202e}",
        "\u{10ffff}",
        "\"\\ud800\"",
        "\"\\U00110000\"",
        "\"\\xZZ\"",
        "\"\\",
    ] {
        for text in [
            format!("!ClientAppDto\nid: a{piece}b\nname: x\n"),
            format!("!ClientAppDto\nid: a\nname: {piece}\n---\n!ClientAppDto\nid: b\n"),
            format!("{piece}!ClientAppDto\nid: a\n"),
            format!("!ClientAppDto\nid: a\n# {piece}\n{piece}: x\n"),
            format!("!Client{piece}AppDto &a{piece} {{id: *a{piece}}}\n"),
            format!("--- |\n {piece}\n...{piece}\n%{piece}\n---{piece}\n"),
        ] {
            assert!(survives(text.as_bytes()), "{text:?}");
        }
    }
}

#[test]
fn much_of_one_thing_is_only_much() {
    let client = "!ClientAppDto\nid: a\n";
    for text in [
        "---\n".repeat(20_000),
        "...\n".repeat(20_000),
        "%TAG !e! tag:e,2000:\n".repeat(5_000) + "---\n" + client,
        "%YAML 1.2\n".repeat(5_000),
        client.to_owned() + "name: x\n".repeat(5_000).as_str(),
        client.to_owned() + &(0..5_000).map(|n| format!("k{n}: &a{n} x\n")).collect::<String>(),
        client.to_owned() + "k:\n" + "# c\n".repeat(20_000).as_str() + "- x\n",
        client.to_owned() + "name: " + &"x".repeat(1_000_000) + "\n",
        client.to_owned() + "name: \"" + &"x\\\n ".repeat(100_000) + "\"\n",
        client.to_owned() + "name: |\n" + &"\n".repeat(500_000),
        client.to_owned() + "name: |\n" + &" x\n".repeat(200_000),
        client.to_owned() + "x".repeat(5_000).as_str() + ": y\n",
        client.to_owned() + "allowedTokenExchangeClientApps: [" + &"a, ".repeat(20_000) + "]\n",
        client.to_owned() + "allowedTokenExchangeClientApps:\n" + &"- id: a\n".repeat(10_000),
        format!("!ClientAppDto\nid: {}\n", "{".repeat(100)),
        " ".repeat(500_000) + "x",
        "\n".repeat(500_000),
        "\r".repeat(200_000),
        "\t".repeat(200_000) + "x",
        "\u{feff}".repeat(50_000),
        "- ".repeat(100) + &"a: ".repeat(100),
        "&a ".repeat(20_000),
        "!t ".repeat(20_000),
        "a: *a\n".repeat(5_000),
        ",".repeat(100_000),
        "\"".repeat(100_001),
        "]".repeat(100_000),
    ] {
        let head: String = text.chars().take(60).collect();
        assert!(survives(text.as_bytes()), "{head:?}");
    }
}

#[test]
fn a_file_over_the_limit_is_refused_with_both_numbers() {
    let limits = Limits { file_bytes: 1_000, ..Limits::default() };
    let error = Stream::load(&[b'#'; 1_001], &limits).unwrap_err();
    let said = error.to_string();
    assert!(said.contains("1001") || said.contains("1,001"), "{said}");
    assert!(said.contains("1000") || said.contains("1,000"), "{said}");
    assert!(Stream::load(&[b'#'; 1_000], &limits).is_ok());
}

#[test]
fn aliases_of_aliases_are_reported_once_an_entry_and_not_once_a_level() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let item = format!("*a{}", level - 1);
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![item; 9].join(", "));
    }
    bomb += "allowedTokenExchangeClientApps: *a29\nclientAppSecrets: *a29\n";
    let project = project(format!("!ClientAppDto\nid: bomb\n{bomb}").as_bytes());
    let findings = audit::run(&project, Reading::default());
    let count = |id: &str| findings.iter().filter(|finding| finding.rule.id == id).count();
    // Nine entries that are lists, in each of the two lists; what these hold is not looked at.
    assert_eq!((count("Y-009"), count("Y-016")), (9, 9));
    // The keys that hold the lists are foreign, which is said once.
    assert_eq!(count("Y-003"), 1);
    assert!(findings.len() <= 20, "{}", findings.len());
}
