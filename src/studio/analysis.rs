//! What is derived from the project: graph, findings, drawing.
//!
//! Small projects are analysed within the frame of the change; large ones in the background, while
//! the window keeps showing the last analysis.

use std::sync::Arc;

use crate::audit::{self, Finding};
use crate::config::{FileId, Project};
use crate::diagram::scene::Scene;
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

impl Analysis {
    pub fn of(project: Arc<Project>, reading: Reading) -> Self {
        let graph = TrustGraph::new(&project, reading);
        let findings = audit::run(&project, reading);
        let scene = Arc::new(Scene::new(&project, &graph));
        let mut by_document: Vec<_> = findings
            .iter()
            .enumerate()
            .filter_map(|(index, finding)| {
                let place = finding.place()?;
                Some(((place.file, place.document), index))
            })
            .collect();
        by_document.sort_unstable();
        Self { project, graph, findings, by_document, scene }
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
