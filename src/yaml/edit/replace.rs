//! Another value in the place of one, whatever the two are: a list where a text was, a mapping
//! where `[]` was, a text where a block was, the first item of a list that was absent.
//!
//! What is written goes behind the indicator of its place (`key:`, the dash, `---`), a block on the
//! lines below. Comments between the indicator and the old value stay, and then the new value
//! stands where the old one stood. Comments within the old value go with it.

use super::super::{Kind, NodeId, Span, scan};
use super::place::{Place, Slot};
use super::scalar::is_one_line;
use super::source::Source;
use super::{EditError, Editor, Proposal, Value, unsupported};

/// Where a value hangs.
struct Seat {
    /// The offset after its indicator; `None` at the root of a document without `---`, and for a
    /// key without `:`.
    indicator: Option<usize>,
    /// The column of the parent's key or dash.
    column: usize,
}

/// What is left behind an old value.
struct Rest<'a> {
    /// Where the old value ends.
    end: usize,
    /// A comment or blanks on its line.
    text: &'a str,
    /// Where the text goes on when they are taken too.
    after: usize,
}

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
        let mut proposal = self.replace(place, &whole)?;
        // Nothing was asked to go.
        proposal.meaning.comments = Span::default();
        Ok(proposal)
    }

    /// Writes a value in the place of another, of nothing, or of an absent document.
    pub(super) fn replace(&self, place: &Place, value: &Value) -> Result<Proposal, EditError> {
        let meaning = self.meaning_of_set(place.node, value)?;
        let Some(node) = place.node.filter(|&n| place.slot != Slot::Root || !self.is_bare(n))
        else {
            let (at, with) = self.begin_root(place, value)?;
            return Ok(Proposal { at, with, meaning });
        };
        let mut meaning = meaning;
        // What stands on the lines of an old list or mapping is about that.
        if self.is_block_collection(node) {
            let Span { start, end } = self.tree.node(node).span;
            meaning.comments = Span { start, end: self.line_end(end) };
        } else if !matches!(self.tree.node(node).kind, Kind::Scalar(_)) {
            meaning.comments = self.tree.node(node).span;
        }
        if place.in_flow {
            let with = self.flow_value(place, node, value)?;
            return self.replace_scalar(place, node, self.old_span(node, value), &with, meaning);
        }
        let seat = self.seat(place, node)?;
        let whole = self.old_span(node, value);
        let indicator = seat.indicator.map(|at| at.max(self.kept_properties(node, value)));
        let between = indicator.is_some_and(|at| self.has_comment(at, whole.start));
        let (at, with) = match indicator {
            Some(start) if !between => self.behind(place, node, value, start, &seat)?,
            _ => self.in_its_place(place, node, value, whole, &seat)?,
        };
        Ok(Proposal { at, with, meaning })
    }

    fn is_block_collection(&self, node: NodeId) -> bool {
        matches!(
            self.tree.node(node).kind,
            Kind::Sequence { flow: false, .. } | Kind::Mapping { flow: false, .. }
        )
    }

    /// Whether nothing is written for a node but perhaps a tag and an anchor.
    fn is_bare(&self, node: NodeId) -> bool {
        self.tree.is_absent(node)
    }

    /// The bytes of the old value: a new value in YAML takes the place of its tag too.
    fn old_span(&self, node: NodeId, value: &Value) -> Span {
        match value {
            Value::Yaml(_) => self.tree.full_span(node),
            _ => self.tree.node(node).span,
        }
    }

    /// Where the tag and the anchor that stay end; 0 when none stay where they are.
    fn kept_properties(&self, node: NodeId, value: &Value) -> usize {
        match value {
            Value::Yaml(_) => 0,
            _ => {
                let ends = [self.tree.tag_span(node), self.tree.anchor_span(node)];
                ends.into_iter().flatten().map(|s| s.end).max().unwrap_or(0)
            }
        }
    }

    /// The anchor to be written again in front of a new value in YAML.
    fn anchor_again(&self, node: NodeId, value: &Value) -> Result<String, EditError> {
        let Value::Yaml(text) = value else { return Ok(String::new()) };
        let anchor = self.tree.node(node).anchor;
        let source = Source::read(text, self.document.limits())?;
        Ok(match anchor {
            Some(name) if !source.has_anchor() => format!("&{name}"),
            _ => String::new(),
        })
    }

    fn seat(&self, place: &Place, node: NodeId) -> Result<Seat, EditError> {
        Ok(match place.slot {
            Slot::Root => {
                let marker = self.marker_end();
                let start = self.tree.full_span(node).start;
                let on_its_line = marker > 0 && self.line_end(marker) >= start;
                Seat { indicator: on_its_line.then_some(marker), column: 0 }
            }
            Slot::Item(parent, index) => {
                let dash = self.extents(parent)?[index].start;
                Seat { indicator: Some(dash + 1), column: self.column(dash) }
            }
            Slot::Value(parent, index) => {
                let column = self.column(self.extents(parent)?[index].start);
                Seat { indicator: self.colon(parent, index).map(|at| at + 1), column }
            }
        })
    }

    /// Behind the indicator, and below it when it takes lines of its own.
    fn behind(
        &self,
        place: &Place,
        node: NodeId,
        value: &Value,
        start: usize,
        seat: &Seat,
    ) -> Result<(Span, String), EditError> {
        let end = self.tree.node(node).span.end.max(start);
        let mut with = String::new();
        let anchor = self.anchor_again(node, value)?;
        if !anchor.is_empty() {
            with.push(' ');
            with.push_str(&anchor);
        }
        let old_is_block = self.is_block_collection(node);
        let is_block = self.is_block_value(value);
        let Rest { end, text, .. } = self.rest_after(node, end)?;
        let mut rest = text.to_owned();
        if let Value::Yaml(_) = value {
            // A comment between an anchor or a tag and its value.
            let full = self.tree.full_span(node);
            let inner = self.tree.node(node).span;
            let mut lost = self.comments_in(full.start, inner.start);
            match (lost.next(), lost.next()) {
                (None, _) => {}
                (Some(one), None)
                    if rest.trim().is_empty() && !self.is_first_on_line(one.start) =>
                {
                    rest = format!(" {}", self.document.slice(one));
                }
                _ => {
                    return unsupported(
                        "comments stand between its tag or anchor and its value; move them above \
                         the key first",
                    );
                }
            }
        }
        match place.slot {
            Slot::Root => {
                let writer = self.writer(start, None);
                let mut lines = String::new();
                writer.root(&mut lines, value, 0, &[node])?;
                with.push_str(if self.is_block_value(value) { writer.line_break } else { " " });
                with.push_str(&lines);
            }
            Slot::Item(parent, index) => {
                let extents = self.extents(parent)?;
                let items = self.tree.items(parent).iter().zip(&extents);
                let gap = items.filter_map(|(&item, e)| self.gap(e.start, item)).next();
                let writer = self.writer(start, gap.or(Some(" ")));
                let dash = extents[index].start;
                let properties = start > dash + 1 || !anchor.is_empty();
                let mut samples = self.siblings(place, parent, index);
                samples.retain(|&id| id != node);
                if old_is_block {
                    samples.insert(0, node);
                }
                let below =
                    properties || !rest.trim().is_empty() && matches!(value, Value::Yaml(_));
                if below && self.begins_block(value) {
                    // Behind a tag, an anchor or a comment a block begins on the next line.
                    let column = seat.column + 1 + writer.gap.len();
                    with.push_str(writer.line_break);
                    with.push_str(&" ".repeat(column));
                    writer.root(&mut with, value, column, &samples)?;
                } else {
                    with.push_str(if properties { " " } else { writer.gap });
                    writer.after_dash(&mut with, value, seat.column, &samples, 0)?;
                }
            }
            Slot::Value(parent, index) => {
                let key = self.tree.entries(parent)[index].0;
                let name = self.tree.text(key).unwrap_or_default();
                let samples = if old_is_block {
                    vec![node]
                } else {
                    self.values_of(name, &self.cousins(place))
                };
                let writer = self.writer(start, None);
                writer.after_key(&mut with, value, seat.column, name, &samples, 0)?;
            }
        }
        let at = Span { start, end: end.max(self.line_end(end)) };
        if !rest.trim().is_empty() {
            let first = with.find(['\n', '\r']).unwrap_or(with.len());
            // Behind the header of a block of text, but behind all of a text in quotes.
            let at_end = first == with.len() || !is_block && !matches!(value, Value::Text(_));
            let at = if at_end { with.len() } else { first };
            self.check_no_comment(value, &with[..at])?;
            with.insert_str(at, &rest);
        }
        Ok((at, with))
    }

    /// What is left on the line behind the old value. For a block of text that is what stands behind
    /// its header; a comment on the last line of a list or a mapping goes with it.
    fn rest_after(&self, node: NodeId, end: usize) -> Result<Rest<'_>, EditError> {
        let view = self.tree.node(node);
        if let Kind::Scalar(scalar) = view.kind
            && !is_one_line(scalar.style)
        {
            let header = self.header(view.span);
            let text = &self.text[header..self.line_end(header)];
            let end = end.max(header + text.len());
            return Ok(Rest { end, text, after: end });
        }
        let text = self.rest_of_line(end)?;
        let after = end + text.len();
        Ok(match self.is_block_collection(node) {
            true => Rest { end: after, text: "", after },
            false => Rest { end, text, after },
        })
    }

    /// Where the old value stood, below the comments in front of it.
    fn in_its_place(
        &self,
        place: &Place,
        node: NodeId,
        value: &Value,
        whole: Span,
        seat: &Seat,
    ) -> Result<(Span, String), EditError> {
        if place.slot != Slot::Root && seat.indicator.is_none() {
            return self.add_colon(place, node, value, seat);
        }
        let writer = self.writer(whole.start, None);
        let mut with = self.anchor_again(node, value)?;
        let is_block = self.is_block_value(value);
        let mut column = self.column(whole.start);
        let mut at = whole;
        let above = match value {
            Value::Yaml(_) => self.comments_above(node, writer.line_break)?,
            _ => Vec::new(),
        };
        let kept = self.kept_properties(node, value);
        let least = match (place.slot, self.is_list(value)) {
            (Slot::Root, _) => 0,
            (Slot::Value(..), true) => seat.column,
            _ => seat.column + 1,
        };
        if !self.is_first_on_line(whole.start) {
            let full = self.tree.full_span(node).start;
            if kept == 0 || self.line_end(kept) < whole.start || !self.is_first_on_line(full) {
                return unsupported(
                    "comments stand between it and its key; move them above the key first",
                );
            }
            // Behind its tag, where only what begins on the next line can be a block.
            if self.tree.is_absent(node) {
                at = Span { start: kept, end: kept };
                with.push_str(if is_block { "" } else { " " });
            }
            if is_block {
                at.start = kept;
                column = self.column(full).max(least);
                with.push_str(writer.line_break);
                with.push_str(&" ".repeat(column));
            }
        } else if column < least {
            let step = if self.is_list(value) { writer.list_step } else { writer.mapping_step };
            column = seat.column + step.max(1);
            at.start = self.line_start(whole.start);
            with.insert_str(0, &" ".repeat(column));
        }
        if !with.trim().is_empty() {
            if is_block {
                with.push_str(writer.line_break);
                with.push_str(&" ".repeat(column));
            } else {
                with.push(' ');
            }
        }
        if !above.is_empty() {
            let blanks = with.len() - with.trim_start_matches(' ').len();
            let lines: Vec<String> =
                above.iter().map(|line| format!("{line}{}", " ".repeat(column))).collect();
            with.insert_str(blanks, &lines.concat());
        }
        writer.root(&mut with, value, column, &[node])?;
        let Rest { end, text: rest, after } = self.rest_after(node, at.end)?;
        at.end = end;
        if !rest.trim().is_empty() && is_block && !matches!(value, Value::Yaml(_)) {
            // Behind the first line of a new list or mapping there is nothing yet.
            let first = with.trim_start().find(['\n', '\r']);
            let blanks = with.len() - with.trim_start().len();
            with.insert_str(first.map_or(with.len(), |first| first + blanks), rest);
            at.end = after;
        } else if !rest.trim().is_empty() && is_block {
            // There is no line on which it would still be behind this value and nothing else.
            return unsupported(
                "a comment stands behind it; move the comment to a line of its own first",
            );
        }
        if rest.trim().is_empty() && self.ends_in_comment(value, &with)? {
            // Blanks behind a comment would be a part of it.
            at.end = after;
        } else if !is_block {
            self.check_no_comment(value, &with)?;
        }
        let was_block =
            matches!(self.tree.node(node).kind, Kind::Scalar(s) if !is_one_line(s.style));
        if was_block && !is_block {
            with.push_str(if rest.trim().is_empty() { "" } else { rest });
        }
        Ok((at, with))
    }

    /// Refuses to put a comment behind one that the new value has at the end of what is written.
    fn check_no_comment(&self, value: &Value, written: &str) -> Result<(), EditError> {
        if self.ends_in_comment(value, written)? {
            return unsupported(
                "a comment stands behind it, and the new value has one in the same place; move one \
                 of them to a line of its own first",
            );
        }
        Ok(())
    }

    /// Whether what is written of a new value ends in a comment of it.
    fn ends_in_comment(&self, value: &Value, written: &str) -> Result<bool, EditError> {
        let Value::Yaml(text) = value else { return Ok(false) };
        let source = Source::read(text, self.document.limits())?;
        Ok(source.comments().any(|comment| written.ends_with(comment)))
    }

    /// The lines of comment between the tag or anchor of a node and its value, for a new value in
    /// YAML that takes the place of all of it.
    fn comments_above(&self, node: NodeId, line_break: &str) -> Result<Vec<String>, EditError> {
        let full = self.tree.full_span(node);
        let comments = self.comments_in(full.start, self.tree.node(node).span.start);
        let lines = comments.map(|comment| {
            if !self.is_first_on_line(comment.start) {
                return unsupported(
                    "a comment stands behind its tag or anchor; move the comment to a line of its \
                     own above it first",
                );
            }
            Ok(format!("{}{line_break}", self.document.slice(comment)))
        });
        lines.collect()
    }

    /// An explicit key without a value (`? key`) gets its `:` on the next line.
    fn add_colon(
        &self,
        place: &Place,
        node: NodeId,
        value: &Value,
        seat: &Seat,
    ) -> Result<(Span, String), EditError> {
        let Slot::Value(parent, index) = place.slot else {
            return unsupported("its layout is not understood");
        };
        if self.tree.full_span(node) != self.tree.node(node).span {
            return unsupported("its key has no `:`; write the `:` first");
        }
        let end = self.extents(parent)?[index].end;
        let writer = self.writer(end, None);
        let mut line = " ".repeat(seat.column);
        line.push(':');
        writer.after_key(&mut line, value, seat.column, "", &[], 0)?;
        self.rest_of_line(end)?;
        let at = self.next_line(end);
        Ok((Span { start: at, end: at }, self.as_lines(at, &line, writer.line_break)))
    }

    /// Below the `---`, the tag and the anchor of a document without content.
    fn begin_root(&self, place: &Place, value: &Value) -> Result<(Span, String), EditError> {
        let properties = place.node.map(|n| self.tree.full_span(n));
        let whole = match (properties, value) {
            (Some(span), Value::Yaml(_)) => span,
            (Some(span), _) => Span { start: span.end, end: span.end },
            (None, _) => Span::default(),
        };
        let start = self.marker_end().max(whole.end);
        let writer = self.writer(start, None);
        let mut with = match place.node {
            Some(node) => self.anchor_again(node, value)?,
            None => String::new(),
        };
        if !with.is_empty() {
            with.push_str(if self.is_block_value(value) { writer.line_break } else { " " });
        }
        writer.root(&mut with, value, 0, &[])?;
        if !whole.is_empty() {
            return Ok((whole, with));
        }
        if start == 0 {
            let at = self.text.len();
            return Ok((Span { start: at, end: at }, self.as_lines(at, &with, writer.line_break)));
        }
        self.rest_of_line(start)?;
        if properties.is_some() && !self.is_block_value(value) {
            // Behind its tag.
            return Ok((Span { start, end: start }, format!(" {with}")));
        }
        let at = self.next_line(start);
        Ok((Span { start: at, end: at }, self.as_lines(at, &with, writer.line_break)))
    }

    /// A value in one line, for a place within flow.
    fn flow_value(&self, place: &Place, node: NodeId, value: &Value) -> Result<String, EditError> {
        let mut with = self.anchor_again(node, value)?;
        if !with.is_empty() {
            with.push(' ');
        }
        let mut writer = self.writer(self.tree.node(node).span.start, None);
        writer.json = self.in_json(place);
        let key = match place.slot {
            Slot::Value(parent, index) => self.tree.text(self.tree.entries(parent)[index].0),
            _ => None,
        };
        writer.inline(&mut with, value, key, &self.beside(place), true, 0)?;
        Ok(with)
    }

    /// Whether a value is a list that is written in lines of its own.
    fn is_list(&self, value: &Value) -> bool {
        match value {
            Value::List(items) => !items.is_empty(),
            Value::Yaml(text) => {
                Source::read(text, self.document.limits()).is_ok_and(|s| s.block() == Some(true))
            }
            _ => false,
        }
    }

    /// Whether a value has to begin on a line of its own, or is a block of text.
    pub(super) fn is_block_value(&self, value: &Value) -> bool {
        match value {
            Value::Text(_) => false,
            Value::List(items) => !items.is_empty(),
            Value::Mapping(entries) => !entries.is_empty(),
            Value::Yaml(text) => Source::read(text, self.document.limits())
                .is_ok_and(|s| s.block().is_some() || s.is_block_text()),
        }
    }

    /// Whether the first line of a value is that of a list or a mapping.
    fn begins_block(&self, value: &Value) -> bool {
        match value {
            Value::Yaml(text) => {
                Source::read(text, self.document.limits()).is_ok_and(|s| s.begins_block())
            }
            _ => self.is_block_value(value),
        }
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
