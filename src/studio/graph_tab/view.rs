//! Views that were looked at, for going back and forward.
//!
//! A view is all that decides what is seen: how far the graph is narrowed, the filter, the
//! search, the path that is shown, and where the eyes are. Moving about by hand belongs to the view one is in; a
//! jump begins another.

use std::sync::Arc;

use super::super::canvas::{Camera, Spotlight};
use super::looking::Looking;
use crate::config::ClientKey;
use crate::diagram::scene::Thing;

/// How many views are remembered.
const REMEMBERED: usize = 100;

/// How much of the graph is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Narrowing {
    #[default]
    Whole,
    /// A client app and what is at most so many arrows away from it, either way.
    Around { center: ClientKey, hops: usize },
    /// Only the path in the spotlight.
    Path,
}

#[derive(Clone, Debug, Default)]
pub struct View {
    pub narrowing: Narrowing,
    /// Which part of it, and how it is grouped.
    pub looking: Arc<Looking>,
    pub spotlight: Option<Arc<Spotlight>>,
    pub search: String,
    /// `None` until it was looked at.
    pub camera: Option<Camera>,
}

impl View {
    /// Whether the same things are seen, from wherever.
    pub fn shows_the_same(&self, other: &Self) -> bool {
        let spotlight = match (&self.spotlight, &other.spotlight) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(a, b) || a == b,
            _ => false,
        };
        spotlight
            && self.narrowing == other.narrowing
            && self.looking == other.looking
            && self.search == other.search
    }
}

/// The views so far, and the one that is looked at.
#[derive(Debug)]
pub struct Views {
    all: Vec<View>,
    at: usize,
}

impl Default for Views {
    fn default() -> Self {
        Self { all: vec![View::default()], at: 0 }
    }
}

impl Views {
    pub fn now(&self) -> &View {
        &self.all[self.at]
    }

    pub fn now_mut(&mut self) -> &mut View {
        &mut self.all[self.at]
    }

    /// Goes to another view; what lay ahead is forgotten.
    pub fn go_to(&mut self, view: View) {
        self.all.truncate(self.at + 1);
        self.all.push(view);
        if self.all.len() > REMEMBERED {
            self.all.remove(0);
        }
        self.at = self.all.len() - 1;
    }

    pub fn can_go_back(&self) -> bool {
        self.at > 0
    }

    pub fn can_go_forward(&self) -> bool {
        self.at + 1 < self.all.len()
    }

    pub fn go_back(&mut self) {
        self.at = self.at.saturating_sub(1);
    }

    pub fn go_forward(&mut self) {
        self.at = (self.at + 1).min(self.all.len() - 1);
    }

    /// Keeps the names of client apps right, or drops what is about one that is gone.
    pub fn follow(&mut self, carried: impl Fn(&Thing) -> Option<Thing>) {
        for view in &mut self.all {
            if let Narrowing::Around { center, hops } = view.narrowing {
                view.narrowing = match carried(&Thing::Client(center)) {
                    Some(Thing::Client(center)) => Narrowing::Around { center, hops },
                    _ => Narrowing::Whole,
                };
            }
            // A path with an arrow that is gone is none.
            let spotlight = view.spotlight.take();
            view.spotlight = spotlight.and_then(|it| it.carried(&carried)).map(Arc::new);
            if view.spotlight.is_none() && view.narrowing == Narrowing::Path {
                view.narrowing = Narrowing::Whole;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(hops: usize) -> View {
        let narrowing = Narrowing::Around { center: ClientKey(3), hops };
        View { narrowing, ..View::default() }
    }

    #[test]
    fn going_back_and_elsewhere_forgets_what_lay_ahead() {
        let mut views = Views::default();
        assert!(!views.can_go_back() && !views.can_go_forward());
        views.go_to(around(1));
        views.go_to(around(2));
        views.go_back();
        assert!(views.now().shows_the_same(&around(1)));
        assert!(views.can_go_forward());
        views.go_to(around(5));
        assert!(!views.can_go_forward());
        views.go_back();
        views.go_back();
        assert!(views.now().shows_the_same(&View::default()));
    }

    #[test]
    fn only_so_many_views_are_remembered() {
        let mut views = Views::default();
        for hops in 0..3 * REMEMBERED {
            views.go_to(around(hops));
        }
        let mut steps = 0;
        while views.can_go_back() {
            views.go_back();
            steps += 1;
        }
        assert_eq!(steps, REMEMBERED - 1);
    }

    #[test]
    fn a_view_around_a_client_app_that_is_gone_is_of_everything() {
        let mut views = Views::default();
        views.go_to(around(2));
        views.follow(|_| None);
        assert_eq!(views.now().narrowing, Narrowing::Whole);
    }
}
