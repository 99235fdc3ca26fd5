//! One document: its text and what the parser made of it.

use std::sync::{Arc, OnceLock};

use super::super::{EditError, Limits, Op, Span, SyntaxError, Tree, Value, Via, edit, parse, scan};
use super::Progress;

/// One document of a stream: its text, with the `---` before it and comments around it, and what
/// the parser made of it.
pub struct Document {
    text: Arc<str>,
    tree: Result<Tree, SyntaxError>,
    breaks: usize,
    limits: Limits,
    last_good: Option<Box<LastGood>>,
    /// Where every [`LINES`]th line begins, once it was asked for.
    lines: OnceLock<Box<[u32]>>,
}

/// Lines between two that are remembered.
const LINES: usize = 64;

/// What a broken document was when it last had a tree.
struct LastGood {
    document: Arc<Document>,
    offsets: Offsets,
}

/// How offsets in one state of a document become offsets in another: what stands before the first
/// difference stays, what stands after the last one moves with the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offsets {
    /// Bytes that are the same from the start.
    same: usize,
    /// Where the same bytes begin again, in the good text and in the present one.
    good: usize,
    now: usize,
}

impl Offsets {
    fn between(good: &str, now: &str) -> Self {
        let same = scan::common_prefix(good, now);
        let end = scan::common_suffix(&good[same..], &now[same..]);
        Self { same, good: good.len() - end, now: now.len() - end }
    }

    /// Where a byte of the good text stands now; `None` when it is among what was changed.
    pub fn now(&self, good: usize) -> Option<usize> {
        match good {
            _ if good < self.same => Some(good),
            _ if good >= self.good => Some(good - self.good + self.now),
            _ => None,
        }
    }

    /// Where a byte of the present text stood in the good one; `None` when it is new.
    pub fn good(&self, now: usize) -> Option<usize> {
        match now {
            _ if now < self.same => Some(now),
            _ if now >= self.now => Some(now - self.now + self.good),
            _ => None,
        }
    }

    /// Where a span of the good text stands now; of what was changed, what has come in its place.
    pub fn span_now(&self, good: Span) -> Span {
        let start = self.now(good.start).unwrap_or(self.same);
        let end =
            if good.end <= self.same { good.end } else { self.now(good.end).unwrap_or(self.now) };
        Span { start, end: end.max(start) }
    }
}

impl Document {
    /// Parses one document.
    pub fn parse(text: &str, limits: &Limits) -> Self {
        Self::parse_with(text, limits, None)
    }

    /// Parses what has become of a document. If that is broken, it remembers the old one, or what
    /// that remembered if it was broken already: however many keystrokes long a text is broken, it
    /// has one last good state.
    pub fn parse_after(text: &str, old: &Arc<Self>) -> Self {
        let mut new = Self::parse(text, &old.limits);
        new.remember(old);
        new
    }

    /// As [`Document::parse`], and gives up soon after it was cancelled, with an error of its own.
    pub(super) fn parse_with(text: &str, limits: &Limits, progress: Option<&Progress>) -> Self {
        let text = Arc::from(text);
        let tree = parse::parse(&text, limits, progress);
        let breaks = scan::count_breaks(&text);
        let (limits, lines) = (*limits, OnceLock::new());
        Self { text, tree, breaks, limits, last_good: None, lines }
    }

    pub(super) fn remember(&mut self, old: &Arc<Self>) {
        if self.tree.is_ok() {
            return;
        }
        let good = match (&old.tree, &old.last_good) {
            (Ok(_), _) => Some(old),
            (Err(_), Some(last)) => Some(&last.document),
            (Err(_), None) => None,
        };
        self.last_good = good.map(|good| {
            let offsets = Offsets::between(&good.text, &self.text);
            Box::new(LastGood { document: Arc::clone(good), offsets })
        });
    }

    /// The whole text, markers, comments and line breaks included.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A part of the text, as it is written; empty when the span is not one of this document.
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// The tree, or the first error that kept the document from having one.
    pub fn tree(&self) -> Result<&Tree, &SyntaxError> {
        self.tree.as_ref()
    }

    /// For a document that an edit of its text broke: what it was when it last had a tree, and how
    /// places in that become places in the present text.
    pub fn last_good(&self) -> Option<(&Arc<Self>, Offsets)> {
        self.last_good.as_ref().map(|last| (&last.document, last.offsets))
    }

    /// The number of line breaks.
    pub(super) fn breaks(&self) -> usize {
        self.breaks
    }

    /// The line with a number, counted from 0, without its line break.
    pub(super) fn line(&self, number: usize) -> Span {
        let mut start = 0;
        let mut left = number;
        if self.breaks > 4 * LINES {
            let lines = self.lines.get_or_init(|| {
                let breaks = scan::breaks(&self.text).map(|at| at as u32);
                breaks.skip(LINES - 1).step_by(LINES).collect()
            });
            if let Some(at) = (number / LINES).checked_sub(1).and_then(|at| lines.get(at)) {
                start = *at as usize;
                left = number % LINES;
            }
        }
        for _ in 0..left {
            start = scan::next_line(&self.text, start);
        }
        Span { start, end: scan::line_end(&self.text, start) }
    }

    /// The limits it was parsed with, which also hold for what edits make of it.
    pub(in super::super) fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The document after one edit.
    ///
    /// # Errors
    ///
    /// The edit is refused, and nothing changes, unless the new text parses to the old tree with
    /// exactly the intended change and no other byte differs. A place that takes its value from
    /// elsewhere, by an alias or a merge key, is refused with [`EditError::Shared`].
    pub fn edit(&self, op: &Op) -> Result<Self, EditError> {
        edit::apply(self, op)
    }

    /// The document after one edit at a place that may be shared by an alias or a merge key; `via`
    /// says what is to happen then.
    ///
    /// # Errors
    ///
    /// As for [`Document::edit`].
    pub fn edit_via(&self, op: &Op, via: Via) -> Result<Self, EditError> {
        edit::apply_via(self, op, via)
    }

    /// The text of a new document of a value: with marker, indentation, quoting and line breaks as
    /// in the document `like`. The tag is taken as it is written.
    ///
    /// # Errors
    ///
    /// When no way is known to write the value so that it reads back as it is meant.
    pub fn compose(
        like: Option<&Self>,
        tag: Option<&str>,
        value: &Value,
    ) -> Result<String, EditError> {
        edit::compose(like, tag, value)
    }
}

/// Texts hold secrets, so none of it is shown.
impl std::fmt::Debug for Document {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Document")
            .field("bytes", &self.text.len())
            .field("line_breaks", &self.breaks)
            .field("error", &self.tree.as_ref().err())
            .finish_non_exhaustive()
    }
}
