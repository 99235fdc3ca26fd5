//! `decide`

use insta::assert_snapshot;

use crate::support::{estate, run_on_seed};

#[test]
fn allowed_between_client_apps() {
    let ran = estate().run(&[
        "decide",
        ".",
        "--requester",
        "Portal",
        "--subject-client",
        "portal",
        "--target",
        "{{guid:dashboard}}",
    ]);
    assert_snapshot!(ran, @"");
}

#[test]
fn refused_in_the_other_direction() {
    let ran = estate().run(&[
        "decide",
        ".",
        "--requester",
        "Dashboard",
        "--subject-client",
        "Dashboard",
        "--target",
        "11111111-1111-4111-8111-111111111111",
    ]);
    assert_snapshot!(ran, @"");
}

#[test]
fn the_reading_turns_it_round() {
    let ran = estate().run(&[
        "decide",
        ".",
        "--requester",
        "Dashboard",
        "--subject-client",
        "Dashboard",
        "--target",
        "Portal",
        "--reading",
        "target-lists-requester",
    ]);
    assert_eq!(ran.code, Some(0), "{ran}");
}

#[test]
fn federation_of_the_documented_scenario() {
    let ran = run_on_seed(&[
        "decide",
        "service-principal.yaml",
        "broker.yaml",
        "--requester",
        "Broker",
        "--issuer",
        "https://auth.external.com",
        "--subject",
        "123456789",
    ]);
    assert_snapshot!(ran, @"");
}

#[test]
fn as_json() {
    let ran = estate().run(&[
        "decide",
        ".",
        "--requester",
        "Broker",
        "--issuer",
        "https://auth.external.com",
        "--subject",
        "1",
        "--target",
        "Service Principal",
        "--format",
        "json",
    ]);
    assert_eq!(ran.code, Some(1), "{ran}");
    let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["version"], 1);
    assert_eq!(json["verdict"], "refused");
    assert_eq!(json["reading"], "requester-lists-target");
    assert_eq!(json["requester"]["name"], "Broker");
    assert_eq!(json["subject"]["kind"], "external");
    let steps = json["steps"].as_array().unwrap();
    let false_steps: Vec<_> = steps.iter().filter(|step| step["truth"] == "false").collect();
    assert_eq!(false_steps.len(), 1, "{steps:#?}");
    assert!(steps.iter().any(|step| step["evidence"][0]["line"].is_u64()), "{steps:#?}");
}

#[test]
fn who_is_meant_must_be_clear() {
    assert_snapshot!(
        estate().run(&["decide", ".", "--requester", "Portl", "--subject-client", "Portal"]),
        @""
    );
    let code = |arguments: &[&str]| estate().run(arguments).code;
    assert_eq!(code(&["decide", ".", "--requester", "Portal"]), Some(2));
    assert_eq!(code(&["decide", ".", "--requester", "Portal", "--issuer", "https://i"]), Some(2));
    assert_eq!(code(&["decide", ".", "--subject-client", "Portal"]), Some(2));
}
