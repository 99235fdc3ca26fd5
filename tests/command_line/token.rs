//! `token` against a running `serve`: the four ways to a token, each walked as people walk it; and
//! profiles where many things are asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;

use serde_json::Value;

use crate::serve_exchange::{PORTAL, SECRET, Served, json, token_of};
use crate::support::{Ran, program};

/// Asks for a page as a browser does, on this machine: status, headers and body as one text.
fn browse(method: &str, url: &str, form: &str) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let head = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The value of a hidden field of a page.
fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let start = format!("name=\"{name}\" value=\"");
    page.split(&start).nth(1).unwrap_or_else(|| panic!("{page}")).split('"').next().unwrap()
}

fn arguments<'a>(served: &'a Served, more: &[&'a str]) -> Vec<&'a str> {
    let first = ["token", "--server", served.text("issuer"), "--client-id", PORTAL];
    [&first[..], more].concat()
}

/// Starts a sign-in, does `walk` at the address that the command shows, and takes what comes.
fn signed_in(served: &Served, more: &[&str], walk: impl FnOnce(&str)) -> Ran {
    let mut process = program(served.folder.path())
        .args(arguments(served, more))
        .env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(process.stderr.take().unwrap()).lines();
    let sentence = said.next().unwrap().unwrap();
    assert!(sentence.starts_with("Sign in here"), "{sentence}");
    walk(said.next().unwrap().unwrap().trim());
    let ran = Ran::of(process.wait_with_output().unwrap());
    assert!(!ran.to_string().contains(SECRET), "the secret is shown: {ran}");
    ran
}

fn claims(token: &str) -> Value {
    use base64::Engine as _;
    let payload = token.split('.').nth(1).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

#[test]
fn a_client_gets_a_token_for_itself() {
    let served = Served::new("requester-lists-target");
    let token = token_of(&served.run("", &arguments(&served, &[])));
    assert_eq!(claims(&token)["client_id"], PORTAL);
    let ran = served.run("", &arguments(&served, &["--format", "json"]));
    let object = json(&ran);
    assert_eq!((&object["version"], &object["token_type"]), (&1.into(), &"Bearer".into()));
    assert_eq!(object["refreshable"], false);
    for (more, code, words) in [
        (&["--with-refresh-token"][..], 2, "--with-refresh-token is for JSON"),
        (&["--open"], 2, "--open is for --flow code"),
        (&["--flow", "refresh"], 2, "--refresh-token-env"),
        (&["--flow", "refresh", "--refresh-token-env", "NOT_SET"], 2, "NOT_SET is not set"),
        (&["--flow", "device", "--param", "a=b"], 2, "--param is for"),
        (&["--id-token"], 1, "the server sent no ID token"),
        (&["--scope", "a  b"], 1, "invalid_scope"),
    ] {
        let ran = served.run("", &arguments(&served, more));
        assert_eq!(ran.code, Some(code), "{ran}");
        assert!(ran.stderr.contains(words), "{words}: {ran}");
        assert_eq!(ran.stdout, "");
    }
    let nobody = ["token", "--server", "http://127.0.0.1:1", "--client-id", PORTAL];
    assert_eq!(served.run("", &nobody).code, Some(4));
}

#[test]
fn a_person_signs_in_with_a_browser_and_the_token_is_refreshed() {
    let served = Served::new("requester-lists-target");
    let authorize = format!("{}/connect/authorize", served.text("issuer"));
    let walk = |url: &str| {
        let page = browse("GET", url, "");
        let form = format!("ticket={}&user=bob", hidden(&page, "ticket"));
        let redirect = browse("POST", &authorize, &form);
        let location = redirect.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
        assert!(browse("GET", location, "").contains("You are signed in"));
    };
    let more = ["--flow", "code", "--scope", "openid offline_access", "--format", "json"];
    let ran = signed_in(&served, &[&more[..], &["--with-refresh-token"]].concat(), walk);
    assert_eq!(ran.code, Some(0), "{ran}");
    let first = json(&ran);
    assert_eq!(claims(first["access_token"].as_str().unwrap())["sub"], "bob");
    assert!(first["id_token"].is_string() && first["refresh_token"].is_string(), "{ran}");

    // The refresh token goes out on request alone.
    let refresh = ["--flow", "refresh", "--refresh-token-env", "SUBJECT_TOKEN", "--format", "json"];
    let token = first["refresh_token"].as_str().unwrap();
    let ran = served.run(token, &arguments(&served, &refresh));
    assert_eq!(ran.code, Some(0), "{ran}");
    let next = json(&ran);
    assert_eq!((&next["refreshable"], next.get("refresh_token")), (&true.into(), None));
    assert_ne!(next["access_token"], first["access_token"]);
    // The server has replaced it.
    let ran = served.run(token, &arguments(&served, &refresh));
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stderr.contains("invalid_grant") && !ran.stderr.contains(token), "{ran}");

    // Who says no gets no token.
    let ran = signed_in(&served, &["--flow", "code"], |url| {
        let page = browse("GET", url, "");
        let form = format!("ticket={}", hidden(&page, "ticket"));
        let redirect = browse("POST", &authorize, &form);
        let location = redirect.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
        browse("GET", location, "");
    });
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran}");
}

#[test]
fn a_person_signs_in_on_another_device() {
    let served = Served::new("requester-lists-target");
    let device = format!("{}/connect/device", served.text("issuer"));
    let ran = signed_in(&served, &["--flow", "device", "--scope", "openid"], |url| {
        let page = browse("GET", url, "");
        let (ticket, code) = (hidden(&page, "ticket"), hidden(&page, "user_code"));
        browse("POST", &device, &format!("ticket={ticket}&user_code={code}&user=alice"));
    });
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(claims(ran.stdout.trim())["sub"], "alice");
}

#[test]
fn many_things_are_asked_by_the_methods_of_a_profile() {
    let served = Served::new("requester-lists-target");
    let port = served.text("external_issuer").rsplit(':').next().unwrap();
    served.folder.write("secret.txt", format!("{SECRET}\n").as_bytes());
    let text = format!(
        "version: 1\nprofiles:\n  local:\n    issuer: {}\n    client_auth: client_secret_basic\n    \
         parameters:\n      tenant: north\n    clients:\n      {PORTAL}:\n        \
         method: client_secret_post\n        secret_file: secret.txt\n    dpop: true\n    \
         clock_offset: 1\n    audiences:\n      https://dash.example/api: Dashboard\n",
        served.text("issuer")
    );
    served.folder.write("exchange-studio.yaml", text.as_bytes());
    let who = ["--profile", "local", "--user", "alice", "--issuer-port", port, "--format", "json"];
    for secret in [&["--client-secret-env", "EXCHANGE_STUDIO_CLIENT_SECRET"][..], &[]] {
        let ran = served.run("", &[&["sweep", "estate.yaml"][..], &who, secret].concat());
        let report = json(&ran);
        let answered = report["summary"]["answered"].as_u64().unwrap();
        assert_eq!(report["summary"]["agreed"].as_u64(), Some(answered), "{ran}");
        assert!(answered > 0 && report["differences"].as_array().unwrap().is_empty(), "{ran}");
        if !secret.is_empty() {
            assert_eq!(ran.code, Some(0), "{ran}");
        }
    }
    let ran = served.run(
        "",
        &[
            &["calibrate", "estate.yaml"][..],
            &who,
            &["--client-secret-env", "EXCHANGE_STUDIO_CLIENT_SECRET"],
        ]
        .concat(),
    );
    assert_eq!(json(&ran)["verdict"], "settled", "{ran}");
    let ran = served.run("", &["sweep", "estate.yaml", "--user", "alice"]);
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.stderr.contains("the server is missing"), "{ran}");
    let more = ["sweep", "estate.yaml", "--profile", "other"];
    assert_eq!(served.run("", &more).code, Some(2));
}
