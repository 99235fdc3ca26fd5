//! What typing does to the text: every key becomes the replacement of one range.
//!
//! A replacement is worked out on the text as it stands and made by the project, so that it is a
//! step of the same history as everything else.

use std::ops::Range;

use super::caret::{self, Caret};
use super::text::Text;

/// Columns an indentation has when the file shows none.
const INDENT: usize = 2;
/// How many lines are looked at to see how a file indents.
const LOOKED_AT: usize = 200;

/// A range of the text, what to put there, and what is selected afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub range: Range<usize>,
    pub with: String,
    pub caret: Caret,
}

impl Edit {
    /// Puts a text in a place with the caret behind it.
    pub fn put(range: Range<usize>, with: impl Into<String>) -> Self {
        let with = with.into();
        let caret = Caret::at(range.start + with.len());
        Self { range, with, caret }
    }

    /// Whether it would change nothing.
    pub fn is_nothing(&self, text: Text<'_>) -> bool {
        text.slice(self.range.clone()) == self.with
    }
}

/// What a key takes away when nothing is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Left,
    Right,
    WordLeft,
    WordRight,
    /// To the end of the line.
    LineRight,
}

/// Text from the keyboard or the clipboard, with the line breaks of the file.
pub(super) fn insert(text: Text<'_>, caret: Caret, with: &str) -> Edit {
    let range = caret.range();
    if !with.contains(['\n', '\r']) {
        return Edit::put(range, with);
    }
    let ending = text.line_break(range.start);
    let unified = with.replace("\r\n", "\n").replace('\r', "\n");
    Edit::put(range, if ending == "\n" { unified } else { unified.replace('\n', ending) })
}

/// A new line, indented as its place in the YAML suggests: as deep as the line before it, deeper
/// after a key without a value, a further item after an item that is a text.
pub(super) fn enter(text: Text<'_>, caret: Caret) -> Edit {
    let range = caret.range();
    let start = text.line(text.line_of(range.start)).start;
    let before = text.slice(start..range.start);
    let mut with = text.line_break(range.start).to_owned();
    with.push_str(&continued(&before, indent_unit(text, range.start)));
    // Blanks that stood after the caret would add to the indentation.
    let line_end = text.line(text.line_of(range.end)).end;
    let after = text.slice(range.end..line_end);
    let blanks = after.len() - after.trim_start_matches(' ').len();
    Edit::put(range.start..range.end + blanks, with)
}

/// What a line begins with when the line before it is broken after `before`.
fn continued(before: &str, unit: usize) -> String {
    let content = before.trim_start_matches(' ');
    let indent = before.len() - content.len();
    let mut column = indent;
    let mut rest = content;
    while let Some(item) = rest.strip_prefix("- ") {
        column += 2;
        let item = item.trim_start_matches(' ');
        column += rest.len() - 2 - item.len();
        rest = item;
    }
    let is_item = rest.len() != content.len();
    let text = without_comment(rest).trim_end();
    let opens = text.ends_with(':')
        || text.rsplit_once(": ").is_some_and(|(_, value)| is_block_header(value.trim()));
    if text.is_empty() || text.starts_with('#') {
        return " ".repeat(if is_item { column } else { indent });
    }
    if opens {
        return " ".repeat(column + unit);
    }
    if is_item && !text.contains(": ") && !text.starts_with(['{', '[', '|', '>']) {
        return format!("{}- ", " ".repeat(column - 2));
    }
    " ".repeat(column)
}

/// `|`, `>` and their indicators, after which a text of several lines stands.
fn is_block_header(value: &str) -> bool {
    value
        .strip_prefix(['|', '>'])
        .is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-')))
}

fn without_comment(text: &str) -> &str {
    text.find(" #").map_or(text, |at| &text[..at])
}

/// How many columns the file indents by, seen around an offset.
pub(super) fn indent_unit(text: Text<'_>, offset: usize) -> usize {
    let line = text.line_of(offset);
    let first = line.saturating_sub(LOOKED_AT / 2);
    let last = text.line_count().min(first + LOOKED_AT);
    (first..last)
        .map(|line| {
            let line = text.line_text(line);
            let content = line.trim_start_matches(' ');
            if content.is_empty() { 0 } else { line.len() - content.len() }
        })
        .filter(|indent| *indent > 0)
        .min()
        .unwrap_or(INDENT)
        .min(8)
}

/// Spaces to the next column of indentation, or every selected line one step deeper. YAML allows no
/// tabs there.
pub(super) fn indent(text: Text<'_>, caret: Caret) -> Edit {
    let unit = indent_unit(text, caret.head);
    if !spans_lines(text, caret) {
        let column = caret::column(text, caret.range().start);
        return Edit::put(caret.range(), " ".repeat(unit - column % unit));
    }
    each_line(text, caret, |line| {
        if line.is_empty() { String::new() } else { format!("{}{line}", " ".repeat(unit)) }
    })
}

/// Every selected line one step less deep.
pub(super) fn outdent(text: Text<'_>, caret: Caret) -> Edit {
    let unit = indent_unit(text, caret.head);
    each_line(text, caret, |line| {
        let blanks = line.len() - line.trim_start_matches(' ').len();
        match line.strip_prefix('\t') {
            Some(rest) => rest.to_owned(),
            None => line[blanks.min(unit)..].to_owned(),
        }
    })
}

/// Makes the selected lines comments or, when all of them are, texts again.
pub(super) fn toggle_comment(text: Text<'_>, caret: Caret) -> Edit {
    let lines = lines_of(text, caret);
    let texts: Vec<_> = lines.map(|line| text.line_text(line).into_owned()).collect();
    let written = || texts.iter().filter(|line| !line.trim().is_empty());
    let indent = |line: &String| line.len() - line.trim_start_matches(' ').len();
    if written().next().is_some() && written().all(|line| line.trim_start().starts_with('#')) {
        return each_line(text, caret, |line| {
            let (blanks, rest) = line.split_at(line.len() - line.trim_start().len());
            let rest = rest.strip_prefix('#').unwrap_or(rest);
            format!("{blanks}{}", rest.strip_prefix(' ').unwrap_or(rest))
        });
    }
    let column = written().map(indent).min().unwrap_or(0);
    let only = texts.len() == 1;
    each_line(text, caret, |line| {
        if line.trim().is_empty() && !only {
            return line.to_owned();
        }
        let (blanks, rest) = line.split_at(column.min(line.len()));
        format!("{blanks}# {rest}")
    })
}

/// Moves the selected lines over the one before or after them.
pub(super) fn move_lines(text: Text<'_>, caret: Caret, down: bool) -> Option<Edit> {
    let lines = lines_of(text, caret);
    let (first, last) = (lines.start, lines.end - 1);
    let count = text.line_count();
    // The empty line after the last break is no line to move over.
    let written = if text.line(count - 1).is_empty() { count - 1 } else { count };
    let (from, to) = match down {
        false if first == 0 || last >= written => return None,
        false => (first - 1, last),
        true if last + 1 >= written => return None,
        true => (first, last + 1),
    };
    let mut texts: Vec<_> = (from..=to).map(|line| text.line_text(line).into_owned()).collect();
    if down {
        texts.rotate_right(1);
    } else {
        texts.rotate_left(1);
    }
    // The breaks stay where they are: the last line of the file may have none.
    let mut with = String::new();
    for (line, content) in (from..=to).zip(&texts) {
        let end = text.line(line).end;
        with.push_str(content);
        if line < to {
            with.push_str(&text.slice(end..text.after_break(end)));
        }
    }
    let range = text.line(from).start..text.line(to).end;
    // What is selected goes with its lines.
    let old = text.line(first).start;
    let new = if down {
        let over = texts[0].len();
        let end = text.line(from).end;
        range.start + over + (text.after_break(end) - end)
    } else {
        range.start
    };
    let shift = |offset: usize| offset - old + new;
    let caret = Caret { anchor: shift(caret.anchor), head: shift(caret.head), column: None };
    Some(Edit { range, with, caret })
}

/// Takes away what is selected, or what a key reaches.
pub(super) fn delete(text: Text<'_>, caret: Caret, reach: Reach) -> Edit {
    if !caret.is_empty() {
        return Edit::put(caret.range(), "");
    }
    let at = caret.head;
    let range = match reach {
        Reach::Left => unindent(text, at).unwrap_or_else(|| caret::left(text, at))..at,
        Reach::WordLeft => caret::word_left(text, at)..at,
        Reach::Right => at..caret::right(text, at),
        Reach::WordRight => at..caret::word_right(text, at),
        Reach::LineRight => {
            let end = text.line(text.line_of(at)).end;
            at..if end == at { caret::right(text, at) } else { end }
        }
    };
    Edit::put(range, "")
}

/// Within an indentation backspace goes back one step of it.
fn unindent(text: Text<'_>, at: usize) -> Option<usize> {
    let start = text.line(text.line_of(at)).start;
    let before = text.slice(start..at);
    if before.len() < 2 || before.chars().any(|c| c != ' ') {
        return None;
    }
    let unit = indent_unit(text, at);
    Some(at - ((before.len() - 1) % unit + 1))
}

/// What cut and copy take: what is selected, else the whole line.
pub(super) fn taken(text: Text<'_>, caret: Caret) -> Range<usize> {
    if caret.is_empty() {
        let line = text.line_of(caret.head);
        text.line(line).start..text.line_end(line)
    } else {
        caret.range()
    }
}

fn spans_lines(text: Text<'_>, caret: Caret) -> bool {
    text.line_of(caret.anchor) != text.line_of(caret.head)
}

/// The lines that are selected. One whose first column is where the selection ends is not.
fn lines_of(text: Text<'_>, caret: Caret) -> Range<usize> {
    let range = caret.range();
    let first = text.line_of(range.start);
    let mut last = text.line_of(range.end);
    if last > first && text.line(last).start == range.end {
        last -= 1;
    }
    first..last + 1
}

/// Rewrites every selected line; the ends of the selection keep their distance to their lines' ends.
fn each_line(text: Text<'_>, caret: Caret, rewrite: impl Fn(&str) -> String) -> Edit {
    let lines = lines_of(text, caret);
    let range = text.line(lines.start).start..text.line(lines.end - 1).end;
    let mut with = String::new();
    let ends = [caret.anchor, caret.head];
    let mut moved = ends;
    for line in lines.clone() {
        let old = text.line(line);
        let start = range.start + with.len();
        let content = text.slice(old.clone());
        let new = rewrite(&content);
        let same = content.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
        for (end, to) in ends.into_iter().zip(&mut moved) {
            if old.contains(&end) || end == old.end {
                let within = end - old.start;
                let kept = within < same || within == same && new.len() < old.len();
                let from_end = new.len().saturating_sub(old.end - end).max(same);
                *to = start + if kept { within } else { from_end };
            }
        }
        with.push_str(&new);
        if line + 1 < lines.end {
            with.push_str(&text.slice(old.end..text.after_break(old.end)));
        }
    }
    // An end beyond the last of the lines moves with what follows.
    for (end, to) in ends.into_iter().zip(&mut moved) {
        if end > range.end {
            *to = end - (range.end - range.start) + with.len();
        }
    }
    Edit { range, with, caret: Caret { anchor: moved[0], head: moved[1], column: None } }
}

#[cfg(test)]
mod tests {
    use super::super::text::stream;
    use super::*;

    /// Makes an edit where `|` stands in a text, or over what stands between two of them, and
    /// shows what comes of it in the same way.
    fn made(marked: &str, edit: impl Fn(Text<'_>, Caret) -> Edit) -> String {
        let plain = marked.replace('¦', "");
        let mut marks =
            marked.match_indices('¦').enumerate().map(|(n, (at, _))| at - n * '¦'.len_utf8());
        let anchor = marks.next().unwrap();
        let caret = Caret { anchor, head: marks.next().unwrap_or(anchor), column: None };
        let stream = stream(&plain);
        let edit = edit(Text::new(&stream), caret);
        let mut text = plain;
        text.replace_range(edit.range, &edit.with);
        let range = edit.caret.range();
        text.insert(range.end, '¦');
        if !edit.caret.is_empty() {
            text.insert(range.start, '¦');
        }
        text
    }

    #[test]
    fn enter_indents_as_the_place_suggests() {
        for (before, after) in [
            ("  a: 1¦\n", "  a: 1\n  ¦\n"),
            ("a:¦\n", "a:\n  ¦\n"),
            ("a: # why\n  b:¦\n", "a: # why\n  b:\n    ¦\n"),
            ("a: |¦\n", "a: |\n  ¦\n"),
            ("a: >-¦\n", "a: >-\n  ¦\n"),
            ("l:\n  - id: 1¦\n", "l:\n  - id: 1\n    ¦\n"),
            ("l:\n  - sub:¦\n", "l:\n  - sub:\n      ¦\n"),
            ("l:\n- one¦\n", "l:\n- one\n- ¦\n"),
            ("l:\n  -   one¦\n", "l:\n  -   one\n    - ¦\n"),
            ("l:\n  - ¦\n", "l:\n  - \n    ¦\n"),
            ("a: 1¦   b: 2", "a: 1\n¦b: 2"),
            ("a: 1\r\nb: 2¦\r\n", "a: 1\r\nb: 2\r\n¦\r\n"),
            ("a: 1¦", "a: 1\n¦"),
            ("  # said¦\n", "  # said\n  ¦\n"),
        ] {
            assert_eq!(made(before, enter), after, "{before:?}");
        }
    }

    #[test]
    fn tab_goes_to_the_next_column_and_takes_lines_along() {
        assert_eq!(made("a:\n¦b: 1\n", indent), "a:\n  ¦b: 1\n");
        assert_eq!(made("a:\n    b: 1\n ¦c: 1\n", indent), "a:\n    b: 1\n  ¦c: 1\n");
        assert_eq!(made("¦a: 1\n\nb¦: 2\n", indent), "  ¦a: 1\n\n  b¦: 2\n");
        assert_eq!(made("  ¦a: 1\n b¦: 2\n", outdent), " ¦a: 1\nb¦: 2\n");
        assert_eq!(made("¦a: 1\n¦b: 2\n", indent), "  ¦a: 1\n¦b: 2\n");
    }

    #[test]
    fn comments_come_and_go() {
        let commented = "  ¦# a: 1\n\n  #   b: 2¦\n";
        assert_eq!(made("  ¦a: 1\n\n    b: 2¦\n", toggle_comment), "  # ¦a: 1\n\n  #   b: 2¦\n");
        assert_eq!(made(commented, toggle_comment), "  ¦a: 1\n\n    b: 2¦\n");
        assert_eq!(made("¦\n", toggle_comment), "# ¦\n");
        assert_eq!(made("#¦a\n", toggle_comment), "¦a\n");
    }

    #[test]
    fn lines_move_with_what_is_selected() {
        let down = |text: Text<'_>, caret| move_lines(text, caret, true).unwrap();
        let up = |text: Text<'_>, caret| move_lines(text, caret, false).unwrap();
        assert_eq!(made("a¦\r\nbb\r\ncc", down), "bb\r\na¦\r\ncc");
        assert_eq!(made("a\nb¦b\ncc", down), "a\ncc\nb¦b");
        assert_eq!(made("a\nb¦b\nc¦c", up), "b¦b\nc¦c\na");
        let stream = stream("a\nb\n");
        let text = Text::new(&stream);
        assert_eq!(move_lines(text, Caret::at(0), false), None);
        assert_eq!(move_lines(text, Caret::at(2), true), None);
        assert_eq!(move_lines(text, Caret::at(4), false), None);
    }

    #[test]
    fn deleting_takes_what_a_person_sees_as_one() {
        let take = |reach| move |text: Text<'_>, caret| delete(text, caret, reach);
        assert_eq!(made("a\r\n¦b", take(Reach::Left)), "a¦b");
        assert_eq!(made("ä¦b", take(Reach::Left)), "¦b");
        assert_eq!(made("a:\n  b:\n    ¦c", take(Reach::Left)), "a:\n  b:\n  ¦c");
        assert_eq!(made("a:\n   ¦c", take(Reach::Left)), "a:\n¦c");
        assert_eq!(made("one two¦", take(Reach::WordLeft)), "one ¦");
        assert_eq!(made("¦one two", take(Reach::WordRight)), "¦two");
        assert_eq!(made("o¦ne\ntwo", take(Reach::LineRight)), "o¦\ntwo");
        assert_eq!(made("o¦ne t¦wo", take(Reach::Left)), "o¦wo");
        assert_eq!(made("¦a", take(Reach::Left)), "¦a");
    }

    #[test]
    fn what_is_pasted_gets_the_line_breaks_of_the_file() {
        let paste = |text: Text<'_>, caret| insert(text, caret, "x\ny\r\nz\r");
        assert_eq!(made("a\r\n¦b\r\n", paste), "a\r\nx\r\ny\r\nz\r\n¦b\r\n");
        assert_eq!(made("a\r¦b\r", paste), "a\rx\ry\rz\r¦b\r");
    }

    #[test]
    fn cut_without_selection_takes_the_line() {
        let stream = stream("a\r\nbb\r\n");
        assert_eq!(taken(Text::new(&stream), Caret::at(4)), 3..7);
        assert_eq!(taken(Text::new(&stream), Caret::over(1..4)), 1..4);
    }
}
