//! The exchange tab: a request on the left; prediction, answer and tokens on the right.
//!
//! The prediction is made from the configuration before anything is sent, and kept as it was then:
//! prediction and observation stand side by side and are never mixed.

mod actors_ui;
mod agree_ui;
pub mod campaign;
mod chain_ui;
mod choice;
mod choice_ui;
mod form;
mod form_ui;
mod grid_ui;
mod key;
mod misbehave_ui;
mod obtain;
mod paste_ui;
mod preset_ui;
mod requester_ui;
mod result_ui;
pub mod server;
mod timing_ui;
mod vault;
mod vault_ui;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use crate::authority::{self, Misbehaviour, Running};
use crate::config::{ClientKey, Place, Project};
use crate::exchange::agree::Agreement;
use crate::exchange::checks::Check;
use crate::exchange::paste::{self, Pasted};
use crate::exchange::token_type::ACCESS_TOKEN;
use crate::exchange::{Keyring, Report, chain, follow_up};
use crate::trust::{Decision, Question, Reading, decide};

use super::jobs::{JobId, Jobs, Messenger};
use super::selection::Selection;
pub use choice::{TokenChoice, TokenSource};
pub use form::{Form, ServerChoice};
use obtain::{Chosen, Obtainer};
use server::{FileOf, Server};
pub use vault::{NewToken, TokenId, Vault};

/// What the tab can be asked to do.
#[derive(Debug)]
pub enum Command {
    /// Fills the form from an exchange that the configuration names.
    Prefill(Question),
    /// The same with a chain of them: what one issues goes into the next.
    PrefillChain(Vec<Question>),
    /// The person changed the form.
    Edit(Box<Form>),
    /// Opens a file dialog.
    PickFile(FileOf),
    FilePicked(FileOf, PathBuf),
    /// About the server itself.
    Server(server::Command),
    Run,
    Cancel,
    AuthorityStarted(Result<Arc<Running>, String>),
    Ended(Vec<Result<Box<Report>, String>>),
    /// Looks at another part of the tab.
    Show(Mode),
    /// Looks at another hop of a chain.
    ShowHop(usize),
    /// Takes the issued token as the next subject token.
    UseIssued,
    /// Somebody has to sign in.
    Wait(Waiting),
    /// Puts a token that was got into the vault.
    Keep(Box<NewToken>),
    /// Takes a token of the vault as the subject token.
    UseAsSubject(TokenId),
    UseAsActor(TokenId),
    /// Wipes one token.
    Forget(TokenId),
    /// Wipes every token and secret.
    Lock,
    /// The person typed or pasted a request of another tool.
    Draft(SecretString),
    /// Fills the form from it.
    ReadDraft,
    /// Many exchanges at once.
    Campaign(campaign::Command),
}

impl Command {
    /// Whether it is what a dialog of the window was asked for.
    pub fn answers_a_dialog(&self) -> bool {
        use campaign::Command as Campaign;
        matches!(self, Self::Campaign(Campaign::SaveTo { .. } | Campaign::OpenCases(_)))
    }
}

/// What the exchange waits for outside of the window.
#[derive(Clone, Debug)]
pub enum Waiting {
    /// The answer of the system's browser.
    Browser { url: Url },
    /// Somebody who types a code.
    Device { code: String, url: Url, complete: Option<Url> },
}

/// What came of the last run.
#[derive(Debug)]
pub struct Outcome {
    /// What the configuration said before it.
    pub prediction: Option<Decision>,
    /// Both compared, worked out once, when the answer came.
    agreement: Option<Agreed>,
    /// The issued token, in the vault.
    issued: Option<TokenId>,
    /// The report, or why there is none.
    pub observation: Result<Box<Report>, String>,
}

/// Prediction and answer, compared.
#[derive(Debug)]
struct Agreed {
    agreement: Agreement,
    /// The identities that were perhaps meant, as sentences with where they are written.
    near: Vec<(String, Place)>,
}

impl Agreed {
    fn of(project: &Project, decision: &Decision, report: &Report) -> Option<Self> {
        // An edit while it ran may have taken the client apps away that the decision was about.
        let count = project.clients().len();
        let there = |key: &ClientKey| key.0 < count;
        let (question, target) = (&decision.question, &decision.target);
        if !there(&question.requester) || !target.as_ref().is_none_or(there) {
            return None;
        }
        let agreement = Agreement::of(project, decision, report);
        let near = agreement.near.iter().map(|near| (near.sentence(project), near.place)).collect();
        Some(Self { agreement, near })
    }
}

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
    /// What the configuration said of each hop when the run began.
    predicted: Vec<Option<Decision>>,
    pub running: Option<JobId>,
    pub authority: Option<Arc<Running>>,
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
                    Ok(authority) => {
                        authority.set_project(Arc::clone(project), reading);
                        self.authority = Some(authority);
                        self.tell_authority();
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
        for key in self.form.client_apps() {
            let carried = key.and_then(|key| Selection::Client(key).carried_over(before, after));
            *key = carried.and_then(|selection| selection.owner());
        }
    }

    pub fn project_changed(&mut self, project: &Arc<Project>, reading: Reading, jobs: &mut Jobs) {
        let count = project.clients().len();
        if self.form.client_apps().any(|key| key.is_some_and(|key| key.0 >= count)) {
            self.form.forget_project();
        }
        if let Some(authority) = &self.authority {
            authority.set_project(Arc::clone(project), reading);
        }
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

    /// Has the authority built in misbehave as it was chosen, and in no other way.
    fn tell_authority(&self) {
        if let Some(authority) = &self.authority {
            let how: Vec<Misbehaviour> = self.form.misbehave.iter().copied().collect();
            if authority.misbehaviour() != how {
                authority.set_misbehaviour(&how);
            }
        }
    }

    /// What came of the hop that is looked at.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcomes.get(self.shown)
    }

    /// What came of the last run, hop by hop.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    pub fn forget_outcome(&mut self) {
        self.outcomes.clear();
        self.shown = 0;
    }

    fn end(&mut self, observations: Vec<Result<Box<Report>, String>>, project: &Project) {
        let mut predicted = std::mem::take(&mut self.predicted).into_iter();
        self.outcomes = observations
            .into_iter()
            .map(|observation| {
                let prediction = predicted.next().flatten();
                let report = observation.as_ref().ok();
                let both = prediction.as_ref().zip(report);
                Outcome {
                    agreement: both
                        .and_then(|(decision, report)| Agreed::of(project, decision, report)),
                    issued: report.and_then(|report| self.keep(report, project)),
                    prediction,
                    observation,
                }
            })
            .collect();
        // What a person wants to see first of a chain is where it ended.
        self.shown = self.outcomes.len().saturating_sub(1);
    }

    /// Puts the issued token beside the others.
    fn keep(&mut self, report: &Report, project: &Project) -> Option<TokenId> {
        let token = report.issued.clone()?;
        let member = |name: &str| report.answer.body.as_ref().and_then(|body| body.get(name));
        let name = |id: &str| match project.named(id) {
            Some(key) => project.client(key).label().to_owned(),
            None => id.to_owned(),
        };
        let target = report.request.parameters.iter().find(|one| one.name == "audience");
        let label = match target {
            Some(target) => format!("{} for {}", name(&report.client), name(&target.value)),
            None => format!("Issued to {}", name(&report.client)),
        };
        Some(self.vault.keep(NewToken {
            label,
            token,
            // A refresh token that comes along is a finding, and is not used.
            refresh: None,
            token_type: report.issued_type().unwrap_or(ACCESS_TOKEN).to_owned(),
            client_id: report.client.clone(),
            lifetime:
                member("expires_in").and_then(serde_json::Value::as_u64).map(Duration::from_secs),
            at: SystemTime::now(),
        }))
    }

    fn use_kept(&mut self, id: TokenId) {
        if let Some(kept) = self.vault.get(id) {
            let subject = &mut self.form.subject;
            (subject.source, subject.kept) = (TokenSource::Kept, Some(id));
            subject.token_type.clone_from(&kept.token_type);
        }
    }

    fn use_as_actor(&mut self, id: TokenId) {
        if let Some(kept) = self.vault.get(id) {
            self.form.actor = Some(TokenChoice {
                source: TokenSource::Kept,
                kept: Some(id),
                token_type: kept.token_type.clone(),
                ..TokenChoice::default()
            });
        }
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
        (form.scope, form.extra) = (request.scope, request.extra);
        form.further.clear();
        (self.draft, self.left_out) = (SecretString::default(), left_out);
        self.forget_outcome();
    }

    fn run(&mut self, project: &Arc<Project>, reading: Reading, jobs: &mut Jobs) {
        if self.running.is_some() || self.form.missing(&self.vault).is_some() {
            return;
        }
        self.forget_outcome();
        self.refresh(project, reading);
        let further = self.form.further_questions(project);
        let further =
            further.into_iter().map(|question| Some(decide(project, reading, &question?)));
        self.predicted = std::iter::once(self.prediction.clone()).chain(further).collect();
        if self.form.server == ServerChoice::BuiltIn && self.authority.is_none() {
            self.start_authority(project, reading, jobs);
            return;
        }
        let vault = &self.vault;
        let chosen = |choice: &TokenChoice| Chosen {
            at_hand: choice.at_hand(vault),
            kept: choice.kept.and_then(|id| vault.get(id).cloned()),
            choice: choice.clone(),
        };
        let subject = chosen(&self.form.subject);
        let actor = self.form.actor.as_ref().map(chosen);
        let (form, authority) = (self.form.clone(), self.authority.clone());
        let (project, window) = (Arc::clone(project), jobs.messenger());
        self.running = Some(jobs.future("Running the exchange", async move {
            let result = run(form, (subject, actor), authority, &project, &window).await;
            super::Command::Exchange(Command::Ended(
                result.unwrap_or_else(|error| vec![Err(error)]),
            ))
        }));
    }

    fn start_authority(&mut self, project: &Arc<Project>, reading: Reading, jobs: &mut Jobs) {
        let project = Arc::clone(project);
        self.running = Some(jobs.blocking("Starting the built-in authority", move |_| {
            let started = authority::start(project, reading, authority::Options::default());
            let started = started.map(Arc::new).map_err(|error| error.to_string());
            super::Command::Exchange(Command::AuthorityStarted(started))
        }));
    }
}

/// Gets the tokens and sends the exchange, or one after the other of a chain.
async fn run(
    form: Form,
    (subject, actor): (Chosen, Option<Chosen>),
    authority: Option<Arc<Running>>,
    project: &Project,
    window: &Messenger,
) -> Result<Vec<Result<Box<Report>, String>>, String> {
    let http = server::way(&form).await?;
    let clock = form.clock();
    let built_in = authority.as_ref().filter(|_| form.server == ServerChoice::BuiltIn);
    let secret = built_in.map(|authority| authority.client_secret());
    let asked = form.client_secret.clone();
    let client = key::client(&form, form.client_id.trim(), asked, secret).await?;
    if let Some(authority) = built_in {
        authority.set_client_keys(key::registered(&form, project, &client));
    }
    let further = key::further_hops(&form, &client, secret).await?;
    let obtainer =
        Obtainer { http: &http, form: &form, built_in, project, client: &client, window };
    let subject_token = obtainer.token(&subject).await?;
    let actor_token = match &actor {
        Some(actor) => obtainer.token(actor).await?,
        None => SecretString::default(),
    };
    let address = built_in.map(|authority| authority.issuer());
    let simulation = form.simulation([subject_token, actor_token], address, client.clone());
    let mut reports = Vec::new();
    chain(&http, &simulation, &further, clock.at(SystemTime::now()), |_, report| {
        reports.push(report.map(Box::new).map_err(|error| error.to_string()));
    })
    .await
    .map_err(|error| error.to_string())?;
    // What could not be asked is in the report. Of a chain, the token to follow up is the last.
    if let ([report], []) = (&mut reports[..], &further[..])
        && let Ok(report) = report
    {
        let now = clock.at(SystemTime::now());
        follow_up(&http, &simulation, report, form.wanted_afterwards(), now).await;
    }
    Ok(reports)
}

/// The parts of the tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// One exchange, or one chain.
    #[default]
    One,
    SweepAndCases,
    CalibrateAndProbe,
    /// The server itself: its profile, the way there, and what it says of itself.
    Server,
}

impl Mode {
    pub const ALL: [Self; 4] =
        [Self::One, Self::SweepAndCases, Self::CalibrateAndProbe, Self::Server];

    pub fn label(self) -> &'static str {
        match self {
            Self::One => "One exchange",
            Self::SweepAndCases => "Sweep and cases",
            Self::CalibrateAndProbe => "Calibrate and probe",
            Self::Server => "Server",
        }
    }
}

/// Draws the tab.
pub fn exchange_ui(ui: &mut egui::Ui, state: &super::State, commands: &mut Vec<super::Command>) {
    ui.horizontal_wrapped(|ui| {
        for mode in Mode::ALL {
            let chosen = state.exchange.mode == mode;
            if ui.add(egui::Button::selectable(chosen, mode.label())).clicked() {
                commands.push(super::Command::Exchange(Command::Show(mode)));
            }
        }
    });
    ui.add_space(4.0);
    match state.exchange.mode {
        Mode::One => one_ui(ui, state, commands),
        Mode::SweepAndCases | Mode::CalibrateAndProbe => {
            campaign::campaign_ui(ui, state, commands);
        }
        Mode::Server => server::server_ui(ui, state, commands),
    }
}

/// The request on the left; prediction, answer and tokens on the right.
fn one_ui(ui: &mut egui::Ui, state: &super::State, commands: &mut Vec<super::Command>) {
    let narrow = ui.available_width() < 720.0;
    let form_width = if narrow {
        ui.available_width()
    } else {
        (ui.available_width() * 0.4).clamp(320.0, 460.0)
    };
    if narrow {
        egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
            form_ui::form_ui(ui, state, commands);
            ui.separator();
            result_ui::result_ui(ui, state, commands);
        });
        return;
    }
    egui::Panel::left("exchange-form")
        .frame(egui::Frame::new().inner_margin(egui::Margin { right: 12, ..Default::default() }))
        .default_size(form_width)
        .size_range(300.0..=560.0)
        .show(ui, |ui| {
            egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
                form_ui::form_ui(ui, state, commands);
            });
        });
    egui::CentralPanel::no_frame()
        .frame(egui::Frame::new().inner_margin(egui::Margin { left: 12, ..Default::default() }))
        .show(ui, |ui| {
            egui::ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
                result_ui::result_ui(ui, state, commands);
            });
        });
}
