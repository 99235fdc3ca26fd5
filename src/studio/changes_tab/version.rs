//! The version that the project is compared with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{
    OpenOptions, PROJECT_FILE, Project, RevisionError, RevisionFile, Source, SourceFile,
    at_revision,
};
use crate::studio::state::Opener;
use crate::trust::as_saved;

/// What the project is compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum With {
    /// Its files as they were last read or saved.
    #[default]
    Saved,
    /// Files and folders elsewhere.
    Paths(Vec<PathBuf>),
    /// A git revision, as a person wrote it: a revision for the files that are open, or
    /// `REVISION:PATH`.
    Revision(String),
}

impl With {
    /// As the end of "Compared with".
    pub fn words(&self) -> String {
        match self {
            Self::Saved => "what was saved".to_owned(),
            Self::Paths(paths) => {
                let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
                names.join(", ")
            }
            Self::Revision(text) => format!("revision {text}"),
        }
    }
}

/// A way to choose what is compared with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Choice {
    #[default]
    Saved,
    Files,
    Folder,
    Revision,
}

impl Choice {
    pub const ALL: [Self; 4] = [Self::Saved, Self::Files, Self::Folder, Self::Revision];

    pub fn label(self) -> &'static str {
        match self {
            Self::Saved => "what was saved",
            Self::Files => "files…",
            Self::Folder => "a folder…",
            Self::Revision => "a git revision…",
        }
    }
}

/// Why a version cannot be compared with, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub message: String,
    pub hint: String,
}

impl Trouble {
    fn new(message: impl Into<String>, hint: &str) -> Self {
        Self { message: message.into(), hint: hint.to_owned() }
    }
}

/// A version as it was read.
#[derive(Debug)]
pub struct Version {
    pub project: Arc<Project>,
    /// What each file is called within what was read, by [`FileId`](crate::config::FileId).
    pub places: Vec<PathBuf>,
}

impl Version {
    /// The files as they were last read or saved; it is in memory already.
    pub fn saved(project: &Project) -> Self {
        let saved = as_saved(project);
        // The saved files know nothing of the folder they were opened from.
        let places = saved.files().iter().map(|file| within(project, file)).collect();
        Self { project: Arc::new(saved), places }
    }
}

/// Reads another version; blocks. `opened` is where the project came from.
pub fn read(
    with: &With,
    opened: &[PathBuf],
    open: &Opener,
    options: &OpenOptions,
) -> Result<Version, Trouble> {
    let (project, places) = match with {
        With::Saved => (Project::default(), Vec::new()),
        With::Paths(paths) => {
            let project = open(paths, options).map_err(|error| {
                Trouble::new(error.to_string(), "Choose a file or a folder that is there.")
            })?;
            let places = project.files().iter().map(|file| within(&project, file)).collect();
            (project, places)
        }
        With::Revision(text) => at(text.trim(), opened)?,
    };
    if project.clients().is_empty() {
        return Err(Trouble::new(
            format!("There is no client app in {}.", with.words()),
            "Choose the version that corresponds to what is open.",
        ));
    }
    Ok(Version { project: Arc::new(project), places })
}

fn at(text: &str, opened: &[PathBuf]) -> Result<(Project, Vec<PathBuf>), Trouble> {
    // Where it would be on disk, what it is called within what was opened, and its text.
    let mut files: BTreeMap<PathBuf, (PathBuf, RevisionFile)> = BTreeMap::new();
    let take = |folder: &Path, revision: &str, within: &str| {
        at_revision(folder, revision, within).map_err(|error| trouble(&error))
    };
    if let Some((revision, within)) = text.split_once(':') {
        let found = take(&seen_from(opened), revision, within)?.files.into_iter();
        let alone = Path::new(within).file_name().unwrap_or_default();
        files.extend(found.map(|(at, file)| (at.clone(), (named(at, alone.as_ref()), file))));
    } else if opened.is_empty() {
        return Err(Trouble::new(
            "What is open is on no disk, so no revision has it.",
            "Write REVISION:PATH to name the files of the revision.",
        ));
    } else {
        let mut first_trouble = None;
        for path in opened {
            let (folder, within) = parts(path);
            match take(&folder, text, &within) {
                Ok(found) => {
                    let base = if found.is_folder { path.as_path() } else { &folder };
                    let files_of = found.files.into_iter();
                    files.extend(files_of.map(|(at, file)| {
                        let place = named(at, within.as_ref());
                        (base.join(&place), (place, file))
                    }));
                }
                // A file that is newer than the revision is no reason to give up on the others.
                Err(error) => first_trouble = first_trouble.or(Some(error)),
            }
        }
        if let (true, Some(error)) = (files.is_empty(), first_trouble) {
            return Err(error);
        }
    }
    let (mut places, mut sources) = (Vec::new(), Vec::new());
    for (place, file) in files.into_values().filter(|(place, _)| !place.ends_with(PROJECT_FILE)) {
        places.push(place);
        sources.push(Source { path: None, name: file.name, bytes: file.bytes });
    }
    Ok((Project::from_sources(sources), places))
}

/// The path of a file within what was read; its own name for a file that was named itself.
fn named(within: PathBuf, alone: &Path) -> PathBuf {
    if within.as_os_str().is_empty() { alone.to_owned() } else { within }
}

fn trouble(error: &RevisionError) -> Trouble {
    let hint = match error {
        RevisionError::NoSuchRevision(_) => {
            "Write a branch, a tag or a commit, as in main or HEAD~1; REVISION:PATH for other files."
        }
        RevisionError::NothingThere { .. } => {
            "Write REVISION:PATH, with the path as the revision has it."
        }
        RevisionError::Refused { .. } => "Open files that are in a git repository.",
        RevisionError::NoGit(_) => "Check the revision out and compare with its files instead.",
    };
    let message = match error {
        RevisionError::Refused { said, .. } if said.contains("not a git repository") => {
            "The files that are open are in no git repository".to_owned()
        }
        RevisionError::NoSuchRevision(name) => format!("There is no revision '{name}'"),
        RevisionError::NothingThere { revision, path } => {
            format!("The revision {revision} has no '{path}'")
        }
        RevisionError::Refused { said, .. } => format!("Git says: {said}"),
        RevisionError::NoGit(why) => format!("The revision cannot be read: {why}"),
    };
    Trouble::new(format!("{}.", message.trim_end_matches('.')), hint)
}

/// A folder, and what is meant within it: the empty text for the folder itself.
fn parts(path: &Path) -> (PathBuf, String) {
    if path.is_dir() {
        return (path.to_owned(), String::new());
    }
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    (folder, name)
}

/// Where the path of `REVISION:PATH` is seen from: where the studio was started, as on the command
/// line, when the files are below it; else their own folder.
fn seen_from(opened: &[PathBuf]) -> PathBuf {
    let Some(first) = opened.first() else { return PathBuf::new() };
    let (folder, _) = parts(first);
    let whole = if folder.as_os_str().is_empty() { Path::new(".") } else { &folder };
    let below = match (std::env::current_dir(), std::fs::canonicalize(whole)) {
        (Ok(here), Ok(whole)) => {
            std::fs::canonicalize(here).is_ok_and(|here| whole.starts_with(here))
        }
        _ => false,
    };
    if below { PathBuf::new() } else { folder }
}

/// What a file is called within what was opened, to find the same one in another version.
pub fn within(project: &Project, file: &SourceFile) -> PathBuf {
    let Some(path) = &file.path else { return PathBuf::from(&file.name) };
    let base = project.opened().iter().find_map(|base| path.strip_prefix(base).ok());
    let own = path.file_name().unwrap_or_default();
    named(base.unwrap_or(path).to_owned(), own.as_ref())
}
