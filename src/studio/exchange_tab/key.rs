//! The private key of a client: chosen by its path, read when an exchange is run, gone when it has
//! ended.

use std::path::PathBuf;
use std::sync::Arc;

use crate::config::Project;
use crate::exchange::keys::{KeySet, SigningKey};
use crate::exchange::{ClientAuthMethod, secret_file};

use super::super::command::{Command as WindowCommand, Notice};
use super::super::state::State;
use super::Command;
use super::form::{Form, client_id};

/// The key that the form names; `None` when the method needs none.
///
/// # Errors
///
/// When the file cannot be read, or holds no key that can sign.
pub async fn of(form: &Form) -> Result<Option<SigningKey>, String> {
    if form.auth != ClientAuthMethod::PrivateKeyJwt {
        return Ok(None);
    }
    let path = PathBuf::from(form.key_file.trim());
    let kid = Some(form.key_id.trim().to_owned()).filter(|kid| !kid.is_empty());
    let read = move || {
        let text = secret_file::read(&path).map_err(|error| error.to_string())?;
        SigningKey::read(&text, kid.as_deref(), None)
            .map_err(|error| format!("{} cannot be used as a key: {error}.", path.display()))
    };
    tokio::task::spawn_blocking(read).await.map_err(|error| error.to_string())?.map(Some)
}

/// What the authority built in is told of the key: its public half, as that of the client that asks
/// and of the one whose user logs in, which signs in the same way.
pub fn registered(
    form: &Form,
    project: &Project,
    key: Option<&SigningKey>,
) -> Vec<(String, KeySet)> {
    let Some(key) = key else { return Vec::new() };
    let choices = std::iter::once(&form.subject).chain(&form.actor);
    let logins = choices
        .filter(|choice| choice.source.signs_in())
        .filter_map(|choice| choice.login_client)
        .filter(|login| login.0 < project.clients().len())
        .map(|login| client_id(project.client(login)).to_owned());
    let mut ids = vec![form.client_id.trim().to_owned()];
    for id in logins {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids.into_iter().map(|id| (id, KeySet::of([key]))).collect()
}

impl State {
    /// Asks a person for the file of a key, where a dialog service answers.
    pub(in crate::studio) fn pick_key(&mut self) {
        let Some(dialogs) = self.file_dialogs() else {
            let text = "There is no file dialog here. Type the path of the key file.";
            self.notices.push(Notice::Hint(text.to_owned()));
            return;
        };
        let dialogs = Arc::clone(&dialogs);
        self.jobs.blocking("Waiting for the file dialog", move |_| match dialogs.pick_key() {
            Some(path) => WindowCommand::Exchange(Command::KeyPicked(path)),
            None => WindowCommand::Nothing,
        });
    }
}
