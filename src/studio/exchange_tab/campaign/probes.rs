//! Requests that a careful server must refuse: the list, the consent, the run, and the verdicts.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::super::super::jobs::Messenger;
use super::means::Means;
use super::work::Work;
use super::{Command, Found, Progress, to_window};
use crate::config::Project;
use crate::exchange::Cancel;
use crate::exchange::probe::{Ground, PROBES, ProbeReport, Report, run};
use crate::exchange::sweep::Ended;
use crate::trust::Reading;

/// A probe before it is sent.
#[derive(Debug)]
pub struct ProbeLine {
    pub id: &'static str,
    pub title: &'static str,
    pub because: &'static str,
    pub clause: &'static str,
    pub precedent: &'static str,
    /// The requests in words, or why there are none.
    pub sent: Result<Vec<String>, String>,
}

/// All of them, as the configuration has it.
#[derive(Debug)]
pub struct Planned {
    pub lines: Vec<ProbeLine>,
}

/// Puts the probes in words.
pub fn make(project: &Arc<Project>, reading: Reading) -> Planned {
    let ground = Ground::new(project, reading);
    let line = |probe: &crate::exchange::probe::Probe| {
        let sent = match (probe.shots)(&ground) {
            Ok(shots) if shots.is_empty() => Err("There is nothing near enough to try.".to_owned()),
            Ok(shots) => Ok(shots.into_iter().map(|shot| shot.says).collect()),
            Err(why) => Err(why),
        };
        ProbeLine {
            id: probe.id,
            title: probe.title,
            because: probe.because,
            clause: probe.clause,
            precedent: probe.precedent,
            sent,
        }
    };
    Planned { lines: PROBES.iter().map(line).collect() }
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    pub project: Arc<Project>,
    pub report: Report,
}

/// What the part keeps between frames.
#[derive(Debug, Default)]
pub struct Probes {
    pub planned: Option<Planned>,
    /// The server of which somebody has said that it is theirs.
    pub own: Option<String>,
    /// What came of each probe, by its id, whichever run it was of.
    pub verdicts: BTreeMap<&'static str, ProbeReport>,
    /// The last report, with what earlier ones had of other probes.
    pub report: Option<Arc<Report>>,
    /// The project it is about.
    pub project: Option<Arc<Project>>,
}

impl Probes {
    /// What is asked for again is not known any more.
    pub fn begin(&mut self, only: &[String]) {
        self.verdicts.retain(|id, _| !only.is_empty() && only.iter().all(|one| one != id));
    }

    pub fn note(&mut self, report: &ProbeReport) {
        self.verdicts.insert(report.id, report.clone());
    }

    /// Takes a report. One of a single probe goes among those of the others, if they are of the same
    /// server and the same files.
    pub fn take(&mut self, outcome: Outcome, work: &Work) {
        let Outcome { project, mut report } = outcome;
        let same = self.project.as_ref().is_some_and(|known| Arc::ptr_eq(known, &project));
        let before = self.report.take().filter(|it| {
            same && !work.only.is_empty()
                && it.server == report.server
                && it.reading == report.reading
                && it.proves
        });
        if let Some(before) = before {
            let is_new = |id: &str| report.probes.iter().any(|probe| probe.id == id);
            let others = before.probes.iter().filter(|probe| !is_new(probe.id)).cloned();
            let others: Vec<ProbeReport> = others.collect();
            report.probes.extend(others);
            let place = |id: &str| PROBES.iter().position(|probe| probe.id == id);
            report.probes.sort_by_key(|probe| place(probe.id));
        }
        self.verdicts = report.probes.iter().map(|probe| (probe.id, probe.clone())).collect();
        self.project = Some(project);
        self.report = Some(Arc::new(report));
    }

    /// Whether the last run was ended before its time, and by what.
    pub fn ended(&self) -> Option<&Ended> {
        self.report.as_ref().map(|report| &report.ended).filter(|it| **it != Ended::Finished)
    }
}

/// A run of probes as a job.
pub struct Task {
    pub project: Arc<Project>,
    pub reading: Reading,
    /// The ids of those that are wished for; all when there is none.
    pub only: Vec<String>,
    pub rate: Option<f64>,
    pub means: Means,
    pub cancel: Cancel,
    pub window: Messenger,
}

impl Task {
    pub async fn run(self) -> Result<Found, String> {
        let Self { project, reading, only, rate, means, cancel, window } = self;
        let line = means.open(&cancel).await?.ok_or("Stopped before anything was sent.")?;
        let ground = Ground::new(&project, reading);
        let mut supplies = means.supplies(&project, &line);
        let (audiences, clock) = (means.audiences(&project)?, || line.now());
        // The first 429 ends the run.
        let desk = line.desk(&project, &audiences, &clock, false);
        let report = run(&desk, &ground, &only, rate, &mut supplies, &cancel, |progress| {
            let (done, total) = (progress.done, progress.total);
            let report = Box::new(progress.latest.clone());
            let progress = Progress::Probe { done, total, report };
            window.send(to_window(Command::Progress(progress)));
        })
        .await;
        drop(ground);
        Ok(Found::Probes(Box::new(Outcome { project, report })))
    }
}
