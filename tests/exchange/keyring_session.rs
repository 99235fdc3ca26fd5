//! A session bus of its own with the keyring that GNOME has on it, in a folder of its own: nothing of
//! the person who runs the tests is touched.

use std::future::poll_fn;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::pin::Pin;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use futures_core::Stream as _;
use zbus::{Connection, MatchRule, Message, MessageStream};

const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";

/// What unlocks the keyring.
pub const PASSWORD: &str = "MARKED-keyring-password";

/// The bus and the keyring; both end when it is dropped.
pub struct Session {
    pub address: String,
    keyring: Option<Child>,
    bus: Child,
    folder: tempfile::TempDir,
}

impl Drop for Session {
    fn drop(&mut self) {
        for child in self.keyring.iter_mut().chain([&mut self.bus]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Session {
    /// A session whose keyring is unlocked, as after signing in.
    pub fn new() -> Self {
        Self::with_rules("")
    }

    /// The same on a bus with rules of its own.
    pub fn with_rules(rules: &str) -> Self {
        let mut session = Self::without_keyring(rules);
        session.start_keyring();
        session
    }

    /// A session in which no keyring runs, and none can be started.
    pub fn without_keyring(rules: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("bus");
        let config = format!(
            "<busconfig><type>session</type><listen>unix:path={}</listen><auth>EXTERNAL</auth>\
             <policy context='default'><allow send_destination='*' eavesdrop='true'/>\
             <allow eavesdrop='true'/><allow own='*'/>{rules}</policy></busconfig>",
            socket.display()
        );
        let file = folder.path().join("bus.conf");
        std::fs::write(&file, config).unwrap();
        let mut bus = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", file.display()))
            .args(["--nofork", "--nosyslog", "--print-address=1"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon starts");
        let mut address = String::new();
        BufReader::new(bus.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let address = address.trim().to_owned();
        assert!(address.starts_with("unix:"), "the bus listens: {address}");
        Self { address, keyring: None, bus, folder }
    }

    /// Starts the keyring and waits until it is on the bus.
    fn start_keyring(&mut self) {
        let home = self.folder.path().join("home");
        let runtime = self.folder.path().join("run");
        for folder in [&home, &runtime] {
            std::fs::create_dir_all(folder).unwrap();
        }
        let mut keyring = Command::new("gnome-keyring-daemon");
        keyring
            .args(["--foreground", "--unlock", "--components=secrets"])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &home)
            .env("XDG_RUNTIME_DIR", &runtime)
            .env("DBUS_SESSION_BUS_ADDRESS", &self.address)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        wait(async {
            let connection = self.connect().await;
            let rule = MatchRule::builder()
                .msg_type(zbus::message::Type::Signal)
                .sender("org.freedesktop.DBus")
                .unwrap()
                .member("NameOwnerChanged")
                .unwrap()
                .arg(0, NAME)
                .unwrap()
                .build();
            let mut changes = MessageStream::for_match_rule(rule, &connection, None).await.unwrap();
            let mut keyring = keyring.spawn().expect("gnome-keyring-daemon starts");
            keyring.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
            self.keyring = Some(keyring);
            next(&mut changes).await;
        });
    }

    pub async fn connect(&self) -> Connection {
        let builder = zbus::connection::Builder::address(self.address.as_str()).unwrap();
        builder.build().await.unwrap()
    }

    /// Locks what is kept, as a screen that is left alone does.
    pub fn lock(&self) {
        wait(async {
            let all = vec![
                zbus::zvariant::ObjectPath::try_from("/org/freedesktop/secrets/collection/login")
                    .unwrap(),
            ];
            let connection = self.connect().await;
            let interface = Some("org.freedesktop.Secret.Service");
            connection.call_method(Some(NAME), PATH, interface, "Lock", &(all,)).await.unwrap();
        });
    }

    /// Everything that this session has written.
    pub fn files(&self) -> Vec<u8> {
        fn add(folder: &Path, to: &mut Vec<u8>) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let entry = entry.unwrap();
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    add(&entry.path(), to);
                } else if kind.is_file() {
                    to.extend(std::fs::read(entry.path()).unwrap());
                }
            }
        }
        let mut bytes = Vec::new();
        add(self.folder.path(), &mut bytes);
        bytes
    }
}

/// The next message of a stream.
pub async fn next(stream: &mut MessageStream) -> Message {
    poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await.unwrap().unwrap()
}

/// Waits for work on the bus.
pub fn wait<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let work = async { tokio::time::timeout(Duration::from_secs(60), work).await };
    runtime.block_on(work).expect("the bus answers")
}
