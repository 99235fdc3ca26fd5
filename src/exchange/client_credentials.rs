//! A token for a client itself (RFC 6749 §4.4): a subject token for exchanges between services.

use secrecy::{ExposeSecret, SecretString};

use super::assertion::Occasion;
use super::client_auth::{Client, Credentials};
use super::http::{self, Http, TransportError, TransportKind};
use super::json;
use super::post;
use super::redact::Redactor;
use super::request::{Parameter, looks_secret};

/// A token endpoint's plain success answer (RFC 6749 §5.1).
#[derive(Clone, Debug)]
pub struct Issued {
    pub access_token: SecretString,
    /// An OpenID Connect ID token, when one came along.
    pub id_token: Option<SecretString>,
    /// Seconds.
    pub expires_in: Option<u64>,
    /// How the token is used, as the server wrote it. The standard requires it, and a registered
    /// one: a client must not use a token whose type it does not know (RFC 6749 §7.1).
    pub token_type: Option<String>,
}

/// Asks for a token with the client's own credentials.
pub async fn client_credentials(
    http: &Http,
    occasion: &Occasion<'_>,
    client: &Client,
    scope: &str,
    extra: &[(String, String)],
) -> Result<Issued, TransportError> {
    let mut parameters = vec![("grant_type", "client_credentials"), ("scope", scope)];
    parameters.extend(extra.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    token_request(http, occasion, client, &parameters).await
}

/// Posts a grant to a token endpoint and reads the plain success answer.
pub(super) async fn token_request(
    http: &Http,
    occasion: &Occasion<'_>,
    client: &Client,
    parameters: &[(&str, &str)],
) -> Result<Issued, TransportError> {
    let mut redactor = Redactor::new();
    let own: Vec<Parameter> = parameters
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| {
            if looks_secret(name) || matches!(*name, "code" | "code_verifier") {
                let value = SecretString::from(*value);
                redactor.add(&value);
                Parameter::secret(name, &value)
            } else {
                Parameter::open(name, value)
            }
        })
        .collect();
    let with = |credentials: &Credentials| [&own[..], &credentials.parameters].concat();
    let answer = post::post(http, occasion, client, with, &mut redactor).await?.last.answer;
    let place = http::place(occasion.token_endpoint);
    let wrong = |problem: String| {
        TransportError::new(TransportKind::Content, redactor.text(&format!("{place} {problem}")))
    };
    let members = match json::parse_object(answer.body.expose_secret()) {
        Ok(members) => members,
        Err(error) => {
            return Err(wrong(format!(
                "answered {}, and what it sent is of no use: {error}.",
                answer.status
            )));
        }
    };
    let text = |name: &str| members.get(name).and_then(serde_json::Value::as_str);
    if !(200..300).contains(&answer.status) {
        let error = text("error").unwrap_or("no error code");
        let description = text("error_description").map_or_else(String::new, |d| format!(": {d}"));
        return Err(wrong(format!("refused ({}, {error}){description}", answer.status)));
    }
    let access_token = text("access_token")
        .filter(|token| !token.is_empty())
        .ok_or_else(|| wrong("sent no access_token.".to_owned()))?;
    Ok(Issued {
        access_token: SecretString::from(access_token),
        id_token: text("id_token").map(SecretString::from),
        expires_in: members.get("expires_in").and_then(serde_json::Value::as_u64),
        token_type: text("token_type").map(str::to_owned),
    })
}
