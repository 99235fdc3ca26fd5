//! What is drawn as a file, in any of the formats that drawings have, with all that an export says
//! of itself: title, reading, filter, and the hash of the files as they are now.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::command::{Command as Main, Notice, PathPurpose};
use super::super::jobs::JobId;
use super::super::state::{Dialog, State, why_not_written};
use super::state::Command;
use super::view::Narrowing;
use crate::config::write_derived;
use crate::diagram::export::{Caption, Drawing, Format, Input, Theme};

/// Pixels for a point of a PNG: as sharp on a screen of twice the density.
const SCALE: f32 = 2.0;

/// Where an export is under way.
#[derive(Debug, Default)]
pub struct Export {
    running: Option<JobId>,
}

impl State {
    /// Why the drawing cannot be exported now.
    pub(super) fn cannot_export(&self) -> Option<&'static str> {
        let running = self.graph.export.running;
        if running.is_some_and(|job| self.jobs.is_running(job)) {
            return Some("It is being exported");
        }
        let up_to_date = self.analysis.project.revision() == self.project.revision();
        (!up_to_date || self.graph.is_drawing())
            .then_some("The drawing is being brought up to date")
    }

    /// Where it is offered to be written: beside the files.
    pub(in crate::studio) fn suggested_drawing_path(&self) -> PathBuf {
        self.path_of_a_new_file().with_file_name("trust.svg")
    }

    pub(super) fn ask_where_to_export(&mut self) {
        let Some(dialogs) = self.file_dialogs() else {
            self.dialog = Some(Dialog::Path(PathPurpose::ExportDrawing));
            return;
        };
        let suggested = self.suggested_drawing_path();
        self.jobs.blocking("Waiting for the file dialog", move |_| {
            // The dialog has asked about what is there.
            let export = |path| Main::Graph(Command::ExportTo { path, replace: true });
            dialogs.save_file(&suggested).map_or(Main::Nothing, export)
        });
    }

    pub(super) fn export_to(&mut self, path: PathBuf, replace: bool) {
        self.dialog = None;
        let Some(format) = Format::of_path(&path) else {
            let text = format!(
                "{} was not written: its name does not say the format. Let it end in {}.",
                path.display(),
                endings()
            );
            self.notices.push(Notice::Failed(text));
            return;
        };
        let analysis = Arc::clone(&self.analysis);
        let scene = Arc::clone(self.graph.scene(&self.analysis));
        let compared = self.graph.compared(&self.analysis).filter(|_| scene.compared).cloned();
        let mut title = match &self.project.opened() {
            [] => "Trust graph".to_owned(),
            paths => {
                let names: Vec<_> = paths.iter().map(|path| name(path)).collect();
                names.join(", ")
            }
        };
        if let Some(compared) = &compared {
            title = format!("{title}, compared with {}", compared.with.words());
        }
        let filter = self.what_is_shown();
        let job = self.jobs.blocking("Exporting the drawing", move |_| {
            let inputs = match &compared {
                Some(it) => vec![Input::of(&it.old, "old"), Input::of(&analysis.project, "new")],
                None => vec![Input::of(&analysis.project, "")],
            };
            let caption = Caption { title, filter, inputs, redacted: false };
            let drawing = Drawing {
                scene: &scene,
                project: &analysis.project,
                graph: &analysis.graph,
                old: compared.as_ref().map(|it| (&*it.old, &it.old_graph)),
                caption: &caption,
            };
            let written = format
                .write(&drawing, Theme::Light, SCALE)
                .map_err(|error| format!("{error}. Filter the drawing, or write an svg"))
                .and_then(|bytes| {
                    write_derived(&path, replace, |out| out.write_all(&bytes))
                        .map_err(|error| why_not_written(&error))
                });
            Main::Graph(Command::Exported(match written {
                Ok(()) => Ok(path),
                Err(error) => Err(format!("{} was not written: {error}.", path.display())),
            }))
        });
        self.graph.export.running = Some(job);
    }

    pub(super) fn exported(&mut self, result: Result<PathBuf, String>) {
        self.graph.export.running = None;
        self.notices.push(match result {
            Ok(path) => Notice::Done(format!("Exported the drawing as {}", path.display())),
            Err(message) => Notice::Failed(message),
        });
    }

    /// What of the whole the drawing shows, in words; empty when that is all of it.
    fn what_is_shown(&self) -> String {
        let project = &self.analysis.project;
        let words = self.graph.looking().words(project);
        let narrowed = match self.graph.narrowing() {
            Narrowing::Whole => return words,
            // A path is drawn as it is, whatever is filtered.
            Narrowing::Path => {
                return self.graph.spotlight().map_or_else(String::new, |path| path.title.clone());
            }
            Narrowing::Around { center, hops } => {
                let hops = if hops == 1 { "1 arrow".to_owned() } else { format!("{hops} arrows") };
                format!("{} and what is at most {hops} away", project.client(center).label())
            }
        };
        if words.is_empty() { narrowed } else { format!("{narrowed}; {words}") }
    }
}

/// The endings of all formats, as in ".svg, .png or .dot".
pub fn endings() -> String {
    let all = Format::ALL.map(|format| format!(".{}", format.ending()));
    match all.as_slice() {
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
        [] => String::new(),
    }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
