//! What the text around a place looks like: lines, columns, indentation, line endings, comments.

use super::super::{Kind, NodeId, Span, scan};
use super::place::Slot;
use super::{EditError, Editor, unsupported};

/// An item or an entry with its indicator: from its dash, `?` or key to the end of its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    pub start: usize,
    pub end: usize,
}

const BOM: char = '\u{feff}';

impl<'a> Editor<'a> {
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    pub(super) fn skip_trivia(&self, at: usize) -> usize {
        scan::skip_trivia(self.text, at)
    }

    /// Start of the line of an offset, after a byte-order mark unless the offset is that of it.
    pub(super) fn line_start(&self, at: usize) -> usize {
        let start = scan::line_start(self.text, at);
        if self.text[start..at].starts_with(BOM) { start + BOM.len_utf8() } else { start }
    }

    pub(super) fn line_end(&self, at: usize) -> usize {
        scan::line_end(self.text, at)
    }

    pub(super) fn next_line(&self, at: usize) -> usize {
        scan::next_line(self.text, at)
    }

    /// Characters between the start of the line and an offset.
    pub(super) fn column(&self, at: usize) -> usize {
        self.text[self.line_start(at)..at].chars().count()
    }

    /// Whether only blanks stand before an offset on its line.
    pub(super) fn is_first_on_line(&self, at: usize) -> bool {
        scan::skip_blanks(self.text, self.line_start(at)) >= at
    }

    /// What a line must begin with for its content to stand in the column of `at`.
    pub(super) fn indentation(&self, at: usize) -> Result<String, EditError> {
        let before = &self.text[self.line_start(at)..at];
        if before.contains('\t') {
            return unsupported("a tab stands in front of it; indent it with spaces first");
        }
        Ok(" ".repeat(before.chars().count()))
    }

    /// Whether a span touches more than one line.
    pub(super) fn is_multi_line(&self, span: Span) -> bool {
        self.text[span.range()].contains(['\n', '\r'])
    }

    /// Whether any comment starts between two offsets.
    pub(super) fn has_comment(&self, start: usize, end: usize) -> bool {
        self.comments_in(start, end).next().is_some()
    }

    pub(super) fn comments_in(
        &self,
        start: usize,
        end: usize,
    ) -> impl Iterator<Item = Span> + use<'a> {
        let comments = self.tree.comments();
        let first = comments.partition_point(|c| c.start < start);
        comments[first..].iter().copied().take_while(move |c| c.start < end)
    }

    /// The rest of a line, when it is blank or a comment.
    pub(super) fn rest_of_line(&self, at: usize) -> Result<&'a str, EditError> {
        let rest = &self.text[at..self.line_end(at)];
        let text = scan::skip_blanks(self.text, at);
        if text >= at + rest.len() || self.has_comment(text, text + 1) {
            Ok(rest)
        } else {
            unsupported("something else stands on the same line; give it a line of its own first")
        }
    }

    /// The line break in use near an offset: that of its line, or of the line before, or of the
    /// document.
    pub(super) fn line_break(&self, at: usize) -> &'a str {
        let of_line = |at: usize| {
            let end = self.line_end(at);
            &self.text[end..scan::after_break(self.text, end)]
        };
        let here = of_line(at);
        if !here.is_empty() {
            return here;
        }
        let before = match scan::line_start(self.text, at) {
            0 => "",
            start => of_line(start - 1),
        };
        // Between CR and LF `of_line` sees only the LF.
        let before = if self.text[..scan::line_start(self.text, at)].ends_with("\r\n") {
            "\r\n"
        } else {
            before
        };
        if before.is_empty() { "\n" } else { before }
    }

    /// The start of the line after the node that ends at `end`, and after the comment lines below
    /// it that are indented deeper than `column`: those belong to what the node holds. Comments
    /// further out, and everything after a blank line, belong to others.
    pub(super) fn after_lines(&self, end: usize, column: usize) -> usize {
        let mut at = self.next_line(end);
        while at < self.text.len() {
            let first = scan::skip_blanks(self.text, at);
            if self.byte(first) != Some(b'#') || self.column(first) <= column {
                break;
            }
            at = self.next_line(first);
        }
        at
    }

    /// The start of the line of `at`, or of the first of the comment lines right above it in the
    /// same column: those describe it.
    pub(super) fn with_comments_above(&self, at: usize) -> usize {
        let column = self.column(at);
        let mut start = self.line_start(at);
        while let Some(end) = scan::line_start(self.text, start).checked_sub(1) {
            let above = self.line_start(end);
            let first = scan::skip_blanks(self.text, above);
            if self.byte(first) != Some(b'#') || self.column(first) != column {
                break;
            }
            start = above;
        }
        start
    }

    /// As [`Self::with_comments_above`] for an item or an entry at `index`, but comments at the very
    /// top of a document speak of the document, not of its first entry.
    pub(super) fn with_own_comments_above(&self, slot: Slot, index: usize, at: usize) -> usize {
        let start = self.with_comments_above(at);
        let top = slot == Slot::Root
            && index == 0
            && self.text[..start].trim_start_matches(BOM).is_empty();
        if top { self.line_start(at) } else { start }
    }

    /// Items of a sequence or entries of a mapping, as they stand in the text.
    pub(super) fn extents(&self, node: NodeId) -> Result<Vec<Extent>, EditError> {
        let view = self.tree.node(node);
        let mut extents: Vec<Extent> = Vec::new();
        let mut add = |start: usize, end: usize| {
            extents.push(Extent { start, end: end.max(start) });
        };
        let lost = || EditError::Unsupported("its layout is not understood".to_owned());
        let mut cursor = view.span.start;
        match view.kind {
            Kind::Sequence { items, flow: false } => {
                for &item in items {
                    let dash = self.skip_trivia(cursor);
                    if self.byte(dash) != Some(b'-') {
                        return Err(lost());
                    }
                    cursor = self.tree.full_span(item).end.max(dash + 1);
                    add(dash, cursor);
                }
            }
            Kind::Mapping { entries, flow: false } => {
                for &(key, value) in entries {
                    let start = self.skip_trivia(cursor);
                    let ends = [key, value].map(|id| self.tree.full_span(id).end);
                    cursor = ends[0].max(ends[1]);
                    add(start, cursor);
                }
            }
            Kind::Sequence { items, flow: true } => {
                cursor += 1;
                for &item in items {
                    let start = self.after_comma(cursor);
                    cursor = self.tree.full_span(item).end;
                    add(start, cursor);
                }
            }
            Kind::Mapping { entries, flow: true } => {
                cursor += usize::from(!self.is_pair(node));
                for &(key, value) in entries {
                    let start = self.after_comma(cursor);
                    let ends = [key, value].map(|id| self.tree.full_span(id).end);
                    cursor = ends[0].max(ends[1]);
                    add(start, cursor);
                }
            }
            _ => return Err(lost()),
        }
        Ok(extents)
    }

    /// Whether a node is a pair in a flow sequence (`[a: b]`): a mapping without braces, which
    /// begins where its key begins.
    pub(super) fn is_pair(&self, node: NodeId) -> bool {
        let Kind::Mapping { entries, flow: true } = self.tree.node(node).kind else { return false };
        let start = self.tree.node(node).span.start;
        self.byte(start) != Some(b'{')
            || entries.first().is_some_and(|e| self.tree.full_span(e.0).start == start)
    }

    fn after_comma(&self, at: usize) -> usize {
        let at = self.skip_trivia(at);
        if self.byte(at) == Some(b',') { self.skip_trivia(at + 1) } else { at }
    }

    /// How far the dashes of a list stand to the right of its key, and what stands after a dash,
    /// in the lists the document has already: the first one decides. Two columns and one space in
    /// a document without lists.
    pub(super) fn list_style(&self) -> (usize, &'a str) {
        for id in self.tree.ids() {
            let Kind::Mapping { entries, flow: false } = self.tree.node(id).kind else { continue };
            for &(key, value) in entries {
                let Kind::Sequence { items, flow: false } = self.tree.node(value).kind else {
                    continue;
                };
                let dash = self.tree.node(value).span.start;
                let key = self.column(self.tree.full_span(key).start);
                if self.is_first_on_line(dash) && self.column(dash) >= key {
                    let gap = items.first().and_then(|&item| self.gap(dash, item));
                    return (self.column(dash) - key, gap.unwrap_or(" "));
                }
            }
        }
        (2, " ")
    }

    /// How far a mapping stands to the right of its key, in the mappings the document has already.
    pub(super) fn mapping_step(&self) -> usize {
        for id in self.tree.ids() {
            let Kind::Mapping { entries, flow: false } = self.tree.node(id).kind else { continue };
            for &(key, value) in entries {
                let Kind::Mapping { flow: false, .. } = self.tree.node(value).kind else {
                    continue;
                };
                let inner = self.column(self.tree.node(value).span.start);
                let key = self.column(self.tree.full_span(key).start);
                if inner > key {
                    return inner - key;
                }
            }
        }
        2
    }

    /// The blanks between a dash and its item, when both are on one line.
    pub(super) fn gap(&self, dash: usize, item: NodeId) -> Option<&'a str> {
        let start = self.tree.full_span(item).start;
        let gap = self.text.get(dash + 1..start)?;
        let spaces = !gap.is_empty() && gap.bytes().all(|b| b == b' ');
        spaces.then_some(gap)
    }
}
