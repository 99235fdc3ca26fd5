//! Changes of the project, the history of them, and what is derived from the project afterwards.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::config::{Change, ChangeError, FileId, Place, Project};
use crate::yaml::{EditError, Span, Step};

use super::super::analysis::{Analysis, WITHIN_A_FRAME};
use super::super::command::{Command, Notice};
use super::super::selection::{at, documents};
use super::{Dialog, State};

/// An edit of a place that takes its value from an anchor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedEdit {
    pub change: Box<Change>,
    /// The field it was typed into.
    pub field: Option<String>,
    /// The document it is in.
    pub document: Option<(FileId, usize)>,
    /// The name of the anchor.
    pub name: String,
    /// The way to what has the anchor.
    pub anchor: Vec<Step>,
    /// How many places use it.
    pub places: usize,
    /// Whether it comes through a merge key.
    pub merged: bool,
}

/// An edit that was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why.
    pub message: String,
    /// Where it would have been made.
    pub place: Option<Place>,
    /// For the makers, with every letter and digit of the file masked.
    pub report: Option<String>,
}

/// Where an id stands: how often in which document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdPlaces {
    pub id: String,
    pub found: Vec<(FileId, usize, usize)>,
}

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
                self.select_newcomer(std::slice::from_ref(change), &before);
                self.after_change();
            }
            Err(error) => self.refused(change, field, error),
        }
    }

    pub(super) fn changes(&mut self, changes: &[Change], label: &str) {
        let before = Arc::clone(&self.project);
        match Arc::make_mut(&mut self.project).apply_all(changes, label) {
            Ok(()) => {
                self.dialog = None;
                self.follow_selection(&before);
                self.select_newcomer(changes, &before);
                self.after_change();
            }
            Err(refused) => match changes.get(refused.index) {
                // Only as a whole: what goes before belongs to it.
                Some(change) if changes.len() == 1 => self.refused(change, None, refused.error),
                _ => self.notices.push(Notice::Failed(refused.to_string())),
            },
        }
    }

    /// Says why a change was not made, and asks where there is a choice.
    fn refused(&mut self, change: &Change, field: Option<&str>, error: ChangeError) {
        let document = self.document_of(change);
        let report = error.report().map(str::to_owned);
        let message = error.to_string();
        let refused = match error {
            ChangeError::NotPossible(message) => {
                self.notices.push(Notice::Failed(message));
                return;
            }
            ChangeError::Edit(refused) => refused.error,
        };
        self.dialog = Some(match refused {
            EditError::Shared { name, anchor, places, merged, .. } => Dialog::Shared(SharedEdit {
                change: Box::new(change.clone()),
                field: field.map(str::to_owned),
                document,
                name,
                anchor,
                places,
                merged,
            }),
            _ => {
                let place = document.map(|(file, document)| {
                    self.project
                        .client_at(file, document)
                        .map_or(Place { file, document, span: Span::default() }, |key| {
                            self.project.client(key).place
                        })
                });
                Dialog::Refused(Refusal { message, place, report })
            }
        });
    }

    /// The document that a change edits, when it is one.
    fn document_of(&self, change: &Change) -> Option<(FileId, usize)> {
        match change {
            Change::Via(_, change) => self.document_of(change),
            Change::Edit { file, document, .. } => Some((*file, *document)),
            Change::Allow { owner: client, .. }
            | Change::Revoke { owner: client, .. }
            | Change::Federate { client, .. }
            | Change::Unfederate { client, .. }
            | Change::EditIdentity { client, .. }
            | Change::Set { client, .. }
            | Change::Unset { client, .. } => {
                let client = self.project.clients().get(client.0)?;
                Some((client.file, client.document))
            }
            _ => None,
        }
    }

    /// Selects the document that a change brought into the project.
    fn select_newcomer(&mut self, changes: &[Change], before: &Project) {
        let brings = |change: &Change| {
            matches!(
                change,
                Change::AddClient { .. } | Change::Duplicate { .. } | Change::AddDocument { .. }
            )
        };
        if !changes.iter().any(brings) {
            return;
        }
        let known: std::collections::HashSet<_> =
            documents(before).map(|(_, _, document)| Arc::as_ptr(document)).collect();
        // A neighbour may have been touched too, so the last that is new in number counts.
        let fresh = documents(&self.project)
            .filter(|(_, _, document)| !known.contains(&Arc::as_ptr(document)))
            .max_by_key(|(file, at, _)| {
                let is_edited = before.document(*file, *at).is_some_and(|old| {
                    let id = |project: &Project| {
                        let key = project.client_at(*file, *at)?;
                        project.client(key).id.as_ref().map(|id| id.value.clone())
                    };
                    !old.text().is_empty() && id(before) == id(&self.project)
                });
                !is_edited
            })
            .map(|(file, document, _)| (file, document));
        if let Some((file, document)) = fresh {
            self.selection = Some(at(&self.project, file, document));
            self.requests.reveal = true;
        }
    }

    /// The document of what is selected, where the selection is the document as a whole.
    pub fn selected_document(&self) -> Option<(FileId, usize)> {
        use super::super::selection::Selection;
        match self.selection.as_ref()? {
            selection @ (Selection::Client(_) | Selection::Document { .. }) => {
                selection.document(&self.project)
            }
            _ => None,
        }
    }

    /// The id of the selected client app or document.
    pub fn selected_id(&self) -> Option<String> {
        let (file, document) = self.selected_document()?;
        let id = match self.project.client_at(file, document) {
            Some(key) => self.project.client(key).id.clone(),
            None => {
                let mut others = self.project.other_documents().iter();
                others.find(|it| it.file == file && it.document == document)?.id.clone()
            }
        };
        Some(id?.value.as_str().to_owned())
    }

    /// The change that moves the selected document by one place within its file, if there is one.
    pub fn shifted(&self, by: isize) -> Option<Change> {
        let (file, document) = self.selected_document()?;
        let count = self.project.file(file).stream.as_ref().ok()?.documents().len();
        let to = document.checked_add_signed(by).filter(|to| *to < count)?;
        Some(Change::MoveDocument { file, document, to_file: file, to })
    }

    pub(super) fn shift(&mut self, by: isize) {
        if let Some(change) = self.shifted(by) {
            self.change(&change, None);
        }
    }

    pub(super) fn duplicate(&mut self) {
        if let Some((file, document)) = self.selected_document() {
            self.change(&Change::Duplicate { file, document }, None);
        }
    }

    /// Opens the dialog for another id, and looks meanwhile for the places that have it.
    pub(super) fn ask_for_another_id(&mut self) {
        let Some(id) = self.selected_id() else { return };
        self.dialog = Some(Dialog::RenameId(id.clone()));
        self.id_places = None;
        let project = Arc::clone(&self.project);
        self.jobs.quiet(move |_| {
            let found = project.places_of_id(&id);
            Command::FoundId(IdPlaces { id, found })
        });
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
        self.exchange.project_changed(&self.project, self.reading, &mut self.jobs);
        if self.project.clients().len() <= WITHIN_A_FRAME {
            self.stop_analysing();
            let remembered = self.remembered();
            let project = Arc::clone(&self.project);
            self.analysis = Arc::new(Analysis::near(project, self.reading, &remembered));
            self.finding = None;
        } else {
            self.analyse_in_background();
        }
    }

    pub(super) fn analyse_in_background(&mut self) {
        if self.analysing.is_some_and(|job| self.jobs.is_running(job)) {
            return;
        }
        let (project, reading) = (Arc::clone(&self.project), self.reading);
        let remembered = self.remembered();
        // Later drawings stay close to what is shown; the first one comes into view by and by.
        let first = self.analysis.project.clients().is_empty();
        let messenger = self.jobs.messenger();
        self.analysing = Some(self.jobs.blocking("Analysing", move |cancelled| {
            let cancelled = || cancelled.load(Ordering::Relaxed);
            let show = |so_far| messenger.send(Command::Sketched(Arc::new(so_far)));
            let sketch: Option<&dyn Fn(Analysis)> = first.then_some(&show);
            Analysis::in_background(project, reading, &remembered, &cancelled, sketch)
                .map_or(Command::Nothing, |analysis| Command::Analysed(Arc::new(analysis)))
        }));
    }

    /// Gives up what nobody waits for any more.
    pub(super) fn stop_analysing(&mut self) {
        if let Some(job) = self.analysing.take() {
            self.jobs.cancel(job);
        }
    }

    /// Shows what an analysis that is under way has come to.
    pub(super) fn sketched(&mut self, so_far: Arc<Analysis>) {
        let wanted = self.analysing.is_some()
            && so_far.project.revision() == self.project.revision()
            && so_far.graph.reading == self.reading;
        if wanted && Arc::ptr_eq(&so_far.project, &self.project) {
            self.analysis = so_far;
            self.finding = None;
        }
    }

    pub(super) fn analysed(&mut self, analysis: Arc<Analysis>) {
        self.analysing = None;
        let current = analysis.project.revision() == self.project.revision()
            && analysis.graph.reading == self.reading;
        self.analysis = analysis;
        self.finding = None;
        if !current || std::mem::take(&mut self.kept.pins_moved) {
            self.analyse_in_background();
        }
    }
}
