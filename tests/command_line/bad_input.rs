//! Input that nobody wants: each gives one clear message, and nothing hangs.

use insta::assert_snapshot;

use crate::support::Folder;

#[test]
fn an_empty_file() {
    let folder = Folder::new(&[("empty.yaml", "")]);
    assert_snapshot!(folder.run(&["check", "empty.yaml"]), @r#"
        exit 1
        ── stdout
        high[Y-013]: empty.yaml has no !ClientAppDto document.
        --> empty.yaml
         = help: Open the files whose documents begin with the tag !ClientAppDto.

        ── stderr
        1 finding: 1 high. Checked 0 client apps in 1 file.
        "#);
    let listed = folder.run(&["list", "empty.yaml"]);
    assert_eq!((listed.code, listed.stdout.as_str()), (Some(0), ""));
}

#[test]
fn a_file_of_comments() {
    let folder = Folder::new(&[("notes.yaml", "# nothing\n# here\n")]);
    assert_snapshot!(folder.run(&["check", "notes.yaml"]), @r#"
        exit 1
        ── stdout
        high[Y-013]: notes.yaml has no !ClientAppDto document.
        --> notes.yaml
         = help: Open the files whose documents begin with the tag !ClientAppDto.

        ── stderr
        1 finding: 1 high. Checked 0 client apps in 1 file.
        "#);
}

#[test]
fn a_file_in_latin_1() {
    let folder = Folder::new(&[("good.yaml", "!ClientAppDto\nid: \"{{guid:a}}\"\n")]);
    folder.write("latin.yaml", b"!ClientAppDto\nid: b\nname: Z\xfcrich\n");
    assert_snapshot!(folder.run(&["check", "."]), @r#"
        exit 3
        ── stdout
        high[Y-012]: latin.yaml is not UTF-8 (first at byte 27); it looks like Latin-1 (ISO 8859-1). Nothing of it is loaded.
        --> latin.yaml
         = help: Save it as UTF-8 in your editor, or convert it: iconv -f ISO-8859-1 -t UTF-8 latin.yaml > converted.yaml

        ── stderr
        1 finding: 1 high. Checked 1 client app in 2 files.
        "#);
}

#[test]
fn a_file_in_utf_16_stays_in_utf_16() {
    let wide = |text: &str| -> Vec<u8> {
        let units = std::iter::once(0xfeff).chain(text.encode_utf16().collect::<Vec<_>>());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let folder = Folder::new(&[]);
    folder.write("wide.yaml", &wide("!ClientAppDto\nid: b\nname: Zürich\n"));
    let ran = folder.run(&["edit", "wide.yaml", "set", "b", "name", "Genève"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let now = std::fs::read(folder.path().join("wide.yaml")).unwrap();
    assert_eq!(now, wide("!ClientAppDto\nid: b\nname: Genève\n"));
    // Half of a pair of units is no character.
    let mut cut = wide("!ClientAppDto\nid: b\n");
    cut.extend(0xd83d_u16.to_le_bytes());
    folder.write("wide.yaml", &cut);
    let ran = folder.run(&["check", "wide.yaml"]);
    assert_eq!(ran.code, Some(3), "{ran}");
    assert!(ran.stdout.contains("Y-012") && ran.stdout.contains("byte 42"), "{ran}");
}

#[test]
fn a_folder_without_yaml() {
    let folder = Folder::new(&[("empty/readme.txt", "x")]);
    assert_snapshot!(folder.run(&["check", "empty"]), @r#"
        exit 3
        ── stdout
        ── stderr
        error: no YAML file (.yaml, .yml) in empty
        "#);
}

#[test]
fn a_path_that_is_not_there() {
    assert_snapshot!(Folder::new(&[]).run(&["check", "missing.yaml"]), @r#"
        exit 3
        ── stdout
        ── stderr
        error: no such file or folder: missing.yaml
        "#);
}

#[test]
fn a_yaml_bomb_does_not_go_off() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..30 {
        let item = format!("*a{}", level - 1);
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![item; 9].join(", "));
    }
    bomb += "allowedTokenExchangeClientApps: *a29\nclientAppSecrets: *a29\n";
    let folder = Folder::new(&[("bomb.yaml", &format!("!ClientAppDto\nid: bomb\n{bomb}"))]);
    let ran = folder.run(&["check", "bomb.yaml"]);
    // A list where a secret belongs is no secret: that is a finding of its own.
    assert_eq!(ran.code, Some(1), "{ran}");
    for rule in ["Y-003", "Y-009", "Y-016"] {
        assert!(ran.stdout.contains(rule), "{ran}");
    }
    assert!(ran.stdout.len() < 20_000);
}

#[test]
fn a_hundred_thousand_brackets() {
    for brackets in ["[".repeat(100_000), "{a: ".repeat(100_000), "- ".repeat(100_000)] {
        let folder = Folder::new(&[
            ("deep.yaml", &brackets),
            ("good.yaml", "!ClientAppDto\nid: \"{{guid:a}}\"\n"),
        ]);
        let ran = folder.run(&["check", "."]);
        assert_eq!(ran.code, Some(1), "{ran}");
        assert!(ran.stdout.contains("Y-011") && ran.stdout.contains("deep.yaml:1:"), "{ran}");
        assert!(ran.stdout.len() < 2_000, "{ran}");
        assert!(
            ran.stderr.contains("1 finding: 1 high. Checked 1 client app in 2 files."),
            "{ran}"
        );
    }
}

#[test]
fn a_file_over_the_limit_is_read_when_the_limit_is_raised() {
    let folder = Folder::new(&[("a.yaml", "!ClientAppDto\nid: a\n")]);
    assert_snapshot!(folder.run(&["list", "a.yaml", "--max-file-size", "10"]), @"
        exit 3
        ── stdout
        ── stderr
        warning: a.yaml: the file has 20 bytes, more than the limit of 10 bytes; raise the limit to read it (on the command line: --max-file-size 20); the file is left out
        ");
    // The window has its own way to ask.
    assert_eq!(folder.run(&["a.yaml", "--max-file-size", "1K"]).code, Some(2));
    assert_eq!(folder.run(&["list", "a.yaml", "--max-file-size", "1K"]).code, Some(0));
    assert_eq!(folder.run(&["list", "a.yaml", "--max-file-size", "much"]).code, Some(2));
}

#[test]
fn a_pattern_in_quotes_is_expanded() {
    let folder = Folder::new(&[
        ("one/a.yaml", "!ClientAppDto\nid: a\n"),
        ("two/b.yaml", "!ClientAppDto\nid: b\n"),
        ("two/c.txt", ""),
    ]);
    let listed = folder.run(&["list", "*/*.yaml"]);
    assert_eq!(listed.code, Some(0), "{listed}");
    assert!(
        listed.stdout.contains("one/a.yaml") && listed.stdout.contains("two/b.yaml"),
        "{listed}"
    );
    let none = folder.run(&["list", "*/*.json"]);
    assert_eq!(none.code, Some(3), "{none}");
    assert!(none.stderr.contains("no file matches the pattern"), "{none}");
}
