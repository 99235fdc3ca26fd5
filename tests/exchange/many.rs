//! A run of many against a server that is made by hand: what is fetched once, what is fetched again,
//! and when it stops.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use axum::routing::{get, post};
use exchange_studio::config::ClientApp;
use exchange_studio::exchange::ask::Desk;
use exchange_studio::exchange::keys::{KeySet, SigningAlgorithm, SigningKey};
use exchange_studio::exchange::probe::{self, Ground};
use exchange_studio::exchange::supply::SubjectToken;
use exchange_studio::exchange::sweep::{
    Conditions, Earlier, Ended, Observed, PlanOptions, Report, plan, run,
};
use exchange_studio::exchange::{
    Cancel, Client, ClientAuth, ExchangeRequest, Http, HttpOptions, Server, Session, Supplies,
    Verification, simulate_in,
};
use exchange_studio::trust::{Reading, Subject};
use serde_json::json;

use crate::authority_bench::*;

/// What the server by hand does next, and what it was asked.
#[derive(Default)]
struct ByHand {
    keys: Vec<SigningKey>,
    /// Which of the keys are published, and which signs.
    published: usize,
    signs: usize,
    /// Answers before it grants: status and `Retry-After`.
    first: Vec<(u16, Option<&'static str>)>,
    asked: Vec<&'static str>,
}

type Shared = Arc<Mutex<ByHand>>;

async fn serve(by_hand: Shared) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (issuer, a, b, c) = (base.clone(), by_hand.clone(), by_hand.clone(), by_hand);
    let metadata = move || {
        a.lock().unwrap().asked.push("metadata");
        let body = json!({
            "issuer": issuer,
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/jwks"),
        });
        async move { axum::Json(body) }
    };
    let jwks = move || {
        let mut it = b.lock().unwrap();
        it.asked.push("keys");
        let body = KeySet::of(&it.keys[..it.published]).to_json();
        async move { axum::Json(body) }
    };
    let token = move || {
        let mut it = c.lock().unwrap();
        it.asked.push("token");
        let answer = if it.first.is_empty() {
            let token = it.keys[it.signs].sign("at+jwt", &json!({"sub": "a"})).unwrap();
            let body = json!({
                "access_token": token, "token_type": "Bearer", "issued_token_type": ACCESS_TOKEN,
            });
            axum::Json(body).into_response()
        } else {
            let (status, wait) = it.first.remove(0);
            let status = StatusCode::from_u16(status).unwrap();
            let body = axum::Json(json!({"error": "slow_down"}));
            match wait {
                Some(wait) => (status, [("retry-after", wait)], body).into_response(),
                None => (status, body).into_response(),
            }
        };
        async move { answer }
    };
    let router = Router::new()
        .route("/.well-known/oauth-authorization-server", get(metadata))
        .route("/jwks", get(jwks))
        .route("/token", post(token));
    tokio::spawn(async move { axum::serve(listener, router).await });
    base
}

fn by_hand() -> Shared {
    let key = || SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let keys = vec![key(), key()];
    Arc::new(Mutex::new(ByHand { keys, published: 1, ..ByHand::default() }))
}

fn asked(by_hand: &Shared, what: &str) -> usize {
    by_hand.lock().unwrap().asked.iter().filter(|it| **it == what).count()
}

#[tokio::test]
async fn metadata_is_fetched_once_and_keys_again_for_a_new_name() {
    let hand = by_hand();
    let base = serve(hand.clone()).await;
    let http = Http::new(HttpOptions::default()).unwrap();
    let session = Session::open(&http, &Server::Issuer(base)).await.unwrap();
    let client = Client::new("a", ClientAuth::Post("a secret of a client".into()));
    let request = ExchangeRequest {
        subject_token: "a subject token".into(),
        subject_token_type: ACCESS_TOKEN.to_owned(),
        ..ExchangeRequest::default()
    };
    let verification = async || {
        let skew = Duration::from_secs(60);
        let now = SystemTime::now();
        let report = simulate_in(&http, &session, &client, &request, skew, now).await.unwrap();
        report.verification.unwrap()
    };
    let is_good = |it: &Verification| matches!(it, Verification::Verified { .. });
    for _ in 0..3 {
        assert!(is_good(&verification().await));
    }
    assert_eq!((asked(&hand, "metadata"), asked(&hand, "keys"), asked(&hand, "token")), (1, 1, 3));
    // The server changes its key.
    {
        let mut it = hand.lock().unwrap();
        (it.published, it.signs) = (2, 1);
    }
    for _ in 0..3 {
        assert!(is_good(&verification().await));
    }
    assert_eq!(asked(&hand, "keys"), 2);
    // It signs with one that it never publishes: it is asked for once, and not again.
    {
        let mut it = hand.lock().unwrap();
        it.keys.push(SigningKey::generate(SigningAlgorithm::Es256).unwrap());
        it.signs = 2;
    }
    for _ in 0..3 {
        assert!(!is_good(&verification().await));
    }
    assert_eq!((asked(&hand, "metadata"), asked(&hand, "keys")), (1, 3));
}

/// A project with two permitted exchanges, swept with a token that is at hand.
async fn swept(base: &str, cancel: &Cancel) -> Report {
    let yaml = client(PORTAL, "Portal", &allows(&[DASHBOARD, BROKER]))
        + &client(DASHBOARD, "Dashboard", "")
        + &client(BROKER, "Broker", "");
    let project = project(&yaml);
    let http = Http::new(HttpOptions::default()).unwrap();
    let session = Session::open(&http, &Server::Issuer(base.to_owned())).await.unwrap();
    let plan =
        plan(&project, Reading::default(), PlanOptions { sample: 0, ..PlanOptions::default() });
    assert_eq!(plan.items.len(), 2);
    let mut supplies = supplies(&http, &session, project.clients()[0].key);
    let desk = Desk {
        http: &http,
        session: &session,
        project: &project,
        skew: Duration::from_secs(60),
        audiences: &[],
        clock: &SystemTime::now,
        patient: true,
    };
    let earlier = Earlier::default();
    let conditions = Conditions { desk, plan: &plan, rate: None, earlier: &earlier, cancel };
    sendable(run(&conditions, &mut supplies, |_| ())).await
}

/// The window runs these on a thread of its own.
fn sendable<F: Future + Send>(work: F) -> F {
    work
}

fn supplies<'a>(
    http: &'a Http,
    session: &'a Session,
    portal: exchange_studio::config::ClientKey,
) -> Supplies<'a> {
    let credentials = |app: &ClientApp| {
        let id = app.id.as_ref().ok_or("no id")?.value.as_str();
        Ok(Client::new(id, ClientAuth::Basic("a secret of a client".into())))
    };
    let token =
        SubjectToken { token: "a subject token".into(), token_type: ACCESS_TOKEN.to_owned() };
    Supplies::new(http, session, Box::new(credentials)).with_token(Subject::UserOf(portal), token)
}

#[tokio::test]
async fn a_server_that_is_asked_too_often_is_given_time_once() {
    // Once, and it is waited for.
    let hand = by_hand();
    let base = serve(hand.clone()).await;
    hand.lock().unwrap().first = vec![(429, Some("0"))];
    let report = swept(&base, &Cancel::default()).await;
    assert_eq!(report.ended, Ended::Finished);
    assert_eq!((report.summary.agreed, asked(&hand, "token")), (2, 3));
    // Twice, and the run ends; what is left was not asked.
    hand.lock().unwrap().first = vec![(429, Some("0")), (429, Some("0"))];
    let report = swept(&base, &Cancel::default()).await;
    assert_eq!(report.ended, Ended::TooManyRequests);
    assert_eq!(asked(&hand, "token"), 5);
    let observed: Vec<Observed> = report.items.iter().map(|item| item.observed).collect();
    assert_eq!(observed, [Observed::NoAnswer, Observed::NotTried]);
    assert!(!report.is_fine() && report.differences.is_empty());
    // It wants more time than anybody waits.
    hand.lock().unwrap().first = vec![(429, Some("86400"))];
    let report = swept(&base, &Cancel::default()).await;
    assert_eq!((report.ended, asked(&hand, "token")), (Ended::TooManyRequests, 6));
}

#[tokio::test]
async fn a_stop_ends_the_wait_for_a_server_that_wants_time() {
    let hand = by_hand();
    let base = serve(hand.clone()).await;
    hand.lock().unwrap().first = vec![(429, Some("100"))];
    let cancel = Cancel::default();
    let stop = async {
        while asked(&hand, "token") == 0 {
            tokio::task::yield_now().await;
        }
        cancel.cancel();
    };
    let (report, ()) = tokio::join!(swept(&base, &cancel), stop);
    assert_eq!(report.ended, Ended::Cancelled);
}

#[tokio::test]
async fn the_first_429_ends_the_probes() {
    let hand = by_hand();
    let base = serve(hand.clone()).await;
    let yaml =
        client(PORTAL, "Portal", &allows(&[DASHBOARD])) + &client(DASHBOARD, "Dashboard", "");
    let project = project(&yaml);
    let http = Http::new(HttpOptions::default()).unwrap();
    let session = Session::open(&http, &Server::Issuer(base)).await.unwrap();
    let desk = Desk {
        http: &http,
        session: &session,
        project: &project,
        skew: Duration::from_secs(60),
        audiences: &[],
        clock: &SystemTime::now,
        patient: true,
    };
    let ground = Ground::new(&project, Reading::default());
    let mut supplies = supplies(&http, &session, project.clients()[0].key);
    let ids = ["P-04", "P-05"].map(str::to_owned);
    let state = hand.clone();
    let once = move |_: probe::ProbeProgress<'_>| {
        state.lock().unwrap().first = vec![(429, Some("0"))];
    };
    let cancel = Cancel::default();
    let report =
        sendable(probe::run(&desk, &ground, &ids, None, &mut supplies, &cancel, once)).await;
    // This server grants whatever it is asked, which is what the first probe finds.
    assert!(report.proves);
    assert_eq!(report.probes[0].verdict, probe::Verdict::Accepted);
    assert_eq!(report.ended, Ended::TooManyRequests);
    assert_eq!(asked(&hand, "token"), 3, "control, one probe, and the one that was too many");
}

/// Nothing that authenticates is in what people, files and logs get to see.
#[tokio::test]
async fn nothing_secret_is_in_any_report_or_debug_text() {
    let hand = by_hand();
    let base = serve(hand).await;
    let report = swept(&base, &Cancel::default()).await;
    let told = [
        serde_json::to_string(&report).unwrap(),
        report.to_csv(),
        report.to_junit(),
        format!("{report:?}"),
    ];
    for text in told {
        for secret in ["a subject token", "a secret of a client", "eyJ"] {
            assert!(!text.contains(secret), "{secret} is in {text}");
        }
    }
}
