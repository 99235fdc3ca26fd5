//! What the server says of a token afterwards (INT, REV; RFC 7662, RFC 7009).

use serde_json::{Map, Value};

use super::{Check, Rule};
use crate::exchange::json::JsonError;
use crate::exchange::token::Jwt;

/// An answer of the introspection or the revocation endpoint.
#[derive(Clone, Copy, Debug)]
pub struct Said<'a> {
    pub status: u16,
    /// The body, if it is a JSON object.
    pub body: Result<&'a Map<String, Value>, &'a JsonError>,
}

impl Said<'_> {
    /// Whether the token is active; `None` when the answer does not say.
    pub fn active(&self) -> Option<bool> {
        self.body.ok().filter(|_| self.status == 200)?.get("active")?.as_bool()
    }
}

const INT_01: Rule =
    Rule::new("INT-01", "Introspection says whether the token is active", "RFC 7662 §2.2")
        .about("active");
const INT_02: Rule = Rule::new(
    "INT-02",
    "Introspection says what the token itself says",
    "RFC 7662 §2.2, RFC 8693 §7",
);
const REV_01: Rule =
    Rule::new("REV-01", "What becomes of the issued token is known", "RFC 7009 §2.1");
const REV_02: Rule = Rule::new(
    "REV-02",
    "Revocation says yes, also to a token that it does not know",
    "RFC 7009 §2.2",
);

/// Why there was nothing to ask: INT-01 alone.
pub fn not_introspected(reason: &str) -> Check {
    INT_01.not_applicable(reason)
}

/// Why nothing was revoked: REV-02 alone.
pub fn not_revoked(reason: &str) -> Check {
    REV_02.not_applicable(reason)
}

/// INT-01 when the server could not be asked about the issued token, and why.
pub fn introspection_failed(reason: &str) -> Check {
    INT_01.warn(could_not(reason))
}

/// REV-02 when revocation could not be asked for before the subject token was sent there.
pub fn revocation_failed(reason: &str) -> Check {
    REV_02.warn(format!("{} The subject token was not sent.", could_not(reason)))
}

/// REV-02 when the connection broke over the subject token itself.
pub fn revocation_unclear(reason: &str) -> Check {
    REV_02.warn(format!(
        "{} The subject token was sent to be revoked: take it to be of no use any more.",
        could_not(reason)
    ))
}

/// REV-01 when the server could not be asked what became of the tokens.
pub fn outlived_unclear(reason: &str) -> Check {
    REV_01.warn(could_not(reason))
}

fn could_not(reason: &str) -> String {
    format!("The server could not be asked: {}.", reason.trim_end_matches('.'))
}

/// INT-01 and INT-02 of the issued token, right after it was issued.
pub fn introspected(said: &Said<'_>, issued: Option<&Jwt>) -> Vec<Check> {
    vec![form(said), agreement(said, issued)]
}

fn form(said: &Said<'_>) -> Check {
    if said.status != 200 {
        let error = said.body.ok().and_then(|body| body.get("error")).and_then(Value::as_str);
        return INT_01.warn(format!(
            "The server does not tell this client: {}{}.",
            said.status,
            error.map_or_else(String::new, |error| format!(", {error}"))
        ));
    }
    let body = match said.body {
        Ok(body) => body,
        Err(error) => return INT_01.fail(format!("The body cannot be used: {error}.")),
    };
    match body.get("active") {
        None => INT_01.fail("The member “active” is missing."),
        Some(Value::Bool(true)) => INT_01.pass("The issued token is active."),
        Some(Value::Bool(false)) if body.len() > 1 => INT_01.warn(
            "The token is not active, and the answer says more of it all the same, which the \
             standard advises against.",
        ),
        Some(Value::Bool(false)) => {
            INT_01.note("The server does not call the token active, though it has just issued it.")
        }
        Some(_) => INT_01.fail("“active” is neither true nor false."),
    }
}

/// Members that mean the same in both places.
const SHARED: [&str; 12] = [
    "iss",
    "sub",
    "aud",
    "client_id",
    "scope",
    "exp",
    "iat",
    "nbf",
    "jti",
    "act",
    "may_act",
    "cnf",
];

fn agreement(said: &Said<'_>, issued: Option<&Jwt>) -> Check {
    let (Some(true), Ok(body)) = (said.active(), said.body) else {
        return INT_02.not_applicable("Introspection says nothing of it.");
    };
    let Some(jwt) = issued else {
        return INT_02.not_applicable("The token cannot be looked into.");
    };
    let differ: Vec<&str> = SHARED
        .into_iter()
        .filter(|name| match (jwt.claim(name), body.get(*name)) {
            (Some(claim), Some(member)) => !same(name, claim, member),
            _ => false,
        })
        .collect();
    if !differ.is_empty() {
        return INT_02.warn(format!(
            "They differ in {}: who introspects and who reads the token decide by different facts.",
            differ.join(", ")
        ));
    }
    let only = |there: &dyn Fn(&str) -> bool, here: &dyn Fn(&str) -> bool| -> Vec<&str> {
        SHARED.into_iter().filter(|name| there(name) && !here(name)).collect()
    };
    let claim = |name: &str| jwt.claim(name).is_some();
    let member = |name: &str| body.contains_key(name);
    // Who acts is what an API must know of an exchanged token.
    let hidden = only(&claim, &member);
    if hidden.contains(&"act") {
        return INT_02.warn("The token names an actor (act), and introspection does not.");
    }
    // Without the key an API takes a bound token from whoever has it (RFC 9449 §6.2).
    if hidden.contains(&"cnf") {
        return INT_02
            .warn("The token is bound to a key (cnf), and introspection does not say so.");
    }
    match (hidden.as_slice(), only(&member, &claim).as_slice()) {
        ([], []) => INT_02.pass("Introspection and token say the same."),
        (hidden @ [_, ..], _) => {
            INT_02.note(format!("Of what the token says it leaves out {}.", hidden.join(", ")))
        }
        ([], more) => INT_02.note(format!("It says more than the token: {}.", more.join(", "))),
    }
}

fn same(name: &str, claim: &Value, member: &Value) -> bool {
    let words = |value: &Value| -> Option<Vec<String>> {
        let mut words: Vec<String> = match value {
            Value::String(text) if name == "scope" => {
                text.split_ascii_whitespace().map(str::to_owned).collect()
            }
            Value::String(text) => vec![text.clone()],
            Value::Array(items) => {
                items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>()?
            }
            _ => return None,
        };
        words.sort();
        Some(words)
    };
    if ["aud", "scope"].contains(&name) {
        // One text or a list of it, in any order.
        return words(claim).is_some() && words(claim) == words(member);
    }
    claim == member
}

/// REV-02: the answers to the revocation of a token that nobody knows and of the subject token, and
/// what introspection says of the latter then.
pub fn revoked(unknown: &Said<'_>, subject: &Said<'_>, subject_active: Option<bool>) -> Check {
    let error = |said: &Said<'_>| {
        let error = said.body.ok().and_then(|body| body.get("error")).and_then(Value::as_str);
        error.unwrap_or("no error code").to_owned()
    };
    match (unknown.status, subject.status) {
        (200, 200) if subject_active == Some(true) => {
            REV_02.fail("It says yes, but the subject token is active as before.")
        }
        (200, 200) => REV_02.pass("The server says yes, and the subject token is revoked."),
        (200, status) if error(subject) == "unsupported_token_type" => REV_02.note(format!(
            "The server does not revoke tokens of this kind ({status}, unsupported_token_type)."
        )),
        (200, status) => REV_02.warn(format!(
            "The subject token was not revoked ({status}, {}). A client revokes only what was \
             issued to it.",
            error(subject)
        )),
        (status, _) => REV_02.fail(format!(
            "A token that the server does not know is refused ({status}, {}), where the standard \
             wants 200: the client would try again for nothing.",
            error(unknown)
        )),
    }
}

/// REV-01: whether the issued token outlives the subject token. The standards leave it open.
pub fn outlived(issued_active: Option<bool>, revoked: bool) -> Check {
    match (revoked, issued_active) {
        (false, _) => REV_01.not_applicable("The subject token was not revoked."),
        (true, None) => REV_01.not_applicable("The server does not say whether it is active."),
        (true, Some(true)) => REV_01.note(
            "It stays active after the subject token was revoked. RFC 8693 does not link the two: \
             revoke both, or keep its life short.",
        ),
        (true, Some(false)) => {
            REV_01.note("It ended together with the subject token that it was exchanged for.")
        }
    }
}

/// REV-01 of a later hop: whether its token outlives the one that the chain began with.
pub fn outlived_first(issued_active: Option<bool>, revoked: bool) -> Check {
    match (revoked, issued_active) {
        (false, _) => REV_01.not_applicable("The first token of the chain was not revoked."),
        (true, None) => REV_01.not_applicable("The server does not say whether it is active."),
        (true, Some(true)) => REV_01.note(
            "It stays active after the first token of the chain was revoked: whoever wants the chain \
             to end must revoke every token of it.",
        ),
        (true, Some(false)) => REV_01.note("It ended together with the first token of the chain."),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use serde_json::json;

    use super::*;
    use crate::exchange::Level;

    fn claims() -> Value {
        json!({"iss": "i", "sub": "alice", "aud": "dashboard", "scope": "a b", "act": {"sub": "p"},
               "cnf": {"jkt": "k"}})
    }

    fn check(status: u16, body: Value) -> Vec<Check> {
        let Value::Object(claims) = claims() else { panic!("not an object") };
        let jwt = Jwt { header: Map::new(), claims };
        let Value::Object(body) = body else { panic!("not an object") };
        introspected(&Said { status, body: Ok(&body) }, Some(&jwt))
    }

    fn active(spoil: impl Fn(&mut Map<String, Value>)) -> Value {
        let mut body = claims();
        body["active"] = true.into();
        spoil(body.as_object_mut().unwrap());
        body
    }

    #[test]
    pub fn a_good_introspection_passes() {
        let body = active(|body| {
            body.insert("aud".into(), json!(["dashboard"]));
            body.insert("scope".into(), json!("b a"));
        });
        for body in [active(|_| {}), body] {
            assert!(check(200, body).iter().all(|check| check.level == Level::Pass));
        }
    }

    #[test]
    pub fn each_check_of_an_introspection_fires() {
        for (status, body, id, expected) in [
            (200, json!({}), "INT-01", Level::Fail),
            (200, json!({"active": "true"}), "INT-01", Level::Fail),
            (200, json!({"active": false, "sub": "alice"}), "INT-01", Level::Warn),
            (200, json!({"active": false}), "INT-01", Level::Note),
            (401, json!({"error": "invalid_client"}), "INT-01", Level::Warn),
            (200, json!({"active": false}), "INT-02", Level::NotApplicable),
            (200, active(|b| drop(b.insert("sub".into(), "bob".into()))), "INT-02", Level::Warn),
            (200, active(|b| drop(b.insert("scope".into(), "a".into()))), "INT-02", Level::Warn),
            (200, active(|b| drop(b.insert("aud".into(), 1.into()))), "INT-02", Level::Warn),
            (200, active(|b| drop(b.remove("act"))), "INT-02", Level::Warn),
            (200, active(|b| drop(b.remove("cnf"))), "INT-02", Level::Warn),
            (200, active(|b| drop(b.remove("scope"))), "INT-02", Level::Note),
            (200, active(|b| drop(b.insert("jti".into(), "x".into()))), "INT-02", Level::Note),
        ] {
            let checks = check(status, body.clone());
            let found = checks.iter().find(|check| check.id == id).unwrap();
            assert_eq!(found.level, expected, "{body}: {found:?}");
        }
        let error = crate::exchange::json::parse_object(b"<html>").unwrap_err();
        let checks = introspected(&Said { status: 200, body: Err(&error) }, None);
        assert_eq!(checks[0].level, Level::Fail);
        assert_eq!(checks[1].level, Level::NotApplicable);
    }

    #[test]
    pub fn each_check_of_a_revocation_fires() {
        let said = |status, body: &Value| -> (u16, Map<String, Value>) {
            (status, body.as_object().unwrap().clone())
        };
        let (none, unsupported) = (json!({}), json!({"error": "unsupported_token_type"}));
        for (unknown, subject, active, expected) in [
            (said(200, &none), said(200, &none), Some(false), Level::Pass),
            (said(200, &none), said(200, &none), None, Level::Pass),
            (said(200, &none), said(200, &none), Some(true), Level::Fail),
            (said(200, &none), said(400, &unsupported), Some(true), Level::Note),
            (said(200, &none), said(400, &none), Some(true), Level::Warn),
            (said(400, &none), said(200, &none), Some(false), Level::Fail),
        ] {
            let found = revoked(
                &Said { status: unknown.0, body: Ok(&unknown.1) },
                &Said { status: subject.0, body: Ok(&subject.1) },
                active,
            );
            assert_eq!((found.id, found.level), ("REV-02", expected), "{found:?}");
        }
        assert_eq!(outlived(Some(true), true).level, Level::Note);
        assert_eq!(outlived(Some(false), true).level, Level::Note);
        assert_ne!(outlived(Some(true), true).finding, outlived(Some(false), true).finding);
        assert_eq!(outlived_first(Some(true), true).level, Level::Note);
        assert_ne!(
            outlived_first(Some(true), true).finding,
            outlived_first(Some(false), true).finding
        );
        assert_eq!(outlived_first(None, true).level, Level::NotApplicable);
        assert_eq!(outlived_first(Some(true), false).level, Level::NotApplicable);
        assert_eq!(outlived(None, true).level, Level::NotApplicable);
        assert_eq!(outlived(Some(true), false).level, Level::NotApplicable);
    }
}
