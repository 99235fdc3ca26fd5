//! Opening, saving, and noticing that somebody else wrote.
//!
//! A save replaces the file in one step: a temporary file beside it is written, synced and renamed
//! over it, so that a crash leaves the old text or the new one and never half of either. Before
//! that the file on disk is compared with what was read: the studio never overwrites what it has
//! not seen.

use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rayon::prelude::*;

use crate::yaml::{Limits, LoadError, Stream};

use super::project::FileError;
use super::{FileId, PROJECT_FILE, Project, SourceFile};

/// Why a path could not be opened at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{message}: {path}", path = path.display())]
    Path { path: PathBuf, message: String },
    #[error("no YAML file (.yaml, .yml) in {path}", path = path.display())]
    NoYaml { path: PathBuf },
}

/// Why a file was not saved. What was on disk is still there.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// The file changed on disk since it was read; nothing was written.
    #[error("{path} changed on disk since it was read", path = .0.display())]
    ChangedOnDisk(PathBuf),
    #[error("the text has no file yet; save it under a name")]
    NoPath,
    /// Another file of the project is kept there.
    #[error("{path} is open as another file of the project", path = .0.display())]
    InProject(PathBuf),
    #[error("{error}: {path}", path = path.display())]
    Io { path: PathBuf, error: io::Error },
}

/// What happened to a file behind the studio's back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskChange {
    /// It has another text.
    Changed,
    /// It is gone.
    Removed,
}

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
        #[cfg(unix)]
        let identity = {
            use std::os::unix::fs::MetadataExt;
            Some((metadata.dev(), metadata.ino()))
        };
        #[cfg(not(unix))]
        let identity = None;
        Self { modified: metadata.modified().ok(), length: metadata.len(), identity }
    }
}

/// Tells which files changed on disk since the studio read them. It is a picture of the project's
/// files that can be taken to another thread, so that nothing waits for a slow disk.
#[derive(Clone, Debug, Default)]
pub struct DiskWatch {
    files: Vec<(FileId, PathBuf, Option<Stamp>, Option<Stream>)>,
}

impl DiskWatch {
    /// Looks at the disk. A file that was touched but has the same text has not changed.
    pub fn check(&self) -> Vec<(FileId, DiskChange)> {
        let change = |path: &Path, stamp: &Option<Stamp>, saved: &Option<Stream>| {
            let metadata = match fs::metadata(path) {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Some(DiskChange::Removed);
                }
                // Whatever keeps it from being looked at, saving will say.
                Err(_) => return None,
            };
            if *stamp == Some(Stamp::of(&metadata)) {
                return None;
            }
            let same = match (fs::read(path), saved) {
                (Ok(now), Some(saved)) => now == saved.to_bytes(),
                (Ok(_), None) => false,
                (Err(_), _) => return None,
            };
            (!same).then_some(DiskChange::Changed)
        };
        let files = self.files.iter();
        files
            .filter_map(|(file, path, stamp, saved)| Some((*file, change(path, stamp, saved)?)))
            .collect()
    }
}

impl Project {
    /// Reads files and folders (a folder: every `.yaml` and `.yml` below it, sorted by path;
    /// hidden folders and the studio's own file are left out, links to folders are not followed).
    ///
    /// # Errors
    /// A path that does not exist or is neither file nor folder, or a folder without YAML. A file
    /// that cannot be read or decoded is no such error: it becomes a [`SourceFile`] without text,
    /// and the others are read.
    pub fn open(paths: &[PathBuf]) -> Result<Self, OpenError> {
        let mut project = Self::default();
        project.open_more(paths)?;
        Ok(project)
    }

    /// Adds files and folders to the project; files it has already are not read again. Gives back
    /// the new files. Keys of clients stay as they are.
    ///
    /// # Errors
    /// As for [`Project::open`]; nothing was added then.
    pub fn open_more(&mut self, paths: &[PathBuf]) -> Result<Vec<FileId>, OpenError> {
        let mut seen: HashSet<PathBuf> =
            self.files().iter().filter_map(|file| file.path.as_deref()).map(real).collect();
        let mut found = Vec::new();
        for path in paths {
            for path in yaml_files(path)? {
                if seen.insert(real(&path)) {
                    found.push(path);
                }
            }
        }
        let limits = self.limits;
        let files = found.into_par_iter().map(|path| read_file(path, &limits)).collect();
        Ok(self.add_files(files))
    }

    /// A picture of the files for [`DiskWatch::check`].
    pub fn disk_watch(&self) -> DiskWatch {
        let files = self.files().iter();
        let files = files
            .filter_map(|file| {
                Some((file.id, file.path.clone()?, file.stamp.clone(), file.saved.clone()))
            })
            .collect();
        DiskWatch { files }
    }

    /// Files that are no longer on disk what was read or saved.
    pub fn disk_changes(&self) -> Vec<(FileId, DiskChange)> {
        self.disk_watch().check()
    }

    /// Takes the text that is on disk now, as a step that can be undone. Keys of clients may
    /// change.
    ///
    /// # Errors
    /// The file cannot be read any more; nothing was changed then.
    pub fn reload(&mut self, file: FileId) -> Result<(), OpenError> {
        let source = self.file(file);
        let Some(path) = source.path.clone() else { return Ok(()) };
        let fresh = read_file(path.clone(), &self.limits);
        if let Err(FileError::Read(message)) = &fresh.stream {
            return Err(OpenError::Path { path, message: message.clone() });
        }
        let label = format!("Reload {}", source.name);
        if let Some(source) = self.file_mut(file) {
            source.saved = fresh.saved;
            source.stamp = fresh.stamp;
        }
        self.take_text(file, fresh.stream, label);
        Ok(())
    }

    /// Writes one file: to a temporary file beside it, synced, renamed; permissions kept, a symlink
    /// followed. A file that was removed in the meantime is written again.
    ///
    /// # Errors
    /// [`SaveError::ChangedOnDisk`] when the file on disk is no longer what was read: the choice
    /// is [`Project::save_anyway`] or [`Project::reload`]. Nothing was written then, nor after any
    /// other error.
    pub fn save(&mut self, file: FileId) -> Result<(), SaveError> {
        let source = self.file(file);
        let path = source.path.clone().ok_or(SaveError::NoPath)?;
        match fs::read(&path) {
            Ok(now) => {
                let known = source.saved.as_ref().is_some_and(|saved| saved.to_bytes() == now);
                if !known {
                    return Err(SaveError::ChangedOnDisk(path));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(SaveError::Io { path, error }),
        }
        self.write(file, path)
    }

    /// Writes one file over whatever is on disk: "keep mine".
    ///
    /// # Errors
    /// The file cannot be written; what was there still is.
    pub fn save_anyway(&mut self, file: FileId) -> Result<(), SaveError> {
        let path = self.file(file).path.clone().ok_or(SaveError::NoPath)?;
        self.write(file, path)
    }

    /// Writes one file elsewhere and goes on with it there. A file that is there is replaced:
    /// asking first is the caller's business.
    ///
    /// # Errors
    /// The file cannot be written, or is another file of the project.
    pub fn save_as(&mut self, file: FileId, path: &Path) -> Result<(), SaveError> {
        let target = real(path);
        let taken = self.files().iter().any(|other| {
            other.id != file && other.path.as_deref().is_some_and(|other| real(other) == target)
        });
        if taken {
            return Err(SaveError::InProject(path.to_owned()));
        }
        self.write(file, path.to_owned())?;
        if let Some(source) = self.file_mut(file) {
            source.given = file_name(path);
            source.path = Some(path.to_owned());
        }
        self.name_files();
        self.changed();
        Ok(())
    }

    fn write(&mut self, file: FileId, path: PathBuf) -> Result<(), SaveError> {
        let Ok(stream) = self.file(file).stream.clone() else {
            let error = io::Error::other("the file could not be read, so there is no text to save");
            return Err(SaveError::Io { path, error });
        };
        match replace(&path, &stream.to_bytes()) {
            Ok(stamp) => {
                if let Some(source) = self.file_mut(file) {
                    source.saved = Some(stream);
                    source.stamp = Some(stamp);
                    source.unsaved = false;
                }
                self.history.seal();
                Ok(())
            }
            Err(error) => Err(SaveError::Io { path, error }),
        }
    }
}

/// Where a path really leads; itself when that cannot be told (yet).
fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn read_file(path: PathBuf, limits: &Limits) -> SourceFile {
    let read = || -> io::Result<Result<(Stream, Stamp), LoadError>> {
        // The stamp is taken first: what is written meanwhile makes it differ later.
        let metadata = fs::metadata(&path)?;
        let length = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
        if length > limits.file_bytes {
            return Ok(Err(LoadError::TooLarge { bytes: length, limit: limits.file_bytes }));
        }
        let bytes = fs::read(&path)?;
        Ok(Stream::load(&bytes, limits).map(|stream| (stream, Stamp::of(&metadata))))
    };
    let (stream, stamp) = match read() {
        Ok(Ok((stream, stamp))) => (Ok(stream), Some(stamp)),
        Ok(Err(error)) => (Err(FileError::from(error)), None),
        Err(error) => (Err(FileError::Read(error.to_string())), None),
    };
    let mut file = SourceFile::new(Some(path.clone()), file_name(&path), stream);
    file.stamp = stamp;
    file
}

/// The YAML files a path stands for: itself, or what is below it.
fn yaml_files(path: &Path) -> Result<Vec<PathBuf>, OpenError> {
    let failed = |path: &Path, error: io::Error| OpenError::Path {
        path: path.to_owned(),
        message: match error.kind() {
            io::ErrorKind::NotFound => "no such file or folder".to_owned(),
            _ => error.to_string(),
        },
    };
    let metadata = fs::metadata(path).map_err(|error| failed(path, error))?;
    if metadata.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    if !metadata.is_dir() {
        let message = "neither a file nor a folder".to_owned();
        return Err(OpenError::Path { path: path.to_owned(), message });
    }
    let mut found = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if folder == path => return Err(failed(path, error)),
            // A folder below that may not be read holds nothing of ours.
            Err(_) => continue,
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let Ok(kind) = entry.file_type() else { continue };
            if name.starts_with('.') || name == PROJECT_FILE {
                continue;
            }
            if kind.is_dir() {
                folders.push(entry.path());
            } else if is_yaml(&name) && fs::metadata(entry.path()).is_ok_and(|it| it.is_file()) {
                found.push(entry.path());
            }
        }
    }
    if found.is_empty() {
        return Err(OpenError::NoYaml { path: path.to_owned() });
    }
    found.sort();
    Ok(found)
}

fn is_yaml(name: &str) -> bool {
    let extension = Path::new(name).extension();
    extension.is_some_and(|it| it.eq_ignore_ascii_case("yaml") || it.eq_ignore_ascii_case("yml"))
}

/// Gives a file another content in one step, and its look on disk afterwards.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<Stamp> {
    let path = destination(path);
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut temporary = temporary(folder)?;
    temporary.write_all(bytes)?;
    if let Ok(old) = fs::metadata(&path) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            // Only root may give a file away; for everybody else it is theirs already.
            std::os::unix::fs::fchown(temporary.as_file(), Some(old.uid()), Some(old.gid())).ok();
        }
        temporary.as_file().set_permissions(old.permissions())?;
    }
    temporary.as_file().sync_all()?;
    let file = temporary.persist(&path).map_err(|error| error.error)?;
    // The rename itself is on disk only when the folder is.
    #[cfg(unix)]
    fs::File::open(folder)?.sync_all()?;
    Ok(Stamp::of(&file.metadata()?))
}

/// Through symlinks to the file itself, even one that is not there (any more): the link is
/// somebody's, and stays.
fn destination(path: &Path) -> PathBuf {
    if let Ok(real) = fs::canonicalize(path) {
        return real;
    }
    let mut path = path.to_owned();
    // As many links as Linux follows before it takes them for a loop.
    for _ in 0..40 {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".exchange-studio-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A new file gets what the user's mask leaves of this, as any editor's would.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder)
}
