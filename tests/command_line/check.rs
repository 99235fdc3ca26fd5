//! `check`

use insta::assert_snapshot;

use crate::support::{ESTATE, Folder, estate, run_on_seed};

#[test]
fn the_cross_client_scenario_shows_its_slips() {
    assert_snapshot!(run_on_seed(&["check", "cross-client.yaml"]), @"");
}

#[test]
fn the_federation_scenario_shows_its_slip() {
    let ran = run_on_seed(&["check", "service-principal.yaml", "broker.yaml"]);
    assert_snapshot!(ran, @"");
}

#[test]
fn nothing_to_report() {
    assert_snapshot!(estate().run(&["check", "estate.yaml"]), @"");
}

#[test]
fn findings_as_json() {
    let folder = Folder::new(&[("a.yaml", "!ClientAppDto\nid: portal\nname: Portal\n")]);
    assert_snapshot!(folder.run(&["check", "a.yaml", "--format", "json"]), @"");
}

#[test]
fn broken_yaml_is_shown_and_its_neighbours_are_checked() {
    let broken = format!("{ESTATE}---\n!ClientAppDto\nid: a\nname: \"Broken\nenabled: [true\n");
    let folder = Folder::new(&[("broken.yaml", &broken), ("other.yaml", "!ClientAppDto\nid: x\n")]);
    assert_snapshot!(folder.run(&["check", "."]), @"");
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
    assert_snapshot!(folder.run(&["check", "a.yaml"]), @"");
    let other = folder.run(&["check", "a.yaml", "--reading", "target-lists-requester"]);
    assert!(!other.stdout.contains("C-003"), "{other}");
}

#[test]
fn the_lines_around_a_finding_do_not_show_secrets() {
    let secret = "!ClientAppDto\nid: portal\nclientAppSecrets:\n  - value: hush-hush\n    \
                  value: psst\nclientSecret: whisper\n";
    let folder = Folder::new(&[("a.yaml", secret), ("b.yaml", "clientSecret: [whisper\n")]);
    for format in ["human", "json"] {
        let ran = folder.run(&["check", ".", "--format", format]).to_string();
        for word in ["hush", "psst", "whisper"] {
            assert!(!ran.contains(word), "{ran}");
        }
        assert!(ran.contains("C-004") && ran.contains("Y-001") && ran.contains("Y-011"), "{ran}");
    }
}

#[test]
fn a_rule_explains_itself() {
    assert_snapshot!(estate().run(&["check", "--explain", "g-003"]), @"");
    assert_snapshot!(estate().run(&["check", "--explain", "X-1"]), @"");
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
