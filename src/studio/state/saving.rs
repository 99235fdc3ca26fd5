//! Saving, away from the window: what was asked for, what stood in the way, what is left to choose.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config::{FileId, SaveError, SaveOptions, Saved};

use super::super::command::{Command, Leaving, Notice, PathPurpose};
use super::{Dialog, State};

/// A save that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaveRequest {
    pub file: FileId,
    /// Another path than the one the file has.
    pub to: Option<PathBuf>,
    pub options: SaveOptions,
}

/// Why a save was refused. Nothing was written, and nothing is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaveTrouble {
    pub request: SaveRequest,
    pub kind: TroubleKind,
    /// What stood in the way, in words.
    pub message: String,
}

/// What sort of trouble it is, and with it what can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TroubleKind {
    ChangedOnDisk,
    NoPath,
    InProject,
    WriteProtected,
    HardLinks,
    NoFolder,
    FolderProtected,
    Full,
    Backup,
    Other,
}

impl SaveTrouble {
    fn of(request: SaveRequest, error: &SaveError) -> Self {
        let kind = match error {
            SaveError::ChangedOnDisk(_) => TroubleKind::ChangedOnDisk,
            SaveError::NoPath => TroubleKind::NoPath,
            SaveError::InProject(_) => TroubleKind::InProject,
            SaveError::WriteProtected(_) => TroubleKind::WriteProtected,
            SaveError::HardLinks { .. } => TroubleKind::HardLinks,
            SaveError::NoFolder(_) => TroubleKind::NoFolder,
            SaveError::FolderProtected { .. } => TroubleKind::FolderProtected,
            SaveError::Full { .. } => TroubleKind::Full,
            SaveError::Backup { .. } => TroubleKind::Backup,
            SaveError::NotAFile(_) | SaveError::Io { .. } => TroubleKind::Other,
        };
        Self { request, kind, message: error.to_string() }
    }
}

impl State {
    /// How files are saved unless somebody chose otherwise.
    pub fn save_options(&self) -> SaveOptions {
        SaveOptions { backups: self.user.backups, ..SaveOptions::default() }
    }

    /// A save of a file where it is.
    pub fn save_request(&self, file: FileId) -> SaveRequest {
        SaveRequest { file, to: None, options: self.save_options() }
    }

    /// Shows which lines change, and asks the disk meanwhile whether they could be written.
    pub(super) fn review(&mut self) {
        self.dialog = Some(Dialog::Review);
        self.outlook.clear();
        let project = Arc::clone(&self.project);
        let requests: Vec<_> =
            self.project.unsaved().into_iter().map(|file| self.save_request(file)).collect();
        self.jobs.quiet(move |_| {
            let troubles = requests.into_iter().filter_map(|request| {
                let error = project.can_save(request.file, &request.options).err()?;
                Some(SaveTrouble::of(request, &error))
            });
            Command::SaveOutlook(troubles.collect())
        });
    }

    /// Saves a file elsewhere, after asking when something is there.
    pub(super) fn save_as_typed(&mut self, file: FileId, path: PathBuf) {
        self.dialog = None;
        let own = self.project.file(file).path.as_ref() == Some(&path);
        self.jobs.quiet(move |_| {
            // What cannot be looked at is there too, for all that is known.
            if own || path.symlink_metadata().is_err_and(|it| it.kind() == ErrorKind::NotFound) {
                Command::SaveAs { file, path }
            } else {
                Command::AskToReplace { file, path }
            }
        });
    }

    /// Writes files on another thread.
    pub(super) fn save(&mut self, requests: Vec<SaveRequest>) {
        let names: Vec<_> =
            requests.iter().map(|it| self.project.file(it.file).name.as_str()).collect();
        let label = format!("Saving {}", names.join(", "));
        self.dialog = None;
        let project = Arc::clone(&self.project);
        let job = self.jobs.blocking(label, move |_| {
            let save = |request: SaveRequest| {
                let job = match &request.to {
                    Some(path) => project.prepare_save_as(request.file, path, &request.options),
                    None => project.prepare_save(request.file, &request.options),
                };
                let saved = job.and_then(|job| job.run());
                saved.map(Box::new).map_err(|error| SaveTrouble::of(request, &error))
            };
            Command::Saved(requests.into_iter().map(save).collect())
        });
        self.saving = Some(job);
    }

    /// Takes note of what was saved, and asks about what was not.
    pub(super) fn saved(&mut self, results: Vec<Result<Box<Saved>, SaveTrouble>>) {
        self.saving = None;
        let mut names = Vec::new();
        for result in results {
            match result {
                Ok(saved) => {
                    let file = saved.file();
                    let not_kept = saved.not_kept.clone();
                    Arc::make_mut(&mut self.project).saved(*saved);
                    let name = self.project.file(file).name.clone();
                    if !not_kept.is_empty() {
                        let text = format!("{name} was saved without {}.", not_kept.join(", "));
                        self.notices.push(Notice::Hint(text));
                    }
                    names.push(name);
                }
                Err(trouble) => self.troubles.push_back(trouble),
            }
        }
        if !names.is_empty() {
            self.notices.push(Notice::Done(format!("Saved {}", names.join(", "))));
            self.after_change();
            self.follow_files();
        }
        self.next_trouble();
        self.go_on_when_saved();
    }

    /// Asks about the next file that could not be saved.
    pub(super) fn next_trouble(&mut self) {
        let Some(trouble) = self.troubles.pop_front() else { return };
        self.dialog = Some(match trouble.kind {
            TroubleKind::NoPath => Dialog::Path(PathPurpose::SaveAs(trouble.request.file)),
            _ => Dialog::CannotSave(trouble),
        });
    }

    pub(super) fn leave(&mut self, leaving: Leaving) {
        if self.saving.is_some() {
            self.after_saving = Some(leaving);
        } else if self.project.unsaved().is_empty() {
            self.go(leaving);
        } else {
            self.dialog = Some(Dialog::Unsaved(leaving));
        }
    }

    /// Goes on with what was put off until everything is saved.
    fn go_on_when_saved(&mut self) {
        let done = self.dialog.is_none() && self.saving.is_none();
        if !done {
            return;
        }
        match self.after_saving.take() {
            Some(leaving) if self.project.unsaved().is_empty() => self.go(leaving),
            Some(leaving) => self.leave(leaving),
            None => {}
        }
    }
}
