//! What a test exchange will be made of, as the person has filled it in so far.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};

use crate::authority::Misbehaviour;
use crate::config::{ClientApp, ClientKey, Profile, ProfileClient, Project, Setting};
use crate::exchange::checks::{Check, Level};
use crate::exchange::keys::{SigningAlgorithm, SigningKey};
use crate::exchange::mac::MacAlgorithm;
use crate::exchange::token_type::{ACCESS_TOKEN, JWT};
use crate::exchange::{
    AssertionAudience, Client, ClientAuth, ClientAuthMethod, Endpoints, ExchangeRequest, FollowUp,
    Keyring, Preset, Server, Simulation, SystemKeyring,
};
use crate::trust::{Question, Subject};

use super::choice::{TokenChoice, TokenSource};
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
    pub extra: Vec<(String, String)>,
    /// What the authority built in does wrongly on purpose.
    pub misbehave: BTreeSet<Misbehaviour>,
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
            extra: Vec::new(),
            misbehave: BTreeSet::new(),
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
            ServerChoice::BuiltIn => None,
            _ => self.place.audiences.get(audience),
        };
        project.named(stands_for.map_or(audience, String::as_str))
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

    /// What keeps the exchange from being run, in words; nothing when it can be.
    pub fn missing(&self, vault: &Vault) -> Option<&'static str> {
        let empty = |text: &str| text.trim().is_empty();
        if let Some(missing) = self.missing_server() {
            return Some(missing);
        }
        if empty(&self.client_id) {
            return Some("Choose the client app that asks, or type its client id");
        }
        let no_path =
            |path: &Option<PathBuf>| path.as_ref().is_none_or(|path| path.as_os_str().is_empty());
        let missing = match self.auth {
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
        };
        missing.or_else(|| self.missing_token(vault))
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

/// How the target of a question is asked for.
fn audience_of(project: &Project, question: &Question) -> Option<String> {
    let id = project.client(question.target?).id.as_ref()?;
    Some(id.value.as_str().to_owned())
}

/// The client id a client app is known by at the token endpoint: the id of its document.
pub fn client_id(client: &ClientApp) -> &str {
    client.id.as_ref().map_or("", |id| id.value.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    fn project() -> Project {
        let text =
            "!ClientAppDto\nid: a\nname: A\nisPublic: true\n---\n!ClientAppDto\nid: b\nname: B\n";
        let bytes = text.as_bytes().to_vec();
        Project::from_sources(vec![Source { path: None, name: "x.yaml".to_owned(), bytes }])
    }

    #[test]
    fn a_question_fills_the_form_and_comes_back() {
        let project = project();
        let (a, b) = (ClientKey(0), ClientKey(1));
        for subject in [
            Subject::UserOf(a),
            Subject::External { issuer: "https://i.example".into(), subject: "007".into() },
        ] {
            let question = Question { requester: a, subject, target: Some(b) };
            let mut form = Form::default();
            form.prefill(&project, &question);
            let vault = Vault::default();
            assert_eq!(form.question(&project, &vault), Some(question));
            assert_eq!(form.missing(&vault), None);
        }
    }

    #[test]
    fn a_public_client_authenticates_with_nothing() {
        let project = project();
        let mut form = Form::default();
        form.choose_requester(&project, ClientKey(0));
        assert_eq!(form.auth, ClientAuthMethod::None);
        form.choose_requester(&project, ClientKey(1));
        assert_eq!(form.auth, ClientAuthMethod::ClientSecretPost);
    }

    #[test]
    fn a_key_is_kept_while_tokens_are_bound() {
        let mut form = Form::default();
        let jkt = |form: &Form| form.client(None, None).dpop.map(|key| key.thumbprint().to_owned());
        assert_eq!(jkt(&form), None);
        form.bind(true);
        let first = jkt(&form).unwrap();
        form.bind(true);
        assert_eq!(jkt(&form), Some(first.clone()));
        form.bind(false);
        assert_eq!(jkt(&form), None);
        form.bind(true);
        assert_ne!(jkt(&form), Some(first));
    }

    #[test]
    fn a_key_is_asked_for_by_its_file_and_nothing_is_said_of_it_before_it_is_read() {
        let subject = TokenChoice { login_client: Some(ClientKey(0)), ..TokenChoice::default() };
        let mut form = Form { client_id: "a".to_owned(), subject, ..Form::default() };
        let vault = Vault::default();
        let now = SystemTime::UNIX_EPOCH;
        let about_auth = |form: &Form| {
            form.checks(None, &vault, now)
                .iter()
                .filter(|check| check.field == Some("client_auth"))
                .count()
        };
        for server in ServerChoice::ALL {
            form.server = server;
            form.issuer = "http://127.0.0.1:9".to_owned();
            form.token_endpoint = "http://127.0.0.1:9/token".to_owned();
            form.auth = ClientAuthMethod::None;
            assert_eq!(about_auth(&form), 1);
            form.auth = ClientAuthMethod::PrivateKeyJwt;
            form.key_file = " ".to_owned();
            let missing = "Choose the file with the client's private key, or another method";
            assert_eq!(form.missing(&vault), Some(missing));
            assert_eq!(about_auth(&form), 0);
            form.key_file = "portal.pem".to_owned();
            assert_eq!(form.missing(&vault), None);
        }
        let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
        form.assertion_audience = AssertionAudience::TokenEndpoint;
        let client = form.client(None, Some(&key));
        assert_eq!(client.auth.assertion(), Some(("ES256", &AssertionAudience::TokenEndpoint)));
    }

    #[test]
    fn secrets_do_not_show_in_debug_texts() {
        let marked = SecretString::from("MARKED-SECRET");
        let form = Form {
            client_secret: marked.clone(),
            subject: TokenChoice { pasted: marked.clone(), ..TokenChoice::default() },
            actor: Some(TokenChoice { login_secret: marked, ..TokenChoice::default() }),
            ..Form::default()
        };
        assert!(!format!("{form:?}").contains("MARKED"));
    }
}
