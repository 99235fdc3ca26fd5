//! What the text of a document consists of besides its content.

use super::super::{Tree, scan};

/// Where the parts of a document's text end and begin.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    /// The end of what belongs to the file and not to its first document.
    pub head: usize,
    /// Whether it has a `---`.
    pub marked: bool,
    /// Whether it has directives.
    pub directives: bool,
    /// Whether it has neither `---` nor content: blank lines, comments and directives at most.
    pub bare: bool,
    /// Where the `...` that ends it stands.
    pub dots: Option<usize>,
    /// Where the comment that leads the next document begins; the end when there is none.
    pub lead: usize,
    /// The end of the line of the `...` that ends it; its end when there is none.
    pub footer: usize,
}

impl Parts {
    /// Takes a text apart. `led` is its tree when the next document begins with `---`, so that a
    /// comment may lead that; `first` is whether it stands at the top of the file.
    pub fn of(text: &str, led: Option<&Tree>, first: bool) -> Self {
        let mut parts = Self { bare: true, lead: text.len(), ..Self::default() };
        parts.footer = text.len();
        let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        parts.head = if first { mark } else { 0 };
        let mut in_head = first;
        for line in scan::line_starts(text) {
            let at = if line == 0 { mark } else { line };
            let after = scan::next_line(text, line);
            if scan::is_marker(text, at, "...") {
                in_head = false;
                if !parts.bare {
                    parts.dots = Some(at);
                    parts.footer = after;
                    break;
                }
                continue;
            }
            if !parts.bare {
                continue;
            }
            let content = &text[at..scan::line_end(text, at)];
            match content.trim_start_matches([' ', '\t']).as_bytes().first() {
                None if in_head && after > line => parts.head = after,
                Some(b'#') if in_head && at == parts.head && for_editors(content) => {
                    parts.head = after;
                }
                None | Some(b'#') => {}
                _ if content.starts_with('%') => {
                    parts.directives = true;
                    in_head = false;
                }
                _ => {
                    parts.bare = false;
                    parts.marked = scan::is_marker(text, at, "---");
                }
            }
        }
        if parts.dots.is_none()
            && let Some(tree) = led
        {
            parts.lead = lead(text, tree);
        }
        parts
    }
}

/// Where the lines of comment begin that end a text.
fn lead(text: &str, tree: &Tree) -> usize {
    let mut start = text.len();
    for comment in tree.comments().iter().rev() {
        let is_line = scan::line_start(text, comment.start) == comment.start;
        if !is_line || scan::next_line(text, comment.start) != start {
            break;
        }
        start = comment.start;
    }
    start
}

/// Whether a comment tells an editor how to treat the file.
fn for_editors(comment: &str) -> bool {
    let text = comment.trim_start_matches(['#', ' ']);
    ["yaml-language-server:", "vim:", "vi:", "ex:", "-*-"].iter().any(|it| text.starts_with(it))
        || comment.starts_with("#!")
}

/// The first line break of a text.
pub(super) fn first_break(text: &str) -> Option<&str> {
    let end = scan::line_end(text, 0);
    let after = scan::after_break(text, end);
    (after > end).then(|| &text[end..after])
}

/// The text without the line break at its end.
pub(super) fn without_last_break(text: &str) -> &str {
    text.strip_suffix("\r\n").or_else(|| text.strip_suffix(['\n', '\r'])).unwrap_or(text)
}
