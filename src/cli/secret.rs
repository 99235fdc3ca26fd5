//! Secrets come from environment variables or files that the person names, from the keyring where a
//! profile says so, or are asked for; never from plain arguments, which every other program on the
//! machine can read.

use std::io::{IsTerminal as _, Read as _};
use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};

use super::{Exit, Failure, client};
use crate::exchange::keyring::{Entry, LARGEST};
use crate::exchange::{
    Cancel, Keyring, KeyringError, KeyringErrorKind, Process, Secrets, SystemKeyring, secret_file,
};

/// The variable that holds a client secret when no other is named.
pub const CLIENT_SECRET: &str = "EXCHANGE_STUDIO_CLIENT_SECRET";

/// The secret in an environment variable; `None` when the variable is not set or empty.
///
/// # Errors
///
/// When it is not UTF-8 (exit 2).
pub fn from_environment(variable: &str) -> Result<Option<SecretString>, Failure> {
    Process.variable(variable).map_err(Failure::usage)
}

/// The same, for a secret that is needed.
///
/// # Errors
///
/// When it is missing (exit 2); the hint says how to set it.
pub fn needed(variable: &str, what: &str) -> Result<SecretString, Failure> {
    from_environment(variable)?.ok_or_else(|| {
        Failure::usage(format!("{what} is missing: the environment variable {variable} is not set"))
            .hint(format!("set it without leaving it in the shell's history: read -rs {variable} && export {variable}"))
    })
}

/// The text of a file that holds a secret.
///
/// # Errors
///
/// When it cannot be read, or is no text (exit 3).
pub fn from_file(path: &Path) -> Result<SecretString, Failure> {
    secret_file::read(path).map_err(|error| Failure::unreadable(error.to_string()))
}

/// The secret that somebody types, unseen, or that another program writes to standard input.
///
/// # Errors
///
/// When there is none (exit 2), it cannot be read (exit 3), or that was given up (exit 1).
pub fn asked(prompt: &str) -> Result<SecretString, Failure> {
    let unreadable = |error| Failure::unreadable(format!("the secret cannot be read: {error}"));
    let mut text = String::new();
    if std::io::stdin().is_terminal() {
        let typed = async {
            tokio::select! {
                // Listened for before anything is typed: Ctrl-C would otherwise end the program
                // while the terminal does not show what is typed, and leave it like that.
                biased;
                _ = tokio::signal::ctrl_c() => Err(std::io::ErrorKind::Interrupted.into()),
                typed = async { rpassword::prompt_password(prompt) } => typed,
            }
        };
        text = client::wait(typed)?.map_err(|error| match error.kind() {
            std::io::ErrorKind::Interrupted | std::io::ErrorKind::UnexpectedEof => {
                Failure::no("no secret was given")
            }
            _ => unreadable(error),
        })?;
    } else {
        let most = LARGEST as u64 + 3;
        let read = std::io::stdin().take(most).read_to_string(&mut text);
        if let Err(error) = read {
            drop(SecretString::from(text));
            return Err(unreadable(error));
        }
    }
    // Wiped from here on.
    let secret = SecretString::from(text);
    let line = secret.expose_secret().trim_end_matches(['\r', '\n']);
    if line.is_empty() {
        return Err(Failure::usage("no secret was given")
            .hint("type it when it is asked for, or write it to standard input"));
    }
    Ok(SecretString::from(line))
}

/// Where commands have secrets from that Ctrl-C does not end but stops: variables, files, and the
/// keyring, which then is not waited for.
#[derive(Clone, Copy, Debug)]
pub struct Sources;

impl Secrets for Sources {
    fn variable(&self, name: &str) -> Result<Option<SecretString>, String> {
        Process.variable(name)
    }

    fn file(&self, path: &Path) -> Result<SecretString, String> {
        Process.file(path)
    }

    fn kept(&self, entry: &Entry) -> Result<SecretString, KeyringError> {
        in_keyring(|keyring, cancel| keyring.read(entry, cancel))
    }
}

/// Asks the keyring of the user for something, until that is done or the person, or the system, wants
/// the program to end. From then on Ctrl-C ends the program no longer, so this is for commands that
/// listen for it, or do nothing else.
///
/// # Errors
///
/// Those of the work.
pub fn in_keyring<T>(
    work: impl FnOnce(&dyn Keyring, &Cancel) -> Result<T, KeyringError>,
) -> Result<T, KeyringError> {
    let (cancel, done) = (Cancel::default(), Cancel::default());
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // A system without signals has nothing to wait for.
            if let Ok(Some(())) = client::wait(done.unless(client::interrupted())) {
                cancel.cancel();
            }
        });
        let result = work(&SystemKeyring::default(), &cancel);
        done.cancel();
        result
    })
}

/// How a command ends whose keyring does not do what it is asked for.
pub fn failure(error: &KeyringError) -> Failure {
    let failure = Failure::new(exit_of(error.kind), error.to_string());
    match error.kind.advice() {
        Some(advice) => failure.hint(advice),
        None => failure,
    }
}

/// How a command ends that asked a keyring for something.
pub fn exit_of(kind: KeyringErrorKind) -> Exit {
    match kind {
        KeyringErrorKind::Nothing | KeyringErrorKind::GivenUp => Exit::No,
        KeyringErrorKind::Unfit => Exit::Usage,
        KeyringErrorKind::Missing
        | KeyringErrorKind::Locked
        | KeyringErrorKind::Denied
        | KeyringErrorKind::Failed => Exit::Unreadable,
    }
}
