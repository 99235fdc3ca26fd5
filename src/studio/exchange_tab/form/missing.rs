//! What keeps an exchange from being run, in words.

use std::path::PathBuf;

use secrecy::ExposeSecret;

use super::super::vault::Vault;
use super::{Form, FurtherHop, ServerChoice};
use crate::exchange::ClientAuthMethod;

impl Form {
    /// What keeps the exchange from being run, in words; nothing when it can be.
    pub fn missing(&self, vault: &Vault) -> Option<&'static str> {
        let missing = self.missing_server();
        missing.or_else(|| self.missing_client()).or_else(|| self.missing_token(vault))
    }

    /// The same for the client that asks, and what it authenticates with.
    pub fn missing_client(&self) -> Option<&'static str> {
        let empty = |text: &str| text.trim().is_empty();
        if empty(&self.client_id) {
            return Some("Choose the client app that asks, or type its client id");
        }
        let no_path =
            |path: &Option<PathBuf>| path.as_ref().is_none_or(|path| path.as_os_str().is_empty());
        match self.auth {
            ClientAuthMethod::None => None,
            ClientAuthMethod::PrivateKeyJwt => (empty(&self.key_file)
                && self.own.key_env.is_none())
            .then_some("Choose the file with the client's private key, or another method"),
            ClientAuthMethod::TlsClientAuth | ClientAuthMethod::SelfSignedTlsClientAuth => {
                if self.server == ServerChoice::BuiltIn {
                    Some(
                        "Choose another method: a certificate is shown over https, and the \
                         built-in authority is spoken to over plain http",
                    )
                } else {
                    (no_path(&self.own.certificate_file) && self.own.certificate_env.is_none())
                        .then_some("Choose the file with the client's certificate")
                }
            }
            ClientAuthMethod::ClientSecretBasic
            | ClientAuthMethod::ClientSecretPost
            | ClientAuthMethod::ClientSecretJwt => self.missing_secret(),
        }
    }

    fn missing_secret(&self) -> Option<&'static str> {
        if self.server == ServerChoice::BuiltIn {
            return None;
        }
        match (&self.own.secret_env, &self.own.secret_file) {
            (Some(name), _) => name
                .trim()
                .is_empty()
                .then_some("Name the environment variable with the client's secret"),
            (None, Some(path)) => {
                path.as_os_str().is_empty().then_some("Choose the file with the client's secret")
            }
            (None, None) if self.own.secret_keyring => None,
            (None, None) => self
                .client_secret
                .expose_secret()
                .is_empty()
                .then_some("Type the client secret, or choose the method none"),
        }
    }

    /// The same for the server alone.
    pub fn missing_server(&self) -> Option<&'static str> {
        let empty = |text: &str| text.trim().is_empty();
        match self.server {
            ServerChoice::BuiltIn => self.domains.missing(),
            ServerChoice::Issuer if empty(&self.issuer) => Some("Type the issuer of the server"),
            ServerChoice::TokenEndpoint if empty(&self.token_endpoint) => {
                Some("Type the token endpoint of the server")
            }
            _ => None,
        }
    }

    fn missing_token(&self, vault: &Vault) -> Option<&'static str> {
        let choices = std::iter::once(&self.subject).chain(&self.actor);
        if let Some(missing) = choices.filter_map(|choice| choice.missing(vault)).next() {
            return Some(missing);
        }
        // Another client cannot use what is the first one's alone; one of the profile has its own.
        let own = self.auth == ClientAuthMethod::PrivateKeyJwt || self.auth.is_tls();
        let first = self.client_id.trim();
        let strange = |hop: &FurtherHop| {
            let id = hop.client_id.trim();
            id != first && !self.place.clients.contains_key(id)
        };
        if own && self.further.iter().any(strange) {
            return Some(
                "Choose another method: a chain is not signed with one client's key. Clients of \
                 the server's profile have their own",
            );
        }
        let nobody = |hop: &FurtherHop| hop.client_id.trim().is_empty();
        self.further.iter().any(nobody).then_some("Choose who asks in each further hop")
    }
}
