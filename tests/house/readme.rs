//! The README, run.
//!
//! A block marked `console` is a session: lines that begin with `$ ` are commands, the lines after
//! one are what it prints, on both streams. All sessions run one after the other in one shell, in a
//! folder with a copy of `samples/`, so what one changes the next sees. A line with nothing but `…`
//! stands for any number of lines, and `…` at the end of a line for the rest of it. A command may
//! end with status 0 or 1 (1 is an answer: "no"), not with more.
//!
//! A command that ends with ` &` keeps running until all is done; the next one waits until the
//! port it names is open. Ports are replaced by free ones, so that a port in use on this machine
//! spoils nothing.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::root;

#[derive(Debug, PartialEq, Eq)]
struct Step {
    line: usize,
    command: String,
    output: Vec<String>,
}

fn steps(text: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    let mut first = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            inside = !inside && line == "```console";
            first = inside;
        } else if inside {
            if let Some(command) = line.strip_prefix("$ ") {
                steps.push(Step { line: index + 1, command: command.to_owned(), output: vec![] });
            } else if first {
                panic!("README line {}: a session begins with a command", index + 1);
            } else if let Some(step) = steps.last_mut() {
                match step.command.strip_suffix('\\') {
                    Some(command) if step.output.is_empty() => {
                        step.command = format!("{command}{}", line.trim_start());
                    }
                    _ => step.output.push(line.to_owned()),
                }
            }
            first = false;
        }
    }
    steps
}

fn line_matches(pattern: &str, line: &str) -> bool {
    match pattern.strip_suffix('…') {
        Some(beginning) => line.starts_with(beginning),
        None => pattern.trim_end() == line.trim_end(),
    }
}

/// Whether the lines are as shown, `…` lines standing for any number.
fn matches(shown: &[String], printed: &[&str]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first.trim() == "…" => {
            (0..=printed.len()).any(|skip| matches(rest, &printed[skip..]))
        }
        Some((first, rest)) => printed
            .split_first()
            .is_some_and(|(line, printed)| line_matches(first, line) && matches(rest, printed)),
    }
}

fn copy(from: &Path, to: &Path) {
    let mut folders = vec![(from.to_owned(), to.to_owned())];
    while let Some((from, to)) = folders.pop() {
        std::fs::create_dir_all(&to).unwrap();
        for entry in std::fs::read_dir(&from).unwrap() {
            let path = entry.unwrap().path();
            let target = to.join(path.file_name().unwrap());
            if path.is_dir() {
                folders.push((path, target));
            } else {
                std::fs::copy(&path, &target).unwrap();
            }
        }
    }
}

/// The ports that the text names as `--port N` or `127.0.0.1:N`, each with a free one instead.
fn ports(text: &str) -> BTreeMap<String, (TcpListener, String)> {
    let mut ports = BTreeMap::new();
    for lead in ["--port ", "-port ", "127.0.0.1:", "localhost:"] {
        for (at, _) in text.match_indices(lead) {
            let rest = &text[at + lead.len()..];
            let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
            if port.len() >= 4 && !ports.contains_key(&port) {
                let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
                let free = listener.local_addr().unwrap().port().to_string();
                ports.insert(port, (listener, free));
            }
        }
    }
    ports
}

#[test]
fn every_session_of_the_readme_goes_as_shown() {
    let mut text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let ports = ports(&text);
    for (port, (_, free)) in &ports {
        text = text.replace(port, free);
    }
    drop(ports);
    let steps = steps(&text);
    assert!(!steps.is_empty(), "no session found: the check reads the wrong thing");

    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("samples"), &folder.path().join("samples"));
    // The shell says a mark and the status after each command; no program prints this.
    const MARK: &str = "\u{1}status ";
    let mut script = String::from("exec 2>&1\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n");
    for step in &steps {
        script.push_str(&step.command);
        script.push('\n');
        if step.command.ends_with('&') {
            let words: Vec<&str> = step.command.split_whitespace().collect();
            let port = words.windows(2).find(|pair| pair[0].ends_with("-port")).map(|pair| pair[1]);
            let port = port.unwrap_or_else(|| panic!("README line {}: which port?", step.line));
            script.push_str(&format!(
                "until (exec 3<>/dev/tcp/127.0.0.1/{port}) 2>/dev/null || ! kill -0 $! 2>/dev/null; \
                 do :; done\n"
            ));
        }
        script.push_str(&format!("printf '\\n{MARK}%s\\n' $?\n"));
    }

    let program = Path::new(env!("CARGO_BIN_EXE_exchange-studio"));
    let before = std::env::var_os("PATH").unwrap_or_default();
    let path =
        std::iter::once(program.parent().unwrap().to_owned()).chain(std::env::split_paths(&before));
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder.path())
        .env("PATH", std::env::join_paths(path).unwrap())
        .env("HOME", folder.path())
        .env("NO_COLOR", "1")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();

    let mut wrong = Vec::new();
    let mut rest = printed.as_str();
    for step in &steps {
        let Some((said, after)) = rest.split_once(MARK) else {
            panic!("README line {}: the shell stopped here: {printed}", step.line)
        };
        let (status, after) = after.split_once('\n').unwrap_or((after, ""));
        rest = after;
        let said: Vec<&str> = said.trim_end_matches('\n').lines().collect();
        let status_is_an_answer = matches!(status.trim(), "0" | "1");
        if !status_is_an_answer || !matches(&step.output, &said) {
            wrong.push(format!(
                "README line {}: {}\nstatus {status}, printed\n{}\n",
                step.line,
                step.command,
                said.join("\n")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_the_readme_points_at_is_there() {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let mut links = 0;
    for (at, _) in text.match_indices("](") {
        let target = text[at + 2..].split(')').next().unwrap_or_default();
        if target.starts_with("http") || target.starts_with('#') {
            continue;
        }
        links += 1;
        assert!(root().join(target).exists(), "README points at {target}, which is not there");
    }
    assert!(links > 0, "no link found: the check reads the wrong thing");
    assert!(text.contains("cargo run --release") && text.contains("tests/run"));
}

#[test]
fn sessions_are_read_as_they_look() {
    let text = "```console\n$ a \\\n    b\none\n…\n$ c\n```\n```sh\n$ not\n```\n";
    let steps = steps(text);
    assert_eq!(steps.len(), 2);
    assert_eq!((steps[0].command.as_str(), steps[0].line), ("a b", 2));
    assert!(matches(&steps[0].output, &["one", "two", "three"]));
    assert!(matches(&steps[0].output, &["one"]));
    assert!(!matches(&steps[0].output, &["two"]));
    assert!(!matches(&steps[1].output, &["anything"]));
}

#[test]
fn the_number_of_misbehaviours_is_the_real_one() {
    let text = std::fs::read_to_string(root().join("README.md")).unwrap();
    let words =
        format!("one of {} things wrongly", exchange_studio::authority::Misbehaviour::ALL.len());
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(&words), "README does not say: {words}");
}
