//! What happens to an exchange on its way in and out, when the server was told to misbehave.
//!
//! A layer around the token endpoint that touches exchanges and nothing else, so that logins and
//! client credentials stay usable beside it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header, response::Parts};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::broken::broken_off;
use super::{Misbehaviour as M, Shared};
use crate::authority::http::BODY_LIMIT;
use crate::authority::metadata;
use crate::exchange::keys::random_text;
use crate::exchange::token_type::{ACCESS_TOKEN, GRANT_TYPE};

/// Longer than any client should wait.
const SLOW: Duration = Duration::from_secs(60);

/// Exchanges that are answered before there are too many.
const FEW: u32 = 3;

/// What an exchange asked for.
struct Asked {
    subject_token: String,
}

pub(in crate::authority) async fn layer(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    if request.uri().path() != metadata::TOKEN || shared.behaves() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_LIMIT).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let form: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let all = |name: &str| {
        form.iter().filter(|(own, _)| own == name).map(|(_, v)| v.as_str()).collect::<Vec<_>>()
    };
    if all("grant_type") != [GRANT_TYPE] {
        return next.run(Request::from_parts(parts, Body::from(body))).await;
    }
    let subjects = all("subject_token");
    let asked = Asked { subject_token: subjects.first().copied().unwrap_or_default().to_owned() };
    let on = |one: M| shared.misbehaves(one);
    if on(M::TooMany) && shared.exchanges.fetch_add(1, Ordering::Relaxed) >= FEW {
        return too_many();
    }
    if on(M::Slow) {
        tokio::time::sleep(SLOW).await;
    }
    if on(M::IgnoreDpop) {
        parts.headers.remove("dpop");
    }
    // Whatever cannot be one subject token is none.
    let body = if on(M::DropSubject) && subjects.len() > 1 {
        without(&form, "subject_token")
    } else {
        body
    };
    let body = if on(M::MissingTokenType) && all("subject_token_type").is_empty() {
        [&body[..], format!("&subject_token_type={ACCESS_TOKEN}").as_bytes()].concat().into()
    } else {
        body
    };
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    dressed(&shared, &asked, answer).await
}

fn without(form: &[(String, String)], name: &str) -> Bytes {
    let kept = form.iter().filter(|(own, _)| own != name);
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(kept);
    Bytes::from(text.finish())
}

fn too_many() -> Response {
    let body = json!({
        "error": "too_many_attempts",
        "error_description": "Too many exchanges; ask again in a minute.",
    });
    (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, "60")], axum::Json(body)).into_response()
}

/// The answer as this server gives it.
async fn dressed(shared: &Shared, asked: &Asked, answer: Response) -> Response {
    let on = |one: M| shared.misbehaves(one);
    if on(M::Redirect) {
        return (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, metadata::TOKEN)])
            .into_response();
    }
    if on(M::Html) {
        let page = "<!doctype html>\n<title>Sign in</title>\n<p>Sign in to go on.</p>\n";
        return (answer.status(), axum::response::Html(page)).into_response();
    }
    let (mut parts, body) = answer.into_parts();
    let body = to_bytes(body, BODY_LIMIT).await.unwrap_or_default();
    let body = match serde_json::from_slice::<Value>(&body) {
        Ok(Value::Object(members)) if parts.status.is_success() => success(shared, asked, members),
        Ok(Value::Object(members)) => refusal(shared, asked, &mut parts, members),
        _ => body.into(),
    };
    let body = Bytes::from(body);
    parts.headers.remove(header::CONTENT_LENGTH);
    if on(M::Cacheable) {
        parts.headers.remove(header::CACHE_CONTROL);
        parts.headers.remove(header::PRAGMA);
    }
    if on(M::DropConnection) {
        let half = body.slice(..body.len() / 2);
        return Response::from_parts(parts, broken_off(half));
    }
    Response::from_parts(parts, Body::from(body))
}

fn success(shared: &Shared, asked: &Asked, mut body: Map<String, Value>) -> Vec<u8> {
    let on = |one: M| shared.misbehaves(one);
    let mut set = |name: &str, value: Value| drop(body.insert(name.to_owned(), value));
    if on(M::OpaqueToken) {
        set("access_token", "0f1e2d3c4b5a6978".repeat(4).into());
    }
    if on(M::EncryptedToken) {
        set("access_token", encrypted_looking().into());
    }
    if on(M::UnchangedToken) {
        set("access_token", asked.subject_token.as_str().into());
    }
    if on(M::ShortTokenType) {
        set("issued_token_type", "access_token".into());
    }
    if on(M::NotApplicable) {
        set("token_type", "N_A".into());
    }
    if on(M::OddTokenType) {
        set("token_type", "access_token".into());
    }
    if on(M::RefreshToken) {
        set("refresh_token", random_text().unwrap_or_default().into());
    }
    if on(M::NullRefreshToken) {
        set("refresh_token", Value::Null);
    }
    if on(M::MoreMembers) {
        set("id_token", random_text().unwrap_or_default().into());
        set("session_state", "1".into());
    }
    if on(M::ExpMismatch)
        && let Some(seconds) = body.get("expires_in").and_then(Value::as_i64)
    {
        body.insert("expires_in".into(), seconds.saturating_mul(10).into());
    }
    if on(M::TextExpiry)
        && let Some(seconds) = body.get("expires_in").map(Value::to_string)
    {
        body.insert("expires_in".into(), seconds.into());
    }
    for (rule, name) in [(M::NoIssuedTokenType, "issued_token_type"), (M::HideScope, "scope")] {
        if on(rule) {
            body.remove(name);
        }
    }
    let text = Value::Object(body).to_string();
    if on(M::RepeatedMember) {
        return text.replacen('{', "{\"access_token\":\"another\",", 1).into_bytes();
    }
    text.into_bytes()
}

/// Five parts with the header of a JWE (RFC 7516 §3.1); there is nothing in it.
fn encrypted_looking() -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RSA-OAEP-256","enc":"A256GCM","typ":"JWT"}"#);
    let part = || random_text().unwrap_or_default();
    format!("{header}.{}.{}.{}.{}", part(), part(), part(), part())
}

fn refusal(
    shared: &Shared,
    asked: &Asked,
    parts: &mut Parts,
    mut body: Map<String, Value>,
) -> Vec<u8> {
    let on = |one: M| shared.misbehaves(one);
    let error = body.get("error").and_then(Value::as_str).unwrap_or_default().to_owned();
    let about_client = ["invalid_client", "unauthorized_client"].contains(&error.as_str());
    let mut set = |name: &str, value: Value| drop(body.insert(name.to_owned(), value));
    if on(M::Forbidden) && !about_client {
        parts.status = StatusCode::FORBIDDEN;
        set("error", "access_denied".into());
    }
    if on(M::ScopeEscalation) && error == "invalid_scope" {
        parts.status = StatusCode::FORBIDDEN;
        set("error", "scope_escalation".into());
    }
    if on(M::ClientError400) && error == "invalid_client" {
        parts.status = StatusCode::BAD_REQUEST;
        parts.headers.remove(header::WWW_AUTHENTICATE);
    }
    if on(M::InvalidGrant) && error == "invalid_request" {
        set("error", "invalid_grant".into());
    }
    if on(M::EchoToken) {
        set("error_description", format!("Not accepted: {}", asked.subject_token).into());
    }
    if on(M::BadCharacters) {
        set("error_description", "The \"requête\" is not accepted".into());
    }
    if on(M::Status500) {
        parts.status = StatusCode::INTERNAL_SERVER_ERROR;
    }
    if on(M::Bare400) {
        parts.status = StatusCode::BAD_REQUEST;
        body.clear();
        body.insert("error".into(), "invalid_request".into());
    }
    let plain = on(M::TextErrors) || on(M::Status422);
    if on(M::Status422) {
        parts.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    if plain {
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        parts.headers.insert(header::CONTENT_TYPE, text);
        let words = body.get("error_description").and_then(Value::as_str).unwrap_or("Refused.");
        return words.as_bytes().to_vec();
    }
    Value::Object(body).to_string().into_bytes()
}
