//! Starting an authority: two ports on loopback, served by a thread of their own.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use tokio::sync::watch;

use super::shared::{Current, Domains, Shared};
use super::{
    Options, Running, StartError, TestUser, clients, device, http, issuers, key_ring, login,
    metadata, misbehave, status, tls, token,
};
use crate::config::Project;
use crate::exchange::keys::random_text;
use crate::trust::Reading;

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
        trust_domains: options.trust_domains,
        client_keys: RwLock::new(Arc::new(options.client_keys)),
        client_certificates: options.client_certificates,
        binds_to_certificates: options.tls && options.bind_to_certificates,
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
        transactions: Mutex::default(),
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
