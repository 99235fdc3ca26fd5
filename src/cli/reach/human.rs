//! Answers in words.

use super::{Answer, Content};
use crate::cli::terminal::Colour;
use crate::cli::{Failure, Terminal};
use crate::config::Project;
use crate::trust::report::{
    AccessChange, ChainsReport, HopReport, Party, ReachReport, SurplusReport, WayReport, listing,
};
use crate::trust::{Actor, Hypothesis};

pub(super) fn write(
    project: &Project,
    hypotheses: &[Hypothesis],
    answers: &[Answer],
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let colour = terminal.out_colour();
    let out = terminal.out();
    let supposed: Vec<_> = hypotheses.iter().map(|it| it.describe(project)).collect();
    for (at, answer) in answers.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        let text = match &answer.content {
            Content::Reach(report) => reach(report, colour),
            Content::Chains(report) => chains(report, colour),
            Content::Change(report) => {
                let title = format!("What changes if {}", listing(&supposed));
                let mut text = format!("{}\n", colour.bold(title));
                text.push_str(&change(report, colour));
                text
            }
        };
        if answer.supposed && !matches!(answer.content, Content::Change(_)) {
            writeln!(out, "{}", colour.note(format!("If {}:", listing(&supposed))))?;
        }
        out.write_all(text.as_bytes())?;
    }
    Ok(())
}

fn actor(name: &str) -> Actor {
    Actor::ALL.into_iter().find(|it| it.name() == name).unwrap_or_default()
}

pub fn number(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

fn reach(report: &ReachReport, colour: Colour) -> String {
    let asked = report.asked.label();
    let from = report.direction == "from";
    let question =
        if from { format!("What {asked} can become") } else { format!("Who can become {asked}") };
    let who = actor(report.actor);
    let mut text = format!("{}\n", colour.bold(format!("{question}, {}", who.label())));
    text.push_str(&format!(
        "{}\n",
        colour.dim(format!("{} Reading: {}.", who.sentence(), report.reading))
    ));
    let clients = number(report.clients, "client app", "client apps");
    let externals = number(report.externals, "external identity", "external identities");
    let count = match (report.clients, report.externals) {
        (0, 0) if from => "Nothing.".to_owned(),
        (0, 0) => "Nobody.".to_owned(),
        (_, 0) => format!("{clients}."),
        (0, _) => format!("{externals}."),
        _ => format!("{clients} and {externals}."),
    };
    text.push_str(&count);
    text.push('\n');
    for line in &report.found {
        let hops = number(line.hops as usize, "hop", "hops");
        let label = line.party.label();
        text.push_str(&format!("\n  {}  {}\n", colour.bold(label), colour.dim(hops)));
        text.push_str(&way(&line.way, colour));
    }
    if report.cut_off {
        text.push_str(&format!(
            "\nThese are the first {}; --limit shows more.\n",
            report.found.len()
        ));
    }
    text
}

/// A way in two or three lines: names, credentials, lines of files.
fn way(way: &WayReport, colour: Colour) -> String {
    let mut text = format!("      {}; {}\n", way.arrows, way.needs());
    let evidence: Vec<_> = way.evidence().iter().map(ToString::to_string).collect();
    text.push_str(&format!("      {}\n", colour.dim(evidence.join(", "))));
    if way.verdict != "allowed" {
        text.push_str(&format!("      {}\n", colour.unsure(not_stated(way))));
    }
    text
}

/// What the files leave open about a way.
fn not_stated(way: &WayReport) -> String {
    let mut open: Vec<&str> = Vec::new();
    for condition in way.hops.iter().flat_map(|hop| &hop.conditions) {
        if condition.truth == "not-stated" && !open.contains(&condition.label) {
            open.push(condition.label);
        }
    }
    format!("not stated: {}", open.join("; "))
}

fn chains(report: &ChainsReport, colour: Colour) -> String {
    let who = actor(report.actor);
    let title =
        format!("Chains from {} to {}, {}", report.from.label(), report.to.label(), who.label());
    let mut text = format!("{}\n", colour.bold(title));
    text.push_str(&format!(
        "{}\n",
        colour.dim(format!("{} Reading: {}.", who.sentence(), report.reading))
    ));
    if report.chains.is_empty() {
        text.push_str("None.");
        if report.ended != "complete" {
            text.push_str(&format!(" {}", report.ending()));
        }
        text.push('\n');
        return text;
    }
    for (at, way) in report.chains.iter().enumerate() {
        let hops = number(way.hops.len(), "hop", "hops");
        text.push_str(&format!(
            "\n{}\n   {hops}; {}.\n",
            colour.bold(format!("{}. {}", at + 1, way.arrows)),
            way.needs()
        ));
        for hop in &way.hops {
            text.push_str(&conditions(hop, colour));
        }
    }
    text.push_str(&format!("\n{}\n", report.ending()));
    text
}

/// A hop with all of its conditions.
fn conditions(hop: &HopReport, colour: Colour) -> String {
    let sentence = match hop.verdict {
        "allowed" => colour.good(&hop.sentence),
        "refused" => colour.bad(&hop.sentence),
        _ => colour.unsure(&hop.sentence),
    };
    let mut text = format!("   {sentence}\n");
    for condition in &hop.conditions {
        let mark = match condition.truth {
            "true" => colour.good("+"),
            "false" => colour.bad("-"),
            _ => colour.unsure("?"),
        };
        text.push_str(&format!("     {mark} {}\n", condition.sentence));
        for at in &condition.evidence {
            text.push_str(&format!("         {}\n", colour.dim(at)));
        }
    }
    text
}

/// Access gained and lost, as `diff` shows it too.
pub fn change(report: &AccessChange, colour: Colour) -> String {
    if report.is_empty() {
        return "Access stays as it is.\n".to_owned();
    }
    let mut text = String::new();
    for (mark, what, side) in [("-", "lost", &report.lost), ("+", "gained", &report.gained)] {
        let paint = |line: String| match mark {
            "+" => colour.good(line),
            _ => colour.bad(line),
        };
        text.push_str(&surplus(side, what, mark, paint, colour));
    }
    if report.reweighed > 0 {
        let count = number(report.reweighed, "hop is", "hops are");
        text.push_str(&format!("{count} decided otherwise:\n"));
        for change in &report.listed_reweighed {
            text.push_str(&format!(
                "  {} {}: {} → {}\n",
                colour.unsure("~"),
                ends(&change.after.from, &change.after.to),
                change.before.verdict,
                change.after.verdict
            ));
        }
    }
    let readings = if report.readings[0] == report.readings[1] {
        format!("reading: {}", report.readings[0])
    } else {
        format!("readings: {} → {}", report.readings[0], report.readings[1])
    };
    text.push_str(&format!("{}\n", colour.dim(readings)));
    text
}

fn ends(from: &Party, to: &Party) -> String {
    format!("{} → {}", from.label(), to.label())
}

fn surplus(
    side: &SurplusReport,
    what: &str,
    mark: &str,
    paint: impl Fn(String) -> String,
    colour: Colour,
) -> String {
    if side.pairs == 0 && side.hops == 0 {
        return String::new();
    }
    let pairs = number(side.pairs as usize, "pair", "pairs");
    let hops = number(side.hops, "hop", "hops");
    let mut text = format!("Access {what}: {pairs} of who can become whom, worst case; {hops}.\n");
    for pair in &side.listed_pairs {
        let hops = number(pair.hops as usize, "hop", "hops");
        let line = format!("{mark} {} can become {}", pair.from.label(), pair.to.label());
        text.push_str(&format!("  {}  {}\n", paint(line), colour.dim(hops)));
        text.push_str(&way(&pair.way, colour));
    }
    if side.pairs > side.listed_pairs.len() as u64 {
        text.push_str(&format!("  These are the first {}.\n", side.listed_pairs.len()));
    }
    for hop in side.listed_hops.iter().filter(|hop| !side.lists(hop)) {
        let line = format!("{mark} {} by {}", ends(&hop.from, &hop.to), hop.requester.label());
        text.push_str(&format!("  {}  {}\n", paint(line), colour.dim("1 hop")));
        let evidence: Vec<_> = hop.permitted_by.iter().map(ToString::to_string).collect();
        text.push_str(&format!("      {}\n", colour.dim(evidence.join(", "))));
    }
    text
}
