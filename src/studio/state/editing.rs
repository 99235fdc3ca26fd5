//! Changes of the project, the history of them, and what is derived from the project afterwards.

use std::sync::Arc;

use crate::config::{Change, Project};

use super::super::analysis::{Analysis, WITHIN_A_FRAME};
use super::super::command::{Command, Notice};
use super::State;

impl State {
    pub(in crate::studio) fn change(&mut self, change: &Change, field: Option<&str>) {
        let before = Arc::clone(&self.project);
        let project = Arc::make_mut(&mut self.project);
        let result = match field {
            Some(field) => project.apply_merging(change, field),
            None => project.apply(change),
        };
        match result {
            Ok(()) => {
                self.dialog = None;
                self.follow_selection(&before);
                self.after_change();
            }
            Err(error) => self.notices.push(Notice::Failed(error.to_string())),
        }
    }

    pub(super) fn changes(&mut self, changes: &[Change], label: &str) {
        let before = Arc::clone(&self.project);
        match Arc::make_mut(&mut self.project).apply_all(changes, label) {
            Ok(()) => {
                self.dialog = None;
                self.follow_selection(&before);
                self.after_change();
            }
            Err(error) => self.notices.push(Notice::Failed(error.to_string())),
        }
    }

    /// Goes to a point of the history, over as many steps as lie between.
    pub(super) fn go_to(&mut self, steps: usize) {
        let before = Arc::clone(&self.project);
        let project = Arc::make_mut(&mut self.project);
        while project.undo_labels().len() > steps && project.undo().is_some() {}
        while project.undo_labels().len() < steps && project.redo().is_some() {}
        self.follow_selection(&before);
        self.after_change();
    }

    pub(super) fn step_history(&mut self, step: fn(&mut Project) -> Option<String>) {
        let before = Arc::clone(&self.project);
        if step(Arc::make_mut(&mut self.project)).is_some() {
            self.follow_selection(&before);
            self.after_change();
        }
    }

    /// Keeps what is selected selected, where documents came, went or moved.
    pub(super) fn follow_selection(&mut self, before: &Project) {
        self.exchange.follow(before, &self.project);
        let selection = self.selection.take();
        self.selection = selection.and_then(|it| it.carried_over(before, &self.project));
    }

    /// Brings everything derived up to date.
    pub(in crate::studio) fn after_change(&mut self) {
        self.exchange.project_changed(&self.project, self.reading);
        if self.project.clients().len() <= WITHIN_A_FRAME {
            self.analysis = Arc::new(Analysis::of(Arc::clone(&self.project), self.reading));
            self.finding = None;
        } else {
            self.analyse_in_background();
        }
    }

    pub(super) fn analyse_in_background(&mut self) {
        if self.analysing {
            return;
        }
        self.analysing = true;
        let (project, reading) = (Arc::clone(&self.project), self.reading);
        self.jobs.blocking("Analysing", move |_| {
            Command::Analysed(Arc::new(Analysis::of(project, reading)))
        });
    }

    pub(super) fn analysed(&mut self, analysis: Arc<Analysis>) {
        self.analysing = false;
        let current = analysis.project.revision() == self.project.revision()
            && analysis.graph.reading == self.reading;
        self.analysis = analysis;
        self.finding = None;
        if !current {
            self.analyse_in_background();
        }
    }
}
