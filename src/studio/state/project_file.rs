//! What belongs to the project and stands in no document: the reading, what is pinned, and server
//! profiles.
//!
//! It is read when a project is opened, and written to the project file beside it only when
//! somebody asks for that. A project file that cannot be used is said so once and left alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{Id, PinnedAt, ProjectFile, SaveError};
use crate::diagram::layout::Point;
use crate::diagram::scene::{PinName, Thing};
use crate::trust::Reading;

use super::super::analysis::Remembered;
use super::super::command::{Command, Notice};
use super::super::jobs::JobId;
use super::{Origin, State};

/// The project file as it was found.
pub type FoundFile = Option<Result<Box<ProjectFile>, String>>;

/// What is kept of a project beside its documents.
#[derive(Debug, Default)]
pub struct Kept {
    pub file: ProjectFile,
    /// The file on disk cannot be used, and must not be written over.
    refused: bool,
    saving: Option<JobId>,
    /// The next drawing starts from nothing but what is pinned.
    anew: bool,
    /// Something was pinned while an analysis was under way that does not know of it.
    pub(super) pins_moved: bool,
}

impl Kept {
    /// Looks for the project file of what is being opened.
    pub(super) fn look(opened: &[PathBuf]) -> FoundFile {
        let path = ProjectFile::beside(opened)?;
        let read = |path: &Path| ProjectFile::open(path).map(Box::new);
        Some(read(&path).map_err(|error| error.to_string()))
    }
}

impl State {
    /// Takes what a project file says, before the project itself is taken.
    pub(super) fn take_project_file(&mut self, found: FoundFile) {
        self.kept = Kept::default();
        let folder = match &found {
            Some(Ok(file)) => file.path.as_deref().and_then(Path::parent),
            _ => None,
        };
        self.exchange.leave_profiles(folder.unwrap_or(Path::new("")));
        match found {
            None => {}
            Some(Ok(file)) => {
                match file.reading().map(Reading::from_name) {
                    Some(Some(reading)) => self.reading = reading,
                    Some(None) => self.notices.push(Notice::Failed(format!(
                        "The project file names a reading that this studio does not know: {}. \
                         Choose one of those at the top.",
                        file.reading().unwrap_or_default()
                    ))),
                    None => {}
                }
                self.kept.file = *file;
            }
            Some(Err(message)) => {
                self.kept.refused = true;
                self.notices.push(Notice::Failed(format!(
                    "{message}. It is left as it is; reading, pinned positions and server profiles \
                     are not kept."
                )));
            }
        }
    }

    pub(in crate::studio) fn set_reading(&mut self, reading: Reading) {
        self.reading = reading;
        self.kept.file.set_reading(reading.name());
        self.after_change();
    }

    /// What the next drawing stays close to.
    pub(super) fn remembered(&mut self) -> Remembered {
        let anew = std::mem::take(&mut self.kept.anew);
        self.kept.pins_moved = false;
        let scene = (!anew).then(|| Arc::clone(&self.analysis.scene));
        let findings = self.analysis.memory.clone();
        Remembered { scene, findings, pins: self.kept.file.positions().clone() }
    }

    /// Where a box is pinned, as the drawing has it.
    pub fn pin_of(&self, thing: &Thing) -> Option<PinnedAt> {
        let positions = self.kept.file.positions();
        match PinName::of(&self.analysis.project, thing)? {
            PinName::Client(id) => positions.clients.get(&id),
            PinName::Unknown(id) => positions.unknown.get(&id),
            PinName::Issuer(issuer) => positions.issuers.get(&issuer),
        }
        .copied()
    }

    /// Pins boxes of the drawing with their upper left corners there, or lets them go.
    pub(in super::super) fn pin_boxes(&mut self, pins: Vec<(Thing, Option<Point>)>) {
        let mut nameless = 0;
        for (thing, at) in pins {
            let Some(name) = PinName::of(&self.analysis.project, &thing) else {
                nameless += 1;
                continue;
            };
            let positions = self.kept.file.positions_mut();
            let (map, name) = match name {
                PinName::Client(id) => (&mut positions.clients, id),
                PinName::Unknown(id) => (&mut positions.unknown, id),
                PinName::Issuer(issuer) => (&mut positions.issuers, issuer),
            };
            match at {
                Some(at) => {
                    // Whole points, so that the file gives back what was there.
                    let at = PinnedAt { x: at.x.round() as i32, y: at.y.round() as i32 };
                    map.insert(name, at);
                }
                None => {
                    map.remove(&name);
                }
            }
        }
        if nameless > 0 {
            let text = "A client app without an id cannot be pinned: nothing would tell it apart.";
            self.notices.push(Notice::Hint(text.to_owned()));
        }
        self.after_change();
        self.kept.pins_moved = self.analysing.is_some();
        self.place_pinned();
    }

    /// Tells the drawing what is pinned where, so that it is there before all is laid out anew.
    pub(in super::super) fn place_pinned(&mut self) {
        let (project, positions) = (&self.analysis.project, self.kept.file.positions());
        let clients = positions
            .clients
            .iter()
            .filter_map(|(id, at)| Some((Thing::Client(project.by_id(&Id::new(id))?), at)));
        let unknown = positions.unknown.iter().map(|(id, at)| (Thing::Ghost(id.clone()), at));
        let issuers = positions.issuers.iter().map(|(name, at)| (Thing::Issuer(name.clone()), at));
        let point = |at: &PinnedAt| Point::new(at.x as f32, at.y as f32);
        let places: BTreeMap<Thing, Point> =
            clients.chain(unknown).chain(issuers).map(|(thing, at)| (thing, point(at))).collect();
        if *self.graph.places != places {
            self.graph.places = Arc::new(places);
        }
    }

    /// Draws from nothing: only what is pinned stays.
    pub(super) fn lay_out_anew(&mut self) {
        self.stop_analysing();
        self.kept.anew = true;
        self.after_change();
        self.requests.fit = true;
        self.requests.tab = Some(super::Tab::Graph);
    }

    /// Why the project file cannot be saved now.
    pub fn cannot_save_project_file(&self) -> Option<&'static str> {
        if self.kept.refused {
            return Some("The project file on disk cannot be used, and is left alone");
        }
        if self.kept.file.path.is_none() || !matches!(self.origin, Origin::Paths(_)) {
            return Some("What is open is in no folder");
        }
        if self.kept.saving.is_some_and(|job| self.jobs.is_running(job)) {
            return Some("It is being saved");
        }
        if !self.kept.file.is_unsaved() {
            return Some("Reading, pinned positions and server profiles have not changed");
        }
        None
    }

    pub(super) fn save_project_file(&mut self) {
        let file = self.kept.file.clone();
        let job = self.jobs.blocking("Saving the project file", move |_| {
            Command::SavedProjectFile(file.save().map(Box::new).map_err(|error| match error {
                SaveError::ChangedOnDisk(path) => format!(
                    "{} was changed by somebody else since it was read, so it was not saved. Open \
                     the project again to take what is there",
                    path.display()
                ),
                error => format!("The project file was not saved: {error}"),
            }))
        });
        self.kept.saving = Some(job);
    }

    pub(super) fn saved_project_file(&mut self, result: Result<Box<ProjectFile>, String>) {
        self.kept.saving = None;
        match result {
            // Another project may have been opened meanwhile.
            Ok(saved) if saved.path == self.kept.file.path => {
                self.kept.file.saved(*saved);
                self.notices.push(Notice::Done("Saved the project file".to_owned()));
            }
            Ok(_) => {}
            Err(message) => self.notices.push(Notice::Failed(message)),
        }
    }
}
