//! The caret and what is selected, and how the keyboard moves them.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use super::text::Text;

/// What is selected, from where it began to where the caret is, in bytes of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caret {
    pub anchor: usize,
    pub head: usize,
    /// The column, in characters, that going up and down tries to keep.
    pub(super) column: Option<usize>,
}

impl Caret {
    pub fn at(offset: usize) -> Self {
        Self { anchor: offset, head: offset, column: None }
    }

    pub fn over(range: Range<usize>) -> Self {
        Self { anchor: range.start, head: range.end, column: None }
    }

    pub fn range(self) -> Range<usize> {
        self.anchor.min(self.head)..self.anchor.max(self.head)
    }

    /// Whether nothing is selected.
    pub fn is_empty(self) -> bool {
        self.anchor == self.head
    }
}

/// A step of the caret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    Left,
    Right,
    WordLeft,
    WordRight,
    Up(usize),
    Down(usize),
    /// Where the text of the line begins; from there its very start.
    LineStart,
    LineEnd,
    Start,
    End,
}

/// The caret after a step; with `extend` what is selected grows with it.
pub(super) fn moved(text: Text<'_>, caret: Caret, motion: Motion, extend: bool) -> Caret {
    let (head, column) = match motion {
        // Without shift, an arrow leaves what is selected at that end of it.
        Motion::Left if !extend && !caret.is_empty() => (caret.range().start, None),
        Motion::Right if !extend && !caret.is_empty() => (caret.range().end, None),
        Motion::Left => (left(text, caret.head), None),
        Motion::Right => (right(text, caret.head), None),
        Motion::WordLeft => (word_left(text, caret.head), None),
        Motion::WordRight => (word_right(text, caret.head), None),
        Motion::Up(rows) | Motion::Down(rows) => {
            let column = caret.column.unwrap_or_else(|| column(text, caret.head));
            let line = text.line_of(caret.head);
            let last = text.line_count() - 1;
            match motion {
                Motion::Up(_) if line == 0 => (0, Some(column)),
                Motion::Up(_) => (at_column(text, line.saturating_sub(rows), column), Some(column)),
                _ if line == last => (text.len(), Some(column)),
                _ => (at_column(text, (line + rows).min(last), column), Some(column)),
            }
        }
        Motion::LineStart => {
            let range = text.line(text.line_of(caret.head));
            let line = text.slice(range.clone());
            let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
            let smart = range.start + indent;
            (if caret.head == smart { range.start } else { smart }, None)
        }
        Motion::LineEnd => (text.line(text.line_of(caret.head)).end, None),
        Motion::Start => (0, None),
        Motion::End => (text.len(), None),
    };
    Caret { anchor: if extend { caret.anchor } else { head }, head, column }
}

/// The column of an offset, in characters, counted from 0.
pub(super) fn column(text: Text<'_>, offset: usize) -> usize {
    let start = text.line(text.line_of(offset)).start;
    text.slice(start..offset).graphemes(true).count()
}

fn at_column(text: Text<'_>, line: usize, column: usize) -> usize {
    let range = text.line(line);
    let slice = text.slice(range.clone());
    let within = slice.grapheme_indices(true).nth(column).map_or(slice.len(), |(at, _)| at);
    range.start + within
}

/// The start of the character before an offset; what a person sees as one character counts as one,
/// and so does a line break.
pub(super) fn left(text: Text<'_>, offset: usize) -> usize {
    let line = text.line_of(offset);
    let start = text.line(line).start;
    if offset == start {
        return match line.checked_sub(1) {
            Some(before) => text.line(before).end,
            None => 0,
        };
    }
    let before = text.slice(start..offset);
    offset - before.graphemes(true).next_back().map_or(0, str::len)
}

/// The end of the character after an offset.
pub(super) fn right(text: Text<'_>, offset: usize) -> usize {
    let end = text.line(text.line_of(offset)).end;
    if offset >= end {
        return text.after_break(offset);
    }
    let after = text.slice(offset..end);
    offset + after.graphemes(true).next().map_or(0, str::len)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Blank,
    Word,
    Mark,
}

fn sort(c: char) -> Sort {
    if c.is_whitespace() {
        Sort::Blank
    } else if c.is_alphanumeric() || c == '_' {
        Sort::Word
    } else {
        Sort::Mark
    }
}

/// The start of the word before an offset.
pub(super) fn word_left(text: Text<'_>, offset: usize) -> usize {
    let start = text.line(text.line_of(offset)).start;
    if offset == start {
        return left(text, offset);
    }
    let before = text.slice(start..offset);
    let trimmed = before.trim_end();
    let Some(last) = trimmed.chars().next_back() else { return start };
    let word = trimmed.trim_end_matches(|c| sort(c) == sort(last));
    start + word.len()
}

/// The end of the word after an offset, with the blanks that follow it.
pub(super) fn word_right(text: Text<'_>, offset: usize) -> usize {
    let end = text.line(text.line_of(offset)).end;
    if offset >= end {
        return right(text, offset);
    }
    let after = text.slice(offset..end);
    let Some(first) = after.chars().next() else { return end };
    let rest = after.trim_start_matches(|c| sort(c) == sort(first));
    let rest = rest.trim_start_matches(|c| sort(c) == Sort::Blank);
    end - rest.len()
}

/// The word at an offset, as a double click means it: a GUID is one word.
pub(super) fn word_at(text: Text<'_>, offset: usize) -> Range<usize> {
    let line = text.line(text.line_of(offset));
    let (before, after) = (text.slice(line.start..offset), text.slice(offset..line.end));
    let of = |c: char| if c == '-' { Sort::Word } else { sort(c) };
    let Some(first) = after.chars().next().or_else(|| before.chars().next_back()) else {
        return offset..offset;
    };
    let same = |c: char| of(c) == of(first);
    let start = offset - (before.len() - before.trim_end_matches(same).len());
    let end = offset + (after.len() - after.trim_start_matches(same).len());
    start..end
}

#[cfg(test)]
mod tests {
    use super::super::text::stream;
    use super::*;

    const TEXT: &str = "a: 1\r\n---\r\n  näme: {{guid:x-y}}\r\n";

    fn go(from: usize, motion: Motion) -> usize {
        let stream = stream(TEXT);
        moved(Text::new(&stream), Caret::at(from), motion, false).head
    }

    #[test]
    fn arrows_take_line_breaks_and_characters_whole() {
        assert_eq!(go(4, Motion::Right), 6, "over CR LF");
        assert_eq!(go(6, Motion::Left), 4);
        let umlaut = TEXT.find('ä').unwrap();
        assert_eq!(go(umlaut, Motion::Right), umlaut + 2);
        assert_eq!(go(umlaut + 2, Motion::Left), umlaut);
        assert_eq!(go(0, Motion::Left), 0);
        assert_eq!(go(TEXT.len(), Motion::Right), TEXT.len());
    }

    #[test]
    fn home_goes_to_the_text_and_then_to_the_margin() {
        let line = TEXT.find("  n").unwrap();
        assert_eq!(go(line + 5, Motion::LineStart), line + 2);
        assert_eq!(go(line + 2, Motion::LineStart), line);
        assert_eq!(go(line, Motion::LineStart), line + 2);
        assert_eq!(go(line, Motion::LineEnd), TEXT.len() - 2);
    }

    #[test]
    fn going_up_and_down_keeps_the_column() {
        let stream = stream(TEXT);
        let text = Text::new(&stream);
        let start = Caret::at(TEXT.find("{{").unwrap());
        let up = moved(text, start, Motion::Up(1), false);
        assert_eq!(up.head, 9, "the end of the shorter line");
        assert_eq!(moved(text, up, Motion::Down(1), false).head, start.head);
        assert_eq!(moved(text, up, Motion::Down(100), false).head, TEXT.len());
    }

    #[test]
    fn shift_extends_what_is_selected() {
        let stream = stream(TEXT);
        let text = Text::new(&stream);
        let caret = moved(text, Caret::at(3), Motion::Right, true);
        assert_eq!(caret.range(), 3..4);
        assert_eq!(moved(text, caret, Motion::Left, false), Caret::at(3));
    }

    #[test]
    fn words_are_as_people_mean_them() {
        let name = TEXT.find("näme").unwrap();
        assert_eq!(go(name, Motion::WordRight), name + "näme".len());
        assert_eq!(go(name + 3, Motion::WordLeft), name);
        let stream = stream("id: 11111111-1111-4111 # x");
        assert_eq!(word_at(Text::new(&stream), 10), 4..22);
        assert_eq!(word_at(Text::new(&stream), 22), 22..23);
    }
}
