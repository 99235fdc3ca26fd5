//! Where a run of many exchanges gets what it cannot make up: the credentials of clients, and the
//! tokens that go in.
//!
//! A plan says "a token of a user of Portal"; how one is had differs by server. The built-in
//! authority signs in a test user without a page and has issuers that mint; of a real server one
//! has tokens in the environment, or none. So a run is given a [`Supply`], asks it for each subject,
//! and notes what it cannot have with the reason, instead of guessing. [`Supplies`] puts the usual
//! ways together and keeps each token until it is about to expire.

use std::collections::HashMap;
use std::pin::Pin;
use std::time::SystemTime;

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::assertion::Occasion;
use super::client_auth::Client;
use super::client_credentials::client_credentials;
use super::http::{Http, TransportError};
use super::login::sign_in;
use super::run::SimulateError;
use super::session::Session;
use super::token;
use super::token_type::{ACCESS_TOKEN, JWT};
use crate::config::{ClientApp, Project};
use crate::trust::Subject;

/// A token that goes in.
#[derive(Clone, Debug)]
pub struct SubjectToken {
    pub token: SecretString,
    /// What kind it is (RFC 8693 §3), as a URI.
    pub token_type: String,
}

/// Why a run does not get what it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It is not to be had: a sentence that says what is missing.
    NotAtHand(String),
    /// The server that a run is about was asked for it, and gave no answer.
    NoAnswer(TransportError),
}

impl From<String> for Missing {
    fn from(why: String) -> Self {
        Self::NotAtHand(why)
    }
}

impl Missing {
    /// Of a server that was to give a token for somebody: `whose` begins the sentence.
    fn of(whose: &str, error: impl std::fmt::Display, transport: Option<&TransportError>) -> Self {
        let why = format!("{whose}: {error}");
        match transport {
            Some(error) if SimulateError::from(error.clone()).is_unreachable() => {
                Self::NoAnswer(TransportError::new(error.kind, why))
            }
            _ => Self::NotAtHand(why),
        }
    }
}

/// Gives a run what it needs. An error is a sentence that says what is missing.
pub trait Supply: Send {
    /// The client app as it authenticates.
    ///
    /// # Errors
    ///
    /// When its credential is not at hand.
    fn client(&self, app: &ClientApp) -> Result<Client, String>;

    /// A token of a subject.
    ///
    /// # Errors
    ///
    /// When there is none to be had.
    fn subject(
        &mut self,
        project: &Project,
        subject: &Subject,
        now: SystemTime,
    ) -> impl Future<Output = Result<SubjectToken, Missing>> + Send;

    /// An ID token of a user.
    ///
    /// # Errors
    ///
    /// When there is none to be had.
    fn id_token(
        &mut self,
        _project: &Project,
        _subject: &Subject,
        _now: SystemTime,
    ) -> impl Future<Output = Result<SecretString, Missing>> + Send {
        async { Err(NO_ID_TOKEN.to_owned().into()) }
    }

    /// A token that an external issuer signs as it is told, and nobody keeps.
    ///
    /// # Errors
    ///
    /// When there is no such issuer, or it does not want to.
    fn minted(
        &mut self,
        wanted: Wanted,
    ) -> impl Future<Output = Result<SecretString, String>> + Send {
        let Wanted { issuer, subject, .. } = wanted;
        async move { Err(format!("There is no token of {issuer} for {subject}.")) }
    }
}

/// A token that an external issuer is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub issuer: String,
    pub subject: String,
    /// The audiences (`aud`); with none the token has no such claim.
    pub audience: Vec<String>,
    /// Seconds until it expires; negative for one that has expired already.
    pub lifetime: i64,
    /// Seconds until it becomes valid.
    pub not_before: Option<i64>,
    /// Further claims, as `may_act`.
    pub claims: Map<String, Value>,
}

impl Wanted {
    /// A token that is good for five minutes from now on.
    pub fn new(issuer: &str, subject: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            audience: Vec::new(),
            lifetime: 300,
            not_before: None,
            claims: Map::new(),
        }
    }
}

/// A token, or a sentence that says why there is none.
pub type Minted = Pin<Box<dyn Future<Output = Result<SecretString, String>> + Send>>;

/// An external issuer that signs what it is asked for, as the one beside the built-in authority.
pub type Mint = Box<dyn Fn(Wanted) -> Minted + Send + Sync>;

/// How a client app becomes a client that authenticates.
pub type Credentials = Box<dyn Fn(&ClientApp) -> Result<Client, String> + Send + Sync>;

/// The usual ways, each used when the one before has nothing: a token that was given, the test
/// user's sign-in, the client's own credentials, the external issuer.
pub struct Supplies<'a> {
    http: &'a Http,
    session: &'a Session,
    credentials: Credentials,
    given: Vec<(Subject, SubjectToken)>,
    user: Option<String>,
    scope: String,
    by_credentials: bool,
    mint: Option<Mint>,
    kept: HashMap<Subject, SubjectToken>,
}

impl std::fmt::Debug for Supplies<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Supplies")
            .field("user", &self.user)
            .field("by_credentials", &self.by_credentials)
            .field("mints", &self.mint.is_some())
            .field("given", &self.given.len())
            .finish_non_exhaustive()
    }
}

impl<'a> Supplies<'a> {
    /// Has credentials, and no token yet.
    pub fn new(http: &'a Http, session: &'a Session, credentials: Credentials) -> Self {
        Self {
            http,
            session,
            credentials,
            given: Vec::new(),
            user: None,
            scope: String::new(),
            by_credentials: false,
            mint: None,
            kept: HashMap::new(),
        }
    }

    /// Uses this token for a subject.
    #[must_use]
    pub fn with_token(mut self, subject: Subject, token: SubjectToken) -> Self {
        self.given.push((subject, token));
        self
    }

    /// Signs in a user that the server knows without a page ([`sign_in`]).
    #[must_use]
    pub fn with_user(mut self, user: impl Into<String>, scope: impl Into<String>) -> Self {
        (self.user, self.scope) = (Some(user.into()), scope.into());
        self
    }

    /// Takes a client's token for itself where a user's is wanted (RFC 6749 §4.4).
    #[must_use]
    pub fn with_client_credentials(mut self) -> Self {
        self.by_credentials = true;
        self
    }

    /// Asks an external issuer for tokens of external identities.
    #[must_use]
    pub fn with_mint(mut self, mint: Mint) -> Self {
        self.mint = Some(mint);
        self
    }

    async fn mint(&self, wanted: Wanted) -> Result<SecretString, String> {
        match &self.mint {
            Some(mint) => mint(wanted).await,
            None => Err(format!(
                "There is no token of {} for {}; give one, or the port of an external issuer that \
                 mints it.",
                wanted.issuer, wanted.subject
            )),
        }
    }

    async fn obtain(
        &self,
        project: &Project,
        subject: &Subject,
        now: SystemTime,
    ) -> Result<SubjectToken, Missing> {
        let client = match subject {
            Subject::External { issuer, subject } => {
                let token = self.mint(Wanted::new(issuer, subject)).await?;
                return Ok(SubjectToken { token, token_type: JWT.to_owned() });
            }
            Subject::UserOf(key) => project.client(*key),
        };
        let none = format!("There is no token of a user of {}", client.label());
        let access = |token| SubjectToken { token, token_type: ACCESS_TOKEN.to_owned() };
        if let Some(user) = &self.user {
            let Some(metadata) = self.session.metadata() else {
                return Err(Missing::NotAtHand(format!(
                    "{none}: to sign in, the server's issuer must be known, not only its token \
                     endpoint."
                )));
            };
            let own = (self.credentials)(client)?;
            return sign_in(self.http, metadata, &own, user, &self.scope, now)
                .await
                .map(|issued| access(issued.access_token))
                .map_err(|error| Missing::of(&none, &error, error.transport()));
        }
        if self.by_credentials {
            let own = (self.credentials)(client)?;
            let occasion = Occasion {
                issuer: self.session.issuer(),
                token_endpoint: self.session.token_endpoint(),
                now,
            };
            return client_credentials(
                self.http,
                &occasion,
                &own,
                &self.scope,
                self.session.parameters(),
            )
            .await
            .map(|issued| access(issued.access_token))
            .map_err(|error| Missing::of(&none, &error, Some(&error)));
        }
        Err(format!("{none}; give one, or a test user who can sign in.").into())
    }
}

impl Supply for Supplies<'_> {
    fn client(&self, app: &ClientApp) -> Result<Client, String> {
        (self.credentials)(app)
    }

    async fn subject(
        &mut self,
        project: &Project,
        subject: &Subject,
        now: SystemTime,
    ) -> Result<SubjectToken, Missing> {
        if let Some((_, token)) = self.given.iter().find(|(of, _)| of == subject) {
            return Ok(token.clone());
        }
        if let Some(kept) = self.kept.get(subject)
            && is_fresh(&kept.token, now)
        {
            return Ok(kept.clone());
        }
        let token = self.obtain(project, subject, now).await?;
        self.kept.insert(subject.clone(), token.clone());
        Ok(token)
    }

    async fn id_token(
        &mut self,
        project: &Project,
        subject: &Subject,
        now: SystemTime,
    ) -> Result<SecretString, Missing> {
        let (Subject::UserOf(key), Some(user), Some(metadata)) =
            (subject, &self.user, self.session.metadata())
        else {
            return Err(NO_ID_TOKEN.to_owned().into());
        };
        let own = (self.credentials)(project.client(*key))?;
        let scope = if self.scope.split(' ').any(|scope| scope == "openid") {
            self.scope.clone()
        } else {
            format!("openid {}", self.scope).trim_end().to_owned()
        };
        let issued = sign_in(self.http, metadata, &own, user, &scope, now).await;
        let issued = issued
            .map_err(|error| Missing::of("There is no ID token", &error, error.transport()))?;
        issued.id_token.ok_or_else(|| "The server issued no ID token.".to_owned().into())
    }

    async fn minted(&mut self, wanted: Wanted) -> Result<SecretString, String> {
        self.mint(wanted).await
    }
}

const NO_ID_TOKEN: &str = "There is no ID token; name a test user who can sign in.";

/// Seconds before its end from which on a token is not used any more.
const MARGIN: i64 = 30;

/// Whether a token will be good for a while; one that does not say is taken to be.
fn is_fresh(token: &SecretString, now: SystemTime) -> bool {
    let decoded = token::decode(token.expose_secret());
    let expires = decoded.jwt().and_then(|jwt| jwt.date("exp"));
    expires.is_none_or(|expires| expires > super::time::seconds(now).saturating_add(MARGIN))
}
