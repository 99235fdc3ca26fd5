//! What is read of a client app. Everything knows its place, nothing is filled in.

use std::ops::Deref;
use std::sync::Arc;

use crate::yaml::Span;

use super::parts::More;
use super::settings::Spelling;
use super::{
    Attached, Id, Metadata, Part, Placeholder, RedirectUri, Role, Secret, Setting, Unknown,
};

/// A file of the project. It stays its own as long as the project is there: when a file is closed no
/// other gets its id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub usize);

/// A client app of the project, by its place in [`Project::clients`](super::Project::clients).
/// Holds until documents or files come, go or change places; after that
/// [`Project::follow`](super::Project::follow) knows the new one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientKey(pub usize);

/// Where something stands: file, document and bytes within that document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    pub file: FileId,
    pub document: usize,
    pub span: Span,
}

/// A [`Span`] in half the room; documents of 4 GiB and more have no tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span32 {
    start: u32,
    end: u32,
}

impl Span32 {
    pub fn new(span: Span) -> Self {
        Self { start: span.start as u32, end: span.end as u32 }
    }

    pub fn span(self) -> Span {
        Span::new(self.start as usize, self.end as usize)
    }
}

/// A value that a file states, with the place where it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<T> {
    pub value: T,
    /// The value as it is written. For an alias the alias itself; for what stands behind an alias
    /// of a whole mapping or list, or behind a merge key, the one place where it is written.
    pub place: Place,
    /// Set when the value is not written here alone.
    pub shared: Option<Arc<Shared>>,
}

/// How a value comes to be where it is read, when it is written elsewhere. To change it is to
/// change it in all places that share it, or to write it anew in one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shared {
    pub by: SharedBy,
    /// The name of the anchor, without the `&`. A merge key can also have a mapping of its own.
    pub anchor: Option<Box<str>>,
    /// The node that is shared: what the anchor names, or the mapping under the merge key.
    pub place: Place,
}

/// What brings a shared value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SharedBy {
    /// An alias (`*name`).
    Alias,
    /// A merge key (`<<`).
    Merge,
}

/// An entry of `allowedTokenExchangeClientApps`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// The id of the entry, `None` when the entry has none that can be read.
    pub id: Option<Id>,
    /// The client app of the project with that id; `None` is a dangling reference. When several
    /// documents have the id, the first of them.
    pub client: Option<ClientKey>,
    /// The entry.
    pub place: Place,
    /// Set when the id is not written here alone.
    pub shared: Option<Arc<Shared>>,
}

/// An entry of `clientAppFederatedIdentities`: a token of `issuer` for `subject` stands for the
/// client app that holds the entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FederatedIdentity {
    /// The entity id of the entry itself.
    pub id: Option<Stated<Id>>,
    pub issuer: Option<Stated<String>>,
    /// As written: `00123` and `123456789` are texts.
    pub subject: Option<Stated<String>>,
    /// The entry.
    pub place: Place,
    /// Set when the entry as a whole is not written here alone.
    pub shared: Option<Arc<Shared>>,
}

impl FederatedIdentity {
    /// Issuer and subject, when both are stated.
    pub fn pair(&self) -> Option<(&str, &str)> {
        Some((&self.issuer.as_ref()?.value, &self.subject.as_ref()?.value))
    }
}

/// What a file says of one [`Setting`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingValue {
    pub setting: Setting,
    /// The key as the file spells it.
    pub key: &'static str,
    /// The value as written.
    pub text: String,
    /// For a boolean setting: what it says, `None` when it is not a boolean.
    pub boolean: Option<bool>,
    /// The value.
    pub place: Place,
    /// Set when the value is not written here alone.
    pub shared: Option<Arc<Shared>>,
}

/// One `!ClientAppDto` document: a handle to its [`ClientFacts`], so that cloning a client app, and
/// with it a project of ten thousand, copies no text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientApp(Arc<ClientFacts>);

impl Deref for ClientApp {
    type Target = ClientFacts;

    fn deref(&self) -> &ClientFacts {
        &self.0
    }
}

/// What is read of one `!ClientAppDto` document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientFacts {
    pub key: ClientKey,
    pub file: FileId,
    pub document: usize,
    /// The mapping.
    pub place: Place,
    /// `None` when the file states none, or an empty one.
    pub id: Option<Stated<Id>>,
    pub name: Option<Stated<String>>,
    pub subscription: Option<Stated<Id>>,
    pub settings: Vec<SettingValue>,
    pub permissions: Vec<Permission>,
    pub identities: Vec<FederatedIdentity>,
    /// Where the document is broken. What is read is then what it last said while it was whole;
    /// places are those of the present text as far as it still has them.
    pub stale: Option<Box<Place>>,
    /// What most client apps do not state.
    pub(super) more: Option<Box<More>>,
    pub(super) placeholders: Box<[Placeholder]>,
    /// Which spellings the document uses, sorted.
    pub(super) spellings: Box<[Spelling]>,
}

impl ClientApp {
    pub(super) fn new(facts: ClientFacts) -> Self {
        Self(Arc::new(facts))
    }

    /// The facts, to change them; copied first when another project shares them.
    pub(super) fn facts_mut(&mut self) -> &mut ClientFacts {
        Arc::make_mut(&mut self.0)
    }

    /// Name, or id, or "unnamed client": what a person sees.
    pub fn label(&self) -> &str {
        match (&self.name, &self.id) {
            (Some(name), _) if !name.value.trim().is_empty() => &name.value,
            (_, Some(id)) => id.value.as_str(),
            _ => "unnamed client",
        }
    }

    /// What the file says of a setting; the first, when it says so in several spellings.
    pub fn setting(&self, setting: Setting) -> Option<&SettingValue> {
        self.settings.iter().find(|value| value.setting == setting)
    }

    /// What the file says of a boolean setting, `None` when it is not stated, not a boolean, or
    /// stated both ways in two spellings.
    pub fn flag(&self, setting: Setting) -> Option<Stated<bool>> {
        let mut stated =
            self.settings.iter().filter(|value| value.setting == setting).map(|value| {
                let (place, shared) = (value.place, value.shared.clone());
                value.boolean.map(|value| Stated { value, place, shared })
            });
        let first = stated.next()??;
        stated.all(|other| other.is_some_and(|it| it.value == first.value)).then_some(first)
    }
}

impl ClientFacts {
    /// Secrets of the client app; `None` when the file states none, not even an empty list. Their
    /// values are never read.
    pub fn secrets(&self) -> Option<&[Secret]> {
        let stated = self.states(Part::Secrets) || self.states(Part::Secret);
        stated.then(|| self.more().map_or(&[][..], |more| &more.secrets))
    }

    /// Redirect URIs for whatever purpose, in file order.
    pub fn redirect_uris(&self) -> &[RedirectUri] {
        self.more().map_or(&[], |more| &more.redirect_uris)
    }

    /// What is attached to the client app by reference (resources, scopes, users, groups …), in
    /// file order.
    pub fn attached(&self) -> &[Attached] {
        self.more().map_or(&[], |more| &more.attached)
    }

    /// What is attached to the client app in one of its lists, as in [`Part::Scopes`].
    pub fn attached_in(&self, part: Part) -> impl Iterator<Item = &Attached> {
        self.attached().iter().filter(move |it| it.at.part == part)
    }

    /// Roles in the administration of the identity system.
    pub fn roles(&self) -> &[Role] {
        self.more().map_or(&[], |more| &more.roles)
    }

    /// Metadata in file order. A key should stand in it once.
    pub fn metadata(&self) -> &[Metadata] {
        self.more().map_or(&[], |more| &more.metadata)
    }

    pub fn description(&self) -> Option<&Stated<String>> {
        self.more()?.description.as_ref()
    }

    /// Entries that the studio does not understand, in the document or in the entries of its
    /// lists: foreign keys, misspelt ones, and repeated ones.
    pub fn unknown(&self) -> &[Unknown] {
        self.more().map_or(&[], |more| &more.unknown)
    }

    /// The placeholders in the document, in file order.
    pub fn placeholders(&self) -> &[Placeholder] {
        &self.placeholders
    }

    /// The key under which the document states a part, as it spells it; the likeliest spelling,
    /// when it uses several. `None` when it does not state the part.
    pub fn key_of(&self, part: Part) -> Option<&'static str> {
        let stated = self.spellings.iter().find(|it| it.part() == part && it.field().is_none());
        stated.map(|spelling| spelling.key())
    }

    /// Whether the document states a part, if only as an empty list.
    pub fn states(&self, part: Part) -> bool {
        self.key_of(part).is_some()
    }

    /// A place in the document by its span, as of an unknown entry or a placeholder.
    pub fn place_at(&self, span: Span) -> Place {
        Place { file: self.file, document: self.document, span }
    }

    fn more(&self) -> Option<&More> {
        self.more.as_deref()
    }
}
