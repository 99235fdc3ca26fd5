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

use std::sync::Arc;

use rayon::prelude::*;

use super::{
    EditError, Limits, LoadError, Op, Position, Span, SyntaxError, Tree, Via, edit, parse, scan,
};

/// The text of one file, split into documents.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    documents: Vec<Arc<Document>>,
    /// The number of line breaks before each document; as long as `documents`.
    breaks_before: Vec<usize>,
}

impl Stream {
    /// Splits and parses the bytes of one file (documents in parallel).
    ///
    /// # Errors
    ///
    /// When the bytes are too many or not UTF-8. Syntax errors are not among them: they belong to
    /// the document that has them.
    pub fn load(bytes: &[u8], limits: &Limits) -> Result<Self, LoadError> {
        if bytes.len() > limits.file_bytes {
            return Err(LoadError::TooLarge { bytes: bytes.len(), limit: limits.file_bytes });
        }
        let text = decode(bytes)?;
        let documents = split(text)
            .into_par_iter()
            .with_min_len(8)
            .map(|chunk| Arc::new(Document::parse(chunk, limits)))
            .collect();
        let mut stream = Self { documents, breaks_before: Vec::new() };
        stream.count_from(0);
        Ok(stream)
    }

    /// The bytes of the file; right after [`Stream::load`] exactly the bytes that were loaded.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.documents.iter().map(|d| d.text().len()).sum());
        for document in &self.documents {
            bytes.extend_from_slice(document.text().as_bytes());
        }
        bytes
    }

    /// The documents in file order; their texts concatenated are the file.
    pub fn documents(&self) -> &[Arc<Document>] {
        &self.documents
    }

    /// Puts another document in the place of one and gives back the old one.
    ///
    /// # Panics
    ///
    /// When there is no document at `index`.
    pub fn replace(&mut self, index: usize, document: Arc<Document>) -> Arc<Document> {
        let old = std::mem::replace(&mut self.documents[index], document);
        if old.breaks != self.documents[index].breaks {
            self.count_from(index);
        }
        old
    }

    /// Puts documents in the place of others and gives these back. Places past the end are the end.
    pub fn splice(
        &mut self,
        at: usize,
        removed: usize,
        documents: Vec<Arc<Document>>,
    ) -> Vec<Arc<Document>> {
        let at = at.min(self.documents.len());
        let end = at.saturating_add(removed).min(self.documents.len());
        let old = self.documents.splice(at..end, documents).collect();
        self.count_from(at);
        old
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
        Position {
            line: 1 + self.breaks_before[document] + scan::count_breaks(&text[..start]),
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

    /// Counts the lines anew from one document on.
    fn count_from(&mut self, index: usize) {
        self.breaks_before.truncate(index);
        let mut breaks = match index.checked_sub(1) {
            Some(last) => self.breaks_before[last] + self.documents[last].breaks,
            None => 0,
        };
        for document in &self.documents[index..] {
            self.breaks_before.push(breaks);
            breaks += document.breaks;
        }
    }
}

/// One document of a stream: its text, with the `---` before it and comments around it, and what
/// the parser made of it.
#[derive(Debug)]
pub struct Document {
    text: Arc<str>,
    tree: Result<Tree, SyntaxError>,
    breaks: usize,
    limits: Limits,
}

impl Document {
    /// Parses one document.
    pub fn parse(text: &str, limits: &Limits) -> Self {
        let text = Arc::from(text);
        let tree = parse::parse(&text, limits);
        Self { breaks: scan::count_breaks(&text), tree, text, limits: *limits }
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

    /// The limits it was parsed with, which also hold for what edits make of it.
    pub(super) fn limits(&self) -> &Limits {
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
}

/// The last character boundary at or before `offset`.
fn floor(text: &str, offset: usize) -> usize {
    text.floor_char_boundary(offset.min(text.len()))
}

fn decode(bytes: &[u8]) -> Result<&str, LoadError> {
    // ASCII in UTF-16 or UTF-32 without a mark is valid UTF-8, full of NULs.
    if let Some(name) = wide_encoding(bytes) {
        let offset = memchr::memchr(0, bytes).unwrap_or(0);
        return Err(LoadError::NotUtf8 { offset, looks_like: Some(name) });
    }
    std::str::from_utf8(bytes).map_err(|error| LoadError::NotUtf8 {
        offset: error.valid_up_to(),
        looks_like: narrow_encoding(bytes),
    })
}

/// The encoding of two or four bytes a character that a text shows, by its mark or by its zeros.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] => return Some("UTF-32 (little endian)"),
        [0, 0, 0xFE, 0xFF, ..] => return Some("UTF-32 (big endian)"),
        [0xFF, 0xFE, ..] => return Some("UTF-16 (little endian)"),
        [0xFE, 0xFF, ..] => return Some("UTF-16 (big endian)"),
        _ => {}
    }
    let head = &bytes[..bytes.len().min(512) & !1];
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), head.len() / 2);
    // Mostly Latin text: one byte of nearly every pair is zero, the other nearly never.
    match pairs {
        0 => None,
        _ if odd * 4 >= pairs * 3 && even * 8 <= pairs => Some("UTF-16 (little endian)"),
        _ if even * 4 >= pairs * 3 && odd * 8 <= pairs => Some("UTF-16 (big endian)"),
        _ => None,
    }
}

/// The encoding of one byte a character that bytes which are not UTF-8 probably have: text with
/// few letters beyond ASCII and no control characters.
fn narrow_encoding(bytes: &[u8]) -> Option<&'static str> {
    let control = |b: &u8| matches!(b, 0..=8 | 11 | 12 | 14..=31 | 127);
    let beyond = bytes.iter().filter(|b| !b.is_ascii()).count();
    if bytes.iter().any(control) || beyond * 3 > bytes.len() {
        return None;
    }
    // 0x80–0x9F are control characters in Latin-1 and punctuation in Windows-1252.
    if bytes.iter().any(|b| (0x80..0xA0).contains(b)) {
        Some("Windows-1252")
    } else {
        Some("Latin-1 (ISO 8859-1)")
    }
}

/// The texts of the documents of a file; none for an empty file.
fn split(text: &str) -> Vec<&str> {
    /// What the lines since the last cut have been.
    #[derive(PartialEq)]
    enum State {
        /// Only comments, blank lines and directives: the document is still to begin.
        Prefix,
        /// Content of a document.
        Content,
        /// `...`: what follows belongs to the next document, if there is one.
        End,
    }
    let mut chunks = Vec::new();
    // Where the chunk being read starts, and where the prefix after its `...` starts.
    let (mut start, mut prefix) = (0, 0);
    let mut state = State::Prefix;
    for line in scan::line_starts(text) {
        // A byte-order mark may stand in front of any document.
        let at = if text[line..].starts_with('\u{feff}') { line + 3 } else { line };
        let is_start = scan::is_marker(text, at, "---");
        if scan::is_marker(text, at, "...") {
            if state == State::Content {
                prefix = scan::next_line(text, line);
                state = State::End;
            }
            continue;
        }
        let first = text.as_bytes().get(scan::skip_blanks(text, at));
        let is_prefix = !is_start
            && (matches!(first, None | Some(b'#' | b'\n' | b'\r'))
                || text.as_bytes().get(at) == Some(&b'%'));
        match state {
            State::Prefix if is_prefix => {}
            State::Prefix => state = State::Content,
            State::Content if is_start => {
                chunks.push(&text[start..line]);
                start = line;
            }
            State::Content => {}
            State::End if is_prefix => {}
            State::End => {
                chunks.push(&text[start..prefix]);
                start = prefix;
                state = State::Content;
            }
        }
    }
    if start < text.len() {
        chunks.push(&text[start..]);
    }
    chunks
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
            assert_eq!(&split(text), expected, "{text:?}");
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
    fn other_encodings_are_named() {
        let utf16 = |text: &str, big: bool| -> Vec<u8> {
            let bytes = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
            text.encode_utf16().flat_map(bytes).collect()
        };
        let cases: &[(Vec<u8>, Option<&str>)] = &[
            (utf16("\u{feff}id: a\n", false), Some("UTF-16 (little endian)")),
            (utf16("\u{feff}id: a\n", true), Some("UTF-16 (big endian)")),
            (utf16("id: \"ü\"\nname: x\n", false), Some("UTF-16 (little endian)")),
            (utf16("id: \"ü\"\nname: x\n", true), Some("UTF-16 (big endian)")),
            (b"name: M\xFCller\n".to_vec(), Some("Latin-1 (ISO 8859-1)")),
            (b"name: 5 \x80 each\n".to_vec(), Some("Windows-1252")),
            (vec![0xFF, 0x01, 0x90, 0xC0, 0x02], None),
        ];
        for (bytes, expected) in cases {
            let error = Stream::load(bytes, &Limits::default()).unwrap_err();
            assert!(
                matches!(&error, LoadError::NotUtf8 { looks_like, .. } if looks_like == expected),
                "{error:?}"
            );
        }
    }

    #[test]
    fn a_file_over_the_limit_is_refused() {
        let limits = Limits { file_bytes: 3, ..Limits::default() };
        assert!(Stream::load(b"a: 1", &limits).is_err());
        assert!(Stream::load(b"a: ", &limits).is_ok());
    }
}
