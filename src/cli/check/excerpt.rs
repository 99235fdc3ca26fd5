//! Findings for people: a heading, the lines of the file it rests on, and what to do.

use std::collections::HashMap;

use annotate_snippets::renderer::Renderer;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Snippet};

use super::super::project;
use super::super::{Failure, Terminal};
use crate::audit::{Finding, Location, Severity, secrets};
use crate::config::{FileId, Place, Project};
use crate::trust::Reading;

/// A line longer than this is not shown: nobody reads it, and the place is named anyway.
const LONGEST_LINE: usize = 2_000;

/// Text of documents without their secrets, by file and document.
type Covered = HashMap<(FileId, usize), String>;

pub fn write(
    project: &Project,
    findings: &[Finding],
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let renderer = if terminal.out_colour().0 { Renderer::styled() } else { Renderer::plain() };
    let mut covered = Covered::new();
    for finding in findings {
        for place in places(finding) {
            covered.entry((place.file, place.document)).or_insert_with(|| {
                let document = project.document(place.file, place.document);
                // A carriage return would be drawn as a sign of its own; a blank is as long.
                document.map_or_else(String::new, |it| secrets::covered(it).replace('\r', " "))
            });
        }
        let text = renderer.render(&[group(project, finding, &covered)]);
        writeln!(terminal.out(), "{text}\n")?;
        if covered.len() > 1_000 {
            covered.clear();
        }
    }
    Ok(())
}

fn places(finding: &Finding) -> impl Iterator<Item = Place> + '_ {
    finding.place().into_iter().chain(finding.related.iter().map(|related| related.place))
}

fn group<'a>(project: &Project, finding: &'a Finding, covered: &'a Covered) -> Group<'a> {
    let level = match finding.severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium | Severity::Low => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let level = level.with_name(finding.severity.name());
    let title = level.primary_title(finding.message.as_str()).id(finding.rule.id);
    let mut group = Group::with_title(title);
    if let Location::File(file) = finding.location {
        group = group.element(Origin::path(project::path_of(project, file)));
    }
    // Places of one document are shown together, in the order in which they are named.
    let mut shown: Vec<(FileId, usize)> = Vec::new();
    for place in places(finding) {
        let key = (place.file, place.document);
        if shown.contains(&key) {
            continue;
        }
        shown.push(key);
        let text = covered.get(&key).map_or("", String::as_str);
        group = match snippet(project, finding, key, text) {
            Some(snippet) => group.element(snippet),
            None => {
                let position = project.position(place);
                let origin = Origin::path(project::path_of(project, place.file));
                group.element(origin.line(position.line).char_column(position.column))
            }
        };
    }
    group = group.element(Level::HELP.message(finding.help.as_str()));
    if finding.readings.len() < Reading::ALL.len()
        && let Some(names) = joined(&finding.readings)
    {
        group = group.element(Level::NOTE.message(format!("only under the reading {names}")));
    }
    group
}

fn joined(readings: &[Reading]) -> Option<String> {
    let names: Vec<_> = readings.iter().map(|reading| reading.name()).collect();
    (!names.is_empty()).then(|| names.join(" or "))
}

/// The lines of one document that a finding names; `None` when they are too long to show.
fn snippet<'a>(
    project: &Project,
    finding: &'a Finding,
    (file, document): (FileId, usize),
    text: &'a str,
) -> Option<Snippet<'a, annotate_snippets::Annotation<'a>>> {
    let primary = finding.place().map(|place| (place, AnnotationKind::Primary, &finding.label));
    let related = finding
        .related
        .iter()
        .map(|related| (related.place, AnnotationKind::Context, &related.label));
    let here = primary
        .into_iter()
        .chain(related)
        .filter(|(place, ..)| (place.file, place.document) == (file, document));
    let here: Vec<_> = here.collect();
    let spans = here.iter().map(|(place, ..)| first_line(text, *place));
    let spans: Vec<_> = spans.collect();
    let start = spans.iter().map(|span| line_start(text, span.start)).min()?;
    let end = spans.iter().map(|span| line_end(text, span.end)).max()?;
    let shown = text.get(start..end)?;
    if shown.lines().any(|line| line.len() > LONGEST_LINE) {
        return None;
    }
    let at = Place { file, document, span: crate::yaml::Span { start, end: start } };
    let mut snippet = Snippet::source(shown)
        .line_start(project.position(at).line)
        .path(project::path_of(project, file));
    for ((_, kind, label), span) in here.into_iter().zip(spans) {
        let mut annotation = kind.span(span.start - start..span.end - start);
        if !label.is_empty() {
            annotation = annotation.label(label.as_str());
        }
        snippet = snippet.annotation(annotation);
    }
    Some(snippet)
}

/// The part of a place on its first line: marking ten lines of an entry marks nothing.
fn first_line(text: &str, place: Place) -> std::ops::Range<usize> {
    let start = floor(text, place.span.start);
    let end = floor(text, place.span.end).max(start);
    let line = text[start..end].find(['\n', '\r']).map_or(end, |at| start + at);
    start..line
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |line| line + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |line| at + line)
}

fn floor(text: &str, at: usize) -> usize {
    text.floor_char_boundary(at.min(text.len()))
}
