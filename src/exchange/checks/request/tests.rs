//! Each check of a request fires on what it is for and is silent on a good one.

use super::*;
use crate::exchange::Level;
use crate::exchange::assertion::AssertionAudience;
use crate::exchange::certificate::tests::certificate;
use crate::exchange::client_auth::ClientAuth;
use crate::exchange::keys::{SigningAlgorithm, SigningKey};
use crate::exchange::mac::MacAlgorithm;
use crate::exchange::token_type::{ACCESS_TOKEN, ID_TOKEN, JWT, REFRESH_TOKEN, TXN_TOKEN};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

const NOW: u64 = 1_800_000_000;

fn jwt(header: Value, claims: Value) -> SecretString {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    SecretString::from(format!("{}.{}.c2ln", part(header), part(claims)))
}

fn good() -> (ExchangeRequest, Client) {
    (
        ExchangeRequest {
            subject_token: jwt(
                json!({"alg": "ES256", "typ": "at+jwt"}),
                json!({"aud": "portal", "exp": NOW + 60, "iat": NOW - 10}),
            ),
            subject_token_type: ACCESS_TOKEN.to_owned(),
            audience: vec!["dashboard".to_owned()],
            scope: "read write".to_owned(),
            ..ExchangeRequest::default()
        },
        Client::new("portal", ClientAuth::Basic(SecretString::from("s3cret"))),
    )
}

fn run(request: &ExchangeRequest, client: &Client, endpoint: &str) -> Vec<Check> {
    let now = UNIX_EPOCH + Duration::from_secs(NOW);
    all(request, client, &Server::Issuer(endpoint.to_owned()), now, Duration::from_secs(60))
}

fn key() -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(SigningAlgorithm::Es256).unwrap())
}

fn signing(audience: AssertionAudience, secret: usize) -> ClientAuth {
    let (secret, algorithm) = (SecretString::from("s".repeat(secret)), MacAlgorithm::Hs256);
    ClientAuth::SecretJwt { secret, algorithm, audience }
}

#[test]
pub fn an_assertion_for_the_issuer_with_a_long_secret_is_in_order() {
    let (request, mut client) = good();
    client.auth = signing(AssertionAudience::Issuer, 32);
    let checks = run(&request, &client, "https://login.example");
    assert!(checks.iter().all(|check| check.level <= Level::Pass), "{checks:#?}");
    // With the endpoint alone, what is used instead is said.
    let now = UNIX_EPOCH + Duration::from_secs(NOW);
    let server =
        Server::TokenEndpoint { url: "https://login.example/token".to_owned(), jwks_uri: None };
    let checks = all(&request, &client, &server, now, Duration::from_secs(60));
    assert_eq!((checks[23].id, checks[23].level), ("REQ-24", Level::Note));
}

#[test]
pub fn a_good_request_has_no_findings() {
    let (request, client) = good();
    let checks = run(&request, &client, "https://login.example");
    assert_eq!(checks.len(), 26);
    for (index, check) in checks.iter().enumerate() {
        assert_eq!(check.id, format!("REQ-{:02}", index + 1));
        assert!(check.level <= Level::Pass, "{check:?}");
    }
}

#[test]
pub fn each_check_fires_on_what_it_is_for() {
    type Spoil = fn(&mut ExchangeRequest, &mut Client, &mut String);
    let cases: &[(&str, Level, Spoil)] = &[
        ("REQ-01", Level::Fail, |_, _, e| *e = "http://login.example".into()),
        ("REQ-01", Level::Note, |_, _, e| *e = "http://localhost:1".into()),
        ("REQ-03", Level::Fail, |r, _, _| r.subject_token = SecretString::default()),
        ("REQ-03", Level::Warn, |r, _, _| r.subject_token = SecretString::from("abc \n")),
        ("REQ-04", Level::Fail, |r, _, _| r.subject_token_type.clear()),
        ("REQ-04", Level::Fail, |r, _, _| r.subject_token_type = "access_token".into()),
        ("REQ-05", Level::Fail, |r, _, _| r.actor_token_type = JWT.into()),
        ("REQ-05", Level::Fail, |r, _, _| r.actor_token = SecretString::from("x")),
        ("REQ-06", Level::Fail, |r, _, _| r.requested_token_type = "jwt".into()),
        ("REQ-07", Level::Fail, |r, _, _| r.resource = vec!["dashboard".into()]),
        ("REQ-07", Level::Fail, |r, _, _| r.resource = vec!["https://a/#x".into()]),
        ("REQ-07", Level::Warn, |r, _, _| r.resource = vec!["https://a/?x".into()]),
        ("REQ-08", Level::Warn, |r, _, _| r.audience = vec!["a ".into()]),
        ("REQ-08", Level::Note, |r, _, _| r.audience.clear()),
        ("REQ-09", Level::Fail, |r, _, _| r.scope = "a  b".into()),
        ("REQ-09", Level::Fail, |r, _, _| r.scope = "a \"b\"".into()),
        ("REQ-10", Level::Fail, |r, _, _| {
            r.extra = vec![("a".into(), "1".into()), ("a".into(), "2".into())];
        }),
        ("REQ-11", Level::Note, |r, _, _| r.extra = vec![("a".into(), String::new())]),
        ("REQ-12", Level::Fail, |_, c, _| c.id.clear()),
        ("REQ-12", Level::Warn, |_, c, _| c.auth = ClientAuth::Post(SecretString::default())),
        ("REQ-13", Level::Note, |_, c, _| c.id = "a:b".into()),
        ("REQ-14", Level::Fail, |_, _, e| *e = "https://a/?client_secret=x".into()),
        ("REQ-14", Level::Note, |_, c, _| c.auth = ClientAuth::Post(SecretString::from("x"))),
        ("REQ-15", Level::Warn, |_, c, _| c.auth = ClientAuth::None),
        ("REQ-16", Level::Warn, |r, _, _| r.audience.push("other".into())),
        ("REQ-17", Level::Warn, |r, _, _| {
            r.subject_token = SecretString::from("0123");
            r.subject_token_type = JWT.into();
        }),
        ("REQ-18", Level::Note, |r, _, _| r.subject_token_type = ID_TOKEN.into()),
        ("REQ-18", Level::Note, |r, _, _| {
            r.subject_token = jwt(json!({"alg": "ES256"}), json!({"nonce": "n"}));
        }),
        ("REQ-19", Level::Warn, |r, _, _| {
            r.subject_token = jwt(json!({}), json!({"exp": NOW - 61}));
        }),
        ("REQ-19", Level::Warn, |r, _, _| {
            r.subject_token = jwt(json!({}), json!({"nbf": NOW + 61}));
        }),
        ("REQ-19", Level::Warn, |r, _, _| {
            r.actor_token = jwt(json!({}), json!({"iat": NOW + 90}));
        }),
        ("REQ-20", Level::Note, |r, _, _| {
            r.subject_token = jwt(json!({}), json!({"aud": ["elsewhere"]}));
        }),
        ("REQ-20", Level::Note, |r, _, _| {
            r.subject_token = jwt(json!({}), json!({"aud": "domain.example"}));
            r.subject_token_type = TXN_TOKEN.into();
        }),
        ("REQ-20", Level::Pass, |r, _, _| {
            r.subject_token = jwt(json!({}), json!({"aud": "domain.example"}));
            r.subject_token_type = TXN_TOKEN.into();
            r.audience = vec!["domain.example".into()];
        }),
        ("REQ-20", Level::Note, |r, _, _| {
            r.subject_token = jwt(json!({}), json!({"aud": "domain.example"}));
            r.audience = vec!["domain.example".into()];
        }),
        ("REQ-21", Level::Warn, |r, _, _| {
            r.subject_token = jwt(json!({}), json!({"may_act": {"sub": "x"}}));
        }),
        ("REQ-21", Level::Warn, |r, _, _| {
            r.subject_token = jwt(json!({}), json!({"may_act": {"sub": "x"}}));
            r.actor_token = jwt(json!({}), json!({"sub": "y"}));
        }),
        ("REQ-22", Level::Note, |r, _, _| r.subject_token_type = REFRESH_TOKEN.into()),
        ("REQ-22", Level::Fail, |r, _, _| {
            r.subject_token_type = REFRESH_TOKEN.into();
            r.requested_token_type = TXN_TOKEN.into();
        }),
        ("REQ-23", Level::Fail, |r, _, _| r.extra = vec![("Audience".into(), "x".into())]),
        ("REQ-24", Level::Note, |_, c, _| c.auth = signing(AssertionAudience::TokenEndpoint, 32)),
        ("REQ-24", Level::Note, |_, c, _| c.auth = signing(AssertionAudience::Endpoint, 32)),
        ("REQ-24", Level::Note, |_, c, _| {
            c.auth = signing(AssertionAudience::Text("x".into()), 32);
        }),
        ("REQ-25", Level::Fail, |_, c, _| c.auth = signing(AssertionAudience::Issuer, 31)),
        ("REQ-12", Level::Warn, |_, c, _| c.auth = signing(AssertionAudience::Issuer, 0)),
        ("REQ-26", Level::Warn, |r, _, _| {
            r.subject_token = jwt(json!({}), json!({"cnf": {"jkt": "x"}}));
        }),
        ("REQ-26", Level::Warn, |r, c, _| {
            r.subject_token = jwt(json!({}), json!({"cnf": {"jkt": "x"}}));
            c.dpop = Some(key());
        }),
        ("REQ-26", Level::Note, |r, _, _| {
            r.subject_token = jwt(json!({}), json!({"cnf": {"kid": "x"}}));
        }),
        ("REQ-26", Level::Warn, |r, _, _| {
            r.subject_token = jwt(json!({}), json!({"cnf": {"x5t#S256": "x"}}));
        }),
        ("REQ-26", Level::Warn, |r, c, _| {
            r.subject_token = jwt(json!({}), json!({"cnf": {"x5t#S256": "x"}}));
            c.bound_certificate = Some(certificate());
        }),
        ("REQ-26", Level::Note, |r, _, _| {
            let cnf = json!({"x5t#S256": "x"});
            let claims = json!({"cnf": cnf, "aud": ["PORTAL"], "client_id": "front"});
            r.subject_token = jwt(json!({}), claims);
        }),
        ("REQ-26", Level::Note, |r, c, _| {
            let cnf = json!({"x5t#S256": "x"});
            r.subject_token = jwt(json!({}), json!({"cnf": cnf, "aud": "portal"}));
            c.bound_certificate = Some(certificate());
        }),
        ("REQ-26", Level::Warn, |r, c, _| {
            let cnf = json!({"x5t#S256": "x"});
            let claims = json!({"cnf": cnf, "aud": "portal", "client_id": "portal"});
            r.subject_token = jwt(json!({}), claims);
            c.bound_certificate = Some(certificate());
        }),
        ("REQ-26", Level::Warn, |r, _, _| {
            let cnf = json!({"x5t#S256": "x"});
            let claims = json!({"cnf": cnf, "aud": "other", "client_id": "front"});
            r.subject_token = jwt(json!({}), claims);
        }),
        ("REQ-26", Level::Warn, |r, _, _| {
            let cnf = json!({"jkt": "x"});
            let claims = json!({"cnf": cnf, "aud": "portal", "client_id": "front"});
            r.subject_token = jwt(json!({}), claims);
        }),
        ("REQ-26", Level::Pass, |r, c, _| {
            let certificate = certificate();
            let cnf = json!({"cnf": {"x5t#S256": certificate.thumbprint()}});
            r.subject_token = jwt(json!({}), cnf);
            c.bound_certificate = Some(certificate);
        }),
        ("REQ-26", Level::Pass, |r, c, _| {
            let key = key();
            let cnf = json!({"cnf": {"jkt": key.thumbprint()}});
            r.subject_token = jwt(json!({}), cnf);
            c.dpop = Some(key);
        }),
    ];
    for (index, (id, level, spoil)) in cases.iter().enumerate() {
        let (mut request, mut client) = good();
        let mut endpoint = "https://login.example".to_owned();
        spoil(&mut request, &mut client, &mut endpoint);
        let checks = run(&request, &client, &endpoint);
        let check = checks.iter().find(|check| check.id == *id).unwrap();
        assert_eq!(check.level, *level, "case {index}: {check:?}");
    }
}

#[test]
pub fn edges_of_time_are_within_tolerance() {
    let (mut request, client) = good();
    request.subject_token = jwt(json!({}), json!({"exp": NOW - 60, "nbf": NOW + 60}));
    let checks = run(&request, &client, "https://login.example");
    assert_eq!(checks[18].level, Level::Pass);
}

#[test]
pub fn an_actor_that_may_act_passes() {
    let (mut request, client) = good();
    request.subject_token = jwt(json!({}), json!({"may_act": {"sub": "x", "iss": "https://a"}}));
    request.actor_token = jwt(json!({}), json!({"sub": "x", "iss": "https://a"}));
    assert_eq!(run(&request, &client, "https://a")[20].level, Level::Pass);
}
