//! The shape of `check --format json`, version 1.

use serde::Serialize;

use super::super::project;
use crate::audit::{Finding, Location, Severity};
use crate::config::{Place, Project};
use crate::trust::Reading;

/// What a check found.
#[derive(Serialize)]
pub struct Report {
    version: u32,
    /// The reading it was made under.
    reading: &'static str,
    files: usize,
    clients: usize,
    summary: Summary,
    /// By file and line; what is about the project as a whole comes first.
    findings: Vec<Line>,
}

/// How many findings there are of each severity.
#[derive(Default, Serialize)]
struct Summary {
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
    info: usize,
}

#[derive(Serialize)]
struct Line {
    /// As in `G-003`.
    rule: &'static str,
    title: &'static str,
    /// `critical`, `high`, `medium`, `low` or `info`.
    severity: &'static str,
    /// `high` (certain from the files), `medium` or `low`.
    confidence: &'static str,
    message: String,
    help: String,
    /// Null when it is about the project as a whole.
    at: Option<Span>,
    /// Other places it rests on.
    related: Vec<Related>,
    /// The readings under which it is found; null when it does not depend on the reading.
    readings: Option<Vec<&'static str>>,
    references: &'static [&'static str],
    /// The same for the same finding in a reformatted file.
    fingerprint: String,
}

#[derive(Serialize)]
struct Related {
    label: String,
    at: Span,
}

/// Lines and columns count from 1, columns in characters; the end is the place after the last
/// character. Null where a file has no text to point into.
#[derive(Serialize)]
struct Span {
    file: String,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
}

impl Span {
    fn of(project: &Project, place: Place) -> Self {
        let start = project.position(place);
        let after = crate::yaml::Span { start: place.span.end, end: place.span.end };
        let end = project.position(Place { span: after, ..place });
        Self {
            file: project::path_of(project, place.file),
            line: Some(start.line),
            column: Some(start.column),
            end_line: Some(end.line),
            end_column: Some(end.column),
        }
    }
}

impl Report {
    pub fn new(project: &Project, reading: Reading, findings: &[Finding]) -> Self {
        let mut summary = Summary::default();
        for finding in findings {
            *match finding.severity {
                Severity::Critical => &mut summary.critical,
                Severity::High => &mut summary.high,
                Severity::Medium => &mut summary.medium,
                Severity::Low => &mut summary.low,
                Severity::Info => &mut summary.info,
            } += 1;
        }
        Self {
            version: 1,
            reading: reading.name(),
            files: project.files().len(),
            clients: project.clients().len(),
            summary,
            findings: findings.iter().map(|finding| Line::of(project, finding)).collect(),
        }
    }
}

impl Line {
    fn of(project: &Project, finding: &Finding) -> Self {
        let related = finding.related.iter().map(|related| Related {
            label: related.label.clone(),
            at: Span::of(project, related.place),
        });
        Self {
            rule: finding.rule.id,
            title: finding.rule.title,
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            message: finding.message.clone(),
            help: finding.help.clone(),
            at: match finding.location {
                Location::Project => None,
                Location::File(file) => Some(Span {
                    file: project::path_of(project, file),
                    line: None,
                    column: None,
                    end_line: None,
                    end_column: None,
                }),
                Location::Place(place) => Some(Span::of(project, place)),
            },
            related: related.collect(),
            readings: finding
                .reading
                .map(|_| finding.readings.iter().map(|reading| reading.name()).collect()),
            references: finding.rule.references,
            fingerprint: finding.fingerprint.clone(),
        }
    }
}
