//! Unsaved work and a crash: what is unsaved is written down on another thread shortly after each
//! change, and what an earlier studio left behind is offered at the start.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::config::{Pending, Project, Recovery, Restored, UnsavedWork};

use super::super::command::{Command, Notice};
use super::{Dialog, Origin, State};

/// How long a change may wait until it is written down. What is typed meanwhile goes with it.
const WAITS: Duration = Duration::from_millis(700);

/// Where unsaved work is written down.
#[derive(Clone, Debug, Default)]
struct Keeper(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    recovery: Option<Recovery>,
}

impl Keeper {
    /// Writes down what is unsaved, on the calling thread.
    fn write(&self, folder: &Path, work: &UnsavedWork) -> std::io::Result<()> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut kept.recovery {
            Some(recovery) => recovery.write(work),
            None if work.is_empty() => Ok(()),
            none => none.insert(Recovery::new(folder)?).write(work),
        }
    }
}

/// What the window knows of unsaved work.
#[derive(Debug, Default)]
pub struct Safety {
    keeper: Keeper,
    /// What is to be written down next; `None` when nothing waits.
    slot: Arc<Mutex<Option<UnsavedWork>>>,
    /// The state of the project that was last put there.
    seen: Option<(u64, usize)>,
    /// Whether it was said that nothing can be written down.
    complained: bool,
    /// What earlier studios left, the latest first.
    pub pending: Vec<Pending>,
    /// Whether it was put off until the next start.
    asked: bool,
}

impl State {
    /// Looks for what an earlier studio left behind.
    pub fn look_for_lost_work(&mut self) {
        let Some(folder) = self.outside.state.clone() else { return };
        self.jobs.quiet(move |_| {
            // A folder that cannot be read has nothing to offer.
            Command::FoundWork(Recovery::pending(&folder).unwrap_or_default())
        });
    }

    pub(super) fn found_work(&mut self, pending: Vec<Pending>) {
        self.safety.pending = pending;
        self.offer_lost_work();
    }

    /// Asks about it, once nothing else is asked or opened.
    pub(super) fn offer_lost_work(&mut self) {
        let free = self.dialog.is_none() && self.opening.is_none();
        if free && !self.safety.asked && !self.safety.pending.is_empty() {
            self.safety.asked = true;
            self.dialog = Some(Dialog::Recovery);
        }
    }

    /// Has unsaved work written down a moment later, if there is any that is not.
    pub(super) fn keep_unsaved_work(&mut self) {
        let Some(folder) = self.outside.state.clone() else { return };
        let now = (self.project.revision(), self.project.unsaved().len());
        if self.safety.seen == Some(now) {
            return;
        }
        let first = self.safety.seen.is_none();
        self.safety.seen = Some(now);
        if first && now.1 == 0 {
            return;
        }
        let mut slot = self.safety.slot.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = slot.replace(self.project.unsaved_work()).is_some();
        drop(slot);
        if waits {
            return;
        }
        let (slot, keeper) = (Arc::clone(&self.safety.slot), self.safety.keeper.clone());
        self.jobs.quiet_after(WAITS, move || {
            let work = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            match work.map(|work| keeper.write(&folder, &work)) {
                Some(Err(error)) => Command::CannotKeepWork(error.to_string()),
                Some(Ok(())) | None => Command::Nothing,
            }
        });
    }

    pub(super) fn cannot_keep_work(&mut self, error: &str) {
        if !std::mem::replace(&mut self.safety.complained, true) {
            self.notices.push(Notice::Failed(format!(
                "Unsaved work is not kept in case of a crash: {error}. Save often."
            )));
        }
    }

    /// Forgets what was written down, since the user let it go; then leaves.
    pub(super) fn forget_work_and_quit(&mut self) {
        let Some(folder) = self.outside.state.clone() else {
            self.quit_now();
            return;
        };
        let (slot, keeper) = (Arc::clone(&self.safety.slot), self.safety.keeper.clone());
        self.jobs.quiet(move |_| {
            slot.lock().unwrap_or_else(PoisonError::into_inner).take();
            // What cannot be removed is offered again, which harms nobody.
            keeper.write(&folder, &UnsavedWork::default()).ok();
            Command::QuitNow
        });
    }

    pub(super) fn quit_now(&mut self) {
        self.may_close = true;
        self.requests.quit = true;
    }

    /// Brings lost work back, away from the window, into a copy of the project.
    pub(super) fn restore_work(&mut self) {
        let Some(folder) = self.outside.state.clone() else { return };
        self.dialog = None;
        let pending = std::mem::take(&mut self.safety.pending);
        // The sample is only there because nothing else was.
        let alone = self.origin != Origin::Sample || !self.project.unsaved().is_empty();
        let before = if alone { Arc::clone(&self.project) } else { Arc::default() };
        let revision = self.project.revision();
        let keeper = self.safety.keeper.clone();
        self.jobs.blocking("Restoring unsaved work", move |_| {
            let mut project = Project::clone(&before);
            let mut all = Restored::default();
            for work in &pending {
                let restored = work.restore(&mut project);
                all.files.extend(restored.files);
                all.failed.extend(restored.failed);
            }
            // What could not be restored stays where it is, and so does all that came with it.
            let kept =
                all.failed.is_empty() && keeper.write(&folder, &project.unsaved_work()).is_ok();
            let left = if kept {
                pending.into_iter().filter_map(|work| work.discard().err()).count()
            } else {
                pending.len()
            };
            Command::RestoredWork { project: Box::new(project), revision, restored: all, left }
        });
    }

    pub(super) fn restored_work(
        &mut self,
        project: Project,
        revision: u64,
        restored: Restored,
        left: usize,
    ) {
        if revision != self.project.revision() {
            let text = "The project changed meanwhile, so nothing was restored. It is offered again at the next start.";
            self.notices.push(Notice::Failed(text.to_owned()));
            return;
        }
        let before = std::mem::replace(&mut self.project, Arc::new(project));
        if before.files().is_empty() || self.origin == Origin::Sample {
            let paths: Vec<PathBuf> =
                self.project.files().iter().filter_map(|file| file.path.clone()).collect();
            self.origin = Origin::Paths(paths);
            self.selection = None;
            self.requests.new_project = true;
        } else {
            self.follow_selection(&before);
        }
        let names: Vec<_> =
            restored.files.iter().map(|it| self.project.file(it.file).name.clone()).collect();
        if !names.is_empty() {
            self.notices
                .push(Notice::Done(format!("Restored unsaved changes of {}", names.join(", "))));
        }
        let merged = restored.files.iter().filter(|it| it.merge.is_some());
        let merged: Vec<_> = merged.map(|it| self.project.file(it.file).name.clone()).collect();
        if !merged.is_empty() {
            self.notices.push(Notice::Hint(format!(
                "{} changed on disk meanwhile, so both changes were merged; where they disagree, \
                 yours were taken. Look at them before you save.",
                merged.join(", ")
            )));
        }
        let withheld: Vec<_> =
            restored.files.iter().flat_map(|it| it.withheld.iter().cloned()).collect();
        if !withheld.is_empty() {
            self.notices.push(Notice::Failed(format!(
                "Secrets are not kept for a crash. Enter again: {}",
                withheld.join(", ")
            )));
        }
        for (path, why) in restored.failed {
            self.notices.push(Notice::Failed(format!(
                "{} was not restored: {why}. It is offered again at the next start.",
                path.display()
            )));
        }
        if left > 0 && names.is_empty() {
            self.requests.tab = None;
        }
        self.after_change();
        self.follow_files();
        self.requests.tab = Some(super::Tab::Changes);
    }

    /// Throws lost work away.
    pub(super) fn discard_work(&mut self) {
        self.dialog = None;
        let pending = std::mem::take(&mut self.safety.pending);
        self.jobs.quiet(move |_| {
            let errors: Vec<_> =
                pending.into_iter().filter_map(|work| work.discard().err()).collect();
            match errors.first() {
                None => Command::Nothing,
                Some(error) => Command::Notice(Notice::Failed(format!(
                    "Unsaved work could not be thrown away: {error}"
                ))),
            }
        });
    }

    /// Leaves lost work where it is until the next start.
    pub(super) fn put_work_off(&mut self) {
        self.dialog = None;
        self.safety.pending.clear();
    }
}
