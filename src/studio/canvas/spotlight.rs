//! A path to be seen, given from outside: a chain of exchanges, the hops of an answer, the members
//! of a cycle. The drawing lifts it out and dims the rest; what the path proves is said by whoever
//! found it.

use std::collections::BTreeSet;

use crate::diagram::scene::Thing;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The arrow that is followed.
    pub arrow: Thing,
    /// What happens on it, in a sentence.
    pub sentence: String,
}

/// What stands out, besides what is selected. A drawing is given it in an `Arc`; another spotlight
/// must be another `Arc`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spotlight {
    /// What it shows, in a few words, as in "Portal to Ledger, 3 hops".
    pub title: String,
    /// The arrows of a path, in the order the token travels; they are numbered in the drawing.
    pub hops: Vec<Hop>,
    /// What stands out beside the path: boxes and arrows without an order.
    pub things: BTreeSet<Thing>,
    /// Whether an exchange of the path is refused: then it leads nowhere.
    pub refused: bool,
}

impl Spotlight {
    /// The same path with other names for its things; `None` when an arrow of it has none.
    pub fn carried(&self, name: impl Fn(&Thing) -> Option<Thing>) -> Option<Self> {
        let hops = self
            .hops
            .iter()
            .map(|hop| Some(Hop { arrow: name(&hop.arrow)?, sentence: hop.sentence.clone() }));
        Some(Self {
            title: self.title.clone(),
            hops: hops.collect::<Option<_>>()?,
            things: self.things.iter().filter_map(&name).collect(),
            refused: self.refused,
        })
    }

    /// Everything that stands out.
    pub fn all(&self) -> impl Iterator<Item = &Thing> {
        self.hops.iter().map(|hop| &hop.arrow).chain(&self.things)
    }
}
