//! Revocation at the authority, seen from outside, and what introspection and exchange make of it.

use exchange_studio::authority::Options;
use exchange_studio::exchange::keys::{KeySet, SigningAlgorithm, SigningKey, random_text};
use exchange_studio::trust::Reading;
use serde_json::json;

use crate::authority_bench::*;

fn yaml() -> String {
    client(PORTAL, "Portal", &allows(&[DASHBOARD]))
        + &client(DASHBOARD, "Dashboard", "")
        + &client(BROKER, "Broker", "isPublic: true")
        + &client(PRINCIPAL, "Switched off", "enabled: false")
}

async fn ask(bench: &Bench, path: &str, client: &str, token: &str) -> Answer {
    let secret = bench.secret();
    let form = [("token", token), ("client_id", client), ("client_secret", &secret)];
    bench.post(path, &form).await
}

async fn active(bench: &Bench, token: &str) -> bool {
    let answer = ask(bench, "/connect/introspect", DASHBOARD, token).await;
    answer.json()["active"].as_bool().unwrap()
}

#[tokio::test]
async fn a_revoked_token_is_neither_active_nor_exchanged_and_what_came_of_it_lives_on() {
    let bench = Bench::new(&yaml(), Reading::RequesterListsTarget);
    let token = bench.user_token(PORTAL, "alice", "").await;
    let target = [("audience", DASHBOARD)];
    let issued = bench.exchange(PORTAL, &token, &target).await.token();
    assert!(active(&bench, &token).await && active(&bench, &issued).await);
    for _ in 0..2 {
        let answer = ask(&bench, "/connect/revoke", PORTAL, &token).await;
        assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"));
    }
    assert!(!active(&bench, &token).await);
    assert!(active(&bench, &issued).await);
    let answer = bench.exchange(PORTAL, &token, &target).await;
    assert_eq!(answer.error(), (400, "invalid_request".into()));
    assert!(answer.text.contains("it was revoked"), "{}", answer.text);
    // Another token of the same user and client is another token.
    assert!(active(&bench, &bench.user_token(PORTAL, "alice", "").await).await);
}

#[tokio::test]
async fn a_client_revokes_its_own_tokens_and_learns_nothing_of_others() {
    let bench = Bench::new(&yaml(), Reading::RequesterListsTarget);
    let token = bench.user_token(PORTAL, "alice", "openid").await;
    let answer = ask(&bench, "/connect/revoke", DASHBOARD, &token).await;
    assert_eq!(answer.error(), (400, "unauthorized_client".into()));
    assert!(active(&bench, &token).await);
    for unknown in ["nonsense", &format!("{token}x"), &random_text().unwrap()] {
        assert_eq!(ask(&bench, "/connect/revoke", PORTAL, unknown).await.status, 200);
    }
    let login = bench.log_in(PORTAL, "alice", "openid").await.json();
    let id_token = login["id_token"].as_str().unwrap();
    let answer = ask(&bench, "/connect/revoke", PORTAL, id_token).await;
    assert_eq!(answer.error(), (400, "unsupported_token_type".into()));
    let missing = ask(&bench, "/connect/revoke", PORTAL, "").await;
    assert_eq!(missing.error(), (400, "invalid_request".into()));
    let refused = (401, "invalid_client".to_owned());
    assert_eq!(bench.post("/connect/revoke", &[("token", &token)]).await.error(), refused);
    assert_eq!(ask(&bench, "/connect/revoke", PRINCIPAL, &token).await.error(), refused);
    assert!(active(&bench, &token).await);
    // A public client names itself, and has nothing of others to revoke.
    let public = [("token", token.as_str()), ("client_id", BROKER)];
    let answer = bench.post("/connect/revoke", &public).await;
    assert_eq!(answer.error(), (400, "unauthorized_client".into()));
    bench.wait(3_600);
    assert_eq!(ask(&bench, "/connect/revoke", DASHBOARD, &token).await.status, 200, "expired");
}

#[tokio::test]
async fn a_client_with_a_key_signs_at_every_endpoint() {
    let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let client_keys = vec![(PORTAL.to_owned(), KeySet::of([&key]))];
    let options = Options { client_keys, ..Options::default() };
    let bench = Bench::with(&yaml(), Reading::RequesterListsTarget, options);
    let sign = || {
        let claims = json!({
            "iss": PORTAL, "sub": PORTAL, "aud": bench.running.issuer(),
            "jti": random_text().unwrap(), "exp": bench.now() + 60,
        });
        key.sign("client-authentication+jwt", &claims).unwrap()
    };
    let ask = async |path: &str, token: &str| {
        let assertion = sign();
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", &assertion),
            ("token", token),
        ];
        bench.post(path, &form).await
    };
    let token = ask("/connect/token", "").await.token();
    assert_eq!(ask("/connect/introspect", &token).await.json()["active"], true);
    assert_eq!(ask("/connect/revoke", &token).await.status, 200);
    assert_eq!(ask("/connect/introspect", &token).await.json(), json!({ "active": false }));
    let document = bench.get(&bench.url("/.well-known/openid-configuration")).await.json();
    assert_eq!(document["revocation_endpoint"], bench.url("/connect/revoke"));
    assert_eq!(
        document["revocation_endpoint_auth_methods_supported"],
        document["token_endpoint_auth_methods_supported"]
    );
}
