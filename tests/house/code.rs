//! Floors, and words that may not stand in the code.

use crate::files;

/// The rooms and the floor each stands on. A room imports only rooms on lower floors.
const ROOMS: &[(&str, u8)] = &[
    ("yaml", 0),
    ("config", 1),
    ("samples", 2),
    ("trust", 2),
    ("diagram", 3),
    ("exchange", 3),
    ("audit", 4),
    ("authority", 4),
    ("cli", 5),
    ("studio", 5),
];

/// The one door on the top floor: without a subcommand the program opens the window.
const DOORS: &[(&str, &str)] = &[("cli", "studio")];

fn floor(room: &str) -> Option<u8> {
    ROOMS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// The line without a comment at its end. A `//` within a text is taken for a comment too; what
/// is looked for here never follows a URL.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or("")
}

/// The rooms that a piece of code names as `crate::room` or `crate::{room::…, other}`.
fn rooms_named(text: &str) -> Vec<(usize, String)> {
    let text: String = text.lines().map(|line| format!("{}\n", code(line))).collect();
    let mut named = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        if text[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
            continue;
        }
        let line = text[..at].matches('\n').count() + 1;
        let rest = &text[at + "crate::".len()..];
        let mut take = |rest: &str| {
            let name: String =
                rest.chars().take_while(|it| it.is_alphanumeric() || *it == '_').collect();
            named.push((line, name));
        };
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut start = true;
            for (at, character) in group.char_indices() {
                match character {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    _ if start && !character.is_whitespace() => {
                        start = false;
                        take(&group[at..]);
                    }
                    _ => {}
                }
            }
        } else {
            take(rest);
        }
    }
    named
}

#[test]
fn a_room_imports_only_rooms_on_lower_floors() {
    let mut wrong = Vec::new();
    let mut imports = 0;
    for (path, text) in files("src", &["rs"]) {
        let mut parts = path.components().skip(1).map(|part| part.as_os_str().to_str().unwrap());
        let room = parts.next().unwrap().trim_end_matches(".rs");
        if matches!(room, "lib" | "main") {
            continue;
        }
        let own = floor(room).unwrap_or_else(|| panic!("{room} has no floor: {}", path.display()));
        for (line, named) in rooms_named(&text) {
            let Some(other) = floor(&named) else { continue };
            imports += 1;
            let allowed = named == room || other < own || DOORS.contains(&(room, &named));
            if !allowed {
                wrong.push(format!("{}:{line}: {room} imports {named}", path.display()));
            }
        }
    }
    assert!(imports > 0, "no import found: the check reads the wrong thing");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn imports_are_read_as_they_are_written() {
    let text = "use crate::{yaml::{Node, Tree}, config, trust::decide};\n// crate::cli\nfn f() { \
                crate::audit::g(); other_crate::studio::h() }";
    let named: Vec<_> = rooms_named(text).into_iter().map(|(_, room)| room).collect();
    assert_eq!(named, ["yaml", "config", "trust", "audit"]);
}

#[test]
fn nothing_is_left_undone_switched_off_or_timed() {
    // Put together here, so that this file does not find itself.
    let words = [
        concat!("to", "do!("),
        concat!("unimple", "mented!("),
        concat!("db", "g!("),
        concat!("#[ig", "nore"),
        concat!("thread::sl", "eep"),
        concat!("#[allow(", "unused"),
        concat!("#[allow(", "dead_code"),
        concat!("#![allow(", "unused"),
        concat!("#![allow(", "dead_code"),
    ];
    let mut found = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for (path, text) in files(folder, &["rs"]) {
            for (index, line) in text.lines().enumerate() {
                for word in words.iter().filter(|word| code(line).contains(**word)) {
                    found.push(format!("{}:{}: {word}", path.display(), index + 1));
                }
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The rooms that hold secrets and tokens.
const WITH_SECRETS: [&str; 3] = ["src/exchange", "src/authority", "src/cli"];

/// What runs in the program: the lines of a file up to the tests that end it, with their numbers.
fn lines_that_run(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let marks =
        ["\n#[cfg(test)]\nmod ", "\n#[cfg(test)]\npub(super) mod ", "\n#[cfg(test)]\npub mod "];
    let ends = marks.into_iter().flat_map(|mark| {
        // Tests in a file of their own do not end this one.
        let is_here = move |at: &usize| {
            text[at + mark.len()..].lines().next().is_some_and(|line| line.ends_with('{'))
        };
        text.match_indices(mark).map(|(at, _)| at).filter(is_here)
    });
    let end = ends.min().unwrap_or(text.len());
    text[..end].lines().enumerate().map(|(index, line)| (index + 1, code(line)))
}

/// A panic prints what it is given, and what is printed ends in a log. So nothing there panics by
/// itself, prints past the terminal that the commands are given, or makes text of a value that was not
/// made to be read.
#[test]
fn what_holds_secrets_neither_panics_nor_logs_nor_prints_debug_texts() {
    let words = [
        "panic!(",
        "unreachable!(",
        "assert!(",
        "assert_eq!(",
        "assert_ne!(",
        ".unwrap()",
        ".unwrap_err()",
        ".expect(",
        ".expect_err(",
        "println!(",
        "print!(",
        "log::",
        "tracing::",
        ":?}",
        ":#?}",
    ];
    // Enumerations of a TLS library and of this program's operations, which hold nothing of anybody.
    let harmless = [
        ("src/exchange/transport.rs", "({other:?})"),
        ("src/exchange/transport.rs", "({alert:?})"),
        ("src/cli/edit/script.rs", "format!(\"{other:?}\")"),
    ];
    let (mut found, mut seen) = (Vec::new(), 0);
    let all = WITH_SECRETS.into_iter().flat_map(|room| files(room, &["rs"]));
    // Those two are tests alone.
    for (path, text) in
        all.filter(|(path, _)| !path.ends_with("tests.rs") && !path.ends_with("registry.rs"))
    {
        for (number, line) in lines_that_run(&text) {
            seen += 1;
            let is_harmless =
                |(file, words): &(&str, &str)| path.ends_with(file) && line.contains(words);
            if harmless.iter().any(is_harmless) {
                continue;
            }
            for word in words.iter().filter(|word| line.contains(**word)) {
                found.push(format!("{}:{number}: {word}", path.display()));
            }
        }
    }
    assert!(seen > 10_000, "hardly anything was read: the check reads the wrong thing");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn tests_at_the_end_of_a_file_do_not_run() {
    let text = "a\n#[cfg(test)]\nmod registry;\nb // c\n#[cfg(test)]\nmod tests {\nd\n}\n";
    let lines: Vec<_> =
        lines_that_run(text).map(|(number, line)| format!("{number}{line}")).collect();
    assert_eq!(lines, ["1a", "2#[cfg(test)]", "3mod registry;", "4b "]);
}

#[test]
fn icons_come_from_the_list_that_the_font_is_cut_by() {
    let list = std::path::Path::new("src/studio/theme/icons.rs");
    let naming: Vec<_> = files("src", &["rs"])
        .into_iter()
        .filter(|(_, text)| text.lines().any(|line| code(line).contains("egui_material_icons")))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(naming, [list], "take icons from {}", list.display());
}
