//! Transaction tokens (draft-ietf-oauth-transaction-tokens).
//!
//! What comes into a trust domain with an access token goes on inside it with a token for that one
//! transaction: who it is for, what it may do, and in which context. It travels in a header of its own,
//! `Txn-Token`, and is no credential of anybody.

use secrecy::ExposeSecret;
use serde_json::Value;

use super::{Asked, Look, Preset, Target, Terms, announced, beyond, closed, complete, list, typed};
use crate::exchange::checks::{Check, Rule};
use crate::exchange::client_auth::ClientAuth;
use crate::exchange::time;
use crate::exchange::token::{Jwt, Token};
use crate::exchange::token_type::{
    ACCESS_TOKEN, ID_TOKEN, JWT, REFRESH_TOKEN, SAML1, SAML2, SELF_SIGNED, TXN_TOKEN, UNSIGNED_JSON,
};

/// What the header of the token says it is (§9.1).
pub const TYP: &str = "txntoken+jwt";

pub(super) const TERMS: Terms = Terms {
    preset: Preset::TransactionToken,
    name: "transaction-token",
    label: "Transaction token",
    explanation: "A service exchanges the token that came in from outside for one that is good for \
                  the calls of this one transaction, inside its trust domain. What is issued goes \
                  into the header Txn-Token of those calls, never into Authorization.",
    draft: "draft-ietf-oauth-transaction-tokens",
    requested_token_type: TXN_TOKEN,
    subject_token_types: &[
        ACCESS_TOKEN,
        JWT,
        ID_TOKEN,
        SAML2,
        SAML1,
        TXN_TOKEN,
        SELF_SIGNED,
        UNSIGNED_JSON,
    ],
    other_subjects: true,
    target: Target::Audience,
    target_hint: "name of the trust domain",
    scope_required: true,
    json_parameters: &["request_context", "request_details"],
    redeemed: false,
};

/// Transaction tokens live for minutes (§6), so more than this is said, in seconds.
const LONG: i64 = 900;

pub(super) fn request(asked: &Asked<'_>) -> Vec<Check> {
    [requested, audience, scope, subject, context, held, made_here, workload]
        .into_iter()
        .map(|check| check(asked))
        .collect()
}

pub(super) fn answer(look: &Look<'_>) -> Vec<Check> {
    [said, refresh, header, claims, contexts, domain, grown, replaced, carried, short]
        .into_iter()
        .map(|check| check(look))
        .collect()
}

// --- The request ---------------------------------------------------------------------------------

fn requested(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-01",
        "A transaction token is asked for",
        "draft-ietf-oauth-transaction-tokens §11.1",
    )
    .about("requested_token_type");
    match asked.request.requested_token_type.trim() {
        TXN_TOKEN => RULE.pass("It is."),
        _ => RULE.fail(format!("The requested type must be {TXN_TOKEN}.")),
    }
}

fn audience(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-02",
        "The audience is the name of the trust domain",
        "draft-ietf-oauth-transaction-tokens §11.1",
    )
    .about("audience");
    match asked.audiences().as_slice() {
        [] => RULE.fail("There is none."),
        [one] => RULE.pass(format!("{one}.")),
        several => RULE.fail(format!("There are {}: {}.", several.len(), list(several))),
    }
}

fn scope(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-03",
        "The scope says what the transaction is for",
        "draft-ietf-oauth-transaction-tokens §11.1",
    )
    .about("scope");
    if asked.request.scopes().is_empty() {
        RULE.fail("There is none.")
    } else {
        RULE.pass(format!("{}.", asked.request.scope))
    }
}

fn subject(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-04",
        "The subject token is no refresh token",
        "draft-ietf-oauth-transaction-tokens §11.2, §13.3",
    )
    .about("subject_token_type");
    match asked.subject_type() {
        REFRESH_TOKEN => {
            RULE.fail("It is one. A transaction token is never issued for a refresh token.")
        }
        _ => RULE.pass("It is not."),
    }
}

fn context(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-05",
        "The context and the details of the request are JSON objects",
        "draft-ietf-oauth-transaction-tokens §11.1",
    )
    .about("extra");
    let names = TERMS.json_parameters;
    let bad: Vec<&str> = names
        .iter()
        .copied()
        .filter(|name| {
            super::json_of(asked, name).is_some_and(|json| !json.is_ok_and(|json| json.is_object()))
        })
        .collect();
    let missing: Vec<&str> =
        names.iter().copied().filter(|name| asked.extra(name).is_none()).collect();
    if !bad.is_empty() {
        RULE.fail(format!("{} holds no JSON object.", list(&bad)))
    } else if missing.is_empty() {
        RULE.pass("They are.")
    } else {
        RULE.note(format!("Not given, though recommended: {}.", list(&missing)))
    }
}

fn held(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-06",
        "No more is asked for than the subject token has",
        "draft-ietf-oauth-transaction-tokens §13.6, §13.14",
    )
    .about("scope");
    match (asked.subject_jwt(), beyond(asked.request, asked.subject_jwt())) {
        _ if [SELF_SIGNED, UNSIGNED_JSON].contains(&asked.subject_type()) => {
            RULE.not_applicable("The workload itself says what it wants.")
        }
        (None, _) => RULE.not_applicable("The subject token cannot be looked into."),
        (Some(_), None) => RULE.warn(
            "The subject token does not say which scope it has. A server that cannot find out must \
             refuse.",
        ),
        (Some(_), Some(more)) if more.is_empty() => RULE.pass("It is not."),
        (Some(_), Some(more)) => RULE.warn(format!(
            "The subject token does not have {}. A server that knows its scopes by these names must \
             refuse.",
            list(&more)
        )),
    }
}

fn made_here(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-07",
        "A subject that the workload made itself says who it is about",
        "draft-ietf-oauth-transaction-tokens §11.2.1, §11.2.2",
    )
    .about("subject_token");
    let token = asked.request.subject_token.expose_secret();
    let (found, required): (Option<Value>, &[&str]) = match asked.subject_type() {
        SELF_SIGNED => (
            asked.subject_jwt().map(|jwt| Value::Object(jwt.claims.clone())),
            &["iss", "sub", "aud", "iat", "exp"],
        ),
        UNSIGNED_JSON => (serde_json::from_str(token).ok().filter(Value::is_object), &["sub"]),
        _ => return RULE.not_applicable("It is a token that somebody issued."),
    };
    if token.is_empty() {
        return RULE.not_applicable("There is no token yet.");
    }
    let Some(found) = found else {
        return RULE.fail("It does not have the form that its type says.");
    };
    let missing: Vec<&str> = required
        .iter()
        .copied()
        .filter(|name| found.get(name).is_none_or(Value::is_null))
        .collect();
    if missing.is_empty() {
        RULE.pass("It does.")
    } else {
        RULE.fail(format!("It has no {}.", list(&missing)))
    }
}

fn workload(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-08",
        "The workload proves who it is",
        "draft-ietf-oauth-transaction-tokens §11.5",
    )
    .about("client_auth");
    match asked.client.auth {
        ClientAuth::None => RULE.fail("It does not."),
        ClientAuth::Basic(_) | ClientAuth::Post(_) => {
            RULE.note("With a secret, where a key or an assertion is recommended.")
        }
        _ => RULE.pass("With a key or an assertion."),
    }
}

// --- The answer ----------------------------------------------------------------------------------

fn said(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-09",
        "The answer says that a transaction token was issued, and no access token",
        "draft-ietf-oauth-transaction-tokens §11.4",
    )
    .about("token_type");
    announced(RULE, look, TXN_TOKEN)
}

fn refresh(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-10",
        "No refresh token comes along",
        "draft-ietf-oauth-transaction-tokens §11.4, §13.3",
    )
    .about("refresh_token");
    if look.has_refresh_token() {
        RULE.fail("One came along, which is forbidden.")
    } else {
        RULE.pass("None does.")
    }
}

fn header(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-11",
        "The header says that it is a transaction token",
        "draft-ietf-oauth-transaction-tokens §9.1",
    )
    .about("typ");
    typed(RULE, look, TYP)
}

fn claims(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-12",
        "The token has every claim that it needs",
        "draft-ietf-oauth-transaction-tokens §9.2",
    );
    complete(RULE, look, &["iat", "aud", "exp", "txn", "sub", "scope", "req_wl"])
}

fn contexts(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-13",
        "Context and details are objects in the token",
        "draft-ietf-oauth-transaction-tokens §9.2",
    );
    let Some(jwt) = look.jwt else { return closed(RULE, look) };
    let names = ["rctx", "tctx"];
    let found = |wanted: fn(Option<&Value>) -> bool| -> Vec<&str> {
        names.into_iter().filter(|name| wanted(jwt.claim(name))).collect()
    };
    let bad = found(|claim| claim.is_some_and(|claim| !claim.is_object()));
    let missing = found(|claim| claim.is_none());
    if !bad.is_empty() {
        RULE.fail(format!("{} is no object.", list(&bad)))
    } else if !missing.is_empty() {
        RULE.note(format!("It has no {}, which the profile recommends.", list(&missing)))
    } else {
        RULE.pass("They are.")
    }
}

fn domain(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-14",
        "The token is for the trust domain that was asked for",
        "draft-ietf-oauth-transaction-tokens §9.2, §11.3",
    )
    .about("aud");
    let Some(jwt) = look.jwt else { return closed(RULE, look) };
    let (found, asked) = (jwt.audiences(), super::filled(&look.context.request.audience));
    match found.as_slice() {
        [] => RULE.fail("It names none."),
        [one] if asked.is_empty() || asked.contains(one) => RULE.pass(format!("{one}.")),
        found => RULE.fail(format!("It is for {}; asked for was {}.", list(found), list(&asked))),
    }
}

fn grown(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-15",
        "What goes beyond the subject token's scope is refused",
        "draft-ietf-oauth-transaction-tokens §13.6, §13.14",
    )
    .about("scope");
    if [SELF_SIGNED, UNSIGNED_JSON].contains(&look.context.request.subject_token_type.trim()) {
        return RULE.not_applicable("The workload itself says what it wants.");
    }
    match (look.subject(), beyond(look.context.request, look.subject())) {
        (None, _) => RULE.not_applicable("The subject token cannot be looked into."),
        (Some(_), None) => RULE.warn(
            "The subject token does not say which scope it has, and a token was issued. That is \
             right only if the server knows it from elsewhere.",
        ),
        (Some(_), Some(more)) if more.is_empty() => RULE.pass("Nothing does."),
        (Some(_), Some(more)) => RULE.fail(format!(
            "{} was asked for, the subject token does not have it, and a token was issued.",
            list(&more)
        )),
    }
}

fn replaced(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-16",
        "A replacement stays in its transaction",
        "draft-ietf-oauth-transaction-tokens §13.15",
    )
    .about("txn");
    let before = look.subject().filter(|jwt| is_transaction_token(jwt));
    let (Some(before), Some(after)) = (before, look.jwt) else {
        return RULE.not_applicable("The subject token is no transaction token.");
    };
    let changed: Vec<&str> = ["txn", "sub", "aud"]
        .into_iter()
        .filter(|name| before.claim(name) != after.claim(name))
        .collect();
    if changed.is_empty() {
        RULE.pass("txn, sub and aud are the same.")
    } else {
        RULE.fail(format!("It changes {}.", list(&changed)))
    }
}

fn is_transaction_token(jwt: &Jwt) -> bool {
    super::typ(jwt) == TYP
}

fn carried(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-17",
        "The token does not carry the token that went in",
        "draft-ietf-oauth-transaction-tokens §13.4",
    );
    let Some(jwt) = look.jwt else { return closed(RULE, look) };
    let token = look.context.request.subject_token.expose_secret();
    // A short one could be part of any text.
    if token.len() < 16
        || [SELF_SIGNED, UNSIGNED_JSON].contains(&look.context.request.subject_token_type.trim())
    {
        return RULE.not_applicable("No token went in that could be found again.");
    }
    let mut open: Vec<&Value> = jwt.claims.values().collect();
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) if text.contains(token) => {
                return RULE.fail(
                    "It does: whoever sees a call of this transaction can use the token that came \
                     in from outside.",
                );
            }
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values()),
            _ => {}
        }
    }
    RULE.pass("It does not.")
}

fn short(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TXN-18",
        "The token lives for minutes",
        "draft-ietf-oauth-transaction-tokens §6",
    )
    .about("exp");
    if let Some(Token::Opaque { .. }) = look.context.issued {
        return closed(RULE, look);
    }
    match look.life() {
        None => RULE.not_applicable("It does not say for how long."),
        Some(life) if life > LONG => {
            RULE.warn(format!("It lives for {}.", time::span(life.unsigned_abs())))
        }
        Some(life) => RULE.pass(format!("{}.", time::span(life.unsigned_abs()))),
    }
}
