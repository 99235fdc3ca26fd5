//! `diff`: how the text of two configurations differs.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::text_diff;
use super::{Exit, Failure, Globals, Terminal};
use crate::audit::review::Text;
use crate::yaml::{Limits, Stream};

/// Show how two files or folders differ
///
/// Prints a unified diff from OLD to NEW. Of folders every .yaml and .yml below them is compared by
/// its path within the folder. The text is compared as it is, so files with broken YAML differ like
/// any others. Values of secrets are covered; a changed one is still a changed line.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  exchange-studio diff config.old/ config/
  exchange-studio diff main.yaml branch.yaml --fail-on change

Exit status: 0 fine (also when there are differences, unless --fail-on says otherwise),
1 there is a difference that --fail-on names, 2 usage, 3 a path cannot be read")]
pub struct Args {
    /// The file or folder before.
    #[arg(value_name = "OLD")]
    old: PathBuf,

    /// The file or folder after.
    #[arg(value_name = "NEW")]
    new: PathBuf,

    /// End with status 1 when there is such a difference.
    #[arg(long, value_enum, value_name = "WHAT")]
    fail_on: Option<FailOn>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Any difference in the text.
    Change,
}

pub fn run(args: &Args, globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let folders = (args.old.is_dir(), args.new.is_dir());
    if folders.0 != folders.1 && args.old.exists() && args.new.exists() {
        return Err(Failure::usage("a file cannot be compared with a folder")
            .hint("give two files or two folders"));
    }
    let old = texts(&args.old, &globals.limits)?;
    let new = texts(&args.new, &globals.limits)?;
    let names: BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let mut differs = false;
    for name in names {
        let nothing = Text::default();
        let (before, after) = (old.get(name), new.get(name));
        let label = |base: &Path, text: Option<&Text>| match text {
            Some(_) => base.join(name).display().to_string().trim_end_matches('/').to_owned(),
            None => "/dev/null".to_owned(),
        };
        let (from, to) = (label(&args.old, before), label(&args.new, after));
        let appears = before.is_some() != after.is_some();
        let (before, after) = (before.unwrap_or(&nothing), after.unwrap_or(&nothing));
        if appears || before.differs(after) {
            differs = true;
            text_diff::write((&from, before), (&to, after), terminal)?;
        }
    }
    Ok(if differs && args.fail_on == Some(FailOn::Change) { Exit::No } else { Exit::Fine })
}

/// The texts below a path, by their path within it; a file alone is under the empty path.
fn texts(base: &Path, limits: &Limits) -> Result<BTreeMap<PathBuf, Text>, Failure> {
    let unreadable = |path: &Path, error: std::io::Error| {
        Failure::unreadable(format!("cannot read {}: {error}", path.display()))
    };
    let read = |path: &Path| {
        let bytes = std::fs::read(path).map_err(|error| unreadable(path, error))?;
        let stream = Stream::load(&bytes, limits);
        let stream =
            stream.map_err(|error| Failure::unreadable(format!("{}: {error}", path.display())))?;
        Ok::<_, Failure>(Text::of(stream.documents()))
    };
    let mut texts = BTreeMap::new();
    if !base.is_dir() {
        texts.insert(PathBuf::new(), read(base)?);
        return Ok(texts);
    }
    let mut folders = vec![base.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| unreadable(&folder, error))? {
            let entry = entry.map_err(|error| unreadable(&folder, error))?;
            let (path, kind) =
                (entry.path(), entry.file_type().map_err(|e| unreadable(&folder, e))?);
            if kind.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "yaml" || end == "yml") {
                let name = path.strip_prefix(base).unwrap_or(&path).to_owned();
                texts.insert(name, read(&path)?);
            }
        }
    }
    Ok(texts)
}
