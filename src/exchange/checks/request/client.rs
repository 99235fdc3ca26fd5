//! Before sending: how the client authenticates (REQ).

use secrecy::ExposeSecret;
use url::Url;

use super::super::{Check, Rule};
use super::Look;
use crate::exchange::assertion::AssertionAudience;
use crate::exchange::client_auth::ClientAuth;
use crate::exchange::request::looks_secret;

pub fn one_authentication(look: &Look<'_>) -> Check {
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

pub fn basic_encoding(look: &Look<'_>) -> Check {
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

pub fn secrets_in_place(look: &Look<'_>) -> Check {
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

pub fn authenticated(look: &Look<'_>) -> Check {
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

pub fn assertion_audience(look: &Look<'_>) -> Check {
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

pub fn secret_length(look: &Look<'_>) -> Check {
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
