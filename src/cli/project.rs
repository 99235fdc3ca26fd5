//! Opening what a command line names, and finding the client apps it means.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::{Exit, Failure, Globals, Terminal};
use crate::config::{ClientKey, OpenOptions, Place, Project};
pub use crate::trust::report::path_of;

/// Files and folders of a project.
#[derive(Debug, clap::Args)]
pub struct Paths {
    /// Files, folders and patterns; of a folder every .yaml and .yml below it.
    ///
    /// A pattern in quotes, such as 'apps/**/*.yaml', is expanded here and not by the shell.
    #[arg(value_name = "PATH", required = true)]
    pub paths: Vec<PathBuf>,
}

/// How a result is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs; carries "version": 1.
    Json,
}

/// Opens the project that the paths make up.
///
/// # Errors
///
/// When a path cannot be read at all (exit 3).
pub fn open(paths: &[PathBuf], globals: &Globals) -> Result<Project, Failure> {
    let options = OpenOptions { limits: globals.limits, ..OpenOptions::default() };
    Project::open_with(paths, &options).map_err(|error| Failure::unreadable(error.to_string()))
}

/// A number of bytes, as in `300M`: with K, M or G for binary thousands.
///
/// # Errors
///
/// When it is no such number.
pub fn size(text: &str) -> Result<usize, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let shift = match text[digits.len()..].to_ascii_uppercase().as_str() {
        "" | "B" => 0,
        "K" | "KB" | "KIB" => 10,
        "M" | "MB" | "MIB" => 20,
        "G" | "GB" | "GIB" => 30,
        unit => return Err(format!("there is no unit {unit}; write a size as in 300M or 2G")),
    };
    let number: Option<usize> = digits.parse().ok();
    number
        .and_then(|number| number.checked_mul(1 << shift))
        .ok_or_else(|| "write a size as in 300M or 2G".to_owned())
}

/// Tells about files and documents that are not part of the answer: what the person reads on
/// standard output says nothing of them. Gives [`Exit::Unreadable`] when a whole file is missing
/// from it.
pub fn warn_about_gaps(project: &Project, terminal: &mut Terminal) -> Exit {
    let mut exit = Exit::Fine;
    for file in project.files() {
        let path = path_of(project, file.id);
        match &file.stream {
            Err(error) => {
                terminal.warn(format_args!("{path}: {error}; the file is left out"));
                exit = Exit::Unreadable;
            }
            Ok(stream) => {
                for (index, document) in stream.documents().iter().enumerate() {
                    if let Err(error) = document.tree() {
                        let at = stream.position(index, error.offset);
                        terminal.warn(format_args!(
                            "{path}:{}:{}: {}; the document is left out",
                            at.line, at.column, error.message
                        ));
                    }
                }
            }
        }
    }
    exit
}

/// `path:line` of a place.
pub fn describe(project: &Project, place: Place) -> String {
    format!("{}:{}", path_of(project, place.file), project.position(place).line)
}

/// The client app that a person named on the command line by id, placeholder or name.
///
/// # Errors
///
/// When none or several are meant (exit 2).
pub fn client(project: &Project, text: &str) -> Result<ClientKey, Failure> {
    project.find(text).map_err(Failure::usage)
}

/// Writes a result into a file, or to standard output when it is `-`.
///
/// # Errors
///
/// When it cannot be written.
pub fn write_output(output: &Path, bytes: &[u8], terminal: &mut Terminal) -> Result<(), Failure> {
    if output == Path::new("-") {
        terminal.out().write_all(bytes)?;
        return Ok(());
    }
    std::fs::write(output, bytes)
        .map_err(|error| Failure::unreadable(format!("cannot write {}: {error}", output.display())))
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        assert_eq!(size("300M"), Ok(300 << 20));
        assert_eq!(size("2g"), Ok(2 << 30));
        assert_eq!(size("10KiB"), Ok(10 << 10));
        assert_eq!(size("17"), Ok(17));
        for wrong in ["", "M", "1.5G", "-1", "3T", "99999999999G"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }
}
