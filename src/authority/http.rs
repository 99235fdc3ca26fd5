//! Forms in, answers out: the parts of HTTP that every endpoint shares.

use axum::Json;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// The largest request body that is read, in bytes. Tokens of a few hundred groups fit.
pub(super) const BODY_LIMIT: usize = 256 * 1024;

/// Parameters that may stand more than once (RFC 8693 §2.1); all others must not (RFC 6749 §3.2).
const REPEATABLE: [&str; 2] = ["resource", "audience"];

/// The parameters of a request. An empty value counts as left out (RFC 6749 §3.2).
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// The form in the body of a request to an OAuth endpoint.
    pub fn of_body(headers: &HeaderMap, body: &Bytes) -> Result<Self, OAuthError> {
        let media_type = headers
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .unwrap_or_default()
            .trim();
        if !media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OAuthError::invalid_request(
                "The body must be a form (Content-Type: application/x-www-form-urlencoded).",
            ));
        }
        Self::of_encoded(body)
    }

    /// The parameters of a query or a form.
    pub fn of_encoded(encoded: &[u8]) -> Result<Self, OAuthError> {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(encoded)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        for (index, (name, _)) in pairs.iter().enumerate() {
            let repeated = pairs[..index].iter().any(|(earlier, _)| earlier == name);
            if repeated && !REPEATABLE.contains(&name.as_str()) {
                return Err(OAuthError::invalid_request(format!(
                    "The parameter {} stands more than once.",
                    short(name)
                )));
            }
        }
        Ok(Self(pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub fn need(&self, name: &str) -> Result<&str, OAuthError> {
        self.get(name).ok_or_else(|| {
            OAuthError::invalid_request(format!("The parameter {name} is missing or empty."))
        })
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// An error answer of an OAuth endpoint (RFC 6749 §5.2, RFC 8693 §2.2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OAuthError {
    pub status: StatusCode,
    pub error: &'static str,
    pub description: String,
    /// What the next DPoP proof must repeat (RFC 9449 §8).
    pub dpop_nonce: Option<String>,
}

impl OAuthError {
    pub fn new(error: &'static str, description: impl Into<String>) -> Self {
        let status = match error {
            "invalid_client" => StatusCode::UNAUTHORIZED,
            "server_error" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        Self { status, error, description: printable_ascii(&description.into()), dpop_nonce: None }
    }
    pub fn invalid_request(description: impl Into<String>) -> Self {
        Self::new("invalid_request", description)
    }
    pub fn invalid_client(description: impl Into<String>) -> Self {
        Self::new("invalid_client", description)
    }
    pub fn invalid_target(description: impl Into<String>) -> Self {
        Self::new("invalid_target", description)
    }
    pub fn invalid_grant(description: impl Into<String>) -> Self {
        Self::new("invalid_grant", description)
    }
    pub fn invalid_scope(description: impl Into<String>) -> Self {
        Self::new("invalid_scope", description)
    }
    pub fn unauthorized_client(description: impl Into<String>) -> Self {
        Self::new("unauthorized_client", description)
    }
    pub fn server_error() -> Self {
        Self::new("server_error", "The authority could not make the token.")
    }
}

/// The characters that `error_description` may have are %x20-21 / %x23-5B / %x5D-7E (RFC 6749
/// §5.2): quotation marks become apostrophes, arrows are spelled, and the rest of the world's
/// letters are question marks.
pub(super) fn printable_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '“' | '”' | '„' | '‘' | '’' => out.push('\''),
            '\\' => out.push('/'),
            '→' => out.push_str("->"),
            '–' | '—' => out.push('-'),
            '…' => out.push_str("..."),
            '\n' | '\r' | '\t' | '\u{a0}' => out.push(' '),
            ' '..='~' => out.push(c),
            _ => out.push('?'),
        }
    }
    out
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let body = json!({ "error": self.error, "error_description": self.description });
        let mut response = no_store(self.status, body);
        if self.status == StatusCode::UNAUTHORIZED {
            // Required of every 401 (RFC 9110 §15.5.2), not only after HTTP Basic.
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static("Basic realm=\"token endpoint\", charset=\"UTF-8\""),
            );
        }
        if let Some(nonce) = self.dpop_nonce.and_then(|nonce| HeaderValue::from_str(&nonce).ok()) {
            response.headers_mut().insert("dpop-nonce", nonce);
        }
        response
    }
}

/// A JSON answer that nobody may keep (RFC 6749 §5.1).
pub(super) fn no_store(status: StatusCode, body: Value) -> Response {
    let mut response = (status, Json(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

/// Lets through only requests that were meant for this server. A page on the web can make a browser
/// connect to a loopback port under its own name (DNS rebinding); the `Host` header gives it away.
pub(super) async fn only_loopback_names(request: Request, next: Next) -> Response {
    let named_loopback = request
        .headers()
        .get(header::HOST)
        .and_then(|host| host.to_str().ok())
        .and_then(|host| url::Url::parse(&format!("http://{host}/")).ok())
        .is_some_and(|url| is_loopback(&url));
    if !named_loopback {
        return (
            StatusCode::MISDIRECTED_REQUEST,
            "This server answers under 127.0.0.1, [::1] and localhost only.\n",
        )
            .into_response();
    }
    next.run(request).await
}

/// Whether a URL leads to this machine (RFC 8252 §7.3, and `localhost`, which the same document
/// discourages and people use).
pub(super) fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Whether a text is a `scope` (RFC 6749 §3.3): tokens of printable ASCII without quotation mark
/// and backslash, with single spaces between them.
pub(super) fn is_scope(text: &str) -> bool {
    text.split(' ').all(|token| {
        !token.is_empty() && token.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_keep_to_the_characters_of_the_standard() {
        let text = printable_ascii("“Portal” → \"Büro\\x\"\n…");
        assert_eq!(text, "'Portal' -> 'B?ro/x' ...");
    }

    #[test]
    fn only_audience_and_resource_may_repeat_and_empty_is_absent() {
        let form = Form::of_encoded(b"audience=a&audience=b&scope=&x=1").ok().unwrap();
        assert_eq!(form.all("audience").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(form.get("scope"), None);
        let error = Form::of_encoded(b"scope=a&scope=b").err().unwrap();
        assert_eq!(error.error, "invalid_request");
    }

    #[test]
    fn scopes_are_tokens_with_single_spaces() {
        assert!(is_scope("openid api:read"));
        for bad in ["", " a", "a  b", "a\"b", "a\\b", "ü"] {
            assert!(!is_scope(bad), "{bad:?}");
        }
    }

    #[test]
    fn loopback_is_loopback_only() {
        for (url, expected) in [
            ("http://127.0.0.1:1/", true),
            ("http://127.9.9.9/", true),
            ("http://[::1]:80/cb", true),
            ("http://localhost:3000/", true),
            ("http://localhost.evil.example/", false),
            ("http://127.0.0.1.evil.example/", false),
            ("http://10.0.0.1/", false),
        ] {
            assert_eq!(is_loopback(&url::Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
