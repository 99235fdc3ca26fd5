//! Running an exchange or a chain of them, away from the window.

use std::sync::Arc;
use std::time::SystemTime;

use secrecy::SecretString;

use super::super::jobs::{Jobs, Messenger};
use super::choice::TokenChoice;
use super::form::{Form, ServerChoice};
use super::obtain::{Chosen, Obtainer};
use super::{Command, ExchangeTab, key, server};
use crate::authority::Running;
use crate::config::Project;
use crate::exchange::{Hop, Report, chain, follow_up_chain};
use crate::trust::{Reading, decide};

impl ExchangeTab {
    pub(super) fn run(&mut self, project: &Arc<Project>, reading: Reading, jobs: &mut Jobs) {
        if self.running.is_some() || self.form.missing(&self.vault).is_some() {
            return;
        }
        // What is being redeemed is the grant of the run before.
        self.redeem.cancel(jobs);
        self.forget_outcome();
        self.refresh(project, reading);
        let further = self.form.further_questions(project);
        let further =
            further.into_iter().map(|question| Some(decide(project, reading, &question?)));
        self.hops = self.form.further.len() + 1;
        self.asked = self.form.preset;
        self.predicted = std::iter::once(self.prediction.clone()).chain(further).collect();
        if self.form.server == ServerChoice::BuiltIn && self.needs_authority() {
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
            super::super::Command::Exchange(Command::Ended(
                result.unwrap_or_else(|error| vec![Err(error)]),
            ))
        }));
    }

    pub(super) fn start_authority(
        &mut self,
        project: &Arc<Project>,
        reading: Reading,
        jobs: &mut Jobs,
    ) {
        let then = Command::AuthorityStarted;
        self.running = Some(self.start_authorities(project, reading, jobs, then));
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
    let address = built_in.map(|authority| authority.issuer());
    let http = client.way_to(&form.server(address), &http);
    let further = key::further_hops(&form, &client, secret).await?;
    let obtainer =
        Obtainer { http: &http, form: &form, built_in, project, client: &client, window };
    let subject_token = obtainer.token(&subject).await?;
    let actor_token = match &actor {
        Some(actor) => obtainer.token(actor).await?,
        None => SecretString::default(),
    };
    let simulation = form.simulation([subject_token, actor_token], address, client.clone());
    let mut reports = Vec::new();
    chain(&http, &simulation, &further, clock.at(SystemTime::now()), |_, report| {
        reports.push(report.map(Box::new).map_err(|error| error.to_string()));
    })
    .await
    .map_err(|error| error.to_string())?;
    // What could not be asked is in the reports.
    let asked = std::iter::once((&simulation.client, &simulation.request))
        .chain(further.iter().map(|hop| (&hop.client, &hop.request)));
    let mut hops: Vec<Hop<'_>> = asked
        .zip(&mut reports)
        .map_while(|((client, request), report)| {
            Some(Hop { client, request, report: report.as_mut().ok()? })
        })
        .collect();
    let now = clock.at(SystemTime::now());
    let wanted = form.wanted_afterwards();
    follow_up_chain(&http, &simulation.server, &mut hops, wanted, now).await;
    Ok(reports)
}
