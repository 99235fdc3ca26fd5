//! `sweep`: does the server do what the configuration says?

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::ValueEnum;

use super::asking::Asking;
use super::project::{self, Paths};
use super::terminal::Colour;
use super::{Exit, Failure, Globals, Terminal};
use crate::config::write_derived;
use crate::exchange::sweep::{
    Conditions, Earlier, Ended, Expected, Observed, PlanOptions, Progress, Report, SoFar, Tried,
    plan, run,
};
use crate::trust::Reading;

/// Find where a server and the configuration disagree
///
/// Asks the server for every exchange that the configuration permits, and for a sample of those it
/// does not for each client app, one at a time; and lists where the server did something else, each
/// with the lines of the configuration and with what the server said. Nothing is changed on the
/// server, but it issues tokens; they are forgotten at once.
///
/// A refusal that is about the client's own credential, and not about the exchange, proves nothing,
/// nor does a server that fails: the exchange is counted as not answered, and is no difference. A
/// server that answers 429 is given the time it asks for, once.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  Against the built-in authority ('exchange-studio serve config/ --port 9400 --issuer-port 9401'):
    exchange-studio sweep config/ --server http://127.0.0.1:9400 --user alice --issuer-port 9401

  Against a server of your own, two requests a second, to be gone on with after a stop:
    exchange-studio sweep config/ --server https://login.example.com --rate 2 \\
        --client-secret-env Portal=PORTAL_SECRET --user-token-env Portal=PORTAL_TOKEN \\
        --resume sweep.json

  For a pipeline:
    exchange-studio sweep config/ --server ... --format junit > sweep.xml

Ctrl-C stops it and reports on what was asked until then.

Exit status:
  0  the server did what the configuration says
  1  it did not, an answer broke the standard, or not everything could be found out
  2  usage
  3  a path, or the file of --resume, cannot be read
  4  the server cannot be reached, or failed at all that it was asked")]
pub struct Args {
    #[command(flatten)]
    paths: Paths,

    #[command(flatten)]
    asking: Asking,

    /// Requests a second at most; left out, as fast as the server answers.
    #[arg(long, value_name = "N", value_parser = rate)]
    rate: Option<f64>,

    /// How many exchanges that are not permitted are asked for by each client app.
    #[arg(long, value_name = "N", default_value_t = PlanOptions::default().sample)]
    sample: usize,

    /// Chooses the sample; the same number chooses the same one.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,

    /// Go on with an earlier run: what this file (its JSON report) has is not asked for again. It
    /// may be missing. It is written every two seconds, and at the end, so that a run that is killed
    /// can be gone on with too.
    #[arg(long, value_name = "FILE")]
    resume: Option<PathBuf>,

    /// Say what would be asked for, and ask for nothing.
    #[arg(long, conflicts_with = "resume")]
    dry_run: bool,

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
    /// For pipelines: one case an exchange.
    Junit,
    /// As a table.
    Csv,
}

pub(super) fn rate(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(rate) if rate.is_finite() && rate > 0.0 => Ok(rate),
        _ => Err("it must be a number above 0, as in 2 or 0.5".to_owned()),
    }
}

/// How often a person who waits is told how far it is.
const TELLING: Duration = Duration::from_secs(5);

/// How much work may be lost.
const KEEPING: Duration = Duration::from_secs(2);

pub fn run_command(
    args: &Args,
    globals: &Globals,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let project = project::open(&args.paths.paths, globals)?;
    let gaps = project::warn_about_gaps(&project, terminal);
    let options = PlanOptions { sample: args.sample, seed: args.seed, externals: true };
    let planned = plan(&project, globals.reading, options);
    let reached = args.asking.reach(&args.paths.paths)?;
    let server = reached.server()?;
    if args.dry_run {
        let report = Report::not_run(&project, &planned, server.address());
        write(args.format, &report, terminal)?;
        return Ok(gaps);
    }
    let earlier = match &args.resume {
        Some(path) if path.exists() => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                Failure::unreadable(format!("cannot read {}: {error}", path.display()))
            })?;
            Earlier::read(&text, server.address(), globals.reading).map_err(|why| {
                Failure::unreadable(format!("{} cannot be gone on with: {why}", path.display()))
            })?
        }
        _ => Earlier::default(),
    };
    let mut keeping = match &args.resume {
        Some(path) => Some(Keeping::start(path, &earlier, server.address(), globals.reading)?),
        None => None,
    };
    let mut told = Instant::now();
    let report = args.asking.ask(&project, &reached, true, async |desk, supplies, cancel| {
        let conditions =
            Conditions { desk, plan: &planned, rate: args.rate, earlier: &earlier, cancel };
        let progress = |it: Progress<'_>| {
            if let Some(keeping) = &mut keeping {
                keeping.take(it.latest, terminal);
            }
            if told.elapsed() >= TELLING {
                told = Instant::now();
                terminal.say(format_args!(
                    "{} of {} asked, {} differences so far",
                    it.done, it.total, it.differences
                ));
            }
        };
        run(&conditions, supplies, progress).await
    })?;
    if let Some(path) = &args.resume {
        keep(path, |out| {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            out.write_all(b"\n")
        })
        .map_err(Failure::unreadable)?;
    }
    write(args.format, &report, terminal)?;
    Ok(match report.ended {
        Ended::Unreachable(_) => Exit::Unreachable,
        _ if report.is_out_of_order() => Exit::Unreachable,
        _ if report.is_fine() => gaps,
        _ => Exit::No,
    })
}

/// Writes the file of --resume in one step: what is there is the old text or the new one.
fn keep(
    path: &Path,
    content: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), String> {
    write_derived(path, true, content)
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// The file of --resume while the run goes on.
struct Keeping<'a> {
    path: &'a Path,
    so_far: SoFar,
    kept: Instant,
    /// Whether the person knows that it cannot be written any more.
    told: bool,
}

impl<'a> Keeping<'a> {
    /// Writes it for the first time, so that nothing is asked in vain.
    fn start(
        path: &'a Path,
        earlier: &Earlier,
        server: &str,
        reading: Reading,
    ) -> Result<Self, Failure> {
        let so_far = SoFar::new(earlier, server, reading);
        keep(path, |out| so_far.write(out)).map_err(Failure::unreadable)?;
        Ok(Self { path, so_far, kept: Instant::now(), told: false })
    }

    /// A disk that is full for a moment ends no run: the last word is at the end.
    fn take(&mut self, tried: &Tried, terminal: &mut Terminal) {
        self.so_far.add(tried);
        if self.kept.elapsed() < KEEPING {
            return;
        }
        if let Err(why) = keep(self.path, |out| self.so_far.write(out))
            && !std::mem::replace(&mut self.told, true)
        {
            terminal.say(format_args!("{why}; the run goes on"));
        }
        // From when it is done: a slow disk has its share of the time, and not all of it.
        self.kept = Instant::now();
    }
}

fn write(format: Format, report: &Report, terminal: &mut Terminal) -> Result<(), Failure> {
    match format {
        Format::Json => terminal.json(report)?,
        Format::Junit => write!(terminal.out(), "{}", report.to_junit())?,
        Format::Csv => write!(terminal.out(), "{}", report.to_csv())?,
        Format::Human => {
            let text = human(report, terminal.out_colour());
            write!(terminal.out(), "{text}")?;
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
    let summary = &report.summary;
    if report.ended == Ended::Planned {
        return write_plan(out, report, colour);
    }
    let verdict = match report.differences.len() {
        0 if report.is_fine() => colour.good("No difference: the server does what the files say."),
        0 if summary.answered == 0 => colour.unsure("Nothing was found out."),
        0 => colour.unsure("No difference in what was found out."),
        1 => colour.bad("1 difference between the server and the files."),
        n => colour.bad(format!("{n} differences between the server and the files.")),
    };
    writeln!(out, "{verdict}")?;
    if report.ended != Ended::Finished {
        writeln!(out, "{}", colour.unsure(report.ended.sentence()))?;
    }
    for difference in &report.differences {
        writeln!(out, "\n{}", colour.bad(difference.sentence))?;
        writeln!(out, "  {}", difference.label)?;
        writeln!(out, "    files   {}", difference.configuration.sentence)?;
        for step in &difference.configuration.steps {
            for at in &step.at {
                let line = format!("{}:{}", at.file, at.line);
                writeln!(out, "            {}  {}", colour.dim(line), step.sentence)?;
            }
        }
        writeln!(out, "    server  {}", difference.server)?;
    }
    writeln!(out)?;
    let permitted = report.items.iter().filter(|it| it.expected == Expected::Granted).count();
    writeln!(
        out,
        "  planned    {}: {permitted} permitted, {} not (seed {}, {} for each client app)",
        summary.planned,
        summary.planned - permitted,
        report.seed,
        report.sample
    )?;
    writeln!(out, "  answered   {}, as expected {}", summary.answered, summary.agreed)?;
    if summary.earlier > 0 {
        writeln!(out, "  earlier    {} taken over from an earlier run", summary.earlier)?;
    }
    write_open(out, report)?;
    for (id, count) in &summary.checks_failed {
        let item = report.items.iter().flat_map(|item| &item.checks_failed);
        let finding = item.clone().find(|check| check.id == *id).map(|it| it.finding.as_str());
        let finding = finding.unwrap_or_default();
        writeln!(out, "  breach     {} in {count} answers, as in: {finding}", colour.bad(id))?;
    }
    if let Some(ms) = summary.median_ms {
        writeln!(out, "  took       {ms:.1} ms an exchange (median)")?;
    }
    for why in &report.left_out {
        writeln!(out, "  left out   {why}")?;
    }
    writeln!(out, "  {}", colour.dim(format!("reading: {}", report.reading)))
}

fn write_plan(out: &mut String, report: &Report, colour: Colour) -> std::fmt::Result {
    for item in &report.items {
        let expected = match item.expected {
            Expected::Granted => colour.good("granted"),
            Expected::Refused => colour.bad("refused"),
        };
        writeln!(out, "{expected}  {}", item.label())?;
    }
    for why in &report.left_out {
        writeln!(out, "left out: {why}")?;
    }
    let planned = report.summary.planned;
    writeln!(out, "{planned} exchanges would be asked for. Nothing was sent.")
}

/// What was not found out, by the reason, the commonest of each kind first.
fn write_open(out: &mut String, report: &Report) -> std::fmt::Result {
    for what in [
        Observed::NotAuthenticated,
        Observed::ServerFailed,
        Observed::NoAnswer,
        Observed::Unclear,
        Observed::NotTried,
    ] {
        let mut reasons: Vec<(&str, usize)> = Vec::new();
        for item in report.items.iter().filter(|item| item.observed == what) {
            match reasons.iter_mut().find(|(reason, _)| *reason == item.server) {
                Some((_, count)) => *count += 1,
                None => reasons.push((&item.server, 1)),
            }
        }
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        for (reason, count) in reasons {
            match what.unanswered() {
                Some(why) => writeln!(out, "  open       {count}: {why} {reason}")?,
                None => writeln!(out, "  not asked  {count}: {reason}")?,
            }
        }
    }
    Ok(())
}
