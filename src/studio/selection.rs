//! What is selected, by names that survive a change of the project.

use crate::config::{ClientKey, Id, Project};
use crate::diagram::scene::Thing;

/// The one thing that is selected, shared by list, graph, inspector and exchange tab.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Selection {
    Client(ClientKey),
    /// An id that a list names and no document defines, by [`Id::key`].
    Ghost(String),
    Issuer(String),
    External {
        issuer: String,
        subject: String,
    },
    /// The entry `entry` (by [`Id::key`]) in the list of `owner`.
    Exchange {
        owner: ClientKey,
        entry: String,
    },
    /// The identity at `index` of a client app.
    Federation {
        client: ClientKey,
        index: usize,
    },
}

impl Selection {
    /// The same selection, if what it names still exists.
    pub fn still_there(&self, project: &Project) -> bool {
        let client = |key: &ClientKey| key.0 < project.clients().len();
        match self {
            Self::Client(key) => client(key),
            Self::Ghost(entry) => project.clients().iter().any(|owner| {
                owner.permissions.iter().any(|permission| {
                    permission.client.is_none()
                        && permission.id.as_ref().is_some_and(|id| id.key() == *entry)
                })
            }),
            Self::Issuer(issuer) => project.clients().iter().any(|owner| {
                owner.identities.iter().any(|identity| {
                    identity.issuer.as_ref().is_some_and(|stated| stated.value == *issuer)
                })
            }),
            Self::External { issuer, subject } => !project.by_identity(issuer, subject).is_empty(),
            Self::Exchange { owner, entry } => {
                client(owner) && permission_index(project, *owner, entry).is_some()
            }
            Self::Federation { client: key, index } => {
                client(key) && *index < project.client(*key).identities.len()
            }
        }
    }

    /// The client app whose document states what is selected.
    pub fn owner(&self) -> Option<ClientKey> {
        match self {
            Self::Client(key)
            | Self::Exchange { owner: key, .. }
            | Self::Federation { client: key, .. } => Some(*key),
            Self::Ghost(_) | Self::Issuer(_) | Self::External { .. } => None,
        }
    }
}

/// Where in the list of `owner` the entry with this [`Id::key`] stands.
pub fn permission_index(project: &Project, owner: ClientKey, entry: &str) -> Option<usize> {
    project
        .client(owner)
        .permissions
        .iter()
        .position(|permission| permission.id.as_ref().is_some_and(|id| Id::key(id) == entry))
}

/// What a drawing calls the selection, if the drawing has it.
pub fn thing(project: &Project, selection: &Selection) -> Option<Thing> {
    Some(match selection {
        Selection::Client(key) => Thing::Client(*key),
        Selection::Ghost(id) => Thing::Ghost(id.clone()),
        Selection::Issuer(issuer) => Thing::Issuer(issuer.clone()),
        Selection::External { issuer, subject } => {
            Thing::Identity { issuer: issuer.clone(), subject: subject.clone() }
        }
        Selection::Exchange { owner, entry } => {
            Thing::Permission { owner: *owner, index: permission_index(project, *owner, entry)? }
        }
        Selection::Federation { client, index } => {
            Thing::Federation { client: *client, index: *index }
        }
    })
}

/// The selection that a thing of a drawing stands for.
pub fn selection(project: &Project, thing: &Thing) -> Option<Selection> {
    Some(match thing {
        Thing::Client(key) => Selection::Client(*key),
        Thing::Ghost(id) => Selection::Ghost(id.clone()),
        Thing::Issuer(issuer) => Selection::Issuer(issuer.clone()),
        Thing::Identity { issuer, subject } => {
            Selection::External { issuer: issuer.clone(), subject: subject.clone() }
        }
        Thing::Permission { owner, index } => {
            let client = project.clients().get(owner.0)?;
            let entry = client.permissions.get(*index)?.id.as_ref()?.key().into_owned();
            Selection::Exchange { owner: *owner, entry }
        }
        Thing::Federation { client, index } => {
            Selection::Federation { client: *client, index: *index }
        }
    })
}
