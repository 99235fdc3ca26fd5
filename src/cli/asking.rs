//! What the commands have in common that ask a server many things: which server, how its clients
//! authenticate, and where the tokens come from that go in.

use secrecy::{ExposeSecret as _, SecretString};

use super::serve::audience_map;
use super::{Failure, client, secret};
use crate::authority::{self, MintRequest};
use crate::config::{ClientApp, ClientKey, Project, Setting};
use crate::exchange::supply::{Credentials, Mint, SubjectToken, Wanted};
use crate::exchange::token;
use crate::exchange::token_type::{ACCESS_TOKEN, JWT};
use crate::exchange::{Client, ClientAuth, Http, Server, Session, Supplies};
use crate::trust::Subject;
use clap::ValueEnum;

/// The server, its clients and the tokens.
#[derive(Debug, clap::Args)]
pub struct Asking {
    /// The issuer of the server; endpoints and keys come from its discovery document.
    #[arg(long, value_name = "URL", required_unless_present = "token_endpoint", conflicts_with_all = ["token_endpoint", "jwks_uri"])]
    server: Option<String>,

    /// The token endpoint itself, for a server without discovery.
    #[arg(long, value_name = "URL")]
    token_endpoint: Option<String>,

    /// Where the server's keys are, when only its token endpoint is given.
    #[arg(long, value_name = "URL", requires = "token_endpoint")]
    jwks_uri: Option<String>,

    /// How confidential clients authenticate; those that the configuration calls public have
    /// nothing to authenticate with.
    #[arg(long, value_enum, default_value_t, value_name = "METHOD")]
    client_auth: SecretMethod,

    /// The environment variable with the secret of every client, or CLIENT=VAR for that of one; may
    /// be given several times.
    #[arg(long, value_name = "[CLIENT=]VAR", default_value = secret::CLIENT_SECRET)]
    client_secret_env: Vec<String>,

    /// A test user whom the server signs in without a page, as 'serve' does: tokens of users are
    /// hers.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,

    /// Scopes that the test user signs in with.
    #[arg(long, value_name = "SCOPE", default_value = "openid", requires = "user")]
    user_scope: String,

    /// Take a client's token for itself (client credentials) where a user's is wanted.
    #[arg(long, conflicts_with = "user")]
    client_credentials: bool,

    /// The environment variable with a token of a user of a client app; may be given several times.
    #[arg(long, value_name = "CLIENT=VAR", value_parser = pair)]
    user_token_env: Vec<(String, String)>,

    /// The environment variable with a token of an external issuer, which says itself whose it is
    /// (a JWT with iss and sub); may be given several times.
    #[arg(long, value_name = "VAR")]
    external_token_env: Vec<String>,

    /// Port of the external issuers beside 'serve', which mint tokens of external identities.
    #[arg(long, value_name = "N")]
    issuer_port: Option<u16>,

    /// What a client app is called as an audience, where that is not its id; may be given several
    /// times.
    #[arg(long, value_name = "URL=ID", value_parser = audience_map)]
    audience_map: Vec<(String, String)>,
}

/// How clients show a secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum SecretMethod {
    /// Id and secret in the Authorization header.
    #[default]
    ClientSecretBasic,
    /// Id and secret in the body.
    ClientSecretPost,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((client, variable)) if !client.is_empty() && !variable.is_empty() => {
            Ok((client.to_owned(), variable.to_owned()))
        }
        _ => Err("it must be CLIENT=VAR, as in Portal=PORTAL_TOKEN".to_owned()),
    }
}

impl Asking {
    /// The server.
    pub fn server(&self) -> Server {
        match (&self.server, &self.token_endpoint) {
            (Some(issuer), _) => Server::Issuer(issuer.clone()),
            (None, url) => Server::TokenEndpoint {
                url: url.clone().unwrap_or_default(),
                jwks_uri: self.jwks_uri.clone(),
            },
        }
    }

    /// Whether tokens of external identities can be had.
    pub fn has_externals(&self) -> bool {
        self.issuer_port.is_some() || !self.external_token_env.is_empty()
    }

    /// What client apps are called as audiences.
    ///
    /// # Errors
    ///
    /// When one of them is none of the project's (exit 2).
    pub fn audiences(&self, project: &Project) -> Result<Vec<(String, ClientKey)>, Failure> {
        let named = |(url, id): &(String, String)| {
            let key = project.find(id).map_err(|reason| {
                Failure::usage(format!("--audience-map {url}={id} names no client app: {reason}"))
            })?;
            Ok((url.clone(), key))
        };
        self.audience_map.iter().map(named).collect()
    }

    /// Where credentials and tokens come from.
    ///
    /// # Errors
    ///
    /// When a variable is not set, or names nothing of the project (exit 2).
    pub fn supplies<'a>(
        &self,
        project: &Project,
        http: &'a Http,
        session: &'a Session,
    ) -> Result<Supplies<'a>, Failure> {
        let mut supplies = Supplies::new(http, session, self.credentials(project)?);
        for (name, variable) in &self.user_token_env {
            let key = project.find(name).map_err(|reason| {
                Failure::usage(format!("--user-token-env {name}=… names no client app: {reason}"))
            })?;
            let token = secret::needed(variable, "a user's token")?;
            let token = SubjectToken { token, token_type: ACCESS_TOKEN.to_owned() };
            supplies = supplies.with_token(Subject::UserOf(key), token);
        }
        for variable in &self.external_token_env {
            let token = secret::needed(variable, "an external token")?;
            let decoded = token::decode(token.expose_secret());
            let text = |name: &str| decoded.jwt().and_then(|jwt| jwt.text(name)).map(str::to_owned);
            let (Some(issuer), Some(subject)) = (text("iss"), text("sub")) else {
                return Err(Failure::usage(format!(
                    "the token in {variable} does not say whose it is (iss and sub of a JWT)"
                )));
            };
            let token = SubjectToken { token, token_type: JWT.to_owned() };
            supplies = supplies.with_token(Subject::External { issuer, subject }, token);
        }
        if let Some(user) = &self.user {
            supplies = supplies.with_user(user, &self.user_scope);
        }
        if self.client_credentials {
            supplies = supplies.with_client_credentials();
        }
        if let Some(port) = self.issuer_port {
            supplies = supplies.with_mint(minting(port));
        }
        Ok(supplies)
    }

    /// The secrets by client app; the one for all comes last.
    fn credentials(&self, project: &Project) -> Result<Credentials, Failure> {
        let mut of_one: Vec<(ClientKey, SecretString)> = Vec::new();
        let mut of_all = None;
        let by_default = self.client_secret_env == [secret::CLIENT_SECRET];
        for text in &self.client_secret_env {
            match text.rsplit_once('=') {
                Some((name, variable)) => {
                    let key = project.find(name).map_err(|reason| {
                        Failure::usage(format!(
                            "--client-secret-env {name}=… names no client app: {reason}"
                        ))
                    })?;
                    of_one.push((key, secret::needed(variable, "a client's secret")?));
                }
                None if by_default => of_all = secret::from_environment(text)?,
                None => of_all = Some(secret::needed(text, "the secret of the clients")?),
            }
        }
        if of_all.is_none() && of_one.is_empty() {
            secret::needed(secret::CLIENT_SECRET, "the secret of the clients")?;
        }
        let method = self.client_auth;
        Ok(Box::new(move |app: &ClientApp| {
            let id = app.id.as_ref().ok_or_else(|| format!("{} states no id.", app.label()))?;
            let id = id.value.as_str();
            if app.flag(Setting::Public).is_some_and(|flag| flag.value) {
                return Ok(Client::new(id, ClientAuth::None));
            }
            let secret = of_one.iter().find(|(key, _)| *key == app.key).map(|(_, secret)| secret);
            let secret = secret.or(of_all.as_ref()).ok_or_else(|| {
                format!(
                    "The secret of {} is missing; give --client-secret-env {}=VAR.",
                    app.label(),
                    app.label()
                )
            })?;
            Ok(Client::new(
                id,
                match method {
                    SecretMethod::ClientSecretBasic => ClientAuth::Basic(secret.clone()),
                    SecretMethod::ClientSecretPost => ClientAuth::Post(secret.clone()),
                },
            ))
        }))
    }

    /// The way out.
    ///
    /// # Errors
    ///
    /// As [`client::http`].
    pub fn http(&self) -> Result<Http, Failure> {
        client::http()
    }
}

/// The external issuers on a port of this machine.
pub fn minting(port: u16) -> Mint {
    let endpoint = authority::mint_endpoint(&format!("http://127.0.0.1:{port}"));
    Box::new(move |wanted: Wanted| {
        let endpoint = endpoint.clone();
        Box::pin(async move {
            let request = MintRequest {
                issuer: Some(wanted.issuer),
                audience: wanted.audience,
                lifetime: wanted.lifetime,
                not_before: wanted.not_before,
                claims: wanted.claims,
                ..MintRequest::new(wanted.subject)
            };
            authority::mint_over_http(&endpoint, &request).await.map_err(|error| error.to_string())
        })
    })
}
