//! Transaction tokens of the authority, judged by the checks of their preset.

use std::time::{Duration, UNIX_EPOCH};

use exchange_studio::authority::{MintRequest, Misbehaviour as M, Options};
use exchange_studio::exchange::report::Outcome;
use exchange_studio::exchange::token_type::{REFRESH_TOKEN, SELF_SIGNED, TXN_TOKEN, UNSIGNED_JSON};
use exchange_studio::exchange::{
    Client, ClientAuth, ExchangeRequest, Level, Preset, Report, Server, Simulation, simulate,
};
use exchange_studio::trust::Reading;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::authority_bench::*;
use crate::client_faults::http;

const SHOP: &str = "shop.example";

fn bench() -> Bench {
    let yaml = client(PORTAL, "Portal", &allows(&[DASHBOARD]))
        + &client(DASHBOARD, "The shop's workloads", "")
        + &client(BROKER, "Broker", "")
        + &client(PRINCIPAL, "Principal", &identity(ISSUER, SUBJECT));
    let domain = |name: &str, client: &str| (name.to_owned(), client.to_owned());
    let trust_domains = vec![domain(SHOP, DASHBOARD), domain("bank.example", BROKER)];
    let options = Options { trust_domains, ..Options::default() };
    Bench::with(&yaml, Reading::RequesterListsTarget, options)
}

fn wanted(token: SecretString) -> ExchangeRequest {
    let object = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let mut request = ExchangeRequest {
        subject_token: token,
        subject_token_type: ACCESS_TOKEN.to_owned(),
        audience: vec![SHOP.to_owned()],
        scope: "buy".to_owned(),
        extra: vec![
            object("request_context", r#"{"req_ip": "192.0.2.7"}"#),
            object("request_details", r#"{"item": "book", "count": 2}"#),
        ],
        ..ExchangeRequest::default()
    };
    Preset::TransactionToken.fill(&mut request);
    request
}

async fn ask(bench: &Bench, client: &str, request: ExchangeRequest) -> Report {
    let simulation = Simulation {
        server: Server::Issuer(bench.running.issuer().to_owned()),
        client: Client::new(client, ClientAuth::Basic(bench.running.client_secret().clone())),
        request,
        skew: Duration::from_secs(60),
    };
    let now = UNIX_EPOCH + Duration::from_secs(bench.now().unsigned_abs());
    simulate(&http(), &simulation, now).await.unwrap()
}

/// The checks that have something to say; a secret where a key is recommended is the tests' own way.
fn noticed(report: &Report) -> Vec<&str> {
    let says = report.checks.iter().filter(|it| it.level > Level::Pass || it.dialect);
    says.map(|it| it.id).filter(|id| !["REQ-01", "DIS-03", "TXN-08"].contains(id)).collect()
}

async fn login(bench: &Bench, scope: &str) -> SecretString {
    bench.user_token(PORTAL, "alice", scope).await.into()
}

#[tokio::test]
async fn a_transaction_token_is_as_the_draft_has_it() {
    let bench = bench();
    let report = ask(&bench, PORTAL, wanted(login(&bench, "buy browse").await)).await;
    assert_eq!(report.outcome, Outcome::Issued, "{:?}", report.refusal);
    assert_eq!(noticed(&report), [""; 0], "{:#?}", report.checks);
    assert_eq!(report.issued_type(), Some(TXN_TOKEN));
    let token = report.issued.unwrap();
    let (header, claims) = parts(token.expose_secret());
    assert_eq!(header["typ"], "txntoken+jwt");
    let (now, expected) = (bench.now(), json!({ "req_ip": "192.0.2.7" }));
    assert_eq!((&claims["rctx"], &claims["tctx"]["item"]), (&expected, &json!("book")));
    assert_eq!((&claims["sub"], &claims["aud"]), (&json!("alice"), &json!(SHOP)));
    assert_eq!((&claims["scope"], &claims["req_wl"]), (&json!("buy"), &json!(PORTAL)));
    assert_eq!((&claims["iat"], &claims["exp"]), (&json!(now), &json!(now + 120)));
    assert!(claims["txn"].as_str().is_some_and(|txn| txn.len() > 20));
    // It is no access token: not for an exchange, and not for introspection.
    for declared in [ACCESS_TOKEN, JWT, ID_TOKEN] {
        let more = [("audience", DASHBOARD), ("subject_token_type", declared)];
        let answer = bench.exchange(PORTAL, token.expose_secret(), &more).await;
        assert_eq!(answer.error(), (400, "invalid_request".to_owned()), "{declared}");
    }
    let secret = bench.secret();
    let form =
        [("client_id", PORTAL), ("client_secret", &secret), ("token", token.expose_secret())];
    let said = bench.post("/connect/introspect", &form).await;
    assert_eq!(said.json(), json!({ "active": false }));
}

#[tokio::test]
async fn what_the_draft_and_the_configuration_forbid_is_refused() {
    let bench = bench();
    let token = login(&bench, "buy").await;
    let good = wanted(token.clone());
    let refused = async |client: &str, request: ExchangeRequest| {
        let refusal = ask(&bench, client, request).await.refusal.unwrap();
        (refusal.error, refusal.description)
    };
    let with = |change: fn(&mut ExchangeRequest)| {
        let mut request = good.clone();
        change(&mut request);
        request
    };
    for (request, error, words) in [
        (with(|it| it.scope.clear()), "invalid_request", "scope is missing"),
        (with(|it| it.scope = "buy sell".into()), "invalid_scope", "'sell'"),
        (with(|it| it.audience = vec!["elsewhere.example".into()]), "invalid_target", "trust"),
        (with(|it| it.audience.push("bank.example".into())), "invalid_target", "one trust domain"),
        (with(|it| it.resource.push("https://x.example".into())), "invalid_target", "nothing"),
        (with(|it| it.audience = vec!["bank.example".into()]), "invalid_target", "Broker"),
        (with(|it| it.subject_token_type = REFRESH_TOKEN.into()), "invalid_request", "refresh"),
        (with(|it| it.subject_token_type = SELF_SIGNED.into()), "invalid_request", "workload"),
        (with(|it| it.subject_token_type = UNSIGNED_JSON.into()), "invalid_request", "workload"),
        (with(|it| it.extra[0].1 = "[1]".into()), "invalid_request", "JSON object"),
    ] {
        let (found, description) = refused(PORTAL, request).await;
        assert_eq!(found, error, "{description}");
        assert!(description.contains(words), "{description}");
    }
    // What is told of the request must not bring the token in by another door.
    let mut request = good.clone();
    request.extra[1].1 = json!({ "headers": [token.expose_secret()] }).to_string();
    assert!(refused(PORTAL, request).await.1.contains("repeats the subject token"));
    // Whose scope is unknown has none.
    let external = bench.mint(&MintRequest::new(SUBJECT).from(ISSUER)).await;
    let request = ExchangeRequest { subject_token_type: JWT.into(), ..wanted(external.into()) };
    assert_eq!(refused(PORTAL, request).await.0, "invalid_scope");
    // One that has expired, and one that is about to: the new token ends no later.
    bench.wait(3_590);
    let report = ask(&bench, PORTAL, good.clone()).await;
    assert_eq!(report.answer.body.unwrap()["expires_in"], 10);
    bench.wait(10);
    assert!(refused(PORTAL, good).await.1.contains("expired"));
}

#[tokio::test]
async fn a_replacement_stays_in_its_transaction() {
    let bench = bench();
    let token = login(&bench, "buy browse").await;
    let first =
        ask(&bench, PORTAL, ExchangeRequest { scope: "buy browse".into(), ..wanted(token) });
    let first = first.await.issued.unwrap();
    let replace = |change: fn(&mut ExchangeRequest)| {
        let mut request = wanted(first.clone());
        request.subject_token_type = TXN_TOKEN.to_owned();
        change(&mut request);
        request
    };
    let more = replace(|it| it.extra[1].1 = r#"{"item": "car", "gift": true}"#.into());
    let report = ask(&bench, PORTAL, more).await;
    assert!(noticed(&report).is_empty(), "{:#?}", report.checks);
    let (before, after) =
        (claims(first.expose_secret()), claims(report.issued.unwrap().expose_secret()));
    for same in ["txn", "sub", "aud", "rctx"] {
        assert_eq!(before[same], after[same], "{same}");
    }
    // What was said stays said, and more can be.
    assert_eq!(after["tctx"], json!({ "item": "book", "count": 2, "gift": true }));
    assert_eq!((&after["req_wl"], after.get("act")), (&json!(PORTAL), None));
    assert_eq!(after["scope"], "buy");

    let refused = async |client: &str, request: ExchangeRequest| {
        ask(&bench, client, request).await.refusal.unwrap().error
    };
    assert_eq!(refused(PORTAL, replace(|it| it.scope = "sell".into())).await, "invalid_scope");
    let elsewhere = replace(|it| it.audience = vec!["bank.example".into()]);
    assert_eq!(refused(PORTAL, elsewhere).await, "invalid_target");
    let access = replace(|it| it.requested_token_type = ACCESS_TOKEN.into());
    assert_eq!(refused(PORTAL, access).await, "invalid_request");
    // Whoever asks must be permitted as the first was.
    assert_ne!(refused(BROKER, replace(|_| ())).await, "");
    bench.wait(121);
    assert_eq!(refused(PORTAL, replace(|_| ())).await, "invalid_request");
}

/// What other misbehaviours do to tokens, they do to these.
#[tokio::test]
async fn the_checks_of_the_preset_fire() {
    let bench = bench();
    for (how, id) in [
        (M::CarrySubjectToken, "TXN-17"),
        (M::RefreshToken, "TXN-10"),
        (M::PlainTyp, "TXN-11"),
        (M::NoAudience, "TXN-12"),
        (M::IgnoreAudience, "TXN-14"),
        (M::LongExpiry, "TXN-18"),
        (M::ShortTokenType, "TXN-09"),
        (M::OddTokenType, "TXN-09"),
    ] {
        let request = wanted(login(&bench, "buy").await);
        bench.running.set_misbehaviour(&[how]);
        let report = ask(&bench, PORTAL, request).await;
        bench.running.set_misbehaviour(&[]);
        assert!(noticed(&report).contains(&id), "{}: {:?}", how.name(), noticed(&report));
    }
    let request = ExchangeRequest { scope: "sell".into(), ..wanted(login(&bench, "buy").await) };
    bench.running.set_misbehaviour(&[M::GrowScope]);
    assert!(noticed(&ask(&bench, PORTAL, request).await).contains(&"TXN-15"));
}
