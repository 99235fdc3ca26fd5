//! Servers looked at before anything is exchanged with them.

use std::sync::{Arc, Mutex};

use exchange_studio::exchange::keys::{KeySet, SigningAlgorithm, SigningKey};
use exchange_studio::exchange::{Inspection, Level, TransportKind, inspect};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use super::client_faults::{http, json_answer, read_request, serve};

/// What a server has at its addresses: the metadata of both places, and its keys. `BASE` in them
/// becomes its address.
#[derive(Clone, Default)]
struct Has {
    inserted: Option<Value>,
    appended: Option<Value>,
    keys: Option<Value>,
}

async fn server(has: Has) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let own = base.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let request = read_request(&mut stream).await;
            let found = if request.starts_with("GET /.well-known/oauth-authorization-server") {
                &has.inserted
            } else if request.starts_with("GET /.well-known/openid-configuration") {
                &has.appended
            } else {
                &has.keys
            };
            let answer = match found {
                Some(value) => {
                    let body = value.to_string().replace("BASE", &own);
                    json_answer("200 OK", body.as_bytes())
                }
                None => json_answer("404 Not Found", b"{}"),
            };
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    });
    base
}

fn good() -> Value {
    json!({
        "issuer": "BASE",
        "token_endpoint": "BASE/token",
        "jwks_uri": "BASE/jwks",
        "introspection_endpoint": "BASE/introspect",
        "grant_types_supported": ["urn:ietf:params:oauth:grant-type:token-exchange"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "tls_client_auth"],
        "dpop_signing_alg_values_supported": ["ES256"],
        "tls_client_certificate_bound_access_tokens": true,
    })
}

fn keys() -> Value {
    let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    KeySet::of([&key]).to_json()
}

fn level(found: &Inspection, id: &str) -> Level {
    let check = found.checks.iter().find(|check| check.id == id);
    check.unwrap_or_else(|| panic!("no {id}: {:?}", found.checks)).level
}

#[tokio::test]
async fn a_good_server_is_shown_whole_and_keeps_to_everything() {
    let has = Has { inserted: Some(good()), appended: Some(good()), keys: Some(keys()) };
    let base = server(has).await;
    let found = inspect(&http(), &base).await.unwrap();
    assert!(found.places.iter().all(|place| place.usable), "{:?}", found.places);
    assert!(found.found_at.as_ref().unwrap().contains("oauth-authorization-server"));
    let names: Vec<&str> = found.endpoints.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["token_endpoint", "jwks_uri", "introspection_endpoint"]);
    assert_eq!(found.supported.len(), 3);
    assert_eq!(found.certificate_bound_tokens, Some(true));
    let [key] = &found.keys[..] else { panic!("{:?}", found.keys) };
    assert_eq!((key.kty.as_str(), key.crv.as_deref(), key.bits), ("EC", Some("P-256"), Some(256)));
    let ids: Vec<&str> = found.checks.iter().map(|check| check.id).collect();
    let expected =
        ["DIS-01", "DIS-02", "DIS-03", "DIS-04", "DIS-05", "DIS-06", "DIS-07", "DIS-08", "DIS-09"];
    assert_eq!(ids, expected);
    // Plain http to this machine is worth knowing; the rest is in order.
    let silent = found.checks.iter().filter(|check| check.id != "DIS-03");
    assert!(silent.clone().all(|check| check.level == Level::Pass), "{:?}", found.checks);
    let json = found.to_json();
    assert_eq!(json["version"], 1);
    assert_eq!(json["keys"][0]["use"], "sig");
    assert_eq!(json["endpoints"][0]["name"], "token_endpoint");
}

#[tokio::test]
async fn each_fault_of_the_metadata_is_found() {
    type Spoil = fn(&mut Has);
    let cases: [(&str, Level, Spoil); 10] = [
        ("DIS-01", Level::Warn, |has| {
            has.appended.as_mut().unwrap()["token_endpoint"] = "BASE/other".into();
        }),
        ("DIS-02", Level::Fail, |has| has.appended.as_mut().unwrap()["issuer"] = "BASE/".into()),
        ("DIS-04", Level::Note, |has| {
            has.inserted.as_mut().unwrap()["grant_types_supported"] = json!(["password"]);
        }),
        ("DIS-05", Level::Fail, |has| has.keys = None),
        ("DIS-05", Level::Warn, |has| has.keys = Some(json!({"keys": []}))),
        ("DIS-05", Level::Fail, |has| {
            has.keys.as_mut().unwrap()["keys"][0]["d"] = "AAAA".into();
        }),
        ("DIS-06", Level::Warn, |has| {
            has.inserted.as_mut().unwrap()["token_endpoint"] = "https://else.test/token".into();
        }),
        ("DIS-07", Level::Fail, |has| {
            let methods = "token_endpoint_auth_methods_supported";
            has.inserted.as_mut().unwrap()[methods] = json!(["private_key_jwt"]);
        }),
        ("DIS-08", Level::Fail, |has| {
            has.inserted.as_mut().unwrap()["dpop_signing_alg_values_supported"] = json!(["none"]);
        }),
        ("DIS-09", Level::Fail, |has| {
            has.inserted.as_mut().unwrap()["token_endpoint"] = "http://login.example/t".into();
        }),
    ];
    for (id, expected, spoil) in cases {
        let mut has = Has { inserted: Some(good()), appended: Some(good()), keys: Some(keys()) };
        spoil(&mut has);
        let found = inspect(&http(), &server(has).await).await.unwrap();
        assert_eq!(level(&found, id), expected, "{:?}", found.checks);
    }
}

#[tokio::test]
async fn where_there_is_nothing_it_is_said_and_where_nobody_is_it_is_an_error() {
    let found = inspect(&http(), &server(Has::default()).await).await.unwrap();
    assert_eq!(found.found_at, None);
    assert_eq!(level(&found, "DIS-01"), Level::Fail);
    assert!(found.places.iter().all(|place| place.finding.contains("answered 404")));

    let mut other = good();
    other["issuer"] = "https://evil.example".into();
    let base = server(Has { inserted: Some(other), ..Has::default() }).await;
    let found = inspect(&http(), &base).await.unwrap();
    assert_eq!(level(&found, "DIS-02"), Level::Fail);
    assert!(found.endpoints.is_empty(), "nothing of another issuer is used");

    let found = inspect(&http(), &serve("").await).await.unwrap();
    assert_eq!(level(&found, "DIS-01"), Level::Fail);

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = inspect(&http(), &base).await.unwrap_err();
    assert_eq!(error.kind, TransportKind::Refused, "{error}");
    assert!(inspect(&http(), "http://login.example").await.is_err());
}

#[tokio::test]
async fn metadata_at_one_place_alone_is_enough() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    for has in [
        Has { inserted: Some(good()), keys: Some(keys()), ..Has::default() },
        Has { appended: Some(good()), keys: Some(keys()), ..Has::default() },
    ] {
        let found = inspect(&http(), &server(has).await).await.unwrap();
        assert_eq!(level(&found, "DIS-01"), Level::Pass, "{:?}", found.checks);
        assert_eq!(found.places.iter().filter(|place| place.usable).count(), 1);
        seen.lock().unwrap().push(found.found_at.unwrap());
    }
    let seen = seen.lock().unwrap();
    assert!(
        seen[0].contains("oauth-authorization-server") && seen[1].contains("openid"),
        "{seen:?}"
    );
}
