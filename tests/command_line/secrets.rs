//! Marked secrets go into every command that takes some; nothing that comes out holds them, on
//! either stream, in any format, in any file, whether it goes well or not. Against the built-in
//! authority, and against a server that repeats everything it was sent.

use std::io::{Read as _, Write as _};
use std::path::Path;

use crate::serve_exchange::{PORTAL, SECRET, Served, pem, token_of};
use crate::support::{ESTATE, Folder, Ran, program};

/// Long enough for a client that signs with it.
pub const LONG: &str = "MARKED-client-secret-0123456789-0123456789";
pub const SUBJECT: &str = "MARKED-subject-token-0123456789";
const ACTOR: &str = "MARKED-actor-token-0123456789";
const EXTRA: &str = "MARKED-session-0123456789";

/// A server that sends back whatever it got, and issues marked tokens when `grants`.
fn echo(grants: bool) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let issuer = base.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut seen, mut some) = (Vec::new(), [0; 4096]);
            let whole = |seen: &[u8]| {
                let text = String::from_utf8_lossy(seen).to_ascii_lowercase();
                let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
                let length = head.split("content-length: ").nth(1).and_then(|it| it.lines().next());
                body.len() >= length.map_or(0, |it| it.parse().unwrap())
            };
            while !whole(&seen) {
                match stream.read(&mut some) {
                    Ok(0) | Err(_) => break,
                    Ok(read) => seen.extend_from_slice(&some[..read]),
                }
            }
            let text = String::from_utf8_lossy(&seen).into_owned();
            let (head, form) = text.split_once("\r\n\r\n").unwrap_or_default();
            let said: Vec<String> = head.lines().map(str::to_owned).collect();
            let decoded: Vec<String> = url::form_urlencoded::parse(form.as_bytes())
                .map(|(name, value)| format!("{name} is {value}"))
                .collect();
            let body = if text.starts_with("GET ") {
                serde_json::json!({
                    "issuer": issuer, "token_endpoint": format!("{issuer}/token"),
                    "introspection_endpoint": format!("{issuer}/token"),
                    "revocation_endpoint": format!("{issuer}/token"),
                    "device_authorization_endpoint": format!("{issuer}/token"),
                })
            } else {
                let mut body = serde_json::json!({
                    "error_description": decoded.join("; "), "form": form, "headers": said,
                    "decoded": decoded, "device_code": "MARKED-device-code",
                });
                let granted = [
                    ("access_token", "MARKED-issued-0123456789"),
                    ("refresh_token", "MARKED-refresh-0123456789"),
                    ("id_token", "MARKED-id-0123456789"),
                    ("token_type", "Bearer"),
                    ("note", "MARKED-issued-0123456789 and MARKED-refresh-0123456789"),
                ];
                let refused = [("error", "invalid_request")];
                for (name, value) in if grants { &granted[..] } else { &refused[..] } {
                    body[*name] = (*value).into();
                }
                body
            };
            let status = if grants || text.starts_with("GET ") { "200 OK" } else { "400 Bad" };
            let body = body.to_string();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\n\
                 X-Echo: {}\r\nContent-Length: {}\r\n\r\n{body}",
                form.replace(['\r', '\n'], " "),
                body.len()
            );
        }
    });
    base
}

/// What is in the folder, but for the files that the test put there.
fn written(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.ends_with(".pem") && entry.path().is_file() {
            text += &format!("── {name}\n{}\n", std::fs::read_to_string(entry.path()).unwrap());
        }
    }
    text
}

/// Everything a command is given, and what it may never show.
pub struct Marked {
    pub folder: Folder,
    /// Pieces of the private keys.
    pub pieces: Vec<String>,
}

impl Marked {
    pub fn new() -> Self {
        let folder = Folder::new(&[("estate.yaml", ESTATE)]);
        let mut pieces = Vec::new();
        for name in ["key.pem", "dpop.pem"] {
            let pair = rcgen::KeyPair::generate().unwrap();
            let text = pem("PRIVATE KEY", pair.serialized_der());
            pieces.extend(text.lines().skip(1).take(2).map(str::to_owned));
            folder.write(name, text.as_bytes());
        }
        folder.write("bad.pem", b"-----BEGIN PRIVATE KEY-----\nTUFSS0VEa2V5\n-----END MARKED");
        pieces.push("TUFSS0VEa2V5".to_owned());
        Self { folder, pieces }
    }

    pub fn run(&self, subject: &str, arguments: &[&str]) -> Ran {
        let output = program(self.folder.path())
            .args(arguments)
            .env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET)
            .env("SUBJECT_TOKEN", subject)
            .env("ACTOR_TOKEN", ACTOR)
            .env("LONG_SECRET", LONG)
            .env("RUST_BACKTRACE", "full")
            .env("RUST_LOG", "trace")
            .output()
            .unwrap();
        let ran = Ran::of(output);
        self.holds_nothing(&format!("{arguments:?} {ran}"));
        self.holds_nothing(&written(self.folder.path()));
        assert!(!ran.stderr.contains("panicked"), "{ran}");
        ran
    }

    pub fn holds_nothing(&self, text: &str) {
        for piece in ["MARKED", "eyJ"].into_iter().chain(self.pieces.iter().map(String::as_str)) {
            assert!(!text.contains(piece), "{piece} is shown:\n{text}");
        }
        // Basic credentials as they travel.
        use base64::Engine as _;
        let basic = base64::engine::general_purpose::STANDARD.encode(format!("{PORTAL}:{SECRET}"));
        assert!(!text.contains(&basic), "the Authorization header is shown:\n{text}");
    }
}

/// The ways in which one exchange can be written down.
const WRITTEN: [&[&str]; 10] = [
    &[],
    &["--format", "json"],
    &["--har", "one.har"],
    &["--introspect", "--revoke-subject", "--format", "json"],
    &["--as", "curl"],
    &["--as", "httpie"],
    &["--as", "oauth2c"],
    &["--as", "http"],
    &["--as", "python"],
    &["--as", "csharp"],
];

const SHOWS: [&[&str]; 5] = [
    &[],
    &["--client-auth", "client_secret_post"],
    &["--client-auth", "client_secret_jwt"],
    &["--client-auth", "private_key_jwt", "--client-key-file", "key.pem"],
    &["--dpop-key-file", "dpop.pem"],
];

#[test]
fn no_way_of_exchanging_shows_a_secret_to_anybody() {
    let marked = Marked::new();
    let extra = format!("session_token={EXTRA}");
    // The extra parameter is on the command line, where the test itself put it.
    let shown = |ran: &Ran| assert!(!ran.to_string().contains(EXTRA), "{ran}");
    for base in [echo(false), echo(true), "http://127.0.0.1:1".to_owned()] {
        for how in SHOWS {
            for format in WRITTEN {
                let arguments = ["exchange", "--server", &base, "--client-id", PORTAL];
                let token = ["--subject-token-env", "SUBJECT_TOKEN", "--audience", "Dashboard"];
                let actor = ["--actor-token-env", "ACTOR_TOKEN", "--actor-token-type", "jwt"];
                let ran =
                    marked.run(SUBJECT, &[&arguments[..], &token, &actor, how, format].concat());
                shown(&ran);
                assert!(ran.code.is_some_and(|code| code <= 4), "{ran}");
            }
        }
    }
    // What a person typed is masked where its name says that it is secret.
    let base = echo(false);
    let output = program(marked.folder.path())
        .args(["exchange", "--server", &base, "--client-id", PORTAL, "--param", &extra])
        .args(["--subject-token-env", "SUBJECT_TOKEN", "--format", "json"])
        .env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET)
        .env("SUBJECT_TOKEN", SUBJECT)
        .output()
        .unwrap();
    marked.holds_nothing(&Ran::of(output).to_string());
    // Only who asks for the token gets it.
    let base = echo(true);
    let output = program(marked.folder.path())
        .args(["exchange", "--server", &base, "--client-id", PORTAL, "--print-token"])
        .args(["--subject-token-env", "SUBJECT_TOKEN"])
        .env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET)
        .env("SUBJECT_TOKEN", SUBJECT)
        .output()
        .unwrap();
    let ran = Ran::of(output);
    assert_eq!(ran.stdout, "MARKED-issued-0123456789\n");
    marked.holds_nothing(&ran.stderr);
}

/// Every way to a token and to a credential that a case can name.
const CASES: &str = "\
version: 1
clients:
  basic: {id: 11111111-1111-4111-8111-111111111111, secret_env: EXCHANGE_STUDIO_CLIENT_SECRET}
  post: {id: 11111111-1111-4111-8111-111111111111, auth: client_secret_post, secret_env: ACTOR_TOKEN}
  key: {id: dashboard, auth: private_key_jwt, key_file: key.pem, dpop: true}
  bad: {id: dashboard, auth: private_key_jwt, key_file: bad.pem}
cases:
  - {name: a, client: basic, subject: {env: SUBJECT_TOKEN}, expect: {outcome: allowed}}
  - name: b
    client: basic
    subject: {user: alice, of: basic, scope: openid a}
    actor: {env: ACTOR_TOKEN}
    audience: ['{{guid:dashboard}}']
    expect: {outcome: allowed, claims: {sub: {equals: bob}, jti: {absent: true}}}
  - {name: c, client: basic, subject: {answer_of: a}, expect: {outcome: allowed}}
  - {name: d, client: post, subject: {env: SUBJECT_TOKEN}, expect: {outcome: refused}}
  - {name: e, client: key, subject: {client_credentials: key}, expect: {outcome: allowed}}
  - {name: f, client: bad, subject: {env: SUBJECT_TOKEN}, expect: {outcome: allowed}}
  - name: g
    client: basic
    subject: {mint: {issuer: 'https://auth.external.com', subject: '1'}}
    expect: {outcome: allowed, checks: {must_not_fail: [all], must_fire: [TOK-01]}}
";

/// A proxy of the environment may want a password.
#[test]
fn the_password_of_a_proxy_is_not_shown() {
    let marked = Marked::new();
    let output = program(marked.folder.path())
        .args(["exchange", "--server", "https://id.example", "--client-id", PORTAL])
        .args(["--subject-token-env", "SUBJECT_TOKEN", "--timeout", "5"])
        .env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET)
        .env("SUBJECT_TOKEN", SUBJECT)
        .env("HTTPS_PROXY", "http://user:MARKED-proxy@127.0.0.1:1")
        .env("RUST_LOG", "trace")
        .output()
        .unwrap();
    let ran = Ran::of(output);
    assert_eq!(ran.code, Some(4), "{ran}");
    marked.holds_nothing(&ran.to_string());
    // An address with a password is not used, and not repeated either.
    for server in ["https://u:MARKED@id.example", "https://u:MARKED@id example"] {
        let output = program(marked.folder.path())
            .args(["exchange", "--server", server, "--client-id", PORTAL])
            .args(["--subject-token-env", "SUBJECT_TOKEN"])
            .env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET)
            .env("SUBJECT_TOKEN", SUBJECT)
            .output()
            .unwrap();
        let ran = Ran::of(output);
        assert!(ran.code.is_some_and(|code| code > 0), "{ran}");
        marked.holds_nothing(&ran.to_string());
    }
}

#[test]
fn no_other_command_shows_a_secret_to_anybody() {
    let marked = Marked::new();
    let served = Served::new("requester-lists-target");
    let (server, external) = (served.text("issuer"), served.text("external_issuer"));
    let port = external.rsplit(':').next().unwrap();
    marked.holds_nothing(&served.started.to_string());
    let token = served.user_token(PORTAL);
    let many = |server: &str| -> Vec<Vec<String>> {
        let who = format!("--server {server} --user alice --issuer-port {port}");
        let commands = [
            format!("sweep estate.yaml {who} --resume state.json"),
            format!("sweep estate.yaml {who} --format json"),
            format!("sweep estate.yaml {who} --format junit"),
            format!("sweep estate.yaml {who} --format csv"),
            format!("sweep estate.yaml {who} --dry-run"),
            format!("calibrate estate.yaml {who}"),
            format!("calibrate estate.yaml {who} --format json"),
            format!("calibrate estate.yaml {who} --dry-run --format json"),
            format!(
                "sweep estate.yaml {who} --client-secret-env Portal=SUBJECT_TOKEN --format json"
            ),
            format!("probe estate.yaml {who} --i-own-this-server"),
            format!("probe estate.yaml {who} --i-own-this-server --format json"),
            format!("probe estate.yaml {who} --i-own-this-server --format junit"),
            format!("probe estate.yaml {who} --i-own-this-server --format markdown"),
            format!("probe estate.yaml {who} --dry-run --format json"),
            format!("exchange --case cases.yaml --issuer-port {port} --server {server}"),
            format!(
                "exchange --case cases.yaml --issuer-port {port} --server {server} --format json"
            ),
            format!(
                "exchange --case cases.yaml --issuer-port {port} --server {server} --format junit"
            ),
            format!("discover --server {server}"),
            format!("discover --server {server} --format json"),
            format!(
                "exchange --server {server} --client-id {PORTAL} --subject-token-env SUBJECT_TOKEN \
                 --audience Dashboard --predict estate.yaml --format json"
            ),
            format!(
                "exchange --server {server} --client-id {PORTAL} --subject-token-env SUBJECT_TOKEN \
                 --audience Dashboard --har -"
            ),
            format!(
                "exchange --server {server} --client-id {PORTAL} --subject-token-env SUBJECT_TOKEN \
                 --audience Dashboard --redeem-at {server} --redeem-secret-env ACTOR_TOKEN --format json"
            ),
            format!("sweep estate.yaml {who} --client-secret-env Nobody=SUBJECT_TOKEN"),
            format!("sweep estate.yaml {who} --user-token-env Portal=SUBJECT_TOKEN --sample 0"),
            format!("mint --server {server} --client-id nobody --user alice"),
            format!("mint --server {server} --client-id {PORTAL} --user nobody"),
            format!(
                "exchange --server {server} --client-id {PORTAL} --subject-token-env SUBJECT_TOKEN \
                 --client-auth private_key_jwt --client-key-file bad.pem"
            ),
            format!(
                "exchange --server {server} --client-id {PORTAL} --subject-token-env SUBJECT_TOKEN \
                 --dpop-key-env EXCHANGE_STUDIO_CLIENT_SECRET"
            ),
            format!(
                "exchange --server {server} --client-id {PORTAL} --subject-token-env SUBJECT_TOKEN \
                 --certificate-file bad.pem"
            ),
            format!(
                "exchange --server {server} --client-id {PORTAL} --subject-token-env SUBJECT_TOKEN \
                 --profile missing"
            ),
        ];
        commands.iter().map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
    };
    marked.folder.write("cases.yaml", CASES.as_bytes());
    let _ = std::fs::remove_file(marked.folder.path().join("state.json"));
    for base in [server.to_owned(), echo(true), echo(false), "http://127.0.0.1:1".to_owned()] {
        for arguments in many(&base) {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            marked.run(&token, &arguments);
            // One of another server is not to be gone on with.
            let _ = std::fs::remove_file(marked.folder.path().join("state.json"));
        }
    }
    // The commands that make tokens give nothing else.
    let minted = token_of(&served.run(
        "",
        &["mint", "--issuer-port", port, "--issuer", "https://a.example", "--subject", "x"],
    ));
    assert_eq!(minted.split('.').count(), 3);
}
