//! After the exchange: what the server says of the issued token (RFC 7662), and what becomes of it
//! when the token that went in is revoked (RFC 7009).
//!
//! Apart from [`simulate`](super::simulate), because revocation changes something at the server and
//! must be asked for by name. Both endpoints take the client's usual credentials, made anew for each
//! request.

use std::time::{Instant, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use super::assertion::Occasion;
use super::checks::status::{self, Said};
use super::client_auth::Client;
use super::discovery::{Metadata, Server, discover};
use super::http::{Http, HttpAnswer, TransportError};
use super::json;
use super::keys::random_text;
use super::redact::Redactor;
use super::report::{Outcome, Report};
use super::request::{Parameter, form};
use super::run::{SimulateError, Simulation, learn};
use super::token;

/// What is done after a token was issued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FollowUp {
    /// Asks the server about the issued token (INT).
    pub introspect: bool,
    /// Revokes the subject token, and asks about both (REV). It is of no use any more then.
    pub revoke_subject: bool,
}

/// Follows up an exchange, and adds the checks to its report. Does nothing unless a token was issued.
///
/// The exchange is done by then and its report holds whatever comes: a server that cannot be asked any
/// more is one of the checks. Returns whether everything could be asked that was wanted.
pub async fn follow_up(
    http: &Http,
    simulation: &Simulation,
    report: &mut Report,
    wanted: FollowUp,
    now: SystemTime,
) -> bool {
    let (Outcome::Issued, Some(issued)) = (report.outcome, report.issued.clone()) else {
        return true;
    };
    if wanted == FollowUp::default() {
        return true;
    }
    let started = Instant::now();
    let found = match &simulation.server {
        Server::Issuer(issuer) => discover(http, issuer).await,
        Server::Endpoints(endpoints) => Metadata::of_endpoints(endpoints),
        Server::TokenEndpoint { .. } => {
            let reason = "Only the token endpoint is known. Give the issuer.";
            report.checks.extend(wanted.introspect.then(|| status::not_introspected(reason)));
            report.checks.extend(wanted.revoke_subject.then(|| status::not_revoked(reason)));
            return true;
        }
    };
    let client = &simulation.client;
    let mut redactor = Redactor::new();
    client.teach(&mut redactor);
    simulation.request.teach(&mut redactor);
    redactor.add(&issued);

    let before = report.checks.len();
    let found =
        found.and_then(|metadata| Ok((metadata.endpoint_for("token_endpoint", client)?, metadata)));
    let (redactor, complete) = match found {
        Err(error) => {
            let reason = error.to_string();
            report.checks.extend(wanted.introspect.then(|| status::introspection_failed(&reason)));
            report.checks.extend(wanted.revoke_subject.then(|| status::revocation_failed(&reason)));
            (redactor, false)
        }
        Ok((token_endpoint, metadata)) => {
            let mut server =
                Asked { http, metadata: &metadata, token_endpoint, client, now, started, redactor };
            let mut complete = true;
            if wanted.introspect {
                complete &= server.look_at(&issued, report).await;
            }
            if wanted.revoke_subject {
                let subject = &simulation.request.subject_token;
                complete &= server.revoke_subject(subject, &issued, report).await;
            }
            (server.redactor, complete)
        }
    };
    for check in &mut report.checks[before..] {
        check.finding = redactor.text(&check.finding);
    }
    complete
}

/// A server that is asked several things.
struct Asked<'a> {
    http: &'a Http,
    metadata: &'a Metadata,
    token_endpoint: Url,
    client: &'a Client,
    now: SystemTime,
    started: Instant,
    /// Learns what each request is authenticated with.
    redactor: Redactor,
}

impl Asked<'_> {
    /// Asks about the issued token. Whether it could be asked.
    async fn look_at(&mut self, issued: &SecretString, report: &mut Report) -> bool {
        let answer = match self.introspect(issued).await {
            Ok(Some(answer)) => answer,
            Ok(None) => {
                report.checks.push(status::not_introspected("The metadata names no endpoint."));
                return true;
            }
            Err(error) => {
                report.checks.push(status::introspection_failed(&error.to_string()));
                return false;
            }
        };
        let body = json::parse_object(answer.body.expose_secret());
        if let Ok(members) = &body {
            // A server that answers with tokens must not put them on a screen either.
            learn(members, &mut self.redactor);
        }
        let said = Said { status: answer.status, body: body.as_ref() };
        let decoded = token::decode(issued.expose_secret());
        report.checks.extend(status::introspected(&said, decoded.jwt()));
        report.introspection = body.ok().map(|body| self.redactor.value(&Value::Object(body)));
        true
    }

    /// Revokes the subject token and looks at what became of both. Whether everything could be asked.
    async fn revoke_subject(
        &mut self,
        subject: &SecretString,
        issued: &SecretString,
        report: &mut Report,
    ) -> bool {
        // First a token that nobody knows: where that cannot be asked, the subject token is safe.
        let unknown = match random_text().map_err(TransportError::from) {
            Ok(nobodys) => self.revoke(&SecretString::from(nobodys)).await,
            Err(error) => Err(error.into()),
        };
        let unknown = match unknown {
            Ok(Some(unknown)) => unknown,
            Ok(None) => {
                report.checks.push(status::not_revoked("The metadata names no endpoint."));
                return true;
            }
            Err(error) => {
                report.checks.push(status::revocation_failed(&error.to_string()));
                return false;
            }
        };
        let answer = match self.revoke(subject).await {
            Ok(Some(answer)) => answer,
            Ok(None) => return true,
            Err(error) => {
                report.checks.push(status::revocation_unclear(&error.to_string()));
                return false;
            }
        };
        let revoked = answer.status == 200;
        let subject_active = self.is_active(subject).await;
        let issued_active = self.is_active(issued).await;
        let (unknown_body, body) = (
            json::parse_object(unknown.body.expose_secret()),
            json::parse_object(answer.body.expose_secret()),
        );
        let said = |status, body| Said { status, body };
        let failed =
            [&subject_active, &issued_active].into_iter().find_map(|one| one.as_ref().err());
        report.checks.push(match failed {
            Some(error) => status::outlived_unclear(&error.to_string()),
            None => status::outlived(issued_active.as_ref().copied().ok().flatten(), revoked),
        });
        report.checks.push(status::revoked(
            &said(unknown.status, unknown_body.as_ref()),
            &said(answer.status, body.as_ref()),
            subject_active.as_ref().copied().ok().flatten(),
        ));
        failed.is_none()
    }

    async fn is_active(&mut self, token: &SecretString) -> Result<Option<bool>, SimulateError> {
        let Some(answer) = self.introspect(token).await? else { return Ok(None) };
        let body = json::parse_object(answer.body.expose_secret());
        Ok(Said { status: answer.status, body: body.as_ref() }.active())
    }

    async fn introspect(
        &mut self,
        token: &SecretString,
    ) -> Result<Option<HttpAnswer>, SimulateError> {
        self.ask("introspection_endpoint", token).await
    }

    async fn revoke(&mut self, token: &SecretString) -> Result<Option<HttpAnswer>, SimulateError> {
        self.ask("revocation_endpoint", token).await
    }

    /// Posts a token to an endpoint; `None` when the server has none.
    async fn ask(
        &mut self,
        endpoint: &'static str,
        token: &SecretString,
    ) -> Result<Option<HttpAnswer>, SimulateError> {
        if self.metadata.text(endpoint).is_none() {
            return Ok(None);
        }
        let url = self.metadata.endpoint_for(endpoint, self.client)?;
        let issuer = Some(self.metadata.issuer.as_str()).filter(|issuer| !issuer.is_empty());
        let occasion = Occasion {
            issuer,
            token_endpoint: &self.token_endpoint,
            now: self.now + self.started.elapsed(),
        };
        let credentials =
            self.client.credentials_at(&occasion, &url).map_err(TransportError::from)?;
        credentials.teach(&mut self.redactor);
        let mut parameters = vec![
            Parameter::secret("token", token),
            Parameter::open("token_type_hint", "access_token"),
        ];
        parameters.extend(credentials.parameters);
        let secrets: Vec<(&str, &SecretString)> =
            credentials.authorization.iter().map(|value| ("authorization", value)).collect();
        Ok(Some(
            self.http
                .post_form(&url, self.client.certificate(), &secrets, &form(&parameters))
                .await?,
        ))
    }
}
