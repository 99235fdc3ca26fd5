//! Bytes ⇄ documents.
//!
//! YAML forbids `---` and `...` at the start of a line inside any scalar (YAML 1.2 §9.1.2,
//! c-forbidden), so documents can be told apart without parsing them. That makes every document a
//! text of its own: they parse in parallel, a broken one harms no other, and an edit costs what
//! its document costs, not what the file costs.
//!
//! What stands between two documents has to belong to one of them. Up to the line of `...` (or
//! of the next `---`) everything belongs to the document before; comments, blank lines and
//! directives at the start of the file or after `...` belong to the document that follows, because
//! that is where YAML puts them (l-document-prefix). So the documents here are the documents every
//! YAML reader counts; a file of nothing but comments is one document without a root.

mod document;
mod documents;
mod edit;
mod encoding;
mod parts;
mod progress;
mod split;
mod text;
mod whole;

use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::{EditError, Limits, LoadError, Position, Span, scan};
use documents::Extent;

pub use document::{Document, Offsets};
pub use documents::Documents;
pub use edit::{Splice, StreamOp};
pub use encoding::Encoding;
pub use progress::Progress;

/// The text of one file, split into documents. A clone shares what neither of the two changes.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    documents: Documents,
    encoding: Encoding,
    limits: Limits,
}

impl Stream {
    /// Splits and parses the bytes of one file (documents in parallel).
    ///
    /// # Errors
    ///
    /// When the bytes are too many or not text in an encoding that YAML knows. Syntax errors are
    /// not among them: they belong to the document that has them.
    pub fn load(bytes: &[u8], limits: &Limits) -> Result<Self, LoadError> {
        Self::load_with(bytes, limits, &Progress::default())
    }

    /// As [`Stream::load`], and says how far it is: when it is done, `progress` has gone up by the
    /// number of bytes. The total is the caller's to set.
    ///
    /// # Errors
    ///
    /// As for [`Stream::load`], and [`LoadError::Cancelled`] some milliseconds after
    /// [`Progress::cancel`].
    pub fn load_with(
        bytes: &[u8],
        limits: &Limits,
        progress: &Progress,
    ) -> Result<Self, LoadError> {
        if bytes.len() > limits.file_bytes {
            return Err(LoadError::TooLarge { bytes: bytes.len(), limit: limits.file_bytes });
        }
        let (text, encoding) = encoding::decode(bytes)?;
        let chunks =
            split::split_unless(&text, || progress.is_cancelled()).ok_or(LoadError::Cancelled)?;
        let scale = bytes.len() as f64 / text.len().max(1) as f64;
        let documents: Option<Vec<_>> = chunks
            .into_par_iter()
            .with_min_len(8)
            .map(|chunk| {
                let document = Document::parse_with(chunk, limits, Some(progress));
                if progress.is_cancelled() {
                    return None;
                }
                if encoding == Encoding::Utf8 {
                    progress.add_done(chunk.len() as u64);
                } else {
                    progress.add_done((chunk.len() as f64 * scale) as u64);
                }
                Some(Arc::new(document))
            })
            .collect();
        let documents = Documents::new(documents.ok_or(LoadError::Cancelled)?);
        Ok(Self { documents, encoding, limits: *limits })
    }

    /// The bytes of the file; right after [`Stream::load`] exactly the bytes that were loaded.
    ///
    /// A text gets a byte-order mark if edits have left it so that its encoding would not be seen
    /// without: one in UTF-16 or UTF-32, or one in UTF-8 with zeros in front.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.len());
        for document in &self.documents {
            encoding::encode(document.text(), self.encoding, &mut bytes);
        }
        let mark = encoding::missing_mark(&bytes, self.encoding);
        if mark.is_empty() { bytes } else { [mark, bytes].concat() }
    }

    /// The encoding it was read in and will be written in.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The documents in file order; their texts concatenated are the file.
    pub fn documents(&self) -> &Documents {
        &self.documents
    }

    /// Puts another document in the place of one and gives back the old one.
    ///
    /// # Panics
    ///
    /// When there is no document at `index`.
    pub fn replace(&mut self, index: usize, document: Arc<Document>) -> Arc<Document> {
        let old = Arc::clone(&self.documents[index]);
        self.documents.splice(index, 1, vec![document]);
        old
    }

    /// Puts documents in the place of others and gives these back, as [`Stream::edit`] said or as
    /// an undo wants it back. Places past the end are the end.
    pub fn splice(
        &mut self,
        at: usize,
        removed: usize,
        documents: Vec<Arc<Document>>,
    ) -> Vec<Arc<Document>> {
        self.documents.splice(at, removed, documents)
    }

    /// What an edit of whole documents, or of text anywhere, would replace by what. Nothing is
    /// changed: give the answer to [`Stream::splice`].
    ///
    /// # Errors
    ///
    /// The place is not there, or the edit cannot be made without touching other documents.
    pub fn edit(&self, op: &StreamOp) -> Result<Splice, EditError> {
        edit::edit(self, op)
    }

    /// Whether both would be saved as the same bytes. What they share is not looked at.
    pub fn same(&self, other: &Self) -> bool {
        self.encoding == other.encoding && self.documents.same_text(&other.documents)
    }

    /// The bytes of the text in UTF-8, whatever its encoding on disk.
    pub fn len(&self) -> usize {
        self.documents.all().bytes
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A part of the text, as it is written; empty when that is no range of characters of it.
    pub fn text(&self, range: Range<usize>) -> String {
        let mut text = String::new();
        if range.start >= range.end {
            return text;
        }
        let (first, _) = self.find(range.start);
        let mut at = self.start(first);
        for document in self.documents.range(first..self.documents.len()) {
            let whole = document.text();
            let part = range.start.saturating_sub(at)..(range.end - at).min(whole.len());
            let Some(part) = whole.get(part) else { return String::new() };
            text.push_str(part);
            at += whole.len();
            if at >= range.end {
                break;
            }
        }
        text
    }

    /// Offset in the text of the file at which a document begins; the end for one that is not
    /// there.
    pub fn start(&self, document: usize) -> usize {
        self.documents.before(document).bytes
    }

    /// The document that an offset in the text of the file lies in, and the offset within that.
    /// Where two documents meet it is the second one; an offset past the end is the end.
    pub fn find(&self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.len());
        match self.documents.find(|before| before.bytes, offset) {
            Some(document) => (document, offset - self.start(document)),
            None => (0, 0),
        }
    }

    /// How many lines the text has, as an editor counts them: after a line break at its end there
    /// is one more, an empty one.
    pub fn line_count(&self) -> usize {
        self.documents.all().breaks + 1
    }

    /// The line with a number, counted from 1: the document it is in, and its place there without
    /// the line break. A line belongs to one document, as documents begin with lines. The empty
    /// line at the end is the end of the last document. `None` when there is no such line, or
    /// nothing at all.
    pub fn line(&self, number: usize) -> Option<(usize, Span)> {
        let breaks = number.checked_sub(1).filter(|_| number <= self.line_count())?;
        let document = self.documents.find(|before| before.breaks, breaks)?;
        let within = breaks - self.documents.before(document).breaks;
        Some((document, self.documents[document].line(within)))
    }

    /// Line and column in the file of a byte offset within one document.
    ///
    /// An offset past the end of its document is the end of the document; a document that is not
    /// there is the start of the file.
    pub fn position(&self, document: usize, offset: usize) -> Position {
        let Some(text) = self.documents.get(document).map(|d| d.text()) else {
            return Position { line: 1, column: 1 };
        };
        let offset = floor(text, offset);
        let start = scan::line_start(text, offset);
        let before = text[start..offset].trim_start_matches('\u{feff}');
        let Extent { breaks, .. } = self.documents.before(document);
        Position {
            line: 1 + breaks + scan::count_breaks(&text[..start]),
            column: 1 + before.chars().count(),
        }
    }

    /// The line a byte offset of one document stands in, without its line break; what a diagnostic
    /// shows under its message.
    pub fn line_text(&self, document: usize, offset: usize) -> &str {
        let Some(text) = self.documents.get(document).map(|d| d.text()) else { return "" };
        let offset = floor(text, offset);
        let start = scan::line_start(text, offset);
        text[start..scan::line_end(text, start)].trim_start_matches('\u{feff}')
    }
}

/// The last character boundary at or before `offset`.
fn floor(text: &str, offset: usize) -> usize {
    text.floor_char_boundary(offset.min(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str) -> Stream {
        Stream::load(text.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn documents_are_those_a_yaml_reader_counts() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("\n", &["\n"]),
            ("# only\n", &["# only\n"]),
            ("a: 1", &["a: 1"]),
            ("a: 1\n---\nb: 2\n", &["a: 1\n", "---\nb: 2\n"]),
            ("# head\n---\na\n", &["# head\n---\na\n"]),
            ("%YAML 1.2\n---\na\n---\nb", &["%YAML 1.2\n---\na\n", "---\nb"]),
            ("---\na\n# tail\n---\nb\n", &["---\na\n# tail\n", "---\nb\n"]),
            ("---\na\n...\n# of b\n---\nb\n", &["---\na\n...\n", "# of b\n---\nb\n"]),
            ("---\na\n...\n%TAG ! !x\n---\nb\n", &["---\na\n...\n", "%TAG ! !x\n---\nb\n"]),
            ("a\n...\nb\n", &["a\n...\n", "b\n"]),
            ("a\n...\n# end\n", &["a\n...\n# end\n"]),
            ("a\n...\n...\nb\n", &["a\n...\n", "...\nb\n"]),
            ("---\n---\n", &["---\n", "---\n"]),
            ("a: |\n  ---\n----\n--- x\n", &["a: |\n  ---\n----\n", "--- x\n"]),
            ("\u{feff}---\na\r\n---\r\nb", &["\u{feff}---\na\r\n", "---\r\nb"]),
            ("a\r---\rb\r", &["a\r", "---\rb\r"]),
        ];
        for (text, expected) in cases {
            assert_eq!(&split::split(text), expected, "{text:?}");
            assert_eq!(load(text).to_bytes(), text.as_bytes());
        }
    }

    #[test]
    fn a_broken_document_leaves_the_others() {
        let stream = load("a: 1\n---\nb: [\n---\nc: 3\n");
        let fine: Vec<bool> = stream.documents().iter().map(|d| d.tree().is_ok()).collect();
        assert_eq!(fine, [true, false, true]);
    }

    #[test]
    fn positions_count_lines_of_the_file_and_characters() {
        let mut stream = load("\u{feff}# ü\na: 1\n---\nb: ü x\r\nc: 2\n");
        assert_eq!(stream.position(0, 3), Position { line: 1, column: 1 });
        let text = stream.documents()[1].text().to_owned();
        let at = text.find('x').unwrap();
        assert_eq!(stream.position(1, at), Position { line: 4, column: 6 });
        assert_eq!(stream.line_text(1, at), "b: ü x");
        assert_eq!(stream.position(1, 999), Position { line: 6, column: 1 });
        let longer = Document::parse("a: 1\n\n\n", &Limits::default());
        stream.replace(0, Arc::new(longer));
        assert_eq!(stream.position(1, at), Position { line: 5, column: 6 });
        assert_eq!(stream.position(9, 0), Position { line: 1, column: 1 });
        assert_eq!(stream.line_text(9, 0), "");
    }

    #[test]
    fn a_file_over_the_limit_is_refused() {
        let limits = Limits { file_bytes: 3, ..Limits::default() };
        assert!(Stream::load(b"a: 1", &limits).is_err());
        assert!(Stream::load(b"a: ", &limits).is_ok());
    }
}
