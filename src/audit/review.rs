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
use crate::yaml::{Document, Documents, Stream};

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

/// A run of documents that differ, with neighbours, as ranges of both sides.
type Run = (Range<usize>, Range<usize>);

/// The lines that differ, with some around them; none when the texts are equal.
///
/// Only the runs of documents that differ are gone through line by line, with enough of their
/// neighbours for the context: one edit in a file of ten thousand documents is compared as one in a
/// file of three.
pub fn changes(old: &Stream, new: &Stream) -> Vec<Line> {
    let (old, new) = (old.documents(), new.documents());
    let mut found = Vec::new();
    let (mut old_lines, mut new_lines) = (0, 0);
    let (mut old_at, mut new_at) = (0, 0);
    for (olds, news) in runs(old, new) {
        old_lines += line_breaks(old, old_at..olds.start);
        new_lines += line_breaks(new, new_at..news.start);
        (old_at, new_at) = (olds.start, news.start);
        let texts = (Text::of(old.range(olds)), Text::of(new.range(news)));
        hunks(&mut found, (&texts.0, old_lines), (&texts.1, new_lines));
    }
    found
}

fn same(one: &Arc<Document>, two: &Arc<Document>) -> bool {
    Arc::ptr_eq(one, two) || one.text() == two.text()
}

fn line_breaks(documents: &Documents, range: Range<usize>) -> usize {
    let documents = documents.range(range);
    documents.map(|it| memchr::memchr_iter(b'\n', it.text().as_bytes()).count()).sum()
}

fn runs(old: &Documents, new: &Documents) -> Vec<Run> {
    let differing: Vec<Run> = if old.len() == new.len() {
        let pairs = old.iter().zip(new).enumerate();
        pairs
            .filter(|(_, (old, new))| !same(old, new))
            .map(|(at, _)| (at..at + 1, at..at + 1))
            .collect()
    } else {
        // Documents came or went: everything between the first and the last difference.
        let shared = old.len().min(new.len());
        let head = old.iter().zip(new).take_while(|(old, new)| same(old, new)).count();
        let from_end = old.iter().rev().zip(new.iter().rev()).take(shared - head);
        let tail = from_end.take_while(|(old, new)| same(old, new)).count();
        vec![(head..old.len() - tail, head..new.len() - tail)]
    };
    let mut runs: Vec<Run> = Vec::new();
    for (olds, news) in differing {
        // Neighbours are the same on both sides, so they are counted once.
        let mut before = 0;
        while before < olds.start && line_breaks(old, olds.start - before..olds.start) <= CONTEXT {
            before += 1;
        }
        let mut after = 0;
        while olds.end + after < old.len()
            && line_breaks(old, olds.end..olds.end + after) <= CONTEXT
        {
            after += 1;
        }
        let olds = olds.start - before..olds.end + after;
        let news = news.start - before..news.end + after;
        match runs.last_mut() {
            Some(last) if olds.start <= last.0.end => {
                last.0.end = last.0.end.max(olds.end);
                last.1.end = last.1.end.max(news.end);
            }
            _ => runs.push((olds, news)),
        }
    }
    runs
}

/// A text, and the same text with its secrets covered.
#[derive(Default)]
pub struct Text {
    plain: String,
    covered: String,
}

impl Text {
    pub fn of<'a>(documents: impl IntoIterator<Item = &'a Arc<Document>>) -> Self {
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

/// The lines that differ between two whole texts.
pub fn lines(old: &Text, new: &Text) -> Vec<Line> {
    let mut found = Vec::new();
    hunks(&mut found, (old, 0), (new, 0));
    found
}

/// The hunks of two texts, each with the number of lines before it in its file.
fn hunks(
    found: &mut Vec<Line>,
    (old, old_first): (&Text, usize),
    (new, new_first): (&Text, usize),
) {
    let diff = TextDiff::from_lines(old.plain.as_str(), new.plain.as_str());
    let old_lines: Vec<&str> = old.covered.split_inclusive('\n').collect();
    let new_lines: Vec<&str> = new.covered.split_inclusive('\n').collect();
    for group in diff.grouped_ops(CONTEXT) {
        let (Some(head), Some(tail)) = (group.first(), group.last()) else { continue };
        let was = hunk_range(&(head.old_range().start..tail.old_range().end), old_first);
        let is = hunk_range(&(head.new_range().start..tail.new_range().end), new_first);
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
        assert_eq!(lines[0], Line::Hunk("@@ -1,7 +1,7 @@".to_owned()));
        assert!(changes(&old, &old).is_empty());
    }

    /// As `diff -u` writes them.
    fn unified(lines: &[Line]) -> String {
        let mut text = String::new();
        for line in lines {
            if text.is_empty() {
                text.push_str("--- f\n+++ f\n");
            }
            text.push_str(&match line {
                Line::Hunk(line) => format!("{line}\n"),
                Line::Same(line) => format!(" {line}\n"),
                Line::Removed(line) => format!("-{line}\n"),
                Line::Added(line) => format!("+{line}\n"),
                Line::NoLineBreak => "\\ No newline at end of file\n".to_owned(),
            });
        }
        text
    }

    fn stream(text: &str) -> Stream {
        Stream::load(text.as_bytes(), &Limits::default()).unwrap()
    }

    /// Against the diff of the whole texts by the library.
    fn check(old: &str, new: &str) {
        let whole = TextDiff::from_lines(old, new).unified_diff().header("f", "f").to_string();
        let ours = unified(&changes(&stream(old), &stream(new)));
        if old == new {
            assert_eq!(ours, "");
        } else {
            assert_eq!(ours, whole);
        }
    }

    #[test]
    fn runs_of_documents_make_the_same_diff_as_the_whole_file() {
        let document = |at: usize, value: &str| format!("---\nid: {at}\nkey{at}: {value}\n");
        let all: Vec<_> = (0..12).map(|at| document(at, "x")).collect();
        let old = all.concat();
        check(&old, &old);
        for at in 0..12 {
            for other in 0..12 {
                let mut changed = all.clone();
                changed[at] = document(at, "y");
                changed[other] = document(other, "z\nmore: 1\neven: 2");
                check(&old, &changed.concat());
            }
            let mut fewer = all.clone();
            fewer.remove(at);
            check(&old, &fewer.concat());
            check(&fewer.concat(), &old);
        }
        check("a: 1", "a: 2");
        check("a: 1", "a: 1\n");
        check("a: 1\r\n", "a: 2\r\n");
        check("", "a: 1\n");
    }
}
