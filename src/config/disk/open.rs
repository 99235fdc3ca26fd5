//! Files → a project, and one file again.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::yaml::{Limits, LoadError, Progress, Stream};

use super::{Stamp, file_name, find, real};
use crate::config::project::FileError;
use crate::config::{FileId, Project, SourceFile};

/// Why a path could not be opened at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("{message}: {path}", path = path.display())]
    Path { path: PathBuf, message: String },
    #[error("no YAML file (.yaml, .yml) in {path}", path = path.display())]
    NoYaml { path: PathBuf },
    #[error("no file matches the pattern {pattern}", pattern = pattern.display())]
    NoMatch { pattern: PathBuf },
    /// It was cancelled; nothing was opened.
    #[error("opening was cancelled")]
    Cancelled,
}

/// How files are opened.
#[derive(Clone, Debug, Default)]
pub struct OpenOptions {
    /// How much of a file is accepted. They hold for everything the project reads from then on.
    pub limits: Limits,
    /// Goes up by each byte that is read and by each that is parsed, so its total is twice the
    /// bytes there are; cancelling it ends the opening.
    pub progress: Progress,
}

impl Project {
    /// Reads files, folders and patterns (a folder: every `.yaml` and `.yml` below it; a pattern
    /// such as `apps/**/*.yaml`: every file that matches; each sorted by path). Hidden folders and
    /// the studio's own file are left out, links to folders are not followed.
    ///
    /// # Errors
    /// A path that does not exist or is neither file nor folder, a folder without YAML, a pattern
    /// that nothing matches. A file that cannot be read or decoded is no such error: it becomes a
    /// [`SourceFile`] without text, and the others are read.
    pub fn open(paths: &[PathBuf]) -> Result<Self, OpenError> {
        Self::open_with(paths, &OpenOptions::default())
    }

    /// As [`Project::open`], with other limits, and telling how far it is.
    ///
    /// # Errors
    /// As for [`Project::open`], and [`OpenError::Cancelled`].
    pub fn open_with(paths: &[PathBuf], options: &OpenOptions) -> Result<Self, OpenError> {
        let mut project = Self::default();
        project.open_more_with(paths, options)?;
        Ok(project)
    }

    /// Adds files, folders and patterns to the project; files it has already are not read again.
    /// Gives back the new files. Keys of clients stay as they are.
    ///
    /// # Errors
    /// As for [`Project::open`]; nothing was added then.
    pub fn open_more(&mut self, paths: &[PathBuf]) -> Result<Vec<FileId>, OpenError> {
        self.open_more_with(paths, &OpenOptions { limits: self.limits, ..OpenOptions::default() })
    }

    /// As [`Project::open_more`], with other limits, and telling how far it is.
    ///
    /// # Errors
    /// As for [`Project::open_more`], and [`OpenError::Cancelled`].
    pub fn open_more_with(
        &mut self,
        paths: &[PathBuf],
        options: &OpenOptions,
    ) -> Result<Vec<FileId>, OpenError> {
        let mut seen: HashSet<PathBuf> =
            self.files().iter().filter_map(|file| file.path.as_deref()).map(real).collect();
        let mut found = Vec::new();
        for path in paths {
            for path in find::files(path)? {
                if seen.insert(real(&path)) {
                    found.push(path);
                }
            }
        }
        let OpenOptions { limits, progress } = options;
        // What is refused for its size is not read.
        let read = |length: &u64| *length <= limits.file_bytes as u64;
        let length = |path: &PathBuf| fs::metadata(path).ok().map(|it| it.len()).filter(read);
        progress.add_total(2 * found.iter().filter_map(length).sum::<u64>());
        let read = |path| (!progress.is_cancelled()).then(|| read_with(path, limits, progress));
        let files: Option<Vec<SourceFile>> = found.into_par_iter().map(read).collect();
        let files = files.filter(|_| !progress.is_cancelled()).ok_or(OpenError::Cancelled)?;
        self.limits = *limits;
        for path in paths {
            if !self.opened.contains(path) {
                self.opened.push(path.clone());
            }
        }
        Ok(self.add_files(files))
    }

    /// The files, folders and patterns it was opened from, as they were given.
    pub fn opened(&self) -> &[PathBuf] {
        &self.opened
    }

    /// How much of a file is accepted.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Accepts more (or less) of the files that are read from now on; a file that was too large is
    /// read by [`Project::reload`] then.
    pub fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
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

    /// Goes on with a file under another name, after somebody renamed it on disk. The text is not
    /// read: when it changed too, that is noticed as any change is.
    pub fn moved(&mut self, file: FileId, path: &Path) {
        let Some(source) = self.file_mut(file) else { return };
        source.given = file_name(path);
        source.path = Some(path.to_owned());
        self.name_files();
        self.changed();
    }
}

pub(in crate::config) fn read_file(path: PathBuf, limits: &Limits) -> SourceFile {
    read_with(path, limits, &Progress::default())
}

fn read_with(path: PathBuf, limits: &Limits, progress: &Progress) -> SourceFile {
    let read = || -> io::Result<(Result<Stream, LoadError>, Stamp)> {
        // The stamp is taken first: what is written meanwhile makes it differ later.
        let metadata = fs::metadata(&path)?;
        // Whatever stands there now, a pipe would be waited for.
        if !metadata.is_file() {
            return Err(io::Error::other("it is not a file any more"));
        }
        let length = usize::try_from(metadata.len()).unwrap_or(usize::MAX);
        let stream = if length > limits.file_bytes {
            Err(LoadError::TooLarge { bytes: length, limit: limits.file_bytes })
        } else if let Some(bytes) = read_bytes(&path, length, progress)? {
            Stream::load_with(&bytes, limits, progress)
        } else {
            Err(LoadError::Cancelled)
        };
        Ok((stream, Stamp::of(&metadata)))
    };
    let (stream, stamp) = match read() {
        Ok((stream, stamp)) => (stream.map_err(FileError::from), Some(stamp)),
        Err(error) => (Err(FileError::Read(error.to_string())), None),
    };
    let mut file = SourceFile::new(Some(path.clone()), file_name(&path), stream);
    file.stamp = stamp;
    file
}

/// Reads a file piece by piece; `None` when that was cancelled.
fn read_bytes(path: &Path, length: usize, progress: &Progress) -> io::Result<Option<Vec<u8>>> {
    const PIECE: u64 = 4 << 20;
    let mut file = fs::File::open(path)?;
    let mut bytes = Vec::new();
    // A file that says more than it has is no reason to fall.
    if bytes.try_reserve_exact(length).is_err() {
        return Err(io::ErrorKind::OutOfMemory.into());
    }
    loop {
        if progress.is_cancelled() {
            return Ok(None);
        }
        let read = file.by_ref().take(PIECE).read_to_end(&mut bytes)?;
        if read == 0 {
            return Ok(Some(bytes));
        }
        progress.add_done(read as u64);
    }
}
