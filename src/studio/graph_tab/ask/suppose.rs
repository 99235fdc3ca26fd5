//! What if something were not there: access before and after, and nothing is changed.
//!
//! A supposition is told to [`decide`](crate::trust::decide) beside the project; the project itself
//! stays as it is. Of access that is lost it is said who can no longer become whom, and of hops that
//! go it is said where another chain still leads from the one end to the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::form::Form;
use super::text::write_way;
use crate::config::Project;
use crate::studio::analysis::Analysis;
use crate::studio::selection::{Selection, permission_index};
use crate::trust::report::{Scope, WayReport};
use crate::trust::{
    Access, AccessDiff, Actor, Assumptions, Chain, Hop, Hypothesis, Overview, Reading, Side,
};

/// Pairs, and hops with another chain, that are listed.
pub const MOST_LOST: usize = 500;

/// What is supposed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Supposition {
    #[default]
    Disable,
    ExpireSecrets,
    DropPermission,
    DropIssuer,
}

impl Supposition {
    pub const ALL: [Self; 4] =
        [Self::Disable, Self::ExpireSecrets, Self::DropPermission, Self::DropIssuer];

    pub fn label(self) -> &'static str {
        match self {
            Self::Disable => "a client app is disabled",
            Self::ExpireSecrets => "its secrets expire",
            Self::DropPermission => "a permission is dropped",
            Self::DropIssuer => "an issuer is dropped",
        }
    }

    /// What it is about.
    pub fn subject(self) -> &'static str {
        match self {
            Self::Disable | Self::ExpireSecrets => "Client app",
            Self::DropPermission => "Permission",
            Self::DropIssuer => "Issuer",
        }
    }

    /// Whether it can be about this.
    pub fn fits(self, subject: &Selection) -> bool {
        match self {
            Self::Disable | Self::ExpireSecrets => matches!(subject, Selection::Client(_)),
            Self::DropPermission => matches!(subject, Selection::Exchange { .. }),
            Self::DropIssuer => matches!(subject, Selection::Issuer(_)),
        }
    }

    /// Why it cannot be asked without a subject, as a sentence without its stop.
    pub fn missing(self) -> &'static str {
        match self {
            Self::Disable | Self::ExpireSecrets => "Choose a client app",
            Self::DropPermission => "Choose a permission, or select an arrow first",
            Self::DropIssuer => "Choose an issuer",
        }
    }

    /// What is told beside the project; `None` when the subject is not there.
    fn hypothesis(self, project: &Project, subject: &Selection) -> Option<Hypothesis> {
        Some(match (self, subject) {
            (Self::Disable, Selection::Client(key)) => Hypothesis::Disable(*key),
            (Self::ExpireSecrets, Selection::Client(key)) => Hypothesis::ExpireSecrets(*key),
            (Self::DropPermission, Selection::Exchange { owner, entry }) => {
                let index = permission_index(project, *owner, entry)?;
                let entry = project.client(*owner).permissions.get(index)?.id.clone()?;
                Hypothesis::DropPermission { owner: *owner, entry }
            }
            (Self::DropIssuer, Selection::Issuer(issuer)) => Hypothesis::DropIssuer(issuer.clone()),
            _ => return None,
        })
    }
}

/// A list of what a supposition does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Who can no longer become whom.
    Lost,
    /// Hops that go while another chain stays.
    Stays,
}

/// The answer, with all it was made from.
#[derive(Debug)]
pub struct Supposed {
    pub analysis: Arc<Analysis>,
    hypothesis: Hypothesis,
    /// Access as it is, and as it would be.
    accesses: [Access; 2],
    diff: AccessDiff,
    /// Hops that go although another chain stays: the first of them, and how many there are.
    detours: (Vec<(Hop, Chain)>, usize),
    /// Pairs of somebody who can become somebody, worst case, before and after.
    pub pairs: [u64; 2],
}

/// Works the answer out; `None` when it was given up or the subject is not there.
pub fn suppose(form: &Form, analysis: Arc<Analysis>, stop: &AtomicBool) -> Option<Supposed> {
    let (project, graph) = (&analysis.project, &analysis.graph);
    let hypothesis = form.supposition.hypothesis(project, form.subject.as_ref()?)?;
    let assumptions = Assumptions::new(project, std::slice::from_ref(&hypothesis));
    let accesses = [Access::new(project, graph), Access::assuming(project, graph, assumptions)];
    if stop.load(Ordering::Relaxed) {
        return None;
    }
    let diff = AccessDiff::same_graph(&accesses[0], &accesses[1], MOST_LOST);
    let detours = diff.detours(&accesses[1], MOST_LOST);
    let pairs = [&accesses[0], &accesses[1]].map(|access| Overview::new(access).pairs);
    let stopped = stop.load(Ordering::Relaxed);
    let supposed = Supposed { hypothesis, accesses, diff, detours, pairs, analysis };
    (!stopped).then_some(supposed)
}

impl Supposed {
    pub fn project(&self) -> &Project {
        &self.analysis.project
    }

    pub fn reading(&self) -> Reading {
        self.accesses[0].reading()
    }

    /// Whether it is of this very state of a project, read this way.
    pub fn holds_for(&self, project: &Project, reading: Reading) -> bool {
        self.project().revision() == project.revision() && self.reading() == reading
    }

    /// As things are, for what is lost; as they would be, for what stays.
    pub fn scope(&self, effect: Effect) -> Scope<'_> {
        let access = &self.accesses[usize::from(effect == Effect::Stays)];
        Scope { project: self.project(), graph: &self.analysis.graph, access }
    }

    /// The question in words.
    pub fn title(&self) -> String {
        format!("What if {}?", self.hypothesis.describe(self.project()))
    }

    pub fn conditions(&self) -> String {
        let worst = Actor::Worst.sentence();
        format!("Under the reading {}. {worst}", self.reading())
    }

    /// What comes of it, in sentences.
    pub fn count(&self) -> String {
        let [before, after] = self.pairs;
        let plural = |count: u64| if count == 1 { "pair" } else { "pairs" };
        let mut text =
            format!("Before: {before} {} of who can become whom. After: {after}.", plural(before));
        if self.diff.is_empty() {
            text.push_str(" Access stays as it is.");
        }
        if self.diff.gained.pairs > 0 {
            text.push_str(&format!(" {} would be gained.", self.diff.gained.pairs));
        }
        match self.diff.changed.len() {
            0 => {}
            1 => text.push_str(" 1 hop would be decided otherwise."),
            hops => text.push_str(&format!(" {hops} hops would be decided otherwise.")),
        }
        text
    }

    /// Whether any hop goes, so that it can be said what stays.
    pub fn takes_hops(&self) -> bool {
        !self.diff.lost.hops.is_empty()
    }

    /// How many there are, listed or not.
    pub fn total(&self, effect: Effect) -> u64 {
        match effect {
            Effect::Lost => self.diff.lost.pairs,
            Effect::Stays => self.detours.1 as u64,
        }
    }

    /// How many lines there are.
    pub fn len(&self, effect: Effect) -> usize {
        match effect {
            Effect::Lost => self.diff.lost.listed.len(),
            Effect::Stays => self.detours.0.len(),
        }
    }

    /// A line in words, and the hops of its chain.
    pub fn line(&self, effect: Effect, at: usize) -> Option<(String, u32)> {
        let Scope { project, graph, .. } = self.scope(effect);
        let label = |node| graph.label(project, node);
        Some(match effect {
            Effect::Lost => {
                let pair = self.diff.lost.listed.get(at)?;
                let node = |number| self.diff.matching.on(Side::Old, number);
                let (from, to) = (node(pair.from)?, node(pair.to)?);
                (format!("{} → {}", label(from), label(to)), pair.hops)
            }
            Effect::Stays => {
                let (hop, chain) = self.detours.0.get(at)?;
                let (from, to) = (label(hop.from), label(hop.to_node()));
                (format!("{from} → {to}"), chain.len() as u32)
            }
        })
    }

    /// The chain of a line: the one that is lost, or the one that stays.
    pub fn chain(&self, effect: Effect, at: usize) -> Option<Chain> {
        match effect {
            Effect::Lost => {
                let pair = self.diff.lost.listed.get(at)?;
                self.diff.witness(Side::Old, &self.accesses[0], *pair)
            }
            Effect::Stays => Some(self.detours.0.get(at)?.1.clone()),
        }
    }

    /// All of it to take along, with the lines it rests on.
    pub fn text(&self) -> String {
        let reading = self.reading();
        let mut lines = vec![
            self.title(),
            self.conditions(),
            format!("{reading}: {}", reading.sentence()),
            NOTHING_SAVED.to_owned(),
            self.count(),
        ];
        for effect in [Effect::Lost, Effect::Stays] {
            lines.push(String::new());
            lines.push(effect.heading(self.total(effect)));
            for at in 0..self.len(effect) {
                let (line, chain) = (self.line(effect, at), self.chain(effect, at));
                let (Some((line, _)), Some(chain)) = (line, chain) else { continue };
                let way = WayReport::of(self.scope(effect), &chain);
                lines.push(format!("{}. {line}, by {}", at + 1, way.arrows));
                write_way(&way, &mut lines);
            }
            let (listed, total) = (self.len(effect), self.total(effect));
            if total > listed as u64 {
                lines.push(format!("These are the first {listed} of {total}."));
            }
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

impl Effect {
    pub fn heading(self, total: u64) -> String {
        let (pairs, hops) = match total {
            1 => ("1 pair".to_owned(), "1 hop".to_owned()),
            _ => (format!("{total} pairs"), format!("{total} hops")),
        };
        match (self, total) {
            (Self::Lost, 0) => "Access lost: none.".to_owned(),
            (Self::Lost, _) => format!("Access lost: {pairs} of who can become whom."),
            (Self::Stays, 0) => "No hop that goes has another chain.".to_owned(),
            (Self::Stays, _) => format!("Stays by another chain: {hops}."),
        }
    }
}

/// What a supposition never does.
pub const NOTHING_SAVED: &str = "Only supposed: nothing is changed, and nothing is saved.";
