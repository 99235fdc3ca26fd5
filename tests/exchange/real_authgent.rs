//! The studio's client at authgent-server: what it does well, and what it does wrongly, which the report
//! must say. Each list of findings is whole, so a check that begins to cry wolf fails here too.

use std::sync::Arc;
use std::time::SystemTime;

use exchange_studio::exchange::checks::Level;
use exchange_studio::exchange::keys::{SigningAlgorithm, SigningKey};
use exchange_studio::exchange::token_type::{ID_TOKEN, JWT};
use exchange_studio::exchange::{
    Client, ClientAuth, FollowUp, Report, Simulation, discover, follow_up, simulate,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use url::Url;

use crate::authority_bench::{Answer, EXCHANGE};
use crate::client_faults::{http, level};
use crate::real_servers::*;

const TARGET: &str = "https://dashboard.example";
/// Tokens without Cache-Control, `refresh_token: null`, and access tokens that do not say so.
const USUAL: [&str; 3] = ["RES-01 fail", "RES-07 dialect", "TOK-03 dialect"];

async fn post(url: String, body: &Value) -> Value {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let request = http.post(url).header("content-type", "application/json");
    let answer = Answer::of(request.body(body.to_string()).send().await.unwrap()).await;
    assert_eq!(answer.status / 100, 2, "{}", answer.text);
    answer.json()
}

fn client(registered: &Value) -> Client {
    let secret = registered["client_secret"].as_str().unwrap();
    let auth = ClientAuth::Basic(SecretString::from(secret));
    Client::new(registered["client_id"].as_str().unwrap(), auth)
}

/// A client registered on the spot (RFC 7591).
async fn register(server: &Started) -> Client {
    let body = json!({
        "client_name": "Portal",
        "grant_types": ["client_credentials", "authorization_code", EXCHANGE],
        "scope": "read write",
        "redirect_uris": [REDIRECT],
        "token_endpoint_auth_method": "client_secret_basic",
    });
    client(&post(format!("{}/register", server.issuer), &body).await)
}

/// A client whose tokens may be exchanged for one target alone.
async fn limited(target: &str) -> Client {
    let body = json!({
        "name": "Batch",
        "owner": "tests",
        "allowed_scopes": ["read", "write"],
        "allowed_exchange_targets": [target],
    });
    client(&post(format!("{}/agents", AUTHGENT.issuer), &body).await)
}

/// A user's token, and its exchange for one of the target.
async fn user_exchange() -> Simulation {
    let client = register(&AUTHGENT).await;
    let token = sign_in(&AUTHGENT, &client, "read write", &[]).await.access_token;
    exchange_of(AUTHGENT.server(), client, &token, TARGET)
}

fn with(list: &[&'static str], more: &[&'static str]) -> Vec<&'static str> {
    let mut all = [list, more].concat();
    // As a report has them: of the metadata, the request, the answer, the token, and afterwards.
    let order = ["REQ", "DIS", "DPOP", "RES", "ERR", "TOK", "INT"];
    all.sort_by_key(|text| (order.iter().position(|one| text.starts_with(one)), *text));
    all
}

#[tokio::test]
async fn both_well_known_places_tell_the_same() {
    let _turn = AUTHGENT_TURN.lock().await;
    let metadata = discover(&http(), &AUTHGENT.issuer).await.unwrap();
    assert_eq!(metadata.issuer, AUTHGENT.issuer);
    assert!(metadata.found_at.path().ends_with("/oauth-authorization-server"));
    let wrong: Vec<_> = metadata.checks.iter().filter(|c| c.level > Level::Note).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    for name in ["oauth-authorization-server", "openid-configuration"] {
        let url = Url::parse(&format!("{}/.well-known/{name}", AUTHGENT.issuer)).unwrap();
        assert_eq!(http().get(&url).await.unwrap().status, 200, "{name}");
    }
}

#[tokio::test]
async fn a_permitted_exchange_is_delegation() {
    let _turn = AUTHGENT_TURN.lock().await;
    let simulation = user_exchange().await;
    let report = run(&simulation).await;
    let token = claims(&issued(&report, &USUAL));
    assert_eq!(token["aud"], TARGET);
    assert_eq!(token["act"]["sub"], format!("client:{}", simulation.client.id));
    for id in ["DIS-07", "RES-03", "RES-13", "TOK-01", "TOK-02", "TOK-08", "INT-01", "INT-02"] {
        assert_eq!(level(&report, id), Level::Pass, "{id}");
    }
    let post = match &simulation.client.auth {
        ClientAuth::Basic(secret) => ClientAuth::Post(secret.clone()),
        other => panic!("{other:?}"),
    };
    let posted = Simulation { client: Client::new(&simulation.client.id, post), ..simulation };
    issued(&run(&posted).await, &USUAL);
}

#[tokio::test]
async fn every_hop_adds_an_actor_until_the_server_has_enough() {
    let _turn = AUTHGENT_TURN.lock().await;
    let mut simulation = user_exchange().await;
    for hop in 1..=5 {
        let report = run(&simulation).await;
        // Whether a second passes between two hops is chance; then the later one ends later.
        let found: Vec<String> =
            findings(&report).into_iter().filter(|one| one != "TOK-06 warn").collect();
        assert_eq!(found, USUAL, "hop {hop}");
        let token = report.issued.clone().unwrap();
        let depth = |mut at: &Value| {
            let mut depth = 0;
            while let Some(inner) = at.get("act") {
                (at, depth) = (inner, depth + 1);
            }
            depth
        };
        assert_eq!(depth(&claims(&token)), hop);
        simulation.request.subject_token = token;
    }
    let report = run(&simulation).await;
    let dialects = ["ERR-01 dialect", "ERR-02 dialect"];
    refused(&report, 403, "delegation_depth_exceeded", &dialects);
    assert!(report.refusal.unwrap().explanation.contains("fewer actors"));
}

#[tokio::test]
async fn scopes_shrink_and_never_grow() {
    let _turn = AUTHGENT_TURN.lock().await;
    let mut simulation = user_exchange().await;
    simulation.request.scope = "read".to_owned();
    let report = run(&simulation).await;
    let token = issued(&report, &USUAL);
    assert_eq!(claims(&token)["scope"], "read");
    assert_eq!(level(&report, "RES-06"), Level::Pass);
    assert_eq!(level(&report, "TOK-05"), Level::Pass);
    // What the client may have, but this token does not.
    simulation.request.subject_token = token;
    simulation.request.scope = "read write".to_owned();
    let dialects = ["ERR-01 dialect", "ERR-02 dialect"];
    refused(&run(&simulation).await, 403, "scope_escalation", &dialects);
    // What the client may not have.
    simulation.request.scope = "admin".to_owned();
    let report = run(&simulation).await;
    refused(&report, 403, "insufficient_scope", &dialects);
    assert!(report.refusal.unwrap().explanation.contains("Ask for less"));
}

#[tokio::test]
async fn the_owner_of_the_subject_token_says_where_it_may_go() {
    let _turn = AUTHGENT_TURN.lock().await;
    let batch = limited(TARGET).await;
    let token = own_token(&AUTHGENT, &batch, "read").await.unwrap().access_token;
    let portal = register(&AUTHGENT).await;
    let mut simulation = exchange_of(AUTHGENT.server(), portal, &token, TARGET);
    simulation.request.scope = "read".to_owned();
    issued(&run(&simulation).await, &USUAL);
    simulation.request.audience = vec!["https://billing.example".to_owned()];
    let report = run(&simulation).await;
    refused(&report, 403, "access_denied", &["ERR-01 dialect", "ERR-02 dialect"]);
    assert!(report.refusal.unwrap().explanation.contains("permission"));
    // Resource instead of audience; then neither.
    simulation.request.audience.clear();
    simulation.request.resource = vec![TARGET.to_owned()];
    issued(&run(&simulation).await, &USUAL);
    simulation.request.resource.clear();
    refused(&run(&simulation).await, 400, "invalid_request", &[]);
}

#[tokio::test]
async fn a_client_that_proves_nothing_is_served_and_the_report_says_so() {
    let _turn = AUTHGENT_TURN.lock().await;
    let mut simulation = user_exchange().await;
    simulation.client.auth = ClientAuth::Basic(SecretString::from("another"));
    refused(&run(&simulation).await, 401, "invalid_client", &[]);
    simulation.client.auth = ClientAuth::None;
    let report = run(&simulation).await;
    issued(&report, &with(&USUAL, &["REQ-15 warn"]));
    assert_eq!(level(&report, "RES-13"), Level::Note);
    let check = report.checks.iter().find(|check| check.id == "RES-13").unwrap();
    assert!(check.finding.contains("must be asked for it"), "{}", check.finding);
}

#[tokio::test]
async fn a_request_that_is_not_valid_is_served_and_the_report_says_so() {
    let _turn = AUTHGENT_TURN.lock().await;
    let mut simulation = user_exchange().await;
    simulation.request.subject_token_type.clear();
    let report = run(&simulation).await;
    issued(&report, &with(&USUAL, &["REQ-04 fail", "RES-13 fail"]));
}

#[tokio::test]
async fn a_grant_for_another_domain_is_no_access_token() {
    let _turn = AUTHGENT_TURN.lock().await;
    let mut simulation = user_exchange().await;
    simulation.request.requested_token_type = JWT.to_owned();
    let report = run(&simulation).await;
    issued(&report, &["RES-01 fail", "RES-07 dialect"]);
    assert_eq!(report.answer.body.as_ref().unwrap()["token_type"], "N_A");
    assert_eq!(level(&report, "RES-03"), Level::Pass);
    assert_eq!(level(&report, "RES-04"), Level::Pass);
}

#[tokio::test]
async fn a_token_is_bound_to_the_key_that_is_proved() {
    let _turn = AUTHGENT_TURN.lock().await;
    let mut simulation = user_exchange().await;
    let key = |algorithm| Arc::new(SigningKey::generate(algorithm).unwrap());
    let own = key(SigningAlgorithm::Es256);
    simulation.client.dpop = Some(own.clone());
    let report = run(&simulation).await;
    // Introspection keeps the binding to itself.
    let token = issued(&report, &with(&USUAL, &["INT-02 warn"]));
    assert_eq!(claims(&token)["cnf"]["jkt"], own.thumbprint());
    for id in ["DIS-08", "RES-08", "TOK-13", "DPOP-01", "DPOP-02", "DPOP-03", "DPOP-05"] {
        assert_eq!(level(&report, id), Level::Pass, "{id}");
    }
    // It says which algorithms it takes, and takes no other.
    simulation.client.dpop = Some(key(SigningAlgorithm::Ps256));
    let report = run(&simulation).await;
    refused(&report, 401, "invalid_dpop_proof", &["DIS-08 warn", "ERR-01 dialect"]);
}

#[tokio::test]
async fn a_nonce_is_taken_from_the_refusal_and_sent_along() {
    let server = authgent(&[("AUTHGENT_REQUIRE_DPOP", "true")]);
    let key = Arc::new(SigningKey::generate(SigningAlgorithm::Es256).unwrap());
    let client = register(&server).await.bound_to(key);
    let token = own_token(&server, &client, "read").await.unwrap().access_token;
    let mut simulation = exchange_of(server.server(), client, &token, TARGET);
    simulation.request.scope = "read".to_owned();
    let report = run(&simulation).await;
    issued(&report, &with(&USUAL, &["INT-02 warn"]));
    let first = report.first_try.as_ref().unwrap();
    assert_eq!(first.answer.status, 401);
    assert_eq!(first.answer.body.as_ref().unwrap()["error"], "use_dpop_nonce");
    assert_eq!(level(&report, "DPOP-04"), Level::Pass);
    assert_eq!(level(&report, "RES-08"), Level::Pass);
}

#[tokio::test]
async fn an_id_token_of_a_trusted_issuer_becomes_an_access_token() {
    let _turn = AUTHGENT_TURN.lock().await;
    let id_token = async |audience: &str| {
        let client = Client::new(audience, ClientAuth::None);
        sign_in(&ISSUER, &client, "openid", &[]).await.id_token.unwrap()
    };
    let client = register(&AUTHGENT).await;
    let meant = id_token(ID_TOKEN_AUDIENCE).await;
    let mut simulation = exchange_of(AUTHGENT.server(), client, &meant, TARGET);
    simulation.request.subject_token_type = ID_TOKEN.to_owned();
    simulation.request.scope = "read".to_owned();
    let token = claims(&issued(&run(&simulation).await, &USUAL));
    assert_eq!(token["sub"], "user:johndoe");
    assert_eq!(token["idp_iss"], ISSUER.issuer);
    // Of the same issuer, for somebody else.
    simulation.request.subject_token = id_token("another").await;
    refused(&run(&simulation).await, 400, "invalid_grant", &["ERR-02 dialect"]);
    // Declared as what it is not.
    simulation.request.subject_token = meant;
    simulation.request.subject_token_type =
        exchange_studio::exchange::token_type::ACCESS_TOKEN.to_owned();
    refused(&run(&simulation).await, 400, "invalid_grant", &["ERR-02 dialect"]);
}

#[tokio::test]
async fn a_revoked_subject_token_is_of_no_use_any_more() {
    let _turn = AUTHGENT_TURN.lock().await;
    let simulation = user_exchange().await;
    let now = SystemTime::now();
    let mut report: Report = simulate(&http(), &simulation, now).await.unwrap();
    let wanted = FollowUp { introspect: true, revoke_subject: true };
    assert!(follow_up(&http(), &simulation, &mut report, wanted, now).await);
    issued(&report, &USUAL);
    assert_eq!(level(&report, "REV-02"), Level::Pass);
    let outlived = report.checks.iter().find(|check| check.id == "REV-01").unwrap();
    assert!(outlived.finding.contains("stays active"), "{}", outlived.finding);
    let report = run(&simulation).await;
    refused(&report, 401, "token_revoked", &["ERR-01 dialect", "ERR-02 dialect"]);
}
