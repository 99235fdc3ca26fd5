//! How long each step of a connection took, and what is not said of one that stood already.

use std::time::SystemTime;

use exchange_studio::exchange::report::Timings;
use exchange_studio::exchange::{Http, simulate};
use tokio::net::TcpListener;

use super::client_faults::{endpoint, finish, http, json_answer, read_request, simulation};
use super::tls::{Ask, Authority};

const BODY: &[u8] = br#"{"access_token":"0f0f0f0f","token_type":"Bearer"}"#;

async fn timings(http: &Http, base: &str) -> Timings {
    let simulation = simulation(endpoint(base));
    simulate(http, &simulation, SystemTime::now()).await.unwrap().timings
}

/// The parts are there as they should be, and are no more than the whole.
fn is_sound(timings: &Timings) {
    let parts: f64 = [timings.resolve_ms, timings.connect_ms, timings.tls_ms]
        .into_iter()
        .flatten()
        .inspect(|part| assert!(*part >= 0.0))
        .sum();
    // Each is rounded to the microsecond.
    assert!(parts <= timings.first_byte_ms + 0.01, "{timings:?}");
    assert!(timings.first_byte_ms <= timings.total_ms, "{timings:?}");
}

#[tokio::test]
async fn each_step_is_timed_once_and_a_kept_connection_has_none() {
    let authority = Authority::new();
    let text = String::from_utf8(json_answer("200 OK", BODY)).unwrap();
    let answer = text.replace("Connection: close\r\n", "").into_bytes();
    let port =
        authority.issue("localhost", |_| {}).serve(Ask::Nobody, move |_| answer.clone()).await;
    let (http, base) = (authority.trusted(), format!("https://localhost:{port}"));
    let first = timings(&http, &base).await;
    assert!(first.resolve_ms.is_some_and(|took| took > 0.0), "{first:?}");
    assert!(first.connect_ms.is_some_and(|took| took > 0.0), "{first:?}");
    assert!(first.tls_ms.is_some_and(|took| took > 0.0), "{first:?}");
    is_sound(&first);
    let line = first.to_text();
    for part in ["name ", "connection ", "TLS ", "answer "] {
        assert!(line.contains(part), "{line}");
    }

    let second = timings(&http, &base).await;
    assert_eq!((second.resolve_ms, second.connect_ms, second.tls_ms), (None, None, None));
    is_sound(&second);
    assert!(second.to_text().contains("stood already"), "{}", second.to_text());
    let json = serde_json::to_value(second).unwrap();
    assert!(json["tls_ms"].is_null() && json["total_ms"].is_number(), "{json}");
}

#[tokio::test]
async fn an_address_without_tls_has_neither_name_nor_handshake_in_either_family() {
    for host in ["127.0.0.1", "[::1]"] {
        let listener = TcpListener::bind(format!("{host}:0")).await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        assert!(base.starts_with(&format!("http://{host}:")), "{base}");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                read_request(&mut stream).await;
                finish(&mut stream, &json_answer("200 OK", BODY)).await;
            }
        });
        let timings = timings(&http(), &base).await;
        assert_eq!((timings.resolve_ms, timings.tls_ms), (None, None), "{timings:?}");
        assert!(timings.connect_ms.is_some_and(|took| took > 0.0), "{timings:?}");
        is_sound(&timings);
    }
}

#[tokio::test]
async fn requests_at_the_same_time_do_not_hear_each_other() {
    let authority = Authority::new();
    let answer = json_answer("200 OK", BODY);
    let identity = authority.issue("localhost", |_| {});
    let secure = identity.serve_answer(answer.clone()).await;
    let plain = super::client_faults::serve(answer).await;
    let (http, base) = (authority.trusted(), format!("https://localhost:{secure}"));
    for _ in 0..8 {
        let (one, two) = tokio::join!(timings(&http, &base), timings(&http, &plain));
        assert!(one.resolve_ms.is_some() && one.tls_ms.is_some(), "{one:?}");
        assert!(two.resolve_ms.is_none() && two.tls_ms.is_none(), "{two:?}");
        assert!(two.connect_ms.is_some());
    }
}
