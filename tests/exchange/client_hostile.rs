//! Servers that mean harm or are broken in rarer ways: each ends in words, in time, and without
//! anything that should not have been sent or read.

use std::time::{Duration, SystemTime};

use exchange_studio::exchange::report::Outcome;
use exchange_studio::exchange::{
    DiscoveryError, Http, HttpOptions, TransportKind, discover, simulate,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::client_faults::{
    endpoint, fails, http, json_answer, level, read_request, serve, simulation,
};

const BODY: &[u8] = br#"{"access_token":"0f0f0f0f","token_type":"Bearer"}"#;

/// A server that does what it is told with the first connection, after the request has come.
async fn once<F: Future<Output = ()> + Send>(
    act: impl FnOnce(TcpStream) -> F + Send + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await;
        act(stream).await;
    });
    base
}

fn patient_for(timeout: Duration) -> Http {
    Http::new(HttpOptions { timeout, ..HttpOptions::default() }).unwrap()
}

#[tokio::test]
async fn an_answer_byte_by_byte_is_read() {
    let base = once(|mut stream| async move {
        for byte in json_answer("200 OK", BODY) {
            stream.write_all(&[byte]).await.unwrap();
            stream.flush().await.unwrap();
            tokio::task::yield_now().await;
        }
    })
    .await;
    let report = simulate(&http(), &simulation(endpoint(&base)), SystemTime::now()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Issued);
}

#[tokio::test]
async fn drops_that_never_end_are_given_up() {
    // Each byte comes in time, and the whole never does.
    let base = once(|mut stream| async move {
        let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        stream.write_all(head).await.unwrap();
        let mut ticks = tokio::time::interval(Duration::from_millis(5));
        while stream.write_all(b"1\r\n \r\n").await.is_ok() {
            ticks.tick().await;
        }
    })
    .await;
    let error = fails(&patient_for(Duration::from_millis(200)), &base).await;
    assert_eq!(error.kind, TransportKind::Timeout, "{error}");
    assert!(error.message.contains("200 ms"), "{error}");
}

#[tokio::test]
async fn a_connection_that_is_reset_is_said_to_be_closed() {
    for head in ["", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"access_token\":"] {
        let base = once(move |mut stream| async move {
            stream.write_all(head.as_bytes()).await.unwrap();
            // Closing at once with nothing lingering resets the connection.
            stream.set_zero_linger().unwrap();
            drop(stream);
        })
        .await;
        let error = fails(&http(), &base).await;
        assert_eq!(error.kind, TransportKind::Closed, "{error}");
    }
}

#[tokio::test]
async fn a_length_that_is_wrong_is_not_believed() {
    let answer = |length: &str| {
        let body = String::from_utf8_lossy(BODY).into_owned();
        format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
    };
    let error = fails(&http(), &serve(answer("1000")).await).await;
    assert_eq!(error.kind, TransportKind::Closed, "{error}");
    for length in ["-1", "x", "18446744073709551616", "49, 50"] {
        let error = fails(&http(), &serve(answer(length)).await).await;
        assert_eq!(error.kind, TransportKind::Closed, "{length}: {error}");
        assert!(error.message.contains("without a usable HTTP answer"), "{error}");
    }
    // Too short: what is announced is read, and it is no JSON.
    let base = serve(answer("10")).await;
    let report = simulate(&http(), &simulation(endpoint(&base)), SystemTime::now()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Unusable);
}

#[tokio::test]
async fn a_packed_answer_was_not_asked_for_and_is_not_unpacked() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let seen = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read_request(&mut stream).await;
        // The beginning of a gzip stream; how much it would become does not matter.
        let mut answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: \
                           gzip\r\nContent-Length: 20\r\n\r\n\x1f\x8b\x08"
            .to_vec();
        answer.extend_from_slice(&[0; 17]);
        stream.write_all(&answer).await.unwrap();
        request
    });
    let error = fails(&http(), &base).await;
    assert_eq!(error.kind, TransportKind::Content, "{error}");
    assert!(error.message.contains("packed its answer (gzip)"), "{error}");
    let request = seen.await.unwrap().to_ascii_lowercase();
    assert!(!request.contains("accept-encoding"), "{request}");
}

#[tokio::test]
async fn a_circle_of_redirects_is_not_walked() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let to = base.clone();
    let (count, mut counted) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            read_request(&mut stream).await;
            count.send(()).unwrap();
            let answer = format!(
                "HTTP/1.1 302 Found\r\nLocation: {to}/token\r\nContent-Length: 0\r\n\
                 Connection: close\r\n\r\n"
            );
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let report = simulate(&http(), &simulation(endpoint(&base)), SystemTime::now()).await.unwrap();
    assert_eq!(level(&report, "RES-09"), exchange_studio::exchange::Level::Fail);
    let error = discover(&http(), &base).await.unwrap_err();
    assert!(matches!(error, DiscoveryError::NotFound { .. }), "{error}");
    assert!(error.to_string().contains("which is not followed"), "{error}");
    let mut requests = 0;
    while counted.try_recv().is_ok() {
        requests += 1;
    }
    assert_eq!(requests, 3, "one exchange, two places of metadata");
}

#[tokio::test]
async fn noise_before_the_answer_is_passed_over_or_given_up() {
    let mut answer = b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n\
                       HTTP/1.1 199 Whatever\r\n\r\n"
        .to_vec();
    answer.extend(json_answer("200 OK", BODY));
    let base = serve(answer).await;
    let report = simulate(&http(), &simulation(endpoint(&base)), SystemTime::now()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Issued);

    let base = once(|mut stream| async move {
        while stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await;
    let error = fails(&patient_for(Duration::from_millis(200)), &base).await;
    assert_eq!(error.kind, TransportKind::Timeout, "{error}");
    // A protocol that was not asked for.
    let base = serve("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n").await;
    let report = simulate(&http(), &simulation(endpoint(&base)), SystemTime::now()).await.unwrap();
    assert_eq!((report.outcome, report.answer.status), (Outcome::Unusable, 101));
}

#[tokio::test]
async fn a_flood_of_headers_is_not_taken() {
    let many = "X: y\r\n".repeat(5_000);
    let long = format!("X: {}\r\n", "y".repeat(2 << 20));
    for headers in [many, long] {
        let error = fails(&http(), &serve(format!("HTTP/1.1 200 OK\r\n{headers}\r\n")).await).await;
        assert_eq!(error.kind, TransportKind::TooLarge, "{error}");
        assert!(error.message.contains("more headers"), "{error}");
    }
}

#[tokio::test]
async fn a_body_without_an_end_is_cut_at_the_limit() {
    let (tell, told) = tokio::sync::oneshot::channel();
    let base = once(|mut stream| async move {
        // Neither a length nor chunks: the end of the connection would be the end of the body.
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
        let block = [b' '; 0x1_0000];
        let mut sent = 0_usize;
        while sent < 64 << 20 && stream.write_all(&block).await.is_ok() {
            sent += block.len();
        }
        tell.send(sent).unwrap();
    })
    .await;
    let error = fails(&http(), &base).await;
    assert_eq!(error.kind, TransportKind::TooLarge, "{error}");
    let sent = told.await.unwrap();
    assert!(sent < 64 << 20, "the whole of it was taken: {sent} bytes");
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_a_connection_that_does_not_stand() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            kept.push(stream);
        }
    });
    let connect_timeout = Duration::from_millis(50);
    let http = Http::new(HttpOptions { connect_timeout, ..HttpOptions::default() }).unwrap();
    let error = fails(&http, &base).await;
    assert_eq!(error.kind, TransportKind::Timeout, "{error}");
    assert!(error.message.contains("connection within 50 ms"), "{error}");
}

#[tokio::test]
async fn a_proxy_is_used_but_for_this_machine() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let request = read_request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n").await.unwrap();
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest).await;
        (request, rest)
    });
    let url = exchange_studio::exchange::http::parse_proxy(&proxy).unwrap();
    let http = Http::new(HttpOptions { proxy: Some(url), ..HttpOptions::default() }).unwrap();
    // This machine first: the proxy hears nothing of it.
    let base = serve(json_answer("200 OK", BODY)).await;
    let report = simulate(&http, &simulation(endpoint(&base)), SystemTime::now()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Issued);

    let error = fails(&http, "https://login.example").await;
    assert!(error.message.contains("through the proxy 127.0.0.1:"), "{error}");
    let (request, rest) = asked.await.unwrap();
    assert!(request.starts_with("CONNECT login.example:443 "), "{request}");
    assert!(!request.contains("MARKED") && rest.is_empty(), "{request}");
}
