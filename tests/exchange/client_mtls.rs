//! Clients with a certificate (RFC 8705), against servers that ask for one.

use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exchange_studio::exchange::keys::{KeySet, SigningAlgorithm, SigningKey};
use exchange_studio::exchange::report::Outcome;
use exchange_studio::exchange::{
    ClientAuth, ClientAuthMethod, ClientCertificate, Http, Level, Report, Server, Simulation,
    TransportKind, simulate,
};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::client_faults::{endpoint, fails, http, level, serve, simulation};
use super::tls::{Ask, Asked, Authority, Identity};

fn ok(body: &Value) -> Vec<u8> {
    let body = body.to_string();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n";
    format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn thumbprint(der: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, der))
}

/// What a server of this file does.
#[derive(Clone, Copy)]
struct Ways {
    /// Has an endpoint of its own for clients with a certificate, and asks for one there.
    alias: bool,
    /// Asks for a certificate at the usual endpoint.
    asks: bool,
    /// Binds to this instead of what was shown.
    binds_to: Option<&'static str>,
}

struct Running {
    authority: Authority,
    issuer: String,
    alias_port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

async fn server(ways: Ways) -> Running {
    let authority = Authority::new();
    let key = Arc::new(SigningKey::generate(SigningAlgorithm::Es256).unwrap());
    let issuer = Arc::new(Mutex::new(String::new()));
    let requests = Arc::new(Mutex::new(Vec::new()));

    let token = {
        let (issuer, key, requests) = (issuer.clone(), key.clone(), requests.clone());
        move |asked: &Asked| {
            requests.lock().unwrap().push(asked.request.clone());
            let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
            let issuer = issuer.lock().unwrap().clone();
            let mut claims = json!({
                "iss": issuer, "sub": "alice", "aud": "dashboard", "client_id": "portal",
                "jti": "1", "iat": now, "exp": now + 60,
            });
            let shown = asked.certificate.as_ref().map(|der| thumbprint(der));
            if let Some(thumbprint) = ways.binds_to.map(str::to_owned).or(shown) {
                claims["cnf"] = json!({ "x5t#S256": thumbprint });
            }
            let access_token = key.sign("at+jwt", &claims).unwrap();
            ok(&json!({
                "access_token": access_token, "token_type": "Bearer", "expires_in": 60,
                "issued_token_type": "urn:ietf:params:oauth:token-type:access_token",
            }))
        }
    };
    let at_alias = token.clone();
    let alias_port = authority
        .issue("localhost", |_| {})
        .serve(Ask::Everybody { needed: true }, move |asked| at_alias(&asked))
        .await;

    let ask = if ways.asks { Ask::Everybody { needed: false } } else { Ask::Nobody };
    let at_issuer = issuer.clone();
    let port = authority
        .issue("localhost", |_| {})
        .serve(ask, move |asked| {
            let issuer = at_issuer.lock().unwrap().clone();
            if asked.request.starts_with("POST") {
                return token(&asked);
            }
            if asked.request.starts_with("GET /jwks") {
                return ok(&KeySet::of([&*key]).to_json());
            }
            let mut document = json!({
                "issuer": issuer,
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/jwks"),
                "grant_types_supported": ["urn:ietf:params:oauth:grant-type:token-exchange"],
                "token_endpoint_auth_methods_supported":
                    ["tls_client_auth", "self_signed_tls_client_auth", "client_secret_basic"],
                "tls_client_certificate_bound_access_tokens": true,
            });
            if ways.alias {
                document["mtls_endpoint_aliases"] =
                    json!({ "token_endpoint": format!("https://localhost:{alias_port}/token") });
            }
            ok(&document)
        })
        .await;
    let url = format!("https://localhost:{port}");
    issuer.lock().unwrap().clone_from(&url);
    Running { authority, issuer: url, alias_port, requests }
}

fn with(issuer: &str, method: ClientAuthMethod, identity: &Identity) -> Simulation {
    let mut simulation = simulation(Server::Issuer(issuer.to_owned()));
    if method.is_tls() {
        simulation.client.auth = ClientAuth::new(method, identity.pem()).unwrap();
    } else {
        let certificate = ClientCertificate::read(&identity.pem(), None).unwrap();
        simulation.client.bound_certificate = Some(Arc::new(certificate));
    }
    simulation
}

async fn run(http: &Http, simulation: &Simulation) -> Report {
    let report = simulate(http, simulation, SystemTime::now()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Issued, "{:?}", report.checks);
    let text = format!("{} {report:?} {simulation:?}", report.to_json(false));
    assert!(!text.contains("PRIVATE KEY") && !text.contains("MARKED"), "{text}");
    report
}

/// A server that lets nobody in without a certificate is looked at with one, and the certificate is
/// shown to that host alone.
#[tokio::test]
async fn an_inspection_shows_the_certificate_to_the_server_and_to_nobody_else() {
    let authority = Authority::new();
    let identity = authority.issue("127.0.0.1", |_| ());
    let issuer = Arc::new(Mutex::new(String::new()));
    let shown = Arc::new(Mutex::new(Vec::new()));
    let keys = KeySet::of([&SigningKey::generate(SigningAlgorithm::Es256).unwrap()]).to_json();
    let answer = {
        let (issuer, shown) = (issuer.clone(), shown.clone());
        move |asked: Asked| {
            shown.lock().unwrap().push(asked.certificate.is_some());
            let issuer = issuer.lock().unwrap().clone();
            let metadata = json!({
                "issuer": issuer, "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{}/keys", issuer.replace("127.0.0.1", "localhost")),
            });
            ok(if asked.request.starts_with("GET /keys ") { &keys } else { &metadata })
        }
    };
    let port = identity.serve(Ask::Everybody { needed: false }, answer.clone()).await;
    *issuer.lock().unwrap() = format!("https://127.0.0.1:{port}");
    let base = issuer.lock().unwrap().clone();
    let pem = Identity::self_signed("portal").pem();
    let certificate = ClientCertificate::read(&pem, None).unwrap();
    let http = authority.trusted().showing(&certificate, &base.parse().unwrap());
    let found = exchange_studio::exchange::inspect(&http, &base).await.unwrap();
    assert!(found.places.iter().all(|place| place.usable), "{found:?}");
    // Both places, and then the keys, which are at another host: the name does not fit there, and
    // whoever might be there sees no certificate.
    let shown = shown.lock().unwrap().clone();
    assert!(shown.len() >= 2 && shown[..2] == [true, true], "{shown:?}");
    assert!(shown[2..].iter().all(|shown| !shown), "{shown:?}");

    // One that insists.
    let port = identity.serve(Ask::Everybody { needed: true }, answer).await;
    *issuer.lock().unwrap() = format!("https://127.0.0.1:{port}");
    let base = issuer.lock().unwrap().clone();
    let trusted = authority.trusted();
    assert!(exchange_studio::exchange::inspect(&trusted, &base).await.is_err());
    let http = trusted.showing(&certificate, &base.parse().unwrap());
    let found = exchange_studio::exchange::inspect(&http, &base).await.unwrap();
    assert!(found.found_at.is_some(), "{found:?}");
}

#[tokio::test]
async fn a_certificate_is_shown_at_the_alias_and_the_token_is_bound_to_it() {
    let running = server(Ways { alias: true, asks: false, binds_to: None }).await;
    let http = running.authority.trusted();
    let identity = Identity::self_signed("portal");
    for method in [
        ClientAuthMethod::TlsClientAuth,
        ClientAuthMethod::SelfSignedTlsClientAuth,
        ClientAuthMethod::ClientSecretBasic,
    ] {
        // Each on a connection of its own, so that what the server asks for is seen.
        let report =
            run(&running.authority.trusted(), &with(&running.issuer, method, &identity)).await;
        assert_eq!(report.request.url, format!("https://localhost:{}/token", running.alias_port));
        assert_eq!(report.client_auth, method);
        assert_eq!(report.client_certificate, Some(thumbprint(&identity.certificate)));
        for id in ["MTLS-01", "MTLS-02", "DIS-07", "TOK-13"] {
            assert_eq!(level(&report, id), Level::Pass, "{id} {:?}", report.checks);
        }
        let request = running.requests.lock().unwrap().pop().unwrap();
        assert_eq!(request.contains("client_id=portal"), method.is_tls(), "{request}");
        assert_eq!(request.contains("authorization: Basic"), !method.is_tls(), "{request}");
    }
    // A second client on the same way out shows its own, not the first one's connection.
    let other = Identity::self_signed("other");
    for identity in [&identity, &other, &identity] {
        let simulation = with(&running.issuer, ClientAuthMethod::TlsClientAuth, identity);
        let report = run(&http, &simulation).await;
        assert_eq!(level(&report, "MTLS-02"), Level::Pass, "{:?}", report.checks);
    }
    // Without one, the usual endpoint.
    let plain = simulation(Server::Issuer(running.issuer.clone()));
    let report = run(&http, &plain).await;
    assert_eq!(report.request.url, format!("{}/token", running.issuer));
    assert!(report.checks.iter().all(|check| !check.id.starts_with("MTLS")));
}

#[tokio::test]
async fn a_server_that_asks_for_none_or_binds_to_another_is_found_out() {
    let identity = Identity::self_signed("portal");
    let method = ClientAuthMethod::TlsClientAuth;
    let running = server(Ways { alias: false, asks: false, binds_to: None }).await;
    let report = run(&running.authority.trusted(), &with(&running.issuer, method, &identity)).await;
    assert_eq!(level(&report, "MTLS-01"), Level::Fail);
    assert_eq!(level(&report, "MTLS-02"), Level::Warn);

    let running = server(Ways { alias: false, asks: true, binds_to: Some("another") }).await;
    let report = run(&running.authority.trusted(), &with(&running.issuer, method, &identity)).await;
    assert_eq!(level(&report, "MTLS-01"), Level::Pass);
    assert_eq!(level(&report, "MTLS-02"), Level::Fail);
}

#[tokio::test]
async fn a_certificate_that_cannot_be_shown_or_is_missing_is_said_in_words() {
    let base = serve("HTTP/1.1 200 OK\r\n\r\n").await;
    let identity = Identity::self_signed("portal");
    for method in [ClientAuthMethod::TlsClientAuth, ClientAuthMethod::ClientSecretBasic] {
        let mut simulation = with("", method, &identity);
        simulation.server = endpoint(&base);
        let error = simulate(&http(), &simulation, SystemTime::now()).await.unwrap_err();
        assert!(error.to_string().contains("shown over https alone"), "{error}");
    }

    let running = server(Ways { alias: true, asks: false, binds_to: None }).await;
    let base = format!("https://localhost:{}", running.alias_port);
    let error = fails(&running.authority.trusted(), &base).await;
    assert_eq!(error.kind, TransportKind::Tls, "{error}");
    assert!(error.message.contains("wants to be shown a certificate"), "{error}");
}

#[test]
fn the_methods_take_nothing_but_a_certificate_with_its_key() {
    for method in [ClientAuthMethod::TlsClientAuth, ClientAuthMethod::SelfSignedTlsClientAuth] {
        let error = ClientAuth::new(method, SecretString::from("MARKED")).unwrap_err();
        assert!(error.to_string().contains("no certificate"), "{error}");
        assert!(!format!("{error} {error:?}").contains("MARKED"));
    }
}
