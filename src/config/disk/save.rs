//! Saving: what it needs to know, what it refuses, and what it says afterwards.
//!
//! A save has three parts. [`Project::prepare_save`] takes a picture of the text, [`SaveJob::run`]
//! writes it wherever it is run, and [`Project::saved`] takes note. What stands in the way is told
//! as a [`SaveError`] with the choice it leaves, and nothing has been written then.
//!
//! A file is replaced as a whole by default. Two files cannot be: one with several names (hard
//! links), which would fall apart, and one in a folder that takes no new file. They can be written
//! in place, where a crash may leave half a text; so a copy of the old text lies beside it until it
//! is done. Which of the two is right only the user knows, so neither is done unasked.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::yaml::Stream;

use super::{Stamp, file_name, real, write};
use crate::config::{FileId, Project};

/// Why a file was not saved. What was on disk is still there.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The file changed on disk since it was read; nothing was written. The choice is to merge
    /// ([`Project::prepare_merge`]), to take theirs ([`Project::reload`]) or to keep mine
    /// ([`SaveOptions::overwrite`]).
    #[error("{path} changed on disk since it was read", path = .0.display())]
    ChangedOnDisk(PathBuf),
    #[error("the text has no file yet; save it under a name")]
    NoPath,
    /// Another file of the project is kept there.
    #[error("{path} is open as another file of the project", path = .0.display())]
    InProject(PathBuf),
    /// The file may not be written. Its folder may, so it could be replaced all the same
    /// ([`SaveOptions::write_protected`]).
    #[error("{path} is write-protected", path = .0.display())]
    WriteProtected(PathBuf),
    /// The file has other names too, which would keep the old text. The choice is
    /// [`SaveOptions::method`].
    #[error("{path} has {links} names (hard links), which a save would part", path = path.display())]
    HardLinks { path: PathBuf, links: u64 },
    /// There is no folder to save it in.
    #[error("the folder {path} does not exist (any more)", path = .0.display())]
    NoFolder(PathBuf),
    /// No file can be made in the folder. A file that is there already may be written in place
    /// ([`SaveMethod::InPlace`]).
    #[error("no file can be made in the folder {path}: {error}", path = path.display())]
    FolderProtected { path: PathBuf, error: io::Error },
    /// Something else than a file has the name.
    #[error("{path} is not a file", path = .0.display())]
    NotAFile(PathBuf),
    /// The disk, or the user's share of it, is full.
    #[error("there is no room for {path} on the disk", path = path.display())]
    Full { path: PathBuf, error: Option<io::Error> },
    /// The backup could not be made, so the file was left as it was.
    #[error("no backup could be made, so {path} was not written: {error}", path = path.display())]
    Backup { path: PathBuf, error: io::Error },
    #[error("{error}: {path}", path = path.display())]
    Io { path: PathBuf, error: io::Error },
}

impl SaveError {
    pub(super) fn of(path: &Path, error: io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::Full { path, error: Some(error) }
            }
            _ => Self::Io { path, error },
        }
    }
}

/// How the text comes onto the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SaveMethod {
    /// In one step, unless that would part hard links.
    #[default]
    Auto,
    /// In one step, also when other names of the file keep the old text then.
    Replace,
    /// Into the file itself, which keeps all its names.
    InPlace,
}

/// How a file is saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaveOptions {
    /// How many numbered backups (`name.yaml.~1~`) are kept beside the file; none by default.
    pub backups: usize,
    /// Over a text on disk that was not read: "keep mine".
    pub overwrite: bool,
    /// A file that is marked as not to be written; it stays marked.
    pub write_protected: bool,
    pub method: SaveMethod,
}

/// A save that can be run on any thread.
#[derive(Clone, Debug)]
pub struct SaveJob {
    file: FileId,
    /// Where the project has the file, `None` for text without one.
    from: Option<PathBuf>,
    path: PathBuf,
    stream: Stream,
    known: Option<Stream>,
    options: SaveOptions,
    own: OwnSaves,
}

/// A save that was run.
#[derive(Clone, Debug)]
pub struct Saved {
    file: FileId,
    from: Option<PathBuf>,
    stream: Stream,
    stamp: Stamp,
    /// Where the text is now.
    pub path: PathBuf,
    /// The backup that was made.
    pub backup: Option<PathBuf>,
    /// What of the old file the new one does not have, in words: "its owner".
    pub not_kept: Vec<String>,
}

impl Saved {
    /// The file that was saved.
    pub fn file(&self) -> FileId {
        self.file
    }
}

impl SaveJob {
    /// Where it writes.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the file: to a temporary file beside it, synced, renamed over it, the folder synced.
    /// Permissions, and owner and extended attributes where the system allows it, are kept; a
    /// symlink is followed. A file that was removed in the meantime is written again.
    ///
    /// # Errors
    /// Any [`SaveError`]; the text on disk is the old one then.
    pub fn run(&self) -> Result<Saved, SaveError> {
        let bytes = self.stream.to_bytes();
        let target = write::Target::check(&self.path, &self.options, bytes.len())?;
        let old = target.read()?;
        if let (Some((now, _)), false) = (&old, self.options.overwrite) {
            let known = self.known.as_ref().is_some_and(|known| known.to_bytes() == *now);
            if !known {
                return Err(SaveError::ChangedOnDisk(self.path.clone()));
            }
        }
        let old = old.map(|(now, stamp)| write::Old { bytes: now, stamp });
        let written = target.write(&bytes, old.as_ref(), &self.options, &self.own)?;
        Ok(Saved {
            file: self.file,
            from: self.from.clone(),
            stream: self.stream.clone(),
            stamp: written.stamp,
            path: self.path.clone(),
            backup: written.backup,
            not_kept: written.not_kept,
        })
    }
}

/// What this process wrote last to each file, so that a look at the disk does not take it for
/// somebody else's doing before [`Project::saved`] has been told.
#[derive(Clone, Debug, Default)]
pub(in crate::config) struct OwnSaves(Arc<Mutex<HashMap<PathBuf, Own>>>);

#[derive(Debug)]
enum Own {
    /// It is being written in place, and looks like nothing in particular.
    Writing,
    Wrote(Stamp),
}

impl OwnSaves {
    fn map(&self) -> MutexGuard<'_, HashMap<PathBuf, Own>> {
        // Each entry stands for itself: a panic elsewhere leaves none of them half.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `path` is where the file really is.
    pub(super) fn begin(&self, path: &Path) {
        self.map().insert(path.to_owned(), Own::Writing);
    }

    pub(super) fn end(&self, path: &Path, stamp: Option<&Stamp>) {
        match stamp {
            Some(stamp) => self.map().insert(path.to_owned(), Own::Wrote(stamp.clone())),
            None => self.map().remove(path),
        };
    }

    /// Whether a file is on disk what was written last, or is being written.
    pub(super) fn wrote(&self, path: &Path, stamp: &Stamp) -> bool {
        let map = self.map();
        if map.is_empty() {
            return false;
        }
        match map.get(&real(path)) {
            Some(Own::Writing) => true,
            Some(Own::Wrote(wrote)) => wrote == stamp,
            None => false,
        }
    }
}

impl Project {
    /// Whether a file could be saved now, as far as can be told without writing: to be asked before
    /// the review, not after it.
    ///
    /// # Errors
    /// What a save would run into.
    pub fn can_save(&self, file: FileId, options: &SaveOptions) -> Result<(), SaveError> {
        let job = self.prepare_save(file, options)?;
        let length = job.stream.documents().iter().map(|document| document.text().len()).sum();
        write::Target::check(&job.path, options, length).map(|_| ())
    }

    /// A save of one file, to be run anywhere.
    ///
    /// # Errors
    /// [`SaveError::NoPath`], and when the file has no text because it could not be read.
    pub fn prepare_save(&self, file: FileId, options: &SaveOptions) -> Result<SaveJob, SaveError> {
        let path = self.file(file).path.clone().ok_or(SaveError::NoPath)?;
        self.job(file, path, options.clone())
    }

    /// A save of one file under another name, with which the project goes on. A file that is there
    /// is replaced: asking first is the caller's business.
    ///
    /// # Errors
    /// [`SaveError::InProject`], and when the file has no text because it could not be read.
    pub fn prepare_save_as(
        &self,
        file: FileId,
        path: &Path,
        options: &SaveOptions,
    ) -> Result<SaveJob, SaveError> {
        let target = real(path);
        let taken = self.files().iter().any(|other| {
            other.id != file && other.path.as_deref().is_some_and(|other| real(other) == target)
        });
        if taken {
            return Err(SaveError::InProject(path.to_owned()));
        }
        self.job(file, path.to_owned(), SaveOptions { overwrite: true, ..options.clone() })
    }

    fn job(&self, file: FileId, path: PathBuf, options: SaveOptions) -> Result<SaveJob, SaveError> {
        let source = self.file(file);
        let Ok(stream) = source.stream.clone() else {
            let error = io::Error::other("the file could not be read, so there is no text to save");
            return Err(SaveError::Io { path, error });
        };
        let (from, known) = (source.path.clone(), source.saved.clone());
        let own = self.own_saves.clone();
        Ok(SaveJob { file, from, path, stream, known, options, own })
    }

    /// Takes note of a save that was run. What was edited in the meantime is unsaved; a project
    /// that is another one by now is left alone.
    pub fn saved(&mut self, saved: Saved) {
        let Some(source) = self.file_mut(saved.file).filter(|it| it.path == saved.from) else {
            return;
        };
        source.saved = Some(saved.stream);
        source.stamp = Some(saved.stamp);
        source.refresh_unsaved();
        let is_moved = saved.from.as_ref() != Some(&saved.path);
        if is_moved {
            source.given = file_name(&saved.path);
            source.path = Some(saved.path);
        }
        self.history.seal();
        if is_moved {
            self.name_files();
            self.changed();
        }
    }

    /// Saves one file here and now.
    ///
    /// # Errors
    /// As for [`SaveJob::run`].
    pub fn save(&mut self, file: FileId) -> Result<(), SaveError> {
        let saved = self.prepare_save(file, &SaveOptions::default())?.run()?;
        self.saved(saved);
        Ok(())
    }

    /// Writes one file over whatever is on disk: "keep mine".
    ///
    /// # Errors
    /// The file cannot be written; what was there still is.
    pub fn save_anyway(&mut self, file: FileId) -> Result<(), SaveError> {
        let options = SaveOptions { overwrite: true, ..SaveOptions::default() };
        let saved = self.prepare_save(file, &options)?.run()?;
        self.saved(saved);
        Ok(())
    }

    /// Writes one file elsewhere, here and now, and goes on with it there.
    ///
    /// # Errors
    /// As for [`Project::prepare_save_as`] and [`SaveJob::run`].
    pub fn save_as(&mut self, file: FileId, path: &Path) -> Result<(), SaveError> {
        let saved = self.prepare_save_as(file, path, &SaveOptions::default())?.run()?;
        self.saved(saved);
        Ok(())
    }
}

/// Reads a file and how it looked before that.
pub(super) fn read_seen(path: &Path) -> io::Result<Option<(Vec<u8>, Stamp)>> {
    let stamp = match fs::metadata(path) {
        Ok(metadata) => Stamp::of(&metadata),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some((fs::read(path)?, stamp)))
}
