//! Which way the server reads the lists: the planned requests, the run, and the verdict.

use std::sync::Arc;
use std::time::SystemTime;

use super::super::form::SKEW;
use super::Found;
use super::means::Means;
use crate::config::Project;
use crate::exchange::Cancel;
use crate::exchange::ask::Desk;
use crate::exchange::calibrate::{Calibration, Planned as Request, calibrate, prepare};
use crate::trust::Reading;

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
        let desk = Desk {
            http: &line.http,
            session: &line.session,
            project: &project,
            skew: SKEW,
            audiences: &[],
            clock: &SystemTime::now,
            patient: true,
        };
        let report = Arc::new(calibrate(&desk, &plan, &mut supplies, &cancel).await);
        Ok(Found::Calibrate(Box::new(Outcome { project, reading, report })))
    }
}
