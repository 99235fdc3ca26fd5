//! Identity and authorization chaining across domains (draft-ietf-oauth-identity-chaining).
//!
//! A client in one trust domain exchanges a token at its own authorization server for a JWT grant, and
//! redeems that at the authorization server of another domain. The ID-JAG is a narrower profile of the
//! same idea; this is the general one, which has no token type of its own.

use super::{Asked, Look, Preset, Target, Terms, beyond, closed, complete, is_address, list, typ};
use crate::exchange::checks::{Check, Rule};
use crate::exchange::client_auth::ClientAuth;
use crate::exchange::token_type::{ACCESS_TOKEN, ID_TOKEN, JWT, SAML2, label};

pub(super) const TERMS: Terms = Terms {
    preset: Preset::Chaining,
    name: "chaining",
    label: "Identity chaining across domains",
    explanation: "The client exchanges a token at its own authorization server for a JWT grant that \
                  is meant for the authorization server of another domain. There it redeems the \
                  grant for an access token of that domain.",
    draft: "draft-ietf-oauth-identity-chaining",
    requested_token_type: JWT,
    subject_token_types: &[ACCESS_TOKEN, JWT, ID_TOKEN, SAML2],
    other_subjects: true,
    target: Target::Either,
    target_hint: "issuer or name of the other domain's authorization server",
    scope_required: false,
    json_parameters: &[],
    redeemed: true,
};

pub(super) fn request(asked: &Asked<'_>) -> Vec<Check> {
    [target, requested, scope, authenticated].into_iter().map(|check| check(asked)).collect()
}

pub(super) fn answer(look: &Look<'_>) -> Vec<Check> {
    [said, claims, meant, only, header, short, once].into_iter().map(|check| check(look)).collect()
}

// --- The request ---------------------------------------------------------------------------------

fn target(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "CHAIN-01",
        "The other domain's authorization server is named",
        "draft-ietf-oauth-identity-chaining §2.3.1",
    )
    .about("audience");
    let targets = [asked.audiences(), asked.resources()].concat();
    match targets.as_slice() {
        [] => RULE.fail(
            "It is not. Give its address as resource, or the name that it is known by as audience.",
        ),
        [one] => RULE.pass(format!("{one}.")),
        several => RULE.warn(format!(
            "{} are named: {}. A grant for several servers can be redeemed by each at the others.",
            several.len(),
            list(several)
        )),
    }
}

fn requested(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "CHAIN-02",
        "A grant is asked for, and no access token",
        "draft-ietf-oauth-identity-chaining §2.3.3",
    )
    .about("requested_token_type");
    match asked.request.requested_token_type.trim() {
        "" => RULE.note("No type is asked for; the server chooses."),
        ACCESS_TOKEN => RULE.warn(
            "An access token is asked for. One that is presented as a grant is what the profile \
             wants to prevent.",
        ),
        other => RULE.pass(format!("{}.", label(other))),
    }
}

fn scope(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "CHAIN-03",
        "No more is asked for than the subject token has",
        "draft-ietf-oauth-identity-chaining §2.5",
    )
    .about("scope");
    match beyond(asked.request, asked.subject_jwt()) {
        None => RULE.not_applicable("The subject token does not say which scope it has."),
        Some(more) if more.is_empty() => RULE.pass("It is not."),
        Some(more) => RULE.warn(format!(
            "The subject token does not have {}. A good server refuses that.",
            list(&more)
        )),
    }
}

fn authenticated(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "CHAIN-04",
        "The client proves who it is",
        "draft-ietf-oauth-identity-chaining §5.1, §5.3",
    )
    .about("client_auth");
    match asked.client.auth {
        ClientAuth::None => RULE.warn(
            "It does not, so a stolen token of this domain gets whoever has it into the other.",
        ),
        _ => RULE.pass("It does."),
    }
}

// --- The answer ----------------------------------------------------------------------------------

fn said(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "CHAIN-05",
        "The answer says that a grant was issued, and no access token",
        "draft-ietf-oauth-identity-chaining §2.3.3, RFC 8693 §2.2.1",
    )
    .about("issued_token_type");
    let issued = look.context.text("issued_token_type").unwrap_or_default();
    let how = look.context.text("token_type").unwrap_or_default();
    if issued == ACCESS_TOKEN {
        return RULE.warn("It says that an access token was issued.");
    }
    if !how.eq_ignore_ascii_case("N_A") {
        return RULE.dialect(format!(
            "token_type is “{how}”, as if the grant could be used at an API. N_A is what the \
             profile's examples have."
        ));
    }
    RULE.pass("It does.")
}

fn claims(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "CHAIN-06",
        "The grant is a JWT with every claim that redeeming needs",
        "draft-ietf-oauth-identity-chaining §2.3.3, RFC 7523 §3",
    );
    complete(RULE, look, &["iss", "sub", "aud", "exp"])
}

fn meant(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "CHAIN-07",
        "The grant is for the server that was asked for",
        "draft-ietf-oauth-identity-chaining §2.3.3",
    )
    .about("aud");
    let Some(jwt) = look.jwt else { return closed(RULE, look) };
    let (found, asked) = (jwt.audiences(), look.asked_targets());
    if found.is_empty() {
        return RULE.fail("It names none.");
    }
    if asked.iter().any(|one| found.contains(one)) {
        return RULE.pass(format!("{}.", list(&found)));
    }
    if asked.iter().any(|one| !is_address(one)) || asked.is_empty() {
        return RULE.note(format!(
            "It is for {}. The server was asked for by a name, so the two cannot be compared.",
            list(&found)
        ));
    }
    RULE.fail(format!("It is for {}; asked for was {}.", list(&found), list(&asked)))
}

fn only(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "CHAIN-08",
        "The grant is for that server alone",
        "draft-ietf-oauth-identity-chaining §2.3.3",
    )
    .about("aud");
    let Some(jwt) = look.jwt else { return closed(RULE, look) };
    match jwt.audiences().as_slice() {
        several @ [_, _, ..] => RULE.warn(format!(
            "It is for {}. Each of them can present it to the others.",
            list(several)
        )),
        _ => RULE.pass("It is."),
    }
}

fn header(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "CHAIN-09",
        "The grant cannot be taken for an access token",
        "draft-ietf-oauth-identity-chaining §2.3.3, RFC 8725 §3.11",
    )
    .about("typ");
    let Some(jwt) = look.jwt else { return closed(RULE, look) };
    match typ(jwt).as_str() {
        "at+jwt" => RULE.warn("Its header says at+jwt: it is an access token."),
        "" => RULE.note("Its header does not say what it is."),
        other => RULE.pass(format!("Its header says {other}.")),
    }
}

fn short(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "CHAIN-10",
        "The grant lives for a short time",
        "draft-ietf-oauth-identity-chaining §5.5",
    )
    .about("exp");
    super::id_jag::short_lived(RULE, look)
}

fn once(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "CHAIN-11",
        "The grant can be limited to one use",
        "draft-ietf-oauth-identity-chaining §5.5, RFC 7523 §3",
    )
    .about("jti");
    let Some(jwt) = look.jwt else { return closed(RULE, look) };
    match jwt.text("jti") {
        Some(_) => RULE.pass("It has a name of its own (jti)."),
        None => RULE.note("It has no name of its own (jti), so nobody can tell its second use."),
    }
}
