//! `probe`: does the server refuse what it must?

use std::fmt::Write as _;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::asking::Asking;
use super::project::{self, Paths};
use super::sweep::rate;
use super::terminal::Colour;
use super::{Exit, Failure, Globals, Terminal};
use crate::exchange::probe::{self, Ground, PROBES, Probe, Report, Verdict};
use crate::exchange::sweep::Ended;

/// See whether a server refuses what it must
///
/// Sends requests that a careful server refuses, each with just one thing wrong: no permission, the
/// permission the other way round, a scope that grows, a token that nobody signed, and so on. Most of
/// them once succeeded somewhere; the report names the advisory. A permitted exchange comes first,
/// because a server that refuses everything proves nothing.
///
/// These are attacks, if harmless ones, so they are for a server of your own, and
/// --i-own-this-server says that it is. They go out one at a time; the first 429 ends the run, and so
/// do three requests in a row without an answer. Without that option the requests are listed and
/// nothing is sent.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  What would be sent:
    exchange-studio probe config/ --server https://login.example.com --dry-run
  Against the built-in authority:
    exchange-studio probe config/ --server http://127.0.0.1:9400 --user alice --issuer-port 9401 \\
        --i-own-this-server
  Two of them, for a review:
    exchange-studio probe config/ --server ... --only P-02 --only P-15 --format markdown

Verdicts: refused (as it must), accepted (a finding), unclear (nothing follows), noted (worth
knowing; servers may do so), not-possible (cannot be tried here, with why).

Exit status:
  0  nothing was accepted or left unclear; or --dry-run has listed the requests
  1  something was, or a permitted exchange was not granted
  2  usage, also when --i-own-this-server is missing: the requests are listed, nothing is sent
  3  a path cannot be read
  4  the server cannot be reached")]
pub struct Args {
    #[command(flatten)]
    paths: Paths,

    #[command(flatten)]
    asking: Asking,

    /// The server is yours, or its owner lets you do this.
    #[arg(long)]
    i_own_this_server: bool,

    /// List the requests, and send none.
    #[arg(long, conflicts_with = "i_own_this_server")]
    dry_run: bool,

    /// Only this probe; may be given several times.
    #[arg(long, value_name = "ID", value_parser = clap::builder::PossibleValuesParser::new(
        PROBES.iter().map(|probe| probe.id)
    ))]
    only: Vec<String>,

    /// Requests a second at most; left out, as fast as the server answers.
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<f64>,

    /// How the report is written.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// How a report is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs; carries "version": 1.
    Json,
    /// For a review.
    Markdown,
    /// For pipelines: one case a probe.
    Junit,
}

pub fn run(args: &Args, globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let project = project::open(&args.paths.paths, globals)?;
    project::warn_about_gaps(&project, terminal);
    let ground = Ground::new(&project, globals.reading);
    let reached = args.asking.reach(&args.paths.paths)?;
    if !args.i_own_this_server {
        list(args, &ground, reached.server()?.address(), terminal)?;
        return if args.dry_run {
            Ok(Exit::Fine)
        } else {
            Err(Failure::usage("nothing was sent: these requests are for a server of your own")
                .hint("add --i-own-this-server, or --dry-run for this list alone"))
        };
    }
    // The first 429 ends it.
    let report = args.asking.ask(&project, &reached, false, async |desk, supplies, cancel| {
        probe::run(&desk, &ground, &args.only, args.rate, supplies, cancel, |_| ()).await
    })?;
    match args.format {
        Format::Json => terminal.json(&report)?,
        Format::Markdown => write!(terminal.out(), "{}", report.to_markdown())?,
        Format::Junit => write!(terminal.out(), "{}", report.to_junit())?,
        Format::Human => {
            let text = human(&report, terminal.out_colour());
            write!(terminal.out(), "{text}")?;
        }
    }
    Ok(match report.ended {
        Ended::Unreachable(_) => Exit::Unreachable,
        _ if report.is_fine() => Exit::Fine,
        _ => Exit::No,
    })
}

/// The requests, before any is sent.
fn list(
    args: &Args,
    ground: &Ground<'_>,
    server: &str,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let wanted = |probe: &&Probe| args.only.is_empty() || args.only.iter().any(|id| id == probe.id);
    let probes = PROBES.iter().filter(wanted);
    if args.format == Format::Json {
        let probes: Vec<Value> = probes
            .map(|probe| {
                let (sent, why) = match (probe.shots)(ground) {
                    Ok(shots) => (shots.into_iter().map(|shot| shot.says).collect(), None),
                    Err(why) => (Vec::new(), Some(why)),
                };
                json!({
                    "id": probe.id, "title": probe.title, "because": probe.because,
                    "clause": probe.clause, "precedent": probe.precedent, "sent": sent, "why": why,
                })
            })
            .collect();
        return terminal.json(&json!({
            "version": 1, "kind": "probes-plan", "server": server, "probes": probes,
        }));
    }
    let colour = terminal.out_colour();
    for probe in probes {
        writeln!(terminal.out(), "{} {}", colour.bold(probe.id), probe.title)?;
        match (probe.shots)(ground) {
            Ok(shots) if shots.is_empty() => {
                writeln!(
                    terminal.out(),
                    "      {}",
                    colour.dim("There is nothing near enough to try.")
                )?;
            }
            Ok(shots) => {
                for shot in shots {
                    writeln!(terminal.out(), "      {}", shot.says)?;
                }
            }
            Err(why) => {
                writeln!(terminal.out(), "      {}", colour.dim(format!("Not possible: {why}")))?
            }
        }
    }
    Ok(())
}

fn human(report: &Report, colour: Colour) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = write_human(&mut text, report, colour);
    text
}

fn write_human(out: &mut String, report: &Report, colour: Colour) -> std::fmt::Result {
    let sentence = report.sentence();
    let sentence = match report.is_fine() {
        true => colour.good(sentence),
        false if report.count(Verdict::Accepted) > 0 => colour.bad(sentence),
        false => colour.unsure(sentence),
    };
    writeln!(out, "{sentence}")?;
    if report.ended != Ended::Finished {
        writeln!(out, "{}", colour.unsure(report.ended.sentence()))?;
    }
    for shot in &report.control {
        writeln!(out, "  control   {} {}", shot.sent, colour.dim(&shot.server))?;
    }
    for probe in &report.probes {
        let verdict = probe.verdict.name();
        let shown = match probe.verdict {
            Verdict::Accepted => colour.bad(verdict),
            Verdict::Refused => colour.good(verdict),
            Verdict::Unclear => colour.unsure(verdict),
            Verdict::Noted | Verdict::NotPossible => colour.note(verdict),
        };
        writeln!(out, "\n{} {}: {shown}", probe.id, probe.title)?;
        let precedent = match probe.precedent {
            "" => String::new(),
            precedent => format!("; as in {precedent}"),
        };
        let rests = format!("{} ({}{precedent})", probe.because, probe.clause);
        writeln!(out, "      {}", colour.dim(rests))?;
        if !probe.why.is_empty() {
            writeln!(out, "      {}", probe.why)?;
            continue;
        }
        for shot in &probe.shots {
            writeln!(out, "      {} {}: {}", shot.sent, shot.word(), shot.server)?;
        }
    }
    Ok(())
}
