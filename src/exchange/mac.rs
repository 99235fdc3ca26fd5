//! Signatures by a secret that two sides share (HMAC, RFC 7518 §3.2), for `client_secret_jwt` alone.
//!
//! Apart from [`keys`](super::keys), so that no set of public keys can ever be taken for a secret:
//! what verifies here knows nothing but MACs, and what verifies there refuses every one of them.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Map, Value};

use super::keys::{KeyError, Verified, header_of, printable};

/// A MAC of RFC 7518 §3.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum MacAlgorithm {
    #[default]
    Hs256,
    Hs384,
    Hs512,
}

impl MacAlgorithm {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hs256, Self::Hs384, Self::Hs512];

    /// The name in a token's header and in metadata.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hs256 => "HS256",
            Self::Hs384 => "HS384",
            Self::Hs512 => "HS512",
        }
    }

    /// The algorithm with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    /// Octets a secret must have at least (RFC 7518 §3.2).
    pub fn shortest_secret(self) -> usize {
        match self {
            Self::Hs256 => 32,
            Self::Hs384 => 48,
            Self::Hs512 => 64,
        }
    }

    fn jose(self) -> Algorithm {
        match self {
            Self::Hs256 => Algorithm::HS256,
            Self::Hs384 => Algorithm::HS384,
            Self::Hs512 => Algorithm::HS512,
        }
    }
}

/// Why a MAC is not believed. Names nothing of token and secret but the algorithm.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MacError {
    #[error("it is not a signed JWT")]
    NotSignedJwt,
    /// `none`, a signature by a private key, or one that is not known.
    #[error("the algorithm '{0}' is not one that a secret signs with")]
    Algorithm(String),
    #[error("the header asks for extensions that are not understood (crit)")]
    Critical,
    #[error(
        "the secret is too short for {} (RFC 7518 section 3.2: {} octets)",
        .0.name(),
        .0.shortest_secret()
    )]
    ShortSecret(MacAlgorithm),
    #[error("the signature is wrong")]
    Wrong,
}

/// A token signed with the octets of the secret's UTF-8 (OpenID Connect Core §9).
///
/// # Errors
///
/// When the cryptographic library fails.
pub fn sign(
    secret: &SecretString,
    algorithm: MacAlgorithm,
    typ: &str,
    claims: &impl Serialize,
) -> Result<String, KeyError> {
    let mut header = Header::new(algorithm.jose());
    header.typ = Some(typ.to_owned());
    let key = EncodingKey::from_secret(secret.expose_secret().as_bytes());
    jsonwebtoken::encode(&header, claims, &key).map_err(|_| KeyError::Sign)
}

/// Checks the MAC of a token and gives what it says; times and audience are not judged.
///
/// # Errors
///
/// When the token is not one that this secret signed.
pub fn verify(secret: &SecretString, token: &str) -> Result<Verified, MacError> {
    let header = header_of(token).map_err(|_| MacError::NotSignedJwt)?;
    let name = header.get("alg").and_then(Value::as_str).unwrap_or_default();
    let algorithm =
        MacAlgorithm::from_name(name).ok_or_else(|| MacError::Algorithm(printable(name)))?;
    if header.contains_key("crit") {
        return Err(MacError::Critical);
    }
    let secret = secret.expose_secret().as_bytes();
    if secret.len() < algorithm.shortest_secret() {
        return Err(MacError::ShortSecret(algorithm));
    }
    let mut signature_only = Validation::new(algorithm.jose());
    signature_only.validate_exp = false;
    signature_only.validate_nbf = false;
    signature_only.validate_aud = false;
    signature_only.required_spec_claims.clear();
    let key = DecodingKey::from_secret(secret);
    jsonwebtoken::decode::<Map<String, Value>>(token, &key, &signature_only)
        .map(|data| Verified { kid: None, header, claims: data.claims })
        .map_err(|_| MacError::Wrong)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::keys::{SigningAlgorithm, SigningKey};
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    fn secret(length: usize) -> SecretString {
        SecretString::from("s".repeat(length))
    }

    #[test]
    fn what_a_secret_signs_it_verifies_and_no_other_does() {
        for algorithm in MacAlgorithm::ALL {
            let claims = json!({ "sub": "portal", "exp": 1 });
            let token = sign(&secret(64), algorithm, "JWT", &claims).unwrap();
            let verified = verify(&secret(64), &token).unwrap();
            assert_eq!(verified.text("sub"), Some("portal"));
            assert_eq!(verified.header["alg"], algorithm.name());
            assert_eq!(verify(&secret(65), &token).unwrap_err(), MacError::Wrong);
        }
    }

    #[test]
    fn a_secret_below_the_size_of_the_hash_is_none() {
        for algorithm in MacAlgorithm::ALL {
            let short = secret(algorithm.shortest_secret() - 1);
            let token = sign(&short, algorithm, "JWT", &json!({})).unwrap();
            assert_eq!(verify(&short, &token).unwrap_err(), MacError::ShortSecret(algorithm));
        }
    }

    #[test]
    fn anything_but_a_mac_is_refused() {
        let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
        let token = key.sign("JWT", &json!({ "sub": "x" })).unwrap();
        assert_eq!(
            verify(&secret(64), &token).unwrap_err(),
            MacError::Algorithm("ES256".to_owned())
        );
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        for alg in ["none", "hs256", ""] {
            let token = format!("{}.{}.", part(json!({ "alg": alg })), part(json!({})));
            assert_eq!(
                verify(&secret(64), &token).unwrap_err(),
                MacError::Algorithm(alg.to_owned())
            );
        }
        let token =
            format!("{}.{}.AA", part(json!({ "alg": "HS256", "crit": ["b64"] })), part(json!({})));
        assert_eq!(verify(&secret(64), &token).unwrap_err(), MacError::Critical);
        assert_eq!(verify(&secret(64), "opaque").unwrap_err(), MacError::NotSignedJwt);
    }
}
