//! What a configuration offers to probe with: exchanges that are permitted, and some that only just
//! are not.

use crate::config::Project;
use crate::exchange::sweep::{Expected, Item, PlanOptions, Why, plan};
use crate::trust::{Decision, Question, Reading, Subject, Truth, decide};

/// How many exchanges that are not permitted are looked at for each client app.
const SAMPLE: usize = 24;

/// A configuration, looked at for what can be tried with it.
#[derive(Debug)]
pub struct Ground<'a> {
    pub project: &'a Project,
    pub reading: Reading,
    /// A permitted exchange of a user's token.
    pub control: Option<Item>,
    /// A permitted exchange of an external token.
    pub external: Option<Item>,
    refused: Vec<Item>,
}

impl<'a> Ground<'a> {
    pub fn new(project: &'a Project, reading: Reading) -> Self {
        let options = PlanOptions { sample: SAMPLE, ..PlanOptions::default() };
        let (granted, refused): (Vec<Item>, Vec<Item>) = plan(project, reading, options)
            .items
            .into_iter()
            .partition(|item| item.expected == Expected::Granted);
        let best = |external: bool| {
            let fits = granted.iter().filter(|item| is_external(item) == external);
            // The first of the surest.
            fits.min_by_key(|item| !item.certain).cloned()
        };
        Self { project, reading, control: best(false), external: best(true), refused }
    }

    pub(super) fn decide(&self, question: &Question) -> Decision {
        decide(self.project, self.reading, question)
    }

    /// The permitted exchange that a probe changes.
    pub(super) fn user(&self) -> Result<&Item, String> {
        self.control
            .as_ref()
            .ok_or_else(|| "The configuration permits no exchange of a user's token.".to_owned())
    }

    /// The same for an external token, with its issuer and subject.
    pub(super) fn identity(&self) -> Result<(&Item, &str, &str), String> {
        match self.external.as_ref().map(|item| (item, &item.question.subject)) {
            Some((item, Subject::External { issuer, subject })) => Ok((item, issuer, subject)),
            _ => Err("The configuration permits no exchange of an external token.".to_owned()),
        }
    }

    /// An exchange that fails at these steps and at nothing else.
    pub(super) fn failing_at(&self, steps: &[&str], fits: impl Fn(&Item) -> bool) -> Option<&Item> {
        self.refused.iter().find(|item| fits(item) && self.only(&item.question, steps))
    }

    /// Whether a question fails at these steps and at nothing else.
    pub(super) fn only(&self, question: &Question, steps: &[&str]) -> bool {
        let decision = self.decide(question);
        let mut failed = decision.with(Truth::False).peekable();
        failed.peek().is_some() && failed.all(|step| steps.contains(&step.id))
    }
}

/// Whether an external token goes in.
pub(super) fn is_external(item: &Item) -> bool {
    matches!(item.question.subject, Subject::External { .. })
}

/// Whether an exchange is in the plan for this.
pub(super) fn because(why: Why) -> impl Fn(&Item) -> bool {
    move |item| item.why == why
}
