//! What is selected, by names that survive a change of the project.

use std::sync::Arc;

use crate::config::{ClientKey, FileId, Id, Place, Project};
use crate::diagram::scene::Thing;
use crate::yaml::Span;

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
    /// A document that describes no client app.
    Document {
        file: FileId,
        document: usize,
    },
    File(FileId),
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
            Self::Document { file, document } => {
                project.document(*file, *document).is_some()
                    && project.client_at(*file, *document).is_none()
            }
            Self::File(file) => project.get_file(*file).is_some(),
        }
    }

    /// The client app whose document states what is selected.
    pub fn owner(&self) -> Option<ClientKey> {
        match self {
            Self::Client(key)
            | Self::Exchange { owner: key, .. }
            | Self::Federation { client: key, .. } => Some(*key),
            Self::Ghost(_)
            | Self::Issuer(_)
            | Self::External { .. }
            | Self::Document { .. }
            | Self::File(_) => None,
        }
    }

    /// The file and the document that state what is selected.
    pub fn document(&self, project: &Project) -> Option<(FileId, usize)> {
        match self {
            Self::Document { file, document } => Some((*file, *document)),
            _ => {
                let client = project.clients().get(self.owner()?.0)?;
                Some((client.file, client.document))
            }
        }
    }

    /// The file that holds what is selected.
    pub fn file(&self, project: &Project) -> Option<FileId> {
        match self {
            Self::File(file) => Some(*file),
            _ => self.document(project).map(|(file, _)| file),
        }
    }

    /// Where what is selected begins in the source.
    pub fn place(&self, project: &Project) -> Option<Place> {
        match self {
            Self::File(file) => Some(Place { file: *file, document: 0, span: Span::default() }),
            _ => {
                let (file, document) = self.document(project)?;
                if let Some(key) = project.client_at(file, document) {
                    return Some(project.client(key).place);
                }
                Some(Place { file, document, span: Span::default() })
            }
        }
    }

    /// The same thing in a later state of the project, where documents may have come, gone and
    /// moved: keys count documents, so a key from before would name another client app.
    pub fn carried_over(&self, before: &Project, after: &Project) -> Option<Self> {
        let client = |key: ClientKey| {
            let client = before.clients().get(key.0)?;
            let (file, document) = follow(before, after, client.file, client.document)?;
            after.client_at(file, document)
        };
        Some(match self {
            Self::Client(key) => Self::Client(client(*key)?),
            Self::Exchange { owner, entry } => {
                Self::Exchange { owner: client(*owner)?, entry: entry.clone() }
            }
            Self::Federation { client: key, index } => {
                Self::Federation { client: client(*key)?, index: *index }
            }
            Self::Document { file, document } => {
                let (file, document) = follow(before, after, *file, *document)?;
                at(after, file, document)
            }
            Self::File(_) | Self::Ghost(_) | Self::Issuer(_) | Self::External { .. } => {
                self.clone()
            }
        })
    }
}

/// A document as a selection: the client app it describes, or the document itself.
pub fn at(project: &Project, file: FileId, document: usize) -> Selection {
    project
        .client_at(file, document)
        .map_or(Selection::Document { file, document }, Selection::Client)
}

/// Where a document is in a later state of the project. Untouched documents are shared between the
/// two; one that was edited is at its place still, or has its id still.
fn follow(
    before: &Project,
    after: &Project,
    file: FileId,
    document: usize,
) -> Option<(FileId, usize)> {
    let known = before.document(file, document)?;
    let same = |file, at| after.document(file, at).is_some_and(|it| Arc::ptr_eq(it, known));
    if same(file, document) {
        return Some((file, document));
    }
    let mut others = documents(after);
    if let Some((file, at, _)) = others.find(|(_, _, it)| Arc::ptr_eq(it, known)) {
        return Some((file, at));
    }
    if count(before, file) == count(after, file) {
        return Some((file, document));
    }
    let client = before.client(before.client_at(file, document)?);
    let key = after.by_id(&client.id.as_ref()?.value)?;
    Some((after.client(key).file, after.client(key).document))
}

fn count(project: &Project, file: FileId) -> Option<usize> {
    Some(project.get_file(file)?.stream.as_ref().ok()?.documents().len())
}

/// Every document of a project with its place.
pub fn documents(
    project: &Project,
) -> impl Iterator<Item = (FileId, usize, &Arc<crate::yaml::Document>)> {
    project.files().iter().flat_map(|source| {
        let stream = source.stream.as_ref().ok();
        let documents = stream.map(|stream| stream.documents()).unwrap_or_default();
        documents.iter().enumerate().map(move |(at, document)| (source.id, at, document))
    })
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
        Selection::Document { .. } | Selection::File(_) => return None,
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
        // Several things at once, or nothing that the project still has.
        Thing::Group(_) | Thing::Bundle { .. } | Thing::Removed(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Source;

    fn project(texts: &[&str]) -> Project {
        let sources = texts.iter().enumerate().map(|(at, text)| Source {
            path: None,
            name: format!("{at}.yaml"),
            bytes: text.as_bytes().to_vec(),
        });
        Project::from_sources(sources.collect())
    }

    fn client(letter: char) -> String {
        format!("--- !ClientAppDto\nid: {letter}\nname: {letter}\n")
    }

    #[test]
    fn a_selection_follows_its_id_when_documents_come_before_it() {
        let before = project(&[&[client('a'), client('b')].concat()]);
        let after = project(&[&[client('x'), client('a'), client('b')].concat()]);
        let selection = Selection::Client(before.by_id(&Id::new("b")).unwrap());
        let carried = selection.carried_over(&before, &after).unwrap();
        assert_eq!(carried, Selection::Client(after.by_id(&Id::new("b")).unwrap()));
        assert_ne!(carried, selection);
    }

    #[test]
    fn an_edited_document_keeps_the_selection_although_its_id_changed() {
        let before = project(&[&[client('a'), client('b')].concat()]);
        let after = project(&[&[client('a'), client('c')].concat()]);
        let selection = Selection::Client(ClientKey(1));
        assert_eq!(selection.carried_over(&before, &after), Some(Selection::Client(ClientKey(1))));
    }

    #[test]
    fn what_was_removed_is_selected_no_more() {
        let before = project(&[&[client('a'), client('b')].concat()]);
        let after = project(&[&client('a')]);
        assert_eq!(Selection::Client(ClientKey(1)).carried_over(&before, &after), None);
    }

    #[test]
    fn a_document_that_became_a_client_app_is_selected_as_one() {
        let before = project(&["!CustomerDto\nid: a\n"]);
        let after = project(&["!ClientAppDto\nid: a\n"]);
        let selection = Selection::Document { file: FileId(0), document: 0 };
        assert!(selection.still_there(&before));
        assert!(!selection.still_there(&after));
        assert_eq!(selection.carried_over(&before, &after), Some(Selection::Client(ClientKey(0))));
    }
}
