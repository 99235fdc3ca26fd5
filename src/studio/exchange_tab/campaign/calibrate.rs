//! Which way the server reads the lists: the planned requests, the run, and the verdict.

use std::sync::Arc;

use super::Found;
use super::means::Means;
use crate::config::Project;
use crate::exchange::Cancel;
use crate::exchange::calibrate::{Calibration, Planned as Request, Step, calibrate, prepare};
use crate::exchange::sweep::{Named, SubjectReport};
use crate::trust::{Decision, Question, Reading, Subject, decide};

/// What may be asked for.
#[derive(Debug)]
pub struct Planned {
    pub requests: Vec<Request>,
}

/// What came of it.
#[derive(Debug)]
pub struct Outcome {
    pub project: Arc<Project>,
    /// The reading in force when it was asked for.
    pub reading: Reading,
    pub report: Arc<Calibration>,
    /// What each reading says of each step, with its places; in the order of both.
    pub decisions: Vec<Vec<Decision>>,
}

/// What the part keeps between frames.
#[derive(Debug, Default)]
pub struct Calibrate {
    pub planned: Option<Planned>,
    pub found: Option<Outcome>,
}

/// Works out what tells the readings apart.
pub fn make(project: &Arc<Project>, means: &Means) -> Planned {
    let plan = prepare(project, means.has_externals(project));
    Planned { requests: plan.requests(project) }
}

/// A calibration as a job.
pub struct Task {
    pub project: Arc<Project>,
    pub reading: Reading,
    pub means: Means,
    pub cancel: Cancel,
}

impl Task {
    pub async fn run(self) -> Result<Found, String> {
        let Self { project, reading, means, cancel } = self;
        let line = means.open(&cancel).await?.ok_or("Stopped before anything was asked for.")?;
        let plan = prepare(&project, means.has_externals(&project));
        let mut supplies = means.supplies(&project, &line);
        let (audiences, clock) = (means.audiences(&project)?, || line.now());
        let desk = line.desk(&project, &audiences, &clock, true);
        let report = Arc::new(calibrate(&desk, &plan, &mut supplies, &cancel).await);
        let steps = report.steps.iter();
        let decisions = steps.map(|step| decisions(&project, step)).collect();
        Ok(Found::Calibrate(Box::new(Outcome { project, reading, report, decisions })))
    }
}

/// What each reading says of a step.
fn decisions(project: &Project, step: &Step) -> Vec<Decision> {
    let Some(question) = question(project, step) else { return Vec::new() };
    Reading::ALL.map(|reading| decide(project, reading, &question)).into()
}

/// The exchange of a step. Only client apps that an id tells apart are asked for.
fn question(project: &Project, step: &Step) -> Option<Question> {
    let find = |named: &Named| project.named(&named.id);
    let subject = match &step.subject {
        SubjectReport::UserOf(client) => Subject::UserOf(find(client)?),
        SubjectReport::External { issuer, subject } => {
            Subject::External { issuer: issuer.clone(), subject: subject.clone() }
        }
    };
    let target = Some(find(&step.target)?);
    Some(Question { requester: find(&step.requester)?, subject, target })
}
