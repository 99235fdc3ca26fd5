//! What came of a sweep, in a shape that can be kept, read by programs, and gone on from.
//!
//! `"version": 1`. No text in it holds a token or a secret.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::plan::{Expected, Item, Why};
use crate::config::{ClientKey, Place, Project};
use crate::exchange::ask::Observed;
use crate::exchange::junit::{self, Case, Verdict};
use crate::trust::report::{At, csv};
use crate::trust::{Decision, Reading, Step, Subject, Truth, decide};

/// A client app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    pub id: String,
    pub name: String,
}

impl Named {
    pub fn of(project: &Project, key: ClientKey) -> Self {
        let client = project.client(key);
        let id = client.id.as_ref().map(|id| id.value.as_str().to_owned());
        Self { id: id.unwrap_or_default(), name: client.label().to_owned() }
    }
}

/// Whose token went in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectReport {
    UserOf(Named),
    External { issuer: String, subject: String },
}

impl SubjectReport {
    pub fn of(project: &Project, subject: &Subject) -> Self {
        match subject {
            Subject::UserOf(client) => Self::UserOf(Named::of(project, *client)),
            Subject::External { issuer, subject } => {
                Self::External { issuer: issuer.clone(), subject: subject.clone() }
            }
        }
    }

    /// For people.
    pub fn label(&self) -> String {
        match self {
            Self::UserOf(client) => format!("a token of a user of {}", client.name),
            Self::External { issuer, subject } => format!("a token of {issuer} for {subject}"),
        }
    }
}

/// A requirement of the standard that an answer did not keep.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedCheck {
    pub id: String,
    pub finding: String,
}

/// One exchange and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tried {
    pub id: String,
    pub requester: Named,
    pub subject: SubjectReport,
    pub target: Named,
    pub why: Why,
    pub expected: Expected,
    /// Whether every condition of the expectation is stated.
    pub certain: bool,
    pub observed: Observed,
    /// Whether the server did as expected; nothing when it gave no answer to the question.
    pub agrees: Option<bool>,
    pub status: Option<u16>,
    /// The server's error code.
    pub error: Option<String>,
    /// What the server said, or why it was not asked, in one sentence.
    pub server: String,
    pub checks_failed: Vec<FailedCheck>,
    /// From the request to the last byte of the answer.
    pub ms: Option<f64>,
    /// Whether an earlier run asked for it.
    #[serde(default)]
    pub earlier: bool,
}

impl Tried {
    /// An item that has not been asked for yet.
    pub fn not_yet(project: &Project, item: &Item) -> Self {
        Self {
            id: item.id.clone(),
            requester: Named::of(project, item.question.requester),
            subject: SubjectReport::of(project, &item.question.subject),
            target: Named::of(project, item.target),
            why: item.why,
            expected: item.expected,
            certain: item.certain,
            observed: Observed::NotTried,
            agrees: None,
            status: None,
            error: None,
            server: "It was not asked for.".to_owned(),
            checks_failed: Vec::new(),
            ms: None,
            earlier: false,
        }
    }

    /// The exchange in a few words.
    pub fn label(&self) -> String {
        format!("{}: {} → {}", self.requester.name, self.subject.label(), self.target.name)
    }

    fn observe(&mut self, observed: Observed) {
        self.observed = observed;
        self.agrees = observed
            .is_answer()
            .then_some((observed == Observed::Granted) == (self.expected == Expected::Granted));
    }

    pub(super) fn with(mut self, observed: Observed, server: impl Into<String>) -> Self {
        self.observe(observed);
        self.server = server.into();
        self
    }
}

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

/// One step of a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepLine {
    pub id: &'static str,
    pub truth: &'static str,
    pub sentence: String,
    pub at: Vec<At>,
}

/// What the configuration says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Argument {
    pub verdict: &'static str,
    pub sentence: String,
    /// The steps that the verdict rests on, with their lines: those that are false, else all.
    pub steps: Vec<StepLine>,
}

impl Argument {
    pub fn of(project: &Project, decision: &Decision) -> Self {
        let places = |step| evidence(project, decision, step).into_iter();
        let steps = deciding(decision)
            .map(|step| StepLine {
                id: step.id,
                truth: step.truth.name(),
                sentence: step.sentence.clone(),
                at: places(step).map(|place| At::of(project, place)).collect(),
            })
            .collect();
        Self { verdict: decision.verdict().name(), sentence: decision.sentence(project), steps }
    }
}

/// The steps that a verdict rests on: those that are false, else all.
pub fn deciding(decision: &Decision) -> impl Iterator<Item = &Step> {
    let refused = decision.with(Truth::False).next().is_some();
    decision.steps.iter().filter(move |step| !refused || step.truth == Truth::False)
}

/// The places a step rests on. An entry that is missing has none; then it is where the list would
/// have to be.
pub fn evidence(project: &Project, decision: &Decision, step: &Step) -> Vec<Place> {
    let question = &decision.question;
    let missing = step.id == "permission" && step.evidence.is_empty();
    let owner = question.target.filter(|_| missing).map(|target| match question.subject {
        Subject::UserOf(from) => decision.reading.permission(from, target).0,
        Subject::External { .. } => {
            decision.reading.broker_permission(question.requester, target).0
        }
    });
    let owner = owner.map(|owner| project.client(owner).place);
    step.evidence.iter().copied().chain(owner).collect()
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

    /// The items as a table (RFC 4180).
    pub fn to_csv(&self) -> String {
        let mut text = String::new();
        csv::line(
            &mut text,
            [
                "requester",
                "requester id",
                "subject",
                "target",
                "target id",
                "why",
                "expected",
                "certain",
                "observed",
                "agrees",
                "status",
                "error",
                "server",
                "checks failed",
                "ms",
            ],
        );
        for item in &self.items {
            let agrees = item.agrees.map_or("", |agrees| if agrees { "yes" } else { "no" });
            let status = item.status.map(|status| status.to_string()).unwrap_or_default();
            let failed: Vec<&str> =
                item.checks_failed.iter().map(|check| check.id.as_str()).collect();
            let ms = item.ms.map(|ms| format!("{ms:.1}")).unwrap_or_default();
            csv::line(
                &mut text,
                [
                    item.requester.name.as_str(),
                    &item.requester.id,
                    &item.subject.label(),
                    &item.target.name,
                    &item.target.id,
                    &name(&item.why),
                    &name(&item.expected),
                    if item.certain { "yes" } else { "no" },
                    item.observed.name(),
                    agrees,
                    &status,
                    item.error.as_deref().unwrap_or_default(),
                    &item.server,
                    &failed.join(" "),
                    &ms,
                ],
            );
        }
        text
    }

    /// The items as JUnit XML: a difference or a breach of the standard is a failure, what was not
    /// answered an error, what was not asked is skipped.
    pub fn to_junit(&self) -> String {
        let cases: Vec<Case> = self.items.iter().map(|item| self.junit_case(item)).collect();
        junit::document(&format!("conformance sweep of {}", self.server), &cases)
    }

    fn junit_case(&self, item: &Tried) -> Case {
        let difference = self.differences.iter().find(|difference| difference.id == item.id);
        let verdict = match (difference, item.observed.unanswered()) {
            (Some(difference), _) => Verdict::Failed {
                message: difference.sentence.to_owned(),
                text: difference.to_text(),
            },
            (None, Some(why)) => Verdict::Error { message: format!("{why} {}", item.server) },
            (None, None) if item.observed == Observed::NotTried => {
                Verdict::Skipped { message: item.server.clone() }
            }
            (None, None) if item.checks_failed.is_empty() => Verdict::Passed,
            (None, None) => Verdict::Failed {
                message: "The answer breaks the standard.".to_owned(),
                text: item
                    .checks_failed
                    .iter()
                    .map(|check| format!("{}: {}\n", check.id, check.finding))
                    .collect(),
            },
        };
        Case {
            class: format!("sweep.{}", item.requester.name),
            name: format!("{} is {}", item.label(), name(&item.expected)),
            seconds: item.ms.unwrap_or(0.0) / 1_000.0,
            verdict,
        }
    }
}

/// The name of a plain variant in machine formats.
fn name(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        _ => String::new(),
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
