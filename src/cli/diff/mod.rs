//! `diff`: how two configurations differ, in text, in meaning and in access.

mod version;

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::ValueEnum;
use serde::Serialize;

pub use self::version::Version;
use super::project::{self, Format};
use super::reach::change;
use super::suppose;
use super::text_diff;
use super::{Exit, Failure, Globals, Terminal};
use crate::audit::review::Text;
use crate::config::Project;
use crate::trust::report::{AccessChange, ClientChangeReport, Scope, client_changes};
use crate::trust::{Access, AccessDiff, TrustGraph, changes, matching};

/// Show how two configurations differ, and which access is gained and lost
///
/// OLD and NEW are files, folders, or either as a git revision has it (REVISION:PATH, PATH as seen
/// from here). First comes a unified diff; of folders every .yaml and .yml below them is compared by
/// its path within the folder. The text is compared as it is, so files with broken YAML differ like
/// any others. Values of secrets are covered; a changed one is still a changed line.
///
/// Then comes what the difference means: client apps, permissions and identities that came, went or
/// changed, matched by id; and who can become whom now and could not before, or no longer can, each
/// with the chain and the lines that prove it.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  exchange-studio diff config.old/ config/
  exchange-studio diff main.yaml branch.yaml --fail-on change
  What a branch does to access, for a review:
    exchange-studio diff main:config config --summary --fail-on gain

Exit status: 0 fine (also when there are differences, unless --fail-on says otherwise),
1 there is a difference that --fail-on names, 2 usage, 3 a path or revision cannot be read")]
pub struct Args {
    /// The file or folder before, or REVISION:PATH.
    #[arg(value_name = "OLD")]
    old: PathBuf,

    /// The file or folder after, or REVISION:PATH.
    #[arg(value_name = "NEW")]
    new: PathBuf,

    /// End with status 1 when there is such a difference.
    #[arg(long, value_enum, value_name = "WHAT")]
    fail_on: Option<FailOn>,

    /// Leave out the text: only what the difference means.
    #[arg(long)]
    summary: bool,

    /// Lines of the longest list of access.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,

    /// Compare access under every reading of the lists.
    #[arg(long, conflicts_with = "reading")]
    all_readings: bool,

    /// How the difference is written.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// Any difference in the text.
    Change,
    /// Access that is gained, lost or decided otherwise.
    Access,
    /// Access that is gained.
    Gain,
}

/// The shape of `--format json`, version 1.
#[derive(Serialize)]
struct Json {
    version: u32,
    old: String,
    new: String,
    /// The files whose text differs.
    files: Vec<FileChange>,
    /// The client apps that say something else.
    clients: Vec<ClientChangeReport>,
    /// One for each reading.
    access: Vec<AccessChange>,
}

#[derive(Serialize)]
struct FileChange {
    /// The path within the folder; empty for a file that was named itself.
    path: String,
    /// `added`, `removed` or `changed`.
    change: &'static str,
}

pub fn run(args: &Args, globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let mut old = Version::read(&args.old, globals)?;
    let mut new = Version::read(&args.new, globals)?;
    if old.is_folder != new.is_folder {
        return Err(Failure::usage("a file cannot be compared with a folder")
            .hint("give two files or two folders"));
    }
    let text = args.format == Format::Human && !args.summary;
    let files = compare_texts(&old, &new, text, terminal)?;
    let projects = [old.project(), new.project()];
    let unlike = !files.is_empty();
    // Nothing comes of equal texts.
    let clients = if unlike { changes(&projects[0], &projects[1]) } else { Vec::new() };
    let clients = client_changes((&projects[0], &projects[1]), &clients);
    let mut access = Vec::new();
    if unlike {
        for project in &projects {
            project::warn_about_gaps(project, terminal);
        }
        for reading in suppose::readings(args.all_readings, globals) {
            access.push(compare_access(&projects, reading, args.limit));
        }
    }
    let exit = match args.fail_on {
        Some(FailOn::Change) if unlike => Exit::No,
        Some(FailOn::Access) if access.iter().any(|it| !it.is_empty()) => Exit::No,
        Some(FailOn::Gain) if access.iter().any(is_gain) => Exit::No,
        _ => Exit::Fine,
    };
    match args.format {
        Format::Human => human(&clients, &access, text && unlike, terminal)?,
        Format::Json => terminal.json(&Json {
            version: 1,
            old: args.old.display().to_string(),
            new: args.new.display().to_string(),
            files,
            clients,
            access,
        })?,
    }
    Ok(exit)
}

fn is_gain(change: &AccessChange) -> bool {
    change.gained.pairs > 0 || change.gained.hops > 0
}

fn compare_texts(
    old: &Version,
    new: &Version,
    write: bool,
    terminal: &mut Terminal,
) -> Result<Vec<FileChange>, Failure> {
    let paths: BTreeSet<_> = old.files.keys().chain(new.files.keys()).collect();
    let mut found = Vec::new();
    for path in paths {
        let nothing = Text::default();
        let (before, after) = (old.files.get(path), new.files.get(path));
        let change = match (before, after) {
            (None, _) => "added",
            (_, None) => "removed",
            (Some(before), Some(after)) if before.text.differs(&after.text) => "changed",
            _ => continue,
        };
        let name = |file: Option<&version::File>| match file {
            Some(file) => file.name.clone(),
            None => "/dev/null".to_owned(),
        };
        if write {
            let (from, to) = (name(before), name(after));
            let before = before.map_or(&nothing, |file| &file.text);
            let after = after.map_or(&nothing, |file| &file.text);
            text_diff::write((&from, before), (&to, after), terminal)?;
        }
        found.push(FileChange { path: path.display().to_string(), change });
    }
    Ok(found)
}

fn compare_access(
    projects: &[Project; 2],
    reading: crate::trust::Reading,
    limit: usize,
) -> AccessChange {
    let [old, new] = projects;
    let graphs = [TrustGraph::new(old, reading), TrustGraph::new(new, reading)];
    let accesses = [Access::new(old, &graphs[0]), Access::new(new, &graphs[1])];
    let matching = matching((old, &graphs[0]), (new, &graphs[1]));
    let diff = AccessDiff::new(&accesses[0], &accesses[1], matching, limit);
    let scope =
        |at: usize| Scope { project: &projects[at], graph: &graphs[at], access: &accesses[at] };
    AccessChange::of([scope(0), scope(1)], &diff)
}

fn human(
    clients: &[ClientChangeReport],
    access: &[AccessChange],
    apart: bool,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    // Text of others is no configuration: nothing to say of it.
    if clients.is_empty() && access.iter().all(AccessChange::is_empty) {
        return Ok(());
    }
    let colour = terminal.out_colour();
    let out = terminal.out();
    if apart {
        writeln!(out)?;
    }
    writeln!(out, "{}", colour.bold("What it means"))?;
    let marked = |change: &str, text: String| match change {
        "added" => colour.good(format!("+ {text}")),
        "removed" => colour.bad(format!("- {text}")),
        _ => colour.unsure(format!("~ {text}")),
    };
    for client in clients {
        writeln!(out, "  {}", marked(client.change, client.client.label()))?;
        for fact in &client.facts {
            // What came or went with its client app did so as a whole.
            let line = marked(fact.change, fact.sentence());
            writeln!(out, "      {line}  {}", colour.dim(&fact.at))?;
        }
    }
    for report in access {
        writeln!(out)?;
        out.write_all(change(report, colour).as_bytes())?;
    }
    Ok(())
}
