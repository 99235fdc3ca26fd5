//! Both scenarios as the studio runs them: its own client against its own authority, both over HTTP.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use exchange_studio::authority::{self, MintRequest, Running};
use exchange_studio::config::Project;
use exchange_studio::exchange::checks::Level;
use exchange_studio::exchange::compare::Fate;
use exchange_studio::exchange::report::Outcome;
use exchange_studio::exchange::token_type::{ACCESS_TOKEN, JWT};
use exchange_studio::exchange::{
    Client, ClientAuth, ClientAuthMethod, ExchangeRequest, Occasion, Report, Server, Simulation,
    Verification, client_credentials, discover, login, simulate,
};
use exchange_studio::{samples, trust::Reading};
use secrecy::SecretString;

use crate::client_faults::http;

const PORTAL: &str = "b8075fdb-ac4f-4c25-8f2a-2085a9addbf6";
const DASHBOARD: &str = "ff64b54e-3d4f-426d-ad1a-da30ebed78ab";
const PRINCIPAL: &str = "c400a0ee-f266-45f2-8fba-f5884ed2e386";
const BROKER: &str = "39bda194-1967-4d8e-a190-60448d5c1ab3";

fn start(sources: Vec<exchange_studio::config::Source>) -> Running {
    let project = Arc::new(Project::from_sources(sources));
    authority::start(project, Reading::default(), authority::Options::default()).unwrap()
}

fn client(authority: &Running, id: &str, method: ClientAuthMethod) -> Client {
    let auth = ClientAuth::new(method, authority.client_secret().clone()).unwrap();
    Client::new(id, auth)
}

async fn run(
    authority: &Running,
    asks: &str,
    subject_token: SecretString,
    kind: &str,
    target: &str,
) -> Report {
    let simulation = Simulation {
        server: Server::Issuer(authority.issuer().to_owned()),
        client: client(authority, asks, ClientAuthMethod::ClientSecretBasic),
        request: ExchangeRequest {
            subject_token,
            subject_token_type: kind.to_owned(),
            audience: vec![target.to_owned()],
            ..ExchangeRequest::default()
        },
        skew: Duration::from_secs(60),
    };
    simulate(&http(), &simulation, SystemTime::now()).await.unwrap()
}

/// The authority keeps to the standard, so there is nothing to complain about.
fn nothing_wrong(report: &Report) {
    let wrong: Vec<_> = report.checks.iter().filter(|check| check.level >= Level::Warn).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let dialects: Vec<_> = report.dialects().collect();
    assert!(dialects.is_empty(), "{dialects:#?}");
}

#[tokio::test]
async fn a_users_token_of_the_portal_becomes_one_of_the_dashboard() {
    let authority = start(samples::cross_client());
    for method in [
        ClientAuthMethod::ClientSecretBasic,
        ClientAuthMethod::ClientSecretPost,
        ClientAuthMethod::ClientSecretJwt,
    ] {
        let portal = client(&authority, PORTAL, method);
        let (issuer, now) = (authority.issuer(), SystemTime::now());
        let token =
            login::as_test_user(&http(), issuer, &portal, "alice", "openid", now).await.unwrap();
        let report = run(&authority, PORTAL, token, ACCESS_TOKEN, DASHBOARD).await;
        assert_eq!(report.outcome, Outcome::Issued, "{}", report.sentence());
        nothing_wrong(&report);
        assert!(matches!(report.verification, Some(Verification::Verified { .. })));
        let comparison = report.comparison.as_ref().unwrap();
        let fate = |name: &str| comparison.claims.iter().find(|c| c.claim == name).unwrap().fate;
        assert_eq!((fate("sub"), fate("aud")), (Fate::Same, Fate::Changed));
        // The issued token goes in again: it is refused, since the dashboard lists nobody.
        let again = run(&authority, DASHBOARD, report.issued.unwrap(), ACCESS_TOKEN, PORTAL).await;
        assert_eq!(again.outcome, Outcome::Refused);
        nothing_wrong(&again);
        assert!(!again.refusal.unwrap().explanation.is_empty());
    }
}

#[tokio::test]
async fn an_external_token_becomes_the_service_principal() {
    let authority = start(samples::service_principal());
    let mint = |subject: &str| {
        let request = MintRequest {
            issuer: Some("https://auth.external.com".to_owned()),
            audience: vec![authority.issuer().to_owned()],
            ..MintRequest::new(subject)
        };
        authority.mint(&request).unwrap()
    };
    let report = run(&authority, BROKER, mint("123456789"), JWT, PRINCIPAL).await;
    assert_eq!(report.outcome, Outcome::Issued, "{}", report.sentence());
    let wrong: Vec<_> = report.at(Level::Fail).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(matches!(report.verification, Some(Verification::Verified { .. })));
    assert!(report.comparison.unwrap().sentences.iter().any(|s| s.contains("someone else")));

    for near_miss in ["123456780", "123456789 ", "0123456789"] {
        let report = run(&authority, BROKER, mint(near_miss), JWT, PRINCIPAL).await;
        assert_eq!(report.outcome, Outcome::Refused, "{near_miss}");
        assert!(report.issued.is_none());
        nothing_wrong(&report);
    }
}

#[tokio::test]
async fn a_wrong_secret_is_told_apart_from_a_wrong_token() {
    let authority = start(samples::cross_client());
    let simulation = Simulation {
        server: Server::Issuer(authority.issuer().to_owned()),
        client: Client::new(PORTAL, ClientAuth::Basic(SecretString::from("MARKED-wrong"))),
        request: ExchangeRequest {
            subject_token: SecretString::from("MARKED-no-token"),
            subject_token_type: ACCESS_TOKEN.to_owned(),
            ..ExchangeRequest::default()
        },
        skew: Duration::from_secs(60),
    };
    let report = simulate(&http(), &simulation, SystemTime::now()).await.unwrap();
    let refusal = report.refusal.clone().unwrap();
    assert_eq!((report.answer.status, refusal.error.as_str()), (401, "invalid_client"));
    assert!(refusal.explanation.contains("secret"), "{}", refusal.explanation);
    assert!(!report.to_json(false).to_string().contains("MARKED"));

    let mut right = simulation;
    right.client = client(&authority, PORTAL, ClientAuthMethod::ClientSecretBasic);
    let report = simulate(&http(), &right, SystemTime::now()).await.unwrap();
    assert_eq!(report.refusal.unwrap().error, "invalid_request");
}

#[tokio::test]
async fn a_clients_own_token_and_a_user_nobody_knows() {
    let authority = start(samples::cross_client());
    let metadata = discover(&http(), authority.issuer()).await.unwrap();
    assert!(metadata.checks.iter().all(|check| check.level < Level::Fail), "{:?}", metadata.checks);
    let portal = client(&authority, PORTAL, ClientAuthMethod::ClientSecretPost);
    let endpoint = metadata.token_endpoint().unwrap();
    let now = SystemTime::now();
    let occasion = Occasion { issuer: Some(&metadata.issuer), token_endpoint: &endpoint, now };
    let issued =
        client_credentials::client_credentials(&http(), &occasion, &portal, "", &[]).await.unwrap();
    assert!(issued.expires_in.is_some_and(|seconds| seconds > 0));
    let error = login::as_test_user(&http(), authority.issuer(), &portal, "mallory", "", now)
        .await
        .unwrap_err();
    assert!(
        matches!(&error, login::LoginError::Refused { error, .. } if error == "login_required")
    );
}

/// The window runs these on its own threads.
#[test]
fn what_runs_in_the_background_can_be_sent_there() {
    fn sendable<T: Send>(_: &T) {}
    let (http, url) = (http(), url::Url::parse("http://127.0.0.1:1/").unwrap());
    let portal = Client::new("a", ClientAuth::None);
    let simulation = crate::client_faults::simulation(Server::Issuer("http://127.0.0.1:1".into()));
    sendable(&simulate(&http, &simulation, SystemTime::now()));
    sendable(&discover(&http, "http://127.0.0.1:1"));
    let now = SystemTime::now();
    sendable(&login::as_test_user(&http, "http://127.0.0.1:1", &portal, "alice", "", now));
    let occasion = Occasion { issuer: None, token_endpoint: &url, now };
    sendable(&client_credentials::client_credentials(&http, &occasion, &portal, "", &[]));
}
