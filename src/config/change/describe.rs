//! What a change is called. Values that may be secrets are not part of it.

use std::fmt;

use crate::yaml::{Op, Step};

use super::super::{ClientApp, ClientKey, FileId, Id, Place, Project, Setting};
use super::{Change, rename};

impl Change {
    /// A short sentence for the history and the review, as in "Allow Portal → Dashboard": the
    /// owner of the list, then the entry.
    pub fn describe(&self, project: &Project) -> String {
        let label = |client: &ClientKey| {
            project.get(*client).map_or("a client app that is gone", ClientApp::label)
        };
        let named = |id: &str| match project.by_id(&Id::new(id)) {
            Some(client) => label(&client).to_owned(),
            None => id.to_owned(),
        };
        let file_name = |file: &FileId| project.file(*file).name.as_str();
        match self {
            Self::Allow { owner, entry } => format!("Allow {} → {}", label(owner), named(entry)),
            Self::Revoke { owner, entry } => {
                format!("Revoke {} → {}", label(owner), named(entry))
            }
            Self::Federate { client, issuer, subject, .. } => {
                format!("Add identity {subject} of {issuer} to {}", label(client))
            }
            Self::Unfederate { client, index } => {
                let identity = project.get(*client).and_then(|c| c.identities.get(*index));
                match identity.and_then(|identity| identity.subject.as_ref()) {
                    Some(subject) => {
                        format!("Remove identity {} from {}", subject.value, label(client))
                    }
                    None => format!("Remove identity {} from {}", index + 1, label(client)),
                }
            }
            Self::EditIdentity { client, subject, .. } => {
                format!("Edit identity {subject} of {}", label(client))
            }
            Self::Set { client, key, value } if may_be_shown(key) => {
                format!("Set {key} of {} to {value}", label(client))
            }
            Self::Set { client, key, .. } => format!("Set {key} of {}", label(client)),
            Self::Unset { client, key } => format!("Remove {key} from {}", label(client)),
            Self::RenameId { from, to } => {
                let count = rename::places(project, from);
                let places = if count == 1 { "1 place" } else { &format!("{count} places") };
                format!("Rename the id {from} to {to} in {places}")
            }
            Self::Edit { file, document, op, .. } => {
                format!("{} of {}", describe_op(op), document_label(project, *file, *document))
            }
            Self::AddClient { file, name, .. } => {
                format!("Add client app {name} to {}", file_name(file))
            }
            Self::AddDocument { file, .. } | Self::ComposeDocument { file, .. } => {
                format!("Add a document to {}", file_name(file))
            }
            Self::Duplicate { file, document } => {
                format!("Duplicate {}", document_label(project, *file, *document))
            }
            Self::RemoveDocument { file, document } => {
                format!("Remove {}", document_label(project, *file, *document))
            }
            Self::MoveDocument { file, document, to_file, .. } => {
                let label = document_label(project, *file, *document);
                match file == to_file {
                    true => format!("Move {label} within {}", file_name(file)),
                    false => format!("Move {label} to {}", file_name(to_file)),
                }
            }
            Self::Text { file, .. } => format!("Edit the text of {}", file_name(file)),
            Self::AddFile { path } => format!("Add the file {}", path.display()),
            Self::CloseFile { file } => format!("Close {}", file_name(file)),
            Self::Via(_, change) => change.describe(project),
        }
    }
}

/// Whether the value of a key may stand in a list of steps.
fn may_be_shown(key: &str) -> bool {
    matches!(key, "id" | "name" | "subscriptionId")
        || Setting::from_key(key).is_some_and(Setting::is_boolean)
}

/// What a document is called: the client app's label, what the document calls itself, or its place.
pub(super) fn document_label(project: &Project, file: FileId, document: usize) -> String {
    if let Some(client) = project.client_at(file, document) {
        return project.client(client).label().to_owned();
    }
    let others = project.other_documents();
    let other = others.binary_search_by_key(&(file, document), |it| (it.file, it.document));
    let named = other.ok().and_then(|at| {
        let other = &others[at];
        let name = other.name.as_ref().map(|name| name.value.as_str());
        let text = name.or_else(|| Some(other.id.as_ref()?.value.as_str()))?;
        Some(text.to_owned())
    });
    named.unwrap_or_else(|| {
        let place = Place { file, document, ..Place::default() };
        format!("the document at {}", project.describe_place(place))
    })
}

fn describe_op(op: &Op) -> String {
    let path = describe_path(op.path());
    let root = path.is_empty();
    match op {
        Op::Set { .. } if root => "Set the whole".to_owned(),
        Op::Set { .. } => format!("Set {path}"),
        Op::Insert { index, .. } => format!("Insert {path}[{index}]"),
        Op::Remove { index, .. } => format!("Remove {path}[{index}]"),
        Op::Move { from, to, .. } => format!("Move {path}[{from}] to [{to}]"),
        Op::Add { key, .. } => format!("Add {}", within(&path, key)),
        Op::RemoveKey { key, .. } => format!("Remove {}", within(&path, key)),
        Op::Rename { key, new, .. } => format!("Rename {} to {new}", within(&path, key)),
    }
}

fn within(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn describe_path(path: &[Step]) -> String {
    path.iter().fold(String::new(), |path, step| match step {
        Step::Key(key) => within(&path, key),
        Step::Index(index) => format!("{path}[{index}]"),
    })
}

/// Values may be secrets, so what is shown is where a change goes and not what it brings.
impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allow { owner, entry } => write!(f, "Allow({owner:?}, {entry})"),
            Self::Revoke { owner, entry } => write!(f, "Revoke({owner:?}, {entry})"),
            Self::Federate { client, issuer, subject, .. } => {
                write!(f, "Federate({client:?}, {issuer:?}, {subject:?})")
            }
            Self::Unfederate { client, index } => write!(f, "Unfederate({client:?}, {index})"),
            Self::EditIdentity { client, index, issuer, subject } => {
                write!(f, "EditIdentity({client:?}, {index}, {issuer:?}, {subject:?})")
            }
            Self::Set { client, key, value } if may_be_shown(key) => {
                write!(f, "Set({client:?}, {key:?}, {value:?})")
            }
            Self::Set { client, key, .. } => write!(f, "Set({client:?}, {key:?})"),
            Self::Unset { client, key } => write!(f, "Unset({client:?}, {key:?})"),
            Self::RenameId { from, to } => write!(f, "RenameId({from:?}, {to:?})"),
            Self::Edit { file, document, op, via } => {
                write!(f, "Edit({file:?}, {document}, {}, {via:?})", describe_op(op))
            }
            Self::AddClient { file, at, id, name, .. } => {
                write!(f, "AddClient({file:?}, {at:?}, {id:?}, {name:?})")
            }
            Self::AddDocument { file, at, yaml } => {
                write!(f, "AddDocument({file:?}, {at}, {} bytes)", yaml.len())
            }
            Self::ComposeDocument { file, at, .. } => write!(f, "ComposeDocument({file:?}, {at})"),
            Self::Duplicate { file, document } => write!(f, "Duplicate({file:?}, {document})"),
            Self::RemoveDocument { file, document } => {
                write!(f, "RemoveDocument({file:?}, {document})")
            }
            Self::MoveDocument { file, document, to_file, to } => {
                write!(f, "MoveDocument({file:?}, {document}, {to_file:?}, {to})")
            }
            Self::Text { file, range, with } => {
                write!(f, "Text({file:?}, {range:?}, {} bytes)", with.len())
            }
            Self::AddFile { path } => write!(f, "AddFile({})", path.display()),
            Self::CloseFile { file } => write!(f, "CloseFile({file:?})"),
            Self::Via(via, change) => write!(f, "Via({via:?}, {change:?})"),
        }
    }
}
