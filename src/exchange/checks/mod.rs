//! What a conforming exchange looks like, as checks with ids that people can quote.
//!
//! Each check is one function that looks at one thing and always says something: what holds, what
//! does not, or why it does not apply. A finding that is a known way some servers differ is marked as
//! a dialect and is never worse than a note; a breach of a MUST fails, of a SHOULD warns.

pub mod dpop;
pub mod error;
pub mod grant;
pub mod issued;
pub mod mtls;
pub mod request;
pub mod response;
pub mod status;

#[cfg(test)]
mod registry;
#[cfg(test)]
pub(in crate::exchange) mod tests;

use serde::Serialize;
use serde_json::{Map, Value};
use std::time::{Duration, SystemTime};

use super::client_auth::Client;
use super::discovery::Metadata;
use super::http::HttpAnswer;
use super::json::JsonError;
use super::preset;
use super::redact::Redactor;
use super::request::ExchangeRequest;
use super::token::Token;
use super::verify::Verification;

/// How much a finding matters, from nothing to a breach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// There is nothing to check here.
    NotApplicable,
    Pass,
    /// Worth knowing.
    Note,
    /// A recommendation is not kept (SHOULD).
    Warn,
    /// A requirement is not kept (MUST).
    Fail,
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Stable, as in `RES-03`.
    pub id: &'static str,
    pub level: Level,
    /// Whether this is a known way in which servers differ, not a breach.
    pub dialect: bool,
    /// What is checked, as a statement that holds when all is well.
    pub title: &'static str,
    /// What was found, in one or two sentences.
    pub finding: String,
    /// Where it is written down.
    pub clause: &'static str,
    /// The request parameter, answer member or claim it is about, when it is about one.
    pub field: Option<&'static str>,
}

/// A check before it has looked: id, statement and source.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    id: &'static str,
    title: &'static str,
    clause: &'static str,
    field: Option<&'static str>,
}

impl Rule {
    pub const fn new(id: &'static str, title: &'static str, clause: &'static str) -> Self {
        Self { id, title, clause, field: None }
    }
    /// The parameter, member or claim it is about.
    pub const fn about(self, field: &'static str) -> Self {
        Self { field: Some(field), ..self }
    }
    fn found(self, level: Level, dialect: bool, finding: impl Into<String>) -> Check {
        let Self { id, title, clause, field } = self;
        #[cfg(test)]
        registry::saw(id, level);
        Check { id, level, dialect, title, finding: finding.into(), clause, field }
    }
    pub fn pass(self, finding: impl Into<String>) -> Check {
        self.found(Level::Pass, false, finding)
    }
    pub fn note(self, finding: impl Into<String>) -> Check {
        self.found(Level::Note, false, finding)
    }
    /// A known way of differing.
    pub fn dialect(self, finding: impl Into<String>) -> Check {
        self.found(Level::Note, true, finding)
    }
    pub fn warn(self, finding: impl Into<String>) -> Check {
        self.found(Level::Warn, false, finding)
    }
    pub fn fail(self, finding: impl Into<String>) -> Check {
        self.found(Level::Fail, false, finding)
    }
    pub fn not_applicable(self, finding: impl Into<String>) -> Check {
        self.found(Level::NotApplicable, false, finding)
    }
}

/// Everything the checks of one answer may look at.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub client: &'a Client,
    pub request: &'a ExchangeRequest,
    /// What the checks of the request found before it was sent.
    pub asked: &'a [Check],
    /// What must not be in any text; it knows the issued tokens too.
    pub redactor: &'a Redactor,
    /// As [`Context::redactor`], but only what was *sent*: to see a server echo it (ERR-04).
    pub sent: &'a Redactor,
    pub answer: &'a HttpAnswer,
    /// The body, if it is a JSON object.
    pub body: Result<&'a Map<String, Value>, &'a JsonError>,
    pub metadata: Option<&'a Metadata>,
    pub subject: &'a Token,
    pub actor: Option<&'a Token>,
    pub issued: Option<&'a Token>,
    pub verification: Option<&'a Verification>,
    pub now: SystemTime,
    /// How far clocks may differ.
    pub skew: Duration,
}

impl<'a> Context<'a> {
    /// A member of the body that is a non-empty string.
    pub fn text(&self, name: &str) -> Option<&'a str> {
        self.body.ok()?.get(name)?.as_str().filter(|text| !text.is_empty())
    }
    /// A member of the body other than null.
    pub fn member(&self, name: &str) -> Option<&'a Value> {
        self.body.ok()?.get(name).filter(|value| !value.is_null())
    }
    /// Whether the server says that it issued something.
    pub fn succeeded(&self) -> bool {
        (200..300).contains(&self.answer.status)
    }
}

/// All checks of an answer: those of a success or of an error, those of the issued token, and those of
/// the preset that it follows.
pub fn answer(context: &Context<'_>) -> Vec<Check> {
    let mut checks = response::all(context);
    if context.succeeded() {
        checks.extend(issued::all(context));
        checks.extend(context.issued.and_then(|_| mtls::bound(context)));
        checks.extend(preset::answer_checks(context));
    } else {
        checks.extend(error::all(context));
    }
    checks
}
