//! The authority, judged by clients that nobody here wrote: curl, Authlib and Huskarl.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use exchange_studio::authority::{self, Options, Running};
use exchange_studio::exchange::keys::{KeySet, SigningKey, random_text, sha256_base64url};
use exchange_studio::exchange::{AssertionAudience, Client, ClientAuth, login};
use exchange_studio::trust::Reading;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use crate::authority_bench::{ACCESS_TOKEN, BROKER, DASHBOARD, EXCHANGE, PORTAL, PRINCIPAL};
use crate::authority_bench::{allows, claims, client, project};
use crate::client_faults::http;
use crate::real_servers::{installed, python, script};

/// An authority where the portal, with a secret, and the broker, with a key, may exchange for
/// Dashboard, and nobody for the principal; and the key, as PEM.
fn authority(dpop_nonce: bool) -> (Running, String) {
    let der = STANDARD.encode(rcgen::KeyPair::generate().unwrap().serialize_der());
    let lines: Vec<&str> =
        der.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let lines = lines.join("\n");
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{lines}\n-----END PRIVATE KEY-----\n");
    let key = SigningKey::read(&SecretString::from(pem.as_str()), None, None).unwrap();
    let yaml = client(PORTAL, "Portal", &allows(&[DASHBOARD]))
        + &client(BROKER, "Broker", &allows(&[DASHBOARD]))
        + &client(DASHBOARD, "Dashboard", "")
        + &client(PRINCIPAL, "Principal", "");
    let client_keys = vec![(BROKER.to_owned(), KeySet::of([&key]))];
    let options = Options { client_keys, dpop_nonce, ..Options::default() };
    (authority::start(Arc::new(project(&yaml)), Reading::default(), options).unwrap(), pem)
}

/// What curl got: the status, the header fields and the body.
struct Got {
    status: u16,
    head: String,
    body: Value,
}

impl Got {
    fn token(&self) -> &str {
        self.body["access_token"].as_str().unwrap_or_else(|| panic!("{}", self.body))
    }

    #[track_caller]
    fn refused(&self, status: u16, error: &str) {
        assert_eq!((self.status, self.body["error"].as_str()), (status, Some(error)));
        assert!(
            self.head.to_ascii_lowercase().contains("cache-control: no-store"),
            "{}",
            self.head
        );
    }
}

/// Posts a form with curl, whose command line has no secret: it reads all of it.
fn curl(url: &str, user: Option<(&str, &str)>, form: &[(&str, &str)]) -> Got {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let mut config = format!("url = \"{url}\"\ninclude\nsilent\nshow-error\nnoproxy = \"*\"\n");
    if let Some((id, secret)) = user {
        config += &format!("user = \"{}:{}\"\n", quoted(id), quoted(secret));
    }
    for (name, value) in form {
        config += &format!("data-urlencode = \"{name}={}\"\n", quoted(value));
    }
    let mut curl = Command::new("curl");
    // -q leaves aside what the person has configured.
    curl.args(["-q", "--config", "-"]).stdin(Stdio::piped());
    curl.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut curl = curl.spawn().unwrap();
    curl.stdin.take().unwrap().write_all(config.as_bytes()).unwrap();
    let output = curl.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{text}{said}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body = if body.is_empty() { Value::Null } else { serde_json::from_str(body).unwrap() };
    Got { status, head: head.to_owned(), body }
}

#[test]
fn curl_exchanges_and_is_refused() {
    let (running, _) = authority(false);
    let secret = running.client_secret().expose_secret().to_owned();
    let portal = Some((PORTAL, secret.as_str()));
    let token = running.token_endpoint();
    let metadata = curl_metadata(&running);
    let at = |name: &str| metadata[name].as_str().unwrap().to_owned();
    assert_eq!(at("token_endpoint"), token);

    let own = curl(&token, portal, &[("grant_type", "client_credentials"), ("scope", "read")]);
    assert_eq!(own.status, 200, "{}", own.body);
    assert_eq!(claims(own.token())["sub"], PORTAL);
    let subject = user_token(&at("authorization_endpoint"), &token, portal);
    let exchange = |more: &[(&str, &str)]| {
        let form = [
            ("grant_type", EXCHANGE),
            ("subject_token", &subject),
            ("subject_token_type", ACCESS_TOKEN),
        ];
        let replaced = |name: &str| more.iter().any(|(other, _)| *other == name);
        let form: Vec<_> = form
            .into_iter()
            .filter(|(name, _)| !replaced(name))
            .chain(more.iter().copied())
            .collect();
        let posted = more.iter().any(|(name, _)| *name == "client_secret");
        curl(&token, portal.filter(|_| !posted), &form)
    };
    let issued = exchange(&[("audience", DASHBOARD)]);
    assert_eq!(issued.status, 200, "{}", issued.body);
    assert_eq!(issued.body["issued_token_type"], ACCESS_TOKEN);
    assert_eq!(issued.body["token_type"], "Bearer");
    let inside = claims(issued.token());
    assert_eq!((&inside["aud"], &inside["sub"]), (&DASHBOARD.into(), &"alice".into()));
    let posted =
        exchange(&[("audience", DASHBOARD), ("client_id", PORTAL), ("client_secret", &secret)]);
    assert_eq!(posted.status, 200, "{}", posted.body);

    exchange(&[("audience", PRINCIPAL)]).refused(400, "invalid_target");
    exchange(&[("audience", DASHBOARD), ("scope", "read admin")]).refused(400, "invalid_scope");
    exchange(&[("audience", DASHBOARD), ("subject_token", "x")]).refused(400, "invalid_request");
    exchange(&[("audience", DASHBOARD), ("subject_token_type", "")])
        .refused(400, "invalid_request");
    exchange(&[("audience", DASHBOARD), ("grant_type", "password")])
        .refused(400, "unsupported_grant_type");
    // Named twice: in the header, and in the body.
    let twice =
        [("grant_type", "client_credentials"), ("client_id", PORTAL), ("client_secret", &secret)];
    curl(&token, portal, &twice).refused(400, "invalid_request");
    let wrong = curl(&token, Some((PORTAL, "another")), &twice[..1]);
    wrong.refused(401, "invalid_client");
    assert!(wrong.head.to_ascii_lowercase().contains("www-authenticate: basic"), "{}", wrong.head);
    curl(&token, None, &twice[..1]).refused(401, "invalid_client");

    let told = |token: &str| curl(&at("introspection_endpoint"), portal, &[("token", token)]);
    let said = told(issued.token());
    assert_eq!((said.status, &said.body["active"]), (200, &true.into()));
    assert_eq!((&said.body["aud"], &said.body["client_id"]), (&DASHBOARD.into(), &PORTAL.into()));
    assert_eq!(told("x").body, serde_json::json!({"active": false}));
    curl(&at("introspection_endpoint"), None, &[("token", "x")]).refused(401, "invalid_client");
    let revoked = curl(&at("revocation_endpoint"), portal, &[("token", &subject)]);
    assert_eq!(revoked.status, 200);
    assert_eq!(told(&subject).body, serde_json::json!({"active": false}));
    exchange(&[("audience", DASHBOARD)]).refused(400, "invalid_request");
}

/// Signs a user in without a page (RFC 6749 §4.1, RFC 7636).
fn user_token(authorize: &str, token: &str, portal: Option<(&str, &str)>) -> String {
    const REDIRECT: &str = "http://127.0.0.1:1/callback";
    let verifier = random_text().unwrap();
    let mut url = Url::parse(authorize).unwrap();
    url.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", PORTAL),
        ("redirect_uri", REDIRECT),
        ("scope", "read write"),
        ("state", "a state"),
        ("code_challenge", &sha256_base64url(&verifier)),
        ("code_challenge_method", "S256"),
        ("prompt", "none"),
        ("login_hint", "alice"),
    ]);
    let answer = curl(url.as_str(), None, &[]);
    let back = answer.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
    let back = Url::parse(back).unwrap();
    let (_, code) = back.query_pairs().find(|(name, _)| name == "code").unwrap();
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", &verifier),
    ];
    curl(token, portal, &form).token().to_owned()
}

fn curl_metadata(running: &Running) -> Value {
    let url = format!("{}/.well-known/oauth-authorization-server", running.issuer());
    let output = Command::new("curl")
        .args(["-q", "-sS", "--noproxy", "*", "--fail", &url])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs a client that looks at the authority and ends with a failure where something is wrong.
#[track_caller]
fn judge(mut client: Command, running: &Running, key: &str) {
    // The person's proxy is not asked for the way to loopback.
    client.args([running.issuer(), PORTAL, BROKER, DASHBOARD, PRINCIPAL]).env("NO_PROXY", "*");
    client.env("SECRET", running.client_secret().expose_secret()).env("KEY", key);
    let output = client.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}{complained}");
    assert_eq!(said.trim(), "all as it should be");
}

#[test]
fn authlib_finds_everything_as_it_should_be() {
    let (running, key) = authority(false);
    let mut client = Command::new(python());
    client.arg(script("clients/with_authlib.py"));
    judge(client, &running, &key);
}

/// Huskarl knows no login without a page, so it gets its subject tokens. Every proof must repeat a nonce.
#[tokio::test]
async fn huskarl_finds_everything_as_it_should_be() {
    let (running, pem) = authority(true);
    let key = SigningKey::read(&SecretString::from(pem.as_str()), None, None).unwrap();
    let mut client = Command::new(installed("huskarl/debug/with-huskarl"));
    let auth =
        ClientAuth::PrivateKeyJwt { key: Box::new(key), audience: AssertionAudience::Issuer };
    for (name, who) in [
        ("SUBJECT", Client::new(PORTAL, ClientAuth::Basic(running.client_secret().clone()))),
        ("SUBJECT_OF_KEY", Client::new(BROKER, auth)),
    ] {
        let now = SystemTime::now();
        let token =
            login::as_test_user(&http(), running.issuer(), &who, "alice", "read write", now)
                .await
                .unwrap();
        client.env(name, token.expose_secret());
    }
    judge(client, &running, &pem);
}
