//! Finding and replacing, carried out on the window's state.

use std::sync::Arc;

use crate::config::Project;

use super::super::super::command::{Command as WindowCommand, Notice};
use super::super::super::state::{State, Tab};
use super::super::caret::Caret;
use super::super::find::{self, Counts};
use super::super::{Command, Find, Query, Reveal, text_of, typing};
use super::Run;

/// A project in which every match was replaced, and the one it was made from.
#[derive(Debug)]
pub struct Replaced {
    base: u64,
    count: usize,
    result: Result<Box<Project>, String>,
}

impl State {
    pub(super) fn open_find(&mut self, replacing: bool) {
        let tab = &mut self.source;
        let selected = text_of(&self.project, tab.file)
            .map(|text| text.slice(tab.caret.range()).into_owned())
            .filter(|text| !text.is_empty() && text.len() < 500 && !text.contains(['\n', '\r']));
        tab.find.open = true;
        tab.find.replacing |= replacing;
        tab.wishes.focus_find = true;
        if let Some(text) = selected {
            let query = Query { text, regex: false, ..tab.find.query.clone() };
            tab.find.set(query);
        }
    }

    /// Looks for something else, from where the selection begins.
    pub(super) fn look_for(&mut self, query: Query) {
        self.source.find.set(query);
        let start = self.source.caret.range().start;
        self.find_from(start, false);
    }

    pub(super) fn find_next(&mut self, back: bool) {
        if !self.source.find.open {
            self.source.find.open = true;
            let query = self.source.find.query.clone();
            self.source.find.set(query);
        }
        self.requests.tab = Some(Tab::Source);
        let range = self.source.caret.range();
        self.find_from(if back { range.start } else { range.end }, back);
    }

    pub(super) fn find_from(&mut self, offset: usize, back: bool) {
        let find = &self.source.find;
        let Some(matcher) = &find.matcher else { return };
        let from = (self.source.file, offset);
        if let Some((file, range)) = find::next(&self.project, &find.query, matcher, from, back) {
            self.end_run();
            self.source.file = file;
            self.put_caret(Caret::over(range), Reveal::Far);
        }
    }

    /// Counts anew when the text or the query is another one.
    pub(super) fn count_matches(&mut self) {
        let find = &mut self.source.find;
        let (true, Some(matcher)) = (find.open, &find.matcher) else { return };
        let file = self.source.file;
        let are_current = |counts: &Arc<Counts>| counts.are_of(&self.project, &find.query, file);
        let current = find.counts.as_ref().is_some_and(are_current);
        let running = |job| self.jobs.is_running(job);
        if current || find.counting.is_some_and(running) {
            return;
        }
        let (query, matcher) = (find.query.clone(), matcher.clone());
        if find::size(&self.project, &query, file) <= find::WITHIN_A_FRAME {
            find.counts = Some(Arc::new(Counts::of(&self.project, &query, &matcher, file)));
            return;
        }
        let project = Arc::clone(&self.project);
        find.counting = Some(self.jobs.blocking("Counting matches", move |_| {
            let counts = Arc::new(Counts::of(&project, &query, &matcher, file));
            WindowCommand::Source(Command::Counted(counts))
        }));
    }

    pub(super) fn replace_one(&mut self) {
        let find = &self.source.find;
        let Some(matcher) = &find.matcher else { return };
        let Some(text) = text_of(&self.project, self.source.file) else { return };
        let range = self.source.caret.range();
        let (document, within) = text.find(range.start);
        let content = text.document(document).map_or("", |document| document.text());
        let inside = within..within + range.len();
        if find::matches(matcher, content).any(|found| found == inside) {
            let with = find::replacement(&find.query, matcher, content, &inside, &find.with);
            self.type_text(Run::Own, |text, caret| Some(typing::insert(text, caret, &with)));
        }
        self.find_next(false);
    }

    pub(super) fn replace_all(&mut self) {
        let find = &self.source.find;
        let running = |job| self.jobs.is_running(job);
        if find.replace_job.is_some_and(running) {
            return;
        }
        let Some(matcher) = find.matcher.clone() else { return };
        let (query, with, file) = (find.query.clone(), find.with.clone(), self.source.file);
        let project = Arc::clone(&self.project);
        let work = move || {
            let count = Counts::of(&project, &query, &matcher, file).total();
            let changes = find::replace_all(&project, &query, &matcher, file, &with);
            let mut replaced = Box::new(Project::clone(&project));
            let result = find::apply(&mut replaced, &changes, count).map(|()| replaced);
            Replaced { base: project.revision(), count, result }
        };
        if find::size(&self.project, &self.source.find.query, file) <= find::WITHIN_A_FRAME {
            let replaced = work();
            self.replaced(replaced);
        } else {
            let job = self
                .jobs
                .blocking("Replacing", move |_| WindowCommand::Source(Command::Replaced(work())));
            self.source.find.replace_job = Some(job);
        }
    }

    pub(super) fn replaced(&mut self, replaced: Replaced) {
        self.source.find.replace_job = None;
        let Replaced { base, count, result } = replaced;
        let notice = match result {
            _ if count == 0 => Notice::Hint("There is no match to replace.".to_owned()),
            Err(error) => Notice::Failed(format!("Nothing was replaced: {error}")),
            Ok(_) if base != self.project.revision() => Notice::Hint(
                "The text changed while matches were being replaced. Nothing was replaced; do it \
                 again."
                    .to_owned(),
            ),
            Ok(project) => {
                self.project = Arc::new(*project);
                self.after_change();
                let matches = if count == 1 { "match" } else { "matches" };
                Notice::Done(format!("Replaced {count} {matches}; undo takes all of them back"))
            }
        };
        self.notices.push(notice);
    }
}

impl Find {
    fn set(&mut self, query: Query) {
        match query.matcher() {
            Ok(matcher) => {
                self.matcher = matcher;
                self.error = None;
            }
            Err(error) => {
                self.matcher = None;
                self.error = Some(error);
            }
        }
        self.counts = None;
        self.query = query;
    }
}
