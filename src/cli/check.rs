//! `check`: what is wrong or risky in a configuration.

use super::project::{self, Format, Paths};
use super::{Exit, Failure, Globals, Terminal};

/// Report what is wrong or risky
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    paths: Paths,

    /// How findings are written.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

pub fn run(args: &Args, _globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let project = project::open(&args.paths.paths)?;
    let _ = args.format;
    Ok(project::warn_about_gaps(&project, terminal))
}
