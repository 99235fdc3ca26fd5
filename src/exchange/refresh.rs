//! The next access token of a user who is not there (RFC 6749 §6).

use secrecy::{ExposeSecret, SecretString};

use super::assertion::Occasion;
use super::client_auth::Client;
use super::client_credentials::{Issued, token_request};
use super::http::{Http, TransportError};

/// Asks for a new access token. A server may send a new refresh token along, and then the old one is
/// of no use any more: the caller keeps the new one, or the old one when none came.
///
/// # Errors
///
/// When there is no usable answer, or the server refuses.
pub async fn refresh(
    http: &Http,
    occasion: &Occasion<'_>,
    client: &Client,
    refresh_token: &SecretString,
    scope: &str,
) -> Result<Issued, TransportError> {
    let parameters = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose_secret()),
        ("scope", scope),
    ];
    token_request(http, occasion, client, &parameters).await
}
