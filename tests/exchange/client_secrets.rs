//! Marked secrets go in; nothing that comes out holds them.

use std::time::SystemTime;

use exchange_studio::exchange::client_credentials::client_credentials;
use exchange_studio::exchange::keys::{SigningAlgorithm, SigningKey};
use exchange_studio::exchange::share::{self, Tool, Variables};
use exchange_studio::exchange::{
    AssertionAudience, ClientAuth, ClientAuthMethod, ExchangeRequest, Occasion, Report, Server,
    SimulateError, simulate,
};
use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::client_faults::{http, json_answer, serve, simulation};

/// Every text a report can become.
fn everything(report: &Report) -> String {
    let checks: String =
        report.checks.iter().map(|check| format!("{} {check:?}\n", check.finding)).collect();
    format!(
        "{}\n{report:?}\n{}\n{}\n{}\n{checks}",
        report.to_json(false),
        report.sentence(),
        report.request.to_text(),
        report.answer.to_text()
    )
}

/// A certificate is shown over https alone; `client_mtls` looks at those methods.
fn over_http() -> impl Iterator<Item = ClientAuthMethod> {
    ClientAuthMethod::ALL.into_iter().filter(|method| !method.is_tls())
}

fn marked(method: ClientAuthMethod, base: &str) -> exchange_studio::exchange::Simulation {
    let mut simulation =
        simulation(Server::TokenEndpoint { url: format!("{base}/token"), jwks_uri: None });
    simulation.client.auth = match method {
        // The key itself is never text again once it is read.
        ClientAuthMethod::PrivateKeyJwt => ClientAuth::PrivateKeyJwt {
            key: Box::new(SigningKey::generate(SigningAlgorithm::Es256).unwrap()),
            audience: AssertionAudience::Issuer,
        },
        _ => ClientAuth::new(method, SecretString::from("MARKED client+secret")).unwrap(),
    };
    simulation.request = ExchangeRequest {
        actor_token: SecretString::from("MARKED-actor-token"),
        actor_token_type: "urn:ietf:params:oauth:token-type:jwt".to_owned(),
        extra: vec![
            ("session_token".to_owned(), "MARKED-extra".to_owned()),
            ("note".to_owned(), "carries MARKED-subject-token along".to_owned()),
        ],
        ..simulation.request
    };
    simulation
}

#[tokio::test]
async fn a_server_that_echoes_everything_shows_nothing() {
    // The request's secrets come back in a header, in the description, in a key and in a list; the
    // issued ones stand where the standard puts them and elsewhere.
    for method in over_http() {
        // A public client, and one with a key, have no secret that could come back.
        let (plain, encoded, spaced) = match method {
            ClientAuthMethod::None | ClientAuthMethod::PrivateKeyJwt => ("-", "-", "-"),
            _ => ("MARKED client+secret", "MARKED+client%2Bsecret", "MARKED%20client%2Bsecret"),
        };
        let bodies = [
            (
                "400 Bad Request",
                format!(
                    r#"{{"error":"invalid_request","error_description":"bad MARKED-subject-token and {encoded} {spaced}","MARKED-actor-token":["{plain}",{{"x":"MARKED-extra"}}]}}"#
                ),
            ),
            (
                "200 OK",
                r#"{"access_token":"MARKED-issued","refresh_token":"MARKED-refresh","id_token":"MARKED-id","token_type":"Bearer","note":"MARKED-issued and MARKED-refresh","expires_in":60}"#.to_owned(),
            ),
            ("500 Oops", format!("stack trace: MARKED-subject-token at {plain}")),
            ("200 OK", "not json MARKED-issued".to_owned()),
        ];
        for (status, body) in bodies {
            let mut answer = json_answer(status, body.as_bytes());
            let header = b"\r\nX-Debug: MARKED-subject-token\r\nSet-Cookie: s=MARKED-cookie\r\n";
            let at = answer.windows(2).position(|two| two == b"\r\n").unwrap();
            answer.splice(at..at + 2, header.iter().copied());
            let base = serve(answer).await;
            let report =
                simulate(&http(), &marked(method, &base), SystemTime::now()).await.unwrap();
            let text = everything(&report);
            assert!(!text.contains("MARKED"), "{}:\n{text}", method.name());
            if let Some(issued) = &report.issued {
                assert_eq!(issued.expose_secret(), "MARKED-issued");
                assert!(report.to_json(true).to_string().contains("MARKED-issued"));
            }
        }
    }
}

#[tokio::test]
async fn errors_hold_no_secret() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let down = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    for base in
        [down, serve("").await, serve("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{").await]
    {
        for method in over_http() {
            let mut simulation = marked(method, &base);
            simulation.request.extra.retain(|(name, _)| name != "note");
            let error: SimulateError =
                simulate(&http(), &simulation, SystemTime::now()).await.unwrap_err();
            let text = format!("{error} {error:?} {simulation:?}");
            assert!(!text.contains("MARKED"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_refused_client_credentials_request_holds_no_secret() {
    let body = br#"{"error":"invalid_client","error_description":"wrong MARKED-client-secret"}"#;
    let base = serve(json_answer("401 Unauthorized", body)).await;
    let simulation = simulation(Server::Issuer(base.clone()));
    let endpoint = Url::parse(&format!("{base}/token")).unwrap();
    let occasion =
        Occasion { issuer: Some(&base), token_endpoint: &endpoint, now: SystemTime::now() };
    let error =
        client_credentials(&http(), &occasion, &simulation.client, "read", &[]).await.unwrap_err();
    assert!(error.message.contains("invalid_client"), "{error}");
    assert!(!format!("{error} {error:?}").contains("MARKED"), "{error}");
}

#[tokio::test]
async fn secrets_travel_where_the_method_says_and_nowhere_else() {
    use tokio::io::AsyncWriteExt;
    for method in over_http() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = super::client_faults::read_request(&mut stream).await;
            stream.write_all(&json_answer("400 Bad Request", b"{\"error\":\"x\"}")).await.unwrap();
            request
        });
        simulate(&http(), &marked(method, &base), SystemTime::now()).await.unwrap();
        let request = seen.await.unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /token HTTP/1.1\r\n"), "{head}");
        let basic = head.to_ascii_lowercase().contains("\r\nauthorization: basic ");
        let post = body.contains("client_secret=MARKED+client%2Bsecret");
        assert_eq!(basic, method == ClientAuthMethod::ClientSecretBasic);
        assert_eq!(post, method == ClientAuthMethod::ClientSecretPost);
        assert_eq!(body.contains("client_id=portal"), !basic);
        let signs =
            [ClientAuthMethod::ClientSecretJwt, ClientAuthMethod::PrivateKeyJwt].contains(&method);
        assert_eq!(body.contains("&client_assertion=eyJ"), signs);
        assert!(post || !body.contains("MARKED+client") && !body.contains("MARKED%20client"));
        assert!(body.contains("subject_token=MARKED-subject-token&"));
        assert!(!head.contains("MARKED"));
    }
}

/// An assertion is good for a minute at the server it is for: whoever sees it must not be able to
/// use it, so it is masked as it is sent, and taken out of whatever the server says about it.
#[tokio::test]
async fn an_assertion_that_a_server_echoes_is_not_shown() {
    use tokio::io::AsyncWriteExt;
    for method in [ClientAuthMethod::ClientSecretJwt, ClientAuthMethod::PrivateKeyJwt] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let request = super::client_faults::read_request(&mut stream).await;
            let assertion = request.split("&client_assertion=").nth(1).unwrap().to_owned();
            let body =
                format!(r#"{{"error":"invalid_client","error_description":"bad {assertion}"}}"#);
            stream.write_all(&json_answer("400 Bad Request", body.as_bytes())).await.unwrap();
            assertion
        });
        let report = simulate(&http(), &marked(method, &base), SystemTime::now()).await.unwrap();
        let assertion = seen.await.unwrap();
        assert!(assertion.len() > 100 && !assertion.contains('&'), "{assertion}");
        let text = everything(&report);
        let signature = assertion.rsplit('.').next().unwrap();
        assert!(!text.contains(&assertion) && !text.contains(signature), "{text}");
        let echo = report.checks.iter().find(|check| check.id == "ERR-04").unwrap();
        assert_eq!(echo.level, exchange_studio::exchange::Level::Fail);
        let curl = share::of_report(Tool::Curl, &report, &Variables::default());
        assert!(curl.contains("\"${CLIENT_ASSERTION}\""), "{curl}");
    }
}
