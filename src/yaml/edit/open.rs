//! A list or a mapping in a place that holds nothing yet: `key:`, `key: []`, `key: null`, an empty
//! item, a document without content. It opens as a block, in the style of the other blocks of the
//! document.

use super::super::{Span, scan};
use super::place::{Place, Slot};
use super::{EditError, Editor, Proposal, Value, unsupported};

impl Editor<'_> {
    /// Puts the first item, or the first entry with its key, into a place that is empty.
    pub(super) fn put_first(
        &self,
        place: &Place,
        key: Option<&str>,
        value: &Value,
    ) -> Result<Proposal, EditError> {
        let whole = match key {
            None => Value::List(vec![value.clone()]),
            Some(key) => Value::Mapping(vec![(key.to_owned(), value.clone())]),
        };
        self.open_block(place, &whole)
    }

    /// Writes a list or mapping that is not empty as a block in the place of a scalar, a flow
    /// collection or nothing.
    pub(super) fn open_block(&self, place: &Place, value: &Value) -> Result<Proposal, EditError> {
        let (at, with) = match place.slot {
            Slot::Root => self.open_root(place, value)?,
            Slot::Value(..) => self.open_value(place, value)?,
            Slot::Item(..) => self.open_item(place, value)?,
        };
        Ok(Proposal { at, with, meaning: self.meaning_of_set(place.node, value) })
    }

    /// Below the `---` and the tag of a document without content.
    fn open_root(&self, place: &Place, value: &Value) -> Result<(Span, String), EditError> {
        if place.node.is_some_and(|n| !self.tree.is_absent(n)) {
            return unsupported("the root of the document is a scalar");
        }
        let properties = place.node.map_or(0, |n| self.tree.full_span(n).end);
        let start = self.marker_end().max(properties);
        let at = if start > 0 {
            self.rest_of_line(start)?;
            self.next_line(start)
        } else {
            self.text.len()
        };
        let writer = self.writer(start, None);
        let mut with = String::new();
        match value {
            Value::List(items) => writer.items(&mut with, items, 0, false, &[], 0)?,
            Value::Mapping(entries) => writer.entries(&mut with, entries, 0, &[], 0)?,
            Value::Text(_) => return unsupported("a text does not open a block"),
        }
        Ok((Span { start: at, end: at }, self.as_lines(at, &with, writer.line_break)))
    }

    /// Behind and below a key. A comment on the line of the key stays there.
    fn open_value(&self, place: &Place, value: &Value) -> Result<(Span, String), EditError> {
        let (Some(node), Some(start), Slot::Value(parent, index)) =
            (place.node, self.value_start(place), place.slot)
        else {
            return unsupported("its key has no `:`");
        };
        let end = self.tree.node(node).span.end.max(start);
        if self.has_comment(start, end) {
            return unsupported("a comment stands between the key and its value");
        }
        let key = self.tree.entries(parent)[index].0;
        let column = self.column(self.extents(parent)?[index].start);
        let name = self.tree.text(key).unwrap_or_default();
        let rest = self.rest_of_line(end)?;
        let mut with = if rest.trim().is_empty() { String::new() } else { rest.to_owned() };
        let samples = self.values_of(name, &self.cousins(place));
        self.writer(start, None).after_key(&mut with, value, column, name, &samples, 0)?;
        Ok((Span { start, end: self.line_end(end) }, with))
    }

    /// Behind a dash.
    fn open_item(&self, place: &Place, value: &Value) -> Result<(Span, String), EditError> {
        let (Some(node), Some(start), Slot::Item(parent, index)) =
            (place.node, self.value_start(place), place.slot)
        else {
            return unsupported("its layout is not understood");
        };
        let old = self.tree.node(node).span;
        let end = old.end.max(start);
        let extents = self.extents(parent)?;
        let dash = extents[index].start;
        if start != dash + 1
            || self.has_comment(start, old.start)
            || !self.rest_of_line(end)?.trim().is_empty()
        {
            return unsupported("a tag, an anchor or a comment stands beside it");
        }
        let items = self.tree.items(parent).iter().zip(&extents);
        let gap = items.filter_map(|(&item, e)| self.gap(e.start, item)).next();
        let writer = self.writer(start, gap.or(Some(" ")));
        let mut siblings = self.siblings(place, parent, index);
        siblings.retain(|&id| id != node);
        let mut with = writer.gap.to_owned();
        writer.after_dash(&mut with, value, self.column(dash), &siblings, 0)?;
        Ok((Span { start, end: self.line_end(end) }, with))
    }

    /// Offset after the `---` of the document, 0 when it has none.
    fn marker_end(&self) -> usize {
        let mut line = 0;
        while line < self.text.len() {
            let at = self.line_start(line);
            if scan::is_marker(self.text, at, "---") {
                return at + 3;
            }
            line = self.next_line(line);
        }
        0
    }
}
