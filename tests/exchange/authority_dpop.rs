//! Proofs of possession, seen from outside: what the authority binds, and every way in which a proof
//! is none. The proofs are made here, by hand, so that they can be wrong in every way.

use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exchange_studio::authority::Options;
use exchange_studio::exchange::keys::{random_text, sha256_base64url};
use exchange_studio::exchange::mac::{self, MacAlgorithm};
use exchange_studio::trust::Reading;
use serde_json::{Value, json};

use crate::authority_bench::*;

/// A key that proves.
struct Key(EcdsaKeyPair);

impl Key {
    fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn jwk(&self) -> Value {
        let text = |octets: &[u8]| URL_SAFE_NO_PAD.encode(octets);
        let point = self.0.public_key().as_ref();
        json!({ "crv": "P-256", "kty": "EC", "x": text(&point[1..33]), "y": text(&point[33..]) })
    }

    /// RFC 7638 §3, from its words: the members in order, without spaces.
    fn thumbprint(&self) -> String {
        let jwk = self.jwk();
        sha256_base64url(&format!(
            r#"{{"crv":"P-256","kty":"EC","x":{},"y":{}}}"#,
            jwk["x"], jwk["y"]
        ))
    }

    fn header(&self) -> Value {
        json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk() })
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(header), part(claims));
        let signature = self.0.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn proof(&self, bench: &Bench) -> String {
        self.sign(&self.header(), &good(bench))
    }
}

fn good(bench: &Bench) -> Value {
    json!({
        "jti": random_text().unwrap(),
        "htm": "POST",
        "htu": bench.running.token_endpoint(),
        "iat": bench.now(),
    })
}

fn bench(dpop_nonce: bool) -> Bench {
    let yaml = client(PORTAL, "Portal", &allows(&[DASHBOARD]))
        + &client(DASHBOARD, "Dashboard", &allows(&[PORTAL]));
    let options = Options { dpop_nonce, ..Options::default() };
    Bench::with(&yaml, Reading::RequesterListsTarget, options)
}

async fn send(bench: &Bench, client: &str, form: &[(&str, &str)], proofs: &[&str]) -> Answer {
    let secret = bench.secret();
    let mut body = url::form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form);
    body.append_pair("client_id", client).append_pair("client_secret", &secret);
    let mut request = bench
        .http
        .post(bench.running.token_endpoint())
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body.finish());
    for proof in proofs {
        request = request.header("DPoP", *proof);
    }
    Answer::of(request.send().await.unwrap()).await
}

const OWN: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test]
async fn a_code_that_is_bound_to_a_key_is_nothing_without_its_proof() {
    use exchange_studio::exchange::keys::{SigningAlgorithm, SigningKey};
    use exchange_studio::exchange::login::{Login, sign_in};
    use exchange_studio::exchange::{Client, ClientAuth, Http, HttpOptions, discover};

    let bench = bench(false);
    let http = Http::new(HttpOptions::default()).unwrap();
    let metadata = discover(&http, bench.running.issuer()).await.unwrap();
    let key = || std::sync::Arc::new(SigningKey::generate(SigningAlgorithm::Es256).unwrap());
    let auth = ClientAuth::Post(bench.running.client_secret().clone());
    let (bound, other) = (key(), key());
    let client = Client::new(PORTAL, auth).bound_to(bound.clone());
    assert_eq!(Login::binding(&client), Some(("dpop_jkt", bound.thumbprint())));
    let now = UNIX_EPOCH + Duration::from_secs(u64::try_from(bench.now()).unwrap());
    let issued = sign_in(&http, &metadata, &client, "alice", "openid", now).await.unwrap();
    assert_eq!(issued.token_type.as_deref(), Some("DPoP"));

    // Whoever has the code, and has not the key, gets nothing: with another key, or with none.
    let redirect = "http://127.0.0.1:9/callback";
    for dpop in [Some(other), None, Some(bound)] {
        let mut extra = vec![("prompt", "none"), ("login_hint", "alice")];
        extra.extend(Login::binding(&client));
        let login = Login::begin(&metadata, PORTAL, redirect, "", &extra).unwrap();
        let redirected = Bench::redirected(&bench.get(login.url.as_str()).await);
        let is_right = dpop.as_ref().is_some_and(|key| {
            client.dpop.as_ref().is_some_and(|own| own.thumbprint() == key.thumbprint())
        });
        let thief = Client { dpop, ..client.clone() };
        let endpoint = metadata.token_endpoint().unwrap();
        let code = redirected["code"].clone().into();
        let redeemed = login.redeem(&http, &endpoint, &thief, &code, now).await;
        match redeemed {
            Ok(_) => assert!(is_right),
            Err(error) => {
                assert!(!is_right && error.to_string().contains("dpop_jkt"), "{error}");
            }
        }
    }
}

#[track_caller]
fn refused(answer: &Answer, words: &str) {
    assert_eq!(answer.error(), (400, "invalid_dpop_proof".into()), "{}", answer.text);
    assert!(answer.text.contains(words), "{words}: {}", answer.text);
}

/// A token of the user alice for the portal, bound to the key.
async fn bound_user_token(bench: &Bench, key: &Key) -> String {
    let (url, verifier) =
        bench.authorization(PORTAL, &[("prompt", "none"), ("login_hint", "alice")]);
    let code = Bench::redirected(&bench.get(&url).await)["code"].clone();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "http://127.0.0.1:9/callback"),
        ("code_verifier", &verifier),
    ];
    let answer = send(bench, PORTAL, &form, &[&key.proof(bench)]).await;
    assert_eq!(answer.json()["token_type"], "DPoP");
    answer.token()
}

fn exchange_of(token: &str) -> [(&str, &str); 4] {
    [
        ("grant_type", EXCHANGE),
        ("subject_token", token),
        ("subject_token_type", ACCESS_TOKEN),
        ("audience", DASHBOARD),
    ]
}

#[tokio::test]
async fn a_token_is_bound_to_the_key_that_was_proved_through_every_grant() {
    let (bench, key) = (bench(false), Key::new());
    let own = send(&bench, PORTAL, &[OWN], &[&key.proof(&bench)]).await;
    assert_eq!(own.json()["token_type"], "DPoP");
    assert_eq!(claims(&own.token())["cnf"], json!({ "jkt": key.thumbprint() }));
    let user = bound_user_token(&bench, &key).await;
    assert_eq!(claims(&user)["cnf"]["jkt"], key.thumbprint());
    let answer = send(&bench, PORTAL, &exchange_of(&user), &[&key.proof(&bench)]).await;
    assert_eq!(answer.json()["token_type"], "DPoP");
    let issued = answer.token();
    assert_eq!(claims(&issued)["cnf"]["jkt"], key.thumbprint());
    // Introspection says so too.
    let secret = bench.secret();
    let form = [("token", &*issued), ("client_id", DASHBOARD), ("client_secret", &secret)];
    let said = bench.post("/connect/introspect", &form).await.json();
    assert_eq!(
        (&said["token_type"], &said["cnf"]["jkt"]),
        (&"DPoP".into(), &key.thumbprint().into())
    );
    // Without a proof nothing is bound, and a proof binds what was not bound before.
    let plain = bench.user_token(PORTAL, "alice", "").await;
    assert!(claims(&plain).get("cnf").is_none());
    let answer = send(&bench, PORTAL, &exchange_of(&plain), &[&key.proof(&bench)]).await;
    assert_eq!(claims(&answer.token())["cnf"]["jkt"], key.thumbprint());
}

#[tokio::test]
async fn a_bound_subject_token_is_nothing_without_the_proof_of_its_key() {
    let (bench, key) = (bench(false), Key::new());
    let token = bound_user_token(&bench, &key).await;
    let invalid = (400, "invalid_request".to_owned());
    let answer = send(&bench, PORTAL, &exchange_of(&token), &[]).await;
    assert_eq!(answer.error(), invalid);
    assert!(answer.text.contains("no DPoP proof of that key"), "{}", answer.text);
    let answer = send(&bench, PORTAL, &exchange_of(&token), &[&Key::new().proof(&bench)]).await;
    assert_eq!(answer.error(), invalid);
    assert!(answer.text.contains("another key"), "{}", answer.text);
    send(&bench, PORTAL, &exchange_of(&token), &[&key.proof(&bench)]).await.token();
}

#[tokio::test]
async fn a_proof_is_used_once_and_only_for_a_while() {
    let (bench, key) = (bench(false), Key::new());
    let proof = key.proof(&bench);
    send(&bench, PORTAL, &[OWN], &[&proof]).await.token();
    refused(&send(&bench, PORTAL, &[OWN], &[&proof]).await, "used before");
    refused(&send(&bench, DASHBOARD, &[OWN], &[&proof]).await, "used before");
    // The same name by another key is another proof.
    let claims = good(&bench);
    let other = Key::new();
    for key in [&key, &other] {
        send(&bench, PORTAL, &[OWN], &[&key.sign(&key.header(), &claims)]).await.token();
    }
    let late = key.proof(&bench);
    bench.wait(60);
    refused(&send(&bench, PORTAL, &[OWN], &[&proof]).await, "used before");
    send(&bench, PORTAL, &[OWN], &[&late]).await.token();
    bench.wait(1);
    refused(&send(&bench, PORTAL, &[OWN], &[&proof]).await, "seconds away");
}

#[tokio::test]
async fn what_a_proof_must_say_is_judged_member_by_member() {
    let (bench, key) = (bench(false), Key::new());
    let now = bench.now();
    let endpoint = bench.running.token_endpoint();
    let with = |name: &str, value: Value| {
        let mut claims = good(&bench);
        claims[name] = value;
        key.sign(&key.header(), &claims)
    };
    for value in [format!("{endpoint}?a=b#c"), endpoint.replace("http://", "HTTP://")] {
        send(&bench, PORTAL, &[OWN], &[&with("htu", json!(value))]).await.token();
    }
    for (name, value, words) in [
        ("htm", json!("GET"), "(htm)"),
        ("htm", json!("post"), "(htm)"),
        ("htm", Value::Null, "(htm)"),
        ("htu", json!(bench.running.issuer()), "(htu)"),
        ("htu", json!(bench.url("/connect/introspect")), "(htu)"),
        ("htu", json!("https://elsewhere.example/connect/token"), "(htu)"),
        ("htu", json!(format!("{endpoint}/")), "(htu)"),
        ("htu", Value::Null, "(htu)"),
        ("iat", json!(now - 61), "(iat)"),
        ("iat", json!(now + 61), "(iat)"),
        ("iat", Value::Null, "(iat)"),
        ("jti", Value::Null, "(jti)"),
        ("jti", json!(""), "(jti)"),
    ] {
        refused(&send(&bench, PORTAL, &[OWN], &[&with(name, value)]).await, words);
    }
    let signed = |header: Value| key.sign(&header, &good(&bench));
    let header = |name: &str, value: Value| {
        let mut header = key.header();
        header[name] = value;
        header
    };
    let mut private = key.jwk();
    private["d"] = "AAAA".into();
    for (header, words) in [
        (header("typ", json!("JWT")), "(typ)"),
        (header("typ", json!("at+jwt")), "(typ)"),
        (header("typ", Value::Null), "(typ)"),
        (header("alg", json!("none")), "not an asymmetric signature"),
        (header("alg", json!("HS256")), "not an asymmetric signature"),
        (header("alg", json!("RS256")), "not one for the algorithm"),
        (header("jwk", Value::Null), "(jwk)"),
        (header("jwk", json!({ "kty": "oct", "k": "AAAA" })), "(jwk)"),
        (header("jwk", private), "private key"),
        (header("jwk", Key::new().jwk()), "the signature is wrong"),
        (header("crit", json!(["b64"])), "crit"),
    ] {
        refused(&send(&bench, PORTAL, &[OWN], &[&signed(header)]).await, words);
    }
    // The public key taken for a secret.
    let jwk = key.jwk().to_string();
    let confused = mac::sign(&jwk.into(), MacAlgorithm::Hs256, "dpop+jwt", &good(&bench)).unwrap();
    refused(&send(&bench, PORTAL, &[OWN], &[&confused]).await, "(jwk)");
    refused(&send(&bench, PORTAL, &[OWN], &["opaque"]).await, "not a signed JWT");
    let two = [&*key.proof(&bench), &*key.proof(&bench)];
    refused(&send(&bench, PORTAL, &[OWN], &two).await, "more than one");
    // Who the client is comes first: a stranger learns nothing of proofs.
    let stranger = send(&bench, "nobody", &[OWN], &["opaque"]).await;
    assert_eq!(stranger.error(), (401, "invalid_client".into()));
}

#[tokio::test]
async fn a_nonce_is_given_repeated_and_renewed() {
    let (bench, key) = (bench(true), Key::new());
    let with = |nonce: &str| {
        let mut claims = good(&bench);
        claims["nonce"] = nonce.into();
        key.sign(&key.header(), &claims)
    };
    // Without proof there is nothing to repeat it in.
    let plain = send(&bench, PORTAL, &[OWN], &[]).await;
    assert_eq!(plain.json()["token_type"], "Bearer");
    let wanted = send(&bench, PORTAL, &[OWN], &[&key.proof(&bench)]).await;
    assert_eq!(wanted.error(), (400, "use_dpop_nonce".into()));
    let nonce = wanted.header("dpop-nonce").to_owned();
    assert!(nonce.len() >= 32, "{nonce}");
    let answer = send(&bench, PORTAL, &[OWN], &[&with(&nonce)]).await;
    assert_eq!((answer.status, answer.header("dpop-nonce")), (200, ""));
    let other = bench_nonce_of_another_run().await;
    for wrong in ["", "guess", &other] {
        let answer = send(&bench, PORTAL, &[OWN], &[&with(wrong)]).await;
        assert_eq!(answer.error(), (400, "use_dpop_nonce".into()), "{wrong}");
        assert_eq!(answer.header("dpop-nonce"), nonce);
    }
    // A little later it still counts, and the next one comes along.
    bench.wait(61);
    let answer = send(&bench, PORTAL, &[OWN], &[&with(&nonce)]).await;
    assert_eq!(answer.status, 200);
    let next = answer.header("dpop-nonce").to_owned();
    assert!(!next.is_empty() && next != nonce);
    send(&bench, PORTAL, &[OWN], &[&with(&next)]).await.token();
    bench.wait(61);
    let answer = send(&bench, PORTAL, &[OWN], &[&with(&nonce)]).await;
    assert_eq!(answer.error(), (400, "use_dpop_nonce".into()), "two behind is too old");
}

async fn bench_nonce_of_another_run() -> String {
    let bench = bench(true);
    let answer = send(&bench, PORTAL, &[OWN], &[&Key::new().proof(&bench)]).await;
    answer.header("dpop-nonce").to_owned()
}

#[tokio::test]
async fn metadata_lists_the_algorithms_of_proofs() {
    let bench = bench(false);
    let document = bench.get(&bench.url("/.well-known/openid-configuration")).await.json();
    let listed = document["dpop_signing_alg_values_supported"].as_array().unwrap();
    assert!(listed.contains(&"ES256".into()) && !listed.contains(&"none".into()));
    assert!(listed.iter().all(|name| !name.as_str().unwrap().starts_with("HS")));
}

/// RFC 9449 section 5: a public client has nothing but its key to show that a refresh token is its own.
#[tokio::test]
async fn a_refresh_token_of_a_public_client_is_bound_to_its_key() {
    let bench = Bench::new(&client(PORTAL, "Portal", "isPublic: true"), Reading::default());
    let (key, other) = (Key::new(), Key::new());
    let send = async |form: &[(&str, &str)], proof: Option<String>| {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form).append_pair("client_id", PORTAL);
        let mut request = bench
            .http
            .post(bench.running.token_endpoint())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.finish());
        if let Some(proof) = proof {
            request = request.header("DPoP", proof);
        }
        Answer::of(request.send().await.unwrap()).await
    };
    let more = [("prompt", "none"), ("login_hint", "alice"), ("scope", "offline_access")];
    let (url, verifier) = bench.authorization(PORTAL, &more);
    let code = Bench::redirected(&bench.get(&url).await)["code"].clone();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "http://127.0.0.1:9/callback"),
        ("code_verifier", &verifier),
    ];
    let login = send(&form, Some(key.proof(&bench))).await;
    let token = login.json()["refresh_token"].as_str().unwrap().to_owned();
    let form = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];
    for proof in [None, Some(other.proof(&bench))] {
        assert_eq!(send(&form, proof).await.error(), (400, "invalid_grant".into()));
    }
    let answer = send(&form, Some(key.proof(&bench))).await;
    assert_eq!(claims(&answer.token())["cnf"]["jkt"], key.thumbprint());
    assert_eq!(answer.json()["token_type"], "DPoP");
}
