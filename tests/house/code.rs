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
