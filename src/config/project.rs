//! Files, their documents and the client apps they describe.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use crate::yaml::{Document, Limits, LoadError, Position, Span, Stream};

use super::disk::Stamp;
use super::history::History;
use super::index::Index;
use super::read::{Content, Findings, read};
use super::{
    CUSTOMER_TAG, ClientApp, ClientFacts, ClientKey, FileId, Id, OtherDocument, Place, Problem,
    ProblemKind, SUBSCRIPTION_TAG, Stated,
};

/// Why a file of the project has no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The operating system would not give it.
    #[error("the file cannot be read: {0}")]
    Read(String),
}

/// A file of the project.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Where it was read from and will be saved to; `None` for text that has no file yet.
    pub path: Option<PathBuf>,
    /// Short name for lists and messages, unique within the project.
    pub name: String,
    /// The text, or why there is none.
    pub stream: Result<Stream, FileError>,
    /// The text as it was last read or saved.
    pub(super) saved: Option<Stream>,
    /// What the file looked like on disk then.
    pub(super) stamp: Option<Stamp>,
    /// The name it was given, from which `name` is made unique.
    pub(super) given: String,
    /// What each document turned out to be.
    slots: Vec<Slot>,
    pub(super) unsaved: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Client(ClientKey),
    Other(usize),
    Nothing,
}

/// Text of one file, before it is a project: from disk, a test, or the built-in sample.
pub struct Source {
    pub path: Option<PathBuf>,
    pub name: String,
    pub bytes: Vec<u8>,
}

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
    pub(super) files: Vec<SourceFile>,
    clients: Vec<ClientApp>,
    others: Vec<OtherDocument>,
    /// By file and document.
    problems: BTreeMap<(FileId, usize), Vec<Problem>>,
    pub(super) index: Index,
    pub(super) history: History,
    revision: u64,
    pub(super) limits: Limits,
}

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

    pub(super) fn add_files(&mut self, files: Vec<SourceFile>) {
        self.files.extend(files);
        self.name_files();
        self.rebuild();
        self.changed();
    }

    /// Gives each file the shortest name that no other has: its own, with as many folders before
    /// it as it takes.
    pub(super) fn name_files(&mut self) {
        let name = |file: &SourceFile, folders: usize| match &file.path {
            Some(path) if folders > 0 => {
                let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
                let from = parts.len().saturating_sub(folders + 1);
                parts[from..].join("/")
            }
            _ => file.given.clone(),
        };
        let mut folders = vec![0usize; self.files.len()];
        // Deeper than this only texts without a path can still be alike.
        for _ in 0..16 {
            let mut seen: BTreeMap<String, Vec<usize>> = BTreeMap::new();
            for (at, file) in self.files.iter().enumerate() {
                seen.entry(name(file, folders[at])).or_default().push(at);
            }
            let alike: Vec<usize> =
                seen.into_values().filter(|files| files.len() > 1).flatten().collect();
            if alike.is_empty() {
                break;
            }
            for at in alike {
                folders[at] += 1;
            }
        }
        let mut taken = std::collections::HashSet::new();
        for (at, file) in self.files.iter_mut().enumerate() {
            let wanted = name(file, folders[at]);
            let mut unique = wanted.clone();
            let mut count = 1;
            while !taken.insert(unique.clone()) {
                count += 1;
                unique = format!("{wanted} ({count})");
            }
            file.name = unique;
        }
    }

    /// Reads every document again, in parallel, and makes every index anew.
    pub(super) fn rebuild(&mut self) {
        self.clients.clear();
        self.others.clear();
        self.problems.clear();
        self.index = Index::default();
        for (at, file) in self.files.iter_mut().enumerate() {
            let id = FileId(at);
            file.slots.clear();
            let documents = match &file.stream {
                Ok(stream) => stream.documents(),
                Err(error) => {
                    let place = Place { file: id, document: 0, span: Span::default() };
                    let message = error.to_string();
                    let problem = Problem { kind: ProblemKind::File, place, message, client: None };
                    self.problems.insert((id, 0), vec![problem]);
                    continue;
                }
            };
            let read: Vec<Findings> = documents
                .par_iter()
                .enumerate()
                .map(|(index, document)| read(document, id, index))
                .collect();
            for (index, mut findings) in read.into_iter().enumerate() {
                let slot = match findings.content {
                    Content::Client(mut client) => {
                        let key = ClientKey(self.clients.len());
                        client.key = key;
                        for problem in &mut findings.problems {
                            problem.client = Some(key);
                        }
                        self.clients.push(ClientApp::new(*client));
                        Slot::Client(key)
                    }
                    Content::Other(other) => {
                        self.others.push(*other);
                        Slot::Other(self.others.len() - 1)
                    }
                    Content::Nothing => Slot::Nothing,
                };
                file.slots.push(slot);
                if !findings.problems.is_empty() {
                    self.problems.insert((id, index), findings.problems);
                }
            }
        }
        for client in &self.clients {
            self.index.add(client);
        }
        for client in &mut self.clients {
            for permission in &mut client.facts_mut().permissions {
                permission.client = first(&self.index, permission.id.as_ref());
            }
        }
    }

    /// Puts a document in its place and brings what was read of it up to date: only this document
    /// is read again, and only links that depend on it are set anew.
    pub(super) fn put_document(&mut self, file: FileId, at: usize, document: Arc<Document>) {
        let mut findings = read(&document, file, at);
        let source = &mut self.files[file.0];
        if let Ok(stream) = &mut source.stream {
            stream.replace(at, document);
        }
        source.refresh_unsaved();
        match (source.slots.get(at), findings.content) {
            (Some(Slot::Client(key)), Content::Client(client)) => {
                let key = *key;
                for problem in &mut findings.problems {
                    problem.client = Some(key);
                }
                self.put_client(key, *client);
            }
            (Some(Slot::Other(index)), Content::Other(other)) => self.others[*index] = *other,
            (Some(Slot::Nothing), Content::Nothing) => {}
            // The document became something else: keys move.
            _ => return self.rebuild(),
        }
        if findings.problems.is_empty() {
            self.problems.remove(&(file, at));
        } else {
            self.problems.insert((file, at), findings.problems);
        }
    }

    fn put_client(&mut self, key: ClientKey, mut facts: ClientFacts) {
        facts.key = key;
        let mut client = ClientApp::new(facts);
        let old = &self.clients[key.0];
        self.index.remove(old);
        let old_id = old.id.as_ref().map(|id| id.value.clone());
        let new_id = client.id.as_ref().map(|id| id.value.clone());
        self.index.add(&client);
        for permission in &mut client.facts_mut().permissions {
            permission.client = first(&self.index, permission.id.as_ref());
        }
        self.clients[key.0] = client;
        if old_id != new_id {
            for id in [old_id, new_id].into_iter().flatten() {
                let meant = self.index.clients(&id).first().copied();
                for (owner, at) in self.index.references(&id) {
                    self.clients[owner.0].facts_mut().permissions[*at].client = meant;
                }
            }
        }
    }

    /// Gives a file another text as a whole.
    pub(super) fn put_stream(&mut self, file: FileId, stream: Result<Stream, FileError>) {
        let source = &mut self.files[file.0];
        source.stream = stream;
        source.refresh_unsaved();
        self.rebuild();
    }

    pub(super) fn changed(&mut self) {
        // One count for all projects of the process: two projects never share a number, so what
        // was derived from one is never taken for the other's.
        static REVISIONS: AtomicU64 = AtomicU64::new(1);
        self.revision = REVISIONS.fetch_add(1, Ordering::Relaxed);
    }

    /// The files, in the order in which they were opened.
    pub fn files(&self) -> &[SourceFile] {
        &self.files
    }

    /// One of the files.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0]
    }

    /// The client apps, in file order.
    pub fn clients(&self) -> &[ClientApp] {
        &self.clients
    }

    /// One of the client apps. A key from before a reload may be out of range and panic here: look it
    /// up with [`Project::clients`] then.
    pub fn client(&self, key: ClientKey) -> &ClientApp {
        &self.clients[key.0]
    }

    /// The client app that a document describes.
    pub fn client_at(&self, file: FileId, document: usize) -> Option<ClientKey> {
        match self.files.get(file.0)?.slots.get(document)? {
            Slot::Client(key) => Some(*key),
            _ => None,
        }
    }

    /// The documents that are not client apps, in file order. Documents without content and those
    /// with a syntax error are not among them.
    pub fn other_documents(&self) -> &[OtherDocument] {
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
        self.files.get(file.0)?.stream.as_ref().ok()?.documents().get(document)
    }

    /// Line and column of the start of a place.
    pub fn position(&self, place: Place) -> Position {
        match &self.files[place.file.0].stream {
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
        let files = self.files.iter().enumerate();
        files.filter(|(_, file)| file.unsaved).map(|(at, _)| FileId(at)).collect()
    }
}

fn first(index: &Index, id: Option<&Id>) -> Option<ClientKey> {
    index.clients(id?).first().copied()
}

impl SourceFile {
    pub(super) fn new(
        path: Option<PathBuf>,
        given: String,
        stream: Result<Stream, FileError>,
    ) -> Self {
        let saved = stream.as_ref().ok().cloned();
        let name = given.clone();
        let slots = Vec::new();
        Self { path, name, given, stream, saved, stamp: None, slots, unsaved: false }
    }

    /// The text as it was last read or saved, if it could be read.
    pub fn saved(&self) -> Option<&Stream> {
        self.saved.as_ref()
    }

    /// Compares the text with what was last read or saved. Documents that were not touched are
    /// shared, so this looks at their addresses and no further.
    pub(super) fn refresh_unsaved(&mut self) {
        self.unsaved = match (&self.stream, &self.saved) {
            (Ok(now), Some(saved)) => !same(now, saved),
            (Ok(_), None) => true,
            // What cannot be read cannot be written.
            (Err(_), _) => false,
        };
    }
}

fn same(one: &Stream, two: &Stream) -> bool {
    let (a, b) = (one.documents(), two.documents());
    if a.len() == b.len() {
        a.iter().zip(b).all(|(a, b)| Arc::ptr_eq(a, b) || a.text() == b.text())
    } else {
        one.to_bytes() == two.to_bytes()
    }
}
