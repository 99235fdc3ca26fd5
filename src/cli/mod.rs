//! The studio's jobs without a window.
//!
//! Scripts, pipelines and reviewers reach everything through here, so this room is a contract:
//! results on standard output and everything else on standard error; colour only on a terminal and
//! never under `NO_COLOR`; a reader that hangs up (`| head`) ends the program quietly; machine
//! formats carry `"version": 1` and keep their shape and order; and the exit status says the answer
//! (see [`Exit`]). One file a subcommand: its arguments, their documentation, and its work. The
//! work itself is in the rooms below; here it is only asked for and put into words.
//!
//! Nothing here reads the process's streams or arguments but [`main`], and its environment but
//! `secret`, which reads the variables that the person names, and what they type: everything else
//! is given a [`Terminal`], so a test can give it another.

mod asking;
mod calibrate;
mod case;
mod check;
mod client;
mod connection;
mod decide;
mod diff;
mod discover;
mod edit;
mod exchange;
mod filter;
mod graph;
mod keep_secret;
mod list;
mod matrix;
mod mint;
mod preset;
mod probe;
mod project;
mod reach;
mod secret;
mod serve;
mod share;
mod structure;
mod suppose;
mod sweep;
mod terminal;
mod text_diff;
mod token;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

pub use terminal::{Exit, Failure, Terminal};

use crate::config::find_files;
use crate::trust::Reading;
use crate::yaml::Limits;

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    let mut terminal = Terminal::of_process();
    run(std::env::args_os(), &mut terminal).into()
}

/// See, change and try out who may exchange a token into whose.
///
/// Exchange Studio works on the OAuth 2.0 Token Exchange (RFC 8693) permissions of an identity
/// system that keeps them in YAML, one `!ClientAppDto` a document. Without a command it opens the
/// window; with one it needs no display.
#[derive(Debug, Parser)]
#[command(
    name = "exchange-studio",
    version,
    args_conflicts_with_subcommands = true,
    after_help = "Run 'exchange-studio COMMAND --help' for what a command does, with an example.",
    after_long_help = "\
Examples:
  exchange-studio config/                    open a folder in the window
  exchange-studio check config/              report what is wrong or risky in it
  exchange-studio decide config/ --requester Broker --subject-client Portal --target Dashboard

Wherever a client app is named, its id will do (a GUID, or a placeholder such as '{{guid:portal}}'),
or its name when only one client app has it.

Exit status:
  0  fine
  1  the answer is no: findings at the level, refused, differs
  2  the command line is not understood
  3  input cannot be read
  4  the server cannot be reached"
)]
struct Cli {
    /// Files and folders to open in the window.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// How an entry of allowedTokenExchangeClientApps is read.
    ///
    /// The direction of these lists is not settled, so it is a choice. 'requester-lists-target':
    /// the owner of the list asks, and gets tokens for the entry. 'requester-lists-origin': the
    /// owner asks, and hands in tokens of the entry's users. 'target-lists-requester': the entry
    /// asks, and gets tokens for the owner. Left out, it is 'requester-lists-target'.
    #[arg(
        long,
        global = true,
        value_name = "READING",
        value_parser = clap::builder::PossibleValuesParser::new(Reading::ALL.map(Reading::name)),
    )]
    reading: Option<String>,

    /// How large a file may be, as in 300M or 2G. A larger one is left out; without this option that is one over 256M.
    #[arg(
        long,
        global = true,
        value_name = "SIZE",
        hide_short_help = true,
        value_parser = project::size,
    )]
    max_file_size: Option<usize>,

    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Args),
    List(list::Args),
    Decide(decide::Args),
    Reach(reach::Args),
    Matrix(matrix::Args),
    Structure(structure::Args),
    Graph(graph::Args),
    Edit(edit::Args),
    Diff(diff::Args),
    Discover(discover::Args),
    Exchange(Box<exchange::Args>),
    Sweep(sweep::Args),
    Calibrate(calibrate::Args),
    Probe(probe::Args),
    Serve(serve::Args),
    Mint(mint::Args),
    Token(Box<token::Args>),
    Secret(keep_secret::Args),
}

/// What every subcommand is given beside its own arguments.
#[derive(Debug)]
struct Globals {
    reading: Reading,
    limits: Limits,
}

/// Runs the program with these arguments, the first of which is its own name.
pub fn run(arguments: impl IntoIterator<Item = OsString>, terminal: &mut Terminal) -> Exit {
    let (arguments, further) = edit::split_changes(arguments.into_iter().collect());
    let parsed = Cli::try_parse_from(arguments)
        .and_then(|cli| edit::parse_further(&further).map(|further| (cli, further)));
    let (cli, further) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return terminal.clap_error(&error),
    };
    let chosen = cli.reading.as_deref().and_then(Reading::from_name);
    let mut limits = Limits::default();
    limits.file_bytes = cli.max_file_size.unwrap_or(limits.file_bytes);
    let globals = Globals { reading: chosen.unwrap_or_default(), limits };
    let outcome = match cli.command {
        None if cli.max_file_size.is_some() => {
            Err(Failure::usage("--max-file-size is for the commands")
                .hint("the window asks when a file is larger"))
        }
        None => return open_window(cli.paths, chosen, terminal),
        Some(Command::Check(args)) => check::run(&args, &globals, terminal),
        Some(Command::List(args)) => list::run(&args, &globals, terminal),
        Some(Command::Decide(args)) => decide::run(&args, &globals, terminal),
        Some(Command::Reach(args)) => reach::run(&args, &globals, terminal),
        Some(Command::Matrix(args)) => matrix::run(&args, &globals, terminal),
        Some(Command::Structure(args)) => structure::run(&args, &globals, terminal),
        Some(Command::Graph(args)) => graph::run(&args, &globals, terminal),
        Some(Command::Edit(args)) => edit::run(&args, &further, &globals, terminal),
        Some(Command::Diff(args)) => diff::run(&args, &globals, terminal),
        Some(Command::Discover(args)) => discover::run(&args, &globals, terminal),
        Some(Command::Exchange(args)) => exchange::run(&args, &globals, terminal),
        Some(Command::Sweep(args)) => sweep::run_command(&args, &globals, terminal),
        Some(Command::Calibrate(args)) => calibrate::run(&args, &globals, terminal),
        Some(Command::Probe(args)) => probe::run(&args, &globals, terminal),
        Some(Command::Serve(args)) => serve::run(&args, &globals, terminal),
        Some(Command::Mint(args)) => mint::run(&args, &globals, terminal),
        Some(Command::Token(args)) => token::run(&args, &globals, terminal),
        Some(Command::Secret(args)) => keep_secret::run(&args, &globals, terminal),
    };
    terminal.finish(outcome)
}

/// A mistyped command is, to the parser, a path to open: caught here, before a window says only
/// that there is no such file.
fn open_window(paths: Vec<PathBuf>, reading: Option<Reading>, terminal: &mut Terminal) -> Exit {
    if let Some(path) = paths.iter().find(|path| !path.exists() && find_files(path).is_err()) {
        let text = path.to_string_lossy();
        let command = Cli::command();
        let near = command
            .get_subcommands()
            .map(clap::Command::get_name)
            .find(|name| strsim::osa_distance(name, &text) <= 2);
        let failure = match near {
            Some(name) => Failure::usage(format!("there is no command or file '{text}'"))
                .hint(format!("did you mean the command '{name}'?")),
            None => Failure::unreadable(format!("there is no file or folder '{text}'"))
                .hint("exchange-studio --help lists the commands"),
        };
        return terminal.finish(Err(failure));
    }
    // A display that does not answer is a server that cannot be reached.
    let outcome = crate::studio::run(paths, reading)
        .map(|()| Exit::Fine)
        .map_err(|error| Failure::new(Exit::Unreachable, error.to_string()));
    terminal.finish(outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
