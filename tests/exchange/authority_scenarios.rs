//! The two scenarios of the domain, from login or mint to the exchanged token, over HTTP, under each
//! way of reading the lists; and what the issued tokens say.

use exchange_studio::authority::MintRequest;
use exchange_studio::exchange::keys::KeySet;
use exchange_studio::trust::Reading;
use serde_json::json;

use crate::authority_bench::*;

/// Portal and Dashboard with the list that lets a user's token travel from one to the other, and
/// the client that asks.
fn user_scenario(reading: Reading) -> (String, &'static str) {
    let (portal_list, dashboard_list, asks) = match reading {
        Reading::RequesterListsTarget => (allows(&[DASHBOARD]), String::new(), PORTAL),
        Reading::RequesterListsOrigin => (String::new(), allows(&[PORTAL]), DASHBOARD),
        Reading::TargetListsRequester => (String::new(), allows(&[PORTAL]), PORTAL),
    };
    let yaml =
        client(PORTAL, "Portal", &portal_list) + &client(DASHBOARD, "Dashboard", &dashboard_list);
    (yaml, asks)
}

fn federation_scenario(reading: Reading) -> String {
    let pair = identity(ISSUER, SUBJECT);
    match reading {
        Reading::RequesterListsTarget | Reading::RequesterListsOrigin => {
            client(PRINCIPAL, "Service Principal", &pair)
                + &client(BROKER, "Broker", &allows(&[PRINCIPAL]))
        }
        Reading::TargetListsRequester => {
            client(PRINCIPAL, "Service Principal", &(pair + &allows(&[BROKER])))
                + &client(BROKER, "Broker", "")
        }
    }
}

#[tokio::test]
async fn a_users_token_travels_between_clients_under_every_reading() {
    for reading in Reading::ALL {
        let (yaml, asks) = user_scenario(reading);
        let bench = Bench::new(&yaml, reading);
        let before = bench.user_token(PORTAL, "alice", "openid profile").await;
        let answer = bench.exchange(asks, &before, &[("audience", DASHBOARD)]).await;
        let after = answer.token();
        let body = answer.json();
        assert_eq!(body["issued_token_type"], ACCESS_TOKEN);
        assert_eq!(body["token_type"], "Bearer");
        assert_eq!(body["expires_in"], 3_600);
        assert_eq!(body["scope"], "openid profile");
        assert_eq!(answer.header("cache-control"), "no-store");
        let (header, claims) = parts(&after);
        assert_eq!(header["typ"], "at+jwt");
        assert_eq!(header["alg"], "RS256");
        assert_eq!(claims["iss"], bench.running.issuer());
        assert_eq!(claims["sub"], "alice", "{}", reading.name());
        assert_eq!(claims["aud"], DASHBOARD);
        assert_eq!(claims["client_id"], asks);
        assert_eq!(claims["iat"], bench.now());
        assert_eq!(claims["exp"], bench.now() + 3_600);
        assert!(claims["jti"].is_string());
        // The one reading in which somebody brings another's token: it says who.
        let actor = (asks != PORTAL).then(|| json!({ "sub": asks }));
        assert_eq!(claims.get("act"), actor.as_ref(), "{}", reading.name());
        // The signature holds against what the server publishes.
        let keys = bench.get(&bench.url("/.well-known/jwks")).await;
        let keys = KeySet::parse(keys.text.as_bytes()).unwrap();
        assert_eq!(keys.verify(&after).unwrap().text("sub"), Some("alice"));

        // Nothing goes the other way.
        let other = bench.user_token(DASHBOARD, "alice", "").await;
        for asks in [PORTAL, DASHBOARD] {
            let answer = bench.exchange(asks, &other, &[("audience", PORTAL)]).await;
            assert_eq!(answer.error().0, 400, "{} {asks}", reading.name());
        }
    }
}

#[tokio::test]
async fn an_external_token_becomes_the_service_principal_under_every_reading() {
    for reading in Reading::ALL {
        let bench = Bench::new(&federation_scenario(reading), reading);
        let external = bench.mint(&MintRequest::new(SUBJECT).from(ISSUER)).await;
        assert_eq!(claims(&external)["iss"], ISSUER);
        for audience in [Some("Service Principal"), None] {
            let more: Vec<_> = audience.iter().map(|name| ("audience", *name)).collect();
            let answer = bench.exchange(BROKER, &external, &more).await;
            let issued = claims(&answer.token());
            assert_eq!(issued["sub"], PRINCIPAL);
            assert_eq!(issued["aud"], audience.unwrap_or(PRINCIPAL));
            assert_eq!(issued["client_id"], BROKER);
            assert_eq!(issued["act"], json!({ "sub": BROKER }));
            assert_eq!(issued.get("auth_time"), None, "no user logged in");
            assert_eq!(issued["exp"], claims(&external)["exp"], "no longer than what went in");
        }
        // Nobody but the broker may bring it.
        let answer = bench.exchange(PRINCIPAL, &external, &[("audience", PRINCIPAL)]).await;
        assert_eq!(answer.error().0, 400, "{}", reading.name());
    }
}

#[tokio::test]
async fn several_hops_need_every_client_in_between_and_keep_the_actors() {
    let third = "0c5ad96c-1c5c-4d4e-9c1a-6b5b7b2a6f11";
    let yaml = client(PORTAL, "Portal", &allows(&[DASHBOARD]))
        + &client(DASHBOARD, "Dashboard", &allows(&[third]))
        + &client(third, "Archive", &allows(&[PORTAL]));
    let bench = Bench::new(&yaml, Reading::RequesterListsTarget);
    let token = bench.user_token(PORTAL, "bob", "").await;
    let refused = bench.exchange(PORTAL, &token, &[("audience", third)]).await;
    assert_eq!(refused.error(), (400, "invalid_target".into()), "no edge of its own");
    let second = bench.exchange(PORTAL, &token, &[("audience", DASHBOARD)]).await.token();
    let refused = bench.exchange(PORTAL, &second, &[("audience", third)]).await;
    assert_eq!(refused.error(), (400, "invalid_request".into()), "the token is Dashboard's now");
    let last = bench.exchange(DASHBOARD, &second, &[("audience", "Archive")]).await.token();
    assert_eq!(claims(&last)["sub"], "bob");
    assert_eq!(claims(&last)["act"], json!({ "sub": DASHBOARD }));
    let round = bench.exchange(third, &last, &[("audience", PORTAL)]).await.token();
    assert_eq!(claims(&round)["act"], json!({ "sub": third, "act": { "sub": DASHBOARD } }));
}

#[tokio::test]
async fn an_audience_is_an_id_in_any_case_a_placeholder_a_name_or_a_mapped_url() {
    let yaml = client(PORTAL, "Portal", &allows(&["{{guid:dashboard}}"]))
        + &client("{{guid:dashboard}}", "Dashboard", "");
    let options = exchange_studio::authority::Options {
        audiences: vec![("https://dash.example/api".into(), "{{guid:dashboard}}".into())],
        ..Default::default()
    };
    let bench = Bench::with(&yaml, Reading::RequesterListsTarget, options);
    let token = bench.user_token(&PORTAL.to_uppercase(), "alice", "").await;
    for (parameter, audience) in [
        ("audience", "{{guid:dashboard}}"),
        ("audience", "dashboard"),
        ("audience", "https://dash.example/api"),
        ("resource", "https://dash.example/api"),
    ] {
        let answer = bench.exchange(PORTAL, &token, &[(parameter, audience)]).await;
        let issued = answer.token();
        assert_eq!(claims(&issued)["aud"], audience);
        // Whatever it was called by, it is the same client's token.
        let again = bench.exchange("{{guid:dashboard}}", &issued, &[]).await;
        assert_eq!(again.error().1, "invalid_request", "Dashboard lists nobody");
    }
    let both = [("audience", "Dashboard"), ("resource", "https://dash.example/api")];
    let issued = bench.exchange(PORTAL, &token, &both).await.token();
    assert_eq!(claims(&issued)["aud"], json!(["Dashboard", "https://dash.example/api"]));
    let unknown = bench.exchange(PORTAL, &token, &[("audience", "https://else.example")]).await;
    assert_eq!(unknown.error(), (400, "invalid_target".into()));
    let several = [("audience", "Dashboard"), ("audience", "Portal")];
    assert_eq!(
        bench.exchange(PORTAL, &token, &several).await.error(),
        (400, "invalid_target".into())
    );
}

#[tokio::test]
async fn an_edit_counts_from_the_next_request_on() {
    let without = client(PORTAL, "Portal", "") + &client(DASHBOARD, "Dashboard", "");
    let with =
        client(PORTAL, "Portal", &allows(&[DASHBOARD])) + &client(DASHBOARD, "Dashboard", "");
    let bench = Bench::new(&without, Reading::RequesterListsTarget);
    let token = bench.user_token(PORTAL, "alice", "").await;
    let target = [("audience", DASHBOARD)];
    assert_eq!(bench.exchange(PORTAL, &token, &target).await.error().1, "invalid_target");
    let with = std::sync::Arc::new(project(&with));
    bench.running.set_project(with.clone(), Reading::RequesterListsTarget);
    bench.exchange(PORTAL, &token, &target).await.token();
    bench.running.set_project(with, Reading::TargetListsRequester);
    assert_eq!(bench.exchange(PORTAL, &token, &target).await.error().1, "invalid_target");
}
