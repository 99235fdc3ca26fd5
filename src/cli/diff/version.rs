//! One side of a comparison: a file, a folder, or either as a git revision has it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::audit::review::Text;
use crate::cli::{Failure, Globals};
use crate::config::{Project, RevisionError, Source, at_revision};
use crate::yaml::Stream;

/// A side as it was read.
pub struct Version {
    pub is_folder: bool,
    /// The files by their path within the folder; a file alone is under the empty path.
    pub files: BTreeMap<PathBuf, File>,
}

pub struct File {
    /// What it is called in the answer.
    pub name: String,
    /// Where it is on disk.
    path: Option<PathBuf>,
    bytes: Vec<u8>,
    pub text: Text,
}

impl Version {
    /// Reads what an argument names.
    ///
    /// # Errors
    ///
    /// When it cannot be read (exit 3).
    pub fn read(path: &Path, globals: &Globals) -> Result<Self, Failure> {
        let text = path.to_str().unwrap_or_default();
        let (is_folder, read) = match text.split_once(':') {
            // What is on disk is meant, whatever it is called.
            Some((revision, within)) if !path.exists() => from_git(text, revision, within)?,
            _ => (path.is_dir(), from_disk(path)?),
        };
        let mut files = BTreeMap::new();
        for (within, (name, path, bytes)) in read {
            let stream = Stream::load(&bytes, &globals.limits)
                .map_err(|error| Failure::unreadable(format!("{name}: {error}")))?;
            let text = Text::of(stream.documents());
            files.insert(within, File { name, path, bytes, text });
        }
        Ok(Self { is_folder, files })
    }

    /// The client apps of this side.
    pub fn project(&mut self) -> Project {
        let files = self.files.values_mut();
        let sources = files.map(|file| Source {
            path: file.path.clone(),
            name: file.name.clone(),
            bytes: std::mem::take(&mut file.bytes),
        });
        Project::from_sources(sources.collect())
    }
}

/// By the path within: name, path on disk, bytes.
type Read = BTreeMap<PathBuf, (String, Option<PathBuf>, Vec<u8>)>;

fn is_yaml(path: &Path) -> bool {
    let end = path.extension();
    end.is_some_and(|it| it.eq_ignore_ascii_case("yaml") || it.eq_ignore_ascii_case("yml"))
}

fn from_disk(base: &Path) -> Result<Read, Failure> {
    let unreadable = |path: &Path, error: std::io::Error| {
        Failure::unreadable(format!("cannot read {}: {error}", path.display()))
    };
    let read = |path: PathBuf| {
        let bytes = std::fs::read(&path).map_err(|error| unreadable(&path, error))?;
        Ok::<_, Failure>((path.display().to_string(), Some(path), bytes))
    };
    let mut found = Read::new();
    if !base.is_dir() {
        found.insert(PathBuf::new(), read(base.to_owned())?);
        return Ok(found);
    }
    let mut folders = vec![base.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| unreadable(&folder, error))? {
            let entry = entry.map_err(|error| unreadable(&folder, error))?;
            let (path, kind) =
                (entry.path(), entry.file_type().map_err(|e| unreadable(&folder, e))?);
            if kind.is_dir() {
                folders.push(path);
            } else if is_yaml(&path) {
                let name = path.strip_prefix(base).unwrap_or(&path).to_owned();
                found.insert(name, read(path)?);
            }
        }
    }
    Ok(found)
}

/// Reads `REVISION:PATH`, PATH as seen from the current folder. Whether it is a folder, and its
/// files.
fn from_git(argument: &str, revision: &str, within: &str) -> Result<(bool, Read), Failure> {
    let found = at_revision(Path::new(""), revision, within).map_err(|error| match error {
        RevisionError::NoSuchRevision(_) => {
            Failure::unreadable(format!("there is no file or folder '{argument}'"))
                .hint("for a git revision write REVISION:PATH, as in HEAD~1:config")
        }
        RevisionError::NoGit(_) => Failure::unreadable(error.to_string())
            .hint("check the revision out and give its files instead"),
        _ => Failure::unreadable(error.to_string()),
    })?;
    let files = found.files.into_iter();
    let files = files.map(|(within, file)| (within, (file.name, None, file.bytes)));
    Ok((found.is_folder, files.collect()))
}
