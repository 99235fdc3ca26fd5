//! The login keychain of macOS. It asks its user by itself, and names who asks.

use secrecy::{ExposeSecret as _, SecretString};
use security_framework::base::Error;
use security_framework::passwords::{
    PasswordOptions, delete_generic_password, generic_password, set_generic_password_options,
};

use super::{Entry, KeyringError, SERVICE, text};

// Security/SecBase.h
const USER_CANCELED: i32 = -128;
const AUTH_FAILED: i32 = -25293;
const ITEM_NOT_FOUND: i32 = -25300;
const INTERACTION_NOT_ALLOWED: i32 = -25308;
const NO_DEFAULT_KEYCHAIN: i32 = -25307;
const NOT_AVAILABLE: i32 = -25291;

/// An entry is one of its kind by service and account, so the server is part of the service.
fn service(entry: &Entry) -> String {
    format!("{SERVICE}: {}", entry.server)
}

pub fn keep(entry: &Entry, secret: &SecretString) -> Result<(), KeyringError> {
    let mut options = PasswordOptions::new_generic_password(&service(entry), &entry.client_id);
    options.set_label(&entry.label());
    set_generic_password_options(secret.expose_secret().as_bytes(), options)
        .map_err(|error| refused(error, entry))
}

pub fn read(entry: &Entry) -> Result<SecretString, KeyringError> {
    let options = PasswordOptions::new_generic_password(&service(entry), &entry.client_id);
    generic_password(options).map_err(|error| refused(error, entry)).and_then(text)
}

pub fn forget(entry: &Entry) -> Result<(), KeyringError> {
    delete_generic_password(&service(entry), &entry.client_id)
        .map_err(|error| refused(error, entry))
}

fn refused(error: Error, entry: &Entry) -> KeyringError {
    match error.code() {
        ITEM_NOT_FOUND => KeyringError::nothing(entry),
        USER_CANCELED | INTERACTION_NOT_ALLOWED => KeyringError::locked(),
        AUTH_FAILED => KeyringError::denied(error),
        NO_DEFAULT_KEYCHAIN | NOT_AVAILABLE => KeyringError::missing(error),
        _ => KeyringError::failed(error),
    }
}
