//! A change as a person asks for it, and what it means for a project.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::super::{Failure, project};
use crate::audit::secrets;
use crate::config::{Change, ClientKey, FileId, Id, Project};
use crate::trust::{self, Reading};

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
    /// Add a client app, written as its neighbours are: tag, order of keys, quoting.
    AddClient {
        /// Its name.
        #[arg(value_name = "NAME")]
        name: String,
        /// Its id; left out, a new one of the form that its neighbours' ids have.
        #[arg(long, value_name = "ID")]
        id: Option<String>,
        /// The subscription it belongs to, by id.
        #[arg(long, value_name = "ID")]
        subscription: Option<String>,
        #[command(flatten)]
        place: Where,
    },
    /// Remove a client app with its whole document.
    RemoveClient {
        /// The client app.
        #[arg(value_name = "CLIENT")]
        client: String,
        /// Also remove the entries that name it from the lists of other client apps.
        #[arg(long)]
        references: bool,
    },
    /// Add a copy of a client app behind it, with an id of its own and a name that says that it is a
    /// copy.
    DuplicateClient {
        /// The client app.
        #[arg(value_name = "CLIENT")]
        client: String,
    },
    /// Move a client app's document, within its file or to another one.
    MoveClient {
        /// The client app.
        #[arg(value_name = "CLIENT")]
        client: String,
        #[command(flatten)]
        place: Where,
    },
    /// Rename an id wherever it stands: ids, lists, and every other reference.
    ///
    /// GUIDs and placeholders are found in every document, whatever its kind; any other id only
    /// under 'id' and under keys that end in 'Id'. An id that is in use already is refused.
    RenameId {
        /// The id as it is.
        #[arg(value_name = "OLD")]
        from: String,
        /// The id as it is to be.
        #[arg(value_name = "NEW")]
        to: String,
    },
}

/// Where a document goes.
#[derive(Clone, Debug, clap::Args)]
pub struct Where {
    /// The file; it has to be among the PATHs, or not be there yet: then it is created. Can be left
    /// out when there is one file only.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// The number of the document there, counted from 0; left out, after the last client app.
    #[arg(long, value_name = "NUMBER")]
    at: Option<usize>,
}

/// What a request means for a project.
pub struct Resolved {
    pub changes: Vec<Change>,
    /// What they are called together.
    pub label: String,
}

/// What a request means for this project; `None` when it already is so.
///
/// # Errors
///
/// It names something that is not there, or cannot be done.
pub fn resolve(
    project: &Project,
    reading: Reading,
    request: &Request,
    told: &mut Vec<String>,
) -> Result<Option<Resolved>, Failure> {
    let change = match request {
        Request::Allow { from, to } => match allow(project, reading, from, to, told)? {
            Some(change) => change,
            None => return Ok(None),
        },
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
        Request::AddClient { name, id, subscription, place } => {
            let (file, new) = target(project, place.file.as_deref())?;
            let (id, name) = (id.clone(), name.clone());
            let subscription = subscription.clone();
            let add =
                Change::AddClient { file, at: place.at, id, name: name.clone(), subscription };
            match new {
                None => add,
                Some(path) => {
                    let label = format!("Add client app {name} to {}", path.display());
                    return Ok(Some(Resolved {
                        changes: vec![Change::AddFile { path }, add],
                        label,
                    }));
                }
            }
        }
        Request::RemoveClient { client, references } => {
            let client = project::client(project, client)?;
            return Ok(Some(remove_client(project, client, *references, told)));
        }
        Request::DuplicateClient { client } => {
            let client = project.client(project::client(project, client)?);
            Change::Duplicate { file: client.file, document: client.document }
        }
        Request::MoveClient { client, place } => {
            let client = project.client(project::client(project, client)?);
            return move_client(project, (client.file, client.document), place).map(Some);
        }
        Request::RenameId { from, to } => {
            let named = || project.client(project.named(from)?).id.as_ref();
            let known = project.by_id(&Id::new(from)).is_some();
            // The id itself, or the name of the client app that has it.
            let from = match named().filter(|_| !known) {
                Some(id) => id.value.as_str().to_owned(),
                None => from.clone(),
            };
            Change::RenameId { from, to: to.clone() }
        }
    };
    Ok(Some(Resolved { label: change.describe(project), changes: vec![change] }))
}

/// The file that is meant, and the path of one that is to be created.
fn target(project: &Project, file: Option<&Path>) -> Result<(FileId, Option<PathBuf>), Failure> {
    let files = project.files();
    let Some(path) = file else {
        return match files {
            [one] => Ok((one.id, None)),
            _ => Err(Failure::usage(format!("there are {} files", files.len()))
                .hint("say which with --file")),
        };
    };
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| absolute(path));
    let meant = real(path);
    let by_path = files.iter().find(|it| it.path.as_deref().is_some_and(|it| real(it) == meant));
    let by_name = || files.iter().find(|it| Path::new(&it.name) == path);
    if let Some(found) = by_path.or_else(by_name) {
        return Ok((found.id, None));
    }
    if path.exists() {
        return Err(Failure::usage(format!("{} is not one of the files", path.display()))
            .hint("name it among the PATHs too"));
    }
    Ok((project.next_file(), Some(path.to_owned())))
}

fn remove_client(
    project: &Project,
    client: ClientKey,
    references: bool,
    told: &mut Vec<String>,
) -> Resolved {
    let owners = || project.references_to(client).iter().filter(|(owner, _)| *owner != client);
    let app = project.client(client);
    let mut changes = Vec::new();
    if references {
        let mut lists: Vec<ClientKey> = owners().map(|(owner, _)| *owner).collect();
        lists.dedup();
        if let Some(id) = &app.id {
            let entry = || id.value.as_str().to_owned();
            changes
                .extend(lists.iter().map(|owner| Change::Revoke { owner: *owner, entry: entry() }));
        }
        for owner in lists {
            told.push(format!("{} lists it no more.", project.client(owner).label()));
        }
    } else {
        for (owner, at) in owners() {
            let owner = project.client(*owner);
            let Some(entry) = owner.permissions.get(*at) else { continue };
            told.push(format!(
                "{} still lists it ({}); --references removes such entries too.",
                owner.label(),
                project::describe(project, entry.place)
            ));
        }
    }
    let remove = Change::RemoveDocument { file: app.file, document: app.document };
    let label = remove.describe(project);
    changes.push(remove);
    Resolved { changes, label }
}

fn move_client(
    project: &Project,
    (file, document): (FileId, usize),
    place: &Where,
) -> Result<Resolved, Failure> {
    let (to_file, new) = match &place.file {
        Some(path) => target(project, Some(path))?,
        None => (file, None),
    };
    let to = match place.at {
        Some(at) => at,
        None if to_file == file => {
            return Err(Failure::usage("the client app is in this file already")
                .hint("say where it goes with --at, or to another file with --file"));
        }
        None => {
            let last = project.clients().iter().rfind(|it| it.file == to_file);
            let count = project.file(to_file).stream.as_ref().map_or(0, |it| it.documents().len());
            last.map_or(count, |last| last.document + 1)
        }
    };
    let change = Change::MoveDocument { file, document, to_file, to };
    Ok(match new {
        None => Resolved { label: change.describe(project), changes: vec![change] },
        Some(path) => {
            let label = match project.client_at(file, document) {
                Some(client) => project.client(client).label(),
                None => "the document",
            };
            let label = format!("Move {label} to {}", path.display());
            Resolved { changes: vec![Change::AddFile { path }, change], label }
        }
    })
}

fn allow(
    project: &Project,
    reading: Reading,
    from: &str,
    to: &str,
    told: &mut Vec<String>,
) -> Result<Option<Change>, Failure> {
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
    Ok(Some(Change::Allow { owner, entry: id.value.as_str().to_owned() }))
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
