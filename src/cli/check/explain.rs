//! `check --explain`: what a rule looks for, and why it matters.

use serde::Serialize;

use super::super::project::Format;
use super::super::{Exit, Failure, Terminal};
use crate::audit::{self, RULES, Rule};

pub fn run(id: &str, format: Format, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let all = id.eq_ignore_ascii_case("all");
    let rules: Vec<&Rule> = if all { RULES.to_vec() } else { vec![find(id)?] };
    if format == Format::Json {
        terminal.json(&Rules { version: 1, rules: rules.into_iter().map(Line::of).collect() })?;
        return Ok(Exit::Fine);
    }
    let colour = terminal.out_colour();
    let out = terminal.out();
    if all {
        for rule in rules {
            writeln!(out, "{}  {:<8}  {}", colour.bold(rule.id), rule.severity.name(), rule.title)?;
        }
        return Ok(Exit::Fine);
    }
    for rule in rules {
        writeln!(out, "{}  {}\n", colour.bold(rule.id), colour.bold(rule.title))?;
        writeln!(out, "Why it matters\n{}\n", wrapped(rule.why))?;
        writeln!(out, "What to do\n{}\n", wrapped(rule.help))?;
        writeln!(out, "Severity    {}", rule.severity.name())?;
        writeln!(out, "Confidence  {}", rule.confidence.name())?;
        if rule.under_reading {
            writeln!(out, "Reading     depends on how permissions are read (--reading)")?;
        }
        writeln!(out, "References  {}", rule.references.join("\n            "))?;
    }
    Ok(Exit::Fine)
}

fn find(id: &str) -> Result<&'static Rule, Failure> {
    audit::rule(id).ok_or_else(|| {
        Failure::usage(format!("there is no rule '{id}'"))
            .hint("exchange-studio check --explain all lists them")
    })
}

/// A paragraph in lines of at most 80 characters, indented.
fn wrapped(text: &str) -> String {
    let mut lines = vec![String::from(" ")];
    for word in text.split_whitespace() {
        let line = lines.last().map_or(0, |line| line.chars().count());
        if line + 1 + word.chars().count() > 80 {
            lines.push(String::from(" "));
        }
        if let Some(line) = lines.last_mut() {
            line.push(' ');
            line.push_str(word);
        }
    }
    lines.join("\n")
}

/// The shape of `--explain --format json`, version 1.
#[derive(Serialize)]
struct Rules {
    version: u32,
    rules: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    id: &'static str,
    title: &'static str,
    severity: &'static str,
    confidence: &'static str,
    depends_on_reading: bool,
    why: &'static str,
    help: &'static str,
    references: &'static [&'static str],
}

impl Line {
    fn of(rule: &Rule) -> Self {
        Self {
            id: rule.id,
            title: rule.title,
            severity: rule.severity.name(),
            confidence: rule.confidence.name(),
            depends_on_reading: rule.under_reading,
            why: rule.why,
            help: rule.help,
            references: rule.references,
        }
    }
}
