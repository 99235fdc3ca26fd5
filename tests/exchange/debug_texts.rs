//! What a panic or a log could print: the `Debug` text of everything that can hold a secret, short
//! and long, and the texts of errors. Marked secrets go in, and none of them is in any.

use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use exchange_studio::authority::{MintRequest, Options};
use exchange_studio::config::ClientApp;
use exchange_studio::exchange::ask::Desk;
use exchange_studio::exchange::case::{CaseFile, Means};
use exchange_studio::exchange::client_credentials::client_credentials;
use exchange_studio::exchange::device::DeviceLogin;
use exchange_studio::exchange::keys::{KeySet, SigningAlgorithm, SigningKey};
use exchange_studio::exchange::login::{Login, sign_in};
use exchange_studio::exchange::request::form;
use exchange_studio::exchange::share::Variables;
use exchange_studio::exchange::supply::{SubjectToken, Wanted};
use exchange_studio::exchange::{
    AssertionAudience, Cancel, Client, ClientAuth, ClientAuthMethod, ExchangeRequest, FollowUp,
    Http, HttpOptions, NamedProfile, Occasion, Process, Redactor, Redemption, Server, Session,
    Simulation, Supplies, exchange, follow_up, inspect, paste, redeem, simulate,
};
use exchange_studio::trust::{Reading, Subject};
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::authority_bench::*;
use super::client_faults::{http, json_answer, serve};

/// Long enough for a MAC.
const SECRET: &str = "MARKED-client-secret-0123456789-0123456789";

/// All that has been printed, and what may not be in it.
#[derive(Default)]
struct Printed {
    text: String,
    needles: Vec<String>,
}

impl Printed {
    fn add(&mut self, value: &impl Debug) {
        self.text.push_str(&format!("{value:?}\n{value:#?}\n"));
    }

    /// A text that is made at run time and may not be seen.
    fn hide(&mut self, secret: &str) {
        assert!(secret.len() >= 16, "too short to be found by: {secret}");
        self.needles.push(secret.to_owned());
    }

    fn is_clean(&self) {
        // The name of a method, in which the beginning of a token stands.
        let text = self.text.replace("PrivateKeyJwt", "");
        let marks = ["MARKED", "eyJ", "PRIVATE KEY"];
        for needle in marks.into_iter().chain(self.needles.iter().map(String::as_str)) {
            if let Some(at) = text.find(needle) {
                let from = text[..at].rfind('\n').map_or(0, |it| it + 1);
                let line = text[from..].lines().next().unwrap_or_default();
                panic!("{needle} is in {line}");
            }
        }
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> =
        body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// A client of each kind, bound to a key; keys are text only until they are read.
fn clients(printed: &mut Printed) -> Vec<Client> {
    let pair = rcgen::KeyPair::generate().unwrap();
    let key = pem("PRIVATE KEY", &pair.serialize_der());
    let params = rcgen::CertificateParams::new(vec!["portal".to_owned()]).unwrap();
    let certificate = pem("CERTIFICATE", params.self_signed(&pair).unwrap().der()) + &key;
    for line in key.lines().skip(1).take(2) {
        printed.hide(line);
    }
    // As bytes in a list, which is how a vector would be shown.
    let bytes: Vec<String> = pair.serialize_der()[40..56].iter().map(u8::to_string).collect();
    printed.hide(&bytes.join(", "));
    let of = |method: ClientAuthMethod| {
        let credential = match method {
            ClientAuthMethod::None => "",
            ClientAuthMethod::PrivateKeyJwt => &key,
            method if method.is_tls() => &certificate,
            _ => SECRET,
        };
        let auth = ClientAuth::new(method, SecretString::from(credential)).unwrap();
        let proof = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
        Client::new("portal", auth).bound_to(Arc::new(proof))
    };
    ClientAuthMethod::ALL.into_iter().map(of).collect()
}

fn request() -> ExchangeRequest {
    ExchangeRequest {
        subject_token: "MARKED-subject-token".into(),
        subject_token_type: ACCESS_TOKEN.to_owned(),
        actor_token: "MARKED-actor-token".into(),
        actor_token_type: JWT.to_owned(),
        extra: vec![("session_token".to_owned(), "MARKED-extra".to_owned())],
        ..ExchangeRequest::default()
    }
}

const GRANTED: &[u8] = br#"{"access_token":"MARKED-issued","refresh_token":"MARKED-refresh",
    "id_token":"MARKED-id","token_type":"Bearer","note":"MARKED-issued","device_code":"MARKED-device",
    "user_code":"SHOWN","verification_uri":"https://id.example/device","expires_in":60}"#;
const ECHOED: &[u8] =
    br#"{"error":"invalid_request","error_description":"MARKED-subject-token MARKED-actor-token"}"#;

#[tokio::test]
async fn nothing_that_is_sent_or_received_is_in_a_debug_text() {
    let mut printed = Printed::default();
    let url = Url::parse("https://id.example/token").unwrap();
    let occasion = Occasion { issuer: None, token_endpoint: &url, now: SystemTime::now() };
    printed.add(&request());
    for client in clients(&mut printed) {
        printed.add(&client);
        let credentials = client.credentials(&occasion).unwrap();
        printed.add(&credentials);
        let parameters = request().parameters(&credentials);
        printed.add(&(&parameters, form(&parameters)));
        let mut redactor = Redactor::new();
        client.teach(&mut redactor);
        request().teach(&mut redactor);
        printed.add(&redactor);
        // What comes back is what was sent.
        let echoed = format!(r#"{{"error":"invalid_request","error_description":"{SECRET}"}}"#);
        let has_secret = client.auth.secret().is_some();
        for answer in [GRANTED, echoed.as_bytes()].iter().take(1 + usize::from(has_secret)) {
            let base = serve(json_answer("200 OK", answer)).await;
            let endpoint = Url::parse(&format!("{base}/token")).unwrap();
            let occasion = Occasion { token_endpoint: &endpoint, ..occasion };
            printed.add(&client_credentials(&http(), &occasion, &client, "a", &[]).await);
        }
        for answer in [json_answer("200 OK", GRANTED), json_answer("400 Bad", ECHOED)] {
            let base = serve(answer).await;
            let server = Server::TokenEndpoint { url: format!("{base}/token"), jwks_uri: None };
            let simulation = Simulation {
                server: server.clone(),
                client: client.clone(),
                request: request(),
                skew: Duration::from_secs(60),
            };
            printed.add(&simulation);
            let redemption = Redemption {
                server,
                client: client.clone(),
                assertion: "MARKED-subject-token MARKED-actor-token".into(),
                scope: String::new(),
                resource: Vec::new(),
                extra: Vec::new(),
                skew: Duration::from_secs(60),
            };
            printed.add(&redemption);
            let endpoint = Url::parse(&format!("{base}/token")).unwrap();
            let occasion = Occasion { token_endpoint: &endpoint, ..occasion };
            let now = occasion.now;
            printed.add(&exchange(&http(), &occasion, &client, &request()).await);
            printed.add(&redeem(&http(), &redemption, now).await);
            let mut report = simulate(&http(), &simulation, now).await;
            printed.add(&report);
            if let Ok(report) = &mut report {
                let wanted = FollowUp { introspect: true, revoke_subject: true };
                follow_up(&http(), &simulation, report, wanted, now).await;
                printed.add(report);
            }
        }
    }
    printed.is_clean();
}

#[tokio::test]
async fn nothing_that_an_authority_issues_is_in_a_debug_text() {
    let mut printed = Printed::default();
    let yaml =
        client(PORTAL, "Portal", &allows(&[DASHBOARD])) + &client(DASHBOARD, "Dashboard", "");
    let options = Options { client_secret: Some(SECRET.into()), ..Options::default() };
    printed.add(&options);
    let bench = Bench::with(&yaml, Reading::default(), options);
    printed.add(&bench.running);
    printed.add(&MintRequest::new("alice"));
    let http = http();
    let now = exchange_studio::exchange::time::point(bench.now());
    let issuer = Server::Issuer(bench.running.issuer().to_owned());
    let session = Session::open(&http, &issuer).await.unwrap();
    let session = session.with_parameters(vec![("tenant".to_owned(), "acme".to_owned())]);
    let metadata = session.metadata().unwrap();
    let portal = Client::new(PORTAL, ClientAuth::Basic(SECRET.into()));
    let issued = sign_in(&http, metadata, &portal, "alice", "openid a", now).await.unwrap();
    printed.hide(issued.access_token.expose_secret());
    printed.add(&issued);
    let login =
        Login::begin(metadata, PORTAL, "http://127.0.0.1:1/callback", "openid", &[]).unwrap();
    let state = login.url.query_pairs().find(|(name, _)| name == "state").unwrap().1.into_owned();
    printed.hide(&state);
    printed.add(&login);
    printed.add(&DeviceLogin::begin(&http, metadata, &portal, "a", now).await);
    printed.add(&inspect(&http, bench.running.issuer()).await);

    let project = project(&yaml);
    let secret = |app: &ClientApp| {
        let id = app.id.as_ref().ok_or("no id")?.value.as_str();
        Ok(Client::new(id, ClientAuth::Basic(SECRET.into())))
    };
    let token = SubjectToken { token: issued.access_token, token_type: ACCESS_TOKEN.to_owned() };
    printed.add(&token);
    let supplies = Supplies::new(&http, &session, Box::new(secret))
        .with_token(Subject::UserOf(project.clients()[0].key), token.clone())
        .with_user("alice", "a");
    printed.add(&supplies);
    printed.add(&Wanted::new("https://auth.external.com", "alice"));
    let skew = Duration::from_secs(60);
    printed.add(&Desk {
        http: &http,
        session: &session,
        project: &project,
        skew,
        audiences: &[],
        clock: &SystemTime::now,
        patient: true,
    });
    let request = ExchangeRequest {
        subject_token: token.token.clone(),
        subject_token_type: ACCESS_TOKEN.to_owned(),
        audience: vec![DASHBOARD.to_owned()],
        ..ExchangeRequest::default()
    };
    let simulation = Simulation { server: issuer, client: portal, request, skew };
    let report = simulate(&http, &simulation, now).await.unwrap();
    assert!(report.issued_token.is_some(), "{}", report.sentence());
    printed.hide(report.issued.as_ref().unwrap().expose_secret());
    printed.add(&report);
    printed.add(&(&http, &session));
    printed.is_clean();
}

#[tokio::test]
async fn nothing_that_a_person_or_a_file_gives_is_in_a_debug_text() {
    let mut printed = Printed::default();
    for pasted in [
        "curl https://id.example/token -u portal:MARKED -d subject_token=MARKED-s -d pass=MARKED",
        "curl https://portal:MARKED@id.example/token -d subject_token=MARKED-s -d scope=read",
        "curl https://id.example/token -H 'Authorization: Basic cG9ydGFsOk1BUktFRA==' -d scope=read",
        "http --form POST https://id.example/token subject_token=MARKED-s client_secret=MARKED",
        "POST https://id.example/token\nAuthorization: Bearer MARKED\n\nsubject_token=MARKED-s",
        "wget MARKED",
        "curl 'MARKED",
    ] {
        let read = paste::read(pasted);
        if let Err(error) = &read {
            printed.text.push_str(&format!("{error}\n"));
        }
        printed.add(&read);
    }
    // What is no address for a server may still be in the hands of the program.
    let address = "https://portal:MARKED@id.example/token";
    let typed =
        ["https://portal:MARKED@id.example/t", "https://portal:MARKED@id ex/", "u:MARKED@x"];
    for typed in typed {
        printed.add(&Server::Issuer(typed.to_owned()));
        printed.add(&Server::TokenEndpoint {
            url: typed.to_owned(),
            jwks_uri: Some(typed.to_owned()),
        });
        let simulation = Simulation {
            server: Server::Issuer(typed.to_owned()),
            client: Client::new("portal", ClientAuth::None),
            request: request(),
            skew: Duration::ZERO,
        };
        printed.add(&simulation);
        let error = simulate(&http(), &simulation, SystemTime::now()).await.unwrap_err();
        printed.text.push_str(&format!("{error}\n"));
        printed.add(&error);
    }
    let options =
        HttpOptions { proxy: Some(Url::parse(address).unwrap()), ..HttpOptions::default() };
    printed.add(&options);
    printed.add(&Http::new(options).map(drop));
    printed.add(&Variables::default().with("client_secret", "PORTAL_SECRET"));
    printed.add(&AssertionAudience::Issuer);

    // Keys that cannot be read.
    for method in ClientAuthMethod::ALL {
        for text in ["-----BEGIN PRIVATE KEY-----\nMARKED", "{\"kty\":\"EC\",\"d\":\"MARKED\"}"] {
            if let Err(error) = ClientAuth::new(method, text.into()) {
                printed.text.push_str(&format!("{error}\n"));
                printed.add(&error);
            }
        }
    }
    printed.add(&KeySet::read_public("{\"kty\":\"EC\",\"d\":\"MARKED\"}").map(drop));
    printed.add(&KeySet::parse(b"MARKED").map(drop));

    // Cases name variables; a secret that was written into one is no case.
    let case = "version: 1\nserver: https://id.example\nclients:\n  portal: {id: p, secret_env: VAR}\n\
                cases:\n  - name: a\n    client: portal\n    subject: {env: TOKEN}\n    expect: \
                {outcome: refused}\n";
    let file = CaseFile::read(case).unwrap();
    printed.add(&file);
    let wrong = case.replace("secret_env: VAR", "secret: MARKED");
    let error = CaseFile::read(&wrong).unwrap_err();
    printed.text.push_str(&format!("{error}\n"));
    printed.add(&error);
    let base = serve(json_answer("400 Bad", ECHOED)).await;
    let http = http();
    let server = Server::TokenEndpoint { url: format!("{base}/token"), jwks_uri: None };
    let session = Session::open(&http, &server).await.unwrap();
    let means = Means {
        http: &http,
        session: &session,
        variable: &|_| Ok("MARKED-subject-token MARKED-actor-token".into()),
        mint: None,
        folder: Path::new(""),
        skew: Duration::from_secs(60),
        cancel: &Cancel::default(),
        clock: &SystemTime::now,
    };
    printed.add(&means);
    printed.add(&exchange_studio::exchange::case::run(&file, "a", &means).await);

    let profile = exchange_studio::config::Profile::default();
    let named = NamedProfile { name: "a", profile: &profile, folder: Path::new("") };
    printed.add(&(named, named.server(), Process));
    printed.is_clean();
}
