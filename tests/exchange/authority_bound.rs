//! Tokens that are bound to the certificate that a client showed (RFC 8705 §3).

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use exchange_studio::authority::{self, Misbehaviour, Options, Running};
use exchange_studio::exchange::keys::{SigningAlgorithm, SigningKey};
use exchange_studio::exchange::report::Outcome;
use exchange_studio::exchange::{
    Client, ClientAuth, ClientCertificate, ExchangeRequest, FollowUp, Http, HttpOptions, Level,
    Occasion, Report, Server, Simulation, certificate, discover, follow_up, login, refresh,
    simulate,
};
use exchange_studio::trust::Reading;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use crate::authority_bench::*;
use crate::client_faults::level;
use crate::tls::Identity;

const PUBLIC: &str = "5b1d2c1e-8d4b-4e53-8f62-57b6f1a0a5d1";

/// An authority that speaks https, and a way out that trusts it.
pub struct Secure {
    pub running: Running,
    pub http: Http,
}

impl Secure {
    pub fn new(yaml: &str, reading: Reading, options: Options) -> Self {
        let options = Options { tls: true, ..options };
        let running = authority::start(Arc::new(project(yaml)), reading, options).unwrap();
        let http = trusting(&running);
        Self { running, http }
    }

    pub fn another_http(&self) -> Http {
        trusting(&self.running)
    }

    fn server(&self) -> Server {
        Server::Issuer(self.running.issuer().to_owned())
    }

    fn client(&self, id: &str, certificate: Option<&Arc<ClientCertificate>>) -> Client {
        let auth = match id {
            PUBLIC => ClientAuth::None,
            _ => ClientAuth::Basic(self.running.client_secret().clone()),
        };
        Client { bound_certificate: certificate.cloned(), ..Client::new(id, auth) }
    }

    async fn login(&self, client: &Client, scope: &str) -> (SecretString, Option<SecretString>) {
        let metadata = discover(&self.http, self.running.issuer()).await.unwrap();
        let now = SystemTime::now();
        let issued =
            login::sign_in(&self.http, &metadata, client, "alice", scope, now).await.unwrap();
        (issued.access_token, issued.refresh_token)
    }

    async fn exchange(&self, client: Client, token: &SecretString, target: &str) -> Report {
        let request = ExchangeRequest {
            subject_token: token.clone(),
            subject_token_type: ACCESS_TOKEN.to_owned(),
            audience: vec![target.to_owned()],
            ..ExchangeRequest::default()
        };
        let skew = Duration::from_secs(60);
        let simulation = Simulation { server: self.server(), client, request, skew };
        let now = SystemTime::now();
        let mut report = simulate(&self.http, &simulation, now).await.unwrap();
        let wanted = FollowUp { introspect: true, revoke_subject: false };
        follow_up(&self.http, &simulation, &mut report, wanted, now).await;
        report
    }
}

fn trusting(running: &Running) -> Http {
    let roots = certificate::read_roots(running.certificate_authority().unwrap()).unwrap();
    Http::new(HttpOptions { extra_roots: roots, ..HttpOptions::default() }).unwrap()
}

pub fn certificate_of(name: &str) -> Arc<ClientCertificate> {
    Arc::new(ClientCertificate::read(&Identity::self_signed(name).pem(), None).unwrap())
}

/// What a token is bound to.
fn bound(token: &SecretString) -> Value {
    claims(token.expose_secret())["cnf"].clone()
}

fn secure(options: Options) -> Secure {
    let yaml = client(PORTAL, "Portal", &allows(&[DASHBOARD]))
        + &client(DASHBOARD, "Dashboard", &allows(&[BROKER]))
        + &client(PUBLIC, "App", "isPublic: true")
        + &client(BROKER, "Broker", "");
    Secure::new(&yaml, Reading::RequesterListsTarget, options)
}

/// What the checks about certificates make of a report, and whether any other has something to say.
fn about(report: &Report) -> (Level, Level) {
    let others = |id: &str| !["MTLS-01", "MTLS-02", "REQ-26"].contains(&id);
    let found: Vec<_> =
        report.checks.iter().filter(|it| it.level >= Level::Warn && others(it.id)).collect();
    assert!(found.is_empty(), "{found:#?}");
    (level(report, "MTLS-02"), level(report, "TOK-13"))
}

#[tokio::test]
async fn what_is_issued_is_bound_to_the_certificate_of_whoever_asks() {
    let secure = secure(Options::default());
    let metadata = discover(&secure.http, secure.running.issuer()).await.unwrap();
    let promised = metadata.document.get("tls_client_certificate_bound_access_tokens");
    assert_eq!(promised, Some(&json!(true)));

    let (own, next) = (certificate_of("portal"), certificate_of("dashboard"));
    let portal = secure.client(PORTAL, Some(&own));
    let (token, _) = secure.login(&portal, "read").await;
    assert_eq!(bound(&token), json!({ "x5t#S256": own.thumbprint() }));
    let report = secure.exchange(portal, &token, DASHBOARD).await;
    assert_eq!(about(&report), (Level::Pass, Level::Pass));
    // Introspection says the same, and that it is used as any bearer token.
    assert_eq!(level(&report, "INT-02"), Level::Pass);
    assert_eq!(report.answer.body.as_ref().unwrap()["token_type"], "Bearer");
    let first = report.issued.unwrap();
    assert_eq!(bound(&first), json!({ "x5t#S256": own.thumbprint() }));

    // Whom it is for cannot have that certificate, and goes on with its own, or with none.
    for certificate in [Some(&next), None] {
        let dashboard = secure.client(DASHBOARD, certificate);
        let report = secure.exchange(dashboard, &first, BROKER).await;
        assert_eq!(report.outcome, Outcome::Issued, "{:?}", report.refusal);
        let expected = certificate.map(|own| json!({ "x5t#S256": own.thumbprint() }));
        assert_eq!(bound(&report.issued.unwrap()), expected.unwrap_or_default());
    }
}

#[tokio::test]
async fn a_stolen_token_is_not_exchanged_into_a_good_one() {
    let secure = secure(Options::default());
    let own = certificate_of("portal");
    let (token, _) = secure.login(&secure.client(PORTAL, Some(&own)), "").await;
    let refused = async |client: Client, token: &SecretString, target: &str, words: &str| {
        let refusal = secure.exchange(client, token, target).await.refusal.unwrap();
        assert_eq!(refusal.error, "invalid_request");
        assert!(refusal.description.contains(words), "{}", refusal.description);
    };
    let other = certificate_of("portal");
    let with = |certificate| secure.client(PORTAL, certificate);
    refused(with(Some(&other)), &token, DASHBOARD, "another certificate").await;
    refused(with(None), &token, DASHBOARD, "none was shown").await;
    // Nor by somebody else whom the configuration permits to ask for users of the portal.
    let yaml = client(PORTAL, "Portal", "") + &client(BROKER, "Broker", &allows(&[PORTAL]));
    secure.running.set_project(Arc::new(project(&yaml)), Reading::RequesterListsOrigin);
    refused(secure.client(BROKER, Some(&other)), &token, BROKER, "another certificate").await;
    let report = secure.exchange(secure.client(BROKER, Some(&own)), &token, BROKER).await;
    assert_eq!(report.outcome, Outcome::Issued, "{:?}", report.refusal);
}

#[tokio::test]
async fn a_server_that_does_not_bind_is_seen_to() {
    let own = certificate_of("portal");
    let report = async |secure: &Secure| {
        let portal = secure.client(PORTAL, Some(&own));
        let (token, _) = secure.login(&portal, "").await;
        secure.exchange(portal, &token, DASHBOARD).await
    };
    // Told to forget what its metadata promises.
    let careless = secure(Options::default());
    careless.running.set_misbehaviour(&[Misbehaviour::IgnoreCertificate]);
    assert_eq!(about(&report(&careless).await), (Level::Warn, Level::NotApplicable));
    careless.running.set_misbehaviour(&[]);
    assert_eq!(about(&report(&careless).await), (Level::Pass, Level::Pass));
    // One that promises nothing.
    let other = secure(Options { bind_to_certificates: false, ..Options::default() });
    assert_eq!(about(&report(&other).await), (Level::Note, Level::NotApplicable));
    let metadata = discover(&other.http, other.running.issuer()).await.unwrap();
    assert!(!metadata.document.contains_key("tls_client_certificate_bound_access_tokens"));
}

/// `cnf` names a single key (RFC 7800 §3.1): the one that a proof was sent of.
#[tokio::test]
async fn a_proof_of_possession_comes_before_the_certificate() {
    let secure = secure(Options::default());
    let key = Arc::new(SigningKey::generate(SigningAlgorithm::Es256).unwrap());
    let own = certificate_of("portal");
    let portal = secure.client(PORTAL, Some(&own)).bound_to(key.clone());
    let (token, _) = secure.login(&portal, "").await;
    assert_eq!(bound(&token), json!({ "jkt": key.thumbprint() }));
    let report = secure.exchange(portal, &token, DASHBOARD).await;
    assert_eq!(about(&report), (Level::NotApplicable, Level::Pass));
    // The certificate alone does not do, then.
    let report = secure.exchange(secure.client(PORTAL, Some(&own)), &token, DASHBOARD).await;
    assert!(report.refusal.unwrap().description.contains("no DPoP proof"));
}

/// RFC 8705 §4: a public client has nothing else that keeps its refresh token its own.
#[tokio::test]
async fn the_refresh_token_of_a_public_client_is_bound_too() {
    let secure = secure(Options::default());
    let metadata = discover(&secure.http, secure.running.issuer()).await.unwrap();
    let own = certificate_of("app");
    let again = async |client: &Client, token: &SecretString| {
        let (token_endpoint, now) = (&metadata.token_endpoint().unwrap(), SystemTime::now());
        let occasion = Occasion { issuer: Some(&metadata.issuer), token_endpoint, now };
        refresh::refresh(&secure.http, &occasion, client, token, "").await
    };
    let app = secure.client(PUBLIC, Some(&own));
    let (_, token) = secure.login(&app, "offline_access").await;
    let token = token.unwrap();
    for thief in [None, Some(&certificate_of("app"))] {
        let error = again(&secure.client(PUBLIC, thief), &token).await.unwrap_err();
        assert!(error.to_string().contains("invalid_grant"), "{error}");
    }
    let issued = again(&app, &token).await.unwrap();
    assert_eq!(bound(&issued.access_token), json!({ "x5t#S256": own.thumbprint() }));
    // That of a confidential client is bound to the client, which authenticates (§7.1).
    let (_, token) = secure.login(&secure.client(PORTAL, Some(&own)), "offline_access").await;
    let renewed = certificate_of("portal");
    let issued = again(&secure.client(PORTAL, Some(&renewed)), &token.unwrap()).await.unwrap();
    assert_eq!(bound(&issued.access_token), json!({ "x5t#S256": renewed.thumbprint() }));
}
