//! From a server profile of the project file to what an exchange is made of.
//!
//! A profile has no secret, it says where one comes from. So this room is given something to fetch
//! secrets with: the command line and the window read the environment and files, a test has a map.
//! Everything that a profile can get wrong is told by the place in the profile.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret as _, SecretString};

use super::assertion::AssertionAudience;
use super::cancel::Cancel;
use super::certificate::{self, ClientCertificate};
use super::client_auth::{Client, ClientAuth, ClientAuthMethod};
use super::discovery::{Endpoints, Server};
use super::http::{self, HttpOptions};
use super::keyring::{Entry, Keyring as _, KeyringError, KeyringErrorKind, SystemKeyring};
use super::keys::{SigningAlgorithm, SigningKey};
use super::mac::MacAlgorithm;
use super::request::{is_reserved, looks_secret};
use super::secret_file;
use crate::config::{Profile, ProfileClient};

/// Why a profile cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("profiles.{profile}{member}: {problem}")]
pub struct ProfileError {
    pub profile: String,
    /// Empty, or as in `.clients.portal.key_file`.
    pub member: String,
    pub problem: String,
    pub kind: ProfileErrorKind,
}

/// What is to be done about a [`ProfileError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProfileErrorKind {
    /// The profile says something that cannot be.
    Wrong,
    /// The profile may be in order, and a secret is not where it says, or nowhere: it could be asked
    /// for.
    NoSecret,
    /// The profile may be in order, and a file cannot be read.
    Unreadable,
    /// The profile may be in order, and the system's keyring does not give the secret.
    Keyring(KeyringErrorKind),
}

/// Where secrets come from.
pub trait Secrets {
    /// The value of an environment variable; `None` when it is not set or empty.
    ///
    /// # Errors
    ///
    /// When there is one that is no text; without its value.
    fn variable(&self, name: &str) -> Result<Option<SecretString>, String>;

    /// The text of a file.
    ///
    /// # Errors
    ///
    /// When it cannot be read; with the path and nothing of what is in it.
    fn file(&self, path: &Path) -> Result<SecretString, String>;

    /// What a keyring keeps. Blocks for as long as the keyring asks its user something.
    ///
    /// # Errors
    ///
    /// When there is no keyring, it is not opened, or it keeps nothing of the kind.
    fn kept(&self, entry: &Entry) -> Result<SecretString, KeyringError>;
}

/// The environment and the files of this process, and the keyring of its user, for a caller that wants those.
#[derive(Clone, Copy, Debug, Default)]
pub struct Process;

impl Secrets for Process {
    fn variable(&self, name: &str) -> Result<Option<SecretString>, String> {
        match std::env::var(name) {
            Ok(secret) if secret.is_empty() => Ok(None),
            Ok(secret) => Ok(Some(secret.into())),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => {
                Err(format!("the environment variable {name} is not UTF-8"))
            }
        }
    }

    fn file(&self, path: &Path) -> Result<SecretString, String> {
        secret_file::read(path).map_err(|error| error.to_string())
    }

    fn kept(&self, entry: &Entry) -> Result<SecretString, KeyringError> {
        SystemKeyring::default().read(entry, &Cancel::default())
    }
}

/// How far a server's clock is from this machine's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockOffset(i64);

impl ClockOffset {
    /// `seconds` is negative when the server's clock is behind.
    pub fn new(seconds: i64) -> Self {
        Self(seconds)
    }

    /// The time at the server when it is `now` here: what assertions and proofs say, and what tokens
    /// are judged by. A time that no clock can show is left as it is.
    pub fn at(self, now: SystemTime) -> SystemTime {
        let by = Duration::from_secs(self.0.unsigned_abs());
        let shifted = if self.0 < 0 { now.checked_sub(by) } else { now.checked_add(by) };
        shifted.unwrap_or(now)
    }
}

/// A profile with its name, and the folder that its paths are relative to.
#[derive(Clone, Copy, Debug)]
pub struct NamedProfile<'a> {
    pub name: &'a str,
    pub profile: &'a Profile,
    pub folder: &'a Path,
}

impl<'a> NamedProfile<'a> {
    fn error(&self, member: &str, problem: impl Into<String>) -> ProfileError {
        let member = if member.is_empty() { String::new() } else { format!(".{member}") };
        let profile = self.name.to_owned();
        ProfileError { profile, member, problem: problem.into(), kind: ProfileErrorKind::Wrong }
    }

    fn path(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    /// The server: its issuer, or else its bare endpoints.
    ///
    /// # Errors
    ///
    /// When neither is given, both are, or an address is none.
    pub fn server(&self) -> Result<Server, ProfileError> {
        let profile = self.profile;
        let endpoints = [
            ("token_endpoint", &profile.token_endpoint),
            ("jwks_uri", &profile.jwks_uri),
            ("introspection_endpoint", &profile.introspection_endpoint),
            ("revocation_endpoint", &profile.revocation_endpoint),
        ];
        let addresses = endpoints.into_iter().chain([("issuer", &profile.issuer)]);
        for (member, address) in addresses {
            if let Some(address) = address {
                http::parse_url(address).map_err(|error| self.error(member, error.message))?;
            }
        }
        if let Some(issuer) = &profile.issuer {
            return match endpoints.into_iter().find(|(_, address)| address.is_some()) {
                None => Ok(Server::Issuer(issuer.clone())),
                Some((member, _)) => Err(self.error(
                    member,
                    "the issuer says where its endpoints are; give the one or the other",
                )),
            };
        }
        let Some(url) = profile.token_endpoint.clone() else {
            return Err(self.error("", "it names no server; give its issuer or token_endpoint"));
        };
        let jwks_uri = profile.jwks_uri.clone();
        if profile.introspection_endpoint.is_none() && profile.revocation_endpoint.is_none() {
            return Ok(Server::TokenEndpoint { url, jwks_uri });
        }
        Ok(Server::Endpoints(Box::new(Endpoints {
            token_endpoint: url,
            jwks_uri,
            introspection_endpoint: profile.introspection_endpoint.clone(),
            revocation_endpoint: profile.revocation_endpoint.clone(),
        })))
    }

    /// What the secret of a client is kept as in a keyring: under the issuer, or where there is none
    /// under the token endpoint.
    ///
    /// # Errors
    ///
    /// When the profile names no server.
    pub fn keyring_entry(&self, client_id: &str) -> Result<Entry, ProfileError> {
        let profile = self.profile;
        let server = profile.issuer.as_ref().or(profile.token_endpoint.as_ref());
        match server.filter(|server| !server.trim().is_empty()) {
            Some(server) => Ok(Entry::new(server, client_id)),
            None => Err(self.error("", "it names no server; give its issuer or token_endpoint")),
        }
    }

    /// Limits, proxy and trust.
    ///
    /// # Errors
    ///
    /// When the file of authorities cannot be read, or the proxy is none.
    pub fn http_options(&self, secrets: &dyn Secrets) -> Result<HttpOptions, ProfileError> {
        let profile = self.profile;
        let mut options = HttpOptions::default();
        if let Some(path) = &profile.ca_file {
            let text = self.read("ca_file", secrets.file(&self.path(path)))?;
            options.extra_roots = certificate::read_roots(text.expose_secret())
                .map_err(|error| self.error("ca_file", error.to_string()))?;
        }
        if let Some(proxy) = &profile.proxy {
            let url =
                http::parse_proxy(proxy).map_err(|error| self.error("proxy", error.message))?;
            options.proxy = Some(url);
        }
        for (member, wanted, limit) in [
            ("connect_timeout", profile.connect_timeout, &mut options.connect_timeout),
            ("timeout", profile.timeout, &mut options.timeout),
        ] {
            match wanted {
                None => {}
                Some(0) => return Err(self.error(member, "it must be a second or more")),
                Some(seconds) => *limit = Duration::from_secs(seconds),
            }
        }
        Ok(options)
    }

    pub fn clock_offset(&self) -> ClockOffset {
        ClockOffset::new(self.profile.clock_offset)
    }

    /// What goes along with every token request, in the order of the names.
    ///
    /// # Errors
    ///
    /// When one is a parameter that the exchange itself has, or one that is secret.
    pub fn parameters(&self) -> Result<Vec<(String, String)>, ProfileError> {
        let mut parameters = Vec::new();
        for (name, value) in &self.profile.parameters {
            let problem = if is_reserved(name) {
                "it is a parameter of the exchange itself"
            } else if looks_secret(name) {
                "it looks like a secret, which does not belong in a file that is shared"
            } else if name.trim().is_empty() {
                "it has no name"
            } else {
                parameters.push((name.trim().to_owned(), value.clone()));
                continue;
            };
            return Err(self.error(&format!("parameters.{name}"), problem));
        }
        Ok(parameters)
    }

    /// How a client authenticates: as it says itself, or as the profile does, or with its secret.
    ///
    /// # Errors
    ///
    /// When the name is not that of a method.
    pub fn method(&self, client_id: &str) -> Result<ClientAuthMethod, ProfileError> {
        let own = self.profile.clients.get(client_id).and_then(|client| client.method.as_deref());
        let (member, name) = match (own, self.profile.client_auth.as_deref()) {
            (Some(own), _) => (format!("clients.{client_id}.method"), own),
            (None, Some(common)) => ("client_auth".to_owned(), common),
            (None, None) => return Ok(ClientAuthMethod::default()),
        };
        ClientAuthMethod::from_name(name).ok_or_else(|| {
            let known = ClientAuthMethod::ALL.map(ClientAuthMethod::name).join(", ");
            self.error(&member, format!("“{name}” is not a method; it may be {known}"))
        })
    }

    /// A client with what it authenticates with, and with a new key for proofs of possession when the
    /// profile wants tokens bound. A client that the profile does not name may be a public one.
    ///
    /// # Errors
    ///
    /// When something of it is missing or cannot be used.
    pub fn client(&self, client_id: &str, secrets: &dyn Secrets) -> Result<Client, ProfileError> {
        let method = self.method(client_id)?;
        let unnamed = ProfileClient::default();
        let own = self.profile.clients.get(client_id).unwrap_or(&unnamed);
        let look = Look { at: self, client_id, own, secrets };
        let audience = look.audience()?;
        let auth = match method {
            ClientAuthMethod::ClientSecretBasic => ClientAuth::Basic(look.secret()?),
            ClientAuthMethod::ClientSecretPost => ClientAuth::Post(look.secret()?),
            ClientAuthMethod::ClientSecretJwt => {
                let algorithm = match &own.assertion_alg {
                    None => MacAlgorithm::default(),
                    Some(name) => MacAlgorithm::from_name(name).ok_or_else(|| {
                        let problem = "it must be HS256, HS384 or HS512 for client_secret_jwt";
                        look.error("assertion_alg", problem)
                    })?,
                };
                ClientAuth::SecretJwt { secret: look.secret()?, algorithm, audience }
            }
            ClientAuthMethod::PrivateKeyJwt => {
                ClientAuth::PrivateKeyJwt { key: Box::new(look.key()?), audience }
            }
            ClientAuthMethod::TlsClientAuth | ClientAuthMethod::SelfSignedTlsClientAuth => {
                let certificate = look.certificate(true)?.ok_or_else(|| {
                    let problem = format!("{} needs a certificate", method.name());
                    look.error("certificate_file", problem)
                })?;
                let self_signed = method == ClientAuthMethod::SelfSignedTlsClientAuth;
                ClientAuth::Tls { certificate, self_signed }
            }
            ClientAuthMethod::None => ClientAuth::None,
        };
        let mut client = Client::new(client_id, auth);
        if !method.is_tls() {
            client.bound_certificate = look.certificate(false)?;
        }
        if self.profile.dpop {
            let key = SigningKey::generate(SigningAlgorithm::Es256)
                .map_err(|error| self.error("dpop", error.to_string()))?;
            client.dpop = Some(Arc::new(key));
        }
        Ok(client)
    }

    /// The certificate of a client, whatever it authenticates with, and nothing else of it: to look at
    /// a server that lets nobody in without one. `None` for a client that has none.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is none.
    pub fn certificate(
        &self,
        client_id: &str,
        secrets: &dyn Secrets,
    ) -> Result<Option<Arc<ClientCertificate>>, ProfileError> {
        let Some(own) = self.profile.clients.get(client_id) else { return Ok(None) };
        let of_tls = self.method(client_id).is_ok_and(ClientAuthMethod::is_tls);
        Look { at: self, client_id, own, secrets }.certificate(of_tls)
    }

    /// The clients that have a certificate, by their ids.
    pub fn with_certificate(&self) -> impl Iterator<Item = &'a str> {
        let has_one = |client: &ProfileClient| {
            client.certificate_file.is_some() || client.certificate_env.is_some()
        };
        let clients = self.profile.clients.iter();
        clients.filter(move |(_, client)| has_one(client)).map(|(id, _)| id.as_str())
    }

    fn read<T>(&self, member: &str, read: Result<T, String>) -> Result<T, ProfileError> {
        read.map_err(|problem| ProfileError {
            kind: ProfileErrorKind::Unreadable,
            ..self.error(member, problem)
        })
    }
}

/// One client of a profile.
struct Look<'a> {
    at: &'a NamedProfile<'a>,
    client_id: &'a str,
    own: &'a ProfileClient,
    secrets: &'a dyn Secrets,
}

impl Look<'_> {
    fn member(&self, member: &str) -> String {
        format!("clients.{}.{member}", self.client_id)
    }

    fn error(&self, member: &str, problem: impl Into<String>) -> ProfileError {
        self.at.error(&self.member(member), problem)
    }

    fn variable(&self, member: &str, name: &str) -> Result<SecretString, ProfileError> {
        let found = self.secrets.variable(name).and_then(|found| {
            found.ok_or_else(|| format!("the environment variable {name} is not set"))
        });
        found.map_err(|problem| ProfileError {
            kind: ProfileErrorKind::NoSecret,
            ..self.error(member, problem)
        })
    }

    fn file(&self, member: &str, path: &Path) -> Result<SecretString, ProfileError> {
        self.at.read(&self.member(member), self.secrets.file(&self.at.path(path)))
    }

    /// What is in a file or a variable, whichever is named, and the member that names it.
    fn text(
        &self,
        (file, path): (&'static str, Option<&PathBuf>),
        (env, variable): (&'static str, Option<&String>),
    ) -> Result<Option<(SecretString, &'static str)>, ProfileError> {
        match (path, variable) {
            (Some(_), Some(_)) => {
                Err(self.error(file, format!("{env} is given too; one of them is enough")))
            }
            (Some(path), None) => Ok(Some((self.file(file, path)?, file))),
            (None, Some(variable)) => Ok(Some((self.variable(env, variable)?, env))),
            (None, None) => Ok(None),
        }
    }

    fn secret(&self) -> Result<SecretString, ProfileError> {
        let own = self.own;
        if own.secret_keyring {
            let others = [
                ("secret_env", own.secret_env.is_some()),
                ("secret_file", own.secret_file.is_some()),
            ];
            if let Some((other, _)) = others.into_iter().find(|(_, given)| *given) {
                let problem = format!("{other} is given too; one of them is enough");
                return Err(self.error("secret_keyring", problem));
            }
            let entry = self.at.keyring_entry(self.client_id)?;
            return self.secrets.kept(&entry).map_err(|error| ProfileError {
                kind: ProfileErrorKind::Keyring(error.kind),
                ..self.error("secret_keyring", error.to_string())
            });
        }
        let files = ("secret_file", own.secret_file.as_ref());
        match self.text(files, ("secret_env", own.secret_env.as_ref()))? {
            Some((text, "secret_file")) => {
                let secret = text.expose_secret().trim_end_matches(['\r', '\n']);
                if secret.is_empty() {
                    return Err(self.error("secret_file", "there is no secret in it"));
                }
                Ok(SecretString::from(secret))
            }
            Some((text, _)) => Ok(text),
            None => Err(ProfileError {
                kind: ProfileErrorKind::NoSecret,
                ..self.error("secret_env", "the variable with the client's secret is not named")
            }),
        }
    }

    fn key(&self) -> Result<SigningKey, ProfileError> {
        let own = self.own;
        let files = ("key_file", own.key_file.as_ref());
        let Some((text, member)) = self.text(files, ("key_env", own.key_env.as_ref()))? else {
            let problem = "the file with the client's private key is not named";
            return Err(self.error("key_file", problem));
        };
        SigningKey::read(&text, own.key_id.as_deref(), own.assertion_alg.as_deref())
            .map_err(|error| self.error(member, error.to_string()))
    }

    /// The certificate with its key. For a TLS method the client's key is the certificate's.
    fn certificate(&self, tls: bool) -> Result<Option<Arc<ClientCertificate>>, ProfileError> {
        let own = self.own;
        let certificate = self.text(
            ("certificate_file", own.certificate_file.as_ref()),
            ("certificate_env", own.certificate_env.as_ref()),
        )?;
        let Some((certificate, member)) = certificate else { return Ok(None) };
        let mut key = self.text(
            ("certificate_key_file", own.certificate_key_file.as_ref()),
            ("certificate_key_env", own.certificate_key_env.as_ref()),
        )?;
        if key.is_none() && tls {
            let files = ("key_file", own.key_file.as_ref());
            key = self.text(files, ("key_env", own.key_env.as_ref()))?;
        }
        ClientCertificate::read(&certificate, key.as_ref().map(|(text, _)| text))
            .map(|one| Some(Arc::new(one)))
            .map_err(|error| self.error(member, error.to_string()))
    }

    fn audience(&self) -> Result<AssertionAudience, ProfileError> {
        match self.own.assertion_audience.as_deref() {
            None => Ok(AssertionAudience::default()),
            Some(text) => AssertionAudience::parse(text)
                .ok_or_else(|| self.error("assertion_audience", "it is empty")),
        }
    }
}

#[cfg(test)]
mod tests;
