//! An error answer (ERR; RFC 8693 §2.2.2, RFC 6749 §5.2).

use secrecy::ExposeSecret;

use super::{Check, Context, Rule};
use crate::exchange::client_auth::ClientAuth;

/// All checks of an error answer.
pub fn all(context: &Context<'_>) -> Vec<Check> {
    // A redirect is not an error answer; RES-09 has said all there is to say.
    if (300..400).contains(&context.answer.status) {
        return Vec::new();
    }
    [status, code, characters, echo, enumeration].into_iter().map(|check| check(context)).collect()
}

fn status(context: &Context<'_>) -> Check {
    const RULE: Rule = Rule::new("ERR-01", "The status fits the error", "RFC 6749 §5.2");
    let error = context.text("error").unwrap_or_default();
    let basic = matches!(context.client.auth, ClientAuth::Basic(_));
    match (context.answer.status, error) {
        (401, "invalid_client") if basic && context.answer.header("www-authenticate").is_none() => {
            RULE.warn("401 without a WWW-Authenticate header, though Basic was used.")
        }
        (401, "invalid_client") => RULE.pass("401 for invalid_client."),
        (400, "invalid_client") if basic => RULE.dialect(
            "400 for invalid_client, where the standard wants 401 because Basic was used.",
        ),
        (400, _) => RULE.pass("400."),
        (401, _) => RULE.dialect("401, which the standard keeps for invalid_client."),
        (403, _) => RULE.dialect("403, where the standard wants 400. Several servers do that."),
        (429, _) => RULE.note("429: the server limits how often one may ask. Wait."),
        (503, _) => RULE.note("503: the server is not available at the moment."),
        (other, _) => RULE.fail(format!("{other} is not a status of an error answer; 400 is.")),
    }
}

fn code(context: &Context<'_>) -> Check {
    const RULE: Rule =
        Rule::new("ERR-02", "A JSON error code says why", "RFC 6749 §5.2, RFC 8693 §2.2.2")
            .about("error");
    if let Err(error) = context.body {
        return RULE.fail(format!("The body says nothing a program can use: {error}."));
    }
    match context.text("error") {
        None => RULE.fail("The member “error” is missing."),
        Some("invalid_grant") => RULE.dialect(
            "invalid_grant. For a subject token that is not accepted the standard has \
             invalid_request; many servers use this code.",
        ),
        Some("access_denied") => RULE.dialect(
            "access_denied, which is not a code of the token endpoint; some servers use it for a \
             missing permission.",
        ),
        Some(
            code @ ("invalid_request"
            | "invalid_client"
            | "unauthorized_client"
            | "unsupported_grant_type"
            | "invalid_scope"
            | "invalid_target"
            | "use_dpop_nonce"
            | "invalid_dpop_proof"
            | "insufficient_user_authentication"),
        ) => RULE.pass(format!("{code}.")),
        Some(code) => RULE.dialect(format!("“{code}” is not a code of the standard.")),
    }
}

fn characters(context: &Context<'_>) -> Check {
    const RULE: Rule =
        Rule::new("ERR-03", "Code and description are plain ASCII without quotes", "RFC 6749 §5.2")
            .about("error_description");
    let proper = |c: char| matches!(c, '\x20'..='\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e');
    for name in ["error", "error_description"] {
        if let Some(bad) = context.text(name).and_then(|text| text.chars().find(|c| !proper(*c))) {
            return RULE.fail(format!(
                "“{}” in {name} is outside of what is allowed.",
                bad.escape_debug()
            ));
        }
    }
    RULE.pass("They are.")
}

fn echo(context: &Context<'_>) -> Check {
    const RULE: Rule = Rule::new("ERR-04", "The answer repeats no secret", "good practice");
    let body = String::from_utf8_lossy(context.answer.body.expose_secret());
    if context.sent.finds(&body) {
        RULE.fail(
            "The server sends back a token or secret from the request. Error texts end up in logs \
             and tickets: whoever reads those can use it.",
        )
    } else {
        RULE.pass("It does not.")
    }
}

fn enumeration(_: &Context<'_>) -> Check {
    Rule::new("ERR-05", "The wording does not tell what is configured", "good practice")
        .not_applicable("It takes two refusals to compare their wording.")
}
