//! What is derived from the project: graph, findings, drawing.
//!
//! Small projects are analysed within the frame of the change; large ones in the background, while
//! the window keeps showing the last analysis.

use std::sync::Arc;

use crate::audit::{self, Finding};
use crate::config::{FileId, Id, PinnedAt, Positions, Project};
use crate::diagram::layout::Point;
use crate::diagram::scene::{Options, Places, Scene};
use crate::trust::{Reading, TrustGraph};

/// Up to this many client apps an analysis fits into a frame.
pub const WITHIN_A_FRAME: usize = 300;

#[derive(Debug)]
pub struct Analysis {
    /// The project it was made from. Places, keys and indices of the analysis are to be looked up
    /// here: the project may have moved on.
    pub project: Arc<Project>,
    pub graph: TrustGraph,
    pub findings: Vec<Finding>,
    /// Findings by the document they stand in, sorted.
    by_document: Vec<((FileId, usize), usize)>,
    pub scene: Arc<Scene>,
}

/// What a drawing stays close to: the one before it, and what is pinned.
#[derive(Clone, Debug, Default)]
pub struct Remembered {
    pub scene: Option<Arc<Scene>>,
    pub pins: Positions,
}

impl Remembered {
    fn places(&self) -> Places {
        let mut places = self.scene.as_deref().map(Places::of).unwrap_or_default();
        let point = |at: &PinnedAt| Point::new(at.x as f32, at.y as f32);
        for (id, at) in &self.pins.clients {
            places.pin_client(&Id::new(id), point(at));
        }
        for (id, at) in &self.pins.unknown {
            places.pin_unknown(id, point(at));
        }
        for (issuer, at) in &self.pins.issuers {
            places.pin_issuer(issuer, point(at));
        }
        places
    }
}

impl Analysis {
    /// Everything from nothing.
    pub fn of(project: Arc<Project>, reading: Reading) -> Self {
        Self::near(project, reading, &Remembered::default())
    }

    /// Everything, with a drawing close to the one before.
    pub fn near(project: Arc<Project>, reading: Reading, remembered: &Remembered) -> Self {
        let graph = TrustGraph::new(&project, reading);
        let places = remembered.places();
        let options = Options { places: Some(&places), ..Options::default() };
        // Nothing cancels it, so there always is a scene.
        let scene =
            Scene::build(&project, &graph, &options).unwrap_or_else(|| Scene::empty(reading));
        let findings = audit::run(&project, reading);
        Self::new(project, graph, findings, scene)
    }

    /// The same for large projects: `None` when cancelled. `sketch` is given what there is so far a
    /// few times, without findings and with a drawing that is not finished.
    pub fn in_background(
        project: Arc<Project>,
        reading: Reading,
        remembered: &Remembered,
        cancelled: &dyn Fn() -> bool,
        sketch: Option<&dyn Fn(Self)>,
    ) -> Option<Self> {
        let graph = TrustGraph::new(&project, reading);
        let places = remembered.places();
        let so_far = |scene: Scene| {
            if let Some(show) = sketch {
                show(Self::new(Arc::clone(&project), graph.clone(), Vec::new(), scene));
            }
        };
        let picture: Option<&dyn Fn(Scene)> = sketch.is_some().then_some(&so_far);
        let options = Options { places: Some(&places), cancelled, picture, ..Options::default() };
        let scene = Scene::build(&project, &graph, &options)?;
        let findings = audit::run(&project, reading);
        Some(Self::new(project, graph, findings, scene))
    }

    fn new(project: Arc<Project>, graph: TrustGraph, findings: Vec<Finding>, scene: Scene) -> Self {
        let mut by_document: Vec<_> = findings
            .iter()
            .enumerate()
            .filter_map(|(index, finding)| {
                let place = finding.place()?;
                Some(((place.file, place.document), index))
            })
            .collect();
        by_document.sort_unstable();
        Self { project, graph, findings, by_document, scene: Arc::new(scene) }
    }

    /// The findings that stand in a document, by their places in the list.
    pub fn findings_in(&self, file: FileId, document: usize) -> impl Iterator<Item = usize> {
        let key = (file, document);
        let first = self.by_document.partition_point(|(at, _)| *at < key);
        self.by_document[first..]
            .iter()
            .take_while(move |(at, _)| *at == key)
            .map(|(_, index)| *index)
    }
}
