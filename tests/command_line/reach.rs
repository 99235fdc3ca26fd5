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
    assert_snapshot!(ways().run(&["reach", ".", "--to", "Archive"]), @r#"
        exit 0
        ── stdout
        Who can become Archive, single actor
        Single actor: what one party can do with the credential of one client app (for an external identity: its token and the credential of the one broker that brings it). Reading: requester-lists-target.
        2 client apps.

          Dashboard  1 hop
              Dashboard → Archive; takes the credential of Dashboard
              ways.yaml:13
              not stated: target is open to the subject; subscription allows it

          Principal  1 hop
              Principal → Archive; takes the credential of Principal
              ways.yaml:27
              not stated: target is open to the subject; subscription allows it

        Who can become Archive, worst case
        Worst case: what can be done with the credentials of everybody on the way. It is potential: each hop needs the client app that asks. Reading: requester-lists-target.
        4 client apps and 1 external identity.

          Dashboard  1 hop
              Dashboard → Archive; takes the credential of Dashboard
              ways.yaml:13
              not stated: target is open to the subject; subscription allows it

          Principal  1 hop
              Principal → Archive; takes the credential of Principal
              ways.yaml:27
              not stated: target is open to the subject; subscription allows it

          Portal  2 hops
              Portal → Dashboard → Archive; takes the credentials of Portal and Dashboard
              ways.yaml:6, ways.yaml:13
              not stated: target is open to the subject; subscription allows it

          Broker  2 hops
              Broker → Principal → Archive; takes the credentials of Broker and Principal
              ways.yaml:34, ways.yaml:27
              not stated: target is open to the subject; subscription allows it

          7 of https://partner.example  2 hops
              7 of https://partner.example → Principal → Archive; takes the credentials of Broker and Principal
              ways.yaml:26, ways.yaml:34, ways.yaml:27
              not stated: target is open to the subject; subscription allows it
        ── stderr
        "#);
}

#[test]
fn chains_have_every_condition_of_every_hop() {
    assert_snapshot!(
        ways().run(&["reach", ".", "--from", "portal", "--to", "Archive", "--actor", "worst"]),
        @r#"
        exit 0
        ── stdout
        Chains from Portal to Archive, worst case
        Worst case: what can be done with the credentials of everybody on the way. It is potential: each hop needs the client app that asks. Reading: requester-lists-target.

        1. Portal → Dashboard → Archive
           2 hops; takes the credentials of Portal and Dashboard.
           Portal exchanges a token of its user for one of Dashboard; this takes the credential of Portal.
             + Portal is described once, with the id portal.
                 ways.yaml:2
             + Portal is enabled.
                 ways.yaml:4
             + Portal is not public: it has a credential of its own.
                 ways.yaml:5
             + Portal brings a token of its own user.
             + The list of Portal names Dashboard.
                 ways.yaml:6
             + Dashboard is described once, with the id dashboard.
                 ways.yaml:9
             + Dashboard is enabled.
                 ways.yaml:11
             ? Whether Dashboard is restricted to assigned users is not stated.
             ? Whether Portal and Dashboard share a subscription is not stated.
           Dashboard exchanges a token of its user for one of Archive; this takes the credential of Dashboard.
             + Dashboard is described once, with the id dashboard.
                 ways.yaml:9
             + Dashboard is enabled.
                 ways.yaml:11
             + Dashboard is not public: it has a credential of its own.
                 ways.yaml:12
             + Dashboard brings a token of its own user.
             + The list of Dashboard names Archive.
                 ways.yaml:13
             + Archive is described once, with the id archive.
                 ways.yaml:16
             + Archive is enabled.
                 ways.yaml:18
             ? Whether Archive is restricted to assigned users is not stated.
             ? Whether Dashboard and Archive share a subscription is not stated.

        There are no others.
        ── stderr
        "#
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
    // The identity, and the entry of the broker's list.
    let lines = way["hops"][0]["permitted_by"].as_array().unwrap();
    let lines: Vec<_> = lines.iter().map(|at| at["line"].as_u64().unwrap()).collect();
    assert_eq!(lines, [26, 34]);
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
    assert_snapshot!(ran, @r#"
        exit 0
        ── stdout
        state,reading,actor,question,asked,kind,id,name,issuer,subject,hops,verdict,way,needs credentials of,evidence
        now,requester-lists-target,single,can become,7 of https://partner.example,client,principal,Principal,,,1,allowed-if-not-stated,7 of https://partner.example → Principal,Broker,ways.yaml:26; ways.yaml:34
        now,requester-lists-origin,single,can become,7 of https://partner.example,client,principal,Principal,,,1,allowed-if-not-stated,7 of https://partner.example → Principal,Broker,ways.yaml:26; ways.yaml:34
        now,requester-lists-origin,single,can become,7 of https://partner.example,client,broker,Broker,,,2,allowed-if-not-stated,7 of https://partner.example → Principal → Broker,Broker,ways.yaml:26; ways.yaml:34; ways.yaml:34
        now,target-lists-requester,single,can become,7 of https://partner.example,client,principal,Principal,,,1,allowed-if-not-stated,7 of https://partner.example → Principal,Archive,ways.yaml:26; ways.yaml:27
        ── stderr
        "#);
}

#[test]
fn what_if() {
    assert_snapshot!(ways().run(&["reach", ".", "--without", "disable:Dashboard"]), @r#"
        exit 0
        ── stdout
        What changes if Dashboard is disabled
        Access lost: 3 pairs of who can become whom, worst case; 2 hops.
          - Portal can become Dashboard  1 hop
              Portal → Dashboard; takes the credential of Portal
              ways.yaml:6
              not stated: target is open to the subject; subscription allows it
          - Dashboard can become Archive  1 hop
              Dashboard → Archive; takes the credential of Dashboard
              ways.yaml:13
              not stated: target is open to the subject; subscription allows it
          - Portal can become Archive  2 hops
              Portal → Dashboard → Archive; takes the credentials of Portal and Dashboard
              ways.yaml:6, ways.yaml:13
              not stated: target is open to the subject; subscription allows it
        reading: requester-lists-target
        ── stderr
        "#);
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

#[test]
fn a_filter_leaves_out_what_is_listed_but_not_the_way() {
    let ran = ways().run(&["reach", ".", "--to", "Archive", "--actor", "worst", "--text", "port"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.stdout.contains("\n1 client app.\n"), "{ran}");
    assert!(ran.stdout.contains("Portal → Dashboard → Archive"), "{ran}");
    assert!(ran.stdout.ends_with("Filtered: text “port”. The rest is left out.\n"), "{ran}");
    let chains = ["reach", ".", "--from", "Portal", "--to", "Archive", "--format", "json"];
    let found = |more: &[&str]| {
        let ran = ways().run(&[&chains[..], more].concat());
        let json: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
        let chains = json["answers"][1]["chains"].as_array().unwrap().len();
        (chains, json["filter"].as_str().map(str::to_owned), ran.code)
    };
    assert_eq!(found(&[]), (1, None, Some(0)));
    let filter = "kind client; text “a”".to_owned();
    assert_eq!(found(&["--kind", "client", "--text", "a"]), (1, Some(filter), Some(0)));
    // Dashboard, in the middle, does not pass.
    let filter = "text “r”".to_owned();
    assert_eq!(found(&["--text", "port"]).0, 0);
    assert_eq!(found(&["--text", "r"]), (1, Some(filter), Some(0)));
}
