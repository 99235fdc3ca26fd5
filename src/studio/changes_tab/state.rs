//! What the project is compared with, and the comparison.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::comparison::{Comparison, Wanted};
use super::rows::Row;
use super::version::{Choice, Trouble, Version, With, read};
use crate::config::{FileId, OpenOptions};
use crate::studio::analysis::{Analysis, WITHIN_A_FRAME};
use crate::studio::command::{Command as Main, Notice, PathPurpose};
use crate::studio::graph_tab::GraphCommand;
use crate::studio::jobs::JobId;
use crate::studio::selection::Selection;
use crate::studio::state::{Dialog, State, Tab};
use crate::trust::{Chain, Decision, FactChange, Side};

/// A request to the changes tab.
#[derive(Debug)]
pub enum Command {
    /// The person chose a way of comparing; files and folders are asked for.
    Choose(Choice),
    /// Files or a folder were chosen.
    Chosen(Vec<PathBuf>),
    TypeRevision(String),
    /// Compares with the revision that was typed.
    TakeRevision,
    /// Reads the other version anew.
    ReadAgain,
    Cancel,
    /// A version was read; it counts when it is still wanted.
    Read(With, Result<Version, Trouble>),
    /// A comparison is worked out; `None` when it was given up.
    Compared(Option<Box<Comparison>>),
    /// Shows the lines that differ instead of what they mean.
    AsText(bool),
    /// Shows both versions on the drawing, or the project alone again.
    OnDrawing(bool),
    /// Selects what a line of the list is about, or looks at its chain.
    Pick(usize),
    /// Looks at no chain any more.
    PutAway,
    /// Lifts the chain that is looked at out of the drawing.
    ShowPath,
}

/// What the tab is about.
#[derive(Debug, Default)]
pub struct ChangesState {
    /// Whether the tab is in front.
    pub in_front: bool,
    pub choice: Choice,
    /// The revision as it is typed.
    pub revision: String,
    pub with: With,
    pub as_text: bool,
    pub on_drawing: bool,
    /// The last comparison; see [`State::comparison`].
    comparison: Option<Arc<Comparison>>,
    /// What it was made for.
    key: Option<Key>,
    /// Why the version cannot be compared with.
    pub trouble: Option<Trouble>,
    pub picked: Option<Picked>,
    version: Option<Arc<Version>>,
    reading: Option<JobId>,
    working: Option<JobId>,
}

/// The chain that is looked at.
#[derive(Debug)]
pub struct Picked {
    pub row: usize,
    pub side: Side,
    pub chain: Chain,
    /// The decision on each hop, in the version that has it.
    pub decisions: Vec<Decision>,
}

/// What a comparison is made from.
#[derive(Clone, Debug)]
struct Key {
    with: With,
    analysis: Arc<Analysis>,
    version: Option<Arc<Version>>,
    /// Saving changes what was saved, and not the project.
    unsaved: Vec<FileId>,
    wanted: Wanted,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        let same_version = match (&self.version, &other.version) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            _ => false,
        };
        same_version
            && Arc::ptr_eq(&self.analysis, &other.analysis)
            && self.with == other.with
            && self.unsaved == other.unsaved
            && self.wanted == other.wanted
    }
}

impl ChangesState {
    /// Forgets all that is about the project.
    pub(in crate::studio) fn new_project(&mut self) {
        let (in_front, as_text) = (self.in_front, self.as_text);
        *self = Self { in_front, as_text, ..Self::default() };
    }

    /// Whether there is another version to compare with but what was saved.
    pub fn is_elsewhere(&self) -> bool {
        self.with != With::Saved
    }

    fn forget_comparison(&mut self) {
        (self.comparison, self.key, self.picked) = (None, None, None);
    }
}

impl State {
    /// The comparison, when it is of the project as it is now.
    pub fn comparison(&self) -> Option<&Arc<Comparison>> {
        let comparison = self.changes_tab.comparison.as_ref()?;
        let is_current = Arc::ptr_eq(&comparison.analysis, &self.analysis)
            && self.analysis.project.revision() == self.project.revision()
            && self.analysis.graph.reading == self.reading;
        is_current.then_some(comparison)
    }

    /// Whether another version is being read, or the comparison worked out.
    pub fn is_comparing(&self) -> bool {
        let running = |job: Option<JobId>| job.is_some_and(|job| self.jobs.is_running(job));
        running(self.changes_tab.reading) || running(self.changes_tab.working)
    }

    pub(in crate::studio) fn apply_to_changes(&mut self, command: Command) {
        match command {
            Command::Choose(choice) => self.choose(choice),
            Command::Chosen(paths) => {
                self.dialog = None;
                self.changes_tab.choice = match paths.first() {
                    Some(first) if first.is_dir() => Choice::Folder,
                    _ => Choice::Files,
                };
                self.compare_with(With::Paths(paths));
            }
            Command::TypeRevision(text) => self.changes_tab.revision = text,
            Command::TakeRevision => {
                let text = self.changes_tab.revision.trim().to_owned();
                if !text.is_empty() {
                    self.compare_with(With::Revision(text));
                }
            }
            Command::ReadAgain => self.compare_with(self.changes_tab.with.clone()),
            Command::Cancel => {
                let tab = &mut self.changes_tab;
                for job in [tab.reading.take(), tab.working.take()].into_iter().flatten() {
                    self.jobs.cancel(job);
                }
                self.compare_with(With::Saved);
                self.changes_tab.choice = Choice::Saved;
            }
            Command::Read(with, result) => {
                let tab = &mut self.changes_tab;
                if tab.with == with {
                    tab.reading = None;
                    match result {
                        Ok(version) => tab.version = Some(Arc::new(version)),
                        Err(trouble) => tab.trouble = Some(trouble),
                    }
                }
            }
            Command::Compared(comparison) => {
                self.changes_tab.working = None;
                match comparison {
                    Some(comparison) => self.take_comparison(*comparison),
                    // It is asked for again when it is wanted still.
                    None => self.changes_tab.key = None,
                }
            }
            Command::AsText(as_text) => self.changes_tab.as_text = as_text,
            Command::OnDrawing(on) => self.compare_on_drawing(on),
            Command::Pick(row) => self.pick_change(row),
            Command::PutAway => self.changes_tab.picked = None,
            Command::ShowPath => self.show_changed_path(),
        }
    }

    fn choose(&mut self, choice: Choice) {
        match choice {
            Choice::Saved | Choice::Revision => {
                self.changes_tab.choice = choice;
                self.compare_with(With::Saved);
            }
            Choice::Files | Choice::Folder => {
                let Some(dialogs) = self.file_dialogs() else {
                    self.dialog = Some(Dialog::Path(PathPurpose::CompareWith));
                    return;
                };
                self.jobs.blocking("Waiting for the file dialog", move |_| {
                    let paths = match choice {
                        Choice::Folder => dialogs.pick_folder().map(|folder| vec![folder]),
                        _ => dialogs.pick_files(),
                    };
                    match paths {
                        Some(paths) if !paths.is_empty() => Main::Compare(Command::Chosen(paths)),
                        _ => Main::Nothing,
                    }
                });
            }
        }
    }

    fn compare_with(&mut self, with: With) {
        let tab = &mut self.changes_tab;
        for job in [tab.reading.take(), tab.working.take()].into_iter().flatten() {
            self.jobs.cancel(job);
        }
        tab.forget_comparison();
        (tab.with, tab.version, tab.trouble) = (with, None, None);
        if tab.with == With::Saved {
            return;
        }
        let with = tab.with.clone();
        let opened = self.project.opened().to_vec();
        let open = self.opener();
        let options = OpenOptions { limits: self.limits, ..OpenOptions::default() };
        let label = format!("Reading {}", with.words());
        self.changes_tab.reading = Some(self.jobs.blocking(label, move |_| {
            let result = read(&with, &opened, &open, &options);
            Main::Compare(Command::Read(with, result))
        }));
    }

    /// Brings the comparison up to date while somebody looks at it.
    pub(in crate::studio) fn follow_in_changes(&mut self) {
        self.compare_if_wanted();
        let drawn =
            self.comparison().filter(|it| self.changes_tab.on_drawing && it.scene.is_some());
        let drawn = drawn.cloned();
        if self.graph.compare(drawn) {
            self.follow_in_graph();
        }
    }

    fn compare_if_wanted(&mut self) {
        let tab = &self.changes_tab;
        let is_current = self.analysis.project.revision() == self.project.revision()
            && self.analysis.graph.reading == self.reading;
        if !(tab.in_front || tab.on_drawing) || !is_current {
            return;
        }
        let unsaved = self.project.unsaved();
        match (tab.is_elsewhere(), &tab.version) {
            (false, _) if unsaved.is_empty() => {
                self.changes_tab.forget_comparison();
                return;
            }
            (true, None) => return,
            _ => {}
        }
        // The lines of unsaved work are shown without a comparison.
        let text = tab.as_text && tab.is_elsewhere();
        let key = Key {
            with: tab.with.clone(),
            analysis: Arc::clone(&self.analysis),
            version: tab.version.clone(),
            unsaved,
            wanted: Wanted { drawing: tab.on_drawing, text },
        };
        if tab.key.as_ref() == Some(&key) {
            return;
        }
        if tab.working.is_some_and(|job| self.jobs.is_running(job)) {
            // Asked again when it has ended.
            return;
        }
        let project = Arc::clone(&self.project);
        self.changes_tab.key = Some(key.clone());
        let olds = key.version.as_ref().map_or(0, |it| it.project.clients().len());
        if project.clients().len().max(olds) <= WITHIN_A_FRAME {
            let version = key.version.unwrap_or_else(|| Arc::new(Version::saved(&project)));
            let (with, wanted) = (key.with, key.wanted);
            let made = Comparison::new(with, &version, key.analysis, wanted, &|| false);
            if let Some(comparison) = made {
                self.take_comparison(comparison);
            }
            return;
        }
        let label = format!("Comparing with {}", key.with.words());
        self.changes_tab.working = Some(self.jobs.blocking(label, move |cancelled| {
            let cancelled = || cancelled.load(Ordering::Relaxed);
            let version = key.version.unwrap_or_else(|| Arc::new(Version::saved(&project)));
            let (with, wanted) = (key.with, key.wanted);
            let made = Comparison::new(with, &version, key.analysis, wanted, &cancelled);
            Main::Compare(Command::Compared(made.map(Box::new)))
        }));
    }

    fn take_comparison(&mut self, comparison: Comparison) {
        // A line that is looked at stays so while the list is the same.
        let same = self.changes_tab.comparison.as_ref().is_some_and(|known| {
            known.rows == comparison.rows
                && known.access == comparison.access
                && Arc::ptr_eq(&known.analysis, &comparison.analysis)
        });
        if !same {
            self.changes_tab.picked = None;
        }
        self.changes_tab.comparison = Some(Arc::new(comparison));
    }

    fn compare_on_drawing(&mut self, on: bool) {
        self.changes_tab.on_drawing = on;
        if on {
            self.requests.tab = Some(Tab::Graph);
        } else {
            self.graph.leave_comparison();
        }
        self.follow_in_changes();
        self.follow_in_graph();
    }

    /// Selects what a line is about; the chain of a pair is looked at.
    fn pick_change(&mut self, row: usize) {
        let Some(comparison) = self.comparison().cloned() else { return };
        let (side, chain) = match comparison.rows.get(row) {
            Some(Row::Client(client)) => {
                let key = comparison.changes.get(*client).and_then(|it| it.new);
                self.selection = key.map(Selection::Client).or(self.selection.take());
                self.requests.reveal = key.is_some();
                return;
            }
            Some(Row::Fact { client, fact }) => {
                let change = comparison.changes.get(*client);
                let selection = change.and_then(|it| {
                    let owner = it.new?;
                    Some(match it.facts.get(*fact)? {
                        FactChange::Permission { entry, added: true, .. } => {
                            Selection::Exchange { owner, entry: entry.key().into_owned() }
                        }
                        FactChange::Identity { issuer, subject, added: true, .. } => {
                            let (issuer, subject) = (issuer.clone(), subject.clone());
                            Selection::External { issuer, subject }
                        }
                        _ => Selection::Client(owner),
                    })
                });
                self.requests.reveal = selection.is_some();
                self.selection = selection.or(self.selection.take());
                return;
            }
            Some(Row::Pair { side, at }) => (*side, comparison.way(*side, *at)),
            Some(Row::Hop { side, at }) => {
                let diff = &comparison.diff;
                let hops = if *side == Side::Old { &diff.lost.hops } else { &diff.gained.hops };
                (*side, hops.get(*at).map(|hop| vec![*hop]))
            }
            Some(Row::Reweighed(at)) => {
                let hop = comparison.diff.changed.get(*at).map(|it| it.hops[1]);
                (Side::New, hop.map(|hop| vec![hop]))
            }
            Some(Row::Heading(_) | Row::Note(_)) | None => return,
        };
        let Some(chain) = chain else { return };
        let scope = comparison.scope(side);
        let decide = |hop| scope.access.decide(scope.project, scope.graph, hop);
        let decisions = chain.iter().map(|hop| decide(*hop)).collect();
        self.changes_tab.picked = Some(Picked { row, side, chain, decisions });
    }

    fn show_changed_path(&mut self) {
        self.compare_on_drawing(true);
        let Some(comparison) = self.comparison().filter(|it| it.scene.is_some()).cloned() else {
            let text = "The drawing of both versions is being made; then its path can be shown.";
            self.notices.push(Notice::Hint(text.to_owned()));
            return;
        };
        let Some(picked) = &self.changes_tab.picked else { return };
        let spotlight = Arc::new(comparison.spotlight(picked.side, &picked.chain));
        self.apply_to_graph(GraphCommand::Spotlight(Some(spotlight)));
    }
}
