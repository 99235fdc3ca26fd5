//! What changed, as a unified diff.
//!
//! Documents that were not touched are shared between the two texts, so they are told apart by
//! their addresses, and only the runs of documents that differ are gone through line by line, with
//! enough of their neighbours for the context. One edit in a file of ten thousand documents is
//! then compared as one in a file of three.

use std::fmt::Write;
use std::ops::Range;
use std::sync::Arc;

use similar::{ChangeTag, TextDiff};

use crate::yaml::{Document, Stream};

/// Unchanged lines shown before and after a change.
const CONTEXT: usize = 3;

/// A run of documents that differ, with neighbours, as ranges of both sides.
type Run = (Range<usize>, Range<usize>);

/// The unified diff of two texts of a file; empty when they are the same.
pub(super) fn unified(name: &str, old: Option<&Stream>, new: Option<&Stream>) -> String {
    let old = old.map_or(&[][..], Stream::documents);
    let new = new.map_or(&[][..], Stream::documents);
    let mut text = String::new();
    let (mut old_lines, mut new_lines) = (0, 0);
    let (mut old_at, mut new_at) = (0, 0);
    for (olds, news) in runs(old, new) {
        old_lines += lines(&old[old_at..olds.start]);
        new_lines += lines(&new[new_at..news.start]);
        (old_at, new_at) = (olds.start, news.start);
        let before: String = old[olds].iter().map(|it| it.text()).collect();
        let after: String = new[news].iter().map(|it| it.text()).collect();
        hunks(&mut text, &before, &after, old_lines, new_lines);
    }
    if text.is_empty() { text } else { format!("--- {name}\n+++ {name}\n{text}") }
}

fn same(one: &Arc<Document>, two: &Arc<Document>) -> bool {
    Arc::ptr_eq(one, two) || one.text() == two.text()
}

fn lines(documents: &[Arc<Document>]) -> usize {
    documents.iter().map(|it| memchr::memchr_iter(b'\n', it.text().as_bytes()).count()).sum()
}

fn runs(old: &[Arc<Document>], new: &[Arc<Document>]) -> Vec<Run> {
    let differing: Vec<Run> = if old.len() == new.len() {
        (0..old.len())
            .filter(|at| !same(&old[*at], &new[*at]))
            .map(|at| (at..at + 1, at..at + 1))
            .collect()
    } else {
        // Documents came or went: everything between the first and the last difference.
        let shared = old.len().min(new.len());
        let head = (0..shared).take_while(|at| same(&old[*at], &new[*at])).count();
        let from_end = |at: &usize| same(&old[old.len() - 1 - at], &new[new.len() - 1 - at]);
        let tail = (0..shared - head).take_while(from_end).count();
        vec![(head..old.len() - tail, head..new.len() - tail)]
    };
    let mut runs: Vec<Run> = Vec::new();
    for (olds, news) in differing {
        // Neighbours are the same on both sides, so they are counted once.
        let mut before = 0;
        while before < olds.start && lines(&old[olds.start - before..olds.start]) <= CONTEXT {
            before += 1;
        }
        let mut after = 0;
        while olds.end + after < old.len() && lines(&old[olds.end..olds.end + after]) <= CONTEXT {
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

/// The hunks of one run, whose first lines have so many lines before them in the two files.
fn hunks(text: &mut String, old: &str, new: &str, old_lines: usize, new_lines: usize) {
    let diff = TextDiff::from_lines(old, new);
    for group in diff.grouped_ops(CONTEXT) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let olds = first.old_range().start..last.old_range().end;
        let news = first.new_range().start..last.new_range().end;
        let (olds, news) = (range(olds, old_lines), range(news, new_lines));
        writeln!(text, "@@ -{olds} +{news} @@").ok();
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            text.push(match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            });
            text.push_str(change.value());
            if change.missing_newline() {
                text.push_str("\n\\ No newline at end of file\n");
            }
        }
    }
}

/// As unified diffs write ranges: from 1, the length left out when it is one, and the line before
/// when there is none.
fn range(lines: Range<usize>, before: usize) -> String {
    let start = lines.start + before + 1;
    match lines.len() {
        0 => format!("{},0", start - 1),
        1 => start.to_string(),
        length => format!("{start},{length}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::Limits;

    fn stream(text: &str) -> Stream {
        Stream::load(text.as_bytes(), &Limits::default()).unwrap()
    }

    /// Against the diff of the whole texts by the library.
    fn check(old: &str, new: &str) {
        let whole = TextDiff::from_lines(old, new).unified_diff().header("f", "f").to_string();
        let ours = unified("f", Some(&stream(old)), Some(&stream(new)));
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
