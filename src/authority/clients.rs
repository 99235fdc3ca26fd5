//! Which client app is meant, and whether it is the one that asks.

use axum::http::header;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret as _;

use super::http::{Form, OAuthError};
use super::predict::by_audience;
use super::tls::{Caller, KnownCertificate};
use super::{Misbehaviour, Shared, assertion};
use crate::config::{ClientApp, ClientKey, Id, Project, Setting};
use crate::exchange::keys::same_secret;

/// The client app with this `client_id`: the id in its document, GUIDs without case.
pub(super) fn by_client_id<'a>(project: &'a Project, client_id: &str) -> Option<&'a ClientApp> {
    project.by_id(&Id::new(client_id)).map(|key| project.client(key))
}

/// The `client_id` of a client app: its id as its document writes it.
pub(super) fn client_id(app: &ClientApp) -> Option<&str> {
    app.id.as_ref().map(|id| id.value.as_str())
}

/// The one client app that all of these name.
pub(super) fn by_audiences<'a>(
    shared: &Shared,
    project: &Project,
    audiences: impl Iterator<Item = &'a str>,
) -> Result<Option<ClientKey>, AudienceError> {
    let mut found = None;
    for audience in audiences {
        let key = by_audience(&shared.audiences, project, audience)
            .ok_or_else(|| AudienceError::Unknown(audience.to_owned()))?;
        if found.is_some_and(|earlier| earlier != key) {
            return Err(AudienceError::Several);
        }
        found = Some(key);
    }
    Ok(found)
}

pub(super) enum AudienceError {
    Unknown(String),
    Several,
}

/// The client app that asks, after it has shown what it must (RFC 6749 §2.3): the secret of this
/// run or an assertion signed with it, one signed with a registered key, or nothing at all for a
/// public client.
///
/// Whether the client is enabled is not judged here.
pub(super) fn authenticate<'a>(
    shared: &Shared,
    project: &'a Project,
    caller: &Caller,
    form: &Form,
) -> Result<&'a ClientApp, OAuthError> {
    let headers = &caller.headers;
    let asserted =
        ["client_assertion", "client_assertion_type"].iter().any(|name| form.get(name).is_some());
    if asserted {
        let twice =
            form.get("client_secret").is_some() || headers.contains_key(header::AUTHORIZATION);
        if twice {
            return Err(OAuthError::invalid_request(
                "The client authenticates twice: with an assertion and with a secret.",
            ));
        }
        return assertion::authenticate(shared, project, form);
    }
    let basic = headers.get(header::AUTHORIZATION).map(|value| basic(value.as_bytes()));
    let (id, secret) = match basic {
        Some(Some((id, secret))) => {
            if form.get("client_secret").is_some() {
                return Err(OAuthError::invalid_request(
                    "The client authenticates twice: in the Authorization header and in the body.",
                ));
            }
            if form.get("client_id").is_some_and(|other| other != id) {
                return Err(OAuthError::invalid_request(
                    "client_id is not the client that the Authorization header names.",
                ));
            }
            (id, Some(secret))
        }
        Some(None) => {
            return Err(OAuthError::invalid_client(
                "The Authorization header is not HTTP Basic with a client id and secret.",
            ));
        }
        None => {
            let id = form.get("client_id").ok_or_else(|| {
                OAuthError::invalid_client("No client authenticates: client_id is missing.")
            })?;
            (id.to_owned(), form.get("client_secret").map(str::to_owned))
        }
    };
    let app = by_client_id(project, &id).ok_or_else(|| {
        OAuthError::invalid_client("No client app of the project has this client_id.")
    })?;
    let public = is_public(app);
    if !public && !assertion::keys_of(shared, project, app).is_empty() {
        return Err(OAuthError::invalid_client(format!(
            "{} has a registered key and authenticates with private_key_jwt alone.",
            app.label()
        )));
    }
    let certificates = certificates_of(shared, project, app);
    if !certificates.is_empty() {
        return by_certificate(shared, caller, app, &certificates, secret.as_deref());
    }
    match secret {
        Some(_) if public => Err(OAuthError::invalid_client(format!(
            "{} is a public client: it has no secret and must send none.",
            app.label()
        ))),
        None if public => Ok(app),
        Some(secret) if same_secret(&secret, shared.client_secret.expose_secret()) => Ok(app),
        _ if shared.misbehaves(Misbehaviour::NoClientSecret) => Ok(app),
        Some(_) => Err(OAuthError::invalid_client("The client secret is wrong.")),
        None => Err(OAuthError::invalid_client(format!(
            "{} is a confidential client and must send its secret.",
            app.label()
        ))),
    }
}

/// The certificates that are registered for a client.
fn certificates_of<'s>(
    shared: &'s Shared,
    project: &Project,
    app: &ClientApp,
) -> Vec<&'s KnownCertificate> {
    let known = shared.client_certificates.iter();
    known
        .filter(|(id, _)| by_client_id(project, id).is_some_and(|owner| owner.key == app.key))
        .map(|(_, certificate)| certificate)
        .collect()
}

/// A client that is known by a certificate shows it, and nothing else (RFC 8705 §2).
fn by_certificate<'a>(
    shared: &Shared,
    caller: &Caller,
    app: &'a ClientApp,
    known: &[&KnownCertificate],
    secret: Option<&str>,
) -> Result<&'a ClientApp, OAuthError> {
    let shown = caller.certificates();
    let now = (shared.clock)();
    let words = if secret.is_some() {
        "must send no secret"
    } else if shown.is_empty() {
        "must show its certificate while the connection is made"
    } else if known.iter().any(|known| known.is(shown, now)) {
        return Ok(app);
    } else {
        "showed another certificate than the one that is registered"
    };
    let text = format!("{} is known by its certificate and {words}.", app.label());
    Err(OAuthError::invalid_client(text))
}

/// Whether the configuration says that the client is public. A client that says nothing is
/// confidential: assuming the opposite would open it.
pub(super) fn is_public(app: &ClientApp) -> bool {
    app.flag(Setting::Public).is_some_and(|flag| flag.value)
}

/// Refuses a client that the configuration disables; for the grants that no decision speaks of.
pub(super) fn require_enabled(app: &ClientApp) -> Result<(), OAuthError> {
    match app.flag(Setting::Enabled) {
        Some(flag) if !flag.value => {
            Err(OAuthError::invalid_client(format!("{} is disabled.", app.label())))
        }
        _ => Ok(()),
    }
}

/// Client id and secret in HTTP Basic: each is form-encoded before the two are joined (RFC 6749
/// §2.3.1).
fn basic(value: &[u8]) -> Option<(String, String)> {
    let text = std::str::from_utf8(value).ok()?;
    let (scheme, encoded) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    let form_decoded = |text: &str| {
        // One value of a form, so that '+' and '%' mean what they mean there; a '&' that a client
        // forgot to encode is no separator.
        url::form_urlencoded::parse(format!("v={}", text.replace('&', "%26")).as_bytes())
            .next()
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default()
    };
    Some((form_decoded(id), form_decoded(secret)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_form_decoded() {
        let header = format!("Basic {}", STANDARD.encode("%7B%7Bguid%3Aa%7D%7D:p%3A+%25%26x"));
        assert_eq!(basic(header.as_bytes()), Some(("{{guid:a}}".to_owned(), "p: %&x".to_owned())));
        assert_eq!(basic(b"Bearer abc"), None);
        assert_eq!(basic(b"Basic !!!"), None);
    }
}
