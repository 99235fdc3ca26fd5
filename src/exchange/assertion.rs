//! Client authentication by a signed statement (RFC 7523 §2.2, RFC 7521 §4.2, OpenID Connect Core
//! §9): `client_secret_jwt` and `private_key_jwt`.
//!
//! The statement says who it is for. RFC 7523 left that open, and for years most clients named the
//! token endpoint. A server that a client also uses could then announce somebody else's token
//! endpoint as its own, and be handed a statement that is good there. So the field has moved: the
//! audience is the issuer identifier, as one text and nothing else (draft-ietf-oauth-rfc7523bis §4,
//! FAPI 2.0 Security Profile §5.3.2.1), and the header's `typ` names what the statement is. That is
//! what this program does unless it is told otherwise. A statement lives a minute and is used once.

use std::time::SystemTime;

use secrecy::SecretString;
use serde_json::json;
use url::Url;

use super::keys::{KeyError, SigningKey, random_text};
use super::mac::{self, MacAlgorithm};
use super::time;

/// The value of `client_assertion_type` (RFC 7523 §2.2).
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How long an assertion lives, in seconds.
pub const LIFETIME: i64 = 60;

/// The `typ` of an assertion whose audience is the issuer (draft-ietf-oauth-rfc7523bis §4).
pub const TYP: &str = "client-authentication+jwt";

/// Whom an assertion is meant for: its `aud`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum AssertionAudience {
    /// The issuer identifier alone. Where only a token endpoint is known, that stands in for it.
    #[default]
    Issuer,
    /// The token endpoint, as older servers want it.
    TokenEndpoint,
    /// The endpoint that the assertion is sent to, whichever it is: servers that judge each endpoint
    /// for itself want that where a token is introspected or revoked. At the token endpoint it is the
    /// same as [`TokenEndpoint`](Self::TokenEndpoint).
    Endpoint,
    /// A text that the server documents.
    Text(String),
}

/// Where and when a client authenticates.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The issuer identifier, when it is known.
    pub issuer: Option<&'a str>,
    pub token_endpoint: &'a Url,
    pub now: SystemTime,
}

impl AssertionAudience {
    /// As people write it: `issuer`, `token-endpoint`, `endpoint`, or the text itself. `None` when it
    /// is empty.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "" => None,
            "issuer" => Some(Self::Issuer),
            "token-endpoint" => Some(Self::TokenEndpoint),
            "endpoint" => Some(Self::Endpoint),
            other => Some(Self::Text(other.to_owned())),
        }
    }

    /// As people write it; what [`AssertionAudience::parse`] takes.
    pub fn name(&self) -> &str {
        match self {
            Self::Issuer => "issuer",
            Self::TokenEndpoint => "token-endpoint",
            Self::Endpoint => "endpoint",
            Self::Text(text) => text,
        }
    }

    /// The text that stands in `aud` of an assertion for `endpoint`.
    pub fn text<'a>(&'a self, occasion: &Occasion<'a>, endpoint: &'a Url) -> &'a str {
        match self {
            Self::Issuer => occasion.issuer.unwrap_or(occasion.token_endpoint.as_str()),
            Self::TokenEndpoint => occasion.token_endpoint.as_str(),
            Self::Endpoint => endpoint.as_str(),
            Self::Text(text) => text,
        }
    }

    /// Whether the assertion is one of the strict kind.
    fn is_strict(&self, occasion: &Occasion<'_>) -> bool {
        *self == Self::Issuer && occasion.issuer.is_some()
    }
}

/// What an assertion is signed with.
pub(super) enum Signer<'a> {
    Secret(&'a SecretString, MacAlgorithm),
    Key(&'a SigningKey),
}

/// A new assertion of this client.
pub(super) fn make(
    client_id: &str,
    signer: &Signer<'_>,
    audience: &AssertionAudience,
    occasion: &Occasion<'_>,
    endpoint: &Url,
) -> Result<SecretString, KeyError> {
    let now = time::seconds(occasion.now);
    let claims = json!({
        "iss": client_id,
        "sub": client_id,
        "aud": audience.text(occasion, endpoint),
        "jti": random_text()?,
        "iat": now,
        "exp": now.saturating_add(LIFETIME),
    });
    let typ = if audience.is_strict(occasion) { TYP } else { "JWT" };
    let token = match signer {
        Signer::Secret(secret, algorithm) => mac::sign(secret, *algorithm, typ, &claims)?,
        Signer::Key(key) => key.sign(typ, &claims)?,
    };
    Ok(SecretString::from(token))
}
