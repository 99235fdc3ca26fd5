//! Starting, being found, and stopping.

use std::net::TcpListener;
use std::sync::Arc;

use exchange_studio::authority::{self, Options, StartError};
use exchange_studio::trust::Reading;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};

use crate::authority_bench::*;

#[tokio::test]
async fn both_discovery_documents_say_the_same_and_lead_to_the_keys() {
    let bench = Bench::new(&client(PORTAL, "Portal", ""), Reading::default());
    let one = bench.get(&bench.url("/.well-known/openid-configuration")).await.json();
    let two = bench.get(&bench.url("/.well-known/oauth-authorization-server")).await.json();
    assert_eq!(one, two);
    assert_eq!(one["issuer"], bench.running.issuer());
    assert_eq!(one["token_endpoint"], bench.running.token_endpoint());
    assert_eq!(one["authorization_endpoint"], bench.running.authorization_endpoint());
    assert!(one["grant_types_supported"].as_array().unwrap().contains(&EXCHANGE.into()));
    let keys = bench.get(one["jwks_uri"].as_str().unwrap()).await.json();
    let key: Jwk = serde_json::from_value(keys["keys"][0].clone()).unwrap();
    assert_eq!(
        key.common.key_id.as_deref(),
        key.thumbprint(ThumbprintHash::SHA256).ok().as_deref()
    );
    for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
        assert!(keys["keys"][0].get(private).is_none());
    }
    let home = bench.get(&bench.url("/")).await;
    assert!(home.text.contains("1 client app"), "{}", home.text);
}

#[tokio::test]
async fn it_answers_under_loopback_names_only() {
    let bench = Bench::new("", Reading::default());
    for base in [bench.running.issuer(), bench.running.external_issuer()] {
        let url = format!("{base}/.well-known/openid-configuration");
        let port = base.rsplit(':').next().unwrap();
        for (host, expected) in [
            (format!("localhost:{port}"), 200),
            (format!("127.0.0.1:{port}"), 200),
            (format!("rebound.example:{port}"), 421),
            ("127.0.0.1.evil.example".to_owned(), 421),
        ] {
            let answer = bench.http.get(&url).header("host", &host).send().await.unwrap();
            assert_eq!(answer.status(), expected, "{host}");
        }
    }
}

#[test]
fn a_port_in_use_is_one_clear_error_and_leaves_nothing_behind() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    for options in [
        Options { port, ..Options::default() },
        Options { issuer_port: port, ..Options::default() },
    ] {
        let error =
            authority::start(Arc::new(project("")), Reading::default(), options).unwrap_err();
        assert!(matches!(error, StartError::PortInUse { port: named } if named == port));
        assert_eq!(error.to_string(), format!("port {port} is in use by another program"));
    }
}

#[test]
fn stopping_frees_the_ports_even_while_a_client_holds_on() {
    let running =
        authority::start(Arc::new(project("")), Reading::default(), Options::default()).unwrap();
    let address = running.issuer().strip_prefix("http://").unwrap().to_owned();
    let held = std::net::TcpStream::connect(&address).unwrap();
    running.shutdown();
    drop(held);
    let port = address.rsplit(':').next().unwrap().parse().unwrap();
    let again = authority::start(
        Arc::new(project("")),
        Reading::default(),
        Options { port, ..Options::default() },
    )
    .unwrap();
    assert_eq!(again.issuer(), format!("http://{address}"));
}

#[test]
fn nothing_secret_is_in_a_debug_print() {
    use secrecy::ExposeSecret as _;

    let running =
        authority::start(Arc::new(project("")), Reading::default(), Options::default()).unwrap();
    let secret = running.client_secret().expose_secret().to_owned();
    assert!(secret.len() >= 32);
    assert!(!format!("{running:?}").contains(&secret));
    let options = Options { client_secret: Some("MARKED".into()), ..Options::default() };
    assert!(!format!("{options:?}").contains("MARKED"));
}
