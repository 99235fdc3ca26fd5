//! Proofs of possession at the token endpoint (DPoP, RFC 9449).
//!
//! A request may bring a proof that its sender has a key; the token is then bound to that key
//! (`cnf.jkt`). A proof is about one request, now: method, address, time and a name that is used
//! once. Whether a nonce of this server must be in it too is an option of the run, so that a client
//! can be tried against either kind of server. A nonce lives two minutes at most, and the one before
//! the current one still counts, so that a client that has just got one is never too late.

use std::sync::PoisonError;

use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use url::Url;

use super::http::OAuthError;
use super::{Shared, metadata, replay};
use crate::exchange::dpop::{TYP, target};
use crate::exchange::keys::{KeySet, Verified, random_text, same_secret};
use crate::exchange::token;

/// How far the time of a proof (`iat`) may be from this server's, in seconds.
const WINDOW: i64 = 60;

/// How long a nonce is the current one, in seconds.
const NONCE_LIFE: i64 = 60;

/// The longest `jti` that is taken.
const LONGEST_NAME: usize = 512;

/// A proof that holds.
pub(super) struct Proof {
    /// SHA-256 thumbprint of the key (RFC 7638).
    pub thumbprint: String,
    /// A newer nonce than the one in the proof (RFC 9449 §8.2).
    pub fresh_nonce: Option<String>,
}

impl Proof {
    /// Gives the newer nonce along with an answer.
    pub fn refresh(&self, mut response: Response) -> Response {
        if let Some(value) = self.fresh_nonce.as_deref().and_then(|n| HeaderValue::from_str(n).ok())
        {
            response.headers_mut().insert("dpop-nonce", value);
        }
        response
    }
}

/// The nonces that count at the moment.
#[derive(Default)]
pub(super) struct Nonces {
    current: Option<(String, i64)>,
    previous: Option<String>,
}

impl Nonces {
    /// The current nonce, a new one when its time is over.
    fn current(&mut self, now: i64) -> Result<&str, OAuthError> {
        let age = self.current.as_ref().map(|(_, since)| now.saturating_sub(*since));
        if age.is_none_or(|age| !(0..NONCE_LIFE).contains(&age)) {
            let fresh = random_text().map_err(|_| OAuthError::server_error())?;
            let last = self.current.replace((fresh, now));
            let recent = age.is_some_and(|age| (0..2 * NONCE_LIFE).contains(&age));
            self.previous = last.map(|(nonce, _)| nonce).filter(|_| recent);
        }
        self.current.as_ref().map(|(nonce, _)| nonce.as_str()).ok_or_else(OAuthError::server_error)
    }

    fn is_previous(&self, nonce: &str) -> bool {
        self.previous.as_deref().is_some_and(|previous| same_secret(previous, nonce))
    }
}

/// The proof of a request to the token endpoint, when it brings one (RFC 9449 §4.3).
pub(super) fn proof(shared: &Shared, headers: &HeaderMap) -> Result<Option<Proof>, OAuthError> {
    let mut found = headers.get_all("dpop").iter();
    let Some(value) = found.next() else { return Ok(None) };
    if found.next().is_some() {
        return refuse("there is more than one DPoP header");
    }
    let Ok(text) = value.to_str() else { return refuse("it is not a JWT") };
    let (verified, thumbprint) = signature(text)?;
    let now = shared.now();
    if verified.text("htm") != Some("POST") {
        return refuse("its method (htm) is not POST");
    }
    let endpoint = format!("{}{}", shared.issuer, metadata::TOKEN);
    let meant = verified.text("htu").and_then(|text| Url::parse(text).ok());
    if meant.is_none_or(|url| target(&url) != endpoint) {
        return refuse(&format!("its address (htu) is not {endpoint}"));
    }
    let Some(issued) = verified.seconds("iat") else { return refuse("it has no time (iat)") };
    if !(now.saturating_sub(WINDOW)..=now.saturating_add(WINDOW)).contains(&issued) {
        return refuse(&format!("its time (iat) is more than {WINDOW} seconds away"));
    }
    let name = verified.text("jti").filter(|name| (1..=LONGEST_NAME).contains(&name.len()));
    let Some(name) = name else { return refuse("it has no usable name of its own (jti)") };
    let fresh_nonce = nonce(shared, verified.text("nonce"), now)?;
    let until = issued.saturating_add(WINDOW);
    match shared.first(&format!("proof {thumbprint}"), name, until) {
        Ok(()) => Ok(Some(Proof { thumbprint, fresh_nonce })),
        Err(replay::Replay::Again) => refuse("it was used before (jti)"),
        Err(replay::Replay::Full) => refuse("too many are in use at the moment"),
    }
}

fn refuse<T>(reason: &str) -> Result<T, OAuthError> {
    Err(OAuthError::new("invalid_dpop_proof", format!("The DPoP proof is not accepted: {reason}.")))
}

/// The proof verified by the key that it carries, and that key's thumbprint.
fn signature(text: &str) -> Result<(Verified, String), OAuthError> {
    let decoded = token::decode(text);
    let Some(jwt) = decoded.jwt() else { return refuse("it is not a signed JWT") };
    let Some(jwk) = jwt.header.get("jwk") else {
        return refuse("it does not carry its public key (jwk)");
    };
    if ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|name| jwk.get(name).is_some()) {
        return refuse("it carries a private key (jwk)");
    }
    let Some((keys, thumbprint)) = KeySet::of_header(jwk) else {
        return refuse("its key (jwk) is not one that is understood");
    };
    let verified = match keys.verify(text) {
        Ok(verified) => verified,
        Err(error) => return refuse(&error.to_string()),
    };
    if verified.typ().as_deref() != Some(TYP) {
        return refuse("its type (typ) is not dpop+jwt");
    }
    Ok((verified, thumbprint))
}

/// Judges the nonce of a proof, when this run wants one; gives a newer one when there is.
fn nonce(shared: &Shared, found: Option<&str>, now: i64) -> Result<Option<String>, OAuthError> {
    if !shared.dpop_nonce {
        return Ok(None);
    }
    let mut nonces = shared.nonces.lock().unwrap_or_else(PoisonError::into_inner);
    let current = nonces.current(now)?.to_owned();
    match found {
        Some(found) if same_secret(found, &current) => Ok(None),
        Some(found) if nonces.is_previous(found) => Ok(Some(current)),
        _ => {
            let words = "The DPoP proof must repeat the nonce in the header DPoP-Nonce.";
            Err(OAuthError {
                dpop_nonce: Some(current),
                ..OAuthError::new("use_dpop_nonce", words)
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_changes_every_minute_and_the_one_before_still_counts() {
        let mut nonces = Nonces::default();
        let mut at = |now| nonces.current(now).map(str::to_owned).ok().unwrap();
        let first = at(1_000);
        assert_eq!(at(1_059), first);
        let second = at(1_060);
        assert_ne!(second, first);
        assert!(nonces.is_previous(&first) && !nonces.is_previous(&second));
        // After a long silence the last one is too old to count.
        nonces.current(1_300).ok().unwrap();
        assert!(!nonces.is_previous(&second));
    }
}
