//! Each check of a redeemed grant fires on a crafted one and is silent on a good one.

use std::sync::Arc;
use std::time::UNIX_EPOCH;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{SecretBox, SecretString};
use serde_json::json;

use super::*;
use crate::exchange::client_auth::ClientAuth;
use crate::exchange::json;
use crate::exchange::keys::{SigningAlgorithm, SigningKey};
use crate::exchange::token;

const NOW: u64 = 1_800_000_000;
const ISSUER: &str = "https://as.example";
const ENDPOINT: &str = "https://as.example/token";

/// A redemption, to be spoilt in one place.
struct Case {
    typ: &'static str,
    claims: Value,
    client: Client,
    status: u16,
    cache: &'static str,
    body: Value,
    issued: Value,
    scope: &'static str,
}

impl Case {
    fn good() -> Self {
        Self {
            typ: id_jag::TYP,
            claims: json!({
                "iss": "https://home.example", "sub": "alice", "aud": ISSUER, "client_id": "portal",
                "jti": "1", "iat": NOW, "exp": NOW + 60, "scope": "read write",
            }),
            client: Client::new("portal", ClientAuth::Post(SecretString::from("MARKED-SECRET"))),
            status: 200,
            cache: "no-store",
            body: json!({"token_type": "Bearer", "expires_in": 300, "scope": "read"}),
            issued: json!({"scope": "read"}),
            scope: "read",
        }
    }

    fn bound() -> Self {
        let key = Arc::new(SigningKey::generate(SigningAlgorithm::Es256).unwrap());
        let mut case = Self::good();
        case.claims["cnf"] = json!({"jkt": key.thumbprint()});
        case.issued["cnf"] = case.claims["cnf"].clone();
        case.body["token_type"] = "DPoP".into();
        case.client = case.client.bound_to(key);
        case
    }

    fn refusal() -> Self {
        Self { status: 400, body: json!({"error": "invalid_grant"}), ..Self::good() }
    }

    fn jwt(&self, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let header = json!({"alg": "ES256", "typ": self.typ});
        format!("{}.{}.bWFya2VkLXNpZ25hdHVyZQ", part(&header), part(claims))
    }

    fn checks(mut self, grant: Option<&str>) -> Vec<Check> {
        let text = grant.map_or_else(|| self.jwt(&self.claims), str::to_owned);
        let issued_text = self.jwt(&self.issued);
        if self.status == 200 && self.body.get("access_token").is_none() {
            self.body["access_token"] = issued_text.clone().into();
        }
        let bytes = self.body.to_string().into_bytes();
        let body = json::parse_object(&bytes);
        let (grant, issued) = (token::decode(&text), token::decode(&issued_text));
        let mut sent = Redactor::new();
        sent.add(&SecretString::from(text));
        let look = Look {
            grant: &grant,
            client: &self.client,
            issuer: Some(ISSUER),
            endpoint: ENDPOINT,
            now: UNIX_EPOCH + Duration::from_secs(NOW),
            skew: Duration::from_secs(60),
        };
        let asked = request(&look);
        let reply = HttpAnswer {
            status: self.status,
            headers: vec![("cache-control".into(), self.cache.into())],
            body: SecretBox::new(bytes.into_boxed_slice()),
            first_byte: Duration::ZERO,
            total: Duration::ZERO,
            phases: Default::default(),
        };
        let answered = Answered {
            look: &look,
            asked: &asked,
            scope: self.scope,
            answer: &reply,
            body: body.as_ref(),
            issued: Some(&issued),
            sent: &sent,
        };
        let after = answer(&answered);
        asked.into_iter().chain(after).collect()
    }
}

/// What is found of a case that was spoilt.
fn found(mut case: Case, spoil: impl FnOnce(&mut Case)) -> Vec<(&'static str, Level)> {
    spoil(&mut case);
    fired(case.checks(None))
}

fn fired(checks: Vec<Check>) -> Vec<(&'static str, Level)> {
    let fired = checks.into_iter().filter(|check| check.level > Level::Pass);
    fired.map(|check| (check.id, check.level)).collect()
}

#[test]
pub fn a_good_redemption_passes_every_check() {
    for case in [Case::good(), Case::bound(), Case::refusal()] {
        assert_eq!(found(case, |_| ()), []);
    }
    // A plain JWT grant may name the endpoint, and need not have all that an ID-JAG has.
    let plain = found(Case::good(), |case| {
        case.typ = "JWT";
        case.claims =
            json!({"iss": "https://home.example", "sub": "a", "aud": ENDPOINT, "exp": NOW});
    });
    assert_eq!(plain, []);
    let lists =
        |grant: &str| json!({"grant_types_supported": [grant]}).as_object().cloned().unwrap();
    assert_eq!(announced(&lists(GRANT_TYPE)).level, Level::Pass);
    assert_eq!(announced(&lists("authorization_code")).level, Level::Note);
}

#[test]
pub fn each_check_fires_on_what_it_is_for() {
    use Level::{Fail, Note, Warn};

    // A broken grant that is redeemed all the same is two findings.
    let broken = |id, spoil: fn(&mut Case)| {
        assert_eq!(found(Case::good(), spoil), [(id, Fail), ("JWTB-11", Fail)], "{id}");
    };
    broken("JWTB-01", |case| drop(case.claims.as_object_mut().unwrap().remove("jti")));
    broken("JWTB-02", |case| case.claims["aud"] = "https://other.example".into());
    broken("JWTB-02", |case| case.claims["aud"] = json!([ISSUER, "https://other.example"]));
    broken("JWTB-02", |case| case.claims["aud"] = ENDPOINT.into());
    broken("JWTB-03", |case| case.claims["exp"] = (NOW - 61).into());
    broken("JWTB-03", |case| case.claims["nbf"] = (NOW + 61).into());
    broken("JWTB-04", |case| case.claims["client_id"] = "other".into());
    broken("JWTB-05", |case| case.claims["cnf"] = json!({"jkt": "x"}));
    broken("JWTB-06", |case| case.claims["iss"] = ISSUER.into());
    let opaque = fired(Case::good().checks(Some("opaque")));
    assert_eq!(opaque, [("JWTB-01", Fail), ("JWTB-11", Fail)]);

    let one = |id, level, spoil: fn(&mut Case)| {
        assert_eq!(found(Case::good(), spoil), [(id, level)], "{id}");
    };
    one("JWTB-04", Note, |case| {
        (case.typ, case.claims["client_id"]) = ("JWT", "other".into());
    });
    one("JWTB-06", Note, |case| (case.typ, case.claims["iss"]) = ("JWT", ISSUER.into()));
    one("JWTB-07", Fail, |case| case.cache = "");
    one("JWTB-07", Fail, |case| case.body["token_type"] = "N_A".into());
    one("JWTB-07", Fail, |case| case.body["access_token"] = "".into());
    one("JWTB-08", Warn, |case| case.body["refresh_token"] = "MARKED".into());
    one("JWTB-09", Warn, |case| case.issued["scope"] = "read admin".into());
    let wrong_key = found(Case::bound(), |case| case.issued["cnf"] = json!({"jkt": "x"}));
    assert_eq!(wrong_key, [("JWTB-10", Warn)]);
    let unbound = found(Case::bound(), |case| case.body["token_type"] = "Bearer".into());
    assert_eq!(unbound, [("JWTB-10", Warn)]);
    let other = |error: &str| {
        let body = json!({ "error": error });
        found(Case { body, ..Case::refusal() }, |_| ())
    };
    assert_eq!(other("invalid_request"), [("JWTB-12", Note)]);
    assert_eq!(other(""), [("JWTB-12", Fail)]);
    assert_eq!(other("invalid_client"), []);
    let echo = found(Case::refusal(), |case| {
        let text = case.jwt(&case.claims);
        case.body["error_description"] = text.into();
    });
    assert_eq!(echo, [("JWTB-13", Fail)]);
}
