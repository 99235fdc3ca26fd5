//! What came of the probes: data for programs, a text for a review, and JUnit for pipelines.

use serde::Serialize;

use crate::exchange::ask::Observed;
use crate::exchange::junit;
use crate::exchange::sweep::Ended;

/// What follows from a probe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It cannot be tried here.
    NotPossible,
    /// Worth knowing; servers may do so.
    Noted,
    /// The server said no, as it must.
    Refused,
    /// An answer from which nothing follows.
    Unclear,
    /// The server did what it must not.
    Accepted,
}

impl Verdict {
    /// The name in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotPossible => "not-possible",
            Self::Noted => "noted",
            Self::Refused => "refused",
            Self::Unclear => "unclear",
            Self::Accepted => "accepted",
        }
    }
}

/// One request and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShotReport {
    /// What was sent, in one sentence.
    pub sent: String,
    pub observed: Observed,
    pub verdict: Verdict,
    /// What the server said, or why it was not asked.
    pub server: String,
}

impl ShotReport {
    /// What came of it, in a word for people. Where the server may issue a token as long as that gains
    /// nothing (P-11), it has not refused.
    pub fn word(&self) -> &'static str {
        match (self.verdict, self.observed) {
            (Verdict::Refused, Observed::Granted) => "in order",
            (verdict, _) => verdict.name(),
        }
    }
}

/// One probe and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProbeReport {
    pub id: &'static str,
    pub title: &'static str,
    pub because: &'static str,
    pub clause: &'static str,
    /// Where it went wrong before; empty when no advisory is known.
    pub precedent: &'static str,
    pub verdict: Verdict,
    /// Why it was not possible; empty when it was.
    pub why: String,
    pub shots: Vec<ShotReport>,
}

/// All of it, `"version": 1`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    pub version: u64,
    pub kind: &'static str,
    pub server: String,
    pub reading: &'static str,
    /// The permitted exchanges that came first.
    pub control: Vec<ShotReport>,
    /// Whether a permitted exchange was granted, so that a refusal means something.
    pub proves: bool,
    pub ended: Ended,
    pub probes: Vec<ProbeReport>,
}

impl Report {
    /// How many probes have a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.probes.iter().filter(|probe| probe.verdict == verdict).count()
    }

    /// Whether nothing was accepted or left unclear, and refusals mean something.
    pub fn is_fine(&self) -> bool {
        self.proves
            && self.ended == Ended::Finished
            && self.count(Verdict::Accepted) + self.count(Verdict::Unclear) == 0
    }

    /// The outcome in one sentence.
    pub fn sentence(&self) -> String {
        let counts = format!(
            "{} refused, {} unclear, {} noted, {} not possible here",
            self.count(Verdict::Refused),
            self.count(Verdict::Unclear),
            self.count(Verdict::Noted),
            self.count(Verdict::NotPossible)
        );
        match (self.proves, self.count(Verdict::Accepted)) {
            (false, _) => "A permitted exchange was not granted, so refusals would prove nothing. \
                           No probe was sent."
                .to_owned(),
            (true, 0) => format!("Nothing was accepted that must be refused: {counts}."),
            (true, 1) => format!("1 probe was accepted that must be refused: {counts}."),
            (true, n) => format!("{n} probes were accepted that must be refused: {counts}."),
        }
    }

    /// For a review.
    pub fn to_markdown(&self) -> String {
        let mut text = format!("# Probes of {}\n\n{}\n", plain(&self.server), self.sentence());
        if self.ended != Ended::Finished {
            text.push_str(&format!("\n{}\n", self.ended.sentence()));
        }
        text.push_str("\n| probe | must be refused because | verdict | rests on | precedent |\n");
        text.push_str("|---|---|---|---|---|\n");
        for probe in &self.probes {
            text.push_str(&format!(
                "| {} {} | {} | {} | {} | {} |\n",
                probe.id,
                probe.title,
                probe.because,
                probe.verdict.name(),
                probe.clause,
                probe.precedent
            ));
        }
        for probe in &self.probes {
            text.push_str(&format!(
                "\n## {} {}: {}\n\n",
                probe.id,
                probe.title,
                probe.verdict.name()
            ));
            if !probe.why.is_empty() {
                text.push_str(&format!("{}\n", plain(&probe.why)));
            }
            for shot in &probe.shots {
                text.push_str(&format!(
                    "- {} **{}**: {}\n",
                    plain(&shot.sent),
                    shot.word(),
                    plain(&shot.server)
                ));
            }
        }
        text
    }

    /// One case a probe: an accepted one is a failure, an unclear one an error.
    pub fn to_junit(&self) -> String {
        let said = |probe: &ProbeReport| -> String {
            let lines = probe.shots.iter();
            lines.map(|it| format!("{} {}: {}\n", it.sent, it.word(), it.server)).collect()
        };
        let case = |probe: &ProbeReport| junit::Case {
            class: "probe".to_owned(),
            name: format!("{} {}", probe.id, probe.title),
            seconds: 0.0,
            verdict: match probe.verdict {
                Verdict::Accepted => junit::Verdict::Failed {
                    message: format!("Accepted, and must be refused: {}.", probe.because),
                    text: said(probe),
                },
                Verdict::Unclear => junit::Verdict::Error { message: said(probe) },
                Verdict::NotPossible => junit::Verdict::Skipped { message: probe.why.clone() },
                Verdict::Refused | Verdict::Noted => junit::Verdict::Passed,
            },
        };
        let mut cases: Vec<junit::Case> = self.probes.iter().map(case).collect();
        if !self.proves {
            cases.push(junit::Case {
                class: "probe".to_owned(),
                name: "a permitted exchange is granted".to_owned(),
                seconds: 0.0,
                verdict: junit::Verdict::Error { message: self.sentence() },
            });
        }
        junit::document(&format!("probes of {}", self.server), &cases)
    }
}

/// A server's text in Markdown, where it must not be taken for markup.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' => {
                out.push('\\');
                out.push(letter);
            }
            letter if letter.is_control() => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}
