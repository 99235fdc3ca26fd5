//! The parts of a client app that most do not state: secrets, redirect URIs, what is attached to
//! it, and what the studio does not know.
//!
//! Every entry of a list knows where it stands, under which key, and the way to it, so that a form
//! can show it and change it. The values of secrets and of metadata are not copied: only their
//! places are known here.

use std::sync::Arc;

use crate::yaml::{Span, Step};

use super::client::Span32;
use super::{Field, Id, Moment, Part, Place, Shared, Stated};

/// What most client apps do not state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct More {
    pub description: Option<Stated<String>>,
    pub secrets: Vec<Secret>,
    pub redirect_uris: Vec<RedirectUri>,
    pub attached: Vec<Attached>,
    pub roles: Vec<Role>,
    pub metadata: Vec<Metadata>,
    pub unknown: Vec<Unknown>,
}

/// Where an entry of a list stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemAt {
    /// The list it is in.
    pub part: Part,
    /// The key of the list as the file spells it.
    pub key: &'static str,
    /// Which entry it is: by number, or by key where the list is written as a mapping; `None` for a
    /// value that stands directly under the key.
    pub step: Option<Step>,
    /// The entry.
    pub place: Place,
    /// Set when the entry as a whole is not written here alone.
    pub shared: Option<Arc<Shared>>,
}

impl ItemAt {
    /// The way to the entry from the root of its document.
    pub fn path(&self) -> Vec<Step> {
        let key = Step::Key(self.key.to_owned());
        std::iter::once(key).chain(self.step.clone()).collect()
    }

    /// The way to the value of a key of the entry.
    pub fn path_to(&self, key: &str) -> Vec<Step> {
        let mut path = self.path();
        path.push(Step::Key(key.to_owned()));
        path
    }
}

/// A field of an entry: what it says, and under which key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<T> {
    /// The key as the file spells it; empty when the entry is the value itself, as in
    /// `- https://…`.
    pub key: &'static str,
    pub stated: Stated<T>,
}

impl<T> Named<T> {
    /// What it says.
    pub fn value(&self) -> &T {
        &self.stated.value
    }
}

/// A date as it is written and, where it is one, as a point in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatedDate {
    pub text: String,
    /// `None` when the text is no date: a slip, or a placeholder.
    pub moment: Option<Moment>,
}

/// A secret of a client app, without what is secret about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    pub at: ItemAt,
    pub id: Option<Named<Id>>,
    pub name: Option<Named<String>>,
    pub description: Option<Named<String>>,
    /// A kind that the entry states, as written.
    pub kind: Option<Named<String>>,
    pub expires: Option<Named<StatedDate>>,
    pub created: Option<Named<StatedDate>>,
    /// Where the value stands, if it is stated.
    pub value: Option<Named<Withheld>>,
}

/// What may be known of a value that is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Withheld {
    /// Nothing is written there, or null.
    Empty,
    /// One placeholder and nothing else.
    Placeholder,
    /// Anything else.
    Something,
}

/// What a redirect URI is for, as far as the key of its list says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Purpose {
    Login,
    Logout,
    /// The key does not say; the type of the entry may.
    NotStated,
}

/// An entry of a list of redirect URIs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUri {
    pub at: ItemAt,
    pub id: Option<Named<Id>>,
    pub uri: Option<Named<String>>,
    /// A kind that the entry states, as written.
    pub kind: Option<Named<String>>,
}

impl RedirectUri {
    /// What it is for, by the key of its list.
    pub fn purpose(&self) -> Purpose {
        match self.at.part {
            Part::LoginRedirectUris => Purpose::Login,
            Part::LogoutRedirectUris => Purpose::Logout,
            _ => Purpose::NotStated,
        }
    }
}

/// An entry that attaches something else to the client app: a resource, a scope, a user, a group …
/// [`ItemAt::part`] says which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    pub at: ItemAt,
    /// The id of the entry or, when there is no `target`, of what it attaches.
    pub id: Option<Named<Id>>,
    /// What it attaches, where the entry has an id of its own.
    pub target: Option<Named<Id>>,
    pub name: Option<Named<String>>,
}

impl Attached {
    /// The id of what is attached.
    pub fn what(&self) -> Option<&Id> {
        self.target.as_ref().or(self.id.as_ref()).map(Named::value)
    }

    /// Name or id, as written.
    pub fn label(&self) -> Option<&str> {
        let name = self.name.as_ref().map(|name| name.value().as_str());
        name.or_else(|| self.what().map(Id::as_str))
    }
}

/// A role in the administration of the identity system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    pub at: ItemAt,
    pub id: Option<Named<Id>>,
    /// As written, as in `SystemAdmin`.
    pub role: Option<Named<String>>,
    /// What it is a role in.
    pub target: Option<Named<Id>>,
}

/// A key and a value for people and programs outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    pub at: ItemAt,
    pub id: Option<Named<Id>>,
    /// The key. Where the metadata is written as a mapping, its key is the key of the mapping.
    pub key: Option<Stated<String>>,
    /// Where the value stands; it may be anything, a secret too, so it is not read.
    /// [`Project::text`](super::Project::text) gives it.
    pub value: Option<Place>,
    /// The key under which the value stands, as the file spells it; empty in a mapping.
    pub value_key: &'static str,
}

impl Metadata {
    /// The way to the value from the root of the document.
    pub fn value_path(&self) -> Vec<Step> {
        if self.value_key.is_empty() { self.at.path() } else { self.at.path_to(self.value_key) }
    }
}

/// An entry of a mapping that the studio does not understand. It is kept, and can be shown and
/// changed as YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The mapping it is in; `None` for the document itself.
    pub(super) within: Option<Arc<[Step]>>,
    /// By key; by number when the key stands twice or is no text.
    pub(super) step: Step,
    pub(super) key: Span32,
    pub(super) value: Span32,
    /// Set when it is not written here alone.
    pub shared: Option<Arc<Shared>>,
    /// What it repeats, when a known key says the same before it, in this or another spelling.
    pub repeats: Option<&'static str>,
}

impl Unknown {
    /// The key, when it is a text that stands there once.
    pub fn key(&self) -> Option<&str> {
        match &self.step {
            Step::Key(key) => Some(key),
            _ => None,
        }
    }

    /// Where the key stands in the document.
    pub fn key_span(&self) -> Span {
        self.key.span()
    }

    /// Where the value stands in the document; empty when nothing is written there.
    pub fn value_span(&self) -> Span {
        self.value.span()
    }

    /// Whether it is an entry of the document itself, not of an entry of one of its lists.
    pub fn is_top_level(&self) -> bool {
        self.within.is_none()
    }

    /// The way to the value from the root of the document.
    pub fn path(&self) -> Vec<Step> {
        let within = self.within.iter().flat_map(|steps| steps.iter().cloned());
        within.chain(std::iter::once(self.step.clone())).collect()
    }

    /// The known key that this one may have been meant for: the nearest within two keystrokes, or
    /// the same in another case. For a key of an entry it is one of that list.
    pub fn meant(&self) -> Option<&'static str> {
        let key = self.key()?;
        let list = self.within.as_deref().and_then(|steps| match steps.first() {
            Some(Step::Key(list)) => Some(Part::from_key(list)),
            _ => None,
        });
        match list {
            Some(part) => {
                let part = part?;
                let fields = part.fields().flat_map(move |field| part.field_spellings(field));
                super::suggest::key_near(key, fields.copied())
            }
            None => super::suggest::key_near(key, super::known_keys()),
        }
    }
}

impl Part {
    /// A field of this list as people know it, as in "Expires".
    pub fn field_label(self, field: Field) -> &'static str {
        match field {
            Field::Id => "Id",
            Field::Target => match self {
                Self::Resources => "Resource",
                Self::Scopes => "Scope",
                Self::Users => "User",
                Self::Groups => "Group",
                _ => "For",
            },
            Field::Name => "Name",
            Field::Description => "Description",
            Field::Issuer => "Issuer",
            Field::Subject => "Subject",
            Field::Type => "Type",
            Field::Key => "Key",
            Field::Value => "Value",
            Field::Uri => "URI",
            Field::Expires => "Expires",
            Field::Created => "Created",
            Field::Role => "Role",
        }
    }
}
