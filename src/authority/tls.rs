//! TLS for the authority, and the certificates that clients show over it (RFC 8705).
//!
//! The authority makes a certificate authority of its own at start, for this run alone, and a
//! certificate for 127.0.0.1 and localhost; whoever is to trust it is given the authority's
//! certificate. Every client is asked for a certificate and none has to show one. That it has the
//! private key is proved while the connection is made; whose certificate it is, is found out when a
//! client says who it is, and never by what the certificate says of itself: a registered certificate
//! is compared byte by byte (§2.2), and one of a certificate authority must have been issued by it
//! for the registered name (§2.1.2).

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::FromRequestParts;
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::serve::{IncomingStream, Listener};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    DigitallySignedStruct, DistinguishedName, RootCertStore, ServerConfig, SignatureScheme,
};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::StartError;
use crate::exchange::certificate;

/// How long a handshake may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How a client app is known by a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownCertificate {
    /// This very certificate, in DER (`self_signed_tls_client_auth`).
    Itself(Vec<u8>),
    /// Any that one of these certificate authorities (DER) has issued for this DNS name
    /// (`tls_client_auth` with `tls_client_auth_san_dns`).
    IssuedFor { roots: Vec<Vec<u8>>, name: String },
}

impl KnownCertificate {
    /// The name of the method.
    pub fn method(&self) -> &'static str {
        match self {
            Self::Itself(_) => "self_signed_tls_client_auth",
            Self::IssuedFor { .. } => "tls_client_auth",
        }
    }

    /// Reads the certificate of a client (PEM).
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn read(pem: &str) -> Result<Self, certificate::CertificateError> {
        certificate::first_certificate(pem).map(Self::Itself)
    }

    /// Whether the chain that was shown is this client's. Its first certificate was proved to be that
    /// of whoever is at the other end.
    pub(super) fn is(&self, chain: &[CertificateDer<'static>], now: SystemTime) -> bool {
        let Some((own, others)) = chain.split_first() else { return false };
        match self {
            Self::Itself(known) => own.as_ref() == known.as_slice(),
            Self::IssuedFor { roots, name } => {
                issued_for(own, others, roots, name, now).unwrap_or(false)
            }
        }
    }
}

fn issued_for(
    own: &CertificateDer<'_>,
    others: &[CertificateDer<'_>],
    roots: &[Vec<u8>],
    name: &str,
    now: SystemTime,
) -> Option<bool> {
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(root.clone().into()).ok()?;
    }
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier =
        WebPkiClientVerifier::builder_with_provider(Arc::new(store), provider).build().ok()?;
    let since = now.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    verifier.verify_client_cert(own, others, UnixTime::since_unix_epoch(since)).ok()?;
    let parsed = rustls::server::ParsedCertificate::try_from(own).ok()?;
    let name = ServerName::try_from(name.to_owned()).ok()?;
    Some(rustls::client::verify_server_name(&parsed, &name).is_ok())
}

/// What the authority shows, and the certificate of whoever issued it, in PEM.
pub(super) struct OwnCertificate {
    pub config: Arc<ServerConfig>,
    pub issuer_pem: String,
}

/// Makes a certificate authority and a certificate of it.
pub(super) fn make() -> Result<OwnCertificate, StartError> {
    let failed = |error: rcgen::Error| StartError::Runtime(format!("no certificate: {error}"));
    let issuer_key = rcgen::KeyPair::generate().map_err(failed)?;
    let mut params = rcgen::CertificateParams::new(Vec::<String>::new()).map_err(failed)?;
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let name = "Exchange Studio, this run alone";
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    let issuer_certificate = params.self_signed(&issuer_key).map_err(failed)?;
    let issuer = rcgen::Issuer::new(params, issuer_key);

    let key = rcgen::KeyPair::generate().map_err(failed)?;
    let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
    let params = rcgen::CertificateParams::new(names).map_err(failed)?;
    let own = params.signed_by(&key, &issuer).map_err(failed)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));

    let provider = Arc::new(aws_lc_rs::default_provider());
    let failed = |error: rustls::Error| StartError::Runtime(format!("no TLS: {error}"));
    let config = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(failed)?
        .with_client_cert_verifier(Arc::new(Anybody { provider }))
        .with_single_cert(vec![own.der().clone()], key)
        .map_err(failed)?;
    let issuer_pem = certificate::to_pem(issuer_certificate.der());
    Ok(OwnCertificate { config: Arc::new(config), issuer_pem })
}

/// Lets everybody in who has the private key of what is shown, and those who show nothing.
#[derive(Debug)]
struct Anybody {
    provider: Arc<CryptoProvider>,
}

impl ClientCertVerifier for Anybody {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Whoever is at the other end: the certificates that were shown.
#[derive(Clone, Debug, Default)]
pub(super) struct Peer(Arc<[CertificateDer<'static>]>);

/// Connections whose handshake is done. One that hangs in it keeps nobody else waiting.
pub(super) struct TlsListener {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, Peer)>,
}

impl TlsListener {
    pub fn new(listener: TcpListener, config: Arc<ServerConfig>) -> Self {
        let (sender, ready) = mpsc::channel(64);
        let acceptor = TlsAcceptor::from(config);
        tokio::spawn(async move {
            while !sender.is_closed() {
                let Ok((stream, _)) = listener.accept().await else {
                    // Too many open files, as a rule: the next try may find some closed.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                };
                let (acceptor, sender) = (acceptor.clone(), sender.clone());
                tokio::spawn(async move {
                    let shaken = tokio::time::timeout(PATIENCE, acceptor.accept(stream)).await;
                    let Ok(Ok(stream)) = shaken else { return };
                    let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
                    let peer = Peer(chain.iter().map(|one| one.clone().into_owned()).collect());
                    // Fails when the server has ended, and then nobody wants it.
                    sender.send((stream, peer)).await.ok();
                });
            }
        });
        Self { ready }
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = Peer;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(ready) => ready,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        Ok(Peer::default())
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        stream.remote_addr().clone()
    }
}

/// Who makes a request, as far as the connection and the headers say.
pub(super) struct Caller {
    pub headers: HeaderMap,
    peer: Peer,
}

impl Caller {
    /// The certificates that were shown, the client's own first.
    pub fn certificates(&self) -> &[CertificateDer<'static>] {
        &self.peer.0
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        // Over http nobody shows a certificate.
        let peer = parts.extensions.get::<ConnectInfo<Peer>>().map(|info| info.0.clone());
        Ok(Self { headers: parts.headers.clone(), peer: peer.unwrap_or_default() })
    }
}
