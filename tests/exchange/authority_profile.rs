//! The profile of access tokens (RFC 9068), clause by clause, for tokens of every grant.

use std::collections::BTreeSet;

use exchange_studio::authority::{self, MintRequest, Options, StartError, TestUser};
use exchange_studio::exchange::keys::KeySet;
use exchange_studio::trust::Reading;
use serde_json::{Value, json};

use crate::authority_bench::*;

fn yaml() -> String {
    client(PORTAL, "Portal", &allows(&[DASHBOARD]))
        + &client(DASHBOARD, "Dashboard", "")
        + &client(PRINCIPAL, "Principal", &identity(ISSUER, SUBJECT))
        + &client(BROKER, "Broker", &allows(&[PRINCIPAL]))
}

/// How a token came about, and what is expected of it.
struct Case {
    how: &'static str,
    token: String,
    subject: &'static str,
    client: &'static str,
    audience: Value,
    scope: Option<&'static str>,
    /// When the user logged in, for tokens that go back to a user.
    auth_time: Option<i64>,
}

const API: &str = "https://dash.example/api";

async fn cases(bench: &Bench) -> Vec<Case> {
    let secret = bench.secret();
    let own = async |more: &[(&str, &str)]| {
        let mut form = vec![("client_id", PORTAL), ("client_secret", secret.as_str())];
        form.extend(more);
        bench.post("/connect/token", &form).await
    };
    let logged_in = bench.now();
    let login = bench.log_in(PORTAL, "alice", "openid a offline_access").await;
    let code = login.token();
    bench.wait(100);
    let refresh = login.json()["refresh_token"].as_str().unwrap().to_owned();
    let refreshed =
        own(&[("grant_type", "refresh_token"), ("refresh_token", &refresh)]).await.token();
    let credentials = own(&[("grant_type", "client_credentials"), ("scope", "b")]).await.token();
    let exchanged = bench.exchange(PORTAL, &code, &[("audience", DASHBOARD), ("scope", "a")]).await;
    let resource = bench.exchange(PORTAL, &refreshed, &[("resource", API)]).await.token();
    let external = bench.mint(&MintRequest::new(SUBJECT).from(ISSUER)).await;
    let federated = bench.exchange(BROKER, &external, &[]).await.token();
    let case = |how, token, subject, client, audience: &str, scope, auth_time| Case {
        how,
        token,
        subject,
        client,
        audience: json!(audience),
        scope,
        auth_time,
    };
    let whole = Some("openid a offline_access");
    let login = Some(logged_in);
    vec![
        case("code", code, "alice", PORTAL, PORTAL, whole, login),
        case("refresh", refreshed, "alice", PORTAL, PORTAL, whole, login),
        case("client credentials", credentials, PORTAL, PORTAL, PORTAL, Some("b"), None),
        case("exchange", exchanged.token(), "alice", PORTAL, DASHBOARD, Some("a"), login),
        case("exchange for a resource", resource, "alice", PORTAL, API, whole, login),
        case("external exchange", federated, PRINCIPAL, BROKER, PRINCIPAL, None, None),
    ]
}

#[tokio::test]
async fn every_access_token_keeps_to_the_profile() {
    let options = Options { audiences: vec![(API.into(), DASHBOARD.into())], ..Options::default() };
    let bench = Bench::with(&yaml(), Reading::RequesterListsTarget, options);
    let metadata = bench.get(&bench.url("/.well-known/oauth-authorization-server")).await.json();
    // §4: keys are found through the metadata.
    let keys = bench.get(metadata["jwks_uri"].as_str().unwrap()).await;
    let keys = KeySet::parse(keys.text.as_bytes()).unwrap();
    let mut names = BTreeSet::new();
    for case in cases(&bench).await {
        let (header, said) = parts(&case.token);
        let how = case.how;
        // §2.1: typ, and a signature that is not "none"; RS256, which everybody must know.
        assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("RS256")), "{how}");
        assert!(keys.verify(&case.token).is_ok(), "{how}");
        // §2.2, §4: iss is that of the metadata.
        assert_eq!(said["iss"], metadata["issuer"], "{how}");
        assert_eq!(said["sub"], case.subject, "{how}");
        assert_eq!(said["client_id"], case.client, "{how}");
        // §3: what was asked for, or else a default; never none.
        assert_eq!(said["aud"], case.audience, "{how}");
        let (iat, exp) = (said["iat"].as_i64().unwrap(), said["exp"].as_i64().unwrap());
        assert!(iat <= bench.now() && bench.now() < exp, "{how}");
        assert!(names.insert(said["jti"].as_str().unwrap().to_owned()), "{how}");
        // §2.2.1: fixed by the login, whatever came after; nothing without a user.
        assert_eq!(said.get("auth_time").and_then(Value::as_i64), case.auth_time, "{how}");
        for claim in ["acr", "amr"] {
            assert_eq!(said.get(claim), None, "{how}: nobody authenticated in any way");
        }
        // §2.2.3
        assert_eq!(said.get("scope").and_then(Value::as_str), case.scope, "{how}");
        // §2.2.2, §6: nothing about the person.
        for claim in ["name", "email", "groups", "roles", "entitlements"] {
            assert_eq!(said.get(claim), None, "{how}");
        }
    }
    assert_eq!(names.len(), 6);
}

/// §5: nobody who is no client has a client's name.
#[test]
fn a_user_cannot_be_taken_for_a_client() {
    let options = Options {
        users: vec![TestUser::new(PORTAL.to_uppercase(), "Alice")],
        ..Options::default()
    };
    let started =
        authority::start(std::sync::Arc::new(project(&yaml())), Reading::default(), options);
    assert!(matches!(started, Err(StartError::UserIsClient(_))), "{started:?}");
}
