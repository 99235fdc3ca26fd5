//! Asking the external issuers of another process for a token.

use std::time::Duration;

use secrecy::SecretString;

use super::issuers::MintRequest;
use crate::exchange::supply::{Mint, Wanted};

/// Where an external issuer's port mints tokens: `POST` a form with `subject` and, as wanted,
/// `issuer`, `audience`, `lifetime` and `not_before` in seconds, `algorithm`, `claims` (a JSON object)
/// and what is `wrong` with it; or with `like`, the name of a [`Shape`](super::Shape) that the others change. The
/// answer is JSON with `token`.
pub fn mint_endpoint(base: &str) -> String {
    format!("{}/mint", base.trim_end_matches('/'))
}

/// Why a token could not be had from a mint endpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoteMintError {
    /// Nobody answers.
    #[error("no external issuer answers at {endpoint}: {reason}")]
    Unreachable { endpoint: String, reason: String },
    /// It answered, and said no; or it is something else.
    #[error("{0}")]
    Refused(String),
}

/// What a run of many exchanges has its external tokens from: the mint endpoint of running issuers.
pub fn minting(endpoint: String) -> Mint {
    Box::new(move |wanted: Wanted| {
        let endpoint = endpoint.clone();
        Box::pin(async move {
            let request = MintRequest {
                issuer: Some(wanted.issuer),
                audience: wanted.audience,
                lifetime: wanted.lifetime,
                not_before: wanted.not_before,
                claims: wanted.claims,
                ..MintRequest::new(wanted.subject)
            };
            mint_over_http(&endpoint, &request).await.map_err(|error| error.to_string())
        })
    })
}

/// Asks a running external issuer for a token, over HTTP.
///
/// # Errors
///
/// When nobody answers, or the answer is no token.
pub async fn mint_over_http(
    endpoint: &str,
    request: &MintRequest,
) -> Result<SecretString, RemoteMintError> {
    let unreachable = |error: reqwest::Error| RemoteMintError::Unreachable {
        endpoint: endpoint.to_owned(),
        reason: innermost(&error),
    };
    let http = reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .tls_certs_only([])
        .timeout(Duration::from_secs(10))
        .build()
        .map_err(unreachable)?;
    let response = http
        .post(endpoint)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(request.to_form())
        .send()
        .await
        .map_err(unreachable)?;
    let status = response.status();
    let body = response.bytes().await.map_err(unreachable)?;
    let body: serde_json::Value = serde_json::from_slice(&body).map_err(|_| {
        RemoteMintError::Refused(format!("{endpoint} is no mint endpoint (HTTP {status})"))
    })?;
    let text = |name: &str| body.get(name).and_then(serde_json::Value::as_str);
    match text("token") {
        Some(token) if status.is_success() => Ok(token.into()),
        _ => Err(RemoteMintError::Refused(
            text("error_description").unwrap_or("the answer has no token").to_owned(),
        )),
    }
}

/// The first cause of an error: the one that says what happened.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
