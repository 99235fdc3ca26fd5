//! `secret`, and commands that find a client's secret in the keyring, against GNOME's on a bus of its
//! own. Nothing that comes out holds the secret.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use crate::keyring_session::{PASSWORD, Session};
use crate::serve_exchange::{PORTAL, SECRET, Served, json};
use crate::support::{Folder, Ran, program};

const PROFILE: &str = "    clients:\n      11111111-1111-4111-8111-111111111111:\n        \
                       secret_keyring: true\n";

/// A folder whose project file has one profile, of this server.
fn profile(folder: &Folder, server: &str) {
    let text = format!("version: 1\nprofiles:\n  local:\n    issuer: {server}\n{PROFILE}");
    folder.write("exchange-studio.yaml", text.as_bytes());
}

fn command(folder: &Folder, bus: &str, arguments: &[&str]) -> Command {
    let mut command = program(folder.path());
    command.args(arguments).env("DBUS_SESSION_BUS_ADDRESS", bus).env("RUST_BACKTRACE", "1");
    command.env_remove("EXCHANGE_STUDIO_CLIENT_SECRET");
    command
}

/// Looks for what may never be shown, on both streams and in every file of the folder.
fn judged(folder: &Folder, output: Output) -> Ran {
    let ran = Ran::of(output);
    let mut text = ran.to_string();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        text += &std::fs::read_to_string(entry.unwrap().path()).unwrap();
    }
    for secret in [SECRET, PASSWORD, "MARKED"] {
        assert!(!text.contains(secret), "{text}");
    }
    ran
}

fn run(folder: &Folder, bus: &str, arguments: &[&str]) -> Ran {
    judged(folder, command(folder, bus, arguments).output().unwrap())
}

/// Runs `secret keep` with this on its standard input.
fn keep(folder: &Folder, bus: &str, input: &[u8], more: &[&str]) -> Ran {
    let first = ["secret", "keep", "--profile", "local", "--client-id", PORTAL];
    let mut child = command(folder, bus, &[&first[..], more].concat())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who wants no input may have ended before it comes.
    let _ = child.stdin.take().unwrap().write_all(input);
    judged(folder, child.wait_with_output().unwrap())
}

fn forget(folder: &Folder, bus: &str) -> Ran {
    run(folder, bus, &["secret", "forget", "--profile", "local", "--client-id", PORTAL])
}

#[test]
fn a_secret_is_kept_used_and_forgotten() {
    let (session, served) = (Session::new(), Served::new("requester-lists-target"));
    let (folder, bus) = (&served.folder, session.address.as_str());
    let server = served.text("issuer");
    let token = served.user_token(PORTAL);
    profile(folder, server);
    let exchange = |bus: &str, more: &[&str]| {
        let first = ["exchange", "--profile", "local", "--client-id", PORTAL, "--format", "json"];
        let token_from = ["--subject-token-env", "TOKEN", "--audience", "{{guid:dashboard}}"];
        let mut command = command(folder, bus, &[&first[..], &token_from, more].concat());
        judged(folder, command.env("TOKEN", &token).output().unwrap())
    };

    let ran = exchange(bus, &[]);
    assert_eq!(ran.code, Some(2), "{ran}");
    assert_eq!(
        ran.stderr,
        format!(
            "error: profiles.local.clients.{PORTAL}.secret_keyring: the system keyring keeps no \
             secret of {PORTAL} at {server}\n  hint: keep it there: exchange-studio secret keep \
             --profile local --client-id {PORTAL}\n"
        )
    );
    let ran = keep(folder, bus, format!("{SECRET}\r\n").as_bytes(), &[]);
    let kept = format!("the system keyring keeps the secret of {PORTAL} at {server}\n");
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), &kept[..], ""));
    let ran = exchange(bus, &[]);
    assert_eq!(ran.code, Some(0), "{ran}");
    assert_eq!(json(&ran)["outcome"], "issued");
    assert_eq!(json(&ran)["client_auth"], "client_secret_basic");

    // What is kept for one server is not for another, also where an option names that.
    let other = server.replace("127.0.0.1", "localhost");
    let ran = exchange(bus, &["--server", &other]);
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.stderr.contains(&format!("keeps no secret of {PORTAL} at {other}\n")), "{ran}");
    // And a variable that is named counts before the keyring, without which it then works.
    let ran = exchange("unix:path=/nowhere/bus", &["--client-secret-env", "TOKEN"]);
    assert_eq!((ran.code, &json(&ran)["refusal"]["error"]), (Some(1), &"invalid_client".into()));

    // The commands that ask many things, and for tokens, look there too.
    let port = served.text("external_issuer").rsplit(':').next().unwrap();
    let sweep = || {
        let many = ["sweep", "estate.yaml", "--profile", "local", "--user", "alice"];
        let mut sweep = command(folder, bus, &[&many[..], &["--issuer-port", port]].concat());
        let ran = sweep.env("EXCHANGE_STUDIO_CLIENT_SECRET", SECRET).output().unwrap();
        judged(folder, ran)
    };
    let ran = sweep();
    assert_eq!(ran.code, Some(0), "{ran}");
    let flow = ["token", "--profile", "local", "--client-id", PORTAL];
    let token = command(folder, bus, &[&flow[..], &["--flow", "client-credentials"]].concat());
    let ran = judged(folder, { token }.output().unwrap());
    assert!(ran.code == Some(0) && ran.stdout.starts_with("eyJ"), "{ran}");

    // From a variable instead: a wrong one takes the place of what was kept.
    let set = ["secret", "keep", "--profile", "local", "--client-id", PORTAL, "estate.yaml"];
    let mut set = command(folder, bus, &[&set[..], &["--secret-env", "OTHER"]].concat());
    let ran = judged(folder, set.env("OTHER", "MARKED-and-wrong").output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran}");
    let ran = exchange(bus, &[]);
    assert_eq!((ran.code, &json(&ran)["refusal"]["error"]), (Some(1), &"invalid_client".into()));
    let ran = sweep();
    assert_eq!(ran.code, Some(1), "{ran}");

    let ran = forget(folder, bus);
    let out = format!("the secret of {PORTAL} at {server} is out of the system keyring\n");
    assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr.as_str()), (Some(0), &out[..], ""));
    let ran = forget(folder, bus);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{ran}");
    assert_eq!(exchange(bus, &[]).code, Some(2));
}

#[test]
fn what_stands_in_the_way_is_said_with_what_to_do() {
    let folder = Folder::new(&[]);
    profile(&folder, "https://login.example");
    let session = Session::new();
    let bus = session.address.as_str();
    let keep_on = |bus: &str, input: &[u8]| keep(&folder, bus, input, &[]);
    assert_eq!(keep_on(bus, SECRET.as_bytes()).code, Some(0));
    session.lock();
    let exchange = |bus: &str| {
        let first = ["exchange", "--profile", "local", "--client-id", PORTAL];
        let mut command =
            command(&folder, bus, &[&first[..], &["--subject-token-env", "TOKEN"]].concat());
        judged(&folder, command.env("TOKEN", "MARKED").output().unwrap())
    };
    let empty = Session::without_keyring("");
    let guarded = Session::with_rules("<deny send_destination='org.freedesktop.secrets'/>");
    for (bus, problem, hint) in [
        (bus, "the system keyring is locked", "unlock it, and try again"),
        ("unix:path=/nowhere/bus", "there is no session bus", "start one, as a desktop session"),
        (&empty.address, "none runs in this session", "start one, as a desktop session"),
        (&guarded.address, "the system keyring may not be used", "allow Exchange Studio to use it"),
    ] {
        let ran = [keep_on(bus, SECRET.as_bytes()), forget(&folder, bus), exchange(bus)];
        for ran in ran {
            assert_eq!(ran.code, Some(3), "{ran}");
            assert!(ran.stderr.contains(problem) && ran.stderr.contains(hint), "{ran}");
        }
    }
    // Nothing to keep, or too much.
    for input in [&b""[..], b"\n", b"MARKED \xff"] {
        let ran = keep_on(&empty.address, input);
        assert!(matches!(ran.code, Some(2 | 3)), "{ran}");
    }
    let ran = keep_on(&empty.address, "MARKED".repeat(500).as_bytes());
    assert_eq!(ran.code, Some(2), "{ran}");
    assert!(ran.stderr.contains("longer than 2560 bytes"), "{ran}");
    // A client that the profile does not look for there.
    let session = Session::new();
    let more = ["secret", "keep", "--profile", "local", "--client-id", "else", "--secret-env", "S"];
    let mut other = command(&folder, &session.address, &more);
    let ran = judged(&folder, other.env("S", SECRET).output().unwrap());
    assert_eq!(ran.code, Some(0), "{ran}");
    assert!(
        ran.stderr.contains("profiles.local.clients.else says 'secret_keyring: true'"),
        "{ran}"
    );
    // Its value is no place for the secret.
    let text = "version: 1\nprofiles:\n  local:\n    issuer: https://a.example\n    clients:\n      \
                a: {secret_keyring: MARKED}\n";
    let wrong = Folder::new(&[]);
    wrong.write("exchange-studio.yaml", text.as_bytes());
    let words = ["secret", "forget", "--profile", "local", "--client-id", "a"];
    let ran = Ran::of(command(&wrong, &session.address, &words).output().unwrap());
    assert_eq!(ran.code, Some(3), "{ran}");
    assert!(ran.stderr.contains("secret_keyring is neither true nor false"), "{ran}");
    assert!(!ran.to_string().contains("MARKED"), "{ran}");
}

/// Types on a terminal what its arguments say, once nothing that is typed is shown any more, and
/// prints what the terminal shows.
const TERMINAL: &str = r#"
import os, pty, sys, termios
typed, command = os.fsencode(sys.argv[1]), sys.argv[2:]
child, terminal = pty.fork()
if child == 0:
    os.execvp(command[0], command)
shown = b""
def more():
    global shown
    try:
        some = os.read(terminal, 4096)
    except OSError:
        some = b""
    shown += some
    return some
while b"Secret of" not in shown:
    if not more():
        break
while termios.tcgetattr(terminal)[3] & termios.ECHO:
    pass
os.write(terminal, typed)
while more():
    pass
sys.stdout.buffer.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"#;

#[test]
fn on_a_terminal_it_is_asked_for_and_not_shown() {
    let folder = Folder::new(&[]);
    profile(&folder, "https://login.example");
    let session = Session::new();
    let ask = |typed: &str| {
        let output = Command::new("python3")
            .args(["-c", TERMINAL, typed, env!("CARGO_BIN_EXE_exchange-studio")])
            .args(["secret", "keep", "--profile", "local", "--client-id", PORTAL])
            .current_dir(folder.path())
            .env("DBUS_SESSION_BUS_ADDRESS", &session.address)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        judged(&folder, output)
    };
    let ran = ask(&format!("{SECRET}\n"));
    assert_eq!(ran.code, Some(0), "{ran}");
    let prompt = format!("Secret of {PORTAL} at https://login.example: ");
    assert!(ran.stdout.starts_with(&prompt), "{ran}");
    assert!(ran.stdout.contains("the system keyring keeps the secret of"), "{ran}");
    assert_eq!(forget(&folder, &session.address).code, Some(0));
    // Ctrl-C in the middle of it keeps nothing, and the program ends in order.
    let ran = ask("MARKED\u{3}");
    assert_eq!(ran.code, Some(1), "{ran}");
    assert!(ran.stdout.contains("no secret was given"), "{ran}");
    assert_eq!(forget(&folder, &session.address).code, Some(1));
}
