//! The conformance sweep: its plan, its run, and what came of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::super::jobs::{JobId, Messenger};
use super::items::Items;
use super::means::Means;
use super::{Command, Found, Progress, to_window};
use crate::config::Project;
use crate::exchange::Cancel;
use crate::exchange::sweep::{
    Conditions, Earlier, Ended, Expected, Plan, PlanOptions, Report, plan, run,
};
use crate::trust::{Decision, Question, Reading, decide};

/// Differences that are shown at first, and with each wish for more.
pub const PAGE: usize = 40;

/// How often the window is told how far a run is.
const TELLING: Duration = Duration::from_millis(100);

/// What a person can set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How many exchanges that are not permitted are asked for by each client app.
    pub sample: usize,
    pub seed: u64,
    /// Whether requests are held back.
    pub held: bool,
    /// Requests a second at most, if they are.
    pub rate: f64,
}

impl Default for Settings {
    fn default() -> Self {
        let PlanOptions { sample, seed, .. } = PlanOptions::default();
        Self { sample, seed, held: false, rate: 5.0 }
    }
}

impl Settings {
    pub fn options(&self) -> PlanOptions {
        PlanOptions { sample: self.sample, seed: self.seed, externals: true }
    }

    pub fn rate(&self) -> Option<f64> {
        self.held.then_some(self.rate)
    }
}

/// What would be asked for.
#[derive(Debug)]
pub struct Planned {
    pub project: Arc<Project>,
    pub plan: Arc<Plan>,
    pub permitted: usize,
    pub refused: usize,
    /// What keeps exchanges from being asked for, with how many, the commonest first.
    pub lacking: Vec<(String, usize)>,
}

impl Planned {
    /// How many cannot be asked for.
    pub fn untried(&self) -> usize {
        self.lacking.iter().map(|(_, count)| count).sum()
    }
}

/// Makes a plan, and looks at what of it can be asked for.
pub fn make(
    project: &Arc<Project>,
    reading: Reading,
    options: PlanOptions,
    means: &Means,
) -> Planned {
    let plan = plan(project, reading, options);
    let lacks = means.lacks(project);
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    for why in plan.items.iter().filter_map(|item| lacks(&item.question)) {
        *counts.entry(why).or_default() += 1;
    }
    let mut lacking: Vec<(String, usize)> = counts.into_iter().collect();
    lacking.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let (permitted, refused) = (plan.count(Expected::Granted), plan.count(Expected::Refused));
    Planned { project: Arc::clone(project), plan: Arc::new(plan), permitted, refused, lacking }
}

/// What came of a sweep.
#[derive(Debug)]
pub struct Outcome {
    pub project: Arc<Project>,
    pub plan: Arc<Plan>,
    pub report: Arc<Report>,
    /// The configuration's argument of each difference, with its places.
    pub decisions: Vec<Option<Decision>>,
    /// The time of this run alone.
    pub took: Duration,
}

impl Outcome {
    /// The exchange at a place of the report.
    pub fn question(&self, item: usize) -> Option<&Question> {
        self.plan.items.get(item).map(|item| &item.question)
    }
}

/// What the part keeps between frames.
#[derive(Debug, Default)]
pub struct Sweep {
    pub settings: Settings,
    pub planned: Option<Planned>,
    pub planning: Option<JobId>,
    pub outcome: Option<Outcome>,
    /// Whether the table of all exchanges is shown rather than the differences.
    pub all_shown: bool,
    /// How many differences are shown.
    pub most: usize,
    pub items: Items,
}

impl Sweep {
    pub fn take(&mut self, outcome: Outcome) {
        self.all_shown = outcome.report.differences.is_empty();
        self.most = PAGE;
        self.items.chosen = None;
        self.items.arrange(&outcome.report);
        self.outcome = Some(outcome);
    }

    pub fn arrange(&mut self, change: impl FnOnce(&mut Items)) {
        change(&mut self.items);
        if let Some(outcome) = &self.outcome {
            self.items.arrange(&outcome.report);
        }
    }

    pub fn show_more(&mut self) {
        self.most += PAGE;
    }

    /// How many exchanges of the last run need not be asked for again.
    pub fn answered(&self) -> usize {
        self.outcome.as_ref().map_or(0, |outcome| outcome.report.summary.answered)
    }

    /// Whether the last run was stopped and its plan is still the one to go by.
    pub fn can_go_on(&self) -> bool {
        let (Some(outcome), Some(planned)) = (&self.outcome, &self.planned) else { return false };
        outcome.report.ended != Ended::Finished
            && Arc::ptr_eq(&outcome.project, &planned.project)
            && outcome.plan.reading == planned.plan.reading
            && outcome.plan.options == planned.plan.options
    }

    pub fn task(&self, go_on: bool, means: Means, cancel: Cancel, window: Messenger) -> Task {
        let planned = self.planned.as_ref();
        let earlier = self.outcome.as_ref().filter(|_| go_on && self.can_go_on());
        Task {
            planned: planned.map(|it| (Arc::clone(&it.project), Arc::clone(&it.plan))),
            earlier: earlier.map(|outcome| Arc::clone(&outcome.report)),
            rate: self.settings.rate(),
            means,
            cancel,
            window,
        }
    }
}

/// A sweep as a job.
pub struct Task {
    planned: Option<(Arc<Project>, Arc<Plan>)>,
    earlier: Option<Arc<Report>>,
    rate: Option<f64>,
    means: Means,
    cancel: Cancel,
    window: Messenger,
}

impl Task {
    pub async fn run(self) -> Result<Found, String> {
        let Self { planned, earlier, rate, means, cancel, window } = self;
        let (project, plan) = planned.ok_or("There is no plan.")?;
        let began = Instant::now();
        let line = means.open(&cancel).await?.ok_or("Stopped before anything was asked for.")?;
        let earlier = match earlier {
            None => Earlier::default(),
            Some(report) => {
                let text = serde_json::to_string(&*report).map_err(|error| error.to_string())?;
                let server = line.session.server().address();
                Earlier::read(&text, server, plan.reading)
                    .map_err(|why| format!("The earlier run cannot be gone on with: {why}."))?
            }
        };
        let mut supplies = means.supplies(&project, &line);
        let (audiences, clock) = (means.audiences(&project)?, || line.now());
        let desk = line.desk(&project, &audiences, &clock, true);
        let conditions = Conditions { desk, plan: &plan, rate, earlier: &earlier, cancel: &cancel };
        let mut told: Option<Instant> = None;
        let report = run(&conditions, &mut supplies, |progress| {
            if told.is_some_and(|told| told.elapsed() < TELLING) {
                return;
            }
            told = Some(Instant::now());
            let (done, total, differences) = (progress.done, progress.total, progress.differences);
            let progress = Progress::Sweep { done, total, differences };
            window.send(to_window(Command::Progress(progress)));
        })
        .await;
        let decisions = decisions(&project, &plan, &report);
        let (report, took) = (Arc::new(report), began.elapsed());
        Ok(Found::Sweep(Box::new(Outcome { project, plan, report, decisions, took })))
    }
}

/// What the configuration says of each difference, in their order.
fn decisions(project: &Project, plan: &Plan, report: &Report) -> Vec<Option<Decision>> {
    let questions: std::collections::HashMap<&str, &Question> =
        plan.items.iter().map(|item| (item.id.as_str(), &item.question)).collect();
    let differences = report.differences.iter();
    differences
        .map(|difference| {
            let question = questions.get(difference.id.as_str())?;
            Some(decide(project, plan.reading, question))
        })
        .collect()
}
