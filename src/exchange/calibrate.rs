//! Which way the lists are read, settled by asking the server.
//!
//! The same file means three different things under three readings, and the one who knows which is
//! the server. So the project is searched for exchanges that some readings permit and others do
//! not, and two of them are asked for: after the first at least one reading is out, after the second
//! at most one is left. A reading counts as settled only when the server has *granted* something
//! that the others forbid, because a refusal can have other reasons; where two refusals leave a
//! reading over, a third request, which that reading permits, confirms it.
//!
//! What is chosen is what tells most: of all pairs of questions the one after which the most
//! readings are settled, with the fewest requests.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ask::{Desk, Observed, Reply, said};
use super::cancel::Cancel;
use super::pace::Pace;
use super::supply::Supply;
use super::sweep::{Argument, Ended, Item, Named, PlanOptions, SubjectReport, plan};
use crate::config::Project;
use crate::trust::{Reading, Subject, Verdict as Decided, decide};

/// Readings as bits, in the order of [`Reading::ALL`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Set(u8);

impl Set {
    const ALL: Self = Self((1 << Reading::ALL.len()) - 1);

    fn of(fits: impl Fn(Reading) -> bool) -> Self {
        let bits = Reading::ALL.iter().enumerate().filter(|(_, reading)| fits(**reading));
        Self(bits.map(|(at, _)| 1 << at).sum())
    }

    fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    fn len(self) -> u32 {
        self.0.count_ones()
    }

    fn readings(self) -> Vec<Reading> {
        let all = Reading::ALL.iter().enumerate();
        all.filter(|(at, _)| self.0 & (1 << at) != 0).map(|(_, reading)| *reading).collect()
    }

    fn names(self) -> Vec<&'static str> {
        self.readings().into_iter().map(Reading::name).collect()
    }
}

/// What can be asked, and in which order.
#[derive(Clone, Debug)]
pub struct Plan {
    /// For each set of readings that can permit what the others forbid: an exchange of which that
    /// is so.
    telling: BTreeMap<Set, Item>,
}

/// One request of the plan, for people and programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Planned {
    /// When it is sent.
    pub when: &'static str,
    pub requester: Named,
    pub subject: SubjectReport,
    pub target: Named,
    /// The readings under which it is permitted.
    pub permitted_by: Vec<&'static str>,
    /// The readings under which it is forbidden.
    pub forbidden_by: Vec<&'static str>,
}

/// Searches a project for what tells the readings apart. `externals` says whether tokens of external
/// identities can be had.
pub fn prepare(project: &Project, externals: bool) -> Plan {
    let mut telling: BTreeMap<Set, Item> = BTreeMap::new();
    for reading in Reading::ALL {
        let options = PlanOptions { sample: 0, externals, ..PlanOptions::default() };
        for item in plan(project, reading, options).items {
            let verdicts: Vec<Decided> = Reading::ALL
                .iter()
                .map(|reading| decide(project, *reading, &item.question).verdict())
                .collect();
            let permits = Set::of(|reading| {
                let at = Reading::ALL.iter().position(|it| *it == reading);
                at.is_some_and(|at| verdicts[at] != Decided::Refused)
            });
            if permits == Set::ALL {
                continue;
            }
            // The surest one: everything stated, and a user's token rather than an external one.
            let better = telling.get(&permits).is_none_or(|old| ease(&item) < ease(old));
            if better {
                telling.insert(permits, item);
            }
        }
    }
    Plan { telling }
}

fn ease(item: &Item) -> (bool, bool) {
    (!item.certain, matches!(item.question.subject, Subject::External { .. }))
}

/// Requests that tell readings apart.
const REQUESTS: u32 = 2;

impl Plan {
    /// What to ask next when these readings are left, and how good that is: readings that end up
    /// settled count most, then those told apart, then fewer requests.
    fn next(&self, left: Set, granted: bool, asked: u32) -> (i64, Option<Set>) {
        let alone = left.len() == 1;
        let end = match (left.len(), granted) {
            (1, true) => 10_000,
            (1, false) => 5_000,
            _ => 0,
        };
        // A last request may only confirm.
        let allowed = asked < REQUESTS || (asked == REQUESTS && alone && !granted);
        let mut best = (end, None);
        if !allowed || (alone && granted) || left.len() == 0 {
            return best;
        }
        for (permits, item) in &self.telling {
            let (yes, no) = (left.and(*permits), left.without(*permits));
            if yes.len() == 0 || (no.len() == 0 && !alone) {
                continue;
            }
            let (if_granted, _) = self.next(yes, true, asked + 1);
            // A refusal of what the one reading left permits leaves none.
            let (if_refused, _) = self.next(no, granted, asked + 1);
            let (unstated, external) = ease(item);
            // The one beyond the two is the last resort.
            let price = if asked < REQUESTS { 100 } else { 300 };
            let cost =
                price * i64::from(left.len()) + 20 * i64::from(external) + i64::from(unstated);
            let score = if_granted + if_refused - cost;
            if score > best.0 {
                best = (score, Some(*permits));
            }
        }
        best
    }

    /// Whether anything tells any two readings apart.
    pub fn is_empty(&self) -> bool {
        self.next(Set::ALL, false, 0).1.is_none()
    }

    /// Every request that may be sent, with when.
    pub fn requests(&self, project: &Project) -> Vec<Planned> {
        let mut found = Vec::new();
        let Some(first) = self.next(Set::ALL, false, 0).1 else { return found };
        let mut add = |when: &'static str, permits: Set| {
            let Some(item) = self.telling.get(&permits) else { return };
            found.push(Planned {
                when,
                requester: Named::of(project, item.question.requester),
                subject: SubjectReport::of(project, &item.question.subject),
                target: Named::of(project, item.target),
                permitted_by: permits.names(),
                forbidden_by: Set::ALL.without(permits).names(),
            });
        };
        add("first", first);
        if let Some(second) = self.next(Set::ALL.and(first), true, 1).1 {
            add("when the first is granted", second);
        }
        let left = Set::ALL.without(first);
        if let Some(second) = self.next(left, false, 1).1 {
            let when = if left.len() == 1 {
                "when the first is refused, to confirm"
            } else {
                "when the first is refused"
            };
            add(when, second);
            if let Some(third) = self.next(left.without(second), false, 2).1 {
                add("when both are refused, to confirm", third);
            }
        }
        found
    }
}

/// What the calibration has settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// One reading explains what the server did, and the others do not.
    Settled,
    /// The configuration has nothing that would tell those left apart.
    NotDistinguishable,
    /// No reading explains what the server did.
    Contradictory,
    /// An answer from which nothing follows, or none.
    Unclear,
}

/// One request and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    pub requester: Named,
    pub subject: SubjectReport,
    pub target: Named,
    pub observed: Observed,
    /// What the server said, or why it was not asked.
    pub server: String,
    /// What each reading says of it.
    pub readings: Vec<ReadingSays>,
}

/// What one reading says of a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReadingSays {
    pub reading: &'static str,
    pub permits: bool,
    pub argument: Argument,
}

/// The outcome, `"version": 1`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    pub version: u64,
    pub kind: &'static str,
    pub server: String,
    pub verdict: Verdict,
    /// The reading, when it is settled.
    pub reading: Option<&'static str>,
    /// The readings that are consistent with all answers.
    pub consistent: Vec<&'static str>,
    /// The verdict in words.
    pub sentence: String,
    pub steps: Vec<Step>,
    /// How a run ended that was not brought to its end.
    pub ended: Ended,
}

/// Asks the server what the plan says, until the reading is settled or cannot be.
pub async fn calibrate(
    desk: &Desk<'_>,
    plan: &Plan,
    supply: &mut impl Supply,
    cancel: &Cancel,
) -> Calibration {
    let mut left = Set::ALL;
    let (mut granted, mut asked) = (false, 0);
    let mut steps = Vec::new();
    let mut ended = Ended::Finished;
    let mut pace = Pace::new(None);
    let mut unclear = None;
    while let (_, Some(permits)) = plan.next(left, granted, asked) {
        let Some(item) = plan.telling.get(&permits) else { break };
        let question = &item.question;
        let Some(reply) = cancel.unless(desk.ask(supply, &mut pace, question)).await else {
            ended = Ended::Cancelled;
            break;
        };
        asked += 1;
        let (observed, server) = match &reply {
            Reply::Answer(report) => (Observed::of(report), said(report)),
            Reply::NotAsked(why) => (Observed::NotTried, why.clone()),
            Reply::NoAnswer(error) => (Observed::NoAnswer, error.message.clone()),
            Reply::Unreachable(error) => {
                ended = Ended::Unreachable(error.message.clone());
                (Observed::NoAnswer, error.message.clone())
            }
            Reply::TooManyRequests(report) => {
                ended = Ended::TooManyRequests;
                (Observed::NoAnswer, report.sentence())
            }
        };
        steps.push(step(desk.project, item, observed, server.clone()));
        match observed {
            Observed::Granted => (left, granted) = (left.and(permits), true),
            Observed::Refused => left = left.without(permits),
            Observed::NotTried => {
                unclear = Some(server);
                break;
            }
            not_answered => {
                let why = not_answered.unanswered().unwrap_or_default();
                unclear = Some(format!("{why} {server}"));
                break;
            }
        }
    }
    let stopped = unclear.is_some() || ended != Ended::Finished;
    let verdict = match (left.len(), granted) {
        _ if stopped => Verdict::Unclear,
        (0, _) => Verdict::Contradictory,
        (1, true) => Verdict::Settled,
        (1, false) => Verdict::Unclear,
        _ => Verdict::NotDistinguishable,
    };
    let names = left.names();
    let sentence = match verdict {
        Verdict::Settled => format!(
            "Settled: the server reads the lists as {}. Under no other reading would it have done \
             this.",
            names.join("")
        ),
        Verdict::NotDistinguishable => format!(
            "Not distinguishable: nothing in the configuration tells {} apart.",
            names.join(" and ")
        ),
        Verdict::Contradictory => "Contradictory: no reading explains what the server did. It may \
                                   hold another configuration than these files."
            .to_owned(),
        Verdict::Unclear if !stopped => format!(
            "Unclear: the refusals leave {} over, but nothing was granted, and there is nothing in \
             the configuration to confirm it with.",
            names.join("")
        ),
        Verdict::Unclear => format!("Unclear: {}", unclear.unwrap_or_else(|| ended.sentence())),
    };
    Calibration {
        version: 1,
        kind: "calibration",
        server: desk.session.server().address().to_owned(),
        verdict,
        reading: (verdict == Verdict::Settled).then(|| names.first().copied()).flatten(),
        consistent: names,
        sentence,
        steps,
        ended,
    }
}

fn step(project: &Project, item: &Item, observed: Observed, server: String) -> Step {
    let says = |reading: Reading| {
        let decision = decide(project, reading, &item.question);
        ReadingSays {
            reading: reading.name(),
            permits: decision.verdict() != Decided::Refused,
            argument: Argument::of(project, &decision),
        }
    };
    Step {
        requester: Named::of(project, item.question.requester),
        subject: SubjectReport::of(project, &item.question.subject),
        target: Named::of(project, item.target),
        observed,
        server,
        readings: Reading::ALL.map(says).into(),
    }
}

impl Step {
    /// The request in a few words.
    pub fn label(&self) -> String {
        format!("{}: {} → {}", self.requester.name, self.subject.label(), self.target.name)
    }
}

impl Planned {
    /// The request in a few words.
    pub fn label(&self) -> String {
        format!("{}: {} → {}", self.requester.name, self.subject.label(), self.target.name)
    }
}
