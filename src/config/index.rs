//! Who has which id, who names whom, who holds which identity.
//!
//! Kept right in place: after an edit one client's lines are taken out, and put in again as they
//! are now. What that costs does not depend on the number of clients, and neither does it when a
//! clone of the project still holds the index as it was: maps are cut into pieces that are shared
//! until one of them changes.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rayon::prelude::*;

use super::settings::Spelling;
use super::table::Table;
use super::{ClientApp, ClientKey, Id, IdForm, Placeholder};

/// Pieces of a map. With a hundred thousand keys a piece has some hundred.
const PIECES: usize = 1024;

/// From keys to values in order, in pieces that clones share.
#[derive(Clone, Debug)]
struct Map<K, V> {
    pieces: Vec<Arc<HashMap<K, Vec<V>>>>,
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self { pieces: vec![Arc::default(); PIECES] }
    }
}

impl<K: Clone + Hash + Eq, V: Clone + Ord> Map<K, V> {
    fn piece<Q: Hash + ?Sized>(key: &Q) -> usize {
        // Without a seed: clones must agree on where a key is.
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        hasher.finish() as usize % PIECES
    }

    fn get<Q>(&self, key: &Q) -> &[V]
    where
        K: std::borrow::Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.pieces[Self::piece(key)].get(key).map_or(&[], Vec::as_slice)
    }

    fn values(&self) -> impl Iterator<Item = &[V]> {
        self.pieces.iter().flat_map(|piece| piece.values().map(Vec::as_slice))
    }

    /// In order, so that the first of several is the first in the project whatever was edited when.
    fn put(&mut self, key: K, value: V) {
        let piece = Arc::make_mut(&mut self.pieces[Self::piece(&key)]);
        let values = piece.entry(key).or_default();
        let at = values.partition_point(|other| *other <= value);
        values.insert(at, value);
    }

    /// Makes another value of each, or none. Pieces in which nothing changes stay shared.
    fn renumber(&mut self, to: impl Fn(&V) -> Option<V> + Sync)
    where
        K: Send + Sync,
        V: Send + Sync,
    {
        self.pieces.par_iter_mut().for_each(|piece| {
            let same = |value: &V| to(value).as_ref() == Some(value);
            if piece.values().flatten().all(same) {
                return;
            }
            Arc::make_mut(piece).retain(|_, values| {
                values.retain_mut(|value| match to(value) {
                    Some(new) => {
                        *value = new;
                        true
                    }
                    None => false,
                });
                // What moved may have passed others.
                values.sort_unstable();
                !values.is_empty()
            });
        });
    }

    fn take(&mut self, key: &K, gone: impl Fn(&V) -> bool) {
        let piece = Arc::make_mut(&mut self.pieces[Self::piece(key)]);
        if let Some(values) = piece.get_mut(key) {
            values.retain(|value| !gone(value));
            if values.is_empty() {
                piece.remove(key);
            }
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Clients by [`Id::key`] of their own id, in project order.
    ids: Map<Box<str>, ClientKey>,
    /// Permissions by [`Id::key`] of the id they name.
    references: Map<Box<str>, (ClientKey, usize)>,
    /// Identities by the folded form of their pair; `fold` says what that hides.
    identities: Map<(Box<str>, Box<str>), (ClientKey, usize)>,
    /// Placeholders by the folded form of their name, whatever their kind.
    placeholders: Map<Box<str>, (Holder, usize)>,
    /// One for each client, by its key.
    shapes: Table<Arc<Shape>>,
    /// How many client apps use each spelling.
    spellings: Arc<Vec<u32>>,
}

/// A document that has placeholders: a client app, or another one by its place among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holder {
    Client(ClientKey),
    Other(usize),
}

/// What ids and names are searched by when they are not exactly right. Kept, because a project can
/// have as many dangling references as it has clients, and each of them looks at all clients.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Shape {
    /// The name without case and surrounding white space.
    pub name: Option<Box<str>>,
    /// [`Id::key`] of the id without case.
    pub id: Option<Box<str>>,
    pub placeholder: bool,
    pub letters: Letters,
}

/// How often each class of byte occurs in a text: a bound from below for the number of keystrokes
/// between two texts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Letters([u8; 32]);

impl Letters {
    pub fn of(text: &str) -> Self {
        let mut counts = [0u8; 32];
        for byte in text.bytes() {
            let count = &mut counts[usize::from(byte & 31)];
            *count = count.saturating_add(1);
        }
        Self(counts)
    }

    /// By how much all counts differ together. One keystroke changes this by two at most.
    pub fn difference(&self, other: &Self) -> u32 {
        self.0.iter().zip(&other.0).map(|(a, b)| u32::from(a.abs_diff(*b))).sum()
    }
}

/// A name in the form in which people mean the same by it.
pub(super) fn fold_name(name: &str) -> String {
    name.trim().to_lowercase()
}

impl Shape {
    fn of(client: &ClientApp) -> Self {
        let name = client.name.as_ref().map(|name| fold_name(&name.value).into());
        let id = client.id.as_ref().map(|id| &id.value);
        let key: Option<Box<str>> = id.map(|id| id.key().to_lowercase().into());
        let placeholder = id.is_some_and(|id| id.form() == IdForm::Placeholder);
        let letters = key.as_deref().map(Letters::of).unwrap_or_default();
        Self { name, id: key, placeholder, letters }
    }
}

/// An issuer in the form in which near misses are equal: without case, surrounding white space and
/// trailing slashes.
pub(super) fn fold_issuer(issuer: &str) -> String {
    issuer.trim().trim_end_matches('/').to_lowercase()
}

/// A subject in the form in which near misses are equal: without case and surrounding white space.
pub(super) fn fold_subject(subject: &str) -> String {
    subject.trim().to_lowercase()
}

fn fold(issuer: &str, subject: &str) -> (Box<str>, Box<str>) {
    (fold_issuer(issuer).into(), fold_subject(subject).into())
}

/// The name of a placeholder in the form in which near misses are equal: without case and white
/// space.
fn fold_placeholder(name: &str) -> String {
    name.chars().filter(|it| !it.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// Issuer and subject, folded.
type Pair = (Box<str>, Box<str>);

/// What one client has in the maps.
#[derive(Default)]
struct Lines {
    id: Option<Box<str>>,
    references: Vec<(Box<str>, usize)>,
    identities: Vec<(Pair, usize)>,
}

impl Lines {
    fn of(client: &ClientApp) -> Self {
        let references = client.permissions.iter().enumerate();
        let identities = client.identities.iter().enumerate();
        Self {
            id: client.id.as_ref().map(|id| id.value.key().into()),
            references: references
                .filter_map(|(at, it)| Some((it.id.as_ref()?.key().into(), at)))
                .collect(),
            identities: identities
                .filter_map(|(at, it)| {
                    it.pair().map(|(issuer, subject)| (fold(issuer, subject), at))
                })
                .collect(),
        }
    }
}

/// Does something with what is in the first list and not in the second.
fn each<T: PartialEq, M>((one, two): (&Vec<T>, &Vec<T>), map: &mut M, act: impl Fn(&T, &mut M)) {
    if one == two {
        return;
    }
    for (at, item) in one.iter().enumerate() {
        // Most stay where they are.
        if two.get(at) != Some(item) && !two.contains(item) {
            act(item, map);
        }
    }
}

impl Index {
    /// A client under a key that [`Index::renumber`] has made room for.
    pub fn add(&mut self, key: ClientKey, client: &ClientApp) {
        if key.0 < self.shapes.len() {
            self.shapes[key.0] = Arc::new(Shape::of(client));
        }
        self.put(&Lines::default(), &Lines::of(client), key);
        self.put_placeholders(Holder::Client(key), &[], client.placeholders());
        self.count_spellings(&[], &client.spellings);
    }

    /// Takes a client out of the counts; its lines go with its key, in [`Index::renumber`].
    pub fn forget(&mut self, client: &ClientApp) {
        self.count_spellings(&client.spellings, &[]);
    }

    /// Gives clients and other documents other keys: `to` says by the old one which, `None` for
    /// those that are taken out. After that there is room for `count` clients.
    pub fn renumber(&mut self, clients: &[Option<usize>], others: &[Option<usize>], count: usize) {
        let client = |key: ClientKey| Some(ClientKey((*clients.get(key.0)?)?));
        self.ids.renumber(|key| client(*key));
        self.references.renumber(|(key, at)| Some((client(*key)?, *at)));
        self.identities.renumber(|(key, at)| Some((client(*key)?, *at)));
        self.placeholders.renumber(|(holder, at)| match holder {
            Holder::Client(key) => Some((Holder::Client(client(*key)?), *at)),
            Holder::Other(other) => Some((Holder::Other((*others.get(*other)?)?), *at)),
        });
        let mut shapes = vec![Arc::<Shape>::default(); count];
        for (shape, to) in std::mem::take(&mut self.shapes).into_items().zip(clients) {
            if let Some(place) = to.and_then(|to| shapes.get_mut(to)) {
                *place = shape;
            }
        }
        self.shapes = shapes.into_iter().collect();
    }

    /// Another state of a client that was added. Where both say the same nothing is touched, so
    /// that copies of the index go on sharing it.
    pub fn replace(&mut self, old: &ClientApp, new: &ClientApp) {
        let shape = Shape::of(new);
        if let Some(place) = self.shapes.get(new.key.0)
            && **place != shape
        {
            self.shapes[new.key.0] = Arc::new(shape);
        }
        self.put(&Lines::of(old), &Lines::of(new), new.key);
        self.put_placeholders(Holder::Client(new.key), old.placeholders(), new.placeholders());
        self.count_spellings(&old.spellings, &new.spellings);
    }

    /// Brings the placeholders of a document up to date. Most edits change none, and some names
    /// stand in every document, so equal ones are left alone.
    pub fn put_placeholders(&mut self, holder: Holder, old: &[Placeholder], new: &[Placeholder]) {
        if old.iter().map(Placeholder::name).eq(new.iter().map(Placeholder::name)) {
            return;
        }
        let fold = |it: &Placeholder| Box::<str>::from(fold_placeholder(it.name()));
        for (at, placeholder) in old.iter().enumerate() {
            self.placeholders.take(&fold(placeholder), |it| *it == (holder, at));
        }
        for (at, placeholder) in new.iter().enumerate() {
            self.placeholders.put(fold(placeholder), (holder, at));
        }
    }

    fn count_spellings(&mut self, old: &[Spelling], new: &[Spelling]) {
        if old == new {
            return;
        }
        let counts = Arc::make_mut(&mut self.spellings);
        counts.resize(Spelling::count(), 0);
        for spelling in new {
            counts[spelling.index()] += 1;
        }
        for spelling in old {
            let count = &mut counts[spelling.index()];
            *count = count.saturating_sub(1);
        }
    }

    fn put(&mut self, old: &Lines, new: &Lines, key: ClientKey) {
        let (ids, references, identities) =
            (&mut self.ids, &mut self.references, &mut self.identities);
        let both = (&old.references, &new.references);
        each(both, references, |(id, at), map| map.take(id, |it| *it == (key, *at)));
        each((both.1, both.0), references, |(id, at), map| map.put(id.clone(), (key, *at)));
        let both = (&old.identities, &new.identities);
        each(both, identities, |(pair, at), map| map.take(pair, |it| *it == (key, *at)));
        each((both.1, both.0), identities, |(pair, at), map| map.put(pair.clone(), (key, *at)));
        if old.id != new.id {
            if let Some(id) = &old.id {
                ids.take(id, |it| *it == key);
            }
            if let Some(id) = &new.id {
                ids.put(id.clone(), key);
            }
        }
    }

    pub fn clients(&self, id: &Id) -> &[ClientKey] {
        self.ids.get(id.key().as_ref())
    }

    /// In the order of keys.
    pub fn shapes(&self) -> impl Iterator<Item = (ClientKey, &Shape)> {
        self.shapes.iter().enumerate().map(|(at, shape)| (ClientKey(at), &**shape))
    }

    pub fn references(&self, id: &Id) -> &[(ClientKey, usize)] {
        self.references.get(id.key().as_ref())
    }

    /// Placeholders whose name is this one but for case and white space, of any kind.
    pub fn placeholders(&self, name: &str) -> &[(Holder, usize)] {
        self.placeholders.get(fold_placeholder(name).as_str())
    }

    /// Placeholders in groups of those that have the same name but for case and white space. The
    /// groups are in no order.
    pub fn all_placeholders(&self) -> impl Iterator<Item = &[(Holder, usize)]> {
        self.placeholders.values()
    }

    /// How many client apps use a spelling.
    pub fn uses(&self, spelling: Spelling) -> u32 {
        self.spellings.get(spelling.index()).copied().unwrap_or_default()
    }

    pub fn identities(&self, issuer: &str, subject: &str) -> &[(ClientKey, usize)] {
        self.identities.get(&fold(issuer, subject))
    }

    /// All of it, in an order that does not hang on how it came about.
    #[cfg(test)]
    pub fn state(&self) -> String {
        fn sorted<K: Ord + Clone, V: Clone>(map: &Map<K, V>) -> Vec<(K, Vec<V>)> {
            let lines = map.pieces.iter().flat_map(|piece| piece.iter());
            let mut lines: Vec<_> =
                lines.map(|(key, value)| (key.clone(), value.clone())).collect();
            lines.sort_by(|one, two| one.0.cmp(&two.0));
            lines
        }
        let counts = self.spellings.iter().enumerate().filter(|(_, count)| **count > 0);
        format!(
            "{:#?}",
            (
                sorted(&self.ids),
                sorted(&self.references),
                sorted(&self.identities),
                sorted(&self.placeholders),
                self.shapes.iter().collect::<Vec<_>>(),
                counts.collect::<Vec<_>>(),
            )
        )
    }
}
