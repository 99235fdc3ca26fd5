//! Refresh tokens (RFC 6749 §6): only for logins that asked for `offline_access`, new after each use.
//!
//! Every refresh gives a new token and ends the old one, and both belong to one family: what became of
//! one login. Whoever brings a token that was used already holds a copy, or the other one does; as
//! nobody can tell which, the whole family ends, access tokens included (RFC 9700 §4.14.2). The family
//! ends by itself a day after the login, however often it was refreshed.
//!
//! A token is kept as its digest. One that was issued to a public client with a proof of possession is
//! bound to that key (RFC 9449 §5), or to the certificate that it showed (RFC 8705 §4); that of a
//! confidential client is bound to the client, which authenticates.

use std::collections::BTreeMap;
use std::sync::{MutexGuard, PoisonError};

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value};

use super::clients::{is_public, require_enabled};
use super::http::{Form, OAuthError, no_store};
use super::login::SignIn;
use super::proved::Proved;
use super::subject::SubjectToken;
use super::token::{AccessToken, need_client_id, requested_scope, success};
use super::{Shared, status};
use crate::config::ClientApp;
use crate::exchange::keys::{Verified, random_text, sha256_base64url};
use crate::exchange::token;
use crate::trust::Subject;

/// The scope that asks for a refresh token (OpenID Connect Core §11).
const OFFLINE_ACCESS: &str = "offline_access";

/// How long a login can be refreshed, in seconds.
const LIFETIME: i64 = 24 * 3_600;

/// How many logins are kept; the oldest go first.
const MOST: usize = 1_000;

/// The logins that can be refreshed.
#[derive(Default)]
pub(super) struct Families {
    next: u64,
    families: BTreeMap<u64, Family>,
    /// By the token's digest: its family, and whether it was used.
    tokens: BTreeMap<String, (u64, bool)>,
}

#[derive(Clone)]
struct Family {
    client_id: String,
    sign_in: SignIn,
    until: i64,
    /// What a public client must prove (`cnf`).
    bound: Option<Value>,
    /// Name and end of each access token, to be revoked with the family.
    access_tokens: Vec<(String, i64)>,
}

impl Families {
    fn tidy(&mut self, now: i64) {
        self.families.retain(|_, family| family.until > now);
        while self.families.len() >= MOST {
            self.families.pop_first();
        }
        let families = &self.families;
        self.tokens.retain(|_, (family, _)| families.contains_key(family));
    }

    fn give(&mut self, family: u64) -> Result<String, OAuthError> {
        let fresh = random_text().map_err(|_| OAuthError::server_error())?;
        self.tokens.insert(sha256_base64url(&fresh), (family, false));
        Ok(fresh)
    }
}

fn held(shared: &Shared) -> MutexGuard<'_, Families> {
    shared.families.lock().unwrap_or_else(PoisonError::into_inner)
}

fn has(scope: Option<&str>, name: &str) -> bool {
    scope.is_some_and(|scope| scope.split(' ').any(|one| one == name))
}

/// Name and end of an access token of this authority.
fn name_of(access_token: &str) -> Option<(String, i64)> {
    let decoded = token::decode(access_token);
    let jwt = decoded.jwt()?;
    Some((jwt.text("jti")?.to_owned(), jwt.date("exp")?))
}

/// Puts a refresh token into the answer to a login that asked for one.
pub(super) fn add(
    shared: &Shared,
    client: &ClientApp,
    sign_in: &SignIn,
    proved: &Proved,
    body: &mut Value,
) -> Result<(), OAuthError> {
    if !has(sign_in.scope.as_deref(), OFFLINE_ACCESS) {
        return Ok(());
    }
    let now = shared.now();
    let family = Family {
        client_id: need_client_id(client)?.to_owned(),
        sign_in: sign_in.clone(),
        until: now.saturating_add(LIFETIME),
        bound: proved.confirmation().filter(|_| is_public(client)),
        access_tokens: body["access_token"].as_str().and_then(name_of).into_iter().collect(),
    };
    let mut families = held(shared);
    families.tidy(now);
    let id = families.next;
    families.next += 1;
    families.families.insert(id, family);
    body["refresh_token"] = families.give(id)?.into();
    Ok(())
}

/// The family of a token, by the token's digest, and all of them, still held. A token that was used
/// before ends its family (RFC 9700 §4.14.2).
fn usable<'a>(
    shared: &'a Shared,
    client_id: &str,
    digest: &str,
    proves: impl Fn(&Family) -> bool,
    refused: impl Fn() -> OAuthError,
) -> Result<(MutexGuard<'a, Families>, u64, Family), OAuthError> {
    let mut families = held(shared);
    families.tidy(shared.now());
    let (id, used) = *families.tokens.get(digest).ok_or_else(&refused)?;
    let family = families.families.get(&id).cloned().ok_or_else(&refused)?;
    if family.client_id != client_id || !proves(&family) {
        return Err(refused());
    }
    if used {
        families.families.remove(&id);
        drop(families);
        end(shared, &family)?;
        return Err(refused());
    }
    Ok((families, id, family))
}

/// Refuses a scope that the login did not give; `what` would have to add it.
fn require_within(
    granted: Option<&str>,
    wanted: Option<&str>,
    what: &str,
) -> Result<(), OAuthError> {
    match wanted.and_then(|wanted| wanted.split(' ').find(|name| !has(granted, name))) {
        None => Ok(()),
        Some(name) => Err(OAuthError::invalid_scope(format!(
            "The login did not give the scope '{name}', and {what} adds none."
        ))),
    }
}

/// RFC 6749 §6.
pub(super) fn refresh(
    shared: &Shared,
    client: &ClientApp,
    form: &Form,
    proved: &Proved,
) -> Result<Response, OAuthError> {
    require_enabled(client)?;
    let digest = sha256_base64url(form.need("refresh_token")?);
    let wanted = requested_scope(form)?;
    let client_id = need_client_id(client)?;
    let refused = || {
        OAuthError::invalid_grant(
            "The refresh token is unknown, used, too old, or was given to another client or key.",
        )
    };
    let proves = |family: &Family| family.bound.as_ref().is_none_or(|bound| proved.has(bound));
    let (mut families, id, family) = usable(shared, client_id, &digest, proves, refused)?;
    let granted = family.sign_in.scope.as_deref();
    require_within(granted, wanted, "a refresh")?;
    let scope = wanted.or(granted);
    let (access_token, lifetime) = AccessToken {
        subject: &family.sign_in.subject,
        client_id,
        audience: vec![client_id.to_owned()],
        scope,
        auth_time: Some(family.sign_in.time),
        actor: None,
        not_after: None,
        proved,
    }
    .sign(shared)?;
    let mut body = success(&access_token, lifetime, scope, proved);
    body["refresh_token"] = families.give(id)?.into();
    families.tokens.insert(digest, (id, true));
    if let Some(family) = families.families.get_mut(&id) {
        family.access_tokens.retain(|(_, until)| *until > shared.now());
        family.access_tokens.extend(name_of(&access_token));
    }
    Ok(no_store(StatusCode::OK, body))
}

/// A refresh token as the subject of an exchange: as good as it would be for a refresh, and not used up
/// by it (draft-ietf-oauth-identity-assertion-authz-grant §4.3.3).
pub(super) fn subject(
    shared: &Shared,
    client: &ClientApp,
    token: &str,
    wanted: Option<&str>,
) -> Result<SubjectToken, OAuthError> {
    let refused = || {
        OAuthError::invalid_request(
            "The refresh token is unknown, used, too old, or was given to another client.",
        )
    };
    let client_id = need_client_id(client)?;
    let digest = sha256_base64url(token);
    // What the sender has proved is looked at with the other subject tokens.
    let (_families, _, family) = usable(shared, client_id, &digest, |_| true, refused)?;
    require_within(family.sign_in.scope.as_deref(), wanted, "an exchange")?;
    let mut claims = Map::new();
    claims.insert("sub".into(), family.sign_in.subject.as_str().into());
    claims.insert("client_id".into(), client_id.into());
    claims.insert("auth_time".into(), family.sign_in.time.into());
    let verified = Verified { kid: None, header: Map::new(), claims };
    Ok(SubjectToken { subject: Subject::UserOf(client.key), verified, expires: family.until })
}

/// Revokes the access tokens of a family.
fn end(shared: &Shared, family: &Family) -> Result<(), OAuthError> {
    family
        .access_tokens
        .iter()
        .try_for_each(|(name, until)| status::revoke_name(shared, name, *until))
}

/// Ends the family of a refresh token (RFC 7009 §2.1). Whether the token is one; an error when it is
/// another client's.
pub(super) fn revoke(shared: &Shared, client: &ClientApp, token: &str) -> Result<bool, OAuthError> {
    let mut families = held(shared);
    let Some((id, _)) = families.tokens.get(&sha256_base64url(token)).copied() else {
        return Ok(false);
    };
    let Some(family) = families.families.get(&id).cloned() else { return Ok(false) };
    if family.client_id != need_client_id(client)? {
        return Err(OAuthError::unauthorized_client("The token was issued to another client."));
    }
    families.families.remove(&id);
    drop(families);
    end(shared, &family)?;
    Ok(true)
}

/// What introspection says of a refresh token, to the client that has it (RFC 7662 §2.2).
pub(super) fn introspect(shared: &Shared, client: &ClientApp, token: &str) -> Option<Value> {
    let families = held(shared);
    let (id, used) = *families.tokens.get(&sha256_base64url(token))?;
    let family = families.families.get(&id)?;
    let own = need_client_id(client).is_ok_and(|id| id == family.client_id);
    if used || !own || family.until <= shared.now() {
        return None;
    }
    let mut body = Map::new();
    body.insert("active".into(), true.into());
    body.insert("iss".into(), shared.issuer.as_str().into());
    body.insert("sub".into(), family.sign_in.subject.as_str().into());
    body.insert("client_id".into(), family.client_id.as_str().into());
    if let Some(scope) = &family.sign_in.scope {
        body.insert("scope".into(), scope.as_str().into());
    }
    body.insert("exp".into(), family.until.into());
    Some(Value::Object(body))
}
