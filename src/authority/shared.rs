//! What all endpoints of the authority share.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::UNIX_EPOCH;

use secrecy::SecretString;

use super::{
    Clock, KnownCertificate, Misbehaviour, StartError, TestUser, device, dpop, grants, key_ring,
    login, refresh, replay, transaction,
};
use crate::config::Project;
use crate::exchange::keys::KeySet;
use crate::trust::Reading;

/// The project that is enforced, and how its lists are read. Swapped as a whole.
#[derive(Clone)]
pub(super) struct Current {
    pub project: Arc<Project>,
    pub reading: Reading,
}

/// Other domains: those that grants are issued for, and those whose grants are redeemed.
pub(super) struct Domains {
    /// By issuer, with the client app that stands for each.
    pub issued_for: Vec<(String, String)>,
    pub trusted: Vec<String>,
}

impl Domains {
    pub fn of(issued_for: Vec<(String, String)>, trusted: Vec<String>) -> Result<Self, StartError> {
        match trusted.iter().find(|issuer| !grants::is_loopback(issuer)) {
            Some(issuer) => Err(StartError::NotLoopback(issuer.clone())),
            None => Ok(Self { issued_for, trusted }),
        }
    }
}

/// What all endpoints of the authority share.
pub(super) struct Shared {
    pub issuer: String,
    pub external: String,
    pub keys: key_ring::KeyRing,
    pub users: Vec<TestUser>,
    pub client_secret: SecretString,
    pub audiences: Vec<(String, String)>,
    pub domains: RwLock<Arc<Domains>>,
    pub trust_domains: Vec<(String, String)>,
    pub client_keys: RwLock<Arc<Vec<(String, KeySet)>>>,
    pub client_certificates: Vec<(String, KnownCertificate)>,
    pub binds_to_certificates: bool,
    pub seen: Mutex<replay::Seen>,
    pub revoked: Mutex<replay::Seen>,
    pub dpop_nonce: bool,
    pub nonces: Mutex<dpop::Nonces>,
    pub misbehaviours: RwLock<BTreeSet<Misbehaviour>>,
    /// How many exchanges were asked for since it was told how to misbehave.
    pub exchanges: AtomicU32,
    pub same_words: bool,
    pub clock: Clock,
    pub current: RwLock<Current>,
    pub logins: Mutex<login::Logins>,
    pub devices: Mutex<device::Devices>,
    pub families: Mutex<refresh::Families>,
    pub transactions: Mutex<transaction::Transactions>,
    pub http: reqwest::Client,
}

impl Shared {
    pub fn current(&self) -> Current {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn client_keys(&self) -> Arc<Vec<(String, KeySet)>> {
        Arc::clone(&self.client_keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub fn domains(&self) -> Arc<Domains> {
        Arc::clone(&self.domains.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether this server was told to do something wrongly.
    pub fn misbehaves(&self, how: Misbehaviour) -> bool {
        self.misbehaviours.read().unwrap_or_else(PoisonError::into_inner).contains(&how)
    }

    /// Whether it was told nothing of the kind.
    pub fn behaves(&self) -> bool {
        self.misbehaviours.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// The public keys of the moment.
    pub fn key_set(&self) -> KeySet {
        self.keys.key_set(self.now())
    }

    pub fn now(&self) -> i64 {
        now(&self.clock)
    }

    /// Takes a name that may be used once, until a second since 1970.
    pub fn first(&self, owner: &str, name: &str, until: i64) -> Result<(), replay::Replay> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.first(owner, name, until, self.now())
    }
}

/// Seconds since 1970.
pub(super) fn now(clock: &Clock) -> i64 {
    let since = clock().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
