//! A JWT grant that is redeemed at another server, and the answer to it (JWTB; RFC 7523 §3).
//!
//! What the server must look at is looked at here first, so that the last of the checks can say whether it did.

#[cfg(test)]
pub(super) mod tests;

use std::time::{Duration, SystemTime};

use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};

use super::{Check, Level, Rule};
use crate::exchange::client_auth::Client;
use crate::exchange::http::HttpAnswer;
use crate::exchange::json::JsonError;
use crate::exchange::jwt_bearer::GRANT_TYPE;
use crate::exchange::preset::{self, id_jag};
use crate::exchange::redact::Redactor;
use crate::exchange::time;
use crate::exchange::token::{Jwt, Token};

/// A grant that is about to be redeemed.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    pub grant: &'a Token,
    pub client: &'a Client,
    /// The issuer of the server that is to redeem it, when it is known.
    pub issuer: Option<&'a str>,
    pub endpoint: &'a str,
    pub now: SystemTime,
    pub skew: Duration,
}

/// A grant and the answer to it.
#[derive(Clone, Copy, Debug)]
pub struct Answered<'a> {
    pub look: &'a Look<'a>,
    /// What was found before it was sent.
    pub asked: &'a [Check],
    /// The scope that was asked for beside the grant.
    pub scope: &'a str,
    pub answer: &'a HttpAnswer,
    pub body: Result<&'a Map<String, Value>, &'a JsonError>,
    /// The issued token.
    pub issued: Option<&'a Token>,
    /// Knows what was sent.
    pub sent: &'a Redactor,
}

impl<'a> Answered<'a> {
    fn succeeded(&self) -> bool {
        (200..300).contains(&self.answer.status)
    }
    fn text(&self, name: &str) -> Option<&'a str> {
        self.body.ok()?.get(name)?.as_str().filter(|text| !text.is_empty())
    }
}

impl<'a> Look<'a> {
    fn jwt(&self) -> Option<&'a Jwt> {
        self.grant.jwt()
    }
    /// Whether the grant says that it is an ID-JAG, whose rules are stricter.
    fn is_id_jag(&self) -> bool {
        self.jwt().is_some_and(|jwt| preset::typ(jwt) == id_jag::TYP)
    }
}

const CLOSED: &str = "The grant cannot be looked into.";

/// What can be said of a grant before it is sent.
pub fn request(look: &Look<'_>) -> Vec<Check> {
    [form, audience, times, client, proof, issuer].into_iter().map(|check| check(look)).collect()
}

/// What can be said of the answer.
pub fn answer(answered: &Answered<'_>) -> Vec<Check> {
    if answered.succeeded() {
        [success, refresh_token, scope, bound, strictness]
            .into_iter()
            .map(|check| check(answered))
            .collect()
    } else {
        [refused, echo].into_iter().map(|check| check(answered)).collect()
    }
}

/// Whether the server says that it redeems grants.
pub fn announced(metadata: &Map<String, Value>) -> Check {
    const RULE: Rule = Rule::new(
        "JWTB-00",
        "The server says that it redeems JWT grants",
        "RFC 8414 §2, RFC 7523 §2.1",
    )
    .about("grant_types_supported");
    let grants = metadata.get("grant_types_supported").and_then(Value::as_array);
    match grants {
        Some(list) if list.iter().any(|one| one == GRANT_TYPE) => RULE.pass("It does."),
        _ => RULE.note("grant_types_supported does not list jwt-bearer."),
    }
}

// --- Before it is sent ---------------------------------------------------------------------------

fn form(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JWTB-01",
        "The grant is a JWT that says from whom, for whom and until when",
        "RFC 7523 §3",
    )
    .about("assertion");
    let jwt = match look.grant {
        Token::Jwt(jwt) => jwt,
        Token::Encrypted { .. } => return RULE.not_applicable(CLOSED),
        Token::Opaque { reason, .. } => return RULE.fail(format!("It is none: {reason}.")),
    };
    let mut required = vec!["iss", "sub", "aud", "exp"];
    if look.is_id_jag() {
        required.extend(["client_id", "jti", "iat"]);
    }
    required.retain(|name| jwt.claim(name).is_none());
    if required.is_empty() {
        RULE.pass("It is.")
    } else {
        RULE.fail(format!("It has no {}.", required.join(", ")))
    }
}

fn audience(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JWTB-02",
        "The grant is for the server that redeems it",
        "RFC 7523 §3, draft-ietf-oauth-identity-assertion-authz-grant §4.4.1",
    )
    .about("assertion");
    let Some(jwt) = look.jwt() else { return RULE.not_applicable(CLOSED) };
    let found = jwt.audiences();
    let for_issuer = look.issuer.is_some_and(|issuer| found.contains(&issuer));
    let for_endpoint = found.contains(&look.endpoint);
    if look.is_id_jag() && found.len() > 1 {
        return RULE.fail(format!("It names several: {}.", found.join(", ")));
    }
    if for_issuer || (for_endpoint && !look.is_id_jag()) {
        return RULE.pass(format!("{}.", found.join(", ")));
    }
    match look.issuer {
        None if !for_endpoint => RULE.note(format!(
            "It is for {}. Only the token endpoint is known, so that cannot be compared.",
            found.join(", ")
        )),
        None => RULE.pass("It names the token endpoint."),
        Some(issuer) => RULE.fail(format!(
            "It is for {}, and the server is “{issuer}”. A good server refuses it.",
            if found.is_empty() { "nobody".to_owned() } else { found.join(", ") }
        )),
    }
}

fn times(look: &Look<'_>) -> Check {
    const RULE: Rule =
        Rule::new("JWTB-03", "The grant is valid now", "RFC 7523 §3").about("assertion");
    let Some(jwt) = look.jwt() else { return RULE.not_applicable(CLOSED) };
    let now = time::seconds(look.now);
    let skew = i64::try_from(look.skew.as_secs()).unwrap_or(i64::MAX);
    let at = |seconds: i64| time::relative(seconds, look.now);
    if let Some(exp) = jwt.date("exp").filter(|exp| exp.saturating_add(skew) < now) {
        return RULE.fail(format!("It ended {}.", at(exp)));
    }
    match jwt.date("nbf").filter(|nbf| nbf.saturating_sub(skew) > now) {
        Some(nbf) => RULE.fail(format!("It is valid only {}.", at(nbf))),
        None => RULE.pass("It is."),
    }
}

fn client(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JWTB-04",
        "The client that redeems is the one that the grant names",
        "draft-ietf-oauth-identity-assertion-authz-grant §4.4.1",
    )
    .about("client_id");
    let Some(jwt) = look.jwt() else { return RULE.not_applicable(CLOSED) };
    match jwt.text("client_id") {
        None => RULE.not_applicable("It names none."),
        Some(named) if named == look.client.id => RULE.pass(format!("{named}.")),
        Some(named) if look.is_id_jag() => RULE.fail(format!(
            "It names “{named}”, and “{}” redeems it. A good server refuses that with \
             invalid_grant.",
            look.client.id
        )),
        Some(named) => RULE.note(format!(
            "It names “{named}”, and “{}” redeems it. That may be the same client by another name.",
            look.client.id
        )),
    }
}

fn proof(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JWTB-05",
        "A grant that is bound to a key comes with a proof of that key",
        "draft-ietf-oauth-identity-assertion-authz-grant §8.6.1.2, RFC 7800 §3",
    )
    .about("assertion");
    let Some(jwt) = look.jwt() else { return RULE.not_applicable(CLOSED) };
    let Some(bound) = jwt.claim("cnf") else {
        return RULE.not_applicable("It is bound to no key.");
    };
    let jkt = bound.get("jkt").and_then(Value::as_str);
    match (jkt, &look.client.dpop) {
        (Some(jkt), Some(key)) if key.thumbprint() == jkt => RULE.pass("It does."),
        (Some(_), Some(_)) => RULE.fail("The proof is of another key."),
        (Some(_), None) => RULE.fail("No proof is sent."),
        (None, _) => RULE.note("It is bound to something other than a DPoP key."),
    }
}

fn issuer(look: &Look<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JWTB-06",
        "The grant comes from another server",
        "draft-ietf-oauth-identity-assertion-authz-grant §8.3",
    )
    .about("assertion");
    let Some(jwt) = look.jwt() else { return RULE.not_applicable(CLOSED) };
    match (jwt.text("iss"), look.issuer) {
        (Some(from), Some(issuer)) if from == issuer && look.is_id_jag() => RULE.fail(
            "It was issued by the server that is to redeem it, which must not redeem its own.",
        ),
        (Some(from), Some(issuer)) if from == issuer => {
            RULE.note("It was issued by the server that is to redeem it.")
        }
        (Some(from), _) => RULE.pass(format!("{from}.")),
        (None, _) => RULE.not_applicable("It does not say who issued it."),
    }
}

// --- The answer ----------------------------------------------------------------------------------

fn success(answered: &Answered<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JWTB-07",
        "The answer is an access token, as JSON that is not to be cached",
        "RFC 6749 §5.1",
    );
    let body = match answered.body {
        Ok(body) => body,
        Err(error) => return RULE.fail(format!("The body cannot be used: {error}.")),
    };
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    if text("access_token").is_empty() {
        return RULE.fail("It has no access_token.");
    }
    let how = text("token_type");
    if !["bearer", "dpop"].iter().any(|known| how.eq_ignore_ascii_case(known)) {
        return RULE
            .fail(format!("token_type is “{how}”, so nobody can tell how to use the token."));
    }
    let cache = answered.answer.header("cache-control").unwrap_or_default().to_ascii_lowercase();
    if !cache.split(',').any(|part| part.trim() == "no-store") {
        return RULE.fail("Cache-Control: no-store is missing.");
    }
    RULE.pass(format!("It is, as {how}."))
}

fn refresh_token(answered: &Answered<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JWTB-08",
        "No refresh token comes along",
        "RFC 7521 §4.1, draft-ietf-oauth-identity-chaining §5.4",
    )
    .about("refresh_token");
    match answered.body.ok().and_then(|body| body.get("refresh_token")) {
        None | Some(Value::Null) => RULE.pass("None does."),
        Some(_) => RULE.warn(
            "One came along: access in this domain can outlast the session in the other. The grant \
             is what gets the next access token.",
        ),
    }
}

fn scope(answered: &Answered<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JWTB-09",
        "The access token has no more than the grant gives",
        "draft-ietf-oauth-identity-assertion-authz-grant §4.4.1, RFC 7521 §4.1",
    )
    .about("scope");
    let given = answered.look.jwt().and_then(Jwt::scopes);
    let inside = answered.issued.and_then(Token::jwt).and_then(Jwt::scopes);
    let asked: Vec<&str> = answered.scope.split_ascii_whitespace().collect();
    let stated = answered.text("scope").map(|text| text.split_ascii_whitespace().collect());
    // Saying nothing means that it is what was asked for.
    let got = inside.or(stated).unwrap_or(asked);
    let Some(given) = given else {
        return RULE.not_applicable("The grant does not say which scope it gives.");
    };
    let more: Vec<&str> = got.into_iter().filter(|one| !given.contains(one)).collect();
    if more.is_empty() {
        RULE.pass("It has not.")
    } else {
        RULE.warn(format!("The grant does not give {}.", more.join(", ")))
    }
}

fn bound(answered: &Answered<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JWTB-10",
        "What a bound grant is redeemed for is bound to the same key",
        "draft-ietf-oauth-identity-assertion-authz-grant §8.6.1.2",
    )
    .about("token_type");
    let Some(key) = &answered.look.client.dpop else {
        return RULE.not_applicable("No proof was sent.");
    };
    let how = answered.text("token_type").unwrap_or_default();
    if !how.eq_ignore_ascii_case("DPoP") {
        return RULE.warn(format!("It came as “{how}”: whoever gets hold of it can use it."));
    }
    let jkt = answered
        .issued
        .and_then(Token::jwt)
        .map(|jwt| jwt.claim("cnf").and_then(|cnf| cnf.get("jkt")).and_then(Value::as_str));
    match jkt {
        None => RULE.pass("The answer says so; the token cannot be looked into."),
        Some(Some(jkt)) if jkt == key.thumbprint() => RULE.pass("It is."),
        Some(_) => RULE.warn("The token does not name the key that was proved (cnf.jkt)."),
    }
}

fn strictness(answered: &Answered<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JWTB-11",
        "A grant that must be refused is refused",
        "RFC 7523 §3, draft-ietf-oauth-identity-assertion-authz-grant §4.4.1",
    );
    let broken: Vec<&str> = answered
        .asked
        .iter()
        .filter(|check| check.level == Level::Fail)
        .map(|check| check.id)
        .collect();
    if broken.is_empty() {
        RULE.pass("Nothing spoke against this one.")
    } else {
        RULE.fail(format!("{} speaks against it, and a token was issued.", broken.join(", ")))
    }
}

fn refused(answered: &Answered<'_>) -> Check {
    const RULE: Rule = Rule::new(
        "JWTB-12",
        "A refusal says invalid_grant with status 400",
        "RFC 7523 §3.1, RFC 6749 §5.2",
    )
    .about("error");
    let status = answered.answer.status;
    match answered.text("error") {
        None => RULE.fail(format!("The answer ({status}) names no error.")),
        Some("invalid_grant") if status == 400 => RULE.pass("It does."),
        Some(
            error @ ("invalid_client"
            | "unauthorized_client"
            | "unsupported_grant_type"
            | "invalid_scope"
            | "invalid_target"
            | "invalid_dpop_proof"
            | "use_dpop_nonce"),
        ) => RULE.not_applicable(format!("It refuses something else: {error}.")),
        Some(error) => RULE.dialect(format!("It says {error} ({status}).")),
    }
}

fn echo(answered: &Answered<'_>) -> Check {
    const RULE: Rule =
        Rule::new("JWTB-13", "The refusal does not repeat the grant or a secret", "good practice")
            .about("error_description");
    let text = String::from_utf8_lossy(answered.answer.body.expose_secret());
    if answered.sent.finds(&text) {
        RULE.fail("It does, so whoever reads a log can redeem it.")
    } else {
        RULE.pass("It does not.")
    }
}
