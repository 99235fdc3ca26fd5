//! What the configuration says of an exchange, with the lines it rests on.

use serde::Serialize;

use crate::config::{Place, Project};
use crate::trust::report::At;
use crate::trust::{Decision, Step, Subject, Truth};

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
