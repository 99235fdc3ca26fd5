//! The text of one file, asked by byte and by line.
//!
//! A file is a stream of documents, each a text of its own, and every document begins at the start
//! of a line. So a line is found by its document first, and only that document is looked at: the
//! length of the file does not matter.

use std::borrow::Cow;
use std::ops::Range;

use crate::yaml::{Document, Span, Stream};

/// Bytes that are quicker looked through than looked up.
const LONG: usize = 1 << 13;

/// The text of a file. Offsets are bytes of its UTF-8 text, lines are counted from 0 and end as
/// YAML says (LF, CRLF, CR); after a last line break there is one more line, without text.
#[derive(Clone, Copy)]
pub(super) struct Text<'a> {
    stream: &'a Stream,
}

impl<'a> Text<'a> {
    pub fn new(stream: &'a Stream) -> Self {
        Self { stream }
    }

    /// Bytes in all.
    pub fn len(self) -> usize {
        self.stream.len()
    }

    pub fn document_count(self) -> usize {
        self.stream.documents().len()
    }

    /// Where a document begins; for a document that is not there the end of the file.
    pub fn start(self, document: usize) -> usize {
        self.stream.start(document)
    }

    /// The document of an offset and the offset within it. The end of the file belongs to the last
    /// document.
    pub fn find(self, offset: usize) -> (usize, usize) {
        self.stream.find(offset)
    }

    pub fn document(self, index: usize) -> Option<&'a Document> {
        self.stream.documents().get(index).map(AsRef::as_ref)
    }

    pub fn line_count(self) -> usize {
        self.stream.line_count()
    }

    /// The line an offset stands in.
    pub fn line_of(self, offset: usize) -> usize {
        let (document, within) = self.find(offset);
        if within < LONG {
            return self.stream.position(document, within).line - 1;
        }
        // Asking for a line by its number is quick in a document of any length, counting is not.
        let (mut low, mut high) = (self.first_line(document), self.line_count());
        while low + 1 < high {
            let middle = low.midpoint(high);
            match self.stream.line(middle + 1) {
                Some((at, span)) if at == document && span.start <= within => low = middle,
                _ => high = middle,
            }
        }
        low
    }

    /// The first line of a document.
    pub fn first_line(self, document: usize) -> usize {
        self.stream.position(document, 0).line - 1
    }

    /// The document a line stands in.
    pub fn document_of_line(self, line: usize) -> usize {
        self.stream.line(line + 1).map_or(0, |(document, _)| document)
    }

    /// A line without its line break; of a line that is not there the end of the file.
    pub fn line(self, line: usize) -> Range<usize> {
        match self.stream.line(line + 1) {
            Some((document, span)) => {
                let start = self.start(document);
                start + span.start..start + span.end
            }
            None => self.len()..self.len(),
        }
    }

    /// Where the line break after a line ends.
    pub fn line_end(self, line: usize) -> usize {
        self.after_break(self.line(line).end)
    }

    /// Where the line break that begins at an offset ends; the offset itself when none does.
    pub fn after_break(self, offset: usize) -> usize {
        let (document, within) = self.find(offset);
        let text = self.document(document).map_or("", Document::text);
        offset + break_len(text, within)
    }

    /// A line as it is written, without its line break.
    pub fn line_text(self, line: usize) -> Cow<'a, str> {
        self.slice(self.line(line))
    }

    /// A part of the text; ends within a character are moved to its start.
    pub fn slice(self, range: Range<usize>) -> Cow<'a, str> {
        let (first, from) = self.find(range.start);
        let left = range.end.saturating_sub(range.start);
        let Some(text) = self.document(first).map(Document::text) else { return Cow::Borrowed("") };
        let from = text.floor_char_boundary(from);
        if from + left <= text.len() {
            return Cow::Borrowed(&text[from..text.floor_char_boundary(from + left)]);
        }
        Cow::Owned(self.stream.text(range))
    }

    /// The line break that a new line gets here: that of the line itself, of the one before it, of
    /// the file's first line.
    pub fn line_break(self, offset: usize) -> &'static str {
        let line = self.line_of(offset);
        let of = |line: usize| {
            let range = self.line(line);
            let end = self.after_break(range.end);
            match self.slice(range.end..end).as_ref() {
                "\r\n" => Some("\r\n"),
                "\r" => Some("\r"),
                "\n" => Some("\n"),
                _ => None,
            }
        };
        of(line).or_else(|| line.checked_sub(1).and_then(of)).or_else(|| of(0)).unwrap_or("\n")
    }
}

/// How long the line break is that begins at an offset.
pub(super) fn break_len(text: &str, at: usize) -> usize {
    match text.as_bytes().get(at..) {
        Some([b'\r', b'\n', ..]) => 2,
        Some([b'\n' | b'\r', ..]) => 1,
        _ => 0,
    }
}

/// The starts of the lines of one document.
pub(super) fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let mut starts = vec![0];
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
            starts.push(at + 1);
        }
    }
    starts
}

/// The line that begins at an offset of a document, without its line break.
pub(super) fn line_from(text: &str, start: usize) -> Span {
    let rest = &text.as_bytes()[start..];
    Span::new(start, start + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len()))
}

#[cfg(test)]
pub(super) fn stream(text: &str) -> Stream {
    Stream::load(text.as_bytes(), &crate::yaml::Limits::default()).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_offsets_agree_across_documents_and_line_endings() {
        for (text, lines) in [
            ("", vec![""]),
            ("a", vec!["a"]),
            ("a\n", vec!["a", ""]),
            ("a: 1\r\n---\r\nb: 2\r\n", vec!["a: 1", "---", "b: 2", ""]),
            ("a: 1\r---\rb: é\n\n...\n", vec!["a: 1", "---", "b: é", "", "...", ""]),
        ] {
            let stream = stream(text);
            let view = Text::new(&stream);
            assert_eq!(view.len(), text.len());
            assert_eq!(view.line_count(), lines.len(), "{text:?}");
            let seen: Vec<_> = (0..lines.len()).map(|line| view.line_text(line)).collect();
            assert_eq!(seen, lines);
            for (line, _) in lines.iter().enumerate() {
                let range = view.line(line);
                assert_eq!(view.line_of(range.start), line, "{text:?}");
                assert_eq!(view.line_of(range.end), line, "{text:?}");
            }
            assert_eq!(view.slice(0..text.len()), text);
        }
    }

    #[test]
    fn lines_of_a_long_document_are_looked_up() {
        let text = format!("a: 1\n---\n{}---\nc: 3\n", "key: value\r\n".repeat(5000));
        let stream = stream(&text);
        let view = Text::new(&stream);
        for line in [0, 1, 2, 3, 900, 4999, 5001, 5002, 5003, 5004] {
            let range = view.line(line);
            assert_eq!(view.line_of(range.start), line);
            assert_eq!(view.line_of(range.end), line);
        }
    }

    #[test]
    fn a_new_line_ends_as_its_neighbours_do() {
        for (text, expected) in [("a\r\nb", "\r\n"), ("a\rb\r", "\r"), ("a", "\n"), ("", "\n")] {
            let stream = stream(text);
            assert_eq!(Text::new(&stream).line_break(text.len()), expected, "{text:?}");
        }
    }
}
