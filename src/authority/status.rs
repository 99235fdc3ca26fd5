//! What becomes of a token after it was issued: introspection (RFC 7662) and revocation (RFC 7009).
//!
//! A client revokes the tokens that were issued to it, and no others; a refresh token takes with it what
//! it was refreshed to. What was exchanged for a
//! revoked token stays valid: RFC 8693 makes no link between the two, and the new token has its own
//! life, which is never longer than that of the old one.

use std::sync::{Arc, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use serde_json::{Map, Value, json};

use super::call::Call;
use super::clients::{by_client_id, is_public, require_enabled};
use super::http::{OAuthError, no_store};
use super::proved::token_type;
use super::token::{ACCESS_TOKEN_TYP, own_token};
use super::{Misbehaviour, Shared, metadata, refresh, replay};
use crate::exchange::keys::Verified;

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route(metadata::INTROSPECT, post(introspect))
        .route(metadata::REVOKE, post(revoke))
}

/// RFC 7662: whether a token is one of this authority that is valid now, told to confidential
/// clients alone.
async fn introspect(State(shared): State<Arc<Shared>>, call: Call) -> Result<Response, OAuthError> {
    let client = call.client(&shared)?;
    require_enabled(client)?;
    if is_public(client) {
        return Err(OAuthError::invalid_client("A public client cannot introspect tokens."));
    }
    let token = call.form.need("token")?;
    if shared.misbehaves(Misbehaviour::IntrospectionInactive) {
        return Ok(no_store(StatusCode::OK, json!({ "active": false })));
    }
    let body = match own_token(&shared, token) {
        Ok(verified) if verified.typ().as_deref() == Some(ACCESS_TOKEN_TYP) => {
            let mut body = Map::new();
            body.insert("active".into(), true.into());
            body.insert("token_type".into(), token_type(verified.claims.get("cnf")).into());
            body.extend(verified.claims);
            if shared.misbehaves(Misbehaviour::IntrospectionDiffers) {
                body.insert("aud".into(), "https://elsewhere.example".into());
            }
            if shared.misbehaves(Misbehaviour::IntrospectionSilent) {
                body.remove("active");
            }
            Value::Object(body)
        }
        _ => refresh::introspect(&shared, client, token)
            .unwrap_or_else(|| json!({ "active": false })),
    };
    Ok(no_store(StatusCode::OK, body))
}

/// RFC 7009 §2. A token that is none of this authority, or none any more, is revoked already.
async fn revoke(State(shared): State<Arc<Shared>>, call: Call) -> Result<Response, OAuthError> {
    if shared.misbehaves(Misbehaviour::Revocation404) {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    let client = call.client(&shared)?;
    require_enabled(client)?;
    let done = || Ok(no_store(StatusCode::OK, json!({})));
    let token = call.form.need("token")?;
    if shared.misbehaves(Misbehaviour::RevocationIdle) || refresh::revoke(&shared, client, token)? {
        return done();
    }
    let Ok(verified) = own_token(&shared, token) else { return done() };
    if verified.typ().as_deref() != Some(ACCESS_TOKEN_TYP) {
        return Err(OAuthError::new(
            "unsupported_token_type",
            "Only access and refresh tokens can be revoked here; an ID token ends by itself.",
        ));
    }
    let owner = verified.text("client_id").and_then(|id| by_client_id(&call.current.project, id));
    if owner.is_none_or(|owner| owner.key != client.key) {
        return Err(OAuthError::unauthorized_client("The token was issued to another client."));
    }
    let (name, until) = (verified.text("jti"), verified.seconds("exp"));
    let (Some(name), Some(until)) = (name, until) else { return Err(OAuthError::server_error()) };
    revoke_name(&shared, name, until)?;
    done()
}

/// Revokes the access token with this name, which ends at `until` by itself.
pub(super) fn revoke_name(shared: &Shared, name: &str, until: i64) -> Result<(), OAuthError> {
    let mut revoked = shared.revoked.lock().unwrap_or_else(PoisonError::into_inner);
    match revoked.first(OWNER, name, until, shared.now()) {
        Ok(()) | Err(replay::Replay::Again) => Ok(()),
        Err(replay::Replay::Full) => Err(OAuthError::server_error()),
    }
}

/// All tokens of this authority share one space of names.
const OWNER: &str = "token";

/// Whether a token of this authority was revoked.
pub(super) fn is_revoked(shared: &Shared, verified: &Verified) -> bool {
    let revoked = shared.revoked.lock().unwrap_or_else(PoisonError::into_inner);
    verified.text("jti").is_some_and(|name| revoked.has(OWNER, name, shared.now()))
}
