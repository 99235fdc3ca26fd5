//! Signing keys, key sets, and the one place where a signature is made or believed.
//!
//! Keys live in memory only: they are made when an issuer starts and die with it. What leaves is
//! the public half, as a JSON Web Key (RFC 7517) named by its own thumbprint (RFC 7638), so that a
//! name never has to be invented and two keys never share one.
//!
//! Verification is narrow on purpose (RFC 8725 §3.1, §3.2): the algorithm must be an asymmetric
//! one, must fit the key's type, and must be the key's own `alg` where it states one; `none`, MACs
//! and critical header extensions are refused before any key is looked at; keys inside the token
//! (`jwk`, `jku`, `x5u`, `x5c`) are never followed. Times and audiences are not judged here, because
//! what they mean depends on who asks.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{
    AlgorithmParameters, CommonParameters, Jwk, JwkSet, PublicKeyUse, ThumbprintHash,
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Serialize;
use serde_json::{Map, Value};

use super::der;

/// Why a key could not be made or used. Says nothing of the key itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    #[error("a signing key could not be made")]
    Generate,
    #[error("a token could not be signed")]
    Sign,
}

/// The algorithms that this program signs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256 and a 2048-bit key; the one that every authorization server
    /// and resource server must know (RFC 9068 §2.1). Making a key takes a moment.
    Rs256,
    /// RSASSA-PSS with SHA-256: what RFC 9700 and FAPI 2.0 prefer for an RSA key.
    Ps256,
    /// ECDSA on P-256 with SHA-256. Making a key takes no time.
    Es256,
    /// ECDSA on P-384 with SHA-384.
    Es384,
    /// Ed25519 (RFC 8037 §3.1).
    EdDsa,
}

impl SigningAlgorithm {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Rs256, Self::Ps256, Self::Es256, Self::Es384, Self::EdDsa];

    /// The name in a token's header and in metadata (RFC 7518 §3.1, RFC 8037 §3.1).
    pub fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    /// The algorithm with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.name() == name)
    }

    fn jose(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
            Self::Ps256 => Algorithm::PS256,
            Self::Es256 => Algorithm::ES256,
            Self::Es384 => Algorithm::ES384,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }
}

/// A private key that signs tokens, with its public half. `Debug` shows the name alone.
#[derive(Clone)]
pub struct SigningKey {
    algorithm: SigningAlgorithm,
    private: EncodingKey,
    public: Jwk,
    kid: String,
    thumbprint: String,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm)
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// Makes a new key from the system's randomness.
    ///
    /// # Errors
    ///
    /// When the cryptographic library fails.
    pub fn generate(algorithm: SigningAlgorithm) -> Result<Self, KeyError> {
        let elliptic = |curve: &'static EcdsaSigningAlgorithm| {
            EcdsaKeyPair::generate_pkcs8(curve, &SystemRandom::new())
                .map(|pkcs8| EncodingKey::from_ec_der(pkcs8.as_ref()))
                .map_err(|_| KeyError::Generate)
        };
        let private = match algorithm {
            SigningAlgorithm::Rs256 | SigningAlgorithm::Ps256 => {
                let pair =
                    RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| KeyError::Generate)?;
                let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError::Generate)?;
                let pkcs1 = private_key_of_pkcs8(pkcs8.as_ref()).ok_or(KeyError::Generate)?;
                EncodingKey::from_rsa_der(pkcs1)
            }
            SigningAlgorithm::Es256 => elliptic(&ECDSA_P256_SHA256_FIXED_SIGNING)?,
            SigningAlgorithm::Es384 => elliptic(&ECDSA_P384_SHA384_FIXED_SIGNING)?,
            SigningAlgorithm::EdDsa => {
                let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Generate)?;
                let pkcs8 = pair.to_pkcs8v1().map_err(|_| KeyError::Generate)?;
                EncodingKey::from_ed_der(pkcs8.as_ref())
            }
        };
        Self::assemble(algorithm, private, None)
    }

    /// The key with its public half, named by `kid`, or else by its thumbprint.
    pub(super) fn assemble(
        algorithm: SigningAlgorithm,
        private: EncodingKey,
        kid: Option<&str>,
    ) -> Result<Self, KeyError> {
        let mut public =
            Jwk::from_encoding_key(&private, algorithm.jose()).map_err(|_| KeyError::Generate)?;
        let thumbprint =
            public.thumbprint(ThumbprintHash::SHA256).map_err(|_| KeyError::Generate)?;
        let kid = kid.map_or_else(|| thumbprint.clone(), str::to_owned);
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        public.common.key_id = Some(kid.clone());
        Ok(Self { algorithm, private, public, kid, thumbprint })
    }

    pub fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    /// The key's name in headers: its thumbprint, unless whoever brought it gave it another.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The SHA-256 thumbprint (RFC 7638), as `jkt` of RFC 9449 §6 has it.
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The public half (RFC 7517), with `kid`, `alg` and `use`.
    pub fn public(&self) -> &Jwk {
        &self.public
    }

    /// A signed token (RFC 7515 compact serialization). `typ` is the media type in the header, as
    /// in `at+jwt` (RFC 9068 §2.1) or `JWT`.
    ///
    /// # Errors
    ///
    /// When the claims are no JSON object or signing fails.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, KeyError> {
        let mut header = Header::new(self.algorithm.jose());
        header.typ = Some(typ.to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.private).map_err(|_| KeyError::Sign)
    }
}

impl SigningKey {
    /// A signed token with the public half in its header and no name, as a proof of possession is
    /// (RFC 9449 §4.2).
    pub(crate) fn sign_with_key_inside(
        &self,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, KeyError> {
        let mut header = Header::new(self.algorithm.jose());
        header.typ = Some(typ.to_owned());
        header.jwk = Some(Jwk {
            common: CommonParameters::default(),
            algorithm: self.public.algorithm.clone(),
        });
        jsonwebtoken::encode(&header, claims, &self.private).map_err(|_| KeyError::Sign)
    }
}

impl SigningKey {
    /// A signed token that says that its key is somewhere else (`jku`, RFC 7515 §4.1.2), under any
    /// name: to see whether a server believes it.
    pub(super) fn sign_pointing(
        &self,
        typ: &str,
        claims: &impl Serialize,
        kid: Option<&str>,
        jku: &str,
    ) -> Result<String, KeyError> {
        let mut header = Header::new(self.algorithm.jose());
        header.typ = Some(typ.to_owned());
        header.kid = kid.map(str::to_owned);
        header.jku = Some(jku.to_owned());
        jsonwebtoken::encode(&header, claims, &self.private).map_err(|_| KeyError::Sign)
    }
}

/// The `RSAPrivateKey` (RFC 8017 §A.1.2) inside a `PrivateKeyInfo` (RFC 5208 §5): the signer takes
/// the one, the generator gives the other.
pub(super) fn private_key_of_pkcs8(der: &[u8]) -> Option<&[u8]> {
    let (info, _) = der::read(der, 0x30)?;
    let (_version, rest) = der::read(info, 0x02)?;
    let (_algorithm, rest) = der::read(rest, 0x30)?;
    let (key, _) = der::read(rest, 0x04)?;
    Some(key)
}

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

pub(super) fn header_of(token: &str) -> Result<Map<String, Value>, SignatureError> {
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
pub(super) fn printable(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(80).collect()
}

/// The SHA-256 digest in base64url without padding, as PKCE's `S256` has it (RFC 7636 §4.2).
pub fn sha256_base64url(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes()))
}

/// An unguessable text of 256 bits in base64url: a state, a code, a PKCE verifier, a secret.
///
/// # Errors
///
/// When the system gives no randomness.
pub fn random_text() -> Result<String, KeyError> {
    let mut bytes = [0_u8; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| KeyError::Generate)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Compares two secrets in a time that tells nothing of where they differ.
pub fn same_secret(a: &str, b: &str) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests;
