//! `reach`

use insta::assert_snapshot;

use crate::support::{Folder, estate};

/// Portal → Dashboard → Archive, and a partner through Broker to Service Principal and on.
const WAYS: &str = r#"!ClientAppDto
id: portal
name: Portal
enabled: true
isPublic: false
allowedTokenExchangeClientApps: [{id: dashboard}]
---
!ClientAppDto
id: dashboard
name: Dashboard
enabled: true
isPublic: false
allowedTokenExchangeClientApps: [{id: archive}]
---
!ClientAppDto
id: archive
name: Archive
enabled: true
isPublic: false
---
!ClientAppDto
id: principal
name: Principal
enabled: true
isPublic: false
clientAppFederatedIdentities: [{issuer: 'https://partner.example', subject: '7'}]
allowedTokenExchangeClientApps: [{id: archive}]
---
!ClientAppDto
id: broker
name: Broker
enabled: true
isPublic: false
allowedTokenExchangeClientApps: [{id: principal}]
"#;

pub fn ways() -> Folder {
    Folder::new(&[("ways.yaml", WAYS)])
}

#[test]
fn who_can_become_a_client_app() {
    assert_snapshot!(ways().run(&["reach", ".", "--to", "Archive"]), @"");
}

#[test]
fn chains_have_every_condition_of_every_hop() {
    assert_snapshot!(
        ways().run(&["reach", ".", "--from", "portal", "--to", "Archive", "--actor", "worst"]),
        @""
    );
}

#[test]
fn an_external_identity_to_every_token_it_can_end_in() {
    let ran = ways().run(&[
        "reach",
        ".",
        "--issuer",
        "https://partner.example",
        "--subject",
        "7",
        "--format",
        "json",
    ]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["version"], 1);
    let answers = json["answers"].as_array().unwrap();
    let found = |at: usize| -> Vec<&str> {
        let found = answers[at]["found"].as_array().unwrap();
        found.iter().map(|line| line["party"]["name"].as_str().unwrap()).collect()
    };
    assert_eq!((answers[0]["actor"].as_str(), found(0)), (Some("single"), vec!["Principal"]));
    assert_eq!(
        (answers[1]["actor"].as_str(), found(1)),
        (Some("worst"), vec!["Principal", "Archive"])
    );
    let way = &answers[1]["found"][1]["way"];
    assert_eq!(way["needs_credentials_of"][0]["name"], "Broker");
    assert_eq!(way["needs_credentials_of"][1]["name"], "Principal");
    assert_eq!(way["hops"][0]["permitted_by"][0]["line"], 33);
    let conditions = way["hops"][0]["conditions"].as_array().unwrap();
    assert!(conditions.iter().any(|it| it["id"] == "identity-match" && it["truth"] == "true"));
    assert!(conditions.iter().any(|it| it["truth"] == "not-stated"));
}

#[test]
fn under_the_origin_reading_a_broker_alone_gets_its_own_token() {
    let ran = ways().run(&[
        "reach",
        ".",
        "--issuer",
        "https://partner.example",
        "--subject",
        "7",
        "--actor",
        "single",
        "--all-readings",
        "--format",
        "csv",
    ]);
    assert_snapshot!(ran, @"");
}

#[test]
fn what_if() {
    assert_snapshot!(ways().run(&["reach", ".", "--without", "disable:Dashboard"]), @"");
    let folder = ways();
    let before = folder.read("ways.yaml");
    for (what, lost) in [
        // Broker and the partner lose Principal and Archive; the partner alone, when only it does.
        ("expire:Broker", 4),
        ("permission:Broker,principal", 4),
        ("identity:Principal,https://partner.example,7", 2),
        ("issuer:https://partner.example", 2),
    ] {
        let ran = folder.run(&["reach", ".", "--without", what, "--format", "json"]);
        assert_eq!(ran.code, Some(0), "{ran}");
        let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let change = &json["answers"][0];
        assert_eq!(change["kind"], "change");
        assert_eq!(change["lost"]["pairs"], lost, "{what}: {ran}");
        assert_eq!(change["gained"]["pairs"], 0);
    }
    assert_eq!(folder.read("ways.yaml"), before);
}

#[test]
fn a_question_with_the_answer_before_and_after() {
    let ran = ways().run(&[
        "reach",
        ".",
        "--to",
        "Archive",
        "--actor",
        "worst",
        "--without",
        "permission:Dashboard,Archive",
        "--format",
        "csv",
    ]);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let state = |state: &str| lines.iter().filter(|line| line.starts_with(state)).count();
    assert_eq!((state("now,"), state("supposed,")), (5, 3), "{ran}");
}

#[test]
fn nobody_is_an_answer_too() {
    let ran = ways().run(&["reach", ".", "--to", "Broker"]);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stdout.contains("Nobody."), "{ran}");
    let ran = ways().run(&["reach", ".", "--from", "Archive", "--to", "Portal"]);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stdout.contains("None."), "{ran}");
}

#[test]
fn what_is_asked_must_be_clear() {
    let code = |arguments: &[&str]| estate().run(arguments).code;
    assert_eq!(code(&["reach", "."]), Some(2));
    assert_eq!(code(&["reach", ".", "--from", "Nobody"]), Some(2));
    assert_eq!(code(&["reach", ".", "--issuer", "https://i"]), Some(2));
    assert_eq!(code(&["reach", ".", "--issuer", "https://i", "--subject", "1"]), Some(2));
    assert_eq!(code(&["reach", "missing", "--from", "Portal"]), Some(3));
    for what in [
        "x",
        "disable:",
        "disable:Nobody",
        "permission:Portal",
        "issuer:https://i",
        "identity:Portal,a,b",
    ] {
        let ran = estate().run(&["reach", ".", "--without", what]);
        assert_eq!(ran.code, Some(2), "{what}: {ran}");
    }
}
