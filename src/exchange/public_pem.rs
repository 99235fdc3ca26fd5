//! A public key as text: PEM (`PUBLIC KEY`, RFC 7468 §13), the way most programs keep one.
//!
//! The other way round is [`KeySet::read_public`](super::keys::KeySet::read_public). A key set is
//! made of JSON Web Keys; the text here is what goes into the hands of a server that wants a file,
//! and what somebody forging a token would try as an HMAC secret (RFC 8725 §2.1).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use serde_json::Value;

use super::der::{value, write_integer};

/// The `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7) of an RSA, P-256, P-384 or Ed25519 key as PEM;
/// `None` for any other kind of key. Ends in a line feed.
pub fn public_pem(key: &Jwk) -> Option<String> {
    public_pem_of(&serde_json::to_value(key).ok()?)
}

/// The same of a key as it was published.
pub(super) fn public_pem_of(jwk: &Value) -> Option<String> {
    let der = spki(jwk)?;
    let encoded = STANDARD.encode(der);
    let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
    for line in encoded.as_bytes().chunks(64) {
        pem.push_str(std::str::from_utf8(line).ok()?);
        pem.push('\n');
    }
    pem.push_str("-----END PUBLIC KEY-----\n");
    Some(pem)
}

fn spki(jwk: &Value) -> Option<Vec<u8>> {
    const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
    const ELLIPTIC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    const P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    const P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];
    const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    let octets = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
    let (algorithm, key) = match (text("kty")?, text("crv")) {
        ("RSA", _) => {
            let mut numbers = Vec::new();
            write_integer(&mut numbers, &octets("n")?);
            write_integer(&mut numbers, &octets("e")?);
            ([value(0x06, RSA), value(0x05, &[])].concat(), value(0x30, &numbers))
        }
        ("EC", Some(curve)) => {
            let curve = match curve {
                "P-256" => P256,
                "P-384" => P384,
                _ => return None,
            };
            let point = [vec![4], octets("x")?, octets("y")?].concat();
            ([value(0x06, ELLIPTIC), value(0x06, curve)].concat(), point)
        }
        ("OKP", Some("Ed25519")) => (value(0x06, ED25519), octets("x")?),
        _ => return None,
    };
    let bits = [vec![0], key].concat();
    Some(value(0x30, &[value(0x30, &algorithm), value(0x03, &bits)].concat()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::keys::{KeySet, SigningAlgorithm, SigningKey};

    #[test]
    fn what_is_written_is_read_as_the_same_key() {
        for algorithm in SigningAlgorithm::ALL {
            let key = SigningKey::generate(algorithm).unwrap();
            let pem = public_pem(key.public()).unwrap();
            let keys = KeySet::read_public(&pem).unwrap();
            let token = key.sign("JWT", &serde_json::json!({ "sub": "x" })).unwrap();
            assert_eq!(keys.verify(&token).unwrap().text("sub"), Some("x"), "{algorithm:?}");
        }
    }
}
