//! A token for a client itself (RFC 6749 §4.4): a subject token for exchanges between services.

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

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
    /// What gets the next access token without the user (RFC 6749 §6), when one came along.
    pub refresh_token: Option<SecretString>,
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

/// A token endpoint's no (RFC 6749 §5.2), without anything secret in it.
#[derive(Clone, Debug)]
pub(super) struct Refused {
    pub status: u16,
    /// Empty when the server gave none.
    pub error: String,
    pub description: String,
}

/// Posts a grant to a token endpoint and reads the plain success answer; a refusal is an error.
pub(super) async fn token_request(
    http: &Http,
    occasion: &Occasion<'_>,
    client: &Client,
    parameters: &[(&str, &str)],
) -> Result<Issued, TransportError> {
    ask(http, occasion, client, parameters).await?.map_err(|refused| {
        let Refused { status, error, description } = refused;
        let place = http::place(occasion.token_endpoint);
        let error = if error.is_empty() { "no error code" } else { &error };
        let description =
            if description.is_empty() { String::new() } else { format!(": {description}") };
        let text = format!("{place} refused ({status}, {error}){description}");
        TransportError::new(TransportKind::Content, text)
    })
}

/// Posts a grant to a token endpoint and reads the plain answer.
pub(super) async fn ask(
    http: &Http,
    occasion: &Occasion<'_>,
    client: &Client,
    parameters: &[(&str, &str)],
) -> Result<Result<Issued, Refused>, TransportError> {
    let (status, members, redactor) = members(http, occasion, client, parameters).await?;
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    if !(200..300).contains(&status) {
        let shown = |name: &str| redactor.text(text(name).unwrap_or_default());
        let (error, description) = (shown("error"), shown("error_description"));
        return Ok(Err(Refused { status, error, description }));
    }
    let secret = |name: &str| text(name).filter(|text| !text.is_empty()).map(SecretString::from);
    let access_token = secret("access_token").ok_or_else(|| {
        let place = http::place(occasion.token_endpoint);
        TransportError::new(TransportKind::Content, format!("{place} sent no access_token."))
    })?;
    Ok(Ok(Issued {
        access_token,
        id_token: secret("id_token"),
        refresh_token: secret("refresh_token"),
        expires_in: members.get("expires_in").and_then(Value::as_u64),
        token_type: text("token_type").map(str::to_owned),
    }))
}

/// Posts a form to the occasion's address with what authenticates the client: the status, the JSON
/// object that came back, and what knows the secrets that were sent.
pub(super) async fn members(
    http: &Http,
    occasion: &Occasion<'_>,
    client: &Client,
    parameters: &[(&str, &str)],
) -> Result<(u16, Map<String, Value>, Redactor), TransportError> {
    const SECRET: [&str; 4] = ["code", "code_verifier", "device_code", "refresh_token"];
    let mut redactor = Redactor::new();
    let own: Vec<Parameter> = parameters
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| {
            if looks_secret(name) || SECRET.contains(name) {
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
    match json::parse_object(answer.body.expose_secret()) {
        Ok(members) => Ok((answer.status, members, redactor)),
        Err(error) => {
            let place = http::place(occasion.token_endpoint);
            let text = format!(
                "{place} answered {}, and what it sent is of no use: {error}.",
                answer.status
            );
            Err(TransportError::new(TransportKind::Content, redactor.text(&text)))
        }
    }
}
