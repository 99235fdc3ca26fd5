//! Drawings of a part: what is asked for, and what was drawn for it.

use std::sync::Arc;

use super::super::analysis::Analysis;
use super::super::canvas::Spotlight;
use super::super::changes_tab::Comparison;
use super::looking::Looking;
use super::shown::only;
use super::view::{Narrowing, View};
use crate::diagram::scene::{Options, Places, Scene};

/// A drawing of a part and what it is of.
#[derive(Clone, Debug)]
pub struct Drawn {
    pub wanted: Wanted,
    /// `None` when it was given up.
    pub scene: Option<Arc<Scene>>,
}

/// What of an analysis is to be drawn.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub narrowing: Narrowing,
    spotlight: Option<Arc<Spotlight>>,
    looking: Arc<Looking>,
    /// What it is compared with.
    compared: Option<Arc<Comparison>>,
    pub analysis: Arc<Analysis>,
}

impl PartialEq for Wanted {
    fn eq(&self, other: &Self) -> bool {
        let spotlight = match (&self.spotlight, &other.spotlight) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            _ => false,
        };
        let compared = match (&self.compared, &other.compared) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            _ => false,
        };
        spotlight
            && compared
            && self.narrowing == other.narrowing
            && Arc::ptr_eq(&self.analysis, &other.analysis)
            && (Arc::ptr_eq(&self.looking, &other.looking) || self.looking == other.looking)
    }
}

impl Wanted {
    pub fn new(view: &View, analysis: &Arc<Analysis>, compared: Option<Arc<Comparison>>) -> Self {
        let narrowing = view.narrowing;
        let spotlight = view.spotlight.clone().filter(|_| narrowing == Narrowing::Path);
        let looking = Arc::clone(&view.looking);
        Self { narrowing, spotlight, looking, compared, analysis: Arc::clone(analysis) }
    }

    /// Whether the drawing of the analysis, or of the comparison, is all of it.
    pub fn is_everything(&self) -> bool {
        self.narrowing == Narrowing::Whole && self.looking.is_everything()
    }

    /// Whether only the grouping or the filter is another than in a drawing: then boxes that are
    /// in both stay near where they are.
    pub fn continues(&self, other: &Self) -> bool {
        self.narrowing == other.narrowing && self.looking.group_by == other.looking.group_by
    }

    /// Draws it; `before` is the drawing it comes from.
    pub fn draw(&self, before: Option<&Scene>, cancelled: &dyn Fn() -> bool) -> Option<Scene> {
        let Analysis { project, graph, scene, .. } = &*self.analysis;
        let compared = self.compared.as_ref();
        let focus = match (self.narrowing, &self.spotlight) {
            (Narrowing::Path, Some(spotlight)) => {
                let both = compared.and_then(|it| it.scene.as_ref());
                return only(both.unwrap_or(scene), spotlight);
            }
            (Narrowing::Path, None) => return None,
            (Narrowing::Around { center, hops }, _) => Some((center, hops)),
            (Narrowing::Whole, _) => None,
        };
        let filter = self.looking.filter(&self.analysis);
        let places = before.map(Places::of);
        let options = Options {
            filter: Some(&filter),
            focus,
            group_by: self.looking.group_by,
            collapsed: &self.looking.collapsed,
            places: places.as_ref(),
            cancelled,
            ..Options::default()
        };
        match compared {
            Some(compared) => compared.draw(&options),
            None => Scene::build(project, graph, &options),
        }
    }
}
