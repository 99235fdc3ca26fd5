//! The studio's own client signs, its own authority verifies, both over HTTP; every check is silent
//! when all is well, and says so when it is not.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use exchange_studio::authority::{self, Options, Running};
use exchange_studio::config::Project;
use exchange_studio::exchange::checks::Level;
use exchange_studio::exchange::keys::{KeySet, SigningAlgorithm, SigningKey};
use exchange_studio::exchange::mac::MacAlgorithm;
use exchange_studio::exchange::report::Outcome;
use exchange_studio::exchange::token_type::ACCESS_TOKEN;
use exchange_studio::exchange::{
    AssertionAudience, Client, ClientAuth, ExchangeRequest, Report, Server, Simulation, login,
    simulate,
};
use exchange_studio::{samples, trust::Reading};
use secrecy::SecretString;

use crate::authority_bench::{DASHBOARD, PORTAL};
use crate::client_faults::{http, level};

fn start(key: Option<&SigningKey>) -> Running {
    let project = Arc::new(Project::from_sources(samples::cross_client()));
    let client_keys = key.map(|key| (PORTAL.to_owned(), KeySet::of([key]))).into_iter().collect();
    let options = Options { client_keys, ..Options::default() };
    authority::start(project, Reading::default(), options).unwrap()
}

fn portal(key: &SigningKey, audience: AssertionAudience) -> Client {
    let auth = ClientAuth::PrivateKeyJwt { key: Box::new(key.clone()), audience };
    Client::new(PORTAL, auth)
}

/// Exchanges a token for one of Dashboard.
pub async fn run(server: Server, client: Client, subject_token: SecretString) -> Report {
    let request = ExchangeRequest {
        subject_token,
        subject_token_type: ACCESS_TOKEN.to_owned(),
        audience: vec![DASHBOARD.to_owned()],
        ..ExchangeRequest::default()
    };
    let skew = Duration::from_secs(60);
    simulate(&http(), &Simulation { server, client, request, skew }, SystemTime::now())
        .await
        .unwrap()
}

/// A token of a test user.
pub async fn user_token(authority: &Running, client: &Client) -> SecretString {
    login::as_test_user(&http(), authority.issuer(), client, "alice", "", SystemTime::now())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_key_of_any_kind_authenticates_a_login_and_an_exchange() {
    for algorithm in SigningAlgorithm::ALL {
        let key = SigningKey::generate(algorithm).unwrap();
        let authority = start(Some(&key));
        let client = portal(&key, AssertionAudience::Issuer);
        let token = user_token(&authority, &client).await;
        let server = Server::Issuer(authority.issuer().to_owned());
        let report = run(server, client, token).await;
        assert_eq!(report.outcome, Outcome::Issued, "{}", report.sentence());
        let wrong: Vec<_> = report.checks.iter().filter(|c| c.level >= Level::Warn).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_eq!(level(&report, "REQ-24"), Level::Pass);
        assert_eq!(level(&report, "DIS-07"), Level::Pass);
        assert_eq!(report.client_auth.name(), "private_key_jwt");
    }
}

#[tokio::test]
async fn a_secret_signs_with_each_mac() {
    let authority = start(None);
    for algorithm in MacAlgorithm::ALL {
        let secret = authority.client_secret().clone();
        let auth = ClientAuth::SecretJwt { secret, algorithm, audience: AssertionAudience::Issuer };
        let client = Client::new(PORTAL, auth);
        let token = user_token(&authority, &client).await;
        let server = Server::Issuer(authority.issuer().to_owned());
        let report = run(server, client, token).await;
        assert_eq!(report.outcome, Outcome::Issued, "{}", report.sentence());
        assert!(report.checks.iter().all(|check| check.level < Level::Warn));
    }
}

#[tokio::test]
async fn with_the_endpoint_alone_its_address_is_the_audience_and_that_is_said() {
    let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let authority = start(Some(&key));
    let endpoint = || Server::TokenEndpoint { url: authority.token_endpoint(), jwks_uri: None };
    let client = portal(&key, AssertionAudience::Issuer);
    let token = user_token(&authority, &client).await;
    let report = run(endpoint(), client, token.clone()).await;
    assert_eq!(report.outcome, Outcome::Issued, "{}", report.sentence());
    assert_eq!(level(&report, "REQ-24"), Level::Note);
    // The audience that the server wants can be given as it is.
    let named = AssertionAudience::Text(authority.issuer().to_owned());
    let report = run(endpoint(), portal(&key, named), token.clone()).await;
    assert_eq!(report.outcome, Outcome::Issued, "{}", report.sentence());
    let wrong = AssertionAudience::Text("https://elsewhere.example".to_owned());
    let report = run(endpoint(), portal(&key, wrong), token).await;
    assert_eq!(report.refusal.unwrap().error, "invalid_client");
}

#[tokio::test]
async fn a_key_that_nobody_registered_is_refused_and_seen_in_the_metadata() {
    let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let registered = start(Some(&key));
    let stranger = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let server = Server::Issuer(registered.issuer().to_owned());
    let client = portal(&stranger, AssertionAudience::Issuer);
    let report = run(server, client, SecretString::from("MARKED-token")).await;
    assert_eq!((report.answer.status, report.outcome), (401, Outcome::Refused));
    assert_eq!(level(&report, "DIS-07"), Level::Pass);
    // A server where no client has a key does not offer the method.
    let without = start(None);
    let server = Server::Issuer(without.issuer().to_owned());
    let client = portal(&key, AssertionAudience::Issuer);
    let report = run(server, client, SecretString::from("MARKED-token")).await;
    assert_eq!(level(&report, "DIS-07"), Level::Warn);
    assert_eq!(report.refusal.unwrap().error, "invalid_client");
}
