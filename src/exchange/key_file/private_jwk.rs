//! Private keys as JSON Web Keys. Every octet of one is wiped when it is let go.

use aws_lc_rs::signature::{EcdsaKeyPair, Ed25519KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::zeroize::Zeroizing;
use serde::{Deserialize, Deserializer};

use super::{KeyFileError, Material, edwards, elliptic, rsa};
use crate::exchange::der;

/// The members of a private JSON Web Key (RFC 7518 §6, RFC 8037 §2) that are needed to sign.
#[derive(Deserialize)]
pub(super) struct PrivateJwk {
    kty: String,
    crv: Option<String>,
    pub(super) kid: Option<String>,
    pub(super) alg: Option<String>,
    #[serde(default)]
    x: Member,
    #[serde(default)]
    y: Member,
    #[serde(default)]
    n: Member,
    #[serde(default)]
    e: Member,
    #[serde(default)]
    d: Member,
    #[serde(default)]
    p: Member,
    #[serde(default)]
    q: Member,
    #[serde(default)]
    dp: Member,
    #[serde(default)]
    dq: Member,
    #[serde(default)]
    qi: Member,
}

/// Octets in base64url, wiped when they are let go.
#[derive(Default)]
struct Member(Option<Zeroizing<Vec<u8>>>);

impl<'de> Deserialize<'de> for Member {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        Ok(Self(URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok().map(Zeroizing::new)))
    }
}

impl Member {
    fn need(&self) -> Result<&[u8], KeyFileError> {
        self.0.as_ref().map(|octets| octets.as_slice()).ok_or(KeyFileError::NoPrivateKey)
    }
}

impl PrivateJwk {
    pub(super) fn material(&self) -> Result<Material, KeyFileError> {
        match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => rsa(&self.pkcs1()?),
            ("EC", Some("P-256" | "P-384")) => {
                let (x, y, d) = (self.x.need()?, self.y.need()?, self.d.need()?);
                let point = [&[4], x, y].concat();
                elliptic(|curve| {
                    EcdsaKeyPair::from_private_key_and_public_key(curve, d, &point).ok()
                })
            }
            ("OKP", Some("Ed25519")) => {
                let pair = Ed25519KeyPair::from_seed_and_public_key(self.d.need()?, self.x.need()?);
                edwards(&pair.map_err(|_| KeyFileError::Kind)?)
            }
            _ => Err(KeyFileError::Kind),
        }
    }

    /// `RSAPrivateKey` (RFC 8017 §A.1.2).
    fn pkcs1(&self) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
        let members = [&self.n, &self.e, &self.d, &self.p, &self.q, &self.dp, &self.dq, &self.qi];
        let mut numbers = Vec::with_capacity(members.len());
        for member in members {
            numbers.push(member.need()?);
        }
        // A buffer that had to grow would leave its numbers behind in memory.
        let length = numbers.iter().map(|octets| octets.len() + 12).sum();
        let mut inside = Zeroizing::new(Vec::with_capacity(length));
        der::write_integer(&mut inside, &[]);
        for octets in numbers {
            der::write_integer(&mut inside, octets);
        }
        let mut der = Zeroizing::new(Vec::with_capacity(inside.len() + 8));
        der::write_head(&mut der, 0x30, inside.len());
        der.extend_from_slice(&inside);
        Ok(der)
    }
}
