//! Servers that nobody here wrote, each started once for all tests that use it.
//!
//! `tests/run` installs them beside the build. A server that is not there fails the test: a client
//! that was tried against its own authors alone has not been tried. Each listens on loopback, on a port
//! that was free, and ends with the process of the tests, however that ends: a launcher holds it by a
//! pipe (`servers/held.py`).

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};

use exchange_studio::exchange::checks::{Check, Level};
use exchange_studio::exchange::client_credentials::{Issued, client_credentials};
use exchange_studio::exchange::keys::{KeySet, SigningAlgorithm, SigningKey, random_text};
use exchange_studio::exchange::login::Login;
use exchange_studio::exchange::token_type::ACCESS_TOKEN;
use exchange_studio::exchange::{
    Client, ClientAuth, ExchangeRequest, FollowUp, Occasion, Report, Server, Simulation,
    TransportError, discover, follow_up, simulate,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use url::Url;

use crate::authority_bench::EXCHANGE;
use crate::client_faults::http;

/// What `tests/run` put beside the build.
pub fn installed(path: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..").join(path);
    assert!(path.exists(), "{} is not there: run tests/run --prepare", path.display());
    path
}

/// The Python that has the servers and clients of `tests/requirements.txt`.
pub fn python() -> PathBuf {
    installed("python/bin/python")
}

/// A file of `tests/exchange`.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exchange").join(name)
}

/// A server that runs.
pub struct Started {
    pub issuer: String,
    held: Child,
}

impl Drop for Started {
    fn drop(&mut self) {
        // Ends the pipe, and with it the server.
        drop(self.held.stdin.take());
        let _ = self.held.wait();
    }
}

impl Started {
    /// Starts a server on a free port, which `command` gets, and waits until it has printed `ready`
    /// and tells of itself.
    fn new(ready: &str, command: impl Fn(u16) -> Command) -> Self {
        // Between finding a port and listening on it somebody else may take it.
        for _ in 0..5 {
            let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
            let port = free.local_addr().unwrap().port();
            drop(free);
            let mut log = tempfile::tempfile().unwrap();
            let asked = command(port);
            let mut held = Command::new(python());
            held.arg(script("servers/held.py")).arg(ready);
            held.arg(asked.get_program()).args(asked.get_args());
            held.envs(asked.get_envs().filter_map(|(name, value)| Some((name, value?))));
            held.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log.try_clone().unwrap());
            let mut held = held.spawn().unwrap();
            let mut said = String::new();
            BufReader::new(held.stdout.take().unwrap()).read_line(&mut said).unwrap();
            let started = Self { issuer: format!("http://127.0.0.1:{port}"), held };
            if said == "ready\n" {
                assert!(answers(port), "its metadata is missing:\n{}", read(&mut log));
                return started;
            }
            let said = read(&mut log);
            let taken = ["in use", "EADDRINUSE"].iter().any(|text| said.contains(text));
            assert!(taken, "the server did not start:\n{said}");
        }
        panic!("every free port was taken before the server could listen on it");
    }

    pub fn server(&self) -> Server {
        Server::Issuer(self.issuer.clone())
    }
}

fn read(log: &mut File) -> String {
    let mut text = String::new();
    log.rewind().unwrap();
    log.read_to_string(&mut text).unwrap();
    text
}

/// Whether the server tells of itself (OpenID Connect Discovery 1.0 §4).
fn answers(port: u16) -> bool {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    let request = "GET /.well-known/openid-configuration HTTP/1.1\r\nHost: 127.0.0.1\r\n\
                   Connection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer.starts_with(b"HTTP/1.") && answer.get(8..13) == Some(b" 200 ")
}

/// oauth2-mock-server: an issuer of ID tokens for whoever asks.
pub static ISSUER: LazyLock<Started> = LazyLock::new(|| {
    let module = installed("npm/node_modules/oauth2-mock-server/dist/index.mjs");
    let module = module.canonicalize().unwrap();
    Started::new("listening", |port| {
        let mut command = Command::new("node");
        command.arg(script("servers/issuer.mjs")).arg(&module).arg(port.to_string());
        command
    })
});

/// Whom the ID tokens of [`ISSUER`] must be meant for.
pub const ID_TOKEN_AUDIENCE: &str = "studio";

/// authgent-server, which trusts [`ISSUER`].
pub static AUTHGENT: LazyLock<Started> = LazyLock::new(|| authgent(&[]));

/// Whose turn it is at [`AUTHGENT`]: all its requests share one connection to its database, so two at
/// once end each other's transactions.
pub static AUTHGENT_TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Starts authgent-server with further settings.
pub fn authgent(more: &[(&str, &str)]) -> Started {
    let program = installed("python/bin/authgent-server").canonicalize().unwrap();
    let key = random_text().unwrap();
    let issuers = json!([ISSUER.issuer]).to_string();
    Started::new("Uvicorn running on", |port| {
        let mut command = Command::new(&program);
        command.args(["run", "--host", "127.0.0.1", "--port", &port.to_string()]);
        command.envs([
            ("AUTHGENT_SECRET_KEY", key.as_str()),
            ("AUTHGENT_SERVER_URL", &format!("http://127.0.0.1:{port}")),
            ("AUTHGENT_TRUSTED_OIDC_ISSUERS", &issuers),
            ("AUTHGENT_TRUSTED_OIDC_AUDIENCE", ID_TOKEN_AUDIENCE),
            ("AUTHGENT_TOKEN_RATE_LIMIT", "1000000"),
            ("AUTHGENT_REGISTER_RATE_LIMIT", "1000000"),
        ]);
        command.envs(more.iter().copied());
        command
    })
}

/// idpyoidc, in a shell of ours, with the clients it knows.
pub struct Idpyoidc {
    pub started: Started,
    /// What the key of [`KEYED`] signs.
    pub key: SigningKey,
    secret: String,
}

/// The clients of [`IDPYOIDC`]: who logs users in, who may exchange for Dashboard, who has a key.
pub const LOGIN: &str = "login";
pub const GATEWAY: &str = "gateway";
pub const KEYED: &str = "keyed";
/// A client that has no policy of its own for exchanges.
pub const DAEMON: &str = "daemon";

pub const REDIRECT: &str = "http://127.0.0.1:1/callback";

impl Idpyoidc {
    pub fn secret(&self) -> SecretString {
        SecretString::from(self.secret.as_str())
    }

    pub fn basic(&self, id: &str) -> Client {
        Client::new(id, ClientAuth::Basic(self.secret()))
    }
}

pub static IDPYOIDC: LazyLock<Idpyoidc> = LazyLock::new(|| {
    let key = SigningKey::generate(SigningAlgorithm::Es256).unwrap();
    let secret = random_text().unwrap();
    let kind = |name: &str| format!("urn:ietf:params:oauth:token-type:{name}");
    let policy = |scope: &[&str]| {
        json!({
            "subject_token_types_supported": [kind("access_token"), kind("refresh_token")],
            "requested_token_types_supported":
                [kind("access_token"), kind("refresh_token"), kind("id_token")],
            "policy": {"": {
                "function": "idpyoidc.server.oauth2.token_helper.validate_token_exchange_policy",
                "kwargs": {
                    "audience": ["dashboard"],
                    "resource": ["https://dashboard.example"],
                    "scope": scope,
                },
            }},
        })
    };
    let client = |scope: &[&str]| -> Value {
        json!({
            "client_secret": secret,
            "client_salt": "salt",
            "redirect_uris": [REDIRECT],
            "response_types_supported": ["code"],
            "grant_types_supported":
                ["authorization_code", "refresh_token", "client_credentials", EXCHANGE],
            "allowed_scopes": ["openid", "profile", "offline_access"],
            "token_exchange": policy(scope),
        })
    };
    let mut keyed = client(&["openid", "profile"]);
    keyed["jwks"] = KeySet::of([&key]).to_json();
    let mut daemon = client(&[]);
    daemon.as_object_mut().unwrap().remove("token_exchange");
    let clients = json!({
        LOGIN: client(&["openid", "profile", "offline_access"]),
        GATEWAY: client(&["openid", "profile", "offline_access"]),
        KEYED: keyed,
        DAEMON: daemon,
    });
    let clients = clients.to_string();
    let started = Started::new("Running on", |port| {
        let mut command = Command::new(python());
        command.arg(script("servers/idp.py")).arg(port.to_string()).env("CLIENTS", &clients);
        command
    });
    Idpyoidc { started, key, secret }
});

/// One exchange of a token for one of `audience`.
pub fn exchange_of(
    server: Server,
    client: Client,
    subject_token: &SecretString,
    audience: &str,
) -> Simulation {
    let request = ExchangeRequest {
        subject_token: subject_token.clone(),
        subject_token_type: ACCESS_TOKEN.to_owned(),
        audience: Some(audience.to_owned()).filter(|text| !text.is_empty()).into_iter().collect(),
        ..ExchangeRequest::default()
    };
    // Both clocks are this machine's.
    Simulation { server, client, request, skew: Duration::from_secs(5) }
}

/// An exchange, and what the server says of the issued token afterwards.
pub async fn run(simulation: &Simulation) -> Report {
    let now = SystemTime::now();
    let mut report = simulate(&http(), simulation, now).await.unwrap();
    let wanted = FollowUp { introspect: true, revoke_subject: false };
    assert!(follow_up(&http(), simulation, &mut report, wanted, now).await);
    report
}

/// The checks that are dialects, warnings or breaches, each as its id and which of them.
pub fn findings(report: &Report) -> Vec<String> {
    let name = |check: &Check| match check.level {
        _ if check.dialect => Some("dialect"),
        Level::Warn => Some("warn"),
        Level::Fail => Some("fail"),
        _ => None,
    };
    report
        .checks
        .iter()
        .filter_map(|check| Some(format!("{} {}", check.id, name(check)?)))
        .collect()
}

/// Asserts that a token was issued and that the report finds nothing but this.
#[track_caller]
pub fn issued(report: &Report, expected: &[&str]) -> SecretString {
    assert_eq!(findings(report), expected, "{}", report.sentence());
    report.issued.clone().unwrap_or_else(|| panic!("{}", report.sentence()))
}

/// Asserts that nothing was issued, why, and that the report finds nothing but this.
#[track_caller]
pub fn refused(report: &Report, status: u16, error: &str, expected: &[&str]) {
    let refusal = report.refusal.as_ref().unwrap_or_else(|| panic!("{}", report.sentence()));
    assert_eq!((report.answer.status, refusal.error.as_str()), (status, error), "{refusal:?}");
    assert_eq!(findings(report), expected);
    assert!(report.issued.is_none());
}

/// The claims of an issued token.
pub fn claims(token: &SecretString) -> Value {
    crate::authority_bench::claims(token.expose_secret())
}

/// Signs in without a page, at a server that does not ask who it is.
pub async fn sign_in(
    server: &Started,
    client: &Client,
    scope: &str,
    extra: &[(&str, &str)],
) -> Issued {
    let metadata = discover(&http(), &server.issuer).await.unwrap();
    let login = Login::begin(&metadata, &client.id, REDIRECT, scope, extra).unwrap();
    let page = http().get(&login.url).await.unwrap();
    let back = page.header("location").unwrap_or_else(|| panic!("status {}", page.status));
    let code = login.code(&Url::parse(back).unwrap()).unwrap();
    let endpoint = metadata.token_endpoint().unwrap();
    login.redeem(&http(), &endpoint, client, &code, SystemTime::now()).await.unwrap()
}

/// A token that a client gets for itself.
pub async fn own_token(
    server: &Started,
    client: &Client,
    scope: &str,
) -> Result<Issued, TransportError> {
    let metadata = discover(&http(), &server.issuer).await.unwrap();
    let token_endpoint = metadata.token_endpoint().unwrap();
    let occasion = Occasion {
        issuer: Some(&server.issuer),
        token_endpoint: &token_endpoint,
        now: SystemTime::now(),
    };
    client_credentials(&http(), &occasion, client, scope, &[]).await
}
