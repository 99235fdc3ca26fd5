//! `edit`: the same changes as in the window, one after the other, all or none.
//!
//! The grammar is `edit PATH… CHANGE`, and `--then CHANGE` for each further one. Every change has
//! arguments and options of its own, so each is a command to clap, with its own help. clap reads
//! one command a line; [`split_changes`] therefore cuts the line at `--then` first.

use std::ffi::OsString;

use clap::{Parser, Subcommand};

use super::project::{self, Paths};
use super::text_diff;
use super::{Exit, Failure, Globals, Terminal};
use crate::audit::review::Text;
use crate::audit::secrets;
use crate::config::{Change, ChangeError, ClientKey, Id, Project, SaveError};
use crate::trust::{self, Reading};

/// Change permissions, federated identities and settings
///
/// Makes the same changes as the window. Only the lines that a change means are touched: comments,
/// order, quoting and line endings stay as they are. All changes are made before anything is
/// written; when one is not possible, nothing is.
///
/// Several changes are joined with --then, as in the second example.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_precedence_over_arg = true,
    subcommand_value_name = "CHANGE",
    subcommand_help_heading = "Changes",
    disable_help_subcommand = true,
    after_long_help = "\
Examples:
  exchange-studio edit config/ --dry-run allow Portal Dashboard
  exchange-studio edit config/ federate 'Service Principal' \\
      --issuer https://auth.external.com --subject 123456789 \\
      --then allow Broker 'Service Principal'
  exchange-studio edit clients.yaml set Portal enabled false

'exchange-studio edit PATH allow --help' explains one change. A file that has the name of a change
is given as ./allow.

Exit status: 0 changed (or nothing to change), 1 a change is not possible and nothing was written,
2 usage, 3 a path cannot be read or a file cannot be written"
)]
pub struct Args {
    #[command(flatten)]
    paths: Paths,

    /// Print the change as a unified diff, secrets covered, and write nothing.
    #[arg(long, global = true)]
    dry_run: bool,

    #[command(subcommand)]
    change: Request,
}

/// A change as a person asks for it.
#[derive(Clone, Debug, Subcommand)]
pub enum Request {
    /// Let a token of A's user be exchanged into one for B.
    ///
    /// The one of the two that asks may then also bring tokens of the other's external identities.
    /// Which list grows and which one asks depends on the reading (--reading); what the permission
    /// means is told on standard error.
    Allow {
        /// The client app whose user's token goes in.
        #[arg(value_name = "A")]
        from: String,
        /// The client app the issued token is for.
        #[arg(value_name = "B")]
        to: String,
    },
    /// Take back that a token of A's user can be exchanged into one for B.
    ///
    /// An end that no document defines can be given by its id, to remove a dangling reference.
    Revoke {
        /// The client app whose user's token goes in.
        #[arg(value_name = "A")]
        from: String,
        /// The client app the issued token is for.
        #[arg(value_name = "B")]
        to: String,
    },
    /// Let an external identity stand for a client app.
    Federate {
        /// The client app.
        #[arg(value_name = "CLIENT")]
        client: String,
        /// The issuer of the external tokens, exactly as their 'iss' says.
        #[arg(long, value_name = "URL")]
        issuer: String,
        /// The subject of the external tokens, exactly as their 'sub' says.
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        subject: String,
        /// The id of the new entry; left out, a new GUID.
        #[arg(long, value_name = "GUID")]
        id: Option<String>,
    },
    /// Take an external identity away from a client app.
    Unfederate {
        /// The client app.
        #[arg(value_name = "CLIENT")]
        client: String,
        /// The issuer as written in the file.
        #[arg(long, value_name = "URL")]
        issuer: String,
        /// The subject as written in the file.
        #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
        subject: String,
    },
    /// Give a top-level key of a client app another value, adding the key when it is absent.
    Set {
        /// The client app.
        #[arg(value_name = "CLIENT")]
        client: String,
        /// The key as the file spells it, as in 'enabled'.
        #[arg(value_name = "KEY")]
        key: String,
        /// The new value. Not for secrets: what is on a command line can be read by others.
        #[arg(value_name = "VALUE", allow_hyphen_values = true)]
        value: String,
    },
}

/// A change after `--then`.
#[derive(Debug, Parser)]
#[command(
    name = "exchange-studio edit PATH… CHANGE --then",
    no_binary_name = true,
    subcommand_value_name = "CHANGE",
    disable_help_subcommand = true
)]
pub struct Further {
    /// Print the change as a unified diff, secrets covered, and write nothing.
    #[arg(long, global = true)]
    dry_run: bool,

    #[command(subcommand)]
    change: Request,
}

/// Cuts the arguments of `edit` at every `--then`. Gives the arguments before the first one, and
/// the changes after it, each with its own.
pub fn split_changes(arguments: Vec<OsString>) -> (Vec<OsString>, Vec<Vec<OsString>>) {
    if !arguments.iter().skip(1).any(|argument| argument == "edit") {
        return (arguments, Vec::new());
    }
    let mut parts = arguments.split(|argument| argument == "--then").map(<[OsString]>::to_vec);
    let first = parts.next().unwrap_or_default();
    (first, parts.collect())
}

/// Parses what [`split_changes`] cut off.
///
/// # Errors
///
/// When one of them is not a change.
pub fn parse_further(parts: &[Vec<OsString>]) -> Result<Vec<Further>, clap::Error> {
    parts.iter().map(Further::try_parse_from).collect()
}

pub fn run(
    args: &Args,
    further: &[Further],
    globals: &Globals,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let mut project = project::open(&args.paths.paths)?;
    project::warn_about_gaps(&project, terminal);
    let dry_run = args.dry_run || further.iter().any(|further| further.dry_run);
    let texts = |project: &Project| -> Vec<_> {
        project
            .files()
            .iter()
            .map(|it| it.stream.as_ref().ok().map(|stream| Text::of(stream.documents())))
            .collect()
    };
    let before = if dry_run { texts(&project) } else { Vec::new() };
    let requests =
        std::iter::once(&args.change).chain(further.iter().map(|further| &further.change));
    // Told only when all of them are made: after a failure nothing of it holds.
    let mut told = Vec::new();
    for request in requests {
        let Some(change) = resolve(&project, globals.reading, request, &mut told)? else {
            continue;
        };
        let description = change.describe(&project);
        project.apply(&change).map_err(|error| refused(&description, &error))?;
        told.push(format!("{description}."));
    }
    for sentence in told {
        terminal.say(sentence);
    }
    if dry_run {
        for file in project.unsaved() {
            let Ok(stream) = &project.file(file).stream else { continue };
            let (path, nothing) = (project::path_of(&project, file), Text::default());
            let before = before.get(file.0).and_then(Option::as_ref).unwrap_or(&nothing);
            text_diff::write((&path, before), (&path, &Text::of(stream.documents())), terminal)?;
        }
        return Ok(Exit::Fine);
    }
    for file in project.unsaved() {
        project.save(file).map_err(|error| not_saved(&error))?;
        terminal.say(format_args!("Wrote {}.", project::path_of(&project, file)));
    }
    Ok(Exit::Fine)
}

fn refused(description: &str, error: &ChangeError) -> Failure {
    Failure::no(format!("{description}: {error}")).hint("nothing was written")
}

fn not_saved(error: &SaveError) -> Failure {
    let failure = Failure::unreadable(error.to_string());
    match error {
        SaveError::ChangedOnDisk(_) => {
            failure.hint("another program wrote it just now: look at it, and run the command again")
        }
        _ => failure,
    }
}

/// What a request means for this project; `None` when it already is so.
fn resolve(
    project: &Project,
    reading: Reading,
    request: &Request,
    told: &mut Vec<String>,
) -> Result<Option<Change>, Failure> {
    Ok(Some(match request {
        Request::Allow { from, to } => {
            let (from, to) = (project::client(project, from)?, project::client(project, to)?);
            let (owner, entry) = reading.permission(from, to);
            if project.client(owner).permissions.iter().any(|p| p.client == Some(entry)) {
                told.push(format!(
                    "{} lists {} already; nothing to change.",
                    project.client(owner).label(),
                    project.client(entry).label()
                ));
                return Ok(None);
            }
            let Some(id) = &project.client(entry).id else {
                return Err(Failure::no(format!(
                    "{} has no id, so no list can name it",
                    project.client(entry).label()
                ))
                .hint("give its document an id first; nothing was written"));
            };
            told.push(trust::describe_grant(project, reading, from, to));
            Change::Allow { owner, entry: id.value.as_str().to_owned() }
        }
        Request::Revoke { from, to } => revoke(project, reading, from, to)?,
        Request::Federate { client, issuer, subject, id } => Change::Federate {
            client: project::client(project, client)?,
            id: id.clone(),
            issuer: issuer.clone(),
            subject: subject.clone(),
        },
        Request::Unfederate { client, issuer, subject } => {
            let client = project::client(project, client)?;
            let index = project.client(client).identities.iter().position(|identity| {
                identity.issuer.as_ref().is_some_and(|stated| stated.value == *issuer)
                    && identity.subject.as_ref().is_some_and(|stated| stated.value == *subject)
            });
            let Some(index) = index else {
                return Err(no_such_identity(project, client, issuer, subject));
            };
            Change::Unfederate { client, index }
        }
        Request::Set { key, value, .. } if secrets::would_be_literal(key, value) => {
            return Err(Failure::usage(format!(
                "the value of '{key}' would be a secret, and what is on a command line can be \
                 read by others"
            ))
            .hint("give a placeholder that is filled in on import, such as '{{secret:name}}'")
            .hint("nothing was written"));
        }
        Request::Set { client, key, value } => Change::Set {
            client: project::client(project, client)?,
            key: key.clone(),
            value: value.clone(),
        },
    }))
}

/// The end that is the entry of a list may be an id that no document defines: that is how a
/// dangling reference is removed.
fn revoke(project: &Project, reading: Reading, from: &str, to: &str) -> Result<Change, Failure> {
    let (owner_text, entry_text) = match reading {
        Reading::RequesterListsTarget => (from, to),
        Reading::RequesterListsOrigin | Reading::TargetListsRequester => (to, from),
    };
    let owner = project::client(project, owner_text)?;
    let permissions = &project.client(owner).permissions;
    let found = match project.find(entry_text) {
        Ok(entry) => permissions.iter().find(|permission| permission.client == Some(entry)),
        Err(why) => {
            let wanted = Id::new(entry_text);
            let dangling = permissions.iter().find(|permission| {
                permission.id.as_ref().is_some_and(|id| id.key() == wanted.key())
            });
            if dangling.is_none() {
                return Err(Failure::usage(why));
            }
            dangling
        }
    };
    let Some(id) = found.and_then(|permission| permission.id.as_ref()) else {
        return Err(Failure::no(format!(
            "{} does not list {entry_text}, so there is nothing to revoke",
            project.client(owner).label()
        ))
        .hint(format!("this is under the reading {}; nothing was written", reading.name())));
    };
    Ok(Change::Revoke { owner, entry: id.as_str().to_owned() })
}

fn no_such_identity(project: &Project, client: ClientKey, issuer: &str, subject: &str) -> Failure {
    let client = project.client(client);
    let mut failure = Failure::no(format!(
        "{} has no federated identity for subject '{subject}' of issuer '{issuer}'",
        client.label()
    ));
    for identity in &client.identities {
        if let (Some(issuer), Some(subject)) = (&identity.issuer, &identity.subject) {
            failure = failure.hint(format!("it has '{}' of '{}'", subject.value, issuer.value));
        }
    }
    failure.hint("nothing was written")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn changes_are_cut_at_then() {
        let (first, further) = split_changes(words("x edit a allow A B --then set C k --then y"));
        assert_eq!(first, words("x edit a allow A B"));
        assert_eq!(further, [words("set C k"), words("y")]);
    }

    #[test]
    fn other_commands_are_left_alone() {
        let (first, further) = split_changes(words("x decide a --subject --then"));
        assert_eq!(first, words("x decide a --subject --then"));
        assert!(further.is_empty());
    }

    #[test]
    fn nothing_after_then_is_a_mistake() {
        assert!(parse_further(&[Vec::new()]).is_err());
    }
}
