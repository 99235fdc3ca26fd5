//! The token endpoint: client credentials, authorization code, and the way to
//! [`exchange`](super::exchange), [`refresh`](super::refresh) and [`device`](super::device).

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::clients::{client_id, is_public, require_enabled};
use super::http::{Form, OAuthError, is_scope, no_store};
use super::login::SignIn;
use super::proved::{Proved, token_type};
use super::{
    Current, Misbehaviour, Shared, TOKEN_LIFETIME, device, exchange, grants, metadata, misbehave,
    refresh,
};
use crate::config::ClientApp;
use crate::exchange::jwt_bearer;
use crate::exchange::keys::{Verified, random_text, sha256_base64url};
use crate::exchange::token_type::GRANT_TYPE;

/// The media type of an access token's header (RFC 9068 §2.1).
pub(super) const ACCESS_TOKEN_TYP: &str = "at+jwt";
/// The media type of an ID token's header.
pub(super) const ID_TOKEN_TYP: &str = "jwt";

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new().route(metadata::TOKEN, post(token))
}

async fn token(State(shared): State<Arc<Shared>>, call: Call) -> Result<Response, OAuthError> {
    let Call { form, caller, current } = &call;
    let grant_type = form.need("grant_type")?;
    let client = call.client(&shared)?;
    let proved = &Proved::of(&shared, caller)?;
    let answer = match grant_type {
        GRANT_TYPE
            if form.get("subject_token").is_none()
                && shared.misbehaves(Misbehaviour::DropSubject) =>
        {
            misbehave::own_rights(&shared, client, form)
        }
        GRANT_TYPE => exchange::exchange(&shared, current, client, form, proved).await,
        "client_credentials" => client_credentials(&shared, client, form, proved),
        "authorization_code" => authorization_code(&shared, current, client, form, proved),
        "refresh_token" => refresh::refresh(&shared, client, form, proved),
        jwt_bearer::GRANT_TYPE if !shared.domains().trusted.is_empty() => {
            grants::redeem(&shared, current, client, form, proved).await
        }
        device::GRANT => device::redeem(&shared, client, form, proved),
        _ => Err(OAuthError::new(
            "unsupported_grant_type",
            "This server knows authorization_code, refresh_token, device_code, client_credentials \
             and token exchange.",
        )),
    };
    let answer = answer?;
    Ok(match &proved.key {
        Some(proof) => proof.refresh(answer),
        None => answer,
    })
}

/// The claims of an access token (RFC 9068 §2.2), in the order in which people read them.
pub(super) struct AccessToken<'a> {
    pub subject: &'a str,
    /// The client that asked.
    pub client_id: &'a str,
    pub audience: Vec<String>,
    pub scope: Option<&'a str>,
    /// When the user logged in; `None` for a token without a user.
    pub auth_time: Option<i64>,
    pub actor: Option<Value>,
    /// No later than this.
    pub not_after: Option<i64>,
    /// What it is bound to.
    pub proved: &'a Proved,
}

impl AccessToken<'_> {
    /// The token and the seconds it lives.
    pub fn sign(&self, shared: &Shared) -> Result<(String, i64), OAuthError> {
        let claims = self.claims(shared)?;
        let token = shared.keys.sign(ACCESS_TOKEN_TYP, &claims);
        let token = token.map_err(|_| OAuthError::server_error())?;
        let exp = claims.get("exp").and_then(Value::as_i64).unwrap_or_default();
        Ok((token, exp - shared.now()))
    }

    pub(super) fn claims(&self, shared: &Shared) -> Result<Map<String, Value>, OAuthError> {
        let now = shared.now();
        let latest = now.saturating_add(TOKEN_LIFETIME);
        let exp = self.not_after.map_or(latest, |limit| limit.min(latest));
        let mut claims = Map::new();
        claims.insert("iss".into(), shared.issuer.as_str().into());
        claims.insert("sub".into(), self.subject.into());
        let aud = match self.audience.as_slice() {
            [one] => Value::from(one.as_str()),
            several => several.into(),
        };
        claims.insert("aud".into(), aud);
        claims.insert("client_id".into(), self.client_id.into());
        if let Some(scope) = self.scope {
            claims.insert("scope".into(), scope.into());
        }
        if let Some(time) = self.auth_time {
            claims.insert("auth_time".into(), time.into());
        }
        if let Some(actor) = &self.actor {
            claims.insert("act".into(), actor.clone());
        }
        if let Some(confirmation) = self.proved.confirmation() {
            claims.insert("cnf".into(), confirmation);
        }
        claims.insert("iat".into(), now.into());
        claims.insert("exp".into(), exp.into());
        claims.insert("jti".into(), random_text().map_err(|_| OAuthError::server_error())?.into());
        Ok(claims)
    }
}

/// The id that a client's tokens name it by.
pub(super) fn need_client_id(app: &ClientApp) -> Result<&str, OAuthError> {
    client_id(app).ok_or_else(|| {
        OAuthError::invalid_target(format!("{} has no id, so no token can name it.", app.label()))
    })
}

/// The scope that was asked for, when it is one.
pub(super) fn requested_scope(form: &Form) -> Result<Option<&str>, OAuthError> {
    match form.get("scope") {
        Some(scope) if !is_scope(scope) => {
            Err(OAuthError::invalid_scope("scope must be names with single spaces between them."))
        }
        scope => Ok(scope),
    }
}

/// RFC 6749 §4.4: the client asks for itself. The configuration lists no scopes, so any are given.
fn client_credentials(
    shared: &Shared,
    client: &ClientApp,
    form: &Form,
    proved: &Proved,
) -> Result<Response, OAuthError> {
    require_enabled(client)?;
    if is_public(client) {
        return Err(OAuthError::unauthorized_client(
            "A public client cannot use client_credentials: it has nothing to prove itself with.",
        ));
    }
    let id = need_client_id(client)?;
    let scope = requested_scope(form)?;
    let (token, lifetime) = AccessToken {
        subject: id,
        client_id: id,
        audience: vec![id.to_owned()],
        scope,
        auth_time: None,
        actor: None,
        not_after: None,
        proved,
    }
    .sign(shared)?;
    Ok(no_store(StatusCode::OK, success(&token, lifetime, scope, proved)))
}

/// RFC 6749 §4.1.3 with RFC 7636 §4.6.
fn authorization_code(
    shared: &Shared,
    current: &Current,
    client: &ClientApp,
    form: &Form,
    proved: &Proved,
) -> Result<Response, OAuthError> {
    require_enabled(client)?;
    let code = form.need("code")?;
    let redirect_uri = form.need("redirect_uri")?;
    let verifier = form.need("code_verifier")?;
    let refused = || {
        OAuthError::invalid_grant(
            "The code is unknown, used, too old, or was given to another client or redirect_uri.",
        )
    };
    let login = super::login::redeem(shared, code).ok_or_else(refused)?;
    let same_client =
        current.project.by_id(&crate::config::Id::new(&login.client_id)) == Some(client.key);
    if !same_client || login.redirect_uri != redirect_uri {
        return Err(refused());
    }
    let well_formed = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    if !well_formed || sha256_base64url(verifier) != login.challenge {
        return Err(OAuthError::invalid_grant("code_verifier does not fit the code_challenge."));
    }
    if login.dpop_jkt.is_some() && login.dpop_jkt.as_deref() != proved.thumbprint() {
        return Err(OAuthError::invalid_grant(
            "The code is bound to a key (dpop_jkt), and the request has no proof of possession of it.",
        ));
    }
    signed_in(shared, client, &login.sign_in, proved)
}

/// The answer to somebody who has logged in: an access token, an ID token when the scope has `openid`,
/// and a refresh token when it has `offline_access`.
pub(super) fn signed_in(
    shared: &Shared,
    client: &ClientApp,
    sign_in: &SignIn,
    proved: &Proved,
) -> Result<Response, OAuthError> {
    let id = need_client_id(client)?;
    let scope = sign_in.scope.as_deref();
    let (token, lifetime) = AccessToken {
        subject: &sign_in.subject,
        client_id: id,
        audience: vec![id.to_owned()],
        scope,
        auth_time: Some(sign_in.time),
        actor: None,
        not_after: None,
        proved,
    }
    .sign(shared)?;
    let mut body = success(&token, lifetime, scope, proved);
    if scope.is_some_and(|scope| scope.split(' ').any(|name| name == "openid")) {
        body["id_token"] = id_token(shared, sign_in, id, lifetime)?.into();
    }
    refresh::add(shared, client, sign_in, proved, &mut body)?;
    Ok(no_store(StatusCode::OK, body))
}

/// OpenID Connect Core §2.
fn id_token(
    shared: &Shared,
    sign_in: &SignIn,
    client_id: &str,
    lifetime: i64,
) -> Result<String, OAuthError> {
    let now = shared.now();
    let mut claims = json!({
        "iss": shared.issuer,
        "sub": sign_in.subject,
        "aud": client_id,
        "auth_time": sign_in.time,
        "iat": now,
        "exp": now + lifetime,
    });
    if let Some(nonce) = &sign_in.nonce {
        claims["nonce"] = nonce.as_str().into();
    }
    if let Some(user) = shared.users.iter().find(|user| user.subject == sign_in.subject) {
        if sign_in.scope.as_deref().is_some_and(|scope| scope.split(' ').any(|it| it == "profile"))
        {
            claims["name"] = user.name.as_str().into();
        }
        for (name, value) in &user.claims {
            claims[name] = value.clone();
        }
    }
    shared.keys.sign("JWT", &claims).map_err(|_| OAuthError::server_error())
}

/// RFC 6749 §5.1, RFC 9449 §5.
pub(super) fn success(token: &str, lifetime: i64, scope: Option<&str>, proved: &Proved) -> Value {
    let mut body = json!({
        "access_token": token,
        "token_type": token_type(proved.confirmation().as_ref()),
        "expires_in": lifetime,
    });
    if let Some(scope) = scope {
        body["scope"] = scope.into();
    }
    body
}

/// A token of this authority that is valid now.
pub(super) fn own_token(shared: &Shared, token: &str) -> Result<Verified, OwnTokenError> {
    let verified = misbehave::signatures::verify(shared, &shared.key_set(), token)
        .map_err(|e| OwnTokenError::Bad(e.to_string()))?;
    if verified.text("iss") != Some(shared.issuer.as_str()) {
        return Err(OwnTokenError::Bad("its issuer is another one".into()));
    }
    match verified.seconds("exp") {
        Some(exp) if exp > shared.now() => {}
        Some(_) if shared.misbehaves(Misbehaviour::IgnoreExpiry) => {}
        _ => return Err(OwnTokenError::Expired),
    }
    if super::status::is_revoked(shared, &verified) {
        return Err(OwnTokenError::Bad("it was revoked".into()));
    }
    Ok(verified)
}

pub(super) enum OwnTokenError {
    Bad(String),
    Expired,
}
