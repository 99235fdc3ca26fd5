//! `edit`: the same changes as in the window, one after the other, all or none.
//!
//! The grammar is `edit PATH… CHANGE`, and `--then CHANGE` for each further one. Every change has
//! arguments and options of its own, so each is a command to clap, with its own help. clap reads
//! one command a line; [`split_changes`] therefore cuts the line at `--then` first.

mod request;
mod script;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{CommandFactory, Parser, ValueEnum};

use super::project::{self, Paths};
use super::text_diff;
use super::{Exit, Failure, Globals, Terminal};
use crate::audit::review::Text;
use crate::config::{Change, ChangeError, FileId, Project, SaveError};
use crate::yaml::{EditError, Stream, Via};

use request::{Request, Resolved, resolve};
use script::Script;

/// Change client apps, their permissions and identities, or run a script of edits
///
/// Makes the same changes as the window. Only the lines that a change means are touched: comments,
/// order, quoting and line endings stay as they are. All changes are made before anything is
/// written; when one is not possible, nothing is.
///
/// Several changes are joined with --then, as in the second example.
#[derive(Debug, clap::Args)]
#[command(
    subcommand_precedence_over_arg = true,
    subcommand_value_name = "CHANGE",
    subcommand_help_heading = "Changes",
    disable_help_subcommand = true,
    after_long_help = "\
Examples:
  exchange-studio edit config/ --dry-run allow Portal Dashboard
  exchange-studio edit config/ federate 'Service Principal' \\
      --issuer https://auth.external.com --subject 123456789 \\
      --then allow Broker 'Service Principal'
  exchange-studio edit clients.yaml set Portal enabled false
  exchange-studio edit config/ rename-id '{{guid:portal}}' b8075fdb-ac4f-4c25-8f2a-2085a9addbf6
  exchange-studio edit clients.yaml --script edits.jsonl --dry-run

'exchange-studio edit PATH allow --help' explains one change. A file that has the name of a change
is given as ./allow.

A script is a file (or - for standard input) with one JSON object a line, made in order, all or
none, on any YAML file:
  {\"op\": \"set\", \"doc\": 0, \"path\": [\"name\"], \"value\": \"Portal\"}
  {\"op\": \"insert\", \"doc\": 2, \"path\": [\"allowedTokenExchangeClientApps\"], \"index\": 1,
   \"value\": {\"id\": \"…\"}}                 (on one line)
  set (value), insert (index, value), remove (index), move (frm, to), add (key, value; index),
  removekey (key), rename (key, new), docadd (doc, body), docremove (doc), docmove (doc, to)
'doc' is the number of the document, counted from 0 as every YAML reader counts them; for docadd
and docmove's 'to' the number it will have. 'path' is keys and indices from the root, which is [],
the default; a number on a mapping is its entry with that number. Values are text, lists and
mappings. 'body' is YAML source, or a list or mapping to be written as the neighbours are, with
their tag. Where a place is shared through an alias or a merge key, \"via\": \"anchor\" edits it for
all places that share it, and \"own\" gives this place a value of its own.

Exit status: 0 changed (or nothing to change), 1 a change is not possible and nothing was written,
2 usage (a script: no JSON, an unknown operation or field), 3 a path cannot be read or a file cannot
be written"
)]
pub struct Args {
    #[command(flatten)]
    paths: Paths,

    #[command(flatten)]
    how: How,

    /// Make the edits of a script instead of a CHANGE; - for standard input.
    #[arg(long, value_name = "EDITS")]
    script: Option<PathBuf>,

    /// Write the edited text there and leave the file as it is; - for standard output.
    #[arg(short, long, value_name = "FILE", requires = "script")]
    output: Option<PathBuf>,

    #[command(subcommand)]
    change: Option<Request>,
}

/// How changes are made, whichever they are.
#[derive(Clone, Debug, clap::Args)]
struct How {
    /// Print the change as a unified diff, secrets covered, and write nothing.
    #[arg(long, global = true)]
    dry_run: bool,

    /// What to do where a place is shared through an alias or a merge key.
    #[arg(long, global = true, value_name = "HOW")]
    via: Option<Shared>,

    /// Where a report for the makers goes when the editor refuses a place that it should be able to
    /// edit. It shows the layout of the document, with every letter and digit masked.
    #[arg(long, global = true, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// What to do where a place is shared.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Shared {
    /// Change it for all places that share it.
    Anchor,
    /// Give this place a value of its own.
    Own,
}

/// A change after `--then`.
#[derive(Debug, Parser)]
#[command(
    name = "exchange-studio edit PATH… CHANGE --then",
    no_binary_name = true,
    subcommand_value_name = "CHANGE",
    disable_help_subcommand = true
)]
pub struct Further {
    #[command(flatten)]
    how: How,

    #[command(subcommand)]
    change: Request,
}

/// Cuts the arguments of `edit` at every `--then`. Gives the arguments before the first one, and
/// the changes after it, each with its own.
pub fn split_changes(arguments: Vec<OsString>) -> (Vec<OsString>, Vec<Vec<OsString>>) {
    if !arguments.iter().skip(1).any(|argument| argument == "edit") {
        return (arguments, Vec::new());
    }
    let mut parts = arguments.split(|argument| argument == "--then").map(<[OsString]>::to_vec);
    let first = parts.next().unwrap_or_default();
    (first, parts.collect())
}

/// Parses what [`split_changes`] cut off.
///
/// # Errors
///
/// When one of them is not a change.
pub fn parse_further(parts: &[Vec<OsString>]) -> Result<Vec<Further>, clap::Error> {
    parts.iter().map(Further::try_parse_from).collect()
}

pub fn run(
    args: &Args,
    further: &[Further],
    globals: &Globals,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let mut hows = std::iter::once(&args.how).chain(further.iter().map(|further| &further.how));
    let dry_run = hows.clone().any(|how| how.dry_run);
    let report = hows.find_map(|how| how.report.as_deref());
    match (&args.script, &args.change) {
        (Some(script), None) if further.is_empty() => {
            run_script(args, script, dry_run, report, globals, terminal)
        }
        (Some(_), _) => {
            Err(Failure::usage("a script and a CHANGE are two ways to say what to change")
                .hint("give one of them"))
        }
        (None, None) => Err(nothing_asked(&args.paths.paths)),
        (None, Some(change)) => {
            let asked = std::iter::once((&args.how, change));
            let asked = asked.chain(further.iter().map(|it| (&it.how, &it.change)));
            run_changes(args, asked, (dry_run, report), globals, terminal)
        }
    }
}

/// A mistyped change is, to the parser, one more path.
fn nothing_asked(paths: &[PathBuf]) -> Failure {
    let command = Further::command();
    let near = paths.iter().filter(|path| !path.exists()).find_map(|path| {
        let text = path.to_string_lossy();
        let mut names = command.get_subcommands().map(clap::Command::get_name);
        let name = names.find(|name| strsim::osa_distance(name, &text) <= 2)?;
        Some(format!("did you mean the change '{name}' instead of '{text}'?"))
    });
    let failure = Failure::usage("what is to be changed is missing: a CHANGE, or --script EDITS");
    failure.hint(near.unwrap_or_else(|| "exchange-studio edit --help lists the changes".to_owned()))
}

fn run_changes<'a>(
    args: &Args,
    asked: impl Iterator<Item = (&'a How, &'a Request)>,
    (dry_run, report): (bool, Option<&Path>),
    globals: &Globals,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let mut project = project::open(&args.paths.paths, globals)?;
    project::warn_about_gaps(&project, terminal);
    let before = project.clone();
    // Told only when all of them are made: after a failure nothing of it holds.
    let mut told = Vec::new();
    for (how, request) in asked {
        let Some(Resolved { mut changes, label }) =
            resolve(&project, globals.reading, request, &mut told)?
        else {
            continue;
        };
        if let Some(via) = how.via.or(args.how.via) {
            let via = match via {
                Shared::Anchor => Via::Anchor,
                Shared::Own => Via::Own,
            };
            changes = changes.into_iter().map(|it| Change::Via(via, Box::new(it))).collect();
        }
        project.apply_all(&changes, &label).map_err(|refused| {
            let failure = Failure::no(format!("{label}: {refused}")).hint("nothing was written");
            explained(failure, &refused.error, report)
        })?;
        told.push(format!("{label}."));
    }
    for sentence in told {
        terminal.say(sentence);
    }
    if dry_run {
        return show(&before, &project, terminal);
    }
    for file in project.unsaved() {
        project.save(file).map_err(|error| not_saved(&error))?;
        terminal.say(format_args!("Wrote {}.", project::path_of(&project, file)));
    }
    Ok(Exit::Fine)
}

fn run_script(
    args: &Args,
    script: &Path,
    dry_run: bool,
    report: Option<&Path>,
    globals: &Globals,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    if args.how.via.is_some() {
        return Err(Failure::usage(
            "in a script each edit says for itself what to do where a place \
                                   is shared",
        )
        .hint("write \"via\": \"anchor\" or \"own\" in its line"));
    }
    let (mut project, file) = script::open(&args.paths.paths, globals)?;
    let script = Script::read(script, file)?;
    let before = project.clone();
    script.apply(&mut project).map_err(|(failure, error)| explained(failure, &error, report))?;
    let count = match script.len() {
        0 => "No edit to make.".to_owned(),
        1 => "1 edit.".to_owned(),
        count => format!("{count} edits."),
    };
    terminal.say(count);
    if dry_run {
        return show(&before, &project, terminal);
    }
    write(&mut project, file, args.output.as_deref(), terminal)?;
    Ok(Exit::Fine)
}

/// Writes the text where it is wanted.
fn write(
    project: &mut Project,
    file: FileId,
    output: Option<&Path>,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let own = project.file(file).path.clone();
    let real = |path: &Path| std::fs::canonicalize(path).ok();
    let in_place = match output {
        None => true,
        Some(path) => own.as_deref().and_then(real).is_some_and(|own| real(path) == Some(own)),
    };
    if in_place {
        if project.file(file).is_unsaved() {
            project.save(file).map_err(|error| not_saved(&error))?;
            terminal.say(format_args!("Wrote {}.", project::path_of(project, file)));
        }
        return Ok(());
    }
    let Some(output) = output else { return Ok(()) };
    let is_file = std::fs::metadata(output).map_or(true, |it| it.is_file());
    if output == Path::new("-") || !is_file {
        // A pipe or a device is written to, not replaced.
        let bytes = project.file(file).stream.as_ref().map(Stream::to_bytes).unwrap_or_default();
        return project::write_output(output, &bytes, terminal);
    }
    project.save_as(file, output).map_err(|error| not_saved(&error))?;
    terminal.say(format_args!("Wrote {}.", output.display()));
    Ok(())
}

/// Prints what differs, file by file.
fn show(before: &Project, after: &Project, terminal: &mut Terminal) -> Result<Exit, Failure> {
    for file in after.unsaved() {
        let text = |project: &Project| match project.get_file(file).map(|it| &it.stream) {
            Some(Ok(stream)) => Text::of(stream.documents()),
            _ => Text::default(),
        };
        let path = project::path_of(after, file);
        text_diff::write((&path, &text(before)), (&path, &text(after)), terminal)?;
    }
    Ok(Exit::Fine)
}

/// Adds what a person can do about a refusal.
fn explained(failure: Failure, error: &ChangeError, report: Option<&Path>) -> Failure {
    if let ChangeError::Edit(refused) = error
        && let EditError::Shared { .. } = refused.error
    {
        return failure.hint(
            "--via anchor (in a script \"via\": \"anchor\") changes it for all, --via own for this \
             place alone",
        );
    }
    let (Some(text), report) = (error.report(), report) else { return failure };
    match report {
        None => failure.hint(
            "if the editor should be able to do this, --report FILE writes a report for its makers, \
             with every letter and digit of the document masked",
        ),
        Some(path) => match std::fs::write(path, text) {
            Ok(()) => failure.hint(format!(
                "{} is a report for the makers of the editor, with every letter and digit of the \
                 document masked",
                path.display()
            )),
            Err(error) => {
                failure.hint(format!("no report: cannot write {}: {error}", path.display()))
            }
        },
    }
}

fn not_saved(error: &SaveError) -> Failure {
    let failure = Failure::unreadable(error.to_string());
    match error {
        SaveError::ChangedOnDisk(_) => {
            failure.hint("another program wrote it just now: look at it, and run the command again")
        }
        _ => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    #[test]
    fn changes_are_cut_at_then() {
        let (first, further) = split_changes(words("x edit a allow A B --then set C k --then y"));
        assert_eq!(first, words("x edit a allow A B"));
        assert_eq!(further, [words("set C k"), words("y")]);
    }

    #[test]
    fn other_commands_are_left_alone() {
        let (first, further) = split_changes(words("x decide a --subject --then"));
        assert_eq!(first, words("x decide a --subject --then"));
        assert!(further.is_empty());
    }

    #[test]
    fn nothing_after_then_is_a_mistake() {
        assert!(parse_further(&[Vec::new()]).is_err());
    }
}
