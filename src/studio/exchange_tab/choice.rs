//! Where a token of the exchange comes from: the subject's, or the actor's.

use secrecy::{ExposeSecret, SecretString};

use crate::config::{ClientKey, Project};
use crate::exchange::Token;
use crate::exchange::token_type::ACCESS_TOKEN;
use crate::trust::Subject;

use super::form::ServerChoice;
use super::vault::{TokenId, Vault};

/// A way to get a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TokenSource {
    /// A test user logs in to a client app at the built-in authority.
    #[default]
    TestUser,
    /// The local external issuer mints a token.
    External,
    /// Somebody signs in, in the system's browser (RFC 8252).
    Browser,
    /// Somebody signs in wherever they like, with a code (RFC 8628).
    Device,
    /// The requester's own token, by client credentials.
    ClientCredentials,
    /// A token of this session, as the one issued before.
    Kept,
    /// A new one for a token of this session, by its refresh token (RFC 6749 §6).
    Refresh,
    Pasted,
}

impl TokenSource {
    pub const ALL: [Self; 8] = [
        Self::TestUser,
        Self::External,
        Self::Browser,
        Self::Device,
        Self::ClientCredentials,
        Self::Kept,
        Self::Refresh,
        Self::Pasted,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Self::TestUser => "Test user",
            Self::External => "External identity",
            Self::Browser => "Sign-in in the browser",
            Self::Device => "Sign-in with a code",
            Self::ClientCredentials => "Client credentials",
            Self::Kept => "Token of this session",
            Self::Refresh => "Refresh",
            Self::Pasted => "Pasted token",
        }
    }

    /// Whether a server of this kind can be given a token of this source.
    pub fn suits(self, server: ServerChoice) -> bool {
        match self {
            Self::TestUser | Self::External => server == ServerChoice::BuiltIn,
            // Where somebody signs in is known from the metadata alone.
            Self::Browser | Self::Device => server != ServerChoice::TokenEndpoint,
            Self::ClientCredentials | Self::Kept | Self::Refresh | Self::Pasted => true,
        }
    }

    /// Whether the token is at hand before the exchange is run.
    pub fn is_at_hand(self) -> bool {
        matches!(self, Self::Pasted | Self::Kept)
    }

    /// Whether somebody signs in to a client app.
    pub fn signs_in(self) -> bool {
        matches!(self, Self::TestUser | Self::Browser | Self::Device)
    }
}

/// One token and where it comes from. Secrets are kept in memory only and never printed.
#[derive(Clone, Debug)]
pub struct TokenChoice {
    pub source: TokenSource,
    /// Whose user signs in.
    pub login_client: Option<ClientKey>,
    /// The secret of that client app, where it is not the requester's; empty for a public one.
    pub login_secret: SecretString,
    pub user: String,
    pub external_issuer: String,
    pub external_subject: String,
    pub pasted: SecretString,
    /// The token of this session that is meant.
    pub kept: Option<TokenId>,
    /// What kind of token it is declared to be, as a URI.
    pub token_type: String,
}

impl Default for TokenChoice {
    fn default() -> Self {
        Self {
            source: TokenSource::TestUser,
            login_client: None,
            login_secret: SecretString::default(),
            user: "alice".to_owned(),
            external_issuer: String::new(),
            external_subject: String::new(),
            pasted: SecretString::default(),
            kept: None,
            token_type: ACCESS_TOKEN.to_owned(),
        }
    }
}

impl TokenChoice {
    /// The token, where it is at hand; empty otherwise.
    pub fn at_hand(&self, vault: &Vault) -> SecretString {
        match self.source {
            TokenSource::Pasted => SecretString::from(self.pasted.expose_secret().trim()),
            TokenSource::Kept => {
                let kept = self.kept.and_then(|id| vault.get(id));
                kept.map(|kept| kept.token.clone()).unwrap_or_default()
            }
            _ => SecretString::default(),
        }
    }

    /// Whose token it will be, as a question to the configuration has it.
    pub fn subject(
        &self,
        project: &Project,
        requester: ClientKey,
        vault: &Vault,
    ) -> Option<Subject> {
        match self.source {
            TokenSource::TestUser | TokenSource::Browser | TokenSource::Device => {
                self.login_client.map(Subject::UserOf)
            }
            TokenSource::External => Some(Subject::External {
                issuer: self.external_issuer.clone(),
                subject: self.external_subject.clone(),
            }),
            TokenSource::ClientCredentials => Some(Subject::UserOf(requester)),
            TokenSource::Pasted | TokenSource::Kept => read(project, &self.at_hand(vault)),
            TokenSource::Refresh => {
                let kept = vault.get(self.kept?)?;
                read(project, &kept.token)
            }
        }
    }

    /// What keeps the token from being got, in words; nothing when it can be.
    pub fn missing(&self, vault: &Vault) -> Option<&'static str> {
        let empty = |text: &str| text.trim().is_empty();
        match self.source {
            source if source.signs_in() && self.login_client.is_none() => {
                Some("Choose the client app whose user signs in")
            }
            TokenSource::External
                if empty(&self.external_issuer) || empty(&self.external_subject) =>
            {
                Some("Type issuer and subject of the external identity")
            }
            TokenSource::Kept if self.kept.and_then(|id| vault.get(id)).is_none() => {
                Some("Choose a token of this session")
            }
            TokenSource::Refresh
                if self.kept.and_then(|id| vault.get(id)?.refresh.as_ref()).is_none() =>
            {
                Some("Choose a token of this session that came with a refresh token")
            }
            TokenSource::Pasted if empty(self.pasted.expose_secret()) => Some("Paste the token"),
            _ => None,
        }
    }

    /// Forgets what is secret.
    pub fn wipe(&mut self) {
        self.pasted = SecretString::default();
        self.login_secret = SecretString::default();
        self.kept = None;
    }
}

/// Whose token it is, by what it says: of an external identity, or of a user of a client app.
pub fn read(project: &Project, token: &SecretString) -> Option<Subject> {
    let Token::Jwt(jwt) = crate::exchange::token::decode(token.expose_secret()) else {
        return None;
    };
    let (issuer, subject) = (jwt.text("iss")?, jwt.text("sub")?);
    let own = jwt.text("client_id").or_else(|| jwt.text("azp"));
    Some(match own.and_then(|id| project.named(id)) {
        Some(client) => Subject::UserOf(client),
        None => Subject::External { issuer: issuer.to_owned(), subject: subject.to_owned() },
    })
}
