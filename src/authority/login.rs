//! The authorization endpoint: authorization code with PKCE (RFC 6749 §4.1, RFC 7636, RFC 9700
//! §2.1.1), a page on which a test user is chosen by a click, and a way without a page.
//!
//! The page's form carries a ticket that was made for this very request and works once, so that no
//! other page can log anybody in. A redirect goes to this machine only: the configuration the studio
//! reads lists no redirect URIs, and a loopback client (RFC 8252 §7.3) needs none on any port.
//!
//! With `prompt=none` and a `login_hint` that names a test user, the answer comes at once, as it
//! does from a server at which that user is signed in (OpenID Connect Core §3.1.2.1). A program that
//! wants a user token thus walks the real flow and clicks nothing.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::PoisonError;

use super::clients::{by_client_id, client_id, require_enabled};
use super::http::{Form, is_loopback, is_scope};
use super::{Shared, metadata, pages};
use crate::config::ClientApp;
use crate::exchange::keys::random_text;

/// Seconds for which the page can be answered.
const TICKET_LIFETIME: i64 = 600;
/// Seconds for which a code can be redeemed (RFC 6749 §4.1.2 allows 600).
const CODE_LIFETIME: i64 = 60;
/// How many tickets and how many codes are kept; the oldest go first.
const MOST: usize = 256;

/// An authorization request that was understood.
#[derive(Clone)]
pub(super) struct Request {
    pub client_id: String,
    pub redirect_uri: String,
    pub state: Option<String>,
    pub scope: Option<String>,
    pub nonce: Option<String>,
    challenge: String,
    dpop_jkt: Option<String>,
}

/// What a code stands for.
#[derive(Clone)]
pub(super) struct Login {
    pub client_id: String,
    pub redirect_uri: String,
    pub challenge: String,
    /// The thumbprint of the key that the code is bound to (RFC 9449 §10).
    pub dpop_jkt: Option<String>,
    pub sign_in: SignIn,
}

/// Who logged in, and what for.
#[derive(Clone)]
pub(super) struct SignIn {
    pub subject: String,
    pub scope: Option<String>,
    pub nonce: Option<String>,
    /// When the user logged in, in seconds since 1970.
    pub time: i64,
}

/// Open login pages and codes not yet redeemed.
#[derive(Default)]
pub(super) struct Logins {
    tickets: Vec<(String, i64, Request)>,
    codes: Vec<(String, i64, Login)>,
}

fn keep<T>(list: &mut Vec<(String, i64, T)>, name: String, until: i64, value: T) {
    if list.len() >= MOST {
        list.remove(0);
    }
    list.push((name, until, value));
}

fn take<T>(list: &mut Vec<(String, i64, T)>, name: &str, now: i64) -> Option<T> {
    list.retain(|(_, until, _)| *until >= now);
    let index = list.iter().position(|(own, _, _)| own == name)?;
    Some(list.remove(index).2)
}

/// What a code stands for; it works once.
pub(super) fn redeem(shared: &Shared, code: &str) -> Option<Login> {
    let now = shared.now();
    let mut logins = shared.logins.lock().unwrap_or_else(PoisonError::into_inner);
    take(&mut logins.codes, code, now)
}

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new().route(metadata::AUTHORIZE, get(authorize).post(answer))
}

/// An answer to the client, by way of the browser (RFC 6749 §4.1.2, RFC 9207).
struct Redirect<'a> {
    uri: &'a str,
    state: Option<&'a str>,
}

impl Redirect<'_> {
    fn with(&self, shared: &Shared, pairs: &[(&str, &str)]) -> Response {
        let Ok(mut url) = url::Url::parse(self.uri) else {
            return pages::problem("redirect_uri is not a URL.");
        };
        {
            let mut query = url.query_pairs_mut();
            query.extend_pairs(pairs);
            if let Some(state) = self.state {
                query.append_pair("state", state);
            }
            query.append_pair("iss", &shared.issuer);
        }
        let Ok(location) = HeaderValue::from_str(url.as_str()) else {
            return pages::problem("redirect_uri cannot be sent in a header.");
        };
        let mut response = StatusCode::SEE_OTHER.into_response();
        let headers = response.headers_mut();
        headers.insert(header::LOCATION, location);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        response
    }

    fn error(&self, shared: &Shared, error: &str, description: &str) -> Response {
        self.with(shared, &[("error", error), ("error_description", description)])
    }
}

async fn authorize(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    let form = match Form::of_encoded(query.unwrap_or_default().as_bytes()) {
        Ok(form) => form,
        Err(error) => return pages::problem(&error.description),
    };
    let current = shared.current();
    // Until client and redirect URI are known to be good, nothing is sent there (§4.1.2.1).
    let Some(client) = form.get("client_id").and_then(|id| by_client_id(&current.project, id))
    else {
        return pages::problem("No client app of the project has this client_id.");
    };
    let redirect_uri = match redirect_uri(&form) {
        Ok(uri) => uri,
        Err(reason) => return pages::problem(reason),
    };
    let redirect = Redirect { uri: redirect_uri, state: form.get("state") };
    let request = match understand(client, &form, redirect_uri) {
        Ok(request) => request,
        Err((error, description)) => return redirect.error(&shared, error, &description),
    };
    let hint = form.get("login_hint");
    let hinted = hint.and_then(|hint| shared.users.iter().find(|user| user.subject == hint));
    if form.get("prompt") == Some("none") {
        return match hinted {
            Some(user) => grant(&shared, request, &user.subject),
            None => redirect.error(
                &shared,
                "login_required",
                "prompt=none needs a login_hint that names a test user.",
            ),
        };
    }
    let Ok(ticket) = random_text() else {
        return redirect.error(&shared, "server_error", "No ticket could be made.");
    };
    let page = pages::login(
        client.label(),
        &request,
        &ticket,
        &shared.users,
        hinted.map(|user| user.subject.as_str()),
    );
    let until = shared.now().saturating_add(TICKET_LIFETIME);
    let mut logins = shared.logins.lock().unwrap_or_else(PoisonError::into_inner);
    keep(&mut logins.tickets, ticket, until, request);
    page
}

fn redirect_uri(form: &Form) -> Result<&str, &'static str> {
    let text = form.get("redirect_uri").ok_or("redirect_uri is missing.")?;
    let url = url::Url::parse(text).map_err(|_| "redirect_uri is not a URL.")?;
    if url.scheme() != "http" || !is_loopback(&url) {
        return Err("redirect_uri must lead to this machine: http://127.0.0.1:PORT/...");
    }
    if url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err("redirect_uri must have no fragment and no credentials.");
    }
    Ok(text)
}

fn understand(
    client: &ClientApp,
    form: &Form,
    redirect_uri: &str,
) -> Result<Request, (&'static str, String)> {
    require_enabled(client).map_err(|error| ("unauthorized_client", error.description))?;
    let Some(client_id) = client_id(client) else {
        return Err(("unauthorized_client", "The client app has no id.".into()));
    };
    match form.get("response_type") {
        Some("code") => {}
        None => return Err(("invalid_request", "response_type is missing.".into())),
        Some(_) => {
            return Err(("unsupported_response_type", "response_type must be code.".into()));
        }
    }
    let Some(challenge) = form.get("code_challenge") else {
        return Err(("invalid_request", "PKCE is required: code_challenge is missing.".into()));
    };
    if form.get("code_challenge_method") != Some("S256") {
        return Err(("invalid_request", "code_challenge_method must be S256.".into()));
    }
    // 32 bytes in base64url (RFC 7636 §4.2, RFC 7638 §3.1).
    let is_hash = |text: &str| {
        text.len() == 43
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if !is_hash(challenge) {
        return Err(("invalid_request", "code_challenge is not a SHA-256 in base64url.".into()));
    }
    let dpop_jkt = form.get("dpop_jkt");
    if dpop_jkt.is_some_and(|jkt| !is_hash(jkt)) {
        return Err(("invalid_request", "dpop_jkt is not a SHA-256 in base64url.".into()));
    }
    let scope = form.get("scope");
    if scope.is_some_and(|scope| !is_scope(scope)) {
        return Err((
            "invalid_scope",
            "scope must be names with single spaces between them.".into(),
        ));
    }
    Ok(Request {
        client_id: client_id.to_owned(),
        redirect_uri: redirect_uri.to_owned(),
        state: form.get("state").map(str::to_owned),
        scope: scope.map(str::to_owned),
        nonce: form.get("nonce").map(str::to_owned),
        challenge: challenge.to_owned(),
        dpop_jkt: dpop_jkt.map(str::to_owned),
    })
}

/// The login page's form.
async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = match Form::of_body(&headers, &body) {
        Ok(form) => form,
        Err(error) => return pages::problem(&error.description),
    };
    let now = shared.now();
    let request = form.get("ticket").and_then(|ticket| {
        let mut logins = shared.logins.lock().unwrap_or_else(PoisonError::into_inner);
        take(&mut logins.tickets, ticket, now)
    });
    let Some(request) = request else {
        return pages::problem(
            "This login page was used already or is too old. Start again from the application.",
        );
    };
    match form.get("user") {
        Some(subject) if shared.users.iter().any(|user| user.subject == subject) => {
            grant(&shared, request, subject)
        }
        _ => Redirect { uri: &request.redirect_uri, state: request.state.as_deref() }.error(
            &shared,
            "access_denied",
            "The login was cancelled.",
        ),
    }
}

fn grant(shared: &Shared, request: Request, subject: &str) -> Response {
    let redirect_uri = request.redirect_uri.clone();
    let state = request.state.clone();
    let redirect = Redirect { uri: &redirect_uri, state: state.as_deref() };
    let Ok(code) = random_text() else {
        return redirect.error(shared, "server_error", "No code could be made.");
    };
    let now = shared.now();
    let login = Login {
        client_id: request.client_id,
        redirect_uri: request.redirect_uri,
        challenge: request.challenge,
        dpop_jkt: request.dpop_jkt,
        sign_in: SignIn {
            subject: subject.to_owned(),
            scope: request.scope,
            nonce: request.nonce,
            time: now,
        },
    };
    {
        let mut logins = shared.logins.lock().unwrap_or_else(PoisonError::into_inner);
        keep(&mut logins.codes, code.clone(), now.saturating_add(CODE_LIFETIME), login);
    }
    redirect.with(shared, &[("code", &code)])
}
