//! Redeeming a JWT authorization grant for an access token (RFC 7523 §2.1): leg 2 of the presets whose
//! leg 1 issues a grant for the authorization server of another domain.
//!
//! It is an ordinary token request with its own server, its own client, and its own judgement: what the
//! grant says is looked at before it is sent, because a server that takes a grant it must refuse is worse
//! than one that refuses. What comes back is a [`Redeemed`], as printable as a
//! [`Report`] is.

use std::time::{Duration, Instant, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;

use super::assertion::Occasion;
use super::checks::{Check, Level, grant};
use super::client_auth::{Client, ClientAuthMethod, Credentials};
use super::discovery::Server;
use super::explain;
use super::http::{Http, HttpAnswer};
use super::json;
use super::post::{self, Posted};
use super::redact::Redactor;
use super::report::{
    AnswerReport, DpopReport, Outcome, Refusal, Report, RequestReport, ServerReport, Timings,
};
use super::request::{Parameter, looks_secret};
use super::run::{SimulateError, answer_report, learn, proof_checks, redact_token, sent};
use super::session::Session;
use super::token::{self, Token};
use super::verify::Verification;

/// The value of `grant_type` (RFC 7523 §2.1).
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// A grant that is about to be redeemed, and where.
#[derive(Clone, Debug)]
pub struct Redemption {
    pub server: Server,
    /// As the server that redeems knows it.
    pub client: Client,
    pub assertion: SecretString,
    /// Scopes, separated by single spaces; empty for what the grant says.
    pub scope: String,
    /// Addresses of what is to be called (RFC 8707).
    pub resource: Vec<String>,
    /// What else goes along, as the tenant that a server's description names.
    pub extra: Vec<(String, String)>,
    /// How far clocks may differ before a time is called wrong.
    pub skew: Duration,
}

/// What came of it, safe to print.
#[derive(Clone, Debug, Serialize)]
pub struct Redeemed {
    pub outcome: Outcome,
    pub server: ServerReport,
    pub client: String,
    pub client_auth: ClientAuthMethod,
    /// The key that the client proved to have, when it did.
    pub dpop: Option<DpopReport>,
    pub request: RequestReport,
    pub answer: AnswerReport,
    pub refusal: Option<Refusal>,
    pub verification: Option<Verification>,
    /// The grant, looked into.
    pub assertion: Token,
    pub issued_token: Option<Token>,
    pub checks: Vec<Check>,
    pub timings: Timings,
    /// The access token of the other domain.
    #[serde(skip)]
    pub issued: Option<SecretString>,
}

impl Redeemed {
    /// The checks with a level that are no dialects.
    pub fn at(&self, level: Level) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(move |check| check.level == level && !check.dialect)
    }

    /// One sentence that says how it ended.
    pub fn sentence(&self) -> String {
        let status = self.answer.status;
        match (&self.outcome, &self.refusal) {
            (Outcome::Issued, _) => {
                format!("The grant was redeemed for an access token ({status}).")
            }
            (Outcome::Refused, Some(refusal)) => {
                format!("The grant was refused: {} ({status}).", refusal.error)
            }
            _ => format!("The answer to the grant cannot be used ({status})."),
        }
    }

    /// The documented JSON shape, a member of the report. `reveal_token` puts the token itself into it.
    pub fn to_json(&self, reveal_token: bool) -> Value {
        let mut object = serde_json::Map::new();
        object.insert("sentence".to_owned(), Value::from(self.sentence()));
        if let Ok(Value::Object(members)) = serde_json::to_value(self) {
            object.extend(members);
        }
        if reveal_token && let Some(token) = &self.issued {
            object.insert("token".to_owned(), Value::from(token.expose_secret()));
        }
        Value::Object(object)
    }
}

/// The grant that an exchange has issued, when it has: what can be redeemed.
pub fn grant_of(report: &Report) -> Option<&SecretString> {
    report.issued.as_ref().filter(|_| report.outcome == Outcome::Issued)
}

/// Redeems a grant: finds the endpoint, sends, verifies, checks.
///
/// # Errors
///
/// When the server's endpoints cannot be found, or there is no answer.
pub async fn redeem(
    http: &Http,
    redemption: &Redemption,
    now: SystemTime,
) -> Result<Redeemed, SimulateError> {
    let Redemption { server, client, assertion, scope, resource, extra, skew } = redemption;
    let started = Instant::now();
    let http = &*client.way_to(server, http);
    let session = Session::open(http, server).await?;
    let now = now + started.elapsed();
    let endpoint = session.endpoint_for(client)?;
    let metadata = session.metadata();
    let decoded = token::decode(assertion.expose_secret());
    let look = grant::Look {
        grant: &decoded,
        client,
        issuer: session.issuer(),
        endpoint: endpoint.as_str(),
        now,
        skew: *skew,
    };
    let asked = grant::request(&look);
    let mut checks = asked.clone();
    if let Some(metadata) = metadata {
        checks.push(grant::announced(&metadata.document));
        checks.push(metadata.check_authentication(&client.auth));
    }

    let mut redactor = Redactor::new();
    redactor.add(assertion);
    let with = |credentials: &Credentials| {
        let mut parameters = vec![
            Parameter::open("grant_type", GRANT_TYPE),
            Parameter::secret("assertion", assertion),
            Parameter::open("scope", scope),
        ];
        parameters.extend(resource.iter().map(|text| Parameter::open("resource", text)));
        parameters.extend(extra.iter().map(|(name, value)| Parameter {
            secret: looks_secret(name),
            ..Parameter::open(name.trim(), value)
        }));
        parameters.extend(credentials.parameters.iter().cloned());
        parameters.retain(|one| !one.value.expose_secret().is_empty());
        parameters
    };
    let occasion = Occasion { issuer: session.issuer(), token_endpoint: &endpoint, now };
    let posted = post::post(http, &occasion, client, with, &mut redactor).await?;
    checks.extend(proof_checks(&proofs(&posted), &endpoint));
    let request = RequestReport::new(&sent(&endpoint, &posted.last, &redactor), &redactor);
    let answer = posted.last.answer;

    let body = json::parse_object(answer.body.expose_secret());
    let only_sent = redactor.clone();
    let succeeded = (200..300).contains(&answer.status);
    let text = |name: &str| {
        let members = body.as_ref().ok()?;
        members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    };
    if let Ok(members) = &body {
        learn(members, &mut redactor);
    }
    let issued = text("access_token").filter(|_| succeeded).map(SecretString::from);
    let issued_token = issued.as_ref().map(|secret| token::decode(secret.expose_secret()));
    let verification = match (&issued_token, &issued) {
        (Some(token), Some(secret)) => {
            let (verification, of_keys) = session.verify(http, token, secret).await;
            checks.extend(of_keys);
            Some(verification)
        }
        _ => None,
    };
    let outcome = match answer.status {
        200..300 if issued.is_some() => Outcome::Issued,
        400..600 if text("error").is_some() => Outcome::Refused,
        _ => Outcome::Unusable,
    };
    checks.extend(grant::answer(&grant::Answered {
        look: &look,
        asked: &asked,
        scope,
        answer: &answer,
        body: body.as_ref(),
        issued: issued_token.as_ref(),
        sent: &only_sent,
    }));
    for check in &mut checks {
        check.finding = redactor.text(&check.finding);
    }
    let refusal = (outcome == Outcome::Refused).then(|| {
        let code = text("error").unwrap_or_default();
        let description = text("error_description").unwrap_or_default();
        Refusal {
            error: redactor.text(code),
            description: redactor.text(description),
            explanation: explain::grant_refusal(answer.status, code, description),
        }
    });
    Ok(Redeemed {
        outcome,
        server: ServerReport {
            issuer: session.issuer().map(str::to_owned),
            token_endpoint: redactor.text(endpoint.as_str()),
            loopback_http: endpoint.scheme() == "http",
        },
        client: client.id.clone(),
        client_auth: client.auth.method(),
        dpop: client.dpop.as_ref().map(|key| DpopReport {
            algorithm: key.algorithm().name(),
            thumbprint: key.thumbprint().to_owned(),
        }),
        request,
        answer: answer_report(&answer, &body, &redactor),
        refusal,
        verification,
        assertion: redact_token(decoded, &redactor),
        issued_token: issued_token.map(|token| redact_token(token, &redactor)),
        checks,
        timings: Timings::of(&answer),
        issued,
    })
}

/// The proofs that went along, each with the answer to it.
fn proofs(posted: &Posted) -> Vec<(&SecretString, &HttpAnswer)> {
    let tries = posted.first.iter().chain([&posted.last]);
    tries.filter_map(|one| Some((one.proof.as_ref()?, &one.answer))).collect()
}

/// What can be said of a grant before it is sent, for who wants to know without sending it.
pub fn check_before(
    redemption: &Redemption,
    issuer: Option<&str>,
    endpoint: &str,
    now: SystemTime,
) -> Vec<Check> {
    let grant = token::decode(redemption.assertion.expose_secret());
    let Redemption { client, skew, .. } = redemption;
    grant::request(&grant::Look { grant: &grant, client, issuer, endpoint, now, skew: *skew })
}
