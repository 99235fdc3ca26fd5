//! Which addresses may be sent anything: those of https, and of http on this machine alone, since a
//! token or a secret goes along. What a person typed is read by the same rules, and told without a user
//! name or password that stands in it.

use url::{Host, Url};

use super::redact::without_user;
use super::transport::{TransportError, TransportKind};

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

/// Whether a proxy can be used.
pub(super) fn allowed_proxy(url: &Url) -> Result<(), TransportError> {
    let refuse = |message: &str| Err(TransportError::new(TransportKind::Address, message));
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return refuse("The proxy is none that can be used; it should begin with http://.");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse(
            "The proxy's address holds a user name or password. Take it out; proxies that want \
             one are taken from the environment (HTTPS_PROXY) alone.",
        );
    }
    Ok(())
}

/// Reads the address of a proxy that a person typed: `http://host:port`.
///
/// # Errors
///
/// When it is no address, not of http or https, or holds a user name or password.
pub fn parse_proxy(text: &str) -> Result<Url, TransportError> {
    let url = Url::parse(text.trim()).map_err(|error| {
        TransportError::new(
            TransportKind::Address,
            format!("The proxy is no address: {error}. It should begin with http://."),
        )
    })?;
    allowed_proxy(&url)?;
    Ok(url)
}

/// Reads an address a person typed.
pub fn parse_url(text: &str) -> Result<Url, TransportError> {
    let text = text.trim();
    let url = Url::parse(text).map_err(|error| {
        let shown = without_user(text);
        let hint = if text.is_empty() {
            "The address is empty.".to_owned()
        } else if text.contains("://") {
            format!("“{shown}” is not an address: {error}.")
        } else {
            format!("“{shown}” is not an address; it should begin with https://.")
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
}
