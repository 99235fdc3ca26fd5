//! The server of a run, and what the session has to ask it with.
//!
//! The built-in authority has one secret, test users and issuers of its own: everything can be asked
//! for there. Of another server there is what a person has typed into the form and what is in the
//! vault: the secret of one client or two, a token or a few. So what cannot be had is worked out
//! before anything is sent ([`Means::lacks`]), from the very things that a run is given.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use secrecy::{ExposeSecret as _, SecretString};

use super::super::form::{Form, SKEW, client_id};
use super::super::{ExchangeTab, ServerChoice, TokenSource, choice, key, server};
use crate::authority::{self, Running};
use crate::config::{ClientApp, ClientKey, Project, Setting};
use crate::exchange::ask::Desk;
use crate::exchange::http::{parse_url, place};
use crate::exchange::supply::{Mint, SubjectToken};
use crate::exchange::{
    Cancel, Client, ClientAuth, ClientAuthMethod, ClockOffset, Http, HttpOptions, Server, Session,
    Supplies,
};
use crate::trust::{Question, Subject};

/// What people call the built-in authority, and what a consent to probe it is given for.
pub const BUILT_IN: &str = "the built-in authority";

/// The server of the form in words: its host, as far as it has one.
pub fn name_of(form: &Form) -> String {
    let address = match form.server {
        ServerChoice::BuiltIn => return BUILT_IN.to_owned(),
        ServerChoice::Issuer => form.issuer.trim(),
        ServerChoice::TokenEndpoint => form.token_endpoint.trim(),
    };
    parse_url(address).map_or_else(|_| address.to_owned(), |url| place(&url))
}

/// What a run is given. Secrets and tokens are those of the session, and go with the run.
#[derive(Clone, Debug)]
pub struct Means {
    pub form: Form,
    pub built_in: Option<Arc<Running>>,
    /// Secrets of clients beside the form's own, by client id.
    secrets: Vec<(String, SecretString)>,
    /// Tokens that are still good, the newest first.
    tokens: Vec<SubjectToken>,
    /// The run's: nobody is asked for a secret any more once it stops.
    pub cancel: Cancel,
}

impl Means {
    pub fn of(tab: &ExchangeTab) -> Self {
        let form = tab.form.clone();
        let is_built_in = form.server == ServerChoice::BuiltIn;
        let now = SystemTime::now();
        let mut tokens = Vec::new();
        let choices = std::iter::once(&form.subject).chain(&form.actor);
        let pasted = choices.filter(|it| it.source == TokenSource::Pasted).map(|it| SubjectToken {
            token: it.pasted.clone(),
            token_type: it.token_type.trim().to_owned(),
        });
        let kept = tab.vault.tokens().iter().filter(|kept| kept.remaining(now) != Some(0));
        let kept = kept.map(|kept| SubjectToken {
            token: kept.token.clone(),
            token_type: kept.token_type.clone(),
        });
        if !is_built_in {
            tokens.extend(pasted.chain(kept));
        }
        let further = form.further.iter();
        let secrets = further
            .map(|hop| (hop.client_id.trim().to_owned(), hop.client_secret.clone()))
            .filter(|(_, secret)| !secret.expose_secret().is_empty())
            .collect();
        Self {
            built_in: tab.authority.clone().filter(|_| is_built_in),
            form,
            secrets,
            tokens,
            cancel: Cancel::default(),
        }
    }

    fn is_built_in(&self) -> bool {
        self.form.server == ServerChoice::BuiltIn
    }

    pub fn server(&self) -> Server {
        self.form.server(self.built_in.as_ref().map(|authority| authority.issuer()))
    }

    /// Whether tokens of external identities can be had.
    pub fn has_externals(&self, project: &Project) -> bool {
        self.is_built_in()
            || self.given(project).iter().any(|it| matches!(it.0, Subject::External { .. }))
    }

    /// The tokens, with whose they are as far as they say.
    fn given(&self, project: &Project) -> Vec<(Subject, SubjectToken)> {
        let whose = |token: &SubjectToken| choice::read(project, &token.token);
        self.tokens.iter().filter_map(|token| Some((whose(token)?, token.clone()))).collect()
    }

    /// What is missing to ask a question, by what is looked at once for many.
    pub fn lacks<'a>(&'a self, project: &'a Project) -> impl Fn(&Question) -> Option<String> + 'a {
        let given = self.given(project);
        move |question| {
            if self.is_built_in() {
                return disabled(project, &question.subject);
            }
            if let Some(why) = self.unknown(project.client(question.requester)) {
                return Some(why);
            }
            if given.iter().any(|(subject, _)| *subject == question.subject) {
                return None;
            }
            match &question.subject {
                Subject::UserOf(key) if self.by_credentials() => self.unknown(project.client(*key)),
                Subject::UserOf(key) => Some(format!(
                    "There is no token of a user of {}.",
                    project.client(*key).label()
                )),
                Subject::External { issuer, subject } => {
                    Some(format!("There is no token of {issuer} for {subject}."))
                }
            }
        }
    }

    /// Whether the form takes a client's token for itself.
    fn by_credentials(&self) -> bool {
        self.form.subject.source == TokenSource::ClientCredentials
    }

    /// Why nothing is known that a client app could authenticate with, without reading any of it.
    fn unknown(&self, app: &ClientApp) -> Option<String> {
        let id = client_id(app);
        let described =
            id == self.form.client_id.trim() || self.form.place.clients.contains_key(id);
        // Whether a file that is named is there, is found out when it is read.
        if described && !self.is_built_in() { None } else { self.authentication(app).err() }
    }

    /// A client app as it authenticates.
    fn authentication(&self, app: &ClientApp) -> Result<Client, String> {
        let id = client_id(app);
        if id.is_empty() {
            return Err(format!("{} states no id.", app.label()));
        }
        let bound = |client: Client| Client { dpop: self.form.dpop.clone(), ..client };
        let public = app.flag(Setting::Public).is_some_and(|flag| flag.value);
        if let Some(authority) = self.built_in.as_ref().filter(|_| !public) {
            let secret = authority.client_secret().clone();
            return Ok(bound(Client::new(id, self.with_secret(secret))));
        }
        if public {
            return Ok(bound(Client::new(id, ClientAuth::None)));
        }
        let own = id == self.form.client_id.trim();
        if own || self.form.place.clients.contains_key(id) {
            let asked = if own { self.form.client_secret.clone() } else { SecretString::default() };
            return waiting(|| key::client_now(&self.form, id, asked, None, &self.cancel));
        }
        match self.secrets.iter().find(|(of, _)| of == id) {
            Some((_, secret)) => Ok(bound(Client::new(id, self.with_secret(secret.clone())))),
            None => Err(format!("The secret of {} is not in the form.", app.label())),
        }
    }

    fn with_secret(&self, secret: SecretString) -> ClientAuth {
        match self.form.auth {
            ClientAuthMethod::ClientSecretBasic => ClientAuth::Basic(secret),
            _ => ClientAuth::Post(secret),
        }
    }

    /// The way to the server, with what all requests share. `None` when it was told to stop.
    ///
    /// # Errors
    ///
    /// A sentence, when the server cannot be reached.
    pub async fn open(&self, cancel: &Cancel) -> Result<Option<Line>, String> {
        let http = key::shown(&self.form, server::way(&self.form).await?).await?;
        let Some(session) = cancel.unless(Session::open(&http, &self.server())).await else {
            return Ok(None);
        };
        let session = session.map_err(|error| error.to_string())?;
        let session = session.with_parameters(self.form.parameters());
        Ok(Some(Line { http, session, clock: self.form.clock() }))
    }

    /// The way to another server, of which nothing is known but its address.
    ///
    /// # Errors
    ///
    /// A sentence, when it cannot be reached.
    pub async fn open_other(server: &Server, cancel: &Cancel) -> Result<Option<Line>, String> {
        let http = Http::new(HttpOptions::default()).map_err(|error| error.to_string())?;
        let Some(session) = cancel.unless(Session::open(&http, server)).await else {
            return Ok(None);
        };
        let session = session.map_err(|error| error.to_string())?;
        Ok(Some(Line { http, session, clock: ClockOffset::default() }))
    }

    /// What client apps are called as audiences at the server.
    ///
    /// # Errors
    ///
    /// A sentence, when one of them is none of the project's.
    pub fn audiences(&self, project: &Project) -> Result<Vec<(String, ClientKey)>, String> {
        if self.is_built_in() {
            return Ok(Vec::new());
        }
        let named = |(url, id): (&String, &String)| {
            let key = project.find(id).map_err(|reason| {
                format!("The server's audience {url}={id} names no client app: {reason}.")
            })?;
            Ok((url.clone(), key))
        };
        self.form.place.audiences.iter().map(named).collect()
    }

    /// Where credentials and tokens come from.
    pub fn supplies<'a>(&self, project: &Project, line: &'a Line) -> Supplies<'a> {
        let own = self.clone();
        // Each once: files are read once, and a keyring asks its user once.
        let known = Mutex::new(BTreeMap::<ClientKey, Result<Client, String>>::new());
        let credentials = Box::new(move |app: &ClientApp| {
            let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
            known.entry(app.key).or_insert_with(|| own.authentication(app)).clone()
        });
        let mut supplies = Supplies::new(&line.http, &line.session, credentials);
        if let Some(authority) = &self.built_in {
            let user = authority.users().first().map_or("alice", |user| user.subject.as_str());
            return supplies.with_user(user, "openid").with_mint(minting(authority));
        }
        for (subject, token) in self.given(project) {
            supplies = supplies.with_token(subject, token);
        }
        if self.by_credentials() {
            supplies = supplies.with_client_credentials();
        }
        supplies
    }

    /// The secret of a client by its id, where the session has it.
    pub fn secret_of(&self, id: &str) -> Option<SecretString> {
        if let Some(authority) = &self.built_in {
            return Some(authority.client_secret().clone());
        }
        let own = &self.form.client_secret;
        if id == self.form.client_id.trim() && !own.expose_secret().is_empty() {
            return Some(own.clone());
        }
        self.secrets.iter().find(|(of, _)| of == id).map(|(_, secret)| secret.clone())
    }
}

/// Does what may wait for a person, without keeping a thread of the jobs from other work.
fn waiting<T>(work: impl FnOnce() -> T) -> T {
    use tokio::runtime::{Handle, RuntimeFlavor};

    match Handle::try_current().map(|handle| handle.runtime_flavor()) {
        Ok(RuntimeFlavor::MultiThread) => tokio::task::block_in_place(work),
        _ => work(),
    }
}

/// Why nobody signs in at the built-in authority: it turns away whoever comes by a client app that is
/// disabled.
fn disabled(project: &Project, subject: &Subject) -> Option<String> {
    let Subject::UserOf(key) = subject else { return None };
    let client = project.client(*key);
    let is_off = client.flag(Setting::Enabled).is_some_and(|flag| !flag.value);
    is_off.then(|| format!("{} is disabled, so no user can sign in to it.", client.label()))
}

/// The way to a server.
#[derive(Debug)]
pub struct Line {
    pub http: Http,
    pub session: Session,
    clock: ClockOffset,
}

impl Line {
    /// The time as the server has it.
    pub fn now(&self) -> SystemTime {
        self.clock.at(SystemTime::now())
    }

    /// What many questions are put to the server with. `clock` is that of [`Line::now`]; a `patient` one
    /// gives a server time that says 429.
    pub fn desk<'a>(
        &'a self,
        project: &'a Project,
        audiences: &'a [(String, ClientKey)],
        clock: &'a (dyn Fn() -> SystemTime + Sync),
        patient: bool,
    ) -> Desk<'a> {
        Desk {
            http: &self.http,
            session: &self.session,
            project,
            skew: SKEW,
            audiences,
            clock,
            patient,
        }
    }
}

/// The external issuers beside the authority.
pub fn minting(authority: &Running) -> Mint {
    authority::minting(authority.mint_endpoint())
}
