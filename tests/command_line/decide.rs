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
    assert_snapshot!(ran, @r#"
        exit 0
        ── stdout
        Allowed as far as the files say: Portal may exchange a token of its user for a token of Dashboard. Not stated: subscription allows it.

          + Portal is described once, with the id 11111111-1111-4111-8111-111111111111.
              estate.yaml:2
          + Portal is enabled.
              estate.yaml:4
          + Portal is not public: it has a credential of its own.
              estate.yaml:5
          + Portal brings a token of its own user.
          + The list of Portal names Dashboard.
              estate.yaml:7
          + Dashboard is described once, with the id {{guid:dashboard}}.
              estate.yaml:10
          + Dashboard is enabled.
              estate.yaml:12
          + Dashboard is not restricted to assigned users.
              estate.yaml:14
          ? Whether Portal and Dashboard share a subscription is not stated.

        reading: requester-lists-target
        ── stderr
        "#);
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
    assert_snapshot!(ran, @r#"
        exit 1
        ── stdout
        Refused: The list of Dashboard does not name Portal.

          + Dashboard is described once, with the id {{guid:dashboard}}.
              estate.yaml:10
          + Dashboard is enabled.
              estate.yaml:12
          + Dashboard is not public: it has a credential of its own.
              estate.yaml:13
          + Dashboard brings a token of its own user.
          - The list of Dashboard does not name Portal.
          + Portal is described once, with the id 11111111-1111-4111-8111-111111111111.
              estate.yaml:2
          + Portal is enabled.
              estate.yaml:4
          ? Whether Portal is restricted to assigned users is not stated.
          ? Whether Dashboard and Portal share a subscription is not stated.

        reading: requester-lists-target
        ── stderr
        "#);
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
    assert_snapshot!(ran, @r#"
        exit 0
        ── stdout
        Allowed as far as the files say: Broker may exchange a token of https://auth.external.com for 123456789 for a token of Service Principal. Not stated: requester is enabled; requester has a credential; target is enabled; target is open to the subject; subscription allows it.

          + Broker is described once, with the id 39bda194-1967-4d8e-a190-60448d5c1ab3.
              broker.yaml:2
          ? Whether Broker is enabled is not stated.
          ? Whether Broker is public is not stated.
          + Service Principal holds an identity with exactly this issuer and subject.
              service-principal.yaml:6
          + The list of Broker names Service Principal.
              broker.yaml:6
          + Service Principal is described once, with the id c400a0ee-f266-45f2-8fba-f5884ed2e386.
              service-principal.yaml:2
          ? Whether Service Principal is enabled is not stated.
          ? Whether Service Principal is restricted to assigned users is not stated.
          ? Whether Broker and Service Principal share a subscription is not stated.

        reading: requester-lists-target
        ── stderr
        "#);
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
        @r#"
        exit 2
        ── stdout
        ── stderr
        error: no client app has the id or name Portl; did you mean Portal?
        "#
    );
    let code = |arguments: &[&str]| estate().run(arguments).code;
    assert_eq!(code(&["decide", ".", "--requester", "Portal"]), Some(2));
    assert_eq!(code(&["decide", ".", "--requester", "Portal", "--issuer", "https://i"]), Some(2));
    assert_eq!(code(&["decide", ".", "--subject-client", "Portal"]), Some(2));
}
