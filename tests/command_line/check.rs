//! `check`

use std::path::Path;

use insta::assert_snapshot;

use crate::support::{ESTATE, Folder, estate, run_in, run_on_seed};

#[test]
fn the_cross_client_scenario_shows_its_slips() {
    assert_snapshot!(run_on_seed(&["check", "cross-client.yaml"]), @r#"
        exit 1
        ── stdout
        medium[Y-003]: The id of 'ProAuth ExchangeToken Source TestClient A', 'b8075fdb-ac4f-4c25-8f2a-2', is neither a GUID nor a placeholder; it looks cut short.
         --> cross-client.yaml:2:5
          |
        2 | id: b8075fdb-ac4f-4c25-8f2a-2
          |     ^^^^^^^^^^^^^^^^^^^^^^^^^
          |
          = help: A list names 'b8075fdb-ac4f-4c25-8f2a-2085a9addbf6', which begins the same and which no document defines. If it is this client app, complete the id here.

        info[Y-015]: 'ProAuth ExchangeToken Source TestClient A' leaves settings out here.
         --> cross-client.yaml:4:1
          |
        4 | # ...
          | ^^^^^
          |
          = help: Check the whole configuration where you can, or read 'not stated' as a question to ask.

        info[Y-015]: 'ProAuth ExchangeToken Target TestClient B' leaves settings out here.
         --> cross-client.yaml:9:1
          |
        9 | # ...
          | ^^^^^
          |
          = help: Check the whole configuration where you can, or read 'not stated' as a question to ask.

        high[G-003]: 'ProAuth ExchangeToken Target TestClient B' lists 'b8075fdb-ac4f-4c25-8f2a-2085a9addbf6', which no document of the project defines.
          --> cross-client.yaml:11:5
           |
        11 |   - id: "b8075fdb-ac4f-4c25-8f2a-2085a9addbf6"
           |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           |
          ::: cross-client.yaml:2:5
           |
         2 | id: b8075fdb-ac4f-4c25-8f2a-2
           |     ------------------------- perhaps this one
           |
           = help: Did you mean 'ProAuth ExchangeToken Source TestClient A', whose id is 'b8075fdb-ac4f-4c25-8f2a-2'? Make the two agree.

        ── stderr
        4 findings: 1 high, 1 medium, 2 info. Checked 2 client apps in 1 file.
        "#);
}

#[test]
fn the_federation_scenario_shows_its_slip() {
    let ran = run_on_seed(&["check", "service-principal.yaml", "broker.yaml"]);
    assert_snapshot!(ran, @r#"
        exit 1
        ── stdout
        info[Y-015]: 'Service Principal' leaves settings out here.
         --> service-principal.yaml:4:1
          |
        4 | # ...
          | ^^^^^
          |
          = help: Check the whole configuration where you can, or read 'not stated' as a question to ask.

        high[F-021]: The subject 123456789 on 'Service Principal' is not quoted, and other readers take it for a number.
         --> service-principal.yaml:8:14
          |
        8 |     subject: 123456789
          |              ^^^^^^^^^
          |
          = help: Put quotes around it: "123456789".

        info[Y-015]: 'Broker' leaves settings out here.
         --> broker.yaml:4:1
          |
        4 | # ...
          | ^^^^^
          |
          = help: Check the whole configuration where you can, or read 'not stated' as a question to ask.

        ── stderr
        3 findings: 1 high, 2 info. Checked 2 client apps in 2 files.
        Further findings under other readings: 1 under target-lists-requester (--reading).
        "#);
}

#[test]
fn nothing_to_report() {
    assert_snapshot!(estate().run(&["check", "estate.yaml"]), @r#"
        exit 0
        ── stdout
        ── stderr
        No findings. Checked 4 client apps in 1 file.
        Further findings under other readings: 1 under target-lists-requester (--reading).
        "#);
}

#[test]
fn findings_as_json() {
    let folder = Folder::new(&[("a.yaml", "!ClientAppDto\nid: portal\nname: Portal\n")]);
    assert_snapshot!(folder.run(&["check", "a.yaml", "--format", "json"]), @r#"
        exit 0
        ── stdout
        {
          "version": 1,
          "reading": "requester-lists-target",
          "files": 1,
          "clients": 1,
          "summary": {
            "critical": 0,
            "high": 0,
            "medium": 1,
            "low": 0,
            "info": 0
          },
          "findings": [
            {
              "rule": "Y-003",
              "title": "Malformed id",
              "severity": "medium",
              "confidence": "high",
              "message": "The id of 'Portal', 'portal', is neither a GUID nor a placeholder.",
              "help": "Write the whole GUID (8-4-4-4-12 hexadecimal digits), or a quoted placeholder such as \"{{guid:portal}}\".",
              "at": {
                "file": "a.yaml",
                "line": 2,
                "column": 5,
                "end_line": 2,
                "end_column": 11
              },
              "related": [],
              "readings": null,
              "references": [
                "RFC 9562 §4",
                "NIST SP 800-53 IA-4"
              ],
              "fingerprint": "Y-003|portal|portal"
            }
          ]
        }
        ── stderr
        "#);
}

#[test]
fn broken_yaml_is_shown_and_its_neighbours_are_checked() {
    let broken = format!("{ESTATE}---\n!ClientAppDto\nid: a\nname: \"Broken\nenabled: [true\n");
    let folder = Folder::new(&[("broken.yaml", &broken), ("other.yaml", "!ClientAppDto\nid: x\n")]);
    assert_snapshot!(folder.run(&["check", "."]), @r#"
        exit 1
        ── stdout
        high[Y-011]: Line 37, column 1 is not valid YAML: a quoted text has no closing quote, or its next line is not indented.
          --> broken.yaml:37:1
           |
        37 | enabled: [true
           | ^
           |
           = help: Correct the line that is shown; often the cause is on the line before it.

        medium[Y-003]: The id of 'x', 'x', is neither a GUID nor a placeholder.
         --> other.yaml:2:5
          |
        2 | id: x
          |     ^
          |
          = help: Write the whole GUID (8-4-4-4-12 hexadecimal digits), or a quoted placeholder such as "{{guid:portal}}".

        ── stderr
        2 findings: 1 high, 1 medium. Checked 5 client apps in 2 files.
        Further findings under other readings: 1 under target-lists-requester (--reading).
        "#);
}

#[test]
fn the_level_that_fails_is_chosen() {
    let folder = Folder::new(&[("a.yaml", "!ClientAppDto\nid: portal\n")]);
    let code = |level| folder.run(&["check", "a.yaml", "--fail-on", level]).code;
    assert_eq!(code("high"), Some(0));
    assert_eq!(code("medium"), Some(1));
    assert_eq!(code("info"), Some(1));
    assert_eq!(code("never"), Some(0));
    assert_eq!(code("worst"), Some(2));
}

#[test]
fn a_finding_that_depends_on_the_reading_says_so() {
    let public = ESTATE.replacen("isPublic: false", "isPublic: true", 1);
    let folder = Folder::new(&[("a.yaml", &public)]);
    assert_snapshot!(folder.run(&["check", "a.yaml"]), @r#"
        exit 1
        ── stdout
        critical[C-003]: 'Portal' is public, so anybody can ask in its name, and it may exchange with 'Dashboard'.
         --> a.yaml:5:11
          |
        5 | isPublic: true
          |           ^^^^ public here
        6 | allowedTokenExchangeClientApps:
        7 |   - id: "{{guid:dashboard}}"
          |     ------------------------ permitted here
          |
          = help: Let a confidential client app ask instead, or take the permission back.
          = note: only under the reading requester-lists-target or requester-lists-origin

        ── stderr
        1 finding: 1 critical. Checked 4 client apps in 1 file.
        Further findings under other readings: 1 under target-lists-requester (--reading).
        "#);
    let other = folder.run(&["check", "a.yaml", "--reading", "target-lists-requester"]);
    assert!(!other.stdout.contains("C-003"), "{other}");
    assert!(other.stderr.contains(
        "Further findings under other readings: 1 under requester-lists-target, 1 under \
         requester-lists-origin (--reading)."
    ));
}

#[test]
fn the_lines_around_a_finding_do_not_show_secrets() {
    let secret = "!ClientAppDto\nid: portal\nclientAppSecrets:\n  - value: hush-hush\n    \
                  value: psst\nclientSecret: whisper\n\
                  clientAppFederatedIdentities: [{issuer: \"http://me:murmur@i.net\", subject: s}]\n";
    let folder = Folder::new(&[("a.yaml", secret), ("b.yaml", "clientSecret: [whisper\n")]);
    for format in ["human", "json"] {
        let ran = folder.run(&["check", ".", "--format", format]).to_string();
        for word in ["hush", "psst", "whisper", "murmur"] {
            assert!(!ran.contains(word), "{ran}");
        }
        assert!(ran.contains("C-004") && ran.contains("Y-001") && ran.contains("Y-011"), "{ran}");
        assert!(ran.contains("F-003") && ran.contains("F-004"), "{ran}");
    }
}

#[test]
fn a_rule_explains_itself() {
    assert_snapshot!(estate().run(&["check", "--explain", "g-003"]), @r#"
        exit 0
        ── stdout
        G-003  A reference to a client app that no document defines

        Why it matters
          Either the id is mistyped, and the permission that seems to be there is not;
          or the client app does not exist yet, and whoever creates one with that id
          later inherits the permission.

        What to do
          Correct the id, remove the entry, or open the file that defines the client app
          together with this one.

        Severity    high
        Confidence  high
        References  CWE-1188
                    MITRE ATT&CK T1098
                    NIST SP 800-53 CM-3
        ── stderr
        "#);
    assert_snapshot!(estate().run(&["check", "--explain", "X-1"]), @r#"
        exit 2
        ── stdout
        ── stderr
        error: there is no rule 'X-1'
          hint: exchange-studio check --explain all lists them
        "#);
    let all = estate().run(&["check", "--explain", "all"]);
    assert!(all.stdout.lines().count() >= 35, "{all}");
}

#[test]
fn fingerprints_do_not_depend_on_lines() {
    let prints = |text: &str| {
        let folder = Folder::new(&[("a.yaml", text)]);
        let json = folder.run(&["check", "a.yaml", "--format", "json"]).stdout;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        let findings = json["findings"].as_array().unwrap().clone();
        let mut prints: Vec<_> =
            findings.iter().map(|it| it["fingerprint"].as_str().unwrap().to_owned()).collect();
        prints.sort();
        prints
    };
    let text =
        "!ClientAppDto\nid: a\nallowedTokenExchangeClientApps: [{id: b}, {id: b}, {id: a}]\n";
    let block = "# moved\n\n!ClientAppDto\nname: A\nallowedTokenExchangeClientApps:\n  - id: 'b'\n  \
                 - id: \"b\"\n  - id: a\nid: a\n";
    assert_eq!(prints(text), prints(block));
    assert!(prints(text).len() >= 5);
}

#[test]
fn the_samples_show_what_they_were_made_to_show() {
    let samples = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/samples"));
    for clean in ["cross-client", "service-principal"] {
        let ran = run_in(samples, &["check", clean, "--fail-on", "info"]);
        assert_eq!(ran.code, Some(0), "{ran}");
    }
    let json = run_in(samples, &["check", "estate", "--format", "json"]).stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let findings = json["findings"].as_array().unwrap().iter();
    let lines = findings.map(|finding| {
        let (at, rule) = (&finding["at"], finding["rule"].as_str().unwrap());
        format!("{rule} {} {}\n", finding["severity"], at["file"]).replace('"', "")
    });
    assert_snapshot!(lines.collect::<String>(), @r#"
        C-001 low estate/fernhollow/archive.yaml
        G-002 high estate/fernhollow/claims.yaml
        G-003 high estate/fernhollow/claims.yaml
        C-006 high estate/fernhollow/claims.yaml
        C-003 critical estate/fernhollow/digital.yaml
        C-006 high estate/fernhollow/digital.yaml
        G-005 medium estate/fernhollow/integration.yaml
        G-008 low estate/fernhollow/integration.yaml
        F-003 critical estate/fernhollow/integration.yaml
        G-003 high estate/tansy-and-rook/sales.yaml
        "#);
}
