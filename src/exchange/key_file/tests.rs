//! Keys of every kind in every form, made as the tests run.

use aws_lc_rs::encoding::{
    AsBigEndian as _, AsDer as _, Curve25519SeedBin, EcPrivateKeyBin, EcPrivateKeyRfc5915Der,
    Pkcs8V1Der, PublicKeyX509Der,
};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::KeyPair as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

fn pem(label: &str, der: &[u8]) -> SecretString {
    let body = STANDARD.encode(der);
    let lines: Vec<&str> =
        body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let body = lines.join("\n");
    SecretString::from(format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"))
}

fn read(text: &SecretString) -> Result<SigningKey, KeyFileError> {
    SigningKey::read(text, None, None)
}

/// What the private text signs, the public one verifies.
fn fits(private: &SecretString, public: &SecretString, algorithm: SigningAlgorithm) {
    let key = SigningKey::read(private, Some("named"), Some(algorithm.name())).unwrap();
    assert_eq!((key.algorithm(), key.kid()), (algorithm, "named"));
    let token = key.sign("JWT", &json!({ "sub": "portal" })).unwrap();
    let keys = KeySet::read_public(public.expose_secret()).unwrap();
    assert_eq!(keys.verify(&token).unwrap().text("sub"), Some("portal"), "{algorithm:?}");
}

#[test]
fn rsa_is_read_from_pkcs8_and_pkcs1() {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let pkcs1 = private_key_of_pkcs8(pkcs8.as_ref()).unwrap();
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    let public = pem("PUBLIC KEY", public.as_ref());
    for algorithm in [SigningAlgorithm::Rs256, SigningAlgorithm::Ps256] {
        fits(&pem("PRIVATE KEY", pkcs8.as_ref()), &public, algorithm);
        fits(&pem("RSA PRIVATE KEY", pkcs1), &public, algorithm);
    }
    let private = pem("PRIVATE KEY", pkcs8.as_ref());
    assert_eq!(read(&private).unwrap().algorithm(), SigningAlgorithm::Rs256);
    assert_eq!(
        SigningKey::read(&private, None, Some("ES256")).unwrap_err(),
        KeyFileError::Algorithm("RSA", "ES256".to_owned())
    );
}

#[test]
fn elliptic_curves_are_read_from_pkcs8_and_sec1() {
    for (curve, algorithm) in [
        (&ECDSA_P256_SHA256_FIXED_SIGNING, SigningAlgorithm::Es256),
        (&ECDSA_P384_SHA384_FIXED_SIGNING, SigningAlgorithm::Es384),
    ] {
        let pair = EcdsaKeyPair::generate(curve).unwrap();
        let pkcs8 = pair.to_pkcs8v1().unwrap();
        let private = pair.private_key();
        let sec1: EcPrivateKeyRfc5915Der<'_> = private.as_der().unwrap();
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        let public = pem("PUBLIC KEY", public.as_ref());
        fits(&pem("PRIVATE KEY", pkcs8.as_ref()), &public, algorithm);
        fits(&pem("EC PRIVATE KEY", sec1.as_ref()), &public, algorithm);
        let point = pair.public_key().as_ref();
        let (x, y) = point[1..].split_at(point.len() / 2);
        let d: EcPrivateKeyBin<'_> = private.as_be_bytes().unwrap();
        let text = |octets: &[u8]| URL_SAFE_NO_PAD.encode(octets);
        let name = if algorithm == SigningAlgorithm::Es256 { "P-256" } else { "P-384" };
        let mut jwk = json!({ "kty": "EC", "crv": name, "x": text(x), "y": text(y) });
        let public = SecretString::from(jwk.to_string());
        jwk["d"] = text(d.as_ref()).into();
        fits(&SecretString::from(jwk.to_string()), &public, algorithm);
    }
}

#[test]
fn ed25519_is_read_from_pkcs8_and_from_a_json_web_key() {
    let pair = Ed25519KeyPair::generate().unwrap();
    // PKCS#8 with the public key inside, as some tools write it.
    for pkcs8 in [pair.to_pkcs8v1().unwrap(), pair.to_pkcs8().unwrap()] {
        let private = pem("PRIVATE KEY", pkcs8.as_ref());
        let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
        fits(&private, &pem("PUBLIC KEY", public.as_ref()), SigningAlgorithm::EdDsa);
    }
    let text = |octets: &[u8]| URL_SAFE_NO_PAD.encode(octets);
    let seed: Curve25519SeedBin<'_> = pair.seed().unwrap().as_be_bytes().unwrap();
    let mut jwk = json!({
        "kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref()), "kid": "named",
    });
    let public = SecretString::from(jwk.to_string());
    jwk["d"] = text(seed.as_ref()).into();
    jwk["alg"] = "Ed25519".into();
    let private = SecretString::from(jwk.to_string());
    fits(&private, &public, SigningAlgorithm::EdDsa);
    assert_eq!(read(&private).unwrap().kid(), "named");
}

#[test]
fn an_rsa_json_web_key_is_read_with_its_algorithm() {
    // The numbers are those of a key made here, taken apart again.
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let pkcs1 = private_key_of_pkcs8(pkcs8.as_ref()).unwrap();
    let (mut rest, _) = der::read(pkcs1, 0x30).unwrap();
    let mut numbers = Vec::new();
    while let Some((number, after)) = der::read(rest, 0x02) {
        numbers.push(URL_SAFE_NO_PAD.encode(number.strip_prefix(&[0]).unwrap_or(number)));
        rest = after;
    }
    let names = ["version", "n", "e", "d", "p", "q", "dp", "dq", "qi"];
    let mut jwk = json!({ "kty": "RSA", "alg": "PS256" });
    for (name, number) in names.into_iter().zip(&numbers).skip(1) {
        jwk[name] = number.as_str().into();
    }
    let private = SecretString::from(jwk.to_string());
    assert_eq!(read(&private).unwrap().algorithm(), SigningAlgorithm::Ps256);
    let public = json!({ "keys": [{ "kty": "RSA", "n": jwk["n"], "e": jwk["e"] }] });
    fits(&private, &SecretString::from(public.to_string()), SigningAlgorithm::Rs256);
    jwk.as_object_mut().unwrap().remove("qi");
    let incomplete = read(&SecretString::from(jwk.to_string()));
    assert_eq!(incomplete.unwrap_err(), KeyFileError::NoPrivateKey);
    // The other side must not have it.
    for private in [private.expose_secret(), pem("PRIVATE KEY", pkcs8.as_ref()).expose_secret()] {
        assert_eq!(KeySet::read_public(private).unwrap_err(), KeyFileError::Private);
    }
}

#[test]
fn what_is_no_key_is_told_by_its_kind_and_never_shown() {
    let marked = "TUFSS0VELXNlY3JldA==";
    for (text, expected) in [
        (String::new(), KeyFileError::NoPrivateKey),
        (marked.to_owned(), KeyFileError::NoPrivateKey),
        (format!("{{\"k\":\"{marked}\"}}"), KeyFileError::NoPrivateKey),
        (format!("{{\"kty\":\"oct\",\"d\":\"{marked}\"}}"), KeyFileError::Kind),
        (pem("PRIVATE KEY", b"MARKED").expose_secret().to_owned(), KeyFileError::Kind),
        (
            pem("ENCRYPTED PRIVATE KEY", b"MARKED").expose_secret().to_owned(),
            KeyFileError::Encrypted,
        ),
        (pem("PUBLIC KEY", b"MARKED").expose_secret().to_owned(), KeyFileError::NoPrivateKey),
    ] {
        let error = read(&SecretString::from(text)).unwrap_err();
        assert_eq!(error, expected);
        let text = format!("{error} {error:?}");
        assert!(!text.contains("MARKED") && !text.contains(marked), "{text}");
    }
    for text in ["", "{}", "[]", "{\"keys\":1}", "{\"keys\":[]}"] {
        assert!(KeySet::read_public(text).is_err(), "{text}");
    }
}
