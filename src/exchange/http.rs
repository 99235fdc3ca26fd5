//! The one way out: an HTTP client that cannot be talked into anything.
//!
//! No redirect is followed, since a token or a secret would travel along (RES-09). TLS is always
//! verified; an own certificate authority can be added, verification cannot be turned off. `http` is
//! for loopback only. Answers are limited in size and in time, so that a server that is slow or
//! endless costs a message and nothing else. Every failure becomes one plain sentence that says
//! what happened and what to look at.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::{Method, Proxy, redirect};
use rustls::client::Resumption;
use rustls::pki_types::CertificateDer;
use secrecy::{ExposeSecret, SecretBox, SecretSlice, SecretString};
use url::{Host, Url};

use super::address::allowed_proxy;
pub use super::address::{allowed, is_loopback, parse_proxy, parse_url, place};
use super::certificate::ClientCertificate;
use super::phases::{NoSessions, Phases, Recorder, Resolver, Shows, Watch};
use super::redact::without_user;
pub use super::transport::{TransportError, TransportKind};
use super::transport::{causes, explain, too_large};

/// Limits and trust of an [`Http`].
#[derive(Clone)]
pub struct HttpOptions {
    /// Until a connection stands, TLS included.
    pub connect_timeout: Duration,
    /// For one request from its start to the last byte of its answer.
    pub timeout: Duration,
    /// Bytes of an answer's body.
    pub body_limit: usize,
    /// Certificate authorities (DER) to trust beside those of the system.
    pub extra_roots: Vec<Vec<u8>>,
    /// The proxy for everything but loopback (`http` or `https`, without user name and password);
    /// those of the environment do not count then.
    pub proxy: Option<Url>,
    /// Whether `HTTPS_PROXY` and its relatives apply; never to loopback.
    pub environment_proxy: bool,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(30),
            body_limit: 1 << 20,
            extra_roots: Vec::new(),
            proxy: None,
            environment_proxy: true,
        }
    }
}

/// A proxy's password has no place here, but may be in the address that somebody gave.
impl std::fmt::Debug for HttpOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let proxy = self.proxy.as_ref().map(|url| without_user(url.as_str()));
        f.debug_struct("HttpOptions")
            .field("connect_timeout", &self.connect_timeout)
            .field("timeout", &self.timeout)
            .field("body_limit", &self.body_limit)
            .field("extra_roots", &self.extra_roots.len())
            .field("proxy", &proxy)
            .field("environment_proxy", &self.environment_proxy)
            .finish()
    }
}

/// What a server answered.
pub struct HttpAnswer {
    pub status: u16,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// May hold tokens.
    pub body: SecretSlice<u8>,
    /// From the start of the request to the answer's status line.
    pub first_byte: Duration,
    /// From the start of the request to the last byte.
    pub total: Duration,
    /// How the connection came to be, when it was made for this request.
    pub phases: Phases,
}

impl std::fmt::Debug for HttpAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("HttpAnswer")
            .field("status", &self.status)
            .field("body", &format_args!("{} bytes", self.body.expose_secret().len()))
            .finish_non_exhaustive()
    }
}

impl HttpAnswer {
    /// The first header with this name (in lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The client. Cheap to keep, and meant to be kept: it reuses connections. Cheap to clone too: clones
/// share them.
#[derive(Clone)]
pub struct Http {
    options: Arc<HttpOptions>,
    /// For loopback `http`: no proxy, no certificates to read.
    loopback: reqwest::Client,
    /// For everything else, made when first used, so that a machine without certificates can still
    /// work with the built-in authority. A connection belongs to the certificate that was shown on
    /// it, so each certificate has its own.
    outside: Arc<Mutex<BTreeMap<Way, Result<reqwest::Client, TransportError>>>>,
    /// Whether a server, by its origin, asked for a certificate when the connection was made on which
    /// this one may be shown: only a greeting tells, and later requests have none.
    wanted: Arc<Mutex<BTreeMap<(String, String), bool>>>,
    /// What is shown to whom when a document is fetched.
    shows: Option<(ClientCertificate, Host)>,
}

/// The clients inside know the proxies of the environment, and those may have passwords.
impl std::fmt::Debug for Http {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Http").field("options", &self.options).finish_non_exhaustive()
    }
}

/// What TLS connections have in common that may be used for each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    /// To this machine, so past every proxy.
    loopback: bool,
    /// The thumbprint of the client's certificate.
    certificate: Option<String>,
}

impl Http {
    /// # Errors
    ///
    /// When the system gives no client, or the proxy is none that can be used.
    pub fn new(options: HttpOptions) -> Result<Self, TransportError> {
        if let Some(proxy) = &options.proxy {
            allowed_proxy(proxy)?;
        }
        let loopback = base(&options)
            .no_proxy()
            .tls_certs_only([])
            .build()
            .map_err(|error| setup_error(&error))?;
        Ok(Self {
            options: Arc::new(options),
            loopback,
            outside: Arc::default(),
            wanted: Arc::default(),
            shows: None,
        })
    }

    /// Shows a certificate when a document is fetched from the host of this address, for servers that
    /// let nobody in without one. Nobody else sees it.
    #[must_use]
    pub fn showing(mut self, certificate: &ClientCertificate, to: &Url) -> Self {
        self.shows = to.host().map(|host| (certificate.clone(), host.to_owned()));
        self
    }

    /// The limits in force.
    pub fn options(&self) -> &HttpOptions {
        &self.options
    }

    fn client(
        &self,
        url: &Url,
        certificate: Option<&ClientCertificate>,
    ) -> Result<reqwest::Client, TransportError> {
        if url.scheme() == "http" {
            return match certificate {
                None => Ok(self.loopback.clone()),
                Some(_) => Err(TransportError::new(
                    TransportKind::Credentials,
                    format!(
                        "A certificate is shown over https alone, and {} is plain http. Nothing \
                         was sent.",
                        place(url)
                    ),
                )),
            };
        }
        let way = Way {
            loopback: is_loopback(url),
            certificate: certificate.map(|one| one.thumbprint().to_owned()),
        };
        let mut made = self.outside.lock().unwrap_or_else(PoisonError::into_inner);
        made.entry(way).or_insert_with_key(|way| self.make(way, certificate)).clone()
    }

    fn make(
        &self,
        way: &Way,
        certificate: Option<&ClientCertificate>,
    ) -> Result<reqwest::Client, TransportError> {
        let tls = tls(&self.options.extra_roots, certificate).map_err(|e| setup_error(&e))?;
        let mut builder = base(&self.options).tls_backend_preconfigured(tls);
        if way.loopback {
            builder = builder.no_proxy();
        } else if let Some(proxy) = &self.options.proxy {
            let proxy = Proxy::all(proxy.clone()).map_err(|error| setup_error(&error))?;
            // Naming one turns those of the environment off.
            builder = builder.proxy(proxy);
        } else if !self.options.environment_proxy {
            builder = builder.no_proxy();
        }
        builder.build().map_err(|error| setup_error(&error))
    }

    /// Fetches a document. Any status is an answer; a redirect is not followed.
    pub async fn get(&self, url: &Url) -> Result<HttpAnswer, TransportError> {
        let shown = self.shows.as_ref().filter(|(_, host)| {
            url.scheme() == "https" && url.host().is_some_and(|it| it.to_owned() == *host)
        });
        let certificate = shown.map(|(certificate, _)| certificate);
        self.send(Method::GET, url, certificate, &[("accept", "application/json")], &[], None).await
    }

    /// Posts a form (RFC 6749 appendix B). `certificate` is shown to a server that asks for one;
    /// `secrets` are headers that authenticate, by their names in lower case.
    pub async fn post_form(
        &self,
        url: &Url,
        certificate: Option<&ClientCertificate>,
        secrets: &[(&str, &SecretString)],
        form: &SecretString,
    ) -> Result<HttpAnswer, TransportError> {
        let headers =
            [("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, url, certificate, &headers, secrets, Some(form)).await
    }

    async fn send(
        &self,
        method: Method,
        url: &Url,
        certificate: Option<&ClientCertificate>,
        headers: &[(&str, &str)],
        secrets: &[(&str, &SecretString)],
        body: Option<&SecretString>,
    ) -> Result<HttpAnswer, TransportError> {
        allowed(url)?;
        let mut request = self.client(url, certificate)?.request(method, url.clone());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        for (name, secret) in secrets {
            let mut value = reqwest::header::HeaderValue::from_str(secret.expose_secret())
                .map_err(|_| {
                    TransportError::new(
                        TransportKind::Address,
                        "The credentials hold a character that no header can carry.",
                    )
                })?;
            value.set_sensitive(true);
            request = request.header(*name, value);
        }
        if let Some(body) = body {
            request = request.body(body.expose_secret().to_owned());
        }
        let recorder = Recorder::default();
        let start = Instant::now();
        let mut response = recorder
            .listen(request.send())
            .await
            .map_err(|error| explain(&error, url, &self.options, false))?;
        let first_byte = start.elapsed();
        let mut phases = recorder.phases(certificate.is_some());
        if let Some(certificate) = certificate {
            let way = (certificate.thumbprint().to_owned(), url.origin().ascii_serialization());
            let mut wanted = self.wanted.lock().unwrap_or_else(PoisonError::into_inner);
            match phases.certificate_wanted {
                Some(heard) => drop(wanted.insert(way, heard)),
                None => phases.certificate_wanted = wanted.get(&way).copied(),
            }
        }
        let limit = self.options.body_limit;
        // None was asked for. What is small when it comes may be endless when it is unpacked.
        if let Some(coding) = response.headers().get("content-encoding")
            && !coding.as_bytes().eq_ignore_ascii_case(b"identity")
        {
            let coding: String =
                String::from_utf8_lossy(coding.as_bytes()).chars().take(20).collect();
            return Err(TransportError::new(
                TransportKind::Content,
                format!(
                    "{} packed its answer ({coding}), which nobody had asked for; it was not \
                     unpacked.",
                    place(url)
                ),
            ));
        }
        if response.content_length().is_some_and(|length| length > limit as u64) {
            return Err(too_large(url, limit));
        }
        let mut body = Vec::new();
        while let Some(chunk) =
            response.chunk().await.map_err(|error| explain(&error, url, &self.options, true))?
        {
            if body.len() + chunk.len() > limit {
                return Err(too_large(url, limit));
            }
            body.extend_from_slice(&chunk);
        }
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        Ok(HttpAnswer {
            status: response.status().as_u16(),
            headers,
            body: SecretBox::new(body.into_boxed_slice()),
            first_byte,
            total: start.elapsed(),
            phases,
        })
    }
}

fn base(options: &HttpOptions) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(concat!("exchange-studio/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .referer(false)
        .connect_timeout(options.connect_timeout)
        .timeout(options.timeout)
        .dns_resolver(Arc::new(Resolver))
        .connector_layer(Watch)
}

/// TLS as it is always spoken: verified by the system's authorities and those of the options.
fn tls(
    roots: &[Vec<u8>],
    certificate: Option<&ClientCertificate>,
) -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let roots = roots.iter().map(|der| CertificateDer::from(der.clone()));
    let verifier =
        rustls_platform_verifier::Verifier::new_with_extra_roots(roots, Arc::clone(&provider))?;
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        // Named so because a verifier could be anything; this is the usual one.
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match certificate {
        None => builder.with_no_client_auth(),
        Some(one) => builder.with_client_cert_resolver(Arc::new(Shows(Arc::clone(&one.certified)))),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.resumption = Resumption::store(Arc::new(NoSessions));
    Ok(config)
}

fn setup_error(error: &(dyn std::error::Error + 'static)) -> TransportError {
    let cause = causes(error).last().map_or_else(|| error.to_string(), ToString::to_string);
    TransportError::new(
        TransportKind::Tls,
        format!(
            "TLS cannot be set up on this machine: {cause}. Install the system's certificate \
             authorities (the package ca-certificates), or add one to the server's profile."
        ),
    )
}
