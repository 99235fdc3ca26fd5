//! What is signed is believed, and nothing else is.

use super::*;
use serde_json::{Value, json};

fn key(algorithm: SigningAlgorithm) -> SigningKey {
    SigningKey::generate(algorithm).unwrap()
}

fn token_with_header(header: &Value, rest: &str) -> String {
    let rest = rest.split_once('.').unwrap().1;
    format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header.to_string()))
}

#[test]
fn what_a_key_signs_its_own_set_verifies_after_a_round_through_json() {
    for algorithm in SigningAlgorithm::ALL {
        assert!(VERIFIED.contains(&algorithm.name()));
        assert_eq!(SigningAlgorithm::from_name(algorithm.name()), Some(algorithm));
        let key = key(algorithm);
        assert_eq!(key.kid(), key.thumbprint());
        let token = key.sign("at+jwt", &json!({ "sub": "alice", "exp": 1.5 })).unwrap();
        let json = KeySet::of([&key]).to_json();
        assert!(json["keys"][0].get("d").is_none(), "the private half stays");
        assert_eq!(json["keys"][0]["kid"], key.kid());
        let set = KeySet::parse(json.to_string().as_bytes()).unwrap();
        let verified = set.verify(&token).unwrap();
        assert_eq!(verified.text("sub"), Some("alice"));
        assert_eq!(verified.seconds("exp"), Some(1));
        assert_eq!(verified.typ().as_deref(), Some("at+jwt"));
        assert_eq!(verified.kid.as_deref(), Some(key.kid()));
    }
}

#[test]
fn a_changed_payload_or_another_issuers_key_is_refused() {
    let (ours, other) = (key(SigningAlgorithm::Es256), key(SigningAlgorithm::Es256));
    let token = ours.sign("JWT", &json!({ "sub": "alice" })).unwrap();
    let forged = other.sign("JWT", &json!({ "sub": "root" })).unwrap();
    let spliced = {
        let ours: Vec<&str> = token.split('.').collect();
        let forged: Vec<&str> = forged.split('.').collect();
        [ours[0], forged[1], ours[2]].join(".")
    };
    let set = KeySet::of([&ours]);
    assert_eq!(set.verify(&spliced).unwrap_err(), SignatureError::Wrong);
    assert_eq!(
        set.verify(&forged).unwrap_err(),
        SignatureError::UnknownKey(Some(other.kid().to_owned()))
    );
}

#[test]
fn weak_headers_are_refused_before_any_key_is_tried() {
    let key = key(SigningAlgorithm::Rs256);
    let set = KeySet::of([&key]);
    let token = key.sign("JWT", &json!({ "sub": "alice" })).unwrap();
    for alg in ["none", "None", "HS256", "HS512", "", "ES256K"] {
        let header = json!({ "alg": alg, "kid": key.kid() });
        assert_eq!(
            set.verify(&token_with_header(&header, &token)).unwrap_err(),
            SignatureError::Algorithm(alg.to_owned())
        );
    }
    let header = json!({ "alg": "RS256", "kid": key.kid(), "crit": ["b64"] });
    assert_eq!(
        set.verify(&token_with_header(&header, &token)).unwrap_err(),
        SignatureError::Critical
    );
    let header = json!({ "alg": "ES256", "kid": key.kid() });
    assert_eq!(
        set.verify(&token_with_header(&header, &token)).unwrap_err(),
        SignatureError::KeyMismatch("ES256".to_owned())
    );
    for text in ["", "a.b", "a.b.c.d.e", "****.e30.AA"] {
        assert_eq!(set.verify(text).unwrap_err(), SignatureError::NotSignedJwt);
    }
}

#[test]
fn a_key_without_a_name_is_tried_and_one_with_another_name_is_not() {
    let key = key(SigningAlgorithm::Es256);
    let token = key.sign("JWT", &json!({ "sub": "x" })).unwrap();
    let mut json = KeySet::of([&key]).to_json();
    json["keys"][0]["kid"] = json!("another");
    let set = |json: &Value| KeySet::parse(json.to_string().as_bytes()).unwrap();
    assert!(matches!(set(&json).verify(&token), Err(SignatureError::UnknownKey(Some(_)))));
    json["keys"][0].as_object_mut().unwrap().remove("kid");
    assert!(set(&json).verify(&token).is_ok());
}

#[test]
fn keys_that_are_not_understood_are_skipped() {
    let key = key(SigningAlgorithm::Es256);
    let mut json = KeySet::of([&key]).to_json();
    let list = json["keys"].as_array_mut().unwrap();
    list.insert(0, json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AA" }));
    list.insert(0, json!({ "kty": "oct", "k": "c2VjcmV0", "kid": key.kid() }));
    list.insert(0, json!("nonsense"));
    let set = KeySet::parse(json.to_string().as_bytes()).unwrap();
    assert_eq!((set.keys().len(), set.skipped()), (1, 3));
    assert!(set.verify(&key.sign("JWT", &json!({ "sub": "x" })).unwrap()).is_ok());
    assert_eq!(KeySet::parse(b"{}").unwrap_err(), KeySetError::NoKeys);
    assert!(matches!(KeySet::parse(b"<html>").unwrap_err(), KeySetError::NotJson(_)));
}

#[test]
fn the_challenge_is_that_of_rfc_7636_appendix_b() {
    assert_eq!(
        sha256_base64url("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
}

#[test]
fn nothing_of_a_private_key_is_printed() {
    let text = format!("{:?}", key(SigningAlgorithm::Rs256));
    assert!(text.contains("kid") && !text.contains("private"), "{text}");
}
