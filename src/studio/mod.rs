//! To be built.

pub mod canvas;
pub mod preflight;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::trust::Reading;

/// Opens the window on files and folders, under a reading if one was asked for. Returns when the
/// window closes.
pub fn run(_paths: Vec<PathBuf>, _reading: Option<Reading>) -> ExitCode {
    todo!()
}
