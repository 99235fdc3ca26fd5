//! What is read of a document that comes to stand elsewhere in its file: the same, but for the
//! number of the document in every place.

use std::sync::Arc;

use super::parts::More;
use super::{
    Attached, ClientFacts, FederatedIdentity, ItemAt, Metadata, Named, OtherFacts, Parent,
    Permission, Place, Problem, RedirectUri, Role, Secret, SettingValue, Shared, Stated, Unknown,
};

/// Something with places in one document.
pub(super) trait Renumber {
    /// Makes all of its places those of the document with another number, in the same file.
    fn renumber(&mut self, document: usize);
}

impl Renumber for Place {
    fn renumber(&mut self, document: usize) {
        self.document = document;
    }
}

impl<T: Renumber> Renumber for Option<T> {
    fn renumber(&mut self, document: usize) {
        if let Some(it) = self {
            it.renumber(document);
        }
    }
}

impl<T: Renumber> Renumber for Vec<T> {
    fn renumber(&mut self, document: usize) {
        self.iter_mut().for_each(|it| it.renumber(document));
    }
}

impl<T: Renumber> Renumber for Box<T> {
    fn renumber(&mut self, document: usize) {
        (**self).renumber(document);
    }
}

impl Renumber for Arc<Shared> {
    fn renumber(&mut self, document: usize) {
        Arc::make_mut(self).place.renumber(document);
    }
}

impl<T> Renumber for Stated<T> {
    fn renumber(&mut self, document: usize) {
        let Self { value: _, place, shared } = self;
        place.renumber(document);
        shared.renumber(document);
    }
}

impl<T> Renumber for Named<T> {
    fn renumber(&mut self, document: usize) {
        let Self { key: _, stated } = self;
        stated.renumber(document);
    }
}

/// Every field is named, so that one that comes is not forgotten.
macro_rules! renumber {
    ($type:ident: $($part:ident),*; $($other:ident),*) => {
        impl Renumber for $type {
            fn renumber(&mut self, document: usize) {
                let Self { $($part,)* $($other: _,)* } = self;
                $($part.renumber(document);)*
            }
        }
    };
}

renumber!(ItemAt: place, shared; part, key, step);
renumber!(Permission: place, shared; id, client);
renumber!(FederatedIdentity: id, issuer, subject, place, shared;);
renumber!(SettingValue: place, shared; setting, key, text, boolean);
renumber!(Secret: at, id, name, description, kind, expires, created, value;);
renumber!(RedirectUri: at, id, uri, kind;);
renumber!(Attached: at, id, target, name;);
renumber!(Role: at, id, role, target;);
renumber!(Metadata: at, id, key, value; value_key);
renumber!(Unknown: shared; within, step, key, value, repeats);
renumber!(More: description, secrets, redirect_uris, attached, roles, metadata, unknown;);
renumber!(Parent: id; key);
renumber!(Problem: place; kind, message, client);

impl Renumber for ClientFacts {
    fn renumber(&mut self, to: usize) {
        let Self {
            document,
            place,
            id,
            name,
            subscription,
            settings,
            permissions,
            identities,
            stale,
            more,
            key: _,
            file: _,
            placeholders: _,
            spellings: _,
        } = self;
        *document = to;
        place.renumber(to);
        id.renumber(to);
        name.renumber(to);
        subscription.renumber(to);
        settings.renumber(to);
        permissions.renumber(to);
        identities.renumber(to);
        stale.renumber(to);
        more.renumber(to);
    }
}

impl Renumber for OtherFacts {
    fn renumber(&mut self, to: usize) {
        let Self {
            document,
            place,
            id,
            name,
            description,
            status,
            customer,
            parents,
            stale,
            unknown,
            file: _,
            tag: _,
            kind: _,
            looks_like_client: _,
            placeholders: _,
        } = self;
        *document = to;
        place.renumber(to);
        id.renumber(to);
        name.renumber(to);
        description.renumber(to);
        status.renumber(to);
        customer.renumber(to);
        parents.renumber(to);
        stale.renumber(to);
        unknown.renumber(to);
    }
}
