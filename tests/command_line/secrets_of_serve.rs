//! `serve` says nothing secret while others exchange at it: neither on its streams nor in its files,
//! whether they do it well, wrongly, or not in HTTP at all.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::secrets::{LONG, Marked, SUBJECT};
use crate::serve_exchange::{PORTAL, pem, token_of};
use crate::support::{Ran, program};

/// A running `serve` whose streams are kept.
struct Kept {
    process: Child,
    started: Value,
    stdout: BufReader<std::process::ChildStdout>,
    /// Reads on another thread, so that no pipe is ever full.
    stderr: std::thread::JoinHandle<String>,
}

impl Kept {
    fn start(marked: &Marked, more: &[&str]) -> Self {
        let mut process = program(marked.folder.path())
            .args(["serve", "estate.yaml", "--format", "json", "--dpop-nonce"])
            .args(["--client-secret-env", "LONG_SECRET"])
            .args(more)
            .env("LONG_SECRET", LONG)
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = process.stderr.take().unwrap();
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        marked.holds_nothing(&line);
        let started = serde_json::from_str(&line).unwrap();
        Self { process, started, stdout, stderr }
    }

    fn text(&self, name: &str) -> &str {
        self.started[name].as_str().unwrap()
    }

    /// Stops it, and gives all that it said after the first line.
    fn stop(mut self) -> String {
        let kill = format!("kill -TERM {}", self.process.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        assert_eq!(self.process.wait().unwrap().code(), Some(0));
        let mut said = String::new();
        self.stdout.read_to_string(&mut said).unwrap();
        said + &self.stderr.join().unwrap()
    }
}

/// Bytes as no client sends them, with secrets among them.
const ODD: [&str; 8] = [
    "MARKED-line\r\n\r\n",
    "POST /MARKED-path HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    "POST /token?client_secret=MARKED-query HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n",
    "POST /token HTTP/1.1\r\nHost: x\r\nAuthorization: Basic MARKED\r\nContent-Length: 0\r\n\r\n",
    "POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
     Content-Length: 40\r\n\r\nclient_secret=MARKED&subject_token=%4d%zz",
    "POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
     Content-Length: 25\r\n\r\n{\"client_secret\":\"MARKED\"",
    "POST /token HTTP/1.1\r\nHost: x\r\nDPoP: MARKED-proof\r\nContent-Type: \
     application/x-www-form-urlencoded\r\nContent-Length: 35\r\n\r\n\
     grant_type=MARKED&subject_token=MARKED",
    "POST /introspect HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
     Content-Length: 12\r\n\r\ntoken=MARKED",
];

fn send_odd(issuer: &str) {
    let address = issuer.split("//").nth(1).unwrap();
    for bytes in ODD {
        let mut stream = TcpStream::connect(address).unwrap();
        let _ = stream.write_all(bytes.as_bytes());
        let _ = stream.shutdown(std::net::Shutdown::Write);
        // The end of the answer: it has been dealt with.
        let _ = stream.read_to_end(&mut Vec::new());
    }
}

#[cfg(unix)]
#[test]
fn a_server_says_nothing_of_what_it_is_sent() {
    use rcgen::PublicKeyData as _;

    let mut marked = Marked::new();
    let pair = rcgen::KeyPair::generate().unwrap();
    let private = pem("PRIVATE KEY", pair.serialized_der());
    marked.pieces.extend(private.lines().skip(1).take(2).map(str::to_owned));
    marked.folder.write("signs.pem", private.as_bytes());
    let public = pem("PUBLIC KEY", &pair.subject_public_key_info());
    marked.folder.write("public.pem", public.as_bytes());
    for misbehave in [&[][..], &["--misbehave", "echo-token"]] {
        let more = ["--client-key", "Dashboard=public.pem"];
        let kept = Kept::start(&marked, &[&more[..], misbehave].concat());
        let issuer = kept.text("issuer").to_owned();
        let login = ["mint", "--server", &issuer, "--client-id", PORTAL, "--user", "alice"];
        let token = {
            let output = program(marked.folder.path())
                .args(login)
                .env("EXCHANGE_STUDIO_CLIENT_SECRET", LONG)
                .output()
                .unwrap();
            token_of(&Ran::of(output))
        };
        let dashboard = "{{guid:dashboard}}";
        let shows: [(&str, &[&str]); 7] = [
            (PORTAL, &["--client-secret-env", "LONG_SECRET"]),
            (
                PORTAL,
                &["--client-secret-env", "LONG_SECRET", "--client-auth", "client_secret_post"],
            ),
            (PORTAL, &["--client-secret-env", "LONG_SECRET", "--client-auth", "client_secret_jwt"]),
            (PORTAL, &["--client-secret-env", "LONG_SECRET", "--dpop-key-file", "dpop.pem"]),
            (dashboard, &["--client-auth", "private_key_jwt", "--client-key-file", "signs.pem"]),
            (PORTAL, &["--client-auth", "none"]),
            // With a secret that is wrong.
            (PORTAL, &[]),
        ];
        for (client, how) in shows {
            for subject in [token.as_str(), SUBJECT] {
                let arguments = ["exchange", "--server", &issuer, "--client-id", client];
                let with = ["--subject-token-env", "SUBJECT_TOKEN", "--audience", "Dashboard"];
                let after = ["--introspect", "--revoke-subject"];
                let after = if subject == SUBJECT { &after[..] } else { &[] };
                let ran = marked.run(subject, &[&arguments[..], &with, how, after].concat());
                let granted = subject != SUBJECT && how.contains(&"LONG_SECRET");
                if granted && misbehave.is_empty() {
                    assert_eq!(ran.code, Some(0), "{how:?} {ran}");
                }
            }
        }
        send_odd(&issuer);
        send_odd(kept.text("external_issuer"));
        let said = kept.stop();
        marked.holds_nothing(&said);
        assert!(!said.contains("panicked"), "{said}");
    }
}

/// The same with certificates, over TLS.
#[cfg(unix)]
#[test]
fn a_server_over_tls_says_nothing_of_what_it_is_sent() {
    let mut marked = Marked::new();
    let pair = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["portal".to_owned()]).unwrap();
    let certificate = pem("CERTIFICATE", params.self_signed(&pair).unwrap().der());
    let private = pem("PRIVATE KEY", pair.serialized_der());
    marked.pieces.extend(private.lines().skip(1).take(2).map(str::to_owned));
    marked.folder.write("portal.pem", (certificate.clone() + &private).as_bytes());
    marked.folder.write("portal.crt", certificate.as_bytes());
    let more = ["--tls-ca", "ca.pem", "--client-certificate", "Portal=portal.crt"];
    let kept = Kept::start(&marked, &more);
    let issuer = kept.text("issuer").to_owned();
    let arguments = ["exchange", "--server", &issuer, "--client-id", PORTAL, "--ca-file", "ca.pem"];
    let with = ["--subject-token-env", "SUBJECT_TOKEN", "--audience", "Dashboard"];
    let by_certificate = ["--client-auth", "self_signed_tls_client_auth"];
    let shown = ["--certificate-file", "portal.pem"];
    for how in [
        &[&by_certificate[..], &shown].concat()[..],
        &[&by_certificate[..], &shown, &["--dpop-key-file", "dpop.pem", "--format", "json"]]
            .concat(),
        &[&by_certificate[..], &["--certificate-file", "bad.pem"]].concat(),
        &shown,
        &[],
    ] {
        let ran = marked.run(SUBJECT, &[&arguments[..], &with, how].concat());
        assert!(ran.code == Some(1) || ran.code == Some(2), "{how:?} {ran}");
    }
    // What is no TLS at all.
    send_odd(&issuer);
    let said = kept.stop();
    marked.holds_nothing(&said);
    assert!(!said.contains("panicked"), "{said}");
}
