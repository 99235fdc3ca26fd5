//! Files on disk: opening, watching, saving, and what outlives a crash.
//!
//! The file on disk belongs to others too. What the studio has not seen it never overwrites, what
//! it writes is there as a whole or not at all, and what it has not written yet survives its end.
//!
//! | part | purpose |
//! |---|---|
//! | `find` | a folder, a pattern or a file → the files it stands for |
//! | `open` | files → a project, with progress; reading one again |
//! | `watch` | what happened to the files behind the studio's back |
//! | `events` | word from the system that something may have happened |
//! | `save` | what a save needs to know, and what is refused |
//! | `write` | one file's bytes onto the disk, in one step |
//! | `whole` | files that are no streams of documents |
//! | `presence` | two studios on one file notice each other |
//! | `revision` | files as a git revision has them |
//! | `recovery` | unsaved work survives the end of the studio |
//! | `state` | the folder for what outlives the studio |

mod events;
mod find;
mod open;
mod presence;
mod recovery;
mod revision;
mod save;
mod state;
mod watch;
mod whole;
mod write;

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

pub use events::{WatchError, Watcher};
pub use find::files as find_files;
pub use open::{OpenError, OpenOptions};
pub use presence::{Other, Presence};
pub use recovery::{Pending, Recovery, Restored, RestoredFile, UnsavedWork};
pub use revision::{AtRevision, RevisionError, RevisionFile, at_revision};
pub use save::{SaveError, SaveJob, SaveMethod, SaveOptions, Saved};
pub use state::state_folder;
pub use watch::{DiskChange, DiskReport, DiskWatch};
pub use write::backups;

pub(super) use open::read_file;
pub(super) use save::OwnSaves;
pub use whole::write_derived;
pub(super) use whole::{read_whole, write_whole};

/// What a file looked like when it was last read or written. When none of it differs the text is
/// taken to be the same; when some does, the text is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
    identity: Option<(u64, u64)>,
}

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self {
            modified: metadata.modified().ok(),
            length: metadata.len(),
            identity: identity(metadata),
        }
    }
}

/// What makes a file the same file under another name, where the system tells.
fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Some((metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        None
    }
}

/// Where a path really leads; itself when that cannot be told (yet).
fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// The folder a file is in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
