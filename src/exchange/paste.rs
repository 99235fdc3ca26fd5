//! An exchange that another tool has written down: a curl command, or an HTTP archive.
//!
//! The other way round of [`share`](super::share). Nothing is run and no file is read that the text
//! names; what cannot be taken over is said, so that nobody takes the two requests for the same. A
//! value that is the name of a variable (`$SUBJECT_TOKEN`, as the studio writes it) stays empty: the
//! environment of the studio is not the shell that the text was written for.

mod curl;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::SecretString;
use serde_json::Value;
use url::{Url, form_urlencoded};

use super::client_auth::ClientAuthMethod;
use super::request::ExchangeRequest;
use super::token_type::GRANT_TYPE;

/// Longest text that is read.
const LIMIT: usize = 16 << 20;

/// An exchange as another tool would send it. `Debug` masks what is secret.
#[derive(Clone, Debug)]
pub struct Pasted {
    pub token_endpoint: String,
    pub client_id: String,
    pub method: ClientAuthMethod,
    pub client_secret: SecretString,
    /// Tokens are empty where the text has variables.
    pub request: ExchangeRequest,
    /// What was not taken over, one sentence each.
    pub left_out: Vec<String>,
}

/// Why a text is no exchange. Never holds a part of the text that may be secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasteError {
    #[error("The text is larger than {} MiB.", LIMIT >> 20)]
    TooLarge,
    #[error("A quote of the command is not closed.")]
    Quotes,
    /// ANSI-C quoting of some shells.
    #[error("The command quotes with $'…', which is not read here; write it with plain quotes.")]
    DollarQuotes,
    #[error("This is neither a curl command nor an HTTP archive (HAR).")]
    Unknown,
    #[error("The command has no address.")]
    NoUrl,
    #[error("Its address cannot be used: {0}.")]
    Url(url::ParseError),
    #[error("Its address does not begin with https:// or http://.")]
    Scheme,
    #[error("The archive cannot be read: {0}.")]
    Archive(String),
    #[error("It has no form with grant_type=urn:ietf:params:oauth:grant-type:token-exchange.")]
    NoExchange,
}

/// Reads a curl command or an HTTP archive; of an archive the last exchange.
///
/// # Errors
///
/// When the text is neither, or holds no token exchange.
pub fn read(text: &str) -> Result<Pasted, PasteError> {
    if text.len() > LIMIT {
        return Err(PasteError::TooLarge);
    }
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.starts_with('{') { archive(text) } else { curl::curl(text) }
}

/// A request before it is known to be an exchange.
#[derive(Default)]
struct Raw {
    url: String,
    headers: Vec<(String, String)>,
    /// Id and secret as `--user` has them: they are not encoded there.
    user: Option<String>,
    form: Vec<(String, String)>,
    left_out: Vec<String>,
}

// --- curl --------------------------------------------------------------------------------------

fn header(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    Some((name.trim().to_owned(), value.trim().to_owned()))
}

// --- HTTP archive ------------------------------------------------------------------------------

fn archive(text: &str) -> Result<Pasted, PasteError> {
    let archive: Value =
        serde_json::from_str(text).map_err(|error| PasteError::Archive(error.to_string()))?;
    let entries = archive["log"]["entries"]
        .as_array()
        .ok_or_else(|| PasteError::Archive("it has no log with entries".to_owned()))?;
    let mut latest = entries.iter().rev();
    let found = latest.find_map(|entry| exchange(entry_of(&entry["request"])).ok());
    found.ok_or(PasteError::NoExchange)
}

fn entry_of(request: &Value) -> Raw {
    let pairs = |list: &Value| -> Vec<(String, String)> {
        let list = list.as_array().map(Vec::as_slice).unwrap_or_default();
        let pair =
            |one: &Value| Some((one["name"].as_str()?.into(), one["value"].as_str()?.into()));
        list.iter().filter_map(pair).collect()
    };
    let data = &request["postData"];
    let form = match data["text"].as_str().filter(|text| !text.is_empty()) {
        Some(text) => form_urlencoded::parse(text.as_bytes()).into_owned().collect(),
        None => pairs(&data["params"]),
    };
    Raw {
        url: request["url"].as_str().unwrap_or_default().to_owned(),
        headers: pairs(&request["headers"]),
        form,
        ..Raw::default()
    }
}

// --- Both --------------------------------------------------------------------------------------

/// The text of a percent-encoded part of an address (RFC 3986 §2.1).
fn decoded(text: &str) -> String {
    let text = text.replace('+', "%2B").replace('&', "%26").replace('=', "%3D");
    form_urlencoded::parse(text.as_bytes()).map(|(name, _)| name).collect()
}

/// What a form and its headers say as an exchange.
fn exchange(raw: Raw) -> Result<Pasted, PasteError> {
    let Raw { url, headers, mut user, form, mut left_out } = raw;
    if url.is_empty() {
        return Err(PasteError::NoUrl);
    }
    if !form.iter().any(|(name, value)| name == "grant_type" && value == GRANT_TYPE) {
        return Err(PasteError::NoExchange);
    }
    let mut url = Url::parse(&url).map_err(PasteError::Url)?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err(PasteError::Scheme);
    }
    // What stands in an address is shown wherever the address is. --user goes before it, as in curl.
    if !url.username().is_empty() || url.password().is_some() {
        let (id, secret) = (decoded(url.username()), decoded(url.password().unwrap_or_default()));
        user.get_or_insert(format!("{id}:{secret}"));
        // Refused by addresses without a host alone, which these two schemes do not have.
        let _ = (url.set_username(""), url.set_password(None));
    }
    let mut pasted = Pasted {
        token_endpoint: url.to_string(),
        client_id: String::new(),
        method: ClientAuthMethod::None,
        client_secret: SecretString::default(),
        request: ExchangeRequest::default(),
        left_out: Vec::new(),
    };
    for (name, value) in &headers {
        match name.to_ascii_lowercase().as_str() {
            "authorization" => authorization(value, &mut pasted, &mut left_out),
            "dpop" => left_out.push(
                "The proof of possession (DPoP) is good for one request; choose “Bind tokens to a \
                 key” for a new one."
                    .to_owned(),
            ),
            _ => {}
        }
    }
    if let Some(user) = user {
        let (id, secret) = user.split_once(':').unwrap_or((&user, ""));
        basic(id, secret, &mut pasted, &mut left_out);
    }
    for (name, value) in form {
        parameter(&name, value, &mut pasted, &mut left_out);
    }
    pasted.left_out = left_out;
    Ok(pasted)
}

fn authorization(value: &str, pasted: &mut Pasted, left_out: &mut Vec<String>) {
    let credentials = value
        .split_once(' ')
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"))
        .and_then(|(_, text)| STANDARD.decode(text.trim()).ok())
        .and_then(|bytes| String::from_utf8(bytes).ok());
    match credentials.as_deref().and_then(|text| text.split_once(':')) {
        Some((id, secret)) => basic(id, secret, pasted, left_out),
        None => left_out.push("The Authorization header cannot be read.".to_owned()),
    }
}

/// Credentials of a Basic header: form-encoded before they were joined (RFC 6749 §2.3.1).
fn basic(id: &str, secret: &str, pasted: &mut Pasted, left_out: &mut Vec<String>) {
    pasted.method = ClientAuthMethod::ClientSecretBasic;
    pasted.client_id = form_decode(id);
    pasted.client_secret =
        SecretString::from(known(form_decode(secret), "client_secret", left_out));
}

fn form_decode(text: &str) -> String {
    let mut pairs = form_urlencoded::parse(text.as_bytes());
    // Of one that has an equals sign or an ampersand, the encoding was forgotten.
    match (pairs.next(), pairs.next()) {
        (Some((name, value)), None) if value.is_empty() && !text.contains('=') => name.into_owned(),
        _ => text.to_owned(),
    }
}

fn parameter(name: &str, value: String, pasted: &mut Pasted, left_out: &mut Vec<String>) {
    let request = &mut pasted.request;
    match name {
        "grant_type" | "client_assertion_type" => {}
        "subject_token" => request.subject_token = known(value, name, left_out).into(),
        "actor_token" => request.actor_token = known(value, name, left_out).into(),
        "subject_token_type" => request.subject_token_type = value,
        "actor_token_type" => request.actor_token_type = value,
        "requested_token_type" => request.requested_token_type = value,
        "audience" => request.audience.push(value),
        "resource" => request.resource.push(value),
        "scope" => request.scope = value,
        "client_id" => pasted.client_id = value,
        "client_secret" => {
            pasted.method = ClientAuthMethod::ClientSecretPost;
            pasted.client_secret = known(value, name, left_out).into();
        }
        "client_assertion" => {
            pasted.method = ClientAuthMethod::PrivateKeyJwt;
            left_out.push(
                "The client's assertion is good for one request; choose the key that signs a new \
                 one."
                    .to_owned(),
            );
        }
        _ => request.extra.push((name.to_owned(), value)),
    }
}

/// A value, unless it is the name of a variable.
fn known(value: String, parameter: &str, left_out: &mut Vec<String>) -> String {
    let bare = value.strip_prefix('$').map(|name| name.trim_matches(['{', '}']));
    let is_name = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    match bare {
        Some(name) if is_name(name) => {
            left_out.push(format!("{parameter} is the variable {name}: paste its value."));
            String::new()
        }
        _ => value,
    }
}

#[cfg(test)]
mod tests;
