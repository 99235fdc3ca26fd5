//! `diff`

use insta::assert_snapshot;

use crate::support::{ESTATE, Folder};

#[test]
fn two_files() {
    let new = ESTATE.replacen("enabled: true", "enabled: false", 1);
    let folder = Folder::new(&[("old.yaml", ESTATE), ("new.yaml", &new)]);
    assert_snapshot!(folder.run(&["diff", "old.yaml", "new.yaml"]), @r#"
        exit 0
        ── stdout
        --- old.yaml
        +++ new.yaml
        @@ -1,7 +1,7 @@
         !ClientAppDto
         id: "11111111-1111-4111-8111-111111111111" # the front door
         name: Portal
        -enabled: true
        +enabled: false
         isPublic: false
         allowedTokenExchangeClientApps:
           - id: "{{guid:dashboard}}"
        ── stderr
        "#);
    let failed = folder.run(&["diff", "old.yaml", "new.yaml", "--fail-on", "change"]);
    assert_eq!(failed.code, Some(1));
    let same = folder.run(&["diff", "old.yaml", "old.yaml", "--fail-on", "change"]);
    assert_eq!((same.code, same.stdout.as_str()), (Some(0), ""));
}

#[test]
fn two_folders() {
    let folder = Folder::new(&[
        ("old/same.yaml", "a: 1\n"),
        ("old/gone.yml", "b: 1\n"),
        ("old/ignored.txt", "x\n"),
        ("new/same.yaml", "a: 1\n"),
        ("new/deep/er.yaml", "c: 1\n"),
    ]);
    assert_snapshot!(folder.run(&["diff", "old", "new"]), @r#"
        exit 0
        ── stdout
        --- /dev/null
        +++ new/deep/er.yaml
        @@ -0,0 +1 @@
        +c: 1
        --- old/gone.yml
        +++ /dev/null
        @@ -1 +0,0 @@
        -b: 1
        ── stderr
        "#);
}

#[test]
fn secrets_are_covered() {
    let folder = Folder::new(&[
        ("old.yaml", "a: 1\nclientSecret: hush\n"),
        ("new.yaml", "a: 2\nclientSecret: psst\n"),
    ]);
    assert_snapshot!(folder.run(&["diff", "old.yaml", "new.yaml"]), @r#"
        exit 0
        ── stdout
        --- old.yaml
        +++ new.yaml
        @@ -1,2 +1,2 @@
        -a: 1
        -clientSecret: ****
        +a: 2
        +clientSecret: ****
        ── stderr
        "#);
}

#[test]
fn what_cannot_be_compared() {
    let folder = Folder::new(&[("a.yaml", "a: 1\n"), ("b/c.yaml", "a: 1\n")]);
    assert_eq!(folder.run(&["diff", "a.yaml", "b"]).code, Some(2));
    assert_eq!(folder.run(&["diff", "a.yaml", "missing.yaml"]).code, Some(3));
    folder.write("latin.yaml", b"name: Z\xfcrich\n");
    assert_eq!(folder.run(&["diff", "a.yaml", "latin.yaml"]).code, Some(3));
}
