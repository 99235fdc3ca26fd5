//! One named intention, and the edits of text it becomes.
//!
//! A change is decided on what was *read*, and written as operations on the *text*: the smallest
//! ones that make the text say it. All edits of a change succeed or none is made.
//!
//! The last entry of a list takes the key with it: a list that allows nobody says no more than no
//! list, and the difference between an absent and an empty list at an import is not public, so the
//! studio leaves the file as it would have been before the first entry was added.

use std::sync::Arc;

use crate::yaml::{Document, EditError, Op, Step, Tree, Value};

use super::history::{Delta, Deltas, Splice};
use super::{ClientApp, ClientKey, IDENTITIES, Id, PERMISSIONS, Place, Project};

/// One named intention. Clients are named by key; new values are text as the user typed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Adds `entry` to the list of `owner` (creating the list).
    Allow { owner: ClientKey, entry: String },
    /// Removes every entry with that id from the list of `owner` (and the key with the last one).
    Revoke { owner: ClientKey, entry: String },
    /// Adds a federated identity; a new GUID becomes its id when `id` is `None`.
    Federate { client: ClientKey, id: Option<String>, issuer: String, subject: String },
    /// Removes the identity at `index` (and the key with the last one).
    Unfederate { client: ClientKey, index: usize },
    /// Changes issuer and subject of the identity at `index`.
    EditIdentity { client: ClientKey, index: usize, issuer: String, subject: String },
    /// Gives a top-level scalar another value, adding the key when it is absent.
    Set { client: ClientKey, key: String, value: String },
    /// Removes a top-level key.
    Unset { client: ClientKey, key: String },
    /// Gives the client app another id, and every entry that names it too.
    RenameId { client: ClientKey, id: String },
}

/// Why a change was refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    #[error("{0}")]
    NotPossible(String),
    #[error("{file} line {line}: {error}")]
    Edit { file: String, line: usize, error: EditError },
}

fn not_possible<T>(message: impl Into<String>) -> Result<T, ChangeError> {
    Err(ChangeError::NotPossible(message.into()))
}

/// The edits of one document, in the order in which they are made.
struct Edits {
    client: ClientKey,
    ops: Vec<Op>,
}

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
            Self::Set { client, key, value } => {
                format!("Set {key} of {} to {value}", label(client))
            }
            Self::Unset { client, key } => format!("Remove {key} from {}", label(client)),
            Self::RenameId { client, id } => format!("Give {} the id {id}", label(client)),
        }
    }

    /// The client apps whose documents the change edits.
    fn edits(&self, project: &Project) -> Result<Vec<Edits>, ChangeError> {
        let one = |client: ClientKey, ops| Ok(vec![Edits { client, ops }]);
        match self {
            Self::Allow { owner, entry } => {
                let view = View::new(project, *owner)?;
                one(*owner, view.allow(entry)?)
            }
            Self::Revoke { owner, entry } => {
                let view = View::new(project, *owner)?;
                one(*owner, view.revoke(entry)?)
            }
            Self::Federate { client, id, issuer, subject } => {
                let view = View::new(project, *client)?;
                one(*client, view.federate(id.as_deref(), issuer, subject)?)
            }
            Self::Unfederate { client, index } => {
                let view = View::new(project, *client)?;
                one(*client, view.unfederate(*index)?)
            }
            Self::EditIdentity { client, index, issuer, subject } => {
                let view = View::new(project, *client)?;
                one(*client, view.edit_identity(*index, issuer, subject)?)
            }
            Self::Set { client, key, value } => {
                let view = View::new(project, *client)?;
                one(*client, view.set(key, value)?)
            }
            Self::Unset { client, key } => {
                let view = View::new(project, *client)?;
                one(*client, view.unset(key)?)
            }
            Self::RenameId { client, id } => rename(project, *client, id),
        }
    }
}

fn rename(project: &Project, client: ClientKey, id: &str) -> Result<Vec<Edits>, ChangeError> {
    let new = Id::new(id);
    if id.trim().is_empty() {
        return not_possible("An id cannot be empty");
    }
    if let Some(other) = project.all_by_id(&new).iter().find(|other| **other != client) {
        let other = project.client(*other);
        return not_possible(format!("{} has the id {id} already", other.label()));
    }
    let view = View::new(project, client)?;
    let mut edits = vec![Edits { client, ops: view.set("id", id)? }];
    for (owner, at) in project.references_to(client) {
        let path = vec![key(PERMISSIONS), Step::Index(*at), key("id")];
        let op = Op::Set { path, value: text(id) };
        match edits.iter_mut().find(|edits| edits.client == *owner) {
            Some(edits) => edits.ops.push(op),
            None => edits.push(Edits { client: *owner, ops: vec![op] }),
        }
    }
    Ok(edits)
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

impl Project {
    /// Makes a change; one undo step. A change that changes nothing is none.
    ///
    /// # Errors
    /// The change does not fit what the project says, or the editor refused to touch the text.
    /// Nothing was changed then.
    pub fn apply(&mut self, change: &Change) -> Result<(), ChangeError> {
        self.make(change, None)
    }

    /// Makes a change that joins the one before it into one undo step when that had the same key,
    /// as keystrokes in one field do. Any other change, an undo, a save and
    /// [`Project::end_merging`] end the run.
    ///
    /// # Errors
    /// As for [`Project::apply`].
    pub fn apply_merging(&mut self, change: &Change, merge_key: &str) -> Result<(), ChangeError> {
        self.make(change, Some(merge_key))
    }

    /// Makes several changes as one undo step with its own description; all or none.
    ///
    /// # Errors
    /// The first change that was refused; nothing was changed then.
    pub fn apply_all(&mut self, changes: &[Change], label: &str) -> Result<(), ChangeError> {
        let mut deltas = Deltas::default();
        for change in changes {
            if let Err(error) = self.one(change, &mut deltas) {
                deltas.take_back(self);
                return Err(error);
            }
        }
        self.settle();
        self.finish_step(label.to_owned(), None, deltas);
        Ok(())
    }

    fn make(&mut self, change: &Change, merge: Option<&str>) -> Result<(), ChangeError> {
        let label = change.describe(self);
        let mut deltas = Deltas::default();
        self.one(change, &mut deltas)?;
        self.settle();
        self.finish_step(label, merge, deltas);
        Ok(())
    }

    /// Makes one change of a step, or none of it.
    fn one(&mut self, change: &Change, deltas: &mut Deltas) -> Result<(), ChangeError> {
        self.settle();
        for splice in self.splices(change)? {
            self.perform(Delta::Documents(splice), deltas);
        }
        Ok(())
    }

    /// The documents that a change touches, as they are and as they would be.
    fn splices(&self, change: &Change) -> Result<Vec<Splice>, ChangeError> {
        let mut all = Vec::new();
        for Edits { client, ops } in change.edits(self)? {
            let client = self.client(client);
            let Some(before) = self.document(client.file, client.document) else { continue };
            let mut after: Option<Document> = None;
            for op in &ops {
                let now = after.as_ref().unwrap_or(before);
                after = Some(now.edit(op).map_err(|error| self.refused(client, op, error))?);
            }
            if let Some(after) = after {
                let (file, at) = (client.file, client.document);
                all.push(Splice::one(file, at, before.clone(), Arc::new(after)));
            }
        }
        Ok(all)
    }

    /// Names the line of the deepest thing on the way to where the edit was to be made.
    fn refused(&self, client: &ClientApp, op: &Op, error: EditError) -> ChangeError {
        let mut path = op.target();
        let tree = self.document(client.file, client.document).and_then(|it| it.tree().ok());
        let mut place = client.place;
        while let Some(tree) = tree
            && !path.is_empty()
        {
            if let Some(node) = tree.at(&path) {
                place = Place { span: tree.node(node).span, ..place };
                break;
            }
            path.pop();
        }
        let file = self.file(client.file).name.clone();
        ChangeError::Edit { file, line: self.position(place).line, error }
    }
}
