//! `list`

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use insta::assert_snapshot;

use crate::support::{Folder, estate, program, run_on_seed};

#[test]
fn client_apps_as_understood() {
    assert_snapshot!(estate().run(&["list", "."]), @r#"
        exit 0
        ── stdout
        Portal  estate.yaml:2
          id                        11111111-1111-4111-8111-111111111111
          enabled                   true
          is public                 false
          lists                     Dashboard  estate.yaml:7

        Dashboard  estate.yaml:10
          id                        {{guid:dashboard}}
          enabled                   true
          is public                 false
          is restricted             false

        Service Principal  estate.yaml:17
          id                        {{guid:principal}}
          enabled                   true
          is restricted             false
          external identity         subject 123456789 of https://auth.external.com  estate.yaml:22

        Broker  estate.yaml:27
          id                        {{guid:broker}}
          enabled                   true
          is public                 false
          lists                     Service Principal  estate.yaml:32
        ── stderr
        "#);
}

#[test]
fn slips_are_listed_as_they_are() {
    let ran = run_on_seed(&["list", "cross-client.yaml", "service-principal.yaml"]);
    assert_snapshot!(ran, @r#"
        exit 0
        ── stdout
        ProAuth ExchangeToken Source TestClient A  cross-client.yaml:2
          id                        b8075fdb-ac4f-4c25-8f2a-2

        ProAuth ExchangeToken Target TestClient B  cross-client.yaml:7
          id                        ff64b54e-3d4f-426d-ad1a-da30ebed78ab
          lists                     unknown b8075fdb-ac4f-4c25-8f2a-2085a9addbf6  cross-client.yaml:11

        Service Principal  service-principal.yaml:2
          id                        c400a0ee-f266-45f2-8fba-f5884ed2e386
          external identity         subject 123456789 of https://auth.external.com  service-principal.yaml:6
        ── stderr
        "#);
}

#[test]
fn as_json() {
    let yaml = "!ClientAppDto\nid: a\nname: A\nenabled: no\nclientAppSecrets: [{value: hush}]\n\
                allowedTokenExchangeClientApps: [{id: b}, {name: C}]\n\
                clientAppFederatedIdentities: [{issuer: https://i, subject: 00123}]\n";
    let folder = Folder::new(&[("a.yaml", yaml)]);
    assert_snapshot!(folder.run(&["list", "a.yaml", "--format", "json"]), @r#"
        exit 0
        ── stdout
        {
          "version": 1,
          "clients": [
            {
              "id": "a",
              "name": "A",
              "subscription": null,
              "settings": [
                {
                  "label": "Enabled",
                  "key": "enabled",
                  "text": "no",
                  "at": {
                    "file": "a.yaml",
                    "line": 4,
                    "column": 10
                  }
                }
              ],
              "secrets": 1,
              "permissions": [
                {
                  "id": "b",
                  "name": null,
                  "defined": false,
                  "at": {
                    "file": "a.yaml",
                    "line": 6,
                    "column": 34
                  }
                },
                {
                  "id": null,
                  "name": null,
                  "defined": false,
                  "at": {
                    "file": "a.yaml",
                    "line": 6,
                    "column": 43
                  }
                }
              ],
              "identities": [
                {
                  "id": null,
                  "issuer": "https://i",
                  "subject": "00123",
                  "at": {
                    "file": "a.yaml",
                    "line": 7,
                    "column": 32
                  }
                }
              ],
              "secret_list": [
                {
                  "id": null,
                  "name": null,
                  "expires": null,
                  "created": null,
                  "value": "literal",
                  "at": {
                    "file": "a.yaml",
                    "line": 5,
                    "column": 20
                  }
                }
              ],
              "at": {
                "file": "a.yaml",
                "line": 2,
                "column": 1
              }
            }
          ]
        }
        ── stderr
        "#);
}

#[test]
fn what_cannot_be_read_is_told() {
    let folder = Folder::new(&[("a.yaml", "!ClientAppDto\nid: a\n---\nb: [\n")]);
    folder.write("b.yaml", b"name: Z\xfcrich\n");
    assert_snapshot!(folder.run(&["list", "."]), @r#"
        exit 3
        ── stdout
        a  a.yaml:2
          id                        a
        ── stderr
        warning: a.yaml:4:4: `[` is opened and never closed; the document is left out
        warning: b.yaml: the text is not UTF-8 (byte 7), it looks like Latin-1 (ISO 8859-1); save it as UTF-8 and open it again; the file is left out
        "#);
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

#[test]
fn everything_that_is_read_is_in_the_json_but_no_secret() {
    let yaml = "!ClientAppDto\nid: '{{guid:a}}'\nclientAppSecrets:\n- {id: s, value: hush, \
                expiresAt: 2027-01-31}\nclientAppLoginRedirectUris: [https://u:psst@a/cb]\n\
                scopes: [openid]\nroles: [SystemAdmin]\nmetadata: {owner: team, apiSecret: \
                whisper}\nisPublik: true\n---\n!SubscriptionDto\nid: t\ncustomerId: c\n";
    let folder = Folder::new(&[("a.yaml", yaml)]);
    let ran = folder.run(&["list", "a.yaml", "--format", "json"]);
    for secret in ["hush", "psst", "whisper"] {
        assert!(!ran.stdout.contains(secret), "{secret}");
    }
    let list: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    let client = &list["clients"][0];
    assert_eq!(list["version"], 1);
    assert_eq!(client["secret_list"][0]["expires"]["seconds"], 1_801_353_600);
    assert_eq!(client["secret_list"][0]["value"], "literal");
    assert_eq!(client["redirect_uris"][0]["purpose"], "login");
    assert_eq!(client["attached"][0]["list"], "Scopes");
    assert_eq!(client["roles"][0]["role"], "SystemAdmin");
    assert_eq!(client["metadata"][0]["value"], "team");
    assert_eq!(client["metadata"][1]["value"], serde_json::Value::Null);
    assert_eq!(client["unknown"][0]["meant"], "isPublic");
    assert_eq!(client["placeholders"][0]["name"], "a");
    assert_eq!(list["documents"][0]["parents"]["customerId"], "c");
}

#[test]
fn the_list_is_filtered_like_the_drawing() {
    let names = |more: &[&str]| -> Vec<String> {
        let ran = estate().run(&[&["list", ".", "--format", "json"], more].concat());
        assert_eq!(ran.code, Some(0), "{ran}");
        let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let clients = json["clients"].as_array().unwrap();
        clients.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&["--kind", "principal"]), ["Service Principal"]);
    assert_eq!(names(&["--text", "DASH"]), ["Dashboard"]);
    assert_eq!(names(&["--finding", "any"]), Vec::<String>::new());
    let yaml = "!ClientAppDto\nid: a\nname: A\n---\n!ClientAppDto\nid: b\nname: B\n\
                allowedTokenExchangeClientApps: [{id: gone}]\n";
    let ran = Folder::new(&[("a.yaml", yaml)]).run(&["list", ".", "--finding", "g-003"]);
    assert!(ran.stdout.starts_with("B ") && !ran.stdout.contains("\nA "), "{ran}");
    let ran = estate().run(&["list", ".", "--finding", "G-999"]);
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.stderr.contains("write the id of a rule as in G-003"), "{ran}");
    let ran = estate().run(&["list", ".", "--kind", "broker"]);
    assert!(ran.stdout.ends_with("Filtered: kind broker. The rest is left out.\n"), "{ran}");
}
