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
    /// What the next analysis need not look for again.
    pub memory: audit::Memory,
    /// Findings by the document they stand in, sorted.
    by_document: Vec<((FileId, usize), usize)>,
    pub scene: Arc<Scene>,
}

/// What an analysis goes on from: the drawing before it and what is pinned there, and what was found
/// in documents that are still the same.
#[derive(Clone, Debug, Default)]
pub struct Remembered {
    pub scene: Option<Arc<Scene>>,
    pub findings: audit::Memory,
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
        let findings = audit::update(&project, &graph, Some(&remembered.findings));
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
                let findings = (Vec::new(), remembered.findings.clone());
                show(Self::new(Arc::clone(&project), graph.clone(), findings, scene));
            }
        };
        let picture: Option<&dyn Fn(Scene)> = sketch.is_some().then_some(&so_far);
        let options = Options { places: Some(&places), cancelled, picture, ..Options::default() };
        let scene = Scene::build(&project, &graph, &options)?;
        let findings = audit::update(&project, &graph, Some(&remembered.findings));
        Some(Self::new(project, graph, findings, scene))
    }

    fn new(
        project: Arc<Project>,
        graph: TrustGraph,
        (findings, memory): (Vec<Finding>, audit::Memory),
        scene: Scene,
    ) -> Self {
        let mut by_document: Vec<_> = findings
            .iter()
            .enumerate()
            .filter_map(|(index, finding)| {
                let place = finding.place()?;
                Some(((place.file, place.document), index))
            })
            .collect();
        by_document.sort_unstable();
        Self { project, graph, findings, memory, by_document, scene: Arc::new(scene) }
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::config::Source;
    use crate::diagram::layout::Method;

    /// More client apps than a layered drawing takes, in a few subscriptions.
    fn estate(extra: &str) -> Arc<Project> {
        let mut text = String::new();
        for n in 0..640 {
            text.push_str(&format!(
                "---\n!ClientAppDto\nid: c{n}\nsubscriptionId: s{}\n\
                 allowedTokenExchangeClientApps:\n  - id: c{}\n",
                n % 7,
                (n * 7 + 7) % 640
            ));
        }
        text.push_str(extra);
        let bytes = text.into_bytes();
        Arc::new(Project::from_sources(vec![Source {
            path: None,
            name: "a.yaml".to_owned(),
            bytes,
        }]))
    }

    #[test]
    fn after_an_edit_boxes_stay_where_they_are() {
        let reading = Reading::default();
        let old = Analysis::of(estate(""), reading);
        assert_eq!(old.scene.method, Method::Overview);
        let remembered = Remembered {
            scene: Some(Arc::clone(&old.scene)),
            findings: old.memory.clone(),
            pins: Positions::default(),
        };
        let new = "---\n!ClientAppDto\nid: newcomer\nsubscriptionId: s3\n\
                   allowedTokenExchangeClientApps:\n  - id: c10\n";
        let next = Analysis::near(estate(new), reading, &remembered);
        assert_eq!(next.scene.nodes.len(), 641);
        let pairs = old.scene.nodes.iter().zip(&next.scene.nodes);
        let moved = pairs.filter(|(a, b)| a.rect != b.rect).count();
        assert!(moved < 64, "{moved} of 640 boxes moved");
        // From nothing nearly all are elsewhere.
        let cold = Analysis::of(estate(new), reading);
        let pairs = old.scene.nodes.iter().zip(&cold.scene.nodes);
        assert!(pairs.filter(|(a, b)| a.rect != b.rect).count() > 320);
    }

    #[test]
    fn a_large_drawing_comes_into_view_by_and_by_and_can_be_given_up() {
        let project = estate("");
        let seen: RefCell<Vec<usize>> = RefCell::default();
        let show = |so_far: Analysis| seen.borrow_mut().push(so_far.scene.nodes.len());
        let remembered = Remembered::default();
        let reading = Reading::default();
        let run = |cancelled: &dyn Fn() -> bool| {
            let project = Arc::clone(&project);
            Analysis::in_background(project, reading, &remembered, cancelled, Some(&show))
        };
        let whole = run(&|| false).unwrap();
        assert!(!seen.borrow().is_empty());
        assert!(seen.borrow().iter().all(|count| *count == 640));
        assert_eq!(whole.scene.nodes.len(), 640);
        assert!(!whole.findings.is_empty());
        assert!(run(&|| true).is_none());
    }
}
