//! One question put to a server, as every run of many does it: a client and a token are fetched from
//! the supply, the request keeps to the pace, and a server that says 429 is given time once.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::http::{Http, TransportError, TransportKind};
use super::pace::{self, Pace};
use super::report::{Outcome, Report};
use super::request::ExchangeRequest;
use super::run::{SimulateError, simulate_in};
use super::session::Session;
use super::supply::{Missing, Supply};
use super::sweep::address;
use super::token::Token;
use crate::config::{ClientKey, Project};
use crate::trust::{Decision, Question, Truth};

/// Where and when questions are asked.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    pub http: &'a Http,
    pub session: &'a Session,
    pub project: &'a Project,
    /// How far clocks may differ.
    pub skew: Duration,
    /// What targets are called on the server, where that is not their id: (audience, client app).
    pub audiences: &'a [(String, ClientKey)],
    pub clock: &'a (dyn Fn() -> SystemTime + Sync),
    /// Whether a server that says 429 is given time and asked once more.
    pub patient: bool,
}

impl std::fmt::Debug for Desk<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").field("session", &self.session).finish_non_exhaustive()
    }
}

/// What became of a question.
#[derive(Debug)]
pub enum Reply {
    /// The server answered.
    Answer(Box<Report>),
    /// It could not be asked: a token or a credential is missing.
    NotAsked(String),
    /// There was no answer, of this once.
    NoAnswer(TransportError),
    /// The server cannot be reached.
    Unreachable(TransportError),
    /// The server said twice that it is asked too often (429), or wants more time than anybody
    /// waits.
    TooManyRequests(Box<Report>),
}

impl From<TransportError> for Reply {
    fn from(error: TransportError) -> Self {
        if unreachable(&error) { Self::Unreachable(error) } else { Self::NoAnswer(error) }
    }
}

/// A server that gives no token for want of an answer would give none to the question either.
impl From<Missing> for Reply {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::NotAtHand(why) => Self::NotAsked(why),
            Missing::NoAnswer(error) => error.into(),
        }
    }
}

/// What a server did, as far as the question of permission goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observed {
    Granted,
    Refused,
    /// The client itself could not authenticate, so that the server did not come to the question.
    NotAuthenticated,
    /// The server failed: an error of its own, too many requests, or a web page.
    ServerFailed,
    /// Another answer from which nothing follows, as a redirect.
    Unclear,
    /// There was no answer.
    NoAnswer,
    /// It could not be asked: a token or a credential is missing.
    NotTried,
}

impl Observed {
    /// The name in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Refused => "refused",
            Self::NotAuthenticated => "not-authenticated",
            Self::ServerFailed => "server-failed",
            Self::Unclear => "unclear",
            Self::NoAnswer => "no-answer",
            Self::NotTried => "not-tried",
        }
    }

    /// Whether the server has answered the question.
    pub fn is_answer(self) -> bool {
        matches!(self, Self::Granted | Self::Refused)
    }

    /// Why the question was not answered though it was asked, in a sentence; nothing when it was.
    pub fn unanswered(self) -> Option<&'static str> {
        match self {
            Self::Granted | Self::Refused | Self::NotTried => None,
            Self::NotAuthenticated => Some("Not answered: the client could not authenticate."),
            Self::ServerFailed => Some("Not answered: the server failed."),
            Self::Unclear => Some("Not answered: nothing follows from what the server sent."),
            Self::NoAnswer => Some("Not answered: the server gave no answer."),
        }
    }

    /// Of an answer. A refusal that is about the client's credentials, the server's state or the
    /// grant as such says nothing of this exchange.
    pub fn of(report: &Report) -> Self {
        let status = report.answer.status;
        match report.outcome {
            Outcome::Issued => Self::Granted,
            Outcome::Refused => {
                let code = report.refusal.as_ref().map_or("", |refusal| refusal.error.as_str());
                Self::of_error(status, code)
            }
            Outcome::Unusable if is_overloaded(status) || report.is_web_page() => {
                Self::ServerFailed
            }
            // RFC 6749 §5.2 has 401 for clients that fail to authenticate, and for nothing else.
            Outcome::Unusable if status == 401 => Self::NotAuthenticated,
            Outcome::Unusable => Self::Unclear,
        }
    }

    /// Of an answer with a status and an error code (RFC 6749 §5.2).
    pub fn of_error(status: u16, code: &str) -> Self {
        match code {
            _ if is_overloaded(status) => Self::ServerFailed,
            "server_error" | "temporarily_unavailable" | "slow_down" => Self::ServerFailed,
            "invalid_client" | "use_dpop_nonce" | "invalid_dpop_proof" => Self::NotAuthenticated,
            "" if status == 401 => Self::NotAuthenticated,
            "" | "unsupported_grant_type" => Self::Unclear,
            _ => Self::Refused,
        }
    }

    /// Of an answer to a question that the configuration has decided. Where it refuses because of
    /// the client that asks, as one that is disabled, a server may say so by not authenticating it.
    pub fn beside(report: &Report, decision: &Decision) -> Self {
        match Self::of(report) {
            Self::NotAuthenticated if refuses_the_requester(decision) => Self::Refused,
            observed => observed,
        }
    }
}

fn is_overloaded(status: u16) -> bool {
    status == 429 || status >= 500
}

fn refuses_the_requester(decision: &Decision) -> bool {
    decision.with(Truth::False).any(|step| step.id.starts_with("requester-"))
}

impl Desk<'_> {
    /// What a client app is called as a target.
    ///
    /// # Errors
    ///
    /// When it states no usable id.
    pub fn audience(&self, target: ClientKey) -> Result<String, String> {
        match self.audiences.iter().find(|(_, key)| *key == target) {
            Some((audience, _)) => Ok(audience.clone()),
            None => address(self.project, target).map(str::to_owned),
        }
    }

    /// The request for an exchange.
    ///
    /// # Errors
    ///
    /// When the token is missing, or a name for the target.
    pub async fn request(
        &self,
        supply: &mut impl Supply,
        question: &Question,
    ) -> Result<ExchangeRequest, Missing> {
        let subject = supply.subject(self.project, &question.subject, (self.clock)()).await?;
        Ok(ExchangeRequest {
            subject_token: subject.token,
            subject_token_type: subject.token_type,
            audience: question
                .target
                .map(|it| self.audience(it))
                .transpose()?
                .into_iter()
                .collect(),
            ..ExchangeRequest::default()
        })
    }

    /// Asks for an exchange.
    pub async fn ask(
        &self,
        supply: &mut impl Supply,
        pace: &mut Pace,
        question: &Question,
    ) -> Reply {
        let client = match supply.client(self.project.client(question.requester)) {
            Ok(client) => client,
            Err(why) => return Reply::NotAsked(why),
        };
        let request = match self.request(supply, question).await {
            Ok(request) => request,
            Err(missing) => return missing.into(),
        };
        self.send(pace, &client, &request).await
    }

    /// Sends one request, and once more when the server is asked too often.
    pub async fn send(
        &self,
        pace: &mut Pace,
        client: &super::client_auth::Client,
        request: &ExchangeRequest,
    ) -> Reply {
        let mut again = false;
        loop {
            pace.turn().await;
            let now = (self.clock)();
            let answer =
                simulate_in(self.http, self.session, client, request, self.skew, now).await;
            let report = match answer {
                Ok(report) => report,
                Err(error) => return error.into(),
            };
            if report.answer.status != 429 {
                return Reply::Answer(Box::new(report));
            }
            match pace::wait_of(&report.answer.headers, now) {
                Some(wait) if self.patient && !again => tokio::time::sleep(wait).await,
                _ => return Reply::TooManyRequests(Box::new(report)),
            }
            again = true;
        }
    }
}

/// Whether the next request would fare no better. One answer that is cut or slow says nothing of
/// the next.
pub(super) fn unreachable(error: &TransportError) -> bool {
    use TransportKind as Kind;
    SimulateError::from(error.clone()).is_unreachable()
        && !matches!(error.kind, Kind::Closed | Kind::Timeout)
}

/// What the server said, in one sentence or two; of a token what it is about.
pub fn said(report: &Report) -> String {
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
