//! What is made of a token before it is sent: whose it is, and for whom the new one comes out.

use exchange_studio::authority::{Planned, Prediction, predict};
use exchange_studio::config::ClientKey;
use exchange_studio::trust::{Reading, Subject, Verdict};
use serde_json::{Value, json};

use crate::authority_bench::*;

fn made_of(claims: &Value, targets: Vec<&str>) -> Result<Prediction, String> {
    let yaml = client(PORTAL, "Portal", &allows(&[DASHBOARD]))
        + &client(DASHBOARD, "Dashboard", "")
        + &client(PRINCIPAL, "Service Principal", &identity(ISSUER, SUBJECT))
        + &client(BROKER, "Broker", &allows(&[PRINCIPAL]));
    let audiences = [("https://dash.example".to_owned(), "Dashboard".to_owned())];
    let planned = Planned {
        requester: PORTAL,
        subject_claims: claims.as_object(),
        targets,
        audiences: &audiences,
    };
    predict(&project(&yaml), Reading::default(), &planned)
}

#[test]
fn a_users_token_is_known_by_its_audience_or_by_the_client_it_was_issued_to() {
    let portal = Subject::UserOf(ClientKey(0));
    for (claims, expected) in [
        (json!({ "iss": "https://as.example", "sub": "u", "aud": PORTAL }), &portal),
        (json!({ "iss": "https://as.example", "sub": "u", "client_id": PORTAL }), &portal),
        (json!({ "iss": "https://as.example", "sub": "u", "azp": PORTAL.to_uppercase() }), &portal),
        (json!({ "sub": "u", "aud": ["https://dash.example"] }), &Subject::UserOf(ClientKey(1))),
        // Two audiences that are two clients say nothing of whose it is; the client does.
        (json!({ "sub": "u", "aud": [PORTAL, DASHBOARD], "client_id": PORTAL }), &portal),
        // An issuer that the configuration trusts speaks of its own, whatever it calls them.
        (
            json!({ "iss": ISSUER, "sub": SUBJECT, "aud": PORTAL }),
            &Subject::External { issuer: ISSUER.into(), subject: SUBJECT.into() },
        ),
        (
            json!({ "iss": "https://else.example", "sub": "u", "client_id": "stranger" }),
            &Subject::External { issuer: "https://else.example".into(), subject: "u".into() },
        ),
    ] {
        let prediction = made_of(&claims, vec![]).unwrap();
        assert_eq!(&prediction.decision.question.subject, expected, "{claims}");
    }
}

#[test]
fn a_target_is_chosen_by_what_names_a_client_and_the_rest_is_said() {
    let claims = json!({ "sub": "u", "client_id": PORTAL });
    let prediction = made_of(&claims, vec!["https://dash.example", "Dashboard"]).unwrap();
    assert_eq!(prediction.decision.target, Some(ClientKey(1)));
    assert_ne!(prediction.decision.verdict(), Verdict::Refused);
    assert!(prediction.assumptions.is_empty());
    let prediction = made_of(&claims, vec!["https://target-audience"]).unwrap();
    assert_eq!(prediction.decision.question.target, None);
    assert_eq!(prediction.decision.target, Some(ClientKey(1)), "the only one on the list");
    assert!(prediction.assumptions[0].contains("https://target-audience"));
}

#[test]
fn what_cannot_be_predicted_says_why() {
    let claims = json!({ "sub": "u", "client_id": PORTAL });
    for (claims, targets, why) in [
        (&Value::Null, vec![], "cannot be read"),
        (&json!({ "sub": "u" }), vec![], "no issuer and subject"),
        (&claims, vec!["Dashboard", "Broker"], "several client apps"),
    ] {
        let error = made_of(claims, targets).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
}
