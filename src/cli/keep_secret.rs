//! `secret`: a client's secret in the keyring of the system, put there and taken out.

use std::path::PathBuf;

use super::connection::{self, Opened};
use super::secret;
use super::{Exit, Failure, Globals, Terminal};

/// Keep a client's secret in the system keyring, or take it out
///
/// Where a profile of the project file says 'secret_keyring: true' of a client, its secret is looked
/// for in the keyring of the user: the Secret Service of the session (GNOME Keyring, KWallet,
/// KeePassXC), the login keychain of macOS, or the Credential Manager of Windows. It is kept there
/// under "Exchange Studio", the server, and the client's id, and is in no file of the project.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  Asks for the secret, and does not show what is typed:
    exchange-studio secret keep --profile staging --client-id portal
  Takes it from another program:
    pass show staging/portal | exchange-studio secret keep --profile staging --client-id portal
  Takes it out again:
    exchange-studio secret forget --profile staging --client-id portal

A keyring that is locked asks its user to unlock it; Ctrl-C gives that up.

Exit status: 0 done, 1 nothing is kept or it was given up, 2 usage, 3 the keyring or a file cannot
be used")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Keep a secret, in place of the one that was kept
    ///
    /// It is asked for on a terminal, and otherwise read from standard input, where a line break at
    /// its end is none of it.
    Keep {
        #[command(flatten)]
        client: OfClient,

        /// The environment variable with the secret, instead of asking for it.
        #[arg(long, value_name = "VAR")]
        secret_env: Option<String>,
    },
    /// Take the secret out of the keyring
    Forget {
        #[command(flatten)]
        client: OfClient,
    },
}

/// A client of a server profile.
#[derive(Debug, clap::Args)]
struct OfClient {
    /// Files or folders of the configuration, to find the project file beside them.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// The server profile, by its name in the project file.
    #[arg(long, value_name = "NAME")]
    profile: String,

    /// The project file with the profile, if it is not exchange-studio.yaml in this folder, or beside
    /// the configuration that is given.
    #[arg(long, value_name = "FILE")]
    project: Option<PathBuf>,

    /// The client, by the id that the server knows it by.
    #[arg(long, value_name = "ID")]
    client_id: String,
}

impl OfClient {
    fn open(&self) -> Result<Opened, Failure> {
        connection::find(&self.profile, self.project.as_ref(), &self.paths)
    }
}

pub fn run(args: &Args, _globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let (Action::Keep { client, .. } | Action::Forget { client }) = &args.action;
    let opened = client.open()?;
    let named = opened.named();
    let entry =
        named.keyring_entry(&client.client_id).map_err(|error| connection::failure(&error))?;
    let what = format!("{} at {}", entry.client_id, entry.server);
    let failed = |error| secret::failure(&error);
    match &args.action {
        Action::Keep { secret_env, .. } => {
            let secret = match secret_env {
                Some(variable) => secret::needed(variable, "the client's secret")?,
                None => secret::asked(&format!("Secret of {what}: "))?,
            };
            secret::in_keyring(|keyring, cancel| keyring.keep(&entry, &secret, cancel))
                .map_err(failed)?;
            writeln!(terminal.out(), "the system keyring keeps the secret of {what}")?;
            let own = named.profile.clients.get(&client.client_id);
            if !own.is_some_and(|own| own.secret_keyring) {
                terminal.warn(format_args!(
                    "nothing looks for it there until profiles.{}.clients.{} says \
                     'secret_keyring: true'",
                    client.profile, client.client_id
                ));
            }
        }
        Action::Forget { .. } => {
            secret::in_keyring(|keyring, cancel| keyring.forget(&entry, cancel)).map_err(failed)?;
            writeln!(terminal.out(), "the secret of {what} is out of the system keyring")?;
        }
    }
    Ok(Exit::Fine)
}
