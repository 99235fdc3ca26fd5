//! What is asked and answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::super::state::Command as GraphCommand;
use super::answer::{Answer, spotlight, work_out};
use super::form::{Form, Kind, Slot, is_party};
use super::structure::{Structure, structure};
use super::suppose::{Effect, Supposed, Supposition, suppose};
use crate::config::Project;
use crate::diagram::scene::Thing;
use crate::studio::command::Command as Main;
use crate::studio::jobs::{JobId, Jobs};
use crate::studio::selection::{Selection, selection};
use crate::studio::state::{Dialog, State};
use crate::trust::{Actor, Chain, Decision, Reading};

/// A request to the questions.
#[derive(Debug)]
pub enum Command {
    /// Shows the panel or puts it away.
    Toggle,
    /// The person changed the question.
    Edit(Box<Form>),
    /// Fills a party from what is selected.
    Fill(Slot),
    /// Asks which party is meant.
    Choose(Slot),
    Chosen(Slot, Selection),
    /// Swaps A and B.
    Swap,
    Ask,
    /// Takes another reading, and asks again under it.
    AskUnder(Reading),
    Cancel,
    /// An answer is worked out; it counts when its question still waits.
    Answered(Option<Box<Answer>>, Arc<AtomicBool>),
    /// What a supposition does is worked out.
    Supposed(Option<Box<Supposed>>, Arc<AtomicBool>),
    /// Whose credentials the answer that is looked at takes.
    Look(Actor),
    /// Chooses a line of the answer, and lifts its chain out of the drawing.
    Pick(usize),
    /// The same with a line of what a supposition does.
    PickEffect(Effect, usize),
    /// How the whole is built is worked out.
    Structured(Option<Box<Structure>>, Arc<AtomicBool>),
    /// Chooses a line of one of its lists, and shows it on the drawing.
    PickLine(usize, usize),
}

/// The questions and the last answer.
#[derive(Debug, Default)]
pub struct Ask {
    pub open: bool,
    /// How often a person opened it: the keyboard then goes to the button that asks.
    pub opened: u32,
    pub form: Form,
    pub answer: Option<Box<Answer>>,
    /// The answer to what if.
    pub supposed: Option<Box<Supposed>>,
    /// How the whole is built, or what all has to pass.
    pub structure: Option<Box<Structure>>,
    /// The line of it that is looked at: its list, and its place there.
    pub line: Option<(usize, usize)>,
    /// The list that the chosen line is of.
    pub effect: Option<Effect>,
    /// Whose credentials the answer that is looked at takes.
    pub actor: Actor,
    pub picked: Option<Picked>,
    /// Whether it is asked again as soon as the project is analysed.
    again: bool,
    running: Option<Running>,
}

/// The line of the answer that is looked at.
#[derive(Debug)]
pub struct Picked {
    pub at: usize,
    pub chain: Chain,
    /// The decision on each hop.
    pub decisions: Vec<Decision>,
}

/// A question that is being worked on; dropping it gives it up.
#[derive(Debug)]
struct Running {
    job: JobId,
    stop: Arc<AtomicBool>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

impl Ask {
    /// Nothing asked; the panel stays where it is.
    pub fn of_another_project(&self) -> Self {
        Self { open: self.open, ..Self::default() }
    }

    /// Whether an answer is being worked out.
    pub fn is_running(&self, jobs: &Jobs) -> bool {
        self.running.as_ref().is_some_and(|running| jobs.is_running(running.job))
    }

    /// Keeps the names of parties right in another state of the project.
    pub fn follow(&mut self, before: &Project, after: &Project) {
        self.form.follow(before, after);
    }

    /// Makes room for another answer.
    fn forget_answers(&mut self) {
        (self.running, self.picked, self.effect, self.line) = (None, None, None, None);
        (self.answer, self.supposed, self.structure) = (None, None, None);
    }

    fn pick(&mut self, at: usize) -> Option<()> {
        let answer = self.answer.as_ref()?;
        let chain = answer.chain(self.actor, at)?;
        let scope = answer.scope();
        let decide = |hop| scope.access.decide(scope.project, scope.graph, hop);
        let decisions = chain.iter().map(|hop| decide(*hop)).collect();
        self.picked = Some(Picked { at, chain, decisions });
        Some(())
    }
}

impl State {
    /// Carries out a command of the questions.
    pub(in crate::studio) fn apply_to_questions(&mut self, command: Command) {
        let ask = &mut self.graph.ask;
        match command {
            Command::Toggle => {
                ask.open = !ask.open;
                if ask.open {
                    ask.opened += 1;
                    self.fill_question(false);
                }
            }
            Command::Edit(form) => {
                // One who turns to what if means what is selected.
                let begins = form.kind == Kind::WhatIf && ask.form.kind != Kind::WhatIf;
                ask.form = *form;
                ask.again = false;
                self.fill_subject(begins);
            }
            Command::Fill(Slot::Subject) => self.fill_subject(true),
            Command::Fill(slot) => {
                let party = self.askable();
                *self.graph.ask.form.party_mut(slot) = party;
            }
            Command::Choose(slot) => self.dialog = Some(Dialog::AskAbout(slot)),
            Command::Chosen(slot, party) => {
                *ask.form.party_mut(slot) = Some(party);
                self.dialog = None;
            }
            Command::Swap => std::mem::swap(&mut ask.form.a, &mut ask.form.b),
            Command::Ask => self.ask(),
            Command::AskUnder(reading) => {
                // What was asked, not what stands in the form by now.
                if let Some(answer) = ask.answer.take() {
                    ask.form = answer.form;
                }
                ask.again = true;
                self.set_reading(reading);
                self.ask_again();
            }
            Command::Cancel => {
                if let Some(running) = ask.running.take() {
                    self.jobs.cancel(running.job);
                }
            }
            Command::Answered(answer, stop) => {
                let waits = ask.running.as_ref().is_some_and(|it| Arc::ptr_eq(&it.stop, &stop));
                if waits {
                    ask.forget_answers();
                    ask.answer = answer;
                }
            }
            Command::Supposed(supposed, stop) => {
                let waits = ask.running.as_ref().is_some_and(|it| Arc::ptr_eq(&it.stop, &stop));
                if waits {
                    ask.forget_answers();
                    ask.supposed = supposed;
                }
            }
            Command::Structured(structure, stop) => {
                let waits = ask.running.as_ref().is_some_and(|it| Arc::ptr_eq(&it.stop, &stop));
                if waits {
                    ask.forget_answers();
                    ask.structure = structure;
                }
            }
            Command::Look(actor) => {
                if ask.actor != actor {
                    ask.actor = actor;
                    ask.picked = None;
                }
            }
            Command::Pick(at) => self.pick_line(at),
            Command::PickEffect(effect, at) => self.pick_effect(effect, at),
            Command::PickLine(section, at) => self.pick_structure(section, at),
        }
    }

    /// Opens the panel with a question about what is selected or marked, and asks it.
    pub(in crate::studio) fn ask_about_selection(&mut self, kind: Kind) {
        self.graph.ask.open = true;
        self.graph.ask.form.kind = kind;
        self.fill_question(true);
        if self.cannot_ask().is_none() {
            self.ask();
        }
    }

    /// What is selected, when something can be supposed of it: of an identity its issuer.
    pub(in crate::studio) fn supposable(&self) -> Option<Selection> {
        let then = self.selection.as_ref()?.carried_over(&self.project, &self.analysis.project)?;
        match then {
            Selection::Client(_) | Selection::Exchange { .. } | Selection::Issuer(_) => Some(then),
            Selection::External { issuer, .. } => Some(Selection::Issuer(issuer)),
            Selection::Federation { client, index } => {
                let identity = self.analysis.project.client(client).identities.get(index)?;
                Some(Selection::Issuer(identity.issuer.as_ref()?.value.clone()))
            }
            _ => None,
        }
    }

    /// Fills what is supposed from what is selected: always, when `anew`, or only where nothing
    /// fits that is there.
    fn fill_subject(&mut self, anew: bool) {
        let selected = self.supposable();
        let form = &mut self.graph.ask.form;
        let fits = |supposition: Supposition, it: &Selection| supposition.fits(it);
        if anew && let Some(selected) = &selected {
            if !fits(form.supposition, selected) {
                let mut others = Supposition::ALL.into_iter();
                let other = others.find(|it| fits(*it, selected));
                form.supposition = other.unwrap_or(form.supposition);
            }
            form.subject = Some(selected.clone());
        } else if !form.subject.as_ref().is_some_and(|it| fits(form.supposition, it)) {
            form.subject = selected.filter(|it| fits(form.supposition, it));
        }
    }

    /// Fills the parties from what is selected and marked; those there are only when `anew`.
    fn fill_question(&mut self, anew: bool) {
        if self.graph.ask.form.subject.is_none() || anew {
            self.fill_subject(true);
        }
        let party = self.askable();
        let project = &self.analysis.project;
        let marked: Vec<Selection> = self
            .graph
            .marked
            .iter()
            .filter_map(|thing: &Thing| selection(project, thing))
            .filter(is_party)
            .collect();
        let form = &mut self.graph.ask.form;
        let fill = |at: &mut Option<Selection>, with: Option<Selection>| {
            if with.is_some() && (anew || at.is_none()) {
                *at = with;
            }
        };
        match marked.as_slice() {
            // Of two marked boxes, the selected one is where the token starts.
            [a, b] if party.as_ref() == Some(b) => {
                fill(&mut form.a, Some(b.clone()));
                fill(&mut form.b, Some(a.clone()));
            }
            [a, b] => {
                fill(&mut form.a, Some(a.clone()));
                fill(&mut form.b, Some(b.clone()));
            }
            _ => fill(&mut form.a, party.clone()),
        }
        fill(&mut form.x, party.or_else(|| marked.first().cloned()));
    }

    /// What is selected, when a question can be about it, as the analysis names it.
    pub(in crate::studio) fn askable(&self) -> Option<Selection> {
        let then = self.selection.as_ref()?.carried_over(&self.project, &self.analysis.project)?;
        match then {
            Selection::Federation { client, index } => {
                let identity = self.analysis.project.client(client).identities.get(index)?;
                let (issuer, subject) = identity.pair()?;
                Some(Selection::External { issuer: issuer.into(), subject: subject.into() })
            }
            party => Some(party).filter(is_party),
        }
    }

    /// Why the question cannot be asked now, as a sentence without its stop.
    pub(in crate::studio) fn cannot_ask(&self) -> Option<&'static str> {
        let is_current = self.analysis.project.revision() == self.project.revision()
            && self.analysis.graph.reading == self.reading;
        if !is_current {
            return Some("The project is still being analysed");
        }
        self.graph.ask.form.missing()
    }

    /// Asks what was to be asked once the project is analysed, when it is.
    pub(in crate::studio) fn ask_again(&mut self) {
        if self.graph.ask.again && self.cannot_ask().is_none() {
            self.ask();
        }
    }

    fn ask(&mut self) {
        if self.cannot_ask().is_some() {
            return;
        }
        self.graph.ask.again = false;
        if let Some(running) = self.graph.ask.running.take() {
            self.jobs.cancel(running.job);
        }
        let stop = Arc::new(AtomicBool::new(false));
        let (form, analysis) = (self.graph.ask.form.clone(), Arc::clone(&self.analysis));
        let flag = Arc::clone(&stop);
        let job = self.jobs.blocking("Working out an answer", move |_| {
            if form.kind == Kind::WhatIf {
                let supposed = suppose(&form, analysis, &flag).map(Box::new);
                return Main::Graph(GraphCommand::Ask(Command::Supposed(supposed, flag)));
            }
            if matches!(form.kind, Kind::Structure | Kind::Chokes) {
                let structure = structure(&form, analysis, &flag).map(Box::new);
                return Main::Graph(GraphCommand::Ask(Command::Structured(structure, flag)));
            }
            let answer = work_out(form, analysis, &flag).map(Box::new);
            Main::Graph(GraphCommand::Ask(Command::Answered(answer, flag)))
        });
        self.graph.ask.running = Some(Running { job, stop });
    }

    fn pick_line(&mut self, at: usize) {
        let (project, reading) = (&self.project, self.reading);
        let ask = &mut self.graph.ask;
        // Names in an answer that no longer holds may be those of others by now.
        if !ask.answer.as_ref().is_some_and(|answer| answer.holds_for(project, reading)) {
            return;
        }
        ask.pick(at);
        let (Some(answer), Some(picked)) = (&ask.answer, &ask.picked) else { return };
        let spotlight = Arc::new(spotlight(answer.scope(), &picked.chain));
        self.apply_to_graph(GraphCommand::Spotlight(Some(spotlight)));
    }

    fn pick_structure(&mut self, section: usize, at: usize) {
        let ask = &mut self.graph.ask;
        let Some(structure) = &ask.structure else { return };
        if !structure.holds_for(&self.project, self.reading) {
            return;
        }
        let Some(shown) = structure.line(section, at).map(|line| Arc::clone(&line.shown)) else {
            return;
        };
        ask.line = Some((section, at));
        self.apply_to_graph(GraphCommand::Spotlight(Some(shown)));
    }

    fn pick_effect(&mut self, effect: Effect, at: usize) {
        let ask = &mut self.graph.ask;
        let Some(supposed) = &ask.supposed else { return };
        if !supposed.holds_for(&self.project, self.reading) {
            return;
        }
        let Some(chain) = supposed.chain(effect, at) else { return };
        let scope = supposed.scope(effect);
        let decide = |hop| scope.access.decide(scope.project, scope.graph, hop);
        let decisions = chain.iter().map(|hop| decide(*hop)).collect();
        let spotlight = Arc::new(spotlight(scope, &chain));
        ask.picked = Some(Picked { at, chain, decisions });
        ask.effect = Some(effect);
        self.apply_to_graph(GraphCommand::Spotlight(Some(spotlight)));
    }
}
