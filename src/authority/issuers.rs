//! External issuers: the identity providers of partners and clouds, played on loopback.
//!
//! One port stands in for as many issuers as the project names. Each has a key of its own for each
//! algorithm, made when the first such token is asked of it, and a discovery document that gives the issuer's real URL
//! as `issuer` with a `jwks_uri` on this port. The URL in a token is thus the one the configuration
//! trusts, while no connection ever leaves the machine: the authority finds the keys of
//! `https://auth.example` under [`local_base`] of it, and nowhere else.
//!
//! Whoever can reach the port can have a token for any subject. That is its purpose; such a token
//! is worth something to this authority alone, whose keys and issuers live as long as the process.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::forge::{self, Wrong};
use super::http::{Form, OAuthError, no_store};
use super::shapes::Shape;
use super::{Clock, now};
use crate::exchange::keys::{KeySet, SigningAlgorithm, SigningKey, random_text};

/// How many issuers one port stands in for.
const MOST_ISSUERS: usize = 1_000;
/// Claims that a request has a place of its own for.
const PLACED: [&str; 6] = ["iss", "sub", "aud", "exp", "nbf", "iat"];
/// Characters in an issuer or a subject.
const LONGEST: usize = 1_000;
/// How long a minted token lives when nothing else is asked for, in seconds.
pub const DEFAULT_LIFETIME: i64 = 300;

/// A token to be minted by an external issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MintRequest {
    /// The issuer (`iss`), as a configuration spells it; `None` is the local issuer's own URL.
    pub issuer: Option<String>,
    /// The subject (`sub`): any text.
    pub subject: String,
    /// The audiences (`aud`); with none the token has no such claim.
    pub audience: Vec<String>,
    /// Seconds until it expires; negative for one that has expired already.
    pub lifetime: i64,
    /// Seconds until it becomes valid (`nbf`); `None` for no such claim.
    pub not_before: Option<i64>,
    /// What it is signed with; each issuer has a key for each.
    pub algorithm: SigningAlgorithm,
    /// Further claims; none of `iss`, `sub`, `aud`, `exp`, `nbf` and `iat`.
    pub claims: Map<String, Value>,
    /// What is wrong with it, on purpose.
    pub wrong: Option<Wrong>,
}

impl MintRequest {
    pub fn new(subject: impl Into<String>) -> Self {
        Self {
            issuer: None,
            subject: subject.into(),
            audience: Vec::new(),
            lifetime: DEFAULT_LIFETIME,
            not_before: None,
            algorithm: SigningAlgorithm::Es256,
            claims: Map::new(),
            wrong: None,
        }
    }

    /// The same for an issuer that a configuration names.
    #[must_use]
    pub fn from(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    fn of_form(form: &Form) -> Result<Self, OAuthError> {
        let number = |name: &str| {
            form.get(name)
                .map(|text| {
                    text.parse::<i64>().ok().filter(|n| n.abs() <= 10 * 366 * 86_400).ok_or_else(
                        || {
                            OAuthError::invalid_request(format!(
                                "{name} must be a number of seconds, within ten years."
                            ))
                        },
                    )
                })
                .transpose()
        };
        let mut request = match form.get("like") {
            Some(name) => Shape::named(name)
                .ok_or_else(|| OAuthError::invalid_request("like names no shape of a token."))?
                .request(),
            None => Self::new(form.need("subject")?),
        };
        if let Some(subject) = form.get("subject") {
            request.subject = subject.to_owned();
        }
        if let Some(issuer) = form.get("issuer") {
            request.issuer = Some(issuer.to_owned());
        }
        let audience: Vec<String> = form.all("audience").map(str::to_owned).collect();
        if !audience.is_empty() {
            request.audience = audience;
        }
        if let Some(seconds) = number("lifetime")? {
            request.lifetime = seconds;
        }
        request.not_before = number("not_before")?;
        if let Some(name) = form.get("algorithm") {
            request.algorithm = SigningAlgorithm::from_name(name).ok_or_else(|| {
                let known = SigningAlgorithm::ALL.map(SigningAlgorithm::name).join(", ");
                OAuthError::invalid_request(format!("algorithm must be one of {known}."))
            })?;
        }
        if let Some(text) = form.get("claims") {
            let claims: Map<String, Value> = serde_json::from_str(text)
                .map_err(|_| OAuthError::invalid_request("claims must be a JSON object."))?;
            request.claims.extend(claims);
        }
        if let Some(name) = form.get("wrong") {
            request.wrong = Some(Wrong::from_name(name).ok_or_else(|| {
                let known = Wrong::ALL.map(Wrong::name).join(", ");
                OAuthError::invalid_request(format!("wrong must be one of {known}."))
            })?);
        }
        Ok(request)
    }

    pub(super) fn to_form(&self) -> String {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        if let Some(issuer) = &self.issuer {
            form.append_pair("issuer", issuer);
        }
        form.append_pair("subject", &self.subject);
        for audience in &self.audience {
            form.append_pair("audience", audience);
        }
        form.append_pair("lifetime", &self.lifetime.to_string());
        if let Some(seconds) = self.not_before {
            form.append_pair("not_before", &seconds.to_string());
        }
        form.append_pair("algorithm", self.algorithm.name());
        if !self.claims.is_empty() {
            form.append_pair("claims", &Value::Object(self.claims.clone()).to_string());
        }
        if let Some(wrong) = self.wrong {
            form.append_pair("wrong", wrong.name());
        }
        form.finish()
    }
}

/// Why no token was minted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MintError {
    #[error("the {0} is empty, longer than {LONGEST} characters, or has control characters")]
    Text(&'static str),
    #[error("the claim '{0}' has a place of its own in the request")]
    Claim(String),
    #[error("{MOST_ISSUERS} issuers are in use already")]
    TooManyIssuers,
    #[error("the token could not be signed")]
    Signing,
}

/// The issuers of one port.
pub(super) struct Issuers {
    base: String,
    clock: Clock,
    /// A key for each algorithm that was asked for.
    keys: Mutex<BTreeMap<String, Vec<SigningKey>>>,
}

impl Issuers {
    pub fn new(base: String, clock: Clock) -> Self {
        Self { base, clock, keys: Mutex::default() }
    }

    pub fn mint(&self, request: &MintRequest) -> Result<(String, SecretString), MintError> {
        let issuer = request.issuer.as_deref().unwrap_or(&self.base);
        for (text, what) in [(issuer, "issuer"), (&request.subject, "subject")] {
            let length = text.chars().count();
            if length == 0 || length > LONGEST || text.chars().any(char::is_control) {
                return Err(MintError::Text(what));
            }
        }
        if let Some(name) = request.claims.keys().find(|name| PLACED.contains(&name.as_str())) {
            return Err(MintError::Claim(name.chars().take(LONGEST).collect()));
        }
        let key = self.key(issuer, request.algorithm)?;
        let now = now(&self.clock);
        let mut claims = Map::new();
        claims.insert("iss".into(), issuer.into());
        claims.insert("sub".into(), request.subject.as_str().into());
        match request.audience.as_slice() {
            [] => {}
            [one] => drop(claims.insert("aud".into(), one.as_str().into())),
            several => drop(claims.insert("aud".into(), several.into())),
        }
        claims.insert("iat".into(), now.into());
        if let Some(seconds) = request.not_before {
            claims.insert("nbf".into(), now.saturating_add(seconds).into());
        }
        claims.insert("exp".into(), now.saturating_add(request.lifetime).into());
        claims.insert("jti".into(), random_text().map_err(|_| MintError::Signing)?.into());
        claims.extend(request.claims.clone());
        let token = match request.wrong {
            None => key.sign(forge::TYP, &claims),
            Some(wrong) => {
                wrong.spoil(&mut claims, now);
                wrong.sign(&key, &claims)
            }
        };
        let token = token.map_err(|_| MintError::Signing)?;
        Ok((issuer.to_owned(), token.into()))
    }

    fn key(&self, issuer: &str, algorithm: SigningAlgorithm) -> Result<SigningKey, MintError> {
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() >= MOST_ISSUERS && !keys.contains_key(issuer) {
            return Err(MintError::TooManyIssuers);
        }
        let own = keys.entry(issuer.to_owned()).or_default();
        if let Some(key) = own.iter().find(|key| key.algorithm() == algorithm) {
            return Ok(key.clone());
        }
        let key = SigningKey::generate(algorithm).map_err(|_| MintError::Signing)?;
        own.push(key.clone());
        Ok(key)
    }

    fn key_set(&self, issuer: &str) -> Option<KeySet> {
        let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        keys.get(issuer).map(KeySet::of)
    }

    fn metadata(&self, issuer: &str) -> Option<Value> {
        let algorithms: Vec<&str> = {
            let keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
            keys.get(issuer)?.iter().map(|key| key.algorithm().name()).collect()
        };
        Some(json!({
            "issuer": issuer,
            "jwks_uri": format!("{}/jwks", local_base(&self.base, issuer)),
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": algorithms,
        }))
    }
}

/// Where the port with this base URL serves discovery and keys of an issuer.
pub(super) fn local_base(base: &str, issuer: &str) -> String {
    if issuer == base {
        base.to_owned()
    } else {
        format!("{base}/issuers/{}", URL_SAFE_NO_PAD.encode(issuer))
    }
}

pub(super) fn router(issuers: Arc<Issuers>) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(own_metadata))
        .route("/jwks", get(own_keys))
        .route("/issuers/{name}/.well-known/openid-configuration", get(metadata))
        .route("/issuers/{name}/jwks", get(keys))
        .route("/mint", post(mint))
        .with_state(issuers)
}

async fn own_metadata(State(issuers): State<Arc<Issuers>>) -> Response {
    let issuer = issuers.base.clone();
    // The port's own issuer can be asked for its keys before its first token.
    let _ = issuers.key(&issuer, SigningAlgorithm::Es256);
    found(issuers.metadata(&issuer))
}

async fn own_keys(State(issuers): State<Arc<Issuers>>) -> Response {
    let issuer = issuers.base.clone();
    let _ = issuers.key(&issuer, SigningAlgorithm::Es256);
    found(issuers.key_set(&issuer).map(|set| set.to_json()))
}

async fn metadata(State(issuers): State<Arc<Issuers>>, Path(name): Path<String>) -> Response {
    found(issuer_of(&name).and_then(|issuer| issuers.metadata(&issuer)))
}

async fn keys(State(issuers): State<Arc<Issuers>>, Path(name): Path<String>) -> Response {
    found(issuer_of(&name).and_then(|issuer| issuers.key_set(&issuer)).map(|set| set.to_json()))
}

fn issuer_of(name: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(name).ok()?).ok()
}

fn found(document: Option<Value>) -> Response {
    match document {
        Some(document) => axum::Json(document).into_response(),
        None => (StatusCode::NOT_FOUND, "No token of this issuer has been minted here.\n")
            .into_response(),
    }
}

async fn mint(
    State(issuers): State<Arc<Issuers>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, OAuthError> {
    use secrecy::ExposeSecret as _;

    let request = MintRequest::of_form(&Form::of_body(&headers, &body)?)?;
    let (issuer, token) = issuers.mint(&request).map_err(|error| match error {
        MintError::Signing => OAuthError::server_error(),
        error => OAuthError::invalid_request(error.to_string()),
    })?;
    Ok(no_store(
        StatusCode::OK,
        json!({
            "token": token.expose_secret(),
            "issuer": issuer,
            "subject": request.subject,
            "expires_in": request.lifetime,
        }),
    ))
}
