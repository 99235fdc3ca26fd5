//! Grants across domains: issuing them (leg 1), and redeeming those of a trusted server (leg 2).
//!
//! Another domain has an authorization server of its own, which a configuration knows as a client app.
//! So which client app stands for which server is an option of the run ([`Options::domains`]), and with
//! that everything is decided as ever: a grant for the other domain is issued when [`decide`] allows the
//! exchange into that client app, and a grant of a trusted server is redeemed when it allows the exchange
//! of an external identity, the grant's issuer and subject, into the client app that holds it.
//!
//! | asked for | issued |
//! |---|---|
//! | `…:id-jag` | an identity assertion grant (draft-ietf-oauth-identity-assertion-authz-grant) |
//! | `…:jwt`, for another domain | a grant for chaining (draft-ietf-oauth-identity-chaining) |
//!
//! A client has the same id in both domains, as if ids were shared between them. A grant is good for one
//! use: the drafts leave that to the server that redeems, and this one takes the careful way. It never
//! redeems a grant that it issued itself, and gives no refresh token with what it redeems.
//!
//! [`Options::domains`]: super::Options::domains
//! [`decide`]: crate::trust::decide

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json};
use url::Url;

use super::clients::{is_public, require_enabled};
use super::exchange::{Asked, one_or_several, permitted};
use super::http::{Form, OAuthError, no_store};
use super::predict::by_audience;
use super::proved::Proved;
use super::subject::{SubjectToken, fetch, issuer_of};
use super::token::{need_client_id, requested_scope};
use super::{Current, Shared, metadata, replay};
use crate::config::ClientApp;
use crate::exchange::keys::{KeySet, random_text};
use crate::exchange::preset::id_jag;
use crate::exchange::token_type::{ID_JAG, JWT};
use crate::trust::Subject;

/// How long a grant lives, in seconds, unless the token that went in ends earlier.
const LIFETIME: i64 = 300;

/// What the header of a grant for chaining says it is.
const CHAINING_TYP: &str = "authorization-grant+jwt";

/// How far the clock of a trusted server may be from this one's, in seconds.
const SKEW: i64 = 60;

/// Whether these targets are one other domain's server; `None` when no target is one.
pub(super) fn domain_of<'a>(
    shared: &Shared,
    requested: &[&'a str],
) -> Result<Option<&'a str>, OAuthError> {
    let domains = shared.domains();
    let is_domain = |text: &str| domains.issued_for.iter().any(|(issuer, _)| issuer == text);
    match requested {
        [one] if is_domain(one) => Ok(Some(one)),
        several if several.iter().any(|one| is_domain(one)) => Err(OAuthError::invalid_target(
            "A grant is for the authorization server of one other domain, and for nothing beside it.",
        )),
        _ => Ok(None),
    }
}

/// The client app that stands for a domain, by the id or name that the run was given.
pub(super) fn stands_for(shared: &Shared, domain: &str) -> Option<String> {
    let domains = shared.domains();
    let found = domains.issued_for.iter().find(|(issuer, _)| issuer == domain);
    found.map(|(_, client)| client.clone())
}

/// What an ID-JAG asks of a request beyond others (draft-ietf-oauth-identity-assertion-authz-grant §4.3,
/// §8.1; RFC 8707 §2).
pub(super) fn id_jag_request(requester: &ClientApp, resources: &[&str]) -> Result<(), OAuthError> {
    if is_public(requester) {
        return Err(OAuthError::unauthorized_client(
            "A public client gets no ID-JAG: send the user to the other server instead.",
        ));
    }
    if resources.iter().any(|text| Url::parse(text).is_err() || text.contains('#')) {
        return Err(OAuthError::invalid_target("A resource must be a URI without a fragment."));
    }
    Ok(())
}

/// Signs a grant for another domain's server.
pub(super) fn issue(
    shared: &Shared,
    requester: &ClientApp,
    incoming: &SubjectToken,
    domain: &str,
    asked: &Asked<'_>,
) -> Result<Response, OAuthError> {
    let Some(subject) = incoming.verified.text("sub") else {
        return Err(OAuthError::invalid_request("The subject token has no subject (sub)."));
    };
    let now = shared.now();
    let exp = incoming.expires.min(now.saturating_add(LIFETIME));
    let mut claims = Map::new();
    let mut set = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
    set("iss", shared.issuer.as_str().into());
    set("sub", subject.into());
    set("aud", domain.into());
    set("client_id", need_client_id(requester)?.into());
    if let Some(scope) = asked.scope {
        set("scope", scope.into());
    }
    // What is behind the other server is for that server to know; it has the last word.
    if !asked.resources.is_empty() {
        set("resource", one_or_several(asked.resources));
    }
    if let Some(time) = incoming.verified.seconds("auth_time") {
        set("auth_time", time.into());
    }
    // A grant is redeemed over another connection; only a key can be proved there.
    if let Some(thumbprint) = asked.proved.thumbprint() {
        set("cnf", json!({ "jkt": thumbprint }));
    }
    set("iat", now.into());
    set("exp", exp.into());
    set("jti", random_text().map_err(|_| OAuthError::server_error())?.into());
    let typ = if asked.issued_type == ID_JAG { id_jag::TYP } else { CHAINING_TYP };
    let token = shared.keys.sign(typ, &claims).map_err(|_| OAuthError::server_error())?;
    let mut body = json!({
        "access_token": token,
        "issued_token_type": asked.issued_type,
        "token_type": "N_A",
        "expires_in": exp - now,
    });
    if let Some(scope) = asked.scope {
        body["scope"] = scope.into();
    }
    Ok(no_store(StatusCode::OK, body))
}

/// Whether a type can be asked for another domain's server.
pub(super) fn is_grant_type(issued_type: &str) -> bool {
    [ID_JAG, JWT].contains(&issued_type)
}

/// RFC 7523 §2.1: a grant of a trusted server becomes an access token.
pub(super) async fn redeem(
    shared: &Shared,
    current: &Current,
    client: &ClientApp,
    form: &Form,
    proved: &Proved,
) -> Result<Response, OAuthError> {
    require_enabled(client)?;
    if is_public(client) {
        return Err(OAuthError::unauthorized_client(
            "A public client cannot redeem a grant: it cannot prove to be the one it was issued to.",
        ));
    }
    let assertion = form.need("assertion")?;
    let scope = requested_scope(form)?;
    let refuse =
        |reason: &str| OAuthError::invalid_grant(format!("The grant is not taken: {reason}."));
    let issuer =
        issuer_of(assertion).ok_or_else(|| refuse("it does not say who issued it (iss)"))?;
    if issuer == shared.issuer {
        return Err(refuse("this server issued it itself, and it is for another"));
    }
    if !shared.domains().trusted.contains(&issuer) {
        return Err(refuse("its issuer is not one that this server trusts"));
    }
    let keys = keys(shared, &issuer).await.map_err(|reason| refuse(&reason))?;
    let verified = keys.verify(assertion).map_err(|error| refuse(&error.to_string()))?;
    let typ = verified.typ().unwrap_or_default();
    let is_id_jag = typ == id_jag::TYP;
    if !is_id_jag && typ != CHAINING_TYP {
        return Err(refuse("its header (typ) does not say that it is a grant"));
    }
    let endpoint = format!("{}{}", shared.issuer, metadata::TOKEN);
    let audiences = verified.audiences();
    let meant = match audiences.as_slice() {
        [one] if is_id_jag => *one == shared.issuer,
        several if !is_id_jag => {
            several.iter().any(|one| [shared.issuer.as_str(), &endpoint].contains(one))
        }
        _ => false,
    };
    if !meant {
        return Err(refuse("it is not for this server alone (aud)"));
    }
    let own = need_client_id(client)?;
    match verified.text("client_id") {
        Some(named) if named == own => {}
        None if !is_id_jag => {}
        _ => return Err(refuse("it was issued to another client (client_id)")),
    }
    let now = shared.now();
    let expires = verified.seconds("exp").ok_or_else(|| refuse("it has no end (exp)"))?;
    if expires <= now {
        return Err(refuse("it has expired"));
    }
    let ahead = |name: &str| verified.seconds(name).is_some_and(|at| at > now.saturating_add(SKEW));
    if ahead("nbf") || ahead("iat") || (is_id_jag && verified.seconds("iat").is_none()) {
        return Err(refuse("it is not valid yet, or does not say since when (nbf, iat)"));
    }
    let subject = verified.text("sub").ok_or_else(|| refuse("it has no subject (sub)"))?;
    let bound = verified.claims.get("cnf").map(|cnf| cnf.get("jkt").and_then(Value::as_str));
    match (bound, &proved.key) {
        (None, _) => {}
        (Some(Some(jkt)), Some(proof)) if proof.thumbprint == jkt => {}
        (Some(_), Some(_)) => return Err(refuse("it is bound to another key than the one proved")),
        (Some(_), None) => {
            return Err(refuse("it is bound to a key (cnf), and no proof of that key came along"));
        }
    }
    let held = verified.text("scope").unwrap_or_default();
    let more = scope.and_then(|scope| {
        scope.split(' ').find(|name| !held.split_ascii_whitespace().any(|one| one == *name))
    });
    if let Some(name) = more {
        return Err(OAuthError::invalid_scope(format!("The grant does not give '{name}'.")));
    }
    let name = verified.text("jti").filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| refuse("it has no name of its own (jti)"))?.to_owned();

    let subject = Subject::External { issuer: issuer.clone(), subject: subject.to_owned() };
    let granted = verified.text("scope").map(str::to_owned);
    let named: Vec<String> = match verified.claims.get("resource") {
        Some(Value::Array(several)) => {
            several.iter().filter_map(|one| one.as_str().map(str::to_owned)).collect()
        }
        one => one.and_then(Value::as_str).map(str::to_owned).into_iter().collect(),
    };
    let incoming = SubjectToken { subject, verified, expires };
    let target = permitted(shared, current, client, &incoming, None)
        .map_err(|error| OAuthError::invalid_grant(error.description))?;
    // Of the resources in the grant, those that the token's client app is known by here (§4.4.1).
    let is_target = |resource: &&str| {
        by_audience(&shared.audiences, &current.project, resource) == Some(target.key)
    };
    let resources: Vec<&str> = named.iter().map(String::as_str).filter(is_target).collect();
    if resources.is_empty() && !named.is_empty() {
        return Err(OAuthError::invalid_target(
            "The grant is for resources that this server does not know the client app by.",
        ));
    }
    let asked = Asked {
        requested: &resources,
        resources: &resources,
        scope: scope.or(granted.as_deref()),
        issued_type: crate::exchange::token_type::ACCESS_TOKEN,
        proved,
        transaction: None,
    };
    // Taken last, so that a grant that is refused for another reason is not used up.
    match shared.first(&format!("grant {issuer}"), &name, expires) {
        Ok(()) => {}
        Err(replay::Replay::Again) => return Err(refuse("it was used before (jti)")),
        Err(replay::Replay::Full) => return Err(OAuthError::server_error()),
    }
    super::exchange::access_token(shared, client, target, &incoming, &asked)
}

/// The keys of a trusted server, over loopback: its issuer is an address of this machine.
async fn keys(shared: &Shared, issuer: &str) -> Result<KeySet, String> {
    let document = fetch(shared, &format!("{issuer}/.well-known/openid-configuration")).await?;
    let document: Value = serde_json::from_slice(&document)
        .map_err(|_| "the metadata of its issuer is not JSON".to_owned())?;
    if document.get("issuer").and_then(Value::as_str) != Some(issuer) {
        return Err("the metadata of its issuer is that of another".to_owned());
    }
    let keys = document.get("jwks_uri").and_then(Value::as_str).unwrap_or_default();
    if !keys.starts_with(&format!("{issuer}/")) {
        return Err("the keys of its issuer are elsewhere".to_owned());
    }
    KeySet::parse(&fetch(shared, keys).await?).map_err(|error| error.to_string())
}

/// Whether a server can be trusted here: nothing that an option says makes this program connect to
/// another machine.
pub fn is_loopback(issuer: &str) -> bool {
    let Ok(url) = Url::parse(issuer) else { return false };
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    url.scheme() == "http" && url.host_str() == Some("127.0.0.1") && bare && !issuer.ends_with('/')
}
