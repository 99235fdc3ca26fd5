//! What is in the issued token (TOK).

use std::collections::HashSet;

use serde_json::Value;

use super::{Check, Context, Rule};
use crate::exchange::preset::{self, Preset};
use crate::exchange::time;
use crate::exchange::token::{Jwt, Token};
use crate::exchange::token_type::ACCESS_TOKEN;
use crate::exchange::verify::Verification;

/// All checks of the issued token; nothing when there is none (RES-02 has said so).
pub fn all(context: &Context<'_>) -> Vec<Check> {
    let Some(issued) = context.issued else { return Vec::new() };
    let look = Look { context, jwt: issued.jwt(), subject: context.subject.jwt() };
    let mut checks: Vec<Check> = [
        signature,
        issuer,
        profile,
        audience,
        scope,
        lifetime,
        subject,
        actor,
        missing_actor,
        provenance,
        client,
        confusion,
        binding,
        personal_data,
    ]
    .into_iter()
    .map(|check| check(&look))
    .collect();
    checks.push(readable(issued));
    checks
}

struct Look<'a> {
    context: &'a Context<'a>,
    /// The issued token, if it can be looked into.
    jwt: Option<&'a Jwt>,
    /// The subject token, likewise.
    subject: Option<&'a Jwt>,
}

const CLOSED: &str = "The token cannot be looked into.";

fn signature(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("TOK-01", "The signature is the server's", "RFC 8725 §3.1, §3.2, §3.10");
    if let Some(jwt) = look.jwt
        && let Some(name) = ["jku", "x5u", "jwk"].into_iter().find(|n| jwt.header.contains_key(*n))
        && let Some(Verification::Verified { .. }) = look.context.verification
    {
        return RULE.note(format!(
            "It is, by the server's own keys. The header also points to a key ({name}), which no \
             receiver should follow."
        ));
    }
    match look.context.verification {
        Some(Verification::Verified { alg, kid }) => RULE.pass(match kid {
            Some(kid) => format!("{alg}, key “{kid}” of the server's key set."),
            None => format!("{alg}, by a key of the server's key set."),
        }),
        Some(Verification::Failed { reason }) => RULE.fail(reason.clone()),
        Some(Verification::NotPossible { reason }) if look.jwt.is_some() => {
            RULE.note(format!("It could not be verified. {reason}"))
        }
        Some(Verification::NotPossible { reason }) => RULE.not_applicable(reason.clone()),
        None => RULE.not_applicable(CLOSED),
    }
}

fn issuer(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("TOK-02", "The token names its issuer", "RFC 8725 §3.8, RFC 8414 §3.3")
            .about("iss");
    let Some(jwt) = look.jwt else { return RULE.not_applicable(CLOSED) };
    match (jwt.text("iss"), look.context.metadata) {
        (None, _) if preset::of_answer(look.context) == Some(Preset::TransactionToken) => RULE
            .not_applicable(
                "It names none, and a transaction token need not: its audience says whose keys apply.",
            ),
        (None, _) => RULE.warn("It names none, so nobody can tell whose keys apply."),
        (Some(found), None) => RULE.note(format!(
            "It says {found}. That cannot be compared, because only the token endpoint is known."
        )),
        (Some(found), Some(metadata)) if found == metadata.issuer => RULE.pass(format!("{found}.")),
        (Some(found), Some(metadata)) => RULE.fail(format!(
            "It says “{found}”, but the server is “{}”. They must be equal byte for byte.",
            metadata.issuer
        )),
    }
}

fn profile(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("TOK-03", "The access token has the claims of the JWT profile", "RFC 9068 §2");
    let Some(jwt) = look.jwt else { return RULE.not_applicable(CLOSED) };
    let kind = look.context.text("issued_token_type").unwrap_or(ACCESS_TOKEN);
    if kind != ACCESS_TOKEN {
        return RULE.not_applicable("The issued token is not an access token.");
    }
    let claims = ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"];
    let missing: Vec<&str> = claims.into_iter().filter(|name| jwt.claim(name).is_none()).collect();
    let typ = jwt.header_text("typ").unwrap_or_default().to_ascii_lowercase();
    let claimed = typ.trim_start_matches("application/") == "at+jwt";
    match (claimed, missing.is_empty()) {
        (true, true) => RULE.pass("at+jwt, with every claim it requires."),
        (true, false) => {
            RULE.fail(format!("The header says at+jwt, but it has no {}.", missing.join(", ")))
        }
        (false, true) => RULE.dialect(
            "It has every claim, but its header does not say at+jwt; an ID token could be taken \
             for it.",
        ),
        (false, false) => RULE.dialect(format!(
            "It does not follow the profile: its header does not say at+jwt, and it has no {}.",
            missing.join(", ")
        )),
    }
}

fn audience(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("TOK-04", "The audience is what was asked for", "RFC 8693 §2.1, RFC 9700 §2.3")
            .about("aud");
    let Some(jwt) = look.jwt else { return RULE.not_applicable(CLOSED) };
    let found = jwt.audiences();
    let request = look.context.request;
    let asked: Vec<&str> = request
        .audience
        .iter()
        .chain(&request.resource)
        .map(String::as_str)
        .filter(|text| !text.is_empty())
        .collect();
    let text = found.join(", ");
    if found.is_empty() {
        return RULE.warn("It names none: whoever receives it cannot tell whether it was meant.");
    }
    // A GUID may come back in another case; that is the same client.
    let is = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
    if !asked.is_empty() && !asked.iter().any(|one| found.iter().any(|other| is(one, other))) {
        return RULE.warn(format!(
            "It is for {text}; asked for was {}. The server may know the target by another name.",
            asked.join(", ")
        ));
    }
    let beyond: Vec<&str> = found
        .iter()
        .copied()
        .filter(|one| !asked.is_empty() && !asked.iter().any(|other| is(one, other)))
        .collect();
    if !beyond.is_empty() {
        return RULE.warn(format!(
            "Beside what was asked for it is also for {}. Any of them can replay it to the others.",
            beyond.join(", ")
        ));
    }
    if found.len() > 1 {
        return RULE.warn(format!("It is for {text}. Any of them can replay it to the others."));
    }
    RULE.pass(format!("{text}."))
}

fn scope(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("TOK-05", "The scope does not grow", "RFC 8693 §5, RFC 6749 §3.3").about("scope");
    let inside = look.jwt.and_then(Jwt::scopes);
    let stated = look.context.text("scope").map(|text| text.split_ascii_whitespace().collect());
    let Some(found): Option<Vec<&str>> = inside.or(stated) else {
        return RULE.not_applicable("Nothing says which scope the token has.");
    };
    let beyond = |limit: &[&str]| -> Vec<&str> {
        found.iter().copied().filter(|one| !limit.contains(one)).collect()
    };
    if let Some(before) = look.subject.and_then(Jwt::scopes) {
        let grown = beyond(&before);
        if !grown.is_empty() {
            return RULE.warn(format!(
                "It grows: {} is not in the subject token. The requester gets more than the user \
                 gave.",
                grown.join(" ")
            ));
        }
    }
    let requested = look.context.request.scopes();
    if !requested.is_empty() {
        let grown = beyond(&requested);
        if !grown.is_empty() {
            return RULE.warn(format!("More than was asked for: {}.", grown.join(" ")));
        }
    }
    RULE.pass("It does not.")
}

fn lifetime(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("TOK-06", "It does not outlive the subject token", "good practice").about("exp");
    let Some(jwt) = look.jwt else { return RULE.not_applicable(CLOSED) };
    let Some(exp) = jwt.date("exp") else { return RULE.warn("It does not say when it ends.") };
    match look.subject.and_then(|subject| subject.date("exp")) {
        None => RULE.not_applicable("The subject token does not say when it ends."),
        Some(before) if exp > before => RULE.warn(format!(
            "It ends {} after the subject token. The standard allows that; it lets access outlast \
             what it rests on.",
            time::span(exp.abs_diff(before))
        )),
        Some(_) => RULE.pass("It does not."),
    }
}

fn subject(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("TOK-07", "The token says whom it is about", "RFC 8693 §1.1").about("sub");
    let Some(jwt) = look.jwt else { return RULE.not_applicable(CLOSED) };
    let after = match jwt.claim("sub") {
        None => return RULE.warn("It names no subject."),
        Some(Value::String(text)) => text,
        Some(other) => {
            return RULE.fail(format!("Its subject is {other}, which is not a string."));
        }
    };
    match look.subject.and_then(|subject| subject.text("sub")) {
        None => RULE.note(format!("“{after}”. The subject token's cannot be seen.")),
        Some(before) if before == after => {
            RULE.pass(format!("“{after}”, the same as in the subject token."))
        }
        Some(before) => RULE.note(format!(
            "It changes from “{before}” to “{after}”: the token now speaks for someone else."
        )),
    }
}

fn actor(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("TOK-08", "The acting party is named properly", "RFC 8693 §4.1").about("act");
    let Some(jwt) = look.jwt else { return RULE.not_applicable(CLOSED) };
    match jwt.claim("act") {
        None => return RULE.not_applicable("It names none."),
        Some(Value::Object(_)) => {}
        Some(_) => return RULE.fail("act is not an object."),
    }
    let chain = jwt.actors();
    if chain.iter().any(|actor| ["exp", "nbf", "aud", "iat"].iter().any(|n| actor.contains_key(*n)))
    {
        return RULE
            .warn("An actor has claims that do not say who it is; they mean nothing there.");
    }
    let name = |actor: &serde_json::Map<String, Value>| {
        let text = |name: &str| actor.get(name).and_then(Value::as_str).unwrap_or_default();
        let id = text("sub");
        (text("iss").to_owned(), if id.is_empty() { text("client_id") } else { id }.to_owned())
    };
    if chain.iter().any(|actor| name(actor).1.is_empty()) {
        return RULE.warn("An actor has neither sub nor client_id, so it names nobody.");
    }
    let mut seen = HashSet::new();
    if let Some(again) = chain.iter().map(|actor| name(actor)).find(|one| !seen.insert(one.clone()))
    {
        return RULE.note(format!("“{}” acts twice in the chain.", again.1));
    }
    let names: Vec<String> = chain.iter().map(|actor| format!("“{}”", name(actor).1)).collect();
    RULE.pass(match names.as_slice() {
        [one] => format!("{one} acts."),
        _ => format!(
            "{} acts; before it {}. The earlier ones are history and grant nothing.",
            names[0],
            names[1..].join(", ")
        ),
    })
}

fn missing_actor(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("TOK-09", "Who acts can be seen", "RFC 8693 §1.1, §4.1").about("act");
    let Some(jwt) = look.jwt else { return RULE.not_applicable(CLOSED) };
    if jwt.claim("act").is_some() {
        return RULE.pass("The token names an acting party.");
    }
    if look.context.actor.is_some() {
        return RULE.warn(
            "An actor token was sent, but the issued token names no acting party: this is \
             impersonation, where delegation was asked for.",
        );
    }
    let requester = look.context.client.id.as_str();
    match look.subject.and_then(Jwt::client) {
        Some((_, owner)) if !owner.eq_ignore_ascii_case(requester) => RULE.note(format!(
            "The subject token belongs to “{owner}”, “{requester}” exchanged it, and the issued \
             token names no acting party. Receivers cannot tell the two apart."
        )),
        _ => RULE.pass("The requester exchanged a token of its own."),
    }
}

fn provenance(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("TOK-10", "Earlier actors are not forgotten", "RFC 8693 §4.1, §4.4").about("act");
    let (Some(jwt), Some(subject)) = (look.jwt, look.subject) else {
        return RULE.not_applicable("One of the tokens cannot be looked into.");
    };
    match ["act", "may_act"]
        .into_iter()
        .find(|n| subject.claim(n).is_some() && jwt.claim(n).is_none())
    {
        Some("act") => RULE.warn(
            "The subject token names who acted; the issued token does not. The trail is lost.",
        ),
        Some(_) => RULE
            .note("The subject token says who may act (may_act); the issued token no longer does."),
        None => RULE.pass("Nothing is lost."),
    }
}

fn client(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new("TOK-11", "The token belongs to the requester", "RFC 8693 §4.3")
        .about("client_id");
    let Some(jwt) = look.jwt else { return RULE.not_applicable(CLOSED) };
    let requester = look.context.client.id.as_str();
    // A transaction token names the workload that asked for it in a claim of its own.
    match jwt.client().or_else(|| jwt.text("req_wl").map(|id| ("req_wl", id))) {
        None => RULE.note("It does not say to which client it was issued."),
        Some((_, found)) if found.eq_ignore_ascii_case(requester) => RULE.pass(format!("{found}.")),
        Some((name, found)) => RULE.note(format!(
            "Its {name} is “{found}”, not the requester “{requester}”: it looks as if “{found}” had \
             asked."
        )),
    }
}

fn confusion(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("TOK-12", "A client cannot be taken for a user", "RFC 9700 §4.15").about("sub");
    let Some(jwt) = look.jwt else { return RULE.not_applicable(CLOSED) };
    let was = look.subject.and_then(|subject| subject.text("sub"));
    match (jwt.text("sub"), jwt.client()) {
        (Some(sub), Some((name, client))) if sub == client && was != Some(sub) => {
            RULE.note(format!(
                "sub and {name} are both “{sub}”. A receiver that looks at sub alone takes the \
                 client for a user; make sure that no user can have that id."
            ))
        }
        (Some(_), _) => RULE.pass("sub and client differ, or it is a client's own token."),
        (None, _) => RULE.not_applicable("It names no subject."),
    }
}

fn binding(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TOK-13",
        "A bound token says to which key",
        "RFC 7800 §3, RFC 9449 §6, RFC 8705 §3.1",
    )
    .about("cnf");
    let Some(jwt) = look.jwt else { return RULE.not_applicable(CLOSED) };
    match jwt.claim("cnf") {
        None if look.context.client.dpop.is_some() => {
            RULE.warn("A proof was sent, and it names no key (cnf).")
        }
        None => RULE.not_applicable("No proof was sent, and it is bound to no key."),
        Some(Value::Object(members)) if look.context.client.dpop.is_some() => {
            let thumbprint = look.context.client.dpop.as_ref().map(|key| key.thumbprint());
            if members.get("jkt").and_then(Value::as_str) == thumbprint {
                RULE.pass("It is bound to the key that was proved (cnf.jkt).")
            } else {
                RULE.warn("It is bound to another key than the one that was proved (cnf).")
            }
        }
        // Whether it is the right one is MTLS-02.
        Some(Value::Object(members))
            if look.context.client.certificate().is_some() && members.contains_key("x5t#S256") =>
        {
            RULE.pass("It is bound to a certificate (cnf.x5t#S256).")
        }
        Some(Value::Object(members)) => RULE.note(format!(
            "It is bound to a key ({}), though no proof was sent with the request.",
            members.keys().cloned().collect::<Vec<_>>().join(", ")
        )),
        Some(_) => RULE.fail("cnf is not an object."),
    }
}

fn personal_data(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "TOK-14",
        "The token holds no more about a person than the target needs",
        "draft-ietf-oauth-identity-chaining",
    );
    const PERSONAL: [&str; 14] = [
        "name",
        "given_name",
        "family_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "email",
        "phone_number",
        "address",
        "birthdate",
        "gender",
        "picture",
        "upn",
        "groups",
    ];
    let Some(jwt) = look.jwt else { return RULE.not_applicable(CLOSED) };
    let found: Vec<&str> = PERSONAL.into_iter().filter(|name| jwt.claim(name).is_some()).collect();
    if found.is_empty() {
        RULE.pass("None of the usual personal claims is in it.")
    } else {
        RULE.note(format!("It holds {}. Does the target need that?", found.join(", ")))
    }
}

fn readable(issued: &Token) -> Check {
    const RULE: Rule = Rule::new("TOK-15", "The token can be inspected", "RFC 8693 §3, RFC 7516");
    match issued {
        Token::Jwt(_) => RULE.pass("It is a JWT."),
        Token::Encrypted { .. } => {
            RULE.note("It is encrypted and cannot be inspected. That is as good as any token.")
        }
        Token::Opaque { .. } => {
            RULE.note("It is opaque: only the server can say what it means. That is allowed.")
        }
    }
}
