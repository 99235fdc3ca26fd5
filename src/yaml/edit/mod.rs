//! Edits: what may be changed, where, in which style, and the proof that nothing else was.
//!
//! Every edit goes the same way. The path is walked in the tree (`place`), the layout around the
//! place is read from the text (`layout`), and one splice is proposed, or a few, the most fitting
//! first and the safest last. Each proposal says what it means in terms of the tree. The new text is
//! parsed and held against that (`verify`): the first proposal that does exactly what was meant is
//! the answer, and when none does the edit is refused. So a layout that was never thought of can
//! cost a refusal, not a file; `report` tells the makers of it without telling what the file says.
//!
//! What is kept, always: every byte outside the splice, every comment outside the lines of a node
//! that is taken out, tags, anchors, and blank lines. What stands behind an alias or a merge key
//! belongs to several places, so it is changed only when the caller says where (`shared`). A node
//! that an alias elsewhere stands for is not taken out.
//!
//! | part | writes |
//! |---|---|
//! | `scalar`, `lines`, `quote` | texts in their style |
//! | `replace` | another value in the place of one |
//! | `block`, `flow` | items and entries that come and go |
//! | `shift` | items and entries that change places |
//! | `write`, `source` | new values, as data and as YAML |

mod block;
mod compose;
mod error;
mod flow;
mod layout;
mod lines;
mod op;
mod place;
mod quote;
mod replace;
mod report;
mod scalar;
mod shared;
mod shift;
mod source;
mod verify;
mod write;

use super::{Document, Kind, NodeId, Span, Tree};
pub use error::EditError;
use error::unsupported;
pub use op::{Op, Step, Value, Via};
pub use place::describe;
use place::{Place, Slot};
use verify::Meaning;

/// One proposal: a splice and what it means.
#[derive(Debug)]
struct Proposal {
    /// What goes.
    at: Span,
    /// What comes in its place.
    with: String,
    meaning: Meaning,
}

/// What an edit sees: a document that has a tree.
#[derive(Clone, Copy)]
struct Editor<'a> {
    document: &'a Document,
    text: &'a str,
    tree: &'a Tree,
    /// Whether new texts of several lines may be blocks.
    blocks: bool,
}

/// An edit whose place is found.
enum Act<'op> {
    Set { place: Place, value: &'op Value },
    Put { place: Place, index: usize, key: Option<&'op str>, value: &'op Value },
    Take { place: Place, index: usize },
    Move { place: Place, from: usize, to: usize },
    Rename { place: Place, index: usize, new: &'op str },
}

impl Act<'_> {
    /// Whether it writes a text of several lines.
    fn has_lines(&self) -> bool {
        match self {
            Act::Set { value, .. } | Act::Put { value, .. } => value.has_lines(),
            Act::Take { .. } | Act::Move { .. } | Act::Rename { .. } => false,
        }
    }
}

/// Makes an edit, or says why not.
pub(super) fn apply(document: &Document, op: &Op) -> Result<Document, EditError> {
    let editor = Editor::new(document)?;
    editor.perform(&editor.resolve(op)?)
}

/// Makes an edit at a place that may be shared.
pub(super) fn apply_via(document: &Document, op: &Op, via: Via) -> Result<Document, EditError> {
    shared::apply(document, op, via)
}

/// Writes a new document as another one is written.
pub(super) fn compose(
    like: Option<&Document>,
    tag: Option<&str>,
    value: &Value,
) -> Result<String, EditError> {
    compose::compose(like, tag, value)
}

impl<'a> Editor<'a> {
    fn new(document: &'a Document) -> Result<Self, EditError> {
        let tree = document.tree().map_err(|e| EditError::Broken(e.message.clone()))?;
        Ok(Editor { document, text: document.text(), tree, blocks: true })
    }

    /// Takes the first proposal that does what the edit means.
    fn perform(&self, act: &Act<'_>) -> Result<Document, EditError> {
        let mut refusal = None;
        // Where a block cannot stand, quotes can.
        let ways = if act.has_lines() { &[true, false][..] } else { &[true] };
        for &blocks in ways {
            for proposal in (Editor { blocks, ..*self }).propose(act)? {
                let Span { start, end } = proposal.at;
                // A place that is none is a defect here, and no reason to fall over there.
                let around = self.text.get(..start).zip(self.text.get(end..));
                debug_assert!(around.is_some(), "{start} to {end} of {:?}", self.text);
                let Some((before, after)) = around else {
                    let why = "it would have written outside of the document".to_owned();
                    refusal = refusal.or(Some(EditError::NotAsMeant(why)));
                    continue;
                };
                let text = [before, &proposal.with, after].concat();
                let edited = Document::parse(&text, self.document.limits());
                match verify::check(self.document, &edited, &proposal) {
                    Ok(()) => return Ok(edited),
                    // The first proposal is the natural one: its refusal explains most.
                    Err(why) => {
                        refusal = refusal.or(Some(swallows(&edited, &proposal).unwrap_or(why)));
                    }
                }
            }
        }
        Err(refusal.unwrap_or_else(|| EditError::Unsupported("no way to write it is known".into())))
    }

    /// Finds the place of an edit, unless it is shared.
    fn resolve<'op>(&self, op: &'op Op) -> Result<Act<'op>, EditError> {
        match self.detour(op) {
            Some(detour) => Err(self.shared(&detour)),
            None => self.resolve_own(op),
        }
    }

    /// Finds the place of an edit, an alias itself or a merged key included.
    fn resolve_own<'op>(&self, op: &'op Op) -> Result<Act<'op>, EditError> {
        match op {
            Op::Set { path, value } => {
                source::check(value, self.document.limits())?;
                let place = self.locate(path)?;
                Ok(Act::Set { place, value })
            }
            Op::Insert { path, index, value } => {
                source::check(value, self.document.limits())?;
                let (place, len) = self.locate_list(path)?;
                if *index > len {
                    return Err(EditError::NotFound(describe_item(path, *index)));
                }
                Ok(Act::Put { place, index: *index, key: None, value })
            }
            Op::Remove { path, index } => {
                let (place, len) = self.locate_collection(path)?;
                if *index >= len {
                    return Err(EditError::NotFound(describe_item(path, *index)));
                }
                Ok(Act::Take { place, index: *index })
            }
            Op::Move { path, from, to } => {
                let (place, len) = self.locate_collection(path)?;
                if let Some(missing) = [*from, *to].into_iter().find(|&i| i >= len) {
                    return Err(EditError::NotFound(describe_item(path, missing)));
                }
                Ok(Act::Move { place, from: *from, to: *to })
            }
            Op::Add { path, key, value, at } => {
                source::check(value, self.document.limits())?;
                let place = self.locate_mapping(path)?;
                if self.keys(&place, key).next().is_some() {
                    return Err(EditError::KeyExists(describe(path), key.clone()));
                }
                let len = self.own_entries(&place).len();
                let index = at.unwrap_or(len);
                if index > len {
                    return Err(EditError::NotFound(describe_item(path, index)));
                }
                Ok(Act::Put { place, index, key: Some(key), value })
            }
            Op::RemoveKey { path, key } => {
                let place = self.locate_mapping(path)?;
                let index = self.only_key(&place, key)?;
                Ok(Act::Take { place, index })
            }
            Op::Rename { path, key, new } => {
                let place = self.locate_mapping(path)?;
                let index = self.only_key(&place, key)?;
                if key != new && self.keys(&place, new).next().is_some() {
                    return Err(EditError::KeyExists(describe(path), new.clone()));
                }
                Ok(Act::Rename { place, index, new })
            }
        }
    }

    fn propose(&self, act: &Act<'_>) -> Result<Vec<Proposal>, EditError> {
        match act {
            Act::Set { place, value } => self.set(place, value),
            Act::Put { place, index, key, value } => self.put(place, *index, *key, value),
            Act::Take { place, index } => self.take(place, *index),
            Act::Move { place, from, to } => self.shift(place, *from, *to),
            Act::Rename { place, index, new } => self.rename(place, *index, new),
        }
    }

    /// Puts an item, or an entry with its key, into a collection.
    fn put(
        &self,
        place: &Place,
        index: usize,
        key: Option<&str>,
        value: &Value,
    ) -> Result<Vec<Proposal>, EditError> {
        let Some(node) = place.node else {
            return self.put_first(place, key, value).map(|p| vec![p]);
        };
        let empty = self.is_empty(node);
        let flow = self.is_flow_collection(node);
        let opens = empty && !place.in_flow && matches!(place.slot, Slot::Value(..) | Slot::Root);
        let span = self.tree.node(node).span;
        let stays = flow && (place.slot == Slot::Root || self.has_comment(span.start, span.end));
        let proposal = if opens && !stays {
            self.put_first(place, key, value)
        } else if flow || empty {
            self.put_flow(place, index, key, value)
        } else {
            self.put_block(place, index, key, value)
        };
        proposal.map(|p| vec![p])
    }

    /// Takes an item, or an entry, out of a collection.
    fn take(&self, place: &Place, index: usize) -> Result<Vec<Proposal>, EditError> {
        let Some(node) = place.node else {
            return Err(EditError::NotFound(describe(&place.path)));
        };
        let proposal = if self.is_flow_collection(node) {
            self.take_flow(node, index)?
        } else {
            self.take_block(place, node, index)?
        };
        self.check_aliases(&proposal.meaning)?;
        Ok(vec![proposal])
    }

    /// Refuses to take out what an alias elsewhere stands for.
    fn check_aliases(&self, meaning: &Meaning) -> Result<(), EditError> {
        let gone = |id: NodeId| meaning.range.contains(&id.0);
        let mut uses = self.tree.ids().filter_map(|id| {
            let target = self.tree.resolve(id);
            (target != id && gone(target) && !gone(id)).then_some(target)
        });
        let Some(target) = uses.next() else { return Ok(()) };
        let places = 1 + uses.filter(|&other| other == target).count();
        let name = self.tree.node(target).anchor.unwrap_or_default();
        unsupported(format!(
            "`*{name}` stands for a part of it in {} elsewhere; give those a value of their own first",
            error::count(places)
        ))
    }
}

/// Whether comments below a new value became a part of the block of text at its end: they are
/// indented as that is, and no other layout would keep both as they are written.
fn swallows(edited: &Document, proposal: &Proposal) -> Option<EditError> {
    let tree = edited.tree().ok()?;
    let came = proposal.meaning.with.len() as u32;
    let last = NodeId((proposal.meaning.range.start + came).checked_sub(1)?);
    let is_block = (last.0 as usize) < tree.nodes.len()
        && matches!(tree.node(last).kind, Kind::Scalar(s) if !scalar::is_one_line(s.style));
    let end = proposal.at.start + proposal.with.len();
    (is_block && came > 0 && tree.node(last).span.end > end).then(|| {
        EditError::Unsupported(
            "the lines of comments below it would become a part of its block of text; move them, \
             or write the text in quotes"
                .to_owned(),
        )
    })
}

fn describe_item(path: &[Step], index: usize) -> String {
    let mut path = path.to_vec();
    path.push(Step::Index(index));
    describe(&path)
}
