//! Presets of `exchange`, redeeming at a second server, and what is said where prediction and answer
//! differ.

use std::net::TcpListener;

use serde_json::Value;

use crate::serve_exchange::{PORTAL, Served, json};
use crate::support::estate;

fn free() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn a_grant_for_another_domain_is_issued_and_redeemed_there() {
    let (here, there) = (free(), free());
    let (home, other) = (format!("http://127.0.0.1:{here}"), format!("http://127.0.0.1:{there}"));
    let reading = "requester-lists-target";
    let domain = format!("{other}=Dashboard");
    let port = here.to_string();
    let served = Served::with(estate(), reading, &["--port", &port, "--domain", &domain]);
    let folder = estate();
    std::fs::write(
        folder.path().join("estate.yaml"),
        format!(
            "---\n!ClientAppDto\nid: \"{PORTAL}\"\nname: Portal\nallowedTokenExchangeClientApps:\n  - \
             id: account\n---\n!ClientAppDto\nid: account\nname: Account\n\
             clientAppFederatedIdentities:\n  - issuer: \"{home}\"\n    subject: alice\n\
             ---\n!ClientAppDto\nid: dash\nname: Dashboard\n"
        ),
    )
    .unwrap();
    let port = there.to_string();
    let _redeems = Served::with(folder, reading, &["--port", &port, "--trust-issuer", &home]);

    let token = served.user_token(PORTAL);
    let more = ["--preset", "chaining", "--audience", &other, "--redeem-at", &other];
    let ran = served.exchange(&token, PORTAL, &[&more[..], &["--format", "json"]].concat());
    assert_eq!(ran.code, Some(0), "{ran}");
    let report = json(&ran);
    assert_eq!(report["preset"], "chaining");
    assert_eq!(report["answer"]["body"]["token_type"], "N_A");
    assert_eq!(report["redemption"]["outcome"], "issued");
    assert_eq!(report["redemption"]["issued_token"]["claims"]["sub"], "account");
    assert!(!ran.stdout.contains("eyJ"), "{ran}");
    let ids = |checks: &Value| -> Vec<String> {
        let checks = checks.as_array().unwrap();
        checks.iter().map(|check| check["id"].as_str().unwrap().to_owned()).collect()
    };
    assert!(ids(&report["checks"]).contains(&"CHAIN-07".to_owned()));
    assert!(ids(&report["redemption"]["checks"]).contains(&"JWTB-11".to_owned()));

    let ran = served.exchange(&token, PORTAL, &[&more[..], &["--print-token"]].concat());
    assert!(ran.stdout.starts_with("eyJ") && ran.stdout.lines().count() == 1, "{ran}");
    assert!(ran.stderr.contains("The grant was redeemed for an access token (200)."), "{ran}");
}

/// The second server does not answer: what the first one did is known, and told.
#[test]
fn a_grant_that_nobody_redeems_is_reported() {
    // Nobody listens there once the port is given back.
    let other = format!("http://127.0.0.1:{}", free());
    let domain = format!("{other}=Dashboard");
    let served = Served::with(estate(), "requester-lists-target", &["--domain", &domain]);
    let token = served.user_token(PORTAL);
    let more = ["--preset", "chaining", "--audience", &other, "--redeem-at", &other];
    let ran = served.exchange(&token, PORTAL, &more);
    assert_eq!(ran.code, Some(4), "{ran}");
    assert!(ran.stdout.starts_with("A grant was issued (200).\n"), "{ran}");
    assert!(ran.stdout.contains("\nThe grant was not redeemed: "), "{ran}");
    assert!(ran.stderr.starts_with("error: "), "{ran}");
    assert!(
        ran.stderr.contains("hint: the grant was issued; only the server that redeems"),
        "{ran}"
    );

    let ran = served.exchange(&token, PORTAL, &[&more[..], &["--format", "json"]].concat());
    assert_eq!(ran.code, Some(4), "{ran}");
    let report = json(&ran);
    assert_eq!((&report["version"], &report["outcome"]), (&1.into(), &"issued".into()));
    assert_eq!(report["redemption"]["outcome"], "no-answer");
    let error = report["redemption"]["error"].as_str().unwrap();
    assert!(!error.is_empty() && ran.stderr.contains(error), "{ran}");

    // A script that wants the last token gets none.
    let ran = served.exchange(&token, PORTAL, &[&more[..], &["--print-token"]].concat());
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(4), ""), "{ran}");
    assert!(ran.stderr.contains("A grant was issued (200)."), "{ran}");
}

#[test]
fn a_transaction_token_is_issued_for_a_trust_domain() {
    let options = ["--trust-domain", "shop.example=Dashboard"];
    let served = Served::with(estate(), "requester-lists-target", &options);
    let token = served.user_token(PORTAL);
    let more = [
        "--preset",
        "transaction-token",
        "--audience",
        "shop.example",
        "--scope",
        "openid",
        "--format",
        "json",
    ];
    let ran = served.exchange(&token, PORTAL, &more);
    assert_eq!(ran.code, Some(0), "{ran}");
    let report = json(&ran);
    assert_eq!(report["answer"]["body"]["token_type"], "N_A");
    assert_eq!(report["issued_token"]["claims"]["aud"], "shop.example");
    assert_eq!(report["issued_token"]["claims"]["req_wl"], PORTAL);
}

#[test]
fn what_a_preset_forbids_is_not_sent() {
    let served = Served::new("requester-lists-target");
    let token = served.user_token(PORTAL);
    for (more, words) in [
        (&["--preset", "id-jag"][..], "JAG-02"),
        (
            &[
                "--preset",
                "id-jag",
                "--audience",
                "https://b.example/",
                "--subject-token-type",
                "jwt",
            ],
            "JAG-03",
        ),
        (
            &["--preset", "id-jag", "--requested-token-type", "jwt"],
            "leave --requested-token-type out",
        ),
        (&["--preset", "chaining"], "CHAIN-01"),
        (&["--preset", "transaction-token", "--audience", "a"], "TXN-03"),
        (&["--redeem-scope", "a"], "--redeem-at"),
        (
            &[
                "--preset",
                "transaction-token",
                "--audience",
                "a",
                "--scope",
                "a",
                "--redeem-at",
                "https://b.example",
            ],
            "Txn-Token",
        ),
    ] {
        let ran = served.exchange(&token, PORTAL, more);
        assert_eq!(ran.code, Some(2), "{more:?} {ran}");
        assert!(ran.stderr.contains(words), "{words}: {ran}");
    }
}

#[test]
fn where_prediction_and_answer_differ_both_arguments_are_told() {
    let served = Served::new("target-lists-requester");
    let token = served.user_token(PORTAL);
    let more = ["--audience", "Dashboard", "--predict", "estate.yaml"];
    let ran = served.exchange(&token, PORTAL, &more);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stdout.contains("CFG-01") && ran.stdout.contains("The server says:"), "{ran}");
    assert!(ran.stdout.contains("    holds: "), "{ran}");
    let report =
        json(&served.exchange(&token, PORTAL, &[&more[..], &["--format", "json"]].concat()));
    let agreement = &report["agreement"];
    assert_eq!(agreement["check"]["id"], "CFG-01");
    assert!(agreement["server"]["description"].is_string());
    let holds = agreement["configuration"]["hold"].as_array().unwrap();
    assert!(holds.iter().any(|step| step["at"][0].as_str().unwrap_or("").contains("estate.yaml:")));
}

#[test]
fn a_refused_identity_is_told_what_it_was_nearly() {
    let served = Served::new("requester-lists-target");
    let token = served.external_token("123456780");
    let ran = served.exchange(&token, "{{guid:broker}}", &["--predict", "estate.yaml"]);
    assert!(ran.stdout.contains("comes near"), "{ran}");
    assert!(ran.stdout.contains("in one letter"), "{ran}");
}
