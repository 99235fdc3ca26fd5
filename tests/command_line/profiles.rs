//! Server profiles of the project file, the options beside them, and `discover`.

use crate::serve_exchange::{PORTAL, SECRET, Served, json};
use crate::support::{Folder, Ran, estate, program};

const TARGET: [&str; 2] = ["--audience", "{{guid:dashboard}}"];

fn profile(served: &Served, more: &str) {
    let issuer = served.text("issuer");
    let text = format!(
        "version: 1\nprofiles:\n  local:\n    issuer: {issuer}\n    clients:\n      {PORTAL}:\n        \
         method: client_secret_post\n{more}"
    );
    served.folder.write("exchange-studio.yaml", text.as_bytes());
}

fn exchange(served: &Served, token: &str, more: &[&str]) -> Ran {
    let first = ["exchange", "--client-id", PORTAL, "--subject-token-env", "SUBJECT_TOKEN"];
    served.run(token, &[&first[..], &["--format", "json"], &TARGET, more].concat())
}

#[test]
fn a_profile_says_everything_about_the_server_and_options_have_the_last_word() {
    let served = Served::new("requester-lists-target");
    let token = served.user_token(PORTAL);
    let more = "    parameters:\n      tenant: north\n    dpop: true\n    timeout: 20\n    \
                clock_offset: 2\n    audiences:\n      '{{guid:dashboard}}': Dashboard\n";
    profile(&served, more);
    let ran = exchange(&served, &token, &["--profile", "local", "--predict", "estate.yaml"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    let report = json(&ran);
    assert_eq!(report["client_auth"], "client_secret_post");
    assert_eq!(report["dpop"]["algorithm"], "ES256");
    assert_eq!(report["prediction"]["held"], true);
    let sent = report["request"]["parameters"].to_string();
    assert!(sent.contains("tenant") && sent.contains("north"), "{sent}");
    assert!(
        report["timings"]["connect_ms"].is_number() || report["timings"]["connect_ms"].is_null()
    );

    // The same with other words: a method and a parameter of the command line.
    let more = ["--client-auth", "client_secret_basic", "--param", "tenant=south"];
    let ran = exchange(&served, &token, &[&["--profile", "local"][..], &more].concat());
    let report = json(&ran);
    assert_eq!(report["client_auth"], "client_secret_basic", "{ran}");
    let sent = report["request"]["parameters"].to_string();
    assert!(sent.contains("south") && !sent.contains("north"), "{sent}");

    // From elsewhere, by the path of the project file.
    let path = served.folder.path().join("exchange-studio.yaml");
    let elsewhere = Folder::new(&[]);
    let output = program(elsewhere.path())
        .args(["discover", "--profile", "local", "--project"])
        .arg(&path)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", Ran::of(output));
}

#[test]
fn a_clock_that_is_far_off_is_set_right_by_the_offset() {
    let served = Served::new("requester-lists-target");
    let token = served.user_token(PORTAL);
    let server = ["--server", served.text("issuer"), "--dpop"];
    let ran = exchange(&served, &token, &[&server[..], &["--clock-offset", "0"]].concat());
    assert_eq!(json(&ran)["outcome"], "issued", "{ran}");
    // A proof from an hour ago, and one from an hour ahead, are refused: the offset is in them.
    for offset in ["-3600", "3600"] {
        let ran = exchange(&served, &token, &[&server[..], &["--clock-offset", offset]].concat());
        assert_eq!(json(&ran)["refusal"]["error"], "invalid_dpop_proof", "{ran}");
    }
}

#[test]
fn what_is_wrong_with_a_profile_is_said_in_words() {
    let served = Served::new("requester-lists-target");
    let token = served.user_token(PORTAL);
    let run = |more: &[&str]| exchange(&served, &token, more);
    let ran = run(&["--profile", "local"]);
    assert_eq!(ran.code, Some(3), "{ran}");
    assert!(ran.stderr.contains("no file 'exchange-studio.yaml'"), "{ran}");

    profile(&served, "");
    let ran = run(&["--profile", "other"]);
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.stderr.contains("no server profile 'other'"), "{ran}");
    assert!(ran.stderr.contains("it has local"), "{ran}");

    for (more, code, words) in [
        ("        secret_env: NOT_THERE\n", 2, "NOT_THERE is not set"),
        ("        certificate_file: none.pem\n", 3, "none.pem cannot be read"),
        ("    ca_file: none.pem\n", 3, "profiles.local.ca_file"),
        ("    parameters:\n      audience: x\n", 2, "profiles.local.parameters.audience"),
        ("    proxy: socks5://x\n", 2, "profiles.local.proxy"),
        ("    client_secret: MARKED\n", 3, "profiles.local.client_secret looks like a secret"),
    ] {
        profile(&served, more);
        let ran = run(&["--profile", "local"]);
        assert_eq!(ran.code, Some(code), "{more}: {ran}");
        assert!(ran.stderr.contains(words), "{more}: {ran}");
        assert!(!ran.stderr.contains("MARKED"), "{ran}");
    }
}

#[test]
fn the_way_to_a_server_is_given_by_options() {
    let folder = estate();
    folder.write("not.pem", b"nothing");
    let run = |more: &[&str]| {
        let first = ["exchange", "--server", "https://login.example", "--client-id", "a"];
        let token = ["--subject-token-env", "TOKEN"];
        let output = program(folder.path())
            .args([&first[..], &token, more].concat())
            .env("TOKEN", "MARKED")
            .env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET)
            .output()
            .unwrap();
        let ran = Ran::of(output);
        assert!(!ran.to_string().contains("MARKED"), "{ran}");
        ran
    };
    for (more, code, words) in [
        (&["--ca-file", "none.pem"][..], 3, "none.pem cannot be read"),
        (&["--ca-file", "not.pem"], 2, "not.pem cannot be used: there is no certificate"),
        (&["--proxy", "proxy.example:1"], 2, "http://"),
        (&["--proxy", "http://u:p@proxy.example"], 2, "user name or password"),
        (&["--timeout", "0"], 2, "--timeout"),
        (&["--connect-timeout", "soon"], 2, "--connect-timeout"),
        (&["--clock-offset", "far"], 2, "--clock-offset"),
        (&["--project", "x.yaml"], 2, "--profile"),
        (&["--client-auth", "tls_client_auth"], 2, "certificate is missing"),
        (&["--certificate-file", "not.pem"], 2, "not.pem cannot be used as a certificate"),
        (&["--certificate-env", "NOT_THERE"], 2, "NOT_THERE is not set"),
        (&["--certificate-key-file", "not.pem"], 2, "and no certificate"),
        (&["--certificate-key-env", "NOT_THERE"], 2, "NOT_THERE is not set"),
        // A proxy that nobody is at: asked, and named.
        (&["--proxy", "http://127.0.0.1:9"], 4, "through the proxy 127.0.0.1:9"),
    ] {
        let ran = run(more);
        assert_eq!(ran.code, Some(code), "{more:?}: {ran}");
        assert!(ran.stderr.contains(words), "{more:?}: {ran}");
    }
}

#[test]
fn a_server_is_looked_at_before_anything_is_sent() {
    let served = Served::new("requester-lists-target");
    let issuer = served.text("issuer");
    let ran = served.run("", &["discover", "--server", issuer]);
    assert_eq!(ran.code, Some(0), "{ran}");
    for words in ["token_endpoint ", "grant_types_supported ", "Keys", "DIS-03", "/jwks"] {
        assert!(ran.stdout.contains(words), "{words}: {ran}");
    }
    let ran = served.run("", &["discover", "--server", issuer, "--format", "json"]);
    let found = json(&ran);
    assert_eq!(found["version"], 1);
    assert_eq!(found["issuer"], issuer);
    assert_eq!(found["places"].as_array().unwrap().len(), 2);
    assert!(found["keys"][0]["kid"].is_string(), "{ran}");
    assert!(!found["checks"].as_array().unwrap().iter().any(|check| check["level"] == "fail"));

    let other = format!("{issuer}/nothing-here");
    let ran = served.run("", &["discover", "--server", &other]);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stdout.contains("DIS-01"), "{ran}");
    let endpoint = format!("{issuer}/token");
    let ran = served.run("", &["discover", "--token-endpoint", &endpoint]);
    assert_eq!(ran.code, Some(2), "{ran}");
    let ran = served.run("", &["discover", "--server", "http://127.0.0.1:9"]);
    assert_eq!(ran.code, Some(4), "{ran}");
}
