//! The authority over https, and clients that are known by a certificate (RFC 8705 §2).

use std::sync::Arc;
use std::time::SystemTime;

use exchange_studio::authority::{self, KnownCertificate, Options};
use exchange_studio::exchange::client_credentials::client_credentials;
use exchange_studio::exchange::{
    Client, ClientAuth, ClientCertificate, Http, HttpOptions, Occasion, certificate, discover,
};
use exchange_studio::samples;
use exchange_studio::trust::Reading;

use super::authority_bench::{BROKER, PORTAL};
use super::tls::{Authority, Identity, pem};

const SHOWN: &str = "https://127.0.0.1:";

/// An authority that knows these client apps by certificates.
fn start(known: Vec<(&str, KnownCertificate)>) -> authority::Running {
    let project = exchange_studio::config::Project::from_sources(
        samples::cross_client().into_iter().chain(samples::service_principal()).collect(),
    );
    let client_certificates = known.into_iter().map(|(id, known)| (id.to_owned(), known)).collect();
    let options = Options { tls: true, client_certificates, ..Options::default() };
    authority::start(Arc::new(project), Reading::default(), options).unwrap()
}

fn http(running: &authority::Running) -> Http {
    let extra_roots = certificate::read_roots(running.certificate_authority().unwrap()).unwrap();
    Http::new(HttpOptions { extra_roots, ..HttpOptions::default() }).unwrap()
}

fn tls(id: &str, identity: &Identity, self_signed: bool) -> Client {
    let certificate = Arc::new(ClientCertificate::read(&identity.pem(), None).unwrap());
    Client::new(id, ClientAuth::Tls { certificate, self_signed })
}

/// A token of the client itself, or the words of the refusal.
async fn token(running: &authority::Running, client: &Client) -> Result<(), String> {
    let http = http(running);
    let metadata = discover(&http, running.issuer()).await.unwrap();
    let endpoint = metadata.token_endpoint().unwrap();
    let now = SystemTime::now();
    let occasion = Occasion { issuer: Some(&metadata.issuer), token_endpoint: &endpoint, now };
    let answer = client_credentials(&http, &occasion, client, "", &[]).await;
    answer.map(|_| ()).map_err(|error| error.message)
}

#[tokio::test]
async fn a_registered_certificate_is_compared_byte_by_byte() {
    let own = Identity::self_signed("portal");
    let known = KnownCertificate::read(&pem("CERTIFICATE", &own.certificate)).unwrap();
    let running = start(vec![(PORTAL, known)]);
    assert!(running.issuer().starts_with(SHOWN));
    token(&running, &tls(PORTAL, &own, true)).await.unwrap();
    for (other, words) in [
        (tls(PORTAL, &Identity::self_signed("portal"), true), "another certificate"),
        (Client::new(PORTAL, ClientAuth::None), "must show its certificate"),
        (Client::new(PORTAL, ClientAuth::Post("guess".into())), "must send no secret"),
    ] {
        let refusal = token(&running, &other).await.unwrap_err();
        assert!(refusal.contains("invalid_client") && refusal.contains(words), "{refusal}");
    }
    // Somebody else's certificate makes nobody out of a client that has a secret.
    let refusal = token(&running, &tls(BROKER, &own, true)).await.unwrap_err();
    assert!(refusal.contains("must send its secret"), "{refusal}");
    let secret = running.client_secret().clone();
    token(&running, &Client::new(BROKER, ClientAuth::Basic(secret))).await.unwrap();
}

#[tokio::test]
async fn a_certificate_of_an_authority_must_be_for_the_registered_name() {
    let issuer = Authority::new();
    let roots = certificate::read_roots(&issuer.pem()).unwrap();
    let name = "portal.example".to_owned();
    let running = start(vec![(PORTAL, KnownCertificate::IssuedFor { roots, name })]);
    let issued = |name: &str| {
        issuer.issue(name, |params| {
            params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ClientAuth];
        })
    };
    token(&running, &tls(PORTAL, &issued("portal.example"), false)).await.unwrap();
    // A renewed one is as good.
    token(&running, &tls(PORTAL, &issued("portal.example"), false)).await.unwrap();
    let past = issuer.issue("portal.example", |params| {
        params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    });
    for other in [
        issued("other.example"),
        past,
        Authority::new().issue("portal.example", |_| {}),
        Identity::self_signed("portal.example"),
    ] {
        let refusal = token(&running, &tls(PORTAL, &other, false)).await.unwrap_err();
        assert!(refusal.contains("another certificate"), "{refusal}");
    }
}

#[tokio::test]
async fn the_metadata_has_the_methods_of_this_run_and_nobody_trusts_it_unasked() {
    let own = Identity::self_signed("portal");
    let known = KnownCertificate::read(&pem("CERTIFICATE", &own.certificate)).unwrap();
    let running = start(vec![(PORTAL, known)]);
    let metadata = discover(&http(&running), running.issuer()).await.unwrap();
    let methods = metadata.list("token_endpoint_auth_methods_supported").unwrap();
    assert!(methods.contains(&"self_signed_tls_client_auth"), "{methods:?}");
    assert!(!methods.contains(&"tls_client_auth"), "{methods:?}");
    let stranger = Http::new(HttpOptions::default()).unwrap();
    let error = discover(&stranger, running.issuer()).await.unwrap_err();
    assert!(error.to_string().contains("certificate"), "{error}");
}
