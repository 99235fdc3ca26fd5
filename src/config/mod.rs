//! What the YAML says about client apps, and how it is changed.
//!
//! A [`Project`] is a set of files, each a stream of documents; a document whose root tag is
//! `!ClientAppDto` is a [`ClientApp`]. Everything read knows its [`Place`]. Nothing is filled in:
//! what a file does not state is `None`, a third value beside true and false. What cannot be read
//! as it was meant is a [`Problem`] and harms nothing else.
//!
//! A [`Change`] is one named intention. Undo, the review before saving, the window and the command
//! line all speak it; it becomes YAML edits, and nothing else writes to text.
//!
//! | part | purpose |
//! |---|---|
//! | `id` | what makes two ids equal |
//! | `settings` | the one table of spellings |
//! | `client`, `parts`, `other`, `problem` | the types of what is read |
//! | `placeholder`, `date` | texts that stand for something |
//! | `read` | one document → what it says |
//! | `renumber` | the same of a document that stands elsewhere now |
//! | `entries` | any mapping or list of a document as it is, for forms |
//! | `index` | who has which id, who names whom, who holds which identity |
//! | `project` | files, clients, look-ups |
//! | `suggest` | what a dangling reference may have meant |
//! | `change` | an intention → edits of text |
//! | `history` | undo and redo as documents before and after |
//! | `secrets` | what must not be shown, written down or sent |
//! | `merge` | two changes of one file become one |
//! | `project_file` | what the studio keeps beside a configuration |
//! | `disk` | opening, saving, noticing that somebody else wrote |

mod change;
mod client;
mod date;
mod disk;
mod entries;
mod history;
mod id;
mod index;
pub mod merge;
mod other;
mod parts;
mod placeholder;
mod problem;
mod profile;
mod project;
mod project_file;
mod read;
mod renumber;
pub mod secrets;
mod settings;
mod suggest;
mod table;

#[cfg(test)]
mod tests;

pub use change::{Change, ChangeError, Refused, RefusedEdit};
pub use client::{
    ClientApp, ClientFacts, ClientKey, FederatedIdentity, FileId, Permission, Place, SettingValue,
    Shared, SharedBy, Stated,
};
pub use date::Moment;
pub use disk::{
    AtRevision, DiskChange, DiskReport, DiskWatch, OpenError, OpenOptions, Other, Pending,
    Presence, Recovery, Restored, RestoredFile, RevisionError, RevisionFile, SaveError, SaveJob,
    SaveMethod, SaveOptions, Saved, UnsavedWork, WatchError, Watcher, at_revision, backups,
    find_files, state_folder, write_derived,
};
pub use entries::{Entry, PlaceholderUse, Shape};
pub use id::{Id, IdForm};
pub use other::{DocumentKind, OtherDocument, OtherFacts, Parent};
pub use parts::{
    Attached, ItemAt, Metadata, Named, Purpose, RedirectUri, Role, Secret, StatedDate, Unknown,
    Withheld,
};
pub use placeholder::Placeholder;
pub use problem::{Problem, ProblemKind};
pub use profile::{Profile, ProfileClient, SecretInProfile};
pub use project::{FileError, Group, Project, Source, SourceFile};
pub use project_file::{PinnedAt, Positions, ProjectFile, ProjectFileError};
pub use settings::{Field, Part, Setting, boolean, known_keys};
pub use table::Table;

/// The tag of a client app.
pub const CLIENT_TAG: &str = "!ClientAppDto";
/// The tag of a subscription, which groups client apps.
pub const SUBSCRIPTION_TAG: &str = "!SubscriptionDto";
/// The tag of a customer, who has subscriptions.
pub const CUSTOMER_TAG: &str = "!CustomerDto";
/// The key of the list of permissions.
pub const PERMISSIONS: &str = "allowedTokenExchangeClientApps";
/// The key of the list of federated identities.
pub const IDENTITIES: &str = "clientAppFederatedIdentities";
/// The key of the list of secrets, whose values are never read.
pub const SECRETS: &str = "clientAppSecrets";
/// The name of the studio's own file beside a configuration; it is no part of one.
pub const PROJECT_FILE: &str = "exchange-studio.yaml";
