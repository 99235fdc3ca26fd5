//! Token exchange (RFC 8693 §2), as the configuration decides it.
//!
//! The order is that of a careful server: the request's form, then the token that goes in, then the
//! target, then [`decide`], then what the new token may say. Everything up to the decision concerns
//! things that a configuration does not speak of; everything after it can only make the token
//! smaller.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::clients::{AudienceError, by_audiences};
use super::http::{Form, OAuthError, no_store};
use super::predict::by_audience;
use super::proved::Proved;
use super::subject::{SubjectToken, external, is_only_audience, issuer_of, own};
use super::token::{AccessToken, need_client_id, requested_scope, success};
use super::transaction::{self, Wanted};
use super::{Current, Misbehaviour, Shared, grants, misbehave, refresh};
use crate::config::{ClientApp, ClientKey};
use crate::exchange::token_type::{
    ACCESS_TOKEN, ID_JAG, ID_TOKEN, JWT, REFRESH_TOKEN, SAML1, SAML2, SELF_SIGNED, TXN_TOKEN,
    UNSIGNED_JSON,
};
use crate::trust::{Decision, Question, Step, Subject, Truth, Verdict, decide};

/// What the new token is to be.
pub(super) struct Asked<'a> {
    /// Audiences and resources.
    pub requested: &'a [&'a str],
    /// What a grant is to be good for behind the server that redeems it.
    pub resources: &'a [&'a str],
    pub scope: Option<&'a str>,
    pub issued_type: &'a str,
    pub proved: &'a Proved,
    /// What a transaction token takes.
    pub transaction: Option<&'a Wanted<'a>>,
}

pub(super) async fn exchange(
    shared: &Shared,
    current: &Current,
    requester: &ClientApp,
    form: &Form,
    proved: &Proved,
) -> Result<Response, OAuthError> {
    let token = form.need("subject_token")?;
    let declared = form.need("subject_token_type")?;
    refuse_actor(form)?;
    let issued_type = match form.get("requested_token_type") {
        None | Some(ACCESS_TOKEN) => ACCESS_TOKEN,
        Some(JWT) => JWT,
        Some(ID_JAG) if !shared.domains().issued_for.is_empty() => ID_JAG,
        Some(TXN_TOKEN) if !shared.trust_domains.is_empty() => TXN_TOKEN,
        Some(_) => {
            return Err(OAuthError::invalid_request(
                "requested_token_type must be an access token or a JWT here.",
            ));
        }
    };
    subject_type(declared, issued_type)?;
    let scope = requested_scope(form)?;
    // For an ID-JAG, a resource is behind the other server and does not name it.
    let (resources, targets): (Vec<&str>, Vec<&str>) =
        form.all("resource").partition(|_| issued_type == ID_JAG);
    let requested: Vec<&str> = form.all("audience").chain(targets).collect();
    if issued_type == ID_JAG {
        grants::id_jag_request(requester, &resources)?;
    }
    let transaction = if issued_type == TXN_TOKEN { Some(Wanted::of(shared, form)?) } else { None };
    let asked = Asked {
        requested: &requested,
        resources: &resources,
        scope,
        issued_type,
        proved,
        transaction: transaction.as_ref(),
    };
    let granted = grant(shared, current, requester, (declared, token), &asked).await;
    granted.map_err(|error| {
        if shared.same_words && !shared.misbehaves(Misbehaviour::TellApart) {
            OAuthError::invalid_request("The exchange is refused.")
        } else {
            error
        }
    })
}

/// From the subject token to the issued one; `subject` is its declared type and itself.
async fn grant(
    shared: &Shared,
    current: &Current,
    requester: &ClientApp,
    subject: (&str, &str),
    asked: &Asked<'_>,
) -> Result<Response, OAuthError> {
    let (declared, token) = subject;
    let incoming = match issuer_of(token) {
        _ if declared == REFRESH_TOKEN => refresh::subject(shared, requester, token, asked.scope)?,
        Some(issuer) if issuer != shared.issuer => {
            external(shared, current, requester, &issuer, token).await?
        }
        _ => match asked.transaction {
            Some(wanted) if declared == TXN_TOKEN => transaction::subject(shared, current, wanted)?,
            _ => own(shared, current, declared, token)?,
        },
    };
    let careless = [Misbehaviour::IgnoreDpop, Misbehaviour::IgnoreCertificate];
    if !careless.into_iter().any(|how| shared.misbehaves(how)) {
        let is_audience = is_only_audience(shared, &current.project, requester, &incoming.verified);
        asked.proved.require(incoming.verified.claims.get("cnf"), is_audience)?;
    }
    let may_act = incoming.verified.claims.contains_key("may_act");
    if may_act && !shared.misbehaves(Misbehaviour::DropActor) {
        // RFC 8693 §4.4: it names who may act, and nobody can prove to be that here.
        return Err(OAuthError::invalid_request(
            "The subject token says who may act for its subject (may_act), and this server takes \
             no actor token.",
        ));
    }
    let domain = grants::domain_of(shared, asked.requested)?;
    // An ID token has no scope that a grant could be narrowed to; the other server has the last word.
    let scope = match asked.issued_type {
        ID_JAG => asked.scope,
        _ => narrowed(shared, asked.scope, &incoming)?,
    };
    let asked = &Asked { scope, ..*asked };
    if let Some(wanted) = asked.transaction {
        return transaction::issue(shared, current, requester, &incoming, wanted, asked);
    }
    if asked.issued_type == ID_JAG && incoming.subject != Subject::UserOf(requester.key) {
        return Err(OAuthError::invalid_request(
            "The ID token was issued to another client than the one that asks (aud).",
        ));
    }
    if let Some(domain) = domain {
        if !grants::is_grant_type(asked.issued_type) {
            return Err(OAuthError::invalid_target(format!(
                "'{domain}' is another domain's server, for which there are grants and no access \
                 tokens: ask for a JWT or an ID-JAG."
            )));
        }
        let target = grants::stands_for(shared, domain)
            .and_then(|client| by_audience(&shared.audiences, &current.project, &client))
            .ok_or_else(|| {
                OAuthError::invalid_target(format!(
                    "The client app that stands for '{domain}' is not in the project any more."
                ))
            })?;
        permitted(shared, current, requester, &incoming, Some(target))?;
        return grants::issue(shared, requester, &incoming, domain, asked);
    }
    if asked.issued_type == ID_JAG {
        return Err(OAuthError::invalid_target(
            "The audience of an ID-JAG must be the issuer of an authorization server that this one \
             knows as another domain's.",
        ));
    }
    let named = by_audiences(shared, &current.project, asked.requested.iter().copied());
    let target = match named {
        Ok(target) => target,
        Err(AudienceError::Unknown(_)) if shared.misbehaves(Misbehaviour::AnyAudience) => {
            return issue(shared, requester, requester, &incoming, asked);
        }
        Err(AudienceError::Unknown(audience)) => {
            return Err(OAuthError::invalid_target(format!(
                "'{audience}' names no client app of the project. Give an id or a name, or start \
                 the server with an audience map that has it."
            )));
        }
        Err(AudienceError::Several) => {
            return Err(OAuthError::invalid_target(
                "The audiences and resources name several client apps; ask for one at a time.",
            ));
        }
    };
    let target = permitted(shared, current, requester, &incoming, target)?;
    issue(shared, requester, target, &incoming, asked)
}

/// RFC 7521 §4.1: the same for a grant, whose answer says nothing of a type.
pub(super) fn access_token(
    shared: &Shared,
    requester: &ClientApp,
    target: &ClientApp,
    incoming: &SubjectToken,
    asked: &Asked<'_>,
) -> Result<Response, OAuthError> {
    let (token, lifetime) = signed(shared, requester, target, incoming, asked)?;
    let mut body = success(&token, lifetime, asked.scope, asked.proved);
    if !asked.resources.is_empty() {
        body["resource"] = one_or_several(asked.resources);
    }
    Ok(no_store(StatusCode::OK, body))
}

/// A claim or member that holds one text, or several.
pub(super) fn one_or_several(texts: &[&str]) -> Value {
    match texts {
        [one] => (*one).into(),
        several => several.into(),
    }
}

/// Whether a kind of subject token can be exchanged into what is asked for.
fn subject_type(declared: &str, issued_type: &str) -> Result<(), OAuthError> {
    let words = match (declared, issued_type) {
        (SAML1 | SAML2, _) => {
            "This server takes no SAML assertion: it knows no identity provider that issues them. \
             Sign the user in with OpenID Connect and send the ID token."
        }
        (SELF_SIGNED | UNSIGNED_JSON, _) => {
            "This server takes no subject that a workload states itself: nothing in the \
             configuration could allow it."
        }
        // Optional in the draft, for clients whose ID token has expired (§4.3).
        (ID_TOKEN | REFRESH_TOKEN, ID_JAG) => return Ok(()),
        (_, ID_JAG) => {
            "For an ID-JAG the subject token must be an ID token here, or a refresh token."
        }
        (REFRESH_TOKEN, TXN_TOKEN) => {
            "A transaction token is never issued for a refresh token: send the access token."
        }
        (TXN_TOKEN, TXN_TOKEN) | (ACCESS_TOKEN | JWT | ID_TOKEN, _) => return Ok(()),
        (REFRESH_TOKEN, _) => {
            "A refresh token can be exchanged for an ID-JAG alone; for an access token use the \
             refresh_token grant."
        }
        _ => "subject_token_type must be an access token, a JWT or an ID token here.",
    };
    Err(OAuthError::invalid_request(words))
}

/// The client app that the token comes out for, when the configuration permits the exchange.
pub(super) fn permitted<'a>(
    shared: &Shared,
    current: &'a Current,
    requester: &ClientApp,
    incoming: &SubjectToken,
    target: Option<ClientKey>,
) -> Result<&'a ClientApp, OAuthError> {
    let question = Question { requester: requester.key, subject: incoming.subject.clone(), target };
    let decision = decide(&current.project, current.reading, &question);
    let passed_over =
        |step: &Step| misbehave::passes_over(shared, step.id, &decision.question.subject);
    let refused =
        decision.verdict() == Verdict::Refused && !decision.with(Truth::False).all(passed_over);
    match (refused, decision.target.or(target)) {
        (true, _) => Err(refusal(current, &decision)),
        (_, None) => {
            // Nothing is false, but nothing says for whom either.
            let sentence = decision.step("target-known").map(|step| step.sentence.clone());
            Err(OAuthError::invalid_request(sentence.unwrap_or_else(|| {
                "The configuration does not settle which client app the token is for.".to_owned()
            })))
        }
        (_, Some(target)) => Ok(current.project.client(target)),
    }
}

fn issue(
    shared: &Shared,
    requester: &ClientApp,
    target: &ClientApp,
    incoming: &SubjectToken,
    asked: &Asked<'_>,
) -> Result<Response, OAuthError> {
    let (token, lifetime) = signed(shared, requester, target, incoming, asked)?;
    let mut body = success(&token, lifetime, asked.scope, asked.proved);
    body["issued_token_type"] = asked.issued_type.into();
    Ok(no_store(StatusCode::OK, body))
}

/// The access token, and the seconds it lives.
fn signed(
    shared: &Shared,
    requester: &ClientApp,
    target: &ClientApp,
    incoming: &SubjectToken,
    asked: &Asked<'_>,
) -> Result<(String, i64), OAuthError> {
    let Asked { requested, scope, proved, .. } = *asked;
    let target_id = need_client_id(target)?;
    let requester_id = need_client_id(requester)?;
    let own_user = matches!(incoming.subject, Subject::UserOf(_));
    // A user stays who they are; an external identity becomes the client app that stands for it.
    let subject = match incoming.verified.text("sub") {
        Some(sub) if own_user => sub,
        _ => target_id,
    };
    let audience = if requested.is_empty() {
        vec![target_id.to_owned()]
    } else {
        let mut distinct: Vec<String> = Vec::new();
        for audience in requested {
            if !distinct.iter().any(|earlier| earlier == audience) {
                distinct.push((*audience).to_owned());
            }
        }
        distinct
    };
    let access_token = AccessToken {
        subject,
        client_id: requester_id,
        audience,
        scope,
        auth_time: incoming.verified.seconds("auth_time").filter(|_| own_user),
        actor: actor(requester_id, incoming),
        not_after: Some(incoming.expires),
        proved,
    };
    misbehave::tokens::sign(shared, access_token)
}

/// RFC 8693 §4.1. A requester that brings a token issued to somebody else acts on the subject's
/// behalf, and says so, around those who did before. A requester that brings its own token is the
/// party its `client_id` names already.
pub(super) fn actor(requester_id: &str, incoming: &SubjectToken) -> Option<Value> {
    let own_user = matches!(incoming.subject, Subject::UserOf(_));
    // What an external issuer says of actors is about names that mean nothing here.
    let earlier = incoming.verified.claims.get("act").filter(|_| own_user);
    if own_user && incoming.verified.text("client_id").unwrap_or_default() == requester_id {
        return earlier.cloned();
    }
    let mut actor = json!({ "sub": requester_id });
    if let Some(earlier) = earlier {
        actor["act"] = earlier.clone();
    }
    Some(actor)
}

/// The scope of the new token: what was asked for when the old token has all of it, else the old
/// token's own. It never grows (RFC 8693 §5).
fn narrowed<'a>(
    shared: &Shared,
    requested: Option<&'a str>,
    incoming: &'a SubjectToken,
) -> Result<Option<&'a str>, OAuthError> {
    // The scopes of an external issuer are names of its own.
    let own_user = matches!(incoming.subject, Subject::UserOf(_));
    let held = incoming.verified.text("scope").filter(|_| own_user);
    for (rule, wrong) in [
        (Misbehaviour::FixedScope, Some("admin")),
        (Misbehaviour::HideScope, held),
        (Misbehaviour::GrowScope, requested.or(held)),
    ] {
        if shared.misbehaves(rule) {
            return Ok(wrong);
        }
    }
    let Some(requested) = requested else { return Ok(held) };
    let held: Vec<&str> = held.unwrap_or_default().split_ascii_whitespace().collect();
    match requested.split(' ').find(|name| !held.contains(name)) {
        None => Ok(Some(requested)),
        Some(name) => Err(OAuthError::invalid_scope(format!(
            "The subject token does not have the scope '{name}', and an exchange adds none."
        ))),
    }
}

fn refuse_actor(form: &Form) -> Result<(), OAuthError> {
    match (form.get("actor_token"), form.get("actor_token_type")) {
        (None, None) => Ok(()),
        (Some(_), None) => {
            Err(OAuthError::invalid_request("actor_token stands without actor_token_type."))
        }
        (None, Some(_)) => {
            Err(OAuthError::invalid_request("actor_token_type stands without actor_token."))
        }
        (Some(_), Some(_)) => Err(OAuthError::invalid_request(
            "This server takes no actor token: nothing in the configuration could allow an actor.",
        )),
    }
}

/// The error for a decision that is no: the code by what failed, the words of the step itself.
fn refusal(current: &Current, decision: &Decision) -> OAuthError {
    let failed = decision.steps.iter().find(|step| step.truth == Truth::False);
    let (id, sentence) = match failed {
        Some(step) => (step.id, step.sentence.clone()),
        None => ("", decision.sentence(&current.project)),
    };
    OAuthError::new(code_of(id, decision.question.target.is_some()), sentence)
}

/// The error code for a failed step of a decision.
///
/// A requester that is switched off is nobody (RFC 6749 §5.2), one that cannot authenticate may not
/// use the grant; a subject token that does not fit is an invalid request, and a target that cannot
/// be served an invalid target (RFC 8693 §2.2.2), unless none was named.
fn code_of(step: &str, target_requested: bool) -> &'static str {
    match step {
        "requester-known" | "requester-enabled" => "invalid_client",
        "requester-credential" => "unauthorized_client",
        "subject-token" | "subject-client-enabled" | "identity-match" => "invalid_request",
        _ if target_requested => "invalid_target",
        _ => "invalid_request",
    }
}
