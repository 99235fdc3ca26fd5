//! The files that a path stands for.
//!
//! A path is a file, a folder, or a pattern as shells know them (`*`, `?`, `[…]`, `{a,b}` and `**`
//! for any number of folders). A name that exists is never taken for a pattern. Hidden names are
//! left out unless the pattern writes their dot, the studio's own file always, and links to folders
//! are not followed: they could lead in a circle, or out of what the user meant.

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::OpenError;
use crate::config::PROJECT_FILE;

/// What a path is taken for.
enum Meaning {
    File,
    Folder,
    Pattern(Pattern),
}

struct Pattern {
    /// The folder above the first name with a wildcard.
    base: PathBuf,
    matcher: GlobMatcher,
    /// How many folders deep below the base a match can be; `None` with `**`.
    depth: Option<usize>,
    /// Whether it asks for hidden names.
    hidden: bool,
}

/// The files that a path stands for, sorted by path.
///
/// # Errors
/// There is no such file or folder, or nothing in it.
pub fn files(path: &Path) -> Result<Vec<PathBuf>, OpenError> {
    let mut found = Vec::new();
    match meaning(path)? {
        Meaning::File => found.push(path.to_owned()),
        Meaning::Folder => {
            let mut failure = None;
            below(path, &mut found, &mut |folder, error| {
                // A folder below that may not be read holds nothing of ours.
                if folder == path {
                    failure = Some(failed(path, &error));
                }
            });
            if let Some(failure) = failure {
                return Err(failure);
            }
            if found.is_empty() {
                return Err(OpenError::NoYaml { path: path.to_owned() });
            }
        }
        Meaning::Pattern(pattern) => {
            pattern.files(&mut found);
            if found.is_empty() {
                return Err(OpenError::NoMatch { pattern: path.to_owned() });
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// The folders in which a file that belongs to a path can appear; none for a single file.
pub(super) fn folders(path: &Path) -> Vec<PathBuf> {
    match meaning(path) {
        Ok(Meaning::Folder) => {
            let mut folders = vec![path.to_owned()];
            walk(
                path,
                None,
                false,
                &mut |entry, is_folder| {
                    if is_folder {
                        folders.push(entry.to_owned());
                    }
                },
                &mut |_, _| {},
            );
            folders
        }
        Ok(Meaning::Pattern(pattern)) => pattern.folders(),
        Ok(Meaning::File) | Err(_) => Vec::new(),
    }
}

/// Whether a path stands for what matches it, under any name.
pub(super) fn is_pattern(path: &Path) -> bool {
    matches!(meaning(path), Ok(Meaning::Pattern(_)))
}

fn failed(path: &Path, error: &io::Error) -> OpenError {
    let message = match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        _ => error.to_string(),
    };
    OpenError::Path { path: path.to_owned(), message }
}

fn meaning(path: &Path) -> Result<Meaning, OpenError> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.is_file() => Ok(Meaning::File),
        Ok(metadata) if metadata.is_dir() => Ok(Meaning::Folder),
        Ok(_) => Err(OpenError::Path {
            path: path.to_owned(),
            message: "neither a file nor a folder".to_owned(),
        }),
        Err(error) => match Pattern::new(path) {
            Some(Ok(pattern)) => Ok(Meaning::Pattern(pattern)),
            Some(Err(message)) => Err(OpenError::Path { path: path.to_owned(), message }),
            None => Err(failed(path, &error)),
        },
    }
}

impl Pattern {
    /// `None` when nothing in the path is a wildcard.
    fn new(path: &Path) -> Option<Result<Self, String>> {
        let is_wild = |part: &str| part.contains(['*', '?', '[', '{']);
        let text = path.to_str().filter(|text| is_wild(text))?;
        let text = text.strip_prefix("./").unwrap_or(text);
        let mut base = PathBuf::new();
        let mut depth = Some(0usize);
        let mut hidden = false;
        let mut wild = false;
        for part in Path::new(text).components() {
            let name = part.as_os_str().to_str().unwrap_or_default();
            wild |= matches!(part, Component::Normal(_)) && is_wild(name);
            if !wild {
                base.push(part);
                continue;
            }
            hidden |= name.starts_with('.');
            depth = if name.contains("**") { None } else { depth.map(|depth| depth + 1) };
        }
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        let glob = glob.map_err(|error| format!("the pattern is not complete ({})", error.kind()));
        Some(glob.map(|glob| Self { base, matcher: glob.compile_matcher(), depth, hidden }))
    }

    /// What matches, and of folders that match the YAML files below them, as a shell would have
    /// handed them over.
    fn files(&self, found: &mut Vec<PathBuf>) {
        self.walk(&mut |entry, is_folder| {
            if !self.matcher.is_match(entry) {
                return;
            }
            if is_folder {
                below(entry, found, &mut |_, _| {});
            } else if fs::metadata(entry).is_ok_and(|it| it.is_file()) {
                found.push(entry.to_owned());
            }
        });
    }

    fn folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![visible(&self.base).to_owned()];
        self.walk(&mut |entry, is_folder| {
            if is_folder {
                folders.push(entry.to_owned());
            }
        });
        folders
    }

    fn walk(&self, visit: &mut dyn FnMut(&Path, bool)) {
        walk(&self.base, self.depth, self.hidden, visit, &mut |_, _| {});
    }
}

/// The YAML files below a folder.
fn below(folder: &Path, found: &mut Vec<PathBuf>, unreadable: &mut dyn FnMut(&Path, io::Error)) {
    let mut visit = |entry: &Path, is_folder: bool| {
        if !is_folder && is_yaml(entry) && fs::metadata(entry).is_ok_and(|it| it.is_file()) {
            found.push(entry.to_owned());
        }
    };
    walk(folder, None, false, &mut visit, unreadable);
}

/// The empty path is where we are.
fn visible(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

/// Everything below a folder, down to a depth, with whether it is a folder itself.
fn walk(
    folder: &Path,
    depth: Option<usize>,
    hidden: bool,
    visit: &mut dyn FnMut(&Path, bool),
    unreadable: &mut dyn FnMut(&Path, io::Error),
) {
    let mut open = vec![(folder.to_owned(), 1usize)];
    while let Some((folder, level)) = open.pop() {
        let entries = match fs::read_dir(visible(&folder)) {
            Ok(entries) => entries,
            Err(error) => {
                unreadable(&folder, error);
                continue;
            }
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Ok(kind) = entry.file_type() else { continue };
            let is_hidden = name.to_string_lossy().starts_with('.');
            if (is_hidden && !hidden) || name == PROJECT_FILE {
                continue;
            }
            let path = folder.join(&name);
            visit(&path, kind.is_dir());
            if kind.is_dir() && depth.is_none_or(|depth| level < depth) {
                open.push((path, level + 1));
            }
        }
    }
}

pub(super) fn is_yaml(path: &Path) -> bool {
    let extension = path.extension();
    extension.is_some_and(|it| it.eq_ignore_ascii_case("yaml") || it.eq_ignore_ascii_case("yml"))
}
