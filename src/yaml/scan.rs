//! Questions asked of the text itself, where spans are not enough: line breaks (LF, CRLF and lone
//! CR, as YAML 1.2 §5.4 counts them), blanks, and comments.

use memchr::memchr2_iter;

/// Where the line break that begins at `at` ends; `at` itself when none begins there.
pub(super) fn after_break(text: &str, at: usize) -> usize {
    match text.as_bytes().get(at..) {
        Some([b'\r', b'\n', ..]) => at + 2,
        Some([b'\n' | b'\r', ..]) => at + 1,
        _ => at,
    }
}

/// Offset of the line break that ends the line of `at`, or the end of the text.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    memchr::memchr2(b'\n', b'\r', &text.as_bytes()[at..]).map_or(text.len(), |i| at + i)
}

/// Offset after the line break that ends the line of `at`, or the end of the text.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    after_break(text, line_end(text, at))
}

/// Offset of the first byte of the line of `at`.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    memchr::memrchr2(b'\n', b'\r', &text.as_bytes()[..at]).map_or(0, |i| {
        // Between CR and LF there is no line.
        if text.as_bytes()[i] == b'\r' && text.as_bytes().get(i + 1) == Some(&b'\n') {
            line_start(text, i)
        } else {
            i + 1
        }
    })
}

/// Where the line breaks of a text end.
pub(super) fn breaks(text: &str) -> impl Iterator<Item = usize> + '_ {
    let bytes = text.as_bytes();
    memchr2_iter(b'\n', b'\r', bytes)
        .filter(|&i| bytes[i] == b'\n' || bytes.get(i + 1) != Some(&b'\n'))
        .map(|i| i + 1)
}

/// How many line breaks a text has.
pub(super) fn count_breaks(text: &str) -> usize {
    breaks(text).count()
}

/// How many bytes two texts have in common at their starts, in whole characters.
pub(super) fn common_prefix(one: &str, two: &str) -> usize {
    let same = one.bytes().zip(two.bytes()).take_while(|(a, b)| a == b).count();
    one.floor_char_boundary(same)
}

/// How many bytes two texts have in common at their ends, in whole characters.
pub(super) fn common_suffix(one: &str, two: &str) -> usize {
    let same = one.bytes().rev().zip(two.bytes().rev()).take_while(|(a, b)| a == b).count();
    one.len() - one.ceil_char_boundary(one.len() - same)
}

/// The starts of the lines of a text, the first one included. A text that ends with a break has no
/// line after it.
pub(super) fn line_starts(text: &str) -> impl Iterator<Item = usize> + '_ {
    let mut next = Some(0).filter(|_| !text.is_empty());
    std::iter::from_fn(move || {
        let this = next?;
        let after = next_line(text, this);
        next = Some(after).filter(|&after| after < text.len());
        Some(this)
    })
}

/// Offset of the first byte at or after `at` that is neither space nor tab.
pub(super) fn skip_blanks(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = at;
    while matches!(bytes.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

/// Offset of the first byte at or after `at` that is neither space, tab, line break nor part of a
/// comment. `at` must not be inside a scalar.
pub(super) fn skip_trivia(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = at;
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | b'\n' | b'\r') => at += 1,
            Some(b'#')
                if at == 0
                    || matches!(bytes[at - 1], b' ' | b'\t' | b'\n' | b'\r')
                    || text[..at].ends_with('\u{feff}') =>
            {
                at = line_end(text, at);
            }
            // A byte-order mark in front of a document.
            Some(0xEF) if text[at..].starts_with('\u{feff}') => at += '\u{feff}'.len_utf8(),
            _ => return at,
        }
    }
}

/// Whether the byte at `at` is blank, a line break or the end of the text.
pub(super) fn is_space(text: &str, at: usize) -> bool {
    matches!(text.as_bytes().get(at), None | Some(b' ' | b'\t' | b'\n' | b'\r'))
}

/// Whether a document marker (`---` or `...`) stands at `at`, which is the start of a line.
pub(super) fn is_marker(text: &str, at: usize, marker: &str) -> bool {
    text[at..].starts_with(marker) && is_space(text, at + marker.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_yaml_counts_them() {
        let text = "a\r\nb\rc\n\nd";
        assert_eq!(line_starts(text).collect::<Vec<_>>(), [0, 3, 5, 7, 8]);
        assert_eq!(count_breaks(text), 4);
        assert_eq!(line_start(text, 2), 0, "between CR and LF is still the first line");
        assert_eq!(line_start(text, 4), 3);
        assert_eq!(next_line(text, 0), 3);
        assert_eq!(line_starts("").count(), 0);
        assert_eq!(line_starts("a\n").count(), 1);
    }

    #[test]
    fn a_number_sign_is_a_comment_only_after_a_blank() {
        let text = " # a\n#b\n x";
        assert_eq!(skip_trivia(text, 0), text.len() - 1);
        assert_eq!(skip_trivia("a#b", 1), 1);
        assert_eq!(skip_trivia("\u{feff}# a\nb", 0), 7);
    }
}
