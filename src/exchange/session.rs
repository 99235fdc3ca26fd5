//! What many exchanges with one server have in common: where its endpoints are, and its keys.
//!
//! A single test exchange asks the server for its metadata and its keys each time, because the
//! person wants to know what holds now. A run of a thousand would ask three times for every answer
//! it wants, so it shares a [`Session`]: metadata is fetched once, keys when the first token is to
//! be verified. Servers change keys while a run goes on (RFC 7517 §5, OpenID Connect Core §10.1.1),
//! and a token that names a key nobody has seen is the sign of it: then the keys are fetched again,
//! once for each such name, so that a server that invents names cannot make a run ask for ever.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use secrecy::SecretString;
use tokio::sync::Mutex;
use url::Url;

use super::checks::Check;
use super::client_auth::Client;
use super::discovery::{self, Metadata, Server};
use super::http::{self, Http, TransportError, TransportKind};
use super::request::ExchangeRequest;
use super::run::SimulateError;
use super::token::Token;
use super::verify::{self, Jwks, Verification};

/// How often keys are fetched again in one session, whatever a server names.
const MOST_REFRESHES: usize = 32;

/// A server whose endpoints are known, for one exchange after the other.
#[derive(Debug)]
pub struct Session {
    server: Server,
    metadata: Option<Metadata>,
    endpoint: Url,
    parameters: Vec<(String, String)>,
    keys: Mutex<Keys>,
}

#[derive(Debug, Default)]
struct Keys {
    known: Option<Arc<Jwks>>,
    /// Names of keys that the set was fetched again for.
    asked_again: BTreeSet<String>,
}

impl Session {
    /// Finds the server's endpoints: by discovery (RFC 8414), unless the token endpoint was given.
    ///
    /// # Errors
    ///
    /// When there is no usable metadata, or the address is none.
    pub async fn open(http: &Http, server: &Server) -> Result<Self, SimulateError> {
        let (metadata, endpoint) = match server {
            Server::Issuer(issuer) => {
                let metadata = discovery::discover(http, issuer).await?;
                let endpoint = metadata.token_endpoint()?;
                (Some(metadata), endpoint)
            }
            bare => (None, http::parse_url(bare.address())?),
        };
        let (server, parameters) = (server.clone(), Vec::new());
        Ok(Self { server, metadata, endpoint, parameters, keys: Mutex::default() })
    }

    /// Sends these along with every request, as the tenant that a server profile names, unless a
    /// request has a parameter of that name already.
    #[must_use]
    pub fn with_parameters(self, parameters: Vec<(String, String)>) -> Self {
        Self { parameters, ..self }
    }

    /// What goes along with every request.
    pub fn parameters(&self) -> &[(String, String)] {
        &self.parameters
    }

    /// A request with what goes along with every one.
    pub(super) fn request<'a>(&self, request: &'a ExchangeRequest) -> Cow<'a, ExchangeRequest> {
        let has = |name: &str| request.extra.iter().any(|(own, _)| own == name);
        let missing = self.parameters.iter().filter(|(name, _)| !has(name));
        let missing: Vec<_> = missing.cloned().collect();
        if missing.is_empty() {
            return Cow::Borrowed(request);
        }
        let mut request = request.clone();
        request.extra.extend(missing);
        Cow::Owned(request)
    }

    /// The server as it was given.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// What the issuer says of itself; `None` when only its token endpoint was given.
    pub fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }

    /// The token endpoint, as the metadata has it for everybody.
    pub fn token_endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// The token endpoint for a client: one with a certificate may have one of its own (RFC 8705 §5).
    ///
    /// # Errors
    ///
    /// When the metadata names one that is none.
    pub fn endpoint_for(&self, client: &Client) -> Result<Url, TransportError> {
        let Some(metadata) = &self.metadata else { return Ok(self.endpoint.clone()) };
        metadata
            .endpoint_for("token_endpoint", client)
            .map_err(|error| TransportError::new(TransportKind::Address, error.to_string()))
    }

    /// The issuer identifier, when it is known.
    pub fn issuer(&self) -> Option<&str> {
        self.metadata.as_ref().map(|metadata| metadata.issuer.as_str())
    }

    /// The server's keys.
    ///
    /// # Errors
    ///
    /// A sentence, when they cannot be had.
    pub async fn keys(&self, http: &Http) -> Result<Arc<Jwks>, String> {
        self.keys_for(http, None).await
    }

    /// Where the server's keys are.
    fn jwks_uri(&self) -> Result<Url, String> {
        match (&self.metadata, self.server.jwks_uri()) {
            (Some(metadata), _) => metadata.endpoint("jwks_uri").map_err(|error| error.to_string()),
            (None, Some(url)) => http::parse_url(url).map_err(|error| error.message),
            (None, None) => {
                Err("Only the token endpoint is known, so there are no keys to verify \
                                 with. Give the issuer, or the address of its keys."
                    .to_owned())
            }
        }
    }

    /// Whether a token was signed by a key of the server, and what there is to say of its keys.
    pub(super) async fn verify(
        &self,
        http: &Http,
        issued: &Token,
        secret: &SecretString,
    ) -> (Verification, Option<Check>) {
        let Some(jwt) = issued.jwt() else {
            return (verify::verify(secret, &Jwks::default()), None);
        };
        match self.keys_for(http, jwt.header_text("kid")).await {
            Ok(keys) => (verify::verify(secret, &keys), Some(keys.check())),
            Err(reason) => (Verification::NotPossible { reason }, None),
        }
    }

    /// The server's keys; fetched again when they do not have the one a token names.
    async fn keys_for(&self, http: &Http, kid: Option<&str>) -> Result<Arc<Jwks>, String> {
        let mut keys = self.keys.lock().await;
        if let Some(known) = keys.known.clone() {
            let unknown = kid.filter(|kid| !known.has(kid));
            let again = unknown.is_some_and(|kid| {
                keys.asked_again.len() < MOST_REFRESHES && keys.asked_again.insert(kid.to_owned())
            });
            if !again {
                return Ok(known);
            }
        }
        let url = self.jwks_uri()?;
        let fetched = verify::fetch(http, &url).await.map_err(|error| error.message)?;
        let fetched = Arc::new(fetched);
        keys.known = Some(Arc::clone(&fetched));
        Ok(fetched)
    }
}
