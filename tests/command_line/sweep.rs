//! `sweep`, `calibrate`, `probe` and `exchange --case` against a running `serve`.

use serde_json::Value;

use crate::serve_exchange::{SECRET, Served, json};
use crate::support::Ran;

impl Served {
    /// A command that asks the server many things, as alice and with the issuers beside it.
    fn ask(&self, command: &str, more: &[&str]) -> Ran {
        let port = self.text("external_issuer").rsplit(':').next().unwrap();
        let arguments = [command, "estate.yaml", "--server", self.text("issuer")];
        let who = ["--user", "alice", "--issuer-port", port];
        let ran = self.run("", &[&arguments[..], &who, more].concat());
        assert!(!ran.to_string().contains("eyJ"), "a token is shown: {ran}");
        ran
    }
}

#[test]
fn a_sweep_says_that_the_server_does_what_the_files_say_or_where_not() {
    let served = Served::new("requester-lists-target");
    let ran = served.ask("sweep", &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran}");
    assert!(
        ran.stdout.starts_with("No difference: the server does what the files say.\n"),
        "{ran}"
    );

    let other = ["--reading", "target-lists-requester"];
    let ran = served.ask("sweep", &other);
    assert_eq!(ran.code, Some(1), "{ran}");
    for part in [
        "differences between the server and the files.\n",
        "The server granted what the files forbid.\n",
        "The server refused what the files permit.\n",
        "    files   Refused: ",
        "estate.yaml:",
        "    server  A token was issued (200). It says: iss",
    ] {
        assert!(ran.stdout.contains(part), "{part:?} is not in {ran}");
    }

    let ran = served.ask("sweep", &[&other[..], &["--format", "json"]].concat());
    let report = json(&ran);
    assert_eq!((&report["version"], &report["kind"]), (&1.into(), &"sweep".into()));
    let differences = report["differences"].as_array().unwrap();
    assert!(differences.iter().all(|it| it["configuration"]["steps"][0]["at"].is_array()));
    let ran = served.ask("sweep", &[&other[..], &["--format", "junit"]].concat());
    let xml = roxmltree::Document::parse(&ran.stdout).unwrap();
    let failures = xml.descendants().filter(|node| node.has_tag_name("failure")).count();
    assert_eq!(failures, differences.len());
    let ran = served.ask("sweep", &[&other[..], &["--format", "csv", "--sample", "1"]].concat());
    assert!(ran.stdout.starts_with("requester,requester id,subject,"), "{ran}");

    let ran = served.ask("sweep", &["--dry-run", "--seed", "3"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.stdout.ends_with("exchanges would be asked for. Nothing was sent.\n"), "{ran}");
    assert!(ran.stdout.contains("granted  Portal: a token of a user of Portal → Dashboard\n"));
}

/// A client whose secret is wrong says nothing of what it may do: that is no difference, and has a
/// name of its own in every format.
#[test]
fn a_client_that_cannot_authenticate_is_no_difference() {
    let served = Served::new("requester-lists-target");
    let token = served.user_token("11111111-1111-4111-8111-111111111111");
    let ask = |command: &str, more: &[&str]| {
        // The subject token in the place of the secret: a secret that is wrong.
        let arguments = [command, "estate.yaml", "--server", served.text("issuer")];
        let wrong = ["--client-secret-env", "Portal=SUBJECT_TOKEN"];
        let with = ["--user-token-env", "Portal=SUBJECT_TOKEN"];
        served.run(&token, &[&arguments[..], &wrong, &with, more].concat())
    };
    let ran = ask("sweep", &["--sample", "0"]);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stdout.starts_with("Nothing was found out.\n"), "{ran}");
    let open = "  open       1: Not answered: the client could not authenticate. The server refused: \
                invalid_client (401).";
    assert!(ran.stdout.contains(open), "{ran}");
    let report = json(&ask("sweep", &["--sample", "0", "--format", "json"]));
    assert_eq!(report["summary"]["not_authenticated"], 1, "{report:#}");
    assert_eq!(report["summary"]["refused_though_permitted"], 0, "{report:#}");
    let ran = ask("sweep", &["--sample", "0", "--format", "junit"]);
    let xml = roxmltree::Document::parse(&ran.stdout).unwrap();
    let count = |name| xml.root_element().attribute(name);
    assert_eq!((count("failures"), count("errors")), (Some("0"), Some("1")), "{ran}");
    let ran = ask("sweep", &["--sample", "0", "--format", "csv"]);
    assert!(ran.stdout.contains(",not-authenticated,,401,invalid_client,"), "{ran}");
    let ran = ask("calibrate", &[]);
    assert_eq!(ran.code, Some(1), "{ran}");
    let unclear = "Unclear: Not answered: the client could not authenticate. ";
    assert!(ran.stdout.starts_with(unclear), "{ran}");

    // One exchange, predicted.
    let arguments = ["exchange", "--server", served.text("issuer"), "--client-id"];
    let one = ["11111111-1111-4111-8111-111111111111", "--subject-token-env", "SUBJECT_TOKEN"];
    let more = ["--client-secret-env", "SUBJECT_TOKEN", "--audience", "{{guid:dashboard}}"];
    let predict = ["--predict", "estate.yaml"];
    let ran = served.run(&token, &[&arguments[..], &one, &more, &predict].concat());
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stdout.contains("The configuration cannot be compared with such an answer."));
}

/// A server that fails at everything is as good as not there.
#[test]
fn a_server_that_only_fails_ends_a_sweep_with_4() {
    let served =
        Served::with(crate::support::estate(), "requester-lists-target", &["--misbehave", "html"]);
    let arguments = ["sweep", "estate.yaml", "--server", served.text("issuer"), "--sample", "0"];
    let token = ["--user-token-env", "Portal=SUBJECT_TOKEN"];
    let ran = served.run("a token", &[&arguments[..], &token].concat());
    assert_eq!(ran.code, Some(4), "{ran}");
    assert!(ran.stdout.contains("  open       1: Not answered: the server failed."), "{ran}");
}

#[test]
fn a_sweep_goes_on_with_an_earlier_one() {
    let served = Served::new("requester-lists-target");
    let more = ["--resume", "state.json", "--format", "json", "--rate", "1000"];
    let first = json(&served.ask("sweep", &more));
    assert_eq!(first["summary"]["earlier"], 0);
    let second = json(&served.ask("sweep", &more));
    let answered = &first["summary"]["answered"];
    assert_eq!(&second["summary"]["earlier"], answered);
    let kept: Value = serde_json::from_str(&served.folder.read("state.json")).unwrap();
    assert_eq!(kept, second);
    served.folder.write("state.json", b"{}");
    let ran = served.ask("sweep", &more);
    assert_eq!(ran.code, Some(3), "{ran}");
    assert!(ran.stderr.contains("state.json cannot be gone on with: "), "{ran}");
}

#[test]
fn what_a_sweep_needs_is_asked_for() {
    let served = Served::new("requester-lists-target");
    let server = served.text("issuer");
    let ran = served.run("", &["sweep", "estate.yaml", "--server", server]);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stdout.starts_with("Nothing was found out.\n"), "{ran}");
    assert!(ran.stdout.contains("There is no token of a user of Portal; give one"), "{ran}");
    for (more, code, part) in [
        (&["--client-secret-env", "Nobody=X"][..], 2, "names no client app"),
        (&["--client-secret-env", "Portal=NOT_SET"], 2, "NOT_SET is not set"),
        (&["--rate", "0"], 2, "above 0"),
        (&["--user-token-env", "Portal"], 2, "CLIENT=VAR"),
    ] {
        let ran = served.ask("sweep", more);
        assert_eq!(ran.code, Some(code), "{ran}");
        assert!(ran.stderr.contains(part), "{ran}");
    }
    let nobody = "http://127.0.0.1:1";
    let ran = served.run("", &["sweep", "estate.yaml", "--server", nobody, "--user", "alice"]);
    assert_eq!(ran.code, Some(4), "{ran}");
    // A secret of its own for one, and a token from the environment.
    let token = served.user_token("11111111-1111-4111-8111-111111111111");
    let arguments = [
        "sweep",
        "estate.yaml",
        "--server",
        server,
        "--client-secret-env",
        "Portal=EXCHANGE_STUDIO_CLIENT_SECRET",
        "--user-token-env",
        "Portal=SUBJECT_TOKEN",
        "--sample",
        "0",
        "--format",
        "json",
    ];
    let report = json(&served.run(&token, &arguments));
    assert_eq!(report["summary"]["agreed"], 1, "{report}");
}

#[test]
fn a_calibration_names_the_reading_of_the_server() {
    for reading in ["requester-lists-target", "requester-lists-origin", "target-lists-requester"] {
        let served = Served::new(reading);
        let ran = served.ask("calibrate", &[]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran}");
        let says = format!("Settled: the server reads the lists as {reading}.");
        assert!(ran.stdout.starts_with(&says), "{ran}");
        let found = json(&served.ask("calibrate", &["--format", "json"]));
        assert_eq!((&found["verdict"], &found["reading"]), (&"settled".into(), &reading.into()));
    }
    let served = Served::new("requester-lists-target");
    let ran = served.ask("calibrate", &["--dry-run"]);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(ran.stdout.starts_with("First\n  "), "{ran}");
    assert!(ran.stdout.ends_with("Nothing was sent.\n"), "{ran}");
    assert!(ran.stdout.contains("  permitted by "), "{ran}");
}

fn cases(server: &str) -> String {
    format!(
        "\
version: 1
server: {server}
clients:
  portal: {{id: 11111111-1111-4111-8111-111111111111, secret_env: EXCHANGE_STUDIO_CLIENT_SECRET}}
  broker: {{id: '{{{{guid:broker}}}}', auth: client_secret_post, secret_env: SUBJECT_TOKEN}}
cases:
  - name: Portal may obtain a token for Dashboard
    client: portal
    subject: {{user: alice, of: portal, scope: openid a}}
    audience: ['{{{{guid:dashboard}}}}']
    scope: a
    expect:
      outcome: allowed
      status: 200
      claims:
        sub: {{equals: alice}}
        aud: {{contains: '{{{{guid:dashboard}}}}'}}
        scope: {{equals: a}}
        act: {{absent: true}}
        exp: {{present: true}}
      checks: {{must_not_fail: [all]}}
  - name: The answer goes no further
    client: portal
    subject: {{answer_of: Portal may obtain a token for Dashboard}}
    expect: {{outcome: refused, error: [invalid_request], status: 400}}
  - name: The partner becomes the principal
    client: broker
    subject: {{mint: {{issuer: 'https://auth.external.com', subject: '123456789'}}}}
    audience: ['{{{{guid:principal}}}}']
    expect:
      outcome: allowed
      claims: {{act: {{contains: {{sub: '{{{{guid:broker}}}}'}}}}}}
"
    )
}

#[test]
fn saved_cases_are_run_and_what_is_wrong_is_said() {
    let served = Served::new("requester-lists-target");
    let good = cases(served.text("issuer"));
    served.folder.write("cases.yaml", good.as_bytes());
    let port = served.text("external_issuer").rsplit(':').next().unwrap();
    let run = |more: &[&str]| {
        // The broker's secret comes from another variable.
        let arguments = ["exchange", "--case", "cases.yaml", "--issuer-port", port];
        let ran = served.run(SECRET, &[&arguments[..], more].concat());
        assert!(!ran.to_string().contains("eyJ"), "{ran}");
        ran
    };
    let ran = run(&[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran}");
    assert!(ran.stdout.ends_with("3 passed, 0 failed, 0 could not be tried\n"), "{ran}");
    let ran = run(&["--format", "json"]);
    let report = json(&ran);
    assert_eq!((&report["version"], &report["kind"]), (&1.into(), &"cases".into()));
    assert_eq!(report["files"][0]["cases"][0]["exchange"]["version"], 1);

    let wrong = good
        .replace("{equals: alice}", "{equals: bob}")
        .replace("status: 400", "status: 403")
        .replace("[invalid_request]", "[invalid_target]")
        .replace("subject: '123456789'", "subject: '12345678'");
    served.folder.write("cases.yaml", wrong.as_bytes());
    let ran = run(&[]);
    assert_eq!(ran.code, Some(1), "{ran}");
    for part in [
        "The claim sub was to be \"bob\", and is: \"alice\".",
        "The status was to be 403, and is 400.",
        "The error was to be invalid_target, and is: invalid_request.",
        "It was to be allowed.",
        "0 passed, 3 failed, 0 could not be tried",
    ] {
        assert!(ran.stdout.contains(part), "{part:?} is not in {ran}");
    }
    let ran = run(&["--format", "junit"]);
    let xml = roxmltree::Document::parse(&ran.stdout).unwrap();
    assert_eq!(xml.root_element().attribute("failures"), Some("3"), "{ran}");

    // What cannot be tried, what cannot be read, and what cannot go together.
    served.folder.write("cases.yaml", good.replace("SUBJECT_TOKEN", "NOT_SET").as_bytes());
    let ran = run(&[]);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stdout.contains("NOT_SET is not set"), "{ran}");
    assert!(ran.stdout.contains("2 passed, 0 failed, 1 could not be tried"), "{ran}");
    served.folder.write("cases.yaml", good.replace("audience:", "audiences:").as_bytes());
    let ran = run(&[]);
    assert_eq!(ran.code, Some(3), "{ran}");
    assert!(
        ran.stderr.contains("cases.yaml: line 10: ") || ran.stderr.contains("line 9: "),
        "{ran}"
    );
    served.folder.write("cases.yaml", good.replace("server: ", "#").as_bytes());
    assert_eq!(run(&[]).code, Some(2));
    // A server on the command line goes before that of the file.
    served.folder.write("cases.yaml", cases("http://127.0.0.1:1").as_bytes());
    assert_eq!(run(&["--server", served.text("issuer")]).code, Some(0));
    assert_eq!(run(&["--token-endpoint", "http://127.0.0.1:1/token"]).code, Some(1));
    assert_eq!(run(&[]).code, Some(4));
    assert_eq!(run(&["--print-token"]).code, Some(2));
    let alone = ["exchange", "--server", "http://127.0.0.1:1", "--client-id", "x"];
    let alone =
        [&alone[..], &["--subject-token-env", "SUBJECT_TOKEN", "--format", "junit"]].concat();
    assert_eq!(served.run("x", &alone).code, Some(2));
}

#[test]
fn probes_want_consent_and_find_nothing_in_a_careful_server() {
    let served = Served::new("requester-lists-target");
    let ran = served.ask("probe", &["--dry-run"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran}");
    let list = ran.stdout;
    assert!(
        list.contains("P-02 The permission the other way round\n      Dashboard asks"),
        "{list}"
    );
    // Nobody is disabled there.
    assert!(list.contains("P-18 ") && list.contains("      Not possible: "), "{list}");
    let ran = served.ask("probe", &[]);
    assert_eq!((ran.code, &ran.stdout), (Some(2), &list), "{ran}");
    assert!(ran.stderr.contains("--i-own-this-server"), "{ran}");
    assert_eq!(served.ask("probe", &["--dry-run", "--i-own-this-server"]).code, Some(2));

    let consent = ["--i-own-this-server", "--only", "P-02", "--only", "P-07", "--only", "P-15"];
    let ran = served.ask("probe", &consent);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran}");
    let first = "Nothing was accepted that must be refused: 3 refused, 0 unclear";
    assert!(ran.stdout.starts_with(first), "{ran}");
    assert!(ran.stdout.contains("as in keycloak CVE-2026-9704"), "{ran}");
    let report = json(&served.ask("probe", &[&consent[..], &["--format", "json"]].concat()));
    assert_eq!((&report["version"], &report["kind"]), (&1.into(), &"probes".into()));
    assert_eq!(report["probes"][0]["verdict"], "refused");
    let ran = served.ask("probe", &[&consent[..], &["--format", "markdown"]].concat());
    assert!(ran.stdout.starts_with("# Probes of http://127.0.0.1:"), "{ran}");
    let ran = served.ask("probe", &[&consent[..], &["--format", "junit"]].concat());
    let xml = roxmltree::Document::parse(&ran.stdout).unwrap();
    assert_eq!(xml.root_element().attribute("tests"), Some("3"));
    // Files that the server does not follow: nothing follows from its refusals.
    let other = ["--i-own-this-server", "--reading", "target-lists-requester"];
    let ran = served.ask("probe", &other);
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stdout.contains("No probe was sent."), "{ran}");
    assert_eq!(served.ask("probe", &["--only", "P-99"]).code, Some(2));
}

/// Ctrl-C ends a sweep whose server does not answer, with what it has.
#[cfg(unix)]
#[test]
fn a_sweep_that_is_stopped_says_what_it_has() {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::process::{Command, Stdio};

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let folder = crate::support::estate();
    let child = crate::support::program(folder.path())
        .args(["sweep", "estate.yaml", "--server", &issuer, "--sample", "0"])
        .args(["--user-token-env", "Portal=SUBJECT_TOKEN", "--resume", "state.json"])
        .env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET)
        .env("SUBJECT_TOKEN", "a token")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Says where its endpoint is, and then nothing more.
    let head = |stream: &mut TcpStream| {
        let mut seen = Vec::new();
        let mut byte = [0];
        while !seen.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
            seen.push(byte[0]);
        }
        String::from_utf8(seen).unwrap()
    };
    let (mut stream, _) = listener.accept().unwrap();
    assert!(head(&mut stream).starts_with("GET "));
    let body = format!(r#"{{"issuer":"{issuer}","token_endpoint":"{issuer}/token"}}"#);
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    drop(stream);
    let (mut stream, _) = listener.accept().unwrap();
    assert!(head(&mut stream).starts_with("POST /token "));
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stdout.contains("Stopped before everything was asked for."), "{ran}");
    let kept: Value = serde_json::from_str(&folder.read("state.json")).unwrap();
    assert_eq!(kept["ended"]["how"], "cancelled");
}

/// A server by hand: it says where its endpoint is, refuses whatever it is asked, and is silent from
/// the exchange with number `quiet_from` on. Tells of each exchange that it got.
#[cfg(unix)]
fn refuses_until(quiet_from: usize) -> (String, std::sync::mpsc::Receiver<usize>) {
    use std::io::{Read as _, Write as _};

    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let (base, (tell, told)) = (issuer.clone(), std::sync::mpsc::channel());
    std::thread::spawn(move || {
        let mut held = Vec::new();
        let mut asked = 0;
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut seen = Vec::new();
            let mut some = [0; 4096];
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
            let (status, body) = if seen.starts_with(b"GET ") {
                let body = format!(r#"{{"issuer":"{base}","token_endpoint":"{base}/token"}}"#);
                ("200 OK", body)
            } else {
                asked += 1;
                let _ = tell.send(asked);
                if asked >= quiet_from {
                    held.push(stream);
                    continue;
                }
                ("400 Bad Request", r#"{"error":"invalid_target"}"#.to_owned())
            };
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            );
        }
    });
    (issuer, told)
}

/// `kill -9` in the middle of a run: what was found out is on disk, whole, and the next run goes on
/// from there.
#[cfg(unix)]
#[test]
fn a_sweep_that_is_killed_is_gone_on_with() {
    use std::process::Stdio;

    // Four a second, so that some seconds' work is done when the server falls silent.
    const QUIET: usize = 12;
    let (issuer, asked) = refuses_until(QUIET);
    let folder = crate::support::estate();
    let more: String = (0..20)
        .map(|n| {
            format!("---\n!ClientAppDto\nid: \"{n:08}-0000-4000-8000-000000000000\"\nname: C{n}\n")
        })
        .collect();
    folder.write("more.yaml", more.as_bytes());
    let arguments = |issuer: &str| {
        ["sweep", "estate.yaml", "more.yaml", "--server", issuer, "--sample", "100"]
            .into_iter()
            .chain(["--user-token-env", "Portal=SUBJECT_TOKEN", "--resume", "state.json"])
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let mut child = crate::support::program(folder.path())
        .args(arguments(&issuer))
        .args(["--rate", "4"])
        .env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET)
        .env("SUBJECT_TOKEN", "MARKED-token")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The file is there before anything is asked.
    assert_eq!(asked.recv().unwrap(), 1);
    let kept = |folder: &crate::support::Folder| -> Value {
        serde_json::from_str(&folder.read("state.json")).unwrap()
    };
    assert_eq!(kept(&folder)["ended"]["how"], "under-way");
    while asked.recv().unwrap() < QUIET {
        // Whenever one looks, it can be read as a whole.
        kept(&folder);
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let before = kept(&folder);
    let items = before["items"].as_array().unwrap().len();
    // At four a second, two seconds are eight exchanges: no more than that may be lost.
    assert!(items < QUIET && items + 9 >= QUIET, "{items} of {QUIET} are kept");
    assert!(items > 0 && !folder.read("state.json").contains("MARKED"));

    // Another server at the same address is not to be had; the file names it, and that is enough.
    let (other, asked) = refuses_until(usize::MAX);
    let text = folder.read("state.json").replace(&issuer, &other);
    folder.write("state.json", text.as_bytes());
    let ran = {
        let output = crate::support::program(folder.path())
            .args(arguments(&other))
            .env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET)
            .env("SUBJECT_TOKEN", "MARKED-token")
            .output()
            .unwrap();
        Ran::of(output)
    };
    assert_eq!(ran.code, Some(1), "{ran}");
    let after = kept(&folder);
    assert_eq!(after["ended"]["how"], "finished");
    assert_eq!(after["summary"]["earlier"], items);
    let answered = after["summary"]["answered"].as_u64().unwrap();
    assert_eq!(asked.try_iter().count() as u64, answered - items as u64, "nothing twice");
    // No half-written file stays.
    let left = std::fs::read_dir(folder.path()).unwrap().map(|it| it.unwrap().file_name());
    let left: Vec<_> = left.filter(|it| it.to_string_lossy().starts_with('.')).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_sweep_that_could_not_be_kept_asks_for_nothing() {
    let folder = crate::support::estate();
    let arguments = ["sweep", "estate.yaml", "--server", "http://127.0.0.1:1", "--resume"];
    let ran = folder.run(&[&arguments[..], &["missing/state.json"]].concat());
    assert_eq!(ran.code, Some(3), "{ran}");
    assert!(ran.stderr.contains("cannot write missing/state.json: "), "{ran}");
}
