//! The exchange tab: a request on the left; prediction, answer and tokens on the right.
//!
//! The prediction is made from the configuration before anything is sent, and kept as it was then:
//! prediction and observation stand side by side and are never mixed.

mod actors_ui;
mod agree_ui;
mod answer_ui;
pub mod campaign;
mod chain_ui;
mod checks_ui;
mod choice;
mod choice_ui;
mod command;
pub mod domains;
mod domains_ui;
mod form;
mod form_ui;
mod grid_ui;
mod key;
mod leg;
mod misbehave_ui;
mod obtain;
mod outcome;
mod paste_ui;
mod preset_ui;
pub mod redeem;
mod redeem_ui;
mod requester_ui;
mod result_ui;
mod run;
pub mod server;
mod tab_ui;
mod timing_ui;
mod tokens_ui;
mod vault;
mod vault_ui;
mod wire_ui;

use std::sync::Arc;
use std::time::SystemTime;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::authority::Running;
use crate::config::Project;
use crate::exchange::checks::Check;
use crate::exchange::paste::{self, Pasted};
use crate::exchange::{Keyring, Preset};
use crate::trust::{Decision, Reading, decide};

use super::jobs::{JobId, Jobs};
use super::selection::Selection;
pub use choice::{TokenChoice, TokenSource};
pub use command::{Command, Waiting};
pub use form::{Form, ServerChoice};
pub use leg::Leg;
pub use outcome::Outcome;
use server::Server;
pub use tab_ui::{Mode, exchange_ui};
pub use vault::Vault;

/// What the tab keeps between frames.
#[derive(Debug, Default)]
pub struct ExchangeTab {
    pub mode: Mode,
    pub form: Form,
    /// What the configuration says of the form as it stands.
    pub prediction: Option<Decision>,
    /// What is to be said of the request before it is sent.
    checks: Vec<Check>,
    /// What came of the last run, hop by hop.
    outcomes: Vec<Outcome>,
    /// The hop that is looked at.
    shown: usize,
    /// How many hops the last run had before it, however far it came.
    hops: usize,
    /// What the configuration said of each hop when the run began.
    predicted: Vec<Option<Decision>>,
    /// The preset that the run follows.
    asked: Option<Preset>,
    /// The second leg of a grant.
    pub redeem: redeem::Redeem,
    pub running: Option<JobId>,
    pub authority: Option<Arc<Running>>,
    /// The authority that plays another domain.
    pub other: Option<Arc<Running>>,
    /// Where both were asked to listen.
    ports: domains::Ports,
    /// What the running exchange waits for.
    pub waiting: Option<Waiting>,
    /// The address that the browser is to be sent to, once.
    pub open: Option<Url>,
    /// The tokens of this session.
    pub vault: Vault,
    /// A request of another tool, until it was read: it may hold secrets.
    draft: SecretString,
    draft_error: Option<String>,
    /// What of a pasted request could not be taken over.
    left_out: Vec<String>,
    /// The parts that ask for many exchanges.
    pub campaign: campaign::Campaign,
    /// The part of the tab that is about the server.
    pub server: Server,
}

impl ExchangeTab {
    /// A tab whose secrets are kept there.
    pub fn with_keyring(keyring: Arc<dyn Keyring>) -> Self {
        Self { form: Form { keyring, ..Form::default() }, ..Self::default() }
    }

    pub fn apply(
        &mut self,
        command: Command,
        project: &Arc<Project>,
        reading: Reading,
        jobs: &mut Jobs,
    ) {
        match command {
            Command::Prefill(question) => {
                self.mode = Mode::One;
                self.form.prefill(project, &question);
                self.forget_outcome();
            }
            Command::PrefillChain(questions) => {
                self.mode = Mode::One;
                self.form.prefill_chain(project, &questions);
                self.forget_outcome();
            }
            Command::Show(mode) => {
                self.mode = mode;
                self.make_plan(project, reading, jobs);
            }
            Command::Campaign(command) => {
                self.apply_to_campaign(command, project, reading, jobs);
                // Nothing of it is in the form.
                return;
            }
            Command::ShowHop(hop) => self.shown = hop,
            Command::Edit(form) => {
                self.form = *form;
                self.tell_authority();
            }
            Command::Wait(waiting) => {
                if let Waiting::Browser { url } = &waiting {
                    self.open = Some(url.clone());
                }
                self.waiting = Some(waiting);
            }
            Command::Keep(new) => {
                self.vault.keep(*new);
            }
            Command::UseAsSubject(id) => self.use_kept(id),
            Command::UseAsActor(id) => self.use_as_actor(id),
            Command::Forget(id) => self.vault.forget(id),
            Command::Lock => self.lock(jobs),
            Command::Draft(text) => (self.draft, self.draft_error) = (text, None),
            Command::ReadDraft => match paste::read(self.draft.expose_secret()) {
                Ok(pasted) => self.paste(pasted, project),
                Err(error) => self.draft_error = Some(error.to_string()),
            },
            // The window does this, which has the dialogs.
            Command::PickFile(_) => {}
            Command::FilePicked(which, path) => self.take_file(which, &path),
            Command::Redeem(command) => self.apply_to_redeem(command, project, reading, jobs),
            Command::Server(command) => self.apply_to_server(command, project, reading, jobs),
            Command::Run => self.run(project, reading, jobs),
            Command::Cancel => {
                self.waiting = None;
                if let Some(job) = self.running.take() {
                    jobs.cancel(job);
                }
            }
            Command::AuthorityStarted(result) => {
                self.running = None;
                match result {
                    Ok(started) => {
                        self.take_authorities(started, project, reading);
                        if !self.inspect_started(jobs) {
                            self.run(project, reading, jobs);
                        }
                    }
                    Err(error) if self.server.is_waiting() => self.server.failed(error),
                    Err(error) => self.end(vec![Err(error)], project),
                }
            }
            Command::Ended(result) => {
                self.running = None;
                self.waiting = None;
                self.end(result, project);
            }
            Command::UseIssued => {
                if let Some(id) = self.outcome().and_then(|outcome| outcome.issued) {
                    self.use_kept(id);
                    self.forget_outcome();
                }
            }
        }
        self.refresh(project, reading);
    }

    /// The project was opened, edited or is read differently.
    /// Keeps naming the same client apps where documents came, went or moved.
    pub fn follow(&mut self, before: &Project, after: &Project) {
        for key in self.form.client_apps().chain(self.redeem.form.client_apps()) {
            let carried = key.and_then(|key| Selection::Client(key).carried_over(before, after));
            *key = carried.and_then(|selection| selection.owner());
        }
    }

    pub fn project_changed(&mut self, project: &Arc<Project>, reading: Reading, jobs: &mut Jobs) {
        let count = project.clients().len();
        if self.form.client_apps().any(|key| key.is_some_and(|key| key.0 >= count)) {
            self.form.forget_project();
        }
        if self.redeem.form.client_apps().any(|key| key.is_some_and(|key| key.0 >= count)) {
            self.redeem.form.forget_project();
        }
        self.set_project(project, reading);
        self.refresh(project, reading);
        self.campaign.forget_plans();
        self.make_plan(project, reading, jobs);
    }

    /// Brings prediction and checks up to date with the form and the project.
    fn refresh(&mut self, project: &Project, reading: Reading) {
        self.prediction = self
            .form
            .question(project, &self.vault)
            .map(|question| decide(project, reading, &question));
        let authority = self.authority.as_ref().map(|authority| authority.issuer());
        self.checks = self.form.checks(authority, &self.vault, SystemTime::now());
        self.refresh_campaign();
    }

    /// Wipes every token and secret, also those of what is running or was shown.
    fn lock(&mut self, jobs: &mut Jobs) {
        if let Some(job) = self.running.take() {
            jobs.cancel(job);
        }
        // What it has found holds no secret; what it was given ends with it.
        if let Some(work) = &self.campaign.work {
            work.cancel.cancel();
        }
        self.vault.wipe();
        self.form.wipe();
        self.redeem.wipe(jobs);
        self.server.keyring.wipe(jobs);
        self.draft = SecretString::default();
        self.waiting = None;
        self.predicted.clear();
        self.forget_outcome();
    }

    fn paste(&mut self, pasted: Pasted, project: &Project) {
        let Pasted { token_endpoint, client_id, method, client_secret, request, left_out } = pasted;
        let form = &mut self.form;
        form.server = ServerChoice::TokenEndpoint;
        form.token_endpoint = token_endpoint;
        form.profile_name = None;
        form.place = crate::config::Profile::default();
        form.own = crate::config::ProfileClient::default();
        form.requester = project.named(&client_id);
        (form.client_id, form.auth, form.client_secret) = (client_id, method, client_secret);
        let choice = |token: SecretString, token_type: String| TokenChoice {
            source: TokenSource::Pasted,
            pasted: token,
            token_type,
            ..TokenChoice::default()
        };
        form.subject = choice(request.subject_token, request.subject_token_type);
        let acts = !request.actor_token_type.is_empty();
        form.actor = acts.then(|| choice(request.actor_token, request.actor_token_type));
        form.requested_token_type = request.requested_token_type;
        (form.audience, form.resource) = (request.audience, request.resource);
        (form.scope, form.extra) = (request.scope, request.extra.into());
        form.further.clear();
        (self.draft, self.left_out) = (SecretString::default(), left_out);
        self.forget_outcome();
    }
}
