//! Two changes of one file become one: what was changed here, and what somebody else saved.
//!
//! Documents are matched first (`align`), then merged one by one. What only one side changed is
//! taken as it is, byte for byte. A document that both changed is merged by what it means (`node`):
//! key by key, and lists item by item, where an item is told by its id, or by issuer and subject,
//! and not by its place. Only then it is written (`rewrite`): both changes line by line where that
//! says what was meant, so that comments and layout of both survive, and else the other's changes
//! as edits of mine. What the text says afterwards is compared with what was meant, always.
//!
//! Where both changed the same thing to something different, or one changed what the other
//! removed, there is a [`Conflict`]: mine stays until the user chooses, but a document that one side
//! removed and the other changed stays too.
//!
//! | part | purpose |
//! |---|---|
//! | `align` | which documents are the same one |
//! | `order` | in which order things stand that both sides moved about |
//! | `node` | what a document means, and three meanings made one |
//! | `rewrite` | from what it says to what it shall say |
//! | `streams` | documents become a file again |
//! | `project` | a file of the project with what is on disk |

mod align;
mod node;
mod order;
mod project;
mod rewrite;
mod streams;

use std::collections::HashMap;
use std::sync::Arc;

use crate::yaml::{Document, Span, Step, Stream, describe};

pub use project::{DiskMerge, MergeError, MergeJob};

pub(super) use align::pairs_of;
pub(super) use streams::name_of;

/// Whose change is taken where two disagree.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Side {
    /// What was changed here.
    #[default]
    Mine,
    /// What is on disk.
    Theirs,
}

/// Which of the three texts something stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Base,
    Mine,
    Theirs,
}

/// A place in one of the three texts. It may hold a secret: whoever shows it asks what to cover.
#[derive(Clone)]
pub struct Part {
    document: Arc<Document>,
    span: Span,
}

impl Part {
    /// The document it stands in.
    pub fn document(&self) -> &Arc<Document> {
        &self.document
    }

    /// Where in the document.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The text as it is written.
    pub fn text(&self) -> &str {
        self.document.slice(self.span)
    }
}

/// The text may hold a secret.
impl std::fmt::Debug for Part {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Part").field("span", &self.span).finish_non_exhaustive()
    }
}

/// A place where both changed the same thing differently, or one changed what the other removed.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// The document, by what a person calls it: its name, its id, or its number in the file.
    pub document: String,
    /// The place in the document: keys, and items of lists. Empty: the document as a whole.
    pub path: Vec<Step>,
    /// What both started from; `None` when nothing was there.
    pub base: Option<Part>,
    /// What was made of it here; `None` when it was removed.
    pub mine: Option<Part>,
    /// What was made of it on disk; `None` when it was removed.
    pub theirs: Option<Part>,
    /// Whose is taken.
    pub side: Side,
    place: ConflictPlace,
}

impl Conflict {
    /// The place as a person would write it: `Portal: allowedTokenExchangeClientApps[0].id`.
    pub fn place(&self) -> String {
        if self.path.is_empty() {
            return self.document.clone();
        }
        format!("{}: {}", self.document, describe(&self.path))
    }
}

/// A unit of documents, and a path in them.
type ConflictPlace = (usize, Vec<Step>);

/// Two changes of one text, merged.
#[derive(Clone, Debug)]
pub struct Merge {
    /// The text with both changes, and with the side that was chosen for each conflict.
    pub stream: Stream,
    /// Where the two disagree, in the order of the file.
    pub conflicts: Vec<Conflict>,
    base: Stream,
    mine: Stream,
    theirs: Stream,
}

/// Merges what became of one text on two sides. Conflicts are mine until [`Merge::choose`], except
/// that a document removed here and changed on disk is kept.
pub fn three_way(base: &Stream, mine: &Stream, theirs: &Stream) -> Merge {
    let choices = HashMap::new();
    let (stream, conflicts) = streams::merge(base, mine, theirs, &choices);
    Merge { stream, conflicts, base: base.clone(), mine: mine.clone(), theirs: theirs.clone() }
}

impl Merge {
    /// Takes a side in one of the conflicts. Conflicts may join: where the choices made cannot
    /// be written together, the document as a whole is one.
    pub fn choose(&mut self, conflict: usize, side: Side) {
        if let Some(conflict) = self.conflicts.get_mut(conflict) {
            conflict.side = side;
            self.run();
        }
    }

    /// Takes one side in all conflicts.
    pub fn choose_all(&mut self, side: Side) {
        for conflict in &mut self.conflicts {
            conflict.side = side;
        }
        self.run();
    }

    /// The text both started from.
    pub fn base(&self) -> &Stream {
        &self.base
    }

    /// The text here.
    pub fn mine(&self) -> &Stream {
        &self.mine
    }

    /// The text on disk.
    pub fn theirs(&self) -> &Stream {
        &self.theirs
    }

    fn run(&mut self) {
        let choices = self.choices();
        self.run_with(&choices);
    }

    fn run_with(&mut self, choices: &HashMap<ConflictPlace, Side>) {
        (self.stream, self.conflicts) =
            streams::merge(&self.base, &self.mine, &self.theirs, choices);
    }

    fn choices(&self) -> HashMap<ConflictPlace, Side> {
        self.conflicts.iter().map(|it| (it.place.clone(), it.side)).collect()
    }
}
