//! Before sending: is the request one a conforming server understands, and a wise one? (REQ)

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use secrecy::ExposeSecret;
use url::Url;

use super::{Check, Rule};
use crate::exchange::assertion::AssertionAudience;
use crate::exchange::client_auth::{Client, ClientAuth};
use crate::exchange::discovery::Server;
use crate::exchange::http;
use crate::exchange::preset::{self, Asked};
use crate::exchange::request::{ExchangeRequest, is_reserved, looks_secret};
use crate::exchange::time;
use crate::exchange::token::{self, Jwt, Token};
use crate::exchange::token_type::{
    ACCESS_TOKEN, GRANT_TYPE, ID_TOKEN, JWT, REFRESH_TOKEN, SAML2, TXN_TOKEN, label,
};

/// What the REQ checks look at.
struct Look<'a> {
    request: &'a ExchangeRequest,
    client: &'a Client,
    /// The address typed so far.
    endpoint: &'a str,
    issuer_known: bool,
    subject: Option<Token>,
    actor: Option<Token>,
    now: SystemTime,
    skew: Duration,
}

/// All checks of a request: those of the standard, and those of the preset that it follows.
pub fn all(
    request: &ExchangeRequest,
    client: &Client,
    server: &Server,
    now: SystemTime,
    skew: Duration,
) -> Vec<Check> {
    let decode = |text: &str| (!text.is_empty()).then(|| token::decode(text));
    let look = Look {
        request,
        client,
        endpoint: server.address().trim(),
        issuer_known: matches!(server, Server::Issuer(_)),
        subject: decode(request.subject_token.expose_secret()),
        actor: decode(request.actor_token.expose_secret()),
        now,
        skew,
    };
    let mut checks: Vec<Check> = [
        transport,
        grant_type,
        subject_token,
        subject_token_type,
        actor,
        requested_token_type,
        resource,
        audience,
        scope,
        repetition,
        empty_values,
        one_authentication,
        basic_encoding,
        secrets_in_place,
        authenticated,
        cross_product,
        declared_shape,
        declared_content,
        freshness,
        subject_audience,
        may_act,
        refresh_subject,
        extras,
        assertion_audience,
        secret_length,
        bound_subject,
    ]
    .into_iter()
    .map(|check| check(&look))
    .collect();
    checks.extend(preset::request_checks(&Asked {
        request,
        client,
        subject: look.subject.as_ref(),
    }));
    checks
}

fn absolute(text: &str) -> bool {
    Url::parse(text.trim()).is_ok()
}

fn transport(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("REQ-01", "The request goes out encrypted, as a form", "RFC 6749 §3.2")
            .about("endpoint");
    match http::parse_url(look.endpoint) {
        Err(error) => RULE.fail(error.message),
        Ok(url) if url.scheme() == "http" => {
            RULE.note("Plain http, allowed because the server is this machine.")
        }
        Ok(_) => RULE.pass("POST over https, as application/x-www-form-urlencoded."),
    }
}

fn grant_type(_: &Look<'_>) -> Check {
    Rule::new("REQ-02", "The grant type is token exchange", "RFC 8693 §2.1")
        .about("grant_type")
        .pass(format!("{GRANT_TYPE}."))
}

fn subject_token(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("REQ-03", "There is a subject token", "RFC 8693 §2.1").about("subject_token");
    let text = look.request.subject_token.expose_secret();
    if text.is_empty() {
        RULE.fail("There is none. Choose where it comes from, or paste one.")
    } else if text.trim() != text || text.chars().any(char::is_whitespace) {
        RULE.warn("It holds white space, as a careless copy leaves it. No token has any.")
    } else {
        RULE.pass("Present, once.")
    }
}

fn subject_token_type(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("REQ-04", "The subject token's type is a URI", "RFC 8693 §2.1, §3")
            .about("subject_token_type");
    match look.request.subject_token_type.trim() {
        "" => RULE.fail("It is missing. For most tokens it is the access token type."),
        text if !absolute(text) => RULE.fail(format!("“{text}” is not an absolute URI.")),
        text => RULE.pass(format!("{}.", label(text))),
    }
}

fn actor(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("REQ-05", "Actor token and its type come together", "RFC 8693 §2.1")
            .about("actor_token");
    let kind = look.request.actor_token_type.trim();
    match (look.actor.is_some(), kind) {
        (false, "") => RULE.not_applicable("There is no actor token."),
        (false, _) => RULE.fail("There is a type but no actor token."),
        (true, "") => RULE.fail("There is an actor token without its type."),
        (true, text) if !absolute(text) => {
            RULE.fail(format!("The type “{text}” is not an absolute URI."))
        }
        (true, text) => RULE.pass(format!("An actor token, {}.", label(text))),
    }
}

fn requested_token_type(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new("REQ-06", "The requested type is a URI", "RFC 8693 §2.1, §3")
        .about("requested_token_type");
    match look.request.requested_token_type.trim() {
        "" => RULE.not_applicable("None is asked for; the server chooses."),
        text if !absolute(text) => RULE.fail(format!("“{text}” is not an absolute URI.")),
        text => RULE.pass(format!("{}.", label(text))),
    }
}

fn resource(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "REQ-07",
        "Each resource is an absolute URI without a fragment",
        "RFC 8693 §2.1, RFC 8707 §2",
    )
    .about("resource");
    let resources: Vec<&str> =
        look.request.resource.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    if resources.is_empty() {
        return RULE.not_applicable("No resource is named.");
    }
    for text in &resources {
        match Url::parse(text) {
            Err(_) => {
                return RULE.fail(format!(
                    "“{text}” is not an absolute URI. A logical name belongs in audience."
                ));
            }
            Ok(url) if url.fragment().is_some() => {
                return RULE.fail(format!("“{text}” has a fragment (#…)."));
            }
            Ok(_) => {}
        }
    }
    match resources.iter().find(|text| text.contains('?')) {
        Some(text) => RULE.warn(format!("“{text}” has a query, which a resource should not have.")),
        None => RULE.pass(resources.join(", ")),
    }
}

fn audience(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("REQ-08", "The audience names the targets", "RFC 8693 §2.1").about("audience");
    let audiences: Vec<&str> =
        look.request.audience.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    if let Some(text) = audiences.iter().find(|text| text.trim() != **text) {
        return RULE.warn(format!("“{text}” begins or ends with a space, and is sent like that."));
    }
    let mut seen = HashSet::new();
    if let Some(text) = audiences.iter().find(|text| !seen.insert(**text)) {
        return RULE.note(format!("“{text}” stands twice."));
    }
    match (audiences.is_empty(), look.request.resource.iter().all(String::is_empty)) {
        (true, true) => {
            RULE.note("Neither audience nor resource is named; the server chooses the target.")
        }
        (true, false) => RULE.not_applicable("The target is named as a resource."),
        (false, _) => RULE.pass(audiences.join(", ")),
    }
}

fn scope(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("REQ-09", "The scope is a list of proper words", "RFC 6749 §3.3").about("scope");
    let text = look.request.scope.as_str();
    if text.is_empty() {
        return RULE.not_applicable("No scope is asked for; the server chooses.");
    }
    let proper = |c: char| matches!(c, '\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e');
    if let Some(bad) = text.chars().find(|c| *c != ' ' && !proper(*c)) {
        return RULE.fail(format!("The character “{}” may not be in a scope.", bad.escape_debug()));
    }
    if text.split(' ').any(str::is_empty) {
        return RULE.fail("Scopes are separated by exactly one space, with none at either end.");
    }
    RULE.pass(format!("{} scopes.", text.split(' ').count()))
}

fn repetition(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("REQ-10", "Only resource and audience are repeated", "RFC 6749 §3.2")
            .about("extra");
    let mut seen = HashSet::new();
    let twice = look
        .request
        .extra
        .iter()
        .filter(|(name, value)| !name.trim().is_empty() && !value.is_empty())
        .find(|(name, _)| !seen.insert(name.trim()));
    match twice {
        Some((name, _)) => RULE.fail(format!("“{name}” stands twice.")),
        None => RULE.pass("Nothing else is repeated."),
    }
}

fn empty_values(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new("REQ-11", "No empty value is sent", "RFC 6749 §3.2");
    let empty =
        look.request.extra.iter().find(|(name, value)| !name.trim().is_empty() && value.is_empty());
    match empty {
        Some((name, _)) => {
            RULE.about("extra").note(format!("“{name}” is empty and will be left out."))
        }
        None => RULE.pass("Empty fields are left out."),
    }
}

fn one_authentication(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new("REQ-12", "The client authenticates in one way", "RFC 6749 §2.3")
        .about("client_id");
    if look.client.id.is_empty() {
        return RULE.fail("The client id is missing: it says who asks.");
    }
    match &look.client.auth {
        auth if auth.secret().is_some_and(|secret| secret.expose_secret().is_empty()) => {
            RULE.about("client_secret").warn("The client secret is empty.")
        }
        auth => RULE.pass(format!("{}, and nothing beside it.", auth.method().name())),
    }
}

fn basic_encoding(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("REQ-13", "Id and secret are form-encoded before Basic", "RFC 6749 §2.3.1")
            .about("client_id");
    match &look.client.auth {
        ClientAuth::Basic(secret) => {
            let plain = |text: &str| {
                text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
            };
            if plain(&look.client.id) && plain(secret.expose_secret()) {
                RULE.pass("They are the same with and without.")
            } else {
                RULE.note(
                    "Id or secret hold characters that are encoded. A server that does not decode \
                     them will say invalid_client; client_secret_post avoids that.",
                )
            }
        }
        _ => RULE.not_applicable("Basic is not used."),
    }
}

fn secrets_in_place(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("REQ-14", "No secret is where it may be logged", "RFC 6749 §2.3.1");
    let in_query = Url::parse(look.endpoint).ok().and_then(|url| {
        url.query_pairs().map(|(name, _)| name.into_owned()).find(|name| looks_secret(name))
    });
    if let Some(name) = in_query {
        return RULE
            .about("endpoint")
            .fail(format!("The address carries “{name}” in its query, which ends up in logs."));
    }
    match look.client.auth {
        ClientAuth::Post(_) => RULE
            .about("client_auth")
            .note("The secret travels in the body, which the standard does not recommend."),
        _ => RULE.pass("None is in the address or the body."),
    }
}

fn authenticated(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new("REQ-15", "The client proves who it is", "RFC 8693 §2.1, §5")
        .about("client_auth");
    match look.client.auth {
        ClientAuth::None => RULE.warn(
            "It does not. Where that is enough, anybody with a stolen token can exchange it.",
        ),
        ClientAuth::Basic(_) | ClientAuth::Post(_) => RULE.pass("With its secret."),
        ClientAuth::SecretJwt { .. } => RULE.pass("With an assertion signed with its secret."),
        ClientAuth::PrivateKeyJwt { .. } => RULE.pass("With an assertion signed with its key."),
        ClientAuth::Tls { .. } => RULE.pass("With its certificate."),
    }
}

fn cross_product(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("REQ-16", "Several scopes do not meet several targets", "RFC 8693 §2.1.1")
            .about("scope");
    let targets = look.request.audience.iter().chain(&look.request.resource);
    let targets = targets.filter(|text| !text.is_empty()).count();
    let scopes = look.request.scopes().len();
    if targets > 1 && scopes > 1 {
        RULE.warn(format!(
            "This asks for every one of {scopes} scopes at every one of {targets} targets."
        ))
    } else {
        RULE.pass(format!("{scopes} scopes at {targets} targets."))
    }
}

fn declared_shape(look: &Look<'_>) -> Check {
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

fn declared_content(look: &Look<'_>) -> Check {
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

fn freshness(look: &Look<'_>) -> Check {
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

fn subject_audience(look: &Look<'_>) -> Check {
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
    let server = look.endpoint.trim_end_matches('/');
    let own = jwt.client().is_some_and(|(_, id)| id == look.client.id);
    let meant = audiences.iter().any(|one| {
        one.eq_ignore_ascii_case(&look.client.id)
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

fn may_act(look: &Look<'_>) -> Check {
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

fn refresh_subject(look: &Look<'_>) -> Check {
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

fn extras(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "REQ-23",
        "Extra parameters do not replace those of the standard",
        "RFC 6749 §3.2",
    )
    .about("extra");
    match look.request.extra.iter().find(|(name, _)| is_reserved(name)) {
        Some((name, _)) => RULE.fail(format!(
            "“{}” has a field of its own; as an extra parameter it is not sent.",
            name.trim()
        )),
        None => RULE.pass("They do not."),
    }
}

fn assertion_audience(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "REQ-24",
        "The client's assertion is meant for the issuer alone",
        "RFC 7523 §3, draft-ietf-oauth-rfc7523bis §4",
    )
    .about("client_assertion");
    match look.client.auth.assertion() {
        None => RULE.not_applicable("The client sends no assertion."),
        Some((_, AssertionAudience::Issuer)) if look.issuer_known => {
            RULE.pass(format!("Its audience is {} and nothing else.", look.endpoint))
        }
        Some((_, AssertionAudience::Issuer)) => RULE.note(
            "Only the token endpoint is known, so its address is the audience. Give the issuer, or \
             the audience that the server wants.",
        ),
        Some((_, AssertionAudience::TokenEndpoint | AssertionAudience::Endpoint)) => RULE.note(
            "Its audience is the token endpoint, as was asked for. A server that announces another \
             server's endpoint as its own could use the assertion there.",
        ),
        Some((_, AssertionAudience::Text(text))) => {
            RULE.note(format!("Its audience is “{text}”, as was asked for."))
        }
    }
}

fn secret_length(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "REQ-25",
        "The secret is long enough to sign with",
        "RFC 7518 §3.2, OpenID Connect Core §10.1",
    )
    .about("client_secret");
    let ClientAuth::SecretJwt { secret, algorithm, .. } = &look.client.auth else {
        return RULE.not_applicable("No secret signs anything.");
    };
    let shortest = algorithm.shortest_secret();
    if secret.expose_secret().is_empty() {
        RULE.not_applicable("There is no secret yet.")
    } else if secret.expose_secret().len() < shortest {
        RULE.fail(format!(
            "It is not: {} takes a secret of {shortest} octets or more. A shorter one can be \
             guessed by whoever sees an assertion.",
            algorithm.name()
        ))
    } else {
        RULE.pass(format!("It has the {shortest} octets that {} takes.", algorithm.name()))
    }
}

fn bound_subject(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "REQ-26",
        "A subject token that is bound to a key comes with a proof of that key",
        "RFC 9449 §6, RFC 8705 §3, RFC 7800 §3",
    )
    .about("subject_token");
    let bound = look.subject.as_ref().and_then(Token::jwt).and_then(|jwt| jwt.claim("cnf"));
    let Some(bound) = bound else { return RULE.not_applicable("It is bound to no key.") };
    let text = |name: &str| bound.get(name).and_then(serde_json::Value::as_str);
    let wanted = text("jkt");
    if let (None, Some(wanted)) = (wanted, text("x5t#S256")) {
        return match look.client.certificate() {
            Some(one) if one.thumbprint() == wanted => {
                RULE.pass("It is bound to the certificate that this request shows.")
            }
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

#[cfg(test)]
pub(super) mod tests;
