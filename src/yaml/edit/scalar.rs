//! New values in the place of old ones.
//!
//! A scalar keeps its style where that can hold the new text: plain stays plain, quotes stay
//! quotes, a literal block stays a block with its header's comment and its indentation. Where the
//! style cannot hold the text, double quotes can.

use super::super::{Kind, NodeId, Span, Style, scan};
use super::place::{Place, Slot};
use super::write::{Context, Wish, double_quoted, is_inline, scalar};
use super::{EditError, Editor, Proposal, Value, unsupported};

/// Whether a style is written between its first and last character, not in lines of its own.
pub(super) fn is_one_line(style: Style) -> bool {
    matches!(style, Style::Plain | Style::SingleQuoted | Style::DoubleQuoted)
}

impl Editor<'_> {
    pub(super) fn set(&self, place: &Place, value: &Value) -> Result<Vec<Proposal>, EditError> {
        let Some(node) = place.node else {
            return match value {
                Value::List(items) if !items.is_empty() => self.open_block(place, value),
                Value::Mapping(entries) if !entries.is_empty() => self.open_block(place, value),
                _ => unsupported("the document has no content yet"),
            }
            .map(|p| vec![p]);
        };
        let proposals = match (self.tree.node(node).kind, value) {
            (Kind::Alias { .. }, _) => return self.refuse_alias(&place.path, node),
            (Kind::Scalar(_), Value::Text(text)) => self.set_text(place, node, text)?,
            _ => vec![self.set_other(place, node, value)?],
        };
        for proposal in &proposals {
            self.check_inner_aliases(node, proposal)?;
        }
        Ok(proposals)
    }

    /// Aliases may stand for the node itself, which keeps its anchor, but not for a part of it.
    fn check_inner_aliases(&self, node: NodeId, proposal: &Proposal) -> Result<(), EditError> {
        let mut inner = proposal.meaning.clone();
        inner.range.start = node.0 + 1;
        inner.range.end = inner.range.end.max(inner.range.start);
        self.check_aliases(&inner)
    }

    fn set_text(
        &self,
        place: &Place,
        node: NodeId,
        text: &str,
    ) -> Result<Vec<Proposal>, EditError> {
        let view = self.tree.node(node);
        let Kind::Scalar(old) = view.kind else {
            return unsupported("it is not a text");
        };
        let value = Value::Text(text.to_owned());
        let context = Context { in_flow: place.in_flow, key: false };
        if self.tree.is_absent(node) {
            let writer = self.writer(view.span.start, None);
            let mut new = String::new();
            let key = match place.slot {
                Slot::Value(parent, index) => self.tree.text(self.tree.entries(parent)[index].0),
                _ => None,
            };
            writer.inline(&mut new, &value, key, &self.beside(place), place.in_flow, 0)?;
            let quoted = double_quoted(text);
            return [new, quoted]
                .iter()
                .map(|with| self.replace_scalar(place, node, with, &value))
                .collect();
        }
        let mut ways = Vec::new();
        if old.text == text {
            // Whatever spelling it has, it says so already.
            ways.push(self.document.slice(view.span).to_owned());
        } else if is_one_line(old.style) {
            ways.push(scalar(text, Wish::like(old.style, old.text), context));
        } else {
            ways.extend(self.block_scalar(view.span, old.style, text));
        }
        ways.push(double_quoted(text));
        ways.dedup();
        let meaning = self.meaning_of_set(Some(node), &value);
        let mut proposals = Vec::new();
        for mut with in ways {
            let mut at = view.span;
            if !is_one_line(old.style) && with.starts_with('"') {
                // Quotes in the place of a block: the comment of its header stays on the line.
                let header = self.header(view.span);
                let rest = &self.text[header..self.line_end(header)];
                with.push_str(if rest.trim().is_empty() { "" } else { rest });
                at.end = at.end.max(self.line_end(header));
            }
            proposals.push(Proposal { at, with, meaning: meaning.clone() });
        }
        Ok(proposals)
    }

    /// Offset after the indicators of a block scalar (`|2-`).
    fn header(&self, span: Span) -> usize {
        let header = &self.text[span.start..self.line_end(span.start)];
        span.start + header.find([' ', '\t', '#']).unwrap_or(header.len())
    }

    /// A text as a block scalar in the place of another, with its indentation and the comment of
    /// its header; `None` when the style cannot hold the text.
    fn block_scalar(&self, span: Span, style: Style, text: &str) -> Option<String> {
        let header_end = self.header(span);
        let indicators = &self.text[span.start + 1..header_end];
        let explicit = indicators.chars().find(char::is_ascii_digit);
        let content = self.next_line(span.start);
        let lines = self.text.get(content..span.end)?;
        let starts = scan::line_starts(lines).map(|start| content + start);
        let mut lines =
            starts.filter(|&s| scan::skip_blanks(self.text, s) < self.line_end(s).min(span.end));
        // With an indentation indicator a line may begin with blanks that are content; where there
        // is no such line the indentation is known.
        let first = lines.next()?;
        let indent = scan::skip_blanks(self.text, first) - first;
        let indentation = self.text.get(first..first + indent)?;
        if indentation.contains('\t') {
            return None;
        }
        let line_break = self.line_break(span.start);
        let body = text.trim_end_matches('\n');
        let kept = text.len() - body.len();
        let fits = !body.is_empty()
            && explicit.is_none()
            && !body.starts_with([' ', '\t', '\n'])
            && body.chars().all(|c| c == '\n' || is_inline(c));
        if !fits {
            return None;
        }
        let folded = style == Style::Folded;
        if folded
            && body.split('\n').any(|l| l.starts_with([' ', '\t']) || l.ends_with([' ', '\t']))
        {
            return None;
        }
        // Readers differ on a block that ends with the text.
        if kept > 0 && span.end == self.text.len() {
            return None;
        }
        let chomp = match kept {
            0 => "-",
            1 if indicators.contains('+') => "+",
            1 => "",
            _ => "+",
        };
        let mut out = String::from(if folded { ">" } else { "|" });
        out.push_str(chomp);
        out.push_str(&self.text[header_end..self.line_end(header_end)]);
        for (index, line) in body.split('\n').enumerate() {
            out.push_str(line_break);
            // A break between lines of text folds to a blank: it takes one more to stay.
            if folded && index > 0 && !line.is_empty() {
                out.push_str(line_break);
            }
            if !line.is_empty() {
                out.push_str(indentation);
                out.push_str(line);
            }
        }
        for _ in 1..kept {
            out.push_str(line_break);
        }
        Some(out)
    }

    /// Writes a text for a scalar or an absent value, with the blank or the `:` it needs.
    pub(super) fn replace_scalar(
        &self,
        place: &Place,
        node: NodeId,
        with: &str,
        value: &Value,
    ) -> Result<Proposal, EditError> {
        let span = self.tree.node(node).span;
        let mut with = with.to_owned();
        let mut at = span;
        if self.tree.is_absent(node) {
            match self.value_start(place) {
                Some(start) => at = Span { start, end: start },
                // A key without `:` in flow.
                None if place.in_flow && self.byte(at.start.wrapping_sub(1)) != Some(b'?') => {
                    with.insert(0, ':');
                }
                None => return unsupported("its key has no `:`"),
            }
            // Blanks that nothing follows are taken for the one that the value needs.
            let next = scan::skip_blanks(self.text, at.end);
            if matches!(self.byte(next), None | Some(b'\n' | b'\r' | b',' | b']' | b'}')) {
                at.end = next;
            }
            if with.starts_with(':') {
                with.insert(1, ' ');
            } else if at.start > 0 && !scan::is_space(self.text, at.start - 1) {
                with.insert(0, ' ');
            }
            // `{a:}` and `{a:,…}` end the value themselves; anything else needs a blank.
            if !scan::is_space(self.text, at.end)
                && !matches!(self.byte(at.end), Some(b',' | b']' | b'}'))
            {
                with.push(' ');
            }
        } else if !matches!(self.tree.node(node).kind, Kind::Scalar(_)) {
            return unsupported("it is not a text");
        }
        Ok(Proposal { at, with, meaning: self.meaning_of_set(Some(node), value) })
    }

    /// A list or a mapping in the place of something, or a text in the place of a collection.
    fn set_other(&self, place: &Place, node: NodeId, value: &Value) -> Result<Proposal, EditError> {
        let view = self.tree.node(node);
        let is_block = match view.kind {
            Kind::Scalar(scalar) => !is_one_line(scalar.style),
            Kind::Sequence { flow, .. } | Kind::Mapping { flow, .. } => !flow,
            Kind::Alias { .. } => false,
        };
        let has_children = match value {
            Value::Text(_) => false,
            Value::List(items) => !items.is_empty(),
            Value::Mapping(entries) => !entries.is_empty(),
        };
        if self.has_comment(view.span.start, view.span.end) {
            return unsupported("comments stand inside it");
        }
        if !is_block && has_children && !place.in_flow && place.slot != Slot::Root {
            return self.open_block(place, value);
        }
        let writer = self.writer(view.span.start, None);
        if !is_block {
            let mut with = String::new();
            writer.inline(&mut with, value, None, &[], place.in_flow, 0)?;
            if self.tree.is_absent(node) {
                return self.replace_scalar(place, node, &with, value);
            }
            let meaning = self.meaning_of_set(Some(node), value);
            return Ok(Proposal { at: view.span, with, meaning });
        }
        // A block gives way to another, or to something on one line.
        let mut with = String::new();
        let samples = [node];
        let at = match place.slot {
            Slot::Value(parent, index) => {
                let Some(start) = self.value_start(place) else {
                    return unsupported("its key has no `:`");
                };
                let column = self.column(self.extents(parent)?[index].start);
                let key = self.tree.text(self.tree.entries(parent)[index].0).unwrap_or_default();
                writer.after_key(&mut with, value, column, key, &samples, 0)?;
                Span { start, end: view.span.end }
            }
            Slot::Item(parent, index) => {
                let dash = self.extents(parent)?[index].start;
                if self.value_start(place) != Some(dash + 1) {
                    return unsupported("a tag or an anchor stands beside it");
                }
                with.push_str(writer.gap);
                writer.after_dash(&mut with, value, self.column(dash), &samples, 0)?;
                Span { start: dash + 1, end: view.span.end }
            }
            Slot::Root => {
                let column = self.column(view.span.start);
                if has_children && !self.is_first_on_line(view.span.start) {
                    return unsupported("it stands on the line of the `---`");
                }
                match value {
                    Value::List(items) if !items.is_empty() => {
                        writer.items(&mut with, items, column, false, &samples, 0)?;
                    }
                    Value::Mapping(entries) if !entries.is_empty() => {
                        writer.entries(&mut with, entries, column, &samples, 0)?;
                    }
                    _ => writer.inline(&mut with, value, None, &samples, false, 0)?,
                }
                view.span
            }
        };
        if self.has_comment(at.start, view.span.start) {
            return unsupported("a comment stands in front of it");
        }
        self.rest_of_line(view.span.end)?;
        Ok(Proposal { at, with, meaning: self.meaning_of_set(Some(node), value) })
    }
}
