//! Sending one exchange and gathering everything about it.

use std::time::{Duration, Instant, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use super::assertion::Occasion;
use super::checks::{self, Context};
use super::client_auth::{Client, Credentials};
use super::compare::Comparison;
use super::discovery::{DiscoveryError, Server};
use super::dpop;
use super::explain;
use super::http::{Http, HttpAnswer, TransportError};
use super::json;
use super::post::{self, Attempt};
use super::redact::{MASK, Redactor};
use super::report::{
    AnswerReport, DpopReport, FirstTryReport, Outcome, Refusal, Report, RequestReport,
    ServerReport, Timings,
};
use super::request::ExchangeRequest;
use super::session::Session;
use super::token::{self, Token};

/// One test exchange, all that is needed to run it.
#[derive(Clone, Debug)]
pub struct Simulation {
    pub server: Server,
    pub client: Client,
    pub request: ExchangeRequest,
    /// How far clocks may differ before a time is called wrong; 60 s is common.
    pub skew: Duration,
}

/// What was sent, as far as it may be seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Sent {
    pub method: &'static str,
    pub url: String,
    /// Masked where they authenticate.
    pub headers: Vec<(String, String)>,
    /// In order, masked where they are secret.
    pub parameters: Vec<SentParameter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SentParameter {
    pub name: String,
    pub value: String,
    /// Whether `value` is a mask.
    pub masked: bool,
}

/// One request and its answer.
#[derive(Debug)]
pub struct Exchange {
    pub endpoint: Url,
    /// Sent over plain `http` to this machine: to be marked wherever it is shown.
    pub loopback_http: bool,
    pub sent: Sent,
    pub answer: HttpAnswer,
    /// The proof of possession that went along (RFC 9449).
    pub proof: Option<SecretString>,
    /// The first try, when the server wanted a nonce in the proof.
    pub first: Option<FirstTry>,
    /// Knows what was sent.
    pub redactor: Redactor,
}

/// A request that was refused for want of a nonce, and sent again with it (RFC 9449 §8).
#[derive(Debug)]
pub struct FirstTry {
    pub sent: Sent,
    pub answer: HttpAnswer,
    pub proof: SecretString,
}

/// Why a simulation has no report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SimulateError {
    #[error(transparent)]
    Discovery(#[from] DiscoveryError),
    #[error(transparent)]
    Transport(#[from] TransportError),
}

impl SimulateError {
    /// Whether the server could not be reached at all, as opposed to being reached and useless.
    pub fn is_unreachable(&self) -> bool {
        use super::http::TransportKind as Kind;
        let transport = match self {
            Self::Transport(error) | Self::Discovery(DiscoveryError::Transport(error)) => error,
            Self::Discovery(_) => return false,
        };
        !matches!(
            transport.kind,
            Kind::Address | Kind::Credentials | Kind::Content | Kind::Redirect
        )
    }
}

/// Sends one token exchange to the occasion's token endpoint.
pub async fn exchange(
    http: &Http,
    occasion: &Occasion<'_>,
    client: &Client,
    request: &ExchangeRequest,
) -> Result<Exchange, TransportError> {
    let endpoint = occasion.token_endpoint;
    let mut redactor = Redactor::new();
    request.teach(&mut redactor);
    let with = |credentials: &Credentials| request.parameters(credentials);
    let posted = post::post(http, occasion, client, with, &mut redactor).await?;
    let first = posted.first.and_then(|first| {
        let sent = sent(endpoint, &first, &redactor);
        Some(FirstTry { sent, answer: first.answer, proof: first.proof? })
    });
    Ok(Exchange {
        endpoint: endpoint.clone(),
        loopback_http: endpoint.scheme() == "http",
        sent: sent(endpoint, &posted.last, &redactor),
        answer: posted.last.answer,
        proof: posted.last.proof,
        first,
        redactor,
    })
}

/// A request as it may be seen.
pub(super) fn sent(endpoint: &Url, attempt: &Attempt, redactor: &Redactor) -> Sent {
    let mut headers = vec![
        ("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
        ("Accept".to_owned(), "application/json".to_owned()),
    ];
    if attempt.authorization {
        headers.push(("Authorization".to_owned(), format!("Basic {MASK}")));
    }
    if attempt.proof.is_some() {
        headers.push((dpop::HEADER.to_owned(), MASK.to_owned()));
    }
    let parameters = attempt.parameters.iter().map(|one| SentParameter {
        name: redactor.text(&one.name),
        value: if one.secret { one.shown() } else { redactor.text(&one.shown()) },
        masked: one.secret,
    });
    Sent {
        method: "POST",
        url: redactor.text(endpoint.as_str()),
        headers,
        parameters: parameters.collect(),
    }
}

/// Runs one test exchange: finds the endpoint, sends, verifies, checks, compares.
///
/// # Errors
///
/// When the server's endpoints cannot be found, or there is no answer.
pub async fn simulate(
    http: &Http,
    simulation: &Simulation,
    now: SystemTime,
) -> Result<Report, SimulateError> {
    let Simulation { server, client, request, skew } = simulation;
    let started = Instant::now();
    let http = &*client.way_to(server, http);
    let session = Session::open(http, server).await?;
    // Finding the endpoint may have taken a while, and an assertion lives a minute.
    let now = now + started.elapsed();
    Ok(simulate_in(http, &session, client, request, *skew, now).await?)
}

/// The same in a session, where the endpoint is known already: for one exchange after the other.
///
/// # Errors
///
/// When there is no answer, or no endpoint for this client.
pub async fn simulate_in(
    http: &Http,
    session: &Session,
    client: &Client,
    request: &ExchangeRequest,
    skew: Duration,
    now: SystemTime,
) -> Result<Report, TransportError> {
    let request = &*session.request(request);
    let http = &*client.way_to(session.server(), http);
    let (metadata, endpoint) = (session.metadata(), &session.endpoint_for(client)?);
    let asked = request.check(client, session.server(), now, skew);
    let mut checks = asked.clone();
    if let Some(metadata) = metadata {
        checks.extend(metadata.checks.iter().cloned());
        checks.push(metadata.check_authentication(&client.auth));
        checks
            .extend(client.dpop.as_ref().map(|key| metadata.check_proofs(key.algorithm().name())));
    }
    let occasion = Occasion { issuer: session.issuer(), token_endpoint: endpoint, now };
    let exchange = exchange(http, &occasion, client, request).await?;

    let first = exchange.first.as_ref().map(|first| (&first.proof, &first.answer));
    let last = exchange.proof.as_ref().map(|proof| (proof, &exchange.answer));
    let proofs: Vec<_> = first.into_iter().chain(last).collect();
    checks.extend(proof_checks(&proofs, &exchange.endpoint));
    checks.extend(checks::mtls::shown(client, metadata, &exchange));

    let body = json::parse_object(exchange.answer.body.expose_secret());
    let sent_redactor = exchange.redactor.clone();
    let mut redactor = exchange.redactor.clone();
    let mut issued_secret = None;
    if let Ok(members) = &body {
        learn(members, &mut redactor);
        issued_secret = members
            .get("access_token")
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
            .filter(|_| (200..300).contains(&exchange.answer.status))
            .map(SecretString::from);
    }

    let subject = token::decode(request.subject_token.expose_secret());
    let actor = Some(request.actor_token.expose_secret())
        .filter(|text| !text.is_empty())
        .map(token::decode);
    let issued = issued_secret.as_ref().map(|secret| token::decode(secret.expose_secret()));
    let verification = match (&issued, &issued_secret) {
        (Some(issued), Some(secret)) => {
            let (verification, of_keys) = session.verify(http, issued, secret).await;
            checks.extend(of_keys);
            Some(verification)
        }
        _ => None,
    };

    let context = Context {
        client,
        request,
        asked: &asked,
        redactor: &redactor,
        sent: &sent_redactor,
        answer: &exchange.answer,
        body: body.as_ref(),
        metadata,
        subject: &subject,
        actor: actor.as_ref(),
        issued: issued.as_ref(),
        verification: verification.as_ref(),
        now,
        skew,
    };
    checks.extend(checks::answer(&context));
    for check in &mut checks {
        check.finding = redactor.text(&check.finding);
    }

    let outcome = outcome(&context, issued_secret.is_some());
    let refusal = (outcome == Outcome::Refused).then(|| {
        let code = context.text("error").unwrap_or_default();
        let description = context.text("error_description").unwrap_or_default();
        Refusal {
            error: redactor.text(code),
            description: redactor.text(description),
            explanation: explain::refusal(exchange.answer.status, code, description),
        }
    });
    let comparison = match (subject.jwt(), issued.as_ref().and_then(Token::jwt)) {
        (Some(before), Some(after)) => Some(Comparison::new(before, after, now)),
        _ => None,
    };
    Ok(Report {
        outcome,
        server: ServerReport {
            issuer: session.issuer().map(str::to_owned),
            token_endpoint: redactor.text(endpoint.as_str()),
            loopback_http: exchange.loopback_http,
        },
        client: client.id.clone(),
        client_auth: client.auth.method(),
        dpop: client.dpop.as_ref().map(|key| DpopReport {
            algorithm: key.algorithm().name(),
            thumbprint: key.thumbprint().to_owned(),
        }),
        client_certificate: client.certificate().map(|one| one.thumbprint().to_owned()),
        request: RequestReport::new(&exchange.sent, &redactor),
        answer: answer_report(&exchange.answer, &body, &redactor),
        first_try: exchange.first.as_ref().map(|first| {
            let body = json::parse_object(first.answer.body.expose_secret());
            FirstTryReport {
                request: RequestReport::new(&first.sent, &redactor),
                answer: answer_report(&first.answer, &body, &redactor),
            }
        }),
        refusal,
        verification,
        comparison,
        subject_token: redact_token(subject, &redactor),
        actor_token: actor.map(|token| redact_token(token, &redactor)),
        issued_token: issued.map(|token| redact_token(token, &redactor)),
        introspection: None,
        active_after_revocation: None,
        checks,
        timings: Timings::of(&exchange.answer),
        issued: issued_secret,
    })
}

/// What there is to say of the proofs that went along, each with the answer to it.
pub(super) fn proof_checks(
    sent: &[(&SecretString, &HttpAnswer)],
    endpoint: &Url,
) -> Vec<checks::Check> {
    if sent.is_empty() {
        return Vec::new();
    }
    let proofs: Vec<[&str; 1]> = sent.iter().map(|(proof, _)| [proof.expose_secret()]).collect();
    let tried: Vec<checks::dpop::Tried<'_>> = sent
        .iter()
        .zip(&proofs)
        .map(|((_, answer), proofs)| checks::dpop::Tried { proofs, answer })
        .collect();
    checks::dpop::all(&tried, endpoint)
}

/// Whether a member of an answer holds something that authenticates.
fn is_token_member(name: &str) -> bool {
    super::request::looks_secret(name)
}

/// Teaches a redactor the tokens that an answer holds.
pub(super) fn learn(members: &Map<String, Value>, redactor: &mut Redactor) {
    for (name, value) in members {
        if let Value::String(text) = value
            && is_token(name, text)
        {
            redactor.add(&SecretString::from(text.as_str()));
        }
    }
}

/// Whether the value itself is to be looked for elsewhere. A short word, as in `"token_use":
/// "access"`, is not, unless the standard says that it is a token.
fn is_token(name: &str, value: &str) -> bool {
    matches!(name, "access_token" | "refresh_token" | "id_token")
        || (is_token_member(name) && value.len() >= 16)
}

fn outcome(context: &Context<'_>, issued: bool) -> Outcome {
    match context.answer.status {
        200..300 if issued => Outcome::Issued,
        400..600 if context.text("error").is_some() => Outcome::Refused,
        _ => Outcome::Unusable,
    }
}

pub(super) fn answer_report(
    answer: &HttpAnswer,
    body: &Result<Map<String, Value>, json::JsonError>,
    redactor: &Redactor,
) -> AnswerReport {
    let headers = answer
        .headers
        .iter()
        .map(|(name, value)| {
            let value = if name == "set-cookie" { MASK.to_owned() } else { redactor.text(value) };
            (name.clone(), value)
        })
        .collect();
    let (body, text) = match body {
        Ok(members) => (Some(mask_members(members, redactor)), None),
        // What is not JSON may hold a token that nobody can point at. A text that the server calls
        // an error is shown all the same, with the known secrets taken out: it is what explains it.
        Err(_) if answer.status >= 300 => {
            let text = String::from_utf8_lossy(answer.body.expose_secret());
            let start: String = text.chars().take(2_000).collect();
            (None, Some(redactor.text(&start)))
        }
        Err(_) => (None, None),
    };
    AnswerReport {
        status: answer.status,
        headers,
        body,
        text,
        bytes: answer.body.expose_secret().len(),
    }
}

/// An answer's members, with what authenticates masked by name and by content.
fn mask_members(members: &Map<String, Value>, redactor: &Redactor) -> Value {
    Value::Object(
        members
            .iter()
            .map(|(name, value)| {
                let shown = match value {
                    Value::String(text) if is_token_member(name) => {
                        Value::String(super::redact::masked(text))
                    }
                    Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
                    other => redactor.value(other),
                };
                (redactor.text(name), shown)
            })
            .collect(),
    )
}

pub(super) fn redact_token(token: Token, redactor: &Redactor) -> Token {
    let map = |members: Map<String, Value>| match redactor.value(&Value::Object(members)) {
        Value::Object(members) => members,
        _ => serde_json::Map::new(),
    };
    match token {
        Token::Jwt(jwt) => {
            Token::Jwt(token::Jwt { header: map(jwt.header), claims: map(jwt.claims) })
        }
        Token::Encrypted { header } => Token::Encrypted { header: map(header) },
        opaque @ Token::Opaque { .. } => opaque,
    }
}
