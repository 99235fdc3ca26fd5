//! Why there is no answer, in words.
//!
//! Libraries say what happened to them; a person wants to know what to look at. Each failure becomes
//! one sentence and a kind.

use std::error::Error as StdError;
use std::time::Duration;

use url::Url;

use super::http::{HttpOptions, is_loopback, place};
use super::keys::KeyError;

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

pub(super) fn too_large(url: &Url, limit: usize) -> TransportError {
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

/// An error and what it wraps, outermost first. An [`std::io::Error`] hides what it wraps from
/// `source`, so it is opened by hand.
pub(super) fn causes<'a>(error: &'a (dyn StdError + 'static)) -> Vec<&'a (dyn StdError + 'static)> {
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

pub(super) fn explain(
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
        let host = match &options.proxy {
            Some(proxy) if !is_loopback(url) => proxy.host_str(),
            _ => url.host_str(),
        };
        return TransportError::new(
            Kind::Dns,
            format!(
                "The name {} cannot be resolved. Check its spelling and your network.",
                host.unwrap_or_default()
            ),
        );
    }
    let io = chain.iter().find_map(|cause| cause.downcast_ref::<std::io::Error>());
    if let Some(proxy) = &options.proxy
        && error.is_connect()
        && !is_loopback(url)
    {
        let cause = chain.last().map_or_else(String::new, ToString::to_string);
        return TransportError::new(
            Kind::Other,
            format!(
                "{who} cannot be reached through the proxy {}: {cause}. Nothing was sent.",
                place(proxy)
            ),
        );
    }
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
    // The HTTP library says it in words alone.
    let flood = |cause: &&(dyn StdError + 'static)| {
        let words = cause.to_string();
        words.contains("message head is too large") || words.contains("too many headers")
    };
    if chain.iter().any(flood) {
        return TransportError::new(
            Kind::TooLarge,
            format!("{who} sent more headers than any answer has; it was not read."),
        );
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
    use rustls::{AlertDescription as Alert, CertificateError as Cause, Error};
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
        Error::AlertReceived(Alert::CertificateRequired) => (
            TransportKind::Tls,
            format!(
                "{who} wants to be shown a certificate of the client, and was not (RFC 8705). Only \
                 requests of the client itself show one; metadata and keys are asked for without."
            ),
        ),
        // About the client's certificate: the server's own is judged on this side.
        Error::AlertReceived(
            alert @ (Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied),
        ) => (
            TransportKind::Tls,
            format!("{who} does not accept the client's certificate ({alert:?})."),
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
    fn limits_are_said_in_units() {
        assert_eq!(bytes(1 << 20), "1 MiB");
        assert_eq!(bytes(2048), "2 KiB");
        assert_eq!(bytes(1000), "1000 bytes");
    }
}
