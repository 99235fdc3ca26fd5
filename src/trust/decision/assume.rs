//! What is taken for granted for once: the project as it would be, without changing it.
//!
//! A what-if must not touch text, so it is not a change that is made and taken back. It is a set of
//! facts that [`decide`](super::decide) is told beside the project, at the few places where it reads
//! one that a hypothesis is about. That an assumption and the change it stands for lead to the same
//! decisions is held by a test that makes the changes in a copy.

use std::collections::BTreeSet;

use crate::config::{ClientKey, Id, Project};

/// Something that might be done to a project.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Hypothesis {
    /// A client app is disabled.
    Disable(ClientKey),
    /// Every secret of a client app has expired, so that it cannot authenticate (RFC 6749 §2.3).
    ExpireSecrets(ClientKey),
    /// Every entry with this id is taken out of the list of `owner`.
    DropPermission { owner: ClientKey, entry: Id },
    /// Every identity with this pair is taken out of a client app.
    DropIdentity { client: ClientKey, issuer: String, subject: String },
    /// Every identity of an issuer is taken out, wherever it is. The issuer is compared as text.
    DropIssuer(String),
}

impl Hypothesis {
    /// What is supposed, as the end of a sentence that begins with "if".
    pub fn describe(&self, project: &Project) -> String {
        let label = |key: &ClientKey| project.client(*key).label();
        match self {
            Self::Disable(client) => format!("{} is disabled", label(client)),
            Self::ExpireSecrets(client) => {
                format!("the secrets of {} have expired", label(client))
            }
            Self::DropPermission { owner, entry } => {
                let named =
                    project.by_id(entry).map_or(entry.as_str(), |key| label_of(project, key));
                format!("{named} is taken out of the list of {}", label(owner))
            }
            Self::DropIdentity { client, issuer, subject } => {
                format!("{} no longer holds {subject} of {issuer}", label(client))
            }
            Self::DropIssuer(issuer) => format!("no client app trusts {issuer} any more"),
        }
    }
}

fn label_of(project: &Project, key: ClientKey) -> &str {
    project.client(key).label()
}

/// Hypotheses, worked out for one project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assumptions {
    disabled: BTreeSet<ClientKey>,
    expired: BTreeSet<ClientKey>,
    permissions: BTreeSet<(ClientKey, usize)>,
    identities: BTreeSet<(ClientKey, usize)>,
}

impl Assumptions {
    /// What follows from hypotheses for this project. One that fits nothing follows from nothing.
    pub fn new(project: &Project, hypotheses: &[Hypothesis]) -> Self {
        let mut all = Self::default();
        for hypothesis in hypotheses {
            match hypothesis {
                Hypothesis::Disable(client) => {
                    all.disabled.insert(*client);
                }
                Hypothesis::ExpireSecrets(client) => {
                    all.expired.insert(*client);
                }
                Hypothesis::DropPermission { owner, entry } => {
                    let permissions = project.client(*owner).permissions.iter().enumerate();
                    let named = permissions.filter(|(_, it)| it.id.as_ref() == Some(entry));
                    all.permissions.extend(named.map(|(at, _)| (*owner, at)));
                }
                Hypothesis::DropIdentity { client, issuer, subject } => {
                    let held = project.by_identity(issuer, subject).into_iter();
                    all.identities.extend(held.filter(|(holder, _)| holder == client));
                }
                Hypothesis::DropIssuer(issuer) => {
                    for client in project.clients() {
                        let identities = client.identities.iter().enumerate();
                        let of_issuer = identities.filter(|(_, identity)| {
                            identity.issuer.as_ref().is_some_and(|it| it.value == *issuer)
                        });
                        all.identities.extend(of_issuer.map(|(at, _)| (client.key, at)));
                    }
                }
            }
        }
        all
    }

    /// Whether nothing is assumed.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(in crate::trust) fn disabled(&self, client: ClientKey) -> bool {
        self.disabled.contains(&client)
    }

    pub(in crate::trust) fn expired(&self, client: ClientKey) -> bool {
        self.expired.contains(&client)
    }

    /// Whether the permission of `owner` at this index is there no more.
    pub(in crate::trust) fn drops_permission(&self, owner: ClientKey, index: usize) -> bool {
        self.permissions.contains(&(owner, index))
    }

    /// Whether the identity of `client` at this index is there no more.
    pub(in crate::trust) fn drops_identity(&self, client: ClientKey, index: usize) -> bool {
        self.identities.contains(&(client, index))
    }
}
