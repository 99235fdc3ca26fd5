//! After the exchange: what the server says of the issued token (RFC 7662), and what becomes of it
//! when the token that went in is revoked (RFC 7009).
//!
//! Of a chain, each hop's token is asked about, and the token to be revoked is the one that it began
//! with: RFC 8693 links no token to the one it was exchanged for, so how far a revocation reaches is for
//! each server to say.
//!
//! Apart from [`simulate`](super::simulate), because revocation changes something at the server and
//! must be asked for by name. Both endpoints take the client's usual credentials, made anew for each
//! request.

use std::time::{Instant, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::assertion::Occasion;
use super::checks::Check;
use super::checks::status::{self, Said};
use super::client_auth::Client;
use super::discovery::{Metadata, Server, discover};
use super::http::{Http, HttpAnswer, TransportError};
use super::json;
use super::keys::random_text;
use super::redact::Redactor;
use super::report::{Outcome, Report};
use super::request::{ExchangeRequest, Parameter, form};
use super::run::{SimulateError, Simulation, learn};
use super::token;

/// What is done after a token was issued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FollowUp {
    /// Asks the server about the issued token (INT).
    pub introspect: bool,
    /// Revokes the subject token, of a chain that of its first hop, and asks about it and all that was
    /// issued (REV). It is of no use any more then.
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
    let Simulation { client, request, server, .. } = simulation;
    follow_up_chain(http, server, &mut [Hop { client, request, report }], wanted, now).await
}

/// A hop of a chain that is followed up.
#[derive(Debug)]
pub struct Hop<'a> {
    /// Who asked for it, and asks about what it got.
    pub client: &'a Client,
    /// Of the first hop with the token that the chain began with; that of a later one is what the hop
    /// before has issued.
    pub request: &'a ExchangeRequest,
    pub report: &'a mut Report,
}

/// Follows up a chain: asks about each hop's token (INT), revokes the token that the chain began with
/// and asks which of the tokens derived from it have ended (REV), each by the client that it was issued
/// to. A hop that issued nothing, and what comes after it, is left alone.
///
/// What it finds of a hop is in the hop's report; REV-02, which is about the revocation itself, in that
/// of the first. Returns whether everything could be asked that was wanted.
pub async fn follow_up_chain(
    http: &Http,
    server: &Server,
    hops: &mut [Hop<'_>],
    wanted: FollowUp,
    now: SystemTime,
) -> bool {
    let issued: Vec<SecretString> = hops
        .iter()
        .map_while(|hop| {
            hop.report.issued.clone().filter(|_| hop.report.outcome == Outcome::Issued)
        })
        .collect();
    let hops = &mut hops[..issued.len()];
    if issued.is_empty() || wanted == FollowUp::default() {
        return true;
    }
    let started = Instant::now();
    let found = match server {
        Server::Issuer(issuer) => {
            let first = hops.first().map(|hop| hop.client.way_to(server, http));
            discover(first.as_deref().unwrap_or(http), issuer).await
        }
        Server::Endpoints(endpoints) => Metadata::of_endpoints(endpoints),
        Server::TokenEndpoint { .. } => {
            let reason = "Only the token endpoint is known. Give the issuer.";
            let (not_introspected, not_revoked) = (status::not_introspected, status::not_revoked);
            add(hops, wanted, || not_introspected(reason), || not_revoked(reason));
            return true;
        }
    };
    let mut redactor = Redactor::new();
    for (hop, issued) in hops.iter().zip(&issued) {
        hop.client.teach(&mut redactor);
        hop.request.teach(&mut redactor);
        redactor.add(issued);
    }
    let before: Vec<usize> = hops.iter().map(|hop| hop.report.checks.len()).collect();
    let (redactor, complete) = match found {
        Err(error) => {
            let reason = error.to_string();
            let introspection = || status::introspection_failed(&reason);
            add(hops, wanted, introspection, || status::revocation_failed(&reason));
            (redactor, false)
        }
        Ok(metadata) => {
            let mut server = Asked { http, metadata: &metadata, now, started, redactor };
            let mut complete = true;
            if wanted.introspect {
                for (hop, issued) in hops.iter_mut().zip(&issued) {
                    complete &= server.look_at(issued, hop).await;
                }
            }
            if wanted.revoke_subject {
                complete &= server.revoke_first(&issued, hops).await;
            }
            (server.redactor, complete)
        }
    };
    for (hop, before) in hops.iter_mut().zip(before) {
        for check in &mut hop.report.checks[before..] {
            check.finding = redactor.text(&check.finding);
        }
    }
    complete
}

/// Says of each hop what its introspection came to, and of the first what the revocation did.
fn add(
    hops: &mut [Hop<'_>],
    wanted: FollowUp,
    introspection: impl Fn() -> Check,
    revocation: impl Fn() -> Check,
) {
    for hop in hops.iter_mut() {
        hop.report.checks.extend(wanted.introspect.then(&introspection));
    }
    if let Some(first) = hops.first_mut() {
        first.report.checks.extend(wanted.revoke_subject.then(revocation));
    }
}

/// A server that is asked several things.
struct Asked<'a> {
    http: &'a Http,
    metadata: &'a Metadata,
    now: SystemTime,
    started: Instant,
    /// Learns what each request is authenticated with.
    redactor: Redactor,
}

impl Asked<'_> {
    /// Asks about the token of a hop. Whether it could be asked.
    async fn look_at(&mut self, issued: &SecretString, hop: &mut Hop<'_>) -> bool {
        let report = &mut *hop.report;
        let answer = match self.introspect(hop.client, issued).await {
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

    /// Revokes the token that it began with, and looks at what became of it and of each token derived
    /// from it. Whether everything could be asked.
    async fn revoke_first(&mut self, issued: &[SecretString], hops: &mut [Hop<'_>]) -> bool {
        let Some(first) = hops.first_mut() else { return true };
        let (client, subject) = (first.client, &first.request.subject_token);
        // First a token that nobody knows: where that cannot be asked, the subject token is safe.
        let unknown = match random_text().map_err(TransportError::from) {
            Ok(nobodys) => self.revoke(client, &SecretString::from(nobodys)).await,
            Err(error) => Err(error.into()),
        };
        let unknown = match unknown {
            Ok(Some(unknown)) => unknown,
            Ok(None) => {
                first.report.checks.push(status::not_revoked("The metadata names no endpoint."));
                return true;
            }
            Err(error) => {
                first.report.checks.push(status::revocation_failed(&error.to_string()));
                return false;
            }
        };
        let answer = match self.revoke(client, subject).await {
            Ok(Some(answer)) => answer,
            Ok(None) => return true,
            Err(error) => {
                first.report.checks.push(status::revocation_unclear(&error.to_string()));
                return false;
            }
        };
        let revoked = answer.status == 200;
        let subject_active = self.is_active(client, subject).await;
        let mut complete = subject_active.is_ok();
        for (index, (hop, issued)) in hops.iter_mut().zip(issued).enumerate() {
            let active = self.is_active(hop.client, issued).await;
            complete &= active.is_ok();
            // The subject token is the first hop's.
            let of_subject = if index == 0 { subject_active.as_ref().err() } else { None };
            hop.report.checks.push(match of_subject.or(active.as_ref().err()) {
                Some(error) => status::outlived_unclear(&error.to_string()),
                None => {
                    let active = active.as_ref().copied().ok().flatten();
                    if revoked {
                        hop.report.active_after_revocation = active;
                    }
                    if index == 0 {
                        status::outlived(active, revoked)
                    } else {
                        status::outlived_first(active, revoked)
                    }
                }
            });
        }
        let (unknown_body, body) = (
            json::parse_object(unknown.body.expose_secret()),
            json::parse_object(answer.body.expose_secret()),
        );
        let said = |status, body| Said { status, body };
        if let Some(first) = hops.first_mut() {
            first.report.checks.push(status::revoked(
                &said(unknown.status, unknown_body.as_ref()),
                &said(answer.status, body.as_ref()),
                subject_active.as_ref().copied().ok().flatten(),
            ));
        }
        complete
    }

    async fn is_active(
        &mut self,
        client: &Client,
        token: &SecretString,
    ) -> Result<Option<bool>, SimulateError> {
        let Some(answer) = self.introspect(client, token).await? else { return Ok(None) };
        let body = json::parse_object(answer.body.expose_secret());
        Ok(Said { status: answer.status, body: body.as_ref() }.active())
    }

    async fn introspect(
        &mut self,
        client: &Client,
        token: &SecretString,
    ) -> Result<Option<HttpAnswer>, SimulateError> {
        self.ask("introspection_endpoint", client, token).await
    }

    async fn revoke(
        &mut self,
        client: &Client,
        token: &SecretString,
    ) -> Result<Option<HttpAnswer>, SimulateError> {
        self.ask("revocation_endpoint", client, token).await
    }

    /// Posts a token to an endpoint; `None` when the server has none.
    async fn ask(
        &mut self,
        endpoint: &'static str,
        client: &Client,
        token: &SecretString,
    ) -> Result<Option<HttpAnswer>, SimulateError> {
        if self.metadata.text(endpoint).is_none() {
            return Ok(None);
        }
        let url = self.metadata.endpoint_for(endpoint, client)?;
        let token_endpoint = self.metadata.endpoint_for("token_endpoint", client)?;
        let issuer = Some(self.metadata.issuer.as_str()).filter(|issuer| !issuer.is_empty());
        let occasion = Occasion {
            issuer,
            token_endpoint: &token_endpoint,
            now: self.now + self.started.elapsed(),
        };
        let credentials = client.credentials_at(&occasion, &url).map_err(TransportError::from)?;
        credentials.teach(&mut self.redactor);
        let mut parameters = vec![
            Parameter::secret("token", token),
            Parameter::open("token_type_hint", "access_token"),
        ];
        parameters.extend(credentials.parameters);
        let secrets: Vec<(&str, &SecretString)> =
            credentials.authorization.iter().map(|value| ("authorization", value)).collect();
        Ok(Some(
            self.http.post_form(&url, client.certificate(), &secrets, &form(&parameters)).await?,
        ))
    }
}
