//! The identity assertion JWT authorization grant, ID-JAG (draft-ietf-oauth-identity-assertion-authz-grant).
//!
//! A client that a user has signed in to shows the user's ID token to the identity provider, and gets
//! a grant for the authorization server of another application that trusts the same provider. There it
//! redeems the grant, as itself, without sending the user anywhere.

use serde_json::Value;

use super::{
    Asked, Look, Preset, Target, Terms, announced, closed, complete, is_address, json_of, list,
    typed,
};
use crate::exchange::checks::{Check, Rule};
use crate::exchange::client_auth::ClientAuth;
use crate::exchange::time;
use crate::exchange::token_type::{ID_JAG, ID_TOKEN, REFRESH_TOKEN, SAML2, label};

/// What the header of the grant says it is (§3.1).
pub const TYP: &str = "oauth-id-jag+jwt";

/// What a server that redeems such grants says in `authorization_grant_profiles_supported` (§7.2).
pub const GRANT_PROFILE: &str = "urn:ietf:params:oauth:grant-profile:id-jag";

pub(super) const TERMS: Terms = Terms {
    preset: Preset::IdJag,
    name: "id-jag",
    label: "Identity assertion grant (ID-JAG)",
    explanation: "The client shows the user's ID token to the identity provider and gets a grant \
                  for the authorization server of another application. There it redeems the grant \
                  for an access token, without sending the user anywhere.",
    draft: "draft-ietf-oauth-identity-assertion-authz-grant",
    requested_token_type: ID_JAG,
    subject_token_types: &[ID_TOKEN, SAML2, REFRESH_TOKEN],
    other_subjects: false,
    target: Target::Audience,
    target_hint: "issuer of the other application's authorization server",
    scope_required: false,
    json_parameters: &["authorization_details"],
    redeemed: true,
};

/// A grant that lives longer is a password with a date, in seconds.
pub(super) const LONG: i64 = 3_600;

pub(super) fn request(asked: &Asked<'_>) -> Vec<Check> {
    [requested, audience, subject, own_token, confidential, details]
        .into_iter()
        .map(|check| check(asked))
        .collect()
}

pub(super) fn answer(look: &Look<'_>) -> Vec<Check> {
    [said, refresh, header, claims, issued_audience, proof, elsewhere, short, unique]
        .into_iter()
        .map(|check| check(look))
        .collect()
}

// --- The request ---------------------------------------------------------------------------------

fn requested(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JAG-01",
        "An identity assertion grant is asked for",
        "draft-ietf-oauth-identity-assertion-authz-grant §4.3",
    )
    .about("requested_token_type");
    match asked.request.requested_token_type.trim() {
        ID_JAG => RULE.pass("It is."),
        "" => RULE.fail(format!("The requested type must be {ID_JAG}; there is none.")),
        other => RULE.fail(format!("The requested type must be {ID_JAG}, not “{other}”.")),
    }
}

fn audience(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JAG-02",
        "The audience is the authorization server that is to take the grant",
        "draft-ietf-oauth-identity-assertion-authz-grant §4.3",
    )
    .about("audience");
    match asked.audiences().as_slice() {
        [] => RULE.fail(
            "There is none. It is the issuer of the other application's authorization server; a \
             resource says what is wanted behind it, and does not stand in for it.",
        ),
        [one] if is_address(one) => RULE.pass(format!("{one}.")),
        [one] => RULE.note(format!(
            "“{one}” is no issuer. An identity provider may know servers by other names, and must \
             know them by their issuer."
        )),
        several => RULE.fail(format!(
            "There are {}: {}. A grant is for one server.",
            several.len(),
            list(several)
        )),
    }
}

fn subject(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JAG-03",
        "The subject token is an identity assertion",
        "draft-ietf-oauth-identity-assertion-authz-grant §4.3",
    )
    .about("subject_token_type");
    match asked.subject_type() {
        ID_TOKEN | SAML2 => RULE.pass(format!("{}.", label(asked.subject_type()))),
        REFRESH_TOKEN => RULE.note(
            "It is a refresh token of the identity provider. A provider may take that, and need not.",
        ),
        other => RULE.fail(format!(
            "It is declared as {}. It must be an ID token, a SAML 2.0 assertion, or where the \
             provider takes it a refresh token.",
            if other.is_empty() { "nothing" } else { label(other) }
        )),
    }
}

fn own_token(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JAG-04",
        "The ID token was issued to the client that asks",
        "draft-ietf-oauth-identity-assertion-authz-grant §4.3.3",
    )
    .about("subject_token");
    let Some(jwt) = asked.subject_jwt().filter(|_| asked.subject_type() == ID_TOKEN) else {
        return RULE.not_applicable("There is no ID token that can be looked into.");
    };
    let audiences = jwt.audiences();
    if audiences.iter().any(|one| one.eq_ignore_ascii_case(&asked.client.id)) {
        RULE.pass(format!("Its audience is {}.", list(&audiences)))
    } else {
        RULE.fail(format!(
            "Its audience is {}, not “{}”. The identity provider must refuse that.",
            if audiences.is_empty() { "nobody".to_owned() } else { list(&audiences) },
            asked.client.id
        ))
    }
}

fn confidential(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JAG-05",
        "The client is confidential",
        "draft-ietf-oauth-identity-assertion-authz-grant §8.1",
    )
    .about("client_auth");
    match asked.client.auth {
        ClientAuth::None => RULE.warn(
            "It proves nothing. Public clients should send the user to the other server instead, \
             who can agree there.",
        ),
        _ => RULE.pass("It proves who it is."),
    }
}

fn details(asked: &Asked<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JAG-06",
        "Authorization details are a list of objects with a type",
        "draft-ietf-oauth-identity-assertion-authz-grant §4.3, RFC 9396 §2",
    )
    .about("extra");
    match json_of(asked, "authorization_details") {
        None => RULE.not_applicable("There are none."),
        Some(Ok(Value::Array(items)))
            if items.iter().all(|item| item.get("type").is_some_and(Value::is_string)) =>
        {
            RULE.pass(format!("{} of them.", items.len()))
        }
        Some(Ok(Value::Array(_))) => RULE.fail("One of them has no type."),
        Some(Ok(_)) => RULE.fail("authorization_details is no JSON array."),
        Some(Err(_)) => RULE.fail("authorization_details is no JSON."),
    }
}

// --- The answer ----------------------------------------------------------------------------------

fn said(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JAG-07",
        "The answer says that a grant was issued, and no access token",
        "draft-ietf-oauth-identity-assertion-authz-grant §4.3.4",
    )
    .about("token_type");
    announced(RULE, look, ID_JAG)
}

fn refresh(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JAG-08",
        "No refresh token comes with the grant",
        "draft-ietf-oauth-identity-assertion-authz-grant §4.3.4",
    )
    .about("refresh_token");
    if look.has_refresh_token() {
        RULE.warn("One came along. The subject token is what gets the next grant.")
    } else {
        RULE.pass("None does.")
    }
}

fn header(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JAG-09",
        "The header says that it is an identity assertion grant",
        "draft-ietf-oauth-identity-assertion-authz-grant §3.1, RFC 8725 §3.11",
    )
    .about("typ");
    typed(RULE, look, TYP)
}

fn claims(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JAG-10",
        "The grant has every claim that it needs",
        "draft-ietf-oauth-identity-assertion-authz-grant §3.1",
    );
    complete(RULE, look, &["iss", "sub", "aud", "client_id", "jti", "exp", "iat"])
}

fn issued_audience(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JAG-11",
        "The grant is for one server, the one that was asked for",
        "draft-ietf-oauth-identity-assertion-authz-grant §3.1, §4.4.1",
    )
    .about("aud");
    let Some(jwt) = look.jwt else { return closed(RULE, look) };
    let asked = super::filled(&look.context.request.audience);
    match jwt.audiences().as_slice() {
        [] => RULE.fail("It names none."),
        [one] if asked.contains(one) => RULE.pass(format!("{one}.")),
        [one] if asked.iter().all(|text| !is_address(text)) => RULE.note(format!(
            "It is for {one}. The server was asked for by another name, so the two cannot be \
             compared."
        )),
        [one] => RULE.fail(format!(
            "It is for “{one}”; asked for was “{}”. The other server compares byte by byte.",
            list(&asked)
        )),
        several => RULE.fail(format!(
            "It is for {}. Each of them could redeem it at the others, so it must name one.",
            list(several)
        )),
    }
}

fn proof(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JAG-12",
        "The grant is bound to the key that was proved",
        "draft-ietf-oauth-identity-assertion-authz-grant §8.6.1.1",
    )
    .about("cnf");
    let Some(jwt) = look.jwt else { return closed(RULE, look) };
    let inside =
        jwt.claim("cnf").map(|cnf| cnf.get("jkt").and_then(Value::as_str).unwrap_or_default());
    match (&look.context.client.dpop, inside) {
        (None, None) => RULE.not_applicable("No proof was sent."),
        (None, Some(_)) => RULE.warn(
            "It is bound to a key, though no proof was sent: it can be redeemed with that key alone.",
        ),
        (Some(_), None) => RULE.fail(
            "A proof was sent, and the grant names no key (cnf). The answer cannot say that it was \
             ignored; only the grant shows it.",
        ),
        (Some(key), Some(jkt)) if jkt == key.thumbprint() => RULE.pass("It is (cnf.jkt)."),
        (Some(_), Some(_)) => RULE.fail("It is bound to another key than the one that was proved."),
    }
}

fn elsewhere(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JAG-13",
        "The grant leads to another server",
        "draft-ietf-oauth-identity-assertion-authz-grant §8.3",
    )
    .about("aud");
    let Some(jwt) = look.jwt else { return closed(RULE, look) };
    match jwt.text("iss") {
        Some(issuer) if jwt.audiences().contains(&issuer) => {
            RULE.warn("It is for the server that issued it, which must not redeem its own grants.")
        }
        _ => RULE.pass("It does."),
    }
}

fn short(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JAG-14",
        "The grant lives for a short time",
        "draft-ietf-oauth-identity-chaining §5.5",
    )
    .about("exp");
    short_lived(RULE, look)
}

/// Whether a grant lives no longer than [`LONG`]. The drafts give no number; their examples live for
/// one minute and for a quarter of an hour.
pub(super) fn short_lived(rule: Rule, look: &Look<'_>) -> Check {
    match look.life() {
        None => rule.not_applicable("It does not say for how long."),
        Some(life) if life > LONG => rule.warn(format!(
            "It lives for {}. Whoever gets hold of it can redeem it all that time.",
            time::span(life.unsigned_abs())
        )),
        Some(life) => rule.pass(format!("{}.", time::span(life.unsigned_abs()))),
    }
}

fn unique(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JAG-15",
        "Issuer and subject name one person",
        "draft-ietf-oauth-identity-assertion-authz-grant §3.1, §6.3",
    )
    .about("sub");
    let Some(jwt) = look.jwt else { return closed(RULE, look) };
    if jwt.claim("aud_tenant").is_some() && jwt.claim("aud_sub").is_none() {
        return RULE.warn(
            "It names a tenant of the other server (aud_tenant) and not the account there \
             (aud_sub).",
        );
    }
    match jwt.text("tenant") {
        Some(tenant) => RULE.note(format!(
            "The issuer has tenants, and this one is “{tenant}”. Only issuer, tenant and subject \
             together name a person; a server that leaves the tenant out mixes people up."
        )),
        None => RULE.pass("No tenant is needed to tell subjects apart."),
    }
}
