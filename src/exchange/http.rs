//! The one way out: an HTTP client that cannot be talked into anything.
//!
//! No redirect is followed, since a token or a secret would travel along (RES-09). TLS is always
//! verified; an own certificate authority can be added, verification cannot be turned off. `http` is
//! for loopback only. Answers are limited in size and in time, so that a server that is slow or
//! endless costs a message and nothing else. Every failure becomes one plain sentence that says
//! what happened and what to look at.

use std::error::Error as StdError;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use reqwest::{Certificate, Method, redirect};
use secrecy::{ExposeSecret, SecretBox, SecretSlice, SecretString};
use url::{Host, Url};

use super::keys::KeyError;

/// Limits and trust of an [`Http`].
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// Until a connection stands, TLS included.
    pub connect_timeout: Duration,
    /// For one request from its start to the last byte of its answer.
    pub timeout: Duration,
    /// Bytes of an answer's body.
    pub body_limit: usize,
    /// Certificate authorities (DER) to trust beside those of the system.
    pub extra_roots: Vec<Vec<u8>>,
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
            environment_proxy: true,
        }
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransportKind {
    /// The address is not one the studio sends anything to.
    Address,
    /// The client's credentials cannot be made; nothing was sent.
    Credentials,
    /// Nobody listens there.
    Refused,
    /// The name cannot be resolved.
    Dns,
    Timeout,
    /// The certificate is for another name.
    CertificateName,
    /// The certificate is not trusted, expired, or revoked.
    Certificate,
    /// TLS failed in another way.
    Tls,
    /// The connection ended before the answer did.
    Closed,
    TooLarge,
    Redirect,
    /// What came is not what was asked for, as HTML for JSON.
    Content,
    Other,
}

/// No usable answer: one sentence for a person, and its kind for a program. Never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[error("{message}")]
pub struct TransportError {
    pub kind: TransportKind,
    pub message: String,
}

impl TransportError {
    pub fn new(kind: TransportKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }
}

impl From<KeyError> for TransportError {
    fn from(error: KeyError) -> Self {
        Self::new(
            TransportKind::Credentials,
            format!("The client's credentials cannot be made: {error}. Nothing was sent."),
        )
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

/// The client. Cheap to keep, and meant to be kept: it reuses connections.
#[derive(Debug)]
pub struct Http {
    options: HttpOptions,
    /// For loopback `http`: no proxy, no certificates to read.
    loopback: reqwest::Client,
    /// For everything else, made when first used, so that a machine without certificates can still
    /// work with the built-in authority.
    outside: OnceLock<Result<reqwest::Client, TransportError>>,
}

impl Http {
    pub fn new(options: HttpOptions) -> Result<Self, TransportError> {
        let loopback = base(&options)
            .no_proxy()
            .tls_certs_only([])
            .build()
            .map_err(|error| setup_error(&error))?;
        Ok(Self { options, loopback, outside: OnceLock::new() })
    }

    /// The limits in force.
    pub fn options(&self) -> &HttpOptions {
        &self.options
    }

    fn client(&self, url: &Url) -> Result<&reqwest::Client, TransportError> {
        if url.scheme() == "http" {
            return Ok(&self.loopback);
        }
        self.outside
            .get_or_init(|| {
                let mut roots = Vec::new();
                for der in &self.options.extra_roots {
                    roots.push(Certificate::from_der(der).map_err(|_| {
                        TransportError::new(
                            TransportKind::Certificate,
                            "A certificate authority of this server's profile cannot be read.",
                        )
                    })?);
                }
                let mut builder = base(&self.options).tls_certs_merge(roots);
                if !self.options.environment_proxy || is_loopback(url) {
                    builder = builder.no_proxy();
                }
                builder.build().map_err(|error| setup_error(&error))
            })
            .as_ref()
            .map_err(Clone::clone)
    }

    /// Fetches a document. Any status is an answer; a redirect is not followed.
    pub async fn get(&self, url: &Url) -> Result<HttpAnswer, TransportError> {
        self.send(Method::GET, url, &[("accept", "application/json")], &[], None).await
    }

    /// Posts a form (RFC 6749 appendix B). `secrets` are headers that authenticate, by their names in
    /// lower case.
    pub async fn post_form(
        &self,
        url: &Url,
        secrets: &[(&str, &SecretString)],
        form: &SecretString,
    ) -> Result<HttpAnswer, TransportError> {
        let headers =
            [("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, url, &headers, secrets, Some(form)).await
    }

    async fn send(
        &self,
        method: Method,
        url: &Url,
        headers: &[(&str, &str)],
        secrets: &[(&str, &SecretString)],
        body: Option<&SecretString>,
    ) -> Result<HttpAnswer, TransportError> {
        allowed(url)?;
        let mut request = self.client(url)?.request(method, url.clone());
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
        let start = Instant::now();
        let mut response =
            request.send().await.map_err(|error| explain(&error, url, &self.options, false))?;
        let first_byte = start.elapsed();
        let limit = self.options.body_limit;
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
}

fn setup_error(error: &reqwest::Error) -> TransportError {
    let cause = causes(error).last().map_or_else(|| error.to_string(), ToString::to_string);
    TransportError::new(
        TransportKind::Tls,
        format!(
            "TLS cannot be set up on this machine: {cause}. Install the system's certificate \
             authorities (the package ca-certificates), or add one to the server's profile."
        ),
    )
}

fn too_large(url: &Url, limit: usize) -> TransportError {
    TransportError::new(
        TransportKind::TooLarge,
        format!(
            "{} sent more than {}, the limit for an answer (RES-12); the rest was not read.",
            place(url),
            bytes(limit)
        ),
    )
}

fn bytes(count: usize) -> String {
    if count >= 1 << 20 && count.is_multiple_of(1 << 20) {
        format!("{} MiB", count >> 20)
    } else if count >= 1 << 10 && count.is_multiple_of(1 << 10) {
        format!("{} KiB", count >> 10)
    } else {
        format!("{count} bytes")
    }
}

/// Whether a URL names this machine, without asking a resolver.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            name.eq_ignore_ascii_case("localhost")
                || name.to_ascii_lowercase().ends_with(".localhost")
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a URL may be sent something: `https` anywhere, `http` to loopback only, without user
/// name, password or fragment.
pub fn allowed(url: &Url) -> Result<(), TransportError> {
    let refuse = |message: String| Err(TransportError::new(TransportKind::Address, message));
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(url) => {}
        "http" => {
            return refuse(format!(
                "{} is plain http, which would show tokens and secrets to everyone on the way. \
                 Use https; http is for this machine only.",
                place(url)
            ));
        }
        other => return refuse(format!("“{other}:” is not an address of a server; use https.")),
    }
    if url.host().is_none() {
        return refuse("The address names no server.".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse(
            "The address holds a user name or password. Take it out; the client authenticates with \
             its own secret."
                .to_owned(),
        );
    }
    if url.fragment().is_some() {
        return refuse("The address has a fragment (#…), which no endpoint may have.".to_owned());
    }
    Ok(())
}

/// Reads an address a person typed.
pub fn parse_url(text: &str) -> Result<Url, TransportError> {
    let text = text.trim();
    let url = Url::parse(text).map_err(|error| {
        let hint = if text.is_empty() {
            "The address is empty.".to_owned()
        } else if text.contains("://") {
            format!("“{text}” is not an address: {error}.")
        } else {
            format!("“{text}” is not an address; it should begin with https://.")
        };
        TransportError::new(TransportKind::Address, hint)
    })?;
    allowed(&url)?;
    Ok(url)
}

/// Host and port, for messages.
pub fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or("the server");
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// An error and what it wraps, outermost first. An [`std::io::Error`] hides what it wraps from
/// `source`, so it is opened by hand.
fn causes<'a>(error: &'a (dyn StdError + 'static)) -> Vec<&'a (dyn StdError + 'static)> {
    let mut found: Vec<&'a (dyn StdError + 'static)> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        found.push(error);
        next = match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn StdError + 'static)),
            None => error.source(),
        };
        if found.len() > 16 {
            break;
        }
    }
    found
}

fn explain(
    error: &reqwest::Error,
    url: &Url,
    options: &HttpOptions,
    in_body: bool,
) -> TransportError {
    use TransportKind as Kind;
    let who = place(url);
    let chain = causes(error);
    if let Some(tls) = chain.iter().find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return explain_tls(tls, url);
    }
    if error.is_timeout() {
        return TransportError::new(
            Kind::Timeout,
            if error.is_connect() {
                format!(
                    "{who} did not take the connection within {}.",
                    seconds(options.connect_timeout)
                )
            } else {
                format!("{who} did not answer within {}.", seconds(options.timeout))
            },
        );
    }
    if error.is_dns() {
        return TransportError::new(
            Kind::Dns,
            format!(
                "The name {} cannot be resolved. Check its spelling and your network.",
                url.host_str().unwrap_or_default()
            ),
        );
    }
    let io = chain.iter().find_map(|cause| cause.downcast_ref::<std::io::Error>());
    if error.is_connect() {
        let refused = io.is_some_and(|io| io.kind() == std::io::ErrorKind::ConnectionRefused);
        if refused {
            return TransportError::new(
                Kind::Refused,
                format!("Nobody listens at {who}: the connection was refused. Is the server up?"),
            );
        }
        let cause = chain.last().map_or_else(String::new, ToString::to_string);
        return TransportError::new(Kind::Other, format!("{who} cannot be reached: {cause}."));
    }
    if in_body {
        return TransportError::new(
            Kind::Closed,
            format!("{who} closed the connection before its answer was complete."),
        );
    }
    if error.is_request() {
        return TransportError::new(
            Kind::Closed,
            format!("{who} closed the connection without a usable HTTP answer."),
        );
    }
    let cause = chain.last().map_or_else(String::new, ToString::to_string);
    TransportError::new(Kind::Other, format!("The request to {who} failed: {cause}."))
}

fn explain_tls(error: &rustls::Error, url: &Url) -> TransportError {
    use rustls::CertificateError as Cause;
    use rustls::Error;
    let who = place(url);
    let host = url.host_str().unwrap_or_default();
    let (kind, message) = match error {
        Error::InvalidCertificate(Cause::NotValidForNameContext { presented, .. }) => {
            let names = if presented.is_empty() {
                "no name at all".to_owned()
            } else {
                presented.iter().map(|name| plain_name(name)).collect::<Vec<_>>().join(", ")
            };
            (
                TransportKind::CertificateName,
                format!(
                    "The certificate at {who} is for {names}, not for {host}. Nothing was sent."
                ),
            )
        }
        Error::InvalidCertificate(Cause::NotValidForName) => (
            TransportKind::CertificateName,
            format!("The certificate at {who} is for another name than {host}. Nothing was sent."),
        ),
        Error::InvalidCertificate(Cause::Expired | Cause::ExpiredContext { .. }) => (
            TransportKind::Certificate,
            format!("The certificate at {who} has expired. Nothing was sent."),
        ),
        Error::InvalidCertificate(Cause::NotValidYet | Cause::NotValidYetContext { .. }) => (
            TransportKind::Certificate,
            format!(
                "The certificate at {who} is not valid yet; check this machine's clock. Nothing \
                 was sent."
            ),
        ),
        Error::InvalidCertificate(Cause::Revoked) => (
            TransportKind::Certificate,
            format!("The certificate at {who} was revoked. Nothing was sent."),
        ),
        Error::InvalidCertificate(Cause::UnknownIssuer) => (
            TransportKind::Certificate,
            format!(
                "The certificate at {who} comes from an authority this machine does not trust. \
                 Add that authority to the system or to the server's profile. Nothing was sent."
            ),
        ),
        Error::InvalidCertificate(other) => (
            TransportKind::Certificate,
            format!("The certificate at {who} is not acceptable ({other:?}). Nothing was sent."),
        ),
        other => (
            TransportKind::Tls,
            format!("TLS with {who} failed: {other}. Is it an https address? Nothing was sent."),
        ),
    };
    TransportError::new(kind, message)
}

/// `DnsName("a.example")` as `a.example`.
fn plain_name(presented: &str) -> &str {
    presented.split('"').nth(1).unwrap_or(presented)
}

fn seconds(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        format!("{} s", duration.as_secs())
    } else {
        format!("{} ms", duration.as_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_loopback_http_are_addresses() {
        for good in [
            "https://login.example/connect/token",
            "http://localhost:8080/token",
            "http://127.0.0.1:1/x",
            "http://[::1]:1/x",
            "http://proauth.localhost/x",
        ] {
            assert!(parse_url(good).is_ok(), "{good}");
        }
        for bad in [
            "http://login.example/token",
            "http://127.0.0.1.example/token",
            "http://localhost.example/",
            "https://user:pw@login.example/",
            "https://login.example/#x",
            "ftp://login.example/",
            "file:///etc/passwd",
            "login.example",
            "",
        ] {
            let error = parse_url(bad).unwrap_err();
            assert_eq!(error.kind, TransportKind::Address, "{bad}");
            assert!(!error.message.contains("pw"), "{error}");
        }
    }

    #[test]
    fn limits_are_said_in_units() {
        assert_eq!(bytes(1 << 20), "1 MiB");
        assert_eq!(bytes(2048), "2 KiB");
        assert_eq!(bytes(1000), "1000 bytes");
    }
}
