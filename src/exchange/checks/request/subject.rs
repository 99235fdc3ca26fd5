//! Before sending: what the tokens that go in say of themselves (REQ).

use std::time::{Duration, SystemTime};

use super::super::{Check, Rule};
use super::Look;
use crate::exchange::client_auth::Client;
use crate::exchange::time;
use crate::exchange::token::{Jwt, Token};
use crate::exchange::token_type::{
    ACCESS_TOKEN, ID_TOKEN, JWT, REFRESH_TOKEN, SAML2, TXN_TOKEN, label,
};

pub fn declared_shape(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("REQ-17", "The subject token has the form of its type", "RFC 8693 §3")
            .about("subject_token_type");
    let Some(subject) = &look.subject else { return RULE.not_applicable("There is no token.") };
    let kind = look.request.subject_token_type.trim();
    match (kind, subject) {
        (JWT | ID_TOKEN, Token::Opaque { reason, .. }) => {
            RULE.warn(format!("It is declared a {}, but {reason}.", label(kind)))
        }
        (SAML2, Token::Jwt(_) | Token::Encrypted { .. }) => {
            RULE.warn("It is declared a SAML assertion, but it is a JWT.")
        }
        (ACCESS_TOKEN, _) => RULE.pass("An access token may have any form."),
        _ => RULE.pass("It has."),
    }
}

pub fn declared_content(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "REQ-18",
        "The subject token is what it is declared to be",
        "RFC 9068 §2.1, OpenID Connect Core §2",
    )
    .about("subject_token_type");
    let Some(jwt) = look.subject.as_ref().and_then(Token::jwt) else {
        return RULE.not_applicable("It cannot be looked into.");
    };
    let is_access = jwt
        .header_text("typ")
        .map(|typ| typ.to_ascii_lowercase())
        .is_some_and(|typ| typ.trim_start_matches("application/") == "at+jwt");
    let is_id = ["nonce", "at_hash", "c_hash"].iter().any(|name| jwt.claim(name).is_some());
    match look.request.subject_token_type.trim() {
        ID_TOKEN if is_access => {
            RULE.note("It is declared an ID token, but its header says at+jwt: an access token.")
        }
        ACCESS_TOKEN if is_id && !is_access => {
            RULE.note("It is declared an access token, but it has claims that only ID tokens have.")
        }
        _ => RULE.pass("Nothing speaks against it."),
    }
}

pub fn freshness(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("REQ-19", "The tokens are valid now", "RFC 7519 §4.1.4, §4.1.5, §4.1.6")
            .about("subject_token");
    let tokens = [("subject", &look.subject), ("actor", &look.actor)];
    let mut dated = false;
    for (which, token) in tokens {
        let Some(jwt) = token.as_ref().and_then(Token::jwt) else { continue };
        dated |= jwt.date("exp").is_some();
        if let Some(problem) = untimely(jwt, look.now, look.skew) {
            let rule = if which == "actor" { RULE.about("actor_token") } else { RULE };
            return rule.warn(format!("The {which} token {problem}."));
        }
    }
    if dated {
        RULE.pass(format!("They are, with {} of tolerance.", time::span(look.skew.as_secs())))
    } else {
        RULE.not_applicable("No token says when it ends.")
    }
}

/// What is wrong with a token's times.
fn untimely(jwt: &Jwt, now: SystemTime, skew: Duration) -> Option<String> {
    let clock = time::seconds(now);
    let skew = i64::try_from(skew.as_secs()).unwrap_or(i64::MAX);
    let at = |seconds: i64| time::relative(seconds, now);
    if let Some(exp) = jwt.date("exp").filter(|exp| exp.saturating_add(skew) < clock) {
        return Some(format!("ended {}", at(exp)));
    }
    if let Some(nbf) = jwt.date("nbf").filter(|nbf| nbf.saturating_sub(skew) > clock) {
        return Some(format!("is valid only {}", at(nbf)));
    }
    jwt.date("iat")
        .filter(|iat| iat.saturating_sub(skew) > clock)
        .map(|iat| format!("says it was issued {}", at(iat)))
}

pub fn subject_audience(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "REQ-20",
        "The subject token is meant for the requester or the server",
        "RFC 8693 §5; Keycloak token exchange guide",
    )
    .about("subject_token");
    let Some(jwt) = look.subject.as_ref().and_then(Token::jwt) else {
        return RULE.not_applicable("It cannot be looked into.");
    };
    let audiences = jwt.audiences();
    if audiences.is_empty() {
        return RULE.note("It names no audience.");
    }
    if look.request.subject_token_type.trim() == TXN_TOKEN {
        return of_trust_domain(RULE, &audiences, &look.request.audience);
    }
    let server = look.endpoint.trim_end_matches('/');
    let own = was_issued_to(jwt, look.client);
    let meant = audiences.iter().any(|one| {
        is_client(one, look.client)
            || one.trim_end_matches('/') == server
            || server.starts_with(&format!("{}/", one.trim_end_matches('/')))
    });
    if meant {
        RULE.pass(format!("Its audience is {}.", audiences.join(", ")))
    } else if own {
        RULE.pass("It was issued to the requester itself.")
    } else {
        RULE.note(format!(
            "It is meant for {}, neither the requester nor the server. Some servers refuse that, \
             and they are right to be careful: whoever holds it may not be whom it was given to.",
            audiences.join(", ")
        ))
    }
}

/// A transaction token is meant for every workload of its trust domain, and so is what replaces it
/// (draft-ietf-oauth-transaction-tokens §13.15).
fn of_trust_domain(rule: Rule, audiences: &[&str], asked: &[String]) -> Check {
    let asked: Vec<&str> =
        asked.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    if audiences.iter().any(|one| asked.contains(one)) {
        rule.pass("It is a transaction token of the trust domain that the request names.")
    } else {
        rule.note(format!(
            "It is a transaction token of the trust domain {}, which the request does not name as \
             its audience. A transaction stays in its trust domain.",
            audiences.join(", ")
        ))
    }
}

/// Whether an audience is a client by its id.
fn is_client(audience: &str, client: &Client) -> bool {
    audience.eq_ignore_ascii_case(&client.id)
}

fn was_issued_to(jwt: &Jwt, client: &Client) -> bool {
    jwt.client().is_some_and(|(_, id)| is_client(id, client))
}

pub fn may_act(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("REQ-21", "The actor is the one the subject token allows", "RFC 8693 §4.4")
            .about("actor_token");
    let Some(allowed) =
        look.subject.as_ref().and_then(Token::jwt).and_then(|jwt| jwt.claim("may_act"))
    else {
        return RULE.not_applicable("The subject token does not say who may act.");
    };
    let Some(actor) = &look.actor else {
        return RULE.warn(
            "The subject token names who may act (may_act), but no actor token is sent. A good \
             server refuses that.",
        );
    };
    let Some(actor) = actor.jwt() else {
        return RULE.not_applicable("The actor token cannot be looked into.");
    };
    let differs = ["iss", "sub"]
        .into_iter()
        .find(|name| allowed.get(name).is_some_and(|value| actor.claim(name) != Some(value)));
    match differs {
        Some(name) => RULE.warn(format!(
            "The actor token's {name} is not the one that may_act allows; a good server refuses."
        )),
        None => RULE.pass("The actor token is of the party that may_act names."),
    }
}

pub fn refresh_subject(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "REQ-22",
        "The subject token is not a refresh token",
        "draft-ietf-oauth-transaction-tokens",
    )
    .about("subject_token_type");
    if look.request.subject_token_type.trim() != REFRESH_TOKEN {
        return RULE.pass("It is not.");
    }
    if look.request.requested_token_type.trim() == TXN_TOKEN {
        RULE.fail("A transaction token is never issued for a refresh token.")
    } else {
        RULE.note("It is. Few servers take that, and it hands over more than an access token does.")
    }
}

/// RFC 8705 §3 has a protected resource refuse a token whose certificate is not that of the connection,
/// and no standard says what an exchange makes of one. The party that a token was issued to has its
/// certificate and can show it; the party that it was issued *for* has received it over a connection
/// with that certificate, and cannot have it. A server that refuses the second too keeps whoever is
/// called with such a token from going on with it.
pub fn bound_subject(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "REQ-26",
        "A subject token that is bound to a key comes with a proof of that key",
        "RFC 9449 §6, RFC 8705 §3, RFC 7800 §3",
    )
    .about("subject_token");
    let jwt = look.subject.as_ref().and_then(Token::jwt);
    let Some((jwt, bound)) = jwt.and_then(|jwt| Some((jwt, jwt.claim("cnf")?))) else {
        return RULE.not_applicable("It is bound to no key.");
    };
    let text = |name: &str| bound.get(name).and_then(serde_json::Value::as_str);
    let wanted = text("jkt");
    if let (None, Some(wanted)) = (wanted, text("x5t#S256")) {
        let is_audience = jwt.audiences().iter().any(|one| is_client(one, look.client));
        return match look.client.certificate() {
            Some(one) if one.thumbprint() == wanted => {
                RULE.pass("It is bound to the certificate that this request shows.")
            }
            _ if is_audience && !was_issued_to(jwt, look.client) => RULE.note(
                "It is bound to the certificate of whoever it was issued to, and meant for the \
                 requester, which cannot have that certificate. The standards leave to the server \
                 whether it takes such a token.",
            ),
            Some(_) => RULE.warn(
                "It is bound to another certificate than the one that this request shows; a good \
                 server refuses that.",
            ),
            None => RULE.warn(
                "It is bound to a certificate, and none is shown. A good server refuses that: \
                 whoever had stolen the token could do the same.",
            ),
        };
    }
    match (wanted, &look.client.dpop) {
        (Some(wanted), Some(key)) if key.thumbprint() == wanted => {
            RULE.pass("It is bound to the key that this request proves.")
        }
        (Some(_), Some(_)) => RULE.warn(
            "It is bound to another key than the one that this request proves; a good server \
             refuses that.",
        ),
        (Some(_), None) => RULE.warn(
            "It is bound to a key (DPoP), and no proof is sent. A good server refuses that: \
             whoever had stolen the token could do the same.",
        ),
        (None, _) => RULE.note("It is bound to something other than a DPoP key or a certificate."),
    }
}
