//! Proofs of possession (DPoP, RFC 9449): a token that only who has a key can use.
//!
//! The client makes a key, and sends with each token request a proof that it has it: a small JWT
//! about this one request, signed with the key, with the public half inside. The server binds the
//! token to the key (`cnf.jkt`, RFC 9449 §6). Whoever steals the token has then nothing, and a
//! server that hands out a bearer token all the same is found out (RES-08).

use std::time::SystemTime;

use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use super::http::HttpAnswer;
use super::json as strict_json;
use super::keys::{KeyError, SigningKey, random_text, sha256_base64url};
use super::time;
use secrecy::ExposeSecret as _;

/// The `typ` of a proof (RFC 9449 §4.2).
pub const TYP: &str = "dpop+jwt";

/// The name of the request header.
pub const HEADER: &str = "DPoP";

/// One request that is to be proved.
#[derive(Clone, Copy, Debug)]
pub struct Proved<'a> {
    /// The HTTP method, in upper case.
    pub method: &'a str,
    pub url: &'a Url,
    /// What the server gave to be repeated (RFC 9449 §8).
    pub nonce: Option<&'a str>,
    /// The access token that goes along, at a resource; none at a token endpoint.
    pub access_token: Option<&'a SecretString>,
    pub now: SystemTime,
}

/// A new proof for one request (RFC 9449 §4.2).
///
/// # Errors
///
/// When it cannot be signed.
pub fn proof(key: &SigningKey, proved: &Proved<'_>) -> Result<SecretString, KeyError> {
    let mut claims = json!({
        "jti": random_text()?,
        "htm": proved.method,
        "htu": target(proved.url),
        "iat": time::seconds(proved.now),
    });
    if let Some(nonce) = proved.nonce {
        claims["nonce"] = nonce.into();
    }
    if let Some(token) = proved.access_token {
        claims["ath"] = sha256_base64url(token.expose_secret()).into();
    }
    key.sign_with_key_inside(TYP, &claims).map(SecretString::from)
}

/// An address as `htu` has it: without query and fragment, and in one spelling (RFC 9449 §4.3).
pub fn target(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

/// The nonce that a server wants in another try: an answer `use_dpop_nonce` with one (RFC 9449 §8).
pub fn wanted_nonce(answer: &HttpAnswer) -> Option<&str> {
    if !asks_for_nonce(answer) {
        return None;
    }
    answer.header("dpop-nonce").filter(|nonce| is_nonce(nonce))
}

/// Whether an answer is `use_dpop_nonce`, with or without a nonce.
pub fn asks_for_nonce(answer: &HttpAnswer) -> bool {
    matches!(answer.status, 400 | 401)
        && strict_json::parse_object(answer.body.expose_secret())
            .is_ok_and(|body| body.get("error").and_then(Value::as_str) == Some("use_dpop_nonce"))
}

/// The characters that a nonce may have (RFC 9449 §8.1, `NQCHAR`).
pub fn is_nonce(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::exchange::keys::{KeySet, SigningAlgorithm};
    use crate::exchange::token::{self, Token};

    #[test]
    fn a_proof_is_about_one_request_and_carries_nothing_but_the_public_key() {
        let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
        let url = Url::parse("https://Login.example:443/token?tenant=1#x").unwrap();
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let proved =
            Proved { method: "POST", url: &url, nonce: Some("n-1"), access_token: None, now };
        let first = proof(&key, &proved).unwrap();
        let Token::Jwt(jwt) = token::decode(first.expose_secret()) else { panic!("no JWT") };
        assert_eq!((&jwt.header["typ"], &jwt.header["alg"]), (&TYP.into(), &"ES256".into()));
        assert!(jwt.header.get("kid").is_none());
        let mut names: Vec<_> = jwt.header["jwk"].as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, ["crv", "kty", "x", "y"]);
        assert_eq!(jwt.claims["htm"], "POST");
        assert_eq!(jwt.claims["htu"], "https://login.example/token");
        assert_eq!(jwt.claims["iat"], 1_800_000_000);
        assert_eq!(jwt.claims["nonce"], "n-1");
        assert!(jwt.claims.get("ath").is_none());
        assert!(KeySet::of([&key]).verify(first.expose_secret()).is_ok());
        let second = proof(&key, &proved).unwrap();
        let Token::Jwt(again) = token::decode(second.expose_secret()) else { panic!("no JWT") };
        assert_ne!(jwt.claims["jti"], again.claims["jti"]);
    }

    #[test]
    fn a_proof_at_a_resource_names_the_token_as_the_standard_does() {
        // RFC 9449 §7.1, figure 12 and its `ath`.
        let token = SecretString::from("Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU");
        let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
        let url = Url::parse("https://resource.example.org/protectedresource").unwrap();
        let proved = Proved {
            method: "GET",
            url: &url,
            nonce: None,
            access_token: Some(&token),
            now: UNIX_EPOCH,
        };
        let proof = proof(&key, &proved).unwrap();
        let Token::Jwt(jwt) = token::decode(proof.expose_secret()) else { panic!("no JWT") };
        assert_eq!(jwt.claims["ath"], "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo");
        assert!(jwt.claims.get("nonce").is_none());
    }

    #[test]
    fn only_printable_ascii_without_quotes_is_a_nonce() {
        assert!(is_nonce("eyJ7S_zG.eyJH0-Z.HX4w-7v"));
        for bad in ["", "a b", "a\"b", "a\\b", "ü", "a\n"] {
            assert!(!is_nonce(bad), "{bad:?}");
        }
    }
}
