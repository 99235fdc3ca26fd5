//! What happened to the project's files behind the studio's back.
//!
//! A file is told by its name first. When nothing has its name any more, a file that is new in the
//! opened folders and is the same one, or has the same text, is taken for it: it was renamed. What
//! the studio wrote itself is no news, also while a save is still under way on another thread.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::yaml::Stream;

use super::save::OwnSaves;
use super::{Stamp, find, folder_of, identity, real};
use crate::config::{FileId, Project};

/// What happened to a file behind the studio's back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiskChange {
    /// It has another text.
    Changed,
    /// It is gone.
    Removed,
    /// It has another name now: [`Project::moved`] goes on with it there.
    Renamed(PathBuf),
}

/// What a look at the disk found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiskReport {
    /// Files that are no longer what was read or saved.
    pub changed: Vec<(FileId, DiskChange)>,
    /// Files that belong to what was opened and are not in the project: [`Project::open_more`]
    /// takes them in.
    pub added: Vec<PathBuf>,
}

impl DiskReport {
    /// Whether the disk is as the project knows it.
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.added.is_empty()
    }
}

/// Tells what changed on disk since the studio read it. It is a picture of the project's files that
/// can be taken to another thread, so that nothing waits for a slow disk.
#[derive(Clone, Debug, Default)]
pub struct DiskWatch {
    files: Vec<Watched>,
    opened: Vec<PathBuf>,
    own: OwnSaves,
}

#[derive(Clone, Debug)]
struct Watched {
    file: FileId,
    path: PathBuf,
    stamp: Option<Stamp>,
    saved: Option<Stream>,
    /// It has never been on disk.
    to_be_created: bool,
}

impl DiskWatch {
    /// Looks at the disk. A file that was touched but has the same text has not changed.
    pub fn check(&self) -> DiskReport {
        let changes =
            self.files.iter().filter_map(|watched| Some((watched, self.change(watched)?)));
        let mut changed: Vec<(&Watched, DiskChange)> = changes.collect();
        let mut added = self.added();
        for (watched, change) in &mut changed {
            if *change != DiskChange::Removed {
                continue;
            }
            if let Some(at) = added.iter().position(|path| watched.is_now(path)) {
                *change = DiskChange::Renamed(added.remove(at));
            }
        }
        let changed = changed.into_iter().map(|(watched, change)| (watched.file, change));
        DiskReport { changed: changed.collect(), added }
    }

    /// The files, as the project names them.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|watched| watched.path.as_path())
    }

    /// What the project was opened from.
    pub(super) fn opened(&self) -> &[PathBuf] {
        &self.opened
    }

    /// The folders in which something can happen that matters.
    pub(super) fn folders(&self) -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> =
            self.opened.iter().flat_map(|path| find::folders(path)).collect();
        for watched in &self.files {
            // A link can be changed, and what it leads to.
            folders.push(folder_of(&watched.path).to_owned());
            folders.push(folder_of(&real(&watched.path)).to_owned());
        }
        folders.sort();
        folders.dedup();
        folders
    }

    fn change(&self, watched: &Watched) -> Option<DiskChange> {
        let metadata = match fs::metadata(&watched.path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return (!watched.to_be_created).then_some(DiskChange::Removed);
            }
            // Whatever keeps it from being looked at, saving will say.
            Err(_) => return None,
        };
        let stamp = Stamp::of(&metadata);
        if watched.stamp.as_ref() == Some(&stamp) || self.own.wrote(&watched.path, &stamp) {
            return None;
        }
        // A folder or a pipe in its place is not its text.
        let same = metadata.is_file() && watched.has_text(&watched.path, &stamp).ok()?;
        // It may have been the studio itself, just now.
        let ours = || {
            let stamp = fs::metadata(&watched.path).map(|metadata| Stamp::of(&metadata));
            stamp.is_ok_and(|stamp| self.own.wrote(&watched.path, &stamp))
        };
        (!same && !ours()).then_some(DiskChange::Changed)
    }

    fn added(&self) -> Vec<PathBuf> {
        let mut known: HashSet<PathBuf> = self.files.iter().map(|it| real(&it.path)).collect();
        let mut added = Vec::new();
        for path in &self.opened {
            // What was opened may be gone as a whole; its files say so.
            for path in find::files(path).unwrap_or_default() {
                if known.insert(real(&path)) {
                    added.push(path);
                }
            }
        }
        added
    }
}

impl Watched {
    /// Whether a new file is this one, which is gone from its old name.
    fn is_now(&self, path: &Path) -> bool {
        let Ok(metadata) = fs::metadata(path) else { return false };
        let before = self.stamp.as_ref().and_then(|stamp| stamp.identity);
        (before.is_some() && before == identity(&metadata))
            || self.saved.as_ref().is_some_and(|saved| !saved.documents().is_empty())
                && self.has_text(path, &Stamp::of(&metadata)).unwrap_or(false)
    }

    /// Whether a file, which looks like this now, has the text that was last read or saved.
    fn has_text(&self, path: &Path, now: &Stamp) -> io::Result<bool> {
        // A file that has become large is not read to see that it is another.
        let may_be = |_: &&Stream| self.stamp.as_ref().is_none_or(|it| it.length == now.length);
        match self.saved.as_ref().filter(may_be) {
            Some(saved) => Ok(saved.to_bytes() == fs::read(path)?),
            // What cannot be read is no news, also now.
            None => fs::File::open(path).map(|_| false),
        }
    }
}

impl Project {
    /// A picture of the files for [`DiskWatch::check`].
    pub fn disk_watch(&self) -> DiskWatch {
        let files = self.files().iter();
        let files = files
            .filter_map(|file| {
                Some(Watched {
                    file: file.id,
                    path: file.path.clone()?,
                    stamp: file.stamp.clone(),
                    saved: file.saved.clone(),
                    to_be_created: file.saved.is_none() && file.stream.is_ok(),
                })
            })
            .collect();
        DiskWatch { files, opened: self.opened.clone(), own: self.own_saves.clone() }
    }

    /// Files that are no longer on disk what was read or saved.
    pub fn disk_changes(&self) -> Vec<(FileId, DiskChange)> {
        self.disk_watch().check().changed
    }
}
