//! Profiles of token exchange that go beyond RFC 8693, as presets: what each asks for, and checks of
//! its own.
//!
//! Three drafts of the OAuth working group use token exchange as their first step. A person who wants
//! to try one should not have to know its parameters by heart, and an answer should be judged by what
//! the draft asks for, not by RFC 8693 alone. So each is a [`Preset`]: a row of terms that fills a
//! request, and checks by ids of its own, for the request before it is sent and for the answer.
//!
//! | preset | leg 1 | leg 2 | checks |
//! |---|---|---|---|
//! | [`id_jag`] | an ID token becomes a grant for the authorization server of another domain | [`jwt_bearer`](super::jwt_bearer) | `JAG-…` |
//! | [`chaining`] | a token becomes a JWT grant for the authorization server of another domain | [`jwt_bearer`](super::jwt_bearer) | `CHAIN-…` |
//! | [`transaction`] | a token becomes one for the calls of one transaction | none: the header `Txn-Token` | `TXN-…` |
//!
//! A preset applies when it was chosen ([`ExchangeRequest::preset`]), and without being chosen when the
//! requested or the issued token type is the one that belongs to it alone. Chaining has no type of its
//! own, so it must be chosen.
//!
//! The clauses are those of the working group's repositories as of July 2026 (ID-JAG: April 2026).
//! Drafts change; where a draft leaves open what its own text suggests, a finding is advice or a note.

pub mod chaining;
pub mod id_jag;
pub mod transaction;

#[cfg(test)]
pub(super) mod tests;

use serde::Serialize;
use serde_json::Value;
use url::Url;

use super::checks::{Check, Context, Level, Rule};
use super::client_auth::Client;
use super::request::ExchangeRequest;
use super::token::{Jwt, Token};
use super::token_type::{ID_JAG, TXN_TOKEN};

/// A profile of token exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// draft-ietf-oauth-identity-assertion-authz-grant, also known as cross-app access.
    IdJag,
    /// draft-ietf-oauth-identity-chaining.
    Chaining,
    /// draft-ietf-oauth-transaction-tokens.
    TransactionToken,
}

/// How a profile names the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// `audience`, and `resource` only for what is behind it.
    Audience,
    /// `audience` or `resource`.
    Either,
}

/// What a profile asks of an exchange.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    pub preset: Preset,
    /// In machine formats and on the command line.
    pub name: &'static str,
    /// For people.
    pub label: &'static str,
    /// What it is for, in two sentences.
    pub explanation: &'static str,
    pub draft: &'static str,
    /// What `requested_token_type` is.
    pub requested_token_type: &'static str,
    /// The types of subject tokens that it knows, the usual one first. A type that is not among them
    /// may still be agreed upon where [`Terms::other_subjects`] says so.
    pub subject_token_types: &'static [&'static str],
    pub other_subjects: bool,
    pub target: Target,
    /// What the target is, for a person who types it.
    pub target_hint: &'static str,
    pub scope_required: bool,
    /// Parameters of its own; each holds JSON.
    pub json_parameters: &'static [&'static str],
    /// Whether what is issued is redeemed at another server (RFC 7523 §2.1).
    pub redeemed: bool,
}

impl Preset {
    pub const ALL: [Self; 3] = [Self::IdJag, Self::Chaining, Self::TransactionToken];

    pub fn terms(self) -> &'static Terms {
        match self {
            Self::IdJag => &id_jag::TERMS,
            Self::Chaining => &chaining::TERMS,
            Self::TransactionToken => &transaction::TERMS,
        }
    }

    /// The preset with a name, as in `id-jag`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.terms().name == name)
    }

    /// The preset that a request follows: the chosen one, or the one whose token type it asks for.
    pub fn of(request: &ExchangeRequest) -> Option<Self> {
        request.preset.or_else(|| Self::of_type(request.requested_token_type.trim()))
    }

    /// The preset that a token type belongs to alone.
    pub fn of_type(uri: &str) -> Option<Self> {
        match uri {
            ID_JAG => Some(Self::IdJag),
            TXN_TOKEN => Some(Self::TransactionToken),
            _ => None,
        }
    }

    /// Fills in what the profile settles: the requested type, and the usual type of subject token where
    /// the one that stands there is none that the profile knows. Marks the request as following it.
    pub fn fill(self, request: &mut ExchangeRequest) {
        let terms = self.terms();
        request.preset = Some(self);
        request.requested_token_type = terms.requested_token_type.to_owned();
        let known = terms.subject_token_types.contains(&request.subject_token_type.trim());
        let own = terms.other_subjects && !request.subject_token_type.trim().is_empty();
        if !known
            && !own
            && let Some(usual) = terms.subject_token_types.first()
        {
            request.subject_token_type = (*usual).to_owned();
        }
    }
}

/// Whether a check is one of a preset, or of redeeming what a preset issues.
pub fn is_of_preset(check: &Check) -> bool {
    ["JAG-", "CHAIN-", "TXN-", "JWTB-"].iter().any(|prefix| check.id.starts_with(prefix))
}

/// A request, before it is sent, as the checks of a preset look at it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub request: &'a ExchangeRequest,
    pub client: &'a Client,
    /// The subject token, when there is one.
    pub subject: Option<&'a Token>,
}

impl<'a> Asked<'a> {
    fn subject_jwt(&self) -> Option<&'a Jwt> {
        self.subject.and_then(Token::jwt)
    }
    fn subject_type(&self) -> &'a str {
        self.request.subject_token_type.trim()
    }
    fn audiences(&self) -> Vec<&'a str> {
        filled(&self.request.audience)
    }
    fn resources(&self) -> Vec<&'a str> {
        filled(&self.request.resource)
    }
    fn extra(&self, name: &str) -> Option<&'a str> {
        let mut rows = self.request.extra.iter();
        let (_, value) = rows.find(|(other, value)| other.trim() == name && !value.is_empty())?;
        Some(value)
    }
}

/// What a preset asks of a request; nothing when none applies.
pub fn request_checks(asked: &Asked<'_>) -> Vec<Check> {
    match Preset::of(asked.request) {
        None => Vec::new(),
        Some(Preset::IdJag) => id_jag::request(asked),
        Some(Preset::Chaining) => chaining::request(asked),
        Some(Preset::TransactionToken) => transaction::request(asked),
    }
}

/// The preset that an answer is judged by: the one of the request, or else the one whose token was
/// issued without being asked for.
pub fn of_answer(context: &Context<'_>) -> Option<Preset> {
    let issued = || Preset::of_type(context.text("issued_token_type")?);
    Preset::of(context.request).or_else(issued)
}

/// What a preset asks of a success answer and of the token in it; nothing when none applies.
pub fn answer_checks(context: &Context<'_>) -> Vec<Check> {
    let Some(preset) = of_answer(context).filter(|_| context.succeeded()) else {
        return Vec::new();
    };
    let look = Look { context, jwt: context.issued.and_then(Token::jwt) };
    match preset {
        Preset::IdJag => id_jag::answer(&look),
        Preset::Chaining => chaining::answer(&look),
        Preset::TransactionToken => transaction::answer(&look),
    }
}

/// A success answer, as the checks of a preset look at it.
struct Look<'a> {
    context: &'a Context<'a>,
    /// The issued token, if it can be looked into.
    jwt: Option<&'a Jwt>,
}

impl<'a> Look<'a> {
    fn asked_targets(&self) -> Vec<&'a str> {
        let request = self.context.request;
        [filled(&request.audience), filled(&request.resource)].concat()
    }
    /// Whether a refresh token came along.
    fn has_refresh_token(&self) -> bool {
        self.context.member("refresh_token").is_some()
    }
    fn subject(&self) -> Option<&'a Jwt> {
        self.context.subject.jwt()
    }
    /// Seconds from issue to end, when the token says both.
    fn life(&self) -> Option<i64> {
        let jwt = self.jwt?;
        Some(jwt.date("exp")?.saturating_sub(jwt.date("iat")?))
    }
}

const CLOSED: &str = "The token cannot be looked into.";

fn filled(texts: &[String]) -> Vec<&str> {
    texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect()
}

/// Whether a text is the address of something, and no logical name or URN.
fn is_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
}

fn list(texts: &[&str]) -> String {
    texts.join(", ")
}

/// `typ` of a header, without case and without `application/` (RFC 7515 §4.1.9).
pub(super) fn typ(jwt: &Jwt) -> String {
    let typ = jwt.header_text("typ").unwrap_or_default().to_ascii_lowercase();
    typ.strip_prefix("application/").unwrap_or(&typ).to_owned()
}

/// What is asked of the answer's own words: the type of what was issued, and `N_A`.
fn announced(rule: Rule, look: &Look<'_>, wanted: &str) -> Check {
    let issued = look.context.text("issued_token_type").unwrap_or_default();
    let how = look.context.text("token_type").unwrap_or_default();
    if issued != wanted {
        return rule.fail(if issued.is_empty() {
            "The answer does not say what was issued.".to_owned()
        } else {
            format!("It says that “{issued}” was issued.")
        });
    }
    if how.eq_ignore_ascii_case("N_A") {
        rule.pass("It does.")
    } else {
        rule.fail(format!(
            "token_type is “{how}”. It must be N_A, because this is no access token: who takes it \
             for one sends it to an API."
        ))
    }
}

/// Whether a token has every claim that a profile requires.
fn complete(rule: Rule, look: &Look<'_>, required: &[&str]) -> Check {
    let Some(jwt) = look.jwt else { return closed(rule, look) };
    let missing: Vec<&str> =
        required.iter().copied().filter(|name| jwt.claim(name).is_none()).collect();
    if missing.is_empty() {
        rule.pass(format!("{}.", list(required)))
    } else {
        rule.fail(format!("It has no {}.", list(&missing)))
    }
}

/// Whether a token's header says what it is.
fn typed(rule: Rule, look: &Look<'_>, wanted: &str) -> Check {
    let Some(jwt) = look.jwt else { return closed(rule, look) };
    match jwt.header_text("typ") {
        Some(_) if typ(jwt) == wanted => rule.pass(format!("{wanted}.")),
        Some(found) => rule.fail(format!("It says “{found}”.")),
        None => rule.fail("It does not say what it is."),
    }
}

/// A profile that issues signed JWTs has issued something else; what is encrypted may be one.
fn closed(rule: Rule, look: &Look<'_>) -> Check {
    match look.context.issued {
        Some(Token::Opaque { reason, .. }) => rule.fail(format!("It must be a JWT, but {reason}.")),
        _ => rule.not_applicable(CLOSED),
    }
}

/// Whether a parameter of an exchange that holds JSON holds what it should.
fn json_of<'a>(asked: &Asked<'a>, name: &str) -> Option<Result<Value, &'a str>> {
    let text = asked.extra(name)?;
    Some(serde_json::from_str(text).map_err(|_| text))
}

/// The scopes that a request asks for beyond those of its subject token; `None` when the token does
/// not say which it has.
fn beyond<'a>(request: &'a ExchangeRequest, subject: Option<&Jwt>) -> Option<Vec<&'a str>> {
    let held = subject?.scopes()?;
    Some(request.scopes().into_iter().filter(|one| !held.contains(one)).collect())
}

/// The breaches among checks, as one text for who is not to send such a request.
pub fn breaches(checks: &[Check]) -> Vec<String> {
    checks
        .iter()
        .filter(|check| check.level == Level::Fail && is_of_preset(check))
        .map(|check| format!("{}: {} {}", check.id, check.title, check.finding))
        .collect()
}
