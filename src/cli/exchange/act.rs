//! Doing what `exchange` is told: the request, the exchange and what follows it.

use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

use super::written::{Compared, Done, Written as _};
use super::{Args, Format, SKEW, then};
use crate::authority::{self, Planned, Prediction};
use crate::cli::connection::Reached;
use crate::cli::{Exit, Failure, Globals, Terminal, case, client, preset, project, secret, share};
use crate::config::Project;
use crate::exchange::agree::Agreement;
use crate::exchange::keys::{SigningAlgorithm, SigningKey};
use crate::exchange::share::{Variables, har};
use crate::exchange::{
    DiscoveryError, ExchangeRequest, FollowUp, Level, Outcome, Redeemed, Redemption, Report,
    Server, SimulateError, Simulation, follow_up, jwt_bearer, redeem, simulate, time, token,
    token_type,
};
use crate::trust::Reading;

pub fn run(args: &Args, globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if !args.case.is_empty() {
        let reached = args.connection.open()?;
        return case::run(&args.case, &reached, args.issuer_port, args.format, terminal);
    }
    if args.format == Format::Junit {
        return Err(Failure::usage("junit is for saved cases").hint("give --case FILE"));
    }
    let project = match args.predict.as_slice() {
        [] => None,
        paths => {
            let project = project::open(paths, globals)?;
            project::warn_about_gaps(&project, terminal);
            Some(project)
        }
    };
    let reached = args.connection.open()?;
    let simulation = simulation(args, &reached)?;
    if let Some(tool) = args.shared {
        let variables = variables(args, &reached);
        return share::run(tool, &simulation, &variables, &reached, failure, terminal);
    }
    let foresight = project.as_ref().map(|project| Foresight {
        project,
        reading: globals.reading,
        audiences: reached.audiences(&args.audience_map),
    });
    if args.then.is_given() {
        return then::run(args, &simulation, &reached, foresight.as_ref(), terminal);
    }
    let request = &simulation.request;
    let predicted = foresight.as_ref().and_then(|foresight| {
        let prediction =
            foresight.of(&args.client_id, &request.subject_token, request, terminal)?;
        Some((foresight, prediction))
    });
    let http = reached.http()?;
    let started = std::time::SystemTime::now();
    let wanted = FollowUp { introspect: args.introspect, revoke_subject: args.revoke_subject };
    let leg_2 = args.preset.redemption(&simulation)?;
    let (report, followed, redeemed) = client::wait(async {
        let mut report = simulate(&http, &simulation, reached.now()).await?;
        let now = reached.now();
        let followed = follow_up(&http, &simulation, &mut report, wanted, now).await;
        let redeemed = match (&leg_2, jwt_bearer::grant_of(&report)) {
            (Some(leg_2), Some(grant)) => {
                let leg_2 = Redemption { assertion: grant.clone(), ..leg_2.clone() };
                Some(redeem(&http, &leg_2, reached.now()).await)
            }
            _ => None,
        };
        Ok((report, followed, redeemed))
    })?
    .map_err(|error: SimulateError| failure(&error))?;
    if let Some(file) = &args.har {
        let archive = har(&report, &variables(args, &reached), &time::rfc3339(started));
        let text = serde_json::to_string_pretty(&archive).unwrap_or_default();
        project::write_output(file, format!("{text}\n").as_bytes(), terminal)?;
    }
    let compared = predicted.map(|(foresight, prediction)| foresight.compare(prediction, &report));
    let held = compared.as_ref().and_then(|(.., agreement)| agreement.held);
    let done = Done {
        report: &report,
        preset: simulation.request.preset,
        compared: compared.as_ref(),
        redeemed: redeemed.as_ref(),
    };
    done.write(args.format, args.print_token, terminal)?;
    // What the first server has said is told by now.
    if let Some(Err(error)) = &redeemed {
        return Err(failure(error)
            .hint("the grant was issued; only the server that redeems it gave no answer"));
    }
    let is_fine = |leg_2: &Result<Redeemed, SimulateError>| {
        leg_2.as_ref().is_ok_and(|leg_2| {
            leg_2.outcome == Outcome::Issued && leg_2.at(Level::Fail).next().is_none()
        })
    };
    let fine = report.outcome == Outcome::Issued
        && followed
        && report.at(Level::Fail).next().is_none()
        && redeemed.as_ref().is_none_or(is_fine)
        && held != Some(false);
    Ok(if fine { Exit::Fine } else { Exit::No })
}

/// The variables that secrets come from.
fn variables(args: &Args, reached: &Reached) -> Variables {
    let actor = args.actor_token_env.as_deref().unwrap_or("ACTOR_TOKEN");
    Variables::default()
        .with("subject_token", &args.subject_token_env)
        .with("actor_token", actor)
        .with("client_secret", args.authentication.secret_variable_at(&args.client_id, reached))
}

fn simulation(args: &Args, reached: &Reached) -> Result<Simulation, Failure> {
    let server = reached.server()?.clone();
    if let (true, Server::TokenEndpoint { .. }) = (args.introspect || args.revoke_subject, &server)
    {
        return Err(Failure::usage(
            "only the token endpoint is known, so nothing else can be asked",
        )
        .hint("give the issuer (--server), or a profile with the other endpoints"));
    }
    let kind = |text: &Option<String>| text.as_deref().map(token_type::expand).unwrap_or_default();
    let mut request = ExchangeRequest {
        subject_token: secret::needed(&args.subject_token_env, "the subject token")?,
        subject_token_type: kind(&args.subject_token_type),
        actor_token: match &args.actor_token_env {
            Some(variable) => secret::needed(variable, "the actor token")?,
            None => SecretString::default(),
        },
        actor_token_type: kind(&args.actor_token_type),
        requested_token_type: kind(&args.requested_token_type),
        audience: args.audience.clone(),
        resource: args.resource.clone(),
        scope: args.scope.clone(),
        extra: reached.parameters(&args.parameters)?,
        preset: None,
    };
    args.preset.fill(&mut request)?;
    if request.subject_token_type.is_empty() {
        request.subject_token_type = token_type::ACCESS_TOKEN.to_owned();
    }
    let mut client = args.authentication.client_at(&args.client_id, reached)?;
    client.dpop = args.proof_key.key()?.or(client.dpop);
    if args.dpop && client.dpop.is_none() {
        let key = SigningKey::generate(SigningAlgorithm::Es256);
        client.dpop = Some(Arc::new(key.map_err(|error| Failure::usage(error.to_string()))?));
    }
    preset::refuse(&request, &client, &server, reached.now())?;
    Ok(Simulation { server, client, request, skew: SKEW })
}

/// The configuration that says what to expect.
pub struct Foresight<'a> {
    project: &'a Project,
    reading: Reading,
    /// What targets stand for.
    audiences: Vec<(String, String)>,
}

impl<'a> Foresight<'a> {
    /// What it says of an exchange; where it says nothing, a person is told why.
    pub fn of(
        &self,
        requester: &str,
        subject: &SecretString,
        request: &ExchangeRequest,
        terminal: &mut Terminal,
    ) -> Option<Prediction> {
        let token = token::decode(subject.expose_secret());
        let planned = Planned {
            requester,
            subject_claims: token.jwt().map(|jwt| &jwt.claims),
            targets: request.audience.iter().chain(&request.resource).map(String::as_str).collect(),
            audiences: &self.audiences,
        };
        match authority::predict(self.project, self.reading, &planned) {
            Ok(prediction) => Some(prediction),
            Err(reason) => {
                terminal.warn(reason);
                None
            }
        }
    }

    /// What it said beside what the server did.
    pub fn compare(&self, prediction: Prediction, report: &Report) -> Compared<'a> {
        let agreement = Agreement::of(self.project, &prediction.decision, report);
        (prediction, self.project, agreement)
    }
}

/// How a command ends whose server gave nothing to report on.
pub fn failure(error: &SimulateError) -> Failure {
    let exit = match error {
        SimulateError::Transport(error)
        | SimulateError::Discovery(DiscoveryError::Transport(error)) => client::exit_of(error),
        SimulateError::Discovery(_) => Exit::No,
    };
    Failure::new(exit, error.to_string())
}
