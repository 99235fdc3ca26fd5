//! Each check of a preset fires on a crafted request or answer and is silent on a good one.

use std::collections::BTreeSet;
use std::sync::Arc;

use secrecy::SecretString;
use serde_json::{Value, json};

use super::{Preset, is_of_preset};
use crate::exchange::AssertionAudience;
use crate::exchange::checks::tests::{Case, NOW, Spoil, Want, fires, fires_in};
use crate::exchange::checks::{Check, Level};
use crate::exchange::client_auth::ClientAuth;
use crate::exchange::keys::{SigningAlgorithm, SigningKey};
use crate::exchange::token_type::{
    ACCESS_TOKEN, ID_JAG, ID_TOKEN, JWT, REFRESH_TOKEN, SELF_SIGNED, TXN_TOKEN, UNSIGNED_JSON,
};

const OTHER: &str = "https://chat.example/";

fn id_jag() -> Case {
    let mut case = Case::success();
    case.request.requested_token_type = ID_JAG.into();
    case.request.subject_token_type = ID_TOKEN.into();
    case.request.audience = vec![OTHER.into()];
    case.body["issued_token_type"] = ID_JAG.into();
    case.body["token_type"] = "N_A".into();
    case.header = json!({"alg": "ES256", "typ": "oauth-id-jag+jwt"});
    case.subject_header["typ"] = "JWT".into();
    case.subject = json!({
        "iss": "https://login.example", "sub": "alice", "aud": "portal", "exp": NOW + 600,
    });
    case.issued["aud"] = OTHER.into();
    case
}

fn chaining() -> Case {
    let mut case = Case::success();
    case.request.preset = Some(Preset::Chaining);
    case.request.requested_token_type = JWT.into();
    case.request.audience = vec![OTHER.into()];
    case.body["issued_token_type"] = JWT.into();
    case.body["token_type"] = "N_A".into();
    case.header = json!({"alg": "ES256", "typ": "authorization-grant+jwt"});
    case.issued["aud"] = OTHER.into();
    case
}

fn transaction() -> Case {
    let mut case = Case::success();
    case.request.requested_token_type = TXN_TOKEN.into();
    case.request.audience = vec!["trust-domain.example".into()];
    case.request.extra = vec![
        ("request_context".into(), r#"{"req_ip": "203.0.113.7"}"#.into()),
        ("request_details".into(), r#"{"action": "BUY"}"#.into()),
    ];
    case.body["issued_token_type"] = TXN_TOKEN.into();
    case.body["token_type"] = "N_A".into();
    case.header = json!({"alg": "ES256", "typ": "txntoken+jwt"});
    case.auth = ClientAuth::PrivateKeyJwt {
        key: Box::new(SigningKey::generate(SigningAlgorithm::Es256).unwrap()),
        audience: AssertionAudience::default(),
    };
    case.issued = json!({
        "sub": "alice", "aud": "trust-domain.example", "scope": "read", "exp": NOW + 300,
        "iat": NOW, "txn": "t-1", "req_wl": "portal", "rctx": {}, "tctx": {},
    });
    case
}

fn silent(base: fn() -> Case, prefix: &str, of_request: usize, of_answer: usize) {
    let number = |n: usize| format!("{prefix}{n:02}");
    for (checks, wanted) in [
        (base().asked(), 1..=of_request),
        (base().checks(), of_request + 1..=of_request + of_answer),
    ] {
        let ids: Vec<&str> =
            checks.iter().map(|check| check.id).filter(|id| id.starts_with(prefix)).collect();
        assert_eq!(ids, wanted.map(number).collect::<Vec<_>>());
        for check in checks.iter().filter(|check| check.level > Level::Pass) {
            // Nothing of the standard's own checks complains of what the profile wants either.
            assert!(check.id == "TOK-02" && check.level == Level::NotApplicable, "{check:?}");
        }
    }
}

#[test]
pub fn a_good_exchange_passes_every_check_of_its_preset() {
    silent(id_jag, "JAG-", 6, 9);
    silent(chaining, "CHAIN-", 4, 7);
    silent(transaction, "TXN-", 8, 10);
}

#[test]
pub fn what_follows_no_preset_is_not_judged_by_one() {
    assert!(!Case::success().asked().iter().any(is_of_preset));
    assert!(!Case::success().checks().iter().any(is_of_preset));
    assert!(!Case::refusal().checks().iter().any(is_of_preset));
}

#[test]
pub fn a_grant_that_nobody_asked_for_is_judged_as_one() {
    let mut case = id_jag();
    case.request.requested_token_type.clear();
    case.header["typ"] = "JWT".into();
    let checks = case.checks();
    let header = checks.iter().find(|check| check.id == "JAG-09").unwrap();
    assert_eq!(header.level, Level::Fail);
}

fn asked(base: fn() -> Case, cases: &[(&str, Want, Spoil)]) {
    fires_in(base, Case::asked, cases);
}

fn without(claims: &mut Value, name: &str) {
    claims.as_object_mut().unwrap().remove(name);
}

#[test]
pub fn requests_for_an_id_jag_out_of_form_are_seen() {
    asked(
        id_jag,
        &[
            ("JAG-01", Want::Fail, |c| {
                c.request.preset = Some(Preset::IdJag);
                c.request.requested_token_type = JWT.into();
            }),
            ("JAG-01", Want::Fail, |c| {
                c.request.preset = Some(Preset::IdJag);
                c.request.requested_token_type.clear();
            }),
            ("JAG-02", Want::Fail, |c| c.request.audience.clear()),
            ("JAG-02", Want::Fail, |c| {
                c.request.audience.clear();
                c.request.resource = vec![OTHER.into()];
            }),
            ("JAG-02", Want::Note, |c| c.request.audience = vec!["urn:example:chat".into()]),
            ("JAG-02", Want::Fail, |c| c.request.audience.push("https://more.example".into())),
            ("JAG-03", Want::Fail, |c| c.request.subject_token_type = ACCESS_TOKEN.into()),
            ("JAG-03", Want::Fail, |c| c.request.subject_token_type.clear()),
            ("JAG-03", Want::Note, |c| c.request.subject_token_type = REFRESH_TOKEN.into()),
            ("JAG-04", Want::Fail, |c| c.subject["aud"] = "another".into()),
            ("JAG-04", Want::Fail, |c| without(&mut c.subject, "aud")),
            ("JAG-05", Want::Warn, |c| c.auth = ClientAuth::None),
            ("JAG-06", Want::Fail, |c| details(c, "no JSON")),
            ("JAG-06", Want::Fail, |c| details(c, "{}")),
            ("JAG-06", Want::Fail, |c| details(c, r#"[{"type": "a"}, {}]"#)),
        ],
    );
    let mut case = id_jag();
    details(&mut case, r#"[{"type": "chat"}]"#);
    let checks = case.asked();
    let check = checks.iter().find(|check| check.id == "JAG-06").unwrap();
    assert_eq!(check.level, Level::Pass);
}

fn details(case: &mut Case, text: &str) {
    case.request.extra = vec![("authorization_details".into(), text.into())];
}

#[test]
pub fn id_jags_that_are_not_what_they_should_be_are_seen() {
    fires(
        id_jag,
        &[
            ("JAG-07", Want::Fail, |c| c.body["issued_token_type"] = JWT.into()),
            ("JAG-07", Want::Fail, |c| without(&mut c.body, "issued_token_type")),
            ("JAG-07", Want::Fail, |c| c.body["token_type"] = "Bearer".into()),
            // The standard's own check agrees.
            ("RES-04", Want::Fail, |c| c.body["token_type"] = "Bearer".into()),
            ("JAG-08", Want::Warn, |c| c.body["refresh_token"] = "MARKED-REFRESH".into()),
            ("RES-07", Want::Warn, |c| c.body["refresh_token"] = "MARKED-REFRESH".into()),
            ("JAG-09", Want::Fail, |c| c.header["typ"] = "at+jwt".into()),
            ("JAG-09", Want::Fail, |c| without(&mut c.header, "typ")),
            ("JAG-09", Want::Fail, |c| c.token = Some("0f".repeat(32))),
            ("JAG-10", Want::Fail, |c| without(&mut c.issued, "jti")),
            ("JAG-10", Want::Fail, |c| without(&mut c.issued, "client_id")),
            ("JAG-10", Want::Fail, |c| c.token = Some("0f".repeat(32))),
            ("JAG-11", Want::Fail, |c| c.issued["aud"] = json!([OTHER, "https://b.example"])),
            ("JAG-11", Want::Fail, |c| c.issued["aud"] = "https://chat.example".into()),
            ("JAG-11", Want::Fail, |c| without(&mut c.issued, "aud")),
            ("JAG-11", Want::Note, |c| c.request.audience = vec!["urn:example:chat".into()]),
            ("JAG-12", Want::Fail, |c| c.dpop = key()),
            ("JAG-12", Want::Fail, |c| {
                c.dpop = key();
                c.issued["cnf"] = json!({"jkt": "another"});
            }),
            ("JAG-12", Want::Warn, |c| c.issued["cnf"] = json!({"jkt": "any"})),
            ("JAG-13", Want::Warn, |c| c.issued["aud"] = "https://login.example".into()),
            ("JAG-14", Want::Warn, |c| c.issued["exp"] = (NOW + 86_400).into()),
            ("JAG-15", Want::Note, |c| c.issued["tenant"] = "acme".into()),
            ("JAG-15", Want::Warn, |c| c.issued["aud_tenant"] = "acme".into()),
        ],
    );
}

#[test]
pub fn one_audience_may_stand_in_a_list_and_a_bound_grant_is_no_access_token() {
    let mut case = id_jag();
    case.issued["aud"] = json!([OTHER]);
    case.dpop = key();
    let jkt = case.dpop.as_ref().unwrap().thumbprint().to_owned();
    case.issued["cnf"] = json!({ "jkt": jkt });
    for check in case.checks() {
        assert!(check.level <= Level::Pass, "{check:?}");
    }
}

fn key() -> Option<Arc<SigningKey>> {
    Some(Arc::new(SigningKey::generate(SigningAlgorithm::Es256).unwrap()))
}

#[test]
pub fn chaining_out_of_form_is_seen() {
    asked(
        chaining,
        &[
            ("CHAIN-01", Want::Fail, |c| c.request.audience.clear()),
            ("CHAIN-01", Want::Warn, |c| c.request.resource = vec!["https://b.example".into()]),
            ("CHAIN-02", Want::Warn, |c| c.request.requested_token_type = ACCESS_TOKEN.into()),
            ("CHAIN-02", Want::Note, |c| c.request.requested_token_type.clear()),
            ("CHAIN-03", Want::Warn, |c| c.request.scope = "read admin".into()),
            ("CHAIN-03", Want::Not, |c| without(&mut c.subject, "scope")),
            ("CHAIN-04", Want::Warn, |c| c.auth = ClientAuth::None),
        ],
    );
    fires(
        chaining,
        &[
            ("CHAIN-05", Want::Warn, |c| c.body["issued_token_type"] = ACCESS_TOKEN.into()),
            ("CHAIN-05", Want::Dialect, |c| c.body["token_type"] = "Bearer".into()),
            ("CHAIN-06", Want::Fail, |c| without(&mut c.issued, "sub")),
            ("CHAIN-06", Want::Fail, |c| c.token = Some("0f".repeat(32))),
            ("CHAIN-07", Want::Fail, |c| c.issued["aud"] = "https://b.example".into()),
            ("CHAIN-07", Want::Fail, |c| without(&mut c.issued, "aud")),
            ("CHAIN-07", Want::Note, |c| c.request.audience = vec!["domain-b".into()]),
            ("CHAIN-08", Want::Warn, |c| c.issued["aud"] = json!([OTHER, "https://b.example"])),
            ("CHAIN-09", Want::Warn, |c| c.header["typ"] = "at+jwt".into()),
            ("CHAIN-09", Want::Note, |c| without(&mut c.header, "typ")),
            ("CHAIN-10", Want::Warn, |c| c.issued["exp"] = (NOW + 86_400).into()),
            ("CHAIN-11", Want::Note, |c| without(&mut c.issued, "jti")),
            ("RES-07", Want::Warn, |c| c.body["refresh_token"] = "MARKED-REFRESH".into()),
        ],
    );
}

#[test]
pub fn requests_for_transaction_tokens_out_of_form_are_seen() {
    asked(
        transaction,
        &[
            ("TXN-01", Want::Fail, |c| {
                c.request.preset = Some(Preset::TransactionToken);
                c.request.requested_token_type = JWT.into();
            }),
            ("TXN-02", Want::Fail, |c| c.request.audience.clear()),
            ("TXN-02", Want::Fail, |c| c.request.audience.push("another".into())),
            ("TXN-03", Want::Fail, |c| c.request.scope.clear()),
            ("TXN-04", Want::Fail, |c| c.request.subject_token_type = REFRESH_TOKEN.into()),
            ("REQ-22", Want::Fail, |c| c.request.subject_token_type = REFRESH_TOKEN.into()),
            ("TXN-05", Want::Fail, |c| c.request.extra[0].1 = "[]".into()),
            ("TXN-05", Want::Fail, |c| c.request.extra[1].1 = "no JSON".into()),
            ("TXN-05", Want::Note, |c| c.request.extra.clear()),
            ("TXN-06", Want::Warn, |c| c.request.scope = "admin".into()),
            ("TXN-06", Want::Warn, |c| without(&mut c.subject, "scope")),
            ("TXN-07", Want::Fail, |c| {
                c.request.subject_token_type = SELF_SIGNED.into();
                without(&mut c.subject, "aud");
            }),
            ("TXN-07", Want::Fail, |c| c.request.subject_token_type = UNSIGNED_JSON.into()),
            ("TXN-07", Want::Fail, |c| {
                c.request.subject_token_type = UNSIGNED_JSON.into();
                c.request.subject_token = SecretString::from(r#"{"name": "x"}"#);
            }),
            ("TXN-08", Want::Fail, |c| c.auth = ClientAuth::None),
            ("TXN-08", Want::Note, |c| c.auth = ClientAuth::Basic(SecretString::from("s"))),
        ],
    );
    let mut case = transaction();
    case.request.subject_token_type = UNSIGNED_JSON.into();
    case.request.subject_token = SecretString::from(r#"{"sub": "alice"}"#);
    let checks = case.asked();
    let check = checks.iter().find(|check| check.id == "TXN-07").unwrap();
    assert_eq!(check.level, Level::Pass, "{check:?}");
}

#[test]
pub fn transaction_tokens_that_are_not_what_they_should_be_are_seen() {
    fires(
        transaction,
        &[
            ("TXN-09", Want::Fail, |c| c.body["token_type"] = "Bearer".into()),
            ("TXN-09", Want::Fail, |c| c.body["issued_token_type"] = JWT.into()),
            ("TXN-10", Want::Fail, |c| c.body["refresh_token"] = "MARKED-REFRESH".into()),
            ("RES-07", Want::Fail, |c| c.body["refresh_token"] = "MARKED-REFRESH".into()),
            ("TXN-11", Want::Fail, |c| c.header["typ"] = "JWT".into()),
            ("TXN-12", Want::Fail, |c| without(&mut c.issued, "txn")),
            ("TXN-12", Want::Fail, |c| without(&mut c.issued, "req_wl")),
            ("TXN-13", Want::Fail, |c| c.issued["rctx"] = "text".into()),
            ("TXN-13", Want::Note, |c| without(&mut c.issued, "tctx")),
            ("TXN-14", Want::Fail, |c| c.issued["aud"] = "elsewhere.example".into()),
            ("TXN-14", Want::Fail, |c| without(&mut c.issued, "aud")),
            ("TXN-15", Want::Fail, |c| c.request.scope = "admin".into()),
            ("TXN-15", Want::Warn, |c| without(&mut c.subject, "scope")),
            ("TXN-16", Want::Fail, |c| {
                c.subject_header["typ"] = "txntoken+jwt".into();
                c.subject = c.issued.clone();
                c.subject["txn"] = "t-2".into();
            }),
            ("TXN-18", Want::Warn, |c| c.issued["exp"] = (NOW + 7_200).into()),
        ],
    );
}

#[test]
pub fn a_token_inside_the_token_is_found_however_deep() {
    let mut case = transaction();
    let subject = case.subject_token();
    case.issued["tctx"] = json!({"from": [{"header": format!("Bearer {subject}")}]});
    let checks = case.checks();
    let check = checks.iter().find(|check| check.id == "TXN-17").unwrap();
    assert_eq!(check.level, Level::Fail, "{check:?}");
}

#[test]
pub fn a_preset_fills_a_request_and_leaves_what_it_knows() {
    for preset in Preset::ALL {
        let terms = preset.terms();
        assert_eq!(Preset::named(terms.name), Some(preset));
        assert_eq!(serde_json::to_value(preset).unwrap(), terms.name);
        assert_eq!(terms.preset, preset);
        assert_eq!(terms.explanation.matches(". ").count(), 1, "{}", terms.explanation);
        let mut request = Case::success().request;
        request.subject_token_type.clear();
        preset.fill(&mut request);
        assert_eq!(request.requested_token_type, terms.requested_token_type);
        assert_eq!(request.subject_token_type, terms.subject_token_types[0]);
        assert_eq!(Preset::of(&request), Some(preset));
    }
    let mut request = Case::success().request;
    request.subject_token_type = REFRESH_TOKEN.into();
    Preset::IdJag.fill(&mut request);
    assert_eq!(request.subject_token_type, REFRESH_TOKEN);
    request.subject_token_type = ACCESS_TOKEN.into();
    Preset::IdJag.fill(&mut request);
    assert_eq!(request.subject_token_type, ID_TOKEN);
    assert_eq!(Preset::named("id_jag"), None);
}

#[test]
pub fn ids_are_told_once() {
    let all = [id_jag(), chaining(), transaction()];
    let mut seen = BTreeSet::new();
    for case in all {
        let checks: Vec<Check> = case.checks().into_iter().filter(is_of_preset).collect();
        for check in checks {
            assert!(seen.insert(check.id), "{} stands twice", check.id);
            assert!(check.clause.starts_with("draft-ietf-oauth-"), "{}", check.clause);
        }
    }
}
