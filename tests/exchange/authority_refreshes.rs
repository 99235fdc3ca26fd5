//! Refresh tokens, new after each use; and logging in on a device.

use std::sync::Arc;

use exchange_studio::trust::Reading;
use serde_json::{Value, json};

use crate::authority_bench::*;

fn yaml() -> String {
    client(PORTAL, "Portal", &allows(&[DASHBOARD]))
        + &client(DASHBOARD, "Dashboard", "")
        + &client(BROKER, "Broker", "isPublic: true")
}

fn bench() -> Bench {
    Bench::new(&yaml(), Reading::RequesterListsTarget)
}

async fn refresh(bench: &Bench, client: &str, token: &str, scope: &str) -> Answer {
    let secret = bench.secret();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", client),
        ("client_secret", &secret),
        ("refresh_token", token),
        ("scope", scope),
    ];
    bench.post("/connect/token", &form).await
}

async fn is_active(bench: &Bench, token: &str) -> bool {
    let form = [("client_id", PORTAL), ("client_secret", &bench.secret()), ("token", token)];
    bench.post("/connect/introspect", &form).await.json()["active"] == true
}

fn text(answer: &Answer, name: &str) -> String {
    answer.json()[name].as_str().unwrap_or_else(|| panic!("no {name}: {}", answer.text)).to_owned()
}

const INVALID: (u16, &str) = (400, "invalid_grant");

fn said(answer: &Answer) -> (u16, String) {
    answer.error()
}

#[tokio::test]
async fn a_login_is_refreshed_when_it_asked_for_that() {
    let bench = bench();
    let without = bench.log_in(PORTAL, "alice", "openid a").await;
    assert_eq!(without.json().get("refresh_token"), None);
    let login = bench.log_in(PORTAL, "alice", "openid a offline_access").await;
    let first = text(&login, "refresh_token");
    bench.wait(1_000);
    let again = refresh(&bench, PORTAL, &first, "a").await;
    let token = claims(&again.token());
    assert_eq!((&token["sub"], &token["scope"]), (&json!("alice"), &json!("a")));
    assert_eq!(token["auth_time"], bench.now() - 1_000, "it goes back to the login");
    assert_eq!(again.header("cache-control"), "no-store");
    let second = text(&again, "refresh_token");
    assert_ne!(first, second);
    // What was narrowed once can be had whole again; more cannot be had.
    let whole = refresh(&bench, PORTAL, &second, "").await;
    assert_eq!(claims(&whole.token())["scope"], "openid a offline_access");
    let third = text(&whole, "refresh_token");
    assert_eq!(said(&refresh(&bench, PORTAL, &third, "b").await), (400, "invalid_scope".into()));
    // A refresh that was refused has used nothing up; and what comes of it can be exchanged.
    let token = refresh(&bench, PORTAL, &third, "").await.token();
    bench.exchange(PORTAL, &token, &[("audience", DASHBOARD)]).await.token();
}

#[tokio::test]
async fn a_refresh_token_that_comes_twice_ends_everything_of_its_login() {
    let bench = bench();
    let other = bench.log_in(PORTAL, "alice", "offline_access").await;
    let login = bench.log_in(PORTAL, "alice", "offline_access").await;
    let first = text(&login, "refresh_token");
    let again = refresh(&bench, PORTAL, &first, "").await;
    let second = text(&again, "refresh_token");
    for token in [login.token(), again.token(), second.clone(), other.token()] {
        assert!(is_active(&bench, &token).await);
    }
    assert!(!is_active(&bench, &first).await, "it was used");
    assert_eq!(said(&refresh(&bench, PORTAL, &first, "").await), (INVALID.0, INVALID.1.into()));
    for token in [login.token(), again.token(), second.clone()] {
        assert!(!is_active(&bench, &token).await);
    }
    assert_eq!(said(&refresh(&bench, PORTAL, &second, "").await), (INVALID.0, INVALID.1.into()));
    // Another login of the same person goes on.
    assert!(is_active(&bench, &other.token()).await);
    refresh(&bench, PORTAL, &text(&other, "refresh_token"), "").await.token();
}

#[tokio::test]
async fn a_refresh_token_is_of_one_client_and_ends() {
    let bench = bench();
    let invalid = (INVALID.0, INVALID.1.to_owned());
    let token = text(&bench.log_in(PORTAL, "alice", "offline_access").await, "refresh_token");
    assert_eq!(said(&refresh(&bench, DASHBOARD, &token, "").await), invalid);
    assert_eq!(said(&refresh(&bench, PORTAL, "guess", "").await), invalid);
    // Another client neither revokes it nor learns of it.
    let secret = bench.secret();
    let theirs = [("client_id", DASHBOARD), ("client_secret", &secret), ("token", &token)];
    assert_eq!(bench.post("/connect/introspect", &theirs).await.json(), json!({ "active": false }));
    let answer = bench.post("/connect/revoke", &theirs).await;
    assert_eq!(answer.error().1, "unauthorized_client");
    bench.wait(24 * 3_600 - 1);
    let last = refresh(&bench, PORTAL, &token, "").await;
    bench.wait(1);
    assert_eq!(said(&refresh(&bench, PORTAL, &text(&last, "refresh_token"), "").await), invalid);

    // Revoked by its own client, it takes its access token with it (RFC 7009 section 2.1).
    let login = bench.log_in(PORTAL, "alice", "offline_access").await;
    let token = text(&login, "refresh_token");
    let ours = [("client_id", PORTAL), ("client_secret", &secret), ("token", &token)];
    assert_eq!(bench.post("/connect/revoke", &ours).await.status, 200);
    assert!(!is_active(&bench, &login.token()).await);
    assert_eq!(said(&refresh(&bench, PORTAL, &token, "").await), invalid);

    // A client that was switched off meanwhile.
    let token = text(&bench.log_in(PORTAL, "alice", "offline_access").await, "refresh_token");
    let off = client(PORTAL, "Portal", "enabled: false");
    bench.running.set_project(Arc::new(project(&off)), Reading::RequesterListsTarget);
    let answer = refresh(&bench, PORTAL, &token, "").await;
    assert_eq!(answer.error(), (401, "invalid_client".into()));
}

/// Codes for a device of the portal.
async fn begin(bench: &Bench) -> Value {
    let form = [("client_id", PORTAL), ("client_secret", &bench.secret()), ("scope", "openid a")];
    let answer = bench.post("/connect/device_authorization", &form).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    answer.json()
}

async fn poll(bench: &Bench, client: &str, codes: &Value) -> Answer {
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", client),
        ("client_secret", &bench.secret()),
        ("device_code", codes["device_code"].as_str().unwrap()),
    ];
    bench.post("/connect/token", &form).await
}

/// Answers the page of a code, as this user or not at all.
async fn decide(bench: &Bench, codes: &Value, user: Option<&str>) -> Answer {
    let page = bench.get(codes["verification_uri_complete"].as_str().unwrap()).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let hidden = |name: &str| {
        let rest = page.text.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    };
    let (ticket, code) = (hidden("ticket"), hidden("user_code"));
    let choice = user.map_or(("cancel", "1"), |user| ("user", user));
    bench.post("/connect/device", &[("ticket", &ticket), ("user_code", &code), choice]).await
}

#[tokio::test]
async fn a_device_waits_until_a_person_has_typed_its_code() {
    let bench = bench();
    let metadata = bench.get(&bench.url("/.well-known/openid-configuration")).await.json();
    let endpoint = bench.url("/connect/device_authorization");
    assert_eq!(metadata["device_authorization_endpoint"], endpoint);
    let codes = begin(&bench).await;
    assert_eq!((&codes["expires_in"], &codes["interval"]), (&json!(600), &json!(5)));
    assert_eq!(poll(&bench, PORTAL, &codes).await.error().1, "authorization_pending");
    assert_eq!(poll(&bench, PORTAL, &codes).await.error().1, "slow_down");
    bench.wait(9);
    assert_eq!(poll(&bench, PORTAL, &codes).await.error().1, "slow_down", "ten seconds now");
    bench.wait(15);
    assert_eq!(poll(&bench, PORTAL, &codes).await.error().1, "authorization_pending");
    assert_eq!(poll(&bench, DASHBOARD, &codes).await.error().1, "invalid_grant");

    // The page asks for the code, takes it in any case, and says when there is none.
    let page = bench.get(codes["verification_uri"].as_str().unwrap()).await;
    assert!(page.status == 200 && page.text.contains("name=\"user_code\""), "{}", page.text);
    let page = bench.get(&bench.url("/connect/device?user_code=BBBB-BBBB")).await;
    assert!(page.status == 404 && page.text.contains("No device waits"), "{}", page.text);
    let lower = codes["user_code"].as_str().unwrap().to_lowercase().replace('-', "");
    let page = bench.get(&bench.url(&format!("/connect/device?user_code={lower}"))).await;
    assert!(page.text.contains("<strong>Portal</strong>") && page.text.contains("openid a"));
    let forged = [("user_code", lower.as_str()), ("ticket", "guess"), ("user", "alice")];
    assert_eq!(bench.post("/connect/device", &forged).await.status, 400);

    assert!(decide(&bench, &codes, Some("bob")).await.text.contains("You are logged in"));
    bench.wait(15);
    let answer = poll(&bench, PORTAL, &codes).await;
    let token = claims(&answer.token());
    assert_eq!((&token["sub"], &token["scope"]), (&json!("bob"), &json!("openid a")));
    assert_eq!(token["auth_time"], bench.now() - 15);
    assert_eq!(claims(&text(&answer, "id_token"))["aud"], PORTAL);
    // A device code works once.
    assert_eq!(poll(&bench, PORTAL, &codes).await.error().1, "invalid_grant");
    bench.exchange(PORTAL, &answer.token(), &[("audience", DASHBOARD)]).await.token();
}

#[tokio::test]
async fn a_login_on_a_device_is_denied_or_expires() {
    let bench = bench();
    let codes = begin(&bench).await;
    assert!(decide(&bench, &codes, None).await.text.contains("cancelled"));
    assert_eq!(poll(&bench, PORTAL, &codes).await.error(), (400, "access_denied".into()));
    assert_eq!(poll(&bench, PORTAL, &codes).await.error().1, "invalid_grant", "it is forgotten");

    let codes = begin(&bench).await;
    bench.wait(600);
    assert_eq!(poll(&bench, PORTAL, &codes).await.error(), (400, "expired_token".into()));
    let page = bench.get(codes["verification_uri_complete"].as_str().unwrap()).await;
    assert_eq!(page.status, 404);
    bench.wait(600);
    assert_eq!(poll(&bench, PORTAL, &codes).await.error().1, "invalid_grant");

    // Public clients are what this is for; others prove themselves.
    let form = [("client_id", BROKER)];
    assert_eq!(bench.post("/connect/device_authorization", &form).await.status, 200);
    let form = [("client_id", PORTAL)];
    assert_eq!(bench.post("/connect/device_authorization", &form).await.error().0, 401);
    let form = [("client_id", BROKER), ("scope", "a  b")];
    let answer = bench.post("/connect/device_authorization", &form).await;
    assert_eq!(answer.error().1, "invalid_scope");
}
