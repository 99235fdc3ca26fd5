//! Each check of an answer fires on a crafted answer and is silent on a good one.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretBox, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::{Check, Context, Level, answer};
use crate::exchange::client_auth::{Client, ClientAuth};
use crate::exchange::discovery::{Metadata, Server};
use crate::exchange::http::HttpAnswer;
use crate::exchange::json;
use crate::exchange::keys::{SigningAlgorithm, SigningKey};
use crate::exchange::redact::Redactor;
use crate::exchange::request::ExchangeRequest;
use crate::exchange::token;
use crate::exchange::token_type::{ACCESS_TOKEN, ID_TOKEN, JWT, TXN_TOKEN};
use crate::exchange::verify::Verification;

pub(in crate::exchange) const NOW: u64 = 1_800_000_000;

/// A whole exchange, to be spoilt in one place.
pub(in crate::exchange) struct Case {
    pub(in crate::exchange) status: u16,
    pub(in crate::exchange) headers: Vec<(String, String)>,
    pub(in crate::exchange) body: Value,
    /// Instead of `body`.
    pub(in crate::exchange) raw: Option<Vec<u8>>,
    pub(in crate::exchange) header: Value,
    pub(in crate::exchange) subject_header: Value,
    pub(in crate::exchange) subject: Value,
    pub(in crate::exchange) issued: Value,
    /// Instead of `issued`.
    pub(in crate::exchange) token: Option<String>,
    pub(in crate::exchange) actor: bool,
    pub(in crate::exchange) request: ExchangeRequest,
    pub(in crate::exchange) auth: ClientAuth,
    pub(in crate::exchange) dpop: Option<Arc<SigningKey>>,
    pub(in crate::exchange) verification: Verification,
}

impl Case {
    pub(in crate::exchange) fn success() -> Self {
        Self {
            status: 200,
            headers: vec![
                ("content-type".into(), "application/json; charset=utf-8".into()),
                ("cache-control".into(), "no-store".into()),
            ],
            body: json!({
                "issued_token_type": ACCESS_TOKEN,
                "token_type": "Bearer",
                "expires_in": 300,
                "scope": "read",
            }),
            raw: None,
            header: json!({"alg": "ES256", "typ": "at+jwt"}),
            subject_header: json!({"alg": "ES256", "typ": "at+jwt"}),
            subject: json!({
                "iss": "https://login.example", "sub": "alice", "aud": "portal",
                "client_id": "portal", "scope": "read write", "exp": NOW + 600,
            }),
            issued: json!({
                "iss": "https://login.example", "sub": "alice", "aud": "dashboard",
                "client_id": "portal", "scope": "read", "exp": NOW + 300, "iat": NOW, "jti": "1",
            }),
            token: None,
            actor: false,
            request: ExchangeRequest {
                subject_token_type: ACCESS_TOKEN.into(),
                audience: vec!["dashboard".into()],
                scope: "read".into(),
                ..ExchangeRequest::default()
            },
            auth: ClientAuth::Basic(SecretString::from("MARKED-SECRET")),
            dpop: None,
            verification: Verification::Verified { alg: "ES256".into(), kid: Some("k".into()) },
        }
    }

    pub(in crate::exchange) fn refusal() -> Self {
        Self {
            status: 400,
            body: json!({"error": "invalid_target", "error_description": "unknown audience"}),
            ..Self::success()
        }
    }

    /// The subject token, as it goes in.
    pub(in crate::exchange) fn subject_token(&self) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.bWFya2VkLXNpZ25hdHVyZQ", part(&self.subject_header), part(&self.subject))
    }

    /// What is said of the request before it is sent.
    pub(in crate::exchange) fn asked(mut self) -> Vec<Check> {
        if self.request.subject_token.expose_secret().is_empty() {
            self.request.subject_token = SecretString::from(self.subject_token());
        }
        let client = Client { dpop: self.dpop.clone(), ..Client::new("portal", self.auth) };
        let server = Server::Issuer("https://login.example".into());
        let now = UNIX_EPOCH + Duration::from_secs(NOW);
        self.request.check(&client, &server, now, Duration::from_secs(60))
    }

    pub(in crate::exchange) fn checks(mut self) -> Vec<Check> {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let sign = |claims: &Value| {
            format!("{}.{}.bWFya2VkLXNpZ25hdHVyZQ", part(&self.header), part(claims))
        };
        self.request.subject_token = SecretString::from(self.subject_token());
        let issued = self.token.clone().unwrap_or_else(|| sign(&self.issued));
        if (200..300).contains(&self.status) && self.body.get("access_token").is_none() {
            self.body["access_token"] = Value::from(issued.clone());
        }
        let bytes = self.raw.clone().unwrap_or_else(|| self.body.to_string().into_bytes());
        let body = json::parse_object(&bytes);
        let client = Client { dpop: self.dpop.clone(), ..Client::new("portal", self.auth.clone()) };
        let mut sent = Redactor::new();
        self.request.teach(&mut sent);
        client.teach(&mut sent);
        let subject = token::decode(self.request.subject_token.expose_secret());
        let actor = self.actor.then(|| token::decode("actor"));
        let issued = token::decode(&issued);
        let metadata = Metadata {
            issuer: "https://login.example".into(),
            found_at: Url::parse("https://login.example/x").unwrap(),
            document: serde_json::Map::new(),
            checks: Vec::new(),
        };
        let reply = HttpAnswer {
            status: self.status,
            headers: self.headers,
            body: SecretBox::new(bytes.into_boxed_slice()),
            first_byte: Duration::ZERO,
            total: Duration::ZERO,
            phases: Default::default(),
        };
        let succeeded = (200..300).contains(&self.status) && body.is_ok();
        let now = UNIX_EPOCH + Duration::from_secs(NOW);
        let skew = Duration::from_secs(60);
        let server = Server::Issuer(metadata.issuer.clone());
        answer(&Context {
            client: &client,
            request: &self.request,
            asked: &self.request.check(&client, &server, now, skew),
            redactor: &sent,
            sent: &sent,
            answer: &reply,
            body: body.as_ref(),
            metadata: Some(&metadata),
            subject: &subject,
            actor: actor.as_ref(),
            issued: succeeded.then_some(&issued),
            verification: succeeded.then_some(&self.verification),
            now,
            skew,
        })
    }
}

#[test]
pub fn a_good_answer_passes_every_check() {
    let checks = Case::success().checks();
    let ids: Vec<&str> = checks.iter().map(|check| check.id).collect();
    let expected: Vec<String> = (1..=13)
        .map(|n| format!("RES-{n:02}"))
        .chain((1..=15).map(|n| format!("TOK-{n:02}")))
        .collect();
    assert_eq!(ids, expected);
    for check in &checks {
        assert!(check.level <= Level::Pass, "{check:?}");
    }
}

#[test]
pub fn a_good_refusal_passes_every_check() {
    let checks = Case::refusal().checks();
    let ids: Vec<&str> = checks.iter().map(|check| check.id).collect();
    assert_eq!(ids, ["RES-09", "RES-12", "ERR-01", "ERR-02", "ERR-03", "ERR-04", "ERR-05"]);
    for check in &checks {
        assert!(check.level <= Level::Pass, "{check:?}");
    }
}

/// How a finding should come out: its level, and whether it is a dialect.
#[derive(Clone, Copy, Debug)]
pub(in crate::exchange) enum Want {
    Fail,
    Warn,
    Note,
    Dialect,
    Not,
}

pub(in crate::exchange) type Spoil = fn(&mut Case);

pub(in crate::exchange) fn fires(base: fn() -> Case, cases: &[(&str, Want, Spoil)]) {
    fires_in(base, Case::checks, cases);
}

/// The same for the checks that one of the two gives: those of the answer, or those of the request.
pub(in crate::exchange) fn fires_in(
    base: fn() -> Case,
    look: fn(Case) -> Vec<Check>,
    cases: &[(&str, Want, Spoil)],
) {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (id, want, spoil) in cases {
        let mut case = base();
        spoil(&mut case);
        let number = seen.entry(id).or_default();
        *number += 1;
        let checks = look(case);
        let check = checks
            .iter()
            .find(|check| check.id == *id)
            .unwrap_or_else(|| panic!("{id} did not run"));
        let expected = match want {
            Want::Fail => (Level::Fail, false),
            Want::Warn => (Level::Warn, false),
            Want::Note => (Level::Note, false),
            Want::Dialect => (Level::Note, true),
            Want::Not => (Level::NotApplicable, false),
        };
        assert_eq!((check.level, check.dialect), expected, "{id}, case {number}: {check:?}");
        assert!(!check.finding.contains("MARKED"), "{check:?}");
    }
}

impl Case {
    /// A key is proved, and the token is bound to it.
    fn bound() -> Self {
        let key = Arc::new(SigningKey::generate(SigningAlgorithm::Es256).unwrap());
        let mut case = Self::success();
        case.body["token_type"] = "DPoP".into();
        case.issued["cnf"] = json!({ "jkt": key.thumbprint() });
        Self { dpop: Some(key), ..case }
    }
}

#[test]
pub fn a_bound_token_passes_every_check() {
    for check in &Case::bound().checks() {
        assert!(check.level <= Level::Pass, "{check:?}");
    }
    let case = Case { token: Some("opaque".into()), ..Case::bound() };
    let kept = case.checks().into_iter().find(|check| check.id == "RES-08").unwrap();
    assert_eq!(kept.level, Level::Pass, "{kept:?}");
}

#[test]
pub fn a_proof_that_was_ignored_is_seen() {
    fires(
        Case::bound,
        &[
            ("RES-08", Want::Warn, |c| c.body["token_type"] = "Bearer".into()),
            ("RES-08", Want::Warn, |c| {
                c.issued.as_object_mut().unwrap().remove("cnf");
            }),
            ("RES-08", Want::Warn, |c| c.issued["cnf"] = json!({"jkt": "another"})),
            ("TOK-13", Want::Warn, |c| {
                c.issued.as_object_mut().unwrap().remove("cnf");
            }),
            ("TOK-13", Want::Warn, |c| c.issued["cnf"] = json!({"jkt": "another"})),
            ("TOK-13", Want::Warn, |c| c.issued["cnf"] = json!({"x5t#S256": "x"})),
        ],
    );
}

#[test]
pub fn answers_out_of_form_are_seen() {
    fires(
        Case::success,
        &[
            ("RES-01", Want::Fail, |c| c.status = 201),
            ("RES-01", Want::Fail, |c| c.headers.clear()),
            ("RES-01", Want::Fail, |c| c.headers[0].1 = "text/html".into()),
            ("RES-01", Want::Fail, |c| c.headers[1].1 = "private".into()),
            ("RES-01", Want::Fail, |c| c.raw = Some(b"<html>".to_vec())),
            ("RES-02", Want::Fail, |c| c.body["access_token"] = json!("")),
            ("RES-02", Want::Fail, |c| c.body["access_token"] = json!({"token": 1})),
            ("RES-02", Want::Fail, |c| c.raw = Some(b"{}".to_vec())),
            ("RES-03", Want::Dialect, |c| c.body["issued_token_type"] = Value::Null),
            ("RES-03", Want::Dialect, |c| c.body["issued_token_type"] = json!("access_token")),
            ("RES-03", Want::Warn, |c| c.request.requested_token_type = JWT.into()),
            ("RES-04", Want::Fail, |c| c.body["token_type"] = Value::Null),
            ("RES-04", Want::Fail, |c| c.body["token_type"] = json!("N_A")),
            ("RES-04", Want::Warn, |c| c.body["token_type"] = json!("access_token")),
            ("RES-04", Want::Dialect, |c| c.body["issued_token_type"] = json!(ID_TOKEN)),
            ("RES-05", Want::Warn, |c| c.body["expires_in"] = Value::Null),
            ("RES-05", Want::Warn, |c| c.body["expires_in"] = json!(-5)),
            ("RES-05", Want::Warn, |c| c.body["expires_in"] = json!(599)),
            ("RES-05", Want::Dialect, |c| c.body["expires_in"] = json!("300")),
            ("RES-06", Want::Note, |c| c.request.scope = "read write".into()),
            ("RES-06", Want::Note, |c| c.request.scope.clear()),
            ("RES-06", Want::Fail, |c| {
                c.body["scope"] = Value::Null;
                c.request.scope = "write".into();
            }),
            ("RES-07", Want::Dialect, |c| c.body["refresh_token"] = Value::Null),
            ("RES-07", Want::Warn, |c| c.body["refresh_token"] = json!("MARKED-REFRESH")),
            ("RES-07", Want::Fail, |c| {
                c.body["refresh_token"] = json!("MARKED-REFRESH");
                c.body["issued_token_type"] = json!(TXN_TOKEN);
            }),
            ("RES-08", Want::Warn, |c| c.body["token_type"] = json!("DPoP")),
            ("RES-09", Want::Fail, |c| c.status = 302),
            ("RES-10", Want::Note, |c| c.issued = c.subject.clone()),
            ("RES-11", Want::Note, |c| c.body["session_state"] = json!("x")),
            ("RES-12", Want::Fail, |c| c.raw = Some(b"{\"a\":1,\"a\":2}".to_vec())),
            ("RES-13", Want::Fail, |c| c.request.subject_token_type.clear()),
            ("RES-13", Want::Fail, |c| c.request.resource = vec!["dashboard".into()]),
            ("RES-13", Want::Note, |c| c.auth = ClientAuth::None),
            ("RES-12", Want::Fail, |c| c.raw = Some(b"{\"a\":\"\xff\"}".to_vec())),
        ],
    );
}

#[test]
pub fn refusals_out_of_form_are_seen_and_dialects_told_apart() {
    fires(
        Case::refusal,
        &[
            ("ERR-01", Want::Fail, |c| c.status = 422),
            ("ERR-01", Want::Dialect, |c| c.status = 403),
            ("ERR-01", Want::Dialect, |c| c.status = 401),
            ("ERR-01", Want::Note, |c| c.status = 429),
            ("ERR-01", Want::Warn, |c| {
                c.status = 401;
                c.body["error"] = json!("invalid_client");
            }),
            ("ERR-01", Want::Dialect, |c| c.body["error"] = json!("invalid_client")),
            ("ERR-02", Want::Fail, |c| c.raw = Some(b"no".to_vec())),
            ("ERR-02", Want::Fail, |c| c.body["error"] = Value::Null),
            ("ERR-02", Want::Dialect, |c| c.body["error"] = json!("invalid_grant")),
            ("ERR-02", Want::Dialect, |c| c.body["error"] = json!("access_denied")),
            ("ERR-02", Want::Dialect, |c| c.body["error"] = json!("scope_escalation")),
            ("ERR-03", Want::Fail, |c| c.body["error_description"] = json!("ungültig")),
            ("ERR-03", Want::Fail, |c| c.body["error_description"] = json!("a \"b\"")),
            ("ERR-04", Want::Fail, |c| {
                c.body["error_description"] = json!("bad secret MARKED-SECRET");
            }),
            ("ERR-04", Want::Fail, |c| {
                c.body["error_description"] = json!("token …bWFya2VkLXNpZ25hdHVyZQ");
            }),
        ],
    );
}

#[test]
pub fn a_redirect_is_said_once() {
    let mut case = Case::refusal();
    case.status = 307;
    let ids: Vec<&str> = case.checks().iter().map(|check| check.id).collect();
    assert_eq!(ids, ["RES-09", "RES-12"]);
}

#[test]
pub fn issued_tokens_that_are_not_what_they_should_be_are_seen() {
    fires(
        Case::success,
        &[
            ("TOK-01", Want::Fail, |c| {
                c.verification = Verification::Failed { reason: "wrong".into() };
            }),
            ("TOK-01", Want::Note, |c| {
                c.verification = Verification::NotPossible { reason: "no keys".into() };
            }),
            ("TOK-01", Want::Note, |c| c.header["jku"] = json!("https://evil.example")),
            ("TOK-02", Want::Fail, |c| c.issued["iss"] = json!("https://login.example/")),
            ("TOK-02", Want::Warn, |c| c.issued["iss"] = Value::Null),
            ("TOK-03", Want::Fail, |c| c.issued["jti"] = Value::Null),
            ("TOK-03", Want::Dialect, |c| c.header["typ"] = json!("JWT")),
            ("TOK-03", Want::Not, |c| c.body["issued_token_type"] = json!(ID_TOKEN)),
            ("TOK-04", Want::Warn, |c| c.issued["aud"] = Value::Null),
            ("TOK-04", Want::Warn, |c| c.issued["aud"] = json!("other")),
            ("TOK-04", Want::Warn, |c| c.issued["aud"] = json!(["dashboard", "other"])),
            ("TOK-04", Want::Warn, |c| {
                c.request.audience.clear();
                c.issued["aud"] = json!(["a", "b"]);
            }),
            ("TOK-05", Want::Warn, |c| c.issued["scope"] = json!("read admin")),
            ("TOK-05", Want::Warn, |c| c.issued["scope"] = json!("read write")),
            ("TOK-05", Want::Not, |c| {
                c.issued["scope"] = Value::Null;
                c.body["scope"] = Value::Null;
            }),
            ("TOK-06", Want::Warn, |c| c.issued["exp"] = json!(NOW + 601)),
            ("TOK-06", Want::Warn, |c| c.issued["exp"] = Value::Null),
            ("TOK-07", Want::Note, |c| c.issued["sub"] = json!("bob")),
            ("TOK-07", Want::Warn, |c| c.issued["sub"] = Value::Null),
            ("TOK-07", Want::Fail, |c| c.issued["sub"] = json!(123)),
            ("TOK-08", Want::Fail, |c| c.issued["act"] = json!("portal")),
            ("TOK-08", Want::Warn, |c| c.issued["act"] = json!({"sub": "a", "exp": 1})),
            ("TOK-08", Want::Warn, |c| c.issued["act"] = json!({})),
            ("TOK-08", Want::Note, |c| {
                c.issued["act"] = json!({"sub": "a", "act": {"sub": "b", "act": {"sub": "a"}}});
            }),
            ("TOK-09", Want::Warn, |c| c.actor = true),
            ("TOK-09", Want::Note, |c| c.subject["client_id"] = json!("elsewhere")),
            ("TOK-10", Want::Warn, |c| c.subject["act"] = json!({"sub": "a"})),
            ("TOK-10", Want::Note, |c| c.subject["may_act"] = json!({"sub": "a"})),
            ("TOK-11", Want::Note, |c| c.issued["client_id"] = json!("dashboard")),
            ("TOK-11", Want::Note, |c| c.issued["client_id"] = Value::Null),
            ("TOK-12", Want::Note, |c| c.issued["sub"] = json!("portal")),
            ("TOK-13", Want::Note, |c| c.issued["cnf"] = json!({"jkt": "x"})),
            ("TOK-13", Want::Fail, |c| c.issued["cnf"] = json!("x")),
            ("TOK-14", Want::Note, |c| c.issued["email"] = json!("a@example.com")),
            ("TOK-15", Want::Note, |c| c.token = Some("0f".repeat(32))),
            ("TOK-15", Want::Note, |c| {
                let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"dir","enc":"A256GCM"}"#);
                c.token = Some(format!("{header}...."));
            }),
            ("TOK-04", Want::Not, |c| c.token = Some("0f".repeat(32))),
        ],
    );
}

#[test]
pub fn proper_chains_of_actors_pass() {
    let mut case = Case::success();
    case.issued["act"] = json!({"sub": "portal", "act": {"sub": "gateway"}});
    let checks = case.checks();
    let check = checks.iter().find(|check| check.id == "TOK-08").unwrap();
    assert_eq!(check.level, Level::Pass);
    assert!(check.finding.contains("“portal” acts; before it “gateway”"), "{}", check.finding);
}

#[test]
pub fn a_guid_in_another_case_is_the_same_audience() {
    let mut case = Case::success();
    case.request.audience = vec!["C0FFEE00-0000-4000-8000-000000000001".into()];
    case.issued["aud"] = json!("c0ffee00-0000-4000-8000-000000000001");
    let checks = case.checks();
    assert_eq!(checks.iter().find(|check| check.id == "TOK-04").unwrap().level, Level::Pass);
}

/// Any JSON, small.
fn any_json() -> impl proptest::strategy::Strategy<Value = Value> {
    use proptest::prelude::*;
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((".{0,6}", inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest::proptest! {
    /// Whatever a server sends in whatever member or claim, every check has something to say.
    #[test]
    fn no_answer_is_too_strange(
        member in proptest::sample::select(vec![
            "access_token", "issued_token_type", "token_type", "expires_in", "scope",
            "refresh_token", "error", "error_description",
        ]),
        claim in proptest::sample::select(vec![
            "iss", "sub", "aud", "exp", "iat", "nbf", "scope", "act", "may_act", "client_id", "cnf",
        ]),
        value in any_json(),
        other in any_json(),
        status in proptest::sample::select(vec![200_u16, 201, 302, 400, 401, 403, 500]),
    ) {
        let mut case = Case::success();
        case.status = status;
        case.body[member] = value.clone();
        case.issued[claim] = value;
        case.subject[claim] = other;
        for check in case.checks() {
            proptest::prop_assert!(!check.finding.is_empty() && !check.clause.is_empty());
        }
    }
}
