//! Clients that sign who they are, seen from outside: what the authority takes, and every way in
//! which an assertion is none.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use exchange_studio::authority::Options;
use exchange_studio::exchange::keys::{KeySet, SigningAlgorithm, SigningKey, random_text};
use exchange_studio::exchange::mac::{self, MacAlgorithm};
use exchange_studio::trust::Reading;
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::authority_bench::*;

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn yaml() -> String {
    client(PORTAL, "Portal", &allows(&[DASHBOARD]))
        + &client(DASHBOARD, "Dashboard", "")
        + &client(BROKER, "Broker", "isPublic: true")
        + &client(PRINCIPAL, "Switched off", "enabled: false")
}

/// The portal has one of these keys, the principal the other.
fn bench(portal: &SigningKey, principal: &SigningKey) -> Bench {
    let client_keys = vec![
        (PORTAL.to_owned(), KeySet::of([portal])),
        (PRINCIPAL.to_owned(), KeySet::of([principal])),
    ];
    let options = Options { client_keys, ..Options::default() };
    Bench::with(&yaml(), Reading::RequesterListsTarget, options)
}

fn key() -> SigningKey {
    SigningKey::generate(SigningAlgorithm::Es256).unwrap()
}

/// The public half of a P-256 key as its owner would hand it over.
fn pem(key: &SigningKey) -> String {
    let jwk = serde_json::to_value(key.public()).unwrap();
    let number = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().unwrap()).unwrap();
    // SubjectPublicKeyInfo (RFC 5480 §2) of an uncompressed point on P-256.
    let mut der =
        vec![0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    der.extend([
        0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ]);
    der.extend([number("x"), number("y")].concat());
    let body = STANDARD.encode(der);
    let (first, rest) = body.split_at(64);
    format!("-----BEGIN PUBLIC KEY-----\n{first}\n{rest}\n-----END PUBLIC KEY-----\n")
}

/// The claims of a good assertion, new each time.
fn good(bench: &Bench, client: &str) -> Value {
    json!({
        "iss": client,
        "sub": client,
        "aud": bench.running.issuer(),
        "jti": random_text().unwrap(),
        "iat": bench.now(),
        "exp": bench.now() + 60,
    })
}

async fn present(bench: &Bench, path: &str, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let mut form = vec![
        ("grant_type", "client_credentials"),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ];
    form.extend(more);
    bench.post(path, &form).await
}

async fn ask(bench: &Bench, assertion: &str) -> Answer {
    present(bench, "/connect/token", assertion, &[]).await
}

#[track_caller]
fn refused(answer: &Answer, words: &str) {
    assert_eq!(answer.error(), (401, "invalid_client".into()), "{}", answer.text);
    assert!(answer.text.contains(words), "{words}: {}", answer.text);
}

#[tokio::test]
async fn a_registered_key_signs_for_its_client_with_any_algorithm_it_has() {
    for algorithm in SigningAlgorithm::ALL {
        let portal = SigningKey::generate(algorithm).unwrap();
        let bench = bench(&portal, &key());
        for typ in ["JWT", "client-authentication+jwt", "application/client-authentication+jwt"] {
            let assertion = portal.sign(typ, &good(&bench, PORTAL)).unwrap();
            let token = claims(&ask(&bench, &assertion).await.token());
            assert_eq!(token["client_id"], PORTAL);
        }
    }
}

#[tokio::test]
async fn a_secret_signs_for_a_client_without_a_key() {
    let bench = Bench::new(&yaml(), Reading::RequesterListsTarget);
    let secret = bench.running.client_secret();
    for algorithm in MacAlgorithm::ALL {
        let sign = |secret: &SecretString, claims: &Value| {
            mac::sign(secret, algorithm, "JWT", claims).unwrap()
        };
        let assertion = sign(secret, &good(&bench, PORTAL));
        ask(&bench, &assertion).await.token();
        let wrong = SecretString::from("x".repeat(64));
        let answer = ask(&bench, &sign(&wrong, &good(&bench, PORTAL))).await;
        refused(&answer, "the signature is wrong");
    }
    // A private key that nobody registered is nothing.
    let answer = ask(&bench, &key().sign("JWT", &good(&bench, PORTAL)).unwrap()).await;
    refused(&answer, "is not one that a secret signs with");
    // A secret that is too short to sign with.
    let options = Options { client_secret: Some("s".repeat(31).into()), ..Options::default() };
    let short = Bench::with(&yaml(), Reading::RequesterListsTarget, options);
    let secret = short.running.client_secret();
    let claims = good(&short, PORTAL);
    let assertion = mac::sign(secret, MacAlgorithm::Hs256, "JWT", &claims).unwrap();
    refused(&ask(&short, &assertion).await, "too short");
}

#[tokio::test]
async fn what_an_assertion_must_say_is_judged_claim_by_claim() {
    let portal = key();
    let bench = bench(&portal, &key());
    let endpoint = bench.running.token_endpoint();
    let issuer = bench.running.issuer().to_owned();
    let now = bench.now();
    let with = |name: &str, value: Value| {
        let mut claims = good(&bench, PORTAL);
        claims[name] = value;
        portal.sign("JWT", &claims).unwrap()
    };
    // The token endpoint is how it was done before.
    ask(&bench, &with("aud", json!(endpoint))).await.token();
    let audience = "its audience (aud) must be one text";
    for (name, value, words) in [
        ("aud", json!("https://elsewhere.example"), audience),
        ("aud", json!(format!("{issuer}/")), audience),
        ("aud", json!([issuer]), audience),
        ("aud", json!([issuer, "https://elsewhere.example"]), audience),
        ("aud", json!(bench.url("/connect/introspect")), audience),
        ("aud", Value::Null, audience),
        ("iss", json!(DASHBOARD), "its issuer (iss)"),
        ("iss", json!(issuer), "its issuer (iss)"),
        ("sub", json!("nobody"), "No client app"),
        ("sub", Value::Null, "with a subject (sub)"),
        ("exp", json!(now), "it has expired"),
        ("exp", json!(now - 1), "it has expired"),
        ("exp", json!(now + 361), "it lives longer"),
        ("exp", json!("soon"), "it does not say when it expires"),
        ("exp", Value::Null, "it does not say when it expires"),
        ("iat", json!(now + 61), "it is not valid yet"),
        ("nbf", json!(now + 61), "it is not valid yet"),
        ("jti", Value::Null, "no usable name of its own"),
        ("jti", json!(""), "no usable name of its own"),
        ("jti", json!("x".repeat(513)), "no usable name of its own"),
    ] {
        refused(&ask(&bench, &with(name, value)).await, words);
    }
    let typ = portal.sign("at+jwt", &good(&bench, PORTAL)).unwrap();
    refused(&ask(&bench, &typ).await, "another kind of token");
}

#[tokio::test]
async fn an_assertion_is_used_once() {
    let portal = key();
    let bench = bench(&portal, &key());
    let claims = good(&bench, PORTAL);
    let assertion = portal.sign("JWT", &claims).unwrap();
    ask(&bench, &assertion).await.token();
    refused(&ask(&bench, &assertion).await, "it was used before");
    // The same name in another assertion is the same name, at every endpoint.
    let mut later = good(&bench, PORTAL);
    later["jti"] = claims["jti"].clone();
    later["exp"] = json!(bench.now() + 90);
    let later = portal.sign("JWT", &later).unwrap();
    let more = [("token", "x")];
    refused(&present(&bench, "/connect/introspect", &later, &more).await, "it was used before");
    // After its life it is too old instead.
    bench.wait(61);
    refused(&ask(&bench, &assertion).await, "it has expired");
    // One that was refused has not used up its name.
    let mut early = good(&bench, PORTAL);
    early["aud"] = "https://elsewhere.example".into();
    refused(&ask(&bench, &portal.sign("JWT", &early).unwrap()).await, "audience");
    early["aud"] = bench.running.issuer().into();
    ask(&bench, &portal.sign("JWT", &early).unwrap()).await.token();
}

#[tokio::test]
async fn no_signature_but_that_of_the_clients_own_key_is_believed() {
    let (portal, principal) = (key(), key());
    let bench = bench(&portal, &principal);
    // The key of another client, under its own name and under the name of the right one.
    let foreign = principal.sign("JWT", &good(&bench, PORTAL)).unwrap();
    refused(&ask(&bench, &foreign).await, "the key set has no key");
    let renamed = {
        let header = json!({ "alg": "ES256", "kid": portal.kid(), "typ": "JWT" });
        let parts: Vec<&str> = foreign.split('.').collect();
        format!("{}.{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), parts[1], parts[2])
    };
    refused(&ask(&bench, &renamed).await, "the signature is wrong");
    // No signature at all.
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    for alg in ["none", "None", "nOnE"] {
        let bare = format!("{}.{}.", part(json!({ "alg": alg })), part(good(&bench, PORTAL)));
        refused(&ask(&bench, &bare).await, "is not an asymmetric signature");
    }
    // The public key, which everybody has, taken for a secret: as text and as JSON.
    let jwk = serde_json::to_string(portal.public()).unwrap();
    let pem = pem(&portal);
    for secret in [jwk.as_str(), &pem, pem.trim_end(), &"x".repeat(64)] {
        for algorithm in MacAlgorithm::ALL {
            let secret = SecretString::from(secret);
            let assertion = mac::sign(&secret, algorithm, "JWT", &good(&bench, PORTAL)).unwrap();
            refused(&ask(&bench, &assertion).await, "is not an asymmetric signature");
        }
    }
    // Even the secret of this run is none for a client that has a key.
    let secret = bench.running.client_secret();
    let claims = good(&bench, PORTAL);
    let assertion = mac::sign(secret, MacAlgorithm::Hs256, "JWT", &claims).unwrap();
    refused(&ask(&bench, &assertion).await, "is not an asymmetric signature");
    let secret = bench.secret();
    let form =
        [("grant_type", "client_credentials"), ("client_id", PORTAL), ("client_secret", &secret)];
    refused(&bench.post("/connect/token", &form).await, "with private_key_jwt alone");
    // A key inside the token is not followed.
    let header = json!({ "alg": "ES256", "jwk": principal.public(), "typ": "JWT" });
    let parts: Vec<&str> = foreign.split('.').collect();
    let inside = format!("{}.{}.{}", part(header), parts[1], parts[2]);
    refused(&ask(&bench, &inside).await, "the signature is wrong");
}

#[tokio::test]
async fn an_assertion_stands_alone_and_for_a_confidential_client() {
    let portal = key();
    let bench = bench(&portal, &key());
    let sign = |client: &str| portal.sign("JWT", &good(&bench, client)).unwrap();
    let path = "/connect/token";
    let same = [("client_id", PORTAL)];
    present(&bench, path, &sign(PORTAL), &same).await.token();
    let other = [("client_id", DASHBOARD)];
    refused(&present(&bench, path, &sign(PORTAL), &other).await, "not the client that it names");
    let twice = [("client_secret", "x")];
    let answer = present(&bench, path, &sign(PORTAL), &twice).await;
    assert_eq!(answer.error(), (400, "invalid_request".into()));
    let assertion = sign(PORTAL);
    let form = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", TYPE),
        ("client_assertion", &assertion),
    ];
    let answer = bench.post_as(path, &form, Some("Basic eDp5")).await;
    assert_eq!(answer.error(), (400, "invalid_request".into()));
    refused(&ask(&bench, &sign(BROKER)).await, "is a public client");
    for form in [
        vec![("grant_type", "client_credentials"), ("client_assertion_type", TYPE)],
        vec![("grant_type", "client_credentials"), ("client_assertion", &assertion)],
        vec![
            ("grant_type", "client_credentials"),
            ("client_assertion", &assertion),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
        ],
    ] {
        refused(&bench.post(path, &form).await, "client assertion is not accepted");
    }
    for text in ["opaque", "a.b.c", "e30.e30.", "e30.e30.AA"] {
        refused(&ask(&bench, text).await, "The client assertion is not accepted");
    }
}

#[tokio::test]
async fn a_key_from_pem_has_no_name_and_is_tried_for_any() {
    let portal = key();
    let keys = KeySet::read_public(&pem(&portal)).unwrap();
    let options = Options { client_keys: vec![(PORTAL.to_owned(), keys)], ..Options::default() };
    let bench = Bench::with(&yaml(), Reading::RequesterListsTarget, options);
    ask(&bench, &portal.sign("JWT", &good(&bench, PORTAL)).unwrap()).await.token();
    refused(&ask(&bench, &key().sign("JWT", &good(&bench, PORTAL)).unwrap()).await, "signature");
    let confused =
        mac::sign(&pem(&portal).into(), MacAlgorithm::Hs256, "JWT", &good(&bench, PORTAL));
    refused(&ask(&bench, &confused.unwrap()).await, "is not an asymmetric signature");
}

#[tokio::test]
async fn keys_are_changed_by_having_two_for_a_while() {
    let (old, new) = (key(), key());
    let client_keys =
        vec![(PORTAL.to_owned(), KeySet::of([&old])), (PORTAL.to_owned(), KeySet::of([&new]))];
    let options = Options { client_keys, ..Options::default() };
    let bench = Bench::with(&yaml(), Reading::RequesterListsTarget, options);
    for key in [&old, &new] {
        ask(&bench, &key.sign("JWT", &good(&bench, PORTAL)).unwrap()).await.token();
    }
}

#[tokio::test]
async fn metadata_offers_what_a_client_can_use() {
    let document = async |bench: &Bench| {
        bench.get(&bench.url("/.well-known/oauth-authorization-server")).await.json()
    };
    let without = document(&Bench::new(&yaml(), Reading::default())).await;
    let with = document(&bench(&key(), &key())).await;
    let list = |document: &Value, name: &str| -> Vec<String> {
        document[name].as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_owned()).collect()
    };
    let (methods, algorithms) = (
        "token_endpoint_auth_methods_supported",
        "token_endpoint_auth_signing_alg_values_supported",
    );
    let secrets = ["client_secret_basic", "client_secret_post", "client_secret_jwt"];
    assert_eq!(list(&without, methods), [&secrets[..], &["none"]].concat());
    assert_eq!(list(&without, algorithms), ["HS256", "HS384", "HS512"]);
    assert_eq!(list(&with, methods), [&secrets[..], &["private_key_jwt", "none"]].concat());
    for algorithm in SigningAlgorithm::ALL {
        assert!(list(&with, algorithms).contains(&algorithm.name().to_owned()));
    }
    assert!(!list(&with, algorithms).contains(&"none".to_owned()));
    let introspection = "introspection_endpoint_auth_methods_supported";
    assert_eq!(list(&with, introspection), [&secrets[..], &["private_key_jwt"]].concat());
}
