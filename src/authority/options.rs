//! How an authority is started, and why it could not be.

use std::sync::Arc;
use std::time::SystemTime;

use secrecy::SecretString;

use super::{KnownCertificate, Misbehaviour, TestUser};
use crate::exchange::keys::{KeyError, KeySet};

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// How an authority is started.
#[derive(Clone)]
pub struct Options {
    /// Port of the authority; 0 takes a free one.
    pub port: u16,
    /// Port of the external issuers; 0 takes a free one.
    pub issuer_port: u16,
    pub users: Vec<TestUser>,
    /// The secret of every confidential client; `None` makes one.
    pub client_secret: Option<SecretString>,
    /// What an `audience` or `resource` that is no id or name stands for: (URL, client app).
    pub audiences: Vec<(String, String)>,
    /// Authorization servers of other domains, by issuer, and the client app that stands for each: what
    /// grants are issued for.
    pub domains: Vec<(String, String)>,
    /// Trust domains, by name, and the client app that stands for each: what transaction tokens are issued
    /// for.
    pub trust_domains: Vec<(String, String)>,
    /// Issuers whose grants are redeemed. They must run on this machine: `http://127.0.0.1` with a port.
    pub trusted: Vec<String>,
    /// Public keys of clients, by client id, since the configuration has no place for them. Such a
    /// client authenticates with `private_key_jwt` and has no secret.
    pub client_keys: Vec<(String, KeySet)>,
    /// Speaks https instead of http, with a certificate authority made for this run
    /// ([`super::Running::certificate_authority`]).
    pub tls: bool,
    /// Client apps, by client id, that are known by a certificate and have no secret. Takes `tls`.
    pub client_certificates: Vec<(String, KnownCertificate)>,
    /// Whether tokens are bound to the certificate that a client shows, whatever it authenticates with
    /// (RFC 8705 §3). Without `tls` nobody shows one.
    pub bind_to_certificates: bool,
    /// Whether every proof of possession must repeat a nonce of this server (RFC 9449 §8).
    pub dpop_nonce: bool,
    /// What it does wrongly; nothing, unless told.
    pub misbehave: Vec<Misbehaviour>,
    /// Whether every exchange that is refused for its token or for want of a permission is refused in
    /// the same words, as a server that faces strangers should.
    pub same_words: bool,
    pub clock: Clock,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            issuer_port: 0,
            users: TestUser::defaults(),
            client_secret: None,
            audiences: Vec::new(),
            domains: Vec::new(),
            trust_domains: Vec::new(),
            trusted: Vec::new(),
            client_keys: Vec::new(),
            tls: false,
            client_certificates: Vec::new(),
            bind_to_certificates: true,
            dpop_nonce: false,
            misbehave: Vec::new(),
            same_words: false,
            clock: Arc::new(SystemTime::now),
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("port", &self.port)
            .field("issuer_port", &self.issuer_port)
            .field("users", &self.users)
            .field("audiences", &self.audiences)
            .field("tls", &self.tls)
            .field("domains", &self.domains)
            .field("trust_domains", &self.trust_domains)
            .field("trusted", &self.trusted)
            .field("bind_to_certificates", &self.bind_to_certificates)
            .field("dpop_nonce", &self.dpop_nonce)
            .field("misbehave", &self.misbehave)
            .field("same_words", &self.same_words)
            .field("client_keys", &self.client_keys.iter().map(|(id, _)| id).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// Why the authority could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("port {port} is in use by another program")]
    PortInUse { port: u16 },
    #[error("port {port} on 127.0.0.1 cannot be opened: {error}")]
    Port { port: u16, error: std::io::Error },
    #[error("the authority could not start: {0}")]
    Runtime(String),
    /// Whoever reads `sub` alone would take the one for the other (RFC 9068 §5).
    #[error("the test user '{0}' has the id of a client app as subject; give the user another")]
    UserIsClient(String),
    /// Nothing that is given here makes the authority connect to another machine.
    #[error(
        "the grants of '{0}' cannot be redeemed: it is no server of this machine, http://127.0.0.1 \
             with a port and nothing after it"
    )]
    NotLoopback(String),
    #[error(transparent)]
    Key(#[from] KeyError),
}
