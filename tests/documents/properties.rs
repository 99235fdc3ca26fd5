//! What holds for every file that people could have written, tried on generated ones: files of
//! several documents in every style YAML has, and lists of edits of every kind.

use std::fmt::Write as _;
use std::path::Path;

use exchange_studio::yaml::{Limits, Stream};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

use super::checks;
use super::plan::{Pick, Plan};

/// Writes a file as its dice fall: one byte a decision, and the plainest choice when they run out.
struct Writer<'d> {
    dice: std::slice::Iter<'d, u8>,
    out: String,
    anchors: usize,
}

impl Writer<'_> {
    fn roll(&mut self, sides: usize) -> usize {
        self.dice.next().map_or(0, |byte| usize::from(*byte) % sides)
    }

    fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.roll(from.len())]
    }

    fn file(&mut self) {
        if self.roll(8) == 7 {
            self.out.push('\u{feff}');
        }
        if self.roll(6) == 5 {
            self.out.push_str("# head\n\n");
        }
        for document in 0..=self.roll(4) {
            self.document(document);
        }
        let breaks = self.pick(&["\n", "\n", "\n", "\r\n", "\r"]);
        if breaks != "\n" {
            self.out = self.out.replace('\n', breaks);
        }
        if self.roll(6) == 5 {
            let end = self.out.trim_end_matches(['\n', '\r']).len();
            self.out.truncate(end);
        }
    }

    fn document(&mut self, number: usize) {
        self.anchors = 0;
        let ended = self.out.ends_with("...\n");
        let directive = (number == 0 || ended) && self.roll(8) == 7;
        if directive {
            self.out.push_str("%YAML 1.2\n");
        }
        if number > 0 || directive || self.roll(3) == 2 {
            self.out.push_str("---");
            let after = self.pick(&["\n", "\n", " # c\n", " \n", "\n# of the document\n"]);
            self.out.push_str(after);
        }
        match self.roll(8) {
            6 => self.out.push_str("just a text\n"),
            7 => {
                self.out.push_str("- one\n- ");
                self.value(2, 1);
            }
            _ => {
                let tag =
                    self.pick(&["!ClientAppDto\n", "!ClientAppDto\n", "", "!SubscriptionDto\n"]);
                self.out.push_str(tag);
                self.client();
            }
        }
        if self.roll(6) == 5 {
            self.out.push_str("# end\n...\n");
        }
    }

    fn client(&mut self) {
        let id = self.pick(&["a", "\"{{guid:a}}\"", "'b'", "1234", "{{guid:c}}", "&id a"]);
        let _ = writeln!(self.out, "id: {id}");
        self.trivia(0);
        for key in
            ["name", "isEnabled", "allowedTokenExchangeClientApps", "\"quoted key\"", "<<", "other"]
        {
            if key == "<<" && self.roll(8) != 7 {
                continue;
            }
            match key {
                "<<" => self.out.push_str("<<: {merged: x}\n"),
                "allowedTokenExchangeClientApps" => {
                    self.out.push_str(key);
                    self.out.push(':');
                    self.list(0, 2);
                }
                _ if self.roll(12) == 11 => {
                    let _ = writeln!(self.out, "? {key}");
                    self.out.push_str(": ");
                    self.value(2, 2);
                }
                _ => {
                    let gap = self.pick(&[":", ":", ":", " :"]);
                    let _ = write!(self.out, "{key}{gap} ");
                    self.value(0, 2);
                }
            }
            self.trivia(0);
        }
    }

    /// Comments and blank lines between entries.
    fn trivia(&mut self, indent: usize) {
        match self.roll(10) {
            7 => self.out.push('\n'),
            8 => {
                let _ = writeln!(self.out, "{}# c", " ".repeat(indent));
            }
            9 => self.out.push_str("  \n"),
            _ => {}
        }
    }

    fn end(&mut self) {
        let end = self.pick(&["\n", "\n", "\n", " # c\n", "  \n", "\t# c\n"]);
        self.out.push_str(end);
    }

    /// A list below a key that is written, without the break after its colon.
    fn list(&mut self, indent: usize, depth: usize) {
        if self.roll(4) == 3 {
            let flow = self.pick(&[
                " []",
                " [b, c]",
                " [ {id: b}, {id: c} ]",
                " [\n    b, # c\n    c,\n    ]",
                " null",
                "",
                " [\n  b\n]",
            ]);
            self.out.push_str(flow);
            return self.out.push('\n');
        }
        self.end();
        let indent = indent + [2, 0, 4, 1][self.roll(4)];
        for _ in 0..=self.roll(4) {
            self.trivia(indent);
            let gap = self.pick(&[" ", " ", " ", "   "]);
            let _ = write!(self.out, "{}-{gap}", " ".repeat(indent));
            let inner = indent + 1 + gap.len();
            match self.roll(4) {
                0 => self.value(inner, 0),
                1 if depth > 0 => {
                    self.out.push_str("- ");
                    self.value(inner + 2, depth - 1);
                    let _ = write!(self.out, "{}- x", " ".repeat(inner));
                    self.end();
                }
                _ => {
                    let id = self.pick(&["b", "\"{{ref:b}}\"", "'c'", "&b b", "~"]);
                    let _ = write!(self.out, "id: {id}");
                    self.end();
                    if self.roll(3) == 2 {
                        let _ = write!(self.out, "{}note: ", " ".repeat(inner));
                        self.value(inner, depth.saturating_sub(1));
                    }
                }
            }
        }
    }

    /// A value behind a key or a dash, and the break after it. What continues it stands deeper than
    /// `indent`.
    fn value(&mut self, indent: usize, depth: usize) {
        let inner = " ".repeat(indent + 1 + self.roll(3));
        match self.roll(if depth > 0 { 14 } else { 12 }) {
            0..=2 => {
                let text = self.pick(&[
                    "x",
                    "two words",
                    "true",
                    "00123",
                    "1e9",
                    "~",
                    "''",
                    "'it''s'",
                    "\"q \\u00e9\\n\"",
                    "http://h:1/p?q#f",
                    "104857600000000000021",
                    "ü 名前 🚀",
                    "-x",
                    "a#b",
                    "\"\"",
                    "null",
                    "!!str 1",
                    "!t x",
                ]);
                self.out.push_str(text);
                self.end();
            }
            3 => self.end(),
            4 => {
                let _ = write!(self.out, "one\n{inner}two\n\n{inner}three");
                self.end();
            }
            5 => {
                let _ = write!(self.out, "\"one\n{inner}two\\\n{inner} three\"");
                self.end();
            }
            6 => {
                let _ = write!(self.out, "'one\n\n{inner}two'");
                self.end();
            }
            7 | 8 => {
                let sign = self.pick(&["|", ">", "|-", ">-", "|+", ">+"]);
                let _ =
                    writeln!(self.out, "{sign}\n{inner}text: [x\n\n{inner}  # deeper\n{inner}last");
            }
            9 => {
                let flow = self.pick(&["{}", "{ a: 1, b: [x] }", "[x, {y: z}, w: v]", "[]"]);
                self.out.push_str(flow);
                self.end();
            }
            10 => {
                self.anchors += 1;
                let _ = write!(self.out, "&n{} x", self.anchors);
                self.end();
            }
            11 if self.anchors > 0 => {
                let _ = write!(self.out, "*n{}", self.anchors);
                self.end();
            }
            11 => {
                let _ = write!(self.out, "{{\n{inner}a: 1,\n{inner}# c\n{inner}b: 2\n{inner}}}");
                self.end();
            }
            12 => {
                self.end();
                for key in ["k", "'l'"] {
                    let _ = write!(self.out, "{inner}{key}: ");
                    self.value(inner.len(), depth - 1);
                    self.trivia(inner.len());
                }
            }
            _ => {
                let end = self.out.trim_end_matches(' ').len();
                self.out.truncate(end);
                if self.out.ends_with([':', '?']) {
                    // A list may not stand on the line of a key.
                    self.out.push_str(" !l\n");
                    let _ = write!(self.out, "{inner}- x\n{inner}-   id: y\n");
                } else {
                    self.out.push_str(" z\n");
                }
            }
        }
    }
}

/// A file in UTF-8 or, rarely, UTF-16.
fn file() -> impl Strategy<Value = Vec<u8>> {
    (prop::collection::vec(any::<u8>(), 0..120), 0..12u8).prop_map(|(dice, encoding)| {
        let mut writer = Writer { dice: dice.iter(), out: String::new(), anchors: 0 };
        writer.file();
        let text = writer.out;
        let mark = if text.starts_with('\u{feff}') { "" } else { "\u{feff}" };
        let units = || mark.encode_utf16().chain(text.encode_utf16());
        match encoding {
            10 => units().flat_map(u16::to_le_bytes).collect(),
            11 => units().flat_map(u16::to_be_bytes).collect(),
            _ => text.into_bytes(),
        }
    })
}

fn picks() -> impl Strategy<Value = Vec<Pick>> {
    prop::collection::vec(any::<[u8; 4]>().prop_map(Pick::from), 1..7)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 192,
        failure_persistence: None,
        max_shrink_iters: 20_000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_people_write_is_read_and_kept(bytes in file()) {
        let stream = Stream::load(&bytes, &Limits::default()).unwrap();
        for document in stream.documents() {
            let error = document.tree().err();
            prop_assert!(error.is_none(), "{error:?}\n{}", document.text());
        }
        checks::load(&bytes);
    }

    #[test]
    fn edits_are_right_or_refused(bytes in file(), picks in picks()) {
        checks::edit(&bytes, &picks);
    }

    #[test]
    fn changes_are_undone_and_made_again(bytes in file(), picks in picks()) {
        checks::undo(&bytes, &picks);
    }
}

/// The check behind every edit is the last line of defence: it may have to step in where somebody
/// puts YAML with comments into the middle of comments, but hardly ever.
#[test]
fn hardly_any_edit_needs_the_last_line_of_defence() {
    let mut runner = TestRunner::deterministic();
    let mut all = checks::Done::default();
    for _ in 0..400 {
        let (bytes, picks) = (file(), picks()).new_tree(&mut runner).unwrap().current();
        let done = checks::edit(&bytes, &picks);
        all.made += done.made;
        all.defects += done.defects;
    }
    assert!(all.made > 500, "{}", all.made);
    assert!(all.defects * 100 <= all.made, "{} of {}", all.defects, all.made);
}

/// What the fuzzer found once is never found again, and its seeds are no dead weight.
#[test]
fn every_input_kept_for_the_fuzzer_passes() {
    let mut inputs = 0;
    for target in ["load", "edit", "undo"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(target);
        for entry in std::fs::read_dir(folder).unwrap() {
            let bytes = std::fs::read(entry.unwrap().path()).unwrap();
            let plan = Plan::new(&bytes);
            match target {
                "load" => checks::load(&bytes),
                "edit" => drop(checks::edit(plan.text, &plan.picks())),
                _ => drop(checks::undo(plan.text, &plan.picks())),
            }
            inputs += 1;
        }
    }
    assert!(inputs > 0);
}

/// The fuzz targets take the floors in by path, so their package has to name what these use, in
/// the same versions.
#[test]
fn the_fuzz_package_names_what_the_floors_use() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).unwrap();
    let (own, fuzz) = (read("Cargo.toml"), read("tests/fuzz/Cargo.toml"));
    let mut sources = read("src/samples.rs");
    let library = read("tests/fuzz/lib.rs");
    let floors = library.split("../../").skip(1).filter_map(|it| it.split_once("/mod.rs"));
    let mut folders: Vec<_> = floors.map(|(floor, _)| root.join(floor)).collect();
    assert!(folders.len() > 2, "{folders:?}");
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                sources.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    // Those of single systems among them.
    let dependencies = own.split("[dependencies]").nth(1).unwrap();
    let dependencies = dependencies.split("[dev-dependencies]").next().unwrap();
    let mut used = 0;
    for line in dependencies.lines().filter(|line| !line.starts_with('#')) {
        let Some((name, _)) = line.split_once(" = ") else { continue };
        if sources.contains(&format!("{}::", name.replace('-', "_"))) {
            used += 1;
            assert!(fuzz.lines().any(|it| it == line), "tests/fuzz/Cargo.toml lacks {line}");
        }
    }
    assert!(used > 8, "{used}");
}
