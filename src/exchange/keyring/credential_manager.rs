//! The Credential Manager of Windows: open as long as its user is signed in, so it asks nothing.

use std::collections::HashMap;

use keyring_core::Error;
use keyring_core::api::CredentialStoreApi as _;
use secrecy::{ExposeSecret as _, SecretString};
use windows_native_keyring_store::Store;

use super::{Entry, KeyringError, SERVICE, text};

/// An entry is one of its kind by its target, which is also what its user sees of it.
fn credential(entry: &Entry) -> Result<keyring_core::Entry, KeyringError> {
    // In the order of the store: user, divider, service.
    let config = HashMap::from([
        ("prefix", ""),
        ("divider", " at "),
        ("suffix", ""),
        ("service_no_divider", "false"),
    ]);
    let store = Store::new_with_configuration(&config).map_err(|error| refused(error, entry))?;
    let user = format!("{SERVICE}: {}", entry.client_id);
    // Kept on this machine, and not sent along with a roaming profile.
    let modifiers = HashMap::from([("persistence", "Local")]);
    store.build(&entry.server, &user, Some(&modifiers)).map_err(|error| refused(error, entry))
}

pub fn keep(entry: &Entry, secret: &SecretString) -> Result<(), KeyringError> {
    credential(entry)?
        .set_secret(secret.expose_secret().as_bytes())
        .map_err(|error| refused(error, entry))
}

pub fn read(entry: &Entry) -> Result<SecretString, KeyringError> {
    credential(entry)?.get_secret().map_err(|error| refused(error, entry)).and_then(text)
}

pub fn forget(entry: &Entry) -> Result<(), KeyringError> {
    credential(entry)?.delete_credential().map_err(|error| refused(error, entry))
}

fn refused(error: Error, entry: &Entry) -> KeyringError {
    match error {
        Error::NoEntry => KeyringError::nothing(entry),
        Error::NoStorageAccess(reason) => KeyringError::denied(reason),
        Error::TooLong(name, most) => {
            KeyringError::unfit(format_args!("its {name} is longer than {most} characters"))
        }
        // These carry what is kept.
        Error::BadEncoding(_) | Error::BadDataFormat(..) => {
            KeyringError::failed("what is kept there cannot be read")
        }
        error => KeyringError::failed(error),
    }
}
