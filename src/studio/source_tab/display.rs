//! A line as it is shown: tabs, control characters and other characters that cannot be seen get
//! something visible in their place, and every character on the screen knows its byte in the text.

use std::fmt::Write as _;

/// Columns from one tab stop to the next.
const TAB: usize = 4;
/// Lines longer than this are shown in part: laying out a line of a million characters takes
/// longer than a frame.
pub(super) const LONG: usize = 4000;

/// A line ready to be laid out.
#[derive(Debug, Default)]
pub(super) struct Shown {
    pub text: String,
    /// For each character shown, and for the end, its byte in the line.
    pub bytes: Vec<usize>,
    /// Bytes of `text` that stand in for what cannot be seen.
    pub stand_ins: Vec<std::ops::Range<usize>>,
}

impl Shown {
    /// Shows a line, or of a long one a part: from `skip` characters on.
    pub fn new(line: &str, skip: usize) -> Self {
        let mut shown = Self::default();
        let mut columns = 0;
        let mut end = line.len();
        for (at, c) in line.char_indices().skip(skip) {
            if shown.bytes.len() >= LONG {
                end = at;
                break;
            }
            let start = shown.text.len();
            if c == '\t' {
                shown.text.push('→');
                let width = TAB - columns % TAB;
                shown.text.extend(std::iter::repeat_n(' ', width - 1));
            } else if is_unseen(c) {
                let code = u32::from(c);
                let written = if code < 0x100 {
                    write!(shown.text, "\\x{code:02X}")
                } else {
                    write!(shown.text, "\\u{code:04X}")
                };
                debug_assert!(written.is_ok(), "a text can always grow");
            } else {
                shown.text.push(c);
                columns += 1;
                shown.bytes.push(at);
                continue;
            }
            let count = shown.text[start..].chars().count();
            columns += count;
            shown.bytes.extend(std::iter::repeat_n(at, count));
            shown.stand_ins.push(start..shown.text.len());
        }
        if skip > 0 && shown.bytes.is_empty() {
            end = line.len();
        }
        shown.bytes.push(end);
        shown
    }

    /// The character on the screen that shows a byte of the line.
    pub fn column(&self, byte: usize) -> usize {
        self.bytes.partition_point(|start| *start < byte).min(self.bytes.len() - 1)
    }

    /// The byte of the line that a character on the screen shows.
    pub fn byte(&self, column: usize) -> usize {
        let last = self.bytes.len() - 1;
        self.bytes[column.min(last)]
    }

    /// The bytes of `text` that show a range of the line.
    pub fn range(&self, from: usize, to: usize) -> std::ops::Range<usize> {
        let offset = |column: usize| {
            self.text.char_indices().nth(column).map_or(self.text.len(), |(at, _)| at)
        };
        offset(self.column(from))..offset(self.column(to))
    }
}

/// Whether a character would leave no trace on the screen, or would change how others read: control
/// characters, blanks that YAML does not know as such, marks of direction and of width zero.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{a0}' | '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{2000}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}' | '\u{205f}'..='\u{206f}' | '\u{3000}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffc}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_shown() {
        let shown = Shown::new("a\tb\u{0}\u{202e}ä", 0);
        assert_eq!(shown.text, "a→  b\\x00\\u202Eä");
        assert_eq!(shown.byte(1), 1);
        assert_eq!(shown.byte(3), 1, "all of a tab is the tab");
        assert_eq!(shown.byte(4), 2);
        assert_eq!(shown.column(2), 4);
        assert_eq!(shown.column(7), 15);
        assert_eq!(shown.byte(99), 9);
        assert_eq!(&shown.text[shown.range(1, 2)], "→  ");
        assert_eq!(shown.stand_ins.len(), 3);
    }

    #[test]
    fn a_long_line_is_shown_in_part() {
        let line = "é".repeat(10_000);
        let shown = Shown::new(&line, 5000);
        assert_eq!(shown.byte(0), 10_000);
        assert_eq!(shown.bytes.len(), LONG + 1);
        assert_eq!(shown.byte(usize::MAX), 10_000 + 2 * LONG);
        assert_eq!(Shown::new("ab", 5).byte(0), 2);
        assert_eq!(Shown::new("", 0).byte(0), 0);
    }
}
