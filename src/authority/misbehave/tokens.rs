//! What an exchanged token says that it should not, and the other way round.

use serde_json::{Map, Value};

use super::Misbehaviour as M;
use crate::authority::http::OAuthError;
use crate::authority::proved::Proved;
use crate::authority::token::{ACCESS_TOKEN_TYP, AccessToken};
use crate::authority::{Shared, TOKEN_LIFETIME};
use crate::exchange::keys::{SigningAlgorithm, SigningKey};

/// Signs an exchanged token, as it should be or as this server was told to make it. Gives the seconds
/// that it lives, too.
pub(in crate::authority) fn sign(
    shared: &Shared,
    mut token: AccessToken<'_>,
) -> Result<(String, i64), OAuthError> {
    if shared.behaves() {
        return token.sign(shared);
    }
    let on = |one: M| shared.misbehaves(one);
    let now = shared.now();
    if on(M::IgnoreExpiry) {
        token.not_after = token.not_after.filter(|end| *end > now);
    }
    if on(M::IgnoreCertificate) {
        token.proved = Proved::NOTHING;
    }
    if on(M::DropAct) {
        token.actor = None;
    }
    sign_claims(shared, ACCESS_TOKEN_TYP, token.claims(shared)?)
}

/// The same for claims that are whole, and a token of another type.
pub(in crate::authority) fn sign_claims(
    shared: &Shared,
    typ: &str,
    mut claims: Map<String, Value>,
) -> Result<(String, i64), OAuthError> {
    let on = |one: M| shared.misbehaves(one);
    let now = shared.now();
    spoil(&mut claims, on, now);
    let exp = claims.get("exp").and_then(Value::as_i64).unwrap_or(now);
    let typ = if on(M::PlainTyp) { "JWT" } else { typ };
    let signed = if on(M::UnpublishedKey) {
        SigningKey::generate(SigningAlgorithm::Es256).and_then(|key| key.sign(typ, &claims))
    } else {
        shared.keys.sign(typ, &claims)
    };
    Ok((signed.map_err(|_| OAuthError::server_error())?, exp - now))
}

fn spoil(claims: &mut Map<String, Value>, on: impl Fn(M) -> bool, now: i64) {
    let mut set = |name: &str, value: Value| drop(claims.insert(name.to_owned(), value));
    if on(M::IgnoreAudience) {
        set("aud", "https://elsewhere.example".into());
    }
    if on(M::WrongIssuer) {
        set("iss", "https://issuer.example".into());
    }
    if on(M::WrongClient) {
        set("client_id", "another-client".into());
    }
    if on(M::PersonalData) {
        set("name", "Alice Archer".into());
        set("email", "alice@people.example".into());
    }
    if on(M::LongExpiry) {
        set("exp", now.saturating_add(10 * TOKEN_LIFETIME).into());
    }
    if on(M::NoAudience) {
        claims.remove("aud");
    }
}
