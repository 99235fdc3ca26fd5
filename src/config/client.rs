//! What is read of a client app. Everything knows its place, nothing is filled in.

use std::ops::Deref;
use std::sync::Arc;

use crate::yaml::Span;

use super::{Id, Setting};

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

/// A value that a file states, with the place where it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated<T> {
    pub value: T,
    pub place: Place,
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
    pub key: String,
    /// The value as written.
    pub text: String,
    /// For a boolean setting: what it says, `None` when it is not a boolean.
    pub boolean: Option<bool>,
    /// The value.
    pub place: Place,
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
    /// How many `clientAppSecrets` the file lists; `None` when the key is absent. Their values are
    /// never read into the model.
    pub secrets: Option<usize>,
    pub permissions: Vec<Permission>,
    pub identities: Vec<FederatedIdentity>,
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
                value.boolean.map(|boolean| Stated { value: boolean, place: value.place })
            });
        let first = stated.next()??;
        stated.all(|other| other.is_some_and(|it| it.value == first.value)).then_some(first)
    }
}

/// A document that is not a client app: another tag, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherDocument {
    pub file: FileId,
    pub document: usize,
    /// The tag of its root as written, as in `!SubscriptionDto`.
    pub tag: Option<String>,
    /// Its root.
    pub place: Place,
    pub id: Option<Stated<Id>>,
    pub name: Option<Stated<String>>,
    /// `customerId`, by which a subscription names its customer.
    pub customer: Option<Stated<Id>>,
    /// Whether it has a list that only client apps have: a client app whose tag was lost or
    /// misspelt.
    pub looks_like_client: bool,
}

/// Something about the text that keeps the studio, and likely an importer, from reading it as it
/// was meant. Nothing is repaired and nothing is hidden: the rest of the document is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub kind: ProblemKind,
    /// Where; for a file that could not be read at all the start of its first document.
    pub place: Place,
    /// What was found, in plain words, as a sentence without its full stop.
    pub message: String,
    /// The client app whose document it is in.
    pub client: Option<ClientKey>,
}

/// What sort of [`Problem`] it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ProblemKind {
    /// The file could not be read or decoded.
    File,
    /// The document is not YAML.
    Syntax,
    /// The same key twice in one mapping of a client app; the first is read.
    DuplicateKey,
    /// A collection where a text belongs, or the other way round.
    WrongType,
    /// The client app states no id.
    ClientWithoutId,
    /// An entry of the list of permissions that names nobody by id.
    EntryWithoutId,
    /// A federated identity without issuer or without subject.
    IncompleteIdentity,
    /// `{{guid:x}}` without quotes, which YAML does not read as text.
    UnquotedPlaceholder,
    /// A boolean setting whose value is neither true nor false.
    NotBoolean,
    /// One setting stated both ways under two spellings of its key.
    Contradiction,
    /// A document with lists that only client apps have, but without their tag.
    MissingTag,
}
