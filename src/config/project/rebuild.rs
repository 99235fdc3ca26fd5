//! The model after documents or files came, went or moved.
//!
//! Only what is new is read, in parallel. What was read before keeps what it says; its places and
//! its key become those of where it stands now, and so do its lines in the indexes.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::yaml::Span;

use super::super::index::{Holder, Index};
use super::super::read::{Content, Findings, read};
use super::super::renumber::Renumber;
use super::super::table::Table;
use super::super::{ClientApp, ClientKey, FileId, OtherDocument, Place, Problem, ProblemKind};
use super::file::Slot;
use super::model::{Gone, Stale, id_of};
use super::{Project, first};

/// What stands in a place now.
enum Found {
    /// Read before.
    Client(ClientKey),
    Other(usize),
    /// To be read.
    New,
}

/// What was read before, until it is given its new place.
struct Kept<T> {
    items: Vec<Option<T>>,
    /// The new key of each that stays.
    to: Vec<Option<usize>>,
}

impl<T: Clone> Kept<T> {
    fn new(table: &mut Table<T>) -> Self {
        let items: Vec<_> = std::mem::take(table).into_items().map(Some).collect();
        Self { to: vec![None; items.len()], items }
    }

    fn take(&mut self, at: usize, to: usize) -> Option<T> {
        let item = self.items.get_mut(at)?.take()?;
        self.to[at] = Some(to);
        Some(item)
    }
}

impl Project {
    /// Brings everything up to date, reading the documents that are not read yet or were replaced.
    pub(super) fn rebuild(&mut self, stale: &Stale) {
        let mut now: Vec<Option<ClientKey>> = vec![None; self.clients.len()];
        let mut new: Vec<ClientKey> = Vec::new();
        let found = self.look_through(stale);
        let mut read = self.read_new(&found).into_iter();
        let mut kept = (Kept::new(&mut self.clients), Kept::new(&mut self.others));
        let mut old_problems = Arc::unwrap_or_clone(std::mem::take(&mut self.problems));
        let mut problems = BTreeMap::new();
        // With the document of each.
        let mut clients: Vec<(ClientApp, usize)> = Vec::with_capacity(now.len());
        let mut others: Vec<OtherDocument> = Vec::new();
        let (mut new_clients, mut new_others) = (Vec::new(), Vec::new());
        for (file, found) in self.files.iter_mut().zip(found) {
            let id = file.id;
            let before = std::mem::take(&mut file.slots);
            if let Err(error) = &file.stream {
                let place = Place { file: id, document: 0, span: Span::default() };
                let message = error.to_string();
                let problem = Problem { kind: ProblemKind::File, place, message, client: None };
                problems.insert((id, 0), vec![problem]);
                continue;
            }
            let mut slots = Vec::with_capacity(found.len());
            for (index, found) in found.into_iter().enumerate() {
                let key = ClientKey(clients.len());
                let (slot, its) = match found {
                    Found::Client(old) => {
                        // No two documents were the same one.
                        let Some(client) = kept.0.take(old.0, key.0) else {
                            slots.push(Slot::New);
                            continue;
                        };
                        now[old.0] = Some(key);
                        let its = old_problems.remove(&(id, client.document));
                        clients.push((client, index));
                        (Slot::Client(key), its)
                    }
                    Found::Other(old) => {
                        let Some(mut other) = kept.1.take(old, others.len()) else {
                            slots.push(Slot::New);
                            continue;
                        };
                        let its = old_problems.remove(&(id, other.document));
                        if other.document != index {
                            other.facts_mut().renumber(index);
                        }
                        others.push(other);
                        (Slot::Other(others.len() - 1), its)
                    }
                    Found::New => {
                        let Some(Findings { content, problems }) = read.next() else { break };
                        let slot = match content {
                            Content::Client(client) => {
                                match before.get(index) {
                                    Some(Slot::Client(old)) => now[old.0] = Some(key),
                                    _ => new.push(key),
                                }
                                new_clients.push(key);
                                clients.push((ClientApp::new(*client), index));
                                Slot::Client(key)
                            }
                            Content::Other(other) => {
                                new_others.push(others.len());
                                others.push(OtherDocument::new(*other));
                                Slot::Other(others.len() - 1)
                            }
                            Content::Nothing => Slot::Nothing,
                        };
                        (slot, Some(problems))
                    }
                };
                slots.push(slot);
                if let Some(mut its) = its.filter(|its| !its.is_empty()) {
                    its.renumber(index);
                    let client = matches!(slot, Slot::Client(_)).then_some(key);
                    its.iter_mut().for_each(|problem| problem.client = client);
                    problems.insert((id, index), its);
                }
            }
            file.slots = Arc::new(slots);
        }
        self.problems = Arc::new(problems);
        self.put_in_index(&kept.0, &kept.1, clients.len());
        for key in new_clients {
            self.index.add(key, &clients[key.0].0);
        }
        for at in new_others {
            self.index.put_placeholders(Holder::Other(at), &[], others[at].placeholders());
        }
        let index = &self.index;
        clients.par_iter_mut().with_min_len(64).enumerate().for_each(
            |(key, (client, document))| {
                settle_client(client, ClientKey(key), *document, index);
            },
        );
        self.clients = clients.into_iter().map(|(client, _)| client).collect();
        self.others = others.into_iter().collect();
        self.find_again(&stale.gone, &new, &mut now);
        self.moves.record(&now, self.clients.len());
    }

    /// For each file what its documents are, as far as that is known.
    fn look_through(&self, stale: &Stale) -> Vec<Vec<Found>> {
        let find = |slot: Option<&Slot>, address: usize| match slot {
            Some(Slot::Client(key)) if !stale.put.contains(&address) => Found::Client(*key),
            Some(Slot::Other(at)) if !stale.put.contains(&address) => Found::Other(*at),
            // Nothing is read of nothing in no time.
            _ => Found::New,
        };
        let files = self.files.iter();
        files
            .map(|file| {
                let Ok(stream) = &file.stream else { return Vec::new() };
                let documents = stream.documents().iter().enumerate();
                documents
                    .map(|(at, document)| find(file.slots.get(at), Arc::as_ptr(document).addr()))
                    .collect()
            })
            .collect()
    }

    /// Reads what is new, in order.
    fn read_new(&self, found: &[Vec<Found>]) -> Vec<Findings> {
        let files = self.files.iter().zip(found);
        let wanted: Vec<(FileId, usize, &Arc<_>)> = files
            .filter_map(|(file, found)| Some((file.id, file.stream.as_ref().ok()?, found)))
            .flat_map(|(id, stream, found)| {
                let pairs = stream.documents().iter().zip(found).enumerate();
                pairs
                    .filter(|(_, (_, found))| matches!(found, Found::New))
                    .map(move |(at, (document, _))| (id, at, document))
            })
            .collect();
        wanted
            .into_par_iter()
            .with_min_len(16)
            .map(|(file, at, document)| read(document, file, at))
            .collect()
    }

    /// Makes the indexes those of what stayed, under its new keys.
    fn put_in_index(
        &mut self,
        clients: &Kept<ClientApp>,
        others: &Kept<OtherDocument>,
        count: usize,
    ) {
        if clients.to.iter().chain(&others.to).all(Option::is_none) {
            self.index = Index::default();
        }
        for gone in clients.items.iter().flatten() {
            self.index.forget(gone);
        }
        self.index.renumber(&clients.to, &others.to, count);
    }

    /// Client apps whose documents went in one place and came in another: the same documents, or
    /// documents with their id.
    fn find_again(&self, gone: &[Gone], new: &[ClientKey], now: &mut [Option<ClientKey>]) {
        if gone.is_empty() || new.is_empty() {
            return;
        }
        let mut documents: HashMap<usize, ClientKey> = HashMap::new();
        let mut ids: HashMap<Box<str>, Vec<ClientKey>> = HashMap::new();
        for &key in new.iter().rev() {
            let client = &self.clients[key.0];
            if let Some(document) = self.document(client.file, client.document) {
                documents.insert(Arc::as_ptr(document).addr(), key);
            }
            if let Some(id) = &client.id {
                ids.entry(id.value.key().into()).or_default().push(key);
            }
        }
        let mut taken: HashSet<ClientKey> = HashSet::new();
        for Gone { key, document } in gone {
            let Some(place) = now.get_mut(key.0).filter(|it| it.is_none()) else { continue };
            let same = documents.get(&Arc::as_ptr(document).addr()).copied();
            let found = same.filter(|key| !taken.contains(key)).or_else(|| {
                let alike = ids.get_mut(&id_of(document)?)?;
                std::iter::from_fn(|| alike.pop()).find(|key| !taken.contains(key))
            });
            if let Some(found) = found {
                taken.insert(found);
                *place = Some(found);
            }
        }
    }
}

/// Gives a client app its key, its places and its links, and touches none that has them.
fn settle_client(client: &mut ClientApp, key: ClientKey, document: usize, index: &Index) {
    if client.key != key || client.document != document {
        let facts = client.facts_mut();
        facts.key = key;
        if facts.document != document {
            facts.renumber(document);
        }
    }
    for at in 0..client.permissions.len() {
        let permission = &client.permissions[at];
        let meant = first(index, permission.id.as_ref());
        if permission.client != meant {
            client.facts_mut().permissions[at].client = meant;
        }
    }
}
