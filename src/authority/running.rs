//! A running authority, as its owner has it in hand.

use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::thread::JoinHandle;

use secrecy::SecretString;
use tokio::sync::watch;

use super::shared::{Current, Domains, Shared};
use super::{
    MintError, MintRequest, Misbehaviour, StartError, TOKEN_LIFETIME, TestUser, issuers, metadata,
    mint_endpoint,
};
use crate::config::Project;
use crate::exchange::keys::{KeyError, KeySet};
use crate::trust::Reading;

/// A running authority with its external issuers. Ends when it is dropped.
pub struct Running {
    pub(super) shared: Arc<Shared>,
    pub(super) issuers: Arc<issuers::Issuers>,
    pub(super) certificate_authority: Option<String>,
    pub(super) stop: watch::Sender<bool>,
    pub(super) thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running")
            .field("issuer", &self.shared.issuer)
            .field("external_issuer", &self.shared.external)
            .finish_non_exhaustive()
    }
}

impl Running {
    /// The authority's issuer identifier, which is also its base URL: `http://127.0.0.1:PORT`.
    pub fn issuer(&self) -> &str {
        &self.shared.issuer
    }

    /// The certificate of the authority that issued this server's own (PEM), for those who are to
    /// trust it; `None` when it speaks http.
    pub fn certificate_authority(&self) -> Option<&str> {
        self.certificate_authority.as_deref()
    }

    pub fn token_endpoint(&self) -> String {
        format!("{}{}", self.shared.issuer, metadata::TOKEN)
    }

    pub fn authorization_endpoint(&self) -> String {
        format!("{}{}", self.shared.issuer, metadata::AUTHORIZE)
    }

    /// The external issuers' base URL, and the identifier of their own issuer.
    pub fn external_issuer(&self) -> &str {
        &self.shared.external
    }

    pub fn mint_endpoint(&self) -> String {
        mint_endpoint(&self.shared.external)
    }

    /// The secret that every confidential client has here.
    pub fn client_secret(&self) -> &SecretString {
        &self.shared.client_secret
    }

    /// Who can log in.
    pub fn users(&self) -> &[TestUser] {
        &self.shared.users
    }

    /// Enforces another project, or another reading of it, from the next request on. Tokens issued
    /// so far stay valid until they expire.
    pub fn set_project(&self, project: Arc<Project>, reading: Reading) {
        let mut current = self.shared.current.write().unwrap_or_else(PoisonError::into_inner);
        *current = Current { project, reading };
    }

    /// Takes other public keys of clients in place of those it has ([`Options::client_keys`]), from
    /// the next request on.
    ///
    /// [`Options::client_keys`]: super::Options::client_keys
    pub fn set_client_keys(&self, keys: Vec<(String, KeySet)>) {
        let mut held = self.shared.client_keys.write().unwrap_or_else(PoisonError::into_inner);
        *held = Arc::new(keys);
    }

    /// Knows these other domains from the next request on, in place of those it knew
    /// ([`Options::domains`], [`Options::trusted`]). So two authorities can be told of each other once
    /// both have a port.
    ///
    /// [`Options::domains`]: super::Options::domains
    /// [`Options::trusted`]: super::Options::trusted
    ///
    /// # Errors
    ///
    /// When a trusted issuer is no server of this machine; nothing is changed then.
    pub fn set_domains(
        &self,
        domains: Vec<(String, String)>,
        trusted: Vec<String>,
    ) -> Result<(), StartError> {
        let domains = Arc::new(Domains::of(domains, trusted)?);
        *self.shared.domains.write().unwrap_or_else(PoisonError::into_inner) = domains;
        Ok(())
    }

    /// Does these things wrongly from the next request on, and nothing else; nothing at all for none.
    pub fn set_misbehaviour(&self, how: &[Misbehaviour]) {
        let mut held = self.shared.misbehaviours.write().unwrap_or_else(PoisonError::into_inner);
        *held = how.iter().copied().collect();
        self.shared.exchanges.store(0, Ordering::Relaxed);
    }

    /// What it does wrongly at the moment.
    pub fn misbehaviour(&self) -> Vec<Misbehaviour> {
        let held = self.shared.misbehaviours.read().unwrap_or_else(PoisonError::into_inner);
        held.iter().copied().collect()
    }

    /// Signs with a new key from now on. The old one stays in the key set until the last token that
    /// it signed has ended. Gives the new key's name (`kid`).
    ///
    /// # Errors
    ///
    /// When no key can be made; the old one goes on then.
    pub fn rotate_key(&self) -> Result<String, KeyError> {
        let now = self.shared.now();
        self.shared.keys.rotate(now, now.saturating_add(TOKEN_LIFETIME))
    }

    /// A token of an external issuer, without HTTP.
    ///
    /// # Errors
    ///
    /// When issuer or subject are no text for a token.
    pub fn mint(&self, request: &MintRequest) -> Result<SecretString, MintError> {
        self.issuers.mint(request).map(|(_, token)| token)
    }

    /// Closes both ports; answers under way get a moment.
    pub fn shutdown(self) {
        drop(self);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A panic in it has been told by the panic itself.
            let _ = thread.join();
        }
    }
}
