//! Files as a git revision has them, read with the program `git`.
//!
//! Nothing is checked out and nothing is written: the files are listed with `ls-tree` and read with
//! one `cat-file`. A link is not followed, since what it says is a path of the working tree.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::find::is_yaml;

/// Why files of a revision could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RevisionError {
    #[error("there is no revision '{0}'")]
    NoSuchRevision(String),
    /// The revision has no such file or folder.
    #[error("{revision} has no '{path}'")]
    NothingThere { revision: String, path: String },
    /// What git said.
    #[error("git cannot read '{argument}': {said}")]
    Refused { argument: String, said: String },
    /// The program `git` does not run here.
    #[error("cannot read a revision: {0}")]
    NoGit(String),
}

/// What a revision has at a path.
#[derive(Debug)]
pub struct AtRevision {
    pub is_folder: bool,
    /// By their path within the folder; a file alone is under the empty path. Of a folder every
    /// `.yaml` and `.yml`.
    pub files: BTreeMap<PathBuf, RevisionFile>,
}

/// A file of a revision.
#[derive(Debug)]
pub struct RevisionFile {
    /// As in `HEAD~1:config/a.yaml`.
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Reads what a revision has at a path as seen from a folder; the empty folder is the current one,
/// the empty path the folder itself. Blocks while git runs.
///
/// # Errors
///
/// When git is not there, the folder is in no repository, or there is no such revision or path.
pub fn at_revision(
    folder: &Path,
    revision: &str,
    within: &str,
) -> Result<AtRevision, RevisionError> {
    // A revision is never an option.
    if revision.is_empty() || revision.starts_with('-') {
        return Err(RevisionError::NoSuchRevision(revision.to_owned()));
    }
    let refused = |said: &str| RevisionError::Refused {
        argument: format!("{revision}:{within}"),
        said: said.trim().to_owned(),
    };
    let commit = format!("{revision}^{{commit}}");
    let found = git(folder, &["rev-parse", "--verify", "--quiet", &commit], b"")?;
    if !found.is_ok {
        return Err(match found.said.trim() {
            "" => RevisionError::NoSuchRevision(revision.to_owned()),
            said => refused(said),
        });
    }
    let commit = String::from_utf8_lossy(&found.out).trim().to_owned();
    let path = if within.is_empty() { "." } else { within };
    let listed = git(folder, &["ls-tree", "-r", "-z", &commit, "--", path], b"")?;
    if !listed.is_ok {
        return Err(refused(&listed.said));
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
        let (revision, path) = (revision.to_owned(), path.to_owned());
        return Err(RevisionError::NothingThere { revision, path });
    }
    names.retain(|(name, _)| is_file || is_yaml(name));
    let wanted: String = names.iter().map(|(_, object)| format!("{object}\n")).collect();
    let read = git(folder, &["cat-file", "--batch"], wanted.as_bytes())?;
    if !read.is_ok {
        return Err(refused(&read.said));
    }
    let mut files = BTreeMap::new();
    let mut rest = &read.out[..];
    for (name, _) in names {
        let Some((bytes, after)) = blob(rest) else {
            return Err(refused("an answer of cat-file is not understood"));
        };
        rest = after;
        let base = if path == "." { Path::new("") } else { base };
        let within = if is_file { Path::new("") } else { name.strip_prefix(base).unwrap_or(&name) };
        let shown = format!("{revision}:{}", name.display());
        files.insert(within.to_owned(), RevisionFile { name: shown, bytes: bytes.to_vec() });
    }
    Ok(AtRevision { is_folder: !is_file, files })
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

fn git(folder: &Path, arguments: &[&str], input: &[u8]) -> Result<Said, RevisionError> {
    let failed = |error: std::io::Error| {
        RevisionError::NoGit(match error.kind() {
            std::io::ErrorKind::NotFound => "the program git is not installed".to_owned(),
            _ => format!("the program git does not run: {error}"),
        })
    };
    let mut command = Command::new("git");
    if !folder.as_os_str().is_empty() {
        command.arg("-C").arg(folder);
    }
    let mut child = command
        .args(arguments)
        // What it says is the same everywhere.
        .env("LC_ALL", "C")
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
