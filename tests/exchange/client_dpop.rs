//! The studio's own client proves, its own authority binds, both over HTTP; and servers that do it
//! wrongly.

use std::sync::Arc;

use exchange_studio::authority::{self, Options, Running};
use exchange_studio::config::Project;
use exchange_studio::exchange::checks::Level;
use exchange_studio::exchange::keys::{KeySet, SigningAlgorithm, SigningKey};
use exchange_studio::exchange::report::Outcome;
use exchange_studio::exchange::share::{self, Tool, Variables};
use exchange_studio::exchange::{AssertionAudience, Client, ClientAuth, Report, Server};
use exchange_studio::{samples, trust::Reading};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use crate::authority_bench::PORTAL;
use crate::client_assertions::{run, user_token};
use crate::client_faults::{level, read_request};

fn key(algorithm: SigningAlgorithm) -> Arc<SigningKey> {
    Arc::new(SigningKey::generate(algorithm).unwrap())
}

fn start(options: Options) -> Running {
    let project = Arc::new(Project::from_sources(samples::cross_client()));
    authority::start(project, Reading::default(), options).unwrap()
}

fn portal(authority: &Running) -> Client {
    Client::new(PORTAL, ClientAuth::Basic(authority.client_secret().clone()))
}

async fn at(authority: &Running, client: &Client, subject_token: SecretString) -> Report {
    run(Server::Issuer(authority.issuer().to_owned()), client.clone(), subject_token).await
}

#[tokio::test]
async fn a_bound_token_goes_from_hop_to_hop_with_its_key_and_with_no_other() {
    for algorithm in SigningAlgorithm::ALL {
        let authority = start(Options::default());
        let key = key(algorithm);
        let client = portal(&authority).bound_to(key.clone());
        // Login, then exchange, all proved.
        let token = user_token(&authority, &client).await;
        let report = at(&authority, &client, token.clone()).await;
        assert_eq!(report.outcome, Outcome::Issued, "{}", report.sentence());
        let wrong: Vec<_> = report.checks.iter().filter(|c| c.level >= Level::Warn).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        for id in
            ["DPOP-01", "DPOP-02", "DPOP-03", "DPOP-05", "RES-08", "TOK-13", "DIS-08", "REQ-26"]
        {
            assert_eq!(level(&report, id), Level::Pass, "{id}");
        }
        assert_eq!(report.answer.body.as_ref().unwrap()["token_type"], "DPoP");
        assert_eq!(report.dpop.as_ref().unwrap().thumbprint, key.thumbprint());
        assert!(report.first_try.is_none());
        // Stolen, it is of no use.
        let thief = at(&authority, &portal(&authority), token.clone()).await;
        assert_eq!(thief.refusal.as_ref().unwrap().error, "invalid_request");
        assert_eq!(level(&thief, "REQ-26"), Level::Warn);
        let other = portal(&authority).bound_to(self::key(SigningAlgorithm::Es256));
        let thief = at(&authority, &other, token).await;
        assert_eq!(thief.refusal.as_ref().unwrap().error, "invalid_request");
        assert_eq!(level(&thief, "REQ-26"), Level::Warn);
    }
}

#[tokio::test]
async fn a_nonce_is_fetched_once_and_both_requests_are_shown() {
    let signs = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let client_keys = vec![(PORTAL.to_owned(), KeySet::of([&signs]))];
    let authority = start(Options { dpop_nonce: true, client_keys, ..Options::default() });
    // The assertion too is used up by the first try, so the second has one of its own.
    let auth =
        ClientAuth::PrivateKeyJwt { key: Box::new(signs), audience: AssertionAudience::Issuer };
    let client = Client::new(PORTAL, auth).bound_to(key(SigningAlgorithm::Es256));
    let token = user_token(&authority, &client).await;
    let report = at(&authority, &client, token).await;
    assert_eq!(report.outcome, Outcome::Issued, "{}", report.sentence());
    let wrong: Vec<_> = report.checks.iter().filter(|c| c.level >= Level::Warn).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(level(&report, "DPOP-04"), Level::Pass);
    let first = report.first_try.as_ref().unwrap();
    assert_eq!(first.answer.status, 400);
    assert_eq!(first.answer.body.as_ref().unwrap()["error"], "use_dpop_nonce");
    assert!(first.answer.headers.iter().any(|(name, _)| name == "dpop-nonce"));
    for request in [&first.request, &report.request] {
        let text = request.to_text();
        assert!(text.contains("DPoP: ••••\n") && !text.contains("eyJ"), "{text}");
    }
    let curl = share::of_report(Tool::Curl, &report, &Variables::default());
    assert!(curl.contains("--header 'DPoP: '\"${DPOP_PROOF}\""), "{curl}");
}

/// A server that answers the same to each request and keeps what it was sent.
async fn server(answers: Vec<Vec<u8>>) -> (String, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let seen = tokio::spawn(async move {
        let mut seen = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            seen.push(read_request(&mut stream).await);
            stream.write_all(&answer).await.unwrap();
            stream.shutdown().await.unwrap();
        }
        seen
    });
    (base, seen)
}

fn answer(status: &str, header: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n{header}\
         Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

const WANTED: &str = r#"{"error":"use_dpop_nonce"}"#;

async fn against(answers: Vec<Vec<u8>>) -> (Report, Vec<String>) {
    let (base, seen) = server(answers).await;
    let client = Client::new("portal", ClientAuth::Basic(SecretString::from("MARKED-secret")))
        .bound_to(key(SigningAlgorithm::Es256));
    let server = Server::TokenEndpoint { url: format!("{base}/token?tenant=1"), jwks_uri: None };
    let report = run(server, client, SecretString::from("MARKED-token")).await;
    (report, seen.await.unwrap())
}

fn proof_of(request: &str) -> (serde_json::Value, serde_json::Value) {
    let mut proofs = request.lines().filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("dpop").then_some(value)
    });
    let proof = proofs.next().unwrap();
    assert!(proofs.next().is_none(), "one proof only: {request}");
    crate::authority_bench::parts(proof)
}

#[tokio::test]
async fn a_server_that_asks_for_nonces_without_end_is_asked_twice() {
    let again = || answer("400 Bad Request", "DPoP-Nonce: n-1\r\n", WANTED);
    let (report, seen) = against(vec![again(), again()]).await;
    assert_eq!(report.refusal.as_ref().unwrap().error, "use_dpop_nonce");
    assert_eq!(level(&report, "DPOP-04"), Level::Warn);
    let (first, second) = (proof_of(&seen[0]).1, proof_of(&seen[1]).1);
    assert!(first.get("nonce").is_none());
    assert_eq!(second["nonce"], "n-1");
    assert_ne!(first["jti"], second["jti"]);
    for claims in [first, second] {
        assert!(claims["htu"].as_str().unwrap().ends_with("/token"), "{claims}");
    }
}

#[tokio::test]
async fn a_nonce_is_taken_with_401_too_and_not_without_the_header() {
    let issued = r#"{"access_token":"x","token_type":"DPoP","expires_in":60,"issued_token_type":"urn:ietf:params:oauth:token-type:access_token"}"#;
    let wanted = answer("401 Unauthorized", "DPoP-Nonce: n-1\r\n", WANTED);
    let (report, seen) = against(vec![wanted, answer("200 OK", "", issued)]).await;
    assert_eq!(report.outcome, Outcome::Issued);
    assert_eq!(proof_of(&seen[1]).1["nonce"], "n-1");
    assert_eq!(level(&report, "RES-08"), Level::Pass);
    for header in ["", "DPoP-Nonce: has space\r\n"] {
        let wanted = answer("400 Bad Request", header, WANTED);
        let (report, seen) = against(vec![wanted]).await;
        assert_eq!((seen.len(), report.first_try.is_none()), (1, true));
        assert_eq!(level(&report, "DPOP-04"), Level::Fail);
    }
}

#[tokio::test]
async fn a_bearer_token_for_a_proof_is_a_silent_downgrade() {
    let issued = r#"{"access_token":"x","token_type":"Bearer","expires_in":60,"issued_token_type":"urn:ietf:params:oauth:token-type:access_token"}"#;
    let (report, _) = against(vec![answer("200 OK", "", issued)]).await;
    assert_eq!(level(&report, "RES-08"), Level::Warn);
}

#[tokio::test]
async fn a_proof_that_a_server_echoes_is_not_shown() {
    let (base, mut seen) = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = read_request(&mut stream).await;
            let line =
                request.lines().find(|l| l.to_ascii_lowercase().starts_with("dpop: ")).unwrap();
            let proof = line.split_once(": ").unwrap().1.to_owned();
            let body = format!(r#"{{"error":"invalid_dpop_proof","error_description":"{proof}"}}"#);
            stream.write_all(&answer("400 Bad Request", "", &body)).await.unwrap();
            proof
        });
        (base, seen)
    };
    let key = key(SigningAlgorithm::Es256);
    let client = Client::new("portal", ClientAuth::None).bound_to(key);
    let debug = format!("{client:?}");
    let server = Server::TokenEndpoint { url: format!("{base}/token"), jwks_uri: None };
    let report = run(server, client, SecretString::from("MARKED-token")).await;
    let proof = (&mut seen).await.unwrap();
    let text = format!("{debug} {report:?} {} {}", report.to_json(true), report.answer.to_text());
    assert!(!text.contains(&proof) && !text.contains(proof.rsplit('.').next().unwrap()), "{text}");
    assert_eq!(level(&report, "ERR-04"), Level::Fail);
    assert!(report.issued.as_ref().is_none_or(|token| token.expose_secret().is_empty()));
}
