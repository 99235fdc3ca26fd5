//! Edits of a stream: what is asked, and the answer.

use std::ops::Range;
use std::sync::Arc;

use super::super::EditError;
use super::{Document, Stream, text, whole};

/// One edit of a stream.
#[derive(Clone, PartialEq, Eq)]
pub enum StreamOp {
    /// Puts a document before the one that is now at `at`. The text is YAML for one document, with
    /// or without its own `---`.
    Insert { at: usize, text: String },
    /// Takes a document out, with the comment right above its `---`.
    Remove { at: usize },
    /// Moves a document, with the comment right above its `---`. `to` is the number it has
    /// afterwards.
    Move { from: usize, to: usize },
    /// Puts other text in the place of some bytes of the file's text (in UTF-8, whatever the
    /// encoding of the file is). Anything goes, also what breaks a document.
    Text { range: Range<usize>, with: String },
}

/// The answer to an edit: a run of documents, and those that come in their place. Documents that
/// are as they were are the same ones.
#[derive(Clone, Debug, Default)]
pub struct Splice {
    /// The number of the first of them.
    pub at: usize,
    pub before: Vec<Arc<Document>>,
    pub after: Vec<Arc<Document>>,
}

impl Splice {
    /// The splice between two runs, without what they have in common at their ends.
    pub(super) fn between(
        at: usize,
        before: Vec<Arc<Document>>,
        after: Vec<Arc<Document>>,
    ) -> Self {
        let same = |pair: &(&Arc<Document>, &Arc<Document>)| Arc::ptr_eq(pair.0, pair.1);
        let head = before.iter().zip(&after).take_while(same).count();
        let tail =
            before[head..].iter().rev().zip(after[head..].iter().rev()).take_while(same).count();
        let cut = |mut documents: Vec<Arc<Document>>| {
            documents.truncate(documents.len() - tail);
            documents.drain(..head);
            documents
        };
        Self { at: at + head, before: cut(before), after: cut(after) }
    }

    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.before.is_empty() && self.after.is_empty()
    }
}

pub(super) fn edit(stream: &Stream, op: &StreamOp) -> Result<Splice, EditError> {
    match op {
        StreamOp::Insert { at, text } => whole::insert(stream, *at, text),
        StreamOp::Remove { at } => whole::remove(stream, *at),
        StreamOp::Move { from, to } => whole::relocate(stream, *from, *to),
        StreamOp::Text { range, with } => text::replace(stream, range, with),
    }
}

/// Texts may hold secrets, so only their sizes are shown.
impl std::fmt::Debug for StreamOp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown;
        match self {
            Self::Insert { at, text } => {
                shown = formatter.debug_struct("Insert");
                shown.field("at", at).field("bytes", &text.len())
            }
            Self::Remove { at } => {
                shown = formatter.debug_struct("Remove");
                shown.field("at", at)
            }
            Self::Move { from, to } => {
                shown = formatter.debug_struct("Move");
                shown.field("from", from).field("to", to)
            }
            Self::Text { range, with } => {
                shown = formatter.debug_struct("Text");
                shown.field("range", range).field("bytes", &with.len())
            }
        }
        .finish()
    }
}
