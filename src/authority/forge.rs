//! External tokens that are wrong on purpose.
//!
//! Whether a server refuses what it must can only be seen with something to refuse. Each [`Wrong`] is
//! one mistake in a token that is good in everything else, so that a refusal has one reason.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::exchange::keys::{KeyError, SigningAlgorithm, SigningKey};
use crate::exchange::mac::{self, MacAlgorithm};
use crate::exchange::public_pem::public_pem;

/// Seconds by which a time is wrong: beyond every tolerance for clocks.
const FAR: i64 = 3_600;

/// One mistake in a minted token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wrong {
    /// It expired an hour ago.
    Expired,
    /// It becomes valid in an hour (`nbf`).
    NotYetValid,
    /// It is valid for ten years.
    TenYears,
    /// It does not say when it expires.
    NoExpiry,
    /// It says that it is not signed (`alg: none`, RFC 8725 §2.1).
    AlgNone,
    /// It is signed by HS256 with the issuer's public key as the secret (RFC 8725 §2.1).
    Hs256PublicKey,
    /// It is signed by a key that the issuer does not publish, under that key's name.
    UnknownKey,
    /// It carries the key that it is signed with (`jwk`), which is not the issuer's.
    KeyInside,
    /// Its signature is one of something else.
    BrokenSignature,
}

impl Wrong {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Expired,
        Self::NotYetValid,
        Self::TenYears,
        Self::NoExpiry,
        Self::AlgNone,
        Self::Hs256PublicKey,
        Self::UnknownKey,
        Self::KeyInside,
        Self::BrokenSignature,
    ];

    /// The name on the command line, as in `alg-none`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::TenYears => "ten-years",
            Self::NoExpiry => "no-expiry",
            Self::AlgNone => "alg-none",
            Self::Hs256PublicKey => "hs256-public-key",
            Self::UnknownKey => "unknown-key",
            Self::KeyInside => "key-inside",
            Self::BrokenSignature => "broken-signature",
        }
    }

    /// The one with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// What is wrong, as a sentence.
    pub fn what(self) -> &'static str {
        match self {
            Self::Expired => "It expired an hour ago.",
            Self::NotYetValid => "It becomes valid in an hour (nbf).",
            Self::TenYears => "It is valid for ten years.",
            Self::NoExpiry => "It does not say when it expires (exp).",
            Self::AlgNone => "It says that it is not signed (alg: none).",
            Self::Hs256PublicKey => {
                "It is signed by HS256 with the issuer's public key as the secret."
            }
            Self::UnknownKey => "It is signed by a key that the issuer does not publish.",
            Self::KeyInside => {
                "It carries the key that it is signed with, which is not the issuer's."
            }
            Self::BrokenSignature => "Its signature is one of something else.",
        }
    }

    /// Makes the mistake that is in the claims.
    pub(super) fn spoil(self, claims: &mut Map<String, Value>, now: i64) {
        let mut set = |name: &str, time: i64| drop(claims.insert(name.to_owned(), time.into()));
        match self {
            Self::Expired => {
                set("iat", now.saturating_sub(2 * FAR));
                set("exp", now.saturating_sub(FAR));
            }
            Self::NotYetValid => {
                set("nbf", now.saturating_add(FAR));
                set("exp", now.saturating_add(2 * FAR));
            }
            Self::TenYears => set("exp", now.saturating_add(3_652 * 86_400)),
            Self::NoExpiry => drop(claims.remove("exp")),
            _ => {}
        }
    }

    /// Signs, and makes the mistake that is in the signature.
    pub(super) fn sign(
        self,
        key: &SigningKey,
        claims: &Map<String, Value>,
    ) -> Result<String, KeyError> {
        match self {
            Self::AlgNone => {
                let part = |value: String| URL_SAFE_NO_PAD.encode(value);
                let header = json!({ "alg": "none", "typ": TYP }).to_string();
                let claims = serde_json::to_string(claims).map_err(|_| KeyError::Sign)?;
                Ok(format!("{}.{}.", part(header), part(claims)))
            }
            Self::Hs256PublicKey => {
                let pem = public_pem(key.public()).ok_or(KeyError::Sign)?;
                mac::sign(&SecretString::from(pem), MacAlgorithm::Hs256, TYP, claims)
            }
            Self::UnknownKey => SigningKey::generate(key.algorithm())?.sign(TYP, claims),
            Self::KeyInside => {
                SigningKey::generate(SigningAlgorithm::Es256)?.sign_with_key_inside(TYP, claims)
            }
            Self::BrokenSignature => {
                let token = key.sign(TYP, claims)?;
                let other = key.sign(TYP, &json!({ "sub": "somebody else" }))?;
                let (said, _) = token.rsplit_once('.').ok_or(KeyError::Sign)?;
                let (_, signature) = other.rsplit_once('.').ok_or(KeyError::Sign)?;
                Ok(format!("{said}.{signature}"))
            }
            Self::Expired | Self::NotYetValid | Self::TenYears | Self::NoExpiry => {
                key.sign(TYP, claims)
            }
        }
    }
}

/// The media type in the header of an external token.
pub(super) const TYP: &str = "JWT";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::keys::{KeySet, SignatureError};

    #[test]
    fn each_mistake_is_the_one_it_says() {
        let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
        let keys = KeySet::of([&key]);
        let good =
            Map::from_iter([("exp".to_owned(), Value::from(2_000)), ("iat".into(), 1_000.into())]);
        for wrong in Wrong::ALL {
            assert_eq!(Wrong::from_name(wrong.name()), Some(wrong));
            let mut claims = good.clone();
            wrong.spoil(&mut claims, 1_000);
            let verified = keys.verify(&wrong.sign(&key, &claims).unwrap());
            match wrong {
                Wrong::AlgNone => {
                    assert_eq!(verified.err(), Some(SignatureError::Algorithm("none".into())));
                }
                Wrong::Hs256PublicKey => {
                    assert_eq!(verified.err(), Some(SignatureError::Algorithm("HS256".into())));
                }
                Wrong::UnknownKey => {
                    assert!(matches!(verified, Err(SignatureError::UnknownKey(Some(_)))));
                }
                Wrong::KeyInside | Wrong::BrokenSignature => {
                    assert_eq!(verified.err(), Some(SignatureError::Wrong));
                }
                Wrong::Expired => assert!(verified.unwrap().seconds("exp").unwrap() < 1_000),
                Wrong::NotYetValid => assert!(verified.unwrap().seconds("nbf").unwrap() > 1_000),
                Wrong::TenYears => {
                    assert!(verified.unwrap().seconds("exp").unwrap() > 300_000_000);
                }
                Wrong::NoExpiry => assert_eq!(verified.unwrap().seconds("exp"), None),
            }
        }
    }
}
