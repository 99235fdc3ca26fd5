//! The exchange tab: a request on the left; prediction, answer and tokens on the right.
//!
//! The prediction is made from the configuration before anything is sent, and kept as it was then:
//! prediction and observation stand side by side and are never mixed.

mod form;
mod form_ui;
mod key;
mod requester_ui;
mod result_ui;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use secrecy::SecretString;
use url::Url;

use crate::authority::{self, MintRequest, Running};
use crate::config::Project;
use crate::exchange::checks::Check;
use crate::exchange::keys::SigningKey;
use crate::exchange::{
    Http, HttpOptions, Occasion, Report, Server, client_credentials, discover, follow_up, login,
    simulate,
};
use crate::trust::{Decision, Question, Reading, decide};

use super::jobs::{JobId, Jobs};
use super::selection::Selection;
pub use form::{Form, ServerChoice, SubjectSource};

/// What the tab can be asked to do.
#[derive(Debug)]
pub enum Command {
    /// Fills the form from an exchange that the configuration names.
    Prefill(Question),
    /// The person changed the form.
    Edit(Box<Form>),
    /// Opens the file dialog for the private key.
    PickKey,
    KeyPicked(PathBuf),
    Run,
    Cancel,
    AuthorityStarted(Result<Arc<Running>, String>),
    Ended(Result<Box<Report>, String>),
    /// Takes the issued token as the next subject token.
    UseIssued,
}

/// What came of the last run.
#[derive(Debug)]
pub struct Outcome {
    /// What the configuration said before it.
    pub prediction: Option<Decision>,
    /// The report, or why there is none.
    pub observation: Result<Box<Report>, String>,
}

/// What the tab keeps between frames.
#[derive(Debug, Default)]
pub struct ExchangeTab {
    pub form: Form,
    /// What the configuration says of the form as it stands.
    pub prediction: Option<Decision>,
    /// What is to be said of the request before it is sent.
    checks: Vec<Check>,
    pub outcome: Option<Outcome>,
    pub running: Option<JobId>,
    pub authority: Option<Arc<Running>>,
}

impl ExchangeTab {
    pub fn apply(
        &mut self,
        command: Command,
        project: &Arc<Project>,
        reading: Reading,
        jobs: &mut Jobs,
    ) {
        match command {
            Command::Prefill(question) => {
                self.form.prefill(project, &question);
                self.outcome = None;
            }
            Command::Edit(form) => self.form = *form,
            // The window does this, which has the dialogs.
            Command::PickKey => {}
            Command::KeyPicked(path) => self.form.key_file = path.display().to_string(),
            Command::Run => self.run(project, reading, jobs),
            Command::Cancel => {
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
                        self.run(project, reading, jobs);
                    }
                    Err(error) => self.end(Err(error)),
                }
            }
            Command::Ended(result) => {
                self.running = None;
                self.end(result);
            }
            Command::UseIssued => self.use_issued(),
        }
        self.refresh(project, reading);
    }

    /// The project was opened, edited or is read differently.
    /// Keeps naming the same client apps where documents came, went or moved.
    pub fn follow(&mut self, before: &Project, after: &Project) {
        for key in [&mut self.form.requester, &mut self.form.login_client] {
            let carried = key.and_then(|key| Selection::Client(key).carried_over(before, after));
            *key = carried.and_then(|selection| selection.owner());
        }
    }

    pub fn project_changed(&mut self, project: &Arc<Project>, reading: Reading) {
        let count = project.clients().len();
        let gone = |key: &Option<crate::config::ClientKey>| key.is_some_and(|key| key.0 >= count);
        if gone(&self.form.requester) || gone(&self.form.login_client) {
            self.form.forget_project();
        }
        if let Some(authority) = &self.authority {
            authority.set_project(Arc::clone(project), reading);
        }
        self.refresh(project, reading);
    }

    /// Brings prediction and checks up to date with the form and the project.
    fn refresh(&mut self, project: &Project, reading: Reading) {
        self.prediction =
            self.form.question(project).map(|question| decide(project, reading, &question));
        let authority = self.authority.as_ref().map(|authority| authority.issuer());
        self.checks = self.form.checks(authority, SystemTime::now());
    }

    fn end(&mut self, observation: Result<Box<Report>, String>) {
        let prediction = match self.outcome.take() {
            Some(outcome) => outcome.prediction,
            None => self.prediction.clone(),
        };
        self.outcome = Some(Outcome { prediction, observation });
    }

    fn use_issued(&mut self) {
        let issued = match &self.outcome {
            Some(Outcome { observation: Ok(report), .. }) => report.issued.clone(),
            _ => None,
        };
        if let Some(issued) = issued {
            self.form.pasted = issued;
            self.form.source = SubjectSource::Pasted;
            self.outcome = None;
        }
    }

    fn run(&mut self, project: &Arc<Project>, reading: Reading, jobs: &mut Jobs) {
        if self.running.is_some() || self.form.missing().is_some() {
            return;
        }
        self.outcome = None;
        self.refresh(project, reading);
        if self.form.server == ServerChoice::BuiltIn && self.authority.is_none() {
            let project = Arc::clone(project);
            self.running = Some(jobs.blocking("Starting the built-in authority", move |_| {
                let started = authority::start(project, reading, authority::Options::default());
                let started = started.map(Arc::new).map_err(|error| error.to_string());
                super::Command::Exchange(Command::AuthorityStarted(started))
            }));
            return;
        }
        let (form, authority) = (self.form.clone(), self.authority.clone());
        let project = Arc::clone(project);
        self.running = Some(jobs.future("Running the exchange", async move {
            let result = run(form, authority, &project).await.map(Box::new);
            super::Command::Exchange(Command::Ended(result))
        }));
    }
}

/// Gets the subject token and sends the exchange.
async fn run(
    form: Form,
    authority: Option<Arc<Running>>,
    project: &Project,
) -> Result<Report, String> {
    let http = Http::new(HttpOptions::default()).map_err(|error| error.to_string())?;
    let built_in = authority.as_ref().filter(|_| form.server == ServerChoice::BuiltIn);
    let key = key::of(&form).await?;
    if let Some(authority) = built_in {
        authority.set_client_keys(key::registered(&form, project, key.as_ref()));
    }
    let subject_token = subject_token(&http, &form, built_in, project, key.as_ref()).await?;
    let address = built_in.map(|authority| (authority.issuer(), authority.client_secret()));
    let simulation = form.simulation(subject_token, address, key.as_ref());
    let mut report =
        simulate(&http, &simulation, SystemTime::now()).await.map_err(|error| error.to_string())?;
    // What could not be asked is in the report.
    let now = SystemTime::now();
    follow_up(&http, &simulation, &mut report, form.wanted_afterwards(), now).await;
    Ok(report)
}

async fn subject_token(
    http: &Http,
    form: &Form,
    built_in: Option<&Arc<Running>>,
    project: &Project,
    signing_key: Option<&SigningKey>,
) -> Result<SecretString, String> {
    let no_authority = || "The built-in authority does not run.".to_owned();
    match form.source {
        SubjectSource::Pasted => Ok(form.pasted.clone()),
        SubjectSource::External => {
            let authority = built_in.ok_or_else(no_authority)?;
            let request = MintRequest {
                issuer: Some(form.external_issuer.clone()),
                audience: vec![authority.issuer().to_owned()],
                ..MintRequest::new(form.external_subject.clone())
            };
            authority::mint_over_http(&authority.mint_endpoint(), &request)
                .await
                .map_err(|error| error.to_string())
        }
        SubjectSource::TestUser => {
            let authority = built_in.ok_or_else(no_authority)?;
            let key = form.login_client.ok_or("Choose the client app whose user logs in.")?;
            let mut login_form = form.clone();
            login_form.choose_requester(project, key);
            let client = login_form.client(Some(authority.client_secret()), signing_key);
            let (issuer, now) = (authority.issuer(), SystemTime::now());
            login::as_test_user(http, issuer, &client, &form.user, &form.scope, now)
                .await
                .map_err(|error| format!("{} could not log in: {error}", form.user))
        }
        SubjectSource::ClientCredentials => {
            let client =
                form.client(built_in.map(|authority| authority.client_secret()), signing_key);
            let (issuer, endpoint) =
                endpoint(http, form, built_in.map(|authority| authority.issuer())).await?;
            let occasion = Occasion {
                issuer: issuer.as_deref(),
                token_endpoint: &endpoint,
                now: SystemTime::now(),
            };
            client_credentials::client_credentials(
                http,
                &occasion,
                &client,
                &form.scope,
                &form.extra,
            )
            .await
            .map(|issued| issued.access_token)
            .map_err(|error| format!("No token by client credentials: {error}"))
        }
    }
}

/// The issuer, when it is known, and its token endpoint.
async fn endpoint(
    http: &Http,
    form: &Form,
    built_in: Option<&str>,
) -> Result<(Option<String>, Url), String> {
    match form.server(built_in) {
        Server::Issuer(issuer) => discover(http, &issuer)
            .await
            .and_then(|metadata| Ok((Some(metadata.issuer.clone()), metadata.token_endpoint()?)))
            .map_err(|error| error.to_string()),
        bare => crate::exchange::http::parse_url(bare.address())
            .map(|url| (None, url))
            .map_err(|error| error.to_string()),
    }
}

/// Draws the tab.
pub fn exchange_ui(ui: &mut egui::Ui, state: &super::State, commands: &mut Vec<super::Command>) {
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
