//! How `serve` can be told to be otherwise, and what `mint` can be asked for.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::serve_exchange::{PORTAL, SECRET, Served, json, token_of};
use crate::support::{Ran, estate, program};

fn serve(more: &[&str]) -> Served {
    Served::with(estate(), "requester-lists-target", more)
}

/// Runs `serve` with options that stop it before it starts.
fn refused(more: &[&str], users: &str) -> Ran {
    let folder = estate();
    std::fs::write(folder.path().join("users.yaml"), users).unwrap();
    let output = program(folder.path())
        .args(["serve", "estate.yaml"])
        .args(more)
        .env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET)
        .output()
        .unwrap();
    Ran::of(output)
}

#[test]
fn a_misbehaving_server_is_told_of_and_noticed() {
    let served = serve(&["--misbehave", "cacheable", "--misbehave", "no-issued-token-type"]);
    assert_eq!(served.started["misbehave"], json!(["cacheable", "no-issued-token-type"]));
    let token = served.user_token(PORTAL);
    let ran = served.exchange(&token, PORTAL, &["--audience", "Dashboard", "--format", "json"]);
    assert_eq!(ran.code, Some(1), "a breach: {ran}");
    let report = json(&ran);
    let level = |id: &str| {
        let checks = report["checks"].as_array().unwrap();
        checks.iter().find(|check| check["id"] == id).unwrap()["level"].clone()
    };
    assert_eq!((level("RES-01"), level("RES-03")), (json!("fail"), json!("note")));

    let ran = refused(&["--misbehave", "politely"], "");
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.stderr.contains("possible values: skip-permission-check"), "{ran}");
}

#[test]
fn a_server_with_the_same_words_for_every_refusal() {
    let served = serve(&["--same-words"]);
    let token = served.user_token(PORTAL);
    let said = |audience: &str| {
        let more = ["--audience", audience, "--format", "json"];
        json(&served.exchange(&token, PORTAL, &more))["refusal"].clone()
    };
    let unknown = said("https://unknown.example");
    assert_eq!(unknown["description"], "The exchange is refused.");
    assert_eq!(unknown, said(PORTAL));
}

#[test]
fn users_come_from_a_file() {
    let folder = estate();
    let users = "- {subject: dora, name: Dora Dean}\n- {subject: erik}\n";
    std::fs::write(folder.path().join("users.yaml"), users).unwrap();
    let served = Served::with(folder, "requester-lists-target", &["--users", "users.yaml"]);
    assert_eq!(served.started["users"], json!(["dora", "erik"]));
    let server = served.text("issuer");
    let mint = ["mint", "--server", server, "--client-id", PORTAL, "--user"];
    token_of(&served.run("", &[&mint[..], &["dora"]].concat()));
    let ran = served.run("", &[&mint[..], &["alice"]].concat());
    assert_eq!(ran.code, Some(1), "nobody of that name is left: {ran}");

    let ran = refused(&["--users", "users.yaml"], "- {subject: 42}\n");
    assert_eq!(ran.code, Some(3), "{ran}");
    assert!(
        ran.stderr.starts_with(
            "error: the users in users.yaml cannot be read: of user 1, subject must be text"
        ),
        "{ran}"
    );
    let ran = refused(&["--users", "nobody.yaml"], "");
    assert_eq!(ran.code, Some(3), "{ran}");
}

#[test]
fn keys_rotate_by_themselves() {
    let served = serve(&["--rotate-keys-every", "1s"]);
    let kid = || {
        let token = served.user_token(PORTAL);
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        (header["kid"].clone(), token)
    };
    let (first, token) = kid();
    // However long it takes: another key signs at last, and the first token is good all the while.
    while kid().0 == first {}
    let ran = served.exchange(&token, PORTAL, &["--audience", "Dashboard"]);
    assert_eq!(ran.code, Some(0), "{ran}");

    let ran = refused(&["--rotate-keys-every", "soon"], "");
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.stderr.contains("as in 90s or 10m"), "{ran}");
}

#[test]
fn external_tokens_of_other_algorithms_claims_and_shapes() {
    let served = serve(&[]);
    let port = served.text("external_issuer").rsplit(':').next().unwrap();
    let mint = |more: &[&str]| served.run("", &[&["mint", "--issuer-port", port], more].concat());
    let said = |more: &[&str]| {
        let token = token_of(&mint(more));
        let part = |index| {
            let part = URL_SAFE_NO_PAD.decode(token.split('.').nth(index).unwrap()).unwrap();
            serde_json::from_slice::<Value>(&part).unwrap()
        };
        (part(0), part(1))
    };
    let (header, claims) = said(&[
        "--subject",
        "x",
        "--alg",
        "EdDSA",
        "--claim",
        "admin=true",
        "--claim",
        "team=a=b",
        "--not-before",
        "-5",
    ]);
    assert_eq!(header["alg"], "EdDSA");
    assert_eq!((&claims["admin"], &claims["team"]), (&json!(true), &json!("a=b")));
    assert_eq!(claims["nbf"].as_i64().unwrap() + 5, claims["iat"].as_i64().unwrap());

    let (header, claims) = said(&["--like", "kubernetes", "--audience", "https://us.example"]);
    assert_eq!(header["alg"], "RS256");
    assert_eq!(claims["sub"], "system:serviceaccount:payments:worker");
    assert_eq!(claims["aud"], "https://us.example");
    assert_eq!(claims["kubernetes.io"]["namespace"], "payments");

    let (header, _) = said(&["--subject", "x", "--wrong", "alg-none"]);
    assert_eq!(header["alg"], "none");

    for (more, code, word) in [
        (&["--issuer", "https://a.example"][..], 2, "--like NAME"),
        (&["--subject", "x", "--wrong", "all"], 2, "possible values: expired"),
        (&["--subject", "x", "--alg", "HS256"], 2, "possible values: RS256"),
        (&["--subject", "x", "--claim", "x"], 2, "NAME=VALUE"),
        (&["--subject", "x", "--claim", "exp=1"], 1, "has a place of its own"),
        (&["--like", "myself"], 2, "possible values: github-actions"),
    ] {
        let ran = mint(more);
        assert_eq!(ran.code, Some(code), "{more:?}: {ran}");
        assert!(ran.stderr.contains(word), "{more:?}: {ran}");
    }
}

/// A certificate with its key, as a client keeps them.
fn certificate() -> (String, String) {
    let text = |label: &str, der: &[u8]| {
        let body = base64::engine::general_purpose::STANDARD.encode(der);
        let lines: Vec<&str> =
            body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
        format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
    };
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["portal".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    (text("CERTIFICATE", certificate.der()), text("PRIVATE KEY", &key.serialize_der()))
}

#[test]
fn over_https_a_client_is_known_by_its_certificate() {
    let folder = estate();
    let (certificate, key) = certificate();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("portal.crt"), &certificate).unwrap();
    std::fs::write(at("portal.pem"), certificate + &key).unwrap();
    // Reissuing with a made up subject token is enough to see who asks.
    let more = ["--tls-ca", "ca.pem", "--client-certificate", "Portal=portal.crt"];
    let served = Served::with(folder, "requester-lists-target", &more);
    assert!(served.text("issuer").starts_with("https://127.0.0.1:"), "{}", served.started);
    let shows = [
        "--ca-file",
        "ca.pem",
        "--client-auth",
        "self_signed_tls_client_auth",
        "--certificate-file",
        "portal.pem",
        "--format",
        "json",
    ];
    let refusal = |ran: &Ran| json(ran)["refusal"]["error"].clone();
    let ran = served.exchange("MARKED-token", PORTAL, &shows);
    assert_eq!(refusal(&ran), json!("invalid_request"), "the client was known: {ran}");
    let ran = served.exchange("MARKED-token", PORTAL, &["--ca-file", "ca.pem", "--format", "json"]);
    assert_eq!(refusal(&ran), json!("invalid_client"), "its secret counts for nothing: {ran}");
    // What it says of itself, as the one client of the profile that has a certificate.
    let profile = format!(
        "version: 1\nprofiles:\n  tls:\n    issuer: {}\n    ca_file: ca.pem\n    clients:\n      \
         {PORTAL}:\n        secret_env: NOT_SET\n        certificate_file: portal.pem\n      other: {{}}\n",
        served.text("issuer")
    );
    served.folder.write("exchange-studio.yaml", profile.as_bytes());
    let discover = |more: &[&str]| {
        let first = ["discover", "--profile", "tls"];
        served.run("", &[&first[..], more].concat())
    };
    for more in [&[][..], &["--client-id", PORTAL]] {
        let ran = discover(more);
        assert_eq!(ran.code, Some(0), "{ran}");
    }
    let ran = discover(&["--client-id", "other"]);
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.stderr.contains("the profile tls has no certificate of client other"), "{ran}");
    let wrong = profile.replace("portal.pem", "none.pem");
    served.folder.write("exchange-studio.yaml", wrong.as_bytes());
    let ran = discover(&[]);
    assert_eq!(ran.code, Some(3), "{ran}");
    served.folder.write("exchange-studio.yaml", profile.replace(PORTAL, "x").as_bytes());
    assert_eq!(discover(&["--client-id", "x"]).code, Some(0));

    // Nobody trusts it unasked.
    let ran = served.exchange("MARKED-token", PORTAL, &[]);
    assert_eq!(ran.code, Some(4), "{ran}");
    assert!(ran.stderr.contains("certificate"), "{ran}");

    for options in [
        &["--client-certificate", "Portal=portal.crt"][..],
        &["--tls-ca", "x", "--client-ca", "y"],
        &["--tls-ca", "x", "--client-certificate-name", "Portal"],
    ] {
        assert_eq!(refused(options, "").code, Some(2), "{options:?}");
    }
}
