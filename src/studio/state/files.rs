//! Files: opening them, saving them, and leaving them.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config::{FileId, OpenError, OpenOptions, Project};
use crate::yaml::Progress;

use super::super::analysis::Analysis;
use super::super::command::{Action, Command, Leaving, Notice, PathPurpose};
use super::super::dialogs::FileDialogs;
use super::super::jobs::JobId;
use super::{Dialog, FoundFile, Kept, Origin, Requests, State, sample};

/// Reads a project from paths, on a background thread; it may take minutes. It counts what it has
/// done and ends when it is asked to, as [`Project::open_with`] does, which it is unless a test holds
/// it on the way.
pub type Opener = Arc<dyn Fn(&[PathBuf], &OpenOptions) -> Result<Project, OpenError> + Send + Sync>;

/// Files that are being opened.
#[derive(Debug)]
pub struct Opening {
    pub(super) job: JobId,
    pub label: String,
    /// Counts each byte twice: when it is read, and when it is parsed.
    pub progress: Progress,
}

/// Why a file was not written, as a clause without its stop.
pub fn why_not_written(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            "a file is there already, so choose another name".to_owned()
        }
        _ => error.to_string(),
    }
}

impl State {
    pub(super) fn ask_what_to_open(&mut self, action: Action) {
        if !self.outside.dialogs.available() {
            self.dialog = Some(Dialog::Path(PathPurpose::Open));
            return;
        }
        let dialogs = Arc::clone(&self.outside.dialogs);
        self.jobs.blocking("Waiting for the file dialog", move |_| {
            let paths = match action {
                Action::OpenFolder => dialogs.pick_folder().map(|folder| vec![folder]),
                _ => dialogs.pick_files(),
            };
            match paths {
                Some(paths) if !paths.is_empty() => Command::Leave(Leaving::Open(paths)),
                _ => Command::Nothing,
            }
        });
    }

    /// The file dialogs, where a dialog service answers.
    pub(in crate::studio) fn file_dialogs(&self) -> Option<Arc<dyn FileDialogs>> {
        let dialogs = &self.outside.dialogs;
        dialogs.available().then(|| Arc::clone(dialogs))
    }

    /// How projects are read.
    pub(in crate::studio) fn opener(&self) -> Opener {
        Arc::clone(&self.outside.open)
    }

    pub(super) fn open(&mut self, paths: Vec<PathBuf>) {
        self.dialog = None;
        self.cancel_opening();
        let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
        let label = format!("Opening {}", names.join(", "));
        let progress = Progress::default();
        let options = OpenOptions { limits: self.limits, progress: progress.clone() };
        let open = Arc::clone(&self.outside.open);
        let job = self.jobs.blocking(label.clone(), move |_| Command::Opened {
            result: open(&paths, &options).map(Box::new),
            project_file: Kept::look(&paths),
            origin: Origin::Paths(paths),
        });
        self.opening = Some(Opening { job, label, progress });
    }

    /// Ends what is being opened; what was open stays.
    pub(super) fn cancel_opening(&mut self) {
        if let Some(opening) = self.opening.take() {
            opening.progress.cancel();
            self.jobs.cancel(opening.job);
            let text = format!("{} was cancelled", opening.label);
            self.notices.push(Notice::Hint(text));
        }
    }

    pub(super) fn opened(
        &mut self,
        result: Result<Box<Project>, OpenError>,
        origin: Origin,
        project_file: FoundFile,
    ) {
        self.opening = None;
        match result {
            Ok(project) => {
                if let Origin::Paths(paths) = &origin {
                    self.user.remember(paths);
                    self.keep_settings();
                }
                self.take_project_file(project_file);
                self.take_project(*project, origin);
            }
            Err(error) => self.dialog = Some(Dialog::CannotOpen(error.to_string())),
        }
    }

    /// Reads a file that was too large, with a limit that it does not reach.
    pub(super) fn open_large(&mut self, file: FileId, bytes: usize) {
        // It may still grow.
        self.limits.file_bytes = self.limits.file_bytes.max(bytes.saturating_add(bytes / 4));
        Arc::make_mut(&mut self.project).set_limits(self.limits);
        self.read_again(vec![file]);
    }

    /// Puts a project into the window.
    pub fn take_project(&mut self, project: Project, origin: Origin) {
        self.project = Arc::new(project);
        if !matches!(origin, Origin::Paths(_)) {
            self.kept = Kept::default();
        }
        self.origin = origin;
        self.stop_analysing();
        self.surroundings.news.clear();
        self.selection = None;
        self.finding = None;
        self.source.new_project();
        self.graph.new_project();
        self.matrix.new_project();
        self.changes_tab.new_project();
        // What was derived from another project must not be read with this one's names, and its
        // drawing is none to stay close to.
        self.analysis = Arc::new(Analysis::of(Arc::default(), self.reading));
        self.after_change();
        self.follow_files();
        self.requests = Requests { new_project: true, ..Requests::default() };
    }

    // --- Saving ------------------------------------------------------------------------------

    pub(super) fn ask_where_to_save(&mut self) {
        let file = self.file_in_view();
        if !self.outside.dialogs.available() {
            self.dialog = Some(Dialog::Path(PathPurpose::SaveAs(file)));
            return;
        }
        let dialogs = Arc::clone(&self.outside.dialogs);
        let suggested = self.suggested_path(file);
        self.jobs.blocking("Waiting for the file dialog", move |_| {
            match dialogs.save_file(&suggested) {
                Some(path) => Command::SaveAs { file, path },
                None => Command::Nothing,
            }
        });
    }

    /// The file of what is selected, else the first unsaved one, else the first.
    pub(super) fn file_in_view(&self) -> FileId {
        self.selection
            .as_ref()
            .and_then(|selection| selection.file(&self.project))
            .or_else(|| self.project.unsaved().first().copied())
            .or_else(|| Some(self.project.files().first()?.id))
            .unwrap_or_default()
    }

    /// Where a file is, or could be, on disk.
    pub fn suggested_path(&self, file: FileId) -> PathBuf {
        let file = self.project.file(file);
        file.path.clone().unwrap_or_else(|| PathBuf::from(&file.name))
    }

    /// Where a new file of the project would be: beside the others.
    pub fn path_of_a_new_file(&self) -> PathBuf {
        let mut paths = self.project.files().iter().filter_map(|file| file.path.as_deref());
        let folder = paths.find_map(|path| path.parent()).unwrap_or_else(|| "".as_ref());
        let known = |name: &str| self.project.files().iter().any(|file| file.name == name);
        let names = std::iter::once("new.yaml".to_owned());
        let mut names = names.chain((2..).map(|count| format!("new-{count}.yaml")));
        let name = names.find(|name| !known(name)).unwrap_or_default();
        folder.join(name)
    }

    /// Takes the text that is on disk now.
    pub(super) fn reload(&mut self, file: FileId) {
        self.dialog = None;
        self.surroundings.news.clear();
        self.read_again(vec![file]);
    }

    pub(super) fn go(&mut self, leaving: Leaving) {
        self.dialog = None;
        match leaving {
            Leaving::Quit => self.forget_work_and_quit(),
            Leaving::Open(paths) => self.open(paths),
            Leaving::OpenSample => self.take_project(sample(), Origin::Sample),
        }
    }
}
