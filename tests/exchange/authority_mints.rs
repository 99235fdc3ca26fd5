//! External tokens of every algorithm and shape, and those that are wrong on purpose.

use exchange_studio::authority::{self, MintRequest, RemoteMintError, SHAPES, Shape, Wrong};
use exchange_studio::exchange::keys::SigningAlgorithm;
use exchange_studio::trust::Reading;
use serde_json::json;

use crate::authority_bench::*;

fn bench_for(issuer: &str, subject: &str) -> Bench {
    let yaml = client(PRINCIPAL, "Service Principal", &identity(issuer, subject))
        + &client(BROKER, "Broker", &allows(&[PRINCIPAL]));
    Bench::new(&yaml, Reading::default())
}

const TARGET: [(&str, &str); 1] = [("audience", PRINCIPAL)];

#[tokio::test]
async fn every_algorithm_is_minted_and_believed() {
    let bench = bench_for(ISSUER, SUBJECT);
    for algorithm in SigningAlgorithm::ALL {
        let request = MintRequest { algorithm, ..MintRequest::new(SUBJECT).from(ISSUER) };
        let token = bench.mint(&request).await;
        assert_eq!(parts(&token).0["alg"], algorithm.name());
        bench.exchange(BROKER, &token, &TARGET).await.token();
    }
}

#[tokio::test]
async fn every_mistake_is_noticed() {
    let bench = bench_for(ISSUER, SUBJECT);
    for algorithm in [SigningAlgorithm::Es256, SigningAlgorithm::Rs256] {
        let good = MintRequest { algorithm, ..MintRequest::new(SUBJECT).from(ISSUER) };
        bench.exchange(BROKER, &bench.mint(&good).await, &TARGET).await.token();
        for wrong in Wrong::ALL {
            let token = bench.mint(&MintRequest { wrong: Some(wrong), ..good.clone() }).await;
            assert_eq!(claims(&token)["sub"], SUBJECT, "it is good in everything else");
            let answer = bench.exchange(BROKER, &token, &TARGET).await;
            assert_eq!(answer.error(), (400, "invalid_request".into()), "{}", wrong.name());
        }
    }
}

#[tokio::test]
async fn an_external_token_is_for_this_server_or_for_who_brings_it() {
    let bench = bench_for(ISSUER, SUBJECT);
    let issuer = bench.running.issuer().to_owned();
    let endpoint = bench.running.token_endpoint();
    let for_audience = |audience: &[&str]| MintRequest {
        audience: audience.iter().map(|one| (*one).to_owned()).collect(),
        ..MintRequest::new(SUBJECT).from(ISSUER)
    };
    for good in [&[issuer.as_str()][..], &[&endpoint], &[BROKER], &["Broker"], &["x", &issuer], &[]]
    {
        let token = bench.mint(&for_audience(good)).await;
        assert_eq!(bench.exchange(BROKER, &token, &TARGET).await.status, 200, "{good:?}");
    }
    let slash = format!("{issuer}/");
    for bad in ["https://other.example", PRINCIPAL, &slash] {
        let token = bench.mint(&for_audience(&[bad])).await;
        let answer = bench.exchange(BROKER, &token, &TARGET).await;
        assert_eq!(answer.error(), (400, "invalid_request".into()), "{bad}");
        assert!(answer.text.contains("another service"), "{}", answer.text);
    }
}

#[tokio::test]
async fn each_shape_is_a_token_that_a_configuration_can_trust() {
    for shape in SHAPES {
        let bench = bench_for(shape.issuer, shape.subject);
        let token = bench.mint(&shape.request()).await;
        let (header, said) = parts(&token);
        assert_eq!(header["alg"], shape.algorithm.name(), "{}", shape.name);
        assert_eq!((&said["iss"], &said["sub"]), (&json!(shape.issuer), &json!(shape.subject)));
        assert_eq!(said["aud"], shape.audience);
        assert_eq!(said["exp"], bench.now() + shape.lifetime);
        for (name, value) in shape.claims() {
            assert_eq!(said[&name], value, "{}", shape.name);
        }
        // It was made for another service; asked for this one it is good.
        let refused = bench.exchange(BROKER, &token, &TARGET).await;
        assert_eq!(refused.error(), (400, "invalid_request".into()), "{}", shape.name);
        let audience = vec![bench.running.issuer().to_owned()];
        let token = bench.mint(&MintRequest { audience, ..shape.request() }).await;
        bench.exchange(BROKER, &token, &TARGET).await.token();
    }
}

#[tokio::test]
async fn the_mint_endpoint_says_what_it_does_not_understand() {
    let bench = bench_for(ISSUER, SUBJECT);
    let endpoint = bench.running.mint_endpoint();
    let post = async |form: &[(&str, &str)]| {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        let request = bench.http.post(&endpoint);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        Answer::of(request.body(body.finish()).send().await.unwrap()).await
    };
    let answer = post(&[("like", "github-actions"), ("subject", "repo:a/b:pull_request")]).await;
    let said = claims(answer.json()["token"].as_str().unwrap());
    assert_eq!(said["iss"], Shape::named("github-actions").unwrap().issuer);
    assert_eq!(
        (&said["sub"], &said["ref_type"]),
        (&json!("repo:a/b:pull_request"), &json!("branch"))
    );
    for (form, word) in [
        (vec![("like", "nobody")], "like"),
        (vec![("subject", "x"), ("algorithm", "HS256")], "algorithm must be one of RS256"),
        (vec![("subject", "x"), ("wrong", "everything")], "wrong must be one of expired"),
        (vec![("subject", "x"), ("claims", "[1]")], "claims must be a JSON object"),
        (vec![("subject", "x"), ("claims", "{\"exp\":1}")], "'exp' has a place of its own"),
        (vec![("issuer", "x")], "subject is missing"),
    ] {
        let answer = post(&form).await;
        assert_eq!(answer.status, 400, "{form:?}");
        assert!(answer.text.contains(word), "{form:?}: {}", answer.text);
    }
    let mut reserved = MintRequest::new("x");
    reserved.claims.insert("iss".into(), json!("y"));
    let error = authority::mint_over_http(&endpoint, &reserved).await.unwrap_err();
    assert!(matches!(error, RemoteMintError::Refused(_)));
}
