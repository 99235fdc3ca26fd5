//! Logging in on a device without a browser (RFC 8628).
//!
//! The device gets two codes: one to poll with, which nobody can guess, and a short one for a person,
//! who types it on a page, sees which client asks for what, and chooses who logs in. The short code is
//! of consonants alone, so that it spells nothing and is read out without doubt (§6.1); it is taken in
//! any case and with or without its dash.
//!
//! Whoever polls sooner than told is told to slow down, and has to wait five seconds longer from then
//! on (§3.5).

use std::sync::{Arc, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::json;

use super::call::Call;
use super::clients::{by_client_id, require_enabled};
use super::http::{Form, OAuthError, no_store};
use super::login::SignIn;
use super::proved::Proved;
use super::token::{need_client_id, requested_scope, signed_in};
use super::{Shared, metadata, pages};
use crate::config::ClientApp;
use crate::exchange::keys::{random_text, same_secret};

/// The grant at the token endpoint (§3.4).
pub(super) const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// Seconds for which the codes can be used.
const LIFETIME: i64 = 600;
/// Seconds between two polls (§3.2).
const INTERVAL: i64 = 5;
/// Seconds for which a login is remembered after its end, so that it can be called expired.
const AFTERMATH: i64 = 600;
/// How many logins are open; the oldest go first.
const MOST: usize = 256;

/// The logins that devices wait for.
#[derive(Default)]
pub(super) struct Devices(Vec<Waiting>);

struct Waiting {
    device_code: String,
    user_code: String,
    client_id: String,
    scope: Option<String>,
    until: i64,
    interval: i64,
    polled: Option<i64>,
    /// What the page that shows the login carries; one is good at a time.
    ticket: Option<String>,
    answer: Answer,
}

#[derive(Clone)]
enum Answer {
    Pending,
    Denied,
    SignedIn(SignIn),
}

impl Devices {
    fn tidy(&mut self, now: i64) {
        self.0.retain(|one| one.until.saturating_add(AFTERMATH) > now);
    }

    /// The login that a person means and that is still open.
    fn open(&mut self, user_code: &str, now: i64) -> Option<&mut Waiting> {
        let code = plain(user_code);
        self.0.iter_mut().find(|one| {
            one.until > now
                && matches!(one.answer, Answer::Pending)
                && plain(&one.user_code) == code
        })
    }
}

/// A code as it is compared.
fn plain(user_code: &str) -> String {
    user_code.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_ascii_uppercase()
}

fn held(shared: &Shared) -> MutexGuard<'_, Devices> {
    shared.devices.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route(metadata::DEVICE_AUTHORIZATION, post(begin))
        .route(metadata::DEVICE, get(page).post(answer))
}

/// §3.1, §3.2.
async fn begin(State(shared): State<Arc<Shared>>, call: Call) -> Result<Response, OAuthError> {
    let client = call.client(&shared)?;
    require_enabled(client)?;
    let scope = requested_scope(&call.form)?.map(str::to_owned);
    let device_code = random_text().map_err(|_| OAuthError::server_error())?;
    let user_code = user_code().ok_or_else(OAuthError::server_error)?;
    let page = format!("{}{}", shared.issuer, metadata::DEVICE);
    let now = shared.now();
    let mut devices = held(&shared);
    devices.tidy(now);
    if devices.0.len() >= MOST {
        devices.0.remove(0);
    }
    devices.0.push(Waiting {
        device_code: device_code.clone(),
        user_code: user_code.clone(),
        client_id: need_client_id(client)?.to_owned(),
        scope,
        until: now.saturating_add(LIFETIME),
        interval: INTERVAL,
        polled: None,
        ticket: None,
        answer: Answer::Pending,
    });
    Ok(no_store(
        StatusCode::OK,
        json!({
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": page,
            "verification_uri_complete": format!("{page}?user_code={user_code}"),
            "expires_in": LIFETIME,
            "interval": INTERVAL,
        }),
    ))
}

/// Eight consonants with a dash between: 34 bits that nobody misreads.
fn user_code() -> Option<String> {
    const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
    let mut code = String::with_capacity(9);
    while code.len() < 9 {
        // Of random base64url, the letters that are in the alphabet: all equally likely.
        for c in random_text().ok()?.bytes().filter(|c| LETTERS.contains(c)) {
            if code.len() == 4 {
                code.push('-');
            }
            if code.len() < 9 {
                code.push(char::from(c));
            }
        }
    }
    Some(code)
}

/// The page on which a person types the code, and then chooses who logs in (§3.3).
async fn page(State(shared): State<Arc<Shared>>, RawQuery(query): RawQuery) -> Response {
    let form = match Form::of_encoded(query.unwrap_or_default().as_bytes()) {
        Ok(form) => form,
        Err(error) => return pages::problem(&error.description),
    };
    let Some(code) = form.get("user_code") else { return pages::device_code(None) };
    let now = shared.now();
    let Ok(ticket) = random_text() else { return pages::problem("No ticket could be made.") };
    let current = shared.current();
    let mut devices = held(&shared);
    let Some(waiting) = devices.open(code, now) else {
        return pages::device_code(Some("No device waits for this code. Look at it once more."));
    };
    let Some(client) = by_client_id(&current.project, &waiting.client_id) else {
        return pages::problem("The client app is not in the project any more.");
    };
    waiting.ticket = Some(ticket.clone());
    pages::device_login(
        client.label(),
        &waiting.user_code,
        waiting.scope.as_deref(),
        &ticket,
        &shared.users,
    )
}

async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> Response {
    let form = match Form::of_body(&headers, &body) {
        Ok(form) => form,
        Err(error) => return pages::problem(&error.description),
    };
    let now = shared.now();
    let mut devices = held(&shared);
    let code = form.get("user_code").unwrap_or_default();
    let given = form.get("ticket").unwrap_or_default();
    let waiting = devices
        .open(code, now)
        .filter(|one| one.ticket.as_deref().is_some_and(|ticket| same_secret(ticket, given)));
    let Some(waiting) = waiting else {
        return pages::problem(
            "This page was used already or is too old. Start again on the device.",
        );
    };
    let user = form.get("user").and_then(|name| shared.users.iter().find(|u| u.subject == name));
    waiting.ticket = None;
    match user {
        Some(user) => {
            waiting.answer = Answer::SignedIn(SignIn {
                subject: user.subject.clone(),
                scope: waiting.scope.clone(),
                nonce: None,
                time: now,
            });
            pages::device_done("You are logged in. Go back to the device.")
        }
        None => {
            waiting.answer = Answer::Denied;
            pages::device_done("The login was cancelled.")
        }
    }
}

/// A poll of the device (§3.4, §3.5).
pub(super) fn redeem(
    shared: &Shared,
    client: &ClientApp,
    form: &Form,
    proved: &Proved,
) -> Result<Response, OAuthError> {
    require_enabled(client)?;
    let device_code = form.need("device_code")?;
    let client_id = need_client_id(client)?;
    let now = shared.now();
    let sign_in = {
        let mut devices = held(shared);
        devices.tidy(now);
        let index = devices.0.iter().position(|one| {
            one.client_id == client_id && same_secret(&one.device_code, device_code)
        });
        let Some(index) = index else {
            return Err(OAuthError::invalid_grant(
                "The device code is unknown, used, or was given to another client.",
            ));
        };
        let waiting = &mut devices.0[index];
        if waiting.until <= now {
            return Err(OAuthError::new("expired_token", "The codes have expired. Start again."));
        }
        let too_soon =
            waiting.polled.is_some_and(|last| now < last.saturating_add(waiting.interval));
        waiting.polled = Some(now);
        match waiting.answer.clone() {
            Answer::Pending if too_soon => {
                waiting.interval += INTERVAL;
                return Err(OAuthError::new(
                    "slow_down",
                    format!("Wait {} seconds between two polls.", waiting.interval),
                ));
            }
            Answer::Pending => {
                return Err(OAuthError::new(
                    "authorization_pending",
                    "Nobody has typed the code yet.",
                ));
            }
            Answer::Denied => {
                devices.0.remove(index);
                return Err(OAuthError::new("access_denied", "The login was cancelled."));
            }
            Answer::SignedIn(sign_in) => {
                devices.0.remove(index);
                sign_in
            }
        }
    };
    signed_in(shared, client, &sign_in, proved)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_code_is_eight_consonants_and_read_in_any_case() {
        for _ in 0..100 {
            let code = user_code().unwrap();
            assert_eq!((code.len(), code.as_bytes()[4]), (9, b'-'));
            assert_eq!(plain(&code).len(), 8);
            assert!(!code.contains(['A', 'E', 'I', 'O', 'U', 'Y']));
            assert_eq!(plain(&code.to_lowercase().replace('-', " ")), plain(&code));
        }
    }
}
