//! What the studio's client finds out after an exchange: at its own authority, and at a server that
//! does it wrongly.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use exchange_studio::authority::{self, Options, Running};
use exchange_studio::config::Project;
use exchange_studio::exchange::checks::Level;
use exchange_studio::exchange::keys::{KeySet, SigningAlgorithm, SigningKey};
use exchange_studio::exchange::token_type::ACCESS_TOKEN;
use exchange_studio::exchange::{
    AssertionAudience, Client, ClientAuth, Endpoints, ExchangeRequest, FollowUp, Report, Server,
    Simulation, Verification, discover, follow_up, login, simulate,
};
use exchange_studio::{samples, trust::Reading};
use secrecy::SecretString;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use crate::authority_bench::{DASHBOARD, PORTAL};
use crate::client_faults::{http, json_answer, read_request};

const BOTH: FollowUp = FollowUp { introspect: true, revoke_subject: true };

fn simulation(server: Server, client: Client, subject_token: SecretString) -> Simulation {
    let request = ExchangeRequest {
        subject_token,
        subject_token_type: ACCESS_TOKEN.to_owned(),
        audience: vec![DASHBOARD.to_owned()],
        ..ExchangeRequest::default()
    };
    Simulation { server, client, request, skew: Duration::from_secs(60) }
}

async fn run(simulation: &Simulation, wanted: FollowUp) -> Report {
    let mut report = simulate(&http(), simulation, SystemTime::now()).await.unwrap();
    follow_up(&http(), simulation, &mut report, wanted, SystemTime::now()).await;
    report
}

fn level(report: &Report, id: &str) -> Option<Level> {
    report.checks.iter().find(|check| check.id == id).map(|check| check.level)
}

async fn at_the_authority(authority: &Running, client: Client) -> (Simulation, SecretString) {
    let (issuer, now) = (authority.issuer(), SystemTime::now());
    let token = login::as_test_user(&http(), issuer, &client, "alice", "", now).await.unwrap();
    (simulation(Server::Issuer(issuer.to_owned()), client, token.clone()), token)
}

#[tokio::test]
async fn the_authority_agrees_with_its_tokens_and_revokes_them() {
    let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let client_keys = vec![(PORTAL.to_owned(), KeySet::of([&key]))];
    let options = Options { client_keys, ..Options::default() };
    let project = Arc::new(Project::from_sources(samples::cross_client()));
    let authority = authority::start(project, Reading::default(), options).unwrap();
    let auth =
        ClientAuth::PrivateKeyJwt { key: Box::new(key), audience: AssertionAudience::Issuer };
    let dpop = Arc::new(SigningKey::generate(SigningAlgorithm::Es256).unwrap());
    let client = Client::new(PORTAL, auth).bound_to(dpop);
    let (simulation, _) = at_the_authority(&authority, client).await;

    let plain = run(&simulation, FollowUp::default()).await;
    assert_eq!((level(&plain, "INT-01"), level(&plain, "REV-02")), (None, None));
    assert!(plain.introspection.is_none());
    let report = run(&simulation, BOTH).await;
    for id in ["INT-01", "INT-02", "REV-02"] {
        assert_eq!(level(&report, id), Some(Level::Pass), "{id}: {:#?}", report.checks);
    }
    assert_eq!(level(&report, "REV-01"), Some(Level::Note));
    let said = report.introspection.as_ref().unwrap();
    assert_eq!((&said["active"], &said["token_type"]), (&true.into(), &"DPoP".into()));
    let wrong: Vec<_> = report.checks.iter().filter(|c| c.level >= Level::Warn).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    // The subject token is gone; nothing is asked about a token that was not issued.
    let again = run(&simulation, BOTH).await;
    assert_eq!(again.refusal.as_ref().unwrap().error, "invalid_request");
    assert_eq!(level(&again, "INT-01"), None);
}

#[tokio::test]
async fn the_endpoint_alone_leads_nowhere_else() {
    let project = Arc::new(Project::from_sources(samples::cross_client()));
    let authority = authority::start(project, Reading::default(), Options::default()).unwrap();
    let client = Client::new(PORTAL, ClientAuth::Basic(authority.client_secret().clone()));
    let (mut simulation, _) = at_the_authority(&authority, client).await;
    simulation.server = Server::TokenEndpoint { url: authority.token_endpoint(), jwks_uri: None };
    let report = run(&simulation, BOTH).await;
    assert_eq!(level(&report, "INT-01"), Some(Level::NotApplicable));
    assert_eq!(level(&report, "REV-02"), Some(Level::NotApplicable));
}

#[tokio::test]
async fn endpoints_that_are_given_are_asked_without_discovery() {
    let project = Arc::new(Project::from_sources(samples::cross_client()));
    let authority = authority::start(project, Reading::default(), Options::default()).unwrap();
    let client = Client::new(PORTAL, ClientAuth::Basic(authority.client_secret().clone()));
    let (mut simulation, _) = at_the_authority(&authority, client).await;
    let metadata = discover(&http(), authority.issuer()).await.unwrap();
    let address = |name: &str| metadata.text(name).map(str::to_owned);
    simulation.server = Server::Endpoints(Box::new(Endpoints {
        token_endpoint: authority.token_endpoint(),
        jwks_uri: address("jwks_uri"),
        introspection_endpoint: address("introspection_endpoint"),
        revocation_endpoint: None,
    }));
    let report = run(&simulation, BOTH).await;
    assert!(report.server.issuer.is_none());
    assert!(matches!(report.verification, Some(Verification::Verified { .. })));
    assert_eq!(level(&report, "INT-01"), Some(Level::Pass), "{:#?}", report.checks);
    assert_eq!(level(&report, "REV-02"), Some(Level::NotApplicable));
}

/// A server that introspects and revokes badly, and repeats what it was sent.
async fn bad_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let issuer = base.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let request = read_request(&mut stream).await;
            let form = request.split("\r\n\r\n").nth(1).unwrap_or_default();
            let answer = if request.contains("/.well-known/") {
                let body = format!(
                    r#"{{"issuer":"{issuer}","token_endpoint":"{issuer}/token","introspection_endpoint":"{issuer}/introspect","revocation_endpoint":"{issuer}/revoke"}}"#
                );
                json_answer("200 OK", body.as_bytes())
            } else if request.starts_with("POST /token ") {
                json_answer(
                    "200 OK",
                    br#"{"access_token":"MARKED-issued-token","token_type":"Bearer"}"#,
                )
            } else if request.starts_with("POST /introspect ") {
                let body = format!(r#"{{"active":"yes","echo":"{form}"}}"#);
                json_answer("200 OK", body.as_bytes())
            } else {
                let body = format!(r#"{{"error":"bad {form}"}}"#);
                json_answer("400 Bad Request", body.as_bytes())
            };
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    });
    base
}

#[tokio::test]
async fn a_server_that_does_it_wrongly_is_told_so_and_shows_no_secret() {
    let base = bad_server().await;
    let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    for auth in [
        ClientAuth::Post(SecretString::from("MARKED-secret")),
        ClientAuth::PrivateKeyJwt { key: Box::new(key), audience: AssertionAudience::Issuer },
    ] {
        let client = Client::new("portal", auth);
        let token = SecretString::from("MARKED-subject-token");
        let report = run(&simulation(Server::Issuer(base.clone()), client, token), BOTH).await;
        assert_eq!(level(&report, "INT-01"), Some(Level::Fail));
        assert_eq!(level(&report, "INT-02"), Some(Level::NotApplicable));
        assert_eq!(level(&report, "REV-02"), Some(Level::Fail));
        assert_eq!(level(&report, "REV-01"), Some(Level::NotApplicable));
        let text = format!("{report:?} {}", report.to_json(false));
        assert!(!text.contains("MARKED") && !text.contains("client_assertion=eyJ"), "{text}");
    }
}

/// A server that issues a token and says yes to a number of requests after that, then drops every
/// connection.
async fn dropping_server(answered: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let issuer = base.clone();
    tokio::spawn(async move {
        let mut left = None;
        while let Ok((mut stream, _)) = listener.accept().await {
            let request = read_request(&mut stream).await;
            if let Some(count) = &mut left {
                if *count == 0 {
                    continue;
                }
                *count -= 1;
            }
            let answer = if request.contains("/.well-known/") {
                let body = format!(
                    r#"{{"issuer":"{issuer}","token_endpoint":"{issuer}/token","introspection_endpoint":"{issuer}/introspect","revocation_endpoint":"{issuer}/revoke"}}"#
                );
                json_answer("200 OK", body.as_bytes())
            } else if request.starts_with("POST /token ") {
                left = Some(answered);
                json_answer(
                    "200 OK",
                    br#"{"access_token":"MARKED-issued-token","token_type":"Bearer"}"#,
                )
            } else {
                json_answer("200 OK", br#"{"active":true}"#)
            };
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    });
    base
}

#[tokio::test]
async fn an_exchange_is_reported_though_the_server_drops_the_connection_afterwards() {
    let subject_unsent = "The subject token was not sent.";
    let subject_unclear = "take it to be of no use any more";
    // Discovery, introspection, revocation of an unknown token and of the subject token, introspection
    // of both: whichever is the first that gets no answer, everything before it stands.
    for (answered, int_01, rev, says) in [
        (0, Level::Warn, ("REV-02", Level::Warn), subject_unsent),
        (1, Level::Warn, ("REV-02", Level::Warn), subject_unsent),
        (2, Level::Pass, ("REV-02", Level::Warn), subject_unsent),
        (3, Level::Pass, ("REV-02", Level::Warn), subject_unclear),
        (4, Level::Pass, ("REV-01", Level::Warn), "The server could not be asked: "),
        (5, Level::Pass, ("REV-01", Level::Warn), "The server could not be asked: "),
    ] {
        let base = dropping_server(answered).await;
        let client = Client::new("portal", ClientAuth::Post(SecretString::from("MARKED-secret")));
        let token = SecretString::from("MARKED-subject-token");
        let simulation = simulation(Server::Issuer(base), client, token);
        let mut report = simulate(&http(), &simulation, SystemTime::now()).await.unwrap();
        let now = SystemTime::now();
        assert!(!follow_up(&http(), &simulation, &mut report, BOTH, now).await, "{answered}");
        assert_eq!(report.outcome, exchange_studio::exchange::Outcome::Issued);
        assert_eq!(level(&report, "INT-01"), Some(int_01), "{answered}: {:#?}", report.checks);
        assert_eq!(level(&report, rev.0), Some(rev.1), "{answered}: {:#?}", report.checks);
        let check = report.checks.iter().find(|check| check.id == rev.0).unwrap();
        assert!(check.finding.contains(says), "{answered}: {}", check.finding);
        assert!(check.finding.contains("could not be asked: "), "{}", check.finding);
        let json = report.to_json(false).to_string();
        assert!(json.contains(" could not be asked: "), "{json}");
        assert!(!format!("{report:?} {json}").contains("MARKED"), "{json}");
    }
}

#[tokio::test]
async fn a_server_that_answers_everything_leaves_nothing_unasked() {
    let base = dropping_server(6).await;
    let client = Client::new("portal", ClientAuth::Post(SecretString::from("MARKED-secret")));
    let simulation = simulation(Server::Issuer(base), client, SecretString::from("MARKED-subject"));
    let mut report = simulate(&http(), &simulation, SystemTime::now()).await.unwrap();
    assert!(follow_up(&http(), &simulation, &mut report, BOTH, SystemTime::now()).await);
    assert!(report.checks.iter().all(|check| !check.finding.contains("could not be asked")));
}
