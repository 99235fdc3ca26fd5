//! Edits of one client app.
//!
//! The last entry of a list takes the key with it: a list that allows nobody says no more than no
//! list, and the difference between an absent and an empty list at an import is not public, so the
//! studio leaves the file as it would have been before the first entry was added.

use crate::yaml::{Op, Step, Tree, Value};

use super::super::{ClientApp, ClientKey, IDENTITIES, Id, PERMISSIONS, Project};
use super::{Change, ChangeError, not_possible};

/// The edits of the document of a client app, in the order in which they are made; `None` for a
/// change that is not of this kind.
pub(super) fn edits(
    project: &Project,
    change: &Change,
) -> Result<Option<(ClientKey, Vec<Op>)>, ChangeError> {
    let view = |client: &ClientKey| View::new(project, *client);
    let (client, ops) = match change {
        Change::Allow { owner, entry } => (owner, view(owner)?.allow(entry)?),
        Change::Revoke { owner, entry } => (owner, view(owner)?.revoke(entry)?),
        Change::Federate { client, id, issuer, subject } => {
            (client, view(client)?.federate(id.as_deref(), issuer, subject)?)
        }
        Change::Unfederate { client, index } => (client, view(client)?.unfederate(*index)?),
        Change::EditIdentity { client, index, issuer, subject } => {
            (client, view(client)?.edit_identity(*index, issuer, subject)?)
        }
        Change::Set { client, key, value } => (client, view(client)?.set(key, value)?),
        Change::Unset { client, key } => (client, view(client)?.unset(key)?),
        _ => return Ok(None),
    };
    Ok(Some((*client, ops)))
}

fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

/// A client app together with the tree it was read from.
struct View<'a> {
    client: &'a ClientApp,
    tree: &'a Tree,
}

impl<'a> View<'a> {
    fn new(project: &'a Project, client: ClientKey) -> Result<Self, ChangeError> {
        let Some(client) = project.get(client) else {
            return not_possible("The client app is no longer there");
        };
        let tree = project.document(client.file, client.document).map(|document| document.tree());
        match tree {
            Some(Ok(tree)) => Ok(Self { client, tree }),
            _ => not_possible(format!("The document of {} cannot be read", client.label())),
        }
    }

    fn label(&self) -> &'a str {
        self.client.label()
    }

    /// Puts an item at the end of a list that may be absent, null, `[]` or full.
    fn append(&self, list: &str, item: Value) -> Vec<Op> {
        let path = vec![key(list)];
        match self.tree.at(&path) {
            None => {
                let value = Value::List(vec![item]);
                vec![Op::Add { path: Vec::new(), key: list.to_owned(), value, at: None }]
            }
            Some(node) => {
                let index = self.tree.items(node).len();
                vec![Op::Insert { path, index, value: item }]
            }
        }
    }

    /// Takes items out of a list, and the list with the last one.
    fn take(&self, list: &str, gone: &[usize]) -> Vec<Op> {
        let path = vec![key(list)];
        let all = self.tree.at(&path).map_or(0, |node| self.tree.items(node).len());
        if gone.len() == all {
            return vec![Op::RemoveKey { path: Vec::new(), key: list.to_owned() }];
        }
        // From the end, so that the others keep their places until it is their turn.
        let mut gone = gone.to_vec();
        gone.sort_unstable();
        gone.into_iter().rev().map(|index| Op::Remove { path: path.clone(), index }).collect()
    }

    fn allow(&self, entry: &str) -> Result<Vec<Op>, ChangeError> {
        let id = Id::new(entry);
        if entry.trim().is_empty() {
            return not_possible("An entry needs the id of a client app");
        }
        if self.client.permissions.iter().any(|it| it.id.as_ref() == Some(&id)) {
            return not_possible(format!("The list of {} has {entry} already", self.label()));
        }
        let item = Value::Mapping(vec![("id".to_owned(), text(entry))]);
        Ok(self.append(PERMISSIONS, item))
    }

    fn revoke(&self, entry: &str) -> Result<Vec<Op>, ChangeError> {
        let id = Id::new(entry);
        let permissions = self.client.permissions.iter().enumerate();
        let gone: Vec<usize> = permissions
            .filter(|(_, permission)| permission.id.as_ref() == Some(&id))
            .map(|(at, _)| at)
            .collect();
        if gone.is_empty() {
            return not_possible(format!("The list of {} has no entry {entry}", self.label()));
        }
        Ok(self.take(PERMISSIONS, &gone))
    }

    fn federate(
        &self,
        id: Option<&str>,
        issuer: &str,
        subject: &str,
    ) -> Result<Vec<Op>, ChangeError> {
        if issuer.is_empty() || subject.is_empty() {
            return not_possible("An identity needs an issuer and a subject");
        }
        if self.client.identities.iter().any(|it| it.pair() == Some((issuer, subject))) {
            return not_possible(format!(
                "{} has the identity {subject} of {issuer} already",
                self.label()
            ));
        }
        let id = match id {
            Some(id) => id.to_owned(),
            None => uuid::Uuid::new_v4().to_string(),
        };
        let field = |name: &str, value: &str| (name.to_owned(), text(value));
        let fields = vec![field("id", &id), field("issuer", issuer), field("subject", subject)];
        Ok(self.append(IDENTITIES, Value::Mapping(fields)))
    }

    fn identity(&self, index: usize) -> Result<(), ChangeError> {
        if index < self.client.identities.len() {
            return Ok(());
        }
        not_possible(format!("{} has no identity {}", self.label(), index + 1))
    }

    fn unfederate(&self, index: usize) -> Result<Vec<Op>, ChangeError> {
        self.identity(index)?;
        Ok(self.take(IDENTITIES, &[index]))
    }

    fn edit_identity(
        &self,
        index: usize,
        issuer: &str,
        subject: &str,
    ) -> Result<Vec<Op>, ChangeError> {
        self.identity(index)?;
        let item = vec![key(IDENTITIES), Step::Index(index)];
        let mut ops = Vec::new();
        for (name, value) in [("issuer", issuer), ("subject", subject)] {
            ops.extend(self.put(&item, name, value)?);
        }
        Ok(ops)
    }

    fn set(&self, name: &str, value: &str) -> Result<Vec<Op>, ChangeError> {
        if name.is_empty() {
            return not_possible("A key needs a name");
        }
        Ok(self.put(&[], name, value)?.into_iter().collect())
    }

    /// Gives the field of a mapping a text, when it has another.
    fn put(&self, mapping: &[Step], name: &str, value: &str) -> Result<Option<Op>, ChangeError> {
        let mut path = mapping.to_vec();
        path.push(key(name));
        let Some(node) = self.tree.at(&path) else {
            let (path, key) = (mapping.to_vec(), name.to_owned());
            return Ok(Some(Op::Add { path, key, value: text(value), at: None }));
        };
        match self.tree.text(node) {
            Some(now) if now == value && !self.tree.is_absent(node) => Ok(None),
            None if !self.tree.items(node).is_empty() => {
                not_possible(format!("{name} of {} is a list, not a text", self.label()))
            }
            _ => Ok(Some(Op::Set { path, value: text(value) })),
        }
    }

    fn unset(&self, name: &str) -> Result<Vec<Op>, ChangeError> {
        if self.tree.at(&[key(name)]).is_none() {
            return not_possible(format!("{} does not state {name}", self.label()));
        }
        Ok(vec![Op::RemoveKey { path: Vec::new(), key: name.to_owned() }])
    }
}
