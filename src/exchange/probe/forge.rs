//! Tokens that no key of the server signed, with the claims of one that a key did.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use super::shots::Forgery;
use crate::exchange::keys::{SigningAlgorithm, SigningKey};
use crate::exchange::mac::{self, MacAlgorithm};
use crate::exchange::public_pem::public_pem_of;
use crate::exchange::token::{self, Jwt};
use crate::exchange::verify::Jwks;

/// Where a forged token says that its key is: a name that is reserved for nobody (RFC 2606 §2).
const ELSEWHERE: &str = "https://attacker.example/jwks";

/// A forged copy of a token.
///
/// # Errors
///
/// A sentence, when the token cannot be read, or the server's keys cannot be used for it.
pub(super) fn forge(
    good: &SecretString,
    how: Forgery,
    keys: Option<&Jwks>,
) -> Result<SecretString, String> {
    let decoded = token::decode(good.expose_secret());
    let jwt = decoded.jwt().ok_or("The token is no JWT, so there is nothing to forge.")?;
    let key = || SigningKey::generate(SigningAlgorithm::Es256).map_err(|error| error.to_string());
    let typ = jwt.header.get("typ").and_then(Value::as_str).unwrap_or("JWT");
    let forged = match how {
        Forgery::Unsigned => unsigned(jwt),
        Forgery::UnknownKey => key()?.sign(typ, &jwt.claims).map_err(|error| error.to_string())?,
        Forgery::KeyElsewhere => {
            let kid = jwt.header.get("kid").and_then(Value::as_str);
            key()?
                .sign_pointing(typ, &jwt.claims, kid, ELSEWHERE)
                .map_err(|error| error.to_string())?
        }
        Forgery::MacWithPublicKey => {
            let kid = jwt.header.get("kid").and_then(Value::as_str);
            let key = keys.and_then(|keys| keys.named(kid)).and_then(public_pem_of).ok_or(
                "The server's public key is not known, so it cannot be taken for a secret.",
            )?;
            mac::sign(&SecretString::from(key), MacAlgorithm::Hs256, typ, &jwt.claims)
                .map_err(|error| error.to_string())?
        }
    };
    Ok(SecretString::from(forged))
}

fn unsigned(jwt: &Jwt) -> String {
    let mut header: Map<String, Value> = jwt.header.clone();
    header.insert("alg".to_owned(), json!("none"));
    let part = |members: &Map<String, Value>| {
        URL_SAFE_NO_PAD.encode(Value::Object(members.clone()).to_string())
    };
    format!("{}.{}.", part(&header), part(&jwt.claims))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::keys::KeySet;

    #[test]
    fn every_forgery_keeps_the_claims_and_no_key_of_the_server_signed_it() {
        let key = SigningKey::generate(SigningAlgorithm::Rs256).unwrap();
        let good = SecretString::from(key.sign("at+jwt", &json!({"sub": "a", "n": 1})).unwrap());
        let set = KeySet::of([&key]);
        let jwks = Jwks::parse(set.to_json().to_string().as_bytes()).unwrap();
        for (how, alg) in [
            (Forgery::Unsigned, "none"),
            (Forgery::MacWithPublicKey, "HS256"),
            (Forgery::UnknownKey, "ES256"),
            (Forgery::KeyElsewhere, "ES256"),
        ] {
            let forged = forge(&good, how, Some(&jwks)).unwrap();
            let token = token::decode(forged.expose_secret());
            let jwt = token.jwt().unwrap();
            assert_eq!(jwt.header["alg"], alg);
            assert_eq!(jwt.header["typ"], "at+jwt");
            assert_eq!(Value::Object(jwt.claims.clone()), json!({"sub": "a", "n": 1}));
            assert!(set.verify(forged.expose_secret()).is_err());
            if how == Forgery::KeyElsewhere {
                assert_eq!(jwt.header["jku"], ELSEWHERE);
                assert_eq!(jwt.header["kid"], key.kid());
            }
        }
        assert!(forge(&"opaque".into(), Forgery::Unsigned, None).is_err());
        assert!(forge(&good, Forgery::MacWithPublicKey, None).is_err());
    }
}
