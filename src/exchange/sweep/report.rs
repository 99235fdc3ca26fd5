//! What came of a sweep, in a shape that can be kept, read by programs, and gone on from.
//!
//! `"version": 1`. No text in it holds a token or a secret.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::argument::Argument;
use super::plan::{Expected, Item};
use super::tried::Tried;
use crate::config::Project;
use crate::exchange::ask::Observed;
use crate::trust::{Reading, decide};

/// Which way the server differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceKind {
    /// The server granted what the files forbid.
    Granted,
    /// The server refused what the files permit.
    Refused,
}

impl DifferenceKind {
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Granted => "The server granted what the files forbid.",
            Self::Refused => "The server refused what the files permit.",
        }
    }
}

/// Where the server and the files disagree, with both arguments.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    pub id: String,
    pub kind: DifferenceKind,
    /// The exchange in a few words.
    pub label: String,
    pub sentence: &'static str,
    pub configuration: Argument,
    /// What the server said.
    pub server: String,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "how", content = "why")]
pub enum Ended {
    Finished,
    /// Nothing was asked for yet.
    Planned,
    /// It was told to stop.
    Cancelled,
    /// The server said twice that it is asked too often (429).
    TooManyRequests,
    /// The server cannot be reached: why.
    Unreachable(String),
}

impl Ended {
    /// What to do about it, for people.
    pub fn sentence(&self) -> String {
        match self {
            Self::Finished => "Everything was asked for.".to_owned(),
            Self::Planned => "Nothing was asked for yet.".to_owned(),
            Self::Cancelled => "Stopped before everything was asked for.".to_owned(),
            Self::TooManyRequests => "Stopped: the server says that it is asked too often (429). \
                                      Go on later, with a lower rate."
                .to_owned(),
            Self::Unreachable(why) => format!("Stopped: {why}"),
        }
    }
}

/// The result in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    pub planned: usize,
    /// The server answered the question.
    pub answered: usize,
    pub agreed: usize,
    pub granted_though_forbidden: usize,
    pub refused_though_permitted: usize,
    /// The client could not authenticate, so the question was not answered.
    pub not_authenticated: usize,
    /// The server failed, so the question was not answered.
    pub server_failed: usize,
    /// Other answers from which nothing follows.
    pub unclear: usize,
    /// Not asked, or not answered.
    pub not_tried: usize,
    /// Taken over from an earlier run.
    pub earlier: usize,
    /// Breaches of the standard, by the id of the check.
    pub checks_failed: BTreeMap<String, usize>,
    /// The median time of an answer.
    pub median_ms: Option<f64>,
}

/// A sweep and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The shape of this report.
    pub version: u64,
    pub kind: &'static str,
    pub server: String,
    pub reading: &'static str,
    pub sample: usize,
    pub seed: u64,
    pub ended: Ended,
    pub summary: Summary,
    pub differences: Vec<Difference>,
    pub items: Vec<Tried>,
    /// What cannot be asked for, one sentence each.
    pub left_out: Vec<String>,
}

/// What `kind` says.
pub(super) const KIND: &str = "sweep";

impl Report {
    pub(super) fn new(
        project: &Project,
        plan: &super::Plan,
        server: String,
        ended: Ended,
        items: Vec<Tried>,
    ) -> Self {
        let differences = differences(project, plan.reading, &plan.items, &items);
        Self {
            version: 1,
            kind: KIND,
            server,
            reading: plan.reading.name(),
            sample: plan.options.sample,
            seed: plan.options.seed,
            ended,
            summary: summary(&items),
            differences,
            items,
            left_out: plan.left_out.clone(),
        }
    }

    /// A plan as it would be asked for.
    pub fn not_run(project: &Project, plan: &super::Plan, server: &str) -> Self {
        let items = plan.items.iter().map(|item| Tried::not_yet(project, item)).collect();
        Self::new(project, plan, server.to_owned(), Ended::Planned, items)
    }

    /// Whether the server did what the files say: everything was asked for, nothing differs,
    /// nothing that was asked, and nothing that is permitted, was left without an answer, no
    /// requirement was breached.
    pub fn is_fine(&self) -> bool {
        let open = |item: &Tried| {
            item.observed.unanswered().is_some()
                || (item.agrees.is_none() && item.expected == Expected::Granted)
        };
        self.ended == Ended::Finished
            && self.differences.is_empty()
            && self.summary.checks_failed.is_empty()
            && !self.items.iter().any(open)
    }

    /// Whether the server might as well not be there: it failed at whatever it was asked, or gave no
    /// answer.
    pub fn is_out_of_order(&self) -> bool {
        let mut asked = self.items.iter().filter(|item| item.observed != Observed::NotTried);
        let failed =
            |item: &Tried| matches!(item.observed, Observed::ServerFailed | Observed::NoAnswer);
        let any = asked.clone().next().is_some();
        matches!(self.ended, Ended::Finished | Ended::Unreachable(_)) && any && asked.all(failed)
    }
}

impl Difference {
    /// Both arguments, for people.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n{}\n", self.label, self.sentence);
        text.push_str(&format!("The files say: {}\n", self.configuration.sentence));
        for step in &self.configuration.steps {
            for at in &step.at {
                text.push_str(&format!("  {}:{}  {}\n", at.file, at.line, step.sentence));
            }
        }
        text.push_str(&format!("The server says: {}\n", self.server));
        text
    }
}

fn differences(
    project: &Project,
    reading: Reading,
    plan: &[Item],
    items: &[Tried],
) -> Vec<Difference> {
    let questions: BTreeMap<&str, &Item> =
        plan.iter().map(|item| (item.id.as_str(), item)).collect();
    let mut found: Vec<Difference> = items
        .iter()
        .filter(|tried| tried.agrees == Some(false))
        .filter_map(|tried| {
            let item = questions.get(tried.id.as_str())?;
            let kind = match tried.observed {
                Observed::Granted => DifferenceKind::Granted,
                _ => DifferenceKind::Refused,
            };
            let decision = decide(project, reading, &item.question);
            Some(Difference {
                id: tried.id.clone(),
                kind,
                label: tried.label(),
                sentence: kind.sentence(),
                configuration: Argument::of(project, &decision),
                server: tried.server.clone(),
            })
        })
        .collect();
    // What is granted too much comes first.
    found.sort_by_key(|difference| difference.kind);
    found
}

fn summary(items: &[Tried]) -> Summary {
    let count = |fits: &dyn Fn(&Tried) -> bool| items.iter().filter(|item| fits(item)).count();
    let mut checks_failed = BTreeMap::new();
    for check in items.iter().flat_map(|item| &item.checks_failed) {
        *checks_failed.entry(check.id.clone()).or_default() += 1;
    }
    let mut times: Vec<f64> = items.iter().filter_map(|item| item.ms).collect();
    times.sort_by(f64::total_cmp);
    let differs = |kind: Observed| count(&|it| it.agrees == Some(false) && it.observed == kind);
    Summary {
        planned: items.len(),
        answered: count(&|it| it.agrees.is_some()),
        agreed: count(&|it| it.agrees == Some(true)),
        granted_though_forbidden: differs(Observed::Granted),
        refused_though_permitted: differs(Observed::Refused),
        not_authenticated: count(&|it| it.observed == Observed::NotAuthenticated),
        server_failed: count(&|it| it.observed == Observed::ServerFailed),
        unclear: count(&|it| it.observed == Observed::Unclear),
        not_tried: count(&|it| matches!(it.observed, Observed::NotTried | Observed::NoAnswer)),
        earlier: count(&|it| it.earlier),
        checks_failed,
        median_ms: times.get(times.len() / 2).copied(),
    }
}
