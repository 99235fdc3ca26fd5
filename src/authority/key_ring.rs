//! The signing keys of the authority: one that signs, and those that did.
//!
//! A key that was replaced stays in the key set, by its public half alone, until the last token that
//! it signed has ended; then it is forgotten. So a rotation is never noticed by whoever holds a token
//! and looks up keys when it meets a new name (OpenID Connect Core §10.1.1).

use std::sync::{PoisonError, RwLock};

use jsonwebtoken::jwk::Jwk;
use serde::Serialize;

use crate::exchange::keys::{KeyError, KeySet, SigningAlgorithm, SigningKey};

/// RS256, because every resource server must know it (RFC 9068 §2.1).
const ALGORITHM: SigningAlgorithm = SigningAlgorithm::Rs256;

pub(super) struct KeyRing(RwLock<Keys>);

struct Keys {
    current: SigningKey,
    /// Public halves, and the second since 1970 after which nothing signed by them is valid.
    retired: Vec<(Jwk, i64)>,
}

impl KeyRing {
    pub fn new() -> Result<Self, KeyError> {
        let current = SigningKey::generate(ALGORITHM)?;
        Ok(Self(RwLock::new(Keys { current, retired: Vec::new() })))
    }

    pub fn algorithm(&self) -> SigningAlgorithm {
        ALGORITHM
    }

    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, KeyError> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).current.sign(typ, claims)
    }

    /// Signs with a new key from now on, and keeps the old one in the set until `until`.
    pub fn rotate(&self, now: i64, until: i64) -> Result<String, KeyError> {
        // Made before anybody has to wait for it.
        let fresh = SigningKey::generate(ALGORITHM)?;
        let kid = fresh.kid().to_owned();
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let old = std::mem::replace(&mut keys.current, fresh);
        keys.retired.retain(|(_, until)| *until >= now);
        keys.retired.push((old.public().clone(), until));
        Ok(kid)
    }

    /// What is published, and what tokens of this authority are verified with: the current key first.
    pub fn key_set(&self, now: i64) -> KeySet {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let retired = keys.retired.iter().filter(|(_, until)| *until >= now);
        let retired = retired.map(|(key, _)| key.clone());
        KeySet::from_keys(
            std::iter::once(keys.current.public().clone()).chain(retired).collect(),
            0,
        )
    }
}
