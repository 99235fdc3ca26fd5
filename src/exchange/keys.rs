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

mod set;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    EcdsaSigningAlgorithm, Ed25519KeyPair, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{CommonParameters, Jwk, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

use super::der;

pub use set::{KeySet, KeySetError, SignatureError, VERIFIED, Verified};
pub(super) use set::{header_of, printable};

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
