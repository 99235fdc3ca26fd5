//! Texts that are written over several lines: blocks of text, and plain and quoted texts that go
//! on below.
//!
//! A text that stood over several lines stays so when the new one asks for it: when it has line
//! breaks, or is longer than the longest line was. It is broken where it has a single blank, at the
//! width the old one had, so that what did not change keeps its lines.

use super::super::{Span, Style, scan};
use super::Editor;
use super::quote::{Context, double_quoted, is_ambiguous, is_inline, is_plain_safe};

/// The width below which nothing is broken, however narrow the old text was.
const NARROW: usize = 40;

impl Editor<'_> {
    /// Offset after the indicators of a block of text (`|2-`).
    pub(super) fn header(&self, span: Span) -> usize {
        let header = &self.text[span.start..self.line_end(span.start)];
        span.start + header.find([' ', '\t', '#']).unwrap_or(header.len())
    }

    /// A text as a block in the place of another, `old`, with its indentation and the comment of
    /// its header; `None` when the style cannot hold the text. `parent` is the column of the key or
    /// the dash above.
    pub(super) fn block_scalar(
        &self,
        span: Span,
        style: Style,
        old: &str,
        text: &str,
        parent: usize,
    ) -> Option<String> {
        let header_end = self.header(span);
        let indicators = &self.text[span.start + 1..header_end];
        let lines = self.block_lines(span);
        let indentation = match lines.iter().find(|line| !line.trim().is_empty()) {
            Some(first) => {
                let blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
                let read = old.split('\n').find(|line| !line.trim().is_empty()).map_or(0, blanks);
                blanks(first).checked_sub(read)?
            }
            None => parent + self.mapping_step(),
        };
        let body = text.trim_end_matches('\n');
        let kept = text.len() - body.len();
        if body.trim_matches([' ', '\n']).is_empty()
            || !body.chars().all(|c| c == '\n' || is_inline(c))
        {
            return None;
        }
        // Readers differ on a block that ends with the text.
        if kept > 0 && span.end == self.text.len() {
            return None;
        }
        // Blank lines behind it would be kept too.
        let follow = self.blank_lines(span.end);
        let (chomp, blank) = match kept {
            0 => ("-", 0),
            1 if indicators.contains('+') && follow == 0 => ("+", 0),
            1 => ("", 0),
            _ => ("+", (kept - 1).checked_sub(follow)?),
        };
        let header = new_header(indicators, chomp, body, indentation, parent)?;
        let line_break = self.line_break(span.start);
        let mut out = String::from(if style == Style::Folded { ">" } else { "|" });
        out.push_str(&header);
        out.push_str(&self.text[header_end..self.line_end(header_end)]);
        let lines = match style {
            Style::Folded => folded(body, fold_width(&lines, indentation)),
            _ => body.split('\n').map(str::to_owned).collect(),
        };
        for line in lines {
            out.push_str(line_break);
            if !line.is_empty() {
                out.push_str(&" ".repeat(indentation));
                out.push_str(&line);
            }
        }
        out.push_str(&line_break.repeat(blank));
        Some(out)
    }

    /// The lines of a block of text below its header.
    fn block_lines(&self, span: Span) -> Vec<&str> {
        let content = self.next_line(span.start);
        let Some(lines) = self.text.get(content..span.end) else { return Vec::new() };
        scan::line_starts(lines).map(|start| &lines[start..scan::line_end(lines, start)]).collect()
    }

    /// How many blank lines follow the line of an offset.
    fn blank_lines(&self, at: usize) -> usize {
        let mut count = 0;
        let mut line = self.next_line(at);
        while line < self.text.len() && scan::skip_blanks(self.text, line) == self.line_end(line) {
            count += 1;
            line = self.next_line(line);
        }
        count
    }

    /// A text in the style of a plain or quoted one that stood over several lines; `None` when one
    /// line will do, or the style cannot hold it over several.
    pub(super) fn over_lines(
        &self,
        span: Span,
        style: Style,
        text: &str,
        context: Context,
    ) -> Option<String> {
        let source = &self.text[span.range()];
        let mut lines =
            scan::line_starts(source).map(|start| &source[start..scan::line_end(source, start)]);
        let first = lines.next()?;
        let rest: Vec<&str> = lines.collect();
        let below = rest.iter().find(|line| !line.trim().is_empty())?;
        let indentation = &below[..below.len() - below.trim_start_matches([' ', '\t']).len()];
        let width = rest.iter().map(|line| line.trim().chars().count()).max().unwrap_or(0);
        let width = width.max(first.trim_end().chars().count()).max(NARROW);
        let fits = text.chars().count() <= width && !text.contains('\n');
        // A line begins and ends with what is no blank, or the blank would be lost.
        let ends = |line: &str| line.is_empty() || line.trim_matches([' ', '\t']) == line;
        if fits
            || text.trim_matches('\n') != text
            || !text.split('\n').all(ends)
            || !text.chars().all(|c| c == '\n' || is_inline(c))
        {
            return None;
        }
        let (quote, escape): (&str, fn(&str) -> String) = match style {
            Style::Plain => {
                let one = text.replace('\n', " ");
                if is_ambiguous(text) || !is_plain_safe(&one, context) {
                    return None;
                }
                ("", str::to_owned)
            }
            Style::SingleQuoted if !text.contains('\t') => ("'", |line| line.replace('\'', "''")),
            // Breaks that were written as escapes are written so again.
            Style::DoubleQuoted if !source.contains("\\n") || !text.contains('\n') => {
                ("\"", |line| {
                    let quoted = double_quoted(line);
                    quoted[1..quoted.len() - 1].to_owned()
                })
            }
            _ => return None,
        };
        let line_break = self.line_break(span.start);
        let mut out = quote.to_owned();
        for (index, line) in folded(text, Some(width)).iter().enumerate() {
            if index > 0 {
                out.push_str(line_break);
                out.push_str(if line.is_empty() { "" } else { indentation });
            }
            out.push_str(&escape(line));
        }
        out.push_str(quote);
        Some(out)
    }
}

/// The indicators of a block of text: those it had, with another chomping, and with the
/// indentation where the text begins with blanks.
fn new_header(
    old: &str,
    chomp: &str,
    body: &str,
    indentation: usize,
    parent: usize,
) -> Option<String> {
    let mut header = String::new();
    let mut chomped = false;
    for c in old.chars() {
        if c.is_ascii_digit() {
            header.push(c);
        } else {
            header.push_str(chomp);
            chomped = true;
        }
    }
    let blanks = body.split('\n').find(|line| !line.is_empty())?.starts_with([' ', '\t']);
    if blanks && !old.contains(|c: char| c.is_ascii_digit()) {
        let digit = indentation.checked_sub(parent).filter(|digit| (1..=9).contains(digit))?;
        header.insert_str(0, &digit.to_string());
    }
    header.push_str(if chomped { "" } else { chomp });
    Some(header)
}

/// The width at which a folded block was broken, when it was.
fn fold_width(lines: &[&str], indentation: usize) -> Option<usize> {
    let text = |line: &&str| !line.trim().is_empty();
    let broken = lines.windows(2).any(|pair| pair.iter().all(text));
    let width = |line: &&str| line.chars().count().saturating_sub(indentation);
    lines.iter().map(width).max().filter(|_| broken).map(|width| width.max(NARROW))
}

/// The lines of a text that is to be folded (YAML 1.2 §8.1.3): a break between lines of text folds
/// to a blank, so it takes one more to stay, except beside lines that begin with a blank. Long
/// lines are broken at single blanks.
fn folded(text: &str, width: Option<usize>) -> Vec<String> {
    let spaced = |line: &str| line.starts_with([' ', '\t']);
    let mut lines: Vec<String> = Vec::new();
    let mut last: Option<&str> = None;
    for line in text.split('\n') {
        if line.is_empty() {
            lines.push(String::new());
            continue;
        }
        if last.is_some_and(|last| !spaced(last) && !spaced(line)) {
            lines.push(String::new());
        }
        last = Some(line);
        match width.filter(|_| !spaced(line)) {
            Some(width) => lines.extend(wrapped(line, width)),
            None => lines.push(line.to_owned()),
        }
    }
    lines
}

/// A line broken at single blanks before it gets wider than `width`.
fn wrapped(line: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut column = 0;
    for (index, word) in line.split(' ').enumerate() {
        let long = word.chars().count();
        let current = lines.len() - 1;
        // A word that could be taken for an indicator stays on the line of the one before it.
        let breaks = word.starts_with(|c: char| c.is_alphanumeric())
            && !lines[current].ends_with(' ')
            && !lines[current].is_empty();
        if index > 0 && breaks && column + 1 + long > width {
            lines.push(word.to_owned());
            column = long;
            continue;
        }
        if index > 0 {
            lines[current].push(' ');
            column += 1;
        }
        lines[current].push_str(word);
        column += long;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_broken_at_single_blanks() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("one  two - three", 3), ["one  two -", "three"]);
        assert_eq!(
            wrapped("long-word-that-fits-nowhere x", 3),
            ["long-word-that-fits-nowhere", "x"]
        );
        assert_eq!(folded("a\nb\n\nc", None), ["a", "", "b", "", "", "c"]);
        assert_eq!(folded("a\n b\nc", None), ["a", " b", "c"]);
    }
}
