//! A client that signs who it is (RFC 7523 §3, OpenID Connect Core §9).
//!
//! Which signature is believed follows from what is known of the client, never from what the
//! assertion says: one whose public keys are registered signs with the private half and with
//! nothing else, one without signs with its secret. So a public key can never be taken for a
//! secret, and a client that was given a key cannot be made to fall back to something weaker.
//!
//! The audience is one text: the issuer (draft-ietf-oauth-rfc7523bis §4), or the token endpoint, as
//! older clients have it. A list is refused even if it has the right text among others: an
//! assertion that is good at two servers can be used at one by the other.

use serde_json::{Map, Value};

use super::clients::{by_client_id, is_public};
use super::http::{Form, OAuthError};
use super::{Shared, metadata, replay};
use crate::config::{ClientApp, Project};
use crate::exchange::assertion::{ASSERTION_TYPE, TYP};
use crate::exchange::keys::{KeySet, Verified};
use crate::exchange::{mac, token};

/// How far ahead of now `exp` may be, in seconds: clients make an assertion for each request.
const MOST_LIFE: i64 = 300;

/// How far a client's clock may be ahead, in seconds.
const SKEW: i64 = 60;

/// The longest `jti` that is taken.
const LONGEST_NAME: usize = 512;

/// The client app that an assertion is of.
pub(super) fn authenticate<'a>(
    shared: &Shared,
    project: &'a Project,
    form: &Form,
) -> Result<&'a ClientApp, OAuthError> {
    let refuse = |reason: String| {
        Err(OAuthError::invalid_client(format!("The client assertion is not accepted: {reason}.")))
    };
    if form.get("client_assertion_type") != Some(ASSERTION_TYPE) {
        return refuse(format!("client_assertion_type must be {ASSERTION_TYPE}"));
    }
    let Some(assertion) = form.get("client_assertion") else {
        return refuse("it is missing".to_owned());
    };
    // Believed by nobody yet: it only says whose keys to try.
    let decoded = token::decode(assertion);
    let Some(id) = decoded.jwt().and_then(|jwt| jwt.text("sub")) else {
        return refuse("it is not a signed JWT with a subject (sub)".to_owned());
    };
    if form.get("client_id").is_some_and(|other| other != id) {
        return refuse("client_id is not the client that it names".to_owned());
    }
    let app = by_client_id(project, id).ok_or_else(|| {
        OAuthError::invalid_client("No client app of the project has this client_id.")
    })?;
    if is_public(app) {
        return Err(OAuthError::invalid_client(format!(
            "{} is a public client: it has nothing to sign with.",
            app.label()
        )));
    }
    let verified = match signature(shared, project, app, assertion) {
        Ok(verified) => verified,
        Err(reason) => return refuse(reason),
    };
    match judge(shared, id, &verified) {
        Ok(()) => Ok(app),
        Err(reason) => refuse(reason),
    }
}

/// The public keys that are registered for a client.
pub(super) fn keys_of(shared: &Shared, project: &Project, app: &ClientApp) -> Vec<KeySet> {
    let keys = shared.client_keys();
    keys.iter()
        .filter(|(id, _)| by_client_id(project, id).is_some_and(|owner| owner.key == app.key))
        .map(|(_, keys)| keys.clone())
        .collect()
}

fn signature(
    shared: &Shared,
    project: &Project,
    app: &ClientApp,
    assertion: &str,
) -> Result<Verified, String> {
    let mut last = None;
    for keys in keys_of(shared, project, app) {
        match keys.verify(assertion) {
            Ok(verified) => return Ok(verified),
            Err(error) => last = Some(error.to_string()),
        }
    }
    match last {
        Some(reason) => Err(reason),
        None => mac::verify(&shared.client_secret, assertion).map_err(|error| error.to_string()),
    }
}

/// What an assertion says, once its signature is right.
fn judge(shared: &Shared, id: &str, verified: &Verified) -> Result<(), String> {
    // A token of another kind that the same key signed is no assertion (RFC 8725 §3.11); one that
    // does not say its kind may be.
    if let Some(typ) = verified.typ()
        && !["jwt", TYP].contains(&typ.as_str())
    {
        return Err("its type (typ) is that of another kind of token".to_owned());
    }
    if verified.text("iss") != Some(id) {
        return Err("its issuer (iss) must be the client itself".to_owned());
    }
    let endpoint = format!("{}{}", shared.issuer, metadata::TOKEN);
    if !is_for(&verified.claims, &[&shared.issuer, &endpoint]) {
        return Err(format!("its audience (aud) must be one text, {}", shared.issuer));
    }
    let now = shared.now();
    let Some(expires) = verified.seconds("exp") else {
        return Err("it does not say when it expires (exp)".to_owned());
    };
    if expires <= now {
        return Err("it has expired".to_owned());
    }
    if expires > now.saturating_add(MOST_LIFE + SKEW) {
        return Err(format!("it lives longer than {MOST_LIFE} seconds (exp)"));
    }
    let ahead = |claim: &str| verified.seconds(claim).is_some_and(|at| at > now + SKEW);
    if ahead("nbf") || ahead("iat") {
        return Err("it is not valid yet (nbf, iat)".to_owned());
    }
    let name = verified.text("jti").filter(|name| (1..=LONGEST_NAME).contains(&name.len()));
    let Some(name) = name else {
        return Err("it has no usable name of its own (jti)".to_owned());
    };
    shared.first(&format!("assertion {id}"), name, expires).map_err(|replay| match replay {
        replay::Replay::Again => "it was used before (jti)".to_owned(),
        replay::Replay::Full => "too many are in use at the moment".to_owned(),
    })
}

/// Whether the audience is one text, and one of these.
fn is_for(claims: &Map<String, Value>, accepted: &[&str]) -> bool {
    claims.get("aud").and_then(Value::as_str).is_some_and(|aud| accepted.contains(&aud))
}
