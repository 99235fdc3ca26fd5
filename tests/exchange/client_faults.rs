//! Servers that are down, slow, endless, cut off, foreign or confused: each gives one plain message,
//! and none of them hangs, crashes or gets a secret it should not have.

use std::time::{Duration, SystemTime};

use exchange_studio::exchange::checks::Level;
use exchange_studio::exchange::report::Outcome;
use exchange_studio::exchange::token_type::ACCESS_TOKEN;
use exchange_studio::exchange::{
    Client, ClientAuth, DiscoveryError, ExchangeRequest, Http, HttpOptions, Report, Server,
    SimulateError, Simulation, TransportError, TransportKind, discover, simulate,
};
use secrecy::SecretString;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// Reads one request: its head, and the body its length announces.
pub async fn read_request<S: AsyncRead + Unpin>(stream: &mut S) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| {
                    line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok()
                })
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        match stream.read(&mut buffer).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

/// A server that sends the same bytes to whoever asks, and then closes.
pub async fn serve(answer: impl Into<Vec<u8>>) -> String {
    let answer = answer.into();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            read_request(&mut stream).await;
            // The client may have had enough already.
            let _ = stream.write_all(&answer).await;
            let _ = stream.shutdown().await;
        }
    });
    base
}

pub fn json_answer(status: &str, body: &[u8]) -> Vec<u8> {
    let mut answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    answer.extend_from_slice(body);
    answer
}

pub fn http() -> Http {
    Http::new(HttpOptions::default()).unwrap()
}

pub fn simulation(server: Server) -> Simulation {
    Simulation {
        server,
        client: Client::new(
            "portal",
            ClientAuth::Basic(SecretString::from("MARKED-client-secret")),
        ),
        request: ExchangeRequest {
            subject_token: SecretString::from("MARKED-subject-token"),
            subject_token_type: ACCESS_TOKEN.to_owned(),
            audience: vec!["dashboard".to_owned()],
            ..ExchangeRequest::default()
        },
        skew: Duration::from_secs(60),
    }
}

pub fn endpoint(base: &str) -> Server {
    Server::TokenEndpoint { url: format!("{base}/token"), jwks_uri: None }
}

async fn run(base: &str) -> Result<Report, SimulateError> {
    simulate(&http(), &simulation(endpoint(base)), SystemTime::now()).await
}

pub async fn fails(http: &Http, base: &str) -> TransportError {
    match simulate(http, &simulation(endpoint(base)), SystemTime::now()).await {
        Err(SimulateError::Transport(error)) => error,
        other => panic!("no transport error: {other:?}"),
    }
}

/// What a check came to.
pub fn level(report: &Report, id: &str) -> Level {
    report.checks.iter().find(|check| check.id == id).unwrap_or_else(|| panic!("no {id}")).level
}

#[tokio::test]
async fn nobody_listens() {
    // A port that was free a moment ago; nobody else binds one in between on this machine's loopback
    // without the kernel handing it out twice in a row, which it avoids.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = fails(&http(), &format!("http://{address}")).await;
    assert_eq!(error.kind, TransportKind::Refused);
    assert!(error.message.contains(&address.to_string()), "{error}");
    assert!(SimulateError::from(error).is_unreachable());
}

#[tokio::test]
async fn a_name_that_does_not_resolve() {
    let error = fails(&http(), "https://no-such-host.invalid").await;
    assert_eq!(error.kind, TransportKind::Dns);
    assert!(error.message.contains("no-such-host.invalid"), "{error}");
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    // Takes connections and keeps them, without a word, for as long as the test lives.
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((stream, _)) = listener.accept().await {
            kept.push(stream);
        }
    });
    let options = HttpOptions { timeout: Duration::from_millis(50), ..HttpOptions::default() };
    let error = fails(&Http::new(options).unwrap(), &base).await;
    assert_eq!(error.kind, TransportKind::Timeout);
    assert!(error.message.contains("50 ms"), "{error}");
}

#[tokio::test]
async fn a_server_that_stalls_in_the_middle_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            read_request(&mut stream).await;
            let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"access_";
            stream.write_all(head.as_bytes()).await.unwrap();
            kept.push(stream);
        }
    });
    let options = HttpOptions { timeout: Duration::from_millis(200), ..HttpOptions::default() };
    let error = fails(&Http::new(options).unwrap(), &base).await;
    assert_eq!(error.kind, TransportKind::Timeout, "{error}");
}

#[tokio::test]
async fn a_server_that_closes_at_once_or_halfway() {
    let error = fails(&http(), &serve("").await).await;
    assert_eq!(error.kind, TransportKind::Closed, "{error}");
    let base = serve("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"access_token\":").await;
    let error = fails(&http(), &base).await;
    assert_eq!(error.kind, TransportKind::Closed, "{error}");
    assert!(error.message.contains("before its answer was complete"), "{error}");
}

#[tokio::test]
async fn what_is_no_http_is_said_to_be_none() {
    let error = fails(&http(), &serve("SSH-2.0-OpenSSH_9.2\r\n").await).await;
    assert_eq!(error.kind, TransportKind::Closed, "{error}");
    assert!(error.message.contains("without a usable HTTP answer"), "{error}");
}

#[tokio::test]
async fn fifty_megabytes_are_not_read() {
    // Announced, and not announced (chunked): both are cut at the limit.
    let announced = "HTTP/1.1 200 OK\r\nContent-Length: 52428800\r\n\r\n";
    let error = fails(&http(), &serve(announced).await).await;
    assert_eq!(error.kind, TransportKind::TooLarge);
    assert!(error.message.contains("1 MiB") && error.message.contains("RES-12"), "{error}");

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (tell, told) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        read_request(&mut stream).await;
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        stream.write_all(head.as_bytes()).await.unwrap();
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        let mut sent = 0;
        while sent < 50 << 20 && stream.write_all(chunk.as_bytes()).await.is_ok() {
            sent += 0x10000;
        }
        tell.send(sent).unwrap();
    });
    let error = fails(&http(), &base).await;
    assert_eq!(error.kind, TransportKind::TooLarge);
    let sent = told.await.unwrap();
    assert!(sent < 50 << 20, "the whole of it was taken: {sent} bytes");
}

#[tokio::test]
async fn a_page_instead_of_json_is_unusable_and_said_so() {
    let page = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n\
                <!DOCTYPE html><title>Sign in</title>";
    let report = run(&serve(page).await).await.unwrap();
    assert_eq!(report.outcome, Outcome::Unusable);
    let check = report.checks.iter().find(|check| check.id == "RES-01").unwrap();
    assert_eq!(check.level, Level::Fail);
    assert!(check.finding.contains("HTML"), "{}", check.finding);

    let page = "HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n\
                <html>Bad gateway</html>";
    let report = run(&serve(page).await).await.unwrap();
    assert_eq!(report.outcome, Outcome::Unusable);
    assert!(report.sentence().contains("web page"), "{}", report.sentence());
    assert!(report.answer.to_text().contains("Bad gateway"));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let trap = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let trap_address = trap.local_addr().unwrap();
    for status in ["302 Found", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let answer = format!(
            "HTTP/1.1 {status}\r\nLocation: http://{trap_address}/steal\r\nContent-Length: 0\r\n\
             Connection: close\r\n\r\n"
        );
        let report = run(&serve(answer).await).await.unwrap();
        assert_eq!(report.outcome, Outcome::Unusable);
        assert_eq!(level(&report, "RES-09"), Level::Fail);
        assert!(report.sentence().contains("redirect"));
    }
    // Nobody came: accepting would have something to give at once.
    let visitor = tokio::time::timeout(Duration::from_millis(1), trap.accept()).await;
    assert!(visitor.is_err(), "the redirect was followed");
}

#[tokio::test]
async fn answers_that_can_be_read_in_two_ways_are_refused() {
    let twice = br#"{"access_token":"one","access_token":"two","token_type":"Bearer"}"#;
    let report = run(&serve(json_answer("200 OK", twice)).await).await.unwrap();
    assert_eq!(report.outcome, Outcome::Unusable);
    assert_eq!(level(&report, "RES-12"), Level::Fail);
    assert!(report.issued.is_none());

    let latin = b"{\"access_token\":\"\xe4\",\"token_type\":\"Bearer\"}";
    let report = run(&serve(json_answer("200 OK", latin)).await).await.unwrap();
    assert_eq!(report.outcome, Outcome::Unusable);
    assert_eq!(level(&report, "RES-12"), Level::Fail);
}

#[tokio::test]
async fn opaque_tokens_and_a_missing_type_are_no_breach() {
    let body = format!(
        r#"{{"access_token":"{}","token_type":"Bearer","expires_in":60}}"#,
        "0f".repeat(32)
    );
    let report = run(&serve(json_answer("200 OK", body.as_bytes())).await).await.unwrap();
    assert_eq!(report.outcome, Outcome::Issued);
    assert!(report.at(Level::Fail).next().is_none(), "{:?}", report.checks);
    assert!(report.dialects().any(|check| check.id == "RES-03"));
    assert_eq!(level(&report, "TOK-15"), Level::Note);
    assert_eq!(level(&report, "TOK-01"), Level::NotApplicable);
}

#[tokio::test]
async fn errors_that_are_no_json_are_shown_as_they_are() {
    let answer = "HTTP/1.1 422 Unprocessable Entity\r\nContent-Type: text/plain\r\n\
                  Connection: close\r\n\r\nmissing field MARKED-subject-token";
    let report = run(&serve(answer).await).await.unwrap();
    assert_eq!(report.outcome, Outcome::Unusable);
    assert_eq!(level(&report, "ERR-02"), Level::Fail);
    assert_eq!(level(&report, "ERR-04"), Level::Fail);
    let text = report.answer.to_text();
    assert!(text.contains("missing field") && !text.contains("MARKED"), "{text}");
}

#[tokio::test]
async fn metadata_of_another_issuer_is_not_used() {
    let body = br#"{"issuer":"https://evil.example","token_endpoint":"https://evil.example/t"}"#;
    let base = serve(json_answer("200 OK", body)).await;
    let error = discover(&http(), &base).await.unwrap_err();
    assert!(
        matches!(&error, DiscoveryError::IssuerMismatch { found, .. } if found == "https://evil.example"),
        "{error}"
    );
    // The same but for a slash, which is the usual mistake, and is named.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let document = json_answer("200 OK", format!(r#"{{"issuer":"{base}/"}}"#).as_bytes());
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            read_request(&mut stream).await;
            let _ = stream.write_all(&document).await;
            let _ = stream.shutdown().await;
        }
    });
    let error = discover(&http(), &base).await.unwrap_err().to_string();
    assert!(error.contains("trailing slash") && error.contains("DIS-02"), "{error}");
}

#[tokio::test]
async fn an_issuer_without_metadata_says_where_it_was_sought() {
    let base =
        serve("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
    let error = discover(&http(), &format!("{base}/realms/x")).await.unwrap_err().to_string();
    assert!(
        error.contains("/.well-known/oauth-authorization-server/realms/x answered 404"),
        "{error}"
    );
    assert!(error.contains("/realms/x/.well-known/openid-configuration answered 404"), "{error}");
}

// --- TLS ---------------------------------------------------------------------------------------

pub async fn finish<S: AsyncWrite + Unpin>(stream: &mut S, answer: &[u8]) {
    let _ = stream.write_all(answer).await;
    let _ = stream.shutdown().await;
}

#[tokio::test]
async fn certificates_are_verified_and_the_wrong_name_is_named() {
    let authority = super::tls::Authority::new();
    let body = br#"{"access_token":"0f0f0f0f","token_type":"Bearer"}"#;
    let answer = json_answer("200 OK", body);
    let right = authority.issue("localhost", |_| {}).serve_answer(answer.clone()).await;
    let wrong = authority.issue("login.other.example", |_| {}).serve_answer(answer.clone()).await;
    let trusting = authority.trusted();

    let server = endpoint(&format!("https://localhost:{right}"));
    let report = simulate(&trusting, &simulation(server), SystemTime::now()).await.unwrap();
    assert_eq!(report.outcome, Outcome::Issued);
    assert!(!report.server.loopback_http);

    let error = fails(&trusting, &format!("https://localhost:{wrong}")).await;
    assert_eq!(error.kind, TransportKind::CertificateName, "{error}");
    assert!(error.message.contains("login.other.example"), "{error}");
    assert!(error.message.contains("not for localhost"), "{error}");

    let error = fails(&http(), &format!("https://localhost:{right}")).await;
    assert_eq!(error.kind, TransportKind::Certificate, "{error}");
    assert!(error.message.contains("does not trust"), "{error}");

    for (from, to, words) in [(2001, 2002, "has expired"), (2998, 2999, "not valid yet")] {
        let dated = authority.issue("localhost", |params| {
            params.not_before = rcgen::date_time_ymd(from, 1, 1);
            params.not_after = rcgen::date_time_ymd(to, 1, 1);
        });
        let port = dated.serve_answer(answer.clone()).await;
        let error = fails(&trusting, &format!("https://localhost:{port}")).await;
        assert_eq!(error.kind, TransportKind::Certificate, "{error}");
        assert!(error.message.contains(words), "{error}");
    }
}

#[tokio::test]
async fn https_to_a_plain_port_is_a_tls_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        // A TLS greeting is no request, so the answer comes at once.
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut greeting = [0; 16];
        let _ = stream.read(&mut greeting).await;
        finish(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    });
    let error = fails(&http(), &base).await;
    assert_eq!(error.kind, TransportKind::Tls, "{error}");
}
