//! Unsaved work survives the end of the studio, however it ends.
//!
//! While something is unsaved, a file in the user's state folder says what: for each file its path,
//! what makes the saved text the one it was (length and hash), and the changes of it (`record`).
//! Never the whole text, and never a secret: what is secret in a change is left out, or said by
//! where the saved text has it. So the changes fit the text they were made of, and when the file on
//! disk is another one by now, what was changed is merged into it (`restore`).
//!
//! The file is replaced in one step and synced, so at any moment it is the last state that was
//! written or the one before. A lock beside it tells whether its studio is still running.

mod record;
mod restore;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use uuid::Uuid;

use crate::config::{FileId, Project};
use crate::yaml::Stream;

use super::{state, write};
use record::{Identity, Record};

pub use restore::{Restored, RestoredFile};

/// A picture of what is unsaved, to be written by [`Recovery::write`] on any thread.
#[derive(Clone, Debug, Default)]
pub struct UnsavedWork {
    files: Vec<Unsaved>,
}

#[derive(Clone, Debug)]
struct Unsaved {
    path: Option<PathBuf>,
    name: String,
    /// `None` for a file that has never been on disk.
    saved: Option<Stream>,
    now: Stream,
}

impl UnsavedWork {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}

impl Project {
    /// A picture of what is unsaved.
    pub fn unsaved_work(&self) -> UnsavedWork {
        let unsaved = |id: FileId| {
            let file = self.file(id);
            Some(Unsaved {
                path: file.path.clone(),
                name: file.name.clone(),
                // Text without a file cannot be found again.
                saved: file.saved.clone().filter(|_| file.path.is_some()),
                now: file.stream.as_ref().ok()?.clone(),
            })
        };
        UnsavedWork { files: self.unsaved().into_iter().filter_map(unsaved).collect() }
    }
}

/// Keeps the unsaved work of this studio where the next one finds it.
#[derive(Debug)]
pub struct Recovery {
    path: PathBuf,
    lock: Lock,
    written: Option<Vec<u8>>,
    /// The saved texts and what makes them themselves, which is not found out anew each time.
    known: Vec<(Stream, Identity)>,
}

/// A lock file that is held.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    file: File,
}

impl Recovery {
    /// Recovery in a folder of the user's (see [`state_folder`](super::state_folder)).
    ///
    /// # Errors
    /// The folder or a file in it cannot be made.
    pub fn new(state: &Path) -> io::Result<Self> {
        let folder = folder(state);
        state::private_folder(&folder)?;
        loop {
            let path = folder.join(format!("{}.json", Uuid::new_v4()));
            // Another studio that tidies up may be looking at it just now.
            if let Some(lock) = Lock::take(&path)? {
                return Ok(Self { path, lock, written: None, known: Vec::new() });
            }
        }
    }

    /// Writes what is unsaved; when it returns, a crash loses nothing of it. With nothing unsaved
    /// nothing is left. It writes as much as was changed, and syncs: to be called off the window's
    /// thread, and not for each keystroke.
    ///
    /// # Errors
    /// It cannot be written; what was written before is still there.
    pub fn write(&mut self, work: &UnsavedWork) -> io::Result<()> {
        if work.is_empty() {
            self.known.clear();
            if self.written.take().is_some() {
                fs::remove_file(&self.path)?;
                write::sync_folder(super::folder_of(&self.path))?;
            }
            return Ok(());
        }
        self.known.retain(|(stream, _)| {
            work.files.iter().filter_map(|file| file.saved.as_ref()).any(|it| it.same(stream))
        });
        let mut files = Vec::new();
        for file in &work.files {
            let base = file.saved.as_ref().map(|saved| self.identity(saved));
            files.push(record::of(file, base));
        }
        let bytes = Record::bytes(files)?;
        if self.written.as_ref() == Some(&bytes) {
            return Ok(());
        }
        let folder = super::folder_of(&self.path);
        let mut temporary = write::temporary(folder, true)?;
        temporary.write_all(&bytes)?;
        temporary.as_file().sync_all()?;
        temporary.persist(&self.path).map_err(|error| error.error)?;
        write::sync_folder(folder)?;
        self.written = Some(bytes);
        Ok(())
    }

    fn identity(&mut self, saved: &Stream) -> Identity {
        if let Some((_, known)) = self.known.iter().find(|(stream, _)| stream.same(saved)) {
            return known.clone();
        }
        let identity = Identity::of(&saved.to_bytes());
        self.known.push((saved.clone(), identity.clone()));
        identity
    }

    /// What studios left that are not running any more, the latest first. A studio that finds it
    /// has it to itself until it drops it. What else such studios left is taken away.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn pending(state: &Path) -> io::Result<Vec<Pending>> {
        let folder = folder(state);
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        write::sweep(&folder);
        let mut pending = Vec::new();
        for path in entries.flatten().map(|entry| entry.path()) {
            let is = |ending| path.extension().is_some_and(|it| it == ending);
            if is("lock") && !path.with_extension("json").exists() {
                // Between lock and first writing a studio holds it.
                write::remove_unless_held(&path);
            }
            if !is("json") {
                continue;
            }
            let Ok(Some(lock)) = Lock::take(&path) else { continue };
            // What cannot be read is of another version, which can.
            let Ok(record) = fs::read(&path).map_err(drop).and_then(|it| Record::read(&it)) else {
                continue;
            };
            pending.push(Pending { path, lock, record });
        }
        pending.sort_by_key(|it| std::cmp::Reverse(it.record.written));
        Ok(pending)
    }
}

impl Drop for Recovery {
    /// A studio that ends in order has asked about what is unsaved; what was written stays all the
    /// same, in case it ends because it fell.
    fn drop(&mut self) {
        if self.written.is_none() {
            self.lock.remove();
        }
    }
}

/// Unsaved work that a studio left behind.
#[derive(Debug)]
pub struct Pending {
    path: PathBuf,
    lock: Lock,
    record: Record,
}

impl Pending {
    /// When it was written last.
    pub fn written(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
            .checked_add(Duration::from_secs(self.record.written))
            .unwrap_or(SystemTime::UNIX_EPOCH)
    }

    /// The files with unsaved changes: their paths, or the names of texts that had none.
    pub fn files(&self) -> Vec<PathBuf> {
        self.record
            .files
            .iter()
            .map(|file| file.path.clone().unwrap_or_else(|| PathBuf::from(&file.name)))
            .collect()
    }

    /// How many places were changed.
    pub fn changes(&self) -> usize {
        self.record.files.iter().map(|file| file.changes.len()).sum()
    }

    /// Throws it away: after it was restored and written down anew, or because nobody wants it.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn discard(self) -> io::Result<()> {
        fs::remove_file(&self.path)?;
        self.lock.remove();
        write::sync_folder(super::folder_of(&self.path))
    }
}

impl Lock {
    /// The lock of a file; `None` when somebody else holds it.
    fn take(path: &Path) -> io::Result<Option<Self>> {
        let path = path.with_extension("lock");
        loop {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(false);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(&path)?;
            match file.try_lock() {
                Ok(()) if write::is_still(&path, &file) => return Ok(Some(Self { path, file })),
                // Whoever had it took it away: there is a new one to be made.
                Ok(()) => {}
                Err(fs::TryLockError::WouldBlock) => return Ok(None),
                Err(fs::TryLockError::Error(error)) => return Err(error),
            }
        }
    }

    /// While it is held, so that nobody else's is taken away.
    fn remove(&self) {
        fs::remove_file(&self.path).ok();
    }
}

impl Drop for Lock {
    /// Closing would do, but for a process that is being started at this moment and has the file
    /// open too until it runs.
    fn drop(&mut self) {
        self.file.unlock().ok();
    }
}

fn folder(state: &Path) -> PathBuf {
    state.join("unsaved")
}
