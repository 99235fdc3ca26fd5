//! Who has which id, who names whom, who holds which identity.
//!
//! Kept right in place: after an edit one client's lines are taken out, and put in again as they
//! are now. Nothing here depends on the number of clients.

use std::collections::HashMap;

use super::{ClientApp, ClientKey, Id};

type Map<K, V> = HashMap<K, Vec<V>>;

#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// Clients by [`Id::key`] of their own id, in project order.
    ids: Map<Box<str>, ClientKey>,
    /// Permissions by [`Id::key`] of the id they name.
    references: Map<Box<str>, (ClientKey, usize)>,
    /// Identities by the folded form of their pair; `fold` says what that hides.
    identities: Map<(Box<str>, Box<str>), (ClientKey, usize)>,
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

impl Index {
    pub fn add(&mut self, client: &ClientApp) {
        let key = client.key;
        if let Some(id) = &client.id {
            put(&mut self.ids, id.value.key().into(), key);
        }
        for (at, permission) in client.permissions.iter().enumerate() {
            if let Some(id) = &permission.id {
                put(&mut self.references, id.key().into(), (key, at));
            }
        }
        for (at, identity) in client.identities.iter().enumerate() {
            if let Some((issuer, subject)) = identity.pair() {
                put(&mut self.identities, fold(issuer, subject), (key, at));
            }
        }
    }

    pub fn remove(&mut self, client: &ClientApp) {
        let key = client.key;
        if let Some(id) = &client.id {
            take(&mut self.ids, &id.value.key().into(), |it| *it == key);
        }
        for permission in &client.permissions {
            if let Some(id) = &permission.id {
                take(&mut self.references, &id.key().into(), |it| it.0 == key);
            }
        }
        for identity in &client.identities {
            if let Some((issuer, subject)) = identity.pair() {
                take(&mut self.identities, &fold(issuer, subject), |it| it.0 == key);
            }
        }
    }

    pub fn clients(&self, id: &Id) -> &[ClientKey] {
        self.ids.get(id.key().as_ref()).map_or(&[], Vec::as_slice)
    }

    pub fn references(&self, id: &Id) -> &[(ClientKey, usize)] {
        self.references.get(id.key().as_ref()).map_or(&[], Vec::as_slice)
    }

    pub fn identities(&self, issuer: &str, subject: &str) -> &[(ClientKey, usize)] {
        self.identities.get(&fold(issuer, subject)).map_or(&[], Vec::as_slice)
    }
}

/// In order, so that the first of several is the first in the project whatever was edited when.
fn put<K: std::hash::Hash + Eq, V: Ord>(map: &mut Map<K, V>, key: K, value: V) {
    let values = map.entry(key).or_default();
    let at = values.partition_point(|other| *other <= value);
    values.insert(at, value);
}

fn take<K: std::hash::Hash + Eq, V>(map: &mut Map<K, V>, key: &K, gone: impl Fn(&V) -> bool) {
    if let Some(values) = map.get_mut(key) {
        values.retain(|value| !gone(value));
        if values.is_empty() {
            map.remove(key);
        }
    }
}
