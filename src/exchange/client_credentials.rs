//! A token for a client itself (RFC 6749 §4.4): a subject token for exchanges between services.

use secrecy::{ExposeSecret, SecretString};

use super::assertion::Occasion;
use super::client_auth::{Client, Credentials};
use super::http::{self, Http, TransportError, TransportKind};
use super::json;
use super::redact::Redactor;
use super::request::looks_secret;

/// A token endpoint's plain success answer (RFC 6749 §5.1).
#[derive(Clone, Debug)]
pub struct Issued {
    pub access_token: SecretString,
    /// An OpenID Connect ID token, when one came along.
    pub id_token: Option<SecretString>,
    /// Seconds.
    pub expires_in: Option<u64>,
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
    let endpoint = occasion.token_endpoint;
    http::allowed(endpoint)?;
    let credentials = client.credentials(occasion)?;
    let mut redactor = Redactor::new();
    client.teach(&mut redactor);
    credentials.teach(&mut redactor);
    let form = form(&credentials, parameters, &mut redactor);
    let answer = http.post_form(endpoint, credentials.authorization.as_ref(), &form).await?;
    let place = http::place(endpoint);
    let wrong = |problem: String| {
        TransportError::new(TransportKind::Content, redactor.text(&format!("{place} {problem}")))
    };
    let members = match json::parse_object(answer.body.expose_secret()) {
        Ok(members) => members,
        Err(error) => {
            return Err(wrong(format!(
                "answered {}, and of what it sent, {error}.",
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
    })
}

/// The form body of a grant; what is secret in it the redactor learns. Apart from the request, since
/// a serializer cannot wait on another thread's answer.
fn form(
    credentials: &Credentials,
    parameters: &[(&str, &str)],
    redactor: &mut Redactor,
) -> SecretString {
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in parameters.iter().filter(|(_, value)| !value.is_empty()) {
        if looks_secret(name) || matches!(*name, "code" | "code_verifier") {
            redactor.add(&SecretString::from(*value));
        }
        body.append_pair(name, value);
    }
    for one in &credentials.parameters {
        body.append_pair(&one.name, one.value.expose_secret());
    }
    SecretString::from(body.finish())
}
