//! Keeping a client's secret in the system's keyring, and taking it out.
//!
//! A locked keyring asks with a window of its own, and may wait for its user forever. So each of the
//! two is a job, one at a time, that can be given up; and what was typed stays typed until it is
//! kept, so that a password mistyped there does not cost the secret here.

use secrecy::SecretString;

use super::super::super::jobs::{JobId, Jobs};
use super::super::ExchangeTab;
use super::super::form::{Form, ServerChoice};
use super::Command;
use super::draft::advised;
use crate::exchange::keyring::Entry;
use crate::exchange::{Cancel, KeyringErrorKind};

/// What the keyring can be asked for here.
#[derive(Debug)]
pub enum KeyringCommand {
    /// The person typed the secret of a client.
    Typed(Entry, SecretString),
    /// Keeps what was typed.
    Keep(Entry),
    Forget(Entry),
    GiveUp,
    /// It has answered, or why it has not.
    Answered(Entry, Wish, Result<(), String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    Keep,
    Forget,
}

/// What this part keeps between frames.
#[derive(Debug, Default)]
pub struct Desk {
    typed: Option<(Entry, SecretString)>,
    asking: Option<(Entry, Wish, JobId)>,
    said: Option<(Entry, Result<&'static str, String>)>,
}

impl Desk {
    /// What is typed as the secret of an entry.
    pub fn typed(&self, entry: &Entry) -> SecretString {
        let typed = self.typed.as_ref().filter(|(of, _)| of == entry);
        typed.map(|(_, secret)| secret.clone()).unwrap_or_default()
    }

    /// What the keyring is being asked for, of whatever entry.
    pub fn asking(&self) -> Option<(&Entry, Wish)> {
        self.asking.as_ref().map(|(entry, wish, _)| (entry, *wish))
    }

    /// What came of it.
    pub fn said(&self, entry: &Entry) -> Option<Result<&'static str, &str>> {
        let (_, said) = self.said.as_ref().filter(|(of, _)| of == entry)?;
        Some(said.as_ref().copied().map_err(String::as_str))
    }

    /// Gives up what is asked for, and wipes what is typed.
    pub fn wipe(&mut self, jobs: &mut Jobs) {
        if let Some((_, _, job)) = self.asking.take() {
            jobs.cancel(job);
        }
        *self = Self::default();
    }
}

/// Tells to stop when it goes: so a job that is cancelled takes along what it waits for on another
/// thread.
#[derive(Debug, Default)]
pub struct StopOnDrop(Cancel);

impl StopOnDrop {
    /// The sign for who is to be stopped.
    pub fn sign(&self) -> Cancel {
        self.0.clone()
    }
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

impl Form {
    /// What the secret of a client is kept as; `None` as long as the server has no address, or is the
    /// authority built in.
    pub fn keyring_entry(&self, id: &str) -> Option<Entry> {
        let server = match self.server {
            ServerChoice::BuiltIn => return None,
            ServerChoice::Issuer => &self.issuer,
            ServerChoice::TokenEndpoint => &self.token_endpoint,
        };
        let entry = Entry::new(server, id);
        (!entry.server.is_empty() && !entry.client_id.is_empty()).then_some(entry)
    }
}

impl ExchangeTab {
    pub(super) fn apply_to_keyring(&mut self, command: KeyringCommand, jobs: &mut Jobs) {
        let desk = &mut self.server.keyring;
        match command {
            KeyringCommand::Typed(entry, secret) => {
                desk.said = None;
                desk.typed = Some((entry, secret));
            }
            KeyringCommand::Keep(entry) => self.ask_keyring(entry, Wish::Keep, jobs),
            KeyringCommand::Forget(entry) => self.ask_keyring(entry, Wish::Forget, jobs),
            KeyringCommand::GiveUp => {
                if let Some((entry, _, job)) = desk.asking.take() {
                    jobs.cancel(job);
                    let said = "The keyring was not waited for. Nothing was changed, unless it has \
                                done so since.";
                    desk.said = Some((entry, Err(said.to_owned())));
                }
            }
            KeyringCommand::Answered(entry, wish, result) => {
                desk.asking = None;
                let said = result.map(|()| match wish {
                    Wish::Keep => "The system keyring keeps the secret.",
                    Wish::Forget => "The secret is out of the system keyring.",
                });
                if said.is_ok() {
                    // Wiped: from now on the keyring has it.
                    desk.typed = None;
                }
                desk.said = Some((entry, said));
            }
        }
    }

    fn ask_keyring(&mut self, entry: Entry, wish: Wish, jobs: &mut Jobs) {
        let desk = &mut self.server.keyring;
        if desk.asking.is_some() {
            return;
        }
        desk.said = None;
        let (keyring, secret) = (self.form.keyring.clone(), desk.typed(&entry));
        let leg = self.server.leg;
        let (label, of) = (label(wish), entry.clone());
        let stop = StopOnDrop::default();
        let job = jobs.future(label, async move {
            let (sign, asked) = (stop.sign(), entry.clone());
            let work = tokio::task::spawn_blocking(move || match wish {
                Wish::Keep => keyring.keep(&asked, &secret, &sign),
                Wish::Forget => keyring.forget(&asked, &sign),
            });
            let result = match work.await {
                Ok(Ok(())) => Ok(()),
                // What is not there is out of it.
                Ok(Err(error))
                    if (error.kind, wish) == (KeyringErrorKind::Nothing, Wish::Forget) =>
                {
                    Err("Nothing was kept there.".to_owned())
                }
                Ok(Err(error)) => Err(advised(&error.to_string(), error.kind)),
                Err(error) => Err(error.to_string()),
            };
            let answered = KeyringCommand::Answered(entry, wish, result);
            leg.server(Command::Keyring(answered))
        });
        desk.asking = Some((of, wish, job));
    }
}

fn label(wish: Wish) -> &'static str {
    match wish {
        Wish::Keep => "Keeping a secret in the system keyring",
        Wish::Forget => "Taking a secret out of the system keyring",
    }
}
