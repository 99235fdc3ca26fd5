//! Files of cases: opening them, running them, and what came of each case.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::SecretString;

use super::super::super::jobs::{Jobs, Messenger};
use super::super::form::SKEW;
use super::means::{Means, minting};
use super::{Command, Found, Progress, to_window};
use crate::exchange::Cancel;
use crate::exchange::case::{Case, CaseFile, CaseReport, FileReport, Means as CaseMeans, run};
use crate::samples;

/// A file that was read, or why it cannot be used.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Where it is; the one that comes with the program is nowhere.
    pub path: Option<PathBuf>,
    pub name: String,
    /// The error names the line, where it has one.
    pub file: Result<Arc<CaseFile>, String>,
}

/// A file with what came of its cases.
#[derive(Debug)]
pub struct Shown {
    pub opened: Opened,
    pub reports: BTreeMap<String, CaseReport>,
    /// Why they could not be run at all.
    pub failed: Option<String>,
}

/// Which server cases are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// The one of the form.
    #[default]
    Form,
    /// The one that the file names.
    File,
}

/// What the part keeps between frames.
#[derive(Debug, Default)]
pub struct Cases {
    pub files: Vec<Shown>,
    pub target: Target,
}

/// What came of a file.
#[derive(Debug)]
pub struct Done {
    /// Its name.
    name: String,
    report: Result<FileReport, String>,
}

/// Reads files of cases in the background.
pub fn open(paths: Vec<PathBuf>, jobs: &mut Jobs) {
    jobs.blocking("Opening cases", move |_| {
        let opened = paths.into_iter().map(read).collect();
        to_window(Command::OpenedCases(opened))
    });
}

/// The largest file that is read, in bytes; the library says so of a smaller one.
const LARGEST: u64 = 4 << 20;

fn read(path: PathBuf) -> Opened {
    let file = std::fs::metadata(&path)
        .and_then(|found| match found.len() {
            0..=LARGEST => std::fs::read_to_string(&path),
            _ => Err(std::io::Error::other("it is too large for a file of cases")),
        })
        .map_err(|error| format!("It cannot be read: {error}."))
        .and_then(|text| parse(&text));
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Opened { path: Some(path), name, file }
}

fn parse(text: &str) -> Result<Arc<CaseFile>, String> {
    let said = |error: crate::exchange::case::FileError| {
        format!("{}.", super::super::super::widgets::capital(&error.to_string()))
    };
    CaseFile::read(text).map(Arc::new).map_err(said)
}

/// The file that comes with the program.
pub fn sample() -> Opened {
    let (name, text) = samples::cases();
    Opened { path: None, name: name.to_owned(), file: parse(text) }
}

impl Cases {
    /// Puts files beside the others; one that is there already is read again.
    pub fn add(&mut self, opened: Vec<Opened>) {
        for opened in opened {
            let same = |shown: &&mut Shown| {
                shown.opened.path == opened.path && shown.opened.name == opened.name
            };
            let shown = Shown { opened: opened.clone(), reports: BTreeMap::new(), failed: None };
            match self.files.iter_mut().find(same) {
                Some(known) => *known = shown,
                None => self.files.push(shown),
            }
        }
    }

    pub fn close(&mut self, file: usize) {
        if file < self.files.len() {
            self.files.remove(file);
        }
    }

    /// Whether there is a case to run.
    pub fn has_any(&self) -> bool {
        let files = self.files.iter().filter_map(|shown| shown.opened.file.as_ref().ok());
        files.map(|file| file.cases.len()).sum::<usize>() > 0
    }

    pub fn take(&mut self, done: Vec<Done>) {
        for Done { name, report } in done {
            let Some(shown) = self.files.iter_mut().find(|it| key(&it.opened) == name) else {
                continue;
            };
            match report {
                Ok(report) => {
                    shown.failed = None;
                    let cases = report.cases.into_iter();
                    shown.reports.extend(cases.map(|case| (case.name.clone(), case)));
                }
                Err(why) => shown.failed = Some(why),
            }
        }
    }

    /// What came of all files, for a pipeline.
    pub fn reports(&self) -> Vec<FileReport> {
        let file = |shown: &Shown| {
            let file = shown.opened.file.as_ref().ok()?;
            let cases: Vec<CaseReport> = file
                .cases
                .iter()
                .filter_map(|case| shown.reports.get(&case.name).cloned())
                .collect();
            let server = String::new();
            (!cases.is_empty()).then(|| FileReport { file: key(&shown.opened), server, cases })
        };
        self.files.iter().filter_map(file).collect()
    }

    pub fn task(
        &mut self,
        file: Option<usize>,
        case: Option<&str>,
        means: Means,
        cancel: Cancel,
        window: Messenger,
    ) -> Task {
        let chosen = |index: usize| file.is_none_or(|file| file == index);
        let mut files = Vec::new();
        for (_, shown) in self.files.iter_mut().enumerate().filter(|(index, _)| chosen(*index)) {
            let Ok(whole) = &shown.opened.file else { continue };
            let file = match case {
                None => Arc::clone(whole),
                Some(case) => Arc::new(with_what_it_needs(whole, case)),
            };
            shown.failed = None;
            for case in &file.cases {
                shown.reports.remove(&case.name);
            }
            files.push((key(&shown.opened), shown.opened.path.clone(), file));
        }
        Task { files, target: self.target, means, cancel, window }
    }
}

/// What a file is known by.
fn key(opened: &Opened) -> String {
    opened.path.as_ref().map_or_else(|| opened.name.clone(), |path| path.display().to_string())
}

/// One case of a file, with those before it whose answers it goes on from.
fn with_what_it_needs(file: &CaseFile, name: &str) -> CaseFile {
    let mut needed = BTreeSet::from([name.to_owned()]);
    // Only an earlier case can be named.
    for case in file.cases.iter().rev() {
        if needed.contains(&case.name) {
            let tokens = std::iter::once(&case.subject).chain(&case.actor);
            needed.extend(tokens.filter_map(|token| token.answer_of.clone()));
        }
    }
    let cases: Vec<Case> =
        file.cases.iter().filter(|case| needed.contains(&case.name)).cloned().collect();
    CaseFile { cases, ..file.clone() }
}

/// A run of cases as a job.
pub struct Task {
    files: Vec<(String, Option<PathBuf>, Arc<CaseFile>)>,
    target: Target,
    means: Means,
    cancel: Cancel,
    window: Messenger,
}

impl Task {
    pub async fn run(self) -> Result<Found, String> {
        let total = self.files.iter().map(|(_, _, file)| file.cases.len()).sum();
        let (mut done, mut found) = (0, Vec::new());
        for (name, path, file) in &self.files {
            let report = self.file(name, path.as_deref(), file).await;
            done += file.cases.len();
            let progress = Progress::Cases { done, total };
            self.window.send(to_window(Command::Progress(progress)));
            match report {
                // Nothing of it was run.
                Ok(None) => break,
                Ok(Some(report)) => found.push(Done { name: name.clone(), report: Ok(report) }),
                Err(why) => found.push(Done { name: name.clone(), report: Err(why) }),
            }
        }
        Ok(Found::Cases(found))
    }

    async fn file(
        &self,
        name: &str,
        path: Option<&Path>,
        file: &CaseFile,
    ) -> Result<Option<FileReport>, String> {
        let line = match self.target {
            Target::Form => self.means.open(&self.cancel).await?,
            Target::File => {
                let server = file
                    .target()
                    .ok_or("The file names no server. Run it against the server of the form.")?;
                Means::open_other(&server, &self.cancel).await?
            }
        };
        let Some(line) = line else { return Ok(None) };
        let mint = self.means.built_in.as_ref().map(|authority| minting(authority));
        let mint = mint.filter(|_| self.target == Target::Form);
        let variable = |variable: &str| self.variable(file, variable);
        let means = CaseMeans {
            http: &line.http,
            session: &line.session,
            variable: &variable,
            mint: mint.as_ref(),
            folder: path.and_then(Path::parent).unwrap_or(Path::new("")),
            skew: SKEW,
            cancel: &self.cancel,
            clock: &|| line.now(),
        };
        Ok(Some(run(file, name, &means).await))
    }

    /// What a variable of a file stands for: for a client whose secret the session has that one, and
    /// otherwise the environment's.
    fn variable(&self, file: &CaseFile, name: &str) -> Result<SecretString, String> {
        let of_client = |client: &&crate::exchange::case::ClientSpec| {
            client.secret_env.as_deref() == Some(name)
        };
        // What is typed for one server is not for another.
        let client = file.clients.values().find(of_client).filter(|_| self.target == Target::Form);
        if let Some(secret) = client.and_then(|client| self.means.secret_of(&client.id)) {
            return Ok(secret);
        }
        match std::env::var(name) {
            Ok(secret) if !secret.is_empty() => Ok(secret.into()),
            Ok(_) | Err(std::env::VarError::NotPresent) => {
                Err(format!("the environment variable {name} is not set"))
            }
            Err(std::env::VarError::NotUnicode(_)) => {
                Err(format!("the environment variable {name} is not UTF-8"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_can_be_read_and_a_case_takes_along_what_it_goes_on_from() {
        let file = sample().file.unwrap();
        assert_eq!(file.cases.len(), 2);
        assert_eq!(with_what_it_needs(&file, &file.cases[1].name).cases.len(), 2);
        assert_eq!(with_what_it_needs(&file, &file.cases[0].name).cases.len(), 1);
    }

    #[test]
    fn a_file_that_is_none_is_said_with_its_line() {
        let why = parse("version: 1\ncasess: []\n").unwrap_err();
        assert!(why.starts_with("Line 2: ") && why.contains("casess"), "{why}");
    }
}
