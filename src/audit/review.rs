//! What differs between two texts of a file, line by line, for people and logs: secrets are covered,
//! what differs is still seen to differ.
//!
//! The texts are compared as they are, and the lines are taken from texts of the same shape in which
//! secrets are covered. So a changed secret is a changed line, and neither secret is shown. Documents
//! that two streams share are not looked into.

use std::ops::Range;
use std::sync::Arc;

use similar::{ChangeTag, TextDiff};

use super::secrets;
use crate::yaml::{Document, Stream};

/// Lines around a change.
const CONTEXT: usize = 3;

/// One line of a unified diff, without its line break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Where the next lines stand, as in `@@ -1,4 +1,5 @@`.
    Hunk(String),
    Same(String),
    Removed(String),
    Added(String),
    /// The line before ends the text without a line break.
    NoLineBreak,
}

/// The lines that differ, with some around them; none when the texts are equal.
pub fn changes(old: &Stream, new: &Stream) -> Vec<Line> {
    let (before, after) = (old.documents(), new.documents());
    let shared = |(a, b): &(&Arc<Document>, &Arc<Document>)| Arc::ptr_eq(a, b);
    // The neighbours on both sides stay, for the lines around a change.
    let front = before.iter().zip(after).take_while(shared).count().saturating_sub(1);
    let (before, after) = (&before[front..], &after[front..]);
    let back = before.iter().rev().zip(after.iter().rev()).take_while(shared).count();
    let back = back.saturating_sub(1);
    let before = Text::of(&before[..before.len() - back]);
    let after = Text::of(&after[..after.len() - back]);
    let first = if front == 0 { 0 } else { old.position(front, 0).line - 1 };
    lines(&before, &after, first)
}

/// A text, and the same text with its secrets covered.
#[derive(Default)]
pub struct Text {
    plain: String,
    covered: String,
}

impl Text {
    pub fn of(documents: &[Arc<Document>]) -> Self {
        let mut text = Self::default();
        for document in documents {
            text.plain.push_str(document.text());
            text.covered.push_str(&secrets::covered(document));
        }
        text
    }

    pub fn differs(&self, other: &Self) -> bool {
        self.plain != other.plain
    }
}

/// The lines that differ between two texts before which `first` lines stand.
pub fn lines(old: &Text, new: &Text, first: usize) -> Vec<Line> {
    let diff = TextDiff::from_lines(old.plain.as_str(), new.plain.as_str());
    let old_lines: Vec<&str> = old.covered.split_inclusive('\n').collect();
    let new_lines: Vec<&str> = new.covered.split_inclusive('\n').collect();
    let mut found = Vec::new();
    for group in diff.grouped_ops(CONTEXT) {
        let (Some(head), Some(tail)) = (group.first(), group.last()) else { continue };
        let was = hunk_range(&(head.old_range().start..tail.old_range().end), first);
        let is = hunk_range(&(head.new_range().start..tail.new_range().end), first);
        found.push(Line::Hunk(format!("@@ -{was} +{is} @@")));
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let covered = change
                .old_index()
                .and_then(|at| old_lines.get(at))
                .or_else(|| change.new_index().and_then(|at| new_lines.get(at)))
                .copied()
                .unwrap_or_default();
            let text = covered.strip_suffix('\n').unwrap_or(covered).to_owned();
            found.push(match change.tag() {
                ChangeTag::Equal => Line::Same(text),
                ChangeTag::Delete => Line::Removed(text),
                ChangeTag::Insert => Line::Added(text),
            });
            if !covered.ends_with('\n') {
                found.push(Line::NoLineBreak);
            }
        }
    }
    found
}

/// A range of lines the way unified diffs write it: counted from 1, and an empty one names the
/// line before it.
fn hunk_range(range: &Range<usize>, first: usize) -> String {
    let start = range.start + first;
    match range.len() {
        0 => format!("{start},0"),
        1 => (start + 1).to_string(),
        count => format!("{},{count}", start + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::{Limits, Op, Step, Value};

    #[test]
    fn ranges_are_written_as_diff_does() {
        assert_eq!(hunk_range(&(0..0), 0), "0,0");
        assert_eq!(hunk_range(&(4..5), 0), "5");
        assert_eq!(hunk_range(&(4..7), 10), "15,3");
    }

    #[test]
    fn only_what_was_touched_is_compared_and_secrets_stay_covered() {
        let text = "a: 1\n---\nb: 2\nclientSecret: MARKED-OLD\n---\nc: 3\n---\nd: 4\n";
        let old = Stream::load(text.as_bytes(), &Limits::default()).unwrap();
        let mut new = old.clone();
        for (key, value) in [("b", "5"), ("clientSecret", "MARKED-NEW")] {
            let op = Op::Set {
                path: vec![Step::Key(key.to_owned())],
                value: Value::Text(value.to_owned()),
            };
            let edited = new.documents()[1].edit(&op).unwrap();
            new.replace(1, Arc::new(edited));
        }
        let lines = changes(&old, &new);
        assert!(lines.contains(&Line::Removed("b: 2".to_owned())), "{lines:?}");
        assert!(lines.contains(&Line::Added("b: 5".to_owned())), "{lines:?}");
        assert_eq!(lines.iter().filter(|line| matches!(line, Line::Added(_))).count(), 2);
        assert!(!format!("{lines:?}").contains("MARKED"), "{lines:?}");
        assert_eq!(lines[0], Line::Hunk("@@ -1,6 +1,6 @@".to_owned()));
        assert!(changes(&old, &old).is_empty());
    }
}
