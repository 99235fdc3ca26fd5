//! The second leg of a grant across domains: redeeming it at the authorization server that it is for.
//!
//! That server and the client there are described as those of an exchange are, by a [`Form`] of their
//! own, so that a profile, every method of authentication and the files that belong to one work here as
//! they do there. Of the form only server, client, `scope` and `resource` count. No secret of the first
//! leg goes along: the other server has its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use secrecy::SecretString;

use super::super::command::Command as WindowCommand;
use super::super::jobs::{JobId, Jobs};
use super::super::state::State;
use super::form::{Form, SKEW, ServerChoice};
use super::leg::Leg;
use super::server::{FileOf, Server};
use super::vault::TokenId;
use super::{Command as TabCommand, ExchangeTab, key, server};
use crate::authority::Running;
use crate::config::Project;
use crate::exchange::token_type::ACCESS_TOKEN;
use crate::exchange::{Comparison, Redeemed, Redemption, Report, Token, redeem};
use crate::trust::Reading;

/// What this part can be asked to do.
#[derive(Debug)]
pub enum Command {
    /// The person changed server, client or what is asked for.
    Edit(Box<Form>),
    /// What the description of a server can be asked, for this form instead of the exchange's.
    Server(server::Command),
    /// Opens a file dialog for this form.
    PickFile(FileOf),
    FilePicked(FileOf, PathBuf),
    Run,
    Cancel,
    Ended(Result<Box<Redeemed>, String>),
    /// Takes the token that was gained as the next subject token.
    UseIssued,
}

/// What this part keeps between frames.
#[derive(Debug)]
pub struct Redeem {
    pub form: Form,
    /// The part of the form that is about its server.
    pub server: Server,
    /// Whom the grant is for, which the form was filled in for.
    meant_for: Option<String>,
    /// The issuer that a profile of the project is to be looked for.
    wanted: Option<String>,
    pub running: Option<JobId>,
    pub done: Option<Done>,
}

impl Default for Redeem {
    fn default() -> Self {
        Self {
            form: Form::default(),
            server: Server::of(Leg::Second),
            meant_for: None,
            wanted: None,
            running: None,
            done: None,
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Done {
    pub result: Result<Box<Redeemed>, String>,
    /// The grant and the token, where both can be read.
    pub comparison: Option<Comparison>,
    /// The token, in the vault.
    issued: Option<TokenId>,
}

impl Redeem {
    /// Forgets every secret and what came of them.
    pub fn wipe(&mut self, jobs: &mut Jobs) {
        self.cancel(jobs);
        self.form.wipe();
        self.server.keyring.wipe(jobs);
        self.done = None;
    }

    pub fn cancel(&mut self, jobs: &mut Jobs) {
        if let Some(job) = self.running.take() {
            jobs.cancel(job);
        }
    }
}

/// Whom a grant is for: what it says itself, or else what was asked for.
fn meant_for(report: &Report) -> String {
    let own = report.issued_token.as_ref().and_then(Token::jwt).and_then(|jwt| {
        let aud = jwt.claim("aud")?;
        let first = aud.as_array().and_then(|list| list.first()).unwrap_or(aud);
        first.as_str().map(str::to_owned)
    });
    let asked = || {
        let of = |name: &str| report.request.parameters.iter().find(|one| one.name == name);
        of("audience").or_else(|| of("resource")).map(|one| one.value.clone())
    };
    own.or_else(asked).unwrap_or_default()
}

impl ExchangeTab {
    /// The grant that can be redeemed: that of the hop that is looked at.
    fn grant(&self) -> Option<&Report> {
        let outcome = self.outcome().filter(|outcome| outcome.grant)?;
        outcome.observation.as_deref().ok()
    }

    /// A run has ended: fills in where its grant is redeemed, unless that stands there already.
    pub(super) fn offer_redemption(&mut self, project: &Project) {
        self.redeem.done = None;
        let Some(report) = self.grant() else { return };
        let (meant_for, client) = (meant_for(report), report.client.clone());
        let dpop = self.form.dpop.clone();
        if self.redeem.meant_for.as_ref() == Some(&meant_for) {
            // A grant that is bound to a key is redeemed with that key.
            self.redeem.form.dpop = dpop;
            return;
        }
        let (folder, keyring) = (self.form.folder.clone(), self.form.keyring.clone());
        let mut form = Form { folder, keyring, dpop, ..Form::default() };
        let is_other = self.other.as_ref().is_some_and(|other| {
            meant_for == other.issuer() || meant_for == other.token_endpoint()
        });
        if !is_other {
            form.server = ServerChoice::Issuer;
            form.issuer.clone_from(&meant_for);
            self.redeem.wanted = Some(meant_for.clone());
        }
        match project.named(&client) {
            Some(key) => form.choose_requester(project, key),
            None => form.client_id = client,
        }
        (self.redeem.form, self.redeem.meant_for) = (form, Some(meant_for));
    }

    /// What keeps the grant from being redeemed, in words.
    pub fn cannot_redeem(&self) -> Option<&'static str> {
        let form = &self.redeem.form;
        if self.grant().is_none() {
            return Some("Run an exchange that issues a grant first");
        }
        if form.server == ServerChoice::BuiltIn && self.other.is_none() {
            return Some(
                "The second authority does not run: turn it on under Other domains, and run the \
                 exchange again",
            );
        }
        form.missing_server().or_else(|| form.missing_client())
    }

    pub(super) fn apply_to_redeem(
        &mut self,
        command: Command,
        project: &Arc<Project>,
        reading: Reading,
        jobs: &mut Jobs,
    ) {
        match command {
            Command::Edit(form) => {
                self.redeem.form = *form;
                // A key of its own would be another than the one that the grant is bound to.
                if self.redeem.form.dpop.is_some() && self.form.dpop.is_some() {
                    self.redeem.form.dpop.clone_from(&self.form.dpop);
                }
            }
            Command::Server(command) => {
                self.on_second_leg(|tab| tab.apply_to_server(command, project, reading, jobs));
            }
            // The window does this, which has the dialogs.
            Command::PickFile(_) => {}
            Command::FilePicked(which, path) => {
                self.on_second_leg(|tab| tab.take_file(which, &path));
            }
            Command::Run => self.redeem_grant(project, jobs),
            Command::Cancel => self.redeem.cancel(jobs),
            Command::Ended(result) => {
                self.redeem.running = None;
                self.end_redemption(result, project);
            }
            Command::UseIssued => {
                if let Some(id) = self.redeem.done.as_ref().and_then(|done| done.issued) {
                    self.use_kept(id);
                    self.forget_outcome();
                }
            }
        }
    }

    fn redeem_grant(&mut self, project: &Arc<Project>, jobs: &mut Jobs) {
        if self.redeem.running.is_some() || self.cannot_redeem().is_some() {
            return;
        }
        let Some(grant) = self.grant().and_then(|report| report.issued.clone()) else { return };
        self.redeem.done = None;
        let form = self.redeem.form.clone();
        let other = self.other.clone().filter(|_| form.server == ServerChoice::BuiltIn);
        let project = Arc::clone(project);
        self.redeem.running = Some(jobs.future("Redeeming the grant", async move {
            let result = run(&form, grant, other.as_deref(), &project).await;
            WindowCommand::Exchange(TabCommand::Redeem(Command::Ended(result)))
        }));
    }

    fn end_redemption(&mut self, result: Result<Box<Redeemed>, String>, project: &Project) {
        let redeemed = result.as_ref().ok();
        let comparison = redeemed.and_then(|redeemed| {
            let after = redeemed.issued_token.as_ref().and_then(Token::jwt)?;
            Some(Comparison::new(redeemed.assertion.jwt()?, after, SystemTime::now()))
        });
        let issued = redeemed.and_then(|redeemed| {
            let client = redeemed.client.as_str();
            let name = project.named(client).map_or(client, |key| project.client(key).label());
            let server = &redeemed.server;
            let place = server.issuer.as_deref().unwrap_or(&server.token_endpoint);
            let label = format!("{name} at {place}");
            let token = redeemed.issued.clone()?;
            Some(self.keep_issued(label, token, ACCESS_TOKEN, client, &redeemed.answer))
        });
        self.redeem.done = Some(Done { result, comparison, issued });
    }

    /// Does something with the form of the redemption, and what belongs to it, in the place of the
    /// exchange's. What it begins has to end in the same form: see [`Leg`].
    pub(super) fn on_second_leg<R>(&mut self, act: impl FnOnce(&mut Self) -> R) -> R {
        self.swap_legs();
        let result = act(self);
        self.swap_legs();
        result
    }

    fn swap_legs(&mut self) {
        std::mem::swap(&mut self.form, &mut self.redeem.form);
        std::mem::swap(&mut self.server, &mut self.redeem.server);
    }
}

/// Redeems a grant. `other` is the authority built in that plays the other domain, when that is the
/// server.
async fn run(
    form: &Form,
    grant: SecretString,
    other: Option<&Running>,
    project: &Project,
) -> Result<Box<Redeemed>, String> {
    let http = server::way(form).await?;
    let secret = other.map(|other| other.client_secret());
    let id = form.client_id.trim();
    let client = key::client(form, id, form.client_secret.clone(), secret).await?;
    if let Some(other) = other {
        other.set_client_keys(key::registered(form, project, &client));
    }
    let filled = |rows: &[String]| -> Vec<String> {
        rows.iter().map(|row| row.trim().to_owned()).filter(|row| !row.is_empty()).collect()
    };
    let redemption = Redemption {
        server: form.server(other.map(|other| other.issuer())),
        client,
        assertion: grant,
        scope: form.scope.trim().to_owned(),
        resource: filled(&form.resource),
        extra: form.parameters(),
        skew: SKEW,
    };
    let now = form.clock().at(SystemTime::now());
    redeem(&http, &redemption, now).await.map(Box::new).map_err(|error| error.to_string())
}

impl State {
    /// What needs the project file or a dialog is done here, the rest by the tab.
    pub(in crate::studio) fn apply_to_redeem(&mut self, command: Command) {
        match command {
            Command::Server(server::Command::Choose(name)) => self.redeem_at_profile(&name),
            Command::PickFile(which) => self.pick_file(which, Leg::Second),
            command => {
                let project = Arc::clone(&self.project);
                let command = TabCommand::Redeem(command);
                self.exchange.apply(command, &project, self.reading, &mut self.jobs);
            }
        }
    }

    /// A grant was issued: a profile of the project that is the server it is for describes that
    /// server.
    pub(in crate::studio) fn find_redeeming_profile(&mut self) {
        let Some(wanted) = self.exchange.redeem.wanted.take() else { return };
        let is_it = |issuer: Option<&str>| issuer.is_some_and(|issuer| issuer.trim() == wanted);
        let mut profiles = self.kept.file.profiles().iter();
        let found = profiles.find(|(_, profile)| is_it(profile.issuer.as_deref()));
        if let Some(name) = found.map(|(name, _)| name.clone()) {
            self.redeem_at_profile(&name);
        }
    }

    fn redeem_at_profile(&mut self, name: &str) {
        let Some(profile) = self.profile(name).cloned() else { return };
        self.exchange.on_second_leg(|tab| tab.take_profile(name, profile));
    }
}
