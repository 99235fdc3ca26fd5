//! Reports and cases as files. Nothing that is there is replaced unless somebody says so: a file
//! dialog asks by itself, a path that was typed is asked about in the window.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::json;

use super::super::super::command::{Command as WindowCommand, Notice, PathPurpose};
use super::super::super::jobs::Jobs;
use super::super::super::state::{Dialog, State, why_not_written};
use super::super::ExchangeTab;
use super::{Campaign, Command, case_text, to_window};
use crate::config::{Project, write_derived};
use crate::exchange::case::FileReport;
use crate::exchange::junit;

/// What can be saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Product {
    SweepJson,
    SweepCsv,
    SweepJunit,
    CasesJson,
    CasesJunit,
    Calibration,
    ProbesJson,
    ProbesMarkdown,
    ProbesJunit,
    /// The exchange of the form.
    Case,
}

impl Product {
    /// What the dialog says.
    pub fn title(self) -> &'static str {
        match self {
            Self::SweepJson => "Save the sweep as JSON",
            Self::SweepCsv => "Save the sweep as CSV",
            Self::SweepJunit => "Save the sweep as JUnit XML",
            Self::CasesJson => "Save the results of the cases as JSON",
            Self::CasesJunit => "Save the results of the cases as JUnit XML",
            Self::Calibration => "Save the calibration as JSON",
            Self::ProbesJson => "Save the probes as JSON",
            Self::ProbesMarkdown => "Save the probes as Markdown",
            Self::ProbesJunit => "Save the probes as JUnit XML",
            Self::Case => "Save the exchange as a case",
        }
    }

    fn file_name(self) -> &'static str {
        match self {
            Self::SweepJson => "sweep.json",
            Self::SweepCsv => "sweep.csv",
            Self::SweepJunit => "sweep.xml",
            Self::CasesJson => "cases.json",
            Self::CasesJunit => "cases.xml",
            Self::Calibration => "calibration.json",
            Self::ProbesJson => "probes.json",
            Self::ProbesMarkdown => "probes.md",
            Self::ProbesJunit => "probes.xml",
            Self::Case => "case.yaml",
        }
    }
}

/// A file that is there already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub product: Product,
    pub path: PathBuf,
}

/// How a text is made, away from the window.
type Making = Box<dyn FnOnce() -> Result<String, String> + Send>;

fn pretty(value: &impl serde::Serialize) -> Result<String, String> {
    let text = serde_json::to_string_pretty(value).map_err(|error| error.to_string())?;
    Ok(text + "\n")
}

impl Campaign {
    /// The text of a report; `None` when there is none.
    fn making(&self, product: Product) -> Option<Making> {
        let sweep = self.sweep.outcome.as_ref().map(|outcome| Arc::clone(&outcome.report));
        let probes = self.probes.report.clone();
        let cases = || Some(self.cases.reports()).filter(|reports| !reports.is_empty());
        Some(match product {
            Product::SweepJson => {
                let report = sweep?;
                Box::new(move || pretty(&*report))
            }
            Product::SweepCsv => {
                let report = sweep?;
                Box::new(move || Ok(report.to_csv()))
            }
            Product::SweepJunit => {
                let report = sweep?;
                Box::new(move || Ok(report.to_junit()))
            }
            Product::CasesJson => {
                let files = cases()?;
                let report = json!({ "version": 1, "kind": "cases", "files": files });
                Box::new(move || pretty(&report))
            }
            Product::CasesJunit => {
                let cases: Vec<_> = cases()?.iter().flat_map(FileReport::junit_cases).collect();
                Box::new(move || Ok(junit::document("token exchange cases", &cases)))
            }
            Product::Calibration => {
                let report = Arc::clone(&self.calibrate.found.as_ref()?.report);
                Box::new(move || pretty(&*report))
            }
            Product::ProbesJson => {
                let report = probes?;
                Box::new(move || pretty(&*report))
            }
            Product::ProbesMarkdown => {
                let report = probes?;
                Box::new(move || Ok(report.to_markdown()))
            }
            Product::ProbesJunit => {
                let report = probes?;
                Box::new(move || Ok(report.to_junit()))
            }
            Product::Case => return None,
        })
    }
}

impl ExchangeTab {
    pub(super) fn save_product(
        &mut self,
        product: Product,
        path: PathBuf,
        replace: bool,
        project: &Project,
        jobs: &mut Jobs,
    ) {
        self.campaign.in_the_way = None;
        let making: Option<Making> = match product {
            Product::Case => {
                let text = case_text::of(self, project);
                Some(Box::new(move || text))
            }
            report => self.campaign.making(report),
        };
        let Some(making) = making else { return };
        jobs.blocking("Saving", move |_| {
            let failed = |why: &str| {
                let text = format!("{} was not saved: {why}.", path.display());
                WindowCommand::Notice(Notice::Failed(text))
            };
            let text = match making() {
                Ok(text) => text,
                Err(why) => return failed(&why),
            };
            match write_derived(&path, replace, |out| out.write_all(text.as_bytes())) {
                Ok(()) => {
                    let text = format!("Saved {}", path.display());
                    WindowCommand::Notice(Notice::Done(text))
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    to_window(Command::AskToReplace { product, path })
                }
                Err(error) => failed(&why_not_written(&error)),
            }
        });
    }
}

impl State {
    /// Where something is offered to be saved: beside the files.
    pub(in crate::studio) fn suggested_product_path(&self, product: Product) -> PathBuf {
        self.path_of_a_new_file().with_file_name(product.file_name())
    }

    pub(in crate::studio) fn ask_where_to_save_product(&mut self, product: Product) {
        let Some(dialogs) = self.file_dialogs() else {
            self.dialog = Some(Dialog::Path(PathPurpose::SaveProduct(product)));
            return;
        };
        let suggested = self.suggested_product_path(product);
        self.jobs.blocking("Waiting for the file dialog", move |_| {
            // The dialog has asked about what is there.
            let save = |path| to_window(Command::SaveTo { product, path, replace: true });
            dialogs.save_file(&suggested).map_or(WindowCommand::Nothing, save)
        });
    }

    pub(in crate::studio) fn pick_cases(&mut self) {
        let Some(dialogs) = self.file_dialogs() else {
            self.dialog = Some(Dialog::Path(PathPurpose::OpenCases));
            return;
        };
        self.jobs.blocking("Waiting for the file dialog", move |_| {
            let open = |paths| to_window(Command::OpenCases(paths));
            dialogs.pick_cases().map_or(WindowCommand::Nothing, open)
        });
    }
}
