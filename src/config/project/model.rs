//! Keeping what was read right while documents come, change and go.
//!
//! Text changes first, in as many splices as a step has; the model follows once, in
//! [`Project::settle`]. Documents that were replaced one by one are read again one by one, and only
//! links that depend on them are set anew. When documents or files came, went or moved, all keys
//! may be others: `rebuild` sees to that, and what became of each client app is remembered for
//! [`Project::follow`].

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::yaml::{Document, Stream};

use super::super::index::Holder;
use super::super::read::{Content, read};
use super::super::{ClientApp, ClientFacts, ClientKey, FileId, Id, OtherDocument};
use super::file::Slot;
use super::{FileError, Project, SourceFile, first};

/// What was put into the files since the model was last right.
#[derive(Clone, Debug, Default)]
pub(super) struct Stale {
    /// Documents that were replaced one by one.
    documents: BTreeSet<(FileId, usize)>,
    /// The addresses of all documents that were put, wherever they stand now.
    pub put: HashSet<usize>,
    /// Whether documents or files came, went or moved.
    structure: bool,
    /// Files with other documents than before.
    files: BTreeSet<FileId>,
    /// Client apps whose documents went; they may come back in another place.
    pub gone: Vec<Gone>,
    /// By [`Id::key`], the ids that new documents state.
    ids: HashSet<Box<str>>,
}

#[derive(Clone, Debug)]
pub(super) struct Gone {
    pub key: ClientKey,
    pub document: Arc<Document>,
}

/// The [`Id::key`] of what a document states as its id.
pub(super) fn id_of(document: &Document) -> Option<Box<str>> {
    let tree = document.tree().ok()?;
    let id = tree.text(tree.get(tree.root()?, "id")?)?;
    (!id.trim().is_empty()).then(|| Id::new(id).key().into())
}

impl Project {
    /// Puts documents in the place of `removed` others. Until [`Project::settle`] the model is what
    /// it was.
    pub(in super::super) fn splice(
        &mut self,
        file: FileId,
        at: usize,
        removed: usize,
        documents: &[Arc<Document>],
    ) {
        let Some(index) = self.file_index(file) else { return };
        let source = &mut self.files[index];
        let Ok(stream) = &mut source.stream else { return };
        let at = at.min(stream.documents().len());
        let before = stream.splice(at, removed, documents.to_vec());
        let removed = before.len();
        // What was put in the same step, and not read yet, has no place among them.
        let expected = stream.documents().len() + removed - documents.len();
        if source.slots.len() != expected {
            Arc::make_mut(&mut source.slots).resize(expected, Slot::New);
        }
        let slots: Vec<Slot> = source.slots[at..at + removed].to_vec();
        let stale = &mut self.stale;
        stale.files.insert(file);
        stale.structure |= before.len() != documents.len();

        // Documents that are the same ones stay who they are, wherever they stand now.
        let mut after = vec![Slot::New; documents.len()];
        let mut left: Vec<usize> = Vec::new();
        let at_now: HashMap<*const Document, usize> =
            documents.iter().enumerate().map(|(at, it)| (Arc::as_ptr(it), at)).collect();
        for (old, document) in before.iter().enumerate() {
            match at_now.get(&Arc::as_ptr(document)) {
                Some(&new) if after[new] == Slot::New => {
                    after[new] = slots[old];
                    stale.structure |= new != old;
                }
                _ => left.push(old),
            }
        }
        let new: Vec<usize> = (0..documents.len()).filter(|at| after[*at] == Slot::New).collect();
        for &new in &new {
            stale.ids.extend(id_of(&documents[new]));
            stale.documents.insert((file, at + new));
            stale.put.insert(Arc::as_ptr(&documents[new]).addr());
        }
        // Others follow each other in order, as long as nothing speaks against it.
        let in_order = left.len() == new.len()
            && (left.len() == 1
                || left.iter().zip(&new).all(|(&old, &new)| {
                    old == new && id_of(&before[old]) == id_of(&documents[new])
                }));
        if in_order {
            for (&old, &new) in left.iter().zip(&new) {
                after[new] = slots[old];
                stale.structure |= new != old;
            }
        } else {
            stale.structure = true;
            for old in left {
                if let Slot::Client(key) = slots[old] {
                    stale.gone.push(Gone { key, document: before[old].clone() });
                }
            }
        }
        if after != slots {
            Arc::make_mut(&mut source.slots).splice(at..at + removed, after);
        }
    }

    /// Gives a file another text as a whole. Until [`Project::settle`] the model is what it was.
    pub(in super::super) fn put_stream(&mut self, file: FileId, stream: Result<Stream, FileError>) {
        let Some(index) = self.file_index(file) else { return };
        self.leave(index);
        let source = &mut self.files[index];
        source.stream = stream;
        source.slots = Arc::default();
        self.stale.files.insert(file);
    }

    /// Lets a file come, out of `held`, or go into it. Until [`Project::settle`] the model is what
    /// it was.
    pub(in super::super) fn put_file(
        &mut self,
        file: FileId,
        there: bool,
        held: &mut Option<Box<SourceFile>>,
    ) {
        if there {
            let Some(mut source) = held.take() else { return };
            source.slots = Arc::default();
            let at = self.files.partition_point(|other| other.id < file);
            self.files.insert(at, *source);
            self.next_file = self.next_file.max(file.0 + 1);
            self.stale.files.insert(file);
            self.stale.structure = true;
        } else if let Some(index) = self.file_index(file) {
            self.leave(index);
            *held = Some(Box::new(self.files.remove(index)));
        }
        self.name_files();
    }

    /// All documents of a file go.
    fn leave(&mut self, file: usize) {
        self.stale.structure = true;
        let SourceFile { stream: Ok(stream), slots, .. } = &self.files[file] else { return };
        for (slot, document) in slots.iter().zip(stream.documents().iter()) {
            if let Slot::Client(key) = *slot {
                self.stale.gone.push(Gone { key, document: document.clone() });
            }
        }
    }

    /// Files came for which there is no delta.
    pub(super) fn read_all(&mut self) {
        self.stale.structure = true;
        self.settle();
    }

    /// Whether a document may have this id: one that was put since the model was last right, or
    /// one that the model knows.
    pub(in super::super) fn may_have(&self, id: &Id) -> bool {
        self.stale.ids.contains(id.key().as_ref()) || !self.index.clients(id).is_empty()
    }

    /// Brings what is read up to date with the text.
    pub(in super::super) fn settle(&mut self) {
        let stale = std::mem::take(&mut self.stale);
        for id in &stale.files {
            if let Some(file) = self.file_mut(*id) {
                file.refresh_unsaved();
            }
        }
        // Many of them are faster read in parallel, with all others.
        let many = stale.documents.len() > 256 && stale.documents.len() * 4 > self.clients.len();
        if stale.structure || many {
            return self.rebuild(&stale);
        }
        for &(file, at) in &stale.documents {
            if !self.refresh(file, at) {
                // The document became something else: keys move.
                return self.rebuild(&stale);
            }
        }
    }

    /// Reads one document again. Says no, and does nothing, when it is no longer what it was.
    fn refresh(&mut self, id: FileId, at: usize) -> bool {
        let Some(file) = self.get_file(id) else { return true };
        let Some(slot) = file.slots.get(at).copied() else { return true };
        let Some(document) = self.document(id, at) else { return true };
        let mut findings = read(document, id, at);
        match (slot, findings.content) {
            (Slot::Client(key), Content::Client(client)) => {
                for problem in &mut findings.problems {
                    problem.client = Some(key);
                }
                self.put_client(key, *client);
            }
            (Slot::Other(index), Content::Other(other)) => {
                let holder = Holder::Other(index);
                let old = self.others[index].placeholders();
                self.index.put_placeholders(holder, old, other.placeholders());
                self.others[index] = OtherDocument::new(*other);
            }
            (Slot::Nothing, Content::Nothing) => {}
            _ => return false,
        }
        if findings.problems.is_empty() {
            // A copy of all of them, if somebody has one, is made only when there is a need.
            if self.problems.contains_key(&(id, at)) {
                Arc::make_mut(&mut self.problems).remove(&(id, at));
            }
        } else {
            Arc::make_mut(&mut self.problems).insert((id, at), findings.problems);
        }
        true
    }

    fn put_client(&mut self, key: ClientKey, mut facts: ClientFacts) {
        facts.key = key;
        let mut client = ClientApp::new(facts);
        let old = &self.clients[key.0];
        let old_id = old.id.as_ref().map(|id| id.value.clone());
        let new_id = client.id.as_ref().map(|id| id.value.clone());
        self.index.replace(old, &client);
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
}
