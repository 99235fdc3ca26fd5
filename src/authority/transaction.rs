//! Transaction tokens (draft-ietf-oauth-transaction-tokens): what came in from outside goes on inside a
//! trust domain with a token for that one transaction.
//!
//! A configuration knows no trust domains, so which client app stands for one is an option of the run
//! ([`Options::trust_domains`]), and a transaction token is issued when [`decide`] allows the exchange
//! into that client app. What is beyond that is the draft's: the scope is that of the subject token or
//! less (§13.6), and unknown for a token that does not have one, which is refused (§13.14); the life is
//! minutes, and here never longer than that of what went in (§6); nothing in the new token repeats the
//! one that went in (§13.4); no refresh token takes part on either side (§13.3).
//!
//! A subject that a workload states itself, signed or not (§11.2), is refused: nothing in a
//! configuration could say for whom a workload may speak.
//!
//! A transaction token can be replaced (§13.15) by one with less scope and more context. Transaction,
//! subject and trust domain stay, what was said of the transaction stays said, and the workloads that
//! asked before are named (`act`). It is decided as the first one was, for whoever asks now; so the
//! server remembers whose user a transaction is about, as long as one of its tokens lives.
//!
//! [`Options::trust_domains`]: super::Options::trust_domains
//! [`decide`]: crate::trust::decide

use std::sync::PoisonError;

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};

use super::clients::{by_client_id, client_id};
use super::exchange::{Asked, actor, permitted};
use super::http::{Form, OAuthError, no_store};
use super::predict::by_audience;
use super::subject::{SubjectToken, verified};
use super::token::need_client_id;
use super::{Current, Misbehaviour, Shared, misbehave};
use crate::config::ClientApp;
use crate::exchange::keys::random_text;
use crate::exchange::preset::transaction::TYP;
use crate::exchange::token_type::TXN_TOKEN;
use crate::trust::Subject;

/// How long a transaction token lives, in seconds, unless the token that went in ends earlier.
const LIFETIME: i64 = 120;

/// How many transactions are remembered; the oldest go first.
const MOST: usize = 10_000;

/// What a request for a transaction token says beyond others (§11.1).
pub(super) struct Wanted<'a> {
    /// The trust domain.
    domain: &'a str,
    /// The client app that stands for it.
    stands: &'a str,
    subject_token: &'a str,
    context: Option<Map<String, Value>>,
    details: Option<Map<String, Value>>,
}

impl<'a> Wanted<'a> {
    pub fn of(shared: &'a Shared, form: &'a Form) -> Result<Self, OAuthError> {
        if form.get("scope").is_none() {
            return Err(OAuthError::invalid_request(
                "scope is missing: it says what the transaction is for.",
            ));
        }
        let targets: Vec<&str> = form.all("audience").chain(form.all("resource")).collect();
        let known = match targets.as_slice() {
            [one] => shared.trust_domains.iter().find(|(domain, _)| domain == one),
            _ => None,
        };
        let (domain, stands) = known.ok_or_else(|| {
            OAuthError::invalid_target(
                "The audience of a transaction token must be the name of one trust domain that this \
                 server issues them for, and nothing beside it.",
            )
        })?;
        let subject_token = form.need("subject_token")?;
        let (context, details) =
            (object(form, "request_context")?, object(form, "request_details")?);
        for given in [&context, &details].into_iter().flatten() {
            if Value::Object(given.clone()).to_string().contains(subject_token) {
                return Err(OAuthError::invalid_request(
                    "What is said of the request repeats the subject token; whoever sees a call of \
                     the transaction could use it.",
                ));
            }
        }
        Ok(Self { domain, stands, subject_token, context, details })
    }
}

/// A parameter that holds a JSON object.
fn object(form: &Form, name: &str) -> Result<Option<Map<String, Value>>, OAuthError> {
    let Some(text) = form.get(name) else { return Ok(None) };
    match serde_json::from_str(text) {
        Ok(Value::Object(members)) => Ok(Some(members)),
        _ => Err(OAuthError::invalid_request(format!("{name} must be a JSON object."))),
    }
}

/// Whose user each transaction is about: its name, when its last token ends, the client's id.
#[derive(Default)]
pub(super) struct Transactions(Vec<(String, i64, String)>);

impl Transactions {
    fn keep(&mut self, name: &str, until: i64, client: &str, now: i64) {
        self.0.retain(|(other, until, _)| *until > now && other != name);
        if self.0.len() >= MOST {
            self.0.remove(0);
        }
        self.0.push((name.to_owned(), until, client.to_owned()));
    }

    fn client(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(other, ..)| other == name);
        found.map(|(_, _, client)| client.as_str())
    }
}

/// A transaction token as a subject, to be replaced.
pub(super) fn subject(
    shared: &Shared,
    current: &Current,
    wanted: &Wanted<'_>,
) -> Result<SubjectToken, OAuthError> {
    let verified = verified(shared, wanted.subject_token)?;
    if verified.typ().as_deref() != Some(TYP) {
        return Err(OAuthError::invalid_request(
            "The subject token is not of the type that subject_token_type says.",
        ));
    }
    if verified.audiences() != [wanted.domain] {
        return Err(OAuthError::invalid_target(
            "A transaction stays in its trust domain; the audience must be that of the subject token.",
        ));
    }
    let transactions = shared.transactions.lock().unwrap_or_else(PoisonError::into_inner);
    let client = verified.text("txn").and_then(|name| transactions.client(name));
    let client = client.and_then(|id| by_client_id(&current.project, id)).ok_or_else(|| {
        OAuthError::invalid_request("The transaction of the subject token is not known any more.")
    })?;
    let (subject, expires) =
        (Subject::UserOf(client.key), verified.seconds("exp").unwrap_or_default());
    Ok(SubjectToken { subject, verified, expires })
}

/// Issues a transaction token when the configuration allows the exchange into the trust domain.
pub(super) fn issue(
    shared: &Shared,
    current: &Current,
    requester: &ClientApp,
    incoming: &SubjectToken,
    wanted: &Wanted<'_>,
    asked: &Asked<'_>,
) -> Result<Response, OAuthError> {
    let target = by_audience(&shared.audiences, &current.project, wanted.stands);
    let target = target.ok_or_else(|| {
        OAuthError::invalid_target(format!(
            "The client app that stands for '{}' is not in the project any more.",
            wanted.domain
        ))
    })?;
    let target = permitted(shared, current, requester, incoming, Some(target))?;
    let subject = match incoming.subject {
        Subject::UserOf(_) => incoming.verified.text("sub"),
        Subject::External { .. } => client_id(target),
    };
    let subject =
        subject.ok_or_else(|| OAuthError::invalid_request("The subject token has no subject."))?;
    let before =
        Some(&incoming.verified.claims).filter(|_| incoming.verified.typ().as_deref() == Some(TYP));
    let said = |name: &str| before.and_then(|claims| claims.get(name));
    let workload = need_client_id(requester)?;
    let txn = match said("txn").and_then(Value::as_str) {
        Some(same) if !shared.misbehaves(Misbehaviour::NewTransaction) => same.to_owned(),
        _ => random_text().map_err(|_| OAuthError::server_error())?,
    };
    let now = shared.now();
    let end = Some(incoming.expires).filter(|end| *end > now);
    let exp = now.saturating_add(LIFETIME).min(end.unwrap_or(i64::MAX));

    let mut claims = Map::new();
    let mut set = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
    set("iss", shared.issuer.as_str().into());
    set("sub", subject.into());
    set("aud", wanted.domain.into());
    set("txn", txn.as_str().into());
    set("scope", asked.scope.unwrap_or_default().into());
    set("req_wl", workload.into());
    // The workloads that asked before, when it was another.
    let act = match said("req_wl") {
        None => actor(workload, incoming),
        Some(before) if before == workload => said("act").cloned(),
        Some(before) => {
            let earlier = said("act").cloned().unwrap_or_else(|| json!({ "sub": before }));
            Some(json!({ "sub": workload, "act": earlier }))
        }
    };
    if let Some(act) = act {
        set("act", act);
    }
    for (name, given) in [("rctx", &wanted.context), ("tctx", &wanted.details)] {
        if let Some(value) = extended(said(name), given.as_ref()) {
            set(name, value);
        }
    }
    if shared.misbehaves(Misbehaviour::CarrySubjectToken) {
        set("access_token", wanted.subject_token.into());
    }
    set("iat", now.into());
    set("exp", exp.into());
    // The same request in the same second would give the same token otherwise.
    set("jti", random_text().map_err(|_| OAuthError::server_error())?.into());
    if let Subject::UserOf(client) = incoming.subject
        && let Some(client) = client_id(current.project.client(client))
    {
        let mut held = shared.transactions.lock().unwrap_or_else(PoisonError::into_inner);
        held.keep(&txn, exp, client, now);
    }
    let (token, lifetime) = misbehave::tokens::sign_claims(shared, TYP, claims)?;
    Ok(no_store(
        StatusCode::OK,
        json!({
            "access_token": token,
            "issued_token_type": TXN_TOKEN,
            "token_type": "N_A",
            "expires_in": lifetime,
            "scope": asked.scope.unwrap_or_default(),
        }),
    ))
}

/// What was said already, and after it what is said now of what was not.
fn extended(before: Option<&Value>, given: Option<&Map<String, Value>>) -> Option<Value> {
    let before = before.and_then(Value::as_object);
    if before.is_none() && given.is_none() {
        return None;
    }
    let mut members = given.cloned().unwrap_or_default();
    members.extend(before.cloned().unwrap_or_default());
    Some(Value::Object(members))
}
