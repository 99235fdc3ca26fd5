//! Asking a server for everything in a plan, one after the other.

use super::earlier::Earlier;
use super::plan::{Item, Plan};
use super::report::{Ended, Report};
use super::tried::{FailedCheck, Tried};
use crate::exchange::ask::{Desk, Observed, Reply, said};
use crate::exchange::cancel::Cancel;
use crate::exchange::checks::Level;
use crate::exchange::pace::Pace;
use crate::exchange::report;
use crate::exchange::supply::Supply;
use crate::trust::decide;

/// So many exchanges in a row without an answer, and the next would fare no better: with a server
/// that has fallen silent, each costs the whole timeout.
const SILENT: usize = 5;

/// What a run goes by.
#[derive(Debug)]
pub struct Conditions<'a> {
    pub desk: Desk<'a>,
    pub plan: &'a Plan,
    /// Requests a second at most.
    pub rate: Option<f64>,
    pub earlier: &'a Earlier,
    pub cancel: &'a Cancel,
}

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    pub done: usize,
    pub total: usize,
    /// How many differences there are so far.
    pub differences: usize,
    pub latest: &'a Tried,
}

/// Asks for everything in the plan that an earlier run has not. Always gives a report, of whatever
/// was found out until the end, whoever brought it about.
pub async fn run(
    conditions: &Conditions<'_>,
    supply: &mut impl Supply,
    mut progress: impl FnMut(Progress<'_>),
) -> Report {
    let Conditions { desk, plan, earlier, cancel, .. } = conditions;
    let project = desk.project;
    let mut pace = Pace::new(conditions.rate);
    let mut items: Vec<Tried> = Vec::with_capacity(plan.items.len());
    let mut ended = Ended::Finished;
    let mut differences = 0;
    let mut silent = 0;
    for item in &plan.items {
        let tried = match earlier.of(item) {
            Some(kept) => kept,
            None if ended != Ended::Finished => Tried::not_yet(project, item),
            None => match cancel.unless(desk.ask(supply, &mut pace, &item.question)).await {
                Some(reply) => {
                    let (tried, stop) = judged(conditions, item, &reply);
                    silent = match reply {
                        Reply::NoAnswer(_) => silent + 1,
                        // Nothing was asked, and so nothing left without an answer.
                        Reply::NotAsked(_) => silent,
                        _ => 0,
                    };
                    ended = match stop {
                        Some(stop) => stop,
                        None if silent == SILENT => Ended::Unreachable(format!(
                            "{SILENT} exchanges in a row were left without an answer. {}",
                            tried.server
                        )),
                        None => Ended::Finished,
                    };
                    tried
                }
                None => {
                    ended = Ended::Cancelled;
                    Tried::not_yet(project, item)
                }
            },
        };
        differences += usize::from(tried.agrees == Some(false));
        if ended == Ended::Finished {
            let (done, total, latest) = (items.len() + 1, plan.items.len(), &tried);
            progress(Progress { done, total, differences, latest });
        }
        items.push(tried);
    }
    let server = desk.session.server().address().to_owned();
    Report::new(project, plan, server, ended, items)
}

/// What came of an item, and whether the run is to end.
fn judged(conditions: &Conditions<'_>, item: &Item, reply: &Reply) -> (Tried, Option<Ended>) {
    let blank = Tried::not_yet(conditions.desk.project, item);
    match reply {
        Reply::Answer(report) => (answered(conditions, item, blank, report), None),
        Reply::NotAsked(why) => (blank.with(Observed::NotTried, why), None),
        Reply::NoAnswer(error) => (blank.with(Observed::NoAnswer, &error.message), None),
        Reply::Unreachable(error) => (
            blank.with(Observed::NoAnswer, &error.message),
            Some(Ended::Unreachable(error.message.clone())),
        ),
        Reply::TooManyRequests(report) => {
            let tried = Tried { status: Some(report.answer.status), ..blank };
            (tried.with(Observed::NoAnswer, report.sentence()), Some(Ended::TooManyRequests))
        }
    }
}

fn answered(
    conditions: &Conditions<'_>,
    item: &Item,
    blank: Tried,
    report: &report::Report,
) -> Tried {
    // An answer that is not about the permission is no difference, whatever was expected: a wrong
    // secret would otherwise look like a server that has other files.
    let decision = decide(conditions.desk.project, conditions.plan.reading, &item.question);
    let observed = Observed::beside(report, &decision);
    let checks_failed = report
        .at(Level::Fail)
        .map(|check| FailedCheck { id: check.id.to_owned(), finding: check.finding.clone() })
        .collect();
    Tried {
        status: Some(report.answer.status),
        error: report.refusal.as_ref().map(|refusal| refusal.error.clone()),
        checks_failed,
        ms: Some(report.timings.total_ms),
        ..blank.with(observed, said(report))
    }
}
