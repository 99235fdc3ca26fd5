//! External issuers: their documents, their tokens, and which of those are believed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exchange_studio::authority::{self, MintRequest, RemoteMintError};
use exchange_studio::trust::Reading;
use serde_json::json;

use crate::authority_bench::*;

fn bench() -> Bench {
    let yaml = client(PRINCIPAL, "Service Principal", &identity(ISSUER, SUBJECT))
        + &client(BROKER, "Broker", &allows(&[PRINCIPAL]));
    Bench::new(&yaml, Reading::default())
}

#[tokio::test]
async fn each_issuer_has_a_document_and_a_key_of_its_own() {
    let bench = bench();
    let base = bench.running.external_issuer().to_owned();
    let place = |issuer: &str| format!("{base}/issuers/{}", URL_SAFE_NO_PAD.encode(issuer));
    let document = "/.well-known/openid-configuration";
    let unknown = bench.get(&format!("{}{document}", place(ISSUER))).await;
    assert_eq!(unknown.status, 404, "nothing was minted yet");
    bench.mint(&MintRequest::new(SUBJECT).from(ISSUER)).await;
    bench.mint(&MintRequest::new(SUBJECT).from("https://other.example/")).await;
    let mut kids = std::collections::BTreeSet::new();
    for (issuer, place) in [
        (ISSUER, place(ISSUER)),
        ("https://other.example/", place("https://other.example/")),
        (&base, base.clone()),
    ] {
        let metadata = bench.get(&format!("{place}{document}")).await.json();
        assert_eq!(metadata["issuer"], issuer);
        let keys = bench.get(metadata["jwks_uri"].as_str().unwrap()).await.json();
        assert_eq!(keys["keys"].as_array().unwrap().len(), 1);
        assert!(keys["keys"][0].get("d").is_none());
        kids.insert(keys["keys"][0]["kid"].as_str().unwrap().to_owned());
    }
    assert_eq!(kids.len(), 3);
}

#[tokio::test]
async fn only_exactly_the_configured_pair_is_the_principal() {
    let bench = bench();
    let target = [("audience", PRINCIPAL)];
    for (issuer, subject) in [
        ("https://auth.external.com/", SUBJECT),
        ("http://auth.external.com", SUBJECT),
        ("https://AUTH.external.com", SUBJECT),
        ("https://auth.external.com:443", SUBJECT),
        (ISSUER, "123456789 "),
        (ISSUER, "0123456789"),
        (ISSUER, "12345678*"),
    ] {
        let token = bench.mint(&MintRequest::new(subject).from(issuer)).await;
        let answer = bench.exchange(BROKER, &token, &target).await;
        assert_eq!(answer.error(), (400, "invalid_request".into()), "{issuer} {subject}");
    }
    let good = bench.mint(&MintRequest::new(SUBJECT).from(ISSUER)).await;
    for declared in [ACCESS_TOKEN, JWT, ID_TOKEN] {
        let more = [("audience", PRINCIPAL), ("subject_token_type", declared)];
        bench.exchange(BROKER, &good, &more).await.token();
    }
    let scope = [("audience", PRINCIPAL), ("scope", "admin")];
    assert_eq!(
        bench.exchange(BROKER, &good, &scope).await.error(),
        (400, "invalid_scope".into()),
        "an external token holds no scope of ours"
    );
}

#[tokio::test]
async fn a_bad_signature_or_a_wrong_time_is_refused() {
    let bench = bench();
    let target = [("audience", PRINCIPAL)];
    let refused = (400, "invalid_request".to_owned());
    let request = MintRequest::new(SUBJECT).from(ISSUER);
    let good = bench.mint(&request).await;
    let parts: Vec<&str> = good.split('.').collect();

    let expired = bench.mint(&MintRequest { lifetime: -1, ..request.clone() }).await;
    let early = bench.mint(&MintRequest { not_before: Some(120), ..request.clone() }).await;
    // The same words from another machine's issuer.
    let foreign = self::bench().mint(&request).await;
    let unsigned = {
        let header = URL_SAFE_NO_PAD.encode(json!({ "alg": "none" }).to_string());
        format!("{header}.{}.", parts[1])
    };
    let confused = {
        let header = URL_SAFE_NO_PAD.encode(json!({ "alg": "HS256", "typ": "JWT" }).to_string());
        format!("{header}.{}.{}", parts[1], parts[2])
    };
    let promoted = {
        let mut claims = claims(&good);
        claims["sub"] = "root".into();
        format!("{}.{}.{}", parts[0], URL_SAFE_NO_PAD.encode(claims.to_string()), parts[2])
    };
    // The key of one issuer says nothing about another's users.
    let other = bench.mint(&MintRequest::new(SUBJECT).from("https://other.example")).await;
    let crossed = {
        let other: Vec<&str> = other.split('.').collect();
        format!("{}.{}.{}", other[0], parts[1], other[2])
    };
    for (token, why) in [
        (&expired, "expired"),
        (&early, "early"),
        (&foreign, "foreign"),
        (&unsigned, "unsigned"),
        (&confused, "confused"),
        (&promoted, "promoted"),
        (&crossed, "crossed"),
    ] {
        let answer = bench.exchange(BROKER, token, &target).await;
        assert_eq!(answer.error(), refused, "{why}: {}", answer.text);
    }
    bench.exchange(BROKER, &good, &target).await.token();
    bench.wait(300);
    assert_eq!(bench.exchange(BROKER, &good, &target).await.error(), refused);
}

#[tokio::test]
async fn a_mint_says_what_it_did_or_why_not() {
    let bench = bench();
    let request = MintRequest {
        audience: vec!["one".into(), "two".into()],
        lifetime: 10,
        ..MintRequest::new("{{x}} ü")
    };
    let token = claims(&bench.mint(&request).await);
    assert_eq!(token["iss"], bench.running.external_issuer());
    assert_eq!(token["sub"], "{{x}} ü");
    assert_eq!(token["aud"], json!(["one", "two"]));
    assert_eq!(token["exp"], bench.now() + 10);
    let endpoint = bench.running.mint_endpoint();
    for bad in [MintRequest::new(""), MintRequest::new("a\nb"), MintRequest::new("x").from("\u{7}")]
    {
        let error = authority::mint_over_http(&endpoint, &bad).await.unwrap_err();
        assert!(matches!(error, RemoteMintError::Refused(_)), "{error}");
    }
    // Another kind of server at that place.
    let error = authority::mint_over_http(&bench.url("/"), &request).await.unwrap_err();
    assert!(matches!(error, RemoteMintError::Refused(_)), "{error}");
    drop(bench);
    let error = authority::mint_over_http(&endpoint, &request).await.unwrap_err();
    assert!(matches!(error, RemoteMintError::Unreachable { .. }), "{error}");
}
