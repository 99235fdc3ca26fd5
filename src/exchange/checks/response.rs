//! A success answer, member by member (RES; RFC 8693 §2.2.1, RFC 6749 §5.1).

use serde_json::Value;
use url::Url;

use super::{Check, Context, Level, Rule};
use crate::exchange::client_auth::ClientAuth;
use crate::exchange::json::JsonError;
use crate::exchange::preset::{self, Preset};
use crate::exchange::time;
use crate::exchange::token::Token;
use crate::exchange::token_type::{ID_JAG, TXN_TOKEN, known, label};

/// All checks of an answer's form. Of an error answer only those that apply to any answer.
pub fn all(context: &Context<'_>) -> Vec<Check> {
    let mut checks = every(context);
    if context.body.is_err() {
        // One cause is told once: a body that cannot be read has no members to find fault with.
        for check in checks.iter_mut().filter(|check| IN_THE_BODY.contains(&check.id)) {
            check.level = Level::NotApplicable;
            check.dialect = false;
            check.finding = "The body cannot be read (RES-01).".to_owned();
        }
    }
    checks
}

/// The checks that look at members of the body.
const IN_THE_BODY: [&str; 8] =
    ["RES-02", "RES-03", "RES-04", "RES-05", "RES-06", "RES-07", "RES-10", "RES-11"];

fn every(context: &Context<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    if context.succeeded() {
        checks.extend(
            [
                form,
                access_token,
                issued_token_type,
                token_type,
                expires_in,
                scope,
                refresh_token,
                sender_constraint,
            ]
            .into_iter()
            .map(|check| check(context)),
        );
    }
    checks.push(redirect(context));
    if context.succeeded() {
        checks.extend([same_token(context), other_members(context)]);
    }
    checks.push(readable(context));
    if context.succeeded() {
        checks.push(strictness(context));
    }
    checks
}

fn form(context: &Context<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "RES-01",
        "The answer is JSON with status 200, not to be cached",
        "RFC 6749 §5.1",
    );
    if context.answer.status != 200 {
        return RULE.fail(format!("The status is {}, not 200.", context.answer.status));
    }
    if let Err(error) = context.body {
        return RULE.fail(format!("The body cannot be used: {error}."));
    }
    let content = context.answer.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let media = content.split(';').next().unwrap_or_default().trim();
    if media != "application/json" {
        return RULE.fail(if media.is_empty() {
            "The answer does not say that it is application/json.".to_owned()
        } else {
            format!("The answer calls itself {media}, not application/json.")
        });
    }
    let cache = context.answer.header("cache-control").unwrap_or_default().to_ascii_lowercase();
    if !cache.split(',').any(|part| part.trim() == "no-store") {
        return RULE.fail(
            "Cache-Control: no-store is missing, so the token may be kept by whatever caches the \
             answer.",
        );
    }
    RULE.pass("It is.")
}

fn access_token(context: &Context<'_>) -> Check {
    const RULE: Rule =
        Rule::new("RES-02", "access_token carries the issued token", "RFC 8693 §2.2.1")
            .about("access_token");
    match context.member("access_token") {
        Some(Value::String(text)) if !text.is_empty() => RULE.pass("It does."),
        Some(Value::String(_)) => RULE.fail("It is empty."),
        Some(_) => RULE.fail("It is not a string."),
        None => RULE.fail("It is missing. It carries the token whatever its kind."),
    }
}

fn issued_token_type(context: &Context<'_>) -> Check {
    const RULE: Rule =
        Rule::new("RES-03", "issued_token_type says what was issued", "RFC 8693 §2.2.1")
            .about("issued_token_type");
    let Some(issued) = context.text("issued_token_type") else {
        return RULE.dialect(
            "It is missing. The standard requires it; some servers leave it out, and then only the \
             request tells what was issued.",
        );
    };
    if Url::parse(issued).is_err() {
        return RULE.dialect(format!(
            "“{issued}” is not a URI, as the standard requires; some servers use short names."
        ));
    }
    let requested = context.request.requested_token_type.trim();
    if !requested.is_empty() && requested != issued {
        return RULE.warn(format!(
            "A {} was asked for, and a {} was issued.",
            label(requested),
            label(issued)
        ));
    }
    RULE.pass(format!("{}.", label(issued)))
}

fn token_type(context: &Context<'_>) -> Check {
    const RULE: Rule =
        Rule::new("RES-04", "token_type says how the token is used", "RFC 8693 §2.2.1")
            .about("token_type");
    let Some(how) = context.text("token_type") else { return RULE.fail("It is missing.") };
    let not_access = how.eq_ignore_ascii_case("N_A");
    let is_access = context
        .text("issued_token_type")
        .and_then(known)
        .map(|kind| (kind.label, kind.is_access_token));
    match is_access {
        // These profiles say it themselves, and there is no access token beside what they issue.
        Some((kind, Some(false)))
            if !not_access
                && matches!(context.text("issued_token_type"), Some(ID_JAG | TXN_TOKEN)) =>
        {
            RULE.fail(format!("It is “{how}” for the {kind}, which must be N_A."))
        }
        Some((kind, Some(false))) if !not_access => RULE.dialect(format!(
            "It is “{how}” for a {kind}, where the standard wants N_A. Servers that also issue an \
             access token do that."
        )),
        Some((kind, Some(true))) if not_access => {
            RULE.fail(format!("It is N_A, which says that the {kind} cannot be used as one."))
        }
        _ if not_access => RULE.pass("N_A: the token is not for calling an API."),
        _ if ["bearer", "dpop", "pop", "mac"].iter().any(|one| how.eq_ignore_ascii_case(one)) => {
            RULE.pass(format!("{how}."))
        }
        _ => RULE.warn(format!("“{how}” is not a registered way of using a token.")),
    }
}

fn expires_in(context: &Context<'_>) -> Check {
    const RULE: Rule =
        Rule::new("RES-05", "expires_in says how long it lives", "RFC 8693 §2.2.1, RFC 6749 §5.1")
            .about("expires_in");
    let value = match context.member("expires_in") {
        None => return RULE.warn("It is missing; the standard recommends it."),
        Some(value) => value,
    };
    let Some(seconds) = value.as_u64().filter(|seconds| *seconds > 0) else {
        return match value.as_str().map(str::parse::<u64>) {
            Some(Ok(_)) => RULE.dialect("It is a number written as a string."),
            _ => RULE.warn(format!("It is {value}, not a positive whole number.")),
        };
    };
    if let Some(jwt) = context.issued.and_then(Token::jwt)
        && let Some(exp) = jwt.date("exp")
    {
        let start = jwt.date("iat").unwrap_or_else(|| time::seconds(context.now));
        let life = exp.saturating_sub(start);
        let stated = i64::try_from(seconds).unwrap_or(i64::MAX);
        if life.abs_diff(stated) > context.skew.as_secs() {
            return RULE.warn(format!(
                "It says {}, but the token itself says {}.",
                time::span(seconds),
                time::span(life.unsigned_abs())
            ));
        }
    }
    RULE.pass(format!("{}.", time::span(seconds)))
}

fn scope(context: &Context<'_>) -> Check {
    const RULE: Rule =
        Rule::new("RES-06", "scope is stated when it is not what was asked for", "RFC 8693 §2.2.1")
            .about("scope");
    let requested = context.request.scopes();
    let granted: Option<Vec<&str>> =
        context.text("scope").map(|text| text.split(' ').filter(|s| !s.is_empty()).collect());
    let inside = context.issued.and_then(Token::jwt).and_then(|jwt| jwt.scopes());
    match (granted, inside) {
        (Some(granted), _) if same(&granted, &requested) => RULE.pass("What was asked for."),
        (Some(granted), _) => {
            let missing: Vec<&str> =
                requested.iter().copied().filter(|one| !granted.contains(one)).collect();
            let text = granted.join(" ");
            RULE.note(if requested.is_empty() {
                format!("Nothing was asked for; granted was “{text}”.")
            } else if missing.is_empty() {
                format!("More was granted than was asked for: “{text}”.")
            } else {
                format!("Granted was “{text}”; not granted was “{}”.", missing.join(" "))
            })
        }
        (None, Some(inside)) if !requested.is_empty() && !same(&inside, &requested) => {
            RULE.fail(format!(
                "The token has the scope “{}”, which is not what was asked for, and the answer \
                 does not say so.",
                inside.join(" ")
            ))
        }
        (None, Some(inside)) if requested.is_empty() && !inside.is_empty() => RULE.note(format!(
            "Nothing was asked for; the token has the scope “{}”, and the answer does not say so.",
            inside.join(" ")
        )),
        (None, _) => RULE.pass("It is not stated, which says: what was asked for."),
    }
}

fn same(one: &[&str], other: &[&str]) -> bool {
    one.iter().all(|item| other.contains(item)) && other.iter().all(|item| one.contains(item))
}

fn refresh_token(context: &Context<'_>) -> Check {
    const RULE: Rule = Rule::new("RES-07", "No refresh token comes along", "RFC 8693 §2.2.1, §5")
        .about("refresh_token");
    match context.body.ok().and_then(|body| body.get("refresh_token")) {
        None => RULE.pass("None does."),
        Some(Value::Null) => RULE.dialect("It is stated as null instead of being left out."),
        Some(_) => match preset::of_answer(context) {
            Some(Preset::TransactionToken) => {
                RULE.fail("One came with a transaction token, which is forbidden.")
            }
            Some(Preset::IdJag) => RULE.warn("One came with an identity assertion grant."),
            Some(Preset::Chaining) | None => RULE.warn(
                "One came along: the requester can go on long after the subject token has ended.",
            ),
        },
    }
}

fn sender_constraint(context: &Context<'_>) -> Check {
    const RULE: Rule =
        Rule::new("RES-08", "Proof of possession is kept", "RFC 9449 §5").about("token_type");
    let how = context.text("token_type").unwrap_or_default();
    let bound = how.eq_ignore_ascii_case("DPoP");
    let Some(key) = &context.client.dpop else {
        return if bound {
            RULE.warn("The token is bound to a key, though no proof was sent.")
        } else {
            RULE.not_applicable("No proof was sent.")
        };
    };
    let inside = context
        .issued
        .and_then(Token::jwt)
        .map(|jwt| jwt.claim("cnf").and_then(|cnf| cnf.get("jkt")).and_then(Value::as_str));
    let is_grant = how.eq_ignore_ascii_case("N_A");
    match (bound || is_grant, inside) {
        (true, None) if is_grant => {
            RULE.note("The answer cannot say it of a token that is no access token.")
        }
        (true, Some(None)) if is_grant => {
            RULE.warn("A proof was sent, and the token names no key (cnf).")
        }
        (false, _) => RULE.warn(format!(
            "A proof was sent, and the token came as “{how}”: whoever gets hold of it can use it."
        )),
        (true, Some(None)) => {
            RULE.warn("The answer says that the token is bound, and the token names no key (cnf).")
        }
        (true, Some(Some(jkt))) if jkt != key.thumbprint() => {
            RULE.warn("The token is bound to another key than the one that was proved.")
        }
        (true, Some(Some(_))) => RULE.pass("The token is bound to the key that was proved."),
        (true, None) => RULE.pass("The answer says so; the token cannot be looked into."),
    }
}

fn redirect(context: &Context<'_>) -> Check {
    const RULE: Rule = Rule::new("RES-09", "The server does not redirect", "good practice");
    if (300..400).contains(&context.answer.status) {
        let to = context.answer.header("location").unwrap_or("nowhere");
        RULE.fail(format!(
            "It redirects ({}) to {to}. That is not followed: the tokens would go along.",
            context.answer.status
        ))
    } else {
        RULE.pass("It does not.")
    }
}

fn same_token(context: &Context<'_>) -> Check {
    use secrecy::ExposeSecret;
    const RULE: Rule = Rule::new("RES-10", "Something was exchanged", "RFC 8693 §1");
    match context.text("access_token") {
        None => RULE.not_applicable("No token was issued."),
        Some(token) if token == context.request.subject_token.expose_secret() => {
            RULE.note("The issued token is the subject token, byte for byte.")
        }
        Some(_) => RULE.pass("The issued token is not the subject token."),
    }
}

fn other_members(context: &Context<'_>) -> Check {
    const RULE: Rule =
        Rule::new("RES-11", "The answer has only members of the standard", "RFC 6749 §5.1");
    const KNOWN: [&str; 6] =
        ["access_token", "issued_token_type", "token_type", "expires_in", "scope", "refresh_token"];
    let others: Vec<&str> = context
        .body
        .ok()
        .into_iter()
        .flat_map(|body| body.keys())
        .map(String::as_str)
        .filter(|name| !KNOWN.contains(name))
        .collect();
    if others.is_empty() {
        RULE.pass("It has.")
    } else {
        RULE.note(format!("Beside them it has {}.", others.join(", ")))
    }
}

fn readable(context: &Context<'_>) -> Check {
    const RULE: Rule =
        Rule::new("RES-12", "The answer can be read in one way only", "RFC 8259 §4, §8.1");
    match context.body {
        Err(error @ (JsonError::NotUtf8 { .. } | JsonError::DuplicateKey { .. })) => RULE
            .fail(format!("It was refused, because {error}: two readers could see two answers.")),
        Err(_) => RULE.not_applicable("It is not JSON."),
        Ok(_) => RULE.pass("UTF-8, no key twice, within the limit of size."),
    }
}

/// The requirements on a request that every server can see for itself.
const REQUIRED: [&str; 6] = ["REQ-03", "REQ-04", "REQ-05", "REQ-06", "REQ-07", "REQ-09"];

fn strictness(context: &Context<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "RES-13",
        "A request that is not valid is refused",
        "RFC 8693 §2.2.2, RFC 6749 §3.2.1",
    );
    let broken: Vec<&str> = context
        .asked
        .iter()
        .filter(|check| check.level == Level::Fail && REQUIRED.contains(&check.id))
        .map(|check| check.id)
        .collect();
    if !broken.is_empty() {
        return RULE.fail(format!(
            "The request breaks {}, and a token was issued all the same. Who relies on that will \
             fail at a server that is strict.",
            broken.join(", ")
        ));
    }
    match context.client.auth {
        ClientAuth::None => RULE.note(format!(
            "Nobody proved to be “{}”, and a token was issued. That is right for a public client; \
             one that has a secret or a key must be asked for it.",
            context.client.id
        )),
        _ => RULE.pass("The request was valid."),
    }
}
