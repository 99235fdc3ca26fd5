//! An authorization server and external issuers on loopback, driven by the loaded project.
//!
//! The authority answers as a server that holds the project's configuration would: it is where a
//! permission can be tried before it is deployed, with no network and no account anywhere. Three
//! things make its answers worth something.
//!
//! **It has no opinion of its own.** Whether an exchange is allowed is asked of
//! [`decide`](crate::trust::decide), and of nothing else: what the window predicts, what the audit
//! says and what this server does cannot drift apart. Only what the decision does not speak of is
//! judged here: the form of a request, the credential of a client, the signature and the times of a
//! token, the scope, which may only shrink. A refusal says the step that failed, in words.
//!
//! **It speaks the protocol.** Real HTTP, real signatures, discovery (RFC 8414), keys (RFC 7517),
//! code with PKCE (RFC 7636), device codes (RFC 8628), refresh tokens, exchange (RFC 8693), access tokens (RFC 9068), introspection
//! (RFC 7662), revocation (RFC 7009) and their errors, so that a client tried against it needs no special case. Clients
//! authenticate with their secret, as it is or by an assertion that it signs, or with a key of their
//! own (RFC 7523); a token is bound to a key when the request proves one (DPoP, RFC 9449). It refuses actor tokens, because nothing in the configuration could allow one.
//!
//! **It cannot be mistaken for a real one.** It binds 127.0.0.1 alone and answers to no other name;
//! keys and secrets are made at start and live in memory; users are chosen by a click. Nothing in a
//! file makes it connect anywhere: an external issuer's keys are always fetched from the loopback
//! port that plays that issuer.
//!
//! A server that faces strangers should answer every refusal in the same words; this one explains
//! itself, because the person in front of it owns both ends. It can be told to use the same words
//! ([`Options::same_words`]), and to do wrongly what real servers do wrongly, so that whatever judges
//! servers can be tried against one that deserves it ([`Misbehaviour`]).
//!
//! # What its tokens say
//!
//! `cnf` names the key that a token is bound to, and then nobody else can exchange it.
//!
//! `client_id` is the client that asked (RFC 8693 §4.3). `aud` names the client app that the token
//! is for: the text that was asked for, or the client's id. `auth_time` stands in every token that
//! goes back to a user's login, through any number of exchanges, and in no other (RFC 9068 §2.2.1).
//! `act` names the requester when the token that went in was not its own, with earlier actors inside
//! (RFC 8693 §4.1); a client that exchanges a token issued to itself acts for nobody new.

mod assertion;
mod clients;
mod device;
mod dpop;
mod exchange;
mod forge;
mod grants;
mod http;
mod issuers;
mod key_ring;
mod login;
mod metadata;
mod misbehave;
mod pages;
mod predict;
mod refresh;
mod remote_mint;
mod replay;
mod shapes;
mod status;
mod tls;
mod token;
mod users;

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use secrecy::SecretString;
use tokio::sync::watch;

pub use forge::Wrong;
pub use grants::is_loopback as can_be_trusted;
pub use issuers::{DEFAULT_LIFETIME, MintError, MintRequest};
pub use misbehave::Misbehaviour;
pub use predict::{Planned, Prediction, predict};
pub use remote_mint::{RemoteMintError, mint_endpoint, mint_over_http, minting};
pub use shapes::{SHAPES, Shape};
pub use tls::KnownCertificate;
pub use users::{TestUser, UsersError};

use crate::config::Project;
use crate::exchange::keys::{KeyError, KeySet, random_text};
use crate::trust::Reading;

/// Where the time comes from.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// How long an issued access token lives, in seconds, unless the token that went in ends earlier.
pub const TOKEN_LIFETIME: i64 = 3_600;

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
    /// Issuers whose grants are redeemed. They must run on this machine: `http://127.0.0.1` with a port.
    pub trusted: Vec<String>,
    /// Public keys of clients, by client id, since the configuration has no place for them. Such a
    /// client authenticates with `private_key_jwt` and has no secret.
    pub client_keys: Vec<(String, KeySet)>,
    /// Speaks https instead of http, with a certificate authority made for this run
    /// ([`Running::certificate_authority`]).
    pub tls: bool,
    /// Client apps, by client id, that are known by a certificate and have no secret. Takes `tls`.
    pub client_certificates: Vec<(String, KnownCertificate)>,
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
            trusted: Vec::new(),
            client_keys: Vec::new(),
            tls: false,
            client_certificates: Vec::new(),
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
            .field("trusted", &self.trusted)
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

/// The project that is enforced, and how its lists are read. Swapped as a whole.
#[derive(Clone)]
struct Current {
    project: Arc<Project>,
    reading: Reading,
}

/// Other domains: those that grants are issued for, and those whose grants are redeemed.
struct Domains {
    /// By issuer, with the client app that stands for each.
    issued_for: Vec<(String, String)>,
    trusted: Vec<String>,
}

impl Domains {
    fn of(issued_for: Vec<(String, String)>, trusted: Vec<String>) -> Result<Self, StartError> {
        match trusted.iter().find(|issuer| !grants::is_loopback(issuer)) {
            Some(issuer) => Err(StartError::NotLoopback(issuer.clone())),
            None => Ok(Self { issued_for, trusted }),
        }
    }
}

/// What all endpoints of the authority share.
struct Shared {
    issuer: String,
    external: String,
    keys: key_ring::KeyRing,
    users: Vec<TestUser>,
    client_secret: SecretString,
    audiences: Vec<(String, String)>,
    domains: RwLock<Arc<Domains>>,
    client_keys: RwLock<Arc<Vec<(String, KeySet)>>>,
    client_certificates: Vec<(String, KnownCertificate)>,
    seen: Mutex<replay::Seen>,
    revoked: Mutex<replay::Seen>,
    dpop_nonce: bool,
    nonces: Mutex<dpop::Nonces>,
    misbehaviours: RwLock<BTreeSet<Misbehaviour>>,
    /// How many exchanges were asked for since it was told how to misbehave.
    exchanges: AtomicU32,
    same_words: bool,
    clock: Clock,
    current: RwLock<Current>,
    logins: Mutex<login::Logins>,
    devices: Mutex<device::Devices>,
    families: Mutex<refresh::Families>,
    http: reqwest::Client,
}

impl Shared {
    fn current(&self) -> Current {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn client_keys(&self) -> Arc<Vec<(String, KeySet)>> {
        Arc::clone(&self.client_keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn domains(&self) -> Arc<Domains> {
        Arc::clone(&self.domains.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether this server was told to do something wrongly.
    fn misbehaves(&self, how: Misbehaviour) -> bool {
        self.misbehaviours.read().unwrap_or_else(PoisonError::into_inner).contains(&how)
    }

    /// Whether it was told nothing of the kind.
    fn behaves(&self) -> bool {
        self.misbehaviours.read().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// The public keys of the moment.
    fn key_set(&self) -> KeySet {
        self.keys.key_set(self.now())
    }

    fn now(&self) -> i64 {
        now(&self.clock)
    }

    /// Takes a name that may be used once, until a second since 1970.
    fn first(&self, owner: &str, name: &str, until: i64) -> Result<(), replay::Replay> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.first(owner, name, until, self.now())
    }
}

/// Seconds since 1970.
fn now(clock: &Clock) -> i64 {
    let since = clock().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// A running authority with its external issuers. Ends when it is dropped.
pub struct Running {
    shared: Arc<Shared>,
    issuers: Arc<issuers::Issuers>,
    certificate_authority: Option<String>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running")
            .field("issuer", &self.shared.issuer)
            .field("external_issuer", &self.shared.external)
            .finish_non_exhaustive()
    }
}

/// Starts the authority and its external issuers on 127.0.0.1, on a thread of their own. When this
/// returns, both ports are open.
///
/// # Errors
///
/// When a port cannot be opened, the system gives no randomness, or a test user is named as a client
/// app is; nothing is left running then.
pub fn start(
    project: Arc<Project>,
    reading: Reading,
    options: Options,
) -> Result<Running, StartError> {
    let is_client = |user: &&TestUser| clients::by_client_id(&project, &user.subject).is_some();
    if let Some(user) = options.users.iter().find(is_client) {
        return Err(StartError::UserIsClient(user.subject.clone()));
    }
    let domains = Domains::of(options.domains, options.trusted)?;
    let (authority, address) = bind(options.port)?;
    let (external, external_address) = bind(options.issuer_port)?;
    let own = if options.tls { Some(tls::make()?) } else { None };
    let scheme = if own.is_some() { "https" } else { "http" };
    let (issuer, external_base) =
        (format!("{scheme}://{address}"), format!("http://{external_address}"));
    let client_secret = match options.client_secret {
        Some(secret) => secret,
        // Twice, so that it is long enough for every MAC (RFC 7518 §3.2).
        None => format!("{}{}", random_text()?, random_text()?).into(),
    };
    // Loopback only: no proxy, no certificates, no redirects.
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_only([])
        .timeout(Duration::from_secs(5))
        .build()
        .map_err(|error| StartError::Runtime(error.to_string()))?;
    let issuers = Arc::new(issuers::Issuers::new(external_base.clone(), options.clock.clone()));
    let shared = Arc::new(Shared {
        issuer,
        external: external_base,
        keys: key_ring::KeyRing::new()?,
        users: options.users,
        client_secret,
        audiences: options.audiences,
        domains: RwLock::new(Arc::new(domains)),
        client_keys: RwLock::new(Arc::new(options.client_keys)),
        client_certificates: options.client_certificates,
        seen: Mutex::default(),
        revoked: Mutex::default(),
        dpop_nonce: options.dpop_nonce,
        nonces: Mutex::default(),
        misbehaviours: RwLock::new(options.misbehave.into_iter().collect()),
        exchanges: AtomicU32::new(0),
        same_words: options.same_words,
        clock: options.clock,
        current: RwLock::new(Current { project, reading }),
        logins: Mutex::default(),
        devices: Mutex::default(),
        families: Mutex::default(),
        http,
    });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| StartError::Runtime(error.to_string()))?;
    let (listener, external_listener) = {
        let _inside = runtime.enter();
        let convert = |listener| {
            tokio::net::TcpListener::from_std(listener)
                .map_err(|error| StartError::Runtime(error.to_string()))
        };
        (convert(authority)?, convert(external)?)
    };
    let (stop, stopped) = watch::channel(false);
    let certificate_authority = own.as_ref().map(|own| own.issuer_pem.clone());
    let serve_authority = serve(listener, own, router(shared.clone()), stopped.clone());
    let serve_issuers =
        serve(external_listener, None, protected(issuers::router(issuers.clone())), stopped);
    let thread = std::thread::Builder::new()
        .name("authority".into())
        .spawn(move || {
            runtime.block_on(async { tokio::join!(serve_authority, serve_issuers) });
            // Whatever a client still holds open is cut here.
            runtime.shutdown_background();
        })
        .map_err(|error| StartError::Runtime(error.to_string()))?;
    Ok(Running { shared, issuers, certificate_authority, stop, thread: Some(thread) })
}

fn bind(port: u16) -> Result<(TcpListener, SocketAddr), StartError> {
    let opened = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).and_then(|listener| {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    opened.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => StartError::PortInUse { port },
        _ => StartError::Port { port, error },
    })
}

/// How long answers under way may take once the server is told to stop.
const GRACE: Duration = Duration::from_millis(500);

async fn serve(
    listener: tokio::net::TcpListener,
    own: Option<tls::OwnCertificate>,
    router: Router,
    mut stopped: watch::Receiver<bool>,
) {
    let mut told = stopped.clone();
    let told = async move {
        // A sender that is gone means the same as one that said so.
        let _ = told.wait_for(|stop| *stop).await;
    };
    let out_of_time = async move {
        let _ = stopped.wait_for(|stop| *stop).await;
        tokio::time::sleep(GRACE).await;
    };
    let server = async move {
        let ended = match own {
            None => axum::serve(listener, router).with_graceful_shutdown(told).await,
            Some(own) => {
                let service = router.into_make_service_with_connect_info::<tls::Peer>();
                let listener = tls::TlsListener::new(listener, own.config);
                axum::serve(listener, service).with_graceful_shutdown(told).await
            }
        };
        // It ends when it is told to, and says nothing else.
        drop(ended);
    };
    tokio::select! {
        () = server => {}
        () = out_of_time => {}
    }
}

fn router(shared: Arc<Shared>) -> Router {
    protected(
        metadata::router()
            .merge(token::router())
            .merge(status::router())
            .merge(login::router())
            .merge(device::router())
            .layer(from_fn_with_state(shared.clone(), misbehave::answers::layer))
            .with_state(shared),
    )
}

fn protected(router: Router) -> Router {
    router.layer(DefaultBodyLimit::max(http::BODY_LIMIT)).layer(from_fn(http::only_loopback_names))
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
    pub fn set_client_keys(&self, keys: Vec<(String, KeySet)>) {
        let mut held = self.shared.client_keys.write().unwrap_or_else(PoisonError::into_inner);
        *held = Arc::new(keys);
    }

    /// Knows these other domains from the next request on, in place of those it knew
    /// ([`Options::domains`], [`Options::trusted`]). So two authorities can be told of each other once
    /// both have a port.
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
