//! What the commands have in common that ask a server many things: which server, how its clients
//! authenticate, and where the tokens come from that go in.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::ExposeSecret as _;

use super::connection::{Connection, Reached};
use super::exchange::SKEW;
use super::serve::audience_map;
use super::{Failure, client, secret};
use crate::authority;
use crate::config::{ClientApp, ClientKey, Profile, Project, Setting};
use crate::exchange::ask::Desk;
use crate::exchange::keys::{SigningAlgorithm, SigningKey};
use crate::exchange::supply::{Credentials, Mint, SubjectToken};
use crate::exchange::token;
use crate::exchange::token_type::{ACCESS_TOKEN, JWT};
use crate::exchange::{
    Cancel, Client, ClientAuth, ClientAuthMethod, Http, NamedProfile, ProfileErrorKind, Session,
    Supplies,
};
use crate::trust::Subject;
use clap::ValueEnum;

/// The server, its clients and the tokens.
#[derive(Debug, clap::Args)]
pub struct Asking {
    #[command(flatten)]
    connection: Connection,

    /// How confidential clients authenticate, instead of what a profile says; client_secret_basic
    /// unless this or a profile says otherwise. Those that the configuration calls public, and of
    /// which a profile says nothing, have nothing to authenticate with. Keys and certificates of each
    /// client are named in a profile.
    #[arg(long, value_enum, value_name = "METHOD")]
    client_auth: Option<SecretMethod>,

    /// The environment variable with the secret of every client, or CLIENT=VAR for that of one; may
    /// be given several times. EXCHANGE_STUDIO_CLIENT_SECRET unless this or a profile names another.
    #[arg(long, value_name = "[CLIENT=]VAR")]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
#[expect(clippy::enum_variant_names, reason = "these are the registered names")]
pub enum SecretMethod {
    /// Id and secret in the Authorization header.
    ClientSecretBasic,
    /// Id and secret in the body.
    ClientSecretPost,
    /// An assertion signed with the secret.
    ClientSecretJwt,
}

impl SecretMethod {
    fn method(self) -> ClientAuthMethod {
        match self {
            Self::ClientSecretBasic => ClientAuthMethod::ClientSecretBasic,
            Self::ClientSecretPost => ClientAuthMethod::ClientSecretPost,
            Self::ClientSecretJwt => ClientAuthMethod::ClientSecretJwt,
        }
    }
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
    /// The server, and the way there.
    ///
    /// # Errors
    ///
    /// When none is named, or its profile is not there or cannot be used (exit 2), or a file cannot
    /// be read (exit 3).
    pub fn reach(&self, opened: &[PathBuf]) -> Result<Reached, Failure> {
        let reached = self.connection.open_beside(opened)?;
        reached.server()?;
        Ok(reached)
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
    fn audiences(
        &self,
        project: &Project,
        reached: &Reached,
    ) -> Result<Vec<(String, ClientKey)>, Failure> {
        let own = self.audience_map.len();
        let named = |(index, (url, id)): (usize, (String, String))| {
            let key = project.find(&id).map_err(|reason| {
                let from = if index < own { "--audience-map" } else { "the profile's audience" };
                Failure::usage(format!("{from} {url}={id} names no client app: {reason}"))
            })?;
            Ok((url, key))
        };
        reached.audiences(&self.audience_map).into_iter().enumerate().map(named).collect()
    }

    /// Asks the server many things, until that is done or somebody says stop. A `patient` one gives a
    /// server time that says 429, and asks once more.
    ///
    /// # Errors
    ///
    /// When an audience or a secret cannot be had (exit 2 or 3), or the server's endpoints cannot be
    /// found (exit 1 or 4).
    pub fn ask<T>(
        &self,
        project: &Project,
        reached: &Reached,
        patient: bool,
        work: impl AsyncFnOnce(Desk<'_>, &mut Supplies<'_>, &Cancel) -> T,
    ) -> Result<T, Failure> {
        let audiences = self.audiences(project, reached)?;
        let http = reached.http_of_many()?;
        let cancel = Cancel::default();
        client::wait_or_stop(&cancel, async {
            let session = self.open(reached, &http, &cancel).await?;
            let mut supplies = self.supplies(project, reached, &http, &session)?;
            let desk = Desk {
                http: &http,
                session: &session,
                project,
                skew: SKEW,
                audiences: &audiences,
                clock: &|| reached.now(),
                patient,
            };
            Ok(work(desk, &mut supplies, &cancel).await)
        })?
    }

    /// Finds the server's endpoints, unless it is stopped before; what a profile sends along with
    /// every request goes along.
    ///
    /// # Errors
    ///
    /// When they cannot be found (exit 1 or 4), the profile has a parameter that it cannot have (exit
    /// 2), or it was stopped (exit 1).
    pub async fn open(
        &self,
        reached: &Reached,
        http: &Http,
        cancel: &Cancel,
    ) -> Result<Session, Failure> {
        let parameters = reached.parameters(&[])?;
        let session = client::open(http, reached.server()?, cancel).await?;
        Ok(session.with_parameters(parameters))
    }

    /// Where credentials and tokens come from.
    ///
    /// # Errors
    ///
    /// When a variable is not set, or names nothing of the project (exit 2).
    pub fn supplies<'a>(
        &self,
        project: &Project,
        reached: &Reached,
        http: &'a Http,
        session: &'a Session,
    ) -> Result<Supplies<'a>, Failure> {
        let mut supplies = Supplies::new(http, session, self.credentials(project, reached)?);
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

    /// How each client app authenticates: as the profile says, with what is given here over it.
    fn credentials(&self, project: &Project, reached: &Reached) -> Result<Credentials, Failure> {
        let mut of_one: Vec<(ClientKey, String)> = Vec::new();
        let mut of_all = None;
        for text in &self.client_secret_env {
            match text.rsplit_once('=') {
                Some((name, variable)) => {
                    let key = project.find(name).map_err(|reason| {
                        Failure::usage(format!(
                            "--client-secret-env {name}=… names no client app: {reason}"
                        ))
                    })?;
                    secret::needed(variable, "a client's secret")?;
                    of_one.push((key, variable.to_owned()));
                }
                None => {
                    secret::needed(text, "the secret of the clients")?;
                    of_all = Some(text.clone());
                }
            }
        }
        let profile = reached.profile();
        if self.client_secret_env.is_empty() && profile.is_none() {
            secret::needed(secret::CLIENT_SECRET, "the secret of the clients")?;
        }
        let desk = Clients {
            name: profile.map(|named| named.name.to_owned()).unwrap_or_default(),
            folder: profile.map(|named| named.folder.to_owned()).unwrap_or_default(),
            dpop: profile.is_some_and(|named| named.profile.dpop),
            profile: profile.map(|named| named.profile.clone()).unwrap_or_default(),
            has_profile: profile.is_some(),
            method: self.client_auth,
            of_one,
            of_all,
            known: Mutex::default(),
        };
        Ok(Box::new(move |app: &ClientApp| desk.client(app)))
    }
}

/// Makes client apps into clients that authenticate, each once: its files are read once, and the key
/// that tokens are bound to is one for the whole run, since what one client gets goes to another.
struct Clients {
    name: String,
    folder: PathBuf,
    profile: Profile,
    has_profile: bool,
    dpop: bool,
    method: Option<SecretMethod>,
    /// Variables with secrets.
    of_one: Vec<(ClientKey, String)>,
    of_all: Option<String>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    clients: BTreeMap<ClientKey, Result<Client, String>>,
    proof: Option<Arc<SigningKey>>,
}

impl Clients {
    fn client(&self, app: &ClientApp) -> Result<Client, String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = known.clients.get(&app.key) {
            return client.clone();
        }
        let made = self.make(app).and_then(|client| self.bound(client, &mut known));
        known.clients.insert(app.key, made.clone());
        made
    }

    fn bound(&self, client: Client, known: &mut Known) -> Result<Client, String> {
        if !self.dpop {
            return Ok(client);
        }
        let key = match &known.proof {
            Some(key) => Arc::clone(key),
            None => {
                let key = SigningKey::generate(SigningAlgorithm::Es256)
                    .map_err(|error| format!("No key for proofs of possession: {error}."))?;
                Arc::clone(known.proof.insert(Arc::new(key)))
            }
        };
        Ok(client.bound_to(key))
    }

    fn make(&self, app: &ClientApp) -> Result<Client, String> {
        let id = app.id.as_ref().ok_or_else(|| format!("{} states no id.", app.label()))?;
        let id = id.value.as_str();
        let mut profile = self.profile.clone();
        profile.dpop = false;
        let is_named = profile.clients.contains_key(id);
        if !is_named && app.flag(Setting::Public).is_some_and(|flag| flag.value) {
            return Ok(Client::new(id, ClientAuth::None));
        }
        let own = profile.clients.entry(id.to_owned()).or_default();
        if let Some(method) = self.method {
            own.method = Some(method.method().name().to_owned());
        }
        let of_one = self.of_one.iter().find(|(key, _)| *key == app.key).map(|(_, name)| name);
        let says = own.says_where_its_secret_is();
        match (of_one, &self.of_all) {
            (Some(variable), _) => own.take_secret_from(variable),
            (None, Some(variable)) if !says => own.take_secret_from(variable),
            (None, None) if !says && self.of_one.is_empty() => {
                own.take_secret_from(secret::CLIENT_SECRET);
            }
            _ => {}
        }
        let (name, folder) = (self.name.as_str(), self.folder.as_path());
        let named = NamedProfile { name, profile: &profile, folder };
        named.client(id, &secret::Sources).map_err(|error| match error.kind {
            ProfileErrorKind::NoSecret if !self.has_profile => format!(
                "The secret of {} is missing; give --client-secret-env {}=VAR.",
                app.label(),
                app.label()
            ),
            _ => format!("{} cannot authenticate: {error}.", app.label()),
        })
    }
}

/// The external issuers on a port of this machine.
pub fn minting(port: u16) -> Mint {
    authority::minting(authority::mint_endpoint(&format!("http://127.0.0.1:{port}")))
}
