//! `list`

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use insta::assert_snapshot;

use crate::support::{Folder, estate, program, run_on_seed};

#[test]
fn client_apps_as_understood() {
    assert_snapshot!(estate().run(&["list", "."]), @"");
}

#[test]
fn slips_are_listed_as_they_are() {
    let ran = run_on_seed(&["list", "cross-client.yaml", "service-principal.yaml"]);
    assert_snapshot!(ran, @"");
}

#[test]
fn as_json() {
    let yaml = "!ClientAppDto\nid: a\nname: A\nenabled: no\nclientAppSecrets: [{value: hush}]\n\
                allowedTokenExchangeClientApps: [{id: b}, {name: C}]\n\
                clientAppFederatedIdentities: [{issuer: https://i, subject: 00123}]\n";
    let folder = Folder::new(&[("a.yaml", yaml)]);
    assert_snapshot!(folder.run(&["list", "a.yaml", "--format", "json"]), @"");
}

#[test]
fn what_cannot_be_read_is_told() {
    let folder = Folder::new(&[("a.yaml", "!ClientAppDto\nid: a\n---\nb: [\n")]);
    folder.write("b.yaml", b"name: Z\xfcrich\n");
    assert_snapshot!(folder.run(&["list", "."]), @"");
}

#[test]
fn a_reader_that_hangs_up_is_no_error() {
    let clients: String =
        (0..4_000).map(|i| format!("---\n!ClientAppDto\nid: \"{{{{guid:c{i}}}}}\"\n")).collect();
    let folder = Folder::new(&[("many.yaml", &clients)]);
    let mut child = program(folder.path())
        .args(["list", "many.yaml"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::with_capacity(16, child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("{{guid:c0}}"), "{line}");
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
