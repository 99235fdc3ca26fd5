//! The token that goes into an exchange: whose it is, and whether it can be believed.
//!
//! A token of this authority is verified with its own keys. A token of an external issuer is verified
//! with the keys of the loopback port that plays that issuer, whatever URL the issuer has, and has to be
//! for this server or for the client that brings it.

use serde_json::Value;

use super::clients::{by_audiences, by_client_id, client_id};
use super::http::OAuthError;
use super::issuers::local_base;
use super::predict::by_audience;
use super::token::{ACCESS_TOKEN_TYP, ID_TOKEN_TYP, OwnTokenError, own_token};
use super::{Current, Misbehaviour, Shared, metadata, misbehave};
use crate::config::{ClientApp, ClientKey, Project};
use crate::exchange::keys::{KeySet, Verified};
use crate::exchange::token_type::{ACCESS_TOKEN, ID_TOKEN};
use crate::trust::Subject;

/// How far the clocks of an external issuer and this machine may be apart, in seconds.
const SKEW: i64 = 60;

/// The longest that an external token may still be valid, in seconds. Workloads get theirs for minutes
/// or hours; one that is good for years is a password that nobody can change.
const MOST_LIFE: i64 = 24 * 3_600;

/// The token that goes in, after it was verified.
pub(super) struct SubjectToken {
    pub subject: Subject,
    pub verified: Verified,
    pub expires: i64,
}

/// What the token says of its issuer, believed by nobody yet: it only tells whose key to try.
pub(super) fn issuer_of(token: &str) -> Option<String> {
    use base64::Engine as _;

    let payload = token.split('.').nth(1)?;
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).ok()?;
    let claims: Value = serde_json::from_slice(&bytes).ok()?;
    claims.get("iss")?.as_str().map(str::to_owned)
}

/// A subject token of this authority that is valid now, whatever it is.
pub(super) fn verified(shared: &Shared, token: &str) -> Result<Verified, OAuthError> {
    own_token(shared, token).map_err(|error| match error {
        OwnTokenError::Bad(reason) => OAuthError::invalid_request(format!(
            "The subject token is not one that this server issued: {reason}."
        )),
        OwnTokenError::Expired => OAuthError::invalid_request("The subject token has expired."),
    })
}

/// A token that this authority issued to a user.
pub(super) fn own(
    shared: &Shared,
    current: &Current,
    declared: &str,
    token: &str,
) -> Result<SubjectToken, OAuthError> {
    let verified = verified(shared, token)?;
    let typ = verified.typ().unwrap_or_default();
    let as_declared = match declared {
        ACCESS_TOKEN => typ == ACCESS_TOKEN_TYP,
        ID_TOKEN => typ == ID_TOKEN_TYP,
        // A transaction token or a grant is a JWT too, and neither can be exchanged as one.
        _ => [ACCESS_TOKEN_TYP, ID_TOKEN_TYP].contains(&typ.as_str()),
    };
    let any_type = shared.misbehaves(Misbehaviour::AnyTokenType);
    if !as_declared && !any_type {
        return Err(OAuthError::invalid_request(
            "The subject token is not of the type that subject_token_type says.",
        ));
    }
    if verified.seconds("auth_time").is_none() {
        return Err(OAuthError::invalid_request(
            "The subject token has no user: it was issued to a client for itself.",
        ));
    }
    let client = token_client(shared, current, &verified).ok_or_else(|| {
        OAuthError::invalid_request(
            "The client app that the subject token was issued for is not in the project any more.",
        )
    })?;
    let expires = verified.seconds("exp").unwrap_or_default();
    Ok(SubjectToken { subject: Subject::UserOf(client), verified, expires })
}

/// The client app that a token of this authority is for.
fn token_client(shared: &Shared, current: &Current, verified: &Verified) -> Option<ClientKey> {
    by_audiences(shared, &current.project, verified.audiences().into_iter()).ok().flatten()
}

/// A token of an external issuer: its keys come from the loopback port that plays the issuer,
/// whatever URL the issuer has.
pub(super) async fn external(
    shared: &Shared,
    current: &Current,
    requester: &ClientApp,
    issuer: &str,
    token: &str,
) -> Result<SubjectToken, OAuthError> {
    let bad = |reason: &str| {
        OAuthError::invalid_request(format!(
            "The subject token of the issuer '{}' is not accepted: {reason}.",
            issuer.chars().take(200).collect::<String>()
        ))
    };
    let keys = external_keys(shared, issuer).await.map_err(|reason| bad(&reason))?;
    let verified = misbehave::signatures::verify(shared, &keys, token)
        .map_err(|error| bad(&error.to_string()))?;
    let now = shared.now();
    let Some(expires) = verified.seconds("exp") else {
        return Err(bad("it does not say when it expires (exp)"));
    };
    if expires <= now && !shared.misbehaves(Misbehaviour::IgnoreExpiry) {
        return Err(bad("it has expired"));
    }
    let too_long = expires > now.saturating_add(MOST_LIFE + SKEW);
    if too_long && !shared.misbehaves(Misbehaviour::AnyLifetime) {
        return Err(bad("it is valid for longer than a day (exp)"));
    }
    let ahead =
        |claim: &str| verified.seconds(claim).is_some_and(|start| start > now.saturating_add(SKEW));
    if (ahead("nbf") || ahead("iat")) && !shared.misbehaves(Misbehaviour::IgnoreNotBefore) {
        return Err(bad("it is not valid yet (nbf, iat)"));
    }
    let for_us = is_for(shared, &current.project, requester, &verified);
    if !for_us && !shared.misbehaves(Misbehaviour::AnyTokenAudience) {
        return Err(bad(&format!(
            "it is for another service (aud); it must be for {} or for the client that asks",
            shared.issuer
        )));
    }
    let Some(subject) = verified.text("sub") else {
        return Err(bad("it has no subject (sub)"));
    };
    let (issuer, subject) =
        misbehave::identities::taken_for(shared, &current.project, issuer, subject);
    Ok(SubjectToken { subject: Subject::External { issuer, subject }, verified, expires })
}

/// Whether an external token may be used here: it is for this server, or for the client that brings
/// it, by whatever name the audience map gives that client (a shared issuer's token for another
/// service must not open this one). A token that names no audience passes, because the
/// configuration does not say which one an issuer has to write.
fn is_for(shared: &Shared, project: &Project, requester: &ClientApp, verified: &Verified) -> bool {
    let endpoint = format!("{}{}", shared.issuer, metadata::TOKEN);
    let audiences = verified.audiences();
    !verified.claims.contains_key("aud")
        || audiences.iter().any(|audience| {
            [shared.issuer.as_str(), &endpoint].contains(audience)
                || client_id(requester) == Some(audience)
                || by_audience(&shared.audiences, project, audience) == Some(requester.key)
        })
}

/// Whether a token is for the client that brings it, and was issued to another: then it came to that
/// client as to a protected resource.
pub(super) fn is_only_audience(
    shared: &Shared,
    project: &Project,
    requester: &ClientApp,
    verified: &Verified,
) -> bool {
    let own = verified.text("client_id").and_then(|id| by_client_id(project, id));
    let audiences = verified.audiences();
    own.is_none_or(|owner| owner.key != requester.key)
        && audiences.iter().any(|audience| {
            by_audience(&shared.audiences, project, audience) == Some(requester.key)
        })
}

/// Discovery (RFC 8414 §3.3: the issuer must be the one that was asked for, byte by byte) and keys
/// of an external issuer, over loopback.
async fn external_keys(shared: &Shared, issuer: &str) -> Result<KeySet, String> {
    let base = local_base(&shared.external, issuer);
    let metadata = fetch(shared, &format!("{base}/.well-known/openid-configuration")).await?;
    let metadata: Value = serde_json::from_slice(&metadata)
        .map_err(|_| "its discovery document is not JSON".to_owned())?;
    if metadata.get("issuer").and_then(Value::as_str) != Some(issuer) {
        return Err("its discovery document is that of another issuer".to_owned());
    }
    let keys = metadata.get("jwks_uri").and_then(Value::as_str).unwrap_or_default();
    if !keys.starts_with(&format!("{}/", shared.external)) {
        return Err("its keys are elsewhere".to_owned());
    }
    KeySet::parse(&fetch(shared, keys).await?).map_err(|error| error.to_string())
}

pub(super) async fn fetch(shared: &Shared, url: &str) -> Result<Vec<u8>, String> {
    let answer = shared.http.get(url).send().await;
    let answer = answer.map_err(|_| "the local issuer does not answer".to_owned())?;
    match answer.status().as_u16() {
        200 => {}
        404 => {
            return Err("no token of this issuer was minted by the external issuer of this server"
                .to_owned());
        }
        status => return Err(format!("the local issuer answers {status}")),
    }
    let body = answer.bytes().await.map_err(|_| "the local issuer breaks off".to_owned())?;
    Ok(body.to_vec())
}
