//! `check`: what is wrong or risky in a configuration.

mod excerpt;
mod explain;
mod json;

use std::path::PathBuf;

use clap::ValueEnum;

use super::project::{self, Format};
use super::{Exit, Failure, Globals, Terminal};
use crate::audit::{self, Finding, Severity};
use crate::config::Project;
use crate::trust::Reading;

/// Report what is wrong or risky
///
/// Loads the files, runs every rule, and shows each finding with the lines it rests on and what to
/// do about it. Use it before a change is merged, in a pipeline, and on any configuration you meet
/// for the first time. Values of secrets are never shown.
///
/// A document that is not valid YAML is a finding; the others are checked all the same.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  exchange-studio check config/
  exchange-studio check config/ --fail-on medium --format json > findings.json
  exchange-studio check --explain G-003      what a rule looks for, and why
  exchange-studio check --explain all        the list of rules

A finding has a rule id (Y: the file, G: the graph, C: a client app, F: a federated identity), a
severity (critical, high, medium, low, info) and, in JSON, a fingerprint that stays the same when
the file is reformatted. A finding that does not hold under every reading of the lists says so.

Exit status: 0 no finding at the level of --fail-on, 1 there is one, 2 usage, 3 a path or a file
cannot be read (the findings of the others are shown)")]
pub struct Args {
    /// Files and folders; of a folder every .yaml and .yml below it.
    #[arg(value_name = "PATH", required_unless_present = "explain")]
    paths: Vec<PathBuf>,

    /// How findings are written.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,

    /// End with status 1 when a finding is at least this severe.
    #[arg(long, value_enum, default_value_t = FailOn::High, value_name = "LEVEL")]
    fail_on: FailOn,

    /// Explain a rule and stop; 'all' lists every rule.
    #[arg(long, value_name = "RULE", conflicts_with_all = ["paths", "fail_on"])]
    explain: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    Info,
    /// Findings never fail the command.
    Never,
}

impl FailOn {
    fn severity(self) -> Option<Severity> {
        match self {
            Self::Critical => Some(Severity::Critical),
            Self::High => Some(Severity::High),
            Self::Medium => Some(Severity::Medium),
            Self::Low => Some(Severity::Low),
            Self::Info => Some(Severity::Info),
            Self::Never => None,
        }
    }
}

pub fn run(args: &Args, globals: &Globals, terminal: &mut Terminal) -> Result<Exit, Failure> {
    if let Some(rule) = &args.explain {
        return explain::run(rule, args.format, terminal);
    }
    let project = project::open(&args.paths, globals)?;
    let mut findings = audit::run(&project, globals.reading);
    let elsewhere = audit::compare_readings(&project, globals.reading, &mut findings);
    match args.format {
        Format::Human => {
            excerpt::write(&project, &findings, terminal)?;
            terminal.flush()?;
            terminal.say(summary(&project, &findings));
            if !elsewhere.is_empty() {
                terminal.say(other_readings(&elsewhere));
            }
        }
        Format::Json => terminal.json(&json::Report::new(&project, globals.reading, &findings))?,
    }
    let fails = |level| findings.iter().any(|finding| finding.severity >= level);
    Ok(if project.files().iter().any(|file| file.stream.is_err()) {
        Exit::Unreadable
    } else if args.fail_on.severity().is_some_and(fails) {
        Exit::No
    } else {
        Exit::Fine
    })
}

/// What the person does not see because of the reading they chose.
fn other_readings(elsewhere: &[Finding]) -> String {
    let counts = Reading::ALL.into_iter().filter_map(|reading| {
        let count = elsewhere.iter().filter(|it| it.readings.contains(&reading)).count();
        (count > 0).then(|| format!("{count} under {}", reading.name()))
    });
    let counts: Vec<_> = counts.collect();
    format!("Further findings under other readings: {} (--reading).", counts.join(", "))
}

fn summary(project: &Project, findings: &[Finding]) -> String {
    let of =
        |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let checked = format!(
        "{} in {}",
        of(project.clients().len(), "client app"),
        of(project.files().len(), "file")
    );
    if findings.is_empty() {
        return format!("No findings. Checked {checked}.");
    }
    let counts = Severity::ALL.iter().rev().filter_map(|severity| {
        let count = findings.iter().filter(|finding| finding.severity == *severity).count();
        (count > 0).then(|| format!("{count} {severity}"))
    });
    let counts: Vec<_> = counts.collect();
    format!("{}: {}. Checked {checked}.", of(findings.len(), "finding"), counts.join(", "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::config::Source;
    use crate::trust::Reading;

    /// Pieces that configurations are made of, put together without sense.
    const PIECES: [&str; 30] = [
        "---\n",
        "!ClientAppDto\n",
        "id: a\n",
        "id: \"{{guid:b}}\"\n",
        "id: {{guid:b}}\n",
        "name: Zoë 🦀\r\n",
        "enabled: false\n",
        "isPublic: true\n",
        "isRestricted: yes\n",
        "# ...\n",
        "allowedTokenExchangeClientApps:\n",
        "  - id: a\n",
        "  - id: \"{{guid:b}}\"\n",
        "  - name: é\n",
        "  - ''\n",
        "allowedTokenExchangeClientApps: [{id: a}, {id: a}, x]\n",
        "clientAppFederatedIdentities:\n",
        "    issuer: http://ü:p@i.net//a/\n",
        "  - issuer: \" https://I.net \"\n",
        "    subject: 00123\n",
        "    subject: |\n      ü\n",
        "clientAppSecrets: [{value: gehéim}]\n",
        "clientSecret: \"pß\\nx\"\n",
        "x: &x [*x]\n",
        "y: *x\n",
        "\t- [\n",
        "\u{feff}",
        "é",
        "\"",
        "\r",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]

        #[test]
        fn any_file_can_be_checked_and_shown(pieces in prop::collection::vec(0..PIECES.len(), 0..24)) {
            let text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
            let source = Source { path: None, name: "any.yaml".into(), bytes: text.into_bytes() };
            let project = Project::from_sources(vec![source]);
            let mut terminal = Terminal::new(Box::new(std::io::sink()), Box::new(std::io::sink()));
            for reading in Reading::ALL {
                let mut findings = audit::run(&project, reading);
                audit::compare_readings(&project, reading, &mut findings);
                excerpt::write(&project, &findings, &mut terminal).unwrap();
                let report = json::Report::new(&project, reading, &findings);
                let report = serde_json::to_string(&report).unwrap();
                prop_assert!(!report.contains("geh") && !report.contains("pß"), "{report}");
            }
        }
    }
}
