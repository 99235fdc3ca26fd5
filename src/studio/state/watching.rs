//! The files as others see and change them: read again when nothing was changed here, told of
//! otherwise. And who else has them open.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::config::{DiskChange, DiskReport, FileId, OpenError, Other, Presence, Project, Watcher};

use super::super::command::{Command, Notice};
use super::super::jobs::JobId;
use super::State;

/// Something that happened outside and waits for a decision. It stays in view until then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Changed here and on disk.
    Diverged(FileId),
    /// Gone from the disk.
    Removed(FileId),
    /// It has another name on disk now.
    Renamed(FileId, PathBuf),
    /// New files in what was opened.
    Added(Vec<PathBuf>),
    /// Another studio has files of the project open.
    Others(Vec<Other>),
}

/// What the window knows of the world outside.
#[derive(Default)]
pub struct Surroundings {
    /// What waits for a decision.
    pub news: Vec<News>,
    /// What was put aside and is not to be shown again as long as it stays so.
    aside: Vec<News>,
    watcher: Option<Box<Watcher>>,
    starting: bool,
    /// The look at the disk that is under way, and whether another is wanted after it.
    looking: Option<JobId>,
    again: bool,
    presence: Arc<Mutex<Option<Presence>>>,
    others: Vec<Other>,
}

impl Surroundings {
    pub(super) fn looking(&self) -> Option<JobId> {
        self.looking
    }

    pub(super) fn stop_looking(&mut self) {
        self.looking = None;
    }

    /// Whether word of changes comes from the system.
    pub fn is_watching(&self) -> bool {
        self.watcher.is_some()
    }
}

impl State {
    /// Watches the files that the project has now, and says so to other studios.
    pub(super) fn follow_files(&mut self) {
        let watch = self.project.disk_watch();
        match &self.surroundings.watcher {
            Some(watcher) => watcher.follow(watch),
            None if !self.surroundings.starting && self.has_files() => {
                self.surroundings.starting = true;
                let messenger = self.jobs.messenger();
                self.jobs.quiet(move |_| {
                    let changed = move || messenger.send(Command::LookAtDisk);
                    // Where nothing can be watched, saving and coming back to the window look.
                    Command::Watching(Watcher::start(&watch, changed).ok().map(Box::new))
                });
            }
            None => {}
        }
        self.claim_files();
    }

    fn has_files(&self) -> bool {
        self.project.files().iter().any(|file| file.path.is_some())
    }

    pub(super) fn watching(&mut self, watcher: Option<Box<Watcher>>) {
        self.surroundings.starting = false;
        if let Some(watcher) = watcher {
            // Another project may have been opened meanwhile.
            watcher.follow(self.project.disk_watch());
            self.surroundings.watcher = Some(watcher);
        }
    }

    /// Tells other studios which files are open here, and asks who else has them.
    fn claim_files(&mut self) {
        let Some(folder) = self.outside.state.clone() else { return };
        let files = self.project.files().iter();
        let paths: Vec<PathBuf> = files.filter_map(|file| file.path.clone()).collect();
        let presence = Arc::clone(&self.surroundings.presence);
        self.jobs.quiet(move |_| {
            let mut presence = presence.lock().unwrap_or_else(PoisonError::into_inner);
            if presence.is_none() {
                *presence = Presence::new(&folder).ok();
            }
            let others = presence.as_mut().map(|presence| presence.claim(&paths));
            Command::Claimed(others.unwrap_or_default())
        });
    }

    pub(super) fn claimed(&mut self, others: Vec<Other>) {
        self.surroundings.others = others;
        let mut news = std::mem::take(&mut self.surroundings.news);
        news.retain(|it| !matches!(it, News::Others(_)));
        self.tell(news);
    }

    /// The window was come back to.
    pub(super) fn come_back(&mut self) {
        if self.has_files() {
            self.look_at_disk();
            self.claim_files();
        }
    }

    /// Looks at the disk on another thread.
    pub(super) fn look_at_disk(&mut self) {
        // A dialog speaks of files and client apps as they are; nothing is changed under it.
        if self.surroundings.looking.is_some() || self.saving.is_some() || self.dialog.is_some() {
            self.surroundings.again = true;
            return;
        }
        self.surroundings.again = false;
        let watch = self.project.disk_watch();
        let revision = self.project.revision();
        let job =
            self.jobs.quiet(move |_| Command::LookedAtDisk { report: watch.check(), revision });
        self.surroundings.looking = Some(job);
    }

    /// Looks at the disk if that was put off and nothing is in the way any more.
    pub(super) fn look_if_put_off(&mut self) {
        if self.surroundings.again {
            self.look_at_disk();
        }
    }

    pub(super) fn looked_at_disk(&mut self, report: DiskReport, revision: u64) {
        self.surroundings.looking = None;
        if revision != self.project.revision() || self.dialog.is_some() || self.saving.is_some() {
            self.surroundings.again = true;
            return;
        }
        let unsaved = self.project.unsaved();
        let (mut news, mut fresh) = (Vec::new(), Vec::new());
        for (file, change) in report.changed {
            match change {
                DiskChange::Changed if unsaved.contains(&file) => news.push(News::Diverged(file)),
                DiskChange::Changed => fresh.push(file),
                DiskChange::Removed => news.push(News::Removed(file)),
                DiskChange::Renamed(path) => news.push(News::Renamed(file, path)),
            }
        }
        if !report.added.is_empty() {
            news.push(News::Added(report.added));
        }
        self.tell(news);
        if !fresh.is_empty() {
            self.read_again(fresh);
        }
    }

    fn tell(&mut self, mut news: Vec<News>) {
        if !self.surroundings.others.is_empty() {
            news.push(News::Others(self.surroundings.others.clone()));
        }
        self.surroundings.aside.retain(|aside| news.contains(aside));
        news.retain(|it| !self.surroundings.aside.contains(it));
        self.surroundings.news = news;
    }

    /// Something is not to be shown any more as long as it stays as it is.
    pub(super) fn put_aside(&mut self, news: &News) {
        self.surroundings.news.retain(|it| it != news);
        self.surroundings.aside.push(news.clone());
    }

    /// Reads files again that others changed, on another thread, into a copy of the project that
    /// takes its place.
    pub(super) fn read_again(&mut self, files: Vec<FileId>) {
        let before = Arc::clone(&self.project);
        self.surroundings.looking = Some(self.jobs.quiet(move |_| {
            let revision = before.revision();
            let mut project = Project::clone(&before);
            let mut failures = Vec::new();
            let mut names = Vec::new();
            for file in files {
                match project.reload(file) {
                    Ok(()) => names.push(project.file(file).name.clone()),
                    Err(error) => failures.push(error.to_string()),
                }
            }
            Command::ReadAgain { project: Box::new(project), revision, names, failures }
        }));
    }

    pub(super) fn took_again(
        &mut self,
        project: Project,
        revision: u64,
        names: &[String],
        failures: Vec<String>,
    ) {
        self.surroundings.looking = None;
        if revision != self.project.revision() || self.dialog.is_some() {
            // Something was changed here meanwhile: the next look finds what to do.
            self.surroundings.again = true;
            return;
        }
        let before = std::mem::replace(&mut self.project, Arc::new(project));
        self.follow_selection(&before);
        if !names.is_empty() {
            let (were, text) = if names.len() == 1 { ("was", "text") } else { ("were", "texts") };
            self.notices.push(Notice::Hint(format!(
                "{} {were} changed on disk and read again. Undo brings the old {text} back.",
                names.join(", ")
            )));
        }
        self.notices.extend(failures.into_iter().map(Notice::Failed));
        self.after_change();
        self.follow_files();
    }

    /// Goes on with a file under the name it has on disk now.
    pub(super) fn follow_rename(&mut self, file: FileId, path: &std::path::Path) {
        Arc::make_mut(&mut self.project).moved(file, path);
        self.news_is_over();
    }

    /// What was told of is dealt with: what is left is found by another look.
    pub(super) fn news_is_over(&mut self) {
        self.surroundings.news.clear();
        self.after_change();
        self.follow_files();
        self.look_at_disk();
    }

    /// Adds files to the project, on another thread, into a copy of it that takes its place.
    pub(super) fn open_more(&mut self, paths: Vec<PathBuf>) {
        let before = Arc::clone(&self.project);
        self.jobs.blocking("Opening more files", move |_| {
            let revision = before.revision();
            let mut project = Project::clone(&before);
            let result = project.open_more(&paths);
            Command::OpenedMore { project: Box::new(project), revision, result }
        });
    }

    pub(super) fn opened_more(
        &mut self,
        project: Project,
        revision: u64,
        result: Result<Vec<FileId>, OpenError>,
    ) {
        let files = match result {
            Ok(files) => files,
            Err(error) => {
                self.notices.push(Notice::Failed(error.to_string()));
                return;
            }
        };
        if revision != self.project.revision() {
            let text = "Something was changed meanwhile, so no file was added. Add them again.";
            self.notices.push(Notice::Failed(text.to_owned()));
            return;
        }
        let before = std::mem::replace(&mut self.project, Arc::new(project));
        self.follow_selection(&before);
        let names: Vec<_> =
            files.iter().map(|file| self.project.file(*file).name.clone()).collect();
        self.notices.push(Notice::Done(format!("Added {}", names.join(", "))));
        self.news_is_over();
    }
}
