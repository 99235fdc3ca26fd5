//! The further hops of a chain: what each issues goes into the next.
//!
//! A hop is another exchange at the same server, by a client of its own. Where a token is bound to a key
//! (DPoP), whoever brings it has to prove that key, so every hop proves the key of the first one.

use std::time::SystemTime;

use super::Args;
use super::act::{Foresight, failure};
use super::hops::Chained;
use super::written::{Done, Written as _};
use crate::cli::connection::{self, Reached};
use crate::cli::{Exit, Failure, Terminal, client, secret};
use crate::config::Profile;
use crate::exchange::chain::{Further, chain};
use crate::exchange::{
    Client, ClientAuthMethod, ExchangeRequest, FollowUp, Hop, Level, NamedProfile, Outcome,
    Process, ProfileErrorKind, Report, SimulateError, Simulation, follow_up_chain,
};

/// The hops after the first.
#[derive(Debug, clap::Args)]
pub struct ThenArgs {
    /// Go on with what was issued: it goes into another exchange at the same server, which this client
    /// asks for, for this audience. May be given several times, once for each further hop. The
    /// parameters of --param go along with every hop; what else is asked for holds for the first alone.
    #[arg(long, value_name = "CLIENT=AUDIENCE", value_parser = hop, conflicts_with_all = [
        "case", "shared", "har", "preset", "redeem_at", "redeem_token_endpoint",
    ])]
    then: Vec<(String, String)>,

    /// The environment variable with the secret of a client of a further hop, for the method of
    /// --client-auth where that takes a secret; EXCHANGE_STUDIO_CLIENT_SECRET unless this or a profile
    /// names another. Keys and certificates of these clients are named in a profile.
    #[arg(long, value_name = "CLIENT=VAR", value_parser = variable, requires = "then")]
    then_secret_env: Vec<(String, String)>,
}

fn hop(text: &str) -> Result<(String, String), String> {
    pair(text, "CLIENT=AUDIENCE, as in portal=https://api.example")
}

fn variable(text: &str) -> Result<(String, String), String> {
    pair(text, "CLIENT=VAR, as in portal=PORTAL_SECRET")
}

fn pair(text: &str, form: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((client, rest)) if !client.is_empty() && !rest.is_empty() => {
            Ok((client.to_owned(), rest.to_owned()))
        }
        _ => Err(format!("it must be {form}")),
    }
}

impl ThenArgs {
    /// Whether there is more than one hop.
    pub fn is_given(&self) -> bool {
        !self.then.is_empty()
    }

    fn further(
        &self,
        method: Option<ClientAuthMethod>,
        first: &Simulation,
        reached: &Reached,
    ) -> Result<Vec<Further>, Failure> {
        let strange = self
            .then_secret_env
            .iter()
            .map(|(client, _)| client)
            .find(|client| self.then.iter().all(|(id, _)| id != *client));
        if let Some(client) = strange {
            return Err(Failure::usage(format!(
                "--then-secret-env {client}=… is of a client that no further hop has"
            )));
        }
        let hop = |(id, audience): &(String, String)| {
            let request = ExchangeRequest {
                audience: vec![audience.clone()],
                extra: first.request.extra.clone(),
                ..ExchangeRequest::default()
            };
            Ok(Further { client: self.client(id, method, &first.client, reached)?, request })
        };
        self.then.iter().map(hop).collect()
    }

    /// The client of a further hop: as its profile has it, with what is given here over it.
    fn client(
        &self,
        id: &str,
        method: Option<ClientAuthMethod>,
        first: &Client,
        reached: &Reached,
    ) -> Result<Client, Failure> {
        let variable = self.then_secret_env.iter().find(|(client, _)| client == id);
        if id == first.id && variable.is_none() {
            return Ok(first.clone());
        }
        let named = reached.profile();
        let mut profile = named.as_ref().map_or_else(Profile::default, |one| one.profile.clone());
        // The key is that of the first hop, or none.
        profile.dpop = false;
        let own = profile.clients.entry(id.to_owned()).or_default();
        let needs_no_file = |method: &ClientAuthMethod| {
            use ClientAuthMethod as Is;
            matches!(
                method,
                Is::None | Is::ClientSecretBasic | Is::ClientSecretPost | Is::ClientSecretJwt
            )
        };
        if let Some(method) = method.filter(needs_no_file) {
            own.method.get_or_insert_with(|| method.name().to_owned());
        }
        match variable {
            Some((_, variable)) => own.take_secret_from(variable),
            None if own.says_where_its_secret_is() => {}
            None => own.take_secret_from(secret::CLIENT_SECRET),
        }
        let at = match named {
            Some(named) => NamedProfile { profile: &profile, ..named },
            None => NamedProfile { name: "", profile: &profile, folder: "".as_ref() },
        };
        let made = at.client(id, &Process).map_err(|error| match error.kind {
            ProfileErrorKind::NoSecret if variable.is_none() => {
                Failure::usage(format!("the secret of the client {id} is missing"))
                    .hint(format!("name the variable that it is in: --then-secret-env {id}=VAR"))
            }
            _ => connection::failure(&error),
        })?;
        Ok(Client { dpop: first.dpop.clone(), ..made })
    }
}

/// What came of a chain.
type Ran = Vec<Result<Report, SimulateError>>;

/// Runs a chain, and reports on each of its hops.
pub fn run(
    args: &Args,
    first: &Simulation,
    reached: &Reached,
    foresight: Option<&Foresight<'_>>,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let further = args.then.further(args.authentication.method(), first, reached)?;
    let http = reached.http()?;
    let wanted = FollowUp { introspect: args.introspect, revoke_subject: args.revoke_subject };
    let (mut ran, followed) = client::wait(async {
        let mut ran = Ran::new();
        let now: SystemTime = reached.now();
        chain(&http, first, &further, now, |_, report| ran.push(report)).await?;
        let mut hops: Vec<Hop<'_>> = asked(first, &further)
            .zip(&mut ran)
            .map_while(|((client, request), report)| {
                let report = report.as_mut().ok()?;
                Some(Hop { client, request, report })
            })
            .collect();
        let now = reached.now();
        let followed = follow_up_chain(&http, &first.server, &mut hops, wanted, now).await;
        Ok((ran, followed))
    })?
    .map_err(|error: SimulateError| failure(&error))?;
    // Only the last hop can be without an answer. Of the first that leaves nothing to report.
    let error = ran.pop_if(|last| last.is_err()).and_then(Result::err);
    let reports: Vec<Report> = ran.into_iter().flatten().collect();
    if let (Some(error), []) = (&error, reports.as_slice()) {
        return Err(failure(error));
    }

    let mut subject = &first.request.subject_token;
    let mut compared = Vec::new();
    for ((client, request), report) in asked(first, &further).zip(&reports) {
        compared.push(foresight.and_then(|foresight| {
            foresight
                .of(&client.id, subject, request, terminal)
                .map(|prediction| foresight.compare(prediction, report))
        }));
        subject = report.issued.as_ref().unwrap_or(subject);
    }
    let hops: Vec<Done<'_>> = reports
        .iter()
        .zip(&compared)
        .map(|(report, compared)| Done {
            report,
            preset: None,
            compared: compared.as_ref(),
            redeemed: None,
        })
        .collect();
    let ends = asked(first, &further)
        .map(|(client, request)| (client.id.as_str(), target(request)))
        .collect();
    let chained = Chained { hops: &hops, ends, error: error.as_ref() };
    chained.write(args.format, args.print_token, terminal)?;
    if let Some(error) = &error {
        let told = match reports.len() {
            1 => "what the hop before it came to is reported".to_owned(),
            n => format!("what the {n} hops before it came to is reported"),
        };
        return Err(failure(error).hint(told));
    }
    let held = compared.iter().flatten().all(|(.., agreement)| agreement.held != Some(false));
    let fine = |report: &Report| {
        report.outcome == Outcome::Issued && report.at(Level::Fail).next().is_none()
    };
    let fine = chained.is_complete() && reports.iter().all(fine) && followed && held;
    Ok(if fine { Exit::Fine } else { Exit::No })
}

/// Who asks for each hop, and for what.
fn asked<'a>(
    first: &'a Simulation,
    further: &'a [Further],
) -> impl Iterator<Item = (&'a Client, &'a ExchangeRequest)> {
    std::iter::once((&first.client, &first.request))
        .chain(further.iter().map(|hop| (&hop.client, &hop.request)))
}

/// What a hop asks a token for, in words.
fn target(request: &ExchangeRequest) -> String {
    let named: Vec<&str> = request
        .audience
        .iter()
        .chain(&request.resource)
        .map(String::as_str)
        .filter(|text| !text.is_empty())
        .collect();
    if named.is_empty() { "no target named".to_owned() } else { named.join(", ") }
}
