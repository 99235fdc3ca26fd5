//! Files, their documents and the client apps they describe.
//!
//! | part | purpose |
//! |---|---|
//! | `file` | the files and their names |
//! | `model` | what is read, kept right while documents come, change and go |
//! | `rebuild` | the same, when keys move |
//! | `follow` | what became of a client app when keys moved |

mod file;
mod follow;
mod model;
mod rebuild;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use rayon::prelude::*;

use crate::yaml::{Document, Limits, Position, Stream};

use super::disk::OwnSaves;
use super::history::{Delta, History};
use super::index::Index;
use super::table::Table;
use super::{
    CUSTOMER_TAG, ClientApp, ClientFacts, ClientKey, FileId, Id, OtherDocument, Place, Problem,
    SUBSCRIPTION_TAG, Stated,
};

pub use file::{FileError, Source, SourceFile};

/// A subscription or a customer: what groups client apps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: Id,
    pub name: Option<String>,
    /// For a subscription: the customer it belongs to.
    pub customer: Option<Id>,
    /// The document.
    pub place: Place,
}

impl Group {
    /// Name, or id.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(self.id.as_str())
    }
}

/// Files, their documents and the client apps they describe.
///
/// A clone shares everything with its original until one of them changes, and then all but what was
/// touched: the window lets a background analysis keep the project it was made from.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Sorted by id.
    files: Vec<SourceFile>,
    next_file: usize,
    clients: Table<ClientApp>,
    others: Table<OtherDocument>,
    /// By file and document.
    problems: Arc<BTreeMap<(FileId, usize), Vec<Problem>>>,
    pub(super) index: Index,
    pub(super) history: History,
    stale: model::Stale,
    moves: follow::Moves,
    revision: u64,
    pub(super) limits: Limits,
    /// What it was opened from, as given.
    pub(super) opened: Vec<PathBuf>,
    pub(super) own_saves: OwnSaves,
}

/// What stands for a client app that is gone: one that states nothing.
static GONE: LazyLock<ClientApp> = LazyLock::new(|| {
    let (key, file) = (ClientKey(usize::MAX), FileId(usize::MAX));
    let place = Place { file, ..Place::default() };
    ClientApp::new(ClientFacts { key, file, place, ..ClientFacts::default() })
});

impl Project {
    /// A project of texts that are at hand. Texts without a path are never "changed on disk".
    pub fn from_sources(sources: Vec<Source>) -> Self {
        let mut project = Self::default();
        let limits = project.limits;
        let files = sources
            .into_par_iter()
            .map(|source| {
                let stream = Stream::load(&source.bytes, &limits).map_err(FileError::from);
                SourceFile::new(source.path, source.name, stream)
            })
            .collect();
        project.add_files(files);
        project
    }

    /// Adds files to the project; a step of the history, unless there was no file before.
    pub(super) fn add_files(&mut self, files: Vec<SourceFile>) -> Vec<FileId> {
        let step = !self.files.is_empty();
        let ids: Vec<FileId> = files.into_iter().map(|file| self.enrol(file)).collect();
        self.name_files();
        self.read_all();
        if step && !ids.is_empty() {
            let label = match ids[..] {
                [one] => format!("Open {}", self.file(one).name),
                _ => format!("Open {} files", ids.len()),
            };
            let added = |file: &FileId| Delta::File { file: *file, there: true, held: None };
            let deltas: Vec<Delta> = ids.iter().map(added).collect();
            self.history.record(label, None, deltas);
        }
        self.changed();
        ids
    }

    pub(super) fn changed(&mut self) {
        // One count for all projects of the process: two projects never share a number, so what
        // was derived from one is never taken for the other's.
        static REVISIONS: AtomicU64 = AtomicU64::new(1);
        self.revision = REVISIONS.fetch_add(1, Ordering::Relaxed);
        self.number_moves(self.revision);
    }

    /// The client apps, in file order.
    pub fn clients(&self) -> &Table<ClientApp> {
        &self.clients
    }

    /// One of the client apps. A key is good until documents or files come, go or change places;
    /// after that [`Project::follow`] knows the new one. A key that is none gives a client app that
    /// states nothing.
    pub fn client(&self, key: ClientKey) -> &ClientApp {
        self.get(key).unwrap_or(&GONE)
    }

    /// One of the client apps, `None` when there are not as many (any more).
    pub fn get(&self, key: ClientKey) -> Option<&ClientApp> {
        self.clients.get(key.0)
    }

    /// The client app that a document describes.
    pub fn client_at(&self, file: FileId, document: usize) -> Option<ClientKey> {
        match self.get_file(file)?.slots.get(document)? {
            file::Slot::Client(key) => Some(*key),
            _ => None,
        }
    }

    /// The documents that are not client apps, in file order. Documents without content and those
    /// with a syntax error are not among them.
    pub fn other_documents(&self) -> &Table<OtherDocument> {
        &self.others
    }

    /// What could not be read as it was meant, in file order.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.problems.values().flatten()
    }

    /// The `!SubscriptionDto` documents with an id.
    pub fn subscriptions(&self) -> impl Iterator<Item = Group> {
        self.groups(SUBSCRIPTION_TAG)
    }

    /// The `!CustomerDto` documents with an id.
    pub fn customers(&self) -> impl Iterator<Item = Group> {
        self.groups(CUSTOMER_TAG)
    }

    fn groups(&self, tag: &'static str) -> impl Iterator<Item = Group> {
        self.others.iter().filter(move |other| other.tag.as_deref() == Some(tag)).filter_map(
            |other| {
                Some(Group {
                    id: other.id.as_ref()?.value.clone(),
                    name: other.name.as_ref().map(|name| name.value.clone()),
                    customer: other.customer.as_ref().map(|id| id.value.clone()),
                    place: other.place,
                })
            },
        )
    }

    /// The subscription with an id, when a document defines it.
    pub fn subscription(&self, id: &Id) -> Option<Group> {
        self.subscriptions().find(|group| group.id == *id)
    }

    /// One document as it is now.
    pub fn document(&self, file: FileId, document: usize) -> Option<&Arc<Document>> {
        self.get_file(file)?.stream.as_ref().ok()?.documents().get(document)
    }

    /// Line and column of the start of a place.
    pub fn position(&self, place: Place) -> Position {
        match &self.file(place.file).stream {
            Ok(stream) if place.document < stream.documents().len() => {
                stream.position(place.document, place.span.start)
            }
            _ => Position { line: 1, column: 1 },
        }
    }

    /// `file:line` for messages.
    pub fn describe_place(&self, place: Place) -> String {
        format!("{}:{}", self.file(place.file).name, self.position(place).line)
    }

    /// The client app with an id (GUIDs without case, placeholders by name); the first, when
    /// several documents have it.
    pub fn by_id(&self, id: &Id) -> Option<ClientKey> {
        self.all_by_id(id).first().copied()
    }

    /// All client apps with an id, in file order. More than one is a mistake in the files.
    pub fn all_by_id(&self, id: &Id) -> &[ClientKey] {
        self.index.clients(id)
    }

    /// The permissions that name an id, whether a client app has it or not: owner and index into
    /// its permissions, in file order.
    pub fn references(&self, id: &Id) -> &[(ClientKey, usize)] {
        self.index.references(id)
    }

    /// The permissions that name this client app.
    pub fn references_to(&self, client: ClientKey) -> &[(ClientKey, usize)] {
        match &self.client(client).id {
            // When several documents have the id, links lead to the first of them.
            Some(Stated { value, .. }) if self.by_id(value) == Some(client) => {
                self.references(value)
            }
            _ => &[],
        }
    }

    /// All identities with exactly this pair, as (client app, index into its identities).
    pub fn by_identity(&self, issuer: &str, subject: &str) -> Vec<(ClientKey, usize)> {
        let near = self.by_similar_identity(issuer, subject).iter().copied();
        near.filter(|(client, at)| {
            self.client(*client).identities[*at].pair() == Some((issuer, subject))
        })
        .collect()
    }

    /// All identities whose pair is this one but for case, white space around it and trailing
    /// slashes of the issuer; exact ones among them.
    pub fn by_similar_identity(&self, issuer: &str, subject: &str) -> &[(ClientKey, usize)] {
        self.index.identities(issuer, subject)
    }

    /// Rises with every change, undo, redo and reload. No two states of any project of the process
    /// share a number, so equal numbers mean an equal project.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Files whose text differs from what was last read or saved.
    pub fn unsaved(&self) -> Vec<FileId> {
        self.files.iter().filter(|file| file.unsaved).map(|file| file.id).collect()
    }
}

fn first(index: &Index, id: Option<&Id>) -> Option<ClientKey> {
    index.clients(id?).first().copied()
}
