//! Nothing secret in a panic, on both sides of it: no answer makes the client panic, whatever its
//! letters, and what a panic would print of the values in scope holds none of them.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};
use std::time::{Duration, SystemTime};

use exchange_studio::exchange::device::DeviceLogin;
use exchange_studio::exchange::keys::{SigningAlgorithm, SigningKey};
use exchange_studio::exchange::{
    Client, ClientAuth, Endpoints, ExchangeRequest, FollowUp, Occasion, Redemption, Server,
    Session, Simulation, discover, follow_up, inspect, redeem, simulate,
};
use exchange_studio::trust::Reading;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::authority_bench::*;
use super::client_faults::{http, json_answer, serve};

/// With letters of two and four bytes, which a text may not be cut within.
const SECRET: &str = "MARKED-sécret-\u{1f511}-0123456789-0123456789";
const SUBJECT: &str = "MARKED-sübject-\u{1f511}";

thread_local! {
    /// What panicked on this thread since it began to listen.
    static PANICS: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Writes down what panics on this thread, as the hook of every program gets to see it; panics of
/// other threads go where they went.
fn listen() {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let listens = PANICS.with_borrow_mut(|panics| {
                panics.as_mut().map(|panics| panics.push(panic.to_string())).is_some()
            });
            if !listens {
                before(panic);
            }
        }));
    });
    PANICS.set(Some(Vec::new()));
}

fn heard() -> Vec<String> {
    PANICS.take().unwrap()
}

fn asker() -> Client {
    let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    Client::new("pörtal", ClientAuth::Basic(SecretString::from(SECRET))).bound_to(Arc::new(key))
}

fn to(base: &str) -> Simulation {
    Simulation {
        server: Server::Endpoints(Box::new(Endpoints {
            token_endpoint: format!("{base}/token"),
            jwks_uri: Some(format!("{base}/keys")),
            introspection_endpoint: Some(format!("{base}/introspect")),
            revocation_endpoint: Some(format!("{base}/revoke")),
        })),
        client: asker(),
        request: ExchangeRequest {
            subject_token: SUBJECT.into(),
            subject_token_type: ACCESS_TOKEN.to_owned(),
            actor_token: "MARKED-äctor.MARKED-äctor.MARKED".into(),
            actor_token_type: JWT.to_owned(),
            extra: vec![("session_token".to_owned(), "MARKED-€xtra".to_owned())],
            ..ExchangeRequest::default()
        },
        skew: Duration::from_secs(60),
    }
}

/// Bodies in which secrets, broken letters and numbers beyond all bounds stand where something is
/// read, cut or counted.
fn bodies() -> Vec<Vec<u8>> {
    let part = |text: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
    };
    let token =
        |claims: &str| format!("{}.{}.", part(r#"{"alg":"ES256","kid":"é"}"#), part(claims));
    let most = "9".repeat(400);
    let claims = [
        format!(
            r#"{{"iss":"{SECRET}","sub":"{SUBJECT}","aud":["{SUBJECT}"],"act":{{"sub":"é"}}}}"#
        ),
        format!(r#"{{"exp":{most},"iat":-{most},"nbf":1e400,"auth_time":-1e308}}"#),
        r#"{"exp":9223372036854775807,"iat":-9223372036854775808,"nbf":18446744073709551615}"#
            .into(),
        r#"{"exp":1e18,"iat":-1e18,"cnf":{"jkt":7},"may_act":[],"scope":["é",7],"aud":{}}"#.into(),
        format!("{}{}", r#"{"act":"#.repeat(60), "1".to_owned() + &"}".repeat(60)),
    ];
    let mut bodies: Vec<Vec<u8>> = claims
        .iter()
        .map(|claims| {
            format!(
                r#"{{"access_token":"{}","token_type":"DPöP","issued_token_type":"é","expires_in":{most},
                    "scope":"{SUBJECT}  é","refresh_token":"é","note":"{SECRET}"}}"#,
                token(claims)
            )
            .into_bytes()
        })
        .collect();
    bodies.extend([
        format!(
            r#"{{"error":"{SECRET}","error_description":"é{SUBJECT}é{SECRET}","x":"{SUBJECT}"}}"#
        )
        .into_bytes(),
        format!(r#"{{"access_token":"{SUBJECT}","token_type":"é","expires_in":-1}}"#).into_bytes(),
        format!("{SECRET}{}", "é\u{1f511}".repeat(3_000)).into_bytes(),
        format!("<html>{}{SUBJECT}", "é".repeat(1_999)).into_bytes(),
        format!("[{}", "[".repeat(5_000)).into_bytes(),
        b"{\"access_token\":\"\xff\xfeMARKED\"}".to_vec(),
        b"\xef\xbb\xbf{\"access_token\":\"x\"}".to_vec(),
        br#"{"active":"yes","keys":[{"kty":"EC","crv":"P-256","x":"AA","y":7},7,{}],"jwks_uri":7}"#
            .to_vec(),
        br#"{"access_token":"a..b","access_token":"\ud800"}"#.to_vec(),
        Vec::new(),
    ]);
    bodies
}

#[tokio::test]
async fn no_answer_makes_the_client_panic() {
    listen();
    let now = SystemTime::now();
    for body in bodies() {
        for status in ["200 OK", "400 Bad Request", "503 \u{e9}"] {
            let base = serve(json_answer(status, &body)).await;
            let simulation = to(&base);
            let wanted = FollowUp { introspect: true, revoke_subject: true };
            if let Ok(mut report) = simulate(&http(), &simulation, now).await {
                follow_up(&http(), &simulation, &mut report, wanted, now).await;
                report.to_json(false);
            }
            let redemption = Redemption {
                server: simulation.server.clone(),
                client: simulation.client.clone(),
                assertion: SUBJECT.into(),
                scope: String::new(),
                resource: Vec::new(),
                extra: Vec::new(),
                skew: simulation.skew,
            };
            let _ = redeem(&http(), &redemption, now).await;
            let base = serve(json_answer(status, &body)).await;
            let _ = discover(&http(), &base).await;
            let _ = inspect(&http(), &base).await;
        }
    }
    // A panic ends a test by itself, but not one that a task or a handler has swallowed.
    assert_eq!(heard(), [""; 0]);
}

#[tokio::test]
async fn what_a_panic_prints_of_the_values_in_scope_holds_no_secret() {
    let yaml =
        client(PORTAL, "Portal", &allows(&[DASHBOARD])) + &client(DASHBOARD, "Dashboard", "");
    let bench = Bench::new(&yaml, Reading::default());
    let secret = bench.running.client_secret().expose_secret();
    let http = http();
    let now = exchange_studio::exchange::time::point(bench.now());
    let issuer = Server::Issuer(bench.running.issuer().to_owned());
    let session = Session::open(&http, &issuer).await.unwrap();
    let simulation = Simulation { server: issuer, ..to(bench.running.issuer()) };
    let refused = simulate(&http, &simulation, now).await.unwrap();
    let granted =
        br#"{"access_token":"MARKED-issued","refresh_token":"MARKED-refresh","token_type":"x"}"#;
    let base = serve(json_answer("200 OK", granted)).await;
    let issued = simulate(&http, &to(&base), now).await.unwrap();
    let gone = simulate(&http, &to("http://127.0.0.1:1"), now).await.unwrap_err();
    let url = Url::parse("https://id.example/token").unwrap();
    let occasion = Occasion { issuer: None, token_endpoint: &url, now };
    let credentials = simulation.client.credentials(&occasion).unwrap();
    let parameters = simulation.request.parameters(&credentials);
    let metadata = session.metadata().unwrap();
    let device = DeviceLogin::begin(&http, metadata, &simulation.client, SUBJECT, now).await;

    listen();
    // Each as it happens to somebody: a value of the wrong kind, two that should be equal, a text.
    let mut provoked = 0;
    let mut provoke = |panics: &mut dyn FnMut()| {
        provoked += 1;
        assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
    };
    macro_rules! provoke_with {
        ($($value:expr),* $(,)?) => {$(
            provoke(&mut || { Err::<(), _>(&$value).unwrap(); });
            provoke(&mut || { Ok::<_, ()>(&$value).unwrap_err(); });
            provoke(&mut || { Err::<(), _>(Some(vec![&$value])).expect("a value"); });
            provoke(&mut || panic!("{:#?}", $value));
        )*};
    }
    provoke_with!(
        simulation,
        simulation.client,
        simulation.request,
        credentials,
        parameters,
        refused,
        issued,
        gone,
        session,
        metadata,
        device,
        bench.running,
        http,
    );
    provoke(&mut || assert_eq!(refused.sentence(), issued.sentence(), "{gone} {gone:?}"));
    let heard = heard();
    assert_eq!(heard.len(), provoked);
    for text in &heard {
        assert!(text.contains("panicked") || text.contains("panics.rs"), "{text}");
        assert!(!text.contains("MARKED") && !text.contains("eyJ"), "{text}");
        assert!(!text.contains(secret), "{text}");
    }
}
