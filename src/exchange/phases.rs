//! How long each step of making a connection took.
//!
//! The HTTP client tells the whole only, so three of its joints are listened at: the resolver it
//! asks for a name, the service that makes its connections, and what TLS asks first when a greeting
//! is put together (the memory of earlier sessions). What they hear goes to the request at hand: a
//! task-local recorder, which the connector takes along, since a connection may be finished on
//! another task. A request that was sent on a connection that stood already has heard nothing.
//!
//! The memory of earlier sessions is the recorder itself and remembers none. A resumed session would
//! skip the step in which a server asks for the client's certificate (RFC 8446 §4.3.2), and would
//! make one time incomparable with the next; what speed there is to be had comes from connections
//! that stay open.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::NamedGroup;
use rustls::client::{
    ClientSessionStore, ResolvesClientCert, Tls12ClientSessionValue, Tls13ClientSessionValue,
};
use rustls::pki_types::ServerName;
use rustls::sign::CertifiedKey;
use tower_layer::Layer;
use tower_service::Service;

/// The steps of making the connection that a request was sent on. Their times are `None` when it stood
/// already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Phases {
    /// Asking for the name's addresses; `None` for an address that is no name.
    pub resolve: Option<Duration>,
    /// From there until the connection stands, and a proxy's tunnel in it; TLS not included.
    pub connect: Option<Duration>,
    /// From the greeting of TLS to its end; `None` without TLS.
    pub tls: Option<Duration>,
    /// Whether the server asked for a certificate, perhaps before an earlier request; `None` when there
    /// was none to show.
    pub certificate_wanted: Option<bool>,
}

/// What has been heard of one request's connection.
#[derive(Debug, Default)]
struct Heard {
    started: Option<Instant>,
    resolve: Option<Duration>,
    greeting: Option<Instant>,
    done: Option<Instant>,
    certificate_wanted: bool,
}

/// Listens for one request.
#[derive(Clone, Debug, Default)]
pub(super) struct Recorder(Arc<Mutex<Heard>>);

tokio::task_local! {
    static CURRENT: Recorder;
}

impl Recorder {
    /// Runs a request, and listens.
    pub async fn listen<T>(&self, request: impl Future<Output = T>) -> T {
        CURRENT.scope(self.clone(), request).await
    }

    /// What was heard. `certificate` says whether there was one to show.
    pub fn phases(&self, certificate: bool) -> Phases {
        self.with(|heard| {
            let (Some(started), Some(done)) = (heard.started, heard.done) else {
                return Phases::default();
            };
            let connected = heard.greeting.unwrap_or(done);
            let before = heard.resolve.unwrap_or_default();
            Phases {
                resolve: heard.resolve,
                connect: Some(connected.saturating_duration_since(started).saturating_sub(before)),
                tls: heard.greeting.map(|greeting| done.saturating_duration_since(greeting)),
                certificate_wanted: certificate.then_some(heard.certificate_wanted),
            }
        })
    }

    fn with<T>(&self, act: impl FnOnce(&mut Heard) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn current(act: impl FnOnce(&mut Heard)) {
        let _ = CURRENT.try_with(|recorder| recorder.with(act));
    }
}

/// The system's resolver, with a watch.
#[derive(Debug)]
pub(super) struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let started = Instant::now();
            // The port is put in by whoever asks.
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let took = started.elapsed();
            Recorder::current(|heard| heard.resolve = Some(took));
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// Puts a watch around the service that makes connections.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watch;

impl<S> Layer<S> for Watch {
    type Service = Watched<S>;

    fn layer(&self, inner: S) -> Watched<S> {
        Watched(inner)
    }
}

#[derive(Clone, Debug)]
pub(super) struct Watched<S>(S);

impl<S, R> Service<R> for Watched<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let recorder = CURRENT.try_with(Clone::clone).unwrap_or_default();
        recorder.with(|heard| *heard = Heard { started: Some(Instant::now()), ..Heard::default() });
        let connecting = self.0.call(request);
        Box::pin(async move {
            let connection = CURRENT.scope(recorder.clone(), connecting).await?;
            recorder.with(|heard| heard.done = Some(Instant::now()));
            Ok(connection)
        })
    }
}

/// A memory of TLS sessions that keeps none, and hears when a greeting begins.
#[derive(Debug)]
pub(super) struct NoSessions;

impl ClientSessionStore for NoSessions {
    fn set_kx_hint(&self, _: ServerName<'static>, _: NamedGroup) {}

    fn kx_hint(&self, _: &ServerName<'_>) -> Option<NamedGroup> {
        // A proxy that is spoken to in TLS greets first; the server's own greeting is the last.
        Recorder::current(|heard| heard.greeting = Some(Instant::now()));
        None
    }

    fn set_tls12_session(&self, _: ServerName<'static>, _: Tls12ClientSessionValue) {}

    fn tls12_session(&self, _: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        None
    }

    fn remove_tls12_session(&self, _: &ServerName<'static>) {}

    fn insert_tls13_ticket(&self, _: ServerName<'static>, _: Tls13ClientSessionValue) {}

    fn take_tls13_ticket(&self, _: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        None
    }
}

/// Shows a client's certificate to whoever asks, and hears it.
#[derive(Debug)]
pub(super) struct Shows(pub Arc<CertifiedKey>);

impl ResolvesClientCert for Shows {
    fn resolve(
        &self,
        _authorities: &[&[u8]],
        schemes: &[rustls::SignatureScheme],
    ) -> Option<Arc<CertifiedKey>> {
        Recorder::current(|heard| heard.certificate_wanted = true);
        // A list of authorities is a hint (RFC 8446 §4.2.4): whether the certificate will do is for
        // the server to say, which people can read.
        self.0.key.choose_scheme(schemes).map(|_| Arc::clone(&self.0))
    }

    fn has_certs(&self) -> bool {
        true
    }
}
