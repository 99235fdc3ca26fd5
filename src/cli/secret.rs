//! Secrets come from environment variables or files that the person names, never from plain
//! arguments, which every other program on the machine can read.

use std::path::Path;

use secrecy::SecretString;

use super::Failure;
use crate::exchange::{Process, Secrets as _, secret_file};

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
