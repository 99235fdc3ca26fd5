//! Items and entries of flow collections: `[a, b]`, `{a: 1, b: 2}`, on one line or on several.

use super::super::{NodeId, Span, scan};
use super::layout::Extent;
use super::place::{Place, describe};
use super::write::is_json;
use super::{EditError, Editor, Proposal, Value, unsupported};

impl Editor<'_> {
    /// Puts an item or an entry into a flow collection, or makes one of an absent value or a null
    /// within flow.
    pub(super) fn put_flow(
        &self,
        place: &Place,
        index: usize,
        key: Option<&str>,
        value: &Value,
    ) -> Result<Proposal, EditError> {
        let Some(node) = place.node else {
            return Err(EditError::NotFound(describe(&place.path)));
        };
        let span = self.tree.node(node).span;
        let brackets = match key {
            None => ('[', ']'),
            Some(_) => ('{', '}'),
        };
        let mut writer = self.writer(span.start, None);
        writer.json = self.in_json(place);
        let siblings = self.siblings(place, node, index);
        let mut new = String::new();
        match key {
            None => writer.inline(&mut new, value, None, &siblings, true, 0)?,
            Some(key) => {
                let mappings: Vec<NodeId> = std::iter::once(node).chain(siblings.clone()).collect();
                new.push_str(&writer.key(key, &mappings, true));
                new.push_str(": ");
                let values = self.values_of(key, &siblings);
                writer.inline(&mut new, value, Some(key), &values, true, 0)?;
            }
        }
        if !self.is_flow_collection(node) {
            let whole = match key {
                None => Value::List(vec![value.clone()]),
                Some(key) => Value::Mapping(vec![(key.to_owned(), value.clone())]),
            };
            let pad = writer.padding(&[], brackets.0);
            let with = format!("{}{pad}{new}{pad}{}", brackets.0, brackets.1);
            let meaning = self.meaning_of_set(Some(node), &whole)?;
            return self.replace_scalar(place, node, span, &with, meaning);
        }
        if self.is_pair(node) {
            // Braces make room for a second entry.
            let pair = &self.text[span.range()];
            let pair =
                if pair.ends_with(['?', ':']) { format!("{pair} ") } else { pair.to_owned() };
            let pad = writer.padding(&[], '{');
            let with = match index {
                0 => format!("{{{pad}{new}, {pair}{pad}}}"),
                _ => format!("{{{pad}{pair}, {new}{pad}}}"),
            };
            let meaning = self.meaning_of_put(node, index, key, value)?;
            return Ok(Proposal { at: span, with, meaning });
        }
        let extents = self.extents(node)?;
        let (at, with) = match (index.checked_sub(1), extents.get(index)) {
            (None, None) => {
                if self.has_comment(span.start, span.end) {
                    self.below_comments(span, &new, writer.line_break)
                } else {
                    let pad = writer.padding(&[], brackets.0);
                    let at = Span { start: span.start + 1, end: span.end - 1 };
                    (at, format!("{pad}{new}{pad}"))
                }
            }
            (Some(last), None) => self.append(extents[last], span.end - 1, &extents, &new)?,
            (_, Some(next)) => {
                if self.is_first_on_line(next.start) {
                    let at = self.with_comments_above(next.start);
                    let indentation = &self.text[self.line_start(next.start)..next.start];
                    let with = format!("{indentation}{new},{}", writer.line_break);
                    (Span { start: at, end: at }, with)
                } else {
                    let with = format!("{new},{}", self.separator(&extents));
                    (Span { start: next.start, end: next.start }, with)
                }
            }
        };
        Ok(Proposal { at, with, meaning: self.meaning_of_put(node, index, key, value)? })
    }

    /// Whether the outermost brackets around a place hold JSON.
    pub(super) fn in_json(&self, place: &Place) -> bool {
        let around = place.parents.iter().copied().chain(place.node);
        let mut flow = around.filter(|&id| self.is_flow_collection(id));
        flow.next().is_some_and(|id| is_json(self.tree, self.subtree(id)))
    }

    /// On a line of its own, below the comments between two brackets.
    fn below_comments(&self, span: Span, new: &str, line_break: &str) -> (Span, String) {
        let close = span.end - 1;
        let start = self.line_start(close);
        let indentation = " ".repeat(scan::skip_blanks(self.text, start) - start);
        if self.is_first_on_line(close) {
            let with = format!("{indentation}{new}{line_break}");
            return (Span { start, end: start }, with);
        }
        (Span { start: close, end: close }, new.to_owned())
    }

    /// Where and how to put something after the last item, which ends before `close`.
    fn append(
        &self,
        last: Extent,
        close: usize,
        extents: &[Extent],
        new: &str,
    ) -> Result<(Span, String), EditError> {
        // A comma would make `?` a text.
        let blank = if self.text[last.start..last.end].ends_with('?') { " " } else { "" };
        let own_line = self.is_first_on_line(last.start)
            && self.is_multi_line(Span { start: last.end, end: close });
        if !own_line {
            let at = Span { start: last.end, end: last.end };
            return Ok((at, format!("{blank},{}{new}", self.separator(extents))));
        }
        let indentation = &self.text[self.line_start(last.start)..last.start];
        let line_break = self.line_break(last.end);
        let comma = self.skip_trivia(last.end);
        let trailing = self.byte(comma) == Some(b',') && comma < close;
        if trailing {
            if self.rest_of_line(comma + 1).is_err() {
                // The bracket stands behind the comma.
                let at = Span { start: comma + 1, end: comma + 1 };
                return Ok((at, format!(" {new}")));
            }
            let at = self.line_end(comma);
            return Ok((Span { start: at, end: at }, format!("{line_break}{indentation}{new},")));
        }
        let rest = self.rest_of_line(last.end)?;
        let end = last.end + rest.len();
        let with = format!("{blank},{rest}{line_break}{indentation}{new}");
        Ok((Span { start: last.end, end }, with))
    }

    /// What stands after the commas of a collection on one line.
    fn separator(&self, extents: &[Extent]) -> &str {
        let [first, second, ..] = extents else { return " " };
        let between = &self.text[first.end..second.start];
        let after = between.trim_start_matches(' ').strip_prefix(',');
        match after {
            Some(blank) if blank.bytes().all(|b| b == b' ') => blank,
            _ => " ",
        }
    }

    /// Takes an item or an entry out of a flow collection.
    pub(super) fn take_flow(&self, node: NodeId, index: usize) -> Result<Proposal, EditError> {
        let span = self.tree.node(node).span;
        let extents = self.extents(node)?;
        let gone = extents[index];
        let (at, with) = if self.is_pair(node) {
            (span, "{}".to_owned())
        } else if extents.len() == 1 {
            self.take_only_flow(span, gone)
        } else if let Some(next) = extents.get(index + 1) {
            let comma = self.skip_trivia(gone.end);
            let own_lines = self.is_first_on_line(gone.start)
                && self.is_first_on_line(next.start)
                && self.line_end(comma) == self.line_end(gone.end);
            if own_lines {
                let start = self.line_start(gone.start);
                (Span { start, end: self.next_line(comma) }, String::new())
            } else if self.has_comment(gone.end, next.start) {
                // The comments between it and the next one stay.
                let between = [&self.text[gone.end..comma], &self.text[comma + 1..next.start]];
                (Span { start: gone.start, end: next.start }, between.concat())
            } else {
                (Span { start: gone.start, end: next.start }, String::new())
            }
        } else {
            // The last: the comma before it goes, comments before it stay.
            let before = extents[index - 1];
            let between = &self.text[before.end..gone.start];
            let comma = self.skip_trivia(before.end);
            if self.byte(comma) != Some(b',') {
                return unsupported("its layout is not understood");
            }
            let comma = comma - before.end;
            let with = format!("{}{}", &between[..comma], &between[comma + 1..]);
            let mut with = with.trim_end().to_owned();
            let behind = self.text[gone.end..self.line_end(gone.end)].trim();
            if self.is_first_on_line(gone.start) && behind.starts_with('#') {
                // A comment behind it, on its own line, is about it.
                let at = Span { start: before.end, end: self.line_end(gone.end) };
                let comments = Span { start: gone.start, end: at.end };
                return Ok(Proposal {
                    at,
                    with,
                    meaning: self.meaning_of_take(node, index, comments),
                });
            }
            if self.has_comment(before.end, gone.start) && !behind.is_empty() {
                // What stands behind it must not become part of the comment.
                let indentation = scan::skip_blanks(self.text, self.line_start(gone.start));
                with.push_str(self.line_break(before.end));
                with.push_str(&self.text[self.line_start(gone.start)..indentation]);
            }
            (Span { start: before.end, end: gone.end }, with)
        };
        let comments = Span { start: gone.start, end: gone.end };
        let mut meaning = self.meaning_of_take(node, index, comments);
        if with.is_empty() && index + 1 < extents.len() {
            // On lines of its own it takes the comment behind it along.
            meaning.comments.end = at.end;
        }
        Ok(Proposal { at, with, meaning })
    }

    /// The only item goes with its comma, comments between the brackets stay.
    fn take_only_flow(&self, span: Span, gone: Extent) -> (Span, String) {
        if !self.has_comment(span.start, gone.start) && !self.has_comment(gone.end, span.end) {
            return (Span { start: span.start + 1, end: span.end - 1 }, String::new());
        }
        let comma = self.skip_trivia(gone.end);
        let comma = if self.byte(comma) == Some(b',') { comma } else { gone.end };
        let after = (comma + usize::from(comma > gone.end || self.byte(comma) == Some(b',')))
            .min(span.end - 1);
        let with = self.text[gone.end..comma].to_owned();
        if self.is_first_on_line(gone.start) && with.trim().is_empty() {
            let rest = scan::skip_blanks(self.text, after);
            if self.line_end(after) == rest {
                let end = self.next_line(rest);
                return (Span { start: self.line_start(gone.start), end }, String::new());
            }
        }
        (Span { start: gone.start, end: after }, with)
    }
}
