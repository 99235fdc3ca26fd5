//! Before sending: is the request one a conforming server understands, and a wise one? (REQ)
//!
//! Here is the form itself; `client` looks at how the client authenticates, `subject` at what the
//! tokens that go in say of themselves.

mod client;
mod subject;

use std::collections::HashSet;
use std::time::{Duration, SystemTime};

use secrecy::ExposeSecret;
use url::Url;

use super::{Check, Rule};
use crate::exchange::client_auth::Client;
use crate::exchange::discovery::Server;
use crate::exchange::http;
use crate::exchange::preset::{self, Asked};
use crate::exchange::request::{ExchangeRequest, is_reserved};
use crate::exchange::token::{self, Token};
use crate::exchange::token_type::{GRANT_TYPE, label};

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
        client::one_authentication,
        client::basic_encoding,
        client::secrets_in_place,
        client::authenticated,
        cross_product,
        subject::declared_shape,
        subject::declared_content,
        subject::freshness,
        subject::subject_audience,
        subject::may_act,
        subject::refresh_subject,
        extras,
        client::assertion_audience,
        client::secret_length,
        subject::bound_subject,
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

#[cfg(test)]
pub(super) mod tests;
