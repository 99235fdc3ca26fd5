//! The run that is under way: starting it, with the built-in authority where that is the server, and
//! how far it is.

use std::sync::Arc;
use std::time::Instant;

use super::super::super::jobs::{JobId, Jobs};
use super::super::domains::Started;
use super::super::{Command as TabCommand, ExchangeTab, Mode, ServerChoice};
use super::means::Means;
use super::{Command, Planned, Wish, calibrate, cases, probes, sweep, to_window};
use crate::config::Project;
use crate::exchange::Cancel;
use crate::exchange::probe::ProbeReport;
use crate::trust::Reading;

/// What is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Sweep,
    Cases,
    Calibrate,
    Probes,
}

/// Why nothing can begin as long as what would be asked is still thought about.
pub const PLANNING: &str = "The plan is being made";

impl Kind {
    pub fn label(self) -> &'static str {
        match self {
            Self::Sweep => "Sweep",
            Self::Cases => "Cases",
            Self::Calibrate => "Calibrate",
            Self::Probes => "Probes",
        }
    }

    /// What the status bar says while it runs.
    pub fn activity(self) -> &'static str {
        match self {
            Self::Sweep => "Sweeping the server",
            Self::Cases => "Running cases",
            Self::Calibrate => "Calibrating the reading",
            Self::Probes => "Probing the server",
        }
    }

    /// The part of the tab it is in.
    pub fn mode(self) -> Mode {
        match self {
            Self::Sweep | Self::Cases => Mode::SweepAndCases,
            Self::Calibrate | Self::Probes => Mode::CalibrateAndProbe,
        }
    }
}

/// How far a run is.
#[derive(Clone, Debug)]
pub enum Progress {
    Sweep { done: usize, total: usize, differences: usize },
    Cases { done: usize, total: usize },
    Probe { done: usize, total: usize, report: Box<ProbeReport> },
}

impl Progress {
    /// What is done, and how much there is.
    pub fn counts(&self) -> (usize, usize) {
        match self {
            Self::Sweep { done, total, .. }
            | Self::Cases { done, total }
            | Self::Probe { done, total, .. } => (*done, *total),
        }
    }
}

/// A run.
#[derive(Debug)]
pub struct Work {
    pub kind: Kind,
    pub job: JobId,
    pub cancel: Cancel,
    pub since: Instant,
    /// What an earlier run had done already.
    pub before: usize,
    pub progress: Option<Progress>,
    /// Whether somebody has asked for its end.
    pub stopping: bool,
    /// The probes that were wished for; all when there is none.
    pub only: Vec<String>,
}

impl ExchangeTab {
    /// Makes the plan of the part that is looked at, in the background.
    pub(in super::super) fn make_plan(
        &mut self,
        project: &Arc<Project>,
        reading: Reading,
        jobs: &mut Jobs,
    ) {
        let Some(kind) = self.campaign.kind(self.mode) else { return };
        let means = Means::of(self);
        let project = Arc::clone(project);
        let options = self.campaign.sweep.settings.options();
        if let Some(job) = self.campaign.sweep.planning.take() {
            jobs.cancel(job);
        }
        let work = move || {
            let planned = match kind {
                Kind::Sweep => Planned::Sweep(sweep::make(&project, reading, options, &means)),
                Kind::Calibrate => Planned::Calibrate(calibrate::make(&project, &means)),
                Kind::Probes => Planned::Probes(probes::make(&project, reading)),
                Kind::Cases => return super::WindowCommand::Nothing,
            };
            to_window(Command::Planned(Box::new(planned)))
        };
        self.campaign.sweep.planning = Some(jobs.quiet(move |_| work()));
    }

    pub(super) fn begin(
        &mut self,
        wish: Wish,
        project: &Arc<Project>,
        reading: Reading,
        jobs: &mut Jobs,
    ) {
        if self.campaign.running(jobs).is_some() || self.cannot_begin(&wish).is_some() {
            return;
        }
        self.campaign.failed = None;
        let kind = wish.kind();
        let built_in = self.form.server == ServerChoice::BuiltIn
            && !(kind == Kind::Cases && self.campaign.cases.target == cases::Target::File);
        let only = match &wish {
            Wish::Probes(only) => only.clone(),
            _ => Vec::new(),
        };
        let cancel = Cancel::default();
        let work = |job| Work {
            kind,
            job,
            cancel: cancel.clone(),
            since: Instant::now(),
            before: 0,
            progress: None,
            stopping: false,
            only,
        };
        if built_in && self.needs_authority() {
            let then = |started| TabCommand::Campaign(Command::Ready(wish, started));
            let job = self.start_authorities(project, reading, jobs, then);
            self.campaign.work = Some(work(job));
            return;
        }
        let mut work = work(self.start(&wish, project, reading, &cancel, jobs));
        if let Wish::Sweep { go_on: true } = wish {
            work.before = self.campaign.sweep.answered();
        }
        self.campaign.work = Some(work);
    }

    pub(super) fn ready(
        &mut self,
        wish: Wish,
        started: Result<Started, String>,
        project: &Arc<Project>,
        reading: Reading,
        jobs: &mut Jobs,
    ) {
        match started {
            Ok(started) if self.authority.is_none() => {
                self.take_authorities(started, project, reading);
            }
            // Somebody else was quicker.
            Ok(_) => {}
            Err(why) => {
                self.campaign.failed = Some((wish.kind(), why));
                self.campaign.work = None;
                return;
            }
        }
        let Some(work) = &self.campaign.work else { return };
        let cancel = work.cancel.clone();
        if cancel.is_cancelled() {
            self.campaign.work = None;
            return;
        }
        let job = self.start(&wish, project, reading, &cancel, jobs);
        if let Some(work) = &mut self.campaign.work {
            work.job = job;
        }
    }

    /// Why a run cannot begin, in words; nothing when it can.
    pub(super) fn cannot_begin(&self, wish: &Wish) -> Option<&'static str> {
        let own_server = !matches!(wish, Wish::Cases { .. })
            || self.campaign.cases.target == cases::Target::Form;
        if own_server && let Some(missing) = self.form.missing_server() {
            return Some(missing);
        }
        match wish {
            Wish::Sweep { .. } => match &self.campaign.sweep.planned {
                None => Some(PLANNING),
                Some(planned) if planned.plan.options != self.campaign.sweep.settings.options() => {
                    Some(PLANNING)
                }
                Some(planned) if planned.plan.items.is_empty() => {
                    Some("The configuration has nothing to ask for")
                }
                Some(_) => None,
            },
            Wish::Cases { .. } if !self.campaign.cases.has_any() => {
                Some("Open a file of cases first")
            }
            Wish::Calibrate => match &self.campaign.calibrate.planned {
                None => Some(PLANNING),
                Some(planned) if planned.requests.is_empty() => {
                    Some("Nothing in the configuration tells the readings apart")
                }
                Some(_) => None,
            },
            Wish::Probes(_) if self.campaign.probes.own.is_none() => {
                Some("Say that the server is yours")
            }
            Wish::Cases { .. } | Wish::Probes(_) => None,
        }
    }

    fn start(
        &mut self,
        wish: &Wish,
        project: &Arc<Project>,
        reading: Reading,
        cancel: &Cancel,
        jobs: &mut Jobs,
    ) -> JobId {
        let (window, project) = (jobs.messenger(), Arc::clone(project));
        let (mut means, cancel) = (Means::of(self), cancel.clone());
        means.cancel = cancel.clone();
        if let Some(authority) = &means.built_in {
            // Every client is to have the authority's secret; a key that one was given in a single
            // exchange is given again with the next.
            authority.set_client_keys(Vec::new());
        }
        let campaign = &mut self.campaign;
        let label = wish.kind().activity();
        let end = |result| to_window(Command::Ended(result));
        match wish {
            Wish::Sweep { go_on } => {
                let task = campaign.sweep.task(*go_on, means, cancel, window);
                jobs.future(label, async move { end(task.run().await) })
            }
            Wish::Cases { file, case } => {
                let task = campaign.cases.task(*file, case.as_deref(), means, cancel, window);
                jobs.future(label, async move { end(task.run().await) })
            }
            Wish::Calibrate => {
                let task = calibrate::Task { project, reading, means, cancel };
                jobs.future(label, async move { end(task.run().await) })
            }
            Wish::Probes(only) => {
                campaign.probes.begin(only);
                let rate = campaign.sweep.settings.rate();
                let only = only.clone();
                let task = probes::Task { project, reading, only, rate, means, cancel, window };
                jobs.future(label, async move { end(task.run().await) })
            }
        }
    }
}
