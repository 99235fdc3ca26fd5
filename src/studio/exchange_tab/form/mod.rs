//! What a test exchange will be made of, as the person has filled it in so far.

mod missing;
mod request;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use secrecy::zeroize::Zeroize as _;

use crate::authority::Misbehaviour;
use crate::config::{ClientApp, ClientKey, Profile, ProfileClient, Project, Setting};
use crate::exchange::keys::{SigningAlgorithm, SigningKey};
use crate::exchange::redact::MASK;
use crate::exchange::request::looks_secret;
use crate::exchange::token_type::{ACCESS_TOKEN, JWT};
use crate::exchange::{
    AssertionAudience, ClientAuthMethod, FollowUp, Keyring, Preset, SystemKeyring,
};
use crate::trust::{Question, Subject};

use super::choice::{TokenChoice, TokenSource};
use super::domains::Domains;
use super::vault::Vault;

/// How far clocks may differ before a time is called wrong.
pub const SKEW: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ServerChoice {
    /// The authority built in, which enforces the project that is open.
    #[default]
    BuiltIn,
    Issuer,
    TokenEndpoint,
}

impl ServerChoice {
    pub const ALL: [Self; 3] = [Self::BuiltIn, Self::Issuer, Self::TokenEndpoint];

    pub fn label(self) -> &'static str {
        match self {
            Self::BuiltIn => "Built-in authority",
            Self::Issuer => "Issuer",
            Self::TokenEndpoint => "Bare endpoints",
        }
    }
}

/// Further parameters by their names. `Debug` masks the values of those whose names say that they are
/// secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Extra(Vec<(String, String)>);

impl From<Vec<(String, String)>> for Extra {
    fn from(rows: Vec<(String, String)>) -> Self {
        Self(rows)
    }
}

impl std::ops::Deref for Extra {
    type Target = Vec<(String, String)>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl std::ops::DerefMut for Extra {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl std::fmt::Debug for Extra {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self
            .0
            .iter()
            .map(|(name, value)| (name, if looks_secret(name) { MASK } else { value.as_str() }));
        f.debug_list().entries(shown).finish()
    }
}

/// The form. Secrets are kept in memory only and never printed.
#[derive(Clone, Debug)]
pub struct Form {
    pub server: ServerChoice,
    pub issuer: String,
    pub token_endpoint: String,
    pub jwks_uri: String,
    pub introspection_endpoint: String,
    pub revocation_endpoint: String,
    /// The profile of the project file that this was filled in from.
    pub profile_name: Option<String>,
    /// What a profile says beyond addresses and the client that asks: the way to the server, further
    /// clients, and what this studio does not know.
    pub place: Profile,
    /// What paths are relative to: the folder of the project file.
    pub folder: PathBuf,
    /// The client app that asks, when it is one of the project.
    pub requester: Option<ClientKey>,
    pub client_id: String,
    pub auth: ClientAuthMethod,
    /// Where what it authenticates with comes from, beyond what has a field of its own here.
    pub own: ProfileClient,
    /// Where secrets are kept that are to be kept. Asked for nothing before a client's is.
    pub keyring: Arc<dyn Keyring>,
    /// As a person typed it, where it comes from nowhere else. Ignored at the built-in authority,
    /// which makes its own.
    pub client_secret: SecretString,
    /// Where the private key is, for `private_key_jwt`. The key itself is read when the exchange is
    /// run, and never stands here.
    pub key_file: String,
    /// The name of the key in the assertion; its own or its thumbprint when this is empty.
    pub key_id: String,
    /// Whom an assertion is meant for.
    pub assertion_audience: AssertionAudience,
    /// The key that tokens are to be bound to (DPoP): made when that is chosen and kept while it is,
    /// so that a token goes through several exchanges.
    pub dpop: Option<Arc<SigningKey>>,
    /// The token that goes in.
    pub subject: TokenChoice,
    /// The token of the party that acts; `None` when none is sent.
    pub actor: Option<TokenChoice>,
    pub requested_token_type: String,
    /// The profile that the exchange follows.
    pub preset: Option<Preset>,
    pub audience: Vec<String>,
    pub resource: Vec<String>,
    pub scope: String,
    pub extra: Extra,
    /// What the authority built in does wrongly on purpose.
    pub misbehave: BTreeSet<Misbehaviour>,
    /// What the authority built in knows of other domains.
    pub domains: Domains,
    /// The hops after the first: what one issues goes into the next.
    pub further: Vec<FurtherHop>,
    /// What is done after a token was issued.
    pub follow_up: FollowUp,
}

/// A hop after the first: who asks, and for what.
#[derive(Clone, Debug, Default)]
pub struct FurtherHop {
    /// The client app that asks, when it is one of the project.
    pub requester: Option<ClientKey>,
    pub client_id: String,
    /// Ignored at the built-in authority, and where the same client asks as in the first hop.
    pub client_secret: SecretString,
    /// The target: a client id or a name.
    pub audience: String,
    pub scope: String,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            server: ServerChoice::BuiltIn,
            issuer: String::new(),
            token_endpoint: String::new(),
            jwks_uri: String::new(),
            introspection_endpoint: String::new(),
            revocation_endpoint: String::new(),
            profile_name: None,
            place: Profile::default(),
            folder: PathBuf::new(),
            requester: None,
            client_id: String::new(),
            auth: ClientAuthMethod::ClientSecretPost,
            own: ProfileClient::default(),
            keyring: Arc::new(SystemKeyring::default()),
            client_secret: SecretString::default(),
            key_file: String::new(),
            key_id: String::new(),
            assertion_audience: AssertionAudience::default(),
            dpop: None,
            subject: TokenChoice::default(),
            actor: None,
            requested_token_type: String::new(),
            preset: None,
            audience: Vec::new(),
            resource: Vec::new(),
            scope: String::new(),
            extra: Extra::default(),
            misbehave: BTreeSet::new(),
            domains: Domains::default(),
            further: Vec::new(),
            follow_up: FollowUp::default(),
        }
    }
}

impl Form {
    /// Fills in an exchange that the configuration names; what belongs to the server stays.
    pub fn prefill(&mut self, project: &Project, question: &Question) {
        self.choose_requester(project, question.requester);
        match &question.subject {
            Subject::UserOf(client) => {
                self.subject.login_client = Some(*client);
                self.subject.token_type = ACCESS_TOKEN.to_owned();
                self.subject.source = TokenSource::TestUser;
            }
            Subject::External { issuer, subject } => {
                self.subject.external_issuer.clone_from(issuer);
                self.subject.external_subject.clone_from(subject);
                self.subject.token_type = JWT.to_owned();
                self.subject.source = TokenSource::External;
            }
        }
        self.suit_server();
        self.further.clear();
        self.audience = audience_of(project, question).into_iter().collect();
    }

    /// Fills in a chain of exchanges that the configuration names.
    pub fn prefill_chain(&mut self, project: &Project, questions: &[Question]) {
        let Some((first, further)) = questions.split_first() else { return };
        self.prefill(project, first);
        self.further = further
            .iter()
            .map(|question| FurtherHop {
                requester: Some(question.requester),
                client_id: client_id(project.client(question.requester)).to_owned(),
                audience: audience_of(project, question).unwrap_or_default(),
                ..FurtherHop::default()
            })
            .collect();
    }

    /// What the configuration is asked of each hop after the first; `None` for one that cannot be put
    /// as a question.
    pub fn further_questions(&self, project: &Project) -> Vec<Option<Question>> {
        let find = |text: &str| project.named(text);
        let mut token_for = self.audience.first().and_then(|audience| find(audience));
        let question = |hop: &FurtherHop| {
            let target = find(&hop.audience);
            let subject = std::mem::replace(&mut token_for, target)?;
            let requester = hop.requester.or_else(|| find(&hop.client_id))?;
            Some(Question { requester, subject: Subject::UserOf(subject), target: Some(target?) })
        };
        self.further.iter().map(question).collect()
    }

    /// Whether the secret of the client that asks comes from the environment, a file or the keyring.
    pub fn has_secret_elsewhere(&self) -> bool {
        self.server != ServerChoice::BuiltIn && self.own.says_where_its_secret_is()
    }

    pub fn choose_requester(&mut self, project: &Project, key: ClientKey) {
        let client = project.client(key);
        self.leave_client();
        self.requester = Some(key);
        self.client_id = client_id(client).to_owned();
        self.load_client();
        if self.own.method.is_some() {
            return;
        }
        if client.flag(Setting::Public).is_some_and(|flag| flag.value) {
            self.auth = ClientAuthMethod::None;
        } else if self.auth == ClientAuthMethod::None {
            self.auth = ClientAuthMethod::ClientSecretPost;
        }
    }

    /// Binds tokens to a key from now on, or no longer. Where the system gives no randomness they stay
    /// unbound.
    pub fn bind(&mut self, bound: bool) {
        self.dpop = match (bound, self.dpop.take()) {
            (false, _) => None,
            (true, Some(key)) => Some(key),
            (true, None) => SigningKey::generate(SigningAlgorithm::Es256).ok().map(Arc::new),
        };
    }

    /// Lets go of ways to get a token that the server does not have.
    pub fn suit_server(&mut self) {
        let server = self.server;
        for choice in std::iter::once(&mut self.subject).chain(&mut self.actor) {
            if !choice.source.suits(server) {
                choice.source = TokenSource::Pasted;
            }
        }
    }

    /// Names of client apps do not survive another project.
    pub fn forget_project(&mut self) {
        for key in self.client_apps() {
            *key = None;
        }
    }

    /// Every client app of the project that the form names.
    pub fn client_apps(&mut self) -> impl Iterator<Item = &mut Option<ClientKey>> {
        [&mut self.requester, &mut self.subject.login_client]
            .into_iter()
            .chain(self.actor.as_mut().map(|actor| &mut actor.login_client))
            .chain(self.further.iter_mut().map(|hop| &mut hop.requester))
    }

    /// Forgets every secret and token.
    pub fn wipe(&mut self) {
        self.client_secret = SecretString::default();
        self.subject.wipe();
        if let Some(actor) = &mut self.actor {
            actor.wipe();
        }
        self.dpop = None;
        for hop in &mut self.further {
            hop.client_secret = SecretString::default();
        }
        for (name, value) in &mut *self.extra {
            if looks_secret(name) {
                value.zeroize();
            }
        }
    }

    /// What is to be done after a token was issued, where the server says where.
    pub fn wanted_afterwards(&self) -> FollowUp {
        if self.says_where_to_ask() { self.follow_up } else { FollowUp::default() }
    }

    /// Whether it is known where a token can be introspected or revoked.
    pub fn says_where_to_ask(&self) -> bool {
        let is = |text: &str| !text.trim().is_empty();
        self.server != ServerChoice::TokenEndpoint
            || is(&self.introspection_endpoint)
            || is(&self.revocation_endpoint)
    }

    /// The exchange as a question to the configuration, when it can be put as one.
    pub fn question(&self, project: &Project, vault: &Vault) -> Option<Question> {
        let requester = self
            .requester
            .filter(|key| key.0 < project.clients().len())
            .or_else(|| project.named(&self.client_id))?;
        let subject = self.subject.subject(project, requester, vault)?;
        let target = match self.audience.first().map(|audience| audience.trim()) {
            None | Some("") => None,
            Some(audience) => Some(self.target(project, audience)?),
        };
        Some(Question { requester, subject, target })
    }

    /// The client app that an audience stands for: by its id or name, or as the server's description
    /// says.
    pub fn target(&self, project: &Project, audience: &str) -> Option<ClientKey> {
        let stands_for = match self.server {
            ServerChoice::BuiltIn => self.domain(audience),
            _ => self.place.audiences.get(audience).map(String::as_str),
        };
        project.named(stands_for.unwrap_or(audience))
    }
}

/// How the target of a question is asked for.
fn audience_of(project: &Project, question: &Question) -> Option<String> {
    let id = project.client(question.target?).id.as_ref()?;
    Some(id.value.as_str().to_owned())
}

/// The client id a client app is known by at the token endpoint: the id of its document.
pub fn client_id(client: &ClientApp) -> &str {
    client.id.as_ref().map_or("", |id| id.value.as_str())
}
