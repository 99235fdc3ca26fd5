//! Secrets of clients in the keyring of the system, where the user chose that.
//!
//! Nothing of it is touched before: a profile says `secret_keyring: true` of a client, or a person
//! presses a button. What is kept is found again by what a person knows it by, which is also what
//! Passwords and Keys, Keychain Access and the Credential Manager show: this program's name, the
//! server, and the client's id. Never by a path, so that a project can be moved, and shared with
//! somebody who keeps the same client's secret in a keyring of their own.
//!
//! Each system has a keyring of its own, and each is reached by what is least:
//!
//! | system | keyring | by |
//! |---|---|---|
//! | Linux and other free systems | whoever answers to `org.freedesktop.secrets`, as GNOME Keyring, KWallet, KeePassXC | `zbus`, which the window brings along for assistive technology |
//! | macOS | the login keychain | `security-framework`, which TLS brings along |
//! | Windows | the Credential Manager | `windows-native-keyring-store` |
//!
//! The published clients of the Secret Service (`secret-service`, by way of it `keyring`, and `oo7`)
//! all bring a second cryptography beside the one this program has (aes, cbc, hkdf, sha2 and big
//! numbers: some twenty packages), for a session in which the secret travels encrypted over the bus.
//! That guards against nobody: the session's bus is the user's alone, and a program that could read
//! its traffic can ask the keyring itself. So the session here is a `plain` one, which the
//! specification wants every keyring to have, and the five calls it takes are made here
//! (<https://specifications.freedesktop.org/secret-service-spec/latest/>).
//!
//! A locked keyring asks the user with a window of its own, for as long as the user likes. So
//! everything here blocks, belongs on a thread that may wait, and is given up by a [`Cancel`]; then
//! that window is closed again.
//!
//! What this room holds is wiped; what the bus library has sent or received is not, and leaves this
//! process with it.

#[cfg(windows)]
mod credential_manager;
#[cfg(target_os = "macos")]
mod keychain;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;

use secrecy::{ExposeSecret as _, SecretString};

use super::cancel::Cancel;

/// What entries of this program are known by.
pub const SERVICE: &str = "Exchange Studio";

/// The largest secret that is kept, in bytes: what the Credential Manager takes.
pub const LARGEST: usize = 2560;

/// What a secret is kept as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The server's issuer, or its token endpoint.
    pub server: String,
    /// The client, by the id that the server knows it by.
    pub client_id: String,
}

impl Entry {
    pub fn new(server: &str, client_id: &str) -> Self {
        Self { server: server.trim().to_owned(), client_id: client_id.trim().to_owned() }
    }

    /// What a person reads in the list of the keyring.
    pub fn label(&self) -> String {
        format!("{SERVICE}: {} at {}", self.client_id, self.server)
    }
}

/// A keyring. All of it blocks, for as long as the keyring asks its user something.
pub trait Keyring: std::fmt::Debug + Send + Sync {
    /// Keeps a secret, in place of what was kept there.
    ///
    /// # Errors
    ///
    /// When there is no keyring, it is not opened, or it refuses; or that was given up.
    fn keep(
        &self,
        entry: &Entry,
        secret: &SecretString,
        cancel: &Cancel,
    ) -> Result<(), KeyringError>;

    /// What is kept.
    ///
    /// # Errors
    ///
    /// As [`Keyring::keep`], and when nothing is ([`KeyringErrorKind::Nothing`]).
    fn read(&self, entry: &Entry, cancel: &Cancel) -> Result<SecretString, KeyringError>;

    /// Takes out what is kept.
    ///
    /// # Errors
    ///
    /// As [`Keyring::read`].
    fn forget(&self, entry: &Entry, cancel: &Cancel) -> Result<(), KeyringError>;
}

/// Why a keyring did not do what it was asked for. Says nothing of what is in it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct KeyringError {
    pub kind: KeyringErrorKind,
    message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyringErrorKind {
    /// No keyring answers here.
    Missing,
    /// It is locked, and its user did not unlock it.
    Locked,
    /// Nothing is kept.
    Nothing,
    /// This program may not use it.
    Denied,
    /// It was not waited for any longer.
    GivenUp,
    /// What is to be kept cannot be.
    Unfit,
    /// It answered something else.
    Failed,
}

impl KeyringErrorKind {
    /// What a person can do about it; `None` when that is nothing in particular, or depends on where
    /// they are.
    pub fn advice(self) -> Option<&'static str> {
        match self {
            Self::Missing => Some(
                "start one, as a desktop session does (GNOME Keyring, KWallet, KeePassXC), or take \
                 the secret from an environment variable or a file",
            ),
            Self::Locked => Some("unlock it, and try again"),
            Self::Denied => Some(
                "allow Exchange Studio to use it, or take the secret from an environment variable \
                 or a file",
            ),
            Self::Nothing | Self::GivenUp | Self::Unfit | Self::Failed => None,
        }
    }
}

impl KeyringError {
    fn missing(reason: impl std::fmt::Display) -> Self {
        let message = format!("no system keyring answers here: {reason}");
        Self { kind: KeyringErrorKind::Missing, message }
    }

    /// The Credential Manager is open as long as its user is signed in.
    #[cfg(not(windows))]
    fn locked() -> Self {
        let message = "the system keyring is locked, and was not unlocked when it asked".to_owned();
        Self { kind: KeyringErrorKind::Locked, message }
    }

    fn denied(reason: impl std::fmt::Display) -> Self {
        let message = format!("the system keyring may not be used: {reason}");
        Self { kind: KeyringErrorKind::Denied, message }
    }

    fn failed(reason: impl std::fmt::Display) -> Self {
        let message = format!("the system keyring answered something unexpected: {reason}");
        Self { kind: KeyringErrorKind::Failed, message }
    }

    fn unfit(reason: impl std::fmt::Display) -> Self {
        let message = format!("the secret cannot be kept: {reason}");
        Self { kind: KeyringErrorKind::Unfit, message }
    }

    /// Nothing is kept.
    pub fn nothing(entry: &Entry) -> Self {
        let message = format!(
            "the system keyring keeps no secret of {} at {}",
            entry.client_id, entry.server
        );
        Self { kind: KeyringErrorKind::Nothing, message }
    }

    /// It was not waited for any longer.
    pub fn given_up() -> Self {
        let message = "the system keyring was not waited for any longer".to_owned();
        Self { kind: KeyringErrorKind::GivenUp, message }
    }
}

/// The keyring of the user that runs this program. Reached when it is asked for something, and not
/// before.
#[derive(Clone, Debug, Default)]
pub struct SystemKeyring {
    #[cfg_attr(
        not(all(unix, not(target_os = "macos"))),
        expect(dead_code, reason = "only the Secret Service has an address")
    )]
    bus: Option<String>,
}

impl SystemKeyring {
    /// The keyring on another bus than the session's, by its D-Bus address. Where keyrings are on no
    /// bus this is the system's.
    pub fn on_bus(address: impl Into<String>) -> Self {
        Self { bus: Some(address.into()) }
    }
}

impl Keyring for SystemKeyring {
    fn keep(
        &self,
        entry: &Entry,
        secret: &SecretString,
        cancel: &Cancel,
    ) -> Result<(), KeyringError> {
        if secret.expose_secret().is_empty() {
            return Err(KeyringError::unfit("it is empty"));
        }
        if secret.expose_secret().len() > LARGEST {
            return Err(KeyringError::unfit(format_args!("it is longer than {LARGEST} bytes")));
        }
        self.asked(entry, Asked::Keep(secret.clone()), cancel).map(|_| ())
    }

    fn read(&self, entry: &Entry, cancel: &Cancel) -> Result<SecretString, KeyringError> {
        self.asked(entry, Asked::Read, cancel)
    }

    fn forget(&self, entry: &Entry, cancel: &Cancel) -> Result<(), KeyringError> {
        self.asked(entry, Asked::Forget, cancel).map(|_| ())
    }
}

/// What is asked of a keyring.
#[derive(Debug)]
enum Asked {
    Keep(SecretString),
    Read,
    Forget,
}

impl SystemKeyring {
    /// Does what is asked on a thread of its own, so that it may be called from anywhere: also from
    /// within work that is waited for already. The secret that comes back is empty for all but
    /// [`Asked::Read`].
    fn asked(
        &self,
        entry: &Entry,
        asked: Asked,
        cancel: &Cancel,
    ) -> Result<SecretString, KeyringError> {
        if entry.server.is_empty() || entry.client_id.is_empty() {
            return Err(KeyringError::unfit("server and client must have a name"));
        }
        let work = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("keyring".to_owned());
            let thread = thread.spawn_scoped(scope, || {
                tokio::runtime::Builder::new_current_thread()
                    .enable_time()
                    .build()
                    .map_err(KeyringError::missing)?
                    .block_on(self.ask(entry, asked, cancel))
            });
            thread.map_err(KeyringError::missing)?.join().unwrap_or_else(|_| {
                Err(KeyringError::failed("its answer is not what this program can read"))
            })
        });
        match work {
            Ok(secret) => Ok(secret),
            Err(_) if cancel.is_cancelled() => Err(KeyringError::given_up()),
            Err(error) => Err(error),
        }
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    async fn ask(
        &self,
        entry: &Entry,
        asked: Asked,
        cancel: &Cancel,
    ) -> Result<SecretString, KeyringError> {
        let service = secret_service::Service::open(self.bus.as_deref(), cancel).await?;
        let result = match asked {
            Asked::Keep(secret) => service.keep(entry, &secret).await.map(|()| None),
            Asked::Read => service.read(entry).await.map(Some),
            Asked::Forget => service.forget(entry).await.map(|()| None),
        };
        service.close().await;
        result.map(Option::unwrap_or_default)
    }

    /// What cannot be stopped is left behind, and ends when its user has answered.
    #[cfg(any(windows, target_os = "macos"))]
    async fn ask(
        &self,
        entry: &Entry,
        asked: Asked,
        cancel: &Cancel,
    ) -> Result<SecretString, KeyringError> {
        #[cfg(windows)]
        use credential_manager as native;
        #[cfg(target_os = "macos")]
        use keychain as native;

        let (sender, receiver) = tokio::sync::oneshot::channel();
        let entry = entry.clone();
        let thread = std::thread::Builder::new().name("keyring call".to_owned());
        let spawned = thread.spawn(move || {
            let result = match asked {
                Asked::Keep(secret) => native::keep(&entry, &secret).map(|()| None),
                Asked::Read => native::read(&entry).map(Some),
                Asked::Forget => native::forget(&entry).map(|()| None),
            };
            // Nobody listens any more once it was given up.
            sender.send(result.map(Option::unwrap_or_default)).ok();
        });
        spawned.map_err(KeyringError::missing)?;
        match cancel.unless(receiver).await {
            None => Err(KeyringError::given_up()),
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(KeyringError::failed("nothing")),
        }
    }

    #[cfg(not(any(unix, windows)))]
    async fn ask(&self, _: &Entry, _: Asked, _: &Cancel) -> Result<SecretString, KeyringError> {
        Err(KeyringError::missing("this system has none that this program knows"))
    }
}

/// The text of a secret; what is none is wiped.
fn text(bytes: Vec<u8>) -> Result<SecretString, KeyringError> {
    use secrecy::zeroize::Zeroize as _;

    match String::from_utf8(bytes) {
        Ok(text) => Ok(text.into()),
        Err(error) => {
            error.into_bytes().zeroize();
            Err(KeyringError::failed("what is kept there is no text"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keep(secret: &str) -> KeyringError {
        let nowhere = SystemKeyring::on_bus("unix:path=/nowhere/bus");
        let entry = Entry::new("https://login.example", "portal");
        nowhere.keep(&entry, &secret.into(), &Cancel::default()).unwrap_err()
    }

    #[test]
    fn what_cannot_be_kept_is_refused_before_anybody_is_asked() {
        assert_eq!(keep("").kind, KeyringErrorKind::Unfit);
        let long = "MARKED".repeat(LARGEST / 6 + 1);
        let error = keep(&long);
        assert_eq!(error.kind, KeyringErrorKind::Unfit);
        assert!(!format!("{error} {error:?}").contains("MARKED"));
        let keyring = SystemKeyring::on_bus("unix:path=/nowhere/bus");
        let error = keyring.read(&Entry::new(" ", "portal"), &Cancel::default()).unwrap_err();
        assert_eq!(error.kind, KeyringErrorKind::Unfit);
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    #[test]
    fn without_a_bus_that_is_said() {
        let error = keep("MARKED");
        assert_eq!(error.kind, KeyringErrorKind::Missing);
        assert!(error.to_string().starts_with("no system keyring answers here: "), "{error}");
    }

    #[test]
    fn a_secret_is_text_and_nothing_else_is_shown() {
        assert_eq!(text(b"a secret".to_vec()).unwrap().expose_secret(), "a secret");
        let error = text(b"MARKED\xff".to_vec()).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("MARKED"));
        let asked = format!("{:?}", Asked::Keep("MARKED".into()));
        assert!(!asked.contains("MARKED"), "{asked}");
    }
}
