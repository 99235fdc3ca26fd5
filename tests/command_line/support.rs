//! Running the program, and a folder for it to run in.

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program, without anything from outside that could change what it prints.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_exchange-studio"));
    command.current_dir(folder).env_remove("NO_COLOR").env("COLUMNS", "100").stdin(Stdio::null());
    command
}

/// Exit status and both streams, as one text to compare.
pub struct Ran {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl std::fmt::Display for Ran {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self.code.map_or_else(|| "none".to_owned(), |code| code.to_string());
        write!(f, "exit {code}\n── stdout\n{}── stderr\n{}", self.stdout, self.stderr)
    }
}

pub fn run_in(folder: &Path, arguments: &[&str]) -> Ran {
    let output = program(folder).args(arguments).output().expect("the program starts");
    Ran::of(output)
}

impl Ran {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("results are UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("messages are UTF-8"),
        }
    }
}

/// Runs the program where the scenarios of the documentation are, slips included.
pub fn run_on_seed(arguments: &[&str]) -> Ran {
    run_in(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/documents/seed")), arguments)
}

/// A folder with files, gone when dropped.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let folder = Self(tempfile::tempdir().expect("a folder for the test"));
        for (name, text) in files {
            folder.write(name, text.as_bytes());
        }
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        let path = self.path().join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).expect("a folder for the file");
        }
        std::fs::write(path, bytes).expect("a file for the test");
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).expect("the file is there")
    }

    pub fn run(&self, arguments: &[&str]) -> Ran {
        run_in(self.path(), arguments)
    }
}

/// Portal may exchange into Dashboard, and a partner's service into Service Principal through
/// Broker.
pub const ESTATE: &str = r#"!ClientAppDto
id: "11111111-1111-4111-8111-111111111111" # the front door
name: Portal
enabled: true
isPublic: false
allowedTokenExchangeClientApps:
  - id: "{{guid:dashboard}}"
---
!ClientAppDto
id: "{{guid:dashboard}}"
name: Dashboard
enabled: true
isPublic: false
isRestricted: false
---
!ClientAppDto
id: "{{guid:principal}}"
name: Service Principal
enabled: true
isRestricted: false
clientAppFederatedIdentities:
  - id: b4e9c08d-1b36-4cf0-8c65-1a3ee0676f7a
    issuer: https://auth.external.com
    subject: "123456789"
---
!ClientAppDto
id: "{{guid:broker}}"
name: Broker
enabled: true
isPublic: false
allowedTokenExchangeClientApps:
  - id: "{{guid:principal}}"
"#;

pub fn estate() -> Folder {
    Folder::new(&[("estate.yaml", ESTATE)])
}
