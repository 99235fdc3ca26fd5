//! Key sets, and what a token says whose signature fits one of their keys.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::{Map, Value};

use super::SigningKey;

/// How many keys of a set are read; real sets have a handful, and each may have to be tried.
const MOST_KEYS: usize = 100;

/// The public keys of an issuer, as its JWKS document (RFC 7517 §5) gives them. Keys of a kind that
/// is not understood are skipped, as §5 asks.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: Vec<Jwk>,
    skipped: usize,
}

/// Why a document is no key set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    #[error("the key set is not JSON: {0}")]
    NotJson(String),
    #[error("the key set has no list \"keys\"")]
    NoKeys,
}

impl KeySet {
    /// The set with the public halves of these keys.
    pub fn of<'a>(keys: impl IntoIterator<Item = &'a SigningKey>) -> Self {
        Self { keys: keys.into_iter().map(|key| key.public.clone()).collect(), skipped: 0 }
    }

    /// The set of these keys, and how many were left out of it.
    pub(crate) fn from_keys(keys: Vec<Jwk>, skipped: usize) -> Self {
        Self { keys, skipped }
    }

    /// Reads a JWKS document.
    ///
    /// # Errors
    ///
    /// When it is not JSON or has no `keys`.
    pub fn parse(json: &[u8]) -> Result<Self, KeySetError> {
        let document: Value = serde_json::from_slice(json)
            .map_err(|error| KeySetError::NotJson(error.to_string()))?;
        let listed = document.get("keys").and_then(Value::as_array).ok_or(KeySetError::NoKeys)?;
        let keys: Vec<Jwk> = listed
            .iter()
            .take(MOST_KEYS)
            .filter_map(|key| serde_json::from_value::<Jwk>(key.clone()).ok())
            .filter(|key| {
                !matches!(
                    key.algorithm,
                    AlgorithmParameters::OctetKey(_) | AlgorithmParameters::Other(_)
                )
            })
            .collect();
        Ok(Self { skipped: listed.len() - keys.len(), keys })
    }

    /// The set of the one key that a token carries in its header, and its thumbprint (RFC 7638).
    /// Says nothing of whose key it is: only a proof of possession is verified with it.
    pub fn of_header(jwk: &Value) -> Option<(Self, String)> {
        let mut key: Jwk = serde_json::from_value(jwk.clone()).ok()?;
        let symmetric = matches!(
            key.algorithm,
            AlgorithmParameters::OctetKey(_) | AlgorithmParameters::Other(_)
        );
        if symmetric {
            return None;
        }
        let thumbprint = key.thumbprint(ThumbprintHash::SHA256).ok()?;
        key.common.key_id = None;
        Some((Self { keys: vec![key], skipped: 0 }, thumbprint))
    }

    /// The JWKS document.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(JwkSet { keys: self.keys.clone() }).unwrap_or(Value::Null)
    }

    pub fn keys(&self) -> &[Jwk] {
        &self.keys
    }

    /// Keys of the document that were not understood.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// Checks the signature of a token against the set and gives what it says. Nothing else is
    /// checked: not the times, not the issuer, not the audience.
    ///
    /// # Errors
    ///
    /// When the token is not a signed JWT, its algorithm is not acceptable, no key fits, or the
    /// signature is wrong.
    pub fn verify(&self, token: &str) -> Result<Verified, SignatureError> {
        let header = header_of(token)?;
        let name = header.get("alg").and_then(Value::as_str).unwrap_or_default();
        let algorithm =
            asymmetric(name).ok_or_else(|| SignatureError::Algorithm(printable(name)))?;
        if header.contains_key("crit") {
            return Err(SignatureError::Critical);
        }
        let kid = header.get("kid").and_then(Value::as_str);
        let fits = |key: &&Jwk| {
            key.common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature)
                && key.common.key_algorithm.is_none_or(|own| own.to_string() == name)
                && DecodingKey::from_jwk(key).is_ok_and(|key| key.family() == algorithm.family())
        };
        // A name only says which key to try first (RFC 7515 §4.1.4); a key without one may be it.
        let named = |key: &&Jwk| match (kid, key.common.key_id.as_deref()) {
            (Some(kid), Some(own)) => kid == own,
            _ => true,
        };
        let candidates: Vec<&Jwk> = self.keys.iter().filter(named).collect();
        if candidates.is_empty() {
            return Err(SignatureError::UnknownKey(kid.map(printable)));
        }
        let fitting: Vec<&Jwk> = candidates.into_iter().filter(fits).collect();
        if fitting.is_empty() {
            return Err(SignatureError::KeyMismatch(name.to_owned()));
        }
        let mut signature_only = Validation::new(algorithm);
        signature_only.validate_exp = false;
        signature_only.validate_nbf = false;
        signature_only.validate_aud = false;
        signature_only.required_spec_claims.clear();
        for key in fitting {
            let Ok(decoding) = DecodingKey::from_jwk(key) else { continue };
            if let Ok(data) =
                jsonwebtoken::decode::<Map<String, Value>>(token, &decoding, &signature_only)
            {
                return Ok(Verified {
                    kid: key.common.key_id.clone(),
                    header,
                    claims: data.claims,
                });
            }
        }
        Err(SignatureError::Wrong)
    }
}

/// A token whose signature is right.
#[derive(Clone)]
pub struct Verified {
    /// Name of the key that fits.
    pub kid: Option<String>,
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
}

/// Claims are personal data: `Debug` names them and leaves the values out.
impl std::fmt::Debug for Verified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Verified")
            .field("kid", &self.kid)
            .field("claims", &self.claims.keys().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl Verified {
    /// A claim that is text.
    pub fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim).and_then(Value::as_str)
    }

    /// A claim that is a NumericDate (RFC 7519 §2), in whole seconds since 1970 (a fraction is cut
    /// off).
    pub fn seconds(&self, claim: &str) -> Option<i64> {
        let value = self.claims.get(claim)?;
        value.as_i64().or_else(|| {
            // A float beyond the range saturates, which is what a time that far off means.
            #[expect(clippy::cast_possible_truncation, reason = "saturates")]
            value.as_f64().map(|float| float as i64)
        })
    }

    /// The audiences (RFC 7519 §4.1.3: one text or a list of them).
    pub fn audiences(&self) -> Vec<&str> {
        match self.claims.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// The media type in the header, without case and without `application/` (RFC 7515 §4.1.9).
    pub fn typ(&self) -> Option<String> {
        let typ = self.header.get("typ")?.as_str()?.to_ascii_lowercase();
        Some(typ.strip_prefix("application/").map_or(typ.clone(), str::to_owned))
    }
}

/// Why a signature is not believed. Names no part of the token but its header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the token is not a signed JWT")]
    NotSignedJwt,
    /// `none`, a MAC, or one that is not known.
    #[error("the algorithm '{0}' is not an asymmetric signature that is accepted")]
    Algorithm(String),
    #[error("the header asks for extensions that are not understood (crit)")]
    Critical,
    #[error("{}", match .0 {
        Some(kid) => format!("the key set has no key '{kid}'"),
        None => "the key set has no key".to_owned(),
    })]
    UnknownKey(Option<String>),
    #[error("the key is not one for the algorithm '{0}'")]
    KeyMismatch(String),
    #[error("the signature is wrong")]
    Wrong,
}

pub(in crate::exchange) fn header_of(token: &str) -> Result<Map<String, Value>, SignatureError> {
    let mut parts = token.split('.');
    let (Some(header), Some(_), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(SignatureError::NotSignedJwt);
    };
    URL_SAFE_NO_PAD
        .decode(header)
        .ok()
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or(SignatureError::NotSignedJwt)
}

/// The names of the signature algorithms that are verified.
pub const VERIFIED: [&str; 9] =
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];

fn asymmetric(name: &str) -> Option<Algorithm> {
    match name {
        "RS256" => Some(Algorithm::RS256),
        "RS384" => Some(Algorithm::RS384),
        "RS512" => Some(Algorithm::RS512),
        "PS256" => Some(Algorithm::PS256),
        "PS384" => Some(Algorithm::PS384),
        "PS512" => Some(Algorithm::PS512),
        "ES256" => Some(Algorithm::ES256),
        "ES384" => Some(Algorithm::ES384),
        "EdDSA" => Some(Algorithm::EdDSA),
        _ => None,
    }
}

/// A name out of a token's header, fit for a message: short, and nothing that moves a cursor.
pub(in crate::exchange) fn printable(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(80).collect()
}
