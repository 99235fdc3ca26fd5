//! Text ⇄ texts of documents, by a scan of lines.

use super::super::scan;

/// The texts of the documents of a file; none for an empty file.
pub(super) fn split(text: &str) -> Vec<&str> {
    split_unless(text, || false).unwrap_or_default()
}

/// As [`split`], unless it is cancelled.
pub(super) fn split_unless(text: &str, cancelled: impl Fn() -> bool) -> Option<Vec<&str>> {
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
    for (number, line) in scan::line_starts(text).enumerate() {
        if number % 4096 == 4095 && cancelled() {
            return None;
        }
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
    Some(chunks)
}
