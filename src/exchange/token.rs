//! A token looked into without trust.
//!
//! Decoding says what a token claims, never that it is true: that is [`super::verify`]. A token is
//! opaque until it proves otherwise, and an opaque or encrypted one is as good as any other (RFC 8693
//! §3): it is said to be so, not complained about. Claims keep their order; sizes are limited before
//! anything is decoded.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};

use super::json;
use super::time;

/// Longest token that is decoded, in bytes.
pub const LIMIT: usize = 256 << 10;

/// What a token turned out to be.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Token {
    /// A compact JWS whose payload is a JSON object (RFC 7519).
    Jwt(Jwt),
    /// A compact JWE (RFC 7516): only its header can be read.
    Encrypted { header: Map<String, Value> },
    /// Nothing that can be looked into, and why.
    Opaque { characters: usize, reason: String },
}

/// A decoded, unverified JWT. Holds no signature, so it cannot be replayed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Jwt {
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
}

/// Looks into a token.
pub fn decode(text: &str) -> Token {
    let characters = text.chars().count();
    let opaque = |reason: &str| Token::Opaque { characters, reason: reason.to_owned() };
    if text.len() > LIMIT {
        return opaque("it is longer than 256 KiB and was not looked into");
    }
    let parts: Vec<&str> = text.split('.').collect();
    match parts.as_slice() {
        [header, payload, signature] => {
            let Ok(header) = part(header) else {
                return opaque("it has three parts, but the first is no JSON header");
            };
            if URL_SAFE_NO_PAD.decode(signature).is_err() {
                return opaque("it looks like a JWT, but its signature is not base64url");
            }
            match part(payload) {
                Ok(claims) => Token::Jwt(Jwt { header, claims }),
                Err(problem) => Token::Opaque {
                    characters,
                    reason: format!("it looks like a JWT, but of its payload, {problem}"),
                },
            }
        }
        [header, _, _, _, _] => match part(header) {
            Ok(header) if header.contains_key("enc") => Token::Encrypted { header },
            _ => opaque("it has five parts, but the first is no JWE header"),
        },
        _ if text.starts_with('<') || text.starts_with("PD94") || text.starts_with("PHNhb") => {
            opaque("it looks like XML, perhaps a SAML assertion")
        }
        _ => opaque("it has not the form of a JWT"),
    }
}

fn part(text: &str) -> Result<Map<String, Value>, String> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| "it is not base64url".to_owned())?;
    json::parse_object(&bytes).map_err(|error| error.to_string())
}

impl Token {
    pub fn jwt(&self) -> Option<&Jwt> {
        match self {
            Self::Jwt(jwt) => Some(jwt),
            Self::Encrypted { .. } | Self::Opaque { .. } => None,
        }
    }

    /// What it is, in a few words.
    pub fn summary(&self) -> String {
        match self {
            Self::Jwt(jwt) => match jwt.header_text("typ") {
                Some(typ) => format!("JWT ({typ})"),
                None => "JWT".to_owned(),
            },
            Self::Encrypted { .. } => "Encrypted (JWE): it cannot be inspected here".to_owned(),
            Self::Opaque { characters, reason } => {
                format!("Opaque, {characters} characters: {reason}")
            }
        }
    }
}

impl Jwt {
    pub fn header_text(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    /// A claim other than null.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name).filter(|value| !value.is_null())
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A NumericDate, in whole seconds (RFC 7519 §2 allows fractions).
    pub fn date(&self, name: &str) -> Option<i64> {
        let value = self.claims.get(name)?;
        value.as_i64().or_else(|| {
            let seconds = value.as_f64()?;
            // Far beyond any year a calendar has, a float stops being a count of seconds.
            (seconds.abs() < 1e15).then_some(seconds.floor() as i64)
        })
    }

    /// `aud`, which may be one string or a list (RFC 7519 §4.1.3).
    pub fn audiences(&self) -> Vec<&str> {
        strings(self.claims.get("aud"))
    }

    /// `scope` as a string (RFC 8693 §4.2) or a list, or `scp` as some servers write it. `None` when
    /// the token says nothing of scopes.
    pub fn scopes(&self) -> Option<Vec<&str>> {
        let value = self.claim("scope").or_else(|| self.claim("scp"))?;
        Some(match value {
            Value::String(text) => text.split_ascii_whitespace().collect(),
            other => strings(Some(other)),
        })
    }

    /// The client it was issued to: `client_id` (RFC 8693 §4.3, RFC 9068 §2.2), `azp` or `appid`.
    pub fn client(&self) -> Option<(&'static str, &str)> {
        ["client_id", "azp", "appid"]
            .into_iter()
            .find_map(|name| self.text(name).map(|text| (name, text)))
    }

    /// The chain of actors (RFC 8693 §4.1), the current one first, up to 16.
    pub fn actors(&self) -> Vec<&Map<String, Value>> {
        let mut chain = Vec::new();
        let mut next = self.claims.get("act").and_then(Value::as_object);
        while let Some(actor) = next {
            chain.push(actor);
            if chain.len() == 16 {
                break;
            }
            next = actor.get("act").and_then(Value::as_object);
        }
        chain
    }
}

/// The strings of a string or a list.
pub fn strings(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

/// A claim as a person reads it: dates as dates, lists and scopes as words.
pub fn explain(name: &str, value: &Value, now: SystemTime) -> String {
    if matches!(name, "exp" | "iat" | "nbf" | "auth_time" | "updated_at")
        && let Some(seconds) = value.as_f64().filter(|s| s.abs() < 1e15).map(|s| s.floor() as i64)
        && let Some(date) = time::utc(seconds)
    {
        return format!("{date} ({})", time::relative(seconds, now));
    }
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            strings(Some(value)).join(", ")
        }
        other => other.to_string(),
    }
}

/// What a registered claim is for, in a few words.
pub fn meaning(name: &str) -> Option<&'static str> {
    Some(match name {
        "iss" => "Who issued it",
        "sub" => "Whom it is about",
        "aud" => "Whom it is for",
        "exp" => "When it ends",
        "nbf" => "When it begins",
        "iat" => "When it was issued",
        "jti" => "Its own id",
        "client_id" | "azp" | "appid" => "The client it was issued to",
        "scope" | "scp" => "What it allows",
        "act" => "Who acts for the subject",
        "may_act" => "Who may act for the subject",
        "cnf" => "The key its holder must prove",
        "auth_time" => "When the user signed in",
        "nonce" => "Ties it to one sign-in",
        "acr" => "How strongly the user signed in",
        "amr" => "By what means the user signed in",
        "groups" => "Groups of the subject",
        "roles" => "Roles of the subject",
        "sid" => "The session at the issuer",
        "txn" => "The transaction it belongs to",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::{Duration, UNIX_EPOCH};

    fn encode(header: &str, payload: &[u8]) -> String {
        let b64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        format!("{}.{}.{}", b64(header.as_bytes()), b64(payload), b64(b"signature"))
    }

    #[test]
    fn claims_keep_their_order_and_texts() {
        let token = decode(&encode(
            r#"{"alg":"ES256","typ":"at+jwt"}"#,
            br#"{"sub":"00123","iss":"https://a","aud":["x","y"],"scp":["r","w"],"exp":1000.7}"#,
        ));
        let jwt = token.jwt().unwrap();
        assert_eq!(jwt.claims.keys().collect::<Vec<_>>(), ["sub", "iss", "aud", "scp", "exp"]);
        assert_eq!(jwt.text("sub"), Some("00123"));
        assert_eq!(jwt.audiences(), ["x", "y"]);
        assert_eq!(jwt.scopes().unwrap(), ["r", "w"]);
        assert_eq!(jwt.date("exp"), Some(1000));
        assert_eq!(token.summary(), "JWT (at+jwt)");
    }

    #[test]
    fn what_is_no_jwt_is_opaque_with_a_reason() {
        let long = "a".repeat(LIMIT + 1);
        let not_json = encode("{}", b"hello");
        let twice = encode("{}", br#"{"sub":"a","sub":"b"}"#);
        let not_utf8 = encode("{}", b"{\"sub\":\"\xff\"}");
        for (text, reason) in [
            ("0f".repeat(32).as_str(), "has not the form"),
            ("a.b.c", "no JSON header"),
            ("", "has not the form"),
            ("<saml:Assertion", "XML"),
            (&long, "longer than"),
            (&not_json, "not JSON"),
            (&twice, "twice"),
            (&not_utf8, "not UTF-8"),
        ] {
            let Token::Opaque { reason: found, .. } = decode(text) else {
                panic!("not opaque: {text}")
            };
            assert!(found.contains(reason), "{found}");
        }
    }

    #[test]
    fn an_encrypted_token_is_said_to_be_so() {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"dir","enc":"A256GCM"}"#);
        assert!(matches!(decode(&format!("{header}....")), Token::Encrypted { .. }));
    }

    #[test]
    fn actors_are_read_from_the_outside_in_and_bounded() {
        let nested = |depth: usize| {
            let mut value = serde_json::json!({"sub": "last"});
            for index in 0..depth {
                value = serde_json::json!({"sub": index.to_string(), "act": value});
            }
            value
        };
        let jwt = |act: Value| Jwt {
            header: Map::new(),
            claims: Map::from_iter([("act".to_owned(), act)]),
        };
        assert_eq!(jwt(nested(2)).actors().len(), 3);
        assert_eq!(jwt(nested(40)).actors().len(), 16);
        assert_eq!(jwt(Value::from("no object")).actors().len(), 0);
    }

    #[test]
    fn dates_are_explained() {
        let now = UNIX_EPOCH + Duration::from_secs(1_795_388_645);
        assert_eq!(
            explain("exp", &Value::from(1_795_388_705), now),
            "2026-11-22 23:05:05 UTC (in 1 min)"
        );
        assert_eq!(explain("exp", &Value::from(1e300), now), "1e+300");
        assert_eq!(explain("aud", &serde_json::json!(["a", "b"]), now), "a, b");
    }

    proptest::proptest! {
        #[test]
        fn anything_can_be_decoded(text in ".{0,200}") {
            proptest::prop_assert!(!decode(&text).summary().is_empty());
        }

        #[test]
        fn any_bytes_between_dots_can_be_decoded(
            header in proptest::collection::vec(proptest::num::u8::ANY, 0..60),
            payload in proptest::collection::vec(proptest::num::u8::ANY, 0..60),
        ) {
            let b64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
            decode(&format!("{}.{}.AAAA", b64(&header), b64(&payload)));
        }
    }
}
