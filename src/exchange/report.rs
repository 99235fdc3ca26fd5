//! What came of one test exchange, in a shape that can be shown, kept and sent on.
//!
//! A [`Report`] serialises to JSON with `"version": 1`. It holds no token and no secret in any text;
//! the issued token itself is carried beside it for the next step, and goes into the JSON only when
//! the caller asks for it by name.

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::Value;

use super::checks::{Check, Level};
use super::client_auth::ClientAuthMethod;
use super::compare::Comparison;
use super::http::HttpAnswer;
use super::phases::Phases;
use super::redact::Redactor;
use super::run::{Sent, SentParameter};
use super::time::milliseconds;
use super::token::Token;
use super::token_type::{ID_JAG, JWT};
use super::verify::Verification;

/// How an exchange ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A token was issued.
    Issued,
    /// The server said no, with an error code.
    Refused,
    /// The answer is neither: a redirect, a page, something that is not JSON.
    Unusable,
}

/// Everything about one test exchange.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    pub outcome: Outcome,
    pub server: ServerReport,
    /// The client id of the requester.
    pub client: String,
    pub client_auth: ClientAuthMethod,
    /// The key that the requester proved to have, when it did.
    pub dpop: Option<DpopReport>,
    /// SHA-256 thumbprint of the certificate that the requester had to show (`x5t#S256`, RFC 8705
    /// §3.1), when it had one.
    pub client_certificate: Option<String>,
    pub request: RequestReport,
    pub answer: AnswerReport,
    /// The first try, when the server wanted a nonce in the proof of possession.
    pub first_try: Option<FirstTryReport>,
    /// Why the server said no, when it did.
    pub refusal: Option<Refusal>,
    /// Whether the issued token's signature holds.
    pub verification: Option<Verification>,
    /// What changed from the subject token to the issued one, when both can be read.
    pub comparison: Option<Comparison>,
    pub subject_token: Token,
    pub actor_token: Option<Token>,
    pub issued_token: Option<Token>,
    /// What the server says of the issued token when it is asked (RFC 7662), masked.
    pub introspection: Option<Value>,
    /// Whether the issued token was still active once the token that it, or its chain, began with was
    /// revoked; `None` when that was not done, or the server does not say.
    pub active_after_revocation: Option<bool>,
    pub checks: Vec<Check>,
    pub timings: Timings,
    /// The issued token, for the next hop or the clipboard.
    #[serde(skip)]
    pub issued: Option<SecretString>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServerReport {
    /// `None` when only the token endpoint was given.
    pub issuer: Option<String>,
    pub token_endpoint: String,
    /// Plain `http` to this machine was used.
    pub loopback_http: bool,
}

/// The request as it was sent, masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RequestReport {
    pub method: &'static str,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub parameters: Vec<SentParameter>,
}

/// The public half of a proof of possession (RFC 9449).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DpopReport {
    pub algorithm: &'static str,
    /// SHA-256 thumbprint of the key (RFC 7638), as `cnf.jkt` of a bound token has it.
    pub thumbprint: String,
}

/// A request that was sent again with a nonce (RFC 9449 §8), and the answer to it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FirstTryReport {
    pub request: RequestReport,
    pub answer: AnswerReport,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AnswerReport {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    /// The JSON, masked; `None` when it was none.
    pub body: Option<Value>,
    /// The beginning of an error that was not JSON, masked.
    pub text: Option<String>,
    /// Length of the body.
    pub bytes: usize,
}

/// A server's no.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    pub error: String,
    /// Empty when the server gave none.
    pub description: String,
    /// What it usually means, and what to do.
    pub explanation: String,
}

/// How long the request that counts took, in milliseconds. The first three are of the connection it
/// was sent on, and `None` when that stood already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Timings {
    /// Asking for the name's addresses; `None` for an address that is no name.
    pub resolve_ms: Option<f64>,
    /// Until the connection stood, without the name and without TLS.
    pub connect_ms: Option<f64>,
    /// The handshake; `None` without TLS.
    pub tls_ms: Option<f64>,
    /// From the start of the request to the answer's status line, all of the above included.
    pub first_byte_ms: f64,
    /// From the start of the request to the last byte.
    pub total_ms: f64,
}

impl Timings {
    pub(super) fn of(answer: &HttpAnswer) -> Self {
        let Phases { resolve, connect, tls, .. } = answer.phases;
        Self {
            resolve_ms: resolve.map(milliseconds),
            connect_ms: connect.map(milliseconds),
            tls_ms: tls.map(milliseconds),
            first_byte_ms: milliseconds(answer.first_byte),
            total_ms: milliseconds(answer.total),
        }
    }

    /// In one line for a person, as in `12 ms: name 1, connection 3, TLS 5, answer 3`.
    pub fn to_text(&self) -> String {
        let parts: Vec<String> =
            [("name", self.resolve_ms), ("connection", self.connect_ms), ("TLS", self.tls_ms)]
                .into_iter()
                .filter_map(|(what, took)| Some(format!("{what} {}", took?)))
                .collect();
        if parts.is_empty() {
            return format!("{} ms, on a connection that stood already", self.total_ms);
        }
        let before = [self.resolve_ms, self.connect_ms, self.tls_ms].into_iter().flatten();
        let rest = (self.total_ms - before.sum::<f64>()).max(0.0);
        // To the microsecond, as each part.
        let rest = (rest * 1e3).round() / 1e3;
        format!("{} ms: {}, answer {rest}", self.total_ms, parts.join(", "))
    }
}

impl Report {
    /// What kind of token was issued, as the server says.
    pub fn issued_type(&self) -> Option<&str> {
        self.answer.body.as_ref()?.get("issued_token_type")?.as_str()
    }

    /// Whether what was issued is a grant, to be redeemed for an access token (RFC 7523 §2.1): an
    /// ID-JAG, or a JWT of which the server says that it is no access token (RFC 8693 §2.2.1).
    pub fn issued_a_grant(&self) -> bool {
        let token_type = || self.answer.body.as_ref()?.get("token_type")?.as_str();
        self.outcome == Outcome::Issued
            && match self.issued_type() {
                Some(ID_JAG) => true,
                Some(JWT) => token_type().is_some_and(|text| text.eq_ignore_ascii_case("N_A")),
                _ => false,
            }
    }

    /// What was found out after the exchange, where that was asked for (INT, REV).
    pub fn afterwards(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| is_afterwards(check))
    }
}

/// Whether a check is about what was asked after the exchange.
pub fn is_afterwards(check: &Check) -> bool {
    check.id.starts_with("INT-") || check.id.starts_with("REV-")
}

impl RequestReport {
    pub(super) fn new(sent: &Sent, redactor: &Redactor) -> Self {
        Self {
            method: sent.method,
            url: redactor.text(&sent.url),
            headers: sent.headers.clone(),
            parameters: sent.parameters.clone(),
        }
    }

    /// The request as text, one parameter a line, for reading and for the clipboard.
    pub fn to_text(&self) -> String {
        let mut text = format!("{} {}\n", self.method, self.url);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\n"));
        }
        text.push('\n');
        for one in &self.parameters {
            text.push_str(&format!("{}={}\n", one.name, one.value));
        }
        text
    }
}

impl AnswerReport {
    /// The answer as text, for reading and for the clipboard.
    pub fn to_text(&self) -> String {
        let mut text = format!("HTTP {}\n", self.status);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\n"));
        }
        text.push('\n');
        match (&self.body, &self.text) {
            (Some(body), _) => {
                text.push_str(&serde_json::to_string_pretty(body).unwrap_or_default());
            }
            (None, Some(body)) => text.push_str(body),
            (None, None) => text.push_str(&format!("({} bytes, not shown)", self.bytes)),
        }
        text.push('\n');
        text
    }
}

impl Report {
    /// The checks with a level, in the order of their ids as the catalogue has them.
    pub fn at(&self, level: Level) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(move |check| check.level == level && !check.dialect)
    }

    /// The known ways in which this server differs.
    pub fn dialects(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|check| check.dialect)
    }

    /// The worst level of all checks.
    pub fn worst(&self) -> Level {
        self.checks.iter().map(|check| check.level).max().unwrap_or(Level::NotApplicable)
    }

    /// One sentence that says how it ended.
    pub fn sentence(&self) -> String {
        let status = self.answer.status;
        match (&self.outcome, &self.refusal) {
            (Outcome::Issued, _) => {
                let what = if self.issued_a_grant() { "A grant" } else { "A token" };
                let breaches = match self.at(Level::Fail).count() {
                    0 => String::new(),
                    1 => ", with one breach of the standard".to_owned(),
                    n => format!(", with {n} breaches of the standard"),
                };
                format!("{what} was issued ({status}){breaches}.")
            }
            (Outcome::Refused, Some(refusal)) => {
                format!("The server refused: {} ({status}).", refusal.error)
            }
            _ if (300..400).contains(&status) => {
                format!("The server sent a redirect ({status}), which is not followed.")
            }
            _ if self.is_web_page() => {
                format!("The server sent a web page instead of JSON ({status}).")
            }
            _ => format!("The answer cannot be used ({status})."),
        }
    }

    /// Whether the answer is a page for people.
    pub fn is_web_page(&self) -> bool {
        let answer = &self.answer;
        let is_html = |(name, value): &(String, String)| {
            name.eq_ignore_ascii_case("content-type") && value.starts_with("text/html")
        };
        answer.body.is_none()
            && match &answer.text {
                Some(text) => text.trim_start().starts_with('<'),
                // Of a success that is no JSON the text is not kept.
                None => answer.headers.iter().any(is_html),
            }
    }

    /// The documented JSON shape, version 1. `reveal_token` puts the issued token itself into it.
    pub fn to_json(&self, reveal_token: bool) -> Value {
        let mut object = serde_json::Map::new();
        object.insert("version".to_owned(), Value::from(1));
        object.insert("sentence".to_owned(), Value::from(self.sentence()));
        if let Ok(Value::Object(members)) = serde_json::to_value(self) {
            object.extend(members);
        }
        if reveal_token && let Some(token) = &self.issued {
            object.insert("token".to_owned(), Value::from(token.expose_secret()));
        }
        Value::Object(object)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::exchange::token_type::{ACCESS_TOKEN, TXN_TOKEN};

    /// A report of a request with these parameters: name, value, and whether it is a mask.
    pub fn report(method: ClientAuthMethod, parameters: &[(&str, &str, bool)]) -> Report {
        Report {
            outcome: Outcome::Refused,
            server: ServerReport {
                issuer: None,
                token_endpoint: "https://login.example/token".into(),
                loopback_http: false,
            },
            client: "a:b".into(),
            client_auth: method,
            dpop: None,
            client_certificate: None,
            first_try: None,
            request: RequestReport {
                method: "POST",
                url: "https://login.example/token".into(),
                headers: Vec::new(),
                parameters: parameters
                    .iter()
                    .map(|(name, value, masked)| SentParameter {
                        name: (*name).into(),
                        value: (*value).into(),
                        masked: *masked,
                    })
                    .collect(),
            },
            answer: AnswerReport {
                status: 400,
                headers: Vec::new(),
                body: None,
                text: None,
                bytes: 0,
            },
            refusal: None,
            verification: None,
            comparison: None,
            subject_token: crate::exchange::token::decode("x"),
            actor_token: None,
            issued_token: None,
            introspection: None,
            active_after_revocation: None,
            checks: Vec::new(),
            timings: Timings { first_byte_ms: 1.0, total_ms: 2.0, ..Timings::default() },
            issued: Some(SecretString::from("MARKED-issued")),
        }
    }

    #[test]
    fn what_was_issued_is_called_a_grant_where_it_is_one() {
        let of = |issued_token_type: &str, token_type: &str| {
            let mut report = report(ClientAuthMethod::None, &[]);
            report.outcome = Outcome::Issued;
            report.answer.status = 200;
            report.answer.body = Some(serde_json::json!({
                "issued_token_type": issued_token_type, "token_type": token_type,
            }));
            report.sentence()
        };
        assert_eq!(of(ID_JAG, "N_A"), "A grant was issued (200).");
        assert_eq!(of(JWT, "n_a"), "A grant was issued (200).");
        assert_eq!(of(JWT, "Bearer"), "A token was issued (200).");
        assert_eq!(of(TXN_TOKEN, "N_A"), "A token was issued (200).");
        assert_eq!(of(ACCESS_TOKEN, "Bearer"), "A token was issued (200).");
    }

    #[test]
    fn the_json_says_its_version_and_shows_a_token_only_when_asked() {
        let report = report(ClientAuthMethod::None, &[]);
        let json = report.to_json(false);
        assert_eq!(json["version"], 1);
        assert_eq!(json["outcome"], "refused");
        assert!(!json.to_string().contains("MARKED"));
        assert_eq!(report.to_json(true)["token"], "MARKED-issued");
        // Scripts rely on these names.
        let names: Vec<&String> = json.as_object().unwrap().keys().collect();
        assert_eq!(
            names,
            [
                "version",
                "sentence",
                "outcome",
                "server",
                "client",
                "client_auth",
                "dpop",
                "client_certificate",
                "request",
                "answer",
                "first_try",
                "refusal",
                "verification",
                "comparison",
                "subject_token",
                "actor_token",
                "issued_token",
                "introspection",
                "active_after_revocation",
                "checks",
                "timings",
            ]
        );
    }
}
