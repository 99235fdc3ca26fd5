//! `exchange --case`: saved exchanges with their expectations.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::json;

use super::asking::minting;
use super::connection::Reached;
use super::exchange::{Format, SKEW};
use super::terminal::Colour;
use super::{Exit, Failure, Terminal, client, secret};
use crate::exchange::case::{self, CaseFile, CaseVerdict, FileReport, Means};
use crate::exchange::{Cancel, junit};

/// Runs the files one after the other. A server that was named takes the place of theirs.
pub fn run(
    paths: &[PathBuf],
    reached: &Reached,
    issuer_port: Option<u16>,
    format: Format,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    // All of them are read before anything is sent.
    let mut files = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::unreadable(format!("cannot read {}: {error}", path.display()))
        })?;
        let file = CaseFile::read(&text)
            .map_err(|error| Failure::unreadable(format!("{}: {error}", path.display())))?;
        let server =
            reached.named_server().cloned().or_else(|| file.target()).ok_or_else(|| {
                Failure::usage(format!("{} names no server", path.display())).hint(
                    "add 'server: ISSUER' to it, or give --server, --token-endpoint or --profile",
                )
            })?;
        files.push((path, file, server));
    }
    let http = reached.http_of_many()?;
    let clock = reached.clock();
    let parameters = reached.parameters(&[])?;
    let cancel = Cancel::default();
    let mint = issuer_port.map(minting);
    let variable = |name: &str| {
        secret::needed(name, "a secret of the case").map_err(|failure| failure.message().to_owned())
    };
    let reports = client::wait_or_stop(&cancel, async {
        let mut reports = Vec::new();
        for (path, file, server) in &files {
            let session = client::open(&http, server, &cancel).await?;
            let session = session.with_parameters(parameters.clone());
            let means = Means {
                http: &http,
                session: &session,
                variable: &variable,
                mint: mint.as_ref(),
                folder: path.parent().unwrap_or(Path::new("")),
                skew: SKEW,
                cancel: &cancel,
                clock: &|| clock.at(SystemTime::now()),
            };
            reports.push(case::run(file, &path.display().to_string(), &means).await);
        }
        Ok::<_, Failure>(reports)
    })??;
    write(format, &reports, terminal)?;
    let fine = reports.iter().all(FileReport::is_fine);
    Ok(if fine { Exit::Fine } else { Exit::No })
}

fn write(format: Format, reports: &[FileReport], terminal: &mut Terminal) -> Result<(), Failure> {
    match format {
        Format::Json => {
            terminal.json(&json!({ "version": 1, "kind": "cases", "files": reports }))?;
        }
        Format::Junit => {
            let cases: Vec<junit::Case> =
                reports.iter().flat_map(FileReport::junit_cases).collect();
            write!(terminal.out(), "{}", junit::document("token exchange cases", &cases))?;
        }
        Format::Human => {
            let text = human(reports, terminal.out_colour());
            write!(terminal.out(), "{text}")?;
        }
    }
    Ok(())
}

fn human(reports: &[FileReport], colour: Colour) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = write_human(&mut text, reports, colour);
    text
}

fn write_human(out: &mut String, reports: &[FileReport], colour: Colour) -> std::fmt::Result {
    let mut counts = [0; 3];
    for report in reports {
        writeln!(out, "{}", colour.bold(format!("{} ({})", report.file, report.server)))?;
        for case in &report.cases {
            let (at, mark) = match case.verdict {
                CaseVerdict::Passed => (0, colour.good("passed")),
                CaseVerdict::Failed => (1, colour.bad("failed")),
                CaseVerdict::Error => (2, colour.unsure("error ")),
            };
            counts[at] += 1;
            writeln!(out, "  {mark}  {}", case.name)?;
            for problem in &case.problems {
                writeln!(out, "          {problem}")?;
            }
            if case.verdict != CaseVerdict::Passed && !case.server.is_empty() {
                writeln!(out, "          {}", colour.dim(&case.server))?;
            }
        }
    }
    let [passed, failed, errors] = counts;
    writeln!(out, "{passed} passed, {failed} failed, {errors} could not be tried")
}
