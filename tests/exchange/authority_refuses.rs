//! Every way to be refused at the token endpoint, with its error code; and what is never widened.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exchange_studio::authority::MintRequest;
use exchange_studio::trust::Reading;

use crate::authority_bench::*;

fn bench() -> Bench {
    let yaml = client(PORTAL, "Portal", &allows(&[DASHBOARD]))
        + &client(DASHBOARD, "Dashboard", "")
        + &client(BROKER, "Broker", &format!("isPublic: true\n{}", allows(&[DASHBOARD])))
        + &client(PRINCIPAL, "Switched off", &format!("enabled: false\n{}", allows(&[DASHBOARD])));
    Bench::new(&yaml, Reading::RequesterListsTarget)
}

#[tokio::test]
async fn a_client_proves_itself_in_exactly_one_way() {
    let bench = bench();
    let secret = bench.secret();
    let grant = ("grant_type", "client_credentials");
    let basic =
        |id: &str, secret: &str| format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let refused = (401, "invalid_client".to_owned());

    let good = bench.post_as("/connect/token", &[grant], Some(&basic(PORTAL, &secret))).await;
    let token = claims(&good.token());
    assert_eq!((&token["sub"], &token["client_id"]), (&PORTAL.into(), &PORTAL.into()));

    for authorization in [
        basic(PORTAL, "wrong"),
        basic("nobody", &secret),
        basic("Portal", &secret),
        "Bearer abc".to_owned(),
        "Basic ###".to_owned(),
    ] {
        let answer = bench.post_as("/connect/token", &[grant], Some(&authorization)).await;
        assert_eq!(answer.error(), refused, "{authorization}");
        assert!(answer.header("www-authenticate").starts_with("Basic "));
        assert!(!answer.text.contains(&secret));
    }
    for form in [
        vec![grant],
        vec![grant, ("client_id", PORTAL)],
        vec![grant, ("client_id", PORTAL), ("client_secret", "wrong")],
        vec![grant, ("client_id", PORTAL), ("client_secret", "")],
        vec![grant, ("client_id", BROKER), ("client_secret", &secret)],
        vec![grant, ("client_id", PORTAL), ("client_assertion", "x")],
        vec![grant, ("client_id", PRINCIPAL), ("client_secret", &secret)],
    ] {
        let answer = bench.post("/connect/token", &form).await;
        assert_eq!(answer.error(), refused, "{form:?}");
    }
    let twice = [grant, ("client_secret", &secret)];
    let answer = bench.post_as("/connect/token", &twice, Some(&basic(PORTAL, &secret))).await;
    assert_eq!(answer.error(), (400, "invalid_request".into()));
    let answer = bench.post("/connect/token", &[grant, ("client_id", BROKER)]).await;
    assert_eq!(answer.error(), (400, "unauthorized_client".into()), "a public client");
}

#[tokio::test]
async fn the_form_of_an_exchange_is_judged() {
    let bench = bench();
    let token = bench.user_token(PORTAL, "alice", "a b").await;
    let secret = bench.secret();
    let good = vec![
        ("grant_type", EXCHANGE),
        ("client_id", PORTAL),
        ("client_secret", secret.as_str()),
        ("subject_token", token.as_str()),
        ("subject_token_type", ACCESS_TOKEN),
        ("audience", DASHBOARD),
    ];
    bench.post("/connect/token", &good).await.token();
    let without =
        |name: &str| good.iter().copied().filter(|(own, _)| *own != name).collect::<Vec<_>>();
    let with = |pair: (&'static str, &'static str)| {
        let mut form = without(pair.0);
        form.push(pair);
        form
    };
    let twice = |name: &str| {
        let mut form = good.clone();
        form.push(*good.iter().find(|(own, _)| *own == name).unwrap());
        form
    };
    for (form, error) in [
        (without("grant_type"), "invalid_request"),
        (without("subject_token"), "invalid_request"),
        (without("subject_token_type"), "invalid_request"),
        (with(("subject_token", "")), "invalid_request"),
        (with(("subject_token", "not.a.token")), "invalid_request"),
        (with(("subject_token", "opaque")), "invalid_request"),
        (with(("subject_token_type", "urn:ietf:params:oauth:token-type:saml2")), "invalid_request"),
        (with(("subject_token_type", ID_TOKEN)), "invalid_request"),
        (with(("requested_token_type", ID_TOKEN)), "invalid_request"),
        (with(("actor_token", "x")), "invalid_request"),
        (with(("actor_token_type", ACCESS_TOKEN)), "invalid_request"),
        (twice("subject_token"), "invalid_request"),
        (twice("grant_type"), "invalid_request"),
        (with(("grant_type", "password")), "unsupported_grant_type"),
        (with(("scope", "a c")), "invalid_scope"),
        (with(("scope", "a  b")), "invalid_scope"),
        (with(("audience", "https://not-registered.example")), "invalid_target"),
        (with(("audience", PORTAL)), "invalid_target"),
    ] {
        let answer = bench.post("/connect/token", &form).await;
        assert_eq!(answer.error(), (400, error.into()), "{}", answer.text);
    }
    let actor = {
        let mut form = good.clone();
        form.extend([("actor_token", token.as_str()), ("actor_token_type", ACCESS_TOKEN)]);
        form
    };
    assert_eq!(bench.post("/connect/token", &actor).await.error().1, "invalid_request");
    // An audience twice is one audience.
    bench.post("/connect/token", &twice("audience")).await.token();
    // Not a form.
    let answer = bench
        .http
        .post(bench.running.token_endpoint())
        .header("content-type", "application/json")
        .body("{}")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 400);
    // Not a POST.
    assert_eq!(bench.get(&bench.running.token_endpoint()).await.status, 405);
    // Too much.
    let long = "x".repeat(300_000);
    let answer = bench.exchange(PORTAL, &long, &[]).await;
    assert_eq!(answer.status, 413);
}

#[tokio::test]
async fn the_decision_gives_the_code_and_the_words() {
    let bench = bench();
    let token = bench.user_token(PORTAL, "alice", "").await;
    let cases = [
        (PORTAL, vec![("audience", PORTAL)], (400, "invalid_target")),
        (DASHBOARD, vec![("audience", PORTAL)], (400, "invalid_request")),
        (PRINCIPAL, vec![("audience", DASHBOARD)], (401, "invalid_client")),
    ];
    for (asks, more, (status, code)) in cases {
        let answer = bench.exchange(asks, &token, &more).await;
        assert_eq!(answer.error(), (status, code.into()), "{}", answer.text);
    }
    let answer = bench.exchange(PRINCIPAL, &token, &[("audience", DASHBOARD)]).await;
    assert_eq!(answer.json()["error_description"], "Switched off is disabled.");
    let public = [
        ("grant_type", EXCHANGE),
        ("client_id", BROKER),
        ("subject_token", &token),
        ("subject_token_type", ACCESS_TOKEN),
        ("audience", DASHBOARD),
    ];
    let answer = bench.post("/connect/token", &public).await;
    assert_eq!(answer.error(), (400, "unauthorized_client".into()));
}

#[tokio::test]
async fn only_a_users_access_token_of_this_server_is_one() {
    let bench = bench();
    let target = [("audience", DASHBOARD)];
    let refused = (400, "invalid_request".to_owned());
    // A client's own token has no user.
    let own = bench
        .post(
            "/connect/token",
            &[
                ("grant_type", "client_credentials"),
                ("client_id", PORTAL),
                ("client_secret", &bench.secret()),
            ],
        )
        .await
        .token();
    assert_eq!(bench.exchange(PORTAL, &own, &target).await.error(), refused);
    // An ID token is not an access token, but is one when it says so.
    let login = bench.log_in(PORTAL, "alice", "openid").await;
    let id_token = login.json()["id_token"].as_str().unwrap().to_owned();
    assert_eq!(bench.exchange(PORTAL, &id_token, &target).await.error(), refused);
    for declared in [ID_TOKEN, JWT] {
        let more = [("subject_token_type", declared), ("audience", DASHBOARD)];
        let issued = claims(&bench.exchange(PORTAL, &id_token, &more).await.token());
        assert_eq!(issued["sub"], "alice");
    }
    // A token of another run has another key, even if it claims to be from here.
    let token = login.token();
    let other = self::bench();
    let foreign = other.user_token(PORTAL, "alice", "").await;
    assert_eq!(bench.exchange(PORTAL, &foreign, &target).await.error(), refused);
    let spliced = {
        let (ours, theirs) = (token.split('.').collect::<Vec<_>>(), foreign.split('.').nth(2));
        [ours[0], ours[1], theirs.unwrap()].join(".")
    };
    assert_eq!(bench.exchange(PORTAL, &spliced, &target).await.error(), refused);
    // Time passes.
    bench.exchange(PORTAL, &token, &target).await.token();
    bench.wait(3_600);
    assert_eq!(bench.exchange(PORTAL, &token, &target).await.error(), refused);
}

#[tokio::test]
async fn scope_and_life_only_shrink() {
    let bench = bench();
    let token = bench.user_token(PORTAL, "alice", "a b c").await;
    bench.wait(3_000);
    let more = [("audience", DASHBOARD), ("scope", "c a")];
    let answer = bench.exchange(PORTAL, &token, &more).await;
    let issued = claims(&answer.token());
    assert_eq!(issued["scope"], "c a");
    assert_eq!(answer.json()["scope"], "c a");
    assert_eq!(answer.json()["expires_in"], 600);
    assert_eq!(issued["exp"], claims(&token)["exp"]);
    let answer = bench
        .exchange(PORTAL, &token, &[("audience", DASHBOARD), ("requested_token_type", JWT)])
        .await;
    assert_eq!(claims(&answer.token())["scope"], "a b c");
    assert_eq!(answer.json()["issued_token_type"], JWT);
    // A token without scope gives none.
    let bare = bench.user_token(PORTAL, "alice", "").await;
    let answer = bench.exchange(PORTAL, &bare, &more).await;
    assert_eq!(answer.error(), (400, "invalid_scope".into()));
    let answer = bench.exchange(PORTAL, &bare, &[("audience", DASHBOARD)]).await;
    assert_eq!(answer.json().get("scope"), None);
}

#[tokio::test]
async fn introspection_agrees_with_the_token_and_says_nothing_of_others() {
    let bench = bench();
    let token = bench.user_token(PORTAL, "alice", "a").await;
    let secret = bench.secret();
    let ask = async |token: &str| {
        let form = [("token", token), ("client_id", DASHBOARD), ("client_secret", &secret)];
        bench.post("/connect/introspect", &form).await
    };
    let answer = ask(&token).await;
    let body = answer.json();
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(body["active"], true);
    for (name, value) in claims(&token).as_object().unwrap() {
        assert_eq!(&body[name], value, "{name}");
    }
    let external = bench.mint(&MintRequest::new("x")).await;
    let inactive = serde_json::json!({ "active": false });
    for other in ["nonsense", &external, &format!("{token}x")] {
        assert_eq!(ask(other).await.json(), inactive);
    }
    bench.wait(3_600);
    assert_eq!(ask(&token).await.json(), inactive);
    let nobody = bench.post("/connect/introspect", &[("token", &token)]).await;
    assert_eq!(nobody.error(), (401, "invalid_client".into()));
    let public = [("token", token.as_str()), ("client_id", BROKER)];
    let answer = bench.post("/connect/introspect", &public).await;
    assert_eq!(answer.error(), (401, "invalid_client".into()));
}

#[tokio::test]
async fn a_request_without_target_is_answered_when_the_configuration_leaves_one() {
    let one = client(PORTAL, "Portal", &allows(&[DASHBOARD])) + &client(DASHBOARD, "Dashboard", "");
    let bench = Bench::new(&one, Reading::RequesterListsTarget);
    let token = bench.user_token(PORTAL, "alice", "").await;
    let issued = claims(&bench.exchange(PORTAL, &token, &[]).await.token());
    assert_eq!(issued["aud"], DASHBOARD);
    let two = client(PORTAL, "Portal", &allows(&[DASHBOARD, BROKER]))
        + &client(DASHBOARD, "Dashboard", "")
        + &client(BROKER, "Broker", "");
    let two = std::sync::Arc::new(project(&two));
    bench.running.set_project(two, Reading::RequesterListsTarget);
    let answer = bench.exchange(PORTAL, &token, &[]).await;
    assert_eq!(answer.error(), (400, "invalid_request".into()));
    assert!(answer.text.contains("name the target"), "{}", answer.text);
}
