//! The client that authenticates, as a command line gives it.

use clap::ValueEnum;
use secrecy::SecretString;

use super::{Exit, Failure, secret};
use crate::exchange::{Client, ClientAuth, Http, HttpOptions, TransportError, TransportKind};

/// How the client authenticates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Method {
    /// Id and secret in the Authorization header.
    #[default]
    ClientSecretBasic,
    /// Id and secret in the body.
    ClientSecretPost,
    /// The id alone: a public client.
    None,
}

/// How the client shows who it is.
#[derive(Debug, clap::Args)]
pub struct Authentication {
    /// How the client authenticates.
    #[arg(long, value_enum, default_value_t, value_name = "METHOD")]
    client_auth: Method,

    /// The environment variable with the client's secret.
    #[arg(long, value_name = "VAR", default_value = secret::CLIENT_SECRET)]
    client_secret_env: String,
}

impl Authentication {
    /// The client with its credential.
    ///
    /// # Errors
    ///
    /// When the secret is missing (exit 2).
    pub fn client(&self, id: &str) -> Result<Client, Failure> {
        let secret = || -> Result<SecretString, Failure> {
            secret::needed(&self.client_secret_env, "the client's secret")
                .map_err(|failure| failure.hint("a public client has none: --client-auth none"))
        };
        let auth = match self.client_auth {
            Method::ClientSecretBasic => ClientAuth::Basic(secret()?),
            Method::ClientSecretPost => ClientAuth::Post(secret()?),
            Method::None => ClientAuth::None,
        };
        Ok(Client { id: id.to_owned(), auth })
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

/// How a command ends that has no usable answer.
pub fn exit_of(error: &TransportError) -> Exit {
    match error.kind {
        TransportKind::Address => Exit::Usage,
        // Somebody answered, and it was of no use.
        TransportKind::Content | TransportKind::Redirect | TransportKind::TooLarge => Exit::No,
        _ => Exit::Unreachable,
    }
}
