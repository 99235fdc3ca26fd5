//! The matrix as CSV, the very lines that `exchange-studio matrix --format csv` writes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::state::Command;
use super::table::{Base, Table};
use crate::config::write_derived;
use crate::studio::command::{Command as Main, PathPurpose};
use crate::studio::state::{Dialog, State, why_not_written};
use crate::trust::matrix::Matrix;

impl State {
    /// Why the matrix cannot be saved now, as a sentence without its stop.
    pub(in crate::studio) fn cannot_save_matrix(&self) -> Option<&'static str> {
        if self.project.clients().is_empty() {
            return Some("There is no client app");
        }
        let is_saving = self.matrix.saving.is_some_and(|job| self.jobs.is_running(job));
        is_saving.then_some("It is being saved")
    }

    /// Where it is offered to be saved: beside the files.
    pub(in crate::studio) fn suggested_matrix_path(&self) -> PathBuf {
        self.path_of_a_new_file().with_file_name("access-matrix.csv")
    }

    pub(in crate::studio) fn ask_where_to_save_matrix(&mut self) {
        let Some(dialogs) = self.file_dialogs() else {
            self.dialog = Some(Dialog::Path(PathPurpose::SaveMatrix));
            return;
        };
        let suggested = self.suggested_matrix_path();
        self.jobs.blocking("Waiting for the file dialog", move |_| {
            // The dialog has asked about what is there.
            let save = |path| Main::Matrix(Command::SaveTo { path, replace: true });
            dialogs.save_file(&suggested).map_or(Main::Nothing, save)
        });
    }

    pub(super) fn save_matrix(&mut self, path: PathBuf, replace: bool) {
        self.dialog = None;
        let (analysis, asked) = (Arc::clone(&self.analysis), self.asked_of_matrix());
        let known = self.matrix.table().filter(|table| table.shows(&analysis, &asked)).cloned();
        let job = self.jobs.blocking("Saving the access matrix", move |cancelled| {
            let table = known.unwrap_or_else(|| {
                let base = Arc::new(Base::new(analysis));
                Arc::new(Table::new(base, asked))
            });
            let saved = write(&table, &path, replace, cancelled);
            Main::Matrix(Command::Saved(match saved {
                Ok(()) => Ok(path),
                Err(error) => {
                    Err(format!("{} was not saved: {}.", path.display(), why_not_written(&error)))
                }
            }))
        });
        self.matrix.saving = Some(job);
    }
}

fn write(table: &Table, path: &Path, replace: bool, cancelled: &AtomicBool) -> io::Result<()> {
    write_derived(path, replace, |out| {
        out.write_all(Matrix::csv_header().as_bytes())?;
        for row in 0..table.matrix.rows().len() {
            if cancelled.load(Ordering::Relaxed) {
                return Err(io::Error::other("it was cancelled"));
            }
            let access = &table.base.access;
            let lines = table.matrix.csv_row(table.project(), table.graph(), access, row);
            out.write_all(lines.as_bytes())?;
        }
        Ok(())
    })
}
