//! A running authority, a clock that is turned by hand, and a client that speaks plain HTTP: the
//! tests see what any OAuth client would see, and nothing of this program's own client is in between.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use exchange_studio::authority::{self, MintRequest, Options, Running};
use exchange_studio::config::{Project, Source};
use exchange_studio::exchange::keys::{random_text, sha256_base64url};
use exchange_studio::trust::Reading;
use secrecy::ExposeSecret as _;
use serde_json::Value;

pub const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
pub const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
pub const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";

pub const PORTAL: &str = "b8075fdb-ac4f-4c25-8f2a-2085a9addbf6";
pub const DASHBOARD: &str = "ff64b54e-3d4f-426d-ad1a-da30ebed78ab";
pub const PRINCIPAL: &str = "c400a0ee-f266-45f2-8fba-f5884ed2e386";
pub const BROKER: &str = "39bda194-1967-4d8e-a190-60448d5c1ab3";
pub const ISSUER: &str = "https://auth.external.com";
pub const SUBJECT: &str = "123456789";

pub fn project(yaml: &str) -> Project {
    Project::from_sources(vec![Source {
        path: None,
        name: "test.yaml".into(),
        bytes: yaml.as_bytes().to_vec(),
    }])
}

/// A client app document with more lines after its id and name.
pub fn client(id: &str, name: &str, more: &str) -> String {
    format!("---\n!ClientAppDto\nid: \"{id}\"\nname: \"{name}\"\n{more}\n")
}

/// `allowedTokenExchangeClientApps` with these entries.
pub fn allows(entries: &[&str]) -> String {
    let items: String = entries.iter().map(|id| format!("  - id: \"{id}\"\n")).collect();
    format!("allowedTokenExchangeClientApps:\n{items}")
}

pub fn identity(issuer: &str, subject: &str) -> String {
    format!("clientAppFederatedIdentities:\n{}", identity_entry(issuer, subject))
}

/// One of several identities.
pub fn identity_entry(issuer: &str, subject: &str) -> String {
    format!(
        "  - id: \"b4e9c08d-1b36-4cf0-8c65-1a3ee0676f7a\"\n    issuer: \"{issuer}\"\n    subject: \
         \"{subject}\"\n"
    )
}

pub struct Bench {
    pub running: Running,
    pub http: reqwest::Client,
    seconds: Arc<AtomicU64>,
}

pub struct Answer {
    pub status: u16,
    pub headers: reqwest::header::HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn of(response: reqwest::Response) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            text: response.text().await.unwrap(),
        }
    }
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {}", self.text))
    }
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
    /// The error code and status of a refusal; the description must keep to RFC 6749 §5.2.
    pub fn error(&self) -> (u16, String) {
        let body = self.json();
        let description = body["error_description"].as_str().unwrap();
        assert!(
            description.bytes().all(|b| matches!(b, 0x20 | 0x21 | 0x23..=0x5b | 0x5d..=0x7e)),
            "{description}"
        );
        assert!(!description.contains("eyJ"), "a token is echoed: {description}");
        assert_eq!(self.header("cache-control"), "no-store");
        (self.status, body["error"].as_str().unwrap().to_owned())
    }
    pub fn token(&self) -> String {
        assert_eq!(self.status, 200, "{}", self.text);
        self.json()["access_token"].as_str().unwrap().to_owned()
    }
}

impl Bench {
    pub fn new(yaml: &str, reading: Reading) -> Self {
        Self::with(yaml, reading, Options::default())
    }

    pub fn with(yaml: &str, reading: Reading, options: Options) -> Self {
        let seconds = Arc::new(AtomicU64::new(1_800_000_000));
        let clock = {
            let seconds = seconds.clone();
            Arc::new(move || UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::SeqCst)))
        };
        let running =
            authority::start(Arc::new(project(yaml)), reading, Options { clock, ..options })
                .unwrap();
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .tls_certs_only([])
            .build()
            .unwrap();
        Self { running, http, seconds }
    }

    pub fn now(&self) -> i64 {
        self.seconds.load(Ordering::SeqCst).try_into().unwrap()
    }

    pub fn wait(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.issuer())
    }

    pub async fn get(&self, url: &str) -> Answer {
        Answer::of(self.http.get(url).send().await.unwrap()).await
    }

    /// Posts a form as it is.
    pub async fn post(&self, path: &str, parameters: &[(&str, &str)]) -> Answer {
        self.post_as(path, parameters, None).await
    }

    pub async fn post_as(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
        authorization: Option<&str>,
    ) -> Answer {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(parameters);
        let mut request = self
            .http
            .post(self.url(path))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.finish());
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        Answer::of(request.send().await.unwrap()).await
    }

    pub fn secret(&self) -> String {
        self.running.client_secret().expose_secret().to_owned()
    }

    /// An exchange by a confidential client, with further parameters.
    pub async fn exchange(&self, client: &str, token: &str, more: &[(&str, &str)]) -> Answer {
        let secret = self.secret();
        let mut parameters = vec![
            ("grant_type", EXCHANGE),
            ("client_id", client),
            ("client_secret", &secret),
            ("subject_token", token),
        ];
        if !more.iter().any(|(name, _)| *name == "subject_token_type") {
            parameters.push(("subject_token_type", ACCESS_TOKEN));
        }
        parameters.extend(more);
        self.post("/connect/token", &parameters).await
    }

    /// The parameters of an authorization request, and the verifier that belongs to it.
    pub fn authorization(&self, client: &str, more: &[(&str, &str)]) -> (String, String) {
        let verifier = random_text().unwrap();
        let mut url = url::Url::parse(&self.running.authorization_endpoint()).unwrap();
        {
            let mut query = url.query_pairs_mut();
            let challenge = sha256_base64url(&verifier);
            let defaults = [
                ("response_type", "code"),
                ("client_id", client),
                ("redirect_uri", "http://127.0.0.1:9/callback"),
                ("code_challenge", &challenge),
                ("code_challenge_method", "S256"),
                ("state", "a state"),
            ];
            for (name, value) in defaults {
                if !more.iter().any(|(other, _)| *other == name) {
                    query.append_pair(name, value);
                }
            }
            query.extend_pairs(more.iter().filter(|(_, value)| !value.is_empty()));
        }
        (url.into(), verifier)
    }

    /// What the redirect of an answer says.
    pub fn redirected(answer: &Answer) -> std::collections::BTreeMap<String, String> {
        assert_eq!(answer.status, 303, "{}", answer.text);
        let location = url::Url::parse(answer.header("location")).unwrap();
        assert_eq!(location.port(), Some(9));
        location.query_pairs().into_owned().collect()
    }

    pub async fn redeem(&self, client: &str, code: &str, verifier: &str) -> Answer {
        self.post(
            "/connect/token",
            &[
                ("grant_type", "authorization_code"),
                ("code", code),
                ("redirect_uri", "http://127.0.0.1:9/callback"),
                ("code_verifier", verifier),
                ("client_id", client),
                ("client_secret", &self.secret()),
            ],
        )
        .await
    }

    /// A user's tokens, through the whole login.
    pub async fn log_in(&self, client: &str, user: &str, scope: &str) -> Answer {
        let (url, verifier) = self
            .authorization(client, &[("prompt", "none"), ("login_hint", user), ("scope", scope)]);
        let redirected = Self::redirected(&self.get(&url).await);
        assert_eq!(redirected["iss"], self.running.issuer());
        assert_eq!(redirected["state"], "a state");
        self.redeem(client, &redirected["code"], &verifier).await
    }

    pub async fn user_token(&self, client: &str, user: &str, scope: &str) -> String {
        self.log_in(client, user, scope).await.token()
    }

    /// A token of the external issuer, over HTTP.
    pub async fn mint(&self, request: &MintRequest) -> String {
        authority::mint_over_http(&self.running.mint_endpoint(), request)
            .await
            .unwrap()
            .expose_secret()
            .to_owned()
    }
}

/// Header and claims of a token, unverified.
pub fn parts(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| {
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap_or_default())
            .unwrap_or(Value::Null)
    });
    (parts.next().unwrap(), parts.next().unwrap())
}

pub fn claims(token: &str) -> Value {
    parts(token).1
}
