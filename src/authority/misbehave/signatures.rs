//! Signatures that are believed and should not be (RFC 8725 §2.1, §3.1).

use secrecy::SecretString;

use super::Misbehaviour;
use crate::authority::Shared;
use crate::exchange::keys::{KeySet, SignatureError, Verified};
use crate::exchange::public_pem::public_pem;
use crate::exchange::{mac, token};

/// What a token says when its signature is right; when it is not, what it says all the same, if this
/// server was told to believe signatures of that kind.
pub(in crate::authority) fn verify(
    shared: &Shared,
    keys: &KeySet,
    token: &str,
) -> Result<Verified, SignatureError> {
    keys.verify(token).or_else(|error| believed(shared, keys, token).ok_or(error))
}

fn believed(shared: &Shared, keys: &KeySet, text: &str) -> Option<Verified> {
    let decoded = token::decode(text);
    let jwt = decoded.jwt()?;
    let as_it_says =
        || Verified { kid: None, header: jwt.header.clone(), claims: jwt.claims.clone() };
    if shared.misbehaves(Misbehaviour::SkipSignatureCheck) {
        return Some(as_it_says());
    }
    match jwt.header_text("alg")? {
        alg if alg.eq_ignore_ascii_case("none") => {
            shared.misbehaves(Misbehaviour::AlgNone).then(as_it_says)
        }
        "HS256" if shared.misbehaves(Misbehaviour::Hs256PublicKey) => {
            keys.keys().iter().flat_map(spellings).find_map(|key| mac::verify(&key, text).ok())
        }
        _ => None,
    }
}

/// The public key as whoever forges a token may have written it down.
fn spellings(key: &jsonwebtoken::jwk::Jwk) -> Vec<SecretString> {
    let pem = public_pem(key);
    let trimmed = pem.as_deref().map(|pem| pem.trim_end().to_owned());
    let json = serde_json::to_string(key).ok();
    [pem, trimmed, json].into_iter().flatten().map(SecretString::from).collect()
}
