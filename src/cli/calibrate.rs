//! `calibrate`: which way does the server read the lists?

use std::fmt::Write as _;

use serde_json::json;

use super::asking::Asking;
use super::project::{self, Format, Paths};
use super::terminal::Colour;
use super::{Exit, Failure, Globals, Terminal};
use crate::exchange::calibrate::{Calibration, Plan, Verdict, calibrate, prepare};
use crate::exchange::sweep::Ended;

/// Settle which way the lists are read, with two requests
///
/// The direction of allowedTokenExchangeClientApps is not settled; the server knows. This command
/// searches the configuration for exchanges that one reading permits and another forbids, asks the
/// server for up to two of them (and for a third when only refusals speak for a reading, to confirm
/// it), and says which reading explains the answers.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  What would be asked:
    exchange-studio calibrate config/ --server https://login.example.com --dry-run
  Against the built-in authority:
    exchange-studio calibrate config/ --server http://127.0.0.1:9400 --user alice --issuer-port 9401

Tokens of external identities are used when --issuer-port or --external-token-env say how to get
them. --reading has no meaning here.

Exit status:
  0  the reading is settled, or --dry-run has something to ask
  1  it is not: not distinguishable, contradictory, or an answer from which nothing follows
  2  usage
  3  a path cannot be read
  4  the server cannot be reached")]
pub struct Args {
    #[command(flatten)]
    paths: Paths,

    #[command(flatten)]
    asking: Asking,

    /// Say what would be asked for, and ask for nothing.
    #[arg(long)]
    dry_run: bool,

    /// How the answer is written.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

pub fn run(args: &Args, globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let project = project::open(&args.paths.paths, globals)?;
    project::warn_about_gaps(&project, terminal);
    let plan = prepare(&project, args.asking.has_externals());
    let reached = args.asking.reach(&args.paths.paths)?;
    if args.dry_run {
        return dry_run(args, &plan, &project, reached.server()?.address(), terminal);
    }
    let found = args.asking.ask(&project, &reached, true, async |desk, supplies, cancel| {
        calibrate(&desk, &plan, supplies, cancel).await
    })?;
    match args.format {
        Format::Json => terminal.json(&found)?,
        Format::Human => {
            let text = human(&found, terminal.out_colour());
            write!(terminal.out(), "{text}")?;
        }
    }
    Ok(match (&found.ended, found.verdict) {
        (Ended::Unreachable(_), _) => Exit::Unreachable,
        (_, Verdict::Settled) => Exit::Fine,
        _ => Exit::No,
    })
}

fn dry_run(
    args: &Args,
    plan: &Plan,
    project: &crate::config::Project,
    server: &str,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let requests = plan.requests(project);
    let exit = if requests.is_empty() { Exit::No } else { Exit::Fine };
    if args.format == Format::Json {
        terminal.json(&json!({
            "version": 1,
            "kind": "calibration-plan",
            "server": server,
            "requests": requests,
        }))?;
        return Ok(exit);
    }
    if requests.is_empty() {
        writeln!(
            terminal.out(),
            "Nothing in the configuration tells the readings apart. Nothing was sent."
        )?;
        return Ok(exit);
    }
    for request in &requests {
        writeln!(terminal.out(), "{}", capitalised(request.when))?;
        writeln!(terminal.out(), "  {}", request.label())?;
        writeln!(terminal.out(), "  permitted by {}", request.permitted_by.join(", "))?;
        writeln!(terminal.out(), "  forbidden by {}", request.forbidden_by.join(", "))?;
    }
    writeln!(terminal.out(), "Nothing was sent.")?;
    Ok(exit)
}

/// A heading begins with a capital letter.
fn capitalised(when: &str) -> String {
    let mut letters = when.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), letters.as_str())
}

fn human(found: &Calibration, colour: Colour) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = write_human(&mut text, found, colour);
    text
}

fn write_human(out: &mut String, found: &Calibration, colour: Colour) -> std::fmt::Result {
    let sentence = match found.verdict {
        Verdict::Settled => colour.good(&found.sentence),
        Verdict::Contradictory => colour.bad(&found.sentence),
        Verdict::NotDistinguishable | Verdict::Unclear => colour.unsure(&found.sentence),
    };
    writeln!(out, "{sentence}")?;
    for step in &found.steps {
        writeln!(out, "\n{}: {}", step.label(), step.observed.name())?;
        writeln!(out, "  server  {}", step.server)?;
        for one in &step.readings {
            let says = if one.permits { "permitted" } else { "forbidden" };
            writeln!(out, "  {says} under {}: {}", one.reading, one.argument.sentence)?;
            for line in one.argument.steps.iter().filter(|_| !one.permits) {
                for at in &line.at {
                    writeln!(out, "      {}", colour.dim(format!("{}:{}", at.file, at.line)))?;
                }
            }
        }
    }
    Ok(())
}
