//! Asking a server for everything in a plan, one after the other.

use std::time::{Duration, SystemTime};

use super::plan::{Expected, Item, Plan, address};
use super::report::{Earlier, Ended, FailedCheck, Observed, Report, Tried};
use crate::config::{ClientKey, Project};
use crate::exchange::cancel::Cancel;
use crate::exchange::checks::Level;
use crate::exchange::http::{Http, TransportError};
use crate::exchange::pace::{self, Pace};
use crate::exchange::report::{self, Outcome};
use crate::exchange::request::ExchangeRequest;
use crate::exchange::run::{SimulateError, simulate_in};
use crate::exchange::session::Session;
use crate::exchange::supply::Supply;
use crate::exchange::token::Token;
use crate::trust::{Truth, decide};

/// What a run goes by.
pub struct Conditions<'a> {
    pub http: &'a Http,
    pub session: &'a Session,
    pub project: &'a Project,
    pub plan: &'a Plan,
    /// Requests a second at most.
    pub rate: Option<f64>,
    /// How far clocks may differ.
    pub skew: Duration,
    /// What targets are called on the server, where that is not their id: (audience, client app).
    pub audiences: &'a [(String, ClientKey)],
    pub earlier: &'a Earlier,
    pub cancel: &'a Cancel,
    pub clock: &'a (dyn Fn() -> SystemTime + Sync),
}

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    pub done: usize,
    pub total: usize,
    /// How many differences there are so far.
    pub differences: usize,
    pub latest: &'a Tried,
}

/// Asks for everything in the plan that an earlier run has not. Always gives a report, of whatever
/// was found out until the end, whoever brought it about.
pub async fn run(
    conditions: &Conditions<'_>,
    supply: &mut impl Supply,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Report {
    let Conditions { project, plan, cancel, .. } = conditions;
    let mut pace = Pace::new(conditions.rate);
    let mut items: Vec<Tried> = Vec::with_capacity(plan.items.len());
    let mut ended = Ended::Finished;
    let mut differences = 0;
    for item in &plan.items {
        let tried = if ended != Ended::Finished {
            conditions.earlier.of(item).unwrap_or_else(|| Tried::not_yet(project, item))
        } else if let Some(kept) = conditions.earlier.of(item) {
            kept
        } else {
            match cancel.unless(ask(conditions, supply, &mut pace, item)).await {
                None => {
                    ended = Ended::Cancelled;
                    Tried::not_yet(project, item)
                }
                Some((tried, stop)) => {
                    ended = stop.unwrap_or(Ended::Finished);
                    tried
                }
            }
        };
        differences += usize::from(tried.agrees == Some(false));
        items.push(tried);
        if ended == Ended::Finished
            && let Some(latest) = items.last()
        {
            progress(Progress { done: items.len(), total: plan.items.len(), differences, latest });
        }
    }
    let server = conditions.session.server().address().to_owned();
    Report::new(project, plan, server, ended, items)
}

/// Asks for one exchange, and once more when the server is asked too often. Says what came of it,
/// and whether the run is to end.
async fn ask(
    conditions: &Conditions<'_>,
    supply: &mut impl Supply,
    pace: &mut Pace,
    item: &Item,
) -> (Tried, Option<Ended>) {
    let Conditions { http, session, project, clock, .. } = conditions;
    let blank = Tried::not_yet(project, item);
    let client = match supply.client(project.client(item.question.requester)) {
        Ok(client) => client,
        Err(why) => return (blank.with(Observed::NotTried, why), None),
    };
    let subject = match supply.subject(project, &item.question.subject, clock()).await {
        Ok(subject) => subject,
        Err(why) => return (blank.with(Observed::NotTried, why), None),
    };
    let named = conditions.audiences.iter().find(|(_, key)| *key == item.target);
    let audience = match (named, address(project, item.target)) {
        (Some((audience, _)), _) => audience.clone(),
        (None, Ok(id)) => id.to_owned(),
        (None, Err(why)) => return (blank.with(Observed::NotTried, why), None),
    };
    let request = ExchangeRequest {
        subject_token: subject.token,
        subject_token_type: subject.token_type,
        audience: vec![audience],
        ..ExchangeRequest::default()
    };
    let mut again = false;
    loop {
        pace.turn().await;
        let now = clock();
        let answer = simulate_in(http, session, &client, &request, conditions.skew, now).await;
        let report = match answer {
            Ok(report) => report,
            Err(error) => {
                let stop = unreachable(&error).then(|| Ended::Unreachable(error.message.clone()));
                return (blank.with(Observed::NoAnswer, error.message), stop);
            }
        };
        if report.answer.status != 429 {
            return (judged(conditions, item, blank, &report), None);
        }
        match pace::wait_of(&report.answer.headers, now) {
            Some(wait) if !again => tokio::time::sleep(wait).await,
            _ => {
                let tried = Tried { status: Some(429), ..blank };
                let tried = tried.with(Observed::NoAnswer, report.sentence());
                return (tried, Some(Ended::TooManyRequests));
            }
        }
        again = true;
    }
}

fn unreachable(error: &TransportError) -> bool {
    use crate::exchange::http::TransportKind as Kind;
    // One answer that is cut or slow says nothing of the next.
    SimulateError::from(error.clone()).is_unreachable()
        && !matches!(error.kind, Kind::Closed | Kind::Timeout | Kind::TooLarge)
}

/// Errors that are about the client, the server or the grant, and not about this exchange.
const BESIDE_THE_POINT: [&str; 5] = [
    "invalid_client",
    "unsupported_grant_type",
    "server_error",
    "temporarily_unavailable",
    "use_dpop_nonce",
];

fn judged(
    conditions: &Conditions<'_>,
    item: &Item,
    blank: Tried,
    report: &report::Report,
) -> Tried {
    let error = report.refusal.as_ref().map(|refusal| refusal.error.clone());
    let observed = match report.outcome {
        Outcome::Issued => Observed::Granted,
        Outcome::Unusable => Observed::Unclear,
        Outcome::Refused if item.expected == Expected::Granted => Observed::Refused,
        Outcome::Refused => {
            let beside = BESIDE_THE_POINT.contains(&error.as_deref().unwrap_or_default());
            if beside && !requester_fails(conditions, item) {
                Observed::Unclear
            } else {
                Observed::Refused
            }
        }
    };
    let checks_failed = report
        .at(Level::Fail)
        .map(|check| FailedCheck { id: check.id.to_owned(), finding: check.finding.clone() })
        .collect();
    Tried {
        status: Some(report.answer.status),
        error,
        checks_failed,
        ms: Some(report.timings.total_ms),
        ..blank.with(observed, said(report))
    }
}

/// Whether the configuration refuses because of the client that asks.
fn requester_fails(conditions: &Conditions<'_>, item: &Item) -> bool {
    let decision = decide(conditions.project, conditions.plan.reading, &item.question);
    decision.with(Truth::False).any(|step| step.id.starts_with("requester-"))
}

/// What the server said, in one sentence; of a token what it is about.
pub(crate) fn said(report: &report::Report) -> String {
    let mut text = report.sentence();
    if let Some(refusal) = &report.refusal
        && !refusal.description.is_empty()
    {
        text.push(' ');
        text.push_str(&refusal.description);
    }
    if let Some(Token::Jwt(jwt)) = &report.issued_token {
        let claims: Vec<String> = ["iss", "sub", "aud", "client_id", "scope", "act"]
            .into_iter()
            .filter_map(|name| Some(format!("{name} {}", jwt.claims.get(name)?)))
            .collect();
        text.push_str(&format!(" It says: {}.", claims.join(", ")));
    }
    text
}
