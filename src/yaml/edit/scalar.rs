//! New values in the place of old ones.
//!
//! A scalar keeps its style where that can hold the new text: plain stays plain, quotes stay
//! quotes, a literal block stays a block with its header's comment and its indentation. Where the
//! style cannot hold the text, double quotes can.

use super::super::{Kind, NodeId, Span, Style, scan};
use super::place::{Place, Slot};
use super::quote::{Context, Wish, double_quoted, scalar};
use super::source::Source;
use super::verify::Meaning;
use super::{EditError, Editor, Proposal, Value, error, unsupported};

/// Whether a style is written between its first and last character, not in lines of its own.
pub(super) fn is_one_line(style: Style) -> bool {
    matches!(style, Style::Plain | Style::SingleQuoted | Style::DoubleQuoted)
}

impl Editor<'_> {
    pub(super) fn set(&self, place: &Place, value: &Value) -> Result<Vec<Proposal>, EditError> {
        let Some(node) = place.node else { return Ok(vec![self.replace(place, value)?]) };
        let proposals = match (self.tree.node(node).kind, value) {
            (Kind::Scalar(_), Value::Text(text)) => self.set_text(place, node, text)?,
            _ => vec![self.replace(place, value)?],
        };
        self.check_own_anchor(node, value)?;
        for proposal in &proposals {
            self.check_inner_aliases(node, proposal)?;
        }
        Ok(proposals)
    }

    /// Refuses a new value in YAML that brings another anchor, when aliases stand for the one that is
    /// there.
    fn check_own_anchor(&self, node: NodeId, value: &Value) -> Result<(), EditError> {
        let (Value::Yaml(text), Some(name)) = (value, self.tree.node(node).anchor) else {
            return Ok(());
        };
        let source = Source::read(text, self.document.limits())?;
        let new = source.root().and_then(|(tree, root)| tree.node(root).anchor);
        let uses = self.uses(node);
        if uses == 0 || new.is_none_or(|new| new == name) {
            return Ok(());
        }
        unsupported(format!(
            "`*{name}` stands for it in {}; leave the anchor out of the new value, and it keeps \
             `&{name}`",
            error::count(uses)
        ))
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
            return Ok(vec![self.replace(place, &value)?]);
        }
        let mut ways = Vec::new();
        if old.text == text {
            // Whatever spelling it has, it says so already.
            ways.push(self.document.slice(view.span).to_owned());
        } else if is_one_line(old.style) {
            ways.extend(self.over_lines(view.span, old.style, text, context));
            let mut wish = Wish::like(old.style, old.text);
            if old.style == Style::Plain && self.in_json(place) {
                wish = Wish::json(text, true);
            }
            ways.push(scalar(text, wish, context));
        } else {
            let parent = self.parent_column(place)?;
            ways.extend(self.block_scalar(view.span, old.style, old.text, text, parent));
        }
        ways.push(double_quoted(text));
        ways.dedup();
        let meaning = self.meaning_of_set(Some(node), &value)?;
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

    /// The column of the key or the dash that a block of text is indented against.
    pub(super) fn parent_column(&self, place: &Place) -> Result<usize, EditError> {
        Ok(match place.slot {
            Slot::Root => 0,
            Slot::Item(parent, index) | Slot::Value(parent, index) => {
                self.extents(parent)?.get(index).map_or(0, |extent| self.column(extent.start))
            }
        })
    }

    /// Writes a text for a scalar or an absent value within flow, with the blank or the `:` it
    /// needs.
    pub(super) fn replace_scalar(
        &self,
        place: &Place,
        node: NodeId,
        mut at: Span,
        with: &str,
        meaning: Meaning,
    ) -> Result<Proposal, EditError> {
        let mut with = with.to_owned();
        if self.tree.is_absent(node) && at.is_empty() {
            match self.value_start(place) {
                Some(start) => at = Span { start, end: start },
                // A key without `:` in flow; `?` needs a blank in front of it.
                None if self.byte(at.start.wrapping_sub(1)) == Some(b'?') => {
                    with.insert_str(0, " :");
                }
                None if self.is_long_key(place) => {
                    return unsupported(
                        "its key stands on several lines, and most programs read such a key only \
                         without a value; put it on one line first",
                    );
                }
                None => with.insert(0, ':'),
            }
            // Blanks that nothing follows are taken for the one that the value needs.
            let next = scan::skip_blanks(self.text, at.end);
            if matches!(self.byte(next), None | Some(b'\n' | b'\r' | b',' | b']' | b'}')) {
                at.end = next;
            }
            if let Some(colon) = with.find(':').filter(|&i| with[..i].trim().is_empty()) {
                with.insert(colon + 1, ' ');
            } else if at.start > 0 && !scan::is_space(self.text, at.start - 1) {
                with.insert(0, ' ');
            }
            // `{a:}` and `{a:,…}` end the value themselves; anything else needs a blank.
            if !scan::is_space(self.text, at.end)
                && !matches!(self.byte(at.end), Some(b',' | b']' | b'}'))
            {
                with.push(' ');
            }
        }
        Ok(Proposal { at, with, meaning })
    }

    /// Whether a place is the value of a key over several lines without a `?` before it. YAML 1.2
    /// allows a `:` after it within flow; libyaml and what builds on it do not see it.
    fn is_long_key(&self, place: &Place) -> bool {
        let Slot::Value(parent, index) = place.slot else { return false };
        let key = self.tree.full_span(self.tree.entries(parent)[index].0);
        let before = self.text[..key.start].trim_end();
        self.is_multi_line(key) && !before.ends_with('?')
    }
}
