//! Authorization code with PKCE, and the page on which a test user is chosen.

use exchange_studio::trust::Reading;

use crate::authority_bench::*;

fn bench() -> Bench {
    let yaml = client(PORTAL, "Portal <b>&\\\"one\\\"", "")
        + &client(DASHBOARD, "Dashboard", "isPublic: true")
        + &client(BROKER, "Broker", "enabled: false");
    Bench::new(&yaml, Reading::default())
}

fn ticket(page: &str) -> &str {
    page.split("name=\"ticket\" value=\"").nth(1).unwrap().split('"').next().unwrap()
}

#[tokio::test]
async fn a_person_chooses_a_user_on_the_page() {
    let bench = bench();
    let (url, verifier) = bench.authorization(PORTAL, &[("scope", "openid a"), ("nonce", "n-1")]);
    let page = bench.get(&url).await;
    assert_eq!(page.status, 200);
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"));
    assert!(page.text.contains("Portal &lt;b&gt;&amp;&quot;one&quot;"), "{}", page.text);
    assert!(page.text.contains("<html lang=\"en\">") && !page.text.contains("<script"));
    for user in bench.running.users() {
        assert!(page.text.contains(&format!("value=\"{}\"", user.subject)));
    }
    let form = [("ticket", ticket(&page.text)), ("user", "bob")];
    let redirected = Bench::redirected(&bench.post("/connect/authorize", &form).await);
    assert_eq!(redirected["state"], "a state");
    let answer = bench.redeem(PORTAL, &redirected["code"], &verifier).await;
    let token = claims(&answer.token());
    assert_eq!(token["sub"], "bob");
    assert_eq!(token["aud"], PORTAL);
    assert_eq!(token["scope"], "openid a");
    let id_token = answer.json()["id_token"].as_str().unwrap().to_owned();
    assert_eq!(claims(&id_token)["nonce"], "n-1");
    assert_eq!(claims(&id_token)["aud"], PORTAL);
    // A code works once, and so does a page.
    let again = bench.redeem(PORTAL, &redirected["code"], &verifier).await;
    assert_eq!(again.error(), (400, "invalid_grant".into()));
    let again = bench.post("/connect/authorize", &form).await;
    assert_eq!(again.status, 400);
    assert!(again.text.contains("used already"));
}

#[tokio::test]
async fn a_public_client_needs_the_verifier_and_no_secret() {
    let bench = bench();
    let (url, verifier) =
        bench.authorization(DASHBOARD, &[("prompt", "none"), ("login_hint", "alice")]);
    let code = Bench::redirected(&bench.get(&url).await)["code"].clone();
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "http://127.0.0.1:9/callback"),
        ("code_verifier", &verifier),
        ("client_id", DASHBOARD),
    ];
    let answer = bench.post("/connect/token", &form).await;
    assert_eq!(claims(&answer.token())["sub"], "alice");
    let secret = bench.secret();
    form.push(("client_secret", &secret));
    assert_eq!(
        bench.post("/connect/token", &form).await.error(),
        (401, "invalid_client".into()),
        "a public client has no secret"
    );
}

#[tokio::test]
async fn a_code_is_bound_to_verifier_client_redirect_and_time() {
    let bench = bench();
    let hint = [("prompt", "none"), ("login_hint", "alice")];
    let code = async |bench: &Bench| {
        let (url, verifier) = bench.authorization(PORTAL, &hint);
        (Bench::redirected(&bench.get(&url).await)["code"].clone(), verifier)
    };
    let refused = (400, "invalid_grant".to_owned());
    let (one, _) = code(&bench).await;
    let (_, other_verifier) = code(&bench).await;
    assert_eq!(bench.redeem(PORTAL, &one, &other_verifier).await.error(), refused);
    let (one, verifier) = code(&bench).await;
    bench.wait(61);
    assert_eq!(bench.redeem(PORTAL, &one, &verifier).await.error(), refused);
    let (one, verifier) = code(&bench).await;
    let answer = bench
        .post(
            "/connect/token",
            &[
                ("grant_type", "authorization_code"),
                ("code", &one),
                ("redirect_uri", "http://127.0.0.1:9/other"),
                ("code_verifier", &verifier),
                ("client_id", PORTAL),
                ("client_secret", &bench.secret()),
            ],
        )
        .await;
    assert_eq!(answer.error(), refused);
    // Another client cannot use it, even with its own credential.
    let (one, verifier) = code(&bench).await;
    let answer = bench
        .post(
            "/connect/token",
            &[
                ("grant_type", "authorization_code"),
                ("code", &one),
                ("redirect_uri", "http://127.0.0.1:9/callback"),
                ("code_verifier", &verifier),
                ("client_id", DASHBOARD),
            ],
        )
        .await;
    assert_eq!(answer.error(), refused);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told_to_the_client_when_it_is_safe() {
    let bench = bench();
    for (change, error) in [
        (("response_type", "token"), "unsupported_response_type"),
        (("response_type", ""), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("dpop_jkt", "short"), "invalid_request"),
        (("scope", "a  b"), "invalid_scope"),
        (("prompt", "none"), "login_required"),
    ] {
        let (url, _) = bench.authorization(PORTAL, &[change]);
        let redirected = Bench::redirected(&bench.get(&url).await);
        assert_eq!(redirected["error"], error, "{change:?}");
        assert_eq!(redirected["state"], "a state");
        assert!(!redirected.contains_key("code"));
    }
    let (url, _) = bench.authorization(BROKER, &[]);
    let redirected = Bench::redirected(&bench.get(&url).await);
    assert_eq!(redirected["error"], "unauthorized_client", "it is disabled");
    let (url, _) = bench.authorization(PORTAL, &[]);
    let page = bench.get(&url).await;
    let form = [("ticket", ticket(&page.text)), ("cancel", "1")];
    let redirected = Bench::redirected(&bench.post("/connect/authorize", &form).await);
    assert_eq!(redirected["error"], "access_denied");
}

#[tokio::test]
async fn nothing_is_sent_to_a_place_that_is_not_this_machine() {
    let bench = bench();
    for uri in [
        "https://evil.example/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://user@127.0.0.1/cb",
        "http://127.0.0.1/cb#fragment",
        "javascript:alert(1)",
        "nonsense",
        "",
    ] {
        let (url, _) = bench.authorization(PORTAL, &[("redirect_uri", uri)]);
        let page = bench.get(&url).await;
        assert_eq!((page.status, page.header("location")), (400, ""), "{uri}");
    }
    let (url, _) = bench.authorization("nobody", &[]);
    assert_eq!(bench.get(&url).await.status, 400);
    // A page is answered by the ticket it carries, not by a guess.
    let forged = bench.post("/connect/authorize", &[("ticket", "guess"), ("user", "alice")]).await;
    assert_eq!((forged.status, forged.header("location")), (400, ""));
}
