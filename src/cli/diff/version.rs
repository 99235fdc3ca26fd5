//! One side of a comparison: a file, a folder, or either as a git revision has it.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::audit::review::Text;
use crate::cli::{Failure, Globals};
use crate::config::{Project, Source};
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
    pub fn read(argument: &str, globals: &Globals) -> Result<Self, Failure> {
        let path = Path::new(argument);
        let (is_folder, read) = match argument.split_once(':') {
            // What is on disk is meant, whatever it is called.
            Some((revision, within)) if !path.exists() => from_git(argument, revision, within)?,
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
    path.extension().is_some_and(|end| end == "yaml" || end == "yml")
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

/// Reads `REVISION:PATH` with the program `git`, PATH as seen from the current folder. Whether it is
/// a folder, and its files.
fn from_git(argument: &str, revision: &str, within: &str) -> Result<(bool, Read), Failure> {
    let missing = || {
        Failure::unreadable(format!("there is no file or folder '{argument}'"))
            .hint("for a git revision write REVISION:PATH, as in HEAD~1:config")
    };
    // A revision is never an option.
    if revision.is_empty() || revision.starts_with('-') {
        return Err(missing());
    }
    let commit = format!("{revision}^{{commit}}");
    let found = git(&["rev-parse", "--verify", "--quiet", &commit], b"")?;
    if !found.is_ok {
        return Err(match found.said.trim() {
            "" => missing(),
            said => Failure::unreadable(format!("git cannot read '{argument}': {said}")),
        });
    }
    let commit = String::from_utf8_lossy(&found.out).trim().to_owned();
    let path = if within.is_empty() { "." } else { within };
    let listed = git(&["ls-tree", "-r", "-z", &commit, "--", path], b"")?;
    let unreadable =
        |said: &str| Failure::unreadable(format!("git cannot read '{argument}': {}", said.trim()));
    if !listed.is_ok {
        return Err(unreadable(&listed.said));
    }
    // mode SP type SP object TAB path NUL
    let mut names = Vec::new();
    for line in listed.out.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
        let line = String::from_utf8_lossy(line);
        let Some((facts, name)) = line.split_once('\t') else { continue };
        let mut facts = facts.split(' ');
        let (mode, kind, object) = (facts.next(), facts.next(), facts.next());
        // A link is a blob too, but what it says is a path.
        if let (Some("100644" | "100755"), Some("blob"), Some(object)) = (mode, kind, object) {
            names.push((PathBuf::from(name), object.to_owned()));
        }
    }
    let base = Path::new(path.strip_prefix("./").unwrap_or(path));
    let is_file = matches!(&names[..], [(name, _)] if name == base);
    if names.is_empty() {
        return Err(Failure::unreadable(format!("{revision} has no '{path}'")));
    }
    names.retain(|(name, _)| is_file || is_yaml(name));
    let wanted: String = names.iter().map(|(_, object)| format!("{object}\n")).collect();
    let read = git(&["cat-file", "--batch"], wanted.as_bytes())?;
    if !read.is_ok {
        return Err(unreadable(&read.said));
    }
    let mut found = Read::new();
    let mut rest = &read.out[..];
    for (name, _) in names {
        let Some((bytes, after)) = blob(rest) else {
            return Err(unreadable("an answer of cat-file is not understood"));
        };
        rest = after;
        let base = if path == "." { Path::new("") } else { base };
        let within = if is_file { Path::new("") } else { name.strip_prefix(base).unwrap_or(&name) };
        let shown = format!("{revision}:{}", name.display());
        found.insert(within.to_owned(), (shown, None, bytes.to_vec()));
    }
    Ok((!is_file, found))
}

/// The first answer of `cat-file --batch` (object SP type SP size LF bytes LF), and what follows.
fn blob(output: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = output.iter().position(|byte| *byte == b'\n')?;
    let size: usize = std::str::from_utf8(&output[..end]).ok()?.rsplit(' ').next()?.parse().ok()?;
    let (start, end) = (end + 1, (end + 1).checked_add(size)?);
    Some((output.get(start..end)?, output.get(end + 1..)?))
}

struct Said {
    is_ok: bool,
    out: Vec<u8>,
    said: String,
}

fn git(arguments: &[&str], input: &[u8]) -> Result<Said, Failure> {
    let failed = |error: std::io::Error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "the program git is not installed".to_owned(),
            _ => format!("the program git does not run: {error}"),
        };
        Failure::unreadable(format!("cannot read a revision: {why}"))
            .hint("check the revision out and give its files instead")
    };
    let mut child = Command::new("git")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let stdin = child.stdin.take();
    // Written beside reading, or both sides would wait for each other.
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            if let Some(mut stdin) = stdin {
                // What git does not take it complains about itself.
                let _ = stdin.write_all(input);
            }
        });
        child.wait_with_output()
    });
    let output = output.map_err(failed)?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(Said { is_ok: output.status.success(), out: output.stdout, said })
}

#[cfg(test)]
mod tests {
    use super::blob;

    #[test]
    fn answers_of_git_are_taken_apart() {
        let output = b"abc blob 3\na\nb\ndef blob 0\n\n";
        let (first, rest) = blob(output).unwrap();
        assert_eq!(first, b"a\nb");
        assert_eq!(blob(rest), Some((&b""[..], &b""[..])));
        assert_eq!(blob(b"abc missing\n"), None);
        assert_eq!(blob(b"abc blob 99\nshort\n"), None);
    }
}
