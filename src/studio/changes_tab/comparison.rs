//! The difference of two versions, with all it was made from.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::rows::{Row, count, rows};
use super::version::{Version, With, within};
use crate::audit::review::{self, Line};
use crate::config::Project;
use crate::diagram::scene::{Options, Places, Scene};
use crate::studio::analysis::Analysis;
use crate::trust::report::{
    AccessChange, ClientChangeReport, Scope, SurplusReport, client_changes,
};
use crate::trust::{
    Access, AccessDiff, Chain, ClientChange, Pair, Side, TrustGraph, changes, matching,
};
use crate::yaml::Stream;

/// Pairs of access gained, and of access lost, that are listed.
pub const MOST_PAIRS: usize = 200;

/// The project, as it was analysed, compared with another version.
#[derive(Debug)]
pub struct Comparison {
    pub with: With,
    pub old: Arc<Project>,
    pub analysis: Arc<Analysis>,
    pub old_graph: TrustGraph,
    /// Of the old version and of the new one.
    accesses: [Access; 2],
    pub diff: AccessDiff,
    pub changes: Vec<ClientChange>,
    /// [`Comparison::changes`] in words.
    pub clients: Vec<ClientChangeReport>,
    pub access: AccessChange,
    pub rows: Vec<Row>,
    /// Both versions on one drawing, when that was asked for.
    pub scene: Option<Arc<Scene>>,
    /// The lines that differ, by file; when that was asked for.
    pub texts: Option<Vec<(String, Vec<Line>)>>,
}

/// What of a comparison is wanted beside the difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub drawing: bool,
    pub text: bool,
}

impl Comparison {
    /// Compares; `None` when it was cancelled.
    pub fn new(
        with: With,
        version: &Version,
        analysis: Arc<Analysis>,
        wanted: Wanted,
        cancelled: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let (old, new) = (&version.project, &analysis.project);
        let reading = analysis.graph.reading;
        let old_graph = TrustGraph::new(old, reading);
        let accesses = [Access::new(old, &old_graph), Access::new(new, &analysis.graph)];
        if cancelled() {
            return None;
        }
        let matching = matching((old, &old_graph), (new, &analysis.graph));
        let diff = AccessDiff::new(&accesses[0], &accesses[1], matching, MOST_PAIRS);
        let found = changes(old, new);
        let clients = client_changes((old, new), &found);
        let scopes = [
            Scope { project: old, graph: &old_graph, access: &accesses[0] },
            Scope { project: new, graph: &analysis.graph, access: &accesses[1] },
        ];
        let access = AccessChange::of(scopes, &diff);
        let rows = rows(&clients, &access);
        let texts = wanted.text.then(|| texts(version, new));
        let mut comparison = Self {
            with,
            old: Arc::clone(old),
            analysis,
            old_graph,
            accesses,
            diff,
            changes: found,
            clients,
            access,
            rows,
            scene: None,
            texts,
        };
        if wanted.drawing {
            // Boxes stay close to where they are without the comparison.
            let places = Places::of(&comparison.analysis.scene);
            let options = Options { places: Some(&places), cancelled, ..Options::default() };
            comparison.scene = Some(Arc::new(comparison.draw(&options)?));
        }
        Some(comparison)
    }

    pub fn new_project(&self) -> &Project {
        &self.analysis.project
    }

    pub fn scope(&self, side: Side) -> Scope<'_> {
        match side {
            Side::Old => {
                let access = &self.accesses[0];
                Scope { project: &self.old, graph: &self.old_graph, access }
            }
            Side::New => Scope {
                project: &self.analysis.project,
                graph: &self.analysis.graph,
                access: &self.accesses[1],
            },
        }
    }

    /// Both versions on one drawing; `None` when it was cancelled.
    pub fn draw(&self, options: &Options) -> Option<Scene> {
        let (old, new) = (&*self.old, &*self.analysis.project);
        Scene::compare((old, &self.old_graph), (new, &self.analysis.graph), options)
    }

    /// Whether nothing differs in what the files mean.
    pub fn is_empty(&self) -> bool {
        self.clients.is_empty() && self.access.is_empty()
    }

    /// Access gained and lost, in a few words.
    pub fn summary(&self) -> String {
        let (gained, lost) = (self.access.gained.pairs, self.access.lost.pairs);
        match (self.access.is_empty(), gained, lost) {
            (true, ..) => "access stays as it is".to_owned(),
            (false, 0, 0) => "nobody can become anybody else".to_owned(),
            _ => {
                let pairs = |number| count(number, "pair", "pairs");
                format!("access gained: {}, lost: {}", pairs(gained), pairs(lost))
            }
        }
    }

    /// What a side has in addition: what was lost is of the old one.
    pub fn surplus(&self, side: Side) -> &SurplusReport {
        if side == Side::Old { &self.access.lost } else { &self.access.gained }
    }

    /// The pairs of a side: lost ones are of the old version, gained ones of the new.
    pub fn pair(&self, side: Side, at: usize) -> Option<Pair> {
        let surplus = if side == Side::Old { &self.diff.lost } else { &self.diff.gained };
        surplus.listed.get(at).copied()
    }

    /// A shortest way of a pair, on the side that has it.
    pub fn way(&self, side: Side, at: usize) -> Option<Chain> {
        self.diff.witness(side, self.scope(side).access, self.pair(side, at)?)
    }
}

/// The lines that differ, file by file. Files are told apart by their place within what was opened;
/// two that are alone are the same one.
fn texts(version: &Version, new: &Project) -> Vec<(String, Vec<Line>)> {
    let old = &version.project;
    let alone = old.files().len() == 1 && new.files().len() == 1;
    let only = new.files().first().map(|file| within(new, file)).unwrap_or_default();
    let mut all: BTreeMap<PathBuf, [Option<&Stream>; 2]> = BTreeMap::new();
    for (file, place) in old.files().iter().zip(&version.places) {
        let place = if alone { only.clone() } else { place.clone() };
        all.entry(place).or_default()[0] = file.stream.as_ref().ok();
    }
    for file in new.files() {
        all.entry(within(new, file)).or_default()[1] = file.stream.as_ref().ok();
    }
    let nothing = Stream::default();
    let mut found = Vec::new();
    for (place, [before, after]) in all {
        let lines = review::changes(before.unwrap_or(&nothing), after.unwrap_or(&nothing));
        if lines.is_empty() {
            continue;
        }
        let what = match (before, after) {
            (None, _) => ", new",
            (_, None) => ", removed",
            _ => "",
        };
        found.push((format!("{}{what}", place.display()), lines));
    }
    found
}
