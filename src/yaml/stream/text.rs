//! Free editing of the text, with no more parsed again than was touched.
//!
//! Where documents are cut depends on lines alone, and at a cut the scan knows nothing of what was
//! before: a document scanned from its start gives the same document. So it is enough to scan from
//! the document before the first one touched (what it ends with decides whether there is a cut) to
//! the first cut behind the change that was a cut before: from there on everything is as it was.

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::super::EditError;
use super::{Document, Splice, Stream, split};

pub(super) fn replace(
    stream: &Stream,
    range: &Range<usize>,
    with: &str,
) -> Result<Splice, EditError> {
    let nothing = || EditError::NotFound(format!("bytes {} to {}", range.start, range.end));
    if range.start > range.end || range.end > stream.len() {
        return Err(nothing());
    }
    let documents = stream.documents();
    let (first, mut at) = stream.find(range.start);
    let (last, end) = stream.find(range.end);
    let on_character = |document: usize, offset: usize| {
        documents.get(document).is_none_or(|it| it.text().is_char_boundary(offset))
    };
    if !on_character(first, at) || !on_character(last, end) {
        return Err(nothing());
    }
    if stream.len() - range.len() + with.len() > stream.limits.file_bytes {
        return Err(EditError::Unsupported(format!(
            "the file would have more than the {} bytes that are allowed",
            stream.limits.file_bytes
        )));
    }
    // From the start of the document before. One that has no content, which only the first can
    // be, is no reason for a cut.
    let from = first.saturating_sub(1);
    if from < first {
        at += documents[from].text().len();
    }
    let next = (last + 1).min(documents.len());
    let mut more = 1;
    loop {
        let until = (next + more).min(documents.len());
        let mut text = String::new();
        documents.range(from..until).for_each(|document| text.push_str(document.text()));
        text.replace_range(at..at + range.len(), with);
        let chunks = split::split(&text);
        let found = if until == documents.len() {
            Some((chunks.len(), until))
        } else {
            let behind = stream.start(next) - stream.start(from) - range.len() + with.len();
            first_common(&chunks, behind, documents.range(next..until))
                .map(|(chunks, documents)| (chunks, next + documents))
        };
        if let Some((count, to)) = found {
            let before: Vec<_> = documents.range(from..to).cloned().collect();
            let after = reuse(&before, &chunks[..count], stream);
            return Ok(Splice::between(from, before, after));
        }
        // The change reached further, as an opened quote never does but a lost `---` may.
        more *= 2;
    }
}

/// The first place where both a chunk and one of the documents from the byte `behind` on begin, as
/// numbers of the two.
fn first_common<'a>(
    chunks: &[&str],
    behind: usize,
    documents: impl Iterator<Item = &'a Arc<Document>>,
) -> Option<(usize, usize)> {
    let (mut start, mut number) = (0, 0);
    let mut at = behind;
    for (count, document) in documents.enumerate() {
        while start < at && number < chunks.len() {
            start += chunks[number].len();
            number += 1;
        }
        if start == at && number < chunks.len() {
            return Some((number, count));
        }
        at += document.text().len();
    }
    None
}

/// The documents of the new texts: the old ones, where these are at the start or the end.
fn reuse(before: &[Arc<Document>], chunks: &[&str], stream: &Stream) -> Vec<Arc<Document>> {
    let same = |(old, new): &(&Arc<Document>, &&str)| old.text() == **new;
    let head = before.iter().zip(chunks).take_while(same).count();
    let rest = (&before[head..], &chunks[head..]);
    let tail = rest.0.iter().rev().zip(rest.1.iter().rev()).take_while(same).count();
    let (old, new) = (&before[head..before.len() - tail], &chunks[head..chunks.len() - tail]);
    let parsed: Vec<_> = new
        .par_iter()
        .with_min_len(8)
        .enumerate()
        .map(|(at, text)| {
            // Documents are paired from the front. When more come than go, the last of those that
            // go has become all of the others: only the first of them can be it, still broken.
            let document = match old.get(at) {
                Some(old) => Document::parse_after(text, old),
                None => Document::parse(text, &stream.limits),
            };
            Arc::new(document)
        })
        .collect();
    let (head, tail) = (&before[..head], &before[before.len() - tail..]);
    head.iter().cloned().chain(parsed).chain(tail.iter().cloned()).collect()
}
