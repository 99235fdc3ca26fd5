//! The client that authenticates, as a command line gives it.

use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;
use secrecy::SecretString;

use super::connection::{self, Reached};
use super::{Exit, Failure, secret};
use crate::config::ProfileClient;
use crate::exchange::keys::SigningKey;
use crate::exchange::mac::MacAlgorithm;
use crate::exchange::{
    AssertionAudience, Cancel, Client, ClientAuth, ClientAuthMethod, ClientCertificate, Http,
    HttpOptions, NamedProfile, Process, Server, Session, TransportError, TransportKind,
};

/// How the client authenticates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Method {
    /// Id and secret in the Authorization header.
    ClientSecretBasic,
    /// Id and secret in the body.
    ClientSecretPost,
    /// An assertion signed with the secret.
    ClientSecretJwt,
    /// An assertion signed with a private key.
    PrivateKeyJwt,
    /// A certificate of an authority that the server trusts.
    TlsClientAuth,
    /// A certificate that the client made itself and that the server knows.
    SelfSignedTlsClientAuth,
    /// The id alone: a public client.
    None,
}

impl Method {
    fn method(self) -> ClientAuthMethod {
        match self {
            Self::ClientSecretBasic => ClientAuthMethod::ClientSecretBasic,
            Self::ClientSecretPost => ClientAuthMethod::ClientSecretPost,
            Self::ClientSecretJwt => ClientAuthMethod::ClientSecretJwt,
            Self::PrivateKeyJwt => ClientAuthMethod::PrivateKeyJwt,
            Self::TlsClientAuth => ClientAuthMethod::TlsClientAuth,
            Self::SelfSignedTlsClientAuth => ClientAuthMethod::SelfSignedTlsClientAuth,
            Self::None => ClientAuthMethod::None,
        }
    }
}

/// How the client shows who it is.
#[derive(Debug, clap::Args)]
pub struct Authentication {
    /// How the client authenticates; client_secret_basic unless this or a profile says otherwise.
    #[arg(long, value_enum, value_name = "METHOD")]
    client_auth: Option<Method>,

    /// The environment variable with the client's secret; EXCHANGE_STUDIO_CLIENT_SECRET unless this
    /// or a profile names another.
    #[arg(long, value_name = "VAR")]
    client_secret_env: Option<String>,

    /// The file with the client's private key, for private_key_jwt: PEM (PKCS#8, PKCS#1, SEC1) or a
    /// JSON Web Key; RSA, P-256, P-384 or Ed25519.
    #[arg(long, value_name = "FILE", conflicts_with = "client_key_env")]
    client_key_file: Option<PathBuf>,

    /// The environment variable with the client's private key itself.
    #[arg(long, value_name = "VAR")]
    client_key_env: Option<String>,

    /// The name of the key in the assertion (its 'kid'), if the server knows it by one other than
    /// its thumbprint.
    #[arg(long, value_name = "KID")]
    client_key_id: Option<String>,

    /// The algorithm that signs the assertion: HS256 (as it is), HS384 or HS512 for
    /// client_secret_jwt; RS256 (as it is) or PS256 for an RSA key, while other keys have one each.
    #[arg(long, value_name = "ALG")]
    assertion_alg: Option<String>,

    /// Whom the assertion is meant for: 'issuer', as the standard wants it now; 'token-endpoint', as
    /// older servers want it; 'endpoint', the one it is sent to, so that it holds for introspection
    /// too; or the text itself. Where only a token endpoint is given, that stands
    /// in for the issuer. Left out, it is 'issuer'.
    #[arg(long, value_name = "AUDIENCE", value_parser = audience)]
    assertion_audience: Option<String>,

    /// The file with the certificate that is shown to the server (PEM, its chain after it, and
    /// perhaps its key), for tls_client_auth, or so that tokens are bound to it.
    #[arg(long, value_name = "FILE", conflicts_with = "certificate_env")]
    certificate_file: Option<PathBuf>,

    /// The environment variable with the certificate itself.
    #[arg(long, value_name = "VAR")]
    certificate_env: Option<String>,

    /// The file with the certificate's private key (PEM), if it is not with the certificate.
    #[arg(long, value_name = "FILE", conflicts_with = "certificate_key_env")]
    certificate_key_file: Option<PathBuf>,

    /// The environment variable with the certificate's private key itself.
    #[arg(long, value_name = "VAR")]
    certificate_key_env: Option<String>,
}

/// The key that tokens are to be bound to.
#[derive(Debug, clap::Args)]
pub struct ProofKey {
    /// The file with the key that proves possession (DPoP): PEM or a JSON Web Key. The token that is
    /// issued is bound to it, and needs it again when it goes into the next exchange.
    #[arg(long, value_name = "FILE", conflicts_with = "dpop_key_env")]
    dpop_key_file: Option<PathBuf>,

    /// The environment variable with the key that proves possession itself.
    #[arg(long, value_name = "VAR")]
    dpop_key_env: Option<String>,
}

impl ProofKey {
    /// Whether a key is named.
    pub fn is_given(&self) -> bool {
        self.dpop_key_file.is_some() || self.dpop_key_env.is_some()
    }

    /// The key, when one is named.
    ///
    /// # Errors
    ///
    /// When it cannot be used (exit 2), or its file cannot be read (exit 3).
    pub fn key(&self) -> Result<Option<Arc<SigningKey>>, Failure> {
        let (text, from) = match (&self.dpop_key_file, &self.dpop_key_env) {
            (Some(path), _) => (secret::from_file(path)?, path.display().to_string()),
            (None, Some(variable)) => {
                (secret::needed(variable, "the key that proves possession")?, variable.clone())
            }
            (None, None) => return Ok(None),
        };
        SigningKey::read(&text, None, None)
            .map(|key| Some(Arc::new(key)))
            .map_err(|error| Failure::usage(format!("{from} cannot be used as a key: {error}")))
    }
}

fn audience(text: &str) -> Result<String, String> {
    match AssertionAudience::parse(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("it is empty".to_owned()),
    }
}

impl Authentication {
    /// The method that is given.
    pub fn method(&self) -> Option<ClientAuthMethod> {
        self.client_auth.map(Method::method)
    }

    /// The environment variable with the client's secret.
    pub fn secret_variable(&self) -> &str {
        self.client_secret_env.as_deref().unwrap_or(secret::CLIENT_SECRET)
    }

    /// The client as a profile has it, where there is one, with what is given here over it.
    ///
    /// # Errors
    ///
    /// When something that it authenticates with is missing or cannot be used (exit 2), or a file
    /// cannot be read (exit 3).
    pub fn client_at(&self, id: &str, reached: &Reached) -> Result<Client, Failure> {
        let Some(named) = reached.profile() else { return self.client(id) };
        let mut profile = named.profile.clone();
        let own = profile.clients.entry(id.to_owned()).or_default();
        self.put_over(own)?;
        NamedProfile { profile: &profile, ..named }
            .client(id, &Process)
            .map_err(|error| connection::failure(&error))
    }

    /// The environment variable with the secret of a client as [`Authentication::client_at`] has it.
    pub fn secret_variable_at<'a>(&'a self, id: &str, reached: &'a Reached) -> &'a str {
        let own = reached.profile().and_then(|named| named.profile.clients.get(id));
        let named = own.and_then(|own| own.secret_env.as_deref());
        self.client_secret_env.as_deref().or(named).unwrap_or(secret::CLIENT_SECRET)
    }

    fn put_over(&self, own: &mut ProfileClient) -> Result<(), Failure> {
        // Paths in a profile are relative to its file, these to where the command runs.
        let here = |path: &PathBuf| {
            std::path::absolute(path)
                .map_err(|error| Failure::unreadable(format!("{}: {error}", path.display())))
        };
        if let Some(method) = self.client_auth {
            own.method = Some(method.method().name().to_owned());
        }
        if self.client_secret_env.is_some() || !own.says_where_its_secret_is() {
            own.take_secret_from(self.secret_variable());
        }
        let texts = [
            (&self.client_key_id, &mut own.key_id),
            (&self.assertion_alg, &mut own.assertion_alg),
            (&self.assertion_audience, &mut own.assertion_audience),
        ];
        for (given, kept) in texts {
            if given.is_some() {
                kept.clone_from(given);
            }
        }
        let keys = [
            ((&self.client_key_file, &self.client_key_env), (&mut own.key_file, &mut own.key_env)),
            (
                (&self.certificate_file, &self.certificate_env),
                (&mut own.certificate_file, &mut own.certificate_env),
            ),
            (
                (&self.certificate_key_file, &self.certificate_key_env),
                (&mut own.certificate_key_file, &mut own.certificate_key_env),
            ),
        ];
        for ((file, variable), (kept_file, kept_variable)) in keys {
            if file.is_some() || variable.is_some() {
                *kept_file = file.as_ref().map(here).transpose()?;
                kept_variable.clone_from(variable);
            }
        }
        Ok(())
    }

    /// The client with its credential.
    ///
    /// # Errors
    ///
    /// When secret or key are missing or cannot be used (exit 2), or the key's file cannot be read
    /// (exit 3).
    pub fn client(&self, id: &str) -> Result<Client, Failure> {
        let secret = || -> Result<SecretString, Failure> {
            secret::needed(self.secret_variable(), "the client's secret")
                .map_err(|failure| failure.hint("a public client has none: --client-auth none"))
        };
        let method = self.client_auth.unwrap_or(Method::ClientSecretBasic);
        if method != Method::PrivateKeyJwt {
            let given = [
                ("--client-key-file", self.client_key_file.is_some()),
                ("--client-key-env", self.client_key_env.is_some()),
                ("--client-key-id", self.client_key_id.is_some()),
            ];
            if let Some((option, _)) = given.into_iter().find(|(_, given)| *given) {
                return Err(Failure::usage(format!("{option} is for private_key_jwt alone"))
                    .hint("add --client-auth private_key_jwt"));
            }
        }
        let audience = self.assertion_audience.as_deref().and_then(AssertionAudience::parse);
        let audience = audience.unwrap_or_default();
        let mut certificate = self.certificate()?;
        let auth = match method {
            Method::ClientSecretBasic => ClientAuth::Basic(secret()?),
            Method::ClientSecretPost => ClientAuth::Post(secret()?),
            Method::ClientSecretJwt => {
                let algorithm = self.mac()?;
                ClientAuth::SecretJwt { secret: secret()?, algorithm, audience }
            }
            Method::PrivateKeyJwt => {
                ClientAuth::PrivateKeyJwt { key: Box::new(self.key()?), audience }
            }
            Method::TlsClientAuth | Method::SelfSignedTlsClientAuth => {
                let certificate = certificate.take().ok_or_else(|| {
                    Failure::usage("the client's certificate is missing")
                        .hint("give --certificate-file FILE, and --certificate-key-file FILE")
                })?;
                let self_signed = method == Method::SelfSignedTlsClientAuth;
                ClientAuth::Tls { certificate, self_signed }
            }
            Method::None => ClientAuth::None,
        };
        if self.assertion_alg.is_some() && auth.assertion().is_none() {
            return Err(Failure::usage(format!(
                "--assertion-alg is for an assertion, and {} sends none",
                auth.method().name()
            )));
        }
        Ok(Client { bound_certificate: certificate, ..Client::new(id, auth) })
    }

    fn certificate(&self) -> Result<Option<Arc<ClientCertificate>>, Failure> {
        let read = |file: &Option<PathBuf>, variable: &Option<String>, what: &str| {
            Ok::<_, Failure>(match (file, variable) {
                (Some(path), _) => Some((secret::from_file(path)?, path.display().to_string())),
                (None, Some(name)) => Some((secret::needed(name, what)?, name.clone())),
                (None, None) => None,
            })
        };
        let certificate =
            read(&self.certificate_file, &self.certificate_env, "the client's certificate")?;
        let key =
            read(&self.certificate_key_file, &self.certificate_key_env, "the certificate's key")?;
        let Some((certificate, from)) = certificate else {
            return match key {
                None => Ok(None),
                Some(_) => Err(Failure::usage("a certificate's key is given, and no certificate")
                    .hint("add --certificate-file FILE")),
            };
        };
        ClientCertificate::read(&certificate, key.as_ref().map(|(text, _)| text))
            .map(|one| Some(Arc::new(one)))
            .map_err(|error| {
                Failure::usage(format!("{from} cannot be used as a certificate: {error}"))
            })
    }

    fn mac(&self) -> Result<MacAlgorithm, Failure> {
        let Some(name) = &self.assertion_alg else { return Ok(MacAlgorithm::default()) };
        MacAlgorithm::from_name(name).ok_or_else(|| {
            Failure::usage(format!("{name} is not an algorithm that a secret signs with"))
                .hint("give HS256, HS384 or HS512")
        })
    }

    fn key(&self) -> Result<SigningKey, Failure> {
        let (text, from) = match (&self.client_key_file, &self.client_key_env) {
            (Some(path), _) => (secret::from_file(path)?, path.display().to_string()),
            (None, Some(variable)) => {
                (secret::needed(variable, "the client's key")?, variable.clone())
            }
            (None, None) => {
                return Err(Failure::usage("the client's private key is missing")
                    .hint("give --client-key-file FILE or --client-key-env VAR"));
            }
        };
        SigningKey::read(&text, self.client_key_id.as_deref(), self.assertion_alg.as_deref())
            .map_err(|error| Failure::usage(format!("{from} cannot be used as a key: {error}")))
    }
}

/// The way out to a server.
///
/// # Errors
///
/// When the system gives none (exit 4).
pub fn http() -> Result<Http, Failure> {
    Http::new(HttpOptions::default())
        .map_err(|error| Failure::new(Exit::Unreachable, error.to_string()))
}

/// Waits for work that speaks HTTP.
///
/// # Errors
///
/// When the system gives no sockets (exit 4), or the work fails.
pub fn wait<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Unreachable, format!("cannot connect: {error}")))?;
    Ok(runtime.block_on(work))
}

/// Waits for work that speaks HTTP and can be told to stop: by Ctrl-C, and by SIGTERM where there is
/// such a thing. Then it gives what it has.
///
/// # Errors
///
/// As [`wait`].
pub fn wait_or_stop<T>(cancel: &Cancel, work: impl Future<Output = T>) -> Result<T, Failure> {
    wait(async {
        let mut work = std::pin::pin!(work);
        tokio::select! {
            // Listened for before the work begins.
            biased;
            () = interrupted() => {
                cancel.cancel();
                work.await
            }
            done = &mut work => done,
        }
    })
}

/// Finds a server's endpoints, unless it is stopped before.
///
/// # Errors
///
/// When they cannot be found (exit 1 or 4), or it was stopped (exit 1).
pub async fn open(http: &Http, server: &Server, cancel: &Cancel) -> Result<Session, Failure> {
    match cancel.unless(Session::open(http, server)).await {
        Some(opened) => opened.map_err(|error| super::exchange::failure(&error)),
        None => Err(Failure::no("stopped before anything was asked")),
    }
}

/// Ends when the person, or the system, wants the program to.
pub async fn interrupted() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    // Where signals cannot be listened for, the system ends the program by itself.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// How a command ends that has no usable answer.
pub fn exit_of(error: &TransportError) -> Exit {
    match error.kind {
        TransportKind::Address | TransportKind::Credentials => Exit::Usage,
        // Somebody answered, and it was of no use.
        TransportKind::Content | TransportKind::Redirect | TransportKind::TooLarge => Exit::No,
        _ => Exit::Unreachable,
    }
}
