//! The studio's client at a server of idpyoidc: what the library does well, and what it does wrongly,
//! which the report must say.

use std::sync::Arc;

use exchange_studio::exchange::checks::Level;
use exchange_studio::exchange::keys::{SigningAlgorithm, SigningKey};
use exchange_studio::exchange::mac::MacAlgorithm;
use exchange_studio::exchange::report::Outcome;
use exchange_studio::exchange::token_type::{ACCESS_TOKEN, ID_TOKEN, REFRESH_TOKEN, SAML2};
use exchange_studio::exchange::{
    AssertionAudience, Client, ClientAuth, FollowUp, Simulation, discover, follow_up, simulate,
};
use secrecy::SecretString;

use crate::client_faults::{http, level};
use crate::real_servers::*;

/// The token ends long before `expires_in` says so, is for nobody, and does not say that it is an
/// access token; introspection repeats the wrong end.
const USUAL: [&str; 4] = ["RES-05 warn", "TOK-03 dialect", "TOK-04 warn", "INT-02 warn"];

async fn user_token() -> SecretString {
    // offline_access is given to those who ask for consent alone (OpenID Connect Core §11).
    let extra = [("prompt", "consent"), ("nonce", "a-nonce-of-the-tests")];
    let client = IDPYOIDC.basic(LOGIN);
    let scope = "openid profile offline_access";
    sign_in(&IDPYOIDC.started, &client, scope, &extra).await.access_token
}

/// The gateway exchanges a user's token for one of Dashboard.
async fn gateway() -> Simulation {
    let server = IDPYOIDC.started.server();
    exchange_of(server, IDPYOIDC.basic(GATEWAY), &user_token().await, "dashboard")
}

#[tokio::test]
async fn its_metadata_is_found_in_the_place_of_openid() {
    let metadata = discover(&http(), &IDPYOIDC.started.issuer).await.unwrap();
    assert!(metadata.found_at.path().ends_with("/openid-configuration"));
    let wrong: Vec<_> = metadata.checks.iter().filter(|c| c.level > Level::Note).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_permitted_exchange_is_impersonation() {
    let report = run(&gateway().await).await;
    let token = claims(&issued(&report, &USUAL));
    assert_eq!(token["client_id"], GATEWAY);
    assert!(token.get("act").is_none() && token.get("aud").is_none(), "{token}");
    let times = token["exp"].as_i64().unwrap() - token["iat"].as_i64().unwrap();
    let said = report.answer.body.as_ref().unwrap()["expires_in"].as_i64().unwrap();
    assert!(times == 60 && said > 500, "it is right now: {times} {said}");
    for id in ["DIS-07", "RES-01", "RES-03", "RES-07", "RES-13", "TOK-01", "TOK-02", "INT-01"] {
        assert_eq!(level(&report, id), Level::Pass, "{id}");
    }
    // Receivers cannot tell the two clients apart.
    assert_eq!(level(&report, "TOK-09"), Level::Note);
}

#[tokio::test]
async fn a_client_shows_who_it_is_in_four_ways() {
    let mut simulation = gateway().await;
    // It takes an assertion that is meant for the very endpoint it is sent to, and no other.
    let audience = || AssertionAudience::TokenEndpoint;
    let key = |key: &SigningKey, audience| ClientAuth::PrivateKeyJwt {
        key: Box::new(key.clone()),
        audience,
    };
    let algorithm = MacAlgorithm::Hs256;
    let mac = |secret, audience| ClientAuth::SecretJwt { secret, algorithm, audience };
    let stranger = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let wrong = || SecretString::from("a secret that is long enough to sign with, and another one");
    let right = [
        ClientAuth::Basic(IDPYOIDC.secret()),
        ClientAuth::Post(IDPYOIDC.secret()),
        key(&IDPYOIDC.key, audience()),
        mac(IDPYOIDC.secret(), audience()),
        key(&IDPYOIDC.key, AssertionAudience::Endpoint),
        mac(IDPYOIDC.secret(), AssertionAudience::Endpoint),
    ];
    for auth in right {
        let elsewhere = auth
            .assertion()
            .is_some_and(|(_, audience)| *audience == AssertionAudience::TokenEndpoint);
        simulation.client = Client::new(KEYED, auth);
        let report = run(&simulation).await;
        let name = report.client_auth.name();
        assert_eq!(report.outcome, Outcome::Issued, "{name}: {}", report.sentence());
        assert_eq!(level(&report, "DIS-07"), Level::Pass, "{name}");
        // At its introspection endpoint the assertion has to be meant for that one.
        let asked = if elsewhere { Level::Warn } else { Level::Pass };
        assert_eq!(level(&report, "INT-01"), asked, "{name}");
    }
    let wrong = [
        ClientAuth::Basic(wrong()),
        ClientAuth::Post(wrong()),
        key(&stranger, audience()),
        mac(wrong(), audience()),
        key(&IDPYOIDC.key, AssertionAudience::Issuer),
        ClientAuth::None,
    ];
    for auth in wrong {
        simulation.client = Client::new(KEYED, auth);
        let report = run(&simulation).await;
        let name = report.client_auth.name();
        let refusal =
            report.refusal.as_ref().unwrap_or_else(|| panic!("{name}: {}", report.sentence()));
        assert_eq!(
            (report.answer.status, refusal.error.as_str()),
            (401, "invalid_client"),
            "{name}"
        );
    }
}

#[tokio::test]
async fn the_policy_of_a_client_limits_audience_resource_and_scope() {
    let simulation = gateway().await;
    let mut other = simulation.clone();
    other.request.audience = vec!["billing".to_owned()];
    refused(&run(&other).await, 400, "invalid_target", &[]);
    other.request.audience.clear();
    other.request.resource = vec!["https://billing.example".to_owned()];
    refused(&run(&other).await, 400, "invalid_target", &[]);
    other.request.resource = vec!["https://dashboard.example".to_owned()];
    issued(&run(&other).await, &USUAL);

    let mut less = simulation.clone();
    less.request.scope = "openid".to_owned();
    let report = run(&less).await;
    assert_eq!(claims(&issued(&report, &USUAL))["scope"], "openid");
    assert_eq!(level(&report, "RES-06"), Level::Pass);
    less.request.scope = "admin".to_owned();
    refused(&run(&less).await, 400, "invalid_scope", &[]);
    // A part of what was asked for is given, and said.
    let mut keyed = simulation;
    keyed.client.id = KEYED.to_owned();
    keyed.request.scope = "openid offline_access".to_owned();
    let report = run(&keyed).await;
    issued(&report, &USUAL);
    assert_eq!(level(&report, "RES-06"), Level::Note);
}

#[tokio::test]
async fn access_refresh_and_id_tokens_are_issued() {
    let mut simulation = gateway().await;
    simulation.request.requested_token_type = REFRESH_TOKEN.to_owned();
    let report = run(&simulation).await;
    let refresh = issued(&report, &["RES-05 warn", "TOK-04 warn", "TOK-06 warn", "INT-02 warn"]);
    assert_eq!(report.answer.body.as_ref().unwrap()["token_type"], "N_A");
    assert_eq!(level(&report, "RES-04"), Level::Pass);
    simulation.request.requested_token_type = ID_TOKEN.to_owned();
    let report = run(&simulation).await;
    // It is for the gateway itself, and introspection knows nothing of it.
    let id_token = claims(&issued(&report, &["RES-05 warn", "TOK-04 warn"]));
    assert_eq!(id_token["aud"], serde_json::json!([GATEWAY]));
    assert_eq!(level(&report, "INT-01"), Level::Note);
    simulation.request.requested_token_type = SAML2.to_owned();
    refused(&run(&simulation).await, 400, "invalid_request", &[]);

    // The refresh token as a subject, which names no other audience.
    simulation.request.subject_token = refresh;
    simulation.request.subject_token_type = REFRESH_TOKEN.to_owned();
    simulation.request.requested_token_type = ACCESS_TOKEN.to_owned();
    refused(&run(&simulation).await, 400, "invalid_target", &[]);
    simulation.request.audience.clear();
    let report = run(&simulation).await;
    assert_eq!(report.outcome, Outcome::Issued, "{}", report.sentence());
    assert_eq!(level(&report, "REQ-22"), Level::Note);
}

#[tokio::test]
async fn an_actor_token_and_a_missing_type_are_refused() {
    let simulation = gateway().await;
    let mut acting = simulation.clone();
    acting.request.actor_token = acting.request.subject_token.clone();
    acting.request.actor_token_type = ACCESS_TOKEN.to_owned();
    refused(&run(&acting).await, 400, "invalid_request", &[]);
    let mut untyped = simulation;
    untyped.request.subject_token_type.clear();
    refused(&run(&untyped).await, 400, "invalid_request", &["REQ-04 fail"]);
}

#[tokio::test]
async fn a_proof_that_is_ignored_is_seen() {
    let mut simulation = gateway().await;
    let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    simulation.client.dpop = Some(Arc::new(key));
    let report = run(&simulation).await;
    issued(
        &report,
        &[
            "DIS-08 warn",
            "RES-05 warn",
            "RES-08 warn",
            "TOK-03 dialect",
            "TOK-04 warn",
            "TOK-13 warn",
            "INT-02 warn",
        ],
    );
}

#[tokio::test]
async fn a_server_that_fails_is_reported_and_not_followed() {
    let mut simulation = gateway().await;
    simulation.client = IDPYOIDC.basic(DAEMON);
    simulation.request.requested_token_type = ID_TOKEN.to_owned();
    let report = run(&simulation).await;
    assert_eq!((report.answer.status, report.outcome), (500, Outcome::Unusable));
    assert_eq!(findings(&report), ["ERR-01 fail", "ERR-02 fail"]);
    assert!(report.sentence().contains("web page"), "{}", report.sentence());
    // A client's second token for itself.
    let daemon = IDPYOIDC.basic(DAEMON);
    let first = own_token(&IDPYOIDC.started, &daemon, "openid").await.unwrap();
    // How it is used is not one of the registered ways.
    assert_eq!(first.token_type.as_deref(), Some("access_token"));
    let error = own_token(&IDPYOIDC.started, &daemon, "openid").await.unwrap_err();
    assert!(error.message.contains("answered 500") && error.message.contains("HTML"), "{error}");
}

#[tokio::test]
async fn a_token_is_revoked_by_the_client_that_has_it() {
    // The client exchanges its own token, so that it may revoke it.
    let server = IDPYOIDC.started.server();
    let token = user_token().await;
    let simulation = exchange_of(server, IDPYOIDC.basic(LOGIN), &token, "dashboard");
    let now = std::time::SystemTime::now();
    let mut report = simulate(&http(), &simulation, now).await.unwrap();
    let wanted = FollowUp { introspect: true, revoke_subject: true };
    assert!(follow_up(&http(), &simulation, &mut report, wanted, now).await);
    assert_eq!(level(&report, "REV-02"), Level::Pass);
    refused(&run(&simulation).await, 400, "invalid_request", &[]);
}
