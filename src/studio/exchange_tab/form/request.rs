//! What the form asks for, and of whom, as it will be sent.

use std::time::SystemTime;

use secrecy::SecretString;

use super::super::choice::TokenChoice;
use super::super::vault::Vault;
use super::{Form, FurtherHop, SKEW, ServerChoice};
use crate::exchange::checks::{Check, Level};
use crate::exchange::keys::SigningKey;
use crate::exchange::mac::MacAlgorithm;
use crate::exchange::{
    Client, ClientAuth, ClientAuthMethod, Endpoints, ExchangeRequest, Server, Simulation,
};

impl Form {
    /// The hops after the first: who asks, a secret of theirs, and for what.
    pub fn further_requests(&self) -> Vec<(String, SecretString, ExchangeRequest)> {
        let hop = |hop: &FurtherHop| {
            let audience = hop.audience.trim().to_owned();
            let request = ExchangeRequest {
                audience: Some(audience)
                    .filter(|audience| !audience.is_empty())
                    .into_iter()
                    .collect(),
                scope: hop.scope.clone(),
                requested_token_type: self.requested_token_type.trim().to_owned(),
                extra: self.parameters(),
                ..ExchangeRequest::default()
            };
            (hop.client_id.trim().to_owned(), hop.client_secret.clone(), request)
        };
        self.further.iter().map(hop).collect()
    }

    /// The address that is asked, as far as it is known before the authority runs.
    pub fn address(&self, built_in: Option<&str>) -> String {
        match self.server {
            ServerChoice::BuiltIn => built_in.unwrap_or("http://127.0.0.1").to_owned(),
            ServerChoice::Issuer => self.issuer.trim().to_owned(),
            ServerChoice::TokenEndpoint => self.token_endpoint.trim().to_owned(),
        }
    }

    pub fn server(&self, built_in: Option<&str>) -> Server {
        match self.server {
            ServerChoice::BuiltIn | ServerChoice::Issuer => Server::Issuer(self.address(built_in)),
            ServerChoice::TokenEndpoint => {
                let given =
                    |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
                let (url, jwks_uri) = (self.address(built_in), given(&self.jwks_uri));
                let introspection_endpoint = given(&self.introspection_endpoint);
                let revocation_endpoint = given(&self.revocation_endpoint);
                if introspection_endpoint.is_none() && revocation_endpoint.is_none() {
                    return Server::TokenEndpoint { url, jwks_uri };
                }
                Server::Endpoints(Box::new(Endpoints {
                    token_endpoint: url,
                    jwks_uri,
                    introspection_endpoint,
                    revocation_endpoint,
                }))
            }
        }
    }

    /// The client that asks, as far as it can be told before anything is read. Without its key, for
    /// `private_key_jwt`, or its certificate it is one to talk about and not to send anything with: it
    /// authenticates with nothing.
    pub fn client(
        &self,
        built_in_secret: Option<&SecretString>,
        key: Option<&SigningKey>,
    ) -> Client {
        let secret = match self.server {
            ServerChoice::BuiltIn => built_in_secret.cloned().unwrap_or_default(),
            ServerChoice::Issuer | ServerChoice::TokenEndpoint => self.client_secret.clone(),
        };
        let audience = self.assertion_audience.clone();
        let auth = match (self.auth, key) {
            (ClientAuthMethod::ClientSecretBasic, _) => ClientAuth::Basic(secret),
            (ClientAuthMethod::ClientSecretPost, _) => ClientAuth::Post(secret),
            (ClientAuthMethod::ClientSecretJwt, _) => {
                ClientAuth::SecretJwt { secret, algorithm: MacAlgorithm::default(), audience }
            }
            (ClientAuthMethod::PrivateKeyJwt, Some(key)) => {
                ClientAuth::PrivateKeyJwt { key: Box::new(key.clone()), audience }
            }
            (ClientAuthMethod::PrivateKeyJwt, None)
            | (
                ClientAuthMethod::TlsClientAuth
                | ClientAuthMethod::SelfSignedTlsClientAuth
                | ClientAuthMethod::None,
                _,
            ) => ClientAuth::None,
        };
        Client { dpop: self.dpop.clone(), ..Client::new(self.client_id.trim(), auth) }
    }

    /// The request with its tokens, the subject's and the actor's.
    pub fn request(&self, tokens: [SecretString; 2]) -> ExchangeRequest {
        let [subject_token, actor_token] = tokens;
        let actor_type = self.actor.as_ref().map_or("", |actor| actor.token_type.trim());
        let rows = |rows: &[String]| {
            rows.iter().map(|row| row.trim().to_owned()).filter(|row| !row.is_empty()).collect()
        };
        ExchangeRequest {
            subject_token,
            subject_token_type: self.subject.token_type.trim().to_owned(),
            actor_token,
            actor_token_type: actor_type.to_owned(),
            requested_token_type: self.requested_token_type.trim().to_owned(),
            audience: rows(&self.audience),
            resource: rows(&self.resource),
            scope: self.scope.clone(),
            extra: self
                .extra
                .iter()
                .filter(|(name, _)| !name.trim().is_empty())
                .cloned()
                .chain(self.parameters())
                .collect(),
            preset: self.preset,
        }
    }

    pub fn simulation(
        &self,
        tokens: [SecretString; 2],
        built_in: Option<&str>,
        client: Client,
    ) -> Simulation {
        Simulation {
            server: self.server(built_in),
            client,
            request: self.request(tokens),
            skew: SKEW,
        }
    }

    /// What is to be said of the request before it is sent. A token that is yet to be fetched is
    /// not missing.
    pub fn checks(&self, built_in: Option<&str>, vault: &Vault, now: SystemTime) -> Vec<Check> {
        let tokens = [Some(&self.subject), self.actor.as_ref()]
            .map(|choice| choice.map(|choice| choice.at_hand(vault)).unwrap_or_default());
        let request = self.request(tokens);
        let checks = request.check(&self.client(None, None), &self.server(built_in), now, SKEW);
        let at_hand = |choice: &TokenChoice| choice.source.is_at_hand();
        let subject = at_hand(&self.subject);
        let actor = self.actor.as_ref().is_none_or(at_hand);
        checks
            .into_iter()
            .filter(|check| check.level >= Level::Warn)
            // How a key or a certificate authenticates cannot be told before it is read, and what a
            // secret is like that is elsewhere cannot either.
            .filter(|check| match check.field {
                Some("client_auth") => {
                    self.auth != ClientAuthMethod::PrivateKeyJwt && !self.auth.is_tls()
                }
                Some("client_secret") => !self.has_secret_elsewhere(),
                _ => true,
            })
            .filter(|check| match check.field {
                Some("subject_token") => subject,
                Some("actor_token") => actor,
                _ => true,
            })
            .collect()
    }
}
