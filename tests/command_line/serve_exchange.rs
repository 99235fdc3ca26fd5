//! `serve`, `mint` and `exchange`: both scenarios from end to end, each command a process of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::{Folder, Ran, estate, program};

pub const SECRET: &str = "MARKED-client-secret";
pub const PORTAL: &str = "11111111-1111-4111-8111-111111111111";

/// A running `serve`; stopped when dropped.
pub struct Served {
    process: Child,
    pub started: Value,
    pub folder: Folder,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Served {
    pub fn new(reading: &str) -> Self {
        Self::with(estate(), reading, &[])
    }

    pub fn with(folder: Folder, reading: &str, more: &[&str]) -> Self {
        let mut process = program(folder.path())
            .args(["serve", "estate.yaml", "--format", "json", "--reading", reading])
            .args(["--audience-map", "https://dash.example/api=Dashboard"])
            .args(more)
            .env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let started = serde_json::from_str(&line).unwrap();
        Self { process, started, folder }
    }

    pub fn text(&self, name: &str) -> &str {
        self.started[name].as_str().unwrap()
    }

    /// Runs another command, which knows the secret and a subject token.
    pub fn run(&self, token: &str, arguments: &[&str]) -> Ran {
        let output = program(self.folder.path())
            .args(arguments)
            .env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET)
            .env("SUBJECT_TOKEN", token)
            .output()
            .unwrap();
        let ran = Ran::of(output);
        assert!(!ran.to_string().contains(SECRET), "the secret is shown: {ran}");
        ran
    }

    pub fn user_token(&self, client: &str) -> String {
        let server = self.text("issuer");
        let arguments = ["mint", "--server", server, "--client-id", client, "--user", "alice"];
        token_of(&self.run("", &[&arguments[..], &["--scope", "openid a"]].concat()))
    }

    pub fn external_token(&self, subject: &str) -> String {
        let port = self.text("external_issuer").rsplit(':').next().unwrap();
        let issuer = "https://auth.external.com";
        token_of(
            &self.run(
                "",
                &["mint", "--issuer-port", port, "--issuer", issuer, "--subject", subject],
            ),
        )
    }

    pub fn exchange(&self, token: &str, client: &str, more: &[&str]) -> Ran {
        let server = self.text("issuer");
        let arguments = ["exchange", "--server", server, "--client-id", client];
        let token_from = ["--subject-token-env", "SUBJECT_TOKEN"];
        let ran = self.run(token, &[&arguments[..], &token_from, more].concat());
        assert!(!ran.to_string().contains(token), "the subject token is shown: {ran}");
        ran
    }
}

pub fn token_of(ran: &Ran) -> String {
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran}");
    let token = ran.stdout.trim_end();
    assert!(token.starts_with("eyJ") && !token.contains('\n'), "{ran}");
    token.to_owned()
}

pub fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran}"))
}

#[test]
fn a_users_token_is_exchanged_as_the_configuration_says() {
    let served = Served::new("requester-lists-target");
    assert_eq!(served.started["version"], 1);
    assert_eq!(served.started["clients"], 4);
    let token = served.user_token(PORTAL);
    let predict = ["--predict", "estate.yaml", "--format", "json"];
    let more = [&["--audience", "{{guid:dashboard}}"][..], &predict].concat();
    let ran = served.exchange(&token, PORTAL, &more);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(!ran.stdout.contains("eyJ"), "no token unless it is asked for: {ran}");
    let report = json(&ran);
    assert_eq!(report["version"], 1);
    assert_eq!(report["outcome"], "issued");
    assert_eq!(report["issued_token"]["claims"]["sub"], "alice");
    assert_eq!(report["issued_token"]["claims"]["aud"], "{{guid:dashboard}}");
    assert_eq!(report["verification"]["result"], "verified");
    assert_eq!(report["prediction"]["held"], true);
    assert_eq!(report["prediction"]["verdict"], "allowed-if-not-stated");
    let levels: Vec<_> =
        report["checks"].as_array().unwrap().iter().map(|check| &check["level"]).collect();
    assert!(levels.len() > 20 && !levels.contains(&&"fail".into()), "{ran}");

    // The same for a person.
    let more = ["--audience", "https://dash.example/api", "--client-auth", "client_secret_post"];
    let ran = served.exchange(&token, PORTAL, &more);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.stdout.starts_with("A token was issued (200).\n"), "{ran}");
    assert!(ran.stdout.contains("verified by a key of the server (RS256)"), "{ran}");
    assert!(ran.stdout.contains("The audience gains https://dash.example/api."), "{ran}");

    // The issued token for the next hop: alone on standard output.
    let more = ["--audience", "Dashboard", "--print-token"];
    let ran = served.exchange(&token, PORTAL, &more);
    assert!(ran.stdout.starts_with("eyJ") && ran.stdout.lines().count() == 1, "{ran}");
    assert!(ran.stderr.starts_with("A token was issued"), "{ran}");
    let next = ran.stdout.trim_end();
    let more = ["--audience", PORTAL, "--predict", "estate.yaml"];
    let ran = served.exchange(next, "{{guid:dashboard}}", &more);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stdout.contains("As the configuration says. Refused:"), "{ran}");
}

#[test]
fn a_partners_token_becomes_the_service_principal() {
    let served = Served::new("requester-lists-target");
    let token = served.external_token("123456789");
    let predict = ["--predict", "estate.yaml", "--format", "json"];
    let ran = served.exchange(&token, "{{guid:broker}}", &predict);
    assert_eq!(ran.code, Some(0), "{ran}");
    let report = json(&ran);
    assert_eq!(report["issued_token"]["claims"]["sub"], "{{guid:principal}}");
    assert_eq!(report["issued_token"]["claims"]["act"]["sub"], "{{guid:broker}}");
    assert_eq!(report["prediction"]["held"], true);

    let near_miss = served.external_token("0123456789");
    let ran = served.exchange(&near_miss, "{{guid:broker}}", &predict);
    assert_eq!(ran.code, Some(1), "{ran}");
    let report = json(&ran);
    assert_eq!(report["outcome"], "refused");
    assert_eq!(report["refusal"]["error"], "invalid_request");
    assert_eq!(report["prediction"]["verdict"], "refused");
    assert_eq!(report["prediction"]["held"], true);
}

#[test]
fn a_server_that_reads_the_lists_otherwise_shows_in_the_prediction() {
    let served = Served::new("target-lists-requester");
    let token = served.user_token(PORTAL);
    let more = ["--audience", "Dashboard", "--predict", "estate.yaml", "--format", "json"];
    let ran = served.exchange(&token, PORTAL, &more);
    assert_eq!(ran.code, Some(1), "{ran}");
    let report = json(&ran);
    assert_eq!(report["refusal"]["error"], "invalid_target");
    assert_eq!(report["prediction"]["reading"], "requester-lists-target");
    assert_eq!(report["prediction"]["held"], false, "{ran}");
    let more = [&more[..], &["--reading", "target-lists-requester"]].concat();
    assert_eq!(json(&served.exchange(&token, PORTAL, &more))["prediction"]["held"], true);
}

#[test]
#[cfg(unix)]
fn serve_ends_well_when_it_is_told_to() {
    for signal in ["TERM", "INT"] {
        let mut served = Served::new("requester-lists-target");
        let kill = format!("kill -{signal} {}", served.process.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        assert_eq!(served.process.wait().unwrap().code(), Some(0), "{signal}");
        let ran = served.exchange("eyJ0.eyJ0.AA", PORTAL, &[]);
        assert_eq!(ran.code, Some(4), "nobody is there any more: {ran}");
        let port = served.text("external_issuer").rsplit(':').next().unwrap();
        let ran = served.run("", &["mint", "--issuer-port", port, "--subject", "x"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(4), ""), "{ran}");
        assert!(ran.stderr.contains("hint: start the issuers with"), "{ran}");
    }
}

#[test]
fn a_port_in_use_and_a_missing_secret_say_what_to_do() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let folder = estate();
    let output = program(folder.path())
        .args(["serve", "estate.yaml", "--port", &port])
        .env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        format!(
            "error: port {port} is in use by another program\n  \
             hint: choose another port, or 0 for a free one\n"
        )
    );
    let without = |arguments: &[&str]| {
        let output = program(folder.path())
            .args(arguments)
            .env_remove("EXCHANGE_STUDIO_CLIENT_SECRET")
            .env("SUBJECT_TOKEN", "t")
            .env_remove("NO_TOKEN")
            .output()
            .unwrap();
        Ran::of(output)
    };
    assert_snapshot!(without(&["serve", "estate.yaml"]), @r"
    exit 2
    ── stdout
    ── stderr
    error: the secret of the clients is missing: the environment variable EXCHANGE_STUDIO_CLIENT_SECRET is not set
      hint: set it without leaving it in the shell's history: read -rs EXCHANGE_STUDIO_CLIENT_SECRET && export EXCHANGE_STUDIO_CLIENT_SECRET
    ");
    let exchange =
        ["exchange", "--server", "http://127.0.0.1:9", "--client-id", "x", "--subject-token-env"];
    assert_snapshot!(without(&[&exchange[..], &["SUBJECT_TOKEN"]].concat()), @r"
    exit 2
    ── stdout
    ── stderr
    error: the client's secret is missing: the environment variable EXCHANGE_STUDIO_CLIENT_SECRET is not set
      hint: set it without leaving it in the shell's history: read -rs EXCHANGE_STUDIO_CLIENT_SECRET && export EXCHANGE_STUDIO_CLIENT_SECRET
      hint: a public client has none: --client-auth none
    ");
    let ran = without(&[&exchange[..], &["NO_TOKEN"]].concat());
    assert!(ran.stderr.contains("the subject token is missing"), "{ran}");
    let ran = without(&["serve", "estate.yaml", "--audience-map", "https://x=Nobody"]);
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.stderr.contains("--audience-map https://x=Nobody names no client app"), "{ran}");
}

#[test]
fn what_cannot_be_sent_is_usage() {
    let folder = estate();
    for more in [
        &["--param", "subject_token=x"][..],
        &["--param", "x"],
        &["--actor-token-env", "X"],
        &["--client-auth", "private_key_jwt"],
        &["--client-key-file", "key.pem"],
        &["--client-auth", "private_key_jwt", "--client-key-file", "a", "--client-key-env", "B"],
        &["--client-auth", "none", "--assertion-alg", "HS256"],
        &["--client-auth", "client_secret_jwt", "--assertion-alg", "RS256"],
        &["--assertion-audience", ""],
        &["--jwks-uri", "http://127.0.0.1:9/"],
        &["--audience-map", "a=b"],
    ] {
        let arguments =
            ["exchange", "--server", "http://127.0.0.1:9", "--client-id", "x"].as_slice();
        let token = ["--subject-token-env", "PATH"].as_slice();
        let ran = folder.run(&[arguments, token, more].concat());
        assert_eq!(ran.code, Some(2), "{more:?}: {ran}");
    }
    // Credentials go over plain http to this machine only.
    let ran = program(folder.path())
        .args(["exchange", "--server", "http://issuer.example", "--client-id", "x"])
        .args(["--subject-token-env", "SUBJECT_TOKEN", "--client-auth", "none"])
        .env("SUBJECT_TOKEN", "t")
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(2), "{}", String::from_utf8_lossy(&ran.stderr));
}

pub fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;

    let body = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<String> =
        body.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into()).collect();
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}

/// A key as its owner keeps it, and what the server gets of it.
fn keys() -> (String, String) {
    use rcgen::PublicKeyData as _;

    let pair = rcgen::KeyPair::generate().unwrap();
    (pem("PRIVATE KEY", pair.serialized_der()), pem("PUBLIC KEY", &pair.subject_public_key_info()))
}

#[test]
fn a_client_signs_with_a_key_of_its_own() {
    let (private, public) = keys();
    let folder = estate();
    folder.write("portal.pem", private.as_bytes());
    folder.write("portal.pub.pem", public.as_bytes());
    folder.write("other.pem", keys().0.as_bytes());
    let register = ["--client-key", "Portal=portal.pub.pem"];
    let served = Served::with(folder, "requester-lists-target", &register);
    let signs = ["--client-auth", "private_key_jwt", "--client-key-file", "portal.pem"];
    let server = served.text("issuer");
    let login = ["mint", "--server", server, "--client-id", PORTAL, "--user", "alice"];
    let token = token_of(&served.run("", &[&login[..], &signs].concat()));

    let exchange = |more: &[&str]| {
        let ran = served.exchange(&token, PORTAL, &[&["--audience", "Dashboard"], more].concat());
        let body = private.lines().nth(1).unwrap();
        assert!(!ran.to_string().contains(body), "the key is shown: {ran}");
        ran
    };
    let ran = exchange(&signs);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.stdout.contains("(private_key_jwt)"), "{ran}");
    let ran = exchange(&[&signs[..], &["--format", "json"]].concat());
    let report = json(&ran);
    let sent = &report["request"]["parameters"];
    let assertion =
        sent.as_array().unwrap().iter().find(|one| one["name"] == "client_assertion").unwrap();
    assert_eq!(assertion["masked"], true, "{ran}");
    assert!(!ran.stdout.contains("eyJ"), "{ran}");
    // A name that the server does not know does no harm where the key was given without one.
    assert_eq!(exchange(&[&signs[..], &["--client-key-id", "mine"]].concat()).code, Some(0));
    let legacy = [&signs[..], &["--assertion-audience", "token-endpoint"]].concat();
    assert_eq!(exchange(&legacy).code, Some(0));

    // Neither its secret, nor another key, nor another audience is accepted.
    assert_eq!(exchange(&[]).code, Some(1));
    let other = ["--client-auth", "private_key_jwt", "--client-key-file", "other.pem"];
    for more in [&other[..], &[&signs[..], &["--assertion-audience", "urn:other"]].concat()] {
        let ran = exchange(&[more, &["--format", "json"]].concat());
        assert_eq!(ran.code, Some(1), "{ran}");
        assert_eq!(json(&ran)["refusal"]["error"], "invalid_client");
    }
    // A client without a key signs with its secret.
    let more = ["--client-auth", "client_secret_jwt"];
    let ran = served.exchange(&token, "{{guid:broker}}", &more);
    assert!(ran.stdout.contains("the secret is too short for HS256"), "{ran}");

    // What is no key is said without being shown.
    let unusable = |arguments: &[&str], expected: Option<i32>, words: &str| {
        let ran = served.run(&token, arguments);
        assert_eq!(ran.code, expected, "{ran}");
        assert!(ran.stderr.contains(words), "{words}: {ran}");
    };
    let ask = ["exchange", "--server", server, "--client-id", PORTAL];
    let ask = [&ask[..], &["--subject-token-env", "SUBJECT_TOKEN"]].concat();
    let file = |name: &'static str| {
        let signs = ["--client-auth", "private_key_jwt", "--client-key-file", name];
        [&ask[..], &signs].concat()
    };
    unusable(&file("portal.pub.pem"), Some(2), "there is no private key in it");
    unusable(&file("nowhere.pem"), Some(3), "cannot be read");
    let serve = ["serve", "estate.yaml", "--client-key"];
    unusable(&[&serve[..], &["Portal=portal.pem"]].concat(), Some(2), "this is a private key");
    unusable(&[&serve[..], &["Nobody=portal.pub.pem"]].concat(), Some(2), "names no client app");
    unusable(&[&serve[..], &["Portal=nowhere"]].concat(), Some(3), "cannot be read");
}

#[test]
fn a_token_is_bound_to_a_key_that_goes_from_hop_to_hop() {
    let folder = estate();
    folder.write("proof.pem", keys().0.as_bytes());
    let served = Served::with(folder, "requester-lists-target", &["--dpop-nonce"]);
    let server = served.text("issuer");
    let proves = ["--dpop-key-file", "proof.pem"];
    let login = ["mint", "--server", server, "--client-id", PORTAL, "--user", "alice"];
    let token = token_of(&served.run("", &[&login[..], &proves].concat()));
    let target = ["--audience", "Dashboard"];

    let ran = served.exchange(&token, PORTAL, &[&target[..], &proves].concat());
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.stdout.contains("  proof    DPoP with ES256, key "), "{ran}");
    assert!(ran.stdout.contains("  nonce    wanted by the server (400)"), "{ran}");
    assert!(!ran.stdout.contains("eyJ"), "{ran}");
    let ran =
        served.exchange(&token, PORTAL, &[&target[..], &proves, &["--format", "json"]].concat());
    let report = json(&ran);
    assert_eq!(report["first_try"]["answer"]["body"]["error"], "use_dpop_nonce");
    assert_eq!(report["answer"]["body"]["token_type"], "DPoP");
    assert_eq!(report["issued_token"]["claims"]["cnf"]["jkt"], report["dpop"]["thumbprint"]);

    // Without its key, or with one made for this exchange alone, the token is nothing.
    for more in [&[][..], &["--dpop"]] {
        let ran = served.exchange(&token, PORTAL, &[&target[..], more].concat());
        assert_eq!(ran.code, Some(1), "{ran}");
        assert!(ran.stdout.contains("The subject token is bound to"), "{ran}");
    }
    let plain = served.user_token(PORTAL);
    let ran = served.exchange(&plain, PORTAL, &[&target[..], &["--dpop"]].concat());
    assert_eq!(ran.code, Some(0), "{ran}");

    let port = served.text("external_issuer").rsplit(':').next().unwrap().to_owned();
    let mint = ["mint", "--issuer-port", &port, "--subject", "x"];
    let ran = served.run("", &[&mint[..], &proves].concat());
    assert_eq!(ran.code, Some(2), "{ran}");
    let ran = served.exchange(&plain, PORTAL, &["--dpop-key-file", "estate.yaml"]);
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.stderr.contains("estate.yaml cannot be used as a key"), "{ran}");
}

#[test]
fn what_becomes_of_the_tokens_is_asked_for_by_name() {
    let served = Served::new("requester-lists-target");
    let token = served.user_token(PORTAL);
    let target = ["--audience", "Dashboard", "--format", "json"];
    let check = |ran: &Ran, id: &str| -> Option<Value> {
        let report = json(ran);
        let checks = report["checks"].as_array().unwrap();
        checks.iter().find(|check| check["id"] == id).map(|check| check["level"].clone())
    };
    let ran = served.exchange(&token, PORTAL, &[&target[..], &["--introspect"]].concat());
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(check(&ran, "INT-01"), Some("pass".into()), "{ran}");
    assert_eq!(check(&ran, "INT-02"), Some("pass".into()), "{ran}");
    assert_eq!(check(&ran, "REV-01"), None);
    assert_eq!(json(&ran)["introspection"]["active"], true);
    let both = ["--introspect", "--revoke-subject"];
    let ran = served.exchange(&token, PORTAL, &[&target[..], &both].concat());
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(check(&ran, "REV-01"), Some("note".into()), "{ran}");
    assert_eq!(check(&ran, "REV-02"), Some("pass".into()), "{ran}");
    // Now it is gone.
    let ran = served.exchange(&token, PORTAL, &target);
    assert_eq!(ran.code, Some(1), "{ran}");
    let said = json(&ran)["refusal"]["description"].clone();
    assert!(said.as_str().unwrap().contains("it was revoked"), "{ran}");
}

/// Runs a program that was printed, with the secrets it names; gives the answer.
fn run_shared(served: &Served, token: &str, program: &str, text: &str) -> Value {
    let output = Command::new(program)
        .args(["-c", text])
        .current_dir(served.folder.path())
        .env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET)
        .env("SUBJECT_TOKEN", token)
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    let stderr = String::from_utf8_lossy(&output.stderr);
    serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{text}\n{stdout}\n{stderr}"))
}

#[test]
fn a_request_that_is_shared_does_the_same_in_other_hands() {
    let served = Served::new("requester-lists-target");
    let token = served.user_token(PORTAL);
    let audience = ["--audience", "https://dash.example/api"];
    for method in ["client_secret_basic", "client_secret_post"] {
        for (tool, program) in [("curl", "sh"), ("python", "python3")] {
            let more = ["--client-auth", method, "--as", tool];
            let ran = served.exchange(&token, PORTAL, &[&audience[..], &more].concat());
            assert_eq!(ran.code, Some(0), "{ran}");
            let answer = run_shared(&served, &token, program, &ran.stdout);
            assert!(answer["access_token"].is_string(), "{tool} {method}: {answer}");
        }
    }
    // An archive is of a request that was sent, and knows no secret.
    let file = served.folder.path().join("exchange.har");
    let har = ["--har", file.to_str().unwrap()];
    let ran = served.exchange(&token, PORTAL, &[&audience[..], &har].concat());
    assert_eq!(ran.code, Some(0), "{ran}");
    let text = std::fs::read_to_string(file).unwrap();
    assert!(!text.contains(&token) && !text.contains(SECRET) && !text.contains("eyJ"), "{text}");
    let archive: Value = serde_json::from_str(&text).unwrap();
    let entry = &archive["log"]["entries"][0];
    assert_eq!(entry["response"]["status"], 200, "{text}");
    assert!(entry["startedDateTime"].as_str().unwrap().ends_with('Z'), "{text}");
    let sent = exchange_studio::exchange::paste::read(&text).unwrap();
    assert_eq!(sent.request.audience, ["https://dash.example/api"]);
    let ran = served.exchange(&token, PORTAL, &["--as", "curl", "--print-token"]);
    assert_eq!(ran.code, Some(2), "{ran}");
}

/// A server that issues a token and then drops every connection.
fn dropping_server() -> String {
    use std::io::{Read as _, Write as _};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let issuer = base.clone();
    std::thread::spawn(move || {
        let mut issued = false;
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            let (mut request, mut buffer) = (String::new(), [0; 4096]);
            while let Ok(read @ 1..) = stream.read(&mut buffer) {
                request.push_str(&String::from_utf8_lossy(&buffer[..read]));
                let end =
                    if request.starts_with("POST") { "\r\n\r\ngrant_type=" } else { "\r\n\r\n" };
                if request.contains(end) {
                    break;
                }
            }
            if issued {
                continue;
            }
            let body = if request.starts_with("POST") {
                issued = true;
                r#"{"access_token":"MARKED-issued-token","token_type":"Bearer","issued_token_type":"urn:ietf:params:oauth:token-type:access_token","expires_in":60}"#.to_owned()
            } else {
                format!(
                    r#"{{"issuer":"{issuer}","token_endpoint":"{issuer}/token","introspection_endpoint":"{issuer}/introspect","revocation_endpoint":"{issuer}/revoke"}}"#
                )
            };
            let length = body.len();
            let head =
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store";
            let answer =
                format!("{head}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
            let _ = stream.write_all(answer.as_bytes());
            // Closing over something unread would take the answer back.
            let _ = stream.shutdown(std::net::Shutdown::Write);
            while matches!(stream.read(&mut buffer), Ok(1..)) {}
        }
    });
    base
}

#[test]
fn an_exchange_is_reported_though_nothing_can_be_asked_afterwards() {
    let folder = estate();
    for format in ["human", "json"] {
        let server = dropping_server();
        let output = program(folder.path())
            .args(["exchange", "--server", &server, "--client-id", "portal", "--format", format])
            .args(["--subject-token-env", "SUBJECT_TOKEN", "--client-auth", "client_secret_post"])
            .args(["--introspect", "--revoke-subject"])
            .env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET)
            .env("SUBJECT_TOKEN", "MARKED-subject-token")
            .output()
            .unwrap();
        let ran = Ran::of(output);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{ran}");
        assert!(!ran.stdout.contains("MARKED"), "{ran}");
        if format == "human" {
            assert!(ran.stdout.starts_with("A token was issued (200)."), "{ran}");
            for id in ["INT-01", "REV-02"] {
                let line = format!("  ! {id}  The server could not be asked: ");
                assert!(ran.stdout.contains(&line), "{ran}");
            }
            continue;
        }
        let report = json(&ran);
        assert_eq!(report["outcome"], "issued", "{ran}");
        assert_eq!(report["answer"]["status"], 200, "{ran}");
        for id in ["INT-01", "REV-02"] {
            let checks = report["checks"].as_array().unwrap();
            let check = checks.iter().find(|check| check["id"] == id).unwrap();
            assert_eq!(check["level"], "warn", "{ran}");
            let finding = check["finding"].as_str().unwrap();
            assert!(finding.starts_with("The server could not be asked: "), "{ran}");
        }
    }
}
